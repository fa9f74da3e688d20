-- 49_check_charge.sql: what is wrong with the charge rules of a policy;
-- check_policy() lists it with the rest.

CREATE VIEW aftersales.charge_rule_of_type AS
SELECT DISTINCT ON (t.policy, t.version, t.ticket_type, r.rule) t.ticket_type AS of_type, r.*
FROM aftersales.ticket_type t
JOIN aftersales.charge_rule r
  ON r.policy = t.policy AND r.version = t.version
 AND (r.ticket_type IS NULL OR r.ticket_type = t.ticket_type)
ORDER BY t.policy, t.version, t.ticket_type, r.rule, r.ticket_type NULLS LAST;
COMMENT ON VIEW aftersales.charge_rule_of_type IS 'Grain: one row per policy version, ticket type (of_type) and charge rule, rows for every type spread out.';

CREATE FUNCTION aftersales.check_charges(policy text, version integer)
    RETURNS TABLE (severity text, table_name text, item text, problem text)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH rule AS (
        SELECT r.of_type || '.' || r.rule AS item, r.*
        FROM aftersales.charge_rule_of_type r
        WHERE r.policy = check_charges.policy AND r.version = check_charges.version
    )
    SELECT 'error', 'charge_rule', r.item, x.problem
    FROM rule r
    CROSS JOIN LATERAL (VALUES ('guard', r.condition), ('guard', r.requires), ('amount', r.amount)) e(kind, expression)
    CROSS JOIN LATERAL (SELECT aftersales.expression_problem(r.policy, r.version, r.of_type, e.kind, e.expression)
                        OFFSET 0) x(problem)
    WHERE e.expression IS NOT NULL AND x.problem IS NOT NULL
    UNION ALL
    SELECT 'error', 'charge_rule', r.item, 'asks for charges_settled(), which would hang on itself'
    FROM rule r WHERE concat_ws(' ', r.condition, r.requires) ~ '\mcharges_settled\M'
    UNION ALL
    SELECT 'error', 'charge_rule', r.item, 'unknown clock ' || r.clock
    FROM rule r
    WHERE r.clock IS NOT NULL
      AND NOT EXISTS (SELECT FROM aftersales.sla_rule_of_type s
                      WHERE s.policy = r.policy AND s.version = r.version AND s.of_type = r.of_type AND s.clock = r.clock)
    UNION ALL
    SELECT 'error', 'charge_rule', r.item, 'the amount asks for days, but no clock is named'
    FROM rule r
    WHERE r.clock IS NULL AND r.amount ~ '\mdays\M'
    UNION ALL
    SELECT 'error', 'charge_rule', r.item, 'the amount asks for a price, but no price_list is named'
    FROM rule r
    WHERE r.price_list IS NULL AND r.amount ~ '\m(unit_price|cost_price)\M'
    UNION ALL
    SELECT DISTINCT 'error', 'charge_rule', r.item, 'approved() names unknown approval ' || n.name[1]
    FROM rule r
    CROSS JOIN LATERAL regexp_matches(concat_ws(' ', r.condition, r.requires), $$\mapproved\s*\(\s*'([^']*)'$$, 'g') n(name)
    WHERE NOT EXISTS (SELECT FROM aftersales.approval_rule a
                      WHERE a.policy = r.policy AND a.version = r.version AND a.kind = n.name[1]
                        AND (a.ticket_type IS NULL OR a.ticket_type = r.of_type))
    UNION ALL
    SELECT DISTINCT 'error', 'charge_rule', r.item, 'approved() asks for an item of approval ' || n.name[1] || ', which is not decided item by item'
    FROM rule r
    CROSS JOIN LATERAL regexp_matches(concat_ws(' ', r.condition, r.requires), $$\mapproved\s*\(\s*'([^']*)'\s*,$$, 'g') n(name)
    WHERE EXISTS (SELECT FROM aftersales.approval_rule a
                  WHERE a.policy = r.policy AND a.version = r.version AND a.kind = n.name[1] AND NOT a.items
                    AND (a.ticket_type IS NULL OR a.ticket_type = r.of_type))
    UNION ALL
    SELECT DISTINCT 'error', 'charge_rule', r.item, 'clock_expired() names unknown clock ' || n.name[1]
    FROM rule r
    CROSS JOIN LATERAL regexp_matches(concat_ws(' ', r.condition, r.requires), $$\mclock_expired\s*\(\s*'([^']*)'$$, 'g') n(name)
    WHERE NOT EXISTS (SELECT FROM aftersales.sla_rule_of_type s
                      WHERE s.policy = r.policy AND s.version = r.version AND s.of_type = r.of_type AND s.clock = n.name[1])
    UNION ALL
    SELECT 'notice', 'charge_rule', r.item, 'is for the customer unless ' || r.covered_by || ' are covered, but no warranty_term says what is'
    FROM rule r
    WHERE r.covered_by IS NOT NULL AND r.payer = 'customer'
      AND NOT EXISTS (SELECT FROM aftersales.warranty_term w WHERE w.policy = r.policy AND w.version = r.version)
    UNION ALL
    SELECT 'error', 'charge_rule', r.item, 'names no role, so nobody can charge it'
    FROM rule r WHERE cardinality(r.roles) = 0
    UNION ALL
    SELECT 'notice', 'charge_rule', r.item, 'has neither minimum nor maximum: any amount may be charged'
    FROM rule r WHERE r.per = 'given' AND r.minimum IS NULL AND r.maximum IS NULL;
END;
COMMENT ON FUNCTION aftersales.check_charges(text, integer) IS 'What is wrong with the charge rules of a version of a policy; part of check_policy().';
COMMENT ON COLUMN aftersales.charge_rule_of_type.of_type IS 'Ticket type the rule applies to.';
COMMENT ON COLUMN aftersales.charge_rule_of_type.policy IS 'The policy.';
COMMENT ON COLUMN aftersales.charge_rule_of_type.version IS 'Version of the policy.';
COMMENT ON COLUMN aftersales.charge_rule_of_type.ticket_type IS 'Ticket type; NULL: every type of the policy, and, for per given without condition and requires, charges that belong to no ticket (fines).';
COMMENT ON COLUMN aftersales.charge_rule_of_type.rule IS 'Name of the rule; charges cite it.';
COMMENT ON COLUMN aftersales.charge_rule_of_type.kind IS 'Kind of charge, for example visit, part, freight, compensation, fine; its event is charge:<kind>.';
COMMENT ON COLUMN aftersales.charge_rule_of_type.per IS 'What is counted. ticket: once. event: how often the event stands in the ticket''s history. item: each item in quote_item that is not withdrawn, by its quantity. day: local days by which the clock was late, those inside a delay_excuse left out. given: whoever charges says how much.';
COMMENT ON COLUMN aftersales.charge_rule_of_type.event IS 'For per event: its name.';
COMMENT ON COLUMN aftersales.charge_rule_of_type.clock IS 'For per day: the clock. Also where the amount of another rule asks for days.';
COMMENT ON COLUMN aftersales.charge_rule_of_type.condition IS 'SQL boolean expression over the ticket, guard functions included: whether the charge arises. NULL column: always; a result of NULL: it does not.';
COMMENT ON COLUMN aftersales.charge_rule_of_type.requires IS 'Such an expression that must hold before the charge is made, for example the customer''s consent; what is owed does not hang on it.';
COMMENT ON COLUMN aftersales.charge_rule_of_type.amount IS 'SQL numeric expression over the ticket and unit_price, cost_price (of the list), quantity and days: money per unit. NULL: the list''s unit_price, or, for per given, what the writer says.';
COMMENT ON COLUMN aftersales.charge_rule_of_type.price_list IS 'The desk''s price list that the charge must cite; the price is that of the quoted item, for other rules that of the item named like the rule.';
COMMENT ON COLUMN aftersales.charge_rule_of_type.covered_by IS 'Cover of the warranty (parts, labour, visit) under which a customer pays nothing for it; NULL: none.';
COMMENT ON COLUMN aftersales.charge_rule_of_type.payer IS 'Who owes it, for example customer, company, dealer. What a customer owes is what charges_settled() asks about and what a warranty covers.';
COMMENT ON COLUMN aftersales.charge_rule_of_type.payee IS 'To whom.';
COMMENT ON COLUMN aftersales.charge_rule_of_type.minimum IS 'Least money per unit: an amount worked out is raised to it, one given below it is refused. NULL: none.';
COMMENT ON COLUMN aftersales.charge_rule_of_type.maximum IS 'Most money per unit: an amount worked out is lowered to it, one given above it is refused. NULL: none.';
COMMENT ON COLUMN aftersales.charge_rule_of_type.cap IS 'Most that may be charged by the rule in cap_per altogether, credits deducted. NULL: no limit.';
COMMENT ON COLUMN aftersales.charge_rule_of_type.cap_per IS 'ticket; or local calendar month or year of charged_at, for each party (charge.party) of the desk.';
COMMENT ON COLUMN aftersales.charge_rule_of_type.roles IS 'Staff roles that may charge it, and credit it; NULL: everybody.';
COMMENT ON COLUMN aftersales.charge_rule_of_type.currency IS 'Currency, ISO 4217; that of the price list must be the same.';
COMMENT ON COLUMN aftersales.charge_rule_of_type.position IS 'Order of the lines of a quote, lowest first.';
COMMENT ON COLUMN aftersales.charge_rule_of_type.label_en IS 'Label in English.';
COMMENT ON COLUMN aftersales.charge_rule_of_type.label_zh IS 'Label in Chinese.';
COMMENT ON COLUMN aftersales.charge_rule_of_type.clauses IS 'Clauses of the source document that this row carries out (ids of table clause).';
