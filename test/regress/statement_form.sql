-- Every form of statement that writes tickets and events is judged and
-- recorded the same way: what each leaves behind is shown as history.
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
\pset null ''
\set VERBOSITY terse
SELECT aftersales.create_desk('forms');
SET aftersales.desk = 'forms';
SET aftersales.now = '2026-03-02 08:00+00';

-- ---------- COPY
COPY forms.ticket (external_ref, ticket_type, area, opened_at, attributes, note) FROM STDIN;
c-1	job	urban	2026-03-02 07:00+00	{"n": 4}	by copy
c-2	job	rural	2026-03-02 07:30+00	{}	\N
c-3	visit	urban	\N	{"agreed": true}	\N
\.
COPY forms.ticket_event (ticket_id, event, occurred_at, note) FROM STDIN;
1	call_in	2026-03-02 07:00:01+00	\N
2	call_in	2026-03-02 07:30:01+00	rings
1	answered	2026-03-02 07:00:05+00	\N
\.
-- one bad line refuses the whole COPY
COPY forms.ticket (external_ref, ticket_type, area) FROM STDIN;
c-4	job	urban
c-5	job	moon
\.
COPY forms.ticket_event (ticket_id, event) FROM STDIN;
1	memo
1	no_such_event
\.
SELECT ticket_id, external_ref, status, status_at, status_note, happened_at, note, row_version, event_seq FROM forms.ticket ORDER BY 1;
SELECT * FROM t.history('forms');
SELECT ticket_id, clock, rule, due_at, stopped_at, ended_as, breached FROM t.clocks('forms');

-- ---------- INSERT ... ON CONFLICT
-- DO UPDATE: a new row, and one that is there and changes
INSERT INTO forms.ticket (external_ref, ticket_type, area, channel) VALUES
    ('c-1', 'job', 'urban', 'phone'), ('o-1', 'job', 'urban', 'phone')
ON CONFLICT (external_ref) DO UPDATE SET channel = excluded.channel, status = 'work'
RETURNING external_ref, status, channel, event_seq;
-- its UPDATE half is judged
INSERT INTO forms.ticket (external_ref, ticket_type, area) VALUES ('c-2', 'job', 'urban')
ON CONFLICT (external_ref) DO UPDATE SET status = 'done';
-- DO NOTHING: rows that are there stay as they are
INSERT INTO forms.ticket (external_ref, ticket_type, area, channel) VALUES
    ('c-1', 'job', 'rural', 'mail'), ('o-2', 'job', 'urban', 'mail')
ON CONFLICT (external_ref) DO NOTHING RETURNING external_ref, channel;
-- the same new row twice: the first goes in, the second is skipped
INSERT INTO forms.ticket (external_ref, ticket_type, area, channel) VALUES
    ('o-3', 'job', 'urban', 'first'), ('o-3', 'job', 'rural', 'second')
ON CONFLICT (external_ref) DO NOTHING RETURNING external_ref, channel;
-- likewise by an explicit key, also one that exists
INSERT INTO forms.ticket (ticket_id, external_ref, ticket_type, area, channel) VALUES
    (1, 'o-4', 'job', 'urban', 'existing'), (1000, 'o-5', 'job', 'urban', 'first'), (1000, 'o-6', 'job', 'rural', 'second')
ON CONFLICT DO NOTHING RETURNING ticket_id, external_ref, channel;
-- events: a skipped one would tear the chain, so it is refused; a new one goes in
INSERT INTO forms.ticket_event (ticket_id, event, external_ref) VALUES (2, 'memo', 'e-1')
ON CONFLICT (external_ref) DO NOTHING;
INSERT INTO forms.ticket_event (ticket_id, event, external_ref) VALUES (2, 'memo', 'e-1')
ON CONFLICT (external_ref) DO NOTHING;
INSERT INTO forms.ticket_event (ticket_id, event, external_ref) VALUES (2, 'memo', 'e-2')
ON CONFLICT (external_ref) DO UPDATE SET event = 'call_in';
-- the way that works
INSERT INTO forms.ticket_event (ticket_id, event, external_ref)
SELECT x.* FROM (VALUES (2::bigint, 'memo', 'e-1'), (2, 'memo', 'e-3')) x(ticket_id, event, external_ref)
WHERE NOT EXISTS (SELECT FROM forms.ticket_event e WHERE e.external_ref = x.external_ref);
SELECT ticket_id, seq, event, move, data FROM t.history('forms', '{1,2,1000}');
SELECT external_ref, status, channel, event_seq FROM forms.ticket WHERE external_ref ~ '^o' ORDER BY 1;

-- ---------- MERGE
MERGE INTO forms.ticket t
USING (VALUES ('c-3', 'visit', 'rural'), ('m-1', 'job', 'rural'), ('c-1', 'job', 'urban')) s(ref, type, area)
ON t.external_ref = s.ref
WHEN MATCHED AND t.area <> s.area THEN UPDATE SET area = s.area, channel = 'merge'
WHEN MATCHED THEN DO NOTHING
WHEN NOT MATCHED THEN INSERT (external_ref, ticket_type, area) VALUES (s.ref, s.type, s.area);
-- MERGE may not delete, and its halves are judged
MERGE INTO forms.ticket t USING (VALUES ('m-1')) s(ref) ON t.external_ref = s.ref WHEN MATCHED THEN DELETE;
MERGE INTO forms.ticket t USING (VALUES ('m-1', 'done'), ('m-2', 'new')) s(ref, state) ON t.external_ref = s.ref
WHEN MATCHED THEN UPDATE SET status = s.state
WHEN NOT MATCHED THEN INSERT (external_ref, ticket_type) VALUES (s.ref, 'job');
SELECT external_ref, area, channel, event_seq FROM forms.ticket WHERE external_ref IN ('c-3', 'm-1', 'm-2') ORDER BY 1;
SELECT ticket_id, clock, rule, due_at FROM t.clocks('forms') WHERE clock = 'come';

-- ---------- UPDATE ... FROM, two source rows for one ticket: it is updated once
UPDATE forms.ticket t SET priority = s.p
FROM (VALUES ('c-2', 'high'), ('c-2', 'high')) s(ref, p) WHERE t.external_ref = s.ref;
SELECT seq, event, data FROM t.history('forms', '{2}') WHERE event = 'changed:priority';

-- ---------- one statement that writes ticket and events
INSERT INTO forms.ticket (ticket_id, ticket_type, area) VALUES (2001, 'job', 'urban'), (2002, 'job', 'urban'), (2003, 'job', 'urban'), (2004, 'job', 'urban');
-- the move first, then the event (nobody reads the CTE, so it runs last)
WITH e AS (INSERT INTO forms.ticket_event (ticket_id, event) VALUES (2001, 'call_in'))
UPDATE forms.ticket SET status = 'work' WHERE ticket_id = 2001;
-- the event first, then the move, which needs the event for its row
WITH e AS (INSERT INTO forms.ticket_event (ticket_id, event) VALUES (2002, 'call_in'), (2003, 'call_in') RETURNING ticket_id)
UPDATE forms.ticket t SET status = 'work', channel = 'phone' FROM e WHERE t.ticket_id = e.ticket_id;
-- the move in the CTE, the events after it
WITH u AS (UPDATE forms.ticket SET status = 'work' WHERE ticket_id = 2004 RETURNING ticket_id)
INSERT INTO forms.ticket_event (ticket_id, event, note) SELECT ticket_id, x, 'after the move' FROM u, unnest('{call_in,answered,memo}'::text[]) x;
-- an event that a guard of the very same statement counts
WITH e AS (INSERT INTO forms.ticket_event (ticket_id, event) VALUES (2002, 'answered') RETURNING ticket_id)
UPDATE forms.ticket t SET status = 'done', attributes = '{"n": 4, "address": "x"}' FROM e WHERE t.ticket_id = e.ticket_id;
-- a new ticket and its events at once: the ticket is seen by the second
WITH n AS (INSERT INTO forms.ticket (ticket_id, ticket_type, area) VALUES (2005, 'job', 'urban') RETURNING ticket_id)
INSERT INTO forms.ticket_event (ticket_id, event) SELECT ticket_id, 'call_in' FROM n;
SELECT ticket_id, seq, event, move, note FROM t.history('forms', '{2001,2002,2003,2004,2005}');
SELECT ticket_id, clock, cycle, start_seq, ended_as FROM t.clocks('forms', '{2001,2002,2003,2004,2005}');
SELECT ticket_id, status, event_seq FROM forms.ticket WHERE ticket_id BETWEEN 2001 AND 2005 ORDER BY 1;

-- ---------- savepoints, exception blocks
BEGIN;
UPDATE forms.ticket SET status = 'work' WHERE external_ref = 'o-1';
SAVEPOINT s1;
UPDATE forms.ticket SET priority = 'gone' WHERE external_ref = 'o-1';
INSERT INTO forms.ticket_event (ticket_id, event) SELECT ticket_id, 'memo' FROM forms.ticket WHERE external_ref = 'o-1';
ROLLBACK TO s1;
UPDATE forms.ticket SET status = 'new' WHERE external_ref = 'o-1';
ROLLBACK TO s1;
UPDATE forms.ticket SET priority = 'kept' WHERE external_ref = 'o-1';
COMMIT;
DO $$
DECLARE id bigint := (SELECT ticket_id FROM forms.ticket WHERE external_ref = 'o-1');
BEGIN
    INSERT INTO forms.ticket_event (ticket_id, event) VALUES (id, 'call_in');
    BEGIN
        INSERT INTO forms.ticket_event (ticket_id, event) VALUES (id, 'answered'), (id, 'no_such');
    EXCEPTION WHEN SQLSTATE 'SV010' THEN
        RAISE NOTICE 'refused: %', sqlerrm;
    END;
    BEGIN
        UPDATE forms.ticket SET status = 'done' WHERE ticket_id = id;
    EXCEPTION WHEN SQLSTATE 'SV002' THEN
        RAISE NOTICE 'refused: %', sqlerrm;
    END;
    UPDATE forms.ticket SET status = 'wait' WHERE ticket_id = id;
END $$;
-- a transaction rolled back leaves nothing
BEGIN;
UPDATE forms.ticket SET status = 'work' WHERE external_ref = 'o-1';
ROLLBACK;
SELECT seq, event, move, data FROM t.history('forms') h JOIN forms.ticket k USING (ticket_id) WHERE external_ref = 'o-1' ORDER BY seq;

-- ---------- WHERE CURRENT OF
BEGIN;
DECLARE cur CURSOR FOR SELECT ticket_id FROM forms.ticket WHERE ticket_id IN (2001, 2003) ORDER BY ticket_id FOR UPDATE;
FETCH cur;
UPDATE forms.ticket SET status = 'wait' WHERE CURRENT OF cur;
FETCH cur;
UPDATE forms.ticket SET status = 'wait' WHERE CURRENT OF cur;
COMMIT;
SELECT ticket_id, status, event_seq FROM forms.ticket WHERE ticket_id IN (2001, 2003) ORDER BY 1;

SELECT * FROM aftersales.verify_audit();
DROP SCHEMA forms, forms_bi CASCADE;
