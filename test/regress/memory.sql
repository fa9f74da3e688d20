-- Memory stays flat: 100,000 enforced updates in one backend, and 2,000
-- refused statements, leave the backend as large as it was after warming up.
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
SET client_min_messages = warning;
SELECT aftersales.create_desk('mem');
SET aftersales.desk = 'mem';
INSERT INTO mem.ticket (ticket_type, area) SELECT CASE g % 2 WHEN 0 THEN 'job' ELSE 'visit' END, 'urban' FROM generate_series(1, 5000) g;

CREATE VIEW t.memory AS
SELECT sum(total_bytes) AS total, count(*) AS contexts,
       coalesce(sum(total_bytes) FILTER (WHERE name LIKE 'aftersales%'), 0) AS ours,
       count(*) FILTER (WHERE name LIKE 'aftersales%') AS our_contexts
FROM pg_backend_memory_contexts;

-- single-row statements of every kind
CREATE PROCEDURE t.singles(n integer) LANGUAGE plpgsql AS $$
DECLARE id bigint;
BEGIN
    FOR i IN 1 .. n LOOP
        id := i % 4999 + 1;
        CASE i % 8
            WHEN 0 THEN UPDATE mem.ticket SET status = CASE status WHEN 'work' THEN 'wait' ELSE 'work' END WHERE ticket_id = id;
            WHEN 1 THEN UPDATE mem.ticket SET area = CASE area WHEN 'urban' THEN 'rural' ELSE 'urban' END WHERE ticket_id = id;
            WHEN 2 THEN UPDATE mem.ticket SET channel = 'c' || i, attributes = jsonb_build_object('n', i) WHERE ticket_id = id;
            ELSE UPDATE mem.ticket SET channel = channel WHERE ticket_id = id;
        END CASE;
        IF i % 1000 = 0 THEN COMMIT; END IF;
    END LOOP;
END $$;
CREATE PROCEDURE t.events(n integer) LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1 .. n LOOP
        INSERT INTO mem.ticket_event (ticket_id, event, note) VALUES (i % 5000 + 1, CASE i % 2 WHEN 0 THEN 'call_in' ELSE 'answered' END, 'n');
        IF i % 1000 = 0 THEN COMMIT; END IF;
    END LOOP;
END $$;
CREATE PROCEDURE t.refusals(n integer) LANGUAGE plpgsql AS $$
DECLARE refused integer := 0;
BEGIN
    FOR i IN 1 .. n LOOP
        BEGIN
            CASE i % 5
                WHEN 0 THEN UPDATE mem.ticket SET status = 'nowhere' WHERE ticket_id = i;
                WHEN 1 THEN UPDATE mem.ticket SET area = 'moon';
                WHEN 2 THEN INSERT INTO mem.ticket_event (ticket_id, event) VALUES (i, 'memo'), (i, 'bad');
                WHEN 3 THEN INSERT INTO mem.ticket (policy, ticket_type, area) VALUES ('tiny', 'visit', 'urban'), ('tiny', 'visit', 'island');
                ELSE UPDATE mem.ticket_event SET actor = 'x';
            END CASE;
        EXCEPTION WHEN OTHERS THEN
            IF sqlstate NOT LIKE 'SV%' THEN RAISE; END IF;
            refused := refused + 1;
        END;
    END LOOP;
    IF refused <> n THEN RAISE EXCEPTION 'only % refused', refused; END IF;
END $$;

-- Warm up: every plan is made, every cache is filled.  What remains is PL/pgSQL
-- and PostgreSQL planning again now and then (autovacuum, the sixth use of a
-- plan); the bound of 600,000 bytes is 6 bytes a statement.
CALL t.singles(3000);
CALL t.events(400);
CALL t.refusals(100);
UPDATE mem.ticket SET channel = 'w', area = 'rural';
DO $$ BEGIN FOR i IN 1 .. 20 LOOP
    UPDATE aftersales.policy SET title_en = 'Tiny' WHERE policy = 'tiny';
    UPDATE mem.ticket SET channel = 'w' || i WHERE ticket_id = 1;
    INSERT INTO mem.ticket_event (ticket_id, event) VALUES (1, 'memo');
END LOOP; END $$;
SELECT count(*) >= 0 AS warm FROM t.memory, aftersales.allowed_transitions('{1,2}'), aftersales.sweep();

CREATE TEMP TABLE was AS SELECT * FROM t.memory;
CALL t.singles(100000);
SELECT CASE WHEN m.total <= was.total + 600000 THEN 'flat' ELSE format('grew by %s bytes, %s contexts', m.total - was.total, m.contexts - was.contexts) END AS singles,
       m.ours - was.ours AS ours, m.our_contexts - was.our_contexts AS our_contexts FROM t.memory m, was;

CALL t.events(5000);
SELECT CASE WHEN m.total <= was.total + 600000 THEN 'flat' ELSE format('grew by %s bytes, %s contexts', m.total - was.total, m.contexts - was.contexts) END AS events,
       m.ours - was.ours AS ours, m.our_contexts - was.our_contexts AS our_contexts FROM t.memory m, was;

-- 20 statements of 5,000 rows
DO $$ BEGIN FOR i IN 1 .. 10 LOOP
    UPDATE mem.ticket SET status = CASE status WHEN 'work' THEN 'wait' ELSE 'work' END, channel = 'x' || i;
    UPDATE mem.ticket SET area = CASE area WHEN 'urban' THEN 'rural' ELSE 'urban' END;
END LOOP; END $$;
SELECT CASE WHEN m.total <= was.total + 600000 THEN 'flat' ELSE format('grew by %s bytes, %s contexts', m.total - was.total, m.contexts - was.contexts) END AS many_rows,
       m.ours - was.ours AS ours, m.our_contexts - was.our_contexts AS our_contexts FROM t.memory m, was;

CALL t.refusals(1000);
SELECT CASE WHEN m.total <= was.total + 600000 THEN 'flat' ELSE format('grew by %s bytes, %s contexts', m.total - was.total, m.contexts - was.contexts) END AS refusals,
       m.ours - was.ours AS ours, m.our_contexts - was.our_contexts AS our_contexts FROM t.memory m, was;
-- a thousand refusals inside one transaction, with the transaction still open
BEGIN;
CALL t.refusals(100);
SELECT our_contexts AS in_transaction FROM t.memory \gset before_
CALL t.refusals(900);
SELECT our_contexts - :before_in_transaction AS our_contexts FROM t.memory;
ROLLBACK;

-- the cache made anew 200 times: the old ones go (the server's own caches grow by
-- blocks of a megabyte, a few times; one cache of ours has some hundred kilobytes)
DO $$ BEGIN FOR i IN 1 .. 200 LOOP
    UPDATE aftersales.policy SET title_en = 'Tiny' WHERE policy = 'tiny';
    UPDATE mem.ticket SET channel = 'y' || i, status = CASE status WHEN 'work' THEN 'wait' ELSE 'work' END WHERE ticket_id = 1;
    INSERT INTO mem.ticket_event (ticket_id, event) VALUES (1, 'memo');
END LOOP; END $$;
UPDATE mem.ticket SET channel = 'z' WHERE ticket_id = 1;
SELECT CASE WHEN m.total <= was.total + 2500000 THEN 'flat' ELSE format('grew by %s bytes, %s contexts', m.total - was.total, m.contexts - was.contexts) END AS reloads,
       m.ours - was.ours < 65536 AS ours, m.our_contexts - was.our_contexts AS our_contexts FROM t.memory m, was;
-- also when policy and tickets change in one transaction, with savepoints
DO $$ BEGIN FOR i IN 1 .. 100 LOOP
    BEGIN
        UPDATE aftersales.policy SET title_en = 'Tiny' WHERE policy = 'tiny';
        UPDATE mem.ticket SET channel = 'yy' || i WHERE ticket_id = 1;
        RAISE EXCEPTION 'back';
    EXCEPTION WHEN raise_exception THEN NULL;
    END;
END LOOP; END $$;
UPDATE mem.ticket SET channel = 'zz' WHERE ticket_id = 1;
SELECT CASE WHEN m.total <= was.total + 2500000 THEN 'flat' ELSE format('grew by %s bytes, %s contexts', m.total - was.total, m.contexts - was.contexts) END AS reloads_undone,
       m.our_contexts - was.our_contexts AS our_contexts FROM t.memory m, was;

-- functions
DO $$ BEGIN FOR i IN 1 .. 300 LOOP
    PERFORM count(*) FROM aftersales.allowed_transitions('{1,2,3,4,5}');
    PERFORM count(*) FROM aftersales.sweep();
    PERFORM aftersales.expression_problem('tiny', 1, 'job', 'guard', CASE i % 2 WHEN 0 THEN 'n > 3' ELSE 'n >' END);
END LOOP;
FOR i IN 1 .. 5 LOOP PERFORM count(*) FROM aftersales.verify_audit(); END LOOP; END $$;
SELECT CASE WHEN m.total <= was.total + 2500000 THEN 'flat' ELSE format('grew by %s bytes, %s contexts', m.total - was.total, m.contexts - was.contexts) END AS functions,
       m.our_contexts - was.our_contexts AS our_contexts FROM t.memory m, was;
SELECT count(*) FROM aftersales.verify_audit();

-- working time: 100,000 calls, refused ones, and calendars read anew
INSERT INTO aftersales.calendar (calendar, timezone) VALUES ('mem', 'Europe/Berlin');
INSERT INTO aftersales.calendar_hours (calendar, weekday, opens, closes) SELECT 'mem', d, '08:00', '16:00' FROM generate_series(1, 5) d;
CREATE PROCEDURE t.worktime(n integer) LANGUAGE plpgsql AS $$
DECLARE at timestamptz := '2026-01-01 00:00+00';
BEGIN
    FOR i IN 1 .. n LOOP
        at := aftersales.add_working_time('2026-01-01 00:00+00', i % 5000 * interval '37 minutes', 'mem');
        PERFORM aftersales.working_time_between('2025-06-01 00:00+00', at, 'mem'), aftersales.add_working_days(at, -3, 'mem'), aftersales.next_working_time(at, 'mem@2');
        IF i % 100 = 0 THEN
            BEGIN PERFORM aftersales.add_working_time(at, '1:00', CASE i % 200 WHEN 0 THEN 'nowhere' ELSE 'mem@1' END);
            EXCEPTION WHEN SQLSTATE 'SV011' THEN NULL; END;
        END IF;
        IF i % 1000 = 0 THEN
            UPDATE aftersales.calendar_hours SET closes = '16:00'::time + i % 7 * interval '1 minute' WHERE calendar = 'mem';
            COMMIT;
        END IF;
    END LOOP;
END $$;
CALL t.worktime(3000);
DROP TABLE was;
CREATE TEMP TABLE was AS SELECT * FROM t.memory;
CALL t.worktime(100000);
SELECT CASE WHEN m.total <= was.total + 2500000 THEN 'flat' ELSE format('grew by %s bytes, %s contexts', m.total - was.total, m.contexts - was.contexts) END AS worktime,
       m.ours - was.ours < 65536 AS ours, m.our_contexts - was.our_contexts AS our_contexts FROM t.memory m, was;
DELETE FROM aftersales.calendar WHERE calendar = 'mem';
DROP SCHEMA mem, mem_bi CASCADE;
