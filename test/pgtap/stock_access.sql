-- Who may do what in the ledger: its owner, an ordinary user; the levels of
-- grant_access(); and a writer without any right on what the triggers write.
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SELECT no_plan();
-- roles are of the whole server: these may be left over from a failed run
DROP ROLE IF EXISTS aftersales_s_owner, aftersales_s_app, aftersales_s_bare, aftersales_s_audit, aftersales_s_bi, aftersales_s_none;
CREATE ROLE aftersales_s_owner; CREATE ROLE aftersales_s_app; CREATE ROLE aftersales_s_bare; CREATE ROLE aftersales_s_audit; CREATE ROLE aftersales_s_bi; CREATE ROLE aftersales_s_none;
SELECT format('GRANT CREATE ON DATABASE %I TO aftersales_s_owner', current_database()) \gexec
GRANT USAGE, CREATE ON SCHEMA public TO PUBLIC;

-- Does a statement as a role (also as session user, which is what counts for
-- the actor); returns the SQLSTATE, or done.
CREATE FUNCTION try_as(who name, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE r text := 'done';
BEGIN
    EXECUTE format('SET LOCAL SESSION AUTHORIZATION %I', who);
    BEGIN
        EXECUTE statement;
    EXCEPTION WHEN OTHERS THEN r := sqlstate;
    END;
    SET LOCAL SESSION AUTHORIZATION DEFAULT;
    RETURN r;
END $$;

INSERT INTO aftersales.policy (policy, title_en) VALUES ('p', 'P');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('p', 1, 'job');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('p', 1, 'new', 'initial'), ('p', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('p', 1, 'new', 'done');
INSERT INTO aftersales.row_guard (policy, version, table_name, guard, condition, requires, message_en) VALUES
    ('p', 1, 'stock_move', 'noted', $$purpose = 'scrap'$$, 'note IS NOT NULL', 'm');
SELECT aftersales.activate_policy('p', 1);
SELECT aftersales.grant_access('aftersales_s_owner', 'admin');
SELECT is(try_as('aftersales_s_owner', 'SELECT aftersales.create_desk()'), 'done', 'an ordinary user creates a desk');
SELECT is((SELECT string_agg(DISTINCT tableowner, ',') FROM pg_tables WHERE schemaname = 'desk' AND tablename ~ 'stock|part|location'), 'aftersales_s_owner', 'and owns the ledger');

-- ---------- the owner
SELECT is(try_as('aftersales_s_owner', s), 'done', 'the owner may: ' || left(s, 70)) FROM unnest(ARRAY[
    $$INSERT INTO desk.staff (login) VALUES ('aftersales_s_app'), ('aftersales_s_bare'), ('clerk_1')$$,
    $$INSERT INTO desk.location_kind (kind, physical) VALUES ('gate', false)$$,
    $$INSERT INTO desk.stock_location (location, kind, policy) VALUES ('supplier', 'supplier', NULL), ('main', 'store', 'p'), ('branch', 'store', NULL), ('scrap', 'scrapped', NULL)$$,
    $$INSERT INTO desk.part (part_no, is_serialised) VALUES ('fan', false), ('disk', true)$$,
    $$INSERT INTO desk.ticket (ticket_id, ticket_type) VALUES (1, 'job')$$,
    $$INSERT INTO desk.stock_move (part_no, quantity, from_location, to_location, purpose) VALUES ('fan', 10, 'supplier', 'main', 'receipt')$$,
    $$INSERT INTO desk.stock_move (part_no, serial_no, from_location, to_location, purpose) VALUES ('disk', 'D-1', 'supplier', 'main', 'receipt')$$,
    $$SELECT * FROM desk.stock_balance, desk.stock_serial, desk.part_exchange, aftersales.stock_purpose$$]) s;
SELECT is(try_as('aftersales_s_owner', s), 'SV004', 'the owner may not: ' || s) FROM unnest(ARRAY[
    'INSERT INTO desk.stock_balance VALUES (''main'', ''fan'', ''scrap'', ''own'', 1, now())', 'UPDATE desk.stock_balance SET quantity = 99', 'DELETE FROM desk.stock_balance', 'TRUNCATE desk.stock_balance',
    'INSERT INTO desk.stock_balance VALUES (''main'', ''fan'', ''good'', ''own'', 1, now()) ON CONFLICT (location, part_no, condition, owner) DO UPDATE SET quantity = 99',
    'INSERT INTO desk.stock_serial VALUES (''disk'', ''D-2'', ''main'', ''good'', ''own'', now(), 1)', 'UPDATE desk.stock_serial SET location = ''branch''', 'DELETE FROM desk.stock_serial', 'TRUNCATE desk.stock_serial',
    'INSERT INTO desk.part_exchange (part_no, exchange, issued_at) VALUES (''fan'', ''loaner'', now())', 'UPDATE desk.part_exchange SET returned = 1', 'DELETE FROM desk.part_exchange', 'TRUNCATE desk.part_exchange CASCADE',
    'UPDATE desk.stock_move SET quantity = 1', 'DELETE FROM desk.stock_move', 'TRUNCATE desk.stock_move CASCADE', 'UPDATE desk.part SET decimals = 1', 'UPDATE desk.location_kind SET physical = false WHERE kind = ''store''']) s;
SELECT is(try_as('aftersales_s_owner', 'MERGE INTO desk.stock_balance b USING (VALUES (1)) v(a) ON true WHEN MATCHED THEN UPDATE SET quantity = 99'), 'SV004', 'nor by MERGE');
SELECT is((SELECT string_agg(location || ' ' || part_no || ' ' || quantity, ', ' ORDER BY 1, part_no) FROM desk.stock_balance), 'main disk 1.000, main fan 10.000', 'the balances are what the moves say');

-- ---------- level app
SELECT is(try_as('aftersales_s_owner', format('SELECT aftersales.grant_access(''aftersales_s_%1$s'', ''%1$s'')', l)), 'done', 'the owner grants level ' || l) FROM unnest('{app,audit,bi}'::text[]) l;
SELECT is(try_as('aftersales_s_app', s), 'done', 'app may: ' || left(s, 70)) FROM unnest(ARRAY[
    $$INSERT INTO desk.part (part_no, label) VALUES ('lamp', 'Lamp')$$, $$UPDATE desk.part SET label = 'Small lamp' WHERE part_no = 'lamp'$$,
    $$INSERT INTO desk.stock_location (location, kind) VALUES ('van', 'engineer')$$, $$UPDATE desk.stock_location SET label = 'Van' WHERE location = 'van'$$,
    $$INSERT INTO desk.stock_move (part_no, from_location, to_location) VALUES ('fan', 'main', 'branch')$$,
    $$INSERT INTO desk.stock_move (part_no, from_location, to_location, external_ref) VALUES ('fan', 'main', 'branch', 'x') ON CONFLICT (external_ref) DO NOTHING$$,
    $$INSERT INTO desk.stock_move (part_no, from_location, to_location, external_ref) VALUES ('fan', 'main', 'branch', 'x') ON CONFLICT (external_ref) DO NOTHING$$,
    $$INSERT INTO desk.stock_move (part_no, serial_no, from_location, to_location) VALUES ('disk', 'D-1', 'main', 'branch')$$,
    $$INSERT INTO desk.stock_move (reversal_of) SELECT move_id FROM desk.stock_move WHERE external_ref = 'x'$$,
    $$INSERT INTO desk.stock_move (part_no, from_location, to_location, ticket_id) VALUES ('fan', 'main', 'branch', 1)$$,
    $$SELECT * FROM desk.stock_move, desk.stock_balance, desk.stock_serial, desk.part_exchange, desk.part, desk.location_kind, desk.stock_location, aftersales.stock_purpose$$]) s;
SELECT is(try_as('aftersales_s_app', $$INSERT INTO desk.stock_move (part_no, from_location, to_location, purpose) VALUES ('fan', 'main', 'scrap', 'scrap')$$), 'SV002', 'app is judged by the policy of the place');
SELECT is(try_as('aftersales_s_app', $$INSERT INTO desk.stock_move (part_no, quantity, from_location, to_location) VALUES ('fan', 100, 'main', 'branch')$$), 'SV006', 'and by what is there');
SELECT is(try_as('aftersales_s_app', s), '42501', 'app may not: ' || s) FROM unnest(ARRAY[
    'INSERT INTO desk.stock_balance VALUES (''main'', ''fan'', ''scrap'', ''own'', 1, now())', 'UPDATE desk.stock_balance SET quantity = 99', 'DELETE FROM desk.stock_balance', 'TRUNCATE desk.stock_balance',
    'INSERT INTO desk.stock_serial VALUES (''disk'', ''D-2'', ''main'', ''good'', ''own'', now(), 1)', 'UPDATE desk.stock_serial SET location = ''branch''', 'DELETE FROM desk.stock_serial',
    'INSERT INTO desk.part_exchange (part_no, exchange, issued_at) VALUES (''fan'', ''loaner'', now())', 'UPDATE desk.part_exchange SET returned = 1', 'DELETE FROM desk.part_exchange',
    'UPDATE desk.stock_move SET note = ''x''', 'DELETE FROM desk.stock_move', 'TRUNCATE desk.stock_move', 'DELETE FROM desk.part', 'DELETE FROM desk.stock_location', 'UPDATE desk.stock_location SET policy = NULL',
    'INSERT INTO desk.location_kind (kind, physical) VALUES (''x'', true)', 'UPDATE desk.location_kind SET label_en = ''x''', 'ALTER TABLE desk.stock_move DISABLE TRIGGER USER',
    'CREATE TRIGGER x AFTER INSERT ON desk.stock_move FOR EACH STATEMENT EXECUTE FUNCTION aftersales.stock_record()',
    'INSERT INTO aftersales.stock_move_template (part_no) VALUES (''x'')', 'SELECT * FROM desk_bi.ticket',
    'SELECT nextval(''desk.stock_move_move_id_seq'')']) s;
SELECT is((SELECT string_agg(DISTINCT recorded_by, ', ' ORDER BY recorded_by) FROM desk.stock_move), 'aftersales_s_app, aftersales_s_owner', 'who recorded what');
SELECT is((SELECT string_agg(actor || ' ' || origin, ',') FROM desk.ticket_event WHERE event = 'stock:transfer'), 'aftersales_s_app stock_move', 'also in the history of the ticket');

-- ---------- a writer who may insert moves, and nothing else
GRANT USAGE ON SCHEMA desk TO aftersales_s_bare;
GRANT INSERT ON desk.stock_move TO aftersales_s_bare;
SELECT is(try_as('aftersales_s_bare', s), 'done', 'with INSERT alone: ' || left(s, 70)) FROM unnest(ARRAY[
    $$INSERT INTO desk.stock_move (part_no, from_location, to_location) VALUES ('fan', 'main', 'branch')$$,
    $$INSERT INTO desk.stock_move (part_no, serial_no, from_location, to_location) VALUES ('disk', 'D-1', 'branch', 'main')$$,
    $$INSERT INTO desk.stock_move (part_no, from_location, to_location, ticket_id) VALUES ('fan', 'main', 'branch', 1)$$,
    $$INSERT INTO desk.stock_move (part_no, from_location, to_location, purpose, note) VALUES ('fan', 'main', 'scrap', 'scrap', 'bent')$$]) s;
SELECT is(try_as('aftersales_s_bare', 'SELECT * FROM desk.stock_balance'), '42501', 'though it may not read what the triggers read');

-- ---------- levels audit and bi, and nobody
SELECT is(try_as('aftersales_s_audit', 'SELECT * FROM desk.stock_move, desk.stock_balance, desk.stock_serial, desk.part_exchange, desk.part, desk.stock_location, desk.stock_slip, desk.stock_slip_line, desk.stock_count, desk.stock_count_line'), 'done', 'audit reads all of the ledger');
SELECT is(try_as('aftersales_s_' || who, s), '42501', who || ' may not: ' || s) FROM unnest('{audit,bi,none}'::text[]) who, unnest(ARRAY[
    'INSERT INTO desk.stock_move (part_no, from_location, to_location) VALUES (''fan'', ''main'', ''branch'')', 'INSERT INTO desk.part (part_no) VALUES (''x'')', 'UPDATE desk.stock_location SET label = ''x''',
    'INSERT INTO desk.stock_slip (kind) VALUES (''issue'')', 'INSERT INTO desk.stock_count (location, due_on) VALUES (''main'', ''2026-03-01'')', 'UPDATE desk.stock_balance SET quantity = 1']) s;
SELECT is(try_as('aftersales_s_' || who, s), '42501', who || ' may not read: ' || s) FROM unnest('{bi,none}'::text[]) who, unnest('{SELECT * FROM desk.stock_move,SELECT * FROM desk.stock_balance,SELECT * FROM desk.part_exchange,SELECT * FROM desk.stock_location}'::text[]) s;

-- ---------- nobody calls, or fires, what is for the triggers of a desk
GRANT USAGE ON SCHEMA aftersales TO aftersales_s_none;
SELECT is(try_as('aftersales_s_none', s), '39P01', 'no function to call: ' || s) FROM unnest('{SELECT aftersales.stock_judge(),SELECT aftersales.stock_record(),SELECT aftersales.keep_fixed()}'::text[]) s;
CREATE SCHEMA aftersales_s_none AUTHORIZATION aftersales_s_none;
SELECT is(try_as('aftersales_s_none', 'CREATE TABLE aftersales_s_none.mine (a integer)'), 'done', 'somebody has a table of his own');
SELECT is(try_as('aftersales_s_none', format('CREATE TRIGGER x %s ON aftersales_s_none.mine FOR EACH %s EXECUTE FUNCTION aftersales.%s; INSERT INTO aftersales_s_none.mine VALUES (1)', e, r, f)) ~ '^(39P01|SV004|42P01)$', true, concat_ws(' ', f, e, r))
FROM (VALUES ('keep_fixed(''a'')', 'BEFORE INSERT', 'ROW'), ('keep_fixed(''a'')', 'AFTER INSERT', 'STATEMENT'), ('stock_judge()', 'BEFORE INSERT', 'ROW'), ('stock_record()', 'AFTER INSERT', 'STATEMENT')) x(f, e, r);
SELECT is_empty('SELECT * FROM aftersales.verify_audit()', 'the chains are sound');
SELECT * FROM finish();

SET client_min_messages = error;
DROP SCHEMA desk, desk_bi, aftersales_s_none CASCADE;
DROP OWNED BY aftersales_s_owner, aftersales_s_app, aftersales_s_bare, aftersales_s_audit, aftersales_s_bi, aftersales_s_none;
DROP ROLE aftersales_s_owner, aftersales_s_app, aftersales_s_bare, aftersales_s_audit, aftersales_s_bi, aftersales_s_none;
