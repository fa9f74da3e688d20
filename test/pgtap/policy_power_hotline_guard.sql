-- The guards of the ready policy power_hotline, and what repeats what: each
-- refused without its row, each met by what it asks for.

\ir lib/hotline.sql

SELECT pg_temp.stand() \g /dev/null

-- Guards ------------------------------------------------------------------
-- Each is refused with exactly itself, and met by what it asks for.  A null in
-- the attributes takes the key away.

CREATE TEMP TABLE guard_case (ticket_type text, from_state text, to_state text, attributes jsonb, sets text, expected text);
INSERT INTO guard_case VALUES
    ('fault', 'new', 'submitted', '{}', NULL, 'accepted'),
    ('fault', 'new', 'submitted', '{"customer_name": null}', NULL, 'customer_named clauses=PW-18,PW-19,PW-27'),
    ('fault', 'new', 'submitted', '{"customer_name": " "}', NULL, 'customer_named clauses=PW-18,PW-19,PW-27'),
    ('fault', 'new', 'submitted', '{"customer_name": null, "name_refused": false}', NULL, 'customer_named clauses=PW-18,PW-19,PW-27'),
    ('fault', 'new', 'submitted', '{"customer_name": null, "name_refused": true}', NULL, 'accepted'),
    ('fault', 'new', 'submitted', '{"customer_phone": null}', NULL, 'phone_recorded clauses=PW-18,PW-27'),
    ('fault', 'new', 'submitted', '{"customer_phone": "\t"}', NULL, 'phone_recorded clauses=PW-18,PW-27'),
    ('fault', 'new', 'submitted', '{"address": null}', NULL, 'address_recorded clauses=PW-18,PW-27,PW-32'),
    ('fault', 'new', 'submitted', '{"address": ""}', NULL, 'address_recorded clauses=PW-18,PW-27,PW-32'),
    ('fault', 'new', 'submitted', '{"symptom": null}', NULL, 'symptom_recorded clauses=PW-27,PW-32'),
    ('fault', 'new', 'submitted', '{"symptom": "  "}', NULL, 'symptom_recorded clauses=PW-27,PW-32'),
    ('fault', 'new', 'submitted', '{}', 'category = NULL', 'accepted'),

    ('fault', 'submitted', 'dispatched', '{}', NULL, 'accepted'),
    ('fault', 'submitted', 'dispatched', '{}', 'duplicate_of = %master%', 'not_duplicate clauses=PW-28'),
    ('fault', 'submitted', 'dispatched', '{"outage_cause": "planned"}', NULL, 'not_planned_or_arrears clauses=PW-29'),
    ('fault', 'submitted', 'dispatched', '{"outage_cause": "arrears"}', NULL, 'not_planned_or_arrears clauses=PW-29'),
    ('fault', 'submitted', 'dispatched', '{}', 'category = ''customer_internal''', 'not_customer_internal clauses=PW-31'),
    -- PW-33: what nobody knows yet, and what lies in the supply, is dispatched.
    ('fault', 'submitted', 'dispatched', '{"outage_cause": "unknown"}', 'category = NULL', 'accepted'),
    ('fault', 'submitted', 'dispatched', '{"outage_cause": "supply_fault"}', NULL, 'accepted'),

    ('fault', 'new', 'duplicate', '{}', NULL, 'first_report_named clauses=PW-28'),
    ('fault', 'submitted', 'duplicate', '{}', NULL, 'first_report_named clauses=PW-28'),
    ('fault', 'dispatched', 'duplicate', '{}', NULL, 'first_report_named clauses=PW-28'),
    ('fault', 'new', 'duplicate', '{}', 'duplicate_of = %master%', 'accepted'),

    ('fault', 'on_site', 'restored', '{}', NULL, 'accepted'),
    ('fault', 'on_site', 'restored', '{}', 'category = NULL', 'classified clauses=PW-54'),
    -- A fault inside the customer's installation that was found on site.
    ('fault', 'on_site', 'restored', '{}', 'category = ''customer_internal''', 'accepted'),

    ('fault', 'restored', 'called_back', '{}', NULL, 'accepted'),
    ('fault', 'restored', 'called_back', '{"service_rating": null}', NULL, 'evaluated clauses=PW-34,PW-45'),
    ('fault', 'restored', 'called_back', '{"work_rating": null}', NULL, 'evaluated clauses=PW-34,PW-45'),
    ('fault', 'restored', 'called_back', '{"timeliness_rating": null}', NULL, 'evaluated clauses=PW-34,PW-45'),
    ('fault', 'restored', 'called_back', '{"result_rating": null}', NULL, 'evaluated clauses=PW-34,PW-45'),

    ('fault', 'new', 'cancelled', '{}', NULL, 'cancel_reason_given clauses=PW-13,PW-29,PW-31'),
    ('fault', 'submitted', 'cancelled', '{}', NULL, 'cancel_reason_given clauses=PW-13,PW-29,PW-31'),
    ('fault', 'dispatched', 'cancelled', '{}', NULL, 'cancel_reason_given clauses=PW-13,PW-29,PW-31'),
    ('fault', 'on_site', 'cancelled', '{}', NULL, 'cancel_reason_given clauses=PW-13,PW-29,PW-31'),
    ('fault', 'new', 'cancelled', '{"cancel_reason": "planned_outage"}', NULL, 'accepted'),
    ('fault', 'submitted', 'cancelled', '{"cancel_reason": "arrears_outage"}', NULL, 'accepted'),
    ('fault', 'on_site', 'cancelled', '{"cancel_reason": "customer_internal"}', NULL, 'accepted'),
    ('consult', 'new', 'cancelled', '{}', NULL, 'cancel_reason_given clauses=PW-13,PW-29,PW-31'),
    ('consult', 'dispatched', 'cancelled', '{"cancel_reason": "withdrawn"}', NULL, 'accepted'),
    ('query', 'new', 'cancelled', '{}', NULL, 'cancel_reason_given clauses=PW-13,PW-29,PW-31'),
    ('query', 'new', 'cancelled', '{"cancel_reason": "opened_in_error"}', NULL, 'accepted'),

    ('consult', 'new', 'submitted', '{}', NULL, 'accepted'),
    ('consult', 'new', 'answered', '{}', NULL, 'accepted'),
    ('consult', 'new', 'submitted', '{}', 'category = NULL', 'classified clauses=PW-20,PW-54'),
    ('consult', 'new', 'answered', '{}', 'category = NULL', 'classified clauses=PW-20,PW-54'),
    ('consult', 'new', 'submitted', '{"customer_phone": null}', NULL, 'contact_taken clauses=PW-25'),
    ('consult', 'new', 'submitted', '{"customer_phone": " "}', NULL, 'contact_taken clauses=PW-25'),
    ('consult', 'new', 'answered', '{"customer_phone": null}', NULL, 'accepted'),
    ('consult', 'new', 'answered', '{"topic": "meter_inaccurate", "referred_to": "meter_test"}', NULL, 'accepted'),
    ('consult', 'submitted', 'dispatched', '{}', 'duplicate_of = %master%', 'not_duplicate clauses=PW-28'),
    ('consult', 'submitted', 'dispatched', '{}', NULL, 'accepted'),
    ('consult', 'submitted', 'answered', '{}', 'duplicate_of = %master%', 'accepted'),
    ('consult', 'handled', 'called_back', '{}', NULL, 'accepted'),
    ('consult', 'handled', 'called_back', '{"was_contacted": null}', NULL, 'contact_asked clauses=PW-50'),
    ('consult', 'handled', 'called_back', '{"was_contacted": false}', NULL, 'accepted'),
    ('consult', 'handled', 'called_back', '{"result_rating": null}', NULL, 'evaluated clauses=PW-45'),
    ('consult', 'handled', 'called_back', '{"was_contacted": null, "work_rating": null}', NULL, 'contact_asked,evaluated clauses=PW-50,PW-45'),

    ('query', 'new', 'answered', '{}', NULL, 'accepted'),
    ('query', 'new', 'answered', '{}', 'category = NULL', 'classified clauses=PW-20,PW-54'),
    ('query', 'new', 'answered', '{"customer_no": null}', NULL, 'customer_no_given clauses=PW-20,PW-21'),
    ('query', 'new', 'answered', '{"customer_no": " "}', NULL, 'customer_no_given clauses=PW-20,PW-21'),
    ('query', 'new', 'answered', '{"customer_no": null, "cannot_query": true}', NULL, 'customer_no_given clauses=PW-20,PW-21'),
    ('query', 'new', 'answered', '{"customer_no": null, "cannot_query_reason": "bill lost"}', NULL, 'customer_no_given clauses=PW-20,PW-21'),
    ('query', 'new', 'answered', '{"customer_no": null, "cannot_query": true, "cannot_query_reason": "bill lost"}', NULL, 'accepted'),
    ('query', 'answered', 'archived', '{}', NULL, 'accepted'),
    ('query', 'answered', 'archived', '{"disputed": false}', NULL, 'accepted'),
    ('query', 'answered', 'archived', '{"disputed": true}', NULL, 'consultation_formed clauses=PW-22'),
    ('query', 'answered', 'archived', '{"disputed": true, "consult_ticket": 1}', NULL, 'accepted');

-- PW-23 holds for what the agent answers and for what is passed on.
INSERT INTO guard_case SELECT 'consult', 'new', s, a::jsonb, NULL, e FROM unnest('{answered,submitted}'::text[]) s, (VALUES
    ('{"topic": "meter_reading"}', 'customer_no_asked clauses=PW-23'),
    ('{"topic": "meter_reading", "cannot_query": true}', 'customer_no_asked clauses=PW-23'),
    ('{"topic": "meter_reading", "customer_no": "15000001"}', 'accepted'),
    ('{"topic": "meter_reading", "cannot_query": true, "cannot_query_reason": "bill lost"}', 'accepted'),
    ('{"topic": "agent_refusal"}', 'refusal_recorded clauses=PW-23'),
    ('{"topic": "agent_refusal", "refusal_reason": "r", "refused_at": "2026-03-01T10:00:00+08:00", "refusing_staff_no": "1"}', 'refusal_recorded clauses=PW-23'),
    ('{"topic": "agent_refusal", "refusing_outlet": "o", "refused_at": "2026-03-01T10:00:00+08:00", "refusing_staff_no": "1"}', 'refusal_recorded clauses=PW-23'),
    ('{"topic": "agent_refusal", "refusing_outlet": "o", "refusal_reason": "r", "refusing_staff_no": "1"}', 'refusal_recorded clauses=PW-23'),
    ('{"topic": "agent_refusal", "refusing_outlet": "o", "refusal_reason": "r", "refused_at": "2026-03-01T10:00:00+08:00"}', 'refusal_recorded clauses=PW-23'),
    ('{"topic": "agent_refusal", "refusing_outlet": "o", "refusal_reason": "r", "refused_at": "2026-03-01T10:00:00+08:00", "refusing_staff_no": "1"}', 'accepted')) v (a, e);

-- What a department handles.  The same cases for every type that has the guard.
INSERT INTO guard_case SELECT t, f, s, a::jsonb, sets, e FROM (VALUES
    ('{complaint,report,request,suggestion,opinion,praise,installation}'::text[], 'new', 'submitted', '{}', NULL, 'accepted'),
    ('{report,request,suggestion,opinion,praise,installation}', 'new', 'submitted', '{}', 'category = NULL', 'classified clauses=PW-20,PW-54'),
    ('{complaint}', 'new', 'submitted', '{}', 'category = NULL, grade = NULL', 'classified clauses=PW-20,PW-54'),
    ('{complaint,report,request}', 'new', 'submitted', '{}', 'detail = NULL', 'content_recorded clauses=PW-35'),
    ('{complaint,report,request}', 'new', 'submitted', '{}', $$detail = E' \n'$$, 'content_recorded clauses=PW-35'),
    ('{praise,installation}', 'new', 'submitted', '{}', 'detail = NULL', 'accepted'),
    ('{complaint,report,request,installation}', 'new', 'submitted', '{"customer_name": null}', NULL, 'customer_named clauses=PW-18,PW-19'),
    ('{complaint,report,request,installation}', 'new', 'submitted', '{"customer_name": null, "name_refused": false}', NULL, 'customer_named clauses=PW-18,PW-19'),
    ('{complaint,report,request,installation}', 'new', 'submitted', '{"customer_name": null, "name_refused": true}', NULL, 'accepted'),
    ('{complaint,report,request,installation}', 'new', 'submitted', '{"customer_phone": null}', NULL, 'phone_recorded clauses=PW-18'),
    ('{complaint,report,request,installation}', 'new', 'submitted', '{"customer_phone": " "}', NULL, 'phone_recorded clauses=PW-18'),
    ('{complaint,request,installation}', 'new', 'submitted', '{"address": null}', NULL, 'address_recorded clauses=PW-18'),
    ('{report}', 'new', 'submitted', '{"address": null}', NULL, 'accepted'),

    ('{complaint,report,request}', 'submitted', 'dispatched', '{}', 'duplicate_of = %master%', 'not_duplicate clauses=PW-36'),
    ('{complaint,report,request,suggestion,opinion,praise,installation}', 'submitted', 'dispatched', '{}', NULL, 'accepted'),
    ('{complaint,report,request}', 'new', 'duplicate', '{}', NULL, 'first_ticket_named clauses=PW-36'),
    ('{complaint,report,request}', 'submitted', 'duplicate', '{}', NULL, 'first_ticket_named clauses=PW-36'),
    ('{complaint,report,request}', 'dispatched', 'duplicate', '{"told_customer": null}', 'duplicate_of = %master%', 'progress_told clauses=PW-36'),
    ('{complaint,report,request}', 'new', 'duplicate', '{}', 'duplicate_of = %master%', 'accepted'),
    ('{complaint,report,request}', 'new', 'cancelled', '{"cancel_reason": "already_handled"}', NULL, 'result_told clauses=PW-36'),
    ('{complaint,report,request}', 'new', 'cancelled', '{"cancel_reason": "already_handled", "earlier_ticket": 1}', NULL, 'result_told clauses=PW-36'),
    ('{complaint,report,request}', 'new', 'cancelled', '{"cancel_reason": "already_handled", "told_customer": "result"}', NULL, 'result_told clauses=PW-36'),
    ('{complaint,report,request}', 'new', 'cancelled', '{"cancel_reason": "already_handled", "earlier_ticket": 1, "told_customer": "result"}', NULL, 'accepted'),
    ('{complaint,report,request}', 'new', 'cancelled', '{"cancel_reason": "out_of_scope"}', NULL, 'scope_explained clauses=PW-37'),
    ('{complaint,report,request}', 'submitted', 'cancelled', '{"cancel_reason": "out_of_scope", "explanation": " "}', NULL, 'scope_explained clauses=PW-37'),
    ('{complaint,report,request}', 'submitted', 'cancelled', '{"cancel_reason": "out_of_scope", "explanation": "rule 7"}', NULL, 'accepted'),
    ('{report,request}', 'dispatched', 'cancelled', '{"cancel_reason": "out_of_scope", "explanation": "rule 7"}', NULL, 'accepted'),
    ('{complaint}', 'dispatched', 'cancelled', '{"cancel_reason": "out_of_scope", "explanation": "rule 7"}', NULL, 'withdrawn_only clauses=PW-05,PW-37'),
    ('{complaint}', 'dispatched', 'cancelled', '{}', NULL, 'cancel_reason_given,withdrawn_only clauses=PW-13,PW-29,PW-31,PW-05,PW-37'),
    ('{complaint}', 'dispatched', 'cancelled', '{"cancel_reason": "withdrawn"}', NULL, 'accepted'),
    ('{complaint}', 'dispatched', 'cancelled', '{"cancel_reason": "opened_in_error"}', NULL, 'accepted'),
    ('{report,request,suggestion,opinion,praise,installation}', 'new', 'cancelled', '{}', NULL, 'cancel_reason_given clauses=PW-13,PW-29,PW-31'),

    ('{suggestion,opinion}', 'new', 'submitted', '{}', 'detail = NULL', 'answered_or_explained clauses=PW-26'),
    ('{suggestion,opinion}', 'new', 'submitted', '{"feasible": null}', NULL, 'answered_or_explained clauses=PW-26'),
    ('{suggestion,opinion}', 'new', 'submitted', '{"feasible": false}', NULL, 'answered_or_explained clauses=PW-26'),
    ('{suggestion,opinion}', 'new', 'submitted', '{"feasible": false, "explanation": "rule 7"}', NULL, 'accepted'),
    ('{suggestion,opinion}', 'new', 'submitted', '{"reply_requested": true}', NULL, 'contact_taken clauses=PW-26'),
    ('{suggestion,opinion}', 'new', 'submitted', '{"reply_requested": true, "customer_phone": "100"}', NULL, 'accepted'),
    ('{suggestion,opinion}', 'new', 'submitted', '{"reply_requested": false}', NULL, 'accepted'),

    ('{installation}', 'new', 'submitted', '{"applicant": null, "supply_now": null}', NULL, 'qualifies clauses=PW-39'),
    ('{installation}', 'new', 'submitted', '{"supply_now": "own_meter"}', NULL, 'qualifies clauses=PW-39'),
    ('{installation}', 'new', 'submitted', '{"supply_now": "own_meter", "applicant": "other"}', NULL, 'accepted'),
    ('{installation}', 'new', 'submitted', '{"supply_now": "shared_meter"}', NULL, 'qualifies clauses=PW-39'),
    ('{installation}', 'new', 'submitted', '{"supply_now": "shared_meter", "main_meter_arrears": 0.01}', NULL, 'qualifies clauses=PW-39'),
    ('{installation}', 'new', 'submitted', '{"supply_now": "shared_meter", "main_meter_arrears": 0.00}', NULL, 'accepted'),
    ('{installation}', 'new', 'submitted', '{"supply_now": "shared_meter", "main_meter_arrears": -5}', NULL, 'accepted'),
    ('{installation}', 'new', 'submitted', '{"supply_now": "none", "main_meter_arrears": 100}', NULL, 'accepted'),
    ('{installation}', 'new', 'submitted', '{"supply_now": "resold"}', NULL, 'not_resold,qualifies clauses=PW-40,PW-39'),
    ('{installation}', 'new', 'submitted', '{"supply_now": "resold", "applicant": "other"}', NULL, 'not_resold clauses=PW-40'),
    ('{installation}', 'new', 'submitted', '{"documents_told": null}', NULL, 'documents_named clauses=PW-41'),
    ('{installation}', 'new', 'submitted', '{"documents_told": false}', NULL, 'documents_named clauses=PW-41'),
    ('{installation}', 'new', 'submitted', '{"identity_no": " "}', NULL, 'documents_named clauses=PW-41'),
    ('{installation}', 'new', 'cancelled', '{"cancel_reason": "resold_supply"}', NULL, 'accepted'),
    ('{installation}', 'new', 'cancelled', '{"cancel_reason": "bill_unsettled"}', NULL, 'accepted'),

    ('{complaint}', 'dispatched', 'handled', '{}', NULL, 'accepted'),
    ('{complaint}', 'dispatched', 'handled', '{"finding": null}', NULL, 'finding_recorded clauses=PW-05'),
    ('{complaint}', 'dispatched', 'handled', '{"finding": "unfounded"}', NULL, 'unfounded_approved clauses=PW-05,PW-06'),
    ('{complaint}', 'called_back', 'archived', '{"finding": "unfounded"}', NULL, 'unfounded_approved clauses=PW-05,PW-06'),
    ('{complaint}', 'dispatched', 'handled', '{"event_class": "major"}', NULL, 'reported_up clauses=PW-10'),
    ('{complaint}', 'dispatched', 'handled', '{"event_class": "sudden"}', NULL, 'accepted'),
    ('{report,request,suggestion,opinion,praise,installation}', 'dispatched', 'handled', '{}', NULL, 'accepted'),
    ('{complaint}', 'new', 'submitted', '{}', $$grade = 'important'$$, 'graded clauses=PW-55'),
    ('{complaint}', 'new', 'submitted', '{}', $$grade = NULL$$, 'graded clauses=PW-55'),
    ('{complaint}', 'submitted', 'dispatched', '{}', $$category = 'misconduct'$$, 'graded clauses=PW-55'),
    ('{complaint}', 'submitted', 'dispatched', '{}', $$category = 'misconduct', grade = 'important'$$, 'accepted'),
    ('{complaint}', 'handled', 'called_back', '{}', $$category = 'service_attitude'$$, 'graded clauses=PW-55'),

    ('{complaint,report,request,suggestion,opinion,praise,installation}', 'handled', 'called_back', '{"service_rating": null}', NULL, 'evaluated clauses=PW-45'),
    ('{complaint,report,request,suggestion,opinion,praise,installation}', 'handled', 'called_back', '{"work_rating": null}', NULL, 'evaluated clauses=PW-45'),
    ('{complaint,report,request,suggestion,opinion,praise,installation}', 'handled', 'called_back', '{"timeliness_rating": null}', NULL, 'evaluated clauses=PW-45'),
    ('{complaint,report,request,suggestion,opinion,praise,installation}', 'handled', 'called_back', '{"result_rating": null}', NULL, 'evaluated clauses=PW-45'),
    ('{suggestion}', 'handled', 'called_back', '{"adopted": null}', NULL, 'adoption_told clauses=PW-49'),
    ('{suggestion}', 'handled', 'called_back', '{"adopted": false}', NULL, 'adoption_told clauses=PW-49'),
    ('{suggestion}', 'handled', 'called_back', '{"adopted": false, "rejection_reason": "too dear"}', NULL, 'accepted'),

    -- the end of the call, and what is of interest to the company
    ('{fault,consult,complaint,report,request,suggestion,opinion,praise,installation}', 'called_back', 'archived', '{}', NULL, 'accepted'),
    ('{fault,consult,complaint,report,request,suggestion,opinion,praise,installation}', 'called_back', 'archived', '{"call_rating": null}', NULL, 'call_evaluated clauses=PW-43'),
    ('{query,consult}', 'answered', 'archived', '{"call_rating": null}', NULL, 'call_evaluated clauses=PW-43'),
    ('{query,consult}', 'answered', 'archived', '{"call_rating": "no_answer"}', NULL, 'accepted'),
    ('{fault,praise}', 'called_back', 'archived', '{"call_rating": null}', $$channel = 'letter'$$, 'accepted'),
    ('{fault,praise}', 'called_back', 'archived', '{"call_rating": null}', $$channel = NULL$$, 'accepted'),
    ('{fault,consult,report,request,suggestion,opinion,praise,installation}', 'called_back', 'archived', '{"event_class": "sensitive"}', NULL, 'event_supervised clauses=PW-04'),
    ('{complaint}', 'called_back', 'archived', '{"event_class": "major"}', NULL, 'event_supervised,reported_up clauses=PW-04,PW-10'),
    ('{query}', 'answered', 'archived', '{"event_class": "sudden"}', NULL, 'event_supervised clauses=PW-04'),
    ('{fault,consult,query,complaint,report,request,suggestion,opinion,praise,installation}', 'new', 'cancelled', '{"cancel_reason": "harassment"}', NULL, 'leader_told clauses=PW-51')) v (types, f, s, a, sets, e),
    unnest(v.types) t;

SELECT is(pg_temp.move_verdict(s.ticket_id, g.to_state, NULL, g.attributes, replace(g.sets, '%master%', m.ticket_id::text)),
          CASE g.expected WHEN 'accepted' THEN 'accepted' ELSE 'SV002 ' || g.expected END,
          format('guard: %s from %s to %s with %s %s', g.ticket_type, g.from_state, g.to_state, g.attributes, g.sets))
FROM guard_case g
JOIN standing s ON (s.ticket_type, s.state) = (g.ticket_type, g.from_state)
JOIN story m ON m.name = 'master';

SELECT is(pg_temp.move_verdict(pg_temp.opened('fault', p_attributes => '{}'), 'submitted'),
          'SV002 address_recorded,customer_named,phone_recorded,symptom_recorded clauses=PW-18,PW-27,PW-32,PW-19',
          'an empty fault report is told all it lacks at once');

-- No guard is left out here.
SELECT is_empty($$SELECT g.ticket_type, g.to_state, g.guard FROM aftersales.workflow_guard g WHERE policy = 'power_hotline'
                  AND guard NOT IN ('delay_notified', 'power_back')
                  AND NOT EXISTS (SELECT FROM guard_case c WHERE c.expected ~ ('(^|,)' || g.guard || '[ ,]')
                                  AND (g.ticket_type IS NULL OR c.ticket_type = g.ticket_type) AND (g.to_state IS NULL OR c.to_state = g.to_state))$$,
                'every guard of every type has refused something above');

-- Guards that ask what has happened ---------------------------------------

CREATE TEMP TABLE happened_case (ticket_type text, attributes jsonb, story text, to_state text, expected text);
INSERT INTO happened_case VALUES
    -- PW-51
    ('query', '{"cancel_reason": "harassment"}', '!leader_told@1 minute', 'cancelled', 'accepted'),
    ('query', '{"cancel_reason": "harassment"}', '!note@1 minute', 'cancelled', 'SV002 leader_told clauses=PW-51'),
    -- PW-30
    ('request', '{}', 'submitted@0; dispatched@0; !reconnection_applied@0', 'handled', 'SV002 power_back clauses=PW-30'),
    ('request', '{}', 'submitted@0; dispatched@0; !reconnection_applied@0; !reconnected@1 hour', 'handled', 'accepted'),
    ('request', '{}', 'submitted@0; dispatched@0', 'handled', 'accepted'),
    -- PW-10, PW-04: that it came in is reported before the result, how it went before the end
    ('complaint', '{"event_class": "major"}', 'submitted@0; dispatched@0; !reported_up@0', 'handled', 'accepted'),
    ('complaint', '{"event_class": "major"}', 'submitted@0; dispatched@0; !reported_up@0; handled@0; called_back@0; !supervised@0', 'archived', 'SV002 reported_up clauses=PW-10'),
    ('complaint', '{"event_class": "major"}', 'submitted@0; dispatched@0; !reported_up@0; handled@0; called_back@0; !reported_up@0', 'archived', 'SV002 event_supervised clauses=PW-04'),
    ('complaint', '{"event_class": "major"}', 'submitted@0; dispatched@0; !reported_up@0; handled@0; called_back@0; !reported_up@0; !supervised@0', 'archived', 'accepted'),
    ('fault', '{"event_class": "sudden"}', 'submitted@0; dispatched@0; on_site@0; restored@0; called_back@0; !supervised@0', 'archived', 'accepted');
SELECT is(pg_temp.move_verdict(pg_temp.play(pg_temp.opened(ticket_type, p_attributes => pg_temp.complete(ticket_type) || attributes), story), to_state), expected,
          format('%s %s after %s to %s', ticket_type, attributes, story, to_state))
FROM happened_case;

-- PW-05, PW-06: a complaint is unfounded by two decisions -------------------
-- '+login@time' is a decision; what is asked is whether the result may be
-- recorded then.

CREATE TEMP TABLE approval_case (name text, story text, expected text);
INSERT INTO approval_case VALUES
    ('nobody has decided',  'submitted@0; dispatched@0', 'SV002 unfounded_approved clauses=PW-05,PW-06'),
    ('the bureau only',     'submitted@0; dispatched@0; +bureau_marketing@1 day', 'SV002 unfounded_approved clauses=PW-05,PW-06'),
    ('bureau and company',  'submitted@0; dispatched@0; +bureau_marketing@1 day; +company_marketing@2 days', 'accepted'),
    ('both, before it was passed on', '+bureau_marketing@0; +company_marketing@0; submitted@0; dispatched@0', 'accepted');
INSERT INTO story SELECT name, pg_temp.play(pg_temp.opened('complaint'), story) FROM approval_case;
SELECT is(pg_temp.move_verdict(ticket_id, 'handled', p_attributes => '{"finding": "unfounded"}'), expected, format('PW-05, PW-06: unfounded: %s', name))
FROM approval_case JOIN story USING (name);
SELECT is(pg_temp.move_verdict(ticket_id, 'handled'), 'accepted', format('PW-05: upheld needs no decision: %s', name))
FROM approval_case JOIN story USING (name);

CREATE FUNCTION pg_temp.decide_verdict(p_id bigint, p_login text, p_kind text DEFAULT 'unfounded') RETURNS text LANGUAGE sql AS
$$ SELECT pg_temp.verdict(format('INSERT INTO desk.approval (ticket_id, kind) VALUES (%s, %L)', p_id, p_kind))
   FROM pg_temp.as_of(pg_temp.base() + interval '3 days', p_login) $$;
-- Who may decide which step; the same person not both, whatever his roles.
INSERT INTO desk.staff (login) VALUES ('both');
INSERT INTO desk.staff_role (login, role) VALUES ('both', 'bureau_marketing'), ('both', 'company_marketing');
SELECT is(pg_temp.decide_verdict(ticket_id, login), CASE WHEN login IN ('bureau_marketing', 'both') THEN 'accepted' ELSE 'SV003' END,
          format('PW-06: first decision by %s', login))
FROM story, desk.staff WHERE name = 'nobody has decided';
SELECT is(pg_temp.decide_verdict(ticket_id, login), CASE WHEN login IN ('company_marketing', 'both') THEN 'accepted' ELSE 'SV003' END,
          format('PW-05: second decision by %s', login))
FROM story, desk.staff WHERE name = 'the bureau only';
INSERT INTO story SELECT 'both once', pg_temp.play(pg_temp.opened('complaint'), 'submitted@0; dispatched@0; +both@1 day');
SELECT is(pg_temp.decide_verdict(ticket_id, 'both'), 'SV008', 'PW-05, PW-06: one person does not decide twice') FROM story WHERE name = 'both once';
SELECT is(pg_temp.decide_verdict(ticket_id, 'bureau_marketing'), 'SV010', format('%s has no such approval', ticket_type))
FROM standing WHERE ticket_type <> 'complaint' AND state = 'new';
-- The company says no: it begins anew.
SELECT pg_temp.as_of(pg_temp.base() + interval '3 days', 'company_marketing') \g /dev/null
INSERT INTO desk.approval (ticket_id, kind, is_approved) SELECT ticket_id, 'unfounded', false FROM story WHERE name = 'the bureau only';
SELECT is(pg_temp.move_verdict(ticket_id, 'handled', p_attributes => '{"finding": "unfounded"}'), 'SV002 unfounded_approved clauses=PW-05,PW-06',
          'PW-05: the company refuses') FROM story WHERE name = 'the bureau only';
SELECT is(pg_temp.decide_verdict(ticket_id, 'company_marketing'), 'SV003', 'PW-06: after a refusal the bureau decides again') FROM story WHERE name = 'the bureau only';

-- Repetitions: what is repeated  ---------------------------------------------------

CREATE FUNCTION pg_temp.repeat_verdict(p_type text, p_first bigint) RETURNS text LANGUAGE sql AS
$$ SELECT pg_temp.verdict(format('INSERT INTO desk.ticket (ticket_type, area, category, duplicate_of) VALUES (%L, %L, %L, %s)',
        p_type, 'urban', CASE p_type WHEN 'consult' THEN 'repair_progress' ELSE 'line_fault' END, p_first))
   FROM pg_temp.as_of(pg_temp.base() + interval '1 day', 'agent') $$;
SELECT is(pg_temp.repeat_verdict(t, ticket_id), CASE WHEN state IN ('new', 'submitted', 'dispatched', 'on_site') THEN 'accepted' ELSE 'SV010' END,
          format('PW-28: a %s that repeats a %s which is %s', t, ticket_type, state))
FROM standing, unnest('{fault,consult}'::text[]) t WHERE ticket_type = 'fault';


-- PW-28, PW-36: by what a repetition is known, and what becomes of it.  Each
-- case opens a first ticket, plays a story on it and opens a second one.
CREATE TEMP TABLE repeat_case (name text, ticket_type text, category text, attributes jsonb, story text,
                               second_type text, second_category text, second jsonb, becomes text, linked boolean);
INSERT INTO repeat_case VALUES
    ('same address',             'fault', 'line_fault', '{"address": "A"}', NULL, 'fault', NULL, '{"address": "A"}', 'consult repair_progress', true),
    ('same address, other leaf', 'fault', 'line_fault', '{"address": "A"}', NULL, 'fault', 'meter_fault', '{"address": "A"}', 'consult repair_progress', true),
    ('same address, dispatched', 'fault', 'line_fault', '{"address": "A", "symptom": "dark", "name_refused": true, "customer_phone": "1"}', 'submitted@0; dispatched@0',
        'fault', NULL, '{"address": "A"}', 'consult repair_progress', true),
    ('same customer',            'fault', 'line_fault', '{"customer_no": "7"}', NULL, 'fault', NULL, '{"customer_no": "7", "address": "B"}', 'consult repair_progress', true),
    ('other address',            'fault', 'line_fault', '{"address": "A"}', NULL, 'fault', 'line_fault', '{"address": "B"}', 'fault line_fault', false),
    ('no address',               'fault', 'line_fault', '{}', NULL, 'fault', 'line_fault', '{}', 'fault line_fault', false),
    ('first one cancelled',      'fault', 'line_fault', '{"address": "A"}', 'cancelled@0', 'fault', 'line_fault', '{"address": "A"}', 'fault line_fault', false),
    ('first one restored',       'fault', 'line_fault', '{"address": "A", "symptom": "dark", "name_refused": true, "customer_phone": "1"}',
        'submitted@0; dispatched@0; on_site@0; restored@0', 'fault', 'line_fault', '{"address": "A"}', 'fault line_fault', false),
    ('another type there',       'request', 'safety_hazard', '{"address": "A"}', NULL, 'fault', 'line_fault', '{"address": "A"}', 'fault line_fault', false),
    ('all it knows is kept',     'fault', 'line_fault', '{"address": "A"}', NULL, 'fault', NULL, '{"address": "A", "symptom": "dark", "outage_cause": "unknown"}', 'consult repair_progress', true),

    ('same complaint',           'complaint', 'wrong_price', '{"address": "A"}', NULL, 'complaint', 'wrong_price', '{"address": "A"}', 'complaint wrong_price', true),
    ('same customer',            'complaint', 'wrong_price', '{"customer_no": "7"}', NULL, 'complaint', 'wrong_price', '{"customer_no": "7"}', 'complaint wrong_price', true),
    ('other leaf',               'complaint', 'wrong_price', '{"address": "A"}', NULL, 'complaint', 'misconduct', '{"address": "A"}', 'complaint misconduct', false),
    ('other address',            'complaint', 'wrong_price', '{"address": "A"}', NULL, 'complaint', 'wrong_price', '{"address": "B"}', 'complaint wrong_price', false),
    ('first one cancelled',      'complaint', 'wrong_price', '{"address": "A"}', 'cancelled@0', 'complaint', 'wrong_price', '{"address": "A"}', 'complaint wrong_price', false),
    ('same request',             'request', 'meter_problem', '{"address": "A"}', NULL, 'request', 'meter_problem', '{"address": "A"}', 'request meter_problem', true),
    ('same customer',            'request', 'meter_problem', '{"customer_no": "7"}', NULL, 'request', 'meter_problem', '{"customer_no": "7"}', 'request meter_problem', true),
    ('other leaf',               'request', 'meter_problem', '{"address": "A"}', NULL, 'request', 'usage_problem', '{"address": "A"}', 'request usage_problem', false),
    ('same report',              'report', 'report', '{"address": "A"}', NULL, 'report', 'report', '{"address": "A"}', 'report report', false),
    ('same wish',                'installation', 'installation_booking', '{"address": "A"}', NULL, 'installation', 'installation_booking', '{"address": "A"}', 'installation installation_booking', false);
-- Addresses and numbers of one case are none of another's.
CREATE FUNCTION pg_temp.own(p jsonb, p_case bigint) RETURNS jsonb LANGUAGE sql IMMUTABLE AS
$$ SELECT coalesce(jsonb_object_agg(key, CASE WHEN key IN ('address', 'customer_no') THEN to_jsonb((value #>> '{}') || ' of ' || p_case) ELSE value END), '{}')
   FROM jsonb_each(p) $$;
CREATE TEMP TABLE repeated AS
SELECT c.*, f.first_id, s.second_id
FROM (SELECT *, row_number() OVER () AS n FROM repeat_case) c,
     LATERAL (SELECT pg_temp.opened(ticket_type, p_category => category, p_attributes => pg_temp.own(attributes, n)) AS id OFFSET 0) o,
     LATERAL (SELECT CASE WHEN story IS NULL THEN o.id ELSE pg_temp.play(o.id, story) END AS first_id OFFSET 0) f,
     LATERAL (SELECT CASE WHEN f.first_id > 0 THEN pg_temp.opened(second_type, pg_temp.base() + interval '1 minute', p_category => second_category, p_attributes => pg_temp.own(second, n)) END AS second_id OFFSET 0) s;
SELECT results_eq(format('SELECT ticket_type || '' '' || category, duplicate_of, attributes FROM desk.ticket WHERE ticket_id = %s', second_id),
                  format('SELECT %L::text, %s::bigint, %L::jsonb', becomes, CASE WHEN linked THEN first_id::text ELSE 'NULL' END, pg_temp.own(second, n)),
                  format('%s: a second %s, %s', CASE ticket_type WHEN 'fault' THEN 'PW-28' ELSE 'PW-36' END, second_type, name))
FROM repeated;
-- What became a consultation owes no arrival and is not passed on.
SELECT is(pg_temp.outcome(second_id, 'arrive') || ' ' || pg_temp.outcome(second_id, 'restore'),
          CASE WHEN becomes LIKE 'consult%' THEN 'none none' ELSE 'running running' END, format('PW-28: clocks of a second fault, %s', name))
FROM repeated WHERE second_type = 'fault';
-- The customer is told and it ends, or the agent finds that it is another matter.
SELECT is(pg_temp.move_verdict(second_id, 'duplicate', p_attributes => '{"told_customer": "progress"}'), 'accepted', format('PW-36: a second %s ends as duplicate, %s', ticket_type, name))
FROM repeated WHERE linked AND ticket_type <> 'fault';
SELECT * FROM finish();
ROLLBACK;
