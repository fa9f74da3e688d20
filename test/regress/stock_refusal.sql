-- What a refusal of a move of the ledger says: one of each kind.
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
SET client_min_messages = warning;
INSERT INTO aftersales.policy (policy, title_en) VALUES ('stock', 'Stock');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('stock', 1, 'stock_job');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('stock', 1, 'new', 'initial'), ('stock', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('stock', 1, 'new', 'done');
INSERT INTO aftersales.event_type (policy, version, event, roles, allowed_in, backdate_limit) VALUES
    ('stock', 1, 'stock:transfer', '{keeper}', NULL, NULL), ('stock', 1, 'stock:deliver', NULL, '{done}', NULL), ('stock', 1, 'stock:scrap', NULL, NULL, '01:00');
INSERT INTO aftersales.row_guard (policy, version, table_name, guard, condition, requires, roles, message_en, message_zh, clauses) VALUES
    ('stock', 1, 'stock_move', 'noted', $$purpose = 'scrap'$$, 'note IS NOT NULL', NULL, 'say why it is thrown away', '请注明报废原因', '{T-1}'),
    ('stock', 1, 'stock_move', 'numbered', $$purpose = 'scrap'$$, 'document_no IS NOT NULL', NULL, 'name the paper', NULL, '{T-2,T-1}'),
    ('stock', 1, 'stock_move', 'keeper', $$from_location = 'vault'$$, NULL, '{keeper,manager}', 'the keeper has the key', NULL, '{T-3}'),
    ('stock', 1, 'stock_move', 'raises', $$handed_to = 'zero'$$, '1 / (quantity - 1) > 0', NULL, '-', NULL, '{T-3}');
SELECT aftersales.activate_policy('stock', 1);
SELECT aftersales.create_desk('stock');
SET aftersales.desk = 'stock';
INSERT INTO stock.staff (login) VALUES ('clerk_1'), ('keeper_1');
INSERT INTO stock.staff_role VALUES ('keeper_1', 'keeper');
SET aftersales.now = '2026-03-02 08:00+00';
SET aftersales.actor = 'clerk_1';
INSERT INTO stock.ticket (ticket_type) SELECT 'stock_job' FROM generate_series(1, 3);
SELECT aftersales.void_ticket(3, 'opened by mistake');
INSERT INTO stock.stock_location (location, kind) SELECT kind, kind FROM stock.location_kind;
INSERT INTO stock.stock_location (location, kind, policy, is_active) VALUES ('main', 'store', NULL, true), ('vault', 'store', 'stock', true), ('shut', 'store', NULL, false), ('nowhere', 'store', 'no_policy', true);
INSERT INTO stock.part (part_no, exchange, is_serialised, decimals, is_active) VALUES
    ('board', 'one_for_one', false, 0, true), ('disk', 'consumable', true, 0, true), ('cable', 'consumable', false, 1, true), ('pc', 'loaner', true, 0, true), ('old', 'consumable', false, 0, false);
INSERT INTO stock.stock_move (part_no, quantity, from_location, to_location, purpose, external_ref) VALUES ('board', 5, 'supplier', 'main', 'receipt', 'm-1'), ('cable', 7.5, 'supplier', 'vault', 'receipt', NULL);
INSERT INTO stock.stock_move (part_no, serial_no, from_location, to_location, purpose) VALUES ('disk', 'D-1', 'supplier', 'main', 'receipt'), ('disk', 'D-2', 'supplier', 'main', 'receipt');
SET aftersales.now = '2026-03-02 10:00+00';
INSERT INTO stock.stock_move (part_no, quantity, from_location, to_location) VALUES ('board', 3, 'main', 'store');
INSERT INTO stock.stock_move (part_no, serial_no, from_location, to_location) VALUES ('disk', 'D-1', 'main', 'store');
INSERT INTO stock.stock_move (part_no, quantity, from_location, to_location, purpose) VALUES ('board', 4, 'supplier', 'main', 'receipt');
SET aftersales.now = '2026-03-02 12:00+00';
\t \a
CREATE FUNCTION t.move(purpose text, part text, quantity numeric, from_ text, to_ text, columns text DEFAULT '', vals text DEFAULT '') RETURNS text LANGUAGE sql AS $$
    SELECT t.try(format('INSERT INTO stock.stock_move (purpose, part_no, quantity, from_location, to_location%s) VALUES (%L, %L, %s, %L, %L%s)',
                        ', ' || nullif(columns, ''), purpose, part, quote_nullable(quantity), from_, to_, ', ' || nullif(vals, ''))) $$;

-- ---------- SV006: not enough, now and then
SELECT t.move('transfer', 'board', 7, 'main', 'store');
SELECT t.move('transfer', 'cable', 0.1, 'main', 'store');
SELECT t.move('transfer', 'board', 6, 'main', 'store', 'happened_at', '''2026-03-02 09:00+00''');
SELECT t.move('transfer', 'board', 3, 'main', 'store', 'happened_at', '''2026-03-02 09:00+00''');
SELECT t.move('transfer', 'board', 1, 'main', 'store', 'from_condition, owner', '''scrap'', ''maker''');
SELECT t.try('INSERT INTO stock.stock_move (part_no, quantity, from_location, to_location) VALUES (''board'', 3, ''store'', ''main''), (''board'', 1, ''store'', ''main''), (''board'', 4, ''main'', ''store'')');
-- a serial number that is not there
SELECT t.move('transfer', 'disk', NULL, 'store', 'main', 'serial_no', '''D-2''');
SELECT t.move('transfer', 'disk', NULL, 'main', 'store', 'serial_no', '''D-9''');
SELECT t.move('receipt', 'disk', NULL, 'supplier', 'main', 'serial_no', '''D-1''');
SELECT t.move('transfer', 'disk', NULL, 'main', 'store', 'serial_no, owner', '''D-2'', ''maker''');

-- ---------- SV005: times
SELECT t.move('receipt', 'board', 1, 'supplier', 'main', 'happened_at', '''2026-03-02 12:01+00''');
SELECT t.move('transfer', 'disk', NULL, 'store', 'main', 'serial_no, happened_at', '''D-1'', ''2026-03-02 09:59+00''');
SELECT t.try('INSERT INTO stock.stock_move (part_no, serial_no, from_location, to_location, purpose, happened_at) VALUES (''disk'', ''D-2'', ''main'', ''vault'', ''transfer'', ''2026-03-02 11:00+00''), (''disk'', ''D-2'', ''vault'', ''main'', ''transfer'', ''2026-03-02 10:59+00'')');
SELECT t.move('install', 'cable', 1, 'vault', 'installed', 'ticket_id, happened_at', '1, ''2026-03-02 07:59+00''');
SELECT t.move('scrap', 'cable', 1, 'vault', 'scrapped', 'ticket_id, happened_at', '1, ''2026-03-02 10:59+00''');

-- ---------- SV010: what does not fit
SELECT t.move('nothing', 'board', 1, 'main', 'store');
SELECT t.move('issue', 'board', 1, 'main', 'store');
SELECT t.move('issue', 'board', 1, 'supplier', 'engineer');
SELECT t.move('issue', 'board', 1, 'main', 'engineer', 'from_condition', '''defective''');
SELECT t.move('issue', 'board', 1, 'main', 'engineer', 'to_condition', '''defective''');
SELECT t.move('loan', 'board', 1, 'main', 'customer');
SELECT t.move('issue', 'pc', 1, 'main', 'customer', 'serial_no', '''P-1''');
SELECT t.move('regrade', 'board', 1, 'main', 'store', 'to_condition', '''defective''');
SELECT t.move('transfer', 'board', 1, 'main', 'main', 'to_condition', '''defective''');
SELECT t.move('receipt', 'board', 0.5, 'supplier', 'main');
SELECT t.move('receipt', 'cable', 0.25, 'supplier', 'main');
SELECT t.move('receipt', 'disk', 1, 'supplier', 'main');
SELECT t.move('receipt', 'disk', 2, 'supplier', 'main', 'serial_no', '''D-3''');
SELECT t.move('receipt', 'board', 1, 'supplier', 'main', 'serial_no', '''B-1''');
SELECT t.move('receipt', 'old', 1, 'supplier', 'main');
SELECT t.move('transfer', 'board', 1, 'main', 'shut');
SELECT t.move('scrap', 'board', 1, 'nowhere', 'scrapped');
SELECT t.move('receipt', 'board', 1, 'supplier', 'nowhere');
-- ---------- SV007: one for one, for nobody
SELECT t.move('install', 'board', 1, 'main', 'installed');

-- ---------- SV004: what is written by triggers only, adjustments, reversals
DO $$
DECLARE c text; v text;
BEGIN
    FOR c, v IN VALUES ('grade_step', '1'), ('is_other_model', 'true'), ('slip_id', '1'), ('count_id', '1'), ('recorded_at', 'now()'), ('recorded_by', '''clerk_1''') LOOP
        RAISE INFO '%', t.move('receipt', 'board', 1, 'supplier', 'main', c, v);
    END LOOP;
END $$;
SELECT t.move('adjust', 'board', 1, 'main', 'adjustment');
SELECT t.move('lose', 'board', 1, 'main', 'adjustment');
INSERT INTO stock.stock_move (part_no, from_location, to_location, external_ref) VALUES ('board', 'main', 'store', 'm-2');
INSERT INTO stock.stock_move (reversal_of, external_ref) SELECT move_id, 'm-3' FROM stock.stock_move WHERE external_ref = 'm-2';
CREATE FUNCTION t.reversal(ref text, columns text DEFAULT '', vals text DEFAULT '') RETURNS text LANGUAGE sql AS $$
    SELECT t.try(format('INSERT INTO stock.stock_move (reversal_of%s) VALUES (%s%s)', ', ' || nullif(columns, ''), (SELECT move_id FROM stock.stock_move WHERE external_ref = ref), ', ' || nullif(vals, ''))) $$;
SELECT t.reversal('m-2');
SELECT t.reversal('m-3');
SELECT t.reversal('m-1', 'quantity', '4');
SELECT t.reversal('m-1', 'to_location', '''vault''');
SELECT t.reversal('m-1', 'happened_at', '''2026-03-02 07:00+00''');
SELECT t.reversal('m-1', 'happened_at', '''2026-03-02 08:00+00''');
SELECT t.try('INSERT INTO stock.stock_move (reversal_of) VALUES (777)');
-- ---------- SV013: another move of that external_ref
SELECT t.move('receipt', 'board', 6, 'supplier', 'main', 'external_ref', '''m-1''');
SELECT t.move('receipt', 'board', 5, 'supplier', 'main', 'external_ref', '''m-1''');

-- ---------- SV002, SV003: guards, in English and in Chinese; by the place, and by the ticket
SELECT t.move('scrap', 'cable', 1, 'vault', 'scrapped');
SET aftersales.actor = 'keeper_1';
SELECT t.move('scrap', 'cable', 1, 'vault', 'scrapped');
SET aftersales.language = 'zh';
SELECT t.move('scrap', 'board', 1, 'main', 'scrapped', 'ticket_id', '1');
RESET aftersales.language;
SET aftersales.actor = 'clerk_1';
SELECT t.move('transfer', 'board', 1, 'main', 'store', 'ticket_id', '1');
SELECT t.move('deliver', 'board', 1, 'main', 'recipient', 'ticket_id', '1');
SET aftersales.actor = 'nobody_1';
SELECT t.move('receipt', 'board', 1, 'supplier', 'main');
SET aftersales.actor = 'clerk_1';
-- an expression that fails: whose it is
\set VERBOSITY default
INSERT INTO stock.stock_move (part_no, quantity, from_location, to_location, purpose, ticket_id, handed_to) VALUES ('cable', 1, 'supplier', 'main', 'receipt', 1, 'zero');
\set VERBOSITY terse
-- ---------- SV001: a void ticket; none
SELECT t.move('install', 'cable', 1, 'vault', 'installed', 'ticket_id', '3');
SELECT t.move('install', 'cable', 1, 'vault', 'installed', 'ticket_id', '77');

-- ---------- what the tables themselves refuse
SELECT t.move('receipt', 'no_part', 1, 'supplier', 'main');
SELECT t.move('receipt', 'board', 1, 'supplier', 'no_place');
SELECT split_part(t.move('receipt', 'board', -1, 'supplier', 'main'), E'\n', 1);
SELECT split_part(t.move('receipt', 'board', 'NaN', 'supplier', 'main'), E'\n', 1);
SELECT split_part(t.move('transfer', 'board', 1, 'main', 'main'), E'\n', 1);
SELECT split_part(t.move('receipt', 'board', 1, 'supplier', 'main', 'from_condition', '''new'''), E'\n', 1);
SELECT split_part(t.try('INSERT INTO stock.stock_move (part_no, from_location) VALUES (''board'', ''main'')'), E'\n', 1);

-- ---------- what parts, kinds and locations are
SELECT t.try('UPDATE stock.part SET exchange = ''loaner'' WHERE part_no = ''board''');
SELECT t.try('UPDATE stock.location_kind SET physical = false WHERE kind = ''store''');
SELECT t.try('UPDATE stock.stock_location SET kind = ''transit'' WHERE location = ''main''');
-- ---------- rows do not go, nor does anything but a move bring its event
DO $$
DECLARE tab text;
BEGIN
    FOREACH tab IN ARRAY '{stock_move,stock_balance,stock_serial,part_exchange}'::text[] LOOP
        RAISE INFO '%', t.try(format('DELETE FROM stock.%I', tab));
        RAISE INFO '%', t.try(format('TRUNCATE stock.%I CASCADE', tab));
    END LOOP;
END $$;
SELECT t.try('UPDATE stock.stock_move SET note = ''x''');
SELECT t.try('UPDATE stock.stock_balance SET quantity = 100');
SELECT t.try('INSERT INTO stock.ticket_event (ticket_id, event) VALUES (1, ''stock:install'')');
SET aftersales.actor = 'keeper_1';
INSERT INTO stock.stock_move (part_no, from_location, to_location, purpose, ticket_id) VALUES ('cable', 'vault', 'installed', 'install', 1);
SET aftersales.actor = 'clerk_1';
SELECT t.try(format('SELECT aftersales.correct_event(%s, ''no'')', event_id)) FROM stock.ticket_event WHERE event = 'stock:install' ORDER BY seq;

-- ---------- triggers that are missing, or called by others
ALTER TABLE stock.stock_move DISABLE TRIGGER aftersales_begin;
SELECT t.move('receipt', 'board', 1, 'supplier', 'main');
ALTER TABLE stock.stock_move ENABLE TRIGGER aftersales_begin;
ALTER TABLE stock.stock_move DISABLE TRIGGER aftersales_judge;
SELECT split_part(t.move('receipt', 'board', 1, 'supplier', 'main'), E'\n', 1);
SELECT t.try('INSERT INTO stock.stock_move (purpose, part_no, quantity, from_location, to_location, from_condition, to_condition, owner, happened_at, recorded_at, recorded_by) VALUES (''receipt'', ''board'', 1, ''supplier'', ''main'', ''good'', ''good'', ''own'', aftersales.now(), ''2026-01-01 00:00+00'', ''clerk_1'')');
SELECT t.try('INSERT INTO stock.stock_move (purpose, part_no, quantity, from_location, to_location, from_condition, to_condition, owner, happened_at, recorded_at, recorded_by) VALUES (''nothing'', ''board'', 1, ''supplier'', ''main'', ''good'', ''good'', ''own'', aftersales.now(), now(), ''clerk_1'')');
ALTER TABLE stock.stock_move ENABLE TRIGGER aftersales_judge;
CREATE TRIGGER aa AFTER INSERT ON stock.stock_move FOR EACH STATEMENT EXECUTE FUNCTION aftersales.stock_record();
SELECT t.move('receipt', 'board', 1, 'supplier', 'main');
DROP TRIGGER aa ON stock.stock_move;
CREATE TRIGGER zz AFTER INSERT ON stock.stock_move FOR EACH STATEMENT EXECUTE FUNCTION aftersales.stock_record();
SELECT t.move('receipt', 'board', 1, 'supplier', 'main');
DROP TRIGGER zz ON stock.stock_move;
CREATE TRIGGER zz BEFORE INSERT ON stock.stock_move FOR EACH ROW EXECUTE FUNCTION aftersales.stock_judge();
SELECT t.move('receipt', 'board', 1, 'supplier', 'main');
DROP TRIGGER zz ON stock.stock_move;
SELECT t.try('SELECT aftersales.stock_judge()');
SELECT t.try('SELECT aftersales.stock_record()');
SELECT t.try('SELECT aftersales.keep_fixed()');
CREATE TABLE t.mine (a integer);
CREATE TRIGGER x AFTER INSERT ON t.mine FOR EACH STATEMENT EXECUTE FUNCTION aftersales.keep_fixed('a');
SELECT t.try('INSERT INTO t.mine VALUES (1)');
DROP TRIGGER x ON t.mine;
CREATE TRIGGER x BEFORE INSERT ON t.mine FOR EACH ROW EXECUTE FUNCTION aftersales.keep_fixed('a');
SELECT t.try('INSERT INTO t.mine VALUES (1)');
DROP TRIGGER x ON t.mine;
CREATE TRIGGER x BEFORE INSERT ON t.mine FOR EACH ROW EXECUTE FUNCTION aftersales.stock_judge();
SELECT t.try('INSERT INTO t.mine VALUES (1)');
CREATE TRIGGER aa BEFORE INSERT ON t.mine FOR EACH STATEMENT EXECUTE FUNCTION aftersales.statement_begin();
SELECT t.try('INSERT INTO t.mine VALUES (1)');
DROP TRIGGER x ON t.mine;
CREATE TRIGGER x AFTER INSERT ON t.mine FOR EACH STATEMENT EXECUTE FUNCTION aftersales.stock_record();
SELECT t.try('INSERT INTO t.mine VALUES (1)');
CREATE TABLE stock.mine (a integer);
CREATE TRIGGER aa BEFORE INSERT ON stock.mine FOR EACH STATEMENT EXECUTE FUNCTION aftersales.statement_begin();
CREATE TRIGGER x BEFORE INSERT ON stock.mine FOR EACH ROW EXECUTE FUNCTION aftersales.stock_judge();
SELECT t.try('INSERT INTO stock.mine VALUES (1)');
DROP TRIGGER x ON stock.mine;
CREATE TRIGGER x AFTER INSERT ON stock.mine FOR EACH STATEMENT EXECUTE FUNCTION aftersales.stock_record();
SELECT t.try('INSERT INTO stock.mine VALUES (1)');
DROP TRIGGER x ON stock.mine;
CREATE TRIGGER x AFTER INSERT ON stock.mine REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION aftersales.stock_record();
SELECT t.try('INSERT INTO stock.mine VALUES (1)');
DROP TRIGGER aa ON t.mine;
DROP TRIGGER x ON t.mine;
CREATE TRIGGER x BEFORE UPDATE ON t.mine FOR EACH ROW EXECUTE FUNCTION aftersales.keep_fixed('no_such', 'a');
INSERT INTO t.mine VALUES (1);
SELECT t.try('UPDATE t.mine SET a = 1');
SELECT t.try('UPDATE t.mine SET a = 2');
DROP TABLE t.mine;
-- a table that is not what it was
BEGIN;
ALTER TABLE stock.stock_move DROP COLUMN grade_step;
SELECT t.move('receipt', 'board', 1, 'supplier', 'main');
ROLLBACK;
SELECT t.move('receipt', 'board', 1, 'supplier', 'main');
ALTER TABLE stock.stock_move ADD COLUMN mine text;
SELECT t.move('receipt', 'board', 1, 'supplier', 'main', 'mine', '''x''');
\t \a
SELECT purpose, from_place, to_place, conditions, changes_condition, has_exchange FROM aftersales.stock_purpose;
SELECT location, part_no, condition, owner, quantity, last_at FROM stock.stock_balance ORDER BY 1, 2, 3, 4;
SELECT * FROM aftersales.verify_audit();
DROP FUNCTION t.move, t.reversal;
DROP SCHEMA stock, stock_bi CASCADE;
