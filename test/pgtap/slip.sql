-- Slips: drafted with lines, signed by two keepers, posted as moves, all or
-- none.

\ir lib/slip.sql

CREATE FUNCTION pg_temp.set(id bigint, what text, who text DEFAULT 'keeper_1') RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.as(who, format('UPDATE desk.stock_slip SET %s WHERE slip_id = %s RETURNING ''done''', regexp_replace(what, '(\w+_at)(?! =)', '\1 = aftersales.now()', 'g'), id)) $$;
CREATE FUNCTION pg_temp.signed(id bigint) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', pg_temp.set(id, 'store_signed_at', 'keeper_1'), pg_temp.set(id, 'account_signed_at', 'books_1')) $$;
CREATE FUNCTION pg_temp.moves(id bigint) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(concat_ws(' ', purpose, part_no, serial_no, trim_scale(quantity), from_location || '>' || to_location), ', ' ORDER BY move_id), '') FROM desk.stock_move WHERE slip_id = id $$;
CREATE FUNCTION pg_temp.told(id bigint) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(concat_ws(' ', event, actor, to_char(occurred_at, 'HH24:MI')), ', ' ORDER BY seq), '') FROM desk.ticket_event WHERE ticket_id = id AND event <> 'opened' $$;

INSERT INTO desk.stock_move (part_no, quantity, from_location, to_location, purpose, owner) VALUES ('fan', 20, 'maker', 'north', 'receipt', 'own'), ('wire', 12.5, 'maker', 'north', 'receipt', 'own'), ('belt', 3, 'maker', 'north', 'receipt', 'dealer');
INSERT INTO desk.stock_move (part_no, serial_no, from_location, to_location, purpose) SELECT 'disk', 'd-' || g, 'maker', 'north', 'receipt' FROM generate_series(1, 4) g;

-- ---------- a slip from draft to moves
SELECT pg_temp.at('01 09:00') \g /dev/null
SELECT results_eq($$INSERT INTO desk.stock_slip (slip_id, kind, number, policy, from_location, to_location, handed_to, copies) VALUES (101, 'transfer', 'T-1', 'depot', 'north', 'south', 'driver', 2)
    RETURNING drafted_at, drafted_by, store_signed_by$$, $$VALUES (aftersales.now(), 'keeper_1', NULL::text)$$, 'a draft says when and whose');
SELECT results_eq($$INSERT INTO desk.stock_slip_line (slip_id, line_no, part_no, quantity, purpose, from_condition, to_condition, owner, to_location, serial_no, note, external_ref) VALUES
    (101, 3, 'wire', 2.25, 'transfer', NULL, NULL, 'own', 'shed', NULL, NULL, 'l-3'), (101, 1, 'fan', 4, 'transfer', 'good', 'defective', 'own', NULL, NULL, 'broken', NULL),
    (101, 2, 'belt', 3, 'transfer', NULL, NULL, 'dealer', NULL, NULL, NULL, NULL), (101, 4, 'disk', 1, 'transfer', NULL, NULL, 'own', NULL, 'd-1', NULL, NULL) RETURNING slip_kind$$,
    $$VALUES ('transfer'), ('transfer'), ('transfer'), ('transfer')$$, 'its lines are of its kind');
SELECT pg_temp.at('01 10:00') \g /dev/null
SELECT is(pg_temp.set(101, 'store_signed_at'), 'done', 'the keeper signs');
SELECT pg_temp.at('01 11:00') \g /dev/null
SELECT is(pg_temp.set(101, 'account_signed_at', 'books_1'), 'done', 'the bookkeeper signs');
SELECT is(pg_temp.moves(101), '', 'nothing has moved yet');
SELECT pg_temp.at('01 12:00') \g /dev/null
SELECT is(pg_temp.set(101, 'posted_at', 'boss_1'), 'done', 'anybody else posts');
SELECT results_eq('SELECT store_signed_by, store_signed_at, account_signed_by, account_signed_at, posted_by, posted_at FROM desk.stock_slip WHERE slip_id = 101',
    $$VALUES ('keeper_1', '2025-03-01 10:00'::timestamptz, 'books_1', '2025-03-01 11:00'::timestamptz, 'boss_1', '2025-03-01 12:00'::timestamptz)$$, 'who did what when');
SELECT is(pg_temp.moves(101), 'transfer fan 4 north>south, transfer belt 3 north>south, transfer wire 2.25 north>shed, transfer disk d-1 1 north>south', 'a move a line, in the order of the lines');
SELECT results_eq('SELECT part_no, from_condition, to_condition, owner, handed_to, document_no, note, happened_at, recorded_by, count_id, ticket_id FROM desk.stock_move WHERE slip_id = 101 ORDER BY move_id',
    $$VALUES ('fan', 'good', 'defective', 'own', 'driver', 'T-1', 'broken', aftersales.now(), 'boss_1', NULL::bigint, NULL::bigint), ('belt', 'good', 'good', 'dealer', 'driver', 'T-1', NULL, aftersales.now(), 'boss_1', NULL, NULL),
             ('wire', 'good', 'good', 'own', 'driver', 'T-1', NULL, aftersales.now(), 'boss_1', NULL, NULL), ('disk', 'good', 'good', 'own', 'driver', 'T-1', NULL, aftersales.now(), 'boss_1', NULL, NULL)$$, 'with all that slip and line say');
SELECT is(pg_temp.there('north') || ' | ' || pg_temp.there('south') || ' | ' || pg_temp.there('shed'), 'disk 3, fan 16, wire 10.25 | belt dealer 3, disk 1, fan defective 4 | wire 2.25', 'and balances follow');
SELECT is(pg_temp.try('UPDATE desk.stock_slip SET posted_at = posted_at WHERE slip_id = 101'), 'done', 'sent back as it was it is not posted again');
SELECT is(pg_temp.set(101, 'posted_at'), 'done', 'nor is a time that is the same');
SELECT is((SELECT count(*) FROM desk.stock_move WHERE slip_id = 101), 4::bigint, 'there are its four moves');
SELECT pg_temp.at('01 12:30') \g /dev/null
SELECT is(pg_temp.set(101, 'posted_at'), 'SV004', 'it is not posted twice');

-- ---------- all or none
INSERT INTO desk.stock_slip (slip_id, kind, policy, from_location, to_location) VALUES (102, 'transfer', 'depot', 'north', 'south');
INSERT INTO desk.stock_slip_line (slip_id, line_no, part_no, quantity) VALUES (102, 1, 'wire', 1), (102, 2, 'belt', 1), (102, 3, 'fan', 1);
SELECT is(pg_temp.signed(102), 'done done', 'a line that is not there may be signed');
SELECT is(pg_temp.set(102, 'posted_at'), 'SV006', 'but not posted');
SELECT is(pg_temp.moves(102) || pg_temp.there('north'), 'disk 3, fan 16, wire 10.25', 'and none of the others');
SELECT is((SELECT posted_at IS NULL AND posted_by IS NULL FROM desk.stock_slip WHERE slip_id = 102), true, 'the slip is not posted either');
INSERT INTO desk.stock_move (part_no, from_location, to_location, purpose) VALUES ('belt', 'maker', 'north', 'receipt');
SELECT is(pg_temp.set(102, 'posted_at'), 'done', 'until there is one');
SELECT is(pg_temp.moves(102), 'transfer wire 1 north>south, transfer belt 1 north>south, transfer fan 1 north>south', 'then all move');
-- a line may use what one before it has brought
INSERT INTO desk.stock_slip (slip_id, kind, policy, from_location, to_location) VALUES (103, 'receipt', 'depot', 'maker', 'shed');
INSERT INTO desk.stock_slip_line (slip_id, line_no, purpose, part_no, serial_no, from_location, to_location) VALUES (103, 1, 'receipt', 'disk', 'd-9', NULL, NULL), (103, 2, 'transfer', 'disk', 'd-9', 'shed', 'north'), (103, 3, 'transfer', 'disk', 'd-9', 'north', 'south');
SELECT is(pg_temp.signed(103) || pg_temp.set(103, 'posted_at'), 'done donedone', 'one serial number through three places');
SELECT is((SELECT location || ' ' || moves FROM desk.stock_serial WHERE serial_no = 'd-9'), 'south 3', 'in the order of the lines');
-- a serial number that is elsewhere
INSERT INTO desk.stock_slip (slip_id, kind, policy, from_location, to_location) VALUES (104, 'transfer', 'depot', 'north', 'shed');
INSERT INTO desk.stock_slip_line (slip_id, line_no, part_no, serial_no) VALUES (104, 1, 'disk', 'd-2'), (104, 2, 'disk', 'd-9');
SELECT is(pg_temp.signed(104) || ' ' || pg_temp.set(104, 'posted_at'), 'done done SV006', 'a serial number that is elsewhere');
SELECT is((SELECT location FROM desk.stock_serial WHERE serial_no = 'd-2'), 'north', 'leaves the others where they are');
SELECT is(pg_temp.set(104, 'cancelled_at'), 'done', 'such a slip is cancelled');

-- ---------- signatures
INSERT INTO desk.stock_move (part_no, quantity, from_location, to_location, purpose) VALUES ('fan', 9, 'maker', 'yard', 'receipt'), ('wire', 1, 'maker', 'yard', 'receipt');
INSERT INTO desk.stock_slip (slip_id, kind, policy, from_location, to_location) SELECT g, 'transfer', 'west', 'yard', 'lot' FROM generate_series(111, 117) g;
INSERT INTO desk.stock_slip_line (slip_id, line_no, part_no) SELECT g, 1, 'fan' FROM generate_series(111, 117) g;
SELECT is(concat_ws(' ', pg_temp.set(id, 'account_signed_at', a), pg_temp.set(id, 'store_signed_at', b)), says, what) FROM (VALUES
    (111, 'books_1', 'keeper_1', 'done done', 'the bookkeeper may be the first'), (112, 'keeper_1', 'keeper_1', 'done SV008', 'one person does not sign twice'),
    (113, 'keeper_1', 'keeper_2', 'done SV008', 'nor two in the same role'), (114, 'keeper_1', 'both_1', 'done done', 'a role more is another one'),
    (115, 'both_1', 'keeper_1', 'done done', 'and so is one less'), (116, 'nobody_1', 'keeper_1', 'done done', 'none is another one than some'),
    (117, 'nobody_1', 'nobody_2', 'done SV008', 'two without a role have the same')) x(id, a, b, says, what);
SELECT is(concat_ws(' ', pg_temp.set(112, 'store_signed_at', 'nobody_1'), pg_temp.set(113, 'posted_at', 'books_1'), pg_temp.set(113, 'store_signed_at, posted_at', 'books_1')), 'done SV008 done', 'what is refused can be done by somebody else, and posted at once');
SELECT is(pg_temp.moves(113), 'transfer fan 1 yard>lot', 'which makes the move');
-- roles are those he has now, and nobody has both
SELECT is(pg_temp.try($$INSERT INTO desk.staff_role VALUES ('keeper_2', 'books')$$), 'SV003', 'the keeper gets no second role');
INSERT INTO desk.stock_slip (slip_id, kind, policy, from_location, to_location) VALUES (118, 'transfer', 'depot', 'north', 'south');
INSERT INTO desk.stock_slip_line (slip_id, line_no, part_no) VALUES (118, 1, 'fan');
SELECT is(concat_ws(', ', pg_temp.set(118, 'store_signed_at', 'books_1'), pg_temp.set(118, 'account_signed_at', 'keeper_1'), pg_temp.set(118, 'store_signed_at', 'both_1'), pg_temp.set(118, 'account_signed_at', 'boss_1'), pg_temp.set(118, 'account_signed_at', 'books_1')),
    'SV003 store_signs, SV003 books_sign, done, SV003 books_sign, done', 'in which role one signs, the policy says');

-- ---------- lines
INSERT INTO desk.stock_slip (slip_id, kind, policy, from_location, to_location) VALUES (121, 'transfer', 'depot', 'north', 'south'), (122, 'repair', 'depot', 'north', 'south');
INSERT INTO desk.stock_slip_line (slip_id, line_no, part_no, quantity) SELECT 121, g, 'fan', g FROM generate_series(1, 5) g;
SELECT is(pg_temp.try($$UPDATE desk.stock_slip_line SET line_no = line_no + 10, quantity = 1 WHERE slip_id = 121$$), 'done', 'lines of a draft change');
SELECT is(pg_temp.try($$DELETE FROM desk.stock_slip_line WHERE slip_id = 121 AND line_no > 13$$), 'done', 'and go');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_slip_line (slip_id, line_no, part_no, quantity) VALUES (122, 1, 'fan', 2)$$), 'SV002 one_piece', 'the kind of the slip decides');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_slip_line (slip_id, line_no, part_no, quantity) VALUES (122, 1, 'fan', 1), (122, 2, 'belt', 1)$$), 'done', 'row by row');
SELECT is(pg_temp.set(121, 'store_signed_at'), 'done', 'once it is signed');
SELECT is(pg_temp.try(s), 'SV004', s) FROM unnest(ARRAY['DELETE FROM desk.stock_slip_line WHERE slip_id = 121 AND line_no = 11', 'UPDATE desk.stock_slip_line SET note = ''x'' WHERE slip_id = 121',
    'INSERT INTO desk.stock_slip_line (slip_id, line_no, part_no) VALUES (121, 1, ''fan'')', 'DELETE FROM desk.stock_slip_line WHERE slip_id IN (121, 122)']) s;
SELECT is((SELECT count(*) FROM desk.stock_slip_line WHERE slip_id IN (121, 122)), 5::bigint, 'they are all there');
SELECT is(concat_ws(' ', pg_temp.set(121, 'account_signed_at, posted_at', 'books_1'), pg_temp.moves(121)), 'done transfer fan 1 north>south, transfer fan 1 north>south, transfer fan 1 north>south', 'and move as they were left');
-- the last line goes, and comes back
SELECT is(pg_temp.try('DELETE FROM desk.stock_slip_line WHERE slip_id = 122'), 'done', 'all lines may go');
SELECT is(pg_temp.set(122, 'store_signed_at'), 'SV010', 'without any it is not signed');
-- slip and lines in one statement
SELECT is(pg_temp.try($$WITH s AS (INSERT INTO desk.stock_slip (kind, policy, from_location, to_location) VALUES ('transfer', 'depot', 'north', 'south') RETURNING slip_id)
    INSERT INTO desk.stock_slip_line (slip_id, line_no, part_no) SELECT slip_id, g, 'fan' FROM s, generate_series(1, 3) g$$), 'done', 'a slip with its lines in one statement');
SELECT is((SELECT count(*) FROM desk.stock_slip_line WHERE slip_id = (SELECT max(slip_id) FROM desk.stock_slip WHERE slip_id < 100)), 3::bigint, 'has them');

-- ---------- retries
INSERT INTO desk.stock_slip (slip_id, kind, policy, from_location, to_location, external_ref) VALUES (131, 'transfer', 'depot', 'north', 'south', 's-1');
INSERT INTO desk.stock_slip_line (slip_id, line_no, part_no, external_ref) VALUES (131, 1, 'fan', 's-1-1');
SELECT is(pg_temp.signed(131) || pg_temp.set(131, 'posted_at'), 'done donedone', 'a slip with external_ref');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_slip (kind, external_ref) VALUES ('transfer', 's-1')$$), '23505', 'once more');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_slip (kind, external_ref) VALUES ('transfer', 's-1') ON CONFLICT (external_ref) DO NOTHING RETURNING 1$$), 'done', 'is skipped');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_slip_line (slip_id, line_no, part_no, external_ref) VALUES (131, 1, 'fan', 's-1-1')$$), '23505', 'a line once more');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_slip_line (slip_id, line_no, part_no, external_ref) VALUES (131, 1, 'fan', 's-1-1') ON CONFLICT (external_ref) DO NOTHING RETURNING 1$$), 'done', 'is skipped, though the slip is posted');
SELECT is((SELECT count(*) FROM desk.stock_slip_line WHERE slip_id = 131), 1::bigint, 'and is there once');

-- ---------- cancelled
INSERT INTO desk.stock_slip (slip_id, kind, number, policy, from_location, to_location) VALUES (141, 'issue', 'I-7', 'depot', 'north', 'bag');
INSERT INTO desk.stock_slip_line (slip_id, line_no, part_no) VALUES (141, 1, 'fan');
SELECT is(concat_ws(' ', pg_temp.signed(141), pg_temp.set(141, 'cancelled_at'), pg_temp.set(141, 'posted_at')), 'done done done SV004', 'what is cancelled is not posted');
SELECT is(pg_temp.moves(141), '', 'and has not moved anything');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_slip (kind, number, policy) VALUES ('issue', 'I-7', 'depot')$$), '23505', 'its number stays taken');

-- ---------- for a ticket
SELECT pg_temp.at('02 08:00') \g /dev/null
INSERT INTO desk.ticket (ticket_id, ticket_type) SELECT g, 'job' FROM generate_series(501, 505) g;
SELECT pg_temp.at('02 09:00') \g /dev/null
INSERT INTO desk.stock_slip (slip_id, ticket_id, kind, number, from_location, to_location) VALUES (201, 501, 'issue', 'I-1', 'north', 'bag');
SELECT is((SELECT policy FROM desk.stock_slip WHERE slip_id = 201), 'depot', 'the policy is the ticket''s');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_slip_line (slip_id, line_no, purpose, part_no, is_related) VALUES (201, 1, 'issue', 'fan', true)$$), 'SV002 asked', 'guards of lines may ask the ticket');
INSERT INTO desk.stock_slip_line (slip_id, line_no, purpose, part_no, serial_no) VALUES (201, 1, 'issue', 'fan', NULL), (201, 2, 'issue', 'disk', 'd-3'), (201, 3, 'transfer', 'wire', NULL);
UPDATE desk.stock_slip_line SET quantity = 0.25 WHERE slip_id = 201 AND line_no = 3;
UPDATE desk.stock_slip SET copies = 2 WHERE slip_id = 201;
SELECT is(pg_temp.signed(201), 'done done', 'signed as any');
SELECT pg_temp.at('02 10:00') \g /dev/null
SELECT is(pg_temp.set(201, 'posted_at'), 'done', 'and posted');
SELECT is(pg_temp.told(501), 'slip:drafted keeper_1 09:00, stock_slip:changed keeper_1 09:00, slip:store_signed keeper_1 09:00, slip:account_signed books_1 09:00, slip:posted keeper_1 10:00, stock:issue keeper_1 10:00, stock:issue keeper_1 10:00, stock:transfer keeper_1 10:00',
    'the ticket''s history has each step and each move once');
SELECT results_eq('SELECT DISTINCT ticket_id, document_no FROM desk.stock_move WHERE slip_id = 201', $$VALUES (501::bigint, 'I-1')$$, 'its moves are for the ticket');
SELECT is((SELECT p.data #>> '{new,number}' FROM desk.ticket_event e JOIN desk.event_private p USING (event_id) WHERE e.ticket_id = 501 AND e.event = 'slip:drafted'), 'I-1', 'the event of the draft says what it said');
-- a guard of moves counts what the rows before it did
INSERT INTO desk.stock_slip (slip_id, ticket_id, kind, from_location, to_location) VALUES (202, 502, 'issue', 'north', 'bag'), (203, 502, 'issue', 'north', 'bag');
INSERT INTO desk.stock_slip_line (slip_id, line_no, purpose, part_no) VALUES (202, 1, 'issue', 'fan'), (202, 2, 'issue', 'fan'), (202, 3, 'issue', 'fan'), (203, 1, 'issue', 'fan'), (203, 2, 'issue', 'fan');
SELECT is(concat_ws(' ', pg_temp.signed(202), pg_temp.set(202, 'posted_at')), 'done done SV002 two_issues', 'the third of three issues is one too many');
SELECT is(pg_temp.moves(202), '', 'so there is none');
SELECT is(concat_ws(' ', pg_temp.signed(203), pg_temp.set(203, 'posted_at')), 'done done done', 'two are allowed');
SELECT is(pg_temp.told(502), 'slip:drafted keeper_1 10:00, slip:drafted keeper_1 10:00, slip:store_signed keeper_1 10:00, slip:account_signed books_1 10:00, slip:store_signed keeper_1 10:00, slip:account_signed books_1 10:00, slip:posted keeper_1 10:00, stock:issue keeper_1 10:00, stock:issue keeper_1 10:00',
    'and each event stands once, though a guard asked for them in between');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_slip_line (slip_id, line_no, purpose, part_no, is_related) VALUES (202, 9, 'issue', 'fan', true)$$), 'SV004', 'a signed slip takes no line, whatever the guard says');
INSERT INTO desk.stock_slip (slip_id, ticket_id, kind, from_location, to_location) VALUES (204, 502, 'issue', 'north', 'bag');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_slip_line (slip_id, line_no, purpose, part_no, is_related) VALUES (204, 1, 'issue', 'wire', true)$$), 'done', 'another one does');
-- the ticket goes on
UPDATE desk.ticket SET status = 'done' WHERE ticket_id = 503;
SELECT is(pg_temp.try($$INSERT INTO desk.stock_slip (ticket_id, kind) VALUES (503, 'issue')$$), 'SV002 not_done', 'guards of slips see the ticket');
INSERT INTO desk.stock_slip (slip_id, ticket_id, kind, from_location, to_location) VALUES (205, 504, 'issue', 'north', 'bag');
INSERT INTO desk.stock_slip_line (slip_id, line_no, purpose, part_no) VALUES (205, 1, 'issue', 'fan');
SELECT is(pg_temp.signed(205), 'done done', 'a slip is signed');
SELECT aftersales.void_ticket(504, 'a mistake') \g /dev/null
SELECT is(concat_ws(' ', pg_temp.set(205, 'posted_at'), pg_temp.set(205, 'cancelled_at'), pg_temp.try($$UPDATE desk.stock_slip_line SET note = 'x' WHERE slip_id = 205$$)), 'SV001 SV001 SV001', 'a void ticket takes nothing');
SELECT is(pg_temp.moves(205), '', 'and nothing has moved');
-- two slips of one ticket in one statement
INSERT INTO desk.stock_slip (slip_id, ticket_id, kind, from_location, to_location) VALUES (206, 505, 'transfer', 'north', 'south'), (207, 505, 'transfer', 'south', 'north');
INSERT INTO desk.stock_slip_line (slip_id, line_no, part_no) VALUES (206, 1, 'fan'), (206, 2, 'wire'), (207, 1, 'wire'), (207, 2, 'fan');
SELECT is(pg_temp.signed(206) || pg_temp.signed(207), 'done donedone done', 'two slips');
SELECT is(pg_temp.try('UPDATE desk.stock_slip SET posted_at = aftersales.now() WHERE slip_id IN (206, 207)'), 'done', 'are posted at once');
SELECT is(pg_temp.moves(206) || ', ' || pg_temp.moves(207), 'transfer fan 1 north>south, transfer wire 1 north>south, transfer wire 1 south>north, transfer fan 1 south>north', 'each with its moves');

-- ---------- guards of moves, by the slip's policy
INSERT INTO desk.stock_slip (slip_id, kind, policy, from_location, to_location) VALUES (301, 'scrap', 'depot', 'shed', 'bin'), (302, 'scrap', 'west', 'yard', 'bin'), (303, 'scrap', 'west', 'north', 'bin'), (304, 'scrap', 'west', 'yard', 'north');
INSERT INTO desk.stock_slip_line (slip_id, line_no, purpose, part_no, to_condition) VALUES (301, 1, 'scrap', 'wire', 'scrap'), (302, 1, 'scrap', 'wire', 'scrap'), (303, 1, 'scrap', 'wire', 'scrap'), (304, 1, 'transfer', 'wire', NULL);
SELECT is(concat_ws(' ', pg_temp.signed(301), pg_temp.set(301, 'posted_at')), 'done done SV002 no_scrap', 'the slip''s policy judges, though the place has none');
SELECT is(concat_ws(' ', pg_temp.signed(302), pg_temp.set(302, 'posted_at')), 'done done done', 'which another one does not ask');
SELECT is(pg_temp.set(id, 'store_signed_at'), 'SV010', 'where a place has a policy, it is the slip''s') FROM (VALUES (303), (304)) x(id);

-- ---------- in the past
SELECT pg_temp.at('03 08:00') \g /dev/null
INSERT INTO desk.stock_move (part_no, quantity, from_location, to_location, purpose) VALUES ('belt', 5, 'maker', 'north', 'receipt');
INSERT INTO desk.stock_slip (slip_id, kind, policy, from_location, to_location, drafted_at) VALUES (311, 'transfer', 'depot', 'north', 'south', '2025-03-02 12:00');
INSERT INTO desk.stock_slip_line (slip_id, line_no, part_no) VALUES (311, 1, 'belt');
SELECT is(concat_ws(' ', pg_temp.set(311, 'store_signed_at = ''2025-03-02 13:00'''), pg_temp.set(311, 'account_signed_at = ''2025-03-02 13:00''', 'books_1')), 'done done', 'signed yesterday');
SELECT is(pg_temp.set(311, 'posted_at = ''2025-03-02 12:59'''), 'SV005', 'not posted before that');
SELECT is(pg_temp.set(311, 'posted_at = ''2025-03-02 14:00'''), 'SV006', 'nor before the part came');
SELECT is(pg_temp.set(311, 'posted_at = ''2025-03-03 08:00'''), 'done', 'but afterwards');
-- a location that has been counted since
INSERT INTO desk.stock_slip (slip_id, kind, policy, from_location, to_location) VALUES (312, 'transfer', 'depot', 'north', 'south');
INSERT INTO desk.stock_slip_line (slip_id, line_no, part_no) VALUES (312, 1, 'belt');
SELECT is(pg_temp.signed(312), 'done done', 'signed, but not posted');
SELECT pg_temp.at('03 09:00') \g /dev/null
INSERT INTO desk.stock_count (location, due_on, frozen_at) VALUES ('north', '2025-03-03', aftersales.now());
SELECT pg_temp.at('03 10:00') \g /dev/null
SELECT is(pg_temp.set(312, 'posted_at = ''2025-03-03 08:30'''), 'SV005', 'before a count it is not posted');
SELECT is(pg_temp.set(312, 'posted_at'), 'done', 'but after it');

-- ---------- who posts needs no right on moves
DROP ROLE IF EXISTS slip_t_books;
CREATE ROLE slip_t_books LOGIN;
GRANT USAGE ON SCHEMA desk, aftersales TO slip_t_books;
GRANT EXECUTE ON FUNCTION aftersales.now() TO slip_t_books;
GRANT SELECT, UPDATE ON desk.stock_slip TO slip_t_books;
INSERT INTO desk.staff (login) VALUES ('slip_t_books');
INSERT INTO desk.staff_role VALUES ('slip_t_books', 'books');
INSERT INTO desk.stock_slip (slip_id, kind, policy, from_location, to_location) VALUES (321, 'transfer', 'depot', 'north', 'south');
INSERT INTO desk.stock_slip_line (slip_id, line_no, part_no) VALUES (321, 1, 'belt');
SELECT is(pg_temp.set(321, 'store_signed_at'), 'done', 'the keeper signs');
BEGIN;
SET LOCAL SESSION AUTHORIZATION slip_t_books;
SET LOCAL aftersales.actor = '';
UPDATE desk.stock_slip SET account_signed_at = aftersales.now(), posted_at = aftersales.now() WHERE slip_id = 321;
COMMIT;
SELECT is((SELECT recorded_by FROM desk.stock_move WHERE slip_id = 321), 'slip_t_books', 'the move is that of who posted');
REVOKE ALL ON desk.stock_slip FROM slip_t_books; REVOKE ALL ON SCHEMA desk, aftersales FROM slip_t_books; REVOKE ALL ON FUNCTION aftersales.now() FROM slip_t_books;
DROP ROLE slip_t_books;

-- ---------- a long slip
INSERT INTO desk.stock_slip (slip_id, kind, policy, from_location, to_location) VALUES (331, 'receipt', 'depot', 'maker', 'shed');
INSERT INTO desk.stock_slip_line (slip_id, line_no, purpose, part_no, serial_no) SELECT 331, g, 'receipt', 'disk', 'l-' || g FROM generate_series(1, 1200) g;
SELECT is(concat_ws(' ', pg_temp.signed(331), pg_temp.set(331, 'posted_at')), 'done done done', '1,200 lines');
SELECT is((SELECT quantity FROM desk.stock_balance WHERE location = 'shed' AND part_no = 'disk'), 1200::numeric, 'are as many pieces');

SELECT is_empty('SELECT * FROM aftersales.verify_audit()', 'the histories hold');
SELECT is_empty($$SELECT location, part_no, condition, owner FROM desk.stock_balance b WHERE quantity <> (SELECT coalesce(sum(CASE WHEN m.to_location = b.location AND m.to_condition = b.condition THEN m.quantity ELSE 0 END
        - CASE WHEN m.from_location = b.location AND m.from_condition = b.condition THEN m.quantity ELSE 0 END), 0) FROM desk.stock_move m WHERE m.part_no = b.part_no AND m.owner = b.owner)$$, 'balances are the sums of moves');
SELECT is_empty('SELECT * FROM aftersales.verify_ledger()', 'the ledger is sound');
SELECT * FROM finish();
