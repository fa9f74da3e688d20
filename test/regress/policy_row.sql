-- Policy rows: what is refused when a row is written, with the parser's own
-- message and position.
SET client_min_messages = warning;
INSERT INTO aftersales.policy (policy, title_en) VALUES ('rows', 'Rows');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('rows', 1, 'a'), ('rows', 1, 'b');
INSERT INTO aftersales.attribute (policy, version, ticket_type, attribute, data_type) VALUES
    ('rows', 1, NULL, 'n', 'integer'), ('rows', 1, 'a', 'only_a', 'text');
CREATE FUNCTION public.mine(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE FUNCTION public.mine_guard(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';

-- each is tried as a guard and as a condition
PREPARE g(text) AS INSERT INTO aftersales.workflow_guard (policy, version, guard, requires, message_en) VALUES ('rows', 1, 'g', $1, 'm');
PREPARE c(text) AS INSERT INTO aftersales.sla_rule (policy, version, rule, clock, condition, starts_on, stops_on) VALUES ('rows', 1, 'r', 'c', $1, '{opened}', '{status:x}');

-- syntax
EXECUTE g('area = ');
EXECUTE c('area = ''urban'' AND');
EXECUTE g('');
EXECUTE c('   ');
EXECUTE g('area = ''urban''; DROP TABLE aftersales.policy');
EXECUTE c('1; DROP');
EXECUTE g('area = ''urban'', area = ''rural''');
EXECUTE g('area = ''urban'' AS x');
EXECUTE c('true FROM pg_class');
EXECUTE c('true WHERE false');
EXECUTE c('true ORDER BY 1');
EXECUTE g('true UNION SELECT false');
EXECUTE g('(area = ''urban''');
EXECUTE g('area = ''urban'' -- and a comment');
DELETE FROM aftersales.workflow_guard WHERE policy = 'rows';

-- what a CHECK constraint may not have either
EXECUTE g('EXISTS (SELECT 1)');
EXECUTE c('area IN (SELECT area FROM aftersales.service_area)');
EXECUTE g('count(*) > 1');
EXECUTE c('row_number() OVER () = 1');
EXECUTE g('area = $1');
EXECUTE g('generate_series(1, 2) = 1');
EXECUTE g('GROUPING(area) = 1');
EXECUTE g('area = DEFAULT');

-- names
EXECUTE g('no_such_column = 1');
EXECUTE c('no_such_function(area)');
EXECUTE g('area = no_such_type ''x''');
EXECUTE g('other.area = ''x''');
EXECUTE g('ctid IS NOT NULL');
EXECUTE c('xmin IS NOT NULL');
EXECUTE g('tableoid IS NOT NULL');
EXECUTE g('ticket_template IS NOT NULL');
EXECUTE g('ticket_template.* IS NOT NULL');
EXECUTE c('(ticket_template).area = ''x''');
EXECUTE c('row_to_json(ticket_template) IS NOT NULL');
-- the ticket's name is ticket, whatever table it is parsed against
EXECUTE g('ticket.area = ''x'' AND ticket.n > 3');
EXECUTE g('ticket.area = ''x''');
DELETE FROM aftersales.workflow_guard WHERE policy = 'rows';
EXECUTE c('ticket_template.area = ''x''');
DELETE FROM aftersales.sla_rule WHERE policy = 'rows';

-- types
EXECUTE g('area');
EXECUTE c('1');
EXECUTE g('area = 1');
EXECUTE c('n = ''four''');
EXECUTE c('n = true');

-- what does not give the same answer at any time
EXECUTE g('opened_at < now()');
EXECUTE c('current_date > ''2026-01-01''');
EXECUTE g('localtimestamp > ''2026-01-01''');
EXECUTE g('current_user = ''x''');
EXECUTE g('session_user = assignee');
EXECUTE c('opened_at::date = ''2026-01-01''');
EXECUTE c('opened_at > ''now''::text::timestamptz');
EXECUTE c('extract(hour FROM opened_at) > 8');
EXECUTE g('random() < 0.5');
EXECUTE g('nextval(''x'') > 1');
EXECUTE g('pg_sleep(10) IS NULL');
EXECUTE g('to_char(opened_at, ''HH24'') = ''08''');
EXECUTE g('current_setting(''aftersales.actor'') = ''x''');
EXECUTE g('quantity::text::regclass IS NOT NULL');
EXECUTE g('opened_at::text LIKE ''%''');
EXECUTE c('attributes ->> ''n'' = ''1''');
DELETE FROM aftersales.sla_rule WHERE policy = 'rows';
EXECUTE c('(opened_at AT TIME ZONE ''Asia/Shanghai'')::date > ''2026-01-01''');
DELETE FROM aftersales.sla_rule WHERE policy = 'rows';

-- functions, operators, types and casts of others
EXECUTE g('public.mine(area)');
EXECUTE g('mine(area)');
EXECUTE c('public.mine(area)');
EXECUTE c('has_event(''opened'')');
EXECUTE c('aftersales.clock_expired(''x'')');
EXECUTE g('aftersales.now() IS NOT NULL');
EXECUTE g('aftersales.install_policy(''x'') IS NOT NULL');
CREATE FUNCTION public.never(text, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false';
CREATE OPERATOR public.=== (LEFTARG = text, RIGHTARG = text, FUNCTION = public.never);
EXECUTE g('area OPERATOR(public.===) ''x''');
EXECUTE c('area === ''x''');
CREATE DOMAIN public.checked AS text CHECK (public.mine(value));
EXECUTE g('area::public.checked IS NOT NULL');
EXECUTE c('public.checked ''x'' = area');
CREATE TYPE public.pair AS (a public.checked, b text);
CREATE TYPE public.size AS ENUM ('small', 'large');
EXECUTE c('area::public.size = ''small''');
-- registered by the owner of the extension: a guard may call it, a condition may not
INSERT INTO aftersales.guard_function VALUES ('public.no_such(text)');
INSERT INTO aftersales.guard_function VALUES ('public.mine_guard(text)');
EXECUTE g('public.mine_guard(area)');
EXECUTE c('public.mine_guard(area)');
DELETE FROM aftersales.workflow_guard WHERE policy = 'rows';
DELETE FROM aftersales.guard_function;

-- attributes: typed, of this ticket type, of any type when the row is for every type
EXECUTE g('n > 3 AND n::text LIKE ''4%'' AND only_a = ''x''');
DELETE FROM aftersales.workflow_guard WHERE policy = 'rows';
INSERT INTO aftersales.workflow_guard (policy, version, ticket_type, guard, requires, message_en) VALUES ('rows', 1, 'b', 'g', 'only_a = ''x''', 'm');
INSERT INTO aftersales.workflow_guard (policy, version, ticket_type, guard, requires, message_en) VALUES ('rows', 1, 'a', 'g', 'only_a = 5', 'm');
-- UPDATE is looked at likewise
INSERT INTO aftersales.workflow_guard (policy, version, ticket_type, guard, requires, message_en) VALUES ('rows', 1, 'a', 'g', 'only_a = ''5''', 'm');
UPDATE aftersales.workflow_guard SET requires = 'only_a = 5' WHERE policy = 'rows';
UPDATE aftersales.workflow_guard SET ticket_type = 'b' WHERE policy = 'rows';
UPDATE aftersales.workflow_guard SET version = 2 WHERE policy = 'rows';

-- somebody's own function and operator, first in the search_path
CREATE SCHEMA evil;
CREATE FUNCTION evil.always(text, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE OPERATOR evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.always);
CREATE FUNCTION evil.lower(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE EXCEPTION 'evil was here'; END $$;
CREATE FUNCTION evil.has_event(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE FUNCTION evil.attribute_integer(jsonb, text) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT 99::bigint';
CREATE TYPE evil.timestamptz AS ENUM ('x');
SET search_path = evil, public, pg_catalog;
EXECUTE g('lower(area) = ''urban'' AND n > 3 AND has_event(''opened'')');
SELECT * FROM aftersales.check_policy('rows', 1) WHERE problem ~ 'lower|evil|has_event|operator';
SELECT aftersales.create_desk('evildesk');
INSERT INTO evildesk.ticket (ticket_type, area) VALUES ('job', 'rural');
UPDATE evildesk.ticket SET status = 'work';
UPDATE evildesk.ticket SET status = 'done', attributes = '{"n": 1, "address": "x"}';
INSERT INTO evildesk.ticket_event (ticket_id, event) VALUES (1, 'answered'), (1, 'call_in');
UPDATE evildesk.ticket SET status = 'done', attributes = '{"n": 4, "address": "x"}', duplicate_of = NULL;
SELECT clock, rule FROM evildesk.sla_clock ORDER BY clock;
SELECT * FROM aftersales.verify_audit(NULL, 'evildesk');
SELECT count(*) FROM aftersales.sweep(desk => 'evildesk');
SELECT aftersales.draft_policy('tiny');
DELETE FROM aftersales.policy_version WHERE policy = 'tiny' AND version = 2;
RESET search_path;
-- temporary objects do not get in the way either
CREATE FUNCTION pg_temp.lower(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ''x''';
CREATE TEMP TABLE policy_version AS SELECT 1 AS policy;
SELECT aftersales.expression_problem('rows', 1, 'a', 'guard', 'lower(area) = ''urban''');
UPDATE evildesk.ticket SET channel = 'x' WHERE ticket_id = 1;
DROP TABLE pg_temp.policy_version;
DROP SCHEMA evil, evildesk, evildesk_bi CASCADE;

-- other columns
\t \a
SELECT t.try($$INSERT INTO aftersales.policy (policy, title_en, timezone) VALUES ('zone', 'Z', 'Middle/Earth')$$);
SELECT t.try($$INSERT INTO aftersales.policy (policy, title_en) VALUES ('Bad Name', 'Z')$$);
SELECT t.try($$UPDATE aftersales.policy SET timezone = 'Europe/Berlin' WHERE policy = 'rows'$$);
SELECT t.try($$UPDATE aftersales.policy SET policy = 'rows2' WHERE policy = 'rows'$$);
SELECT t.try($$INSERT INTO aftersales.sla_rule (policy, version, rule, clock, starts_on, stops_on, target, unit) VALUES ('rows', 1, 'r', 'c', '{opened}', '{status:x}', '1 day', 'elapsed')$$);
SELECT t.try($$INSERT INTO aftersales.sla_rule (policy, version, rule, clock, starts_on, stops_on, target, unit) VALUES ('rows', 1, 'r', 'c', '{opened}', '{status:x}', '1 mon', 'elapsed')$$);
SELECT t.try($$INSERT INTO aftersales.sla_rule (policy, version, rule, clock, starts_on, stops_on, target, unit) VALUES ('rows', 1, 'r', 'c', '{opened}', '{status:x}', '-1 hour', 'elapsed')$$);
SELECT t.try($$INSERT INTO aftersales.sla_rule (policy, version, rule, clock, starts_on, stops_on, target, unit) VALUES ('rows', 1, 'r', 'c', '{opened}', '{status:x}', '24:00', 'calendar_day')$$);
SELECT t.try($$INSERT INTO aftersales.sla_rule (policy, version, rule, clock, starts_on, stops_on, target, unit) VALUES ('rows', 1, 'r', 'c', '{opened}', '{status:x}', '1 day 01:00', 'calendar_day')$$);
SELECT t.try($$INSERT INTO aftersales.sla_rule (policy, version, rule, clock, starts_on, stops_on, target, unit) VALUES ('rows', 1, 'r', 'c', '{opened}', '{status:x}', '-1 day', 'calendar_day')$$);
SELECT t.try($$INSERT INTO aftersales.sla_rule (policy, version, rule, clock, starts_on, stops_on, target, unit) VALUES ('rows', 1, 'r', 'c', '{}', '{status:x}', NULL, 'elapsed')$$);
SELECT t.try($$INSERT INTO aftersales.sla_rule (policy, version, rule, clock, starts_on, stops_on, target, unit) VALUES ('rows', 1, 'r', 'c', '{opened}', '{status:x}', NULL, 'working')$$);
SELECT t.try($$INSERT INTO aftersales.attribute (policy, version, attribute, data_type) VALUES ('rows', 1, 'x', 'money')$$);
SELECT t.try($$INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('rows', 1, 'x', 'sleeping')$$);
SELECT t.try($$INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('rows', 1, 'x', 'x')$$);
SELECT t.try($$INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('rows', 7, 'x')$$);
SELECT t.try($$INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('rows', 1, 'x', 'initial'), ('rows', 1, 'x', 'active')$$);
-- guard functions outside of a guard
SELECT t.try($$SELECT aftersales.has_event('opened')$$);
SELECT t.try($$SELECT aftersales.clock_expired('x')$$);
-- a policy that is a draft only goes with all its rows
SELECT t.try($$DELETE FROM aftersales.policy WHERE policy = 'rows'$$);
SELECT count(*) FROM aftersales.workflow_guard WHERE policy = 'rows';
\t \a
DROP FUNCTION public.mine(text), public.mine_guard(text), public.never(text, text) CASCADE;
DROP TYPE public.pair, public.size;
DROP DOMAIN IF EXISTS public.checked;
