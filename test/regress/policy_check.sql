-- check_policy: every kind of unsoundness it knows, one row each; and
-- activate_policy refuses with the list.
INSERT INTO aftersales.policy (policy, title_en) VALUES ('bad', 'Bad');
SELECT * FROM aftersales.check_policy('bad', 1);
SELECT * FROM aftersales.check_policy('bad', 2);
SELECT * FROM aftersales.check_policy('no_such', 1);
INSERT INTO aftersales.ticket_type (policy, version, ticket_type, clauses) VALUES ('bad', 1, 'job', '{T-1,NO-1}'), ('bad', 1, 'empty', '{}');
INSERT INTO aftersales.workflow_state (policy, version, ticket_type, state, kind) VALUES
    ('bad', 1, 'job', 'new', 'initial'), ('bad', 1, 'job', 'island', 'active'), ('bad', 1, 'job', 'trap', 'waiting'),
    ('bad', 1, 'job', 'done', 'done'), ('bad', 1, 'job', 'loop_a', 'active'), ('bad', 1, 'job', 'loop_b', 'active'),
    ('bad', 1, 'job', 'call', 'active');
INSERT INTO aftersales.workflow_transition (policy, version, ticket_type, from_state, to_state, clauses) VALUES
    ('bad', 1, 'job', 'new', 'trap', '{}'), ('bad', 1, 'job', 'new', 'done', '{NO-2}'), ('bad', 1, 'job', 'island', 'done', '{}'),
    ('bad', 1, 'job', 'new', 'no_such_state', '{}'), ('bad', 1, 'job', 'nowhere', 'done', '{}'),
    ('bad', 1, 'job', 'new', 'loop_a', '{}'), ('bad', 1, 'job', 'loop_a', 'loop_b', '{}'), ('bad', 1, 'job', 'loop_b', 'loop_a', '{}'),
    ('bad', 1, 'job', NULL, 'call', '{}'), ('bad', 1, 'job', 'call', 'done', '{}');
INSERT INTO aftersales.service_area (policy, version, area) VALUES ('bad', 1, 'urban'), ('bad', 1, 'rural'), ('bad', 1, 'desert');
INSERT INTO aftersales.attribute (policy, version, ticket_type, attribute, data_type, required_in, allowed) VALUES
    ('bad', 1, 'job', 'priority', 'text', '{}', NULL), ('bad', 1, 'job', 'size', 'integer', '{no_such_state}', NULL),
    ('bad', 1, 'job', 'late_type', 'integer', '{}', NULL);
INSERT INTO aftersales.event_type (policy, version, ticket_type, event, allowed_in, clauses) VALUES
    ('bad', 1, 'job', 'call_in', '{no_such_state}', '{}'), ('bad', 1, 'job', 'answered', NULL, '{NO-3}');
INSERT INTO aftersales.workflow_guard (policy, version, ticket_type, from_state, to_state, guard, requires, message_en) VALUES
    ('bad', 1, 'job', 'no_such_state', NULL, 'g_state', 'true', 'm'),
    ('bad', 1, 'job', 'done', 'new', 'g_nothing', 'true', 'm'),
    ('bad', 1, 'job', 'new', 'done', 'g_event', 'has_event(''no_such_event'')', 'm'),
    ('bad', 1, 'job', 'new', 'done', 'g_clock', 'clock_expired(''no_such_clock'')', 'm'),
    ('bad', 1, 'job', 'new', 'done', 'g_type', 'late_type > 3', 'm'),
    ('bad', 1, NULL, 'new', 'done', 'g_other', 'size > 3', 'm');
-- an attribute that changes its type, or goes, after a guard was written
UPDATE aftersales.attribute SET data_type = 'text' WHERE policy = 'bad' AND attribute = 'late_type';
INSERT INTO aftersales.sla_rule (policy, version, ticket_type, rule, clock, condition, starts_on, stops_on, cancels_on, target, mandatory, rank) VALUES
    ('bad', 1, 'job', 'r_start', 'c1', NULL, '{no_such_event}', '{status:done}', '{}', '1 hour', false, 0),
    ('bad', 1, 'job', 'r_stop', 'c2', NULL, '{opened}', '{status:no_such_state}', '{}', '1 hour', false, 0),
    ('bad', 1, 'job', 'r_cancel', 'c3', NULL, '{opened}', '{status:done}', '{nothing}', '1 hour', false, 0),
    ('bad', 1, 'job', 'r_never', 'c4', NULL, '{opened}', '{status:island}', '{}', '1 hour', false, 0),
    ('bad', 1, 'job', 'r_rank_a', 'c5', NULL, '{opened}', '{status:done}', '{}', '1 hour', false, 3),
    ('bad', 1, 'job', 'r_rank_b', 'c5', 'area = ''urban''', '{opened}', '{status:done}', '{}', '2 hours', false, 3),
    ('bad', 1, 'job', 'r_area_a', 'c6', 'area = ''urban''', '{opened}', '{status:done}', '{}', '1 hour', true, 0),
    ('bad', 1, 'job', 'r_area_b', 'c6', 'area IN (''rural'')', '{opened}', '{status:done}', '{}', '2 hours', true, 0),
    ('bad', 1, 'job', 'r_same', 'c7', NULL, '{opened}', '{status:done}', '{}', '1 hour', false, 0),
    ('bad', 1, NULL, 'r_same', 'c7', NULL, '{call_in}', '{status:done}', '{}', '1 hour', false, 1),
    ('bad', 1, 'job', 'r_note', 'c8', NULL, '{opened}', '{status:done}', '{}', NULL, false, 0);
SELECT * FROM aftersales.check_policy('bad', 1) ORDER BY 1, 2, 3, 4;

-- activation lists the errors, changes nothing, and the draft can be mended
SET client_min_messages = warning;
\t \a
SELECT t.try('SELECT aftersales.activate_policy(''bad'', 1)');
SELECT status, effective_from, activated_at FROM aftersales.policy_version WHERE policy = 'bad';
SELECT t.try('SELECT aftersales.activate_policy(''bad'', 2)');
SELECT t.try('SELECT aftersales.activate_policy(''no_such'', 1)');
SELECT t.try('SELECT aftersales.activate_policy(NULL, 1)');
SELECT t.try('SELECT aftersales.draft_policy(''bad'')');
SELECT t.try('SELECT aftersales.draft_policy(''no_such'')');
-- two rules of one rank that the check cannot see: refused when both match
INSERT INTO aftersales.policy (policy, title_en) VALUES ('ranks', 'Ranks');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('ranks', 1, 'ranked');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('ranks', 1, 'new', 'initial'), ('ranks', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('ranks', 1, 'new', 'done');
INSERT INTO aftersales.sla_rule (policy, version, rule, clock, condition, starts_on, stops_on, target, rank, clauses) VALUES
    ('ranks', 1, 'low', 'c', NULL, '{opened}', '{status:done}', '3 hours', 0, '{}'),
    ('ranks', 1, 'a', 'c', 'area = ''urban''', '{opened}', '{status:done}', '1 hour', 1, '{T-1}'),
    ('ranks', 1, 'b', 'c', 'tier = ''gold''', '{opened}', '{status:done}', '2 hours', 1, '{T-2}');
SELECT t.try('SELECT aftersales.activate_policy(''ranks'', 1)');
SELECT aftersales.create_desk('ranks');
SELECT t.try('INSERT INTO ranks.ticket (ticket_type, area, tier) VALUES (''ranked'', ''urban'', ''gold'')');
SELECT t.try('INSERT INTO ranks.ticket (ticket_id, ticket_type, area, tier) VALUES (1, ''ranked'', ''urban'', ''silver''), (2, ''ranked'', ''rural'', ''gold''), (3, ''ranked'', NULL, NULL)');
SELECT ticket_id, rule FROM ranks.sla_clock ORDER BY 1;
SELECT t.try('UPDATE ranks.ticket SET tier = ''gold'' WHERE ticket_id = 1');
-- an expression that fails when it is run: the error says where it stands
INSERT INTO aftersales.policy (policy, title_en) VALUES ('fail', 'Fail');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('fail', 1, 'failing');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('fail', 1, 'new', 'initial'), ('fail', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('fail', 1, 'new', 'done');
INSERT INTO aftersales.workflow_guard (policy, version, to_state, guard, requires, message_en, clauses) VALUES ('fail', 1, 'done', 'halves', '1 / quantity::integer > 0', 'm', '{T-1}');
INSERT INTO aftersales.sla_rule (policy, version, rule, clock, condition, starts_on, stops_on, target, clauses) VALUES ('fail', 1, 'r', 'c', 'tier::integer > 3', '{opened}', '{status:done}', '3 hours', '{T-2}');
SELECT aftersales.activate_policy('fail', 1);
\t \a
INSERT INTO ranks.ticket (ticket_id, ticket_type, tier) VALUES (9, 'failing', 'gold');
INSERT INTO ranks.ticket (ticket_id, ticket_type, tier, quantity) VALUES (10, 'failing', '4', 0);
UPDATE ranks.ticket SET status = 'done' WHERE ticket_id = 10;
-- NULL: a condition does not match, a guard refuses
\set VERBOSITY terse
UPDATE ranks.ticket SET status = 'done', quantity = NULL, tier = NULL WHERE ticket_id = 10;
UPDATE ranks.ticket SET tier = NULL WHERE ticket_id = 10;
SELECT ticket_id, clock, ended_as FROM t.clocks('ranks', '{10}');
DROP SCHEMA ranks, ranks_bi CASCADE;
DELETE FROM aftersales.policy WHERE policy = 'bad';

-- clocks and escalations: each problem once
\t \a
INSERT INTO aftersales.calendar (calendar, timezone) VALUES ('no_hours', 'UTC');
INSERT INTO aftersales.policy (policy, title_en) VALUES ('badc', 'Bad clocks');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('badc', 1, 'job');
INSERT INTO aftersales.attribute (policy, version, attribute, data_type) VALUES ('badc', 1, 'agreed', 'timestamptz'), ('badc', 1, 'level', 'text');
INSERT INTO aftersales.event_type (policy, version, event, allowed_in) VALUES ('badc', 1, 'promise:visit', NULL), ('badc', 1, 'shift_done', '{done}');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('badc', 1, 'new', 'initial'), ('badc', 1, 'apart', 'initial'), ('badc', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('badc', 1, 'new', 'done'), ('badc', 1, 'apart', 'done');
INSERT INTO aftersales.sla_rule (policy, version, rule, clock, starts_on, stops_on, target, unit, calendar) VALUES
    ('badc', 1, 'no_calendar', 'a1', '{opened}', '{status:done}', '1 hour', 'working', NULL),
    ('badc', 1, 'unknown_calendar', 'a2', '{opened}', '{status:done}', '1 day', 'working_day', 'nowhere'),
    ('badc', 1, 'unsound_calendar', 'a3', '{opened}', '{status:done}', '1 day', 'working_day', 'no_hours'),
    ('badc', 1, 'needless_calendar', 'a4', '{opened}', '{status:done}', '1 hour', 'elapsed', 'no_hours');
INSERT INTO aftersales.sla_rule (policy, version, rule, clock, starts_on, stops_on, target, pauses_in, on_breach, on_breach_set) VALUES
    ('badc', 1, 'pauses', 'b1', '{opened}', '{status:done}', '1 hour', '{apart,nowhere}', NULL, NULL),
    ('badc', 1, 'moves_nowhere', 'b2', '{opened}', '{status:done}', '1 hour', '{}', 'nowhere', NULL),
    ('badc', 1, 'moves_apart', 'b3', '{opened}', '{status:done}', '1 hour', '{}', 'apart', NULL),
    ('badc', 1, 'moves', 'b4', '{opened}', '{status:done}', '1 hour', '{}', 'done', '{"level": "2", "priority": "high", "nothing": 1, "opened_at": 2}');
INSERT INTO aftersales.sla_rule (policy, version, rule, clock, starts_on, stops_on, target, due_from, starts_when, any_of) VALUES
    ('badc', 1, 'agreed', 'c1', '{opened}', '{status:done}', NULL, 'agreed', 'any', NULL),
    ('badc', 1, 'gone', 'c2', '{opened}', '{status:done}', '1 hour', 'agreed', 'any', NULL),
    ('badc', 1, 'promised', 'c3', '{promise:visit}', '{status:done}', NULL, 'promised_at', 'any', NULL),
    ('badc', 1, 'not_promised', 'c4', '{opened}', '{status:done}', NULL, 'promised_at', 'any', NULL),
    ('badc', 1, 'waits', 'c5', '{opened}', '{status:done}', '1 hour', NULL, 'all', 'one'),
    ('badc', 1, 'waits_for_two', 'c6', '{opened,shift_done}', '{status:done}', '1 hour', NULL, 'all', 'two'),
    ('badc', 1, 'other', 'c7', '{opened}', '{status:done}', '1 hour', NULL, 'any', 'two');
INSERT INTO aftersales.sla_rule (policy, version, rule, clock, starts_on, stops_on, target) VALUES
    ('badc', 1, 'then', 'd1', '{due:a1}', '{status:done}', '1 hour'), ('badc', 1, 'unknown', 'd2', '{due:nothing}', '{status:done}', '1 hour'),
    ('badc', 1, 'round_1', 'e1', '{opened,due:e3}', '{status:done}', '1 hour'), ('badc', 1, 'round_2', 'e2', '{due:e1}', '{status:done}', '1 hour'),
    ('badc', 1, 'round_3', 'e3', '{due:e2}', '{status:done}', '1 hour'), ('badc', 1, 'self', 'f1', '{opened,due:f1}', '{status:done}', '1 hour'),
    ('badc', 1, 'approved', 'g1', '{approved:nothing}', '{status:done}', '1 hour');
INSERT INTO aftersales.escalation_rule (policy, version, clock, level, at, action, recipient, set) VALUES
    ('badc', 1, 'a1', 1, '80%', 'notify', 'leader', NULL), ('badc', 1, 'nothing', 1, '80%', 'notify', 'leader', NULL),
    ('badc', 1, 'a1', 2, '0', 'set', NULL, '{"level": "3", "status": "done", "no_key": 1}'), ('badc', 1, 'a1', 3, '1 hour', 'move', NULL, '{"status": "done", "grade": "A"}'),
    ('badc', 1, 'a1', 4, '2 hours', 'move', NULL, '{"status": "nowhere"}'), ('badc', 1, 'a1', 5, '3 hours', 'move', NULL, '{"grade": "A"}'),
    ('badc', 1, 'a1', 6, '4 hours', 'move', NULL, '{"status": "apart"}');
-- an attribute that changes its type after a due_from was written
UPDATE aftersales.attribute SET data_type = 'text' WHERE policy = 'badc' AND attribute = 'agreed';
UPDATE aftersales.sla_rule SET due_from = NULL, target = '1 hour' WHERE policy = 'badc' AND rule = 'agreed';
SELECT * FROM aftersales.check_policy('badc', 1) ORDER BY severity COLLATE "C", table_name COLLATE "C", item COLLATE "C", problem COLLATE "C";
DELETE FROM aftersales.policy WHERE policy = 'badc';
DELETE FROM aftersales.calendar WHERE calendar = 'no_hours';
