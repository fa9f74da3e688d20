-- A desk's tables of rows that belong to a ticket; their shapes are the
-- templates of sql/31_row_template.sql.

CREATE TABLE @desk@.visit (LIKE aftersales.visit_template INCLUDING ALL);
ALTER TABLE @desk@.visit
    ADD CONSTRAINT visit_ticket_fkey FOREIGN KEY (ticket_id) REFERENCES @desk@.ticket (ticket_id),
    ADD CONSTRAINT visit_engineer_fkey FOREIGN KEY (engineer) REFERENCES @desk@.staff (login),
    ADD CONSTRAINT visit_engineer_excl
        EXCLUDE USING gist (aftersales.text_range(engineer, engineer, '[]') WITH =, appointment WITH &&)
        WHERE (done_at IS NULL AND absent_at IS NULL AND cancelled_at IS NULL);
CREATE INDEX visit_ticket_idx ON @desk@.visit (ticket_id);
CREATE INDEX visit_engineer_idx ON @desk@.visit (engineer);
COMMENT ON TABLE @desk@.visit IS 'One row per appointment of an engineer with a customer, from planning to sign-off. Its times become events of the ticket.';

CREATE TABLE @desk@.custody (LIKE aftersales.custody_template INCLUDING ALL);
ALTER TABLE @desk@.custody
    ADD CONSTRAINT custody_ticket_fkey FOREIGN KEY (ticket_id) REFERENCES @desk@.ticket (ticket_id);
CREATE INDEX custody_ticket_idx ON @desk@.custody (ticket_id);
COMMENT ON TABLE @desk@.custody IS 'One row per machine taken in for repair, from receipt to release.';

CREATE TABLE @desk@.evidence (LIKE aftersales.evidence_template INCLUDING ALL);
ALTER TABLE @desk@.evidence
    ADD CONSTRAINT evidence_ticket_fkey FOREIGN KEY (ticket_id) REFERENCES @desk@.ticket (ticket_id);
CREATE INDEX evidence_ticket_idx ON @desk@.evidence (ticket_id);
COMMENT ON TABLE @desk@.evidence IS 'One row per piece of evidence for a ticket: photograph, signature, reading, test. Append-only.';

CREATE TABLE @desk@.document (LIKE aftersales.document_template INCLUDING ALL);
ALTER TABLE @desk@.document
    ADD CONSTRAINT document_ticket_fkey FOREIGN KEY (ticket_id) REFERENCES @desk@.ticket (ticket_id);
CREATE INDEX document_ticket_idx ON @desk@.document (ticket_id);
COMMENT ON TABLE @desk@.document IS 'One row per numbered form, slip or voucher of a ticket; used once.';

CREATE TABLE @desk@.quote_item (LIKE aftersales.quote_item_template INCLUDING ALL);
ALTER TABLE @desk@.quote_item
    ADD CONSTRAINT quote_item_ticket_fkey FOREIGN KEY (ticket_id) REFERENCES @desk@.ticket (ticket_id);
CREATE INDEX quote_item_ticket_idx ON @desk@.quote_item (ticket_id);
COMMENT ON TABLE @desk@.quote_item IS 'One row per item that a quote for the customer lists; what it costs says quote().';
