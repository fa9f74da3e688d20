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
       t.duplicate_of,
       t.tier, t.customer_id, t.contract_id, t.unit_id, t.product_line,
       t.fault_at, (t.fault_at AT TIME ZONE p.timezone)::date AS fault_on,
       t.fault_cause, t.component, t.fault_code, t.warranty_class,
       nullif(t.warranty_until, 'infinity') AS warranty_until,
       t.warranty_until = 'infinity' AS is_covered_for_life,
       'parts' = ANY (t.covers) AS covers_parts,
       'labour' = ANY (t.covers) AS covers_labour,
       'visit' = ANY (t.covers) AS covers_visit,
       t.voided_at IS NOT NULL AS is_voided
FROM @desk@.ticket t
LEFT JOIN aftersales.policy p ON p.policy = t.policy
LEFT JOIN aftersales.workflow_state_of_type s
       ON s.policy = t.policy AND s.version = t.policy_version
      AND s.ticket_type = t.ticket_type AND s.state = t.status;
COMMENT ON VIEW @desk_bi@.ticket IS 'Grain: one row per ticket. No free text, no attributes.';
COMMENT ON COLUMN @desk_bi@.ticket.is_voided IS 'Whether it is voided: it counts nowhere.';
COMMENT ON COLUMN @desk_bi@.ticket.status_kind IS 'initial, active, waiting, done or closed.';
COMMENT ON COLUMN @desk_bi@.ticket.opened_local IS 'opened_at in the policy''s time zone.';
COMMENT ON COLUMN @desk_bi@.ticket.opened_on IS 'Local date of opening.';
COMMENT ON COLUMN @desk_bi@.ticket.tier IS 'Service tier.';
COMMENT ON COLUMN @desk_bi@.ticket.customer_id IS 'The customer.';
COMMENT ON COLUMN @desk_bi@.ticket.contract_id IS 'The contract it falls under.';
COMMENT ON COLUMN @desk_bi@.ticket.unit_id IS 'The product unit at fault.';
COMMENT ON COLUMN @desk_bi@.ticket.product_line IS 'Product line.';
COMMENT ON COLUMN @desk_bi@.ticket.fault_at IS 'When the fault arose.';
COMMENT ON COLUMN @desk_bi@.ticket.fault_on IS 'Local date of that.';
COMMENT ON COLUMN @desk_bi@.ticket.fault_cause IS 'Cause of the fault.';
COMMENT ON COLUMN @desk_bi@.ticket.component IS 'Component at fault.';
COMMENT ON COLUMN @desk_bi@.ticket.fault_code IS 'Code of the fault.';
COMMENT ON COLUMN @desk_bi@.ticket.warranty_class IS 'Class of the fault by the policy''s warranty rules; NULL: not classified.';
COMMENT ON COLUMN @desk_bi@.ticket.warranty_until IS 'Last day of warranty; NULL: not classified, or for life.';
COMMENT ON COLUMN @desk_bi@.ticket.is_covered_for_life IS 'Whether the warranty is for life; NULL: not classified.';
COMMENT ON COLUMN @desk_bi@.ticket.covers_parts IS 'Whether warranty covers parts; NULL: not classified.';
COMMENT ON COLUMN @desk_bi@.ticket.covers_labour IS 'Whether warranty covers labour; NULL: not classified.';
COMMENT ON COLUMN @desk_bi@.ticket.covers_visit IS 'Whether warranty covers visits; NULL: not classified.';
COMMENT ON COLUMN @desk_bi@.ticket.ended_at IS 'When it came into its state, for tickets that are done or closed.';

CREATE VIEW @desk_bi@.clock AS
SELECT c.clock_id, c.ticket_id, t.policy, t.ticket_type, t.category, t.area, t.org_id, t.assignee,
       c.clock, c.cycle, c.rule, c.started_at, c.due_at, c.stopped_at,
       (c.due_at AT TIME ZONE p.timezone)::date AS due_on,
       CASE WHEN t.voided_at IS NOT NULL THEN 'voided'
            WHEN c.is_late AND b.excused_at IS NOT NULL THEN 'excused'
            WHEN c.is_late AND b.cleared_at IS NOT NULL THEN 'cleared'
            WHEN c.is_late AND c.is_open THEN 'late'
            WHEN c.is_late THEN 'breached'
            WHEN c.ended_as IN ('cancelled', 'voided') THEN c.ended_as
            WHEN c.is_covered THEN 'covered'
            WHEN c.is_paused THEN 'paused'
            WHEN c.is_open THEN 'running'
            ELSE 'met' END AS outcome,
       c.is_late AND t.voided_at IS NULL AS is_breached,
       c.is_open,
       round(extract(epoch FROM c.target)::numeric / 60, 2) AS target_minutes,
       round(extract(epoch FROM coalesce(c.stopped_at, n.now) - c.started_at)::numeric / 60, 2) AS taken_minutes,
       CASE WHEN c.is_late AND c.due_at < coalesce(c.stopped_at, n.now)
            THEN round(extract(epoch FROM coalesce(c.stopped_at, n.now) - c.due_at)::numeric / 60, 2) END AS late_minutes,
       c.is_paused,
       CASE WHEN c.is_paused
            THEN round(extract(epoch FROM n.now - c.paused_since)::numeric / 60, 2) END AS paused_minutes,
       CASE WHEN c.is_paused
            THEN round(extract(epoch FROM c.remaining)::numeric / 60, 2) END AS remaining_minutes,
       c.calendar,
       coalesce((c.due_at AT TIME ZONE k.timezone)::date > k.known_until, false) AS is_beyond_known,
       t.voided_at IS NOT NULL AS is_voided
FROM @desk@.clock_now c
JOIN @desk@.ticket t ON t.ticket_id = c.ticket_id
LEFT JOIN @desk@.sla_breach b ON b.clock_id = c.clock_id
LEFT JOIN aftersales.policy p ON p.policy = t.policy
LEFT JOIN aftersales.calendar_notice k ON k.calendar = c.calendar
CROSS JOIN (SELECT aftersales.now() AS now) n;
COMMENT ON VIEW @desk_bi@.clock IS 'Grain: one row per clock and cycle. Late clocks show as late whether or not a sweep has run.';
COMMENT ON COLUMN @desk_bi@.clock.outcome IS 'met; breached (stopped late, or ended after its due time); late (open, past due); cleared (breached, but what was recorded later shows it in time: counts as late all the same); excused (breached, excused by an approval); covered (missed its own due time, but is one of a group of which another was met or bears the breach); running; paused; cancelled; voided (no rule fits any more, or the ticket is voided).';
COMMENT ON COLUMN @desk_bi@.clock.due_on IS 'Local date of the due time; a month is that of this date. NULL while paused, or never late.';
COMMENT ON COLUMN @desk_bi@.clock.is_breached IS 'Whether it was or is late, excused or not; false for a voided ticket.';
COMMENT ON COLUMN @desk_bi@.clock.is_open IS 'Whether it has not ended.';
COMMENT ON COLUMN @desk_bi@.clock.target_minutes IS 'Time allowed, in minutes (a day counts 1440, a month 43200).';
COMMENT ON COLUMN @desk_bi@.clock.taken_minutes IS 'Wall-clock minutes from start to stop, or to now, pauses included.';
COMMENT ON COLUMN @desk_bi@.clock.late_minutes IS 'Wall-clock minutes past the due time; NULL when not late.';
COMMENT ON COLUMN @desk_bi@.clock.is_paused IS 'Whether it does not count now, because of the state of the ticket.';
COMMENT ON COLUMN @desk_bi@.clock.paused_minutes IS 'Wall-clock minutes that the present pause has lasted; NULL when not paused.';
COMMENT ON COLUMN @desk_bi@.clock.remaining_minutes IS 'While paused: minutes left of the time allowed (a day counts 1440); NULL when not paused.';
COMMENT ON COLUMN @desk_bi@.clock.calendar IS 'Calendar its due time is counted by; NULL: none.';
COMMENT ON COLUMN @desk_bi@.clock.is_beyond_known IS 'Whether the due time lies after the last day that an official notice of holidays covers, so that it may still change.';
COMMENT ON COLUMN @desk_bi@.clock.is_voided IS 'Whether the ticket is voided: it counts nowhere.';

CREATE VIEW @desk_bi@.clock_open AS
SELECT * FROM @desk_bi@.clock WHERE is_open;
COMMENT ON VIEW @desk_bi@.clock_open IS 'Grain: one row per clock that has not ended.';

CREATE VIEW @desk_bi@.breach AS
SELECT c.clock_id, c.ticket_id, t.policy, t.ticket_type, c.clock, c.cycle, c.rule,
       coalesce(b.due_at, c.due_at) AS due_at,
       (coalesce(b.due_at, c.due_at) AT TIME ZONE p.timezone)::date AS due_on,
       CASE WHEN b.clock_id IS NULL THEN t.org_id ELSE b.org_id END AS org_id,
       CASE WHEN b.clock_id IS NULL THEN t.assignee ELSE b.assignee END AS assignee,
       b.detected_at, b.cleared_at, c.stopped_at, c.is_open,
       CASE WHEN coalesce(b.due_at, c.due_at) < coalesce(c.stopped_at, n.now)
            THEN round(extract(epoch FROM coalesce(c.stopped_at, n.now) - coalesce(b.due_at, c.due_at))::numeric / 60, 2)
            ELSE 0 END AS late_minutes,
       CASE WHEN b.clock_id IS NULL
            THEN (SELECT r.responsible FROM aftersales.sla_rule_of_type r
                  WHERE r.policy = t.policy AND r.version = t.policy_version
                    AND r.of_type = t.ticket_type AND r.rule = c.rule)
            ELSE b.responsible END AS responsible,
       b.excused_at, b.excused_by,
       t.voided_at IS NOT NULL AS is_voided,
       b.excused_at IS NULL AND t.voided_at IS NULL AS counts
FROM @desk@.clock_now c
JOIN @desk@.ticket t ON t.ticket_id = c.ticket_id
LEFT JOIN @desk@.sla_breach b ON b.clock_id = c.clock_id
LEFT JOIN aftersales.policy p ON p.policy = t.policy
CROSS JOIN (SELECT aftersales.now() AS now) n
WHERE c.is_late;
COMMENT ON VIEW @desk_bi@.breach IS 'Grain: one row per breached clock, recorded or not yet (detected_at NULL). Count those with counts.';
COMMENT ON COLUMN @desk_bi@.breach.org_id IS 'Organisation unit responsible at the due time.';
COMMENT ON COLUMN @desk_bi@.breach.assignee IS 'Staff login responsible at the due time.';
COMMENT ON COLUMN @desk_bi@.breach.responsible IS 'Role or unit that the rule says answers for the clock; NULL: whoever the ticket was assigned to.';
COMMENT ON COLUMN @desk_bi@.breach.excused_at IS 'When an approval excused it; NULL: not excused.';
COMMENT ON COLUMN @desk_bi@.breach.excused_by IS 'Staff login who approved that.';
COMMENT ON COLUMN @desk_bi@.breach.is_voided IS 'Whether the ticket is voided.';
COMMENT ON COLUMN @desk_bi@.breach.counts IS 'Whether it is held against somebody: not excused, and the ticket is not voided.';

CREATE VIEW @desk_bi@.escalation AS
SELECT format('%s.%s', e.clock_id, e.level) AS escalation,
       e.clock_id, e.level, c.ticket_id, t.policy, t.ticket_type, c.clock, c.cycle, c.rule,
       e.at, (e.at AT TIME ZONE p.timezone)::date AS at_on, e.fired_at, e.action, e.recipient,
       round(extract(epoch FROM e.fired_at - e.at)::numeric / 60, 2) AS delay_minutes,
       t.voided_at IS NOT NULL AS is_voided
FROM @desk@.sla_escalation e
JOIN @desk@.sla_clock c ON c.clock_id = e.clock_id
JOIN @desk@.ticket t ON t.ticket_id = c.ticket_id
LEFT JOIN aftersales.policy p ON p.policy = t.policy;
COMMENT ON VIEW @desk_bi@.escalation IS 'Grain: one row per level of escalation carried out for a clock.';
COMMENT ON COLUMN @desk_bi@.escalation.escalation IS 'Key: clock_id and level, with a dot between.';
COMMENT ON COLUMN @desk_bi@.escalation.clock_id IS 'The clock.';
COMMENT ON COLUMN @desk_bi@.escalation.level IS 'The level (escalation_rule).';
COMMENT ON COLUMN @desk_bi@.escalation.ticket_id IS 'The ticket.';
COMMENT ON COLUMN @desk_bi@.escalation.policy IS 'Policy the ticket is opened under.';
COMMENT ON COLUMN @desk_bi@.escalation.ticket_type IS 'Kind of ticket, from the policy.';
COMMENT ON COLUMN @desk_bi@.escalation.clock IS 'Name of the clock.';
COMMENT ON COLUMN @desk_bi@.escalation.cycle IS 'Cycle of the clock.';
COMMENT ON COLUMN @desk_bi@.escalation.rule IS 'Rule (sla_rule) that set the due time.';
COMMENT ON COLUMN @desk_bi@.escalation.at IS 'The instant it stands for: that of its rule.';
COMMENT ON COLUMN @desk_bi@.escalation.at_on IS 'Local date of that instant.';
COMMENT ON COLUMN @desk_bi@.escalation.fired_at IS 'When it was carried out.';
COMMENT ON COLUMN @desk_bi@.escalation.action IS 'notify, set or move.';
COMMENT ON COLUMN @desk_bi@.escalation.recipient IS 'Who was told: a role, @assignee, @superior or @org_head.';
COMMENT ON COLUMN @desk_bi@.escalation.delay_minutes IS 'Wall-clock minutes from that instant until it was carried out.';
COMMENT ON COLUMN @desk_bi@.escalation.is_voided IS 'Whether the ticket is voided.';

CREATE VIEW @desk_bi@.ticket_event AS
SELECT e.event_id, e.ticket_id, e.seq, e.event, e.occurred_at, e.recorded_at, e.actor,
       e.from_state, e.to_state, e.corrects, e.origin,
       EXISTS (SELECT FROM @desk@.ticket_event x
               WHERE x.ticket_id = e.ticket_id AND x.corrects = e.seq) AS is_corrected,
       t.voided_at IS NOT NULL AS is_voided
FROM @desk@.ticket_event e
JOIN @desk@.ticket t ON t.ticket_id = e.ticket_id;
COMMENT ON VIEW @desk_bi@.ticket_event IS 'Grain: one row per event, without notes and data.';
COMMENT ON COLUMN @desk_bi@.ticket_event.is_corrected IS 'Whether a later event corrects it: what it says does not count any more.';
COMMENT ON COLUMN @desk_bi@.ticket_event.is_voided IS 'Whether the ticket is voided.';

COMMENT ON COLUMN @desk_bi@.ticket.ticket_id IS 'Key.';
COMMENT ON COLUMN @desk_bi@.ticket.ticket_no IS 'Number people quote; the ticket_id when none is given.';
COMMENT ON COLUMN @desk_bi@.ticket.policy IS 'Policy the ticket is opened under; may be omitted when only one in force has its ticket_type. Fixed from then on.';
COMMENT ON COLUMN @desk_bi@.ticket.policy_version IS 'Version in force when it was opened.';
COMMENT ON COLUMN @desk_bi@.ticket.ticket_type IS 'Kind of ticket, from the policy. Fixed at opening.';
COMMENT ON COLUMN @desk_bi@.ticket.category IS 'Category, from the policy.';
COMMENT ON COLUMN @desk_bi@.ticket.grade IS 'Grade; taken from the category when omitted at opening.';
COMMENT ON COLUMN @desk_bi@.ticket.area IS 'Service area, from the policy.';
COMMENT ON COLUMN @desk_bi@.ticket.priority IS 'Priority.';
COMMENT ON COLUMN @desk_bi@.ticket.channel IS 'Channel it came by, for example phone.';
COMMENT ON COLUMN @desk_bi@.ticket.org_id IS 'Organisation unit responsible now.';
COMMENT ON COLUMN @desk_bi@.ticket.assignee IS 'Staff login responsible now.';
COMMENT ON COLUMN @desk_bi@.ticket.status IS 'State, from the policy; the policy''s first initial state when omitted at opening.';
COMMENT ON COLUMN @desk_bi@.ticket.status_at IS 'When it came into that state.';
COMMENT ON COLUMN @desk_bi@.ticket.opened_at IS 'When the customer reported it. Given at opening (here or as happened_at), fixed from then on.';
COMMENT ON COLUMN @desk_bi@.ticket.duplicate_of IS 'The open ticket that this one repeats.';

COMMENT ON COLUMN @desk_bi@.clock.clock_id IS 'Key.';
COMMENT ON COLUMN @desk_bi@.clock.ticket_id IS 'The ticket.';
COMMENT ON COLUMN @desk_bi@.clock.policy IS 'Policy the ticket is opened under; may be omitted when only one in force has its ticket_type. Fixed from then on.';
COMMENT ON COLUMN @desk_bi@.clock.ticket_type IS 'Kind of ticket, from the policy. Fixed at opening.';
COMMENT ON COLUMN @desk_bi@.clock.category IS 'Category, from the policy.';
COMMENT ON COLUMN @desk_bi@.clock.area IS 'Service area, from the policy.';
COMMENT ON COLUMN @desk_bi@.clock.org_id IS 'Organisation unit responsible now.';
COMMENT ON COLUMN @desk_bi@.clock.assignee IS 'Staff login responsible now.';
COMMENT ON COLUMN @desk_bi@.clock.clock IS 'Name of the clock.';
COMMENT ON COLUMN @desk_bi@.clock.cycle IS 'How often the clock was started for this ticket, this time included.';
COMMENT ON COLUMN @desk_bi@.clock.rule IS 'Rule (sla_rule) that set the due time.';
COMMENT ON COLUMN @desk_bi@.clock.started_at IS 'When the start event happened.';
COMMENT ON COLUMN @desk_bi@.clock.due_at IS 'Latest instant at which stopping is in time; NULL: never late, or paused.';
COMMENT ON COLUMN @desk_bi@.clock.stopped_at IS 'When the event that ended it happened; NULL: open.';

COMMENT ON COLUMN @desk_bi@.clock_open.clock_id IS 'Key.';
COMMENT ON COLUMN @desk_bi@.clock_open.ticket_id IS 'The ticket.';
COMMENT ON COLUMN @desk_bi@.clock_open.policy IS 'Policy the ticket is opened under; may be omitted when only one in force has its ticket_type. Fixed from then on.';
COMMENT ON COLUMN @desk_bi@.clock_open.ticket_type IS 'Kind of ticket, from the policy. Fixed at opening.';
COMMENT ON COLUMN @desk_bi@.clock_open.category IS 'Category, from the policy.';
COMMENT ON COLUMN @desk_bi@.clock_open.area IS 'Service area, from the policy.';
COMMENT ON COLUMN @desk_bi@.clock_open.org_id IS 'Organisation unit responsible now.';
COMMENT ON COLUMN @desk_bi@.clock_open.assignee IS 'Staff login responsible now.';
COMMENT ON COLUMN @desk_bi@.clock_open.clock IS 'Name of the clock.';
COMMENT ON COLUMN @desk_bi@.clock_open.cycle IS 'How often the clock was started for this ticket, this time included.';
COMMENT ON COLUMN @desk_bi@.clock_open.rule IS 'Rule (sla_rule) that set the due time.';
COMMENT ON COLUMN @desk_bi@.clock_open.started_at IS 'When the start event happened.';
COMMENT ON COLUMN @desk_bi@.clock_open.due_at IS 'Latest instant at which stopping is in time; NULL: never late, or paused.';
COMMENT ON COLUMN @desk_bi@.clock_open.stopped_at IS 'When the event that ended it happened; NULL: open.';
COMMENT ON COLUMN @desk_bi@.clock_open.due_on IS 'Local date of the due time.';
COMMENT ON COLUMN @desk_bi@.clock_open.outcome IS 'late (past due), running, paused; covered, cleared or excused as in clock.';
COMMENT ON COLUMN @desk_bi@.clock_open.is_breached IS 'Whether it is late.';
COMMENT ON COLUMN @desk_bi@.clock_open.is_open IS 'Always true.';
COMMENT ON COLUMN @desk_bi@.clock_open.target_minutes IS 'Time allowed, in minutes.';
COMMENT ON COLUMN @desk_bi@.clock_open.taken_minutes IS 'Wall-clock minutes from start to now.';
COMMENT ON COLUMN @desk_bi@.clock_open.late_minutes IS 'Wall-clock minutes past the due time; NULL when not late.';
COMMENT ON COLUMN @desk_bi@.clock_open.is_paused IS 'Whether it does not count now, because of the state of the ticket.';
COMMENT ON COLUMN @desk_bi@.clock_open.paused_minutes IS 'Wall-clock minutes that the present pause has lasted; NULL when not paused.';
COMMENT ON COLUMN @desk_bi@.clock_open.remaining_minutes IS 'While paused: minutes left of the time allowed (a day counts 1440); NULL when not paused.';
COMMENT ON COLUMN @desk_bi@.clock_open.calendar IS 'Calendar its due time is counted by; NULL: none.';
COMMENT ON COLUMN @desk_bi@.clock_open.is_beyond_known IS 'Whether the due time lies after the last day that an official notice of holidays covers, so that it may still change.';
COMMENT ON COLUMN @desk_bi@.clock_open.is_voided IS 'Whether the ticket is voided: it counts nowhere.';

COMMENT ON COLUMN @desk_bi@.breach.clock_id IS 'The clock.';
COMMENT ON COLUMN @desk_bi@.breach.ticket_id IS 'The ticket.';
COMMENT ON COLUMN @desk_bi@.breach.policy IS 'Policy the ticket is opened under; may be omitted when only one in force has its ticket_type. Fixed from then on.';
COMMENT ON COLUMN @desk_bi@.breach.ticket_type IS 'Kind of ticket, from the policy. Fixed at opening.';
COMMENT ON COLUMN @desk_bi@.breach.clock IS 'Name of the clock.';
COMMENT ON COLUMN @desk_bi@.breach.cycle IS 'How often the clock was started for this ticket, this time included.';
COMMENT ON COLUMN @desk_bi@.breach.rule IS 'Rule (sla_rule) that set the due time.';
COMMENT ON COLUMN @desk_bi@.breach.due_at IS 'When it was breached: the due time.';
COMMENT ON COLUMN @desk_bi@.breach.due_on IS 'Local date of the due time; a month is that of this date.';
COMMENT ON COLUMN @desk_bi@.breach.detected_at IS 'When it was written down; NULL: not yet, the view knows by the time.';
COMMENT ON COLUMN @desk_bi@.breach.cleared_at IS 'When a stop was recorded late that had happened in time; the breach still counts unless excused.';
COMMENT ON COLUMN @desk_bi@.breach.stopped_at IS 'When the event that ended it happened; NULL: open.';
COMMENT ON COLUMN @desk_bi@.breach.is_open IS 'Whether the clock has not ended.';
COMMENT ON COLUMN @desk_bi@.breach.late_minutes IS 'Wall-clock minutes past the due time, up to the stop or now.';

COMMENT ON COLUMN @desk_bi@.ticket_event.event_id IS 'Key; not part of the hash.';
COMMENT ON COLUMN @desk_bi@.ticket_event.ticket_id IS 'The ticket.';
COMMENT ON COLUMN @desk_bi@.ticket_event.seq IS 'Place in the ticket''s chain, from 1, in the order of recording.';
COMMENT ON COLUMN @desk_bi@.ticket_event.event IS 'Name: one the policy declares, or opened, status:<state>, changed:<column>.';
COMMENT ON COLUMN @desk_bi@.ticket_event.occurred_at IS 'When it happened; now when omitted.';
COMMENT ON COLUMN @desk_bi@.ticket_event.recorded_at IS 'When it was written down.';
COMMENT ON COLUMN @desk_bi@.ticket_event.actor IS 'Staff login, or database user, who did it.';
COMMENT ON COLUMN @desk_bi@.ticket_event.from_state IS 'State left, for opened and status events.';
COMMENT ON COLUMN @desk_bi@.ticket_event.to_state IS 'State entered, for opened and status events.';
COMMENT ON COLUMN @desk_bi@.ticket_event.corrects IS 'Place in the chain of the event that this one corrects.';
COMMENT ON COLUMN @desk_bi@.ticket_event.origin IS 'ticket: written by a trigger on the ticket; app: inserted by an application.';

-- The product line is the unit's: it is the one the rules were asked with.
CREATE VIEW @desk_bi@.warranty_mix AS
SELECT format('%s.%s.%s.%s', m.policy, coalesce(m.product_line, '-'), m.warranty_class, to_char(m.fault_month, 'YYYY-MM')) AS warranty_mix,
       m.policy, m.product_line, m.warranty_class, m.fault_month, m.tickets,
       (sum(m.tickets) OVER (PARTITION BY m.policy, m.product_line, m.fault_month))::bigint AS of_tickets,
       m.covered_tickets, m.remedy_tickets
FROM (SELECT t.policy, u.product_line, t.warranty_class,
             date_trunc('month', t.fault_at AT TIME ZONE p.timezone)::date AS fault_month,
             count(*) AS tickets,
             count(*) FILTER (WHERE t.covers <> '{}') AS covered_tickets,
             count(*) FILTER (WHERE t.remedies <> '{}') AS remedy_tickets
      FROM @desk@.ticket t
      JOIN @desk@.product_unit u ON u.unit_id = t.unit_id
      JOIN aftersales.policy p ON p.policy = t.policy
      WHERE t.warranty_class IS NOT NULL AND t.voided_at IS NULL
      GROUP BY 1, 2, 3, 4) m;
COMMENT ON VIEW @desk_bi@.warranty_mix IS 'Grain: one row per policy, product line of the unit, warranty class and local month of the fault. Tickets that are not classified, or voided, are not counted.';
COMMENT ON COLUMN @desk_bi@.warranty_mix.warranty_mix IS 'Key: the four, with dots between.';
COMMENT ON COLUMN @desk_bi@.warranty_mix.policy IS 'Policy the tickets are opened under.';
COMMENT ON COLUMN @desk_bi@.warranty_mix.product_line IS 'Product line of the unit; NULL: not known.';
COMMENT ON COLUMN @desk_bi@.warranty_mix.warranty_class IS 'Class, from the policy''s warranty rules.';
COMMENT ON COLUMN @desk_bi@.warranty_mix.fault_month IS 'First day of the local month in which the faults arose.';
COMMENT ON COLUMN @desk_bi@.warranty_mix.tickets IS 'Tickets of that class: numerator of its share.';
COMMENT ON COLUMN @desk_bi@.warranty_mix.of_tickets IS 'Tickets of all classes of that policy, line and month: denominator.';
COMMENT ON COLUMN @desk_bi@.warranty_mix.covered_tickets IS 'Those of tickets for which warranty covers something.';
COMMENT ON COLUMN @desk_bi@.warranty_mix.remedy_tickets IS 'Those of tickets for which the policy names a remedy, a paid repair included.';
