-- check_day.sql: does the desk say what the plan says?
--
-- Run at the end of 3_day.sql, in its session.  Works the clocks out a second
-- time, from the plan alone, and stops the demo where a number differs.

CREATE FUNCTION pg_temp.expect(what text, is_so boolean) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF is_so IS NOT TRUE THEN
        RAISE EXCEPTION 'the demo went wrong: %', what;
    END IF;
END $$;

SELECT pg_temp.expect('at least 2,000 tickets', count(*) >= 2000),
       pg_temp.expect('one ticket a call', count(*) = (SELECT count(*) FROM call)),
       pg_temp.expect('duplicates are linked', count(*) FILTER (WHERE duplicate_of IS NOT NULL) >= 50),
       pg_temp.expect('some are cancelled', count(*) FILTER (WHERE status = 'cancelled') >= 20),
       pg_temp.expect('some are open at midnight', count(*) FILTER (WHERE status IN ('submitted', 'dispatched', 'on_site')) >= 20)
FROM desk.ticket \g /dev/null

-- Every ticket stands where its last move before midnight took it.
SELECT pg_temp.expect('status as planned', count(*) = 0)
FROM desk.ticket t
LEFT JOIN LATERAL (SELECT to_state FROM plan_move m
                   WHERE m.ref = t.external_ref AND m.at <= aftersales.now()
                   ORDER BY m.at DESC LIMIT 1) m ON true
WHERE t.status <> coalesce(m.to_state, 'new') \g /dev/null

-- Every event of the plan has been logged.
SELECT pg_temp.expect('events as planned',
                      (SELECT count(*) FROM plan_event WHERE at <= aftersales.now())
                      = (SELECT count(*) FROM desk.ticket_event WHERE origin = 'app')) \g /dev/null

-- The clocks that can be told from the plan in a line each.
CREATE TEMP TABLE expected_clock AS
WITH moment AS (
    SELECT c.ref, c.ticket_type, c.area, c.call_in_at, c.answered_at,
           coalesce(max(m.category), c.category) AS category,
           min(e.at) FILTER (WHERE e.event = 'hung_up') AS hung_up_at,
           min(m.at) FILTER (WHERE m.to_state IN ('cancelled', 'duplicate')) AS ended_at,
           min(m.at) FILTER (WHERE m.to_state = 'on_site') AS arrive_at,
           min(m.at) FILTER (WHERE m.to_state = 'restored') AS restore_at,
           min(m.at) FILTER (WHERE m.to_state IN ('restored', 'handled')) AS done_at,
           min(m.at) FILTER (WHERE m.to_state = 'called_back') AS back_at
    FROM call c LEFT JOIN plan_move m USING (ref) LEFT JOIN plan_event e USING (ref)
    GROUP BY c.ref, c.ticket_type, c.area, c.call_in_at, c.answered_at, c.category
)
SELECT ref, clock, till, due, till > due AS is_late
FROM (SELECT ref, 'answer' AS clock, call_in_at AS since, answered_at AS till, call_in_at + interval '12 seconds' AS due
      FROM moment
      UNION ALL
      SELECT ref, 'arrive', call_in_at, least(arrive_at, ended_at),
             call_in_at + CASE area WHEN 'urban' THEN 60 WHEN 'rural' THEN 120 ELSE 240 END * interval '1 minute'
      FROM moment WHERE ticket_type = 'fault'
      UNION ALL
      SELECT ref, 'restore', call_in_at, least(restore_at, ended_at),
             call_in_at + CASE category WHEN 'meter_fault' THEN 24 ELSE 12 END * interval '1 hour'
      FROM moment WHERE ticket_type = 'fault'
      UNION ALL
      SELECT ref, 'callback', done_at, back_at, done_at + interval '10 minutes'
      FROM moment) c,
     LATERAL (SELECT least(c.till, aftersales.now())) AS l (till_now)
WHERE c.since <= aftersales.now();
UPDATE expected_clock SET is_late = least(till, aftersales.now()) > due;

SELECT pg_temp.expect(format('clock %s is as the plan says: %s differ', clock, count(*) FILTER (WHERE differs)), NOT bool_or(differs))
FROM (SELECT coalesce(e.clock, d.clock) AS clock,
             e.ref IS NULL OR d.ticket_id IS NULL OR e.is_late <> d.is_breached OR e.due <> d.due_at AS differs
      FROM expected_clock e
      FULL JOIN (SELECT t.external_ref, c.* FROM desk_bi.clock c JOIN desk.ticket t USING (ticket_id)
                 WHERE c.clock IN ('answer', 'arrive', 'restore', 'callback')) d
             ON d.external_ref = e.ref AND d.clock = e.clock) x
GROUP BY clock \g /dev/null

SELECT pg_temp.expect('something is late now', count(*) > 10)
FROM desk_bi.clock_open WHERE is_breached \g /dev/null

\echo
\echo 'Checked against the plan: statuses, logged events, and every answer, arrive,'
\echo 'restore and callback clock, worked out a second time from the plan alone.'
