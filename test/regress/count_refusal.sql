-- What refusals of counts and their lines say: SQLSTATE, message, detail, hint
-- and the fields drivers read.
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
SET client_min_messages = warning;
INSERT INTO aftersales.policy (policy, title_en) VALUES ('tally', 'Tally');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('tally', 1, 'tally_job');
INSERT INTO aftersales.clause (clause, policy, text_en, text_zh, mechanism, enforceable)
SELECT c, 'tally', 'text', NULL, 'approval', true FROM unnest('{TALLY-1,TALLY-2}'::text[]) c;
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('tally', 1, 'new', 'initial'), ('tally', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('tally', 1, 'new', 'done');
INSERT INTO aftersales.row_guard (policy, version, table_name, on_action, guard, condition, requires, roles, message_en, clauses) VALUES
    ('tally', 1, 'stock_count', NULL, 'approver', 'approved_at IS NOT NULL AND old.approved_at IS NULL', NULL, '{boss}', 'The boss approves.', '{TALLY-1}'),
    ('tally', 1, 'stock_count_line', NULL, 'reason', 'difference <> 0', 'reason IS NOT NULL', NULL, 'Say why it differs.', '{TALLY-2}');
SELECT aftersales.activate_policy('tally', 1);
SELECT aftersales.create_desk('depot');
SET aftersales.desk = 'depot';
INSERT INTO depot.staff (login) VALUES ('keeper_1'), ('keeper_2'), ('books_1'), ('boss_1');
INSERT INTO depot.staff_role VALUES ('keeper_1', 'keeper'), ('keeper_2', 'keeper'), ('books_1', 'books'), ('books_1', 'boss'), ('boss_1', 'boss');
INSERT INTO depot.part (part_no, is_serialised, exchange, decimals) VALUES ('fan', false, 'one_for_one', 0), ('disk', true, 'one_for_one', 0), ('wire', false, 'consumable', 1);
INSERT INTO depot.stock_location (location, kind, policy) VALUES ('store', 'store', 'tally'), ('annex', 'store', NULL), ('maker', 'supplier', 'tally');
SET aftersales.now = '2025-03-01 08:00+00';
SET aftersales.actor = 'keeper_1';
INSERT INTO depot.stock_move (part_no, quantity, from_location, to_location, purpose) VALUES ('fan', 10, 'maker', 'store', 'receipt'), ('wire', 7.5, 'maker', 'store', 'receipt');
INSERT INTO depot.stock_move (part_no, serial_no, from_location, to_location, purpose) VALUES ('disk', 'd-1', 'maker', 'store', 'receipt'), ('disk', 'd-2', 'maker', 'annex', 'receipt');
SET aftersales.now = '2025-03-01 09:00+00';
\t \a

-- ---------- opening
SELECT t.try('INSERT INTO depot.stock_count (location, due_on) VALUES (''annex'', ''2025-03-01'')');
SELECT t.try('INSERT INTO depot.stock_count (location, due_on, policy) VALUES (''annex'', ''2025-03-01'', ''nobody'')');
SELECT t.try('INSERT INTO depot.stock_count (location, due_on, policy) VALUES (''store'', ''2025-03-01'', ''tiny'')');
SELECT t.try('INSERT INTO depot.stock_count (location, due_on) VALUES (''nowhere'', ''2025-03-01'')');
SELECT t.try('INSERT INTO depot.stock_count (location, due_on) VALUES (''maker'', ''2025-03-01'')');
SELECT t.try('INSERT INTO depot.stock_count (location) VALUES (''store'')');
SELECT t.try('INSERT INTO depot.stock_count (due_on) VALUES (''2025-03-01'')');
SELECT t.try('INSERT INTO depot.stock_count (location, due_on) VALUES (''store'', ''infinity'')');
SELECT t.try('INSERT INTO depot.stock_count (location, due_on, approved_by) VALUES (''store'', ''2025-03-01'', ''boss_1'')');
SELECT t.try('INSERT INTO depot.stock_count (location, due_on, store_signed_at) VALUES (''store'', ''2025-03-01'', aftersales.now())');
SELECT t.try('INSERT INTO depot.stock_count (location, due_on, posted_at) VALUES (''store'', ''2025-03-01'', aftersales.now())');
SELECT t.try('INSERT INTO depot.stock_count (location, due_on, approved_at) VALUES (''store'', ''2025-03-01'', aftersales.now())');
INSERT INTO depot.stock_count (count_id, location, due_on) VALUES (201, 'store', '2025-03-01');
SELECT t.try('INSERT INTO depot.stock_count (location, due_on) VALUES (''store'', ''2025-03-01'')');
SELECT t.try('UPDATE depot.stock_count SET location = ''annex'' WHERE count_id = 201');
SELECT t.try('UPDATE depot.stock_count SET due_on = ''2025-03-02'' WHERE count_id = 201');
SELECT t.try('UPDATE depot.stock_count SET policy = ''tiny'' WHERE count_id = 201');
SELECT t.try('UPDATE depot.stock_count SET opened_at = ''2025-03-01'' WHERE count_id = 201');
SELECT t.try('UPDATE depot.stock_count SET count_id = 7 WHERE count_id = 201');
SELECT t.try('DELETE FROM depot.stock_count WHERE count_id = 201');
SELECT t.try('TRUNCATE depot.stock_count_line');
SELECT t.try('INSERT INTO depot.stock_count_line (count_id, part_no, counted_quantity) VALUES (201, ''fan'', 1)');
SELECT t.try('INSERT INTO depot.stock_count_line (count_id, part_no, counted_quantity) VALUES (999, ''fan'', 1)');
SELECT t.try('UPDATE depot.stock_count SET store_signed_at = aftersales.now() WHERE count_id = 201');
SELECT t.try('UPDATE depot.stock_count SET frozen_at = aftersales.now(), store_signed_at = aftersales.now() WHERE count_id = 201');

-- ---------- frozen, whatever time is given
SELECT t.try('UPDATE depot.stock_count SET frozen_at = ''2025-03-01 12:00+00'' WHERE count_id = 201');
SELECT t.try('UPDATE depot.stock_count SET frozen_at = ''2025-03-01 08:00+00'' WHERE count_id = 201');
SET aftersales.now = '2025-03-01 10:00+00';
SELECT t.try('UPDATE depot.stock_count SET frozen_at = ''2025-03-01 09:30+00'' WHERE count_id = 201');
SELECT frozen_at FROM depot.stock_count WHERE count_id = 201;
SELECT part_no, condition, owner, serial_no, book_quantity, counted_quantity FROM depot.stock_count_line ORDER BY count_line_id;
SELECT t.try('UPDATE depot.stock_count SET frozen_at = aftersales.now() + interval ''1 second'' WHERE count_id = 201');
INSERT INTO depot.stock_count (count_id, location, due_on) VALUES (202, 'store', '2025-03-02');
SELECT t.try('UPDATE depot.stock_count SET frozen_at = aftersales.now() WHERE count_id = 202');
-- nothing is dated before it any more
SET aftersales.now = '2025-03-01 11:00+00';
SELECT t.try('INSERT INTO depot.stock_move (part_no, quantity, from_location, to_location, happened_at) VALUES (''fan'', 1, ''store'', ''annex'', ''2025-03-01 09:59+00'')');
SELECT t.try('INSERT INTO depot.stock_move (part_no, quantity, from_location, to_location, purpose, from_condition, happened_at) VALUES (''fan'', 1, ''maker'', ''store'', ''receipt'', ''defective'', ''2025-03-01 09:59+00'')');

-- ---------- lines
SELECT t.try('UPDATE depot.stock_count_line SET part_no = ''disk'' WHERE part_no = ''fan''');
SELECT t.try('UPDATE depot.stock_count_line SET condition = ''scrap'' WHERE part_no = ''fan''');
SELECT t.try('UPDATE depot.stock_count_line SET owner = ''x'' WHERE part_no = ''fan''');
SELECT t.try('UPDATE depot.stock_count_line SET serial_no = ''d-3'' WHERE part_no = ''disk''');
SELECT t.try('UPDATE depot.stock_count_line SET book_quantity = 9 WHERE part_no = ''fan''');
SELECT t.try('UPDATE depot.stock_count_line SET count_id = 202 WHERE part_no = ''fan''');
SELECT t.try('UPDATE depot.stock_count_line SET counted_quantity = 9.5 WHERE part_no = ''fan''');
SELECT t.try('UPDATE depot.stock_count_line SET counted_quantity = -1, reason = ''x'' WHERE part_no = ''fan''');
SELECT t.try('UPDATE depot.stock_count_line SET counted_quantity = ''NaN'', reason = ''x'' WHERE part_no = ''fan''');
SELECT t.try('UPDATE depot.stock_count_line SET counted_quantity = 9 WHERE part_no = ''fan''');
SELECT t.try('UPDATE depot.stock_count_line SET counted_quantity = 7.55 WHERE part_no = ''wire''');
SELECT t.try('UPDATE depot.stock_count_line SET counted_quantity = 2 WHERE part_no = ''disk''');
SELECT t.try('UPDATE depot.stock_count_line SET difference = 2 WHERE part_no = ''disk''');
SELECT t.try('INSERT INTO depot.stock_count_line (count_id, part_no, counted_quantity, book_quantity, reason) VALUES (201, ''fan'', 1, 1, ''x'')');
SELECT t.try('INSERT INTO depot.stock_count_line (count_id, part_no, counted_quantity, reason) VALUES (201, ''fan'', 1, ''x'')');
SELECT t.try('INSERT INTO depot.stock_count_line (count_id, part_no, condition, counted_quantity, reason) VALUES (201, ''fan'', ''mint'', 1, ''x'')');
SELECT t.try('INSERT INTO depot.stock_count_line (count_id, part_no, condition, counted_quantity) VALUES (201, ''fan'', ''defective'', 1)');
SELECT t.try('INSERT INTO depot.stock_count_line (count_id, part_no, serial_no, counted_quantity, reason) VALUES (201, ''fan'', ''f-1'', 1, ''x'')');
SELECT t.try('INSERT INTO depot.stock_count_line (count_id, part_no, counted_quantity, reason) VALUES (201, ''disk'', 1, ''x'')');
SELECT t.try('INSERT INTO depot.stock_count_line (count_id, part_no, counted_quantity, reason) VALUES (201, ''nothing'', 1, ''x'')');
SELECT t.try('DELETE FROM depot.stock_count_line WHERE part_no = ''fan''');
SELECT t.try('UPDATE depot.stock_count_line SET counted_quantity = 9, reason = ''gone'' WHERE part_no = ''fan''');
SELECT t.try('UPDATE depot.stock_count_line SET counted_quantity = book_quantity WHERE part_no = ''wire''');

-- ---------- signatures
SELECT t.try('UPDATE depot.stock_count SET store_signed_at = aftersales.now() WHERE count_id = 201');
SELECT t.try('UPDATE depot.stock_count_line SET counted_quantity = 0, reason = ''gone'' WHERE part_no = ''disk''');
SELECT t.try('UPDATE depot.stock_count SET store_signed_at = ''2025-03-01 09:59+00'' WHERE count_id = 201');
SELECT t.try('UPDATE depot.stock_count SET store_signed_at = aftersales.now(), account_signed_at = aftersales.now() WHERE count_id = 201');
SELECT t.try('UPDATE depot.stock_count SET store_signed_at = aftersales.now() WHERE count_id = 201');
SELECT t.try('UPDATE depot.stock_count_line SET counted_quantity = 10, reason = ''found'' WHERE part_no = ''fan''');
SELECT t.try('INSERT INTO depot.stock_count_line (count_id, part_no, condition, counted_quantity, reason) VALUES (201, ''fan'', ''defective'', 1, ''x'')');
SELECT t.try('UPDATE depot.stock_count SET account_signed_at = aftersales.now() WHERE count_id = 201');
SET aftersales.actor = 'keeper_2';
SELECT t.try('UPDATE depot.stock_count SET account_signed_at = aftersales.now() WHERE count_id = 201');
SET aftersales.actor = 'boss_1';
SELECT t.try('UPDATE depot.stock_count SET approved_at = aftersales.now() WHERE count_id = 201');
SELECT t.try('UPDATE depot.stock_count SET posted_at = aftersales.now() WHERE count_id = 201');
SET aftersales.now = '2025-03-01 12:00+00';
SET aftersales.actor = 'books_1';
SELECT t.try('UPDATE depot.stock_count SET account_signed_at = aftersales.now(), posted_at = aftersales.now() WHERE count_id = 201');
SELECT t.try('UPDATE depot.stock_count SET account_signed_at = aftersales.now() WHERE count_id = 201');
SELECT t.try('UPDATE depot.stock_count SET approved_at = aftersales.now() WHERE count_id = 201');
SET aftersales.actor = 'keeper_1';
SELECT t.try('UPDATE depot.stock_count SET approved_at = aftersales.now() WHERE count_id = 201');
SET aftersales.actor = 'keeper_2';
SELECT t.try('UPDATE depot.stock_count SET approved_at = aftersales.now() WHERE count_id = 201');
SET aftersales.actor = 'boss_1';
SELECT t.try('UPDATE depot.stock_count SET approved_at = ''2025-03-01 11:59+00'' WHERE count_id = 201');
SELECT t.try('UPDATE depot.stock_count SET approved_at = aftersales.now() WHERE count_id = 201');

-- ---------- posting
SET aftersales.now = '2025-03-01 13:00+00';
SELECT t.try('UPDATE depot.stock_count SET posted_at = aftersales.now() WHERE count_id = 201');
INSERT INTO depot.stock_location (location, kind, is_active) VALUES ('a_wound', 'adjustment', false);
SELECT t.try('UPDATE depot.stock_count SET posted_at = aftersales.now() WHERE count_id = 201');
INSERT INTO depot.stock_location (location, kind) VALUES ('wound', 'adjustment'), ('x_wound', 'adjustment');
SELECT t.try('UPDATE depot.stock_count SET posted_at = ''2025-03-01 11:59+00'' WHERE count_id = 201');
-- what has left the place since cannot be missing
INSERT INTO depot.stock_move (move_id, part_no, serial_no, from_location, to_location) VALUES (301, 'disk', 'd-1', 'store', 'annex');
SELECT t.try('UPDATE depot.stock_count SET posted_at = aftersales.now() WHERE count_id = 201');
INSERT INTO depot.stock_move (move_id, reversal_of) VALUES (302, 301);
SELECT t.try('UPDATE depot.stock_count SET posted_at = aftersales.now() WHERE count_id = 201');
SELECT t.try('UPDATE depot.stock_count SET note = ''late'' WHERE count_id = 201');
SELECT t.try('UPDATE depot.stock_count SET cancelled_at = aftersales.now() WHERE count_id = 201');
SELECT t.try('UPDATE depot.stock_count_line SET counted_quantity = 10, reason = ''found'' WHERE part_no = ''fan''');
-- nothing but a count adjusts
SELECT t.try('INSERT INTO depot.stock_move (part_no, from_location, to_location, purpose) VALUES (''fan'', ''store'', ''wound'', ''adjust'')');
SELECT t.try('INSERT INTO depot.stock_move (part_no, from_location, to_location, purpose) VALUES (''fan'', ''wound'', ''store'', ''adjust'')');
SELECT t.try('INSERT INTO depot.stock_move (part_no, from_location, to_location, purpose) VALUES (''fan'', ''store'', ''wound'', ''scrap'')');
SELECT t.try('INSERT INTO depot.stock_move (part_no, from_location, to_location, count_id) VALUES (''fan'', ''store'', ''annex'', 201)');

\t \a
SELECT move_id, part_no, serial_no, quantity, from_location, to_location, purpose, count_id, happened_at, recorded_by, note FROM depot.stock_move WHERE count_id IS NOT NULL ORDER BY 1;
DROP SCHEMA depot, depot_bi CASCADE;
