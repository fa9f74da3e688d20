-- Charges: what a quote says, what a charge takes from it, credit lines and
-- payments, prices by date, caps, and many rows at once.

\ir lib/charge.sql

CREATE FUNCTION pg_temp.said(id bigint) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(concat_ws(' ', e.event, e.actor, e.origin), '; ' ORDER BY e.seq), '') FROM desk.ticket_event e WHERE e.ticket_id = id AND e.origin IN ('charge', 'payment', 'delay_excuse') $$;
CREATE FUNCTION pg_temp.pay(id bigint, columns text DEFAULT NULL, vals text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.try(format('INSERT INTO desk.payment (charge_id%s) VALUES (%L%s) RETURNING amount', ', ' || columns, id, ', ' || vals)) $$;
CREATE FUNCTION pg_temp.credit(id bigint, columns text DEFAULT NULL, vals text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.try(format('INSERT INTO desk.charge (credit_of%s) VALUES (%L%s) RETURNING amount', ', ' || columns, id, ', ' || vals)) $$;
CREATE FUNCTION pg_temp.repair(class text DEFAULT 'out_user', visits integer DEFAULT 1, parts text DEFAULT NULL, sets text DEFAULT 'consent:=true mode=onsite') RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE id bigint := pg_temp.opened('maker', 'repair', sets);
BEGIN
    PERFORM pg_temp.classify(id, class), pg_temp.visited(id, visits);
    INSERT INTO desk.quote_item (ticket_id, item, quantity) SELECT id, split_part(x, ':', 1), split_part(x, ':', 2)::numeric FROM unnest(string_to_array(parts, ' ')) x;
    RETURN id;
END $$;
CREATE FUNCTION pg_temp.settled(id bigint) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(CASE WHEN settled_at IS NULL THEN '-' ELSE '+' END, '' ORDER BY charge_id), '') FROM desk.charge WHERE ticket_id = id $$;
CREATE FUNCTION pg_temp.close(id bigint) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.try(format('UPDATE desk.ticket SET status = ''closed'' WHERE ticket_id = %s RETURNING status', id)) $$;
CREATE TEMP TABLE k (name text PRIMARY KEY, id bigint);
CREATE FUNCTION pg_temp.keep(name text, id bigint) RETURNS bigint LANGUAGE sql AS $$ INSERT INTO k VALUES (name, id) RETURNING id $$;
CREATE FUNCTION pg_temp.k(n text) RETURNS bigint LANGUAGE sql STABLE AS $$ SELECT id FROM k WHERE name = n $$;
CREATE FUNCTION pg_temp.c(n text, i integer DEFAULT 1) RETURNS bigint LANGUAGE sql AS $$
    SELECT charge_id FROM desk.charge WHERE ticket_id = pg_temp.k(n) ORDER BY charge_id OFFSET i - 1 LIMIT 1 $$;

-- ---------- the quote
SELECT pg_temp.keep('quote', pg_temp.repair(visits => 2, parts => 'fan:3 board:1')) \g /dev/null
SELECT results_eq('SELECT rule, kind, item, spec, label, quantity, unit_price, amount, currency, payer, payee, covered, price_id, charged_quantity, clauses FROM aftersales.quote(pg_temp.k(''quote''))',
    $$VALUES ('visit', 'visit', NULL::text, NULL::text, NULL::text, 2.0, 50.0, 100.00, 'CNY', 'customer', 'company', false, NULL::bigint, 0.0, '{PC-44,PC-99}'::text[]),
             ('labour', 'labour', NULL, NULL, NULL, 1, 0, 0.00, 'CNY', 'customer', 'company', false, NULL, 0, '{PC-45}'),
             ('part', 'part', 'fan', '80 mm', 'fan', 3, 12.35, 37.05, 'CNY', 'customer', 'company', false, 3, 0, '{PC-43,PC-53}'),
             ('part', 'part', 'board', 'mATX', 'main board', 1, 300, 300.00, 'CNY', 'customer', 'company', false, 1, 0, '{PC-43,PC-53}')$$, 'a quote line by line, in the order of position');
SELECT is(pg_temp.try('SELECT count(*) FROM aftersales.quote(99999)'), 'SV010', 'of no such ticket');
SELECT is(pg_temp.try('SELECT count(*) FROM aftersales.quote(NULL)'), '0', 'of none');
-- two rows of one item are one line; what is withdrawn is none
INSERT INTO desk.quote_item (ticket_id, item, quantity) VALUES (pg_temp.k('quote'), 'fan', 1.5);
SELECT is((SELECT quantity || ' ' || amount FROM aftersales.quote(pg_temp.k('quote')) WHERE item = 'fan'), '4.500 55.58', 'items add up, rounded half up at the line');
UPDATE desk.quote_item SET withdrawn_at = aftersales.now() WHERE ticket_id = pg_temp.k('quote') AND quantity = 3;
SELECT is((SELECT quantity FROM aftersales.quote(pg_temp.k('quote')) WHERE item = 'fan'), 1.5, 'what is withdrawn does not count');
-- nothing is known of an item without a price, so the ticket is not settled
SELECT pg_temp.keep('unpriced', pg_temp.repair(visits => 0, parts => 'lamp:1')) \g /dev/null
SELECT results_eq('SELECT item, amount, unit_price, price_id FROM aftersales.quote(pg_temp.k(''unpriced'')) WHERE kind = ''part''', $$VALUES ('lamp', NULL::numeric, NULL::numeric, NULL::bigint)$$, 'an item off the list');
SELECT is(pg_temp.charge(pg_temp.k('unpriced'), 'part', 'item', '''lamp'''), 'SV009', 'is not charged');
SELECT is(pg_temp.close(pg_temp.k('unpriced')), 'SV002', 'nor is it forgotten');
-- nor of the warranty
SELECT pg_temp.keep('unclassed', pg_temp.repair(NULL)) \g /dev/null
SELECT results_eq('SELECT amount, unit_price, covered FROM aftersales.quote(pg_temp.k(''unclassed'')) WHERE rule = ''visit''', 'VALUES (NULL::numeric, 50::numeric, NULL::boolean)', 'not known whether it is covered');
SELECT is(pg_temp.charge(pg_temp.k('unclassed'), 'visit'), 'SV009', 'so it is not charged');
SELECT is(pg_temp.close(pg_temp.k('unclassed')), 'SV002', 'nor the ticket closed');
-- an event that is corrected away is not charged
SELECT pg_temp.keep('corrected', pg_temp.repair(visits => 0)) \g /dev/null
INSERT INTO desk.ticket_event (ticket_id, event) SELECT pg_temp.k('corrected'), 'training' FROM generate_series(1, 3);
SELECT aftersales.correct_event((SELECT max(event_id) FROM desk.ticket_event WHERE ticket_id = pg_temp.k('corrected') AND event = 'training'), 'a mistake') \g /dev/null
SELECT aftersales.correct_event((SELECT min(event_id) FROM desk.ticket_event WHERE ticket_id = pg_temp.k('corrected') AND event = 'training'), 'another time', aftersales.now()) \g /dev/null
SELECT is((SELECT quantity FROM aftersales.quote(pg_temp.k('corrected')) WHERE rule = 'training'), 2::numeric, 'what was taken out is not counted, what was put at another time is');

-- ---------- a charge is filled from the quote
SELECT pg_temp.keep('fill', pg_temp.repair(visits => 2, parts => 'board:2')) \g /dev/null
SELECT results_eq(format('INSERT INTO desk.charge (ticket_id, rule) VALUES (%s, ''visit'') RETURNING policy, kind, item, quantity::text, price_id, unit_price, amount::text, currency, payer, payee, charged_at, charged_by, settled_at', pg_temp.k('fill')),
    $$VALUES ('maker', 'visit', NULL::text, '2.000', NULL::bigint, 50::numeric, '100.00', 'CNY', 'customer', 'company', aftersales.now(), 'clerk_1', NULL::timestamptz)$$, 'all that the writer leaves out');
SELECT results_eq(format('INSERT INTO desk.charge (ticket_id, rule, item, quantity, price_id, unit_price, amount, currency, payer, payee, policy) VALUES (%s, ''part'', ''board'', 1, 1, 300, 300, ''CNY'', ''customer'', ''company'', ''maker'') RETURNING amount', pg_temp.k('fill')),
    'VALUES (300.00)', 'and all that he may say');
SELECT is((SELECT charged_quantity FROM aftersales.quote(pg_temp.k('fill')) WHERE item = 'board'), 1::numeric, 'the quote says what is charged');
SELECT is(pg_temp.charge(pg_temp.k('fill'), 'part', 'item, quantity', '''board'', 1.001'), 'SV009', 'no more than is left');
SELECT is(pg_temp.charge(pg_temp.k('fill'), 'part', 'item', '''board'''), '300.00', 'what is left');
SELECT is(pg_temp.said(pg_temp.k('fill')), 'charge:visit clerk_1 charge; charge:part clerk_1 charge; charge:part clerk_1 charge', 'the events');
SELECT is((SELECT p.data -> 'new' ->> 'amount' FROM desk.ticket_event e JOIN desk.event_private p USING (event_id) WHERE e.ticket_id = pg_temp.k('fill') AND e.event = 'charge:visit'), '100.00', 'say how much');
SELECT is(pg_temp.charge(pg_temp.k('fill'), 'labour'), '0.00', 'nothing is a charge too');
SELECT is(pg_temp.settled(pg_temp.k('fill')), '---+', 'and settled at once');

-- ---------- wrong in a charge
SELECT pg_temp.keep('wrong', pg_temp.repair(visits => 1, parts => 'board:1')) \g /dev/null
SELECT is(pg_temp.charge(pg_temp.k('wrong'), 'part', 'item, ' || x.c, '''board'', ' || x.v), x.code, x.c || ' ' || x.v) FROM (VALUES
    ('unit_price', '299.99', 'SV009'), ('unit_price', '330', 'SV009'), ('amount', '299.99', 'SV009'), ('amount', '600', 'SV009'), ('price_id', '2', 'SV009'), ('price_id', '3', 'SV009'),
    ('price_id', '999', 'SV009'), ('currency', '''USD''', 'SV009'), ('payer', '''dealer''', 'SV009'), ('payee', '''staff''', 'SV009'), ('policy', '''dealer''', 'SV009'),
    ('quantity', '2', 'SV009'), ('quantity', '0', '23514'), ('quantity', '-1', '23514'), ('kind', '''part''', 'SV004'), ('charged_by', '''clerk_1''', 'SV004'), ('settled_at', 'now()', 'SV004'),
    ('charged_at', '''2026-03-02 08:00''', 'SV005'), ('charged_at', '''2026-02-28 08:00''', 'SV005'), ('quantity', '''NaN''', 'SV009')) x(c, v, code);
SELECT is(pg_temp.charge(pg_temp.k('wrong'), 'part', 'item', '''fan'''), 'SV009', 'an item that is not on the quote');
SELECT is(pg_temp.charge(pg_temp.k('wrong'), 'part'), 'SV009', 'no item');
SELECT is(pg_temp.charge(pg_temp.k('wrong'), 'visit', 'item', '''board'''), 'SV009', 'an item where there is none');
SELECT is(pg_temp.charge(pg_temp.k('wrong'), 'part_at_cost', 'item', '''board'''), 'SV009', 'a rule that does not hold');
SELECT is(pg_temp.charge(pg_temp.k('wrong'), 'delay'), 'SV010', 'a rule of another policy');
SELECT is(pg_temp.charge(99999, 'visit'), '23503', 'no such ticket');
SELECT is(pg_temp.try('INSERT INTO desk.charge (ticket_id) VALUES (' || pg_temp.k('wrong') || ')'), '23502', 'no rule');
SELECT is(pg_temp.said(pg_temp.k('wrong')), '', 'nothing of it is left');
SELECT is(pg_temp.charge(pg_temp.k('wrong'), 'part', 'item, quantity', '''board'', 0.5'), '150.00', 'half of it');
SELECT is(pg_temp.try(s), 'SV004', s) FROM (VALUES ('UPDATE desk.charge SET amount = 0'), ('UPDATE desk.charge SET settled_at = now()'), ('UPDATE desk.charge SET reason = ''x'''), ('DELETE FROM desk.charge'), ('TRUNCATE desk.charge CASCADE'),
    ('INSERT INTO desk.ticket_event (ticket_id, event) VALUES (1, ''charge:visit'')')) x(s) WHERE s !~ 'ticket_event';
SELECT is(pg_temp.try('UPDATE desk.charge SET amount = amount RETURNING 1'), '1', 'sent back as it was');
SELECT is(pg_temp.try(format('INSERT INTO desk.ticket_event (ticket_id, event) VALUES (%s, ''charge:visit'')', pg_temp.k('wrong'))), 'SV010', 'the event without a charge');

-- ---------- many rows at once are the same as one by one
SELECT pg_temp.keep('many', pg_temp.repair(visits => 3, parts => 'board:3 fan:2')), pg_temp.keep('single', pg_temp.repair(visits => 3, parts => 'board:3 fan:2')) \g /dev/null
INSERT INTO desk.charge (ticket_id, rule, item, quantity) SELECT pg_temp.k('many'), r, i, q FROM (VALUES ('visit', NULL, 1), ('part', 'board', 2), ('visit', NULL, NULL), ('part', 'board', NULL), ('part', 'fan', NULL)) x(r, i, q);
SELECT pg_temp.charge(pg_temp.k('single'), r, 'item, quantity', concat_ws(', ', quote_nullable(i), coalesce(q::text, 'NULL'))) FROM (VALUES ('visit', NULL, 1), ('part', 'board', 2), ('visit', NULL, NULL), ('part', 'board', NULL), ('part', 'fan', NULL)) x(r, i, q) \g /dev/null
SELECT results_eq('SELECT rule, item, quantity, unit_price, amount FROM desk.charge WHERE ticket_id = pg_temp.k(''many'') ORDER BY charge_id', 'SELECT rule, item, quantity, unit_price, amount FROM desk.charge WHERE ticket_id = pg_temp.k(''single'') ORDER BY charge_id', 'one statement of five rows');
SELECT is((SELECT string_agg(amount::text, ' ' ORDER BY charge_id) FROM desk.charge WHERE ticket_id = pg_temp.k('many')), '50.00 600.00 100.00 300.00 24.70', 'each row sees those before it');
SELECT pg_temp.keep('over', pg_temp.repair(visits => 3)) \g /dev/null
SELECT is(pg_temp.try(format('INSERT INTO desk.charge (ticket_id, rule, quantity) SELECT %s, ''visit'', 1 FROM generate_series(1, 4)', pg_temp.k('over'))), 'SV009', 'one row too many');
SELECT is(pg_temp.said(pg_temp.k('over')), '', 'refuses all');
SELECT is(pg_temp.try(format('WITH x AS (INSERT INTO desk.charge (ticket_id, rule, quantity) SELECT %s, ''visit'', 1 FROM generate_series(1, 3) RETURNING amount) SELECT sum(amount) FROM x', pg_temp.k('over'))), '150.00', 'as many as there are');
INSERT INTO desk.payment (charge_id, amount) SELECT charge_id, a FROM desk.charge CROSS JOIN (VALUES (20), (NULL)) x(a) WHERE ticket_id = pg_temp.k('over') ORDER BY charge_id, a;
SELECT is((SELECT string_agg(p.amount::text, ' ' ORDER BY payment_id) FROM desk.payment p WHERE p.ticket_id = pg_temp.k('over')), '20.00 30.00 20.00 30.00 20.00 30.00', 'payments see each other too');
SELECT is(pg_temp.settled(pg_temp.k('over')), '+++', 'and settle');
-- tickets, and tickets of two policies, in one statement
SELECT is(pg_temp.try(format('WITH x AS (INSERT INTO desk.charge (ticket_id, rule, amount) VALUES (%s, ''visit'', NULL), (%s, ''water'', 7), (%s, ''visit'', 50) RETURNING amount) SELECT string_agg(amount::text, '' '') FROM x',
    pg_temp.repair(), pg_temp.opened('front', 'help'), pg_temp.repair())), '50.00 7.00 50.00', 'tickets of two policies');

-- ---------- retries
SELECT pg_temp.keep('retry', pg_temp.repair(visits => 2)) \g /dev/null
SELECT is(pg_temp.charge(pg_temp.k('retry'), 'visit', 'external_ref', '''c-1'''), '100.00', 'with an external_ref');
SELECT is(pg_temp.charge(pg_temp.k('retry'), 'visit', 'external_ref', '''c-1'''), '23505', 'once more');
SELECT is(pg_temp.try(format('INSERT INTO desk.charge (ticket_id, rule, external_ref) VALUES (%s, ''visit'', ''c-1'') ON CONFLICT (external_ref) DO NOTHING RETURNING 1', pg_temp.k('retry'))), 'NULL', 'skipped');
SELECT is(pg_temp.pay(pg_temp.c('retry'), 'external_ref', '''p-1'''), '100.00', 'a payment');
SELECT is(pg_temp.pay(pg_temp.c('retry'), 'external_ref', '''p-1'''), '23505', 'once more');
SELECT is(pg_temp.try(format('INSERT INTO desk.payment (charge_id, external_ref) VALUES (%s, ''p-1'') ON CONFLICT (external_ref) DO NOTHING RETURNING 1', pg_temp.c('retry'))), 'NULL', 'skipped');
SELECT is(pg_temp.credit(pg_temp.c('retry'), 'external_ref', '''k-1'''), '-100.00', 'a credit line');
SELECT is(pg_temp.try(format('INSERT INTO desk.charge (credit_of, external_ref) VALUES (%s, ''k-1'') ON CONFLICT (external_ref) DO NOTHING RETURNING 1', pg_temp.c('retry'))), 'NULL', 'skipped');
SELECT is(pg_temp.said(pg_temp.k('retry')), 'charge:visit clerk_1 charge; payment:received clerk_1 payment; charge:credit clerk_1 charge', 'one event each');

-- ---------- payments
SELECT pg_temp.keep('pay', pg_temp.repair(visits => 2)) \g /dev/null
SELECT pg_temp.charge(pg_temp.k('pay'), 'visit') \g /dev/null
SELECT is(pg_temp.close(pg_temp.k('pay')), 'SV002', 'not closed before it is paid');
SELECT is(pg_temp.pay(pg_temp.c('pay'), 'amount', '100.01'), 'SV009', 'too much');
SELECT is(pg_temp.pay(pg_temp.c('pay'), 'amount', v), code, 'an amount of ' || v) FROM (VALUES ('0', '23514'), ('-5', '23514'), ('''NaN''', 'SV009')) x(v, code);
SELECT is(pg_temp.pay(pg_temp.c('pay'), 'currency', '''USD'''), 'SV009', 'another currency');
SELECT is(pg_temp.pay(pg_temp.c('pay'), 'recorded_by', '''clerk_1'''), 'SV004', 'recorded_by');
SELECT is(pg_temp.pay(pg_temp.c('pay'), 'ticket_id', '99999'), 'SV010', 'another ticket');
SELECT is(pg_temp.pay(99999), '23503', 'no such charge');
SELECT is(pg_temp.try('INSERT INTO desk.payment (amount) VALUES (1)'), '23502', 'no charge');
SELECT results_eq(format('INSERT INTO desk.payment (charge_id, amount, method, receipt_no) VALUES (%s, 40, ''cash'', ''r-1'') RETURNING ticket_id, amount::text, currency, paid_at, recorded_by', pg_temp.c('pay')),
    $$VALUES (pg_temp.k('pay'), '40.00', 'CNY', aftersales.now(), 'clerk_1')$$, 'in part');
SELECT is(pg_temp.settled(pg_temp.k('pay')), '-', 'is not settled');
SELECT is(pg_temp.pay(pg_temp.c('pay'), 'amount, ticket_id', '60.01, ' || pg_temp.k('pay')), 'SV009', 'more than is left');
SELECT is(pg_temp.pay(pg_temp.c('pay'), 'ticket_id', pg_temp.k('pay')::text), '60.00', 'the rest');
SELECT is(pg_temp.settled(pg_temp.k('pay')), '+', 'settles');
SELECT is(pg_temp.pay(pg_temp.c('pay')), 'SV009', 'nothing is open');
SELECT is(pg_temp.try(s), 'SV004', s) FROM (VALUES ('UPDATE desk.payment SET amount = 1'), ('UPDATE desk.payment SET receipt_no = ''x'''), ('DELETE FROM desk.payment'), ('TRUNCATE desk.payment')) x(s);
SELECT is(pg_temp.close(pg_temp.k('pay')), 'closed', 'closed');
SELECT pg_temp.keep('when', pg_temp.repair()) \g /dev/null
SELECT pg_temp.charge(pg_temp.k('when'), 'visit', 'charged_at', '''2026-03-01 08:00''') \g /dev/null
SET aftersales.now = '2026-03-05 08:00';
SELECT pg_temp.pay(pg_temp.c('when'), 'paid_at', '''2026-03-03 10:00''') \g /dev/null
SELECT is((SELECT settled_at FROM desk.charge WHERE charge_id = pg_temp.c('when')), timestamptz '2026-03-03 10:00', 'settled when it was paid');

-- ---------- credit lines
SELECT pg_temp.keep('credit', pg_temp.repair(visits => 2)) \g /dev/null
SELECT pg_temp.charge(pg_temp.k('credit'), 'visit') \g /dev/null
SELECT is(pg_temp.credit(pg_temp.c('credit'), x.c, x.v), code, x.c || ' ' || x.v) FROM (VALUES
    ('amount', '-100.01', 'SV009'), ('amount', '100', 'SV009'), ('amount', '0', 'SV009'), ('amount, quantity', '-50, 1', 'SV009'), ('amount, quantity', '-50, -3', 'SV009'),
    ('amount, rule', '-50, ''part''', 'SV009'), ('amount, payer', '-50, ''company''', 'SV009'), ('amount, currency', '-50, ''USD''', 'SV009'), ('amount, ticket_id', '-50, 99999', 'SV010'), ('amount, item', '-50, ''x''', 'SV009')) x(c, v, code);
SELECT is(pg_temp.credit(99999), '23503', 'of no charge');
SELECT results_eq(format('INSERT INTO desk.charge (credit_of, amount, reason) VALUES (%s, -20, ''goodwill'') RETURNING ticket_id, policy, rule, kind, quantity::text, unit_price, amount::text, currency, payer, payee, settled_at', pg_temp.c('credit')),
    $$VALUES (pg_temp.k('credit'), 'maker', 'visit', 'visit', '0.000', 50::numeric, '-20.00', 'CNY', 'customer', 'company', aftersales.now())$$, 'goodwill');
SELECT is(pg_temp.credit(pg_temp.c('credit', 2), 'amount', '-1'), 'SV009', 'not of a credit line');
SELECT is(pg_temp.charge(pg_temp.k('credit'), 'visit'), 'SV009', 'what was forgiven is not charged anew');
SELECT is(pg_temp.pay(pg_temp.c('credit'), 'amount', '80.01'), 'SV009', 'less is open');
SELECT is(pg_temp.pay(pg_temp.c('credit', 2)), 'SV009', 'and nothing is to be paid back');
SELECT is(pg_temp.pay(pg_temp.c('credit')), '80.00', 'paid');
SELECT is(pg_temp.close(pg_temp.k('credit')), 'closed', 'closed');
-- taken back in whole and charged anew
SELECT pg_temp.keep('anew', pg_temp.repair(visits => 2)) \g /dev/null
SELECT pg_temp.charge(pg_temp.k('anew'), 'visit') \g /dev/null
SELECT is(pg_temp.credit(pg_temp.c('anew'), 'quantity', '-2'), '-100.00', 'taken back in whole');
SELECT is(pg_temp.settled(pg_temp.k('anew')), '++', 'nothing is owed of it');
SELECT is(pg_temp.close(pg_temp.k('anew')), 'SV002', 'but it is not charged now');
SELECT is(pg_temp.charge(pg_temp.k('anew'), 'visit', 'quantity', '1'), '50.00', 'charged anew');
SELECT is(pg_temp.charge(pg_temp.k('anew'), 'visit'), '50.00', 'in parts');
SELECT is(pg_temp.credit(pg_temp.c('anew')), 'SV009', 'nothing is left to be taken back');
-- what was paid too much is paid back
SELECT pg_temp.keep('back', pg_temp.repair(visits => 2)) \g /dev/null
SELECT pg_temp.charge(pg_temp.k('back'), 'visit') \g /dev/null
SELECT pg_temp.pay(pg_temp.c('back'), 'amount', '90') \g /dev/null
SELECT is(pg_temp.credit(pg_temp.c('back'), 'amount', '-30'), '-30.00', 'less than was paid');
SELECT is(pg_temp.settled(pg_temp.k('back')), '+-', 'the charge is settled, the credit line is not');
SELECT is(pg_temp.pay(pg_temp.c('back')), 'SV009', 'nothing is open of the charge');
SELECT is(pg_temp.pay(pg_temp.c('back', 2), 'amount', '20.01'), 'SV009', 'no more is paid back than was paid too much');
SELECT is(pg_temp.pay(pg_temp.c('back', 2), 'amount', '15'), '15.00', 'paid back in part');
SELECT is(pg_temp.settled(pg_temp.k('back')), '+-', 'not all');
SELECT is(pg_temp.pay(pg_temp.c('back', 2)), '5.00', 'the rest');
SELECT is(pg_temp.settled(pg_temp.k('back')), '++', 'settled');
SELECT is(pg_temp.pay(pg_temp.c('back', 2)), 'SV009', 'no more');
SELECT is(pg_temp.credit(pg_temp.c('back'), 'amount', '-70'), '-70.00', 'the rest of the charge');
SELECT is(pg_temp.settled(pg_temp.k('back')), '++-', 'is to be paid back');
SELECT is(pg_temp.pay(pg_temp.c('back', 3)), '70.00', 'and is');
SELECT is(pg_temp.settled(pg_temp.k('back')), '+++', 'settled again');

-- ---------- prices by date
SET aftersales.now = '2026-06-30 23:59:59';
SELECT pg_temp.keep('june', pg_temp.repair(visits => 0, parts => 'board:2')) \g /dev/null
SELECT is(pg_temp.charge(pg_temp.k('june'), 'part', 'item, quantity', '''board'', 1'), '300.00', 'on the last day of a list');
SET aftersales.now = '2026-07-01 00:00:00';
SELECT is((SELECT unit_price FROM aftersales.quote(pg_temp.k('june')) WHERE item = 'board'), 330.00, 'the next day the next list');
SELECT is(pg_temp.charge(pg_temp.k('june'), 'part', 'item, price_id', '''board'', 1'), 'SV009', 'not the old one');
SELECT is(pg_temp.charge(pg_temp.k('june'), 'part', 'item, charged_at, quantity', '''board'', ''2026-06-30 23:59:59.5'', 0.5'), '150.00', 'but for a charge of that day');
SELECT is(pg_temp.charge(pg_temp.k('june'), 'part', 'item', '''board'''), '165.00', 'what is left, at the new price');
SELECT is(pg_temp.charge(pg_temp.repair(visits => 0, parts => 'fan:1'), 'part', 'item', '''fan'''), 'SV009', 'not on the new list');
-- published prices
SET aftersales.actor = 'manager_1';
SELECT is(pg_temp.try('INSERT INTO desk.price_list (policy, list, valid) VALUES (''maker'', ''retail'', ''[2026-06-30,2026-07-01)'')'), '23P01', 'lists of a name do not overlap');
SELECT is(pg_temp.try('INSERT INTO desk.price_list (policy, list, valid) VALUES (''maker'', ''other'', ''[2026-06-30,2026-07-01)'') RETURNING published_by || '' '' || (published_at = aftersales.now())'), 'manager_1 true', 'another name');
SELECT is(pg_temp.try('INSERT INTO desk.price_list (policy, list, valid) VALUES (''nobody'', ''other'', ''[2026-06-30,2026-07-01)'')'), 'SV010', 'a policy that is not there');
SELECT is(pg_temp.try('INSERT INTO desk.price_list (policy, list, valid, published_at) VALUES (''maker'', ''third'', ''[2026-06-30,2026-07-01)'', now())'), 'SV004', 'published_at');
SELECT is(pg_temp.try('INSERT INTO desk.price (price_list_id, item, unit_price) VALUES (99, ''x'', 1)'), '23503', 'no such list');
SELECT is(pg_temp.try('INSERT INTO desk.price (price_list_id, item, unit_price) VALUES (1, ''x'', ' || v || ')'), '23514', v || ' is no price') FROM unnest('{-1,''NaN''}'::text[]) v;
SELECT is(pg_temp.try(s), code, s) FROM (VALUES
    ('UPDATE desk.price SET unit_price = 1 WHERE price_id = 1', 'SV004'), ('UPDATE desk.price SET label = ''x'' WHERE price_id = 1', 'SV004'), ('DELETE FROM desk.price WHERE price_id = 1', '23503'),
    ('UPDATE desk.price SET unit_price = 13 WHERE price_id = 5 RETURNING unit_price', '13.00'), ('UPDATE desk.price SET price_list_id = 2 WHERE price_id = 5', 'SV004'), ('DELETE FROM desk.price WHERE price_id = 5 RETURNING 1', '1'),
    ('UPDATE desk.price_list SET list = ''x'' WHERE price_list_id = 1', 'SV004'), ('UPDATE desk.price_list SET policy = ''dealer'' WHERE price_list_id = 1', 'SV004'), ('UPDATE desk.price_list SET currency = ''USD'' WHERE price_list_id = 1', 'SV004'),
    ('UPDATE desk.price_list SET valid = ''[2026-01-01,2026-06-30)'' WHERE price_list_id = 1', 'SV004'), ('UPDATE desk.price_list SET valid = ''[2026-03-01,2026-07-01)'' WHERE price_list_id = 1 RETURNING valid', '[2026-03-01,2026-07-01)'),
    ('UPDATE desk.price_list SET valid = ''[2026-07-01,2026-07-02)'' WHERE price_list_id = 2 RETURNING valid', '[2026-07-01,2026-07-02)'), ('UPDATE desk.price_list SET label = ''l'' WHERE price_list_id = 1 RETURNING label', 'l'),
    ('DELETE FROM desk.price_list WHERE price_list_id = 1', '23503'), ('TRUNCATE desk.price CASCADE', 'SV004')) x(s, code);
SET aftersales.actor = 'clerk_1';

-- ---------- caps
INSERT INTO aftersales.policy (policy, title_en, timezone) VALUES ('capped', 'Caps', 'Asia/Shanghai');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('capped', 1, 'job'), ('capped', 1, 'other');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('capped', 1, 'new', 'initial'), ('capped', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('capped', 1, 'new', 'done');
INSERT INTO aftersales.workflow_guard (policy, version, to_state, guard, requires, message_en) VALUES ('capped', 1, 'done', 'paid', 'charges_settled()', 'pay');
INSERT INTO aftersales.event_type (policy, version, event) VALUES ('capped', 1, 'stop');
INSERT INTO aftersales.sla_rule (policy, version, rule, clock, starts_on, stops_on, target, unit) VALUES ('capped', 1, 'work', 'work', '{opened}', '{stop}', '1 day', 'calendar_day');
INSERT INTO aftersales.charge_rule (policy, version, ticket_type, rule, kind, per, event, clock, amount, payer, payee, minimum, maximum, cap, cap_per) VALUES
    ('capped', 1, 'job', 'stops', 'stop', 'event', 'stop', NULL, '50', 'customer', 'company', NULL, NULL, 120, 'ticket'),
    ('capped', 1, NULL, 'late', 'late', 'ticket', NULL, 'work', 'least(days, 3) * 10.005', 'company', 'customer', NULL, NULL, NULL, NULL),
    ('capped', 1, 'other', 'third', 'third', 'event', 'stop', NULL, '100::numeric / 3', 'customer', 'company', NULL, NULL, NULL, NULL),
    ('capped', 1, 'other', 'least', 'least', 'event', 'stop', NULL, 'quantity', 'customer', 'company', 2, 3, NULL, NULL),
    ('capped', 1, NULL, 'monthly', 'fine', 'given', NULL, NULL, NULL, 'staff', 'company', NULL, NULL, 500, 'month'),
    ('capped', 1, NULL, 'yearly', 'fine', 'given', NULL, NULL, NULL, 'staff', 'company', NULL, NULL, 500, 'year'),
    ('capped', 1, 'job', 'yearly', 'fine', 'given', NULL, NULL, NULL, 'staff', 'company', NULL, 300, 600, 'year');
SELECT results_eq('SELECT severity, item, problem FROM aftersales.check_policy(''capped'', 1) WHERE table_name = ''charge_rule'' ORDER BY 2', $$VALUES
    ('notice', 'job.monthly', 'has neither minimum nor maximum: any amount may be charged'), ('notice', 'other.monthly', 'has neither minimum nor maximum: any amount may be charged'), ('notice', 'other.yearly', 'has neither minimum nor maximum: any amount may be charged')$$, 'the policy is sound');
INSERT INTO aftersales.row_guard (policy, version, table_name, guard, requires, message_en) VALUES
    ('capped', 1, 'document', 'paid', 'kind || ''-'' || repeat(''x'', 100) = ''release-'' || repeat(''x'', 100) AND charges_settled() AND kind || ''-'' || repeat(''x'', 100) = ''release-'' || repeat(''x'', 100) AND ticket.ticket_type = ''job''', 'pay');
SELECT aftersales.activate_policy('capped', 1) \g /dev/null
SET aftersales.now = '2026-08-03 12:00';
SELECT pg_temp.keep('cap', pg_temp.opened('capped', 'job')) \g /dev/null
INSERT INTO desk.ticket_event (ticket_id, event) SELECT pg_temp.k('cap'), 'stop' FROM generate_series(1, 4);
SELECT is((SELECT quantity || ' ' || amount FROM aftersales.quote(pg_temp.k('cap')) WHERE rule = 'stops'), '4 120.00', 'no more than the cap is owed');
SELECT is(pg_temp.charge(pg_temp.k('cap'), 'stops', 'quantity, amount', '4, 200'), 'SV009', 'nor charged');
SELECT is(pg_temp.charge(pg_temp.k('cap'), 'stops', 'quantity', '1'), '50.00', 'one');
SELECT is(pg_temp.charge(pg_temp.k('cap'), 'stops', 'quantity, amount', '1, 50'), '50.00', 'two');
SELECT is(pg_temp.charge(pg_temp.k('cap'), 'stops', 'quantity, amount', '1, 50'), 'SV009', 'three are too many');
SELECT is(pg_temp.charge(pg_temp.k('cap'), 'stops', 'quantity, amount', '1, 20'), '20.00', 'but for what the cap leaves');
SELECT is(pg_temp.charge(pg_temp.k('cap'), 'stops', 'quantity', '1'), 'SV009', 'and that is all');
SELECT is((SELECT amount FROM aftersales.quote(pg_temp.k('cap')) WHERE rule = 'stops'), 120.00, 'the quote is the same');
SELECT is(pg_temp.try(format('INSERT INTO desk.document (ticket_id, kind) VALUES (%s, ''release'')', pg_temp.k('cap'))), 'SV002', 'row guards may ask too');
INSERT INTO desk.payment (charge_id) SELECT charge_id FROM desk.charge WHERE ticket_id = pg_temp.k('cap');
SELECT is(pg_temp.try(format('INSERT INTO desk.document (ticket_id, kind) VALUES (%s, ''release'') RETURNING kind', pg_temp.k('cap'))), 'release', 'and hear that it is paid');
SELECT is(pg_temp.try(format('UPDATE desk.ticket SET status = ''done'' WHERE ticket_id = %s RETURNING status', pg_temp.k('cap'))), 'done', 'what the cap takes away keeps no ticket open');
SELECT pg_temp.keep('uncap', pg_temp.opened('capped', 'job')) \g /dev/null
INSERT INTO desk.ticket_event (ticket_id, event) SELECT pg_temp.k('uncap'), 'stop' FROM generate_series(1, 4);
SELECT is(pg_temp.charge(pg_temp.k('uncap'), 'stops'), '120.00', 'all of it');
SELECT is(pg_temp.credit(pg_temp.c('uncap'), 'amount, quantity', '-70, -2'), '-70.00', 'a credit line');
SELECT is(pg_temp.charge(pg_temp.k('uncap'), 'stops'), '70.00', 'gives the cap room');
-- days in an amount, and units that are no round money
SELECT pg_temp.keep('late', pg_temp.opened('capped', 'other')) \g /dev/null
SET aftersales.now = '2026-08-06 12:00';
SELECT is((SELECT quantity || ' ' || unit_price || ' ' || amount FROM aftersales.quote(pg_temp.k('late')) WHERE rule = 'late'), '1 20.010 20.01', 'two days late by now');
SET aftersales.now = '2026-08-26 12:00';
SELECT is((SELECT unit_price FROM aftersales.quote(pg_temp.k('late')) WHERE rule = 'late'), 30.015, 'three at most');
INSERT INTO desk.ticket_event (ticket_id, event) SELECT pg_temp.k('late'), 'stop' FROM generate_series(1, 2);
SELECT is((SELECT amount FROM aftersales.quote(pg_temp.k('late')) WHERE rule = 'late'), 30.02, 'half up');
SELECT is(pg_temp.charge(pg_temp.k('late'), 'third', 'quantity', '1'), '33.33', 'a third');
SELECT is((SELECT amount FROM aftersales.quote(pg_temp.k('late')) WHERE rule = 'third'), 66.67, 'two thirds, rounded once');
SELECT is((SELECT unit_price FROM aftersales.quote(pg_temp.k('late')) WHERE rule = 'least'), 2::numeric, 'raised to the minimum');
INSERT INTO desk.ticket_event (ticket_id, event) SELECT pg_temp.k('late'), 'stop' FROM generate_series(1, 2);
SELECT is((SELECT unit_price FROM aftersales.quote(pg_temp.k('late')) WHERE rule = 'least'), 3::numeric, 'lowered to the maximum');
-- by party and month, whatever the ticket
CREATE FUNCTION pg_temp.fine(rule text, party text, amount text, ticket bigint DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.try(format('INSERT INTO desk.charge (policy, ticket_id, rule, party, amount) VALUES (''capped'', %L, %L, %L, %s) RETURNING amount', ticket, rule, party, amount)) $$;
SET aftersales.now = '2026-08-31 23:59:59.999';
SELECT is(pg_temp.fine('monthly', 'eng_1', '300'), '300.00', 'in August');
SELECT is(pg_temp.fine('monthly', 'eng_1', '200.01', pg_temp.k('late')), 'SV009', 'on a ticket it is the same cap');
SELECT is(pg_temp.fine('monthly', 'eng_1', '200', pg_temp.k('late')), '200.00', 'up to it');
SELECT is(pg_temp.fine('monthly', 'eng_1', '0.01'), 'SV009', 'no more');
SELECT is(pg_temp.fine('monthly', 'eng_2', '500'), '500.00', 'another party');
SELECT is(pg_temp.fine('monthly', NULL, '500'), '500.00', 'nobody in particular');
SELECT is(pg_temp.fine('yearly', 'eng_1', '500'), '500.00', 'another rule');
SET aftersales.now = '2026-09-01 00:00';
SELECT is(pg_temp.fine('monthly', 'eng_1', '500'), '500.00', 'the next month');
SELECT is(pg_temp.fine('yearly', 'eng_1', '1'), 'SV009', 'is the same year');
SELECT is(pg_temp.credit((SELECT min(charge_id) FROM desk.charge WHERE rule = 'monthly' AND party = 'eng_1')), '-300.00', 'a credit line of a fine');
SELECT is(pg_temp.fine('monthly', 'eng_1', '1'), 'SV009', 'belongs to the month of the charge');
SET aftersales.now = '2027-01-01 00:00';
SELECT is(pg_temp.fine('yearly', 'eng_1', '500'), '500.00', 'the next year');
SELECT is(pg_temp.fine('yearly', 'eng_1', '100', pg_temp.opened('capped', 'job')), '100.00', 'a ticket''s own rule of the name has its own limits');
SELECT is(pg_temp.fine('yearly', 'eng_1', '301', pg_temp.opened('capped', 'job')), 'SV009', 'its maximum too');
SELECT is(pg_temp.try('INSERT INTO desk.charge (policy, rule, quantity, unit_price) VALUES (''capped'', ''monthly'', ''NaN'', 1)'), 'SV009', 'NaN times');
SELECT is(pg_temp.try('INSERT INTO desk.charge (policy, rule, amount) VALUES (''capped'', ''monthly'', ''NaN'')'), 'SV009', 'NaN money');
SELECT is(pg_temp.fine('stops', 'eng_1', '1'), 'SV010', 'a rule that needs a ticket');
SELECT is(pg_temp.try('INSERT INTO desk.charge (rule, amount) VALUES (''monthly'', 1)'), 'SV010', 'neither ticket nor policy');
SELECT is(pg_temp.try('INSERT INTO desk.charge (policy, rule, amount) VALUES (''nobody'', ''monthly'', 1)'), 'SV010', 'no such policy');
-- fines are paid like all charges
SELECT is(pg_temp.pay((SELECT max(charge_id) FROM desk.charge WHERE rule = 'monthly' AND party = 'eng_2'), 'amount', '499'), '499.00', 'in part');
SELECT is(pg_temp.pay((SELECT max(charge_id) FROM desk.charge WHERE rule = 'monthly' AND party = 'eng_2'), 'amount', '2'), 'SV009', 'not too much');
SELECT is(pg_temp.pay((SELECT max(charge_id) FROM desk.charge WHERE rule = 'monthly' AND party = 'eng_2')), '1.00', 'the rest');
SELECT is((SELECT count(*) FROM desk.charge WHERE rule = 'monthly' AND party = 'eng_2' AND settled_at = aftersales.now()), 1::bigint, 'settled');
SELECT is((SELECT count(*) FROM desk.payment WHERE ticket_id IS NULL), 2::bigint, 'of no ticket');

-- ---------- excused delays
SET aftersales.now = '2027-02-01 08:00';
SELECT pg_temp.keep('excuse', pg_temp.opened('dealer', 'delivery', 'product_line=door delay_cause:=oem standard_due:=2027-02-03')) \g /dev/null
SET aftersales.now = '2027-02-08 08:00';
SELECT is(pg_temp.owed(pg_temp.k('excuse'), 'company'), 250.00, 'five days late by now');
SELECT results_eq(format('INSERT INTO desk.delay_excuse (ticket_id, clock, starts_on, ends_on, cause) VALUES (%s, ''ship'', ''2027-02-05'', ''2027-02-06'', ''gale'') RETURNING recorded_at, recorded_by', pg_temp.k('excuse')), $$VALUES (timestamptz '2027-02-08 08:00', 'clerk_1')$$, 'two are excused');
SELECT is(pg_temp.owed(pg_temp.k('excuse'), 'company'), 150.00, 'three are left');
SELECT is(pg_temp.try(format('INSERT INTO desk.delay_excuse (ticket_id, clock, starts_on, ends_on, cause) VALUES (%s, %s)', pg_temp.k('excuse'), x.v)), code, x.v) FROM (VALUES
    ('''sail'', ''2027-02-05'', ''2027-02-06'', ''gale''', 'SV010'), ('''ship'', ''2027-02-05'', ''2027-02-04'', ''gale''', '23514'), ('''ship'', ''-infinity'', ''2027-02-06'', ''gale''', '23514'), ('NULL, ''2027-02-05'', ''2027-02-06'', ''gale''', '23502')) x(v, code);
SELECT is(pg_temp.try('DELETE FROM desk.delay_excuse'), 'SV004', 'not deleted');
UPDATE desk.delay_excuse SET withdrawn_at = aftersales.now() WHERE ticket_id = pg_temp.k('excuse');
SELECT is(pg_temp.owed(pg_temp.k('excuse'), 'company'), 250.00, 'withdrawn');
SELECT is(pg_temp.try('UPDATE desk.delay_excuse SET cause = ''x'' WHERE withdrawn_at IS NOT NULL'), 'SV004', 'then it is over');
SELECT is(pg_temp.said(pg_temp.k('excuse')), 'delay_excuse:recorded clerk_1 delay_excuse; delay_excuse:withdrawn clerk_1 delay_excuse', 'the events');

-- ---------- a rule that asks for itself; who may call what
SELECT throws_ok('SELECT aftersales.charges_settled()', '55000', NULL, 'there is no ticket in hand');
INSERT INTO aftersales.policy (policy, title_en) VALUES ('bad', 'Bad');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('bad', 1, 'job');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('bad', 1, 'new', 'initial'), ('bad', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('bad', 1, 'new', 'done');
INSERT INTO aftersales.charge_rule (policy, version, rule, kind, per, event, clock, condition, requires, amount, price_list, payer, roles) VALUES
    ('bad', 1, 'a', 'a', 'ticket', NULL, NULL, 'charges_settled()', NULL, '1', NULL, 'customer', NULL), ('bad', 1, 'b', 'b', 'event', 'nothing', NULL, 'has_event(''never'')', 'approved(''no'')', '1', NULL, 'customer', '{}'),
    ('bad', 1, 'c', 'c', 'day', NULL, 'clock', NULL, NULL, '1', NULL, 'customer', NULL), ('bad', 1, 'd', 'd', 'ticket', NULL, NULL, NULL, NULL, 'days * unit_price', NULL, 'customer', NULL), ('bad', 1, 'e', 'e', 'event', 'visit:arrived', NULL, NULL, NULL, '1', NULL, 'customer', NULL);
INSERT INTO aftersales.charge_rule (policy, version, ticket_type, rule, kind, per, payer) VALUES ('bad', 1, 'job', 'g', 'g', 'given', 'customer');
SELECT results_eq('SELECT item || '': '' || problem FROM aftersales.check_policy(''bad'', 1) WHERE severity = ''error'' ORDER BY 1', $$VALUES
    ('job.a: asks for charges_settled(), which would hang on itself'), ('job.b: approved() names unknown approval no'), ('job.b: counts unknown event nothing'), ('job.b: has_event() names unknown event never'), ('job.b: names no role, so nobody can charge it'),
    ('job.c: unknown clock clock'), ('job.d: the amount asks for a price, but no price_list is named'), ('job.d: the amount asks for days, but no clock is named')$$, 'what check_policy finds');
SELECT is(pg_temp.try(format('INSERT INTO aftersales.charge_rule (policy, version, rule, kind, per, payer, %s) VALUES (''bad'', 1, ''x'', ''x'', %s) RETURNING rule', c, v)), code, c || ' ' || v) FROM (VALUES
    ('amount', '''ticket'', ''customer'', ''1''', 'x'), ('amount', '''given'', ''customer'', ''1''', '23514'), ('amount', '''event'', ''customer'', ''1''', '23514'), ('amount', '''day'', ''customer'', ''1''', '23514'), ('price_list', '''given'', ''customer'', ''l''', '23514'),
    ('event', '''event'', ''customer'', ''e''', '23514'), ('amount, payee', '''ticket'', ''customer'', ''1'', ''customer''', '23514'), ('amount, cap', '''ticket'', ''customer'', ''1'', 5', '23514'), ('amount, minimum, maximum', '''ticket'', ''customer'', ''1'', 5, 4', '23514'),
    ('amount', '''ticket'', ''customer'', ''has_event(''''x'''')::int::numeric''', 'SV011'), ('amount', '''ticket'', ''customer'', ''no_such''', '42703'), ('amount', '''ticket'', ''customer'', ''true''', '42804'), ('amount, minimum', '''ticket'', ''customer'', ''1'', ''NaN''', '23514')) x(c, v, code);
BEGIN;
CREATE ROLE charge_app;
SELECT aftersales.grant_access('charge_app', 'app') \g /dev/null
SELECT is(has_table_privilege('charge_app', 'desk.' || t, p), true, p || ' on ' || t) FROM (VALUES ('charge', 'INSERT'), ('payment', 'INSERT'), ('delay_excuse', 'UPDATE'), ('price_list', 'UPDATE'), ('price', 'INSERT')) x(t, p);
SELECT is(has_table_privilege('charge_app', 'desk.' || t, p), false, 'no ' || p || ' on ' || t) FROM (VALUES ('charge', 'UPDATE'), ('charge', 'DELETE'), ('payment', 'UPDATE'), ('price', 'DELETE')) x(t, p);
SELECT is(has_function_privilege('public', f, 'EXECUTE'), false, f) FROM (VALUES ('aftersales.quote(bigint,name)'), ('aftersales.charges_settled()'), ('aftersales.check_charges(text,integer)')) x(f);
SELECT is(has_function_privilege('charge_app', f, 'EXECUTE'), true, f) FROM (VALUES ('aftersales.quote(bigint,name)'), ('aftersales.charges_settled()')) x(f);
ROLLBACK;

SELECT is_empty('SELECT * FROM aftersales.verify_audit()', 'the chains are sound');
SELECT is_empty('SELECT * FROM aftersales.verify_clocks()', 'the clocks too');
SELECT * FROM finish();
