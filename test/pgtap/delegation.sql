-- Delegations: who may make and end one, when it counts, and that a delegate
-- decides no more than the person himself could.
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT no_plan();
INSERT INTO aftersales.policy (policy, title_en) VALUES ('d', 'D');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('d', 1, 'job');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('d', 1, 'new', 'initial'), ('d', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('d', 1, 'new', 'done');
INSERT INTO aftersales.event_type (policy, version, event) VALUES ('d', 1, 'requested:pay');
INSERT INTO aftersales.approval_rule (policy, version, kind, step, roles, relation) VALUES
    ('d', 1, 'pay', 1, '{boss}', NULL), ('d', 1, 'buy', 1, '{boss}', NULL), ('d', 1, 'chain', 1, '{lead,boss}', NULL), ('d', 1, 'chain', 2, '{boss}', NULL), ('d', 1, 'chain', 3, '{boss}', NULL),
    ('d', 1, 'taxi', 1, NULL, '@superior'), ('d', 1, 'budget', 1, NULL, '@org_head');
SELECT aftersales.activate_policy('d', 1);
SELECT aftersales.create_desk();
INSERT INTO desk.staff (login) VALUES ('boss_1'), ('boss_2'), ('boss_3'), ('lead_1'), ('clerk_2'), ('clerk_3');
INSERT INTO desk.staff (login, superior) VALUES ('clerk_1', 'boss_1');
INSERT INTO desk.staff_role VALUES ('boss_1', 'boss'), ('boss_2', 'boss'), ('boss_3', 'boss'), ('lead_1', 'lead');
INSERT INTO desk.org_unit (org_id, org_code, head) VALUES (1, 'hq', 'boss_1');
SET aftersales.now = '2026-03-02 08:00+00';
INSERT INTO desk.ticket (ticket_id, ticket_type, org_id) SELECT g, 'job', 1 FROM generate_series(1, 60) g;
SET aftersales.now = '2026-03-02 09:00+00';
CREATE FUNCTION delegate(who text, login text, delegate text, kind text DEFAULT NULL, starts timestamptz DEFAULT NULL, ends timestamptz DEFAULT 'infinity', by text DEFAULT NULL, ref text DEFAULT NULL)
    RETURNS text LANGUAGE plpgsql AS $$
DECLARE r text;
BEGIN
    PERFORM set_config('aftersales.actor', who, true);
    INSERT INTO desk.delegation (login, delegate, kind, starts_at, ends_at, granted_by, external_ref) VALUES (login, delegate, kind, starts, ends, by, ref)
    RETURNING to_char(starts_at, 'HH24:MI') || ' ' || granted_by INTO r;
    RETURN r;
EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE;
END $$;
CREATE FUNCTION try_as(who text, statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('aftersales.actor', who, true);
    EXECUTE statement;
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE;
END $$;
-- Decides as somebody, and says who it was, or the SQLSTATE.
CREATE FUNCTION decide(who text, id bigint, kind text, by text DEFAULT NULL, at timestamptz DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE r text;
BEGIN
    PERFORM set_config('aftersales.actor', who, true);
    INSERT INTO desk.approval (ticket_id, kind, requested_by, decided_at) VALUES (id, kind, by, at)
    RETURNING step || ' ' || decided_by || coalesce(' for ' || on_behalf_of, '') INTO r;
    RETURN r;
EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE;
END $$;

-- ---------- making one
SELECT is(delegate(who, 'boss_1', 'clerk_1'), 'SV003', who || ' may not delegate for boss_1') FROM unnest('{boss_2,clerk_1,lead_1}'::text[]) who;
SELECT is(delegate('boss_1', 'boss_1', d, k, s, e, b), want, what) FROM (VALUES
    ('boss_1', NULL, NULL::timestamptz, 'infinity'::timestamptz, NULL, '23514', 'to himself'), ('nobody_1', NULL, NULL, 'infinity', NULL, '23503', 'to somebody unknown'),
    ('clerk_1', 'no_such', NULL, 'infinity', NULL, 'SV010', 'for a kind that no policy knows'), ('clerk_1', 'No such', NULL, 'infinity', NULL, 'SV010', 'or that is none'),
    ('clerk_1', NULL, '2026-03-02 08:59:00+00', 'infinity', NULL, 'SV005', 'from before now on'), ('clerk_1', NULL, '-infinity', 'infinity', NULL, 'SV005', 'from ever'),
    ('clerk_1', NULL, NULL, '2026-03-02 09:00+00', NULL, 'SV005', 'until now'), ('clerk_1', NULL, '2026-03-03 09:00+00', '2026-03-03 09:00+00', NULL, 'SV005', 'for no time'),
    ('clerk_1', NULL, NULL, NULL, NULL, '23502', 'without an end'), (NULL, NULL, NULL, 'infinity', NULL, '23502', 'to nobody'), ('clerk_1', NULL, NULL, 'infinity', 'boss_1', 'SV004', 'with granted_by')) v(d, k, s, e, b, want, what);
SELECT is(delegate('boss_1', NULL, 'clerk_1'), '23502', 'without login');
SELECT is((SELECT count(*)::int FROM desk.delegation), 0, 'nothing of it is there');
SELECT is(delegate('boss_1', 'boss_1', 'clerk_1', starts => '2026-03-02 08:59:57+00', ref => 'd-1'), '09:00 boss_1', 'a clock that is slow by seconds is set right');
SELECT is(delegate('boss_1', 'boss_1', 'clerk_1', ref => 'd-1'), '23505', 'once more');
SELECT is(try_as('boss_1', 'INSERT INTO desk.delegation (login, delegate, ends_at, external_ref) VALUES (''boss_1'', ''clerk_1'', ''infinity'', ''d-1'') ON CONFLICT (external_ref) DO NOTHING'), 'done', 'a retry');
RESET aftersales.actor;
SELECT lives_ok('INSERT INTO desk.delegation (login, delegate, kind, starts_at, ends_at, external_ref) VALUES (''boss_2'', ''clerk_2'', ''pay'', ''2026-01-01 00:00+00'', ''2026-03-02 08:30+00'', ''old'')', 'the desk''s owner loads what has been');
SELECT is((SELECT granted_by FROM desk.delegation WHERE external_ref = 'old'), session_user::text, 'in his own name');

-- ---------- deciding
SELECT is(decide('clerk_2', 1, 'buy'), 'SV003', 'who is nobody''s delegate');
SELECT is(decide('clerk_1', 1, 'buy'), '1 clerk_1 for boss_1', 'a delegate');
SELECT is((SELECT e.actor || ' ' || p.data FROM desk.ticket_event e JOIN desk.event_private p USING (event_id) WHERE ticket_id = 1 AND event = 'approved:buy'), 'clerk_1 {"on_behalf_of": "boss_1"}', 'the event says for whom');
SELECT is(decide('boss_1', 2, 'buy'), '1 boss_1', 'the person himself may still');
SELECT is(delegate('boss_1', 'boss_1', 'boss_2'), '09:00 boss_1', 'a delegation to somebody with the role');
SELECT is(decide('boss_2', 3, 'buy'), '1 boss_2', 'is not needed');
SELECT is(decide('clerk_1', 3, 'chain'), '1 clerk_1 for boss_1', 'any step that he may decide');
SELECT is(try_as('boss_1', 'INSERT INTO desk.approval (ticket_id, kind, on_behalf_of) VALUES (4, ''buy'', ''boss_2'')'), 'SV004', 'on_behalf_of is not for writers');
-- relations
SELECT is(decide('clerk_1', 4, 'budget'), '1 clerk_1 for boss_1', 'for the head');
SELECT is(decide('clerk_1', 4, 'taxi', by => 'clerk_3'), 'SV008', 'for a superior whom there is not');
UPDATE desk.staff SET superior = 'boss_1' WHERE login = 'clerk_3';
SELECT is(decide('clerk_1', 4, 'taxi', by => 'clerk_3'), '1 clerk_1 for boss_1', 'for the superior');
SELECT is(decide('clerk_2', 4, 'taxi', by => 'clerk_3'), 'SV008', 'only his delegate');
-- no chains
SELECT is(delegate('clerk_1', 'clerk_1', 'clerk_3'), '09:00 clerk_1', 'a delegate delegates');
SELECT is(decide('clerk_3', 5, 'buy'), 'SV003', 'what he has not himself');
SELECT is(decide('clerk_3', 5, 'budget'), 'SV008', 'neither role nor relation');
-- roles of both count as they are now
UPDATE desk.staff SET is_active = false WHERE login = 'boss_1';
SELECT is(decide('clerk_1', 5, 'buy'), 'SV003', 'for somebody who has left');
SELECT is(decide('clerk_1', 5, 'budget'), 'SV008', 'by relation as well');
UPDATE desk.staff SET is_active = true WHERE login = 'boss_1';
DELETE FROM desk.staff_role WHERE login = 'boss_1';
SELECT is(decide('clerk_1', 5, 'buy'), 'SV003', 'for somebody whose role is gone');
INSERT INTO desk.staff_role VALUES ('boss_1', 'boss');
UPDATE desk.staff SET is_active = false WHERE login = 'clerk_1';
SELECT is(decide('clerk_1', 5, 'buy'), 'SV003', 'by somebody who has left');
UPDATE desk.staff SET is_active = true WHERE login = 'clerk_1';
SELECT is(decide('clerk_1', 5, 'buy'), '1 clerk_1 for boss_1', 'all is as before');

-- ---------- distinct people: both are looked at
SELECT is(decide('clerk_1', 6, 'pay', by => 'clerk_1'), 'SV008', 'who asks does not decide as a delegate');
SELECT is(decide('clerk_1', 6, 'pay', by => 'boss_1'), 'SV008', 'nor does the delegate of who asks');
SELECT is(try_as('boss_1', 'INSERT INTO desk.ticket_event (ticket_id, event) VALUES (6, ''requested:pay'')'), 'done', 'a request');
SELECT is(decide('clerk_1', 6, 'pay'), 'SV008', 'the same by the event');
SELECT is(decide('boss_2', 6, 'pay'), '1 boss_2', 'in his own right the delegate of who asks may');
SELECT is(decide('clerk_1', 7, 'chain'), '1 clerk_1 for boss_1', 'step 1 by a delegate');
SELECT is(decide(who, 7, 'chain'), 'SV008', format('step 2 not by %s', who)) FROM unnest('{clerk_1,boss_1}'::text[]) who;
SELECT is(decide('boss_2', 7, 'chain'), '2 boss_2', 'step 2 by another one, who is a delegate of boss_1 too');
SELECT is(decide(who, 7, 'chain'), 'SV008', format('step 3 not by %s', who)) FROM unnest('{clerk_1,boss_1,boss_2}'::text[]) who;
SELECT is(delegate('boss_3', 'boss_3', 'clerk_1'), '09:00 boss_3', 'a second one to the same delegate');
SELECT is(decide('clerk_1', 7, 'chain'), 'SV008', 'he has decided a step');
SELECT is(decide('boss_3', 7, 'chain'), '3 boss_3', 'the third person');
SELECT is(decide('boss_1', 8, 'chain'), '1 boss_1', 'step 1 in his own right');
SELECT is(decide('clerk_1', 8, 'chain'), '2 clerk_1 for boss_3', 'step 2: of two the one that is free');
SELECT is(decide('boss_3', 8, 'chain'), 'SV008', 'for whom it was decided');
SELECT is(delegate('boss_2', 'boss_2', 'lead_1'), '09:00 boss_2', 'a delegate with a role of his own');
SELECT is(decide('lead_1', 9, 'chain'), '1 lead_1', 'in his own right');
SELECT is(decide('lead_1', 9, 'chain'), 'SV008', 'not the next for somebody else');
SELECT is(decide('clerk_1', 10, 'buy', by => 'boss_1'), '1 clerk_1 for boss_3', 'of two the one who has not asked');

-- ---------- the span, by the time of the decision
SELECT is(delegate('boss_2', 'boss_2', 'clerk_2', 'pay', '2026-03-02 10:00+00', '2026-03-02 11:00+00', ref => 'hour'), '10:00 boss_2', 'an hour, for one kind');
SELECT is(decide('clerk_2', 20, 'pay'), 'SV003', 'before it begins; one that has been over before the ticket does not help');
SET aftersales.now = '2026-03-02 09:59:59.999999+00';
SELECT is(decide('clerk_2', 20, 'pay'), 'SV003', 'a microsecond before');
SET aftersales.now = '2026-03-02 10:00+00';
SELECT is(decide('clerk_2', 20, 'buy'), 'SV003', 'another kind');
SELECT is(decide('clerk_2', 20, 'pay'), '1 clerk_2 for boss_2', 'from its beginning on');
SELECT is(decide('clerk_2', 21, 'pay', at => '2026-03-02 09:30+00'), 'SV003', 'decided before it began');
SET aftersales.now = '2026-03-02 10:59:59.999999+00';
SELECT is(decide('clerk_2', 22, 'pay'), '1 clerk_2 for boss_2', 'a microsecond before the end');
SET aftersales.now = '2026-03-02 11:00+00';
SELECT is(decide('clerk_2', 23, 'pay'), 'SV003', 'it ends');
SELECT is(decide('clerk_2', 23, 'pay', at => '2026-03-02 10:30+00'), '1 clerk_2 for boss_2', 'decided while it ran, recorded later');
SELECT is(decide('clerk_2', 24, 'pay', at => '2026-03-02 08:15+00'), '1 clerk_2 for boss_2', 'under the one that was loaded');
SELECT is(decide('clerk_2', 25, 'pay', at => '2026-03-02 08:30+00'), 'SV003', 'which ended then');

-- ---------- ending one
SET aftersales.now = '2026-03-02 12:00+00';
SELECT is(delegate('boss_2', 'boss_2', 'clerk_3', 'pay', NULL, '2026-03-09 12:00+00', ref => 'week'), '12:00 boss_2', 'a week');
SELECT is(delegate('boss_2', 'boss_2', 'clerk_2', 'pay', '2026-03-05 00:00+00', '2026-03-09 12:00+00', ref => 'next'), '00:00 boss_2', 'a week to come');
SELECT is(try_as(who, format('UPDATE desk.delegation SET %s WHERE external_ref = ''%s''', what, ref)), want, format('%s: %s of %s', who, what, ref)) FROM (VALUES
    ('boss_2', 'week', 'login = ''boss_1''', 'SV004'), ('boss_2', 'week', 'delegate = ''clerk_2''', 'SV004'), ('boss_2', 'week', 'kind = NULL', 'SV004'), ('boss_2', 'week', 'starts_at = ''2026-03-03 00:00+00''', 'SV004'),
    ('boss_2', 'week', 'granted_by = ''boss_1''', 'SV004'), ('boss_2', 'week', 'external_ref = ''w''', 'SV004'), ('boss_2', 'week', 'delegation_id = 999', 'SV004'), ('boss_2', 'week', 'ends_at = NULL', '23502'),
    ('boss_2', 'week', 'ends_at = ''infinity''', 'SV004'), ('boss_2', 'hour', 'ends_at = ''2026-03-02 10:30+00''', 'SV004'), ('boss_2', 'hour', 'ends_at = ''2026-03-09 10:30+00''', 'SV004'),
    ('boss_1', 'week', 'ends_at = ''2026-03-03 00:00+00''', 'SV003'), ('clerk_3', 'week', 'ends_at = ''2026-03-03 00:00+00''', 'SV003'),
    ('boss_2', 'week', 'ends_at = ends_at, kind = kind', 'done'), ('boss_2', 'week', 'ends_at = ''2026-03-03 00:00+00''', 'done')) v(who, ref, what, want);
SELECT is((SELECT ends_at FROM desk.delegation WHERE external_ref = 'week'), '2026-03-03 00:00+00', 'it ends earlier');
SET aftersales.now = '2026-03-02 13:00+00';
SELECT is(decide('clerk_3', 30, 'pay'), '1 clerk_3 for boss_2', 'it runs');
SELECT is(try_as('boss_2', 'UPDATE desk.delegation SET ends_at = ''2026-03-01 00:00+00'' WHERE external_ref IN (''week'', ''next'')'), 'done', 'as of before');
SELECT results_eq('SELECT ends_at FROM desk.delegation WHERE external_ref IN (''week'', ''next'') ORDER BY external_ref DESC', $$VALUES (timestamptz '2026-03-02 13:00+00'), ('2026-03-05 00:00+00')$$, 'is from now on; what has not begun never runs');
SELECT is(decide('clerk_3', 31, 'pay'), 'SV003', 'it has ended');
SELECT is(decide('clerk_3', 31, 'pay', at => '2026-03-02 12:30+00'), '1 clerk_3 for boss_2', 'not what was decided before');
SET aftersales.now = '2026-03-06 12:00+00';
SELECT is(decide('clerk_2', 32, 'pay'), 'SV003', 'that which never runs');
SELECT is(try_as('boss_2', s), 'SV004', s) FROM unnest('{DELETE FROM desk.delegation,TRUNCATE desk.delegation}'::text[]) s;
RESET aftersales.actor;
SELECT throws_ok('DELETE FROM desk.delegation', 'SV004', NULL, 'nor does the owner delete');
SELECT lives_ok('UPDATE desk.delegation SET ends_at = ''2026-03-08 00:00+00'' WHERE login = ''boss_3''', 'he ends one for somebody');

SELECT is_empty('SELECT * FROM aftersales.verify_audit()', 'every chain holds');
SELECT * FROM finish();
