-- The ledger of parts of the ready policy computer_maker: its guards, each
-- refused with exactly itself and met by what it asks for; who signs and books;
-- and stories from the request for a part to the count.

\ir lib/computer_maker.sql

-- Guards ----------------------------------------------------------------------
-- A ticket of that type is brought into a state (table path) with the values of
-- the case, and what is further done; then comes the step, by whom it is for
-- (pg_temp.part_step) unless the case names another.  A ticket of no type stands
-- for what is for none.

CREATE TEMP TABLE part_case (no int GENERATED ALWAYS AS IDENTITY, ticket_type text, state text, sets text, further text, step text, expected text, login text);
INSERT INTO part_case (ticket_type, state, sets, further, step, expected) VALUES
    -- into a store and out of it by slip
    ('repair', 'repairing', NULL, NULL, 'move issue P1', 'by_slip clauses=PC-56,PC-63,PC-67'),
    ('repair', 'repairing', NULL, NULL, 'book issue P1', 'accepted'),
    ('repair', 'repairing', NULL, 'book issue P1@40 minutes', 'move return P1', 'by_slip clauses=PC-56,PC-63,PC-67'),
    ('repair', 'repairing', NULL, 'book issue P1@40 minutes', 'book return P1', 'accepted'),
    ('repair', 'repairing', NULL, 'move remove P1@40 minutes', 'move return_defective P1', 'by_slip clauses=PC-56,PC-63,PC-67'),
    ('repair', 'repairing', NULL, 'move remove P1@40 minutes', 'book defective_return P1', 'accepted'),
    ('repair', 'repairing', 'component=monitor', NULL, 'move loan M1 serial_no=''1''', 'by_slip clauses=PC-56,PC-63,PC-67'),
    ('repair', 'repairing', 'component=monitor', NULL, 'book issue M1 serial_no=''1''', 'accepted'),
    ('repair', 'repairing', 'component=monitor', 'book issue M1 serial_no=''2''@40 minutes', 'move loan_return M1 serial_no=''2''', 'by_slip clauses=PC-56,PC-63,PC-67'),
    ('repair', 'repairing', 'component=monitor', 'book issue M1 serial_no=''3''@40 minutes', 'book return M1 serial_no=''3''', 'accepted'),
    ('repair', 'repairing', NULL, NULL, 'move transfer P1', 'by_slip clauses=PC-56,PC-63,PC-67'),
    ('spare_request', 'approved', NULL, NULL, 'move transfer P1', 'by_slip clauses=PC-56,PC-63,PC-67'),
    ('spare_request', 'shipped', NULL, NULL, 'move receipt P1', 'by_slip clauses=PC-56,PC-63,PC-67'),
    (NULL, NULL, NULL, NULL, 'move transfer P1 ticket_id=NULL', 'by_slip clauses=PC-56,PC-63,PC-67'),
    (NULL, NULL, NULL, NULL, 'move transfer P1 ticket_id=NULL, from_location=''hands'', to_location=''other hands''', 'by_slip clauses=PC-56,PC-63,PC-67'),
    (NULL, NULL, NULL, NULL, 'move receipt P1 ticket_id=NULL', 'by_slip clauses=PC-56,PC-63,PC-67'),
    (NULL, NULL, NULL, NULL, 'move scrap P1 ticket_id=NULL, from_location=''station'', to_location=''scrapped''', 'by_slip clauses=PC-56,PC-63,PC-67'),
    (NULL, NULL, NULL, NULL, 'move regrade P1 ticket_id=NULL, from_location=''station'', to_location=''station'', to_condition=''defective''', 'by_slip clauses=PC-56,PC-63,PC-67'),
    (NULL, NULL, NULL, NULL, 'move supplier_return P1 ticket_id=NULL, from_location=''station'', to_location=''maker''', 'by_slip clauses=PC-56,PC-63,PC-67'),
    (NULL, NULL, NULL, NULL, 'move deliver P1 ticket_id=NULL, from_location=''station'', to_location=''maker''', 'by_slip clauses=PC-56,PC-63,PC-67'),
    (NULL, NULL, NULL, NULL, 'book transfer P1', 'accepted'),
    (NULL, NULL, NULL, NULL, 'book scrap P1 from_condition=''good''', 'accepted'),
    (NULL, NULL, NULL, NULL, 'book supplier_return P1', 'accepted'),
    (NULL, NULL, NULL, NULL, 'book regrade P1 from_condition=''good'', to_condition=''defective''', 'accepted'),

    -- what is used is used for a repair
    (NULL, NULL, NULL, NULL, 'move install C1 ticket_id=NULL', 'for_repair clauses=PC-56,PC-57'),
    (NULL, NULL, NULL, NULL, 'move lose P1 ticket_id=NULL', 'for_repair clauses=PC-56,PC-57'),
    ('spare_request', 'shipped', NULL, NULL, 'move install C1', 'for_repair clauses=PC-56,PC-57'),
    ('spare_request', 'shipped', NULL, NULL, 'move lose P1', 'for_repair clauses=PC-56,PC-57'),
    ('consult', 'new', NULL, NULL, 'move remove P1', 'for_repair clauses=PC-56,PC-57'),

    -- from the engineer's hands and into them
    ('repair', 'repairing', NULL, 'book issue P1@40 minutes', 'move install P1', 'accepted'),
    ('repair', 'repairing', NULL, 'book issue P1@40 minutes', 'move install P1 from_location=''station''', 'drawn_first clauses=PC-65,PC-76'),
    ('repair', 'repairing', NULL, 'book issue P1@40 minutes', 'move install P1 from_location=''other hands''', 'SV006'),
    ('repair', 'repairing', NULL, NULL, 'move remove P1', 'accepted'),
    ('repair', 'repairing', NULL, NULL, 'move remove P1 to_location=''other hands''', 'accepted'),
    ('repair', 'repairing', NULL, NULL, 'move remove P1 to_location=''station''', 'into_engineer_hands clauses=PC-57,PC-71'),
    ('repair', 'repairing', NULL, NULL, 'move remove P1 to_location=''transit''', 'into_engineer_hands clauses=PC-57,PC-71'),
    ('repair', 'repairing', NULL, NULL, 'move remove P1 to_location=''customer''', 'into_engineer_hands clauses=PC-57,PC-71'),

    -- drawn before it is put in
    ('repair', 'repairing', NULL, NULL, 'move install P1', 'drawn_first clauses=PC-65,PC-76'),
    ('repair', 'repairing', NULL, NULL, 'move install C1', 'drawn_first clauses=PC-65,PC-76'),
    ('repair', 'repairing', NULL, 'book issue C1@40 minutes', 'move install C1', 'accepted'),
    ('repair', 'repairing', NULL, 'book issue P1@40 minutes', 'move install P2', 'drawn_first clauses=PC-65,PC-76'),
    ('repair', 'repairing', NULL, 'book issue P1@40 minutes; move install P1@41 minutes', 'move install P1', 'drawn_first clauses=PC-65,PC-76'),
    ('repair', 'repairing', NULL, 'book issue P1@40 minutes; book return P1@41 minutes', 'move install P1', 'drawn_first clauses=PC-65,PC-76'),
    ('repair', 'repairing', NULL, 'book issue P1 quantity=2@40 minutes; move install P1@41 minutes', 'move install P1', 'accepted'),

    -- out of warranty
    ('repair', 'accepted', NULL, NULL, 'book issue P1', 'order_approved clauses=PC-50,PC-72'),
    ('repair', 'paid', NULL, '+finance oow_order@70 minutes', 'book issue P1', 'order_approved clauses=PC-50,PC-72'),
    ('repair', 'part_ordered', NULL, NULL, 'book issue P1', 'accepted'),
    ('repair', 'part_received', NULL, NULL, 'book issue P1', 'accepted'),

    -- monitors
    ('repair', 'repairing', 'component=host', NULL, 'book issue M1 serial_no=''4''', 'loan_for_monitor clauses=PC-79'),
    ('repair', 'repairing', 'component=', NULL, 'book issue M1 serial_no=''4''', 'loan_for_monitor clauses=PC-79'),
    ('repair', 'received', 'cause=user component=monitor', NULL, 'book issue M1 serial_no=''4''', 'accepted'),
    ('repair', 'repairing', 'component=monitor', NULL, 'book issue P1', 'accepted'),

    -- instead of the bad part, or of the good one
    ('repair', 'repairing', NULL, 'book issue P1@40 minutes; move install P1@40 minutes', 'move keep P1', 'keep_approved clauses=PC-68'),
    ('repair', 'repairing', NULL, 'book issue P1@40 minutes; move install P1@40 minutes; +branch_csc keep_part X@41 minutes', 'move keep P1', 'accepted'),
    ('repair', 'repairing', NULL, 'book issue P1@40 minutes; move install P1@40 minutes; -branch_csc keep_part X@41 minutes', 'move keep P1', 'keep_approved clauses=PC-68'),
    ('repair', 'repairing', NULL, 'book issue P1@40 minutes; move install P1@40 minutes; +branch_csc keep_part 0@41 minutes', 'move keep P1', 'keep_approved clauses=PC-68'),
    ('repair', 'repairing', NULL, NULL, 'move keep P1', 'keep_approved clauses=PC-68'),
    ('repair', 'repairing', NULL, 'book issue P1@40 minutes', 'move lose P1', 'loss_approved clauses=PC-67,PC-68'),
    ('repair', 'repairing', NULL, 'book issue P1@40 minutes; +branch_csc lost_part X@41 minutes', 'move lose P1', 'accepted'),
    ('repair', 'repairing', NULL, 'book issue P1@40 minutes; -branch_csc lost_part X@41 minutes', 'move lose P1', 'loss_approved clauses=PC-67,PC-68'),
    ('repair', 'repairing', NULL, 'book issue P1@40 minutes; +branch_csc lost_part X@41 minutes; book issue P2@42 minutes', 'move lose P2', 'loss_approved clauses=PC-67,PC-68'),
    ('repair', 'repairing', NULL, NULL, 'move lose P1', 'loss_approved clauses=PC-67,PC-68'),
    ('repair', 'repairing', NULL, 'move remove P1@40 minutes', 'move lose P1 from_condition=''defective''', 'loss_approved clauses=PC-67,PC-68'),
    ('repair', 'repairing', NULL, 'move remove P1@40 minutes; +branch_csc lost_part X@41 minutes', 'move lose P1 from_condition=''defective''', 'accepted'),

    -- another model
    ('repair', 'repairing', NULL, 'book issue P1@40 minutes', 'move remove P0', 'other_model_noted clauses=PC-70'),
    ('repair', 'repairing', NULL, 'book issue P1@40 minutes', 'move remove P0 note=''burnt''', 'other_model_noted clauses=PC-70'),
    ('repair', 'repairing', NULL, 'book issue P1@40 minutes', 'move remove P0 note=''不同型号的部件更换''', 'accepted'),
    ('repair', 'repairing', NULL, 'book issue P1@40 minutes', 'move remove P0 note=''Exchanged for a different model''', 'accepted'),
    ('repair', 'repairing', NULL, 'book issue P1@40 minutes', 'move remove P1', 'accepted'),
    ('repair', 'repairing', NULL, 'book issue P1@40 minutes; move remove P0 note=''another model''@41 minutes', 'book defective_return P0', 'other_model_noted clauses=PC-70'),
    ('repair', 'repairing', NULL, 'book issue P1@40 minutes; move remove P0 note=''another model''@41 minutes', 'book defective_return P0 note=''another model''', 'accepted'),
    ('repair', 'repairing', NULL, 'book issue P1@40 minutes; move install P1@40 minutes; +branch_csc keep_part X@41 minutes', 'move keep P0', 'other_model_noted clauses=PC-70'),

    -- damage
    ('repair', 'repairing', 'part_damage:=null', 'book issue P1@40 minutes', 'move install P1', 'damage_examined clauses=PC-72,PC-77'),
    ('repair', 'repairing', 'part_damage:=abnormal', 'book issue P1@40 minutes', 'move install P1', 'damage_examined clauses=PC-72,PC-77'),
    ('repair', 'repairing', 'part_damage:=abnormal damage_cause:=dropped', 'book issue P1@40 minutes', 'move install P1', 'accepted'),
    ('repair', 'repairing', 'part_damage:=null', NULL, 'book issue P1', 'accepted'),
    ('repair', 'repairing', 'part_damage:=physical damage_cause:=dropped', NULL, 'book issue P1', 'damaged_part_approved clauses=PC-72'),
    ('repair', 'repairing', 'part_damage:=physical damage_cause:=dropped', 'document damage_report@40 minutes', 'book issue P1', 'damaged_part_approved clauses=PC-72'),
    ('repair', 'repairing', 'part_damage:=physical damage_cause:=dropped', '+branch_csc damaged_part@40 minutes', 'book issue P1', 'damaged_part_approved clauses=PC-72'),
    ('repair', 'repairing', 'part_damage:=physical damage_cause:=dropped', 'document damage_report@40 minutes; +branch_csc damaged_part@40 minutes', 'book issue P1', 'accepted'),
    ('repair', 'repairing', NULL, 'book issue P1@40 minutes; damage_cause:=dropped@41 minutes; part_damage:=physical@41 minutes', 'move install P1', 'damaged_part_approved clauses=PC-72'),
    ('repair', 'repairing', NULL, 'book issue P1@40 minutes; damage_cause:=dropped@41 minutes; part_damage:=physical@41 minutes; document damage_report@42 minutes; +branch_csc damaged_part@43 minutes', 'move install P1', 'accepted'),
    ('repair', 'repairing', 'part_damage:=null', 'move remove P1@40 minutes', 'book defective_return P1', 'damage_examined clauses=PC-72,PC-77'),
    ('repair', 'repairing', 'part_damage:=abnormal damage_cause:=dropped damage_person:=X', 'move remove P1@40 minutes', 'book defective_return P1', 'damaged_return_approved clauses=PC-77'),
    ('repair', 'repairing', 'part_damage:=abnormal damage_cause:=dropped damage_person:=X', 'move remove P1@40 minutes; document appraisal_report@41 minutes', 'book defective_return P1', 'damaged_return_approved clauses=PC-77'),
    ('repair', 'repairing', 'part_damage:=abnormal damage_cause:=dropped damage_person:=X', 'move remove P1@40 minutes; +branch_csc damaged_return@41 minutes', 'book defective_return P1', 'damaged_return_approved clauses=PC-77'),
    ('repair', 'repairing', 'part_damage:=abnormal damage_cause:=dropped', 'move remove P1@40 minutes; document appraisal_report@41 minutes; +branch_csc damaged_return@41 minutes', 'book defective_return P1', 'damaged_return_approved clauses=PC-77'),
    ('repair', 'repairing', 'part_damage:=abnormal damage_cause:=dropped damage_person:=X', 'move remove P1@40 minutes; document appraisal_report@41 minutes; +branch_csc damaged_return@41 minutes', 'book defective_return P1', 'accepted'),
    ('repair', 'repairing', 'part_damage:=physical damage_cause:=dropped damage_person:=X', 'move remove P1@40 minutes', 'book defective_return P1', 'damaged_return_approved clauses=PC-77'),

    -- what has ended has ended
    ('repair', 'closed', NULL, NULL, 'book issue P1', 'ticket_open clauses=PC-56,PC-68'),
    ('repair', 'closed', NULL, NULL, 'move remove P1', 'ticket_open clauses=PC-56,PC-68'),
    ('repair', 'cancelled', NULL, NULL, 'book issue P1', 'ticket_open clauses=PC-56,PC-68'),
    ('repair', 'called_back', NULL, 'book issue P1@3 days; book return P1@3 days; !branch_called_back@3 days; closed@3 days', 'reverse mistaken', 'ticket_open clauses=PC-56,PC-68'),
    ('repair', 'called_back', NULL, 'book issue P1@3 days; book return P1@3 days; !branch_called_back@3 days', 'reverse mistaken', 'accepted'),
    ('spare_request', 'closed', NULL, NULL, 'reverse mistaken', 'ticket_open clauses=PC-56,PC-68'),
    ('spare_request', 'received', NULL, 'book receipt P1@3 days', 'reverse mistaken', 'accepted'),

    -- a part instead of the one asked for
    ('repair', 'repairing', NULL, NULL, 'book issue P2 substitute_for=''P1'', note=''none left''', 'grade_approved clauses=PC-69'),
    ('repair', 'repairing', NULL, '-branch_csc higher_grade@40 minutes', 'book issue P2 substitute_for=''P1'', note=''none left''', 'grade_approved clauses=PC-69'),
    ('repair', 'repairing', NULL, '+branch_csc higher_grade@40 minutes', 'book issue P2 substitute_for=''P1'', note=''none left''', 'accepted'),
    ('repair', 'repairing', NULL, '+branch_csc higher_grade@40 minutes', 'book issue P2 substitute_for=''P1''', 'substitution_noted clauses=PC-69'),
    ('repair', 'repairing', NULL, NULL, 'book issue P0 substitute_for=''P1'', note=''none left''', 'accepted'),
    ('repair', 'repairing', NULL, NULL, 'book issue PX substitute_for=''P1'', note=''none left''', 'grade_approved clauses=PC-69'),
    ('spare_request', 'approved', NULL, NULL, 'book shipment P2 substitute_for=''P1'', note=''none left''', 'grade_approved clauses=PC-69'),
    ('spare_request', 'approved', NULL, '+branch_csc higher_grade@2 hours', 'book shipment P2 substitute_for=''P1'', note=''none left''', 'accepted'),
    ('spare_request', 'approved', NULL, '+branch_csc higher_grade@2 hours', 'book shipment P2 substitute_for=''P1''', 'substitution_noted clauses=PC-69'),
    ('spare_request', 'approved', NULL, NULL, 'book shipment P0 substitute_for=''P1'', note=''none left''', 'accepted'),
    ('spare_request', 'approved', NULL, NULL, 'book shipment P1', 'accepted'),
    ('spare_request', 'approved', NULL, NULL, 'book shipment P2', 'as_requested clauses=PC-59,PC-69'),
    ('spare_request', 'approved', NULL, NULL, 'book shipment P2 substitute_for=''P0'', note=''none left''', 'as_requested clauses=PC-59,PC-69'),
    ('spare_request', 'approved', NULL, 'part_no:=null@2 hours', 'book shipment P1', 'as_requested clauses=PC-59,PC-69'),

    -- when a request is sent and booked
    ('spare_request', 'new', NULL, NULL, 'book shipment P1', 'shipment_due clauses=PC-60'),
    ('spare_request', 'cancelled', NULL, NULL, 'book shipment P1', 'shipment_due clauses=PC-60'),
    ('spare_request', 'shipped', NULL, NULL, 'book shipment P1', 'shipment_due clauses=PC-60'),
    ('spare_request', 'backordered', NULL, NULL, 'book shipment P1', 'accepted'),
    ('spare_request', 'new', NULL, 'slip shipment@1 minute; line P1@1 minute; sign@1 minute', 'countersign', 'accepted'),
    ('spare_request', 'approved', NULL, 'book shipment P1@1 day', 'book receipt P1', 'receipt_due clauses=PC-64,PC-67'),
    ('spare_request', 'shipped', NULL, NULL, 'book receipt P1', 'accepted'),
    ('spare_request', 'received', NULL, NULL, 'book receipt P1', 'accepted'),
    ('spare_request', 'received', NULL, 'book receipt P1@3 days; closed@3 days', 'book receipt P1', 'receipt_due clauses=PC-64,PC-67'),

    -- lines
    ('repair', 'repairing', NULL, 'slip issue@40 minutes', 'line P1 is_inspected=false', 'inspected_good clauses=PC-65'),
    ('repair', 'repairing', NULL, 'slip issue@40 minutes', 'line P1 is_inspected=NULL', 'inspected_good clauses=PC-65'),
    ('repair', 'repairing', NULL, 'slip issue@40 minutes', 'line P1 from_condition=''defective''', 'inspected_good clauses=PC-65'),
    ('repair', 'repairing', NULL, 'slip issue@40 minutes', 'line P1 from_condition=''good''', 'accepted'),
    ('repair', 'repairing', NULL, 'slip issue@40 minutes', 'line M1 serial_no=''1'', is_inspected=NULL', 'inspected_good clauses=PC-65'),
    ('repair', 'repairing', NULL, 'slip issue@40 minutes', 'line P1 is_related=true', 'related_explained clauses=PC-66'),
    ('repair', 'repairing', NULL, 'slip issue@40 minutes', 'line P1 is_related=true, reason='' ''', 'related_explained clauses=PC-66'),
    ('repair', 'repairing', NULL, 'slip issue@40 minutes', 'line P1 is_related=true, reason=''power supply may be the cause''', 'accepted'),
    ('repair', 'repairing', NULL, 'slip issue@40 minutes; line P1@40 minutes', 'line P2', 'accepted'),
    ('repair', 'repairing', NULL, 'slip defective_return@40 minutes', 'line P1', 'accepted'),
    ('repair', 'repairing', NULL, 'slip defective_return@40 minutes; line P1@40 minutes', 'line P1', 'one_part clauses=PC-71'),
    ('repair', 'repairing', NULL, 'slip defective_return@40 minutes', 'line P1 line_no=2', 'one_part clauses=PC-71'),
    ('repair', 'repairing', NULL, 'slip defective_return@40 minutes', 'line P1 quantity=2', 'one_part clauses=PC-71'),
    ('repair', 'repairing', NULL, 'slip defective_return@40 minutes', 'line P1 fault_symptom=NULL', 'symptom_given clauses=PC-71'),
    ('repair', 'repairing', NULL, 'slip defective_return@40 minutes', 'line P1 fault_symptom='' ''', 'symptom_given clauses=PC-71'),

    -- what is taken back
    ('repair', 'repairing', NULL, 'move remove P1@40 minutes', 'reverse ', 'reversal_explained clauses=PC-56,PC-62'),
    ('repair', 'repairing', NULL, 'move remove P1@40 minutes', 'reverse another ticket', 'accepted');

-- What a signed slip says; whoever signs first.
INSERT INTO part_case (ticket_type, state, further, step, expected)
SELECT 'repair', 'repairing', concat_ws('; ', before, format('slip %s %s@41 minutes; line P1@41 minutes', kind, lacks)), sign, expected
FROM (VALUES ('issue', NULL), ('return', 'book issue P1@40 minutes'), ('defective_return', 'move remove P1@40 minutes')) k (kind, before),
     unnest('{sign,countersign}'::text[]) sign,
     (VALUES ('number=NULL', 'numbered clauses=PC-63,PC-71'), ('number=repeat('' '',nextval(''number'')::integer)', 'numbered clauses=PC-63,PC-71'), ('copies=NULL', 'two_copies clauses=PC-63,PC-71'), ('copies=1', 'two_copies clauses=PC-63,PC-71'),
             ('copies=3', 'accepted'), ('handed_to=NULL', 'taker_named clauses=PC-57'), ('handed_to='' ''', 'taker_named clauses=PC-57'), ('inspected_together=NULL', 'inspected_together clauses=PC-78'),
             ('inspected_together=false', 'inspected_together clauses=PC-78'), ('', 'accepted'), ('packing_list=NULL', 'accepted'), ('remark=''urgent''', 'accepted')) v (lacks, expected);
INSERT INTO part_case (ticket_type, state, further, step, expected)
SELECT t, s, format('slip %s %s@1 day; line P1@1 day', kind, lacks), sign, expected
FROM (VALUES ('spare_request', 'approved', 'shipment'), (NULL, NULL, 'send_back')) k (t, s, kind), unnest('{sign,countersign}'::text[]) sign,
     (VALUES ('packing_list=NULL', 'packed_with_list clauses=PC-74'), ('packing_list='' ''', 'packed_with_list clauses=PC-74'), ('', 'accepted'), ('number=NULL', 'accepted')) v (lacks, expected);
INSERT INTO part_case (ticket_type, state, further, step, expected) VALUES
    ('spare_request', 'shipped', 'slip receipt packing_list=NULL@2 days; line P1@2 days', 'sign', 'accepted'),
    (NULL, NULL, 'slip transfer packing_list=NULL@2 days; line P1@2 days', 'sign', 'accepted'),
    (NULL, NULL, 'slip send_back@2 days', 'line P1 from_condition=NULL', 'purpose_fits clauses=PC-63,PC-71,PC-73'),
    (NULL, NULL, 'slip send_back@2 days', 'line P1 from_condition=''good''', 'purpose_fits clauses=PC-63,PC-71,PC-73'),
    (NULL, NULL, 'slip send_back@2 days', 'line P1 from_condition=''scrap''', 'accepted');

-- Which slips there are for which tickets, and which moves they book.
INSERT INTO part_case (ticket_type, state, step, expected)
SELECT t, s, 'slip ' || kind || ' ticket_id=' || CASE WHEN t IS NULL THEN 'NULL, policy=''computer_maker''' ELSE '$2, policy=NULL' END, CASE WHEN t IS NOT DISTINCT FROM of_type OR (t IS NULL AND kind = 'receipt') THEN 'accepted' ELSE 'kind_fits clauses=PC-56,PC-63' END
FROM (VALUES (NULL, NULL), ('repair', 'new'), ('spare_request', 'new'), ('consult', 'new')) t (t, s),
     (VALUES ('shipment', 'spare_request'), ('receipt', 'spare_request'), ('issue', 'repair'), ('return', 'repair'), ('defective_return', 'repair'), ('send_back', NULL), ('transfer', NULL),
             ('regrade', NULL), ('scrap', NULL), ('supplier_return', NULL), ('requisition', 'none'), ('deliver', 'none')) k (kind, of_type);
INSERT INTO part_case (ticket_type, state, further, step, expected)
SELECT t, s, 'slip ' || kind || '@1 minute', format('line P1 purpose=%L, is_inspected=true, from_condition=%s, fault_symptom=''broken''', p.purpose, CASE kind WHEN 'send_back' THEN '''defective''' ELSE 'NULL' END),
       CASE WHEN p.purpose = ANY (purposes) THEN 'accepted' WHEN kind = 'send_back' AND p.purpose IN ('issue', 'loan') THEN 'inspected_good,purpose_fits clauses=PC-65,PC-63,PC-71,PC-73' ELSE 'purpose_fits clauses=PC-63,PC-71,PC-73' END
FROM (VALUES ('spare_request', 'new', 'shipment', '{transfer,receipt}'::text[]), ('spare_request', 'new', 'receipt', '{transfer,receipt}'), ('repair', 'new', 'issue', '{issue,loan}'),
             ('repair', 'new', 'return', '{return,loan_return}'), ('repair', 'new', 'defective_return', '{return_defective}'), (NULL, NULL, 'send_back', '{transfer}'), (NULL, NULL, 'transfer', '{transfer}'),
             (NULL, NULL, 'regrade', '{regrade}'), (NULL, NULL, 'scrap', '{scrap}'), (NULL, NULL, 'supplier_return', '{supplier_return}')) k (t, s, kind, purposes),
     aftersales.stock_purpose p WHERE p.purpose <> 'adjust';

-- Who does it.
CREATE TEMP TABLE who (table_name text, guard text, ticket_type text, state text, further text, step text, roles text[]);
INSERT INTO who VALUES
    ('stock_move', 'by_engineer', 'repair', 'repairing', 'book issue P1@40 minutes', 'move install P1', '{engineer}'),
    ('stock_move', 'by_engineer', 'repair', 'repairing', 'book issue P1@40 minutes', 'move remove P1', '{engineer}'),
    ('stock_move', 'by_engineer', 'repair', 'repairing', 'book issue P1@40 minutes; move install P1@40 minutes; +branch_csc keep_part X@41 minutes', 'move keep P1', '{engineer}'),
    ('stock_move', 'by_engineer', 'repair', 'repairing', 'book issue P1@40 minutes; +branch_csc lost_part X@41 minutes', 'move lose P1', '{engineer}'),
    ('stock_move', 'reversal_explained', 'repair', 'repairing', 'move remove P1@40 minutes', 'reverse mistaken', '{service_director}'),
    ('stock_move', 'reversal_explained', 'repair', 'repairing', 'book issue P1@40 minutes', 'reverse mistaken', '{service_director}'),
    ('stock_slip', 'storage_signature', 'spare_request', 'approved', 'slip shipment@1 day; line P1@1 day', 'sign', '{storage}'),
    ('stock_slip', 'branch_signature', 'spare_request', 'approved', 'slip shipment@1 day; line P1@1 day', 'countersign', '{branch_csc}'),
    ('stock_slip', 'posted_by_branch', 'spare_request', 'approved', 'slip shipment@1 day; line P1@1 day; sign@1 day; countersign@1 day', 'post', '{storage,branch_csc}');
INSERT INTO who
SELECT 'stock_slip', v.guard, t, s, concat_ws('; ', before, format('slip %s@5 days; line P1@5 days', kind), more), step, roles
FROM (VALUES ('spare_request', 'received', 'receipt', NULL), ('repair', 'repairing', 'issue', NULL), ('repair', 'repairing', 'return', 'book issue P1@40 minutes'),
             ('repair', 'repairing', 'defective_return', 'move remove P1@40 minutes'), (NULL, NULL, 'transfer', NULL)) k (t, s, kind, before),
     (VALUES ('store_signature', NULL, 'sign', '{commerce_specialist}'::text[]), ('account_signature', NULL, 'countersign', '{service_director}'),
             ('posted_by_director', 'sign@5 days; countersign@5 days', 'post', '{service_director}')) v (guard, more, step, roles);

CREATE FUNCTION pg_temp.brought(p_type text, p_state text, p_sets text, p_further text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE id bigint;
BEGIN
    IF p_type IS NOT NULL THEN
        SELECT pg_temp.play(pg_temp.opened(p_type, concat_ws(' ', sets, p_sets)), story) INTO id FROM path WHERE (ticket_type, state) = (p_type, p_state);
    END IF;
    RETURN pg_temp.play(id, p_further);
END $$;
CREATE FUNCTION pg_temp.told(p_id bigint, p_step text, p_login text) RETURNS text LANGUAGE sql AS
$$ SELECT pg_temp.verdict(format('SELECT pg_temp.step(%s, %L, %L, %L)', coalesce(p_id::text, 'NULL'), p_step,
       coalesce((SELECT event_at FROM desk.ticket WHERE ticket_id = p_id), timestamptz '2026-04-01 08:00+08'), p_login)) $$;
SELECT is(pg_temp.told(pg_temp.brought(ticket_type, state, sets, further), step, login), expected,
          format('%s %s, %s: %s is %s', coalesce(ticket_type, 'no ticket'), state, concat_ws('; ', sets, further), step, expected))
FROM part_case c ORDER BY no;
SELECT is(array_agg(login || ': ' || got ORDER BY login), array_agg(login || ': ' || CASE WHEN login = ANY (roles) THEN 'accepted' ELSE 'SV003' END ORDER BY login),
          format('%s: %s, %s', guard, further, step))
FROM (SELECT w.*, s.login, pg_temp.told(pg_temp.brought(ticket_type, state, NULL, further), step, s.login) AS got
      FROM who w, desk.staff s WHERE s.login !~ '^engineer ') y
GROUP BY guard, ticket_type, further, step ORDER BY guard, further, step;

SELECT * FROM finish();
ROLLBACK;
