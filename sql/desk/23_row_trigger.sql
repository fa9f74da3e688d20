-- Triggers of a table whose rows are judged by aftersales.row_judge().
-- create_desk() runs this for each of them, with @table@ replaced.

CREATE TRIGGER aftersales_begin BEFORE INSERT OR UPDATE ON @desk@.@table@
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.statement_begin();
CREATE TRIGGER aftersales_judge BEFORE INSERT OR UPDATE OR DELETE ON @desk@.@table@
    FOR EACH ROW EXECUTE FUNCTION aftersales.row_judge('@table@');
CREATE TRIGGER aftersales_record_insert AFTER INSERT ON @desk@.@table@
    REFERENCING NEW TABLE AS new_row
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.row_record('@table@');
CREATE TRIGGER aftersales_record_update AFTER UPDATE ON @desk@.@table@
    REFERENCING NEW TABLE AS new_row
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.row_record('@table@');
CREATE TRIGGER aftersales_protect BEFORE TRUNCATE ON @desk@.@table@
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.protect();
