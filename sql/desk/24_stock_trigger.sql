-- Triggers of the spare-parts ledger.

CREATE TRIGGER aftersales_begin BEFORE INSERT ON @desk@.stock_move
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.statement_begin();
CREATE TRIGGER aftersales_judge BEFORE INSERT ON @desk@.stock_move
    FOR EACH ROW EXECUTE FUNCTION aftersales.stock_judge();
CREATE TRIGGER aftersales_record AFTER INSERT ON @desk@.stock_move
    REFERENCING NEW TABLE AS new_row
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.stock_record();
CREATE TRIGGER aftersales_protect BEFORE UPDATE OR DELETE OR TRUNCATE ON @desk@.stock_move
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.protect();
CREATE TRIGGER aftersales_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON @desk@.stock_balance
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.protect();
CREATE TRIGGER aftersales_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON @desk@.stock_serial
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.protect();
CREATE TRIGGER aftersales_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON @desk@.part_exchange
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.protect();

-- What moves have been judged by stays; what judging caches is dropped when
-- it changes, on a logical subscriber by row.
CREATE TRIGGER aftersales_fixed BEFORE UPDATE ON @desk@.part
    FOR EACH ROW EXECUTE FUNCTION aftersales.keep_fixed('part_no', 'exchange', 'is_serialised', 'unit', 'decimals');
CREATE TRIGGER aftersales_changed AFTER UPDATE OR DELETE OR TRUNCATE ON @desk@.part
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.table_changed();
CREATE TRIGGER aftersales_changed_row AFTER UPDATE OR DELETE ON @desk@.part
    FOR EACH ROW EXECUTE FUNCTION aftersales.table_changed();
ALTER TABLE @desk@.part ENABLE ALWAYS TRIGGER aftersales_changed, ENABLE REPLICA TRIGGER aftersales_changed_row;
CREATE TRIGGER aftersales_fixed BEFORE UPDATE ON @desk@.location_kind
    FOR EACH ROW EXECUTE FUNCTION aftersales.keep_fixed('kind', 'physical', 'in_hands');
CREATE TRIGGER aftersales_changed AFTER UPDATE OR DELETE OR TRUNCATE ON @desk@.location_kind
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.table_changed();
CREATE TRIGGER aftersales_changed_row AFTER UPDATE OR DELETE ON @desk@.location_kind
    FOR EACH ROW EXECUTE FUNCTION aftersales.table_changed();
ALTER TABLE @desk@.location_kind ENABLE ALWAYS TRIGGER aftersales_changed, ENABLE REPLICA TRIGGER aftersales_changed_row;
CREATE TRIGGER aftersales_fixed BEFORE UPDATE ON @desk@.stock_location
    FOR EACH ROW EXECUTE FUNCTION aftersales.keep_fixed('location', 'kind');
CREATE TRIGGER aftersales_changed AFTER UPDATE OR DELETE OR TRUNCATE ON @desk@.stock_location
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.table_changed();
CREATE TRIGGER aftersales_changed_row AFTER UPDATE OR DELETE ON @desk@.stock_location
    FOR EACH ROW EXECUTE FUNCTION aftersales.table_changed();
ALTER TABLE @desk@.stock_location ENABLE ALWAYS TRIGGER aftersales_changed, ENABLE REPLICA TRIGGER aftersales_changed_row;
