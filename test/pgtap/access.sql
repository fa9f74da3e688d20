-- Who may do what: a desk owned by an ordinary user, the levels of
-- grant_access, and writers without any right on the protected tables.
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SELECT no_plan();
-- roles are of the whole server: these may be left over from a failed run
DROP ROLE IF EXISTS aftersales_t_owner, aftersales_t_app, aftersales_t_bare, aftersales_t_audit, aftersales_t_bi, aftersales_t_admin, aftersales_t_none, aftersales_t_other;
CREATE ROLE aftersales_t_owner; CREATE ROLE aftersales_t_app; CREATE ROLE aftersales_t_bare; CREATE ROLE aftersales_t_audit;
CREATE ROLE aftersales_t_bi; CREATE ROLE aftersales_t_admin; CREATE ROLE aftersales_t_none; CREATE ROLE aftersales_t_other;
SELECT format('GRANT CREATE ON DATABASE %I TO aftersales_t_owner', current_database()) \gexec
GRANT USAGE, CREATE ON SCHEMA public TO PUBLIC;

-- Does a statement as a role (also as session user, which is what counts for
-- the actor); returns the SQLSTATE, or done.
CREATE FUNCTION try_as(who name, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE r text := 'done';
BEGIN
    EXECUTE format('SET LOCAL SESSION AUTHORIZATION %I', who);
    BEGIN
        EXECUTE statement;
    EXCEPTION WHEN OTHERS THEN r := sqlstate;
    END;
    SET LOCAL SESSION AUTHORIZATION DEFAULT;
    RETURN r;
END $$;

-- ---------- before anything is granted
SELECT is(try_as('aftersales_t_none', s), '42501', 'nobody may: ' || s) FROM unnest(ARRAY[
    'SELECT aftersales.create_desk(''x'')', 'SELECT aftersales.install_policy(''power_hotline'')', 'SELECT * FROM aftersales.policy',
    'INSERT INTO aftersales.policy (policy, title_en) VALUES (''x'', ''X'')', 'SELECT * FROM aftersales.clause', 'SELECT * FROM aftersales.verify_audit()',
    'SELECT aftersales.grant_access(''aftersales_t_none'', ''admin'')']) s;

-- ---------- level admin: policies, and creating desks
SELECT aftersales.grant_access('aftersales_t_admin', 'admin');
SELECT aftersales.grant_access('aftersales_t_owner', 'admin');
SELECT is(try_as('aftersales_t_admin', s), 'done', 'admin may: ' || left(s, 60)) FROM unnest(ARRAY[
    $$INSERT INTO aftersales.policy (policy, title_en) VALUES ('p', 'P')$$,
    $$INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('p', 1, 'job')$$,
    $$INSERT INTO aftersales.service_area (policy, version, area) VALUES ('p', 1, 'urban')$$,
    $$INSERT INTO aftersales.attribute (policy, version, attribute, data_type) VALUES ('p', 1, 'n', 'integer')$$,
    $$INSERT INTO aftersales.event_type (policy, version, event) VALUES ('p', 1, 'call_in'), ('p', 1, 'memo')$$,
    $$INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('p', 1, 'new', 'initial'), ('p', 1, 'work', 'active'), ('p', 1, 'done', 'done')$$,
    $$INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('p', 1, 'new', 'work'), ('p', 1, 'work', 'done')$$,
    $$INSERT INTO aftersales.workflow_guard (policy, version, to_state, guard, requires, message_en) VALUES ('p', 1, 'done', 'g', 'n > 3 AND has_event(''call_in'') AND NOT clock_expired(''c'')', 'm')$$,
    $$INSERT INTO aftersales.sla_rule (policy, version, rule, clock, condition, starts_on, stops_on, target) VALUES ('p', 1, 'r', 'c', 'area = ''urban'' AND n IS NULL', '{opened}', '{status:done}', '1 hour')$$,
    $$INSERT INTO aftersales.row_guard (policy, version, table_name, guard, requires, message_en) VALUES ('p', 1, 'custody', 'pictured', 'evidence_count(''photo'') > 0 AND evidence_sum(''photo'') = 0 AND has_event_since(''evidence:photo'', ''custody:ready'') AND NOT has_role(''x'')', 'm')$$,
    $$SELECT aftersales.check_policy('p', 1)$$,
    $$SELECT aftersales.expression_problem('p', 1, 'job', 'guard', 'n > 3')$$,
    $$SELECT aftersales.activate_policy('p', 1)$$,
    $$SELECT aftersales.draft_policy('p')$$,
    $$DELETE FROM aftersales.policy_version WHERE policy = 'p' AND version = 2$$,
    $$UPDATE aftersales.ticket_type SET label_en = 'J' WHERE policy = 'p'$$,
    $$INSERT INTO aftersales.clause (clause, policy, text_en, mechanism, enforceable) VALUES ('P-1', 'p', 't', 'conduct', false)$$]) s;
SELECT is(try_as('aftersales_t_admin', 'INSERT INTO aftersales.guard_function VALUES (''pg_catalog.pg_sleep(double precision)'')'), '42501', 'admin may not register guard functions');
SELECT is(try_as('aftersales_t_admin', 'TRUNCATE aftersales.policy CASCADE'), '42501', 'admin may not truncate');
SELECT is(try_as('aftersales_t_admin', 'UPDATE aftersales.policy_version SET status = ''draft'', effective_from = NULL, activated_at = NULL'), 'SV004', 'nor unfreeze');
SELECT is(try_as('aftersales_t_admin', 'SELECT aftersales.create_desk(''nope'')'), '42501', 'a desk needs CREATE on the database too');

-- ---------- an ordinary user owns a desk
SELECT is(try_as('aftersales_t_owner', 'SELECT aftersales.create_desk()'), 'done', 'an ordinary user creates a desk');
-- the setting by which a restore is known lets rows into an active version; but nobody is judged by a version that is not as it was activated
SELECT is(try_as('aftersales_t_owner', 'INSERT INTO desk.ticket (ticket_id, ticket_type) VALUES (9001, ''job'')'), 'done', 'a ticket is opened under version 1');
SELECT is(try_as('aftersales_t_admin', 'SET LOCAL check_function_bodies = off; INSERT INTO aftersales.workflow_guard (policy, version, guard, requires, message_en) VALUES (''p'', 1, ''sneak'', ''false'', ''m'')'), 'done', 'a row as if restored');
SELECT is(try_as('aftersales_t_owner', 'INSERT INTO desk.ticket (ticket_id, ticket_type) VALUES (9002, ''job'')'), 'SV011', 'is seen before it judges');
SET session_replication_role = replica; DELETE FROM aftersales.workflow_guard WHERE guard = 'sneak'; RESET session_replication_role;
SELECT is(try_as('aftersales_t_owner', 'INSERT INTO desk.ticket (ticket_id, ticket_type) VALUES (9003, ''job'')'), 'done', 'without it all is well');
SELECT is(try_as('aftersales_t_admin', 'SET LOCAL check_function_bodies = off; INSERT INTO aftersales.policy_version (policy, version, status, effective_from, activated_at) VALUES (''p'', 9, ''active'', now(), now())'), 'done', 'a whole version as if restored');
SELECT is(try_as('aftersales_t_owner', 'INSERT INTO desk.ticket (ticket_id, ticket_type) VALUES (9004, ''job'')'), 'SV011', 'is seen too');
SET session_replication_role = replica; DELETE FROM aftersales.policy_version WHERE version = 9; RESET session_replication_role;
SET check_function_bodies = on;
SELECT is((SELECT string_agg(DISTINCT tableowner, ',') FROM pg_tables WHERE schemaname = 'desk'), 'aftersales_t_owner', 'and owns its tables');
SELECT is((SELECT string_agg(DISTINCT viewowner, ',') FROM pg_views WHERE schemaname = 'desk_bi'), 'aftersales_t_owner', 'and views');
SELECT is(try_as('aftersales_t_owner', s), 'done', 'the owner may: ' || left(s, 60)) FROM unnest(ARRAY[
    $$INSERT INTO desk.org_unit (org_id, org_code) VALUES (1, 'o')$$, $$INSERT INTO desk.staff (login) VALUES ('aftersales_t_app')$$, $$INSERT INTO desk.staff (login) VALUES ('clerk_1')$$,
    $$INSERT INTO desk.ticket (ticket_id, ticket_type, area, note) VALUES (1, 'job', 'urban', 'n')$$, $$INSERT INTO desk.ticket_event (ticket_id, event, note) VALUES (1, 'call_in', 'n')$$,
    $$UPDATE desk.ticket SET status = 'work' WHERE ticket_id = 1$$, $$SELECT * FROM aftersales.verify_audit()$$, $$SELECT * FROM aftersales.sweep()$$,
    $$SELECT * FROM aftersales.allowed_transitions('{1}')$$, $$SET LOCAL aftersales.actor = 'clerk_1'; UPDATE desk.ticket SET channel = 'x' WHERE ticket_id = 1$$,
    $$SELECT aftersales.set_node(1, 'desk')$$]) s WHERE s !~ 'set_node';
SELECT is(try_as('aftersales_t_owner', s), 'SV004', 'the owner may not: ' || s) FROM unnest(ARRAY[
    'DELETE FROM desk.ticket', 'UPDATE desk.ticket_event SET actor = ''x''', 'DELETE FROM desk.event_private', 'UPDATE desk.sla_clock SET due_at = NULL', 'TRUNCATE desk.sla_breach',
    'UPDATE desk.ticket SET event_seq = 7']) s;
SELECT is(try_as('aftersales_t_owner', 'SET aftersales.now = ''2026-01-01'''), '42501', 'nor simulate time');
SELECT is((SELECT actor FROM desk.ticket_event WHERE ticket_id = 1 AND event = 'changed:channel'), 'clerk_1', 'the owner may act for others');

-- ---------- level app
SELECT is(try_as('aftersales_t_owner', format('SELECT aftersales.grant_access(''aftersales_t_%1$s'', ''%1$s'')', l)), 'done', 'the owner grants level ' || l) FROM unnest('{app,audit,bi}'::text[]) l;
SELECT is(try_as('aftersales_t_owner', 'SELECT aftersales.grant_access(''aftersales_t_app'', ''no_such'')'), 'SV010', 'there are only these levels');
SELECT is(try_as('aftersales_t_owner', 'SELECT aftersales.grant_access(NULL, ''app'')'), '22004', 'to somebody');
SELECT is(try_as('aftersales_t_other', 'SELECT aftersales.grant_access(''aftersales_t_other'', ''app'')'), '42501', 'others may not grant');
SELECT is(try_as('aftersales_t_app', s), 'done', 'app may: ' || left(s, 60)) FROM unnest(ARRAY[
    $$INSERT INTO desk.ticket (ticket_id, ticket_type, area, note) VALUES (2, 'job', 'urban', 'n')$$,
    $$INSERT INTO desk.ticket (external_ref, ticket_id, ticket_type, area) VALUES ('x', 100, 'job', 'urban')$$,
    $$UPDATE desk.ticket SET status = 'work', channel = 'x' WHERE ticket_id = 2$$,
    $$INSERT INTO desk.ticket_event (ticket_id, event, note) VALUES (2, 'call_in', 'n'), (2, 'memo', NULL)$$,
    $$UPDATE desk.ticket SET status = 'done', attributes = '{"n": 4}' WHERE ticket_id = 2$$,
    $$SELECT * FROM desk.ticket_event$$, $$SELECT * FROM desk.sla_clock$$, $$SELECT * FROM desk.staff$$,
    $$SELECT * FROM aftersales.allowed_transitions('{1,2}')$$, $$SELECT * FROM aftersales.workflow_transition$$]) s;
SELECT is(try_as('aftersales_t_app', $$UPDATE desk.ticket SET status = 'done' WHERE ticket_id = 1$$), 'SV002', 'app is judged');
SELECT is(try_as('aftersales_t_app', $$SET LOCAL aftersales.actor = 'clerk_1'; UPDATE desk.ticket SET channel = 'y' WHERE ticket_id = 2$$), 'SV003', 'app may not act for others');
SELECT is(try_as('aftersales_t_app', s), '42501', 'app may not: ' || s) FROM unnest(ARRAY[
    'DELETE FROM desk.ticket', 'TRUNCATE desk.ticket CASCADE', 'UPDATE desk.ticket_event SET actor = ''x''', 'DELETE FROM desk.ticket_event', 'INSERT INTO desk.event_private (event_id, salt) VALUES (1, ''\x00'')',
    'UPDATE desk.sla_clock SET due_at = NULL', 'INSERT INTO desk.sla_breach VALUES (1, now(), now())', 'INSERT INTO desk.staff (login) VALUES (''me'')', 'INSERT INTO desk.staff_role VALUES (''aftersales_t_app'', ''manager'')',
    'INSERT INTO desk.application VALUES (''aftersales_t_app'')', 'SELECT aftersales.sweep()', 'SELECT aftersales.verify_audit()', 'SELECT aftersales.activate_policy(''p'', 1)', 'UPDATE aftersales.workflow_guard SET requires = ''true''',
    'SELECT aftersales.create_desk(''x'')', 'ALTER TABLE desk.ticket DISABLE TRIGGER USER', 'SET session_replication_role = replica', 'SET aftersales.now = ''2026-01-01''']) s;
SELECT is((SELECT string_agg(DISTINCT actor, ',') FROM desk.ticket_event WHERE ticket_id = 2), 'aftersales_t_app', 'its events carry its name');
-- delegations: one's own; for others, only the desk's owner acting as himself
SELECT is(try_as(who, s), want, who || ': ' || s) FROM (VALUES
    ('aftersales_t_app', 'INSERT INTO desk.delegation (login, delegate, ends_at, external_ref) VALUES (''aftersales_t_app'', ''clerk_1'', ''infinity'', ''own'')', 'done'),
    ('aftersales_t_app', 'INSERT INTO desk.delegation (login, delegate, ends_at) VALUES (''clerk_1'', ''aftersales_t_app'', ''infinity'')', 'SV003'),
    ('aftersales_t_app', 'UPDATE desk.delegation SET ends_at = now() WHERE external_ref = ''own''', 'done'), ('aftersales_t_app', 'DELETE FROM desk.delegation', '42501'),
    ('aftersales_t_owner', 'INSERT INTO desk.delegation (login, delegate, ends_at, external_ref) VALUES (''clerk_1'', ''aftersales_t_app'', ''infinity'', ''entered'')', 'done'),
    ('aftersales_t_owner', 'SET LOCAL aftersales.actor = ''clerk_1''; INSERT INTO desk.delegation (login, delegate, ends_at) VALUES (''aftersales_t_app'', ''clerk_1'', ''infinity'')', 'SV003'),
    ('aftersales_t_app', 'UPDATE desk.delegation SET ends_at = now() WHERE external_ref = ''entered''', 'SV003'),
    ('aftersales_t_owner', 'UPDATE desk.delegation SET ends_at = now() WHERE external_ref = ''entered''', 'done'),
    ('aftersales_t_audit', 'SELECT * FROM desk.delegation', 'done'), ('aftersales_t_bi', 'SELECT * FROM desk.delegation', '42501')) x(who, s, want);

-- rows of other tables
SELECT is(try_as('aftersales_t_owner', $$INSERT INTO desk.staff (login) VALUES ('engineer_1')$$), 'done', 'the owner enters staff');
SELECT is(try_as('aftersales_t_app', s), 'done', 'app may: ' || left(s, 60)) FROM unnest(ARRAY[
    $$INSERT INTO desk.visit (visit_id, ticket_id, engineer, appointment) VALUES (100, 2, 'engineer_1', '[2026-03-02 10:00+00,2026-03-02 11:00+00)')$$,
    $$UPDATE desk.visit SET cancelled_at = aftersales.now() WHERE visit_id = 100$$,
    $$INSERT INTO desk.evidence (ticket_id, kind) VALUES (2, 'photo')$$,
    $$INSERT INTO desk.custody (ticket_id, receipt_no) VALUES (2, 'R-1')$$,
    $$UPDATE desk.custody SET note = 'n' WHERE ticket_id = 2$$,
    $$INSERT INTO desk.document (ticket_id, kind, number) VALUES (2, 'form', '1') ON CONFLICT DO NOTHING$$,
    $$UPDATE desk.document SET used_at = aftersales.now() WHERE ticket_id = 2$$,
    $$INSERT INTO desk.quote_item (ticket_id, item, quantity) VALUES (2, 'fan', 1)$$,
    $$UPDATE desk.quote_item SET withdrawn_at = aftersales.now() WHERE ticket_id = 2$$,
    $$SELECT * FROM desk.visit, desk.custody, desk.evidence, desk.document, desk.quote_item, aftersales.row_guard$$]) s;
SELECT is(try_as('aftersales_t_app', $$INSERT INTO desk.custody (ticket_id, receipt_no) VALUES (1, 'R-2')$$), 'SV002', 'app is judged by row guards');
SELECT is(try_as('aftersales_t_app', s), '42501', 'app may not: ' || s) FROM unnest(ARRAY[
    'DELETE FROM desk.visit', 'DELETE FROM desk.custody', 'DELETE FROM desk.evidence', 'DELETE FROM desk.document', 'DELETE FROM desk.quote_item', 'UPDATE desk.evidence SET note = ''x''',
    'TRUNCATE desk.visit', 'TRUNCATE desk.evidence', 'ALTER TABLE desk.visit DISABLE TRIGGER USER', 'INSERT INTO aftersales.visit_template (ticket_id, engineer, appointment, planned_at) VALUES (1, ''x'', ''[,)'', now())',
    'INSERT INTO aftersales.row_guard (policy, version, table_name, guard, requires, message_en) VALUES (''p'', 2, ''visit'', ''x'', ''true'', ''m'')', 'UPDATE aftersales.row_guard SET requires = ''true''',
    'SELECT aftersales.evidence_count(''photo'')', 'SELECT aftersales.has_event_since(''a'', ''b'')', 'SELECT aftersales.check_row_guards(''p'', 1)']) s;
SELECT is(try_as('aftersales_t_owner', s), 'SV004', 'nor may the owner: ' || s) FROM unnest(ARRAY[
    'DELETE FROM desk.visit', 'TRUNCATE desk.custody', 'UPDATE desk.evidence SET note = ''x''', 'UPDATE desk.visit SET note = ''x''', 'INSERT INTO desk.evidence (ticket_id, kind, taken_by) VALUES (2, ''x'', ''clerk_1'')']) s;
SELECT is((SELECT string_agg(DISTINCT actor, ',') FROM desk.ticket_event WHERE origin IN ('visit', 'custody', 'evidence', 'document', 'quote_item')), 'aftersales_t_app', 'their events carry its name');

-- SET ROLE and SECURITY DEFINER do not make somebody else act
CREATE FUNCTION public.definer(id bigint) RETURNS void LANGUAGE sql SECURITY DEFINER AS $$ UPDATE desk.ticket SET channel = 'definer' WHERE ticket_id = id $$;
SELECT is(try_as('aftersales_t_none', 'SELECT public.definer(2)'), 'done', 'through a SECURITY DEFINER function anybody may write');
SELECT is((SELECT actor FROM desk.ticket_event WHERE ticket_id = 2 ORDER BY seq DESC LIMIT 1), 'aftersales_t_none', 'but the session user is who acts');

-- ---------- bare rights: no right on events, clocks, policies, or schema aftersales
GRANT USAGE ON SCHEMA desk TO aftersales_t_bare;
GRANT SELECT, INSERT, UPDATE ON desk.ticket TO aftersales_t_bare;
GRANT INSERT ON desk.ticket_event TO aftersales_t_bare;
SELECT is(try_as('aftersales_t_bare', s), 'done', 'bare may: ' || left(s, 60)) FROM unnest(ARRAY[
    $$INSERT INTO desk.ticket (ticket_id, ticket_type, area, note, org_id, assignee) VALUES (3, 'job', 'urban', 'n', 1, 'clerk_1')$$,
    $$UPDATE desk.ticket SET status = 'work', area = NULL WHERE ticket_id = 3$$,
    $$UPDATE desk.ticket SET area = 'urban', duplicate_of = 1 WHERE ticket_id = 3$$,
    $$INSERT INTO desk.ticket_event (ticket_id, event, note) VALUES (3, 'call_in', 'n'), (3, 'memo', NULL)$$,
    $$UPDATE desk.ticket SET status = 'done', attributes = '{"n": 4}' WHERE ticket_id = 3$$]) s;
SELECT is(try_as('aftersales_t_bare', s), '42501', 'bare may not: ' || s) FROM unnest(ARRAY['SELECT * FROM desk.ticket_event', 'SELECT * FROM desk.sla_clock', 'SELECT * FROM desk.event_private', 'SELECT * FROM aftersales.policy']) s;
-- with INSERT on a table of rows alone: neither schema aftersales nor the ticket
GRANT INSERT ON desk.visit, desk.evidence, desk.custody TO aftersales_t_bare;
SELECT is(try_as('aftersales_t_bare', s), 'done', 'bare may: ' || left(s, 60)) FROM unnest(ARRAY[
    $$INSERT INTO desk.visit (ticket_id, engineer, appointment) VALUES (3, 'engineer_1', '[2026-03-02 10:00+00,2026-03-02 11:00+00)')$$,
    $$INSERT INTO desk.evidence (ticket_id, kind) VALUES (3, 'photo'), (3, 'photo')$$, $$INSERT INTO desk.custody (ticket_id, receipt_no) VALUES (3, 'R-3')$$]) s;
SELECT is(try_as('aftersales_t_bare', s), '42501', 'bare may not: ' || s) FROM unnest(ARRAY['SELECT * FROM desk.visit', 'UPDATE desk.visit SET note = ''x''', 'INSERT INTO desk.document (ticket_id, kind) VALUES (3, ''form'')']) s;
SELECT is((SELECT event_seq FROM desk.ticket WHERE ticket_id = 3), (SELECT count(*)::integer FROM desk.ticket_event WHERE ticket_id = 3), 'all is recorded');
SELECT is((SELECT count(*) FROM desk.sla_clock WHERE ticket_id = 3), 1::bigint, 'the clock too');
-- row security of the desk's owner does not blind our own reads
SELECT is(try_as('aftersales_t_owner', 'ALTER TABLE desk.ticket_event ENABLE ROW LEVEL SECURITY; ALTER TABLE desk.ticket_event FORCE ROW LEVEL SECURITY; CREATE POLICY none ON desk.ticket_event USING (false) WITH CHECK (true)'), 'done', 'row security on events');
SELECT is(try_as('aftersales_t_app', $$INSERT INTO desk.ticket (ticket_id, ticket_type, area) VALUES (5, 'job', 'urban')$$), 'done', 'tickets are opened');
SELECT is(try_as('aftersales_t_app', $$UPDATE desk.ticket SET status = 'work' WHERE ticket_id = 5$$), 'done', 'and moved');
SELECT is(try_as('aftersales_t_app', $$INSERT INTO desk.ticket_event (ticket_id, event) VALUES (5, 'call_in')$$), 'done', 'events are logged');
SELECT is(try_as('aftersales_t_app', $$UPDATE desk.ticket SET status = 'done', attributes = '{"n": 4}' WHERE ticket_id = 5$$), 'done', 'and counted by guards');
SELECT is(try_as('aftersales_t_owner', 'ALTER TABLE desk.ticket_event DISABLE ROW LEVEL SECURITY; DROP POLICY none ON desk.ticket_event'), 'done', 'row security off');

-- ---------- who may read the desk may ask about it
SELECT is(try_as(r, s), 'done', r || ' may: ' || s) FROM unnest('{aftersales_t_app,aftersales_t_audit,aftersales_t_owner}'::text[]) r,
    unnest(ARRAY['SELECT x.* FROM desk.ticket t, aftersales.sla_targets(t.policy, to_jsonb(t)) x WHERE t.ticket_id = 5',
        'SELECT * FROM desk.sla_clock c, aftersales.explain_due(c.clock_id) WHERE c.ticket_id = 5', 'SELECT aftersales.projected_due(clock_id) FROM desk.sla_clock',
        'SELECT * FROM aftersales.ticket_as_of(5)', 'SELECT * FROM desk.ticket_queue', 'SELECT * FROM desk.clock_now']) s;
SELECT is(try_as(r, s), '42501', r || ' may not: ' || s) FROM unnest('{aftersales_t_bi,aftersales_t_bare,aftersales_t_other}'::text[]) r,
    unnest(ARRAY['SELECT * FROM aftersales.sla_targets(''p'', ''{}'')', 'SELECT * FROM aftersales.explain_due(1)', 'SELECT aftersales.projected_due(1)',
        'SELECT * FROM aftersales.ticket_as_of(5)', 'SELECT * FROM desk.ticket_queue', 'SELECT * FROM desk.clock_now']) s;

-- ---------- level audit
SELECT is(try_as('aftersales_t_audit', s), 'done', 'audit may: ' || s) FROM unnest(ARRAY['SELECT * FROM aftersales.verify_audit()', 'SELECT * FROM desk.ticket_event', 'SELECT * FROM desk.event_private',
    'SELECT * FROM desk.ticket', 'SELECT * FROM desk_bi.clock', 'SELECT * FROM aftersales.clause_coverage']) s;
SELECT is(try_as('aftersales_t_audit', s), '42501', 'audit may not: ' || s) FROM unnest(ARRAY['INSERT INTO desk.ticket (ticket_id, ticket_type) VALUES (9005, ''job'')', 'UPDATE desk.ticket SET channel = ''z''',
    'INSERT INTO desk.ticket_event (ticket_id, event) VALUES (1, ''memo'')', 'SELECT aftersales.sweep()', 'SELECT aftersales.draft_policy(''p'')']) s;
-- ---------- level bi
SELECT is(try_as('aftersales_t_bi', s), 'done', 'bi may: ' || s) FROM unnest(ARRAY['SELECT * FROM desk_bi.ticket', 'SELECT * FROM desk_bi.clock', 'SELECT * FROM desk_bi.clock_open', 'SELECT * FROM desk_bi.breach', 'SELECT * FROM desk_bi.escalation', 'SELECT * FROM desk_bi.ticket_event']) s;
SELECT is(try_as('aftersales_t_bi', s), '42501', 'bi may not: ' || s) FROM unnest(ARRAY['SELECT * FROM desk.ticket', 'SELECT * FROM desk.event_private', 'SELECT * FROM aftersales.policy',
    'SELECT aftersales.verify_audit()', 'INSERT INTO desk.ticket (ticket_id, ticket_type) VALUES (9006, ''job'')']) s;
SELECT is(try_as('aftersales_t_other', s), '42501', 'others may not: ' || s) FROM unnest(ARRAY['SELECT * FROM desk.ticket', 'SELECT * FROM desk_bi.ticket', 'INSERT INTO desk.ticket (ticket_id, ticket_type) VALUES (9007, ''job'')']) s;

-- functions without a desk's rights: the caller's rights count
SELECT aftersales.grant_access('aftersales_t_other', 'admin');
SELECT is(try_as('aftersales_t_other', 'SELECT * FROM aftersales.verify_audit(NULL, ''desk'')'), '42501', 'admin without the desk may not audit it');
SELECT is(try_as('aftersales_t_other', 'SELECT * FROM aftersales.sweep(desk => ''desk'')'), '42501', 'nor sweep it');
SELECT is(try_as('aftersales_t_other', 'SELECT * FROM aftersales.allowed_transitions(''{1}'', ''desk'')'), '42501', 'nor ask what its tickets may do');
SELECT is(try_as('aftersales_t_other', 'SELECT aftersales.set_node(1, ''desk'')'), '42501', 'nor set its node');
SELECT is(try_as('aftersales_t_other', 'SELECT * FROM aftersales.explain_due(1, ''desk'')'), '42501', 'nor ask why a clock is due');
SELECT is(try_as('aftersales_t_other', 'SELECT * FROM aftersales.ticket_as_of(5, NULL, ''desk'')'), '42501', 'nor what a ticket was');
SELECT is(try_as('aftersales_t_other', format('SELECT * FROM aftersales.sla_targets(%L, %L)', policy, to_jsonb(t))), 'done', 'but what a policy promises') FROM desk.ticket t WHERE ticket_id = 5;
-- what is written as the desk's owner asks for the right to write its tickets:
-- not even who may read them, and call the function for another desk, may
SELECT aftersales.grant_access('aftersales_t_audit', 'admin');
SELECT is(try_as(r, s), '42501', r || ' may not: ' || s) FROM unnest('{aftersales_t_other,aftersales_t_audit}'::text[]) r,
    unnest(ARRAY['SELECT aftersales.void_ticket(1, ''x'', ''desk'')', 'SELECT aftersales.reclassify(1, ''x'', ''desk'')',
        'SELECT aftersales.correct_event((SELECT max(event_id) FROM desk.ticket_event WHERE ticket_id = 1), ''x'', NULL, ''desk'')']) s;
SELECT is(try_as('aftersales_t_other', s), '42501', 'admin without the desk may not: ' || s) FROM unnest(ARRAY['SELECT * FROM aftersales.quote(1, ''desk'')']) s;
SELECT is((SELECT voided_at FROM desk.ticket WHERE ticket_id = 1), NULL, 'and nothing has happened to the ticket');
SELECT is_empty('SELECT * FROM aftersales.verify_audit()', 'all chains are sound');
SELECT * FROM finish();
\set QUIET on
DROP SCHEMA desk, desk_bi CASCADE;
SELECT format('DROP OWNED BY %I', rolname) FROM pg_roles WHERE rolname ~ '^aftersales_t_' \gexec
SELECT format('DROP ROLE %I', rolname) FROM pg_roles WHERE rolname ~ '^aftersales_t_' \gexec
