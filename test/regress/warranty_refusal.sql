-- What refusals of warranty, customers, contracts and units say: SQLSTATE,
-- message, detail with its fixed last line, hint, fields.
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
SET client_min_messages = warning;
INSERT INTO aftersales.policy (policy, title_en) VALUES ('wref', 'Warranty refusals');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('wref', 1, 'wref_repair');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('wref', 1, 'new', 'initial'), ('wref', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('wref', 1, 'new', 'done');
INSERT INTO aftersales.event_type (policy, version, event, roles, clauses) VALUES ('wref', 1, 'changed:warranty_class', '{director,boss}', '{PC-39}');

-- ---------- rows of rules
PREPARE term(text) AS INSERT INTO aftersales.warranty_term (policy, version, rule, covers, condition) VALUES ('wref', 1, 'r', '{parts}', $1);
EXECUTE term('area = ''urban''');
EXECUTE term('status = ''new''');
EXECUTE term('warranty_class IS NULL');
EXECUTE term('unit_id = 1');
EXECUTE term('some_attribute = 1');
EXECUTE term('has_event(''opened'')');
EXECUTE term('fault_at > now()');
EXECUTE term('fault_cause');
EXECUTE term('fault_cause = ');
INSERT INTO aftersales.exclusion (policy, version, rule, warranty_class, condition) VALUES ('wref', 1, 'x', 'out', 'grade = 1');
INSERT INTO aftersales.remedy_window (policy, version, rule, remedies, condition) VALUES ('wref', 1, 'x', '{repair}', 'opened_at > fault_at');
INSERT INTO aftersales.warranty_term (policy, version, rule, covers) VALUES ('wref', 1, 'r', '{parts,food}');
INSERT INTO aftersales.warranty_term (policy, version, rule, covers) VALUES ('wref', 1, 'r', '{}');
INSERT INTO aftersales.warranty_term (policy, version, rule, covers) VALUES ('wref', 1, 'r', '{NULL}');
INSERT INTO aftersales.warranty_term (policy, version, rule, covers, term) VALUES ('wref', 1, 'r', '{parts}', '0');
INSERT INTO aftersales.warranty_term (policy, version, rule, covers, term) VALUES ('wref', 1, 'r', '{parts}', '-1 year');
INSERT INTO aftersales.warranty_term (policy, version, rule, covers, term) VALUES ('wref', 1, 'r', '{parts}', '36 hours');
INSERT INTO aftersales.warranty_term (policy, version, rule, covers, term) VALUES ('wref', 1, 'r', '{parts}', '1000 years');
INSERT INTO aftersales.warranty_term (policy, version, rule, covers, applies_to) VALUES ('wref', 1, 'r', '{parts}', 'box');
INSERT INTO aftersales.warranty_term (policy, version, rule, covers) VALUES ('wref', 1, 'No Name', '{parts}');
INSERT INTO aftersales.exclusion (policy, version, rule, warranty_class, fault_cause) VALUES ('wref', 1, 'x', 'out', 'unknown');
INSERT INTO aftersales.exclusion (policy, version, rule, warranty_class, covers) VALUES ('wref', 1, 'x', 'out', '{all}');
INSERT INTO aftersales.remedy_window (policy, version, rule, remedies) VALUES ('wref', 1, 'x', '{}');
INSERT INTO aftersales.remedy_window (policy, version, rule, remedies, from_day) VALUES ('wref', 1, 'x', '{repair}', -1);
INSERT INTO aftersales.remedy_window (policy, version, rule, remedies, from_day, to_day) VALUES ('wref', 1, 'x', '{repair}', 8, 7);
INSERT INTO aftersales.remedy_window (policy, version, rule, remedies, fault_codes) VALUES ('wref', 1, 'x', '{repair}', '{}');
INSERT INTO aftersales.warranty_term (policy, version, rule, covers) VALUES ('wref', 2, 'r', '{parts}');

INSERT INTO aftersales.warranty_term (policy, version, rule, covers, term, rank, clauses) VALUES ('wref', 1, 'all', '{parts,labour,visit}', '3 years', 0, '{PC-12}');
INSERT INTO aftersales.warranty_term (policy, version, rule, covers, condition, rank, clauses) VALUES
    ('wref', 1, 'a', '{parts}', 'component = ''a''', 1, '{PC-12,PC-13}'), ('wref', 1, 'b', '{parts}', 'fault_code = ''b''', 1, '{PC-13,PC-10}'),
    ('wref', 1, 'broken', '{visit}', 'length(fault_code) / (length(component) - 4) > 0', 1, '{}');
INSERT INTO aftersales.exclusion (policy, version, rule, fault_cause, warranty_class) VALUES ('wref', 1, 'user', 'user', 'out_user');
SELECT aftersales.activate_policy('wref', 1);
UPDATE aftersales.warranty_term SET term = '2 years' WHERE policy = 'wref' AND rule = 'all';
UPDATE aftersales.exclusion SET label_en = 'a label may change' WHERE policy = 'wref';
DELETE FROM aftersales.remedy_window WHERE policy = 'wref';
INSERT INTO aftersales.remedy_window (policy, version, rule, remedies) VALUES ('wref', 1, 'x', '{repair}');
TRUNCATE aftersales.exclusion;

-- ---------- units, customers, contracts
SELECT aftersales.create_desk('wref');
SET aftersales.desk = 'wref';
SET aftersales.now = '2026-03-02 08:00+00';
INSERT INTO wref.staff (login) VALUES ('clerk_1'), ('director_1');
INSERT INTO wref.staff_role VALUES ('director_1', 'director');
INSERT INTO wref.customer (customer_id, customer_no) VALUES (1, 'C1'), (2, 'C2');
INSERT INTO wref.product_unit (unit_id, serial_no, customer_id, invoice_date) VALUES (1, 'S1', 1, '2026-01-01'), (2, 'S2', 2, '2020-01-01'), (3, 'S3', 1, NULL);
SELECT unit_id, policy FROM wref.product_unit ORDER BY 1;
INSERT INTO wref.contract (contract_id, contract_no, customer_id, policy, starts_on) VALUES (1, 'K1', 1, NULL, '2026-01-01'), (2, 'K2', 2, 'tiny', '2026-01-01');
INSERT INTO wref.contract_unit VALUES (1, 1, NULL, '2026-01-01', NULL);
\t \a
SELECT t.try('INSERT INTO wref.product_unit (policy, serial_no) VALUES (''mistyped'', ''S9'')');
SELECT t.try('INSERT INTO wref.contract_unit VALUES (1, 1, NULL, ''2026-06-01'', NULL)');
SELECT t.try('INSERT INTO wref.product_unit (unit_id, serial_no) VALUES (9, ''S1'')');
SELECT t.try('INSERT INTO wref.ticket (ticket_id, ticket_type, unit_id, customer_id) VALUES (9, ''wref_repair'', 1, 2)');
SELECT t.try('INSERT INTO wref.ticket (ticket_id, ticket_type, contract_id, customer_id) VALUES (9, ''wref_repair'', 1, 2)');
SELECT t.try('INSERT INTO wref.ticket (ticket_id, ticket_type, contract_id, unit_id) VALUES (9, ''wref_repair'', 1, 3)');
SELECT t.try('INSERT INTO wref.ticket (ticket_id, ticket_type, contract_id) VALUES (9, ''wref_repair'', 2)');
SELECT t.try('INSERT INTO wref.ticket (ticket_id, ticket_type, unit_id) VALUES (9, ''wref_repair'', 99)');

-- ---------- classification
INSERT INTO wref.ticket (ticket_id, ticket_type, unit_id, component, fault_at, fault_cause) VALUES (1, 'wref_repair', 1, 'host_1', '2026-03-01', 'product'), (2, 'wref_repair', 1, 'host_1', NULL, NULL);
SET aftersales.actor = 'clerk_1';
SELECT t.try('UPDATE wref.ticket SET fault_cause = ''user'' WHERE ticket_id = 1');
SELECT t.try('SELECT aftersales.reclassify(1, ''why'')');
UPDATE wref.product_unit SET invoice_date = '2020-01-01' WHERE unit_id = 1;
SELECT t.try('SELECT aftersales.reclassify(1, ''why'')');
SELECT t.try('SELECT aftersales.reclassify(1, NULL)');
SELECT t.try('SELECT aftersales.reclassify(99, ''why'')');
SELECT t.try('SELECT aftersales.reclassify(NULL, ''why'')');
SELECT t.try('UPDATE wref.ticket SET warranty_class = ''x'' WHERE ticket_id = 1');
SELECT t.try('UPDATE wref.ticket SET covers = ''{}'' WHERE ticket_id = 1');
SELECT t.try('INSERT INTO wref.ticket (ticket_id, ticket_type, warranty_until) VALUES (9, ''wref_repair'', ''infinity'')');
SELECT t.try('UPDATE wref.ticket SET fault_at = ''2026-03-01'', fault_cause = ''product'', component = ''a'', fault_code = ''b'' WHERE ticket_id = 2');
SELECT t.try('UPDATE wref.ticket SET fault_at = ''infinity'', fault_cause = ''product'' WHERE ticket_id = 2');
SELECT t.try('UPDATE wref.ticket SET fault_at = ''2026-03-01'', fault_cause = ''product'', component = ''host'', fault_code = ''x'' WHERE ticket_id = 2');
SELECT t.try('SELECT * FROM aftersales.classify_warranty(1, ''2026-03-01'', NULL, ''a'', ''b'')');
SELECT t.try('SELECT * FROM aftersales.classify_warranty(1, ''2026-03-01'', NULL, ''host'', ''x'')');
SELECT t.try('SELECT * FROM aftersales.classify_warranty(99, ''2026-03-01'')');
SELECT t.try('SELECT * FROM aftersales.classify_warranty(1, ''-infinity'')');
SELECT t.try('SELECT * FROM aftersales.classify_warranty(1, ''2026-03-01'', NULL, NULL, NULL, ''nowhere'')');
-- a person's own data never stand in it
SELECT t.try('UPDATE wref.ticket SET customer_id = 2 WHERE ticket_id = 1');
