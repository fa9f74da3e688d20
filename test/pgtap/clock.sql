-- SLA clocks: due times, starts, stops, cycles, breaches, sweep, and what the
-- views say. Every clock is asked for by ticket and name.
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT no_plan();

-- ---------- a policy per time zone, all with the same rules
CREATE FUNCTION make_policy(code text, zone text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO aftersales.policy (policy, title_en, timezone) VALUES (code, code, zone);
    INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES (code, 1, 'job'), (code, 1, 'days'), (code, 1, 'must');
    INSERT INTO aftersales.event_type (policy, version, event) VALUES (code, 1, 'go'), (code, 1, 'stop'), (code, 1, 'off'), (code, 1, 'memo');
    INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES (code, 1, 'new', 'initial'), (code, 1, 'work', 'active'), (code, 1, 'done', 'done');
    INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES (code, 1, 'new', 'work'), (code, 1, 'work', 'done'), (code, 1, 'done', 'work');
    INSERT INTO aftersales.sla_rule (policy, version, ticket_type, rule, clock, condition, starts_on, stops_on, cancels_on, target, unit, count_first_day, mandatory, rank) VALUES
        (code, 1, 'job', 'hour', 'run', NULL, '{go}', '{stop}', '{off}', '01:00', 'elapsed', false, false, 0),
        (code, 1, 'job', 'town', 'area', 'area = ''urban''', '{opened}', '{status:work}', '{}', '01:00', 'elapsed', false, false, 1),
        (code, 1, 'job', 'land', 'area', 'area = ''rural''', '{opened}', '{status:work}', '{}', '03:00', 'elapsed', false, false, 1),
        (code, 1, 'job', 'gold', 'area', 'tier = ''gold''', '{opened}', '{status:work}', '{}', '00:10', 'elapsed', false, false, 2),
        (code, 1, 'job', 'none', 'open_end', NULL, '{opened}', '{status:done}', '{}', NULL, 'elapsed', false, false, 0),
        (code, 1, 'job', 'zero', 'at_once', NULL, '{opened}', '{status:work}', '{}', '00:00', 'elapsed', false, false, 0),
        (code, 1, 'job', 'both', 'both', NULL, '{go}', '{go}', '{}', '01:00', 'elapsed', false, false, 0),
        (code, 1, 'job', 'renew', 'renew', NULL, '{go}', '{stop}', '{go}', '01:00', 'elapsed', false, false, 0),
        (code, 1, 'job', 'state', 'state', NULL, '{status:new}', '{status:work}', '{}', '01:00', 'elapsed', false, false, 0),
        (code, 1, 'must', 'must_urban', 'must', 'area = ''urban''', '{go}', '{stop}', '{}', '01:00', 'elapsed', false, true, 0),
        (code, 1, 'days', 'd0', 'd0', NULL, '{opened}', '{stop}', '{}', '0 days', 'calendar_day', false, false, 0),
        (code, 1, 'days', 'd1', 'd1', NULL, '{opened}', '{stop}', '{}', '1 day', 'calendar_day', false, false, 0),
        (code, 1, 'days', 'd1f', 'd1f', NULL, '{opened}', '{stop}', '{}', '1 day', 'calendar_day', true, false, 0),
        (code, 1, 'days', 'd7', 'd7', NULL, '{opened}', '{stop}', '{}', '7 days', 'calendar_day', false, false, 0),
        (code, 1, 'days', 'm1', 'm1', NULL, '{opened}', '{stop}', '{}', '1 mon', 'calendar_day', false, false, 0),
        (code, 1, 'days', 'm1d1', 'm1d1', NULL, '{opened}', '{stop}', '{}', '1 mon 1 day', 'calendar_day', false, false, 0),
        (code, 1, 'days', 'y1', 'y1', NULL, '{opened}', '{stop}', '{}', '12 mons', 'calendar_day', false, false, 0),
        (code, 1, 'days', 'h24', 'h24', NULL, '{opened}', '{stop}', '{}', '24:00', 'elapsed', false, false, 0);
    PERFORM aftersales.activate_policy(code, 1);
END $$;
SELECT make_policy('sh', 'Asia/Shanghai');
SELECT make_policy('be', 'Europe/Berlin');
SELECT make_policy('sp', 'America/Sao_Paulo');
SELECT make_policy('ap', 'Pacific/Apia');
SELECT make_policy('ka', 'Asia/Kathmandu');
SELECT aftersales.create_desk();

CREATE FUNCTION at(t timestamptz) RETURNS void LANGUAGE sql AS $$ SELECT set_config('aftersales.now', t::text, false) $$;
CREATE FUNCTION due(id bigint, c text) RETURNS timestamptz LANGUAGE sql AS $$ SELECT due_at FROM desk.sla_clock WHERE ticket_id = id AND clock = c ORDER BY cycle DESC LIMIT 1 $$;
-- a clock's cycles as one line: rule@start-stop:how[!breach instant,cleared]
CREATE FUNCTION line(id bigint, c text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('%s %s..%s %s%s', rule, to_char(started_at, 'HH24:MI:SS.US'), coalesce(to_char(stopped_at, 'HH24:MI:SS.US'), ''), coalesce(ended_as, 'open'),
        CASE WHEN is_breached THEN format(' late %s%s', to_char(b.due_at, 'HH24:MI:SS.US'), CASE WHEN cleared_at IS NOT NULL THEN ' cleared' ELSE '' END) ELSE '' END), ' | ' ORDER BY cycle)
    FROM desk.sla_clock k LEFT JOIN desk.sla_breach b USING (clock_id) WHERE ticket_id = id AND clock = c $$;
CREATE FUNCTION outcome(id bigint, c text) RETURNS text LANGUAGE sql AS $$ SELECT string_agg(outcome, ',' ORDER BY cycle) FROM desk_bi.clock WHERE ticket_id = id AND clock = c $$;

-- ---------- due times of days and months, as the end of a local day
CREATE TABLE day_case (policy text, opened timestamptz, clock text, due timestamptz, why text);
INSERT INTO day_case VALUES
    ('sh', '2026-03-02 07:59:59+08', 'd0', '2026-03-02 23:59:59.999999+08', 'zero days: the end of the start day'),
    ('sh', '2026-03-02 00:00:00+08', 'd0', '2026-03-02 23:59:59.999999+08', 'a start at midnight belongs to the day that begins'),
    ('sh', '2026-03-02 23:59:59.999999+08', 'd1', '2026-03-03 23:59:59.999999+08', 'the last microsecond still belongs to its day'),
    ('sh', '2026-03-02 10:00+08', 'd1f', '2026-03-02 23:59:59.999999+08', 'counting the first day'),
    ('sh', '2026-03-02 10:00+08', 'd7', '2026-03-09 23:59:59.999999+08', 'seven days'),
    ('sh', '2026-02-26 10:00+08', 'd7', '2026-03-05 23:59:59.999999+08', 'over the end of February'),
    ('sh', '2024-02-26 10:00+08', 'd7', '2024-03-04 23:59:59.999999+08', 'over the end of February in a leap year'),
    ('sh', '2026-01-31 10:00+08', 'm1', '2026-02-28 23:59:59.999999+08', 'month end clamped'),
    ('sh', '2024-01-31 10:00+08', 'm1', '2024-02-29 23:59:59.999999+08', 'month end clamped in a leap year'),
    ('sh', '2026-01-31 10:00+08', 'm1d1', '2026-03-01 23:59:59.999999+08', 'months first, then days'),
    ('sh', '2026-12-31 10:00+08', 'm1', '2027-01-31 23:59:59.999999+08', 'over the end of the year'),
    ('sh', '2026-03-31 10:00+08', 'm1', '2026-04-30 23:59:59.999999+08', '31 to 30'),
    ('sh', '2024-02-29 10:00+08', 'y1', '2025-02-28 23:59:59.999999+08', 'a leap day, a year later'),
    ('sh', '2026-03-02 10:00+08', 'h24', '2026-03-03 10:00+08', '24 hours'),
    ('ka', '2026-03-02 23:50+05:45', 'd1', '2026-03-03 23:59:59.999999+05:45', 'an odd offset'),
    ('be', '2026-03-28 12:00+01', 'd0', '2026-03-28 23:59:59.999999+01', 'the day before summer time'),
    ('be', '2026-03-28 12:00+01', 'd1', '2026-03-29 23:59:59.999999+02', 'a day of 23 hours'),
    ('be', '2026-03-28 12:00+01', 'h24', '2026-03-29 13:00+02', '24 real hours over the switch'),
    ('be', '2026-03-29 00:30+01', 'd0', '2026-03-29 23:59:59.999999+02', 'started before the switch'),
    ('be', '2026-10-24 12:00+02', 'd1', '2026-10-25 23:59:59.999999+01', 'a day of 25 hours'),
    ('be', '2026-10-25 00:30+02', 'd0', '2026-10-25 23:59:59.999999+01', 'started before the switch back'),
    ('be', '2026-10-24 12:00+02', 'h24', '2026-10-25 11:00+01', '24 real hours over the switch back'),
    ('be', '2026-02-28 12:00+01', 'm1', '2026-03-28 23:59:59.999999+01', 'a month within winter time'),
    ('be', '2026-02-28 12:00+01', 'm1d1', '2026-03-29 23:59:59.999999+02', 'a month and a day into summer time'),
    -- midnight of 4 November 2018 did not exist in Sao Paulo: 00:00 became 01:00
    ('sp', '2018-11-02 12:00-03', 'd1', '2018-11-03 23:59:59.999999-03', 'the last instant before a midnight that does not exist'),
    ('sp', '2018-11-03 12:00-03', 'd1', '2018-11-04 23:59:59.999999-02', 'the day that begins at one'),
    -- midnight of 18 February 2018 came twice: 24:00 became 23:00 of the 17th
    ('sp', '2018-02-16 12:00-02', 'd1', '2018-02-17 23:59:59.999999-03', 'a day whose last hour comes twice ends with the second'),
    -- Apia left out 30 December 2011
    ('ap', '2011-12-28 12:00-10', 'd1', '2011-12-29 23:59:59.999999-10', 'the day before the one left out');
SELECT at('2030-01-01 00:00+00');
INSERT INTO desk.ticket (ticket_id, external_ref, policy, ticket_type, opened_at)
SELECT 5000 + row_number() OVER (), ref, policy, 'days', opened FROM (SELECT DISTINCT policy || extract(epoch FROM opened) AS ref, policy, opened FROM day_case) d;
SELECT is(c.due_at, d.due, format('%s %s %s: %s', d.policy, d.clock, d.opened, d.why))
FROM day_case d
JOIN desk.ticket k ON k.external_ref = d.policy || extract(epoch FROM d.opened)
JOIN desk.sla_clock c ON c.ticket_id = k.ticket_id AND c.clock = d.clock;
SELECT is((SELECT count(*) FROM day_case), (SELECT count(*) FROM day_case d JOIN desk.ticket k ON k.external_ref = d.policy || extract(epoch FROM d.opened)
          JOIN desk.sla_clock c ON c.ticket_id = k.ticket_id AND c.clock = d.clock), 'every case has its clock');

-- ---------- met or late: on time is met, a microsecond later is late
SELECT at('2026-03-02 08:00+00');
INSERT INTO desk.ticket (ticket_id, policy, ticket_type) SELECT g, 'sh', 'job' FROM generate_series(9001, 9099) g;
INSERT INTO desk.ticket_event (ticket_id, event) SELECT g, 'go' FROM generate_series(9001, 9010) g;
INSERT INTO desk.ticket_event (ticket_id, event) VALUES (9005, 'stop');
SELECT at('2026-03-02 08:30+00');
INSERT INTO desk.ticket_event (ticket_id, event) VALUES (9003, 'off');
SELECT at('2026-03-02 09:00+00');
INSERT INTO desk.ticket_event (ticket_id, event) VALUES (9001, 'stop');
SELECT at('2026-03-02 09:00:00.000001+00');
INSERT INTO desk.ticket_event (ticket_id, event) VALUES (9002, 'stop');
SELECT at('2026-03-02 10:00+00');
INSERT INTO desk.ticket_event (ticket_id, event, occurred_at) VALUES (9004, 'off', '2026-03-02 09:30+00');
SELECT is(line(9001, 'run'), 'hour 08:00:00.000000..09:00:00.000000 stopped', 'stopped exactly when due: met');
SELECT is(outcome(9001, 'run'), 'met', 'and the view says so');
SELECT is(line(9002, 'run'), 'hour 08:00:00.000000..09:00:00.000001 stopped late 09:00:00.000000', 'a microsecond later: late, at the due time');
SELECT is(outcome(9002, 'run'), 'breached', 'and the view says so');
SELECT is(line(9003, 'run'), 'hour 08:00:00.000000..08:30:00.000000 cancelled', 'cancelled in time');
SELECT is(outcome(9003, 'run'), 'cancelled', 'and the view says so');
SELECT is(line(9004, 'run'), 'hour 08:00:00.000000..09:30:00.000000 cancelled late 09:00:00.000000', 'cancelled after it was late');
SELECT is(outcome(9004, 'run'), 'breached', 'and the view says so');
SELECT is(line(9005, 'run'), 'hour 08:00:00.000000..08:00:00.000000 stopped', 'stopped at the instant of its start');
-- a zero target is due at the start
SELECT is(due(9001, 'at_once'), '2026-03-02 08:00+00', 'zero time: due at the start');
-- without a target: never late
SELECT is((SELECT (due_at, target, next_at)::text FROM desk.sla_clock WHERE ticket_id = 9001 AND clock = 'open_end'), '(,,)', 'no target, no due time');
-- the state opened in starts a clock like the opening
SELECT is(due(9001, 'state'), '2026-03-02 09:00+00', 'status:new counts for the opening in new');

-- ---------- cycles
SELECT at('2026-03-02 08:00+00');
INSERT INTO desk.ticket (ticket_id, policy, ticket_type) VALUES (1, 'sh', 'job');
INSERT INTO desk.ticket_event (ticket_id, event) VALUES (1, 'go');
SELECT at('2026-03-02 08:10+00');
INSERT INTO desk.ticket_event (ticket_id, event) VALUES (1, 'go');
SELECT is(line(1, 'run'), 'hour 08:00:00.000000.. open', 'a start while open is ignored');
SELECT is(line(1, 'renew'), 'renew 08:00:00.000000..08:10:00.000000 cancelled | renew 08:10:00.000000.. open', 'a start that also cancels begins anew: cancel comes first');
SELECT is(line(1, 'both'), 'both 08:00:00.000000..08:10:00.000000 stopped | both 08:10:00.000000.. open', 'at one instant stop comes before start');
SELECT at('2026-03-02 08:20+00');
INSERT INTO desk.ticket_event (ticket_id, event) VALUES (1, 'stop'), (1, 'go'), (1, 'stop'), (1, 'go');
SELECT is(line(1, 'run'), 'hour 08:00:00.000000..08:20:00.000000 stopped | hour 08:20:00.000000..08:20:00.000000 stopped | hour 08:20:00.000000.. open', 'stop, start, stop, start in one statement');
SELECT is((SELECT array_agg(start_seq ORDER BY cycle) FROM desk.sla_clock WHERE ticket_id = 1 AND clock = 'run'), '{2,5,7}', 'a clock knows its start event');
SELECT at('2026-03-02 08:30+00');
INSERT INTO desk.ticket_event (ticket_id, event) VALUES (1, 'off'), (1, 'off');
SELECT is(outcome(1, 'run'), 'met,met,cancelled', 'a cancel ends the open cycle only');

-- ---------- changed attributes: retarget, void, revive
SELECT at('2026-03-02 08:00+00');
INSERT INTO desk.ticket (ticket_id, policy, ticket_type, area) SELECT g, 'sh', 'job', 'urban' FROM generate_series(20, 30) g;
SELECT is(line(20, 'area'), 'town 08:00:00.000000.. open', 'started by the rule that fits');
SELECT at('2026-03-02 08:30+00');
UPDATE desk.ticket SET area = 'rural' WHERE ticket_id IN (20, 21, 22);
SELECT is(due(20, 'area'), '2026-03-02 11:00+00', 'new rule, new due time from the same start');
SELECT is((SELECT (rule, target, started_at)::text FROM desk.sla_clock WHERE ticket_id = 20 AND clock = 'area'), '(land,03:00:00,"2026-03-02 08:00:00+00")', 'rule and target are the new ones');
SELECT at('2026-03-02 10:00+00');
UPDATE desk.ticket SET area = 'urban' WHERE ticket_id = 20;
SELECT is(due(20, 'area'), '2026-03-02 10:00+00', 'a due time before the change: due at the change');
SELECT is(line(20, 'area'), 'town 08:00:00.000000.. open', 'and not late before the promise existed');
SELECT is(outcome(20, 'area'), 'running', 'the view agrees, at the instant');
SELECT at('2026-03-02 10:00:00.000001+00');
SELECT is(outcome(20, 'area'), 'late', 'a microsecond later it is late, before any sweep');
UPDATE desk.ticket SET priority = 'x' WHERE ticket_id = 20;
SELECT is(line(20, 'area'), 'town 08:00:00.000000.. open late 10:00:00.000000', 'the breach instant is the change');
-- was late by the old rule, is not by the new: the breach stays
SELECT at('2026-03-02 10:30+00');
UPDATE desk.ticket SET area = 'rural' WHERE ticket_id = 23;
SELECT is(line(23, 'area'), 'land 08:00:00.000000.. open late 09:00:00.000000', 'a breach is recorded before the rules are matched again');
SELECT is(due(23, 'area'), '2026-03-02 11:00+00', 'the new target counts from then on');
SELECT at('2026-03-02 10:40+00');
UPDATE desk.ticket SET status = 'work' WHERE ticket_id = 23;
SELECT is(line(23, 'area'), 'land 08:00:00.000000..10:40:00.000000 stopped late 09:00:00.000000', 'stopped after the old due time: the breach is not cleared');
-- no rule fits any more
SELECT at('2026-03-02 08:30+00');
UPDATE desk.ticket SET area = NULL WHERE ticket_id IN (24, 25);
SELECT is(line(24, 'area'), 'town 08:00:00.000000..08:30:00.000000 voided', 'no match any more: voided');
SELECT is(outcome(24, 'area'), 'voided', 'and the view says so');
SELECT at('2026-03-02 08:40+00');
UPDATE desk.ticket SET area = 'rural' WHERE ticket_id = 24;
SELECT is(line(24, 'area'), 'land 08:00:00.000000.. open', 'matched again: revived, from the old start');
SELECT is(due(24, 'area'), '2026-03-02 11:00+00', 'with the new due time');
UPDATE desk.ticket SET tier = 'gold' WHERE ticket_id = 24;
SELECT is(line(24, 'area'), 'gold 08:00:00.000000.. open', 'the highest rank that fits wins');
SELECT is(due(24, 'area'), '2026-03-02 08:40+00', 'its due time was before the change');
SELECT at('2026-03-02 12:00+00');
SELECT is(outcome(25, 'area'), 'voided', 'a voided clock is not late later on');
UPDATE desk.ticket SET priority = 'x' WHERE ticket_id = 25;
SELECT is(line(25, 'area'), 'town 08:00:00.000000..08:30:00.000000 voided', 'and is left alone');
-- a stopped clock keeps what it was judged by
SELECT at('2026-03-02 08:50+00');
UPDATE desk.ticket SET status = 'work' WHERE ticket_id = 26;
UPDATE desk.ticket SET area = 'rural' WHERE ticket_id = 26;
SELECT is(line(26, 'area'), 'town 08:00:00.000000..08:50:00.000000 stopped', 'a stopped clock is not matched again');
-- change and move in one statement: the move is judged by the new rule
SELECT at('2026-03-02 09:30+00');
UPDATE desk.ticket SET area = 'rural', status = 'work' WHERE ticket_id = 27;
SELECT is(line(27, 'area'), 'land 08:00:00.000000..09:30:00.000000 stopped late 09:00:00.000000', 'late by the old rule when the statement came');
UPDATE desk.ticket SET area = 'rural', status = 'work', happened_at = '2026-03-02 08:59+00' WHERE ticket_id = 28;
SELECT is(line(28, 'area'), 'land 08:00:00.000000..08:59:00.000000 stopped late 09:00:00.000000 cleared', 'in time, but reported when it was late already: cleared');

-- ---------- mandatory
SELECT at('2026-03-02 08:00+00');
INSERT INTO desk.ticket (ticket_id, policy, ticket_type, area) VALUES (40, 'sh', 'must', 'rural'), (41, 'sh', 'must', 'urban');
SELECT throws_ok($$INSERT INTO desk.ticket_event (ticket_id, event) VALUES (40, 'go')$$, 'SV010', NULL, 'a mandatory clock that no rule fits refuses its start event');
SELECT lives_ok($$INSERT INTO desk.ticket_event (ticket_id, event) VALUES (40, 'memo'), (41, 'go')$$, 'other events, and one that fits, go');
SELECT throws_ok($$UPDATE desk.ticket SET area = 'rural' WHERE ticket_id = 41$$, 'SV010', NULL, 'and a change that leaves an open one without a rule');
SELECT lives_ok($$UPDATE desk.ticket SET area = 'urban' WHERE ticket_id = 40$$, 'a change without an open one');

-- ---------- settled on write or by sweep: the same rows
SELECT at('2026-03-02 08:00+00');
INSERT INTO desk.org_unit (org_id, org_code) VALUES (1, 'one'), (2, 'two');
INSERT INTO desk.staff (login) VALUES ('s1'), ('s2');
INSERT INTO desk.ticket (ticket_id, policy, ticket_type, area, org_id, assignee) SELECT g, 'sh', 'job', 'urban', 1, 's1' FROM generate_series(50, 53) g;
INSERT INTO desk.ticket_event (ticket_id, event) SELECT g, 'go' FROM generate_series(50, 53) g;
SELECT at('2026-03-02 10:00+00');
UPDATE desk.ticket SET priority = 'x' WHERE ticket_id = 50;
INSERT INTO desk.ticket_event (ticket_id, event) VALUES (51, 'memo');
UPDATE desk.ticket SET row_version = row_version WHERE ticket_id = 52;
SELECT is((SELECT count(*) FROM desk.sla_breach b JOIN desk.sla_clock c USING (clock_id) WHERE ticket_id = 53), 0::bigint, 'nobody touched it, nothing is recorded');
SELECT is((SELECT string_agg(clock || ' ' || outcome || ' ' || coalesce(late_minutes::text, '-'), ', ' ORDER BY clock) FROM desk_bi.clock_open WHERE ticket_id = 53),
          'area late 60.00, at_once late 120.00, both late 60.00, open_end running -, renew late 60.00, run late 60.00, state late 60.00', 'but the views say late');
SELECT is((SELECT count(*) FROM desk_bi.breach WHERE ticket_id = 53), 6::bigint, 'and count the breaches');
SELECT count(*) AS breaches FROM desk.sla_breach \gset
SELECT rows AS swept FROM aftersales.sweep() WHERE what = 'breach' \gset
SELECT is(count(*), :breaches + :swept::bigint, 'a sweep says how many breaches it has recorded') FROM desk.sla_breach;
SELECT is((SELECT string_agg(line(i, c), E'\n' ORDER BY c) FROM unnest('{area,at_once,both,renew,run,state,open_end}'::text[]) c),
          (SELECT string_agg(line(53, c), E'\n' ORDER BY c) FROM unnest('{area,at_once,both,renew,run,state,open_end}'::text[]) c), 'settled by a write of ticket ' || i)
FROM unnest('{50,51,52}'::bigint[]) i;
SELECT is((SELECT rows FROM aftersales.sweep() WHERE what = 'breach'), 0::bigint, 'a second sweep finds nothing');
SELECT is((SELECT count(*) FROM desk.sla_clock WHERE next_at < '2026-03-02 10:00+00'), 0::bigint, 'next_at holds nothing that is past');
-- responsible at the due instant
SELECT is((SELECT string_agg(DISTINCT b.org_id || b.assignee, ',') FROM desk.sla_breach b JOIN desk.sla_clock c USING (clock_id) WHERE ticket_id IN (50, 51, 52, 53)), '1s1', 'breaches name who was responsible');
SELECT at('2026-03-02 08:00+00');
INSERT INTO desk.ticket (ticket_id, policy, ticket_type, area, org_id, assignee) SELECT g, 'sh', 'job', 'urban', 1, 's1' FROM generate_series(54, 56) g;
INSERT INTO desk.ticket_event (ticket_id, event) SELECT g, 'go' FROM generate_series(54, 56) g;
SELECT at('2026-03-02 08:30+00');
UPDATE desk.ticket SET org_id = 2, assignee = 's2' WHERE ticket_id = 54;
SELECT at('2026-03-02 10:00+00');
UPDATE desk.ticket SET org_id = 2, assignee = 's2' WHERE ticket_id = 55;
UPDATE desk.ticket SET org_id = 2, assignee = NULL, happened_at = '2026-03-02 08:45+00' WHERE ticket_id = 56;
SELECT aftersales.sweep();
CREATE FUNCTION whose(id bigint, c text) RETURNS text LANGUAGE sql AS $$ SELECT b.org_id || coalesce(b.assignee, '-') FROM desk.sla_breach b JOIN desk.sla_clock k USING (clock_id) WHERE ticket_id = id AND clock = c $$;
SELECT is(whose(54, 'run'), '2s2', 'handed over before the due time: the new one');
SELECT is(whose(54, 'at_once'), '1s1', 'a clock due before the hand-over: the old one');
SELECT is(whose(55, 'run'), '1s1', 'handed over after it: the old one');
SELECT is(whose(56, 'run'), '2-', 'handed over later, but as of before: the new one');
SELECT is((SELECT org_id || coalesce(assignee, '-') FROM desk_bi.breach WHERE ticket_id = 55 AND clock = 'run'), '1s1', 'the view names them too');

-- ---------- late events
SELECT at('2026-03-02 08:00+00');
INSERT INTO desk.ticket (ticket_id, policy, ticket_type) VALUES (60, 'sh', 'job'), (61, 'sh', 'job'), (62, 'sh', 'job'), (63, 'sh', 'job');
INSERT INTO desk.ticket_event (ticket_id, event) VALUES (60, 'go'), (61, 'go'), (62, 'go'), (63, 'go');
SELECT at('2026-03-02 10:00+00');
SELECT aftersales.sweep();
SELECT is(line(60, 'run'), 'hour 08:00:00.000000.. open late 09:00:00.000000', 'recorded as late');
INSERT INTO desk.ticket_event (ticket_id, event, occurred_at) VALUES (60, 'stop', '2026-03-02 08:59+00'), (61, 'stop', '2026-03-02 09:01+00'), (62, 'off', '2026-03-02 09:00+00');
SELECT is(line(60, 'run'), 'hour 08:00:00.000000..08:59:00.000000 stopped late 09:00:00.000000 cleared', 'a late stop that was in time clears the breach');
SELECT is(outcome(60, 'run'), 'cleared', 'which is told apart');
SELECT is((SELECT is_breached FROM desk_bi.clock WHERE ticket_id = 60 AND clock = 'run'), true, 'and still counts as breached');
SELECT is(line(61, 'run'), 'hour 08:00:00.000000..09:01:00.000000 stopped late 09:00:00.000000', 'one that was not does not');
SELECT is((SELECT cleared_at IS NOT NULL FROM desk_bi.breach WHERE ticket_id = 60 AND clock = 'run'), true, 'the view has the clearing');
-- a late event that stops nothing, since the clock started after it
INSERT INTO desk.ticket_event (ticket_id, event, occurred_at) VALUES (63, 'memo', '2026-03-02 08:00+00');
SELECT is(line(63, 'run'), 'hour 08:00:00.000000.. open late 09:00:00.000000', 'another late event changes nothing');

-- ---------- sweep: bounds
SELECT at('2026-03-02 11:00+00');
INSERT INTO desk.ticket (ticket_id, policy, ticket_type, opened_at, area) SELECT g, 'sh', 'job', '2026-03-02 09:00+00', 'urban' FROM generate_series(101, 110) g;
SELECT throws_ok($$SELECT * FROM aftersales.sweep('2026-03-02 11:00:00.000001+00')$$, 'SV005', NULL, 'never in the future');
SELECT is((SELECT rows FROM aftersales.sweep('2026-03-02 10:00+00') WHERE what = 'breach'), 10::bigint, 'as of a past instant: at_once alone (the others are due then and thus in time)');
SELECT is((SELECT count(DISTINCT c.ticket_id) FROM desk.sla_breach b JOIN desk.sla_clock c USING (clock_id) WHERE c.ticket_id > 100 AND clock = 'area' AND c.ticket_id < 200), 0::bigint, 'nothing due exactly at that instant');
SELECT is((SELECT rows FROM aftersales.sweep(max_tickets => 3) WHERE what = 'breach'), 6::bigint, 'max_tickets bounds the tickets, not the clocks');
SELECT is((SELECT rows FROM aftersales.sweep(max_tickets => 0) WHERE what = 'breach'), 0::bigint, 'none at all');
SELECT is((SELECT rows FROM aftersales.sweep(max_tickets => 100) WHERE what = 'breach'), 14::bigint, 'the rest');
SELECT is((SELECT rows FROM aftersales.sweep() WHERE what = 'breach'), 0::bigint, 'and then nothing');
SELECT ok((SELECT bool_and(b.due_at = c.due_at) FROM desk.sla_breach b JOIN desk.sla_clock c USING (clock_id) WHERE c.ticket_id BETWEEN 101 AND 110), 'the breach instant is the due time');
SELECT ok(NOT EXISTS (SELECT FROM desk.sla_clock c LEFT JOIN desk.sla_breach b USING (clock_id) WHERE c.is_breached <> (b.clock_id IS NOT NULL)), 'is_breached says whether there is a breach row');
SELECT is_empty('SELECT * FROM aftersales.verify_audit()', 'all chains are sound');
SELECT * FROM finish();
