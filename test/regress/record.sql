-- What refusals of promises, approvals, contacts, shifts, duplicates and
-- move() say: SQLSTATE, message, detail, hint and the fields drivers read.
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
SET client_min_messages = warning;
INSERT INTO aftersales.policy (policy, title_en) VALUES ('record', 'Record');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('record', 1, 'errand'), ('record', 1, 'plain');
INSERT INTO aftersales.attribute (policy, version, attribute) VALUES ('record', 1, 'place');
INSERT INTO aftersales.clause (clause, policy, text_en, text_zh, mechanism, enforceable)
SELECT c, 'record', 'text', NULL, 'approval', true FROM unnest('{R-1,R-2,R-3}'::text[]) c;
INSERT INTO aftersales.event_type (policy, version, ticket_type, event, roles, allowed_in, backdate_limit, clauses) VALUES
    ('record', 1, 'errand', 'promise:visit', NULL, NULL, NULL, '{R-1}'), ('record', 1, 'errand', 'promise:part', '{planner}', NULL, NULL, '{R-1}'), ('record', 1, 'errand', 'promise:soon', NULL, '{work}', '00:10', '{R-1}'),
    ('record', 1, 'errand', 'call_in', NULL, NULL, NULL, '{R-3}'), ('record', 1, 'errand', 'answered', '{agent}', NULL, NULL, '{R-3}'), ('record', 1, 'errand', 'shift_done', NULL, '{done}', NULL, '{}');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('record', 1, 'new', 'initial'), ('record', 1, 'work', 'active'), ('record', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('record', 1, 'new', 'work'), ('record', 1, 'work', 'done');
INSERT INTO aftersales.workflow_guard (policy, version, to_state, guard, requires, message_en, clauses) VALUES ('record', 1, 'done', 'agreed', 'approved(''finish'') AND open_promises() = 0', 'it must be approved', '{R-2}');
INSERT INTO aftersales.approval_rule (policy, version, kind, step, purpose, roles, clauses) VALUES
    ('record', 1, 'finish', 1, 'consent', '{lead}', '{R-2}'), ('record', 1, 'finish', 2, 'consent', '{lead,boss}', '{R-2,R-3}'),
    ('record', 1, 'more_time', 1, 'extension', '{lead}', '{R-2}'), ('record', 1, 'more_time', 2, 'extension', '{boss}', '{}'), ('record', 1, 'sorry', 1, 'excuse', '{lead}', '{R-2}');
INSERT INTO aftersales.sla_rule (policy, version, rule, clock, starts_on, stops_on, target, extension_approval) VALUES
    ('record', 1, 'handle', 'handle', '{opened}', '{status:done}', '01:00', 'more_time'), ('record', 1, 'fixed', 'fixed', '{opened}', '{status:work}', '02:00', NULL), ('record', 1, 'free', 'free', '{opened}', '{status:work}', NULL, 'more_time');
INSERT INTO aftersales.duplicate_rule (policy, version, ticket_type, rule, match_on) VALUES ('record', 1, 'plain', 'place', '{place}');
SELECT aftersales.activate_policy('record', 1);
SELECT aftersales.create_desk('rec');
SET aftersales.desk = 'rec';
INSERT INTO rec.staff (login) VALUES ('lead_1'), ('boss_1'), ('agent_1');
INSERT INTO rec.staff_role VALUES ('lead_1', 'lead'), ('boss_1', 'boss'), ('agent_1', 'agent');
SET aftersales.now = '2026-03-02 08:00+00';
INSERT INTO rec.ticket (ticket_id, ticket_type) SELECT g, 'errand' FROM generate_series(1, 9) g;
INSERT INTO rec.ticket (ticket_id, ticket_type) VALUES (10, 'plain');
SET aftersales.now = '2026-03-02 08:30+00';
CREATE FUNCTION t.clock_id(id bigint, name text) RETURNS text LANGUAGE sql AS $$ SELECT clock_id::text FROM rec.sla_clock WHERE ticket_id = id AND clock = name $$;
-- Runs a statement in which <clock> stands for the id of that clock.
CREATE FUNCTION t.try_clock(id bigint, name text, statement text) RETURNS text LANGUAGE sql AS $$
    SELECT replace(t.try(replace(statement, '<clock>', t.clock_id(id, name))), 'clock_id=' || t.clock_id(id, name), 'clock_id=<clock>') $$;
\t \a

-- ---------- promises
SELECT t.try('INSERT INTO rec.promise (ticket_id, kind, promised_at) VALUES (1, ''gift'', ''2026-03-02 14:00+00'')');
SELECT t.try('INSERT INTO rec.promise (ticket_id, kind, promised_at) VALUES (10, ''visit'', ''2026-03-02 14:00+00'')');
SELECT t.try('INSERT INTO rec.promise (ticket_id, kind, promised_at) VALUES (1, ''visit'', ''2026-03-02 08:30+00'')');
SELECT t.try('INSERT INTO rec.promise (ticket_id, kind, promised_at) VALUES (1, ''visit'', ''infinity'')');
SELECT t.try('INSERT INTO rec.promise (ticket_id, kind, promised_at) VALUES (1, ''part'', ''2026-03-02 14:00+00'')');
SELECT t.try('INSERT INTO rec.promise (ticket_id, kind, promised_at) VALUES (1, ''soon'', ''2026-03-02 14:00+00'')');
SELECT t.try('INSERT INTO rec.promise (ticket_id, kind, promised_at, made_at) VALUES (1, ''soon'', ''2026-03-02 14:00+00'', ''2026-03-02 08:10+00'')');
SELECT t.try('INSERT INTO rec.promise (ticket_id, kind, promised_at, made_at) VALUES (1, ''visit'', ''2026-03-02 14:00+00'', ''2026-03-02 07:00+00'')');
SELECT t.try('INSERT INTO rec.promise (ticket_id, kind, promised_at, made_at) VALUES (1, ''visit'', ''2026-03-02 14:00+00'', ''2026-03-02 09:00+00'')');
SELECT t.try('INSERT INTO rec.promise (ticket_id, kind, promised_at, made_by) VALUES (1, ''visit'', ''2026-03-02 14:00+00'', ''agent_1'')');
SELECT t.try('INSERT INTO rec.promise (ticket_id, kind, promised_at) VALUES (99, ''visit'', ''2026-03-02 14:00+00'')');
SELECT t.try('INSERT INTO rec.promise (kind, promised_at) VALUES (''visit'', ''2026-03-02 14:00+00'')');
SELECT t.try('INSERT INTO rec.ticket_event (ticket_id, event) VALUES (1, ''promise:visit'')');
SELECT t.try('UPDATE rec.promise SET kind = ''visit''');
SELECT t.try('DELETE FROM rec.promise');
SELECT t.try('TRUNCATE rec.promise');

-- ---------- approvals
SET aftersales.actor = 'lead_1';
SELECT t.try('INSERT INTO rec.approval (ticket_id, kind) VALUES (1, ''no_such'')');
SELECT t.try('INSERT INTO rec.approval (ticket_id, kind) VALUES (99, ''finish'')');
SELECT t.try('INSERT INTO rec.approval (ticket_id, kind, step) VALUES (1, ''finish'', 2)');
SELECT t.try('INSERT INTO rec.approval (ticket_id, kind, requested_by) VALUES (1, ''finish'', ''lead_1'')');
SELECT t.try('INSERT INTO rec.approval (ticket_id, kind) VALUES (1, ''finish'')');
SELECT t.try('INSERT INTO rec.approval (ticket_id, kind) VALUES (1, ''finish'')');
SET aftersales.actor = 'agent_1';
SELECT t.try('INSERT INTO rec.approval (ticket_id, kind) VALUES (1, ''finish'')');
SET aftersales.actor = 'boss_1';
SELECT t.try('INSERT INTO rec.approval (ticket_id, kind, decided_at) VALUES (1, ''finish'', ''2026-03-02 08:29+00'')');
SELECT t.try('UPDATE rec.ticket SET status = ''work'' WHERE ticket_id = 1');
SELECT t.try('UPDATE rec.ticket SET status = ''done'' WHERE ticket_id = 1');
SELECT t.try('INSERT INTO rec.ticket_event (ticket_id, event) VALUES (1, ''approved:finish'')');
SET aftersales.actor = 'lead_1';
SELECT t.try_clock(2, 'handle', 'INSERT INTO rec.approval (ticket_id, kind, clock_id) VALUES (2, ''finish'', <clock>)');
SELECT t.try('INSERT INTO rec.approval (ticket_id, kind, new_due_at) VALUES (2, ''finish'', ''2026-03-02 14:00+00'')');
SELECT t.try('INSERT INTO rec.approval (ticket_id, kind, new_due_at) VALUES (2, ''more_time'', ''2026-03-02 14:00+00'')');
SELECT t.try_clock(3, 'handle', 'INSERT INTO rec.approval (ticket_id, kind, clock_id, new_due_at) VALUES (2, ''more_time'', <clock>, ''2026-03-02 14:00+00'')');
SELECT t.try_clock(2, 'fixed', 'INSERT INTO rec.approval (ticket_id, kind, clock_id, new_due_at) VALUES (2, ''more_time'', <clock>, ''2026-03-02 14:00+00'')');
SELECT t.try_clock(2, 'free', 'INSERT INTO rec.approval (ticket_id, kind, clock_id, new_due_at) VALUES (2, ''more_time'', <clock>, ''2026-03-02 14:00+00'')');
SELECT t.try_clock(1, 'fixed', 'INSERT INTO rec.approval (ticket_id, kind, clock_id, new_due_at) VALUES (1, ''more_time'', <clock>, ''2026-03-02 14:00+00'')');
SELECT t.try_clock(2, 'handle', 'INSERT INTO rec.approval (ticket_id, kind, clock_id, new_due_at) VALUES (2, ''more_time'', <clock>, ''2026-03-02 09:00+00'')');
SELECT t.try_clock(2, 'handle', 'INSERT INTO rec.approval (ticket_id, kind, clock_id, new_due_at) VALUES (2, ''more_time'', <clock>, ''2026-03-02 14:00+00'')');
SET aftersales.actor = 'boss_1';
SELECT t.try_clock(2, 'handle', 'INSERT INTO rec.approval (ticket_id, kind, clock_id, new_due_at) VALUES (2, ''more_time'', <clock>, ''2026-03-02 15:00+00'')');
SET aftersales.actor = 'lead_1';
SELECT t.try_clock(3, 'handle', 'INSERT INTO rec.approval (ticket_id, kind, clock_id) VALUES (3, ''sorry'', <clock>)');
SET aftersales.now = '2026-03-02 09:30+00';
SELECT t.try_clock(3, 'handle', 'INSERT INTO rec.approval (ticket_id, kind, clock_id, new_due_at) VALUES (3, ''more_time'', <clock>, ''2026-03-02 14:00+00'')');
SELECT t.try_clock(3, 'handle', 'INSERT INTO rec.approval (ticket_id, kind, clock_id) VALUES (3, ''sorry'', <clock>)');
SELECT t.try_clock(3, 'handle', 'INSERT INTO rec.approval (ticket_id, kind, clock_id) VALUES (3, ''sorry'', <clock>)');
SELECT t.try('UPDATE rec.approval SET kind = ''finish''');
RESET aftersales.actor;

-- ---------- contacts
SELECT t.try('INSERT INTO rec.contact (contact_id, ticket_id, channel, started_at) VALUES (50, 4, ''phone'', ''2026-03-02 09:00+00'')');
SELECT t.try('UPDATE rec.contact SET started_at = ''2026-03-02 09:01+00''');
SELECT t.try('UPDATE rec.contact SET ticket_id = 5');
SELECT t.try('UPDATE rec.contact SET answered_at = ''2026-03-02 09:01+00''');
SELECT t.try('DELETE FROM rec.contact');
SELECT t.try('TRUNCATE rec.contact CASCADE');
SELECT t.try('INSERT INTO rec.contact (ticket_id, channel, started_at) VALUES (4, ''phone'', ''2026-03-02 07:00+00'')');

-- ---------- shifts
SELECT t.try('INSERT INTO rec.ticket_event (ticket_id, event) VALUES (4, ''shift_done'')');

-- ---------- duplicates
SELECT t.try('INSERT INTO rec.ticket_match (ticket_id, rule, digest) VALUES (4, ''place'', 1)');
SELECT t.try('INSERT INTO rec.ticket (ticket_type, attributes) VALUES (''plain'', ''{"place": 1}'')');

-- ---------- move()
SELECT t.try('SELECT aftersales.move(5, ''work'', note => ''n'', external_ref => ''m-1'')');
SELECT t.try('SELECT aftersales.move(5, ''work'', external_ref => ''m-1'')');
SELECT t.try('SELECT aftersales.move(5, ''done'', note => ''n'', external_ref => ''m-1'')');
SELECT t.try('SELECT aftersales.move(5, ''work'', ''2026-03-02 09:00+00'', ''n'', external_ref => ''m-1'')');
SELECT t.try('SELECT aftersales.move(6, ''work'', note => ''n'', external_ref => ''m-1'')');
SELECT t.try('SELECT aftersales.move(99, ''work'')');
SELECT t.try('SELECT aftersales.move(NULL, ''work'')');
SELECT t.try('SELECT aftersales.move(5, ''new'')');
SELECT t.try('SELECT aftersales.move(5, ''done'', row_version => 1)');

-- ---------- another trigger that alters what was judged
CREATE FUNCTION t.meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.external_ref := 'x'; RETURN NEW; END $$;
CREATE TRIGGER zz BEFORE INSERT ON rec.promise FOR EACH ROW EXECUTE FUNCTION t.meddle();
SELECT t.try('INSERT INTO rec.promise (ticket_id, kind, promised_at) VALUES (1, ''visit'', ''2026-03-02 14:00+00'')');
DROP TRIGGER zz ON rec.promise;
-- a column that is gone
ALTER TABLE rec.promise RENAME made_by TO who;
SELECT t.try('INSERT INTO rec.promise (ticket_id, kind, promised_at) VALUES (1, ''visit'', ''2026-03-02 14:00+00'')');
ALTER TABLE rec.promise RENAME who TO made_by;
\t \a
SELECT ticket_id, seq, event, actor, origin, data - 'clock_id' AS data FROM t.history('rec') WHERE origin <> 'ticket' ORDER BY 1, 2;
SELECT * FROM aftersales.verify_audit();

DROP FUNCTION t.clock_id(bigint, text), t.try_clock(bigint, text, text), t.meddle();
DROP SCHEMA rec, rec_bi CASCADE;
SET session_replication_role = replica;
DELETE FROM aftersales.clause WHERE policy = 'record';
DELETE FROM aftersales.policy WHERE policy = 'record';
DELETE FROM aftersales.policy_version WHERE policy = 'record';
DELETE FROM aftersales.ticket_type WHERE policy = 'record';
DELETE FROM aftersales.attribute WHERE policy = 'record';
DELETE FROM aftersales.event_type WHERE policy = 'record';
DELETE FROM aftersales.workflow_state WHERE policy = 'record';
DELETE FROM aftersales.workflow_transition WHERE policy = 'record';
DELETE FROM aftersales.workflow_guard WHERE policy = 'record';
DELETE FROM aftersales.sla_rule WHERE policy = 'record';
DELETE FROM aftersales.approval_rule WHERE policy = 'record';
DELETE FROM aftersales.duplicate_rule WHERE policy = 'record';
