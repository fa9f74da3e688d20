-- 41_approval.sql: who may decide: delegations, and roles that exclude one
-- another.

CREATE FUNCTION aftersales.delegation_judge() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'as_delegation_judge';
COMMENT ON FUNCTION aftersales.delegation_judge() IS 'BEFORE ROW on delegation: only the person himself delegates; a row may but end earlier.';

CREATE FUNCTION aftersales.role_judge() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'as_role_judge';
COMMENT ON FUNCTION aftersales.role_judge() IS 'BEFORE ROW on staff_role: refuses a role that conflicts with one the person has (role_conflict).';

CREATE TRIGGER policy_row_check BEFORE INSERT OR UPDATE OR DELETE ON aftersales.role_conflict
    FOR EACH ROW EXECUTE FUNCTION aftersales.policy_row_check();
CREATE TRIGGER table_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON aftersales.role_conflict
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.table_changed();
CREATE TRIGGER table_changed_row AFTER INSERT OR UPDATE OR DELETE ON aftersales.role_conflict
    FOR EACH ROW EXECUTE FUNCTION aftersales.table_changed();
ALTER TABLE aftersales.role_conflict ENABLE ALWAYS TRIGGER table_changed, ENABLE REPLICA TRIGGER table_changed_row;
CREATE TRIGGER policy_truncate BEFORE TRUNCATE ON aftersales.role_conflict
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.policy_truncate();
