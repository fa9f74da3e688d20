-- Hand-outs of parts: what each move makes of them, which one a move belongs to,
-- that a ticket closes only when nothing is outstanding, and that many moves in
-- one statement are the same as one by one.

\ir lib/exchange.sql

-- ---------- one for one: as many defective ones back as good ones were used
SELECT is(pg_temp.play(pg_temp.ticket(), x.steps), x.result, x.steps) FROM (VALUES
    ('issue fan 2', 'fan out 2 @eng_1 open'),
    ('issue fan 2; install fan 2; remove fan 2; return_defective fan 1', 'fan out 2 in 2 removed 2 back 1 @eng_1 open'),
    ('issue fan 2; install fan 2; remove fan 1; return_defective fan 1', 'fan out 2 in 2 removed 1 back 1 @eng_1 open'),
    ('issue fan 2; install fan 2; remove fan 2; return_defective fan 2', 'fan out 2 in 2 removed 2 back 2 @eng_1'),
    ('issue fan 5; install fan 3; return fan 2; remove fan 3; return_defective fan 2; return_defective fan 1', 'fan out 5 in 3 returned 2 removed 3 back 3 @eng_1'),
    ('issue fan 2; return fan 2', 'fan out 2 returned 2 @eng_1'),
    ('issue fan 2; return fan 1', 'fan out 2 returned 1 @eng_1 open'),
    ('issue fan 2; lose fan 1; return fan 1', 'fan out 2 returned 1 lost 1 @eng_1'),
    ('issue fan 3; install fan 1; lose fan 1; return fan 1; keep fan 1', 'fan out 3 in 1 returned 1 lost 1 kept 1 @eng_1'),
    ('issue fan 1; install fan 1; remove fan 1; lose fan 1 from_condition=defective', 'fan out 1 in 1 removed 1 bad_lost 1 @eng_1'),
    ('issue fan 1; install fan 1; remove fan 1 to_location=main', 'fan out 1 in 1 removed 1 back 1 @eng_1'),
    ('issue cable 2.5; install cable 1.5; return cable 1; remove cable 1.5; return_defective cable 1.5', 'cable out 2.5 in 1.5 returned 1 removed 1.5 back 1.5 @eng_1'),
    -- more may come out than was put in
    ('issue fan 1; install fan 1; remove fan 1; remove fan 1; return_defective fan 1', 'fan out 1 in 1 removed 1 back 1 @eng_1; fan removed 1 open'),
    -- a part that was scrapped, moved on or found to be good has not come back
    ('issue fan 1; install fan 1; remove fan 1; scrap fan 1 to_location=bin from_condition=defective', 'fan out 1 in 1 removed 1 @eng_1 open'),
    ('issue fan 1; transfer fan 1 to_location=main', 'fan out 1 @eng_1 open'),
    ('issue fan 1; transfer fan 1; return fan 1 from_location=eng_2', 'fan out 1 returned 1 @eng_1'),
    ('issue fan 1; install fan 1; remove fan 1; regrade fan 1 from_condition=defective to_condition=good; return fan 1', 'step 5: SV007'),
    ('issue fan 1; install fan 1; remove fan 1; regrade fan 1 from_condition=defective to_condition=scrap; return_defective fan 1 from_condition=scrap', 'fan out 1 in 1 removed 1 back 1 @eng_1'),
    -- good ones that were taken out come back as such, defective ones do not
    ('issue fan 1; install fan 1; remove fan 1 from_condition=good; return fan 1', 'fan out 1 in 1 removed 1 back 1 @eng_1'),
    ('issue fan 1; install fan 1; remove fan 1; return fan 1 from_location=eng_2', 'step 4: SV007'),
    ('issue fan 2; install fan 1; remove fan 1 from_condition=good; return fan 2', 'step 4: SV007'),
    ('issue fan 2; install fan 1; remove fan 1 from_condition=good; return fan 1; return fan 1', 'fan out 2 in 1 returned 1 removed 1 back 1 @eng_1'),
    ('issue fan 1; install fan 1; remove fan 1 from_condition=good; lose fan 1', 'fan out 1 in 1 removed 1 bad_lost 1 @eng_1')) x(steps, result)
    WHERE x.steps !~ 'bin';
INSERT INTO desk.stock_location (location, kind) VALUES ('bin', 'scrapped');
SELECT is(pg_temp.play(pg_temp.ticket(), 'issue fan 1; install fan 1; remove fan 1; scrap fan 1 to_location=bin from_condition=defective'), 'fan out 1 in 1 removed 1 @eng_1 open', 'scrapped in the field is not handed in');

-- ---------- no more comes back than went out
SELECT is(pg_temp.play(pg_temp.ticket(), x.steps), x.result, x.steps) FROM (VALUES
    ('return fan 1 from_location=eng_2', 'step 1: SV007'),
    ('return_defective fan 1', 'step 1: SV007'),
    ('issue fan 2; return fan 3 from_location=eng_2', 'step 2: SV007'),
    ('issue fan 2; return fan 1; return fan 2 from_location=eng_2', 'step 3: SV007'),
    ('issue fan 1; return fan_2 1 from_location=eng_2', 'step 2: SV007'),
    ('issue fan 1; install fan 1; return fan 1 from_location=eng_2', 'step 3: SV007'),
    ('issue fan 1; install fan 1; remove fan 1; return_defective fan 2', 'step 4: SV007'),
    ('issue board #b01; install board #b01; return board #b01', 'step 1: SV006')) x(steps, result);
SELECT is(pg_temp.play(t.a, 'issue fan 1; install fan 1; remove fan 1') || ' / ' || pg_temp.play(t.b, 'issue fan 1; return fan 1; return_defective fan 1'), 'fan out 1 in 1 removed 1 @eng_1 open / step 3: SV007', 'nor for another ticket')
    FROM (SELECT pg_temp.ticket() AS a, pg_temp.ticket() AS b OFFSET 0) t;
-- what was lost but never handed out is just lost
SELECT is(pg_temp.play(pg_temp.ticket(), 'lose fan 1 from_location=eng_2'), '', 'lost from stock of his own');
SELECT is(pg_temp.play(pg_temp.ticket(), 'issue fan 1; lose fan 1 from_location=main'), 'fan out 1 @eng_1 open', 'lost from the store');
SELECT is(pg_temp.play(pg_temp.ticket(), 'issue fan 1; lose fan 1; undo 2'), 'fan out 1 @eng_1 open', 'found again');
SELECT is(pg_temp.play(pg_temp.ticket(), 'lose fan 1 from_location=eng_2; undo 1'), '', 'the same of what was not handed out');

-- ---------- a part of one's own stock, and what was taken out first
SELECT is(pg_temp.play(pg_temp.ticket(), x.steps), x.result, x.steps) FROM (VALUES
    ('install fan 1 from_location=eng_2', 'fan out 1 in 1 open'),
    ('install fan 1 from_location=main', 'fan out 1 in 1 open'),
    ('install fan 1 from_location=main; remove fan 1; return_defective fan 1', 'fan out 1 in 1 removed 1 back 1'),
    ('install fan 1 from_location=main; keep fan 1', 'fan out 1 in 1 kept 1'),
    ('install toner 4 from_location=main', 'toner out 4 in 4'),
    -- from a store it is not what somebody was given
    ('issue fan 1; install fan 1 from_location=main', 'fan out 1 @eng_1 open; fan out 1 in 1 open'),
    ('issue fan 1; transfer fan 1; install fan 1 from_location=eng_2', 'fan out 1 in 1 @eng_1 open'),
    ('remove fan 1', 'fan removed 1 open'),
    ('remove fan 1; return_defective fan 1', 'fan removed 1 back 1'),
    ('remove fan 1; issue fan 1; install fan 1; return_defective fan 1', 'fan out 1 in 1 removed 1 back 1 @eng_1'),
    ('remove fan 1; return_defective fan 1; issue fan 1', 'fan out 1 removed 1 back 1 @eng_1 open'),
    ('remove fan 1; return_defective fan 1; issue fan 1; install fan 1', 'fan out 1 in 1 removed 1 back 1 @eng_1'),
    ('remove fan 1 to_location=main; install fan 1 from_location=main', 'fan out 1 in 1 removed 1 back 1'),
    ('keep fan 1', 'fan kept 1'),
    ('keep fan 1; issue fan 1; install fan 1', 'fan out 1 in 1 kept 1 @eng_1'),
    ('remove fan 1; remove fan 1; issue fan 2', 'fan out 2 removed 2 @eng_1 open'),
    ('remove fan 2; issue fan 1; issue fan 1', 'fan out 2 removed 2 @eng_1 open'),
    ('remove fan 1; issue fan 3', 'fan out 3 removed 1 @eng_1 open'),
    ('remove fan 1; issue fan 3; remove fan 2; install fan 3; return_defective fan 3', 'fan out 3 in 3 removed 3 back 3 @eng_1'),
    -- of another model
    ('remove fan 1; issue fan_2 1; install fan_2 1; return_defective fan 1', 'fan_2 out 1 in 1 removed 1 back 1 for fan @eng_1'),
    ('issue fan_2 1; install fan_2 1; remove fan 1; return_defective fan 1', 'fan_2 out 1 in 1 removed 1 back 1 for fan @eng_1'),
    -- the wrong one is handed out, returned, and the right one handed out
    ('remove fan 1; issue fan_2 1; return fan_2 1; issue fan 1; install fan 1; return_defective fan 1', 'fan out 2 in 1 returned 1 removed 1 back 1 @eng_1'),
    ('remove board #x1; issue board #bd1; return board #bd1; issue board_2 #b22; install board_2 #b22; return_defective board #x1', 'board_2#b22 out 2 in 1 returned 1 removed 1 back 1 for board#x1 @eng_1'),
    ('remove board #x2; issue board #bd2; return board #bd2; issue board #bd3; install board #bd3; return_defective board #x2', 'board#bd3 out 2 in 1 returned 1 removed 1 back 1 for board#x2 @eng_1'),
    -- what is no component of one kind does not stand in for another
    ('issue fan 1; install fan 1; remove lamp 1', 'fan out 1 in 1 removed 1 for lamp @eng_1 open'),
    ('issue board #bd4; install board #bd4; remove lamp 1', 'board#bd4 out 1 in 1 @eng_1 open; lamp removed 1 open'),
    ('remove lamp 1; issue board #bd5', 'lamp removed 1 open; board#bd5 out 1 @eng_1 open'),
    ('issue toner 1; remove fan 1', 'toner out 1 @eng_1 open; fan removed 1 open'),
    -- the same part first, then the one that needs it, then the oldest
    ('issue fan_2 1; issue fan 1; remove fan 1', 'fan_2 out 1 @eng_1 open; fan out 1 removed 1 @eng_1 open'),
    ('issue fan 1; issue fan 1; install fan 1; remove fan 1; remove fan 1; return_defective fan 1', 'fan out 1 in 1 removed 1 back 1 @eng_1; fan out 1 removed 1 @eng_1 open'),
    ('issue fan 1; issue fan_2 1; install fan_2 1; remove dear 1', 'fan out 1 @eng_1 open; fan_2 out 1 in 1 removed 1 for dear @eng_1 open'),
    ('issue fan 1; issue fan 1; return fan 1', 'fan out 1 returned 1 @eng_1; fan out 1 @eng_1 open'),
    ('issue fan 1; issue fan 1 to_location=eng_2; return fan 1 from_location=eng_2', 'fan out 1 @eng_1 open; fan out 1 returned 1 @eng_2'),
    ('issue fan 1; issue fan 2; return fan 2', 'fan out 1 @eng_1 open; fan out 2 returned 2 @eng_1'),
    -- a move is about one hand-out
    ('issue fan 1; issue fan 1; return fan 2', 'step 3: SV007'),
    ('issue fan 1; issue fan 1; install fan 2', 'step 3: SV007'),
    ('issue fan 1; issue fan 1; lose fan 2', 'step 3: SV007'),
    ('issue fan 1; issue fan 1; install fan 1; install fan 1; remove fan 2', 'step 5: SV007'),
    ('issue fan 1; install fan 1; remove fan 2', 'step 3: SV007'),
    ('issue fan 1; install fan 1; remove fan 1; issue fan 1; install fan 1; remove fan 1; return_defective fan 2', 'step 7: SV007'),
    ('remove fan 1; remove fan_2 1; issue dear 2', 'step 3: SV007'),
    ('remove fan 1; remove fan_2 1; issue dear 1; issue dear 1', 'dear out 1 removed 1 for fan @eng_1 open; dear out 1 removed 1 for fan_2 @eng_1 open')) x(steps, result);

-- ---------- serial numbers
SELECT is(pg_temp.play(pg_temp.ticket(), x.steps), x.result, x.steps) FROM (VALUES
    ('issue board #bd10; issue board #bd11; install board #bd11; return board #bd10; remove board #y1; return_defective board #y1', 'board#bd10 out 1 returned 1 @eng_1; board#bd11 out 1 in 1 removed 1 back 1 for board#y1 @eng_1'),
    ('issue board #bd12; transfer board #bd12 to_location=main; install board #bd12 from_location=main', 'board#bd12 out 1 in 1 @eng_1 open'),
    ('issue board #bd13; install board #bd14 from_location=main', 'board#bd13 out 1 @eng_1 open; board#bd14 out 1 in 1 open'),
    ('issue board #bd15; install board #bd15; remove board #y2; issue board #bd16; install board #bd16; remove board #y3; return_defective board #y3', 'board#bd15 out 1 in 1 removed 1 for board#y2 @eng_1 open; board#bd16 out 1 in 1 removed 1 back 1 for board#y3 @eng_1'),
    -- dead on arrival: it is put in, taken out again, and another put in
    ('issue board #bd17; install board #bd17; remove board #y4; remove board #bd17; issue board #bd18; install board #bd18; return_defective board #y4; return_defective board #bd17', 'board#bd17 out 1 in 1 removed 1 back 1 for board#y4 @eng_1; board#bd18 out 1 in 1 removed 1 back 1 for board#bd17 @eng_1'),
    ('remove board #y5; return_defective board #y6', 'step 2: SV006')) x(steps, result);

-- ---------- consumables, and loaners
SELECT is(pg_temp.play(pg_temp.ticket(), x.steps), x.result, x.steps) FROM (VALUES
    ('issue toner 3; install toner 3', 'toner out 3 in 3 @eng_1'),
    ('issue toner 3; install toner 2', 'toner out 3 in 2 @eng_1 open'),
    ('issue toner 3; install toner 1; return toner 1; lose toner 1', 'toner out 3 in 1 returned 1 lost 1 @eng_1'),
    ('issue toner 3; install toner 3; remove toner 1', 'toner out 3 in 3 removed 1 @eng_1 open'),
    ('issue toner 3; install toner 3; remove toner 1; return_defective toner 1', 'toner out 3 in 3 removed 1 back 1 @eng_1'),
    ('remove toner 1', 'toner removed 1 open'),
    ('remove toner 1; issue toner 1', 'toner removed 1 open; toner out 1 @eng_1 open'),
    ('loan phone #pe1', 'phone#pe1 out 1 @customer_1 open'),
    ('loan phone #pe2; loan_return phone #pe2', 'phone#pe2 out 1 returned 1 @customer_1'),
    ('loan phone #pe3; loan phone #pe4; loan_return phone #pe4; lose phone #pe3 from_location=customer_1', 'phone#pe3 out 1 lost 1 @customer_1; phone#pe4 out 1 returned 1 @customer_1'),
    ('loan chair 3; loan_return chair 2; regrade chair 1 from_location=customer_1 to_location=customer_1 to_condition=defective; loan_return chair 1 from_condition=defective', 'chair out 3 returned 3 @customer_1'),
    ('loan chair 1; loan_return chair 2', 'step 2: SV006'),
    ('loan chair 1; issue chair 1', 'step 2: SV010'),
    ('loan fan 1', 'step 1: SV010')) x(steps, result);

-- without a ticket a loan is found by its serial number, or by who has it
SELECT is(pg_temp.step(NULL, x.step), x.result, x.step) FROM (VALUES
    (1, 'loan phone #pe10', 'done'), (2, 'loan phone #pe11 to_location=customer_2', 'done'), (3, 'loan chair 2', 'done'), (4, 'loan chair 2 to_location=customer_2', 'done'),
    (5, 'loan chair 1', 'done'), (6, 'transfer phone #pe10 from_location=customer_1 to_location=customer_2', 'done'),
    (7, 'loan_return phone #pe10 from_location=customer_2', 'done'), (8, 'loan_return chair 1', 'done'), (9, 'loan_return chair 2 from_location=customer_2', 'done'),
    (10, 'lose chair 1 from_location=customer_1', 'done'), (11, 'loan_return chair 2', 'SV007'), (12, 'transfer chair 1 from_location=main to_location=customer_2', 'done'),
    (13, 'loan_return chair 1 from_location=customer_2', 'SV007'), (14, 'undo 2', 'done'), (15, 'install toner 1 from_location=main', 'done'), (16, 'issue fan 1', 'done'), (17, 'return fan 1', 'done')) x(n, step, result);
SELECT is(pg_temp.state(NULL), 'phone#pe10 out 1 returned 1 @customer_1; phone#pe11; chair out 2 returned 1 lost 1 @customer_1; chair out 2 returned 2 @customer_2; chair out 1 @customer_1 open', 'loans without a ticket');
SELECT is(pg_temp.play(pg_temp.ticket(), 'loan_return chair 1'), 'step 1: SV007', 'one without a ticket does not come back for one');
SELECT is(pg_temp.play(pg_temp.ticket(), 'loan phone #pe12') || ', ' || pg_temp.step(NULL, 'loan_return phone #pe12'), 'phone#pe12 out 1 @customer_1 open, SV007', 'nor the other way round');

-- ---------- taking back
SELECT is(pg_temp.play(pg_temp.ticket(), x.steps), x.result, x.steps) FROM (VALUES
    ('issue fan 2; undo 1', 'fan'),
    ('issue fan 2; install fan 1; undo 2', 'fan out 2 @eng_1 open'),
    ('issue fan 2; return fan 1; undo 2', 'fan out 2 @eng_1 open'),
    ('issue fan 2; lose fan 1; undo 2', 'fan out 2 @eng_1 open'),
    ('issue fan 1; install fan 1; remove fan 1; undo 3', 'fan out 1 in 1 @eng_1 open'),
    ('issue fan 1; install fan 1; remove fan 1; return_defective fan 1; undo 4', 'fan out 1 in 1 removed 1 @eng_1 open'),
    ('issue fan 1; install fan 1; remove fan 1; lose fan 1 from_condition=defective; undo 4', 'fan out 1 in 1 removed 1 @eng_1 open'),
    ('issue fan 1; install fan 1; remove fan 1 to_location=main; undo 3', 'fan out 1 in 1 @eng_1 open'),
    ('issue fan 1; install fan 1; remove fan 1 from_condition=good; return fan 1; undo 4; lose fan 1; undo 5', 'fan out 1 in 1 removed 1 @eng_1 open'),
    ('issue fan 1; install fan 1; keep fan 1; undo 3', 'fan out 1 in 1 @eng_1 open'),
    ('install fan 1 from_location=main; undo 1', 'fan'),
    ('remove fan 1; undo 1', 'fan'),
    ('remove fan 1; issue fan_2 1; undo 2', 'fan removed 1 open'),
    ('remove fan 1; issue fan_2 1; undo 2; issue dear 1; install dear 1; return_defective fan 1', 'dear out 1 in 1 removed 1 back 1 for fan @eng_1'),
    ('remove fan 1; install fan_2 1 from_location=main; undo 2', 'fan removed 1 open'),
    ('issue fan_2 1; install fan_2 1; remove fan 1; undo 3; remove fan_2 1', 'fan_2 out 1 in 1 removed 1 @eng_1 open'),
    ('loan chair 2; loan_return chair 2; undo 2', 'chair out 2 @customer_1 open'),
    ('loan phone #pe20; undo 1; loan phone #pe20', 'phone#pe20; phone#pe20 out 1 @customer_1 open'),
    ('remove fan 1; remove fan_2 1 to_location=main; keep lamp 1; undo 1; undo 2; undo 3', 'fan; fan_2; lamp'),
    -- what came after hangs on it
    ('issue fan 1; install fan 1; undo 1', 'step 3: SV007'),
    ('issue fan 2 to_location=eng_2; install fan 1 from_location=eng_2; undo 1', 'step 3: SV007'),
    ('issue fan 2 to_location=eng_2; return fan 1 from_location=eng_2; undo 1', 'step 3: SV007'),
    ('issue fan 2 to_location=eng_2; lose fan 1 from_location=eng_2; undo 1', 'step 3: SV007'),
    ('issue fan 2; install fan 2; remove fan 2; return_defective fan 2; undo 3', 'step 5: SV007'),
    ('issue fan 2; install fan 2; undo 2; undo 1', 'fan'),
    ('issue fan 2; install fan 2; undo 2; undo 2', 'step 4: SV004'),
    -- a part that is in the hand-out, but not the one it was
    ('remove board #z1; issue board #bd30; return board #bd30; issue board #bd31; undo 3; install board #bd30; install board #bd31; remove board #z2; return_defective board #z1; return_defective board #z2', 'board#bd31 out 2 in 2 removed 2 back 2 for board#z2 @eng_1'),
    ('remove board #z3; issue board #bd32; return board #bd32; issue board #bd33; undo 2', 'step 5: SV006'),
    ('remove board #z4; issue board #bd34; return board #bd34; issue board #bd35; undo 4; undo 3; install board #bd34', 'board#bd34 out 1 in 1 removed 1 for board#z4 @eng_1 open')) x(steps, result);
SELECT is(pg_temp.play(t.a, 'issue fan 2; install fan 2; remove fan 2') || ' / ' || pg_temp.play(t.b, 'issue fan 2; install fan 2; remove fan 2; return_defective fan 2; undo 3'), 'fan out 2 in 2 removed 2 @eng_1 open / step 5: SV007', 'what was taken out for another ticket does not help')
    FROM (SELECT pg_temp.ticket() AS a, pg_temp.ticket() AS b OFFSET 0) t;

-- ---------- a hand-out by name
SELECT pg_temp.ticket() AS t \gset
SELECT pg_temp.play(:t, 'issue fan 1; issue fan 1; install fan 1; install fan 1') \g /dev/null
SELECT min(exchange_id) AS e1, max(exchange_id) AS e2 FROM desk.part_exchange WHERE ticket_id = :t \gset
SELECT min(exchange_id) AS other FROM desk.part_exchange WHERE ticket_id <> :t \gset
SELECT min(exchange_id) AS loose FROM desk.part_exchange WHERE ticket_id IS NULL AND balanced_at IS NULL \gset
SELECT is(pg_temp.play(:t, replace(replace(replace(replace(x.steps, 'E1', :'e1'), 'E2', :'e2'), 'OTHER', :'other'), 'LOOSE', :'loose')), x.result, x.steps) FROM (VALUES
    (1, 'remove fan 1 exchange_id=E2', 'fan out 1 in 1 @eng_1 open; fan out 1 in 1 removed 1 @eng_1 open'),
    (2, 'remove fan 2 exchange_id=E2', 'fan out 1 in 1 @eng_1 open; fan out 1 in 1 removed 3 @eng_1 open'),
    (3, 'return_defective fan 1 exchange_id=E1', 'step 1: SV007'),
    (4, 'return fan 1 from_location=eng_2 exchange_id=E1', 'step 1: SV007'),
    (5, 'remove fan 1 exchange_id=OTHER', 'step 1: SV010'),
    (6, 'remove fan 1 exchange_id=LOOSE', 'step 1: SV010'),
    (7, 'remove fan 1 exchange_id=999999', 'step 1: 23503'),
    (8, 'remove toner 1 exchange_id=E1', 'step 1: SV010'),
    (9, 'return_defective fan 3 exchange_id=E2; remove lamp 1 exchange_id=E1; return_defective lamp 1', 'fan out 1 in 1 removed 1 back 1 for lamp @eng_1; fan out 1 in 1 removed 3 back 3 @eng_1'),
    (10, 'issue fan 1 exchange_id=E2; issue fan 1; return fan 2 exchange_id=E2', 'fan out 1 in 1 removed 1 back 1 for lamp @eng_1; fan out 3 in 1 returned 2 removed 3 back 3 @eng_1')) x(n, steps, result) ORDER BY x.n;
SELECT is(pg_temp.step(NULL, x.step), 'SV010', x.step) FROM (VALUES ('loan chair 1 exchange_id=' || :'loose'), ('loan_return chair 1 from_location=customer_2 exchange_id=' || :'loose'), ('loan_return chair 1 exchange_id=' || :'e1')) x(step);
SELECT is(pg_temp.step(NULL, 'loan_return chair 1 exchange_id=' || :'loose'), 'done', 'a loan by name');
SELECT is(pg_temp.play(pg_temp.ticket(), 'install fan 1 from_location=main') IS NOT NULL, true, 'own stock');
SELECT is(pg_temp.play(e.ticket_id, x.step || e.exchange_id), x.result, x.step) FROM (VALUES
    (1, 'issue fan 1 exchange_id=', 'step 1: SV010'), (2, 'install fan 1 from_location=main exchange_id=', 'fan out 2 in 2 open')) x(n, step, result), (SELECT * FROM desk.part_exchange ORDER BY exchange_id DESC LIMIT 1) e ORDER BY x.n;

-- ---------- the columns
SELECT pg_temp.ticket() AS t \gset
SET aftersales.now = '2026-03-03 09:00+08';
SELECT pg_temp.play(:t, 'remove board #c1 happened_at=2026-03-03T08:00+08; issue board_2 #b240') \g /dev/null
SELECT results_eq(format('SELECT part_no, serial_no, exchange, location, defective_part_no, defective_serial_no, issued_at, removed_at, balanced_at FROM desk.part_exchange WHERE ticket_id = %s', :t),
    $$VALUES ('board_2', 'b240', 'one_for_one', 'eng_1', 'board', 'c1', '2026-03-03 08:00+08'::timestamptz, '2026-03-03 08:00+08'::timestamptz, NULL::timestamptz)$$, 'a hand-out');
SET aftersales.now = '2026-03-03 10:00+08';
SELECT pg_temp.play(:t, 'install board_2 #b240; return_defective board #c1 happened_at=2026-03-03T09:30+08') \g /dev/null
SELECT is((SELECT balanced_at FROM desk.part_exchange WHERE ticket_id = :t), '2026-03-03 09:30+08', 'is balanced from the move on by which it is');
SELECT results_eq(format('SELECT purpose, is_other_model, exchange_id = (SELECT exchange_id FROM desk.part_exchange WHERE ticket_id = %1$s) FROM desk.stock_move WHERE ticket_id = %1$s ORDER BY move_id', :t),
    $$VALUES ('remove', false, true), ('issue', NULL, true), ('install', NULL, true), ('return_defective', true, true)$$, 'and its moves name it, the defective ones with what differs');
SET aftersales.now = '2026-03-04 09:00+08';
SELECT is(pg_temp.play(:t, 'undo 4'), 'board_2#b240 out 1 in 1 removed 1 for board#c1 @eng_1 open', 'taken back');
SELECT is((SELECT concat_ws(' ', purpose, is_other_model, reversal_of IS NOT NULL) FROM desk.stock_move WHERE ticket_id = :t ORDER BY move_id DESC LIMIT 1), 'return_defective t t', 'a reversal says the same');
SELECT is(pg_temp.play(:t, 'undo 2'), 'step 1: SV006', 'not what was installed');
SELECT is(pg_temp.play(:t, 'undo 3; undo 2; undo 1'), 'board#c1', 'all of it');
SELECT results_eq(format('SELECT location, defective_part_no, defective_serial_no, issued_at, removed_at, balanced_at FROM desk.part_exchange WHERE ticket_id = %s', :t),
    $$VALUES (NULL::text, NULL::text, NULL::text, '2026-03-03 08:00+08'::timestamptz, NULL::timestamptz, '2026-03-04 09:00+08'::timestamptz)$$, 'nothing is left of it');
