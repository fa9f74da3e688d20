-- Triggers on customers, contracts and units.

CREATE TRIGGER aftersales_judge BEFORE INSERT OR UPDATE ON @desk@.product_unit
    FOR EACH ROW EXECUTE FUNCTION aftersales.unit_judge();
