-- stock_at() is the plain sum of the moves up to an instant, over a long
-- history with moves recorded late, and reversals.
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT no_plan();
SELECT aftersales.create_desk();
INSERT INTO desk.part (part_no, exchange, is_serialised, decimals) VALUES ('bolt', 'consumable', false, 0), ('wire', 'consumable', false, 3), ('pump', 'consumable', true, 0);
INSERT INTO desk.stock_location (location, kind) VALUES ('maker', 'supplier'), ('bin', 'scrapped'), ('a', 'store'), ('b', 'store'), ('van', 'engineer');
CREATE FUNCTION at(t timestamptz) RETURNS void LANGUAGE sql AS $$ SELECT set_config('aftersales.now', t::text, false) $$;
-- The same by the plainest SQL, one balance after the other.
CREATE FUNCTION plain(t timestamptz) RETURNS TABLE (location text, part_no text, condition text, owner text, quantity numeric) LANGUAGE sql AS $$
    SELECT k.*, (SELECT coalesce(sum(m.quantity), 0) FROM desk.stock_move m WHERE m.happened_at <= t AND (m.to_location, m.part_no, m.to_condition, m.owner) = (k.location, k.part_no, k.condition, k.owner))
        - (SELECT coalesce(sum(m.quantity), 0) FROM desk.stock_move m WHERE m.happened_at <= t AND (m.from_location, m.part_no, m.from_condition, m.owner) = (k.location, k.part_no, k.condition, k.owner))
    FROM (SELECT l, p, c, o FROM unnest('{a,b,van}'::text[]) l, unnest('{bolt,wire,pump}'::text[]) p, unnest('{good,defective,in_repair,scrap}'::text[]) c, unnest('{own,guest}'::text[]) o) k(location, part_no, condition, owner) $$;
CREATE FUNCTION differs(t timestamptz) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(format('%s %s', x.side, x.r), ', '), 'nothing') FROM (
        (SELECT 'more' AS side, r::text FROM aftersales.stock_at(t) r EXCEPT ALL SELECT 'more', p::text FROM plain(t) p WHERE quantity <> 0) UNION ALL
        (SELECT 'less', p::text FROM plain(t) p WHERE quantity <> 0 EXCEPT ALL SELECT 'less', r::text FROM aftersales.stock_at(t) r)) x $$;

SELECT is_empty('SELECT * FROM aftersales.stock_at()', 'nothing has been moved');

-- ---------- a history: what fits is done, what does not is refused
CREATE FUNCTION dice(n integer, k integer, sides integer) RETURNS integer LANGUAGE sql IMMUTABLE RETURN mod(abs(hashint8(n::bigint * 1000 + k)::bigint), sides)::integer;
CREATE FUNCTION pick(n integer, k integer, VARIADIC list text[]) RETURNS text LANGUAGE sql IMMUTABLE RETURN list[1 + dice(n, k, array_length(list, 1))];
DO $$
DECLARE
    f text; t text; p text; part text; condition text; late interval; original bigint;
BEGIN
    FOR n IN 1 .. 900 LOOP
        PERFORM at('2026-01-01 00:00+00'::timestamptz + n * interval '1 hour');
        part := pick(n, 1, 'bolt', 'bolt', 'wire', 'pump');
        p := pick(n, 2, 'receipt', 'transfer', 'transfer', 'regrade', 'scrap', 'supplier_return', 'reverse');
        condition := pick(n, 3, 'good', 'good', 'defective', 'in_repair');
        f := CASE p WHEN 'receipt' THEN 'maker' ELSE pick(n, 4, 'a', 'b', 'van') END;
        t := CASE p WHEN 'receipt' THEN pick(n, 5, 'a', 'b') WHEN 'scrap' THEN 'bin' WHEN 'supplier_return' THEN 'maker' WHEN 'regrade' THEN f ELSE pick(n, 5, 'a', 'b', 'van') END;
        late := CASE WHEN dice(n, 6, 3) = 0 THEN make_interval(mins => dice(n, 7, 20000)) END;
        BEGIN
            IF p = 'reverse' THEN
                SELECT move_id INTO original FROM desk.stock_move WHERE reversal_of IS NULL ORDER BY hashint8(move_id + n) LIMIT 1;
                INSERT INTO desk.stock_move (reversal_of, happened_at) SELECT original, aftersales.now() - late / 10;
            ELSE
                INSERT INTO desk.stock_move (purpose, part_no, quantity, from_condition, to_condition, owner, from_location, to_location, serial_no, happened_at)
                VALUES (p, part, CASE part WHEN 'wire' THEN 1 + dice(n, 8, 9000) / 1000.0 WHEN 'bolt' THEN 1 + dice(n, 8, 20) ELSE 1 END, CASE WHEN p = 'receipt' THEN 'good' ELSE condition END,
                    CASE WHEN p = 'regrade' THEN pick(n, 9, 'good', 'defective', 'scrap') END, pick(n, 10, 'own', 'own', 'guest'), f, t, CASE part WHEN 'pump' THEN 'P' || dice(n, 11, 12) END, aftersales.now() - late);
            END IF;
        EXCEPTION WHEN OTHERS THEN
            IF SQLSTATE NOT IN ('SV004', 'SV005', 'SV006', 'SV010') THEN RAISE; END IF;
        END;
    END LOOP;
END $$;
SELECT cmp_ok((SELECT count(*) FROM desk.stock_move), '>', 150::bigint, 'moves enough');
SELECT cmp_ok((SELECT count(*) FROM desk.stock_move WHERE reversal_of IS NOT NULL), '>', 15::bigint, 'reversals among them');
SELECT cmp_ok((SELECT count(*) FROM desk.stock_move m WHERE EXISTS (SELECT FROM desk.stock_move o WHERE o.move_id < m.move_id AND o.happened_at > m.happened_at)), '>', 15::bigint, 'and moves recorded late');
SELECT cmp_ok((SELECT count(DISTINCT (owner, part_no, from_condition)) FROM desk.stock_move), '>', 11::bigint, 'of all sorts');
SELECT is_empty('SELECT * FROM aftersales.verify_ledger()', 'the ledger is sound');

-- ---------- at every instant, and just before
SELECT is((SELECT count(*) FROM (SELECT DISTINCT happened_at + d * interval '1 microsecond' AS t FROM desk.stock_move, generate_series(-1, 0) d WHERE move_id % 4 = 0) x WHERE differs(t) <> 'nothing'), 0::bigint, 'around every fourth move it is the sum of the moves');
SELECT is(differs(t), 'nothing', 'at ' || t) FROM unnest('{-infinity,infinity,2025-12-31 23:59:59.999999+00,2026-01-01 00:00+00,2026-01-15 12:30+00,2026-02-01 00:00+08}'::timestamptz[]) t;
SELECT is_empty('SELECT * FROM aftersales.stock_at(''2025-12-01'')', 'before all of it there is nothing');
SELECT is_empty('SELECT * FROM (SELECT happened_at FROM desk.stock_move ORDER BY 1) x(t), aftersales.stock_at(t) s WHERE s.quantity <= 0', 'never less than none, and no row for none');
SELECT is_empty('SELECT location, part_no, condition, owner FROM aftersales.stock_at() GROUP BY 1, 2, 3, 4 HAVING count(*) > 1', 'a row each');
SELECT is((SELECT count(*) FROM aftersales.stock_at() WHERE location NOT IN ('a', 'b', 'van')), 0::bigint, 'physical locations only');
-- now
SELECT cmp_ok((SELECT count(*) FROM aftersales.stock_at()), '>', 8::bigint, 'something is there');
SELECT results_eq('SELECT * FROM aftersales.stock_at()', 'SELECT location, part_no, condition, owner, quantity FROM desk.stock_balance WHERE quantity <> 0 ORDER BY 1, 2, 3, 4', 'now it is the balances');
SELECT results_eq('SELECT * FROM aftersales.stock_at()', 'SELECT location, part_no, condition, owner, quantity FROM desk_bi.part_position ORDER BY 1, 2, 3, 4', 'and what BI sees');
SELECT results_eq('SELECT * FROM aftersales.stock_at(NULL, ''desk'')', 'SELECT * FROM aftersales.stock_at(aftersales.now(), ''desk'')', 'no time given: now');
-- each side of a move at its instant
SELECT at('2026-06-01 08:00+00');
INSERT INTO desk.stock_move (purpose, part_no, quantity, from_location, to_location, owner) VALUES ('receipt', 'bolt', 7, 'maker', 'van', 'other'), ('transfer', 'bolt', 7, 'van', 'a', 'other');
SELECT results_eq('SELECT location, quantity FROM aftersales.stock_at(''2026-06-01 08:00+00'') WHERE owner = ''other''', $$VALUES ('a', 7.000)$$, 'moves of one instant count together');
SELECT is_empty('SELECT * FROM aftersales.stock_at(''2026-06-01 07:59:59.999999+00'') WHERE owner = ''other''', 'not before');
-- now is the simulated one
SELECT at('2026-05-01');
SELECT is_empty('SELECT * FROM aftersales.stock_at() WHERE owner = ''other''', 'no time given: the simulated now');

-- ---------- which desk, and rights
SELECT aftersales.create_desk('other');
SELECT throws_ok('SELECT * FROM aftersales.stock_at()', 'SV014', NULL, 'which desk?');
SELECT is_empty('SELECT * FROM aftersales.stock_at(NULL, ''other'')', 'that of the argument');
CREATE FUNCTION asked(role name, statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', role);
    EXECUTE statement;
    RESET ROLE;
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN RETURN sqlstate;
END $$;
CREATE ROLE aftersales_at_app; CREATE ROLE aftersales_at_audit; CREATE ROLE aftersales_at_bi; CREATE ROLE aftersales_at_bare;
SELECT aftersales.grant_access('aftersales_at_app', 'app', 'desk'), aftersales.grant_access('aftersales_at_audit', 'audit', 'desk'), aftersales.grant_access('aftersales_at_bi', 'bi', 'desk') \g /dev/null
GRANT USAGE ON SCHEMA aftersales TO aftersales_at_bare;
GRANT EXECUTE ON FUNCTION aftersales.stock_at(timestamptz, name) TO aftersales_at_bare;
SELECT is(asked(r, 'SELECT * FROM aftersales.stock_at(NULL, ''desk'')'), x, r || ' asks') FROM (VALUES ('aftersales_at_app', 'done'), ('aftersales_at_audit', 'done'), ('aftersales_at_bi', '42501'), ('aftersales_at_bare', '42501')) v(r, x);
SELECT is(asked('aftersales_at_app', 'SELECT * FROM aftersales.stock_at(NULL, ''other'')'), '42501', 'not of another desk');
SELECT * FROM finish();
\set QUIET on
DROP SCHEMA desk, desk_bi, other, other_bi CASCADE;
SELECT format('DROP OWNED BY %I', rolname) FROM pg_roles WHERE rolname ~ '^aftersales_at_' \gexec
SELECT format('DROP ROLE %I', rolname) FROM pg_roles WHERE rolname ~ '^aftersales_at_' \gexec
