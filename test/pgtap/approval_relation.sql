-- Steps that are for the superior of who asks, or for the head of the ticket's
-- unit; who counts as asking; approvals decided item by item.
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT no_plan();
INSERT INTO aftersales.policy (policy, title_en) VALUES ('r', 'R');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('r', 1, 'trip');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('r', 1, 'new', 'initial'), ('r', 1, 'ready', 'active'), ('r', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('r', 1, 'new', 'ready'), ('r', 1, 'ready', 'done'), ('r', 1, 'new', 'done');
INSERT INTO aftersales.attribute (policy, version, attribute) VALUES ('r', 1, 'part');
INSERT INTO aftersales.event_type (policy, version, event, roles, required_data) VALUES
    ('r', 1, 'requested:taxi', NULL, '{}'), ('r', 1, 'requested:exchange', '{clerk}', '{item}'), ('r', 1, 'requested:both', NULL, '{}');
INSERT INTO aftersales.approval_rule (policy, version, kind, step, roles, relation, items) VALUES
    ('r', 1, 'taxi', 1, NULL, '@superior', false), ('r', 1, 'plain', 1, NULL, '@superior', false), ('r', 1, 'budget', 1, NULL, '@org_head', false),
    ('r', 1, 'both', 1, '{lead}', NULL, false), ('r', 1, 'both', 2, NULL, '@superior', false), ('r', 1, 'both', 3, NULL, '@org_head', false),
    ('r', 1, 'exchange', 1, '{lead}', NULL, true), ('r', 1, 'exchange', 2, '{boss}', NULL, true);
INSERT INTO aftersales.workflow_guard (policy, version, to_state, guard, requires, message_en) VALUES
    ('r', 1, 'ready', 'this_part', 'approved(''exchange'', part)', 'm'), ('r', 1, 'done', 'all_parts', 'approved(''exchange'')', 'm');
INSERT INTO aftersales.row_guard (policy, version, table_name, guard, condition, requires, message_en) VALUES
    ('r', 1, 'approval', 'assigned', 'kind = ''plain'' AND is_approved', 'ticket.assignee IS NOT NULL OR requested_by = ''clerk_1''', 'm'),
    ('r', 1, 'approval', 'for_himself', NULL, 'on_behalf_of IS NULL AND decided_by <> ''lone_1'' AND step > 0 AND coalesce(item, ''x'') <> ''lamp''', 'm');
SELECT is_empty($$SELECT * FROM aftersales.check_policy('r', 1) WHERE severity = 'error'$$, 'the policy is sound');
SELECT aftersales.activate_policy('r', 1);
SELECT aftersales.create_desk();
-- 1 hq (boss_1) > 2 branch (no head) > 3 station (head_3); 4 has a head who has left, 5 and 6 are each other's parents
INSERT INTO desk.staff (login, superior, is_active) VALUES ('boss_1', NULL, true), ('boss_2', NULL, true), ('gone_1', 'boss_2', false);
INSERT INTO desk.staff (login, superior) VALUES ('lead_1', 'boss_1'), ('lead_2', 'boss_2'), ('head_3', 'boss_1'), ('lone_1', NULL), ('lost_1', 'gone_1');
INSERT INTO desk.staff (login, superior) VALUES ('clerk_1', 'lead_1'), ('clerk_2', 'lead_2');
INSERT INTO desk.org_unit (org_id, org_code, parent_id, head) VALUES (1, 'hq', NULL, 'boss_1'), (2, 'branch', 1, NULL), (3, 'station', 2, 'head_3'), (4, 'left', 1, 'gone_1'), (5, 'a', NULL, NULL), (7, 'top', NULL, NULL);
INSERT INTO desk.org_unit (org_id, org_code, parent_id) VALUES (6, 'b', 5);
UPDATE desk.org_unit SET parent_id = 6 WHERE org_id = 5;
INSERT INTO desk.staff_role VALUES ('clerk_1', 'clerk'), ('clerk_2', 'clerk'), ('lead_1', 'lead'), ('lead_2', 'lead'), ('boss_1', 'boss'), ('boss_2', 'boss'), ('boss_2', 'lead');
SET aftersales.now = '2026-03-02 08:00+00';
INSERT INTO desk.ticket (ticket_id, ticket_type) SELECT g, 'trip' FROM generate_series(1, 99) g;
SET aftersales.now = '2026-03-02 09:00+00';
-- Decides as somebody, and says which run and step it was, or the SQLSTATE.
CREATE FUNCTION decide(who text, id bigint, kind text, item text DEFAULT NULL, ok boolean DEFAULT NULL, by text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE r text;
BEGIN
    PERFORM set_config('aftersales.actor', who, true);
    INSERT INTO desk.approval (ticket_id, kind, item, is_approved, requested_by) VALUES (id, kind, item, ok, by)
    RETURNING approval.run || '.' || step || ' ' || decided_by || ' ' || is_approved || coalesce(' asked ' || requested_by, '') INTO r;
    RETURN r;
EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE;
END $$;
CREATE FUNCTION ask(who text, id bigint, kind text, data jsonb DEFAULT NULL, at timestamptz DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('aftersales.actor', who, true);
    INSERT INTO desk.ticket_event (ticket_id, event, data, occurred_at) VALUES (id, 'requested:' || kind, data, at);
    RETURN 'asked';
EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE;
END $$;

-- ---------- the rows themselves
SELECT aftersales.draft_policy('r');
SELECT throws_ok(s, '23514', NULL, s) FROM (VALUES
    ('INSERT INTO aftersales.approval_rule (policy, version, kind, roles, relation) VALUES (''r'', 2, ''x'', ''{a}'', ''@superior'')'),
    ('INSERT INTO aftersales.approval_rule (policy, version, kind) VALUES (''r'', 2, ''x'')'),
    ('INSERT INTO aftersales.approval_rule (policy, version, kind, relation) VALUES (''r'', 2, ''x'', ''@friend'')'),
    ('UPDATE desk.staff SET superior = login WHERE login = ''clerk_1'''), ('UPDATE desk.staff SET star_grade = 0'), ('UPDATE desk.staff SET star_grade = 6')) x(s);
DELETE FROM aftersales.policy_version WHERE policy = 'r' AND version = 2;
SELECT throws_ok('UPDATE desk.staff SET superior = ''nobody'' WHERE login = ''clerk_1''', '23503', NULL, 'a superior is on the staff');
SELECT throws_ok('UPDATE desk.org_unit SET head = ''nobody''', '23503', NULL, 'a head too');
SELECT lives_ok('UPDATE desk.staff SET star_grade = 5 WHERE login = ''clerk_1''', 'five stars');

-- ---------- the superior of who asks
SELECT is(ask('clerk_1', 1, 'taxi'), 'asked', 'a request is an event that anybody logs');
SELECT is(decide(who, 1, 'taxi'), 'SV008', who || ' is not the superior') FROM unnest('{lead_2,boss_1,head_3,clerk_2,clerk_1,lone_1}'::text[]) who;
SELECT is(decide('lead_1', 1, 'taxi'), '1.1 lead_1 true asked clerk_1', 'the superior is, and the row says who has asked');
SELECT is(ask('clerk_2', 1, 'taxi'), 'asked', 'somebody else asks');
SELECT is(decide('lead_1', 1, 'taxi'), 'SV008', 'the last request counts');
SELECT is(decide('lead_2', 1, 'taxi'), '2.1 lead_2 true asked clerk_2', 'by its superior');
SELECT is(ask('clerk_1', 2, 'taxi', at => '2026-03-02 08:30+00'), 'asked', 'the later one is recorded first');
SELECT is(ask('clerk_2', 2, 'taxi', at => '2026-03-02 08:10+00'), 'asked', 'then the earlier');
SELECT is(decide('lead_2', 2, 'taxi'), 'SV008', 'it is the last by time');
SELECT is(decide('lead_1', 2, 'taxi'), '1.1 lead_1 true asked clerk_1', 'that counts');
-- who has none
SELECT is(ask(who, id, 'taxi'), 'asked', who) FROM (VALUES ('lone_1', 3), ('lost_1', 4)) v(who, id);
SELECT is(decide(who, id, 'taxi'), 'SV008', format('%s for ticket %s: no superior, or one who has left', who, id)) FROM (VALUES ('boss_1', 3), ('boss_2', 3), ('boss_1', 4), ('boss_2', 4)) v(who, id);
-- the writer cannot choose whose superior it is, where the history says who asks
SELECT is(ask('clerk_1', 5, 'taxi'), 'asked', 'clerk_1 asks');
SELECT is(decide('lead_2', 5, 'taxi', by => 'clerk_2'), 'SV008', 'lead_2 says it was clerk_2');
SELECT is(decide('lead_1', 5, 'taxi', by => 'lead_1'), 'SV008', 'nobody decides what he says he has asked for');
SELECT is(decide('lead_1', 5, 'taxi', by => 'clerk_2'), '1.1 lead_1 true asked clerk_2', 'on behalf of somebody else he may have asked');
-- without the event it is what the row says, then the assignee
SELECT is(decide('lead_2', 6, 'plain', by => 'clerk_1'), 'SV008', 'another one''s superior');
SELECT is(decide('lead_1', 6, 'plain', by => 'clerk_1'), '1.1 lead_1 true asked clerk_1', 'as the row says');
SELECT is(decide('boss_2', 6, 'plain', by => 'nobody_1'), 'SV008', 'who is not on the staff has no superior');
SELECT is(decide('lead_1', 7, 'plain'), 'SV008', 'nobody asks, nobody is assigned');
UPDATE desk.ticket SET assignee = 'clerk_2' WHERE ticket_id IN (7, 8);
SELECT is(decide('lead_1', 7, 'plain'), 'SV008', 'not the assignee''s superior');
SELECT is(decide('lead_2', 7, 'plain'), '1.1 lead_2 true', 'the assignee''s superior');
SELECT is(decide('lead_2', 8, 'plain', by => 'clerk_1'), 'SV008', 'who asks goes before who is assigned');
-- what has changed since counts
UPDATE desk.staff SET superior = 'boss_2' WHERE login = 'clerk_2';
SELECT is(decide('lead_2', 7, 'plain'), 'SV008', 'a new superior');
SELECT is(decide('boss_2', 7, 'plain'), '2.1 boss_2 true', 'decides from now on');
UPDATE desk.staff SET superior = 'lead_2' WHERE login = 'clerk_2';

-- ---------- the head of the ticket's unit
UPDATE desk.ticket SET org_id = CASE ticket_id WHEN 11 THEN 3 WHEN 12 THEN 2 WHEN 13 THEN 4 WHEN 14 THEN 6 WHEN 15 THEN 7 WHEN 16 THEN 3 WHEN 17 THEN 1 WHEN 18 THEN 3 END
WHERE ticket_id BETWEEN 11 AND 18;
SELECT is(decide(who, id, 'budget', by => by), want, what) FROM (VALUES
    (11, 'boss_1', NULL, 'SV008', 'not the head further up'), (11, 'lead_1', NULL, 'SV008', 'nor anybody else'), (11, 'head_3', NULL, '1.1 head_3 true', 'the unit''s own'),
    (12, 'head_3', NULL, 'SV008', 'not one further down'), (12, 'boss_1', NULL, '1.1 boss_1 true', 'the next above of a unit that has none'),
    (13, 'gone_1', NULL, 'SV003', 'who has left cannot act'), (13, 'boss_1', NULL, '1.1 boss_1 true', 'the next above of one who has left'),
    (14, 'boss_1', NULL, 'SV008', 'units in a ring have no head'), (15, 'boss_1', NULL, 'SV008', 'nor has a unit without one above'), (10, 'boss_1', NULL, 'SV008', 'nor a ticket without a unit'),
    (16, 'head_3', 'head_3', 'SV008', 'the head who asks does not decide'), (16, 'boss_1', 'head_3', '1.1 boss_1 true asked head_3', 'the next above does'),
    (17, 'boss_1', 'boss_1', 'SV008', 'at the top there is nobody')) v(id, who, by, want, what);

-- ---------- roles and relations in one chain
SELECT is(ask('clerk_2', 18, 'both'), 'asked', 'request');
SELECT is(decide('boss_1', 18, 'both'), 'SV003', 'step 1 is for a role');
SELECT is(decide('lead_1', 18, 'both'), '1.1 lead_1 true asked clerk_2', 'step 1');
SELECT is(decide('lead_1', 18, 'both'), 'SV008', 'step 2 is for the superior');
SELECT is(decide('lead_2', 18, 'both'), '1.2 lead_2 true asked clerk_2', 'step 2');
SELECT is(decide('boss_1', 18, 'both'), 'SV008', 'step 3 is for the head');
SELECT is(decide('head_3', 18, 'both'), '1.3 head_3 true asked clerk_2', 'step 3');
-- the superior who has decided step 1 as a lead
SELECT is(ask('clerk_2', 19, 'both'), 'asked', 'request');
SELECT is(decide('lead_2', 19, 'both'), '1.1 lead_2 true asked clerk_2', 'step 1');
SELECT is(decide('lead_2', 19, 'both'), 'SV008', 'one person decides one step');
-- a request in the midst of a run: both are kept from deciding
SELECT is(ask('clerk_1', 20, 'both'), 'asked', 'request');
SELECT is(decide('lead_2', 20, 'both'), '1.1 lead_2 true asked clerk_1', 'step 1');
SELECT is(ask('lead_1', 20, 'both'), 'asked', 'lead_1 asks, too');
SELECT is(decide('lead_1', 20, 'both'), 'SV008', 'and may not decide');
SELECT is(decide('boss_1', 20, 'both'), '1.2 boss_1 true asked lead_1', 'his superior may');

-- ---------- item by item
SELECT is(ask('clerk_1', 30, 'exchange'), 'SV002', 'a request that lacks its item');
SELECT is(ask('lead_1', 30, 'exchange', '{"item": "disk"}'), 'SV003', 'or is made without the role');
SELECT is(ask('clerk_1', 30, 'exchange', '{"item": "disk"}'), 'asked', 'a request');
SELECT is(decide('lead_1', 30, 'exchange'), 'SV010', 'an item is needed');
SELECT is(decide('lead_1', 30, 'exchange', ''), 'SV010', 'an empty one is none');
SELECT is(decide('lead_1', 30, 'plain', 'disk', by => 'clerk_1'), 'SV010', 'elsewhere there is none');
SELECT is(decide('lead_1', 30, 'exchange', 'disk'), '1.1 lead_1 true asked clerk_1', 'the disk, step 1');
SELECT is(decide('lead_1', 30, 'exchange', 'board'), '2.1 lead_1 true', 'the board, step 1, by the same person; nobody has asked for it');
SELECT is(decide('lead_1', 30, 'exchange', 'disk'), 'SV003', 'step 2 of the disk is open');
SELECT is(decide('boss_1', 30, 'exchange', 'disk'), '1.2 boss_1 true asked clerk_1', 'and decided');
CREATE FUNCTION moves(id bigint, to_state text, with_part text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    UPDATE desk.ticket SET status = to_state, attributes = jsonb_strip_nulls(jsonb_build_object('part', with_part)) WHERE ticket_id = id;
    RAISE EXCEPTION 'yes' USING ERRCODE = 'P0002';  -- and is undone
EXCEPTION WHEN no_data_found THEN RETURN 'yes'; WHEN OTHERS THEN RETURN SQLSTATE;
END $$;
RESET aftersales.actor;
SELECT is(moves(30, 'ready', 'disk'), 'yes', 'approved(kind, item): the disk is');
SELECT is(moves(30, 'ready', 'board'), 'SV002', 'the board is not yet');
SELECT is(moves(30, 'ready', 'screen'), 'SV002', 'nor what nobody has decided');
SELECT is(moves(30, 'ready', ''), 'SV002', 'nor an empty name');
SELECT is(moves(30, 'ready'), 'SV002', 'nor an unknown one');
SELECT is(moves(30, 'done'), 'SV002', 'approved(kind): every item decided must be');
SELECT is(decide('boss_2', 30, 'exchange', 'board'), '2.2 boss_2 true', 'the board, step 2');
SELECT is(moves(30, 'done'), 'yes', 'now they are');
SELECT is(decide('lead_1', 30, 'exchange', 'disk', false), '3.1 lead_1 false asked clerk_1', 'the disk again, refused');
SELECT is(moves(30, 'ready', 'disk'), 'SV002', 'its latest run counts');
SELECT is(moves(30, 'ready', 'board'), 'yes', 'the board stays approved');
SELECT is(moves(30, 'done'), 'SV002', 'not all are');
SELECT is(moves(31, 'done'), 'SV002', 'none at all is not enough');
SELECT is((SELECT string_agg(concat_ws(' ', e.event, p.data), '; ' ORDER BY e.seq) FROM desk.ticket_event e LEFT JOIN desk.event_private p USING (event_id) WHERE ticket_id = 30 AND origin = 'approval' AND seq < 7),
    'decided:exchange {"item": "disk", "step": 1, "is_approved": true}; decided:exchange {"item": "board", "step": 1, "is_approved": true}; approved:exchange {"item": "disk"}; approved:exchange {"item": "board"}', 'events say which');
-- each item has its requester
SELECT is(ask('clerk_1', 32, 'exchange', '{"item": "disk"}'), 'asked', 'clerk_1 asks for the disk');
SELECT is(ask('clerk_2', 32, 'exchange', '{"item": "board"}'), 'asked', 'clerk_2 for the board');
INSERT INTO desk.staff_role VALUES ('clerk_1', 'lead'), ('clerk_2', 'lead');
SELECT is(decide('clerk_1', 32, 'exchange', 'disk'), 'SV008', 'who asked for the disk does not approve it');
SELECT is(decide('clerk_2', 32, 'exchange', 'board'), 'SV008', 'nor who asked for the board that');
SELECT is(decide('clerk_2', 32, 'exchange', 'disk'), '1.1 clerk_2 true asked clerk_1', 'they may approve each other''s');
SELECT is(decide('clerk_1', 32, 'exchange', 'board'), '2.1 clerk_1 true asked clerk_2', 'both ways');
-- erased data could have named any item
DO $$ BEGIN SET LOCAL session_replication_role = replica; DELETE FROM desk.event_private WHERE event_id IN (SELECT event_id FROM desk.ticket_event WHERE ticket_id = 32 AND actor = 'clerk_2' AND event ~ '^requested'); END $$;
SELECT is(decide('clerk_2', 32, 'exchange', 'screen'), 'SV008', 'a request whose item is erased counts for every item');

-- a request that was entered by mistake
SELECT is(ask('lead_1', 33, 'taxi'), 'asked', 'lead_1 asks');
SELECT is(decide('lead_1', 33, 'taxi'), 'SV008', 'and does not decide');
RESET aftersales.actor;
SELECT aftersales.correct_event(event_id, 'it was clerk_1') FROM desk.ticket_event WHERE ticket_id = 33 AND event = 'requested:taxi';
SELECT is(ask('clerk_1', 33, 'taxi', at => '2026-03-02 08:59+00'), 'asked', 'clerk_1 did, before');
SELECT is(decide('lead_1', 33, 'taxi'), '1.1 lead_1 true asked clerk_1', 'what is taken out does not count');
SELECT is(ask('clerk_1', 35, 'taxi'), 'asked', 'clerk_1 asks now');
SELECT is(ask('clerk_2', 35, 'taxi', at => '2026-03-02 08:30+00'), 'asked', 'clerk_2 before');
RESET aftersales.actor;
SELECT aftersales.correct_event(event_id, 'earlier still', '2026-03-02 08:10+00') FROM desk.ticket_event WHERE ticket_id = 35 AND event = 'requested:taxi' AND actor = 'clerk_1';
SELECT is(decide('lead_1', 35, 'taxi'), 'SV008', 'the corrected times count');
SELECT is(decide('lead_2', 35, 'taxi'), '1.1 lead_2 true asked clerk_2', 'by which clerk_2 was the last');
-- row guards: of the row as it is to be written
SELECT is(decide('lead_2', 34, 'plain', by => 'clerk_2'), 'SV002', 'a row guard on approvals');
SELECT is(decide('lead_2', 34, 'plain', ok => false, by => 'clerk_2'), '1.1 lead_2 false asked clerk_2', 'where its condition does not hold');
SELECT is(decide('lead_1', 34, 'plain', by => 'clerk_1'), '2.1 lead_1 true asked clerk_1', 'or it is met');
SELECT is(decide('lead_1', 34, 'exchange', 'lamp'), 'SV002', 'it sees the item');
RESET aftersales.actor;
INSERT INTO desk.delegation (login, delegate, ends_at) VALUES ('lead_1', 'clerk_2', 'infinity');
DELETE FROM desk.staff_role WHERE login = 'clerk_2';
SELECT is(decide('clerk_2', 34, 'exchange', 'disk'), 'SV002', 'and for whom a delegate decides');

-- ---------- what check_policy says
SELECT aftersales.draft_policy('r');
INSERT INTO aftersales.approval_rule (policy, version, kind, step, relation, items) VALUES ('r', 2, 'taxi', 2, '@org_head', true), ('r', 2, 'twice', 1, '@superior', false), ('r', 2, 'twice', 2, '@superior', false);
INSERT INTO aftersales.event_type (policy, version, event) VALUES ('r', 2, 'requested:nothing');
INSERT INTO aftersales.workflow_guard (policy, version, to_state, guard, requires, message_en) VALUES ('r', 2, 'done', 'g', 'approved(''plain'', part) AND approved ( ''plain'' )', 'm'), ('r', 2, 'done', 'h', 'has_event(''requested:taxi'')', 'm');
SELECT bag_eq($$SELECT table_name || ' ' || item || ': ' || problem FROM aftersales.check_policy('r', 2) WHERE severity = 'error'$$, $$VALUES
    ('approval_rule trip.taxi: some of its steps are decided item by item, some are not'), ('approval_rule trip.twice: several steps are for @superior, who may decide only one of them'),
    ('event_type trip.requested:nothing: asks for an approval that there is no rule for'), ('workflow_guard trip.g: approved() asks for an item of plain, which is not decided item by item')$$, 'what is unsound');

SELECT bag_eq($$SELECT event FROM aftersales.allowed_events('{99}')$$, $$VALUES ('requested:taxi'), ('requested:exchange'), ('requested:both')$$, 'requests are events that applications may log');
SELECT results_eq('SELECT ticket_id, problem FROM aftersales.verify_audit()', $$VALUES (32::bigint, 'private: the row is missing')$$, 'every chain holds, but for what was erased');
SELECT * FROM finish();
