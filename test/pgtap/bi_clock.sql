-- desk_bi: outcomes of clocks, what counts as a breach, escalations, events.
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
INSERT INTO aftersales.calendar (calendar, timezone, known_until) VALUES ('b_known', 'Asia/Shanghai', '2026-03-04');
INSERT INTO aftersales.calendar (calendar, timezone, holidays_from) VALUES ('b_takes', 'Asia/Shanghai', 'b_known'), ('b_free', 'UTC', NULL);
INSERT INTO aftersales.calendar_hours (calendar, weekday, opens, closes) SELECT c, d, '00:00', '24:00' FROM unnest('{b_known,b_takes,b_free}'::text[]) c, generate_series(1, 7) d;
INSERT INTO aftersales.policy (policy, title_en, timezone, calendar) VALUES ('bc', 'BI', 'Asia/Shanghai', 'b_takes');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('bc', 1, 'job');
INSERT INTO aftersales.event_type (policy, version, event) VALUES ('bc', 1, 'stop'), ('bc', 1, 'off');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('bc', 1, 'new', 'initial'), ('bc', 1, 'wait', 'waiting'), ('bc', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('bc', 1, 'new', 'wait'), ('bc', 1, 'wait', 'new'), ('bc', 1, 'new', 'done');
INSERT INTO aftersales.approval_rule (policy, version, kind, purpose, roles) VALUES ('bc', 1, 'force_majeure', 'excuse', '{boss}');
INSERT INTO aftersales.sla_rule (policy, version, rule, clock, condition, starts_on, stops_on, cancels_on, pauses_in, target, unit, calendar, responsible) VALUES
    ('bc', 1, 'run', 'run', 'grade IS NULL', '{opened}', '{stop}', '{off}', '{wait}', '1 hour', 'elapsed', NULL, 'workshop'),
    ('bc', 1, 'days', 'days', NULL, '{opened}', '{stop}', '{off}', '{wait}', '2 days', 'working_day', NULL, NULL),
    ('bc', 1, 'open_end', 'open_end', NULL, '{opened}', '{stop}', '{off}', '{}', NULL, 'elapsed', NULL, NULL),
    ('bc', 1, 'free', 'free', NULL, '{opened}', '{stop}', '{off}', '{}', '300 hours', 'working', 'b_free', NULL);
INSERT INTO aftersales.escalation_rule (policy, version, clock, level, at, recipient) VALUES ('bc', 1, 'run', 1, '50%', 'leader'), ('bc', 1, 'run', 2, '1 hour', 'boss');
SELECT aftersales.activate_policy('bc', 1);
SELECT aftersales.create_desk('bc');
INSERT INTO bc.staff (login) VALUES ('chief'), (session_user) ON CONFLICT DO NOTHING;
INSERT INTO bc.staff_role (login, role) VALUES ('chief', 'boss');
INSERT INTO bc.org_unit (org_id, org_code) VALUES (1, 'a'), (2, 'b');
CREATE FUNCTION pg_temp.at(t timestamptz) RETURNS void LANGUAGE sql AS $$ SELECT set_config('aftersales.now', t::text, false) $$;
CREATE FUNCTION pg_temp.outcome(id bigint, c text DEFAULT 'run') RETURNS text LANGUAGE sql AS $$ SELECT concat_ws(' ', outcome, is_breached, is_open) FROM bc_bi.clock WHERE ticket_id = id AND clock = c $$;

SELECT pg_temp.at('2026-03-02 08:00+00');
INSERT INTO bc.ticket (ticket_id, ticket_type, org_id) SELECT g, 'job', 1 FROM generate_series(1, 12) g;
SELECT is(pg_temp.outcome(1), 'running f t', 'running');
SELECT is(pg_temp.outcome(1, 'open_end'), 'running f t', 'never late');
SELECT pg_temp.at('2026-03-02 08:30+00');
INSERT INTO bc.ticket_event (ticket_id, event) VALUES (2, 'stop'), (3, 'off');
UPDATE bc.ticket SET status = 'wait' WHERE ticket_id IN (4, 5);
UPDATE bc.ticket SET grade = 'A' WHERE ticket_id = 6;
SELECT pg_temp.at('2026-03-02 08:50+00');
SELECT is(pg_temp.outcome(2), 'met f f', 'met');
SELECT is(pg_temp.outcome(2, 'open_end'), 'met f f', 'stopped without a due time');
SELECT is(pg_temp.outcome(3), 'cancelled f f', 'cancelled');
SELECT is(pg_temp.outcome(4), 'paused f t', 'paused');
SELECT is((SELECT (is_paused, paused_minutes, remaining_minutes, due_at, due_on, late_minutes)::text FROM bc_bi.clock WHERE ticket_id = 4 AND clock = 'run'), '(t,20.00,30.00,,,)', 'for how long, and what is left');
SELECT is((SELECT (is_paused, paused_minutes, remaining_minutes)::text FROM bc_bi.clock WHERE ticket_id = 4 AND clock = 'days'), '(t,20.00,2880.00)', 'days left, in minutes');
SELECT is((SELECT (is_paused, paused_minutes, remaining_minutes)::text FROM bc_bi.clock WHERE ticket_id = 1 AND clock = 'run'), '(f,,)', 'nothing of that for one that runs');
SELECT is(pg_temp.outcome(6), 'voided f f', 'voided: no rule fits');
SELECT pg_temp.at('2026-03-02 10:30+00');
SELECT is(pg_temp.outcome(1), 'late t t', 'late, not recorded');
SELECT is((SELECT (due_at, detected_at, org_id, responsible, counts, late_minutes)::text FROM bc_bi.breach WHERE ticket_id = 1), '("2026-03-02 09:00:00+00",,1,workshop,t,90.00)', 'the breach is there before it is recorded');
SELECT is(pg_temp.outcome(4), 'paused f t', 'a paused clock is not late');
INSERT INTO bc.ticket_event (ticket_id, event) VALUES (7, 'stop'), (8, 'off');
SELECT is(pg_temp.outcome(7), 'breached t f', 'stopped late');
SELECT is(pg_temp.outcome(8), 'breached t f', 'cancelled when it was late');
UPDATE bc.ticket SET org_id = 2 WHERE ticket_id IN (1, 7);
SELECT is((SELECT (org_id, responsible, detected_at IS NOT NULL)::text FROM bc_bi.breach WHERE ticket_id = 1), '(1,workshop,t)', 'whose breach: of the unit at the due time');
-- a stop recorded late that happened in time
INSERT INTO bc.ticket_event (ticket_id, event) VALUES (9, 'off');
INSERT INTO bc.ticket_event (ticket_id, event, occurred_at) VALUES (9, 'stop', '2026-03-02 08:45+00');
SELECT is(pg_temp.outcome(9), 'cleared t f', 'cleared: counted apart, but late');
SELECT is((SELECT (cleared_at IS NOT NULL, counts, late_minutes)::text FROM bc_bi.breach WHERE ticket_id = 9), '(t,t,0)', 'the breach is marked, and counts');
-- excused
SET LOCAL aftersales.actor = 'chief';
INSERT INTO bc.approval (ticket_id, kind, clock_id) SELECT ticket_id, 'force_majeure', clock_id FROM bc.sla_clock WHERE ticket_id IN (7, 10) AND clock = 'run';
RESET aftersales.actor;
SELECT is(pg_temp.outcome(7), 'excused t f', 'excused');
SELECT is(pg_temp.outcome(10), 'excused t t', 'one that is open too');
SELECT is((SELECT (excused_at, excused_by, counts)::text FROM bc_bi.breach WHERE ticket_id = 7), '("2026-03-02 10:30:00+00",chief,f)', 'by whom, and it does not count');
-- voided tickets count nowhere
SELECT aftersales.void_ticket(8, 'twice', 'bc');
SELECT aftersales.void_ticket(11, 'twice', 'bc');
SELECT is(pg_temp.outcome(8), 'voided f f', 'a breached clock of a voided ticket');
SELECT is(pg_temp.outcome(11), 'voided f f', 'a late one');
SELECT is((SELECT bool_and(is_voided AND NOT counts) FROM bc_bi.breach WHERE ticket_id IN (8, 11)), true, 'its breaches are flagged and do not count');
SELECT is((SELECT (is_voided)::text FROM bc_bi.ticket WHERE ticket_id = 8), 'true', 'the ticket is flagged');
SELECT is((SELECT bool_and(is_voided) FROM bc_bi.ticket_event WHERE ticket_id = 8), true, 'its events are');

-- every outcome, and the rate
SELECT is((SELECT string_agg(outcome || ' ' || n, ', ' ORDER BY outcome) FROM (SELECT outcome, count(*) AS n FROM bc_bi.clock WHERE clock = 'run' GROUP BY 1) x),
          'cancelled 1, cleared 1, excused 2, late 2, met 1, paused 2, voided 3', 'every clock has one outcome');
SELECT is((SELECT count(*) FROM bc_bi.breach WHERE counts), (SELECT count(*) FROM bc_bi.clock WHERE outcome IN ('breached', 'late', 'cleared')), 'what counts is breached, late or cleared');
SELECT is((SELECT count(*) FROM bc_bi.clock_open), (SELECT count(*) FROM bc_bi.clock WHERE is_open), 'clock_open is what has not ended');

-- due beyond what is officially known
SELECT is((SELECT (due_on, is_beyond_known, calendar)::text FROM bc_bi.clock WHERE ticket_id = 1 AND clock = 'days'), '(2026-03-04,f,b_takes)', 'the last day that is known');
SELECT pg_temp.at('2026-03-02 16:00+00');
INSERT INTO bc.ticket (ticket_id, ticket_type) VALUES (20, 'job');
SELECT is((SELECT (due_on, is_beyond_known)::text FROM bc_bi.clock WHERE ticket_id = 20 AND clock = 'days'), '(2026-03-05,t)', 'opened after local midnight: a day later, not known');
SELECT is((SELECT is_beyond_known FROM bc_bi.clock WHERE ticket_id = 20 AND clock = 'free'), false, 'a calendar that needs no notice');
SELECT is((SELECT is_beyond_known FROM bc_bi.clock WHERE ticket_id = 20 AND clock = 'run'), false, 'a clock without a calendar');
SELECT results_eq('SELECT calendar, timezone, known_until FROM aftersales.calendar_notice WHERE calendar LIKE ''b\_%'' ORDER BY 1',
    $$VALUES ('b_free', 'UTC', NULL::date), ('b_known', 'Asia/Shanghai', '2026-03-04'), ('b_takes', 'Asia/Shanghai', '2026-03-04')$$, 'calendar_notice follows holidays_from');
SELECT is_empty('SELECT calendar FROM aftersales.calendar_notice WHERE calendar LIKE ''b\_%'' AND known_until IS DISTINCT FROM aftersales.calendar_known_until(calendar)', 'and says what calendar_known_until() says');

-- escalations
SELECT results_eq($$SELECT escalation, clock, level, at, at_on, action, recipient, delay_minutes, is_voided FROM bc_bi.escalation e WHERE ticket_id = 7 ORDER BY level$$,
    $$SELECT clock_id || '.' || l, 'run', l, a, '2026-03-02'::date, 'notify', r, d, false FROM bc.sla_clock c,
      (VALUES (1, '2026-03-02 08:30+00'::timestamptz, 'leader', 120.00), (2, '2026-03-02 10:00+00', 'boss', 30.00)) v(l, a, r, d) WHERE c.ticket_id = 7 AND c.clock = 'run'$$, 'levels carried out, and how late');
SELECT is((SELECT count(*) FROM bc_bi.escalation), (SELECT count(*) FROM bc.sla_escalation), 'one row each');

-- a corrected event is marked
SELECT aftersales.correct_event((SELECT event_id FROM bc.ticket_event WHERE ticket_id = 2 AND event = 'stop'), 'wrong ticket', NULL, 'bc');
SELECT is((SELECT array_agg(event ORDER BY seq) FROM bc_bi.ticket_event WHERE ticket_id = 2 AND is_corrected), '{stop}'::text[], 'corrected');
SELECT is((SELECT count(*) FROM bc_bi.ticket_event WHERE is_corrected), 1::bigint, 'that one only');
SELECT is((SELECT count(*) FROM bc_bi.ticket_event), (SELECT count(*) FROM bc.ticket_event), 'one row per event');

-- rights: bi reads all of it without any right on the desk
CREATE ROLE aftersales_bi_reader;
SELECT aftersales.grant_access('aftersales_bi_reader', 'bi', 'bc');
SET LOCAL ROLE aftersales_bi_reader;
SELECT lives_ok(format('SELECT * FROM bc_bi.%I', v), 'bi may read ' || v) FROM unnest('{ticket,clock,clock_open,breach,escalation,ticket_event}'::text[]) v;
RESET ROLE;
SELECT * FROM finish();
ROLLBACK;
