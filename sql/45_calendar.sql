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
CREATE FUNCTION aftersales.install_calendar(calendar text) RETURNS boolean
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'as_install_calendar';
COMMENT ON FUNCTION aftersales.install_calendar(text) IS 'Installs a ready calendar: always, cn. Returns false, and changes nothing, when a calendar of that name is there. SV010: no such calendar ships.';
CREATE FUNCTION aftersales.load_calendar_days(calendar text, days jsonb) RETURNS integer
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'as_load_calendar_days';
COMMENT ON FUNCTION aftersales.load_calendar_days(text, jsonb) IS 'Loads an official notice: an array of {day, is_working, name, opens, closes}, or {known_until, days: [...]}. Replaces the rows of the dates named, in one revision, and moves known_until forward to the one given; returns the number of rows. SV010: unknown calendar; 22023: the notice cannot be read.';

CREATE FUNCTION aftersales.check_calendar(calendar text)
    RETURNS TABLE (severity text, item text, problem text)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH RECURSIVE chain AS (
        -- the calendar and those whose dated rows it takes, nearest first
        SELECT c.calendar, c.holidays_from, c.known_until, 0 AS depth, ARRAY[c.calendar] AS path
        FROM aftersales.calendar c WHERE c.calendar = check_calendar.calendar
        UNION ALL
        SELECT c.calendar, c.holidays_from, c.known_until, h.depth + 1, h.path || c.calendar
        FROM chain h JOIN aftersales.calendar c ON c.calendar = h.holidays_from
        WHERE c.calendar <> ALL (h.path)
    ), weekly AS (
        SELECT w.weekday, w.opens, w.closes FROM aftersales.calendar_hours w
        WHERE w.calendar = check_calendar.calendar
    ), dated AS (
        SELECT h.depth, d.calendar, d.day, d.is_working, d.opens, d.closes
        FROM chain h JOIN aftersales.calendar_day d ON d.calendar = h.calendar
    ), known (until) AS (
        SELECT h.known_until FROM chain h WHERE h.known_until IS NOT NULL ORDER BY h.depth LIMIT 1
    ), present AS (
        SELECT w.weekday, NULL::date AS day, NULL::boolean AS is_working, w.opens, w.closes, NULL::text AS name, 1 AS weight
        FROM aftersales.calendar_hours w WHERE w.calendar = check_calendar.calendar
        UNION ALL
        SELECT NULL, d.day, d.is_working, d.opens, d.closes, d.name, 1
        FROM aftersales.calendar_day d WHERE d.calendar = check_calendar.calendar
        UNION ALL
        SELECT r.weekday, r.day, r.is_working, r.opens, r.closes, r.name, CASE WHEN r.is_added THEN -1 ELSE 1 END
        FROM aftersales.calendar_history r WHERE r.calendar = check_calendar.calendar
    )
    SELECT 'error', check_calendar.calendar, 'there is no such calendar'
    WHERE NOT EXISTS (SELECT FROM chain)
    UNION ALL
    SELECT 'error', h.calendar, 'takes holidays from ' || h.holidays_from || ', which is not there'
    FROM chain h
    WHERE NOT EXISTS (SELECT FROM aftersales.calendar c WHERE c.calendar = h.holidays_from) AND h.holidays_from IS NOT NULL
    UNION ALL
    SELECT 'error', h.calendar, 'takes holidays in a circle'
    FROM chain h WHERE h.holidays_from = ANY (h.path)
    UNION ALL
    SELECT 'error', check_calendar.calendar, 'is never open: it has neither weekly hours nor a dated working day'
    WHERE EXISTS (SELECT FROM chain) AND NOT EXISTS (SELECT FROM weekly)
      AND NOT EXISTS (SELECT FROM dated d WHERE d.is_working)
    UNION ALL
    SELECT 'error', d.day::text, 'a working day without hours, and there are no weekly hours'
    FROM dated d WHERE d.is_working AND d.opens IS NULL AND NOT EXISTS (SELECT FROM weekly)
    UNION ALL
    SELECT DISTINCT 'error', 'weekday ' || a.weekday, 'hours overlap'
    FROM weekly a JOIN weekly b ON b.weekday = a.weekday AND a.opens < b.opens AND b.opens < a.closes
    UNION ALL
    SELECT DISTINCT 'error', a.day::text, 'rows contradict each other'
    FROM dated a JOIN dated b ON b.calendar = a.calendar AND b.day = a.day
     AND (a.opens IS NULL AND b.opens IS NOT NULL OR a.opens < b.opens AND b.opens < a.closes)
    UNION ALL
    SELECT 'error', coalesce('weekday ' || p.weekday, p.day::text), 'is not as it was recorded in calendar_history'
    FROM present p
    GROUP BY p.weekday, p.day, p.is_working, p.opens, p.closes, p.name
    HAVING sum(p.weight) <> 0
    UNION ALL
    SELECT 'notice', check_calendar.calendar, 'holidays are known until ' || k.until || ' only: call load_calendar_days() with the next notice'
    FROM known k WHERE k.until < (aftersales.now() AT TIME ZONE 'UTC')::date + 31;
END;
COMMENT ON FUNCTION aftersales.check_calendar(text) IS 'What is wrong with a calendar: severity error (it cannot be used) or notice (known_until has passed, or will within a month); no error row when sound.';


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
