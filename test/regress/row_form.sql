-- Every form of statement that writes rows of other tables is judged and
-- recorded the same way: what each leaves behind is shown as history.
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
SET client_min_messages = warning;
\pset null ''
\set VERBOSITY terse
INSERT INTO aftersales.policy (policy, title_en) VALUES ('forms', 'Forms');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('forms', 1, 'form_job');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('forms', 1, 'new', 'initial'), ('forms', 1, 'work', 'active'), ('forms', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('forms', 1, 'new', 'work'), ('forms', 1, 'work', 'done');
INSERT INTO aftersales.workflow_guard (policy, version, to_state, guard, requires, message_en) VALUES ('forms', 1, 'done', 'seen', $$evidence_count('photo') > 0$$, 'photograph it');
INSERT INTO aftersales.sla_rule (policy, version, rule, clock, starts_on, stops_on, target, repeats) VALUES
    ('forms', 1, 'arrive', 'arrive', '{visit:planned}', '{visit:arrived,visit:cancelled}', '04:00', false),
    ('forms', 1, 'look', 'look', '{opened}', '{evidence:photo}', '01:00', true);
INSERT INTO aftersales.row_guard (policy, version, table_name, on_action, guard, condition, requires, message_en) VALUES
    ('forms', 1, 'evidence', NULL, 'not_twice', $$kind = 'key'$$, $$NOT has_event('evidence:key')$$, 'one key'),
    ('forms', 1, 'evidence', NULL, 'working', $$kind = 'test'$$, $$ticket.status = 'work'$$, 'while at work'),
    ('forms', 1, 'document', 'update', 'number_stays', 'old.number IS NOT NULL', 'number = old.number', 'numbers stay'),
    ('forms', 1, 'document', 'insert', 'numbered', NULL, 'number IS NOT NULL', 'a number');
SELECT aftersales.activate_policy('forms', 1);
SELECT aftersales.create_desk('forms');
SET aftersales.desk = 'forms';
INSERT INTO forms.staff (login, star_grade) VALUES ('engineer_1', 2);
SET aftersales.now = '2026-03-02 08:00+00';
INSERT INTO forms.ticket (ticket_id, ticket_type) SELECT g, 'form_job' FROM generate_series(1, 50) g;
SET aftersales.now = '2026-03-02 09:00+00';

-- ---------- COPY
COPY forms.visit (ticket_id, engineer, appointment, planned_at, arrived_at, note) FROM STDIN;
1	engineer_1	[2026-03-02 10:00+00,2026-03-02 11:00+00)	2026-03-02 08:10+00	2026-03-02 08:30+00	by copy
2	engineer_1	[2026-03-02 11:00+00,2026-03-02 12:00+00)	\N	\N	\N
1	engineer_1	[2026-03-02 12:00+00,2026-03-02 13:00+00)	\N	\N	second
\.
-- one bad line refuses the whole COPY
COPY forms.evidence (ticket_id, kind) FROM STDIN;
1	photo
1	Photo
\.
COPY forms.evidence (ticket_id, kind) FROM STDIN;
1	key
2	key
1	key
\.
SELECT visit_id, ticket_id, engineer_grade, planned_at, arrived_at FROM forms.visit ORDER BY 1;
SELECT ticket_id, seq, event, occurred_at, origin, data FROM t.history('forms', '{1,2}');
SELECT ticket_id, clock, cycle, due_at, ended_as FROM t.clocks('forms', '{1,2}') WHERE clock = 'arrive';

-- ---------- INSERT ... ON CONFLICT: a retry is skipped, whatever has happened since
INSERT INTO forms.document (ticket_id, kind, number, external_ref) VALUES (3, 'form', '1', 'd-1') ON CONFLICT (external_ref) DO NOTHING RETURNING number;
INSERT INTO forms.document (ticket_id, kind, number, external_ref) VALUES (3, 'form', '1', 'd-1') ON CONFLICT (external_ref) DO NOTHING RETURNING number;
SELECT aftersales.void_ticket(4, 'by mistake') \g /dev/null
INSERT INTO forms.document (ticket_id, kind, external_ref) VALUES (4, 'form', 'd-1') ON CONFLICT DO NOTHING;
-- without ON CONFLICT the unique index says it
INSERT INTO forms.document (ticket_id, kind, external_ref) VALUES (3, 'form', 'd-1');
-- a new row and a retry; the same new row twice; skipped by another key
INSERT INTO forms.document (ticket_id, kind, number, external_ref) VALUES (3, 'form', '1', 'd-1'), (3, 'form', '2', 'd-2'), (3, 'form', '3', 'd-2'), (3, 'form', '2', 'd-3')
ON CONFLICT DO NOTHING RETURNING number, external_ref;
INSERT INTO forms.document (document_id, ticket_id, kind, number) VALUES (1, 3, 'form', '90'), (900, 3, 'form', '91'), (900, 3, 'form', '92') ON CONFLICT DO NOTHING RETURNING document_id, number;
-- DO UPDATE: the same again is no change, a difference is one, and is judged
INSERT INTO forms.document (ticket_id, kind, number, external_ref, remark) VALUES (3, 'form', '1', 'd-1', NULL), (3, 'form', '5', 'd-5', 'new')
ON CONFLICT (external_ref) DO UPDATE SET number = excluded.number, remark = excluded.remark RETURNING number, remark;
INSERT INTO forms.document (ticket_id, kind, number, external_ref, remark) VALUES (3, 'form', '1', 'd-1', 'other'), (3, 'form', '6', 'd-6', NULL), (3, 'form', '2', 'd-2', 'other')
ON CONFLICT (external_ref) DO UPDATE SET remark = excluded.remark RETURNING number, remark;
INSERT INTO forms.document (ticket_id, kind, number, external_ref) VALUES (3, 'form', '7', 'd-1') ON CONFLICT (external_ref) DO UPDATE SET number = excluded.number;
INSERT INTO forms.evidence (ticket_id, kind, external_ref) VALUES (3, 'photo', 'p-1');
INSERT INTO forms.evidence (ticket_id, kind, external_ref) VALUES (3, 'photo', 'p-1') ON CONFLICT (external_ref) DO UPDATE SET kind = excluded.kind;
INSERT INTO forms.evidence (ticket_id, kind, external_ref) VALUES (3, 'photo', 'p-1') ON CONFLICT (external_ref) DO UPDATE SET note = 'x';
SELECT seq, event, data FROM t.history('forms', '{3,4}') WHERE event ~ ':';

-- ---------- MERGE
MERGE INTO forms.quote_item q USING (VALUES (5, 'fan', 1), (5, 'disk', 2)) s(ticket, item, n) ON q.ticket_id = s.ticket AND q.item = s.item
WHEN MATCHED AND q.quantity <> s.n THEN UPDATE SET quantity = s.n
WHEN NOT MATCHED THEN INSERT (ticket_id, item, quantity) VALUES (s.ticket, s.item, s.n);
MERGE INTO forms.quote_item q USING (VALUES (5, 'fan', 1), (5, 'disk', 3), (5, 'case', 1)) s(ticket, item, n) ON q.ticket_id = s.ticket AND q.item = s.item
WHEN MATCHED AND q.quantity <> s.n THEN UPDATE SET quantity = s.n
WHEN NOT MATCHED THEN INSERT (ticket_id, item, quantity) VALUES (s.ticket, s.item, s.n);
MERGE INTO forms.quote_item q USING (VALUES (5, 'fan')) s(ticket, item) ON q.ticket_id = s.ticket AND q.item = s.item WHEN MATCHED THEN DELETE;
SELECT event, count(*) FROM t.history('forms', '{5}') GROUP BY 1 ORDER BY 1;

-- ---------- UPDATE: what changes nothing is nothing, whole rows come back, times come back rounded
SET aftersales.now = '2026-03-02 09:30:00.123456+00';
INSERT INTO forms.custody (ticket_id, receipt_no, promised_at, informed_at) VALUES (6, 'R-6', '2026-03-03 09:30:00.654321+00', '2026-03-02 09:30:00.111111+00');
UPDATE forms.custody SET note = note;
UPDATE forms.custody c SET (custody_id, ticket_id, receipt_no, received_at, received_by, promised_at, informed_at, external_ref) =
    (SELECT custody_id, ticket_id, receipt_no, date_trunc('milliseconds', received_at), received_by, date_trunc('milliseconds', promised_at), date_trunc('milliseconds', informed_at), external_ref FROM forms.custody);
SELECT received_at, promised_at, informed_at FROM forms.custody;
UPDATE forms.custody SET promised_at = promised_at + interval '1 millisecond';
-- by all source rows, once
UPDATE forms.quote_item q SET quantity = 9 FROM (VALUES (1), (2)) s(n) WHERE q.item = 'fan';
SELECT ticket_id, seq, event, data FROM t.history('forms', '{5,6}') WHERE event ~ 'promise|changed';

-- ---------- one statement that writes rows and moves the ticket
-- the move in the CTE, the row after it: it sees the ticket as moved
WITH u AS (UPDATE forms.ticket SET status = 'work' WHERE ticket_id = 7 RETURNING ticket_id)
INSERT INTO forms.evidence (ticket_id, kind) SELECT ticket_id, k FROM u, unnest('{test,key}'::text[]) k;
-- the row first, then the move, which needs the row
WITH e AS (INSERT INTO forms.evidence (ticket_id, kind) VALUES (7, 'photo') RETURNING ticket_id)
UPDATE forms.ticket t SET status = 'done' FROM e WHERE t.ticket_id = e.ticket_id;
-- nobody reads the CTE, so it runs last
WITH e AS (INSERT INTO forms.evidence (ticket_id, kind) VALUES (8, 'test'))
UPDATE forms.ticket t SET status = 'work' WHERE ticket_id = 8;
WITH u AS (UPDATE forms.ticket t SET status = 'work' WHERE ticket_id = 9)
INSERT INTO forms.evidence (ticket_id, kind) VALUES (9, 'test');
-- a new ticket and its rows; rows of several tables, and an event
WITH n AS (INSERT INTO forms.ticket (ticket_id, ticket_type) VALUES (60, 'form_job') RETURNING ticket_id),
     d AS (INSERT INTO forms.document (ticket_id, kind, number) SELECT ticket_id, 'form', '60' FROM n RETURNING ticket_id)
INSERT INTO forms.quote_item (ticket_id, item, quantity) SELECT ticket_id, 'fan', 1 FROM d;
SELECT ticket_id, seq, event, origin, move FROM t.history('forms', '{7,8,9,60}');
SELECT ticket_id, status, event_seq FROM forms.ticket WHERE ticket_id IN (7, 8, 9, 60) ORDER BY 1;

-- ---------- savepoints, exception blocks, transactions that are rolled back
BEGIN;
INSERT INTO forms.evidence (ticket_id, kind) VALUES (10, 'photo');
SAVEPOINT s1;
INSERT INTO forms.evidence (ticket_id, kind) VALUES (10, 'key'), (10, 'film');
ROLLBACK TO s1;
INSERT INTO forms.evidence (ticket_id, kind) VALUES (10, 'key');
COMMIT;
DO $$
BEGIN
    INSERT INTO forms.evidence (ticket_id, kind) VALUES (11, 'photo');
    BEGIN
        INSERT INTO forms.evidence (ticket_id, kind) VALUES (11, 'key'), (11, 'key');
    EXCEPTION WHEN SQLSTATE 'SV002' THEN NULL;
    END;
    BEGIN
        INSERT INTO forms.document (ticket_id, kind) VALUES (11, 'form');
    EXCEPTION WHEN SQLSTATE 'SV002' THEN NULL;
    END;
    INSERT INTO forms.evidence (ticket_id, kind) VALUES (11, 'key');
END $$;
BEGIN; INSERT INTO forms.evidence (ticket_id, kind) VALUES (12, 'photo'); ROLLBACK;
SELECT ticket_id, seq, event FROM t.history('forms', '{10,11,12}');

-- ---------- a trigger of the user's that writes rows when a row is written
CREATE FUNCTION t.also() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO forms.evidence (ticket_id, kind, reference) VALUES (NEW.ticket_id, 'scan', NEW.number); RETURN NULL; END $$;
CREATE TRIGGER also AFTER INSERT ON forms.document FOR EACH ROW EXECUTE FUNCTION t.also();
INSERT INTO forms.document (ticket_id, kind, number) VALUES (13, 'form', '13'), (13, 'form', '14'), (14, 'form', '15');
DROP TRIGGER also ON forms.document;
SELECT ticket_id, seq, event, data ->> 'evidence_id' IS NOT NULL AS evidence FROM t.history('forms', '{13,14}');

-- ---------- columns of the user's own: added, generated, dropped
ALTER TABLE forms.evidence ADD COLUMN place text NOT NULL DEFAULT 'here', ADD COLUMN long text GENERATED ALWAYS AS (kind || coalesce(item, '')) STORED, ADD COLUMN gone text DEFAULT 'x';
INSERT INTO forms.evidence (ticket_id, kind, item, place) VALUES (15, 'photo', 'a', 'there') RETURNING place, long, gone;
ALTER TABLE forms.evidence DROP COLUMN gone;
INSERT INTO forms.evidence (ticket_id, kind) VALUES (15, 'film') RETURNING place, long;
-- no change: neither what is dropped nor what is computed counts
UPDATE forms.evidence SET place = place, kind = kind WHERE ticket_id = 15;
UPDATE forms.evidence SET place = 'elsewhere' WHERE ticket_id = 15;
INSERT INTO forms.evidence (ticket_id, kind, place) VALUES (15, 'film', NULL);
SELECT seq, event, data FROM t.history('forms', '{15}');
SELECT * FROM aftersales.verify_audit();
SELECT * FROM aftersales.verify_clocks();

-- ---------- thousands of rows in a statement are the same as one by one (in the order of time)
SELECT aftersales.create_desk('form_many'), aftersales.create_desk('form_one');
INSERT INTO form_many.ticket (ticket_id, ticket_type, opened_at) SELECT g, 'form_job', '2026-03-02 08:00+00' FROM generate_series(1, 2500) g;
INSERT INTO form_one.ticket (ticket_id, ticket_type, opened_at) SELECT g, 'form_job', '2026-03-02 08:00+00' FROM generate_series(1, 2500) g;
CREATE TABLE t.row AS
SELECT g AS n, 1 + g % 2500 AS ticket_id, (ARRAY['photo', 'film', 'key'])[CASE WHEN g > 2500 AND g % 4 = 0 THEN 1 ELSE 1 + g % 3 END] AS kind, 'item ' || g % 7 AS item,
       CASE WHEN g % 5 = 0 THEN g / 8.0 END AS reading, CASE WHEN g < 4000 THEN timestamptz '2026-03-02 08:50+00' + g * interval '200 milliseconds' END AS taken_at
FROM generate_series(1, 6000) g;
DELETE FROM t.row r WHERE kind = 'key' AND EXISTS (SELECT FROM t.row x WHERE x.ticket_id = r.ticket_id AND x.kind = 'key' AND x.n < r.n);
SELECT count(*), count(DISTINCT ticket_id) AS tickets FROM t.row;
INSERT INTO form_many.evidence (ticket_id, kind, item, reading, taken_at) SELECT ticket_id, kind, item, reading, taken_at FROM t.row ORDER BY n;
DO $$ DECLARE r record; BEGIN FOR r IN SELECT * FROM t.row ORDER BY n LOOP
    INSERT INTO form_one.evidence (ticket_id, kind, item, reading, taken_at) VALUES (r.ticket_id, r.kind, r.item, r.reading, r.taken_at);
END LOOP; END $$;
UPDATE form_many.ticket SET status = 'work'; UPDATE form_one.ticket SET status = 'work';
INSERT INTO form_many.quote_item (ticket_id, item, quantity) SELECT g, 'fan', g FROM generate_series(1, 2500) g;
INSERT INTO form_one.quote_item (ticket_id, item, quantity) SELECT g, 'fan', g FROM generate_series(1, 2500) g;
UPDATE form_many.quote_item SET quantity = quantity + 1, withdrawn_at = CASE WHEN ticket_id % 2 = 0 THEN aftersales.now() END;
DO $$ BEGIN FOR i IN 1 .. 2500 LOOP
    UPDATE form_one.quote_item SET quantity = quantity + 1, withdrawn_at = CASE WHEN ticket_id % 2 = 0 THEN aftersales.now() END WHERE ticket_id = i;
END LOOP; END $$;
CREATE VIEW t.form_difference AS
WITH event AS (SELECT 'many' AS desk, ticket_id, event, occurred_at, origin, data FROM t.history('form_many') UNION ALL SELECT 'one', ticket_id, event, occurred_at, origin, data FROM t.history('form_one')),
     clock AS (SELECT 'many' AS desk, c.* FROM t.clocks('form_many') c UNION ALL SELECT 'one', c.* FROM t.clocks('form_one') c)
SELECT 'event' AS what, count(*) FROM (SELECT ticket_id, event, occurred_at, origin, data FROM event GROUP BY 1, 2, 3, 4, 5 HAVING count(*) FILTER (WHERE desk = 'one') <> count(*) FILTER (WHERE desk = 'many')) x
UNION ALL
SELECT 'clock', count(*) FROM (SELECT ticket_id, clock, cycle, rule, started_at, due_at, stopped_at, ended_as, breached FROM clock GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 HAVING count(*) <> 2) x;
SELECT * FROM t.form_difference;
SELECT desk, event, count(*) FROM (SELECT 'many' AS desk, event FROM t.history('form_many') UNION ALL SELECT 'one', event FROM t.history('form_one')) x GROUP BY 1, 2 ORDER BY 2, 1;
SELECT (SELECT count(*) FROM aftersales.verify_audit(NULL, 'form_many')) AS many, (SELECT count(*) FROM aftersales.verify_audit(NULL, 'form_one')) AS one,
       (SELECT count(*) FROM aftersales.verify_clocks(NULL, 'form_many')) AS many_clocks, (SELECT count(*) FROM aftersales.verify_clocks(NULL, 'form_one')) AS one_clocks;
DROP VIEW t.form_difference;
DROP TABLE t.row;
DROP FUNCTION t.also CASCADE;
DROP SCHEMA forms, forms_bi, form_many, form_many_bi, form_one, form_one_bi CASCADE;
