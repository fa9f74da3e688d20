-- lib/clock.sql: a policy with clocks of every kind, a ticket type each, and
-- scripts of "time [~happened] what" that are played on tickets.
-- Included by the tests of clocks.

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
    ('pm', 'pm', 'pm', '{opened}', '{status:done}', '01:00', '{"on_breach": "late"}'),
    ('pm', 'paused', 'paused', '{opened}', '{status:done}', '02:00', '{"pauses_in": ["wait"]}'),
    ('pq', 'pq', 'pq', '{opened}', '{status:done}', '01:00', '{"pauses_in": ["wait"], "on_breach_set": {"priority": "high"}}'),
    ('tp', 'first', 'first', '{opened}', '{status:done}', '01:00', '{"on_breach_set": {"priority": "high"}}'),
    ('tp', 'slow', 'next', '{opened}', '{status:done}', '30:00', '{"pauses_in": ["wait"]}'),
    ('tp', 'fast', 'next', '{opened}', '{status:done}', '00:30', '{"condition": "priority = ''high''", "rank": 1, "pauses_in": ["wait"], "on_breach_set": {"area": "far"}}'),
    ('two', 'a', 'a', '{opened}', '{status:done}', '01:00', '{"on_breach": "late"}'),
    ('two', 'b', 'b', '{opened}', '{status:done}', '01:00', '{"on_breach_set": {"priority": "high"}}'),
    ('two', 'c', 'c', '{opened}', '{status:done}', '01:00', '{"on_breach_set": {"tier": "gold"}}'),
    ('gt', 'p', 'p', '{go}', '{pa}', '01:00', '{"any_of": "one"}'),
    ('gt', 'q', 'q', '{go}', '{qa}', '02:00', '{"any_of": "one", "on_breach_set": {"tier": "silver"}}'),
    ('tc', 'run', 'run', '{go}', '{stop}', '01:00', '{}'),
    ('tc', 'long', 'long', '{opened}', '{status:done}', '10:00', '{"on_breach": "late"}'),
    ('td', 'run', 'run', '{go}', '{stop}', '02:00', '{}'),
    ('td', 'first', 'first', '{opened}', '{status:done}', '01:00', '{"on_breach_set": {"priority": "high"}}'),
    ('td', 'slow', 'next', '{opened}', '{status:done}', '30:00', '{}'),
    ('td', 'fast', 'next', '{opened}', '{status:done}', '20:00', '{"condition": "priority = ''high''", "rank": 1}'),
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
