-- Triggers of prices, charges and payments.  A price that no charge cites may be
-- deleted; one that is cited is kept by the charge's foreign key.

CREATE TRIGGER aftersales_begin BEFORE INSERT OR UPDATE ON @desk@.charge
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.statement_begin();
CREATE TRIGGER aftersales_judge BEFORE INSERT OR UPDATE OR DELETE ON @desk@.charge
    FOR EACH ROW EXECUTE FUNCTION aftersales.row_judge('charge');
CREATE TRIGGER aftersales_record_insert AFTER INSERT ON @desk@.charge
    REFERENCING NEW TABLE AS new_row
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.row_record('charge');
CREATE TRIGGER aftersales_record_update AFTER UPDATE ON @desk@.charge
    REFERENCING NEW TABLE AS new_row
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.row_record('charge');
CREATE TRIGGER aftersales_protect BEFORE TRUNCATE ON @desk@.charge
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.protect();

CREATE TRIGGER aftersales_begin BEFORE INSERT OR UPDATE ON @desk@.payment
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.statement_begin();
CREATE TRIGGER aftersales_judge BEFORE INSERT OR UPDATE OR DELETE ON @desk@.payment
    FOR EACH ROW EXECUTE FUNCTION aftersales.row_judge('payment');
CREATE TRIGGER aftersales_record_insert AFTER INSERT ON @desk@.payment
    REFERENCING NEW TABLE AS new_row
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.row_record('payment');
CREATE TRIGGER aftersales_record_update AFTER UPDATE ON @desk@.payment
    REFERENCING NEW TABLE AS new_row
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.row_record('payment');
CREATE TRIGGER aftersales_protect BEFORE TRUNCATE ON @desk@.payment
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.protect();

CREATE TRIGGER aftersales_begin BEFORE INSERT OR UPDATE ON @desk@.delay_excuse
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.statement_begin();
CREATE TRIGGER aftersales_judge BEFORE INSERT OR UPDATE OR DELETE ON @desk@.delay_excuse
    FOR EACH ROW EXECUTE FUNCTION aftersales.row_judge('delay_excuse');
CREATE TRIGGER aftersales_record_insert AFTER INSERT ON @desk@.delay_excuse
    REFERENCING NEW TABLE AS new_row
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.row_record('delay_excuse');
CREATE TRIGGER aftersales_record_update AFTER UPDATE ON @desk@.delay_excuse
    REFERENCING NEW TABLE AS new_row
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.row_record('delay_excuse');
CREATE TRIGGER aftersales_protect BEFORE TRUNCATE ON @desk@.delay_excuse
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.protect();

CREATE TRIGGER aftersales_begin BEFORE INSERT OR UPDATE ON @desk@.price_list
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.statement_begin();
CREATE TRIGGER aftersales_judge BEFORE INSERT OR UPDATE ON @desk@.price_list
    FOR EACH ROW EXECUTE FUNCTION aftersales.row_judge('price_list');
CREATE TRIGGER aftersales_record_insert AFTER INSERT ON @desk@.price_list
    REFERENCING NEW TABLE AS new_row
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.row_record('price_list');
CREATE TRIGGER aftersales_record_update AFTER UPDATE ON @desk@.price_list
    REFERENCING NEW TABLE AS new_row
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.row_record('price_list');
CREATE TRIGGER aftersales_protect BEFORE TRUNCATE ON @desk@.price_list
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.protect();

CREATE TRIGGER aftersales_begin BEFORE INSERT OR UPDATE ON @desk@.price
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.statement_begin();
CREATE TRIGGER aftersales_judge BEFORE INSERT OR UPDATE ON @desk@.price
    FOR EACH ROW EXECUTE FUNCTION aftersales.row_judge('price');
CREATE TRIGGER aftersales_record_insert AFTER INSERT ON @desk@.price
    REFERENCING NEW TABLE AS new_row
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.row_record('price');
CREATE TRIGGER aftersales_record_update AFTER UPDATE ON @desk@.price
    REFERENCING NEW TABLE AS new_row
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.row_record('price');
CREATE TRIGGER aftersales_protect BEFORE TRUNCATE ON @desk@.price
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.protect();
