-- One script of 500 tickets on three desks that differ in when sweep_all() runs:
-- every minute at which something is due, once a month, never before the next
-- write. Clocks, breaches, states and events are the same in the end.
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT no_plan();

INSERT INTO aftersales.calendar (calendar, timezone) VALUES ('office', 'Asia/Shanghai');
INSERT INTO aftersales.calendar_hours (calendar, weekday, opens, closes) SELECT 'office', d, '09:00', '18:00' FROM generate_series(1, 5) d;
INSERT INTO aftersales.policy (policy, title_en, timezone, calendar) VALUES ('ways', 'Three ways', 'Asia/Shanghai', 'office');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('ways', 1, 'job');
INSERT INTO aftersales.attribute (policy, version, attribute, data_type) VALUES ('ways', 1, 'agreed_at', 'timestamptz'), ('ways', 1, 'flag', 'boolean');
INSERT INTO aftersales.event_type (policy, version, event) SELECT 'ways', 1, e FROM unnest('{go,stop,off,tick,pa,qa,memo}'::text[]) e;
INSERT INTO aftersales.workflow_state (policy, version, state, kind, position) VALUES
    ('ways', 1, 'new', 'initial', 0), ('ways', 1, 'held', 'initial', 1), ('ways', 1, 'work', 'active', 2), ('ways', 1, 'wait', 'waiting', 3),
    ('ways', 1, 'late', 'active', 4), ('ways', 1, 'urgent', 'active', 5), ('ways', 1, 'done', 'done', 6), ('ways', 1, 'closed', 'closed', 7);
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state)
SELECT 'ways', 1, f, t FROM unnest('{new,held,work,wait,late,urgent,done}'::text[]) f, unnest('{held,work,wait,done}'::text[]) t WHERE f <> t
UNION ALL SELECT 'ways', 1, f, 'late' FROM unnest('{new,held,work}'::text[]) f
UNION ALL SELECT 'ways', 1, f, 'urgent' FROM unnest('{work,wait,late}'::text[]) f
UNION ALL VALUES ('ways', 1, 'done', 'closed'), ('ways', 1, 'closed', 'work');
INSERT INTO aftersales.sla_rule (policy, version, rule, clock, condition, starts_on, stops_on, cancels_on, pauses_in, target, due_from, unit, repeats, any_of, rank, on_breach, on_breach_set) VALUES
    ('ways', 1, 'accept', 'accept', NULL, '{opened}', '{status:work,status:done}', '{off}', '{held}', '2 hours', NULL, 'working', false, NULL, 0, 'late', '{"priority": "high"}'),
    ('ways', 1, 'slow', 'solve', NULL, '{opened,status:work}', '{status:done}', '{off}', '{wait}', '30 hours', NULL, 'elapsed', false, NULL, 0, NULL, NULL),
    ('ways', 1, 'fast', 'solve', 'priority = ''high''', '{opened,status:work}', '{status:done}', '{off}', '{wait}', '8 hours', NULL, 'elapsed', false, NULL, 1, NULL, '{"area": "far", "flag": true}'),
    ('ways', 1, 'late', 'late', NULL, '{status:late}', '{status:work,status:done}', '{}', '{}', '3 hours', NULL, 'elapsed', false, NULL, 0, 'urgent', NULL),
    ('ways', 1, 'visit', 'visit', 'area = ''far''', '{go}', '{stop}', '{off}', '{wait}', '2 days', NULL, 'working_day', false, NULL, 0, NULL, NULL),
    ('ways', 1, 'run', 'run', NULL, '{go}', '{stop}', '{off}', '{}', '5 hours', NULL, 'elapsed', false, NULL, 0, NULL, NULL),
    ('ways', 1, 'chain', 'chain', NULL, '{due:run}', '{stop}', '{}', '{wait}', '6 hours', NULL, 'elapsed', false, NULL, 0, NULL, '{"tier": "gold"}'),
    ('ways', 1, 'chain2', 'chain2', NULL, '{due:chain}', '{stop,status:done}', '{}', '{}', '6 hours', NULL, 'elapsed', false, NULL, 0, NULL, NULL),
    ('ways', 1, 'rep', 'rep', NULL, '{go}', '{tick}', '{off,status:done}', '{wait}', '20 hours', NULL, 'elapsed', true, NULL, 0, NULL, NULL),
    ('ways', 1, 'agreed', 'agreed', NULL, '{go}', '{stop}', '{}', '{}', NULL, 'agreed_at', 'elapsed', false, NULL, 0, NULL, NULL),
    ('ways', 1, 'p', 'p', NULL, '{go}', '{pa}', '{}', '{}', '4 hours', NULL, 'elapsed', false, 'one', 0, NULL, NULL),
    ('ways', 1, 'q', 'q', NULL, '{go}', '{qa}', '{}', '{}', '9 hours', NULL, 'elapsed', false, 'one', 0, NULL, '{"tier": "silver"}');
INSERT INTO aftersales.escalation_rule (policy, version, clock, level, at, action, recipient, set) VALUES
    ('ways', 1, 'solve', 1, '80%', 'notify', 'lead', NULL),
    ('ways', 1, 'solve', 2, '4 hours', 'set', NULL, '{"channel": "phone"}'),
    ('ways', 1, 'solve', 3, '30 hours', 'move', 'head', '{"status": "urgent"}'),
    ('ways', 1, 'run', 1, '-1 hour', 'notify', '@assignee', NULL),
    ('ways', 1, 'run', 2, '2 hours', 'notify', '@superior', NULL),
    ('ways', 1, 'accept', 1, '50%', 'notify', '@assignee', NULL);
SELECT aftersales.activate_policy('ways', 1);

-- ---------- the script: what is written at which time, for some of it as of before
CREATE FUNCTION chance(k text) RETURNS double precision IMMUTABLE LANGUAGE sql AS $$ SELECT ('x' || substr(md5('three ways' || k), 1, 8))::bit(32)::bigint / 4294967296.0 $$;
CREATE FUNCTION pick(list text[], k text) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT list[1 + floor(chance(k) * cardinality(list))::int] $$;
CREATE TABLE step (n bigint PRIMARY KEY, ticket_id bigint, at timestamptz, kind text, what text, happened timestamptz);
INSERT INTO step
SELECT row_number() OVER (ORDER BY at, g, i), g, at, kind,
       CASE kind WHEN 'event' THEN pick('{go,go,go,stop,stop,off,tick,pa,qa,memo}', k || 'event')
                 WHEN 'move' THEN pick('{work,work,wait,held,done,closed}', k || 'to')
                 WHEN 'set' THEN pick('{"priority = ''high''","priority = ''low''","area = ''far''","area = ''near''","assignee = ''s1''","assignee = ''s2'', org_id = 2","subject = ''x''","attributes = attributes || ''{\"agreed_at\": \"2026-02-01T10:00:00Z\"}''"}', k || 'set')
                 WHEN 'correct' THEN pick('{go,stop,pa,tick}', k || 'which') END,
       CASE WHEN chance(k || 'late') < 0.4 AND kind <> 'open' THEN at - chance(k || 'by') * CASE WHEN chance(k || 'much') < 0.3 THEN 3000 ELSE 300 END * interval '1 minute'
            WHEN kind = 'open' AND chance(k || 'late') < 0.2 THEN at - chance(k || 'by') * interval '20 hours'
            WHEN kind = 'correct' AND chance(k || 'retime') < 0.6 THEN at - chance(k || 'by') * interval '2 days' END
FROM generate_series(1, 500) g, generate_series(0, 11) i,
     LATERAL (SELECT g || '/' || i || '/' AS k) k,
     LATERAL (SELECT CASE WHEN i = 0 THEN 'open' WHEN chance(k || 'kind') < 0.45 THEN 'event' WHEN chance(k || 'kind') < 0.70 THEN 'move' WHEN chance(k || 'kind') < 0.92 THEN 'set' ELSE 'correct' END AS kind) what,
     LATERAL (SELECT timestamptz '2026-01-10 00:00+00' + floor(chance(g || 'opened') * 60000) * interval '1 minute'
                     + CASE WHEN i = 0 THEN '0' ELSE floor(chance(k || 'at') * CASE WHEN chance(g || 'pace') < 0.7 THEN 3000 ELSE 60000 END) * interval '1 minute' END AS at) t
WHERE i < 4 OR chance(k || 'is') < 0.7;
UPDATE step SET happened = date_trunc('minute', happened);

CREATE TABLE refusal (desk name, n bigint, error text);
CREATE FUNCTION happen(desk name, s step) RETURNS void LANGUAGE plpgsql AS $$
DECLARE detail text;
BEGIN
    PERFORM set_config('aftersales.now', s.at::text, false);
    CASE s.kind
    WHEN 'open' THEN
        EXECUTE format('INSERT INTO %I.ticket (ticket_id, ticket_type, status, happened_at, org_id, assignee) VALUES ($1, ''job'', $2, $3, 1, ''s3'')', desk)
        USING s.ticket_id, pick('{new,new,new,held}', s.ticket_id || 'in'), s.happened;
    WHEN 'event' THEN
        EXECUTE format('INSERT INTO %I.ticket_event (ticket_id, event, occurred_at) VALUES ($1, $2, $3)', desk) USING s.ticket_id, s.what, s.happened;
    WHEN 'move' THEN
        EXECUTE format('UPDATE %I.ticket SET status = $1, happened_at = $2 WHERE ticket_id = $3', desk) USING s.what, s.happened, s.ticket_id;
    WHEN 'set' THEN
        EXECUTE format('UPDATE %I.ticket SET %s, happened_at = $1 WHERE ticket_id = $2', desk, s.what) USING s.happened, s.ticket_id;
    WHEN 'correct' THEN
        EXECUTE format('SELECT aftersales.correct_event(event_id, ''wrong'', $1, %L)
                        FROM %I.ticket_event WHERE ticket_id = $2 AND event = $3 AND corrects IS NULL ORDER BY seq DESC LIMIT 1', desk, desk) USING s.happened, s.ticket_id, s.what;
    END CASE;
EXCEPTION WHEN OTHERS THEN
    INSERT INTO refusal VALUES (desk, s.n, SQLSTATE);
    IF SQLSTATE !~ '^SV' THEN
        GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
        RAISE WARNING '% step %: % % %', desk, s.n, SQLSTATE, SQLERRM, detail;
    END IF;
END $$;

-- A sweep() by hand would not wait for what may be recorded late; sweep_all() does.
CREATE PROCEDURE live(desk name, way text) LANGUAGE plpgsql AS $$
DECLARE
    s step;
    next timestamptz;
    swept timestamptz;
    month timestamptz := '2026-02-01';
BEGIN
    EXECUTE format('INSERT INTO %1$I.org_unit (org_id, org_code) VALUES (1, ''one''), (2, ''two'')', desk);
    EXECUTE format('INSERT INTO %I.staff (login) VALUES (''s1''), (''s2''), (''s3'')', desk);
    FOR s IN SELECT * FROM step ORDER BY n LOOP
        LOOP
            next := month;
            IF way = 'minute' THEN
                EXECUTE format('SELECT date_trunc(''minute'', min(greatest(next_at, late_entry_at + CASE WHEN next_at < late_entry_at THEN interval ''1 hour'' END))) + interval ''1 minute'' FROM %I.sla_clock', desk) INTO next;
            END IF;
            EXIT WHEN way = 'never' OR next IS NULL OR next > s.at;
            PERFORM set_config('aftersales.now', next::text, false);
            CALL aftersales.sweep_all(desk => desk);
            IF next = swept THEN RAISE 'a sweep at % has left something to do before it', next; END IF;
            swept := next;
            month := month + interval '1 month';
        END LOOP;
        PERFORM happen(desk, s);
    END LOOP;
    PERFORM set_config('aftersales.now', '2026-06-01 00:00+00', false);
    PERFORM aftersales.sweep(desk => desk);
END $$;
SELECT aftersales.create_desk(d) FROM unnest('{minute,month,never}'::name[]) d \g /dev/null
CALL live('minute', 'minute');
CALL live('month', 'month');
CALL live('never', 'never');

-- ---------- the same in the end
CREATE FUNCTION ends(desk name, what text) RETURNS TABLE (line text) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format(CASE what
        WHEN 'clock' THEN 'SELECT format(''%%s %%s %%s %%s %%s %%s..%%s %%s due %%s paused %%s left %%s'', ticket_id, clock, cycle, rule, target, started_at, stopped_at, ended_as, due_at, paused_since, remaining) FROM %1$I.sla_clock'
        WHEN 'breach' THEN 'SELECT format(''%%s %%s %%s %%s: %%s by %%s/%%s%%s'', c.ticket_id, c.clock, c.cycle, c.started_at, b.due_at, b.org_id, b.assignee, CASE WHEN b.cleared_at IS NOT NULL THEN '' cleared'' END)
                            FROM %1$I.sla_breach b JOIN %1$I.sla_clock c USING (clock_id)'
        WHEN 'escalation' THEN 'SELECT format(''%%s %%s %%s %%s: %%s at %%s'', c.ticket_id, c.clock, c.cycle, c.started_at, e.level, e.at) FROM %1$I.sla_escalation e JOIN %1$I.sla_clock c USING (clock_id)'
        WHEN 'message' THEN 'SELECT format(''%%s %%s %%s %%s'', ticket_id, level, recipient, at) FROM %1$I.outbox'
        WHEN 'ticket' THEN 'SELECT format(''%%s %%s %%s %%s %%s %%s %%s %%s %%s %%s'', ticket_id, status, status_at, priority, area, tier, channel, attributes, org_id, assignee) FROM %1$I.ticket'
        WHEN 'event' THEN 'SELECT format(''%%s %%s %%s %%s'', ticket_id, event, occurred_at, origin) FROM %1$I.ticket_event'
        END, desk);
END $$;
CREATE FUNCTION differing(a name, b name, what text) RETURNS TABLE (line text) LANGUAGE sql AS $$
    (SELECT a || ': ' || x.line FROM (SELECT * FROM ends(a, what) EXCEPT ALL SELECT * FROM ends(b, what)) x ORDER BY x.line LIMIT 4)
    UNION ALL
    (SELECT b || ': ' || x.line FROM (SELECT * FROM ends(b, what) EXCEPT ALL SELECT * FROM ends(a, what)) x ORDER BY x.line LIMIT 4) $$;
SELECT is_empty(format('SELECT * FROM differing(%L, %L, %L)', 'minute', d, w), format('%s: the same, swept %s', w, d))
FROM unnest('{ticket,event,clock,breach,escalation,message}'::text[]) w, unnest('{month,never}'::text[]) d;
SELECT is_empty($$SELECT n, string_agg(desk || ' ' || error, ', ') FROM refusal GROUP BY n HAVING count(DISTINCT error) > 1 OR count(*) <> 3 LIMIT 5$$, 'the same steps were refused');
SELECT is_empty($$SELECT DISTINCT desk, error FROM refusal WHERE error !~ '^SV'$$, 'by rules only');
SELECT is_empty(format('SELECT * FROM aftersales.verify_clocks(NULL, %L) LIMIT 5', d), 'verify_clocks() finds nothing, ' || d) FROM unnest('{minute,month,never}'::text[]) d;
SELECT is_empty(format('SELECT * FROM aftersales.verify_audit(NULL, %L) LIMIT 5', d), 'nor verify_audit(), ' || d) FROM unnest('{minute,month,never}'::text[]) d;

-- the mix is there
SELECT cmp_ok((SELECT count(*) FROM refusal WHERE desk = 'never'), '<', (SELECT count(*) / 4 FROM step), 'most steps were taken');
SELECT cmp_ok((SELECT count(*) FROM never.ticket_event WHERE origin = 'rule' AND event ~ '^status'), '>', 200::bigint, 'many moves by time');
SELECT cmp_ok((SELECT count(*) FROM never.ticket_event WHERE origin = 'rule' AND event ~ '^changed'), '>', 400::bigint, 'many changes by time');
SELECT cmp_ok((SELECT count(*) FROM never.ticket_event WHERE event = 'correction'), '>', 50::bigint, 'corrections');
SELECT cmp_ok((SELECT count(*) FROM never.sla_breach), '>', 1000::bigint, 'many breaches');
SELECT cmp_ok((SELECT count(*) FROM never.sla_breach WHERE cleared_at IS NOT NULL), '>', 50::bigint, 'some cleared');
SELECT cmp_ok((SELECT count(*) FROM never.sla_clock WHERE clock = 'chain2'), '>', 50::bigint, 'chains of clocks');
SELECT * FROM finish();
