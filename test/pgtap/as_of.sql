-- ticket_as_of(): a ticket at every instant of its life is what it was then,
-- seen through what is known today.
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET timezone = 'UTC';
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS aftersales;
SELECT no_plan();
INSERT INTO aftersales.policy (policy, title_en) VALUES ('ao', 'As of');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('ao', 1, 'job');
INSERT INTO aftersales.attribute (policy, version, attribute, data_type) VALUES ('ao', 1, 'size', 'integer'), ('ao', 1, 'note_to', 'text');
INSERT INTO aftersales.event_type (policy, version, event) VALUES ('ao', 1, 'memo');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('ao', 1, 'new', 'initial'), ('ao', 1, 'work', 'active'), ('ao', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('ao', 1, 'new', 'work'), ('ao', 1, 'work', 'done'), ('ao', 1, 'done', 'work');
SELECT aftersales.activate_policy('ao', 1);
SELECT aftersales.create_desk('ao');
ALTER TABLE ao.ticket ADD COLUMN shelf text, ADD COLUMN boxes integer;
INSERT INTO ao.org_unit (org_id, org_code) VALUES (1, 'a'), (2, 'b');
CREATE FUNCTION pg_temp.at(t timestamptz) RETURNS void LANGUAGE sql AS $$ SELECT set_config('aftersales.now', t::text, false) $$;

SELECT pg_temp.at('2026-03-02 08:00+00');
INSERT INTO ao.ticket (ticket_id, ticket_type, area, org_id, attributes, shelf) VALUES (1, 'job', 'urban', 1, '{"size": 3}', 'A1');
SELECT pg_temp.at('2026-03-02 09:00+00');
UPDATE ao.ticket SET status = 'work', area = 'rural', attributes = '{"size": 4, "note_to": "x"}' WHERE ticket_id = 1;
SELECT pg_temp.at('2026-03-02 10:00+00');
UPDATE ao.ticket SET org_id = NULL, subject = 'Dark', shelf = NULL, boxes = 7 WHERE ticket_id = 1;
SELECT pg_temp.at('2026-03-02 11:00+00');
UPDATE ao.ticket SET status = 'done', org_id = 2, attributes = attributes - 'note_to' WHERE ticket_id = 1;

CREATE FUNCTION pg_temp.was(t timestamptz) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', status, to_char(status_at, 'HH24'), area, coalesce(org_id::text, '-'), coalesce(subject, '-'), attributes, added) FROM aftersales.ticket_as_of(1, t, 'ao') $$;
SELECT is_empty($$SELECT * FROM aftersales.ticket_as_of(1, '2026-03-02 07:59:59.999999+00', 'ao')$$, 'nothing before it was opened');
SELECT is(pg_temp.was('2026-03-02 08:00+00'), 'new 08 urban 1 - {"size": 3} {"boxes": null, "shelf": "A1"}', 'as it was opened');
SELECT is(pg_temp.was('2026-03-02 08:59:59.999999+00'), 'new 08 urban 1 - {"size": 3} {"boxes": null, "shelf": "A1"}', 'up to the next event');
SELECT is(pg_temp.was('2026-03-02 09:00+00'), 'work 09 rural 1 - {"size": 4, "note_to": "x"} {"boxes": null, "shelf": "A1"}', 'after the first change, that instant included');
SELECT is(pg_temp.was('2026-03-02 10:30+00'), 'work 09 rural - Dark {"size": 4, "note_to": "x"} {"boxes": "7", "shelf": null}', 'values taken away, columns the desk has added');
SELECT is(pg_temp.was('2026-03-02 11:00+00'), 'done 11 rural 2 Dark {"size": 4} {"boxes": "7", "shelf": null}', 'a key taken away');
SELECT is(pg_temp.was(NULL), pg_temp.was('infinity'), 'NULL is now');
SELECT is((SELECT to_jsonb(a) - 'added' FROM aftersales.ticket_as_of(1, NULL, 'ao') a),
          (SELECT to_jsonb(t) - '{status_note,happened_at,note,row_version,changed_at,event_at,event_seq,event_hash,shelf,boxes}'::text[] FROM ao.ticket t WHERE ticket_id = 1), 'now it is the row');

-- what is recorded late stands where it happened
SELECT pg_temp.at('2026-03-02 12:00+00');
UPDATE ao.ticket SET priority = 'high', happened_at = '2026-03-02 11:30+00' WHERE ticket_id = 1;
SELECT is((SELECT priority FROM aftersales.ticket_as_of(1, '2026-03-02 11:29+00', 'ao')), NULL, 'not yet');
SELECT is((SELECT priority FROM aftersales.ticket_as_of(1, '2026-03-02 11:30+00', 'ao')), 'high', 'from when it happened');
-- corrected: the move to work was at 08:30
SELECT aftersales.correct_event((SELECT event_id FROM ao.ticket_event WHERE ticket_id = 1 AND event = 'status:work'), 'wrong time', '2026-03-02 08:30+00', 'ao');
SELECT is((SELECT status || ' ' || to_char(status_at, 'HH24:MI') FROM aftersales.ticket_as_of(1, '2026-03-02 08:45+00', 'ao')), 'work 08:30', 'a correction holds for the past too');
SELECT is((SELECT status FROM aftersales.ticket_as_of(1, '2026-03-02 08:29+00', 'ao')), 'new', 'before it nothing has changed');
-- voided
SELECT pg_temp.at('2026-03-02 13:00+00');
SELECT aftersales.void_ticket(1, 'entered twice', 'ao');
SELECT is((SELECT voided_at FROM aftersales.ticket_as_of(1, '2026-03-02 12:59+00', 'ao')), NULL, 'not voided before');
SELECT is((SELECT voided_at FROM aftersales.ticket_as_of(1, '2026-03-02 13:00+00', 'ao')), '2026-03-02 13:00+00', 'voided after');

-- many at once: at each of its events a ticket is what it was after the write
CREATE TEMPORARY TABLE seen AS SELECT now() AS at, t.* FROM ao.ticket t WHERE false;
SELECT setseed(0.5);
DO $$ BEGIN
    FOR i IN 0 .. 30 LOOP
        PERFORM set_config('aftersales.now', (timestamptz '2026-04-01 08:00+00' + i * interval '1 minute')::text, false);
        IF i = 0 THEN INSERT INTO ao.ticket (ticket_id, ticket_type) SELECT g, 'job' FROM generate_series(100, 119) g;
        ELSE
            UPDATE ao.ticket SET area = CASE WHEN random() < 0.3 THEN (ARRAY['x', 'y', NULL])[1 + floor(random() * 3)::int] ELSE area END,
                quantity = CASE WHEN random() < 0.2 THEN floor(random() * 9) ELSE quantity END,
                attributes = CASE WHEN random() < 0.2 THEN jsonb_build_object('size', floor(random() * 9)) ELSE attributes END,
                status = CASE WHEN random() < 0.2 THEN CASE status WHEN 'work' THEN 'done' ELSE 'work' END ELSE status END
            WHERE ticket_id >= 100;
        END IF;
        INSERT INTO seen SELECT aftersales.now(), t.* FROM ao.ticket t WHERE ticket_id >= 100;
    END LOOP;
END $$;
SELECT is((SELECT count(*) FROM seen), 620::bigint, 'many rows are remembered');
SELECT is_empty($$SELECT s.ticket_id, s.at FROM seen s CROSS JOIN LATERAL aftersales.ticket_as_of(s.ticket_id, s.at + '30 seconds', 'ao') a
    WHERE (s.status, s.status_at, s.area, s.quantity, s.attributes) IS DISTINCT FROM (a.status, a.status_at, a.area, a.quantity, a.attributes)$$, 'and each is found again');
SELECT is((SELECT count(*) FROM seen s CROSS JOIN LATERAL aftersales.ticket_as_of(s.ticket_id, s.at, 'ao') a), 620::bigint, 'every one of them');

-- refusals, rights
SELECT throws_ok($$SELECT * FROM aftersales.ticket_as_of(99999, NULL, 'ao')$$, 'SV010', 'there is no ticket 99999 on desk "ao"', 'an unknown ticket');
SELECT is_empty($$SELECT * FROM aftersales.ticket_as_of(NULL, NULL, 'ao')$$, 'NULL in, nothing out');
CREATE ROLE aftersales_as_of_reader;
SELECT throws_ok($$SET LOCAL ROLE aftersales_as_of_reader; SELECT * FROM aftersales.ticket_as_of(1, NULL, 'ao')$$, '42501', NULL, 'not without a grant');
RESET ROLE;
SELECT aftersales.grant_access('aftersales_as_of_reader', 'audit', 'ao');
SELECT lives_ok($$SET LOCAL ROLE aftersales_as_of_reader; SELECT * FROM aftersales.ticket_as_of(1, NULL, 'ao')$$, 'auditors may');
RESET ROLE;
REVOKE SELECT ON ao.event_private FROM aftersales_as_of_reader;
SELECT throws_ok($$SET LOCAL ROLE aftersales_as_of_reader; SELECT * FROM aftersales.ticket_as_of(1, NULL, 'ao')$$, '42501', 'permission denied for table event_private', 'but not who may not read old values');
RESET ROLE;
SELECT * FROM finish();
ROLLBACK;
