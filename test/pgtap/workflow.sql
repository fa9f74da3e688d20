-- The workflow as a grid: every state to every state, by every kind of actor;
-- allowed_transitions says beforehand exactly what the trigger then does.
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SELECT no_plan();
INSERT INTO aftersales.policy (policy, title_en) VALUES ('w', 'W');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('w', 1, 'job'), ('w', 1, 'call');
INSERT INTO aftersales.attribute (policy, version, attribute, data_type, required_in) VALUES ('w', 1, 'n', 'integer', '{}'), ('w', 1, 'place', 'text', '{done}');
INSERT INTO aftersales.event_type (policy, version, event) VALUES ('w', 1, 'seen');
-- a row for every type, and rows of one type that stand beside it
INSERT INTO aftersales.workflow_state (policy, version, ticket_type, state, kind, position) VALUES
    ('w', 1, NULL, 'late_new', 'initial', 9), ('w', 1, NULL, 'new', 'initial', 1), ('w', 1, NULL, 'work', 'active', 2), ('w', 1, NULL, 'wait', 'waiting', 3),
    ('w', 1, NULL, 'done', 'done', 4), ('w', 1, NULL, 'closed', 'closed', 5), ('w', 1, 'job', 'again', 'active', 6);
INSERT INTO aftersales.workflow_transition (policy, version, ticket_type, from_state, to_state, roles, ask_for, label_en, label_zh) VALUES
    ('w', 1, NULL, 'new', 'work', NULL, '{}', 'Begin', '开始'), ('w', 1, NULL, 'late_new', 'work', NULL, '{}', NULL, NULL),
    ('w', 1, NULL, 'work', 'wait', '{clerk}', '{}', NULL, NULL), ('w', 1, NULL, 'wait', 'work', '{}', '{}', NULL, NULL),
    ('w', 1, NULL, 'work', 'done', '{clerk,boss}', '{n,place}', 'Finish', NULL), ('w', 1, NULL, 'done', 'closed', '{boss}', '{}', NULL, NULL),
    ('w', 1, 'job', 'done', 'again', NULL, '{}', NULL, NULL), ('w', 1, 'job', 'again', 'done', NULL, '{}', NULL, NULL),
    ('w', 1, 'call', 'wait', 'closed', NULL, '{}', NULL, NULL), ('w', 1, NULL, 'wait', 'done', '{boss}', '{}', NULL, NULL),
    ('w', 1, NULL, NULL, 'wait', '{boss}', '{}', NULL, NULL), ('w', 1, NULL, NULL, 'late_new', '{boss}', '{}', NULL, NULL);
INSERT INTO aftersales.workflow_guard (policy, version, ticket_type, from_state, to_state, guard, requires, message_en, ask_for) VALUES
    ('w', 1, NULL, 'work', 'done', 'big', 'n > 3', 'n over 3', '{n}'),
    ('w', 1, 'job', NULL, 'done', 'seen', 'has_event(''seen'', 2)', 'seen twice', '{}'),
    ('w', 1, 'call', 'new', NULL, 'channel', 'channel IS NOT NULL', 'channel given', '{channel}'),
    ('w', 1, NULL, NULL, 'wait', 'reason', 'subject IS NOT NULL', 'subject given', '{}'),
    ('w', 1, NULL, NULL, NULL, 'always', 'status <> ''impossible''', 'always met', '{}');
SELECT is_empty($$SELECT * FROM aftersales.check_policy('w', 1) WHERE problem !~ 'unreachable'$$, 'sound');
SELECT aftersales.activate_policy('w', 1);
SELECT aftersales.create_desk();
INSERT INTO desk.staff (login) VALUES ('c1'), ('b1'), ('cb'), ('n1');
INSERT INTO desk.staff_role VALUES ('c1', 'clerk'), ('b1', 'boss'), ('cb', 'clerk'), ('cb', 'boss');

-- Does a statement, returns the SQLSTATE or done, and undoes it.
CREATE FUNCTION tried(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    BEGIN
        EXECUTE statement;
        RAISE EXCEPTION USING ERRCODE = 'UNDO0';
    EXCEPTION WHEN SQLSTATE 'UNDO0' THEN RETURN 'done';
        WHEN OTHERS THEN RETURN sqlstate || coalesce(' ' || nullif(substring(sqlerrm FROM 'not .* yet'), ''), '');
    END;
END $$;

-- ---------- opening
SELECT is(coalesce(tried(format('SET LOCAL aftersales.actor = %L; INSERT INTO desk.ticket (ticket_type, status, subject, channel) VALUES (%L, %L, %L, %L)', actor, type, state, subject, 'x')), ''), want,
          format('%s opens %s in %s, subject %s', actor, type, coalesce(state, 'the default'), coalesce(subject, 'NULL')))
FROM (VALUES
    ('n1', 'job', NULL, NULL, 'done'), ('n1', 'job', 'new', NULL, 'done'), ('n1', 'job', 'late_new', NULL, 'SV003'), ('b1', 'job', 'late_new', NULL, 'done'),
    ('n1', 'job', 'work', NULL, 'SV001'), ('n1', 'job', 'closed', NULL, 'SV001'), ('n1', 'job', 'wait', 'x', 'SV003'), ('c1', 'job', 'wait', 'x', 'SV003'),
    ('b1', 'job', 'wait', 'x', 'done'), ('b1', 'job', 'wait', NULL, 'SV002'), ('b1', 'call', 'again', 'x', 'SV001'), ('b1', 'job', 'done', 'x', 'SV001'), ('b1', 'job', '', 'x', 'SV001')) v(actor, type, state, subject, want);
INSERT INTO desk.ticket (ticket_type) VALUES ('job');
SELECT is((SELECT status FROM desk.ticket), 'new', 'the default is the initial state of the lowest position');

-- ---------- the grid: bring one ticket of each type into each state, twice (with everything given, and bare)
CREATE PROCEDURE bring(id bigint, type text, state text, rich boolean) LANGUAGE plpgsql AS $$
DECLARE step text;
BEGIN
    SET LOCAL aftersales.actor = 'cb';
    INSERT INTO desk.ticket (ticket_id, ticket_type, subject, channel, attributes) VALUES (id, type, 's', 'c', '{"n": 9, "place": "p"}');
    INSERT INTO desk.ticket_event (ticket_id, event) VALUES (id, 'seen'), (id, 'seen');
    FOREACH step IN ARRAY CASE state WHEN 'new' THEN '{}' WHEN 'work' THEN '{work}' WHEN 'wait' THEN '{work,wait}' WHEN 'done' THEN '{work,done}'
                          WHEN 'closed' THEN '{work,done,closed}' WHEN 'again' THEN '{work,done,again}' END::text[] LOOP
        UPDATE desk.ticket SET status = step WHERE ticket_id = id;
    END LOOP;
    IF NOT rich THEN
        UPDATE desk.ticket SET subject = NULL, channel = NULL, attributes = CASE status WHEN 'done' THEN '{"place": "p"}' ELSE '{}' END::jsonb WHERE ticket_id = id;
    END IF;
END $$;
CREATE TABLE cell AS
SELECT 1000 + row_number() OVER () AS id, t.type, s.state, r.rich
FROM (VALUES ('job'), ('call')) t(type) CROSS JOIN unnest('{new,work,wait,done,closed,again}'::text[]) s(state) CROSS JOIN (VALUES (true), (false)) r(rich)
WHERE NOT (t.type = 'call' AND s.state = 'again');
DO $$ DECLARE c record; BEGIN FOR c IN SELECT * FROM cell LOOP CALL bring(c.id, c.type, c.state, c.rich); END LOOP; END $$;
SELECT is((SELECT count(*) FROM desk.ticket k JOIN cell c ON c.id = k.ticket_id AND c.state = k.status), (SELECT count(*) FROM cell), 'every cell has its ticket');

-- what the policy's rows say, computed here in plain SQL
CREATE FUNCTION expected(c cell, target text, actor text) RETURNS text LANGUAGE sql AS $$
    SELECT CASE
        WHEN c.state = target THEN 'done'
        WHEN x.to_state IS NULL THEN 'SV001'
        WHEN x.roles IS NOT NULL AND NOT EXISTS (SELECT FROM desk.staff_role r WHERE r.login = actor AND r.role = ANY (x.roles)) THEN 'SV003'
        WHEN NOT c.rich AND (target = 'wait' OR (c.type = 'call' AND c.state = 'new') OR (c.state = 'work' AND target = 'done') OR (target = 'done' AND c.state IN ('wait', 'again'))) THEN 'SV002'
        ELSE 'done' END
    FROM (SELECT) one LEFT JOIN aftersales.workflow_transition x
      ON x.policy = 'w' AND x.version = 1 AND x.from_state = c.state AND x.to_state = target AND (x.ticket_type IS NULL OR x.ticket_type = c.type) $$;
SELECT is(left(tried(format('SET LOCAL aftersales.actor = %L; UPDATE desk.ticket SET status = %L WHERE ticket_id = %s', a, target, c.id)), 5), left(expected(c, target, a), 5),
          format('%s %s %s to %s by %s', c.type, CASE WHEN c.rich THEN 'rich' ELSE 'bare' END, c.state, target, a))
FROM cell c CROSS JOIN unnest('{new,late_new,work,wait,done,closed,again,nowhere}'::text[]) target CROSS JOIN unnest('{n1,c1,b1,cb}'::text[]) a
WHERE NOT (NOT c.rich AND c.state = target);

-- allowed_transitions: the same answers, one row per move and unmet guard
CREATE FUNCTION foretold(id bigint, target text, actor text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('aftersales.actor', actor, true);
    RETURN (SELECT CASE WHEN count(*) = 0 THEN 'SV001' WHEN NOT bool_and(role_ok) THEN 'SV003' WHEN NOT bool_and(allowed) THEN 'SV002' ELSE 'done' END
            FROM aftersales.allowed_transitions(ARRAY[id]) WHERE to_state = target);
END $$;
SELECT is(foretold(c.id, target, a), left(tried(format('SET LOCAL aftersales.actor = %L; UPDATE desk.ticket SET status = %L WHERE ticket_id = %s', a, target, c.id)), 5),
          format('foretold: %s %s %s to %s by %s', c.type, CASE WHEN c.rich THEN 'rich' ELSE 'bare' END, c.state, target, a))
FROM cell c CROSS JOIN unnest('{new,work,wait,done,closed,again}'::text[]) target CROSS JOIN unnest('{n1,cb}'::text[]) a
WHERE c.state <> target;
RESET aftersales.actor;
SELECT results_eq($$SELECT to_state, allowed, role_ok, guard, message, ask_for, label_en FROM aftersales.allowed_transitions(ARRAY(SELECT id FROM cell WHERE type = 'job' AND state = 'work' AND NOT rich)) ORDER BY 1, 4$$,
    $$VALUES ('done', false, false, 'big', 'n over 3', '{n}'::text[], 'Finish'), ('done', false, false, 'place', 'the attribute must have a value in state "done"', '{place}', 'Finish'),
             ('wait', false, false, 'reason', 'subject given', '{}', NULL)$$, 'allowed_transitions names guards, messages and what to ask for');
SELECT is_empty('SELECT * FROM aftersales.allowed_transitions(NULL)', 'of no tickets: nothing');
SELECT is_empty('SELECT * FROM aftersales.allowed_transitions(''{-1}'')', 'of a ticket that is not there: nothing');
SELECT is((SELECT count(*) FROM desk.ticket k JOIN cell c ON c.id = k.ticket_id AND c.state = k.status), (SELECT count(*) FROM cell), 'asking has changed nothing');
SELECT is((SELECT count(DISTINCT ticket_id) FROM aftersales.allowed_transitions(ARRAY(SELECT id FROM cell))), (SELECT count(*) FROM cell WHERE state <> 'closed'), 'many tickets at once');
SELECT is_empty('SELECT * FROM aftersales.verify_audit()', 'all chains are sound');
SELECT * FROM finish();
