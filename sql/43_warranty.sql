-- 43_warranty.sql: warranty: triggers, and what asks for a classification.

CREATE FUNCTION aftersales.unit_judge() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'as_unit_judge';
COMMENT ON FUNCTION aftersales.unit_judge() IS 'BEFORE ROW on product_unit: finds the policy of a unit that names none.';

CREATE FUNCTION aftersales.classify_warranty(unit_id bigint, fault_at timestamptz, fault_cause text DEFAULT NULL,
        component text DEFAULT NULL, fault_code text DEFAULT NULL, desk name DEFAULT NULL,
        OUT warranty_class text, OUT in_warranty boolean, OUT remedies text[],
        OUT covers_parts boolean, OUT covers_labour boolean, OUT covers_visit boolean,
        OUT expires_on date, OUT basis text, OUT clauses text[])
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'as_classify_warranty';
COMMENT ON FUNCTION aftersales.classify_warranty(bigint, timestamptz, text, text, text, name) IS 'How such a fault of a unit is judged by the version of the unit''s policy that is in force now; one row. in_warranty: whether any cover is left. expires_on: last day of the term that lasts longest, infinity: for life. warranty_class NULL: it cannot be told, basis says why. SV010: no such unit, or no version of its policy in force; SV011: two rules of one rank fit.';

CREATE FUNCTION aftersales.reclassify(ticket_id bigint, reason text, desk name DEFAULT NULL) RETURNS text
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'as_reclassify';
COMMENT ON FUNCTION aftersales.reclassify(bigint, text, name) IS 'Judges a ticket''s warranty anew, by its own version, after the data of its unit have been corrected; returns the class. What differs becomes an event changed:warranty_class with the reason as its note. SV003: the class was set and the policy gives that event roles that the actor lacks.';

CREATE TRIGGER policy_row_check BEFORE INSERT OR UPDATE OR DELETE ON aftersales.warranty_term
    FOR EACH ROW EXECUTE FUNCTION aftersales.policy_row_check('condition', 'warranty');
CREATE TRIGGER table_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON aftersales.warranty_term
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.table_changed();
CREATE TRIGGER table_changed_row AFTER INSERT OR UPDATE OR DELETE ON aftersales.warranty_term
    FOR EACH ROW EXECUTE FUNCTION aftersales.table_changed();
ALTER TABLE aftersales.warranty_term ENABLE ALWAYS TRIGGER table_changed, ENABLE REPLICA TRIGGER table_changed_row;
CREATE TRIGGER policy_truncate BEFORE TRUNCATE ON aftersales.warranty_term
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.policy_truncate();
CREATE TRIGGER policy_row_check BEFORE INSERT OR UPDATE OR DELETE ON aftersales.exclusion
    FOR EACH ROW EXECUTE FUNCTION aftersales.policy_row_check('condition', 'warranty');
CREATE TRIGGER table_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON aftersales.exclusion
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.table_changed();
CREATE TRIGGER table_changed_row AFTER INSERT OR UPDATE OR DELETE ON aftersales.exclusion
    FOR EACH ROW EXECUTE FUNCTION aftersales.table_changed();
ALTER TABLE aftersales.exclusion ENABLE ALWAYS TRIGGER table_changed, ENABLE REPLICA TRIGGER table_changed_row;
CREATE TRIGGER policy_truncate BEFORE TRUNCATE ON aftersales.exclusion
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.policy_truncate();
CREATE TRIGGER policy_row_check BEFORE INSERT OR UPDATE OR DELETE ON aftersales.remedy_window
    FOR EACH ROW EXECUTE FUNCTION aftersales.policy_row_check('condition', 'warranty');
CREATE TRIGGER table_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON aftersales.remedy_window
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.table_changed();
CREATE TRIGGER table_changed_row AFTER INSERT OR UPDATE OR DELETE ON aftersales.remedy_window
    FOR EACH ROW EXECUTE FUNCTION aftersales.table_changed();
ALTER TABLE aftersales.remedy_window ENABLE ALWAYS TRIGGER table_changed, ENABLE REPLICA TRIGGER table_changed_row;
CREATE TRIGGER policy_truncate BEFORE TRUNCATE ON aftersales.remedy_window
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.policy_truncate();
