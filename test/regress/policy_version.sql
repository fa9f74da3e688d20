-- Versions of a policy: draft, active and frozen, retired; which ticket is
-- opened under which.
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
SET client_min_messages = warning;
SET aftersales.now = '2026-03-02 08:00+00';
INSERT INTO aftersales.policy (policy, title_en) VALUES ('ver', 'Versions');
SELECT policy, version, status, effective_from FROM aftersales.policy_version WHERE policy = 'ver';
INSERT INTO aftersales.ticket_type (policy, version, ticket_type, label_en) VALUES ('ver', 1, 'vjob', 'Job');
INSERT INTO aftersales.category (policy, version, category, parent) VALUES ('ver', 1, 'top', NULL), ('ver', 1, 'sub', 'top'), ('ver', 1, 'subsub', 'sub');
INSERT INTO aftersales.service_area (policy, version, area) VALUES ('ver', 1, 'urban');
INSERT INTO aftersales.attribute (policy, version, attribute, data_type, allowed) VALUES ('ver', 1, 'n', 'integer', '{1,2,3}');
INSERT INTO aftersales.event_type (policy, version, event, roles, required_data, backdate_limit) VALUES ('ver', 1, 'ping', '{a,b}', '{k}', '1 hour');
INSERT INTO aftersales.workflow_state (policy, version, state, kind, label_zh) VALUES ('ver', 1, 'new', 'initial', '新'), ('ver', 1, 'done', 'done', NULL);
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state, ask_for) VALUES ('ver', 1, 'new', 'done', '{n}');
INSERT INTO aftersales.workflow_guard (policy, version, to_state, guard, requires, message_en, clauses) VALUES ('ver', 1, 'done', 'g', 'n > 1', 'm', '{T-1}');
INSERT INTO aftersales.sla_rule (policy, version, rule, clock, condition, starts_on, stops_on, target, unit, count_first_day, rank) VALUES ('ver', 1, 'r', 'c', 'area = ''urban''', '{opened}', '{status:done}', '1 mon 2 days', 'calendar_day', true, 5);
-- nothing is in force yet
SELECT aftersales.create_desk('ver');
\t \a
SELECT t.try('INSERT INTO ver.ticket (policy, ticket_type) VALUES (''ver'', ''vjob'')');
SELECT t.try('INSERT INTO ver.ticket (ticket_type) VALUES (''vjob'')');
-- the first version is in force from ever
SELECT aftersales.activate_policy('ver', 1);
SELECT status, effective_from, activated_at IS NOT NULL, activated_by FROM aftersales.policy_version WHERE policy = 'ver';
SELECT t.try('SELECT aftersales.activate_policy(''ver'', 1)');

-- ---------- frozen: every rule table, every kind of write
DO $$
DECLARE tab text; s text;
BEGIN
    FOREACH tab IN ARRAY '{ticket_type,category,service_area,attribute,event_type,workflow_state,workflow_transition,workflow_guard,sla_rule}'::text[] LOOP
        FOREACH s IN ARRAY ARRAY[
            format('INSERT INTO aftersales.%I SELECT * FROM aftersales.%I WHERE policy = ''ver''', tab, tab),
            format('UPDATE aftersales.%I SET clauses = ''{T-3}'' WHERE policy = ''ver''', tab),
            format('DELETE FROM aftersales.%I WHERE policy = ''ver''', tab),
            format('UPDATE aftersales.%I SET version = 2 WHERE policy = ''ver''', tab)] LOOP
            RAISE INFO '% %: %', split_part(s, ' ', 1), tab, split_part(t.try(s), E'\n', 1);
        END LOOP;
    END LOOP;
END $$;
SELECT t.try('DELETE FROM aftersales.sla_rule WHERE policy = ''ver''');
-- labels and messages may change, also of an active version
SELECT t.try('UPDATE aftersales.ticket_type SET label_en = ''Work'', label_zh = ''工单'' WHERE policy = ''ver''');
SELECT t.try('UPDATE aftersales.workflow_guard SET message_en = ''more'', message_zh = ''多'' WHERE policy = ''ver''');
SELECT t.try('UPDATE aftersales.workflow_guard SET message_en = ''more'', requires = ''n > 2'' WHERE policy = ''ver''');
SELECT t.try('UPDATE aftersales.policy SET title_en = ''Other'', title_zh = ''别'', source = ''s'' WHERE policy = ''ver''');
-- versions change by activation only
SELECT t.try('UPDATE aftersales.policy_version SET status = ''draft'', effective_from = NULL, activated_at = NULL WHERE policy = ''ver''');
SELECT t.try('UPDATE aftersales.policy_version SET effective_from = ''2020-01-01'' WHERE policy = ''ver''');
SELECT t.try('DELETE FROM aftersales.policy_version WHERE policy = ''ver''');
SELECT t.try('DELETE FROM aftersales.policy WHERE policy = ''ver''');
SELECT t.try('INSERT INTO aftersales.policy_version (policy, version, status, effective_from, activated_at) VALUES (''ver'', 5, ''active'', now(), now())');
BEGIN;
SELECT t.try('TRUNCATE aftersales.policy CASCADE');
SELECT t.try('TRUNCATE aftersales.workflow_guard');
ROLLBACK;

-- ---------- a draft is an equal copy
SELECT aftersales.draft_policy('ver');
SELECT aftersales.draft_policy('ver');
CREATE FUNCTION t.copy_differences(p text, a integer, b integer) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE tab text; n bigint;
BEGIN
    FOR tab IN SELECT c.relname FROM pg_attribute x JOIN pg_class c ON c.oid = x.attrelid
               WHERE c.relnamespace = 'aftersales'::regnamespace AND c.relkind = 'r' AND x.attname = 'version' AND c.relname <> 'policy_version' ORDER BY 1 LOOP
        EXECUTE format('SELECT count(*) FROM ((SELECT to_jsonb(x) - ''version'' FROM aftersales.%1$I x WHERE policy = $1 AND version = $2 EXCEPT ALL SELECT to_jsonb(x) - ''version'' FROM aftersales.%1$I x WHERE policy = $1 AND version = $3)
            UNION ALL (SELECT to_jsonb(x) - ''version'' FROM aftersales.%1$I x WHERE policy = $1 AND version = $3 EXCEPT ALL SELECT to_jsonb(x) - ''version'' FROM aftersales.%1$I x WHERE policy = $1 AND version = $2)) d', tab) INTO n USING p, a, b;
        RETURN NEXT tab || ': ' || n;
    END LOOP;
END $$;
SELECT * FROM t.copy_differences('ver', 1, 2);
SELECT count(*) FROM aftersales.category WHERE policy = 'ver' AND version = 2 AND parent IS NOT NULL;
-- a draft may be edited, deleted, and does not judge
UPDATE aftersales.workflow_guard SET requires = 'n > 2' WHERE policy = 'ver' AND version = 2;
DELETE FROM aftersales.policy_version WHERE policy = 'ver' AND version = 3;
SELECT count(*) FROM aftersales.workflow_guard WHERE policy = 'ver' AND version = 3;
INSERT INTO ver.ticket (ticket_id, ticket_type, opened_at) VALUES (1, 'vjob', '2026-03-01 00:00+00');
SELECT t.try('UPDATE ver.ticket SET status = ''done'', attributes = ''{"n": 2}'' WHERE ticket_id = 1');

-- ---------- versions with times: past, now and future
SELECT aftersales.activate_policy('ver', 2, '2026-03-10 00:00+00');
SELECT aftersales.draft_policy('ver');
UPDATE aftersales.workflow_guard SET requires = 'n > 5' WHERE policy = 'ver' AND version = 3;
SELECT aftersales.activate_policy('ver', 3, '2026-02-01 00:00+00');
SELECT version, status, effective_from FROM aftersales.policy_version WHERE policy = 'ver' ORDER BY 1;
INSERT INTO ver.ticket (ticket_id, ticket_type, opened_at) VALUES
    (10, 'vjob', '2026-01-31 23:59:59.999999+00'), (11, 'vjob', '2026-02-01 00:00+00'), (12, 'vjob', NULL);
SET aftersales.now = '2026-03-10 00:00+00';
INSERT INTO ver.ticket (ticket_id, ticket_type, opened_at) VALUES
    (20, 'vjob', NULL), (21, 'vjob', '2026-03-09 23:59:59.999999+00'), (22, 'vjob', '2026-03-10 00:00+00'), (23, 'vjob', '2026-01-01 00:00+00');
-- a time that is taken as now counts as now
SET aftersales.now = '2026-03-09 23:59:58+00';
INSERT INTO ver.ticket (ticket_id, ticket_type, opened_at) VALUES (24, 'vjob', '2026-03-10 00:00:01+00');
SELECT ticket_id, policy_version, opened_at FROM ver.ticket ORDER BY 1;
-- a ticket keeps its version
SELECT t.try('UPDATE ver.ticket SET status = ''done'', attributes = ''{"n": 2}'' WHERE ticket_id = 10');
SELECT t.try('UPDATE ver.ticket SET status = ''done'', attributes = ''{"n": 2}'' WHERE ticket_id = 11');
SELECT t.try('UPDATE ver.ticket SET status = ''done'', attributes = ''{"n": 2}'' WHERE ticket_id = 20');
SELECT t.try('UPDATE ver.ticket SET status = ''done'', attributes = ''{"n": 3}'' WHERE ticket_id = 20');
-- the copy is made of the version that was activated last; a later one retires earlier ones
SELECT aftersales.draft_policy('ver');
SELECT * FROM t.copy_differences('ver', 3, 4) WHERE copy_differences !~ ': 0$';
SET aftersales.now = '2026-03-11 00:00+00';
SELECT aftersales.activate_policy('ver', 4);
SELECT version, status, effective_from FROM aftersales.policy_version WHERE policy = 'ver' ORDER BY 1;
SELECT aftersales.draft_policy('ver');
SELECT aftersales.activate_policy('ver', 5, '2026-03-11 00:00+00');
SELECT version, status, effective_from FROM aftersales.policy_version WHERE policy = 'ver' AND version > 3 ORDER BY 1;
INSERT INTO ver.ticket (ticket_id, ticket_type) VALUES (30, 'vjob') RETURNING policy_version;

-- activated and used in one transaction; rolled back, it is gone
BEGIN;
SELECT aftersales.draft_policy('ver');
DELETE FROM aftersales.workflow_guard WHERE policy = 'ver' AND version = 6;
SELECT aftersales.activate_policy('ver', 6);
INSERT INTO ver.ticket (ticket_id, ticket_type) VALUES (31, 'vjob') RETURNING policy_version;
SELECT t.try('UPDATE ver.ticket SET status = ''done'' WHERE ticket_id = 31');
ROLLBACK;
INSERT INTO ver.ticket (ticket_id, ticket_type) VALUES (31, 'vjob') RETURNING policy_version;
SELECT t.try('UPDATE ver.ticket SET status = ''done'' WHERE ticket_id = 31');

-- a type that two policies in force have must be said with its policy
INSERT INTO aftersales.policy (policy, title_en) VALUES ('ver2', 'Two');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('ver2', 1, 'vjob');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('ver2', 1, 'begin', 'initial'), ('ver2', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('ver2', 1, 'begin', 'done');
SELECT aftersales.activate_policy('ver2', 1, '2026-03-11 00:00+00');
SELECT t.try('INSERT INTO ver.ticket (ticket_type) VALUES (''vjob'')');
INSERT INTO ver.ticket (ticket_id, policy, ticket_type) VALUES (40, 'ver2', 'vjob'), (41, 'ver', 'vjob');
INSERT INTO ver.ticket (ticket_id, ticket_type, opened_at) VALUES (42, 'vjob', '2026-03-10 12:00+00');
SELECT ticket_id, policy, policy_version, status FROM ver.ticket WHERE ticket_id >= 40 ORDER BY 1;
SELECT * FROM aftersales.verify_audit(NULL, 'ver');
DROP SCHEMA ver, ver_bi CASCADE;
