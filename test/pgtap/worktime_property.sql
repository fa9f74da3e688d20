-- Working time against a slow version that is obviously right, on 10,000
-- random (calendar, start, amount) with a fixed seed, and its laws.
--
-- The slow version knows each minute of 40 days around a change of the clock:
-- a minute is open if it lies in a span of its own date; the beginning of a
-- span is the first minute at which the local clock shows it, or, where the
-- clock skips that time, what PostgreSQL makes of it.  Adding an amount is
-- then counting open minutes.
\set ECHO none
\set QUIET 1
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS aftersales;
SELECT plan(13);
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';

-- Every shape of hours in every zone; the first minute of the window.
CREATE TEMP TABLE zone (zone text, tz text, begins timestamptz);
INSERT INTO zone VALUES
    ('shanghai', 'Asia/Shanghai', '2026-04-20'), ('berlin_s', 'Europe/Berlin', '2026-03-10'), ('berlin_a', 'Europe/Berlin', '2026-10-05'),
    ('york_s', 'America/New_York', '2026-02-20'), ('york_a', 'America/New_York', '2026-10-12'), ('howe', 'Australia/Lord_Howe', '2026-03-20'),
    ('havana', 'America/Havana', '2026-10-12'), ('kolkata', 'Asia/Kolkata', '2026-06-01');
CREATE TEMP TABLE shape (shape text, days int[], opens time, closes time);
INSERT INTO shape VALUES
    ('office', '{1,2,3,4,5}', '08:30', '12:00'), ('office', '{1,2,3,4,5}', '13:30', '17:30'),
    ('round', '{1,2,3,4,5,6,7}', '00:00', '24:00'),
    ('night', '{1,2,4,6,7}', '22:00', '24:00'), ('night', '{1,2,3,5,7}', '00:00', '06:15'),
    ('early', '{1,2,3,4,5,6,7}', '00:30', '01:45'), ('early', '{1,2,3,4,5,6,7}', '02:30', '03:10'), ('early', '{7}', '03:20', '04:00');
CREATE TEMP TABLE cal AS
SELECT 'p_' || shape || '_' || zone AS calendar, zone, tz, begins, shape
FROM zone CROSS JOIN (SELECT DISTINCT shape FROM shape) s;
INSERT INTO aftersales.calendar (calendar, timezone) SELECT calendar, tz FROM cal;
INSERT INTO aftersales.calendar_hours (calendar, weekday, opens, closes)
SELECT c.calendar, d, s.opens, s.closes FROM cal c JOIN shape s USING (shape), unnest(s.days) d;
-- dated rows: a holiday, a make-up day without hours, a day of two spans
INSERT INTO aftersales.calendar_day (calendar, day, is_working, opens, closes)
SELECT c.calendar, c.begins::date + x.n, x.is_working, x.opens, x.closes
FROM cal c, (VALUES (8, false, NULL::time, NULL::time), (11, true, NULL, NULL), (19, true, '06:00', '06:45'), (19, true, '20:00', '24:00'), (26, true, NULL, NULL)) x (n, is_working, opens, closes);

-- The spans of each date, by the local clock
CREATE TEMP TABLE local_span AS
WITH date AS (
    SELECT c.calendar, c.tz, c.begins::date + n AS day FROM cal c, generate_series(-1, 41) n
)
SELECT e.calendar, e.tz, e.day, x.opens, x.closes
FROM date e
CROSS JOIN LATERAL (
    SELECT d.opens, d.closes FROM aftersales.calendar_day d
    WHERE d.calendar = e.calendar AND d.day = e.day AND d.opens IS NOT NULL
    UNION ALL
    SELECT h.opens, h.closes FROM aftersales.calendar_hours h
    WHERE h.calendar = e.calendar
      AND h.weekday = CASE WHEN EXISTS (SELECT FROM aftersales.calendar_day d WHERE d.calendar = e.calendar AND d.day = e.day)
                           THEN (SELECT 1 FROM aftersales.calendar_day d WHERE d.calendar = e.calendar AND d.day = e.day AND d.is_working AND d.opens IS NULL)
                           ELSE extract(isodow FROM e.day) END) x;

-- The instant at which a local clock shows a time first
CREATE FUNCTION pg_temp.instant(local timestamp, tz text) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT min(at) FROM (VALUES (local AT TIME ZONE tz), (local AT TIME ZONE tz - interval '30 minutes'), (local AT TIME ZONE tz - interval '1 hour')) v (at)
                     WHERE at AT TIME ZONE tz = local),
                    local AT TIME ZONE tz)
$$;
CREATE TEMP TABLE span AS
SELECT calendar, tz, day, pg_temp.instant(day + opens, tz) AS opens,
       pg_temp.instant(CASE closes WHEN '24:00' THEN day + 1 + time '0:00' ELSE day + closes END, tz) AS closes
FROM local_span;

-- Minute by minute: is it open, and how many open ones come before it
CREATE TEMP TABLE open_minute AS
SELECT DISTINCT s.calendar, at
FROM span s, generate_series(s.opens, s.closes - interval '1 minute', '1 minute') at
WHERE (at AT TIME ZONE s.tz)::date = s.day;
ANALYZE open_minute;
CREATE TEMP TABLE minute AS
SELECT m.calendar, m.at, m.open, count(*) FILTER (WHERE m.open) OVER (PARTITION BY m.calendar ORDER BY m.at) - m.open::int AS before
FROM (SELECT c.calendar, at, o.at IS NOT NULL AS open
      FROM cal c CROSS JOIN generate_series(c.begins, c.begins + interval '40 days' - interval '1 minute', '1 minute') at
      LEFT JOIN open_minute o USING (calendar, at)) m;
CREATE INDEX ON minute (calendar, at);
CREATE INDEX ON minute (calendar, before) WHERE open;
ANALYZE minute;
SELECT cmp_ok(count(*), '=', (SELECT count(*) * 40 * 1440 FROM cal), 'every minute of every calendar') FROM minute;

-- 10,000 cases that stay within the window
SELECT setseed(0.42);
CREATE TEMP TABLE sample AS
SELECT m.i, c.calendar, c.tz, c.begins + m.minutes * interval '1 minute' AS start, m.amount
FROM (SELECT i, 1 + floor(random() * (SELECT count(*) FROM cal))::int AS nth,
             15 * 1440 + floor(random() * 10 * 1440)::int AS minutes,
             (CASE i % 4 WHEN 0 THEN floor(random() * 60) WHEN 1 THEN floor(random() * 600) ELSE floor(random() * 1500) END
              * CASE i % 3 WHEN 0 THEN -1 ELSE 1 END)::int AS amount
      FROM generate_series(1, 10000) i) m
JOIN (SELECT *, row_number() OVER (ORDER BY calendar) AS nth FROM cal) c USING (nth);

CREATE TEMP TABLE answer AS
SELECT s.*, aftersales.add_working_time(s.start, s.amount * interval '1 minute', s.calendar) AS ours, x.slow
FROM sample s
JOIN minute b ON b.calendar = s.calendar AND b.at = s.start
CROSS JOIN LATERAL (
    SELECT CASE WHEN s.amount = 0 THEN s.start
                -- the end of the last minute that is needed
                WHEN s.amount > 0 THEN (SELECT m.at + interval '1 minute' FROM minute m WHERE m.calendar = s.calendar AND m.open AND m.before = b.before + s.amount - 1)
                -- the beginning of the first
                ELSE (SELECT m.at FROM minute m WHERE m.calendar = s.calendar AND m.open AND m.before = b.before + s.amount)
           END AS slow) x;
SELECT is(count(slow), 10000::bigint, 'all cases end within the window') FROM answer;
SELECT is_empty($$SELECT calendar, start, amount, ours, slow FROM answer WHERE slow IS NOT NULL AND ours <> slow ORDER BY i LIMIT 5$$,
    'add_working_time says what counting minutes says');
SELECT is_empty($$
    SELECT s.calendar, s.start, e.at FROM sample s
    JOIN minute b ON b.calendar = s.calendar AND b.at = s.start
    JOIN minute e ON e.calendar = s.calendar AND e.at = s.start + (s.amount * 7 % 10000) * interval '1 minute'
    WHERE aftersales.working_time_between(s.start, e.at, s.calendar) <> (e.before - b.before) * interval '1 minute' LIMIT 5$$,
    'working_time_between says what counting minutes says');
SELECT is_empty($$SELECT m.calendar, m.at FROM minute m WHERE m.at >= (SELECT c.begins FROM cal c WHERE c.calendar = m.calendar) + interval '1 day'
                    AND aftersales.is_working_time(m.at, m.calendar) <> m.open LIMIT 5$$, 'is_working_time is right for every minute');
SELECT is_empty($$SELECT s.calendar, s.start FROM sample s
    WHERE aftersales.next_working_time(s.start, s.calendar)
       <> (SELECT min(m.at) FROM minute m WHERE m.calendar = s.calendar AND m.open AND m.at >= s.start) LIMIT 5$$,
    'next_working_time is the next open minute');
SELECT is_empty($$
    WITH day AS (SELECT DISTINCT calendar, tz, day, row_number() OVER (PARTITION BY calendar ORDER BY day) AS n
                 FROM (SELECT DISTINCT calendar, tz, day FROM span) d)
    SELECT s.calendar, s.start FROM sample s CROSS JOIN LATERAL (SELECT 1 + s.i % 9 AS n) w
    WHERE aftersales.add_working_days(s.start, w.n, s.calendar)
       <> (SELECT pg_temp.instant(d.day + 1 + time '0:00', s.tz) - interval '1 microsecond' FROM day d
           WHERE d.calendar = s.calendar AND d.day > (s.start AT TIME ZONE s.tz)::date ORDER BY d.day OFFSET w.n - 1 LIMIT 1) LIMIT 5$$,
    'add_working_days counts the days that have spans');

-- The laws, to the microsecond
CREATE TEMP TABLE law AS
SELECT i, calendar, start + (i % 977) * interval '13.000007 seconds' AS x,
       (1 + i * 7919::bigint % 90000) * interval '1.000003 seconds' AS a, (1 + i * 104729::bigint % 70000) * interval '1.000001 seconds' AS b
FROM sample;
SELECT is_empty($$SELECT * FROM law WHERE aftersales.working_time_between(x, aftersales.add_working_time(x, a, calendar), calendar) <> a LIMIT 5$$,
    'what was added lies between');
SELECT is_empty($$SELECT * FROM law WHERE aftersales.working_time_between(x, aftersales.add_working_time(x, -a, calendar), calendar) <> -a LIMIT 5$$,
    'also backwards');
SELECT is_empty($$SELECT * FROM law WHERE aftersales.add_working_time(aftersales.add_working_time(x, a, calendar), b, calendar)
                                       <> aftersales.add_working_time(x, a + b, calendar) LIMIT 5$$,
    'adding twice is adding the sum');
SELECT is_empty($$SELECT * FROM law WHERE aftersales.add_working_time(aftersales.add_working_time(x, -a, calendar), -b, calendar)
                                       <> aftersales.add_working_time(x, -(a + b), calendar) LIMIT 5$$,
    'also backwards');
SELECT is_empty($$SELECT * FROM law WHERE aftersales.add_working_time(x, a + interval '1 microsecond', calendar) <= aftersales.add_working_time(x, a, calendar)
                                       OR aftersales.add_working_time(x + b, a, calendar) < aftersales.add_working_time(x, a, calendar) LIMIT 5$$,
    'more is later, and a later start is no earlier');
SELECT is_empty($$SELECT * FROM law WHERE NOT aftersales.is_working_time(aftersales.add_working_time(x, a, calendar) - interval '1 microsecond', calendar)
                                       OR NOT aftersales.is_working_time(aftersales.add_working_time(x, -a, calendar), calendar) LIMIT 5$$,
    'an amount runs out in open time, at its closing at the latest');
SELECT * FROM finish();
ROLLBACK;
