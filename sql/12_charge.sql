-- 12_charge.sql: what is owed, by whom, for what.
--
-- A rule says what one kind of charge hangs on and how much it is.  quote()
-- works out what the rules come to for a ticket; what is charged is judged by
-- the same rules.

CREATE TABLE aftersales.charge_rule (
    policy      text NOT NULL,
    version     integer NOT NULL,
    ticket_type text,
    rule        text NOT NULL
                CONSTRAINT charge_rule_name_check CHECK (rule ~ '^[a-z][a-z0-9_]*$'),
    kind        text NOT NULL
                CONSTRAINT charge_rule_kind_check CHECK (kind ~ '^[a-z][a-z0-9_]*$' AND kind <> 'credit'),
    per         text NOT NULL
                CONSTRAINT charge_rule_per_check CHECK (per IN ('ticket', 'event', 'item', 'day', 'given')),
    event       text,
    clock       text,
    condition   text,
    requires    text,
    amount      text,
    price_list  text,
    covered_by  text
                CONSTRAINT charge_rule_covered_by_check CHECK (covered_by IN ('parts', 'labour', 'visit')),
    payer       text NOT NULL
                CONSTRAINT charge_rule_payer_check CHECK (payer ~ '^[a-z][a-z0-9_]*$'),
    payee       text NOT NULL DEFAULT 'company'
                CONSTRAINT charge_rule_payee_check CHECK (payee ~ '^[a-z][a-z0-9_]*$' AND payee <> payer),
    minimum     numeric(14,2)
                CONSTRAINT charge_rule_minimum_check CHECK (minimum >= 0 AND minimum < 'Infinity'),
    maximum     numeric(14,2)
                CONSTRAINT charge_rule_maximum_check CHECK (maximum >= 0 AND maximum < 'Infinity'),
    cap         numeric(14,2)
                CONSTRAINT charge_rule_cap_check CHECK (cap >= 0 AND cap < 'Infinity'),
    cap_per     text
                CONSTRAINT charge_rule_cap_per_check CHECK (cap_per IN ('ticket', 'month', 'year')),
    roles       text[],
    currency    text NOT NULL DEFAULT 'CNY'
                CONSTRAINT charge_rule_currency_check CHECK (currency ~ '^[A-Z]{3}$'),
    position    integer NOT NULL DEFAULT 0,
    label_en    text,
    label_zh    text,
    clauses     text[] NOT NULL DEFAULT '{}',
    CONSTRAINT charge_rule_key UNIQUE NULLS NOT DISTINCT (policy, version, ticket_type, rule),
    CONSTRAINT charge_rule_event_check CHECK ((per = 'event') = (event IS NOT NULL)),
    CONSTRAINT charge_rule_clock_check CHECK (per <> 'day' OR clock IS NOT NULL),
    CONSTRAINT charge_rule_amount_check CHECK (CASE per WHEN 'given' THEN num_nonnulls(amount, price_list, clock) = 0
                                               ELSE num_nonnulls(amount, price_list) > 0 END),
    CONSTRAINT charge_rule_range_check CHECK (minimum <= maximum),
    CONSTRAINT charge_rule_cap_period_check CHECK ((cap IS NULL) = (cap_per IS NULL))
);
ALTER TABLE aftersales.charge_rule REPLICA IDENTITY FULL;
COMMENT ON TABLE aftersales.charge_rule IS 'One row per charge that may arise: from what, how much, who pays whom. A row for a ticket type replaces the one of its name for every type.';
COMMENT ON COLUMN aftersales.charge_rule.policy IS 'The policy.';
COMMENT ON COLUMN aftersales.charge_rule.version IS 'Version of the policy.';
COMMENT ON COLUMN aftersales.charge_rule.ticket_type IS 'Ticket type; NULL: every type of the policy, and, for per given without condition and requires, charges that belong to no ticket (fines).';
COMMENT ON COLUMN aftersales.charge_rule.rule IS 'Name of the rule; charges cite it.';
COMMENT ON COLUMN aftersales.charge_rule.kind IS 'Kind of charge, for example visit, part, freight, compensation, fine; its event is charge:<kind>.';
COMMENT ON COLUMN aftersales.charge_rule.per IS 'What is counted. ticket: once. event: how often the event stands in the ticket''s history. item: each item in quote_item that is not withdrawn, by its quantity. day: local days by which the clock was late, those inside a delay_excuse left out. given: whoever charges says how much.';
COMMENT ON COLUMN aftersales.charge_rule.event IS 'For per event: its name.';
COMMENT ON COLUMN aftersales.charge_rule.clock IS 'For per day: the clock. Also where the amount of another rule asks for days.';
COMMENT ON COLUMN aftersales.charge_rule.condition IS 'SQL boolean expression over the ticket, guard functions included: whether the charge arises. NULL column: always; a result of NULL: it does not.';
COMMENT ON COLUMN aftersales.charge_rule.requires IS 'Such an expression that must hold before the charge is made, for example the customer''s consent; what is owed does not hang on it.';
COMMENT ON COLUMN aftersales.charge_rule.amount IS 'SQL numeric expression over the ticket and unit_price, cost_price (of the list), quantity and days: money per unit. NULL: the list''s unit_price, or, for per given, what the writer says.';
COMMENT ON COLUMN aftersales.charge_rule.price_list IS 'The desk''s price list that the charge must cite; the price is that of the quoted item, for other rules that of the item named like the rule.';
COMMENT ON COLUMN aftersales.charge_rule.covered_by IS 'Cover of the warranty (parts, labour, visit) under which a customer pays nothing for it; NULL: none.';
COMMENT ON COLUMN aftersales.charge_rule.payer IS 'Who owes it, for example customer, company, dealer. What a customer owes is what charges_settled() asks about and what a warranty covers.';
COMMENT ON COLUMN aftersales.charge_rule.payee IS 'To whom.';
COMMENT ON COLUMN aftersales.charge_rule.minimum IS 'Least money per unit: an amount worked out is raised to it, one given below it is refused. NULL: none.';
COMMENT ON COLUMN aftersales.charge_rule.maximum IS 'Most money per unit: an amount worked out is lowered to it, one given above it is refused. NULL: none.';
COMMENT ON COLUMN aftersales.charge_rule.cap IS 'Most that may be charged by the rule in cap_per altogether, credits deducted. NULL: no limit.';
COMMENT ON COLUMN aftersales.charge_rule.cap_per IS 'ticket; or local calendar month or year of charged_at, for each party (charge.party) of the desk.';
COMMENT ON COLUMN aftersales.charge_rule.roles IS 'Staff roles that may charge it, and credit it; NULL: everybody.';
COMMENT ON COLUMN aftersales.charge_rule.currency IS 'Currency, ISO 4217; that of the price list must be the same.';
COMMENT ON COLUMN aftersales.charge_rule.position IS 'Order of the lines of a quote, lowest first.';
COMMENT ON COLUMN aftersales.charge_rule.label_en IS 'Label in English.';
COMMENT ON COLUMN aftersales.charge_rule.label_zh IS 'Label in Chinese.';
COMMENT ON COLUMN aftersales.charge_rule.clauses IS 'Clauses of the source document that this row carries out (ids of table clause).';
