-- 42_outbox.sql: delivering messages, and sweeping everything.

CREATE FUNCTION aftersales.outbox_written() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'as_outbox_written';
COMMENT ON FUNCTION aftersales.outbox_written() IS 'AFTER STATEMENT on outbox: NOTIFY aftersales with the desk''s name, once the transaction commits.';

CREATE FUNCTION aftersales.take_outbox(topic text DEFAULT NULL, n integer DEFAULT 100,
        lease interval DEFAULT '5 minutes', desk name DEFAULT NULL,
        OUT message_id bigint, OUT topic text, OUT ticket_id bigint, OUT clock_id bigint, OUT level integer,
        OUT recipient text, OUT at timestamptz, OUT created_at timestamptz,
        OUT leased_until timestamptz, OUT done_at timestamptz)
    RETURNS SETOF record
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'as_take_outbox';
COMMENT ON FUNCTION aftersales.take_outbox(text, integer, interval, name) IS 'Takes up to n messages (of a topic; NULL: of any) that are not done and that nobody has under a lease, oldest first, and returns them. Until the lease ends nobody else gets them; then they may be taken again. Concurrent callers get different messages.';

CREATE FUNCTION aftersales.done_outbox(ids bigint[], desk name DEFAULT NULL) RETURNS integer
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'as_done_outbox';
COMMENT ON FUNCTION aftersales.done_outbox(bigint[], name) IS 'Ticks messages off as delivered and returns how many were not yet; the others are left as they are.';

CREATE PROCEDURE aftersales.sweep_all(max_tickets integer DEFAULT 1000, desk name DEFAULT NULL)
    LANGUAGE c AS 'MODULE_PATHNAME', 'as_sweep_all';
COMMENT ON PROCEDURE aftersales.sweep_all(integer, name) IS 'CALL it: sweep() until nothing is left, at most max_tickets at a time with a COMMIT after each; of one desk, or of all (NULL) whose owner''s rights the caller has. An error of one desk is a warning, the others go on, and the call fails in the end. Not in a transaction block (2D000).';
