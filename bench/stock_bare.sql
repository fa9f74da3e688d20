-- bench/stock_bare.sql: the least that keeps balances right under concurrency, on
-- the desk @desk@, which has lost its triggers: both balances locked in the
-- order of their keys, one INSERT, one UPDATE.  Nothing is checked.

INSERT INTO @desk@.part SELECT * FROM s_enforced.part;
INSERT INTO @desk@.stock_location SELECT * FROM s_enforced.stock_location;
INSERT INTO @desk@.stock_move SELECT * FROM s_enforced.stock_move ORDER BY move_id;
INSERT INTO @desk@.stock_balance SELECT * FROM s_enforced.stock_balance ORDER BY location, part_no;
SELECT setval('@desk@.stock_move_move_id_seq', (SELECT max(move_id) FROM @desk@.stock_move));
VACUUM ANALYZE @desk@.part, @desk@.stock_location, @desk@.stock_move, @desk@.stock_balance;

CREATE FUNCTION bench.move_@desk@(part text, source text, target text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    at timestamptz;
BEGIN
    PERFORM FROM @desk@.stock_balance b
    WHERE b.location IN (source, target) AND b.part_no = part AND b.condition = 'good' AND b.owner = 'own'
    ORDER BY b.location COLLATE "C" FOR NO KEY UPDATE;
    at := clock_timestamp();
    INSERT INTO @desk@.stock_move (part_no, from_condition, to_condition, owner, quantity, from_location, to_location,
                                   purpose, happened_at, recorded_at, recorded_by)
    VALUES (part, 'good', 'good', 'own', 1, source, target, 'transfer', at, at, session_user);
    UPDATE @desk@.stock_balance b
    SET quantity = quantity + CASE b.location WHEN target THEN 1 ELSE -1 END, last_at = at, before_at = last_at
    WHERE b.location IN (source, target) AND b.part_no = part AND b.condition = 'good' AND b.owner = 'own';
END $$;

-- Many at once: one INSERT, one UPDATE by what they come to.
CREATE FUNCTION bench.moves_@desk@(n integer) RETURNS void LANGUAGE sql AS $$
    INSERT INTO @desk@.stock_move (part_no, from_condition, to_condition, owner, quantity, from_location, to_location,
                                   purpose, happened_at, recorded_at, recorded_by)
    SELECT part, 'good', 'good', 'own', 1, source, target, 'transfer', now(), now(), session_user
    FROM bench.stock_input WHERE i <= n ORDER BY i;
    UPDATE @desk@.stock_balance b SET quantity = b.quantity + d.quantity, last_at = now(), before_at = b.last_at
    FROM (SELECT location, part, sum(quantity) AS quantity
          FROM (SELECT source, part, -1 FROM bench.stock_input WHERE i <= n
                UNION ALL
                SELECT target, part, 1 FROM bench.stock_input WHERE i <= n) x(location, part, quantity)
          GROUP BY location, part) d
    WHERE b.location = d.location AND b.part_no = d.part AND b.condition = 'good' AND b.owner = 'own';
$$;
