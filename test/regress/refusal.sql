-- What a refusal says: SQLSTATE, message, detail with its fixed last line,
-- hint, and the fields that drivers read. One of each kind on tickets.
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
SET client_min_messages = warning;
SELECT aftersales.create_desk('ref');
SET aftersales.desk = 'ref';
SET aftersales.now = '2026-03-02 08:00+00';
INSERT INTO ref.ticket (ticket_type, area) VALUES ('job', 'urban'), ('job', 'urban'), ('visit', 'urban'), ('job', NULL), ('job', 'urban');
UPDATE ref.ticket SET status = 'work' WHERE ticket_id = 2;
\t \a

-- ---------- SV001: transition not allowed
SELECT t.try('UPDATE ref.ticket SET status = ''done'' WHERE ticket_id = 1');
SELECT t.try('UPDATE ref.ticket SET status = ''no_such_state'' WHERE ticket_id = 1');
SELECT t.try('UPDATE ref.ticket SET status = ''recall'' WHERE ticket_id = 3');
SELECT t.try('INSERT INTO ref.ticket (ticket_type, status) VALUES (''job'', ''work'')');
SELECT t.try('INSERT INTO ref.ticket (ticket_type, status) VALUES (''job'', ''no_such_state'')');
SELECT t.try('INSERT INTO ref.ticket_event (ticket_id, event, data) VALUES (1, ''checked'', ''{"reading": 1}'')');
SELECT t.try('UPDATE ref.ticket SET status = NULL WHERE ticket_id = 1');

-- ---------- SV002: guards and required attributes, all that are not met
SELECT t.try('UPDATE ref.ticket SET status = ''done'' WHERE ticket_id = 2');
SELECT t.try('UPDATE ref.ticket SET status = ''done'', attributes = ''{"n": 4}'' WHERE ticket_id = 2');
SELECT t.try('UPDATE ref.ticket SET status = ''done'', attributes = ''{"n": null, "address": null}'' WHERE ticket_id = 2');
INSERT INTO ref.ticket_event (ticket_id, event) VALUES (2, 'answered');
SELECT t.try('UPDATE ref.ticket SET status = ''done'', attributes = ''{"n": 3, "address": "x"}'' WHERE ticket_id = 2');
-- messages in Chinese where there is one
SET aftersales.language = 'zh';
SELECT t.try('UPDATE ref.ticket SET status = ''work'' WHERE ticket_id = 5');
SELECT t.try('UPDATE ref.ticket SET status = ''done'' WHERE ticket_id = 5');
SET aftersales.language = 'fr';
RESET aftersales.language;
-- met: it goes, and what the state requires may not be taken away again
SELECT t.try('UPDATE ref.ticket SET status = ''done'', attributes = ''{"n": 4, "address": "x"}'' WHERE ticket_id = 2');
SELECT t.try('UPDATE ref.ticket SET attributes = ''{"n": 4}'' WHERE ticket_id = 2');
-- guards are of the move, not of the state: n may change later
SELECT t.try('UPDATE ref.ticket SET attributes = ''{"n": 1, "address": "x"}'' WHERE ticket_id = 2');
-- an event that lacks its data
INSERT INTO ref.staff (login) VALUES ('engineer_1'), ('clerk_1'), ('gone_1');
INSERT INTO ref.staff_role VALUES ('engineer_1', 'engineer'), ('clerk_1', 'clerk'), ('gone_1', 'manager');
UPDATE ref.staff SET is_active = false WHERE login = 'gone_1';
SET aftersales.actor = 'engineer_1';
SELECT t.try('INSERT INTO ref.ticket_event (ticket_id, event) VALUES (5, ''checked'')');
SELECT t.try('INSERT INTO ref.ticket_event (ticket_id, event, data) VALUES (5, ''checked'', ''{"reading": null}'')');
SELECT t.try('INSERT INTO ref.ticket_event (ticket_id, event, data) VALUES (5, ''checked'', ''[1]'')');
SELECT t.try('INSERT INTO ref.ticket_event (ticket_id, event, data) VALUES (5, ''checked'', ''{"reading": 7}'')');
RESET aftersales.actor;

-- ---------- SV003: roles and actors
SELECT t.try('UPDATE ref.ticket SET status = ''closed'' WHERE ticket_id = 2');
SELECT t.try('INSERT INTO ref.ticket (ticket_type, status) VALUES (''job'', ''recall'')');
SELECT t.try('INSERT INTO ref.ticket_event (ticket_id, event, data) VALUES (5, ''checked'', ''{"reading": 7}'')');
SET aftersales.actor = 'clerk_1';
SELECT t.try('UPDATE ref.ticket SET status = ''closed'' WHERE ticket_id = 2');
SELECT t.try('INSERT INTO ref.ticket (ticket_type, status) VALUES (''job'', ''recall'')');
SET aftersales.actor = 'nobody_1';
SELECT t.try('UPDATE ref.ticket SET channel = ''x'' WHERE ticket_id = 2');
SET aftersales.actor = 'gone_1';
SELECT t.try('UPDATE ref.ticket SET status = ''closed'' WHERE ticket_id = 2');
SET aftersales.actor = 'engineer_1';
SELECT t.try('UPDATE ref.ticket SET status = ''closed'' WHERE ticket_id = 2');
RESET aftersales.actor;
SELECT seq, event, actor FROM t.history('ref', '{2}') ORDER BY seq DESC LIMIT 1;
-- an application must say for whom it acts; others may not
CREATE ROLE regress_aftersales_crm LOGIN;
CREATE ROLE regress_aftersales_app LOGIN;
SELECT aftersales.grant_access('regress_aftersales_crm', 'app'), aftersales.grant_access('regress_aftersales_app', 'app');
GRANT USAGE ON SCHEMA t TO PUBLIC;
INSERT INTO ref.application (db_user) VALUES ('regress_aftersales_app');
RESET aftersales.now;
\c - regress_aftersales_app
SELECT t.try('UPDATE ref.ticket SET channel = ''x'' WHERE ticket_id = 5');
SELECT t.try('INSERT INTO ref.ticket_event (ticket_id, event) VALUES (5, ''memo'')');
SELECT t.try('INSERT INTO ref.ticket (ticket_type, area) VALUES (''job'', ''urban'')');
SET aftersales.actor = 'nobody_1';
SELECT t.try('UPDATE ref.ticket SET channel = ''x'' WHERE ticket_id = 5');
-- its own name is no way round
SET aftersales.actor = 'regress_aftersales_app';
SELECT t.try('UPDATE ref.ticket SET channel = ''x'' WHERE ticket_id = 5');
SET aftersales.actor = 'clerk_1';
SELECT t.try('UPDATE ref.ticket SET channel = ''x'' WHERE ticket_id = 5');
SELECT t.try('SET aftersales.now = ''2026-01-01''');
SELECT t.try('SET aftersales.clock_skew = ''1 day''');
\c - regress_aftersales_crm
SELECT t.try('UPDATE ref.ticket SET channel = ''y'' WHERE ticket_id = 5');
SET aftersales.actor = 'engineer_1';
SELECT t.try('UPDATE ref.ticket SET channel = ''z'' WHERE ticket_id = 5');
-- its own name is itself
SET aftersales.actor = 'regress_aftersales_crm';
SELECT t.try('UPDATE ref.ticket SET channel = ''z'' WHERE ticket_id = 5');
\c - postgres
SET timezone = 'UTC';
SET client_min_messages = warning;
SELECT seq, event, actor, data FROM t.history('ref', '{5}') WHERE event = 'changed:channel';
SET aftersales.desk = 'ref';
SET aftersales.now = '2026-03-02 08:00+00';

-- ---------- SV010: values that the policy does not know
SELECT t.try('INSERT INTO ref.ticket (ticket_type) VALUES (''no_such_type'')');
SELECT t.try('INSERT INTO ref.ticket (policy, ticket_type) VALUES (''tiny'', ''no_such_type'')');
SELECT t.try('INSERT INTO ref.ticket (policy, ticket_type) VALUES (''no_such_policy'', ''job'')');
SELECT t.try('INSERT INTO ref.ticket (policy) VALUES (''tiny'')');
SELECT t.try('INSERT INTO ref.ticket (ticket_type, category) VALUES (''job'', ''tour'')');
SELECT t.try('UPDATE ref.ticket SET category = ''no_such'' WHERE ticket_id = 1');
SELECT t.try('UPDATE ref.ticket SET area = ''moon'' WHERE ticket_id = 1');
SELECT t.try('UPDATE ref.ticket SET attributes = ''{"no_such": 1}'' WHERE ticket_id = 1');
SELECT t.try('UPDATE ref.ticket SET attributes = ''{"color": "red"}'' WHERE ticket_id = 3');
SELECT t.try('UPDATE ref.ticket SET attributes = ''{"color": "blue"}'' WHERE ticket_id = 1');
SELECT t.try('UPDATE ref.ticket SET attributes = ''{"n": "four"}'' WHERE ticket_id = 1');
SELECT t.try('UPDATE ref.ticket SET attributes = ''{"n": 4.5}'' WHERE ticket_id = 1');
SELECT t.try('UPDATE ref.ticket SET attributes = ''{"n": 99999999999999999999}'' WHERE ticket_id = 1');
SELECT t.try('UPDATE ref.ticket SET attributes = ''{"price": "dear"}'' WHERE ticket_id = 1');
SELECT t.try('UPDATE ref.ticket SET attributes = ''{"agreed": "yes"}'' WHERE ticket_id = 1');
SELECT t.try('UPDATE ref.ticket SET attributes = ''{"bought": "2026-02-30"}'' WHERE ticket_id = 1');
SELECT t.try('UPDATE ref.ticket SET attributes = ''{"bought": "02.03.2026"}'' WHERE ticket_id = 1');
SELECT t.try('UPDATE ref.ticket SET attributes = ''{"bought": "tomorrow"}'' WHERE ticket_id = 1');
SELECT t.try('UPDATE ref.ticket SET attributes = ''{"seen": "2026-03-02 08:00"}'' WHERE ticket_id = 1');
SELECT t.try('UPDATE ref.ticket SET attributes = ''{"seen": "now"}'' WHERE ticket_id = 1');
SELECT t.try('UPDATE ref.ticket SET attributes = ''{"address": ["x"]}'' WHERE ticket_id = 1');
SELECT t.try('UPDATE ref.ticket SET attributes = ''[1, 2]'' WHERE ticket_id = 1');
SELECT t.try('UPDATE ref.ticket SET attributes = ''"text"'' WHERE ticket_id = 1');
SELECT t.try('UPDATE ref.ticket SET attributes = NULL WHERE ticket_id = 1');
SELECT t.try('UPDATE ref.ticket SET attributes = ''{"n": 4, "price": 12.50, "agreed": true, "bought": "2026-02-28", "seen": "2026-03-02T08:00:00.5+08:00", "color": "red", "address": "x"}'' WHERE ticket_id = 1');
-- a mandatory clock that no rule fits
SELECT t.try('INSERT INTO ref.ticket (ticket_type, area) VALUES (''visit'', ''island'')');
SELECT t.try('UPDATE ref.ticket SET area = NULL WHERE ticket_id = 3');
-- duplicates: itself, one that is missing, closed, or a duplicate
SELECT t.try('UPDATE ref.ticket SET duplicate_of = 1 WHERE ticket_id = 1');
SELECT t.try('UPDATE ref.ticket SET duplicate_of = 12345 WHERE ticket_id = 1');
SELECT t.try('UPDATE ref.ticket SET duplicate_of = 2 WHERE ticket_id = 1');
SELECT t.try('UPDATE ref.ticket SET duplicate_of = 1 WHERE ticket_id = 4');
SELECT t.try('UPDATE ref.ticket SET duplicate_of = 4 WHERE ticket_id = 3');
SELECT t.try('UPDATE ref.ticket SET duplicate_of = 5 WHERE ticket_id = 1');
SELECT t.try('INSERT INTO ref.ticket (ticket_type, duplicate_of) VALUES (''job'', 4)');
SELECT t.try('INSERT INTO ref.ticket (ticket_type, area, duplicate_of) VALUES (''job'', ''urban'', 1)');
-- a note with nothing to stand with; the same note again is a retry
SELECT t.try('UPDATE ref.ticket SET note = ''lost'' WHERE ticket_id = 1');
SELECT t.try('UPDATE ref.ticket SET status = ''work'', note = ''kept'' WHERE ticket_id = 1');
SELECT t.try('UPDATE ref.ticket SET status = ''work'', note = ''kept'' WHERE ticket_id = 1');
-- events
SELECT t.try('INSERT INTO ref.ticket_event (ticket_id, event) VALUES (1, ''no_such'')');
SELECT t.try('INSERT INTO ref.ticket_event (ticket_id, event) VALUES (1, ''opened'')');
SELECT t.try('INSERT INTO ref.ticket_event (ticket_id, event) VALUES (1, ''status:wait'')');
SELECT t.try('INSERT INTO ref.ticket_event (ticket_id, event) VALUES (1, NULL)');
SELECT t.try('INSERT INTO ref.ticket_event (event) VALUES (''memo'')');
SELECT t.try('INSERT INTO ref.ticket_event (ticket_id, event) VALUES (99999, ''memo'')');
\t \a
-- rows that are refused by PostgreSQL itself leave nothing behind
INSERT INTO ref.ticket (ticket_type, external_ref) VALUES ('job', 'x-1');
\t \a
SELECT t.try('INSERT INTO ref.ticket (ticket_type, external_ref) VALUES (''job'', ''x-1'')');
SELECT t.try('INSERT INTO ref.ticket_event (ticket_id, event, external_ref) VALUES (1, ''memo'', ''y-1'')');
SELECT t.try('INSERT INTO ref.ticket_event (ticket_id, event, external_ref) VALUES (1, ''memo'', ''y-1'')');
\t \a
SELECT ticket_id, seq, event, actor, move, note FROM t.history('ref');
SELECT * FROM aftersales.verify_audit();
DROP SCHEMA ref, ref_bi CASCADE;
DROP OWNED BY regress_aftersales_crm, regress_aftersales_app;
DROP ROLE regress_aftersales_crm, regress_aftersales_app;
