-- Rows that belong to no ticket (price lists, fines) are judged by the row
-- guards that hold for every type, and by no others; and what check_policy()
-- finds in guards and charge rules.
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SELECT no_plan();

INSERT INTO aftersales.policy (policy, title_en) VALUES ('rn', 'No ticket');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('rn', 1, 'alpha'), ('rn', 1, 'repair'), ('rn', 1, 'zeta');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('rn', 1, 'new', 'initial'), ('rn', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('rn', 1, 'new', 'done');
INSERT INTO aftersales.attribute (policy, version, attribute, data_type) VALUES ('rn', 1, 'vip', 'boolean');
INSERT INTO aftersales.row_guard (policy, version, ticket_type, table_name, guard, condition, requires, roles, message_en) VALUES
    ('rn', 1, 'alpha', 'price_list', 'of_alpha', NULL, 'false', NULL, 'alpha'),
    ('rn', 1, 'zeta', 'price_list', 'of_zeta', NULL, 'false', NULL, 'zeta'),
    ('rn', 1, NULL, 'price_list', 'labelled', NULL, 'label IS NOT NULL', NULL, 'Give it a label.'),
    ('rn', 1, NULL, 'price_list', 'branch_only', 'list = ''branch''', NULL, '{branch}', 'Only the branch.'),
    ('rn', 1, NULL, 'price_list', 'unasked', 'vip', 'false', NULL, 'never asked, since no ticket is a VIP''s'),
    ('rn', 1, 'alpha', 'price_list', 'labelled', NULL, 'true', NULL, 'does not stand in for the general one here');
SELECT is_empty($$SELECT * FROM aftersales.check_policy('rn', 1) WHERE severity = 'error'$$, 'the policy is sound');
SELECT aftersales.activate_policy('rn', 1);
SELECT aftersales.create_desk();
INSERT INTO desk.staff (login) VALUES ('clerk_1'), ('branch_1');
INSERT INTO desk.staff_role VALUES ('branch_1', 'branch');
SET aftersales.actor = 'clerk_1';

CREATE FUNCTION told(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text; named text;
BEGIN
    EXECUTE command;
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, named = CONSTRAINT_NAME;
    RETURN concat_ws(' | ', SQLSTATE, named, regexp_replace(detail, '^.*\n', ''));
END $$;
SELECT is(told($$INSERT INTO desk.price_list (policy, list, valid, label) VALUES ('rn', 'parts', '[2026-01-01,)', 'Parts')$$), 'done',
          'guards of a ticket type do not judge what has none, be it first or last by name');
SELECT is(told($$INSERT INTO desk.price_list (policy, list, valid) VALUES ('rn', 'labour', '[2026-01-01,)')$$),
          'SV002 | labelled | ticket=- from=- to=- guard=labelled', 'one for every type does, though a type has its own of that name');
SELECT is(told($$INSERT INTO desk.price_list (policy, list, valid, label) VALUES ('rn', 'branch', '[2026-01-01,)', 'x')$$),
          'SV003 | branch_only | ticket=- from=- to=- guard=branch_only', 'a refusal for a role names the guard');
SET aftersales.actor = 'branch_1';
SELECT is(told($$INSERT INTO desk.price_list (policy, list, valid, label) VALUES ('rn', 'branch', '[2026-01-01,)', 'x')$$), 'done', 'with the role it goes');

-- ---------- what check_policy() finds
SELECT aftersales.draft_policy('rn') \g /dev/null
INSERT INTO aftersales.approval_rule (policy, version, kind, roles) VALUES ('rn', 2, 'whole', '{branch}');
INSERT INTO aftersales.role_conflict (policy, version, role_a, role_b, message_en) VALUES ('rn', 2, 'cashier', 'keeper', '-');
INSERT INTO aftersales.row_guard (policy, version, table_name, guard, requires, message_en) VALUES
    ('rn', 2, 'visit', 'by_item', 'approved(''whole'', ''x'')', '-');
INSERT INTO aftersales.charge_rule (policy, version, rule, kind, per, requires, amount, covered_by, payer, payee, currency, roles) VALUES
    ('rn', 2, 'fee', 'visit', 'ticket', 'approved(''whole'', ''x'') AND NOT clock_expired(''nothing'')', '10', 'visit', 'customer', 'company', 'CNY', '{cashier}');
SELECT results_eq($$SELECT table_name, item, problem FROM aftersales.check_policy('rn', 2) WHERE severity = 'error' OR table_name IN ('role_conflict', 'charge_rule') ORDER BY 1, 2, 3$$,
    $$VALUES ('charge_rule', 'alpha.fee', 'approved() asks for an item of approval whole, which is not decided item by item'),
             ('charge_rule', 'alpha.fee', 'clock_expired() names unknown clock nothing'),
             ('charge_rule', 'alpha.fee', 'is for the customer unless visit are covered, but no warranty_term says what is'),
             ('charge_rule', 'repair.fee', 'approved() asks for an item of approval whole, which is not decided item by item'),
             ('charge_rule', 'repair.fee', 'clock_expired() names unknown clock nothing'),
             ('charge_rule', 'repair.fee', 'is for the customer unless visit are covered, but no warranty_term says what is'),
             ('charge_rule', 'zeta.fee', 'approved() asks for an item of approval whole, which is not decided item by item'),
             ('charge_rule', 'zeta.fee', 'clock_expired() names unknown clock nothing'),
             ('charge_rule', 'zeta.fee', 'is for the customer unless visit are covered, but no warranty_term says what is'),
             ('role_conflict', 'cashier+keeper', 'no rule names role keeper'),
             ('row_guard', 'alpha.visit.by_item', 'approved() asks for an item of approval whole, which is not decided item by item'),
             ('row_guard', 'repair.visit.by_item', 'approved() asks for an item of approval whole, which is not decided item by item'),
             ('row_guard', 'zeta.visit.by_item', 'approved() asks for an item of approval whole, which is not decided item by item')$$,
    'charge rules and row guards that cannot come true, and roles that charge rules name');
SELECT * FROM finish();
