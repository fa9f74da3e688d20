-- The ready policy computer_maker: its taxonomy, values, events, moves and
-- roles, each by a case that needs its row; and whole stories in three modes
-- and three areas.  Guards, clocks and the worked cases of the document are in
-- policy_computer_maker_guard.sql, …_clock.sql and golden_000.sql.

\ir lib/computer_maker.sql

-- The policy as a whole ---------------------------------------------------

SELECT is_empty($$SELECT * FROM aftersales.check_policy('computer_maker', 1)$$, 'the policy is sound, without a notice');
SELECT results_eq($$SELECT status FROM aftersales.policy_version WHERE policy = 'computer_maker'$$,
                  $$VALUES ('active')$$, 'it is installed as one active version');
SELECT results_eq($$SELECT timezone, calendar FROM aftersales.policy WHERE policy = 'computer_maker'$$,
                  $$VALUES ('Asia/Shanghai', 'cn')$$, 'its days are those of China');

-- Rows of a table that cite nothing are not in rule_clause.
CREATE TEMP VIEW cited AS SELECT table_name AS tab, item, clause FROM aftersales.rule_clause WHERE policy = 'computer_maker' AND version = 1;
SELECT is(count(DISTINCT item), n, format('every row of %s cites a clause', t))
FROM (SELECT 'ticket_type' AS t, count(*) AS n FROM aftersales.ticket_type WHERE policy = 'computer_maker'
      UNION ALL SELECT 'service_area', count(*) FROM aftersales.service_area WHERE policy = 'computer_maker'
      UNION ALL SELECT 'attribute', count(*) FROM aftersales.attribute WHERE policy = 'computer_maker'
      UNION ALL SELECT 'event_type', count(*) FROM aftersales.event_type WHERE policy = 'computer_maker'
      UNION ALL SELECT 'workflow_state', count(*) FROM aftersales.workflow_state WHERE policy = 'computer_maker'
      UNION ALL SELECT 'workflow_transition', count(*) FROM aftersales.workflow_transition WHERE policy = 'computer_maker'
      UNION ALL SELECT 'workflow_guard', count(DISTINCT (ticket_type, guard)) FROM aftersales.workflow_guard WHERE policy = 'computer_maker'
      UNION ALL SELECT 'row_guard', count(*) FROM aftersales.row_guard WHERE policy = 'computer_maker'
      UNION ALL SELECT 'sla_rule', count(*) FROM aftersales.sla_rule WHERE policy = 'computer_maker'
      UNION ALL SELECT 'escalation_rule', count(*) FROM aftersales.escalation_rule WHERE policy = 'computer_maker'
      UNION ALL SELECT 'approval_rule', count(*) FROM aftersales.approval_rule WHERE policy = 'computer_maker') x (t, n)
LEFT JOIN cited ON tab = t GROUP BY t, n ORDER BY t;
SELECT is_empty($$SELECT tab, item, clause FROM cited
                  WHERE NOT EXISTS (SELECT FROM aftersales.clause k WHERE k.clause = cited.clause AND k.policy = 'computer_maker' AND k.enforceable)$$,
                'every clause cited is an enforceable one of its document');
SELECT is_empty($$SELECT guard FROM aftersales.workflow_guard WHERE policy = 'computer_maker' AND (message_zh !~ '[一-龥]' OR message_en !~ '\.$')
                  UNION ALL SELECT guard FROM aftersales.row_guard WHERE policy = 'computer_maker' AND (message_zh !~ '[一-龥]' OR message_en !~ '\.$')
                  UNION ALL SELECT state FROM aftersales.workflow_state WHERE policy = 'computer_maker' AND (label_zh IS NULL OR label_en IS NULL)
                  UNION ALL SELECT to_state FROM aftersales.workflow_transition WHERE policy = 'computer_maker' AND (label_zh IS NULL OR label_en IS NULL)
                  UNION ALL SELECT attribute FROM aftersales.attribute WHERE policy = 'computer_maker' AND (label_zh IS NULL OR label_en IS NULL)
                  UNION ALL SELECT event FROM aftersales.event_type WHERE policy = 'computer_maker' AND (label_zh IS NULL OR label_en IS NULL)
                  UNION ALL SELECT rule FROM aftersales.sla_rule WHERE policy = 'computer_maker' AND (label_zh IS NULL OR label_en IS NULL)$$,
                'messages and labels stand in both languages');

-- Taxonomy -------------------------------------------------------------------

SELECT results_eq($$SELECT ticket_type FROM aftersales.ticket_type WHERE policy = 'computer_maker' ORDER BY position$$,
                  $$SELECT unnest('{repair,consult,complaint,training,delivery,spare_request,quality_report}'::text[])$$, 'PC-14: the ticket types');
SELECT pg_temp.as_of(pg_temp.base(), 'hotline_agent') \g /dev/null
SELECT is(pg_temp.verdict(format('INSERT INTO desk.ticket (policy, ticket_type, mode, area) VALUES (%L, %L, %L, %L)', 'computer_maker', t, 'phone', a)), expected,
          format('PC-05 to PC-07, PC-14: a %s in %s', t, coalesce(a, 'no area')))
FROM (VALUES ('repair', 'urban', 'accepted'), ('repair', 'suburban', 'accepted'), ('repair', 'county', 'accepted'), ('repair', NULL, 'accepted'),
             ('repair', 'rural', 'SV010'), ('chat', 'urban', 'SV010')) v (t, a, expected);
SELECT is(pg_temp.verdict(format('INSERT INTO desk.ticket (policy, ticket_type, mode) VALUES (%L, %L, %L)', 'computer_maker', 'repair', m)), expected,
          format('PC-01: repair, mode %s', coalesce(m, 'not given')))
FROM (VALUES ('onsite', 'accepted'), ('carry_in', 'accepted'), ('phone', 'accepted'),
             ('by_post', 'mode_recorded clauses=PC-01'), (NULL, 'mode_recorded clauses=PC-01')) v (m, expected);

-- Attributes: what may stand in each, and what may not -------------------------

CREATE TEMP TABLE value_case (ticket_type text, attribute text, good jsonb, bad jsonb, clause text);
INSERT INTO value_case VALUES
    ('consult', 'contact_phone', '["100"]', NULL, 'PC-126'),
    ('consult', 'cancel_reason', '["withdrawn", "declined", "visit_refused", "rejected", "opened_in_error"]', '"no time"', 'PC-36'),
    ('repair', 'symptom', '["does not start"]', NULL, 'PC-18'),
    ('repair', 'asked_other_faults', '[true, false]', '"perhaps"', 'PC-33'),
    ('repair', 'other_faults', '["loud fan"]', NULL, 'PC-33'),
    ('repair', 'station_level', '["city", "county"]', '"village"', 'PC-08'),
    ('repair', 'has_office', '[true, false]', '"perhaps"', 'PC-98'),
    ('repair', 'responsible_office', '["office 3"]', NULL, 'PC-102'),
    ('repair', 'refusal_consent', '[true, false]', '"perhaps"', 'PC-102'),
    ('repair', 'visit_requested', '[true, false]', '"perhaps"', 'PC-44'),
    ('repair', 'visit_negotiated', '[true, false]', '"perhaps"', 'PC-10'),
    ('repair', 'hold_reason', '["not_reproduced", "no_part"]', '"no time"', 'PC-107'),
    ('repair', 'hold_consent', '[true, false]', '"perhaps"', 'PC-107'),
    ('repair', 'data_risk', '[true, false]', '"perhaps"', 'PC-89'),
    ('repair', 'parts_needed', '[true, false]', '"perhaps"', 'PC-47'),
    ('repair', 'cause_found', '["board"]', NULL, 'PC-18'),
    ('repair', 'solution', '["new board"]', NULL, 'PC-18'),
    ('repair', 'advice', '["keep it dry"]', NULL, 'PC-93'),
    ('repair', 'remedy', '["return", "exchange", "repair", "paid_repair"]', '"discount"', 'PC-19'),
    ('repair', 'virus_found', '[true, false]', '"perhaps"', 'PC-90'),
    ('repair', 'changes_habits', '[true, false]', '"perhaps"', 'PC-91'),
    ('repair', 'habits_consent', '[true, false]', '"perhaps"', 'PC-91'),
    ('repair', 'part_damage', '["none", "physical", "abnormal"]', '"some"', 'PC-72'),
    ('repair', 'damage_cause', '["dropped"]', NULL, 'PC-72'),
    ('repair', 'damage_person', '["carrier"]', NULL, 'PC-77'),
    ('repair', 'machine_works', '[true, false]', '"perhaps"', 'PC-96'),
    ('repair', 'callback_basis', '["working_days", "calendar_days"]', '"hours"', 'PC-25'),
    ('repair', 'service_report_no', '["R1"]', NULL, 'PC-55'),
    ('consult', 'answer', '["press F1"]', NULL, 'PC-126'),
    ('complaint', 'source', '["customer", "authority"]', '"press"', 'PC-124'),
    ('complaint', 'result', '["apology"]', NULL, 'PC-125'),
    ('complaint', 'is_satisfied', '[true, false]', '"perhaps"', 'PC-125'),
    ('training', 'commissioned_on', '["2026-03-01"]', '"yesterday"', 'PC-03'),
    ('training', 'at_user_site', '[true, false]', '"perhaps"', 'PC-03'),
    ('training', 'by_manual', '[true, false]', '"perhaps"', 'PC-03'),
    ('training', 'effect', '["they can type"]', NULL, 'PC-04'),
    ('delivery', 'place', '["school"]', NULL, 'PC-02'),
    ('delivery', 'works_normally', '[true, false]', '"perhaps"', 'PC-02'),
    ('spare_request', 'form_no', '["F1"]', NULL, 'PC-59'),
    ('spare_request', 'part_no', '["P1"]', NULL, 'PC-59'),
    ('spare_request', 'repair_qty', '[0, 3]', '"few"', 'PC-58'),
    ('spare_request', 'sales_qty', '[0, 3]', '"few"', 'PC-58'),
    ('spare_request', 'good_stock_qty', '[0, 3]', '"few"', 'PC-58'),
    ('spare_request', 'requested_grade', '[2]', '"high"', 'PC-69'),
    ('spare_request', 'issued_grade', '[3]', '"high"', 'PC-69'),
    ('spare_request', 'branch_plan', '["from another branch"]', NULL, 'PC-61'),
    ('spare_request', 'received_qty', '[0, 2]', '"few"', 'PC-64'),
    ('quality_report', 'source', '["handover", "user_report", "repair_work"]', '"press"', 'PC-115'),
    ('quality_report', 'form_no', '["Q1"]', NULL, 'PC-116'),
    ('quality_report', 'model', '["T1"]', NULL, 'PC-117'),
    ('quality_report', 'serial_no', '["S1"]', NULL, 'PC-117'),
    ('quality_report', 'found_on', '["2026-03-01"]', '"yesterday"', 'PC-117'),
    ('quality_report', 'affected', '[1]', '"many"', 'PC-117'),
    ('quality_report', 'problem', '["loud fan"]', NULL, 'PC-117'),
    ('quality_report', 'preliminary_opinion', '["change the supplier"]', NULL, 'PC-120'),
    ('quality_report', 'report', '["supplier changed"]', NULL, 'PC-119');
SELECT is(pg_temp.verdict(format('INSERT INTO desk.ticket (policy, ticket_type, mode, attributes) VALUES (%L, %L, %L, %L)',
                                 'computer_maker', ticket_type, 'phone', jsonb_build_object(attribute, v.value))), v.expected,
          format('%s: %s.%s = %s', clause, ticket_type, attribute, v.value))
FROM value_case c,
     LATERAL (SELECT value, 'accepted' AS expected FROM jsonb_array_elements(good)
              UNION ALL SELECT bad, 'SV010' WHERE bad IS NOT NULL) v;
SELECT is_empty($$SELECT a.ticket_type, a.attribute FROM aftersales.attribute a WHERE policy = 'computer_maker'
                  AND NOT EXISTS (SELECT FROM value_case c WHERE c.attribute = a.attribute AND (a.ticket_type IS NULL OR c.ticket_type = a.ticket_type))$$, 'no attribute is left out here');
SELECT is(pg_temp.verdict(format('INSERT INTO desk.ticket (policy, ticket_type, mode, attributes) VALUES (%L, %L, %L, %L)', 'computer_maker', t, 'phone', jsonb_build_object(a, v))),
          'SV010', format('%s is no attribute of %s', a, t))
FROM (VALUES ('consult', 'symptom', '1'), ('repair', 'answer', '1'), ('delivery', 'effect', '1'), ('repair', 'weather', 'rain')) v (t, a, v);
SELECT is_empty($$SELECT attribute FROM aftersales.attribute WHERE policy = 'computer_maker' AND in_bi
                  AND attribute IN ('contact_phone', 'symptom', 'other_faults', 'cause_found', 'solution', 'advice', 'damage_person', 'answer', 'result', 'effect', 'place')$$,
                'what may be personal stays out of BI');

-- Events: who may log them, and in which states ---------------------------------

SELECT pg_temp.stand() \g /dev/null

CREATE TEMP TABLE event_case (ticket_type text, event text, roles text[], states text[], clause text);
INSERT INTO event_case VALUES
    ('repair', 'attended',  '{hotline_agent,engineer}', '{new}', 'PC-104'),
    ('repair', 'responded', '{hotline_agent,engineer}', NULL, 'PC-07'),
    ('repair', 'proposed',  '{hotline_agent,engineer}', NULL, 'PC-32'),
    ('repair', 'visit_declined', '{chief_rep}', '{new,scheduled}', 'PC-102'),
    ('repair', 'customer_accepted', '{hotline_agent,engineer}', '{told}', 'PC-46'),
    ('repair', 'quote_accepted', '{hotline_agent,engineer}', '{quoted}', 'PC-47'),
    ('repair', 'delay_notice', '{hotline_agent,engineer}', NULL, 'PC-108'),
    ('repair', 'progress', '{hotline_agent,engineer}', NULL, 'PC-109'),
    ('repair', 'loan_given', '{engineer,commerce_specialist}', NULL, 'PC-79'),
    ('repair', 'loan_returned', '{engineer,commerce_specialist}', NULL, 'PC-79'),
    ('repair', 'part_bad', '{engineer}', NULL, 'PC-73'),
    ('repair', 'part_returned', '{commerce_specialist,service_director}', NULL, 'PC-73'),
    ('repair', 'branch_called_back', '{branch_csc}', '{resolved,called_back}', 'PC-97'),
    ('repair', 'hq_called_back', '{hq_csc}', '{called_back,closed}', 'PC-16'),
    ('complaint', 'progress', NULL, NULL, 'PC-125'),
    ('delivery', 'quality_followed_up', '{hotline_agent,engineer,chief_rep}', '{delivered,commissioned}', 'PC-116');
INSERT INTO event_case SELECT t, e, NULL, NULL, 'PC-36'
FROM unnest('{repair,consult,complaint,training,delivery,spare_request,quality_report}'::text[]) t, unnest('{call_in,answered,hung_up,note}'::text[]) e;
SELECT is_empty($$SELECT ticket_type, event FROM aftersales.event_type e WHERE policy = 'computer_maker' AND event !~ ':'
                  AND NOT EXISTS (SELECT FROM event_case c WHERE c.event = e.event AND (e.ticket_type IS NULL OR c.ticket_type = e.ticket_type))$$, 'no event is left out here');
SELECT is(array_agg(login || ' in ' || state || ': ' || got ORDER BY login, state), array_agg(login || ' in ' || state || ': ' || want ORDER BY login, state),
          format('%s: who logs %s of a %s, and when', clause, event, ticket_type))
FROM (SELECT c.*, s.state, f.login,
             pg_temp.step_verdict(s.ticket_id, '!' || c.event, NULL, f.login) AS got,
             CASE WHEN f.login <> ALL (c.roles) THEN 'SV003' WHEN s.state <> ALL (c.states) THEN 'SV001' ELSE 'accepted' END AS want
      FROM event_case c JOIN standing s USING (ticket_type) CROSS JOIN desk.staff f
      WHERE f.login !~ '^engineer ' AND (c.roles IS NOT NULL OR c.states IS NOT NULL)) x
GROUP BY clause, event, ticket_type ORDER BY ticket_type, event;

-- Moves: every one that the document allows, by role; no other -------------------

CREATE TEMP TABLE move_case (ticket_type text, from_state text, to_states text[], roles text[]);
INSERT INTO move_case VALUES
    ('repair', 'new',           '{scheduled,cancelled}', '{hotline_agent,service_director}'),
    ('repair', 'new',           '{received,resolved}',   '{hotline_agent,engineer}'),
    ('repair', 'scheduled',     '{on_site,no_show}',     '{hotline_agent,engineer}'),
    ('repair', 'scheduled',     '{cancelled}',           '{hotline_agent,service_director}'),
    ('repair', 'no_show',       '{scheduled,cancelled}', '{hotline_agent,service_director}'),
    ('repair', 'on_site',       '{awaiting_part,repairing}', '{engineer}'),
    ('repair', 'on_site',       '{told,declined}',       '{hotline_agent,engineer}'),
    ('repair', 'awaiting_part', '{on_site,declined}',    '{hotline_agent,engineer}'),
    ('repair', 'received',      '{held,repairing}',      '{engineer}'),
    ('repair', 'received',      '{told,declined}',       '{hotline_agent,engineer}'),
    ('repair', 'held',          '{repairing}',           '{engineer}'),
    ('repair', 'held',          '{told,declined}',       '{hotline_agent,engineer}'),
    ('repair', 'told',          '{accepted,declined}',   '{hotline_agent,engineer}'),
    ('repair', 'accepted',      '{quoted}',              '{engineer,service_director}'),
    ('repair', 'accepted',      '{repairing}',           '{engineer}'),
    ('repair', 'accepted',      '{declined}',            '{hotline_agent,engineer}'),
    ('repair', 'quoted',        '{accepted}',            '{engineer,service_director}'),
    ('repair', 'quoted',        '{agreed,declined}',     '{hotline_agent,engineer}'),
    ('repair', 'agreed',        '{paid}',                '{finance}'),
    ('repair', 'agreed',        '{declined}',            '{hotline_agent,engineer}'),
    ('repair', 'paid',          '{accepted,part_ordered}', '{service_director}'),
    ('repair', 'part_ordered',  '{part_received}',       '{commerce_specialist,service_director}'),
    ('repair', 'part_received', '{repairing}',           '{engineer}'),
    ('repair', 'repairing',     '{awaiting_part,held,accepted,resolved}', '{engineer}'),
    ('repair', 'resolved',      '{called_back}',         '{hotline_agent,service_director}'),
    ('repair', 'called_back',   '{closed}',              '{hotline_agent,service_director}'),
    ('repair', 'declined',      '{cancelled}',           '{hotline_agent,service_director}'),
    ('consult', 'new',          '{answered,researching}', '{hotline_agent,engineer}'),
    ('consult', 'new',          '{cancelled}',           '{hotline_agent,service_director}'),
    ('consult', 'researching',  '{answered}',            '{hotline_agent,engineer}'),
    ('consult', 'researching',  '{cancelled}',           '{hotline_agent,service_director}'),
    ('consult', 'answered',     '{closed}',              NULL),
    ('complaint', 'new',           '{investigating,cancelled}', '{hotline_agent,service_director}'),
    ('complaint', 'investigating', '{handled}',          '{service_director,chief_rep,branch_csc}'),
    ('complaint', 'investigating', '{cancelled}',        '{service_director}'),
    ('complaint', 'handled',       '{investigating}',    '{service_director,chief_rep,branch_csc}'),
    ('complaint', 'handled',       '{called_back}',      '{hotline_agent,service_director}'),
    ('complaint', 'called_back',   '{investigating}',    '{service_director,chief_rep,branch_csc}'),
    ('complaint', 'called_back',   '{closed}',           '{service_director}'),
    ('training', 'new',         '{under_way}',           '{engineer,service_director}'),
    ('training', 'new',         '{cancelled}',           '{service_director}'),
    ('training', 'under_way',   '{completed}',           '{engineer,service_director}'),
    ('training', 'under_way',   '{cancelled}',           '{service_director}'),
    ('training', 'completed',   '{closed}',              '{service_director}'),
    ('delivery', 'contracted',  '{produced}',            NULL),
    ('delivery', 'produced',    '{tested}',              NULL),
    ('delivery', 'tested',      '{packed}',              NULL),
    ('delivery', 'packed',      '{at_branch}',           '{storage,branch_csc}'),
    ('delivery', 'at_branch',   '{at_dealer}',           '{branch_csc}'),
    ('delivery', 'at_branch',   '{delivered}',           '{engineer,service_director}'),
    ('delivery', 'at_dealer',   '{delivered}',           '{engineer,service_director}'),
    ('delivery', 'delivered',   '{commissioned}',        '{engineer}'),
    ('delivery', 'commissioned', '{closed}',             '{service_director}'),
    ('spare_request', 'new',         '{approved}',       '{branch_csc}'),
    ('spare_request', 'new',         '{cancelled}',      '{branch_csc,service_director}'),
    ('spare_request', 'approved',    '{shipped,backordered}', '{storage}'),
    ('spare_request', 'backordered', '{shipped}',        '{storage}'),
    ('spare_request', 'backordered', '{cancelled}',      '{branch_csc}'),
    ('spare_request', 'shipped',     '{received}',       '{commerce_specialist}'),
    ('spare_request', 'received',    '{closed}',         '{service_director}'),
    ('quality_report', 'new',       '{forwarded,cancelled}', '{chief_rep}'),
    ('quality_report', 'forwarded', '{new,directed,handled}', '{branch_csc}'),
    ('quality_report', 'directed',  '{handled}',         '{branch_csc,chief_rep}'),
    ('quality_report', 'handled',   '{closed}',          '{branch_csc}');
INSERT INTO move_case SELECT 'delivery', s, '{cancelled}', '{branch_csc}' FROM unnest('{contracted,produced,tested,packed,at_branch,at_dealer}'::text[]) s;

-- A move that only guards refuse is allowed here: whether each guard lets it
-- pass is shown in …_guard.sql and by the stories below.
SELECT is(array_agg(to_state || ' by ' || login || ': ' || got ORDER BY to_state, login), array_agg(to_state || ' by ' || login || ': ' || want ORDER BY to_state, login),
          format('moves of a %s from %s', ticket_type, from_state))
FROM (SELECT a.ticket_type, a.state AS from_state, b.state AS to_state, s.login,
             regexp_replace(pg_temp.step_verdict(a.ticket_id, b.state, NULL, s.login), '^(accepted|.* clauses=.*)$', 'allowed') AS got,
             CASE WHEN c.from_state IS NULL THEN 'SV001' WHEN s.login <> ALL (c.roles) THEN 'SV003' ELSE 'allowed' END AS want
      FROM standing a
      JOIN standing b ON b.ticket_type = a.ticket_type AND b.state <> a.state
      CROSS JOIN desk.staff s
      LEFT JOIN move_case c ON (c.ticket_type, c.from_state) = (a.ticket_type, a.state) AND b.state = ANY (c.to_states)
      WHERE s.login !~ '^engineer ') x
GROUP BY ticket_type, from_state
ORDER BY ticket_type, from_state;

-- What a ticket opens as.
SELECT pg_temp.as_of(pg_temp.base(), 'hotline_agent') \g /dev/null
SELECT is(pg_temp.verdict(format('INSERT INTO desk.ticket (policy, ticket_type, mode, status) VALUES (%L, %L, %L, %L)', 'computer_maker', ticket_type, 'phone', state)),
          CASE WHEN state IN ('new', 'contracted', 'at_branch') THEN 'accepted' ELSE 'SV001' END, format('a %s opened as %s', ticket_type, state))
FROM standing ORDER BY ticket_type, state;
