-- 1,000 random tickets whose events are delivered in any order, one by one or
-- all in one statement, end with the same clocks as when everything is
-- recorded as it happens. Moves and changed attributes come in their own
-- order, among the events wherever chance puts them.
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT no_plan();

-- ---------- a policy with every kind of clock that events move
INSERT INTO aftersales.calendar (calendar, timezone) VALUES ('office', 'Europe/Berlin');
INSERT INTO aftersales.calendar_hours (calendar, weekday, opens, closes) SELECT 'office', d, '08:00', '17:00' FROM generate_series(1, 6) d;
INSERT INTO aftersales.policy (policy, title_en, timezone, calendar) VALUES ('order', 'Any order', 'Europe/Berlin', 'office');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('order', 1, 'job');
INSERT INTO aftersales.event_type (policy, version, event) SELECT 'order', 1, e FROM unnest('{go,stop,off,tick,a,b,pa,qa,memo}'::text[]) e;
INSERT INTO aftersales.workflow_state (policy, version, state, kind, position) VALUES
    ('order', 1, 'new', 'initial', 0), ('order', 1, 'work', 'active', 1), ('order', 1, 'wait', 'waiting', 2), ('order', 1, 'done', 'done', 3);
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state)
SELECT 'order', 1, f, t FROM unnest('{new,work,wait,done}'::text[]) f, unnest('{work,wait,done}'::text[]) t WHERE f <> t;
INSERT INTO aftersales.sla_rule (policy, version, rule, clock, condition, starts_on, starts_when, stops_on, cancels_on, pauses_in, target, unit, repeats, any_of, rank) VALUES
    ('order', 1, 'run', 'run', NULL, '{go}', 'any', '{stop}', '{off}', '{}', '05:00', 'elapsed', false, NULL, 0),
    ('order', 1, 'pz', 'pz', NULL, '{go}', 'any', '{stop}', '{off}', '{wait}', '05:00', 'elapsed', false, NULL, 0),
    ('order', 1, 'pw', 'pw', NULL, '{go,status:work}', 'any', '{stop,status:done}', '{}', '{wait}', '04:00', 'working', false, NULL, 0),
    ('order', 1, 'pd', 'pd', NULL, '{opened,go}', 'any', '{stop}', '{}', '{wait,new}', '1 day', 'working_day', false, NULL, 0),
    ('order', 1, 'renew', 'renew', NULL, '{go}', 'any', '{stop}', '{go,off}', '{}', '07:00', 'elapsed', false, NULL, 0),
    ('order', 1, 'rep', 'rep', NULL, '{go}', 'any', '{tick}', '{off}', '{wait}', '06:00', 'elapsed', true, NULL, 0),
    ('order', 1, 'every', 'every', NULL, '{a,b}', 'all', '{stop}', '{off}', '{}', '03:00', 'elapsed', false, NULL, 0),
    ('order', 1, 'slow', 'match', NULL, '{go,a}', 'any', '{stop}', '{}', '{wait}', '08:00', 'elapsed', false, NULL, 0),
    ('order', 1, 'fast', 'match', 'priority = ''high''', '{go,a}', 'any', '{stop}', '{}', '{wait}', '02:00', 'elapsed', false, NULL, 1),
    ('order', 1, 'near', 'some', 'area = ''near''', '{go}', 'any', '{stop}', '{}', '{wait}', '06:00', 'elapsed', false, NULL, 0),
    ('order', 1, 'next', 'next', NULL, '{due:run}', 'any', '{stop}', '{}', '{}', '04:00', 'elapsed', false, NULL, 0),
    ('order', 1, 'p', 'p', NULL, '{a}', 'any', '{pa}', '{}', '{}', '04:00', 'elapsed', false, 'one', 0),
    ('order', 1, 'q', 'q', NULL, '{a}', 'any', '{qa}', '{}', '{}', '09:00', 'elapsed', false, 'one', 0);
SELECT aftersales.activate_policy('order', 1);

-- ---------- what happens: distinct times within each ticket, drawn from a fixed seed
CREATE FUNCTION chance(k text) RETURNS double precision IMMUTABLE LANGUAGE sql AS $$ SELECT ('x' || substr(md5('any order' || k), 1, 8))::bit(32)::bigint / 4294967296.0 $$;
CREATE FUNCTION pick(list text[], k text) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT list[1 + floor(chance(k) * cardinality(list))::int] $$;
CREATE TABLE happens (ticket_id bigint, at timestamptz, event text, set text, PRIMARY KEY (ticket_id, at));
INSERT INTO happens
SELECT DISTINCT ON (g, at) g, at,
       CASE WHEN n <= 9 THEN pick('{go,go,stop,off,tick,a,b,pa,qa,memo}', g || 'event' || n) END,
       CASE WHEN n BETWEEN 10 AND 13 THEN format('status = %L', pick('{work,wait,done}', g || 'to' || n))
            WHEN n > 13 THEN format('priority = %L, area = %L', pick('{high,low}', g || 'priority' || n), pick('{near,far}', g || 'area' || n)) END
FROM generate_series(1, 1000) g, generate_series(1, 15) n,
     LATERAL (SELECT timestamptz '2026-03-05 06:00+00' + floor(chance(g || 'at' || n) * 4000) * interval '1 minute' AS at) t
WHERE chance(g || 'is' || n) < CASE WHEN n <= 9 THEN 0.8 ELSE 0.5 END
ORDER BY g, at, n;

SELECT aftersales.create_desk('lived');
SELECT aftersales.create_desk('shuffled');
SELECT aftersales.create_desk('at_once');

CREATE FUNCTION tell(desk name, id bigint, at timestamptz, event text, set text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF event IS NOT NULL THEN
        EXECUTE format('INSERT INTO %I.ticket_event (ticket_id, event, occurred_at) VALUES (%s, %L, %L)', desk, id, event, at);
    ELSE
        EXECUTE format('UPDATE %I.ticket SET %s, happened_at = %L WHERE ticket_id = %s', desk, set, at, id);
    END IF;
END $$;

-- as it happens, at its time
DO $$
DECLARE h happens;
BEGIN
    PERFORM set_config('aftersales.now', '2026-03-05 05:00+00', false);
    INSERT INTO lived.ticket (ticket_id, ticket_type) SELECT generate_series(1, 1000), 'job';
    FOR h IN SELECT * FROM happens ORDER BY at, ticket_id LOOP
        PERFORM set_config('aftersales.now', h.at::text, false);
        PERFORM tell('lived', h.ticket_id, h.at, h.event, h.set);
    END LOOP;
END $$;
SELECT is((SELECT count(*) FROM lived.ticket_event WHERE event !~ ':' AND event <> 'opened'), (SELECT count(event) FROM happens), 'everything has been recorded as it happened');

-- in any order: rows of the ticket keep theirs, events come where chance puts them
CREATE TABLE told AS
SELECT h.*, row_number() OVER (ORDER BY h.ticket_id, place, h.at) AS n
FROM happens h,
     LATERAL (SELECT CASE WHEN h.event IS NOT NULL THEN chance(h.ticket_id || 'told' || h.at)
                     ELSE (SELECT count(*) FROM happens r WHERE r.ticket_id = h.ticket_id AND r.event IS NULL AND r.at < h.at) / 7.0 + 0.1 END AS place) p;
SET aftersales.now = '2026-03-20 00:00+00';
INSERT INTO shuffled.ticket (ticket_id, ticket_type, opened_at) SELECT generate_series(1, 1000), 'job', timestamptz '2026-03-05 05:00+00';
DO $$
DECLARE h told;
BEGIN
    FOR h IN SELECT * FROM told ORDER BY n LOOP
        PERFORM tell('shuffled', h.ticket_id, h.at, h.event, h.set);
    END LOOP;
END $$;
SELECT cmp_ok((SELECT count(*) FROM shuffled.ticket_event e JOIN shuffled.ticket_event f USING (ticket_id) WHERE e.seq < f.seq AND e.occurred_at > f.occurred_at), '>', 5000::bigint, 'many were delivered out of order');

-- all events in one statement, in that order
INSERT INTO at_once.ticket (ticket_id, ticket_type, opened_at) SELECT generate_series(1, 1000), 'job', timestamptz '2026-03-05 05:00+00';
DO $$
DECLARE h told;
BEGIN
    FOR h IN SELECT * FROM told WHERE event IS NULL ORDER BY n LOOP
        PERFORM tell('at_once', h.ticket_id, h.at, h.event, h.set);
    END LOOP;
END $$;
INSERT INTO at_once.ticket_event (ticket_id, event, occurred_at) SELECT ticket_id, event, at FROM told WHERE event IS NOT NULL ORDER BY n;

-- ---------- once nothing is held back any more
SET aftersales.now = '2026-04-01 00:00+00';
SELECT aftersales.sweep(desk => d) FROM unnest('{lived,shuffled,at_once}'::name[]) d \g /dev/null

-- Clocks whose start was taken back (cycle 0), and breaches that are cleared,
-- tell of the way, not of the end.
CREATE FUNCTION clocks(desk name) RETURNS TABLE (ticket_id bigint, clock text, cycle integer, what text) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format($q$
        SELECT c.ticket_id, c.clock, c.cycle,
               format('%%s %%s..%%s %%s due %%s paused %%s left %%s late %%s', c.rule, c.started_at, c.stopped_at, c.ended_as, c.due_at, c.paused_since, c.remaining, b.due_at)
        FROM %1$I.sla_clock c LEFT JOIN %1$I.sla_breach b ON b.clock_id = c.clock_id AND b.cleared_at IS NULL
        WHERE c.cycle > 0 $q$, desk);
END $$;
CREATE TABLE lived_clock AS SELECT * FROM clocks('lived');
CREATE FUNCTION differing(desk name) RETURNS TABLE (line text) LANGUAGE sql AS $$
    SELECT format('ticket %s %s %s: lived %s, %s %s', ticket_id, clock, cycle, coalesce(l.what, '-'), desk, coalesce(d.what, '-'))
    FROM lived_clock l FULL JOIN clocks(desk) d USING (ticket_id, clock, cycle)
    WHERE l.what IS DISTINCT FROM d.what
    ORDER BY ticket_id, clock, cycle LIMIT 5 $$;
SELECT is_empty($$SELECT * FROM differing('shuffled')$$, 'delivered in any order: the same clocks');
SELECT is_empty($$SELECT * FROM differing('at_once')$$, 'delivered in one statement: the same clocks');
SELECT is_empty(format($$SELECT * FROM aftersales.verify_clocks(NULL, %L) LIMIT 5$$, d), 'verify_clocks() finds nothing, ' || d) FROM unnest('{lived,shuffled,at_once}'::text[]) d;
SELECT is_empty(format($$SELECT * FROM aftersales.verify_audit(NULL, %L) LIMIT 5$$, d), 'verify_audit() neither, ' || d) FROM unnest('{lived,shuffled,at_once}'::text[]) d;
SELECT is((SELECT count(*) FROM shuffled.ticket s JOIN lived.ticket l USING (ticket_id) WHERE (s.status, s.status_at) IS DISTINCT FROM (l.status, l.status_at)), 0::bigint, 'and the same states');

-- the mix is there
SELECT cmp_ok((SELECT count(*) FROM lived_clock), '>', 8000::bigint, 'many clocks');
SELECT is((SELECT count(DISTINCT clock) FROM lived_clock), 12::bigint, 'of every kind');
SELECT cmp_ok((SELECT count(*) FROM lived.sla_breach), '>', 1000::bigint, 'many of them late');
SELECT cmp_ok((SELECT count(*) FROM lived.sla_clock WHERE paused_since IS NOT NULL), '>', 100::bigint, 'some paused');
SELECT cmp_ok((SELECT max(cycle) FROM lived_clock), '>', 3, 'in several cycles');
SELECT * FROM finish();
