-- 44_charge.sql: functions about charges.

CREATE FUNCTION aftersales.charges_settled() RETURNS boolean
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'as_charges_settled';
COMMENT ON FUNCTION aftersales.charges_settled() IS 'Guard function: whether the customer owes nothing for the ticket in hand: every line of its quote whose payer is customer is charged in full, and every such charge is paid, credits counted. Not for charge_rule.';

CREATE FUNCTION aftersales.quote(ticket_id bigint, desk name DEFAULT NULL,
        OUT rule text, OUT kind text, OUT item text, OUT spec text, OUT label text, OUT quantity numeric,
        OUT unit_price numeric, OUT amount numeric, OUT currency text, OUT payer text, OUT payee text,
        OUT covered boolean, OUT price_id bigint, OUT charged_quantity numeric, OUT clauses text[])
    RETURNS SETOF record
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'as_quote_sql';
COMMENT ON FUNCTION aftersales.quote(bigint, name) IS 'What is owed for a ticket now: one row per charge rule, and item, whose condition is met, in the order of position. quantity NULL: whoever charges says how much. amount NULL: not known yet, for example no price in force or no warranty_class. covered: the warranty covers it, the amount is 0; NULL: not known. charged_quantity: how much of quantity is charged. Writes nothing and takes no locks. SV010: no such ticket.';

CREATE TRIGGER policy_row_check BEFORE INSERT OR UPDATE OR DELETE ON aftersales.charge_rule
    FOR EACH ROW EXECUTE FUNCTION aftersales.policy_row_check('condition', 'guard', 'requires', 'guard', 'amount', 'amount');
CREATE TRIGGER table_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON aftersales.charge_rule
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.table_changed();
CREATE TRIGGER table_changed_row AFTER INSERT OR UPDATE OR DELETE ON aftersales.charge_rule
    FOR EACH ROW EXECUTE FUNCTION aftersales.table_changed();
ALTER TABLE aftersales.charge_rule ENABLE ALWAYS TRIGGER table_changed, ENABLE REPLICA TRIGGER table_changed_row;
CREATE TRIGGER policy_truncate BEFORE TRUNCATE ON aftersales.charge_rule
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.policy_truncate();
