-- Memory stays flat: 20,000 rows of other tables, judged by row guards, and a
-- thousand refused ones, leave the backend as large as it was after warming up.
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
SET client_min_messages = warning;
INSERT INTO aftersales.policy (policy, title_en) VALUES ('row_mem', 'Memory');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('row_mem', 1, 'mem_job');
INSERT INTO aftersales.attribute (policy, version, attribute, data_type) VALUES ('row_mem', 1, 'n', 'integer');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('row_mem', 1, 'new', 'initial'), ('row_mem', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('row_mem', 1, 'new', 'done');
INSERT INTO aftersales.sla_rule (policy, version, rule, clock, starts_on, stops_on, target) VALUES ('row_mem', 1, 'arrive', 'arrive', '{visit:planned}', '{visit:arrived}', '04:00');
INSERT INTO aftersales.row_guard (policy, version, table_name, guard, condition, requires, roles, message_en) VALUES
    ('row_mem', 1, 'evidence', 'counted', $$kind = 'photo'$$, $$evidence_count('photo', 'item', 'angle') < 1000 AND evidence_sum('photo') < n AND NOT has_event('evidence:no')$$, NULL, '-'),
    ('row_mem', 1, 'evidence', 'since', $$kind = 'key'$$, $$has_event_since('evidence:photo', 'evidence:door')$$, NULL, '-'),
    ('row_mem', 1, 'evidence', 'role', $$kind = 'seal'$$, NULL, '{manager}', '-'),
    ('row_mem', 1, 'visit', 'window', NULL, $$upper(appointment) - lower(appointment) <= interval '3 hours' AND upper(coalesce(note, 'a')) = 'A'$$, NULL, '-'),
    ('row_mem', 1, 'visit', 'old', 'old.visit_id IS NOT NULL', 'old.engineer = engineer', NULL, '-');
SELECT aftersales.activate_policy('row_mem', 1);
SELECT aftersales.create_desk('row_mem');
SET aftersales.desk = 'row_mem';
INSERT INTO row_mem.staff (login, star_grade) VALUES ('engineer_1', 1);
INSERT INTO row_mem.ticket (ticket_type, attributes) SELECT 'mem_job', '{"n": 1000}' FROM generate_series(1, 500) g;

CREATE TEMP VIEW memory AS
SELECT sum(total_bytes) AS total, count(*) AS contexts,
       coalesce(sum(total_bytes) FILTER (WHERE name LIKE 'aftersales%'), 0) AS ours,
       count(*) FILTER (WHERE name LIKE 'aftersales%') AS our_contexts
FROM pg_backend_memory_contexts;
CREATE SEQUENCE t.hour;
CREATE PROCEDURE t.row_singles(n integer) LANGUAGE plpgsql AS $$
DECLARE id bigint; hour timestamptz;
BEGIN
    FOR i IN 1 .. n LOOP
        id := i % 500 + 1;
        CASE i % 4
            WHEN 0 THEN INSERT INTO row_mem.evidence (ticket_id, kind, item, angle, reading, note) VALUES (id, 'photo', 'i' || i % 3, 'a' || i, 1, repeat('x', 200));
            WHEN 1 THEN
                hour := timestamptz '2026-01-01 00:00+00' + nextval('t.hour') * interval '1 hour';
                INSERT INTO row_mem.visit (ticket_id, engineer, appointment) VALUES (id, 'engineer_1', tstzrange(hour, hour + interval '1 hour'));
            WHEN 2 THEN UPDATE row_mem.visit SET arrived_at = coalesce(arrived_at, aftersales.now()), note = CASE note WHEN 'a' THEN 'A' ELSE 'a' END WHERE visit_id = currval('t.hour');
            ELSE UPDATE row_mem.visit SET note = note WHERE visit_id = currval('t.hour');
        END CASE;
        IF i % 1000 = 0 THEN COMMIT; END IF;
    END LOOP;
END $$;
CREATE PROCEDURE t.row_refusals(n integer) LANGUAGE plpgsql AS $$
DECLARE refused integer := 0;
BEGIN
    FOR i IN 1 .. n LOOP
        BEGIN
            CASE i % 5
                WHEN 0 THEN INSERT INTO row_mem.evidence (ticket_id, kind, reading) VALUES (i % 500 + 1, 'photo', 1), (i % 500 + 1, 'seal', 1);
                WHEN 1 THEN INSERT INTO row_mem.visit (ticket_id, engineer, appointment) VALUES (1, 'engineer_1', '[2026-01-01 00:00+00,2027-01-01 00:00+00)');
                WHEN 2 THEN DELETE FROM row_mem.evidence;
                WHEN 3 THEN INSERT INTO row_mem.evidence (ticket_id, kind) VALUES (i % 500 + 1, 'photo'), (i % 500 + 1, 'door'), (i % 500 + 1, 'key');
                ELSE UPDATE row_mem.evidence SET note = 'y';
            END CASE;
        EXCEPTION WHEN OTHERS THEN
            IF sqlstate NOT LIKE 'SV%' THEN RAISE; END IF;
            refused := refused + 1;
        END;
    END LOOP;
    IF refused <> n THEN RAISE EXCEPTION 'only % refused', refused; END IF;
END $$;
CALL t.row_singles(2000);
CALL t.row_refusals(100);
INSERT INTO row_mem.evidence (ticket_id, kind, reading) SELECT g % 500 + 1, 'photo', 1 FROM generate_series(1, 1000) g;
CREATE TEMP TABLE was AS SELECT * FROM memory;
CALL t.row_singles(10000);
SELECT CASE WHEN m.total <= was.total + 600000 THEN 'flat' ELSE format('grew by %s bytes, %s contexts', m.total - was.total, m.contexts - was.contexts) END AS singles,
       greatest(m.ours - was.ours, 0) AS ours, greatest(m.our_contexts - was.our_contexts, 0) AS our_contexts FROM memory m, was;
-- statements of a thousand rows, two of each ticket: the second sees the first
DO $$ BEGIN FOR i IN 1 .. 5 LOOP
    INSERT INTO row_mem.evidence (ticket_id, kind, item, reading) SELECT g % 500 + 1, 'photo', 'i' || g % 3, 1 FROM generate_series(1, 1000) g;
END LOOP; END $$;
SELECT CASE WHEN m.total <= was.total + 600000 THEN 'flat' ELSE format('grew by %s bytes, %s contexts', m.total - was.total, m.contexts - was.contexts) END AS many_rows,
       greatest(m.ours - was.ours, 0) AS ours, greatest(m.our_contexts - was.our_contexts, 0) AS our_contexts FROM memory m, was;
CALL t.row_refusals(1000);
SELECT CASE WHEN m.total <= was.total + 600000 THEN 'flat' ELSE format('grew by %s bytes, %s contexts', m.total - was.total, m.contexts - was.contexts) END AS refusals,
       greatest(m.ours - was.ours, 0) AS ours, greatest(m.our_contexts - was.our_contexts, 0) AS our_contexts FROM memory m, was;
-- a statement of many rows holds a little for each until its end, and nothing else
CREATE TEMP TABLE peak (n bigint, ours bigint);
CREATE FUNCTION pg_temp.look() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.item = 'last' THEN INSERT INTO peak SELECT (NEW.note)::bigint, ours FROM memory; END IF; RETURN NULL; END $$;
CREATE TRIGGER look AFTER INSERT ON row_mem.evidence FOR EACH ROW EXECUTE FUNCTION pg_temp.look();
INSERT INTO row_mem.evidence (ticket_id, kind, item, note) SELECT g % 500 + 1, 'film', CASE WHEN g = 4000 THEN 'last' END, 4000 FROM generate_series(1, 4000) g;
INSERT INTO row_mem.evidence (ticket_id, kind, item, note) SELECT g % 500 + 1, 'film', CASE WHEN g = 8000 THEN 'last' END, 8000 FROM generate_series(1, 8000) g;
SELECT (max(ours) - min(ours)) / 4000 < 1500 AS a_little_each FROM peak;
DROP TRIGGER look ON row_mem.evidence;
SELECT count(*) FROM aftersales.verify_audit();
DROP PROCEDURE t.row_singles, t.row_refusals;
DROP SEQUENCE t.hour;
DROP SCHEMA row_mem, row_mem_bi CASCADE;
