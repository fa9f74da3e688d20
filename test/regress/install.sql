-- Installation, desks, and which desk is meant. At its end this file makes
-- what the other regression tests build on: schema t and the policy "tiny".
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
\pset null '(null)'

CREATE EXTENSION aftersales;
SELECT extversion ~ '^\d+\.\d+' AS has_version FROM pg_extension WHERE extname = 'aftersales';

-- no desk yet: functions on a desk say so
SELECT * FROM aftersales.desk;
SELECT * FROM aftersales.verify_audit();

-- a desk, and what it is
SELECT aftersales.create_desk();
SELECT desk, owner = current_user AS mine FROM aftersales.desk;
SELECT only_row, version = extversion AS of_this_version, hash_format, created_at <= now() AS created
FROM desk.desk_info, pg_extension WHERE extname = 'aftersales';
SELECT * FROM aftersales.verify_audit();

-- desk_info has one row
\set VERBOSITY terse
INSERT INTO desk.desk_info (version, hash_format) VALUES ('9.9', 9);
INSERT INTO desk.desk_info (only_row, version, hash_format) VALUES (false, '9.9', 9);

\set VERBOSITY default
-- the same desk twice; nothing of it is left behind
SELECT aftersales.create_desk();
CREATE SCHEMA half_bi;
SELECT aftersales.create_desk('half');
SELECT count(*) AS half FROM pg_namespace WHERE nspname = 'half';
DROP SCHEMA half_bi;

-- names: too long, empty, one that needs quotes
SELECT aftersales.create_desk('');
SELECT aftersales.create_desk(repeat('x', 61)::name);
SELECT aftersales.create_desk('North "Desk"');
SELECT desk FROM aftersales.desk ORDER BY desk;
SELECT count(*) AS views FROM pg_views WHERE schemaname = 'North "Desk"_bi';

-- with two desks one must be named: as argument, or in the setting
SELECT * FROM aftersales.verify_audit();
SELECT * FROM aftersales.verify_audit(NULL, 'nowhere');
SELECT * FROM aftersales.verify_audit(NULL, 'public');
SELECT * FROM aftersales.verify_audit(NULL, 'North "Desk"');
SET aftersales.desk = 'nowhere';
SELECT * FROM aftersales.sweep();
SET aftersales.desk = 'North "Desk"';
SELECT * FROM aftersales.sweep();
-- the argument wins over the setting
SELECT * FROM aftersales.verify_audit(NULL, 'nowhere');
RESET aftersales.desk;

-- policies that ship, and one that does not
SELECT aftersales.install_policy('no_such');
SELECT aftersales.install_policy('../desk/10_table');

-- set_node: own ranges of ids, before the first row only
SELECT aftersales.set_node(-1, 'desk');
SELECT aftersales.set_node(900001, 'desk');
SELECT aftersales.set_node(NULL, 'desk');
SELECT aftersales.set_node(900000, 'desk');
SELECT aftersales.set_node(3, 'desk');
INSERT INTO desk.org_unit (org_code) VALUES ('north') RETURNING org_id;
SELECT aftersales.set_node(4, 'desk');
DELETE FROM desk.org_unit;
SELECT aftersales.set_node(0, 'desk');
INSERT INTO desk.org_unit (org_code) VALUES ('north') RETURNING org_id;

SET client_min_messages = warning;
DROP SCHEMA "North ""Desk""", "North ""Desk""_bi" CASCADE;
DROP SCHEMA desk, desk_bi CASCADE;
SELECT count(*) AS desks FROM aftersales.desk;

-- ---------------------------------------------------------------------
-- What the other tests use.

CREATE SCHEMA t;

-- Runs a statement and says all that a refusal carries.
CREATE FUNCTION t.try(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    n bigint; s text; m text; d text; h text; sch text; tab text; col text; con text;
BEGIN
    EXECUTE statement;
    GET DIAGNOSTICS n = ROW_COUNT;
    RETURN format('done, %s row(s)', n);
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS s = RETURNED_SQLSTATE, m = MESSAGE_TEXT, d = PG_EXCEPTION_DETAIL,
        h = PG_EXCEPTION_HINT, sch = SCHEMA_NAME, tab = TABLE_NAME, col = COLUMN_NAME,
        con = CONSTRAINT_NAME;
    RETURN s || ': ' || m
        || CASE WHEN d <> '' THEN E'\n  detail: ' || replace(d, E'\n', E'\n          ') ELSE '' END
        || CASE WHEN h <> '' THEN E'\n  hint: ' || h ELSE '' END
        || E'\n  at: ' || concat_ws(' ', nullif('table ' || concat_ws('.', nullif(sch, ''), nullif(tab, '')), 'table '),
                                    nullif('column ' || col, 'column '), nullif('constraint ' || con, 'constraint '));
END $$;

-- The history of a desk's tickets, one event a line.
CREATE FUNCTION t.history(desk name, ids bigint[] DEFAULT NULL)
    RETURNS TABLE (ticket_id bigint, seq integer, event text, occurred_at timestamptz, actor text,
                   move text, origin text, note text, data jsonb)
    LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT e.ticket_id, e.seq, e.event, e.occurred_at, e.actor,
                coalesce(e.from_state, '''') || ''>'' || e.to_state, e.origin, p.note, p.data
         FROM %1$I.ticket_event e LEFT JOIN %1$I.event_private p ON p.event_id = e.event_id
         WHERE $1 IS NULL OR e.ticket_id = ANY ($1)
         ORDER BY e.ticket_id, e.seq', desk) USING ids;
END $$;

-- A desk's clocks with their breaches.
CREATE FUNCTION t.clocks(desk name, ids bigint[] DEFAULT NULL)
    RETURNS TABLE (ticket_id bigint, clock text, cycle integer, rule text, target interval,
                   started_at timestamptz, start_seq integer, due_at timestamptz, stopped_at timestamptz,
                   ended_as text, breached boolean, next_at timestamptz,
                   breach_at timestamptz, org_id bigint, assignee text, cleared boolean)
    LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT c.ticket_id, c.clock, c.cycle, c.rule, c.target, c.started_at, c.start_seq,
                c.due_at, c.stopped_at, c.ended_as, c.is_breached, c.next_at,
                b.due_at, b.org_id, b.assignee, b.cleared_at IS NOT NULL
         FROM %1$I.sla_clock c LEFT JOIN %1$I.sla_breach b ON b.clock_id = c.clock_id
         WHERE $1 IS NULL OR c.ticket_id = ANY ($1)
         ORDER BY c.ticket_id, c.clock, c.cycle', desk) USING ids;
END $$;

-- A small policy with some of everything, as a user would write it.
INSERT INTO aftersales.clause (clause, policy, text_en, text_zh, mechanism, enforceable) VALUES
    ('T-1', 'tiny', 'A call is answered before the job is done.', '先接听，后办结。', 'transition', true),
    ('T-2', 'tiny', 'More than three parts are counted.', NULL, 'required-field', true),
    ('T-3', 'tiny', 'Arrival within one hour in town, two outside.', NULL, 'deadline', true);
INSERT INTO aftersales.policy (policy, title_en, timezone) VALUES ('tiny', 'Tiny', 'Asia/Shanghai');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('tiny', 1, 'job'), ('tiny', 1, 'visit');
INSERT INTO aftersales.category (policy, version, category, ticket_type, grade) VALUES
    ('tiny', 1, 'leak', 'job', 'B'), ('tiny', 1, 'noise', 'job', NULL), ('tiny', 1, 'tour', 'visit', NULL);
INSERT INTO aftersales.service_area (policy, version, area) VALUES
    ('tiny', 1, 'urban'), ('tiny', 1, 'rural'), ('tiny', 1, 'island');
INSERT INTO aftersales.attribute (policy, version, ticket_type, attribute, data_type, required_in, allowed, clauses) VALUES
    ('tiny', 1, NULL, 'address', 'text', '{done}', NULL, '{T-2}'),
    ('tiny', 1, NULL, 'n', 'integer', '{}', NULL, '{}'),
    ('tiny', 1, NULL, 'price', 'numeric', '{}', NULL, '{}'),
    ('tiny', 1, NULL, 'agreed', 'boolean', '{}', NULL, '{}'),
    ('tiny', 1, NULL, 'bought', 'date', '{}', NULL, '{}'),
    ('tiny', 1, NULL, 'seen', 'timestamptz', '{}', NULL, '{}'),
    ('tiny', 1, 'job', 'color', 'text', '{}', '{red,green}', '{}');
INSERT INTO aftersales.event_type (policy, version, ticket_type, event, roles, allowed_in, required_data, backdate_limit, clauses) VALUES
    ('tiny', 1, NULL, 'call_in', NULL, NULL, '{}', NULL, '{}'),
    ('tiny', 1, NULL, 'answered', NULL, NULL, '{}', NULL, '{T-1}'),
    ('tiny', 1, NULL, 'hung_up', NULL, NULL, '{}', NULL, '{}'),
    ('tiny', 1, NULL, 'memo', NULL, NULL, '{}', NULL, '{}'),
    ('tiny', 1, 'job', 'checked', '{engineer}', '{work}', '{reading}', '1 hour', '{T-2}'),
    ('tiny', 1, NULL, 'opened', NULL, NULL, '{}', '30 days', '{T-3}'),
    ('tiny', 1, NULL, 'status:wait', NULL, NULL, '{}', '1 hour', '{T-3}'),
    ('tiny', 1, NULL, 'changed:channel', NULL, NULL, '{}', '1 hour', '{T-3}');
INSERT INTO aftersales.workflow_state (policy, version, ticket_type, state, kind, position) VALUES
    ('tiny', 1, NULL, 'new', 'initial', 1), ('tiny', 1, NULL, 'work', 'active', 2),
    ('tiny', 1, NULL, 'wait', 'waiting', 3), ('tiny', 1, NULL, 'done', 'done', 4),
    ('tiny', 1, NULL, 'closed', 'closed', 5), ('tiny', 1, 'job', 'recall', 'active', 6);
INSERT INTO aftersales.workflow_transition (policy, version, ticket_type, from_state, to_state, roles) VALUES
    ('tiny', 1, NULL, 'new', 'work', NULL), ('tiny', 1, NULL, 'new', 'closed', NULL),
    ('tiny', 1, NULL, 'work', 'wait', NULL), ('tiny', 1, NULL, 'wait', 'work', NULL),
    ('tiny', 1, NULL, 'work', 'done', NULL), ('tiny', 1, NULL, 'done', 'work', NULL),
    ('tiny', 1, NULL, 'done', 'closed', '{manager,engineer}'),
    ('tiny', 1, 'job', NULL, 'recall', '{clerk}'), ('tiny', 1, 'job', 'recall', 'work', NULL);
INSERT INTO aftersales.workflow_guard (policy, version, ticket_type, from_state, to_state, guard, requires, message_en, message_zh, clauses) VALUES
    ('tiny', 1, 'job', 'work', 'done', 'answered', 'has_event(''answered'')', 'the call must have been answered', '电话须已接听', '{T-1}'),
    ('tiny', 1, 'job', 'work', 'done', 'counted', 'n > 3', 'n must be over 3', NULL, '{T-2,T-1}');
INSERT INTO aftersales.sla_rule (policy, version, ticket_type, rule, clock, condition, starts_on, stops_on, cancels_on, target, unit, mandatory, rank, clauses) VALUES
    ('tiny', 1, 'job', 'arrive_urban', 'arrive', 'area = ''urban''', '{opened}', '{status:work}', '{status:closed}', '01:00', 'elapsed', false, 0, '{T-3}'),
    ('tiny', 1, 'job', 'arrive_rural', 'arrive', 'area = ''rural''', '{opened}', '{status:work}', '{status:closed}', '02:00', 'elapsed', false, 0, '{T-3}'),
    ('tiny', 1, 'visit', 'come_urban', 'come', 'area = ''urban''', '{opened}', '{status:work}', '{status:closed}', '01:00', 'elapsed', true, 0, '{T-3}'),
    ('tiny', 1, 'visit', 'come_rural', 'come', 'area = ''rural''', '{opened}', '{status:work}', '{status:closed}', '02:00', 'elapsed', true, 0, '{T-3}'),
    ('tiny', 1, 'visit', 'reply', 'reply', NULL, '{call_in}', '{status:work}', '{}', '00:10', 'elapsed', false, 0, '{T-1}'),
    ('tiny', 1, NULL, 'answer', 'answer', NULL, '{call_in}', '{answered}', '{hung_up}', '00:00:12', 'elapsed', false, 0, '{T-1}'),
    ('tiny', 1, NULL, 'repair', 'repair', NULL, '{status:work}', '{status:done}', '{status:closed}', '2 days', 'calendar_day', false, 0, '{}'),
    ('tiny', 1, NULL, 'follow', 'follow', NULL, '{status:done}', '{status:closed}', '{status:work}', NULL, 'elapsed', false, 0, '{}');
SELECT severity, table_name, item, problem FROM aftersales.check_policy('tiny', 1) ORDER BY 1, 2, 3, 4;
SELECT aftersales.activate_policy('tiny', 1);
