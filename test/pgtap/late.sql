-- A late move that starts a clock takes its place in the history: what is
-- recorded for later and ends the clock has ended it.
\set ECHO none
\set QUIET 1
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS aftersales;
SELECT plan(6);

SELECT aftersales.create_desk('late');
INSERT INTO aftersales.policy (policy, title_en) VALUES ('late', 'Late');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('late', 1, 'job');
INSERT INTO aftersales.event_type (policy, version, event) VALUES ('late', 1, 'ready'), ('late', 1, 'memo');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES
    ('late', 1, 'new', 'initial'), ('late', 1, 'work', 'active'), ('late', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES
    ('late', 1, 'new', 'work'), ('late', 1, 'work', 'done');
INSERT INTO aftersales.sla_rule (policy, version, rule, clock, starts_on, stops_on, target) VALUES
    ('late', 1, 'prepare', 'prepare', '{status:work}', '{ready}', '01:00');
SELECT aftersales.activate_policy('late', 1);
SET aftersales.now = '2026-03-02 12:00+00';
INSERT INTO late.ticket (ticket_type, happened_at)
SELECT 'job', '2026-03-02 08:00+00' FROM generate_series(1, 3);

-- 1: something that ends the clock is recorded for 09:00, the move would be at 08:30
INSERT INTO late.ticket_event (ticket_id, event, occurred_at) VALUES (1, 'ready', '2026-03-02 09:00+00');
SELECT lives_ok($$UPDATE late.ticket SET status = 'work', happened_at = '2026-03-02 08:30+00' WHERE ticket_id = 1$$,
    'a late move that starts a clock already ended');
SELECT results_eq('SELECT started_at, stopped_at, ended_as, is_breached FROM late.sla_clock WHERE ticket_id = 1',
    $$VALUES ('2026-03-02 08:30+00'::timestamptz, '2026-03-02 09:00+00'::timestamptz, 'stopped', false)$$, 'it has run from the move to what ended it');

-- 2: what is recorded for later has nothing to do with the clock
INSERT INTO late.ticket_event (ticket_id, event, occurred_at) VALUES (2, 'memo', '2026-03-02 09:00+00');
SELECT lives_ok($$UPDATE late.ticket SET status = 'work', happened_at = '2026-03-02 08:30+00' WHERE ticket_id = 2$$,
    'a late move is fine when nothing later touches the clock');
SELECT results_eq('SELECT started_at, due_at FROM late.sla_clock WHERE ticket_id = 2',
    $$VALUES ('2026-03-02 08:30+00'::timestamptz, '2026-03-02 09:30+00'::timestamptz)$$, 'and its clock runs from the time of the move');

-- 3: at one instant, stop comes before start
INSERT INTO late.ticket_event (ticket_id, event, occurred_at) VALUES (3, 'ready', '2026-03-02 08:30+00'), (3, 'memo', '2026-03-02 09:00+00');
SELECT lives_ok($$UPDATE late.ticket SET status = 'work', happened_at = '2026-03-02 08:30+00' WHERE ticket_id = 3$$,
    'an end at the very instant of the start does not end it');
SELECT is(stopped_at, NULL, 'the clock runs') FROM late.sla_clock WHERE ticket_id = 3;

SELECT * FROM finish();
ROLLBACK;
