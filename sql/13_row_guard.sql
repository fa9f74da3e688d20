-- 13_row_guard.sql: what rows of tables other than ticket need.

CREATE TABLE aftersales.row_guard (
    policy      text NOT NULL,
    version     integer NOT NULL,
    ticket_type text,
    table_name  text NOT NULL,
    on_action   text
                CONSTRAINT row_guard_on_action_check CHECK (on_action IN ('insert', 'update')),
    guard       text NOT NULL
                CONSTRAINT row_guard_name_check CHECK (guard ~ '^[a-z][a-z0-9_]*$'),
    condition   text,
    requires    text,
    roles       text[],
    message_en  text NOT NULL,
    message_zh  text,
    ask_for     text[] NOT NULL DEFAULT '{}',
    clauses     text[] NOT NULL DEFAULT '{}',
    CONSTRAINT row_guard_key UNIQUE NULLS NOT DISTINCT (policy, version, ticket_type, table_name, guard),
    CONSTRAINT row_guard_asks_check CHECK (requires IS NOT NULL OR roles IS NOT NULL)
);
ALTER TABLE aftersales.row_guard REPLICA IDENTITY FULL;
COMMENT ON TABLE aftersales.row_guard IS 'One row per condition that a written row of a desk table must meet: visit, custody, evidence, document, quote_item, charge, payment, approval, ... All that are not met are named together (SV002).';
COMMENT ON COLUMN aftersales.row_guard.policy IS 'The policy.';
COMMENT ON COLUMN aftersales.row_guard.version IS 'Version of the policy.';
COMMENT ON COLUMN aftersales.row_guard.ticket_type IS 'Type of the ticket that the row belongs to; NULL: every type of the policy.';
COMMENT ON COLUMN aftersales.row_guard.table_name IS 'The desk table, one that has a <table>_template in schema aftersales.';
COMMENT ON COLUMN aftersales.row_guard.on_action IS 'insert or update; NULL: both.';
COMMENT ON COLUMN aftersales.row_guard.guard IS 'Name of the guard; refusals carry it as constraint name.';
COMMENT ON COLUMN aftersales.row_guard.condition IS 'SQL boolean expression: for which rows it holds; NULL column: for all. Bare names are columns of the row as it is to be, then attributes of its ticket; old.<column> is the row as it was (NULL on insert), ticket.<column> the ticket. A result of NULL does not match.';
COMMENT ON COLUMN aftersales.row_guard.requires IS 'SQL boolean expression that must be true, over the same and guard functions. NULL counts as not met. NULL column: the roles are all it asks for.';
COMMENT ON COLUMN aftersales.row_guard.roles IS 'Staff roles that may write such a row (SV003); NULL: anyone.';
COMMENT ON COLUMN aftersales.row_guard.message_en IS 'What is missing, in English.';
COMMENT ON COLUMN aftersales.row_guard.message_zh IS 'What is missing, in Chinese.';
COMMENT ON COLUMN aftersales.row_guard.ask_for IS 'Columns a screen should ask for.';
COMMENT ON COLUMN aftersales.row_guard.clauses IS 'Clauses of the source document that this row carries out (ids of table clause).';
