-- A desk's first BI views.  They read as the desk's owner: a BI user needs no
-- right on the desk itself.  What depends on "now" is computed when asked.

CREATE VIEW @desk_bi@.ticket AS
SELECT t.ticket_id, t.ticket_no, t.policy, t.policy_version, t.ticket_type, t.category, t.grade,
       t.area, t.priority, t.channel, t.org_id, t.assignee, t.status,
       s.kind AS status_kind,
       t.status_at, t.opened_at,
       t.opened_at AT TIME ZONE p.timezone AS opened_local,
       (t.opened_at AT TIME ZONE p.timezone)::date AS opened_on,
       CASE WHEN s.kind IN ('done', 'closed') THEN t.status_at END AS ended_at,
       t.duplicate_of
FROM @desk@.ticket t
LEFT JOIN aftersales.policy p ON p.policy = t.policy
LEFT JOIN aftersales.workflow_state_of_type s
       ON s.policy = t.policy AND s.version = t.policy_version
      AND s.ticket_type = t.ticket_type AND s.state = t.status;
COMMENT ON VIEW @desk_bi@.ticket IS 'Grain: one row per ticket. No free text, no attributes.';
COMMENT ON COLUMN @desk_bi@.ticket.status_kind IS 'initial, active, waiting, done or closed.';
COMMENT ON COLUMN @desk_bi@.ticket.opened_local IS 'opened_at in the policy''s time zone.';
COMMENT ON COLUMN @desk_bi@.ticket.opened_on IS 'Local date of opening.';
COMMENT ON COLUMN @desk_bi@.ticket.ended_at IS 'When it came into its state, for tickets that are done or closed.';

CREATE VIEW @desk_bi@.clock AS
SELECT c.clock_id, c.ticket_id, t.policy, t.ticket_type, t.category, t.area, t.org_id, t.assignee,
       c.clock, c.cycle, c.rule, c.started_at, c.due_at, c.stopped_at,
       (c.due_at AT TIME ZONE p.timezone)::date AS due_on,
       CASE WHEN c.ended_as IN ('cancelled', 'voided') AND NOT x.breached THEN c.ended_as
            WHEN x.breached AND c.stopped_at IS NULL THEN 'late'
            WHEN x.breached THEN 'breached'
            WHEN c.stopped_at IS NULL THEN 'running'
            ELSE 'met' END AS outcome,
       x.breached AS is_breached,
       c.stopped_at IS NULL AS is_open,
       round(extract(epoch FROM c.target)::numeric / 60, 2) AS target_minutes,
       round(extract(epoch FROM coalesce(c.stopped_at, n.now) - c.started_at)::numeric / 60, 2) AS taken_minutes,
       CASE WHEN x.breached
            THEN round(extract(epoch FROM coalesce(c.stopped_at, n.now) - c.due_at)::numeric / 60, 2) END AS late_minutes
FROM @desk@.sla_clock c
JOIN @desk@.ticket t ON t.ticket_id = c.ticket_id
LEFT JOIN aftersales.policy p ON p.policy = t.policy
CROSS JOIN (SELECT aftersales.now() AS now) n
CROSS JOIN LATERAL (SELECT c.is_breached
                        OR coalesce(c.due_at < coalesce(c.stopped_at, n.now)
                                    AND c.ended_as IS DISTINCT FROM 'voided', false) AS breached) x;
COMMENT ON VIEW @desk_bi@.clock IS 'Grain: one row per clock and cycle. Late clocks show as late whether or not a sweep has run.';
COMMENT ON COLUMN @desk_bi@.clock.outcome IS 'met, breached (stopped late, or ended after its due time), late (open, past due), running, cancelled, voided.';
COMMENT ON COLUMN @desk_bi@.clock.due_on IS 'Local date of the due time; a month is that of this date.';
COMMENT ON COLUMN @desk_bi@.clock.is_breached IS 'Whether it was or is late.';
COMMENT ON COLUMN @desk_bi@.clock.is_open IS 'Whether it has not ended.';
COMMENT ON COLUMN @desk_bi@.clock.target_minutes IS 'Time allowed, in minutes (a day counts 1440, a month 43200).';
COMMENT ON COLUMN @desk_bi@.clock.taken_minutes IS 'Wall-clock minutes from start to stop, or to now.';
COMMENT ON COLUMN @desk_bi@.clock.late_minutes IS 'Wall-clock minutes past the due time; NULL when not late.';

CREATE VIEW @desk_bi@.clock_open AS
SELECT * FROM @desk_bi@.clock WHERE is_open;
COMMENT ON VIEW @desk_bi@.clock_open IS 'Grain: one row per clock that has not ended.';

CREATE VIEW @desk_bi@.breach AS
SELECT c.clock_id, c.ticket_id, c.policy, c.ticket_type, c.clock, c.cycle, c.rule, c.due_at, c.due_on,
       coalesce(b.org_id, CASE WHEN b.clock_id IS NULL THEN c.org_id END) AS org_id,
       coalesce(b.assignee, CASE WHEN b.clock_id IS NULL THEN c.assignee END) AS assignee,
       b.detected_at, b.cleared_at, c.stopped_at, c.is_open, c.late_minutes
FROM @desk_bi@.clock c
LEFT JOIN @desk@.sla_breach b ON b.clock_id = c.clock_id
WHERE c.is_breached;
COMMENT ON VIEW @desk_bi@.breach IS 'Grain: one row per breached clock, recorded or not yet (detected_at NULL).';
COMMENT ON COLUMN @desk_bi@.breach.org_id IS 'Organisation unit responsible at the due time.';
COMMENT ON COLUMN @desk_bi@.breach.assignee IS 'Staff login responsible at the due time.';

CREATE VIEW @desk_bi@.ticket_event AS
SELECT e.event_id, e.ticket_id, e.seq, e.event, e.occurred_at, e.recorded_at, e.actor,
       e.from_state, e.to_state, e.corrects, e.origin
FROM @desk@.ticket_event e;
COMMENT ON VIEW @desk_bi@.ticket_event IS 'Grain: one row per event, without notes and data.';
