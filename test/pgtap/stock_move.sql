-- Moves of the spare-parts ledger: what each purpose asks, what is filled in,
-- balances now and then, serial numbers, reversals, retries, many rows at once,
-- tickets and guards.

\ir lib/stock.sql

-- ---------- what is left out is filled in
SELECT results_eq($$INSERT INTO desk.stock_move (part_no, quantity, from_location, to_location, purpose) VALUES ('board', 10, 'supplier', 'main', 'receipt')
    RETURNING from_condition, to_condition, owner, quantity::text, serial_no, ticket_id, exchange_id, grade_step, is_other_model, slip_id, count_id, happened_at, recorded_at BETWEEN clock_timestamp() - interval '1 hour' AND clock_timestamp(), recorded_by, reversal_of$$,
    $$VALUES ('good', 'good', 'own', '10.000', NULL::text, NULL::bigint, NULL::bigint, NULL::smallint, NULL::boolean, NULL::bigint, NULL::bigint, aftersales.now(), true, 'clerk_1', NULL::bigint)$$,
    'a receipt');
SELECT results_eq($$INSERT INTO desk.stock_move (part_no, from_location, to_location) VALUES ('board', 'main', 'branch') RETURNING purpose, quantity::text, from_condition, to_condition$$,
    $$VALUES ('transfer', '1.000', 'good', 'good')$$, 'a transfer of one');
SELECT results_eq($$INSERT INTO desk.stock_move (part_no, from_location, to_location, purpose, from_condition, to_condition, owner, quantity, happened_at, serial_no, ticket_id, exchange_id, note, recorded_at, recorded_by)
    VALUES ('board', 'supplier', 'branch', 'receipt', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL) RETURNING owner, quantity::text, from_condition, to_condition, happened_at$$,
    $$VALUES ('own', '1.000', 'good', 'good', aftersales.now())$$, 'NULL is left out');
SELECT results_eq($$INSERT INTO desk.stock_move (part_no, from_location, to_location, from_condition, purpose) VALUES ('board', 'supplier', 'main', 'defective', 'receipt') RETURNING to_condition$$,
    $$VALUES ('defective')$$, 'the condition stays');
SELECT is(concat_ws(' ', pg_temp.bal('main', 'board'), pg_temp.bal('main', 'board', 'defective'), pg_temp.bal('branch', 'board')), '9 1 2', 'the balances');
SELECT is_empty($$SELECT * FROM desk.stock_balance WHERE location = 'supplier'$$, 'a virtual location has none');
SELECT is_empty('SELECT * FROM pg_temp.books()', 'the books are right');

-- ---------- places: every purpose between all kinds
-- what is said here is the wording of the ledger's rules, not a copy of the code
CREATE TEMP TABLE place (class text, kind text);
INSERT INTO place SELECT 'physical', kind FROM desk.location_kind WHERE physical
    UNION ALL SELECT 'store', kind FROM desk.location_kind WHERE physical AND NOT in_hands
    UNION ALL SELECT 'hands', kind FROM desk.location_kind WHERE in_hands
    UNION ALL SELECT kind, kind FROM desk.location_kind WHERE kind NOT IN ('store')
    UNION ALL SELECT 'outside', kind FROM desk.location_kind WHERE kind IN ('supplier', 'opening', 'recipient', 'gate');
CREATE TEMP TABLE rule (purpose text, from_class text, to_class text, part text);
INSERT INTO rule VALUES
    ('receipt', 'outside', 'physical', 'cable'), ('issue', 'store', 'hands', 'cable'), ('install', 'physical', 'installed', 'cable'),
    ('return', 'hands', 'store', 'cable'), ('remove', 'installed', 'physical', 'cable'), ('return_defective', 'hands', 'store', 'cable'), ('keep', 'installed', 'kept', 'cable'),
    ('lose', 'physical', 'lost', 'cable'), ('loan', 'store', 'hands', 'jig'), ('loan_return', 'hands', 'store', 'jig'), ('transfer', 'physical', 'physical', 'cable'),
    ('scrap', 'physical', 'scrapped', 'cable'), ('deliver', 'physical', 'outside', 'cable'), ('supplier_return', 'physical', 'supplier', 'cable');
SELECT is_empty($$SELECT purpose FROM aftersales.stock_purpose WHERE purpose NOT IN (SELECT purpose FROM rule UNION ALL VALUES ('regrade'), ('adjust'))$$, 'there are no other purposes');
-- 100 of each in every hand and store, in every condition that counts
INSERT INTO desk.stock_move (part_no, quantity, from_location, to_location, from_condition, purpose)
SELECT 'cable', 100, 'opening', l.location, c, 'receipt' FROM desk.stock_location l JOIN desk.location_kind k USING (kind), unnest('{good,defective,in_repair,scrap}'::text[]) c
WHERE k.physical AND l.location = l.kind;
INSERT INTO desk.stock_move (part_no, quantity, from_location, to_location, purpose)
SELECT 'jig', 100, 'opening', l.location, 'receipt' FROM desk.stock_location l JOIN desk.location_kind k USING (kind) WHERE k.physical AND NOT k.in_hands AND l.location = l.kind;
INSERT INTO desk.stock_move (part_no, quantity, from_location, to_location, purpose)
SELECT 'jig', 10, 'store', l.location, 'loan' FROM desk.stock_location l JOIN desk.location_kind k USING (kind) WHERE k.in_hands AND l.location = l.kind;
-- tries a move and takes it back
CREATE FUNCTION pg_temp.tried(purpose text, part text, from_ text, to_ text, c text DEFAULT NULL, d text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO desk.stock_move (purpose, part_no, from_location, to_location, from_condition, to_condition) VALUES (purpose, part, from_, to_, c, d);
    RAISE EXCEPTION USING ERRCODE = 'T0001';
EXCEPTION WHEN OTHERS THEN RETURN CASE sqlstate WHEN 'T0001' THEN 'done' ELSE sqlstate END;
END $$;
CREATE TEMP TABLE outcome AS
SELECT p.purpose, f.kind AS f, t.kind AS t, pg_temp.tried(p.purpose, p.part, f.kind, t.kind) AS r,
       EXISTS (SELECT FROM rule r JOIN place a ON a.class = r.from_class JOIN place b ON b.class = r.to_class WHERE r.purpose = p.purpose AND a.kind = f.kind AND b.kind = t.kind) AS fits
FROM (SELECT DISTINCT purpose, part FROM rule) p, desk.location_kind f, desk.location_kind t WHERE f.kind <> t.kind;
SELECT is_empty($$SELECT purpose, f, t, r FROM outcome WHERE fits AND r <> 'done'$$, 'every purpose goes where it may');
SELECT is_empty($$SELECT purpose, f, t, r FROM outcome WHERE NOT fits AND r <> 'SV010' AND NOT (r = 'SV004' AND 'adjustment' IN (f, t))$$, 'and nowhere else');
SELECT is((SELECT count(*) > 100 AND count(*) FILTER (WHERE NOT fits) > 2000 FROM outcome), true, 'many were tried');
SELECT is((SELECT string_agg(DISTINCT pg_temp.tried('adjust', 'cable', f.kind, t.kind), ',') FROM desk.location_kind f, desk.location_kind t WHERE f.kind <> t.kind AND 'adjustment' IN (f.kind, t.kind)), 'SV004', 'only a count adjusts');
SELECT is(pg_temp.tried('nothing', 'cable', 'store', 'shelf'), 'SV010', 'no such purpose');
SELECT is(pg_temp.tried('count', 'cable', 'store', 'shelf'), 'SV010', 'nor this one');
SELECT is(pg_temp.tried('reversal', 'cable', 'store', 'shelf'), 'SV010', 'a reversal is no purpose');
-- one and the same place
SELECT is(pg_temp.mv('regrade cable 1 store>store', 'to=defective'), 'done', 'regraded where it is');
SELECT is(pg_temp.mv('regrade cable 1 store>shelf', 'to=defective'), 'SV010', 'not by the way');
SELECT is(pg_temp.mv('regrade cable 1 store>store'), 'SV010', 'to another condition');
SELECT is(pg_temp.mv('regrade cable 1 supplier>supplier', 'to=defective'), 'SV010', 'nor where there is nothing');
SELECT is(pg_temp.mv('transfer cable 1 store>store'), 'SV010', 'a transfer goes somewhere');
SELECT is(pg_temp.mv('transfer cable 1 store>store', 'to=defective'), 'SV010', 'also if it changes the condition');

-- ---------- conditions
CREATE TEMP TABLE conditions (purpose text, part text, f text, t text, may text[], changes boolean);
INSERT INTO conditions VALUES
    ('receipt', 'cable', 'supplier', 'store', '{good,defective,in_repair,scrap}', NULL), ('issue', 'cable', 'store', 'pocket', '{good}', false), ('install', 'cable', 'store', 'installed', '{good}', false),
    ('return', 'cable', 'pocket', 'store', '{good}', false), ('remove', 'cable', 'installed', 'pocket', '{defective,scrap,good}', NULL), ('return_defective', 'cable', 'pocket', 'store', '{defective,scrap}', NULL),
    ('keep', 'cable', 'installed', 'kept', '{defective}', NULL), ('lose', 'cable', 'store', 'lost', '{good,defective,in_repair,scrap}', NULL), ('transfer', 'cable', 'store', 'repairer', '{good,defective,in_repair,scrap}', true),
    ('scrap', 'cable', 'store', 'scrapped', '{good,defective,in_repair,scrap}', NULL), ('deliver', 'cable', 'store', 'recipient', '{good,defective,in_repair,scrap}', NULL),
    ('supplier_return', 'cable', 'store', 'supplier', '{good,defective,in_repair,scrap}', NULL);
CREATE TEMP TABLE conditioned AS
SELECT p.*, c, d, pg_temp.tried(p.purpose, p.part, p.f, p.t, c, d) AS r
FROM conditions p, unnest('{good,defective,in_repair,scrap}'::text[]) c, unnest('{good,defective,in_repair,scrap}'::text[]) d;
SELECT is_empty($$SELECT purpose, c, d, r FROM conditioned WHERE c = d AND r <> CASE WHEN c = ANY (may) THEN 'done' ELSE 'SV010' END$$, 'which conditions a purpose takes');
SELECT is_empty($$SELECT purpose, c, d, r FROM conditioned JOIN aftersales.stock_purpose s USING (purpose) WHERE c <> d AND r <> CASE WHEN c = ANY (may) AND s.changes_condition THEN 'done' ELSE 'SV010' END$$, 'and whether it may change them');
SELECT is_empty($$SELECT purpose FROM conditions c JOIN aftersales.stock_purpose s USING (purpose) WHERE s.changes_condition <> c.changes$$, 'issue, install, return do not, a transfer does');
SELECT is(pg_temp.mv('transfer cable 1 store>shelf', 'from=new'), 'SV010', 'no such condition');
SELECT is(pg_temp.mv('transfer cable 1 store>shelf', 'to=new'), 'SV010', 'nor that');
-- what is filled in for those that are about defective parts
SELECT results_eq($$INSERT INTO desk.stock_move (purpose, part_no, from_location, to_location) VALUES ('remove', 'cable', 'installed', 'pocket'), ('return_defective', 'cable', 'pocket', 'store'), ('keep', 'cable', 'installed', 'kept'), ('lose', 'cable', 'store', 'lost')
    RETURNING purpose, from_condition, to_condition$$,
    $$VALUES ('remove', 'defective', 'defective'), ('return_defective', 'defective', 'defective'), ('keep', 'defective', 'defective'), ('lose', 'good', 'good')$$, 'a part that is taken out is defective');
SELECT is_empty('SELECT * FROM pg_temp.books()', 'the books are right');

-- ---------- parts: kinds of exchange, units, decimals, inactive ones
SELECT is(pg_temp.mv('loan board 1 main>van_1'), 'SV010', 'only loaners are lent');
SELECT is(pg_temp.mv('loan_return board 1 van_1>main'), 'SV010', 'nor come back as such');
SELECT is(pg_temp.mv('issue board 1 main>van_1') || pg_temp.mv('return board 1 van_1>main'), 'donedone', 'an engineer may have some in his car');
SELECT is(pg_temp.mv('install board 1 main>installed'), 'SV007', 'one for one is put in for a ticket');
SELECT is(pg_temp.mv('remove board 1 installed>van_1'), 'SV007', 'and to be taken out');
SELECT is(pg_temp.mv('receipt cable ' || q || ' supplier>main'), r, q || ' metres') FROM (VALUES ('0.1', 'done'), ('1.50', 'done'), ('0.15', 'SV010'), ('0', 'SV010'), ('-1', 'SV010')) x(q, r) ;
SELECT is(pg_temp.mv('receipt paste ' || q || ' supplier>main'), r, q || ' grams') FROM (VALUES ('0.001', 'done'), ('2.5000', 'done'), ('99999999997.498', 'done'), ('0.001', '22003'), ('100000000000', '22003')) x(q, r);
SELECT is(pg_temp.mv('receipt paste NaN supplier>main'), 'SV010', 'NaN');
SELECT is(pg_temp.mv('scrap paste 99999999997.498 main>scrapped'), 'done', 'that many are thrown away');
SELECT is(pg_temp.mv('receipt board 1.5 supplier>main'), 'SV010', 'half a board');
SELECT is(pg_temp.mv('receipt nothing 1 supplier>main'), '23503', 'no such part');
SELECT is(pg_temp.mv('receipt board 1 supplier>nowhere'), '23503', 'no such location');
SELECT is(pg_temp.mv('receipt board 1 nobody>main'), '23503', 'nor that');
SELECT is(pg_temp.mv('receipt old 1 supplier>main'), 'SV010', 'a part that is not received any more');
UPDATE desk.part SET is_active = true WHERE part_no = 'old';
SELECT is(pg_temp.mv('receipt old 5 supplier>main'), 'done', 'while it is');
UPDATE desk.part SET is_active = false WHERE part_no = 'old';
SELECT is(pg_temp.mv('transfer old 1 main>branch'), 'done', 'afterwards what is there is moved on');
SELECT is(pg_temp.mv('scrap old 1 main>scrapped'), 'done', 'and thrown away');
SELECT is(pg_temp.mv('transfer board 1 main>shut'), 'SV010', 'nothing goes where it is shut');
UPDATE desk.stock_location SET is_active = true WHERE location = 'shut';
SELECT is(pg_temp.mv('transfer board 1 main>shut'), 'done', 'open');
UPDATE desk.stock_location SET is_active = false WHERE location = 'shut';
SELECT is(pg_temp.mv('transfer board 1 shut>main'), 'done', 'but it is cleared out');

-- ---------- not enough
SELECT is(pg_temp.mv('transfer fan 1 main>branch'), 'SV006', 'nothing was ever there');
SELECT is(pg_temp.mv('receipt fan 3 supplier>main'), 'done', 'three come');
SELECT is(pg_temp.mv('transfer fan 4 main>branch'), 'SV006', 'four do not go');
SELECT is(pg_temp.mv('transfer fan 3 main>branch'), 'done', 'three do');
SELECT is(pg_temp.bal('main', 'fan'), 0::numeric, 'none is left');
SELECT is((SELECT count(*) FROM desk.stock_balance WHERE (location, part_no) = ('main', 'fan')), 1::bigint, 'which is known');
SELECT is(pg_temp.mv('transfer fan 1 main>branch'), 'SV006', 'so none goes');
SELECT is(pg_temp.mv('transfer fan 1 branch>main', 'from=defective'), 'SV006', 'nor one in another condition');
SELECT is(pg_temp.mv('transfer fan 1 branch>main', 'owner=maker'), 'SV006', 'nor somebody else''s');
SELECT is(pg_temp.mv('receipt fan 1000000 supplier>main') || pg_temp.mv('supplier_return fan 1000000 main>supplier'), 'donedone', 'a supplier has any number');
SELECT is(pg_temp.mv('remove cable 1000000 installed>pocket'), 'done', 'and customers too');

-- ---------- whose they are
SELECT is(pg_temp.mv('receipt fan 5 supplier>main', 'owner=maker'), 'done', 'parts in consignment');
SELECT is(pg_temp.mv('transfer fan 1 main>branch'), 'SV006', 'are not ours');
SELECT is(pg_temp.mv('transfer fan 2 main>branch', 'owner=maker'), 'done', 'they move as theirs');
SELECT is(concat_ws(' ', pg_temp.bal('main', 'fan', whose => 'maker'), pg_temp.bal('branch', 'fan', whose => 'maker'), pg_temp.bal('branch', 'fan')), '3 2 3', 'beside ours');
SELECT is(pg_temp.mv('receipt fan 1 supplier>main', 'owner='), 'SV010', 'somebody''s');

-- ---------- serial numbers
SELECT is(pg_temp.mv('receipt disk 1 supplier>main'), 'SV010', 'a serialised part needs one');
SELECT is(pg_temp.mv('receipt board 1 supplier>main', 'serial=B-1'), 'SV010', 'another has none');
SELECT is(pg_temp.mv('receipt disk 2 supplier>main', 'serial=D-1'), 'SV010', 'two do not share one');
SELECT is(pg_temp.mv('receipt disk 1 supplier>main', 'serial='), 'SV010', 'an empty one is none');
SELECT is(pg_temp.mv('transfer disk 1 main>branch', 'serial=D-1'), 'SV006', 'one that is not known comes from outside');
SELECT is(pg_temp.mv('receipt disk 1 supplier>main', 'serial=D-1'), 'done', 'that is how it gets known');
SELECT is(pg_temp.where_is('disk', 'D-1'), 'main good own 1', 'where it is');
SELECT is(pg_temp.mv('receipt disk 1 supplier>main', 'serial=D-1'), 'SV006', 'it does not come twice');
SELECT is(pg_temp.mv('receipt disk 1 supplier>branch', 'serial=D-1'), 'SV006', 'nor to another place');
SELECT is(pg_temp.mv('receipt label 1 supplier>main', 'serial=D-1'), 'done', 'another part may have the same number');
SELECT is(pg_temp.mv('receipt disk 1 supplier>branch', 'serial=D-2'), 'done', 'a second one');
SELECT is(pg_temp.mv('transfer disk 1 branch>main', 'serial=D-1'), 'SV006', 'it goes from where it is');
SELECT is(pg_temp.mv('transfer disk 1 main>branch', 'serial=D-2'), 'SV006', 'though another one is there');
SELECT is(pg_temp.mv('transfer disk 1 main>branch', 'serial=D-1 from=defective'), 'SV006', 'in its condition');
SELECT is(pg_temp.mv('transfer disk 1 main>branch', 'serial=D-1 owner=maker'), 'SV006', 'and whose it is');
SELECT pg_temp.at('03-02 09:00');
SELECT is(pg_temp.mv('transfer disk 1 main>branch', 'serial=D-1 to=in_repair'), 'done', 'to branch');
SELECT pg_temp.at('03-02 10:00');
SELECT is(pg_temp.mv('transfer disk 1 branch>repairer', 'serial=D-1'), 'SV006', 'no longer good');
SELECT is(pg_temp.mv('transfer disk 1 branch>repairer', 'serial=D-1 from=in_repair'), 'done', 'to the repairer');
SELECT is(pg_temp.mv('receipt disk 1 opening>repairer', 'serial=D-1b from=in_repair at=03-02T08:30'), 'done', 'where another one is');
SELECT is(pg_temp.mv('transfer disk 1 repairer>main', 'serial=D-1 from=in_repair to=good at=03-02T09:59'), 'SV005', 'not before its last move');
SELECT is(pg_temp.mv('transfer disk 1 repairer>main', 'serial=D-1 from=in_repair to=good at=03-02T10:00'), 'done', 'at the same time it may');
SELECT is(pg_temp.where_is('disk', 'D-1'), 'main good own 4', 'back again, after four moves');
SELECT is((SELECT string_agg(from_location || ' ' || from_condition || ' > ' || to_location || ' ' || to_condition, ', ' ORDER BY move_id) FROM desk.stock_move WHERE serial_no = 'D-1' AND part_no = 'disk'),
          'supplier good > main good, main good > branch in_repair, branch in_repair > repairer in_repair, repairer in_repair > main good', 'its history are its moves');
SELECT is(pg_temp.mv('scrap disk 1 main>scrapped', 'serial=D-1'), 'done', 'scrapped');
SELECT is(pg_temp.where_is('disk', 'D-1'), 'scrapped good own 5', 'virtual places are places too');
SELECT is(pg_temp.mv('receipt disk 1 supplier>main', 'serial=D-1'), 'SV006', 'what is scrapped does not come from the supplier');
SELECT is(pg_temp.mv('supplier_return disk 1 branch>supplier', 'serial=D-2') || pg_temp.mv('receipt disk 1 supplier>main', 'serial=D-2'), 'donedone', 'what went back may come again');
SELECT is(pg_temp.mv('receipt disk 1 opening>main', 'serial=D-2'), 'SV006', 'but once');
SELECT is(pg_temp.mv('receipt disk 1 opening>main', 'serial=D-3 owner=maker'), 'done', 'one in consignment');
SELECT is(pg_temp.mv('transfer disk 1 main>branch', 'serial=D-3'), 'SV006', 'is not ours');
-- what becomes of a piece outside is not ours to know: it comes in as it is; whose it is stays
SELECT is(pg_temp.mv('receipt label 1 supplier>main', 'serial=L-1 owner=maker') || pg_temp.mv('install label 1 main>installed', 'serial=L-1 owner=maker'), 'donedone', 'put in as good');
SELECT is(pg_temp.mv('remove label 1 installed>van_1', 'serial=L-1'), 'SV006', 'it does not become ours');
SELECT is(pg_temp.mv('remove label 1 installed>van_1', 'serial=L-1 owner=maker'), 'done', 'but defective');
SELECT is(pg_temp.where_is('label', 'L-1'), 'van_1 defective maker 3', 'which it is now');
SELECT is(pg_temp.mv('supplier_return label 1 van_1>supplier', 'serial=L-1 from=defective owner=maker') || pg_temp.mv('receipt label 1 supplier>main', 'serial=L-1 owner=maker'), 'donedone', 'repaired outside');
SELECT is(pg_temp.mv('receipt label 1 supplier>main', 'serial=L-2 owner=maker') || pg_temp.mv('supplier_return label 1 main>supplier', 'serial=L-2') || pg_temp.mv('supplier_return label 1 main>supplier', 'serial=L-2 owner=maker') || pg_temp.mv('receipt label 1 supplier>main', 'serial=L-2'), 'doneSV006donedone', 'one in consignment is bought');
SELECT is(pg_temp.where_is('label', 'L-2'), 'main good own 3', 'and ours from then on');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_move (part_no, serial_no, from_location, to_location, purpose, from_condition, owner) VALUES ('label', 'L-1', 'main', 'installed', 'install', NULL, 'maker'), ('label', 'L-1', 'installed', 'van_1', 'remove', 'scrap', 'maker')$$), 'done', 'in one statement, too');
SELECT is(pg_temp.where_is('label', 'L-1'), 'van_1 scrap maker 7', 'after seven moves');
-- a loaner comes back in another condition
SELECT is(pg_temp.mv('receipt pc 1 supplier>main', 'serial=PC-1') || pg_temp.mv('loan pc 1 main>customer', 'serial=PC-1') || pg_temp.mv('loan_return pc 1 customer>main', 'serial=PC-1 to=defective'), 'donedonedone', 'lent as good, back as defective');
SELECT is(pg_temp.where_is('pc', 'PC-1'), 'main defective own 3', 'which is known');
SELECT is_empty('SELECT * FROM pg_temp.books()', 'the books are right');

-- ---------- times
SELECT pg_temp.at('03-03 12:00');
SELECT is(pg_temp.mv('receipt fan 1 supplier>shelf', 'at=03-03T12:01'), 'SV005', 'a minute ahead');
SELECT is(pg_temp.mv('receipt fan 1 supplier>shelf', 'at=03-03T12:00:04'), 'done', 'a little ahead');
SELECT is((SELECT happened_at FROM desk.stock_move ORDER BY move_id DESC LIMIT 1), '2026-03-03 12:00'::timestamptz, 'is now');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_move (part_no, from_location, to_location, purpose, happened_at) VALUES ('fan', 'supplier', 'shelf', 'receipt', '-infinity')$$), 'SV005', 'since ever');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_move (part_no, from_location, to_location, purpose, happened_at) VALUES ('fan', 'supplier', 'shelf', 'receipt', 'infinity')$$), 'SV005', 'never');
-- 5 in at 08:00, 3 out at 10:00, 4 in at 11:00: 5 2 6
SELECT is(string_agg(pg_temp.mv(w, s), ' '), 'done done done', 'a day''s moves') FROM (VALUES
    ('receipt board 5 supplier>shelf', 'at=03-03T08:00'), ('scrap board 3 shelf>scrapped', 'at=03-03T10:00'), ('receipt board 4 supplier>shelf', 'at=03-03T11:00')) x(w, s);
SELECT is(pg_temp.mv('transfer board 3 shelf>main', 'at=03-03T09:00'), 'SV006', 'three at 09:00 would be missing at 10:00');
SELECT is(pg_temp.mv('transfer board 3 shelf>main', 'at=03-03T10:30'), 'SV006', 'there are two then');
SELECT is(pg_temp.mv('transfer board 6 shelf>main', 'at=03-03T07:59'), 'SV006', 'and none before all');
SELECT is(pg_temp.mv('transfer board 1 shelf>main', 'at=03-03T07:59:59.999999'), 'SV006', 'not even a moment');
SELECT is(pg_temp.mv('transfer board 2 shelf>main', 'at=03-03T08:00'), 'done', 'two are there all day');
SELECT is(pg_temp.bal('shelf', 'board'), 4::numeric, 'four are left now');
SELECT is(pg_temp.mv('transfer board 1 shelf>main', 'at=03-03T10:59:59'), 'SV006', 'and none between ten and eleven');
SELECT is(pg_temp.mv('transfer board 4 shelf>main', 'at=03-03T11:00'), 'done', 'at 11:00 they are');
SELECT is((SELECT last_at FROM desk.stock_balance WHERE (location, part_no, condition, owner) = ('shelf', 'board', 'good', 'own')), '2026-03-03 11:00'::timestamptz, 'the balance says of when it is');
SELECT is(pg_temp.mv('receipt board 1 supplier>shelf', 'at=03-03T07:00'), 'done', 'what comes late comes always right');
SELECT is((SELECT last_at FROM desk.stock_balance WHERE (location, part_no, condition, owner) = ('shelf', 'board', 'good', 'own')), '2026-03-03 11:00'::timestamptz, 'and does not make it older');
SELECT is(pg_temp.mv('transfer board 1 shelf>main'), 'done', 'now it goes');
-- at the same moment: as they are recorded
SELECT is(pg_temp.mv('transfer board 1 shelf>main', 'at=03-03T12:00') || ' ' || pg_temp.mv('receipt board 1 supplier>shelf', 'at=03-03T12:00') || ' ' || pg_temp.mv('transfer board 1 shelf>main', 'at=03-03T12:00'),
          'SV006 done done', 'out, in, out of one moment');
SELECT is_empty('SELECT * FROM pg_temp.books()', 'the books are right');

-- ---------- a random ledger against a plain one; in statements of one row and of many
CREATE TEMP TABLE plain (location text, part_no text, condition text, owner text, at timestamptz, delta numeric);
CREATE TEMP TABLE told (n integer, rows integer, result text, want text, move jsonb);
-- whether the plain ledger lets such a move in; if so, books it
CREATE FUNCTION pg_temp.plain_books(m jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT k.physical FROM desk.stock_location l JOIN desk.location_kind k USING (kind) WHERE l.location = m ->> 'from_location') AND
       (SELECT min(s) FROM (SELECT sum(sum(delta)) OVER (ORDER BY at) AS s, at FROM
            (SELECT at, delta FROM plain p WHERE (p.location, p.part_no, p.condition, p.owner) = (m ->> 'from_location', m ->> 'part_no', m ->> 'from_condition', m ->> 'owner')
             UNION ALL SELECT (m ->> 'happened_at')::timestamptz, -(m ->> 'quantity')::numeric) d GROUP BY at) w) < 0 THEN
        RETURN false;
    END IF;
    INSERT INTO plain VALUES (m ->> 'from_location', m ->> 'part_no', m ->> 'from_condition', m ->> 'owner', (m ->> 'happened_at')::timestamptz, -(m ->> 'quantity')::numeric),
        (m ->> 'to_location', m ->> 'part_no', m ->> 'to_condition', m ->> 'owner', (m ->> 'happened_at')::timestamptz, (m ->> 'quantity')::numeric);
    RETURN true;
END $$;
CREATE FUNCTION pg_temp.any_move() RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    f text := ('{supplier,supplier,r_a,r_a,r_b,r_b,r_c}'::text[])[1 + floor(random() * 7)::integer];
    t text; c text := ('{good,good,defective}'::text[])[1 + floor(random() * 3)::integer]; d text;
BEGIN
    t := CASE WHEN f = 'supplier' THEN ('{r_a,r_b,r_c}'::text[])[1 + floor(random() * 3)::integer] ELSE ('{r_a,r_b,r_c,supplier,scrapped}'::text[])[1 + floor(random() * 5)::integer] END;
    d := CASE WHEN f = t THEN CASE c WHEN 'good' THEN 'defective' ELSE 'good' END WHEN f <> 'supplier' AND t LIKE 'r\_%' THEN ('{good,defective}'::text[])[1 + floor(random() * 2)::integer] ELSE c END;
    RETURN jsonb_build_object('part_no', ('{cable,paste}'::text[])[1 + floor(random() * 2)::integer], 'from_location', f, 'to_location', t, 'from_condition', c, 'to_condition', d,
        'owner', ('{own,own,maker}'::text[])[1 + floor(random() * 3)::integer], 'quantity', round((0.1 + random() * 4)::numeric, 1),
        'happened_at', timestamptz '2026-02-01 08:00' + floor(random() * 30) * interval '1 minute',
        'purpose', CASE WHEN f = 'supplier' THEN 'receipt' WHEN f = t THEN 'regrade' WHEN t = 'supplier' THEN 'supplier_return' WHEN t = 'scrapped' THEN 'scrap' ELSE 'transfer' END);
END $$;
CREATE FUNCTION pg_temp.put_moves(ms jsonb) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO desk.stock_move (part_no, from_location, to_location, from_condition, to_condition, owner, quantity, happened_at, purpose)
    SELECT part_no, from_location, to_location, from_condition, to_condition, owner, quantity, happened_at, purpose
    FROM ROWS FROM (jsonb_to_recordset(ms) AS (part_no text, from_location text, to_location text, from_condition text, to_condition text, owner text, quantity numeric, happened_at timestamptz, purpose text)) WITH ORDINALITY
        x(part_no, from_location, to_location, from_condition, to_condition, owner, quantity, happened_at, purpose, n) ORDER BY n;
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN RETURN sqlstate;
END $$;
INSERT INTO desk.stock_location (location, kind) VALUES ('r_a', 'store'), ('r_b', 'repairer'), ('r_c', 'store');
SELECT setseed(0.5) \g /dev/null
DO $$
DECLARE m jsonb; ms jsonb; k integer; fits boolean; kept plain[];
BEGIN
    FOR i IN 1 .. 700 LOOP
        k := CASE WHEN i <= 400 THEN 1 ELSE 2 + floor(random() * 5)::integer END;
        ms := '[]'; fits := true;
        FOR j IN 1 .. k LOOP
            ms := ms || pg_temp.any_move();
        END LOOP;
        -- the plain ledger takes the rows one by one, all or none
        BEGIN
            FOR m IN SELECT x FROM jsonb_array_elements(ms) WITH ORDINALITY e(x, n) ORDER BY n LOOP
                IF NOT pg_temp.plain_books(m) THEN RAISE EXCEPTION USING ERRCODE = 'T0001'; END IF;
            END LOOP;
        EXCEPTION WHEN SQLSTATE 'T0001' THEN fits := false;
        END;
        INSERT INTO told VALUES (i, k, pg_temp.put_moves(ms), CASE WHEN fits THEN 'done' ELSE 'SV006' END, ms);
    END LOOP;
END $$;
SELECT is_empty('SELECT n, result, want, move FROM told WHERE result <> want ORDER BY n LIMIT 3', 'every statement is judged as the plain ledger does');
SELECT is((SELECT bool_and(c > 20) AND count(*) = 4 FROM (SELECT count(*) AS c FROM told GROUP BY rows > 1, want) x), true, 'both ways, of both sorts');
SELECT is_empty($$SELECT * FROM (SELECT location, part_no, condition, owner, quantity, last_at FROM desk.stock_balance WHERE location LIKE 'r\_%') b
    FULL JOIN (SELECT location, part_no, condition, owner, sum(delta) AS quantity, max(at) AS last_at FROM plain WHERE location LIKE 'r\_%' GROUP BY 1, 2, 3, 4) p USING (location, part_no, condition, owner)
    WHERE (b.quantity, b.last_at) IS DISTINCT FROM (p.quantity, p.last_at)$$, 'and has the same balances');
SELECT is_empty('SELECT * FROM pg_temp.books()', 'the books are right');

-- ---------- many rows in one statement
SELECT is(pg_temp.try($$INSERT INTO desk.stock_move (part_no, from_location, to_location, purpose) SELECT 'fan', 'supplier', 'main', 'receipt' WHERE false$$), 'done', 'no row at all');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_move (part_no, quantity, from_location, to_location, purpose) VALUES ('jig', 5, 'repairer', 'r_a', 'transfer'), ('jig', 5, 'r_a', 'r_b', 'transfer'), ('jig', 5, 'r_b', 'r_c', 'transfer')$$), 'done', 'each row moves what the one before brought');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_move (part_no, quantity, from_location, to_location, purpose) VALUES ('jig', 5, 'r_b', 'r_a', 'transfer'), ('jig', 5, 'r_c', 'r_b', 'transfer')$$), 'SV006', 'not what the one after will');
SELECT is(concat_ws(' ', pg_temp.bal('r_a', 'jig'), pg_temp.bal('r_b', 'jig'), pg_temp.bal('r_c', 'jig')), '0 0 5', 'then none moves');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_move (part_no, quantity, from_location, to_location, purpose) VALUES ('jig', 3, 'r_c', 'r_a', 'transfer'), ('jig', 3, 'r_c', 'r_b', 'transfer'), ('jig', 1, 'r_a', 'r_c', 'transfer')$$), 'SV006', 'below zero in the middle');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_move (part_no, quantity, from_location, to_location, purpose, happened_at) VALUES
    ('jig', 1, 'r_c', 'r_a', 'transfer', '2026-03-03 11:59'), ('jig', 1, 'r_a', 'r_b', 'transfer', '2026-03-03 12:00'), ('jig', 1, 'r_b', 'r_c', 'transfer', '2026-03-03 11:58')$$), 'SV006', 'in the order of the rows, at the time of each');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_move (part_no, serial_no, from_location, to_location, purpose) VALUES ('disk', 'D-10', 'supplier', 'main', 'receipt'), ('disk', 'D-10', 'main', 'branch', 'transfer'), ('disk', 'D-10', 'branch', 'supplier', 'supplier_return')$$), 'done', 'a serial number passes through');
SELECT is(pg_temp.where_is('disk', 'D-10'), 'supplier good own 3', 'in three moves');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_move (part_no, serial_no, from_location, to_location, purpose) VALUES ('disk', 'D-11', 'supplier', 'main', 'receipt'), ('disk', 'D-11', 'branch', 'main', 'transfer')$$), 'SV006', 'not from elsewhere');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_move (part_no, serial_no, from_location, to_location, purpose) VALUES ('disk', 'D-11', 'supplier', 'main', 'receipt'), ('disk', 'D-11', 'supplier', 'main', 'receipt')$$), 'SV006', 'nor twice');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_move (part_no, serial_no, from_location, to_location, purpose, happened_at) VALUES ('disk', 'D-11', 'supplier', 'main', 'receipt', '2026-03-03 11:00'), ('disk', 'D-11', 'main', 'branch', 'transfer', '2026-03-03 10:00')$$), 'SV005', 'nor back in time');
SELECT is(pg_temp.where_is('disk', 'D-11'), NULL, 'and nothing is known of it');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_move (part_no, serial_no, quantity, from_location, to_location, purpose) SELECT 'pc', 'P-' || g, 1, 'supplier', 'main', 'receipt' FROM generate_series(1, 2500) g$$), 'done', 'thousands of serial numbers');
SELECT is(concat_ws(' ', pg_temp.bal('main', 'pc'), (SELECT count(*) FROM desk.stock_serial WHERE part_no = 'pc' AND condition = 'good' AND location = 'main')), '2500 2500', 'are there');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_move (part_no, quantity, from_location, to_location, purpose) SELECT 'paste', 0.001, CASE g % 2 WHEN 1 THEN 'supplier' ELSE 'vault_' || g % 50 END, 'main', 'receipt' FROM generate_series(1, 3) g$$), '23503', 'one unknown place refuses all');
INSERT INTO desk.stock_location (location, kind) SELECT 'bin_' || g, 'store' FROM generate_series(1, 300) g;
SELECT is(pg_temp.try($$INSERT INTO desk.stock_move (part_no, quantity, from_location, to_location, purpose) SELECT 'paste', 0.003, 'supplier', 'bin_' || (g * 7919) % 300 + 1, 'receipt' FROM generate_series(1, 3000) g$$), 'done', 'many places, out of order');
SELECT is((SELECT count(*) || ' ' || min(quantity) || ' ' || max(quantity) FROM desk.stock_balance WHERE location LIKE 'bin\_%'), '300 0.030 0.030', 'ten times each');
SELECT is_empty('SELECT * FROM pg_temp.books()', 'the books are right');

-- ---------- columns that are written by triggers only
SELECT is(pg_temp.try(format('INSERT INTO desk.stock_move (part_no, from_location, to_location, purpose, %I) VALUES (''fan'', ''supplier'', ''main'', ''receipt'', %s)', c, v)), 'SV004', c) FROM (VALUES
    ('recorded_at', 'now()'), ('recorded_by', '''clerk_1'''), ('grade_step', '1'), ('is_other_model', 'false'), ('slip_id', '1'), ('count_id', '1')) x(c, v);
SELECT is(pg_temp.try(s), 'SV004', s) FROM unnest('{UPDATE desk.stock_move SET note = ''x'',UPDATE desk.stock_move SET note = note WHERE false,DELETE FROM desk.stock_move,DELETE FROM desk.stock_move WHERE false,TRUNCATE desk.stock_move CASCADE,UPDATE desk.stock_balance SET quantity = 99,INSERT INTO desk.stock_balance VALUES (''main''\,''fan''\,''scrap''\,''own''\,1\,now()),DELETE FROM desk.stock_serial,UPDATE desk.stock_serial SET location = ''main'',TRUNCATE desk.part_exchange CASCADE,DELETE FROM desk.part_exchange}'::text[]) s;
SELECT is(pg_temp.mv('receipt fan 1 supplier>main', 'exchange_id=999'), '23503', 'an exchange that there is not');

-- ---------- substitutes
INSERT INTO desk.part (part_no, exchange, grade) VALUES ('s_low', 'consumable', 1), ('s_mid', 'consumable', 2), ('s_high', 'consumable', 5), ('s_none', 'consumable', NULL);
INSERT INTO desk.stock_move (part_no, quantity, from_location, to_location, purpose) SELECT p, 10, 'supplier', 'main', 'receipt' FROM unnest('{s_low,s_mid,s_high,s_none}'::text[]) p;
SELECT results_eq($$INSERT INTO desk.stock_move (part_no, substitute_for, from_location, to_location, purpose) SELECT p, s, 'main', 'van_1', 'issue'
    FROM (VALUES ('s_mid', 's_low'), ('s_high', 's_low'), ('s_low', 's_mid'), ('s_mid', 's_mid'), ('s_none', 's_mid'), ('s_mid', 's_none'), ('s_mid', NULL)) x(p, s) RETURNING part_no, substitute_for, grade_step$$,
    $$SELECT p, s, g::smallint FROM (VALUES ('s_mid', 's_low', 1), ('s_high', 's_low', 4), ('s_low', 's_mid', -1), ('s_mid', 's_mid', 0), ('s_none', 's_mid', NULL), ('s_mid', 's_none', NULL), ('s_mid', NULL, NULL)) x(p, s, g)$$, 'by how many grades it is higher');
SELECT is(pg_temp.mv('issue s_mid 1 main>van_1', 'substitute_for=nothing'), '23503', 'of a part that there is not');
UPDATE desk.part SET grade = 4 WHERE part_no = 's_mid';
SELECT results_eq($$INSERT INTO desk.stock_move (part_no, substitute_for, from_location, to_location, purpose) VALUES ('s_mid', 's_low', 'main', 'van_1', 'issue') RETURNING grade_step$$, 'VALUES (3::smallint)', 'by the grade it has now');

-- ---------- reversals
SELECT pg_temp.at('03-04 08:00');
SELECT is(pg_temp.mv('receipt board 10 supplier>r_a', 'external_ref=in owner=maker note=late document_no=77 handed_to=driver'), 'done', 'ten come');
SELECT is(pg_temp.mv('transfer board 4 r_a>r_b', 'external_ref=on owner=maker to=defective'), 'done', 'four go on');
SELECT is(pg_temp.back('in'), 'SV006', 'what has gone on is not taken back');
SELECT pg_temp.at('03-04 09:00');
SELECT results_eq(format($$INSERT INTO desk.stock_move (reversal_of, external_ref) VALUES (%s, 'on-back') RETURNING purpose, part_no, owner, quantity::text, from_location, to_location, from_condition, to_condition, serial_no, ticket_id, happened_at$$, pg_temp.m('on')),
    $$VALUES ('transfer', 'board', 'maker', '4.000', 'r_b', 'r_a', 'defective', 'good', NULL::text, NULL::bigint, aftersales.now())$$, 'all is filled in, the other way round');
SELECT is(concat_ws(' ', pg_temp.bal('r_a', 'board', whose => 'maker'), pg_temp.bal('r_b', 'board', 'defective', 'maker')), '10 0', 'as before');
SELECT is(pg_temp.back('on'), 'SV004', 'only once');
SELECT is(pg_temp.back('on-back'), 'SV004', 'and not itself');
SELECT is(pg_temp.back('in', c, v), 'SV010', c || ' ' || v) FROM (VALUES ('quantity', '5'), ('part_no', '''fan'''), ('from_location', '''supplier'''), ('to_location', '''main'''), ('to_condition', '''scrap'''), ('owner', '''own'''), ('purpose', '''transfer'''), ('purpose', '''supplier_return'''), ('serial_no', '''x''')) x(c, v)
    WHERE (c, v) NOT IN (('owner', '''own'''), ('purpose', '''transfer'''));
SELECT is(pg_temp.back('in', 'part_no, quantity, from_location, to_location, from_condition, to_condition, owner, purpose, note, happened_at', $$'board', 10, 'r_a', 'supplier', 'good', 'good', 'maker', 'receipt', 'wrong box', '2026-03-04 08:30'$$), 'SV006', 'at half past eight six were there');
SELECT is(pg_temp.back('in', 'part_no, quantity, from_location, to_location, from_condition, to_condition, owner, purpose, note', $$'board', 10, 'r_a', 'supplier', 'good', 'good', 'maker', 'receipt', 'wrong box'$$), 'done', 'said as it is');
SELECT is(pg_temp.bal('r_a', 'board', whose => 'maker'), 0::numeric, 'gone');
SELECT is(pg_temp.try('INSERT INTO desk.stock_move (reversal_of) VALUES (999999)'), '23503', 'of nothing');
SELECT is(pg_temp.mv('receipt disk 1 supplier>r_a', 'serial=D-20 external_ref=d20'), 'done', 'a serial number comes');
SELECT is(pg_temp.back('d20'), 'done', 'and is taken back');
SELECT is(pg_temp.where_is('disk', 'D-20'), 'supplier good own 2', 'to where it came from');
SELECT is(pg_temp.mv('receipt disk 1 supplier>r_b', 'serial=D-20'), 'done', 'it may come again');
SELECT is(pg_temp.mv('receipt disk 1 supplier>r_a', 'serial=D-21 external_ref=d21') || pg_temp.mv('transfer disk 1 r_a>r_b', 'serial=D-21'), 'donedone', 'another comes and goes on');
SELECT is(pg_temp.back('d21'), 'SV006', 'it is not there any more');
SELECT is(pg_temp.mv('receipt jig 1 supplier>r_a', 'external_ref=t1'), 'done', 'one more');
SELECT is(pg_temp.back('t1', 'happened_at', '''2026-03-04 08:59'''), 'SV010', 'not taken back before it came');
SELECT is(pg_temp.back('t1', 'happened_at', '''2026-03-04 09:00'''), 'done', 'at the same moment it may');
-- a reversal undoes what is closed by now
SELECT is(pg_temp.mv('receipt old 1 supplier>main'), 'SV010', 'not received any more');
SELECT is(pg_temp.mv('transfer old 1 main>branch', 'external_ref=o1'), 'done', 'but moved');
UPDATE desk.stock_location SET is_active = true WHERE location = 'shut';
SELECT is(pg_temp.mv('transfer cable 0.1 shelf>shut', 'external_ref=s1') || pg_temp.mv('transfer cable 0.1 shut>shelf', 'external_ref=s2'), 'donedone', 'there and back');
UPDATE desk.stock_location SET is_active = false WHERE location = 'shut';
SELECT is(pg_temp.back('s2'), 'done', 'a mistake is taken back all the same');
-- many at once
SELECT is(pg_temp.try($$INSERT INTO desk.stock_move (part_no, quantity, from_location, to_location, purpose, external_ref) SELECT 'fan', 1, 'supplier', 'r_c', 'receipt', 'many-' || g FROM generate_series(1, 20) g$$), 'done', 'twenty moves');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_move (reversal_of) SELECT move_id FROM desk.stock_move WHERE external_ref LIKE 'many-%'$$), 'done', 'taken back in one statement');
SELECT is(pg_temp.bal('r_c', 'fan'), 0::numeric, 'all of them');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_move (reversal_of) SELECT pg_temp.m('o1') FROM generate_series(1, 2)$$) IN ('SV004', '23505'), true, 'not twice in one statement');
SELECT is_empty('SELECT * FROM pg_temp.books()', 'the books are right');

-- ---------- retries
SELECT pg_temp.at('03-05 08:00');
SELECT is(pg_temp.mv('receipt fan 2 supplier>r_c', 'external_ref=x-1 note=n'), 'done', 'with an external_ref');
SELECT pg_temp.at('03-05 08:05');
SELECT is(pg_temp.mv('receipt fan 2 supplier>r_c', 'external_ref=x-1 note=n'), '23505', 'once more');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_move (part_no, quantity, from_location, to_location, purpose, external_ref, note) VALUES ('fan', 2, 'supplier', 'r_c', 'receipt', 'x-1', 'n') ON CONFLICT (external_ref) DO NOTHING$$), 'done', 'skipped');
SELECT is(pg_temp.bal('r_c', 'fan'), 2::numeric, 'it came once');
SELECT is(pg_temp.mv(w, s), 'SV013', w || ' ' || s) FROM (VALUES ('receipt fan 3 supplier>r_c', 'external_ref=x-1'), ('receipt fan 2 supplier>r_b', 'external_ref=x-1'), ('receipt fan 2 opening>r_c', 'external_ref=x-1'), ('receipt board 2 supplier>r_c', 'external_ref=x-1'),
    ('receipt fan 2 supplier>r_c', 'external_ref=x-1 owner=maker'), ('receipt fan 2 supplier>r_c', 'external_ref=x-1 from=scrap')) x(w, s);
SELECT is(pg_temp.try($$INSERT INTO desk.stock_move (part_no, quantity, from_location, to_location, purpose, external_ref) VALUES ('fan', 9, 'supplier', 'r_c', 'receipt', 'x-1') ON CONFLICT (external_ref) DO NOTHING$$), 'SV013', 'other contents are not skipped');
SELECT is(pg_temp.mv('transfer fan 2 r_c>r_b', 'external_ref=x-2'), 'done', 'the last ones go');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_move (part_no, quantity, from_location, to_location, external_ref) VALUES ('fan', 2, 'r_c', 'r_b', 'x-2') ON CONFLICT (external_ref) DO NOTHING$$), 'done', 'a retry does not ask for them again');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_move (part_no, quantity, from_location, to_location, external_ref) VALUES ('fan', 2, 'r_c', 'r_b', 'x-2') ON CONFLICT DO NOTHING$$), 'done', 'nor in this form');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_move (part_no, quantity, from_location, to_location, purpose, external_ref) VALUES ('fan', 2, 'supplier', 'r_c', 'receipt', 'x-1'), ('fan', 1, 'supplier', 'r_c', 'receipt', 'x-3') ON CONFLICT (external_ref) DO NOTHING$$), 'done', 'some are new');
SELECT is(pg_temp.bal('r_c', 'fan'), 1::numeric, 'which come');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_move (part_no, quantity, from_location, to_location, purpose, external_ref) VALUES ('fan', 1, 'supplier', 'r_c', 'receipt', 'x-4'), ('fan', 1, 'supplier', 'r_c', 'receipt', 'x-4') ON CONFLICT (external_ref) DO NOTHING$$), 'done', 'twice in one statement');
SELECT is(pg_temp.bal('r_c', 'fan'), 2::numeric, 'is once');
SELECT is(pg_temp.mv('receipt disk 1 supplier>r_a', 'serial=D-30 external_ref=x-5'), 'done', 'a serial number');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_move (part_no, serial_no, from_location, to_location, purpose, external_ref) VALUES ('disk', 'D-30', 'supplier', 'r_a', 'receipt', 'x-5') ON CONFLICT (external_ref) DO NOTHING$$), 'done', 'is there already');
SELECT is(pg_temp.mv('receipt disk 1 supplier>r_a', 'serial=D-31 external_ref=x-5'), 'SV013', 'another one is another move');
SELECT is(pg_temp.back('x-3', 'external_ref', '''x-6'''), 'done', 'a reversal');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_move (reversal_of, external_ref) VALUES (pg_temp.m('x-3'), 'x-6') ON CONFLICT (external_ref) DO NOTHING$$), 'done', 'and its retry');
SELECT is(pg_temp.back('x-4', 'external_ref', '''x-6'''), 'SV013', 'of another move');
SELECT is_empty('SELECT * FROM pg_temp.books()', 'the books are right');

-- a client whose clock is ahead
SELECT pg_temp.at('03-05 09:00:00');
SELECT is(pg_temp.mv('receipt fan 1 supplier>r_b', 'external_ref=x-7 at=03-05T09:00:03'), 'done', 'three seconds ahead');
SELECT pg_temp.at('03-05 09:00:10');
SELECT is(pg_temp.mv('receipt fan 1 supplier>r_b', 'external_ref=x-7 at=03-05T09:00:03'), '23505', 'ten seconds later it is the same move');
SELECT is(pg_temp.mv('receipt fan 1 supplier>r_b', 'external_ref=x-7 at=03-05T08:59:59'), 'SV013', 'one of another time is not');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_move (part_no, from_location, to_location, purpose, external_ref) VALUES ('fan', 'supplier', 'r_b', 'receipt', 'x-7') ON CONFLICT (external_ref) DO UPDATE SET note = 'x'$$), 'SV004', 'there is nothing to update');

-- ---------- tickets
SELECT pg_temp.at('03-06 08:00');
INSERT INTO desk.ticket (ticket_id, policy, ticket_type, attributes) SELECT g, 'st', 'repair', '{"most": 2}' FROM generate_series(1, 40) g;
INSERT INTO desk.ticket (ticket_id, policy, ticket_type) VALUES (50, 'st', 'other');
SELECT pg_temp.mv('receipt fan 100 supplier>main'), pg_temp.mv('receipt disk 1 supplier>main', 'serial=T-1'), pg_temp.mv('receipt board 50 supplier>main') \g /dev/null
SELECT pg_temp.at('03-06 09:00');
SELECT is(pg_temp.mv('issue fan 2 main>van_1', 'ticket=1 external_ref=t-1'), 'done', 'for a ticket');
SELECT is(pg_temp.said(1), 'stock:issue 03-06 09:00', 'its history says so');
SELECT results_eq($$SELECT e.actor, e.origin, p.data - 'exchange_id' FROM desk.ticket_event e JOIN desk.event_private p USING (event_id) WHERE e.ticket_id = 1 AND e.event = 'stock:issue'$$,
    $$SELECT 'clerk_1', 'stock_move', jsonb_build_object('move_id', pg_temp.m('t-1'), 'purpose', 'issue', 'part_no', 'fan', 'quantity', 2, 'from_location', 'main', 'to_location', 'van_1')$$, 'what, and from where to where');
SELECT is((SELECT p.data -> 'exchange_id' IS NOT DISTINCT FROM to_jsonb(m.exchange_id) AND m.exchange_id IS NOT NULL FROM desk.stock_move m, desk.ticket_event e JOIN desk.event_private p USING (event_id)
           WHERE m.external_ref = 't-1' AND e.ticket_id = 1 AND e.event = 'stock:issue'), true, 'and which hand-out it is');
SELECT is((SELECT count(*) FROM desk.sla_clock WHERE ticket_id = 1 AND clock = 'part' AND started_at = '2026-03-06 09:00'), 1::bigint, 'clocks go by it, though no policy declares the event');
SELECT is(pg_temp.mv('issue disk 1 main>van_1', 'ticket=1 serial=T-1 at=03-06T08:30'), 'done', 'half an hour ago');
SELECT is((SELECT p.data ->> 'serial_no' FROM desk.ticket_event e JOIN desk.event_private p USING (event_id) WHERE e.ticket_id = 1 ORDER BY seq DESC LIMIT 1), 'T-1', 'with its serial number');
SELECT is((SELECT started_at FROM desk.sla_clock WHERE ticket_id = 1 AND clock = 'part' AND ended_as IS NULL), '2026-03-06 08:30'::timestamptz, 'the clock started then');
SELECT is(pg_temp.back('t-1'), 'done', 'taken back');
SELECT is(pg_temp.said(1), 'stock:issue 03-06 09:00, stock:issue 03-06 08:30, stock:reversal 03-06 09:00', 'which is said too');
SELECT is((SELECT p.data ->> 'purpose' FROM desk.ticket_event e JOIN desk.event_private p USING (event_id) WHERE e.ticket_id = 1 AND e.event = 'stock:reversal'), 'issue', 'of what');
SELECT is((SELECT ticket_id FROM desk.stock_move WHERE reversal_of = pg_temp.m('t-1')), 1::bigint, 'for the same ticket');
SELECT is(pg_temp.mv('issue fan 1 main>van_1', 'ticket=999'), '23503', 'no such ticket');
SELECT is(pg_temp.mv('issue cable 1 store>van_1', 'ticket=2 at=03-06T07:59'), 'SV005', 'before it was opened');
SELECT is(pg_temp.said(2), '', 'nothing is said of what was refused');
-- what is declared of the event
SELECT is(pg_temp.mv('transfer board 1 main>branch', 'ticket=2'), 'SV003', 'the event is for keepers');
SELECT is(pg_temp.mv_as('keeper_1', 'transfer board 1 main>branch', 'ticket=2 at=03-06T08:00'), 'done', 'an hour late');
SELECT pg_temp.at('03-06 09:30');
SELECT is(pg_temp.mv_as('keeper_1', 'transfer board 1 main>branch', 'ticket=2 at=03-06T08:29'), 'SV005', 'later than that is too late');
UPDATE desk.ticket SET status = 'done' WHERE ticket_id = 2;
SELECT is(pg_temp.mv_as('keeper_1', 'transfer board 1 main>branch', 'ticket=2'), 'SV001', 'and not in that state');
SELECT is(pg_temp.mv('transfer board 1 main>branch', 'at=03-06T08:00'), 'done', 'without a ticket all that is nothing');
-- voided
SELECT aftersales.void_ticket(3, 'a mistake') \g /dev/null
SELECT is(pg_temp.mv('issue fan 1 main>van_1', 'ticket=3'), 'SV001', 'a voided ticket gets nothing');
-- events come only from moves
SELECT is(pg_temp.try('INSERT INTO desk.ticket_event (ticket_id, event) VALUES (4, ''stock:issue'')'), 'SV010', 'nobody else says so');
SELECT is(pg_temp.try('INSERT INTO desk.ticket_event (ticket_id, event) VALUES (4, ''stock:balanced'')'), 'SV010', 'nor that');
SELECT is(pg_temp.try(format('SELECT aftersales.correct_event(%s, ''no'')', event_id)), code, 'a move is taken back by a move') FROM desk.ticket_event, (VALUES ('SV004')) x(code) WHERE ticket_id = 1 AND event = 'stock:issue' ORDER BY seq LIMIT 1;

-- settled first: what was due before is in the history before
SELECT pg_temp.at('03-07 09:00');
SELECT is(pg_temp.mv('issue fan 1 main>van_1', 'ticket=4'), 'SV002 on_time', 'it is late by now, and the guard knows');
SELECT is(pg_temp.mv('install fan 1 main>installed', 'ticket=4'), 'done', 'something else');
SELECT is(pg_temp.said(4), 'status:late 03-07 08:00, stock:install 03-07 09:00', 'after it got late');
SELECT is(pg_temp.mv('issue fan 1 main>van_1', 'ticket=5 at=03-07T07:30'), 'SV002 on_time', 'what is told late is judged by what is known');

-- ---------- guards
SELECT pg_temp.at('03-06 10:00'); -- a test may go back
INSERT INTO desk.ticket (ticket_id, policy, ticket_type, attributes) SELECT g, 'st', 'repair', '{"most": 2}' FROM generate_series(60, 80) g;
SELECT is(pg_temp.mv('issue fan 3 main>van_1', 'ticket=60'), 'SV002 most', 'attributes of its ticket');
SELECT is(pg_temp.mv('issue fan 2 main>van_1', 'ticket=60'), 'done', 'as many as it says');
SELECT is(pg_temp.mv('transfer fan 3 main>branch'), 'done', 'no ticket, no such guard');
SELECT is(pg_temp.mv('issue paste 1 main>van_1', 'ticket=60'), 'SV002 after_asking', 'events of the ticket');
INSERT INTO desk.ticket_event (ticket_id, event) VALUES (60, 'asked');
SELECT is(pg_temp.mv('issue paste 1 main>van_1', 'ticket=60'), 'done', 'that have come');
SELECT is(pg_temp.mv('install fan 1 main>installed', 'ticket=50'), 'SV002 no_fan', 'guards of its type');
SELECT is(pg_temp.mv('scrap board 1 main>scrapped'), 'done', 'nobody asks at a place without a policy');
SELECT is(pg_temp.mv('scrap board 1 main>scrapped', 'ticket=60'), 'SV002 scrap_noted', 'but for a ticket');
-- by the place's policy
SELECT is(pg_temp.mv('transfer board 1 main>vault'), 'SV003 vault', 'into the vault');
SELECT is(pg_temp.mv_as('keeper_1', 'transfer board 5 main>vault'), 'done', 'by its keeper');
SELECT is(pg_temp.mv('transfer board 1 vault>main'), 'SV003 vault', 'out of it');
SELECT is(pg_temp.mv_as('keeper_1', 'scrap board 1 vault>scrapped'), 'SV002 scrap_noted', 'the place it comes from asks');
SELECT is(pg_temp.mv_as('keeper_1', 'scrap board 1 vault>scrapped', 'note=bent'), 'done', 'and is told');
SELECT is(pg_temp.mv('transfer paste 1 main>strict_van'), 'SV002 after_asking', 'and the one it goes to, where the other has no policy');
SELECT is(pg_temp.mv_as('keeper_1', 'transfer board 1 vault>main', 'ticket=60'), 'done', 'a ticket''s own policy comes first');
SELECT is(pg_temp.mv('transfer board 1 vault>main', 'ticket=50'), 'SV003 vault', 'whichever it is');
-- rows of one statement: each is judged after those before it
SELECT is(pg_temp.try($$INSERT INTO desk.stock_move (part_no, from_location, to_location, purpose, ticket_id) VALUES ('cable', 'store', 'installed', 'install', 61), ('cable', 'store', 'installed', 'install', 62)$$), 'done', 'one cable each');
SELECT is(pg_temp.mv('install cable 1 store>installed', 'ticket=61'), 'SV002 one_cable', 'not two');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_move (part_no, from_location, to_location, purpose, ticket_id) VALUES ('cable', 'store', 'installed', 'install', 63), ('cable', 'store', 'installed', 'install', 64), ('cable', 'store', 'installed', 'install', 63)$$), 'SV002 one_cable', 'not in one statement either');
SELECT is(pg_temp.said(63) || pg_temp.said(64), '', 'then neither gets any');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_move (part_no, from_location, to_location, purpose, ticket_id) VALUES ('board', 'main', 'vault', 'transfer', NULL), ('cable', 'store', 'installed', 'install', 64)$$), 'SV003 vault', 'moves with and without a ticket');
-- many tickets at once
SELECT is(pg_temp.try($$INSERT INTO desk.stock_move (part_no, from_location, to_location, purpose, ticket_id, happened_at) SELECT 'fan', 'main', 'van_2', 'issue', 80 - g % 10, timestamptz '2026-03-06 10:00' FROM generate_series(1, 20) g$$), 'done', 'many tickets, out of order');
SELECT is((SELECT string_agg(DISTINCT pg_temp.said(g), '; ') FROM generate_series(71, 80) g), 'stock:issue 03-06 10:00, stock:issue 03-06 10:00', 'two each');
SELECT pg_temp.at('03-06 11:00');
SELECT is(pg_temp.try($$INSERT INTO desk.stock_move (part_no, from_location, to_location, purpose, ticket_id, happened_at) VALUES ('fan', 'main', 'installed', 'install', 65, '2026-03-06 10:50'), ('board', 'main', 'installed', 'install', 65, '2026-03-06 10:40')$$), 'done', 'the later one first');
SELECT is(pg_temp.said(65) IN ('stock:install 03-06 10:50, stock:install 03-06 10:40', 'stock:install 03-06 10:40, stock:install 03-06 10:50'), true, 'both are said as of when they were');
-- one policy is asked by what is in force
SELECT aftersales.draft_policy('st') \g /dev/null
UPDATE aftersales.row_guard SET requires = 'note IS NOT NULL AND document_no IS NOT NULL' WHERE policy = 'st' AND version = 2 AND guard = 'scrap_noted';
SELECT aftersales.activate_policy('st', 2) \g /dev/null
SELECT is(pg_temp.mv_as('keeper_1', 'scrap board 1 vault>scrapped', 'note=bent'), 'SV002 scrap_noted', 'a place goes by the version in force');
SELECT is(pg_temp.mv_as('keeper_1', 'scrap board 1 vault>scrapped', 'note=bent ticket=66'), 'done', 'a ticket by its own');
UPDATE desk.stock_location SET policy = NULL WHERE location = 'vault';
SELECT is(pg_temp.mv('scrap board 1 vault>scrapped'), 'done', 'no policy, no guards');
UPDATE desk.stock_location SET policy = 'nobody' WHERE location = 'vault';
SELECT is(pg_temp.mv('scrap board 1 vault>scrapped'), 'SV010', 'a policy that there is not');
UPDATE desk.stock_location SET policy = 'st' WHERE location = 'vault';

-- ---------- who acts
SELECT is(pg_temp.mv_as('nobody_1', 'receipt fan 1 supplier>main'), 'SV003', 'somebody unknown');

-- ---------- other triggers
CREATE FUNCTION pg_temp.meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.note = 'skip' THEN RETURN NULL; END IF;
    IF NEW.note = 'more' THEN NEW.quantity := 7; END IF;
    IF NEW.note = 'elsewhere' THEN NEW.to_location := 'branch'; END IF;
    IF NEW.note = 'other' THEN NEW.recorded_by := 'keeper_1'; END IF;
    RETURN NEW; END $$;
CREATE TRIGGER zz BEFORE INSERT ON desk.stock_move FOR EACH ROW EXECUTE FUNCTION pg_temp.meddle();
SELECT is(pg_temp.mv('receipt jig 1 supplier>r_a', 'note=skip'), 'done', 'a row that another trigger skips');
SELECT is(pg_temp.bal('r_a', 'jig'), 0::numeric, 'is no move');
SELECT is(pg_temp.mv('receipt jig 1 supplier>r_a', 'note=more') || pg_temp.mv('scrap jig 7 r_a>scrapped'), 'donedone', 'one that it alters is judged as it is then');
SELECT is(pg_temp.mv('receipt jig 1 supplier>r_a', 'note=elsewhere'), 'done', 'and goes');
SELECT is(pg_temp.bal('branch', 'jig'), 1::numeric, 'where it goes then');
SELECT is(pg_temp.mv('receipt jig 1 supplier>r_a', 'note=other'), 'SV004', 'but who recorded it stays');
DROP TRIGGER zz ON desk.stock_move;
CREATE TRIGGER aa BEFORE INSERT ON desk.stock_move FOR EACH ROW EXECUTE FUNCTION pg_temp.meddle();
SELECT is(pg_temp.mv('receipt jig 1 supplier>r_a', 'note=more'), 'done', 'before it is judged it may');
SELECT is(pg_temp.bal('r_a', 'jig'), 7::numeric, 'and that counts');
DROP TRIGGER aa ON desk.stock_move;
-- COPY, and a statement within a statement
SELECT is(pg_temp.try($$WITH a AS (INSERT INTO desk.stock_move (part_no, quantity, from_location, to_location, purpose) VALUES ('jig', 3, 'r_a', 'r_b', 'transfer')), b AS (INSERT INTO desk.stock_move (part_no, quantity, from_location, to_location, purpose) VALUES ('jig', 4, 'r_a', 'r_c', 'transfer')) SELECT 1$$), 'done', 'two in one statement');
SELECT is(concat_ws(' ', pg_temp.bal('r_a', 'jig'), pg_temp.bal('r_b', 'jig')), '0 3', 'both count');
SELECT is(pg_temp.try($$MERGE INTO desk.stock_move m USING (VALUES ('jig', 'r_b', 'r_a')) v(p, f, t) ON false WHEN NOT MATCHED THEN INSERT (part_no, from_location, to_location) VALUES (v.p, v.f, v.t)$$), 'done', 'by MERGE');
SELECT is(concat_ws(' ', pg_temp.bal('r_a', 'jig'), pg_temp.bal('r_b', 'jig')), '1 2', 'it counts');
-- subtransactions that are rolled back leave nothing
BEGIN;
SELECT pg_temp.mv('transfer jig 1 r_b>r_a') \g /dev/null
SAVEPOINT a;
SELECT pg_temp.mv('transfer jig 1 r_b>r_a') \g /dev/null
ROLLBACK TO a;
SELECT is(pg_temp.bal('r_b', 'jig'), 1::numeric, 'one is gone');
SELECT is(pg_temp.mv('transfer jig 2 r_b>r_a'), 'SV006', 'and two are not there');
COMMIT;

-- ---------- what a part, a kind and a location are is fixed
SELECT is(pg_temp.try(format('UPDATE desk.part SET %s WHERE part_no = ''label''', s)), 'SV004', s) FROM unnest('{part_no = ''x'',exchange = ''loaner'',is_serialised = false,unit = ''box'',decimals = 2}'::text[]) s;
SELECT is(pg_temp.try(format('UPDATE desk.part SET %s WHERE part_no = ''label''', s)), 'done', s) FROM unnest('{part_no = part_no,exchange = ''consumable'',is_serialised = true,label = ''Label'',grade = 3,component = ''host'',is_active = true,external_ref = ''l''}'::text[]) s;
SELECT is(pg_temp.try(format('UPDATE desk.location_kind SET %s WHERE kind = ''gate''', s)), r, s) FROM (VALUES ('kind = ''door''', 'SV004'), ('physical = true', 'SV004'), ('in_hands = true', 'SV004'), ('label_en = ''Gate''', 'done'), ('physical = false', 'done')) x(s, r);
SELECT is(pg_temp.try(format('UPDATE desk.stock_location SET %s WHERE location = ''r_c''', s)), r, s) FROM (VALUES ('location = ''r_d''', 'SV004'), ('kind = ''engineer''', 'SV004'), ('holder = ''engineer_2''', 'done'), ('parent = ''main''', 'done'), ('policy = ''st''', 'done'), ('policy = NULL', 'done'), ('kind = ''store''', 'done')) x(s, r);
SELECT is(pg_temp.try(s), '23503', s) FROM unnest('{DELETE FROM desk.part WHERE part_no = ''board'',DELETE FROM desk.stock_location WHERE location = ''main'',DELETE FROM desk.location_kind WHERE kind = ''store''}'::text[]) s;
SELECT is(pg_temp.try(s), 'done', s) FROM unnest('{INSERT INTO desk.part (part_no) VALUES (''unused''),DELETE FROM desk.part WHERE part_no = ''unused''}'::text[]) s;
SELECT is(pg_temp.try(format('INSERT INTO desk.part (part_no, exchange, is_serialised, decimals) VALUES (%s)', v)), '23514', v) FROM unnest('{"''x'', ''swap'', false, 0","''x'', ''loaner'', true, 1","''x'', ''loaner'', false, 4","'''', ''loaner'', false, 0"}'::text[]) v;
SELECT is(pg_temp.try('INSERT INTO desk.location_kind (kind, physical, in_hands) VALUES (''ghost'', false, true)'), '23514', 'nobody has in hands what is nowhere');

SELECT is_empty('SELECT * FROM pg_temp.books()', 'the books are right');
SELECT is_empty('SELECT * FROM aftersales.verify_ledger()', 'which is what verify_ledger() says, too');
SELECT is_empty('SELECT * FROM aftersales.verify_audit()', 'the chains are sound');
SELECT is_empty('SELECT * FROM aftersales.verify_clocks()', 'the clocks too');
SELECT is_empty('SELECT * FROM aftersales.verify_ledger()', 'the ledger is sound');
SELECT * FROM finish();
