-- What refusals of charges, credit lines, payments, excused delays and prices
-- say: SQLSTATE, message, detail, hint and the fields drivers read.
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
SET client_min_messages = warning;
INSERT INTO aftersales.policy (policy, title_en) VALUES ('money', 'Money');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('money', 1, 'mend');
INSERT INTO aftersales.attribute (policy, version, attribute, data_type) VALUES ('money', 1, 'agreed', 'boolean'), ('money', 1, 'freight', 'numeric');
INSERT INTO aftersales.clause (clause, policy, text_en, text_zh, mechanism, enforceable)
SELECT c, 'money', 'text', NULL, 'charge', true FROM unnest('{M-1,M-2,M-3}'::text[]) c;
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('money', 1, 'new', 'initial'), ('money', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('money', 1, 'new', 'done');
INSERT INTO aftersales.workflow_guard (policy, version, to_state, guard, requires, message_en, clauses) VALUES ('money', 1, 'done', 'paid', 'charges_settled()', 'what the customer owes must be paid', '{M-3}');
INSERT INTO aftersales.event_type (policy, version, event, roles, backdate_limit) VALUES ('money', 1, 'call', NULL, NULL), ('money', 1, 'charge:call', NULL, '1 day'), ('money', 1, 'delay_excuse:recorded', '{lead}', NULL);
INSERT INTO aftersales.sla_rule (policy, version, rule, clock, starts_on, stops_on, target) VALUES ('money', 1, 'mend', 'mend', '{opened}', '{status:done}', '24:00');
INSERT INTO aftersales.charge_rule (policy, version, rule, kind, per, event, condition, requires, amount, price_list, covered_by, payer, minimum, maximum, cap, cap_per, roles, position, clauses) VALUES
    ('money', 1, 'call', 'call', 'event', 'call', 'mode = ''onsite''', 'agreed', '50', NULL, 'visit', 'customer', NULL, NULL, 120, 'ticket', NULL, 1, '{M-1}'),
    ('money', 1, 'part', 'part', 'item', NULL, NULL, NULL, NULL, 'parts', 'parts', 'customer', NULL, NULL, NULL, NULL, NULL, 2, '{M-1,M-2}'),
    ('money', 1, 'freight', 'freight', 'ticket', NULL, NULL, NULL, 'freight', NULL, NULL, 'customer', NULL, NULL, NULL, NULL, NULL, 3, '{}'),
    ('money', 1, 'fine', 'fine', 'given', NULL, NULL, NULL, NULL, NULL, NULL, 'staff', 200, 500, 800, 'month', '{lead}', 4, '{M-3}'),
    ('money', 1, 'extra', 'extra', 'given', NULL, NULL, NULL, NULL, NULL, NULL, 'customer', NULL, 20, 30, 'year', NULL, 5, '{M-3}'),
    ('money', 1, 'odd', 'odd', 'ticket', NULL, 'freight < 0', NULL, 'freight', NULL, NULL, 'customer', NULL, NULL, NULL, NULL, NULL, 6, '{M-2}');
SELECT aftersales.activate_policy('money', 1);
SELECT aftersales.create_desk('till');
SET aftersales.desk = 'till';
INSERT INTO till.staff (login) VALUES ('lead_1'), ('clerk_1');
INSERT INTO till.staff_role VALUES ('lead_1', 'lead');
SET aftersales.now = '2026-03-02 08:00+00';
INSERT INTO till.price_list (price_list_id, policy, list, valid) VALUES (101, 'money', 'parts', '[2026-01-01,2026-03-01)'), (102, 'money', 'parts', '[2026-03-01,2026-04-01)');
INSERT INTO till.price (price_id, price_list_id, item, unit_price) VALUES (101, 101, 'fan', 11), (102, 102, 'fan', 12.35), (103, 102, 'lamp', 5);
INSERT INTO till.ticket (ticket_id, ticket_type, mode, attributes) SELECT g, 'mend', 'onsite', '{"agreed": true}' FROM generate_series(1, 6) g;
INSERT INTO till.ticket_event (ticket_id, event) SELECT t, 'call' FROM generate_series(1, 6) t, generate_series(1, 4);
INSERT INTO till.quote_item (ticket_id, item, quantity) SELECT t, i, 2 FROM generate_series(1, 6) t, unnest('{fan,bulb}'::text[]) i;
UPDATE till.ticket SET attributes = '{}' WHERE ticket_id = 4;
UPDATE till.ticket SET mode = 'phone' WHERE ticket_id = 5;
-- whoever judges the warranty: 1, 4, 5 and 6 are out of it, 2 is covered, of 3 it is not known
SET session_replication_role = replica;
UPDATE till.ticket SET warranty_class = 'out' WHERE ticket_id IN (1, 4, 5, 6);
UPDATE till.ticket SET warranty_class = 'in', covers = '{parts,visit}' WHERE ticket_id = 2;
RESET session_replication_role;
SET aftersales.actor = 'clerk_1';
SET aftersales.now = '2026-03-02 09:00+00';
\t \a

-- ---------- charges: by which rule, by whom, whether
SELECT t.try('INSERT INTO till.charge (ticket_id, rule) VALUES (1, ''no_such'')');
SELECT t.try('INSERT INTO till.charge (policy, rule, amount) VALUES (''money'', ''call'', 50)');
SELECT t.try('INSERT INTO till.charge (policy, rule, amount) VALUES (''nobody'', ''fine'', 200)');
SELECT t.try('INSERT INTO till.charge (rule, amount) VALUES (''fine'', 200)');
SELECT t.try('INSERT INTO till.charge (ticket_id) VALUES (1)');
SELECT t.try('INSERT INTO till.charge (ticket_id, rule) VALUES (99, ''call'')');
SELECT t.try('INSERT INTO till.charge (ticket_id, rule, amount) VALUES (1, ''fine'', 200)');
SELECT t.try('INSERT INTO till.charge (ticket_id, rule, kind) VALUES (1, ''call'', ''call'')');
SELECT t.try('INSERT INTO till.charge (ticket_id, rule, settled_at) VALUES (1, ''call'', now())');
SELECT t.try('INSERT INTO till.charge (ticket_id, rule) VALUES (5, ''call'')');
SELECT t.try('INSERT INTO till.charge (ticket_id, rule) VALUES (2, ''call'')');
SELECT t.try('INSERT INTO till.charge (ticket_id, rule) VALUES (3, ''call'')');
SELECT t.try('INSERT INTO till.charge (ticket_id, rule) VALUES (4, ''call'')');
SELECT t.try('INSERT INTO till.charge (ticket_id, rule, item) VALUES (1, ''part'', ''lamp'')');
SELECT t.try('INSERT INTO till.charge (ticket_id, rule, charged_at) VALUES (1, ''call'', ''2026-03-02 10:00+00'')');

-- ---------- at what price
SELECT t.try('INSERT INTO till.charge (ticket_id, rule, item) VALUES (1, ''part'', ''bulb'')');
SELECT t.try('INSERT INTO till.charge (ticket_id, rule, item, price_id) VALUES (1, ''part'', ''fan'', 101)');
SELECT t.try('INSERT INTO till.charge (ticket_id, rule, item, price_id) VALUES (1, ''part'', ''fan'', 103)');
SELECT t.try('INSERT INTO till.charge (ticket_id, rule, price_id) VALUES (1, ''call'', 102)');
SELECT t.try('INSERT INTO till.charge (ticket_id, rule, item, unit_price) VALUES (1, ''part'', ''fan'', 12.34)');
SELECT t.try('INSERT INTO till.charge (ticket_id, rule, item, amount) VALUES (1, ''part'', ''fan'', 24.71)');
SELECT t.try('INSERT INTO till.charge (ticket_id, rule, item, currency) VALUES (1, ''part'', ''fan'', ''USD'')');
SELECT t.try('INSERT INTO till.charge (ticket_id, rule, payer) VALUES (1, ''call'', ''company'')');
SELECT t.try('INSERT INTO till.charge (ticket_id, rule, item) VALUES (1, ''call'', ''fan'')');
SELECT t.try('INSERT INTO till.charge (ticket_id, rule) VALUES (1, ''freight'')');
SET aftersales.now = '2026-04-01 09:00+00';
SELECT t.try('INSERT INTO till.charge (ticket_id, rule, item) VALUES (1, ''part'', ''fan'')');
SET aftersales.now = '2026-03-02 09:00+00';

-- ---------- how much
SELECT t.try('INSERT INTO till.charge (ticket_id, rule, item, quantity) VALUES (1, ''part'', ''fan'', 2.5)');
SELECT t.try('INSERT INTO till.charge (ticket_id, rule, quantity, amount) VALUES (1, ''call'', 3, 150)');
SELECT t.try('INSERT INTO till.charge (charge_id, ticket_id, rule, quantity) VALUES (201, 1, ''call'', 3)');
SELECT t.try('INSERT INTO till.charge (ticket_id, rule) VALUES (1, ''call'')');
SELECT t.try('INSERT INTO till.charge (ticket_id, rule, item) VALUES (1, ''part'', ''fan''), (1, ''part'', ''fan'')');
SELECT t.try('INSERT INTO till.charge (charge_id, ticket_id, rule, item) VALUES (202, 1, ''part'', ''fan'')');
SELECT t.try('INSERT INTO till.charge (ticket_id, rule, item) VALUES (1, ''part'', ''fan'')');
SELECT t.try('INSERT INTO till.charge (ticket_id, rule) VALUES (1, ''extra'')');
SELECT t.try('INSERT INTO till.charge (ticket_id, rule, quantity, amount) VALUES (1, ''extra'', 2, 20)');
SELECT t.try('INSERT INTO till.charge (ticket_id, rule, amount) VALUES (1, ''extra'', 20.01)');
SELECT t.try('INSERT INTO till.charge (ticket_id, rule, quantity, unit_price) VALUES (1, ''extra'', 2, 20)');
SET aftersales.actor = 'lead_1';
SELECT t.try('INSERT INTO till.charge (policy, rule, party, amount) VALUES (''money'', ''fine'', ''clerk_1'', 199.99)');
SELECT t.try('INSERT INTO till.charge (charge_id, policy, rule, party, amount) VALUES (203, ''money'', ''fine'', ''clerk_1'', 500)');
SELECT t.try('INSERT INTO till.charge (policy, rule, party, amount) VALUES (''money'', ''fine'', ''clerk_1'', 301)');
SELECT t.try('INSERT INTO till.charge (policy, ticket_id, rule, party, amount) VALUES (''money'', 1, ''fine'', ''clerk_1'', 301)');
SET aftersales.actor = 'clerk_1';
SELECT t.try('UPDATE till.ticket SET attributes = ''{"freight": -5, "agreed": true}'' WHERE ticket_id = 6');
SELECT t.try('INSERT INTO till.charge (ticket_id, rule) VALUES (6, ''odd'')');
SELECT t.try('UPDATE till.ticket SET status = ''done'' WHERE ticket_id = 1');

-- ---------- as it was charged it stays
SELECT charge_id, ticket_id, rule, item, quantity, unit_price, amount FROM till.charge ORDER BY 1;
SELECT t.try('UPDATE till.charge SET amount = 1 WHERE ticket_id = 1');
SELECT t.try('UPDATE till.charge SET settled_at = now()');
SELECT t.try('DELETE FROM till.charge');
SELECT t.try('TRUNCATE till.charge CASCADE');
SELECT t.try('INSERT INTO till.ticket_event (ticket_id, event) VALUES (1, ''charge:call'')');

SET aftersales.now = '2026-03-05 09:00+00';
SELECT t.try('INSERT INTO till.charge (ticket_id, rule, quantity, charged_at) VALUES (6, ''call'', 1, ''2026-03-03 09:00+00'')');
SELECT t.try('INSERT INTO till.charge (ticket_id, rule, quantity, charged_at) VALUES (6, ''call'', 1, ''2026-03-02 07:00+00'')');
SET aftersales.now = '2026-03-02 09:00+00';

-- ---------- credit lines
SELECT t.try('INSERT INTO till.charge (credit_of) VALUES (9999)');
SELECT t.try('INSERT INTO till.charge (credit_of, amount) VALUES (201, -120.01)');
SELECT t.try('INSERT INTO till.charge (credit_of, amount) VALUES (201, 20)');
SELECT t.try('INSERT INTO till.charge (credit_of, amount, quantity) VALUES (201, -20, -5)');
SELECT t.try('INSERT INTO till.charge (credit_of, amount, rule) VALUES (201, -20, ''part'')');
SELECT t.try('INSERT INTO till.charge (credit_of, amount, ticket_id) VALUES (201, -20, 2)');
SELECT t.try('INSERT INTO till.charge (credit_of, amount) VALUES (203, -20)');
SELECT t.try('INSERT INTO till.charge (charge_id, credit_of, amount) VALUES (204, 201, -20)');
SELECT t.try('INSERT INTO till.charge (credit_of) VALUES (204)');

-- ---------- payments
SELECT t.try('INSERT INTO till.payment (charge_id) VALUES (9999)');
SELECT t.try('INSERT INTO till.payment (amount) VALUES (5)');
SELECT t.try('INSERT INTO till.payment (charge_id, amount) VALUES (201, 100.01)');
SELECT t.try('INSERT INTO till.payment (charge_id, amount) VALUES (203, 500.01)');
SELECT t.try('INSERT INTO till.payment (charge_id, currency) VALUES (201, ''USD'')');
SELECT t.try('INSERT INTO till.payment (charge_id, ticket_id) VALUES (201, 2)');
SELECT t.try('INSERT INTO till.payment (charge_id, amount) VALUES (201, 0)');
SELECT t.try('INSERT INTO till.payment (charge_id, paid_at) VALUES (201, ''2026-03-03 00:00+00'')');
SELECT t.try('INSERT INTO till.payment (charge_id) VALUES (201)');
SELECT t.try('INSERT INTO till.payment (charge_id) VALUES (201)');
SELECT t.try('UPDATE till.payment SET amount = 1');
SELECT t.try('DELETE FROM till.payment');
SELECT t.try('TRUNCATE till.payment');

-- ---------- excused delays
SELECT t.try('INSERT INTO till.delay_excuse (ticket_id, clock, starts_on, ends_on, cause) VALUES (1, ''sail'', ''2026-03-03'', ''2026-03-04'', ''gale'')');
SELECT t.try('INSERT INTO till.delay_excuse (ticket_id, clock, starts_on, ends_on, cause) VALUES (1, ''mend'', ''2026-03-03'', ''2026-03-02'', ''gale'')');
SELECT t.try('INSERT INTO till.delay_excuse (ticket_id, clock, starts_on, ends_on, cause) VALUES (1, ''mend'', ''2026-03-03'', ''2026-03-04'', ''gale'')');
SELECT t.try('DELETE FROM till.delay_excuse');

-- ---------- prices
SELECT t.try('INSERT INTO till.price_list (policy, list, valid) VALUES (''nobody'', ''parts'', ''[2026-04-01,)'')');
SELECT t.try('INSERT INTO till.price_list (policy, list, valid) VALUES (''money'', ''parts'', ''[2026-03-31,)'')');
SELECT t.try('INSERT INTO till.price_list (policy, list, valid, published_by) VALUES (''money'', ''parts'', ''[2026-04-01,)'', ''clerk_1'')');
SELECT t.try('INSERT INTO till.price (price_list_id, item, unit_price) VALUES (999, ''fan'', 1)');
SELECT t.try('UPDATE till.price SET unit_price = 1 WHERE price_id = 102');
SELECT t.try('UPDATE till.price SET price_list_id = 101 WHERE price_id = 103');
SELECT t.try('DELETE FROM till.price WHERE price_id = 102');
SELECT t.try('UPDATE till.price_list SET currency = ''USD'' WHERE price_list_id = 102');
SELECT t.try('UPDATE till.price_list SET valid = ''[2026-03-03,2026-04-01)'' WHERE price_list_id = 102');
SELECT t.try('SELECT * FROM aftersales.quote(99)');
SELECT t.try('SELECT aftersales.charges_settled()');

\t \a
RESET aftersales.now;
RESET aftersales.actor;
RESET aftersales.desk;
SELECT * FROM aftersales.verify_audit(NULL, 'till');
DROP SCHEMA till, till_bi CASCADE;
SET session_replication_role = replica;
DELETE FROM aftersales.clause WHERE policy = 'money';
DELETE FROM aftersales.policy WHERE policy = 'money';
DELETE FROM aftersales.policy_version WHERE policy = 'money';
DELETE FROM aftersales.ticket_type WHERE policy = 'money';
DELETE FROM aftersales.attribute WHERE policy = 'money';
DELETE FROM aftersales.event_type WHERE policy = 'money';
DELETE FROM aftersales.workflow_state WHERE policy = 'money';
DELETE FROM aftersales.workflow_transition WHERE policy = 'money';
DELETE FROM aftersales.workflow_guard WHERE policy = 'money';
DELETE FROM aftersales.sla_rule WHERE policy = 'money';
DELETE FROM aftersales.charge_rule WHERE policy = 'money';
RESET session_replication_role;
