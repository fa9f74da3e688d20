-- odd.sql: states, starts and moves that the log has and policy.sql has not.
--
-- The full log has some that its published parts do not show (a state -100,
-- for one).  A draft can be added to: this takes them over from the log as
-- they are, and says which.

CREATE TABLE incident.odd AS
SELECT from_state, state AS to_state, count(*) AS times
FROM (SELECT n, state, lag(state) OVER (PARTITION BY number ORDER BY n) AS from_state FROM incident.log) m
WHERE (from_state IS DISTINCT FROM state)
  AND NOT EXISTS (SELECT FROM aftersales.workflow_transition t
                  WHERE t.policy = 'incident_management' AND t.from_state IS NOT DISTINCT FROM m.from_state AND t.to_state = m.state)
  AND NOT (n = 1 AND EXISTS (SELECT FROM aftersales.workflow_state s
                             WHERE s.policy = 'incident_management' AND s.state = m.state AND s.kind = 'initial'))
GROUP BY from_state, state;

INSERT INTO aftersales.workflow_state (policy, version, ticket_type, state, kind, position)
SELECT DISTINCT 'incident_management', 1, 'incident', l.state, 'active', 25
FROM incident.log l
WHERE NOT EXISTS (SELECT FROM aftersales.workflow_state s WHERE s.policy = 'incident_management' AND s.state = l.state);

INSERT INTO aftersales.workflow_transition (policy, version, ticket_type, from_state, to_state, label_en)
SELECT 'incident_management', 1, 'incident', from_state, to_state, 'Seen in the log' FROM incident.odd;

-- An unknown state is one in which the incident is open.
UPDATE aftersales.sla_rule
SET starts_on  = CASE clock WHEN 'resolve' THEN starts_on || s.events ELSE starts_on END,
    stops_on   = CASE clock WHEN 'respond' THEN stops_on || s.events ELSE stops_on END,
    cancels_on = CASE clock WHEN 'close' THEN cancels_on || s.events ELSE cancels_on END
FROM (SELECT array_agg('status:' || state) AS events FROM aftersales.workflow_state
      WHERE policy = 'incident_management' AND position = 25) s
WHERE policy = 'incident_management' AND s.events IS NOT NULL;
