-- The ready policy power_hotline: its taxonomy, values, events, moves and
-- roles, each by a case that needs its row.  Guards, clocks and the worked
-- cases of the document are in policy_power_hotline_guard.sql, …_clock.sql and
-- golden_003.sql.

\ir lib/hotline.sql

-- The policy as a whole ---------------------------------------------------

SELECT is_empty($$SELECT * FROM aftersales.check_policy('power_hotline', 1) WHERE severity = 'error'$$, 'the policy is sound');
SELECT results_eq($$SELECT item FROM aftersales.check_policy('power_hotline', 1) WHERE problem LIKE 'has no target%' ORDER BY 1$$,
                  $$VALUES ('complaint.reply'), ('installation.contact'), ('installation.handle')$$,
                  'PW-42, PW-44, PW-92: clocks whose number the document does not give');
SELECT results_eq($$SELECT status FROM aftersales.policy_version WHERE policy = 'power_hotline'$$,
                  $$VALUES ('active')$$, 'it is installed as one active version');

CREATE TEMP VIEW cited AS
SELECT tab, name, clauses FROM (
    SELECT 'ticket_type', ticket_type, policy, clauses FROM aftersales.ticket_type
    UNION ALL SELECT 'category', category, policy, clauses FROM aftersales.category
    UNION ALL SELECT 'service_area', area, policy, clauses FROM aftersales.service_area
    UNION ALL SELECT 'attribute', attribute, policy, clauses FROM aftersales.attribute
    UNION ALL SELECT 'event_type', event, policy, clauses FROM aftersales.event_type
    UNION ALL SELECT 'workflow_state', state, policy, clauses FROM aftersales.workflow_state
    UNION ALL SELECT 'workflow_transition', from_state || ' to ' || to_state, policy, clauses FROM aftersales.workflow_transition
    UNION ALL SELECT 'workflow_guard', guard, policy, clauses FROM aftersales.workflow_guard
    UNION ALL SELECT 'sla_rule', rule, policy, clauses FROM aftersales.sla_rule
    UNION ALL SELECT 'escalation_rule', clock || level, policy, clauses FROM aftersales.escalation_rule
    UNION ALL SELECT 'approval_rule', kind || step, policy, clauses FROM aftersales.approval_rule
    UNION ALL SELECT 'duplicate_rule', rule, policy, clauses FROM aftersales.duplicate_rule
) x (tab, name, policy, clauses) WHERE policy = 'power_hotline';
SELECT is_empty($$SELECT tab, name FROM cited WHERE clauses = '{}'$$, 'every row cites a clause');
SELECT is_empty($$SELECT tab, name, c FROM cited, unnest(clauses) c
                  WHERE NOT EXISTS (SELECT FROM aftersales.clause k WHERE k.clause = c AND k.policy = 'power_hotline' AND k.enforceable)$$,
                'every clause cited is an enforceable one of its document');
-- Not carried out: organisation (03, 07, 12), what recurs without a ticket (09,
-- 11), how a call is taken before there is a ticket (16, 17), what staff say
-- (52), and where the rules come from (57, 95).  A clause that leaves this list
-- needs its cases here.
SELECT results_eq($$SELECT clause FROM aftersales.clause_coverage WHERE policy = 'power_hotline' AND enforceable AND NOT covered ORDER BY 1$$,
    $$SELECT 'PW-' || n FROM unnest(string_to_array('03 07 09 11 12 16 17 52 57 95', ' ')) n$$,
    'the clauses not carried out are these');
SELECT is_empty($$SELECT tab, name FROM cited JOIN (
        SELECT 'workflow_guard' AS tab, guard AS name FROM aftersales.workflow_guard WHERE message_zh !~ '[一-龥]' OR message_en !~ '\.$'
        UNION ALL SELECT 'sla_rule', rule FROM aftersales.sla_rule WHERE label_zh IS NULL OR label_en IS NULL
        UNION ALL SELECT 'escalation_rule', clock || level FROM aftersales.escalation_rule WHERE label_zh IS NULL OR label_en IS NULL
        UNION ALL SELECT 'approval_rule', kind || step FROM aftersales.approval_rule WHERE label_zh IS NULL OR label_en IS NULL
        UNION ALL SELECT 'duplicate_rule', rule FROM aftersales.duplicate_rule WHERE label_zh IS NULL OR label_en IS NULL) x USING (tab, name)$$,
    'messages and labels stand in both languages');

-- Taxonomy (PW-02, PW-54, PW-55, PW-60 to PW-62) ----------------------------

CREATE TEMP TABLE leaf (position int, ticket_type text, class_zh text, category text, label_zh text, grade text);
INSERT INTO leaf VALUES
    (1,  'fault', '故障报修', 'external_damage', '外力破坏', NULL),
    (2,  'fault', '故障报修', 'line_fault', '线路故障停电', NULL),
    (3,  'fault', '故障报修', 'transformer_box_fault', '箱变、区变故障停电', NULL),
    (4,  'fault', '故障报修', 'transformer_overload', '变压器过负荷停电', NULL),
    (5,  'fault', '故障报修', 'fuse_fault', '低压保险故障停电', NULL),
    (6,  'fault', '故障报修', 'meter_fault', '电能表故障', NULL),
    (7,  'fault', '故障报修', 'customer_internal', '客户内部原因故障', NULL),
    (8,  'consult', '咨询', 'planned_outage', '计划停电', NULL),
    (9,  'consult', '咨询', 'fault_outage', '故障停电', NULL),
    (10, 'consult', '咨询', 'price_bill', '电价电费', NULL),
    (11, 'consult', '咨询', 'business', '用电业务', NULL),
    (12, 'consult', '咨询', 'metering', '计量装置', NULL),
    (13, 'consult', '咨询', 'general_knowledge', '用电常识', NULL),
    (14, 'consult', '咨询', 'repair_progress', '故障报修处理进度', NULL),
    (15, 'query', '查询', 'usage_bill', '电量、电费查询', NULL),
    (16, 'query', '查询', 'installation_progress', '报装进度', NULL),
    (17, 'query', '查询', 'query_other', '其它', NULL),
    (18, 'complaint', '一般投诉', 'frequent_outage', '线路频繁停电', 'general'),
    (19, 'complaint', '一般投诉', 'voltage_quality', '电压质量不合格', 'general'),
    (20, 'complaint', '一般投诉', 'appliance_damage', '家电损坏', 'general'),
    (21, 'complaint', '一般投诉', 'unreasonable_charge', '收费不合理', 'general'),
    (22, 'complaint', '一般投诉', 'wrong_price', '电价不正确', 'general'),
    (23, 'complaint', '一般投诉', 'late_reconnection', '欠费超期复电', 'general'),
    (24, 'complaint', '一般投诉', 'late_fault_handling', '故障停电处理时间超期', 'general'),
    (25, 'complaint', '一般投诉', 'broken_promise', '违反承诺工作时限', 'general'),
    (26, 'complaint', '一般投诉', 'wrong_disconnection', '错停电', 'general'),
    (27, 'complaint', '一般投诉', 'work_quality', '工作质量', 'general'),
    (28, 'complaint', '一般投诉', 'rough_construction', '野蛮施工', 'general'),
    (29, 'complaint', '重要投诉', 'service_attitude', '服务态度', 'important'),
    (30, 'complaint', '重要投诉', 'misconduct', '行风问题', 'important'),
    (31, 'request', '诉求', 'bill_content', '电费通知单内容咨询', NULL),
    (32, 'request', '诉求', 'basic_data_error', '基础信息错误', NULL),
    (33, 'request', '诉求', 'bill_not_delivered', '电费通知单未送达', NULL),
    (34, 'request', '诉求', 'arrears_reconnection', '欠费要求复电', NULL),
    (35, 'request', '诉求', 'meter_problem', '电能表问题', NULL),
    (36, 'request', '诉求', 'safety_hazard', '安全隐患', NULL),
    (37, 'request', '诉求', 'usage_problem', '用电量问题', NULL),
    (38, 'request', '诉求', 'metering_problem', '计量装置问题', NULL),
    (39, 'request', '诉求', 'request_other', '其它', NULL),
    (40, 'report', '举报', 'report', '举报', NULL),
    (41, 'suggestion', '建议', 'suggestion', '建议', NULL),
    (42, 'opinion', '意见', 'opinion', '意见', NULL),
    (43, 'praise', '表扬', 'praise', '表扬', NULL),
    (44, 'installation', '报装', 'installation_booking', '报装预约', NULL);

SELECT results_eq($$SELECT position, ticket_type, category, label_zh, grade FROM aftersales.category WHERE policy = 'power_hotline' ORDER BY position$$,
                  $$SELECT position, ticket_type, category, label_zh, grade FROM leaf ORDER BY position$$, 'PW-54: the 44 leaves, in the order of the table');
SELECT is(count(DISTINCT (ticket_type, grade)), 11::bigint, 'PW-54: in 11 classes')
FROM aftersales.category WHERE policy = 'power_hotline';
SELECT results_eq($$SELECT ticket_type, label_zh FROM aftersales.ticket_type WHERE policy = 'power_hotline' ORDER BY 1$$,
                  $$SELECT DISTINCT ticket_type, right(class_zh, CASE ticket_type WHEN 'complaint' THEN 2 ELSE 4 END) FROM leaf ORDER BY 1$$,
                  'PW-02: the ten types');
SELECT pg_temp.as_of(pg_temp.base(), 'agent') \g /dev/null
SELECT is(array_agg(l.category || ': ' || v ORDER BY l.position),
          array_agg(l.category || ': ' || CASE WHEN t = l.ticket_type THEN 'accepted' ELSE 'SV010' END ORDER BY l.position),
          format('PW-54: the leaves of %s', t))
FROM unnest(pg_temp.types()) t, leaf l,
     LATERAL (SELECT pg_temp.verdict(format('INSERT INTO desk.ticket (ticket_type, area, category) VALUES (%L, %L, %L)', t, 'urban', l.category)) AS v OFFSET 0) x
GROUP BY t;
SELECT is(pg_temp.verdict(format('INSERT INTO desk.ticket (ticket_type, area) VALUES (%L, %L)', t, 'urban')), expected,
          format('PW-02: type %s', t))
FROM (SELECT unnest(pg_temp.types()), 'accepted' UNION ALL SELECT 'chat', 'SV010') v (t, expected);
SELECT is(pg_temp.verdict(format('INSERT INTO desk.ticket (ticket_type, area) VALUES (%L, %L)', 'fault', a)), expected,
          format('PW-60 to PW-62: area %s', coalesce(a, 'not given')))
FROM (VALUES ('urban', 'accepted'), ('rural', 'accepted'), ('remote', 'accepted'), ('suburban', 'SV010'), (NULL, 'SV010')) v (a, expected);
-- Only faults need an area: nobody drives out to the others.
SELECT is(pg_temp.verdict(format('INSERT INTO desk.ticket (ticket_type) VALUES (%L)', t)), CASE t WHEN 'fault' THEN 'SV010' ELSE 'accepted' END,
          format('a %s without area', t))
FROM unnest(pg_temp.types()) t;
SELECT is(pg_temp.ask(pg_temp.opened(ticket_type, p_category => category), 'SELECT grade FROM desk.ticket WHERE ticket_id = $1'), grade,
          format('PW-55: grade of leaf %s, %s', position, label_zh))
FROM leaf WHERE ticket_type = 'complaint' OR position IN (1, 17, 31, 44);

-- Attributes: what may stand in each, and what may not --------------------

CREATE TEMP TABLE value_case (ticket_type text, attribute text, good jsonb, bad jsonb, clause text);
INSERT INTO value_case VALUES
    ('fault', 'customer_name',  '["customer"]', NULL, 'PW-18'),
    ('fault', 'name_refused',   '[true, false]', '"perhaps"', 'PW-19'),
    ('fault', 'customer_phone', '["100"]', NULL, 'PW-18'),
    ('fault', 'address',        '["address"]', NULL, 'PW-18'),
    ('query', 'customer_no',    '["15000001"]', NULL, 'PW-20'),
    ('query', 'cannot_query',   '[true, false]', '"perhaps"', 'PW-21'),
    ('query', 'cannot_query_reason', '["bill lost"]', NULL, 'PW-21'),
    ('fault', 'cancel_reason',  '["planned_outage", "arrears_outage", "customer_internal", "out_of_scope", "already_handled", "resold_supply", "bill_unsettled", "harassment", "withdrawn", "opened_in_error"]', '"no time"', 'PW-29'),
    ('fault', 'event_class',    '["major", "sudden", "sensitive"]', '"loud"', 'PW-04'),
    ('praise', 'call_rating',   '["satisfied", "fair", "dissatisfied", "no_answer"]', '"good"', 'PW-43'),
    ('fault', 'service_rating',    '["satisfied", "fair", "dissatisfied", "no_answer"]', '"good"', 'PW-45'),
    ('fault', 'work_rating',       '["satisfied", "fair", "dissatisfied", "no_answer"]', '"good"', 'PW-45'),
    ('fault', 'timeliness_rating', '["satisfied", "fair", "dissatisfied", "no_answer"]', '"good"', 'PW-45'),
    ('fault', 'result_rating',     '["satisfied", "fair", "dissatisfied", "no_answer"]', '"good"', 'PW-45'),
    ('consult', 'service_rating',  '["satisfied"]', '"good"', 'PW-45'),
    ('fault', 'symptom',      '["half the lights are dim"]', NULL, 'PW-32'),
    ('fault', 'outage_cause', '["unknown", "supply_fault", "planned", "arrears"]', '"weather"', 'PW-29'),
    ('consult', 'topic', '["meter_reading", "agent_refusal", "meter_inaccurate", "procedure", "regulation", "other"]', '"weather"', 'PW-23'),
    ('consult', 'refusing_outlet',   '["outlet"]', NULL, 'PW-23'),
    ('consult', 'refusal_reason',    '["system down"]', NULL, 'PW-23'),
    ('consult', 'refused_at',        '["2026-03-01T10:00:00+08:00"]', '"yesterday"', 'PW-23'),
    ('consult', 'refusing_staff_no', '["12"]', NULL, 'PW-23'),
    ('consult', 'referred_to', '["meter_test", "business_hall", "other_outlet"]', '"nowhere"', 'PW-24'),
    ('consult', 'was_contacted', '[true, false]', '"perhaps"', 'PW-50'),
    ('query', 'disputed',       '[true, false]', '"perhaps"', 'PW-22'),
    ('query', 'consult_ticket', '[1]', '"one"', 'PW-22'),
    ('consult', 'symptom',      '["no power"]', NULL, 'PW-28'),
    ('consult', 'outage_cause', '["unknown", "supply_fault", "planned", "arrears"]', '"weather"', 'PW-28'),
    ('complaint', 'finding',    '["upheld", "unfounded"]', '"perhaps"', 'PW-05'),
    ('complaint', 'told_customer',  '["progress", "result"]', '"nothing"', 'PW-36'),
    ('report',    'told_customer',  '["progress", "result"]', '"nothing"', 'PW-36'),
    ('request',   'told_customer',  '["progress", "result"]', '"nothing"', 'PW-36'),
    ('complaint', 'earlier_ticket', '[1]', '"one"', 'PW-36'),
    ('report',    'earlier_ticket', '[1]', '"one"', 'PW-36'),
    ('request',   'earlier_ticket', '[1]', '"one"', 'PW-36'),
    ('complaint', 'explanation', '["rule 7"]', NULL, 'PW-37'),
    ('report',    'explanation', '["rule 7"]', NULL, 'PW-37'),
    ('request',   'explanation', '["rule 7"]', NULL, 'PW-37'),
    ('suggestion', 'feasible',   '[true, false]', '"perhaps"', 'PW-26'),
    ('opinion',    'feasible',   '[true, false]', '"perhaps"', 'PW-26'),
    ('suggestion', 'explanation', '["rule 7"]', NULL, 'PW-26'),
    ('opinion',    'explanation', '["rule 7"]', NULL, 'PW-26'),
    ('suggestion', 'reply_requested', '[true, false]', '"perhaps"', 'PW-26'),
    ('opinion',    'reply_requested', '[true, false]', '"perhaps"', 'PW-26'),
    ('suggestion', 'adopted',          '[true, false]', '"perhaps"', 'PW-49'),
    ('suggestion', 'rejection_reason', '["too dear"]', NULL, 'PW-49'),
    ('installation', 'applicant',  '["resident", "other"]', '"cat"', 'PW-39'),
    ('installation', 'supply_now', '["none", "own_meter", "shared_meter", "resold"]', '"wind"', 'PW-39'),
    ('installation', 'main_meter_arrears', '[0, 0.01]', '"much"', 'PW-39'),
    ('installation', 'identity_no',    '["15"]', NULL, 'PW-41'),
    ('installation', 'documents_told', '[true, false]', '"perhaps"', 'PW-41');

SELECT is(pg_temp.verdict(format('INSERT INTO desk.ticket (ticket_type, area, attributes) VALUES (%L, %L, %L)',
                                 ticket_type, 'urban', jsonb_build_object(attribute, v.value))), v.expected,
          format('%s: %s.%s = %s', clause, ticket_type, attribute, v.value))
FROM value_case c,
     LATERAL (SELECT value, 'accepted' AS expected FROM jsonb_array_elements(good)
              UNION ALL SELECT bad, 'SV010' WHERE bad IS NOT NULL) v;
SELECT is_empty($$SELECT a.ticket_type, a.attribute FROM aftersales.attribute a WHERE policy = 'power_hotline'
                  AND NOT EXISTS (SELECT FROM value_case c WHERE c.attribute = a.attribute AND (a.ticket_type IS NULL OR c.ticket_type = a.ticket_type))$$, 'no attribute is left out here');
SELECT is(pg_temp.verdict(format('INSERT INTO desk.ticket (ticket_type, area, attributes) VALUES (%L, %L, %L)', t, 'urban', jsonb_build_object(a, v))),
          'SV010', format('%s is no attribute of %s', a, t))
FROM (VALUES ('query', 'symptom', '1'), ('praise', 'finding', 'upheld'), ('opinion', 'adopted', 'true'), ('query', 'topic', 'other'), ('fault', 'disputed', 'true'), ('fault', 'weather', 'rain')) v (t, a, v);
SELECT is_empty($$SELECT attribute FROM aftersales.attribute WHERE policy = 'power_hotline' AND in_bi
                  AND attribute IN ('customer_name', 'customer_phone', 'address', 'customer_no', 'symptom', 'cannot_query_reason',
                                    'refusing_outlet', 'refusal_reason', 'refusing_staff_no', 'explanation', 'rejection_reason',
                                    'main_meter_arrears', 'identity_no')$$,
                'personal values and free text stay out of BI');

-- Events ------------------------------------------------------------------
-- Every event on every type, by everybody.

SELECT pg_temp.stand() \g /dev/null
CREATE TEMP TABLE event_case (event text, types text[], states text[], roles text[], clause text);
INSERT INTO event_case VALUES
    ('call_in',  pg_temp.types(), NULL, NULL, 'PW-56'),
    ('answered', pg_temp.types(), NULL, NULL, 'PW-56'),
    ('hung_up',  pg_temp.types(), NULL, NULL, 'PW-58'),
    ('progress', pg_temp.types(), NULL, NULL, 'PW-65'),
    ('note',     pg_temp.types(), NULL, NULL, 'PW-13'),
    ('delay_notice', '{fault}', '{dispatched,on_site}', '{repair_team,agent}', 'PW-65'),
    ('leader_told', pg_temp.types(), NULL, '{agent}', 'PW-51'),
    ('supervised', pg_temp.types(), NULL, '{company_marketing}', 'PW-04'),
    ('reported_up', '{complaint}', NULL, '{bureau_marketing}', 'PW-10'),
    ('reconnection_applied', '{request}', '{new,submitted,dispatched}', '{agent,department}', 'PW-30'),
    ('reconnected', '{request}', NULL, '{agent,department,repair_team}', 'PW-30'),
    ('contacted', '{installation}', NULL, '{department}', 'PW-42'),
    ('coffee', '{}', NULL, NULL, 'PW-13');
SELECT results_eq($$SELECT DISTINCT event FROM aftersales.event_type WHERE policy = 'power_hotline' AND event <> 'shift_done' ORDER BY 1$$,
                  $$SELECT event FROM event_case WHERE event <> 'coffee' ORDER BY 1$$, 'no event is left out here');

SELECT is(array_agg(state || ' ' || login || ': ' || got ORDER BY state, login), array_agg(state || ' ' || login || ': ' || want ORDER BY state, login),
          format('%s: event %s on a %s', clause, event, ticket_type))
FROM (SELECT a.ticket_type, a.state, s.login, e.event, e.clause,
             CASE WHEN a.ticket_type <> ALL (e.types) THEN 'SV010'
                  WHEN a.state <> ALL (e.states) THEN 'SV001'
                  WHEN s.login <> ALL (e.roles) THEN 'SV003' ELSE 'accepted' END AS want,
             (SELECT pg_temp.verdict(format('INSERT INTO desk.ticket_event (ticket_id, event) VALUES (%s, %L)', a.ticket_id, e.event))
              FROM pg_temp.as_of(pg_temp.base() + interval '1 day', s.login)) AS got
      FROM event_case e, standing a, desk.staff s
      WHERE CASE WHEN a.ticket_type = ANY (e.types) AND e.states IS NOT NULL THEN e.roles IS NULL OR s.login = ANY (e.roles) OR a.state = ANY (e.states)
                 WHEN a.ticket_type = ANY (e.types) THEN a.state = 'new' ELSE a.state = 'new' AND s.login = 'agent' END) x
GROUP BY ticket_type, event, clause;
SELECT is(pg_temp.verdict(format('INSERT INTO desk.ticket_event (ticket_id, event) VALUES (%s, %L)', ticket_id, 'shift_done')), 'SV010',
          format('PW-67: shift_done on a %s comes from the shift, not from an application', ticket_type))
FROM standing WHERE state = 'called_back' OR (ticket_type = 'query' AND state = 'answered');

-- Every move by everybody -------------------------------------------------
-- Each state is tried from each, by each role and by one who has none.  move_case lists what is allowed.

SELECT results_eq($$SELECT ticket_type, state FROM standing ORDER BY 1, 2$$,
                  $$SELECT ticket_type, state FROM aftersales.workflow_state WHERE policy = 'power_hotline' ORDER BY 1, 2$$,
                  'no state is left out here');

CREATE TEMP TABLE move_case (ticket_type text, from_state text, to_state text, roles text[], clause text);
INSERT INTO move_case
SELECT ticket_type, from_state, to_state, coalesce(roles, (SELECT array_agg(login) FROM desk.staff)), clause
FROM (VALUES
    ('fault', 'new', 'submitted', '{agent}'::text[], 'PW-58'),
    ('fault', 'submitted', 'dispatched', '{shift_leader}', 'PW-59'),
    ('fault', 'submitted', 'new', '{shift_leader}', 'PW-59'),
    ('fault', 'dispatched', 'on_site', '{agent,repair_team}', 'PW-14'),
    ('fault', 'on_site', 'restored', '{agent,repair_team}', 'PW-14'),
    ('fault', 'restored', 'called_back', '{agent}', 'PW-66'),
    ('fault', 'called_back', 'archived', NULL, 'PW-13'),
    ('fault', 'new', 'cancelled', '{agent,shift_leader}', 'PW-13'),
    ('fault', 'submitted', 'cancelled', '{shift_leader}', 'PW-13'),
    ('fault', 'dispatched', 'cancelled', '{shift_leader}', 'PW-13'),
    ('fault', 'on_site', 'cancelled', '{shift_leader}', 'PW-13'),
    ('fault', 'new', 'duplicate', '{agent,shift_leader}', 'PW-28'),
    ('fault', 'submitted', 'duplicate', '{shift_leader}', 'PW-28'),
    ('fault', 'dispatched', 'duplicate', '{shift_leader}', 'PW-28'),
    ('consult', 'new', 'answered', '{agent}', 'PW-68'),
    ('consult', 'new', 'submitted', '{agent}', 'PW-68'),
    ('consult', 'submitted', 'answered', '{shift_leader}', 'PW-69'),
    ('consult', 'submitted', 'dispatched', '{shift_leader}', 'PW-69'),
    ('consult', 'dispatched', 'handled', '{department}', 'PW-14'),
    ('consult', 'handled', 'called_back', '{agent}', 'PW-71'),
    ('consult', 'answered', 'archived', NULL, 'PW-13'),
    ('consult', 'called_back', 'archived', NULL, 'PW-13'),
    ('consult', 'new', 'cancelled', '{agent,shift_leader}', 'PW-13'),
    ('consult', 'submitted', 'cancelled', '{shift_leader}', 'PW-13'),
    ('consult', 'dispatched', 'cancelled', '{shift_leader}', 'PW-13'),
    ('query', 'new', 'answered', '{agent}', 'PW-73'),
    ('query', 'answered', 'archived', NULL, 'PW-13'),
    ('query', 'new', 'cancelled', '{agent,shift_leader}', 'PW-13')) v (ticket_type, from_state, to_state, roles, clause);
INSERT INTO move_case
SELECT t.ticket_type, m.from_state, m.to_state, coalesce(m.roles, (SELECT array_agg(login) FROM desk.staff)), m.clause
FROM (VALUES ('complaint', 75), ('report', 75), ('suggestion', 80), ('opinion', 80), ('praise', 80), ('request', 85), ('installation', 90)) t (ticket_type, entry),
LATERAL (VALUES
    ('new', 'submitted', '{agent}'::text[], 'PW-' || entry),
    ('submitted', 'dispatched', '{shift_leader}', 'PW-' || entry + 1),
    ('submitted', 'new', '{shift_leader}', 'PW-' || entry + 1),
    ('dispatched', 'handled', '{department}', 'PW-' || entry + 2),
    ('handled', 'called_back', '{agent}', 'PW-' || entry + 3),
    ('called_back', 'archived', NULL, 'PW-13'),
    ('new', 'cancelled', '{agent,shift_leader}', 'PW-13'),
    ('submitted', 'cancelled', '{shift_leader}', 'PW-13'),
    ('dispatched', 'cancelled', '{shift_leader}', 'PW-13'),
    ('new', 'duplicate', '{agent,shift_leader}', 'PW-36'),
    ('submitted', 'duplicate', '{shift_leader}', 'PW-36'),
    ('dispatched', 'duplicate', '{shift_leader}', 'PW-36')) m (from_state, to_state, roles, clause)
WHERE m.to_state <> 'duplicate' OR pg_temp.has_duplicates(t.ticket_type);

SELECT is(array_agg(login || ': ' || got ORDER BY login), array_agg(login || ': ' || want ORDER BY login),
          format('%s: %s from %s to %s', coalesce(clause, 'PW-13'), ticket_type, from_state, to_state))
FROM (SELECT a.ticket_type, a.state AS from_state, b.state AS to_state, s.login, c.clause,
             pg_temp.move_verdict(a.ticket_id, b.state, s.login,
                 CASE b.state WHEN 'cancelled' THEN '{"cancel_reason": "withdrawn"}' ELSE '{}' END::jsonb,
                 CASE WHEN b.state = 'duplicate' THEN 'duplicate_of = ' || m.ticket_id END) AS got,
             CASE WHEN c.roles IS NULL THEN 'SV001' WHEN s.login = ANY (c.roles) THEN 'accepted' ELSE 'SV003' END AS want
      FROM standing a
      JOIN standing b ON b.ticket_type = a.ticket_type AND b.state <> a.state
      CROSS JOIN desk.staff s
      JOIN story m ON m.name = 'master'
      LEFT JOIN move_case c ON (c.ticket_type, c.from_state, c.to_state) = (a.ticket_type, a.state, b.state)) x
GROUP BY ticket_type, from_state, to_state, clause
ORDER BY ticket_type, from_state, to_state;

-- A ticket opens as new and nothing else.
SELECT pg_temp.as_of(pg_temp.base(), 'shift_leader') \g /dev/null
SELECT is(pg_temp.verdict(format('INSERT INTO desk.ticket (ticket_type, area, status) VALUES (%L, %L, %L)', ticket_type, 'urban', state)),
          CASE state WHEN 'new' THEN 'accepted' ELSE 'SV001' END, format('PW-13: a %s opened as %s', ticket_type, state))
FROM standing;
SELECT is(pg_temp.ask(pg_temp.opened(t), 'SELECT status FROM desk.ticket WHERE ticket_id = $1'), 'new', format('PW-13: a %s without status is new', t))
FROM unnest(pg_temp.types()) t;

SELECT * FROM finish();
ROLLBACK;
