-- 11_warranty.sql: the warranty rules of a policy.
--
-- Judged is always as of the fault, never as of today.  A NULL key means
-- "any".  Of several rules that fit the one with the highest rank counts (of
-- terms: for each cover); two of one rank that both fit are unsound policy.
-- Conditions may read product_line (the unit's), component, fault_cause,
-- fault_code and fault_at, nothing else.

CREATE TABLE aftersales.warranty_term (
    policy      text NOT NULL,
    version     integer NOT NULL,
    rule        text NOT NULL
                CONSTRAINT warranty_term_rule_check CHECK (rule ~ '^[a-z][a-z0-9_]*$'),
    applies_to  text NOT NULL DEFAULT 'unit'
                CONSTRAINT warranty_term_applies_check CHECK (applies_to IN ('unit', 'replaced_part')),
    product_line text,
    component   text,
    condition   text,
    covers      text[] NOT NULL
                CONSTRAINT warranty_term_covers_check
                CHECK (covers <@ '{parts,labour,visit}' AND cardinality(covers) > 0),
    term        interval
                CONSTRAINT warranty_term_term_check
                CHECK (term > '0' AND term < '1000 years' AND date_trunc('day', term) = term),
    count_first_day boolean NOT NULL DEFAULT false,
    in_class    text NOT NULL DEFAULT 'in_warranty',
    expired_class text NOT NULL DEFAULT 'out_expired',
    rank        integer NOT NULL DEFAULT 0,
    label_en    text,
    label_zh    text,
    clauses     text[] NOT NULL DEFAULT '{}',
    CONSTRAINT warranty_term_pkey PRIMARY KEY (policy, version, rule)
);
COMMENT ON TABLE aftersales.warranty_term IS 'One row per term of warranty: for how long which cover is given. For each cover the fitting term with the highest rank counts; the one that lasts longest gives the class.';
COMMENT ON COLUMN aftersales.warranty_term.applies_to IS 'unit: from the unit''s invoice date, without one from its delivery. replaced_part: from the day the part at fault was put in as a replacement; it can only add cover.';
COMMENT ON COLUMN aftersales.warranty_term.covers IS 'What is covered: parts, labour, visit.';
COMMENT ON COLUMN aftersales.warranty_term.term IS 'Years, months and days from that date, whose last day is covered still (month ends are clamped); NULL: for life.';
COMMENT ON COLUMN aftersales.warranty_term.count_first_day IS 'Whether that date is the first day of the term, which then ends a day earlier.';
COMMENT ON COLUMN aftersales.warranty_term.in_class IS 'Class of a fault within the term.';
COMMENT ON COLUMN aftersales.warranty_term.expired_class IS 'Class of a fault after it.';

CREATE TABLE aftersales.exclusion (
    policy      text NOT NULL,
    version     integer NOT NULL,
    rule        text NOT NULL
                CONSTRAINT exclusion_rule_check CHECK (rule ~ '^[a-z][a-z0-9_]*$'),
    fault_cause text
                CONSTRAINT exclusion_cause_check CHECK (fault_cause <> 'unknown'),
    product_line text,
    component   text,
    condition   text,
    warranty_class text NOT NULL,
    covers      text[]
                CONSTRAINT exclusion_covers_check
                CHECK (covers <@ '{parts,labour,visit}' AND cardinality(covers) > 0),
    rank        integer NOT NULL DEFAULT 0,
    label_en    text,
    label_zh    text,
    clauses     text[] NOT NULL DEFAULT '{}',
    CONSTRAINT exclusion_pkey PRIMARY KEY (policy, version, rule)
);
COMMENT ON TABLE aftersales.exclusion IS 'One row per kind of fault that warranty does not cover while it runs; after its end a fault is expired whatever its cause. Of those that fit the one with the highest rank counts.';
COMMENT ON COLUMN aftersales.exclusion.fault_cause IS 'Cause of the fault; NULL: any, one not known included. A cause that is NULL or unknown excludes nothing by itself.';
COMMENT ON COLUMN aftersales.exclusion.warranty_class IS 'Class of such a fault.';
COMMENT ON COLUMN aftersales.exclusion.covers IS 'Covers that it takes away; NULL: all.';

CREATE TABLE aftersales.remedy_window (
    policy      text NOT NULL,
    version     integer NOT NULL,
    rule        text NOT NULL
                CONSTRAINT remedy_window_rule_check CHECK (rule ~ '^[a-z][a-z0-9_]*$'),
    product_line text,
    component   text,
    fault_codes text[]
                CONSTRAINT remedy_window_codes_check CHECK (cardinality(fault_codes) > 0),
    condition   text,
    classes     text[]
                CONSTRAINT remedy_window_classes_check CHECK (cardinality(classes) > 0),
    from_day    integer
                CONSTRAINT remedy_window_from_check CHECK (from_day >= 0),
    to_day      integer,
    count_first_day boolean NOT NULL DEFAULT false,
    needs_invoice boolean NOT NULL DEFAULT false,
    remedies    text[] NOT NULL
                CONSTRAINT remedy_window_remedies_check CHECK (cardinality(remedies) > 0),
    rank        integer NOT NULL DEFAULT 0,
    label_en    text,
    label_zh    text,
    clauses     text[] NOT NULL DEFAULT '{}',
    CONSTRAINT remedy_window_pkey PRIMARY KEY (policy, version, rule),
    CONSTRAINT remedy_window_days_check CHECK (to_day >= coalesce(from_day, 0))
);
COMMENT ON TABLE aftersales.remedy_window IS 'One row per set of remedies a customer may choose from, by the day on which the fault arose. Of those that fit the one with the highest rank counts; when none fits there is no remedy.';
COMMENT ON COLUMN aftersales.remedy_window.fault_codes IS 'Faults it is for; NULL: any, one without a code included.';
COMMENT ON COLUMN aftersales.remedy_window.classes IS 'Warranty classes it is for; NULL: any.';
COMMENT ON COLUMN aftersales.remedy_window.from_day IS 'First day after the sale on which it is open, both ends included; NULL: from the sale on. A fault before the sale counts as on its day.';
COMMENT ON COLUMN aftersales.remedy_window.to_day IS 'Last day; NULL: without end.';
COMMENT ON COLUMN aftersales.remedy_window.count_first_day IS 'Whether the day of the sale is day 1; otherwise it is day 0.';
COMMENT ON COLUMN aftersales.remedy_window.needs_invoice IS 'Whether it is offered only where the unit''s invoice date is known.';
COMMENT ON COLUMN aftersales.remedy_window.remedies IS 'Remedies, for example return, exchange, repair.';

-- Columns that mean the same in every rule table.
COMMENT ON COLUMN aftersales.warranty_term.policy IS 'The policy.';
COMMENT ON COLUMN aftersales.warranty_term.version IS 'Version of the policy.';
COMMENT ON COLUMN aftersales.warranty_term.rule IS 'Name of the rule; the basis of a classification cites it.';
COMMENT ON COLUMN aftersales.warranty_term.product_line IS 'Product line of the unit; NULL: any.';
COMMENT ON COLUMN aftersales.warranty_term.component IS 'Component at fault; NULL: any.';
COMMENT ON COLUMN aftersales.warranty_term.condition IS 'SQL boolean expression over product_line, component, fault_cause, fault_code and fault_at; NULL column: always. A result of NULL does not fit.';
COMMENT ON COLUMN aftersales.warranty_term.rank IS 'Highest rank that fits wins; two of one rank that both fit make the policy unsound.';
COMMENT ON COLUMN aftersales.warranty_term.label_en IS 'Label in English.';
COMMENT ON COLUMN aftersales.warranty_term.label_zh IS 'Label in Chinese.';
COMMENT ON COLUMN aftersales.warranty_term.clauses IS 'Clauses of the source document that this row carries out (ids of table clause).';
COMMENT ON COLUMN aftersales.exclusion.policy IS 'The policy.';
COMMENT ON COLUMN aftersales.exclusion.version IS 'Version of the policy.';
COMMENT ON COLUMN aftersales.exclusion.rule IS 'Name of the rule; the basis of a classification cites it.';
COMMENT ON COLUMN aftersales.exclusion.product_line IS 'Product line of the unit; NULL: any.';
COMMENT ON COLUMN aftersales.exclusion.component IS 'Component at fault; NULL: any.';
COMMENT ON COLUMN aftersales.exclusion.condition IS 'SQL boolean expression over product_line, component, fault_cause, fault_code and fault_at; NULL column: always. A result of NULL does not fit.';
COMMENT ON COLUMN aftersales.exclusion.rank IS 'Highest rank that fits wins; two of one rank that both fit make the policy unsound.';
COMMENT ON COLUMN aftersales.exclusion.label_en IS 'Label in English.';
COMMENT ON COLUMN aftersales.exclusion.label_zh IS 'Label in Chinese.';
COMMENT ON COLUMN aftersales.exclusion.clauses IS 'Clauses of the source document that this row carries out (ids of table clause).';
COMMENT ON COLUMN aftersales.remedy_window.policy IS 'The policy.';
COMMENT ON COLUMN aftersales.remedy_window.version IS 'Version of the policy.';
COMMENT ON COLUMN aftersales.remedy_window.rule IS 'Name of the rule; the basis of a classification cites it.';
COMMENT ON COLUMN aftersales.remedy_window.product_line IS 'Product line of the unit; NULL: any.';
COMMENT ON COLUMN aftersales.remedy_window.component IS 'Component at fault; NULL: any.';
COMMENT ON COLUMN aftersales.remedy_window.condition IS 'SQL boolean expression over product_line, component, fault_cause, fault_code and fault_at; NULL column: always. A result of NULL does not fit.';
COMMENT ON COLUMN aftersales.remedy_window.rank IS 'Highest rank that fits wins; two of one rank that both fit make the policy unsound.';
COMMENT ON COLUMN aftersales.remedy_window.label_en IS 'Label in English.';
COMMENT ON COLUMN aftersales.remedy_window.label_zh IS 'Label in Chinese.';
COMMENT ON COLUMN aftersales.remedy_window.clauses IS 'Clauses of the source document that this row carries out (ids of table clause).';
