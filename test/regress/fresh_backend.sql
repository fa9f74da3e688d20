-- The first statement of a backend, by a user who may write tickets and events
-- and has no other right: every cache and plan is made on his behalf.
SET client_min_messages = warning;
SELECT aftersales.create_desk('fresh');
CREATE ROLE regress_aftersales_bare LOGIN;
GRANT USAGE ON SCHEMA fresh TO regress_aftersales_bare;
GRANT SELECT, INSERT, UPDATE ON fresh.ticket TO regress_aftersales_bare;
GRANT INSERT ON fresh.ticket_event TO regress_aftersales_bare;
\c - regress_aftersales_bare
INSERT INTO fresh.ticket (ticket_id, ticket_type, area, attributes, category) VALUES (1, 'job', 'urban', '{"n": 4, "address": "x"}', 'leak') RETURNING status, grade;
\c
UPDATE fresh.ticket SET status = 'work', area = 'rural' WHERE ticket_id = 1 RETURNING status;
\c
INSERT INTO fresh.ticket_event (ticket_id, event, note) VALUES (1, 'call_in', 'n'), (1, 'answered', NULL);
\c
-- a guard that reads events, and attributes
UPDATE fresh.ticket SET status = 'done' WHERE ticket_id = 1 RETURNING status;
-- a refused one comes first
\c
UPDATE fresh.ticket SET status = 'closed' WHERE ticket_id = 1;
UPDATE fresh.ticket SET channel = 'x' WHERE ticket_id = 1 RETURNING channel;
-- in a session that may run things in parallel workers
\c
SELECT count(set_config(name, 'on', false)) AS parallel FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');
SELECT count(*) FROM fresh.ticket;
UPDATE fresh.ticket SET channel = 'y' WHERE ticket_id = 1 RETURNING channel;
\c
SELECT ticket_id FROM fresh.ticket_event;
SELECT aftersales.now();
\c - postgres
SET client_min_messages = warning;
SELECT seq, event, actor, move FROM t.history('fresh');
SELECT clock, rule, ended_as FROM t.clocks('fresh');
SELECT * FROM aftersales.verify_audit();
DROP OWNED BY regress_aftersales_bare;
DROP ROLE regress_aftersales_bare;
DROP SCHEMA fresh, fresh_bi CASCADE;
