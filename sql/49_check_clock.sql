-- 49_check_clock.sql: what is wrong with the clocks and escalations of a
-- policy; check_policy() lists it with the rest.

CREATE FUNCTION aftersales.check_clocks(policy text, version integer)
    RETURNS TABLE (severity text, table_name text, item text, problem text)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH RECURSIVE rule AS (
        SELECT r.*, r.of_type || '.' || r.rule AS item
        FROM aftersales.sla_rule_of_type r
        WHERE r.policy = check_clocks.policy AND r.version = check_clocks.version
    ), escalation AS (
        SELECT DISTINCT ON (c.of_type, e.clock, e.level) c.of_type, e.*,
               c.of_type || '.' || e.clock || '.' || e.level AS item
        FROM aftersales.escalation_rule e
        JOIN (SELECT DISTINCT of_type, clock FROM rule) c
          ON c.clock = e.clock AND (e.ticket_type IS NULL OR e.ticket_type = c.of_type)
        WHERE e.policy = check_clocks.policy AND e.version = check_clocks.version
        ORDER BY c.of_type, e.clock, e.level, e.ticket_type NULLS LAST
    ), state AS (
        SELECT s.ticket_type, s.state FROM aftersales.workflow_state_of_type s
        WHERE s.policy = check_clocks.policy AND s.version = check_clocks.version
    ), change AS (
        -- what time gives to tickets, key by key
        SELECT 'sla_rule' AS table_name, r.item, r.of_type, 'on_breach_set' AS usage, k.key
        FROM rule r CROSS JOIN LATERAL jsonb_object_keys(r.on_breach_set) k(key)
        UNION ALL
        SELECT 'escalation_rule', e.item, e.of_type, 'set', k.key
        FROM escalation e CROSS JOIN LATERAL jsonb_object_keys(e.set) k(key)
        WHERE NOT (e.action = 'move' AND k.key = 'status')
    ), move AS (
        -- where time moves tickets to
        SELECT 'sla_rule' AS table_name, r.item, r.of_type, 'on_breach' AS usage, r.on_breach AS state
        FROM rule r WHERE r.on_breach IS NOT NULL
        UNION ALL
        SELECT 'escalation_rule', e.item, e.of_type, 'set', e.set ->> 'status'
        FROM escalation e WHERE e.action = 'move'
    ), after AS (
        -- clocks that start at another's due time, and then on
        SELECT r.of_type, substr(s.event, 5) AS first, r.clock, ARRAY[r.clock] AS path
        FROM rule r CROSS JOIN LATERAL unnest(r.starts_on) s(event)
        WHERE s.event ~ '^due:'
        UNION
        SELECT a.of_type, a.first, r.clock, a.path || r.clock
        FROM after a
        JOIN rule r ON r.of_type = a.of_type AND 'due:' || a.clock = ANY (r.starts_on)
        WHERE r.clock <> ALL (a.path)
    )
    -- calendars
    SELECT 'error', 'sla_rule', r.item, 'unit ' || r.unit || ' needs a calendar: neither the rule nor the policy names one'
    FROM rule r JOIN aftersales.policy p ON p.policy = r.policy
    WHERE r.unit IN ('working', 'working_day') AND r.calendar IS NULL AND p.calendar IS NULL
    UNION ALL
    SELECT x.severity, 'calendar', c.calendar, x.item || ': ' || x.problem
    FROM (SELECT DISTINCT r.calendar
          FROM rule r JOIN aftersales.policy p ON p.policy = r.policy
          WHERE r.unit IN ('working', 'working_day') AND r.calendar <> coalesce(p.calendar, '')) c
    CROSS JOIN LATERAL aftersales.check_calendar(c.calendar) x
    UNION ALL
    SELECT 'notice', 'sla_rule', r.item, 'names a calendar, which unit ' || r.unit || ' does not use'
    FROM rule r WHERE r.unit NOT IN ('working', 'working_day') AND r.calendar IS NOT NULL
    -- states
    UNION ALL
    SELECT 'error', 'sla_rule', r.item, 'pauses_in names unknown state ' || q.state
    FROM rule r CROSS JOIN LATERAL unnest(r.pauses_in) q(state)
    WHERE NOT EXISTS (SELECT FROM state s WHERE s.ticket_type = r.of_type AND s.state = q.state)
    UNION ALL
    SELECT 'error', m.table_name, m.item, 'action move needs the key status in set'
    FROM move m WHERE m.state IS NULL
    UNION ALL
    SELECT 'error', m.table_name, m.item, m.usage || ' names unknown state ' || m.state
    FROM move m
    WHERE NOT EXISTS (SELECT FROM state s WHERE s.ticket_type = m.of_type AND s.state = m.state)
      AND m.state IS NOT NULL
    UNION ALL
    SELECT 'error', m.table_name, m.item, m.usage || ' names state ' || m.state || ', to which no transition leads'
    FROM move m
    JOIN state s ON s.ticket_type = m.of_type AND s.state = m.state
    WHERE NOT EXISTS (SELECT FROM aftersales.transition_of_type x
                      WHERE x.policy = check_clocks.policy AND x.version = check_clocks.version
                        AND x.ticket_type = m.of_type AND x.from_state IS NOT NULL AND x.to_state = m.state)
    -- values
    UNION ALL
    SELECT 'error', c.table_name, c.item, c.usage || ' names ' || c.key || ', which is neither an attribute nor a column that may be set'
    FROM change c
    WHERE NOT EXISTS (SELECT FROM aftersales.attribute a
                      WHERE a.policy = check_clocks.policy AND a.version = check_clocks.version
                        AND a.attribute = c.key AND (a.ticket_type IS NULL OR a.ticket_type = c.of_type))
      AND (c.key IN ('ticket_id', 'policy', 'policy_version', 'ticket_type', 'attributes', 'status', 'status_at',
                     'status_note', 'opened_at', 'happened_at', 'note', 'voided_at', 'row_version', 'changed_at',
                     'event_at', 'event_seq', 'event_hash', 'warranty_class', 'covers', 'remedies',
                     'warranty_until', 'warranty_basis')
           OR NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a
                          WHERE a.attrelid = 'aftersales.ticket_template'::regclass AND a.attname = c.key
                            AND a.attnum > 0 AND NOT a.attisdropped))
    -- due times
    UNION ALL
    SELECT 'error', 'sla_rule', r.item, 'due_from: ' || x.problem
    FROM rule r
    CROSS JOIN LATERAL (SELECT aftersales.expression_problem(r.policy, r.version, r.of_type, 'due', r.due_from)
                        OFFSET 0) x(problem)
    WHERE r.due_from <> 'promised_at' AND x.problem IS NOT NULL
    UNION ALL
    SELECT 'error', 'sla_rule', r.item, 'due_from is promised_at, but no promise starts the clock'
    FROM rule r
    WHERE r.due_from = 'promised_at'
      AND NOT EXISTS (SELECT FROM unnest(r.starts_on) s(event) WHERE s.event ~ '^promise:')
    UNION ALL
    SELECT DISTINCT 'error', 'sla_rule', a.of_type || '.' || a.first, 'clocks that start at each other''s due time: ' || array_to_string(a.first || a.path, ' > ')
    FROM after a
    WHERE a.clock = a.first AND a.first <= ALL (a.path)
    -- escalations
    UNION ALL
    SELECT 'error', 'escalation_rule', coalesce(e.ticket_type, '*') || '.' || e.clock || '.' || e.level, 'unknown clock ' || e.clock
    FROM aftersales.escalation_rule e
    WHERE e.policy = check_clocks.policy AND e.version = check_clocks.version
      AND NOT EXISTS (SELECT FROM rule r
                      WHERE r.clock = e.clock AND (e.ticket_type IS NULL OR e.ticket_type = r.of_type))
    -- what does nothing
    UNION ALL
    SELECT 'notice', 'sla_rule', r.of_type || '.' || min(r.rule), 'group ' || r.any_of || ' has one clock only'
    FROM rule r WHERE r.any_of IS NOT NULL
    GROUP BY r.of_type, r.any_of HAVING count(DISTINCT r.clock) = 1
    UNION ALL
    SELECT 'notice', 'sla_rule', r.item, 'starts_when is all, with one event to wait for'
    FROM rule r WHERE r.starts_when = 'all' AND cardinality(r.starts_on) = 1;
END;
COMMENT ON FUNCTION aftersales.check_clocks(text, integer) IS 'What is wrong with the clocks and escalations of a version of a policy; part of check_policy().';
