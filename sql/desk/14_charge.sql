-- A desk's prices, and what is charged and paid.

CREATE TABLE @desk@.price_list (LIKE aftersales.price_list_template INCLUDING ALL);
ALTER TABLE @desk@.price_list
    ADD CONSTRAINT price_list_overlap_excl EXCLUDE USING gist (
        aftersales.text_range(policy, policy, '[]') WITH =, aftersales.text_range(list, list, '[]') WITH =, valid WITH &&);
CREATE INDEX price_list_list_idx ON @desk@.price_list (policy, list);
COMMENT ON TABLE @desk@.price_list IS 'One row per price list and the days on which it is in force; of one list only one row at a time.';

CREATE TABLE @desk@.price (LIKE aftersales.price_template INCLUDING ALL);
ALTER TABLE @desk@.price
    ADD CONSTRAINT price_list_fkey FOREIGN KEY (price_list_id) REFERENCES @desk@.price_list (price_list_id),
    ADD CONSTRAINT price_item_key UNIQUE (price_list_id, item);
COMMENT ON TABLE @desk@.price IS 'One row per item of a price list. A price that a charge cites is fixed.';

CREATE TABLE @desk@.charge (LIKE aftersales.charge_template INCLUDING ALL);
ALTER TABLE @desk@.charge
    ADD CONSTRAINT charge_ticket_fkey FOREIGN KEY (ticket_id) REFERENCES @desk@.ticket (ticket_id),
    ADD CONSTRAINT charge_price_fkey FOREIGN KEY (price_id) REFERENCES @desk@.price (price_id),
    ADD CONSTRAINT charge_credit_fkey FOREIGN KEY (credit_of) REFERENCES @desk@.charge (charge_id);
CREATE INDEX charge_ticket_idx ON @desk@.charge (ticket_id);
CREATE INDEX charge_price_idx ON @desk@.charge (price_id) WHERE price_id IS NOT NULL;
CREATE INDEX charge_credit_idx ON @desk@.charge (credit_of) WHERE credit_of IS NOT NULL;
CREATE INDEX charge_rule_idx ON @desk@.charge (policy, rule, charged_at);
COMMENT ON TABLE @desk@.charge IS 'One row per charge or credit line, of a ticket or, for fines, of none. Judged by the policy''s charge_rule; append-only, what was wrong is put right by a credit line.';

CREATE TABLE @desk@.payment (LIKE aftersales.payment_template INCLUDING ALL);
ALTER TABLE @desk@.payment
    ADD CONSTRAINT payment_charge_fkey FOREIGN KEY (charge_id) REFERENCES @desk@.charge (charge_id),
    ADD CONSTRAINT payment_ticket_fkey FOREIGN KEY (ticket_id) REFERENCES @desk@.ticket (ticket_id);
CREATE INDEX payment_charge_idx ON @desk@.payment (charge_id);
CREATE INDEX payment_ticket_idx ON @desk@.payment (ticket_id) WHERE ticket_id IS NOT NULL;
COMMENT ON TABLE @desk@.payment IS 'One row per payment of a charge, or repayment of a credit line; yields the event payment:received. Append-only.';

CREATE TABLE @desk@.delay_excuse (LIKE aftersales.delay_excuse_template INCLUDING ALL);
ALTER TABLE @desk@.delay_excuse
    ADD CONSTRAINT delay_excuse_ticket_fkey FOREIGN KEY (ticket_id) REFERENCES @desk@.ticket (ticket_id);
CREATE INDEX delay_excuse_ticket_idx ON @desk@.delay_excuse (ticket_id);
COMMENT ON TABLE @desk@.delay_excuse IS 'One row per span of days by which a clock was late for a cause that nobody answers for: no compensation is owed for them.';
