-- 4_report.sql: how the day went, from the BI views.

\set ON_ERROR_STOP on
\set QUIET on
\pset footer off
SET timezone = 'Asia/Shanghai';
SET aftersales.now = '2025-07-17 00:00+08';    -- the desk's clock stands at midnight

\echo 'Tickets, by type and where they stand'
SELECT ticket_type AS "type", count(*) AS tickets,
       count(*) FILTER (WHERE status_kind = 'initial') AS new,
       count(*) FILTER (WHERE status_kind = 'active') AS "in hand",
       count(*) FILTER (WHERE status_kind = 'done') AS done,
       count(*) FILTER (WHERE status = 'archived') AS archived,
       count(*) FILTER (WHERE status = 'cancelled') AS cancelled,
       count(*) FILTER (WHERE duplicate_of IS NOT NULL) AS repeats
FROM desk_bi.ticket GROUP BY ticket_type ORDER BY ticket_type;

\echo 'SLA by clock.  % met = met / judged; judged = met + breached + late now.  Told late: breaches of'
\echo 'what was done in time, but told by the application, which catches up each half hour, after the limit.'
SELECT clock, count(*) AS started,
       count(*) FILTER (WHERE outcome = 'running') AS running,
       count(*) FILTER (WHERE outcome IN ('cancelled', 'voided')) AS cancelled,
       count(*) FILTER (WHERE outcome IN ('breached', 'cleared')) AS breached,
       count(b.cleared_at) AS "told late",
       count(*) FILTER (WHERE outcome = 'late') AS "late now",
       count(*) FILTER (WHERE outcome = 'met') AS met,
       count(*) FILTER (WHERE outcome IN ('met', 'breached', 'late', 'cleared')) AS judged,
       round(100.0 * count(*) FILTER (WHERE outcome = 'met')
             / nullif(count(*) FILTER (WHERE outcome IN ('met', 'breached', 'late', 'cleared')), 0), 1) AS "% met"
FROM desk_bi.clock c LEFT JOIN (SELECT clock_id, cleared_at FROM desk_bi.breach) b USING (clock_id)
GROUP BY clock
ORDER BY min(CASE clock WHEN 'answer' THEN 1 WHEN 'answer_content' THEN 2 WHEN 'submit' THEN 3 WHEN 'review' THEN 4
                        WHEN 'arrive' THEN 5 WHEN 'restore' THEN 6 ELSE 7 END), clock;

\echo 'The storm: arrivals by hour of the call'
SELECT to_char(date_trunc('hour', opened_at), 'HH24:MI') AS hour, count(*) AS started,
       count(*) FILTER (WHERE c.outcome = 'met') AS met,
       count(*) FILTER (WHERE c.outcome IN ('breached', 'late', 'cleared')) AS late,
       repeat('#', (count(*) FILTER (WHERE c.outcome IN ('breached', 'late', 'cleared')))::int) AS "late, drawn"
FROM desk_bi.clock c JOIN desk_bi.ticket t USING (ticket_id)
WHERE c.clock = 'arrive' AND t.opened_local::time BETWEEN '13:00' AND '20:00'
GROUP BY 1 ORDER BY 1;

SELECT count(*) AS late_now FROM desk_bi.clock_open WHERE is_breached \gset
\echo 'Late now:' :late_now 'clocks; the ten that have waited longest.  (No job has run: the view knows.)'
SELECT c.ticket_id AS ticket, c.ticket_type AS "type", c.area, t.status, c.clock,
       to_char(c.due_at, 'HH24:MI:SS') AS due, c.late_minutes AS "minutes late"
FROM desk_bi.clock_open c JOIN desk_bi.ticket t USING (ticket_id)
WHERE c.is_breached
ORDER BY c.late_minutes DESC, c.clock_id
LIMIT 10;

\echo 'One ticket''s history: a repair that was re-classified'
SELECT e.seq, e.event, to_char(e.occurred_at, 'HH24:MI:SS') AS at, e.actor, e.from_state, e.to_state
FROM desk.ticket_event e
WHERE e.ticket_id = (SELECT min(c.ticket_id) FROM desk.ticket_event c
                     JOIN desk.ticket t USING (ticket_id)
                     WHERE c.event = 'changed:category' AND t.status = 'archived')
ORDER BY e.seq;
