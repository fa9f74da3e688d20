-- power_hotline: the 95598 hotline of a regional power utility.
--
-- Source: the utility's rules for its 95598 business, issued on 18 March 2014
-- (clauses PW-…).  All of its ten ticket types.
--
-- The roles that staff_role has to hold: agent (takes the call, calls back),
-- shift_leader (reviews, dispatches), repair_team (goes on site), department
-- (handles what the hotline cannot), bureau_marketing and company_marketing
-- (decide on complaints said to be unfounded, follow the major ones).  A move
-- whose row names no roles is one that the document leaves to anybody.
--
-- What an application does with a call: it opens the ticket with happened_at =
-- the moment the call came in, logs call_in, answered and hung_up as they
-- happen (or writes the call to contact, which does it), and moves the ticket
-- on.  A call whose events nobody logs is not measured; no clause makes the
-- log a condition of service.  A ticket that names its shift is archived
-- within the hour after the shift's last ticket of its type is done.
--
-- Seven types go the same way: a department handles them.  Their rows are
-- written once and spread over the types; the clauses of the types differ.

SELECT aftersales.install_calendar('cn');

INSERT INTO aftersales.policy (policy, title_en, title_zh, source, timezone, calendar) VALUES
    ('power_hotline', 'Power utility hotline 95598', '供电企业95598服务热线',
     '内蒙古电力（集团）有限责任公司95598业务管理办法（2014年3月18日）', 'Asia/Shanghai', 'cn');

-- Taxonomy: ten types, and the 44 leaves of PW-54.  Its 11 classes are the
-- types, complaints being of two grades (PW-55).

INSERT INTO aftersales.ticket_type (policy, version, ticket_type, position, label_en, label_zh, clauses) VALUES
    ('power_hotline', 1, 'fault',   10, 'Fault report', '故障报修', '{PW-02}'),
    ('power_hotline', 1, 'consult', 20, 'Consultation', '咨询', '{PW-02}'),
    ('power_hotline', 1, 'query',   30, 'Query', '查询', '{PW-02}'),
    ('power_hotline', 1, 'complaint',    40, 'Complaint', '投诉', '{PW-02}'),
    ('power_hotline', 1, 'request',      50, 'Request', '诉求', '{PW-02}'),
    ('power_hotline', 1, 'report',       60, 'Report of misconduct', '举报', '{PW-02}'),
    ('power_hotline', 1, 'suggestion',   70, 'Suggestion', '建议', '{PW-02}'),
    ('power_hotline', 1, 'opinion',      80, 'Opinion', '意见', '{PW-02}'),
    ('power_hotline', 1, 'praise',       90, 'Praise', '表扬', '{PW-02}'),
    ('power_hotline', 1, 'installation', 100, 'Installation', '报装', '{PW-02}');

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
    ('power_hotline', 1, 'query_other',           'query',   17, 'Other query', '其它', '{PW-54}'),
    ('power_hotline', 1, 'bill_content',          'request', 31, 'What the bill says', '电费通知单内容咨询', '{PW-54}'),
    ('power_hotline', 1, 'basic_data_error',      'request', 32, 'Error in the customer''s data', '基础信息错误', '{PW-54}'),
    ('power_hotline', 1, 'bill_not_delivered',    'request', 33, 'Bill not delivered', '电费通知单未送达', '{PW-54}'),
    ('power_hotline', 1, 'arrears_reconnection',  'request', 34, 'Reconnection after arrears', '欠费要求复电', '{PW-54}'),
    ('power_hotline', 1, 'meter_problem',         'request', 35, 'Problem with the meter', '电能表问题', '{PW-54}'),
    ('power_hotline', 1, 'safety_hazard',         'request', 36, 'Safety hazard', '安全隐患', '{PW-54}'),
    ('power_hotline', 1, 'usage_problem',         'request', 37, 'Problem with the consumption', '用电量问题', '{PW-54}'),
    ('power_hotline', 1, 'metering_problem',      'request', 38, 'Problem with the metering device', '计量装置问题', '{PW-54}'),
    ('power_hotline', 1, 'request_other',         'request', 39, 'Other request', '其它', '{PW-54}'),
    ('power_hotline', 1, 'report',                'report',       40, 'Report of misconduct', '举报', '{PW-54}'),
    ('power_hotline', 1, 'suggestion',            'suggestion',   41, 'Suggestion', '建议', '{PW-54}'),
    ('power_hotline', 1, 'opinion',               'opinion',      42, 'Opinion', '意见', '{PW-54}'),
    ('power_hotline', 1, 'praise',                'praise',       43, 'Praise', '表扬', '{PW-54}'),
    ('power_hotline', 1, 'installation_booking',  'installation', 44, 'Booking of an installation', '报装预约', '{PW-54}');

INSERT INTO aftersales.category (policy, version, category, ticket_type, grade, position, label_en, label_zh, clauses) VALUES
    ('power_hotline', 1, 'frequent_outage',      'complaint', 'general',   18, 'Frequent line outages', '线路频繁停电', '{PW-54,PW-55}'),
    ('power_hotline', 1, 'voltage_quality',      'complaint', 'general',   19, 'Voltage out of tolerance', '电压质量不合格', '{PW-54,PW-55}'),
    ('power_hotline', 1, 'appliance_damage',     'complaint', 'general',   20, 'Damage to appliances', '家电损坏', '{PW-54,PW-55}'),
    ('power_hotline', 1, 'unreasonable_charge',  'complaint', 'general',   21, 'Unreasonable charge', '收费不合理', '{PW-54,PW-55}'),
    ('power_hotline', 1, 'wrong_price',          'complaint', 'general',   22, 'Wrong price', '电价不正确', '{PW-54,PW-55}'),
    ('power_hotline', 1, 'late_reconnection',    'complaint', 'general',   23, 'Late reconnection after arrears', '欠费超期复电', '{PW-54,PW-55}'),
    ('power_hotline', 1, 'late_fault_handling',  'complaint', 'general',   24, 'Fault not repaired in time', '故障停电处理时间超期', '{PW-54,PW-55}'),
    ('power_hotline', 1, 'broken_promise',       'complaint', 'general',   25, 'Promised time not kept', '违反承诺工作时限', '{PW-54,PW-55}'),
    ('power_hotline', 1, 'wrong_disconnection',  'complaint', 'general',   26, 'Wrong disconnection', '错停电', '{PW-54,PW-55}'),
    ('power_hotline', 1, 'work_quality',         'complaint', 'general',   27, 'Quality of work', '工作质量', '{PW-54,PW-55}'),
    ('power_hotline', 1, 'rough_construction',   'complaint', 'general',   28, 'Rough construction work', '野蛮施工', '{PW-54,PW-55}'),
    ('power_hotline', 1, 'service_attitude',     'complaint', 'important', 29, 'Attitude of staff', '服务态度', '{PW-54,PW-55}'),
    ('power_hotline', 1, 'misconduct',           'complaint', 'important', 30, 'Misconduct of staff', '行风问题', '{PW-54,PW-55}');

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
        '{planned_outage,arrears_outage,customer_internal,out_of_scope,already_handled,resold_supply,bill_unsettled,harassment,withdrawn,opened_in_error}',
        true, 'Reason for ending without handling', '不再处理的原因', '{PW-13,PW-29,PW-31,PW-36,PW-37,PW-39,PW-40,PW-51}'),
    ('power_hotline', 1, NULL, 'event_class', 'text', '{major,sudden,sensitive}', true, 'Major, sudden or sensitive event', '重大、突发、敏感服务事件', '{PW-04,PW-10}'),
    ('power_hotline', 1, NULL, 'call_rating', 'text', '{satisfied,fair,dissatisfied,no_answer}', true, 'End of the call: evaluation of the service', '通话结束：对服务的评价', '{PW-43}'),
    ('power_hotline', 1, NULL, 'service_rating',    'text', '{satisfied,fair,dissatisfied,no_answer}', true, 'Callback: quality of service', '回访：服务质量', '{PW-45}'),
    ('power_hotline', 1, NULL, 'work_rating',       'text', '{satisfied,fair,dissatisfied,no_answer}', true, 'Callback: quality of work', '回访：工作质量', '{PW-45}'),
    ('power_hotline', 1, NULL, 'timeliness_rating', 'text', '{satisfied,fair,dissatisfied,no_answer}', true, 'Callback: time taken', '回访：处理时限', '{PW-45}'),
    ('power_hotline', 1, NULL, 'result_rating',     'text', '{satisfied,fair,dissatisfied,no_answer}', true, 'Callback: result', '回访：处理结果', '{PW-45}'),

    ('power_hotline', 1, 'fault', 'symptom',      'text', NULL, false, 'Symptom of the fault', '故障现象', '{PW-27,PW-32}'),
    ('power_hotline', 1, 'fault', 'outage_cause', 'text', '{unknown,supply_fault,planned,arrears}', true, 'Cause as judged on the phone', '受理时判断的停电原因', '{PW-29,PW-33}'),
    -- A repeated report keeps what was recorded when it becomes a consultation.
    ('power_hotline', 1, 'consult', 'symptom',      'text', NULL, false, 'Symptom of the repeated fault report', '重复报修的故障现象', '{PW-28}'),
    ('power_hotline', 1, 'consult', 'outage_cause', 'text', '{unknown,supply_fault,planned,arrears}', true, 'Cause of the repeated fault report, as judged on the phone', '重复报修受理时判断的停电原因', '{PW-28}'),

    ('power_hotline', 1, 'consult', 'topic', 'text', '{meter_reading,agent_refusal,meter_inaccurate,procedure,regulation,other}', true, 'What is asked about', '咨询事项', '{PW-23,PW-24}'),
    ('power_hotline', 1, 'consult', 'refusing_outlet',   'text',        NULL, false, 'Payment outlet that refused', '拒收电费的代收网点', '{PW-23}'),
    ('power_hotline', 1, 'consult', 'refusal_reason',    'text',        NULL, false, 'Reason it gave', '拒收原因', '{PW-23}'),
    ('power_hotline', 1, 'consult', 'refused_at',        'timestamptz', NULL, false, 'When it refused', '拒收时间', '{PW-23}'),
    ('power_hotline', 1, 'consult', 'refusing_staff_no', 'text',        NULL, false, 'Number of the person who refused', '拒收人员工号', '{PW-23}'),
    ('power_hotline', 1, 'consult', 'referred_to', 'text', '{meter_test,business_hall,other_outlet}', true, 'Where the customer was sent on to', '建议客户办理的去处', '{PW-23,PW-24}'),
    ('power_hotline', 1, 'consult', 'was_contacted', 'boolean', NULL, true, 'Callback: somebody has contacted the customer', '回访：是否已有人与客户联系', '{PW-50}'),

    ('power_hotline', 1, 'query', 'disputed',       'boolean', NULL, true, 'Customer disputes the result and it must be checked', '客户对查询结果有异议需核查', '{PW-22}'),
    ('power_hotline', 1, 'query', 'consult_ticket', 'integer', NULL, true, 'ticket_id of the consultation formed from it', '转成的咨询单', '{PW-22}'),

    ('power_hotline', 1, 'complaint', 'finding', 'text', '{upheld,unfounded}', true, 'What the investigation found', '调查认定结果', '{PW-05,PW-06}'),

    ('power_hotline', 1, 'suggestion', 'adopted', 'boolean', NULL, true, 'Suggestion is adopted', '建议被采纳', '{PW-49}'),
    ('power_hotline', 1, 'suggestion', 'rejection_reason', 'text', NULL, false, 'Why it is not, as told to the customer', '向客户说明的未采纳原因', '{PW-49}'),

    ('power_hotline', 1, 'installation', 'applicant',          'text',    '{resident,other}', true, 'Who applies', '申请客户类别', '{PW-39}'),
    ('power_hotline', 1, 'installation', 'supply_now',         'text',    '{none,own_meter,shared_meter,resold}', true, 'How the customer is supplied now', '目前用电方式', '{PW-39,PW-40}'),
    ('power_hotline', 1, 'installation', 'main_meter_arrears', 'numeric', NULL, false, 'Unpaid on the shared main meter (yuan)', '合用总表欠费金额（元）', '{PW-39}'),
    ('power_hotline', 1, 'installation', 'identity_no',        'text',    NULL, false, 'Number of the identity card', '身份证号码', '{PW-41}'),
    ('power_hotline', 1, 'installation', 'documents_told',     'boolean', NULL, true,  'Customer knows which documents to prepare', '已告知需准备的证件资料', '{PW-41}');

INSERT INTO aftersales.attribute (policy, version, ticket_type, attribute, data_type, allowed, in_bi, label_en, label_zh, clauses)
SELECT 'power_hotline', 1, t, a.attribute, a.data_type, a.allowed, a.in_bi, a.label_en, a.label_zh, a.clauses
FROM unnest('{complaint,request,report}'::text[]) t, (VALUES
    ('told_customer',  'text',    '{progress,result}'::text[], true, 'What a customer who repeats himself was told', '对重复反映客户告知的内容', '{PW-36}'::text[]),
    ('earlier_ticket', 'integer', NULL, true,  'ticket_id of the same matter, closed before', '此前已办结的同一事项工单', '{PW-36}'),
    ('explanation',    'text',    NULL, false, 'What was explained to the customer', '向客户所作的解释', '{PW-37}')) a (attribute, data_type, allowed, in_bi, label_en, label_zh, clauses)
UNION ALL
SELECT 'power_hotline', 1, t, a.attribute, a.data_type, NULL, a.in_bi, a.label_en, a.label_zh, '{PW-26}'
FROM unnest('{suggestion,opinion}'::text[]) t, (VALUES
    ('feasible',        'boolean', true,  'Can be done under the rules', '是否可行'),
    ('explanation',     'text',    false, 'What was explained to the customer', '向客户所作的解释'),
    ('reply_requested', 'boolean', true,  'Customer wants a reply', '客户要求答复')) a (attribute, data_type, in_bi, label_en, label_zh);

-- Events that applications log.

INSERT INTO aftersales.event_type (policy, version, ticket_type, event, roles, allowed_in, label_en, label_zh, clauses) VALUES
    ('power_hotline', 1, NULL,    'call_in',      NULL, NULL, 'Call came in', '客户电话打入', '{PW-01,PW-56}'),
    ('power_hotline', 1, NULL,    'answered',     NULL, NULL, 'Call answered', '客户代表接听', '{PW-56}'),
    ('power_hotline', 1, NULL,    'hung_up',      NULL, NULL, 'Call ended', '客户电话挂断', '{PW-58}'),
    ('power_hotline', 1, NULL,    'progress',     NULL, NULL, 'Progress reported', '报告处理进度', '{PW-13,PW-65}'),
    ('power_hotline', 1, NULL,    'note',         NULL, NULL, 'Note', '备注', '{PW-13}'),
    -- PW-65: the repair unit tells the agent, so either may log it.
    ('power_hotline', 1, 'fault', 'delay_notice', '{repair_team,agent}', '{dispatched,on_site}', 'Repair unit gave notice of delay', '抢修单位告知延期', '{PW-65}'),
    ('power_hotline', 1, NULL,        'leader_told', '{agent}', NULL, 'Shift leader told of the call', '已报告有关领导', '{PW-51}'),
    ('power_hotline', 1, NULL,        'supervised',  '{company_marketing}', NULL, 'Company''s marketing department has followed it up', '公司市场营销部已督办', '{PW-04}'),
    ('power_hotline', 1, 'complaint', 'reported_up', '{bureau_marketing}', NULL, 'Reported to the company''s marketing department', '已向公司市场营销部报告', '{PW-10}'),
    ('power_hotline', 1, 'request',   'reconnection_applied', '{agent,department}', '{new,submitted,dispatched}', 'Arrears paid, reconnection applied for', '客户结清费用并办理复电手续', '{PW-30}'),
    ('power_hotline', 1, 'request',   'reconnected', '{agent,department,repair_team}', NULL, 'Power is back', '已复电', '{PW-30}'),
    ('power_hotline', 1, 'installation', 'contacted', '{department}', NULL, 'Staff made contact', '工作人员已与客户联系', '{PW-42}');

-- A shift's tickets of a type are done when the last of them is called back,
-- answered or ended; then each of them gets this event.  A ticket that is not
-- done goes over to the next shift by its shift_id.
INSERT INTO aftersales.event_type (policy, version, ticket_type, event, allowed_in, label_en, label_zh, clauses)
SELECT 'power_hotline', 1, ticket_type, 'shift_done', allowed_in, 'Shift''s last one is done', '当班业务全部结束', clauses
FROM (VALUES
    ('fault',        '{called_back,archived,cancelled,duplicate}'::text[], '{PW-67}'::text[]),
    ('consult',      '{answered,called_back,archived,cancelled}',  '{PW-72}'),
    ('query',        '{answered,archived,cancelled}',              '{PW-74}'),
    ('complaint',    '{called_back,archived,cancelled,duplicate}', '{PW-79}'),
    ('report',       '{called_back,archived,cancelled,duplicate}', '{PW-79}'),
    ('suggestion',   '{called_back,archived,cancelled}',           '{PW-84}'),
    ('opinion',      '{called_back,archived,cancelled}',           '{PW-84}'),
    ('praise',       '{called_back,archived,cancelled}',           '{PW-84}'),
    ('request',      '{called_back,archived,cancelled,duplicate}', '{PW-89}'),
    ('installation', '{called_back,archived,cancelled}',           '{PW-94}')) t (ticket_type, allowed_in, clauses);

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

-- Workflow of what a department handles: entered, reviewed, handled, called
-- back.  What comes in twice is told so and ended (PW-36); of suggestions,
-- opinions, praise and installations the document says no such thing.  The
-- leader who reviews may send a ticket back, as with faults.

INSERT INTO aftersales.workflow_state (policy, version, ticket_type, state, kind, position, label_en, label_zh, clauses)
SELECT 'power_hotline', 1, t, s.state, s.kind, s.position, s.label_en, s.label_zh, s.clauses
FROM unnest('{complaint,report,request,suggestion,opinion,praise,installation}'::text[]) t, (VALUES
    ('new',         'initial', 10, 'New', '受理中', '{PW-13}'::text[]),
    ('submitted',   'active',  20, 'With the shift leader', '值班长审核', '{PW-13}'),
    ('dispatched',  'active',  30, 'With the department', '已转相关部门', '{PW-13,PW-14}'),
    ('handled',     'done',    40, 'Result is back', '处理结果已返回', '{PW-13}'),
    ('called_back', 'done',    50, 'Called back', '已回访', '{PW-13,PW-45}'),
    ('archived',    'closed',  60, 'Archived', '已归档', '{PW-13}'),
    ('cancelled',   'closed',  70, 'Ended without handling', '不再处理', '{PW-13}'),
    ('duplicate',   'closed',  80, 'Duplicate', '重复反映', '{PW-36}')) s (state, kind, position, label_en, label_zh, clauses)
WHERE s.state <> 'duplicate' OR t IN ('complaint', 'report', 'request');

INSERT INTO aftersales.workflow_transition (policy, version, ticket_type, from_state, to_state, roles, ask_for, label_en, label_zh, clauses)
SELECT 'power_hotline', 1, t.ticket_type, m.*
FROM (VALUES
    ('complaint',    'PW-75', 'PW-76', 'PW-77', 'PW-78', '{PW-35}'::text[], '{category,detail,customer_name,customer_phone,address}'::text[], '{finding,note}'::text[]),
    ('report',       'PW-75', 'PW-76', 'PW-77', 'PW-78', '{PW-35}', '{category,detail,customer_name,customer_phone}', '{note}'),
    ('request',      'PW-85', 'PW-86', 'PW-87', 'PW-88', '{PW-35}', '{category,detail,customer_name,customer_phone,address}', '{note}'),
    ('suggestion',   'PW-80', 'PW-81', 'PW-82', 'PW-83', '{}', '{category,detail,feasible,explanation,reply_requested,customer_phone}', '{note}'),
    ('opinion',      'PW-80', 'PW-81', 'PW-82', 'PW-83', '{}', '{category,detail,feasible,explanation,reply_requested,customer_phone}', '{note}'),
    ('praise',       'PW-80', 'PW-81', 'PW-82', 'PW-83', '{}', '{category,detail}', '{note}'),
    ('installation', 'PW-90', 'PW-91', 'PW-92', 'PW-93', '{}', '{category,detail,applicant,supply_now,main_meter_arrears,identity_no,documents_told,customer_name,customer_phone,address}', '{note}')
    ) t (ticket_type, entry, review, result, callback, forward, ask_entry, ask_result),
LATERAL (VALUES
    ('new', 'submitted', '{agent}'::text[], t.ask_entry, 'Hand to the shift leader', '转值班长审核', array['PW-13', t.entry] || t.forward),
    ('submitted', 'dispatched', '{shift_leader}', '{org_id}', 'Pass to the department', '转相关部门', array['PW-13', 'PW-14', t.review] || t.forward),
    ('submitted', 'new', '{shift_leader}', '{note}', 'Send back to the agent', '退回客户代表', array[t.review]),
    ('dispatched', 'handled', '{department}', t.ask_result, 'Return the result', '返回处理结果', array['PW-13', 'PW-14', t.result]),
    ('handled', 'called_back', '{agent}', '{service_rating,work_rating,timeliness_rating,result_rating}' ||
        CASE t.ticket_type WHEN 'suggestion' THEN '{adopted,rejection_reason}' ELSE '{}' END::text[],
        'Customer called back', '回访客户', array['PW-13', 'PW-45', t.callback]),
    ('called_back', 'archived', NULL, '{call_rating}', 'Archive', '归档', '{PW-13}'),
    ('new', 'cancelled', '{agent,shift_leader}', '{cancel_reason}', 'End without handling', '不再处理', '{PW-13}'),
    ('submitted', 'cancelled', '{shift_leader}', '{cancel_reason}', 'End without handling', '不再处理', '{PW-13}'),
    ('dispatched', 'cancelled', '{shift_leader}', '{cancel_reason}', 'End without handling', '不再处理', '{PW-13}'),
    ('new', 'duplicate', '{agent,shift_leader}', '{duplicate_of,told_customer}', 'Repeats an open one', '重复反映', '{PW-36}'),
    ('submitted', 'duplicate', '{shift_leader}', '{duplicate_of,told_customer}', 'Repeats an open one', '重复反映', '{PW-36}'),
    ('dispatched', 'duplicate', '{shift_leader}', '{duplicate_of,told_customer}', 'Repeats an open one', '重复反映', '{PW-36}')
    ) m (from_state, to_state, roles, ask_for, label_en, label_zh, clauses)
WHERE m.to_state <> 'duplicate' OR t.ticket_type IN ('complaint', 'report', 'request');

-- Approvals.  PW-06, then PW-05: the bureau's view, then the company's
-- decision, by two people.

INSERT INTO aftersales.approval_rule (policy, version, ticket_type, kind, step, roles, label_en, label_zh, clauses) VALUES
    ('power_hotline', 1, 'complaint', 'unfounded', 1, '{bureau_marketing}', 'Bureau: complaint is unfounded', '盟市局初步认定投诉不属实', '{PW-06}'),
    ('power_hotline', 1, 'complaint', 'unfounded', 2, '{company_marketing}', 'Company: complaint is unfounded', '公司最终认定投诉不属实', '{PW-05}');

-- Repetitions.  The document does not say by what a repetition is known: the
-- same place or the same customer number, for complaints and requests about
-- the same leaf.  One who reports misconduct twice may well mean two things;
-- the agent says so by duplicate_of.

INSERT INTO aftersales.duplicate_rule (policy, version, ticket_type, rule, match_on, becomes_type, becomes_category, label_en, label_zh, clauses) VALUES
    ('power_hotline', 1, 'fault',     'same_address',  '{address}',              'consult', 'repair_progress', 'Fault reported from the same address', '同一地址重复报修', '{PW-28}'),
    ('power_hotline', 1, 'fault',     'same_customer', '{customer_no}',          'consult', 'repair_progress', 'Fault reported by the same customer', '同一客户重复报修', '{PW-28}'),
    ('power_hotline', 1, 'complaint', 'same_address',  '{address,category}',     NULL, NULL, 'Same complaint from the same address', '同一地址重复投诉', '{PW-36}'),
    ('power_hotline', 1, 'complaint', 'same_customer', '{customer_no,category}', NULL, NULL, 'Same complaint by the same customer', '同一客户重复投诉', '{PW-36}'),
    ('power_hotline', 1, 'request',   'same_address',  '{address,category}',     NULL, NULL, 'Same request from the same address', '同一地址重复诉求', '{PW-36}'),
    ('power_hotline', 1, 'request',   'same_customer', '{customer_no,category}', NULL, NULL, 'Same request by the same customer', '同一客户重复诉求', '{PW-36}');

-- Guards: what a ticket must hold before it moves.  A text counts as given
-- when it has a character that is not white space.

INSERT INTO aftersales.workflow_guard (policy, version, ticket_type, from_state, to_state, guard, requires, message_en, message_zh, ask_for, clauses) VALUES
    ('power_hotline', 1, NULL, NULL, 'cancelled', 'cancel_reason_given', $$cancel_reason IS NOT NULL$$,
        'Say why the ticket ends without being handled.', '请注明不再处理的原因。', '{cancel_reason}', '{PW-13,PW-29,PW-31}'),
    ('power_hotline', 1, NULL, NULL, 'cancelled', 'leader_told', $$cancel_reason IS DISTINCT FROM 'harassment' OR has_event('leader_told')$$,
        'A harassing caller was cut off: tell the shift leader (event leader_told).', '骚扰电话挂断后，请报告有关领导并登记（事件 leader_told）。', '{}', '{PW-51}'),
    ('power_hotline', 1, NULL, NULL, 'archived', 'call_evaluated', $$channel IS DISTINCT FROM 'phone' OR call_rating IS NOT NULL$$,
        'Record how the customer rated the call; no_answer if not at all.', '请记录客户在通话结束时对服务的评价，未评价的选无应答。', '{call_rating}', '{PW-43}'),
    ('power_hotline', 1, NULL, NULL, 'archived', 'event_supervised', $$event_class IS NULL OR has_event('supervised')$$,
        'A major, sudden or sensitive event is followed up by the company''s marketing department (event supervised).', '重大、突发、敏感服务事件须由公司市场营销部督办（事件 supervised）。', '{}', '{PW-04}'),

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

-- Guards of what a department handles.

INSERT INTO aftersales.workflow_guard (policy, version, ticket_type, from_state, to_state, guard, requires, message_en, message_zh, ask_for, clauses)
SELECT 'power_hotline', 1, t, NULL, g.*
FROM (VALUES
    ('{complaint,report,request,suggestion,opinion,praise,installation}'::text[], 'submitted', 'classified', $$category IS NOT NULL$$,
        'Say what it is about.', '请确定业务分类。', '{category}'::text[], '{PW-20,PW-54}'::text[]),
    ('{complaint,report,request}', 'submitted', 'content_recorded', $$detail ~ '\S'$$,
        'Record what the customer says.', '请记录客户反映的具体情况。', '{detail}', '{PW-35}'),
    ('{complaint,report,request,installation}', 'submitted', 'customer_named', $$name_refused OR customer_name ~ '\S'$$,
        'Record the customer''s name, or that the customer does not want to give it.', '请记录客户姓名；客户不愿提供的，请注明。', '{customer_name,name_refused}', '{PW-18,PW-19}'),
    ('{complaint,report,request,installation}', 'submitted', 'phone_recorded', $$customer_phone ~ '\S'$$,
        'Record the customer''s phone.', '请记录客户联系电话。', '{customer_phone}', '{PW-18}'),
    ('{complaint,request,installation}', 'submitted', 'address_recorded', $$address ~ '\S'$$,
        'Record the address.', '请记录地址。', '{address}', '{PW-18}'),

    -- PW-36.  What repeats an open ticket is no second case.
    ('{complaint,report,request}', 'dispatched', 'not_duplicate', $$duplicate_of IS NULL$$,
        'This repeats an open ticket and is not passed on again: tell the customer how that one stands. If it is another matter, take duplicate_of away.', '重复反映的不再转办，请告知客户处理进展；如系另一事项，请清除重复标记。', '{duplicate_of}', '{PW-36}'),
    ('{complaint,report,request}', 'duplicate', 'first_ticket_named', $$duplicate_of IS NOT NULL$$,
        'Name the open ticket that this one repeats.', '请注明首次反映的工单。', '{duplicate_of}', '{PW-36}'),
    ('{complaint,report,request}', 'duplicate', 'progress_told', $$told_customer IS NOT NULL$$,
        'Tell the customer how the matter stands.', '请告知客户问题的处理进展情况。', '{told_customer}', '{PW-36}'),
    ('{complaint,report,request}', 'cancelled', 'result_told', $$cancel_reason IS DISTINCT FROM 'already_handled' OR (earlier_ticket IS NOT NULL AND told_customer = 'result')$$,
        'Name the ticket that was closed, and tell the customer its result.', '请注明已办结的工单，并告知客户调查结果。', '{earlier_ticket,told_customer}', '{PW-36}'),
    ('{complaint,report,request}', 'cancelled', 'scope_explained', $$cancel_reason IS DISTINCT FROM 'out_of_scope' OR explanation ~ '\S'$$,
        'Explain to the customer why it is not accepted, and record the explanation.', '不属于受理范围的，请向客户做好解释并记录。', '{explanation}', '{PW-37}'),

    -- PW-26.
    ('{suggestion,opinion}', 'submitted', 'answered_or_explained', $$detail ~ '\S' AND feasible IS NOT NULL AND (feasible OR explanation ~ '\S')$$,
        'Record what the customer says and whether it can be done; if not, explain the rules and record that too.', '请记录客户意见、建议及是否可行；与规定相悖的，请向客户解释并记录。', '{detail,feasible,explanation}', '{PW-26}'),
    ('{suggestion,opinion}', 'submitted', 'contact_taken', $$reply_requested IS NOT TRUE OR customer_phone ~ '\S'$$,
        'The customer wants a reply: record where to reach him.', '客户要求答复的，请记录联系方式。', '{reply_requested,customer_phone}', '{PW-26}'),

    -- PW-39 speaks of residents.
    ('{installation}', 'submitted', 'qualifies', $$applicant = 'other' OR supply_now = 'none' OR (supply_now = 'shared_meter' AND main_meter_arrears <= 0)$$,
        'A resident qualifies who has no supply yet, or who shares a meter whose bill is settled.', '居民客户未用电，或合用电表且总表电费已结清的，方可申请新装。', '{applicant,supply_now,main_meter_arrears}', '{PW-39}'),
    ('{installation}', 'submitted', 'not_resold', $$supply_now IS DISTINCT FROM 'resold'$$,
        'The customer is supplied through another organisation, which has to apply.', '单位转供电的不能办理，请客户通过转供单位统一办理。', '{supply_now}', '{PW-40}'),
    ('{installation}', 'submitted', 'documents_named', $$documents_told AND identity_no ~ '\S'$$,
        'Record the number of the identity card, and tell the customer which documents to prepare.', '请记录身份证号码，并告知客户需准备的证件及资料。', '{identity_no,documents_told}', '{PW-41}'),

    -- PW-30: who has paid and applied is told the result when power is back.
    ('{request}', 'handled', 'power_back', $$NOT has_event('reconnection_applied') OR has_event('reconnected')$$,
        'The customer has paid and applied for reconnection: restore power first (event reconnected).', '客户已结清费用并办理复电手续，请先复电并登记（事件 reconnected）。', '{}', '{PW-30}'),

    -- A complaint is investigated; that it is unfounded takes two decisions.
    -- The guard stands twice: the finding may be changed after the result.
    ('{complaint}', 'handled', 'finding_recorded', $$finding IS NOT NULL$$,
        'Say whether the complaint is upheld.', '请注明投诉是否属实。', '{finding}', '{PW-05}'),
    ('{complaint}', 'handled', 'unfounded_approved', $$finding IS DISTINCT FROM 'unfounded' OR approved('unfounded')$$,
        'That a complaint is unfounded is decided by the bureau first and by the company then.', '不属实投诉须先经盟市局初步认定，再由公司最终认定。', '{}', '{PW-05,PW-06}'),
    ('{complaint}', 'archived', 'unfounded_approved', $$finding IS DISTINCT FROM 'unfounded' OR approved('unfounded')$$,
        'That a complaint is unfounded is decided by the bureau first and by the company then.', '不属实投诉须先经盟市局初步认定，再由公司最终认定。', '{}', '{PW-05,PW-06}'),
    -- PW-10: that it has come in, and how it went.
    ('{complaint}', 'handled', 'reported_up', $$event_class IS DISTINCT FROM 'major' OR has_event('reported_up')$$,
        'Report the major complaint to the company''s marketing department (event reported_up).', '重大投诉须向公司市场营销部报告受理情况（事件 reported_up）。', '{}', '{PW-10}'),
    ('{complaint}', 'archived', 'reported_up', $$event_class IS DISTINCT FROM 'major' OR has_event('reported_up', 2)$$,
        'Report to the company''s marketing department how the major complaint went (a second event reported_up).', '重大投诉须向公司市场营销部报告跟踪情况（再次登记事件 reported_up）。', '{}', '{PW-10}'),
    -- PW-55: the grade is that of the leaf, at every move.
    ('{complaint}', NULL, 'graded', $$grade IS NOT DISTINCT FROM CASE WHEN category IN ('service_attitude', 'misconduct') THEN 'important' WHEN category IS NOT NULL THEN 'general' END$$,
        'The grade is that of the category: important for attitude and misconduct, else general.', '投诉等级须与分类一致：服务态度、行风问题为重要投诉，其余为一般投诉。', '{grade,category}', '{PW-55}'),

    ('{complaint,report,request,suggestion,opinion,praise,installation}', 'called_back', 'evaluated',
        $$num_nonnulls(service_rating, work_rating, timeliness_rating, result_rating) = 4$$,
        'Record the customer''s evaluation of service, work, time taken and result.', '请记录客户对服务质量、工作质量、处理时限和处理结果的评价。',
        '{service_rating,work_rating,timeliness_rating,result_rating}', '{PW-45}'),
    ('{suggestion}', 'called_back', 'adoption_told', $$adopted OR (adopted IS FALSE AND rejection_reason ~ '\S')$$,
        'Tell the customer whether the suggestion is adopted, and if not, why.', '请告知客户建议是否采纳；未采纳的，请说明原因。', '{adopted,rejection_reason}', '{PW-49}')
    ) x (types, to_state, guard, requires, message_en, message_zh, ask_for, clauses),
    unnest(x.types) t,
    LATERAL (SELECT x.to_state, x.guard, x.requires, x.message_en, x.message_zh, x.ask_for, x.clauses) g;

-- Whether a complaint is a matter for one is judged when it comes in (PW-37);
-- after that the department's finding ends it, not a cancellation.
INSERT INTO aftersales.workflow_guard (policy, version, ticket_type, from_state, to_state, guard, requires, message_en, message_zh, ask_for, clauses) VALUES
    ('power_hotline', 1, 'complaint', 'dispatched', 'cancelled', 'withdrawn_only', $$cancel_reason IN ('withdrawn', 'opened_in_error')$$,
        'A complaint that a department investigates ends with its finding, unless the customer withdraws it.', '已转办的投诉须以调查认定结束，客户撤回的除外。', '{cancel_reason}', '{PW-05,PW-37}');

-- Clocks.
--
-- Around the clock (PW-01): all but the departments' days are wall-clock time.
-- The call clocks start only while the ticket is new: a call that ends after
-- the ticket was passed on owes nothing more.  A call that ends unanswered
-- within its 12 seconds was given up by the caller; later, the breach is
-- recorded first.
-- The 5 minutes of PW-68 have no start either: answer_content counts them from
-- the answered call, submit from its end for what is passed on.
-- PW-60 to PW-64 name no start; the supervision rules they refer to count from
-- the customer's report, so arrive and restore run from the opening.  "1 day"
-- of PW-64 is 24 hours, as its sibling is in hours.
-- PW-42 and PW-44 leave their numbers blank and PW-92 refers to other rules:
-- those clocks have no target until a draft gives them one.

INSERT INTO aftersales.sla_rule (policy, version, ticket_type, rule, clock, condition, starts_on, stops_on, cancels_on, target, mandatory, rank, responsible, label_en, label_zh, clauses) VALUES
    ('power_hotline', 1, 'fault', 'submit', 'submit', $$status = 'new'$$,
        '{hung_up}', '{status:submitted}', '{status:cancelled,status:duplicate}',
        '3 minutes', false, 0, 'agent', 'Hand to the shift leader', '转值班长审核', '{PW-58}'),
    ('power_hotline', 1, 'fault', 'review', 'review', NULL,
        '{status:submitted}', '{status:dispatched}', '{status:new,status:cancelled,status:duplicate}',
        '3 minutes', false, 0, 'shift_leader', 'Review and dispatch', '审核派单', '{PW-59}'),
    ('power_hotline', 1, 'fault', 'arrive_urban', 'arrive', $$area = 'urban'$$,
        '{opened}', '{status:on_site}', '{status:cancelled,status:duplicate}',
        '60 minutes', true, 0, 'repair_team', 'Arrive on site, urban', '到达现场（城区）', '{PW-15,PW-33,PW-60}'),
    ('power_hotline', 1, 'fault', 'arrive_rural', 'arrive', $$area = 'rural'$$,
        '{opened}', '{status:on_site}', '{status:cancelled,status:duplicate}',
        '120 minutes', true, 0, 'repair_team', 'Arrive on site, rural', '到达现场（农村）', '{PW-15,PW-33,PW-61}'),
    ('power_hotline', 1, 'fault', 'arrive_remote', 'arrive', $$area = 'remote'$$,
        '{opened}', '{status:on_site}', '{status:cancelled,status:duplicate}',
        '240 minutes', true, 0, 'repair_team', 'Arrive on site, remote', '到达现场（特殊边远地区）', '{PW-15,PW-33,PW-62}'),
    ('power_hotline', 1, 'fault', 'restore', 'restore', NULL,
        '{opened}', '{status:restored}', '{status:cancelled,status:duplicate}',
        '12 hours', true, 0, 'repair_team', 'Restore power', '处理完成', '{PW-15,PW-63}'),
    ('power_hotline', 1, 'fault', 'restore_meter', 'restore', $$category = 'meter_fault'$$,
        '{opened}', '{status:restored}', '{status:cancelled,status:duplicate}',
        '24 hours', true, 10, 'repair_team', 'Restore power, meter fault', '处理完成（电能表故障）', '{PW-15,PW-64}'),
    ('power_hotline', 1, 'fault', 'callback', 'callback', NULL,
        '{status:restored}', '{status:called_back}', '{}',
        '10 minutes', false, 0, 'agent', 'Call the customer back', '回访客户', '{PW-34,PW-46,PW-66}'),

    ('power_hotline', 1, 'consult', 'answer_content', 'answer_content', $$status = 'new'$$,
        '{answered}', '{status:answered,status:submitted}', '{status:cancelled}',
        '5 minutes', false, 0, 'agent', 'Record and answer, or pass on', '录入咨询内容并解答', '{PW-68}'),
    ('power_hotline', 1, 'consult', 'submit', 'submit', $$status = 'new'$$,
        '{hung_up}', '{status:submitted}', '{status:answered,status:cancelled}',
        '5 minutes', false, 0, 'agent', 'Pass to the shift leader', '转值班长', '{PW-68}'),
    ('power_hotline', 1, 'consult', 'review', 'review', NULL,
        '{status:submitted}', '{status:answered,status:dispatched}', '{status:cancelled}',
        '5 minutes', false, 0, 'shift_leader', 'Leader answers or passes on', '值班长解答或转相关部门', '{PW-69}'),
    ('power_hotline', 1, 'consult', 'callback', 'callback', NULL,
        '{status:handled}', '{status:called_back}', '{}',
        '10 minutes', false, 0, 'agent', 'Call the customer back', '回访客户', '{PW-71}'),

    ('power_hotline', 1, 'query', 'answer_content', 'answer_content', $$status = 'new'$$,
        '{answered}', '{status:answered}', '{status:cancelled}',
        '5 minutes', false, 0, 'agent', 'Answer the query', '完成查询解答', '{PW-73}');

-- The same for all types.
INSERT INTO aftersales.sla_rule (policy, version, ticket_type, rule, clock, starts_on, stops_on, cancels_on, target, responsible, label_en, label_zh, clauses)
SELECT 'power_hotline', 1, t.ticket_type, r.*
FROM (VALUES ('fault', 'PW-67'), ('consult', 'PW-72'), ('query', 'PW-74'), ('complaint', 'PW-79'), ('report', 'PW-79'), ('suggestion', 'PW-84'),
             ('opinion', 'PW-84'), ('praise', 'PW-84'), ('request', 'PW-89'), ('installation', 'PW-94')) t (ticket_type, archive),
     LATERAL (SELECT CASE WHEN t.ticket_type IN ('fault', 'complaint', 'report', 'request') THEN '{status:duplicate}' ELSE '{}' END::text[]) d (duplicate),
LATERAL (VALUES
    ('answer', 'answer', '{call_in}'::text[], '{answered}'::text[], '{hung_up,status:cancelled,status:archived}'::text[] || d.duplicate,
        interval '12 seconds', 'agent', 'Answer the call', '接听来电', '{PW-01,PW-56}'::text[]),
    -- counted anew when the shift's last ticket turns out to be another one
    ('archive', 'archive', '{shift_done}', '{status:archived}', '{shift_done}',
        '1 hour', NULL, 'Archive', '资料归档', array[t.archive])) r (rule, clock, starts_on, stops_on, cancels_on, target, responsible, label_en, label_zh, clauses);

-- What a department handles.
INSERT INTO aftersales.sla_rule (policy, version, ticket_type, rule, clock, condition, starts_on, stops_on, cancels_on, target, unit, responsible, label_en, label_zh, clauses)
SELECT 'power_hotline', 1, t.ticket_type, r.rule, r.rule, r.condition, r.starts_on, r.stops_on, r.cancels_on, r.target, r.unit, r.responsible, r.label_en, r.label_zh, r.clauses
FROM (VALUES
    ('consult',      NULL,    NULL,    interval '1 day', 'PW-70', NULL, '{}'::text[]),
    ('complaint',    'PW-75', 'PW-76', '10 days', 'PW-77', 'PW-78', '{PW-47}'),
    ('report',       'PW-75', 'PW-76', '10 days', 'PW-77', 'PW-78', '{PW-47}'),
    ('request',      'PW-85', 'PW-86', '3 days',  'PW-87', 'PW-88', '{}'),
    ('suggestion',   'PW-80', 'PW-81', '3 days',  'PW-82', 'PW-83', '{}'),
    ('opinion',      'PW-80', 'PW-81', '3 days',  'PW-82', 'PW-83', '{}'),
    ('praise',       'PW-80', 'PW-81', '3 days',  'PW-82', 'PW-83', '{}'),
    ('installation', 'PW-90', 'PW-91', NULL,      'PW-92', 'PW-93', '{PW-48}')) t (ticket_type, entry, review, days, result, callback, callback_too),
     LATERAL (SELECT '{status:cancelled}' || CASE WHEN t.ticket_type IN ('complaint', 'report', 'request') THEN '{status:duplicate}' ELSE '{}' END::text[]) e (ended),
LATERAL (VALUES
    ('submit', $$status = 'new'$$, '{hung_up}'::text[], '{status:submitted}'::text[], e.ended,
        interval '5 minutes', 'elapsed', 'agent', 'Hand to the shift leader', '转值班长审核', array[t.entry]),
    ('review', NULL, '{status:submitted}', '{status:dispatched}', '{status:new}' || e.ended,
        '5 minutes', 'elapsed', 'shift_leader', 'Review and pass on', '审核并转相关部门', array[t.review]),
    ('handle', NULL, '{status:dispatched}', '{status:handled}', e.ended,
        t.days, 'working_day', 'department', 'Return the result', '返回处理结果', array[t.result]),
    ('callback', NULL, '{status:handled}', '{status:called_back}', '{}',
        '10 minutes', 'elapsed', 'agent', 'Call the customer back', '回访客户', array[t.callback] || t.callback_too)
    ) r (rule, condition, starts_on, stops_on, cancels_on, target, unit, responsible, label_en, label_zh, clauses)
WHERE t.ticket_type <> 'consult' OR r.rule = 'handle';

INSERT INTO aftersales.sla_rule (policy, version, ticket_type, rule, clock, starts_on, stops_on, cancels_on, target, unit, responsible, label_en, label_zh, clauses) VALUES
    ('power_hotline', 1, 'request', 'reconnect', 'reconnect',
        '{reconnection_applied}', '{reconnected}', '{status:cancelled,status:duplicate}',
        '24 hours', 'elapsed', 'department', 'Reconnect', '复电', '{PW-30}'),
    ('power_hotline', 1, 'complaint', 'reply', 'reply',
        '{opened}', '{status:called_back}', '{status:cancelled,status:duplicate}',
        NULL, 'calendar_day', 'department', 'Give a definite reply', '明确答复客户', '{PW-44}'),
    ('power_hotline', 1, 'installation', 'contact', 'contact',
        '{opened}', '{contacted}', '{status:cancelled,status:archived}',
        NULL, 'working_day', 'department', 'Make contact', '与客户联系', '{PW-42}');

-- Escalation: at the limit itself, the document knows no other moment.  PW-13:
-- the centre urges by the limits.  PW-65: past its time, the repair unit is to
-- tell the agent, who is told to ask.

INSERT INTO aftersales.escalation_rule (policy, version, ticket_type, clock, level, at, action, recipient, label_en, label_zh, clauses)
SELECT 'power_hotline', 1, t, clock, level, '0 minutes', 'notify', recipient, label_en, label_zh, clauses
FROM (VALUES
    ('{fault}'::text[], 'arrive',  1, 'shift_leader', 'Repair team is not on site in time', '抢修人员未按时到达现场', '{PW-13}'::text[]),
    ('{fault}',         'restore', 1, 'agent',        'Repair is not finished in time: ask for the notice of delay', '抢修未按时完成，请了解延期告知和进度', '{PW-65}'),
    ('{fault}',         'restore', 2, 'shift_leader', 'Repair is not finished in time', '抢修未按时完成', '{PW-13}'),
    ('{consult,complaint,report,request,suggestion,opinion,praise}', 'handle', 1, 'shift_leader', 'Department has not answered in time', '相关部门未按时返回处理结果', '{PW-13}'),
    ('{request}',       'reconnect', 1, 'shift_leader', 'Power is not back in time', '未按时复电', '{PW-13}')
    ) e (types, clock, level, recipient, label_en, label_zh, clauses), unnest(e.types) t;

SELECT aftersales.activate_policy('power_hotline', 1);
