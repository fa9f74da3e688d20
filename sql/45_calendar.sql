-- 45_calendar.sql: functions over calendars, and their triggers.

CREATE FUNCTION aftersales.calendar_row_check() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'as_calendar_row_check';
COMMENT ON FUNCTION aftersales.calendar_row_check() IS 'BEFORE ROW on calendar tables: what a row may say.';

CREATE FUNCTION aftersales.calendar_record() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'as_calendar_record';
COMMENT ON FUNCTION aftersales.calendar_record() IS 'AFTER STATEMENT on calendar tables: gives changed calendars a new revision and records what came and went.';

CREATE FUNCTION aftersales.calendar_protect() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'as_calendar_protect';
COMMENT ON FUNCTION aftersales.calendar_protect() IS 'BEFORE STATEMENT on the history of calendars: refuses direct writes; on calendar tables: refuses TRUNCATE (SV004).';

CREATE FUNCTION aftersales.add_working_time(start timestamptz, amount interval, calendar text) RETURNS timestamptz
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'as_add_working_time_sql';
COMMENT ON FUNCTION aftersales.add_working_time(timestamptz, interval, text) IS 'When so much open time of the calendar has passed since start; negative amounts go back. What runs out exactly at closing ends at closing; a zero amount ends at start. The amount is hours, minutes, seconds (22023 otherwise). SV011: unknown or unsound calendar, no open time ahead.';
CREATE FUNCTION aftersales.working_time_between("from" timestamptz, "to" timestamptz, calendar text) RETURNS interval
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'as_working_time_between_sql';
COMMENT ON FUNCTION aftersales.working_time_between(timestamptz, timestamptz, text) IS 'Open time of the calendar between two instants, in hours, minutes, seconds; negative when they are swapped.';
CREATE FUNCTION aftersales.add_working_days(start timestamptz, days integer, calendar text) RETURNS timestamptz
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'as_add_working_days_sql';
COMMENT ON FUNCTION aftersales.add_working_days(timestamptz, integer, text) IS 'End (23:59:59.999999 local) of the n-th working day after the day of start; 0: end of the day of start, working or not; negative: end of the n-th working day before it.';
CREATE FUNCTION aftersales.is_working_time(at timestamptz, calendar text) RETURNS boolean
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'as_is_working_time_sql';
COMMENT ON FUNCTION aftersales.is_working_time(timestamptz, text) IS 'Whether the calendar is open at that instant: at opening it is, at closing it is not.';
CREATE FUNCTION aftersales.next_working_time(at timestamptz, calendar text) RETURNS timestamptz
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'as_next_working_time_sql';
COMMENT ON FUNCTION aftersales.next_working_time(timestamptz, text) IS 'The instant itself when the calendar is open then, else its next opening.';
CREATE FUNCTION aftersales.calendar_known_until(calendar text) RETURNS date
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'as_calendar_known_until_sql';
COMMENT ON FUNCTION aftersales.calendar_known_until(text) IS 'Last day that an official notice covers: the calendar''s known_until, else that of the calendar it takes holidays from. NULL: needs no notice.';

CREATE TRIGGER calendar_row_check BEFORE INSERT OR UPDATE OR DELETE ON aftersales.calendar
    FOR EACH ROW EXECUTE FUNCTION aftersales.calendar_row_check();
CREATE TRIGGER calendar_record_insert AFTER INSERT ON aftersales.calendar
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION aftersales.calendar_record();
CREATE TRIGGER calendar_record_update AFTER UPDATE ON aftersales.calendar
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION aftersales.calendar_record();
CREATE TRIGGER calendar_record_delete AFTER DELETE ON aftersales.calendar
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION aftersales.calendar_record();
CREATE TRIGGER calendar_protect BEFORE TRUNCATE ON aftersales.calendar
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.calendar_protect();
CREATE TRIGGER table_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON aftersales.calendar
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.table_changed();
CREATE TRIGGER table_changed_row AFTER INSERT OR UPDATE OR DELETE ON aftersales.calendar
    FOR EACH ROW EXECUTE FUNCTION aftersales.table_changed();
ALTER TABLE aftersales.calendar ENABLE ALWAYS TRIGGER table_changed, ENABLE REPLICA TRIGGER table_changed_row;
CREATE TRIGGER calendar_row_check BEFORE INSERT OR UPDATE OR DELETE ON aftersales.calendar_hours
    FOR EACH ROW EXECUTE FUNCTION aftersales.calendar_row_check();
CREATE TRIGGER calendar_record_insert AFTER INSERT ON aftersales.calendar_hours
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION aftersales.calendar_record();
CREATE TRIGGER calendar_record_update AFTER UPDATE ON aftersales.calendar_hours
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION aftersales.calendar_record();
CREATE TRIGGER calendar_record_delete AFTER DELETE ON aftersales.calendar_hours
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION aftersales.calendar_record();
CREATE TRIGGER calendar_protect BEFORE TRUNCATE ON aftersales.calendar_hours
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.calendar_protect();
CREATE TRIGGER table_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON aftersales.calendar_hours
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.table_changed();
CREATE TRIGGER table_changed_row AFTER INSERT OR UPDATE OR DELETE ON aftersales.calendar_hours
    FOR EACH ROW EXECUTE FUNCTION aftersales.table_changed();
ALTER TABLE aftersales.calendar_hours ENABLE ALWAYS TRIGGER table_changed, ENABLE REPLICA TRIGGER table_changed_row;
CREATE TRIGGER calendar_row_check BEFORE INSERT OR UPDATE OR DELETE ON aftersales.calendar_day
    FOR EACH ROW EXECUTE FUNCTION aftersales.calendar_row_check();
CREATE TRIGGER calendar_record_insert AFTER INSERT ON aftersales.calendar_day
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION aftersales.calendar_record();
CREATE TRIGGER calendar_record_update AFTER UPDATE ON aftersales.calendar_day
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION aftersales.calendar_record();
CREATE TRIGGER calendar_record_delete AFTER DELETE ON aftersales.calendar_day
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION aftersales.calendar_record();
CREATE TRIGGER calendar_protect BEFORE TRUNCATE ON aftersales.calendar_day
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.calendar_protect();
CREATE TRIGGER table_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON aftersales.calendar_day
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.table_changed();
CREATE TRIGGER table_changed_row AFTER INSERT OR UPDATE OR DELETE ON aftersales.calendar_day
    FOR EACH ROW EXECUTE FUNCTION aftersales.table_changed();
ALTER TABLE aftersales.calendar_day ENABLE ALWAYS TRIGGER table_changed, ENABLE REPLICA TRIGGER table_changed_row;
CREATE TRIGGER calendar_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON aftersales.calendar_revision
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.calendar_protect();
CREATE TRIGGER calendar_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON aftersales.calendar_history
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.calendar_protect();
