-- Roles that exclude one another: by the versions in force, whichever role
-- comes second, and however it comes.
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT no_plan();
INSERT INTO aftersales.policy (policy, title_en) VALUES ('c', 'C'), ('o', 'O');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('c', 1, 'job'), ('o', 1, 'other');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('c', 1, 'new', 'initial'), ('c', 1, 'done', 'done'), ('o', 1, 'new', 'initial'), ('o', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state, roles) VALUES ('c', 1, 'new', 'done', '{director}'), ('o', 1, 'new', 'done', NULL);
INSERT INTO aftersales.approval_rule (policy, version, kind, roles) VALUES ('c', 1, 'k', '{commerce,store}'), ('o', 1, 'k', '{clerk}');
INSERT INTO aftersales.role_conflict (policy, version, role_a, role_b, message_en, message_zh) VALUES
    ('c', 1, 'commerce', 'director', 'One signs for the other.', '双方共同签字'), ('c', 1, 'commerce', 'store', 'Who buys does not keep.', NULL), ('o', 1, 'clerk', 'ghost', 'x', NULL);
SELECT results_eq($$SELECT severity, item, problem FROM aftersales.check_policy('o', 1) WHERE table_name = 'role_conflict'$$, $$VALUES ('notice', 'clerk+ghost', 'no rule names role ghost')$$, 'a role that no rule names');
SELECT is_empty($$SELECT * FROM aftersales.check_policy('c', 1) WHERE table_name = 'role_conflict'$$, 'those that rules name are fine');
-- the rows themselves
SELECT throws_ok(format('INSERT INTO aftersales.role_conflict (policy, version, role_a, role_b, message_en) VALUES (''c'', 1, %L, %L, ''x'')', a, b), want, NULL, concat(a, ' and ', b))
FROM (VALUES ('b', 'a', '23514'), ('a', 'a', '23514'), ('a', 'B', '23514'), ('', 'a', '23514'), ('commerce', 'store', '23505'), (NULL, 'a', '23502')) x(a, b, want);
SELECT aftersales.create_desk();
INSERT INTO desk.staff (login) SELECT 'p_' || g FROM generate_series(1, 20) g;
SELECT lives_ok('INSERT INTO desk.staff_role VALUES (''p_20'', ''commerce''), (''p_20'', ''director'')', 'a draft binds nobody');
SELECT aftersales.activate_policy('c', 1);
SELECT aftersales.activate_policy('o', 1);
CREATE FUNCTION gives(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN EXECUTE statement; RETURN 'done'; EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE; END $$;
CREATE FUNCTION has(who text) RETURNS text LANGUAGE sql AS $$ SELECT coalesce(string_agg(role, ' ' ORDER BY role), '') FROM desk.staff_role WHERE login = who $$;

SELECT is(gives(format('INSERT INTO desk.staff_role VALUES (%L, %L)', who, role)), want, format('%s gets %s', who, role)) FROM (VALUES
    (1, 'p_1', 'commerce', 'done'), (2, 'p_1', 'director', 'SV003'), (3, 'p_1', 'store', 'SV003'), (4, 'p_1', 'engineer', 'done'), (5, 'p_1', 'commerce', '23505'),
    (6, 'p_2', 'director', 'done'), (7, 'p_2', 'commerce', 'SV003'), (8, 'p_2', 'store', 'done'), (9, 'p_2', 'ghost', 'done'), (10, 'p_2', 'clerk', 'SV003'), (11, 'nobody', 'commerce', '23503')) v(n, who, role, want)
ORDER BY n;
SELECT is(has('p_1') || ', ' || has('p_2'), 'commerce engineer, director ghost store', 'what they have');
-- several rows at once
SELECT is(gives('INSERT INTO desk.staff_role VALUES (''p_3'', ''commerce''), (''p_4'', ''director''), (''p_3'', ''store'')'), 'SV003', 'two of them in one statement');
SELECT is(has('p_4'), '', 'nothing of it is there');
SELECT is(gives('INSERT INTO desk.staff_role SELECT ''p_'' || g, ''commerce'' FROM generate_series(5, 9) g'), 'done', 'one each');
SELECT is(gives('COPY desk.staff_role FROM PROGRAM ''printf "p_5\tdirector\n"'''), 'SV003', 'by COPY');
-- by UPDATE
SELECT is(gives('UPDATE desk.staff_role SET role = ''director'' WHERE login = ''p_5'''), 'done', 'one instead of the other');
SELECT is(gives('UPDATE desk.staff_role SET role = ''store'' WHERE login = ''p_1'' AND role = ''engineer'''), 'SV003', 'another role beside it');
SELECT is(gives('UPDATE desk.staff_role SET login = ''p_6'' WHERE login = ''p_5'''), 'SV003', 'from one person to another');
SELECT is(gives('UPDATE desk.staff_role SET role = role WHERE login IN (''p_1'', ''p_2'')'), 'done', 'no change');
-- taking away is always free, and makes room
SELECT is(gives('DELETE FROM desk.staff_role WHERE login = ''p_6'''), 'done', 'taken away');
SELECT is(gives('INSERT INTO desk.staff_role VALUES (''p_6'', ''director'')'), 'done', 'and another one given');
SELECT is(gives('WITH gone AS (DELETE FROM desk.staff_role WHERE login = ''p_7'' RETURNING login) INSERT INTO desk.staff_role SELECT login, ''store'' FROM gone'), 'done', 'both in one statement');
-- who has both from before
SELECT is(has('p_20'), 'commerce director', 'stays as he is');
SELECT is(gives('INSERT INTO desk.staff_role VALUES (''p_20'', ''director'') ON CONFLICT DO NOTHING'), 'done', 'a retry of what he has');
SELECT is(gives('INSERT INTO desk.staff_role VALUES (''p_20'', ''store'')'), 'SV003', 'gets no further conflict');
-- who is not active has roles to come
UPDATE desk.staff SET is_active = false WHERE login = 'p_8';
SELECT is(gives('INSERT INTO desk.staff_role VALUES (''p_8'', ''store'')'), 'SV003', 'of somebody who is away');

-- ---------- by the versions in force
SELECT aftersales.draft_policy('c');
SELECT is((SELECT count(*)::int FROM aftersales.role_conflict WHERE policy = 'c' AND version = 2), 2, 'a draft has the rows, too');
DELETE FROM aftersales.role_conflict WHERE policy = 'c' AND version = 2 AND role_b = 'store';
INSERT INTO aftersales.role_conflict (policy, version, role_a, role_b, message_en) VALUES ('c', 2, 'director', 'store', 'x');
SELECT is(gives('INSERT INTO desk.staff_role VALUES (''p_9'', ''store'')'), 'SV003', 'version 1 is in force');
SELECT aftersales.activate_policy('c', 2, aftersales.now() + interval '1 day');
SELECT is(gives('INSERT INTO desk.staff_role VALUES (''p_9'', ''store'')'), 'SV003', 'also while version 2 is to come');
SELECT set_config('aftersales.now', (aftersales.now() + interval '2 days')::text, false);
SELECT is(gives('INSERT INTO desk.staff_role VALUES (''p_9'', ''store'')'), 'done', 'version 2 lacks the conflict');
SELECT is(gives('INSERT INTO desk.staff_role VALUES (''p_9'', ''director'')'), 'SV003', 'and has another');
RESET aftersales.now;
-- frozen, copied, counted
SELECT throws_ok('DELETE FROM aftersales.role_conflict WHERE policy = ''c'' AND version = 1', 'SV004', NULL, 'an active version is frozen');
SELECT lives_ok('UPDATE aftersales.role_conflict SET message_zh = ''x'' WHERE policy = ''c'' AND version = 1', 'but for its messages');
SELECT throws_ok('TRUNCATE aftersales.role_conflict', 'SV004', NULL, 'TRUNCATE is refused');
SELECT isnt(aftersales.policy_digest('c', 1), aftersales.policy_digest('c', 2), 'the digest covers them');
SELECT aftersales.draft_policy('c');
DELETE FROM aftersales.policy_version WHERE policy = 'c' AND version = 3;
SELECT is((SELECT count(*)::int FROM aftersales.role_conflict WHERE policy = 'c' AND version = 3), 0, 'they go with a draft');
SELECT aftersales.draft_policy('c');
DELETE FROM aftersales.ticket_type WHERE policy = 'c' AND version = 3;
SELECT is((SELECT count(*)::int FROM aftersales.role_conflict WHERE policy = 'c' AND version = 3), 2, 'but not with a ticket type');
SELECT * FROM finish();
