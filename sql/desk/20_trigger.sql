-- A desk's triggers.  BEFORE STATEMENT pins the policy, BEFORE ROW judges and
-- changes nothing but NEW, AFTER STATEMENT records.

CREATE TRIGGER aftersales_begin BEFORE INSERT OR UPDATE ON @desk@.ticket
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.statement_begin();
CREATE TRIGGER aftersales_judge BEFORE INSERT OR UPDATE ON @desk@.ticket
    FOR EACH ROW EXECUTE FUNCTION aftersales.ticket_judge();
CREATE TRIGGER aftersales_record_insert AFTER INSERT ON @desk@.ticket
    REFERENCING NEW TABLE AS new_row
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.ticket_record();
CREATE TRIGGER aftersales_record_update AFTER UPDATE ON @desk@.ticket
    REFERENCING OLD TABLE AS old_row NEW TABLE AS new_row
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.ticket_record();
CREATE TRIGGER aftersales_protect BEFORE DELETE OR TRUNCATE ON @desk@.ticket
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.protect();

CREATE TRIGGER aftersales_begin BEFORE INSERT ON @desk@.ticket_event
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.statement_begin();
CREATE TRIGGER aftersales_number BEFORE INSERT ON @desk@.ticket_event
    FOR EACH ROW EXECUTE FUNCTION aftersales.event_number();
CREATE TRIGGER aftersales_record AFTER INSERT ON @desk@.ticket_event
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.event_record();
CREATE TRIGGER aftersales_protect BEFORE UPDATE OR DELETE OR TRUNCATE ON @desk@.ticket_event
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.protect();

CREATE TRIGGER aftersales_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON @desk@.event_private
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.protect();
CREATE TRIGGER aftersales_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON @desk@.sla_clock
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.protect();
CREATE TRIGGER aftersales_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON @desk@.sla_breach
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.protect();
CREATE TRIGGER aftersales_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON @desk@.sla_escalation
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.protect();
CREATE TRIGGER aftersales_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON @desk@.outbox
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.protect();
CREATE TRIGGER aftersales_wake AFTER INSERT ON @desk@.outbox
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.outbox_written();

CREATE TRIGGER aftersales_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON @desk@.ticket_match
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.protect();

-- What is recorded besides the status becomes events.
CREATE TRIGGER aftersales_begin BEFORE INSERT ON @desk@.promise
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.statement_begin();
CREATE TRIGGER aftersales_judge BEFORE INSERT ON @desk@.promise
    FOR EACH ROW EXECUTE FUNCTION aftersales.promise_judge();
CREATE TRIGGER aftersales_record AFTER INSERT ON @desk@.promise
    REFERENCING NEW TABLE AS new_row
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.promise_record();
CREATE TRIGGER aftersales_protect BEFORE UPDATE OR DELETE OR TRUNCATE ON @desk@.promise
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.protect();

CREATE TRIGGER aftersales_begin BEFORE INSERT ON @desk@.approval
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.statement_begin();
CREATE TRIGGER aftersales_judge BEFORE INSERT ON @desk@.approval
    FOR EACH ROW EXECUTE FUNCTION aftersales.approval_judge();
CREATE TRIGGER aftersales_record AFTER INSERT ON @desk@.approval
    REFERENCING NEW TABLE AS new_row
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.approval_record();
CREATE TRIGGER aftersales_protect BEFORE UPDATE OR DELETE OR TRUNCATE ON @desk@.approval
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.protect();

CREATE TRIGGER aftersales_begin BEFORE INSERT OR UPDATE ON @desk@.contact
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.statement_begin();
CREATE TRIGGER aftersales_judge BEFORE UPDATE OR DELETE ON @desk@.contact
    FOR EACH ROW EXECUTE FUNCTION aftersales.contact_judge();
CREATE TRIGGER aftersales_record_insert AFTER INSERT ON @desk@.contact
    REFERENCING NEW TABLE AS new_row
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.contact_record();
CREATE TRIGGER aftersales_record_update AFTER UPDATE ON @desk@.contact
    REFERENCING OLD TABLE AS old_row NEW TABLE AS new_row
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.contact_record();
CREATE TRIGGER aftersales_protect BEFORE TRUNCATE ON @desk@.contact
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.protect();

-- Who may decide.
CREATE TRIGGER aftersales_judge BEFORE INSERT OR UPDATE OR DELETE ON @desk@.delegation
    FOR EACH ROW EXECUTE FUNCTION aftersales.delegation_judge();
CREATE TRIGGER aftersales_protect BEFORE TRUNCATE ON @desk@.delegation
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.protect();
CREATE TRIGGER aftersales_judge BEFORE INSERT OR UPDATE ON @desk@.staff_role
    FOR EACH ROW EXECUTE FUNCTION aftersales.role_judge();

-- What judging caches of these tables is dropped when they change; on a
-- logical subscriber by row, since that is all it fires.
CREATE TRIGGER aftersales_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON @desk@.staff
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.table_changed();
CREATE TRIGGER aftersales_changed_row AFTER INSERT OR UPDATE OR DELETE ON @desk@.staff
    FOR EACH ROW EXECUTE FUNCTION aftersales.table_changed();
ALTER TABLE @desk@.staff ENABLE ALWAYS TRIGGER aftersales_changed, ENABLE REPLICA TRIGGER aftersales_changed_row;
CREATE TRIGGER aftersales_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON @desk@.staff_role
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.table_changed();
CREATE TRIGGER aftersales_changed_row AFTER INSERT OR UPDATE OR DELETE ON @desk@.staff_role
    FOR EACH ROW EXECUTE FUNCTION aftersales.table_changed();
ALTER TABLE @desk@.staff_role ENABLE ALWAYS TRIGGER aftersales_changed, ENABLE REPLICA TRIGGER aftersales_changed_row;
CREATE TRIGGER aftersales_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON @desk@.application
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.table_changed();
CREATE TRIGGER aftersales_changed_row AFTER INSERT OR UPDATE OR DELETE ON @desk@.application
    FOR EACH ROW EXECUTE FUNCTION aftersales.table_changed();
ALTER TABLE @desk@.application ENABLE ALWAYS TRIGGER aftersales_changed, ENABLE REPLICA TRIGGER aftersales_changed_row;
CREATE TRIGGER aftersales_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON @desk@.desk_setting
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.table_changed();
CREATE TRIGGER aftersales_changed_row AFTER INSERT OR UPDATE OR DELETE ON @desk@.desk_setting
    FOR EACH ROW EXECUTE FUNCTION aftersales.table_changed();
ALTER TABLE @desk@.desk_setting ENABLE ALWAYS TRIGGER aftersales_changed, ENABLE REPLICA TRIGGER aftersales_changed_row;
