-- move() and allowed_events().
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT no_plan();
INSERT INTO aftersales.policy (policy, title_en) VALUES ('m', 'M');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('m', 1, 'job');
INSERT INTO aftersales.attribute (policy, version, attribute, data_type) VALUES ('m', 1, 'a', 'text'), ('m', 1, 'n', 'integer');
INSERT INTO aftersales.event_type (policy, version, event, roles, allowed_in, required_data, label_en, label_zh, clauses) VALUES
    ('m', 1, 'memo', NULL, NULL, '{}', 'Memo', '备注', '{}'), ('m', 1, 'paid', '{clerk}', NULL, '{amount,by}', NULL, NULL, '{}'), ('m', 1, 'seen', NULL, '{work}', '{}', NULL, NULL, '{}'), ('m', 1, 'both', '{clerk}', '{work}', '{}', NULL, NULL, '{}'),
    ('m', 1, 'promise:visit', NULL, NULL, '{}', NULL, NULL, '{}'), ('m', 1, 'shift_done', NULL, '{done}', '{}', NULL, NULL, '{}'), ('m', 1, 'status:work', NULL, NULL, '{}', NULL, NULL, '{}');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('m', 1, 'new', 'initial'), ('m', 1, 'work', 'active'), ('m', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state, roles) VALUES ('m', 1, 'new', 'work', NULL), ('m', 1, 'work', 'new', NULL), ('m', 1, 'work', 'done', '{clerk}');
INSERT INTO aftersales.workflow_guard (policy, version, to_state, guard, requires, message_en) VALUES ('m', 1, 'done', 'counted', 'n IS NOT NULL', 'count');
SELECT aftersales.activate_policy('m', 1);
SELECT aftersales.create_desk(), aftersales.create_desk('second');
SET aftersales.desk = 'desk';
INSERT INTO desk.staff (login) VALUES ('ann'), ('clerk_1');
INSERT INTO desk.staff_role VALUES ('clerk_1', 'clerk');
SET aftersales.now = '2026-03-02 08:00+00';
INSERT INTO desk.ticket (ticket_id, ticket_type, attributes) SELECT g, 'job', '{"a": "x"}' FROM generate_series(1, 9) g;
INSERT INTO second.ticket (ticket_id, ticket_type) VALUES (1, 'job');
SET aftersales.now = '2026-03-02 09:00+00';
CREATE FUNCTION said(id bigint) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(concat_ws(' ', e.event, to_char(e.occurred_at, 'HH24:MI'), e.external_ref, p.note), '; ' ORDER BY e.seq), '')
    FROM desk.ticket_event e LEFT JOIN desk.event_private p USING (event_id) WHERE e.ticket_id = id AND e.seq > 1 $$;

-- ---------- move()
SELECT results_eq('SELECT * FROM aftersales.move(1, ''work'')', $$VALUES (1::bigint, 2, 'work', timestamptz '2026-03-02 09:00+00')$$, 'returns the ticket as it is then');
SELECT is(said(1), 'status:work 09:00', 'one event');
SELECT results_eq('SELECT status_at, row_version FROM aftersales.move(2, ''work'', ''2026-03-02 08:30+00'', ''on my way'', 1, ''m-1'', ''{"n": 4}'')', $$VALUES (timestamptz '2026-03-02 08:30+00', 2)$$, 'with all there is to say');
SELECT is(said(2), 'changed:attributes 08:30; status:work 08:30 m-1 on my way', 'the external_ref is that of the move');
SELECT is((SELECT attributes FROM desk.ticket WHERE ticket_id = 2), '{"a": "x", "n": 4}'::jsonb, 'attributes are merged');
SELECT results_eq('SELECT status, row_version FROM aftersales.move(2, ''work'', attributes => ''{"a": "y"}'', external_ref => ''m-2'')', $$VALUES ('work', 3)$$, 'no move, but a change');
SELECT is(split_part(said(2), '; ', 3), 'changed:attributes 09:00 m-2', 'which has the external_ref');
SELECT results_eq('SELECT status, row_version FROM aftersales.move(2, ''work'', external_ref => ''m-3'')', $$VALUES ('work', 4)$$, 'neither: no event');
SELECT is((SELECT count(*) FROM desk.ticket_event WHERE ticket_id = 2), 4::bigint, 'so');
SELECT results_eq('SELECT status FROM aftersales.move(1, ''work'', desk => ''second'')', 'VALUES (''work'')', 'on another desk');

-- ---------- judged as any UPDATE
SELECT throws_ok(s, code, NULL, what) FROM (VALUES
    ('SELECT aftersales.move(3, ''done'')', 'SV001', 'no such transition'), ('SELECT aftersales.move(1, ''done'')', 'SV003', 'role'), ('SELECT aftersales.move(3, ''work'', ''2026-03-02 09:30+00'')', 'SV005', 'future'),
    ('SELECT aftersales.move(3, ''work'', ''2026-03-02 07:30+00'')', 'SV005', 'out of order'), ('SELECT aftersales.move(3, ''new'', note => ''n'')', 'SV010', 'a note without a move'), ('SELECT aftersales.move(3, ''work'', attributes => ''{"z": 1}'')', 'SV010', 'attribute'),
    ('SELECT aftersales.move(3, ''work'', attributes => ''[1]'')', 'SV010', 'no object'), ('SELECT aftersales.move(2, ''new'', row_version => 3)', 'SV004', 'changed since it was read'), ('SELECT aftersales.move(99, ''work'')', 'SV010', 'no such ticket'),
    ('SELECT aftersales.move(99, ''work'', external_ref => ''m-9'')', 'SV010', 'nor with an external_ref'), ('SELECT aftersales.move(NULL, ''work'')', '22004', 'no ticket'), ('SELECT aftersales.move(3, NULL)', '22004', 'no state'),
    ('SELECT aftersales.move(3, ''work'', desk => ''nowhere'')', 'SV014', 'no such desk')) v(s, code, what);
SET aftersales.actor = 'clerk_1';
SELECT throws_ok('SELECT aftersales.move(1, ''done'')', 'SV002', NULL, 'guard');
SELECT results_eq('SELECT status FROM aftersales.move(1, ''done'', attributes => ''{"n": 1}'')', 'VALUES (''done'')', 'met by the same call');
RESET aftersales.actor;
SELECT is(said(3), '', 'what was refused has left nothing');
SELECT results_eq('SELECT status FROM aftersales.move(3, ''work'')', 'VALUES (''work'')', 'after a refused one');
SELECT is(said(3), 'status:work 09:00', 'no external_ref is left standing');

-- ---------- retries
SELECT results_eq('SELECT * FROM aftersales.move(2, ''work'', ''2026-03-02 08:30+00'', ''on my way'', 1, ''m-1'', ''{"n": 4}'')', $$VALUES (2::bigint, 4, 'work', timestamptz '2026-03-02 08:30+00')$$, 'the same again: the ticket as it is now');
SELECT lives_ok('SELECT aftersales.move(2, ''new'')', 'it goes on');
SELECT results_eq('SELECT status, row_version FROM aftersales.move(2, ''work'', note => ''on my way'', external_ref => ''m-1'')', $$VALUES ('new', 5)$$, 'a late retry moves nothing; a time may be left out');
SELECT results_eq('SELECT status, row_version FROM aftersales.move(2, ''work'', attributes => ''{"a": "y"}'', external_ref => ''m-2'')', $$VALUES ('new', 5)$$, 'nor one that was no move');
SELECT throws_ok(s, 'SV013', NULL, what) FROM (VALUES
    ('SELECT aftersales.move(2, ''done'', note => ''on my way'', external_ref => ''m-1'')', 'another state'), ('SELECT aftersales.move(2, ''work'', note => ''no'', external_ref => ''m-1'')', 'another note'),
    ('SELECT aftersales.move(2, ''work'', external_ref => ''m-1'')', 'no note'), ('SELECT aftersales.move(2, ''work'', ''2026-03-02 08:31+00'', ''on my way'', external_ref => ''m-1'')', 'another time'),
    ('SELECT aftersales.move(4, ''work'', ''2026-03-02 08:30+00'', ''on my way'', external_ref => ''m-1'')', 'another ticket')) v(s, what);
INSERT INTO desk.ticket_event (ticket_id, event, external_ref) VALUES (2, 'memo', 'e-1');
SELECT throws_ok('SELECT aftersales.move(2, ''new'', external_ref => ''e-1'')', 'SV013', NULL, 'the external_ref of another kind of event');
SELECT throws_ok('INSERT INTO desk.ticket_event (ticket_id, event, external_ref) VALUES (2, ''memo'', ''m-1'')', '23505', NULL, 'and the other way round');
BEGIN;
SAVEPOINT s;
SELECT lives_ok('SELECT aftersales.move(5, ''work'', external_ref => ''m-5'')', 'rolled back');
ROLLBACK TO s;
SELECT lives_ok('SELECT aftersales.move(5, ''work'', external_ref => ''m-5'')', 'it is no retry');
COMMIT;
SELECT is(said(5), 'status:work 09:00 m-5', 'one event');
SELECT is((SELECT count(*) FROM desk.ticket t, aftersales.move(t.ticket_id, 'work', external_ref => 'all-' || t.ticket_id) m WHERE t.ticket_id BETWEEN 6 AND 8), 3::bigint, 'several in one statement');
SELECT is((SELECT count(DISTINCT external_ref) FROM desk.ticket_event WHERE external_ref ~ '^all-'), 3::bigint, 'each with its own');

-- ---------- allowed_events()
SELECT results_eq('SELECT ticket_id, event, label_en, label_zh, allowed, role_ok, state_ok, required_data, clauses FROM aftersales.allowed_events(''{9,3,77}'')', $$VALUES
    (3::bigint, 'both', NULL, NULL, false, false, true, '{}'::text[], '{}'::text[]), (3, 'memo', 'Memo', '备注', true, true, true, '{}', '{}'), (3, 'paid', NULL, NULL, false, false, true, '{amount,by}', '{}'), (3, 'seen', NULL, NULL, true, true, true, '{}', '{}'),
    (9, 'both', NULL, NULL, false, false, false, '{}', '{}'), (9, 'memo', 'Memo', '备注', true, true, true, '{}', '{}'), (9, 'paid', NULL, NULL, false, false, true, '{amount,by}', '{}'), (9, 'seen', NULL, NULL, false, true, false, '{}', '{}')$$, 'what an application may log now');
-- the same judgement as the trigger's, for every event, ticket and actor
CREATE FUNCTION logs(id bigint, event text, keys text[]) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO desk.ticket_event (ticket_id, event, data) VALUES (id, event, (SELECT jsonb_object_agg(k, 1) FROM unnest(keys) k));
    RAISE EXCEPTION 'logged' USING ERRCODE = 'ZZ001';
EXCEPTION WHEN SQLSTATE 'ZZ001' THEN RETURN true; WHEN OTHERS THEN RETURN false;
END $$;
SET aftersales.actor = 'ann';
SELECT is(logs(a.ticket_id, a.event, a.required_data), a.allowed, format('%s logs %s for %s', current_setting('aftersales.actor'), a.event, a.ticket_id))
FROM aftersales.allowed_events('{1,3,9}') a;
SET aftersales.actor = 'clerk_1';
SELECT is(logs(a.ticket_id, a.event, a.required_data), a.allowed, format('%s logs %s for %s', current_setting('aftersales.actor'), a.event, a.ticket_id))
FROM aftersales.allowed_events('{1,3,9}') a;
RESET aftersales.actor;
SELECT is_empty('SELECT * FROM aftersales.allowed_events(NULL)', 'no ids');
SELECT throws_ok('SELECT * FROM aftersales.allowed_events(''{1}'', ''nowhere'')', 'SV014', NULL, 'no such desk');

-- ---------- rights
CREATE ROLE move_nobody; CREATE ROLE move_app; CREATE ROLE move_reader;
SELECT aftersales.grant_access('move_app', 'app'), aftersales.grant_access('move_reader', 'audit');
GRANT EXECUTE ON FUNCTION aftersales.move(bigint, text, timestamptz, text, integer, text, jsonb, name) TO move_reader;
SELECT ok(has_function_privilege('move_app', f, 'EXECUTE') AND NOT has_function_privilege('move_nobody', f, 'EXECUTE'), f || ' is for applications')
FROM unnest('{"aftersales.move(bigint,text,timestamptz,text,integer,text,jsonb,name)","aftersales.allowed_events(bigint[],name)",aftersales.approved(text),aftersales.open_promises()}'::text[]) f;
SET ROLE move_reader;
SELECT throws_ok('SELECT aftersales.move(9, ''work'')', '42501', NULL, 'it runs with the caller''s rights');
SELECT throws_ok('SELECT aftersales.move(9, ''work'', external_ref => ''r-1'')', '42501', NULL, 'with an external_ref too');
RESET ROLE;
DROP OWNED BY move_nobody, move_app, move_reader; DROP ROLE move_nobody, move_app, move_reader;

SELECT is_empty('SELECT * FROM aftersales.verify_audit(NULL, ''desk'')', 'every chain holds');
SELECT * FROM finish();
