-- Calendar rows: what is refused when a row is written, when a calendar is
-- read, and when a notice is loaded, with the whole text.
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
SET client_min_messages = warning;
\set VERBOSITY verbose
\set SHOW_CONTEXT never
\pset null '-'
CREATE FUNCTION t.refusal(statement text, OUT state text, OUT message text, OUT detail text, OUT hint text, OUT "table" text)
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    message := 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
        hint = PG_EXCEPTION_HINT, "table" = TABLE_NAME;
END $$;
\x on
\t on
-- with a desk: an unfinished calendar concerns no clock there
SELECT aftersales.create_desk('row_desk');
INSERT INTO aftersales.calendar (calendar, timezone) VALUES ('row', 'UTC'), ('row_empty', 'UTC');
INSERT INTO aftersales.calendar (calendar, timezone, holidays_from) VALUES ('row_taker', 'UTC', 'row');
INSERT INTO aftersales.calendar_hours (calendar, weekday, opens, closes) VALUES ('row', 1, '08:00', '12:00');

-- calendar
SELECT * FROM t.refusal($$INSERT INTO aftersales.calendar (calendar, timezone) VALUES ('Bad Name', 'UTC')$$);
SELECT * FROM t.refusal($$INSERT INTO aftersales.calendar (calendar) VALUES ('no_zone')$$);
SELECT * FROM t.refusal($$INSERT INTO aftersales.calendar (calendar, timezone) VALUES ('zone', 'Middle/Earth')$$);
SELECT * FROM t.refusal($$UPDATE aftersales.calendar SET timezone = 'Asia/Shangai' WHERE calendar = 'row'$$);
SELECT * FROM t.refusal($$UPDATE aftersales.calendar SET known_until = 'infinity' WHERE calendar = 'row'$$);
SELECT * FROM t.refusal($$UPDATE aftersales.calendar SET holidays_from = 'nowhere' WHERE calendar = 'row'$$);
SELECT * FROM t.refusal($$UPDATE aftersales.calendar SET holidays_from = 'row_taker' WHERE calendar = 'row'$$);
SELECT * FROM t.refusal($$UPDATE aftersales.calendar SET calendar = 'rows' WHERE calendar = 'row'$$);
SELECT * FROM t.refusal($$UPDATE aftersales.calendar SET revision = 1 WHERE calendar = 'row'$$);
SELECT * FROM t.refusal($$DELETE FROM aftersales.calendar WHERE calendar = 'row'$$);
SELECT * FROM t.refusal($$TRUNCATE aftersales.calendar$$);
-- calendar_hours
SELECT * FROM t.refusal($$INSERT INTO aftersales.calendar_hours (calendar, weekday, opens, closes) VALUES ('row', 0, '08:00', '12:00')$$);
SELECT * FROM t.refusal($$INSERT INTO aftersales.calendar_hours (calendar, weekday, opens, closes) VALUES ('row', 1, '12:00', '08:00')$$);
SELECT * FROM t.refusal($$INSERT INTO aftersales.calendar_hours (calendar, weekday, opens, closes) VALUES ('row', 1, '12:00', '12:00')$$);
SELECT * FROM t.refusal($$INSERT INTO aftersales.calendar_hours (calendar, weekday, opens, closes) VALUES ('row', 1, '22:00', '06:00')$$);
SELECT * FROM t.refusal($$INSERT INTO aftersales.calendar_hours (calendar, weekday, opens, closes) VALUES ('nowhere', 1, '08:00', '12:00')$$);
SELECT * FROM t.refusal($$INSERT INTO aftersales.calendar_hours (calendar, weekday, opens, closes) VALUES ('row', 1, '08:00', '09:00')$$);
-- calendar_day
SELECT * FROM t.refusal($$INSERT INTO aftersales.calendar_day (calendar, day, is_working, opens, closes) VALUES ('row', '2026-03-02', false, '08:00', '12:00')$$);
SELECT * FROM t.refusal($$INSERT INTO aftersales.calendar_day (calendar, day, is_working, opens) VALUES ('row', '2026-03-02', true, '08:00')$$);
SELECT * FROM t.refusal($$INSERT INTO aftersales.calendar_day (calendar, day, is_working, opens, closes) VALUES ('row', '2026-03-02', true, '24:00', '24:00')$$);
SELECT * FROM t.refusal($$INSERT INTO aftersales.calendar_day (calendar, day, is_working) VALUES ('row', 'infinity', false)$$);
SELECT * FROM t.refusal($$INSERT INTO aftersales.calendar_day (calendar, day, is_working) VALUES ('nowhere', '2026-03-02', false)$$);
SELECT * FROM t.refusal($$INSERT INTO aftersales.calendar_day (calendar, day, is_working) VALUES ('row', '2026-03-02', false), ('row', '2026-03-02', true)$$);
-- history
SELECT * FROM t.refusal($$INSERT INTO aftersales.calendar_history (calendar, revision, is_added, weekday) VALUES ('row', 1, true, 1)$$);
SELECT * FROM t.refusal($$UPDATE aftersales.calendar_history SET is_added = false$$);
SELECT * FROM t.refusal($$DELETE FROM aftersales.calendar_revision$$);
SELECT * FROM t.refusal($$TRUNCATE aftersales.calendar_revision$$);
-- also while a dump is restored but for INSERT
SET check_function_bodies = off;
SELECT * FROM t.refusal($$UPDATE aftersales.calendar_history SET is_added = false$$);
SELECT * FROM t.refusal($$DELETE FROM aftersales.calendar_revision$$);
SELECT * FROM t.refusal($$UPDATE aftersales.calendar SET revision = 1 WHERE calendar = 'row'$$);
RESET check_function_bodies;

-- a calendar that cannot be used
SELECT * FROM t.refusal($$SELECT aftersales.is_working_time('2026-03-02', 'nowhere')$$);
SELECT * FROM t.refusal($$SELECT aftersales.is_working_time('2026-03-02', 'row@99')$$);
SELECT * FROM t.refusal($$SELECT aftersales.is_working_time('2026-03-02', 'row_empty')$$);
SELECT * FROM t.refusal($$INSERT INTO aftersales.calendar_day (calendar, day, is_working) VALUES ('row_empty', '2026-03-02', true); SELECT aftersales.is_working_time('2026-03-02', 'row_empty')$$);
SELECT * FROM t.refusal($$INSERT INTO aftersales.calendar_hours (calendar, weekday, opens, closes) VALUES ('row', 1, '11:59', '13:00'); SELECT aftersales.is_working_time('2026-03-02', 'row')$$);
SELECT * FROM t.refusal($$INSERT INTO aftersales.calendar_day (calendar, day, is_working, opens, closes) VALUES ('row', '2026-03-02', true, '08:00', '10:00'), ('row', '2026-03-02', true, '09:00', '11:00'); SELECT aftersales.is_working_time('2026-03-02', 'row')$$);
SELECT * FROM t.refusal($$INSERT INTO aftersales.calendar_day (calendar, day, is_working, opens, closes) VALUES ('row_empty', '2026-03-02', true, '08:00', '10:00'); SELECT aftersales.add_working_time('2026-03-02', '3:00', 'row_empty')$$);
SELECT * FROM t.refusal($$SELECT aftersales.add_working_time('infinity', '1:00', 'row')$$);
SELECT * FROM t.refusal($$SELECT aftersales.add_working_time('2026-03-02', '9999999:00', 'row')$$);
SELECT * FROM t.refusal($$SELECT aftersales.add_working_time('2026-03-02', '1 day', 'row')$$);

-- a notice that cannot be read; nothing of it is loaded
SELECT * FROM t.refusal($$SELECT aftersales.load_calendar_days('nowhere', '[]')$$);
SELECT * FROM t.refusal($$SELECT aftersales.load_calendar_days('row', '"2027-01-01"')$$);
SELECT * FROM t.refusal($$SELECT aftersales.load_calendar_days('row', '{"days": {}}')$$);
SELECT * FROM t.refusal($$SELECT aftersales.load_calendar_days('row', '{"known_until": 2027, "days": []}')$$);
SELECT * FROM t.refusal($$SELECT aftersales.load_calendar_days('row', '{"known_til": "2027-12-31", "days": []}')$$);
SELECT * FROM t.refusal($$SELECT aftersales.load_calendar_days('row', '["2027-01-01"]')$$);
SELECT * FROM t.refusal($$SELECT aftersales.load_calendar_days('row', '[{"day": "2027-01-01", "working": false}]')$$);
SELECT * FROM t.refusal($$SELECT aftersales.load_calendar_days('row', '[{"day": "2027-01-01", "is_working": false}, {"day": "2027-01-02", "is_working": "no"}]')$$);
SELECT * FROM t.refusal($$SELECT aftersales.load_calendar_days('row', '[{"is_working": false}]')$$);
SELECT * FROM t.refusal($$SELECT aftersales.load_calendar_days('row', '[{"day": "01/02/2027", "is_working": false}]')$$);
SELECT * FROM t.refusal($$SELECT aftersales.load_calendar_days('row', '[{"day": "2027-02-29", "is_working": false}]')$$);
SELECT * FROM t.refusal($$SELECT aftersales.load_calendar_days('row', '[{"day": "2027-01-01", "is_working": true, "opens": "8.30", "closes": "12:00"}]')$$);
SELECT * FROM t.refusal($$SELECT aftersales.load_calendar_days('row', '[{"day": "2027-01-01", "is_working": true, "opens": "08:30", "closes": "25:00"}]')$$);
SELECT * FROM t.refusal($$SELECT aftersales.load_calendar_days('row', '[{"day": "2027-01-01", "is_working": true, "opens": "08:30", "closes": "08:00"}]')$$);
SELECT * FROM t.refusal($$SELECT aftersales.load_calendar_days('row', '[{"day": "2027-01-01", "is_working": false}, {"day": "2027-01-01", "is_working": true}]')$$);
SELECT * FROM t.refusal($$SELECT aftersales.load_calendar_days('row', '[{"day": "2027-01-01", "is_working": true, "opens": "08:00", "closes": "10:00"}, {"day": "2027-01-01", "is_working": true, "opens": "09:00", "closes": "11:00"}]')$$);
SELECT * FROM t.refusal($$SELECT aftersales.load_calendar_days('row', '{"known_until": "2027-12-31", "days": [{"day": "2027-01-01", "is_working": true, "opens": "08:30", "closes": "08:00"}]}')$$);
\x off
SELECT calendar, known_until, revision FROM aftersales.calendar WHERE calendar LIKE 'row%' ORDER BY 1;
SELECT count(*) FROM aftersales.calendar_day WHERE calendar LIKE 'row%';
\t off
-- after an error in a batch the next statement is a revision of its own
INSERT INTO aftersales.calendar_day (calendar, day, is_working) VALUES ('row', '2026-03-09', false);
SELECT r.revision, h.day FROM aftersales.calendar_revision r LEFT JOIN aftersales.calendar_history h USING (calendar, revision)
WHERE calendar = 'row' ORDER BY 1;
SELECT calendar, revision, source_revision FROM aftersales.calendar_revision WHERE calendar = 'row_taker' ORDER BY 2;
-- with ON CONFLICT, MERGE and a CTE
INSERT INTO aftersales.calendar_hours (calendar, weekday, opens, closes) VALUES ('row', 1, '08:00', '11:00'), ('row', 2, '08:00', '11:00')
ON CONFLICT (calendar, weekday, opens) DO UPDATE SET closes = excluded.closes;
MERGE INTO aftersales.calendar_hours h USING (VALUES (1, '13:00'::time), (3, '14:00')) v (weekday, closes) ON h.calendar = 'row' AND h.weekday = v.weekday
WHEN MATCHED THEN DELETE
WHEN NOT MATCHED THEN INSERT (calendar, weekday, opens, closes) VALUES ('row', v.weekday, '08:00', v.closes);
WITH gone AS (DELETE FROM aftersales.calendar_hours WHERE calendar = 'row' AND weekday = 2 RETURNING *)
INSERT INTO aftersales.calendar_hours (calendar, weekday, opens, closes) SELECT calendar, 4, opens, closes FROM gone;
SELECT revision, is_added, weekday, opens, closes FROM aftersales.calendar_history WHERE calendar = 'row' AND revision > 3 ORDER BY 1, 2, 3;
SELECT * FROM aftersales.check_calendar('row');
DELETE FROM aftersales.calendar WHERE calendar IN ('row_taker');
DELETE FROM aftersales.calendar WHERE calendar LIKE 'row%';
DROP FUNCTION t.refusal(text);
DROP SCHEMA row_desk, row_desk_bi CASCADE;
