-- Working time: the edges of spans, days, weeks and zones, one case a line.
-- Expected values are worked out by hand.
\set ECHO none
\set QUIET 1
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS aftersales;
SELECT plan(125);
SET datestyle = 'ISO, YMD';

INSERT INTO aftersales.calendar (calendar, timezone) VALUES
    ('w_office', 'Asia/Shanghai'), ('w_night', 'Asia/Shanghai'), ('w_day', 'UTC'), ('w_museum', 'UTC'),
    ('w_berlin', 'Europe/Berlin'), ('w_berlin24', 'Europe/Berlin'), ('w_gap', 'Europe/Berlin'), ('w_late', 'America/New_York'),
    ('w_havana', 'America/Havana'), ('w_apia', 'Pacific/Apia'), ('w_howe', 'Australia/Lord_Howe'), ('w_johns', 'America/St_Johns'),
    ('w_once', 'UTC'), ('w_empty', 'UTC'), ('w_closed', 'UTC'), ('w_overlap', 'UTC'), ('w_twice', 'UTC'), ('w_makeup', 'UTC');
INSERT INTO aftersales.calendar_hours (calendar, weekday, opens, closes)
SELECT v.calendar, d, v.opens, v.closes
FROM (VALUES ('w_office', '{1,2,3,4,5}'::int[], '08:30'::time, '12:00'::time), ('w_office', '{1,2,3,4,5}', '13:30', '17:30'),
             ('w_night', '{1,2,3,4,5}', '22:00', '24:00'), ('w_night', '{2,3,4,5,6}', '00:00', '06:00'),
             ('w_day', '{1,2,3,4,5,6,7}', '00:00', '24:00'),
             ('w_museum', '{3}', '10:00', '12:00'), ('w_museum', '{7}', '10:00', '18:00'),
             ('w_berlin', '{1,2,3,4,5,6,7}', '01:00', '04:00'), ('w_berlin24', '{1,2,3,4,5,6,7}', '00:00', '24:00'),
             ('w_gap', '{7}', '02:30', '10:00'), ('w_gap', '{1}', '09:00', '10:00'),
             ('w_late', '{1,2,3,4,5,6,7}', '01:30', '03:00'),
             ('w_havana', '{1,2,3,4,5,6,7}', '00:00', '24:00'), ('w_apia', '{1,2,3,4,5,6,7}', '09:00', '17:00'),
             ('w_howe', '{1,2,3,4,5,6,7}', '01:00', '03:00'), ('w_johns', '{1,2,3,4,5,6,7}', '00:00', '24:00'),
             ('w_overlap', '{1}', '08:00', '12:00'), ('w_overlap', '{1}', '11:00', '13:00'),
             ('w_twice', '{1}', '08:00', '12:00'),
             ('w_makeup', '{1}', '08:00', '09:00'), ('w_makeup', '{1}', '10:00', '12:00'), ('w_makeup', '{5}', '08:00', '18:00')) v (calendar, days, opens, closes),
     unnest(v.days) d;
INSERT INTO aftersales.calendar_day (calendar, day, is_working, opens, closes, name) VALUES
    ('w_office', '2026-03-11', false, NULL, NULL, 'Founding day'),
    ('w_office', '2026-03-14', true, NULL, NULL, 'for Founding day'),
    ('w_office', '2026-03-18', true, '08:30', '10:00', 'short day'),
    ('w_office', '2026-03-19', true, '06:00', '07:00', 'split'), ('w_office', '2026-03-19', true, '23:00', '24:00', 'split'),
    ('w_makeup', '2026-03-07', true, NULL, NULL, NULL),
    ('w_museum', '2026-03-06', true, NULL, NULL, NULL),
    ('w_once', '2026-03-02', true, '08:00', '10:00', NULL), ('w_once', '2026-03-04', true, '08:00', '10:00', NULL),
    ('w_closed', '2026-03-02', false, NULL, NULL, NULL),
    ('w_twice', '2026-03-02', false, NULL, NULL, NULL), ('w_twice', '2026-03-02', true, '08:00', '09:00', NULL);

-- add_working_time: Monday 2026-03-02 to Friday 2026-03-06 are plain days
SELECT is(aftersales.add_working_time(start::timestamptz, amount, calendar), expected::timestamptz, calendar || ': ' || why)
FROM (VALUES
    ('w_office', '2026-03-02 09:00+08', '1:00'::interval, '2026-03-02 10:00+08', 'inside a span'),
    ('w_office', '2026-03-02 11:30+08', '1:00', '2026-03-02 14:00+08', 'over the break'),
    ('w_office', '2026-03-02 11:00+08', '1:00', '2026-03-02 12:00+08', 'running out exactly at closing'),
    ('w_office', '2026-03-02 11:00+08', '1:00:00.000001', '2026-03-02 13:30:00.000001+08', 'a microsecond more is after the break'),
    ('w_office', '2026-03-02 10:00+08', '6:00', '2026-03-02 17:30+08', 'exactly at the end of the day'),
    ('w_office', '2026-03-02 17:30+08', '1:00', '2026-03-03 09:30+08', 'started at closing'),
    ('w_office', '2026-03-02 12:00+08', '0:30', '2026-03-02 14:00+08', 'started at the break'),
    ('w_office', '2026-03-02 05:00+08', '0:30', '2026-03-02 09:00+08', 'started before opening'),
    ('w_office', '2026-03-02 08:30+08', '7:30', '2026-03-02 17:30+08', 'a whole day'),
    ('w_office', '2026-03-02 08:30+08', '15:00', '2026-03-03 17:30+08', 'two whole days end with the second'),
    ('w_office', '2026-03-06 17:00+08', '1:00', '2026-03-09 09:00+08', 'over the weekend'),
    ('w_office', '2026-03-07 12:00+08', '0:30', '2026-03-09 09:00+08', 'started on Saturday'),
    ('w_office', '2026-03-10 17:00+08', '1:00', '2026-03-12 09:00+08', 'over a holiday'),
    ('w_office', '2026-03-11 10:00+08', '1:00', '2026-03-12 09:30+08', 'started on a holiday'),
    ('w_office', '2026-03-13 17:00+08', '1:00', '2026-03-14 09:00+08', 'into a make-up Saturday'),
    ('w_office', '2026-03-13 17:00+08', '8:30', '2026-03-16 09:00+08', 'through a make-up Saturday'),
    ('w_office', '2026-03-18 09:30+08', '1:00', '2026-03-19 06:30+08', 'special hours of a day'),
    ('w_office', '2026-03-19 06:30+08', '1:30', '2026-03-20 00:00+08', 'several dated spans, ending at 24:00'),
    ('w_office', '2026-03-19 23:59+08', '0:02', '2026-03-20 08:31+08', 'past 24:00'),
    ('w_office', '2026-03-02 09:00+08', '0', '2026-03-02 09:00+08', 'zero while open'),
    ('w_office', '2026-03-07 12:34:56.789+08', '0', '2026-03-07 12:34:56.789+08', 'zero while closed'),
    ('w_office', '2026-03-02 10:00+08', '-1:00', '2026-03-02 09:00+08', 'backwards'),
    ('w_office', '2026-03-02 14:00+08', '-1:00', '2026-03-02 11:30+08', 'backwards over the break'),
    ('w_office', '2026-03-02 14:00+08', '-0:30', '2026-03-02 13:30+08', 'backwards exactly to opening'),
    ('w_office', '2026-03-02 14:00+08', '-0:30:00.000001', '2026-03-02 11:59:59.999999+08', 'backwards a microsecond more'),
    ('w_office', '2026-03-09 08:30+08', '-1:00', '2026-03-06 16:30+08', 'backwards over the weekend'),
    ('w_office', '2026-03-08 12:00+08', '-7:30', '2026-03-06 08:30+08', 'backwards from Sunday, a whole day'),
    ('w_night', '2026-03-02 23:00+08', '2:00', '2026-03-03 01:00+08', 'over midnight'),
    ('w_night', '2026-03-02 22:00+08', '2:00', '2026-03-03 00:00+08', 'to midnight'),
    ('w_night', '2026-03-03 00:00+08', '-0:01', '2026-03-02 23:59+08', 'backwards over midnight'),
    ('w_night', '2026-03-07 05:00+08', '1:00', '2026-03-07 06:00+08', 'into Saturday morning'),
    ('w_night', '2026-03-07 05:00+08', '2:00', '2026-03-09 23:00+08', 'from Saturday morning to Monday night'),
    ('w_day', '2026-03-02 00:00+00', '24:00', '2026-03-03 00:00+00', 'round the clock'),
    ('w_day', '2026-03-02 10:00:00.000001+00', '87600:00', '2036-02-28 10:00:00.000001+00', 'round the clock for 3,650 days'),
    ('w_day', '2026-03-02 10:00+00', '-87600:00', '2016-03-04 10:00+00', 'and back'),
    ('w_museum', '2026-03-01 17:00+00', '2:00', '2026-03-04 11:00+00', 'few days a week'),
    ('w_museum', '2026-03-04 11:00+00', '2:00', '2026-03-06 11:00+00', 'closed on Monday: a working day has the hours of the first weekday that is open'),
    ('w_makeup', '2026-03-06 18:00+00', '2:00', '2026-03-07 11:00+00', 'a make-up day has the Monday hours, all of them'),
    -- Berlin: clocks skip 02:00-03:00 on 2026-03-29 and repeat it on 2026-10-25
    ('w_berlin', '2026-03-28 23:00+01', '2:00', '2026-03-29 04:00+02', 'a span that the clock shortens'),
    ('w_berlin', '2026-03-29 01:30+01', '1:00', '2026-03-29 03:30+02', 'over vanished time'),
    ('w_berlin', '2026-03-30 01:00+02', '-2:00', '2026-03-29 01:00+01', 'backwards over it'),
    ('w_berlin', '2026-10-25 01:00+02', '4:00', '2026-10-25 04:00+01', 'a span that the clock lengthens'),
    ('w_berlin', '2026-10-25 02:30+02', '1:00', '2026-10-25 02:30+01', 'from the first 02:30 to the second'),
    ('w_berlin24', '2026-10-25 00:00+02', '25:00', '2026-10-26 00:00+01', 'a day of 25 hours'),
    ('w_berlin24', '2026-03-29 00:00+01', '23:00', '2026-03-30 00:00+02', 'a day of 23 hours'),
    ('w_berlin24', '2026-10-24 12:00+02', '24:00', '2026-10-25 11:00+01', 'real hours pass, whatever the clock says'),
    -- opens at 02:30: moved to 03:30 in spring; the first 02:30 in autumn
    ('w_gap', '2026-03-28 12:00+01', '1:00', '2026-03-29 04:30+02', 'opening at a vanished time moves forward'),
    ('w_gap', '2026-03-28 12:00+01', '6:30', '2026-03-29 10:00+02', 'and the day is as much shorter'),
    ('w_gap', '2026-10-24 12:00+02', '1:00', '2026-10-25 02:30+01', 'opening at an ambiguous time is its first occurrence'),
    ('w_gap', '2026-10-24 12:00+02', '8:30', '2026-10-25 10:00+01', 'and the day is as much longer'),
    -- New York: 02:00-03:00 vanishes on 2026-03-08, 01:00-02:00 repeats on 2026-11-01
    ('w_late', '2026-03-07 12:00-05', '0:30', '2026-03-08 03:00-04', 'closing at the end of vanished time'),
    ('w_late', '2026-03-07 12:00-05', '0:31', '2026-03-09 01:31-04', 'and the next day'),
    ('w_late', '2026-10-31 12:00-04', '2:30', '2026-11-01 03:00-05', 'opens at the first 01:30'),
    -- Havana: 00:00-01:00 repeats on 2026-11-01; 00:00-01:00 vanishes on 2026-03-08
    ('w_havana', '2026-10-31 23:00-04', '1:00', '2026-11-01 00:00-04', 'the day begins at its first midnight'),
    ('w_havana', '2026-11-01 00:00-04', '25:00', '2026-11-02 00:00-05', 'and has 25 hours'),
    ('w_havana', '2026-03-08 01:00-04', '23:00', '2026-03-09 00:00-04', 'a day that begins at 01:00'),
    -- Apia left out 2011-12-30
    ('w_apia', '2011-12-29 16:00-10', '2:00', '2011-12-31 10:00+14', 'a day that never was'),
    -- Lord Howe: half an hour, 02:00-02:30 vanishes on 2026-10-04, 01:30-02:00 repeats on 2026-04-05
    ('w_howe', '2026-10-03 12:00+10:30', '1:30', '2026-10-04 03:00+11', 'half an hour vanishes'),
    ('w_howe', '2026-04-04 12:00+11', '2:30', '2026-04-05 03:00+10:30', 'half an hour repeats'),
    -- St John's until 2011: at 00:01 the clock went back to 23:01 of the day before
    ('w_johns', '2010-11-06 12:00-02:30', '24:00', '2010-11-07 11:00-03:30', 'the clock goes back over midnight'),
    ('w_johns', '2010-11-07 00:00-02:30', '25:00', '2010-11-08 00:00-03:30', 'the day begins at its first midnight there too'),
    ('w_once', '2026-03-02 09:00+00', '2:00', '2026-03-04 09:00+00', 'dated days alone'),
    ('w_once', '2026-03-02 09:00+00', '3:00', '2026-03-04 10:00+00', 'up to the end of the last')
) v (calendar, start, amount, expected, why);

-- working_time_between
SELECT is(aftersales.working_time_between(a::timestamptz, b::timestamptz, calendar), expected, calendar || ' between: ' || why)
FROM (VALUES
    ('w_office', '2026-03-02 09:00+08', '2026-03-02 10:00+08', '1:00'::interval, 'inside a span'),
    ('w_office', '2026-03-02 10:00+08', '2026-03-02 09:00+08', '-1:00', 'swapped ends'),
    ('w_office', '2026-03-02 09:00+08', '2026-03-02 09:00+08', '0', 'nothing'),
    ('w_office', '2026-03-06 17:30+08', '2026-03-09 08:30+08', '0', 'a weekend'),
    ('w_office', '2026-03-02 00:00+08', '2026-03-09 00:00+08', '37:30', 'a week'),
    ('w_office', '2026-03-09 00:00+08', '2026-03-16 00:00+08', '37:30', 'a week with a holiday and its make-up day'),
    ('w_office', '2026-03-19 00:00+08', '2026-03-20 00:00+08', '2:00', 'several dated spans'),
    ('w_berlin24', '2026-03-29 00:00+01', '2026-03-30 00:00+02', '23:00', 'a day of 23 hours'),
    ('w_berlin24', '2026-10-25 00:00+02', '2026-10-26 00:00+01', '25:00', 'a day of 25 hours'),
    ('w_berlin', '2026-10-25 02:00+02', '2026-10-25 02:00+01', '1:00', 'from 02:00 to 02:00'),
    ('w_day', '1900-01-01 00:00+00', '2400-01-01 00:00+00', '4382904:00', 'five hundred years'),
    ('w_apia', '2011-12-29 00:00-10', '2012-01-01 00:00+14', '16:00', 'a day that never was')
) v (calendar, a, b, expected, why);

-- is_working_time, next_working_time
SELECT is(aftersales.is_working_time(at::timestamptz, calendar) || ' ' || (aftersales.next_working_time(at::timestamptz, calendar) = next::timestamptz),
          expected || ' true', calendar || ' open: ' || why)
FROM (VALUES
    ('w_office', '2026-03-02 08:30+08', 'true', '2026-03-02 08:30+08', 'at opening'),
    ('w_office', '2026-03-02 12:00+08', 'false', '2026-03-02 13:30+08', 'at closing'),
    ('w_office', '2026-03-02 11:59:59.999999+08', 'true', '2026-03-02 11:59:59.999999+08', 'a microsecond before'),
    ('w_office', '2026-03-06 18:00+08', 'false', '2026-03-09 08:30+08', 'on Friday night'),
    ('w_office', '2026-03-11 10:00+08', 'false', '2026-03-12 08:30+08', 'on a holiday'),
    ('w_office', '2026-03-14 09:00+08', 'true', '2026-03-14 09:00+08', 'on a make-up Saturday'),
    ('w_office', '2026-03-18 10:00+08', 'false', '2026-03-19 06:00+08', 'after special hours'),
    ('w_night', '2026-03-03 00:00+08', 'true', '2026-03-03 00:00+08', 'at midnight, where two spans meet'),
    ('w_day', '2026-03-02 23:59:59.999999+00', 'true', '2026-03-02 23:59:59.999999+00', 'always'),
    ('w_gap', '2026-03-29 03:00+02', 'false', '2026-03-29 03:30+02', 'before the moved opening'),
    ('w_gap', '2026-10-25 02:15+01', 'true', '2026-10-25 02:15+01', 'the second 02:15, after the first 02:30'),
    ('w_gap', '2026-10-25 02:15+02', 'false', '2026-10-25 02:30+02', 'the first 02:15')
) v (calendar, at, expected, next, why);

-- add_working_days; days end at their last microsecond
SELECT is(aftersales.add_working_days(start::timestamptz, days, calendar), expected::timestamptz, calendar || ' days: ' || why)
FROM (VALUES
    ('w_office', '2026-03-02 09:00+08', 1, '2026-03-03 23:59:59.999999+08', 'the next day'),
    ('w_office', '2026-03-02 23:59:59.999999+08', 1, '2026-03-03 23:59:59.999999+08', 'the last microsecond belongs to its day'),
    ('w_office', '2026-03-03 00:00+08', 1, '2026-03-04 23:59:59.999999+08', 'midnight belongs to the new one'),
    ('w_office', '2026-03-06 09:00+08', 1, '2026-03-09 23:59:59.999999+08', 'over the weekend'),
    ('w_office', '2026-03-07 09:00+08', 1, '2026-03-09 23:59:59.999999+08', 'from Saturday'),
    ('w_office', '2026-03-10 09:00+08', 1, '2026-03-12 23:59:59.999999+08', 'over a holiday'),
    ('w_office', '2026-03-13 09:00+08', 1, '2026-03-14 23:59:59.999999+08', 'a make-up Saturday'),
    ('w_office', '2026-03-07 09:00+08', 0, '2026-03-07 23:59:59.999999+08', 'zero: the end of the day, though closed'),
    ('w_office', '2026-03-09 09:00+08', -1, '2026-03-06 23:59:59.999999+08', 'backwards'),
    ('w_office', '2026-03-08 09:00+08', -1, '2026-03-06 23:59:59.999999+08', 'backwards from Sunday'),
    ('w_office', '2026-03-16 09:00+08', -2, '2026-03-13 23:59:59.999999+08', 'backwards over a make-up Saturday'),
    ('w_berlin24', '2026-10-24 12:00+02', 1, '2026-10-25 23:59:59.999999+01', 'a day of 25 hours'),
    ('w_havana', '2026-10-30 12:00-04', 1, '2026-10-31 23:59:59.999999-04', 'before the first of two midnights'),
    ('w_apia', '2011-12-29 12:00-10', 1, '2011-12-31 23:59:59.999999+14', 'a day that never was is none'),
    ('w_day', '2026-03-02 12:00+00', 100000, '2299-12-16 23:59:59.999999+00', 'far ahead')
) v (calendar, start, days, expected, why);

-- what cannot be answered
SELECT throws_ok(format($$SELECT aftersales.%s$$, call), state, message, why)
FROM (VALUES
    ($$add_working_time('2026-03-04 09:00+00', '1:00:00.000001', 'w_once')$$, 'SV011', 'calendar "w_once" has no open time ahead', 'no open time ahead'),
    ($$next_working_time('2026-03-04 10:00+00', 'w_once')$$, 'SV011', 'calendar "w_once" has no open time ahead', 'no next opening'),
    ($$add_working_time('2026-03-02 09:00+00', '-1:00:00.000001', 'w_once')$$, 'SV011', 'calendar "w_once" has no open time further back', 'no open time before'),
    ($$add_working_days('2026-03-04 09:00+00', 1, 'w_once')$$, 'SV011', 'calendar "w_once" has no open time ahead', 'no working day ahead'),
    ($$add_working_time('2026-03-02', '1:00', 'w_empty')$$, 'SV011', 'calendar "w_empty" is never open', 'a calendar without hours'),
    ($$is_working_time('2026-03-02', 'w_closed')$$, 'SV011', 'calendar "w_closed" is never open', 'a calendar with holidays only'),
    ($$is_working_time('2026-03-02', 'w_overlap')$$, 'SV011', 'hours of calendar "w_overlap" overlap', 'overlapping hours'),
    ($$is_working_time('2026-03-02', 'w_twice')$$, 'SV011', 'rows of calendar "w_twice" for 2026-03-02 contradict each other', 'a day both closed and open'),
    ($$is_working_time('2026-03-02', 'w_none')$$, 'SV011', 'there is no calendar "w_none"', 'an unknown calendar'),
    ($$add_working_time('infinity', '1:00', 'w_office')$$, '22008', 'working time does not reach to an infinite timestamp', 'infinity'),
    ($$working_time_between('-infinity', '2026-03-02', 'w_office')$$, '22008', 'working time does not reach to an infinite timestamp', '-infinity'),
    ($$add_working_days('infinity', 1, 'w_office')$$, '22008', 'working time does not reach to an infinite timestamp', 'infinity in days'),
    ($$add_working_time('2026-03-02', '2000000:00', 'w_office')$$, '22008', 'working time on calendar "w_office" is out of range', 'too far ahead'),
    ($$add_working_time('2026-03-02', '-2000000:00', 'w_office')$$, '22008', 'working time on calendar "w_office" is out of range', 'too far back'),
    ($$add_working_time('2026-03-02', '2562047788:00:54.775807', 'w_office')$$, '22008', 'working time on calendar "w_office" is out of range', 'the greatest amount there is'),
    ($$add_working_time('2026-03-02', '-2562047788:00:54.775807', 'w_office')$$, '22008', 'working time on calendar "w_office" is out of range', 'the least'),
    ($$add_working_time('290000-03-02', '1:00', 'w_office')$$, '22008', 'working time on calendar "w_office" is out of range', 'a start beyond all calendars'),
    ($$add_working_time('4713-03-02 BC', '1:00', 'w_office')$$, '22008', 'working time on calendar "w_office" is out of range', 'a start before all calendars'),
    ($$add_working_days('2026-03-02', 2147483647, 'w_office')$$, '22008', 'working time on calendar "w_office" is out of range', 'too many days'),
    ($$add_working_days('2026-03-02', -2147483648, 'w_office')$$, '22008', 'working time on calendar "w_office" is out of range', 'too many days back'),
    ($$add_working_time('2026-03-02', '1 day', 'w_office')$$, '22023', 'an amount of working time has no months or days', 'an amount of days'),
    ($$add_working_time('2026-03-02', '1 mon', 'w_office')$$, '22023', 'an amount of working time has no months or days', 'an amount of months')
) v (call, state, message, why);

SELECT is(aftersales.add_working_time(NULL, '1:00', 'w_office'), NULL, 'NULL gives NULL');
SELECT * FROM finish();
ROLLBACK;
