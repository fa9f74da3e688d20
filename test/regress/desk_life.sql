-- The life of desks: two side by side with the same table names and keys,
-- renamed schemas, the extension dropped and created again, in one session.
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
\pset null ''
\set VERBOSITY terse
SET client_min_messages = warning;
SET aftersales.now = '2026-03-02 08:00+00';
SELECT aftersales.create_desk('east'), aftersales.create_desk('west');

-- ---------- the same keys on two desks do not meet
INSERT INTO east.ticket (ticket_type, area, channel) VALUES ('job', 'urban', 'e'), ('job', 'urban', 'e');
INSERT INTO west.ticket (ticket_type, area, channel) VALUES ('job', 'rural', 'w'), ('job', 'rural', 'w');
INSERT INTO east.staff (login) VALUES ('clerk_1');
INSERT INTO east.staff_role VALUES ('clerk_1', 'clerk');
INSERT INTO west.staff (login) VALUES ('clerk_1');
-- in one statement: a CTE on one, the rest on the other
WITH e AS (UPDATE east.ticket SET status = 'work' WHERE ticket_id = 1 RETURNING ticket_id),
     v AS (INSERT INTO west.ticket_event (ticket_id, event) SELECT ticket_id, 'call_in' FROM e RETURNING ticket_id)
UPDATE west.ticket t SET status = 'work' FROM v WHERE t.ticket_id = v.ticket_id;
SELECT 'east' AS desk, ticket_id, seq, event, move FROM t.history('east')
UNION ALL SELECT 'west', ticket_id, seq, event, move FROM t.history('west') ORDER BY 1, 2, 3;
SELECT 'east' AS desk, ticket_id, clock, rule, due_at, ended_as FROM t.clocks('east')
UNION ALL SELECT 'west', ticket_id, clock, rule, due_at, ended_as FROM t.clocks('west') ORDER BY 1, 2, 3;
-- roles belong to a desk
SET aftersales.actor = 'clerk_1';
INSERT INTO east.ticket (ticket_id, ticket_type, status) VALUES (10, 'job', 'recall') RETURNING status;
INSERT INTO west.ticket (ticket_id, ticket_type, status) VALUES (10, 'job', 'recall') RETURNING status;
RESET aftersales.actor;
-- a ticket of the other desk is none
INSERT INTO west.ticket_event (ticket_id, event) VALUES (10, 'memo');
UPDATE west.ticket SET duplicate_of = 10 WHERE ticket_id = 2;
-- functions: per desk
SELECT ticket_id, to_state, allowed FROM aftersales.allowed_transitions('{1}', 'east') ORDER BY 2;
SELECT ticket_id, to_state, allowed FROM aftersales.allowed_transitions('{2}', 'west') ORDER BY 2;
SET aftersales.now = '2026-03-02 09:30+00';
SELECT * FROM aftersales.sweep(desk => 'east');
SELECT * FROM aftersales.sweep(desk => 'west');
SELECT count(*) AS east, (SELECT count(*) FROM west.sla_breach) AS west FROM east.sla_breach;

-- ---------- a schema renamed: all goes on, in this session too
ALTER SCHEMA east RENAME TO "East Side";
ALTER SCHEMA east_bi RENAME TO "East Side_bi";
INSERT INTO "East Side".ticket (ticket_id, ticket_type, area) VALUES (20, 'job', 'urban');
INSERT INTO "East Side".ticket_event (ticket_id, event, note) VALUES (20, 'call_in', 'after the rename');
UPDATE "East Side".ticket SET status = 'work', channel = 'x' WHERE ticket_id = 20;
UPDATE "East Side".ticket SET status = 'work' WHERE ticket_id = 2;
SELECT ticket_id, seq, event, move, note FROM t.history('East Side', '{20,2}');
SELECT ticket_id, clock, ended_as, breached FROM t.clocks('East Side', '{20,2}');
SELECT * FROM aftersales.allowed_transitions('{20}', 'East Side') LIMIT 0;
SELECT * FROM aftersales.sweep(desk => 'East Side');
SELECT * FROM aftersales.verify_audit(NULL, 'East Side');
SELECT ticket_id, clock, outcome FROM "East Side_bi".clock WHERE ticket_id = 20 ORDER BY 2;
-- two swap their names
ALTER SCHEMA "East Side" RENAME TO swap;
ALTER SCHEMA west RENAME TO east;
ALTER SCHEMA swap RENAME TO west;
UPDATE west.ticket SET channel = 'was east' WHERE ticket_id = 1;
UPDATE east.ticket SET channel = 'was west' WHERE ticket_id = 1;
SELECT 'east' AS desk, seq, event, data FROM t.history('east', '{1}')
UNION ALL SELECT 'west', seq, event, data FROM t.history('west', '{1}') ORDER BY 1, 2;
SELECT * FROM aftersales.verify_audit(NULL, 'west');
SELECT * FROM aftersales.verify_audit(NULL, 'east');
-- a table of a desk renamed is not found any more, and that is said
BEGIN;
ALTER TABLE east.sla_clock RENAME TO sla_watch;
UPDATE east.ticket SET status = 'wait' WHERE ticket_id = 1;
ROLLBACK;
-- one owner for all of a desk
CREATE ROLE regress_aftersales_other;
ALTER TABLE east.sla_clock OWNER TO regress_aftersales_other;
UPDATE east.ticket SET status = 'wait' WHERE ticket_id = 1;
ALTER TABLE east.sla_clock OWNER TO CURRENT_USER;
UPDATE east.ticket SET status = 'wait' WHERE ticket_id = 1;
DROP ROLE regress_aftersales_other;
-- a trigger of ours switched off: refused, not silently unenforced
ALTER TABLE east.ticket DISABLE TRIGGER aftersales_begin;
UPDATE east.ticket SET channel = 'off' WHERE ticket_id = 1;
ALTER TABLE east.ticket ENABLE TRIGGER aftersales_begin;
UPDATE east.ticket SET channel = 'on' WHERE ticket_id = 1;

-- ---------- a desk dropped and made again under its name
DROP SCHEMA east, west_bi CASCADE;
SELECT aftersales.create_desk('east');
INSERT INTO east.ticket (ticket_type, area) VALUES ('job', 'urban') RETURNING ticket_id, event_seq;
UPDATE east.ticket SET status = 'work' WHERE ticket_id = 1;
INSERT INTO east.ticket_event (ticket_id, event) VALUES (1, 'call_in');
SELECT ticket_id, clock, ended_as FROM t.clocks('east');
DROP SCHEMA east, east_bi, west, "East Side_bi" CASCADE;

-- ---------- the extension dropped and created again in one session (in a database of its own)
CREATE DATABASE regress_aftersales_again;
\c regress_aftersales_again
\set VERBOSITY terse
SET client_min_messages = warning;
\set setup 'CREATE EXTENSION aftersales; SELECT aftersales.create_desk(); INSERT INTO aftersales.policy (policy, title_en) VALUES (''x'', ''X''); INSERT INTO aftersales.ticket_type VALUES (''x'', 1, ''j''); INSERT INTO aftersales.attribute (policy, version, attribute, data_type) VALUES (''x'', 1, ''n'', ''integer''); INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES (''x'', 1, ''new'', ''initial''), (''x'', 1, ''end'', ''closed''); INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES (''x'', 1, ''new'', ''end''); INSERT INTO aftersales.workflow_guard (policy, version, guard, to_state, requires, message_en) VALUES (''x'', 1, ''g'', ''end'', ''n > 1 AND has_event(''''opened'''')'', ''m''); SELECT aftersales.activate_policy(''x'', 1);'
:setup
INSERT INTO desk.ticket (ticket_type) VALUES ('j') RETURNING ticket_id;
UPDATE desk.ticket SET status = 'end';
UPDATE desk.ticket SET status = 'end', attributes = '{"n": 2}';
-- it refuses to go while a desk hangs on it, CASCADE takes the triggers and leaves the data
DROP EXTENSION aftersales;
DROP EXTENSION aftersales CASCADE;
SELECT count(*) AS tickets FROM desk.ticket;
UPDATE desk.ticket SET status = 'anything' RETURNING status;
DROP SCHEMA desk, desk_bi CASCADE;
:setup
INSERT INTO desk.ticket (ticket_type) VALUES ('j') RETURNING ticket_id;
UPDATE desk.ticket SET status = 'end';
UPDATE desk.ticket SET status = 'end', attributes = '{"n": 2}';
SELECT ticket_id, seq, event FROM desk.ticket_event ORDER BY event_id;
-- rolled back: what was there before goes on
BEGIN;
DROP EXTENSION aftersales CASCADE;
ROLLBACK;
UPDATE desk.ticket SET status = 'new';
INSERT INTO desk.ticket (ticket_type) VALUES ('j') RETURNING ticket_id;
SELECT * FROM aftersales.verify_audit();
\c contrib_regression
DROP DATABASE regress_aftersales_again;
