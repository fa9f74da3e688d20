-- 7_repair.sql: another company, a computer maker's service station.
--
-- A desk of its own in the same database, under the ready policy
-- computer_maker: two repairs on site, one in warranty, one that the customer
-- pays, statement by statement as an application writes them; and a month of
-- reports by phone, to see the mix.  Thursday, 17 July 2025, is simulated.

\set ON_ERROR_STOP on
\set QUIET on
\pset footer off
SET timezone = 'Asia/Shanghai';
SET aftersales.now = '2025-07-17 08:00+08';

\ir expect.sql

SELECT aftersales.create_desk('service');
SELECT aftersales.install_policy('computer_maker') AS installed_version;
SET aftersales.desk = 'service';

-- The station and its people, by role and number.
INSERT INTO service.org_unit (org_id, org_code, label) VALUES (1, 'station-3', 'Service station 3');
INSERT INTO service.staff (login, org_id, star_grade)
VALUES ('hotline-1', 1, NULL), ('engineer-1', 1, 4), ('engineer-2', 1, 3), ('commerce-1', 1, NULL),
       ('director-1', 1, NULL), ('finance-1', NULL, NULL), ('branch-1', NULL, NULL);
INSERT INTO service.staff_role (login, role)
SELECT login, CASE split_part(login, '-', 1)
                  WHEN 'hotline' THEN 'hotline_agent'
                  WHEN 'engineer' THEN 'engineer'
                  WHEN 'commerce' THEN 'commerce_specialist'
                  WHEN 'director' THEN 'service_director'
                  WHEN 'finance' THEN 'finance'
                  ELSE 'branch_csc' END
FROM service.staff;

-- Customers, a contract, and the machines they bought: what counts is the
-- date of the invoice.
INSERT INTO service.customer (customer_no, area, label) VALUES ('C-204', 'urban', 'School 4'), ('C-377', 'urban', 'Office 12');
INSERT INTO service.contract (contract_no, customer_id, tier, starts_on, ends_on)
SELECT 'K-2024-31', customer_id, 'education', '2024-08-20', '2027-08-19' FROM service.customer WHERE customer_no = 'C-204';
INSERT INTO service.product_unit (serial_no, product_line, model, customer_id, invoice_no, invoice_date)
SELECT m.serial_no, 'desktop', m.model, c.customer_id, m.invoice_no, m.invoice_date
FROM (VALUES ('TC-5580-0117', '5580', 'C-204', '0093312', date '2024-08-20'),
             ('TC-3320-0942', '3320', 'C-377', '0041870', '2022-03-09')) m (serial_no, model, customer_no, invoice_no, invoice_date)
JOIN service.customer c USING (customer_no);

-- What parts cost out of warranty, as the branch has published it.
SET aftersales.actor = 'branch-1';
INSERT INTO service.price_list (policy, list, label, valid)
VALUES ('computer_maker', 'oow_parts', 'Parts out of warranty, 2025', '[2025-01-01,2026-01-01)');
INSERT INTO service.price (price_list_id, item, label, spec, unit, unit_price, cost_price)
SELECT price_list_id, p.* FROM service.price_list,
     (VALUES ('MB-3320', 'Main board', '3320 rev. 2', 'piece', 680.00, 512.40),
             ('PS-250', 'Power supply', '250 W', 'piece', 160.00, 118.75),
             ('HD-40', 'Hard disk', '40 GB', 'piece', 450.50, 380.25)) p;

-- 08:05: two machines do not start; two engineers are sent.
SET aftersales.now = '2025-07-17 08:05+08';
SET aftersales.actor = 'hotline-1';
INSERT INTO service.ticket (external_ref, ticket_type, mode, channel, org_id, unit_id, fault_at, attributes)
SELECT r.ref, 'repair', 'onsite', 'letter', 1, u.unit_id, '2025-07-16 16:30+08',
       '{"symptom": "does not start", "asked_other_faults": true}'
FROM (VALUES ('R-1', 'TC-5580-0117'), ('R-2', 'TC-3320-0942')) r (ref, serial_no) JOIN service.product_unit u USING (serial_no)
ORDER BY r.ref;
INSERT INTO service.visit (external_ref, ticket_id, engineer, appointment, reason)
SELECT 'V-' || ticket_id, ticket_id, 'engineer-' || ticket_id, '[2025-07-17 09:00+08, 2025-07-17 10:30+08)', 'hardware'
FROM service.ticket;
INSERT INTO service.promise (ticket_id, kind, promised_at) SELECT ticket_id, 'visit', lower(appointment) FROM service.visit;
UPDATE service.ticket SET status = 'scheduled';

-- They call, set out, arrive.
SET aftersales.now = '2025-07-17 08:40+08';
UPDATE service.visit SET confirmed_at = '2025-07-17 08:30+08', departed_at = '2025-07-17 08:40+08', kit_checked = true, transport = 'bus';
SET aftersales.now = '2025-07-17 09:15+08';
UPDATE service.visit SET arrived_at = aftersales.now();
UPDATE service.ticket SET status = 'on_site';

-- On site they find the cause: now the warranty can be judged.
SELECT ticket_id AS r1 FROM service.ticket WHERE external_ref = 'R-1' \gset
SELECT ticket_id AS r2 FROM service.ticket WHERE external_ref = 'R-2' \gset
SET aftersales.now = '2025-07-17 09:30+08';
SET aftersales.actor = 'engineer-1';
UPDATE service.ticket SET fault_cause = 'product', component = 'host' WHERE ticket_id = :r1;
SET aftersales.actor = 'engineer-2';
UPDATE service.ticket SET fault_cause = 'product', component = 'host' WHERE ticket_id = :r2;

\echo 'What a ticket gets from its unit, and what its warranty comes to'
SELECT external_ref AS ref, contract_id AS contract, tier, area, warranty_class AS class, covers, remedies, warranty_until AS "until"
FROM service.ticket ORDER BY external_ref;
SELECT external_ref AS ref, warranty_basis AS basis FROM service.ticket ORDER BY external_ref;

-- R-1 is in warranty: work begins at once.
SET aftersales.actor = 'engineer-1';
UPDATE service.ticket SET status = 'repairing', attributes = attributes || '{"data_risk": false}' WHERE ticket_id = :r1;

-- R-2 is out of warranty: the customer is told, accepts, and gets a quote.
SET aftersales.now = '2025-07-17 09:40+08';
SET aftersales.actor = 'engineer-2';
UPDATE service.ticket SET status = 'told', note = 'three years since March' WHERE ticket_id = :r2;
INSERT INTO service.ticket_event (ticket_id, event) VALUES (:r2, 'customer_accepted');
UPDATE service.ticket SET status = 'accepted', attributes = attributes || '{"visit_requested": true, "parts_needed": true}' WHERE ticket_id = :r2;
INSERT INTO service.quote_item (ticket_id, item) VALUES (:r2, 'MB-3320'), (:r2, 'PS-250');
UPDATE service.ticket SET status = 'quoted' WHERE ticket_id = :r2;

\echo 'The quote for R-2: SELECT … FROM aftersales.quote(2)'
SELECT rule, item, label, quantity, unit_price, amount, currency, array_to_string(clauses, ' ') AS clauses
FROM aftersales.quote(:r2);
SELECT pg_temp.expect('a visit and two parts at cost', sum(amount) = 50 + 512.40 + 118.75) FROM aftersales.quote(:r2) \g /dev/null
SELECT pg_temp.expect('in warranty nothing is owed', sum(amount) = 0) FROM aftersales.quote(:r1) \g /dev/null

-- Nothing may be charged before the customer has consented.
\echo 'The parts charged before the customer has agreed to pay:'
\echo
\echo '   SET aftersales.actor = ''finance-1'';'
\echo '   INSERT INTO service.charge (ticket_id, rule, item) VALUES (':r2', ''part_at_cost'', ''MB-3320'');'
\echo
\set VERBOSITY verbose
SET aftersales.actor = 'finance-1';
\set ON_ERROR_STOP off
INSERT INTO service.charge (ticket_id, rule, item) VALUES (:r2, 'part_at_cost', 'MB-3320');
\set ON_ERROR_STOP on
SELECT pg_temp.expect('SV009 expected', :'LAST_ERROR_SQLSTATE' = 'SV009') \g /dev/null
\set VERBOSITY default
SELECT pg_temp.expect('nothing is charged', count(*) = 0) FROM service.charge \g /dev/null

-- R-1 is done, for nothing.
SET aftersales.now = '2025-07-17 10:05+08';
SET aftersales.actor = 'engineer-1';
INSERT INTO service.document (ticket_id, kind, number) VALUES (:r1, 'onsite_record', '004417');
UPDATE service.visit SET left_at = aftersales.now(), done_at = aftersales.now(), result = 'solved',
    symptom = 'does not start', cause = 'power supply', remedy = 'power supply replaced', advice = 'keep the vents free',
    signed_by_customer = true, copy_left = true
WHERE ticket_id = :r1;
UPDATE service.ticket SET status = 'resolved', attributes = attributes ||
    '{"cause_found": "power supply", "solution": "replaced", "advice": "keep the vents free", "remedy": "repair",
      "virus_found": false, "part_damage": "none"}'
WHERE ticket_id = :r1;

-- The customer of R-2 agrees; what is charged is what was quoted, and paid by transfer.
SET aftersales.now = '2025-07-17 10:10+08';
SET aftersales.actor = 'engineer-2';
INSERT INTO service.ticket_event (ticket_id, event) VALUES (:r2, 'quote_accepted');
UPDATE service.ticket SET status = 'agreed' WHERE ticket_id = :r2;
INSERT INTO service.document (ticket_id, kind, number, remark) VALUES (:r2, 'upgrade_application', '000871', 'Product out of warranty');
UPDATE service.visit SET left_at = aftersales.now(), result = 'missing_part',
    next_appointment = '[2025-07-19 09:00+08, 2025-07-19 11:00+08)'
WHERE ticket_id = :r2;
PREPARE charge_the_quote AS
INSERT INTO service.charge (ticket_id, rule, item, quantity, price_id)
SELECT $1, rule, item, quantity - charged_quantity, price_id FROM aftersales.quote($1)
WHERE payer = 'customer' AND amount > 0 AND quantity > charged_quantity;
SET aftersales.now = '2025-07-17 14:00+08';
SET aftersales.actor = 'finance-1';
EXECUTE charge_the_quote(:r2);
INSERT INTO service.payment (charge_id, method, receipt_no)
SELECT charge_id, 'transfer', '2025-' || 600 + charge_id FROM service.charge WHERE ticket_id = :r2;
UPDATE service.ticket SET status = 'paid' WHERE ticket_id = :r2;

-- Finance verifies, the branch approves, the parts come.
INSERT INTO service.approval (ticket_id, kind) VALUES (:r2, 'oow_order');
SET aftersales.now = '2025-07-17 15:10+08';
SET aftersales.actor = 'branch-1';
INSERT INTO service.approval (ticket_id, kind) VALUES (:r2, 'oow_order');
SET aftersales.actor = 'director-1';
UPDATE service.ticket SET status = 'part_ordered' WHERE ticket_id = :r2;
SET aftersales.now = '2025-07-18 16:00+08';
SET aftersales.actor = 'commerce-1';
UPDATE service.ticket SET status = 'part_received' WHERE ticket_id = :r2;

-- The second visit: repaired, and its cost charged and paid.
SET aftersales.actor = 'hotline-1';
INSERT INTO service.visit (external_ref, ticket_id, engineer, appointment, reason)
VALUES ('V-' || :r2 || '-2', :r2, 'engineer-2', '[2025-07-19 09:00+08, 2025-07-19 11:00+08)', 'hardware');
SET aftersales.now = '2025-07-19 09:05+08';
SET aftersales.actor = 'engineer-2';
UPDATE service.visit SET confirmed_at = '2025-07-19 08:15+08', departed_at = '2025-07-19 08:30+08', kit_checked = true,
    transport = 'bicycle', arrived_at = aftersales.now()
WHERE external_ref = 'V-' || :r2 || '-2';
UPDATE service.ticket SET status = 'repairing', attributes = attributes || '{"data_risk": false}' WHERE ticket_id = :r2;
SET aftersales.now = '2025-07-19 10:20+08';
INSERT INTO service.document (ticket_id, kind, number) VALUES (:r2, 'onsite_record', '004431');
UPDATE service.visit SET left_at = aftersales.now(), done_at = aftersales.now(), result = 'solved',
    symptom = 'does not start', cause = 'main board', remedy = 'board and power supply replaced', advice = 'use a surge protector',
    signed_by_customer = true, copy_left = true
WHERE external_ref = 'V-' || :r2 || '-2';
UPDATE service.ticket SET status = 'resolved', attributes = attributes ||
    '{"cause_found": "main board", "solution": "board and power supply replaced", "advice": "use a surge protector",
      "remedy": "paid_repair", "virus_found": false, "part_damage": "none"}'
WHERE ticket_id = :r2;
SET aftersales.actor = 'finance-1';
EXECUTE charge_the_quote(:r2);
INSERT INTO service.payment (charge_id, method, receipt_no)
SELECT charge_id, 'cash', '2025-' || 600 + charge_id FROM service.charge WHERE ticket_id = :r2 AND settled_at IS NULL;

\echo
\echo 'The history of R-2'
SELECT seq, event, to_char(occurred_at, 'MM-DD HH24:MI') AS at, actor, origin
FROM service.ticket_event WHERE ticket_id = :r2 AND event <> 'changed:attributes' ORDER BY seq;

\echo 'Its money'
SELECT c.kind, c.item, c.quantity, c.unit_price, c.amount, c.currency, p.method, p.receipt_no,
       to_char(c.settled_at, 'MM-DD HH24:MI') AS settled
FROM service.charge c JOIN service.payment p USING (charge_id) WHERE c.ticket_id = :r2 ORDER BY c.charge_id;

\echo 'Clocks of both; to solve it in hours is promised for machines in warranty only'
SELECT t.external_ref AS ref, c.clock, to_char(c.due_at, 'MM-DD HH24:MI') AS due, c.outcome
FROM service_bi.clock c JOIN service.ticket t USING (ticket_id) ORDER BY t.external_ref, c.due_at, c.clock;

SELECT pg_temp.expect('both are repaired', bool_and(status = 'resolved')),
       pg_temp.expect('one in warranty, one not', array_agg(warranty_class ORDER BY external_ref) = '{in_warranty,out_expired}'),
       pg_temp.expect('one of them under contract', array_agg(tier ORDER BY external_ref) = '{education,NULL}')
FROM service.ticket \g /dev/null
SELECT pg_temp.expect('charged and paid: two visits and two parts', sum(amount) = 2 * 50 + 512.40 + 118.75 AND bool_and(settled_at IS NOT NULL))
FROM service.charge \g /dev/null
SELECT pg_temp.expect('the clocks of R-1 are met so far', bool_and(outcome IN ('met', 'running')))
FROM service_bi.clock WHERE ticket_id = :r1 \g /dev/null
SELECT pg_temp.expect('nothing was promised for R-2 out of warranty', bool_and(outcome = 'voided'))
FROM service_bi.clock WHERE ticket_id = :r2 AND clock = 'resolve' \g /dev/null

-- A month of reports by phone about machines of three years and a half, in one
-- INSERT; each is classified as it comes in.
SELECT setseed(0.5580) \g /dev/null
SET aftersales.actor = 'hotline-1';
CREATE TEMP TABLE report AS
SELECT n, 'TC-' || line || '-' || to_char(n, 'FM0000') AS serial_no, line,
       date '2021-12-01' + floor(random() * 1290)::int AS invoice_date,
       timestamptz '2025-06-19 08:00+08' + random() * interval '29 days' AS fault_at,
       (ARRAY['product', 'product', 'product', 'product', 'unknown', 'user', 'user', 'disaster'])[1 + floor(random() * 8)::int] AS cause
FROM (SELECT n, (ARRAY['desktop', 'server', 'notebook'])[1 + n % 3] AS line FROM generate_series(1, 240) n) r;
INSERT INTO service.product_unit (serial_no, product_line, invoice_date) SELECT serial_no, line, invoice_date FROM report;
INSERT INTO service.ticket (external_ref, ticket_type, mode, channel, org_id, unit_id, fault_at, fault_cause, component)
SELECT 'P-' || n, 'repair', 'phone', 'letter', 1, u.unit_id, r.fault_at, r.cause, 'host'
FROM report r JOIN service.product_unit u USING (serial_no);

\echo 'The warranty mix, by product line and class (view warranty_mix)'
SELECT product_line, sum(tickets) AS faults,
       sum(tickets) FILTER (WHERE warranty_class = 'in_warranty') AS "in warranty",
       sum(tickets) FILTER (WHERE warranty_class = 'out_expired') AS expired,
       sum(tickets) FILTER (WHERE warranty_class = 'out_user') AS "by the user",
       sum(tickets) FILTER (WHERE warranty_class = 'out_disaster') AS disaster
FROM service_bi.warranty_mix GROUP BY product_line ORDER BY product_line;

-- Worked out a second time, from the reports alone.
SELECT pg_temp.expect('every class as the reports say', bool_and(t.warranty_class = CASE
           WHEN (r.fault_at AT TIME ZONE 'Asia/Shanghai')::date > r.invoice_date + interval '3 years' THEN 'out_expired'
           WHEN r.cause IN ('user', 'disaster') THEN 'out_' || r.cause
           ELSE 'in_warranty' END) AND count(*) = 240)
FROM report r JOIN service.ticket t ON t.external_ref = 'P-' || r.n \g /dev/null
SELECT pg_temp.expect('the mix counts them all', sum(tickets) = 242) FROM service_bi.warranty_mix \g /dev/null
SELECT pg_temp.expect('verify_audit() finds nothing', count(*) = 0) FROM aftersales.verify_audit() \g /dev/null
\echo 'Checked: classes, charges, clocks and the audit chain are what the reports say.'
