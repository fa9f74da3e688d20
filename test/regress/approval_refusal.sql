-- What refusals say of who may decide: relations, items, delegates, and roles
-- that exclude one another: SQLSTATE, message, detail, hint and the fields
-- drivers read.  No login but the actor's own stands in them.
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
SET client_min_messages = warning;
INSERT INTO aftersales.policy (policy, title_en) VALUES ('who', 'Who');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('who', 1, 'trip');
INSERT INTO aftersales.clause (clause, policy, text_en, text_zh, mechanism, enforceable)
SELECT c, 'who', 'text', NULL, 'approval', true FROM unnest('{W-1,W-2,W-3}'::text[]) c;
INSERT INTO aftersales.event_type (policy, version, event, clauses) VALUES ('who', 1, 'requested:taxi', '{W-1}');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('who', 1, 'new', 'initial'), ('who', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('who', 1, 'new', 'done');
INSERT INTO aftersales.approval_rule (policy, version, kind, step, roles, relation, items, clauses) VALUES
    ('who', 1, 'taxi', 1, NULL, '@superior', false, '{W-1}'), ('who', 1, 'budget', 1, NULL, '@org_head', false, '{}'),
    ('who', 1, 'pay', 1, '{boss,lead}', NULL, false, '{W-2}'), ('who', 1, 'pay', 2, '{boss}', NULL, false, '{W-3}'), ('who', 1, 'exchange', 1, '{boss}', NULL, true, '{}');
INSERT INTO aftersales.role_conflict (policy, version, role_a, role_b, message_en, message_zh, clauses) VALUES
    ('who', 1, 'commerce', 'director', 'One signs for the other.', '须双方共同签字。', '{W-2}'), ('who', 1, 'commerce', 'store', 'Who buys does not keep.', NULL, '{W-3,W-2}');
SELECT aftersales.activate_policy('who', 1);
SELECT aftersales.create_desk('wd');
SET aftersales.desk = 'wd';
INSERT INTO wd.staff (login) VALUES ('boss_1'), ('boss_2'), ('lead_1'), ('buyer_1');
INSERT INTO wd.staff (login, superior) VALUES ('clerk_1', 'boss_1'), ('clerk_2', NULL);
INSERT INTO wd.staff_role VALUES ('boss_1', 'boss'), ('boss_2', 'boss'), ('lead_1', 'lead');
INSERT INTO wd.org_unit (org_id, org_code, head) VALUES (1, 'hq', 'boss_2');
SET aftersales.now = '2026-03-02 08:00+00';
INSERT INTO wd.ticket (ticket_id, ticket_type, org_id) SELECT g, 'trip', nullif(g, 9) / g FROM generate_series(1, 9) g;
SET aftersales.now = '2026-03-02 08:30+00';
\t \a

-- ---------- a superior
SET aftersales.actor = 'boss_2';
SELECT t.try('INSERT INTO wd.approval (ticket_id, kind) VALUES (1, ''taxi'')');
SET aftersales.actor = 'clerk_1';
SELECT t.try('INSERT INTO wd.ticket_event (ticket_id, event) VALUES (1, ''requested:taxi'')');
SELECT t.try('INSERT INTO wd.ticket_event (ticket_id, event) VALUES (1, ''requested:pay'')');
SELECT t.try('INSERT INTO wd.approval (ticket_id, kind) VALUES (1, ''taxi'')');
SET aftersales.actor = 'boss_2';
SELECT t.try('INSERT INTO wd.approval (ticket_id, kind) VALUES (1, ''taxi'')');
SELECT t.try('INSERT INTO wd.approval (ticket_id, kind, requested_by) VALUES (2, ''taxi'', ''clerk_2'')');
SET aftersales.actor = 'boss_1';
SELECT t.try('INSERT INTO wd.approval (ticket_id, kind, requested_by) VALUES (1, ''taxi'', ''boss_1'')');
SELECT t.try('INSERT INTO wd.approval (ticket_id, kind) VALUES (1, ''taxi'')');
-- ---------- a head
SELECT t.try('INSERT INTO wd.approval (ticket_id, kind) VALUES (1, ''budget'')');
SELECT t.try('INSERT INTO wd.approval (ticket_id, kind) VALUES (9, ''budget'')');
-- ---------- items
SELECT t.try('INSERT INTO wd.approval (ticket_id, kind) VALUES (1, ''exchange'')');
SELECT t.try('INSERT INTO wd.approval (ticket_id, kind, item) VALUES (1, ''exchange'', '''')');
SELECT t.try('INSERT INTO wd.approval (ticket_id, kind, item) VALUES (1, ''pay'', ''disk'')');
-- ---------- delegations
SELECT t.try('INSERT INTO wd.delegation (login, delegate, ends_at) VALUES (''boss_2'', ''clerk_1'', ''infinity'')');
SELECT t.try('INSERT INTO wd.delegation (login, delegate, ends_at) VALUES (''boss_1'', ''boss_1'', ''infinity'')');
SELECT t.try('INSERT INTO wd.delegation (login, delegate, kind, ends_at) VALUES (''boss_1'', ''clerk_1'', ''no_such'', ''infinity'')');
SELECT t.try('INSERT INTO wd.delegation (login, delegate, starts_at, ends_at) VALUES (''boss_1'', ''clerk_1'', ''2026-03-02 08:00+00'', ''infinity'')');
SELECT t.try('INSERT INTO wd.delegation (login, delegate, ends_at) VALUES (''boss_1'', ''clerk_1'', ''2026-03-02 08:30+00'')');
SELECT t.try('INSERT INTO wd.delegation (login, delegate, ends_at, granted_by) VALUES (''boss_1'', ''clerk_1'', ''infinity'', ''boss_1'')');
INSERT INTO wd.delegation (delegation_id, login, delegate, ends_at) VALUES (101, 'boss_1', 'clerk_1', 'infinity'), (102, 'boss_1', 'lead_1', '2026-03-02 08:40+00');
SELECT t.try('UPDATE wd.delegation SET delegate = ''clerk_2'' WHERE delegation_id = 101');
SELECT t.try('UPDATE wd.delegation SET ends_at = ''infinity'' WHERE delegation_id = 102');
SELECT t.try('DELETE FROM wd.delegation WHERE delegation_id = 101');
SELECT t.try('TRUNCATE wd.delegation');
SET aftersales.actor = 'clerk_1';
SELECT t.try('UPDATE wd.delegation SET ends_at = ''2026-03-02 09:00+00'' WHERE delegation_id = 101');
-- deciding as a delegate
SELECT t.try('INSERT INTO wd.approval (ticket_id, kind, requested_by) VALUES (3, ''pay'', ''clerk_1'')');
SELECT t.try('INSERT INTO wd.approval (ticket_id, kind, requested_by) VALUES (3, ''pay'', ''boss_1'')');
SELECT t.try('INSERT INTO wd.approval (ticket_id, kind, on_behalf_of) VALUES (3, ''pay'', ''boss_1'')');
SELECT t.try('INSERT INTO wd.approval (ticket_id, kind) VALUES (3, ''pay'')');
SELECT t.try('INSERT INTO wd.approval (ticket_id, kind) VALUES (3, ''pay'')');
SET aftersales.actor = 'boss_1';
SELECT t.try('INSERT INTO wd.approval (ticket_id, kind) VALUES (3, ''pay'')');
SELECT t.try('INSERT INTO wd.approval (ticket_id, kind) VALUES (4, ''pay'')');
SELECT t.try('INSERT INTO wd.approval (ticket_id, kind) VALUES (4, ''pay'')');
SET aftersales.actor = 'clerk_1';
SELECT t.try('INSERT INTO wd.approval (ticket_id, kind) VALUES (4, ''pay'')');
SET aftersales.actor = 'lead_1';
SELECT t.try('INSERT INTO wd.approval (ticket_id, kind) VALUES (5, ''pay'')');
SELECT t.try('INSERT INTO wd.approval (ticket_id, kind) VALUES (5, ''pay'')');
-- of two people the first that has the right and may not
INSERT INTO wd.delegation (login, delegate, ends_at) VALUES ('lead_1', 'clerk_2', 'infinity');
SET aftersales.actor = 'clerk_2';
SELECT t.try('INSERT INTO wd.approval (ticket_id, kind) VALUES (6, ''pay'')');
SELECT t.try('INSERT INTO wd.approval (ticket_id, kind) VALUES (6, ''pay'')');
SET aftersales.actor = 'lead_1';
SET aftersales.now = '2026-03-02 08:40+00';
SELECT t.try('INSERT INTO wd.approval (ticket_id, kind) VALUES (6, ''pay'')');
SET aftersales.actor = 'boss_1';
SELECT t.try('UPDATE wd.delegation SET ends_at = ''2026-03-02 08:35+00'' WHERE delegation_id = 102');
RESET aftersales.actor;

-- ---------- roles that exclude one another
INSERT INTO wd.staff_role VALUES ('buyer_1', 'store'), ('buyer_1', 'director');
SELECT t.try('INSERT INTO wd.staff_role VALUES (''buyer_1'', ''commerce'')');
SET aftersales.language = 'zh';
SELECT t.try('UPDATE wd.staff_role SET role = ''commerce'' WHERE login = ''buyer_1'' AND role = ''store''');
RESET aftersales.language;
-- by hand only
SELECT t.try('SELECT aftersales.role_judge()');
SELECT t.try('SELECT aftersales.delegation_judge()');

\t \a
DROP SCHEMA wd, wd_bi CASCADE;
RESET aftersales.desk;
RESET aftersales.now;
SET session_replication_role = replica;
DELETE FROM aftersales.clause WHERE policy = 'who';
DELETE FROM aftersales.policy WHERE policy = 'who';
DELETE FROM aftersales.policy_version WHERE policy = 'who';
DELETE FROM aftersales.ticket_type WHERE policy = 'who';
DELETE FROM aftersales.event_type WHERE policy = 'who';
DELETE FROM aftersales.workflow_state WHERE policy = 'who';
DELETE FROM aftersales.workflow_transition WHERE policy = 'who';
DELETE FROM aftersales.approval_rule WHERE policy = 'who';
DELETE FROM aftersales.role_conflict WHERE policy = 'who';
RESET session_replication_role;
