-- SV004: what only triggers write, and what nobody may take away, also the
-- owner of the desk and a superuser.
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
SET client_min_messages = warning;
SELECT aftersales.create_desk('prot');
SET aftersales.desk = 'prot';
SET aftersales.now = '2026-03-02 08:00+00';
INSERT INTO prot.ticket (ticket_type, area, note) VALUES ('job', 'urban', 'n'), ('job', 'urban', NULL);
INSERT INTO prot.ticket_event (ticket_id, event, note) VALUES (1, 'call_in', 'n');
SET aftersales.now = '2026-03-02 10:00+00';
SELECT * FROM aftersales.sweep();

-- every column of a ticket that is owned or fixed: a changed value is refused on UPDATE
\t \a
DO $$
DECLARE c text; r text;
BEGIN
    FOR c, r IN SELECT attname, CASE
            WHEN attname = 'row_version' THEN '9'
            WHEN atttypid = 'timestamptz'::regtype THEN attname || ' + interval ''1 second'''
            WHEN atttypid IN ('integer'::regtype, 'bigint'::regtype) THEN attname || ' + 1'
            WHEN atttypid = 'bytea'::regtype THEN '''\x00''' ELSE '''other''' END
        FROM pg_attribute WHERE attrelid = 'prot.ticket'::regclass AND attnum > 0 AND attname = ANY
            ('{ticket_id,policy,policy_version,ticket_type,status_at,status_note,opened_at,row_version,changed_at,event_at,event_seq,event_hash}')
        ORDER BY attnum LOOP
        RAISE INFO '%: %', c, t.try(format('UPDATE prot.ticket SET %I = %s WHERE ticket_id = 1', c, r));
    END LOOP;
END $$;
-- and set to NULL
DO $$
DECLARE c text;
BEGIN
    FOREACH c IN ARRAY '{policy,status_at,status_note,opened_at,changed_at,event_seq,event_hash}'::text[] LOOP
        RAISE INFO '% NULL: %', c, split_part(t.try(format('UPDATE prot.ticket SET %I = NULL WHERE ticket_id = 1', c)), E'\n', 1);
    END LOOP;
END $$;
-- given on INSERT
DO $$
DECLARE c text; v text;
BEGIN
    FOR c, v IN VALUES ('policy_version', '1'), ('status_at', 'now()'), ('status_note', '''x'''), ('changed_at', 'now()'),
            ('event_at', 'now()'), ('event_seq', '1'), ('event_hash', '''\x00''') LOOP
        RAISE INFO '% inserted: %', c, split_part(t.try(format('INSERT INTO prot.ticket (ticket_type, %I) VALUES (''job'', %s)', c, v)), E'\n', 1);
    END LOOP;
    FOR c, v IN VALUES ('seq', '1'), ('recorded_at', 'now()'), ('actor', '''x'''), ('from_state', '''new'''), ('to_state', '''work'''),
            ('corrects', '1'), ('origin', '''app'''), ('private_digest', '''\x00'''), ('hash', '''\x00''') LOOP
        RAISE INFO 'event % inserted: %', c, t.try(format('INSERT INTO prot.ticket_event (ticket_id, event, %I) VALUES (1, ''memo'', %s)', c, v));
    END LOOP;
END $$;
-- DELETE, TRUNCATE, UPDATE and INSERT of the protected tables
DO $$
DECLARE s text;
BEGIN
    FOREACH s IN ARRAY ARRAY[
        'DELETE FROM prot.ticket', 'DELETE FROM prot.ticket WHERE false', 'TRUNCATE prot.ticket CASCADE',
        'DELETE FROM prot.ticket_event', 'TRUNCATE prot.ticket_event CASCADE', 'UPDATE prot.ticket_event SET event = ''memo''',
        'UPDATE prot.ticket_event SET event = event WHERE false',
        'INSERT INTO prot.event_private (event_id, salt) VALUES (2, ''\x00'')', 'UPDATE prot.event_private SET note = ''x''', 'DELETE FROM prot.event_private', 'TRUNCATE prot.event_private',
        'INSERT INTO prot.sla_clock (ticket_id, clock, cycle, rule, started_at, start_seq) VALUES (2, ''x'', 1, ''x'', now(), 1)',
        'UPDATE prot.sla_clock SET due_at = NULL', 'DELETE FROM prot.sla_clock', 'TRUNCATE prot.sla_clock CASCADE',
        'INSERT INTO prot.sla_breach (clock_id, due_at, detected_at) VALUES (1, now(), now())',
        'UPDATE prot.sla_breach SET cleared_at = now()', 'DELETE FROM prot.sla_breach', 'TRUNCATE prot.sla_breach',
        'TRUNCATE prot.staff CASCADE', 'TRUNCATE prot.org_unit CASCADE'] LOOP
        RAISE INFO '%: %', s, t.try(s);
    END LOOP;
END $$;
-- the ledger: what follows from moves, and moves
INSERT INTO prot.stock_location (location, kind) VALUES ('supplier', 'supplier'), ('main', 'store'), ('branch', 'store'), ('customer', 'customer');
INSERT INTO prot.part (part_no, exchange, is_serialised) VALUES ('fan', 'consumable', false), ('pc', 'loaner', true);
INSERT INTO prot.stock_move (part_no, quantity, from_location, to_location, purpose) VALUES ('fan', 5, 'supplier', 'main', 'receipt');
INSERT INTO prot.stock_move (part_no, serial_no, from_location, to_location, purpose) VALUES ('pc', 'P-1', 'supplier', 'main', 'receipt');
DO $$
DECLARE tab text; c text; s text;
BEGIN
    FOREACH tab IN ARRAY '{stock_balance,stock_serial,part_exchange,stock_move}'::text[] LOOP
        FOREACH s IN ARRAY ARRAY['DELETE FROM prot.%I', 'DELETE FROM prot.%I WHERE false', 'TRUNCATE prot.%I CASCADE', 'INSERT INTO prot.%1$I SELECT * FROM prot.%1$I WHERE false'] LOOP
            -- moves are inserted
            CONTINUE WHEN tab = 'stock_move' AND s LIKE 'INSERT%';
            RAISE INFO '%: %', format(s, tab), split_part(t.try(format(s, tab)), E'\n', 1);
        END LOOP;
        -- each column, also to what it is
        FOR c IN SELECT attname FROM pg_attribute WHERE attrelid = ('prot.' || tab)::regclass AND attnum > 0 AND NOT attisdropped AND attidentity = '' ORDER BY attnum LOOP
            IF t.try(format('UPDATE prot.%I SET %2$I = %2$I', tab, c)) !~ '^SV004' OR t.try(format('UPDATE prot.%I SET %2$I = NULL', tab, c)) !~ '^SV004' THEN
                RAISE INFO '%.% may be written', tab, c;
            END IF;
        END LOOP;
    END LOOP;
END $$;
-- by an upsert, whose two triggers ours has, too; nor is anything left standing by a refused move, in which both are awaited
SELECT t.try('INSERT INTO prot.stock_balance VALUES (''main'', ''fan'', ''good'', ''own'', 9, now()) ON CONFLICT (location, part_no, condition, owner) DO UPDATE SET quantity = excluded.quantity');
BEGIN;
SAVEPOINT s;
INSERT INTO prot.stock_move (part_no, quantity, from_location, to_location) VALUES ('fan', 6, 'main', 'branch');
ROLLBACK TO s;
SELECT split_part(t.try('UPDATE prot.stock_balance SET quantity = 9'), E'\n', 1);
SELECT split_part(t.try('INSERT INTO prot.stock_balance VALUES (''main'', ''fan'', ''scrap'', ''own'', 9, now())'), E'\n', 1);
COMMIT;
-- a trigger of somebody's on a balance does not write another one while ours is being written
CREATE FUNCTION t.meddle_balance() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE prot.stock_balance SET quantity = 99; RETURN NULL; END $$;
CREATE TRIGGER aa BEFORE INSERT ON prot.stock_balance FOR EACH STATEMENT EXECUTE FUNCTION t.meddle_balance();
SELECT t.try('INSERT INTO prot.stock_move (part_no, from_location, to_location) VALUES (''fan'', ''main'', ''branch'')');
DROP TRIGGER aa ON prot.stock_balance;
CREATE TRIGGER zz BEFORE INSERT ON prot.stock_balance FOR EACH STATEMENT EXECUTE FUNCTION t.meddle_balance();
SELECT t.try('INSERT INTO prot.stock_move (part_no, from_location, to_location) VALUES (''fan'', ''main'', ''branch'')');
DROP TRIGGER zz ON prot.stock_balance;
CREATE TRIGGER zz AFTER INSERT ON prot.stock_balance FOR EACH STATEMENT EXECUTE FUNCTION t.meddle_balance();
SELECT t.try('INSERT INTO prot.stock_move (part_no, from_location, to_location) VALUES (''fan'', ''main'', ''branch'')');
DROP TRIGGER zz ON prot.stock_balance;
DROP FUNCTION t.meddle_balance;
SELECT location, part_no, quantity FROM prot.stock_balance ORDER BY 1, 2;
-- nor may the flag that marks our own writes be left standing by a failed statement
BEGIN;
SAVEPOINT s;
INSERT INTO prot.ticket_event (ticket_id, event) VALUES (1, 'no_such');
ROLLBACK TO s;
SELECT t.try('UPDATE prot.ticket SET event_seq = 99 WHERE ticket_id = 1');
SELECT t.try('DELETE FROM prot.sla_clock');
COMMIT;
-- by COPY
COPY prot.sla_breach (clock_id, due_at, detected_at) FROM STDIN;
1	2026-03-02 08:00+00	2026-03-02 08:00+00
\.
-- trigger functions are no functions to call
SELECT aftersales.protect();
CREATE TEMP TABLE mine (a integer);
CREATE TRIGGER x AFTER INSERT ON mine FOR EACH STATEMENT EXECUTE FUNCTION aftersales.ticket_judge();
INSERT INTO mine VALUES (1);
CREATE TRIGGER y BEFORE INSERT ON mine FOR EACH ROW EXECUTE FUNCTION aftersales.ticket_judge();
INSERT INTO mine VALUES (1);
DROP TABLE mine;
\t \a
SELECT ticket_id, row_version, event_seq FROM prot.ticket ORDER BY 1;
SELECT * FROM aftersales.verify_audit();
DROP SCHEMA prot, prot_bi CASCADE;
