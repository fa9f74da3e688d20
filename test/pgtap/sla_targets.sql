-- sla_targets(): what a policy promises to a ticket that there is not: which
-- rules count, when they would be due, what is refused. No desk is needed; and
-- what is promised is what a real ticket gets.
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS aftersales;
SELECT no_plan();
INSERT INTO aftersales.calendar (calendar, timezone) VALUES ('t_office', 'Asia/Shanghai');
INSERT INTO aftersales.calendar_hours (calendar, weekday, opens, closes) SELECT 't_office', d, '09:00', '17:00' FROM generate_series(1, 5) d;
INSERT INTO aftersales.policy (policy, title_en, timezone, calendar) VALUES ('st', 'Targets', 'Asia/Shanghai', 't_office'), ('st_one', 'One type', 'UTC', NULL);
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('st', 1, 'job'), ('st', 1, 'ask'), ('st_one', 1, 'only');
INSERT INTO aftersales.event_type (policy, version, event) VALUES ('st', 1, 'go'), ('st', 1, 'promise:visit');
INSERT INTO aftersales.service_area (policy, version, area) VALUES ('st', 1, 'urban'), ('st', 1, 'rural');
INSERT INTO aftersales.category (policy, version, category, ticket_type, grade) VALUES ('st', 1, 'meter', 'job', 'A'), ('st', 1, 'line', 'job', 'B');
INSERT INTO aftersales.attribute (policy, version, ticket_type, attribute, data_type, allowed) VALUES
    ('st', 1, 'job', 'size', 'integer', NULL), ('st', 1, 'job', 'kind', 'text', '{plain,fancy}'), ('st', 1, 'job', 'agreed', 'timestamptz', NULL);
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('st', 1, 'new', 'initial'), ('st', 1, 'wait', 'waiting'), ('st', 1, 'done', 'done'), ('st_one', 1, 'new', 'initial'), ('st_one', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('st', 1, 'new', 'wait'), ('st', 1, 'wait', 'done'), ('st_one', 1, 'new', 'done');
INSERT INTO aftersales.sla_rule (policy, version, ticket_type, rule, clock, condition, starts_on, stops_on, pauses_in, target, due_from, unit, cutoff, rank, mandatory, clauses) VALUES
    ('st', 1, 'job', 'come_urban', 'come', 'area = ''urban''', '{opened}', '{status:wait}', '{}', '1 hour', NULL, 'elapsed', NULL, 0, true, '{}'),
    ('st', 1, 'job', 'come_rural', 'come', 'area = ''rural''', '{opened}', '{status:wait}', '{}', '3 hours', NULL, 'working', NULL, 0, true, '{}'),
    ('st', 1, 'job', 'big', 'mend', 'size > 100', '{opened}', '{status:done}', '{}', '5 days', NULL, 'working_day', NULL, 2, false, '{}'),
    ('st', 1, 'job', 'graded', 'mend', 'grade = ''A''', '{opened}', '{status:done}', '{}', '1 day', NULL, 'calendar_day', NULL, 1, false, '{}'),
    ('st', 1, 'job', 'any', 'mend', NULL, '{opened}', '{status:done}', '{}', '2 days', NULL, 'working_day', '12:00', 0, false, '{}'),
    ('st', 1, 'job', 'waits', 'waits', 'status = ''wait''', '{status:wait}', '{status:done}', '{wait}', '2 hours', NULL, 'elapsed', NULL, 0, false, '{}'),
    ('st', 1, 'job', 'first', 'two_ways', 'status = ''new''', '{opened,status:wait}', '{status:done}', '{}', '1 hour', NULL, 'elapsed', NULL, 0, false, '{}'),
    ('st', 1, 'job', 'then', 'two_ways', 'status = ''wait''', '{opened,status:wait}', '{status:done}', '{}', '2 hours', NULL, 'elapsed', NULL, 0, false, '{}'),
    ('st', 1, 'job', 'none', 'noted', NULL, '{go}', '{status:done}', '{}', NULL, NULL, 'elapsed', NULL, 0, false, '{}'),
    ('st', 1, 'job', 'visit', 'visit', NULL, '{promise:visit}', '{go}', '{}', NULL, 'promised_at', 'elapsed', NULL, 0, false, '{}'),
    ('st', 1, 'job', 'agreed', 'agreed', NULL, '{opened}', '{go}', '{}', '10 hours', 'agreed', 'elapsed', NULL, 0, false, '{}'),
    ('st', 1, 'job', 'after', 'after', NULL, '{due:come}', '{status:done}', '{}', '30 minutes', NULL, 'elapsed', NULL, 0, false, '{}'),
    ('st', 1, 'ask', 'answer', 'answer', NULL, '{opened}', '{status:done}', '{}', '10 minutes', NULL, 'elapsed', NULL, 0, false, '{}'),
    ('st_one', 1, NULL, 'all', 'all', NULL, '{opened}', '{status:done}', '{}', '1 mon', NULL, 'calendar_day', NULL, 0, false, '{}');
SELECT aftersales.activate_policy('st', 1);
SELECT aftersales.activate_policy('st_one', 1);
SELECT set_config('aftersales.now', '2026-03-06 16:00+08', false);   -- a Friday
CREATE FUNCTION pg_temp.told(attributes jsonb, at timestamptz DEFAULT NULL) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT format('%s %s %s > %s %s', clock, rule, starts_on, stops_on, coalesce(to_char(due_at, 'DD HH24:MI'), '-')) FROM aftersales.sla_targets('st', attributes, at) $$;

SELECT results_eq($$SELECT pg_temp.told('{"ticket_type": "job", "area": "urban"}')$$, ARRAY[
    'after after {due:come} > {status:done} 06 16:30', 'agreed agreed {opened} > {go} 07 02:00', 'come come_urban {opened} > {status:wait} 06 17:00',
    'mend any {opened} > {status:done} 11 23:59', 'noted none {go} > {status:done} -', 'two_ways first {opened} > {status:done} 06 17:00',
    'two_ways then {status:wait} > {status:done} 06 18:00', 'visit visit {promise:visit} > {go} -', 'waits waits {status:wait} > {status:done} 06 18:00'],
    'every clock once, per rule where its starts lead to different ones');
SELECT results_eq($$SELECT due_at FROM aftersales.sla_targets('st', '{"ticket_type": "job", "area": "rural"}') WHERE clock = 'come'$$, ARRAY['2026-03-09 11:00+08'::timestamptz], 'working time');
SELECT results_eq($$SELECT due_at FROM aftersales.sla_targets('st', '{"ticket_type": "job", "area": "rural"}', '2026-03-09 10:00+08') WHERE clock = 'come'$$, ARRAY['2026-03-09 13:00+08'::timestamptz], 'at another time');
SELECT results_eq($$SELECT rule FROM aftersales.sla_targets('st', '{"ticket_type": "job", "area": "urban", "category": "meter"}') WHERE clock = 'mend'$$, ARRAY['graded'], 'the grade of the category is known');
SELECT results_eq($$SELECT rule FROM aftersales.sla_targets('st', '{"ticket_type": "job", "area": "urban", "category": "meter", "size": 101}') WHERE clock = 'mend'$$, ARRAY['big'], 'the highest rank counts');
SELECT results_eq($$SELECT rule FROM aftersales.sla_targets('st', '{"ticket_type": "job", "area": "urban", "attributes": {"size": 101}}') WHERE clock = 'mend'$$, ARRAY['big'], 'attributes may stand in an object of their own');
SELECT results_eq($$SELECT rule FROM aftersales.sla_targets('st', '{"ticket_type": "job", "area": "urban", "size": null, "tier": null}') WHERE clock = 'mend'$$, ARRAY['any'], 'null is nothing');
SELECT results_eq($$SELECT due_at FROM aftersales.sla_targets('st', '{"ticket_type": "job", "area": "urban", "agreed": "2026-03-08T10:00:00+08:00"}') WHERE clock = 'agreed'$$, ARRAY['2026-03-08 10:00+08'::timestamptz], 'an agreed date replaces the target');
SELECT results_eq($$SELECT due_at FROM aftersales.sla_targets('st', '{"ticket_type": "job", "area": "urban", "agreed": "2026-03-01T10:00:00+08:00"}') WHERE clock = 'agreed'$$, ARRAY['2026-03-06 16:00+08'::timestamptz], 'but is never before the start');
SELECT results_eq($$SELECT rule FROM aftersales.sla_targets('st', '{"ticket_type": "job", "area": "urban", "status": "wait"}') WHERE clock = 'two_ways'$$, ARRAY['then'], 'a state may be given');
SELECT results_eq($$SELECT clock, rule FROM aftersales.sla_targets('st', '{"ticket_type": "ask"}')$$, $$VALUES ('answer', 'answer')$$, 'another type');
SELECT results_eq($$SELECT rule, due_at FROM aftersales.sla_targets('st_one', '{}', '2026-01-31 12:00+00')$$, $$VALUES ('all', '2026-02-28 23:59:59.999999+00'::timestamptz)$$, 'the only type need not be named');

-- refusals
CREATE FUNCTION pg_temp.refused(attributes text, code text, message text, why text) RETURNS text LANGUAGE sql AS $$
    SELECT throws_ok(format('SELECT * FROM aftersales.sla_targets(''st'', %L)', attributes), code, message, why) $$;
SELECT pg_temp.refused('{"area": "urban"}', 'SV010', 'policy "st" has several ticket types', 'which type?');
SELECT pg_temp.refused('{"ticket_type": "jbo"}', 'SV010', 'policy "st" has no ticket type "jbo"', 'unknown type');
SELECT pg_temp.refused('{"ticket_type": "job", "area": "moon"}', 'SV010', '"moon" is no area of policy "st"', 'unknown area');
SELECT pg_temp.refused('{"ticket_type": "job", "area": "urban", "category": "x"}', 'SV010', '"x" is no category of policy "st"', 'unknown category');
SELECT pg_temp.refused('{"ticket_type": "job", "area": "urban", "szie": 1}', 'SV010', 'attribute "szie" is not as policy "st" declares it', 'unknown key');
SELECT pg_temp.refused('{"ticket_type": "job", "area": "urban", "size": "much"}', 'SV010', 'attribute "size" is not as policy "st" declares it', 'a value of another type');
SELECT pg_temp.refused('{"ticket_type": "job", "area": "urban", "kind": "odd"}', 'SV010', 'attribute "kind" is not as policy "st" declares it', 'a value not allowed');
SELECT pg_temp.refused('{"ticket_type": "job", "area": "urban", "status": "nwe"}', 'SV010', 'policy "st" cannot tell targets by key "status"', 'unknown state');
SELECT pg_temp.refused('{"ticket_type": "job", "area": "urban", "policy": "st_one"}', 'SV010', 'policy "st" cannot tell targets by key "policy"', 'another policy');
SELECT pg_temp.refused('{"ticket_type": "job", "area": ["urban"]}', 'SV010', 'policy "st" cannot tell targets by key "area"', 'an array for a column');
SELECT pg_temp.refused('["job"]', 'SV010', 'attributes must be a JSON object', 'no object');
SELECT pg_temp.refused('{"ticket_type": "job"}', 'SV010', 'no rule of clock "come" fits such a ticket', 'a mandatory clock without a rule');
SELECT throws_ok($$SELECT * FROM aftersales.sla_targets('nope', '{}')$$, 'SV010', 'no version of policy "nope" is in force at that time', 'unknown policy');
SELECT throws_ok($$SELECT * FROM aftersales.sla_targets('st', '{"ticket_type": "ask"}', 'infinity')$$, '22008', 'the start of a clock cannot be infinite', 'no time at all');
SELECT throws_ok($$SELECT * FROM aftersales.sla_targets(NULL, '{}')$$, '22004', 'policy and attributes must be given', 'NULL policy');
SELECT throws_ok($$SELECT * FROM aftersales.sla_targets('st', NULL)$$, '22004', 'policy and attributes must be given', 'NULL attributes');

-- what was told is what a ticket gets
SELECT aftersales.create_desk('st');
INSERT INTO st.ticket (policy, ticket_type, area, category, attributes) SELECT 'st', 'job', a, c, jsonb_build_object('size', s)
FROM unnest('{urban,rural}'::text[]) a, unnest('{meter,line,NULL}'::text[]) c, unnest('{5,500}'::int[]) s;
SELECT cmp_ok((SELECT count(*) FROM st.sla_clock), '>=', 36::bigint, 'there are tickets with clocks');
SELECT is_empty($$SELECT t.ticket_id, c.clock, c.rule, c.due_at, x.rule, x.due_at FROM st.ticket t
    JOIN st.sla_clock c USING (ticket_id)
    LEFT JOIN LATERAL aftersales.sla_targets('st', to_jsonb(t), t.opened_at) x ON x.clock = c.clock AND x.rule = c.rule
    WHERE x.due_at IS DISTINCT FROM c.due_at$$, 'and each clock is due as it was told');
SELECT is((SELECT count(*) FROM st.ticket t, aftersales.sla_targets('st', to_jsonb(t), t.opened_at) x WHERE 'opened' = ANY (x.starts_on)),
          (SELECT count(*) FROM st.sla_clock), 'and no other was told to start with the opening');
SELECT * FROM finish();
ROLLBACK;
