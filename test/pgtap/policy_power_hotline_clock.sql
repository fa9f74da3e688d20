-- The clocks of the ready policy power_hotline: what starts, stops and ends
-- each, its limit to the microsecond, working days, shifts, escalation.

\ir lib/hotline.sql

-- Clocks --------------------------------------------------------------------
-- Each rule is played twice, up to its limit and one microsecond longer.  L in
-- a story is the limit; the last step is the one that stops the clock.

CREATE TEMP TABLE clock_case (ticket_type text, rule text, clock text, target interval, area text, category text, story text, clause text);
INSERT INTO clock_case VALUES
    ('fault', 'submit', 'submit', '3 min', 'urban', NULL, '!hung_up@0; submitted@L', 'PW-58'),
    ('fault', 'review', 'review', '3 min', 'urban', NULL, 'submitted@0; dispatched@L', 'PW-59'),
    ('fault', 'arrive_urban', 'arrive', '60 min', 'urban', NULL, 'submitted@0; dispatched@0; on_site@L', 'PW-60'),
    ('fault', 'arrive_rural', 'arrive', '120 min', 'rural', NULL, 'submitted@0; dispatched@0; on_site@L', 'PW-61'),
    ('fault', 'arrive_remote', 'arrive', '240 min', 'remote', NULL, 'submitted@0; dispatched@0; on_site@L', 'PW-62'),
    ('fault', 'restore', 'restore', '12 h', 'urban', 'external_damage', 'submitted@0; dispatched@0; on_site@0; !delay_notice@0; restored@L', 'PW-63'),
    ('fault', 'restore_meter', 'restore', '24 h', 'urban', 'meter_fault', 'submitted@0; dispatched@0; on_site@0; !delay_notice@0; restored@L', 'PW-64'),
    ('fault', 'callback', 'callback', '10 min', 'urban', NULL, 'submitted@0; dispatched@0; on_site@0; restored@0; called_back@L', 'PW-66'),
    ('consult', 'answer_content', 'answer_content', '5 min', NULL, NULL, '!answered@0; answered@L', 'PW-68'),
    ('consult', 'answer_content', 'answer_content', '5 min', NULL, NULL, '!answered@0; submitted@L', 'PW-68'),
    ('consult', 'submit', 'submit', '5 min', NULL, NULL, '!hung_up@0; submitted@L', 'PW-68'),
    ('consult', 'review', 'review', '5 min', NULL, NULL, 'submitted@0; answered@L', 'PW-69'),
    ('consult', 'review', 'review', '5 min', NULL, NULL, 'submitted@0; dispatched@L', 'PW-69'),
    ('consult', 'callback', 'callback', '10 min', NULL, NULL, 'submitted@0; dispatched@0; handled@0; called_back@L', 'PW-71'),
    ('query', 'answer_content', 'answer_content', '5 min', NULL, NULL, '!answered@0; answered@L', 'PW-73'),
    ('request', 'reconnect', 'reconnect', '24 h', NULL, 'arrears_reconnection', '!reconnection_applied@0; !reconnected@L', 'PW-30'),
    ('request', 'reconnect', 'reconnect', '24 h', NULL, 'arrears_reconnection', 'submitted@0; dispatched@0; !reconnection_applied@0; !reconnected@L', 'PW-30');
INSERT INTO clock_case SELECT t, 'answer', 'answer', '12 s', 'urban', NULL, '!call_in@0; !answered@L', 'PW-56' FROM unnest(pg_temp.types()) t;
INSERT INTO clock_case
SELECT t, r.rule, r.rule, r.target::interval, NULL, NULL, r.story, 'PW-' || entry + after
FROM (VALUES ('complaint', 75), ('report', 75), ('suggestion', 80), ('opinion', 80), ('praise', 80), ('request', 85), ('installation', 90)) v (t, entry),
     (VALUES ('submit', '5 min', '!hung_up@0; submitted@L', 0), ('review', '5 min', 'submitted@0; dispatched@L', 1),
             ('callback', '10 min', 'submitted@0; dispatched@0; handled@0; called_back@L', 3)) r (rule, target, story, after);

CREATE FUNCTION pg_temp.played(c clock_case, p_over interval DEFAULT '0', p_base timestamptz DEFAULT pg_temp.base())
RETURNS bigint LANGUAGE sql AS
$$ SELECT pg_temp.play(pg_temp.opened(c.ticket_type, p_base, c.area, c.category), replace(c.story, '@L', '@' || (c.target + p_over)::text), p_base) $$;

SELECT results_eq(
    format('SELECT clock, rule, cycle, target, started_at, due_at, stopped_at, ended_as, is_breached FROM desk.sla_clock WHERE ticket_id = %s AND clock = %L', id, c.clock),
    format('SELECT %L::text, %L::text, 1, %L::interval, %L::timestamptz, %L::timestamptz, %L::timestamptz, %L::text, %L::boolean',
           c.clock, c.rule, c.target, pg_temp.base(), pg_temp.base() + c.target, pg_temp.base() + c.target + over, 'stopped', over > '0'),
    format('%s: %s %s, %s', c.clause, c.ticket_type, c.rule, CASE WHEN over > '0' THEN 'a microsecond late' ELSE 'on the limit' END))
FROM clock_case c, (VALUES (interval '0'), (interval '1 microsecond')) v (over), LATERAL (SELECT pg_temp.played(c, over) AS id OFFSET 0) x;

-- A ticket on which nothing more is written is late in the views a microsecond after its limit.
SELECT is(o, expected, format('%s: %s %s, unfinished %s', c.clause, c.ticket_type, c.rule, CASE expected WHEN 'late' THEN 'past its limit' ELSE 'on its limit' END))
FROM clock_case c, (VALUES (interval '0', 'running'), (interval '1 microsecond', 'late')) v (over, expected),
     LATERAL (SELECT CASE WHEN strpos(c.story, '; ') > 0
                          THEN pg_temp.play(pg_temp.opened(c.ticket_type, pg_temp.base(), c.area, c.category), regexp_replace(c.story, '; [^;]*@L$', ''))
                          END AS id OFFSET 0) x,
     LATERAL (SELECT pg_temp.outcome(id, c.clock) AS o FROM pg_temp.as_of(pg_temp.base() + c.target + over) WHERE id IS NOT NULL OFFSET 0) y;

SELECT is_empty($$SELECT rule FROM aftersales.sla_rule WHERE policy = 'power_hotline' AND mandatory <> (clock IN ('arrive', 'restore'))$$,
                'PW-15: no fault without a time to arrive and a time to restore');
SELECT is_empty($$SELECT ticket_type, rule FROM aftersales.sla_rule r WHERE policy = 'power_hotline'
                  AND NOT EXISTS (SELECT FROM clock_case c WHERE c.rule = r.rule AND (r.ticket_type IS NULL OR c.ticket_type = r.ticket_type))
                  AND rule NOT IN ('handle', 'archive', 'reply', 'contact')$$,
                'no clock rule is left out here; four have their own cases below');

SELECT results_eq($$SELECT DISTINCT clock, responsible FROM aftersales.sla_rule WHERE policy = 'power_hotline' ORDER BY 1$$,
                  $$VALUES ('answer', 'agent'), ('answer_content', 'agent'), ('archive', NULL), ('arrive', 'repair_team'), ('callback', 'agent'), ('contact', 'department'),
                           ('handle', 'department'), ('reconnect', 'department'), ('reply', 'department'), ('restore', 'repair_team'), ('review', 'shift_leader'), ('submit', 'agent')$$,
                  'who answers for each clock, as the document says');

-- PW-01: the same at three in the night of National Day.
SELECT is(pg_temp.outcome(pg_temp.played(c, over, '2026-10-01 03:00:00+08'), c.clock), expected, format('PW-01: %s %s at night on a holiday', c.ticket_type, c.rule))
FROM clock_case c, (VALUES (interval '0', 'met'), (interval '1 microsecond', 'breached')) v (over, expected)
WHERE c.rule IN ('answer', 'arrive_remote');

-- PW-63, PW-64: only the meter has a day.
SELECT is(pg_temp.ask(pg_temp.opened('fault', p_category => category), $$SELECT due_at - started_at FROM desk.sla_clock WHERE ticket_id = $1 AND clock = 'restore'$$),
          CASE category WHEN 'meter_fault' THEN '1 day' ELSE '12:00:00' END,
          format('PW-63, PW-64: time to restore, %s', category))
FROM aftersales.category WHERE policy = 'power_hotline' AND ticket_type = 'fault';

-- What ends a clock unjudged, and that lateness is not got rid of by it.
CREATE TEMP TABLE cancel_case (ticket_type text, clock text, target interval, area text, category text, story text, clause text);
INSERT INTO cancel_case VALUES
    ('fault', 'answer', '12 s', 'urban', NULL, '!call_in@0; submitted@0; dispatched@0; on_site@0; restored@0; called_back@0; archived@L', 'PW-56'),
    ('consult', 'answer', '12 s', NULL, NULL, '!call_in@0; answered@0; archived@L', 'PW-56'),
    ('query', 'answer', '12 s', NULL, NULL, '!call_in@0; answered@0; archived@L', 'PW-56'),
    ('request', 'reconnect', '24 h', NULL, NULL, '!reconnection_applied@0; cancelled@L', 'PW-30'),
    ('request', 'reconnect', '24 h', NULL, NULL, '!reconnection_applied@0; duplicate@L', 'PW-30'),
    ('fault', 'submit', '3 min', 'urban', NULL, '!hung_up@0; cancelled@L', 'PW-58'),
    ('fault', 'submit', '3 min', 'urban', NULL, '!hung_up@0; duplicate@L', 'PW-58'),
    ('fault', 'review', '3 min', 'urban', NULL, 'submitted@0; new@L', 'PW-59'),
    ('fault', 'review', '3 min', 'urban', NULL, 'submitted@0; cancelled@L', 'PW-59'),
    ('fault', 'review', '3 min', 'urban', NULL, 'submitted@0; duplicate@L', 'PW-59'),
    ('fault', 'arrive', '60 min', 'urban', NULL, 'submitted@0; dispatched@0; cancelled@L', 'PW-60'),
    ('fault', 'arrive', '60 min', 'urban', NULL, 'submitted@0; dispatched@0; duplicate@L', 'PW-60'),
    ('fault', 'arrive', '120 min', 'rural', NULL, 'submitted@0; dispatched@0; cancelled@L', 'PW-61'),
    ('fault', 'arrive', '120 min', 'rural', NULL, 'submitted@0; dispatched@0; duplicate@L', 'PW-61'),
    ('fault', 'arrive', '240 min', 'remote', NULL, 'submitted@0; dispatched@0; cancelled@L', 'PW-62'),
    ('fault', 'arrive', '240 min', 'remote', NULL, 'submitted@0; dispatched@0; duplicate@L', 'PW-62'),
    ('fault', 'restore', '12 h', 'urban', NULL, 'submitted@0; dispatched@0; on_site@0; cancelled@L', 'PW-63'),
    ('fault', 'restore', '12 h', 'urban', NULL, 'submitted@0; dispatched@0; duplicate@L', 'PW-63'),
    ('fault', 'restore', '24 h', 'urban', 'meter_fault', 'submitted@0; dispatched@0; on_site@0; cancelled@L', 'PW-64'),
    ('fault', 'restore', '24 h', 'urban', 'meter_fault', 'submitted@0; dispatched@0; duplicate@L', 'PW-64'),
    ('consult', 'answer_content', '5 min', NULL, NULL, '!answered@0; cancelled@L', 'PW-68'),
    ('consult', 'submit', '5 min', NULL, NULL, '!hung_up@0; answered@L', 'PW-68'),
    ('consult', 'submit', '5 min', NULL, NULL, '!hung_up@0; cancelled@L', 'PW-68'),
    ('consult', 'review', '5 min', NULL, NULL, 'submitted@0; cancelled@L', 'PW-69'),
    ('query', 'answer_content', '5 min', NULL, NULL, '!answered@0; cancelled@L', 'PW-73');
INSERT INTO cancel_case
SELECT t, 'answer', '12 s', 'urban', NULL, '!call_in@0; ' || e || '@L', 'PW-56'
FROM unnest(pg_temp.types()) t, unnest('{!hung_up,cancelled,duplicate}'::text[]) e WHERE e <> 'duplicate' OR pg_temp.has_duplicates(t);
INSERT INTO cancel_case
SELECT t, 'answer', '12 s', NULL, NULL, '!call_in@0; submitted@0; dispatched@0; handled@0; called_back@0; archived@L', 'PW-56' FROM unnest(pg_temp.handled_types()) t;
INSERT INTO cancel_case
SELECT t, 'submit', '5 min', NULL, NULL, '!hung_up@0; ' || e || '@L', 'PW-75'
FROM unnest(pg_temp.handled_types()) t, unnest('{cancelled,duplicate}'::text[]) e WHERE e <> 'duplicate' OR pg_temp.has_duplicates(t);
INSERT INTO cancel_case
SELECT t, 'review', '5 min', NULL, NULL, 'submitted@0; ' || e || '@L', 'PW-76'
FROM unnest(pg_temp.handled_types()) t, unnest('{new,cancelled,duplicate}'::text[]) e WHERE e <> 'duplicate' OR pg_temp.has_duplicates(t);
SELECT is(pg_temp.outcome(pg_temp.play(pg_temp.opened(ticket_type, pg_temp.base(), area, category), replace(story, '@L', '@' || (target + over)::text)), clock),
          expected, format('%s: %s %s: %s is %s', clause, ticket_type, clock, replace(story, 'L', (target + over)::text), expected))
FROM cancel_case, (VALUES (interval '0', 'cancelled'), (interval '1 microsecond', 'breached')) v (over, expected);

-- A ticket that was passed on owes no call clock for what its call does then.
SELECT is(pg_temp.outcome(pg_temp.play(pg_temp.opened(t, p_area => 'urban'), story), clock), 'none', format('%s %s: not started by %s', t, clock, story))
FROM (VALUES ('fault', 'submit', 'submitted@1 minute; !hung_up@2 minutes'),
             ('consult', 'submit', 'answered@1 minute; !hung_up@2 minutes'),
             ('consult', 'submit', 'submitted@1 minute; !hung_up@2 minutes'),
             ('consult', 'answer_content', 'answered@1 minute; !answered@1 minute'),
             ('query', 'answer_content', 'answered@1 minute; !answered@1 minute')) v (t, clock, story);
SELECT is(pg_temp.outcome(pg_temp.play(pg_temp.opened(t), 'submitted@1 minute; !hung_up@2 minutes'), 'submit'), 'none', format('%s submit: not started by a later end of the call', t))
FROM unnest(pg_temp.handled_types()) t;
-- A call whose end nobody logged owes no hand-over.
SELECT is(pg_temp.outcome(pg_temp.play(pg_temp.opened(t), '!call_in@0; !answered@5 seconds; submitted@1 hour'), 'submit'), 'none', format('%s submit: no end of the call', t))
FROM unnest(array['fault', 'consult'] || pg_temp.handled_types()) t;

-- What is said with the move itself does not undo the clock that the move stops.
INSERT INTO story VALUES ('at once', pg_temp.play(pg_temp.opened('fault'), '!hung_up@0'));
SELECT pg_temp.as_of(pg_temp.base() + interval '3 minutes', 'agent') \g /dev/null
UPDATE desk.ticket SET status = 'submitted', area = 'rural', category = 'fuse_fault' WHERE ticket_id = (SELECT ticket_id FROM story WHERE name = 'at once');
SELECT is(pg_temp.outcome(ticket_id, 'submit'), 'met', 'PW-58: handed over and classified in one statement') FROM story WHERE name = 'at once';

-- Sent back and handed over again: reviewed twice (PW-59).
SELECT is(pg_temp.outcome(pg_temp.play(pg_temp.opened('fault'), 'submitted@1 minute; new@2 minutes; submitted@10 minutes; dispatched@13 minutes'), 'review'),
          'cancelled, met', 'PW-59: each hand-over is reviewed within its own 3 minutes');

-- What is learnt later moves the limits, counted from the same opening.
SELECT is(pg_temp.ask(pg_temp.play(pg_temp.opened('fault'), story), format('SELECT rule || '' '' || due_at - started_at FROM desk.sla_clock WHERE ticket_id = $1 AND clock = %L', c)),
          expected, format('%s after %s', c, story))
FROM (VALUES ('arrive', 'area=remote@10 minutes', 'arrive_remote 04:00:00'),
             ('restore', 'category=meter_fault@10 minutes', 'restore_meter 1 day')) v (c, story, expected);
SELECT is(pg_temp.move_verdict(pg_temp.opened('fault'), 'submitted', p_sets => 'area = NULL'), 'SV010', 'PW-60 to PW-62: the area may not be taken away while arrival is owed');

-- PW-65: delay -------------------------------------------------------------

INSERT INTO story VALUES ('late', pg_temp.play(pg_temp.opened('fault'), 'submitted@0; dispatched@0; on_site@0')),
                         ('late meter', pg_temp.play(pg_temp.opened('fault', p_category => 'meter_fault'), 'submitted@0; dispatched@0; on_site@0')),
                         ('told', pg_temp.play(pg_temp.opened('fault'), 'submitted@0; dispatched@0; !delay_notice@1 hour; on_site@2 hours'));
SELECT is(pg_temp.move_verdict(ticket_id, 'restored', p_at => pg_temp.base() + after::interval), expected, format('PW-65: %s, restored after %s', name, after))
FROM story JOIN (VALUES
    ('late', '12 hours', 'accepted'),
    ('late', '12 hours 0.000001 seconds', 'SV002 delay_notified clauses=PW-65'),
    ('late meter', '24 hours', 'accepted'),
    ('late meter', '24 hours 0.000001 seconds', 'SV002 delay_notified clauses=PW-65'),
    ('told', '13 hours', 'accepted')) v (name, after, expected) USING (name);
SELECT is(pg_temp.outcome(pg_temp.play(ticket_id, '!delay_notice@13 hours; !progress@14 hours; restored@15 hours'), 'restore'), 'breached',
          'PW-65: notice lets the late repair be reported; it stays late') FROM story WHERE name = 'late';

-- Working days (PW-70, PW-77, PW-82, PW-87, PW-92) --------------------------
-- The day it is passed on does not count, whatever the hour; the last one
-- counts to its end.  Holidays and make-up days are those of 2026.

CREATE TEMP TABLE handle_case (types text[], days int, clause text, n int, passed_on timestamptz, last_day date);
INSERT INTO handle_case SELECT t.*, d.*
FROM (VALUES ('{consult}'::text[], 1, 'PW-70'), ('{suggestion,opinion,praise}', 3, 'PW-82'), ('{request}', 3, 'PW-87'), ('{complaint,report}', 10, 'PW-77')) t (types, days, clause),
LATERAL (VALUES
    (1, timestamptz '2026-03-06 00:00:00+08', date '2026-03-09'),   -- Friday to Monday
    (1, '2026-03-06 23:59:59.999999+08', '2026-03-09'),
    (1, '2026-03-07 12:00:00+08', '2026-03-09'),                    -- on a Saturday
    (1, '2026-02-13 09:00:00+08', '2026-02-14'),                    -- the Saturday is worked
    (1, '2026-02-14 09:00:00+08', '2026-02-24'),                    -- Spring Festival
    (1, '2026-09-19 09:00:00+08', '2026-09-20'),                    -- the Sunday is worked
    (1, '2026-09-24 09:00:00+08', '2026-09-28'),                    -- Mid-Autumn
    (1, '2026-09-30 15:00:00+08', '2026-10-08'),                    -- National Day
    (3, '2026-03-06 10:00:00+08', '2026-03-11'),
    (3, '2026-04-02 10:00:00+08', '2026-04-08'),                    -- Qingming
    (3, '2026-09-18 10:00:00+08', '2026-09-22'),
    (3, '2026-09-30 10:00:00+08', '2026-10-10'),                    -- the last one a worked Saturday
    (10, '2026-03-02 08:10:00+08', '2026-03-16'),
    (10, '2026-02-12 09:00:00+08', '2026-03-04'),
    (10, '2026-04-29 09:00:00+08', '2026-05-15'),
    (10, '2026-09-24 09:00:00+08', '2026-10-15')) d (n, passed_on, last_day)
WHERE d.n = t.days;
ALTER TABLE handle_case DROP days, DROP n;
SELECT results_eq(
    format('SELECT due_at, is_breached FROM desk.sla_clock WHERE ticket_id = %s AND clock = %L', id, 'handle'),
    format('SELECT %L::timestamptz, %L::boolean', due, over > '0'),
    format('%s: %s passed on %s, handled %s', clause, t, passed_on, due + over))
FROM handle_case, unnest(types) t, (VALUES (interval '0'), (interval '1 microsecond')) v (over),
     LATERAL (SELECT (last_day + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' - interval '1 microsecond' AS due OFFSET 0) d,
     LATERAL (SELECT pg_temp.play(pg_temp.opened(t, passed_on), format('submitted@0; dispatched@0; handled@%s', due + over), passed_on) AS id OFFSET 0) x;
SELECT is(pg_temp.outcome(pg_temp.play(pg_temp.opened(t), format('submitted@0; dispatched@0; %s@%s', e, a)), 'handle'), expected, format('%s handle: %s %s', t, e, expected))
FROM unnest('consult'::text || pg_temp.handled_types()) t, unnest('{cancelled,duplicate}'::text[]) e,
     (VALUES ('1 minute', 'cancelled'), ('40 days', 'breached')) v (a, expected)
WHERE (e <> 'duplicate' OR pg_temp.has_duplicates(t)) AND (t <> 'installation' OR expected = 'cancelled');
-- A decision that a complaint is unfounded does not stop the clock.
SELECT is(pg_temp.outcome(pg_temp.play(pg_temp.opened('complaint'), 'submitted@0; dispatched@0; +bureau_marketing@13 days; +company_marketing@15 days; handled@15 days'), 'handle'),
          'breached', 'PW-77: the ten days go on while it is decided whether the complaint is unfounded');

-- Without a number: recorded, never late (PW-42, PW-44, PW-92).
SELECT results_eq(
    format('SELECT started_at, due_at, stopped_at, is_breached FROM desk.sla_clock WHERE ticket_id = %s AND clock = %L', id, clock),
    format('SELECT %L::timestamptz, NULL::timestamptz, %L::timestamptz, false', pg_temp.base(), pg_temp.base() + interval '1 year'),
    format('%s: %s %s has no limit', clause, t, clock))
FROM (VALUES ('installation', 'contact', '!contacted@1 year', 'PW-42'),
             ('complaint', 'reply', 'submitted@0; dispatched@0; handled@1 day; called_back@1 year', 'PW-44'),
             ('installation', 'handle', 'submitted@0; dispatched@0; handled@1 year', 'PW-92')) v (t, clock, story, clause),
     LATERAL (SELECT pg_temp.play(pg_temp.opened(t), story) AS id OFFSET 0) x;
-- A draft that gives the number makes them count.
SELECT is(aftersales.draft_policy('power_hotline'), 2, 'a draft to fill in the blanks');
UPDATE aftersales.sla_rule SET target = CASE clock WHEN 'reply' THEN interval '7 days' WHEN 'contact' THEN '2 days' ELSE '20 days' END
WHERE policy = 'power_hotline' AND version = 2 AND (clock IN ('reply', 'contact') OR (clock = 'handle' AND ticket_type = 'installation'));
SELECT is_empty($$SELECT * FROM aftersales.check_policy('power_hotline', 2) WHERE problem LIKE 'has no target%'$$, 'no blank is left');
SELECT aftersales.activate_policy('power_hotline', 2, '2027-01-01 00:00+08') \g /dev/null

-- Archives (PW-67, PW-72, PW-74, PW-79, PW-84, PW-89, PW-94) -----------------
-- Two tickets of a type in a shift: the hour begins for both with the second
-- that is done.  A third, of another type and still open, has no say.

CREATE TEMP TABLE archive_case (ticket_type text, done text, clause text);
INSERT INTO archive_case VALUES
    ('fault', 'called_back', 'PW-67'), ('consult', 'called_back', 'PW-72'), ('consult', 'answered', 'PW-72'), ('query', 'answered', 'PW-74'),
    ('complaint', 'called_back', 'PW-79'), ('report', 'called_back', 'PW-79'), ('suggestion', 'called_back', 'PW-84'), ('opinion', 'called_back', 'PW-84'),
    ('praise', 'called_back', 'PW-84'), ('request', 'called_back', 'PW-89'), ('installation', 'called_back', 'PW-94');
CREATE FUNCTION pg_temp.shift() RETURNS bigint LANGUAGE sql AS
$$ INSERT INTO desk.shift (starts_at, ends_at) VALUES (pg_temp.base(), pg_temp.base() + interval '8 hours') RETURNING shift_id $$;
-- Brings a new ticket into a state, its steps taking no time.
CREATE FUNCTION pg_temp.into_state(p_id bigint, p_state text, p_at interval) RETURNS bigint LANGUAGE sql AS
$$ SELECT pg_temp.play(p_id, regexp_replace(p.story, '@[^;]+', '@0', 'g'), pg_temp.base() + p_at)
   FROM path p JOIN desk.ticket t USING (ticket_type) WHERE t.ticket_id = p_id AND p.state = p_state $$;
-- A shift with two tickets of a type and one of another: the ids of the two.
CREATE FUNCTION pg_temp.two_of(p_type text) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE s bigint := pg_temp.shift();
BEGIN
    PERFORM pg_temp.opened(CASE p_type WHEN 'praise' THEN 'query' ELSE 'praise' END, p_shift => s);
    RETURN array[pg_temp.opened(p_type, p_shift => s), pg_temp.opened(p_type, p_shift => s)];
END $$;

CREATE TEMP TABLE archived AS
SELECT c.*, v.over, pg_temp.two_of(c.ticket_type) AS two, NULL::text AS before
FROM archive_case c, (VALUES (interval '0'), (interval '1 microsecond')) v (over);
SELECT pg_temp.into_state(two[1], done, '1 hour') FROM archived \g /dev/null
UPDATE archived SET before = pg_temp.outcome(two[1], 'archive');
SELECT pg_temp.into_state(two[2], done, '2 hours') FROM archived \g /dev/null
SELECT is(before, 'none', format('%s: %s %s, the shift has others to do', clause, ticket_type, done)) FROM archived WHERE over = '0';
SELECT results_eq(
    format('SELECT started_at, due_at, stopped_at, is_breached FROM desk.sla_clock WHERE ticket_id = %s AND clock = %L', pg_temp.play(two[n], 'archived@' || (interval '3 hours' + over)), 'archive'),
    format('SELECT %L::timestamptz, %L::timestamptz, %L::timestamptz, %L::boolean', pg_temp.base() + interval '2 hours', pg_temp.base() + interval '3 hours', pg_temp.base() + interval '3 hours' + over, over > '0'),
    format('%s: %s %s, number %s archived %s after the shift''s last one', clause, ticket_type, done, n, interval '1 hour' + over))
FROM archived, generate_series(1, 2) n;

-- The last one that is cancelled, or goes over to the next shift, ends the shift too.
CREATE TEMP TABLE last_case AS
SELECT v.*, pg_temp.two_of('request') AS two
FROM (VALUES ('cancelled@2 hours', '02:00:00'), ('shift_id=@2 hours', '02:00:00'), ('submitted@2 hours', NULL)) v (story, since);
SELECT pg_temp.into_state(two[1], 'called_back', '1 hour') FROM last_case \g /dev/null
SELECT pg_temp.play(two[2], story) FROM last_case \g /dev/null
SELECT is(pg_temp.ask(two[1], $$SELECT started_at - pg_temp.base() FROM desk.sla_clock WHERE ticket_id = $1 AND clock = 'archive'$$), since,
          format('PW-89: archiving is due after the last one: %s', story)) FROM last_case;
-- Another one that comes into the shift afterwards: the hour is counted anew.
CREATE TEMP TABLE anew AS SELECT *, pg_temp.two_of(ticket_type) AS two FROM archive_case;
SELECT pg_temp.into_state(two[n], done, n * interval '1 hour') FROM anew, generate_series(1, 2) n ORDER BY n \g /dev/null
SELECT pg_temp.into_state(pg_temp.opened(t.ticket_type, pg_temp.base() + interval '150 minutes', p_shift => t.shift_id), done, '150 minutes')
FROM anew JOIN desk.ticket t ON t.ticket_id = two[1] \g /dev/null
SELECT is(pg_temp.outcome(two[1], 'archive'), 'cancelled, running', format('%s: %s %s, the hour begins anew with a later ticket', clause, ticket_type, done)) FROM anew;
SELECT is(pg_temp.outcome(pg_temp.play(pg_temp.opened('query'), 'answered@1 minute'), 'archive'), 'none', 'PW-74: no shift, no hour');

-- Calls written to contact ---------------------------------------------------

CREATE FUNCTION pg_temp.called(p_type text, p_wait interval) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE id bigint := pg_temp.opened(p_type);
BEGIN
    PERFORM pg_temp.as_of(pg_temp.base() + interval '2 minutes', 'agent');
    INSERT INTO desk.contact (ticket_id, channel, started_at, answered_at, ended_at, login)
    VALUES (id, 'phone', pg_temp.base(), pg_temp.base() + p_wait, pg_temp.base() + interval '1 minute', 'agent');
    RETURN id;
END $$;
CREATE TEMP TABLE called AS
SELECT t, wait, expected, pg_temp.called(t, wait) AS id
FROM unnest(pg_temp.types()) t, (VALUES (interval '12 seconds', 'met'), (interval '12.000001 seconds', 'breached')) v (wait, expected);
SELECT is(pg_temp.outcome(id, 'answer'), expected, format('PW-56: a call of a %s, answered after %s', t, wait)) FROM called;
SELECT is(pg_temp.ask(id, $$SELECT started_at - pg_temp.base() FROM desk.sla_clock WHERE ticket_id = $1 AND clock = 'submit'$$),
          CASE WHEN t <> 'query' THEN '00:01:00' END, format('PW-58, PW-75: a call of a %s, its end', t)) FROM called;

-- Escalation at the limits (PW-13, PW-65) -------------------------------------

-- Who has been told about a ticket after a sweep at that time.
CREATE FUNCTION pg_temp.told(p_id bigint, p_at timestamptz) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_temp.as_of(p_at);
    PERFORM aftersales.sweep();
    RETURN (SELECT string_agg(recipient, ', ' ORDER BY at, level) FROM desk.outbox WHERE ticket_id = p_id);
END $$;
CREATE TEMP TABLE escalation_case (ticket_type text, area text, category text, story text, limit_at interval, recipients text, clause text);
INSERT INTO escalation_case VALUES
    ('fault', 'urban', NULL, 'submitted@0; dispatched@0', '1 hour', 'shift_leader', 'PW-13'),
    ('fault', 'rural', NULL, 'submitted@0; dispatched@0; on_site@0', '12 hours', 'agent, shift_leader', 'PW-65'),
    ('fault', 'rural', 'meter_fault', 'submitted@0; dispatched@0; on_site@0', '24 hours', 'agent, shift_leader', 'PW-65'),
    ('request', NULL, NULL, '!reconnection_applied@0', '24 hours', 'shift_leader', 'PW-13'),
    ('consult', NULL, NULL, 'submitted@0; dispatched@0', '40 hours', 'shift_leader', 'PW-13'),
    ('complaint', NULL, NULL, 'submitted@0; dispatched@0', '14 days 16 hours', 'shift_leader', 'PW-13'),
    ('report', NULL, NULL, 'submitted@0; dispatched@0', '14 days 16 hours', 'shift_leader', 'PW-13');
INSERT INTO escalation_case SELECT t, NULL, NULL, 'submitted@0; dispatched@0', '3 days 16 hours', 'shift_leader', 'PW-13' FROM unnest('{request,suggestion,opinion,praise}'::text[]) t;
CREATE TEMP TABLE escalated AS
SELECT c.*, pg_temp.play(pg_temp.opened(ticket_type, p_area => area, p_category => category), story) AS id FROM escalation_case c;
SELECT is(pg_temp.told(id, pg_temp.base() + limit_at + over), CASE WHEN over > '0' THEN recipients END,
          format('%s: who is told of a %s at %s', clause, ticket_type, limit_at + over))
FROM escalated, (VALUES (interval '-1 second'), ('1 microsecond')) v (over) ORDER BY limit_at + over;

-- Whole stories --------------------------------------------------------------

INSERT INTO story VALUES
    ('fault', pg_temp.play(pg_temp.opened('fault'),
        '!call_in@0; !answered@5 seconds; !hung_up@2 minutes; submitted@4 minutes; dispatched@6 minutes; on_site@40 minutes; restored@3 hours; called_back@3 hours 5 minutes; archived@4 hours')),
    ('consult', pg_temp.play(pg_temp.opened('consult'),
        '!call_in@0; !answered@5 seconds; !hung_up@2 minutes; submitted@3 minutes; dispatched@6 minutes; handled@20 hours; called_back@20 hours 5 minutes; archived@21 hours')),
    ('answered', pg_temp.play(pg_temp.opened('consult'),
        '!call_in@0; !answered@5 seconds; answered@2 minutes; !hung_up@3 minutes; archived@1 hour')),
    ('query', pg_temp.play(pg_temp.opened('query'),
        '!call_in@0; !answered@5 seconds; answered@2 minutes; !hung_up@3 minutes; archived@1 hour'));
INSERT INTO story SELECT t, pg_temp.play(pg_temp.opened(t),
        '!call_in@0; !answered@5 seconds; !hung_up@2 minutes; submitted@3 minutes; dispatched@6 minutes; handled@20 hours; called_back@20 hours 5 minutes; archived@21 hours')
FROM unnest(pg_temp.handled_types()) t;
SELECT results_eq(format('SELECT clock, outcome FROM desk_bi.clock WHERE ticket_id = %s ORDER BY clock', ticket_id),
                  format('SELECT c, %L::text FROM unnest(%L::text[]) c', 'met', expected), format('PW-13: clocks of a whole %s', name))
FROM story JOIN (VALUES ('fault', '{answer,arrive,callback,restore,review,submit}'), ('consult', '{answer,answer_content,callback,handle,review,submit}'),
                        ('answered', '{answer,answer_content}'), ('query', '{answer,answer_content}')
                        UNION ALL SELECT t, '{answer,callback,handle,' || CASE t WHEN 'complaint' THEN 'reply,' ELSE '' END || 'review,submit}'
                        FROM unnest(pg_temp.handled_types()) t WHERE t <> 'installation') v (name, expected) USING (name);

-- PW-22: a disputed query goes on as a consultation of its own.
INSERT INTO story VALUES ('disputed', pg_temp.play(pg_temp.opened('query', p_attributes => '{"customer_no": "15000001", "disputed": true, "call_rating": "fair"}'), 'answered@1 minute'));
INSERT INTO story SELECT 'check', pg_temp.opened('consult') FROM story WHERE name = 'disputed';
UPDATE desk.ticket SET parent_id = (SELECT ticket_id FROM story WHERE name = 'disputed') WHERE ticket_id = (SELECT ticket_id FROM story WHERE name = 'check');
SELECT is(pg_temp.move_verdict(ticket_id, 'archived', p_attributes => jsonb_build_object('consult_ticket', (SELECT ticket_id FROM story WHERE name = 'check'))), 'accepted',
          'PW-22: archived once its consultation is named') FROM story WHERE name = 'disputed';

-- No clock runs for ever: none is open on a ticket that is closed.
SELECT is_empty($$SELECT t.ticket_type, t.status, c.clock FROM desk.sla_clock c JOIN desk.ticket t USING (ticket_id)
                  WHERE c.stopped_at IS NULL AND t.status IN ('archived', 'cancelled', 'duplicate')$$, 'no clock runs on a closed ticket');
SELECT is_empty($$SELECT * FROM aftersales.verify_audit()$$, 'the audit chains of all these tickets are whole');

SELECT * FROM finish();
ROLLBACK;
