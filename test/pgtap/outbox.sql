-- take_outbox() and done_outbox(): order, topics, leases, ticking off twice,
-- and whose rights count.
\set ECHO none
\set QUIET 1
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS aftersales;
SELECT no_plan();

SELECT aftersales.create_desk('box');
SELECT aftersales.create_desk('other');
INSERT INTO aftersales.policy (policy, title_en) VALUES ('box', 'Outbox');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('box', 1, 'job');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('box', 1, 'new', 'initial'), ('box', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('box', 1, 'new', 'done');
SELECT aftersales.activate_policy('box', 1);
SET aftersales.now = '2026-03-02 08:00+00';
SET aftersales.desk = 'box';
INSERT INTO box.ticket (ticket_type) VALUES ('job');
INSERT INTO other.ticket (ticket_type) VALUES ('job');

-- the table is protected
SELECT throws_ok($$INSERT INTO box.outbox (topic, ticket_id, recipient, at, created_at) VALUES ('escalation', 1, 'lead', now(), now())$$,
    'SV004', 'INSERT into table "outbox" is not allowed', 'a message is not written by hand');
SET session_replication_role = replica;
INSERT INTO box.outbox (message_id, topic, ticket_id, level, recipient, at, created_at)
SELECT n, CASE WHEN n % 2 = 0 THEN 'even' ELSE 'odd' END, 1, n, 'lead', '2026-03-02 07:00+00', '2026-03-02 07:01+00'
FROM unnest(ARRAY[5, 3, 1, 6, 4, 2]) n;
INSERT INTO other.outbox (message_id, topic, ticket_id, recipient, at, created_at) VALUES (1, 'odd', 1, 'lead', now(), now());
SET session_replication_role = origin;
SELECT throws_ok('UPDATE box.outbox SET done_at = now()', 'SV004', 'UPDATE of table "outbox" is not allowed', 'nor ticked off by hand');

-- taking
SELECT results_eq('SELECT t::box.outbox FROM (SELECT * FROM aftersales.take_outbox(n => 1)) t',
    $$SELECT (1, 'odd', 1, NULL, 1, 'lead', '2026-03-02 07:00+00', '2026-03-02 07:01+00', '2026-03-02 08:05+00', NULL)::box.outbox$$,
    'the oldest message, whole, under a lease of five minutes');
SELECT results_eq('SELECT message_id FROM aftersales.take_outbox(''odd'', 1)', 'VALUES (3::bigint)', 'of a topic, and not what is taken');
SELECT results_eq('SELECT message_id FROM aftersales.take_outbox(lease => ''1 hour'', n => 2)', 'VALUES (2::bigint), (4)', 'in the order of writing');
SELECT is_empty('SELECT * FROM aftersales.take_outbox(''no_such'')', 'nothing of an unknown topic');
SELECT results_eq('SELECT message_id, leased_until FROM box.outbox ORDER BY 1',
    $$VALUES (1::bigint, '2026-03-02 08:05+00'::timestamptz), (2, '2026-03-02 09:00+00'), (3, '2026-03-02 08:05+00'), (4, '2026-03-02 09:00+00'), (5, NULL), (6, NULL)$$,
    'the leases are written');
SELECT is((SELECT leased_until FROM other.outbox), NULL, 'another desk''s messages are not touched');

-- ticking off
SELECT is(aftersales.done_outbox('{3,2,99,NULL}'), 2, 'two ticked off; an unknown one is none');
SELECT is(aftersales.done_outbox('{3,2,4}'), 1, 'one more; the others were done');
SELECT is(aftersales.done_outbox('{}'), 0, 'none');
SELECT is(aftersales.done_outbox(NULL), 0, 'nor of nothing');
SELECT results_eq('SELECT message_id, done_at FROM box.outbox WHERE done_at IS NOT NULL ORDER BY 1',
    $$VALUES (2::bigint, '2026-03-02 08:00+00'::timestamptz), (3, '2026-03-02 08:00+00'), (4, '2026-03-02 08:00+00')$$, 'done when it was said');
SET aftersales.now = '2026-03-02 08:01+00';
SELECT is(aftersales.done_outbox('{2}'), 0, 'again');
SELECT is((SELECT done_at FROM box.outbox WHERE message_id = 2), '2026-03-02 08:00+00', 'does not move the time');

-- leases run out
SET aftersales.now = '2026-03-02 08:04:59+00';
SELECT results_eq('SELECT message_id FROM aftersales.take_outbox(''odd'')', 'VALUES (5::bigint)', 'while the lease holds, only what is free');
SET aftersales.now = '2026-03-02 08:05+00';
SELECT results_eq('SELECT message_id, leased_until FROM aftersales.take_outbox()',
    $$VALUES (1::bigint, '2026-03-02 08:10+00'::timestamptz), (6, '2026-03-02 08:10+00')$$, 'when it has run out, it is taken again; what is done is not');
SET aftersales.now = '2026-03-02 09:30+00';
SELECT is(aftersales.done_outbox('{1}'), 1, 'what was delivered too late is done all the same');
SELECT results_eq('SELECT message_id FROM aftersales.take_outbox()', 'VALUES (5::bigint), (6)', 'the rest is still there');

-- arguments
SELECT throws_ok('SELECT * FROM aftersales.take_outbox(n => ' || n || ')', '22023', 'how many messages to take must be 1 or more', 'n is ' || n) FROM unnest(ARRAY['0', '-1', 'NULL']) n;
SELECT throws_ok('SELECT * FROM aftersales.take_outbox(lease => ' || l || ')', '22023', 'a lease must end, and after it begins', 'a lease of ' || l) FROM unnest(ARRAY[$$'0'$$, $$'-1 second'$$, 'NULL']) l;
SELECT throws_ok('SELECT * FROM aftersales.take_outbox(desk => ''nowhere'')', 'SV014', NULL, 'an unknown desk to take from');
SELECT throws_ok('SELECT aftersales.done_outbox(''{1}'', ''nowhere'')', 'SV014', NULL, 'and to tick off in');
RESET aftersales.desk;
SELECT throws_ok('SELECT * FROM aftersales.take_outbox()', 'SV014', NULL, 'which of two desks must be said');
SELECT results_eq('SELECT message_id FROM aftersales.take_outbox(desk => ''other'')', 'VALUES (1::bigint)', 'as an argument');

-- rights: app delivers on its own desk, audit on none
CREATE ROLE aftersales_t_box_app;
CREATE ROLE aftersales_t_box_audit;
SELECT aftersales.grant_access('aftersales_t_box_app', 'app', 'box');
SELECT aftersales.grant_access('aftersales_t_box_audit', 'audit', 'box');
SET aftersales.now = '2026-03-02 10:30+00';
SET LOCAL ROLE aftersales_t_box_app;
SELECT results_eq('SELECT message_id FROM aftersales.take_outbox(desk => ''box'')', 'VALUES (5::bigint), (6)', 'level app takes');
SELECT is(aftersales.done_outbox('{5}', 'box'), 1, 'and ticks off');
SELECT throws_ok('SELECT * FROM aftersales.take_outbox(desk => ''other'')', '42501', NULL, 'on its desk only');
SELECT throws_ok('SELECT aftersales.done_outbox(''{1}'', ''other'')', '42501', NULL, 'nor ticks off elsewhere');
SELECT throws_ok('UPDATE box.outbox SET done_at = now()', 'SV004', NULL, 'the table is protected from it');
SELECT throws_ok('UPDATE box.outbox SET topic = ''x''', '42501', NULL, 'of which it may not write the rest anyway');
SELECT throws_ok('CALL aftersales.sweep_all()', '42501', NULL, 'it does not sweep');
SET LOCAL ROLE aftersales_t_box_audit;
SELECT throws_ok('SELECT * FROM aftersales.take_outbox(desk => ''box'')', '42501', NULL, 'level audit does not take');
SELECT throws_ok('SELECT aftersales.done_outbox(''{6}'', ''box'')', '42501', NULL, 'nor tick off');
RESET ROLE;

-- a write of ours opens the table for one statement only
SELECT is(aftersales.done_outbox('{}', 'box'), 0, 'after a write of nothing');
SELECT throws_ok('DELETE FROM box.outbox', 'SV004', 'DELETE from table "outbox" is not allowed', 'the table is protected as before');
SELECT throws_ok('SELECT aftersales.outbox_written()', '39P01', 'function "outbox_written" was not called by trigger manager', 'the trigger function is one');

SELECT * FROM finish();
ROLLBACK;
