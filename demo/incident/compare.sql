-- compare.sql: is what the desk holds what the log says?  Prints TAP.
--
-- What is expected is computed from the log alone, with window functions;
-- what is compared with it was written by the triggers.

SET timezone = 'UTC';

CREATE TEMP TABLE step AS
SELECT number, n, at, state, reopen_count, priority,
       lag(state) OVER w AS from_state,
       state IN ('Resolved', 'Closed') AS is_ended,
       coalesce(lag(state) OVER w IN ('Resolved', 'Closed'), true) AS was_ended,
       n > 1 AND priority IS DISTINCT FROM lag(priority) OVER w AS new_priority,
       n > 1 AND contact_type IS DISTINCT FROM lag(contact_type) OVER w AS new_channel,
       n > 1 AND location IS DISTINCT FROM lag(location) OVER w AS new_area,
       n > 1 AND category IS DISTINCT FROM lag(category) OVER w AS new_category,
       n > 1 AND assignment_group IS DISTINCT FROM lag(assignment_group) OVER w AS new_org_id,
       n > 1 AND attributes IS DISTINCT FROM lag(attributes) OVER w AS new_attributes
FROM incident.log
WINDOW w AS (PARTITION BY number ORDER BY n);
CREATE INDEX ON step (number, n);
ANALYZE step;

-- Per incident, from the log: …
CREATE TEMP TABLE expected AS
SELECT number,
       (array_agg(state ORDER BY n DESC))[1] AS status,
       max(at) FILTER (WHERE n = 1 OR state <> from_state) AS status_at,
       count(*)::int AS row_version,
       count(*) FILTER (WHERE state <> from_state) AS moves,
       count(*) FILTER (WHERE new_priority) AS priority, count(*) FILTER (WHERE new_channel) AS channel,
       count(*) FILTER (WHERE new_area) AS area, count(*) FILTER (WHERE new_category) AS category,
       count(*) FILTER (WHERE new_org_id) AS org_id, count(*) FILTER (WHERE new_attributes) AS attributes,
       -- some incidents are reopened before the first row that the log has of them
       max(reopen_count) - min(reopen_count) FILTER (WHERE n = 1) AS reopened,
       count(*) FILTER (WHERE was_ended AND NOT is_ended) AS cycles
FROM step GROUP BY number;
CREATE UNIQUE INDEX ON expected (number);
ANALYZE expected;

-- … and from the desk.
CREATE TEMP TABLE found AS
SELECT t.external_ref AS number, t.status, t.status_at, t.row_version,
       e.moves, e.priority, e.channel, e.area, e.category, e.org_id, e.attributes, e.reopened, e.others,
       coalesce(c.cycles, 0) AS cycles, coalesce(c.first_cycle, 1) = 1 AND coalesce(c.last_cycle, 0) = coalesce(c.cycles, 0) AS numbered
FROM desk.ticket t
LEFT JOIN (SELECT ticket_id,
                  count(*) FILTER (WHERE event ~ '^status:') AS moves,
                  count(*) FILTER (WHERE event = 'changed:priority') AS priority,
                  count(*) FILTER (WHERE event = 'changed:channel') AS channel,
                  count(*) FILTER (WHERE event = 'changed:area') AS area,
                  count(*) FILTER (WHERE event = 'changed:category') AS category,
                  count(*) FILTER (WHERE event = 'changed:org_id') AS org_id,
                  count(*) FILTER (WHERE event = 'changed:attributes') AS attributes,
                  count(*) FILTER (WHERE event ~ '^status:' AND from_state IN ('Resolved', 'Closed')
                                     AND to_state NOT IN ('Resolved', 'Closed')) AS reopened,
                  count(*) FILTER (WHERE event !~ '^status:' AND event NOT IN ('opened', 'changed:priority', 'changed:channel',
                                     'changed:area', 'changed:category', 'changed:org_id', 'changed:attributes')) AS others
           FROM desk.ticket_event GROUP BY ticket_id) e USING (ticket_id)
LEFT JOIN (SELECT ticket_id, count(*) AS cycles, min(cycle) AS first_cycle, max(cycle) AS last_cycle
           FROM desk.sla_clock WHERE clock = 'resolve' GROUP BY ticket_id) c USING (ticket_id);
CREATE UNIQUE INDEX ON found (number);
ANALYZE found;

-- One row per test: how many incidents differ, and the first of them.
CREATE TEMP TABLE test AS
SELECT 1 AS number, 'one ticket per incident' AS name,
       count(*) FILTER (WHERE e.number IS NULL OR f.number IS NULL) AS differ,
       min(coalesce(e.number, f.number)) FILTER (WHERE e.number IS NULL OR f.number IS NULL) AS example
FROM expected e FULL JOIN found f USING (number)
UNION ALL
SELECT t.test, t.name, count(*) FILTER (WHERE t.differs), min(e.number) FILTER (WHERE t.differs)
FROM expected e JOIN found f USING (number)
CROSS JOIN LATERAL (VALUES
    (2, 'its status, and since when', (e.status, e.status_at) IS DISTINCT FROM (f.status, f.status_at)),
    (3, 'one version of the row per row of the log', e.row_version <> f.row_version),
    (4, 'one status event per change of state', e.moves <> f.moves),
    (5, 'one changed event per changed column, and no other event',
        (e.priority, e.channel, e.area, e.category, e.org_id, e.attributes, 0)
            IS DISTINCT FROM (f.priority, f.channel, f.area, f.category, f.org_id, f.attributes, f.others)),
    (6, 'reopened as often as reopen_count says', e.reopened <> f.reopened),
    (7, 'one cycle of the resolve clock per opening and reopening', e.cycles <> f.cycles OR NOT f.numbered)
) t (test, name, differs)
GROUP BY t.test, t.name;

-- Event by event: states, in order, at their times.
INSERT INTO test
SELECT 8, 'every state at its time', count(*), min(coalesce(l.number, d.number))
FROM (SELECT number, row_number() OVER (PARTITION BY number ORDER BY n) AS k, from_state, state, at
      FROM step WHERE state IS DISTINCT FROM from_state) l
FULL JOIN (SELECT t.external_ref AS number, row_number() OVER (PARTITION BY e.ticket_id ORDER BY e.seq) AS k,
                  e.from_state, e.to_state AS state, e.occurred_at AS at
           FROM desk.ticket_event e JOIN desk.ticket t USING (ticket_id)
           WHERE e.event = 'opened' OR e.event ~ '^status:') d
    ON d.number = l.number AND d.k = l.k
WHERE (l.from_state, l.state, l.at) IS DISTINCT FROM (d.from_state, d.state, d.at);

-- The resolve clock, worked out again for incidents whose priority never changed.
INSERT INTO test
SELECT 9, 'resolve clocks are late exactly where the log''s times are', count(*), min(l.number)
FROM (SELECT number, row_number() OVER (PARTITION BY number ORDER BY n) AS cycle,
             coalesce((SELECT min(x.at) FROM step x WHERE x.number = s.number AND x.n > s.n AND x.is_ended), 'infinity')
                 > at + CASE left(priority, 1) WHEN '1' THEN interval '4 hours' WHEN '2' THEN interval '24 hours'
                                               WHEN '3' THEN interval '120 hours' WHEN '4' THEN interval '240 hours' END AS is_late
      FROM step s
      WHERE was_ended AND NOT is_ended
        AND number IN (SELECT number FROM expected WHERE priority = 0)) l
LEFT JOIN (SELECT t.external_ref AS number, c.cycle, c.is_breached
           FROM desk_bi.clock c JOIN desk.ticket t USING (ticket_id) WHERE c.clock = 'resolve') d USING (number, cycle)
WHERE coalesce(l.is_late, false) IS DISTINCT FROM d.is_breached;

INSERT INTO test
SELECT 10, 'verify_audit() finds nothing', count(*), min(ticket_id::text || ': ' || problem) FROM aftersales.verify_audit();

-- The rules still hold: a move that no row allows is refused.
CREATE FUNCTION pg_temp.is_refused() RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE desk.ticket SET status = 'New' WHERE status = 'Closed';
    RETURN false;
EXCEPTION WHEN SQLSTATE 'SV001' THEN
    RETURN true;
END $$;
INSERT INTO test
SELECT 11, 'a closed incident may not be new again',
       CASE WHEN EXISTS (SELECT FROM aftersales.workflow_transition
                         WHERE policy = 'incident_management' AND from_state = 'Closed' AND to_state = 'New')
                 OR pg_temp.is_refused() THEN 0 ELSE 1 END, NULL;

SELECT '1..' || count(*) FROM test;
SELECT CASE WHEN differ = 0 THEN 'ok ' ELSE 'not ok ' END || number || ' - ' || name
       || CASE WHEN differ = 0 THEN '' ELSE E'\n# ' || differ || ' differ, for one ' || coalesce(example, '?') END
FROM test ORDER BY number;

-- What the log is like.
SELECT '# ' || line FROM (
    SELECT 1 AS k, format('%s incidents, %s rows of the log: %s INSERTs, %s UPDATEs; %s events, %s clocks',
                          (SELECT count(*) FROM expected), count(*), count(*) FILTER (WHERE n = 1), count(*) FILTER (WHERE n > 1),
                          (SELECT count(*) FROM desk.ticket_event), (SELECT count(*) FROM desk.sla_clock)) AS line FROM step
    UNION ALL
    SELECT 2, format('reopened: %s incidents, %s times', count(*) FILTER (WHERE reopened > 0), sum(reopened)) FROM found
    UNION ALL
    SELECT 3, format('%s: %s of %s in time', clock, count(*) FILTER (WHERE outcome = 'met'), count(*) FILTER (WHERE outcome IN ('met', 'breached', 'late', 'cleared')))
    FROM desk_bi.clock GROUP BY clock
    UNION ALL
    SELECT 4, format('opened in state %s: %s', state, count(*)) FROM step WHERE n = 1 GROUP BY state
    UNION ALL
    SELECT 5, format('rows with an earlier time than the row above: %s (the first in line %s of the file); moved to the latest time so far: %s (a first row counts from opened_at)',
                     count(*), min(line_no) + 1, count(*) FILTER (WHERE updated_at < at))
    FROM (SELECT *, lag(updated_at) OVER (PARTITION BY number ORDER BY n) AS above FROM incident.log) l
    WHERE n > 1 AND (updated_at < above OR updated_at < at) HAVING count(*) > 0
    UNION ALL
    SELECT 6, format('first rows with a time before the opening: %s; opened_at counts', count(*)) FROM incident.log
    WHERE n = 1 AND updated_at < opened_at HAVING count(*) > 0
    UNION ALL
    SELECT 7, format('taken over from the log: %s > %s (%s times)', coalesce(from_state, '(opening)'), to_state, times) FROM incident.odd
) x ORDER BY k, line;

SELECT bool_and(differ = 0) AS all_ok FROM test \gset
\if :all_ok
\else
    \set ON_ERROR_STOP on
    \set VERBOSITY terse
    DO $$ BEGIN RAISE 'the desk differs from the log'; END $$;
\endif
