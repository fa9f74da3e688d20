-- policy.sql: a policy of one's own, for a public log of real incidents.
--
-- The log is the "Incident management process enriched event log" of the UCI
-- repository, taken from a ServiceNow system.  A policy is rows: this file is
-- all it takes to write one, plain INSERTs into the tables of schema
-- aftersales.  Version 1 is a draft until activate_policy() freezes it, which
-- replay.sql does.

INSERT INTO aftersales.policy (policy, title_en, timezone) VALUES
    ('incident_management', 'Incident management', 'UTC');

INSERT INTO aftersales.ticket_type (policy, version, ticket_type, label_en) VALUES
    ('incident_management', 1, 'incident', 'Incident');

-- States.  A ticket may always be opened in an initial state; for the others
-- an opening is a transition from nowhere, see below.

INSERT INTO aftersales.workflow_state (policy, version, ticket_type, state, kind, position) VALUES
    ('incident_management', 1, 'incident', 'New',                'initial', 10),
    ('incident_management', 1, 'incident', 'Active',             'active',  20),
    ('incident_management', 1, 'incident', 'Awaiting User Info', 'waiting', 30),
    ('incident_management', 1, 'incident', 'Awaiting Problem',   'waiting', 31),
    ('incident_management', 1, 'incident', 'Awaiting Vendor',    'waiting', 32),
    ('incident_management', 1, 'incident', 'Awaiting Evidence',  'waiting', 33),
    ('incident_management', 1, 'incident', 'Resolved',           'done',    40),
    ('incident_management', 1, 'incident', 'Closed',             'closed',  50);

-- Transitions.  What has no row is refused.

INSERT INTO aftersales.workflow_transition (policy, version, ticket_type, from_state, to_state, label_en) VALUES
    -- odd starts: taken up, waiting or solved when it was first written down
    ('incident_management', 1, 'incident', NULL, 'Active',             'Opened when already taken up'),
    ('incident_management', 1, 'incident', NULL, 'Awaiting User Info', 'Opened with a question to the user'),
    ('incident_management', 1, 'incident', NULL, 'Awaiting Problem',   'Opened under a known problem'),
    ('incident_management', 1, 'incident', NULL, 'Resolved',           'Solved on the phone'),

    ('incident_management', 1, 'incident', 'New', 'Active',             'Take up'),
    ('incident_management', 1, 'incident', 'New', 'Awaiting User Info', 'Ask the user'),
    ('incident_management', 1, 'incident', 'New', 'Awaiting Problem',   'Wait for a problem to be solved'),
    ('incident_management', 1, 'incident', 'New', 'Resolved',           'Resolve'),

    ('incident_management', 1, 'incident', 'Active', 'Awaiting User Info', 'Ask the user'),
    ('incident_management', 1, 'incident', 'Active', 'Awaiting Problem',   'Wait for a problem to be solved'),
    ('incident_management', 1, 'incident', 'Active', 'Awaiting Vendor',    'Wait for the vendor'),
    ('incident_management', 1, 'incident', 'Active', 'Awaiting Evidence',  'Wait for evidence'),
    ('incident_management', 1, 'incident', 'Active', 'Resolved',           'Resolve'),

    ('incident_management', 1, 'incident', 'Resolved', 'Active', 'Reopen'),
    ('incident_management', 1, 'incident', 'Resolved', 'Closed', 'Close');

-- Whoever waits may go on, be solved, or wait for something else.
INSERT INTO aftersales.workflow_transition (policy, version, ticket_type, from_state, to_state)
SELECT s.policy, s.version, s.ticket_type, s.state, t.state
FROM aftersales.workflow_state s
JOIN aftersales.workflow_state t USING (policy, version, ticket_type)
WHERE s.policy = 'incident_management' AND s.kind = 'waiting'
  AND (t.kind = 'waiting' OR t.state IN ('Active', 'Resolved')) AND t.state <> s.state;

-- Further values.  Location, priority, category, contact type and assignment
-- group have columns in ticket (area, priority, category, channel, org_id);
-- without rows in service_area and category any value is allowed there.

INSERT INTO aftersales.attribute (policy, version, ticket_type, attribute, data_type, allowed, in_bi, label_en) VALUES
    ('incident_management', 1, 'incident', 'subcategory',             'text',    NULL, true,  'Subcategory'),
    ('incident_management', 1, 'incident', 'impact',                  'text',    '{1 - High,2 - Medium,3 - Low}', true, 'Impact'),
    ('incident_management', 1, 'incident', 'urgency',                 'text',    '{1 - High,2 - Medium,3 - Low}', true, 'Urgency'),
    ('incident_management', 1, 'incident', 'made_sla',                'boolean', NULL, true,  'The source system''s own judgement'),
    ('incident_management', 1, 'incident', 'sys_mod_count',           'integer', NULL, false, 'Number of updates in the source system'),
    ('incident_management', 1, 'incident', 'sys_updated_at',          'timestamptz', NULL, false, 'Time of the update in the source system'),
    -- in the full log only
    ('incident_management', 1, 'incident', 'caller_id',               'text',    NULL, false, 'Caller'),
    ('incident_management', 1, 'incident', 'opened_by',               'text',    NULL, false, 'Opened by'),
    ('incident_management', 1, 'incident', 'sys_created_by',          'text',    NULL, false, 'Created by'),
    ('incident_management', 1, 'incident', 'sys_updated_by',          'text',    NULL, false, 'Updated by'),
    ('incident_management', 1, 'incident', 'assigned_to',             'text',    NULL, false, 'Assigned to'),
    ('incident_management', 1, 'incident', 'u_symptom',               'text',    NULL, true,  'Symptom'),
    ('incident_management', 1, 'incident', 'cmdb_ci',                 'text',    NULL, true,  'Configuration item'),
    ('incident_management', 1, 'incident', 'knowledge',               'boolean', NULL, true,  'Solved from the knowledge base'),
    ('incident_management', 1, 'incident', 'u_priority_confirmation', 'boolean', NULL, true,  'Priority was confirmed'),
    ('incident_management', 1, 'incident', 'notify',                  'text',    NULL, false, 'Notification'),
    ('incident_management', 1, 'incident', 'problem_id',              'text',    NULL, true,  'Problem'),
    ('incident_management', 1, 'incident', 'rfc',                     'text',    NULL, true,  'Request for change'),
    ('incident_management', 1, 'incident', 'vendor',                  'text',    NULL, true,  'Vendor'),
    ('incident_management', 1, 'incident', 'caused_by',               'text',    NULL, true,  'Causing change');

-- Clocks.
--
-- resolve runs while the incident is not resolved; reopening it starts the
-- next cycle.  The target depends on the priority, and changes with it.
-- respond: how long it is left lying.  close: the user's time to object.

INSERT INTO aftersales.sla_rule (policy, version, ticket_type, rule, clock, condition, starts_on, stops_on, cancels_on, target, unit, rank, label_en)
SELECT 'incident_management', 1, 'incident', r.rule, 'resolve', r.condition,
       '{status:New,status:Active,status:Awaiting User Info,status:Awaiting Problem,status:Awaiting Vendor,status:Awaiting Evidence}',
       '{status:Resolved,status:Closed}', '{}', r.target, 'elapsed', r.rank, r.label
FROM (VALUES
    ('resolve_critical', $$priority = '1 - Critical'$$, interval '4 hours',   1, 'Resolve, critical'),
    ('resolve_high',     $$priority = '2 - High'$$,     interval '24 hours',  1, 'Resolve, high'),
    ('resolve_moderate', $$priority = '3 - Moderate'$$, interval '120 hours', 1, 'Resolve, moderate'),
    ('resolve_low',      $$priority = '4 - Low'$$,      interval '240 hours', 1, 'Resolve, low'),
    -- no target: recorded, never late
    ('resolve_other',    NULL,                          NULL,                 0, 'Resolve, priority unknown')
) AS r (rule, condition, target, rank, label);

INSERT INTO aftersales.sla_rule (policy, version, ticket_type, rule, clock, starts_on, stops_on, cancels_on, target, unit, label_en) VALUES
    ('incident_management', 1, 'incident', 'respond', 'respond',
        '{status:New}', '{status:Active,status:Awaiting User Info,status:Awaiting Problem,status:Resolved,status:Closed}', '{}',
        '4 hours', 'elapsed', 'Take up'),
    -- the end of the fifth day after the day of the solution
    ('incident_management', 1, 'incident', 'close', 'close',
        '{status:Resolved}', '{status:Closed}',
        '{status:New,status:Active,status:Awaiting User Info,status:Awaiting Problem,status:Awaiting Vendor,status:Awaiting Evidence}',
        '5 days', 'calendar_day', 'Close');
