-- lib/deadline.sql: what documents 000, 001, 002 and 004 say about deadlines,
-- as small policies: one a document, a rule a limit.  And the tools that play
-- a case on a ticket.  Included with \ir; opens the transaction that the test
-- rolls back.
--
-- The workflows are not the documents': any move may be made, so that nothing
-- but clocks is judged here.

\set ECHO none
\set QUIET 1
\set ON_ERROR_STOP 1

BEGIN;
SET client_min_messages = warning;
SET TimeZone = 'Asia/Shanghai';
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS aftersales;
SELECT aftersales.create_desk() \g /dev/null
SELECT aftersales.install_calendar('cn') \g /dev/null
SELECT no_plan();

-- Calendars ------------------------------------------------------------------

-- What is due at ten on Mondays and on Thursdays is due when that day's hours
-- up to ten are over; what is due on Fridays at the end of a day that is a
-- working day.
INSERT INTO aftersales.calendar (calendar, timezone) VALUES ('monday', 'Asia/Shanghai'), ('thursday', 'Asia/Shanghai'), ('friday', 'Asia/Shanghai');
INSERT INTO aftersales.calendar_hours (calendar, weekday, opens, closes)
VALUES ('monday', 1, '00:00', '10:00'), ('thursday', 4, '00:00', '10:00'), ('friday', 5, '08:00', '18:00');

-- Policies -------------------------------------------------------------------

INSERT INTO aftersales.policy (policy, title_en, timezone, calendar) VALUES
    ('maker',  'Document 000: the computer maker',            'Asia/Shanghai', 'cn'),
    ('front',  'Document 001: the property manager''s desk',  'Asia/Shanghai', 'cn'),
    ('dealer', 'Document 002: doors and windows for dealers', 'Asia/Shanghai', 'cn'),
    ('care',   'Document 004: complaints and callbacks',      'Asia/Shanghai', 'cn');
INSERT INTO aftersales.service_area (policy, version, area)
SELECT 'maker', 1, a FROM unnest('{urban,outside_urban,county_no_station}'::text[]) a;

INSERT INTO aftersales.attribute (policy, version, attribute, data_type) VALUES
    ('maker', 1, 'callback_basis', 'text'), ('maker', 1, 'customer_absent', 'boolean'), ('maker', 1, 'deliver_at', 'timestamptz'),
    ('maker', 1, 'leader_due', 'timestamptz'), ('maker', 1, 'authority_due', 'date'), ('maker', 1, 'month', 'date'),
    ('front', 1, 'solved_at_once', 'boolean'),
    ('dealer', 1, 'finish', 'text'), ('dealer', 1, 'area_m2', 'numeric'), ('dealer', 1, 'agreed_on', 'date'),
    ('dealer', 1, 'dealer_consents', 'boolean'), ('dealer', 1, 'capacity_ok', 'boolean'), ('dealer', 1, 'dealer_tier', 'text'),
    ('care', 1, 'is_valid', 'boolean'), ('care', 1, 'is_aged', 'boolean'), ('care', 1, 'resident_due', 'timestamptz'),
    ('care', 1, 'month', 'date'), ('care', 1, 'contract_from', 'date'), ('care', 1, 'contract_to', 'date'), ('care', 1, 'next_reply_at', 'timestamptz');

INSERT INTO aftersales.workflow_state (policy, version, state, kind, position)
SELECT p, 1, s, k, n
FROM (VALUES
    ('maker',  'new', 'initial', 0), ('maker',  'on_site', 'active', 1), ('maker', 'no_show', 'waiting', 2), ('maker', 'resolved', 'done', 3),
    ('front',  'new', 'initial', 0), ('front',  'resolved', 'done', 1),
    ('dealer', 'new', 'initial', 0), ('dealer', 'planned', 'active', 1), ('dealer', 'resolved', 'done', 2),
    ('dealer', 'shipped', 'done', 3), ('dealer', 'accepted', 'done', 4), ('dealer', 'refused', 'done', 5), ('dealer', 'deemed_accepted', 'closed', 6),
    ('care',   'new', 'initial', 0), ('care',   'resolved', 'done', 1)) v (p, s, k, n);
-- Goods deemed accepted stay accepted (DW-33, DW-34).
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state)
SELECT f.policy, 1, f.state, t.state
FROM aftersales.workflow_state f JOIN aftersales.workflow_state t USING (policy)
WHERE f.policy IN ('maker', 'front', 'dealer', 'care') AND f.state <> t.state AND f.state <> 'deemed_accepted' AND t.kind <> 'initial';
INSERT INTO aftersales.approval_rule (policy, version, kind, purpose, roles, clauses)
VALUES ('dealer', 1, 'more_time', 'extension', '{operations_director}', '{DW-03,DW-05}');

-- Rules ----------------------------------------------------------------------

CREATE TEMP TABLE limit_of (policy text, ticket_type text, clauses text[], rule text, clock text, starts text[], stops text[], target interval, rest jsonb DEFAULT '{}');

-- Document 000.  The areas' table governs; two and four hours are the rule
-- where no area is named (PC-13); a solution within a day or a proposal within
-- two is the backstop, for which a solution will do as a proposal.
INSERT INTO limit_of VALUES
    ('maker', 'repair', '{PC-07}', 'respond_county', 'respond', '{opened}', '{responded,status:on_site}', '02:00', '{"condition": "area = ''county_no_station''"}'),
    ('maker', 'repair', '{PC-05,PC-13}', 'onsite', 'onsite', '{opened}', '{status:on_site}', '02:00', '{"mandatory": true}'),
    ('maker', 'repair', '{PC-06}', 'onsite_outside', 'onsite', '{opened}', '{status:on_site}', '02:00', '{"rank": 1, "mandatory": true, "condition": "area = ''outside_urban''"}'),
    ('maker', 'repair', '{PC-07}', 'onsite_county', 'onsite', '{opened}', '{status:on_site}', '48:00', '{"rank": 1, "mandatory": true, "condition": "area = ''county_no_station''"}'),
    ('maker', 'repair', '{PC-05,PC-13}', 'resolve', 'resolve', '{opened}', '{status:resolved}', '04:00', '{"mandatory": true}'),
    ('maker', 'repair', '{PC-06}', 'resolve_outside', 'resolve', '{opened}', '{status:resolved}', '24:00', '{"rank": 1, "mandatory": true, "condition": "area = ''outside_urban''"}'),
    ('maker', 'repair', '{PC-07}', 'resolve_county', 'resolve', '{opened}', '{status:resolved}', '48:00', '{"rank": 1, "mandatory": true, "condition": "area = ''county_no_station''"}'),
    ('maker', 'repair', '{PC-32}', 'solve', 'solve', '{opened}', '{status:resolved}', '24:00', '{"any_of": "backstop"}'),
    ('maker', 'repair', '{PC-32}', 'proposal', 'proposal', '{opened}', '{proposed,status:resolved}', '48:00', '{"any_of": "backstop"}'),
    ('maker', 'repair', '{PC-25,PC-96}', 'callback_1', 'callback_1', '{status:resolved}', '{called_1}', '3 days', '{"unit": "calendar_day"}'),
    ('maker', 'repair', '{PC-15}', 'callback_1_working', 'callback_1', '{status:resolved}', '{called_1}', '3 days', '{"unit": "working_day", "rank": 1, "condition": "callback_basis = ''working_days''"}'),
    ('maker', 'repair', '{PC-97}', 'callback_2', 'callback_2', '{status:resolved}', '{called_2}', '7 days', '{"unit": "calendar_day"}'),
    -- A promise: kept, or the customer told by then; past it, told every two days.
    ('maker', 'promise', '{PC-37}', 'promised', 'promised', '{promise:repair}', '{status:resolved}', NULL, '{"due_from": "promised_at", "cancels_on": ["promise:repair"]}'),
    ('maker', 'promise', '{PC-108}', 'delay_told', 'delay_told', '{promise:repair}', '{delay_notice,status:resolved}', NULL, '{"due_from": "promised_at", "cancels_on": ["promise:repair"]}'),
    ('maker', 'promise', '{PC-109}', 'progress', 'progress', '{due:promised}', '{progress}', '2 days', '{"unit": "calendar_day", "repeats": true, "cancels_on": ["status:resolved", "promise:repair"]}'),
    -- Twenty minutes have been waited when the twentieth is over, that instant included.
    ('maker', 'visit', '{PC-86}', 'wait', 'wait', '{status:on_site}', '{status:no_show,status:resolved}', '00:19:59.999999', '{"condition": "customer_absent"}'),
    ('maker', 'reception', '{PC-104}', 'reception', 'reception', '{opened}', '{received}', '00:05', '{}'),
    ('maker', 'spare', '{PC-60}', 'approve', 'approve', '{opened}', '{agreed}', '0 days', '{"unit": "calendar_day"}'),
    ('maker', 'spare', '{PC-60}', 'ship', 'ship', '{agreed}', '{sent}', '1 day', '{"unit": "calendar_day"}'),
    ('maker', 'spare', '{PC-73}', 'part_return', 'part_return', '{part_bad}', '{part_returned}', '7 days', '{"unit": "calendar_day"}'),
    ('maker', 'delivery', '{PC-02}', 'deliver', 'deliver', '{opened}', '{delivered}', NULL, '{"due_from": "deliver_at"}'),
    ('maker', 'complaint', '{PC-119}', 'report_back', 'report_back', '{opened}', '{reported}', NULL, '{"due_from": "leader_due"}'),
    ('maker', 'complaint', '{PC-124}', 'settle', 'settle', '{opened}', '{status:resolved}', NULL, '{"due_from": "authority_due"}'),
    -- The report of Monday and that of Thursday: the one is on when the other
    -- has been given, Monday's also when Thursday's was due.  That a missed
    -- Monday brings on the next Thursday, too, cannot be said by rules: two
    -- clocks may not start at each other's due time.
    ('maker', 'report', '{PC-26}', 'monday', 'monday', '{opened,thursday_given,due:thursday}', '{monday_given}', '10:00', '{"unit": "working", "calendar": "monday"}'),
    ('maker', 'report', '{PC-26}', 'thursday', 'thursday', '{opened,monday_given}', '{thursday_given}', '10:00', '{"unit": "working", "calendar": "thursday"}'),
    ('maker', 'monthly', '{PC-75}', 'reconcile', 'reconcile', '{opened}', '{reconciled}', NULL, '{"due_from": "month"}');

-- Document 001.
INSERT INTO limit_of VALUES
    ('front', 'complaint', '{PH-32}', 'first_reply', 'first_reply', '{opened}', '{replied}', '1 day', '{"unit": "calendar_day", "condition": "NOT coalesce(solved_at_once, false)"}'),
    ('front', 'complaint', '{PH-32}', 'dispatch', 'dispatch', '{opened}', '{sent}', '00:10', '{}'),
    ('front', 'complaint', '{PH-02}', 'promised', 'promised', '{promise:reply}', '{replied}', NULL, '{"due_from": "promised_at", "cancels_on": ["promise:reply"]}');

-- Document 002: complaints.
INSERT INTO limit_of VALUES
    ('dealer', 'complaint', '{DW-02}', 'plan', 'plan', '{opened}', '{status:planned}', '4 days', '{"unit": "working_day", "extension_approval": "more_time"}'),
    ('dealer', 'complaint', '{DW-04}', 'resolve', 'resolve', '{status:planned}', '{status:resolved}', '3 days', '{"unit": "working_day", "extension_approval": "more_time"}');
-- The table of acceptance times; a handrail counts as a railing.  The twin type
-- reads "the next day" as from midnight on.
INSERT INTO limit_of
SELECT 'dealer', t, ARRAY[c, 'DW-32', 'DW-33'], r, 'accept', '{picked_up}', '{status:accepted,status:refused}', v.target,
       jsonb_build_object('mandatory', true, 'cutoff', '14:00', 'unit', v.unit, 'condition', v.condition, 'on_breach', 'deemed_accepted', 'day_open', o)
FROM (VALUES ('acceptance', '08:00'), ('acceptance_midnight', '00:00')) k (t, o), (VALUES
    ('DW-25', 'accept_window_few',  '04:00'::interval, 'elapsed', 'product_line IN (''window_guard'', ''railing'', ''handrail'', ''sample'') AND quantity <= 10'),
    ('DW-26', 'accept_window_many', '0 days', 'calendar_day', 'product_line IN (''window_guard'', ''railing'', ''handrail'', ''sample'') AND quantity > 10'),
    ('DW-27', 'accept_home_few',    '04:00',  'elapsed',      'product_line = ''home'' AND quantity <= 10'),
    ('DW-27', 'accept_home_many',   '0 days', 'calendar_day', 'product_line = ''home'' AND quantity > 10'),
    ('DW-28', 'accept_pipe_few',    '04:00',  'elapsed',      'product_line = ''pipe'' AND quantity <= 90'),
    ('DW-28', 'accept_pipe_many',   '0 days', 'calendar_day', 'product_line = ''pipe'' AND quantity > 90'),
    ('DW-29', 'accept_door_few',    '0 days', 'calendar_day', 'product_line = ''door'' AND quantity <= 10'),
    ('DW-29', 'accept_door_many',   '2 days', 'calendar_day', 'product_line = ''door'' AND quantity > 10'),
    ('DW-30', 'accept_material',    '04:00',  'elapsed',      'product_line = ''material'''),
    ('DW-31', 'accept_tool',        '04:00',  'elapsed',      'product_line IN (''jig'', ''tool'')')) v (c, r, target, unit, condition);
-- Times of delivery.  A later date agreed for a large order governs.
INSERT INTO limit_of
SELECT 'dealer', 'order', ARRAY[c, 'DW-35', 'DW-39', 'DW-40'], r, 'ship', '{reviewed,deposited}', '{status:shipped}', v.target,
       jsonb_build_object('mandatory', true, 'starts_when', 'all', 'cutoff', '12:00', 'unit', 'calendar_day', 'count_first_day', true, 'condition', v.condition,
                          'due_from', 'CASE WHEN ' || v.is_large || ' AND dealer_consents AND NOT capacity_ok THEN agreed_on END')
FROM (VALUES
    ('DW-36', 'ship_natural',  '7 days'::interval, 'product_line = ''window_guard'' AND finish = ''natural''',  'area_m2 > 150'),
    ('DW-36', 'ship_coloured', '12 days', 'product_line = ''window_guard'' AND finish = ''coloured''', 'area_m2 > 150'),
    ('DW-37', 'ship_door',     '15 days', 'product_line = ''door''', 'quantity > 5'),
    ('DW-38', 'ship_other',    '3 days',  'product_line IN (''home'', ''pipe'', ''material'', ''jig'', ''tool'')', NULL)) v (c, r, target, condition, is_large);
INSERT INTO limit_of VALUES
    ('dealer', 'calls', '{DW-67}', 'call_a', 'call', '{called}', '{called}', '14 days', '{"unit": "calendar_day", "condition": "tier = ''A''"}'),
    ('dealer', 'calls', '{DW-70}', 'call_b', 'call', '{called}', '{called}', '1 month', '{"unit": "calendar_day", "condition": "tier = ''B''"}'),
    ('dealer', 'publication', '{DW-63}', 'publish', 'publish', '{opened}', '{published}', '1 day', '{"unit": "working_day", "calendar": "friday", "count_first_day": true}');

-- Document 004.  What has grown major by its age is major from the end of that
-- day on, so it goes to the manager on the next.
INSERT INTO limit_of VALUES
    ('care', 'complaint', '{PM-54}', 'form_sent', 'form_sent', '{opened}', '{form_sent}', '00:10', '{}'),
    ('care', 'complaint', '{PM-52}', 'to_director', 'to_director', '{opened,changed:grade}', '{told_director}', '01:00', '{"condition": "grade = ''important''", "cancels_on": ["changed:grade"]}'),
    ('care', 'complaint', '{PM-51}', 'to_manager', 'to_manager', '{opened,changed:grade}', '{told_manager}', '0 days', '{"unit": "calendar_day", "condition": "grade = ''major''", "cancels_on": ["changed:grade"]}'),
    ('care', 'complaint', '{PM-45,PM-51}', 'to_manager_aged', 'to_manager', '{opened,changed:grade}', '{told_manager}', '1 day', '{"unit": "calendar_day", "rank": 1, "condition": "grade = ''major'' AND is_aged", "cancels_on": ["changed:grade"]}'),
    ('care', 'complaint', '{PM-55}', 'forward', 'forward', '{opened}', '{forwarded}', '0 days', '{"unit": "calendar_day", "condition": "grade IN (''major'', ''important'')"}'),
    ('care', 'complaint', '{PM-53}', 'resolve', 'resolve', '{opened}', '{status:resolved}', '2 days', '{"unit": "calendar_day", "condition": "grade = ''minor''", "due_from": "resident_due"}'),
    ('care', 'complaint', '{PM-45}', 'ageing', 'ageing', '{opened}', '{status:resolved}', '1 month', '{"unit": "calendar_day", "condition": "is_valid", "on_breach_set": {"grade": "major", "is_aged": true}}'),
    ('care', 'complaint', '{PM-56}', 'form_returned', 'form_returned', '{status:resolved}', '{form_returned}', '0 days', '{"unit": "calendar_day"}'),
    ('care', 'complaint', '{PM-58}', 'inform', 'inform', '{status:resolved}', '{informed}', '0 days', '{"unit": "calendar_day"}'),
    ('care', 'complaint', '{PM-68}', 'next_reply', 'next_reply', '{opened}', '{replied}', NULL, '{"condition": "grade = ''major''", "due_from": "next_reply_at"}'),
    ('care', 'complaint', '{PM-72}', 'callback', 'callback', '{status:resolved}', '{called}', '7 days', '{"unit": "calendar_day"}'),
    ('care', 'complaint', '{PM-85}', 'follow_up', 'follow_up', '{opened}', '{status:resolved}', NULL, '{}'),
    ('care', 'repair', '{PM-73}', 'callback', 'callback', '{status:resolved}', '{called}', '1 month', '{"unit": "calendar_day"}'),
    ('care', 'special', '{PM-74}', 'callback_mid', 'callback_mid', '{opened}', '{called_mid}', NULL, '{"due_from": "contract_from + (contract_to - contract_from) / 2"}'),
    ('care', 'special', '{PM-74}', 'callback_end', 'callback_end', '{opened}', '{called_end}', NULL, '{"due_from": "contract_to"}'),
    ('care', 'publication', '{PM-75}', 'callback', 'callback', '{opened}', '{called}', '1 month', '{"unit": "calendar_day"}'),
    ('care', 'other', '{PM-76}', 'callback', 'callback', '{status:resolved}', '{called}', '7 days', '{"unit": "calendar_day"}'),
    ('care', 'task', '{PM-03}', 'task', 'task', '{opened}', '{status:resolved}', '0 days', '{"unit": "calendar_day"}'),
    -- By the 30th of the month, in February by its last day.
    ('care', 'report', '{PM-60}', 'report', 'report', '{opened}', '{reported}', NULL, '{"due_from": "least(month + 29, (month + interval ''1 month'' - interval ''1 day'')::date)"}');

INSERT INTO aftersales.ticket_type (policy, version, ticket_type) SELECT DISTINCT policy, 1, ticket_type FROM limit_of;
INSERT INTO aftersales.workflow_guard (policy, version, ticket_type, to_state, guard, requires, message_en, clauses)
VALUES ('maker', 1, 'visit', 'no_show', 'waited', 'clock_expired(''wait'')', 'Twenty minutes must have been waited.', '{PC-86}');
INSERT INTO aftersales.event_type (policy, version, ticket_type, event)
SELECT DISTINCT policy, 1, ticket_type, e
FROM limit_of, unnest(starts || stops) e WHERE e !~ '^(opened|status:|changed:|due:)';
INSERT INTO aftersales.sla_rule (policy, version, ticket_type, rule, clock, condition, starts_on, starts_when, stops_on, cancels_on, target, due_from, unit, calendar,
                                 cutoff, day_open, count_first_day, repeats, any_of, mandatory, rank, on_breach, on_breach_set, extension_approval, clauses)
SELECT l.policy, 1, l.ticket_type, l.rule, l.clock, x.condition, l.starts, coalesce(x.starts_when, 'any'), l.stops, coalesce(x.cancels_on, '{}'), l.target, x.due_from,
       coalesce(x.unit, 'elapsed'), x.calendar, x.cutoff, coalesce(x.day_open, '08:00'), coalesce(x.count_first_day, false), coalesce(x.repeats, false),
       x.any_of, coalesce(x.mandatory, false), coalesce(x.rank, 0), x.on_breach, x.on_breach_set, x.extension_approval, l.clauses
FROM limit_of l CROSS JOIN jsonb_populate_record(NULL::aftersales.sla_rule, l.rest) x;
SELECT is_empty(format('SELECT * FROM aftersales.check_policy(%L, 1) WHERE severity = ''error''', policy), policy || ' is a sound policy')
FROM aftersales.policy ORDER BY policy;
SELECT aftersales.activate_policy(policy, 1, '2020-01-01') FROM aftersales.policy \g /dev/null

INSERT INTO desk.staff (login) VALUES ('clerk'), ('operations_director'), ('region_manager');
INSERT INTO desk.staff_role (login, role) SELECT login, login FROM desk.staff WHERE login <> 'clerk';

-- Playing --------------------------------------------------------------------

CREATE FUNCTION pg_temp.as_of(p_at timestamptz, p_login text DEFAULT 'clerk') RETURNS void LANGUAGE sql AS
$$ SELECT set_config('aftersales.now', p_at::text, true), set_config('aftersales.actor', p_login, true) $$;

-- A due time as the documents write it: a date is the end of that day.
CREATE FUNCTION pg_temp.due(p_due text) RETURNS timestamptz LANGUAGE sql AS
$$ SELECT CASE WHEN p_due ~ '^\d{4}-\d\d-\d\d$' THEN p_due::timestamptz + interval '1 day -1 microsecond' ELSE p_due::timestamptz END $$;

-- Opens a ticket: columns as col=value, attributes as col:=value.
CREATE FUNCTION pg_temp.opened(p_policy text, p_type text, p_sets text, p_at timestamptz) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    id bigint;
    p text;
    cols text := '';
    vals text := '';
    attributes jsonb := '{}';
BEGIN
    PERFORM pg_temp.as_of(p_at);
    FOREACH p IN ARRAY coalesce(string_to_array(p_sets, ' '), '{}') LOOP
        IF p ~ ':=' THEN
            attributes := attributes || pg_temp.pair(p);
        ELSE
            cols := cols || ', ' || split_part(p, '=', 1);
            vals := vals || format(', %L', split_part(p, '=', 2));
        END IF;
    END LOOP;
    EXECUTE format('INSERT INTO desk.ticket (policy, ticket_type, attributes%s) VALUES (%L, %L, %L%s) RETURNING ticket_id', cols, p_policy, p_type, attributes, vals) INTO id;
    RETURN id;
END $$;
CREATE FUNCTION pg_temp.pair(p text) RETURNS jsonb LANGUAGE sql AS
$$ SELECT jsonb_build_object(split_part(p, ':=', 1), CASE WHEN v ~ '^([\d.]+|true|false|null)$' THEN v::jsonb ELSE to_jsonb(v) END) FROM (SELECT substr(p, strpos(p, ':=') + 2)) x (v) $$;

-- One step at a time: a state to move to; '!event'; 'col=value', 'col:=value';
-- '*kind until <time>', a promise; '+login clock until <time>', an extension.
CREATE FUNCTION pg_temp.step(p_id bigint, p_what text, p_at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    m text[] := regexp_match(p_what, '^[*+](\S+)(?: (\S+))? until (.*)$');
BEGIN
    PERFORM pg_temp.as_of(p_at, CASE WHEN p_what LIKE '+%' THEN m[1] ELSE 'clerk' END);
    IF p_what LIKE '!%' THEN
        INSERT INTO desk.ticket_event (ticket_id, event) VALUES (p_id, substr(p_what, 2));
    ELSIF p_what LIKE '*%' THEN
        INSERT INTO desk.promise (ticket_id, kind, promised_at) VALUES (p_id, m[1], pg_temp.due(m[3]));
    ELSIF p_what LIKE '+%' THEN
        INSERT INTO desk.approval (ticket_id, kind, clock_id, new_due_at)
        SELECT p_id, 'more_time', clock_id, pg_temp.due(m[3]) FROM desk.sla_clock WHERE ticket_id = p_id AND clock = m[2];
    ELSIF p_what LIKE '%:=%' THEN
        UPDATE desk.ticket SET attributes = jsonb_strip_nulls(attributes || pg_temp.pair(p_what)) WHERE ticket_id = p_id;
    ELSIF p_what LIKE '%=%' THEN
        EXECUTE format('UPDATE desk.ticket SET %I = %L WHERE ticket_id = %s', split_part(p_what, '=', 1), nullif(split_part(p_what, '=', 2), ''), p_id);
    ELSE
        UPDATE desk.ticket SET status = p_what WHERE ticket_id = p_id;
    END IF;
END $$;

-- Steps in order, '<step>@<time>' each; the time is a date and time or one
-- since p_base.
CREATE FUNCTION pg_temp.play(p_id bigint, p_story text, p_base timestamptz) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    s text;
    at text;
BEGIN
    FOREACH s IN ARRAY coalesce(string_to_array(p_story, '; '), '{}') LOOP
        at := split_part(s, '@', 2);
        PERFORM pg_temp.step(p_id, split_part(s, '@', 1), CASE WHEN at ~ '^\d{4}-' THEN at::timestamptz ELSE p_base + at::interval END);
    END LOOP;
    RETURN p_id;
END $$;

-- What the database says to a step: 'accepted', or SQLSTATE and clauses.
CREATE FUNCTION pg_temp.verdict(p_id bigint, p_what text, p_at timestamptz) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    det text;
BEGIN
    PERFORM pg_temp.step(p_id, p_what, p_at);
    RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS det = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(' ', SQLSTATE, substring(det FROM 'clauses=(PC-86)$'));
END $$;

-- The last cycle of a clock, and how one stands.
CREATE FUNCTION pg_temp.last_clock(p_id bigint, p_clock text) RETURNS bigint LANGUAGE sql AS
$$ SELECT clock_id FROM desk.sla_clock WHERE ticket_id = p_id AND clock = p_clock ORDER BY cycle DESC LIMIT 1 $$;
CREATE FUNCTION pg_temp.outcome(p_clock_id bigint, p_at timestamptz) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_temp.as_of(p_at);
    RETURN (SELECT outcome FROM desk_bi.clock WHERE clock_id = p_clock_id);
END $$;
