-- computer_maker: a computer maker's after-sales service commitment.
--
-- Source: the maker's service plan and commitments (clauses PC-…).  Its recurring
-- reports (PC-26 to PC-28, PC-75, PC-123) and its targets for calls (PC-29, PC-38)
-- are not carried out here; of PC-75 the count that both sign is, not that it is
-- made every month.
--
-- Ticket types: repair, consult, complaint, training, delivery, spare_request,
-- and quality_report, the product quality information of chapter 12.
--
-- Roles that staff_role has to hold: hotline_agent (hotline and reception),
-- engineer, service_director (heads the station, keeps the accounts of parts),
-- commerce_specialist (keeps the parts; not both one person), finance (finance specialist of the
-- representative office), chief_rep (heads the representative office),
-- branch_csc (customer service centre of the sales branch), hq_csc (that of the
-- group's headquarters), storage (storage and transport department).  A move
-- whose row names no roles is one that the document leaves to anybody.
--
-- Codes of ticket columns:
--   mode            onsite, carry_in, phone
--   channel         phone, letter, visit
--   area            urban, suburban, county
--   component       host, monitor, part, software
--   fault_cause     product, user, disaster, unknown
--   fault_code      no_start, crash: what the national rule lists for the host
--   warranty_class  in_warranty, out_expired, out_user, out_disaster
--   remedies        return, exchange, repair, paid_repair
--
-- Codes of other rows:
--   visit.reason     hardware, system_restore, software, operation
--   visit.transport  bus, bicycle, taxi
--   visit.result     solved (with done_at), missing_part, unsolved (with left_at)
--   custody.held_reason  not_reproduced, no_part
--   evidence.kind    data_consent, virus_notice (signed by the customer), retest
--                    (passed or not), training_session (hours in reading)
--   document.kind    onsite_record, repair_form, upgrade_application,
--                    damage_report, appraisal_report, training_feedback,
--                    service_commitment
--   promise.kind     visit (when its window begins), repair, answer, reply,
--                    authority, delivery, leader; custody comes from custody
--   approval.kind    oow_order, beyond_area, damaged_part, damaged_return,
--                    monitor_exchange, taxi (item: the visit_id), spare_request,
--                    higher_grade, keep_part, lost_part (item: the exchange_id)
--   price_list.list  oow_parts
--   stock_slip.kind  see below
--
-- Repair.  Three modes share one workflow:
--   phone     new > resolved
--   on site   new > scheduled > on_site > repairing > resolved
--             (no_show: nobody at home; awaiting_part: come again with it)
--   carry in  new > received > repairing > resolved  (held: kept for a test or a part)
--   then      resolved > called_back > closed
--   out of warranty, between arrival or receipt and repair (chapter 9):
--             told > accepted > quoted > agreed > paid > part_ordered >
--             part_received > repairing
--   A customer who does not accept gets the machine back: declined > cancelled.
-- The document knows no way back from resolved: a machine that still fails is a
-- new report.
-- Others: consult new > (researching >) answered > closed; complaint new >
-- investigating > handled > called_back > closed; training new > under_way >
-- completed > closed; delivery contracted > produced > tested > packed >
-- at_branch > (at_dealer >) delivered > commissioned > closed; spare_request new >
-- approved > (backordered >) shipped > received > closed; quality_report new >
-- forwarded > (directed >) handled > closed; all of them also cancelled.
--
-- The ledger of parts (chapter 10).  All its locations name this policy
-- (stock_location.policy), so that it judges what is for no ticket, too.  What comes
-- into a store or leaves it is booked by a slip that commerce specialist (store) and
-- service director (accounts) have signed and the director posts; a shipment is
-- signed by storage and branch_csc and posted by either.  By kind:
--   shipment          sends what was applied for (spare_request: approved,
--                     backordered), with a packing list
--   receipt           books it in (spare_request: shipped, received), or an opening
--                     stock (no ticket)
--   issue             the issue slip: parts for a repair, loan monitors
--   return            the return slip: what was not used, loan monitors
--   defective_return  the return-repair slip: one bad part of a repair, with its
--                     symptom
--   send_back         bad parts to the storage department, with a packing list
--   transfer, regrade, scrap, supplier_return: what the document says nothing of
-- An engineer books what is done with parts at the customer's, in purposes install,
-- remove, keep and lose, from the hands the parts were given to and into those of
-- an engineer (kind engineer).  Anything else is refused.  Moves are taken back by
-- the director, with a note.  A repair ends, one way or the other, when all its
-- parts are accounted for (parts_balanced()).  Stores are counted on the 1st of
-- the month; both keepers sign, the branch's centre approves differences.
--
-- Events that applications log:
--   all             call_in, answered, hung_up (also from contact), note
--   repair          attended, responded, proposed, visit_declined,
--                   customer_accepted, quote_accepted, delay_notice, progress,
--                   branch_called_back, hq_called_back
--   complaint       progress
--   delivery        quality_followed_up
--
-- Which limits hold (PC-05 to PC-07, PC-13, PC-32): the table by area, chapter
-- 6's two and four hours where no area is recorded, from the customer's report,
-- around the clock (PC-11).  A proposal within 48 hours or a solution within 24
-- is the outer limit of all of them, late only when both are missed.  Machines
-- carried in have the time that was promised instead.

SELECT aftersales.install_calendar('cn');

INSERT INTO aftersales.policy (policy, title_en, title_zh, source, timezone, calendar) VALUES
    ('computer_maker', 'Computer maker''s service commitment', '计算机厂商售后服务承诺',
     '同创售后服务方案及承诺', 'Asia/Shanghai', 'cn');

-- Taxonomy.

INSERT INTO aftersales.ticket_type (policy, version, ticket_type, position, label_en, label_zh, clauses) VALUES
    ('computer_maker', 1, 'repair',         10, 'Repair', '报修', '{PC-14}'),
    ('computer_maker', 1, 'consult',        20, 'Technical consultation', '技术咨询', '{PC-01,PC-14}'),
    ('computer_maker', 1, 'complaint',      30, 'Complaint', '投诉', '{PC-14}'),
    ('computer_maker', 1, 'training',       40, 'User training', '用户培训', '{PC-03}'),
    ('computer_maker', 1, 'delivery',       50, 'Delivery and commissioning', '送货调试', '{PC-02,PC-122}'),
    ('computer_maker', 1, 'spare_request',  60, 'Request for spare parts', '备品备件申请', '{PC-59}'),
    ('computer_maker', 1, 'quality_report', 70, 'Product quality report', '产品质量信息反馈', '{PC-114}');

INSERT INTO aftersales.service_area (policy, version, area, position, label_en, label_zh, clauses) VALUES
    ('computer_maker', 1, 'urban',    10, 'Prefecture-level city, urban district', '地市级城市市区', '{PC-05}'),
    ('computer_maker', 1, 'suburban', 20, 'Prefecture-level city, outside the urban district', '地市级城市市区以外', '{PC-06}'),
    ('computer_maker', 1, 'county',   30, 'County level and below, no service station', '县级以下无服务站', '{PC-07}');

-- Attributes.  What is personal stays out of BI (in_bi false).

INSERT INTO aftersales.attribute (policy, version, ticket_type, attribute, data_type, allowed, in_bi, label_en, label_zh, clauses) VALUES
    ('computer_maker', 1, NULL, 'contact_phone', 'text', NULL, false, 'Where the customer can be reached', '客户联系方式', '{PC-36,PC-126}'),
    ('computer_maker', 1, NULL, 'cancel_reason', 'text', '{withdrawn,declined,visit_refused,rejected,opened_in_error}', true, 'Reason for ending without service', '不再处理的原因', '{PC-36}'),

    ('computer_maker', 1, 'repair', 'symptom',            'text',    NULL, false, 'Symptom of the fault', '故障现象', '{PC-18,PC-93}'),
    ('computer_maker', 1, 'repair', 'asked_other_faults', 'boolean', NULL, true,  'Customer was asked about further faults', '已追问其它问题', '{PC-33}'),
    ('computer_maker', 1, 'repair', 'other_faults',       'text',    NULL, false, 'Further faults', '其它问题', '{PC-33}'),
    ('computer_maker', 1, 'repair', 'station_level',      'text',    '{city,county}', true, 'Level of the station that serves it', '服务站级别', '{PC-08}'),
    ('computer_maker', 1, 'repair', 'has_office',         'boolean', NULL, true,  'There is a representative office', '当地设有代表处', '{PC-98}'),
    ('computer_maker', 1, 'repair', 'responsible_office', 'text',    NULL, true,  'Representative office that refused the visit', '决定不上门的代表处', '{PC-102}'),
    ('computer_maker', 1, 'repair', 'refusal_consent',    'boolean', NULL, true,  'User agrees that nobody comes', '用户同意不上门', '{PC-102}'),
    ('computer_maker', 1, 'repair', 'visit_requested',    'boolean', NULL, true,  'User asks for a visit that is charged', '用户要求有偿上门', '{PC-10,PC-44}'),
    ('computer_maker', 1, 'repair', 'visit_negotiated',   'boolean', NULL, true,  'Charge for the visits is agreed specially', '上门费用协商解决', '{PC-10}'),
    ('computer_maker', 1, 'repair', 'hold_reason',        'text',    '{not_reproduced,no_part}', true, 'Why the machine is kept', '留机原因', '{PC-107}'),
    ('computer_maker', 1, 'repair', 'hold_consent',       'boolean', NULL, true,  'Customer agrees that the machine is kept', '客户同意留机', '{PC-107}'),
    ('computer_maker', 1, 'repair', 'data_risk',          'boolean', NULL, true,  'Work may lose data', '可能引起数据丢失', '{PC-89}'),
    ('computer_maker', 1, 'repair', 'parts_needed',       'boolean', NULL, true,  'Parts must be replaced', '须更换部件', '{PC-43,PC-47}'),
    ('computer_maker', 1, 'repair', 'cause_found',        'text',    NULL, false, 'Cause that was found', '故障原因', '{PC-18,PC-93}'),
    ('computer_maker', 1, 'repair', 'solution',           'text',    NULL, false, 'What was done', '解决方法', '{PC-18,PC-93}'),
    ('computer_maker', 1, 'repair', 'advice',             'text',    NULL, false, 'Advice given to the customer', '注意事项', '{PC-93}'),
    ('computer_maker', 1, 'repair', 'remedy',             'text',    '{return,exchange,repair,paid_repair}', true, 'Remedy the customer chose', '客户选择的处理方式', '{PC-19,PC-20,PC-21}'),
    ('computer_maker', 1, 'repair', 'virus_found',        'boolean', NULL, true,  'A virus was found', '发现病毒', '{PC-90}'),
    ('computer_maker', 1, 'repair', 'changes_habits',     'boolean', NULL, true,  'Customer''s working habits are changed', '更改客户操作习惯', '{PC-91}'),
    ('computer_maker', 1, 'repair', 'habits_consent',     'boolean', NULL, true,  'Customer agrees to that', '客户同意更改', '{PC-91}'),
    ('computer_maker', 1, 'repair', 'part_damage',        'text',    '{none,physical,abnormal}', true, 'Damage of the part that was taken out', '换下部件的损坏情况', '{PC-72,PC-77}'),
    ('computer_maker', 1, 'repair', 'damage_cause',       'text',    NULL, false, 'Cause of that damage', '损坏原因', '{PC-72,PC-77}'),
    ('computer_maker', 1, 'repair', 'damage_person',      'text',    NULL, false, 'Who answers for that damage', '损坏责任人', '{PC-77}'),
    ('computer_maker', 1, 'repair', 'machine_works',      'boolean', NULL, true,  'Level-1 callback: the machine works', '一级回访：机器使用正常', '{PC-15,PC-25,PC-96}'),
    ('computer_maker', 1, 'repair', 'callback_basis',     'text',    '{working_days,calendar_days}', true, 'How the three days of the level-1 callback are counted', '一级回访期限的计算方式', '{PC-15,PC-25,PC-96}'),
    ('computer_maker', 1, 'repair', 'service_report_no',  'text',    NULL, true,  'Entry in the service report', '客服工作报表登记号', '{PC-55}'),

    ('computer_maker', 1, 'consult', 'answer', 'text', NULL, false, 'Answer given', '解答内容', '{PC-36,PC-126}'),

    ('computer_maker', 1, 'complaint', 'source', 'text', '{customer,authority}', true, 'Where it comes from', '投诉来源', '{PC-124}'),
    ('computer_maker', 1, 'complaint', 'result', 'text', NULL, false, 'How it was settled', '处理结果', '{PC-125}'),
    ('computer_maker', 1, 'complaint', 'is_satisfied', 'boolean', NULL, true, 'Callback: the customer is satisfied', '回访：客户满意', '{PC-125}'),

    ('computer_maker', 1, 'training', 'commissioned_on', 'date',    NULL, true,  'Day the machine was commissioned', '调试完成日期', '{PC-03}'),
    ('computer_maker', 1, 'training', 'at_user_site',    'boolean', NULL, true,  'Held at the user''s location', '在用户所在地培训', '{PC-03}'),
    ('computer_maker', 1, 'training', 'by_manual',       'boolean', NULL, true,  'Follows the bundled manual', '按随机用户手册培训', '{PC-03}'),
    ('computer_maker', 1, 'training', 'effect',          'text',    NULL, false, 'Analysis of its effect, as reported back', '培训效果分析和反馈', '{PC-04}'),

    ('computer_maker', 1, 'delivery', 'place',          'text',    NULL, false, 'Place agreed in the contract', '合同约定地点', '{PC-02}'),
    ('computer_maker', 1, 'delivery', 'works_normally', 'boolean', NULL, true,  'The machine works normally', '机器能正常使用', '{PC-02}'),

    ('computer_maker', 1, 'spare_request', 'form_no',         'text',    NULL, true,  'Number of the application form', '备品备件申请表编号', '{PC-59}'),
    ('computer_maker', 1, 'spare_request', 'part_no',         'text',    NULL, true,  'Part applied for', '申请的部件', '{PC-59}'),
    ('computer_maker', 1, 'spare_request', 'repair_qty',      'integer', NULL, true,  'Repairs of the period', '实际维修量', '{PC-58}'),
    ('computer_maker', 1, 'spare_request', 'sales_qty',       'integer', NULL, true,  'Local sales of the period', '当地销量', '{PC-58}'),
    ('computer_maker', 1, 'spare_request', 'good_stock_qty',  'integer', NULL, true,  'Good parts on hand', '现有好件数量', '{PC-58}'),
    ('computer_maker', 1, 'spare_request', 'requested_grade', 'integer', NULL, true,  'Grade applied for', '申请的档次', '{PC-69}'),
    ('computer_maker', 1, 'spare_request', 'issued_grade',    'integer', NULL, true,  'Grade sent', '发出的档次', '{PC-69}'),
    ('computer_maker', 1, 'spare_request', 'branch_plan',     'text',    NULL, false, 'Branch''s solution for what is not in stock', '销售分公司的解决方案', '{PC-61}'),
    ('computer_maker', 1, 'spare_request', 'received_qty',    'integer', NULL, true,  'Quantity received', '实收数量', '{PC-64}');

-- PC-117: the form has no gaps; what does not fit into it is in detail.
INSERT INTO aftersales.attribute (policy, version, ticket_type, attribute, data_type, allowed, required_in, in_bi, label_en, label_zh, clauses) VALUES
    ('computer_maker', 1, 'quality_report', 'source', 'text', '{handover,user_report,repair_work}', '{forwarded,directed,handled,closed}', true, 'How it was learnt', '质量信息来源', '{PC-115,PC-117}'),
    ('computer_maker', 1, 'quality_report', 'form_no',     'text', NULL, '{forwarded,directed,handled,closed}', true,  'Number of the form', '产品质量信息反馈表编号', '{PC-116,PC-117}'),
    ('computer_maker', 1, 'quality_report', 'model',       'text', NULL, '{forwarded,directed,handled,closed}', true,  'Model', '机型', '{PC-117}'),
    ('computer_maker', 1, 'quality_report', 'serial_no',   'text', NULL, '{forwarded,directed,handled,closed}', true,  'Serial number', '机器编号', '{PC-117}'),
    ('computer_maker', 1, 'quality_report', 'found_on',    'date', NULL, '{forwarded,directed,handled,closed}', true,  'Day the problem was found', '发现日期', '{PC-117}'),
    ('computer_maker', 1, 'quality_report', 'affected',    'integer', NULL, '{forwarded,directed,handled,closed}', true, 'Machines affected', '问题机器数量', '{PC-117}'),
    ('computer_maker', 1, 'quality_report', 'problem',     'text', NULL, '{forwarded,directed,handled,closed}', false, 'Problem', '质量问题描述', '{PC-117}'),
    ('computer_maker', 1, 'quality_report', 'preliminary_opinion', 'text', NULL, '{forwarded,directed,handled,closed}', false, 'Preliminary opinion', '初步处理意见', '{PC-120}'),
    ('computer_maker', 1, 'quality_report', 'report', 'text', NULL, '{handled,closed}', false, 'Report and reply', '上报情况和回复', '{PC-119}');

-- Events that applications log.  Calls written to contact yield the first
-- three; kinds of promises follow.

INSERT INTO aftersales.event_type (policy, version, ticket_type, event, roles, allowed_in, label_en, label_zh, clauses) VALUES
    ('computer_maker', 1, NULL, 'call_in',  NULL, NULL, 'Call came in', '客户电话打入', '{PC-36}'),
    ('computer_maker', 1, NULL, 'answered', NULL, NULL, 'Call answered', '接听', '{PC-36}'),
    ('computer_maker', 1, NULL, 'hung_up',  NULL, NULL, 'Call ended', '通话结束', '{PC-36}'),
    ('computer_maker', 1, NULL, 'note',     NULL, NULL, 'Note', '备注', '{PC-36}'),

    ('computer_maker', 1, 'repair', 'attended',  '{hotline_agent,engineer}', '{new}', 'Customer who came in is attended to', '开始接待送修客户', '{PC-104}'),
    ('computer_maker', 1, 'repair', 'responded', '{hotline_agent,engineer}', NULL, 'First response', '首次响应', '{PC-07}'),
    ('computer_maker', 1, 'repair', 'proposed',  '{hotline_agent,engineer}', NULL, 'Solution proposed to the customer', '向客户提出解决方案', '{PC-32}'),
    ('computer_maker', 1, 'repair', 'visit_declined', '{chief_rep}', '{new,scheduled}', 'Representative office decides that nobody goes', '代表处决定不上门', '{PC-102}'),
    ('computer_maker', 1, 'repair', 'customer_accepted', '{hotline_agent,engineer}', '{told}', 'Customer accepts service out of warranty', '用户认可保外维修', '{PC-46}'),
    ('computer_maker', 1, 'repair', 'quote_accepted',    '{hotline_agent,engineer}', '{quoted}', 'Customer agrees to pay', '用户同意支付', '{PC-47}'),
    ('computer_maker', 1, 'repair', 'delay_notice', '{hotline_agent,engineer}', NULL, 'Customer told that the agreed time cannot be kept, and why', '通知客户不能按约定时间修复并解释原因', '{PC-108}'),
    ('computer_maker', 1, 'repair', 'progress',     '{hotline_agent,engineer}', NULL, 'Customer told the progress', '告知客户进度', '{PC-109}'),
    ('computer_maker', 1, 'repair', 'branch_called_back', '{branch_csc}', '{resolved,called_back}', 'Level-2 callback by the sales branch', '销售分公司二级回访', '{PC-97}'),
    ('computer_maker', 1, 'repair', 'hq_called_back',     '{hq_csc}', '{called_back,closed}', 'Level-2 callback by headquarters', '集团总部二级回访', '{PC-16}'),
    ('computer_maker', 1, 'complaint', 'progress', NULL, NULL, 'Progress reported', '报告处理进度', '{PC-125}'),
    ('computer_maker', 1, 'delivery',  'quality_followed_up', '{hotline_agent,engineer,chief_rep}', '{delivered,commissioned}', 'Quality of the machine followed up', '回访机器质量情况', '{PC-116}'),

    -- Once classified, a ticket changes its class by these only.
    ('computer_maker', 1, 'repair', 'changed:warranty_class', '{service_director,branch_csc}', NULL, 'Warranty classified anew', '重新判定是否保内', '{PC-39}'),

    -- visit: the beginning of the window in which the engineer comes.
    ('computer_maker', 1, 'repair',    'promise:visit',  NULL, NULL, 'Time of the visit agreed', '约定上门时间', '{PC-34,PC-37}'),
    ('computer_maker', 1, 'repair',    'promise:repair', NULL, NULL, 'Time promised for the repair', '约定修复时间', '{PC-37,PC-108}'),
    ('computer_maker', 1, 'repair',    'promise:custody', NULL, NULL, 'Time promised on the receipt', '取机凭证上的约定时间', '{PC-37,PC-108}'),
    ('computer_maker', 1, 'consult',   'promise:answer', NULL, NULL, 'Time promised for the answer', '承诺答复时间', '{PC-37}'),
    ('computer_maker', 1, 'complaint', 'promise:reply',  NULL, NULL, 'Time promised for the reply', '承诺回复时间', '{PC-37}'),
    ('computer_maker', 1, 'complaint', 'promise:authority', NULL, NULL, 'Deadline set by the authority', '主管部门规定的期限', '{PC-124}'),
    ('computer_maker', 1, 'delivery',  'promise:delivery', NULL, NULL, 'Time of delivery agreed in the contract', '合同约定送货时间', '{PC-02}'),
    ('computer_maker', 1, 'quality_report', 'promise:leader', NULL, NULL, 'Time set by the leader', '领导规定的时间', '{PC-119}');

-- Workflow of a repair.

INSERT INTO aftersales.workflow_state (policy, version, ticket_type, state, kind, position, label_en, label_zh, clauses) VALUES
    ('computer_maker', 1, 'repair', 'new',           'initial', 10,  'Reported', '已报修', '{PC-14}'),
    ('computer_maker', 1, 'repair', 'scheduled',     'active',  20,  'Visit appointed', '已约定上门', '{PC-34,PC-80}'),
    ('computer_maker', 1, 'repair', 'no_show',       'waiting', 25,  'Customer was absent', '客户不在', '{PC-86}'),
    ('computer_maker', 1, 'repair', 'on_site',       'active',  30,  'Engineer on site', '已上门', '{PC-05,PC-06,PC-07}'),
    ('computer_maker', 1, 'repair', 'awaiting_part', 'waiting', 35,  'Next visit agreed, to bring the part', '缺备件，已约定再次上门', '{PC-92}'),
    ('computer_maker', 1, 'repair', 'received',      'active',  40,  'Machine received', '已收机', '{PC-105}'),
    ('computer_maker', 1, 'repair', 'held',          'waiting', 45,  'Machine kept for a test or a part', '留机', '{PC-107}'),
    ('computer_maker', 1, 'repair', 'told',          'waiting', 50,  'Told that it is out of warranty', '已告知属保外维修', '{PC-46}'),
    ('computer_maker', 1, 'repair', 'accepted',      'active',  52,  'Service out of warranty accepted', '用户认可保外维修', '{PC-46}'),
    ('computer_maker', 1, 'repair', 'quoted',        'waiting', 54,  'Parts and prices listed', '已报价', '{PC-47}'),
    ('computer_maker', 1, 'repair', 'agreed',        'waiting', 56,  'Customer agrees to pay', '用户同意支付', '{PC-47}'),
    ('computer_maker', 1, 'repair', 'paid',          'active',  58,  'Paid, with finance and the branch', '已交费，待审核审批', '{PC-49}'),
    ('computer_maker', 1, 'repair', 'part_ordered',  'waiting', 60,  'Part ordered from the branch', '已向销售分公司调货', '{PC-50}'),
    ('computer_maker', 1, 'repair', 'part_received', 'active',  62,  'Part received', '已领取部件', '{PC-51}'),
    ('computer_maker', 1, 'repair', 'repairing',     'active',  70,  'Being repaired, exchanged or taken back', '维修（更换、退货）中', '{PC-51}'),
    ('computer_maker', 1, 'repair', 'declined',      'waiting', 75,  'Not to be repaired, to be handed back', '不予维修，待取回', '{PC-46}'),
    ('computer_maker', 1, 'repair', 'resolved',      'done',    80,  'Solved', '已解决', '{PC-18}'),
    ('computer_maker', 1, 'repair', 'called_back',   'done',    90,  'Level-1 callback made', '已一级回访', '{PC-15,PC-96}'),
    ('computer_maker', 1, 'repair', 'closed',        'closed',  100, 'Closed', '已归档', '{PC-18}'),
    ('computer_maker', 1, 'repair', 'cancelled',     'closed',  110, 'Ended without service', '不再处理', '{PC-36}');

INSERT INTO aftersales.workflow_transition (policy, version, ticket_type, from_state, to_state, roles, ask_for, label_en, label_zh, clauses) VALUES
    ('computer_maker', 1, 'repair', 'new', 'scheduled', '{hotline_agent,service_director}',
        '{mode,area,org_id,assignee,symptom,asked_other_faults,contact_phone}', 'Send an engineer', '安排上门', '{PC-34,PC-80,PC-82}'),
    ('computer_maker', 1, 'repair', 'new', 'received', '{hotline_agent,engineer}',
        '{mode,org_id,symptom,contact_phone}', 'Receive the machine', '收机', '{PC-09,PC-105}'),
    ('computer_maker', 1, 'repair', 'new', 'resolved', '{hotline_agent,engineer}',
        '{mode,org_id,symptom,asked_other_faults,cause_found,solution,advice}', 'Solved by phone', '电话中解决', '{PC-14,PC-18}'),
    ('computer_maker', 1, 'repair', 'new', 'cancelled', '{hotline_agent,service_director}',
        '{cancel_reason}', 'End without service', '不再处理', '{PC-36}'),
    ('computer_maker', 1, 'repair', 'scheduled', 'on_site', '{engineer,hotline_agent}',
        '{happened_at}', 'Engineer has arrived', '到达现场', '{PC-05,PC-06,PC-07}'),
    ('computer_maker', 1, 'repair', 'scheduled', 'no_show', '{engineer,hotline_agent}',
        '{happened_at}', 'Customer is absent', '客户不在', '{PC-86}'),
    ('computer_maker', 1, 'repair', 'no_show', 'scheduled', '{hotline_agent,service_director}',
        '{}', 'Appoint the visit anew', '重新约定上门', '{PC-34,PC-87}'),
    ('computer_maker', 1, 'repair', 'no_show', 'cancelled', '{hotline_agent,service_director}',
        '{cancel_reason}', 'End without service', '不再处理', '{PC-36}'),
    ('computer_maker', 1, 'repair', 'scheduled', 'cancelled', '{hotline_agent,service_director}',
        '{cancel_reason}', 'End without service', '不再处理', '{PC-36}'),
    ('computer_maker', 1, 'repair', 'on_site', 'awaiting_part', '{engineer}',
        '{}', 'Come again with the part', '约定再次上门', '{PC-92}'),
    ('computer_maker', 1, 'repair', 'repairing', 'awaiting_part', '{engineer}',
        '{}', 'Come again with the part', '约定再次上门', '{PC-92}'),
    ('computer_maker', 1, 'repair', 'awaiting_part', 'on_site', '{engineer,hotline_agent}',
        '{happened_at}', 'Engineer has arrived', '到达现场', '{PC-92}'),
    ('computer_maker', 1, 'repair', 'received', 'held', '{engineer}',
        '{hold_reason,hold_consent}', 'Keep the machine', '留机', '{PC-107}'),
    ('computer_maker', 1, 'repair', 'repairing', 'held', '{engineer}',
        '{hold_reason,hold_consent}', 'Keep the machine', '留机', '{PC-107}'),
    ('computer_maker', 1, 'repair', 'on_site', 'repairing', '{engineer}',
        '{fault_cause,component,data_risk}', 'Begin the work', '开始维修', '{PC-89,PC-99}'),
    ('computer_maker', 1, 'repair', 'received', 'repairing', '{engineer}',
        '{fault_cause,component,data_risk}', 'Begin the work', '开始维修', '{PC-89}'),
    ('computer_maker', 1, 'repair', 'held', 'repairing', '{engineer}',
        '{fault_cause,component,data_risk}', 'Begin the work', '开始维修', '{PC-89,PC-107}'),
    ('computer_maker', 1, 'repair', 'on_site', 'told', '{engineer,hotline_agent}',
        '{fault_cause,component,note}', 'Tell that it is out of warranty', '告知属保外维修', '{PC-39,PC-46}'),
    ('computer_maker', 1, 'repair', 'received', 'told', '{engineer,hotline_agent}',
        '{fault_cause,component,note}', 'Tell that it is out of warranty', '告知属保外维修', '{PC-39,PC-46}'),
    ('computer_maker', 1, 'repair', 'held', 'told', '{engineer,hotline_agent}',
        '{fault_cause,component,note}', 'Tell that it is out of warranty', '告知属保外维修', '{PC-39,PC-46}'),
    ('computer_maker', 1, 'repair', 'told', 'accepted', '{engineer,hotline_agent}',
        '{parts_needed}', 'Customer accepts', '用户认可', '{PC-46}'),
    ('computer_maker', 1, 'repair', 'accepted', 'quoted', '{engineer,service_director}',
        '{}', 'List parts and prices', '列出部件及单价', '{PC-47}'),
    ('computer_maker', 1, 'repair', 'accepted', 'repairing', '{engineer}',
        '{parts_needed,data_risk}', 'Begin the work without parts', '无须更换部件，开始维修', '{PC-43,PC-46}'),
    ('computer_maker', 1, 'repair', 'quoted', 'accepted', '{engineer,service_director}',
        '{}', 'Change the quotation', '修改报价', '{PC-47}'),
    ('computer_maker', 1, 'repair', 'quoted', 'agreed', '{engineer,hotline_agent}',
        '{}', 'Customer agrees to pay', '用户同意支付', '{PC-47}'),
    ('computer_maker', 1, 'repair', 'agreed', 'paid', '{finance}',
        '{}', 'Customer has paid', '用户已交费', '{PC-49}'),
    ('computer_maker', 1, 'repair', 'paid', 'accepted', '{service_director}',
        '{note}', 'Not approved: quote anew', '未获批准，重新报价', '{PC-49}'),
    ('computer_maker', 1, 'repair', 'paid', 'part_ordered', '{service_director}',
        '{}', 'Order the part', '调货', '{PC-50}'),
    ('computer_maker', 1, 'repair', 'part_ordered', 'part_received', '{commerce_specialist,service_director}',
        '{}', 'Part received', '领取部件', '{PC-51}'),
    ('computer_maker', 1, 'repair', 'part_received', 'repairing', '{engineer}',
        '{data_risk}', 'Begin the work', '实施保外维修', '{PC-51}'),
    ('computer_maker', 1, 'repair', 'repairing', 'accepted', '{engineer}',
        '{note}', 'Further parts are needed', '还须更换其它部件', '{PC-47}'),
    ('computer_maker', 1, 'repair', 'repairing', 'resolved', '{engineer}',
        '{happened_at,remedy,symptom,cause_found,solution,advice,virus_found,changes_habits,part_damage}', 'Solved', '已解决', '{PC-18,PC-93}'),
    ('computer_maker', 1, 'repair', 'resolved', 'called_back', '{hotline_agent,service_director}',
        '{machine_works}', 'Customer called back', '一级回访', '{PC-15,PC-25,PC-96}'),
    ('computer_maker', 1, 'repair', 'called_back', 'closed', '{hotline_agent,service_director}',
        '{service_report_no}', 'Close', '归档', '{PC-18}'),
    ('computer_maker', 1, 'repair', 'declined', 'cancelled', '{hotline_agent,service_director}',
        '{cancel_reason}', 'End without service', '不再处理', '{PC-36}');
-- Before the work begins and anything is paid the customer may take the machine back.
INSERT INTO aftersales.workflow_transition (policy, version, ticket_type, from_state, to_state, roles, label_en, label_zh, clauses)
SELECT 'computer_maker', 1, 'repair', s, 'declined', '{engineer,hotline_agent}', 'Customer does not want it repaired', '用户不再维修', '{PC-46}'
FROM unnest('{on_site,awaiting_part,received,held,told,accepted,quoted,agreed}'::text[]) s;

-- Workflow of a consultation.

INSERT INTO aftersales.workflow_state (policy, version, ticket_type, state, kind, position, label_en, label_zh, clauses) VALUES
    ('computer_maker', 1, 'consult', 'new',         'initial', 10, 'Received', '已受理', '{PC-14}'),
    ('computer_maker', 1, 'consult', 'researching', 'waiting', 20, 'Under study', '研究中', '{PC-126}'),
    ('computer_maker', 1, 'consult', 'answered',    'done',    30, 'Answered', '已解答', '{PC-14}'),
    ('computer_maker', 1, 'consult', 'closed',      'closed',  40, 'Closed', '已归档', '{PC-36}'),
    ('computer_maker', 1, 'consult', 'cancelled',   'closed',  50, 'Ended without answer', '不再处理', '{PC-36}');
INSERT INTO aftersales.workflow_transition (policy, version, ticket_type, from_state, to_state, roles, ask_for, label_en, label_zh, clauses) VALUES
    ('computer_maker', 1, 'consult', 'new', 'answered', '{hotline_agent,engineer}', '{answer}', 'Answer', '解答', '{PC-14}'),
    ('computer_maker', 1, 'consult', 'new', 'researching', '{hotline_agent,engineer}', '{contact_phone}', 'Answer later', '研究后答复', '{PC-126}'),
    ('computer_maker', 1, 'consult', 'researching', 'answered', '{hotline_agent,engineer}', '{answer}', 'Answer', '解答', '{PC-126}'),
    ('computer_maker', 1, 'consult', 'answered', 'closed', NULL, '{}', 'Close', '归档', '{PC-36}'),
    ('computer_maker', 1, 'consult', 'new', 'cancelled', '{hotline_agent,service_director}', '{cancel_reason}', 'End without answer', '不再处理', '{PC-36}'),
    ('computer_maker', 1, 'consult', 'researching', 'cancelled', '{hotline_agent,service_director}', '{cancel_reason}', 'End without answer', '不再处理', '{PC-36}');

-- Workflow of a complaint.

INSERT INTO aftersales.workflow_state (policy, version, ticket_type, state, kind, position, label_en, label_zh, clauses) VALUES
    ('computer_maker', 1, 'complaint', 'new',           'initial', 10, 'Received', '已受理', '{PC-14,PC-125}'),
    ('computer_maker', 1, 'complaint', 'investigating', 'active',  20, 'Being handled', '处理中', '{PC-125}'),
    ('computer_maker', 1, 'complaint', 'handled',       'done',    30, 'Settled', '已处理', '{PC-125}'),
    ('computer_maker', 1, 'complaint', 'called_back',   'done',    40, 'Called back', '已回访', '{PC-125}'),
    ('computer_maker', 1, 'complaint', 'closed',        'closed',  50, 'Closed', '已归档', '{PC-125}'),
    ('computer_maker', 1, 'complaint', 'cancelled',     'closed',  60, 'Withdrawn', '已撤回', '{PC-125}');
INSERT INTO aftersales.workflow_transition (policy, version, ticket_type, from_state, to_state, roles, ask_for, label_en, label_zh, clauses) VALUES
    ('computer_maker', 1, 'complaint', 'new', 'investigating', '{hotline_agent,service_director}', '{source,org_id,assignee,detail,contact_phone}', 'Take up', '立案处理', '{PC-124,PC-125}'),
    ('computer_maker', 1, 'complaint', 'investigating', 'handled', '{service_director,chief_rep,branch_csc}', '{result}', 'Settled', '处理完毕', '{PC-124,PC-125}'),
    ('computer_maker', 1, 'complaint', 'handled', 'investigating', '{service_director,chief_rep,branch_csc}', '{note}', 'Take up again', '重新处理', '{PC-125}'),
    ('computer_maker', 1, 'complaint', 'handled', 'called_back', '{hotline_agent,service_director}', '{is_satisfied}', 'Customer called back', '回访客户', '{PC-125}'),
    ('computer_maker', 1, 'complaint', 'called_back', 'investigating', '{service_director,chief_rep,branch_csc}', '{note}', 'Take up again', '重新处理', '{PC-125}'),
    ('computer_maker', 1, 'complaint', 'called_back', 'closed', '{service_director}', '{}', 'Close', '归档', '{PC-125}'),
    ('computer_maker', 1, 'complaint', 'new', 'cancelled', '{hotline_agent,service_director}', '{cancel_reason}', 'Withdrawn', '撤回', '{PC-125}'),
    ('computer_maker', 1, 'complaint', 'investigating', 'cancelled', '{service_director}', '{cancel_reason}', 'Withdrawn', '撤回', '{PC-125}');

-- Workflow of a training.

INSERT INTO aftersales.workflow_state (policy, version, ticket_type, state, kind, position, label_en, label_zh, clauses) VALUES
    ('computer_maker', 1, 'training', 'new',       'initial', 10, 'Due', '待培训', '{PC-03}'),
    ('computer_maker', 1, 'training', 'under_way', 'active',  20, 'Under way', '培训中', '{PC-03}'),
    ('computer_maker', 1, 'training', 'completed', 'done',    30, 'Completed', '培训完毕', '{PC-03}'),
    ('computer_maker', 1, 'training', 'closed',    'closed',  40, 'Closed', '已归档', '{PC-04}'),
    ('computer_maker', 1, 'training', 'cancelled', 'closed',  50, 'User does without it', '用户不需要培训', '{PC-03}');
INSERT INTO aftersales.workflow_transition (policy, version, ticket_type, from_state, to_state, roles, ask_for, label_en, label_zh, clauses) VALUES
    ('computer_maker', 1, 'training', 'new', 'under_way', '{engineer,service_director}', '{commissioned_on,parent_id}', 'Begin', '开始培训', '{PC-03}'),
    ('computer_maker', 1, 'training', 'under_way', 'completed', '{engineer,service_director}', '{at_user_site,by_manual}', 'Complete', '培训完毕', '{PC-03}'),
    ('computer_maker', 1, 'training', 'completed', 'closed', '{service_director}', '{effect}', 'Close', '归档', '{PC-04}'),
    ('computer_maker', 1, 'training', 'new', 'cancelled', '{service_director}', '{cancel_reason}', 'User does without it', '用户不需要培训', '{PC-03}'),
    ('computer_maker', 1, 'training', 'under_way', 'cancelled', '{service_director}', '{cancel_reason}', 'User does without the rest', '用户不需要继续培训', '{PC-03}');

-- Workflow of an order (PC-122).  Machines from stock begin at the branch; only
-- some go by a dealer.

INSERT INTO aftersales.workflow_state (policy, version, ticket_type, state, kind, position, label_en, label_zh, clauses) VALUES
    ('computer_maker', 1, 'delivery', 'contracted',   'initial', 10, 'Contract signed', '已签订合同', '{PC-122}'),
    ('computer_maker', 1, 'delivery', 'produced',     'active',  20, 'Produced', '计算机生产完成', '{PC-122}'),
    ('computer_maker', 1, 'delivery', 'tested',       'active',  30, 'Tested', '计算机检测完成', '{PC-122}'),
    ('computer_maker', 1, 'delivery', 'packed',       'active',  40, 'Packed and in store', '包装入库', '{PC-122}'),
    ('computer_maker', 1, 'delivery', 'at_branch',    'initial', 50, 'With the sales branch', '到达销售分公司', '{PC-122}'),
    ('computer_maker', 1, 'delivery', 'at_dealer',    'active',  60, 'With the dealer', '到达经销商', '{PC-122}'),
    ('computer_maker', 1, 'delivery', 'delivered',    'active',  70, 'Delivered to the user', '已送到用户处', '{PC-02}'),
    ('computer_maker', 1, 'delivery', 'commissioned', 'done',    80, 'Commissioned', '调试完毕', '{PC-02}'),
    ('computer_maker', 1, 'delivery', 'closed',       'closed',  90, 'Handed over to after-sales service', '转入售后服务', '{PC-116,PC-122}'),
    ('computer_maker', 1, 'delivery', 'cancelled',    'closed', 100, 'Contract dissolved', '合同解除', '{PC-122}');
INSERT INTO aftersales.workflow_transition (policy, version, ticket_type, from_state, to_state, roles, ask_for, label_en, label_zh, clauses) VALUES
    ('computer_maker', 1, 'delivery', 'contracted', 'produced', NULL, '{}', 'Produced', '生产完成', '{PC-122}'),
    ('computer_maker', 1, 'delivery', 'produced', 'tested', NULL, '{}', 'Tested', '检测完成', '{PC-122}'),
    ('computer_maker', 1, 'delivery', 'tested', 'packed', NULL, '{}', 'Packed', '包装入库', '{PC-122}'),
    ('computer_maker', 1, 'delivery', 'packed', 'at_branch', '{storage,branch_csc}', '{}', 'With the branch', '到达销售分公司', '{PC-122}'),
    ('computer_maker', 1, 'delivery', 'at_branch', 'at_dealer', '{branch_csc}', '{}', 'With the dealer', '到达经销商', '{PC-122}'),
    ('computer_maker', 1, 'delivery', 'at_branch', 'delivered', '{engineer,service_director}', '{place,happened_at}', 'Deliver', '送货到用户处', '{PC-02,PC-122}'),
    ('computer_maker', 1, 'delivery', 'at_dealer', 'delivered', '{engineer,service_director}', '{place,happened_at}', 'Deliver', '送货到用户处', '{PC-02,PC-122}'),
    ('computer_maker', 1, 'delivery', 'delivered', 'commissioned', '{engineer}', '{works_normally}', 'Commission', '调试完毕', '{PC-02}'),
    ('computer_maker', 1, 'delivery', 'commissioned', 'closed', '{service_director}', '{}', 'Close', '转入售后服务', '{PC-116,PC-122}');
INSERT INTO aftersales.workflow_transition (policy, version, ticket_type, from_state, to_state, roles, ask_for, label_en, label_zh, clauses)
SELECT 'computer_maker', 1, 'delivery', s, 'cancelled', '{branch_csc}', '{cancel_reason}', 'Contract dissolved', '合同解除', '{PC-122}'
FROM unnest('{contracted,produced,tested,packed,at_branch,at_dealer}'::text[]) s;

-- Workflow of a request for spare parts.

INSERT INTO aftersales.workflow_state (policy, version, ticket_type, state, kind, position, label_en, label_zh, clauses) VALUES
    ('computer_maker', 1, 'spare_request', 'new',         'initial', 10, 'Applied for', '已申请', '{PC-58,PC-59}'),
    ('computer_maker', 1, 'spare_request', 'approved',    'active',  20, 'Approved', '已批准', '{PC-60}'),
    ('computer_maker', 1, 'spare_request', 'backordered', 'waiting', 30, 'Not available', '无货', '{PC-61}'),
    ('computer_maker', 1, 'spare_request', 'shipped',     'active',  40, 'Shipped', '已发货', '{PC-60}'),
    ('computer_maker', 1, 'spare_request', 'received',    'done',    50, 'Received', '已收货', '{PC-64}'),
    ('computer_maker', 1, 'spare_request', 'closed',      'closed',  60, 'Signed by both', '双方已签字', '{PC-64}'),
    ('computer_maker', 1, 'spare_request', 'cancelled',   'closed',  70, 'Ended without delivery', '不再发货', '{PC-60}');
INSERT INTO aftersales.workflow_transition (policy, version, ticket_type, from_state, to_state, roles, ask_for, label_en, label_zh, clauses) VALUES
    ('computer_maker', 1, 'spare_request', 'new', 'approved', '{branch_csc}', '{form_no,part_no,quantity,repair_qty,sales_qty,good_stock_qty}', 'Approve', '批准', '{PC-58,PC-59,PC-60}'),
    ('computer_maker', 1, 'spare_request', 'new', 'cancelled', '{branch_csc,service_director}', '{cancel_reason}', 'End without delivery', '不再发货', '{PC-60}'),
    ('computer_maker', 1, 'spare_request', 'approved', 'shipped', '{storage}', '{issued_grade}', 'Ship', '发货', '{PC-60}'),
    ('computer_maker', 1, 'spare_request', 'approved', 'backordered', '{storage}', '{note}', 'Not available', '无货反馈', '{PC-61}'),
    ('computer_maker', 1, 'spare_request', 'backordered', 'shipped', '{storage}', '{branch_plan,issued_grade}', 'Ship', '发货', '{PC-61}'),
    ('computer_maker', 1, 'spare_request', 'backordered', 'cancelled', '{branch_csc}', '{branch_plan,cancel_reason}', 'End without delivery', '不再发货', '{PC-61}'),
    ('computer_maker', 1, 'spare_request', 'shipped', 'received', '{commerce_specialist}', '{received_qty}', 'Receive', '收货', '{PC-62,PC-64}'),
    ('computer_maker', 1, 'spare_request', 'received', 'closed', '{service_director}', '{}', 'Book', '登账', '{PC-62,PC-64}');

-- Workflow of a product quality report.

INSERT INTO aftersales.workflow_state (policy, version, ticket_type, state, kind, position, label_en, label_zh, clauses) VALUES
    ('computer_maker', 1, 'quality_report', 'new',       'initial', 10, 'Being filled in', '填写中', '{PC-115,PC-121}'),
    ('computer_maker', 1, 'quality_report', 'forwarded', 'active',  20, 'With the branch''s centre', '已报销售分公司客服中心', '{PC-118}'),
    ('computer_maker', 1, 'quality_report', 'directed',  'active',  30, 'Directed by the leader', '领导已批示', '{PC-119}'),
    ('computer_maker', 1, 'quality_report', 'handled',   'done',    40, 'Reported and replied', '已上报并回复', '{PC-119}'),
    ('computer_maker', 1, 'quality_report', 'closed',    'closed',  50, 'Closed', '已归档', '{PC-118}'),
    ('computer_maker', 1, 'quality_report', 'cancelled', 'closed',  60, 'Not sent', '不再上报', '{PC-121}');
INSERT INTO aftersales.workflow_transition (policy, version, ticket_type, from_state, to_state, roles, ask_for, label_en, label_zh, clauses) VALUES
    ('computer_maker', 1, 'quality_report', 'new', 'forwarded', '{chief_rep}', '{source,form_no,model,serial_no,found_on,affected,problem,preliminary_opinion}', 'Send to the branch''s centre', '报销售分公司客服中心', '{PC-118,PC-120,PC-121}'),
    ('computer_maker', 1, 'quality_report', 'new', 'cancelled', '{chief_rep}', '{cancel_reason}', 'Do not send', '不再上报', '{PC-121}'),
    ('computer_maker', 1, 'quality_report', 'forwarded', 'new', '{branch_csc}', '{note}', 'Send back', '退回', '{PC-117,PC-118}'),
    ('computer_maker', 1, 'quality_report', 'forwarded', 'directed', '{branch_csc}', '{}', 'Leader has directed', '领导批示', '{PC-119}'),
    ('computer_maker', 1, 'quality_report', 'forwarded', 'handled', '{branch_csc}', '{report}', 'Report and reply', '上报并回复', '{PC-118,PC-119}'),
    ('computer_maker', 1, 'quality_report', 'directed', 'handled', '{branch_csc,chief_rep}', '{report}', 'Report and reply', '上报并回复', '{PC-119}'),
    ('computer_maker', 1, 'quality_report', 'handled', 'closed', '{branch_csc}', '{}', 'Close', '归档', '{PC-118}');

-- Approvals.

INSERT INTO aftersales.approval_rule (policy, version, ticket_type, kind, step, roles, label_en, label_zh, clauses) VALUES
    ('computer_maker', 1, 'repair', 'oow_order', 1, '{finance}',    'Payment verified by the finance specialist', '财务专员核实确认', '{PC-49}'),
    ('computer_maker', 1, 'repair', 'oow_order', 2, '{branch_csc}', 'Order of parts approved by the branch''s centre', '销售分公司客服中心审核批准', '{PC-49,PC-50}'),
    ('computer_maker', 1, 'repair', 'beyond_area',      1, '{chief_rep}',  'Visit beyond the on-site area', '超出上门地区的上门服务', '{PC-98,PC-102}'),
    ('computer_maker', 1, 'repair', 'damaged_part',     1, '{branch_csc}', 'Exchange of a damaged part', '物理损坏部件的更换', '{PC-72}'),
    ('computer_maker', 1, 'repair', 'damaged_return',   1, '{branch_csc}', 'Return of a damaged part', '非正常损坏部件的退件', '{PC-77}'),
    ('computer_maker', 1, 'repair', 'monitor_exchange', 1, '{branch_csc}', 'Exchange of a monitor', '显示器更换', '{PC-79}'),
    ('computer_maker', 1, 'repair', 'higher_grade',     1, '{branch_csc}', 'Part of a higher grade', '稍高档次的备品备件', '{PC-69}'),
    ('computer_maker', 1, 'spare_request', 'spare_request', 1, '{branch_csc}', 'Request for spare parts', '备品备件申请的批准', '{PC-60}'),
    ('computer_maker', 1, 'spare_request', 'higher_grade',  1, '{branch_csc}', 'Part of a higher grade', '稍高档次的备品备件', '{PC-69}');
INSERT INTO aftersales.approval_rule (policy, version, ticket_type, kind, step, roles, items, label_en, label_zh, clauses) VALUES
    -- item: the exchange_id
    ('computer_maker', 1, 'repair', 'keep_part', 1, '{branch_csc}', true, 'Bad part left to the customer', '坏件留给客户', '{PC-68}'),
    ('computer_maker', 1, 'repair', 'lost_part', 1, '{branch_csc}', true, 'Part that was lost', '备品备件遗失', '{PC-67,PC-68}');
INSERT INTO aftersales.approval_rule (policy, version, ticket_type, kind, step, relation, items, label_en, label_zh, clauses) VALUES
    -- item: the visit_id
    ('computer_maker', 1, 'repair', 'taxi', 1, '@superior', true, 'Taxi to a visit', '坐出租车上门', '{PC-101}');

-- PC-62: who keeps the accounts of parts does not keep the parts.
INSERT INTO aftersales.role_conflict (policy, version, role_a, role_b, message_en, message_zh, clauses) VALUES
    ('computer_maker', 1, 'commerce_specialist', 'service_director',
        'Who keeps the accounts of spare parts may not keep the parts.', '客服主任管理备品备件账目，商务专员管理备品备件，不得由一人兼任。', '{PC-62}');

-- Guards of every way in: what is recorded when a report is taken (PC-01, PC-08,
-- PC-33, PC-36, PC-125, PC-127).

INSERT INTO aftersales.workflow_guard (policy, version, ticket_type, from_state, to_state, guard, requires, message_en, message_zh, ask_for, clauses) VALUES
    ('computer_maker', 1, 'repair', NULL, NULL, 'mode_recorded', $$mode IN ('onsite', 'carry_in', 'phone')$$,
        'Record how service is given: onsite, carry_in or phone.', '请记录服务方式：上门、送修或电话咨询。', '{mode}', '{PC-01}'),
    -- A cause or a part that is spelt otherwise would be judged by no warranty rule.
    ('computer_maker', 1, 'repair', NULL, NULL, 'cause_known', $$fault_cause IS NULL OR fault_cause IN ('product', 'user', 'disaster', 'unknown')$$,
        'The cause is product, user, disaster or unknown.', '故障原因为产品、用户、灾害或未知。', '{fault_cause}', '{PC-41,PC-42}'),
    ('computer_maker', 1, 'repair', NULL, NULL, 'component_known', $$component IS NULL OR component IN ('host', 'monitor', 'part', 'software')$$,
        'The component is host, monitor, part or software.', '故障部位为主机、显示器、部件或软件。', '{component}', '{PC-12,PC-23}'),
    ('computer_maker', 1, NULL, NULL, 'cancelled', 'reason_given', $$cancel_reason IS NOT NULL$$,
        'Say why it ends without service.', '请注明不再处理的原因。', '{cancel_reason}', '{PC-36}');
INSERT INTO aftersales.workflow_guard (policy, version, ticket_type, from_state, to_state, guard, requires, message_en, message_zh, ask_for, clauses)
SELECT 'computer_maker', 1, t.ticket_type, 'new', s, g.*
FROM (VALUES ('repair', '{scheduled,received,resolved}'::text[]), ('consult', '{answered,researching}'), ('complaint', '{investigating}')) t (ticket_type, states),
     unnest(t.states) s, (VALUES
    ('channel_recorded', $$channel IN ('phone', 'letter', 'visit')$$,
        'Record how the customer came to us: phone, letter or visit.', '请记录受理渠道：来电、来函或来访。', '{channel}'::text[], '{PC-125}'::text[]),
    ('call_recorded', $$channel IS DISTINCT FROM 'phone' OR contact_id IS NOT NULL OR has_event('call_in')$$,
        'Record the call.', '请登记来电记录。', '{contact_id}', '{PC-36}'),
    ('station_named', $$org_id IS NOT NULL$$,
        'Name the station that serves the customer.', '请确定服务站。', '{org_id}', '{PC-08,PC-127}')) g (guard, requires, message_en, message_zh, ask_for, clauses);
INSERT INTO aftersales.workflow_guard (policy, version, ticket_type, from_state, to_state, guard, requires, message_en, message_zh, ask_for, clauses)
SELECT 'computer_maker', 1, 'repair', 'new', s, g.*
FROM unnest('{scheduled,received,resolved}'::text[]) s, (VALUES
    ('symptom_recorded', $$symptom ~ '\S'$$,
        'Record the symptom of the fault.', '请记录故障现象。', '{symptom}'::text[], '{PC-18,PC-33}'::text[]),
    ('other_faults_asked', $$asked_other_faults$$,
        'Ask the customer about further faults.', '请追问客户电脑还有哪些问题。', '{asked_other_faults,other_faults}', '{PC-33}'),
    ('city_station', $$area IS DISTINCT FROM 'county' OR station_level = 'city'$$,
        'Where there is no station, the city-level one serves the customer.', '没有服务站的地区由市级服务站服务。', '{org_id,station_level}', '{PC-08}')) g (guard, requires, message_en, message_zh, ask_for, clauses);

-- Guards of a repair.

INSERT INTO aftersales.workflow_guard (policy, version, ticket_type, from_state, to_state, guard, requires, message_en, message_zh, ask_for, clauses) VALUES
    -- The three modes.
    ('computer_maker', 1, 'repair', NULL, 'scheduled', 'is_onsite', $$mode = 'onsite'$$,
        'Only a repair on site is appointed: change the mode.', '仅上门服务可以约定上门，请更改服务方式。', '{mode}', '{PC-01,PC-80}'),
    ('computer_maker', 1, 'repair', 'new', 'received', 'is_carried_in', $$mode = 'carry_in'$$,
        'Only a machine that is carried in is received: change the mode.', '仅送修机器可以收机，请更改服务方式。', '{mode}', '{PC-01}'),
    ('computer_maker', 1, 'repair', 'new', 'resolved', 'is_by_phone', $$mode = 'phone'$$,
        'Only what is solved by phone is resolved at once.', '仅电话中解决的可以直接完成。', '{mode}', '{PC-01}'),

    ('computer_maker', 1, 'repair', NULL, 'scheduled', 'visit_planned', $$has_event_since('visit:planned', 'status:no_show')$$,
        'Agree the window of the visit with the customer (table visit).', '请与用户约定上门时间段（表 visit）。', '{}', '{PC-34,PC-82}'),
    ('computer_maker', 1, 'repair', NULL, 'scheduled', 'window_promised', $$has_event_since('promise:visit', 'status:no_show')$$,
        'Record when the window begins that was promised, so that the engineer is reminded (promise of kind visit).', '请登记约定时间段的开始时间，以便提醒上门工程师（承诺种类 visit）。', '{}', '{PC-34,PC-37}'),
    ('computer_maker', 1, 'repair', 'scheduled', 'on_site', 'engineer_arrived', $$has_event_since('visit:arrived', 'status:scheduled')$$,
        'The engineer has not arrived (table visit).', '工程师尚未到达（表 visit）。', '{}', '{PC-05,PC-06,PC-07}'),
    ('computer_maker', 1, 'repair', 'scheduled', 'no_show', 'absence_recorded', $$has_event_since('visit:absent', 'status:scheduled')$$,
        'Record that the customer was absent and how long the engineer waited (table visit).', '请登记客户不在及等候情况（表 visit）。', '{}', '{PC-86,PC-87}'),
    ('computer_maker', 1, 'repair', NULL, 'awaiting_part', 'next_visit_agreed', $$has_event_since('visit:planned', 'status:on_site')$$,
        'Agree the window of the next visit with the customer (table visit).', '请与客户约定再次上门时间（表 visit）。', '{}', '{PC-92}'),
    ('computer_maker', 1, 'repair', 'awaiting_part', 'on_site', 'engineer_arrived', $$has_event_since('visit:arrived', 'status:awaiting_part')$$,
        'The engineer has not arrived (table visit).', '工程师尚未到达（表 visit）。', '{}', '{PC-92}'),
    ('computer_maker', 1, 'repair', 'part_received', 'repairing', 'engineer_arrived', $$mode <> 'onsite' OR has_event_since('visit:arrived', 'status:part_received')$$,
        'The engineer has not arrived with the part (table visit).', '工程师尚未携部件到达（表 visit）。', '{}', '{PC-51}'),
    ('computer_maker', 1, 'repair', NULL, 'received', 'receipt_given', $$has_event('custody:received')$$,
        'Inspect the machine in front of the customer and give a receipt (table custody).', '请当客户面查验机器并开具取机凭证（表 custody）。', '{}', '{PC-105,PC-106}'),

    -- Where visits are made (PC-98, PC-102).
    ('computer_maker', 1, 'repair', NULL, 'scheduled', 'onsite_area', $$area = 'urban' OR has_office OR approved('beyond_area')$$,
        'Outside the urban districts and without a representative office a visit must be approved.', '市区以外且无代表处的地区，上门服务须经批准。', '{area,has_office}', '{PC-98,PC-102}'),
    ('computer_maker', 1, 'repair', NULL, 'scheduled', 'not_declined', $$NOT has_event('visit_declined') OR has_event_since('approved:beyond_area', 'visit_declined')$$,
        'The representative office has decided that nobody goes.', '代表处已决定不上门。', '{}', '{PC-102}'),
    -- PC-107.
    ('computer_maker', 1, 'repair', NULL, 'held', 'is_in_custody', $$mode = 'carry_in'$$,
        'Only a machine that was carried in is kept.', '仅送修机器可以留机。', '{mode}', '{PC-107}'),
    ('computer_maker', 1, 'repair', NULL, 'held', 'hold_agreed', $$hold_reason IS NOT NULL AND hold_consent$$,
        'Say why the machine is kept, and obtain the customer''s consent.', '请注明留机原因并征得客户同意。', '{hold_reason,hold_consent}', '{PC-107}'),
    ('computer_maker', 1, 'repair', NULL, 'awaiting_part', 'is_onsite', $$mode = 'onsite'$$,
        'Only a repair on site waits for the next visit.', '仅上门服务可以再次约定上门。', '{mode}', '{PC-92}'),

    -- A visit that the warranty does not cover is made when the user asks for it.
    ('computer_maker', 1, 'repair', NULL, 'scheduled', 'visit_covered', $$covers IS NULL OR 'visit' = ANY (covers) OR visit_requested$$,
        'Visits are not covered: the user has to ask for it and pay for the way.', '上门服务不在免费范围内，须由用户要求并承担费用。', '{visit_requested}', '{PC-10,PC-44}'),

    -- Which way: work within warranty, or tell the user first (PC-39, PC-46).
    ('computer_maker', 1, 'repair', NULL, 'told', 'out_of_warranty', $$warranty_class IN ('out_expired', 'out_user', 'out_disaster')$$,
        'The fault has to be classified as out of warranty.', '须先判定属保外维修。', '{unit_id,fault_at,fault_cause,component,fault_code}', '{PC-39,PC-40,PC-41,PC-42}'),

    -- Out of warranty (chapter 9).
    ('computer_maker', 1, 'repair', 'told', 'accepted', 'customer_accepted', $$has_event_since('customer_accepted', 'status:told')$$,
        'The customer has not accepted service out of warranty (event customer_accepted).', '用户尚未认可保外维修（事件 customer_accepted）。', '{}', '{PC-46}'),
    ('computer_maker', 1, 'repair', 'accepted', 'repairing', 'no_parts_needed', $$parts_needed IS FALSE$$,
        'Parts must be quoted and agreed first; or say that none are needed.', '须更换部件的，应先报价并经用户同意；否则请注明无须更换部件。', '{parts_needed}', '{PC-46,PC-47}'),
    ('computer_maker', 1, 'repair', 'accepted', 'quoted', 'parts_listed', $$has_event('quote:item')$$,
        'List the parts to be replaced (table quote_item).', '请列出须更换的部件（表 quote_item）。', '{}', '{PC-47}'),
    ('computer_maker', 1, 'repair', 'quoted', 'agreed', 'quote_accepted', $$has_event_since('quote_accepted', 'status:quoted')$$,
        'The customer has not agreed to pay (event quote_accepted).', '用户尚未同意支付（事件 quote_accepted）。', '{}', '{PC-47}'),
    ('computer_maker', 1, 'repair', 'agreed', 'paid', 'application_filled_in', $$has_event('document:upgrade_application')$$,
        'Fill in the product upgrade application (document of kind upgrade_application).', '请填写产品升级申请表（单据种类 upgrade_application）。', '{}', '{PC-48}'),
    ('computer_maker', 1, 'repair', 'agreed', 'paid', 'charges_settled', $$charges_settled()$$,
        'The customer has not paid what was quoted.', '用户尚未交清费用。', '{}', '{PC-49}'),
    ('computer_maker', 1, 'repair', 'paid', 'part_ordered', 'order_approved', $$approved('oow_order') AND has_event_since('approved:oow_order', 'status:paid')$$,
        'Finance has to verify the payment and the branch''s centre to approve before parts are ordered.', '须经财务专员核实、销售分公司客服中心批准后方可调货。', '{}', '{PC-49,PC-50}'),

    -- PC-89: asked before the work, not after.
    ('computer_maker', 1, 'repair', NULL, 'repairing', 'data_risk_judged', $$data_risk IS NOT NULL$$,
        'Say whether the work may lose data.', '请注明是否可能引起数据丢失。', '{data_risk}', '{PC-89}'),
    ('computer_maker', 1, 'repair', NULL, 'repairing', 'data_permitted', $$data_risk IS NOT TRUE OR evidence_count('data_consent') >= 1$$,
        'The customer has to permit and sign that data may be lost (evidence of kind data_consent).', '可能引起数据丢失的，须得到客户允许并签字（凭证种类 data_consent）。', '{}', '{PC-89}'),

    -- The repair is recorded (PC-18, PC-93).
    ('computer_maker', 1, 'repair', NULL, 'resolved', 'repair_recorded', $$symptom ~ '\S' AND cause_found ~ '\S' AND solution ~ '\S' AND advice ~ '\S'$$,
        'Record symptom, cause, solution and advice, as told to the customer.', '请记录向客户复述的故障现象、故障原因、解决方法和注意事项。', '{symptom,cause_found,solution,advice}', '{PC-18,PC-93}'),
    ('computer_maker', 1, 'repair', 'repairing', 'resolved', 'virus_stated', $$virus_found IS NOT NULL$$,
        'Say whether a virus was found.', '请注明是否发现病毒。', '{virus_found}', '{PC-90}'),
    ('computer_maker', 1, 'repair', 'repairing', 'resolved', 'virus_signed', $$virus_found IS NOT TRUE OR evidence_count('virus_notice') >= 1$$,
        'Note the virus on the repair form and let the customer sign (evidence of kind virus_notice).', '发现病毒应在维修单上注明并请客户签字（凭证种类 virus_notice）。', '{}', '{PC-90}'),
    ('computer_maker', 1, 'repair', 'repairing', 'resolved', 'visit_signed_off', $$mode <> 'onsite' OR has_event_since('visit:done', 'status:repairing')$$,
        'The visit has to be signed off by the customer (table visit).', '上门服务须由用户签字确认（表 visit）。', '{}', '{PC-93,PC-94}'),
    ('computer_maker', 1, 'repair', 'repairing', 'resolved', 'onsite_record', $$mode <> 'onsite' OR has_event_since('document:onsite_record', 'status:on_site')$$,
        'Fill in the on-site record form (document of kind onsite_record).', '请填写上门服务记录单（单据种类 onsite_record）。', '{}', '{PC-94,PC-103}'),
    ('computer_maker', 1, 'repair', 'repairing', 'resolved', 'repair_form', $$mode <> 'carry_in' OR has_event_since('document:repair_form', 'status:received')$$,
        'Fill in the repair form (document of kind repair_form).', '请填写维修单（单据种类 repair_form）。', '{}', '{PC-18,PC-106}'),
    ('computer_maker', 1, 'repair', 'repairing', 'resolved', 'habits_agreed', $$changes_habits IS NOT TRUE OR habits_consent$$,
        'Changing the customer''s working habits needs his consent.', '更改客户操作习惯应征得客户同意。', '{changes_habits,habits_consent}', '{PC-91}'),
    ('computer_maker', 1, 'repair', 'repairing', 'resolved', 'remedy_offered', $$remedy = ANY (remedies) OR (component = 'monitor' AND remedy = 'exchange')$$,
        'The customer chooses from the remedies of the day: return, exchange, repair or paid_repair.', '客户只能选择当日允许的处理方式：退货、更换、维修或付费维修。', '{remedy}', '{PC-19,PC-20,PC-21,PC-22,PC-23}'),
    ('computer_maker', 1, 'repair', 'repairing', 'resolved', 'monitor_repaired_only', $$component IS DISTINCT FROM 'monitor' OR remedy IS DISTINCT FROM 'exchange' OR approved('monitor_exchange')$$,
        'A monitor is repaired, not exchanged, unless the branch''s centre approves.', '显示器原则上只修不换，更换须经批准。', '{remedy}', '{PC-79}'),
    ('computer_maker', 1, 'repair', 'repairing', 'resolved', 'damage_examined', $$part_damage IS NOT NULL AND (part_damage = 'none' OR damage_cause ~ '\S')$$,
        'Say whether the part that was taken out is damaged, and find the cause.', '请注明换下部件有无物理损坏或非正常损坏，并找出原因。', '{part_damage,damage_cause}', '{PC-72,PC-77}'),
    ('computer_maker', 1, 'repair', 'repairing', 'resolved', 'damaged_part_approved', $$part_damage IS DISTINCT FROM 'physical' OR (has_event('document:damage_report') AND approved('damaged_part'))$$,
        'A physically damaged part is exchanged with a damage report that the branch''s centre has signed (document of kind damage_report).', '物理损坏的部件须出具鉴定表并经销售分公司客服中心签字批准后方可更换（单据种类 damage_report）。', '{}', '{PC-72}'),

    -- Afterwards.
    ('computer_maker', 1, 'repair', NULL, 'called_back', 'use_asked', $$machine_works IS NOT NULL$$,
        'Ask the customer how the machine works.', '请了解机器使用情况。', '{machine_works}', '{PC-15,PC-25,PC-96}'),
    ('computer_maker', 1, 'repair', NULL, 'closed', 'charges_settled', $$charges_settled()$$,
        'The customer has not paid what is owed.', '用户尚未交清费用。', '{}', '{PC-43,PC-44}'),
    ('computer_maker', 1, 'repair', 'declined', 'cancelled', 'charges_settled', $$warranty_class IS NULL OR charges_settled()$$,
        'The customer has not paid for the visits.', '用户尚未交清上门费用。', '{}', '{PC-44}'),
    ('computer_maker', 1, 'repair', NULL, 'closed', 'repair_registered', $$warranty_class IS NULL OR warranty_class = 'in_warranty' OR service_report_no ~ '\S'$$,
        'Enter the repair out of warranty in the service report.', '请将保外维修记录登记在客服工作报表中。', '{service_report_no}', '{PC-55}'),
    ('computer_maker', 1, 'repair', NULL, 'closed', 'branch_called_back', $$mode <> 'onsite' OR has_event('branch_called_back')$$,
        'After service on site the sales branch calls back, too (event branch_called_back).', '上门服务须经销售分公司二级回访（事件 branch_called_back）。', '{}', '{PC-97}'),
    ('computer_maker', 1, 'repair', NULL, 'closed', 'damaged_return_approved', $$part_damage IS NULL OR part_damage = 'none' OR (damage_person ~ '\S' AND has_event('document:appraisal_report') AND approved('damaged_return'))$$,
        'A damaged part goes back with the person responsible, a technical report (document of kind appraisal_report) and the approval of the branch''s centre.', '损坏部件须落实责任人、出具技术鉴定报告（单据种类 appraisal_report）并经销售分公司客服中心批准后方可退件。', '{damage_person}', '{PC-77}');

INSERT INTO aftersales.workflow_guard (policy, version, ticket_type, from_state, to_state, guard, requires, message_en, message_zh, ask_for, clauses)
SELECT 'computer_maker', 1, 'repair', NULL, s, g.*
FROM unnest('{closed,cancelled}'::text[]) s, (VALUES
    ('machine_released', $$NOT has_event('custody:received') OR has_event_since('custody:released', 'custody:received')$$,
        'The machine is still with us (table custody).', '机器尚未交还客户（表 custody）。', '{}'::text[], '{PC-110,PC-111,PC-112,PC-113}'::text[]),
    ('parts_balanced', $$parts_balanced()$$,
        'A part that was handed out, the bad one for it, or a loan monitor is not back (view part_outstanding).', '领用的备件、换下的坏件或替代使用的显示器尚未归还（视图 part_outstanding）。', '{}', '{PC-68,PC-73,PC-76,PC-79}')
    ) g (guard, requires, message_en, message_zh, ask_for, clauses);

-- PC-102: what happens instead when nobody goes.
INSERT INTO aftersales.workflow_guard (policy, version, ticket_type, from_state, to_state, guard, requires, message_en, message_zh, ask_for, clauses)
SELECT 'computer_maker', 1, 'repair', f, s, 'refusal_agreed', $$NOT has_event('visit_declined') OR (refusal_consent AND responsible_office ~ '\S')$$,
       'The user must agree that nobody comes, and the office that decided it be named.', '不上门须取得用户同意，并注明负责的代表处。', '{refusal_consent,responsible_office}', '{PC-102}'
FROM (VALUES ('new', 'received'), ('new', 'resolved'), (NULL, 'cancelled')) m (f, s);

-- Work begins at once within warranty only.
INSERT INTO aftersales.workflow_guard (policy, version, ticket_type, from_state, to_state, guard, requires, message_en, message_zh, ask_for, clauses)
SELECT 'computer_maker', 1, 'repair', s, 'repairing', 'in_warranty', $$warranty_class = 'in_warranty'$$,
       'Classify the fault first; out of warranty, tell the user before any work.', '请先判定是否保内；属保外维修的，须先告知用户。',
       '{unit_id,fault_at,fault_cause,component,fault_code}', '{PC-39,PC-46}'
FROM unnest('{on_site,received,held}'::text[]) s;

-- PC-37: what was promised is kept before a ticket ends.
INSERT INTO aftersales.workflow_guard (policy, version, ticket_type, from_state, to_state, guard, requires, message_en, message_zh, ask_for, clauses)
SELECT 'computer_maker', 1, t, NULL, 'closed', 'promises_kept', $$open_promises() = 0$$,
       'A promise made to the customer is still open.', '对客户的承诺尚未兑现。', '{}', '{PC-37}'
FROM unnest('{repair,consult,complaint}'::text[]) t;

-- Guards of the others.

INSERT INTO aftersales.workflow_guard (policy, version, ticket_type, from_state, to_state, guard, requires, message_en, message_zh, ask_for, clauses) VALUES
    ('computer_maker', 1, 'consult', NULL, 'answered', 'answer_recorded', $$answer ~ '\S'$$,
        'Record the answer.', '请记录解答内容。', '{answer}', '{PC-36,PC-125}'),
    ('computer_maker', 1, 'consult', NULL, 'researching', 'contact_taken', $$contact_phone ~ '\S'$$,
        'Record where the customer can be reached.', '请留下客户联系方式。', '{contact_phone}', '{PC-126}'),

    ('computer_maker', 1, 'complaint', NULL, 'investigating', 'content_recorded', $$detail ~ '\S'$$,
        'Record what the customer says.', '请记录投诉内容。', '{detail}', '{PC-125}'),
    ('computer_maker', 1, 'complaint', NULL, 'investigating', 'source_recorded', $$source IS NOT NULL$$,
        'Say whether the customer or an authority brings it.', '请注明投诉来源。', '{source}', '{PC-124}'),
    ('computer_maker', 1, 'complaint', NULL, 'investigating', 'deadline_recorded', $$source IS DISTINCT FROM 'authority' OR has_event('promise:authority')$$,
        'Record the deadline set by the authority (promise of kind authority).', '请登记主管部门规定的期限（承诺种类 authority）。', '{}', '{PC-124}'),
    ('computer_maker', 1, 'complaint', NULL, 'handled', 'result_recorded', $$result ~ '\S'$$,
        'Record how it was settled.', '请记录处理结果。', '{result}', '{PC-125}'),
    ('computer_maker', 1, 'complaint', NULL, 'called_back', 'result_told', $$is_satisfied IS NOT NULL$$,
        'Call the customer back on the result.', '请就处理结果回访客户。', '{is_satisfied}', '{PC-125}'),

    ('computer_maker', 1, 'training', NULL, 'under_way', 'commissioned', $$commissioned_on IS NOT NULL$$,
        'Training follows commissioning: record the day.', '调试完毕后方可培训，请记录调试完成日期。', '{commissioned_on}', '{PC-03}'),
    ('computer_maker', 1, 'training', NULL, 'completed', 'as_promised', $$at_user_site AND by_manual$$,
        'Training is held at the user''s location and follows the bundled manual.', '培训应在用户所在地按随机用户手册进行。', '{at_user_site,by_manual}', '{PC-03}'),
    ('computer_maker', 1, 'training', NULL, 'completed', 'sixty_hours', $$evidence_sum('training_session') >= 60$$,
        'Training takes 60 hours (evidence of kind training_session).', '培训须满60小时（凭证种类 training_session）。', '{}', '{PC-03}'),
    ('computer_maker', 1, 'training', NULL, 'closed', 'feedback_form', $$has_event('document:training_feedback')$$,
        'Supply the training feedback form (document of kind training_feedback).', '请提供培训反馈表（单据种类 training_feedback）。', '{}', '{PC-04}'),
    ('computer_maker', 1, 'training', NULL, 'closed', 'effect_reported', $$effect ~ '\S'$$,
        'Analyse the effect of the training and report it back.', '请对培训效果进行分析和反馈。', '{effect}', '{PC-04}'),

    ('computer_maker', 1, 'delivery', NULL, 'delivered', 'time_agreed', $$has_event('promise:delivery')$$,
        'Record the time agreed in the contract (promise of kind delivery).', '请登记合同约定的送货时间（承诺种类 delivery）。', '{}', '{PC-02}'),
    ('computer_maker', 1, 'delivery', NULL, 'delivered', 'place_agreed', $$place ~ '\S'$$,
        'Record the place agreed in the contract.', '请记录合同约定的地点。', '{place}', '{PC-02}'),
    ('computer_maker', 1, 'delivery', NULL, 'commissioned', 'works_normally', $$works_normally$$,
        'The machine must work normally.', '机器须调试至能正常使用。', '{works_normally}', '{PC-02}'),
    ('computer_maker', 1, 'delivery', NULL, 'closed', 'commitment_given', $$has_event('document:service_commitment')$$,
        'Give the using unit its copy of the service commitment (document of kind service_commitment).', '请向使用单位提供服务承诺一份（单据种类 service_commitment）。', '{}', '{PC-24}'),
    ('computer_maker', 1, 'delivery', NULL, 'closed', 'quality_followed_up', $$has_event('quality_followed_up')$$,
        'Follow up the quality of the machine (event quality_followed_up).', '请对机器质量情况进行回访（事件 quality_followed_up）。', '{}', '{PC-116}'),

    ('computer_maker', 1, 'spare_request', NULL, 'approved', 'form_filled_in', $$form_no ~ '\S' AND part_no ~ '\S' AND quantity > 0$$,
        'Fill in the application form: its number, part and quantity.', '请填写备品备件申请表：编号、部件和数量。', '{form_no,part_no,quantity}', '{PC-59}'),
    ('computer_maker', 1, 'spare_request', NULL, 'approved', 'based_on_need', $$repair_qty >= 0 AND sales_qty >= 0 AND good_stock_qty >= 0$$,
        'State repairs, local sales and good parts on hand.', '请注明实际维修量、当地销量和现有好件数量。', '{repair_qty,sales_qty,good_stock_qty}', '{PC-58}'),
    ('computer_maker', 1, 'spare_request', NULL, 'approved', 'request_approved', $$approved('spare_request')$$,
        'The branch''s centre has to approve the request.', '备品备件申请须经销售分公司客服中心批准。', '{}', '{PC-60}'),
    ('computer_maker', 1, 'spare_request', 'backordered', NULL, 'branch_planned', $$branch_plan ~ '\S'$$,
        'The branch has to say how it solves that the part is not available.', '没有所申请的备件时，销售分公司应提出解决方案。', '{branch_plan}', '{PC-61}'),
    ('computer_maker', 1, 'spare_request', NULL, 'shipped', 'grade_approved', $$issued_grade IS NULL OR issued_grade <= requested_grade OR approved('higher_grade')$$,
        'A part of a higher grade needs the approval of the branch''s centre.', '稍高档次的备品备件须经销售分公司客服中心批准。', '{requested_grade,issued_grade}', '{PC-69}'),
    ('computer_maker', 1, 'spare_request', NULL, 'received', 'quantity_received', $$received_qty >= 0$$,
        'Record the quantity received.', '请记录实收数量。', '{received_qty}', '{PC-64}'),
    ('computer_maker', 1, 'spare_request', NULL, 'shipped', 'shipment_booked', $$has_event_since('slip:posted', 'status:approved')$$,
        'Book what is sent (slip of kind shipment).', '请先登记发货（单据种类 shipment）。', '{}', '{PC-60,PC-74}'),
    ('computer_maker', 1, 'spare_request', NULL, 'closed', 'receipt_booked', $$received_qty = 0 OR has_event_since('slip:posted', 'status:shipped')$$,
        'Book what was received, signed by commerce specialist and service director (slip of kind receipt).', '请将实收备件登记入账，并由商务专员及客服主任共同签字（单据种类 receipt）。', '{}', '{PC-64,PC-67}'),
    ('computer_maker', 1, 'spare_request', NULL, 'cancelled', 'nothing_shipped', $$NOT has_event('slip:posted') OR has_event_since('stock:reversal', 'slip:posted')$$,
        'Parts have been sent for it.', '已发货的申请不得取消。', '{}', '{PC-61,PC-67}'),

    ('computer_maker', 1, 'quality_report', NULL, 'directed', 'time_set', $$has_event('promise:leader')$$,
        'Record the time set by the leader (promise of kind leader).', '请登记领导规定的时间（承诺种类 leader）。', '{}', '{PC-119}');

-- Guards of the rows that tickets have.
--
-- done_at of a visit stands for one that solved the problem; one that did not
-- ends with left_at and its result.

INSERT INTO aftersales.row_guard (policy, version, ticket_type, table_name, on_action, guard, condition, requires, message_en, message_zh, ask_for, clauses) VALUES
    ('computer_maker', 1, 'repair', 'visit', NULL, 'engineer_graded', NULL, $$engineer_grade BETWEEN 1 AND 5$$,
        'The engineer has no star grade.', '工程师未评定星级。', '{engineer}', '{PC-17}'),
    ('computer_maker', 1, 'repair', 'visit', NULL, 'reason_given', NULL, $$reason IN ('hardware', 'system_restore', 'software', 'operation')$$,
        'Say what the visit is for: hardware, system_restore, software or operation.', '请注明上门事由：硬件故障、恢复系统、软件或操作问题。', '{reason}', '{PC-81}'),
    ('computer_maker', 1, 'repair', 'visit', NULL, 'window_narrow', NULL, $$upper(appointment) - lower(appointment) <= '3 hours'$$,
        'Nobody waits a whole morning or afternoon: give a window of 3 hours at most.', '预约时间段不得超过3小时，防止让用户等一个上午或下午。', '{appointment}', '{PC-82}'),
    ('computer_maker', 1, 'repair', 'visit', NULL, 'confirmed_first', $$departed_at IS NOT NULL$$, $$confirmed_at <= departed_at$$,
        'Call the user before setting out, to confirm the fault and the window.', '上门前须与用户电话确认故障和时间。', '{confirmed_at}', '{PC-82}'),
    ('computer_maker', 1, 'repair', 'visit', NULL, 'kit_checked', $$departed_at IS NOT NULL$$, $$kit_checked$$,
        'Take tools, shoe covers, repair form and spares that fit the fault.', '请准备好工具、鞋套、维修单及相关备件。', '{kit_checked}', '{PC-83}'),
    ('computer_maker', 1, 'repair', 'visit', NULL, 'departed_first', $$arrived_at IS NOT NULL$$, $$departed_at <= arrived_at$$,
        'Record when the engineer set out.', '请登记工程师出发时间。', '{departed_at}', '{PC-82,PC-83}'),
    ('computer_maker', 1, 'repair', 'visit', NULL, 'transport_allowed', $$departed_at IS NOT NULL$$, $$transport IN ('bus', 'bicycle') OR (transport = 'taxi' AND approved('taxi', visit_id::text))$$,
        'Travel is by bus or bicycle; a taxi needs the superior''s approval.', '原则上乘公交车或骑自行车，坐出租车须由上一级领导批准。', '{transport}', '{PC-101}'),
    ('computer_maker', 1, 'repair', 'visit', NULL, 'late_notice', $$notified_at IS NOT NULL AND old.notified_at IS NULL$$, $$notified_at < lower(coalesce(old.appointment, appointment)) AND notice_consent$$,
        'A customer is told of a delay before the window begins, and agrees.', '不能按时到达的，须在约定时间前告知用户并取得同意。', '{notified_at,notice_consent}', '{PC-84}'),
    ('computer_maker', 1, 'repair', 'visit', 'update', 'moved_with_consent', $$appointment <> old.appointment$$, $$notified_at < lower(old.appointment) AND notice_consent$$,
        'A window is moved only after the customer was told, before it began, and agreed.', '改约须在原约定时间前告知用户并取得同意。', '{notified_at,notice_consent}', '{PC-84}'),
    ('computer_maker', 1, 'repair', 'visit', NULL, 'call_off_explained', $$cancelled_at IS NOT NULL$$, $$note ~ '\S'$$,
        'Say why the visit was called off.', '请注明取消上门的原因。', '{note}', '{PC-84}'),
    ('computer_maker', 1, 'repair', 'visit', NULL, 'waited', $$absent_at IS NOT NULL$$, $$left_at - arrived_at >= '20 minutes'$$,
        'When the customer is absent the engineer waits 20 minutes.', '客户不在的，必须等待20分钟后方可离开。', '{arrived_at,left_at}', '{PC-86}'),
    ('computer_maker', 1, 'repair', 'visit', NULL, 'note_left', $$absent_at IS NOT NULL$$, $$contact_left AND office_informed$$,
        'Leave a note with times and contact, and inform the unit.', '请留下纸条说明到达、离开时间和联系方式，并向单位说明情况。', '{contact_left,office_informed}', '{PC-87}'),
    ('computer_maker', 1, 'repair', 'visit', NULL, 'result_known', $$result IS NOT NULL$$, $$result IN ('solved', 'missing_part', 'unsolved') AND arrived_at IS NOT NULL$$,
        'A visit ends solved, with missing_part or unsolved.', '上门结果为已解决、缺备件或未解决。', '{result}', '{PC-92,PC-94}'),
    ('computer_maker', 1, 'repair', 'visit', NULL, 'next_visit_agreed', $$result = 'missing_part'$$, $$next_appointment IS NOT NULL$$,
        'Explain, and agree the window of the next visit.', '请向客户解释并约定再次上门时间。', '{next_appointment}', '{PC-92}'),
    ('computer_maker', 1, 'repair', 'visit', NULL, 'solved', $$done_at IS NOT NULL$$, $$result = 'solved'$$,
        'Only a visit that solved the problem is done.', '仅已解决问题的上门服务可以完成。', '{result}', '{PC-93,PC-94}'),
    ('computer_maker', 1, 'repair', 'visit', NULL, 'retold', $$done_at IS NOT NULL$$, $$symptom ~ '\S' AND cause ~ '\S' AND remedy ~ '\S' AND advice ~ '\S'$$,
        'Tell the customer symptom, cause, remedy and advice, and record them.', '请向客户复述故障现象、故障原因、解决方法和注意事项并记录。', '{symptom,cause,remedy,advice}', '{PC-93}'),
    ('computer_maker', 1, 'repair', 'visit', NULL, 'signed', $$done_at IS NOT NULL$$, $$signed_by_customer AND copy_left$$,
        'Let the user sign the repair form and leave him a copy.', '请让用户在维修单上签字，并留下维修记录。', '{signed_by_customer,copy_left}', '{PC-94}'),

    ('computer_maker', 1, 'repair', 'custody', NULL, 'opening_agreed', NULL, $$opening_consent$$,
        'The customer has to agree to the case being opened.', '打开机箱前应征得客户的同意。', '{opening_consent}', '{PC-105}'),
    ('computer_maker', 1, 'repair', 'custody', NULL, 'differences_noted', NULL, $$differences ~ '\S'$$,
        'Note what is missing from the standard set or beyond it, or that nothing is.', '请注明部件与标配的差异；无差异的也请注明。', '{differences}', '{PC-106}'),
    ('computer_maker', 1, 'repair', 'custody', NULL, 'tagged', NULL, $$asset_tag ~ '\S'$$,
        'Tag the machine.', '请为机器编号或标记。', '{asset_tag}', '{PC-111}'),
    ('computer_maker', 1, 'repair', 'custody', NULL, 'hold_agreed', $$held_reason IS NOT NULL$$, $$held_reason IN ('not_reproduced', 'no_part') AND hold_consent$$,
        'A machine is kept because the fault did not show or for lack of a part, with the customer''s consent.', '故障不能重现或无备件的，征得客户同意后方可留机。', '{held_reason,hold_consent}', '{PC-107}'),
    ('computer_maker', 1, 'repair', 'custody', 'update', 'told_before', $$promised_at IS DISTINCT FROM old.promised_at AND old.promised_at IS NOT NULL$$,
        $$informed_at < old.promised_at AND informed_at IS DISTINCT FROM old.informed_at AND promised_at IS NOT NULL$$,
        'The agreed time is moved only after the customer was told why, before it has passed.', '不能按约定时间修复的，应在约定期限前通知客户并解释原因。', '{informed_at,promised_at}', '{PC-108}'),
    ('computer_maker', 1, 'repair', 'custody', NULL, 'voucher_shown', $$released_at IS NOT NULL$$, $$voucher_shown = receipt_no$$,
        'The customer has to show the voucher of this machine.', '取机须出示本机的取机凭证。', '{voucher_shown}', '{PC-110}'),
    ('computer_maker', 1, 'repair', 'custody', NULL, 'fetched_by_tag', $$released_at IS NOT NULL$$, $$tag_shown = asset_tag$$,
        'The machine is fetched by its number or tag.', '请按照机器上的编号或标记领取机器。', '{tag_shown}', '{PC-111}'),
    ('computer_maker', 1, 'repair', 'custody', NULL, 'release_due', $$released_at IS NOT NULL$$, $$ticket.status IN ('resolved', 'called_back', 'declined')$$,
        'A machine is given back when it is repaired or not to be repaired.', '机器修复或确定不予维修后方可交还。', '{}', '{PC-112}'),
    ('computer_maker', 1, 'repair', 'custody', NULL, 'retested', $$released_at IS NOT NULL AND ticket.status <> 'declined'$$,
        $$evidence_count('retest') >= 2 AND has_event_since('evidence:retest', 'status:resolved') AND customer_confirmed$$,
        'The machine is tested at least twice in front of the customer, who confirms that the fault is gone (evidence of kind retest).', '当客户面必须复验两次以上，并由客户确认故障已经消除（凭证种类 retest）。', '{customer_confirmed}', '{PC-112}'),
    ('computer_maker', 1, 'repair', 'custody', NULL, 'signed', $$released_at IS NOT NULL$$, $$signed_by_customer$$,
        'Let the user sign the repair form.', '请让用户在维修单上签字。', '{signed_by_customer}', '{PC-113}'),

    ('computer_maker', 1, 'repair', 'evidence', NULL, 'signed', $$kind IN ('data_consent', 'virus_notice')$$, $$signed_by = 'customer'$$,
        'The customer has to sign.', '须由客户签字。', '{signed_by}', '{PC-89,PC-90}'),
    ('computer_maker', 1, 'repair', 'evidence', NULL, 'outcome_recorded', $$kind = 'retest'$$, $$passed IS NOT NULL$$,
        'Say whether the machine passed.', '请注明复验是否通过。', '{passed}', '{PC-112}'),
    ('computer_maker', 1, 'training', 'evidence', NULL, 'hours_recorded', $$kind = 'training_session'$$, $$reading > 0 AND unit = 'hour'$$,
        'Record the hours of the session.', '请记录培训小时数。', '{reading,unit}', '{PC-03}'),

    ('computer_maker', 1, 'repair', 'document', NULL, 'numbered', $$kind IN ('onsite_record', 'repair_form', 'upgrade_application')$$, $$number ~ '\S'$$,
        'Record the number printed on the form.', '请记录单据编号。', '{number}', '{PC-48,PC-103}'),
    ('computer_maker', 1, 'repair', 'document', NULL, 'said_out_of_warranty', $$kind = 'upgrade_application'$$, $$remark ~* '保外|out of warranty'$$,
        'The remark has to say that the product is out of warranty.', '备注栏必须注明保外产品说明。', '{remark}', '{PC-48}'),
    ('computer_maker', 1, 'repair', 'quote_item', NULL, 'before_consent', NULL, $$ticket.warranty_class = 'in_warranty' OR ticket.status = 'accepted'$$,
        'Out of warranty parts are listed once the user has accepted that, and before he agrees to pay.', '保外维修须在用户认可后、同意支付前列出部件。', '{}', '{PC-46,PC-47}'),
    ('computer_maker', 1, 'repair', 'approval', 'insert', 'paid_first', $$kind = 'oow_order' AND is_approved$$, $$ticket.status = 'paid' AND charges_settled()$$,
        'An order is approved once the customer has paid.', '用户交清费用后方可核实、批准调货。', '{}', '{PC-49}'),
    ('computer_maker', 1, 'repair', 'charge', NULL, 'agreement_noted', $$rule = 'visit_agreed'$$, $$reason ~ '\S'$$,
        'Note what was agreed about the charge for the visit.', '请注明上门费用的协商结果。', '{reason}', '{PC-10}'),
    ('computer_maker', 1, NULL, 'price', NULL, 'described', NULL, $$spec ~ '\S' AND label ~ '\S' AND cost_price IS NOT NULL$$,
        'A part is listed with specification, name, unit price and cost price.', '价格单须列明规格、品名、单价和成本价。', '{spec,label,cost_price}', '{PC-09,PC-47}'),
    ('computer_maker', 1, 'delivery', 'document', 'insert', 'one_copy', $$kind = 'service_commitment'$$, $$NOT has_event('document:service_commitment')$$,
        'The using unit has its copy already.', '已向该使用单位提供过一份服务承诺。', '{}', '{PC-24}');

-- Guards of the ledger of parts.  What takes a move back is judged by its own.

INSERT INTO aftersales.row_guard (policy, version, ticket_type, table_name, on_action, guard, condition, requires, message_en, message_zh, ask_for, clauses) VALUES
    ('computer_maker', 1, NULL, 'stock_move', NULL, 'by_slip', $$reversal_of IS NULL AND purpose NOT IN ('install', 'remove', 'keep', 'lose')$$, $$slip_id IS NOT NULL OR count_id IS NOT NULL$$,
        'What comes into a store or leaves it is booked by a signed slip (table stock_slip).', '备件出入库须凭双方签字的单据登记入账（表 stock_slip）。', '{slip_id}', '{PC-56,PC-63,PC-67}'),
    ('computer_maker', 1, NULL, 'stock_move', NULL, 'for_repair', $$reversal_of IS NULL AND purpose IN ('issue', 'return', 'loan', 'loan_return', 'install', 'remove', 'keep', 'return_defective', 'lose')$$, $$ticket.ticket_type = 'repair'$$,
        'Name the repair that the part is drawn, used or brought back for.', '请注明备件所用于的报修。', '{ticket_id}', '{PC-56,PC-57}'),
    ('computer_maker', 1, NULL, 'stock_move', NULL, 'not_past_hands', $$reversal_of IS NULL AND purpose IN ('receipt', 'transfer', 'regrade', 'scrap', 'supplier_return', 'deliver')$$, $$location_kind(from_location) NOT IN ('engineer', 'customer') AND location_kind(to_location) NOT IN ('engineer', 'customer')$$,
        'What is in somebody''s hands was drawn for a repair, and comes back as that.', '在手备件均为报修所领用，须按领用归还。', '{from_location,to_location}', '{PC-57,PC-76}'),
    ('computer_maker', 1, 'repair', 'stock_move', NULL, 'into_engineer_hands', $$reversal_of IS NULL AND purpose IN ('issue', 'remove')$$, $$location_kind(to_location) = 'engineer'$$,
        'A part is drawn by an engineer, and taken out into his hands; a return-repair slip brings it into the store.', '备件由工程师领用；换下的部件先交工程师手中，凭返修单入库。', '{to_location}', '{PC-57,PC-71}'),
    ('computer_maker', 1, 'repair', 'stock_move', NULL, 'drawn_first', $$reversal_of IS NULL AND purpose = 'install'$$, $$exchange_id IS NOT NULL$$,
        'A part is drawn for the repair before it is put in, from the hands it was given to.', '备件应预先为该报修领用，方可由领用人装机。', '{from_location}', '{PC-65,PC-76}'),
    ('computer_maker', 1, 'repair', 'stock_move', NULL, 'order_approved', $$reversal_of IS NULL AND purpose = 'issue' AND ticket.warranty_class IN ('out_expired', 'out_user', 'out_disaster')$$, $$approved('oow_order')$$,
        'Out of warranty parts are drawn once the branch''s centre has approved the order.', '保外维修的部件经销售分公司客服中心批准后方可领用。', '{}', '{PC-50,PC-72}'),
    ('computer_maker', 1, 'repair', 'stock_move', NULL, 'loan_for_monitor', $$reversal_of IS NULL AND purpose = 'loan'$$, $$ticket.component = 'monitor'$$,
        'Only a monitor that is being repaired is replaced by one on loan.', '替代使用的显示器仅供显示器维修期间使用。', '{component}', '{PC-79}'),
    ('computer_maker', 1, 'repair', 'stock_move', NULL, 'keep_approved', $$reversal_of IS NULL AND purpose = 'keep'$$, $$approved('keep_part', exchange_id::text)$$,
        'That a bad part is left to the customer has to be approved (approval of kind keep_part for the exchange_id).', '坏件留给客户须经批准（审批种类 keep_part，对应 exchange_id）。', '{}', '{PC-68}'),
    ('computer_maker', 1, 'repair', 'stock_move', NULL, 'loss_approved', $$reversal_of IS NULL AND purpose = 'lose'$$, $$approved('lost_part', exchange_id::text)$$,
        'That a part was lost has to be approved (approval of kind lost_part for the exchange_id).', '备件遗失须经批准（审批种类 lost_part，对应 exchange_id）。', '{}', '{PC-67,PC-68}'),
    ('computer_maker', 1, 'repair', 'stock_move', NULL, 'other_model_noted', $$reversal_of IS NULL AND is_other_model$$, $$note ~* '不同型号|(different|other|another) model'$$,
        'Note that the part was exchanged for a different model.', '请在备注栏注明是不同型号的部件更换。', '{note}', '{PC-70}'),
    ('computer_maker', 1, 'repair', 'stock_move', NULL, 'damage_examined', $$reversal_of IS NULL AND purpose IN ('install', 'return_defective')$$, $$part_damage IS NOT NULL AND (part_damage = 'none' OR damage_cause ~ '\S')$$,
        'Say first whether the part that is taken out is damaged, and find the cause.', '请先注明换下部件有无物理损坏或非正常损坏，并找出原因。', '{}', '{PC-72,PC-77}'),
    ('computer_maker', 1, 'repair', 'stock_move', NULL, 'damaged_part_approved', $$reversal_of IS NULL AND purpose IN ('issue', 'install') AND part_damage = 'physical'$$, $$has_event('document:damage_report') AND approved('damaged_part')$$,
        'A physically damaged part is exchanged with a damage report that the branch''s centre has signed (document of kind damage_report).', '物理损坏的部件须出具鉴定表并经销售分公司客服中心签字批准后方可更换（单据种类 damage_report）。', '{}', '{PC-72}'),
    ('computer_maker', 1, 'repair', 'stock_move', NULL, 'damaged_return_approved', $$reversal_of IS NULL AND purpose = 'return_defective' AND part_damage IN ('physical', 'abnormal')$$, $$damage_person ~ '\S' AND has_event('document:appraisal_report') AND approved('damaged_return')$$,
        'A damaged part goes back with the person responsible, a technical report (document of kind appraisal_report) and the approval of the branch''s centre.', '损坏部件须落实责任人、出具技术鉴定报告（单据种类 appraisal_report）并经销售分公司客服中心批准后方可退件。', '{}', '{PC-77}'),

    ('computer_maker', 1, NULL, 'stock_slip', NULL, 'kind_fits', NULL,
        $$CASE WHEN kind = 'shipment' THEN ticket.ticket_type = 'spare_request'
               WHEN kind = 'receipt' THEN ticket_id IS NULL OR ticket.ticket_type = 'spare_request'
               WHEN kind IN ('issue', 'return', 'defective_return') THEN ticket.ticket_type = 'repair'
               ELSE kind IN ('send_back', 'transfer', 'regrade', 'scrap', 'supplier_return') AND ticket_id IS NULL END$$,
        'A slip is a shipment or receipt for a request, an issue, return or defective_return for a repair; other kinds are for no ticket.', '单据种类须为：备件申请的 shipment、receipt，报修的 issue、return、defective_return，其它种类不对应工单。', '{kind,ticket_id}', '{PC-56,PC-63}'),
    ('computer_maker', 1, 'spare_request', 'stock_slip', NULL, 'shipment_due', $$kind = 'shipment' AND posted_at IS NOT NULL$$, $$ticket.status IN ('approved', 'backordered')$$,
        'What was approved is sent, once.', '经批准的备件方可发货。', '{}', '{PC-60}'),
    ('computer_maker', 1, 'spare_request', 'stock_slip', NULL, 'receipt_due', $$kind = 'receipt' AND posted_at IS NOT NULL$$, $$ticket.status IN ('shipped', 'received')$$,
        'What was sent is booked in before the request is closed.', '备件发货后、申请归档前方可登记入账。', '{}', '{PC-64,PC-67}');
-- What a signed slip says.
INSERT INTO aftersales.row_guard (policy, version, ticket_type, table_name, on_action, guard, condition, requires, message_en, message_zh, ask_for, clauses)
SELECT 'computer_maker', 1, NULL, 'stock_slip', NULL, guard, format($$kind IN (%s) AND (store_signed_at IS NOT NULL OR account_signed_at IS NOT NULL)$$, kinds), requires, message_en, message_zh, ask_for::text[], clauses::text[]
FROM (VALUES
    ('numbered', $$'issue', 'return', 'defective_return'$$, $$number ~ '\S'$$,
        'Record the number printed on the slip.', '请记录单据编号。', '{number}', '{PC-63,PC-71}'),
    ('two_copies', $$'issue', 'return', 'defective_return'$$, $$copies >= 2$$,
        'Fill in two copies: each side keeps one.', '单据应一式两份以上，双方各留一份。', '{copies}', '{PC-63,PC-71}'),
    ('taker_named', $$'issue', 'return', 'defective_return'$$, $$handed_to ~ '\S'$$,
        'Say who draws the parts or brings them back.', '请注明领用人或归还人。', '{handed_to}', '{PC-57}'),
    ('inspected_together', $$'issue', 'return', 'defective_return'$$, $$inspected_together$$,
        'Inspect the goods in each other''s presence before signing.', '签字前必须当面验货。', '{inspected_together}', '{PC-78}'),
    ('packed_with_list', $$'shipment', 'send_back'$$, $$packing_list ~ '\S'$$,
        'Put a packing list into the box and record its number.', '箱内应有装箱单，请记录其编号。', '{packing_list}', '{PC-74}'))
    g (guard, kinds, requires, message_en, message_zh, ask_for, clauses);

INSERT INTO aftersales.row_guard (policy, version, ticket_type, table_name, on_action, guard, condition, requires, message_en, message_zh, ask_for, clauses) VALUES
    ('computer_maker', 1, NULL, 'stock_slip_line', NULL, 'purpose_fits', NULL,
        $$CASE slip_kind WHEN 'shipment' THEN purpose IN ('transfer', 'receipt')
               WHEN 'receipt' THEN purpose IN ('receipt', 'transfer')
               WHEN 'issue' THEN purpose IN ('issue', 'loan')
               WHEN 'return' THEN purpose IN ('return', 'loan_return')
               WHEN 'defective_return' THEN purpose = 'return_defective'
               WHEN 'send_back' THEN purpose = 'transfer' AND from_condition IN ('defective', 'scrap')
               ELSE purpose = slip_kind END$$,
        'A slip of this kind books no such move.', '该种单据不得登记此类变动。', '{purpose}', '{PC-63,PC-71,PC-73}'),
    ('computer_maker', 1, NULL, 'stock_slip_line', NULL, 'inspected_good', $$purpose IN ('issue', 'loan')$$, $$is_inspected AND coalesce(from_condition, 'good') = 'good'$$,
        'Only good parts that have been inspected are issued.', '领用的备品备件应是经过检验确认的好件。', '{is_inspected,from_condition}', '{PC-65}'),
    ('computer_maker', 1, NULL, 'stock_slip_line', NULL, 'related_explained', $$is_related$$, $$reason ~ '\S'$$,
        'Say which cause of the fault the related part is drawn for.', '领取相关的其它部件，请注明故障原因。', '{reason}', '{PC-66}'),
    ('computer_maker', 1, NULL, 'stock_slip_line', NULL, 'substitution_noted', $$substitute_for IS NOT NULL$$, $$note ~ '\S'$$,
        'Note that another part is handed out instead of the one asked for.', '请在备注栏注明以其它备件代替。', '{note}', '{PC-69}'),
    ('computer_maker', 1, NULL, 'stock_slip_line', NULL, 'one_part', $$slip_kind = 'defective_return'$$, $$line_no = 1 AND quantity = 1$$,
        'A bad part has a return-repair slip of its own.', '退还的备品备件应一件一单。', '{quantity}', '{PC-71}'),
    ('computer_maker', 1, NULL, 'stock_slip_line', NULL, 'symptom_given', $$slip_kind = 'defective_return'$$, $$fault_symptom ~ '\S'$$,
        'Describe the symptom of the bad part.', '请准确填写故障现象。', '{fault_symptom}', '{PC-71}'),
    ('computer_maker', 1, 'spare_request', 'stock_slip_line', NULL, 'as_requested', NULL, $$part_no = (ticket.attributes ->> 'part_no') OR substitute_for = (ticket.attributes ->> 'part_no')$$,
        'This is not the part that was applied for: name that one in substitute_for.', '该备件不是所申请的备件，请在 substitute_for 中注明所申请的备件。', '{part_no,substitute_for}', '{PC-59,PC-69}'),

    -- The document has both reconcile on the 1st of the month.
    ('computer_maker', 1, NULL, 'stock_count', NULL, 'on_the_first', NULL, $$extract(day FROM due_on) = 1$$,
        'Stores are counted and reconciled on the 1st of the month.', '每月一日盘点对账。', '{due_on}', '{PC-56}'),
    ('computer_maker', 1, NULL, 'stock_count_line', NULL, 'difference_explained', $$counted_quantity <> book_quantity$$, $$reason ~ '\S'$$,
        'Say why the quantity differs from the books.', '请注明账实不符的原因。', '{reason}', '{PC-56}');
-- Of both types that have parts.
INSERT INTO aftersales.row_guard (policy, version, ticket_type, table_name, on_action, guard, condition, requires, message_en, message_zh, ask_for, clauses)
SELECT 'computer_maker', 1, t, 'stock_move', NULL, g.*
FROM unnest('{repair,spare_request}'::text[]) t, (VALUES
    ('ticket_open', NULL, $$ticket.status NOT IN ('closed', 'cancelled')$$,
        'Nothing is booked for a ticket that has ended.', '工单已结束，不得再登记备件变动。', '{ticket_id}'::text[], '{PC-56,PC-68}'::text[]),
    ('grade_approved', $$reversal_of IS NULL AND substitute_for IS NOT NULL$$, $$grade_step <= 0 OR approved('higher_grade')$$,
        'A part of a higher grade needs the approval of the branch''s centre.', '稍高档次的备品备件须经销售分公司客服中心批准。', '{}', '{PC-69}')) g (guard, condition, requires, message_en, message_zh, ask_for, clauses);

-- Who may do it.
INSERT INTO aftersales.row_guard (policy, version, ticket_type, table_name, on_action, guard, condition, roles, message_en, message_zh, clauses) VALUES
    ('computer_maker', 1, 'complaint', 'promise', NULL, 'by_director', $$kind = 'authority'$$, '{service_director,branch_csc}',
        'The service director records the authority''s deadline.', '主管部门规定的期限由客服主任登记。', '{PC-124}'),
    ('computer_maker', 1, 'quality_report', 'promise', NULL, 'by_branch', $$kind = 'leader'$$, '{branch_csc}',
        'The branch''s centre records the time set by the leader.', '领导规定的时间由销售分公司客服中心登记。', '{PC-119}'),
    ('computer_maker', 1, NULL, 'price_list', NULL, 'by_branch', NULL, '{branch_csc}',
        'The branch''s centre sets the price list.', '保外维修部件价格单由销售分公司客服中心制定。', '{PC-54}'),
    ('computer_maker', 1, NULL, 'price', NULL, 'by_branch', NULL, '{branch_csc}',
        'The branch''s centre sets the prices.', '保外维修部件价格由销售分公司客服中心制定。', '{PC-54}'),

    ('computer_maker', 1, NULL, 'stock_move', NULL, 'by_engineer', $$reversal_of IS NULL AND purpose IN ('install', 'remove', 'keep', 'lose')$$, '{engineer}',
        'The engineer books what is put in and taken out.', '装机、换下、留给客户和遗失由工程师登记。', '{PC-56,PC-68}'),
    ('computer_maker', 1, NULL, 'stock_slip', NULL, 'store_signature', $$kind <> 'shipment' AND store_signed_at IS NOT NULL AND old.store_signed_at IS NULL$$, '{commerce_specialist}',
        'The commerce specialist signs for the store.', '实物由商务专员签字。', '{PC-62,PC-64}'),
    ('computer_maker', 1, NULL, 'stock_slip', NULL, 'account_signature', $$kind <> 'shipment' AND account_signed_at IS NOT NULL AND old.account_signed_at IS NULL$$, '{service_director}',
        'The service director signs for the accounts.', '账目由客服主任签字。', '{PC-62,PC-64}'),
    ('computer_maker', 1, NULL, 'stock_slip', NULL, 'posted_by_director', $$kind <> 'shipment' AND posted_at IS NOT NULL AND old.posted_at IS NULL$$, '{service_director}',
        'The service director books the slip.', '由客服主任登记入账。', '{PC-62,PC-67}'),
    ('computer_maker', 1, 'spare_request', 'stock_slip', NULL, 'storage_signature', $$kind = 'shipment' AND store_signed_at IS NOT NULL AND old.store_signed_at IS NULL$$, '{storage}',
        'The storage and transport department signs for what it sends.', '发货由储运部签字。', '{PC-60}'),
    ('computer_maker', 1, 'spare_request', 'stock_slip', NULL, 'branch_signature', $$kind = 'shipment' AND account_signed_at IS NOT NULL AND old.account_signed_at IS NULL$$, '{branch_csc}',
        'The branch''s centre signs for the accounts of what is sent.', '发货账目由销售分公司客服中心签字。', '{PC-60}'),
    ('computer_maker', 1, 'spare_request', 'stock_slip', NULL, 'posted_by_branch', $$kind = 'shipment' AND posted_at IS NOT NULL AND old.posted_at IS NULL$$, '{storage,branch_csc}',
        'Storage or the branch''s centre books the shipment.', '发货由储运部或销售分公司客服中心登记。', '{PC-60}'),
    ('computer_maker', 1, NULL, 'stock_count', 'insert', 'opened_by_keepers', NULL, '{commerce_specialist,service_director}',
        'Commerce specialist or service director open a count.', '盘点由商务专员或客服主任发起。', '{PC-62}'),
    ('computer_maker', 1, NULL, 'stock_count', NULL, 'frozen_by_keepers', $$frozen_at IS NOT NULL AND old.frozen_at IS NULL$$, '{commerce_specialist,service_director}',
        'Commerce specialist or service director freeze the books.', '账面数由商务专员或客服主任冻结。', '{PC-62}'),
    ('computer_maker', 1, NULL, 'stock_count', NULL, 'store_signature', $$store_signed_at IS NOT NULL AND old.store_signed_at IS NULL$$, '{commerce_specialist}',
        'The commerce specialist signs for the store.', '实物由商务专员签字。', '{PC-62}'),
    ('computer_maker', 1, NULL, 'stock_count', NULL, 'account_signature', $$account_signed_at IS NOT NULL AND old.account_signed_at IS NULL$$, '{service_director}',
        'The service director signs for the accounts.', '账目由客服主任签字。', '{PC-62}'),
    ('computer_maker', 1, NULL, 'stock_count', NULL, 'approved_by_branch', $$approved_at IS NOT NULL AND old.approved_at IS NULL$$, '{branch_csc}',
        'The branch''s centre approves differences.', '盘点差异由销售分公司客服中心批准。', '{PC-62}'),
    ('computer_maker', 1, NULL, 'stock_count', NULL, 'posted_by_director', $$posted_at IS NOT NULL AND old.posted_at IS NULL$$, '{service_director}',
        'The service director books the differences.', '盘点差异由客服主任登记入账。', '{PC-62}');
-- A mistake is taken back by whom the accounts are, with a note.
INSERT INTO aftersales.row_guard (policy, version, ticket_type, table_name, on_action, guard, condition, requires, roles, message_en, message_zh, ask_for, clauses) VALUES
    ('computer_maker', 1, NULL, 'stock_move', NULL, 'reversal_explained', $$reversal_of IS NOT NULL$$, $$note ~ '\S'$$, '{service_director}',
        'The service director takes a move back, with a note.', '冲销由客服主任登记，并注明原因。', '{note}', '{PC-56,PC-62}');

-- Warranty.
--
-- Counted from the invoice date (PC-22); its last day is covered still.  Visits
-- end earlier where the unit has an on-site period (product_unit.onsite_until).
-- Days of return and exchange: the day of the invoice is day 0 (count_first_day
-- makes it day 1), this document's 20 days go before the national rule's 15.
-- The national rule lists two performance faults of the host, used as its manual
-- says: it does not start normally, it hangs.

INSERT INTO aftersales.warranty_term (policy, version, rule, applies_to, component, covers, term, rank, label_en, label_zh, clauses) VALUES
    ('computer_maker', 1, 'hardware', 'unit', NULL, '{parts,labour,visit}', '3 years', 0, 'Hardware, 3 years', '硬件三年', '{PC-12,PC-13,PC-40,PC-99}'),
    ('computer_maker', 1, 'software', 'unit', 'software', '{parts,labour}', NULL, 10, 'Software, for life', '软件终身', '{PC-12}'),
    ('computer_maker', 1, 'replaced_part', 'replaced_part', NULL, '{parts,labour}', '3 months', 0, 'Replaced part, 3 months', '更换的部件保修三个月', '{PC-52}');

INSERT INTO aftersales.exclusion (policy, version, rule, fault_cause, warranty_class, label_en, label_zh, clauses) VALUES
    ('computer_maker', 1, 'user_fault', 'user',     'out_user',     'Caused by the user', '用户方面原因', '{PC-39,PC-41}'),
    ('computer_maker', 1, 'disaster',   'disaster', 'out_disaster', 'Natural disaster or other accident', '自然灾害等意外事故', '{PC-39,PC-42}');

INSERT INTO aftersales.remedy_window (policy, version, rule, component, fault_codes, classes, from_day, to_day, needs_invoice, remedies, rank, label_en, label_zh, clauses) VALUES
    ('computer_maker', 1, 'return_days',   'host', '{no_start,crash}', '{in_warranty}', 0, 7,  true, '{return,exchange,repair}', 10, 'Return, exchange or repair', '退货、更换或维修', '{PC-19,PC-22,PC-23}'),
    ('computer_maker', 1, 'exchange_days', 'host', '{no_start,crash}', '{in_warranty}', 8, 20, true, '{exchange,repair}', 10, 'Exchange or repair', '更换或维修', '{PC-20,PC-22,PC-23}'),
    ('computer_maker', 1, 'repair_only', NULL, NULL, '{in_warranty}', NULL, NULL, false, '{repair}', 0, 'Repair', '维修', '{PC-21,PC-23}'),
    ('computer_maker', 1, 'out_of_warranty', NULL, NULL, '{out_expired,out_user,out_disaster}', NULL, NULL, false, '{paid_repair}', 0, 'Paid repair', '付费维修', '{PC-09,PC-39,PC-43}');

-- Charges.
--
-- Nothing may be charged but by these rows (PC-53): no labour, no delivery, no
-- training.  Parts are those of the desk's price list oow_parts, which the
-- branch's centre publishes: at cost once the warranty has expired (PC-09),
-- else at the list's price (PC-49).  A visit that the warranty does not cover
-- costs 50 yuan, or what was agreed (PC-10).

INSERT INTO aftersales.charge_rule (policy, version, ticket_type, rule, kind, per, event, condition, requires, amount, price_list, covered_by, payer, payee, minimum, roles, position, label_en, label_zh, clauses) VALUES
    ('computer_maker', 1, 'repair', 'visit_fee', 'visit', 'event', 'visit:arrived', $$visit_negotiated IS NOT TRUE$$, $$visit_requested$$,
        '50.00', NULL, 'visit', 'customer', 'station', NULL, '{finance,service_director}', 10, 'Transport and related costs of a visit', '交通及相关费用（每次）', '{PC-10,PC-13,PC-44,PC-53,PC-99}'),
    ('computer_maker', 1, 'repair', 'visit_agreed', 'visit', 'given', NULL, $$visit_negotiated$$, $$visit_requested$$,
        NULL, NULL, 'visit', 'customer', 'station', 0.00, '{service_director}', 11, 'Visits, as agreed', '上门费用（协商）', '{PC-10,PC-53}'),
    ('computer_maker', 1, 'repair', 'part_at_cost', 'part', 'item', NULL, $$warranty_class = 'out_expired'$$, $$has_event_since('quote_accepted', 'quote:item')$$,
        'cost_price', 'oow_parts', 'parts', 'customer', 'station', NULL, '{finance,service_director}', 20, 'Part, at cost', '过保部件（成本价）', '{PC-09,PC-43,PC-47,PC-53}'),
    ('computer_maker', 1, 'repair', 'part_at_list', 'part', 'item', NULL, $$warranty_class IS DISTINCT FROM 'out_expired'$$, $$has_event_since('quote_accepted', 'quote:item')$$,
        NULL, 'oow_parts', 'parts', 'customer', 'station', NULL, '{finance,service_director}', 21, 'Part, at the list price', '保外部件（价格单）', '{PC-43,PC-47,PC-49,PC-53}');

-- What is free.
INSERT INTO aftersales.charge_rule (policy, version, ticket_type, rule, kind, per, amount, payer, payee, maximum, position, label_en, label_zh, clauses) VALUES
    ('computer_maker', 1, 'repair',   'labour',       'labour',       'ticket', '0.00', 'customer', 'station', 0.00, 30, 'Labour', '服务费', '{PC-45,PC-53,PC-99}'),
    ('computer_maker', 1, 'delivery', 'delivery',     'delivery',     'ticket', '0.00', 'customer', 'station', 0.00, 10, 'Delivery and commissioning', '送货调试', '{PC-02}'),
    ('computer_maker', 1, 'training', 'training',     'training',     'ticket', '0.00', 'customer', 'station', 0.00, 10, 'Training', '培训', '{PC-03}'),
    ('computer_maker', 1, 'training', 'machine_time', 'machine_time', 'ticket', '0.00', 'customer', 'station', 0.00, 20, 'Machine time during training', '培训期间上机', '{PC-130}');

-- Clocks.
--
-- All of them run around the clock but the level-1 callback's working days.
-- What was promised is due when it was promised; a new promise takes the place
-- of one that is not late yet.
-- What chapters 4 and 6 promise is promised for machines in warranty: once a fault
-- is classified as out of warranty these clocks end unjudged.
-- Level-1 callback: three working days (chapter 6).  Chapters 8 and 11 say three
-- days; that reading is the second row, for tickets with callback_basis =
-- calendar_days.

INSERT INTO aftersales.sla_rule (policy, version, ticket_type, rule, clock, condition, starts_on, stops_on, cancels_on, target, unit, any_of, rank, responsible, label_en, label_zh, clauses) VALUES
    ('computer_maker', 1, 'repair', 'respond_county', 'respond', $$area = 'county' AND mode <> 'carry_in' AND (warranty_class IS NULL OR warranty_class = 'in_warranty')$$,
        '{opened}', '{responded,status:scheduled,status:resolved}', '{status:cancelled}',
        '2 hours', 'elapsed', NULL, 0, 'hotline_agent', 'Respond, county', '响应（县级以下）', '{PC-07,PC-11}'),
    ('computer_maker', 1, 'repair', 'onsite_urban', 'onsite', $$mode = 'onsite' AND (warranty_class IS NULL OR warranty_class = 'in_warranty')$$,
        '{opened}', '{status:on_site}', '{status:no_show,status:cancelled}',
        '2 hours', 'elapsed', NULL, 0, 'engineer', 'On site, urban', '上门（市区）', '{PC-05,PC-11,PC-13}'),
    ('computer_maker', 1, 'repair', 'onsite_suburban', 'onsite', $$mode = 'onsite' AND area = 'suburban' AND (warranty_class IS NULL OR warranty_class = 'in_warranty')$$,
        '{opened}', '{status:on_site}', '{status:no_show,status:cancelled}',
        '2 hours', 'elapsed', NULL, 10, 'engineer', 'On site, outside the urban district', '上门（市区以外）', '{PC-06,PC-11}'),
    ('computer_maker', 1, 'repair', 'onsite_county', 'onsite', $$mode = 'onsite' AND area = 'county' AND (warranty_class IS NULL OR warranty_class = 'in_warranty')$$,
        '{opened}', '{status:on_site}', '{status:no_show,status:cancelled}',
        '48 hours', 'elapsed', NULL, 20, 'engineer', 'On site, county', '上门（县级以下）', '{PC-07,PC-11}'),
    ('computer_maker', 1, 'repair', 'resolve_urban', 'resolve', $$mode <> 'carry_in' AND (warranty_class IS NULL OR warranty_class = 'in_warranty')$$,
        '{opened}', '{status:resolved}', '{status:cancelled,status:declined}',
        '4 hours', 'elapsed', NULL, 0, 'engineer', 'Solve, urban', '解决（市区）', '{PC-05,PC-11,PC-13}'),
    ('computer_maker', 1, 'repair', 'resolve_suburban', 'resolve', $$mode <> 'carry_in' AND area = 'suburban' AND (warranty_class IS NULL OR warranty_class = 'in_warranty')$$,
        '{opened}', '{status:resolved}', '{status:cancelled,status:declined}',
        '24 hours', 'elapsed', NULL, 10, 'engineer', 'Solve, outside the urban district', '解决（市区以外）', '{PC-06,PC-11}'),
    ('computer_maker', 1, 'repair', 'resolve_county', 'resolve', $$mode <> 'carry_in' AND area = 'county' AND (warranty_class IS NULL OR warranty_class = 'in_warranty')$$,
        '{opened}', '{status:resolved}', '{status:cancelled,status:declined}',
        '48 hours', 'elapsed', NULL, 20, 'engineer', 'Solve, county', '解决（县级以下）', '{PC-07,PC-11}'),
    ('computer_maker', 1, 'repair', 'backstop_solve', 'backstop_solve', NULL,
        '{opened}', '{status:resolved}', '{status:cancelled,status:declined}',
        '24 hours', 'elapsed', 'backstop', 0, 'service_director', 'Solve within a day, or', '24小时解决，或', '{PC-11,PC-32}'),
    ('computer_maker', 1, 'repair', 'backstop_propose', 'backstop_propose', NULL,
        '{opened}', '{proposed,status:quoted,status:resolved}', '{status:cancelled,status:declined}',
        '48 hours', 'elapsed', 'backstop', 0, 'service_director', 'Propose a solution within two', '48小时提出解决方案', '{PC-11,PC-32}'),
    ('computer_maker', 1, 'repair', 'reception', 'reception', $$mode = 'carry_in' AND channel = 'visit'$$,
        '{opened}', '{attended,status:received}', '{status:cancelled}',
        '5 minutes', 'elapsed', NULL, 0, 'hotline_agent', 'Attend to a customer who came in', '接待送修客户', '{PC-104}'),
    ('computer_maker', 1, 'repair', 'callback_1', 'callback_1', NULL,
        '{status:resolved}', '{status:called_back}', '{}',
        '3 days', 'working_day', NULL, 0, 'service_director', 'Level-1 callback', '一级回访', '{PC-15,PC-96}'),
    ('computer_maker', 1, 'repair', 'callback_1_calendar', 'callback_1', $$callback_basis = 'calendar_days'$$,
        '{status:resolved}', '{status:called_back}', '{}',
        '3 days', 'calendar_day', NULL, 10, 'service_director', 'Level-1 callback, calendar days', '一级回访（自然日）', '{PC-25,PC-96}'),
    ('computer_maker', 1, 'repair', 'callback_2', 'callback_2', $$mode = 'onsite'$$,
        '{status:resolved}', '{branch_called_back}', '{}',
        '7 days', 'calendar_day', NULL, 0, 'branch_csc', 'Level-2 callback', '二级回访', '{PC-97}'),
    ('computer_maker', 1, 'repair', 'part_return', 'part_return', NULL,
        '{stock:remove}', '{stock:balanced}', '{}',
        '7 days', 'calendar_day', NULL, 0, 'service_director', 'Bring bad parts back within a week', '坏件一周内退还', '{PC-73,PC-76}'),

    ('computer_maker', 1, 'spare_request', 'approve', 'approve', NULL,
        '{opened}', '{approved:spare_request}', '{status:cancelled}',
        '0 days', 'calendar_day', NULL, 0, 'branch_csc', 'Approve', '批准', '{PC-60}'),
    ('computer_maker', 1, 'spare_request', 'ship', 'ship', NULL,
        '{approved:spare_request}', '{status:shipped,status:backordered}', '{}',
        '1 day', 'calendar_day', NULL, 0, 'storage', 'Ship, or say that it is not available', '发货或反馈无货', '{PC-60,PC-61}');

-- Past the promised time, again and again.
INSERT INTO aftersales.sla_rule (policy, version, ticket_type, rule, clock, starts_on, stops_on, cancels_on, target, unit, repeats, responsible, label_en, label_zh, clauses) VALUES
    ('computer_maker', 1, 'repair', 'progress', 'progress',
        '{due:promised}', '{progress}', '{promise:repair,promise:custody,status:resolved,status:cancelled,status:declined}',
        '2 days', 'calendar_day', true, 'hotline_agent', 'Tell the progress every two days', '每隔两天告知进度', '{PC-109}');

-- Due when it was promised.
INSERT INTO aftersales.sla_rule (policy, version, ticket_type, rule, clock, starts_on, stops_on, cancels_on, due_from, unit, responsible, label_en, label_zh, clauses) VALUES
    ('computer_maker', 1, 'repair', 'confirm', 'confirm',
        '{promise:visit}', '{visit:confirmed}', '{promise:visit,visit:cancelled,status:received,status:resolved,status:cancelled,status:declined}',
        'promised_at', 'elapsed', 'engineer', 'Confirm the visit before its window begins', '在约定时间段之前与客户确认上门', '{PC-34,PC-37}'),
    ('computer_maker', 1, 'repair', 'promised', 'promised',
        '{promise:repair,promise:custody}', '{status:resolved}', '{promise:repair,promise:custody,status:cancelled,status:declined}',
        'promised_at', 'elapsed', NULL, 'Repair by the agreed time', '按约定时间修复', '{PC-37,PC-108}'),
    ('computer_maker', 1, 'repair', 'delay_told', 'delay_told',
        '{promise:repair,promise:custody}', '{delay_notice,status:resolved}', '{promise:repair,promise:custody,status:cancelled,status:declined}',
        'promised_at', 'elapsed', 'hotline_agent', 'Tell of a delay before the agreed time', '约定期限前通知客户', '{PC-108}'),
    ('computer_maker', 1, 'consult', 'promised', 'promised',
        '{promise:answer}', '{status:answered}', '{promise:answer,status:cancelled}',
        'promised_at', 'elapsed', NULL, 'Answer by the promised time', '按承诺时间答复', '{PC-37,PC-126}'),
    ('computer_maker', 1, 'complaint', 'promised', 'promised',
        '{promise:reply}', '{status:handled}', '{promise:reply,status:cancelled}',
        'promised_at', 'elapsed', NULL, 'Reply by the promised time', '按承诺时间回复', '{PC-37}'),
    ('computer_maker', 1, 'complaint', 'settle', 'settle',
        '{promise:authority}', '{status:handled}', '{promise:authority,status:cancelled}',
        'promised_at', 'elapsed', 'service_director', 'Settle by the authority''s deadline', '按期落实转办投诉', '{PC-124}'),
    ('computer_maker', 1, 'delivery', 'deliver', 'deliver',
        '{promise:delivery}', '{status:delivered}', '{promise:delivery,status:cancelled}',
        'promised_at', 'elapsed', NULL, 'Deliver at the agreed time', '按约定时间送货', '{PC-02}'),
    ('computer_maker', 1, 'quality_report', 'report_back', 'report_back',
        '{promise:leader}', '{status:handled}', '{promise:leader,status:cancelled}',
        'promised_at', 'elapsed', NULL, 'Report by the time the leader set', '在领导规定的时间内上报', '{PC-119}');

-- PC-34: the engineer is reminded of the appointment.
INSERT INTO aftersales.escalation_rule (policy, version, ticket_type, clock, level, at, action, recipient, label_en, label_zh, clauses) VALUES
    ('computer_maker', 1, 'repair', 'confirm', 1, '-30 minutes', 'notify', '@assignee', 'Reminder to call the customer before the visit', '提醒上门工程师预约客户', '{PC-34}');

SELECT aftersales.activate_policy('computer_maker', 1);
