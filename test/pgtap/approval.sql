-- Approvals: which step a decision decides, by whom, and what the last step
-- brings about.
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT no_plan();
INSERT INTO aftersales.policy (policy, title_en) VALUES ('a', 'A');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('a', 1, 'job'), ('a', 1, 'other');
INSERT INTO aftersales.event_type (policy, version, event, backdate_limit) VALUES ('a', 1, 'memo', NULL), ('a', 1, 'approved:slow', '00:10');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('a', 1, 'new', 'initial'), ('a', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('a', 1, 'new', 'done');
INSERT INTO aftersales.workflow_guard (policy, version, ticket_type, to_state, guard, requires, message_en) VALUES ('a', 1, 'job', 'done', 'agreed', 'approved(''finish'')', 'approve it');
INSERT INTO aftersales.approval_rule (policy, version, ticket_type, kind, step, purpose, roles) VALUES
    ('a', 1, NULL, 'finish', 1, 'consent', '{clerk}'), ('a', 1, NULL, 'finish', 3, 'consent', '{lead,boss}'), ('a', 1, NULL, 'finish', 7, 'consent', '{boss}'),
    ('a', 1, 'other', 'finish', 1, 'consent', '{boss}'), ('a', 1, NULL, 'slow', 1, 'consent', '{boss}'),
    ('a', 1, NULL, 'more_time', 1, 'extension', '{lead}'), ('a', 1, NULL, 'much_time', 1, 'extension', '{lead}'), ('a', 1, NULL, 'much_time', 2, 'extension', '{boss}'),
    ('a', 1, NULL, 'sorry', 1, 'excuse', '{lead}'), ('a', 1, NULL, 'sorry', 2, 'excuse', '{boss}');
INSERT INTO aftersales.sla_rule (policy, version, rule, clock, starts_on, stops_on, target, extension_approval) VALUES
    ('a', 1, 'handle', 'handle', '{opened}', '{status:done}', '04:00', 'more_time'), ('a', 1, 'write', 'write', '{opened}', '{memo}', '04:00', 'much_time'),
    ('a', 1, 'free', 'free', '{opened}', '{status:done}', NULL, 'more_time'), ('a', 1, 'fixed', 'fixed', '{opened}', '{status:done}', '04:00', NULL);
SELECT is_empty($$SELECT * FROM aftersales.check_policy('a', 1) WHERE severity = 'error'$$, 'the policy is sound');
SELECT aftersales.activate_policy('a', 1);
SELECT aftersales.create_desk();
INSERT INTO desk.staff (login) VALUES ('clerk_1'), ('lead_1'), ('lead_2'), ('boss_1'), ('boss_2'), ('all_1');
INSERT INTO desk.staff_role VALUES ('clerk_1', 'clerk'), ('lead_1', 'lead'), ('lead_2', 'lead'), ('boss_1', 'boss'), ('boss_2', 'boss'), ('all_1', 'clerk'), ('all_1', 'lead'), ('all_1', 'boss');
SET aftersales.now = '2026-03-02 08:00+00';
INSERT INTO desk.ticket (ticket_id, ticket_type) SELECT g, 'job' FROM generate_series(1, 19) g;
INSERT INTO desk.ticket (ticket_id, ticket_type) VALUES (20, 'other');
SET aftersales.now = '2026-03-02 09:00+00';
CREATE FUNCTION clock(id bigint, name text) RETURNS bigint LANGUAGE sql AS $$ SELECT clock_id FROM desk.sla_clock WHERE ticket_id = id AND clock = name $$;
CREATE FUNCTION said(id bigint) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(concat_ws(' ', e.event, e.actor, p.data), '; ' ORDER BY e.seq), '')
    FROM desk.ticket_event e LEFT JOIN desk.event_private p USING (event_id) WHERE e.ticket_id = id AND e.origin = 'approval' $$;
-- Decides as somebody, and says which run and step it was, or the SQLSTATE.
CREATE FUNCTION decide(who text, id bigint, kind text, ok boolean DEFAULT NULL, clock_id bigint DEFAULT NULL, due timestamptz DEFAULT NULL, by text DEFAULT NULL, at timestamptz DEFAULT NULL, ref text DEFAULT NULL)
    RETURNS text LANGUAGE plpgsql AS $$
DECLARE r text;
BEGIN
    PERFORM set_config('aftersales.actor', who, true);
    INSERT INTO desk.approval (ticket_id, kind, is_approved, clock_id, new_due_at, requested_by, decided_at, external_ref) VALUES (id, kind, ok, clock_id, due, by, at, ref)
    RETURNING approval.run || '.' || step || ' ' || decided_by || ' ' || is_approved INTO r;
    RETURN r;
EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE;
END $$;

-- ---------- steps, in order, by different people
SELECT is(decide('lead_1', 1, 'finish'), 'SV003', 'the second role cannot begin');
SELECT is(decide('clerk_1', 1, 'finish'), '1.1 clerk_1 true', 'the first step');
SELECT is(decide('clerk_1', 1, 'finish'), 'SV003', 'the first role cannot go on');
SELECT is(decide('lead_1', 1, 'finish'), '1.3 lead_1 true', 'the next step, whatever its number');
SELECT throws_ok('UPDATE desk.ticket SET status = ''done'' WHERE ticket_id = 1', 'SV002', NULL, 'not approved before the last step');
SELECT is(decide('boss_1', 1, 'finish'), '1.7 boss_1 true', 'the last step');
SELECT is(said(1), 'decided:finish clerk_1 {"step": 1, "is_approved": true}; decided:finish lead_1 {"step": 3, "is_approved": true}; approved:finish boss_1', 'the events');
SELECT lives_ok('UPDATE desk.ticket SET status = ''done'' WHERE ticket_id = 1', 'approved');
SELECT is(decide('all_1', 2, 'finish'), '1.1 all_1 true', 'a person of many roles');
SELECT is(decide('all_1', 2, 'finish'), 'SV008', 'decides one step');
SELECT is(decide('boss_1', 2, 'finish'), '1.3 boss_1 true', 'another person');
SELECT is(decide('all_1', 2, 'finish'), 'SV008', 'not a later step either');
SELECT is(decide('boss_1', 2, 'finish'), 'SV008', 'nor the one after one''s own');
SELECT is(decide('boss_2', 2, 'finish'), '1.7 boss_2 true', 'a third person');
SELECT is(decide('boss_1', 20, 'finish'), '1.1 boss_1 true', 'a row for the type replaces that for every type');
-- who asks does not decide
SELECT is(decide('clerk_1', 3, 'finish', by => 'clerk_1'), 'SV008', 'not the requester');
SELECT is(decide('clerk_1', 3, 'finish', by => 'boss_1'), '1.1 clerk_1 true', 'somebody else asks');
SELECT is(decide('lead_1', 3, 'finish'), '1.3 lead_1 true', 'the next step');
SELECT is(decide('boss_1', 3, 'finish'), 'SV008', 'who asked at the first step does not decide the last');
SELECT is(decide('boss_2', 3, 'finish'), '1.7 boss_2 true', 'another one does');
-- a refusal begins anew
SELECT is(decide('clerk_1', 4, 'finish'), '1.1 clerk_1 true', 'first step');
SELECT is(decide('lead_1', 4, 'finish', false), '1.3 lead_1 false', 'refused');
SELECT is(decide('lead_2', 4, 'finish'), 'SV003', 'the first step is open again');
SELECT is(decide('clerk_1', 4, 'finish'), '2.1 clerk_1 true', 'by the same person');
SELECT is(decide('lead_1', 4, 'finish'), '2.3 lead_1 true', 'second run');
SELECT is(decide('boss_1', 4, 'finish', false), '2.7 boss_1 false', 'the last step refused');
SELECT throws_ok('UPDATE desk.ticket SET status = ''done'' WHERE ticket_id = 4', 'SV002', NULL, 'is not approved');
SELECT is(split_part(said(4), '; ', 5), 'decided:finish boss_1 {"step": 7, "is_approved": false}', 'its event says so');
-- the latest run counts
SELECT is(decide('clerk_1', 2, 'finish'), '2.1 clerk_1 true', 'after the last step a new run');
SELECT throws_ok('UPDATE desk.ticket SET status = ''done'' WHERE ticket_id = 2', 'SV002', NULL, 'which is open');
-- several rows in one statement
SET aftersales.actor = 'boss_1';
SELECT lives_ok('INSERT INTO desk.approval (ticket_id, kind) VALUES (5, ''slow''), (6, ''slow''), (5, ''slow'')', 'several tickets at once');
SELECT results_eq('SELECT ticket_id, run FROM desk.approval WHERE ticket_id IN (5, 6) ORDER BY 1, 2', 'VALUES (5::bigint, 1), (5, 2), (6, 1)', 'each row sees those before it');
SELECT throws_ok('INSERT INTO desk.approval (ticket_id, kind) VALUES (7, ''slow''), (7, ''finish'')', 'SV003', NULL, 'one refusal refuses all');
SELECT is(said(7), '', 'nothing is left');

-- ---------- refused
SELECT is(decide('boss_1', 7, 'no_such'), 'SV010', 'an unknown kind');
SELECT is(decide('boss_1', 777, 'slow'), '23503', 'no such ticket');
SELECT is(decide('boss_1', NULL, 'slow'), '23502', 'no ticket');
SELECT is(decide('boss_1', 7, NULL), '23502', 'no kind');
SELECT is(decide('boss_1', 7, 'slow', at => '2026-03-02 09:10+00'), 'SV005', 'in the future');
SELECT is(decide('boss_1', 7, 'slow', at => '2026-03-02 07:00+00'), 'SV005', 'before the opening');
SELECT is(decide('boss_1', 7, 'slow', at => '2026-03-02 08:40+00'), 'SV005', 'further back than its event allows');
SELECT is(decide('boss_1', 7, 'slow', at => '2026-03-02 08:55+00'), '1.1 boss_1 true', 'within that');
SELECT is(decide('clerk_1', 7, 'finish', at => '2026-03-02 08:56+00'), '1.1 clerk_1 true', 'a step');
SELECT is(decide('lead_1', 7, 'finish', at => '2026-03-02 08:55+00'), 'SV005', 'the next is not decided before it');
SELECT is(decide('boss_1', 7, 'slow', clock_id => clock(7, 'handle')), 'SV010', 'a consent is about no clock');
SELECT is(decide('boss_1', 7, 'slow', due => '2026-03-03 00:00+00'), 'SV010', 'and sets no due time');
SET aftersales.actor = 'boss_1';
SELECT throws_ok(format('INSERT INTO desk.approval (ticket_id, kind, %s) VALUES (7, ''slow'', %s)', c, v), 'SV004', format('column "%s" is written by triggers only', c), c || ' given')
FROM (VALUES ('step', '1'), ('run', '1'), ('decided_by', '''boss_1''')) x(c, v);
SELECT throws_ok(s, 'SV004', NULL, s) FROM (VALUES ('UPDATE desk.approval SET is_approved = true'), ('DELETE FROM desk.approval'), ('TRUNCATE desk.approval')) x(s);
SELECT throws_ok('INSERT INTO desk.ticket_event (ticket_id, event) VALUES (7, ''approved:slow'')', 'SV010', NULL, 'the event without a decision');
SELECT throws_ok('INSERT INTO desk.ticket_event (ticket_id, event) VALUES (7, ''decided:slow'')', 'SV010', NULL, 'nor any other');
SELECT throws_ok('SELECT aftersales.approved(''slow'')', '55000', NULL, 'there is no ticket in hand');

-- ---------- retries
SELECT is(decide('clerk_1', 8, 'finish', ref => 'a-1'), '1.1 clerk_1 true', 'with an external_ref');
SELECT is(decide('clerk_1', 8, 'finish', ref => 'a-1'), '23505', 'once more');
SET aftersales.actor = 'clerk_1';
SELECT lives_ok('INSERT INTO desk.approval (ticket_id, kind, external_ref) VALUES (8, ''finish'', ''a-1'') ON CONFLICT (external_ref) DO NOTHING', 'skipped');
SELECT is(said(8), 'decided:finish clerk_1 {"step": 1, "is_approved": true}', 'one event');

-- ---------- extension
SELECT is(decide('lead_1', 9, 'more_time', clock_id => clock(9, 'handle'), due => '2026-03-02 14:00:00.5+00'), '1.1 lead_1 true', 'an extension');
SELECT is(said(9), 'approved:more_time lead_1 {"clock": "handle", "due_at": "2026-03-02T14:00:00.5+00:00"}', 'its event');
SELECT is((SELECT due_at FROM desk.sla_clock WHERE clock_id = clock(9, 'handle')), '2026-03-02 14:00:00.5+00', 'the clock is due then');
SELECT is((SELECT due_at FROM desk.sla_clock WHERE clock_id = clock(9, 'write')), '2026-03-02 12:00+00', 'other clocks are not touched');
SELECT is(decide('lead_1', 9, 'more_time', clock_id => clock(9, 'handle'), due => '2026-03-02 13:00+00'), 'SV005', 'a further extension is later still');
SELECT is(decide('lead_1', 10, 'more_time', clock_id => clock(10, c), due => d), want, what) FROM (VALUES
    ('handle', NULL::timestamptz, 'SV005', 'no later time given'), ('handle', '2026-03-02 12:00+00', 'SV005', 'the old due time'), ('handle', '2026-03-02 11:00+00', 'SV005', 'an earlier one'),
    ('handle', 'infinity', 'SV005', 'never'), (NULL, '2026-03-02 14:00+00', 'SV010', 'no clock'), ('fixed', '2026-03-02 14:00+00', 'SV010', 'a clock whose rule knows no extension'),
    ('write', '2026-03-02 14:00+00', 'SV010', 'a clock with another kind'), ('free', '2026-03-02 14:00+00', 'SV010', 'a clock that is never late')) v(c, d, want, what);
SELECT is(decide('lead_1', 10, 'more_time', clock_id => clock(11, 'handle'), due => '2026-03-02 14:00+00'), 'SV010', 'another ticket''s clock');
SELECT is(decide('lead_1', 10, 'more_time', false, clock_id => clock(10, 'handle')), '1.1 lead_1 false', 'a refusal needs no time');
-- in two steps
SELECT is(decide('lead_1', 11, 'much_time', clock_id => clock(11, 'write'), due => '2026-03-02 14:00+00'), '1.1 lead_1 true', 'first step');
SELECT is(decide('boss_1', 11, 'much_time', clock_id => clock(11, 'write'), due => '2026-03-02 15:00+00'), 'SV010', 'the second is about the same time');
SELECT is(decide('boss_1', 11, 'much_time', clock_id => clock(11, 'write')), '1.2 boss_1 true', 'which may be left out');
SELECT is(split_part(said(11), '; ', 2), 'approved:much_time boss_1 {"clock": "write", "due_at": "2026-03-02T14:00:00+00:00"}', 'and is in the event');
SELECT is((SELECT due_at FROM desk.sla_clock WHERE clock_id = clock(11, 'write')), '2026-03-02 14:00+00', 'the clock is due then');
SELECT is((SELECT new_due_at FROM desk.approval WHERE ticket_id = 11 AND step = 2), '2026-03-02 14:00+00', 'and in the row');
-- at the due time and past it
SET aftersales.now = '2026-03-02 12:00+00';
SELECT is(decide('lead_1', 12, 'more_time', clock_id => clock(12, 'handle'), due => '2026-03-02 14:00+00'), '1.1 lead_1 true', 'at the due time it is in time');
SET aftersales.now = '2026-03-02 12:00:00.000001+00';
SELECT is(decide('lead_1', 13, 'more_time', clock_id => clock(13, 'handle'), due => '2026-03-02 14:00+00'), 'SV012', 'a microsecond later it is not');
SELECT is(decide('lead_1', 13, 'more_time', clock_id => clock(13, 'handle'), due => '2026-03-02 14:00+00', at => '2026-03-02 11:00+00'), 'SV012', 'nor recorded afterwards');
SELECT is(decide('lead_1', 13, 'more_time', false, clock_id => clock(13, 'handle')), '1.1 lead_1 false', 'it can be refused still');
SELECT is(decide('lead_1', 13, 'sorry', clock_id => clock(13, 'write')), '1.1 lead_1 true', 'excuse of another clock');
UPDATE desk.ticket SET subject = 'x' WHERE ticket_id = 14;
SELECT is(decide('lead_1', 14, 'more_time', clock_id => clock(14, 'handle'), due => '2026-03-02 14:00+00'), 'SV012', 'breached and settled');
SET aftersales.now = '2026-03-02 12:30+00';

-- ---------- excuse
SELECT is(decide('lead_1', 15, 'sorry', clock_id => clock(15, 'handle')), '1.1 lead_1 true', 'a breach nobody has recorded yet');
SELECT is((SELECT excused_at FROM desk.sla_breach WHERE clock_id = clock(15, 'handle')), NULL, 'is recorded, and not excused before the last step');
SELECT is(decide('lead_1', 15, 'sorry', clock_id => clock(15, 'write')), '2.1 lead_1 true', 'another clock is another run');
SELECT is(decide('lead_1', 15, 'sorry', clock_id => clock(15, 'handle')), 'SV003', 'the first goes on');
SELECT is(decide('boss_1', 15, 'sorry', clock_id => clock(15, 'handle')), '1.2 boss_1 true', 'last step');
SELECT results_eq('SELECT excused_at, excused_by FROM desk.sla_breach WHERE clock_id = clock(15, ''handle'')', $$VALUES (timestamptz '2026-03-02 12:30+00', 'boss_1')$$, 'excused');
SELECT is((SELECT excused_at FROM desk.sla_breach WHERE clock_id = clock(15, 'write')), NULL, 'the other one is not');
SELECT is(split_part(said(15), '; ', 3), format('approved:sorry boss_1 {"clock_id": %s}', clock(15, 'handle')), 'its event');
SELECT is(decide('lead_1', 15, 'sorry', clock_id => clock(15, 'handle')), 'SV010', 'once is enough');
SELECT is(decide('lead_1', 16, 'sorry', clock_id => clock(16, 'handle'), due => '2026-03-02 14:00+00'), 'SV010', 'an excuse sets no due time');
SELECT is(decide('lead_1', 16, 'sorry'), 'SV010', 'it needs a clock');
SELECT is(decide('lead_1', 16, 'sorry', clock_id => clock(16, 'free')), 'SV010', 'a breached one');
SELECT is(decide('lead_1', 9, 'sorry', clock_id => clock(8, 'handle')), 'SV010', 'of its own');
SELECT is(decide('lead_1', 17, 'sorry', false, clock_id => clock(17, 'handle')), '1.1 lead_1 false', 'refused');
SELECT is((SELECT excused_at FROM desk.sla_breach WHERE clock_id = clock(17, 'handle')), NULL, 'it stays a breach');
SELECT throws_ok('UPDATE desk.sla_breach SET excused_at = now()', 'SV004', NULL, 'nobody else excuses');

SELECT aftersales.void_ticket(19, 'opened by mistake');
SELECT is(decide('boss_1', 19, 'slow'), 'SV001', 'nothing is decided about a void ticket');

-- ---------- a trigger of others
CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.is_approved := true; RETURN NEW; END $$;
CREATE TRIGGER zz BEFORE INSERT ON desk.approval FOR EACH ROW EXECUTE FUNCTION meddle();
SELECT is(decide('clerk_1', 18, 'finish', false), 'SV004', 'that alters the decision');
DROP TRIGGER zz ON desk.approval;

-- ---------- what check_policy says
SELECT aftersales.draft_policy('a');
INSERT INTO aftersales.approval_rule (policy, version, kind, step, purpose, roles) VALUES ('a', 2, 'more_time', 2, 'consent', '{lead}'), ('a', 2, 'nobody', 1, 'consent', '{}');
INSERT INTO aftersales.sla_rule (policy, version, rule, clock, starts_on, stops_on, target, extension_approval) VALUES
    ('a', 2, 'x1', 'x1', '{approved:finish}', '{decided:slow}', '01:00', 'finish'), ('a', 2, 'x2', 'x2', '{approved:no_such}', '{memo}', '01:00', 'no_such');
INSERT INTO aftersales.workflow_guard (policy, version, to_state, guard, requires, message_en) VALUES ('a', 2, 'done', 'g', 'approved(''no_such'')', 'm');
SELECT bag_eq($$SELECT table_name || ' ' || item || ': ' || problem FROM aftersales.check_policy('a', 2) WHERE severity = 'error' AND (item ~ '^job' OR item !~ '^other')$$, $$VALUES
    ('approval_rule job.more_time: its steps have different purposes'), ('approval_rule job.nobody.1: names no role, so nobody can decide it'),
    ('sla_rule job.x1: extension_approval names finish, no approval of purpose extension'), ('sla_rule job.x2: extension_approval names no_such, no approval of purpose extension'),
    ('sla_rule job.x2: starts_on names unknown event approved:no_such'), ('workflow_guard job.g: approved() names unknown approval no_such')$$, 'what is unsound');

SELECT is_empty('SELECT * FROM aftersales.verify_clocks()', 'replaying gives the same clocks');
SELECT is_empty('SELECT * FROM aftersales.verify_audit()', 'every chain holds');
SELECT * FROM finish();
