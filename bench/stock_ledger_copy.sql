-- bench/stock_ledger_copy.sql: the moves of the desk s_enforced as transfers of the
-- ledger @desk@.  Account 0 is the supplier.

INSERT INTO @desk@.account (account_id, name, may_be_negative, may_be_positive) VALUES (0::@key@, 'S1', true, false);
INSERT INTO @desk@.account (account_id, name, may_be_negative, may_be_positive)
SELECT (10 * p + l - 10)::@key@, format('P%s in L%s', p, l), false, true FROM generate_series(1, 100) p, generate_series(1, 10) l;
SELECT count(*)
FROM (SELECT bench.account_of(part_no, from_location)::@key@ AS source, bench.account_of(part_no, to_location)::@key@ AS target, quantity
      FROM s_enforced.stock_move ORDER BY move_id) m,
     LATERAL bench.transfer_@desk@(m.source, m.target, m.quantity);
VACUUM FULL ANALYZE @desk@.account, @desk@.transfer, @desk@.entry;
