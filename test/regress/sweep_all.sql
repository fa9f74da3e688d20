-- sweep_all(): a COMMIT after each chunk, until nothing is left; refused where
-- it cannot commit.
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
SET client_min_messages = warning;
SELECT aftersales.create_desk('all_1');
SELECT aftersales.create_desk('all_2');
UPDATE all_1.desk_setting SET entry_grace = '0';
UPDATE all_2.desk_setting SET entry_grace = '0';
SET aftersales.now = '2026-03-02 08:00+00';
INSERT INTO all_1.ticket (ticket_type, area) SELECT 'job', 'urban' FROM generate_series(1, 3);
INSERT INTO all_2.ticket (ticket_type, area) SELECT 'job', 'urban' FROM generate_series(1, 3);
SET aftersales.now = '2026-03-04 08:00+00';

-- where it cannot commit
BEGIN;
CALL aftersales.sweep_all();
ROLLBACK;
CREATE FUNCTION t.sweep_all() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CALL aftersales.sweep_all(); END $$;
SELECT t.sweep_all();
-- what it cannot do
CALL aftersales.sweep_all(0);
CALL aftersales.sweep_all(NULL);
CALL aftersales.sweep_all(desk => 'nowhere');
SELECT count(*) AS none_yet FROM all_1.sla_breach;

-- one desk: three tickets in chunks of one are at least three transactions
CALL aftersales.sweep_all(1, 'all_1');
SELECT count(DISTINCT c.ticket_id) AS tickets, count(DISTINCT b.xmin::text) >= 3 AS a_transaction_each
FROM all_1.sla_breach b JOIN all_1.sla_clock c USING (clock_id);
SELECT count(*) AS other_desk FROM all_2.sla_breach;

-- all desks; a second time there is nothing to do
CALL aftersales.sweep_all();
CREATE TEMP TABLE first AS SELECT 1 AS desk, b.*, b.xmin::text AS x FROM all_1.sla_breach b UNION ALL SELECT 2, b.*, b.xmin::text FROM all_2.sla_breach b;
SELECT desk, count(DISTINCT c.ticket_id) AS tickets FROM first JOIN all_1.sla_clock c USING (clock_id) GROUP BY desk ORDER BY desk;
CALL aftersales.sweep_all();
SELECT count(*) AS changed FROM (SELECT 1 AS desk, b.*, b.xmin::text AS x FROM all_1.sla_breach b UNION ALL SELECT 2, b.*, b.xmin::text FROM all_2.sla_breach b EXCEPT TABLE first) x;
-- from a procedure that may commit itself
CREATE PROCEDURE t.sweep_all_nested() LANGUAGE plpgsql AS $$ BEGIN CALL aftersales.sweep_all(); COMMIT; END $$;
CALL t.sweep_all_nested();
SELECT * FROM aftersales.sweep(desk => 'all_1') WHERE rows > 0;

-- one without any right on a desk has nothing to sweep, and may not sweep it by name
CREATE ROLE aftersales_sweeper;
SELECT aftersales.grant_access('aftersales_sweeper', 'admin');
SET ROLE aftersales_sweeper;
CALL aftersales.sweep_all();
\set VERBOSITY terse
CALL aftersales.sweep_all(desk => 'all_1');
RESET ROLE;
DROP OWNED BY aftersales_sweeper;
DROP ROLE aftersales_sweeper;

DROP FUNCTION t.sweep_all();
DROP PROCEDURE t.sweep_all_nested();
DROP TABLE first;
DROP SCHEMA all_1, all_1_bi, all_2, all_2_bi CASCADE;
