-- check_day.sql: does the desk say what the plan says?
--
-- Run at the end of 3_day.sql, in its session.  Works all statuses and clocks
-- out a second time, from the plan alone, and stops the demo where one differs.

\ir expect.sql

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

-- Every clock, worked out from the plan: since when, till when (stopped or
-- ended otherwise), due when; NULL till: not before midnight.
CREATE TEMP TABLE expected_clock AS
WITH moment AS (
    SELECT c.ref, c.ticket_type, c.area, c.call_in_at, c.answered_at, p.hung_up_at, m.*,
           coalesce(m.new_category, c.category) AS final_category
    FROM call c
    JOIN LATERAL (SELECT min(at) AS hung_up_at FROM plan_event e WHERE e.ref = c.ref AND e.event = 'hung_up') p ON true
    JOIN LATERAL (SELECT min(at) FILTER (WHERE to_state = 'submitted') AS submit_at,
                         max(at) FILTER (WHERE to_state = 'submitted') AS submit_again_at,
                         min(at) FILTER (WHERE stage = 'send_back') AS back_at,
                         min(at) FILTER (WHERE stage = 'answer' AND to_state = 'answered') AS answer_at,
                         min(at) FILTER (WHERE stage = 'review' AND to_state <> 'cancelled') AS review_at,
                         min(at) FILTER (WHERE to_state = 'dispatched') AS dispatch_at,
                         min(at) FILTER (WHERE to_state = 'handled') AS handle_at,
                         min(at) FILTER (WHERE to_state IN ('cancelled', 'duplicate')) AS end_at,
                         min(at) FILTER (WHERE to_state = 'on_site') AS arrive_at,
                         min(at) FILTER (WHERE to_state = 'restored') AS restore_at,
                         min(at) FILTER (WHERE to_state IN ('restored', 'handled')) AS done_at,
                         min(at) FILTER (WHERE to_state = 'called_back') AS call_back_at,
                         max(category) AS new_category
                  FROM plan_move m WHERE m.ref = c.ref AND m.at <= aftersales.now()) m ON true
), clock AS (
    SELECT ref, 'answer' AS clock, 1 AS cycle, call_in_at AS since, answered_at AS stop_at, NULL AS end_at, interval '12 seconds' AS target
    FROM moment
    UNION ALL
    SELECT ref, 'answer_content', 1, answered_at, least(answer_at, submit_at), end_at, '5 minutes'
    FROM moment WHERE ticket_type <> 'fault'
    UNION ALL      -- owed only when the call ends before the answer
    SELECT ref, 'submit', 1, hung_up_at, submit_at, end_at, CASE ticket_type WHEN 'fault' THEN 3 ELSE 5 END * interval '1 minute'
    FROM moment WHERE ticket_type <> 'query' AND coalesce(least(answer_at, end_at) > hung_up_at, true)
    UNION ALL      -- the first review ends when the report is sent back
    SELECT ref, 'review', 1, submit_at, CASE WHEN back_at IS NULL THEN review_at END, coalesce(back_at, end_at),
           CASE ticket_type WHEN 'fault' THEN 3 ELSE 5 END * interval '1 minute'
    FROM moment
    UNION ALL
    SELECT ref, 'review', 2, submit_again_at, review_at, end_at, '3 minutes'
    FROM moment WHERE submit_again_at > submit_at
    UNION ALL
    SELECT ref, 'arrive', 1, call_in_at, arrive_at, end_at, CASE area WHEN 'urban' THEN 60 WHEN 'rural' THEN 120 ELSE 240 END * interval '1 minute'
    FROM moment WHERE ticket_type = 'fault'
    UNION ALL
    SELECT ref, 'restore', 1, call_in_at, restore_at, end_at, CASE final_category WHEN 'meter_fault' THEN 24 ELSE 12 END * interval '1 hour'
    FROM moment WHERE ticket_type = 'fault'
    UNION ALL      -- one working day: to the end of the next day, a Thursday
    SELECT ref, 'handle', 1, dispatch_at, handle_at, end_at, date_trunc('day', dispatch_at) + interval '2 days' - interval '1 microsecond' - dispatch_at
    FROM moment WHERE ticket_type = 'consult'
    UNION ALL
    SELECT ref, 'callback', 1, done_at, call_back_at, NULL, '10 minutes'
    FROM moment
)
SELECT ref, clock, cycle, since + target AS due_at,
       CASE WHEN least(stop_at, end_at, aftersales.now()) > since + target
                 THEN CASE WHEN coalesce(stop_at, end_at) <= aftersales.now() THEN 'breached' ELSE 'late' END
            -- In time, but told only after the limit had passed: a breach that
            -- is cleared, unless its start was told as late as that.
            WHEN told_at > since + target AND NOT (since_told_at > since + target AND told_at <= since_told_at + interval '1 hour') THEN 'cleared'
            WHEN stop_at <= aftersales.now() THEN 'met'
            WHEN end_at <= aftersales.now() THEN 'cancelled'
            ELSE 'running' END AS outcome
FROM clock,
     -- the application tells at the half hour
     LATERAL (SELECT date_bin('30 minutes', since - interval '1 microsecond', :'day'::timestamptz) + interval '30 minutes' AS since_told_at,
                     date_bin('30 minutes', least(stop_at, end_at) - interval '1 microsecond', :'day'::timestamptz) + interval '30 minutes' AS told_at) AS told
WHERE since <= aftersales.now();

SELECT pg_temp.expect(format('clock %s: %s differ from the plan, ticket %s for one', clock, count(*) FILTER (WHERE differs), min(ref) FILTER (WHERE differs)),
                      NOT bool_or(differs))
FROM (SELECT coalesce(e.clock, d.clock) AS clock, coalesce(e.ref, d.external_ref) AS ref,
             (e.due_at, e.outcome) IS DISTINCT FROM (d.due_at, d.outcome) AS differs
      FROM expected_clock e
      FULL JOIN (SELECT t.external_ref, c.* FROM desk_bi.clock c JOIN desk.ticket t USING (ticket_id)) d
             ON d.external_ref = e.ref AND d.clock = e.clock AND d.cycle = e.cycle) x
GROUP BY clock ORDER BY clock \g /dev/null

SELECT pg_temp.expect('something is late now', count(*) > 10)
FROM desk_bi.clock_open WHERE is_breached \g /dev/null

\echo
\echo 'Checked: every status, every logged event and every clock is what the plan says.'
