-- Calendars: their history, ready ones, notices of holidays, what is refused.
\set ECHO none
\set QUIET 1
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS aftersales;
SELECT plan(103);
SET datestyle = 'ISO, YMD';
SET timezone = 'Asia/Shanghai';

-- Ready calendars
SELECT is(aftersales.install_calendar('cn'), true, 'install_calendar installs');
SELECT is(aftersales.install_calendar('cn'), false, 'and once only');
SELECT is(aftersales.install_calendar('always'), true, 'always is ready too');
SELECT throws_ok($$SELECT aftersales.install_calendar('mars')$$, 'SV010', 'no calendar "mars" ships with aftersales');
SELECT throws_ok($$SELECT aftersales.install_calendar('../policy/power_hotline')$$, 'SV010');
SELECT results_eq($$SELECT calendar, timezone, known_until, revision FROM aftersales.calendar WHERE calendar IN ('always', 'cn') ORDER BY 1$$,
    $$VALUES ('always', 'UTC', NULL::date, 1), ('cn', 'Asia/Shanghai', '2026-12-31'::date, 1)$$, 'a ready calendar is one revision');
SELECT results_eq($$SELECT count(*) FILTER (WHERE NOT is_working), count(*) FILTER (WHERE is_working), min(day), max(day) FROM aftersales.calendar_day WHERE calendar = 'cn'$$,
    $$VALUES (545::bigint, 133::bigint, '2006-12-30'::date, '2026-10-10'::date)$$, 'the official days');
SELECT is_empty($$SELECT day FROM aftersales.calendar_day WHERE calendar = 'cn' AND is_working AND extract(isodow FROM day) < 6 AND day <> '2020-02-03'$$,
    'make-up days are Saturdays and Sundays, but for the day after the prolonged holiday of 2020');
SELECT is_empty($$SELECT * FROM aftersales.check_calendar('cn')
                  UNION ALL SELECT * FROM aftersales.check_calendar('always')$$, 'both are sound') FROM set_config('aftersales.now', '2026-03-02 08:00+08', true);

-- Working days of the worked cases
SELECT is(aftersales.add_working_days(start::timestamptz, days, 'cn'), (ends || ' 23:59:59.999999')::timestamptz, format('%s, %s working days', start, days))
FROM (VALUES ('2026-03-06 10:00', 1, '2026-03-09'), ('2026-09-30 10:00', 1, '2026-10-08'), ('2026-03-02 10:00', 10, '2026-03-16'),
             ('2026-02-12 10:00', 10, '2026-03-04'), ('2026-03-06 16:30', 3, '2026-03-11'), ('2026-04-02 10:00', 3, '2026-04-08'),
             ('2026-03-06 10:00', 4, '2026-03-12'), ('2026-04-30 10:00', 4, '2026-05-09'), ('2026-09-18 10:00', 4, '2026-09-23'),
             ('2026-09-30 10:00', 4, '2026-10-12'), ('2026-09-30 10:00', 3, '2026-10-10'), ('2026-02-14 10:00', 1, '2026-02-24')) v (start, days, ends);
SELECT is(aftersales.add_working_time('2026-09-30 16:30', '2:00', 'cn'), '2026-10-08 09:30', 'working hours over the National Day week');
SELECT is(aftersales.working_time_between('2026-01-01', '2027-01-01', 'cn'), 248 * interval '7:30', 'the working time of 2026: 365 days less 104 at weekends and 13 of holidays');
SELECT is(aftersales.add_working_time('2026-02-14 17:00', '1:00', 'always'), '2026-02-14 18:00', 'always is always open');
SELECT is(aftersales.calendar_known_until('cn'), '2026-12-31'::date, 'known_until');
SELECT is(aftersales.calendar_known_until('always'), NULL, 'always needs no notice');

-- Every change is a revision, and every revision can be asked
INSERT INTO aftersales.calendar (calendar, timezone, title_en) VALUES ('c_shop', 'UTC', 'Shop');
INSERT INTO aftersales.calendar_hours (calendar, weekday, opens, closes) SELECT 'c_shop', d, '09:00', '17:00' FROM generate_series(1, 5) d;
UPDATE aftersales.calendar_hours SET closes = '18:00' WHERE calendar = 'c_shop' AND weekday < 3;
INSERT INTO aftersales.calendar_day (calendar, day, is_working, name) VALUES ('c_shop', '2026-03-02', false, 'Spring fair');
DELETE FROM aftersales.calendar_hours WHERE calendar = 'c_shop' AND weekday = 5;
UPDATE aftersales.calendar SET timezone = 'Asia/Shanghai' WHERE calendar = 'c_shop';
SELECT is(revision, 6, 'six statements, six revisions') FROM aftersales.calendar WHERE calendar = 'c_shop';
UPDATE aftersales.calendar SET title_en = 'The shop', title_zh = '商店' WHERE calendar = 'c_shop';
UPDATE aftersales.calendar SET timezone = timezone WHERE calendar = 'c_shop';
UPDATE aftersales.calendar_hours SET closes = closes WHERE calendar = 'c_shop';
DELETE FROM aftersales.calendar_day WHERE calendar = 'c_shop' AND day = '2000-01-01';
SELECT is(revision, 6, 'titles and changes of nothing are none') FROM aftersales.calendar WHERE calendar = 'c_shop';
SELECT is(aftersales.working_time_between('2026-03-02 00:00+00', '2026-03-09 00:00+00', name), hours, name || why)
FROM (VALUES ('c_shop@2', '40:00'::interval, ' as inserted'), ('c_shop@3', '42:00', ' longer on two days'), ('c_shop@4', '33:00', ' without Monday'),
             ('c_shop@5', '25:00', ' without Friday'), ('c_shop@6', '25:00', ' in another zone'), ('c_shop', '25:00', ' as it is')) v (name, hours, why);
SELECT is(aftersales.next_working_time('2026-03-07 00:00+00', 'c_shop@5'), '2026-03-09 09:00+00', 'the zone that it had');
SELECT is(aftersales.next_working_time('2026-03-07 00:00+00', 'c_shop@6'), '2026-03-09 09:00+08', 'the zone that it has');
SELECT throws_ok($$SELECT aftersales.is_working_time('2026-03-02', 'c_shop@1')$$, 'SV011', 'calendar "c_shop" is never open', 'its first revision had no hours');
SELECT throws_ok($$SELECT aftersales.is_working_time('2026-03-02', 'c_shop@7')$$, 'SV011', 'there is no revision 7 of calendar "c_shop"');
SELECT throws_ok($$SELECT aftersales.is_working_time('2026-03-02', 'c_shop@x')$$, 'SV011', 'there is no calendar "c_shop@x"');
SELECT results_eq($$SELECT revision, timezone, changed_by, is_deleted FROM aftersales.calendar_revision WHERE calendar = 'c_shop' ORDER BY 1 DESC LIMIT 2$$,
    $$VALUES (6, 'Asia/Shanghai', session_user::text COLLATE "default", false), (5, 'UTC', session_user::text COLLATE "default", false)$$, 'who changed what');
SELECT results_eq($$SELECT is_added, weekday, closes FROM aftersales.calendar_history WHERE calendar = 'c_shop' AND revision = 3 ORDER BY 1, 2$$,
    $$VALUES (false, 1, '17:00'::time), (false, 2, '17:00'), (true, 1, '18:00'), (true, 2, '18:00')$$, 'an update is a row that went and a row that came');
SELECT is_empty($$SELECT * FROM aftersales.check_calendar('c_shop')$$, 'its history fits its rows');

-- one statement over two calendars; rows that move from one to the other
INSERT INTO aftersales.calendar (calendar, timezone) VALUES ('c_one', 'UTC'), ('c_two', 'UTC');
INSERT INTO aftersales.calendar_hours (calendar, weekday, opens, closes) VALUES ('c_one', 1, '08:00', '10:00'), ('c_two', 1, '08:00', '12:00'), ('c_one', 2, '08:00', '10:00');
UPDATE aftersales.calendar_hours SET calendar = 'c_two' WHERE calendar = 'c_one' AND weekday = 2;
SELECT results_eq($$SELECT calendar, revision FROM aftersales.calendar WHERE calendar IN ('c_one', 'c_two') ORDER BY 1$$,
    $$VALUES ('c_one', 3), ('c_two', 3)$$, 'each calendar counts for itself');
SELECT is(aftersales.working_time_between('2026-03-02 00:00+00', '2026-03-09 00:00+00', name), hours, name)
FROM (VALUES ('c_one@2', '4:00'::interval), ('c_two@2', '4:00'), ('c_one@3', '2:00'), ('c_two@3', '6:00')) v (name, hours);

-- holidays_from: dates of another calendar, through several; revisions follow
INSERT INTO aftersales.calendar (calendar, timezone, known_until) VALUES ('c_land', 'UTC', '2026-12-31');
INSERT INTO aftersales.calendar (calendar, timezone, holidays_from) VALUES ('c_firm', 'UTC', 'c_land');
INSERT INTO aftersales.calendar (calendar, timezone, holidays_from) VALUES ('c_team', 'UTC', 'c_firm');
INSERT INTO aftersales.calendar_hours (calendar, weekday, opens, closes) SELECT 'c_team', d, '08:00', '10:00' FROM generate_series(1, 5) d;
SELECT is(revision, 2, 'the team begins') FROM aftersales.calendar WHERE calendar = 'c_team';
INSERT INTO aftersales.calendar_day (calendar, day, is_working) VALUES ('c_land', '2026-03-03', false), ('c_land', '2026-03-04', false), ('c_land', '2026-03-07', true);
INSERT INTO aftersales.calendar_day (calendar, day, is_working, opens, closes) VALUES ('c_firm', '2026-03-04', true, '08:00', '09:00'), ('c_firm', '2026-03-06', true, '06:00', '07:00');
SELECT results_eq($$SELECT calendar, revision FROM aftersales.calendar WHERE calendar IN ('c_land', 'c_firm', 'c_team') ORDER BY 1$$,
    $$VALUES ('c_firm', 3), ('c_land', 2), ('c_team', 4)$$, 'a change goes on to all that take holidays');
SELECT is(aftersales.working_time_between('2026-03-02 00:00+00', '2026-03-09 00:00+00', name), hours, name || ': ' || why)
FROM (VALUES ('c_team@2', '10:00'::interval, 'a plain week'), ('c_team@3', '8:00', 'two holidays and a make-up day'), ('c_team@4', '8:00', 'a short day for one of them, another shorter'), ('c_team', '8:00', 'the same now')) v (name, hours, why);
SELECT is(aftersales.is_working_time('2026-03-06 06:30+00', name), open, name || ': the nearest calendar wins')
FROM (VALUES ('c_team@3', false), ('c_team@4', true), ('c_team', true)) v (name, open);
UPDATE aftersales.calendar_day SET is_working = false WHERE calendar = 'c_land' AND day = '2026-03-07';
SELECT is(aftersales.working_time_between('2026-03-02 00:00+00', '2026-03-09 00:00+00', name), hours, name || ' after a change of its source')
FROM (VALUES ('c_team@4', '8:00'::interval), ('c_team', '6:00')) v (name, hours);
SELECT is(aftersales.calendar_known_until('c_team'), '2026-12-31'::date, 'known_until comes along');
UPDATE aftersales.calendar SET known_until = '2027-06-30' WHERE calendar = 'c_firm';
SELECT is(aftersales.calendar_known_until('c_team'), '2027-06-30'::date, 'that of the nearest counts');
UPDATE aftersales.calendar SET holidays_from = NULL WHERE calendar = 'c_firm';
SELECT is(aftersales.working_time_between('2026-03-02 00:00+00', '2026-03-09 00:00+00', 'c_team'), '8:00', 'the chain is cut');
SELECT is(aftersales.working_time_between('2026-03-02 00:00+00', '2026-03-09 00:00+00', 'c_team@4'), '8:00', 'and the past as it was');
SELECT throws_ok($$UPDATE aftersales.calendar SET holidays_from = 'c_team' WHERE calendar = 'c_firm'$$, 'SV011', 'calendar "c_firm" would take holidays in a circle');
SELECT throws_ok($$UPDATE aftersales.calendar SET holidays_from = 'c_firm' WHERE calendar = 'c_firm'$$, 'SV011', 'calendar "c_firm" would take holidays in a circle');

-- a calendar that goes, and one of its name that comes
SELECT throws_ok($$DELETE FROM aftersales.calendar WHERE calendar = 'c_firm'$$, '23503', 'calendar "c_firm" is in use');
DELETE FROM aftersales.calendar WHERE calendar = 'c_one';
SELECT is_empty($$SELECT * FROM aftersales.calendar_hours WHERE calendar = 'c_one'$$, 'its rows go with it');
SELECT throws_ok($$SELECT aftersales.is_working_time('2026-03-02', 'c_one')$$, 'SV011', 'there is no calendar "c_one"');
SELECT throws_ok($$SELECT aftersales.is_working_time('2026-03-02', 'c_one@4')$$, 'SV011', 'there is no revision 4 of calendar "c_one"', 'not in the revision with which it went');
SELECT is(aftersales.working_time_between('2026-03-02 00:00+00', '2026-03-09 00:00+00', 'c_one@2'), '4:00', 'but in those before');
INSERT INTO aftersales.calendar (calendar, timezone) VALUES ('c_one', 'UTC');
INSERT INTO aftersales.calendar_hours (calendar, weekday, opens, closes) VALUES ('c_one', 1, '08:00', '09:00');
SELECT is(revision, 6, 'it goes on counting') FROM aftersales.calendar WHERE calendar = 'c_one';
SELECT is(aftersales.working_time_between('2026-03-02 00:00+00', '2026-03-09 00:00+00', name), hours, name)
FROM (VALUES ('c_one@3', '2:00'::interval), ('c_one@6', '1:00')) v (name, hours);
INSERT INTO aftersales.policy (policy, title_en, calendar) VALUES ('c_policy', 'P', 'c_one');
SELECT throws_ok($$DELETE FROM aftersales.calendar WHERE calendar = 'c_one'$$, '23503', 'calendar "c_one" is in use', 'a policy''s calendar stays');
SELECT lives_ok($$UPDATE aftersales.policy SET calendar = 'cn' WHERE policy = 'c_policy'$$, 'a policy without active version may change its calendar');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('c_policy', 1, 'job');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('c_policy', 1, 'new', 'initial'), ('c_policy', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('c_policy', 1, 'new', 'done');
SELECT aftersales.activate_policy('c_policy', 1);
SELECT throws_ok($$UPDATE aftersales.policy SET calendar = 'always' WHERE policy = 'c_policy'$$, 'SV004', 'the calendar of policy "c_policy" is fixed');

-- check_calendar
INSERT INTO aftersales.calendar (calendar, timezone) VALUES ('c_bad', 'UTC');
SELECT results_eq($$SELECT * FROM aftersales.check_calendar('c_bad')$$, $$VALUES ('error', 'c_bad', 'is never open: it has neither weekly hours nor a dated working day')$$, 'a calendar without hours');
INSERT INTO aftersales.calendar_day (calendar, day, is_working, opens, closes) VALUES
    ('c_bad', '2026-03-02', true, NULL, NULL), ('c_bad', '2026-03-03', true, '08:00', '10:00'), ('c_bad', '2026-03-03', true, '09:00', '11:00'), ('c_bad', '2026-03-03', false, NULL, NULL);
SELECT set_eq($$SELECT * FROM aftersales.check_calendar('c_bad')$$,
    $$VALUES ('error', '2026-03-02', 'a working day without hours, and there are no weekly hours'), ('error', '2026-03-03', 'rows contradict each other')$$, 'dated rows');
INSERT INTO aftersales.calendar_hours (calendar, weekday, opens, closes) VALUES ('c_bad', 1, '08:00', '10:00'), ('c_bad', 1, '09:59', '11:00');
SELECT set_eq($$SELECT * FROM aftersales.check_calendar('c_bad')$$, $$VALUES ('error', 'weekday 1', 'hours overlap'), ('error', '2026-03-03', 'rows contradict each other')$$, 'weekly rows');
SELECT results_eq($$SELECT * FROM aftersales.check_calendar('c_none')$$, $$VALUES ('error', 'c_none', 'there is no such calendar')$$, 'no calendar');
SET LOCAL check_function_bodies = off;
INSERT INTO aftersales.calendar_day (calendar, day, is_working) VALUES ('c_two', '2026-03-02', false);
RESET check_function_bodies;
SELECT results_eq($$SELECT * FROM aftersales.check_calendar('c_two')$$, $$VALUES ('error', '2026-03-02', 'is not as it was recorded in calendar_history')$$, 'a row that came in as in a restore');
SELECT is(aftersales.working_time_between('2026-03-02 00:00+00', '2026-03-09 00:00+00', 'c_two'), '6:00', 'and it counts for nothing');
SET aftersales.now = '2026-12-01 08:00+00';
SELECT results_eq($$SELECT severity, item FROM aftersales.check_calendar('cn')$$, $$VALUES ('notice', 'cn')$$, 'a notice that is overdue');

-- Next year's notice
SELECT is(aftersales.load_calendar_days('cn', '{"known_until": "2027-12-31", "days": [
    {"day": "2027-01-01", "is_working": false, "name": "元旦"}, {"day": "2027-01-02", "is_working": false, "name": "元旦"},
    {"day": "2027-01-10", "is_working": true}, {"day": "2027-02-05", "is_working": true, "opens": "08:30", "closes": "10:00"},
    {"day": "2027-02-05", "is_working": true, "opens": "10:30", "closes": "11:00:30"}]}'), 5, 'load_calendar_days counts rows');
SELECT results_eq($$SELECT known_until, revision FROM aftersales.calendar WHERE calendar = 'cn'$$, $$VALUES ('2027-12-31'::date, 2)$$, 'a notice is one revision and moves known_until');
SELECT is_empty($$SELECT * FROM aftersales.check_calendar('cn')$$, 'nothing is overdue now');
SELECT is(aftersales.add_working_days('2026-12-31 12:00', 1, 'cn'), '2027-01-04 23:59:59.999999', 'its holidays hold');
SELECT is(aftersales.add_working_days('2026-12-31 12:00', 1, 'cn@1'), '2027-01-01 23:59:59.999999', 'before it they did not');
SELECT is(aftersales.working_time_between('2027-02-05', '2027-02-06', 'cn'), '2:00:30', 'special hours');
SELECT is(aftersales.load_calendar_days('cn', '[{"day": "2027-01-02", "is_working": true, "opens": "08:00", "closes": "24:00"}]'), 1, 'a bare array replaces the dates it names');
SELECT results_eq($$SELECT known_until, revision FROM aftersales.calendar WHERE calendar = 'cn'$$, $$VALUES ('2027-12-31'::date, 3)$$, 'and leaves known_until');
SELECT is(aftersales.load_calendar_days('cn', '[{"day": "2027-01-02", "is_working": true, "opens": "08:00", "closes": "24:00"}]'), 1, 'the same again');
SELECT is(aftersales.load_calendar_days('cn', '{"known_until": "2026-01-01", "days": []}'), 0, 'a notice without days');
SELECT results_eq($$SELECT known_until, revision FROM aftersales.calendar WHERE calendar = 'cn'$$, $$VALUES ('2027-12-31'::date, 3)$$, 'known_until never goes back');

-- the history is nobody's to write
SELECT throws_ok(statement, 'SV004')
FROM (VALUES ($$DELETE FROM aftersales.calendar_history$$), ($$UPDATE aftersales.calendar_revision SET changed_by = 'x'$$),
             ($$INSERT INTO aftersales.calendar_revision (calendar, revision, changed_at, changed_by, timezone, source_revision, is_deleted) VALUES ('cn', 99, now(), 'x', 'UTC', 0, false)$$),
             ($$TRUNCATE aftersales.calendar_history$$), ($$TRUNCATE aftersales.calendar_day$$),
             ($$UPDATE aftersales.calendar SET revision = 99 WHERE calendar = 'cn'$$), ($$UPDATE aftersales.calendar SET calendar = 'cn_2' WHERE calendar = 'cn'$$)) v (statement);

-- an administrator changes calendars, and only so their history
CREATE ROLE c_admin;
SELECT aftersales.grant_access('c_admin', 'admin');
SET ROLE c_admin;
SELECT lives_ok($$INSERT INTO aftersales.calendar_day (calendar, day, is_working) VALUES ('cn', '2027-03-01', false)$$, 'an administrator writes calendars');
SELECT is(revision, 4, 'that is recorded') FROM aftersales.calendar WHERE calendar = 'cn';
SELECT throws_ok($$DELETE FROM aftersales.calendar_history$$, '42501', NULL, 'its history he may read');
RESET ROLE;
SELECT * FROM finish();
ROLLBACK;
