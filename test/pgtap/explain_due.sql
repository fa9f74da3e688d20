-- explain_due() and projected_due(): exact rows for every reason there is, and
-- for many random clocks the properties that hold for all: no gap from start
-- to due time, what is counted adds up to the target, pauses are where the
-- ticket was in a pausing state.
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SET intervalstyle = 'postgres';
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS aftersales;
SELECT no_plan();

INSERT INTO aftersales.calendar (calendar, timezone) VALUES ('office', 'Asia/Shanghai'), ('berlin', 'Europe/Berlin');
INSERT INTO aftersales.calendar_hours (calendar, weekday, opens, closes)
SELECT 'office', d, o, c FROM generate_series(1, 5) d, (VALUES (time '08:30', time '12:00'), ('13:30', '17:30')) h(o, c);
INSERT INTO aftersales.calendar_hours (calendar, weekday, opens, closes)
SELECT 'berlin', d, '00:00', '24:00' FROM generate_series(1, 5) d;
INSERT INTO aftersales.calendar_hours (calendar, weekday, opens, closes) VALUES ('berlin', 7, '01:00', '04:00');
INSERT INTO aftersales.calendar_day (calendar, day, is_working, name) VALUES
    ('office', '2026-04-06', false, 'Qingming'), ('office', '2026-03-14', true, 'make-up day'), ('berlin', '2026-04-03', false, 'Karfreitag');

INSERT INTO aftersales.policy (policy, title_en, timezone, calendar) VALUES ('ex', 'Explained', 'Asia/Shanghai', 'office');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('ex', 1, 'job'), ('ex', 1, 'mix');
INSERT INTO aftersales.event_type (policy, version, event) VALUES ('ex', 1, 'go'), ('ex', 1, 'stop');
INSERT INTO aftersales.attribute (policy, version, attribute, data_type) VALUES ('ex', 1, 'promised_on', 'date');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES
    ('ex', 1, 'new', 'initial'), ('ex', 1, 'wait', 'waiting'), ('ex', 1, 'parts', 'waiting'), ('ex', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state)
SELECT 'ex', 1, a, b FROM unnest('{new,wait,parts}'::text[]) a, unnest('{new,wait,parts,done}'::text[]) b WHERE a <> b;
INSERT INTO aftersales.sla_rule (policy, version, ticket_type, rule, clock, condition, starts_on, stops_on, pauses_in, target, due_from, unit, calendar, cutoff, count_first_day, rank) VALUES
    ('ex', 1, 'job', 'elapsed', 'elapsed', NULL, '{opened}', '{stop}', '{wait,parts}', '05:00', NULL, 'elapsed', NULL, NULL, false, 0),
    ('ex', 1, 'job', 'elapsed_fast', 'elapsed', 'priority = ''high''', '{opened}', '{stop}', '{parts}', '01:00', NULL, 'elapsed', NULL, NULL, false, 1),
    ('ex', 1, 'job', 'working', 'working', NULL, '{opened}', '{stop}', '{wait}', '06:00', NULL, 'working', NULL, NULL, false, 0),
    ('ex', 1, 'job', 'cutoff', 'cutoff', NULL, '{opened}', '{stop}', '{}', '02:00', NULL, 'elapsed', NULL, '16:00', false, 0),
    ('ex', 1, 'job', 'wdays', 'wdays', NULL, '{opened}', '{stop}', '{wait}', '3 days', NULL, 'working_day', NULL, '16:00', false, 0),
    ('ex', 1, 'job', 'zero', 'zero', NULL, '{opened}', '{stop}', '{}', '0 days', NULL, 'calendar_day', NULL, NULL, false, 0),
    ('ex', 1, 'job', 'at_once', 'at_once', NULL, '{opened}', '{stop}', '{}', '00:00', NULL, 'elapsed', NULL, NULL, false, 0),
    ('ex', 1, 'job', 'noted', 'noted', NULL, '{opened}', '{stop}', '{}', NULL, NULL, 'elapsed', NULL, NULL, false, 0),
    ('ex', 1, 'job', 'longer', 'longer', NULL, '{opened}', '{stop}', '{wait}', '2 hours', NULL, 'working', NULL, NULL, false, 0),
    ('ex', 1, 'job', 'date', 'date', NULL, '{opened}', '{stop}', '{}', NULL, 'promised_on', 'elapsed', NULL, NULL, false, 0),
    -- pairs of rules between which a change of area switches
    ('ex', 1, 'mix', 'a1', 'a', 'area = ''urban''', '{opened}', '{stop}', '{wait}', '07:00', NULL, 'elapsed', NULL, NULL, false, 0),
    ('ex', 1, 'mix', 'a2', 'a', 'area = ''rural''', '{opened}', '{stop}', '{parts}', '30:00', NULL, 'working', 'office', NULL, false, 0),
    ('ex', 1, 'mix', 'b1', 'b', 'area = ''urban''', '{opened}', '{stop}', '{wait,parts}', '9 hours', NULL, 'working', 'office', '15:00', false, 0),
    ('ex', 1, 'mix', 'b2', 'b', 'area = ''rural''', '{opened}', '{stop}', '{wait}', '3 days', NULL, 'working_day', 'office', NULL, false, 0),
    ('ex', 1, 'mix', 'c1', 'c', 'area = ''urban''', '{opened}', '{stop}', '{wait}', '4 days', NULL, 'calendar_day', NULL, NULL, true, 0),
    ('ex', 1, 'mix', 'c2', 'c', 'area = ''rural''', '{opened}', '{stop}', '{parts}', '1 mon', NULL, 'calendar_day', NULL, NULL, false, 0),
    ('ex', 1, 'mix', 'd1', 'd', 'area = ''urban''', '{opened}', '{stop}', '{wait,parts}', '60 hours', NULL, 'working', 'berlin', NULL, false, 0),
    ('ex', 1, 'mix', 'd2', 'd', 'area = ''rural''', '{opened}', '{stop}', '{wait,parts}', '2 days', NULL, 'working_day', 'berlin', '11:00', true, 0),
    ('ex', 1, 'mix', 'e1', 'e', NULL, '{go}', '{stop}', '{wait}', '10 hours', NULL, 'elapsed', NULL, '15:00', false, 0),
    ('ex', 1, 'mix', 'g1', 'g', NULL, '{due:a}', '{stop}', '{wait}', '12 hours', NULL, 'working', 'office', NULL, false, 0),
    ('ex', 1, 'mix', 'h1', 'h', NULL, '{due:g,go}', '{stop}', '{parts}', '2 days', NULL, 'working_day', 'office', NULL, false, 0),
    ('ex', 1, 'mix', 'f1', 'f', 'area = ''rural''', '{opened}', '{stop}', '{wait}', '20 hours', NULL, 'working', 'office', NULL, false, 0);
UPDATE aftersales.sla_rule SET extension_approval = 'delay' WHERE policy = 'ex' AND rule = 'longer';
INSERT INTO aftersales.approval_rule (policy, version, kind, purpose, roles) VALUES ('ex', 1, 'delay', 'extension', '{boss}');
SELECT aftersales.activate_policy('ex', 1);
SELECT aftersales.create_desk('ex');

CREATE FUNCTION pg_temp.at(t timestamptz) RETURNS void LANGUAGE sql AS $$ SELECT set_config('aftersales.now', t::text, false) $$;
-- the explanation of a ticket's clock as lines
CREATE FUNCTION pg_temp.told(id bigint, c text) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT format('%s..%s %s %s', to_char(x.from_at, 'DD HH24:MI'), to_char(x.to_at, 'DD HH24:MI'), x.counted, x.why)
    FROM ex.sla_clock k, aftersales.explain_due(k.clock_id, 'ex') x WHERE k.ticket_id = id AND k.clock = c $$;

-- ---------- each reason
-- Friday 13 March 2026, before a make-up Saturday
SELECT pg_temp.at('2026-03-13 16:30+08');
INSERT INTO ex.ticket (ticket_id, ticket_type) VALUES (1, 'job'), (2, 'job'), (3, 'job');
SELECT results_eq($$SELECT pg_temp.told(1, 'elapsed')$$, ARRAY['13 16:30..13 21:30 05:00:00 counted'], 'elapsed: one span');
SELECT results_eq($$SELECT pg_temp.told(1, 'working')$$, ARRAY[
    '13 16:30..13 17:30 01:00:00 counted', '13 17:30..14 08:30 00:00:00 night', '14 08:30..14 12:00 03:30:00 counted',
    '14 12:00..14 13:30 00:00:00 break', '14 13:30..14 15:00 01:30:00 counted'], 'working: open spans, and why it is closed between');
SELECT results_eq($$SELECT pg_temp.told(1, 'cutoff')$$, ARRAY['13 16:30..14 08:00 00:00:00 after the cut-off', '14 08:00..14 10:00 02:00:00 counted'], 'a start after the cut-off');
SELECT results_eq($$SELECT pg_temp.told(1, 'wdays')$$, ARRAY[
    '13 16:30..14 00:00 00:00:00 day of the start', '14 00:00..15 00:00 00:00:00 after the cut-off', '15 00:00..16 00:00 00:00:00 weekend',
    '16 00:00..17 00:00 1 day counted', '17 00:00..18 00:00 1 day counted', '18 00:00..18 23:59 1 day counted'], 'days: each that counts, and why others do not') ;
SELECT results_eq($$SELECT pg_temp.told(1, 'zero')$$, ARRAY['13 16:30..13 23:59 00:00:00 to the end of the day'], 'zero days');
SELECT results_eq($$SELECT pg_temp.told(1, 'at_once')$$, ARRAY['13 16:30..13 16:30 00:00:00 due at the start'], 'no time at all');
SELECT results_eq($$SELECT pg_temp.told(1, 'noted')$$, ARRAY['13 16:30.. 00:00:00 no target: recorded, not enforced'], 'no target');
SELECT results_eq($$SELECT pg_temp.told(1, 'date')$$, ARRAY['13 16:30.. 00:00:00 no target: recorded, not enforced'], 'no promise yet');
SELECT is_empty($$SELECT * FROM aftersales.explain_due(NULL, 'ex')$$, 'NULL in, nothing out');
SELECT throws_ok($$SELECT * FROM aftersales.explain_due(99999, 'ex')$$, 'SV010', 'there is no clock 99999 on desk "ex"', 'an unknown clock');
SELECT throws_ok($$SELECT aftersales.projected_due(99999, NULL, 'ex')$$, 'SV010', 'there is no clock 99999 on desk "ex"', 'of which nothing can be projected');
SELECT throws_ok($$SELECT * FROM aftersales.explain_due(1, 'nowhere')$$, 'SV014', NULL, 'an unknown desk');

-- a promised date
SELECT pg_temp.at('2026-03-13 17:00+08');
UPDATE ex.ticket SET attributes = '{"promised_on": "2026-03-15"}' WHERE ticket_id = 1;
SELECT results_eq($$SELECT pg_temp.told(1, 'date')$$, ARRAY['13 16:30..13 17:00 00:30:00 counted', '13 17:00..13 17:00 00:00:00 changed:attributes: now by rule date',
    '13 17:00..15 23:59 54:59:59.999999 counted'], 'a date promised later');

-- paused, in two states, and going on
SELECT pg_temp.at('2026-03-13 17:10+08');
UPDATE ex.ticket SET status = 'wait' WHERE ticket_id IN (2, 3);
SELECT results_eq($$SELECT pg_temp.told(2, 'working')$$, ARRAY['13 16:30..13 17:10 00:40:00 counted', '13 17:10.. 00:00:00 paused: wait, 05:20:00 left'], 'paused now: what is left');
SELECT results_eq($$SELECT pg_temp.told(2, 'wdays')$$, ARRAY['13 16:30..13 17:10 00:00:00 part of a day', '13 17:10.. 00:00:00 paused: wait, 3 days left'], 'of days too');
SELECT pg_temp.at('2026-03-13 18:00+08');
UPDATE ex.ticket SET status = 'parts' WHERE ticket_id IN (2, 3);
SELECT results_eq($$SELECT pg_temp.told(2, 'elapsed')$$, ARRAY['13 16:30..13 17:10 00:40:00 counted', '13 17:10..13 18:00 00:00:00 paused: wait', '13 18:00.. 00:00:00 paused: parts, 04:20:00 left'], 'from one pausing state into another');
SELECT results_eq($$SELECT pg_temp.told(2, 'working')$$, ARRAY['13 16:30..13 17:10 00:40:00 counted', '13 17:10..13 18:00 00:00:00 paused: wait', '13 18:00..14 08:30 00:00:00 night',
    '14 08:30..14 12:00 03:30:00 counted', '14 12:00..14 13:30 00:00:00 break', '14 13:30..14 15:20 01:50:00 counted'], 'parts does not pause this one');
SELECT is(aftersales.projected_due((SELECT clock_id FROM ex.sla_clock WHERE ticket_id = 2 AND clock = 'elapsed'), NULL, 'ex'), '2026-03-13 22:20+08', 'due if it went on now');
SELECT is(aftersales.projected_due((SELECT clock_id FROM ex.sla_clock WHERE ticket_id = 2 AND clock = 'elapsed'), '2026-03-14 00:00+08', 'ex'), '2026-03-14 04:20+08', 'or then');
SELECT is(aftersales.projected_due((SELECT clock_id FROM ex.sla_clock WHERE ticket_id = 2 AND clock = 'elapsed'), '2026-03-01 00:00+08', 'ex'), '2026-03-13 21:30+08', 'never before the pause');
SELECT is(aftersales.projected_due((SELECT clock_id FROM ex.sla_clock WHERE ticket_id = 2 AND clock = 'working'), NULL, 'ex'), '2026-03-14 15:20+08', 'of a running one its due time');
SELECT is(aftersales.projected_due((SELECT clock_id FROM ex.sla_clock WHERE ticket_id = 2 AND clock = 'noted'), NULL, 'ex'), NULL, 'of one without a target nothing');
SELECT is(aftersales.projected_due(NULL, NULL, 'ex'), NULL, 'of none nothing');
SELECT pg_temp.at('2026-03-13 19:00+08');
UPDATE ex.ticket SET status = 'new' WHERE ticket_id IN (2, 3);
SELECT results_eq($$SELECT pg_temp.told(2, 'elapsed')$$, ARRAY['13 16:30..13 17:10 00:40:00 counted', '13 17:10..13 18:00 00:00:00 paused: wait', '13 18:00..13 19:00 00:00:00 paused: parts',
    '13 19:00..13 23:20 04:20:00 counted'], 'and running again');

-- another rule: it counts from the start, by its own pauses; too late, so due at the change
SELECT pg_temp.at('2026-03-13 20:00+08');
UPDATE ex.ticket SET priority = 'high' WHERE ticket_id = 3;
SELECT results_eq($$SELECT pg_temp.told(3, 'elapsed')$$, ARRAY['13 16:30..13 17:30 01:00:00 counted', '13 17:30..13 18:00 00:00:00 no time left', '13 18:00..13 19:00 00:00:00 paused: parts',
    '13 19:00..13 20:00 00:00:00 no time left', '13 20:00..13 20:00 00:00:00 changed:priority: now by rule elapsed_fast'], 'a rule whose time was over before it came');
SELECT is(due_at, '2026-03-13 20:00+08', 'due at the change') FROM ex.sla_clock WHERE ticket_id = 3 AND clock = 'elapsed';
-- stopped and late clocks are explained as well
SELECT pg_temp.at('2026-03-13 20:30+08');
INSERT INTO ex.ticket_event (ticket_id, event) VALUES (2, 'stop'), (3, 'stop');
SELECT results_eq($$SELECT pg_temp.told(3, 'elapsed')$$, ARRAY['13 16:30..13 17:30 01:00:00 counted', '13 17:30..13 18:00 00:00:00 no time left', '13 18:00..13 19:00 00:00:00 paused: parts',
    '13 19:00..13 20:00 00:00:00 no time left', '13 20:00..13 20:00 00:00:00 changed:priority: now by rule elapsed_fast'], 'stopped late');
SELECT results_eq($$SELECT pg_temp.told(2, 'working')$$, ARRAY['13 16:30..13 17:10 00:40:00 counted', '13 17:10..13 18:00 00:00:00 paused: wait', '13 18:00..14 08:30 00:00:00 night',
    '14 08:30..14 12:00 03:30:00 counted', '14 12:00..14 13:30 00:00:00 break', '14 13:30..14 15:20 01:50:00 counted'], 'stopped in time: what would have been its due time');
SELECT is(aftersales.projected_due((SELECT clock_id FROM ex.sla_clock WHERE ticket_id = 2 AND clock = 'working'), NULL, 'ex'), NULL, 'an ended one is due no more');

-- an extension: the time past the target counts nothing
SELECT pg_temp.at('2026-03-16 09:00+08');
INSERT INTO ex.ticket (ticket_id, ticket_type) VALUES (4, 'job'), (5, 'job');
INSERT INTO ex.staff (login) VALUES ('boss');
INSERT INTO ex.staff_role (login, role) VALUES ('boss', 'boss');
SELECT pg_temp.at('2026-03-16 09:30+08');
SET LOCAL aftersales.actor = 'boss';
INSERT INTO ex.approval (ticket_id, kind, clock_id, new_due_at)
SELECT ticket_id, 'delay', clock_id, '2026-03-16 14:00+08' FROM ex.sla_clock WHERE ticket_id IN (4, 5) AND clock = 'longer';
RESET aftersales.actor;
SELECT pg_temp.at('2026-03-16 10:00+08');
UPDATE ex.ticket SET status = 'wait' WHERE ticket_id = 5;
SELECT is(due_at, '2026-03-16 14:00+08', 'the due time is extended') FROM ex.sla_clock WHERE ticket_id = 4 AND clock = 'longer';
SELECT results_eq($$SELECT pg_temp.told(4, 'longer')$$, ARRAY['16 09:00..16 09:30 00:30:00 counted', '16 09:30..16 09:30 00:00:00 extended by approval: delay', '16 09:30..16 11:00 01:30:00 counted',
    '16 11:00..16 12:00 00:00:00 extended by approval: delay', '16 12:00..16 13:30 00:00:00 break', '16 13:30..16 14:00 00:00:00 extended by approval: delay'], 'extended');
SELECT results_eq($$SELECT pg_temp.told(5, 'longer')$$, ARRAY['16 09:00..16 09:30 00:30:00 counted', '16 09:30..16 09:30 00:00:00 extended by approval: delay', '16 09:30..16 10:00 00:30:00 counted',
    '16 10:00.. 00:00:00 paused: wait, 02:30:00 left'], 'extended and then paused: what is left is more');

-- a holiday declared later: open clocks go by it, those that have ended by what was known then
SELECT pg_temp.at('2026-03-16 15:00+08');
INSERT INTO ex.ticket (ticket_id, ticket_type) VALUES (6, 'job'), (7, 'job');
INSERT INTO ex.ticket_event (ticket_id, event) VALUES (7, 'stop');
SELECT pg_temp.at('2026-03-16 16:00+08');
INSERT INTO aftersales.calendar_day (calendar, day, is_working, name) VALUES ('office', '2026-03-17', false, 'Storm');
SELECT results_eq($$SELECT pg_temp.told(6, 'longer')$$, ARRAY['16 15:00..16 17:00 02:00:00 counted'], 'what ends before it is as it was');
SELECT results_eq($$SELECT pg_temp.told(6, 'working')$$, ARRAY['16 15:00..16 17:30 02:30:00 counted', '16 17:30..17 00:00 00:00:00 after closing', '17 00:00..18 00:00 00:00:00 Storm',
    '18 00:00..18 08:30 00:00:00 before opening', '18 08:30..18 12:00 03:30:00 counted'], 'an open clock');
SELECT results_eq($$SELECT pg_temp.told(7, 'working')$$, ARRAY['16 15:00..16 17:30 02:30:00 counted', '16 17:30..17 08:30 00:00:00 night', '17 08:30..17 12:00 03:30:00 counted'], 'one that has ended');
SELECT is(due_at, '2026-03-18 12:00+08', 'as it is stored') FROM ex.sla_clock WHERE ticket_id = 6 AND clock = 'working';

-- ---------- properties of many
SELECT pg_temp.at('2026-07-01 00:00+08');
SELECT setseed(0.25);
INSERT INTO ex.ticket (ticket_id, ticket_type, area, status, opened_at)
SELECT 1000 + g, 'mix', (ARRAY['urban', 'rural', 'remote'])[1 + floor(random() * 3)::int], 'new',
       timestamptz '2026-03-09 00:00+08' + random() * interval '30 days'
FROM generate_series(1, 150) g;
INSERT INTO ex.ticket_event (ticket_id, event, occurred_at) SELECT ticket_id, 'go', opened_at + random() * interval '10 hours' FROM ex.ticket WHERE ticket_type = 'mix';
CREATE FUNCTION pg_temp.step(pace interval) RETURNS void LANGUAGE sql AS $$
    UPDATE ex.ticket SET
        status = CASE WHEN x.what < 0.7 THEN (ARRAY['new', 'wait', 'parts'])[1 + floor(x.which * 3)::int] ELSE status END,
        area = CASE WHEN x.what >= 0.7 THEN (ARRAY['urban', 'rural', 'remote'])[1 + floor(x.which * 3)::int] ELSE area END,
        happened_at = event_at + x.after * pace
    FROM (SELECT ticket_id AS id, random() AS what, random() AS which, random() AS after FROM ex.ticket WHERE ticket_type = 'mix' AND status <> 'done' ORDER BY 1) x
    WHERE ticket_id = x.id AND x.after < 0.8 $$;
SELECT pg_temp.step('4 hours');
SELECT pg_temp.step('6 hours');
SELECT pg_temp.step('30 hours');
SELECT pg_temp.step('10 hours');
SELECT pg_temp.step('60 hours');
SELECT pg_temp.step('20 hours');
INSERT INTO ex.ticket_event (ticket_id, event, occurred_at) SELECT ticket_id, 'stop', event_at + random() * interval '20 hours' FROM ex.ticket WHERE ticket_type = 'mix' AND ticket_id % 3 = 0;

CREATE TEMPORARY TABLE span AS
SELECT k.clock_id, k.ticket_id, k.clock, k.rule, k.started_at, k.due_at, k.target, k.paused_since, k.remaining, k.stopped_at, r.unit, r.pauses_in,
       coalesce(r.calendar, 'office') AS calendar, x.*
FROM ex.sla_clock k
JOIN aftersales.sla_rule r ON r.policy = 'ex' AND r.rule = k.rule
CROSS JOIN LATERAL aftersales.explain_due(k.clock_id, 'ex') WITH ORDINALITY x(from_at, to_at, counted, why, n)
WHERE k.ticket_id > 1000 AND k.cycle > 0;
CREATE TEMPORARY TABLE told AS
SELECT clock_id, min(unit) AS unit, min(target) AS target, min(started_at) AS started_at, min(due_at) AS due_at, min(paused_since) AS paused_since, min(remaining) AS remaining,
       sum(counted) AS counted, (array_agg(from_at ORDER BY n))[1] AS first_from, (array_agg(to_at ORDER BY n DESC))[1] AS last_to, bool_or(why = 'no time left') AS is_over,
       bool_or(why LIKE '%now by rule%') AS is_rematched, bool_or(why LIKE 'paused%') AS was_paused
FROM span GROUP BY clock_id;
SELECT cmp_ok((SELECT count(*) FROM told), '>', 500::bigint, 'there are many clocks,');
SELECT cmp_ok((SELECT count(*) FROM told WHERE is_rematched), '>', 100::bigint, 'many got another rule,');
SELECT cmp_ok((SELECT count(*) FROM told WHERE was_paused), '>', 100::bigint, 'many were paused,');
SELECT cmp_ok((SELECT count(*) FROM told WHERE paused_since IS NOT NULL), '>', 5::bigint, 'some are,');
SELECT cmp_ok((SELECT count(*) FROM told WHERE is_over), '>', 5::bigint, 'some had no time left with their new rule');
SELECT is((SELECT count(*) FROM told), (SELECT count(*) FROM ex.sla_clock WHERE ticket_id > 1000 AND cycle > 0), 'every clock is explained');
SELECT cmp_ok((SELECT count(*) FROM ex.sla_clock WHERE ticket_id > 1000 AND cycle = 0), '>', 5::bigint, 'some clocks started at a due time that is another one now');
SELECT is_empty($$SELECT k.clock_id, x.why FROM ex.sla_clock k CROSS JOIN LATERAL aftersales.explain_due(k.clock_id, 'ex') x
    WHERE k.ticket_id > 1000 AND k.cycle = 0 AND (x.why, x.from_at, x.to_at) IS DISTINCT FROM ('nothing starts it any more', k.started_at, k.stopped_at)$$, 'they have one row that says so');
SELECT is_empty('SELECT clock_id, first_from, started_at FROM told WHERE first_from <> started_at', 'the first span begins with the clock');
SELECT is_empty('SELECT clock_id, last_to, due_at FROM told WHERE last_to IS DISTINCT FROM due_at', 'the last one ends when it is due, or has no end');
SELECT is_empty('SELECT * FROM (SELECT clock_id, n, to_at, lead(from_at) OVER (PARTITION BY clock_id ORDER BY n) AS next_from FROM span) x WHERE next_from IS NOT NULL AND to_at IS DISTINCT FROM next_from', 'each begins where the one before ends');
SELECT is_empty('SELECT clock_id, n FROM span WHERE to_at < from_at OR counted < ''0''', 'none runs backwards');
SELECT is_empty($$SELECT t.clock_id, t.unit, t.counted, t.target, t.remaining FROM told t
    WHERE paused_since IS NULL AND unit IN ('elapsed', 'working') AND counted <> target$$, 'time counted is the target');
SELECT is_empty($$SELECT t.clock_id, t.unit, t.counted, t.target, t.remaining FROM told t
    WHERE paused_since IS NULL AND unit IN ('working_day', 'calendar_day') AND NOT is_over
      AND extract(day FROM counted) <> CASE WHEN target = '1 mon' THEN (started_at AT TIME ZONE 'Asia/Shanghai' + '1 mon')::date - (started_at AT TIME ZONE 'Asia/Shanghai')::date
                                            ELSE extract(day FROM target) END$$, 'days counted are the target');
SELECT is_empty($$SELECT t.clock_id, t.unit, t.counted, t.target, t.remaining FROM told t
    WHERE paused_since IS NOT NULL AND unit IN ('elapsed', 'working') AND counted + remaining <> target$$, 'of a paused clock, with what is left');
SELECT is_empty($$SELECT clock_id, n, from_at, to_at, counted FROM span WHERE unit = 'elapsed' AND why = 'counted' AND (to_at - from_at)::interval <> counted
    AND extract(epoch FROM to_at - from_at) <> extract(epoch FROM counted)$$, 'elapsed time counted is the length of the span');
SELECT is_empty($$SELECT clock_id, n, from_at, to_at, counted FROM span WHERE unit = 'working' AND why = 'counted' AND aftersales.working_time_between(from_at, to_at, calendar) <> counted$$, 'working time counted is that of the span');
SELECT is_empty($$SELECT clock_id, n, from_at, to_at, why FROM span WHERE unit = 'working' AND why IN ('night', 'weekend', 'break', 'before opening', 'after closing', 'Qingming', 'Karfreitag')
    AND aftersales.working_time_between(from_at, to_at, calendar) <> '0'$$, 'what is said to be closed is');
SELECT is_empty($$SELECT s.clock_id, s.n, s.why FROM span s WHERE s.why LIKE 'paused%' AND split_part(substr(s.why, 9), ',', 1) <>
    (SELECT e.to_state FROM ex.ticket_event e WHERE e.ticket_id = s.ticket_id AND e.to_state IS NOT NULL AND e.occurred_at <= s.from_at ORDER BY e.occurred_at DESC, e.seq DESC LIMIT 1)$$,
    'the ticket was in the state that is said to pause');
SELECT is_empty($$SELECT s.clock_id, s.n, s.from_at, s.why FROM span s WHERE s.counted > '0' AND s.unit IN ('elapsed', 'working') AND s.from_at < coalesce(s.stopped_at, 'infinity') AND
    (SELECT e.to_state FROM ex.ticket_event e WHERE e.ticket_id = s.ticket_id AND e.to_state IS NOT NULL AND e.occurred_at <= s.from_at ORDER BY e.occurred_at DESC, e.seq DESC LIMIT 1) = ANY (s.pauses_in)
      AND NOT EXISTS (SELECT FROM ex.sla_breach b WHERE b.clock_id = s.clock_id AND b.due_at <= s.from_at)$$,
    'nothing is counted in a state that pauses, but of clocks late already, or to the due time they would have had');
SELECT cmp_ok((SELECT count(DISTINCT why) FROM span WHERE why IN ('counted', 'night', 'weekend', 'break', 'Qingming', 'Karfreitag', 'after the cut-off', 'day of the start', 'part of a day', 'no time left', 'before opening')), '>=', 10::bigint, 'and every reason occurs');
SELECT * FROM finish();
ROLLBACK;
