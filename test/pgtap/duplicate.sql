-- Duplicates by rule: what matches, what the ticket becomes, and how what is
-- known of open tickets is kept.
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT no_plan();
INSERT INTO aftersales.policy (policy, title_en) VALUES ('d', 'D'), ('e', 'E');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('d', 1, 'fault'), ('d', 1, 'consult'), ('d', 1, 'same'), ('d', 1, 'two'), ('e', 1, 'fault');
INSERT INTO aftersales.attribute (policy, version, attribute, data_type, allowed) SELECT p, 1, a, t, NULL FROM unnest('{d,e}'::text[]) p,
    (VALUES ('address', 'text'), ('n', 'integer'), ('x', 'numeric'), ('b', 'boolean'), ('day', 'date'), ('at', 'timestamptz')) v(a, t);
INSERT INTO aftersales.category (policy, version, category, ticket_type, grade) VALUES ('d', 1, 'power', 'fault', 'high'), ('d', 1, 'repeated', 'consult', 'low'), ('d', 1, 'again', 'same', NULL);
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('d', 1, 'new', 'initial'), ('d', 1, 'done', 'done'), ('d', 1, 'gone', 'closed'), ('e', 1, 'new', 'initial'), ('e', 1, 'done', 'done');
INSERT INTO aftersales.workflow_state (policy, version, ticket_type, state, kind, position) VALUES ('d', 1, 'fault', 'fresh', 'initial', -1);
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('d', 1, 'new', 'done'), ('d', 1, 'done', 'new'), ('d', 1, 'done', 'gone'), ('e', 1, 'new', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, ticket_type, from_state, to_state) VALUES ('d', 1, 'fault', 'fresh', 'done');
INSERT INTO aftersales.duplicate_rule (policy, version, ticket_type, rule, match_on, becomes_type, becomes_category) VALUES
    ('d', 1, 'fault', 'place', '{area,address}', 'consult', 'repeated'), ('e', 1, 'fault', 'place', '{area,address}', NULL, NULL),
    ('d', 1, 'same', 'all_kinds', '{n,x,b,day,at,quantity,fault_at}', NULL, 'again'), ('d', 1, 'two', 'subject', '{subject}', NULL, NULL), ('d', 1, 'two', 'channel', '{channel}', 'consult', NULL);
SELECT is_empty($$SELECT * FROM aftersales.check_policy('d', 1) WHERE severity = 'error'$$, 'the policy is sound');
SELECT aftersales.activate_policy('d', 1), aftersales.activate_policy('e', 1);
SELECT aftersales.create_desk();
ALTER TABLE desk.ticket ALTER ticket_id RESTART WITH 1000;
SET aftersales.now = '2026-03-02 08:00+00';
-- Opens a fault and says what it became.
CREATE FUNCTION open(id bigint, area text, address text, more text DEFAULT '', vals text DEFAULT '') RETURNS text LANGUAGE plpgsql AS $$
DECLARE r text;
BEGIN
    EXECUTE format('INSERT INTO desk.ticket (ticket_id, policy, ticket_type, area, attributes%s) VALUES (%s, ''d'', ''fault'', %L, %L%s) RETURNING concat_ws('' '', ticket_type, category, grade, status, duplicate_of)',
        more, id, area, jsonb_build_object('address', address), vals) INTO r;
    RETURN r;
END $$;

SELECT is(open(1, 'u', 'x', ', category', ', ''power'''), 'fault power high fresh', 'the first');
SELECT is(open(2, 'u', 'x', ', category', ', ''power'''), 'consult repeated low new 1', 'the second becomes what the rule says, with that category''s grade');
SELECT is(open(3, 'u', 'x', ', grade', ', ''mine'''), 'consult repeated mine new 1', 'a grade given stays');
SELECT is(open(4, 'u', 'x', ', status', ', ''fresh'''), 'consult repeated low new 1', 'a state the other type does not know gives way');
SELECT is(open(5, 'v', 'x'), 'fault fresh', 'another area');
SELECT is(open(6, 'u', 'y'), 'fault fresh', 'another address');
SELECT is(open(7, NULL, 'x'), 'fault fresh', 'no area');
SELECT is(open(8, NULL, 'x'), 'fault fresh', 'NULL matches nothing');
SELECT is(open(9, 'u', NULL), 'fault fresh', 'nor does null');
SELECT is(open(10, 'u', NULL), 'fault fresh', 'twice');
SELECT is(open(11, 'u', 'X'), 'fault fresh', 'text to the letter');
SELECT is(open(12, 'ux', ''), 'fault fresh', 'one value');
SELECT is(open(13, 'u', 'x', ', duplicate_of', ', 5'), 'fault fresh 5', 'what the writer names stays, and the type');
SELECT is(open(14, 'v', 'x'), 'consult repeated low new 5', 'a ticket that is a duplicate is not repeated, but its first');
INSERT INTO desk.ticket (ticket_id, policy, ticket_type, area, attributes) VALUES (15, 'e', 'fault', 'u', '{"address": "x"}');
SELECT is((SELECT duplicate_of FROM desk.ticket WHERE ticket_id = 15), NULL, 'another policy');
INSERT INTO desk.ticket (ticket_id, policy, ticket_type, category, area, attributes) VALUES (16, 'd', 'consult', 'repeated', 'u', '{"address": "x"}');
SELECT is((SELECT duplicate_of FROM desk.ticket WHERE ticket_id = 16), NULL, 'another type');
SELECT is((SELECT string_agg(event, ',' ORDER BY seq) FROM desk.ticket_event WHERE ticket_id = 2), 'opened', 'it is opened so: one event');

-- ---------- open or not
UPDATE desk.ticket SET status = 'done' WHERE ticket_id = 1;
SELECT is(open(21, 'u', 'x'), 'fault fresh', 'a finished one is not repeated');
UPDATE desk.ticket SET status = 'new' WHERE ticket_id = 1;
SELECT is(open(22, 'u', 'x'), 'consult repeated low new 1', 'open again: the first of two');
UPDATE desk.ticket SET status = 'done' WHERE ticket_id = 1;
SELECT is(open(23, 'u', 'x'), 'consult repeated low new 21', 'then the other');
SELECT aftersales.void_ticket(21, 'opened by mistake');
SELECT is(open(20, 'u', 'x'), 'fault fresh', 'a void one is not repeated');
UPDATE desk.ticket SET status = 'done' WHERE ticket_id = 20;
-- ---------- changes of what is compared
UPDATE desk.ticket SET attributes = '{"address": "z"}' WHERE ticket_id = 6;
SELECT is(open(24, 'u', 'z'), 'consult repeated low new 6', 'by its new address');
SELECT is(open(25, 'u', 'y'), 'fault fresh', 'no more by the old one');
UPDATE desk.ticket SET area = NULL WHERE ticket_id = 25;
SELECT is(open(26, 'u', 'y'), 'fault fresh', 'nor when a value is gone');
UPDATE desk.ticket SET duplicate_of = 6 WHERE ticket_id = 26;
SELECT is(open(27, 'u', 'y'), 'fault fresh', 'nor when it becomes a duplicate');
UPDATE desk.ticket SET duplicate_of = 27 WHERE ticket_id = 26;
SELECT is(open(28, 'u', 'y'), 'consult repeated low new 27', 'but its first');
UPDATE desk.ticket SET duplicate_of = NULL WHERE ticket_id = 26;
SELECT is(open(29, 'u', 'y'), 'consult repeated low new 26', 'no duplicate any more, it is the first again');

-- ---------- the types of values
CREATE FUNCTION same(id bigint, a jsonb, q numeric DEFAULT 1, f timestamptz DEFAULT '2026-03-02 07:00+00') RETURNS bigint LANGUAGE sql AS $$
    INSERT INTO desk.ticket (ticket_id, ticket_type, quantity, fault_at, attributes) VALUES (id, 'same', q, f, a) RETURNING duplicate_of $$;
SELECT is(same(40, '{"n": 1, "x": 1.50, "b": true, "day": "2026-03-02", "at": "2026-03-02T08:00:00Z"}'), NULL, 'the first');
SET timezone = 'Asia/Shanghai'; SET datestyle = 'German';
SELECT is(same(41, '{"x": 1.5, "n": 1.0, "b": true, "day": "2026-03-02", "at": "2026-03-02T16:00:00.000+08:00"}', 1.000), 40::bigint, 'written otherwise, the same');
SET timezone = 'UTC'; RESET datestyle;
SELECT is(same(50 + row_number() OVER ()::int, '{"n": 1, "x": 1.50, "b": true, "day": "2026-03-02", "at": "2026-03-02T08:00:00Z"}'::jsonb || d), NULL, d::text || ' differs') FROM unnest(ARRAY[
    '{"n": 2}', '{"x": 1.51}', '{"b": false}', '{"day": "2026-03-03"}', '{"at": "2026-03-02T08:00:00+08:00"}']::jsonb[]) d;
SELECT is(same(60, '{"n": 1, "x": 1.50, "b": true, "day": "2026-03-02", "at": "2026-03-02T08:00:00Z"}', 2), NULL, 'the quantity differs');
SELECT is(same(61, '{"n": 1, "x": 1.50, "b": true, "day": "2026-03-02", "at": "2026-03-02T08:00:00Z"}', 1, '2026-03-02 07:00:01+00'), NULL, 'the time of the fault differs');
SELECT throws_ok($$SELECT same(62, '{"n": "1", "x": 1.50, "b": true, "day": "2026-03-02", "at": "2026-03-02T08:00:00Z"}')$$, 'SV010', NULL, 'a wrong type is refused as ever');
SELECT is((SELECT category FROM desk.ticket WHERE ticket_id = 41), 'again', 'of its own type, with another category');

-- ---------- several rules; several rows
INSERT INTO desk.ticket (ticket_id, ticket_type, subject, channel) VALUES (70, 'two', 's', 'phone'), (71, 'two', 't', 'mail'), (72, 'two', 's', 'mail'), (73, 'two', 'u', 'mail'), (74, 'two', 't', 'fax'), (75, 'two', 'v', 'fax');
SELECT results_eq('SELECT ticket_id, ticket_type, duplicate_of FROM desk.ticket WHERE ticket_id BETWEEN 70 AND 75 ORDER BY 1', $$VALUES
    (70::bigint, 'two', NULL::bigint), (71, 'two', NULL), (72, 'consult', 71), (73, 'consult', 71), (74, 'two', 71), (75, 'two', NULL)$$, 'rules in the order of their names; rows of one statement see those before them');
INSERT INTO desk.ticket (ticket_type, area, attributes, policy) SELECT 'fault', 'bulk', jsonb_build_object('address', (g % 700)::text), 'd' FROM generate_series(1, 1500) g;
SELECT results_eq('SELECT ticket_type, count(*), count(DISTINCT duplicate_of) FROM desk.ticket WHERE area = ''bulk'' GROUP BY 1 ORDER BY 1', $$VALUES ('consult', 800::bigint, 700::bigint), ('fault', 700, 0)$$, 'many in one statement');
SELECT ok((SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) = 0, 'no lock is left');
BEGIN;
INSERT INTO desk.ticket (ticket_type, area, attributes, policy) SELECT 'fault', 'lots', jsonb_build_object('address', g::text), 'd' FROM generate_series(1, 1000) g;
SELECT ok((SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) < 200, 'nor are locks used up');
ROLLBACK;
BEGIN;
SELECT is((SELECT count(open(5000 + g, 'one', g::text)) FROM generate_series(1, 300) g), 300::bigint, 'many statements in one transaction');
SELECT ok((SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) < 200, 'use none up either');
SELECT is(open(5999, 'one', '290'), 'consult repeated low new 5290', 'and see each other');
ROLLBACK;

-- ---------- retries
INSERT INTO desk.ticket (ticket_id, policy, ticket_type, area, attributes, external_ref) VALUES (80, 'd', 'fault', 'u', '{"address": "retry"}', 'crm-1');
INSERT INTO desk.ticket (ticket_id, policy, ticket_type, area, attributes, external_ref) VALUES (81, 'd', 'fault', 'u', '{"address": "retry"}', 'crm-1')
ON CONFLICT (external_ref) DO UPDATE SET ticket_type = EXCLUDED.ticket_type, duplicate_of = EXCLUDED.duplicate_of, subject = 'again';
SELECT results_eq('SELECT ticket_type, duplicate_of, subject FROM desk.ticket WHERE external_ref = ''crm-1''', $$VALUES ('fault', NULL::bigint, 'again')$$, 'a retry is no duplicate of itself');
INSERT INTO desk.ticket (ticket_id, policy, ticket_type, area, attributes, external_ref) VALUES
    (82, 'd', 'fault', 'u', '{"address": "skip"}', 'crm-1'), (83, 'd', 'fault', 'u', '{"address": "skip"}', 'crm-2') ON CONFLICT (external_ref) DO NOTHING;
SELECT results_eq('SELECT ticket_id, duplicate_of FROM desk.ticket WHERE ticket_id IN (82, 83)', $$VALUES (83::bigint, NULL::bigint)$$, 'a skipped row is repeated by none');

-- ---------- the table behind it
SELECT results_eq($$SELECT m.ticket_id, m.rule FROM desk.ticket_match m ORDER BY 1, 2$$, $$
    SELECT t.ticket_id, r.rule FROM desk.ticket t JOIN aftersales.duplicate_rule r ON r.policy = t.policy AND r.ticket_type = t.ticket_type
    WHERE t.duplicate_of IS NULL AND t.voided_at IS NULL AND t.status IN ('new', 'fresh')
      AND CASE WHEN r.rule = 'place' THEN t.area IS NOT NULL AND t.attributes ->> 'address' IS NOT NULL ELSE true END ORDER BY 1, 2$$, 'holds open tickets with all values that are no duplicates');
SELECT throws_ok(s, 'SV004', NULL, s) FROM (VALUES ('INSERT INTO desk.ticket_match VALUES (1, ''x'', 1)'), ('UPDATE desk.ticket_match SET digest = 1'), ('DELETE FROM desk.ticket_match'), ('TRUNCATE desk.ticket_match')) x(s);

-- ---------- what check_policy says
SELECT aftersales.draft_policy('d');
INSERT INTO aftersales.attribute (policy, version, ticket_type, attribute, data_type) VALUES ('d', 2, 'fault', 'symptom', 'text');
INSERT INTO aftersales.duplicate_rule (policy, version, ticket_type, rule, match_on, becomes_type, becomes_category) VALUES
    ('d', 2, 'same', 'a', '{no_such,status}', NULL, NULL), ('d', 2, 'same', 'b', '{area}', 'no_such', NULL), ('d', 2, 'same', 'c', '{area}', NULL, 'power');
SELECT bag_eq($$SELECT item || ': ' || problem FROM aftersales.check_policy('d', 2) WHERE severity = 'error'$$, $$VALUES
    ('fault.place: becomes_type consult does not declare attribute symptom as fault does'),
    ('same.a: match_on names no_such, which is neither an attribute nor a column that may be compared'), ('same.a: match_on names status, which is neither an attribute nor a column that may be compared'),
    ('same.b: becomes_type names unknown ticket type no_such'), ('same.c: becomes_category names power, no category of that type')$$, 'what is unsound');

SELECT is_empty('SELECT * FROM aftersales.verify_audit()', 'every chain holds');
SELECT * FROM finish();
