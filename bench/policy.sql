-- bench/policy.sql: what is measured: the fault ticket of a power hotline
-- (the shape of power_hotline, with no roles, so that every session may act).
--
-- A lifecycle is seven statements: open, five moves, close.  Opening starts
-- two clocks (each with rules to choose from), two moves start one, four
-- moves stop one.  Five guards look at columns and attributes, one of them at
-- clocks and events.
--
-- repair is the same with working time: what is promised counts open hours of
-- the calendar cn, and restore does not count while the team is on its way
-- (dispatched).  An order has one clock; a watched one escalates before and
-- after its due time as well.

SELECT aftersales.install_calendar('cn');
INSERT INTO aftersales.policy (policy, title_en, timezone) VALUES
    ('bench', 'Hotline fault', 'Asia/Shanghai');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES
    ('bench', 1, 'fault'), ('bench', 1, 'repair'), ('bench', 1, 'order'), ('bench', 1, 'watched');
INSERT INTO aftersales.service_area (policy, version, area) VALUES
    ('bench', 1, 'urban'), ('bench', 1, 'rural'), ('bench', 1, 'remote');
INSERT INTO aftersales.category (policy, version, category, ticket_type) VALUES
    ('bench', 1, 'line_fault', NULL), ('bench', 1, 'meter_fault', NULL),
    ('bench', 1, 'customer_internal', NULL);
INSERT INTO aftersales.attribute (policy, version, ticket_type, attribute, data_type, required_in, allowed) VALUES
    ('bench', 1, 'fault', 'symptom', 'text', '{}', NULL),
    ('bench', 1, 'fault', 'address', 'text', '{dispatched,on_site,restored}', NULL),
    ('bench', 1, 'fault', 'outage_cause', 'text', '{}', '{unknown,supply_fault,planned,arrears}');
INSERT INTO aftersales.event_type (policy, version, ticket_type, event) VALUES
    ('bench', 1, 'fault', 'call_in'), ('bench', 1, 'fault', 'answered'),
    ('bench', 1, 'fault', 'progress'), ('bench', 1, 'fault', 'delay_notice');
INSERT INTO aftersales.workflow_state (policy, version, ticket_type, state, kind, position) VALUES
    ('bench', 1, 'fault', 'new', 'initial', 1),
    ('bench', 1, 'fault', 'submitted', 'active', 2),
    ('bench', 1, 'fault', 'dispatched', 'active', 3),
    ('bench', 1, 'fault', 'on_site', 'active', 4),
    ('bench', 1, 'fault', 'restored', 'done', 5),
    ('bench', 1, 'fault', 'called_back', 'done', 6),
    ('bench', 1, 'fault', 'archived', 'closed', 7);
INSERT INTO aftersales.workflow_transition (policy, version, ticket_type, from_state, to_state) VALUES
    ('bench', 1, 'fault', 'new', 'submitted'),
    ('bench', 1, 'fault', 'submitted', 'new'),
    ('bench', 1, 'fault', 'submitted', 'dispatched'),
    ('bench', 1, 'fault', 'dispatched', 'on_site'),
    ('bench', 1, 'fault', 'on_site', 'restored'),
    ('bench', 1, 'fault', 'restored', 'called_back'),
    ('bench', 1, 'fault', 'called_back', 'archived');
INSERT INTO aftersales.workflow_guard (policy, version, ticket_type, from_state, to_state, guard, requires, message_en) VALUES
    ('bench', 1, 'fault', NULL, 'submitted', 'symptom_recorded', $$symptom ~ '\S'$$, 'Record the symptom.'),
    ('bench', 1, 'fault', NULL, 'dispatched', 'not_customer_internal', $$category IS DISTINCT FROM 'customer_internal'$$, 'This fault is not dispatched.'),
    ('bench', 1, 'fault', NULL, 'dispatched', 'not_planned_or_arrears', $$outage_cause IS NULL OR outage_cause NOT IN ('planned', 'arrears')$$, 'This outage is not dispatched.'),
    ('bench', 1, 'fault', NULL, 'restored', 'classified', $$category IS NOT NULL$$, 'Say what kind of fault it was.'),
    ('bench', 1, 'fault', NULL, 'restored', 'delay_notified', $$NOT clock_expired('restore') OR has_event('delay_notice')$$, 'Log the notice of delay.');
INSERT INTO aftersales.sla_rule (policy, version, ticket_type, rule, clock, condition, starts_on, stops_on, cancels_on, target, mandatory, rank) VALUES
    ('bench', 1, 'fault', 'answer', 'answer', NULL, '{call_in}', '{answered}', '{status:archived}', '12 seconds', false, 0),
    ('bench', 1, 'fault', 'review', 'review', NULL, '{status:submitted}', '{status:dispatched}', '{status:new}', '3 minutes', false, 0),
    ('bench', 1, 'fault', 'arrive_urban', 'arrive', $$area = 'urban'$$, '{opened}', '{status:on_site}', '{}', '60 minutes', true, 0),
    ('bench', 1, 'fault', 'arrive_rural', 'arrive', $$area = 'rural'$$, '{opened}', '{status:on_site}', '{}', '120 minutes', true, 0),
    ('bench', 1, 'fault', 'arrive_remote', 'arrive', $$area = 'remote'$$, '{opened}', '{status:on_site}', '{}', '240 minutes', true, 0),
    ('bench', 1, 'fault', 'restore', 'restore', NULL, '{opened}', '{status:restored}', '{}', '12 hours', true, 0),
    ('bench', 1, 'fault', 'restore_meter', 'restore', $$category = 'meter_fault'$$, '{opened}', '{status:restored}', '{}', '24 hours', true, 10),
    ('bench', 1, 'fault', 'callback', 'callback', NULL, '{status:restored}', '{status:called_back}', '{}', '10 minutes', false, 0);

INSERT INTO aftersales.attribute (policy, version, ticket_type, attribute, data_type, required_in, allowed)
    SELECT policy, version, 'repair', attribute, data_type, required_in, allowed
    FROM aftersales.attribute WHERE policy = 'bench' AND ticket_type = 'fault';
INSERT INTO aftersales.event_type (policy, version, ticket_type, event) VALUES
    ('bench', 1, 'repair', 'delay_notice');
INSERT INTO aftersales.workflow_state (policy, version, ticket_type, state, kind, position)
    SELECT policy, version, 'repair', state, kind, position
    FROM aftersales.workflow_state WHERE policy = 'bench' AND ticket_type = 'fault';
INSERT INTO aftersales.workflow_transition (policy, version, ticket_type, from_state, to_state)
    SELECT policy, version, 'repair', from_state, to_state
    FROM aftersales.workflow_transition WHERE policy = 'bench' AND ticket_type = 'fault';
INSERT INTO aftersales.workflow_guard (policy, version, ticket_type, from_state, to_state, guard, requires, message_en)
    SELECT policy, version, 'repair', from_state, to_state, guard, requires, message_en
    FROM aftersales.workflow_guard WHERE policy = 'bench' AND ticket_type = 'fault';
INSERT INTO aftersales.sla_rule (policy, version, ticket_type, rule, clock, condition, starts_on, stops_on, cancels_on, pauses_in, target, unit, calendar, mandatory, rank)
    SELECT policy, version, 'repair', rule, clock, condition, starts_on, stops_on, cancels_on,
           CASE WHEN clock = 'restore' THEN '{dispatched}'::text[] ELSE '{}' END, target,
           CASE WHEN clock = 'review' THEN 'elapsed' ELSE 'working' END, CASE WHEN clock <> 'review' THEN 'cn' END,
           mandatory, rank
    FROM aftersales.sla_rule WHERE policy = 'bench' AND ticket_type = 'fault' AND clock <> 'answer';

INSERT INTO aftersales.workflow_state (policy, version, ticket_type, state, kind, position)
    SELECT 'bench', 1, t, s.state, s.kind, s.position
    FROM unnest('{order,watched}'::text[]) t,
         (VALUES ('taken', 'initial', 1), ('delivered', 'closed', 2)) s(state, kind, position);
INSERT INTO aftersales.workflow_transition (policy, version, ticket_type, from_state, to_state) VALUES
    ('bench', 1, 'order', 'taken', 'delivered'), ('bench', 1, 'watched', 'taken', 'delivered');
INSERT INTO aftersales.sla_rule (policy, version, ticket_type, rule, clock, starts_on, stops_on, target) VALUES
    ('bench', 1, 'order', 'deliver', 'deliver', '{opened}', '{status:delivered}', '2 hours'),
    ('bench', 1, 'watched', 'deliver', 'deliver', '{opened}', '{status:delivered}', '2 hours');
INSERT INTO aftersales.escalation_rule (policy, version, ticket_type, clock, level, at, recipient) VALUES
    ('bench', 1, 'watched', 'deliver', 1, '-30 minutes', '@assignee'),
    ('bench', 1, 'watched', 'deliver', 2, '10 minutes', 'chief');
SELECT * FROM aftersales.check_policy('bench', 1);
SELECT aftersales.activate_policy('bench', 1);
