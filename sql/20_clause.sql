-- 20_clause.sql: the clause catalogue.  Its rows follow in 21_clause_rows.sql.

CREATE TABLE aftersales.clause (
    clause      text CONSTRAINT clause_pkey PRIMARY KEY,
    policy      text NOT NULL,
    text_en     text NOT NULL,
    text_zh     text,
    mechanism   text NOT NULL,
    enforceable boolean NOT NULL,
    builtin     boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE aftersales.clause IS 'One row per clause of a source document. Rule rows cite these ids; refusals name them.';
COMMENT ON COLUMN aftersales.clause.clause IS 'Id of the clause, for example PW-60.';
COMMENT ON COLUMN aftersales.clause.policy IS 'Policy whose source document it stands in; not a foreign key, the catalogue is there before the policy is installed.';
COMMENT ON COLUMN aftersales.clause.text_en IS 'What it demands, in English.';
COMMENT ON COLUMN aftersales.clause.text_zh IS 'Short wording in the document''s own Chinese.';
COMMENT ON COLUMN aftersales.clause.mechanism IS 'How such a clause is carried out: classification, transition, deadline, calendar, warranty, charge, ledger, approval, required-field, callback, target, report, retention, role or conduct.';
COMMENT ON COLUMN aftersales.clause.enforceable IS 'Whether a database can hold anybody to it (rules of manners it cannot).';
COMMENT ON COLUMN aftersales.clause.builtin IS 'Row that ships with the extension; your own rows have false and are dumped.';
