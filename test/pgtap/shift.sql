-- shift_done: when the last ticket of a shift and type is finished.
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT no_plan();
INSERT INTO aftersales.policy (policy, title_en) VALUES ('s', 'S');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('s', 1, 'job'), ('s', 1, 'other'), ('s', 1, 'free');
INSERT INTO aftersales.event_type (policy, version, ticket_type, event, roles, allowed_in) VALUES ('s', 1, 'job', 'shift_done', '{nobody}', '{done,called}'), ('s', 1, 'other', 'shift_done', NULL, '{done}');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('s', 1, 'new', 'initial'), ('s', 1, 'done', 'done'), ('s', 1, 'called', 'done'), ('s', 1, 'gone', 'closed');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state)
SELECT 's', 1, a, b FROM unnest('{new,done,called}'::text[]) a, unnest('{new,done,called,gone}'::text[]) b WHERE a <> b;
INSERT INTO aftersales.workflow_transition (policy, version, to_state) VALUES ('s', 1, 'done');
INSERT INTO aftersales.sla_rule (policy, version, ticket_type, rule, clock, starts_on, stops_on, cancels_on, target) VALUES ('s', 1, 'job', 'archive', 'archive', '{shift_done}', '{status:gone}', '{shift_done}', '01:00');
SELECT is_empty($$SELECT * FROM aftersales.check_policy('s', 1) WHERE severity = 'error'$$, 'the policy is sound');
SELECT aftersales.activate_policy('s', 1);
SELECT aftersales.create_desk();
SET aftersales.now = '2026-03-02 08:00+00';
INSERT INTO desk.shift (shift_id, starts_at, ends_at) SELECT g, '2026-03-02 08:00+00', '2026-03-02 16:00+00' FROM generate_series(1, 20) g;
-- Tickets 10 s + 1 … 10 s + n of shift s.
CREATE FUNCTION fill(s bigint, n integer, type text DEFAULT 'job') RETURNS void LANGUAGE sql AS $$
    INSERT INTO desk.ticket (ticket_id, ticket_type, shift_id, happened_at) SELECT 10 * s + g, type, s, '2026-03-02 08:00+00' FROM generate_series(1, n) g $$;
CREATE FUNCTION move(id bigint[], state text, at timestamptz DEFAULT NULL) RETURNS void LANGUAGE sql AS $$ UPDATE desk.ticket SET status = state, happened_at = at WHERE ticket_id = ANY (id) $$;
CREATE FUNCTION done(s bigint) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(concat_ws(' ', ticket_id, to_char(occurred_at, 'HH24:MI')), '; ' ORDER BY ticket_id, seq), '') FROM desk.ticket_event
    WHERE ticket_id / 10 = s AND event = 'shift_done' AND origin = 'shift' $$;
SET aftersales.now = '2026-03-02 09:00+00';

SELECT fill(1, 3), move('{11}', 'done'), move('{12}', 'called');
SELECT is(done(1), '', 'not before the last');
SET aftersales.now = '2026-03-02 09:30+00';
SELECT move('{13}', 'done');
SELECT is(done(1), '11 09:30; 12 09:30; 13 09:30', 'with the last, on all');
SELECT results_eq('SELECT ticket_id, started_at FROM desk.sla_clock WHERE clock = ''archive'' ORDER BY 1', $$VALUES (11::bigint, timestamptz '2026-03-02 09:30+00'), (12, '2026-03-02 09:30+00'), (13, '2026-03-02 09:30+00')$$, 'clocks start');
SELECT move('{13}', 'called'), move('{11}', 'gone');
UPDATE desk.ticket SET subject = 'x' WHERE shift_id = 1;
SELECT is(done(1), '11 09:30; 12 09:30; 13 09:30', 'moves among finished states do not count');
SET aftersales.now = '2026-03-02 09:40+00';
SELECT move('{13}', 'new'), move('{13}', 'done');
SELECT is(done(1), '11 09:30; 12 09:30; 12 09:40; 13 09:30; 13 09:40', 'taken back and finished again; not on what is closed');
SELECT fill(2, 4), move('{21,22,23,24}', 'done');
SELECT is(done(2), '21 09:40; 22 09:40; 23 09:40; 24 09:40', 'all in one statement');
SELECT fill(3, 2), fill(4, 2); UPDATE desk.ticket SET status = 'done' WHERE shift_id IN (3, 4) AND ticket_id <> 42;
SELECT is(done(3) || '|' || done(4), '31 09:40; 32 09:40|', 'several shifts in one statement');
SELECT fill(5, 2), move('{51}', 'done', '2026-03-02 09:10+00'), move('{52}', 'done', '2026-03-02 09:05+00');
SELECT is(done(5), '51 09:10; 52 09:10', 'at the time at which the last was finished, not recorded');
SELECT is(done(6), '', 'no tickets, no event');
-- types are apart
SELECT fill(7, 1); INSERT INTO desk.ticket (ticket_id, ticket_type, shift_id) VALUES (75, 'other', 7), (76, 'free', 7), (77, 'job', NULL);
SELECT move('{71}', 'done');
SELECT is(done(7), '71 09:40', 'other types, and tickets of no shift, do not count');
SELECT move('{76}', 'done'), move('{77}', 'done');
SELECT is(done(7), '71 09:40', 'a type that declares it not has no event');
SELECT move('{75}', 'called');
SELECT is(done(7), '71 09:40', 'a state that one type counts and the other does not');
SELECT move('{75}', 'done');
SELECT is(done(7), '71 09:40; 75 09:40', 'the other type by itself');
-- closed tickets are finished whatever allowed_in says
SELECT fill(8, 3), move('{81}', 'gone'), move('{82}', 'done'), move('{83}', 'gone');
SELECT is(done(8), '82 09:40', 'closing the last one counts');
SELECT fill(9, 2), move('{91,92}', 'gone');
SELECT is(done(9), '', 'none is left that needs it');
-- coming and going
SELECT fill(10, 2), move('{101}', 'done');
UPDATE desk.ticket SET shift_id = 11 WHERE ticket_id = 102;
SELECT is(done(10), '101 09:40', 'the unfinished one leaves');
SELECT fill(12, 2), move('{121,122}', 'done');
UPDATE desk.ticket SET shift_id = 11 WHERE ticket_id = 122;
SELECT is(done(12), '121 09:40; 122 09:40', 'a finished one leaves');
SELECT move('{102}', 'done');
SELECT is(done(10), '101 09:40; 102 09:40', 'the last of another shift');
SELECT is((SELECT count(*) FROM desk.ticket_event WHERE ticket_id = 122 AND event = 'shift_done'), 2::bigint, 'also on what has come from elsewhere');
INSERT INTO desk.ticket (ticket_id, ticket_type, shift_id, status) VALUES (131, 'job', 13, 'done');
SELECT is(done(13), '131 09:40', 'opened in a finished state');
INSERT INTO desk.ticket (ticket_id, ticket_type, shift_id, status) VALUES (131, 'job', 13, 'done') ON CONFLICT DO NOTHING;
SELECT is(done(13), '131 09:40', 'a skipped row finishes nothing');
INSERT INTO desk.ticket (ticket_id, ticket_type, status) VALUES (141, 'job', 'done'), (142, 'job', 'done');
UPDATE desk.ticket SET shift_id = 14, happened_at = '2026-03-02 09:40+00' WHERE ticket_id = 141;
SELECT is(done(14), '141 09:40', 'a finished ticket comes into an empty shift');

SELECT fill(15, 2), move('{151}', 'done');
SELECT aftersales.void_ticket(152, 'opened by mistake');
SELECT is(done(15), '151 09:40', 'the unfinished one is voided');
SELECT fill(16, 3), move('{161,162}', 'done');
SELECT aftersales.void_ticket(161, 'opened by mistake');
SELECT is(done(16), '', 'a finished one is voided');
SELECT move('{163}', 'done');
SELECT is(done(16), '162 09:40; 163 09:40', 'it does not count, and has no event');

-- ---------- refused
SELECT throws_ok('INSERT INTO desk.ticket_event (ticket_id, event) VALUES (11, ''shift_done'')', 'SV010', NULL, 'applications do not log it');
SELECT throws_ok('INSERT INTO desk.ticket (ticket_type, shift_id) VALUES (''job'', 99)', '23503', NULL, 'no such shift');
SELECT aftersales.draft_policy('s');
INSERT INTO aftersales.event_type (policy, version, ticket_type, event, allowed_in, required_data) VALUES ('s', 2, 'free', 'shift_done', NULL, '{x}');
SELECT bag_eq($$SELECT item || ': ' || problem FROM aftersales.check_policy('s', 2) WHERE severity = 'error'$$, $$VALUES
    ('free.shift_done: required_data names x, which the event never has'), ('free.shift_done: allowed_in must name the states in which a ticket is finished')$$, 'what is unsound');

SELECT is_empty('SELECT * FROM aftersales.verify_clocks()', 'replaying gives the same clocks');
SELECT is_empty('SELECT * FROM aftersales.verify_audit()', 'every chain holds');
SELECT * FROM finish();
