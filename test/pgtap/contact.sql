-- Contacts: which events they yield and when, what is fixed from then on.
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT no_plan();
INSERT INTO aftersales.policy (policy, title_en) VALUES ('c', 'C');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('c', 1, 'call'), ('c', 1, 'half'), ('c', 1, 'none');
INSERT INTO aftersales.event_type (policy, version, ticket_type, event, roles, allowed_in) VALUES
    ('c', 1, 'call', 'call_in', NULL, NULL), ('c', 1, 'call', 'answered', '{agent}', NULL), ('c', 1, 'call', 'hung_up', NULL, '{new}'), ('c', 1, 'half', 'answered', NULL, NULL);
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('c', 1, 'new', 'initial'), ('c', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('c', 1, 'new', 'done');
INSERT INTO aftersales.sla_rule (policy, version, ticket_type, rule, clock, starts_on, stops_on, target) VALUES ('c', 1, 'call', 'answer', 'answer', '{call_in}', '{answered}', '00:00:20');
SELECT aftersales.activate_policy('c', 1);
SELECT aftersales.create_desk();
INSERT INTO desk.staff (login) VALUES ('agent_1'), ('clerk_1');
INSERT INTO desk.staff_role VALUES ('agent_1', 'agent');
SET aftersales.now = '2026-03-02 08:00+00';
INSERT INTO desk.ticket (ticket_id, ticket_type) SELECT g, 'call' FROM generate_series(1, 9) g;
INSERT INTO desk.ticket (ticket_id, ticket_type) VALUES (20, 'half'), (30, 'none');
SET aftersales.now = '2026-03-02 09:00+00';
SET aftersales.actor = 'agent_1';
CREATE FUNCTION said(id bigint) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(concat_ws(' ', event, to_char(occurred_at, 'HH24:MI:SS')), '; ' ORDER BY seq), '') FROM desk.ticket_event WHERE ticket_id = id AND origin = 'contact' $$;

ALTER TABLE desk.contact ALTER contact_id RESTART WITH 100;

-- ---------- what is yielded, by what is known
INSERT INTO desk.contact (contact_id, ticket_id, channel, started_at, answered_at, ended_at) VALUES
    (1, 1, 'phone', '2026-03-02 08:10+00', '2026-03-02 08:10:10+00', '2026-03-02 08:15+00'), (2, 2, 'phone', '2026-03-02 08:10+00', NULL, NULL),
    (3, NULL, 'phone', '2026-03-02 08:10+00', '2026-03-02 08:10:10+00', NULL), (4, 20, 'phone', '2026-03-02 08:10+00', '2026-03-02 08:10:10+00', '2026-03-02 08:15+00'),
    (5, 30, 'phone', '2026-03-02 08:10+00', '2026-03-02 08:10:10+00', '2026-03-02 08:15+00');
SELECT is(said(1), 'call_in 08:10:00; answered 08:10:10; hung_up 08:15:00', 'all three');
SELECT is(said(2), 'call_in 08:10:00', 'what has happened so far');
SELECT is(said(20), 'answered 08:10:10', 'what the policy declares for the type');
SELECT is(said(30), '', 'nothing, for a type that declares nothing');
SELECT results_eq('SELECT started_at, stopped_at, is_breached FROM desk.sla_clock WHERE ticket_id = 1', $$VALUES (timestamptz '2026-03-02 08:10+00', timestamptz '2026-03-02 08:10:10+00', false)$$, 'clocks are judged by all of a write');
SELECT is((SELECT DISTINCT actor FROM desk.ticket_event WHERE origin = 'contact'), 'agent_1', 'by whoever writes');
-- later writes
UPDATE desk.contact SET answered_at = '2026-03-02 08:10:15+00' WHERE contact_id = 2;
UPDATE desk.contact SET ended_at = '2026-03-02 08:20+00' WHERE contact_id IN (2, 3);
SELECT is(said(2), 'call_in 08:10:00; answered 08:10:15; hung_up 08:20:00', 'each as it comes');
UPDATE desk.contact SET ticket_id = 3, disposition = 'silent' WHERE contact_id = 3;
SELECT is(said(3), 'call_in 08:10:00; answered 08:10:10; hung_up 08:20:00', 'all that is known when it is linked');
UPDATE desk.contact SET disposition = 'harassment', rings = 4 WHERE ticket_id IS NOT NULL;
SELECT is((SELECT count(*) FROM desk.ticket_event WHERE origin = 'contact'), 10::bigint, 'nothing twice');
INSERT INTO desk.contact (ticket_id, channel, started_at, answered_at) VALUES (4, 'phone', '2026-03-02 08:30+00', '2026-03-02 08:30:30+00'), (4, 'phone', '2026-03-02 08:20+00', NULL), (4, 'phone', '2026-03-02 08:40+00', '2026-03-02 08:40+00');
SELECT is(said(4), 'call_in 08:20:00; call_in 08:30:00; answered 08:30:30; call_in 08:40:00; answered 08:40:00', 'several contacts, in the order of time; at one time in the order of a call');
-- upserts
INSERT INTO desk.contact (ticket_id, channel, started_at, external_ref) VALUES (5, 'phone', '2026-03-02 08:30+00', 'tel-1');
INSERT INTO desk.contact (ticket_id, channel, started_at, answered_at, external_ref) VALUES (5, 'phone', '2026-03-02 08:30+00', '2026-03-02 08:31+00', 'tel-1')
ON CONFLICT (external_ref) DO UPDATE SET answered_at = EXCLUDED.answered_at;
INSERT INTO desk.contact (ticket_id, channel, started_at, external_ref) VALUES (5, 'phone', '2026-03-02 08:50+00', 'tel-1') ON CONFLICT DO NOTHING;
SELECT is(said(5), 'call_in 08:30:00; answered 08:31:00', 'an upsert yields what is new, a skipped row nothing');
-- opened and linked in one statement
WITH t AS (INSERT INTO desk.ticket (ticket_id, ticket_type, happened_at) VALUES (40, 'call', '2026-03-02 08:55+00') RETURNING ticket_id)
INSERT INTO desk.contact (ticket_id, channel, started_at) SELECT ticket_id, 'phone', '2026-03-02 08:55+00' FROM t;
SELECT is(said(40), 'call_in 08:55:00', 'the ticket of the same statement');

-- ---------- fixed
SELECT throws_ok('UPDATE desk.contact SET ' || s || ' WHERE contact_id = 1', 'SV004', NULL, s) FROM (VALUES
    ('ticket_id = 2'), ('ticket_id = NULL'), ('started_at = started_at - interval ''1 second'''), ('answered_at = NULL'), ('ended_at = ended_at + interval ''2 ms''')) x(s);
SELECT lives_ok('UPDATE desk.contact SET ' || s || ' WHERE contact_id = 4', s || ', which is no event there') FROM (VALUES ('started_at = started_at - interval ''1 second'''), ('ended_at = NULL')) x(s);
UPDATE desk.contact SET started_at = started_at + interval '0.9 ms', ticket_id = ticket_id, answered_at = answered_at - interval '0.9 ms' WHERE contact_id = 1;
SELECT is((SELECT answered_at FROM desk.contact WHERE contact_id = 1), '2026-03-02 08:10:10+00', 'a rounding that comes back changes nothing');
SELECT throws_ok('DELETE FROM desk.contact WHERE contact_id = 1', 'SV004', NULL, 'a linked one cannot be deleted');
INSERT INTO desk.contact (contact_id, channel, started_at) VALUES (99, 'letter', '2026-03-02 08:00+00');
SELECT lives_ok('DELETE FROM desk.contact WHERE contact_id = 99', 'another one can');
SELECT throws_ok('TRUNCATE desk.contact CASCADE', 'SV004', NULL, 'TRUNCATE');

-- ---------- refused
CREATE FUNCTION co(id bigint, s text, a text DEFAULT NULL, e text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT format('INSERT INTO desk.contact (ticket_id, channel, started_at, answered_at, ended_at) VALUES (%s, ''phone'', %L, %L, %L)', id, s, a, e) $$;
SELECT throws_ok(stmt, code, NULL, what) FROM (VALUES
    (co(7, '2026-03-02 07:59+00'), 'SV005', 'before the ticket was opened'), (co(7, '2026-03-02 09:10+00'), 'SV005', 'in the future'), (co(77, '2026-03-02 08:10+00'), '23503', 'no such ticket'),
    (co(7, '2026-03-02 08:10+00', '2026-03-02 08:09+00'), '23514', 'answered before it rang'), (co(7, '2026-03-02 08:10+00', '2026-03-02 08:11+00', '2026-03-02 08:10:30+00'), '23514', 'ended before it was answered')) v(stmt, code, what);
UPDATE desk.ticket SET status = 'done' WHERE ticket_id = 8;
SELECT throws_ok(co(8, '2026-03-02 08:10+00', NULL, '2026-03-02 08:20+00'), 'SV001', NULL, 'an event that the state does not allow');
SET aftersales.actor = 'clerk_1';
SELECT throws_ok(co(7, '2026-03-02 08:10+00', '2026-03-02 08:11+00'), 'SV003', NULL, 'an event of another role');
SELECT lives_ok(co(7, '2026-03-02 08:10+00'), 'one of any role');
SELECT is(said(7), 'call_in 08:10:00', 'is there');
SELECT lives_ok('INSERT INTO desk.ticket_event (ticket_id, event) VALUES (7, ''call_in'')', 'an application may log a call itself');

SELECT is_empty('SELECT * FROM aftersales.verify_clocks()', 'replaying gives the same clocks');
SELECT is_empty('SELECT * FROM aftersales.verify_audit()', 'every chain holds');
SELECT * FROM finish();
