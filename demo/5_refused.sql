-- 5_refused.sql: three statements that the desk refuses, and how it says so.
--
-- VERBOSITY verbose prints all that an error carries: SQLSTATE, message,
-- DETAIL, HINT, and the fields that a driver reads as schema, table and
-- constraint name (here the guard or rule).  run.sh leaves out psql's line
-- LOCATION, which names a line of our source.

\set QUIET on
\set VERBOSITY verbose
\set ON_ERROR_STOP on
SET timezone = 'Asia/Shanghai';
SET aftersales.now = '2025-07-17 00:00+08';

\ir expect.sql

-- A repair that is under way, and one that somebody has just begun to report.
SELECT min(ticket_id) AS dispatched FROM desk.ticket WHERE ticket_type = 'fault' AND status = 'dispatched' \gset
SET aftersales.actor = 'agent-01';
INSERT INTO desk.ticket (ticket_type, category, area, channel)
VALUES ('fault', 'line_fault', 'urban', 'phone')
RETURNING ticket_id AS reported \gset

\echo '1. A move that the workflow does not have: restored before anybody was on site.'
\echo
\echo '   SET aftersales.actor = ''team-1'';'
\echo '   UPDATE desk.ticket SET status = ''restored'' WHERE ticket_id = ':dispatched';'
\echo
SET aftersales.actor = 'team-1';
\set ON_ERROR_STOP off
UPDATE desk.ticket SET status = 'restored' WHERE ticket_id = :dispatched;
\set ON_ERROR_STOP on
SELECT pg_temp.expect('SV001 expected', :'LAST_ERROR_SQLSTATE' = 'SV001') \g /dev/null

\echo
\echo '2. A report handed over with nothing in it: every guard that is not met is named.'
\echo
\echo '   SET aftersales.actor = ''agent-01'';'
\echo '   UPDATE desk.ticket SET status = ''submitted'' WHERE ticket_id = ':reported';'
\echo
SET aftersales.actor = 'agent-01';
\set ON_ERROR_STOP off
UPDATE desk.ticket SET status = 'submitted' WHERE ticket_id = :reported;
\set ON_ERROR_STOP on
SELECT pg_temp.expect('SV002 expected', :'LAST_ERROR_SQLSTATE' = 'SV002') \g /dev/null

\echo
\echo '3. History rewritten, by the desk''s owner and superuser: not even so.'
\echo
\echo '   UPDATE desk.ticket_event SET occurred_at = occurred_at - interval ''1 hour'''
\echo '   WHERE ticket_id = ':dispatched';'
\echo
\set ON_ERROR_STOP off
UPDATE desk.ticket_event SET occurred_at = occurred_at - interval '1 hour'
WHERE ticket_id = :dispatched;
\set ON_ERROR_STOP on
SELECT pg_temp.expect('SV004 expected', :'LAST_ERROR_SQLSTATE' = 'SV004') \g /dev/null

-- None of them has left a trace.
SELECT pg_temp.expect('refused statements change nothing',
                      bool_and(CASE ticket_id WHEN :dispatched THEN status = 'dispatched' ELSE status = 'new' END))
FROM desk.ticket WHERE ticket_id IN (:dispatched, :reported) \g /dev/null

-- What the second could do instead can be asked before.
\echo
\echo 'What may that report do next?  SELECT … FROM aftersales.allowed_transitions(…)'
\pset footer off
SELECT to_state, allowed, role_ok, guard, array_to_string(clauses, ' ') AS clauses
FROM aftersales.allowed_transitions(ARRAY[:reported]) ORDER BY to_state, guard;
