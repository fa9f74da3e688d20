-- bench/stock.sql: parts, locations and stock of the desk @desk@, of which all
-- ways of moving are copies.  Parts P1 to P5 in ten stores each are the hot
-- balances, P6 to P100 only bulk statements move, too.

INSERT INTO @desk@.part (part_no, exchange) SELECT 'P' || i, 'consumable' FROM generate_series(1, 100) i;
INSERT INTO @desk@.stock_location (location, kind)
SELECT 'L' || i, 'store' FROM generate_series(1, 10) i UNION ALL SELECT 'S1', 'supplier';

-- enough that nothing is refused
INSERT INTO @desk@.stock_move (part_no, quantity, from_location, to_location, purpose)
SELECT 'P' || p, 100000, 'S1', 'L' || l, 'receipt' FROM generate_series(1, 100) p, generate_series(1, 10) l ORDER BY p, l;
INSERT INTO @desk@.stock_move (part_no, from_location, to_location)
SELECT 'P' || 1 + i % 100, 'L' || 1 + i % 10, 'L' || 1 + (i + 1 + i % 9) % 10 FROM generate_series(1, 20000) i ORDER BY i;
VACUUM ANALYZE @desk@.part, @desk@.stock_location, @desk@.stock_move, @desk@.stock_balance;

CREATE FUNCTION bench.move_@desk@(part text, source text, target text) RETURNS void LANGUAGE sql AS $$
    INSERT INTO @desk@.stock_move (part_no, from_location, to_location, quantity) VALUES (part, source, target, 1);
$$;
CREATE FUNCTION bench.moves_@desk@(n integer) RETURNS void LANGUAGE sql AS $$
    INSERT INTO @desk@.stock_move (part_no, from_location, to_location, quantity)
    SELECT part, source, target, 1 FROM bench.stock_input WHERE i <= n ORDER BY i;
$$;
