-- Counts: what the books say is frozen, counted, signed by two keepers,
-- approved where it differs, and posted as adjustments.

\ir lib/slip.sql

CREATE FUNCTION pg_temp.set(id bigint, what text, who text DEFAULT 'keeper_1') RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.as(who, format('UPDATE desk.stock_count SET %s WHERE count_id = %s', regexp_replace(what, '(\w+_at)(?! =)', '\1 = aftersales.now()', 'g'), id)) $$;
CREATE FUNCTION pg_temp.open(id bigint, place text, due text DEFAULT '2025-03-01') RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.try(format('INSERT INTO desk.stock_count (count_id, location, due_on) VALUES (%s, %L, %L)', id, place, due)) $$;
CREATE FUNCTION pg_temp.count(id bigint, part text, q numeric, why text DEFAULT NULL, serial text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.try(format('UPDATE desk.stock_count_line SET counted_quantity = %s, reason = %L WHERE count_id = %s AND part_no = %L AND serial_no IS NOT DISTINCT FROM %L', q, why, id, part, serial)) $$;
CREATE FUNCTION pg_temp.as_booked(id bigint) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.try(format('UPDATE desk.stock_count_line SET counted_quantity = book_quantity WHERE count_id = %s', id)) $$;
CREATE FUNCTION pg_temp.lines(id bigint) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(concat_ws(' ', part_no, serial_no, nullif(condition, 'good'), nullif(owner, 'own'), trim_scale(book_quantity), trim_scale(difference)), ', ' ORDER BY part_no COLLATE "C", serial_no COLLATE "C", condition, owner), '') FROM desk.stock_count_line WHERE count_id = id $$;
CREATE FUNCTION pg_temp.signed(id bigint) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', pg_temp.set(id, 'store_signed_at', 'keeper_1'), pg_temp.set(id, 'account_signed_at', 'books_1')) $$;
CREATE FUNCTION pg_temp.moves(id bigint) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(concat_ws(' ', part_no, serial_no, nullif(from_condition, 'good'), trim_scale(quantity), from_location || '>' || to_location, note), ', ' ORDER BY move_id), '') FROM desk.stock_move WHERE count_id = id $$;
CREATE FUNCTION pg_temp.move(what text, place text DEFAULT 'north', target text DEFAULT 'south', q numeric DEFAULT 1, at text DEFAULT NULL, serial text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.try(format('INSERT INTO desk.stock_move (part_no, serial_no, quantity, from_location, to_location, happened_at, purpose) VALUES (%L, %L, %s, %L, %L, %L, %L)', what, serial, q, place, target, at, CASE place WHEN 'maker' THEN 'receipt' ELSE 'transfer' END)) $$;
CREATE FUNCTION pg_temp.due(place text) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', due_on, count_id, state, CASE WHEN is_late THEN 'late' END) FROM desk.stock_count_due WHERE location = place $$;

INSERT INTO desk.stock_move (part_no, quantity, from_location, to_location, purpose, owner) VALUES
    ('fan', 20, 'maker', 'north', 'receipt', 'own'), ('fan', 2, 'maker', 'north', 'receipt', 'dealer'), ('wire', 12.5, 'maker', 'north', 'receipt', 'own'), ('belt', 3, 'maker', 'north', 'receipt', 'own');
INSERT INTO desk.stock_move (part_no, quantity, from_location, to_location, purpose, from_condition, to_condition) VALUES ('fan', 4, 'north', 'north', 'regrade', 'good', 'defective'), ('belt', 3, 'north', 'south', 'transfer', 'good', 'good');
INSERT INTO desk.stock_move (part_no, serial_no, from_location, to_location, purpose) SELECT 'disk', 'd-' || g, 'maker', 'north', 'receipt' FROM generate_series(1, 3) g;
INSERT INTO desk.stock_move (part_no, serial_no, from_location, to_location) VALUES ('disk', 'd-3', 'north', 'south');

-- ---------- opened and frozen
SELECT pg_temp.at('01 09:00') \g /dev/null
SELECT results_eq($$INSERT INTO desk.stock_count (count_id, location, due_on) VALUES (101, 'north', '2025-03-01') RETURNING policy, opened_at, opened_by, frozen_at$$, $$VALUES ('depot', aftersales.now(), 'keeper_1', NULL::timestamptz)$$, 'the policy is the location''s');
SELECT is(pg_temp.lines(101), '', 'no lines yet');
SELECT pg_temp.at('01 10:00') \g /dev/null
SELECT is(pg_temp.set(101, 'frozen_at = ''2025-03-01 09:30'''), 'done', 'frozen');
SELECT is((SELECT frozen_at FROM desk.stock_count WHERE count_id = 101), aftersales.now(), 'now, whatever was said');
SELECT is(pg_temp.lines(101), 'disk d-1 1, disk d-2 1, fan defective 4, fan dealer 2, fan 16, wire 12.5', 'a line for each balance there is, and for each serial number');
SELECT is((SELECT string_agg(DISTINCT (last_at = aftersales.now())::text, ' ') FROM desk.stock_balance WHERE location = 'north'), 'true', 'no balance of it has moved later');
SELECT is((SELECT max(last_at) < aftersales.now() FROM desk.stock_balance WHERE location = 'south'), true, 'other places are not touched');
-- dated before it nothing moves there any more, elsewhere it does
SELECT pg_temp.at('01 11:00') \g /dev/null
SELECT is(pg_temp.move('fan', at => '2025-03-01 09:59'), 'SV005', 'out before it');
SELECT is(pg_temp.move('fan', at => '2025-03-01 09:59', place => 'maker', target => 'north'), 'SV005', 'in before it');
SELECT is(pg_temp.move('belt', at => '2025-03-01 09:59', place => 'maker', target => 'north'), 'SV005', 'what had none');
SELECT is(pg_temp.move('belt', at => '2025-03-01 10:00', place => 'start', target => 'shed'), 'SV010', 'a purpose that does not fit');
SELECT is(pg_temp.move('belt', at => '2025-03-01 09:59', place => 'south', target => 'shed'), 'done', 'between other places');
SELECT is(pg_temp.move('fan', at => '2025-03-01 10:30', q => 6), 'done', 'after it');

-- ---------- counted
SELECT is(pg_temp.count(101, 'disk', 1, serial => 'd-1') || ' ' || pg_temp.count(101, 'disk', 0, 'gone', 'd-2'), 'done done', 'serial numbers');
SELECT is(pg_temp.count(101, 'wire', 12.75, 'found'), 'done', 'more than there should be');
SELECT is(pg_temp.try($$UPDATE desk.stock_count_line SET counted_quantity = 9, reason = NULL WHERE count_id = 101 AND part_no = 'fan' AND owner = 'own' AND condition = 'good'$$), 'SV002 big', 'a guard reads the difference');
SELECT is(pg_temp.try($$UPDATE desk.stock_count_line SET counted_quantity = 14, reason = 'stolen' WHERE count_id = 101 AND part_no = 'fan' AND owner = 'own' AND condition = 'good'$$), 'done', 'less');
SELECT is(pg_temp.set(101, 'store_signed_at'), 'SV010', 'not signed before all is counted');
SELECT is(pg_temp.try($$UPDATE desk.stock_count_line SET counted_quantity = book_quantity WHERE count_id = 101 AND counted_quantity IS NULL$$), 'done', 'the rest as booked');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_count_line (count_id, part_no, condition, counted_quantity, reason) VALUES (101, 'belt', 'defective', 2, 'behind the shelf')$$), 'done', 'what was found besides');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_count_line (count_id, part_no, serial_no, counted_quantity, reason) VALUES (101, 'disk', 'd-77', 1, 'not in the books')$$), 'done', 'an unknown serial number');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_count_line (count_id, part_no, serial_no, counted_quantity, reason) VALUES (101, 'disk', 'd-78', 0, 'was a mistake')$$), 'done', 'a line that comes to nothing');
SELECT is(pg_temp.lines(101), 'belt defective 0 2, disk d-1 1 0, disk d-2 1 -1, disk d-77 0 1, disk d-78 0 0, fan defective 4 0, fan dealer 2 0, fan 16 -2, wire 12.5 0.25', 'what it comes to');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_count_line (count_id, part_no, book_quantity, counted_quantity) VALUES (101, 'belt', 5, 5)$$), 'SV004', 'nobody says what the books said');
SELECT is(pg_temp.try($$UPDATE desk.stock_count_line SET book_quantity = 0 WHERE count_id = 101$$), 'SV004', 'nor changes it');
SELECT is(pg_temp.try('DELETE FROM desk.stock_count_line WHERE count_id = 101'), 'SV004', 'nor takes lines away');

-- ---------- signed, approved, posted
SELECT pg_temp.at('01 12:00') \g /dev/null
SELECT is(concat_ws(' ', pg_temp.set(101, 'store_signed_at', 'keeper_1'), pg_temp.set(101, 'account_signed_at', 'keeper_1'), pg_temp.set(101, 'account_signed_at', 'keeper_2'), pg_temp.set(101, 'account_signed_at', 'books_1')), 'done SV008 SV008 done', 'two keepers in two roles');
SELECT is(concat_ws(' ', pg_temp.count(101, 'wire', 12), pg_temp.as_booked(101), pg_temp.try($$INSERT INTO desk.stock_count_line (count_id, part_no, counted_quantity) VALUES (101, 'belt', 1)$$)), 'SV004 SV004 SV004', 'what is signed stays');
SELECT is(concat_ws(' ', pg_temp.set(101, 'posted_at'), pg_temp.set(101, 'approved_at', 'books_1'), pg_temp.set(101, 'approved_at', 'keeper_2'), pg_temp.set(101, 'approved_at', 'boss_1')), 'SV008 SV008 SV003 approver done', 'differences are approved by a third');
SELECT is(pg_temp.moves(101), '', 'nothing has moved yet');
SELECT pg_temp.at('01 13:00') \g /dev/null
SELECT is(pg_temp.set(101, 'posted_at', 'nobody_1'), 'done', 'posted');
SELECT is(pg_temp.moves(101), 'belt defective 2 gap_1>north behind the shelf, disk d-2 1 north>gap_1 gone, disk d-77 1 gap_1>north not in the books, fan 2 north>gap_1 stolen, wire 0.25 gap_1>north found', 'what differs moves, both ways, by the first active place for differences');
SELECT results_eq('SELECT DISTINCT purpose, happened_at, recorded_by, slip_id, ticket_id FROM desk.stock_move WHERE count_id = 101', $$VALUES ('adjust', aftersales.now(), 'nobody_1', NULL::bigint, NULL::bigint)$$, 'when and by whom');
SELECT is(pg_temp.there('north'), 'belt defective 2, disk 2, fan defective 4, fan dealer 2, fan 8, wire 12.75', 'what has been moved since the freeze stays moved');
SELECT is((SELECT string_agg(serial_no || ' ' || location, ', ' ORDER BY serial_no) FROM desk.stock_serial WHERE part_no = 'disk'), 'd-1 north, d-2 gap_1, d-3 south, d-77 north', 'and each serial number is where it was found');
SELECT results_eq('SELECT store_signed_by, account_signed_by, approved_by, posted_by FROM desk.stock_count WHERE count_id = 101', $$VALUES ('keeper_1', 'books_1', 'boss_1', 'nobody_1')$$, 'all four');
SELECT is(pg_temp.set(101, 'posted_at'), 'done', 'the same time again is no change');
SELECT is((SELECT count(*) FROM desk.stock_move WHERE count_id = 101), 5::bigint, 'and no further move');
SELECT is(concat_ws(' ', pg_temp.set(101, 'cancelled_at'), pg_temp.set(101, 'note = ''x''')), 'SV004 SV004', 'it has ended');

-- ---------- nothing else adjusts
SELECT is(pg_temp.try(s), 'SV004', s) FROM unnest(ARRAY[
    'INSERT INTO desk.stock_move (part_no, from_location, to_location, purpose) VALUES (''fan'', ''north'', ''gap_1'', ''adjust'')',
    'INSERT INTO desk.stock_move (part_no, from_location, to_location, purpose) VALUES (''fan'', ''gap_1'', ''north'', ''adjust'')',
    'INSERT INTO desk.stock_move (part_no, from_location, to_location, purpose, count_id) VALUES (''fan'', ''gap_1'', ''north'', ''adjust'', 101)',
    'INSERT INTO desk.stock_move (reversal_of) SELECT max(move_id) FROM desk.stock_move WHERE count_id = 101',
    'UPDATE desk.stock_balance SET quantity = 0', 'INSERT INTO desk.stock_count_line (count_id, part_no) VALUES (101, ''fan'')']) s;
INSERT INTO desk.stock_slip (slip_id, kind, policy, from_location, to_location) VALUES (1, 'adjust', 'depot', 'north', 'gap_1');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_slip_line (slip_id, line_no, part_no, purpose) VALUES (1, 1, 'fan', 'adjust')$$), 'SV004', 'nor does a slip');

-- ---------- a second count finds what the first has left
SELECT pg_temp.at('02 08:00') \g /dev/null
SELECT is(concat_ws(' ', pg_temp.open(102, 'north', '2025-03-02'), pg_temp.set(102, 'frozen_at')), 'done done', 'the next day');
SELECT is(pg_temp.lines(102), 'belt defective 2, disk d-1 1, disk d-77 1, fan defective 4, fan dealer 2, fan 8, wire 12.75', 'the books are as they were found');
-- what was missing turns up
SELECT is(pg_temp.as_booked(102), 'done', 'all is there');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_count_line (count_id, part_no, serial_no, counted_quantity, reason) VALUES (102, 'disk', 'd-2', 1, 'back')$$), 'done', 'and what was missing');
SELECT pg_temp.at('02 09:00') \g /dev/null
SELECT is(concat_ws(' ', pg_temp.signed(102), pg_temp.set(102, 'approved_at', 'boss_1'), pg_temp.set(102, 'posted_at')), 'done done done done', 'posted');
SELECT is(pg_temp.moves(102), 'disk d-2 1 gap_1>north back', 'it comes back from the differences');

-- ---------- without differences
SELECT pg_temp.at('03 08:00') \g /dev/null
UPDATE desk.stock_location SET is_active = false WHERE kind = 'adjustment';
SELECT is(concat_ws(' ', pg_temp.open(103, 'north', '2025-03-03'), pg_temp.set(103, 'frozen_at'), pg_temp.as_booked(103)), 'done done done', 'all as booked');
SELECT pg_temp.at('03 09:00') \g /dev/null
SELECT is(concat_ws(' ', pg_temp.signed(103), pg_temp.set(103, 'posted_at', 'books_1')), 'done done done', 'needs no approval, and no place for differences');
SELECT is(pg_temp.moves(103), '', 'and moves nothing');
-- a place with nothing in it
INSERT INTO desk.stock_location (location, kind, policy) VALUES ('empty', 'store', 'depot');
SELECT is(concat_ws(' ', pg_temp.open(104, 'empty', '2025-03-03'), pg_temp.set(104, 'frozen_at'), pg_temp.signed(104), pg_temp.set(104, 'posted_at')), 'done done done done done', 'an empty place is counted too');
SELECT is(pg_temp.lines(104), '', 'without lines');
SELECT pg_temp.at('03 10:00') \g /dev/null
SELECT is(pg_temp.move('fan', 'maker', 'empty', at => '2025-03-03 08:30'), 'SV005', 'and nothing comes in before it');
SELECT is(pg_temp.move('fan', 'maker', 'empty', at => '2025-03-03 09:30'), 'done', 'but after it');
UPDATE desk.stock_location SET is_active = true WHERE kind = 'adjustment' AND location <> 'Gap';

-- ---------- frozen when opened, several at once, policies
SELECT pg_temp.at('04 08:00') \g /dev/null
SELECT is(pg_temp.try($$INSERT INTO desk.stock_count (count_id, location, due_on, frozen_at) VALUES (105, 'south', '2025-03-04', aftersales.now())$$), 'done', 'opened and frozen in one');
SELECT is(pg_temp.lines(105), 'belt 2, disk d-3 1, fan 6', 'with its lines');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_count (location, due_on) VALUES ('shed', '2025-03-04')$$), 'SV010', 'a place without a policy');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_count (count_id, location, due_on, policy) VALUES (106, 'shed', '2025-03-04', 'west'), (107, 'bag', '2025-03-04', 'depot')$$), 'done', 'needs one named; what is in hands is counted, too');
SELECT is(pg_temp.try('UPDATE desk.stock_count SET frozen_at = aftersales.now() WHERE count_id IN (106, 107)'), 'done', 'two at once');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_count (location, due_on, policy) VALUES ('north', '2025-03-04', 'west')$$), 'SV010', 'where a place has a policy, it is the count''s');
SELECT is(pg_temp.lines(106) || '|' || pg_temp.lines(107), 'belt 1|', 'each with its own');
SELECT is(pg_temp.open(108, 'south', '2025-03-05') || ' ' || pg_temp.set(108, 'frozen_at'), 'done SV010', 'not twice at a time');
SELECT is(pg_temp.try('UPDATE desk.stock_count SET cancelled_at = aftersales.now() WHERE count_id IN (106, 108)'), 'done', 'one is given up');
-- two of one place in one statement
SELECT is(pg_temp.open(109, 'shed', '2025-03-06'), 'SV010', 'without a policy still');
INSERT INTO desk.stock_count (count_id, location, due_on, policy) VALUES (110, 'shed', '2025-03-07', 'depot'), (111, 'shed', '2025-03-08', 'depot');
SELECT is(pg_temp.try('UPDATE desk.stock_count SET frozen_at = aftersales.now() WHERE count_id IN (110, 111)'), 'SV010', 'the second sees the first');
SELECT is(pg_temp.try('UPDATE desk.stock_count SET cancelled_at = aftersales.now() WHERE count_id IN (110, 111)'), 'done', 'both are given up');

-- ---------- cancelled
INSERT INTO desk.stock_count (count_id, location, due_on, policy) VALUES (113, 'shed', '2025-03-04', 'depot');
SELECT is(pg_temp.set(113, 'frozen_at'), 'done', 'of a day whose count was given up, another one');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_count (location, due_on, policy) VALUES ('shed', '2025-03-04', 'depot')$$), '23505', 'but not a third');
SELECT pg_temp.at('04 09:00') \g /dev/null
SELECT is(pg_temp.set(113, 'cancelled_at'), 'done', 'given up as well');
SELECT is(concat_ws(' ', pg_temp.set(113, 'store_signed_at'), pg_temp.as_booked(113), pg_temp.set(113, 'note = ''x''')), 'SV004 SV004 SV004', 'it has ended');
SELECT is(pg_temp.move('belt', 'maker', 'shed', at => '2025-03-04 07:00'), 'done', 'what was frozen for nothing binds nobody');

-- ---------- posting that the ledger refuses
SELECT pg_temp.at('05 08:00') \g /dev/null
SELECT is(pg_temp.count(105, 'belt', 0, 'gone') || pg_temp.count(105, 'fan', 5, 'gone') || pg_temp.count(105, 'disk', 1, serial => 'd-3'), 'donedonedone', 'counted');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_count_line (count_id, part_no, serial_no, counted_quantity, reason) VALUES (105, 'disk', 'd-1', 1, 'found here')$$), 'done', 'a serial number found that the books have elsewhere');
SELECT is(concat_ws(' ', pg_temp.signed(105), pg_temp.set(105, 'approved_at', 'boss_1'), pg_temp.set(105, 'posted_at')), 'done done done SV006', 'is not here by adjusting');
SELECT is(pg_temp.moves(105) || pg_temp.there('south'), 'belt 2, disk 1, fan 6', 'and nothing else has changed');
SELECT pg_temp.at('05 09:00') \g /dev/null
SELECT is(pg_temp.set(105, 'cancelled_at') || ' ' || pg_temp.open(114, 'south', '2025-03-04') || ' ' || pg_temp.set(114, 'frozen_at'), 'done done done', 'counted once more');
SELECT pg_temp.at('05 10:00') \g /dev/null
SELECT is(pg_temp.count(114, 'belt', 0, 'gone') || pg_temp.count(114, 'fan', 5) || pg_temp.count(114, 'disk', 1, serial => 'd-3'), 'donedonedone', 'a difference without a reason');
SELECT is(concat_ws(' ', pg_temp.signed(114), pg_temp.set(114, 'approved_at', 'boss_1'), pg_temp.set(114, 'posted_at')), 'done done done SV002 counted', 'guards of moves judge adjustments, by the count''s policy');
SELECT is(pg_temp.moves(114), '', 'all or none');
SELECT is(pg_temp.set(114, 'cancelled_at'), 'done', 'given up');

-- ---------- retries
SELECT is(pg_temp.try($$INSERT INTO desk.stock_count (count_id, location, due_on, external_ref, frozen_at) VALUES (121, 'north', '2025-03-05', 'c-1', aftersales.now())$$), 'done', 'with an external_ref');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_count (location, due_on, external_ref, frozen_at) VALUES ('north', '2025-03-05', 'c-1', aftersales.now())$$), '23505', 'once more');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_count (location, due_on, external_ref, frozen_at) VALUES ('north', '2025-03-05', 'c-1', aftersales.now()) ON CONFLICT (external_ref) DO NOTHING$$), 'done', 'is skipped');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_count_line (count_id, part_no, counted_quantity, external_ref) VALUES (121, 'belt', 1, 'cl-1')$$), 'done', 'a line');
SELECT is(concat_ws(' ', pg_temp.as_booked(121), pg_temp.signed(121)), 'done done done', 'is signed');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_count_line (count_id, part_no, counted_quantity, external_ref) VALUES (121, 'belt', 1, 'cl-1')$$), '23505', 'once more it is told so');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_count_line (count_id, part_no, counted_quantity, external_ref) VALUES (121, 'belt', 1, 'cl-1') ON CONFLICT (external_ref) DO NOTHING$$), 'done', 'or skipped');
SELECT is((SELECT count(*) FROM desk.stock_count_line WHERE external_ref = 'cl-1'), 1::bigint, 'and there is one');

-- ---------- what is due
SELECT set_config('aftersales.now', '2025-04-01 00:30', false) \g /dev/null
SET aftersales.now = '2025-04-01 00:30+08';
UPDATE desk.stock_location SET policy = 'west' WHERE location = 'south';
SELECT is((SELECT string_agg(location, ' ' ORDER BY location) FROM desk.stock_count_due), 'empty lot north shed south yard', 'active places where parts lie in nobody''s hands');
SELECT is(pg_temp.due('north'), '2025-04-01 none', 'the 1st of the month');
SELECT is(pg_temp.due('south'), '2025-03-01 none late', 'is another one further west');
SELECT is(pg_temp.due('shed'), '2025-04-01 none', 'without a policy the session''s day counts');
INSERT INTO desk.stock_count (count_id, location, due_on) VALUES (131, 'north', '2025-04-01'), (132, 'south', '2025-04-01');
UPDATE desk.stock_count SET cancelled_at = aftersales.now() WHERE count_id = 121;
SELECT is(pg_temp.due('north'), '2025-04-01 131 open', 'open');
SET aftersales.now = '2025-04-01 20:00+08';
SELECT is(pg_temp.set(131, 'frozen_at') || pg_temp.due('north'), 'done2025-04-01 131 frozen', 'frozen');
SELECT is(pg_temp.as_booked(131) || pg_temp.set(131, 'store_signed_at') || pg_temp.due('north'), 'donedone2025-04-01 131 frozen', 'one signature is not two');
SET aftersales.now = '2025-04-01 23:59:59+08';
SELECT is(pg_temp.set(131, 'account_signed_at', 'books_1') || pg_temp.due('north'), 'done2025-04-01 131 signed', 'signed in time');
SET aftersales.now = '2025-04-02 00:00+08';
SELECT is(pg_temp.due('north'), '2025-04-01 131 signed', 'stays in time');
SELECT is(pg_temp.due('empty'), '2025-04-01 none late', 'the day is over');
SELECT is(pg_temp.due('south'), '2025-04-01 132 open', 'not yet further west');
SELECT is(pg_temp.set(131, 'posted_at') || pg_temp.due('north'), 'done2025-04-01 131 posted', 'posted');
SET aftersales.now = '2025-04-02 12:00+08';
SELECT is(pg_temp.set(132, 'frozen_at') || pg_temp.due('south'), 'done2025-04-01 132 frozen late', 'frozen late');
SELECT is(pg_temp.as_booked(132) || pg_temp.signed(132) || pg_temp.due('south'), 'donedone done2025-04-01 132 signed late', 'signed late');
SELECT is(pg_temp.set(132, 'cancelled_at') || pg_temp.due('south'), 'done2025-04-01 none late', 'what is given up is none');
UPDATE desk.stock_location SET is_active = false WHERE location = 'empty';
SELECT is(pg_temp.due('empty'), NULL, 'a place that is not used any more');

SELECT is_empty($$SELECT location, part_no, condition, owner FROM desk.stock_balance b WHERE quantity <> (SELECT coalesce(sum(CASE WHEN m.to_location = b.location AND m.to_condition = b.condition THEN m.quantity ELSE 0 END
        - CASE WHEN m.from_location = b.location AND m.from_condition = b.condition THEN m.quantity ELSE 0 END), 0) FROM desk.stock_move m WHERE m.part_no = b.part_no AND m.owner = b.owner)$$, 'balances are the sums of moves');
SELECT is_empty('SELECT * FROM aftersales.verify_ledger()', 'the ledger is sound');
SELECT * FROM finish();
