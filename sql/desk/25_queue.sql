-- Clocks and tickets as they are now.  What depends on "now" is computed when
-- asked, so nothing hangs on whether a sweep has run, on a standby neither.

-- Of a group of clocks (any_of) one is enough: past its own due time a clock
-- is late only when every other one of the group is missed too, and then only
-- the one that was due last.  Clocks that have ended are judged already.
CREATE VIEW @desk@.clock_now AS
SELECT c.clock_id, c.ticket_id, c.clock, c.cycle, c.rule, c.target, c.started_at, c.due_at,
       c.paused_since, c.remaining, c.stopped_at, c.ended_as, c.calendar,
       c.stopped_at IS NULL AS is_open,
       c.paused_since IS NOT NULL AND c.stopped_at IS NULL AS is_paused,
       c.is_breached OR m.is_missed AND (g.any_of IS NULL OR v.others = 'missed' AND c.stopped_at IS NULL) AS is_late,
       coalesce(v.others = 'met' OR v.others = 'breached'
                OR v.others IS NOT NULL AND c.stopped_at IS NOT NULL, false) AS is_covered
FROM @desk@.sla_clock c
JOIN @desk@.ticket t ON t.ticket_id = c.ticket_id
CROSS JOIN (SELECT aftersales.now() AS now) n
CROSS JOIN LATERAL (SELECT coalesce(c.due_at < coalesce(c.stopped_at, n.now), false)
                           AND c.ended_as IS DISTINCT FROM 'voided' AS is_missed) m
-- its group, where that matters
CROSS JOIN LATERAL (SELECT CASE WHEN m.is_missed AND NOT c.is_breached
                                THEN (SELECT r.any_of
                                      FROM aftersales.sla_rule_of_type r
                                      WHERE r.policy = t.policy AND r.version = t.policy_version
                                        AND r.of_type = t.ticket_type AND r.rule = c.rule) END AS any_of) g
-- the others of the group, each in its last cycle
CROSS JOIN LATERAL (
    SELECT CASE WHEN g.any_of IS NOT NULL THEN (
        SELECT CASE WHEN bool_or(o.ended_as = 'stopped' AND NOT x.is_missed) THEN 'met'
                    WHEN bool_or(o.ended_as IS NULL AND NOT x.is_missed) THEN 'open'
                    WHEN bool_or(o.is_breached OR (o.due_at, o.clock_id) > (c.due_at, c.clock_id)) THEN 'breached'
                    ELSE 'missed' END
        FROM @desk@.sla_clock o
        CROSS JOIN LATERAL (SELECT o.is_breached
                                   OR coalesce(o.due_at < coalesce(o.stopped_at, n.now), false) AS is_missed) x
        JOIN aftersales.sla_rule_of_type r
          ON r.policy = t.policy AND r.version = t.policy_version
         AND r.of_type = t.ticket_type AND r.rule = o.rule
        WHERE o.ticket_id = c.ticket_id AND o.clock_id <> c.clock_id AND r.any_of = g.any_of
          AND (o.ended_as IS NULL OR o.ended_as = 'stopped')
          AND NOT EXISTS (SELECT FROM @desk@.sla_clock k
                          WHERE k.ticket_id = o.ticket_id AND k.clock = o.clock AND k.cycle > o.cycle)) END AS others) v;
COMMENT ON VIEW @desk@.clock_now IS 'Grain: one row per clock and cycle, as it is now. Late clocks show as late whether or not a sweep has run.';
COMMENT ON COLUMN @desk@.clock_now.clock_id IS 'Key.';
COMMENT ON COLUMN @desk@.clock_now.ticket_id IS 'The ticket.';
COMMENT ON COLUMN @desk@.clock_now.clock IS 'Name of the clock.';
COMMENT ON COLUMN @desk@.clock_now.cycle IS 'How often the clock was started for this ticket, this time included; 0: the event that started it was corrected away.';
COMMENT ON COLUMN @desk@.clock_now.rule IS 'Rule (sla_rule) that set the due time.';
COMMENT ON COLUMN @desk@.clock_now.target IS 'Time the rule allows; NULL: recorded, not enforced, or due at a promised time.';
COMMENT ON COLUMN @desk@.clock_now.started_at IS 'When the start event happened.';
COMMENT ON COLUMN @desk@.clock_now.due_at IS 'Latest instant at which stopping is in time; NULL: never late, or paused.';
COMMENT ON COLUMN @desk@.clock_now.paused_since IS 'Since when it does not count; NULL: it counts, or has ended.';
COMMENT ON COLUMN @desk@.clock_now.remaining IS 'While paused: what is left, as time, or as days for day units.';
COMMENT ON COLUMN @desk@.clock_now.stopped_at IS 'When the event that ended it happened; NULL: open.';
COMMENT ON COLUMN @desk@.clock_now.ended_as IS 'stopped (judged), cancelled (a cancel event), voided (no rule matches any more); NULL: open.';
COMMENT ON COLUMN @desk@.clock_now.calendar IS 'Calendar its due time is counted by; NULL: none.';
COMMENT ON COLUMN @desk@.clock_now.is_open IS 'Whether it has not ended.';
COMMENT ON COLUMN @desk@.clock_now.is_paused IS 'Whether it is open and does not count now.';
COMMENT ON COLUMN @desk@.clock_now.is_late IS 'Whether it has been breached, recorded in sla_breach or not yet. Not past its due time while another one of its group can still be met.';
COMMENT ON COLUMN @desk@.clock_now.is_covered IS 'Whether it missed its own due time with no breach on it, being one of a group of which one is enough: another was met or bears the breach, or it ended while another could still be met.';

CREATE VIEW @desk@.ticket_queue AS
SELECT t.ticket_id, t.ticket_no, t.external_ref, t.policy, t.ticket_type, t.category, t.grade, t.area,
       t.priority, t.org_id, t.assignee, t.subject, t.status, s.kind AS status_kind,
       t.status_at, t.opened_at,
       d.clock AS next_clock,
       d.due_at AS next_due_at,
       floor(extract(epoch FROM d.due_at - n.now) / 60)::bigint AS minutes_left,
       p.clock AS paused_clock,
       p.due_at AS projected_due_at,
       l.clocks AS late_clocks,
       l.names AS late_clock_names
FROM @desk@.ticket t
JOIN aftersales.workflow_state_of_type s
  ON s.policy = t.policy AND s.version = t.policy_version
 AND s.ticket_type = t.ticket_type AND s.state = t.status
 AND s.kind NOT IN ('done', 'closed')
CROSS JOIN (SELECT aftersales.now() AS now) n
LEFT JOIN LATERAL (
    SELECT c.clock, c.due_at
    FROM @desk@.sla_clock c
    WHERE c.ticket_id = t.ticket_id AND c.stopped_at IS NULL AND NOT c.is_breached AND c.due_at >= n.now
    ORDER BY c.due_at, c.clock
    LIMIT 1) d ON true
LEFT JOIN LATERAL (
    SELECT x.clock, x.due_at
    FROM (SELECT c.clock,
                 aftersales.projected_due(c.clock_id, n.now,
                     (SELECT h.nspname FROM pg_class k JOIN pg_namespace h ON h.oid = k.relnamespace
                      WHERE k.oid = c.tableoid)) AS due_at
          FROM @desk@.sla_clock c
          WHERE c.ticket_id = t.ticket_id AND c.stopped_at IS NULL AND c.paused_since IS NOT NULL) x
    ORDER BY x.due_at, x.clock
    LIMIT 1) p ON true
CROSS JOIN LATERAL (
    SELECT count(*)::integer AS clocks, coalesce(array_agg(c.clock ORDER BY c.due_at, c.clock), '{}') AS names
    FROM @desk@.clock_now c
    WHERE c.ticket_id = t.ticket_id AND c.stopped_at IS NULL AND c.is_late) l
WHERE t.voided_at IS NULL;
COMMENT ON VIEW @desk@.ticket_queue IS 'Grain: one row per open ticket (its state is not of kind done or closed, and it is not voided), as it is now. In no order: ORDER BY late_clocks DESC, next_due_at for what burns first.';
COMMENT ON COLUMN @desk@.ticket_queue.ticket_id IS 'Key.';
COMMENT ON COLUMN @desk@.ticket_queue.ticket_no IS 'Number people quote; the ticket_id when none is given.';
COMMENT ON COLUMN @desk@.ticket_queue.external_ref IS 'The writing system''s own key.';
COMMENT ON COLUMN @desk@.ticket_queue.policy IS 'Policy the ticket is opened under.';
COMMENT ON COLUMN @desk@.ticket_queue.ticket_type IS 'Kind of ticket, from the policy.';
COMMENT ON COLUMN @desk@.ticket_queue.category IS 'Category, from the policy.';
COMMENT ON COLUMN @desk@.ticket_queue.grade IS 'Grade.';
COMMENT ON COLUMN @desk@.ticket_queue.area IS 'Service area, from the policy.';
COMMENT ON COLUMN @desk@.ticket_queue.priority IS 'Priority.';
COMMENT ON COLUMN @desk@.ticket_queue.org_id IS 'Organisation unit responsible now.';
COMMENT ON COLUMN @desk@.ticket_queue.assignee IS 'Staff login responsible now.';
COMMENT ON COLUMN @desk@.ticket_queue.subject IS 'One line on what it is about.';
COMMENT ON COLUMN @desk@.ticket_queue.status IS 'State, from the policy.';
COMMENT ON COLUMN @desk@.ticket_queue.status_kind IS 'initial, active or waiting.';
COMMENT ON COLUMN @desk@.ticket_queue.status_at IS 'When it came into that state.';
COMMENT ON COLUMN @desk@.ticket_queue.opened_at IS 'When the customer reported it.';
COMMENT ON COLUMN @desk@.ticket_queue.next_clock IS 'Of its running clocks that are not late the one due first; NULL: none.';
COMMENT ON COLUMN @desk@.ticket_queue.next_due_at IS 'When that clock is due.';
COMMENT ON COLUMN @desk@.ticket_queue.minutes_left IS 'Whole wall-clock minutes until then.';
COMMENT ON COLUMN @desk@.ticket_queue.paused_clock IS 'Of its paused clocks the one that would be due first if all went on now; NULL: none.';
COMMENT ON COLUMN @desk@.ticket_queue.projected_due_at IS 'When that clock would be due if it went on now.';
COMMENT ON COLUMN @desk@.ticket_queue.late_clocks IS 'How many of its open clocks are late.';
COMMENT ON COLUMN @desk@.ticket_queue.late_clock_names IS 'Their names, longest late first.';
