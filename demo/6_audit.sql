-- 6_audit.sql: is the history whole?
--
-- Every event carries a hash over the one before it, its public columns and a
-- digest of its private ones; the head of the chain stands in the ticket.

\set ON_ERROR_STOP on
\set QUIET on
\pset footer off

\ir expect.sql

SELECT (SELECT count(*) FROM desk.ticket) AS "tickets checked",
       (SELECT count(*) FROM desk.ticket_event) AS "events checked",
       (SELECT count(*) FROM aftersales.verify_audit()) AS "problems found";
SELECT pg_temp.expect('verify_audit() finds nothing', count(*) = 0) FROM aftersales.verify_audit() \g /dev/null

-- A superuser can switch triggers off.  What is written then is found.
\echo 'With triggers switched off a superuser moves one event by an hour:'
BEGIN;
ALTER TABLE desk.ticket_event DISABLE TRIGGER USER;
UPDATE desk.ticket_event SET occurred_at = occurred_at - interval '1 hour' WHERE ticket_id = 100 AND seq = 2;
SELECT ticket_id, seq, problem FROM aftersales.verify_audit();
SELECT pg_temp.expect('verify_audit() finds it', count(*) > 0) FROM aftersales.verify_audit() \g /dev/null
ROLLBACK;
\echo '… and rolled back:'
SELECT count(*) AS "problems found" FROM aftersales.verify_audit();
SELECT pg_temp.expect('verify_audit() finds nothing', count(*) = 0) FROM aftersales.verify_audit() \g /dev/null
