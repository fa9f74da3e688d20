-- 40_function.sql: the functions written in C.

-- Triggers.  They can only be called as triggers and stay executable by
-- PUBLIC: restoring a dump as an ordinary user needs that.

CREATE FUNCTION aftersales.statement_begin() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'as_statement_begin';
COMMENT ON FUNCTION aftersales.statement_begin() IS 'BEFORE STATEMENT on tables whose rows are judged: pins the policy for the statement.';

CREATE FUNCTION aftersales.ticket_judge() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'as_ticket_judge';
COMMENT ON FUNCTION aftersales.ticket_judge() IS 'BEFORE ROW on ticket: judges opening, moves, roles, guards and values; fills the trigger-owned columns.';

CREATE FUNCTION aftersales.ticket_record() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'as_ticket_record';
COMMENT ON FUNCTION aftersales.ticket_record() IS 'AFTER STATEMENT on ticket: writes events, clocks and breaches.';

CREATE FUNCTION aftersales.event_number() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'as_event_number';
COMMENT ON FUNCTION aftersales.event_number() IS 'BEFORE ROW on ticket_event: locks the ticket, judges the event and gives it its place in the chain.';

CREATE FUNCTION aftersales.event_record() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'as_event_record';
COMMENT ON FUNCTION aftersales.event_record() IS 'AFTER STATEMENT on ticket_event: writes chain heads, private rows, clocks and breaches.';

CREATE FUNCTION aftersales.promise_judge() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'as_promise_judge';
COMMENT ON FUNCTION aftersales.promise_judge() IS 'BEFORE ROW on promise: judges kind and times.';

CREATE FUNCTION aftersales.promise_record() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'as_promise_record';
COMMENT ON FUNCTION aftersales.promise_record() IS 'AFTER STATEMENT on promise: writes the events promise:<kind>.';

CREATE FUNCTION aftersales.approval_judge() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'as_approval_judge';
COMMENT ON FUNCTION aftersales.approval_judge() IS 'BEFORE ROW on approval: finds the first open step and judges who decides it, and about what.';

CREATE FUNCTION aftersales.approval_record() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'as_approval_record';
COMMENT ON FUNCTION aftersales.approval_record() IS 'AFTER STATEMENT on approval: writes the events approved:<kind> and decided:<kind>, and excuses breaches.';

CREATE FUNCTION aftersales.contact_judge() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'as_contact_judge';
COMMENT ON FUNCTION aftersales.contact_judge() IS 'BEFORE ROW on contact: what has become an event of a ticket may not change.';

CREATE FUNCTION aftersales.contact_record() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'as_contact_record';
COMMENT ON FUNCTION aftersales.contact_record() IS 'AFTER STATEMENT on contact: writes the events call_in, answered and hung_up.';

CREATE FUNCTION aftersales.protect() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'as_protect';
COMMENT ON FUNCTION aftersales.protect() IS 'BEFORE STATEMENT on protected tables: refuses direct writes (SV004).';

CREATE FUNCTION aftersales.table_changed() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'as_table_changed';
COMMENT ON FUNCTION aftersales.table_changed() IS 'AFTER STATEMENT on tables that backends cache: makes every backend read them again.';

CREATE FUNCTION aftersales.policy_row_check() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'as_policy_row_check';
COMMENT ON FUNCTION aftersales.policy_row_check() IS 'BEFORE ROW on policy tables: an active version is frozen (labels and messages apart), expressions must parse.';

CREATE FUNCTION aftersales.policy_added() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'as_policy_added';
COMMENT ON FUNCTION aftersales.policy_added() IS 'AFTER ROW on policy: gives a new policy its draft version 1.';

CREATE FUNCTION aftersales.policy_removed() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'as_policy_removed';
COMMENT ON FUNCTION aftersales.policy_removed() IS 'AFTER ROW on policy, policy_version and ticket_type: removes what hangs on a deleted row.';

CREATE FUNCTION aftersales.policy_truncate() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'as_policy_truncate';
COMMENT ON FUNCTION aftersales.policy_truncate() IS 'BEFORE TRUNCATE on policy tables: refuses it (SV004).';

-- Time

CREATE FUNCTION aftersales.now() RETURNS timestamptz
    LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'as_now_sql';
COMMENT ON FUNCTION aftersales.now() IS 'Start of the statement, or the simulated time of the setting aftersales.now.';

-- Values of ticket.attributes, as conditions and guards read them.  A bare
-- name in an expression becomes one of these calls.

CREATE FUNCTION aftersales.attribute_text(attributes jsonb, attribute text) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'as_attribute_text';
COMMENT ON FUNCTION aftersales.attribute_text(jsonb, text) IS 'Attribute as text; NULL when absent.';
CREATE FUNCTION aftersales.attribute_integer(attributes jsonb, attribute text) RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'as_attribute_integer';
COMMENT ON FUNCTION aftersales.attribute_integer(jsonb, text) IS 'Attribute as bigint; NULL when absent.';
CREATE FUNCTION aftersales.attribute_numeric(attributes jsonb, attribute text) RETURNS numeric
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'as_attribute_numeric';
COMMENT ON FUNCTION aftersales.attribute_numeric(jsonb, text) IS 'Attribute as numeric; NULL when absent.';
CREATE FUNCTION aftersales.attribute_boolean(attributes jsonb, attribute text) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'as_attribute_boolean';
COMMENT ON FUNCTION aftersales.attribute_boolean(jsonb, text) IS 'Attribute as boolean; NULL when absent.';
CREATE FUNCTION aftersales.attribute_date(attributes jsonb, attribute text) RETURNS date
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'as_attribute_date';
COMMENT ON FUNCTION aftersales.attribute_date(jsonb, text) IS 'Attribute, written YYYY-MM-DD, as date; NULL when absent.';
CREATE FUNCTION aftersales.attribute_timestamptz(attributes jsonb, attribute text) RETURNS timestamptz
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'as_attribute_timestamptz';
COMMENT ON FUNCTION aftersales.attribute_timestamptz(jsonb, text) IS 'Attribute, written ISO 8601 with offset, as timestamptz; NULL when absent.';

-- Guard functions: they read the ticket in hand and fail elsewhere.

CREATE FUNCTION aftersales.has_event(event text, at_least integer DEFAULT 1) RETURNS boolean
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'as_has_event';
COMMENT ON FUNCTION aftersales.has_event(text, integer) IS 'Guard function: whether the ticket in hand has at least so many events of this name; status:<state> counts the opening in that state too; events taken out by a correction do not count.';
CREATE FUNCTION aftersales.clock_expired(clock text) RETURNS boolean
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'as_clock_expired';
COMMENT ON FUNCTION aftersales.clock_expired(text) IS 'Guard function: whether the open clock of this name is past its due time at the time of the move; false when none is open.';
CREATE FUNCTION aftersales.approved(kind text) RETURNS boolean
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'as_approved';
COMMENT ON FUNCTION aftersales.approved(text) IS 'Guard function: whether every step of the latest approval of this kind of the ticket in hand is approved; of a kind that is decided item by item, whether those of all items decided are, at least one. False for a kind the policy does not know.';
CREATE FUNCTION aftersales.approved(kind text, item text) RETURNS boolean
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'as_approved';
COMMENT ON FUNCTION aftersales.approved(text, text) IS 'Guard function: the same, of one item.';
CREATE FUNCTION aftersales.open_promises() RETURNS integer
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'as_open_promises';
COMMENT ON FUNCTION aftersales.open_promises() IS 'Guard function: how many clocks of the ticket in hand are open that a promise has started; a promise that starts no clock is not counted.';

-- Policies

CREATE FUNCTION aftersales.install_policy(policy text) RETURNS integer
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'as_install_policy';
COMMENT ON FUNCTION aftersales.install_policy(text) IS 'Installs a ready policy as version 1, active; returns the version. SV010: no such policy ships; 23505: installed already.';
CREATE FUNCTION aftersales.draft_policy(policy text) RETURNS integer
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'as_draft_policy';
COMMENT ON FUNCTION aftersales.draft_policy(text) IS 'Makes a new draft, a copy of the version that was activated last; returns its number. SV010: unknown policy, or nothing to copy.';
CREATE FUNCTION aftersales.activate_policy(policy text, version integer, effective_from timestamptz DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'as_activate_policy';
COMMENT ON FUNCTION aftersales.activate_policy(text, integer, timestamptz) IS 'Freezes a draft and puts it in force for tickets opened from effective_from on (NULL: from now; for a policy''s first active version: from ever). SV011: not sound, the problems are listed.';
CREATE FUNCTION aftersales.expression_problem(policy text, version integer, ticket_type text, kind text, expression text, table_name text DEFAULT NULL) RETURNS text
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'as_expression_problem';
COMMENT ON FUNCTION aftersales.expression_problem(text, integer, text, text, text, text) IS 'What is wrong with an expression (kind: condition, guard, due, warranty, amount, row_condition or row_guard, the last two about rows of table_name) for that ticket type, NULL when nothing is.';

-- Desks

CREATE FUNCTION aftersales.create_desk(desk name DEFAULT 'desk') RETURNS name
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'as_create_desk';
COMMENT ON FUNCTION aftersales.create_desk(name) IS 'Makes the schemas <desk> and <desk>_bi with their tables, triggers and views, owned by the caller; returns the name. 42P06: there is such a schema.';
CREATE FUNCTION aftersales.grant_access(role name, level text, desk name DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'as_grant_access';
COMMENT ON FUNCTION aftersales.grant_access(name, text, name) IS 'Grants a role what a level needs: app, audit or bi on a desk; admin: the policy tables and functions, and creating desks. SV010: unknown level.';
CREATE FUNCTION aftersales.set_node(node integer, desk name DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'as_set_node';
COMMENT ON FUNCTION aftersales.set_node(integer, name) IS 'Gives a new desk its own range of ids, from node * 10^13 + 1, so that databases merge without conflict; node 0 to 900000. Refused (55000) once there are rows.';
CREATE FUNCTION aftersales.allowed_transitions(
        ticket_ids bigint[], desk name DEFAULT NULL,
        OUT ticket_id bigint, OUT to_state text, OUT label_en text, OUT label_zh text,
        OUT allowed boolean, OUT role_ok boolean, OUT guard text, OUT message text,
        OUT ask_for text[], OUT clauses text[])
    RETURNS SETOF record
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'as_allowed_transitions';
COMMENT ON FUNCTION aftersales.allowed_transitions(bigint[], name) IS 'What each ticket may do next: one row per move and unmet guard, one row with guard NULL when all are met. Same judgement as the triggers, by the caller''s actor.';
CREATE FUNCTION aftersales.allowed_events(
        ticket_ids bigint[], desk name DEFAULT NULL,
        OUT ticket_id bigint, OUT event text, OUT label_en text, OUT label_zh text,
        OUT allowed boolean, OUT role_ok boolean, OUT state_ok boolean,
        OUT required_data text[], OUT clauses text[])
    RETURNS SETOF record
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'as_allowed_events';
COMMENT ON FUNCTION aftersales.allowed_events(bigint[], name) IS 'What may be logged for each ticket: one row per event that applications may insert. Same judgement as the triggers, by the caller''s actor; required_data names the keys that the event''s data must hold.';
CREATE FUNCTION aftersales.move(
        INOUT ticket_id bigint, to_state text, happened_at timestamptz DEFAULT NULL, note text DEFAULT NULL,
        INOUT row_version integer DEFAULT NULL, external_ref text DEFAULT NULL, attributes jsonb DEFAULT NULL,
        desk name DEFAULT NULL, OUT status text, OUT status_at timestamptz)
    RETURNS record
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'as_move';
COMMENT ON FUNCTION aftersales.move(bigint, text, timestamptz, text, integer, text, jsonb, name) IS 'Moves a ticket: one UPDATE with the caller''s rights, judged as any other. attributes are merged; row_version is the one that was read; external_ref goes onto the event and makes a retry safe (SV013: taken by an event with other contents). Returns the ticket as it then is.';
CREATE FUNCTION aftersales.sweep(at timestamptz DEFAULT NULL, max_tickets integer DEFAULT NULL, desk name DEFAULT NULL,
        OUT what text, OUT rows bigint)
    RETURNS SETOF record
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'as_sweep';
COMMENT ON FUNCTION aftersales.sweep(timestamptz, integer, name) IS 'Settles tickets nobody touched: records breaches due before at (NULL: now; never the future, SV005), skipping tickets that are locked. Idempotent.';
CREATE FUNCTION aftersales.verify_audit(since timestamptz DEFAULT NULL, desk name DEFAULT NULL,
        OUT ticket_id bigint, OUT seq integer, OUT event_id bigint, OUT problem text)
    RETURNS SETOF record
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'as_verify_audit';
COMMENT ON FUNCTION aftersales.verify_audit(timestamptz, name) IS 'Recomputes the event chain of every ticket (of those changed since, when given) and returns what does not fit: a hash, a gap, a head, a private row. No row when sound.';

CREATE FUNCTION aftersales.correct_event(event_id bigint, reason text, new_occurred_at timestamptz DEFAULT NULL, desk name DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'as_correct_event';
COMMENT ON FUNCTION aftersales.correct_event(bigint, text, timestamptz, name) IS 'Puts an event right by a further one (event correction, whose event_id it returns): at another time, or taken out when new_occurred_at is NULL. State and clocks are replayed; recorded breaches stay, cleared where they were none. A policy limits who may with roles in its event_type row correction. SV001: the moves that are left would not be allowed; SV004: not an event that can be corrected; SV005: time out of order.';
CREATE FUNCTION aftersales.void_ticket(ticket_id bigint, reason text, desk name DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'as_void_ticket';
COMMENT ON FUNCTION aftersales.void_ticket(bigint, text, name) IS 'Voids a ticket that should never have been opened: event voided, its open clocks end as voided, it takes no more writes and counts nowhere. A policy limits who may with roles in its event_type row voided. SV001: it is void already.';
CREATE FUNCTION aftersales.verify_clocks(since timestamptz DEFAULT NULL, desk name DEFAULT NULL,
        OUT ticket_id bigint, OUT clock_id bigint, OUT clock text, OUT cycle integer, OUT problem text)
    RETURNS SETOF record
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'as_verify_clocks';
COMMENT ON FUNCTION aftersales.verify_clocks(timestamptz, name) IS 'Folds the clocks of every ticket (of those changed or with events since, when given) anew from its events and returns the stored ones that differ, with the column that does. No row when sound; nothing is written.';

-- Triggers of the policy tables.  Logical replication fires row triggers only
-- (but for TRUNCATE), so there invalidation is by row.

CREATE TRIGGER policy_row_check BEFORE INSERT OR UPDATE OR DELETE ON aftersales.policy
    FOR EACH ROW EXECUTE FUNCTION aftersales.policy_row_check();
CREATE TRIGGER table_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON aftersales.policy
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.table_changed();
CREATE TRIGGER table_changed_row AFTER INSERT OR UPDATE OR DELETE ON aftersales.policy
    FOR EACH ROW EXECUTE FUNCTION aftersales.table_changed();
ALTER TABLE aftersales.policy ENABLE ALWAYS TRIGGER table_changed, ENABLE REPLICA TRIGGER table_changed_row;
CREATE TRIGGER policy_row_check BEFORE INSERT OR UPDATE OR DELETE ON aftersales.policy_version
    FOR EACH ROW EXECUTE FUNCTION aftersales.policy_row_check();
CREATE TRIGGER table_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON aftersales.policy_version
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.table_changed();
CREATE TRIGGER table_changed_row AFTER INSERT OR UPDATE OR DELETE ON aftersales.policy_version
    FOR EACH ROW EXECUTE FUNCTION aftersales.table_changed();
ALTER TABLE aftersales.policy_version ENABLE ALWAYS TRIGGER table_changed, ENABLE REPLICA TRIGGER table_changed_row;
CREATE TRIGGER policy_row_check BEFORE INSERT OR UPDATE OR DELETE ON aftersales.ticket_type
    FOR EACH ROW EXECUTE FUNCTION aftersales.policy_row_check();
CREATE TRIGGER table_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON aftersales.ticket_type
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.table_changed();
CREATE TRIGGER table_changed_row AFTER INSERT OR UPDATE OR DELETE ON aftersales.ticket_type
    FOR EACH ROW EXECUTE FUNCTION aftersales.table_changed();
ALTER TABLE aftersales.ticket_type ENABLE ALWAYS TRIGGER table_changed, ENABLE REPLICA TRIGGER table_changed_row;
CREATE TRIGGER policy_row_check BEFORE INSERT OR UPDATE OR DELETE ON aftersales.category
    FOR EACH ROW EXECUTE FUNCTION aftersales.policy_row_check();
CREATE TRIGGER table_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON aftersales.category
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.table_changed();
CREATE TRIGGER table_changed_row AFTER INSERT OR UPDATE OR DELETE ON aftersales.category
    FOR EACH ROW EXECUTE FUNCTION aftersales.table_changed();
ALTER TABLE aftersales.category ENABLE ALWAYS TRIGGER table_changed, ENABLE REPLICA TRIGGER table_changed_row;
CREATE TRIGGER policy_row_check BEFORE INSERT OR UPDATE OR DELETE ON aftersales.service_area
    FOR EACH ROW EXECUTE FUNCTION aftersales.policy_row_check();
CREATE TRIGGER table_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON aftersales.service_area
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.table_changed();
CREATE TRIGGER table_changed_row AFTER INSERT OR UPDATE OR DELETE ON aftersales.service_area
    FOR EACH ROW EXECUTE FUNCTION aftersales.table_changed();
ALTER TABLE aftersales.service_area ENABLE ALWAYS TRIGGER table_changed, ENABLE REPLICA TRIGGER table_changed_row;
CREATE TRIGGER policy_row_check BEFORE INSERT OR UPDATE OR DELETE ON aftersales.attribute
    FOR EACH ROW EXECUTE FUNCTION aftersales.policy_row_check();
CREATE TRIGGER table_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON aftersales.attribute
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.table_changed();
CREATE TRIGGER table_changed_row AFTER INSERT OR UPDATE OR DELETE ON aftersales.attribute
    FOR EACH ROW EXECUTE FUNCTION aftersales.table_changed();
ALTER TABLE aftersales.attribute ENABLE ALWAYS TRIGGER table_changed, ENABLE REPLICA TRIGGER table_changed_row;
CREATE TRIGGER policy_row_check BEFORE INSERT OR UPDATE OR DELETE ON aftersales.event_type
    FOR EACH ROW EXECUTE FUNCTION aftersales.policy_row_check();
CREATE TRIGGER table_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON aftersales.event_type
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.table_changed();
CREATE TRIGGER table_changed_row AFTER INSERT OR UPDATE OR DELETE ON aftersales.event_type
    FOR EACH ROW EXECUTE FUNCTION aftersales.table_changed();
ALTER TABLE aftersales.event_type ENABLE ALWAYS TRIGGER table_changed, ENABLE REPLICA TRIGGER table_changed_row;
CREATE TRIGGER policy_row_check BEFORE INSERT OR UPDATE OR DELETE ON aftersales.workflow_state
    FOR EACH ROW EXECUTE FUNCTION aftersales.policy_row_check();
CREATE TRIGGER table_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON aftersales.workflow_state
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.table_changed();
CREATE TRIGGER table_changed_row AFTER INSERT OR UPDATE OR DELETE ON aftersales.workflow_state
    FOR EACH ROW EXECUTE FUNCTION aftersales.table_changed();
ALTER TABLE aftersales.workflow_state ENABLE ALWAYS TRIGGER table_changed, ENABLE REPLICA TRIGGER table_changed_row;
CREATE TRIGGER policy_row_check BEFORE INSERT OR UPDATE OR DELETE ON aftersales.workflow_transition
    FOR EACH ROW EXECUTE FUNCTION aftersales.policy_row_check();
CREATE TRIGGER table_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON aftersales.workflow_transition
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.table_changed();
CREATE TRIGGER table_changed_row AFTER INSERT OR UPDATE OR DELETE ON aftersales.workflow_transition
    FOR EACH ROW EXECUTE FUNCTION aftersales.table_changed();
ALTER TABLE aftersales.workflow_transition ENABLE ALWAYS TRIGGER table_changed, ENABLE REPLICA TRIGGER table_changed_row;
CREATE TRIGGER policy_row_check BEFORE INSERT OR UPDATE OR DELETE ON aftersales.workflow_guard
    FOR EACH ROW EXECUTE FUNCTION aftersales.policy_row_check('requires', 'guard');
CREATE TRIGGER table_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON aftersales.workflow_guard
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.table_changed();
CREATE TRIGGER table_changed_row AFTER INSERT OR UPDATE OR DELETE ON aftersales.workflow_guard
    FOR EACH ROW EXECUTE FUNCTION aftersales.table_changed();
ALTER TABLE aftersales.workflow_guard ENABLE ALWAYS TRIGGER table_changed, ENABLE REPLICA TRIGGER table_changed_row;
CREATE TRIGGER policy_row_check BEFORE INSERT OR UPDATE OR DELETE ON aftersales.sla_rule
    FOR EACH ROW EXECUTE FUNCTION aftersales.policy_row_check('condition', 'condition', 'due_from', 'due');
CREATE TRIGGER table_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON aftersales.sla_rule
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.table_changed();
CREATE TRIGGER table_changed_row AFTER INSERT OR UPDATE OR DELETE ON aftersales.sla_rule
    FOR EACH ROW EXECUTE FUNCTION aftersales.table_changed();
ALTER TABLE aftersales.sla_rule ENABLE ALWAYS TRIGGER table_changed, ENABLE REPLICA TRIGGER table_changed_row;
CREATE TRIGGER policy_row_check BEFORE INSERT OR UPDATE OR DELETE ON aftersales.escalation_rule
    FOR EACH ROW EXECUTE FUNCTION aftersales.policy_row_check();
CREATE TRIGGER table_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON aftersales.escalation_rule
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.table_changed();
CREATE TRIGGER table_changed_row AFTER INSERT OR UPDATE OR DELETE ON aftersales.escalation_rule
    FOR EACH ROW EXECUTE FUNCTION aftersales.table_changed();
ALTER TABLE aftersales.escalation_rule ENABLE ALWAYS TRIGGER table_changed, ENABLE REPLICA TRIGGER table_changed_row;
CREATE TRIGGER policy_row_check BEFORE INSERT OR UPDATE OR DELETE ON aftersales.approval_rule
    FOR EACH ROW EXECUTE FUNCTION aftersales.policy_row_check();
CREATE TRIGGER table_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON aftersales.approval_rule
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.table_changed();
CREATE TRIGGER table_changed_row AFTER INSERT OR UPDATE OR DELETE ON aftersales.approval_rule
    FOR EACH ROW EXECUTE FUNCTION aftersales.table_changed();
ALTER TABLE aftersales.approval_rule ENABLE ALWAYS TRIGGER table_changed, ENABLE REPLICA TRIGGER table_changed_row;
CREATE TRIGGER policy_row_check BEFORE INSERT OR UPDATE OR DELETE ON aftersales.duplicate_rule
    FOR EACH ROW EXECUTE FUNCTION aftersales.policy_row_check();
CREATE TRIGGER table_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON aftersales.duplicate_rule
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.table_changed();
CREATE TRIGGER table_changed_row AFTER INSERT OR UPDATE OR DELETE ON aftersales.duplicate_rule
    FOR EACH ROW EXECUTE FUNCTION aftersales.table_changed();
ALTER TABLE aftersales.duplicate_rule ENABLE ALWAYS TRIGGER table_changed, ENABLE REPLICA TRIGGER table_changed_row;
CREATE TRIGGER policy_row_check BEFORE INSERT OR UPDATE OR DELETE ON aftersales.guard_function
    FOR EACH ROW EXECUTE FUNCTION aftersales.policy_row_check();
CREATE TRIGGER table_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON aftersales.guard_function
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.table_changed();
CREATE TRIGGER table_changed_row AFTER INSERT OR UPDATE OR DELETE ON aftersales.guard_function
    FOR EACH ROW EXECUTE FUNCTION aftersales.table_changed();
ALTER TABLE aftersales.guard_function ENABLE ALWAYS TRIGGER table_changed, ENABLE REPLICA TRIGGER table_changed_row;
CREATE TRIGGER policy_added AFTER INSERT ON aftersales.policy
    FOR EACH ROW EXECUTE FUNCTION aftersales.policy_added();
CREATE TRIGGER policy_removed AFTER DELETE ON aftersales.policy
    FOR EACH ROW EXECUTE FUNCTION aftersales.policy_removed();
CREATE TRIGGER policy_removed AFTER DELETE ON aftersales.policy_version
    FOR EACH ROW EXECUTE FUNCTION aftersales.policy_removed();
CREATE TRIGGER policy_removed AFTER DELETE ON aftersales.ticket_type
    FOR EACH ROW EXECUTE FUNCTION aftersales.policy_removed();
CREATE TRIGGER policy_truncate BEFORE TRUNCATE ON aftersales.policy
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.policy_truncate();
CREATE TRIGGER policy_truncate BEFORE TRUNCATE ON aftersales.policy_version
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.policy_truncate();
CREATE TRIGGER policy_truncate BEFORE TRUNCATE ON aftersales.ticket_type
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.policy_truncate();
CREATE TRIGGER policy_truncate BEFORE TRUNCATE ON aftersales.category
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.policy_truncate();
CREATE TRIGGER policy_truncate BEFORE TRUNCATE ON aftersales.service_area
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.policy_truncate();
CREATE TRIGGER policy_truncate BEFORE TRUNCATE ON aftersales.attribute
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.policy_truncate();
CREATE TRIGGER policy_truncate BEFORE TRUNCATE ON aftersales.event_type
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.policy_truncate();
CREATE TRIGGER policy_truncate BEFORE TRUNCATE ON aftersales.workflow_state
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.policy_truncate();
CREATE TRIGGER policy_truncate BEFORE TRUNCATE ON aftersales.workflow_transition
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.policy_truncate();
CREATE TRIGGER policy_truncate BEFORE TRUNCATE ON aftersales.workflow_guard
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.policy_truncate();
CREATE TRIGGER policy_truncate BEFORE TRUNCATE ON aftersales.sla_rule
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.policy_truncate();
CREATE TRIGGER policy_truncate BEFORE TRUNCATE ON aftersales.escalation_rule
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.policy_truncate();
CREATE TRIGGER policy_truncate BEFORE TRUNCATE ON aftersales.approval_rule
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.policy_truncate();
CREATE TRIGGER policy_truncate BEFORE TRUNCATE ON aftersales.duplicate_rule
    FOR EACH STATEMENT EXECUTE FUNCTION aftersales.policy_truncate();
