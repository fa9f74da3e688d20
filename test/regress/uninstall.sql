-- Dropping the extension: refused while a desk hangs on it; with CASCADE the
-- desk's rows stay, without triggers.
SET client_min_messages = warning;
SET datestyle = 'ISO, YMD';
SELECT aftersales.create_desk('last');
INSERT INTO last.ticket (ticket_type, area) VALUES ('job', 'urban');
\set VERBOSITY terse
DROP EXTENSION aftersales;
DROP EXTENSION aftersales CASCADE;
SELECT count(*) AS tickets FROM last.ticket;
SELECT count(*) AS events FROM last.ticket_event;
SELECT count(*) AS triggers FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = 'last.ticket'::regclass;
DELETE FROM last.ticket_event;
-- nothing of it is left
SELECT nspname FROM pg_namespace WHERE nspname = 'aftersales';
SELECT count(*) AS functions FROM pg_proc WHERE probin ~ 'aftersales';
DROP SCHEMA last, t CASCADE;
