-- bench/stock_check.sql: whether the ways of moving parts do the same, and whether
-- what they leave behind fits.

CREATE TABLE bench.stock_run (work text, way text, round integer, moves bigint, failed bigint, longest_ms double precision, slow_ms double precision);

CREATE FUNCTION bench.account_of(part text, location text) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$SELECT CASE location WHEN 'S1' THEN 0 ELSE 10 * substr(part, 2)::bigint + substr(location, 2)::bigint - 10 END$$;

-- A key as published ledgers make it: a prefix and, in base 32, 48 bits of time
-- and 80 of chance.
CREATE FUNCTION bench.new_key(prefix text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    bits bit(130) := B'00' || ('x' || encode(substring(int8send((1000 * extract(epoch FROM clock_timestamp()))::bigint) FROM 3)
                                             || substring(uuid_send(gen_random_uuid()) FROM 7), 'hex'))::bit(128);
    key text := prefix || '_';
BEGIN
    FOR i IN 0..25 LOOP
        key := key || substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', 1 + substring(bits FROM 5 * i + 1 FOR 5)::bit(5)::integer, 1);
    END LOOP;
    RETURN key;
END $$;

-- What a bulk statement moves.
CREATE TABLE bench.stock_input AS
SELECT i::integer AS i, 'P' || 1 + i % 100 AS part, 'L' || 1 + i / 100 % 10 AS source,
       'L' || 1 + (i / 100 + 1 + i % 9) % 10 AS target
FROM generate_series(1, :moves) i;
ALTER TABLE bench.stock_input ADD PRIMARY KEY (i);
ANALYZE bench.stock_input;

-- How many balances of a desk are not what its moves come to, and how many
-- moves were made.
CREATE FUNCTION bench.stock_off(desk name, OUT moves bigint, OUT pieces numeric, OUT wrong bigint) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format($q$SELECT (SELECT count(*) FROM %1$I.stock_move), sum(b.quantity), count(*) FILTER (WHERE b.quantity IS DISTINCT FROM m.quantity)
        FROM %1$I.stock_balance b
        FULL JOIN (SELECT location, part_no, sum(quantity) AS quantity
                   FROM (SELECT from_location, part_no, -quantity FROM %1$I.stock_move
                         UNION ALL
                         SELECT to_location, part_no, quantity FROM %1$I.stock_move) x(location, part_no, quantity)
                   WHERE location LIKE 'L%%' GROUP BY 1, 2) m USING (location, part_no)$q$, desk)
        INTO moves, pieces, wrong;
END $$;

-- Of a ledger: accounts that are not what their entries come to, or whose last
-- entry tells another balance.
CREATE FUNCTION bench.ledger_off(desk name, OUT moves bigint, OUT pieces numeric, OUT wrong bigint) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format($q$SELECT (SELECT count(*) FROM %1$I.transfer), sum(a.balance) FILTER (WHERE account_id::bigint > 0),
               count(*) FILTER (WHERE (a.balance, a.version) IS DISTINCT FROM (e.amount, e.n) OR a.balance IS DISTINCT FROM e.last)
        FROM %1$I.account a
        FULL JOIN (SELECT account_id, sum(amount) AS amount, count(*) AS n, (array_agg(balance_after ORDER BY version DESC))[1] AS last
                   FROM %1$I.entry GROUP BY 1) e USING (account_id)$q$, desk)
        INTO moves, pieces, wrong;
END $$;

-- Raises an error unless n moves, one by one and at once, leave the same by every
-- way.  Undone.
CREATE FUNCTION bench.same_stock(n integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    m record;
    giver bigint;
    taker bigint;
    differ bigint;
BEGIN
    BEGIN
        FOR m IN SELECT * FROM bench.stock_input WHERE i <= n ORDER BY i LOOP
            PERFORM bench.move_s_enforced(m.part, m.source, m.target);
            PERFORM bench.move_s_bare(m.part, m.source, m.target);
            giver := bench.account_of(m.part, m.source);
            taker := bench.account_of(m.part, m.target);
            PERFORM bench.transfer_s_ledger(giver::text, taker::text, 1);
            PERFORM bench.transfer_s_lean(giver, taker, 1);
        END LOOP;
        SELECT count(*)
        FROM (SELECT bench.account_of(part_no, location) AS id, quantity FROM s_enforced.stock_balance) b
        FULL JOIN (SELECT account_id::bigint AS id, balance FROM s_ledger.account WHERE account_id <> '0') a USING (id)
        FULL JOIN (SELECT account_id AS id, balance FROM s_lean.account WHERE account_id <> 0) c USING (id)
        WHERE b.quantity IS DISTINCT FROM a.balance OR b.quantity IS DISTINCT FROM c.balance INTO differ;
        IF differ > 0 THEN
            RAISE EXCEPTION 'the ledgers have % balances otherwise', differ;
        END IF;
        PERFORM bench.moves_s_enforced(n), bench.moves_s_bare(n);
        SELECT count(*) FROM s_enforced.stock_balance a
        FULL JOIN s_bare.stock_balance b USING (location, part_no, condition, owner)
        WHERE a.quantity IS DISTINCT FROM b.quantity INTO differ;
        IF differ > 0 THEN
            RAISE EXCEPTION 'bare has % balances otherwise', differ;
        END IF;
        SELECT count(*)
        FROM (SELECT to_jsonb(t) - '{move_id,happened_at,recorded_at}'::text[] AS row, row_number() OVER (ORDER BY move_id) FROM s_enforced.stock_move t) a
        FULL JOIN (SELECT to_jsonb(t) - '{move_id,happened_at,recorded_at}'::text[] AS row, row_number() OVER (ORDER BY move_id) FROM s_bare.stock_move t) b
            USING (row_number)
        WHERE a.row IS DISTINCT FROM b.row INTO differ;
        IF differ > 0 THEN
            RAISE EXCEPTION 'bare has % moves otherwise', differ;
        END IF;
        RAISE EXCEPTION USING ERRCODE = 'ZZ000', MESSAGE = 'undo';
    EXCEPTION WHEN SQLSTATE 'ZZ000' THEN
        RETURN;
    END;
END $$;

-- The most memory of its own that this process has had, in MB; NULL where
-- there is no /proc.
CREATE FUNCTION bench.peak_memory() RETURNS integer LANGUAGE sql AS $$
    SELECT (substring(s FROM 'VmHWM:\s+(\d+)')::integer - substring(s FROM 'RssShmem:\s+(\d+)')::integer) / 1024
    FROM pg_read_file('/proc/self/status', 0, 10000, true) s
$$;
