-- 90_security.sql: who may do what before anything is granted, and what a
-- dump carries.

-- Trigger functions can only be called as triggers, and attribute accessors
-- and now() read no table; everything else is granted by grant_access().
REVOKE ALL ON FUNCTION aftersales.has_event(text, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.clock_expired(text) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.approved(text) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.open_promises() FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.has_event_since(text, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.has_role(text) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.evidence_count(text, text, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.evidence_sum(text) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.check_row_guards(text, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.is_row_event(text) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.install_policy(text) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.draft_policy(text) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.activate_policy(text, integer, timestamptz) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.check_policy(text, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.check_clocks(text, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.reachable_states(text, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.policy_digest(text, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.expression_problem(text, integer, text, text, text, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.create_desk(name) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.grant_access(name, text, name) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.set_node(integer, name) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.allowed_transitions(bigint[], name) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.move(bigint, text, timestamptz, text, integer, text, jsonb, name) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.allowed_events(bigint[], name) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.sweep(timestamptz, integer, name) FROM PUBLIC;
REVOKE ALL ON PROCEDURE aftersales.sweep_all(integer, name) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.take_outbox(text, integer, interval, name) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.done_outbox(bigint[], name) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.verify_audit(timestamptz, name) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.verify_clocks(timestamptz, name) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.correct_event(bigint, text, timestamptz, name) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.void_ticket(bigint, text, name) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.add_working_time(timestamptz, interval, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.working_time_between(timestamptz, timestamptz, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.add_working_days(timestamptz, integer, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.is_working_time(timestamptz, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.next_working_time(timestamptz, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.calendar_known_until(text) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.sla_targets(text, jsonb, timestamptz) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.explain_due(bigint, name) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.projected_due(bigint, timestamptz, name) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.ticket_as_of(bigint, timestamptz, name) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.check_calendar(text) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.install_calendar(text) FROM PUBLIC;
REVOKE ALL ON FUNCTION aftersales.load_calendar_days(text, jsonb) FROM PUBLIC;

-- Policy rows are the users' data.
SELECT pg_catalog.pg_extension_config_dump('aftersales.policy', '');
SELECT pg_catalog.pg_extension_config_dump('aftersales.policy_version', '');
SELECT pg_catalog.pg_extension_config_dump('aftersales.ticket_type', '');
SELECT pg_catalog.pg_extension_config_dump('aftersales.category', '');
SELECT pg_catalog.pg_extension_config_dump('aftersales.service_area', '');
SELECT pg_catalog.pg_extension_config_dump('aftersales.attribute', '');
SELECT pg_catalog.pg_extension_config_dump('aftersales.event_type', '');
SELECT pg_catalog.pg_extension_config_dump('aftersales.workflow_state', '');
SELECT pg_catalog.pg_extension_config_dump('aftersales.workflow_transition', '');
SELECT pg_catalog.pg_extension_config_dump('aftersales.workflow_guard', '');
SELECT pg_catalog.pg_extension_config_dump('aftersales.sla_rule', '');
SELECT pg_catalog.pg_extension_config_dump('aftersales.escalation_rule', '');
SELECT pg_catalog.pg_extension_config_dump('aftersales.approval_rule', '');
SELECT pg_catalog.pg_extension_config_dump('aftersales.duplicate_rule', '');
SELECT pg_catalog.pg_extension_config_dump('aftersales.row_guard', '');
SELECT pg_catalog.pg_extension_config_dump('aftersales.guard_function', '');
SELECT pg_catalog.pg_extension_config_dump('aftersales.calendar', '');
SELECT pg_catalog.pg_extension_config_dump('aftersales.calendar_hours', '');
SELECT pg_catalog.pg_extension_config_dump('aftersales.calendar_day', '');
SELECT pg_catalog.pg_extension_config_dump('aftersales.calendar_revision', '');
SELECT pg_catalog.pg_extension_config_dump('aftersales.calendar_history', '');
SELECT pg_catalog.pg_extension_config_dump('aftersales.clause', 'WHERE NOT builtin');
