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
-- A claim has no clock: what is measured is its warranty.
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('bench', 1, 'claim');
INSERT INTO aftersales.workflow_state (policy, version, ticket_type, state, kind, position) VALUES
    ('bench', 1, 'claim', 'made', 'initial', 1), ('bench', 1, 'claim', 'settled', 'closed', 2);
INSERT INTO aftersales.workflow_transition (policy, version, ticket_type, from_state, to_state) VALUES
    ('bench', 1, 'claim', 'made', 'settled');
INSERT INTO aftersales.warranty_term (policy, version, rule, applies_to, component, covers, term, rank, clauses) VALUES
    ('bench', 1, 'hardware_3_years', 'unit', NULL, '{parts,labour}', '3 years', 0, '{PC-12}'),
    ('bench', 1, 'onsite_3_years', 'unit', NULL, '{visit}', '3 years', 0, '{PC-13}'),
    ('bench', 1, 'software_for_life', 'unit', 'software', '{parts,labour}', NULL, 10, '{PC-12}'),
    ('bench', 1, 'part_3_months', 'replaced_part', NULL, '{parts,labour}', '3 months', 0, '{PC-52}');
INSERT INTO aftersales.exclusion (policy, version, rule, fault_cause, warranty_class, clauses) VALUES
    ('bench', 1, 'user_damage', 'user', 'out_user', '{PC-41}'), ('bench', 1, 'disaster', 'disaster', 'out_disaster', '{PC-42}');
INSERT INTO aftersales.remedy_window (policy, version, rule, component, fault_codes, classes, from_day, to_day, needs_invoice, remedies, rank, clauses) VALUES
    ('bench', 1, 'return_7_days', 'host', '{P01,P02}', '{in_warranty}', 0, 7, true, '{return,exchange,repair}', 20, '{PC-19,PC-22,PC-23}'),
    ('bench', 1, 'exchange_20_days', 'host', '{P01,P02}', '{in_warranty}', 8, 20, true, '{exchange,repair}', 20, '{PC-20,PC-22,PC-23}'),
    ('bench', 1, 'repair', NULL, NULL, '{in_warranty}', NULL, NULL, false, '{repair}', 0, '{PC-21}'),
    ('bench', 1, 'paid_repair', NULL, NULL, '{out_expired,out_user,out_disaster}', NULL, NULL, false, '{paid_repair}', 0, '{PC-43}');
SELECT * FROM aftersales.check_policy('bench', 1);
SELECT aftersales.activate_policy('bench', 1);
