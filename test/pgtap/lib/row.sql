-- lib/row.sql: a policy of a repair shop whose rows of other tables are
-- guarded, and what tests say about a statement.
-- Included by the tests of rows that belong to a ticket.

\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SELECT no_plan();

INSERT INTO aftersales.policy (policy, title_en, timezone) VALUES ('shop', 'Shop', 'Asia/Shanghai');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('shop', 1, 'job'), ('shop', 1, 'home');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES
    ('shop', 1, 'new', 'initial'), ('shop', 1, 'work', 'active'), ('shop', 1, 'late', 'active'), ('shop', 1, 'done', 'done'), ('shop', 1, 'closed', 'closed');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES
    ('shop', 1, 'new', 'work'), ('shop', 1, 'new', 'late'), ('shop', 1, 'work', 'done'), ('shop', 1, 'late', 'work'), ('shop', 1, 'done', 'closed'), ('shop', 1, 'new', 'closed');
INSERT INTO aftersales.workflow_guard (policy, version, to_state, guard, requires, message_en) VALUES
    ('shop', 1, 'done', 'photographed', 'evidence_count(''photo'', distinct_on => ''angle'') >= 2', 'Two photographs from different sides.');
INSERT INTO aftersales.attribute (policy, version, attribute, data_type) VALUES
    ('shop', 1, 'data_loss', 'boolean'), ('shop', 1, 'virus_found', 'boolean'), ('shop', 1, 'vip', 'boolean');
INSERT INTO aftersales.event_type (policy, version, event) VALUES ('shop', 1, 'asked'), ('shop', 1, 'answered'), ('shop', 1, 'progress_told');
-- clocks by what rows mean; none of these events is declared
INSERT INTO aftersales.sla_rule (policy, version, ticket_type, rule, clock, starts_on, stops_on, cancels_on, target, due_from, unit, repeats, on_breach) VALUES
    ('shop', 1, NULL, 'arrive', 'arrive', '{visit:planned}', '{visit:arrived}', '{visit:absent,visit:cancelled}', '04:00', NULL, 'elapsed', false, NULL),
    ('shop', 1, NULL, 'back', 'back', '{promise:custody}', '{custody:released}', '{promise:custody}', NULL, 'promised_at', 'elapsed', false, NULL),
    ('shop', 1, NULL, 'progress', 'progress', '{due:back}', '{progress_told}', '{custody:released,promise:custody}', '2 days', NULL, 'calendar_day', true, NULL),
    ('shop', 1, 'home', 'begin', 'begin', '{opened}', '{status:work}', '{}', '24:00', NULL, 'elapsed', false, 'late');
INSERT INTO aftersales.row_guard (policy, version, ticket_type, table_name, on_action, guard, condition, requires, roles, message_en, message_zh, clauses) VALUES
    ('shop', 1, NULL, 'visit', NULL, 'reason', NULL, $$reason IN ('hardware', 'system_restore', 'software', 'operation')$$, NULL, 'What for.', NULL, '{PC-81}'),
    ('shop', 1, NULL, 'visit', NULL, 'short_window', NULL, $$upper(appointment) - lower(appointment) <= interval '3 hours'$$, NULL, 'A window of at most 3 hours.', '时间段不超过三小时', '{PC-82}'),
    ('shop', 1, 'home', 'visit', NULL, 'short_window', NULL, $$upper(appointment) - lower(appointment) <= interval '2 hours'$$, NULL, 'A window of at most 2 hours.', NULL, '{PC-82}'),
    ('shop', 1, NULL, 'visit', NULL, 'confirmed', 'departed_at IS NOT NULL', 'confirmed_at <= departed_at', NULL, 'Call before leaving.', NULL, '{PC-82}'),
    ('shop', 1, NULL, 'visit', NULL, 'kit', 'departed_at IS NOT NULL', 'kit_checked', NULL, 'Tools, shoe covers, form, spares.', NULL, '{PC-83}'),
    ('shop', 1, NULL, 'visit', 'update', 'late_notice', 'appointment <> old.appointment', 'notified_at < lower(old.appointment) AND notice_consent', NULL, 'Tell the customer beforehand, and get consent.', NULL, '{PC-84}'),
    ('shop', 1, NULL, 'visit', NULL, 'absent_wait', 'absent_at IS NOT NULL', $$left_at - arrived_at >= interval '20 minutes'$$, NULL, 'Wait 20 minutes.', NULL, '{PC-86}'),
    ('shop', 1, NULL, 'visit', NULL, 'absent_note', 'absent_at IS NOT NULL', 'contact_left AND office_informed', NULL, 'Leave a note and inform the office.', NULL, '{PC-87}'),
    ('shop', 1, NULL, 'visit', NULL, 'data_consent', 'data_loss AND done_at IS NOT NULL', $$evidence_count('data_consent') >= 1$$, NULL, 'Signature before data may be lost.', NULL, '{PC-89}'),
    ('shop', 1, NULL, 'visit', NULL, 'virus_noted', 'virus_found AND done_at IS NOT NULL', $$note IS NOT NULL AND evidence_count('virus_noted') >= 1$$, NULL, 'A virus is noted and signed for.', NULL, '{PC-90}'),
    ('shop', 1, NULL, 'visit', NULL, 'next_time', $$result = 'missing_part'$$, 'next_appointment IS NOT NULL', NULL, 'Agree the next visit.', NULL, '{PC-92}'),
    ('shop', 1, NULL, 'visit', NULL, 'restated', $$done_at IS NOT NULL AND coalesce(result, '') <> 'missing_part'$$, $$symptom <> '' AND cause <> '' AND remedy <> '' AND advice <> ''$$, NULL, 'Symptom, cause, remedy, advice.', NULL, '{PC-93}'),
    ('shop', 1, NULL, 'visit', NULL, 'signed', 'done_at IS NOT NULL', 'signed_by_customer AND copy_left', NULL, 'Signed, and a copy left.', NULL, '{PC-94}'),
    ('shop', 1, NULL, 'custody', 'insert', 'differences', NULL, 'differences IS NOT NULL', NULL, 'Compare with the standard configuration.', NULL, '{PC-106}'),
    ('shop', 1, NULL, 'custody', NULL, 'opening', 'ready_at IS NOT NULL', 'opening_consent', NULL, 'Consent before opening.', NULL, '{PC-105}'),
    ('shop', 1, NULL, 'custody', NULL, 'hold', 'held_reason IS NOT NULL', $$held_reason IN ('not_reproduced', 'no_part') AND hold_consent$$, NULL, 'Consent to keep it.', NULL, '{PC-107}'),
    ('shop', 1, NULL, 'custody', 'update', 'told_before', 'promised_at IS DISTINCT FROM old.promised_at', 'old.promised_at IS NULL OR informed_at < old.promised_at AND informed_at IS DISTINCT FROM old.informed_at', NULL, 'Inform before the promised time.', NULL, '{PC-108}'),
    ('shop', 1, NULL, 'custody', NULL, 'voucher', 'released_at IS NOT NULL', 'voucher_shown = receipt_no', NULL, 'The receipt must be shown.', NULL, '{PC-110}'),
    ('shop', 1, NULL, 'custody', NULL, 'tag', 'released_at IS NOT NULL', 'tag_shown = asset_tag', NULL, 'Fetch it by its tag.', NULL, '{PC-111}'),
    ('shop', 1, NULL, 'custody', NULL, 'retested', 'released_at IS NOT NULL', $$evidence_count('retest') >= 2 AND customer_confirmed$$, NULL, 'Two passed retests, confirmed.', NULL, '{PC-112}'),
    ('shop', 1, NULL, 'custody', NULL, 'signed', 'released_at IS NOT NULL', 'signed_by_customer', NULL, 'The customer signs.', NULL, '{PC-113}'),
    ('shop', 1, NULL, 'document', 'insert', 'numbered', $$kind = 'onsite_record'$$, $$number ~ '^OR-\d{4}$'$$, NULL, 'A form of the issued series.', NULL, '{PC-103}'),
    ('shop', 1, NULL, 'document', NULL, 'cashier', $$kind = 'voucher'$$, NULL, '{cashier,manager}', 'Vouchers are for the cashier.', NULL, '{}'),
    ('shop', 1, NULL, 'document', 'update', 'not_self', 'used_at IS NOT NULL AND old.used_at IS NULL', $$has_role('manager') OR issued_at <> used_at$$, NULL, 'Not at once.', NULL, '{}'),
    ('shop', 1, NULL, 'evidence', 'insert', 'kept', $$kind = 'photo'$$, 'reference IS NOT NULL AND angle IS NOT NULL', NULL, 'Where it is kept, from where it was taken.', NULL, '{}'),
    ('shop', 1, NULL, 'evidence', 'insert', 'open', NULL, $$ticket.status <> 'closed'$$, NULL, 'Not on a closed ticket.', NULL, '{}');
SELECT is_empty($$SELECT * FROM aftersales.check_policy('shop', 1) WHERE severity = 'error'$$, 'the policy is sound');
SELECT aftersales.activate_policy('shop', 1);
SELECT aftersales.create_desk();
INSERT INTO desk.staff (login, star_grade) VALUES ('engineer_1', 3), ('engineer_2', NULL), ('cashier_1', NULL), ('manager_1', NULL);
INSERT INTO desk.staff_role VALUES ('cashier_1', 'cashier'), ('manager_1', 'manager');

CREATE FUNCTION at(t text) RETURNS void LANGUAGE sql AS $$ SELECT set_config('aftersales.now', (('2026-' || t)::timestamptz)::text, false) $$;

-- Does a statement: done, or the SQLSTATE with the guards not met.
CREATE FUNCTION try(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE d text;
BEGIN
    EXECUTE statement;
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS d = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(' ', sqlstate, substring(d FROM 'guard=(\S+)'));
END $$;
CREATE FUNCTION events(id bigint) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(event || ' ' || to_char(occurred_at, 'MM-DD HH24:MI'), ', ' ORDER BY seq) FROM desk.ticket_event WHERE ticket_id = id AND event <> 'opened' $$;
