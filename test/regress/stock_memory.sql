-- Memory stays flat: thousands of moves, judged by row guards, and a thousand
-- refused ones, leave the backend as large as it was after warming up; and a
-- statement of many moves holds a little for each until its end.
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
SET client_min_messages = warning;
INSERT INTO aftersales.policy (policy, title_en) VALUES ('stock_mem', 'Memory');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('stock_mem', 1, 'stock_mem_job');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('stock_mem', 1, 'new', 'initial'), ('stock_mem', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('stock_mem', 1, 'new', 'done');
INSERT INTO aftersales.sla_rule (policy, version, rule, clock, starts_on, stops_on, target) VALUES ('stock_mem', 1, 'put_in', 'put_in', '{stock:issue}', '{stock:install}', '04:00');
INSERT INTO aftersales.row_guard (policy, version, table_name, guard, condition, requires, roles, message_en) VALUES
    ('stock_mem', 1, 'stock_move', 'noted', $$purpose = 'scrap'$$, $$upper(note) = 'BENT' AND NOT has_event('stock:regrade')$$, NULL, '-'),
    ('stock_mem', 1, 'stock_move', 'keeper', $$purpose = 'lose'$$, NULL, '{keeper}', '-');
SELECT aftersales.activate_policy('stock_mem', 1);
SELECT aftersales.create_desk('stock_mem');
SET aftersales.desk = 'stock_mem';
SET aftersales.now = '2026-03-02 08:00+00';
INSERT INTO stock_mem.stock_location (location, kind, policy) VALUES
    ('supplier', 'supplier', NULL), ('main', 'store', NULL), ('branch', 'store', 'stock_mem'), ('van', 'engineer', NULL), ('machines', 'installed', NULL), ('scrap', 'scrapped', NULL), ('gone', 'lost', NULL);
INSERT INTO stock_mem.part (part_no, exchange, is_serialised) VALUES ('fan', 'consumable', false), ('board', 'one_for_one', false), ('disk', 'consumable', true);
INSERT INTO stock_mem.part (part_no, exchange) SELECT 'p' || g, 'consumable' FROM generate_series(1, 8000) g;
INSERT INTO stock_mem.ticket (ticket_type) SELECT 'stock_mem_job' FROM generate_series(1, 500) g;
INSERT INTO stock_mem.stock_move (part_no, quantity, from_location, to_location, purpose) SELECT p, 1000000, 'supplier', l, 'receipt' FROM unnest('{fan,board}'::text[]) p, unnest('{main,branch}'::text[]) l;
SET aftersales.now = '2026-03-02 09:00+00';

CREATE TEMP VIEW memory AS
SELECT sum(total_bytes) AS total, count(*) AS contexts,
       coalesce(sum(total_bytes) FILTER (WHERE name LIKE 'aftersales%'), 0) AS ours,
       count(*) FILTER (WHERE name LIKE 'aftersales%') AS our_contexts
FROM pg_backend_memory_contexts;
CREATE SEQUENCE t.piece;
CREATE PROCEDURE t.stock_singles(n integer) LANGUAGE plpgsql AS $$
DECLARE id bigint; move bigint;
BEGIN
    FOR i IN 1 .. n LOOP
        id := i / 10 % 500 + 1;
        PERFORM set_config('aftersales.now', (aftersales.now() + interval '1 second')::text, false);
        CASE i % 10
            WHEN 0 THEN INSERT INTO stock_mem.stock_move (part_no, quantity, from_location, to_location, purpose, note) VALUES ('fan', 1, 'supplier', 'main', 'receipt', repeat('x', 200));
            WHEN 1 THEN INSERT INTO stock_mem.stock_move (part_no, from_location, to_location, purpose, ticket_id) VALUES ('fan', 'main', 'van', 'issue', id);
            WHEN 2 THEN INSERT INTO stock_mem.stock_move (part_no, from_location, to_location, purpose, ticket_id) VALUES ('fan', 'van', 'machines', 'install', id);
            WHEN 3 THEN INSERT INTO stock_mem.stock_move (part_no, from_location, to_location, purpose, note) VALUES ('fan', 'branch', 'scrap', 'scrap', 'bent');
            WHEN 4 THEN INSERT INTO stock_mem.stock_move (part_no, serial_no, from_location, to_location, purpose) VALUES ('disk', 'D-' || nextval('t.piece'), 'supplier', 'main', 'receipt') RETURNING move_id INTO move;
            WHEN 5 THEN INSERT INTO stock_mem.stock_move (part_no, serial_no, from_location, to_location) VALUES ('disk', 'D-' || currval('t.piece'), 'main', 'branch');
            WHEN 6 THEN INSERT INTO stock_mem.stock_move (part_no, from_location, to_location, happened_at) VALUES ('fan', 'main', 'branch', aftersales.now() - interval '10 seconds') RETURNING move_id INTO move;
            WHEN 7 THEN INSERT INTO stock_mem.stock_move (reversal_of) VALUES (move);
            WHEN 8 THEN INSERT INTO stock_mem.stock_move (part_no, from_location, to_location, external_ref) VALUES ('fan', 'main', 'branch', 'e-1') ON CONFLICT (external_ref) DO NOTHING;
            ELSE INSERT INTO stock_mem.stock_move (part_no, from_location, to_location, to_condition) SELECT 'fan', 'main', 'branch', 'defective' FROM generate_series(1, 5);
        END CASE;
        IF i % 1000 = 0 THEN COMMIT; END IF;
    END LOOP;
END $$;
CREATE PROCEDURE t.stock_refusals(n integer) LANGUAGE plpgsql AS $$
DECLARE refused integer := 0;
BEGIN
    FOR i IN 1 .. n LOOP
        BEGIN
            CASE i % 8
                WHEN 0 THEN INSERT INTO stock_mem.stock_move (part_no, quantity, from_location, to_location) VALUES ('fan', 1, 'main', 'branch'), ('fan', 99999999, 'main', 'branch');
                WHEN 1 THEN INSERT INTO stock_mem.stock_move (part_no, serial_no, from_location, to_location) VALUES ('disk', 'none', 'main', 'branch');
                WHEN 2 THEN INSERT INTO stock_mem.stock_move (part_no, from_location, to_location, purpose) VALUES ('fan', 'branch', 'scrap', 'scrap');
                WHEN 3 THEN INSERT INTO stock_mem.stock_move (part_no, from_location, to_location, purpose) VALUES ('fan', 'branch', 'gone', 'lose');
                WHEN 4 THEN INSERT INTO stock_mem.stock_move (part_no, from_location, to_location, happened_at) VALUES ('board', 'main', 'branch', '2020-01-01 00:00+00');
                WHEN 5 THEN INSERT INTO stock_mem.stock_move (part_no, from_location, to_location, purpose) VALUES ('fan', 'main', 'branch', 'issue');
                WHEN 6 THEN DELETE FROM stock_mem.stock_balance;
                ELSE INSERT INTO stock_mem.stock_move (part_no, from_location, to_location, external_ref) VALUES ('board', 'main', 'branch', 'e-1');
            END CASE;
        EXCEPTION WHEN OTHERS THEN
            IF sqlstate NOT LIKE 'SV%' THEN RAISE; END IF;
            refused := refused + 1;
        END;
    END LOOP;
    IF refused <> n THEN RAISE EXCEPTION 'only % refused', refused; END IF;
END $$;
CALL t.stock_singles(2000);
CALL t.stock_refusals(200);
INSERT INTO stock_mem.stock_move (part_no, from_location, to_location, purpose, ticket_id) SELECT 'fan', 'main', 'van', 'issue', g % 500 + 1 FROM generate_series(1, 1000) g;
CREATE TEMP TABLE was AS SELECT * FROM memory;
CALL t.stock_singles(8000);
SELECT CASE WHEN m.total <= was.total + 600000 THEN 'flat' ELSE format('grew by %s bytes, %s contexts', m.total - was.total, m.contexts - was.contexts) END AS singles,
       greatest(m.ours - was.ours, 0) AS ours, greatest(m.our_contexts - was.our_contexts, 0) AS our_contexts FROM memory m, was;
-- statements of a thousand rows, two of each ticket
DO $$ BEGIN FOR i IN 1 .. 5 LOOP
    INSERT INTO stock_mem.stock_move (part_no, from_location, to_location, purpose, ticket_id) SELECT 'fan', 'main', 'van', 'issue', g % 500 + 1 FROM generate_series(1, 1000) g;
    INSERT INTO stock_mem.stock_move (part_no, serial_no, from_location, to_location, purpose) SELECT 'disk', i || '/' || g, 'supplier', 'branch', 'receipt' FROM generate_series(1, 1000) g;
END LOOP; END $$;
SELECT CASE WHEN m.total <= was.total + 600000 THEN 'flat' ELSE format('grew by %s bytes, %s contexts', m.total - was.total, m.contexts - was.contexts) END AS many_rows,
       greatest(m.ours - was.ours, 0) AS ours, greatest(m.our_contexts - was.our_contexts, 0) AS our_contexts FROM memory m, was;
CALL t.stock_refusals(1000);
SELECT CASE WHEN m.total <= was.total + 600000 THEN 'flat' ELSE format('grew by %s bytes, %s contexts', m.total - was.total, m.contexts - was.contexts) END AS refusals,
       greatest(m.ours - was.ours, 0) AS ours, greatest(m.our_contexts - was.our_contexts, 0) AS our_contexts FROM memory m, was;
-- How much a statement holds at its end is seen by a trigger that comes after
-- ours.  Of 4,000 rows and of 8,000: what each row more costs.
CREATE TEMP TABLE peak (what text, n bigint, total bigint);
-- the balances are written last but for serial numbers, tickets come after both
CREATE FUNCTION pg_temp.look_inside() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF current_setting('t.what', true) <> '' THEN INSERT INTO peak SELECT current_setting('t.what'), current_setting('t.n')::bigint, total FROM memory; END IF; RETURN NULL; END $$;
CREATE TRIGGER look_balance AFTER INSERT OR UPDATE ON stock_mem.stock_balance FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.look_inside();
CREATE TRIGGER look_serial AFTER INSERT OR UPDATE ON stock_mem.stock_serial FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.look_inside();
CREATE TRIGGER look_event AFTER INSERT ON stock_mem.ticket_event FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.look_inside();
CREATE PROCEDURE pg_temp.bulk(what text, n integer, statement text) LANGUAGE plpgsql AS $$ BEGIN
    PERFORM set_config('t.what', what, false), set_config('t.n', n::text, false);
    EXECUTE statement USING n;
    PERFORM set_config('t.what', '', false);
END $$;
CALL pg_temp.bulk('same', 4000, 'INSERT INTO stock_mem.stock_move (part_no, from_location, to_location, external_ref) SELECT ''fan'', ''main'', ''branch'', ''same-'' || $1 || ''/'' || g FROM generate_series(1, $1) g');
CALL pg_temp.bulk('same', 8000, 'INSERT INTO stock_mem.stock_move (part_no, from_location, to_location, external_ref) SELECT ''fan'', ''main'', ''branch'', ''same-'' || $1 || ''/'' || g FROM generate_series(1, $1) g');
CALL pg_temp.bulk('reversals', 4000, 'INSERT INTO stock_mem.stock_move (reversal_of) SELECT move_id FROM stock_mem.stock_move WHERE external_ref LIKE ''same-'' || $1 || ''/%''');
CALL pg_temp.bulk('reversals', 8000, 'INSERT INTO stock_mem.stock_move (reversal_of) SELECT move_id FROM stock_mem.stock_move WHERE external_ref LIKE ''same-'' || $1 || ''/%''');
CALL pg_temp.bulk('new balances', 4000, 'INSERT INTO stock_mem.stock_move (part_no, quantity, from_location, to_location, purpose) SELECT ''p'' || g, 9, ''supplier'', ''main'', ''receipt'' FROM generate_series(1, $1) g');
CALL pg_temp.bulk('new balances', 8000, 'INSERT INTO stock_mem.stock_move (part_no, quantity, from_location, to_location, purpose) SELECT ''p'' || g, 9, ''supplier'', ''branch'', ''receipt'' FROM generate_series(1, $1) g');
SET aftersales.now = '2026-03-03 08:00+00';
CALL pg_temp.bulk('back-dated', 4000, 'INSERT INTO stock_mem.stock_move (part_no, from_location, to_location, happened_at) SELECT ''p'' || g, ''main'', ''branch'', aftersales.now() - interval ''1 microsecond'' * (20000 - g) FROM generate_series(1, $1) g');
SET aftersales.now = '2026-03-03 08:01+00';
CALL pg_temp.bulk('back-dated', 8000, 'INSERT INTO stock_mem.stock_move (part_no, from_location, to_location, happened_at, purpose) SELECT ''p'' || g, ''branch'', ''supplier'', aftersales.now() - interval ''1 microsecond'' * (20000 - g), ''supplier_return'' FROM generate_series(1, $1) g');
CALL pg_temp.bulk('serial numbers', 4000, 'INSERT INTO stock_mem.stock_move (part_no, serial_no, from_location, to_location, purpose) SELECT ''disk'', $1 || ''/'' || g, ''supplier'', ''main'', ''receipt'' FROM generate_series(1, $1) g');
CALL pg_temp.bulk('serial numbers', 8000, 'INSERT INTO stock_mem.stock_move (part_no, serial_no, from_location, to_location, purpose) SELECT ''disk'', $1 || ''/'' || g, ''supplier'', ''main'', ''receipt'' FROM generate_series(1, $1) g');
CALL pg_temp.bulk('tickets', 4000, 'INSERT INTO stock_mem.stock_move (part_no, from_location, to_location, purpose, ticket_id) SELECT ''fan'', ''main'', ''van'', ''issue'', g % 500 + 1 FROM generate_series(1, $1) g');
CALL pg_temp.bulk('tickets', 8000, 'INSERT INTO stock_mem.stock_move (part_no, from_location, to_location, purpose, ticket_id) SELECT ''fan'', ''main'', ''van'', ''issue'', g % 500 + 1 FROM generate_series(1, $1) g');
SELECT what, CASE WHEN (max(total) FILTER (WHERE n = 8000) - max(total) FILTER (WHERE n = 4000)) / 4000 < 3000 THEN 'a little' ELSE format('%s bytes', (max(total) FILTER (WHERE n = 8000) - max(total) FILTER (WHERE n = 4000)) / 4000) END AS each
FROM peak GROUP BY what ORDER BY what;
SELECT count(*) FROM aftersales.verify_audit();
DROP PROCEDURE t.stock_singles, t.stock_refusals;
DROP SEQUENCE t.piece;
DROP SCHEMA stock_mem, stock_mem_bi CASCADE;
