-- Promises: the event they become, with which times and data; what is
-- refused; open_promises().
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT no_plan();
INSERT INTO aftersales.policy (policy, title_en) VALUES ('p', 'P');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('p', 1, 'job'), ('p', 1, 'other');
INSERT INTO aftersales.event_type (policy, version, ticket_type, event, roles, allowed_in, required_data, backdate_limit) VALUES
    ('p', 1, NULL, 'kept', NULL, NULL, '{}', NULL),
    ('p', 1, 'job', 'promise:visit', NULL, NULL, '{promised_at}', NULL), ('p', 1, 'job', 'promise:part', '{planner}', NULL, '{}', NULL),
    ('p', 1, 'job', 'promise:late', NULL, NULL, '{}', '00:10'), ('p', 1, 'job', 'promise:working', NULL, '{work}', '{}', NULL);
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('p', 1, 'new', 'initial'), ('p', 1, 'work', 'active'), ('p', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('p', 1, 'new', 'work'), ('p', 1, 'work', 'done');
INSERT INTO aftersales.workflow_guard (policy, version, to_state, guard, requires, message_en) VALUES ('p', 1, 'done', 'promises_kept', 'open_promises() = 0', 'keep it');
INSERT INTO aftersales.sla_rule (policy, version, ticket_type, rule, clock, starts_on, stops_on, target) VALUES
    ('p', 1, 'job', 'visit', 'visit', '{promise:visit}', '{kept}', '04:00'), ('p', 1, 'job', 'seen', 'seen', '{opened}', '{kept}', '04:00');
INSERT INTO aftersales.sla_rule (policy, version, ticket_type, rule, clock, starts_on, stops_on, cancels_on, due_from) VALUES ('p', 1, 'job', 'promised', 'promised', '{promise:visit}', '{kept}', '{promise:visit}', 'promised_at');
SELECT aftersales.activate_policy('p', 1);
SELECT aftersales.create_desk();
INSERT INTO desk.staff (login) VALUES ('ann'), ('planner_1');
INSERT INTO desk.staff_role VALUES ('planner_1', 'planner');
SET aftersales.now = '2026-03-02 08:00+00';
INSERT INTO desk.ticket (ticket_id, ticket_type) SELECT g, 'job' FROM generate_series(1, 9) g;
INSERT INTO desk.ticket (ticket_id, ticket_type) VALUES (20, 'other');
SET aftersales.now = '2026-03-02 09:00+00';
SET aftersales.actor = 'ann';
CREATE FUNCTION said(id bigint) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT concat_ws(' ', e.event, to_char(e.occurred_at, 'HH24:MI'), e.actor, e.origin, p.data)
    FROM desk.ticket_event e LEFT JOIN desk.event_private p USING (event_id) WHERE e.ticket_id = id AND e.event <> 'opened' ORDER BY e.seq $$;

-- ---------- the event
SELECT results_eq($$INSERT INTO desk.promise (ticket_id, kind, promised_at, external_ref) VALUES (1, 'visit', '2026-03-02 14:00:00.123456+00', 'p-1') RETURNING made_at, made_by$$,
    $$VALUES (timestamptz '2026-03-02 09:00+00', 'ann')$$, 'made now, by whoever acts');
SELECT is(array(SELECT said(1)), '{"promise:visit 09:00 ann promise {\"promised_at\": \"2026-03-02T14:00:00.123456+00:00\"}"}', 'becomes an event with the time in UTC, to the microsecond');
INSERT INTO desk.promise (ticket_id, kind, promised_at, made_at) VALUES (2, 'visit', '2026-03-02 14:00+00', '2026-03-02 08:30+00');
SELECT is(array(SELECT said(2)), '{"promise:visit 08:30 ann promise {\"promised_at\": \"2026-03-02T14:00:00+00:00\"}"}', 'at the time it was made');
SELECT is((SELECT started_at FROM desk.sla_clock WHERE ticket_id = 2 AND clock = 'visit'), '2026-03-02 08:30+00', 'which starts the clock');
SELECT is((SELECT due_at FROM desk.sla_clock WHERE ticket_id = 2 AND clock = 'promised'), '2026-03-02 14:00+00', 'and one that is due when promised');
SET timezone = 'Asia/Shanghai'; SET datestyle = 'SQL, DMY';
INSERT INTO desk.promise (ticket_id, kind, promised_at) VALUES (3, 'visit', '2026-03-02 14:00+00');
SET timezone = 'UTC'; RESET datestyle;
SELECT is(array(SELECT said(3)), '{"promise:visit 09:00 ann promise {\"promised_at\": \"2026-03-02T14:00:00+00:00\"}"}', 'the data hang on no setting');
INSERT INTO desk.promise (ticket_id, kind, promised_at, made_at)
VALUES (4, 'visit', '2026-03-02 15:00+00', '2026-03-02 08:50+00'), (5, 'visit', '2026-03-02 14:00+00', NULL), (4, 'visit', '2026-03-02 14:00+00', '2026-03-02 08:40+00');
SELECT is(array(SELECT said(4)), '{"promise:visit 08:40 ann promise {\"promised_at\": \"2026-03-02T14:00:00+00:00\"}","promise:visit 08:50 ann promise {\"promised_at\": \"2026-03-02T15:00:00+00:00\"}"}',
    'several of one ticket in one statement: in the order of time');
INSERT INTO desk.promise (ticket_id, kind, promised_at, made_at) VALUES (6, 'visit', '2026-03-02 14:00+00', '2026-03-02 09:00:04+00');
SELECT is(array(SELECT said(6)), '{"promise:visit 09:00 ann promise {\"promised_at\": \"2026-03-02T14:00:00+00:00\"}"}', 'a little ahead of now is now');

SELECT results_eq('SELECT cycle, due_at, ended_as FROM desk.sla_clock WHERE ticket_id = 4 AND clock = ''promised'' ORDER BY 1', $$VALUES (1, timestamptz '2026-03-02 14:00+00', 'cancelled'), (2, '2026-03-02 15:00+00', NULL)$$, 'the later promise replaces the earlier one');

-- ---------- refused
CREATE FUNCTION pr(id text, kind text, promised text, made text DEFAULT 'NULL') RETURNS text LANGUAGE sql AS $$
    SELECT format('INSERT INTO desk.promise (ticket_id, kind, promised_at, made_at) VALUES (%s, %s, %s, %s)', id, kind, promised, made) $$;
SELECT throws_ok(stmt, code, NULL, what) FROM (VALUES
    (pr('7', '''gift''', '''2026-03-02 14:00+00'''), 'SV010', 'a kind that no event declares'),
    (pr('20', '''visit''', '''2026-03-02 14:00+00'''), 'SV010', 'a kind that another type declares'),
    (pr('7', '''part''', '''2026-03-02 14:00+00'''), 'SV003', 'a kind for another role'),
    (pr('7', '''working''', '''2026-03-02 14:00+00'''), 'SV001', 'in a state that does not allow it'),
    (pr('7', '''visit''', '''2026-03-02 09:00+00'''), 'SV005', 'for the instant it is made'),
    (pr('7', '''visit''', '''2026-03-02 08:59+00'''), 'SV005', 'for a time before'),
    (pr('7', '''visit''', '''infinity'''), 'SV005', 'for ever'),
    (pr('7', '''visit''', '''-infinity'''), 'SV005', 'for never'),
    (pr('7', '''visit''', '''2026-03-02 14:00+00''', '''2026-03-02 09:01+00'''), 'SV005', 'made in the future'),
    (pr('7', '''visit''', '''2026-03-02 14:00+00''', '''2026-03-02 07:59+00'''), 'SV005', 'made before the opening'),
    (pr('7', '''late''', '''2026-03-02 14:00+00''', '''2026-03-02 08:49+00'''), 'SV005', 'recorded later than the event allows'),
    (pr('77', '''visit''', '''2026-03-02 14:00+00'''), '23503', 'for no ticket'),
    (pr('NULL', '''visit''', '''2026-03-02 14:00+00'''), '23502', 'without a ticket'),
    (pr('7', 'NULL', '''2026-03-02 14:00+00'''), '23502', 'without a kind'),
    (pr('7', '''visit''', 'NULL'), '23502', 'without a time'),
    (pr('7', '''Visit''', '''2026-03-02 14:00+00'''), 'SV010', 'a kind that is no code'),
    ('INSERT INTO desk.promise (ticket_id, kind, promised_at, made_by) VALUES (7, ''visit'', ''2026-03-02 14:00+00'', ''ann'')', 'SV004', 'made_by given'),
    ('UPDATE desk.promise SET promised_at = promised_at', 'SV004', 'UPDATE'), ('DELETE FROM desk.promise', 'SV004', 'DELETE'), ('TRUNCATE desk.promise', 'SV004', 'TRUNCATE'),
    ('INSERT INTO desk.ticket_event (ticket_id, event) VALUES (7, ''promise:visit'')', 'SV010', 'the event without a promise')) v(stmt, code, what);
SELECT aftersales.void_ticket(6, 'opened by mistake');
SELECT throws_ok(pr('6', '''visit''', '''2026-03-02 14:00+00'''), 'SV001', NULL, 'for a void ticket');
SELECT is(array(SELECT said(7)), '{}', 'and nothing is left of that');
SELECT lives_ok(pr('7', '''late''', '''2026-03-02 14:00+00''', '''2026-03-02 08:50+00'''), 'just within the limit');
SET aftersales.actor = 'planner_1';
SELECT lives_ok(pr('7', '''part''', '''2026-03-02 14:00+00'''), 'by the role');

-- ---------- retries
SELECT throws_ok('INSERT INTO desk.promise (ticket_id, kind, promised_at, external_ref) VALUES (1, ''visit'', ''2026-03-02 14:00+00'', ''p-1'')', '23505', NULL, 'an external_ref once more');
SET aftersales.now = '2026-03-02 20:00+00';
SELECT lives_ok('INSERT INTO desk.promise (ticket_id, kind, promised_at, external_ref) VALUES (1, ''visit'', ''2026-03-02 14:00+00'', ''p-1'') ON CONFLICT (external_ref) DO NOTHING', 'skipped, even past the promised time');
SELECT throws_ok('INSERT INTO desk.promise (ticket_id, kind, promised_at, external_ref) VALUES (1, ''visit'', ''2026-03-02 14:00+00'', ''p-1'') ON CONFLICT (external_ref) DO UPDATE SET kind = ''x''', 'SV004', NULL, 'an upsert is an UPDATE');
SET aftersales.now = '2026-03-02 09:00+00';
SELECT is((SELECT count(*) FROM desk.ticket_event WHERE ticket_id = 1 AND event = 'promise:visit'), 1::bigint, 'one event');

-- ---------- open_promises()
UPDATE desk.ticket SET status = 'work' WHERE ticket_id IN (1, 8);
SELECT throws_ok('UPDATE desk.ticket SET status = ''done'' WHERE ticket_id = 1', 'SV002', NULL, 'a promise is open');
SELECT lives_ok('UPDATE desk.ticket SET status = ''done'' WHERE ticket_id = 8', 'other open clocks do not count');
INSERT INTO desk.ticket_event (ticket_id, event) VALUES (1, 'kept');
SELECT lives_ok('UPDATE desk.ticket SET status = ''done'' WHERE ticket_id = 1', 'it is kept');
SELECT throws_ok('SELECT aftersales.open_promises()', '55000', NULL, 'there is no ticket in hand');

-- ---------- a trigger of others
CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.promised_at := NEW.promised_at + interval '1 hour'; RETURN NEW; END $$;
CREATE TRIGGER zz BEFORE INSERT ON desk.promise FOR EACH ROW EXECUTE FUNCTION meddle();
SELECT throws_ok(pr('9', '''visit''', '''2026-03-02 14:00+00'''), 'SV004', NULL, 'that alters the row afterwards');
ALTER TRIGGER zz ON desk.promise RENAME TO aa;
SELECT lives_ok(pr('9', '''visit''', '''2026-03-02 14:00+00'''), 'that alters it before');
SELECT is(array(SELECT said(9)), '{"promise:visit 09:00 planner_1 promise {\"promised_at\": \"2026-03-02T15:00:00+00:00\"}"}', 'which counts');
DROP TRIGGER aa ON desk.promise;

SELECT is_empty('SELECT * FROM aftersales.verify_clocks()', 'replaying gives the same clocks');
SELECT is_empty('SELECT * FROM aftersales.verify_audit()', 'every chain holds');
SELECT * FROM finish();
