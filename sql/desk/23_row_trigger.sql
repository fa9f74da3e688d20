-- Triggers of the tables whose rows belong to a ticket.

CREATE TRIGGER aftersales_begin BEFORE INSERT OR UPDATE ON @desk@.visit
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.statement_begin();
CREATE TRIGGER aftersales_judge BEFORE INSERT OR UPDATE OR DELETE ON @desk@.visit
    FOR EACH ROW EXECUTE FUNCTION aftersales.row_judge('visit');
CREATE TRIGGER aftersales_record_insert AFTER INSERT ON @desk@.visit
    REFERENCING NEW TABLE AS new_row
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.row_record('visit');
CREATE TRIGGER aftersales_record_update AFTER UPDATE ON @desk@.visit
    REFERENCING NEW TABLE AS new_row
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.row_record('visit');
CREATE TRIGGER aftersales_protect BEFORE TRUNCATE ON @desk@.visit
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.protect();

CREATE TRIGGER aftersales_begin BEFORE INSERT OR UPDATE ON @desk@.custody
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.statement_begin();
CREATE TRIGGER aftersales_judge BEFORE INSERT OR UPDATE OR DELETE ON @desk@.custody
    FOR EACH ROW EXECUTE FUNCTION aftersales.row_judge('custody');
CREATE TRIGGER aftersales_record_insert AFTER INSERT ON @desk@.custody
    REFERENCING NEW TABLE AS new_row
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.row_record('custody');
CREATE TRIGGER aftersales_record_update AFTER UPDATE ON @desk@.custody
    REFERENCING NEW TABLE AS new_row
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.row_record('custody');
CREATE TRIGGER aftersales_protect BEFORE TRUNCATE ON @desk@.custody
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.protect();

CREATE TRIGGER aftersales_begin BEFORE INSERT OR UPDATE ON @desk@.evidence
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.statement_begin();
CREATE TRIGGER aftersales_judge BEFORE INSERT OR UPDATE OR DELETE ON @desk@.evidence
    FOR EACH ROW EXECUTE FUNCTION aftersales.row_judge('evidence');
CREATE TRIGGER aftersales_record_insert AFTER INSERT ON @desk@.evidence
    REFERENCING NEW TABLE AS new_row
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.row_record('evidence');
CREATE TRIGGER aftersales_record_update AFTER UPDATE ON @desk@.evidence
    REFERENCING NEW TABLE AS new_row
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.row_record('evidence');
CREATE TRIGGER aftersales_protect BEFORE TRUNCATE ON @desk@.evidence
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.protect();

CREATE TRIGGER aftersales_begin BEFORE INSERT OR UPDATE ON @desk@.document
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.statement_begin();
CREATE TRIGGER aftersales_judge BEFORE INSERT OR UPDATE OR DELETE ON @desk@.document
    FOR EACH ROW EXECUTE FUNCTION aftersales.row_judge('document');
CREATE TRIGGER aftersales_record_insert AFTER INSERT ON @desk@.document
    REFERENCING NEW TABLE AS new_row
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.row_record('document');
CREATE TRIGGER aftersales_record_update AFTER UPDATE ON @desk@.document
    REFERENCING NEW TABLE AS new_row
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.row_record('document');
CREATE TRIGGER aftersales_protect BEFORE TRUNCATE ON @desk@.document
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.protect();

CREATE TRIGGER aftersales_begin BEFORE INSERT OR UPDATE ON @desk@.quote_item
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.statement_begin();
CREATE TRIGGER aftersales_judge BEFORE INSERT OR UPDATE OR DELETE ON @desk@.quote_item
    FOR EACH ROW EXECUTE FUNCTION aftersales.row_judge('quote_item');
CREATE TRIGGER aftersales_record_insert AFTER INSERT ON @desk@.quote_item
    REFERENCING NEW TABLE AS new_row
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.row_record('quote_item');
CREATE TRIGGER aftersales_record_update AFTER UPDATE ON @desk@.quote_item
    REFERENCING NEW TABLE AS new_row
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.row_record('quote_item');
CREATE TRIGGER aftersales_protect BEFORE TRUNCATE ON @desk@.quote_item
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.protect();
