-- verify_audit finds every way of tampering, as a superuser could with our
-- triggers switched off, and names ticket and event.
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT no_plan();
INSERT INTO aftersales.policy (policy, title_en) VALUES ('a', 'A');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('a', 1, 'job');
INSERT INTO aftersales.event_type (policy, version, event) VALUES ('a', 1, 'memo'), ('a', 1, 'other');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('a', 1, 'new', 'initial'), ('a', 1, 'work', 'active'), ('a', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('a', 1, 'new', 'work'), ('a', 1, 'work', 'done');
SELECT aftersales.activate_policy('a', 1);
SELECT aftersales.create_desk();
SET aftersales.now = '2026-03-02 08:00+00';
INSERT INTO desk.ticket (ticket_id, ticket_type, note) SELECT g, 'job', CASE g WHEN 2 THEN '中文 note' END FROM generate_series(1, 5) g;
INSERT INTO desk.ticket_event (ticket_id, event, note, data, external_ref) VALUES
    (2, 'memo', 'a note', '{"k": [1, 2.50, null, "x"]}', 'ref-1'), (2, 'memo', NULL, NULL, NULL), (3, 'memo', NULL, '{"k": 1}', NULL);
UPDATE desk.ticket SET status = 'work', area = 'x' WHERE ticket_id IN (2, 3);
UPDATE desk.ticket SET status = 'done', note = 'the end' WHERE ticket_id = 2;
SELECT is_empty('SELECT * FROM aftersales.verify_audit()', 'sound to begin with');
SELECT is((SELECT event_seq FROM desk.ticket WHERE ticket_id = 2), 6, 'ticket 2 has six events');

-- the hash does not hang on the session's settings
SET timezone = 'Asia/Kathmandu'; SET datestyle = 'SQL, DMY'; SET extra_float_digits = 0; SET bytea_output = 'escape'; SET intervalstyle = 'iso_8601';
SELECT is_empty('SELECT * FROM aftersales.verify_audit()', 'sound under other settings');
SET client_encoding = 'SQL_ASCII';
SELECT is_empty('SELECT * FROM aftersales.verify_audit()', 'and another client encoding');
RESET client_encoding; RESET timezone; RESET datestyle; RESET extra_float_digits; RESET bytea_output; RESET intervalstyle;
SET timezone = 'UTC';

-- Tampers in a subtransaction, returns what verify_audit says, and undoes it.
CREATE FUNCTION tampered(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE found text;
BEGIN
    BEGIN
        ALTER TABLE desk.ticket DISABLE TRIGGER USER;
        ALTER TABLE desk.ticket_event DISABLE TRIGGER USER;
        ALTER TABLE desk.event_private DISABLE TRIGGER USER;
        EXECUTE statement;
        SELECT string_agg(format('%s.%s %s', ticket_id, seq, split_part(problem, ':', 1)), ', ' ORDER BY ticket_id, seq NULLS LAST, problem)
        INTO found FROM aftersales.verify_audit();
        RAISE EXCEPTION USING ERRCODE = 'UNDO0', MESSAGE = coalesce(found, 'nothing');
    EXCEPTION WHEN SQLSTATE 'UNDO0' THEN RETURN sqlerrm;
    END;
END $$;
CREATE FUNCTION ev(n integer) RETURNS bigint LANGUAGE sql AS $$ SELECT event_id FROM desk.ticket_event WHERE ticket_id = 2 AND seq = n $$;
SELECT is(tampered('SELECT 1'), 'nothing', 'nothing done, nothing found');

-- every column of an event but its key
SELECT is(tampered(format('UPDATE desk.ticket_event SET %s WHERE event_id = %s', c, ev(2))), '2.2 hash', 'event: ' || c)
FROM unnest(ARRAY['event = ''other''', 'event = ''memo ''', 'occurred_at = occurred_at + interval ''1 microsecond''', 'recorded_at = recorded_at - interval ''1 microsecond''',
    'actor = ''somebody''', 'actor = ''''', 'from_state = ''new''', 'to_state = ''work''', 'from_state = ''''', 'corrects = 1', 'corrects = 0', 'origin = ''ticket''',
    'external_ref = ''ref-2''', 'external_ref = NULL']) c;
SELECT is(tampered(format('UPDATE desk.ticket_event SET %s WHERE event_id = %s', c, ev(5))), '2.5 hash', 'move: ' || c)
FROM unnest(ARRAY['to_state = ''done''', 'from_state = NULL', 'to_state = NULL', 'event = ''status:done''']) c;
-- columns swapped so that their concatenation stays the same
SELECT is(tampered(format('UPDATE desk.ticket_event SET from_state = ''newwor'', to_state = ''k'' WHERE event_id = %s', ev(5))), '2.5 hash', 'the bytes are length-prefixed');
SELECT is(tampered(format('UPDATE desk.ticket_event SET actor = actor || from_state, from_state = '''' WHERE event_id = %s', ev(5))), '2.5 hash', 'likewise');
SELECT is(tampered(format('UPDATE desk.ticket_event SET hash = sha256(''x'') WHERE event_id = %s', ev(2))), '2.2 hash, 2.3 hash', 'its own hash: it and the next');
SELECT is(tampered(format('UPDATE desk.ticket_event SET hash = ''\x00'' WHERE event_id = %s', ev(2))), '2.2 hash, 2.3 hash', 'a hash of another length');
SELECT is(tampered(format('UPDATE desk.ticket_event SET hash = sha256(''x'') WHERE event_id = %s', ev(6))), '2.6 hash, 2. head', 'the last hash: it and the head');
SELECT matches(tampered(format('UPDATE desk.ticket_event SET private_digest = sha256(''x'') WHERE event_id = %s', ev(2))), '^2\.2 hash, 2\.2 private$', 'its private digest');
SELECT matches(tampered(format('UPDATE desk.ticket_event SET private_digest = NULL WHERE event_id = %s', ev(2))), '^2\.2 hash, 2\.2 private$', 'its private digest taken away');
SELECT is(tampered(format('UPDATE desk.ticket_event SET private_digest = sha256(''x'') WHERE event_id = %s', ev(3))), '2.3 hash, 2.3 private', 'a private digest put in');
SELECT is(tampered(format('UPDATE desk.ticket_event SET private_digest = ''\x00'' WHERE event_id = %s', ev(3))), '2.3 hash, 2.3 private', 'a private digest of another length');
-- places
SELECT is(tampered(format('UPDATE desk.ticket_event SET seq = 7 WHERE event_id = %s', ev(6))), '2.7 gap, 2. head', 'a later place');
SELECT matches(tampered(format('UPDATE desk.ticket_event SET seq = seq + 100 WHERE event_id = %s', ev(1))), '2\.2 gap', 'the first event moved away');
SELECT matches(tampered(format('UPDATE desk.ticket_event SET seq = -seq WHERE ticket_id = 2')), '^2', 'all places negative');
SELECT matches(tampered(format('UPDATE desk.ticket_event SET seq = CASE seq WHEN 2 THEN 30 ELSE 20 END WHERE event_id IN (%s, %s); UPDATE desk.ticket_event SET seq = CASE seq WHEN 30 THEN 3 ELSE 2 END WHERE seq IN (20, 30)', ev(2), ev(3))),
          '^2\.2 hash, 2\.3 hash', 'two events swapped');
SELECT matches(tampered(format('UPDATE desk.ticket_event SET ticket_id = 1, seq = 2 WHERE event_id = %s', ev(6))), '^1\.2 hash, 1\. head, 2\. head$', 'the last event given to another ticket');
-- removed and added
SELECT is(tampered(format('DELETE FROM desk.ticket_event WHERE event_id = %s', ev(3))), '2.4 gap', 'an event removed');
SELECT is(tampered(format('DELETE FROM desk.event_private WHERE event_id = %1$s; DELETE FROM desk.ticket_event WHERE event_id = %1$s', ev(6))), '2. head', 'the last event removed');
SELECT is(tampered('DELETE FROM desk.ticket_event WHERE ticket_id = 1'), '1. gap', 'all events removed');
SELECT is(tampered('INSERT INTO desk.ticket_event (ticket_id, seq, event, occurred_at, recorded_at, actor, origin, hash) SELECT 1, 2, ''memo'', occurred_at, recorded_at, actor, ''app'', hash FROM desk.ticket_event WHERE ticket_id = 1'), '1.2 hash, 1. head', 'an event added');
SELECT is(tampered('INSERT INTO desk.ticket_event (ticket_id, seq, event, occurred_at, recorded_at, actor, origin, hash) SELECT 1, 2, ''memo'', occurred_at, recorded_at, actor, ''app'', hash FROM desk.ticket_event WHERE ticket_id = 1; UPDATE desk.ticket SET event_seq = 2 WHERE ticket_id = 1'), '1.2 hash', 'an event added and the head with it');
-- private rows
SELECT is(tampered(format('UPDATE desk.event_private SET %s WHERE event_id = %s', c, ev(2))), '2.2 private', 'private: ' || c)
FROM unnest(ARRAY['note = ''another''', 'note = NULL', 'data = ''{"k": 1}''', 'data = NULL', 'data = ''{"k": [1, 2.5, null, "x"]}''', 'salt = sha256(''x'')', 'salt = ''\x00''', 'note = note || '' '', data = data']) c;
SELECT is(tampered(format('DELETE FROM desk.event_private WHERE event_id = %s', ev(2))), '2.2 private', 'private row removed');
SELECT is(tampered(format('INSERT INTO desk.event_private (event_id, salt, note) VALUES (%s, ''\x00'', ''x'')', ev(3))), '2.3 private', 'private row added');
SELECT is(tampered(format('UPDATE desk.event_private p SET note = q.note, data = q.data, salt = q.salt FROM desk.event_private q WHERE p.event_id = %s AND q.event_id = %s', ev(2), ev(6))), '2.2 private', 'private row replaced by another event''s');
-- heads
SELECT is(tampered('UPDATE desk.ticket SET event_seq = 5 WHERE ticket_id = 2'), '2. head', 'head: another place');
SELECT is(tampered('UPDATE desk.ticket SET event_hash = sha256(''x'') WHERE ticket_id = 2'), '2. head', 'head: another hash');
SELECT is(tampered('UPDATE desk.ticket SET event_hash = ''\x00'' WHERE ticket_id = 2'), '2. head', 'head: a hash of another length');
SELECT is(tampered(format('UPDATE desk.ticket t SET event_seq = 5, event_hash = e.hash FROM desk.ticket_event e WHERE t.ticket_id = 2 AND e.event_id = %s', ev(5))), '2. head', 'head: that of the event before');
-- several at once are all named
SELECT is(tampered(format('UPDATE desk.ticket_event SET actor = ''x'' WHERE ticket_id = 3; UPDATE desk.ticket SET event_seq = 9 WHERE ticket_id = 5; DELETE FROM desk.ticket_event WHERE event_id = %s', ev(3))),
          '2.4 gap, 3.1 hash, 3.2 hash, 3.3 hash, 3.4 hash, 5. head', 'all that is wrong is named');
SELECT is(tampered('UPDATE desk.ticket SET ticket_id = ticket_id WHERE false'), 'nothing', 'the undoing works');

-- since: only tickets changed from then on
SELECT is((SELECT count(*) FROM aftersales.verify_audit('infinity')), 0::bigint, 'since the end of time');
BEGIN;
ALTER TABLE desk.ticket_event DISABLE TRIGGER USER;
UPDATE desk.ticket_event SET actor = 'x' WHERE ticket_id = 1;
ALTER TABLE desk.ticket_event ENABLE TRIGGER USER;
SELECT is((SELECT count(*) FROM aftersales.verify_audit(now() - interval '1 hour')), 1::bigint, 'since an hour ago');
SELECT is((SELECT count(*) FROM aftersales.verify_audit(clock_timestamp() + interval '1 hour')), 0::bigint, 'since the future');
SELECT is((SELECT event_id FROM aftersales.verify_audit()), (SELECT event_id FROM desk.ticket_event WHERE ticket_id = 1), 'the event is named by its key');
ROLLBACK;

-- the salt is not the same twice, and the digest is not the bare digest of the note
INSERT INTO desk.ticket_event (ticket_id, event, note) VALUES (4, 'memo', 'same'), (4, 'memo', 'same');
SELECT is((SELECT count(DISTINCT salt) FROM desk.event_private p JOIN desk.ticket_event USING (event_id) WHERE ticket_id = 4), 2::bigint, 'salts differ');
SELECT is((SELECT count(DISTINCT private_digest) FROM desk.ticket_event WHERE ticket_id = 4 AND seq > 1), 2::bigint, 'digests differ');
SELECT ok((SELECT bool_and(length(salt) = 32) FROM desk.event_private), 'salts have 32 bytes');
SELECT is_empty('SELECT * FROM aftersales.verify_audit()', 'sound at the end');
SELECT * FROM finish();
