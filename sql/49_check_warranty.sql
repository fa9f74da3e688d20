-- 49_check_warranty.sql: what is wrong with the warranty rules of a policy;
-- check_policy() lists it with the rest.

CREATE FUNCTION aftersales.check_warranty(policy text, version integer)
    RETURNS TABLE (severity text, table_name text, item text, problem text)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH term AS (
        SELECT * FROM aftersales.warranty_term r
        WHERE r.policy = check_warranty.policy AND r.version = check_warranty.version
    ), excl AS (
        SELECT * FROM aftersales.exclusion r
        WHERE r.policy = check_warranty.policy AND r.version = check_warranty.version
    ), win AS (
        SELECT * FROM aftersales.remedy_window r
        WHERE r.policy = check_warranty.policy AND r.version = check_warranty.version
    ), class AS (
        SELECT in_class AS class FROM term
        UNION SELECT expired_class FROM term
        UNION SELECT warranty_class FROM excl
    ), change AS (
        -- what time gives to tickets, key by key
        SELECT 'sla_rule' AS table_name, coalesce(r.ticket_type, '*') || '.' || r.rule AS item, 'on_breach_set' AS usage, k.key
        FROM aftersales.sla_rule r CROSS JOIN LATERAL jsonb_object_keys(r.on_breach_set) k(key)
        WHERE r.policy = check_warranty.policy AND r.version = check_warranty.version
        UNION ALL
        SELECT 'escalation_rule', coalesce(e.ticket_type, '*') || '.' || e.clock || '.' || e.level, 'set', k.key
        FROM aftersales.escalation_rule e CROSS JOIN LATERAL jsonb_object_keys(e.set) k(key)
        WHERE e.policy = check_warranty.policy AND e.version = check_warranty.version
    )
    SELECT 'error', x.table_name, x.rule, p.problem
    FROM (SELECT 'warranty_term' AS table_name, rule, condition FROM term
          UNION ALL SELECT 'exclusion', rule, condition FROM excl
          UNION ALL SELECT 'remedy_window', rule, condition FROM win) x
    CROSS JOIN LATERAL (SELECT aftersales.expression_problem(check_warranty.policy, check_warranty.version, NULL, 'warranty', x.condition)
                        OFFSET 0) p(problem)  -- OFFSET: parse each once
    WHERE x.condition IS NOT NULL AND p.problem IS NOT NULL
    -- two that both fit: keys that exclude each other, or conditions that differ, are taken to keep them apart
    UNION ALL
    SELECT 'error', 'warranty_term', a.rule, 'has the same rank as ' || b.rule || ', and both can fit'
    FROM term a
    JOIN term b ON b.rank = a.rank AND a.rule < b.rule AND a.applies_to = b.applies_to AND a.covers && b.covers
     AND coalesce(a.product_line = b.product_line, true) AND coalesce(a.component = b.component, true)
     AND coalesce(a.condition = b.condition, true)
    UNION ALL
    SELECT 'error', 'exclusion', a.rule, 'has the same rank as ' || b.rule || ', and both can fit'
    FROM excl a
    JOIN excl b ON b.rank = a.rank AND a.rule < b.rule
     AND coalesce(a.fault_cause = b.fault_cause, true) AND coalesce(a.product_line = b.product_line, true)
     AND coalesce(a.component = b.component, true) AND coalesce(a.condition = b.condition, true)
    UNION ALL
    SELECT 'error', 'remedy_window', a.rule, 'has the same rank as ' || b.rule || ', and both can fit'
    FROM win a
    JOIN win b ON b.rank = a.rank AND a.rule < b.rule
     AND coalesce(a.product_line = b.product_line, true) AND coalesce(a.component = b.component, true)
     AND coalesce(a.fault_codes && b.fault_codes, true) AND coalesce(a.classes && b.classes, true)
     AND coalesce(a.condition = b.condition, true)
     -- as days after the sale
     AND int8range(coalesce(a.from_day, 0) - a.count_first_day::int, a.to_day - a.count_first_day::int, '[]')
      && int8range(coalesce(b.from_day, 0) - b.count_first_day::int, b.to_day - b.count_first_day::int, '[]')
    -- rules for nothing
    UNION ALL
    SELECT 'error', x.table_name, x.rule, 'the version has no warranty_term, so it is never used'
    FROM (SELECT 'exclusion' AS table_name, rule FROM excl UNION ALL SELECT 'remedy_window', rule FROM win) x
    WHERE NOT EXISTS (SELECT FROM term)
    UNION ALL
    SELECT 'error', 'remedy_window', w.rule, 'classes names unknown class ' || c.class
    FROM win w CROSS JOIN LATERAL unnest(w.classes) c(class)
    WHERE EXISTS (SELECT FROM term) AND NOT EXISTS (SELECT FROM class k WHERE k.class = c.class)
    -- a classification changes by a write or a recorded reclassification only
    UNION ALL
    SELECT 'error', c.table_name, c.item, c.usage || ' names ' || c.key || ', by which warranty is judged: time may not set it'
    FROM change c
    WHERE c.key IN ('unit_id', 'fault_at', 'fault_cause', 'component', 'fault_code') AND EXISTS (SELECT FROM term);
END;
COMMENT ON FUNCTION aftersales.check_warranty(text, integer) IS 'What is wrong with the warranty rules of a version of a policy; part of check_policy().';
