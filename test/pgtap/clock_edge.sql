-- Clocks at their edges: each case a ticket of its own, played from a script
-- of "time [~happened] what", and its clocks compared line by line.
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SELECT no_plan();

-- ---------- calendar and policy
INSERT INTO aftersales.calendar (calendar, timezone) VALUES ('office', 'Asia/Shanghai');
INSERT INTO aftersales.calendar_hours (calendar, weekday, opens, closes)
SELECT 'office', d, o, c FROM generate_series(1, 5) d, (VALUES (time '08:30', time '12:00'), (time '13:30', time '17:30')) h(o, c);
INSERT INTO aftersales.calendar_day (calendar, day, is_working, name) VALUES ('office', '2026-03-05', false, 'Holiday');

INSERT INTO aftersales.policy (policy, title_en, timezone, calendar) VALUES ('edge', 'Edge', 'Asia/Shanghai', 'office');
INSERT INTO aftersales.event_type (policy, version, event)
SELECT 'edge', 1, e FROM unnest('{go,stop,off,tick,a,b,c,pa,qa,memo}'::text[]) e;
INSERT INTO aftersales.attribute (policy, version, attribute, data_type) VALUES
    ('edge', 1, 'agreed_at', 'timestamptz'), ('edge', 1, 'agreed_on', 'date'), ('edge', 1, 'kind', 'text');
INSERT INTO aftersales.workflow_state (policy, version, state, kind, position) VALUES
    ('edge', 1, 'new', 'initial', 0), ('edge', 1, 'held', 'initial', 1), ('edge', 1, 'work', 'active', 2), ('edge', 1, 'wait', 'waiting', 3),
    ('edge', 1, 'late', 'active', 4), ('edge', 1, 'done', 'done', 5), ('edge', 1, 'closed', 'closed', 6);
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state)
SELECT 'edge', 1, f, t FROM unnest('{new,held,work,wait,late,done,closed}'::text[]) f, unnest('{work,wait,held,done,closed}'::text[]) t
WHERE f <> t
UNION ALL SELECT 'edge', 1, f, 'late' FROM unnest('{new,work,wait}'::text[]) f;

CREATE TABLE rule_case (ticket_type text, rule text, clock text, starts text[], stops text[], target interval, rest jsonb DEFAULT '{}');
INSERT INTO rule_case VALUES
    ('run', 'run', 'run', '{go}', '{stop}', '01:00', '{"cancels_on": ["off"]}'),
    ('office', 'office', 'office', '{go}', '{stop}', '03:30', '{"unit": "working"}'),
    ('office', 'two', 'two', '{go}', '{stop}', '02:00', '{"unit": "working"}'),
    ('office', 'none', 'none', '{go}', '{stop}', '00:00', '{"unit": "working"}'),
    ('office', 'none_e', 'none_e', '{go}', '{stop}', '00:00', '{}'),
    ('office', 'day', 'day', '{go}', '{stop}', '1 day', '{"unit": "working_day"}'),
    ('office', 'day_0', 'day_0', '{go}', '{stop}', '0 days', '{"unit": "working_day"}'),
    ('office', 'cday_0', 'cday_0', '{go}', '{stop}', '0 days', '{"unit": "calendar_day"}'),
    ('office', 'day_f', 'day_f', '{go}', '{stop}', '1 day', '{"unit": "working_day", "count_first_day": true}'),
    ('office', 'mon', 'mon', '{go}', '{stop}', '1 mon', '{"unit": "calendar_day"}'),
    ('office', 'mon_f', 'mon_f', '{go}', '{stop}', '1 mon', '{"unit": "calendar_day", "count_first_day": true}'),
    ('cut', 'e', 'e', '{go}', '{stop}', '02:00', '{"cutoff": "17:00"}'),
    ('cut', 'e9', 'e9', '{go}', '{stop}', '02:00', '{"cutoff": "17:00", "day_open": "09:15"}'),
    ('cut', 'w', 'w', '{go}', '{stop}', '01:00', '{"cutoff": "17:00", "unit": "working"}'),
    ('cut', 'd', 'd', '{go}', '{stop}', '1 day', '{"cutoff": "17:00", "unit": "working_day"}'),
    ('cut', 'df', 'df', '{go}', '{stop}', '1 day', '{"cutoff": "17:00", "unit": "working_day", "count_first_day": true}'),
    ('cut', 'c', 'c', '{go}', '{stop}', '1 day', '{"cutoff": "17:00", "unit": "calendar_day"}'),
    ('cut', 'd0', 'd0', '{go}', '{stop}', '0 days', '{"cutoff": "17:00", "unit": "working_day"}'),
    ('pz', 'pz', 'pz', '{opened}', '{status:done}', '01:00', '{"pauses_in": ["wait", "held"]}'),
    ('pz', 'no_target', 'no_target', '{opened}', '{status:done}', NULL, '{"pauses_in": ["wait", "held"]}'),
    ('pz', 'no_pause', 'no_pause', '{opened}', '{status:done}', '01:00', '{}'),
    ('pw', 'pw', 'pw', '{opened}', '{status:done}', '03:00', '{"pauses_in": ["wait"], "unit": "working"}'),
    ('prio', 'usual', 'prio', '{opened}', '{status:done}', '01:00', '{"pauses_in": ["wait"]}'),
    ('prio', 'high', 'prio', '{opened}', '{status:done}', '00:10', '{"pauses_in": ["wait"], "rank": 1, "condition": "priority = ''high''"}'),
    ('prio', 'long', 'prio', '{opened}', '{status:done}', '02:00', '{"pauses_in": ["wait"], "rank": 1, "condition": "priority = ''long''"}'),
    ('prio', 'hard', 'prio', '{opened}', '{status:done}', '02:00', '{"rank": 1, "condition": "priority = ''hard''"}'),
    ('prio', 'day', 'prio', '{opened}', '{status:done}', '1 day', '{"pauses_in": ["wait"], "rank": 1, "unit": "calendar_day", "condition": "priority = ''day''"}'),
    ('prio', 'shift', 'prio', '{opened}', '{status:done}', '03:00', '{"pauses_in": ["wait"], "rank": 1, "unit": "working", "condition": "priority = ''shift''"}'),
    ('cyc', 'cyc', 'cyc', '{status:work}', '{status:done}', '01:00', '{}'),
    ('renew', 'renew', 'renew', '{go}', '{stop}', '01:00', '{"cancels_on": ["go", "off"]}'),
    ('day', 'cd', 'cd', '{go}', '{stop}', '2 days', '{"pauses_in": ["wait"], "unit": "calendar_day"}'),
    ('day', 'wd', 'wd', '{go}', '{stop}', '2 days', '{"pauses_in": ["wait"], "unit": "working_day"}'),
    ('day', 'z', 'z', '{go}', '{stop}', '0 days', '{"pauses_in": ["wait"], "unit": "calendar_day"}'),
    ('rep', 'rep', 'rep', '{go}', '{tick}', '01:00', '{"repeats": true, "cancels_on": ["off"]}'),
    ('all', 'all', 'all', '{a,b}', '{stop}', '01:00', '{"starts_when": "all"}'),
    ('all', 'all_s', 'all_s', '{opened,status:work,c}', '{stop}', '01:00', '{"starts_when": "all"}'),
    ('chain', 'x', 'x', '{go}', '{stop}', '01:00', '{"cancels_on": ["off"]}'),
    ('chain', 'y', 'y', '{due:x}', '{stop}', '01:00', '{}'),
    ('chain', 'z', 'z', '{due:y}', '{stop}', '01:00', '{}'),
    ('from', 'at', 'at', '{opened}', '{stop}', '02:00', '{"due_from": "agreed_at"}'),
    ('from', 'at_only', 'at_only', '{opened}', '{stop}', NULL, '{"due_from": "agreed_at"}'),
    ('from', 'on_day', 'on_day', '{opened}', '{stop}', NULL, '{"due_from": "agreed_on"}'),
    ('from', 'at_day', 'at_day', '{opened}', '{stop}', '3 days', '{"due_from": "agreed_at", "unit": "working_day", "pauses_in": ["wait"]}'),
    ('grp', 'p', 'p', '{opened}', '{pa}', '01:00', '{"any_of": "one"}'),
    ('grp', 'q', 'q', '{opened}', '{qa}', '02:00', '{"any_of": "one"}'),
    ('must', 'must', 'must', '{go}', '{stop}', '01:00', '{"mandatory": true, "condition": "kind = ''k''"}'),
    ('phantom', 'ph', 'ph', '{go}', '{stop}', '01:00', '{"condition": "kind = ''k''", "cancels_on": ["off"]}'),
    ('phantom', 'ph_slow', 'ph', '{go}', '{stop}', '04:00', '{"condition": "kind = ''slow''", "cancels_on": ["off"]}'),
    ('phantom', 'ph_pause', 'pp', '{opened}', '{stop}', '01:00', '{"condition": "kind = ''k''", "pauses_in": ["wait"]}'),
    ('tm', 'tm', 'tm', '{opened}', '{status:done,stop}', '01:00', '{"on_breach": "late", "on_breach_set": {"priority": "top", "kind": "k"}}'),
    ('tm', 'left', 'left', '{status:late}', '{status:done}', '00:30', '{}'),
    ('ts', 'ts', 'ts', '{opened}', '{status:done,stop}', '01:00', '{"on_breach_set": {"area": "far"}}'),
    ('ts', 'near', 'near', '{opened}', '{status:done}', '05:00', '{"condition": "area IS NULL"}'),
    ('ts', 'far', 'near', '{opened}', '{status:done}', '03:00', '{"condition": "area = ''far''", "rank": 1}'),
    ('tr', 'first', 'first', '{opened}', '{status:done}', '01:00', '{"on_breach_set": {"priority": "high"}}'),
    ('tr', 'slow', 'next', '{opened}', '{status:done}', '30:00', '{}'),
    ('tr', 'fast', 'next', '{opened}', '{status:done}', '03:00', '{"condition": "priority = ''high''", "rank": 1, "on_breach_set": {"area": "far"}}'),
    ('tr', 'third', 'third', '{changed:area}', '{status:done}', '01:00', '{"on_breach_set": {"tier": "gold"}}'),
    ('esc', 'esc', 'esc', '{opened}', '{status:done,stop}', '04:00', '{"pauses_in": ["wait"]}'),
    ('who', 'who', 'who', '{opened}', '{stop}', '01:00', '{"responsible": "line"}');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) SELECT DISTINCT 'edge', 1, ticket_type FROM rule_case;
INSERT INTO aftersales.sla_rule (policy, version, ticket_type, rule, clock, condition, starts_on, starts_when, stops_on, cancels_on, pauses_in, target, due_from, unit,
                                 cutoff, day_open, count_first_day, repeats, any_of, mandatory, rank, on_breach, on_breach_set, responsible)
SELECT 'edge', 1, r.ticket_type, r.rule, r.clock, x.condition, r.starts, coalesce(x.starts_when, 'any'), r.stops, coalesce(x.cancels_on, '{}'), coalesce(x.pauses_in, '{}'),
       r.target, x.due_from, coalesce(x.unit, 'elapsed'), x.cutoff, coalesce(x.day_open, '08:00'), coalesce(x.count_first_day, false), coalesce(x.repeats, false),
       x.any_of, coalesce(x.mandatory, false), coalesce(x.rank, 0), x.on_breach, x.on_breach_set, x.responsible
FROM rule_case r CROSS JOIN jsonb_populate_record(NULL::aftersales.sla_rule, r.rest) x;
INSERT INTO aftersales.escalation_rule (policy, version, ticket_type, clock, level, at, action, recipient, set) VALUES
    ('edge', 1, 'tr', 'next', 1, '80%', 'notify', 'lead', NULL),
    ('edge', 1, 'tr', 'next', 2, '4 hours', 'move', 'lead', '{"status": "late"}'),
    ('edge', 1, 'esc', 'esc', 1, '-30 minutes', 'notify', '@assignee', NULL),
    ('edge', 1, 'esc', 'esc', 2, '50%', 'notify', 'lead', NULL),
    ('edge', 1, 'esc', 'esc', 3, '0', 'notify', '@superior', NULL),
    ('edge', 1, 'esc', 'esc', 4, '1 hour', 'set', 'lead', '{"priority": "high"}'),
    ('edge', 1, 'esc', 'esc', 5, '2 hours', 'move', '@org_head', '{"status": "late", "subject": "too late"}'),
    ('edge', 1, 'esc', 'esc', 6, '150%', 'notify', '@org_head', NULL);
SELECT is_empty($$SELECT * FROM aftersales.check_policy('edge', 1) WHERE severity = 'error'$$, 'the policy is sound');
SELECT aftersales.activate_policy('edge', 1);
SELECT aftersales.create_desk();
INSERT INTO desk.org_unit (org_id, org_code) VALUES (1, 'one'), (2, 'two');
INSERT INTO desk.staff (login) VALUES ('s1'), ('s2'), ('s3');

-- ---------- scripts
CREATE TABLE played (name text PRIMARY KEY, ticket_id bigint GENERATED BY DEFAULT AS IDENTITY UNIQUE, ticket_type text);

CREATE FUNCTION at(t timestamptz) RETURNS void LANGUAGE sql AS $$ SELECT set_config('aftersales.now', t::text, false) $$;

-- One step: "MM-DD HH:MM… [~MM-DD HH:MM…] what". What is "open [columns]",
-- "to STATE [columns]", "set columns", "sweep", or the name of an event;
-- columns as col=value, for attributes col:=value.
CREATE FUNCTION step(id bigint, type text, line text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    m text[] := regexp_match(line, '^(\d\d-\d\d [\d:.]+) (?:~(\d\d-\d\d [\d:.]+) )?(\S+) ?(.*)$');
    happened text := coalesce(quote_literal('2026-' || m[2]), 'NULL');
    args text := m[4];
    cols text := '';
    vals text := '';
    sets text := '';
    attributes jsonb := '{}';
    p text;
BEGIN
    IF m IS NULL THEN RAISE 'no such step: %', line; END IF;
    PERFORM at(('2026-' || m[1])::timestamptz);
    IF m[3] = 'to' THEN
        sets := format(', status = %L', split_part(args, ' ', 1));
        args := ltrim(substr(args, length(split_part(args, ' ', 1)) + 1));
    END IF;
    FOREACH p IN ARRAY CASE WHEN args = '' THEN '{}'::text[] ELSE string_to_array(args, ' ') END LOOP
        IF p ~ ':=' THEN
            attributes := attributes || jsonb_build_object(split_part(p, ':=', 1), replace(split_part(p, ':=', 2), '_', ' '));
        ELSE
            cols := cols || ', ' || split_part(p, '=', 1);
            vals := vals || format(', %L', nullif(split_part(p, '=', 2), ''));
            sets := sets || format(', %I = %L', split_part(p, '=', 1), nullif(split_part(p, '=', 2), ''));
        END IF;
    END LOOP;
    IF m[3] = 'open' THEN
        EXECUTE format('INSERT INTO desk.ticket (ticket_id, policy, ticket_type, attributes, happened_at%s) VALUES (%s, ''edge'', %L, %L, %s%s)',
                       cols, id, type, attributes, happened, vals);
    ELSIF m[3] IN ('to', 'set') THEN
        IF attributes <> '{}' THEN
            sets := sets || format(', attributes = jsonb_strip_nulls(attributes || %L)', replace(attributes::text, '"null"', 'null'));
        END IF;
        EXECUTE format('UPDATE desk.ticket SET happened_at = %s%s WHERE ticket_id = %s', happened, sets, id);
    ELSIF m[3] = 'sweep' THEN
        PERFORM aftersales.sweep();
    ELSE
        EXECUTE format('INSERT INTO desk.ticket_event (ticket_id, event, occurred_at) SELECT %s, e, %s FROM unnest(string_to_array(%L, ''+'')) e', id, happened, m[3]);
    END IF;
END $$;
-- a script that is refused goes no further, and is told at the end
CREATE TABLE problem (name text, step text, error text);
CREATE FUNCTION go_on(name text, VARIADIC script text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE line text; p played;
BEGIN
    SELECT * INTO STRICT p FROM played WHERE played.name = go_on.name;
    FOREACH line IN ARRAY script LOOP PERFORM step(p.ticket_id, p.ticket_type, line); END LOOP;
EXCEPTION WHEN OTHERS THEN
    INSERT INTO problem VALUES (go_on.name, line, SQLSTATE || ' ' || SQLERRM);
END $$;
CREATE FUNCTION play(name text, type text, VARIADIC script text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO played (name, ticket_type) VALUES (play.name, type);
    PERFORM go_on(name, VARIADIC script);
END $$;
-- the error of a step, "done" for none
CREATE FUNCTION refused(name text, line text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM step(ticket_id, ticket_type, line) FROM played p WHERE p.name = refused.name;
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;

CREATE FUNCTION short(t timestamptz) RETURNS text LANGUAGE sql AS $$
    SELECT regexp_replace(regexp_replace(to_char(t, 'MM-DD HH24:MI:SS.US'), '\.000000$', ''), ':00$', '') $$;
-- A ticket's cycles of a clock: rule start..stop how due X [late X by org/person] [paused since X left Y]
CREATE FUNCTION line(name text, c text) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(concat_ws(' ', k.rule, short(k.started_at) || '..' || coalesce(short(k.stopped_at), ''), coalesce(k.ended_as, 'open'),
        'due ' || short(k.due_at), 'paused ' || short(k.paused_since), 'left ' || k.remaining,
        CASE WHEN b.clock_id IS NOT NULL THEN 'late ' || short(b.due_at) END,
        CASE WHEN b.cleared_at IS NOT NULL THEN 'cleared' END,
        CASE WHEN k.is_breached <> (b.clock_id IS NOT NULL) THEN 'FLAG' END), ' | ' ORDER BY k.cycle, k.started_at), 'none')
    FROM desk.sla_clock k JOIN played p USING (ticket_id) LEFT JOIN desk.sla_breach b USING (clock_id) WHERE p.name = line.name AND k.clock = c $$;
CREATE FUNCTION outcome(name text, c text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(outcome, ',' ORDER BY cycle) FROM desk_bi.clock JOIN played p USING (ticket_id) WHERE p.name = outcome.name AND clock = c $$;
CREATE FUNCTION due(name text, c text) RETURNS text LANGUAGE sql AS $$
    SELECT short(due_at) FROM desk.sla_clock JOIN played p USING (ticket_id) WHERE p.name = due.name AND clock = c ORDER BY cycle DESC LIMIT 1 $$;
-- a ticket's events but the opening: event@time/origin
CREATE FUNCTION history(name text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('%s@%s/%s', event, short(occurred_at), origin), ' ' ORDER BY seq)
    FROM desk.ticket_event JOIN played p USING (ticket_id) WHERE p.name = history.name AND seq > 1 $$;
CREATE FUNCTION fired(name text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(e.level || '@' || short(e.at), ' ' ORDER BY e.at, e.level) FROM desk.sla_escalation e JOIN desk.sla_clock USING (clock_id) JOIN played p USING (ticket_id) WHERE p.name = fired.name $$;
CREATE FUNCTION posted(name text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(o.level || ' ' || o.recipient || ' ' || short(o.at), ', ' ORDER BY message_id) FROM desk.outbox o JOIN played p USING (ticket_id) WHERE p.name = posted.name $$;
CREATE FUNCTION whose(name text, c text) RETURNS text LANGUAGE sql AS $$
    SELECT b.org_id || '/' || coalesce(b.assignee, '-') || '/' || coalesce(b.responsible, '-') FROM desk.sla_breach b JOIN desk.sla_clock k USING (clock_id) JOIN played p USING (ticket_id) WHERE p.name = whose.name AND k.clock = c $$;
CREATE FUNCTION ticket(name text, col text) RETURNS text LANGUAGE sql AS $$
    SELECT to_jsonb(t) ->> col FROM desk.ticket t JOIN played p USING (ticket_id) WHERE p.name = ticket.name $$;

-- ---------- exactly at due, a microsecond later
SELECT play('met', 'run', '03-02 08:00 open', '03-02 08:00 go', '03-02 09:00 sweep', '03-02 09:00 stop');
SELECT is(line('met', 'run'), 'run 03-02 08:00..03-02 09:00 stopped due 03-02 09:00', 'stopped exactly when due: met');
SELECT play('late', 'run', '03-02 08:00 open', '03-02 08:00 go', '03-02 09:00:00.000001 stop');
SELECT is(line('late', 'run'), 'run 03-02 08:00..03-02 09:00:00.000001 stopped due 03-02 09:00 late 03-02 09:00', 'a microsecond later: late as of due');
SELECT play('late_sweep', 'run', '03-02 08:00 open', '03-02 08:00 go', '03-02 09:00:00.000001 sweep');
SELECT is(line('late_sweep', 'run'), 'run 03-02 08:00.. open due 03-02 09:00 late 03-02 09:00', 'a sweep a microsecond later finds it');
SELECT play('off', 'run', '03-02 08:00 open', '03-02 08:00 go', '03-02 09:00 off');
SELECT is(line('off', 'run'), 'run 03-02 08:00..03-02 09:00 cancelled due 03-02 09:00', 'cancelled exactly when due: not late');

-- ---------- reported after due
SELECT play('reported', 'run', '03-02 08:00 open', '03-02 08:00 go', '03-02 09:30 ~03-02 08:50 stop');
SELECT is(line('reported', 'run'), 'run 03-02 08:00..03-02 08:50 stopped due 03-02 09:00 late 03-02 09:00 cleared', 'a live clock whose stop in time is reported after due: breached and cleared');
SELECT is(outcome('reported', 'run'), 'cleared', 'which the view tells apart, and counts as late');
SELECT play('reported_swept', 'run', '03-02 08:00 open', '03-02 08:00 go', '03-02 09:10 sweep', '03-02 09:30 ~03-02 08:50 stop');
SELECT is(line('reported_swept', 'run'), line('reported', 'run'), 'the same when a sweep came between');
SELECT play('reported_off', 'run', '03-02 08:00 open', '03-02 08:00 go', '03-02 09:10 sweep', '03-02 09:30 ~03-02 08:50 off');
SELECT is(line('reported_off', 'run'), 'run 03-02 08:00..03-02 08:50 cancelled due 03-02 09:00 late 03-02 09:00 cleared', 'a cancel in time likewise');
SELECT play('reported_at_due', 'run', '03-02 08:00 open', '03-02 08:00 go', '03-02 09:30 ~03-02 09:00 stop');
SELECT is(line('reported_at_due', 'run'), 'run 03-02 08:00..03-02 09:00 stopped due 03-02 09:00 late 03-02 09:00 cleared', 'a stop exactly at due, reported later: cleared');
SELECT play('reported_late', 'run', '03-02 08:00 open', '03-02 08:00 go', '03-02 09:30 ~03-02 09:00:00.000001 stop');
SELECT is(line('reported_late', 'run'), 'run 03-02 08:00..03-02 09:00:00.000001 stopped due 03-02 09:00 late 03-02 09:00', 'a microsecond after due: not cleared');
SELECT play('reported_twice', 'run', '03-02 08:00 open', '03-02 08:00 go', '03-02 09:30 stop', '03-02 09:40 ~03-02 08:50 stop');
SELECT is(line('reported_twice', 'run'), 'run 03-02 08:00..03-02 08:50 stopped due 03-02 09:00 late 03-02 09:00 cleared', 'an earlier stop reported after a late one: the first stops it');
SELECT play('reported_other', 'run', '03-02 08:00 open', '03-02 08:00 go', '03-02 08:55 memo', '03-02 09:10 sweep', '03-02 09:30 ~03-02 08:50 stop');
SELECT is(line('reported_other', 'run'), 'run 03-02 08:00..03-02 08:50 stopped due 03-02 09:00 late 03-02 09:00 cleared', 'a stop before another event: the same');
SELECT play('restarted_late', 'run', '03-02 08:00 open', '03-02 08:00 go', '03-02 08:40 go', '03-02 08:50 ~03-02 08:20 stop');
SELECT is(line('restarted_late', 'run'), 'run 03-02 08:00..03-02 08:20 stopped due 03-02 09:00 | run 03-02 08:40.. open due 03-02 09:40', 'a late stop between two starts: the second start was one after all');
SELECT play('start_late', 'run', '03-02 08:00 open', '03-02 08:30 go', '03-02 08:50 ~03-02 08:10 go');
SELECT is((SELECT string_agg(cycle || ' ' || short(started_at) || ' ' || coalesce(ended_as, 'open'), ', ' ORDER BY cycle) FROM desk.sla_clock k JOIN played p USING (ticket_id) WHERE p.name = 'start_late' AND k.clock = 'run'),
          '0 03-02 08:30 voided, 1 03-02 08:10 open', 'an earlier start reported late: that one counts, the other is voided');
SELECT is(due('start_late', 'run'), '03-02 09:10', 'and is due an hour later');

-- ---------- history entered late, within and after the grace
SELECT play('entry', 'run', '03-02 12:00 ~03-02 08:00 open', '03-02 12:10 ~03-02 08:00 go', '03-02 13:00 memo', '03-02 13:10 ~03-02 08:50 stop');
SELECT is(line('entry', 'run'), 'run 03-02 08:00..03-02 08:50 stopped due 03-02 09:00 late 03-02 09:00 cleared', 'a later event shows a clock as late, however lately it was entered');
SELECT play('entry_late', 'run', '03-02 12:00 ~03-02 08:00 open', '03-02 12:10 ~03-02 08:00 go', '03-02 12:20 ~03-02 09:30 stop');
SELECT is(line('entry_late', 'run'), 'run 03-02 08:00..03-02 09:30 stopped due 03-02 09:00 late 03-02 09:00', 'within the grace, judged by its times: late');
SELECT play('entry_met', 'run', '03-02 12:00 ~03-02 08:00 open', '03-02 12:10 ~03-02 08:00 go', '03-02 13:10 ~03-02 08:50 stop');
SELECT is(line('entry_met', 'run'), 'run 03-02 08:00..03-02 08:50 stopped due 03-02 09:00', 'back-dated start and stop within the grace: met');
SELECT play('entry_set', 'run', '03-02 12:00 ~03-02 08:00 open', '03-02 12:10 ~03-02 08:00 go', '03-02 12:20 ~03-02 08:30 set subject=x', '03-02 13:10 ~03-02 08:50 stop');
SELECT is(line('entry_set', 'run'), 'run 03-02 08:00..03-02 08:50 stopped due 03-02 09:00', 'what happened between them may come between');
SELECT play('grace_over', 'run', '03-02 12:00 ~03-02 08:00 open', '03-02 12:10 ~03-02 08:00 go', '03-02 13:10:00.000001 ~03-02 08:50 stop');
SELECT is(line('grace_over', 'run'), 'run 03-02 08:00..03-02 08:50 stopped due 03-02 09:00 late 03-02 09:00 cleared', 'the grace is over: late, and cleared');
SELECT play('entry_swept', 'run', '03-02 12:00 ~03-02 08:00 open', '03-02 12:10 ~03-02 08:00 go', '03-02 12:20 sweep');
SELECT is(line('entry_swept', 'run'), 'run 03-02 08:00.. open due 03-02 09:00 late 03-02 09:00', 'a sweep by hand does not wait for it');
SELECT play('entry_one', 'run', '03-02 12:00 ~03-02 08:00 open', '03-02 12:10 ~03-02 08:00 go+stop', '03-02 20:00 sweep');
SELECT is(line('entry_one', 'run'), 'run 03-02 08:00..03-02 08:00 stopped due 03-02 09:00', 'start and stop in one statement');
SELECT is(outcome('entry_one', 'run'), 'met', 'met');

-- ---------- working time, zero amounts, days, months
-- 2 March 2026 is a Monday, the 5th a holiday
SELECT play('o1', 'office', '03-02 08:30 open', '03-02 08:30 go', '03-02 12:00 sweep', '03-02 12:00 stop');
SELECT is(line('o1', 'office'), 'office 03-02 08:30..03-02 12:00 stopped due 03-02 12:00', 'runs out exactly at closing: due at closing, met then');
SELECT play('o2', 'office', '03-02 08:30 open', '03-02 08:30 go', '03-02 12:00:00.000001 stop');
SELECT is(line('o2', 'office'), 'office 03-02 08:30..03-02 12:00:00.000001 stopped due 03-02 12:00 late 03-02 12:00', 'late a microsecond after closing, not at the next opening');
SELECT play('o3', 'office', '03-06 16:30 open', '03-06 16:30 go');
SELECT is(due('o3', 'two'), '03-09 09:30', 'two hours from Friday 16:30');
SELECT play('o4', 'office', '03-04 17:00 open', '03-04 17:00 go');
SELECT is(due('o4', 'two'), '03-06 10:00', 'over the night and a holiday');
SELECT is(due('o4', 'day'), '03-06 23:59:59.999999', 'the next working day after a holiday');
SELECT is(due('o4', 'day_0'), '03-04 23:59:59.999999', 'zero working days: the end of the start day');
SELECT is(due('o4', 'day_f'), '03-04 23:59:59.999999', 'counting the first day');
SELECT play('o5', 'office', '03-05 03:00 open', '03-05 03:00 go', '03-05 03:00 stop');
SELECT is(line('o5', 'none'), 'none 03-05 03:00..03-05 03:00 stopped due 03-05 03:00', 'a zero amount in the night of a holiday: due at the start, and met then');
SELECT is(line('o5', 'none_e'), 'none_e 03-05 03:00..03-05 03:00 stopped due 03-05 03:00', 'zero elapsed likewise');
SELECT is(due('o5', 'day_0'), '03-05 23:59:59.999999', 'zero working days on a holiday: the end of that day all the same');
SELECT is(due('o5', 'cday_0'), '03-05 23:59:59.999999', 'zero calendar days');
SELECT is(due('o5', 'day_f'), '03-06 23:59:59.999999', 'a first day that is none does not count');
SELECT play('o6', 'office', '03-05 03:00 open', '03-05 03:00 go', '03-05 03:00:00.000001 sweep');
SELECT is(line('o6', 'none'), 'none 03-05 03:00.. open due 03-05 03:00 late 03-05 03:00', 'and late a microsecond later');
SELECT play('o7', 'office', '01-31 10:00 open', '01-31 10:00 go');
SELECT is(due('o7', 'mon'), '02-28 23:59:59.999999', 'a month, clamped');
SELECT is(due('o7', 'mon_f'), '02-27 23:59:59.999999', 'a month with the first day counted');

-- ---------- cut-off
SELECT play('c1', 'cut', '03-02 17:00 open', '03-02 17:00 go');
SELECT is(due('c1', 'e'), '03-02 19:00', 'exactly at the cut-off: counts at once');
SELECT is(due('c1', 'w'), '03-03 09:00', 'working: from the cut-off on');
SELECT is(due('c1', 'd'), '03-03 23:59:59.999999', 'days: the start day is today');
SELECT is(due('c1', 'df'), '03-02 23:59:59.999999', 'days with the first counted');
SELECT play('c2', 'cut', '03-02 17:00:00.000001 open', '03-02 17:00:00.000001 go');
SELECT is(due('c2', 'e'), '03-03 10:00', 'after it: from the next day at day_open, eight by default');
SELECT is(due('c2', 'e9'), '03-03 11:15', 'or as the rule says');
SELECT is(due('c2', 'w'), '03-03 09:30', 'working: from the next working day''s opening');
SELECT is(due('c2', 'd'), '03-04 23:59:59.999999', 'days: the start day is tomorrow');
SELECT is(due('c2', 'df'), '03-03 23:59:59.999999', 'which is the first counted');
SELECT is(due('c2', 'c'), '03-04 23:59:59.999999', 'calendar days likewise');
SELECT is(due('c2', 'd0'), '03-03 23:59:59.999999', 'zero days: the end of tomorrow');
SELECT play('c3', 'cut', '03-06 18:00 open', '03-06 18:00 go');
SELECT is(due('c3', 'e'), '03-07 10:00', 'elapsed: every day counts');
SELECT is(due('c3', 'w'), '03-09 09:30', 'working: not the weekend');
SELECT is(due('c3', 'd'), '03-10 23:59:59.999999', 'working days: the start day is Monday');
SELECT is(due('c3', 'c'), '03-08 23:59:59.999999', 'calendar days: Saturday');
SELECT play('c4', 'cut', '03-07 09:00 open', '03-07 09:00 go');
SELECT is(due('c4', 'e'), '03-07 11:00', 'a start on Saturday before the cut-off');
SELECT is(due('c4', 'd'), '03-09 23:59:59.999999', 'is followed by Monday');

-- ---------- pauses
SELECT play('p1', 'pz', '03-02 08:00 open', '03-02 08:20 to wait');
SELECT is(line('p1', 'pz'), 'pz 03-02 08:00.. open paused 03-02 08:20 left 00:40:00', 'paused: no due time, what is left is kept');
SELECT is(line('p1', 'no_target'), 'no_target 03-02 08:00.. open', 'without a target there is nothing to pause');
SELECT is(line('p1', 'no_pause'), 'no_pause 03-02 08:00.. open due 03-02 09:00', 'another clock of the ticket runs on');
SELECT is(outcome('p1', 'pz'), 'paused', 'the view shows it as paused');
SELECT go_on('p1', '03-02 20:00 sweep');
SELECT is(line('p1', 'pz'), 'pz 03-02 08:00.. open paused 03-02 08:20 left 00:40:00', 'a sweep finds nothing in a paused one');
SELECT go_on('p1', '03-02 20:10 to work');
SELECT is(line('p1', 'pz'), 'pz 03-02 08:00.. open due 03-02 20:50', 'goes on: due after what was left');
SELECT go_on('p1', '03-02 20:50 to done');
SELECT is(line('p1', 'pz'), 'pz 03-02 08:00..03-02 20:50 stopped due 03-02 20:50', 'and met then');
SELECT play('p2', 'pz', '03-02 08:00 open', '03-02 08:20 to wait', '03-02 10:00 to done');
SELECT is(line('p2', 'pz'), 'pz 03-02 08:00..03-02 10:00 stopped due 03-02 10:40', 'from paused to resolved in one step: met, due as if it had gone on then');
SELECT is(line('p2', 'no_target'), 'no_target 03-02 08:00..03-02 10:00 stopped', 'the one without a target');
SELECT is(line('p2', 'no_pause'), 'no_pause 03-02 08:00..03-02 10:00 stopped due 03-02 09:00 late 03-02 09:00', 'the one without pauses is late');
SELECT play('p3', 'pz', '03-02 08:00 open status=held', '03-02 10:00 sweep');
SELECT is(line('p3', 'pz'), 'pz 03-02 08:00.. open paused 03-02 08:00 left 01:00:00', 'created paused');
SELECT go_on('p3', '03-02 12:00 to work');
SELECT is(line('p3', 'pz'), 'pz 03-02 08:00.. open due 03-02 13:00', 'counts from when it leaves that state');
SELECT play('p4', 'pz', '03-02 08:00 open', '03-02 08:10:10 to wait', '03-02 08:10:20 to work', '03-02 08:10:30 to wait', '03-02 08:10:50 to work');
SELECT is(line('p4', 'pz'), 'pz 03-02 08:00.. open due 03-02 09:00:30', 'two pauses within a minute');
SELECT play('p5', 'pz', '03-02 08:00 open', '03-02 09:30 to wait');
SELECT is(line('p5', 'pz'), 'pz 03-02 08:00.. open due 03-02 09:00 late 03-02 09:00', 'paused when already late: late it stays');
SELECT go_on('p5', '03-02 09:40 to work', '03-02 09:50 to done');
SELECT is(line('p5', 'pz'), 'pz 03-02 08:00..03-02 09:50 stopped due 03-02 09:00 late 03-02 09:00', 'to its end');
SELECT play('p6', 'pz', '03-02 08:00 open', '03-02 09:00 to wait');
SELECT is(line('p6', 'pz'), 'pz 03-02 08:00.. open paused 03-02 09:00 left 00:00:00', 'paused exactly when due: not late');
SELECT go_on('p6', '03-02 10:00 to work', '03-02 10:00:00.000001 sweep');
SELECT is(line('p6', 'pz'), 'pz 03-02 08:00.. open due 03-02 10:00 late 03-02 10:00', 'but a microsecond after it goes on');
SELECT play('p7', 'pz', '03-02 08:00 open', '03-02 08:20 to wait', '03-02 08:30 to held', '03-02 08:50 to work');
SELECT is(line('p7', 'pz'), 'pz 03-02 08:00.. open due 03-02 09:30', 'from one paused state into another');
SELECT play('p8', 'pz', '03-02 08:00 open', '03-02 08:50 ~03-02 08:20 to wait');
SELECT is(line('p8', 'pz'), 'pz 03-02 08:00.. open paused 03-02 08:20 left 00:40:00', 'a pause counts from when it began, not from its report');
SELECT play('p9', 'pz', '03-02 08:00 open', '03-02 09:10 sweep', '03-02 09:20 ~03-02 08:20 to wait');
SELECT is(line('p9', 'pz'), 'pz 03-02 08:00.. open paused 03-02 08:20 left 00:40:00 late 03-02 09:00 cleared', 'a pause that began in time, reported after due: the breach is cleared');
SELECT go_on('p9', '03-02 10:00 to work', '03-02 10:40 to done');
SELECT is(line('p9', 'pz'), 'pz 03-02 08:00..03-02 10:40 stopped due 03-02 10:40 late 03-02 09:00 cleared', 'and the clock goes on as any other');
SELECT play('p10', 'pz', '03-02 08:00 open', '03-02 09:20 ~03-02 08:20 to wait', '03-02 10:00 to work', '03-02 10:41 to done');
SELECT is(line('p10', 'pz'), 'pz 03-02 08:00..03-02 10:41 stopped due 03-02 10:40 late 03-02 10:40', 'the same without a sweep, but too late in the end: the breach is that of the new due time');
SELECT play('p11', 'pz', '03-02 08:00 open', '03-02 08:20 to wait', '03-02 08:40 ~03-02 08:10 memo', '03-02 08:50 to work');
SELECT is(line('p11', 'pz'), 'pz 03-02 08:00.. open due 03-02 09:30', 'a late event before a pause leaves it alone');
SELECT play('p12', 'pw', '03-02 10:00 open', '03-02 11:00 to wait', '03-02 13:00 to work');
SELECT is(line('p12', 'pw'), 'pw 03-02 10:00.. open due 03-02 15:30', 'working time: the pause into lunch costs an hour of it');
SELECT play('p13', 'pw', '03-02 10:00 open', '03-02 12:30 to wait', '03-02 13:15 to work');
SELECT is(line('p13', 'pw'), 'pw 03-02 10:00.. open due 03-02 14:30', 'a pause within closed hours changes nothing');
SELECT play('p14', 'pw', '03-02 16:30 open', '03-02 17:30 to wait', '03-06 17:30 to work');
SELECT is(line('p14', 'pw'), 'pw 03-02 16:30.. open due 03-09 10:30', 'paused at closing, going on at closing');

-- ---------- priority changed while paused
SELECT play('q1', 'prio', '03-02 08:00 open', '03-02 08:20 to wait', '03-02 08:40 set priority=long');
SELECT is(line('q1', 'prio'), 'long 03-02 08:00.. open paused 03-02 08:20 left 01:40:00', 'changed while paused: the new target less what was used before the pause');
SELECT go_on('q1', '03-02 09:00 to work');
SELECT is(line('q1', 'prio'), 'long 03-02 08:00.. open due 03-02 10:40', 'the pause survives the change');
SELECT play('q2', 'prio', '03-02 08:00 open', '03-02 08:20 to wait', '03-02 08:40 set priority=high', '03-02 09:00 to work');
SELECT is(line('q2', 'prio'), 'high 03-02 08:00.. open due 03-02 09:00', 'a new target that was used up before: due when it goes on');
SELECT play('q3', 'prio', '03-02 08:00 open', '03-02 08:20 to wait', '03-02 08:40 set priority=hard');
SELECT is(line('q3', 'prio'), 'hard 03-02 08:00.. open due 03-02 10:00', 'to a rule that does not pause: it never did');
SELECT go_on('q3', '03-02 08:50 set priority=');
SELECT is(line('q3', 'prio'), 'usual 03-02 08:00.. open paused 03-02 08:20 left 00:40:00', 'and back: paused since then');
SELECT play('q4', 'prio', '03-02 08:00 open', '03-02 08:20 to wait', '03-02 08:40 set priority=day', '03-03 09:00 to work');
SELECT is(line('q4', 'prio'), 'day 03-02 08:00.. open due 03-03 23:59:59.999999', 'to days');
SELECT go_on('q4', '03-03 10:00 set priority=');
SELECT is(line('q4', 'prio'), 'usual 03-02 08:00.. open due 03-03 10:00', 'and back to an hour that is used up by then: due at the change');
SELECT play('q5', 'prio', '03-02 08:00 open', '03-02 11:00 set priority=shift', '03-02 11:30 to wait', '03-02 14:00 to work');
SELECT is(line('q5', 'prio'), 'shift 03-02 08:00.. open due 03-02 11:30 late 03-02 09:00', 'late by the old rule: the new target is counted, but nothing pauses it any more');
SELECT play('q6', 'prio', '03-02 08:00 open priority=long', '03-02 08:20 to wait', '03-02 08:30 set priority=shift', '03-02 14:00 to work');
SELECT is(line('q6', 'prio'), 'shift 03-02 08:00.. open due 03-02 17:00', 'to working time while paused before opening: nothing was used');
SELECT play('q7', 'prio', '03-02 08:00 open', '03-02 08:20 to wait', '03-02 08:30 to work', '03-02 08:50 ~03-02 08:25 set priority=long');
SELECT is(line('q7', 'prio'), 'long 03-02 08:00.. open due 03-02 10:10', 'a change reported late: matched as of then, with the pauses of its history');
SELECT play('q8', 'prio', '03-02 08:00 open', '03-02 08:20 to wait', '03-02 08:40 to done', '03-02 08:50 set priority=high');
SELECT is(line('q8', 'prio'), 'usual 03-02 08:00..03-02 08:40 stopped due 03-02 09:20', 'a stopped clock keeps its due time');
SELECT play('q9', 'prio', '03-02 08:00 open', '03-02 08:05 set priority=high', '03-02 08:08 set priority=', '03-02 08:20 to wait', '03-02 09:00 to done');
SELECT is(line('q9', 'prio'), 'usual 03-02 08:00..03-02 09:00 stopped due 03-02 09:40', 'to and fro: as if nothing had been');
SELECT play('q10', 'prio', '03-02 08:00 open', '03-02 08:30 set priority=high', '03-02 08:30 to wait');
SELECT is(line('q10', 'prio'), 'high 03-02 08:00.. open paused 03-02 08:30 left 00:00:00', 'due at the change, and paused at that instant: not late');

-- ---------- cycles
SELECT play('y1', 'cyc', '03-02 08:00 open', '03-02 08:10 to work', '03-02 08:20 to done', '03-02 08:30 to closed', '03-02 09:00 to work');
SELECT is(line('y1', 'cyc'), 'cyc 03-02 08:10..03-02 08:20 stopped due 03-02 09:10 | cyc 03-02 09:00.. open due 03-02 10:00', 'reopened after close: the second cycle');
SELECT go_on('y1', '03-02 11:00 sweep');
SELECT is(outcome('y1', 'cyc'), 'met,late', 'is judged by itself');
SELECT play('y2', 'run', '03-02 08:00 open', '03-02 08:10 go', '03-02 08:20 go', '03-02 09:10:00.000001 sweep');
SELECT is(line('y2', 'run'), 'run 03-02 08:10.. open due 03-02 09:10 late 03-02 09:10', 'a start while open is ignored');
SELECT go_on('y2', '03-02 09:20 go');
SELECT is(line('y2', 'run'), 'run 03-02 08:10.. open due 03-02 09:10 late 03-02 09:10', 'when it is late too');
SELECT play('y3', 'renew', '03-02 08:00 open', '03-02 08:10 go', '03-02 08:40 go', '03-02 09:20 go');
SELECT is(line('y3', 'renew'), 'renew 03-02 08:10..03-02 08:40 cancelled due 03-02 09:10 | renew 03-02 08:40..03-02 09:20 cancelled due 03-02 09:40 | renew 03-02 09:20.. open due 03-02 10:20', 'a start that cancels begins anew');
SELECT go_on('y3', '03-02 09:30 ~03-02 08:30 go');
SELECT is((SELECT string_agg(short(started_at) || '..' || coalesce(short(stopped_at), ''), ' ' ORDER BY started_at) FROM desk.sla_clock k JOIN played p USING (ticket_id) WHERE p.name = 'y3'),
          '03-02 08:10..03-02 08:30 03-02 08:30..03-02 08:40 03-02 08:40..03-02 09:20 03-02 09:20..', 'a late one between two others');
SELECT is((SELECT array_agg(cycle ORDER BY started_at) FROM desk.sla_clock k JOIN played p USING (ticket_id) WHERE p.name = 'y3'), '{1,2,3,4}', 'cycles are numbered anew');
SELECT play('y4', 'run', '03-02 08:00 open', '03-02 08:10 go', '03-02 08:30 stop+go');
SELECT is(line('y4', 'run'), 'run 03-02 08:10..03-02 08:30 stopped due 03-02 09:10 | run 03-02 08:30.. open due 03-02 09:30', 'stop and start at one instant');
SELECT play('y5', 'run', '03-02 08:00 open', '03-02 08:10 go', '03-02 08:30 memo', '03-02 08:40 ~03-02 08:30 stop', '03-02 08:50 ~03-02 08:30 go');
SELECT is(line('y5', 'run'), 'run 03-02 08:10..03-02 08:30 stopped due 03-02 09:10 | run 03-02 08:30.. open due 03-02 09:30', 'and reported late, in that order');

-- ---------- repeats
SELECT play('r1', 'rep', '03-02 08:00 open', '03-02 08:00 go', '03-02 08:30 tick', '03-02 09:30 tick', '03-02 11:00 tick', '03-02 11:10 off', '03-02 11:20 tick');
SELECT is(line('r1', 'rep'), 'rep 03-02 08:00..03-02 08:30 stopped due 03-02 09:00 | rep 03-02 08:30..03-02 09:30 stopped due 03-02 09:30 | rep 03-02 09:30..03-02 11:00 stopped due 03-02 10:30 late 03-02 10:30'
          ' | rep 03-02 11:00..03-02 11:10 cancelled due 03-02 12:00', 'starts again at once on stop, not on cancel');
SELECT play('r2', 'rep', '03-02 08:00 open', '03-02 08:00 go', '03-02 08:30 tick', '03-02 08:40 ~03-02 08:10 tick');
SELECT is(line('r2', 'rep'), 'rep 03-02 08:00..03-02 08:10 stopped due 03-02 09:00 | rep 03-02 08:10..03-02 08:30 stopped due 03-02 09:10 | rep 03-02 08:30.. open due 03-02 09:30', 'a late stop makes a cycle more');
SELECT is((SELECT array_agg(cycle ORDER BY started_at) FROM desk.sla_clock k JOIN played p USING (ticket_id) WHERE p.name = 'r2'), '{1,2,3}', 'in order');

-- ---------- starts_when all
SELECT play('a1', 'all', '03-02 08:00 open', '03-02 08:10 a', '03-02 08:20 b');
SELECT is(line('a1', 'all'), 'all 03-02 08:20.. open due 03-02 09:20', 'starts with the last of them');
SELECT play('a2', 'all', '03-02 08:00 open', '03-02 08:10 b', '03-02 08:15 b', '03-02 08:20 a');
SELECT is(line('a2', 'all'), 'all 03-02 08:20.. open due 03-02 09:20', 'in the other order');
SELECT play('a3', 'all', '03-02 08:00 open', '03-02 08:20 b', '03-02 08:30 ~03-02 08:10 a');
SELECT is(line('a3', 'all'), 'all 03-02 08:20.. open due 03-02 09:20', 'the first reported late: starts with the one that happened last');
SELECT play('a4', 'all', '03-02 08:00 open', '03-02 08:10 a', '03-02 08:40 memo', '03-02 08:50 ~03-02 08:20 b');
SELECT is(line('a4', 'all'), 'all 03-02 08:20.. open due 03-02 09:20', 'the last reported late');
SELECT play('a5', 'all', '03-02 08:00 open', '03-02 08:10 a', '03-02 08:15 a');
SELECT is(line('a5', 'all'), 'none', 'one of them twice is not all');
SELECT play('a6', 'all', '03-02 08:00 open', '03-02 08:10 a', '03-02 08:20 b', '03-02 08:30 stop', '03-02 08:40 a');
SELECT is(line('a6', 'all'), 'all 03-02 08:20..03-02 08:30 stopped due 03-02 09:20', 'for the next cycle one is not enough');
SELECT go_on('a6', '03-02 08:50 b');
SELECT is(line('a6', 'all'), 'all 03-02 08:20..03-02 08:30 stopped due 03-02 09:20 | all 03-02 08:50.. open due 03-02 09:50', 'all of them anew');
SELECT play('a7', 'all', '03-02 08:00 open', '03-02 08:10 c', '03-02 08:20 to work');
SELECT is(line('a7', 'all_s'), 'all_s 03-02 08:20.. open due 03-02 09:20', 'the opening and a move among them');
SELECT play('a8', 'all', '03-02 08:00 open', '03-02 08:20 to work', '03-02 08:30 ~03-02 08:10 c');
SELECT is(line('a8', 'all_s'), 'all_s 03-02 08:20.. open due 03-02 09:20', 'and the event reported late');
SELECT play('a9', 'all', '03-02 08:00 open', '03-02 08:10 a+b');
SELECT is(line('a9', 'all'), 'all 03-02 08:10.. open due 03-02 09:10', 'all in one statement');

-- ---------- due: chains
SELECT play('h1', 'chain', '03-02 08:00 open', '03-02 08:00 go', '03-02 09:00 sweep');
SELECT is(line('h1', 'y'), 'none', 'at the due time itself nothing has happened');
SELECT go_on('h1', '03-02 09:30 sweep');
SELECT is(line('h1', 'x'), 'x 03-02 08:00.. open due 03-02 09:00 late 03-02 09:00', 'the first is late');
SELECT is(line('h1', 'y'), 'y 03-02 09:00.. open due 03-02 10:00', 'the next has started then');
SELECT go_on('h1', '03-02 09:40 stop', '03-02 20:00 sweep');
SELECT is(line('h1', 'y'), 'y 03-02 09:00..03-02 09:40 stopped due 03-02 10:00', 'and is met');
SELECT is(line('h1', 'z'), 'none', 'the third never started');
SELECT play('h2', 'chain', '03-02 08:00 open', '03-02 08:00 go', '03-02 12:30 stop');
SELECT is(line('h2', 'x'), 'x 03-02 08:00..03-02 12:30 stopped due 03-02 09:00 late 03-02 09:00', 'never swept: the first');
SELECT is(line('h2', 'y'), 'y 03-02 09:00..03-02 12:30 stopped due 03-02 10:00 late 03-02 10:00', 'the second');
SELECT is(line('h2', 'z'), 'z 03-02 10:00..03-02 12:30 stopped due 03-02 11:00 late 03-02 11:00', 'the third');
SELECT play('h3', 'chain', '03-02 08:00 open', '03-02 08:00 go', '03-02 12:00 sweep', '03-02 12:30 stop');
SELECT is(line('h3', c), line('h2', c), 'swept: the same, clock ' || c) FROM unnest('{x,y,z}'::text[]) c;
SELECT go_on('h3', '03-02 12:40 ~03-02 08:30 stop');
SELECT is(line('h3', 'x'), 'x 03-02 08:00..03-02 08:30 stopped due 03-02 09:00 late 03-02 09:00 cleared', 'a stop in time reported late: the first is cleared');
SELECT is((SELECT string_agg(clock || cycle || ended_as || coalesce(short(b.due_at), '-') || CASE WHEN b.cleared_at IS NULL THEN '' ELSE ' cleared' END, ', ' ORDER BY clock)
           FROM desk.sla_clock k JOIN played p USING (ticket_id) LEFT JOIN desk.sla_breach b USING (clock_id) WHERE p.name = 'h3' AND clock <> 'x'),
          'y0voided03-02 10:00 cleared, z0voided03-02 11:00 cleared', 'the others never started');
SELECT play('h4', 'chain', '03-02 08:00 open', '03-02 08:00 go', '03-02 09:00 stop', '03-02 20:00 sweep');
SELECT is(line('h4', 'y'), 'none', 'stopped exactly at due: no chain');
SELECT play('h5', 'chain', '03-02 08:00 open', '03-02 08:00 go', '03-02 09:10 off', '03-02 20:00 sweep');
SELECT is(line('h5', 'y'), 'y 03-02 09:00.. open due 03-02 10:00 late 03-02 10:00', 'the first cancelled after its due time: the chain goes on');
SELECT play('h6', 'chain', '03-02 08:00 open', '03-02 08:00 go', '03-02 08:30 stop', '03-02 08:40 go', '03-02 10:00 ~03-02 08:10 memo', '03-02 12:00 sweep');
SELECT is(line('h6', 'y'), 'y 03-02 09:40.. open due 03-02 10:40 late 03-02 10:40', 'the chain of a second cycle');
SELECT is(line('h6', 'z'), 'z 03-02 10:40.. open due 03-02 11:40 late 03-02 11:40', 'to its end');

-- ---------- due_from
SELECT play('f1', 'from', '03-02 08:00 open agreed_at:=2026-03-03T15:00:00+08:00 agreed_on:=2026-03-04');
SELECT is(due('f1', 'at'), '03-03 15:00', 'the agreed time');
SELECT is(due('f1', 'on_day'), '03-04 23:59:59.999999', 'the end of the agreed day');
SELECT is((SELECT string_agg(clock || coalesce(target::text, '-'), ' ' ORDER BY clock) FROM desk.sla_clock JOIN played USING (ticket_id) WHERE name = 'f1'), 'at- at_day- at_only- on_day-', 'without a target');
SELECT play('f2', 'from', '03-02 08:00 open');
SELECT is(due('f2', 'at'), '03-02 10:00', 'none agreed: the target');
SELECT is(line('f2', 'at_only'), 'at_only 03-02 08:00.. open', 'and where there is none: never late');
SELECT go_on('f2', '03-02 09:00 set agreed_at:=2026-03-02T18:00:00+08:00');
SELECT is(due('f2', 'at'), '03-02 18:00', 'agreed later: from then on');
SELECT is(due('f2', 'at_only'), '03-02 18:00', 'for the other too');
SELECT go_on('f2', '03-02 09:30 set agreed_at:=2026-03-02T17:00:00+08:00', '03-02 09:40 memo', '03-02 09:50 set agreed_at:=2026-03-02T16:00:00+08:00');
SELECT is(due('f2', 'at'), '03-02 16:00', 'and changed again');
SELECT go_on('f2', '03-02 10:30 set agreed_at:=2026-03-02T09:00:00+08:00');
SELECT is(due('f2', 'at'), '03-02 10:30', 'to a time in the past: due at the change');
SELECT play('f3', 'from', '03-02 08:00 open agreed_at:=2026-03-01T15:00:00+08:00 agreed_on:=2026-03-01', '03-02 08:00:00.000001 sweep');
SELECT is(line('f3', 'at'), 'at 03-02 08:00.. open due 03-02 08:00 late 03-02 08:00', 'in the past at the start: due at the start');
SELECT is(line('f3', 'on_day'), 'on_day 03-02 08:00.. open due 03-02 08:00 late 03-02 08:00', 'a day likewise');
SELECT play('f4', 'from', '03-02 08:00 open agreed_at:=2026-03-02T12:00:00+08:00', '03-02 09:00 to wait');
SELECT is(line('f4', 'at_day'), 'at_day 03-02 08:00.. open paused 03-02 09:00 left 03:00:00', 'paused: the time left to the agreed one');
SELECT go_on('f4', '03-02 10:00 to work');
SELECT is(line('f4', 'at_day'), 'at_day 03-02 08:00.. open due 03-02 13:00', 'and put off by the pause');
SELECT is(line('f4', 'at'), 'at 03-02 08:00.. open due 03-02 12:00', 'without pauses it stays');
SELECT go_on('f4', '03-02 12:00 stop');
SELECT is(line('f4', 'at'), 'at 03-02 08:00..03-02 12:00 stopped due 03-02 12:00', 'met exactly then');
SELECT play('f5', 'from', '03-02 08:00 open agreed_at:=2026-03-02T12:00:00+08:00', '03-02 09:00 memo', '03-02 09:30 ~03-02 08:30 stop');
SELECT is(line('f5', 'at'), 'at 03-02 08:00..03-02 08:30 stopped due 03-02 12:00', 'replayed: the agreed time is found again');

-- ---------- any_of: one of the group is enough
SELECT play('g1', 'grp', '03-02 08:00 open', '03-02 08:30 pa', '03-02 09:30 qa');
SELECT is(line('g1', 'p') || ' & ' || line('g1', 'q'), 'p 03-02 08:00..03-02 08:30 stopped due 03-02 09:00 & q 03-02 08:00..03-02 09:30 stopped due 03-02 10:00', 'both met');
SELECT play('g2', 'grp', '03-02 08:00 open', '03-02 09:20 sweep', '03-02 09:30 qa');
SELECT is(line('g2', 'p') || ' & ' || line('g2', 'q'), 'p 03-02 08:00.. open due 03-02 09:00 & q 03-02 08:00..03-02 09:30 stopped due 03-02 10:00', 'the first missed, the second met: no breach');
SELECT is(outcome('g2', 'p'), 'covered', 'the view does not call the first late');
SELECT go_on('g2', '03-02 20:00 sweep', '03-02 20:10 pa');
SELECT is(line('g2', 'p'), 'p 03-02 08:00..03-02 20:10 stopped due 03-02 09:00', 'never');
SELECT is(outcome('g2', 'p'), 'covered', 'nor breached: the group was met');
SELECT play('g3', 'grp', '03-02 08:00 open', '03-02 08:30 pa', '03-02 10:30 sweep', '03-02 11:00 qa');
SELECT is(line('g3', 'p') || ' & ' || line('g3', 'q'), 'p 03-02 08:00..03-02 08:30 stopped due 03-02 09:00 & q 03-02 08:00..03-02 11:00 stopped due 03-02 10:00', 'the first met, the second missed: no breach');
SELECT play('g4', 'grp', '03-02 08:00 open', '03-02 10:30 sweep');
SELECT is(line('g4', 'p') || ' & ' || line('g4', 'q'), 'p 03-02 08:00.. open due 03-02 09:00 & q 03-02 08:00.. open due 03-02 10:00 late 03-02 10:00', 'both missed: one breach, on the one missed last');
SELECT play('g5', 'grp', '03-02 08:00 open', '03-02 09:30 sweep', '03-02 10:30 sweep', '03-02 10:40 qa', '03-02 10:50 pa');
SELECT is(line('g5', 'p') || ' & ' || line('g5', 'q'), 'p 03-02 08:00..03-02 10:50 stopped due 03-02 09:00 & q 03-02 08:00..03-02 10:40 stopped due 03-02 10:00 late 03-02 10:00', 'in two sweeps, then stopped: the same breach');
SELECT play('g6', 'grp', '03-02 08:00 open', '03-02 09:30 pa', '03-02 10:30 qa');
SELECT is(line('g6', 'p') || ' & ' || line('g6', 'q'), 'p 03-02 08:00..03-02 09:30 stopped due 03-02 09:00 & q 03-02 08:00..03-02 10:30 stopped due 03-02 10:00 late 03-02 10:00', 'both stopped late');
SELECT play('g7', 'grp', '03-02 08:00 open', '03-02 10:30 sweep', '03-02 10:40 ~03-02 08:30 pa');
SELECT is(line('g7', 'p') || ' & ' || line('g7', 'q'), 'p 03-02 08:00..03-02 08:30 stopped due 03-02 09:00 & q 03-02 08:00.. open due 03-02 10:00 late 03-02 10:00 cleared', 'one turns out met: the breach of the other is cleared');
SELECT play('g8', 'grp', '03-02 08:00 open', '03-02 09:30 pa', '03-02 09:40 ~03-02 08:30 memo', '03-02 10:30 sweep');
SELECT is(line('g8', 'p') || ' & ' || line('g8', 'q'), 'p 03-02 08:00..03-02 09:30 stopped due 03-02 09:00 & q 03-02 08:00.. open due 03-02 10:00 late 03-02 10:00', 'an event reported late changes nothing');

-- ---------- mandatory
SELECT play('m1', 'must', '03-02 08:00 open', '03-02 08:10 memo');
SELECT alike(refused('m1', '03-02 08:20 go'), 'SV010 no rule of clock "must" fits%', 'a mandatory clock that no rule fits');
SELECT is(refused('m1', '03-02 08:20 set kind:=k'), 'done', 'the value it needs');
SELECT is(refused('m1', '03-02 08:30 go'), 'done', 'and the start');
SELECT alike(refused('m1', '03-02 08:40 set kind:=other'), 'SV010 no rule of clock "must" fits%', 'which an open one goes on needing');
SELECT is(refused('m1', '03-02 08:50 stop'), 'done', 'until it is stopped');
SELECT is(refused('m1', '03-02 09:00 set kind:=other'), 'done', 'then not');

-- ---------- starts that no rule matched
SELECT play('n1', 'phantom', '03-02 08:00 open', '03-02 08:10 go', '03-02 08:30 set kind:=k');
SELECT is(line('n1', 'ph'), 'ph 03-02 08:10.. open due 03-02 09:10', 'matched later: from the original start');
SELECT play('n2', 'phantom', '03-02 08:00 open', '03-02 08:10 go', '03-02 10:00 set kind:=k', '03-02 10:00:00.000001 sweep');
SELECT is(line('n2', 'ph'), 'ph 03-02 08:10.. open due 03-02 10:00 late 03-02 10:00', 'due not before the change');
SELECT play('n3', 'phantom', '03-02 08:00 open', '03-02 08:10 go', '03-02 08:20 stop', '03-02 08:30 set kind:=k');
SELECT is(line('n3', 'ph'), 'none', 'stopped before it matched: nothing');
SELECT play('n4', 'phantom', '03-02 08:00 open', '03-02 08:10 go', '03-02 08:20 off', '03-02 08:30 set kind:=k', '03-02 08:40 go');
SELECT is(line('n4', 'ph'), 'ph 03-02 08:40.. open due 03-02 09:40', 'cancelled before: the next start is the first cycle');
SELECT play('n5', 'phantom', '03-02 08:00 open kind:=k', '03-02 08:10 go', '03-02 08:20 set kind:=x', '03-02 20:00 sweep');
SELECT is(line('n5', 'ph'), 'ph 03-02 08:10..03-02 08:20 voided due 03-02 09:10', 'no match any more: voided, and never late');
SELECT go_on('n5', '03-02 20:10 set kind:=slow', '03-02 20:20 set kind:=k');
SELECT is(line('n5', 'ph'), 'ph 03-02 08:10.. open due 03-02 20:20 late 03-02 20:10', 'revived: due when it was revived, late from then on; the next target is due at its change');
SELECT play('n6', 'phantom', '03-02 08:00 open', '03-02 08:10 go', '03-02 08:20 go', '03-02 08:30 set kind:=slow');
SELECT is(line('n6', 'ph'), 'ph_slow 03-02 08:10.. open due 03-02 12:10', 'two starts that did not match: the first counts');
SELECT play('n7', 'phantom', '03-02 08:00 open', '03-02 08:10 to wait', '03-02 08:30 set kind:=k', '03-02 08:40 to work');
SELECT is(line('n7', 'pp'), 'ph_pause 03-02 08:00.. open due 03-02 09:30', 'pauses from before the match count');
SELECT play('n8', 'phantom', '03-02 08:00 open kind:=k', '03-02 08:10 go', '03-02 09:30 set kind:=x', '03-02 20:00 sweep');
SELECT is(line('n8', 'ph'), 'ph 03-02 08:10..03-02 09:30 voided due 03-02 09:10 late 03-02 09:10', 'voided when late already: the breach stays');
SELECT play('n9', 'phantom', '03-02 08:00 open kind:=k', '03-02 08:10 go', '03-02 08:20 set kind:=x', '03-02 08:30 stop', '03-02 08:40 set kind:=k');
SELECT is(line('n9', 'ph'), 'ph 03-02 08:10..03-02 08:20 voided due 03-02 09:10', 'stopped while voided: it is over, a match does not revive it');

-- ---------- days and pauses over midnight
SELECT play('d1', 'day', '03-02 10:00 open', '03-02 10:00 go');
SELECT is(due('d1', 'cd') || ', ' || due('d1', 'wd'), '03-04 23:59:59.999999, 03-04 23:59:59.999999', 'two days');
SELECT play('d2', 'day', '03-02 10:00 open', '03-02 10:00 go', '03-03 20:00 to wait', '03-03 23:59:59.999999 to work');
SELECT is(due('d2', 'cd') || ', ' || due('d2', 'wd'), '03-04 23:59:59.999999, 03-04 23:59:59.999999', 'runs again at the last microsecond: the day counts');
SELECT play('d3', 'day', '03-02 10:00 open', '03-02 10:00 go', '03-03 20:00 to wait', '03-04 00:00 to work');
SELECT is(due('d3', 'cd') || ', ' || due('d3', 'wd'), '03-05 23:59:59.999999, 03-06 23:59:59.999999', 'a microsecond later: it does not');
SELECT play('d4', 'day', '03-02 10:00 open', '03-02 10:00 go', '03-03 23:59:59.999999 to wait');
SELECT is(line('d4', 'cd'), 'cd 03-02 10:00.. open paused 03-03 23:59:59.999999 left 2 days', 'paused at the last microsecond: the day does not count');
SELECT is(line('d4', 'z'), 'z 03-02 10:00.. open due 03-02 23:59:59.999999 late 03-02 23:59:59.999999', 'late already: not paused');
SELECT play('d5', 'day', '03-02 10:00 open', '03-02 10:00 go', '03-04 00:00 to wait');
SELECT is(line('d5', 'cd'), 'cd 03-02 10:00.. open paused 03-04 00:00 left 1 day', 'paused at midnight: the day that ended counts');
SELECT play('d6', 'day', '03-02 10:00 open', '03-02 10:00 go', '03-02 11:00 to wait', '03-03 11:00 to work');
SELECT is(due('d6', 'cd') || ', ' || due('d6', 'wd'), '03-04 23:59:59.999999, 03-04 23:59:59.999999', 'paused over the end of the start day, which does not count anyway');
SELECT is(due('d6', 'z'), '03-03 23:59:59.999999', 'zero days: the end of the day on which it goes on');
SELECT play('d7', 'day', '03-02 10:00 open', '03-02 10:00 go', '03-04 12:00 to wait', '03-04 13:00 to work', '03-04 14:00 to wait', '03-04 15:00 to work');
SELECT is(due('d7', 'cd'), '03-04 23:59:59.999999', 'pauses within a day cost nothing');
SELECT play('d8', 'day', '03-02 10:00 open', '03-02 10:00 go', '03-04 18:00 to wait', '03-05 09:00 to work');
SELECT is(due('d8', 'wd'), '03-06 23:59:59.999999', 'working days: on after a holiday');
SELECT play('d9', 'day', '03-02 10:00 open', '03-02 10:00 go', '03-04 18:00 to wait', '03-07 09:00 stop');
SELECT is(line('d9', 'wd'), 'wd 03-02 10:00..03-07 09:00 stopped due 03-09 23:59:59.999999', 'stopped while paused: met');
SELECT play('d10', 'day', '03-02 10:00 open', '03-02 10:00 go', '03-03 20:00 to wait', '03-03 21:00 ~03-03 12:00 memo', '03-06 09:00 to work');
SELECT is(due('d10', 'cd') || ', ' || due('d10', 'wd'), '03-07 23:59:59.999999, 03-09 23:59:59.999999', 'with a late event: the same by replay');

-- ---------- what a breach does to the ticket
SELECT play('t1', 'tm', '03-02 08:00 open', '03-02 09:00 sweep');
SELECT is(ticket('t1', 'status'), 'new', 'exactly at due: nothing yet');
SELECT go_on('t1', '03-02 12:00 sweep');
SELECT is(concat_ws(' ', ticket('t1', 'status'), ticket('t1', 'priority'), ticket('t1', 'attributes')), 'late top {"kind": "k"}', 'moved and set');
SELECT is(short(ticket('t1', 'status_at')::timestamptz), '03-02 09:00', 'as of due');
SELECT is(history('t1'), 'changed:priority@03-02 09:00/rule changed:attributes@03-02 09:00/rule status:late@03-02 09:00/rule', 'its events say so');
SELECT is((SELECT string_agg(DISTINCT actor, ',') FROM desk.ticket_event JOIN played USING (ticket_id) WHERE name = 't1' AND origin = 'rule'), 'aftersales', 'and by whom');
SELECT is(line('t1', 'left'), 'left 03-02 09:00.. open due 03-02 09:30 late 03-02 09:30', 'the clock that the move starts is itself late by then');
SELECT is(line('t1', 'tm'), 'tm 03-02 08:00.. open due 03-02 09:00 late 03-02 09:00', 'the breach');
SELECT go_on('t1', '03-02 13:00 sweep', '03-02 13:00 sweep');
SELECT is(history('t1'), 'changed:priority@03-02 09:00/rule changed:attributes@03-02 09:00/rule status:late@03-02 09:00/rule', 'once');
SELECT play('t2', 'tm', '03-02 08:00 open', '03-02 12:00 set subject=x');
SELECT is(ticket('t2', 'status'), 'late', 'by a write');
SELECT is(history('t2'), 'changed:priority@03-02 09:00/rule changed:attributes@03-02 09:00/rule status:late@03-02 09:00/rule changed:subject@03-02 12:00/ticket', 'before which it is put');
SELECT is(line('t2', c), line('t1', c), 'the same clock ' || c) FROM unnest('{tm,left}'::text[]) c;
SELECT play('t3', 'tm', '03-02 08:00 open', '03-02 12:00 memo');
SELECT is(history('t3'), 'changed:priority@03-02 09:00/rule changed:attributes@03-02 09:00/rule status:late@03-02 09:00/rule memo@03-02 12:00/app', 'by an event that is logged');
SELECT is(concat_ws(' ', ticket('t3', 'status'), ticket('t3', 'priority'), ticket('t3', 'attributes')), 'late top {"kind": "k"}', 'moved and set');
SELECT is(line('t3', c), line('t1', c), 'the same clock ' || c) FROM unnest('{tm,left}'::text[]) c;
SELECT play('t4', 'tm', '03-02 08:00 open', '03-02 09:00 to done', '03-02 12:00 sweep');
SELECT is(history('t4'), 'status:done@03-02 09:00/ticket', 'stopped exactly at due: no move');
SELECT play('t5', 'tm', '03-02 08:00 open', '03-02 08:30 to held', '03-02 12:00 sweep');
SELECT is(concat_ws(' ', ticket('t5', 'status'), ticket('t5', 'priority')), 'held top', 'no transition from there: not moved, but set');
SELECT play('t6', 'tm', '03-02 08:00 open', '03-02 12:00 sweep', '03-02 12:10 ~03-02 08:50 stop');
SELECT is(line('t6', 'tm'), 'tm 03-02 08:00..03-02 08:50 stopped due 03-02 09:00 late 03-02 09:00 cleared', 'a stop in time reported after the move: cleared');
SELECT is(concat_ws(' ', ticket('t6', 'status'), ticket('t6', 'priority')), 'late top', 'what has been done stays');
SELECT play('t7', 'tm', '03-02 08:00 open', '03-02 12:10 ~03-02 08:50 stop');
SELECT is(line('t7', 'tm') || ticket('t7', 'status') || line('t7', 'left'), line('t6', 'tm') || ticket('t6', 'status') || line('t6', 'left'), 'the same when nothing came before it');
SELECT alike(refused('t1', '03-02 13:00 ~03-02 08:55 to done'), 'SV005 the reported time is out of order%', 'a move reported for before the one as of due');
SELECT play('t8', 'tm', '03-02 08:00 open');
SELECT alike(refused('t8', '03-02 13:00 ~03-02 08:55 to done'), 'SV005 the reported time is out of order%', 'without a sweep likewise');
SELECT is(refused('t8', '03-02 13:00 ~03-02 09:20 to done'), 'done', 'after it, it may be');
SELECT is(line('t8', 'left'), 'left 03-02 09:00..03-02 09:20 stopped due 03-02 09:30 late 03-02 09:30 cleared', 'and stops the next, which was late by then');
SELECT play('t9', 'tm', '03-02 12:00 ~03-02 08:00 open', '03-02 12:30 ~03-02 08:40 to work', '03-02 12:40 ~03-02 08:50 to done', '03-02 20:00 sweep');
SELECT is(history('t9'), 'status:work@03-02 08:40/ticket status:done@03-02 08:50/ticket', 'history entered within the grace: nothing is done');
SELECT play('t10', 'tm', '03-02 12:00 ~03-02 08:00 open', '03-02 12:30 ~03-02 09:30 set subject=x');
SELECT is(history('t10'), 'changed:priority@03-02 09:00/rule changed:attributes@03-02 09:00/rule status:late@03-02 09:00/rule changed:subject@03-02 09:30/ticket', 'an entry for after due: first what was due');
SELECT play('t11', 'ts', '03-02 08:00 open', '03-02 09:30 sweep');
SELECT is(line('t11', 'near'), 'far 03-02 08:00.. open due 03-02 11:00', 'values set by a breach: rules are matched again as of due');
SELECT play('t12', 'ts', '03-02 08:00 open', '03-02 12:30 sweep');
SELECT is(line('t12', 'near'), 'far 03-02 08:00.. open due 03-02 11:00 late 03-02 11:00', 'and the new due time has passed too');
SELECT play('t13', 'ts', '03-02 08:00 open', '03-02 12:30 to done');
SELECT is(line('t13', 'near'), 'far 03-02 08:00..03-02 12:30 stopped due 03-02 11:00 late 03-02 11:00', 'by a write: the same');
SELECT play('t14', 'ts', '03-02 08:00 open', '03-02 12:30 stop');
SELECT is(line('t14', 'near') || line('t14', 'ts'), 'far 03-02 08:00.. open due 03-02 11:00 late 03-02 11:00ts 03-02 08:00..03-02 12:30 stopped due 03-02 09:00 late 03-02 09:00', 'by an event: the same');

-- ---------- a breach that brings a rule whose due time passes, which brings ...
SELECT play('v1', 'tr', '03-02 08:00 open', '03-02 09:30 sweep', '03-02 10:30 sweep', '03-02 11:30 sweep', '03-02 12:30 sweep', '03-02 15:30 sweep');
SELECT is(history('v1'), 'changed:priority@03-02 09:00/rule changed:area@03-02 11:00/rule changed:tier@03-02 12:00/rule status:late@03-02 15:00/rule', 'swept every time');
SELECT is(fired('v1'), '1@03-02 10:24 2@03-02 15:00', 'levels of the rule it brought');
SELECT play('v2', 'tr', '03-02 08:00 open', '03-03 20:00 sweep');
SELECT play('v3', 'tr', '03-02 08:00 open', '03-03 20:00 set subject=x');
SELECT play('v4', 'tr', '03-02 08:00 open', '03-03 20:00 memo');
SELECT play('v5', 'tr', '03-02 08:00 open', '03-03 20:00 to done');
SELECT is(left(history(v), length(history('v1'))), history('v1'), 'the same in one go, ' || v) FROM unnest('{v2,v3,v4,v5}'::text[]) v;
SELECT is(fired(v), fired('v1'), 'the same levels, ' || v) FROM unnest('{v2,v3,v4,v5}'::text[]) v;
SELECT is(line(v, c), line('v1', c), format('the same clock %s, %s', c, v)) FROM unnest('{first,next,third}'::text[]) c, unnest('{v2,v3,v4}'::text[]) v;

-- ---------- escalations: due at 12:00 from 08:00
SELECT play('e1', 'esc', '03-02 08:00 open', '03-02 10:00 sweep');
SELECT is(fired('e1'), NULL, 'at the instant itself nothing has passed');
SELECT go_on('e1', '03-02 10:00:00.000001 sweep');
SELECT is(fired('e1'), '2@03-02 10:00', 'half of the time: a microsecond later');
SELECT go_on('e1', '03-02 11:40 sweep', '03-02 11:50 sweep');
SELECT is(fired('e1'), '2@03-02 10:00 1@03-02 11:30', 'half an hour before due; each once');
SELECT go_on('e1', '03-02 12:30 sweep', '03-02 13:30 sweep');
SELECT is(ticket('e1', 'priority'), 'high', 'an hour after: a value set');
SELECT go_on('e1', '03-02 14:30 sweep', '03-02 20:00 sweep');
SELECT is(fired('e1'), '2@03-02 10:00 1@03-02 11:30 3@03-02 12:00 4@03-02 13:00 5@03-02 14:00 6@03-02 14:00', 'all levels, each at its instant');
SELECT is(posted('e1'), '2 lead 03-02 10:00, 1 @assignee 03-02 11:30, 3 @superior 03-02 12:00, 4 lead 03-02 13:00, 5 @org_head 03-02 14:00, 6 @org_head 03-02 14:00', 'a message each');
SELECT is(history('e1'), 'changed:priority@03-02 13:00/rule changed:subject@03-02 14:00/rule status:late@03-02 14:00/rule', 'and what was done to the ticket');
SELECT play('e2', 'esc', '03-02 08:00 open', '03-02 20:00 sweep');
SELECT is(fired('e2') || posted('e2') || history('e2') || line('e2', 'esc'), fired('e1') || posted('e1') || history('e1') || line('e1', 'esc'), 'all missed during downtime: in order');
SELECT play('e3', 'esc', '03-02 08:00 open', '03-02 20:00 memo');
SELECT is(fired('e3') || posted('e3') || line('e3', 'esc'), fired('e1') || posted('e1') || line('e1', 'esc'), 'settled by an event');
SELECT is(history('e3'), history('e1') || ' memo@03-02 20:00/app', 'with what was done to the ticket');
SELECT play('e4', 'esc', '03-02 08:00 open', '03-02 20:00 set tier=x');
SELECT is(fired('e4') || posted('e4') || line('e4', 'esc'), fired('e1') || posted('e1') || line('e1', 'esc'), 'settled by a write');
SELECT is(history('e4'), history('e1') || ' changed:tier@03-02 20:00/ticket', 'with what was done to the ticket');
SELECT play('e5', 'esc', '03-02 08:00 open', '03-02 11:00 sweep', '03-02 12:00 to done', '03-02 20:00 sweep');
SELECT is(fired('e5'), '2@03-02 10:00 1@03-02 11:30', 'stopped at due: what was before it, no more');
SELECT play('e6', 'esc', '03-02 08:00 open', '03-02 09:00 to wait', '03-02 20:00 sweep');
SELECT is(fired('e6'), NULL, 'paused: nothing');
SELECT go_on('e6', '03-02 20:10 to work', '03-02 21:10:00.000001 sweep');
SELECT is(fired('e6'), '2@03-02 21:10', 'and then after half of the time that counts');
SELECT play('e7', 'esc', '03-02 08:00 open', '03-02 10:30 sweep', '03-02 10:40 to wait', '03-02 10:50 to work', '03-02 12:00 sweep');
SELECT is(fired('e7'), '2@03-02 10:00 1@03-02 11:40', 'a level that has been carried out is not again when the due time moves');
SELECT play('e8', 'esc', '03-02 08:00 open', '03-02 12:30 sweep', '03-02 12:40 ~03-02 11:00 stop', '03-02 20:00 sweep');
SELECT is(fired('e8'), '2@03-02 10:00 1@03-02 11:30 3@03-02 12:00', 'a stop in time reported later: what was done stays, nothing follows');
SELECT is(line('e8', 'esc'), 'esc 03-02 08:00..03-02 11:00 stopped due 03-02 12:00 late 03-02 12:00 cleared', 'the breach is cleared');
SELECT play('e9', 'esc', '03-02 20:00 ~03-02 08:00 open', '03-02 20:30 ~03-02 08:00 set tier=x');
SELECT is(fired('e9'), NULL, 'entered late: a write within the grace carries out nothing');
SELECT go_on('e9', '03-02 21:00:00.000001 ~03-02 08:00 set tier=y');
SELECT is(fired('e9') || posted('e9'), fired('e1') || posted('e1'), 'one after it does: all');

-- ---------- whose breach
SELECT play('w1', 'who', '03-02 08:00 open org_id=1 assignee=s1', '03-02 08:30 set assignee=s2 org_id=2', '03-02 09:30 sweep');
SELECT is(whose('w1', 'who'), '2/s2/line', 'handed over before due: the new one, and what the rule says');
SELECT play('w2', 'who', '03-02 08:00 open org_id=1 assignee=s1', '03-02 09:30 set assignee=s2 org_id=2', '03-02 09:40 sweep');
SELECT is(whose('w2', 'who'), '1/s1/line', 'after due: the old one');
SELECT play('w3', 'who', '03-02 08:00 open org_id=1 assignee=s1', '03-02 09:30 ~03-02 08:45 set assignee=s2 org_id=2', '03-02 09:40 sweep');
SELECT is(whose('w3', 'who'), '2/s2/line', 'reported after due, as of before: the new one');
SELECT play('w4', 'who', '03-02 08:00 open org_id=1 assignee=s1', '03-02 09:10 sweep', '03-02 09:30 ~03-02 08:45 set assignee=s2 org_id=2');
SELECT is(whose('w4', 'who'), '2/s2/line', 'swept before it was reported: the same');
SELECT play('w5', 'who', '03-02 08:00 open org_id=1 assignee=s1', '03-02 09:00 set assignee=s2', '03-02 09:10 sweep');
SELECT is(whose('w5', 'who'), '1/s2/line', 'handed over exactly at due: the new one');
SELECT play('w6', 'who', '03-02 08:00 open org_id=1 assignee=s1', '03-02 08:20 set assignee=s2', '03-02 08:40 set assignee=s3', '03-02 09:50 memo', '03-02 10:00 ~03-02 08:10 memo');
SELECT is(whose('w6', 'who'), '1/s3/line', 'a replay finds it again');
SELECT play('w7', 'who', '03-02 08:00 open org_id=1 assignee=s1', '03-02 09:10 sweep', '03-02 09:20 set assignee=s2', '03-02 09:30 ~03-02 08:50 stop');
SELECT is(line('w7', 'who') || whose('w7', 'who'), 'who 03-02 08:00..03-02 08:50 stopped due 03-02 09:00 late 03-02 09:00 cleared1/s1/line', 'a cleared breach names who it was held against');

-- ---------- before the desk went live
UPDATE desk.desk_setting SET go_live = '2026-03-03 00:00+08';
SELECT play('l1', 'tm', '03-03 08:00 ~03-02 08:00 open', '03-03 08:10 sweep');
SELECT is(line('l1', 'tm') || coalesce(history('l1'), ''), 'tm 03-02 08:00.. open due 03-02 09:00 late 03-02 09:00', 'due before: a breach, but nothing is done');
SELECT play('l2', 'esc', '03-03 08:00 ~03-02 08:00 open', '03-03 08:10 sweep', '03-03 20:00 sweep');
SELECT is(fired('l2') IS NULL AND posted('l2') IS NULL AND history('l2') IS NULL, true, 'nor does it escalate');
SELECT is(line('l2', 'esc'), 'esc 03-02 08:00.. open due 03-02 12:00 late 03-02 12:00', 'the breach all the same');
SELECT play('l3', 'esc', '03-03 08:00 ~03-02 23:00 open', '03-03 08:10 sweep');
SELECT is(fired('l3'), '2@03-03 01:00 1@03-03 02:30 3@03-03 03:00 4@03-03 04:00 5@03-03 05:00 6@03-03 05:00', 'due after: as ever');
UPDATE desk.desk_setting SET go_live = NULL;

-- ---------- a job sweeps: what was entered late has its grace
SELECT play('j1', 'run', '03-02 12:00 ~03-02 08:00 open', '03-02 12:10 ~03-02 08:00 go');
SELECT at('2026-03-02 13:10+08');
CALL aftersales.sweep_all();
SELECT is(line('j1', 'run'), 'run 03-02 08:00.. open due 03-02 09:00', 'left alone');
SELECT at('2026-03-02 13:10:00.000001+08');
CALL aftersales.sweep_all();
SELECT is(line('j1', 'run'), 'run 03-02 08:00.. open due 03-02 09:00 late 03-02 09:00', 'until it is over');
UPDATE desk.desk_setting SET entry_grace = '0';
SELECT play('j2', 'run', '03-02 12:00 ~03-02 08:00 open', '03-02 12:10 ~03-02 08:00 go', '03-02 12:10:00.000001 ~03-02 08:50 stop');
SELECT is(line('j2', 'run'), 'run 03-02 08:00..03-02 08:50 stopped due 03-02 09:00 late 03-02 09:00 cleared', 'a desk without grace');
UPDATE desk.desk_setting SET entry_grace = '1 hour';


-- ---------- and all of it adds up
SELECT is_empty('SELECT * FROM problem', 'no script was refused');
SELECT is_empty('SELECT * FROM aftersales.verify_audit()', 'all chains are sound');
SELECT at('2026-05-01 00:00+08');
SELECT aftersales.sweep() \g /dev/null
SELECT is_empty('SELECT name, v.* FROM aftersales.verify_clocks() v JOIN played USING (ticket_id)', 'verify_clocks() finds nothing');
SELECT is_empty($$SELECT clock_id FROM desk.sla_clock WHERE stopped_at IS NOT NULL AND (next_at IS NOT NULL OR paused_since IS NOT NULL)$$, 'an ended clock has nothing to come');
SELECT is_empty($$SELECT clock_id FROM desk.sla_clock c LEFT JOIN desk.sla_breach b USING (clock_id) WHERE c.is_breached <> (b.clock_id IS NOT NULL)$$, 'is_breached says whether there is a breach row');
SELECT is_empty($$SELECT clock_id FROM desk.sla_clock WHERE (paused_since IS NULL) <> (remaining IS NULL) OR paused_since IS NOT NULL AND due_at IS NOT NULL$$, 'paused: since, remaining, and no due time');
SELECT * FROM finish();
