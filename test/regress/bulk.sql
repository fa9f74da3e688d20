-- One statement for many rows and one statement a row do the same: 10,000
-- tickets on two desks, and EXCEPT both ways is empty.
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
\pset null ''
\set VERBOSITY terse
SET client_min_messages = warning;
SELECT aftersales.create_desk('bulk'), aftersales.create_desk('loop');
INSERT INTO bulk.org_unit (org_code) VALUES ('o1'), ('o2');
INSERT INTO loop.org_unit (org_code) VALUES ('o1'), ('o2');
INSERT INTO bulk.staff (login) VALUES ('s1'), ('s2');
INSERT INTO loop.staff (login) VALUES ('s1'), ('s2');

-- what is compared: everything but event_id, clock_id, recorded_at/detected_at, hash and salt
CREATE FUNCTION t.differences(a name, b name) RETURNS TABLE (what text, only_in name, n bigint) LANGUAGE plpgsql AS $$
DECLARE q record; x name; y name;
BEGIN
    FOR q IN SELECT * FROM (VALUES
        ('ticket', 'SELECT ticket_id, ticket_no, policy_version, ticket_type, grade, area, channel, priority, org_id, assignee, attributes,
                    status, status_at, status_note, opened_at, row_version, event_at, event_seq FROM %I.ticket'),
        ('event', 'SELECT e.ticket_id, e.seq, e.event, e.occurred_at, e.actor, e.from_state, e.to_state, e.origin, e.external_ref,
                   e.private_digest IS NULL, p.note, p.data FROM %1$I.ticket_event e LEFT JOIN %1$I.event_private p USING (event_id)'),
        ('clock', 'SELECT c.ticket_id, c.clock, c.cycle, c.rule, c.target, c.started_at, c.start_seq, c.due_at, c.stopped_at, c.ended_as,
                   c.is_breached, c.next_at, b.due_at, b.org_id, b.assignee, b.cleared_at IS NOT NULL
                   FROM %1$I.sla_clock c LEFT JOIN %1$I.sla_breach b USING (clock_id)')) v(name, sql) LOOP
        FOR x, y IN VALUES (a, b), (b, a) LOOP
            what := q.name; only_in := x;
            EXECUTE format('SELECT count(*) FROM (%s EXCEPT ALL %s) d', format(q.sql, x), format(q.sql, y)) INTO n;
            IF n > 0 THEN RETURN NEXT; END IF;
        END LOOP;
    END LOOP;
END $$;

-- the steps, as text with %s for the desk and for what picks the rows
CREATE TABLE t.step (step integer PRIMARY KEY, at timestamptz, insert_into text, source text, update_set text, up_to integer);
INSERT INTO t.step VALUES
-- opening: two types, three areas (one no rule of arrive knows), some with notes, some earlier
(1, '2026-03-02 08:00+00', 'ticket (ticket_id, ticket_type, category, area, attributes, note, opened_at, org_id, assignee)',
 'SELECT g, CASE g % 2 WHEN 0 THEN ''job'' ELSE ''visit'' END, CASE WHEN g % 10 = 0 THEN ''leak'' END,
         CASE WHEN g % 2 = 1 THEN (''{urban,rural}''::text[])[1 + g / 2 % 2] ELSE (''{urban,rural,island}''::text[])[1 + g / 2 % 3] END,
         jsonb_build_object(''n'', g % 7, ''address'', ''a'' || g % 3), CASE WHEN g % 5 = 0 THEN ''note '' || g END,
         CASE WHEN g % 4 = 0 THEN timestamptz ''2026-03-02 07:30+00'' END, g % 2 + 1, ''s'' || g % 2 + 1
  FROM generate_series(1, 10000) g', NULL, NULL),
-- events: start answer and reply; several a ticket; notes, data, references
(2, '2026-03-02 08:10+00', 'ticket_event (ticket_id, event, occurred_at, note, data, external_ref)',
 'SELECT g / 2 + 1, CASE g % 2 WHEN 0 THEN ''call_in'' ELSE ''memo'' END,
         CASE WHEN g % 3 = 0 THEN timestamptz ''2026-03-02 08:09+00'' + g % 2 * interval ''1 second'' END,
         CASE WHEN g % 7 = 0 THEN ''n'' || g END, CASE WHEN g % 11 = 0 THEN jsonb_build_object(''g'', g) END, CASE WHEN g % 13 = 0 THEN ''r'' || g END
  FROM generate_series(0, 9999) g', NULL, NULL),
-- events that stop in time, stop late, cancel
(3, '2026-03-02 08:10:20+00', 'ticket_event (ticket_id, event, occurred_at)',
 'SELECT g, CASE g % 3 WHEN 0 THEN ''hung_up'' ELSE ''answered'' END,
         CASE WHEN g % 4 < 2 THEN timestamptz ''2026-03-02 08:10:00+00'' + g % 4 * interval ''12 seconds'' END
  FROM generate_series(1, 5000) g WHERE g % 5 <> 0', NULL, NULL),
-- moves that stop arrive, late for some (08:40 is past 08:30 for those opened 07:30), areas change in the same UPDATE (rematch)
(4, '2026-03-02 08:40+00', NULL, NULL,
 'status = CASE WHEN ticket_id % 6 = 0 THEN ''new'' WHEN ticket_id % 17 = 0 THEN ''closed'' ELSE ''work'' END, note = CASE WHEN ticket_id % 9 = 0 AND ticket_id % 6 > 0 THEN ''on '' || ticket_id END,
  area = CASE WHEN ticket_id % 8 = 0 THEN ''rural'' WHEN ticket_id % 14 = 0 THEN ''island'' ELSE area END, channel = CASE WHEN ticket_id % 2 = 0 THEN ''c'' || ticket_id % 100 ELSE channel END', 10000),
-- areas: void, revive, retarget into the past and the future; hand over
(5, '2026-03-02 09:10+00', NULL, NULL,
 'area = CASE WHEN ticket_type = ''visit'' THEN CASE area WHEN ''urban'' THEN ''rural'' ELSE ''urban'' END
              ELSE CASE area WHEN ''island'' THEN ''urban'' WHEN ''urban'' THEN ''rural'' ELSE ''island'' END END,
  org_id = 3 - org_id, attributes = attributes || jsonb_build_object(''n'', ticket_id % 5, ''price'', ticket_id / 4.0)', 5000),
(6, '2026-03-02 09:20+00', NULL, NULL,
 'area = CASE WHEN ticket_type = ''visit'' THEN area ELSE CASE area WHEN ''island'' THEN ''rural'' WHEN ''urban'' THEN ''island'' ELSE area END END, assignee = CASE WHEN ticket_id % 3 = 0 THEN ''s1'' ELSE assignee END', 5000),
-- moves with their own times, backwards within what is allowed; a second cycle of repair
(7, '2026-03-05 20:00+00', NULL, NULL,
 'status = CASE WHEN status = ''work'' AND (ticket_type = ''visit'' OR attributes ->> ''n'' = ''4'' AND ticket_id <= 5000 AND ticket_id % 5 <> 0 AND ticket_id % 3 <> 0) THEN ''done'' WHEN status = ''new'' THEN ''work'' ELSE status END,
  happened_at = CASE WHEN ticket_id % 2 = 0 THEN timestamptz ''2026-03-04 15:59:59.999999+00'' WHEN ticket_id % 3 = 0 THEN timestamptz ''2026-03-04 16:00+00'' END', 10000),
(8, '2026-03-05 21:00+00', NULL, NULL, 'status = CASE status WHEN ''done'' THEN ''work'' WHEN ''work'' THEN ''wait'' ELSE status END, priority = ''p'' || ticket_id % 2', 4000),
-- nothing but a settling touch
(9, '2026-03-09 00:00+00', NULL, NULL, 'priority = priority', 10000),
-- late events, before others of their tickets
(10, '2026-03-09 00:00+00', 'ticket_event (ticket_id, event, occurred_at)',
 'SELECT g, ''answered'', timestamptz ''2026-03-02 08:10:05+00'' FROM generate_series(1, 5000) g WHERE g % 5 = 0', NULL, NULL);

CREATE PROCEDURE t.run_step(desk name, n integer, one_by_one boolean) LANGUAGE plpgsql AS $$
DECLARE
    s t.step := (SELECT t FROM t.step t WHERE step = n);
    columns text := substring(s.insert_into FROM '\((.*)\)');
BEGIN
    PERFORM set_config('aftersales.now', s.at::text, false);
    EXECUTE CASE
        WHEN s.source IS NULL AND NOT one_by_one THEN
            format('UPDATE %I.ticket SET %s WHERE ticket_id <= %s', desk, s.update_set, s.up_to)
        WHEN s.source IS NULL THEN
            format('DO $do$ BEGIN FOR i IN 1 .. %s LOOP UPDATE %I.ticket SET %s WHERE ticket_id = i; END LOOP; END $do$',
                   s.up_to, desk, s.update_set)
        WHEN NOT one_by_one THEN
            format('INSERT INTO %I.%s %s', desk, s.insert_into, s.source)
        ELSE
            format('DO $do$ DECLARE r record; BEGIN FOR r IN SELECT * FROM (%s) x(%s) LOOP INSERT INTO %I.%s VALUES (%s); END LOOP; END $do$',
                   s.source, columns, desk, s.insert_into, 'r.' || replace(columns, ', ', ', r.'))
    END;
END $$;
CALL t.run_step('bulk', 1, false); CALL t.run_step('loop', 1, true);
CALL t.run_step('bulk', 2, false); CALL t.run_step('loop', 2, true);
CALL t.run_step('bulk', 3, false); CALL t.run_step('loop', 3, true);
CALL t.run_step('bulk', 4, false); CALL t.run_step('loop', 4, true);
CALL t.run_step('bulk', 5, false); CALL t.run_step('loop', 5, true);
CALL t.run_step('bulk', 6, false); CALL t.run_step('loop', 6, true);
CALL t.run_step('bulk', 7, false); CALL t.run_step('loop', 7, true);
CALL t.run_step('bulk', 8, false); CALL t.run_step('loop', 8, true);
CALL t.run_step('bulk', 9, false); CALL t.run_step('loop', 9, true);
CALL t.run_step('bulk', 10, false); CALL t.run_step('loop', 10, true);
SELECT * FROM t.differences('bulk', 'loop');
-- the mix is there: every way a clock can end, breached and not, cleared, several cycles
SELECT clock, ended_as, breached, count(*) > 10 AS many FROM t.clocks('bulk') GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
SELECT max(cycle) AS cycles, bool_or(cleared) AS some_cleared, count(DISTINCT org_id) AS orgs FROM t.clocks('bulk');
SELECT event, count(*) FROM t.history('bulk') GROUP BY 1 ORDER BY 1;
SELECT status, count(*), sum(event_seq) FROM bulk.ticket GROUP BY 1 ORDER BY 1;
SELECT count(*) FROM aftersales.verify_audit(NULL, 'bulk');
SELECT count(*) FROM aftersales.verify_audit(NULL, 'loop');

-- a sweep finds nothing to do on one that it does not find on the other
SET aftersales.now = '2026-03-20 00:00+00';
SELECT * FROM aftersales.sweep(desk => 'bulk');
SELECT * FROM aftersales.sweep(desk => 'loop');
SELECT * FROM t.differences('bulk', 'loop');

-- one forbidden row among many: nothing changes, and the ticket is named
CREATE TABLE t.before AS SELECT ticket_id, row_version, event_seq, event_hash FROM bulk.ticket;
SELECT count(*) AS events FROM bulk.ticket_event \gset
\t \a
SELECT t.try('UPDATE bulk.ticket SET status = CASE WHEN ticket_id = 7777 THEN ''recall'' ELSE status END, priority = ''z''');
SELECT t.try('INSERT INTO bulk.ticket_event (ticket_id, event) SELECT g, CASE g WHEN 7777 THEN ''nothing'' ELSE ''memo'' END FROM generate_series(1, 10000) g');
SELECT t.try('INSERT INTO bulk.ticket (ticket_id, ticket_type, area) SELECT g, ''visit'', CASE g WHEN 27777 THEN ''island'' ELSE ''urban'' END FROM generate_series(20001, 30000) g');
\t \a
SELECT count(*) AS changed FROM bulk.ticket k FULL JOIN t.before b USING (ticket_id)
WHERE (k.row_version, k.event_seq, k.event_hash) IS DISTINCT FROM (b.row_version, b.event_seq, b.event_hash);
SELECT count(*) - :events AS added FROM bulk.ticket_event;
SELECT count(*) FROM aftersales.verify_audit(NULL, 'bulk');

-- transition tables that do not fit into work_mem
SET work_mem = '64kB';
INSERT INTO bulk.ticket (ticket_id, ticket_type, area, detail) SELECT g, 'visit', 'urban', repeat('wide ', 100) || g FROM generate_series(40001, 42000) g;
UPDATE bulk.ticket SET detail = repeat('wider ', 100) || ticket_id, area = 'rural', status = 'work' WHERE ticket_id > 40000;
INSERT INTO bulk.ticket_event (ticket_id, event, note) SELECT g, 'call_in', repeat('note ', 100) FROM generate_series(40001, 42000) g;
RESET work_mem;
SELECT count(*) AS tickets, sum(event_seq) AS events, count(*) FILTER (WHERE detail = repeat('wider ', 100) || ticket_id) AS wider FROM bulk.ticket WHERE ticket_id > 40000;
SELECT clock, rule, ended_as, count(*) FROM t.clocks('bulk') WHERE ticket_id > 40000 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
SELECT count(*) FROM aftersales.verify_audit(NULL, 'bulk');
DROP SCHEMA bulk, bulk_bi, loop, loop_bi CASCADE;
