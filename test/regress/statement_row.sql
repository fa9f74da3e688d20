-- Rows as applications send them: ORMs that send every column back, optimistic
-- locking, columns that users add, prepared statements across changes.
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
\pset null ''
\set VERBOSITY terse
SELECT aftersales.create_desk('orm');
SET aftersales.desk = 'orm';
SET aftersales.now = '2026-03-02 08:00:00.123456+00';
INSERT INTO orm.ticket (ticket_type, area, note) SELECT 'job', 'urban', 'opened by test' FROM generate_series(1, 6);

-- ---------- every column sent back
DO $$
DECLARE columns text := (SELECT string_agg(format('%I = s.%I', attname, attname), ', ') FROM pg_attribute
                         WHERE attrelid = 'orm.ticket'::regclass AND attnum > 0 AND attname <> 'status');
BEGIN
    SET aftersales.now = '2026-03-02 08:00:01.123456+00';
    -- as they are: one move and nothing else
    EXECUTE format('UPDATE orm.ticket t SET status = ''work'', %s FROM orm.ticket s WHERE t.ticket_id = 1 AND s.ticket_id = 1', columns);
    -- and again, without any change: no event
    EXECUTE format('UPDATE orm.ticket t SET status = s.status, %s FROM orm.ticket s WHERE t.ticket_id = 1 AND s.ticket_id = 1', columns);
    -- times with milliseconds only, as JavaScript knows them
    SELECT string_agg(CASE WHEN atttypid = 'timestamptz'::regtype
                           THEN format('%I = date_trunc(''milliseconds'', s.%I)', attname, attname)
                           ELSE format('%I = s.%I', attname, attname) END, ', ')
    INTO columns FROM pg_attribute
    WHERE attrelid = 'orm.ticket'::regclass AND attnum > 0 AND attname <> 'status';
    EXECUTE format('UPDATE orm.ticket t SET status = ''work'', %s FROM orm.ticket s WHERE t.ticket_id = 2 AND s.ticket_id = 2', columns);
    EXECUTE format('UPDATE orm.ticket t SET status = ''wait'', %s FROM orm.ticket s WHERE t.ticket_id = 1 AND s.ticket_id = 1', columns);
END $$;
SELECT ticket_id, seq, event, occurred_at, move FROM t.history('orm', '{1,2}');
SELECT ticket_id, opened_at, status_at, event_at, row_version, event_seq, status_note FROM orm.ticket WHERE ticket_id <= 2 ORDER BY 1;
-- a difference from a millisecond on is a change
\t \a
SELECT t.try('UPDATE orm.ticket SET opened_at = opened_at - interval ''999 microseconds'' WHERE ticket_id = 2');
SELECT t.try('UPDATE orm.ticket SET opened_at = opened_at - interval ''1 millisecond'' WHERE ticket_id = 2');
SELECT t.try('UPDATE orm.ticket SET status_at = status_at + interval ''1 millisecond'' WHERE ticket_id = 2');
\t \a
SELECT opened_at FROM orm.ticket WHERE ticket_id = 2;
-- the old note sent back with a move is the note of that move; an INSERT with every column NULL means omitted
INSERT INTO orm.ticket (external_ref, policy, policy_version, ticket_type, category, grade, area, attributes, status, status_at, status_note,
    opened_at, duplicate_of, happened_at, note, row_version, changed_at, event_at, event_seq, event_hash, ticket_no)
VALUES (NULL, NULL, NULL, 'job', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
RETURNING ticket_no, policy, policy_version, attributes, status, row_version, event_seq;

-- ---------- row_version: the way to lock optimistically
UPDATE orm.ticket SET priority = 'a', row_version = 2 WHERE ticket_id = 3 AND row_version = 1 RETURNING row_version;
UPDATE orm.ticket SET priority = 'b', row_version = 2 WHERE ticket_id = 3 AND row_version = 1 RETURNING row_version;
UPDATE orm.ticket SET priority = 'b', row_version = row_version + 1 WHERE ticket_id = 3 AND row_version = 2 RETURNING row_version;
UPDATE orm.ticket SET priority = 'c', row_version = NULL WHERE ticket_id = 3 RETURNING row_version;
-- without looking first: the version that was read, or the next, must fit
\t \a
SELECT t.try('UPDATE orm.ticket SET priority = ''d'', row_version = 2 WHERE ticket_id = 3');
SELECT t.try('UPDATE orm.ticket SET priority = ''d'', row_version = 99 WHERE ticket_id = 3');
\t \a

-- ---------- columns that users add
CREATE DOMAIN t.short AS text CHECK (length(value) <= 5);
CREATE TYPE t.mood AS ENUM ('good', 'bad');
ALTER TABLE orm.ticket
    ADD COLUMN own_text text DEFAULT 'dflt',
    ADD COLUMN own_short t.short,
    ADD COLUMN own_mood t.mood,
    ADD COLUMN own_list integer[],
    ADD COLUMN own_float double precision,
    ADD COLUMN own_upper text GENERATED ALWAYS AS (upper(subject)) STORED,
    ADD COLUMN "Own ""Col" text;
INSERT INTO orm.ticket (ticket_id, ticket_type, area, subject, own_short, own_mood, own_list, own_float, "Own ""Col")
VALUES (100, 'job', 'urban', 'abc', 'five5', 'good', '{1,2}', 0.5, 'q') RETURNING own_text, own_upper;
UPDATE orm.ticket SET subject = 'def', own_text = NULL, own_short = 'x', own_mood = 'bad', own_list = '{1,2,3}', own_float = 1e300, "Own ""Col" = 'r'
WHERE ticket_id = 100 RETURNING own_upper;
UPDATE orm.ticket SET own_list = '{1,2,3}', own_float = 1e300, own_short = 'x' WHERE ticket_id = 100;
UPDATE orm.ticket SET own_short = 'too long' WHERE ticket_id = 100;
UPDATE orm.ticket SET status = 'work', own_text = repeat('long ', 5000) WHERE ticket_id = 100;
UPDATE orm.ticket SET priority = 'p' WHERE ticket_id = 100;
-- rows from before the columns were there
UPDATE orm.ticket SET own_text = 'mine' WHERE ticket_id = 4;
SELECT ticket_id, seq, event, left(data::text, 60) AS data FROM t.history('orm', '{4,100}');
-- an index and a foreign key of the user's own
CREATE TABLE orm.project (project integer PRIMARY KEY);
ALTER TABLE orm.ticket ADD COLUMN project integer REFERENCES orm.project ON DELETE SET NULL;
CREATE UNIQUE INDEX ON orm.ticket (project) WHERE status = 'work';
INSERT INTO orm.project VALUES (7);
UPDATE orm.ticket SET project = 7 WHERE ticket_id = 100;
UPDATE orm.ticket SET project = 8 WHERE ticket_id = 100;
-- the key's own action is a change like any other
DELETE FROM orm.project;
SELECT seq, event, data FROM t.history('orm', '{100}') WHERE event = 'changed:project';

-- ---------- prepared statements across changes of the policy and of the table
INSERT INTO aftersales.policy (policy, title_en) VALUES ('prep', 'Prepared');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('prep', 1, 'prep_job');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('prep', 1, 'new', 'initial'), ('prep', 1, 'end', 'closed');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('prep', 1, 'new', 'end');
SELECT aftersales.activate_policy('prep', 1);
PREPARE ins(bigint) AS INSERT INTO orm.ticket (ticket_id, ticket_type, mode) VALUES ($1, 'prep_job', 'gold') RETURNING policy_version, status;
PREPARE upd(bigint, text) AS UPDATE orm.ticket SET status = $2 WHERE ticket_id = $1 RETURNING status;
EXECUTE ins(200);
EXECUTE ins(201);
SELECT aftersales.draft_policy('prep');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('prep', 2, 'mid', 'active');
DELETE FROM aftersales.workflow_transition WHERE policy = 'prep' AND version = 2;
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('prep', 2, 'new', 'mid'), ('prep', 2, 'mid', 'end');
INSERT INTO aftersales.workflow_guard (policy, version, to_state, guard, requires, message_en) VALUES ('prep', 2, 'end', 'gold', 'mode = ''gold''', 'gold only');
SELECT aftersales.activate_policy('prep', 2);
EXECUTE ins(202);
-- the old ticket by the old version, the new one by the new
EXECUTE upd(200, 'end');
EXECUTE upd(202, 'end');
EXECUTE upd(202, 'mid');
ALTER TABLE orm.ticket ADD COLUMN later text DEFAULT 'new column';
EXECUTE ins(203);
EXECUTE upd(202, 'end');
ALTER TABLE orm.ticket DROP COLUMN later, DROP COLUMN own_text, DROP COLUMN own_upper;
EXECUTE ins(204);
EXECUTE upd(203, 'mid');
EXECUTE upd(203, 'end');
ALTER TABLE orm.ticket ADD COLUMN later integer DEFAULT 5;
UPDATE orm.ticket SET later = 6, priority = 'q' WHERE ticket_id = 204;
-- a change and a use in one transaction
BEGIN;
EXECUTE upd(204, 'mid');
ALTER TABLE orm.ticket DROP COLUMN later;
EXECUTE upd(204, 'end');
ROLLBACK;
EXECUTE upd(204, 'mid');
SELECT ticket_id, seq, event, move, data FROM t.history('orm', '{200,201,202,203,204}');
-- a column that a rule of an open ticket reads is dropped: the refusal says which rule
ALTER TABLE orm.ticket DROP COLUMN mode;
\set VERBOSITY default
EXECUTE upd(204, 'end');
\set VERBOSITY terse
ALTER TABLE orm.ticket ADD COLUMN mode text;
EXECUTE upd(204, 'end');
UPDATE orm.ticket SET mode = 'gold', status = 'end' WHERE ticket_id = 204;
-- a column that the triggers know by name
BEGIN;
ALTER TABLE orm.ticket DROP COLUMN parent_id;
UPDATE orm.ticket SET priority = 'z' WHERE ticket_id = 204;
ROLLBACK;
-- nor one of another type
BEGIN;
ALTER TABLE orm.ticket DROP CONSTRAINT ticket_parent_fkey, ALTER COLUMN parent_id TYPE text;
UPDATE orm.ticket SET priority = 'z' WHERE ticket_id = 204;
ROLLBACK;
UPDATE orm.ticket SET priority = 'z' WHERE ticket_id = 204;
-- a column that changes its type
ALTER TABLE orm.ticket ALTER COLUMN quantity TYPE integer;
UPDATE orm.ticket SET quantity = 5 WHERE ticket_id = 204;
SELECT seq, event, data FROM t.history('orm', '{204}') WHERE seq > 5;

SELECT * FROM aftersales.verify_audit();
SET client_min_messages = warning;
DROP SCHEMA orm, orm_bi CASCADE;
