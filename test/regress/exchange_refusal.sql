-- What refusals of hand-outs say: SQLSTATE, message, detail, hint and the
-- fields drivers read.
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
SET client_min_messages = warning;
INSERT INTO aftersales.policy (policy, title_en) VALUES ('parts', 'Parts');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('parts', 1, 'mend');
INSERT INTO aftersales.clause (clause, policy, text_en, text_zh, mechanism, enforceable)
SELECT c, 'parts', 'text', NULL, 'ledger', true FROM unnest('{P-1,P-2}'::text[]) c;
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('parts', 1, 'new', 'initial'), ('parts', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('parts', 1, 'new', 'done');
INSERT INTO aftersales.workflow_guard (policy, version, to_state, guard, requires, message_en, message_zh, clauses) VALUES
    ('parts', 1, 'done', 'one_for_one', 'parts_balanced()', 'a part is outstanding', '部件未一物对一物', '{P-1}');
INSERT INTO aftersales.row_guard (policy, version, table_name, condition, guard, requires, message_en, clauses) VALUES
    ('parts', 1, 'stock_move', 'is_other_model', 'remark', 'note IS NOT NULL', 'another model needs a remark', '{P-2}');
SELECT aftersales.activate_policy('parts', 1);
SELECT aftersales.create_desk('bench');
SET aftersales.desk = 'bench';
SET aftersales.now = '2026-03-02 08:00+00';
INSERT INTO bench.staff (login) VALUES ('keeper_1');
SET aftersales.actor = 'keeper_1';
INSERT INTO bench.part (part_no, exchange, is_serialised) VALUES ('fan', 'one_for_one', false), ('fan_2', 'one_for_one', false), ('board', 'one_for_one', true), ('toner', 'consumable', false), ('chair', 'loaner', false);
INSERT INTO bench.stock_location (location, kind) VALUES ('outside', 'supplier'), ('main', 'store'), ('eng_1', 'engineer'), ('lent', 'customer'), ('lent_2', 'customer'), ('machines', 'installed'), ('gone', 'lost');
INSERT INTO bench.ticket (ticket_id, ticket_type) SELECT g, 'mend' FROM generate_series(1, 8) g;
INSERT INTO bench.stock_move (purpose, part_no, from_location, to_location, quantity) SELECT 'receipt', p, 'outside', l, 100 FROM unnest('{fan,fan_2,toner,chair}'::text[]) p, unnest('{main,eng_1,lent_2}'::text[]) l;
INSERT INTO bench.stock_move (purpose, part_no, serial_no, from_location, to_location) SELECT 'receipt', 'board', 'b' || i, 'outside', 'eng_1' FROM generate_series(1, 3) i;
-- 1: two hand-outs; 2: all installed, one taken out; 3: taken out first, of two models; 4: installed from stock
INSERT INTO bench.stock_move (move_id, ticket_id, purpose, part_no, quantity, from_location, to_location) VALUES
    (101, 1, 'issue', 'fan', 2, 'main', 'eng_1'), (102, 1, 'issue', 'fan', 2, 'main', 'eng_1'), (103, 1, 'return', 'fan', 1, 'eng_1', 'main'),
    (104, 2, 'issue', 'fan', 2, 'main', 'eng_1'), (105, 2, 'install', 'fan', 2, 'eng_1', 'machines'), (106, 2, 'remove', 'fan', 1, 'machines', 'eng_1'),
    (107, 3, 'remove', 'fan', 1, 'machines', 'eng_1'), (108, 3, 'remove', 'fan_2', 1, 'machines', 'eng_1'),
    (109, 4, 'install', 'fan', 1, 'main', 'machines'), (110, NULL, 'loan', 'chair', 2, 'main', 'lent'), (111, 5, 'issue', 'toner', 1, 'main', 'eng_1'),
    (112, 6, 'issue', 'fan_2', 1, 'main', 'eng_1'), (113, 6, 'install', 'fan_2', 1, 'eng_1', 'machines'), (114, 2, 'lose', 'fan', 1, 'eng_1', 'gone');
CREATE FUNCTION t.move(ticket bigint, purpose text, part text, quantity numeric, f text, t text, exchange bigint DEFAULT NULL, serial text DEFAULT NULL, condition text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT t.try(format('INSERT INTO bench.stock_move (ticket_id, purpose, part_no, quantity, from_location, to_location, exchange_id, serial_no, from_condition) VALUES (%L, %L, %L, %L, %L, %L, %L, %L, %L)', ticket, purpose, part, quantity, f, t, exchange, serial, condition)) $$;
SELECT exchange_id, ticket_id, part_no, quantity, installed, returned, removed, location FROM bench.part_exchange ORDER BY exchange_id;
\t \a

-- ---------- SV007: more than was handed out, or taken out
SELECT t.move(1, 'return', 'fan', 4, 'eng_1', 'main');
SELECT t.move(1, 'return', 'fan_2', 1, 'eng_1', 'main');
SELECT t.move(1, 'return', 'board', 1, 'eng_1', 'main', NULL, 'b1');
SELECT t.move(2, 'return', 'fan', 1, 'eng_1', 'main');
SELECT t.move(1, 'return_defective', 'fan', 1, 'eng_1', 'main');
SELECT t.move(2, 'return_defective', 'fan', 2, 'eng_1', 'main');
SELECT t.move(1, 'return', 'fan', 2, 'eng_1', 'main', 1);
SELECT t.move(2, 'return_defective', 'fan', 2, 'eng_1', 'main', 3);
SELECT t.move(1, 'loan_return', 'chair', 1, 'lent', 'main');
SELECT t.move(NULL, 'loan_return', 'chair', 1, 'lent_2', 'main');
-- what several hand-outs would have together
SELECT t.move(1, 'return', 'fan', 3, 'eng_1', 'main');
SELECT t.move(1, 'install', 'fan', 3, 'eng_1', 'machines');
SELECT t.move(1, 'lose', 'fan', 3, 'eng_1', 'gone');
SELECT t.move(6, 'remove', 'fan_2', 2, 'machines', 'eng_1');
SELECT t.move(2, 'remove', 'fan', 2, 'machines', 'eng_1');
SELECT t.move(3, 'issue', 'fan', 2, 'main', 'eng_1');
SELECT t.move(3, 'install', 'fan', 2, 'main', 'machines');
SET aftersales.language = 'zh';
SELECT t.try('UPDATE bench.ticket SET status = ''done'' WHERE ticket_id = 2');
RESET aftersales.language;
-- ---------- SV010: a hand-out that the move does not belong to
SELECT t.move(1, 'return', 'fan', 1, 'eng_1', 'main', 3);
SELECT t.move(1, 'remove', 'toner', 1, 'machines', 'eng_1', 1);
SELECT t.move(4, 'issue', 'fan', 1, 'main', 'eng_1', 6);
SELECT t.move(NULL, 'loan_return', 'chair', 1, 'lent', 'main', 1);
SELECT t.move(NULL, 'loan', 'chair', 1, 'main', 'lent', 7);
SELECT t.move(NULL, 'loan_return', 'chair', 1, 'lent_2', 'main', 7);
SELECT t.move(1, 'return', 'fan', 1, 'eng_1', 'main', 999);
-- ---------- SV007: what later moves hang on
SELECT t.try('INSERT INTO bench.stock_move (reversal_of) VALUES (104)');
SELECT t.try('INSERT INTO bench.stock_move (reversal_of) VALUES (101)');
SELECT t.move(2, 'return_defective', 'fan', 1, 'eng_1', 'main');
SELECT t.try('INSERT INTO bench.stock_move (reversal_of) VALUES (106)');
-- ---------- SV007: one for one without a ticket
SELECT t.move(NULL, 'install', 'fan', 1, 'eng_1', 'machines');
-- ---------- SV002: a row guard that looks at the hand-out
SELECT t.move(6, 'remove', 'fan', 1, 'machines', 'eng_1');
-- ---------- one bad row refuses all
SELECT t.try('INSERT INTO bench.stock_move (ticket_id, purpose, part_no, quantity, from_location, to_location) VALUES (1, ''return'', ''fan'', 1, ''eng_1'', ''main''), (1, ''return'', ''fan'', 3, ''eng_1'', ''main'')');
-- ---------- SV004: nobody else writes hand-outs
SELECT t.try(s) FROM (VALUES ('UPDATE bench.part_exchange SET balanced_at = now()'), ('INSERT INTO bench.part_exchange (part_no, exchange, issued_at) VALUES (''fan'', ''one_for_one'', now())'),
    ('DELETE FROM bench.part_exchange'), ('TRUNCATE bench.part_exchange CASCADE'), ('UPDATE bench.stock_move SET exchange_id = 1'), ('UPDATE bench.stock_move SET is_other_model = false')) x(s);
\t \a
SELECT exchange_id, ticket_id, part_no, quantity, installed, returned, removed, defective_returned, balanced_at IS NULL AS open FROM bench.part_exchange ORDER BY exchange_id;

DROP FUNCTION t.move;
RESET aftersales.now;
RESET aftersales.actor;
RESET aftersales.desk;
SELECT * FROM aftersales.verify_audit(NULL, 'bench');
DROP SCHEMA bench, bench_bi CASCADE;
SET session_replication_role = replica;
DELETE FROM aftersales.clause WHERE policy = 'parts';
DELETE FROM aftersales.policy WHERE policy = 'parts';
DELETE FROM aftersales.policy_version WHERE policy = 'parts';
DELETE FROM aftersales.ticket_type WHERE policy = 'parts';
DELETE FROM aftersales.workflow_state WHERE policy = 'parts';
DELETE FROM aftersales.workflow_transition WHERE policy = 'parts';
DELETE FROM aftersales.workflow_guard WHERE policy = 'parts';
DELETE FROM aftersales.row_guard WHERE policy = 'parts';
RESET session_replication_role;
