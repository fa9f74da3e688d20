-- Events: which a change writes, in which order, with which data; places in
-- the chain; what guards count.
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT no_plan();
INSERT INTO aftersales.policy (policy, title_en) VALUES ('e', 'E');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('e', 1, 'job'), ('e', 1, 'other');
INSERT INTO aftersales.attribute (policy, version, attribute, data_type) VALUES ('e', 1, 'a', 'text'), ('e', 1, 'n', 'numeric'), ('e', 1, 'b', 'boolean');
INSERT INTO aftersales.event_type (policy, version, ticket_type, event, allowed_in, required_data) VALUES
    ('e', 1, NULL, 'memo', NULL, '{}'), ('e', 1, NULL, 'seen', '{work,done}', '{}'), ('e', 1, 'job', 'paid', NULL, '{amount,by}'), ('e', 1, 'other', 'paid', NULL, '{}');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('e', 1, 'new', 'initial'), ('e', 1, 'work', 'active'), ('e', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('e', 1, 'new', 'work'), ('e', 1, 'work', 'done'), ('e', 1, 'done', 'work');
INSERT INTO aftersales.workflow_guard (policy, version, from_state, to_state, guard, requires, message_en)
SELECT 'e', 1, 'work', 'done', 'g' || n, format('priority <> %L OR %s', 'g' || n, x), 'm'
FROM (VALUES (1, 'has_event(''memo'')'), (2, 'has_event(''memo'', 2)'), (3, 'has_event(''status:new'')'), (4, 'has_event(''status:work'', 2)'), (5, 'has_event(''opened'')'),
             (6, 'has_event(''status:done'')'), (7, 'has_event(''changed:area'')'), (8, 'has_event(''memo'', 0)'), (9, 'has_event(NULL)'), (10, 'has_event(''memo'', -1)')) v(n, x);
SELECT aftersales.activate_policy('e', 1);
SELECT aftersales.create_desk();
SET aftersales.now = '2026-03-02 08:00+00';
CREATE FUNCTION last_events(id bigint, n integer DEFAULT 1) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(event || coalesce(' ' || x.data::text, '') || coalesce(' /' || x.note, ''), '; ' ORDER BY seq)
    FROM (SELECT e.seq, e.event, p.data, p.note FROM desk.ticket_event e LEFT JOIN desk.event_private p USING (event_id) WHERE e.ticket_id = id ORDER BY e.seq DESC LIMIT n) x $$;
INSERT INTO desk.ticket (ticket_id, ticket_type) SELECT g, 'job' FROM generate_series(1, 30) g;
INSERT INTO desk.ticket (ticket_id, ticket_type, note, area, attributes) VALUES (31, 'job', 'why', 'x', '{"a": "1"}');
SELECT is(last_events(31, 9), 'opened /why', 'an opening is one event, with the note');

-- ---------- every column that is a change of its own
CREATE TABLE change (n serial, assignment text, want text);
INSERT INTO change (assignment, want) VALUES
    ('external_ref = ''r''', 'changed:external_ref {"new": "r", "old": null}'), ('ticket_no = ''T1''', 'changed:ticket_no {"new": "T1", "old": "2"}'),
    ('category = ''c''', 'changed:category {"new": "c", "old": null}'), ('grade = ''g''', 'changed:grade {"new": "g", "old": null}'), ('mode = ''m''', 'changed:mode {"new": "m", "old": null}'),
    ('area = ''a''', 'changed:area {"new": "a", "old": null}'), ('tier = ''t''', 'changed:tier {"new": "t", "old": null}'), ('priority = ''p''', 'changed:priority {"new": "p", "old": null}'),
    ('product_line = ''p''', 'changed:product_line {"new": "p", "old": null}'), ('quantity = 1.50', 'changed:quantity {"new": "1.50", "old": null}'), ('channel = ''c''', 'changed:channel {"new": "c", "old": null}'),
    ('parent_id = 1', 'changed:parent_id {"new": "1", "old": null}'), ('subject = ''s "q"''', 'changed:subject {"new": "s \"q\"", "old": null}'), ('detail = ''中文''', 'changed:detail {"new": "中文", "old": null}'),
    ('duplicate_of = 1', 'changed:duplicate_of {"new": "1", "old": null}'), ('fault_cause = ''f''', 'changed:fault_cause {"new": "f", "old": null}'), ('component = ''c''', 'changed:component {"new": "c", "old": null}'),
    ('attributes = ''{"n": 1}''', 'changed:attributes {"new": {"n": 1}, "old": {}}'),
    ('area = NULL', 'opened'), ('subject = subject', 'opened'), ('row_version = row_version', 'opened'), ('status = ''new''', 'opened'), ('attributes = ''{}''', 'opened');
DO $$ DECLARE c record; BEGIN FOR c IN SELECT * FROM change LOOP EXECUTE format('UPDATE desk.ticket SET %s WHERE ticket_id = %s', c.assignment, c.n + 1); END LOOP; END $$;
UPDATE change SET want = replace(want, '"old": "2"', format('"old": "%s"', n + 1));
SELECT is(last_events(n + 1), want, 'UPDATE … SET ' || assignment) FROM change;

-- ---------- several at once: columns in their order, then the status; one time for all
UPDATE desk.ticket SET status = 'work', note = 'go', subject = 's', area = 'b', attributes = '{"a": "x", "b": true}', happened_at = '2026-03-02 08:00+00' WHERE ticket_id = 31;
SELECT is(last_events(31, 4), 'changed:area {"new": "b", "old": "x"}; changed:subject {"new": "s", "old": null}; changed:attributes {"new": {"a": "x", "b": true}, "old": {"a": "1"}}; status:work /go', 'in column order, then the status');
SELECT is((SELECT count(DISTINCT occurred_at) FROM desk.ticket_event WHERE ticket_id = 31 AND seq > 1), 1::bigint, 'one time for all');
UPDATE desk.ticket SET attributes = '{"b": false, "n": 1.0}' WHERE ticket_id = 31;
SELECT is(last_events(31), 'changed:attributes {"new": {"b": false, "n": 1.0}, "old": {"a": "x", "b": true}}', 'only the keys that differ: gone, changed, new');
UPDATE desk.ticket SET attributes = '{"n": 1.0, "b": false}' WHERE ticket_id = 31;
SELECT is((SELECT event_seq FROM desk.ticket WHERE ticket_id = 31), 6, 'other order of keys: no change');
UPDATE desk.ticket SET attributes = '{"b": null, "n": 1.0}' WHERE ticket_id = 31;
SELECT is(last_events(31), 'changed:attributes {"new": {"b": null}, "old": {"b": false}}', 'null is a value');
UPDATE desk.ticket SET attributes = '{"b": null, "n": 1.00}' WHERE ticket_id = 31;
SELECT isnt(last_events(31), 'changed:attributes {"new": {}, "old": {}}', '1.00 for 1.0: no event, or one that says so');

-- ---------- what apps may log
SELECT throws_ok(s, state, NULL, s) FROM (VALUES
    ('INSERT INTO desk.ticket_event (ticket_id, event) VALUES (1, ''seen'')', 'SV001'), ('INSERT INTO desk.ticket_event (ticket_id, event) VALUES (1, ''paid'')', 'SV002'),
    ('INSERT INTO desk.ticket_event (ticket_id, event, data) VALUES (1, ''paid'', ''{"amount": 1}'')', 'SV002'), ('INSERT INTO desk.ticket_event (ticket_id, event, data) VALUES (1, ''paid'', ''{"amount": 1, "by": null}'')', 'SV002'),
    ('INSERT INTO desk.ticket_event (ticket_id, event, data) VALUES (1, ''memo'', ''"x"'')', 'SV010'), ('INSERT INTO desk.ticket_event (ticket_id, event) VALUES (1, ''changed:area'')', 'SV010'),
    ('INSERT INTO desk.ticket_event (ticket_id, event) VALUES (1, ''Memo'')', 'SV010'), ('INSERT INTO desk.ticket_event (ticket_id, event) VALUES (1, '''')', 'SV010')) v(s, state);
SELECT lives_ok(s, s) FROM unnest(ARRAY['INSERT INTO desk.ticket_event (ticket_id, event) VALUES (31, ''seen'')', 'INSERT INTO desk.ticket_event (ticket_id, event, data) VALUES (1, ''paid'', ''{"amount": 0, "by": ""}'')',
    'INSERT INTO desk.ticket_event (ticket_id, event, data, note) VALUES (1, ''memo'', ''{}'', '''')', 'INSERT INTO desk.ticket_event SELECT WHERE false']) s;
SELECT is((SELECT (note, data)::text FROM desk.ticket_event WHERE ticket_id = 1 ORDER BY seq DESC LIMIT 1), '(,)', 'inputs are not kept in the row');
SELECT is(last_events(1), 'memo {} /', 'but beside it');
SELECT is((SELECT count(*) FROM desk.event_private p JOIN desk.ticket_event e USING (event_id) WHERE ticket_id = 2 AND event = 'opened'), 0::bigint, 'without note and data there is no private row');

-- ---------- many events of many tickets, in any order
INSERT INTO desk.ticket_event (ticket_id, event, note) SELECT 1 + (g * 7) % 20, 'memo', 'n' || g FROM generate_series(1, 3000) g;
SELECT is((SELECT count(*) FROM desk.ticket_event e WHERE e.seq > (SELECT event_seq FROM desk.ticket k WHERE k.ticket_id = e.ticket_id)), 0::bigint, 'no event beyond its head');
SELECT ok((SELECT bool_and(n = top AND top = head) FROM (SELECT count(*) AS n, max(seq) AS top, max(event_seq) AS head FROM desk.ticket_event JOIN desk.ticket USING (ticket_id) GROUP BY ticket_id) x), 'places without gaps');
SELECT ok((SELECT bool_and(seqs = ids) FROM (SELECT array_agg(event_id ORDER BY seq) AS seqs, array_agg(event_id ORDER BY event_id) AS ids FROM desk.ticket_event WHERE event = 'memo' GROUP BY ticket_id) x), 'in the order in which they came');
SELECT ok((SELECT bool_and(p.note IS NOT NULL) FROM desk.ticket_event e JOIN desk.event_private p USING (event_id) WHERE e.event = 'memo' AND e.ticket_id = 5), 'notes went with their events');

-- ---------- what guards count
CREATE FUNCTION moves(id bigint) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    UPDATE desk.ticket SET status = 'done' WHERE ticket_id = id;
    UPDATE desk.ticket SET status = 'work' WHERE ticket_id = id;
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN RETURN sqlstate; END $$;
INSERT INTO desk.ticket (ticket_id, ticket_type, priority) SELECT 100 + g, 'job', 'g' || g FROM generate_series(1, 10) g;
UPDATE desk.ticket SET status = 'work' WHERE ticket_id > 100;
SELECT is(moves(100 + n), want, format('g%s: %s', n, why)) FROM (VALUES (1, 'SV002', 'no memo yet'), (2, 'SV002', 'nor two'), (3, 'done', 'the opening counts as status:new'), (4, 'SV002', 'once in work'),
    (5, 'done', 'opened'), (6, 'SV002', 'the move itself does not count'), (7, 'SV002', 'no change of area'), (8, 'done', 'at least none'), (9, 'SV002', 'NULL refuses'), (10, 'done', 'less than none')) v(n, want, why);
INSERT INTO desk.ticket_event (ticket_id, event) VALUES (101, 'memo'), (102, 'memo');
SELECT is(moves(101), 'done', 'one memo');
SELECT is(moves(102), 'SV002', 'one is not two');
INSERT INTO desk.ticket_event (ticket_id, event) VALUES (102, 'memo');
SELECT is(moves(102), 'done', 'two are');
UPDATE desk.ticket SET area = 'z' WHERE ticket_id = 107;
SELECT is(moves(107), 'done', 'a change of area counts');
-- a change in the very statement does not count yet: guards read what is recorded
INSERT INTO desk.ticket (ticket_id, ticket_type, priority) VALUES (120, 'job', 'g7');
UPDATE desk.ticket SET status = 'work' WHERE ticket_id = 120;
SELECT throws_ok($$UPDATE desk.ticket SET area = 'z', status = 'done' WHERE ticket_id = 120$$, 'SV002', NULL, 'a change in the very statement is not recorded yet');
SELECT is_empty('SELECT * FROM aftersales.verify_audit()', 'all chains are sound');
SELECT * FROM finish();
