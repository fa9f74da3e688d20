-- Statements whose transition tables do not fit into work_mem and go to disk
-- are recorded like small ones.
\set ECHO none
\set QUIET 1
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS aftersales;
SELECT plan(5);

SELECT aftersales.create_desk('spill');
INSERT INTO aftersales.policy (policy, title_en) VALUES ('spill', 'Spill');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('spill', 1, 'job');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES
    ('spill', 1, 'new', 'initial'), ('spill', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('spill', 1, 'new', 'done');
INSERT INTO aftersales.sla_rule (policy, version, rule, clock, condition, starts_on, stops_on, target) VALUES
    ('spill', 1, 'finish', 'finish', 'detail IS NOT NULL', '{opened}', '{status:done}', '01:00');
SELECT aftersales.activate_policy('spill', 1);

SET LOCAL work_mem = '64kB';
SET aftersales.now = '2026-03-02 08:00+00';
INSERT INTO spill.ticket (ticket_type, subject, detail)
SELECT 'job', 'number ' || i, repeat(md5(i::text), 20) FROM generate_series(1, 3000) i;
SELECT is((SELECT count(*) FROM spill.ticket_event WHERE event = 'opened'), 3000::bigint, 'every opening is an event');
SELECT is((SELECT count(*) FROM spill.sla_clock WHERE due_at = '2026-03-02 09:00+00'), 3000::bigint, 'and starts its clock');

SET aftersales.now = '2026-03-02 08:30+00';
UPDATE spill.ticket SET status = 'done', detail = repeat(md5(subject), 21), note = subject;
SELECT is((SELECT count(*) FROM spill.sla_clock WHERE stopped_at = '2026-03-02 08:30+00'), 3000::bigint, 'one UPDATE stops them all');
SELECT is((SELECT count(*)
           FROM spill.ticket t
           JOIN spill.ticket_event e USING (ticket_id)
           JOIN spill.event_private p USING (event_id)
           WHERE (e.event, p.note) = ('status:done', t.subject)
              OR (e.event, p.data ->> 'new') = ('changed:detail', repeat(md5(t.subject), 21))), 6000::bigint,
          'each with its own note and value');
SELECT is_empty('SELECT * FROM aftersales.verify_audit(NULL, ''spill'')', 'and the chains hold');

SELECT * FROM finish();
ROLLBACK;
