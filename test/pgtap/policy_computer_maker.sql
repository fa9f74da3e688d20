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
      UNION ALL SELECT 'approval_rule', count(*) FROM aftersales.approval_rule WHERE policy = 'computer_maker'
      UNION ALL SELECT 'role_conflict', count(*) FROM aftersales.role_conflict WHERE policy = 'computer_maker'
      UNION ALL SELECT 'warranty_term', count(*) FROM aftersales.warranty_term WHERE policy = 'computer_maker'
      UNION ALL SELECT 'exclusion', count(*) FROM aftersales.exclusion WHERE policy = 'computer_maker'
      UNION ALL SELECT 'remedy_window', count(*) FROM aftersales.remedy_window WHERE policy = 'computer_maker'
      UNION ALL SELECT 'charge_rule', count(*) FROM aftersales.charge_rule WHERE policy = 'computer_maker') x (t, n)
LEFT JOIN cited ON tab = t GROUP BY t, n ORDER BY t;
SELECT is_empty($$SELECT tab, item, clause FROM cited
                  WHERE NOT EXISTS (SELECT FROM aftersales.clause k WHERE k.clause = cited.clause AND k.policy = 'computer_maker' AND k.enforceable)$$,
                'every clause cited is an enforceable one of its document');
-- Not carried out: recurring reports and counts (26 to 28, 75, 123), targets for
-- calls (29, 38).  A clause that leaves this list needs its cases here.
SELECT results_eq($$SELECT clause FROM aftersales.clause_coverage WHERE policy = 'computer_maker' AND enforceable AND NOT covered ORDER BY 1$$,
    $$SELECT 'PC-' || n FROM unnest(string_to_array('123 26 27 28 29 38 75', ' ')) n ORDER BY 1$$,
    'the clauses not carried out are these');
SELECT is_empty($$SELECT guard FROM aftersales.workflow_guard WHERE policy = 'computer_maker' AND (message_zh !~ '[一-龥]' OR message_en !~ '\.$')
                  UNION ALL SELECT guard FROM aftersales.row_guard WHERE policy = 'computer_maker' AND (message_zh !~ '[一-龥]' OR message_en !~ '\.$')
                  UNION ALL SELECT state FROM aftersales.workflow_state WHERE policy = 'computer_maker' AND (label_zh IS NULL OR label_en IS NULL)
                  UNION ALL SELECT to_state FROM aftersales.workflow_transition WHERE policy = 'computer_maker' AND (label_zh IS NULL OR label_en IS NULL)
                  UNION ALL SELECT attribute FROM aftersales.attribute WHERE policy = 'computer_maker' AND (label_zh IS NULL OR label_en IS NULL)
                  UNION ALL SELECT event FROM aftersales.event_type WHERE policy = 'computer_maker' AND (label_zh IS NULL OR label_en IS NULL)
                  UNION ALL SELECT rule FROM aftersales.sla_rule WHERE policy = 'computer_maker' AND (label_zh IS NULL OR label_en IS NULL)
                  UNION ALL SELECT clock FROM aftersales.escalation_rule WHERE policy = 'computer_maker' AND (label_zh IS NULL OR label_en IS NULL)
                  UNION ALL SELECT kind FROM aftersales.approval_rule WHERE policy = 'computer_maker' AND (label_zh IS NULL OR label_en IS NULL)
                  UNION ALL SELECT rule FROM aftersales.warranty_term WHERE policy = 'computer_maker' AND (label_zh IS NULL OR label_en IS NULL)
                  UNION ALL SELECT rule FROM aftersales.exclusion WHERE policy = 'computer_maker' AND (label_zh IS NULL OR label_en IS NULL)
                  UNION ALL SELECT rule FROM aftersales.remedy_window WHERE policy = 'computer_maker' AND (label_zh IS NULL OR label_en IS NULL)
                  UNION ALL SELECT rule FROM aftersales.charge_rule WHERE policy = 'computer_maker' AND (label_zh IS NULL OR label_en IS NULL)
                  UNION ALL SELECT role_a FROM aftersales.role_conflict WHERE policy = 'computer_maker' AND (message_zh !~ '[一-龥]' OR message_en !~ '\.$')$$,
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

-- Whole stories: three modes in three areas, and all other ways -----------------

CREATE TEMP TABLE story (name text PRIMARY KEY, ticket_type text, sets text, story text, ends_in text, ticket_id bigint);
INSERT INTO story
SELECT m.mode || ' in ' || a, 'repair', format('mode=%s area=%s', m.mode, a), m.story, 'closed'
FROM unnest('{urban,suburban,county}'::text[]) a, (VALUES
    ('onsite', 'visit plan@1 minute; scheduled@2 minutes; visit confirm@3 minutes; visit depart@4 minutes; visit arrive@20 minutes; on_site@20 minutes; repairing@30 minutes; document onsite_record@35 minutes; visit done@50 minutes; resolved@50 minutes; called_back@2 days; !branch_called_back@3 days; !hq_called_back@3 days; closed@3 days'),
    ('carry_in', 'custody in@1 minute; received@2 minutes; repairing@10 minutes; document repair_form@1 hour; resolved@1 hour; custody ready@1 hour; evidence retest@2 hours; evidence retest@2 hours; custody out@2 hours; called_back@1 day; closed@2 days'),
    ('phone', '!responded@1 minute; resolved@10 minutes; called_back@1 day; closed@2 days')) m (mode, story);
INSERT INTO story (name, ticket_type, sets, story, ends_in) VALUES
    ('not by phone', 'repair', 'mode=phone', 'mode=onsite@10 minutes; visit plan@10 minutes; scheduled@11 minutes', 'scheduled'),
    ('absent, again', 'repair', NULL, 'visit plan@1 minute; scheduled@2 minutes; visit confirm@3 minutes; visit depart@4 minutes; visit arrive@20 minutes; visit absent@40 minutes; no_show@40 minutes; visit plan@1 hour; scheduled@1 hour; visit confirm@62 minutes; visit depart@63 minutes; visit arrive@80 minutes; on_site@80 minutes', 'on_site'),
    ('absent, given up', 'repair', NULL, 'visit plan@1 minute; scheduled@2 minutes; visit confirm@3 minutes; visit depart@4 minutes; visit arrive@20 minutes; visit absent@40 minutes; no_show@40 minutes; cancelled@2 days', 'cancelled'),
    ('called off', 'repair', NULL, 'visit plan@1 minute; scheduled@2 minutes; visit off@10 minutes; cancelled@10 minutes', 'cancelled'),
    ('wrong part', 'repair', NULL, 'visit plan@1 minute; scheduled@2 minutes; visit confirm@3 minutes; visit depart@4 minutes; visit arrive@20 minutes; on_site@20 minutes; visit missing@40 minutes; visit plan@40 minutes; awaiting_part@40 minutes; visit confirm@100 minutes; visit depart@101 minutes; visit arrive@2 hours; on_site@2 hours; repairing@2 hours; document onsite_record@3 hours; visit done@3 hours; resolved@3 hours', 'resolved'),
    ('part needed after all', 'repair', NULL, 'visit plan@1 minute; scheduled@2 minutes; visit confirm@3 minutes; visit depart@4 minutes; visit arrive@20 minutes; on_site@20 minutes; repairing@30 minutes; visit missing@40 minutes; visit plan@40 minutes; awaiting_part@40 minutes; visit off@1 day; declined@1 day; cancelled@1 day', 'cancelled'),
    ('not wanted on site', 'repair', NULL, 'visit plan@1 minute; scheduled@2 minutes; visit confirm@3 minutes; visit depart@4 minutes; visit arrive@20 minutes; on_site@20 minutes; declined@30 minutes; cancelled@30 minutes', 'cancelled'),
    ('kept, then repaired', 'repair', 'mode=carry_in', 'custody in@1 minute; received@2 minutes; custody hold@10 minutes; held@10 minutes; repairing@1 day; held@2 days; repairing@3 days; document repair_form@3 days; resolved@3 days', 'resolved'),
    ('kept, out of warranty', 'repair', 'mode=carry_in cause=user', 'custody in@1 minute; received@2 minutes; held@10 minutes; told@1 day; declined@2 days; custody out@2 days; cancelled@2 days', 'cancelled'),
    ('taken back at once', 'repair', 'mode=carry_in', 'custody in@1 minute; received@2 minutes; declined@10 minutes; custody out@11 minutes; cancelled@11 minutes', 'cancelled'),
    ('kept, taken back', 'repair', 'mode=carry_in', 'custody in@1 minute; received@2 minutes; held@10 minutes; declined@1 day; custody out@1 day; cancelled@1 day', 'cancelled'),
    ('accepted, taken back', 'repair', 'mode=carry_in cause=user', 'custody in@1 minute; received@2 minutes; told@3 minutes; !customer_accepted@4 minutes; accepted@5 minutes; declined@6 minutes', 'declined'),
    ('quoted, taken back', 'repair', 'mode=carry_in cause=user', 'custody in@1 minute; received@2 minutes; told@3 minutes; !customer_accepted@4 minutes; accepted@5 minutes; quote_item board@5 minutes; quoted@6 minutes; declined@7 minutes', 'declined'),
    ('agreed, taken back', 'repair', 'mode=carry_in cause=user', 'custody in@1 minute; received@2 minutes; told@3 minutes; !customer_accepted@4 minutes; accepted@5 minutes; quote_item board@5 minutes; quoted@6 minutes; !quote_accepted@7 minutes; agreed@7 minutes; declined@8 minutes', 'declined'),
    ('out of warranty, no parts', 'repair', 'mode=carry_in cause=disaster remedy:=paid_repair', 'custody in@1 minute; received@2 minutes; told@3 minutes; !customer_accepted@4 minutes; accepted@5 minutes; repairing@10 minutes; document repair_form@1 hour; resolved@1 hour; custody ready@1 hour; evidence retest@2 hours; evidence retest@2 hours; custody out@2 hours; called_back@1 day; closed@2 days', 'closed'),
    ('out of warranty, carry-in', 'repair', 'mode=carry_in cause=user remedy:=paid_repair', 'custody in@1 minute; received@2 minutes; told@10 minutes; !customer_accepted@20 minutes; accepted@20 minutes; quote_item board@25 minutes; quoted@30 minutes; accepted@31 minutes; quote_item disk@32 minutes; quoted@33 minutes; !quote_accepted@40 minutes; agreed@40 minutes; document upgrade_application@45 minutes; charge@50 minutes; pay@55 minutes; paid@1 hour; +finance oow_order@70 minutes; +branch_csc oow_order@80 minutes; part_ordered@90 minutes; part_received@2 days; repairing@2 days; document repair_form@2 days 1 hour; resolved@2 days 1 hour; custody ready@2 days 1 hour; evidence retest@3 days; evidence retest@3 days; custody out@3 days; called_back@4 days; closed@5 days', 'closed'),
    ('out of warranty, on site', 'repair', 'mode=onsite cause=user remedy:=paid_repair', 'visit plan@1 minute; scheduled@2 minutes; visit confirm@3 minutes; visit depart@4 minutes; visit arrive@20 minutes; on_site@20 minutes; told@30 minutes; !customer_accepted@31 minutes; accepted@31 minutes; quote_item board@35 minutes; quoted@36 minutes; !quote_accepted@40 minutes; agreed@40 minutes; document upgrade_application@45 minutes; charge@50 minutes; pay@55 minutes; paid@1 hour; +finance oow_order@70 minutes; +branch_csc oow_order@80 minutes; part_ordered@90 minutes; part_received@2 days; visit plan@2 days; visit confirm@2 days; visit depart@2 days; visit arrive@2 days 20 minutes; repairing@2 days 20 minutes; document onsite_record@2 days 1 hour; visit done@2 days 1 hour; resolved@2 days 1 hour; charge@2 days 1 hour; pay@2 days 1 hour; called_back@4 days; !branch_called_back@5 days; closed@5 days', 'closed'),
    ('not approved, then more parts', 'repair', 'mode=carry_in cause=user remedy:=paid_repair', 'custody in@1 minute; received@2 minutes; told@10 minutes; !customer_accepted@20 minutes; accepted@20 minutes; quote_item board@25 minutes; quoted@30 minutes; !quote_accepted@40 minutes; agreed@40 minutes; document upgrade_application@45 minutes; charge@50 minutes; pay@55 minutes; paid@1 hour; +finance oow_order@70 minutes; -branch_csc oow_order@80 minutes; accepted@90 minutes; quoted@95 minutes; !quote_accepted@100 minutes; agreed@100 minutes; paid@100 minutes; +finance oow_order@110 minutes; +branch_csc oow_order@120 minutes; part_ordered@2 hours; part_received@1 day; repairing@1 day; accepted@1 day 1 hour; quote_item disk@1 day 1 hour; quoted@1 day 1 hour; !quote_accepted@1 day 2 hours; agreed@1 day 2 hours; charge@1 day 3 hours; pay@1 day 3 hours; paid@1 day 3 hours', 'paid'),
    ('consult at once', 'consult', NULL, 'answered@5 minutes; closed@1 hour', 'closed'),
    ('consult later', 'consult', NULL, 'researching@5 minutes; *answer until 2026-03-03 12:00@6 minutes; answered@1 day; closed@2 days', 'closed'),
    ('consult given up', 'consult', NULL, 'researching@5 minutes; cancelled@1 day', 'cancelled'),
    ('consult not meant', 'consult', NULL, 'cancelled@1 minute', 'cancelled'),
    ('complaint', 'complaint', NULL, 'investigating@1 minute; handled@1 day; called_back@2 days; closed@3 days', 'closed'),
    ('complaint of an authority', 'complaint', 'source:=authority', '*authority until 2026-03-31 23:59@1 minute; investigating@2 minutes; handled@1 day; investigating@2 days; handled@3 days; called_back@4 days; investigating@5 days; handled@6 days; called_back@7 days; closed@8 days', 'closed'),
    ('complaint withdrawn', 'complaint', NULL, 'cancelled@1 minute', 'cancelled'),
    ('complaint withdrawn later', 'complaint', NULL, 'investigating@1 minute; cancelled@1 hour', 'cancelled'),
    ('training', 'training', NULL, 'under_way@1 day; evidence training_session reading=40, unit=''hour''@9 days; evidence training_session reading=20, unit=''hour''@20 days; completed@20 days; document training_feedback@21 days; closed@22 days', 'closed'),
    ('training not wanted', 'training', NULL, 'cancelled@1 day', 'cancelled'),
    ('training not finished', 'training', NULL, 'under_way@1 day; cancelled@2 days', 'cancelled'),
    ('order', 'delivery', NULL, 'produced@5 days; tested@6 days; packed@7 days; at_branch@8 days; at_dealer@9 days; *delivery until 2026-03-20 10:00@9 days; delivered@17 days; commissioned@17 days; document service_commitment@17 days; !quality_followed_up@24 days; closed@25 days', 'closed'),
    ('order from stock', 'delivery', 'status=at_branch', '*delivery until 2026-03-04 10:00@0; delivered@2 days', 'delivered'),
    ('with a part', 'repair', 'mode=onsite', 'visit plan@1 minute; scheduled@2 minutes; book issue P1@2 minutes; visit confirm@3 minutes; visit depart@4 minutes; visit arrive@20 minutes; on_site@20 minutes; repairing@30 minutes; move remove P1@40 minutes; move install P1@40 minutes; document onsite_record@45 minutes; visit done@50 minutes; resolved@50 minutes; book defective_return P1@1 day; called_back@2 days; !branch_called_back@3 days; closed@3 days', 'closed'),
    ('called off, the part brought back', 'repair', NULL, 'visit plan@1 minute; scheduled@2 minutes; book issue P1@2 minutes; visit off@10 minutes; book return P1@1 hour; cancelled@1 hour', 'cancelled'),
    ('monitor on loan', 'repair', 'mode=carry_in component=monitor', 'custody in@1 minute; received@2 minutes; book issue M1 serial_no=''1''@10 minutes; repairing@1 day; document repair_form@3 days; resolved@3 days; custody ready@3 days; evidence retest@4 days; evidence retest@4 days; custody out@4 days; book return M1 serial_no=''1''@4 days; called_back@5 days; closed@5 days', 'closed'),
    ('spare parts', 'spare_request', NULL, '+branch_csc spare_request@1 hour; approved@1 hour; book shipment P1 quantity=2@1 day; shipped@1 day; received@3 days; book receipt P1 quantity=2@3 days; closed@3 days', 'closed'),
    ('spare parts not there', 'spare_request', NULL, '+branch_csc spare_request@1 hour; approved@1 hour; backordered@1 day; book shipment P1 quantity=2@9 days; shipped@9 days', 'shipped'),
    ('spare parts never', 'spare_request', NULL, '+branch_csc spare_request@1 hour; approved@1 hour; backordered@1 day; cancelled@9 days', 'cancelled'),
    ('spare parts refused', 'spare_request', NULL, '-branch_csc spare_request@1 hour; cancelled@1 hour', 'cancelled'),
    ('quality', 'quality_report', NULL, 'forwarded@1 hour; new@1 day; forwarded@2 days; *leader until 2026-03-10 17:00@2 days; directed@2 days; handled@5 days; closed@6 days', 'closed'),
    ('quality, branch alone', 'quality_report', NULL, 'forwarded@1 hour; handled@2 days', 'handled'),
    ('quality, nothing', 'quality_report', NULL, 'cancelled@1 hour', 'cancelled');
INSERT INTO story (name, ticket_type, sets, story, ends_in)
SELECT 'dissolved when ' || state, 'delivery', sets, concat_ws('; ', story, 'cancelled@20 days'), 'cancelled'
FROM path WHERE ticket_type = 'delivery' AND state IN ('contracted', 'produced', 'tested', 'packed', 'at_branch', 'at_dealer');
UPDATE story SET ticket_id = pg_temp.play(pg_temp.opened(ticket_type, sets), story);
SELECT is(t.status, s.ends_in, format('%s: ends as it should', s.name)) FROM story s JOIN desk.ticket t USING (ticket_id) ORDER BY name;
SELECT is_empty($$SELECT ticket_type, from_state, to_state FROM aftersales.workflow_transition WHERE policy = 'computer_maker'
                  EXCEPT SELECT t.ticket_type, e.from_state, e.to_state FROM desk.ticket_event e JOIN desk.ticket t USING (ticket_id)$$,
                'every move has been made in some story');

-- What the clocks of whole repairs come to.
SELECT pg_temp.as_of('2026-06-01 08:00+08') \g /dev/null
SELECT results_eq(format('SELECT clock, outcome FROM desk_bi.clock WHERE ticket_id = %s ORDER BY clock', ticket_id),
                  format('SELECT c, %L::text FROM unnest(%L::text[]) c', 'met', expected), format('clocks of a repair %s', name))
FROM story JOIN (VALUES
    ('onsite in urban',    '{backstop_propose,backstop_solve,callback_1,callback_2,confirm,onsite,resolve}'),
    ('onsite in suburban', '{backstop_propose,backstop_solve,callback_1,callback_2,confirm,onsite,resolve}'),
    ('onsite in county',   '{backstop_propose,backstop_solve,callback_1,callback_2,confirm,onsite,resolve,respond}'),
    ('carry_in in urban',    '{backstop_propose,backstop_solve,callback_1}'),
    ('carry_in in suburban', '{backstop_propose,backstop_solve,callback_1}'),
    ('carry_in in county',   '{backstop_propose,backstop_solve,callback_1}'),
    ('phone in urban',    '{backstop_propose,backstop_solve,callback_1,resolve}'),
    ('phone in suburban', '{backstop_propose,backstop_solve,callback_1,resolve}'),
    ('phone in county',   '{backstop_propose,backstop_solve,callback_1,resolve,respond}')) v (name, expected) USING (name) ORDER BY name;

-- No clock runs for ever: none is open on a ticket that is closed.
SELECT is_empty($$SELECT t.ticket_type, t.status, c.clock FROM desk.sla_clock c JOIN desk.ticket t USING (ticket_id)
                  WHERE c.stopped_at IS NULL AND t.status IN ('closed', 'cancelled')$$, 'no clock runs on a closed ticket');
SELECT is_empty($$SELECT * FROM aftersales.verify_clocks()$$, 'replaying gives the same clocks');
SELECT is_empty($$SELECT * FROM aftersales.verify_audit()$$, 'the audit chains of all these tickets are whole');

SELECT * FROM finish();
ROLLBACK;
