-- power_hotline: the 95598 hotline of a regional power utility.
--
-- Source: the utility's rules for its 95598 business, issued on 18 March 2014
-- (clauses PW-…).  Of their ten ticket types this version carries fault,
-- consult and query.
--
-- The roles that staff_role has to hold: agent (takes the call, calls back),
-- shift_leader (reviews, dispatches), repair_team (goes on site), department
-- (answers what the hotline cannot).  A move whose row names no roles is one
-- that the document leaves to anybody.
--
-- What an application does with a call: it opens the ticket with happened_at =
-- the moment the call came in, logs call_in, answered and hung_up as they
-- happen, and moves the ticket on.  A call whose events nobody logs is not
-- measured; no clause makes the log a condition of service.

INSERT INTO aftersales.policy (policy, title_en, title_zh, source, timezone) VALUES
    ('power_hotline', 'Power utility hotline 95598', '供电企业95598服务热线',
     '内蒙古电力（集团）有限责任公司95598业务管理办法（2014年3月18日）', 'Asia/Shanghai');

-- Taxonomy.  PW-02 has ten types and PW-54 has 44 leaves; those of the other
-- seven types come with them.

INSERT INTO aftersales.ticket_type (policy, version, ticket_type, position, label_en, label_zh, clauses) VALUES
    ('power_hotline', 1, 'fault',   10, 'Fault report', '故障报修', '{PW-02}'),
    ('power_hotline', 1, 'consult', 20, 'Consultation', '咨询', '{PW-02}'),
    ('power_hotline', 1, 'query',   30, 'Query', '查询', '{PW-02}');

INSERT INTO aftersales.category (policy, version, category, ticket_type, position, label_en, label_zh, clauses) VALUES
    ('power_hotline', 1, 'external_damage',       'fault',    1, 'Damage by external force', '外力破坏', '{PW-54}'),
    ('power_hotline', 1, 'line_fault',            'fault',    2, 'Outage by line fault', '线路故障停电', '{PW-54}'),
    ('power_hotline', 1, 'transformer_box_fault', 'fault',    3, 'Outage by box or area transformer fault', '箱变、区变故障停电', '{PW-54}'),
    ('power_hotline', 1, 'transformer_overload',  'fault',    4, 'Outage by transformer overload', '变压器过负荷停电', '{PW-54}'),
    ('power_hotline', 1, 'fuse_fault',            'fault',    5, 'Outage by low-voltage fuse fault', '低压保险故障停电', '{PW-54}'),
    ('power_hotline', 1, 'meter_fault',           'fault',    6, 'Meter fault', '电能表故障', '{PW-54}'),
    ('power_hotline', 1, 'customer_internal',     'fault',    7, 'Fault inside the customer''s installation', '客户内部原因故障', '{PW-54}'),
    ('power_hotline', 1, 'planned_outage',        'consult',  8, 'Planned outage', '计划停电', '{PW-54}'),
    ('power_hotline', 1, 'fault_outage',          'consult',  9, 'Outage by a fault', '故障停电', '{PW-54}'),
    ('power_hotline', 1, 'price_bill',            'consult', 10, 'Prices and bills', '电价电费', '{PW-54}'),
    ('power_hotline', 1, 'business',              'consult', 11, 'Electricity business', '用电业务', '{PW-54}'),
    ('power_hotline', 1, 'metering',              'consult', 12, 'Metering device', '计量装置', '{PW-54}'),
    ('power_hotline', 1, 'general_knowledge',     'consult', 13, 'General knowledge of electricity', '用电常识', '{PW-54}'),
    ('power_hotline', 1, 'repair_progress',       'consult', 14, 'Progress of a fault repair', '故障报修处理进度', '{PW-54}'),
    ('power_hotline', 1, 'usage_bill',            'query',   15, 'Consumption and bill', '电量、电费查询', '{PW-54}'),
    ('power_hotline', 1, 'installation_progress', 'query',   16, 'Progress of an installation', '报装进度', '{PW-54}'),
    ('power_hotline', 1, 'query_other',           'query',   17, 'Other query', '其它', '{PW-54}');

INSERT INTO aftersales.service_area (policy, version, area, position, label_en, label_zh, clauses) VALUES
    ('power_hotline', 1, 'urban',  10, 'Urban', '城区', '{PW-60}'),
    ('power_hotline', 1, 'rural',  20, 'Rural', '农村', '{PW-61}'),
    ('power_hotline', 1, 'remote', 30, 'Special remote area', '特殊边远地区', '{PW-62}');

-- Attributes.  What is personal stays out of BI (in_bi false).

INSERT INTO aftersales.attribute (policy, version, ticket_type, attribute, data_type, allowed, in_bi, label_en, label_zh, clauses) VALUES
    ('power_hotline', 1, NULL, 'customer_name',  'text',    NULL, false, 'Customer''s name', '客户姓名', '{PW-18}'),
    ('power_hotline', 1, NULL, 'name_refused',   'boolean', NULL, true,  'Customer does not want to give a name', '客户不愿提供姓名', '{PW-19}'),
    ('power_hotline', 1, NULL, 'customer_phone', 'text',    NULL, false, 'Customer''s phone', '联系电话', '{PW-18}'),
    ('power_hotline', 1, NULL, 'address',        'text',    NULL, false, 'Address', '地址', '{PW-18}'),
    ('power_hotline', 1, NULL, 'customer_no',    'text',    NULL, false, 'Customer number', '客户编号', '{PW-20}'),
    ('power_hotline', 1, NULL, 'cannot_query',   'boolean', NULL, true,  'Records cannot be looked up', '无法查询', '{PW-21}'),
    ('power_hotline', 1, NULL, 'cannot_query_reason', 'text', NULL, false, 'Why they cannot, as told to the customer', '向客户说明的无法查询原因', '{PW-21}'),
    ('power_hotline', 1, NULL, 'cancel_reason',  'text',
        '{planned_outage,arrears_outage,customer_internal,out_of_scope,withdrawn,opened_in_error}',
        true, 'Reason for ending without handling', '不再处理的原因', '{PW-13,PW-29,PW-31}'),
    ('power_hotline', 1, NULL, 'service_rating',    'text', '{satisfied,fair,dissatisfied,no_answer}', true, 'Callback: quality of service', '回访：服务质量', '{PW-45}'),
    ('power_hotline', 1, NULL, 'work_rating',       'text', '{satisfied,fair,dissatisfied,no_answer}', true, 'Callback: quality of work', '回访：工作质量', '{PW-45}'),
    ('power_hotline', 1, NULL, 'timeliness_rating', 'text', '{satisfied,fair,dissatisfied,no_answer}', true, 'Callback: time taken', '回访：处理时限', '{PW-45}'),
    ('power_hotline', 1, NULL, 'result_rating',     'text', '{satisfied,fair,dissatisfied,no_answer}', true, 'Callback: result', '回访：处理结果', '{PW-45}'),

    ('power_hotline', 1, 'fault', 'symptom',      'text', NULL, false, 'Symptom of the fault', '故障现象', '{PW-27,PW-32}'),
    ('power_hotline', 1, 'fault', 'outage_cause', 'text', '{unknown,supply_fault,planned,arrears}', true, 'Cause as judged on the phone', '受理时判断的停电原因', '{PW-29,PW-33}'),

    ('power_hotline', 1, 'consult', 'topic', 'text', '{meter_reading,agent_refusal,meter_inaccurate,procedure,regulation,other}', true, 'What is asked about', '咨询事项', '{PW-23,PW-24}'),
    ('power_hotline', 1, 'consult', 'refusing_outlet',   'text',        NULL, false, 'Payment outlet that refused', '拒收电费的代收网点', '{PW-23}'),
    ('power_hotline', 1, 'consult', 'refusal_reason',    'text',        NULL, false, 'Reason it gave', '拒收原因', '{PW-23}'),
    ('power_hotline', 1, 'consult', 'refused_at',        'timestamptz', NULL, false, 'When it refused', '拒收时间', '{PW-23}'),
    ('power_hotline', 1, 'consult', 'refusing_staff_no', 'text',        NULL, false, 'Number of the person who refused', '拒收人员工号', '{PW-23}'),
    ('power_hotline', 1, 'consult', 'referred_to', 'text', '{meter_test,business_hall,other_outlet}', true, 'Where the customer was sent on to', '建议客户办理的去处', '{PW-23,PW-24}'),
    ('power_hotline', 1, 'consult', 'was_contacted', 'boolean', NULL, true, 'Callback: somebody has contacted the customer', '回访：是否已有人与客户联系', '{PW-50}'),

    ('power_hotline', 1, 'query', 'disputed',       'boolean', NULL, true, 'Customer disputes the result and it must be checked', '客户对查询结果有异议需核查', '{PW-22}'),
    ('power_hotline', 1, 'query', 'consult_ticket', 'integer', NULL, true, 'ticket_id of the consultation formed from it', '转成的咨询单', '{PW-22}');

-- Events that applications log.

INSERT INTO aftersales.event_type (policy, version, ticket_type, event, roles, allowed_in, label_en, label_zh, clauses) VALUES
    ('power_hotline', 1, NULL,    'call_in',      NULL, NULL, 'Call came in', '客户电话打入', '{PW-01,PW-56}'),
    ('power_hotline', 1, NULL,    'answered',     NULL, NULL, 'Call answered', '客户代表接听', '{PW-56}'),
    ('power_hotline', 1, NULL,    'hung_up',      NULL, NULL, 'Call ended', '客户电话挂断', '{PW-58}'),
    ('power_hotline', 1, NULL,    'progress',     NULL, NULL, 'Progress reported', '报告处理进度', '{PW-13,PW-65}'),
    ('power_hotline', 1, NULL,    'note',         NULL, NULL, 'Note', '备注', '{PW-13}'),
    -- PW-65: the repair unit tells the agent, so either may log it.
    ('power_hotline', 1, 'fault', 'delay_notice', '{repair_team,agent}', '{dispatched,on_site}', 'Repair unit gave notice of delay', '抢修单位告知延期', '{PW-65}');

-- Workflow of a fault.
--
-- PW-31, PW-29: a fault inside the customer's installation and a planned or
-- arrears outage are explained on the phone and not dispatched; the ticket, if
-- one was opened, is cancelled with that reason (what the customer then asks
-- is a consult ticket).
-- PW-28: a repeated report is answered by a consult ticket whose duplicate_of
-- names the fault.  Two fault tickets that turn out to be one fault are joined
-- by duplicate_of and state duplicate.
-- The document knows no way back from restored: a customer whose power is
-- still off at the callback is a new report.
-- The leader who reviews may send the ticket back to the agent (PW-59).  The
-- repair team records arrival and repair itself, or tells the agent by phone.
-- The centre keeps the loop closed, so only its people end a ticket early, and
-- never without a reason (PW-13).

INSERT INTO aftersales.workflow_state (policy, version, ticket_type, state, kind, position, label_en, label_zh, clauses) VALUES
    ('power_hotline', 1, 'fault', 'new',         'initial', 10, 'New', '受理中', '{PW-13}'),
    ('power_hotline', 1, 'fault', 'submitted',   'active',  20, 'With the shift leader', '值班长审核', '{PW-13,PW-58}'),
    ('power_hotline', 1, 'fault', 'dispatched',  'active',  30, 'With the repair team', '已派急修班', '{PW-13,PW-59}'),
    ('power_hotline', 1, 'fault', 'on_site',     'active',  40, 'Repair team on site', '已到达现场', '{PW-13}'),
    ('power_hotline', 1, 'fault', 'restored',    'done',    50, 'Power restored', '已复电', '{PW-13}'),
    ('power_hotline', 1, 'fault', 'called_back', 'done',    60, 'Called back', '已回访', '{PW-13,PW-45}'),
    ('power_hotline', 1, 'fault', 'archived',    'closed',  70, 'Archived', '已归档', '{PW-13}'),
    ('power_hotline', 1, 'fault', 'cancelled',   'closed',  80, 'Ended without repair', '不派修结束', '{PW-13,PW-29,PW-31}'),
    ('power_hotline', 1, 'fault', 'duplicate',   'closed',  90, 'Duplicate', '重复报修', '{PW-28}');

INSERT INTO aftersales.workflow_transition (policy, version, ticket_type, from_state, to_state, roles, ask_for, label_en, label_zh, clauses) VALUES
    ('power_hotline', 1, 'fault', 'new', 'submitted', '{agent}',
        '{area,category,customer_name,customer_phone,address,symptom}', 'Hand to the shift leader', '转值班长审核', '{PW-13,PW-58}'),
    ('power_hotline', 1, 'fault', 'submitted', 'dispatched', '{shift_leader}',
        '{org_id}', 'Dispatch to the repair team', '转分局急修班', '{PW-13,PW-14,PW-33,PW-59}'),
    ('power_hotline', 1, 'fault', 'submitted', 'new', '{shift_leader}',
        '{note}', 'Send back to the agent', '退回客户代表', '{PW-59}'),
    ('power_hotline', 1, 'fault', 'dispatched', 'on_site', '{repair_team,agent}',
        '{happened_at}', 'Repair team has arrived', '到达现场', '{PW-13,PW-14}'),
    ('power_hotline', 1, 'fault', 'on_site', 'restored', '{repair_team,agent}',
        '{happened_at,category}', 'Power is back', '恢复供电', '{PW-13,PW-14}'),
    ('power_hotline', 1, 'fault', 'restored', 'called_back', '{agent}',
        '{service_rating,work_rating,timeliness_rating,result_rating}', 'Customer called back', '回访客户', '{PW-13,PW-45,PW-66}'),
    ('power_hotline', 1, 'fault', 'called_back', 'archived', NULL,
        '{}', 'Archive', '归档', '{PW-13}'),
    ('power_hotline', 1, 'fault', 'new', 'cancelled', '{agent,shift_leader}',
        '{cancel_reason}', 'End without repair', '不派修结束', '{PW-13,PW-29,PW-31}'),
    ('power_hotline', 1, 'fault', 'submitted', 'cancelled', '{shift_leader}',
        '{cancel_reason}', 'End without repair', '不派修结束', '{PW-13,PW-29,PW-31}'),
    ('power_hotline', 1, 'fault', 'dispatched', 'cancelled', '{shift_leader}',
        '{cancel_reason}', 'End without repair', '不派修结束', '{PW-13,PW-29,PW-31}'),
    ('power_hotline', 1, 'fault', 'on_site', 'cancelled', '{shift_leader}',
        '{cancel_reason}', 'End without repair', '不派修结束', '{PW-13,PW-31}'),
    ('power_hotline', 1, 'fault', 'new', 'duplicate', '{agent,shift_leader}',
        '{duplicate_of}', 'Repeats another report', '重复报修', '{PW-28}'),
    ('power_hotline', 1, 'fault', 'submitted', 'duplicate', '{shift_leader}',
        '{duplicate_of}', 'Repeats another report', '重复报修', '{PW-28}'),
    ('power_hotline', 1, 'fault', 'dispatched', 'duplicate', '{shift_leader}',
        '{duplicate_of}', 'Repeats another report', '重复报修', '{PW-28}');

-- Workflow of a consultation.  The agent answers, or the leader, or a
-- department (PW-68 to PW-70); only what a department handled is called back
-- (PW-71), the other answers were given on the phone.

INSERT INTO aftersales.workflow_state (policy, version, ticket_type, state, kind, position, label_en, label_zh, clauses) VALUES
    ('power_hotline', 1, 'consult', 'new',         'initial', 10, 'New', '受理中', '{PW-13}'),
    ('power_hotline', 1, 'consult', 'submitted',   'active',  20, 'With the shift leader', '已转值班长', '{PW-13,PW-68}'),
    ('power_hotline', 1, 'consult', 'dispatched',  'active',  30, 'With the department', '已转相关部门', '{PW-13,PW-69}'),
    ('power_hotline', 1, 'consult', 'handled',     'done',    40, 'Result is back', '处理结果已返回', '{PW-13}'),
    ('power_hotline', 1, 'consult', 'answered',    'done',    50, 'Answered', '已解答', '{PW-13,PW-68,PW-69}'),
    ('power_hotline', 1, 'consult', 'called_back', 'done',    60, 'Called back', '已回访', '{PW-13,PW-45}'),
    ('power_hotline', 1, 'consult', 'archived',    'closed',  70, 'Archived', '已归档', '{PW-13}'),
    ('power_hotline', 1, 'consult', 'cancelled',   'closed',  80, 'Ended without answer', '不再答复', '{PW-13}');

INSERT INTO aftersales.workflow_transition (policy, version, ticket_type, from_state, to_state, roles, ask_for, label_en, label_zh, clauses) VALUES
    ('power_hotline', 1, 'consult', 'new', 'answered', '{agent}',
        '{category,topic}', 'Answer', '解答', '{PW-13,PW-68}'),
    ('power_hotline', 1, 'consult', 'new', 'submitted', '{agent}',
        '{category,topic,customer_phone}', 'Pass to the shift leader', '转值班长', '{PW-13,PW-68}'),
    ('power_hotline', 1, 'consult', 'submitted', 'answered', '{shift_leader}',
        '{}', 'Answer', '解答', '{PW-13,PW-69}'),
    ('power_hotline', 1, 'consult', 'submitted', 'dispatched', '{shift_leader}',
        '{org_id}', 'Pass to the department', '转相关部门', '{PW-13,PW-14,PW-69}'),
    ('power_hotline', 1, 'consult', 'dispatched', 'handled', '{department}',
        '{note}', 'Return the result', '返回处理结果', '{PW-13,PW-14}'),
    ('power_hotline', 1, 'consult', 'handled', 'called_back', '{agent}',
        '{was_contacted,service_rating,work_rating,timeliness_rating,result_rating}', 'Customer called back', '回访客户', '{PW-13,PW-45,PW-71}'),
    ('power_hotline', 1, 'consult', 'answered', 'archived', NULL,
        '{}', 'Archive', '归档', '{PW-13}'),
    ('power_hotline', 1, 'consult', 'called_back', 'archived', NULL,
        '{}', 'Archive', '归档', '{PW-13}'),
    ('power_hotline', 1, 'consult', 'new', 'cancelled', '{agent,shift_leader}',
        '{cancel_reason}', 'End without answer', '不再答复', '{PW-13}'),
    ('power_hotline', 1, 'consult', 'submitted', 'cancelled', '{shift_leader}',
        '{cancel_reason}', 'End without answer', '不再答复', '{PW-13}'),
    ('power_hotline', 1, 'consult', 'dispatched', 'cancelled', '{shift_leader}',
        '{cancel_reason}', 'End without answer', '不再答复', '{PW-13}');

-- Workflow of a query.  PW-22: a result that is disputed and must be checked
-- goes on as a consult ticket, whose parent_id is the query.

INSERT INTO aftersales.workflow_state (policy, version, ticket_type, state, kind, position, label_en, label_zh, clauses) VALUES
    ('power_hotline', 1, 'query', 'new',       'initial', 10, 'New', '受理中', '{PW-13}'),
    ('power_hotline', 1, 'query', 'answered',  'done',    20, 'Answered', '已解答', '{PW-13,PW-73}'),
    ('power_hotline', 1, 'query', 'archived',  'closed',  30, 'Archived', '已归档', '{PW-13}'),
    ('power_hotline', 1, 'query', 'cancelled', 'closed',  40, 'Ended without answer', '不再答复', '{PW-13}');

INSERT INTO aftersales.workflow_transition (policy, version, ticket_type, from_state, to_state, roles, ask_for, label_en, label_zh, clauses) VALUES
    ('power_hotline', 1, 'query', 'new', 'answered', '{agent}',
        '{category,customer_no}', 'Answer', '解答', '{PW-13,PW-73}'),
    ('power_hotline', 1, 'query', 'answered', 'archived', NULL,
        '{disputed,consult_ticket}', 'Archive', '归档', '{PW-13}'),
    ('power_hotline', 1, 'query', 'new', 'cancelled', '{agent,shift_leader}',
        '{cancel_reason}', 'End without answer', '不再答复', '{PW-13}');

-- Guards: what a ticket must hold before it moves.  A text counts as given
-- when it has a character that is not white space.

INSERT INTO aftersales.workflow_guard (policy, version, ticket_type, from_state, to_state, guard, requires, message_en, message_zh, ask_for, clauses) VALUES
    ('power_hotline', 1, NULL, NULL, 'cancelled', 'cancel_reason_given', $$cancel_reason IS NOT NULL$$,
        'Say why the ticket ends without being handled.', '请注明不再处理的原因。', '{cancel_reason}', '{PW-13,PW-29,PW-31}'),

    -- PW-18, PW-27: the report is complete and accurate before the leader gets it.
    ('power_hotline', 1, 'fault', NULL, 'submitted', 'customer_named', $$name_refused OR customer_name ~ '\S'$$,
        'Record the customer''s name, or that the customer does not want to give it.', '请记录客户姓名；客户不愿提供的，请注明。', '{customer_name,name_refused}', '{PW-18,PW-19,PW-27}'),
    ('power_hotline', 1, 'fault', NULL, 'submitted', 'phone_recorded', $$customer_phone ~ '\S'$$,
        'Record the customer''s phone.', '请记录客户联系电话。', '{customer_phone}', '{PW-18,PW-27}'),
    ('power_hotline', 1, 'fault', NULL, 'submitted', 'address_recorded', $$address ~ '\S'$$,
        'Record the address of the fault.', '请记录报修地址。', '{address}', '{PW-18,PW-27,PW-32}'),
    ('power_hotline', 1, 'fault', NULL, 'submitted', 'symptom_recorded', $$symptom ~ '\S'$$,
        'Record the symptom of the fault.', '请记录故障现象。', '{symptom}', '{PW-27,PW-32}'),

    -- Dispatch.  PW-33: a cause that is unknown, and a leaf still open, go to
    -- the repair team; only these three do not.
    ('power_hotline', 1, 'fault', NULL, 'dispatched', 'not_duplicate', $$duplicate_of IS NULL$$,
        'A repeated report is not dispatched: tell the customer how the first one stands.', '重复报修不再派修，请向客户说明目前处理情况。', '{duplicate_of}', '{PW-28}'),
    ('power_hotline', 1, 'fault', NULL, 'dispatched', 'not_planned_or_arrears', $$outage_cause IS NULL OR outage_cause NOT IN ('planned', 'arrears')$$,
        'A planned outage or one for arrears is not dispatched: explain it to the customer.', '计划停电、欠费停电不派修，请向客户说明停电原因。', '{outage_cause}', '{PW-29}'),
    ('power_hotline', 1, 'fault', NULL, 'dispatched', 'not_customer_internal', $$category IS DISTINCT FROM 'customer_internal'$$,
        'A fault inside the customer''s installation is not dispatched: guide the customer by phone.', '客户内部故障不派修，请电话引导客户排查。', '{category}', '{PW-31}'),

    ('power_hotline', 1, 'fault', NULL, 'duplicate', 'first_report_named', $$duplicate_of IS NOT NULL$$,
        'Name the open ticket that this one repeats.', '请注明首次报修的工单。', '{duplicate_of}', '{PW-28}'),

    ('power_hotline', 1, 'fault', NULL, 'restored', 'classified', $$category IS NOT NULL$$,
        'Say what kind of fault it was.', '请确定故障分类。', '{category}', '{PW-54}'),
    -- PW-65 speaks of 12 hours; a meter fault has a day (PW-64), so the notice
    -- is owed once the ticket's own limit has passed.  One given before counts.
    ('power_hotline', 1, 'fault', NULL, 'restored', 'delay_notified', $$NOT clock_expired('restore') OR has_event('delay_notice')$$,
        'The time for the repair has passed: record the repair unit''s notice of delay (event delay_notice).', '已超过处理时限，请先登记抢修单位的延期告知。', '{}', '{PW-65}'),

    -- PW-45: four questions.  no_answer is for the customer who gives none.
    ('power_hotline', 1, 'fault', NULL, 'called_back', 'evaluated',
        $$num_nonnulls(service_rating, work_rating, timeliness_rating, result_rating) = 4$$,
        'Record the customer''s evaluation of service, work, time taken and result.', '请记录客户对服务质量、工作质量、处理时限和处理结果的评价。',
        '{service_rating,work_rating,timeliness_rating,result_rating}', '{PW-34,PW-45}'),

    ('power_hotline', 1, 'consult', 'new', 'submitted', 'classified', $$category IS NOT NULL$$,
        'Say what kind of consultation it is.', '请确定咨询分类。', '{category}', '{PW-20,PW-54}'),
    ('power_hotline', 1, 'consult', 'new', 'answered', 'classified', $$category IS NOT NULL$$,
        'Say what kind of consultation it is.', '请确定咨询分类。', '{category}', '{PW-20,PW-54}'),
    ('power_hotline', 1, 'consult', 'new', 'submitted', 'contact_taken', $$customer_phone ~ '\S'$$,
        'The answer is given later: record where the customer can be reached.', '不能立即答复的，请记录客户联系方式。', '{customer_phone}', '{PW-25}'),
    -- PW-23: the number is asked for; a customer who has none is told what that means (as PW-21).
    ('power_hotline', 1, 'consult', 'new', 'submitted', 'customer_no_asked',
        $$topic IS DISTINCT FROM 'meter_reading' OR customer_no ~ '\S' OR (cannot_query AND cannot_query_reason ~ '\S')$$,
        'Record the customer number, or that and why the records cannot be looked up.', '请记录客户编号；无法提供的，请注明无法查询的原因。', '{customer_no,cannot_query,cannot_query_reason}', '{PW-23}'),
    ('power_hotline', 1, 'consult', 'new', 'answered', 'customer_no_asked',
        $$topic IS DISTINCT FROM 'meter_reading' OR customer_no ~ '\S' OR (cannot_query AND cannot_query_reason ~ '\S')$$,
        'Record the customer number, or that and why the records cannot be looked up.', '请记录客户编号；无法提供的，请注明无法查询的原因。', '{customer_no,cannot_query,cannot_query_reason}', '{PW-23}'),
    ('power_hotline', 1, 'consult', 'new', 'submitted', 'refusal_recorded',
        $$topic IS DISTINCT FROM 'agent_refusal' OR (refusing_outlet ~ '\S' AND refusal_reason ~ '\S' AND refused_at IS NOT NULL AND refusing_staff_no ~ '\S')$$,
        'Record the outlet that refused the payment, its reason, the time and the staff number.', '请记录拒收网点名称、拒收原因、时间和人员工号。', '{refusing_outlet,refusal_reason,refused_at,refusing_staff_no}', '{PW-23}'),
    ('power_hotline', 1, 'consult', 'new', 'answered', 'refusal_recorded',
        $$topic IS DISTINCT FROM 'agent_refusal' OR (refusing_outlet ~ '\S' AND refusal_reason ~ '\S' AND refused_at IS NOT NULL AND refusing_staff_no ~ '\S')$$,
        'Record the outlet that refused the payment, its reason, the time and the staff number.', '请记录拒收网点名称、拒收原因、时间和人员工号。', '{refusing_outlet,refusal_reason,refused_at,refusing_staff_no}', '{PW-23}'),
    ('power_hotline', 1, 'consult', NULL, 'dispatched', 'not_duplicate', $$duplicate_of IS NULL$$,
        'A repeated fault report is not passed on: tell the customer how the first one stands.', '重复报修只作咨询处理，请向客户说明目前处理情况。', '{duplicate_of}', '{PW-28}'),
    ('power_hotline', 1, 'consult', NULL, 'called_back', 'contact_asked', $$was_contacted IS NOT NULL$$,
        'Ask the customer whether somebody has been in contact.', '请询问客户是否已经有人与其联系。', '{was_contacted}', '{PW-50}'),
    ('power_hotline', 1, 'consult', NULL, 'called_back', 'evaluated',
        $$num_nonnulls(service_rating, work_rating, timeliness_rating, result_rating) = 4$$,
        'Record the customer''s evaluation of service, work, time taken and result.', '请记录客户对服务质量、工作质量、处理时限和处理结果的评价。',
        '{service_rating,work_rating,timeliness_rating,result_rating}', '{PW-45}'),

    ('power_hotline', 1, 'query', NULL, 'answered', 'classified', $$category IS NOT NULL$$,
        'Say what kind of query it is.', '请确定查询分类。', '{category}', '{PW-20,PW-54}'),
    ('power_hotline', 1, 'query', NULL, 'answered', 'customer_no_given',
        $$customer_no ~ '\S' OR (cannot_query AND cannot_query_reason ~ '\S')$$,
        'Record the customer number, or that and why the records cannot be looked up.', '请记录客户编号；无法提供的，请注明无法查询的原因。', '{customer_no,cannot_query,cannot_query_reason}', '{PW-20,PW-21}'),
    ('power_hotline', 1, 'query', NULL, 'archived', 'consultation_formed', $$disputed IS NOT TRUE OR consult_ticket IS NOT NULL$$,
        'The result is disputed: form a consultation and record its ticket_id.', '客户对查询结果有异议，请形成咨询单并记录其编号。', '{disputed,consult_ticket}', '{PW-22}');

-- Clocks.
--
-- Around the clock (PW-01): all are wall-clock time.  The call clocks start
-- only while the ticket is new: a call that ends after the ticket was passed
-- on owes nothing more.  A call that ends unanswered within its 12 seconds was
-- given up by the caller; later, the breach is recorded first.
-- The 5 minutes of PW-68 have no start either: answer_content counts them from
-- the answered call, submit from its end for what is passed on.
-- PW-60 to PW-64 name no start; the supervision rules they refer to count from
-- the customer's report, so arrive and restore run from the opening.  "1 day"
-- of PW-64 is 24 hours, as its sibling is in hours.
-- No rules here yet for PW-70 (working days), PW-67, PW-72, PW-74 (shifts) and
-- PW-30 (reconnection).

INSERT INTO aftersales.sla_rule (policy, version, ticket_type, rule, clock, condition, starts_on, stops_on, cancels_on, target, mandatory, rank, label_en, label_zh, clauses) VALUES
    ('power_hotline', 1, 'fault', 'answer', 'answer', NULL,
        '{call_in}', '{answered}', '{hung_up,status:cancelled,status:duplicate,status:archived}',
        '12 seconds', false, 0, 'Answer the call', '接听来电', '{PW-01,PW-56}'),
    ('power_hotline', 1, 'consult', 'answer', 'answer', NULL,
        '{call_in}', '{answered}', '{hung_up,status:cancelled,status:archived}',
        '12 seconds', false, 0, 'Answer the call', '接听来电', '{PW-01,PW-56}'),
    ('power_hotline', 1, 'query', 'answer', 'answer', NULL,
        '{call_in}', '{answered}', '{hung_up,status:cancelled,status:archived}',
        '12 seconds', false, 0, 'Answer the call', '接听来电', '{PW-01,PW-56}'),

    ('power_hotline', 1, 'fault', 'submit', 'submit', $$status = 'new'$$,
        '{hung_up}', '{status:submitted}', '{status:cancelled,status:duplicate}',
        '3 minutes', false, 0, 'Hand to the shift leader', '转值班长审核', '{PW-58}'),
    ('power_hotline', 1, 'fault', 'review', 'review', NULL,
        '{status:submitted}', '{status:dispatched}', '{status:new,status:cancelled,status:duplicate}',
        '3 minutes', false, 0, 'Review and dispatch', '审核派单', '{PW-59}'),
    ('power_hotline', 1, 'fault', 'arrive_urban', 'arrive', $$area = 'urban'$$,
        '{opened}', '{status:on_site}', '{status:cancelled,status:duplicate}',
        '60 minutes', true, 0, 'Arrive on site, urban', '到达现场（城区）', '{PW-15,PW-33,PW-60}'),
    ('power_hotline', 1, 'fault', 'arrive_rural', 'arrive', $$area = 'rural'$$,
        '{opened}', '{status:on_site}', '{status:cancelled,status:duplicate}',
        '120 minutes', true, 0, 'Arrive on site, rural', '到达现场（农村）', '{PW-15,PW-33,PW-61}'),
    ('power_hotline', 1, 'fault', 'arrive_remote', 'arrive', $$area = 'remote'$$,
        '{opened}', '{status:on_site}', '{status:cancelled,status:duplicate}',
        '240 minutes', true, 0, 'Arrive on site, remote', '到达现场（特殊边远地区）', '{PW-15,PW-33,PW-62}'),
    ('power_hotline', 1, 'fault', 'restore', 'restore', NULL,
        '{opened}', '{status:restored}', '{status:cancelled,status:duplicate}',
        '12 hours', true, 0, 'Restore power', '处理完成', '{PW-15,PW-63}'),
    ('power_hotline', 1, 'fault', 'restore_meter', 'restore', $$category = 'meter_fault'$$,
        '{opened}', '{status:restored}', '{status:cancelled,status:duplicate}',
        '24 hours', true, 10, 'Restore power, meter fault', '处理完成（电能表故障）', '{PW-15,PW-64}'),
    ('power_hotline', 1, 'fault', 'callback', 'callback', NULL,
        '{status:restored}', '{status:called_back}', '{}',
        '10 minutes', false, 0, 'Call the customer back', '回访客户', '{PW-34,PW-46,PW-66}'),

    ('power_hotline', 1, 'consult', 'answer_content', 'answer_content', $$status = 'new'$$,
        '{answered}', '{status:answered,status:submitted}', '{status:cancelled}',
        '5 minutes', false, 0, 'Record and answer, or pass on', '录入咨询内容并解答', '{PW-68}'),
    ('power_hotline', 1, 'consult', 'submit', 'submit', $$status = 'new'$$,
        '{hung_up}', '{status:submitted}', '{status:answered,status:cancelled}',
        '5 minutes', false, 0, 'Pass to the shift leader', '转值班长', '{PW-68}'),
    ('power_hotline', 1, 'consult', 'review', 'review', NULL,
        '{status:submitted}', '{status:answered,status:dispatched}', '{status:cancelled}',
        '5 minutes', false, 0, 'Leader answers or passes on', '值班长解答或转相关部门', '{PW-69}'),
    ('power_hotline', 1, 'consult', 'callback', 'callback', NULL,
        '{status:handled}', '{status:called_back}', '{}',
        '10 minutes', false, 0, 'Call the customer back', '回访客户', '{PW-71}'),

    ('power_hotline', 1, 'query', 'answer_content', 'answer_content', $$status = 'new'$$,
        '{answered}', '{status:answered}', '{status:cancelled}',
        '5 minutes', false, 0, 'Answer the query', '完成查询解答', '{PW-73}');

SELECT aftersales.activate_policy('power_hotline', 1);
