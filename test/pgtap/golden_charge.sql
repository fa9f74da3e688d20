-- golden_charge.sql: worked cases of documents 000, 001 and 002 that are about
-- money, and their mirror images as refusals.
--
-- G numbers are those of the case list; X cases are further ones of the same
-- kinds.

\ir lib/charge.sql

-- Document 000 ---------------------------------------------------------------
-- A repair with so many visits and those parts on its quote comes to so much
-- for visits, labour and parts.  What is charged line by line is the same;
-- charged once more it is refused; paid, the ticket may be closed.

CREATE TEMP TABLE repair_case (id text PRIMARY KEY, clause text, class text, covers text[], mode text, visits int, parts text, visit_fee numeric, labour_fee numeric, part_charge numeric);
INSERT INTO repair_case VALUES
    ('G037', 'PC-99', 'in_warranty', '{parts,labour,visit}', 'onsite', 2, 'board:1', 0, 0, 0),
    ('G039', 'PC-44', 'out_user', '{}', 'onsite', 2, 'board:1', 100, 0, 300),
    ('G041', 'PC-45', 'out_user', '{}', 'carry_in', 0, 'board:1', 0, 0, 300),
    ('G043', 'PC-09', 'out_expired', '{}', 'carry_in', 0, 'board:1', 0, 0, 220),
    ('X201', 'PC-44', 'out_user', '{}', 'onsite', 0, 'board:1', 0, 0, 300),
    ('X202', 'PC-44', 'out_disaster', '{}', 'onsite', 1, NULL, 50, 0, 0),
    ('X203', 'PC-44', 'out_expired', '{}', 'onsite', 3, 'board:2', 150, 0, 440),
    ('X204', 'PC-99', 'in_warranty', '{parts,labour}', 'onsite', 2, 'board:1', 100, 0, 0),
    ('X205', 'PC-99', 'in_warranty', '{visit}', 'onsite', 2, 'fan:3', 0, 0, 37.05),
    ('X206', 'PC-45', 'out_user', '{}', 'carry_in', 2, 'fan:1 board:1', 0, 0, 312.35),
    ('X207', 'PC-43', 'out_user', '{}', 'phone', 0, NULL, 0, 0, 0);
CREATE TEMP TABLE played AS
SELECT c.*, pg_temp.opened('maker', 'repair', 'consent:=true mode=' || c.mode) AS ticket_id FROM repair_case c;
SELECT pg_temp.classify(ticket_id, class, covers), pg_temp.visited(ticket_id, visits) FROM played \g /dev/null
INSERT INTO desk.quote_item (ticket_id, item, quantity)
SELECT p.ticket_id, split_part(x, ':', 1), split_part(x, ':', 2)::numeric FROM played p CROSS JOIN LATERAL unnest(string_to_array(p.parts, ' ')) x;

SELECT is(pg_temp.owed(ticket_id, kind => 'visit'), visit_fee, id || ' ' || clause || ': visits') FROM played;
SELECT is(pg_temp.owed(ticket_id, kind => 'labour'), labour_fee, id || ' ' || clause || ': labour') FROM played;
SELECT is(pg_temp.owed(ticket_id, kind => 'part'), part_charge, id || ' ' || clause || ': parts') FROM played;
SELECT is(pg_temp.owed(ticket_id), visit_fee + labour_fee + part_charge, id || ' ' || clause || ': in all') FROM played;
SELECT is(pg_temp.try(format('UPDATE desk.ticket SET status = ''closed'' WHERE ticket_id = %s', ticket_id)), 'SV002', id || ': not closed before it is charged')
FROM played WHERE visit_fee + part_charge > 0;
-- each line, as the quote has it
SELECT is(pg_temp.charge(p.ticket_id, q.rule, 'item', quote_nullable(q.item)), CASE WHEN q.covered THEN 'SV009' ELSE q.amount::text END, p.id || ': charged ' || concat_ws(' ', q.rule, q.item))
FROM played p CROSS JOIN LATERAL aftersales.quote(p.ticket_id) q;
SELECT is((SELECT coalesce(sum(amount), 0) FROM desk.charge x WHERE x.ticket_id = p.ticket_id), visit_fee + labour_fee + part_charge, p.id || ': charged in all') FROM played p;
SELECT is(pg_temp.charge(p.ticket_id, q.rule, 'item', quote_nullable(q.item)), 'SV009', p.id || ': nothing is charged twice: ' || concat_ws(' ', q.rule, q.item))
FROM played p CROSS JOIN LATERAL aftersales.quote(p.ticket_id) q;
SELECT is(pg_temp.try(format('UPDATE desk.ticket SET status = ''closed'' WHERE ticket_id = %s', ticket_id)), 'SV002', id || ': not closed before it is paid')
FROM played WHERE visit_fee + part_charge > 0;
INSERT INTO desk.payment (charge_id) SELECT charge_id FROM desk.charge WHERE settled_at IS NULL;
SELECT is(pg_temp.try(format('UPDATE desk.ticket SET status = ''closed'' WHERE ticket_id = %s RETURNING status', ticket_id)), 'closed', id || ': closed when it is paid') FROM played;

-- PC-44: a visit costs what the document says
SELECT is(pg_temp.charge(pg_temp.classify(pg_temp.opened('maker', 'repair', 'consent:=true mode=onsite'), 'out_user'), 'visit'), 'SV009', 'PC-44: no visit, no fee');
-- PC-46, PC-47: before the customer has agreed
CREATE TEMP TABLE unasked AS SELECT pg_temp.classify(pg_temp.opened('maker', 'repair', 'mode=onsite'), 'out_user') AS ticket_id;
SELECT pg_temp.visited(ticket_id, 1) FROM unasked \g /dev/null
SELECT is(pg_temp.owed(ticket_id), 50.00, 'PC-47: what he would owe is known') FROM unasked;
SELECT is(pg_temp.charge(ticket_id, 'visit'), 'SV009', 'PC-47: but not charged before he agrees') FROM unasked;
UPDATE desk.ticket t SET attributes = '{"consent": true}' FROM unasked u WHERE t.ticket_id = u.ticket_id;
SELECT is(pg_temp.charge(ticket_id, 'visit'), '50.00', 'PC-47: then it is') FROM unasked;
-- PC-130: training
CREATE TEMP TABLE training AS SELECT pg_temp.opened('maker', 'repair') AS ticket_id;
INSERT INTO desk.ticket_event (ticket_id, event) SELECT ticket_id, 'training' FROM training, generate_series(1, 3);
SELECT is(pg_temp.charge(ticket_id, 'training', 'unit_price', '10'), 'SV009', 'PC-130: machine time costs nothing') FROM training;
SELECT is(pg_temp.charge(ticket_id, 'training'), '0.00', 'PC-130: whatever it is') FROM training;

-- Document 002: delay --------------------------------------------------------
-- A delivery due on a day, shipped on another, with days that are excused.

CREATE TEMP TABLE delay_case (id text PRIMARY KEY, clause text, sets text, excused text, shipped_on date, due_on date, compensation numeric);
INSERT INTO delay_case VALUES
    ('G159', 'DW-41', 'product_line=window_guard delay_cause:=production standard_due:=2026-03-08', NULL, '2026-03-08', '2026-03-08', 0),
    ('G161', 'DW-41', 'product_line=door delay_cause:=oem standard_due:=2026-03-16', NULL, '2026-03-19', '2026-03-16', 150),
    ('G163', 'DW-41', 'product_line=door delay_cause:=production standard_due:=2026-03-16', '2026-03-18/2026-03-19', '2026-03-21', '2026-03-16', 150),
    ('G165', 'DW-45', 'product_line=door delay_cause:=production standard_due:=2026-03-16', '2026-03-17/2026-03-20', '2026-03-20', '2026-03-16', 0),
    ('G167', 'DW-43', 'product_line=window_guard area_m2:=150.01 dealer_consents:=true agreed_on:=2026-03-20 standard_due:=2026-03-08 delay_cause:=production', NULL, '2026-03-22', '2026-03-20', 100),
    ('G169', 'DW-44', 'product_line=door doors:=5 dealer_consents:=true agreed_on:=2026-04-01 standard_due:=2026-03-16 delay_cause:=production', NULL, '2026-03-18', '2026-03-16', 100),
    ('X211', 'DW-44', 'product_line=door doors:=6 dealer_consents:=true agreed_on:=2026-04-01 standard_due:=2026-03-16 delay_cause:=production', NULL, '2026-03-18', '2026-04-01', 0),
    ('X212', 'DW-43', 'product_line=window_guard area_m2:=150 dealer_consents:=true agreed_on:=2026-03-20 standard_due:=2026-03-08 delay_cause:=oem', NULL, '2026-03-10', '2026-03-08', 100),
    ('X213', 'DW-43', 'product_line=window_guard area_m2:=200 dealer_consents:=false agreed_on:=2026-03-20 standard_due:=2026-03-08 delay_cause:=oem', NULL, '2026-03-10', '2026-03-08', 100),
    ('X214', 'DW-42', 'product_line=pipe delay_cause:=production standard_due:=2026-03-16', NULL, '2026-03-26', '2026-03-16', 0),
    ('X215', 'DW-45', 'product_line=door delay_cause:=blizzard standard_due:=2026-03-16', NULL, '2026-03-26', '2026-03-16', 0),
    ('X216', 'DW-34', 'product_line=door delay_cause:=production standard_due:=2026-03-16 claimed_late:=true', NULL, '2026-03-26', '2026-03-16', 0),
    ('X217', 'DW-45', 'product_line=door delay_cause:=production standard_due:=2026-03-16', '2026-03-10/2026-03-17 2026-03-17/2026-03-18 2026-03-30/2026-04-30', '2026-03-20', '2026-03-16', 100),
    ('X218', 'DW-41', 'product_line=door delay_cause:=production standard_due:=2028-02-27', NULL, '2028-03-02', '2028-02-27', 200),
    ('X219', 'DW-41', 'product_line=door delay_cause:=production standard_due:=2026-12-30', NULL, '2027-01-02', '2026-12-30', 150);
CREATE TEMP TABLE delivered AS
SELECT c.*, pg_temp.opened('dealer', 'delivery', c.sets) AS ticket_id FROM delay_case c;
INSERT INTO desk.delay_excuse (ticket_id, clock, starts_on, ends_on, cause)
SELECT d.ticket_id, 'ship', split_part(x, '/', 1)::date, split_part(x, '/', 2)::date, 'gale' FROM delivered d CROSS JOIN LATERAL unnest(string_to_array(d.excused, ' ')) x;
-- not late yet: nothing
SELECT is(pg_temp.owed(ticket_id, 'company'), 0::numeric, id || ' ' || clause || ': nothing before it is late') FROM delivered;
SET aftersales.now = '2028-06-01 12:00';
-- shipped in the evening of the day
UPDATE desk.ticket t SET status = 'shipped', happened_at = d.shipped_on + time '23:59' FROM delivered d WHERE t.ticket_id = d.ticket_id;
SELECT is((SELECT (due_at AT TIME ZONE 'Asia/Shanghai')::date FROM desk.sla_clock c WHERE c.ticket_id = d.ticket_id), due_on, id || ' ' || clause || ': due') FROM delivered d;
SELECT is(pg_temp.owed(ticket_id, 'company'), compensation, id || ' ' || clause || ': compensation') FROM delivered;
SELECT is(pg_temp.charge(ticket_id, 'delay'), CASE WHEN compensation > 0 THEN compensation::text || '.00' ELSE 'SV009' END, id || ' ' || clause || ': charged') FROM delivered;
SELECT is(pg_temp.charge(ticket_id, 'delay', 'quantity', '1'), 'SV009', id || ' ' || clause || ': not a day more') FROM delivered;
-- what the company owes keeps no ticket open
SELECT is(pg_temp.try(format('UPDATE desk.ticket SET status = ''closed'' WHERE ticket_id = %s RETURNING status', ticket_id)), 'closed', id || ': closed') FROM delivered;

-- Document 002: liability ----------------------------------------------------

CREATE TEMP TABLE liability_case (id text PRIMARY KEY, clause text, sets text, customer_pays numeric, company_pays numeric);
INSERT INTO liability_case VALUES
    ('G175', 'DW-19', 'liability:=customer freight_out:=90.00 freight_back:=90.00 material:=120.00 labour:=60.00 consent:=true', 300, 0),
    ('X221', 'DW-17', 'liability:=company freight_out:=90.00 freight_back:=90.00 material:=120.00 labour:=60.00 consent:=true', 0, 180),
    ('X222', 'DW-17', 'liability:=carrier freight_out:=90.00 freight_back:=90.00 material:=120.00 labour:=60.00 consent:=true', 0, 0),
    ('X223', 'DW-19', 'liability:=customer freight_out:=33.333 freight_back:=33.333 material:=0.005 consent:=true', 66.68, 0);
CREATE TEMP TABLE judged AS SELECT c.*, pg_temp.opened('dealer', 'complaint', c.sets) AS ticket_id FROM liability_case c;
SELECT is(pg_temp.owed(ticket_id), customer_pays, id || ' ' || clause || ': the customer owes') FROM judged;
SELECT is(pg_temp.owed(ticket_id, 'company'), company_pays, id || ' ' || clause || ': the company owes') FROM judged;
SELECT is(pg_temp.owed(ticket_id, 'customer', 'labour'), 0::numeric, id || ' ' || clause || ': no labour') FROM judged;
SELECT is(pg_temp.charge(ticket_id, 'freight_customer'), CASE WHEN customer_pays > 0 THEN pg_temp.owed(ticket_id, 'customer', 'freight')::text ELSE 'SV009' END, id || ': freight of the customer') FROM judged;
SELECT is(pg_temp.charge(ticket_id, 'freight_company'), CASE WHEN company_pays > 0 THEN '180.00' ELSE 'SV009' END, id || ': freight of the company') FROM judged;
-- DW-18: nothing else is the company's
SELECT is(pg_temp.charge(ticket_id, 'delay_fee', 'amount', '10'), 'SV010', id || ' DW-18: no other costs') FROM judged;
-- a value that is not there yet is nothing
CREATE TEMP TABLE unknown AS SELECT pg_temp.opened('dealer', 'complaint', 'liability:=customer freight_out:=90 consent:=true') AS ticket_id;
SELECT is(amount, NULL, 'freight that is not known yet') FROM unknown, aftersales.quote(ticket_id) WHERE rule = 'freight_customer';
SELECT is(pg_temp.charge(ticket_id, 'freight_customer'), 'SV009', 'is not charged') FROM unknown;
SELECT is(pg_temp.try(format('UPDATE desk.ticket SET status = ''closed'' WHERE ticket_id = %s', ticket_id)), 'SV002', 'nor is the ticket closed') FROM unknown;
-- DW-34, DW-73: how much, says whoever charges; who has agreed
CREATE TEMP TABLE given AS
SELECT 'late_claim' AS rule, pg_temp.opened('dealer', 'complaint', 'claimed_late:=true') AS no, pg_temp.opened('dealer', 'complaint', 'claimed_late:=true consent:=true') AS yes, pg_temp.opened('dealer', 'complaint', 'consent:=true') AS other
UNION ALL SELECT 'travel', pg_temp.opened('dealer', 'complaint', 'product_line=handrail'), pg_temp.opened('dealer', 'complaint', 'product_line=handrail consent:=true'), pg_temp.opened('dealer', 'complaint', 'product_line=door consent:=true');
SELECT is(pg_temp.charge(no, rule, 'amount', '420.50'), 'SV009', rule || ': not without consent') FROM given;
SELECT is(pg_temp.charge(other, rule, 'amount', '420.50'), 'SV009', rule || ': not for other tickets') FROM given;
SELECT is(pg_temp.charge(yes, rule), 'SV009', rule || ': how much must be said') FROM given;
SELECT is(pg_temp.charge(yes, rule, 'amount', '420.50'), '420.50', rule || ': as said') FROM given;
SELECT is(pg_temp.charge(yes, rule, 'quantity, unit_price', '3, 10.01'), '30.03', rule || ': by units') FROM given;
-- DW-52: fines, of no ticket too
SELECT is(pg_temp.as_actor('super_1', format('INSERT INTO desk.charge (policy, rule, party, amount) VALUES (''dealer'', ''fine'', ''eng_1'', %s) RETURNING amount', a)), expected, 'DW-52: a fine of ' || a)
FROM (VALUES ('199.99', 'SV009'), ('200', '200.00'), ('500', '500.00'), ('500.01', 'SV009'), ('0', 'SV009')) x(a, expected);
SELECT is(pg_temp.try('INSERT INTO desk.charge (policy, rule, party, amount) VALUES (''dealer'', ''fine'', ''eng_1'', 200)'), 'SV003', 'DW-52: by a supervisor only');

-- Document 001 ---------------------------------------------------------------

CREATE TEMP TABLE fees AS SELECT pg_temp.opened('front', 'help') AS ticket_id;
SELECT is(pg_temp.charge(ticket_id, k, 'amount', '88.80'), '88.80', 'PH-40: ' || k) FROM fees, unnest('{property,water,power,heating,other}'::text[]) k;
SELECT is(pg_temp.charge(ticket_id, 'parking', 'amount', '88.80'), 'SV010', 'PH-40: nothing else') FROM fees;
SELECT is(pg_temp.try('INSERT INTO desk.payment (charge_id) SELECT min(charge_id) FROM desk.charge WHERE policy = ''front'' RETURNING amount'), 'SV003', 'PH-65: not by a clerk');
SELECT is(pg_temp.as_actor('recep_1', 'INSERT INTO desk.payment (charge_id) SELECT min(charge_id) FROM desk.charge WHERE policy = ''front'' RETURNING amount'), '88.80', 'PH-65: the receptionist collects');
INSERT INTO desk.quote_item (ticket_id, item, quantity) SELECT ticket_id, 'copy', 7 FROM fees;
SELECT is(pg_temp.charge(ticket_id, 'desk_service', 'item', '''copy'''), '2.10', 'PH-68: copies') FROM fees;
SELECT is(pg_temp.as_actor('manager_1', 'INSERT INTO desk.price (price_list_id, item, unit_price) VALUES (3, ''scan'', 0)'), 'SV002', 'PH-68: not for nothing');
SELECT is(pg_temp.as_actor('clerk_1', 'INSERT INTO desk.price_list (policy, list, valid) VALUES (''front'', ''other'', ''[2026-01-01,)'')'), 'SV003', 'PH-68: the manager publishes');

SELECT is_empty('SELECT * FROM aftersales.verify_audit()', 'the chains are sound');
SELECT * FROM finish();
