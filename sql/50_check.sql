-- 50_check.sql: what is wrong with a policy, and how much of its document it
-- carries out.

CREATE VIEW aftersales.rule_clause AS
SELECT policy, version, 'ticket_type' AS table_name, ticket_type AS item, unnest(clauses) AS clause FROM aftersales.ticket_type
UNION ALL SELECT policy, version, 'category', category, unnest(clauses) FROM aftersales.category
UNION ALL SELECT policy, version, 'service_area', area, unnest(clauses) FROM aftersales.service_area
UNION ALL SELECT policy, version, 'attribute', coalesce(ticket_type, '*') || '.' || attribute, unnest(clauses) FROM aftersales.attribute
UNION ALL SELECT policy, version, 'event_type', coalesce(ticket_type, '*') || '.' || event, unnest(clauses) FROM aftersales.event_type
UNION ALL SELECT policy, version, 'workflow_state', coalesce(ticket_type, '*') || '.' || state, unnest(clauses) FROM aftersales.workflow_state
UNION ALL SELECT policy, version, 'workflow_transition', coalesce(ticket_type, '*') || '.' || coalesce(from_state, '(opening)') || '>' || to_state, unnest(clauses) FROM aftersales.workflow_transition
UNION ALL SELECT policy, version, 'workflow_guard', coalesce(ticket_type, '*') || '.' || guard, unnest(clauses) FROM aftersales.workflow_guard
UNION ALL SELECT policy, version, 'sla_rule', coalesce(ticket_type, '*') || '.' || rule, unnest(clauses) FROM aftersales.sla_rule
UNION ALL SELECT policy, version, 'escalation_rule', coalesce(ticket_type, '*') || '.' || clock || '.' || level, unnest(clauses) FROM aftersales.escalation_rule
UNION ALL SELECT policy, version, 'approval_rule', coalesce(ticket_type, '*') || '.' || kind || '.' || step, unnest(clauses) FROM aftersales.approval_rule
UNION ALL SELECT policy, version, 'duplicate_rule', ticket_type || '.' || rule, unnest(clauses) FROM aftersales.duplicate_rule
UNION ALL SELECT policy, version, 'warranty_term', rule, unnest(clauses) FROM aftersales.warranty_term
UNION ALL SELECT policy, version, 'exclusion', rule, unnest(clauses) FROM aftersales.exclusion
UNION ALL SELECT policy, version, 'remedy_window', rule, unnest(clauses) FROM aftersales.remedy_window
UNION ALL SELECT policy, version, 'row_guard', coalesce(ticket_type, '*') || '.' || table_name || '.' || guard, unnest(clauses) FROM aftersales.row_guard
UNION ALL SELECT policy, version, 'role_conflict', role_a || '+' || role_b, unnest(clauses) FROM aftersales.role_conflict
UNION ALL SELECT policy, version, 'charge_rule', coalesce(ticket_type, '*') || '.' || rule, unnest(clauses) FROM aftersales.charge_rule;
COMMENT ON VIEW aftersales.rule_clause IS 'Grain: one row per rule row and clause it cites.';

CREATE VIEW aftersales.clause_coverage AS
SELECT c.clause, c.policy, c.mechanism, c.enforceable,
       count(r.clause) > 0 AS covered,
       coalesce(array_agg(DISTINCT r.table_name || ' ' || r.item) FILTER (WHERE r.clause IS NOT NULL), '{}') AS carriers
FROM aftersales.clause c
LEFT JOIN (SELECT r.*
           FROM aftersales.rule_clause r
           JOIN aftersales.policy_version v ON v.policy = r.policy AND v.version = r.version
           WHERE v.status = 'active') r
       ON r.policy = c.policy AND r.clause = c.clause
GROUP BY c.clause;
COMMENT ON VIEW aftersales.clause_coverage IS 'Grain: one row per clause: whether an active policy version carries it out, and by which rows.';
COMMENT ON COLUMN aftersales.clause_coverage.clause IS 'The clause.';
COMMENT ON COLUMN aftersales.clause_coverage.policy IS 'Policy whose source document it stands in.';
COMMENT ON COLUMN aftersales.clause_coverage.mechanism IS 'How such a clause is carried out.';
COMMENT ON COLUMN aftersales.clause_coverage.enforceable IS 'Whether a database can hold anybody to it.';
COMMENT ON COLUMN aftersales.clause_coverage.covered IS 'Whether at least one row cites it.';
COMMENT ON COLUMN aftersales.clause_coverage.carriers IS 'The rows that cite it, as table and name.';

-- What freezes a version: its rows but for labels and messages.  Columns that a
-- later release adds change it; its upgrade script computes the digests anew.
CREATE FUNCTION aftersales.policy_digest(policy text, version integer) RETURNS bytea
    LANGUAGE sql STABLE
    SET intervalstyle = 'postgres'
BEGIN ATOMIC
    WITH w AS (SELECT '{label_en,label_zh,message_en,message_zh}'::text[] AS wording)
    SELECT sha256(convert_to(coalesce(string_agg(x.line, E'\n' ORDER BY x.line COLLATE "C"), ''), 'UTF8'))
    FROM (
        SELECT 'ticket_type ' || (to_jsonb(r) - w.wording)::text FROM aftersales.ticket_type r, w
        WHERE r.policy = policy_digest.policy AND r.version = policy_digest.version
        UNION ALL SELECT 'category ' || (to_jsonb(r) - w.wording)::text FROM aftersales.category r, w
        WHERE r.policy = policy_digest.policy AND r.version = policy_digest.version
        UNION ALL SELECT 'service_area ' || (to_jsonb(r) - w.wording)::text FROM aftersales.service_area r, w
        WHERE r.policy = policy_digest.policy AND r.version = policy_digest.version
        UNION ALL SELECT 'attribute ' || (to_jsonb(r) - w.wording)::text FROM aftersales.attribute r, w
        WHERE r.policy = policy_digest.policy AND r.version = policy_digest.version
        UNION ALL SELECT 'event_type ' || (to_jsonb(r) - w.wording)::text FROM aftersales.event_type r, w
        WHERE r.policy = policy_digest.policy AND r.version = policy_digest.version
        UNION ALL SELECT 'workflow_state ' || (to_jsonb(r) - w.wording)::text FROM aftersales.workflow_state r, w
        WHERE r.policy = policy_digest.policy AND r.version = policy_digest.version
        UNION ALL SELECT 'workflow_transition ' || (to_jsonb(r) - w.wording)::text FROM aftersales.workflow_transition r, w
        WHERE r.policy = policy_digest.policy AND r.version = policy_digest.version
        UNION ALL SELECT 'workflow_guard ' || (to_jsonb(r) - w.wording)::text FROM aftersales.workflow_guard r, w
        WHERE r.policy = policy_digest.policy AND r.version = policy_digest.version
        UNION ALL SELECT 'sla_rule ' || (to_jsonb(r) - w.wording)::text FROM aftersales.sla_rule r, w
        WHERE r.policy = policy_digest.policy AND r.version = policy_digest.version
        UNION ALL SELECT 'escalation_rule ' || (to_jsonb(r) - w.wording)::text FROM aftersales.escalation_rule r, w
        WHERE r.policy = policy_digest.policy AND r.version = policy_digest.version
        UNION ALL SELECT 'approval_rule ' || (to_jsonb(r) - w.wording)::text FROM aftersales.approval_rule r, w
        WHERE r.policy = policy_digest.policy AND r.version = policy_digest.version
        UNION ALL SELECT 'duplicate_rule ' || (to_jsonb(r) - w.wording)::text FROM aftersales.duplicate_rule r, w
        WHERE r.policy = policy_digest.policy AND r.version = policy_digest.version
        UNION ALL SELECT 'warranty_term ' || (to_jsonb(r) - w.wording)::text FROM aftersales.warranty_term r, w
        WHERE r.policy = policy_digest.policy AND r.version = policy_digest.version
        UNION ALL SELECT 'exclusion ' || (to_jsonb(r) - w.wording)::text FROM aftersales.exclusion r, w
        WHERE r.policy = policy_digest.policy AND r.version = policy_digest.version
        UNION ALL SELECT 'remedy_window ' || (to_jsonb(r) - w.wording)::text FROM aftersales.remedy_window r, w
        WHERE r.policy = policy_digest.policy AND r.version = policy_digest.version
        UNION ALL SELECT 'row_guard ' || (to_jsonb(r) - w.wording)::text FROM aftersales.row_guard r, w
        WHERE r.policy = policy_digest.policy AND r.version = policy_digest.version
        UNION ALL SELECT 'role_conflict ' || (to_jsonb(r) - w.wording)::text FROM aftersales.role_conflict r, w
        WHERE r.policy = policy_digest.policy AND r.version = policy_digest.version
        UNION ALL SELECT 'charge_rule ' || (to_jsonb(r) - w.wording)::text FROM aftersales.charge_rule r, w
        WHERE r.policy = policy_digest.policy AND r.version = policy_digest.version
    ) x(line);
END;
COMMENT ON FUNCTION aftersales.policy_digest(text, integer) IS 'SHA-256 over the rules of a version, labels and messages left out.';

CREATE FUNCTION aftersales.reachable_states(policy text, version integer)
    RETURNS TABLE (ticket_type text, state text)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH RECURSIVE reach AS (
        SELECT s.ticket_type, s.state
        FROM aftersales.workflow_state_of_type s
        WHERE s.policy = reachable_states.policy AND s.version = reachable_states.version
          AND (s.kind = 'initial'
               OR EXISTS (SELECT FROM aftersales.transition_of_type x
                          WHERE x.policy = s.policy AND x.version = s.version
                            AND x.ticket_type = s.ticket_type AND x.from_state IS NULL AND x.to_state = s.state))
        UNION
        SELECT x.ticket_type, x.to_state
        FROM reach r
        JOIN aftersales.transition_of_type x
          ON x.policy = reachable_states.policy AND x.version = reachable_states.version
         AND x.ticket_type = r.ticket_type AND x.from_state = r.state
    )
    SELECT ticket_type, state FROM reach;
END;
COMMENT ON FUNCTION aftersales.reachable_states(text, integer) IS 'States a ticket can come into, one row per ticket type and state.';

CREATE FUNCTION aftersales.check_policy(policy text, version integer)
    RETURNS TABLE (severity text, table_name text, item text, problem text)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH RECURSIVE state AS (
        SELECT * FROM aftersales.workflow_state_of_type s
        WHERE s.policy = check_policy.policy AND s.version = check_policy.version
    ), move AS (
        SELECT * FROM aftersales.transition_of_type x
        WHERE x.policy = check_policy.policy AND x.version = check_policy.version
    ), rule AS (
        SELECT * FROM aftersales.sla_rule_of_type r
        WHERE r.policy = check_policy.policy AND r.version = check_policy.version
    ), type AS (
        SELECT * FROM aftersales.ticket_type t
        WHERE t.policy = check_policy.policy AND t.version = check_policy.version
    ), approval AS (
        SELECT DISTINCT ON (t.ticket_type, a.kind, a.step) t.ticket_type AS of_type, a.*
        FROM type t
        JOIN aftersales.approval_rule a
          ON a.policy = t.policy AND a.version = t.version
         AND (a.ticket_type IS NULL OR a.ticket_type = t.ticket_type)
        ORDER BY t.ticket_type, a.kind, a.step, a.ticket_type NULLS LAST
    ), role AS (
        -- every role that a rule names
        SELECT unnest(x.roles) AS role FROM aftersales.workflow_transition x
        WHERE x.policy = check_policy.policy AND x.version = check_policy.version
        UNION SELECT unnest(e.roles) FROM aftersales.event_type e
              WHERE e.policy = check_policy.policy AND e.version = check_policy.version
        UNION SELECT unnest(a.roles) FROM approval a
        UNION SELECT unnest(g.roles) FROM aftersales.row_guard g
              WHERE g.policy = check_policy.policy AND g.version = check_policy.version
        UNION SELECT unnest(c.roles) FROM aftersales.charge_rule c
              WHERE c.policy = check_policy.policy AND c.version = check_policy.version
    ), event AS (
        -- every event name that can occur, per type
        SELECT t.ticket_type, e.event
        FROM type t
        JOIN aftersales.event_type e
          ON e.policy = t.policy AND e.version = t.version
         AND (e.ticket_type IS NULL OR e.ticket_type = t.ticket_type)
        WHERE e.event !~ ':' OR e.event ~ '^requested:'
        UNION SELECT t.ticket_type, 'opened' FROM type t
        UNION SELECT t.ticket_type, e.event
              FROM type t
              JOIN aftersales.event_type e
                ON e.policy = t.policy AND e.version = t.version
               AND (e.ticket_type IS NULL OR e.ticket_type = t.ticket_type)
              WHERE e.event ~ '^promise:'
        UNION SELECT a.of_type, n.event || a.kind FROM approval a CROSS JOIN (VALUES ('approved:'), ('decided:')) n(event)
        UNION SELECT s.ticket_type, 'status:' || s.state FROM state s
        UNION SELECT r.of_type, 'due:' || r.clock FROM rule r
        UNION SELECT t.ticket_type, 'changed:' || a.attname
              FROM type t
              JOIN pg_catalog.pg_attribute a ON a.attrelid = 'aftersales.ticket_template'::regclass
               AND a.attnum > 0 AND NOT a.attisdropped
    ), used AS (
        SELECT r.of_type, r.rule, 'starts_on' AS usage, unnest(r.starts_on) AS event FROM rule r
        UNION ALL SELECT r.of_type, r.rule, 'stops_on', unnest(r.stops_on) FROM rule r
        UNION ALL SELECT r.of_type, r.rule, 'cancels_on', unnest(r.cancels_on) FROM rule r
    ), reach AS (
        SELECT * FROM aftersales.reachable_states(check_policy.policy, check_policy.version)
    ), goal AS (
        -- states from which a ticket can be finished
        SELECT s.ticket_type, s.state FROM state s WHERE s.kind IN ('done', 'closed')
        UNION
        SELECT m.ticket_type, m.from_state
        FROM goal g
        JOIN move m ON m.ticket_type = g.ticket_type AND m.to_state = g.state
        WHERE m.from_state IS NOT NULL
    )
    -- the version itself
    SELECT 'error', 'policy_version', check_policy.version::text, 'there is no such version'
    WHERE NOT EXISTS (SELECT FROM aftersales.policy_version v
                      WHERE v.policy = check_policy.policy AND v.version = check_policy.version)
    UNION ALL
    SELECT x.severity, 'calendar', p.calendar, x.item || ': ' || x.problem
    FROM aftersales.policy p CROSS JOIN LATERAL aftersales.check_calendar(p.calendar) x
    WHERE p.policy = check_policy.policy AND p.calendar IS NOT NULL
    UNION ALL
    SELECT 'error', 'ticket_type', '-', 'the version has no ticket types'
    WHERE NOT EXISTS (SELECT FROM type)
    UNION ALL
    SELECT 'error', k.table_name, k.item, 'unknown ticket type ' || k.ticket_type
    FROM (SELECT policy, version, ticket_type, 'category' AS table_name, category AS item FROM aftersales.category
          UNION ALL SELECT policy, version, ticket_type, 'attribute', attribute FROM aftersales.attribute
          UNION ALL SELECT policy, version, ticket_type, 'event_type', event FROM aftersales.event_type
          UNION ALL SELECT policy, version, ticket_type, 'workflow_state', state FROM aftersales.workflow_state
          UNION ALL SELECT policy, version, ticket_type, 'workflow_transition', to_state FROM aftersales.workflow_transition
          UNION ALL SELECT policy, version, ticket_type, 'workflow_guard', guard FROM aftersales.workflow_guard
          UNION ALL SELECT policy, version, ticket_type, 'sla_rule', rule FROM aftersales.sla_rule
          UNION ALL SELECT policy, version, ticket_type, 'escalation_rule', clock FROM aftersales.escalation_rule
          UNION ALL SELECT policy, version, ticket_type, 'approval_rule', kind FROM aftersales.approval_rule
          UNION ALL SELECT policy, version, ticket_type, 'duplicate_rule', rule FROM aftersales.duplicate_rule
          UNION ALL SELECT policy, version, ticket_type, 'row_guard', table_name || '.' || guard FROM aftersales.row_guard
          UNION ALL SELECT policy, version, ticket_type, 'charge_rule', rule FROM aftersales.charge_rule) k
    WHERE k.policy = check_policy.policy AND k.version = check_policy.version
      AND k.ticket_type IS NOT NULL
      AND NOT EXISTS (SELECT FROM type t WHERE t.ticket_type = k.ticket_type)
    UNION ALL
    SELECT 'error', 'category', c.category, 'unknown parent ' || c.parent
    FROM aftersales.category c
    WHERE c.policy = check_policy.policy AND c.version = check_policy.version AND c.parent IS NOT NULL
      AND NOT EXISTS (SELECT FROM aftersales.category p
                      WHERE p.policy = c.policy AND p.version = c.version AND p.category = c.parent)
    -- states
    UNION ALL
    SELECT 'error', 'workflow_state', t.ticket_type, 'no state in which a ticket can be opened'
    FROM type t WHERE NOT EXISTS (SELECT FROM reach r WHERE r.ticket_type = t.ticket_type)
    UNION ALL
    SELECT 'error', 'workflow_state', s.ticket_type || '.' || s.state, 'unreachable: no path of transitions leads there'
    FROM state s
    WHERE NOT EXISTS (SELECT FROM reach r WHERE r.ticket_type = s.ticket_type AND r.state = s.state)
    UNION ALL
    SELECT 'error', 'workflow_state', s.ticket_type || '.' || s.state, 'dead end: a state of kind ' || s.kind || ' that no transition leaves'
    FROM state s
    WHERE s.kind NOT IN ('done', 'closed')
      AND NOT EXISTS (SELECT FROM move m WHERE m.ticket_type = s.ticket_type AND m.from_state = s.state)
    UNION ALL
    SELECT 'error', 'workflow_state', s.ticket_type || '.' || s.state, 'no way out: no path from here leads to a state of kind done or closed'
    FROM state s
    WHERE s.kind NOT IN ('done', 'closed')
      AND EXISTS (SELECT FROM move m WHERE m.ticket_type = s.ticket_type AND m.from_state = s.state)
      AND NOT EXISTS (SELECT FROM goal g WHERE g.ticket_type = s.ticket_type AND g.state = s.state)
    -- transitions and guards name states that exist
    UNION ALL
    SELECT DISTINCT 'error', 'workflow_transition', m.ticket_type || '.' || coalesce(m.from_state, '(opening)') || '>' || m.to_state,
           'unknown state ' || n.state
    FROM move m CROSS JOIN LATERAL (VALUES (m.from_state), (m.to_state)) n(state)
    WHERE n.state IS NOT NULL
      AND NOT EXISTS (SELECT FROM state s WHERE s.ticket_type = m.ticket_type AND s.state = n.state)
    UNION ALL
    SELECT 'error', 'workflow_guard', coalesce(g.ticket_type, '*') || '.' || g.guard, 'unknown state ' || n.state
    FROM aftersales.workflow_guard g
    CROSS JOIN LATERAL (VALUES (g.from_state), (g.to_state)) n(state)
    WHERE g.policy = check_policy.policy AND g.version = check_policy.version AND n.state IS NOT NULL
      AND NOT EXISTS (SELECT FROM state s
                      WHERE s.state = n.state AND (g.ticket_type IS NULL OR s.ticket_type = g.ticket_type))
    UNION ALL
    SELECT 'error', 'workflow_guard', t.ticket_type || '.' || g.guard,
           'guards no transition of this type'
    FROM aftersales.workflow_guard g
    JOIN type t ON g.ticket_type = t.ticket_type
    WHERE g.policy = check_policy.policy AND g.version = check_policy.version
      AND NOT EXISTS (SELECT FROM move m WHERE m.ticket_type = t.ticket_type
                        AND (g.from_state IS NULL OR m.from_state = g.from_state)
                        AND (g.to_state IS NULL OR m.to_state = g.to_state))
      AND NOT (g.from_state IS NULL
               AND EXISTS (SELECT FROM state s WHERE s.ticket_type = t.ticket_type AND s.kind = 'initial'
                             AND (g.to_state IS NULL OR s.state = g.to_state)))
    -- expressions, with the attributes of each type
    UNION ALL
    SELECT 'error', 'workflow_guard', t.ticket_type || '.' || g.guard,
           x.problem
    FROM aftersales.workflow_guard g
    JOIN type t ON g.ticket_type IS NULL OR g.ticket_type = t.ticket_type
    CROSS JOIN LATERAL (SELECT aftersales.expression_problem(g.policy, g.version, t.ticket_type, 'guard', g.requires)
                        OFFSET 0) x(problem)  -- OFFSET: parse each once
    WHERE g.policy = check_policy.policy AND g.version = check_policy.version AND x.problem IS NOT NULL
    UNION ALL
    SELECT DISTINCT 'error', 'workflow_guard', t.ticket_type || '.' || g.guard, n.name[1] || '() names unknown event ' || u.event
    FROM aftersales.workflow_guard g
    JOIN type t ON g.ticket_type IS NULL OR g.ticket_type = t.ticket_type
    CROSS JOIN LATERAL regexp_matches(g.requires, $$\m(has_event|has_event_since)\s*\(\s*'([^']*)'(?:\s*,\s*'([^']*)')?$$, 'g') n(name)
    CROSS JOIN LATERAL unnest(n.name[2:3]) u(event)
    WHERE g.policy = check_policy.policy AND g.version = check_policy.version AND u.event IS NOT NULL
      AND NOT EXISTS (SELECT FROM event e WHERE e.ticket_type = t.ticket_type AND e.event = u.event)
      AND NOT aftersales.is_row_event(u.event)
    UNION ALL
    SELECT DISTINCT 'error', 'workflow_guard', t.ticket_type || '.' || g.guard, 'clock_expired() names unknown clock ' || n.name[1]
    FROM aftersales.workflow_guard g
    JOIN type t ON g.ticket_type IS NULL OR g.ticket_type = t.ticket_type
    CROSS JOIN LATERAL regexp_matches(g.requires, $$\mclock_expired\s*\(\s*'([^']*)'$$, 'g') n(name)
    WHERE g.policy = check_policy.policy AND g.version = check_policy.version
      AND NOT EXISTS (SELECT FROM rule r WHERE r.of_type = t.ticket_type AND r.clock = n.name[1])
    UNION ALL
    SELECT DISTINCT 'error', 'workflow_guard', t.ticket_type || '.' || g.guard, 'approved() names unknown approval ' || n.name[1]
    FROM aftersales.workflow_guard g
    JOIN type t ON g.ticket_type IS NULL OR g.ticket_type = t.ticket_type
    CROSS JOIN LATERAL regexp_matches(g.requires, $$\mapproved\s*\(\s*'([^']*)'$$, 'g') n(name)
    WHERE g.policy = check_policy.policy AND g.version = check_policy.version
      AND NOT EXISTS (SELECT FROM approval a WHERE a.of_type = t.ticket_type AND a.kind = n.name[1])
    -- approvals, and what becomes an event by itself
    UNION ALL
    SELECT 'error', 'approval_rule', a.of_type || '.' || a.kind, 'its steps have different purposes'
    FROM approval a GROUP BY a.of_type, a.kind HAVING count(DISTINCT a.purpose) > 1
    UNION ALL
    SELECT 'error', 'approval_rule', a.of_type || '.' || a.kind, 'some of its steps are decided item by item, some are not'
    FROM approval a GROUP BY a.of_type, a.kind HAVING count(DISTINCT a.items) > 1
    UNION ALL
    SELECT 'error', 'approval_rule', a.of_type || '.' || a.kind || '.' || a.step, 'names no role, so nobody can decide it'
    FROM approval a WHERE cardinality(a.roles) = 0
    UNION ALL
    SELECT 'error', 'approval_rule', a.of_type || '.' || a.kind, 'several steps are for ' || a.relation || ', who may decide only one of them'
    FROM approval a WHERE a.relation IS NOT NULL GROUP BY a.of_type, a.kind, a.relation HAVING count(*) > 1
    UNION ALL
    SELECT DISTINCT 'error', 'workflow_guard', t.ticket_type || '.' || g.guard, 'approved() asks for an item of ' || n.name[1] || ', which is not decided item by item'
    FROM aftersales.workflow_guard g
    JOIN type t ON g.ticket_type IS NULL OR g.ticket_type = t.ticket_type
    CROSS JOIN LATERAL regexp_matches(g.requires, $$\mapproved\s*\(\s*'([^']*)'\s*,$$, 'g') n(name)
    WHERE g.policy = check_policy.policy AND g.version = check_policy.version
      AND EXISTS (SELECT FROM approval a WHERE a.of_type = t.ticket_type AND a.kind = n.name[1] AND NOT a.items)
    UNION ALL
    SELECT 'error', 'event_type', t.ticket_type || '.' || e.event, 'asks for an approval that there is no rule for'
    FROM aftersales.event_type e
    JOIN type t ON e.ticket_type IS NULL OR e.ticket_type = t.ticket_type
    WHERE e.policy = check_policy.policy AND e.version = check_policy.version AND e.event ~ '^requested:'
      AND NOT EXISTS (SELECT FROM approval a WHERE a.of_type = t.ticket_type AND 'requested:' || a.kind = e.event)
    UNION ALL
    SELECT 'notice', 'role_conflict', c.role_a || '+' || c.role_b, 'no rule names role ' || n.role
    FROM aftersales.role_conflict c CROSS JOIN LATERAL (VALUES (c.role_a), (c.role_b)) n(role)
    WHERE c.policy = check_policy.policy AND c.version = check_policy.version
      AND NOT EXISTS (SELECT FROM role r WHERE r.role = n.role)
    UNION ALL
    SELECT 'error', 'sla_rule', r.of_type || '.' || r.rule, 'extension_approval names ' || r.extension_approval || ', no approval of purpose extension'
    FROM rule r
    WHERE r.extension_approval IS NOT NULL
      AND NOT EXISTS (SELECT FROM approval a WHERE a.of_type = r.of_type AND a.kind = r.extension_approval AND a.purpose = 'extension')
    UNION ALL
    SELECT 'error', 'event_type', coalesce(e.ticket_type, '*') || '.' || e.event, 'required_data names ' || q.key || ', which the event never has'
    FROM aftersales.event_type e CROSS JOIN LATERAL unnest(e.required_data) q(key)
    WHERE e.policy = check_policy.policy AND e.version = check_policy.version
      AND (e.event = 'shift_done' OR e.event ~ '^promise:' AND q.key <> 'promised_at')
    UNION ALL
    SELECT 'error', 'event_type', coalesce(e.ticket_type, '*') || '.' || e.event, 'allowed_in must name the states in which a ticket is finished'
    FROM aftersales.event_type e
    WHERE e.policy = check_policy.policy AND e.version = check_policy.version
      AND e.event = 'shift_done' AND coalesce(cardinality(e.allowed_in), 0) = 0
    -- duplicates
    UNION ALL
    SELECT 'error', 'duplicate_rule', d.ticket_type || '.' || d.rule, 'match_on names ' || m.name || ', which is neither an attribute nor a column that may be compared'
    FROM aftersales.duplicate_rule d CROSS JOIN LATERAL unnest(d.match_on) m(name)
    WHERE d.policy = check_policy.policy AND d.version = check_policy.version
      AND NOT EXISTS (SELECT FROM aftersales.attribute a
                      WHERE a.policy = d.policy AND a.version = d.version AND a.attribute = m.name
                        AND (a.ticket_type IS NULL OR a.ticket_type = d.ticket_type))
      AND m.name NOT IN ('category', 'grade', 'mode', 'area', 'tier', 'priority', 'product_line', 'quantity', 'channel',
                         'customer_id', 'contract_id', 'unit_id', 'fault_code', 'parent_id', 'org_id', 'subject', 'detail', 'fault_at', 'fault_cause', 'component')
    UNION ALL
    SELECT 'error', 'duplicate_rule', d.ticket_type || '.' || d.rule, 'becomes_type names unknown ticket type ' || d.becomes_type
    FROM aftersales.duplicate_rule d
    WHERE d.policy = check_policy.policy AND d.version = check_policy.version
      AND NOT EXISTS (SELECT FROM type t WHERE t.ticket_type = coalesce(d.becomes_type, d.ticket_type))
    UNION ALL
    SELECT 'error', 'duplicate_rule', d.ticket_type || '.' || d.rule,
           'becomes_type ' || d.becomes_type || ' does not declare attribute ' || a.attribute || ' as ' || d.ticket_type || ' does'
    FROM aftersales.duplicate_rule d
    JOIN aftersales.attribute a ON a.policy = d.policy AND a.version = d.version AND a.ticket_type = d.ticket_type
    WHERE d.policy = check_policy.policy AND d.version = check_policy.version AND d.becomes_type <> d.ticket_type
      AND NOT EXISTS (SELECT FROM aftersales.attribute b
                      WHERE b.policy = d.policy AND b.version = d.version AND b.attribute = a.attribute
                        AND (b.ticket_type IS NULL OR b.ticket_type = d.becomes_type) AND b.data_type = a.data_type)
    UNION ALL
    SELECT 'error', 'duplicate_rule', d.ticket_type || '.' || d.rule, 'becomes_category names ' || d.becomes_category || ', no category of that type'
    FROM aftersales.duplicate_rule d
    WHERE d.policy = check_policy.policy AND d.version = check_policy.version
      AND d.becomes_category IS NOT NULL
      AND NOT EXISTS (SELECT FROM aftersales.category c
                      WHERE c.policy = d.policy AND c.version = d.version AND c.category = d.becomes_category
                        AND (c.ticket_type IS NULL OR c.ticket_type = coalesce(d.becomes_type, d.ticket_type)))
    UNION ALL
    SELECT 'error', 'sla_rule', r.of_type || '.' || r.rule,
           x.problem
    FROM rule r
    CROSS JOIN LATERAL (SELECT aftersales.expression_problem(r.policy, r.version, r.of_type, 'condition', r.condition)
                        OFFSET 0) x(problem)
    WHERE r.condition IS NOT NULL AND x.problem IS NOT NULL
    -- clocks
    UNION ALL
    SELECT 'error', 'sla_rule', u.of_type || '.' || u.rule, u.usage || ' names unknown event ' || u.event
    FROM used u
    WHERE NOT EXISTS (SELECT FROM event e WHERE e.ticket_type = u.of_type AND e.event = u.event)
      AND NOT aftersales.is_row_event(u.event)
    UNION ALL
    SELECT 'error', 'sla_rule', r.of_type || '.' || r.rule, 'can never stop: no event that ends it is possible'
    FROM rule r
    WHERE NOT EXISTS (SELECT FROM event e
                      WHERE e.ticket_type = r.of_type AND e.event = ANY (r.stops_on || r.cancels_on)
                        AND (e.event !~ '^status:'
                             OR EXISTS (SELECT FROM reach x WHERE x.ticket_type = r.of_type
                                          AND 'status:' || x.state = e.event)))
      AND NOT EXISTS (SELECT FROM unnest(r.stops_on || r.cancels_on) x(event) WHERE aftersales.is_row_event(x.event))
    UNION ALL
    SELECT 'error', 'sla_rule', a.of_type || '.' || a.rule,
           'has the same rank as ' || b.rule || ', and both can match'
    FROM rule a
    JOIN rule b ON b.of_type = a.of_type AND b.clock = a.clock AND b.rank = a.rank AND a.rule < b.rule
     AND (a.condition IS NULL OR b.condition IS NULL OR a.condition = b.condition)
     AND a.starts_on && b.starts_on
    UNION ALL
    SELECT 'error', 'sla_rule', u.of_type || '.' || u.rule, 'two rules of this name apply to the type'
    FROM (SELECT of_type, rule FROM rule GROUP BY of_type, rule HAVING count(*) > 1) u
    UNION ALL
    SELECT 'notice', 'sla_rule', r.of_type || '.' || r.rule, 'has no target: recorded, not enforced'
    FROM rule r WHERE r.target IS NULL AND r.due_from IS NULL
    UNION ALL
    SELECT * FROM aftersales.check_clocks(check_policy.policy, check_policy.version)
    UNION ALL
    SELECT * FROM aftersales.check_warranty(check_policy.policy, check_policy.version)
    UNION ALL
    SELECT * FROM aftersales.check_row_guards(check_policy.policy, check_policy.version)
    UNION ALL
    SELECT * FROM aftersales.check_charges(check_policy.policy, check_policy.version)
    UNION ALL
    SELECT 'error', 'charge_rule', r.of_type || '.' || r.rule, 'counts unknown event ' || r.event
    FROM aftersales.charge_rule_of_type r
    WHERE r.policy = check_policy.policy AND r.version = check_policy.version AND r.event IS NOT NULL
      AND NOT EXISTS (SELECT FROM event e WHERE e.ticket_type = r.of_type AND e.event = r.event)
      AND NOT aftersales.is_row_event(r.event)
    UNION ALL
    SELECT DISTINCT 'error', 'charge_rule', r.of_type || '.' || r.rule, n.name[1] || '() names unknown event ' || n.name[2]
    FROM aftersales.charge_rule_of_type r
    CROSS JOIN LATERAL regexp_matches(concat_ws(' ', r.condition, r.requires), $$\m(has_event|has_event_since)\s*\(\s*'([^']*)'$$, 'g') n(name)
    WHERE r.policy = check_policy.policy AND r.version = check_policy.version
      AND NOT EXISTS (SELECT FROM event e WHERE e.ticket_type = r.of_type AND e.event = n.name[2])
      AND NOT aftersales.is_row_event(n.name[2])
    -- a value of a mandatory clock that no rule covers
    UNION ALL
    SELECT 'notice', 'service_area', a.area, 'no condition of mandatory clock ' || c.clock || ' of ' || c.of_type || ' names it'
    FROM aftersales.service_area a
    CROSS JOIN (SELECT of_type, clock, array_agg(condition) AS conditions
                FROM rule
                GROUP BY of_type, clock
                HAVING bool_or(mandatory) AND bool_and(condition IS NOT NULL)
                   AND bool_or(condition ~ '\marea\M')) c
    WHERE a.policy = check_policy.policy AND a.version = check_policy.version
      AND NOT EXISTS (SELECT FROM unnest(c.conditions) x WHERE x LIKE '%''' || a.area || '''%')
    -- names
    UNION ALL
    SELECT 'error', 'attribute', coalesce(a.ticket_type, '*') || '.' || a.attribute, 'is a column of ticket'
    FROM aftersales.attribute a
    WHERE a.policy = check_policy.policy AND a.version = check_policy.version
      AND EXISTS (SELECT FROM pg_catalog.pg_attribute c
                  WHERE c.attrelid = 'aftersales.ticket_template'::regclass
                    AND c.attname = a.attribute AND c.attnum > 0 AND NOT c.attisdropped)
    UNION ALL
    SELECT 'error', 'attribute', coalesce(a.ticket_type, '*') || '.' || a.attribute, 'required_in names unknown state ' || q.state
    FROM aftersales.attribute a CROSS JOIN LATERAL unnest(a.required_in) q(state)
    WHERE a.policy = check_policy.policy AND a.version = check_policy.version
      AND NOT EXISTS (SELECT FROM state s WHERE s.state = q.state
                        AND (a.ticket_type IS NULL OR s.ticket_type = a.ticket_type))
    UNION ALL
    SELECT 'error', 'event_type', coalesce(e.ticket_type, '*') || '.' || e.event, 'allowed_in names unknown state ' || q.state
    FROM aftersales.event_type e CROSS JOIN LATERAL unnest(e.allowed_in) q(state)
    WHERE e.policy = check_policy.policy AND e.version = check_policy.version
      AND NOT EXISTS (SELECT FROM state s WHERE s.state = q.state
                        AND (e.ticket_type IS NULL OR s.ticket_type = e.ticket_type))
    UNION ALL
    SELECT 'error', r.table_name, r.item, 'cites unknown clause ' || r.clause
    FROM aftersales.rule_clause r
    WHERE r.policy = check_policy.policy AND r.version = check_policy.version
      AND NOT EXISTS (SELECT FROM aftersales.clause c WHERE c.clause = r.clause);
END;
COMMENT ON FUNCTION aftersales.check_policy(text, integer) IS 'What is wrong with a version of a policy: severity error (activate_policy refuses it) or notice; no error row when sound.';

COMMENT ON COLUMN aftersales.rule_clause.policy IS 'The policy.';
COMMENT ON COLUMN aftersales.rule_clause.version IS 'Version of the policy.';
COMMENT ON COLUMN aftersales.rule_clause.table_name IS 'Table of the rule row.';
COMMENT ON COLUMN aftersales.rule_clause.item IS 'Name of the rule row in its table.';
COMMENT ON COLUMN aftersales.rule_clause.clause IS 'Clause it cites.';
