-- 3_day.sql: the day, written as an application writes it.
--
-- Every half hour an imagined call-centre application catches up: a handful
-- of multi-row INSERTs and UPDATEs into desk.ticket and desk.ticket_event.
-- That is all it does.  Judging moves, roles and guards, recording events,
-- starting and stopping clocks is done by the desk's triggers.

\set ON_ERROR_STOP on
\set QUIET on
SET timezone = 'Asia/Shanghai';
\set day '2025-07-16 00:00+08'

\ir 2_plan.sql

-- The statements, with the span of time they catch up with: $1 < at <= $2.

-- Calls become tickets.  happened_at is when the customer called; without it
-- the ticket would be opened now.
PREPARE open_tickets AS
INSERT INTO desk.ticket (external_ref, ticket_type, category, area, channel, org_id, assignee, subject, happened_at)
SELECT c.ref, c.ticket_type, c.category, c.area, 'phone', o.org_id, c.agent, 'Call ' || c.call_no, c.call_in_at
FROM call c JOIN desk.org_unit o ON o.org_code = 'centre'
WHERE c.call_in_at > $1 AND c.call_in_at <= $2
ORDER BY c.call_in_at;

-- What happens on the phone and on the road is logged.
PREPARE log_events(text, timestamptz, timestamptz) AS
INSERT INTO desk.ticket_event (ticket_id, event, occurred_at, note)
SELECT t.ticket_id, e.event, e.at, e.note
FROM plan_event e JOIN desk.ticket t ON t.external_ref = e.ref
WHERE e.stage = $1 AND e.at > $2 AND e.at <= $3
ORDER BY e.at, t.ticket_id;

-- Tickets move on.  happened_at and note are inputs: they say when and why,
-- and end up in status_at, status_note and the event.
PREPARE move_tickets(text, timestamptz, timestamptz) AS
UPDATE desk.ticket t
SET status       = m.to_state,
    happened_at  = m.at,
    note         = m.note,
    attributes   = t.attributes || m.extra,
    category     = coalesce(m.category, t.category),
    assignee     = coalesce(m.assignee, t.assignee),
    org_id       = coalesce(o.org_id, t.org_id),
    duplicate_of = coalesce(f.ticket_id, t.duplicate_of)
FROM plan_move m
LEFT JOIN desk.ticket f ON f.external_ref = m.first_ref
LEFT JOIN desk.org_unit o ON o.org_code = m.org_code
WHERE t.external_ref = m.ref AND m.stage = $1 AND m.at > $2 AND m.at <= $3;

-- A line of progress.
PREPARE progress AS
SELECT to_char(aftersales.now(), ' HH24:MI'), lpad(t.tickets::text, 8), lpad(t.open::text, 6),
       lpad(c.late::text, 13), lpad(c.late_now::text, 10)
FROM (SELECT count(*) AS tickets, count(*) FILTER (WHERE status_kind IN ('initial', 'active')) AS open FROM desk_bi.ticket) t,
     (SELECT count(*) AS late, count(*) FILTER (WHERE is_open) AS late_now FROM desk_bi.clock WHERE is_breached) c;

\echo ' time  tickets  open  late so far  late now'
\pset tuples_only on
\pset format unaligned
\pset fieldsep ''

-- The loop.  Each row is one half hour, each column one statement; \gexec runs
-- them row by row, from left to right.  A statement has one actor: the
-- application says who by aftersales.actor, here whoever is in charge of the
-- half hour.  (Applications that write person by person use SET LOCAL.)
-- aftersales.now simulates the time of day, which only a superuser may do.
SELECT format('SET aftersales.now = %L', till),
       format('SET aftersales.actor = %L', agent),
       format('EXECUTE open_tickets(%L, %L)', since, till),
       format('EXECUTE log_events(''call'', %L, %L)', since, till),
       format('EXECUTE move_tickets(''answer'', %L, %L)', since, till),
       format('EXECUTE log_events(''hang_up'', %L, %L)', since, till),
       format('EXECUTE move_tickets(''hand_over'', %L, %L)', since, till),
       format('SET aftersales.actor = %L', leader),
       format('EXECUTE move_tickets(''send_back'', %L, %L)', since, till),
       format('SET aftersales.actor = %L', agent),
       format('EXECUTE move_tickets(''complete'', %L, %L)', since, till),
       format('SET aftersales.actor = %L', leader),
       format('EXECUTE move_tickets(''review'', %L, %L)', since, till),
       format('SET aftersales.actor = %L', team),
       format('EXECUTE move_tickets(''arrive'', %L, %L)', since, till),
       format('EXECUTE log_events(''repair'', %L, %L)', since, till),
       format('EXECUTE move_tickets(''restore'', %L, %L)', since, till),
       format('SET aftersales.actor = %L', 'clerk-1'),
       format('EXECUTE move_tickets(''handle'', %L, %L)', since, till),
       format('SET aftersales.actor = %L', agent),
       format('EXECUTE move_tickets(''call_back'', %L, %L)', since, till),
       format('EXECUTE move_tickets(''archive'', %L, %L)', since, till),
       CASE WHEN n % 2 = 0 THEN 'EXECUTE progress' END
FROM (SELECT n,
             :'day'::timestamptz + (n - 1) * interval '30 minutes' AS since,
             :'day'::timestamptz + n * interval '30 minutes' AS till,
             'agent-' || to_char(1 + n % 12, 'FM00') AS agent,
             'leader-' || 1 + (n - 1) / 16 AS leader,
             'team-' || 1 + n % 5 AS team
      FROM generate_series(1, 48) n) step
ORDER BY n
\gexec
\pset tuples_only off
\pset format aligned

\ir check_day.sql
