-- The view ticket_queue: open tickets, what is due next, what would be, what
-- is late; computed when asked, with no sweep. Also clock_now.
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET timezone = 'UTC';
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS aftersales;
SELECT no_plan();
INSERT INTO aftersales.calendar (calendar, timezone) VALUES ('q_office', 'UTC');
INSERT INTO aftersales.calendar_hours (calendar, weekday, opens, closes) SELECT 'q_office', d, '08:00', '16:00' FROM generate_series(1, 5) d;
INSERT INTO aftersales.policy (policy, title_en, calendar) VALUES ('qu', 'Queue', 'q_office');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('qu', 1, 'job'), ('qu', 1, 'group');
INSERT INTO aftersales.event_type (policy, version, event) VALUES ('qu', 1, 'stop'), ('qu', 1, 'called'), ('qu', 1, 'visited');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('qu', 1, 'new', 'initial'), ('qu', 1, 'wait', 'waiting'), ('qu', 1, 'done', 'done'), ('qu', 1, 'gone', 'closed');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('qu', 1, 'new', 'wait'), ('qu', 1, 'wait', 'new'), ('qu', 1, 'new', 'done'), ('qu', 1, 'done', 'gone');
INSERT INTO aftersales.sla_rule (policy, version, ticket_type, rule, clock, starts_on, stops_on, pauses_in, target, unit, any_of) VALUES
    ('qu', 1, 'job', 'short', 'short', '{opened}', '{stop}', '{wait}', '1 hour', 'elapsed', NULL),
    ('qu', 1, 'job', 'long', 'long', '{opened}', '{status:done}', '{wait}', '4 hours', 'working', NULL),
    ('qu', 1, 'job', 'fixed', 'fixed', '{opened}', '{status:done}', '{}', '3 hours', 'elapsed', NULL),
    ('qu', 1, 'job', 'noted', 'noted', '{opened}', '{status:done}', '{}', NULL, 'elapsed', NULL),
    ('qu', 1, 'group', 'call', 'call', '{opened}', '{called}', '{}', '1 hour', 'elapsed', 'contact'),
    ('qu', 1, 'group', 'visit', 'visit', '{opened}', '{visited}', '{}', '2 hours', 'elapsed', 'contact');
SELECT aftersales.activate_policy('qu', 1);
SELECT aftersales.create_desk('qu');
CREATE FUNCTION pg_temp.at(t timestamptz) RETURNS void LANGUAGE sql AS $$ SELECT set_config('aftersales.now', t::text, false) $$;
CREATE FUNCTION pg_temp.line(id bigint) RETURNS text LANGUAGE sql AS $$
    SELECT format('%s: %s %s %s | %s %s | %s %s', status, coalesce(next_clock, '-'), coalesce(to_char(next_due_at, 'DD HH24:MI'), '-'), coalesce(minutes_left::text, '-'),
        coalesce(paused_clock, '-'), coalesce(to_char(projected_due_at, 'DD HH24:MI'), '-'), late_clocks, late_clock_names) FROM qu.ticket_queue WHERE ticket_id = id $$;

SELECT pg_temp.at('2026-03-02 14:00+00');    -- a Monday, two hours before closing
INSERT INTO qu.ticket (ticket_id, ticket_type) SELECT g, 'job' FROM generate_series(1, 6) g;
INSERT INTO qu.ticket (ticket_id, ticket_type) SELECT g, 'group' FROM generate_series(11, 15) g;
SELECT is(pg_temp.line(1), 'new: short 02 15:00 60 | - - | 0 {}', 'the clock due first');
SELECT pg_temp.at('2026-03-02 14:40:30+00');
SELECT is(pg_temp.line(1), 'new: short 02 15:00 19 | - - | 0 {}', 'whole minutes left');
UPDATE qu.ticket SET status = 'wait' WHERE ticket_id IN (2, 3);
SELECT is(pg_temp.line(2), 'wait: fixed 02 17:00 139 | short 02 15:00 | 0 {}', 'paused: projected as if it went on now');
SELECT pg_temp.at('2026-03-02 15:40:30+00');
SELECT is(pg_temp.line(2), 'wait: fixed 02 17:00 79 | short 02 16:00 | 0 {}', 'an hour later the projection is an hour later');
SELECT is(pg_temp.line(1), 'new: fixed 02 17:00 79 | - - | 1 {short}', 'late, though nobody has recorded it');
SELECT is((SELECT count(*) FROM qu.sla_breach), 0::bigint, 'no breach is recorded');
SELECT pg_temp.at('2026-03-02 15:00+00');
SELECT is(pg_temp.line(1), 'new: short 02 15:00 0 | - - | 0 {}', 'due now is not late');
SELECT pg_temp.at('2026-03-02 15:00:00.000001+00');
SELECT is(pg_temp.line(1), 'new: fixed 02 17:00 119 | - - | 1 {short}', 'a microsecond later it is');
SELECT pg_temp.at('2026-03-03 12:00+00');
SELECT is(pg_temp.line(1), 'new: - - - | - - | 3 {short,fixed,long}', 'longest late first');
SELECT is(pg_temp.line(3), 'wait: - - - | short 03 12:19 | 1 {fixed}', 'working time projected from here too; late what does not pause');
SELECT is((SELECT aftersales.projected_due(clock_id, NULL, 'qu') FROM qu.sla_clock WHERE ticket_id = 3 AND clock = 'long'), '2026-03-03 15:19:30+00', 'the other paused clock, in working time');
SELECT is((SELECT array_agg(outcome ORDER BY clock) FROM qu_bi.clock WHERE ticket_id = 1), '{late,late,running,late}'::text[], 'the BI view agrees');
-- recorded breaches are late just the same
SELECT * FROM aftersales.sweep(NULL, NULL, 'qu') \g /dev/null
SELECT is(pg_temp.line(1), 'new: - - - | - - | 3 {short,fixed,long}', 'a sweep changes nothing of what is seen');
SELECT is(pg_temp.line(3), 'wait: - - - | short 03 12:19 | 1 {fixed}', 'nor here');
-- not in the queue: done, closed, voided
SELECT pg_temp.at('2026-03-03 12:30+00');
UPDATE qu.ticket SET status = 'done' WHERE ticket_id IN (4, 5);
UPDATE qu.ticket SET status = 'gone' WHERE ticket_id = 5;
SELECT aftersales.void_ticket(6, 'twice', 'qu');
SELECT is((SELECT array_agg(ticket_id ORDER BY ticket_id) FROM qu.ticket_queue), '{1,2,3,11,12,13,14,15}'::bigint[], 'open tickets only');

-- ---------- groups: one clock is enough
CREATE FUNCTION pg_temp.seen(id bigint) RETURNS text LANGUAGE sql AS $$ SELECT string_agg(clock || ' ' || outcome, ', ' ORDER BY clock) FROM qu_bi.clock WHERE ticket_id = id $$;
SELECT is(pg_temp.line(11), 'new: - - - | - - | 1 {visit}', 'all missed: the one due last is late');
SELECT is(pg_temp.seen(11), 'call covered, visit late', 'and it alone');
SELECT pg_temp.at('2026-03-04 08:00+00');
INSERT INTO qu.ticket (ticket_id, ticket_type) SELECT g, 'group' FROM generate_series(21, 25) g;
SELECT pg_temp.at('2026-03-04 09:30+00');
SELECT is(pg_temp.line(21), 'new: visit 04 10:00 30 | - - | 0 {}', 'one past its time, the other can still be met: not late');
SELECT is(pg_temp.seen(21), 'call running, visit running', 'it runs on');
INSERT INTO qu.ticket_event (ticket_id, event) VALUES (22, 'visited'), (23, 'called');
SELECT is(pg_temp.line(22), 'new: - - - | - - | 0 {}', 'the other was met: not late');
SELECT is(pg_temp.seen(22), 'call covered, visit met', 'still covered');
SELECT is(pg_temp.seen(23), 'call covered, visit running', 'stopped late while the other runs');
SELECT pg_temp.at('2026-03-04 10:30+00');
SELECT is(pg_temp.line(21), 'new: - - - | - - | 1 {visit}', 'both missed, not recorded yet: the one due last');
SELECT is(pg_temp.seen(21), 'call covered, visit late', 'and it alone');
SELECT is(pg_temp.seen(22), 'call covered, visit met', 'met stays met');
SELECT is(pg_temp.line(23), 'new: - - - | - - | 1 {visit}', 'one stopped late, the other past its time now');
CREATE TEMPORARY TABLE before AS SELECT clock_id, outcome FROM qu_bi.clock;
SELECT * FROM aftersales.sweep(NULL, NULL, 'qu') \g /dev/null
SELECT is_empty('SELECT * FROM before EXCEPT SELECT clock_id, outcome FROM qu_bi.clock', 'a sweep changes nothing of what the view says');
SELECT is((SELECT count(*) FROM qu.sla_breach b JOIN qu.sla_clock c USING (clock_id) WHERE c.ticket_id BETWEEN 21 AND 25), 4::bigint, 'one breach a group, but for the one that was met');

-- ---------- rights: who may read the desk may read the queue
CREATE ROLE aftersales_queue_app;
SELECT aftersales.grant_access('aftersales_queue_app', 'app', 'qu');
SET LOCAL ROLE aftersales_queue_app;
SELECT is(pg_temp.line(2), 'wait: - - - | short 04 10:49 | 1 {fixed}', 'the level app reads it, projections included');
RESET ROLE;
SELECT * FROM finish();
ROLLBACK;
