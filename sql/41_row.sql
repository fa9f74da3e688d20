-- 41_row.sql: rows of desk tables that belong to a ticket, and their guards.

CREATE FUNCTION aftersales.row_judge() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'as_row_judge';
COMMENT ON FUNCTION aftersales.row_judge() IS 'BEFORE ROW on tables whose rows belong to a ticket; its argument names the table. Locks the ticket, keeps what is an event already, judges the row by the policy''s row guards.';

CREATE FUNCTION aftersales.row_record() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'as_row_record';
COMMENT ON FUNCTION aftersales.row_record() IS 'AFTER STATEMENT on the same tables: writes the events that the rows mean.';

CREATE FUNCTION aftersales.is_row_event(event text) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'as_is_row_event';
COMMENT ON FUNCTION aftersales.is_row_event(text) IS 'Whether rows of a desk table mean events of this name, such as visit:arrived: policies may use it without declaring it.';

CREATE FUNCTION aftersales.has_event_since(event text, since text) RETURNS boolean
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'as_has_event_since';
COMMENT ON FUNCTION aftersales.has_event_since(text, text) IS 'Guard function: whether an event of the first name happened to the ticket in hand after the last one of the second, or at all when there is none of the second; events taken out by a correction do not count.';

CREATE FUNCTION aftersales.has_role(role text) RETURNS boolean
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'as_has_role';
COMMENT ON FUNCTION aftersales.has_role(text) IS 'Guard function: whether who acts has this staff role.';

CREATE FUNCTION aftersales.evidence_count(kind text, per text DEFAULT NULL, distinct_on text DEFAULT NULL) RETURNS integer
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'as_evidence_count';
COMMENT ON FUNCTION aftersales.evidence_count(text, text, text) IS 'Guard function: how many pieces of evidence of this kind the ticket in hand has, those that were not passed left out. per item: the least of any item that evidence of this kind names, passed or not. distinct_on item or angle: pieces that differ in it. 0 when there are none.';

CREATE FUNCTION aftersales.evidence_sum(kind text) RETURNS numeric
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'as_evidence_sum';
COMMENT ON FUNCTION aftersales.evidence_sum(text) IS 'Guard function: the sum of the readings in evidence of this kind of the ticket in hand, those that were not passed left out; 0 when there are none.';

CREATE TRIGGER policy_row_check BEFORE INSERT OR UPDATE OR DELETE ON aftersales.row_guard
    FOR EACH ROW EXECUTE FUNCTION aftersales.policy_row_check('condition', 'row_condition', 'requires', 'row_guard');
CREATE TRIGGER table_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON aftersales.row_guard
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.table_changed();
CREATE TRIGGER table_changed_row AFTER INSERT OR UPDATE OR DELETE ON aftersales.row_guard
    FOR EACH ROW EXECUTE FUNCTION aftersales.table_changed();
ALTER TABLE aftersales.row_guard ENABLE ALWAYS TRIGGER table_changed, ENABLE REPLICA TRIGGER table_changed_row;
CREATE TRIGGER policy_truncate BEFORE TRUNCATE ON aftersales.row_guard
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.policy_truncate();
