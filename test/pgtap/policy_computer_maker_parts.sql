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
    (NULL, NULL, NULL, NULL, 'move transfer P1 ticket_id=NULL, from_location=''hands'', to_location=''other hands''', 'by_slip,not_past_hands clauses=PC-56,PC-63,PC-67,PC-57,PC-76'),
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
    ('repair', 'repairing', NULL, NULL, 'book issue P1 to_location=''other hands''', 'accepted'),
    ('repair', 'repairing', NULL, NULL, 'book issue P1 to_location=''customer''', 'into_engineer_hands clauses=PC-57,PC-71'),
    ('repair', 'repairing', NULL, 'book issue P1@40 minutes', 'move install P1', 'accepted'),
    ('repair', 'repairing', NULL, 'book issue P1@40 minutes', 'move install P1 from_location=''station''', 'drawn_first clauses=PC-65,PC-76'),
    ('repair', 'repairing', NULL, 'book issue P1@40 minutes', 'move install P1 from_location=''other hands''', 'SV006'),
    ('repair', 'repairing', NULL, NULL, 'move remove P1', 'accepted'),
    ('repair', 'repairing', NULL, NULL, 'move remove P1 to_location=''other hands''', 'accepted'),
    ('repair', 'repairing', NULL, NULL, 'move remove P1 to_location=''station''', 'into_engineer_hands clauses=PC-57,PC-71'),
    ('repair', 'repairing', NULL, NULL, 'move remove P1 to_location=''transit''', 'into_engineer_hands clauses=PC-57,PC-71'),
    ('repair', 'repairing', NULL, NULL, 'move remove P1 to_location=''customer''', 'into_engineer_hands clauses=PC-57,PC-71'),

    -- and no way past them
    (NULL, NULL, NULL, NULL, 'book transfer P1 from_location=''hands''', 'not_past_hands clauses=PC-57,PC-76'),
    (NULL, NULL, NULL, NULL, 'book transfer P1 to_location=''hands''', 'not_past_hands clauses=PC-57,PC-76'),
    (NULL, NULL, NULL, NULL, 'book transfer P1 from_location=''hands'', to_location=''other hands''', 'not_past_hands clauses=PC-57,PC-76'),
    (NULL, NULL, NULL, NULL, 'book transfer P1 to_location=''customer''', 'not_past_hands clauses=PC-57,PC-76'),
    (NULL, NULL, NULL, NULL, 'book scrap P1 from_location=''hands'', from_condition=''good''', 'not_past_hands clauses=PC-57,PC-76'),
    (NULL, NULL, NULL, NULL, 'book supplier_return P1 from_location=''hands''', 'not_past_hands clauses=PC-57,PC-76'),
    (NULL, NULL, NULL, NULL, 'book regrade P1 from_location=''hands'', to_location=''hands'', from_condition=''good'', to_condition=''defective''', 'not_past_hands clauses=PC-57,PC-76'),
    ('spare_request', 'shipped', NULL, NULL, 'book receipt P1 to_location=''hands''', 'not_past_hands clauses=PC-57,PC-76'),
    ('repair', 'repairing', NULL, 'move remove P1@40 minutes', 'book defective_return P1 to_location=''transit''', 'accepted'),

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
CREATE FUNCTION pg_temp.doers(w who) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE id bigint := pg_temp.brought(w.ticket_type, w.state, NULL, w.further);
BEGIN
    RETURN (SELECT array_agg(login || ': ' || pg_temp.told(id, w.step, login) ORDER BY login) FROM desk.staff WHERE login !~ '^engineer ');
END $$;
SELECT is(pg_temp.doers(w), (SELECT array_agg(login || ': ' || CASE WHEN login = ANY (roles) THEN 'accepted' ELSE 'SV003' END ORDER BY login) FROM desk.staff WHERE login !~ '^engineer '),
          format('%s of %s: %s', guard, coalesce(ticket_type, 'no ticket'), concat_ws('; ', further, step)))
FROM who w ORDER BY guard, further, step;
-- The two signatures are given by two persons, whatever roles they have.
INSERT INTO desk.staff (login, org_id, star_grade) VALUES ('deputy', 1, 3);
INSERT INTO desk.staff_role (login, role) VALUES ('deputy', 'storage'), ('deputy', 'branch_csc');
SELECT is(pg_temp.told(pg_temp.brought('spare_request', 'approved', NULL, 'slip shipment@5 days; line P1@5 days'), s, 'deputy'), 'accepted', format('PC-64: deputy may %s', s)) FROM unnest('{sign,countersign}'::text[]) s;
SELECT is(pg_temp.told(id, 'countersign', 'deputy'), 'SV008', 'PC-64: deputy may not sign for both')
FROM (SELECT pg_temp.play(pg_temp.brought('spare_request', 'approved', NULL, 'slip shipment@5 days; line P1@5 days'), 'sql UPDATE desk.stock_slip SET store_signed_at = aftersales.now() FROM pg_temp.as_of(aftersales.now(), ''deputy'') WHERE slip_id = (pg_temp.slip()).slip_id@5 days') AS id) x;

-- Parts asked for, sent and booked --------------------------------------------
-- What is there, against what was there before.

CREATE FUNCTION pg_temp.held() RETURNS TABLE (location text, part_no text, condition text, quantity numeric) LANGUAGE sql AS
$$ SELECT location, part_no, condition, quantity FROM desk.stock_balance $$;
CREATE TEMP TABLE before AS SELECT * FROM pg_temp.held();
CREATE FUNCTION pg_temp.changes() RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(format('%s %s %s %s', location, part_no, condition, to_char(n, 'FMS9990')), ', ' ORDER BY location, part_no, condition)
   FROM (SELECT location, part_no, condition, coalesce(h.quantity, 0) - coalesce(b.quantity, 0) AS n
         FROM pg_temp.held() h FULL JOIN before b USING (location, part_no, condition)) x WHERE n <> 0 $$;
CREATE FUNCTION pg_temp.from_now() RETURNS void LANGUAGE sql AS
$$ DELETE FROM before; INSERT INTO before SELECT * FROM pg_temp.held() $$;
-- A story's next step, and what has changed by then.
CREATE FUNCTION pg_temp.then(p_id bigint, p_story text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_temp.play(p_id, p_story, '2026-04-06 08:00+08');
    RETURN pg_temp.changes();
END $$;
CREATE FUNCTION pg_temp.history(p_id bigint) RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(event || coalesce(' ' || to_state, ''), ', ' ORDER BY seq) FROM desk.ticket_event
   WHERE ticket_id = p_id AND event ~ '^(slip|stock|status|approved)' $$;

CREATE TEMP TABLE story AS SELECT pg_temp.opened('spare_request', NULL, '2026-04-06 08:00+08') AS request, pg_temp.opened('repair', NULL, '2026-04-06 08:00+08') AS repair;
SELECT is(pg_temp.then(request, '+branch_csc spare_request@1 hour; approved@1 hour; slip shipment@1 day; line P1 quantity=2@1 day; sign@1 day; countersign@1 day'), NULL, 'PC-60: a shipment that is signed has moved nothing') FROM story;
SELECT is(pg_temp.told(request, 'line P1', NULL), 'SV004', 'PC-64: it is what was signed') FROM story;
SELECT is(pg_temp.then(request, 'post@1 day; shipped@1 day'), 'branch P1 good -2, transit P1 good +2', 'PC-60: it is on its way once it is booked') FROM story;
SELECT is(pg_temp.told(request, 'closed', NULL), 'SV001', 'PC-67: nobody books what did not come') FROM story;
SELECT is(pg_temp.then(request, 'received@3 days; slip receipt@3 days; line P1 quantity=2@3 days; sign@3 days'), 'branch P1 good -2, transit P1 good +2', 'PC-64: received, and signed by one of the two') FROM story;
SELECT is(pg_temp.told(request, 'post', NULL), 'SV008', 'PC-64: one signature books nothing') FROM story;
SELECT is(pg_temp.then(request, 'countersign@3 days; post@3 days; closed@3 days'), 'branch P1 good -2, station P1 good +2', 'PC-67: booked at the station by both') FROM story;
SELECT is(pg_temp.history(request), 'approved:spare_request, status:approved approved, slip:drafted, slip:store_signed, slip:account_signed, slip:posted, stock:transfer, status:shipped shipped, '
          'status:received received, slip:drafted, slip:store_signed, slip:account_signed, slip:posted, stock:transfer, status:closed closed', 'PC-56: and so says its history') FROM story;

-- Drawn, put in, brought back --------------------------------------------------

SELECT pg_temp.from_now() \g /dev/null
SELECT is(pg_temp.then(repair, 'visit plan@1 hour; scheduled@1 hour; book issue P1 quantity=2@2 hours'), 'hands P1 good +2, station P1 good -2', 'PC-65: two inspected parts are drawn by slip') FROM story;
SELECT is(pg_temp.then(repair, 'visit confirm@2 hours; visit depart@2 hours; visit arrive@3 hours; on_site@3 hours; repairing@3 hours; move remove P1@4 hours; move install P1@4 hours'),
          'hands P1 defective +1, hands P1 good +1, station P1 good -2', 'PC-68: one is put in, the bad one is in the engineer''s hands') FROM story;
SELECT is(pg_temp.outcome(repair, 'part_return'), 'running', 'PC-73: which has a week') FROM story;
SELECT is(pg_temp.told(repair, 'book defective_return P1 quantity=2', NULL), 'one_part clauses=PC-71', 'PC-71: one part a slip') FROM story;
SELECT is(pg_temp.told(repair, 'book return P1 quantity=2', NULL), 'SV007', 'PC-68: no more comes back than was drawn') FROM story;
SELECT is(pg_temp.told(repair, 'book defective_return P1', NULL), 'accepted', 'PC-71: the bad one may come back') FROM story;
SELECT is(pg_temp.then(repair, 'document onsite_record@5 hours; visit done@5 hours; resolved@5 hours; book return P1@1 day'), 'hands P1 defective +1, station P1 good -1', 'PC-76: what was not used comes back') FROM story;
SELECT is(pg_temp.then(repair, 'called_back@1 day; !branch_called_back@2 days'), 'hands P1 defective +1, station P1 good -1', 'PC-97: the customer is called back') FROM story;
SELECT is(pg_temp.told(repair, 'closed', NULL), 'parts_balanced clauses=PC-68,PC-73,PC-76,PC-79', 'PC-68: the bad part is still out') FROM story;
SELECT is(pg_temp.then(repair, 'book defective_return P1@3 days'), 'station P1 defective +1, station P1 good -1', 'PC-71: it comes back by its slip') FROM story;
SELECT is(pg_temp.outcome(repair, 'part_return'), 'met', 'PC-73: within the week') FROM story;
SELECT is(pg_temp.then(repair, 'closed@3 days'), 'station P1 defective +1, station P1 good -1', 'PC-68: then the repair may be closed') FROM story;
SELECT results_eq(format('SELECT quantity, installed, returned, removed, defective_returned, balanced_at IS NOT NULL FROM desk.part_exchange WHERE ticket_id = %s', repair),
                  'VALUES (2.000, 1.000, 1.000, 1.000, 1.000, true)', 'PC-68: two drawn, one put in, one back; one bad one out and back') FROM story;
SELECT results_eq(format($$SELECT m.purpose, m.quantity::integer, m.happened_at, m.handed_to, s.kind, m.document_no = s.number FROM desk.stock_move m LEFT JOIN desk.stock_slip s USING (slip_id)
                           WHERE m.ticket_id = %s ORDER BY m.move_id$$, repair),
                  $$VALUES ('issue', 2, timestamptz '2026-04-06 10:00+08', 'engineer', 'issue', true), ('remove', 1, '2026-04-06 12:00+08', NULL, NULL, NULL), ('install', 1, '2026-04-06 12:00+08', NULL, NULL, NULL),
                           ('return', 1, '2026-04-07 08:00+08', 'engineer', 'return', true), ('return_defective', 1, '2026-04-09 08:00+08', 'engineer', 'defective_return', true)$$,
                  'PC-57: the ledger says when parts were drawn, by whom, and when they came back') FROM story;
SELECT results_eq(format('SELECT installed_on, removed_on, is_replacement FROM desk.unit_part p JOIN desk.ticket t USING (unit_id) WHERE t.ticket_id = %s ORDER BY installed_on NULLS FIRST', repair),
                  $$VALUES (NULL::date, date '2026-04-06', false), ('2026-04-06', NULL, true)$$, 'PC-52: the machine has a replaced part') FROM story;
-- Bad parts go back to the storage department, in a box with a list.
SELECT pg_temp.from_now() \g /dev/null
SELECT is(pg_temp.then(NULL, 'book send_back P1@5 days'), 'branch P1 defective +1, station P1 defective -1', 'PC-73: a bad part is sent back to the storage department');

-- A better part for a simpler one, which is of another model.
SELECT pg_temp.from_now() \g /dev/null
CREATE TEMP TABLE better AS
SELECT pg_temp.play(pg_temp.opened('repair', NULL, '2026-04-06 08:00+08'), 'visit plan@1 hour; scheduled@1 hour; +branch_csc higher_grade@90 minutes; book issue P2 substitute_for=''P1'', note=''none left''@2 hours; visit confirm@2 hours; '
    'visit depart@2 hours; visit arrive@3 hours; on_site@3 hours; repairing@3 hours; move remove P1 note=''不同型号的部件更换''@4 hours; move install P2@4 hours; book defective_return P1 note=''不同型号的部件更换''@1 day', '2026-04-06 08:00+08') AS id;
SELECT is(pg_temp.changes(), 'station P1 defective +1, station P2 good -1', 'PC-69, PC-70: a better part is used, the bad one of another model is back');
SELECT results_eq(format('SELECT purpose, grade_step::integer, is_other_model FROM desk.stock_move WHERE ticket_id = %s ORDER BY move_id', id),
                  $$VALUES ('issue', 1, NULL), ('remove', NULL, true), ('install', NULL, NULL), ('return_defective', NULL, true)$$, 'PC-70: which the ledger says') FROM better;

-- Given up after the part was drawn: it comes back first.
SELECT is(pg_temp.told(id, 'cancelled', NULL), 'parts_balanced clauses=PC-68,PC-73,PC-76,PC-79', 'PC-68: given up, the part is out')
FROM (SELECT pg_temp.brought('repair', 'scheduled', NULL, 'book issue PS serial_no=''1''@3 minutes; visit off@4 minutes') AS id) x;
SELECT is(pg_temp.told(id, 'cancelled', NULL), 'accepted', 'PC-68: given up, the part is back')
FROM (SELECT pg_temp.brought('repair', 'scheduled', NULL, 'book issue PS serial_no=''2''@3 minutes; visit off@4 minutes; book return PS serial_no=''2''@5 minutes') AS id) x;

-- The count on the 1st ---------------------------------------------------------
-- Each step by every login; then by the first who may.

CREATE TEMP TABLE count_step (no int GENERATED ALWAYS AS IDENTITY, guard text, step text, roles text[]);
INSERT INTO count_step (guard, step, roles) VALUES
    ('opened_by_keepers', $$INSERT INTO desk.stock_count (location, due_on) VALUES ('station', '2026-05-01')$$, '{commerce_specialist,service_director}'),
    ('frozen_by_keepers', $$UPDATE desk.stock_count SET frozen_at = aftersales.now()$$, '{service_director,commerce_specialist}'),
    (NULL, $$UPDATE desk.stock_count_line SET counted_quantity = book_quantity - CASE WHEN (part_no, condition) = ('P0', 'good') THEN 1 ELSE 0 END, reason = CASE WHEN (part_no, condition) = ('P0', 'good') THEN 'broken' END$$, NULL),
    ('store_signature', $$UPDATE desk.stock_count SET store_signed_at = aftersales.now()$$, '{commerce_specialist}'),
    ('account_signature', $$UPDATE desk.stock_count SET account_signed_at = aftersales.now()$$, '{service_director}'),
    ('approved_by_branch', $$UPDATE desk.stock_count SET approved_at = aftersales.now()$$, '{branch_csc}'),
    ('posted_by_director', $$UPDATE desk.stock_count SET posted_at = aftersales.now()$$, '{service_director}');
CREATE FUNCTION pg_temp.says(p_sql text, p_login text) RETURNS text LANGUAGE sql AS
$$ SELECT pg_temp.verdict(p_sql) FROM pg_temp.as_of('2026-05-01 09:00+08', p_login) $$;
CREATE FUNCTION pg_temp.stepped(c count_step) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE who text[];
BEGIN
    SELECT array_agg(login ORDER BY login) INTO who FROM desk.staff WHERE login !~ '^engineer ' AND pg_temp.says(c.step, login) = 'accepted';
    PERFORM pg_temp.as_of('2026-05-01 09:00+08', coalesce(c.roles[1], 'commerce_specialist'));
    EXECUTE c.step;
    RETURN who;
END $$;
SELECT is(pg_temp.says(format($$INSERT INTO desk.stock_count (location, due_on) VALUES ('station', %L)$$, d), 'service_director'), expected, format('PC-75: a count due on %s: %s', d, expected))
FROM (VALUES ('2026-05-01', 'accepted'), ('2026-05-02', 'on_the_first clauses=PC-56'), ('2026-04-30', 'on_the_first clauses=PC-56'), ('2026-12-01', 'accepted'), ('2026-12-11', 'on_the_first clauses=PC-56')) v (d, expected);
SELECT pg_temp.from_now() \g /dev/null
SELECT is(pg_temp.stepped(c), (SELECT array_agg(login ORDER BY login) FROM desk.staff WHERE login !~ '^engineer ' AND (login = ANY (roles) OR roles IS NULL OR (login = 'deputy' AND 'branch_csc' = ANY (roles)))),
          format('PC-62: %s', coalesce(guard, 'anybody may count'))) FROM count_step c WHERE no <= 2 ORDER BY no;
SELECT is(pg_temp.says(format($$UPDATE desk.stock_count_line SET counted_quantity = book_quantity %s, reason = %L WHERE (part_no, condition) = ('P0', 'good')$$, n, why), 'commerce_specialist'), expected,
          format('PC-56: counted %s, %s: %s', n, coalesce(why, 'no reason'), expected))
FROM (VALUES ('- 1', NULL, 'difference_explained clauses=PC-56'), ('- 1', ' ', 'difference_explained clauses=PC-56'), ('- 1', 'broken', 'accepted'), ('+ 1', NULL, 'difference_explained clauses=PC-56'), ('+ 0', NULL, 'accepted')) v (n, why, expected);
SELECT is(pg_temp.stepped(c), (SELECT array_agg(login ORDER BY login) FROM desk.staff WHERE login !~ '^engineer ' AND (login = ANY (roles) OR roles IS NULL OR (login = 'deputy' AND 'branch_csc' = ANY (roles)))),
          format('PC-62: %s', coalesce(guard, 'anybody may count'))) FROM count_step c WHERE no > 2 ORDER BY no;
SELECT is(pg_temp.changes(), 'station P0 good -1', 'PC-75: the books say what was found');
SELECT results_eq('SELECT purpose, from_location, to_location, note FROM desk.stock_move WHERE count_id IS NOT NULL', $$VALUES ('adjust', 'station', 'differences', 'broken')$$, 'PC-75: by a move that says why');

-- In the end ---------------------------------------------------------------------

SELECT is_empty($$SELECT ticket_type, table_name, guard FROM aftersales.row_guard g WHERE policy = 'computer_maker' AND table_name ~ '^stock_' AND requires IS NOT NULL
                  AND NOT EXISTS (SELECT FROM part_case c WHERE (g.ticket_type IS NULL OR c.ticket_type = g.ticket_type) AND split_part(c.expected, ' ', 1) = g.guard)
                  AND guard NOT IN ('on_the_first', 'difference_explained')$$, 'no guard of the ledger is left out here');
SELECT is_empty($$SELECT table_name, guard FROM aftersales.row_guard g WHERE policy = 'computer_maker' AND table_name ~ '^stock_' AND roles IS NOT NULL
                  AND NOT EXISTS (SELECT FROM who w WHERE (w.table_name, w.guard) = (g.table_name, g.guard))
                  AND NOT (table_name = 'stock_count' AND EXISTS (SELECT FROM count_step c WHERE c.guard = g.guard))$$, 'nor who may do it');
SELECT is_empty('SELECT * FROM aftersales.verify_ledger()', 'the ledger is sound');
SELECT is_empty('SELECT * FROM aftersales.verify_audit()', 'all chains are sound');
SELECT is_empty('SELECT * FROM aftersales.verify_clocks()', 'replaying gives the same clocks');

SELECT * FROM finish();
ROLLBACK;
