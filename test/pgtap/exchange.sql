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
-- two of different parts were handed out by one
SELECT pg_temp.ticket() AS t \gset
SELECT pg_temp.play(:t, 'remove fan 2; issue fan_2 1; issue lamp 1') \g /dev/null
SELECT exchange_id AS e FROM desk.part_exchange WHERE ticket_id = :t \gset
SELECT is(pg_temp.play(:t, replace('remove fan_2 1 exchange_id=E; remove dear 1 exchange_id=E; remove lamp 1 exchange_id=E; return fan_2 1; return_defective fan_2 1', 'E', :'e')), 'lamp out 2 returned 1 removed 5 back 1 @eng_1 open', 'both in one row');
SELECT is((SELECT string_agg(part_no || ' ' || is_other_model, ', ' ORDER BY move_id) FROM desk.stock_move WHERE ticket_id = :t AND is_other_model IS NOT NULL), 'fan false, fan_2 false, dear true, lamp false, fan_2 true', 'neither is another model, until it is returned');
-- two of different parts in one: each comes back as what it is
SELECT pg_temp.ticket() AS t \gset
SELECT pg_temp.play(:t, 'remove fan 2') \g /dev/null
SELECT exchange_id AS e FROM desk.part_exchange WHERE ticket_id = :t \gset
SELECT is(pg_temp.play(:t, replace(x.steps, 'E', :'e')), x.result, x.steps) FROM (VALUES
    (1, 'remove lamp 2 exchange_id=E; return_defective fan 2', 'fan removed 4 back 2 for lamp open'), (2, 'return_defective fan 1', 'step 1: SV007'), (3, 'undo 1', 'step 1: SV007'),
    (4, 'return_defective lamp 1', 'fan removed 4 back 3 for lamp open'), (5, 'undo 4; undo 3; undo 2; undo 1', 'fan')) x(n, steps, result) ORDER BY x.n;
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

-- ---------- closing: the worked case (2 used, 1 bad back), and others
SELECT is(pg_temp.play(t.id, x.steps) !~ '^step' AND true, true, x.steps) || E'\n' || is(pg_temp.close(t.id), x.result, '… then the ticket: ' || x.result)
FROM (SELECT x.*, pg_temp.ticket() AS id FROM (VALUES
    (1, 'issue fan 2; install fan 2; remove fan 1; return_defective fan 1', 'SV002 one_for_one'),
    (2, 'issue fan 2; install fan 2; remove fan 2; return_defective fan 1', 'SV002 one_for_one'),
    (3, 'issue fan 2; install fan 2; remove fan 2; return_defective fan 2', 'closed'),
    (4, 'issue fan 7; install fan 5; return fan 2; remove fan 5; return_defective fan 4', 'SV002 one_for_one'),
    (5, 'issue fan 7; install fan 5; return fan 2; remove fan 5; return_defective fan 4; lose fan 1 from_condition=defective', 'closed'),
    (6, 'issue fan 7; install fan 5; return fan 1; remove fan 5; return_defective fan 5', 'SV002 one_for_one'),
    (7, 'issue fan 2; install fan 2; remove fan 1; return_defective fan 1; keep fan 1', 'closed'),
    (8, 'issue fan 1; issue toner 2; install toner 2; install fan 1; remove fan 1; return_defective fan 1', 'closed'),
    (9, 'issue fan 1; issue toner 2; install toner 1; install fan 1; remove fan 1; return_defective fan 1', 'SV002 one_for_one'),
    (10, 'loan phone #pe30', 'SV002 one_for_one'),
    (11, 'loan phone #pe31; loan_return phone #pe31', 'closed'),
    (12, 'issue fan 2; install fan 2; remove fan 2; return_defective fan 2; undo 4', 'SV002 one_for_one'),
    (13, 'issue fan 2; install fan 2; remove fan 2; return_defective fan 2; undo 4; undo 3; undo 2; undo 1', 'closed'),
    (14, 'lose fan 1 from_location=eng_2', 'closed')) x(n, steps, result)) t CROSS JOIN LATERAL (SELECT t.steps, t.result) x ORDER BY t.n;
SELECT pg_temp.ticket() AS t \gset
SELECT is(pg_temp.close(:t), 'closed', 'where nothing was handed out nothing is outstanding');
SELECT throws_ok('SELECT aftersales.parts_balanced()', '55000', NULL, 'there is no ticket in hand');
SELECT is(has_function_privilege('public', 'aftersales.parts_balanced()', 'EXECUTE'), false, 'not for everybody');
SELECT is((SELECT allowed FROM aftersales.allowed_transitions(ARRAY[t.id]) WHERE to_state = 'closed'), x.allowed, 'a ticket may close: ' || x.allowed)
FROM (SELECT pg_temp.ticket() AS id) t, LATERAL (SELECT false AS allowed, pg_temp.play(t.id, 'issue fan 1')) x;

-- ---------- events
SELECT is(pg_temp.play(t.id, x.steps) IS NOT NULL, true, x.steps) || E'\n' || is(pg_temp.told(t.id), x.result, '… tells: ' || x.result)
FROM (SELECT x.*, pg_temp.ticket() AS id FROM (VALUES
    (1, 'issue fan 1; install fan 1; remove fan 1; return_defective fan 1', 'issue install remove return_defective balanced'),
    (2, 'issue fan 1; issue toner 1; install toner 1; return fan 1', 'issue issue install return balanced'),
    (3, 'issue fan 1; issue toner 1; return fan 1; install toner 1', 'issue issue return install balanced'),
    (4, 'issue fan 1; undo 1', 'issue reversal balanced'),
    (5, 'issue fan 1; return fan 1; undo 2; return fan 1', 'issue return balanced reversal return balanced'),
    (6, 'remove fan 1 to_location=main; issue fan 1; install fan 1', 'remove balanced issue install balanced'),
    (7, 'transfer fan 1 from_location=eng_2 to_location=eng_1; lose fan 1 from_location=main', 'transfer lose')) x(n, steps, result)) t CROSS JOIN LATERAL (SELECT t.steps, t.result) x ORDER BY t.n;
-- a clock from the part being taken out until nothing is outstanding
SELECT pg_temp.ticket() AS t \gset
SELECT pg_temp.play(:t, 'issue fan 1; install fan 1; remove fan 1') \g /dev/null
SELECT is((SELECT concat_ws(' ', clock, due_at, stopped_at) FROM desk.sla_clock WHERE ticket_id = :t), 'part_return 2026-03-11 01:00:00+00', 'a week to hand it in');
SELECT pg_temp.play(:t, 'return_defective fan 1') \g /dev/null
SELECT is((SELECT ended_as FROM desk.sla_clock WHERE ticket_id = :t), 'stopped', 'it is handed in');

-- ---------- row guards see the hand-out
SELECT pg_temp.ticket() AS t \gset
SELECT is(pg_temp.play(:t, 'issue dear 1; install dear 1; keep dear 1'), 'step 3: SV002', 'keeping needs an approval');
SELECT exchange_id AS e FROM desk.part_exchange WHERE ticket_id = :t \gset
SET aftersales.actor = 'director_1';
INSERT INTO desk.approval (ticket_id, kind, item) VALUES (:t, 'keep_part', '0');
SET aftersales.actor = 'keeper_1';
SELECT is(pg_temp.step(:t, 'keep dear 1'), 'SV002', 'of this hand-out');
SET aftersales.actor = 'director_1';
INSERT INTO desk.approval (ticket_id, kind, item) VALUES (:t, 'keep_part', :'e');
SET aftersales.actor = 'keeper_1';
SELECT is(pg_temp.play(:t, 'keep dear 1'), 'dear out 1 in 1 kept 1 @eng_1', 'with it the customer keeps the part');
SELECT is(pg_temp.close(:t), 'closed', 'and the ticket closes');
SELECT is(pg_temp.play(pg_temp.ticket(), x.steps), x.result, x.steps) FROM (VALUES
    ('remove dear_2 1; issue dear 1; install dear 1; return_defective dear_2 1', 'step 4: SV002'),
    ('remove dear_2 1; issue dear 1; install dear 1; return_defective dear_2 1 note=another', 'dear out 1 in 1 removed 1 back 1 for dear_2 @eng_1'),
    ('remove dear_2 1; issue dear_2 1; install dear_2 1; return_defective dear_2 1', 'dear_2 out 1 in 1 removed 1 back 1 @eng_1')) x(steps, result);

-- ---------- what is in the unit
CREATE FUNCTION pg_temp.inside(unit bigint) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(concat_ws(' ', n || ':', component, part_no || coalesce('#' || serial_no, ''), 'from ' || installed_on, 'to ' || removed_on, 'for ' || r, CASE WHEN is_replacement THEN 'new' END, CASE WHEN x = x0 THEN 'here' WHEN x IS NOT NULL THEN 'there' END), '; ' ORDER BY n), '')
    FROM (SELECT u.*, row_number() OVER w AS n, u.exchange_id AS x, max(u.exchange_id) OVER () AS x0,
            (SELECT count(*) FROM desk.unit_part o WHERE o.unit_id = u.unit_id AND o.unit_part_id <= u.replaces) AS k, NULLIF((SELECT count(*) FROM desk.unit_part o WHERE o.unit_id = u.unit_id AND o.unit_part_id <= u.replaces), 0) AS r
        FROM desk.unit_part u WHERE unit_id = unit WINDOW w AS (ORDER BY unit_part_id)) p $$;
-- in the evening of the 30th it is the 31st where the policy is at home
SET aftersales.now = '2026-03-30 17:00+00';
SELECT pg_temp.step(NULL, 'transfer fan 40 from_location=eng_2 to_location=eng_1') \g /dev/null
SELECT is(pg_temp.inside(t.unit), x.result, x.steps) FROM (SELECT x.*, pg_temp.play(pg_temp.ticket(x.unit, 'cooling'), x.steps) AS done FROM (VALUES
    (1, 'issue fan 1; install fan 1; remove fan 1', '1: cooling fan from 2026-03-31 for 2 new here; 2: cooling fan to 2026-03-31 here'),
    (2, 'remove fan 1; issue fan 1; install fan 1', '1: cooling fan to 2026-03-31 here; 2: cooling fan from 2026-03-31 for 1 new here'),
    (3, 'issue board #bd40; install board #bd40; remove board #u3', '1: board board#bd40 from 2026-03-31 for 2 new here; 2: board board#u3 to 2026-03-31 here'),
    (4, 'issue fan 2; install fan 2; remove fan 1; remove fan 1', '1: cooling fan from 2026-03-31 for 3 new here; 2: cooling fan from 2026-03-31 for 4 new here; 3: cooling fan to 2026-03-31 here; 4: cooling fan to 2026-03-31 here'),
    (5, 'remove fan 2; issue fan 2; install fan 1; install fan 1', '1: cooling fan to 2026-03-31 here; 2: cooling fan to 2026-03-31 here; 3: cooling fan from 2026-03-31 for 1 new here; 4: cooling fan from 2026-03-31 for 2 new here'),
    (6, 'install fan 1 from_location=main; keep fan 1', '1: cooling fan from 2026-03-31 for 2 new here; 2: cooling fan to 2026-03-31 here'),
    (7, 'install cable 2.5 from_location=main', '1: cooling cable from 2026-03-31 new here'),
    (8, 'install toner 3 from_location=main', '1: cooling toner from 2026-03-31 new here'),
    (9, 'issue fan 1; install fan 1; remove fan_2 1', '1: cooling fan from 2026-03-31 for 2 new here; 2: cooling fan_2 to 2026-03-31 here'),
    (10, 'issue board #bd41; install board #bd41; remove board #u10; remove board #bd41; issue board #bd42; install board #bd42', '1: board board#bd41 from 2026-03-31 to 2026-03-31 for 2 new here; 2: board board#u10 to 2026-03-31 there; 3: board board#bd42 from 2026-03-31 for 1 new here'),
    -- taken back
    (11, 'issue fan 1; install fan 1; remove fan 1; undo 3', '1: cooling fan from 2026-03-31 new here'),
    (12, 'issue fan 1; install fan 1; remove fan 1; undo 2', '2: cooling fan to 2026-03-31 here'),
    (13, 'issue fan 1; install fan 1; remove fan 1; undo 2; install fan 1', '1: cooling fan to 2026-03-31 here; 2: cooling fan from 2026-03-31 for 1 new here'),
    (14, 'issue fan 2; install fan 2; undo 2; undo 1', ''),
    (15, 'remove fan 3; undo 1', ''),
    (16, 'remove fan 1; remove fan 1; issue fan 1; install fan 1; undo 1', '1: cooling fan to 2026-03-31 here; 2: cooling fan from 2026-03-31 for 1 new here'),
    (17, 'issue board #bd43; install board #bd43; remove board #u17; remove board #bd43; undo 4', '1: board board#bd43 from 2026-03-31 for 2 new here; 2: board board#u17 to 2026-03-31 here'),
    (18, 'loan phone #pe40; loan_return phone #pe40', '')) x(unit, steps, result)) t CROSS JOIN LATERAL (SELECT t.steps, CASE t.unit WHEN 12 THEN replace(t.result, '2:', '1:') ELSE t.result END AS result) x ORDER BY t.unit;
SELECT is((SELECT count(*) FROM desk.unit_part), (SELECT count(*) FROM desk.unit_part WHERE unit_id <= 18), 'only of these units');

-- one that somebody has entered, and one that another ticket has put in
INSERT INTO desk.unit_part (unit_part_id, unit_id, component, part_no, serial_no) OVERRIDING SYSTEM VALUE VALUES (9001, 21, 'board', 'board', 'k1'), (9002, 22, 'cooling', 'fan', NULL);
SELECT pg_temp.ticket(21) AS t1, pg_temp.ticket(22, 'cooling') AS t2, pg_temp.ticket(22, 'cooling') AS t3 \gset
SELECT pg_temp.play(:t1, 'remove board #k1'), pg_temp.play(:t2, 'issue fan 1; remove fan 1; install fan 1') \g /dev/null
SELECT is((SELECT string_agg(concat_ws(' ', removed_on, exchange_id IS NOT NULL, ticket_id), ', ' ORDER BY unit_part_id) FROM desk.unit_part WHERE unit_part_id > 9000), '2026-03-31 t, 2026-03-31 t', 'what was known is taken out');
SELECT pg_temp.play(:t1, 'undo 1') \g /dev/null
SELECT is((SELECT concat_ws(' ', removed_on, exchange_id, ticket_id) FROM desk.unit_part WHERE unit_part_id = 9001), '', 'and is there again');
SELECT is(pg_temp.inside(22), '1: cooling fan from 2026-03-31 for 2 new here; 2: cooling fan to 2026-03-31 here', 'the other one');
SELECT pg_temp.play(:t3, 'issue fan 1; remove fan 1; install fan 1') \g /dev/null
SELECT is(pg_temp.inside(22), '1: cooling fan from 2026-03-31 to 2026-03-31 for 3 new here; 2: cooling fan from 2026-03-31 for 1 new here; 3: cooling fan to 2026-03-31 there', 'which the next ticket replaces');
SELECT is(pg_temp.step(:t2, 'undo 3'), 'SV007', 'what was taken out again cannot be taken back as put in');
SELECT is(pg_temp.play(:t3, 'undo 3; undo 2; undo 1') || pg_temp.inside(22), 'fan1: cooling fan from 2026-03-31 for 2 new here; 2: cooling fan to 2026-03-31 here', 'after the later ones were');
SELECT is(pg_temp.step(:t2, 'undo 3'), 'done', 'it can');
SELECT is(pg_temp.inside(22), '1: cooling fan to 2026-03-31 here', 'and leaves what it had replaced taken out');
-- the ticket has lost its unit, and the row is gone
UPDATE desk.ticket SET unit_id = NULL WHERE ticket_id = :t2;
SELECT is(pg_temp.step(:t2, 'undo 2'), 'done', 'the unit of a ticket may be another one now');
SELECT is((SELECT removed_on FROM desk.unit_part WHERE unit_part_id = 9002), NULL, 'still it is there again');
SELECT pg_temp.ticket(23, 'cooling') AS t1 \gset
SELECT pg_temp.play(:t1, 'remove fan 1; install fan 1 from_location=main') \g /dev/null
UPDATE desk.unit_part SET replaces = NULL WHERE unit_id = 23;
DELETE FROM desk.unit_part WHERE unit_id = 23;
SELECT is(pg_temp.play(:t1, 'undo 2; undo 1'), 'fan', 'what somebody has removed is not missed');

-- the part's own warranty, of 3 months from that day
SELECT pg_temp.ticket(24, 'cooling') AS t \gset
SELECT pg_temp.play(:t, 'issue board #bd45; install board #bd45; remove board #w1') \g /dev/null
SELECT is((SELECT concat_ws(' ', w.warranty_class, w.covers_parts, w.expires_on) FROM aftersales.classify_warranty(24, x.at::timestamptz, 'product', x.component, NULL) w), x.result, x.at || ' ' || x.component) FROM (VALUES
    ('2026-06-30 23:59+08', 'board', 'in_warranty t 2026-06-30'), ('2026-07-01 00:00+08', 'board', 'out_expired f 2026-06-30'),
    ('2026-05-01 00:00+08', 'cooling', 'out_expired f 2021-01-01'), ('2026-03-30 23:59+08', 'board', 'out_expired f 2021-01-01')) x(at, component, result);
SELECT pg_temp.play(:t, 'undo 2') \g /dev/null
SELECT is((SELECT warranty_class FROM aftersales.classify_warranty(24, '2026-05-01 00:00+08', 'product', 'board', NULL)), 'out_expired', 'not once it was taken back');
-- on a later day
SELECT pg_temp.ticket(25, 'cooling') AS t \gset
SELECT pg_temp.play(:t, 'remove fan 1; install fan 1 from_location=main') \g /dev/null
SET aftersales.now = '2026-04-01 17:00+00';
SELECT is(pg_temp.play(:t, 'undo 1') || ' / ' || pg_temp.inside(25), 'fan out 1 in 1 open / 1: cooling fan from 2026-03-31 new here', 'taken back two days later');
SELECT pg_temp.play(:t, 'undo 2') \g /dev/null
SELECT is(pg_temp.inside(25), '', 'all of it');
SET aftersales.now = '2026-04-05 09:00+08';

-- ---------- many rows in one statement are the same as one by one
-- Random moves of a ticket, one by one; those that go are then told of a second
-- ticket in one statement.
CREATE TEMP TABLE plan_move AS
SELECT g AS game, n, w.purpose, (ARRAY['fan', 'fan', 'fan', 'fan_2', 'board', 'toner', 'lamp'])[1 + abs(hashint8(g * 1000 + n)) % 7] AS part_no,
    1 + abs(hashint8(g * 1000 + n + 77)) % 2 AS quantity, abs(hashint8(g * 1000 + n + 5)) AS dice
FROM generate_series(1, 40) g, generate_series(1, 30) n,
    LATERAL (SELECT (ARRAY['issue', 'issue', 'install', 'install', 'remove', 'remove', 'return', 'return_defective', 'return_defective', 'return_defective', 'keep', 'lose', 'undo', 'undo'])[1 + abs(hashint8(g * 777 + n)) % 14] AS purpose) w;
INSERT INTO desk.stock_location (location, kind) SELECT p || g, 'engineer' FROM unnest('{one_,all_}'::text[]) p, generate_series(1, 40) g;
CREATE TEMP TABLE game (game integer, kind text, ticket_id bigint, PRIMARY KEY (game, kind));
INSERT INTO game SELECT g, k, pg_temp.ticket(CASE k WHEN 'one_' THEN 30 ELSE 31 END, 'cooling') FROM generate_series(1, 40) g, unnest('{one_,all_}'::text[]) k;
CREATE TEMP TABLE done_move (game integer, n integer);

-- A row of stock_move for a kind of ticket; move_ids of the kinds are told apart.
CREATE FUNCTION pg_temp.random_row(m plan_move, k text) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_strip_nulls(CASE WHEN m.purpose = 'undo' THEN jsonb_build_object('move_id', base + m.n, 'reversal_of', base + 1 + m.dice % m.n)
        ELSE jsonb_build_object('move_id', base + m.n, 'purpose', m.purpose, 'part_no', m.part_no, 'ticket_id', (SELECT ticket_id FROM game WHERE game = m.game AND kind = k),
            'quantity', CASE WHEN m.part_no = 'board' THEN 1 ELSE m.quantity END,
            'serial_no', CASE WHEN m.part_no = 'board' THEN k || m.game || '_' || (m.dice / 7) % 3 END,
            'from_condition', CASE WHEN m.purpose = 'remove' AND m.dice % 5 = 0 THEN 'good' WHEN m.purpose = 'lose' AND m.dice % 2 = 0 THEN 'defective' END,
            'from_location', CASE WHEN m.purpose = 'issue' OR (m.purpose = 'install' AND m.dice % 4 = 0) THEN 'main' WHEN m.purpose IN ('remove', 'keep') THEN 'machines' ELSE k || m.game END,
            'to_location', CASE WHEN m.purpose = 'issue' OR (m.purpose = 'remove' AND m.dice % 3 > 0) THEN k || m.game WHEN m.purpose = 'install' THEN 'machines' WHEN m.purpose = 'keep' THEN 'left'
                WHEN m.purpose = 'lose' THEN 'gone' ELSE 'main' END) END)
    FROM (SELECT 1000000 + m.game * 1000 + CASE k WHEN 'all_' THEN 500 ELSE 0 END AS base) b $$;
INSERT INTO desk.stock_move (purpose, part_no, serial_no, from_location, to_location)
SELECT 'receipt', 'board', k || g || '_' || i, 'outside', 'main' FROM generate_series(1, 40) g, generate_series(0, 2) i, unnest('{one_,all_}'::text[]) k;

CREATE FUNCTION pg_temp.insert_rows(list jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO desk.stock_move (move_id, purpose, part_no, ticket_id, quantity, serial_no, from_condition, from_location, to_location, reversal_of, exchange_id)
    OVERRIDING SYSTEM VALUE SELECT r.move_id, r.purpose, r.part_no, r.ticket_id, r.quantity, r.serial_no, r.from_condition, r.from_location, r.to_location, r.reversal_of, r.exchange_id
    FROM jsonb_populate_recordset(NULL::desk.stock_move, list) WITH ORDINALITY r ORDER BY r.ordinality;
END $$;
DO $$
DECLARE m plan_move; g integer;
BEGIN
    FOR m IN SELECT * FROM plan_move ORDER BY game, n LOOP
        BEGIN
            PERFORM pg_temp.insert_rows(jsonb_build_array(pg_temp.random_row(m, 'one_')));
            INSERT INTO done_move VALUES (m.game, m.n);
        EXCEPTION WHEN OTHERS THEN
            IF SQLSTATE NOT IN ('SV004', 'SV006', 'SV007', '23503') THEN RAISE; END IF;
        END;
    END LOOP;
    FOR g IN 1 .. 40 LOOP
        PERFORM pg_temp.insert_rows((SELECT jsonb_agg(pg_temp.random_row(p, 'all_') ORDER BY n) FROM plan_move p JOIN done_move d USING (game, n) WHERE game = g));
    END LOOP;
END $$;
SELECT cmp_ok(count(*), '>', 300::bigint, 'so many random moves went') FROM done_move;
SELECT cmp_ok(count(*), '>', 10::bigint, p || ' among them') FROM unnest('{issue,install,remove,return,return_defective,keep,lose,undo}'::text[]) p LEFT JOIN LATERAL (SELECT FROM plan_move JOIN done_move USING (game, n) WHERE purpose = p) x ON true GROUP BY p;
CREATE FUNCTION pg_temp.of_game(g integer, k text) RETURNS text LANGUAGE sql AS $$
    SELECT replace(concat_ws(E'\n', pg_temp.state(ticket_id), pg_temp.told(ticket_id),
        (SELECT string_agg((to_jsonb(e) - '{exchange_id,ticket_id,exchange}'::text[])::text, ', ' ORDER BY exchange_id) FROM desk.part_exchange e WHERE e.ticket_id = game.ticket_id),
        (SELECT string_agg(concat_ws(' ', m.move_id - first.id, dense_rank, is_other_model), ', ' ORDER BY m.move_id) FROM (SELECT *, CASE WHEN exchange_id IS NOT NULL THEN dense_rank() OVER (ORDER BY exchange_id) END AS dense_rank FROM desk.stock_move WHERE ticket_id = game.ticket_id) m,
            (SELECT 1000000 + g * 1000 + CASE k WHEN 'all_' THEN 500 ELSE 0 END AS id) first),
        (SELECT string_agg(concat_ws(' ', component, part_no, serial_no, installed_on, removed_on, is_replacement, ticket_id, (SELECT count(*) FROM desk.unit_part o WHERE o.exchange_id <= u.exchange_id AND o.ticket_id = u.ticket_id),
            (SELECT count(*) FROM desk.unit_part o WHERE o.unit_part_id <= u.replaces AND o.ticket_id = u.ticket_id)), ', ' ORDER BY unit_part_id) FROM desk.unit_part u WHERE u.ticket_id = game.ticket_id)),
        k, '') FROM game WHERE game = g AND kind = k $$;
SELECT is(regexp_replace(pg_temp.of_game(g, 'all_'), format('\m%s\M', a.ticket_id), 'T', 'g'), regexp_replace(pg_temp.of_game(g, 'one_'), format('\m%s\M', o.ticket_id), 'T', 'g'), 'game ' || g)
FROM generate_series(1, 40) g JOIN game a ON a.game = g AND a.kind = 'all_' JOIN game o ON o.game = g AND o.kind = 'one_';
-- with hand-outs named, which count only when it is their turn
CREATE FUNCTION pg_temp.named(p_ticket bigint) RETURNS SETOF jsonb LANGUAGE sql AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object('move_id', base + n, 'purpose', p, 'part_no', 'fan', 'quantity', q, 'ticket_id', p_ticket, 'from_location', f, 'to_location', t,
        'exchange_id', (SELECT exchange_id FROM desk.part_exchange WHERE ticket_id = p_ticket AND e IS NOT NULL ORDER BY exchange_id OFFSET e - 1 LIMIT 1), 'reversal_of', base + r))
    FROM (VALUES (1, 'return', 2, 'eng_1', 'main', 2, NULL::integer), (2, 'return', 3, 'eng_1', 'main', NULL, NULL), (3, 'install', 1, 'eng_1', 'machines', 2, NULL),
        (4, NULL, NULL, NULL, NULL, NULL, 1), (5, 'install', 2, 'eng_1', 'machines', 2, NULL), (6, 'remove', 2, 'machines', 'eng_1', 1, NULL), (7, 'remove', 3, 'machines', 'eng_1', NULL, NULL),
        (8, 'return_defective', 3, 'eng_1', 'main', 2, NULL), (9, NULL, NULL, NULL, NULL, NULL, 6), (10, NULL, NULL, NULL, NULL, NULL, 8), (11, 'return_defective', 2, 'eng_1', 'main', 2, NULL)) x(n, p, q, f, t, e, r),
        LATERAL (SELECT 3000000 + p_ticket * 100 AS base) b ORDER BY n $$;
SELECT pg_temp.ticket() AS a, pg_temp.ticket() AS b \gset
SELECT pg_temp.play(t, 'issue fan 3; issue fan 3') FROM unnest(ARRAY[:a, :b]) t \g /dev/null
SELECT pg_temp.insert_rows(jsonb_build_array(r)) FROM pg_temp.named(:a) r \g /dev/null
SELECT pg_temp.insert_rows(jsonb_agg(r)) FROM pg_temp.named(:b) r \g /dev/null
SELECT is(pg_temp.state(:a), 'fan out 3 returned 3 @eng_1; fan out 3 in 3 removed 3 back 2 @eng_1 open', 'one by one');
SELECT is(pg_temp.state(:b), pg_temp.state(:a), 'all at once');
SELECT is(pg_temp.told(:b), pg_temp.told(:a), 'with the same events');

-- ---------- what moves make of hand-outs adds up
SELECT is_empty('SELECT * FROM pg_temp.unsound()', 'every hand-out is what its moves make it');
SELECT is_empty($$SELECT ticket_id, purpose FROM desk.stock_move m WHERE (exchange_id IS NULL) <> (purpose IN ('receipt', 'transfer', 'regrade', 'scrap') OR (ticket_id IS NULL AND purpose NOT IN ('loan', 'loan_return') AND part_no <> 'chair')) AND purpose <> 'lose'$$, 'and every move of one names it');
SELECT is_empty($$SELECT * FROM desk.stock_move WHERE (is_other_model IS NOT NULL) <> (purpose IN ('remove', 'keep', 'return_defective')) AND exchange_id IS NOT NULL AND purpose NOT IN ('return', 'lose')$$, 'is_other_model tells the defective ones apart');
SELECT is_empty('SELECT * FROM aftersales.verify_audit()', 'the histories are sound');
SELECT is_empty('SELECT * FROM aftersales.verify_ledger()', 'and so is the ledger');
SELECT * FROM finish();
