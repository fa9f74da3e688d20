-- What refusals of slips and their lines say: SQLSTATE, message, detail, hint
-- and the fields drivers read.
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
SET client_min_messages = warning;
INSERT INTO aftersales.policy (policy, title_en) VALUES ('paper', 'Paper');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('paper', 1, 'paper_job');
INSERT INTO aftersales.clause (clause, policy, text_en, text_zh, mechanism, enforceable)
SELECT c, 'paper', 'text', NULL, 'approval', true FROM unnest('{PAPER-1,PAPER-2,PAPER-3}'::text[]) c;
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('paper', 1, 'new', 'initial'), ('paper', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('paper', 1, 'new', 'done');
INSERT INTO aftersales.row_guard (policy, version, table_name, on_action, guard, condition, requires, roles, message_en, clauses) VALUES
    ('paper', 1, 'stock_slip', NULL, 'store_signs', 'store_signed_at IS NOT NULL AND old.store_signed_at IS NULL', NULL, '{keeper}', 'The keeper of the stock.', '{PAPER-1}'),
    ('paper', 1, 'stock_slip', NULL, 'inspected', 'store_signed_at IS NOT NULL', 'inspected_together', NULL, 'Look at the goods together.', '{PAPER-2}'),
    ('paper', 1, 'stock_slip_line', NULL, 'related', 'is_related', 'reason IS NOT NULL AND ticket.mode = ''onsite''', NULL, 'A related part needs a reason, and a visit.', '{PAPER-3}'),
    ('paper', 1, 'stock_slip_line', NULL, 'good', 'slip_kind = ''issue''', 'is_inspected', NULL, 'Only inspected parts are issued.', '{PAPER-3}');
SELECT aftersales.activate_policy('paper', 1);
SELECT aftersales.create_desk('depot');
SET aftersales.desk = 'depot';
INSERT INTO depot.staff (login) VALUES ('keeper_1'), ('keeper_2'), ('books_1'), ('boss_1');
INSERT INTO depot.staff_role VALUES ('keeper_1', 'keeper'), ('keeper_2', 'keeper'), ('books_1', 'books');
INSERT INTO depot.part (part_no, is_serialised, exchange, decimals) VALUES ('fan', false, 'one_for_one', 0), ('disk', true, 'one_for_one', 0), ('wire', false, 'consumable', 1), ('screen', false, 'loaner', 0);
INSERT INTO depot.stock_location (location, kind, policy) VALUES ('store', 'store', 'paper'), ('annex', 'store', NULL), ('bag', 'engineer', NULL), ('maker', 'supplier', NULL), ('wound', 'adjustment', NULL);
SET aftersales.now = '2025-03-01 08:00+00';
SET aftersales.actor = 'keeper_1';
INSERT INTO depot.stock_move (part_no, quantity, from_location, to_location, purpose) VALUES ('fan', 10, 'maker', 'store', 'receipt'), ('wire', 7.5, 'maker', 'store', 'receipt');
INSERT INTO depot.stock_move (part_no, serial_no, from_location, to_location, purpose) VALUES ('disk', 'd-1', 'maker', 'store', 'receipt');
INSERT INTO depot.ticket (ticket_id, ticket_type, mode) VALUES (101, 'paper_job', 'onsite'), (102, 'paper_job', 'phone');
SET aftersales.now = '2025-03-01 09:00+00';
\t \a

-- ---------- slips
SELECT t.try('INSERT INTO depot.stock_slip (kind) VALUES (''issue'')');
SELECT t.try('INSERT INTO depot.stock_slip (kind, policy) VALUES (''issue'', ''nobody'')');
SELECT t.try('INSERT INTO depot.stock_slip (policy) VALUES (''paper'')');
SELECT t.try('INSERT INTO depot.stock_slip (kind, policy) VALUES (''Issue!'', ''paper'')');
SELECT t.try('INSERT INTO depot.stock_slip (kind, ticket_id) VALUES (''issue'', 999)');
SELECT t.try('INSERT INTO depot.stock_slip (kind, ticket_id, policy) VALUES (''issue'', 101, ''tiny'')');
SELECT t.try('INSERT INTO depot.stock_slip (kind, policy, from_location) VALUES (''issue'', ''paper'', ''nowhere'')');
SELECT t.try('INSERT INTO depot.stock_slip (kind, policy, drafted_by) VALUES (''issue'', ''paper'', ''boss_1'')');
SELECT t.try('INSERT INTO depot.stock_slip (kind, policy, store_signed_by) VALUES (''issue'', ''paper'', ''boss_1'')');
SELECT t.try('INSERT INTO depot.stock_slip (kind, policy, store_signed_at) VALUES (''issue'', ''paper'', aftersales.now())');
SELECT t.try('INSERT INTO depot.stock_slip (kind, policy, posted_at) VALUES (''issue'', ''paper'', aftersales.now())');
SELECT t.try('INSERT INTO depot.stock_slip (kind, policy, drafted_at) VALUES (''issue'', ''paper'', ''2025-03-02'')');
INSERT INTO depot.stock_slip (slip_id, kind, policy, number, from_location, to_location) VALUES (201, 'move', 'paper', 'M-1', 'store', 'annex'), (202, 'move', 'paper', 'M-2', NULL, NULL);
INSERT INTO depot.stock_slip (slip_id, kind, ticket_id, from_location, to_location, inspected_together) VALUES (203, 'issue', 101, 'store', 'bag', true), (204, 'issue', 102, 'store', 'bag', true);
SELECT t.try('INSERT INTO depot.stock_slip (kind, policy, number) VALUES (''move'', ''paper'', ''M-1'')');
SELECT t.try('UPDATE depot.stock_slip SET kind = ''issue'' WHERE slip_id = 201');
SELECT t.try('UPDATE depot.stock_slip SET policy = ''tiny'' WHERE slip_id = 201');
SELECT t.try('UPDATE depot.stock_slip SET ticket_id = 101 WHERE slip_id = 201');
SELECT t.try('UPDATE depot.stock_slip SET drafted_at = ''2025-02-28'' WHERE slip_id = 201');
SELECT t.try('UPDATE depot.stock_slip SET drafted_at = ''2025-02-28'' WHERE slip_id = 203');
SELECT t.try('DELETE FROM depot.stock_slip WHERE slip_id = 201');
SELECT t.try('TRUNCATE depot.stock_slip_line');

-- ---------- lines
SELECT t.try('INSERT INTO depot.stock_slip_line (line_no, part_no) VALUES (1, ''fan'')');
SELECT t.try('INSERT INTO depot.stock_slip_line (slip_id, line_no, part_no) VALUES (999, 1, ''fan'')');
SELECT t.try('INSERT INTO depot.stock_slip_line (slip_id, line_no, part_no) VALUES (201, 1, ''nothing'')');
SELECT t.try('INSERT INTO depot.stock_slip_line (slip_id, line_no, part_no) VALUES (201, 0, ''fan'')');
SELECT t.try('INSERT INTO depot.stock_slip_line (slip_id, part_no) VALUES (201, ''fan'')');
SELECT t.try('INSERT INTO depot.stock_slip_line (slip_id, line_no, part_no, slip_kind) VALUES (201, 1, ''fan'', ''move'')');
SELECT t.try('INSERT INTO depot.stock_slip_line (slip_id, line_no, part_no, purpose) VALUES (201, 1, ''fan'', ''gift'')');
SELECT t.try('INSERT INTO depot.stock_slip_line (slip_id, line_no, part_no, purpose) VALUES (201, 1, ''fan'', ''adjust'')');
SELECT t.try('INSERT INTO depot.stock_slip_line (slip_id, line_no, part_no, from_location) VALUES (201, 1, ''fan'', ''nowhere'')');
SELECT t.try('INSERT INTO depot.stock_slip_line (slip_id, line_no, part_no, to_location) VALUES (201, 1, ''fan'', ''nowhere'')');
SELECT t.try('INSERT INTO depot.stock_slip_line (slip_id, line_no, part_no, from_condition) VALUES (201, 1, ''fan'', ''mint'')');
SELECT t.try('INSERT INTO depot.stock_slip_line (slip_id, line_no, part_no, quantity) VALUES (201, 1, ''fan'', 1.5)');
SELECT t.try('INSERT INTO depot.stock_slip_line (slip_id, line_no, part_no, quantity) VALUES (201, 1, ''wire'', 1.25)');
SELECT t.try('INSERT INTO depot.stock_slip_line (slip_id, line_no, part_no, quantity) VALUES (201, 1, ''fan'', 0)');
SELECT t.try('INSERT INTO depot.stock_slip_line (slip_id, line_no, part_no, quantity) VALUES (201, 1, ''fan'', ''NaN'')');
SELECT t.try('INSERT INTO depot.stock_slip_line (slip_id, line_no, part_no, serial_no) VALUES (201, 1, ''fan'', ''f-1'')');
SELECT t.try('INSERT INTO depot.stock_slip_line (slip_id, line_no, part_no, serial_no, quantity) VALUES (201, 1, ''disk'', ''d-1'', 2)');
SELECT t.try('INSERT INTO depot.stock_slip_line (slip_id, line_no, part_no, is_related) VALUES (204, 1, ''fan'', true)');
SELECT t.try('INSERT INTO depot.stock_slip_line (slip_id, line_no, part_no, is_related, reason, is_inspected) VALUES (204, 1, ''fan'', true, ''hot'', true)');
SELECT t.try('INSERT INTO depot.stock_slip_line (slip_id, line_no, part_no, is_related, reason, is_inspected, purpose) VALUES (203, 1, ''fan'', true, ''hot'', true, ''issue'')');
SELECT t.try('INSERT INTO depot.stock_slip_line (slip_id, line_no, part_no, is_inspected) VALUES (203, 1, ''wire'', true)');
SELECT t.try('UPDATE depot.stock_slip_line SET slip_id = 204 WHERE slip_id = 203');
SELECT t.try('UPDATE depot.stock_slip_line SET slip_kind = ''x'' WHERE slip_id = 203');
SELECT t.try('UPDATE depot.stock_slip_line SET reason = NULL WHERE slip_id = 203');
SELECT t.try('UPDATE depot.stock_slip_line SET slip_line_id = 7 WHERE slip_id = 203');

-- ---------- signatures
SELECT t.try('UPDATE depot.stock_slip SET store_signed_at = aftersales.now() WHERE slip_id = 202');
INSERT INTO depot.stock_slip_line (slip_id, line_no, part_no, from_location, to_location) VALUES (202, 4, 'fan', 'store', NULL);
SELECT t.try('UPDATE depot.stock_slip SET store_signed_at = aftersales.now() WHERE slip_id = 202');
SELECT t.try('UPDATE depot.stock_slip SET store_signed_at = aftersales.now(), to_location = ''bag'', inspected_together = false WHERE slip_id = 202');
UPDATE depot.stock_slip_line SET to_location = from_location, from_location = NULL WHERE slip_id = 202;
SELECT t.try('UPDATE depot.stock_slip SET account_signed_at = aftersales.now() WHERE slip_id = 202');
UPDATE depot.stock_slip_line SET purpose = 'receipt', from_location = 'annex' WHERE slip_id = 202;
SELECT t.try('UPDATE depot.stock_slip SET account_signed_at = aftersales.now() WHERE slip_id = 202');
UPDATE depot.stock_slip_line SET purpose = 'scrap', to_location = 'maker', to_condition = 'scrap' WHERE slip_id = 202;
SELECT t.try('UPDATE depot.stock_slip SET account_signed_at = aftersales.now() WHERE slip_id = 202');
UPDATE depot.stock_slip_line SET purpose = 'transfer', to_location = 'annex', to_condition = NULL WHERE slip_id = 202;
SELECT t.try('UPDATE depot.stock_slip SET account_signed_at = aftersales.now() WHERE slip_id = 202');
UPDATE depot.stock_slip_line SET part_no = 'disk' WHERE slip_id = 202;
SELECT t.try('UPDATE depot.stock_slip SET account_signed_at = aftersales.now() WHERE slip_id = 202');
INSERT INTO depot.stock_slip (slip_id, kind, policy, from_location, to_location) VALUES (206, 'move', 'tiny', 'store', 'annex');
INSERT INTO depot.stock_slip_line (slip_id, line_no, part_no) VALUES (206, 1, 'fan');
SELECT t.try('UPDATE depot.stock_slip SET store_signed_at = aftersales.now() WHERE slip_id = 206');
INSERT INTO depot.stock_slip_line (slip_id, line_no, part_no, quantity) VALUES (201, 1, 'fan', 3);
SELECT t.try('UPDATE depot.stock_slip SET store_signed_at = aftersales.now() WHERE slip_id = 201');
UPDATE depot.stock_slip SET inspected_together = true WHERE slip_id = 201;
SET aftersales.actor = 'books_1';
SELECT t.try('UPDATE depot.stock_slip SET store_signed_at = aftersales.now() WHERE slip_id = 201');
SET aftersales.actor = 'keeper_1';
SELECT t.try('UPDATE depot.stock_slip SET store_signed_at = ''2025-03-01 10:00+00'' WHERE slip_id = 201');
SELECT t.try('UPDATE depot.stock_slip SET store_signed_at = ''2025-03-01 08:59+00'' WHERE slip_id = 201');
SELECT t.try('UPDATE depot.stock_slip SET store_signed_at = aftersales.now(), account_signed_at = aftersales.now() WHERE slip_id = 201');
SELECT t.try('UPDATE depot.stock_slip SET posted_at = aftersales.now() WHERE slip_id = 201');
SET aftersales.now = '2025-03-01 10:00+00';
SELECT t.try('UPDATE depot.stock_slip SET store_signed_at = aftersales.now(), remark = ''ready'' WHERE slip_id = 201');
SELECT t.try('UPDATE depot.stock_slip SET store_signed_at = ''2025-03-01 09:30+00'' WHERE slip_id = 201');
SELECT t.try('UPDATE depot.stock_slip SET store_signed_at = NULL WHERE slip_id = 201');
SELECT t.try('UPDATE depot.stock_slip SET account_signed_at = aftersales.now() WHERE slip_id = 201');
SELECT t.try('UPDATE depot.stock_slip SET posted_at = aftersales.now() WHERE slip_id = 201');
SET aftersales.actor = 'keeper_2';
SELECT t.try('UPDATE depot.stock_slip SET account_signed_at = aftersales.now() WHERE slip_id = 201');
SET aftersales.actor = 'boss_1';
SELECT t.try('UPDATE depot.stock_slip SET account_signed_by = ''books_1'' WHERE slip_id = 201');

-- ---------- what is signed stays as it is
SELECT t.try(format('UPDATE depot.stock_slip SET %s WHERE slip_id = 201', s)) FROM unnest('{number = ''M-9'',from_location = ''annex'',to_location = NULL,copies = 2,packing_list = ''x'',inspected_together = NULL,handed_to = ''x'',external_ref = ''x'',remark = ''again''}'::text[]) s;
SELECT t.try('INSERT INTO depot.stock_slip_line (slip_id, line_no, part_no) VALUES (201, 2, ''fan'')');
SELECT t.try('UPDATE depot.stock_slip_line SET quantity = 4 WHERE slip_id = 201');
SELECT t.try('UPDATE depot.stock_slip_line SET quantity = quantity WHERE slip_id = 201');
SELECT t.try('DELETE FROM depot.stock_slip_line WHERE slip_id = 201');

-- ---------- posting
SET aftersales.actor = 'books_1';
SELECT t.try('UPDATE depot.stock_slip SET account_signed_at = aftersales.now(), posted_at = ''2025-03-01 09:59+00'' WHERE slip_id = 201');
SELECT t.try('UPDATE depot.stock_slip SET account_signed_at = aftersales.now(), posted_at = aftersales.now(), cancelled_at = aftersales.now() WHERE slip_id = 201');
SELECT t.try('UPDATE depot.stock_slip SET account_signed_at = aftersales.now() WHERE slip_id = 201');
SET aftersales.now = '2025-03-01 12:00+00';
SELECT t.try('UPDATE depot.stock_slip SET posted_at = ''2025-03-01 10:30+00'' WHERE slip_id = 201');
-- what the ledger says about a line refuses the whole slip
SET aftersales.actor = 'keeper_1';
INSERT INTO depot.stock_slip (slip_id, kind, policy, from_location, to_location, inspected_together) VALUES (205, 'move', 'paper', 'store', 'annex', true);
INSERT INTO depot.stock_slip_line (slip_id, line_no, part_no, serial_no, quantity) VALUES (205, 1, 'fan', NULL, 2), (205, 2, 'fan', NULL, 9);
UPDATE depot.stock_slip SET store_signed_at = aftersales.now() WHERE slip_id = 205;
SET aftersales.actor = 'books_1';
SELECT t.try('UPDATE depot.stock_slip SET account_signed_at = aftersales.now(), posted_at = aftersales.now() WHERE slip_id = 205');
SELECT posted_at, account_signed_at FROM depot.stock_slip WHERE slip_id = 205;
SELECT t.try('UPDATE depot.stock_slip SET posted_at = aftersales.now() WHERE slip_id = 201');
SELECT t.try('UPDATE depot.stock_slip SET posted_at = ''2025-03-01 11:59+00'' WHERE slip_id = 201');
SELECT t.try('UPDATE depot.stock_slip SET remark = ''late'' WHERE slip_id = 201');
SELECT t.try('UPDATE depot.stock_slip SET cancelled_at = aftersales.now() WHERE slip_id = 201');
SELECT t.try('INSERT INTO depot.stock_slip_line (slip_id, line_no, part_no) VALUES (201, 2, ''fan'')');
SELECT t.try('UPDATE depot.stock_slip SET cancelled_at = aftersales.now() WHERE slip_id = 205');
SELECT t.try('UPDATE depot.stock_slip SET account_signed_at = aftersales.now() WHERE slip_id = 205');
SELECT t.try('DELETE FROM depot.stock_slip_line WHERE slip_id = 205');
-- nobody says that a move is a slip's
SELECT t.try('INSERT INTO depot.stock_move (part_no, from_location, to_location, slip_id) VALUES (''fan'', ''store'', ''annex'', 202)');
SELECT t.try('INSERT INTO depot.ticket_event (ticket_id, event) VALUES (101, ''slip:posted'')');

\t \a
SELECT move_id, part_no, quantity, from_location, to_location, slip_id, happened_at, recorded_by FROM depot.stock_move ORDER BY 1;
DROP SCHEMA depot, depot_bi CASCADE;
