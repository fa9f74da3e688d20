-- Clocks of random tickets against a slow second opinion in plain SQL: which
-- events start and end a clock by recursion from one to the next, and its due
-- time by adding up the stretches in which the ticket was in a state that
-- counts.
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT no_plan();

INSERT INTO aftersales.calendar (calendar, timezone) VALUES ('office', 'Asia/Shanghai');
INSERT INTO aftersales.calendar_hours (calendar, weekday, opens, closes)
SELECT 'office', d, o, c FROM generate_series(1, 5) d, (VALUES (time '08:30', time '12:00'), (time '13:30', time '17:30')) h(o, c);
INSERT INTO aftersales.calendar_day (calendar, day, is_working) VALUES ('office', '2026-03-11', false), ('office', '2026-03-14', true);
INSERT INTO aftersales.policy (policy, title_en, timezone, calendar) VALUES ('oracle', 'Oracle', 'Asia/Shanghai', 'office');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('oracle', 1, 'job');
INSERT INTO aftersales.event_type (policy, version, event) SELECT 'oracle', 1, e FROM unnest('{go,stop,off,memo}'::text[]) e;
INSERT INTO aftersales.workflow_state (policy, version, state, kind, position) VALUES
    ('oracle', 1, 'new', 'initial', 0), ('oracle', 1, 'held', 'initial', 1), ('oracle', 1, 'work', 'active', 1), ('oracle', 1, 'wait', 'waiting', 2), ('oracle', 1, 'done', 'done', 3);
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state)
SELECT 'oracle', 1, f, t FROM unnest('{new,held,work,wait,done}'::text[]) f, unnest('{held,work,wait,done}'::text[]) t WHERE f <> t;
INSERT INTO aftersales.sla_rule (policy, version, rule, clock, starts_on, stops_on, cancels_on, pauses_in, target, unit) VALUES
    ('oracle', 1, 'e0', 'e0', '{go}', '{stop}', '{off}', '{}', '07:00', 'elapsed'),
    ('oracle', 1, 'e1', 'e1', '{go}', '{stop}', '{off}', '{wait}', '07:00', 'elapsed'),
    ('oracle', 1, 'e2', 'e2', '{opened,status:work}', '{status:done}', '{off}', '{wait,held}', '05:30', 'elapsed'),
    ('oracle', 1, 'e3', 'e3', '{go,status:wait}', '{stop,status:done}', '{}', '{wait}', '20:00', 'elapsed'),
    ('oracle', 1, 'w1', 'w1', '{go}', '{stop}', '{off}', '{wait,held}', '06:00', 'working'),
    ('oracle', 1, 'w2', 'w2', '{opened}', '{status:done}', '{}', '{held}', '11:00', 'working'),
    ('oracle', 1, 'c1', 'c1', '{go}', '{stop}', '{off}', '{wait}', '2 days', 'calendar_day'),
    ('oracle', 1, 'd1', 'd1', '{go}', '{stop}', '{off}', '{wait,held}', '2 days', 'working_day'),
    ('oracle', 1, 'd2', 'd2', '{opened}', '{status:done}', '{}', '{wait,held}', '3 days', 'working_day');
SELECT aftersales.activate_policy('oracle', 1);
SELECT aftersales.create_desk();

-- ---------- random tickets; two in three are told late and in disorder
CREATE FUNCTION chance(k text) RETURNS double precision IMMUTABLE LANGUAGE sql AS $$ SELECT ('x' || substr(md5('oracle' || k), 1, 8))::bit(32)::bigint / 4294967296.0 $$;
CREATE FUNCTION pick(list text[], k text) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT list[1 + floor(chance(k) * cardinality(list))::int] $$;
CREATE TABLE happens (ticket_id bigint, at timestamptz, event text, to_state text, told_at timestamptz);
INSERT INTO happens
SELECT DISTINCT ON (g, at) g, at, CASE WHEN n <= 7 THEN pick('{go,go,stop,off,memo}', g || 'event' || n) END,
       CASE WHEN n > 7 THEN pick('{work,wait,held,done}', g || 'to' || n) END,
       CASE WHEN g % 3 = 0 OR n > 7 THEN at ELSE at + chance(g || 'told' || n) * 2000 * interval '1 minute' END
FROM generate_series(1, 1200) g, generate_series(1, 12) n,
     LATERAL (SELECT timestamptz '2026-03-08 20:00+00' + floor(chance(g || 'at' || n) * 700) * interval '10 minutes'
                     + CASE WHEN chance(g || 'odd' || n) < 0.2 THEN interval '-1 microsecond' ELSE '0' END AS at) t
WHERE chance(g || 'is' || n) < 0.7
ORDER BY g, at, n;
DO $$
DECLARE h happens;
BEGIN
    PERFORM set_config('aftersales.now', '2026-03-08 18:00+00', false);
    INSERT INTO desk.ticket (ticket_id, ticket_type, status) SELECT g, 'job', pick('{new,new,held}', 'opened' || g) FROM generate_series(1, 1200) g;
    FOR h IN SELECT * FROM happens ORDER BY told_at, at, ticket_id LOOP
        PERFORM set_config('aftersales.now', h.told_at::text, false);
        IF h.event IS NOT NULL THEN
            INSERT INTO desk.ticket_event (ticket_id, event, occurred_at) VALUES (h.ticket_id, h.event, h.at);
        ELSE
            UPDATE desk.ticket SET status = h.to_state WHERE ticket_id = h.ticket_id;
        END IF;
    END LOOP;
END $$;
SET aftersales.now = '2026-03-20 12:00+00';
SELECT aftersales.sweep() \g /dev/null

-- ---------- the second opinion
-- what happened, under every name it goes by
CREATE TABLE named AS
SELECT ticket_id, seq, occurred_at, event AS name FROM desk.ticket_event
UNION ALL
SELECT ticket_id, seq, occurred_at, 'status:' || to_state FROM desk.ticket_event WHERE event = 'opened';
CREATE INDEX ON named (ticket_id);
-- stretches in one state
CREATE TABLE span AS
SELECT ticket_id, occurred_at AS "from", lead(occurred_at, 1, 'infinity') OVER (PARTITION BY ticket_id ORDER BY occurred_at, seq) AS "to", to_state AS state
FROM desk.ticket_event WHERE to_state IS NOT NULL;
CREATE INDEX ON span (ticket_id);
ANALYZE named, span;
-- from a start to the first event that ends it, from there to the next start
CREATE TABLE life AS
WITH RECURSIVE cycle AS (
    SELECT t.ticket_id, r.rule, 1 AS cycle, s.occurred_at AS started_at, s.seq AS start_seq, r.starts_on, r.stops_on, r.cancels_on
    FROM desk.ticket t CROSS JOIN aftersales.sla_rule r
    CROSS JOIN LATERAL (SELECT * FROM named n WHERE n.ticket_id = t.ticket_id AND n.name = ANY (r.starts_on) ORDER BY occurred_at, seq LIMIT 1) s
    UNION ALL
    SELECT c.ticket_id, c.rule, c.cycle + 1, s.occurred_at, s.seq, c.starts_on, c.stops_on, c.cancels_on
    FROM cycle c
    CROSS JOIN LATERAL (SELECT * FROM named n WHERE n.ticket_id = c.ticket_id AND n.name = ANY (c.stops_on || c.cancels_on)
                        AND (n.occurred_at, n.seq) > (c.started_at, c.start_seq) ORDER BY occurred_at, seq LIMIT 1) e
    CROSS JOIN LATERAL (SELECT * FROM named n WHERE n.ticket_id = c.ticket_id AND n.name = ANY (c.starts_on)
                        AND (n.occurred_at, n.seq) >= (e.occurred_at, e.seq) ORDER BY occurred_at, seq LIMIT 1) s
)
SELECT c.ticket_id, c.rule, c.cycle, c.started_at, c.start_seq, e.occurred_at AS stopped_at,
       CASE WHEN e.name = ANY (c.cancels_on) THEN 'cancelled' WHEN e.name IS NOT NULL THEN 'stopped' END AS ended_as,
       r.target, r.unit, r.pauses_in
FROM cycle c JOIN aftersales.sla_rule r USING (rule)
LEFT JOIN LATERAL (SELECT * FROM named n WHERE n.ticket_id = c.ticket_id AND n.name = ANY (c.stops_on || c.cancels_on)
                   AND (n.occurred_at, n.seq) > (c.started_at, c.start_seq) ORDER BY occurred_at, seq LIMIT 1) e ON true;

-- time: the stretch in which the target runs out; what ends it resumes a pause
CREATE FUNCTION spent(unit text, "from" timestamptz, "to" timestamptz) RETURNS interval LANGUAGE sql AS $$
    SELECT CASE unit WHEN 'elapsed' THEN "to" - "from" ELSE aftersales.working_time_between("from", "to", 'office') END $$;
CREATE FUNCTION due_in_time(l life, OUT due_at timestamptz, OUT paused_since timestamptz, OUT "left" interval) LANGUAGE plpgsql AS $$
DECLARE s record;
BEGIN
    "left" := l.target;
    FOR s IN SELECT greatest(x."from", l.started_at) AS "from", least(x."to", coalesce(l.stopped_at, '2100-01-01')) AS "to", x."to" AS ends, x.state = ANY (l.pauses_in) AS pauses
             FROM span x WHERE x.ticket_id = l.ticket_id AND x."to" > l.started_at AND (x."from" < l.stopped_at OR l.stopped_at IS NULL)
             ORDER BY x."from" LOOP
        IF s.pauses THEN
            paused_since := coalesce(paused_since, s."from");
        ELSE
            paused_since := NULL;
            IF s.ends >= '2100-01-01' OR s.ends >= l.stopped_at OR spent(l.unit, s."from", s."to") >= "left" THEN
                due_at := CASE l.unit WHEN 'elapsed' THEN s."from" + "left" ELSE aftersales.add_working_time(s."from", "left", 'office') END;
                IF due_at < s."to" THEN
                    "left" := NULL;
                    RETURN;
                END IF;
            END IF;
            -- due exactly when a pause begins: the pause comes first
            due_at := NULL;
            "left" := "left" - spent(l.unit, s."from", s."to");
        END IF;
    END LOOP;
    IF l.stopped_at IS NOT NULL THEN
        due_at := CASE l.unit WHEN 'elapsed' THEN l.stopped_at + "left" ELSE aftersales.add_working_time(l.stopped_at, "left", 'office') END;
        paused_since := NULL;
        "left" := NULL;
    END IF;
END $$;

-- days: count those at whose last microsecond it runs
CREATE FUNCTION due_in_days(l life, OUT due_at timestamptz, OUT paused_since timestamptz, OUT "left" interval) LANGUAGE plpgsql AS $$
DECLARE
    day date := (l.started_at AT TIME ZONE 'Asia/Shanghai')::date + 1;
    n integer := extract(day FROM l.target);
    ends timestamptz;
BEGIN
    LOOP
        ends := (day + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' - interval '1 microsecond';
        IF (l.unit = 'calendar_day' OR EXISTS (SELECT FROM generate_series(0, 23) h WHERE aftersales.is_working_time(ends - h * interval '1 hour' - interval '30 minutes', 'office')))
           AND (ends >= l.stopped_at
                OR EXISTS (SELECT FROM span x WHERE x.ticket_id = l.ticket_id AND x."from" <= ends AND ends < x."to" AND x.state <> ALL (l.pauses_in))) THEN
            n := n - 1;
        END IF;
        IF n = 0 THEN
            due_at := ends;
            RETURN;
        END IF;
        day := day + 1;
        IF day > '2026-04-20' THEN
            "left" := make_interval(days => n);
            -- since the last stretch that counts
            SELECT greatest(l.started_at, max(x."to")) INTO paused_since FROM span x WHERE x.ticket_id = l.ticket_id AND x.state <> ALL (l.pauses_in);
            RETURN;
        END IF;
    END LOOP;
END $$;
CREATE TABLE opinion AS
SELECT l.*, d.due_at, d.paused_since, d."left" FROM life l CROSS JOIN LATERAL due_in_time(l) d WHERE l.unit IN ('elapsed', 'working')
UNION ALL
SELECT l.*, d.due_at, d.paused_since, d."left" FROM life l CROSS JOIN LATERAL due_in_days(l) d WHERE l.unit IN ('calendar_day', 'working_day');

-- ---------- both
CREATE FUNCTION differing(columns text) RETURNS TABLE (line text) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format($q$
        SELECT format('ticket %%s %%s %%s: clock %%s, oracle %%s', ticket_id, rule, cycle, c.what, o.what)
        FROM (SELECT ticket_id, rule, cycle, ROW(%1$s)::text AS what FROM (SELECT c.*, c.remaining AS "left", b.due_at AS late_at FROM desk.sla_clock c LEFT JOIN desk.sla_breach b ON b.clock_id = c.clock_id AND cleared_at IS NULL WHERE cycle > 0) x) c
        FULL JOIN (SELECT ticket_id, rule, cycle, ROW(%1$s)::text AS what FROM (SELECT o.*, CASE WHEN due_at < coalesce(stopped_at, '2026-03-20 12:00+00') THEN due_at END AS late_at FROM opinion o) x) o USING (ticket_id, rule, cycle)
        WHERE c.what IS DISTINCT FROM o.what ORDER BY 1 LIMIT 5 $q$, columns);
END $$;
SELECT is_empty($$SELECT * FROM differing('started_at, start_seq, stopped_at, ended_as')$$, 'cycles: which events start and end them');
SELECT is_empty($$SELECT * FROM differing('due_at')$$, 'when each is due');
SELECT is_empty($$SELECT * FROM differing('"left"')$$, 'what is left of the paused ones');
SELECT is_empty($$SELECT * FROM differing('late_at')$$, 'which are late, and since when');
SELECT is_empty($$SELECT * FROM differing('paused_since')$$, 'since when they are paused');
SELECT is_empty('SELECT * FROM aftersales.verify_clocks() LIMIT 5', 'verify_clocks() finds nothing');

-- the mix is there
SELECT cmp_ok((SELECT count(*) FROM opinion), '>', 10000::bigint, 'many clocks');
SELECT cmp_ok((SELECT count(*) FROM opinion WHERE "left" IS NOT NULL), '>', 100::bigint, 'some paused at the end');
SELECT cmp_ok((SELECT count(*) FROM opinion WHERE rule <> 'e0' AND stopped_at < due_at), '>', 1000::bigint, 'many met');
SELECT cmp_ok((SELECT count(*) FROM desk.sla_breach), '>', 1000::bigint, 'many late');
SELECT cmp_ok((SELECT count(*) FROM desk.sla_breach WHERE cleared_at IS NOT NULL), '>', 100::bigint, 'some cleared');
SELECT * FROM finish();
