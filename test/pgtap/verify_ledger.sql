-- verify_ledger finds whatever does not follow from the moves, as a superuser
-- could make it with our triggers switched off, and names the row.
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT no_plan();
INSERT INTO aftersales.policy (policy, title_en) VALUES ('v', 'V');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('v', 1, 'job');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('v', 1, 'new', 'initial'), ('v', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('v', 1, 'new', 'done');
SELECT aftersales.activate_policy('v', 1);
SELECT aftersales.create_desk();
SET aftersales.now = '2026-03-02 08:00+00';
INSERT INTO desk.ticket (ticket_id, ticket_type) SELECT g, 'job' FROM generate_series(1, 3) g;
INSERT INTO desk.part (part_no, exchange, is_serialised, decimals) VALUES
    ('board', 'one_for_one', false, 0), ('disk', 'consumable', true, 0), ('cable', 'consumable', false, 2), ('screen', 'loaner', true, 0);
INSERT INTO desk.stock_location (location, kind) VALUES ('maker', 'supplier'), ('main', 'store'), ('annex', 'store'), ('eng_1', 'engineer'),
    ('eng_2', 'engineer'), ('machines', 'installed'), ('kept', 'kept'), ('gone', 'lost'), ('scrapped', 'scrapped'), ('differences', 'adjustment');

CREATE FUNCTION at(t text) RETURNS void LANGUAGE sql AS $$ SELECT set_config('aftersales.now', (('2026-' || t || '+00')::timestamptz)::text, false) $$;
CREATE FUNCTION move(ref text, purpose text, part_no text, quantity numeric, from_location text, to_location text, serial_no text DEFAULT NULL,
    from_condition text DEFAULT NULL, ticket_id bigint DEFAULT NULL, to_condition text DEFAULT NULL, happened_at timestamptz DEFAULT NULL, owner text DEFAULT NULL) RETURNS void LANGUAGE sql AS $$
    INSERT INTO desk.stock_move (external_ref, purpose, part_no, quantity, from_location, to_location, serial_no, from_condition, ticket_id, to_condition, happened_at, owner)
    SELECT ref, purpose, part_no, quantity, from_location, to_location, serial_no, from_condition, ticket_id, to_condition, happened_at, owner $$;
CREATE FUNCTION m(ref text) RETURNS bigint LANGUAGE sql STABLE AS $$ SELECT move_id FROM desk.stock_move WHERE external_ref = ref $$;
CREATE FUNCTION wrong(since timestamptz DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(format('%s %s %s', what, key, problem), '; ' ORDER BY what, key, problem), 'nothing') FROM aftersales.verify_ledger(since) $$;
-- Does statements without our triggers, returns what is found, and undoes them.
CREATE FUNCTION tampered(statement text, since timestamptz DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    BEGIN
        SET LOCAL session_replication_role = replica;
        EXECUTE statement;
        RAISE EXCEPTION USING ERRCODE = 'UNDO0', MESSAGE = wrong(since);
    EXCEPTION WHEN SQLSTATE 'UNDO0' THEN RETURN sqlerrm;
    END;
END $$;

-- Makes balances and serial numbers anew from the moves, as they are.
CREATE FUNCTION put_right() RETURNS void LANGUAGE sql AS $$
    DELETE FROM desk.stock_balance;
    INSERT INTO desk.stock_balance SELECT h.location, h.part_no, h.condition, h.owner, sum(h.q), max(h.happened_at) FROM (
        SELECT to_location AS location, part_no, to_condition AS condition, owner, quantity AS q, happened_at FROM desk.stock_move UNION ALL
        SELECT from_location, part_no, from_condition, owner, -quantity, happened_at FROM desk.stock_move) h
    JOIN desk.stock_location l USING (location) JOIN desk.location_kind k USING (kind) WHERE k.physical GROUP BY 1, 2, 3, 4;
    DELETE FROM desk.stock_serial WHERE serial_no LIKE 'D%';
    INSERT INTO desk.stock_serial SELECT DISTINCT ON (part_no, serial_no) part_no, serial_no, to_location, to_condition, owner, happened_at, count(*) OVER (PARTITION BY part_no, serial_no)
    FROM desk.stock_move WHERE serial_no LIKE 'D%' ORDER BY part_no, serial_no, happened_at DESC, move_id DESC $$;

SELECT is(wrong(), 'nothing', 'an empty ledger is sound');

-- ---------- a sound ledger
SELECT at('03-02 08:00'), move('r1', 'receipt', 'board', 10, 'maker', 'main'), move('r2', 'receipt', 'cable', 12.5, 'maker', 'main'),
    move('r3', 'receipt', 'disk', 1, 'maker', 'main', 'D1'), move('r4', 'receipt', 'disk', 1, 'maker', 'main', 'D2'),
    move('r5', 'receipt', 'screen', 1, 'maker', 'main', 'S1'), move('r6', 'receipt', 'board', 2, 'maker', 'main', owner => 'consignor_1') \g /dev/null
SELECT at('03-03 08:00'), move('t1', 'transfer', 'board', 4, 'main', 'annex'), move('t2', 'transfer', 'cable', 2.25, 'main', 'annex') \g /dev/null
SELECT at('03-04 08:00'), move('x1', 'transfer', 'board', 1, 'main', 'annex') \g /dev/null
SELECT at('03-05 08:00') \g /dev/null
INSERT INTO desk.stock_move (external_ref, reversal_of) VALUES ('x2', m('x1'));
-- back-dated
SELECT move('b1', 'transfer', 'board', 1, 'annex', 'eng_2', happened_at => '2026-03-03 12:00+00') \g /dev/null
-- a piece goes out and back within one instant, and one comes and goes
SELECT at('03-06 08:00'), move('d1', 'transfer', 'disk', 1, 'main', 'annex', 'D1'), move('d2', 'transfer', 'disk', 1, 'annex', 'main', 'D1'),
    move('d3', 'transfer', 'disk', 1, 'main', 'eng_1', 'D1'), move('d4', 'receipt', 'disk', 1, 'maker', 'main', 'D3'), move('d5', 'supplier_return', 'disk', 1, 'main', 'maker', 'D3') \g /dev/null
SELECT at('03-07 08:00'), move('d6', 'regrade', 'disk', 1, 'main', 'main', 'D2', to_condition => 'defective'), move('d7', 'scrap', 'disk', 1, 'main', 'scrapped', 'D2', 'defective', to_condition => 'scrap') \g /dev/null
SELECT is(wrong(), 'nothing', 'moves of all kinds are sound');
SELECT is(wrong('2026-03-05 00:00+00'), 'nothing', 'since then, too');

-- ---------- balances
SELECT is(tampered('SELECT 1'), 'nothing', 'nothing done, nothing found');
SELECT is(tampered($$UPDATE desk.stock_balance SET quantity = quantity + 0.001 WHERE location = 'main' AND part_no = 'cable'$$),
    'balance main|cable|good|own quantity: 10.251, by the moves 10.25', 'a balance with too much');
SELECT is(tampered($$UPDATE desk.stock_balance SET quantity = 0 WHERE location = 'main' AND part_no = 'board' AND owner = 'consignor_1'$$),
    'balance main|board|good|consignor_1 quantity: 0, by the moves 2', 'that of another owner');
SELECT is(tampered($$UPDATE desk.stock_balance SET quantity = -1 WHERE location = 'eng_2'$$), 'balance eng_2|board|good|own quantity: -1, by the moves 1', 'one below zero');
SELECT is(tampered($$UPDATE desk.stock_balance SET quantity = 'NaN' WHERE location = 'eng_2'$$), 'balance eng_2|board|good|own quantity: NaN, by the moves 1', 'one that is no number');
SELECT is(tampered($$DELETE FROM desk.stock_balance WHERE location = 'annex' AND part_no = 'board'$$), 'balance annex|board|good|own missing: 3 by the moves', 'one that is not there');
SELECT is(tampered($$INSERT INTO desk.stock_balance VALUES ('annex', 'board', 'scrap', 'own', 1, '2026-03-02')$$), 'balance annex|board|scrap|own moves: there are none', 'one that comes from nowhere');
SELECT is(tampered($$INSERT INTO desk.stock_balance VALUES ('maker', 'board', 'good', 'own', -9, '2026-03-02')$$), 'balance maker|board|good|own location: not a physical one, it keeps no balance', 'one of a virtual location');
SELECT is(tampered($$UPDATE desk.stock_balance SET condition = 'scrap' WHERE location = 'eng_2'$$),
    'balance eng_2|board|good|own missing: 1 by the moves; balance eng_2|board|scrap|own moves: there are none', 'in another condition');
SELECT is(tampered($$UPDATE desk.stock_balance SET last_at = last_at - interval '1 microsecond' WHERE location = 'eng_2'$$), 'balance eng_2|board|good|own last_at: before the latest move or count', 'its time too early');
SELECT is(tampered($$UPDATE desk.stock_balance SET last_at = last_at + interval '1 microsecond' WHERE location = 'eng_2'$$), 'balance eng_2|board|good|own last_at: after the latest move and count', 'its time too late');
SELECT is(tampered($$UPDATE desk.stock_balance SET before_at = 'infinity'$$), 'nothing', 'before_at is the triggers'' own');
-- a count that was frozen moves last_at, and a cancelled one may have
CREATE FUNCTION counted(cancelled text, last_at text) RETURNS text LANGUAGE sql AS $$
    SELECT tampered(format($q$INSERT INTO desk.stock_count (location, due_on, opened_at, opened_by, frozen_at, cancelled_at) VALUES ('eng_2', '2026-03-01', '2026-03-08', 'x', '2026-03-08', %L);
        UPDATE desk.stock_balance SET last_at = %L WHERE location = 'eng_2'$q$, cancelled, last_at)) $$;
SELECT is(counted(NULL, '2026-03-08'), 'nothing', 'a count');
SELECT is(counted(NULL, '2026-03-03 12:00'), 'balance eng_2|board|good|own last_at: before the latest move or count', 'a count that left no time');
SELECT is(counted('2026-03-08', '2026-03-08'), 'nothing', 'a count that was cancelled');
SELECT is(counted('2026-03-08', '2026-03-03 12:00'), 'nothing', 'likewise');
SELECT is(counted(NULL, '2026-03-09'), 'balance eng_2|board|good|own last_at: after the latest move and count', 'later than the count');

-- ---------- moves: their quantities are those of the balances
SELECT is(tampered($$UPDATE desk.stock_move SET quantity = 11 WHERE external_ref = 'r1'$$), 'balance main|board|good|own quantity: 6, by the moves 7', 'a receipt with more');
SELECT is(tampered($$UPDATE desk.stock_move SET quantity = 3 WHERE external_ref = 't1'$$),
    'balance annex|board|good|own quantity: 3, by the moves 2; balance main|board|good|own quantity: 6, by the moves 7', 'a transfer: both sides');
SELECT is(tampered($$DELETE FROM desk.stock_move WHERE external_ref = 'b1'$$),
    'balance annex|board|good|own quantity: 3, by the moves 4; balance eng_2|board|good|own moves: there are none', 'a move that is gone');
SELECT is(tampered($$UPDATE desk.stock_move SET owner = 'consignor_1' WHERE external_ref = 'b1'$$),
    'balance annex|board|good|consignor_1 below zero: -1 at 2026-03-03 12:00:00+00; balance annex|board|good|consignor_1 missing: -1 by the moves; balance annex|board|good|own quantity: 3, by the moves 4; balance eng_2|board|good|consignor_1 missing: 1 by the moves; balance eng_2|board|good|own moves: there are none', 'a move of another owner');
SELECT is(tampered($$UPDATE desk.stock_move SET to_condition = 'defective' WHERE external_ref = 'b1'$$),
    'balance eng_2|board|defective|own missing: 1 by the moves; balance eng_2|board|good|own moves: there are none', 'in another condition');
-- below zero for a while
SELECT is(tampered($$UPDATE desk.stock_move SET happened_at = '2026-03-03 07:59:59.999999+00' WHERE external_ref = 'r1'$$), 'nothing', 'a receipt just before it is needed');
SELECT is(tampered($$UPDATE desk.stock_move SET happened_at = '2026-03-03 08:00+00' WHERE external_ref = 'r1'$$), 'nothing', 'in the same instant');
SELECT is(tampered($$UPDATE desk.stock_move SET happened_at = '2026-03-03 08:00:00.000001+00' WHERE external_ref = 'r1'$$), 'balance main|board|good|own below zero: -4 at 2026-03-03 08:00:00+00', 'and just after');
SELECT is(tampered($$UPDATE desk.stock_move SET happened_at = '2026-03-04 12:00+00' WHERE external_ref = 'r1'$$), 'balance main|board|good|own below zero: -4 at 2026-03-03 08:00:00+00', 'its first instant below zero is named');
SELECT is(tampered($$UPDATE desk.stock_move SET happened_at = '2026-03-02 12:00+00' WHERE external_ref = 'b1'; UPDATE desk.stock_balance SET last_at = '2026-03-02 12:00+00' WHERE location = 'eng_2'$$),
    'balance annex|board|good|own below zero: -1 at 2026-03-02 12:00:00+00', 'of the place it was taken from');
-- what a move says by itself
SELECT is(tampered(format('UPDATE desk.stock_move SET %s WHERE external_ref = %L', x.c, x.ref)), format('move %s %s', m(x.ref), x.problem), x.c) FROM (VALUES
    ('d6', 'count_id = 1', 'count_id: an adjustment is that of a count, and nothing else is'),
    ('t1', 'purpose = ''adjust''', 'count_id: an adjustment is that of a count, and nothing else is'),
    ('t1', 'exchange_id = 99', 'exchange_id: there is no such exchange'),
    ('t1', 'reversal_of = 999', 'reversal_of: there is no such move')) x(ref, c, problem);
SELECT is(tampered($$UPDATE desk.stock_move SET quantity = 12.505 WHERE external_ref = 'r2'$$),
    format('balance main|cable|good|own quantity: 10.25, by the moves 10.255; move %s quantity: more decimals than the part has', m('r2')), 'decimals');
SELECT is(tampered($$UPDATE desk.stock_move SET serial_no = 'B1' WHERE external_ref = 't1'$$),
    format('move %s serial_no: the part has none; serial board|B1 chain: move %s takes it from where it never came to; serial board|B1 missing: there are moves of it', m('t1'), m('t1')), 'a serial number too many');
SELECT is(tampered($$UPDATE desk.stock_move SET serial_no = NULL WHERE external_ref = 'r5'$$),
    format('move %s serial_no: missing; serial screen|S1 moves: there are none', m('r5')), 'a serial number too few');
SELECT is(tampered($$UPDATE desk.stock_move SET quantity = 2 WHERE external_ref = 'r5'$$),
    format('balance main|screen|good|own quantity: 1, by the moves 2; move %s quantity: not 1 for a serial number', m('r5')), 'two of one piece');
-- what no CHECK of the table refuses
SELECT matches(tampered($$UPDATE desk.stock_move SET quantity = -quantity WHERE external_ref = 't1'$$), format('move %s quantity: not above 0', m('t1')), 'less than nothing');
SELECT matches(tampered($$UPDATE desk.stock_move SET quantity = 'NaN' WHERE external_ref = 't1'$$), format('move %s quantity: not above 0', m('t1')), 'no number');
SELECT matches(tampered($$UPDATE desk.stock_move SET from_condition = 'new' WHERE external_ref = 't1'$$), format('move %s from_condition: there is no such condition', m('t1')), 'an unknown condition');
SELECT matches(tampered($$UPDATE desk.stock_move SET to_condition = 'new' WHERE external_ref = 't1'$$), format('move %s to_condition: there is no such condition', m('t1')), 'before and after');
SELECT matches(tampered($$UPDATE desk.stock_move SET to_location = from_location WHERE external_ref = 't1'$$), format('move %s to_location: nothing is moved', m('t1')), 'a move to where it was');
SELECT matches(tampered($$UPDATE desk.stock_move SET owner = '' WHERE external_ref = 't1'$$), format('move %s owner: empty', m('t1')), 'nobody''s');
SELECT matches(tampered($$UPDATE desk.stock_move SET happened_at = 'infinity' WHERE external_ref = 't1'$$), format('move %s happened_at: no time', m('t1')), 'at no time');
SELECT matches(tampered($$UPDATE desk.stock_move SET purpose = 'gift' WHERE external_ref = 't1'$$), format('move %s purpose: there is no such purpose', m('t1')), 'for an unknown purpose');
SELECT is(tampered($$UPDATE desk.stock_move SET part_no = 'none' WHERE external_ref = 'b1'$$),
    format('balance annex|board|good|own quantity: 3, by the moves 4; balance annex|none|good|own below zero: -1 at 2026-03-03 12:00:00+00; balance annex|none|good|own missing: -1 by the moves; balance eng_2|board|good|own moves: there are none; balance eng_2|none|good|own missing: 1 by the moves; move %s part_no: there is no such part', m('b1')), 'a part that is not there');
SELECT is(tampered($$UPDATE desk.stock_move SET to_location = 'nowhere' WHERE external_ref = 'b1'$$),
    format('balance eng_2|board|good|own moves: there are none; move %s to_location: there is no such location', m('b1')), 'a location that is not there');
SELECT is(tampered($$UPDATE desk.stock_move SET from_location = 'nowhere' WHERE external_ref = 'r1'$$),
    format('move %s from_location: there is no such location', m('r1')), 'nor the other one');

-- ---------- reversals mirror what they take back
SELECT is(tampered(format('UPDATE desk.stock_move SET reversal_of = %s WHERE external_ref = ''x2''', m('x2'))),
    format('move %s reversal_of: not the mirror of move %s: from_location, to_location; move %s reversal_of: that is itself a reversal', m('x2'), m('x2'), m('x2')), 'of itself');
SELECT is(tampered(format('UPDATE desk.stock_move SET reversal_of = %s WHERE external_ref = ''x2''', m('t1'))), format('move %s reversal_of: not the mirror of move %s: quantity', m('x2'), m('t1')), 'of another quantity');
SELECT is(tampered(format('UPDATE desk.stock_move SET reversal_of = %s WHERE external_ref = ''x2''', m('d1'))),
    format('move %s reversal_of: not the mirror of move %s: part_no, serial_no; move %s reversal_of: that happened later', m('x2'), m('d1'), m('x2')), 'of another part, and before it');
SELECT is(tampered(format('UPDATE desk.stock_move SET %s WHERE external_ref = ''x2''', x.c)), format('move %s reversal_of: not the mirror of move %s: %s', m('x2'), m('x1'), x.columns), x.c) FROM (VALUES
    ('purpose = ''regrade''', 'purpose'), ('ticket_id = 1', 'ticket_id')) x(c, columns);
SELECT is(tampered($$UPDATE desk.stock_move SET happened_at = '2026-03-04 07:00+00' WHERE external_ref = 'x2'; SELECT put_right()$$), format('move %s reversal_of: that happened later', m('x2')), 'one that came before it');
SELECT is(tampered($$UPDATE desk.stock_move SET from_condition = 'scrap', to_condition = 'defective', owner = 'x' WHERE external_ref = 'x2'; SELECT put_right()$$),
    format('balance annex|board|scrap|x below zero: -1 at 2026-03-05 08:00:00+00; move %s reversal_of: not the mirror of move %s: owner, from_condition, to_condition', m('x2'), m('x1')), 'all columns that differ');
SELECT is(tampered($$UPDATE desk.stock_move SET note = 'x', handed_to = 'x', document_no = 'x' WHERE external_ref = 'x2'$$), 'nothing', 'remarks may differ');

-- ---------- serial numbers
SELECT is(tampered(format('UPDATE desk.stock_serial SET %s WHERE serial_no = ''D1''', x.c)), 'serial disk|D1 ' || x.problem, x.c) FROM (VALUES
    ('location = ''main''', 'location: main, by the moves eng_1'), ('condition = ''scrap''', 'condition: scrap, by the moves good'), ('owner = ''x''', 'owner: x, by the moves own'),
    ('last_at = last_at - interval ''1 microsecond''', 'last_at: not the time of the last move'),
    ('last_at = last_at + interval ''1 microsecond''', 'last_at: not the time of the last move'),
    ('moves = 3', 'moves: 3, by the moves 4'), ('moves = 5', 'moves: 5, by the moves 4')) x(c, problem);
SELECT is(tampered($$UPDATE desk.stock_serial SET condition = 'good', location = 'maker', owner = 'x' WHERE serial_no = 'D2'$$),
    'serial disk|D2 condition: good, by the moves scrap; serial disk|D2 location: maker, by the moves scrapped; serial disk|D2 owner: x, by the moves own', 'all of it, at a virtual location too');
SELECT is(tampered($$DELETE FROM desk.stock_serial WHERE serial_no = 'D2'$$), 'serial disk|D2 missing: there are moves of it', 'one that is not there');
SELECT is(tampered($$INSERT INTO desk.stock_serial VALUES ('disk', 'D9', 'main', 'good', 'own', '2026-03-02', 1)$$), 'serial disk|D9 moves: there are none', 'one that comes from nowhere');
SELECT is(tampered($$UPDATE desk.stock_serial SET serial_no = 'D9' WHERE serial_no = 'D2'$$), 'serial disk|D2 missing: there are moves of it; serial disk|D9 moves: there are none', 'another name');
-- the chain, with all else put right
SELECT is(tampered('SELECT put_right()'), 'nothing', 'what the tests make by hand is what the triggers make');
SELECT is(tampered($$INSERT INTO desk.stock_move (move_id, part_no, from_condition, to_condition, owner, quantity, from_location, to_location, serial_no, purpose, happened_at, recorded_at, recorded_by)
    VALUES (500, 'disk', 'good', 'good', 'own', 1, 'maker', 'main', 'D1', 'receipt', '2026-03-08', '2026-03-08', 'x'); SELECT put_right()$$),
    'serial disk|D1 chain: move 500 takes it from where it was not', 'a second receipt of a piece that is there');
SELECT is(tampered($$DELETE FROM desk.stock_move WHERE external_ref = 'd3'; SELECT put_right()$$), 'nothing', 'the last move gone, and all that followed from it, leaves nothing to find');
SELECT is(tampered($$DELETE FROM desk.stock_move WHERE external_ref = 'd6'; SELECT put_right()$$),
    format('balance main|disk|defective|own below zero: -1 at 2026-03-07 08:00:00+00; serial disk|D2 chain: move %s takes it from where it was not', m('d7')), 'one before it does not');
SELECT is(tampered($$UPDATE desk.stock_move SET owner = 'x' WHERE external_ref = 'd7'; SELECT put_right()$$),
    format('balance main|disk|defective|x below zero: -1 at 2026-03-07 08:00:00+00; serial disk|D2 chain: move %s takes it from where it was not', m('d7')), 'nor one of another owner');
SELECT is(tampered($$UPDATE desk.stock_move SET part_no = 'screen' WHERE external_ref = 'd7'; SELECT put_right()$$),
    format('balance main|screen|defective|own below zero: -1 at 2026-03-07 08:00:00+00; serial screen|D2 chain: move %s takes it from where it never came to', m('d7')), 'nor one of another part');
-- two pieces that are taken for each other: no balance shows it
SELECT is(tampered($$UPDATE desk.stock_move SET serial_no = 'D1' WHERE external_ref = 'd6'; UPDATE desk.stock_move SET serial_no = 'D2' WHERE external_ref = 'd3'; SELECT put_right()$$),
    format('serial disk|D2 chain: move %s takes it from where it was not', m('d7')), 'pieces that are taken for each other');
SELECT is(tampered($$UPDATE desk.stock_move SET serial_no = 'D1' WHERE external_ref = 'd5'; SELECT put_right()$$),
    format('serial disk|D1 chain: move %s takes it from where it was not', m('d5')), 'two ways from one place in an instant');
-- within an instant the order of the ids says nothing
CREATE FUNCTION renumbered(VARIADIC refs text[]) RETURNS text LANGUAGE sql AS $$
    SELECT tampered((SELECT string_agg(format('UPDATE desk.stock_move SET move_id = %s WHERE external_ref = %L', 1000 + i, r), '; ') FROM unnest(refs) WITH ORDINALITY x(r, i))) $$;
SELECT is(renumbered(VARIADIC refs), 'nothing', 'in the order ' || refs::text) FROM (VALUES ('{d1,d2,d3}'::text[]), ('{d1,d3,d2}'), ('{d2,d1,d3}'), ('{d2,d3,d1}'), ('{d3,d1,d2}'), ('{d3,d2,d1}'), ('{d5,d4}'), ('{d4,d5}'), ('{d7,d6}')) x(refs);
-- in a machine a piece may become defective
SELECT is(tampered($$UPDATE desk.stock_serial SET last_at = '2026-03-09', location = 'main', moves = 6 WHERE serial_no = 'D1';
    INSERT INTO desk.stock_move (move_id, part_no, from_condition, to_condition, owner, quantity, from_location, to_location, serial_no, purpose, happened_at, recorded_at, recorded_by) VALUES
    (501, 'disk', 'good', 'good', 'own', 1, 'eng_1', 'machines', 'D1', 'install', '2026-03-08', '2026-03-08', 'x'), (502, 'disk', 'defective', 'defective', 'own', 1, 'machines', 'main', 'D1', 'remove', '2026-03-09', '2026-03-09', 'x'); SELECT put_right()$$),
    'nothing', 'in a machine a piece may become defective');
SELECT is(tampered($$INSERT INTO desk.stock_move (move_id, part_no, from_condition, to_condition, owner, quantity, from_location, to_location, serial_no, purpose, happened_at, recorded_at, recorded_by) VALUES
    (501, 'disk', 'defective', 'defective', 'own', 1, 'eng_1', 'main', 'D1', 'transfer', '2026-03-08', '2026-03-08', 'x'); SELECT put_right()$$),
    'balance eng_1|disk|defective|own below zero: -1 at 2026-03-08 00:00:00+00; serial disk|D1 chain: move 501 takes it from where it was not', 'in somebody''s hands it may not');

-- ---------- exchanges
SELECT at('03-09 08:00'), move('e1', 'receipt', 'board', 10, 'maker', 'main') \g /dev/null
-- one for one: given out, put in, the defective one taken out and handed in
SELECT at('03-10 08:00'), move('i1', 'issue', 'board', 3, 'main', 'eng_1', ticket_id => 1), move('i2', 'install', 'board', 2, 'eng_1', 'machines', ticket_id => 1),
    move('i3', 'return', 'board', 1, 'eng_1', 'main', ticket_id => 1), move('i4', 'remove', 'board', 1, 'machines', 'eng_1', ticket_id => 1), move('i5', 'keep', 'board', 1, 'machines', 'kept', ticket_id => 1) \g /dev/null
SELECT at('03-11 08:00'), move('i6', 'return_defective', 'board', 1, 'eng_1', 'main', ticket_id => 1) \g /dev/null
-- from own stock, and a defective one lost
SELECT at('03-12 08:00'), move('j1', 'install', 'board', 1, 'main', 'machines', ticket_id => 2), move('j2', 'remove', 'board', 1, 'machines', 'eng_2', ticket_id => 2) \g /dev/null
SELECT at('03-13 08:00'), move('j3', 'lose', 'board', 1, 'eng_2', 'gone', ticket_id => 2, from_condition => 'defective') \g /dev/null
-- outstanding
SELECT at('03-14 08:00'), move('k1', 'issue', 'board', 2, 'main', 'eng_1', ticket_id => 3), move('k2', 'lose', 'board', 1, 'eng_1', 'gone', ticket_id => 3),
    move('k3', 'loan', 'screen', 1, 'main', 'eng_1', 'S1') \g /dev/null
-- given out by mistake
SELECT at('03-15 08:00'), move('l1', 'issue', 'board', 1, 'main', 'eng_2', ticket_id => 2) \g /dev/null
INSERT INTO desk.stock_move (external_ref, reversal_of) VALUES ('l2', m('l1'));
CREATE FUNCTION ex(ref text) RETURNS bigint LANGUAGE sql STABLE AS $$ SELECT exchange_id FROM desk.stock_move WHERE external_ref = ref $$;
SELECT is(wrong(), 'nothing', 'hand-outs of all kinds are sound');
SELECT is((SELECT count(DISTINCT exchange_id) FROM desk.stock_move), 5::bigint, 'five of them');
SELECT is(tampered(format('UPDATE desk.part_exchange SET %s WHERE exchange_id = %s', x.c, ex(x.ref))), (SELECT string_agg(format('exchange %s %s', ex(x.ref), p), '; ' ORDER BY p) FROM unnest(string_to_array(x.problems, '; ')) p), x.ref || ' ' || x.c) FROM (VALUES
    ('i1', 'quantity = 4', 'quantity: 4, by the moves 3'), ('i1', 'installed = 1', 'installed: 1, by the moves 2'), ('i1', 'returned = 0', 'returned: 0, by the moves 1'),
    ('i1', 'lost = 1', 'lost: 1, by the moves 0'), ('i1', 'removed = 2', 'removed: 2, by the moves 1'), ('i1', 'kept = 0', 'kept: 0, by the moves 1'),
    ('i1', 'defective_returned = 0', 'defective_returned: 0, by the moves 1'), ('i1', 'defective_lost = 0.001', 'defective_lost: 0.001, by the moves 0'),
    ('i1', 'quantity = 4, installed = 3', 'installed: 3, by the moves 2; quantity: 4, by the moves 3'),
    ('i1', 'balanced_at = NULL', 'balanced_at: missing, nothing is outstanding'), ('i1', 'balanced_at = ''2026-03-12''', 'balanced_at: nothing happened then'),
    ('i1', 'location = NULL', 'location: given if parts were handed out, and only then'),
    ('i1', 'location = ''eng_2''', 'location: nothing was handed out to there'),
    ('i1', 'part_no = ''cable''', 'exchange: not that of the part; part_no: none that was handed out'), ('i1', 'serial_no = ''X''', 'part_no: none that was handed out'),
    ('i1', 'exchange = ''consumable''', 'exchange: not that of the part'),
    ('i1', 'defective_part_no = NULL', 'defective_part_no: none that was taken out or kept'), ('i1', 'defective_serial_no = ''X''', 'defective_part_no: none that was taken out or kept'),
    ('i1', 'issued_at = ''2026-03-10''', 'issued_at: not the time of the first move'), ('i1', 'removed_at = NULL', 'removed_at: not the time when a part was taken out last'),
    ('i1', 'removed_at = ''2026-03-12''', 'removed_at: not the time when a part was taken out last'),
    ('j1', 'quantity = 0', 'quantity: 0, by the moves 1'), ('j1', 'defective_lost = 0, lost = 1', 'defective_lost: 0, by the moves 1; lost: 1, by the moves 0'),
    ('j1', 'location = ''eng_2''', 'location: given if parts were handed out, and only then'),
    ('k1', 'balanced_at = ''2026-03-14 08:00+00''', 'balanced_at: something is outstanding'), ('k1', 'lost = 2', 'lost: 2, by the moves 1'),
    ('k3', 'balanced_at = ''2026-03-14 08:00+00''', 'balanced_at: something is outstanding'), ('k3', 'returned = 1', 'returned: 1, by the moves 0'),
    ('l1', 'quantity = 1', 'quantity: 1, by the moves 0'), ('l1', 'balanced_at = NULL', 'balanced_at: missing, nothing is outstanding'),
    ('l1', 'defective_part_no = ''board''', 'defective_part_no: none that was taken out or kept')) x(ref, c, problems);
SELECT is(tampered(format('DELETE FROM desk.part_exchange WHERE exchange_id = %s', ex('k3'))), format('move %s exchange_id: there is no such exchange', m('k3')), 'one that is gone');
SELECT is(tampered($$INSERT INTO desk.part_exchange (exchange_id, ticket_id, part_no, exchange, quantity, issued_at) VALUES (99, 1, 'board', 'one_for_one', 1, '2026-03-10')$$), 'exchange 99 moves: there are none', 'one that comes from nowhere');
SELECT is(tampered(format('UPDATE desk.part_exchange SET ticket_id = 3 WHERE exchange_id = %s', ex('j1'))),
    (SELECT string_agg(format('move %s exchange_id: one of another ticket', m(r)), '; ' ORDER BY m(r)) FROM unnest('{j1,j2,j3}'::text[]) r), 'of another ticket');
SELECT is(tampered(format('UPDATE desk.part_exchange SET ticket_id = 3 WHERE exchange_id = %s', ex('k3'))), format('move %s exchange_id: one of another ticket', m('k3')), 'of a ticket');
-- what moves say of it
SELECT is(tampered($$UPDATE desk.stock_move SET exchange_id = NULL WHERE external_ref = 'k1'$$),
    format('exchange %s location: given if parts were handed out, and only then; exchange %s quantity: 2, by the moves 0; exchange %s quantity: less than became of it by the moves; move %s exchange_id: missing', ex('k1'), ex('k1'), ex('k1'), m('k1')), 'a move that names none');
SELECT is(tampered($$UPDATE desk.stock_move SET exchange_id = NULL WHERE external_ref = 'k2'$$), format('exchange %s lost: 1, by the moves 0', ex('k1')), 'what is lost need not have been handed out');
SELECT is(tampered(format('UPDATE desk.stock_move SET exchange_id = %s WHERE external_ref = ''k2''', ex('i1'))),
    format('exchange %s balanced_at: something is outstanding; exchange %s lost: 0, by the moves 1; exchange %s quantity: less than became of it by the moves; exchange %s lost: 1, by the moves 0; move %s exchange_id: one of another ticket', ex('i1'), ex('i1'), ex('i1'), ex('k1'), m('k2')), 'one that names another');
SELECT is(tampered($$UPDATE desk.stock_move SET is_other_model = NULL WHERE external_ref = 'j3'$$),
    format('exchange %s balanced_at: something is outstanding; exchange %s defective_lost: 1, by the moves 0; exchange %s lost: 0, by the moves 1; exchange %s quantity: less than became of it by the moves', ex('j1'), ex('j1'), ex('j1'), ex('j1')), 'a defective one that is said to be good');
SELECT is(tampered($$UPDATE desk.stock_move SET is_other_model = true WHERE external_ref = 'l2'$$), format('move %s reversal_of: not the mirror of move %s: is_other_model', m('l2'), m('l1')), 'a reversal that is not about the same');
SELECT is(tampered($$UPDATE desk.stock_move SET quantity = 2 WHERE external_ref = 'i6'; SELECT put_right()$$),
    format('balance eng_1|board|defective|own below zero: -1 at 2026-03-11 08:00:00+00; exchange %s balanced_at: something is outstanding; exchange %s defective_returned: 1, by the moves 2; exchange %s removed: less than became of it by the moves', ex('i1'), ex('i1'), ex('i1')), 'more back than was taken out');

-- ---------- what was posted
INSERT INTO desk.staff (login) VALUES ('keeper_1'), ('account_1'), ('boss_1');
INSERT INTO desk.staff_role (login, role) VALUES ('keeper_1', 'keeper'), ('account_1', 'account'), ('boss_1', 'boss');
SELECT at('03-16 08:00') \g /dev/null
SET aftersales.actor = 'keeper_1';
INSERT INTO desk.stock_slip (slip_id, policy, kind, from_location, to_location) VALUES (1, 'v', 'requisition', 'main', 'annex'), (2, 'v', 'requisition', 'main', 'annex');
INSERT INTO desk.stock_slip_line (slip_id, line_no, part_no, quantity) VALUES (1, 1, 'board', 2), (1, 2, 'cable', 1.5), (1, 3, 'cable', 0.5), (2, 1, 'board', 1);
INSERT INTO desk.stock_slip_line (slip_id, line_no, part_no, quantity, owner) VALUES (1, 4, 'board', 1, 'consignor_1');
UPDATE desk.stock_slip SET store_signed_at = aftersales.now() WHERE slip_id = 1;
SET aftersales.actor = 'account_1';
UPDATE desk.stock_slip SET account_signed_at = aftersales.now() WHERE slip_id = 1;
UPDATE desk.stock_slip SET posted_at = aftersales.now() WHERE slip_id = 1;
SET aftersales.actor = 'keeper_1';
SELECT at('03-17 08:00') \g /dev/null
INSERT INTO desk.stock_count (count_id, policy, location, due_on) VALUES (1, 'v', 'annex', '2026-04-01');
UPDATE desk.stock_count SET frozen_at = aftersales.now() WHERE count_id = 1;
UPDATE desk.stock_count_line SET counted_quantity = book_quantity + CASE WHEN part_no = 'board' AND owner = 'own' THEN -1 WHEN part_no = 'cable' THEN 0.25 ELSE 0 END, reason = 'counted' WHERE count_id = 1;
UPDATE desk.stock_count SET store_signed_at = aftersales.now() WHERE count_id = 1;
SET aftersales.actor = 'account_1';
UPDATE desk.stock_count SET account_signed_at = aftersales.now() WHERE count_id = 1;
SET aftersales.actor = 'boss_1';
UPDATE desk.stock_count SET approved_at = aftersales.now() WHERE count_id = 1;
SELECT at('03-17 09:00') \g /dev/null
UPDATE desk.stock_count SET posted_at = aftersales.now() WHERE count_id = 1;
RESET aftersales.actor;
SELECT is((SELECT count(*) || ' ' || count(slip_id) || ' ' || count(count_id) FROM desk.stock_move WHERE slip_id IS NOT NULL OR count_id IS NOT NULL), '6 4 2', 'a slip and a count are posted');
SELECT is(wrong(), 'nothing', 'and sound');
SELECT is(tampered(x.statement), x.problem, x.statement) FROM (VALUES
    ('UPDATE desk.stock_slip_line SET quantity = 3 WHERE slip_id = 1 AND line_no = 1', 'slip 1 line transfer|board|own: 3, by the moves 2'),
    ('DELETE FROM desk.stock_slip_line WHERE slip_id = 1 AND line_no = 3', 'slip 1 line transfer|cable|own: 1.5, by the moves 2'),
    ('DELETE FROM desk.stock_slip_line WHERE slip_id = 1 AND line_no = 4', 'slip 1 line transfer|board|consignor_1: 0, by the moves 1'),
    ('UPDATE desk.stock_slip_line SET purpose = ''loan'' WHERE slip_id = 1 AND line_no = 1', 'slip 1 line loan|board|own: 2, by the moves 0; slip 1 line transfer|board|own: 0, by the moves 2'),
    ('UPDATE desk.stock_slip SET posted_at = NULL WHERE slip_id = 1', 'slip 1 line transfer|board|consignor_1: 0, by the moves 1; slip 1 line transfer|board|own: 0, by the moves 2; slip 1 line transfer|cable|own: 0, by the moves 2'),
    ('UPDATE desk.stock_slip SET posted_at = aftersales.now(), store_signed_by = ''keeper_1'', account_signed_by = ''account_1'' WHERE slip_id = 2', 'slip 2 line transfer|board|own: 1, by the moves 0'),
    ('UPDATE desk.stock_slip SET account_signed_by = ''keeper_1'' WHERE slip_id = 1', 'slip 1 posted_at: not signed by two'),
    ('UPDATE desk.stock_slip SET store_signed_by = NULL WHERE slip_id = 1', 'slip 1 posted_at: not signed by two'),
    ('UPDATE desk.stock_move SET slip_id = 2 WHERE slip_id = 1 AND part_no = ''cable''', 'slip 1 line transfer|cable|own: 2, by the moves 0; slip 2 line transfer|cable|own: 0, by the moves 2'),
    ('UPDATE desk.stock_count_line SET counted_quantity = counted_quantity + 1 WHERE part_no = ''board'' AND owner = ''own'' AND condition = ''good''', 'count 1 line good|board|own: 0, by the moves -1'),
    ('UPDATE desk.stock_count_line SET book_quantity = book_quantity + 1 WHERE part_no = ''cable''', 'count 1 line good|cable|own: -0.75, by the moves 0.25'),
    ('UPDATE desk.stock_count SET posted_at = NULL', 'count 1 line good|board|own: 0, by the moves -1; count 1 line good|cable|own: 0, by the moves 0.25'),
    ('UPDATE desk.stock_count SET account_signed_by = store_signed_by', 'count 1 posted_at: not signed by two')) x(statement, problem);
SELECT is(tampered('UPDATE desk.stock_move SET recorded_at = happened_at; UPDATE desk.stock_slip SET account_signed_by = NULL WHERE slip_id = 1', x.since::timestamptz), x.found, 'a slip, since ' || x.since) FROM (VALUES ('2026-03-16 08:00+00', 'slip 1 posted_at: not signed by two'), ('2026-03-16 08:00:01+00', 'nothing')) x(since, found);

-- ---------- since: what was moved by moves recorded since then
CREATE FUNCTION tampered_since(statement text, since timestamptz) RETURNS text LANGUAGE sql AS $$ SELECT tampered('UPDATE desk.stock_move SET recorded_at = happened_at; ' || statement, since) $$;
SELECT is(tampered_since($$UPDATE desk.stock_balance SET quantity = 0 WHERE location = 'eng_2' AND condition = 'good'$$, x.since::timestamptz), x.found, 'a balance, since ' || x.since) FROM (VALUES
    ('2026-03-15 08:00+00', 'balance eng_2|board|good|own quantity: 0, by the moves 1'), ('2026-03-15 08:00:01+00', 'nothing'), ('infinity', 'nothing'), ('-infinity', 'balance eng_2|board|good|own quantity: 0, by the moves 1')) x(since, found);
-- what was back-dated counts by when it was recorded
SELECT is(tampered_since($$UPDATE desk.stock_move SET recorded_at = '2026-03-20' WHERE external_ref = 'b1'; UPDATE desk.stock_balance SET quantity = 0 WHERE location = 'annex' AND part_no = 'board' AND condition = 'good'$$, '2026-03-20'),
    'balance annex|board|good|own quantity: 0, by the moves 4', 'recorded later');
SELECT is(tampered_since($$UPDATE desk.stock_move SET recorded_at = '2026-03-20' WHERE external_ref = 'b1'; UPDATE desk.stock_balance SET quantity = 0 WHERE location = 'main' AND part_no = 'board'$$, '2026-03-20'), 'nothing', 'of that one only');
SELECT is(tampered_since($$UPDATE desk.stock_serial SET moves = 9 WHERE serial_no = 'D1'$$, x.since::timestamptz), x.found, 'a serial number, since ' || x.since) FROM (VALUES ('2026-03-06 08:00+00', 'serial disk|D1 moves: 9, by the moves 4'), ('2026-03-06 08:00:01+00', 'nothing')) x(since, found);
SELECT is(tampered_since(format('UPDATE desk.part_exchange SET lost = 1 WHERE exchange_id = %s', ex('i1')), x.since::timestamptz), x.found, 'an exchange, since ' || x.since) FROM (VALUES ('2026-03-11 08:00+00', format('exchange %s lost: 1, by the moves 0', ex('i1'))), ('2026-03-11 08:00:01+00', 'nothing')) x(since, found);
SELECT is(tampered_since($$UPDATE desk.stock_move SET ticket_id = 1 WHERE external_ref = 'x2'$$, x.since::timestamptz), x.found, 'a move, since ' || x.since) FROM (VALUES ('2026-03-05 08:00+00', format('move %s reversal_of: not the mirror of move %s: ticket_id', m('x2'), m('x1'))), ('2026-03-05 08:00:01+00', 'nothing')) x(since, found);
-- rows that say of themselves that they were moved since are looked at
SELECT is(tampered_since($$INSERT INTO desk.stock_balance VALUES ('eng_2', 'board', 'scrap', 'own', 1, '2026-03-20'); INSERT INTO desk.stock_serial VALUES ('disk', 'D9', 'main', 'good', 'own', '2026-03-20', 1);
    INSERT INTO desk.part_exchange (exchange_id, ticket_id, part_no, exchange, quantity, issued_at) VALUES (99, 1, 'board', 'one_for_one', 1, '2026-03-20')$$, '2026-03-20'),
    'balance eng_2|board|scrap|own moves: there are none; exchange 99 moves: there are none; serial disk|D9 moves: there are none', 'rows from nowhere, since');

-- ---------- settings and search_path do not matter, nor whose objects come first
CREATE SCHEMA trap;
CREATE FUNCTION trap.never(numeric, numeric) RETURNS boolean LANGUAGE sql AS 'SELECT false';
CREATE OPERATOR trap.<> (LEFTARG = numeric, RIGHTARG = numeric, FUNCTION = trap.never);
SET search_path = trap, pg_catalog, public;
SELECT is(tampered($$UPDATE desk.stock_balance SET quantity = 0 WHERE location = 'eng_2' AND condition = 'good'$$), 'balance eng_2|board|good|own quantity: 0, by the moves 1', 'operators of others are not asked');
RESET search_path;
-- two desks
SELECT aftersales.create_desk('north 1');
SELECT throws_ok('SELECT * FROM aftersales.verify_ledger()', 'SV014', NULL, 'which desk?');
SELECT throws_ok('SELECT * FROM aftersales.verify_ledger(NULL, ''nowhere'')', 'SV014', NULL, 'no such desk');
SELECT is_empty('SELECT * FROM aftersales.verify_ledger(NULL, ''north 1'')', 'one whose name needs quotes');
SET aftersales.desk = 'desk';
SELECT is(wrong(), 'nothing', 'the one of the setting');

-- ---------- rights: those of the caller
CREATE ROLE aftersales_ledger_audit; CREATE ROLE aftersales_ledger_app; CREATE ROLE aftersales_ledger_bi; CREATE ROLE aftersales_ledger_bare;
SELECT aftersales.grant_access('aftersales_ledger_audit', 'audit', 'desk'), aftersales.grant_access('aftersales_ledger_app', 'app', 'desk'), aftersales.grant_access('aftersales_ledger_bi', 'bi', 'desk') \g /dev/null
GRANT USAGE ON SCHEMA aftersales TO aftersales_ledger_bare;
GRANT EXECUTE ON FUNCTION aftersales.verify_ledger(timestamptz, name) TO aftersales_ledger_bare;
GRANT USAGE ON SCHEMA public TO PUBLIC;
CREATE FUNCTION asked(role name, statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', role);
    EXECUTE statement;
    RESET ROLE;
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN RETURN sqlstate;
END $$;
SELECT is(asked(r, 'SELECT * FROM aftersales.verify_ledger(NULL, ''desk'')'), x, r || ' asks') FROM (VALUES ('aftersales_ledger_audit', 'done'), ('aftersales_ledger_app', '42501'), ('aftersales_ledger_bi', '42501'), ('aftersales_ledger_bare', '42501')) v(r, x);
SELECT is(asked('aftersales_ledger_audit', 'SELECT * FROM aftersales.verify_ledger(NULL, ''north 1'')'), '42501', 'of a desk that is not his');
-- it writes nothing
BEGIN READ ONLY;
SELECT is(wrong(), 'nothing', 'in a transaction that may not write');
COMMIT;
SELECT * FROM finish();
\set QUIET on
DROP SCHEMA desk, desk_bi, "north 1", "north 1_bi" CASCADE;
SELECT format('DROP OWNED BY %I', rolname) FROM pg_roles WHERE rolname ~ '^aftersales_ledger_' \gexec
SELECT format('DROP ROLE %I', rolname) FROM pg_roles WHERE rolname ~ '^aftersales_ledger_' \gexec
