-- 48_of_type.sql: rule rows by ticket type: a row for every type (ticket_type
-- NULL) spread out over the types of its version.

CREATE VIEW aftersales.workflow_state_of_type AS
SELECT DISTINCT ON (t.policy, t.version, t.ticket_type, s.state)
       t.policy, t.version, t.ticket_type, s.state, s.kind, s.position, s.label_en, s.label_zh
FROM aftersales.ticket_type t
JOIN aftersales.workflow_state s
  ON s.policy = t.policy AND s.version = t.version
 AND (s.ticket_type IS NULL OR s.ticket_type = t.ticket_type)
ORDER BY t.policy, t.version, t.ticket_type, s.state, s.ticket_type NULLS LAST;
COMMENT ON VIEW aftersales.workflow_state_of_type IS 'Grain: one row per policy version, ticket type and state, rows for every type spread out.';
COMMENT ON COLUMN aftersales.workflow_state_of_type.kind IS 'initial, active, waiting, done or closed.';

CREATE VIEW aftersales.transition_of_type AS
SELECT DISTINCT t.policy, t.version, t.ticket_type, x.from_state, x.to_state
FROM aftersales.ticket_type t
JOIN aftersales.workflow_transition x
  ON x.policy = t.policy AND x.version = t.version
 AND (x.ticket_type IS NULL OR x.ticket_type = t.ticket_type);
COMMENT ON VIEW aftersales.transition_of_type IS 'Grain: one row per policy version, ticket type and transition, rows for every type spread out.';

CREATE VIEW aftersales.sla_rule_of_type AS
SELECT t.ticket_type AS of_type, r.*
FROM aftersales.ticket_type t
JOIN aftersales.sla_rule r
  ON r.policy = t.policy AND r.version = t.version
 AND (r.ticket_type IS NULL OR r.ticket_type = t.ticket_type);
COMMENT ON VIEW aftersales.sla_rule_of_type IS 'Grain: one row per policy version, ticket type (of_type) and clock rule, rows for every type spread out.';

COMMENT ON COLUMN aftersales.workflow_state_of_type.policy IS 'The policy.';
COMMENT ON COLUMN aftersales.workflow_state_of_type.version IS 'Version of the policy.';
COMMENT ON COLUMN aftersales.workflow_state_of_type.ticket_type IS 'Ticket type; NULL: every type of the policy.';
COMMENT ON COLUMN aftersales.workflow_state_of_type.state IS 'Code of the state, as in ticket.status.';
COMMENT ON COLUMN aftersales.workflow_state_of_type.position IS 'Order in lists, lowest first.';
COMMENT ON COLUMN aftersales.workflow_state_of_type.label_en IS 'Label in English.';
COMMENT ON COLUMN aftersales.workflow_state_of_type.label_zh IS 'Label in Chinese.';
COMMENT ON COLUMN aftersales.transition_of_type.policy IS 'The policy.';
COMMENT ON COLUMN aftersales.transition_of_type.version IS 'Version of the policy.';
COMMENT ON COLUMN aftersales.transition_of_type.ticket_type IS 'Ticket type; NULL: every type of the policy.';
COMMENT ON COLUMN aftersales.transition_of_type.from_state IS 'State it leaves; NULL: the opening itself, for a state that is not of kind initial or whose opening is limited to roles.';
COMMENT ON COLUMN aftersales.transition_of_type.to_state IS 'State it enters.';
COMMENT ON COLUMN aftersales.sla_rule_of_type.of_type IS 'Ticket type the rule applies to.';
COMMENT ON COLUMN aftersales.sla_rule_of_type.policy IS 'The policy.';
COMMENT ON COLUMN aftersales.sla_rule_of_type.version IS 'Version of the policy.';
COMMENT ON COLUMN aftersales.sla_rule_of_type.ticket_type IS 'Ticket type; NULL: every type of the policy.';
COMMENT ON COLUMN aftersales.sla_rule_of_type.rule IS 'Name of the rule, unique in its ticket type; refusals and clocks cite it.';
COMMENT ON COLUMN aftersales.sla_rule_of_type.clock IS 'Name of the clock; one open clock of a name per ticket.';
COMMENT ON COLUMN aftersales.sla_rule_of_type.condition IS 'SQL boolean expression over the ticket; NULL column: always. A result of NULL does not match. status in it is the state when the clock starts; other trigger-owned columns may not be used.';
COMMENT ON COLUMN aftersales.sla_rule_of_type.starts_on IS 'Events that start it, due:<clock> being the due time of another clock that is still open then; a start while it is open is ignored, after a stop it is the next cycle.';
COMMENT ON COLUMN aftersales.sla_rule_of_type.stops_on IS 'Events that stop it. Met when stopped at or before the due time.';
COMMENT ON COLUMN aftersales.sla_rule_of_type.cancels_on IS 'Events that end it without judging it.';
COMMENT ON COLUMN aftersales.sla_rule_of_type.target IS 'Time allowed: hours, minutes, seconds for elapsed and working; days for working_day; months and days for calendar_day. NULL: recorded, not enforced (the source gives no number), unless due_from gives a time.';
COMMENT ON COLUMN aftersales.sla_rule_of_type.unit IS 'elapsed: wall clock from the start. working: open time of the calendar. working_day, calendar_day: the end (23:59:59.999999 local) of the n-th such day after the start day; zero days: the end of the start day.';
COMMENT ON COLUMN aftersales.sla_rule_of_type.count_first_day IS 'For day units: whether the start day is day 1.';
COMMENT ON COLUMN aftersales.sla_rule_of_type.mandatory IS 'A ticket on which the start event falls must match some rule of this clock, else SV010.';
COMMENT ON COLUMN aftersales.sla_rule_of_type.rank IS 'Highest matching rank wins; two of one rank that both match make the policy unsound.';
COMMENT ON COLUMN aftersales.sla_rule_of_type.label_en IS 'Label in English.';
COMMENT ON COLUMN aftersales.sla_rule_of_type.label_zh IS 'Label in Chinese.';
COMMENT ON COLUMN aftersales.sla_rule_of_type.clauses IS 'Clauses of the source document that this row carries out (ids of table clause).';
COMMENT ON COLUMN aftersales.sla_rule_of_type.starts_when IS 'any: each of starts_on starts it; all: it starts with the last of them, once every one has happened since it last ran.';
COMMENT ON COLUMN aftersales.sla_rule_of_type.pauses_in IS 'States in which the clock does not count; it goes on when the ticket leaves them. A clock already late is not paused.';
COMMENT ON COLUMN aftersales.sla_rule_of_type.due_from IS 'SQL expression of type timestamptz or date (then the end of that day) over the ticket that gives the due time instead of target; promised_at is the time in the promise event that started the clock. Where it is NULL the target counts.';
COMMENT ON COLUMN aftersales.sla_rule_of_type.calendar IS 'Calendar of working and working_day; NULL: the policy''s.';
COMMENT ON COLUMN aftersales.sla_rule_of_type.cutoff IS 'Local time: a start strictly after it counts from the next day (the next working day for working units).';
COMMENT ON COLUMN aftersales.sla_rule_of_type.day_open IS 'Local time at which that next day begins, for elapsed.';
COMMENT ON COLUMN aftersales.sla_rule_of_type.repeats IS 'Whether the clock starts again at once when it is stopped.';
COMMENT ON COLUMN aftersales.sla_rule_of_type.any_of IS 'Group of clocks of which one is enough: only when all of the group are missed is there a breach, on the one due last.';
COMMENT ON COLUMN aftersales.sla_rule_of_type.on_breach IS 'State the ticket moves to as of the due time when the clock is breached, if a transition leads there.';
COMMENT ON COLUMN aftersales.sla_rule_of_type.on_breach_set IS 'Columns and attributes the ticket gets as of the due time when the clock is breached, as a JSON object.';
COMMENT ON COLUMN aftersales.sla_rule_of_type.extension_approval IS 'Kind of approval that may set a later due time, before the old one has passed; NULL: none.';
COMMENT ON COLUMN aftersales.sla_rule_of_type.responsible IS 'Role or unit that answers for the clock; NULL: whoever the ticket is assigned to.';
