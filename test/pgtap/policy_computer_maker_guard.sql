-- The guards and row guards of the ready policy computer_maker: each refused
-- with exactly itself, and met by what it asks for.

\ir lib/computer_maker.sql

-- A ticket of that type is brought into a state (table path), its values and
-- what is further done being those of the case; then comes the step.  A null
-- takes an attribute away.
CREATE TEMP TABLE guard_case (no int GENERATED ALWAYS AS IDENTITY, ticket_type text, state text, sets text, further text, step text, expected text);
INSERT INTO guard_case (ticket_type, state, sets, further, step, expected) VALUES
    -- what is recorded when a report is taken
    ('repair', 'new', NULL, 'visit plan@1 minute', 'scheduled', 'accepted'),
    ('repair', 'new', NULL, 'mode=@1 minute; visit plan@1 minute', 'scheduled', 'is_onsite,mode_recorded clauses=PC-01,PC-80'),

    -- the three modes
    ('repair', 'new', 'mode=phone', 'visit plan@1 minute', 'scheduled', 'is_onsite clauses=PC-01,PC-80'),
    ('repair', 'new', 'mode=carry_in', 'visit plan@1 minute', 'scheduled', 'is_onsite clauses=PC-01,PC-80'),
    ('repair', 'new', NULL, 'custody in@1 minute', 'received', 'is_carried_in clauses=PC-01'),
    ('repair', 'new', 'mode=carry_in', 'custody in@1 minute', 'received', 'accepted'),
    ('repair', 'new', NULL, NULL, 'resolved', 'is_by_phone clauses=PC-01'),
    ('repair', 'new', 'mode=carry_in', NULL, 'resolved', 'is_by_phone clauses=PC-01'),
    ('repair', 'new', 'mode=phone', NULL, 'resolved', 'accepted'),
    ('repair', 'new', NULL, '*visit until 2026-03-02 10:00@1 minute', 'scheduled', 'visit_planned clauses=PC-34,PC-82'),
    ('repair', 'no_show', NULL, '*visit until 2026-03-02 10:00@1 hour', 'scheduled', 'visit_planned clauses=PC-34,PC-82'),
    ('repair', 'new', NULL, 'sql INSERT INTO desk.visit (ticket_id, engineer, appointment, reason) VALUES ($1, ''engineer'', ''[2026-03-02 10:00+08,2026-03-02 11:00+08)'', ''hardware'')@1 minute', 'scheduled', 'window_promised clauses=PC-34,PC-37'),
    ('repair', 'no_show', NULL, 'sql INSERT INTO desk.visit (ticket_id, engineer, appointment, reason) VALUES ($1, ''engineer'', ''[2026-03-02 12:00+08,2026-03-02 13:00+08)'', ''hardware'')@1 hour', 'scheduled', 'window_promised clauses=PC-34,PC-37'),
    ('repair', 'new', NULL, NULL, 'scheduled', 'visit_planned,window_promised clauses=PC-34,PC-82,PC-37'),
    ('repair', 'new', NULL, 'visit plan@1 minute; fault_cause=water@1 minute', 'scheduled', 'cause_known clauses=PC-41,PC-42'),
    ('repair', 'new', NULL, 'visit plan@1 minute; component=keyboard@1 minute', 'scheduled', 'component_known clauses=PC-12,PC-23'),
    ('repair', 'new', 'component=software', 'visit plan@1 minute', 'scheduled', 'accepted'),
    ('repair', 'no_show', NULL, 'visit plan@1 hour', 'scheduled', 'accepted'),
    ('repair', 'scheduled', NULL, NULL, 'on_site', 'engineer_arrived clauses=PC-05,PC-06,PC-07'),
    ('repair', 'scheduled', NULL, 'visit confirm@3 minutes; visit depart@4 minutes; visit arrive@5 minutes', 'on_site', 'accepted'),
    ('repair', 'scheduled', NULL, 'visit confirm@3 minutes; visit depart@4 minutes; visit arrive@5 minutes', 'no_show', 'absence_recorded clauses=PC-86,PC-87'),
    ('repair', 'scheduled', NULL, 'visit confirm@3 minutes; visit depart@4 minutes; visit arrive@5 minutes; visit absent@25 minutes', 'no_show', 'accepted'),
    ('repair', 'on_site', NULL, NULL, 'awaiting_part', 'next_visit_agreed clauses=PC-92'),
    ('repair', 'on_site', NULL, 'visit plan@1 hour', 'awaiting_part', 'accepted'),
    ('repair', 'repairing', NULL, NULL, 'awaiting_part', 'next_visit_agreed clauses=PC-92'),
    ('repair', 'awaiting_part', NULL, NULL, 'on_site', 'engineer_arrived clauses=PC-92'),
    ('repair', 'new', 'mode=carry_in', NULL, 'received', 'receipt_given clauses=PC-105,PC-106'),

    -- where visits are made
    ('repair', 'new', 'area=suburban has_office:=null', 'visit plan@1 minute', 'scheduled', 'onsite_area clauses=PC-98,PC-102'),
    ('repair', 'new', 'area=county has_office:=false', 'visit plan@1 minute', 'scheduled', 'onsite_area clauses=PC-98,PC-102'),
    ('repair', 'new', 'area=county has_office:=false', 'visit plan@1 minute; +chief_rep beyond_area@2 minutes', 'scheduled', 'accepted'),
    ('repair', 'new', 'area=county has_office:=false', 'visit plan@1 minute; -chief_rep beyond_area@2 minutes', 'scheduled', 'onsite_area clauses=PC-98,PC-102'),
    ('repair', 'new', 'area=urban has_office:=false', 'visit plan@1 minute', 'scheduled', 'accepted'),
    ('repair', 'new', NULL, 'visit plan@1 minute; !visit_declined@2 minutes', 'scheduled', 'not_declined clauses=PC-102'),
    ('repair', 'new', 'has_office:=false', 'visit plan@1 minute; !visit_declined@2 minutes; +chief_rep beyond_area@3 minutes', 'scheduled', 'accepted'),
    ('repair', 'new', 'has_office:=false', 'visit plan@1 minute; +chief_rep beyond_area@2 minutes; !visit_declined@3 minutes', 'scheduled', 'not_declined clauses=PC-102'),
    ('repair', 'new', 'mode=phone', '!visit_declined@2 minutes', 'resolved', 'refusal_agreed clauses=PC-102'),
    ('repair', 'new', 'mode=phone refusal_consent:=true responsible_office:=X', '!visit_declined@2 minutes', 'resolved', 'accepted'),
    ('repair', 'new', NULL, '!visit_declined@2 minutes', 'cancelled', 'refusal_agreed clauses=PC-102'),
    ('repair', 'new', 'refusal_consent:=true', '!visit_declined@2 minutes', 'cancelled', 'refusal_agreed clauses=PC-102'),
    ('repair', 'new', 'refusal_consent:=false responsible_office:=X', '!visit_declined@2 minutes', 'cancelled', 'refusal_agreed clauses=PC-102'),
    ('repair', 'new', 'refusal_consent:=true responsible_office:=X', '!visit_declined@2 minutes', 'cancelled', 'accepted'),
    ('repair', 'scheduled', NULL, '!visit_declined@3 minutes', 'cancelled', 'refusal_agreed clauses=PC-102'),
    ('repair', 'new', 'mode=carry_in', '!visit_declined@2 minutes; custody in@3 minutes', 'received', 'refusal_agreed clauses=PC-102'),
    ('repair', 'new', 'mode=carry_in refusal_consent:=true responsible_office:=X', '!visit_declined@2 minutes; custody in@3 minutes', 'received', 'accepted'),
    ('repair', 'new', NULL, NULL, 'sql UPDATE desk.ticket SET status = ''cancelled'' WHERE ticket_id = $1', 'reason_given clauses=PC-36'),

    -- kept machines
    ('repair', 'received', 'hold_reason:=null', NULL, 'held', 'hold_agreed clauses=PC-107'),
    ('repair', 'received', 'hold_consent:=false', NULL, 'held', 'hold_agreed clauses=PC-107'),
    ('repair', 'received', 'hold_consent:=null', NULL, 'held', 'hold_agreed clauses=PC-107'),
    ('repair', 'received', 'hold_reason:=not_reproduced', NULL, 'held', 'accepted'),
    ('repair', 'repairing', NULL, NULL, 'held', 'is_in_custody clauses=PC-107'),

    -- within warranty or not
    ('repair', 'on_site', 'cause=user', NULL, 'repairing', 'in_warranty clauses=PC-39,PC-46'),
    ('repair', 'on_site', 'cause=disaster', NULL, 'repairing', 'in_warranty clauses=PC-39,PC-46'),
    ('repair', 'on_site', 'invoice=2023-03-01', NULL, 'repairing', 'in_warranty clauses=PC-39,PC-46'),
    ('repair', 'on_site', 'cause=', NULL, 'repairing', 'in_warranty clauses=PC-39,PC-46'),
    ('repair', 'on_site', 'cause=unknown', NULL, 'repairing', 'accepted'),
    ('repair', 'received', 'cause=user', NULL, 'repairing', 'in_warranty clauses=PC-39,PC-46'),
    ('repair', 'held', 'cause=user', NULL, 'repairing', 'in_warranty clauses=PC-39,PC-46'),
    ('repair', 'on_site', NULL, NULL, 'told', 'out_of_warranty clauses=PC-39,PC-40,PC-41,PC-42'),
    ('repair', 'on_site', 'cause=', NULL, 'told', 'out_of_warranty clauses=PC-39,PC-40,PC-41,PC-42'),
    ('repair', 'on_site', 'cause=user', NULL, 'told', 'accepted'),
    ('repair', 'on_site', 'invoice=2023-03-01', NULL, 'told', 'accepted'),
    ('repair', 'received', 'cause=disaster', NULL, 'told', 'accepted'),
    ('repair', 'new', 'cause=user visit_requested:=null', 'visit plan@1 minute', 'scheduled', 'visit_covered clauses=PC-10,PC-44'),
    ('repair', 'new', 'invoice=2023-03-01 visit_requested:=false', 'visit plan@1 minute', 'scheduled', 'visit_covered clauses=PC-10,PC-44'),
    ('repair', 'new', 'onsite_until=2026-02-28 visit_requested:=null', 'visit plan@1 minute', 'scheduled', 'visit_covered clauses=PC-10,PC-44'),
    ('repair', 'new', 'onsite_until=2026-03-02 visit_requested:=null', 'visit plan@1 minute', 'scheduled', 'accepted'),
    ('repair', 'new', 'cause= visit_requested:=null', 'visit plan@1 minute', 'scheduled', 'accepted'),
    ('repair', 'new', 'visit_requested:=null', 'visit plan@1 minute', 'scheduled', 'accepted'),

    -- out of warranty, gate by gate
    ('repair', 'told', NULL, NULL, 'accepted', 'customer_accepted clauses=PC-46'),
    ('repair', 'told', NULL, '!customer_accepted@20 minutes', 'accepted', 'accepted'),
    ('repair', 'accepted', NULL, NULL, 'quoted', 'parts_listed clauses=PC-47'),
    ('repair', 'accepted', NULL, 'quote_item board@25 minutes', 'quoted', 'accepted'),
    ('repair', 'accepted', 'parts_needed:=null', NULL, 'repairing', 'no_parts_needed clauses=PC-46,PC-47'),
    ('repair', 'accepted', 'parts_needed:=true', NULL, 'repairing', 'no_parts_needed clauses=PC-46,PC-47'),
    ('repair', 'quoted', NULL, NULL, 'agreed', 'quote_accepted clauses=PC-47'),
    ('repair', 'quoted', NULL, '!quote_accepted@40 minutes', 'agreed', 'accepted'),
    ('repair', 'quoted', NULL, '!quote_accepted@40 minutes; accepted@41 minutes; quoted@42 minutes', 'agreed', 'quote_accepted clauses=PC-47'),
    ('repair', 'agreed', NULL, 'charge@50 minutes; pay@51 minutes', 'paid', 'application_filled_in clauses=PC-48'),
    ('repair', 'agreed', NULL, 'document upgrade_application@50 minutes', 'paid', 'charges_settled clauses=PC-49'),
    ('repair', 'agreed', NULL, 'document upgrade_application@50 minutes; charge@51 minutes', 'paid', 'charges_settled clauses=PC-49'),
    ('repair', 'agreed', NULL, 'document upgrade_application@50 minutes; charge@51 minutes; sql INSERT INTO desk.payment (charge_id, amount) SELECT charge_id, 299.99 FROM desk.charge WHERE ticket_id = $1@52 minutes', 'paid', 'charges_settled clauses=PC-49'),
    ('repair', 'agreed', NULL, 'document upgrade_application@50 minutes; charge@51 minutes; pay@52 minutes', 'paid', 'accepted'),
    ('repair', 'paid', NULL, NULL, 'part_ordered', 'order_approved clauses=PC-49,PC-50'),
    ('repair', 'paid', NULL, '+finance oow_order@70 minutes', 'part_ordered', 'order_approved clauses=PC-49,PC-50'),
    ('repair', 'paid', NULL, '+finance oow_order@70 minutes; -branch_csc oow_order@80 minutes', 'part_ordered', 'order_approved clauses=PC-49,PC-50'),
    ('repair', 'paid', NULL, '+finance oow_order@70 minutes; +branch_csc oow_order@80 minutes', 'part_ordered', 'accepted'),
    ('repair', 'paid', NULL, '+finance oow_order@70 minutes; +branch_csc oow_order@80 minutes; +finance oow_order@81 minutes; -branch_csc oow_order@82 minutes', 'part_ordered', 'order_approved clauses=PC-49,PC-50'),
    -- an approval is good for what had been paid then
    ('repair', 'paid', NULL, '+finance oow_order@70 minutes; +branch_csc oow_order@80 minutes; accepted@90 minutes; quoted@91 minutes; !quote_accepted@92 minutes; agreed@92 minutes; paid@93 minutes', 'part_ordered', 'order_approved clauses=PC-49,PC-50'),

    -- before and after the work
    ('repair', 'on_site', 'data_risk:=null', NULL, 'repairing', 'data_risk_judged clauses=PC-89'),
    ('repair', 'on_site', 'data_risk:=true', NULL, 'repairing', 'data_permitted clauses=PC-89'),
    ('repair', 'on_site', 'data_risk:=true', 'evidence data_consent@25 minutes', 'repairing', 'accepted'),
    ('repair', 'received', 'data_risk:=true', NULL, 'repairing', 'data_permitted clauses=PC-89'),
    ('repair', 'accepted', 'data_risk:=true', NULL, 'repairing', 'data_permitted clauses=PC-89'),
    ('repair', 'part_received', 'data_risk:=true', NULL, 'repairing', 'data_permitted clauses=PC-89'),
    ('repair', 'part_received', NULL, NULL, 'repairing', 'accepted'),
    ('repair', 'repairing', NULL, 'document onsite_record@40 minutes; visit done@50 minutes', 'resolved', 'accepted'),
    ('repair', 'repairing', NULL, 'document onsite_record@40 minutes', 'resolved', 'visit_signed_off clauses=PC-93,PC-94'),
    ('repair', 'repairing', NULL, 'visit done@50 minutes', 'resolved', 'onsite_record clauses=PC-94,PC-103'),
    ('repair', 'repairing', 'virus_found:=null', 'document onsite_record@40 minutes; visit done@50 minutes', 'resolved', 'virus_stated clauses=PC-90'),
    ('repair', 'repairing', 'virus_found:=true', 'document onsite_record@40 minutes; visit done@50 minutes', 'resolved', 'virus_signed clauses=PC-90'),
    ('repair', 'repairing', 'virus_found:=true', 'document onsite_record@40 minutes; visit done@50 minutes; evidence virus_notice@50 minutes', 'resolved', 'accepted'),
    ('repair', 'repairing', 'changes_habits:=true', 'document onsite_record@40 minutes; visit done@50 minutes', 'resolved', 'habits_agreed clauses=PC-91'),
    ('repair', 'repairing', 'changes_habits:=true habits_consent:=false', 'document onsite_record@40 minutes; visit done@50 minutes', 'resolved', 'habits_agreed clauses=PC-91'),
    ('repair', 'repairing', 'changes_habits:=true habits_consent:=true', 'document onsite_record@40 minutes; visit done@50 minutes', 'resolved', 'accepted'),
    ('repair', 'repairing', 'part_damage:=null', 'document onsite_record@40 minutes; visit done@50 minutes', 'resolved', 'damage_examined clauses=PC-72,PC-77'),
    ('repair', 'repairing', 'part_damage:=null damage_cause:=dropped', 'document onsite_record@40 minutes; visit done@50 minutes', 'resolved', 'damage_examined clauses=PC-72,PC-77'),
    ('repair', 'repairing', 'part_damage:=abnormal', 'document onsite_record@40 minutes; visit done@50 minutes', 'resolved', 'damage_examined clauses=PC-72,PC-77'),
    ('repair', 'repairing', 'part_damage:=abnormal damage_cause:=dropped', 'document onsite_record@40 minutes; visit done@50 minutes', 'resolved', 'accepted'),
    ('repair', 'repairing', 'part_damage:=physical damage_cause:=dropped', 'document onsite_record@40 minutes; visit done@50 minutes', 'resolved', 'damaged_part_approved clauses=PC-72'),
    ('repair', 'repairing', 'part_damage:=physical damage_cause:=dropped', 'document onsite_record@40 minutes; visit done@50 minutes; document damage_report@50 minutes', 'resolved', 'damaged_part_approved clauses=PC-72'),
    ('repair', 'repairing', 'part_damage:=physical damage_cause:=dropped', 'document onsite_record@40 minutes; visit done@50 minutes; +branch_csc damaged_part@1 hour', 'resolved', 'damaged_part_approved clauses=PC-72'),
    ('repair', 'repairing', 'part_damage:=physical damage_cause:=dropped', 'document onsite_record@40 minutes; visit done@50 minutes; document damage_report@50 minutes; +branch_csc damaged_part@1 hour', 'resolved', 'accepted'),
    ('repair', 'repairing', 'remedy:=null', 'document onsite_record@40 minutes; visit done@50 minutes', 'resolved', 'remedy_offered clauses=PC-19,PC-20,PC-21,PC-22,PC-23'),
    ('repair', 'repairing', 'remedy:=exchange', 'document onsite_record@40 minutes; visit done@50 minutes', 'resolved', 'remedy_offered clauses=PC-19,PC-20,PC-21,PC-22,PC-23'),
    ('repair', 'repairing', 'remedy:=paid_repair', 'document onsite_record@40 minutes; visit done@50 minutes', 'resolved', 'remedy_offered clauses=PC-19,PC-20,PC-21,PC-22,PC-23'),
    ('repair', 'repairing', 'remedy:=return invoice=2026-03-01 code=no_start', 'document onsite_record@40 minutes; visit done@50 minutes', 'resolved', 'accepted'),
    ('repair', 'repairing', 'remedy:=return invoice=2026-03-01', 'document onsite_record@40 minutes; visit done@50 minutes', 'resolved', 'remedy_offered clauses=PC-19,PC-20,PC-21,PC-22,PC-23'),
    ('repair', 'repairing', 'remedy:=return invoice=2026-02-20 code=crash', 'document onsite_record@40 minutes; visit done@50 minutes', 'resolved', 'remedy_offered clauses=PC-19,PC-20,PC-21,PC-22,PC-23'),
    ('repair', 'repairing', 'remedy:=exchange invoice=2026-02-20 code=crash', 'document onsite_record@40 minutes; visit done@50 minutes', 'resolved', 'accepted'),
    ('repair', 'repairing', 'remedy:=return invoice= delivered=2026-03-01 code=no_start', 'document onsite_record@40 minutes; visit done@50 minutes', 'resolved', 'remedy_offered clauses=PC-19,PC-20,PC-21,PC-22,PC-23'),
    ('repair', 'repairing', 'remedy:=exchange component=monitor invoice=2026-03-01 code=no_start', 'document onsite_record@40 minutes; visit done@50 minutes', 'resolved', 'monitor_repaired_only clauses=PC-79'),
    ('repair', 'repairing', 'remedy:=exchange component=monitor', 'document onsite_record@40 minutes; visit done@50 minutes; -branch_csc monitor_exchange@1 hour', 'resolved', 'monitor_repaired_only clauses=PC-79'),
    ('repair', 'repairing', 'remedy:=exchange component=monitor', 'document onsite_record@40 minutes; visit done@50 minutes; +branch_csc monitor_exchange@1 hour', 'resolved', 'accepted'),
    ('repair', 'repairing', 'remedy:=return component=monitor', 'document onsite_record@40 minutes; visit done@50 minutes', 'resolved', 'remedy_offered clauses=PC-19,PC-20,PC-21,PC-22,PC-23'),
    ('repair', 'received', NULL, 'repairing@10 minutes', 'resolved', 'repair_form clauses=PC-18,PC-106'),
    ('repair', 'received', NULL, 'repairing@10 minutes; document repair_form@20 minutes', 'resolved', 'accepted'),

    -- afterwards
    ('repair', 'resolved', 'machine_works:=null', NULL, 'called_back', 'use_asked clauses=PC-15,PC-25,PC-96'),
    ('repair', 'resolved', 'machine_works:=false', NULL, 'called_back', 'accepted'),
    ('repair', 'called_back', NULL, NULL, 'closed', 'branch_called_back clauses=PC-97'),
    ('repair', 'called_back', NULL, '!branch_called_back@3 days', 'closed', 'accepted'),
    ('repair', 'called_back', 'part_damage:=abnormal damage_cause:=dropped', '!branch_called_back@3 days', 'closed', 'damaged_return_approved clauses=PC-77'),
    ('repair', 'called_back', 'part_damage:=abnormal damage_cause:=dropped damage_person:=X', '!branch_called_back@3 days; document appraisal_report@3 days', 'closed', 'damaged_return_approved clauses=PC-77'),
    ('repair', 'called_back', 'part_damage:=abnormal damage_cause:=dropped damage_person:=X', '!branch_called_back@3 days; +branch_csc damaged_return@3 days', 'closed', 'damaged_return_approved clauses=PC-77'),
    ('repair', 'called_back', 'part_damage:=abnormal damage_cause:=dropped', '!branch_called_back@3 days; document appraisal_report@3 days; +branch_csc damaged_return@3 days', 'closed', 'damaged_return_approved clauses=PC-77'),
    ('repair', 'called_back', 'part_damage:=abnormal damage_cause:=dropped damage_person:=X', '!branch_called_back@3 days; document appraisal_report@3 days; +branch_csc damaged_return@3 days', 'closed', 'accepted'),
    ('repair', 'called_back', NULL, '!branch_called_back@3 days; book issue P1@3 days', 'closed', 'parts_balanced clauses=PC-68,PC-73,PC-76,PC-79'),
    ('repair', 'called_back', NULL, '!branch_called_back@3 days; book issue P1@3 days; book return P1@3 days', 'closed', 'accepted'),
    ('repair', 'called_back', NULL, '!branch_called_back@3 days; move remove P1@3 days', 'closed', 'parts_balanced clauses=PC-68,PC-73,PC-76,PC-79'),
    ('repair', 'called_back', NULL, '!branch_called_back@3 days; move remove P1@3 days; book defective_return P1@4 days', 'closed', 'accepted'),
    ('repair', 'called_back', NULL, '!branch_called_back@3 days; move remove P1@3 days; book defective_return P1@4 days; move remove P1@5 days', 'closed', 'parts_balanced clauses=PC-68,PC-73,PC-76,PC-79'),
    ('repair', 'called_back', 'component=monitor', '!branch_called_back@3 days; book issue M1 serial_no=''1''@3 days', 'closed', 'parts_balanced clauses=PC-68,PC-73,PC-76,PC-79'),
    ('repair', 'called_back', 'component=monitor', '!branch_called_back@3 days; book issue M1 serial_no=''2''@3 days; book return M1 serial_no=''2''@4 days', 'closed', 'accepted'),
    ('repair', 'scheduled', NULL, 'book issue P1@3 minutes; visit off@4 minutes', 'cancelled', 'parts_balanced clauses=PC-68,PC-73,PC-76,PC-79'),
    ('repair', 'scheduled', NULL, 'book issue P1@3 minutes; visit off@4 minutes; book return P1@5 minutes', 'cancelled', 'accepted'),
    ('repair', 'held', 'component=monitor', 'book issue M1 serial_no=''3''@30 minutes; declined@40 minutes; custody out@40 minutes', 'cancelled', 'parts_balanced clauses=PC-68,PC-73,PC-76,PC-79'),
    ('repair', 'held', 'component=monitor', 'book issue M1 serial_no=''4''@30 minutes; declined@40 minutes; custody out@40 minutes; book return M1 serial_no=''4''@50 minutes', 'cancelled', 'accepted'),
    ('repair', 'declined', NULL, NULL, 'cancelled', 'machine_released clauses=PC-110,PC-111,PC-112,PC-113'),
    ('repair', 'declined', NULL, 'custody out@40 minutes', 'cancelled', 'accepted'),
    ('repair', 'received', NULL, 'repairing@10 minutes; document repair_form@20 minutes; resolved@1 hour; called_back@1 day', 'closed', 'machine_released clauses=PC-110,PC-111,PC-112,PC-113'),
    ('repair', 'called_back', NULL, '!branch_called_back@3 days; *repair until 2026-03-09 12:00@3 days', 'closed', 'promises_kept clauses=PC-37'),
    ('consult', 'answered', NULL, '*answer until 2026-03-09 12:00@1 day', 'closed', 'promises_kept clauses=PC-37'),
    ('complaint', 'called_back', NULL, '*reply until 2026-03-09 12:00@2 days', 'closed', 'promises_kept clauses=PC-37'),
    ('repair', 'on_site', 'cause=user remedy:=paid_repair service_report_no:=null', 'told@30 minutes; !customer_accepted@31 minutes; accepted@31 minutes; repairing@32 minutes; document onsite_record@40 minutes; visit done@50 minutes; resolved@50 minutes; called_back@1 day; !branch_called_back@2 days; charge@2 days; pay@2 days', 'closed', 'repair_registered clauses=PC-55'),
    ('repair', 'on_site', 'cause=user remedy:=paid_repair', 'told@30 minutes; !customer_accepted@31 minutes; accepted@31 minutes; repairing@32 minutes; document onsite_record@40 minutes; visit done@50 minutes; resolved@50 minutes; called_back@1 day; !branch_called_back@2 days', 'closed', 'charges_settled clauses=PC-43,PC-44'),
    ('repair', 'on_site', 'cause=user remedy:=paid_repair', 'told@30 minutes; !customer_accepted@31 minutes; accepted@31 minutes; repairing@32 minutes; document onsite_record@40 minutes; visit done@50 minutes; resolved@50 minutes; called_back@1 day; !branch_called_back@2 days; charge@2 days; pay@2 days', 'closed', 'accepted'),
    ('repair', 'new', 'mode=phone cause= part_damage:=null service_report_no:=null', 'resolved@1 hour; called_back@1 day', 'closed', 'accepted'),
    ('repair', 'new', 'mode=phone part_damage:=null service_report_no:=null', 'resolved@1 hour; called_back@1 day', 'closed', 'accepted'),
    ('repair', 'on_site', 'cause=user', 'declined@30 minutes', 'cancelled', 'charges_settled clauses=PC-44'),
    ('repair', 'on_site', 'cause=user', 'declined@30 minutes; charge@31 minutes; pay@31 minutes', 'cancelled', 'accepted'),
    ('repair', 'on_site', 'cause=', 'declined@30 minutes', 'cancelled', 'accepted'),

    -- consultations and complaints
    ('consult', 'new', 'answer:=null', NULL, 'answered', 'answer_recorded clauses=PC-36,PC-125'),
    ('consult', 'new', 'contact_phone:=null', NULL, 'researching', 'contact_taken clauses=PC-126'),
    ('consult', 'new', 'contact_phone:=null', NULL, 'answered', 'accepted'),
    ('consult', 'researching', 'answer:=null', NULL, 'answered', 'answer_recorded clauses=PC-36,PC-125'),
    ('complaint', 'new', 'detail=', NULL, 'investigating', 'content_recorded clauses=PC-125'),
    ('complaint', 'new', 'source:=null', NULL, 'investigating', 'source_recorded clauses=PC-124'),
    ('complaint', 'new', 'source:=authority', NULL, 'investigating', 'deadline_recorded clauses=PC-124'),
    ('complaint', 'new', 'source:=authority', '*authority until 2026-03-31 23:59@1 minute', 'investigating', 'accepted'),
    ('complaint', 'investigating', 'result:=null', NULL, 'handled', 'result_recorded clauses=PC-125'),
    ('complaint', 'handled', 'is_satisfied:=null', NULL, 'called_back', 'result_told clauses=PC-125'),
    ('complaint', 'handled', 'is_satisfied:=false', NULL, 'called_back', 'accepted'),

    -- training and delivery
    ('training', 'new', 'commissioned_on:=null', NULL, 'under_way', 'commissioned clauses=PC-03'),
    ('training', 'under_way', NULL, 'evidence training_session reading=60, unit=''hour''@9 days', 'completed', 'accepted'),
    ('training', 'under_way', NULL, 'evidence training_session reading=59.5, unit=''hour''@9 days', 'completed', 'sixty_hours clauses=PC-03'),
    ('training', 'under_way', 'at_user_site:=false', 'evidence training_session reading=60, unit=''hour''@9 days', 'completed', 'as_promised clauses=PC-03'),
    ('training', 'under_way', 'by_manual:=null', 'evidence training_session reading=60, unit=''hour''@9 days', 'completed', 'as_promised clauses=PC-03'),
    ('training', 'completed', NULL, NULL, 'closed', 'feedback_form clauses=PC-04'),
    ('training', 'completed', 'effect:=null', 'document training_feedback@21 days', 'closed', 'effect_reported clauses=PC-04'),
    ('delivery', 'at_branch', NULL, NULL, 'delivered', 'time_agreed clauses=PC-02'),
    ('delivery', 'at_branch', 'place:=null', '*delivery until 2026-03-04 10:00@1 hour', 'delivered', 'place_agreed clauses=PC-02'),
    ('delivery', 'at_branch', NULL, '*delivery until 2026-03-04 10:00@1 hour', 'delivered', 'accepted'),
    ('delivery', 'delivered', 'works_normally:=false', NULL, 'commissioned', 'works_normally clauses=PC-02'),
    ('delivery', 'delivered', 'works_normally:=null', NULL, 'commissioned', 'works_normally clauses=PC-02'),
    ('delivery', 'commissioned', NULL, '!quality_followed_up@5 days', 'closed', 'commitment_given clauses=PC-24'),
    ('delivery', 'commissioned', NULL, 'document service_commitment@5 days', 'closed', 'quality_followed_up clauses=PC-116'),
    ('delivery', 'commissioned', NULL, 'document service_commitment@5 days; !quality_followed_up@5 days', 'closed', 'accepted'),

    -- spare parts
    ('spare_request', 'new', 'form_no:=null', '+branch_csc spare_request@1 hour', 'approved', 'form_filled_in clauses=PC-59'),
    ('spare_request', 'new', 'part_no:=null', '+branch_csc spare_request@1 hour', 'approved', 'form_filled_in clauses=PC-59'),
    ('spare_request', 'new', 'quantity=0', '+branch_csc spare_request@1 hour', 'approved', 'form_filled_in clauses=PC-59'),
    ('spare_request', 'new', 'repair_qty:=null', '+branch_csc spare_request@1 hour', 'approved', 'based_on_need clauses=PC-58'),
    ('spare_request', 'new', 'sales_qty:=null', '+branch_csc spare_request@1 hour', 'approved', 'based_on_need clauses=PC-58'),
    ('spare_request', 'new', 'good_stock_qty:=-1', '+branch_csc spare_request@1 hour', 'approved', 'based_on_need clauses=PC-58'),
    ('spare_request', 'new', NULL, NULL, 'approved', 'request_approved clauses=PC-60'),
    ('spare_request', 'new', NULL, '-branch_csc spare_request@1 hour', 'approved', 'request_approved clauses=PC-60'),
    ('spare_request', 'approved', 'issued_grade:=3', 'book shipment P1@1 day', 'shipped', 'grade_approved clauses=PC-69'),
    ('spare_request', 'approved', 'issued_grade:=3', '+branch_csc higher_grade@2 hours; book shipment P1@1 day', 'shipped', 'accepted'),
    ('spare_request', 'approved', 'issued_grade:=1', 'book shipment P1@1 day', 'shipped', 'accepted'),
    ('spare_request', 'approved', 'issued_grade:=null', 'book shipment P1@1 day', 'shipped', 'accepted'),
    ('spare_request', 'approved', 'issued_grade:=3 requested_grade:=null', 'book shipment P1@1 day', 'shipped', 'grade_approved clauses=PC-69'),
    ('spare_request', 'approved', NULL, NULL, 'shipped', 'shipment_booked clauses=PC-60,PC-74'),
    ('spare_request', 'approved', NULL, 'slip shipment@1 day; line P1@1 day; sign@1 day; countersign@1 day', 'shipped', 'shipment_booked clauses=PC-60,PC-74'),
    ('spare_request', 'backordered', NULL, NULL, 'shipped', 'shipment_booked clauses=PC-60,PC-74'),
    ('spare_request', 'backordered', NULL, 'book shipment P1@2 days', 'cancelled', 'nothing_shipped clauses=PC-61,PC-67'),
    ('spare_request', 'backordered', NULL, 'book shipment P1@2 days; reverse mistaken@2 days', 'cancelled', 'accepted'),
    ('spare_request', 'backordered', NULL, NULL, 'cancelled', 'accepted'),
    ('spare_request', 'backordered', 'branch_plan:=null', 'book shipment P1@2 days', 'shipped', 'branch_planned clauses=PC-61'),
    ('spare_request', 'backordered', 'branch_plan:=null', NULL, 'cancelled', 'branch_planned clauses=PC-61'),
    ('spare_request', 'shipped', 'received_qty:=null', NULL, 'received', 'quantity_received clauses=PC-64'),
    ('spare_request', 'received', NULL, NULL, 'closed', 'receipt_booked clauses=PC-64,PC-67'),
    ('spare_request', 'received', NULL, 'slip receipt@4 days; line P1@4 days; sign@4 days; countersign@4 days', 'closed', 'receipt_booked clauses=PC-64,PC-67'),
    ('spare_request', 'received', NULL, 'book receipt P1 quantity=2@4 days', 'closed', 'accepted'),
    ('spare_request', 'received', 'received_qty:=0', NULL, 'closed', 'accepted'),
    ('spare_request', 'shipped', NULL, 'book receipt P1 quantity=2@4 days; received@4 days', 'closed', 'accepted'),

    -- quality reports
    ('quality_report', 'forwarded', NULL, NULL, 'directed', 'time_set clauses=PC-119'),
    ('quality_report', 'forwarded', NULL, '*leader until 2026-03-06 17:00@1 day', 'directed', 'accepted');

-- Whatever is done first with a report, it is recorded before.
INSERT INTO desk.contact (contact_id, channel, started_at) VALUES (900, 'phone', pg_temp.base());
CREATE TEMP TABLE first_step (ticket_type text, sets text, further text, step text);
INSERT INTO first_step VALUES
    ('repair', 'mode=onsite', 'visit plan@1 minute', 'scheduled'), ('repair', 'mode=carry_in', 'custody in@1 minute', 'received'), ('repair', 'mode=phone', NULL, 'resolved'),
    ('consult', NULL, NULL, 'answered'), ('consult', NULL, NULL, 'researching'), ('complaint', NULL, NULL, 'investigating');
INSERT INTO guard_case (ticket_type, state, sets, further, step, expected)
SELECT ticket_type, 'new', concat_ws(' ', f.sets, v.sets), concat_ws('; ', f.further, v.further), step, expected
FROM first_step f, (VALUES
    ('channel=',       NULL, 'channel_recorded clauses=PC-125'), ('channel=fax', NULL, 'channel_recorded clauses=PC-125'),
    ('channel=letter', NULL, 'accepted'), ('channel=visit', NULL, 'accepted'),
    ('channel=phone',  NULL, 'call_recorded clauses=PC-36'), ('channel=phone', '!call_in@1 minute', 'accepted'), ('channel=phone contact_id=900', NULL, 'accepted'),
    ('org_id=',        NULL, 'station_named clauses=PC-08,PC-127')) v (sets, further, expected);
INSERT INTO guard_case (ticket_type, state, sets, further, step, expected)
SELECT ticket_type, 'new', concat_ws(' ', f.sets, v.sets), further, step, expected
FROM first_step f, (VALUES
    ('symptom:=null', 'symptom_recorded clauses=PC-18,PC-33'),
    ('asked_other_faults:=null', 'other_faults_asked clauses=PC-33'), ('asked_other_faults:=false', 'other_faults_asked clauses=PC-33'),
    ('area=county station_level:=null', 'city_station clauses=PC-08'), ('area=county station_level:=county', 'city_station clauses=PC-08'), ('area=county', 'accepted'),
    ('area=suburban station_level:=null', 'accepted')) v (sets, expected)
WHERE ticket_type = 'repair' AND NOT (step = 'resolved' AND v.sets ~ 'symptom');
INSERT INTO guard_case (ticket_type, state, sets, step, expected) VALUES
    ('repair', 'new', 'mode=phone symptom:=null', 'resolved', 'repair_recorded,symptom_recorded clauses=PC-18,PC-93,PC-33');

-- PC-117, PC-120: no field of the form may be left out.
INSERT INTO guard_case (ticket_type, state, sets, step, expected)
SELECT 'quality_report', 'new', a || ':=null', 'forwarded', a || ' clauses=' || c
FROM (VALUES ('source', 'PC-115,PC-117'), ('form_no', 'PC-116,PC-117'), ('model', 'PC-117'), ('serial_no', 'PC-117'), ('found_on', 'PC-117'),
             ('affected', 'PC-117'), ('problem', 'PC-117'), ('preliminary_opinion', 'PC-120')) v (a, c);
INSERT INTO guard_case (ticket_type, state, sets, step, expected) VALUES
    ('quality_report', 'forwarded', 'report:=null', 'handled', 'report clauses=PC-119');
-- PC-18, PC-93: of what was repaired.
INSERT INTO guard_case (ticket_type, state, sets, further, step, expected)
SELECT 'repair', 'repairing', a || ':=null', 'document onsite_record@40 minutes; visit done@50 minutes', 'resolved', 'repair_recorded clauses=PC-18,PC-93'
FROM unnest('{cause_found,solution,advice}'::text[]) a;

-- What a case gives goes before what its way into the state gives.
CREATE FUNCTION pg_temp.staged(c guard_case) RETURNS bigint LANGUAGE sql AS
$$ SELECT pg_temp.play(pg_temp.play(pg_temp.opened(c.ticket_type, concat_ws(' ', p.sets, c.sets)), p.story), c.further)
   FROM path p WHERE (p.ticket_type, p.state) = (c.ticket_type, c.state) $$;
SELECT is(pg_temp.step_verdict(pg_temp.staged(c), step), expected,
          format('%s %s, %s: %s is %s', ticket_type, state, concat_ws('; ', sets, further), step, expected))
FROM guard_case c ORDER BY no;
SELECT is_empty($$SELECT ticket_type, guard FROM aftersales.workflow_guard g WHERE policy = 'computer_maker'
                  AND NOT EXISTS (SELECT FROM guard_case c WHERE c.ticket_type = coalesce(g.ticket_type, c.ticket_type) AND ',' || split_part(c.expected, ' ', 1) || ',' LIKE '%,' || g.guard || ',%')
                  AND NOT (guard, to_state) IN (('is_onsite', 'awaiting_part'), ('engineer_arrived', 'repairing'))$$, 'no guard is left out here');
-- The two that hold with others: a part brought to a customer, a visit to a
-- machine that is here.
SELECT is(pg_temp.step_verdict(pg_temp.play(pg_temp.opened('repair', 'cause=user remedy:=paid_repair'), p.story || s.story || more), 'repairing'), expected, format('PC-51: %s', expected))
FROM path p, (VALUES ('; told@30 minutes; !customer_accepted@31 minutes; accepted@31 minutes; quote_item board@35 minutes; quoted@36 minutes; !quote_accepted@40 minutes; agreed@40 minutes; document upgrade_application@45 minutes; charge@50 minutes; pay@55 minutes; paid@1 hour; +finance oow_order@70 minutes; +branch_csc oow_order@80 minutes; part_ordered@90 minutes; part_received@2 days')) s (story),
     (VALUES ('', 'engineer_arrived clauses=PC-51'), ('; visit plan@2 days; visit confirm@2 days; visit depart@2 days; visit arrive@2 days', 'accepted')) v (more, expected)
WHERE (p.ticket_type, p.state) = ('repair', 'on_site');
SELECT is(pg_temp.step_verdict(pg_temp.play(pg_temp.opened('repair', 'mode=carry_in'), 'custody in@1 minute; received@2 minutes; repairing@3 minutes; visit plan@4 minutes'), 'awaiting_part'),
          'is_onsite clauses=PC-92', 'PC-92: a machine that is here awaits no visit');

-- Row guards ------------------------------------------------------------------
-- As above; the step writes a row.

DELETE FROM guard_case;
INSERT INTO guard_case (ticket_type, state, sets, further, step, expected) VALUES
    -- visits: before
    ('repair', 'new', NULL, NULL, 'visit plan', 'accepted'),
    ('repair', 'new', NULL, NULL, 'visit plan reason=NULL', 'reason_given clauses=PC-81'),
    ('repair', 'new', NULL, NULL, 'visit plan reason=''chat''', 'reason_given clauses=PC-81'),
    ('repair', 'new', NULL, NULL, 'visit plan reason=''system_restore''', 'accepted'),
    ('repair', 'new', NULL, NULL, 'visit plan reason=''software''', 'accepted'),
    ('repair', 'new', NULL, NULL, 'visit plan reason=''operation''', 'accepted'),
    ('repair', 'new', NULL, NULL, 'visit plan appointment=''[2026-03-03 09:00+08,2026-03-03 12:00+08)''', 'accepted'),
    ('repair', 'new', NULL, NULL, 'visit plan appointment=''[2026-03-03 09:00+08,2026-03-03 12:00:00.000001+08)''', 'window_narrow clauses=PC-82'),
    ('repair', 'new', NULL, NULL, 'visit plan appointment=''[2026-03-03 08:00+08,2026-03-03 12:00+08)''', 'window_narrow clauses=PC-82'),
    ('repair', 'new', NULL, NULL, 'visit plan engineer=''storage''', 'accepted'),
    ('repair', 'new', NULL, NULL, 'visit plan engineer=''nobody''', 'engineer_graded clauses=PC-17'),
    ('repair', 'scheduled', NULL, NULL, 'visit depart', 'confirmed_first clauses=PC-82'),
    ('repair', 'scheduled', NULL, 'visit confirm@3 minutes', 'visit depart', 'accepted'),
    ('repair', 'scheduled', NULL, 'visit confirm@3 minutes', 'visit depart kit_checked=false', 'kit_checked clauses=PC-83'),
    ('repair', 'scheduled', NULL, 'visit confirm@3 minutes', 'visit depart kit_checked=NULL', 'kit_checked clauses=PC-83'),
    ('repair', 'scheduled', NULL, 'visit confirm@3 minutes', 'visit depart transport=''bicycle''', 'accepted'),
    ('repair', 'scheduled', NULL, 'visit confirm@3 minutes', 'visit depart transport=NULL', 'transport_allowed clauses=PC-101'),
    ('repair', 'scheduled', NULL, 'visit confirm@3 minutes', 'visit depart transport=''car''', 'transport_allowed clauses=PC-101'),
    ('repair', 'scheduled', NULL, 'visit confirm@3 minutes', 'visit depart transport=''taxi''', 'transport_allowed clauses=PC-101'),
    ('repair', 'scheduled', NULL, 'visit confirm@3 minutes', 'visit arrive', 'departed_first clauses=PC-82,PC-83'),
    -- late, moved, called off
    ('repair', 'scheduled', NULL, NULL, 'visit late', 'accepted'),
    ('repair', 'scheduled', NULL, NULL, 'visit late notice_consent=false', 'late_notice clauses=PC-84'),
    ('repair', 'scheduled', NULL, NULL, 'visit late notice_consent=NULL', 'late_notice clauses=PC-84'),
    ('repair', 'scheduled', NULL, '!responded@10 minutes 59 seconds', 'visit late', 'accepted'),
    ('repair', 'scheduled', NULL, '!responded@11 minutes', 'visit late', 'late_notice clauses=PC-84'),
    ('repair', 'scheduled', NULL, NULL, 'visit change appointment=''[2026-03-02 14:00+08,2026-03-02 16:00+08)''', 'moved_with_consent clauses=PC-84'),
    ('repair', 'scheduled', NULL, NULL, 'visit late appointment=''[2026-03-02 14:00+08,2026-03-02 16:00+08)''', 'accepted'),
    ('repair', 'scheduled', NULL, 'visit late@5 minutes', 'visit change appointment=''[2026-03-02 14:00+08,2026-03-02 16:00+08)''', 'accepted'),
    ('repair', 'scheduled', NULL, NULL, 'visit off note=NULL', 'call_off_explained clauses=PC-84'),
    ('repair', 'scheduled', NULL, NULL, 'visit off', 'accepted'),
    -- on site
    ('repair', 'on_site', NULL, NULL, 'visit change result=''repaired''', 'result_known clauses=PC-92,PC-94'),
    ('repair', 'on_site', NULL, NULL, 'visit change result=''unsolved''', 'accepted'),
    ('repair', 'scheduled', NULL, NULL, 'visit change result=''unsolved''', 'result_known clauses=PC-92,PC-94'),
    ('repair', 'on_site', NULL, NULL, 'visit missing', 'accepted'),
    ('repair', 'on_site', NULL, NULL, 'visit missing next_appointment=NULL', 'next_visit_agreed clauses=PC-92'),
    ('repair', 'on_site', NULL, NULL, 'visit done', 'accepted'),
    ('repair', 'on_site', NULL, NULL, 'visit done result=NULL', 'solved clauses=PC-93,PC-94'),
    ('repair', 'on_site', NULL, NULL, 'visit done result=''unsolved''', 'solved clauses=PC-93,PC-94'),
    ('repair', 'on_site', NULL, NULL, 'visit done symptom=NULL', 'retold clauses=PC-93'),
    ('repair', 'on_site', NULL, NULL, 'visit done cause=''''', 'retold clauses=PC-93'),
    ('repair', 'on_site', NULL, NULL, 'visit done remedy='' ''', 'retold clauses=PC-93'),
    ('repair', 'on_site', NULL, NULL, 'visit done advice=NULL', 'retold clauses=PC-93'),
    ('repair', 'on_site', NULL, NULL, 'visit done signed_by_customer=false', 'signed clauses=PC-94'),
    ('repair', 'on_site', NULL, NULL, 'visit done copy_left=NULL', 'signed clauses=PC-94'),
    -- machines that were carried in
    ('repair', 'new', 'mode=carry_in', NULL, 'custody in', 'accepted'),
    ('repair', 'new', 'mode=carry_in', NULL, 'custody in opening_consent=false', 'opening_agreed clauses=PC-105'),
    ('repair', 'new', 'mode=carry_in', NULL, 'custody in opening_consent=NULL', 'opening_agreed clauses=PC-105'),
    ('repair', 'new', 'mode=carry_in', NULL, 'custody in differences=NULL', 'differences_noted clauses=PC-106'),
    ('repair', 'new', 'mode=carry_in', NULL, 'custody in differences=''no mouse; a second disk''', 'accepted'),
    ('repair', 'new', 'mode=carry_in', NULL, 'custody in asset_tag=NULL', 'tagged clauses=PC-111'),
    ('repair', 'received', NULL, NULL, 'custody hold', 'accepted'),
    ('repair', 'received', NULL, NULL, 'custody hold held_reason=''no_part''', 'accepted'),
    ('repair', 'received', NULL, NULL, 'custody hold held_reason=''holiday''', 'hold_agreed clauses=PC-107'),
    ('repair', 'received', NULL, NULL, 'custody hold hold_consent=false', 'hold_agreed clauses=PC-107'),
    ('repair', 'received', NULL, NULL, 'custody hold hold_consent=NULL', 'hold_agreed clauses=PC-107'),
    ('repair', 'received', NULL, NULL, 'custody change promised_at=''2026-03-05 18:00+08''', 'accepted'),
    ('repair', 'received', NULL, 'custody change promised_at=''2026-03-05 18:00+08''@3 minutes', 'custody change promised_at=''2026-03-08 18:00+08''', 'told_before clauses=PC-108'),
    ('repair', 'received', NULL, 'custody change promised_at=''2026-03-05 18:00+08''@3 minutes', 'custody hold', 'accepted'),
    ('repair', 'received', NULL, 'custody change promised_at=''2026-03-05 18:00+08''@3 minutes', 'custody change promised_at=''2026-03-08 18:00+08'', informed_at=''2026-03-05 17:59:59+08''', 'accepted'),
    ('repair', 'received', NULL, 'custody change promised_at=''2026-03-05 18:00+08''@3 minutes', 'custody change promised_at=''2026-03-08 18:00+08'', informed_at=''2026-03-05 18:00+08''', 'told_before clauses=PC-108'),
    ('repair', 'received', NULL, 'custody change promised_at=''2026-03-05 18:00+08''@3 minutes; custody change promised_at=''2026-03-08 18:00+08'', informed_at=''2026-03-05 12:00+08''@2026-03-05 12:00+08',
        'custody change promised_at=''2026-03-12 18:00+08''', 'told_before clauses=PC-108'),
    ('repair', 'received', NULL, 'custody change promised_at=''2026-03-05 18:00+08''@3 minutes', 'custody change promised_at=NULL, informed_at=''2026-03-05 12:00+08''', 'told_before clauses=PC-108'),
    -- evidence and forms
    ('repair', 'on_site', NULL, NULL, 'evidence data_consent', 'accepted'),
    ('repair', 'on_site', NULL, NULL, 'evidence data_consent signed_by=NULL', 'signed clauses=PC-89,PC-90'),
    ('repair', 'on_site', NULL, NULL, 'evidence virus_notice signed_by=''engineer''', 'signed clauses=PC-89,PC-90'),
    ('repair', 'on_site', NULL, NULL, 'evidence photo signed_by=NULL', 'accepted'),
    ('repair', 'resolved', NULL, NULL, 'evidence retest passed=NULL', 'outcome_recorded clauses=PC-112'),
    ('repair', 'resolved', NULL, NULL, 'evidence retest passed=false', 'accepted'),
    ('training', 'under_way', NULL, NULL, 'evidence training_session reading=8, unit=''hour''', 'accepted'),
    ('training', 'under_way', NULL, NULL, 'evidence training_session reading=NULL, unit=''hour''', 'hours_recorded clauses=PC-03'),
    ('training', 'under_way', NULL, NULL, 'evidence training_session reading=480, unit=''minute''', 'hours_recorded clauses=PC-03'),
    ('training', 'under_way', NULL, NULL, 'evidence training_session reading=-8, unit=''hour''', 'hours_recorded clauses=PC-03'),
    ('repair', 'on_site', NULL, NULL, 'document onsite_record', 'accepted'),
    ('repair', 'on_site', NULL, NULL, 'document onsite_record number=NULL', 'numbered clauses=PC-48,PC-103'),
    ('repair', 'received', NULL, NULL, 'document repair_form number='' ''', 'numbered clauses=PC-48,PC-103'),
    ('repair', 'agreed', NULL, NULL, 'document upgrade_application', 'accepted'),
    ('repair', 'agreed', NULL, NULL, 'document upgrade_application remark=''Out of warranty since May''', 'accepted'),
    ('repair', 'agreed', NULL, NULL, 'document upgrade_application remark=NULL', 'said_out_of_warranty clauses=PC-48'),
    ('repair', 'agreed', NULL, NULL, 'document upgrade_application remark=''urgent''', 'said_out_of_warranty clauses=PC-48'),
    ('repair', 'on_site', NULL, 'document onsite_record number=''HQ 7''@21 minutes', 'document onsite_record number=''HQ 7''', '23505 document_kind_number_key'),
    ('delivery', 'commissioned', NULL, NULL, 'document service_commitment', 'accepted'),
    ('delivery', 'commissioned', NULL, 'document service_commitment@3 days', 'document service_commitment', 'one_copy clauses=PC-24'),
    ('delivery', 'commissioned', NULL, 'document service_commitment@3 days', 'document delivery_note', 'accepted'),
    -- what is quoted
    ('repair', 'accepted', NULL, NULL, 'quote_item board', 'accepted'),
    ('repair', 'told', NULL, NULL, 'quote_item board', 'before_consent clauses=PC-46,PC-47'),
    ('repair', 'agreed', NULL, NULL, 'quote_item disk', 'before_consent clauses=PC-46,PC-47'),
    ('repair', 'agreed', NULL, NULL, 'sql UPDATE desk.quote_item SET withdrawn_at = aftersales.now() WHERE ticket_id = $1', 'before_consent clauses=PC-46,PC-47'),
    ('repair', 'on_site', NULL, NULL, 'quote_item board', 'accepted'),
    ('repair', 'on_site', 'cause=', NULL, 'quote_item board', 'before_consent clauses=PC-46,PC-47');
INSERT INTO guard_case (ticket_type, state, sets, further, step, expected)
SELECT 'repair', 'scheduled', NULL, 'visit confirm@3 minutes; visit depart@4 minutes; visit arrive@2026-03-02 14:00', 'visit absent ' || more, expected
FROM (VALUES ('left_at=''2026-03-02 14:20:00+08''', 'accepted'), ('left_at=''2026-03-02 14:19:59.999999+08''', 'waited clauses=PC-86'), ('left_at=NULL', 'waited clauses=PC-86'),
             ('left_at=''2026-03-02 14:20+08'', contact_left=false', 'note_left clauses=PC-87'), ('left_at=''2026-03-02 14:20+08'', office_informed=NULL', 'note_left clauses=PC-87')) v (more, expected);
INSERT INTO guard_case (ticket_type, state, sets, further, step, expected)
SELECT 'repair', 'received', NULL, 'repairing@10 minutes; document repair_form@20 minutes; resolved@1 hour; custody ready@1 hour; ' || tests, 'custody out ' || more, expected
FROM (VALUES
    ('evidence retest@2 hours; evidence retest@2 hours', '', 'accepted'),
    ('evidence retest@2 hours; evidence retest@2 hours', 'voucher_shown=NULL', 'voucher_shown clauses=PC-110'),
    ('evidence retest@2 hours; evidence retest@2 hours', 'voucher_shown=''V0''', 'voucher_shown clauses=PC-110'),
    ('evidence retest@2 hours; evidence retest@2 hours', 'tag_shown=''T0''', 'fetched_by_tag clauses=PC-111'),
    ('evidence retest@2 hours; evidence retest@2 hours', 'customer_confirmed=false', 'retested clauses=PC-112'),
    ('evidence retest@2 hours; evidence retest@2 hours', 'signed_by_customer=false', 'signed clauses=PC-113'),
    ('evidence retest@2 hours', '', 'retested clauses=PC-112'),
    ('evidence retest@2 hours; evidence retest passed=false@2 hours', '', 'retested clauses=PC-112'),
    ('evidence retest@2 hours; evidence retest passed=false@2 hours; evidence retest@2 hours', '', 'accepted')) v (tests, more, expected);
INSERT INTO guard_case (ticket_type, state, sets, further, step, expected) VALUES
    ('repair', 'received', NULL, 'evidence retest@3 minutes; evidence retest@3 minutes; repairing@10 minutes; document repair_form@20 minutes; resolved@1 hour', 'custody out', 'retested clauses=PC-112'),
    ('repair', 'received', NULL, 'repairing@10 minutes; evidence retest@20 minutes; evidence retest@20 minutes', 'custody out', 'release_due clauses=PC-112'),
    ('repair', 'declined', NULL, NULL, 'custody out', 'accepted'),
    ('repair', 'declined', NULL, NULL, 'custody out signed_by_customer=NULL', 'signed clauses=PC-113');
UPDATE desk.staff SET star_grade = NULL WHERE login = 'nobody';
SELECT is(pg_temp.step_verdict(pg_temp.staged(c), step), expected,
          format('%s %s, %s: %s is %s', ticket_type, state, concat_ws('; ', sets, further), step, expected))
FROM guard_case c ORDER BY no;
SELECT is_empty($$SELECT table_name, guard FROM aftersales.row_guard g WHERE policy = 'computer_maker' AND requires IS NOT NULL
                  AND NOT EXISTS (SELECT FROM guard_case c WHERE c.ticket_type = coalesce(g.ticket_type, c.ticket_type) AND split_part(c.step, ' ', 1) IN (g.table_name, 'sql')
                                  AND ',' || split_part(c.expected, ' ', 1) || ',' LIKE '%,' || g.guard || ',%')
                  AND table_name NOT IN ('approval', 'charge', 'price', 'promise', 'price_list') AND table_name !~ '^stock_'$$,
                'no row guard is left out here; those of money and of roles follow, those of parts are in …_parts.sql');

-- Who decides -------------------------------------------------------------------

CREATE TEMP TABLE approval_case (ticket_type text, kind text, state text, sets text, further text, decides text, clause text);
INSERT INTO approval_case VALUES
    ('repair', 'oow_order', 'paid', NULL, NULL, 'finance', 'PC-49'),
    ('repair', 'oow_order', 'paid', NULL, '+finance oow_order@70 minutes', 'branch_csc', 'PC-49'),
    ('repair', 'beyond_area', 'new', NULL, NULL, 'chief_rep', 'PC-98'),
    ('repair', 'damaged_part', 'repairing', NULL, NULL, 'branch_csc', 'PC-72'),
    ('repair', 'damaged_return', 'called_back', NULL, NULL, 'branch_csc', 'PC-77'),
    ('repair', 'monitor_exchange', 'repairing', NULL, NULL, 'branch_csc', 'PC-79'),
    ('spare_request', 'spare_request', 'new', NULL, NULL, 'branch_csc', 'PC-60'),
    ('spare_request', 'higher_grade', 'approved', NULL, NULL, 'branch_csc', 'PC-69'),
    ('repair', 'higher_grade', 'scheduled', NULL, NULL, 'branch_csc', 'PC-69'),
    ('repair', 'keep_part X', 'repairing', NULL, 'book issue P1@40 minutes; move install P1@40 minutes', 'branch_csc', 'PC-68'),
    ('repair', 'lost_part X', 'repairing', NULL, 'book issue P1@40 minutes', 'branch_csc', 'PC-67');
SELECT is(array_agg(login || ': ' || got ORDER BY login), array_agg(login || ': ' || CASE login WHEN decides THEN 'accepted' ELSE 'SV003' END ORDER BY login),
          format('%s: who decides %s of a %s%s', clause, kind, ticket_type, ' after ' || further))
FROM (SELECT c.*, s.login, pg_temp.step_verdict(id, '+' || s.login || ' ' || kind) AS got
      FROM approval_case c JOIN path p USING (ticket_type, state),
           LATERAL (SELECT pg_temp.play(pg_temp.play(pg_temp.opened(ticket_type, p.sets), p.story), further) AS id OFFSET 0) x
           CROSS JOIN desk.staff s
      WHERE s.login = ANY ('{hotline_agent,engineer,service_director,commerce_specialist,finance,chief_rep,branch_csc,hq_csc,storage,nobody}')
        AND (s.login <> 'finance' OR further IS NULL OR kind <> 'oow_order')) y
GROUP BY clause, kind, ticket_type, further ORDER BY kind, further;
SELECT is_empty($$SELECT kind, step FROM aftersales.approval_rule a WHERE policy = 'computer_maker' AND kind <> 'taxi' AND roles IS DISTINCT FROM (
                  SELECT array_agg(decides) FROM approval_case c WHERE c.ticket_type = a.ticket_type AND split_part(c.kind, ' ', 1) = a.kind AND (further IS NULL OR further !~ '^[+]') = (step = 1))$$, 'no approval is left out here');
-- What is approved has been paid, in that state; what is refused need not be.
CREATE TEMP TABLE payback AS SELECT '; sql INSERT INTO desk.charge (ticket_id, credit_of, quantity) SELECT ticket_id, charge_id, -quantity FROM desk.charge, pg_temp.as_of(aftersales.now(), ''finance'') WHERE ticket_id = $1@100 minutes' AS step;
SELECT is(pg_temp.step_verdict(pg_temp.play(pg_temp.opened('repair', p.sets), p.story || more), decision), expected, format('PC-49: %s when %s%s: %s', decision, state, more, expected))
FROM payback, path p JOIN (VALUES ('agreed', '', '+finance oow_order', 'paid_first clauses=PC-49'), ('agreed', '', '-finance oow_order', 'accepted'),
                         ('agreed', '; document upgrade_application@50 minutes; charge@51 minutes; pay@52 minutes', '+finance oow_order', 'paid_first clauses=PC-49'),
                         ('paid', '', '+finance oow_order', 'accepted')) v (state, more, decision, expected) USING (state) WHERE p.ticket_type = 'repair'
UNION ALL
SELECT is(pg_temp.step_verdict(pg_temp.play(pg_temp.opened('repair', p.sets), p.story || more || payback.step), decision), expected, format('PC-49: %s, the charge taken back%s: %s', decision, more, expected))
FROM payback, path p, (VALUES ('', '+finance oow_order', 'paid_first clauses=PC-49'), ('; +finance oow_order@70 minutes', '+branch_csc oow_order', 'paid_first clauses=PC-49'),
                              ('; +finance oow_order@70 minutes', '-branch_csc oow_order', 'accepted')) v (more, decision, expected)
WHERE (p.ticket_type, p.state) = ('repair', 'paid');
-- PC-101: the superior of who asks decides on a taxi, for one visit.
UPDATE desk.staff SET superior = 'service_director' WHERE login = 'engineer';
CREATE FUNCTION pg_temp.by_taxi(p_id bigint) RETURNS text LANGUAGE sql AS
$$ SELECT pg_temp.step_verdict(p_id, 'visit depart transport=''taxi''') $$;
INSERT INTO desk.staff (login, superior) VALUES ('other', NULL);
CREATE TEMP TABLE taxi AS
SELECT pg_temp.play(pg_temp.opened('repair'), 'assignee=engineer@0; visit plan@1 minute; scheduled@2 minutes; visit confirm@3 minutes') AS id;
SELECT is(pg_temp.step_verdict(id, format('+%s taxi %s', login, v.visit_id)), expected, format('PC-101: %s decides on a taxi: %s', login, expected))
FROM taxi JOIN desk.visit v ON v.ticket_id = id, (VALUES ('service_director', 'accepted'), ('branch_csc', 'SV008'), ('engineer', 'SV008'), ('other', 'SV008')) w (login, expected);
SELECT pg_temp.play(id, format('+service_director taxi %s@4 minutes', v.visit_id + 1)) FROM taxi JOIN desk.visit v ON v.ticket_id = id \g /dev/null
SELECT is(pg_temp.by_taxi(id), 'transport_allowed clauses=PC-101', 'PC-101: a taxi for another visit was approved') FROM taxi;
SELECT pg_temp.play(id, format('+service_director taxi %s@5 minutes', v.visit_id)) FROM taxi JOIN desk.visit v ON v.ticket_id = id \g /dev/null
SELECT is(pg_temp.by_taxi(id), 'accepted', 'PC-101: a taxi for this one') FROM taxi;
-- PC-62: two people.
SELECT is(pg_temp.verdict(format('INSERT INTO desk.staff_role (login, role) VALUES (%L, %L)', login, role)), expected, format('PC-62: %s as %s', login, role))
FROM (VALUES ('service_director', 'commerce_specialist', 'SV003'), ('commerce_specialist', 'service_director', 'SV003'),
             ('service_director', 'engineer', 'accepted'), ('nobody', 'commerce_specialist', 'accepted')) v (login, role, expected);

-- Promises, prices and money ------------------------------------------------------

SELECT is(pg_temp.step_verdict(pg_temp.opened(type), '*' || kind || ' until 2026-03-31 12:00', pg_temp.base(), login), CASE WHEN login = ANY (who) THEN 'accepted' ELSE 'SV003' END,
          format('%s: promise of kind %s by %s', clause, kind, login))
FROM (VALUES ('complaint', 'authority', '{service_director,branch_csc}'::text[], 'PC-124'), ('quality_report', 'leader', '{branch_csc}', 'PC-119')) v (type, kind, who, clause),
     unnest('{hotline_agent,service_director,branch_csc,chief_rep,nobody}'::text[]) login;
SELECT is(pg_temp.step_verdict(pg_temp.opened('complaint'), '*reply until 2026-03-31 12:00', pg_temp.base(), 'nobody'), 'accepted', 'PC-37: anybody may promise a time for the reply');
SELECT is(pg_temp.step_verdict(pg_temp.opened('repair'), '*repair until 2026-03-31 12:00', pg_temp.base(), 'nobody'), 'accepted', 'PC-37: anybody may promise a time for the repair');

CREATE FUNCTION pg_temp.says(p_sql text, p_login text) RETURNS text LANGUAGE sql AS
$$ SELECT pg_temp.verdict(p_sql) FROM pg_temp.as_of('2026-03-02 08:00+08', p_login) $$;
SELECT is(pg_temp.says(sql, login), CASE login WHEN 'branch_csc' THEN 'accepted' ELSE 'SV003' END, format('PC-54: %s by %s', split_part(sql, ' ', 3), login))
FROM unnest('{branch_csc,finance,service_director,hq_csc,nobody}'::text[]) login, (VALUES
    ($$INSERT INTO desk.price_list (policy, list, valid) VALUES ('computer_maker', 'loan_parts', '[2026-01-01,)')$$),
    ($$INSERT INTO desk.price (price_list_id, item, spec, label, unit_price, cost_price) VALUES (1, 'fan', '80 mm', 'Fan', 30, 20)$$)) v (sql);
SELECT is(pg_temp.says(format('INSERT INTO desk.price (price_list_id, item, spec, label, unit_price, cost_price) VALUES (1, ''fan'', %s)', v), 'branch_csc'), expected, format('PC-47: a price of %s', v))
FROM (VALUES ('''80 mm'', ''Fan'', 30, 20', 'accepted'), ('NULL, ''Fan'', 30, 20', 'described clauses=PC-09,PC-47'), ('''80 mm'', '' '', 30, 20', 'described clauses=PC-09,PC-47'),
             ('''80 mm'', ''Fan'', 30, NULL', 'described clauses=PC-09,PC-47')) w (v, expected);

-- What may be charged, and by whom.
CREATE TEMP TABLE charge_case (name text, sets text, story text, login text, rule text, more text, expected text, clause text);
INSERT INTO charge_case VALUES
    ('part out of warranty', 'agreed', '', 'finance', 'part_at_list', 'item => board', 'accepted', 'PC-43'),
    ('part at another price', 'agreed', '', 'finance', 'part_at_list', 'item => board, unit_price => 301', 'SV009', 'PC-53'),
    ('part below the list', 'agreed', '', 'finance', 'part_at_list', 'item => board, unit_price => 299.99', 'SV009', 'PC-53'),
    ('two for one quoted', 'agreed', '', 'finance', 'part_at_list', 'item => board, quantity => 2', 'SV009', 'PC-53'),
    ('part that is not quoted', 'agreed', '', 'finance', 'part_at_list', 'item => disk', 'SV009', 'PC-47'),
    ('part at cost while the cause is the user', 'agreed', '', 'finance', 'part_at_cost', 'item => board', 'SV009', 'PC-09'),
    ('by whom it pleases', 'agreed', '', 'engineer', 'part_at_list', 'item => board', 'SV003', 'PC-53'),
    ('before the customer agreed', 'quoted', '', 'finance', 'part_at_list', 'item => board', 'SV009', 'PC-47'),
    ('labour', 'agreed', '', 'finance', 'labour', 'unit_price => 10', 'SV009', 'PC-45'),
    ('labour for nothing', 'agreed', '', 'finance', 'labour', '', 'accepted', 'PC-45'),
    ('a rule of one''s own', 'agreed', '', 'finance', 'tip', 'unit_price => 10', 'SV010', 'PC-53'),
    ('a visit that nobody made', 'agreed', '', 'finance', 'visit_fee', '', 'SV009', 'PC-44'),
    ('a covered part', 'on_site', '; quote_item board@21 minutes', 'finance', 'part_at_list', 'item => board', 'SV009', 'PC-99'),
    ('a covered visit', 'on_site', '', 'finance', 'visit_fee', '', 'SV009', 'PC-99');
SELECT is(pg_temp.says(format('INSERT INTO desk.charge (ticket_id, rule%s) VALUES (%s, %L%s)',
                              (SELECT string_agg(', ' || split_part(x, ' => ', 1), '') FROM string_to_table(nullif(more, ''), ', ') x), id, rule,
                              (SELECT string_agg(', ' || quote_literal(split_part(x, ' => ', 2)), '') FROM string_to_table(nullif(more, ''), ', ') x)), login),
          expected, format('%s: %s', clause, name))
FROM charge_case c JOIN path p ON p.ticket_type = 'repair' AND p.state = c.sets, LATERAL (SELECT pg_temp.play(pg_temp.opened('repair', p.sets), p.story || c.story) AS id OFFSET 0) x;
-- Visits out of warranty, and those whose price is agreed.
SELECT is(pg_temp.says(format('INSERT INTO desk.charge (ticket_id, rule%s) VALUES (%s, %L%s)', cols, pg_temp.play(pg_temp.opened('repair', v.sets), p.story || more), rule, vals), login), expected,
          format('PC-10, PC-44: %s %s by %s: %s', v.sets, rule || vals, login, expected))
FROM path p, (VALUES
    ('cause=user', '', 'visit_fee', '', '', 'finance', 'accepted'),
    ('cause=user', '', 'visit_fee', ', quantity', ', 2', 'finance', 'SV009'),
    ('cause=user', '', 'visit_fee', ', unit_price', ', 60', 'finance', 'SV009'),
    ('onsite_until=2026-03-01', '', 'visit_fee', '', '', 'finance', 'accepted'),
    ('onsite_until=2026-03-02', '', 'visit_fee', '', '', 'finance', 'SV009'),
    ('cause=', '', 'visit_fee', '', '', 'finance', 'SV009'),
    ('cause=user', '; visit_requested:=false@21 minutes', 'visit_fee', '', '', 'finance', 'SV009'),
    ('cause=user visit_negotiated:=true', '', 'visit_fee', '', '', 'finance', 'SV009'),
    ('cause=user', '', 'visit_agreed', ', unit_price, reason', ', 120, ''far away''', 'service_director', 'SV009'),
    ('cause=user visit_negotiated:=true', '', 'visit_agreed', ', unit_price, reason', ', 120, ''far away''', 'service_director', 'accepted'),
    ('cause=user visit_negotiated:=true', '', 'visit_agreed', ', unit_price', ', 120', 'service_director', 'agreement_noted clauses=PC-10'),
    ('cause=user visit_negotiated:=true', '', 'visit_agreed', ', unit_price, reason', ', 120, ''far away''', 'finance', 'SV003')) v (sets, more, rule, cols, vals, login, expected)
WHERE (p.ticket_type, p.state) = ('repair', 'on_site');
-- What is free costs nothing.
SELECT is(pg_temp.says(format('INSERT INTO desk.charge (ticket_id, rule, unit_price) VALUES (%s, %L, %s)', pg_temp.opened(type, CASE type WHEN 'delivery' THEN 'status=at_branch' END), rule, price), 'finance'),
          CASE price WHEN 0 THEN 'accepted' ELSE 'SV009' END, format('%s: %s for %s yuan', clause, rule, price))
FROM (VALUES ('delivery', 'delivery', 'PC-02'), ('training', 'training', 'PC-03'), ('training', 'machine_time', 'PC-130')) v (type, rule, clause), unnest('{0,1}'::numeric[]) price;

-- PC-39: once judged, a fault is judged anew by these only.
SELECT is(pg_temp.step_verdict(pg_temp.opened('repair', sets), 'fault_cause=user', pg_temp.base(), login), expected, format('PC-39: %s, cause learnt by %s: %s', sets, login, expected))
FROM (VALUES ('cause=product', 'service_director', 'accepted'), ('cause=product', 'branch_csc', 'accepted'), ('cause=product', 'engineer', 'SV003'), ('cause=', 'engineer', 'accepted')) v (sets, login, expected);

SELECT * FROM finish();
ROLLBACK;
