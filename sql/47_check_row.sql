-- 47_check_row.sql: what is wrong with the row guards of a policy.

CREATE FUNCTION aftersales.check_row_guards(policy text, version integer)
    RETURNS TABLE (severity text, table_name text, item text, problem text)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH guard AS (
        SELECT t.ticket_type AS of_type, t.ticket_type || '.' || g.table_name || '.' || g.guard AS item, g.*
        FROM aftersales.row_guard g
        JOIN aftersales.ticket_type t
          ON t.policy = g.policy AND t.version = g.version
         AND (g.ticket_type IS NULL OR g.ticket_type = t.ticket_type)
        WHERE g.policy = check_row_guards.policy AND g.version = check_row_guards.version
    )
    SELECT 'error', 'row_guard', g.item, x.problem
    FROM guard g
    CROSS JOIN LATERAL (VALUES ('row_condition', g.condition), ('row_guard', g.requires)) e(kind, expression)
    CROSS JOIN LATERAL (SELECT aftersales.expression_problem(g.policy, g.version, g.of_type, e.kind, e.expression, g.table_name)
                        OFFSET 0) x(problem)
    WHERE e.expression IS NOT NULL AND x.problem IS NOT NULL
    UNION ALL
    SELECT 'error', 'row_guard', g.item, 'names no role, so nobody can write such a row'
    FROM guard g WHERE cardinality(g.roles) = 0
    UNION ALL
    SELECT DISTINCT 'error', 'row_guard', g.item, n.name[1] || '() names unknown event ' || u.event
    FROM guard g
    CROSS JOIN LATERAL regexp_matches(g.requires, $$\m(has_event|has_event_since)\s*\(\s*'([^']*)'(?:\s*,\s*'([^']*)')?$$, 'g') n(name)
    CROSS JOIN LATERAL unnest(n.name[2:3]) u(event)
    WHERE u.event !~ '^(changed|approved|decided):' AND u.event <> 'opened'
      AND NOT aftersales.is_row_event(u.event)
      AND NOT EXISTS (SELECT FROM aftersales.workflow_state s
                      WHERE s.policy = g.policy AND s.version = g.version AND u.event = 'status:' || s.state
                        AND (s.ticket_type IS NULL OR s.ticket_type = g.of_type))
      AND NOT EXISTS (SELECT FROM aftersales.event_type e
                      WHERE e.policy = g.policy AND e.version = g.version AND e.event = u.event
                        AND (e.ticket_type IS NULL OR e.ticket_type = g.of_type))
    UNION ALL
    SELECT DISTINCT 'error', 'row_guard', g.item, 'clock_expired() names unknown clock ' || n.name[1]
    FROM guard g
    CROSS JOIN LATERAL regexp_matches(g.requires, $$\mclock_expired\s*\(\s*'([^']*)'$$, 'g') n(name)
    WHERE NOT EXISTS (SELECT FROM aftersales.sla_rule r
                      WHERE r.policy = g.policy AND r.version = g.version AND r.clock = n.name[1]
                        AND (r.ticket_type IS NULL OR r.ticket_type = g.of_type))
    UNION ALL
    SELECT DISTINCT 'error', 'row_guard', g.item, 'approved() names unknown approval ' || n.name[1]
    FROM guard g
    CROSS JOIN LATERAL regexp_matches(g.requires, $$\mapproved\s*\(\s*'([^']*)'$$, 'g') n(name)
    WHERE NOT EXISTS (SELECT FROM aftersales.approval_rule a
                      WHERE a.policy = g.policy AND a.version = g.version AND a.kind = n.name[1]
                        AND (a.ticket_type IS NULL OR a.ticket_type = g.of_type))
    UNION ALL
    SELECT DISTINCT 'error', 'row_guard', g.item, 'approved() asks for an item of approval ' || n.name[1] || ', which is not decided item by item'
    FROM guard g
    CROSS JOIN LATERAL regexp_matches(g.requires, $$\mapproved\s*\(\s*'([^']*)'\s*,$$, 'g') n(name)
    WHERE EXISTS (SELECT FROM aftersales.approval_rule a
                  WHERE a.policy = g.policy AND a.version = g.version AND a.kind = n.name[1] AND NOT a.items
                    AND (a.ticket_type IS NULL OR a.ticket_type = g.of_type));
END;
COMMENT ON FUNCTION aftersales.check_row_guards(text, integer) IS 'What is wrong with the row guards of a version of a policy; part of check_policy().';
