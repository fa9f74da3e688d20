-- 8_parts.sql: the same station begins to keep its spare parts in the ledger.
--
-- From a request for parts to the bad one that comes back: slips with two
-- signatures, a hand-out for a repair in warranty, and what the ledger refuses.
-- Monday, 21 July 2025, is simulated, with the days after it.

\set ON_ERROR_STOP on
\set QUIET on
\pset footer off
SET timezone = 'Asia/Shanghai';
SET aftersales.desk = 'service';
SET aftersales.now = '2025-07-21 08:00+08';

\ir expect.sql

-- Parts, and the places where they can be; each store names the policy.
INSERT INTO service.part (part_no, exchange, is_serialised, component, label)
VALUES ('HD-40', 'one_for_one', true, 'part', 'Hard disk 40 GB'), ('PS-250', 'one_for_one', false, 'part', 'Power supply 250 W');
INSERT INTO service.staff (login, label) VALUES ('storage-1', 'Storage and transport department');
INSERT INTO service.staff_role (login, role) VALUES ('storage-1', 'storage'), ('storage-1', 'branch_csc');
INSERT INTO service.stock_location (location, kind, holder, policy)
VALUES ('branch', 'store', 'storage-1', 'computer_maker'), ('on the way', 'transit', NULL, 'computer_maker'),
       ('station', 'store', 'commerce-1', 'computer_maker'), ('engineer-1', 'engineer', 'engineer-1', 'computer_maker'),
       ('opening', 'opening', NULL, NULL), ('machines', 'installed', NULL, NULL);

-- How an application writes a slip: draft it with its lines, let both sign, post it.
PREPARE store_signs(text) AS UPDATE service.stock_slip SET store_signed_at = aftersales.now() WHERE external_ref = $1;
PREPARE accounts_sign(text) AS UPDATE service.stock_slip SET account_signed_at = aftersales.now() WHERE external_ref = $1;
PREPARE post(text) AS UPDATE service.stock_slip SET posted_at = aftersales.now() WHERE external_ref = $1;

-- What lies at the branch when the ledger begins.
SET aftersales.actor = 'commerce-1';
INSERT INTO service.stock_slip (external_ref, policy, kind, from_location, to_location)
VALUES ('opening', 'computer_maker', 'receipt', 'opening', 'branch');
INSERT INTO service.stock_slip_line (slip_id, line_no, purpose, part_no, quantity, serial_no)
SELECT slip_id, l.*
FROM service.stock_slip, (VALUES (1, 'receipt', 'PS-250', 20, NULL), (2, 'receipt', 'HD-40', 1, 'WD-88102'),
                                 (3, 'receipt', 'HD-40', 1, 'WD-88103'), (4, 'receipt', 'HD-40', 1, 'WD-88104')) l
WHERE external_ref = 'opening';
EXECUTE store_signs('opening');
SET aftersales.actor = 'director-1';
EXECUTE accounts_sign('opening');
EXECUTE post('opening');

-- The station applies for two disks; the branch approves, and a slip is drafted for what is sent.
SET aftersales.now = '2025-07-21 08:30+08';
SET aftersales.actor = 'commerce-1';
INSERT INTO service.ticket (external_ref, ticket_type, policy, org_id, quantity, attributes)
VALUES ('S-1', 'spare_request', 'computer_maker', 1, 2,
        '{"form_no": "0117", "part_no": "HD-40", "repair_qty": 3, "sales_qty": 25, "good_stock_qty": 0}')
RETURNING ticket_id AS s1 \gset
SET aftersales.actor = 'branch-1';
INSERT INTO service.approval (ticket_id, kind) VALUES (:s1, 'spare_request');
UPDATE service.ticket SET status = 'approved' WHERE ticket_id = :s1;
SET aftersales.actor = 'storage-1';
INSERT INTO service.stock_slip (external_ref, ticket_id, kind, from_location, to_location, packing_list)
VALUES ('shipment', :s1, 'shipment', 'branch', 'on the way', 'PL-2201');
INSERT INTO service.stock_slip_line (slip_id, line_no, part_no, serial_no)
SELECT slip_id, l.* FROM service.stock_slip, (VALUES (1, 'HD-40', 'WD-88103'), (2, 'HD-40', 'WD-88104')) l WHERE external_ref = 'shipment';
EXECUTE store_signs('shipment');

\echo 'A slip is signed by two people.  storage-1 has both roles, and signs twice:'
\echo
\echo '   SET aftersales.actor = ''storage-1'';'
\echo '   UPDATE service.stock_slip SET account_signed_at = aftersales.now() WHERE external_ref = ''shipment'';'
\echo
\set VERBOSITY verbose
\set ON_ERROR_STOP off
EXECUTE accounts_sign('shipment');
\set ON_ERROR_STOP on
SELECT pg_temp.expect('SV008 expected', :'LAST_ERROR_SQLSTATE' = 'SV008') \g /dev/null
\set VERBOSITY default
SELECT pg_temp.expect('nothing has moved', sum(quantity) = 23) FROM service.stock_balance WHERE location = 'branch' \g /dev/null

-- The branch signs, the disks are sent, and booked in at the station by its own two.
SET aftersales.now = '2025-07-21 16:00+08';
SET aftersales.actor = 'branch-1';
EXECUTE accounts_sign('shipment');
EXECUTE post('shipment');
SET aftersales.actor = 'storage-1';
UPDATE service.ticket SET status = 'shipped' WHERE ticket_id = :s1;
SET aftersales.now = '2025-07-22 09:00+08';
SET aftersales.actor = 'commerce-1';
UPDATE service.ticket SET status = 'received', attributes = attributes || '{"received_qty": 2}' WHERE ticket_id = :s1;
INSERT INTO service.stock_slip (external_ref, ticket_id, kind, from_location, to_location)
VALUES ('receipt', :s1, 'receipt', 'on the way', 'station');
INSERT INTO service.stock_slip_line (slip_id, line_no, part_no, serial_no)
SELECT slip_id, l.* FROM service.stock_slip, (VALUES (1, 'HD-40', 'WD-88103'), (2, 'HD-40', 'WD-88104')) l WHERE external_ref = 'receipt';
EXECUTE store_signs('receipt');
SET aftersales.actor = 'director-1';
EXECUTE accounts_sign('receipt');
EXECUTE post('receipt');
UPDATE service.ticket SET status = 'closed' WHERE ticket_id = :s1;

-- R-3: a machine in warranty is carried in; its disk is broken.
SET aftersales.now = '2025-07-22 10:00+08';
SET aftersales.actor = 'engineer-1';
INSERT INTO service.product_unit (serial_no, product_line, model, customer_id, invoice_no, invoice_date)
SELECT 'TC-5580-0233', 'desktop', '5580', customer_id, '0093313', '2024-08-20' FROM service.customer WHERE customer_no = 'C-204';
INSERT INTO service.ticket (external_ref, ticket_type, mode, channel, org_id, unit_id, fault_at, fault_cause, component, attributes)
SELECT 'R-3', 'repair', 'carry_in', 'letter', 1, unit_id, '2025-07-21 14:00+08', 'product', 'host',
       '{"symptom": "finds no disk", "asked_other_faults": true}'
FROM service.product_unit WHERE serial_no = 'TC-5580-0233'
RETURNING ticket_id AS r3 \gset
INSERT INTO service.custody (ticket_id, receipt_no, asset_tag, opening_consent, differences)
VALUES (:r3, 'V-0551', 'tag 12', true, 'none');
UPDATE service.ticket SET status = 'received' WHERE ticket_id = :r3;
UPDATE service.ticket SET status = 'repairing', attributes = attributes || '{"data_risk": false, "part_damage": "none"}' WHERE ticket_id = :r3;

-- The requisition: drafted by the keeper, checked in front of the engineer, signed by both.
SET aftersales.now = '2025-07-22 10:20+08';
SET aftersales.actor = 'commerce-1';
INSERT INTO service.stock_slip (external_ref, ticket_id, kind, number, from_location, to_location, copies, handed_to, inspected_together)
VALUES ('issue', :r3, 'issue', '003381', 'station', 'engineer-1', 2, 'engineer-1', true);
INSERT INTO service.stock_slip_line (slip_id, line_no, purpose, part_no, serial_no, is_inspected)
SELECT slip_id, 1, 'issue', 'HD-40', 'WD-88103', true FROM service.stock_slip WHERE external_ref = 'issue';
EXECUTE store_signs('issue');
SET aftersales.actor = 'director-1';
EXECUTE accounts_sign('issue');
EXECUTE post('issue');

-- The engineer takes the bad disk out and puts the good one in.
SET aftersales.now = '2025-07-22 11:00+08';
SET aftersales.actor = 'engineer-1';
INSERT INTO service.stock_move (ticket_id, purpose, part_no, serial_no, from_location, to_location)
VALUES (:r3, 'remove', 'HD-40', 'WD-31550', 'machines', 'engineer-1'),
       (:r3, 'install', 'HD-40', 'WD-88103', 'engineer-1', 'machines');

\echo
\echo 'The same disk cannot be put in twice:'
\echo
\echo '   INSERT INTO service.stock_move (ticket_id, purpose, part_no, serial_no, from_location, to_location)'
\echo '   VALUES (':r3', ''install'', ''HD-40'', ''WD-88103'', ''engineer-1'', ''machines'');'
\echo
\set VERBOSITY verbose
\set ON_ERROR_STOP off
INSERT INTO service.stock_move (ticket_id, purpose, part_no, serial_no, from_location, to_location)
VALUES (:r3, 'install', 'HD-40', 'WD-88103', 'engineer-1', 'machines');
\set ON_ERROR_STOP on
SELECT pg_temp.expect('SV006 expected', :'LAST_ERROR_SQLSTATE' = 'SV006') \g /dev/null
\set VERBOSITY default

-- Repaired, tested twice, given back; the customer is called.
SET aftersales.now = '2025-07-22 15:00+08';
INSERT INTO service.document (ticket_id, kind, number) VALUES (:r3, 'repair_form', '002219');
UPDATE service.ticket SET status = 'resolved', attributes = attributes ||
    '{"cause_found": "hard disk", "solution": "replaced", "advice": "keep copies of the data", "remedy": "repair", "virus_found": false}'
WHERE ticket_id = :r3;
INSERT INTO service.evidence (ticket_id, kind, passed) VALUES (:r3, 'retest', true), (:r3, 'retest', true);
UPDATE service.custody SET released_at = aftersales.now(), voucher_shown = 'V-0551', tag_shown = 'tag 12',
    customer_confirmed = true, signed_by_customer = true
WHERE ticket_id = :r3;
SET aftersales.now = '2025-07-24 09:30+08';
SET aftersales.actor = 'hotline-1';
UPDATE service.ticket SET status = 'called_back', attributes = attributes || '{"machine_works": true}' WHERE ticket_id = :r3;

\echo
\echo 'The customer is content, but the bad disk is not back:'
\echo
\echo '   UPDATE service.ticket SET status = ''closed'' WHERE ticket_id = ':r3';'
\echo
\set VERBOSITY verbose
\set ON_ERROR_STOP off
UPDATE service.ticket SET status = 'closed' WHERE ticket_id = :r3;
\set ON_ERROR_STOP on
SELECT pg_temp.expect('SV002 expected', :'LAST_ERROR_SQLSTATE' = 'SV002') \g /dev/null
\set VERBOSITY default

\echo
\echo 'What is outstanding, in whose hands (view part_outstanding)'
SELECT t.external_ref AS ref, o.location, o.part_no, o.serial_no AS installed, o.defective_serial_no AS "defective one",
       trim_scale(o.defective_to_return) AS "to return", o.defective_age_days AS days, o.is_overdue AS overdue
FROM service_bi.part_outstanding o JOIN service.ticket t USING (ticket_id) ORDER BY o.issued_at;
SELECT pg_temp.expect('one bad disk is out', count(*) = 1 AND sum(defective_to_return) = 1 AND bool_and(NOT is_overdue))
FROM service_bi.part_outstanding \g /dev/null

-- It comes back by a slip of its own; now the repair may be closed.
SET aftersales.now = '2025-07-25 08:30+08';
SET aftersales.actor = 'commerce-1';
INSERT INTO service.stock_slip (external_ref, ticket_id, kind, number, from_location, to_location, copies, handed_to, inspected_together)
VALUES ('back', :r3, 'defective_return', '001140', 'engineer-1', 'station', 2, 'engineer-1', true);
INSERT INTO service.stock_slip_line (slip_id, line_no, purpose, part_no, serial_no, fault_symptom)
SELECT slip_id, 1, 'return_defective', 'HD-40', 'WD-31550', 'does not spin up' FROM service.stock_slip WHERE external_ref = 'back';
EXECUTE store_signs('back');
SET aftersales.actor = 'director-1';
EXECUTE accounts_sign('back');
EXECUTE post('back');
UPDATE service.ticket SET status = 'closed' WHERE ticket_id = :r3;

\echo 'The parts of R-3, as its history tells'
SELECT seq, event, to_char(occurred_at, 'MM-DD HH24:MI') AS at, actor
FROM service.ticket_event WHERE ticket_id = :r3 AND origin IN ('stock_slip', 'stock_move') ORDER BY seq;

\echo 'Where the disks are now, and what the machine says of its own'
SELECT part_no, serial_no, location, condition, moves FROM service.stock_serial ORDER BY part_no, serial_no;
SELECT u.serial_no AS unit, p.part_no, p.serial_no, p.installed_on, p.removed_on, p.is_replacement
FROM service.unit_part p JOIN service.product_unit u USING (unit_id) ORDER BY p.installed_on NULLS FIRST;

\echo 'Good disks: where they were on the evening of 21 July, and where they are now'
SELECT location, trim_scale(coalesce(e.quantity, 0)) AS "21 July", trim_scale(coalesce(n.quantity, 0)) AS now
FROM (SELECT * FROM aftersales.stock_at('2025-07-21 20:00+08') WHERE part_no = 'HD-40' AND condition = 'good') e
FULL JOIN (SELECT * FROM aftersales.stock_at() WHERE part_no = 'HD-40' AND condition = 'good') n USING (location)
ORDER BY location;

\echo 'Is the ledger what its moves say?  SELECT * FROM aftersales.verify_ledger()'
SELECT (SELECT count(*) FROM service.stock_move) AS "moves checked",
       (SELECT count(*) FROM service.stock_balance) AS "balances checked",
       (SELECT count(*) FROM aftersales.verify_ledger()) AS "problems found";

-- Worked out a second time, from what was written above.
SELECT pg_temp.expect('the repair is closed', status = 'closed') FROM service.ticket WHERE ticket_id = :r3 \g /dev/null
SELECT pg_temp.expect('nothing is outstanding', count(*) = 0) FROM service_bi.part_outstanding \g /dev/null
SELECT pg_temp.expect('within its week', outcome = 'met') FROM service_bi.clock WHERE ticket_id = :r3 AND clock = 'part_return' \g /dev/null
SELECT pg_temp.expect('each balance', array_agg((location, part_no, condition, trim_scale(quantity))::text ORDER BY location, part_no, condition) =
                      '{"(branch,HD-40,good,1)","(branch,PS-250,good,20)","(station,HD-40,defective,1)","(station,HD-40,good,1)"}')
FROM service.stock_balance WHERE quantity <> 0 \g /dev/null
SELECT pg_temp.expect('each disk', array_agg((serial_no, location, condition)::text ORDER BY serial_no) =
                      '{"(WD-31550,station,defective)","(WD-88102,branch,good)","(WD-88103,machines,good)","(WD-88104,station,good)"}')
FROM service.stock_serial \g /dev/null
SELECT pg_temp.expect('verify_ledger() finds nothing', count(*) = 0) FROM aftersales.verify_ledger() \g /dev/null
SELECT pg_temp.expect('verify_audit() finds nothing', count(*) = 0) FROM aftersales.verify_audit() \g /dev/null
\echo 'Checked: balances, serial numbers, hand-outs and the audit chain are what the slips say.'
