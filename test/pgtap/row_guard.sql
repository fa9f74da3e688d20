-- Row guards: what their expressions see, when they ask, who may write, which
-- version judges, and guard functions over events and evidence.
\ir lib/row.sql

INSERT INTO aftersales.policy (policy, title_en, timezone) VALUES ('rg', 'Row guards', 'Asia/Shanghai');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('rg', 1, 'rg_job'), ('rg', 1, 'rg_other');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('rg', 1, 'new', 'initial'), ('rg', 1, 'late', 'active'), ('rg', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('rg', 1, 'new', 'done'), ('rg', 1, 'new', 'late'), ('rg', 1, 'late', 'done'), ('rg', 1, 'done', 'new');
INSERT INTO aftersales.attribute (policy, version, ticket_type, attribute, data_type) VALUES
    ('rg', 1, NULL, 'flag', 'boolean'), ('rg', 1, NULL, 'n', 'integer'), ('rg', 1, NULL, 'name', 'text'), ('rg', 1, NULL, 'size', 'numeric'),
    ('rg', 1, NULL, 'day', 'date'), ('rg', 1, NULL, 'seen', 'timestamptz'), ('rg', 1, 'rg_job', 'item', 'text');
INSERT INTO aftersales.event_type (policy, version, event, roles) VALUES ('rg', 1, 'asked', NULL), ('rg', 1, 'answered', NULL), ('rg', 1, 'promise:call', NULL);
INSERT INTO aftersales.sla_rule (policy, version, ticket_type, rule, clock, starts_on, stops_on, target, on_breach) VALUES
    ('rg', 1, 'rg_job', 'begin', 'begin', '{opened}', '{status:done}', '24:00', 'late'), ('rg', 1, 'rg_job', 'calls', 'calls', '{promise:call}', '{answered}', '24:00', NULL);
-- one guard per item, so each is asked by its name
CREATE TABLE asked (item text, requires text, on_action text);
INSERT INTO asked VALUES
    ('old', 'old.quantity < quantity', 'update'), ('old_insert', 'old.quantity IS NULL AND old.item IS NULL AND old.ticket_id IS NULL', 'insert'),
    ('insert_only', 'false', 'insert'), ('update_only', 'false', 'update');
INSERT INTO asked VALUES
    ('row', 'quantity > 5'), ('row_null', 'NULL'), ('qualified', 'new.quantity > 5'),
    ('ticket', $$ticket.status = 'new' AND ticket.channel = 'phone'$$), ('same_name', 'ticket.ticket_id = ticket_id AND ticket.external_ref IS DISTINCT FROM external_ref'),
    ('boolean', 'flag'), ('integer', 'n = 7'), ('text', $$name = 'x'$$), ('numeric', 'size = 1.5'), ('date', $$day = '2026-03-04'$$), ('time', $$seen < '2026-03-04 12:00+08'$$),
    ('own_item', $$item = 'own_item'$$),
    ('both_parts', 'flag AND quantity > n AND ticket.channel IS NOT NULL'),
    ('since', $$has_event_since('answered', 'asked')$$), ('since_state', $$has_event_since('asked', 'status:new')$$), ('since_row', $$has_event_since('evidence:photo', 'document:form')$$),
    ('count', $$quantity = 1 + evidence_count('photo')$$), ('per_item', $$quantity = 1 + evidence_count('photo', 'item')$$),
    ('items', $$quantity = 1 + evidence_count('photo', distinct_on => 'item')$$), ('angles', $$quantity = 1 + evidence_count('photo', NULL, 'angle')$$),
    ('per_item_angles', $$quantity = 1 + evidence_count('photo', per => 'item', distinct_on => 'angle')$$),
    ('sum', $$quantity = 1 + evidence_sum('photo')$$), ('by_nothing', $$evidence_count('photo', 'ticket') = 0$$), ('of_null', $$evidence_count(NULL) IS NULL$$),
    ('role', $$has_role('manager')$$), ('clock', $$clock_expired('begin')$$), ('twice', $$NOT has_event('quote:item')$$), ('state', $$has_event('status:new')$$),
    ('place', $$location_kind('shelf') = 'store'$$), ('other_place', $$location_kind('van') = 'store'$$), ('no_place', $$location_kind('nowhere') IS NULL$$);
INSERT INTO aftersales.row_guard (policy, version, ticket_type, table_name, on_action, guard, condition, requires, message_en)
SELECT 'rg', 1, CASE WHEN item = 'clock' THEN 'rg_job' END, 'quote_item', on_action, 'g_' || item, format('item = %L', item), requires, '-' FROM asked;
INSERT INTO aftersales.row_guard (policy, version, ticket_type, table_name, on_action, guard, condition, requires, roles, message_en) VALUES
    -- a condition that is NULL holds for nothing
    ('rg', 1, NULL, 'quote_item', NULL, 'if_null', $$item = 'if_null' AND quantity > n$$, 'false', NULL, '-'),
    ('rg', 1, NULL, 'quote_item', NULL, 'if_flag', $$item = 'if_flag' AND flag$$, 'false', NULL, '-'),
    ('rg', 1, NULL, 'quote_item', NULL, 'if_state', $$item = 'if_state' AND ticket.status = 'done'$$, 'false', NULL, '-'),
    ('rg', 1, NULL, 'quote_item', 'update', 'if_old', $$item = 'if_old' AND old.quantity > quantity$$, 'false', NULL, '-'),
    -- roles: alone, with a condition, with what is required
    ('rg', 1, NULL, 'quote_item', 'insert', 'who', $$item = 'who'$$, NULL, '{manager}', '-'),
    ('rg', 1, NULL, 'quote_item', NULL, 'who_what', $$item = 'who_what'$$, 'quantity > 5', '{manager,cashier}', '-'),
    -- a type's own guard, and one that lets everything pass
    ('rg', 1, NULL, 'quote_item', NULL, 'limit', $$item = 'limit'$$, 'quantity < 10', NULL, '-'),
    ('rg', 1, 'rg_other', 'quote_item', NULL, 'limit', $$item = 'limit'$$, 'quantity < 100', NULL, '-'),
    ('rg', 1, NULL, 'quote_item', NULL, 'off', $$item = 'off'$$, 'false', NULL, '-'),
    ('rg', 1, 'rg_other', 'quote_item', NULL, 'off', 'false', 'true', NULL, '-'),
    ('rg', 1, 'rg_other', 'quote_item', NULL, 'only_other', $$item = 'only_other'$$, 'false', NULL, '-'),
    -- the same name on another table is another guard
    ('rg', 1, NULL, 'document', NULL, 'limit', NULL, $$kind <> 'limit'$$, NULL, '-'),
    -- and promises
    ('rg', 1, NULL, 'promise', NULL, 'one', NULL, 'open_promises() = 0', NULL, '-'),
    ('rg', 1, NULL, 'promise', NULL, 'soon', NULL, $$promised_at - made_at <= interval '2 days' AND ticket.status <> 'late'$$, NULL, '-'),
    ('rg', 1, NULL, 'evidence', NULL, 'one_key', $$kind = 'key'$$, $$NOT has_event('evidence:key')$$, NULL, '-'),
    ('rg', 1, NULL, 'evidence', NULL, 'two_locks', $$kind = 'lock'$$, $$evidence_count('lock') < 2$$, NULL, '-');
SELECT is_empty($$SELECT * FROM aftersales.check_policy('rg', 1) WHERE severity = 'error'$$, 'the policy is sound');
SELECT aftersales.activate_policy('rg', 1);
SELECT at('03-02 08:00');
INSERT INTO desk.ticket (ticket_id, policy, ticket_type, channel, attributes) SELECT g, 'rg', 'rg_job', 'phone', '{}' FROM generate_series(1, 20) g;
INSERT INTO desk.ticket (ticket_id, policy, ticket_type) VALUES (30, 'rg', 'rg_other');
UPDATE desk.ticket SET attributes = '{"flag": true, "n": 7, "name": "x", "size": 1.5, "day": "2026-03-04", "seen": "2026-03-04T03:59:59Z", "item": "attribute"}' WHERE ticket_id = 2;
UPDATE desk.ticket SET attributes = '{"flag": false, "n": 8, "name": "y", "size": 1.6, "day": "2026-03-05", "seen": "2026-03-04T04:00:00Z"}' WHERE ticket_id = 3;

-- Is a quote of so many of an item let in?
CREATE FUNCTION put(ticket integer, item text, quantity numeric DEFAULT 1) RETURNS text LANGUAGE sql AS $$
    SELECT try(format('INSERT INTO desk.quote_item (ticket_id, item, quantity) VALUES (%s, %L, %s)', ticket, item, quantity)) $$;
CREATE FUNCTION change(ticket integer, item text, quantity numeric) RETURNS text LANGUAGE sql AS $$
    SELECT try(format('UPDATE desk.quote_item SET quantity = %s WHERE ticket_id = %s AND item = %L', quantity, ticket, item)) $$;

-- ---------- what expressions see
SELECT is(put(t, i, q), r, concat_ws(' ', 'ticket', t, i, q)) FROM (VALUES
    (1, 'row', 5, 'SV002 g_row'), (1, 'row', 5.001, 'done'), (1, 'row_null', 1, 'SV002 g_row_null'), (1, 'qualified', 5, 'SV002 g_qualified'), (1, 'qualified', 6, 'done'),
    (1, 'old_insert', 1, 'done'), (1, 'ticket', 1, 'done'), (30, 'ticket', 1, 'SV002 g_ticket'), (1, 'same_name', 1, 'SV002 g_same_name'),
    (1, 'boolean', 1, 'SV002 g_boolean'), (2, 'boolean', 1, 'done'), (3, 'boolean', 1, 'SV002 g_boolean'),
    (1, 'integer', 1, 'SV002 g_integer'), (2, 'integer', 1, 'done'), (3, 'integer', 1, 'SV002 g_integer'),
    (1, 'text', 1, 'SV002 g_text'), (2, 'text', 1, 'done'), (3, 'text', 1, 'SV002 g_text'),
    (1, 'numeric', 1, 'SV002 g_numeric'), (2, 'numeric', 1, 'done'), (3, 'numeric', 1, 'SV002 g_numeric'),
    (1, 'date', 1, 'SV002 g_date'), (2, 'date', 1, 'done'), (3, 'date', 1, 'SV002 g_date'),
    (1, 'time', 1, 'SV002 g_time'), (2, 'time', 1, 'done'), (3, 'time', 1, 'SV002 g_time'),
    (2, 'own_item', 1, 'done'), (2, 'both_parts', 7, 'SV002 g_both_parts'), (2, 'both_parts', 8, 'done'), (1, 'both_parts', 8, 'SV002 g_both_parts'),
    (1, 'of_nobody', 1, 'done')) v(t, i, q, r);
SELECT is(try('INSERT INTO desk.quote_item (ticket_id, item, quantity, external_ref) VALUES (1, ''same_name'', 1, ''q'')'), 'done', 'a column of both is told apart');
INSERT INTO desk.quote_item (ticket_id, item, quantity) VALUES (1, 'old', 3), (1, 'if_old', 3);
SELECT is(change(1, 'old', 2), 'SV002 g_old', 'less than before');
SELECT is(change(1, 'old', 3), 'done', 'what changes nothing is not judged');
SELECT is(change(1, 'old', 4), 'done', 'more than before');

-- ---------- conditions, and what is asked when
SELECT is(put(1, 'if_null', 100), 'done', 'a condition of NULL does not hold');
SELECT is(put(2, 'if_null', 100), 'SV002 if_null', 'a true one does');
SELECT is(put(3, 'if_flag'), 'done', 'a false one does not');
SELECT is(put(2, 'if_flag'), 'SV002 if_flag', 'by an attribute');
SELECT is(put(4, 'if_state'), 'done', 'by the ticket');
UPDATE desk.ticket SET status = 'done' WHERE ticket_id = 4;
SELECT is(put(4, 'if_state'), 'SV002 if_state', 'as it is now');
SELECT is(change(4, 'if_state', 2), 'SV002 if_state', 'also for a change');
SELECT is(change(1, 'if_old', 4), 'done', 'old in a condition');
SELECT is(change(1, 'if_old', 3), 'SV002 if_old', 'that holds');
SELECT is(put(1, 'insert_only'), 'SV002 g_insert_only', 'on insert');
SELECT is(put(1, 'update_only'), 'done', 'not on update');
SELECT is(change(1, 'update_only', 2), 'SV002 g_update_only', 'on update');
-- the change of a ticket's own attribute in the same transaction counts
BEGIN;
UPDATE desk.ticket SET attributes = attributes || '{"flag": true}' WHERE ticket_id = 3;
SELECT is(put(3, 'if_flag'), 'SV002 if_flag', 'as this transaction has left it');
ROLLBACK;

-- ---------- roles
SELECT is(put(1, 'who'), 'SV003 who', 'without a role');
SET aftersales.actor = 'cashier_1';
SELECT is(put(1, 'who'), 'SV003 who', 'with another role');
SELECT is(put(1, 'who_what', 5), 'SV002 who_what', 'with one of the roles, but too few');
SELECT is(put(1, 'who_what', 6), 'done', 'with one, and enough');
SET aftersales.actor = 'manager_1';
SELECT is(put(1, 'who'), 'done', 'with the role');
SELECT is(put(1, 'role'), 'done', 'has_role()');
SET aftersales.actor = 'engineer_1';
SELECT is(put(1, 'role'), 'SV002 g_role', 'has_role() of somebody else');
SELECT is(change(1, 'who', 2), 'done', 'the role is for inserting only');
SELECT is(change(1, 'who_what', 7), 'SV003 who_what', 'this one is for changes, too');
RESET aftersales.actor;

-- ---------- a type's own guard
SELECT is(put(1, 'limit', 10), 'SV002 limit', 'the general one');
SELECT is(put(30, 'limit', 99), 'done', 'the type''s own stands in for it');
SELECT is(put(30, 'limit', 100), 'SV002 limit', 'and is asked');
SELECT is(put(1, 'off'), 'SV002 off', 'the general one');
SELECT is(put(30, 'off'), 'done', 'put out of force for a type');
SELECT is(put(1, 'only_other'), 'done', 'one of another type');
SELECT is(put(30, 'only_other'), 'SV002 only_other', 'is for that one');
SELECT is(try('INSERT INTO desk.document (ticket_id, kind) VALUES (30, ''limit'')'), 'SV002 limit', 'a guard of that name for another table');

-- ---------- has_event_since
CREATE FUNCTION log(ticket integer, event text, at_ text) RETURNS bigint LANGUAGE sql AS $$
    INSERT INTO desk.ticket_event (ticket_id, event, occurred_at) VALUES (ticket, event, ('2026-03-02 ' || at_)::timestamptz) RETURNING event_id $$;
SELECT at('03-02 20:00');
SELECT is(put(5, 'since'), 'SV002 g_since', 'neither');
SELECT log(5, 'asked', '09:00') AS asked \gset
SELECT is(put(5, 'since'), 'SV002 g_since', 'asked only');
SELECT log(5, 'answered', '10:00') AS answered \gset
SELECT is(put(5, 'since'), 'done', 'asked, then answered');
SELECT log(5, 'asked', '11:00') AS again \gset
SELECT is(put(5, 'since'), 'SV002 g_since', 'asked again');
SELECT aftersales.correct_event(:again, 'nobody asked') \g /dev/null
SELECT is(put(5, 'since'), 'done', 'nobody asked again');
SELECT aftersales.correct_event(:answered, 'at another time', '2026-03-02 08:30') AS moved \gset
SELECT is(put(5, 'since'), 'SV002 g_since', 'answered before it was asked');
SELECT aftersales.correct_event(:answered, 'no', '2026-03-02 12:00') \g /dev/null
SELECT is(put(5, 'since'), 'done', 'afterwards');
SELECT aftersales.correct_event(:answered, 'not at all') \g /dev/null
SELECT is(put(5, 'since'), 'SV002 g_since', 'not at all');
SELECT log(6, 'answered', '10:00') \g /dev/null
SELECT is(put(6, 'since'), 'done', 'answered, and never asked');
SELECT log(6, 'asked', '10:00') \g /dev/null
SELECT is(put(6, 'since'), 'SV002 g_since', 'asked at the same time, recorded later');
SELECT is(put(6, 'since_state'), 'done', 'since the state of the opening');
SELECT is(put(7, 'since_state'), 'SV002 g_since_state', 'the opening is none itself');
SELECT is(put(7, 'state'), 'done', 'but has_event() counts it');
UPDATE desk.ticket SET status = 'done', happened_at = '2026-03-02 19:00' WHERE ticket_id = 6; UPDATE desk.ticket SET status = 'new' WHERE ticket_id = 6;
SELECT is(put(6, 'since_state'), 'SV002 g_since_state', 'since the state was entered again');
INSERT INTO desk.evidence (ticket_id, kind, taken_at) VALUES (7, 'photo', '2026-03-02 09:00');
SELECT is(put(7, 'since_row'), 'done', 'events of rows, never declared');
INSERT INTO desk.document (ticket_id, kind, issued_at) VALUES (7, 'form', '2026-03-02 10:00');
SELECT is(put(7, 'since_row'), 'SV002 g_since_row', 'in their order');

-- ---------- evidence
CREATE FUNCTION counts(ticket integer) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(i || ' ' || (SELECT min(q) - 1 FROM generate_series(1, 40) q WHERE put(ticket, i, q) = 'done'), ', ' ORDER BY o)
    FROM unnest('{count,per_item,items,angles,per_item_angles,sum}'::text[]) WITH ORDINALITY u(i, o) $$;
CREATE FUNCTION photo(ticket integer, item text, angle text, passed boolean DEFAULT NULL, reading numeric DEFAULT NULL) RETURNS void LANGUAGE sql AS $$
    INSERT INTO desk.evidence (ticket_id, kind, item, angle, passed, reading) VALUES (ticket, 'photo', item, angle, passed, reading) $$;
SELECT is(counts(8), 'count 0, per_item 0, items 0, angles 0, per_item_angles 0, sum 0', 'nothing');
SELECT photo(8, 'a', 'front'), photo(8, 'a', 'front'), photo(8, 'a', 'back', true, 3), photo(8, 'b', 'front', NULL, 4);
SELECT is(counts(8), 'count 4, per_item 1, items 2, angles 2, per_item_angles 1, sum 7', 'two items');
SELECT photo(8, 'b', 'top', true);
SELECT is(counts(8), 'count 5, per_item 2, items 2, angles 3, per_item_angles 2, sum 7', 'the least of them grows');
SELECT photo(8, 'b', 'left', false, 9);
SELECT is(counts(8), 'count 5, per_item 2, items 2, angles 3, per_item_angles 2, sum 7', 'what was not passed counts nowhere');
SELECT photo(8, NULL, NULL);
SELECT is(counts(8), 'count 6, per_item 2, items 2, angles 3, per_item_angles 2, sum 7', 'what names no item is of none');
SELECT photo(8, 'c', 'front', false, 9);
SELECT is(counts(8), 'count 6, per_item 0, items 2, angles 3, per_item_angles 0, sum 7', 'an item of which none was passed has none');
SELECT photo(8, 'c', NULL, true);
SELECT is(counts(8), 'count 7, per_item 1, items 3, angles 3, per_item_angles 0, sum 7', 'nor an angle');
INSERT INTO desk.evidence (ticket_id, kind, item, angle, reading) VALUES (8, 'film', 'd', 'x', 9);
SELECT is(counts(8), 'count 7, per_item 1, items 3, angles 3, per_item_angles 0, sum 7', 'other kinds are others');
SELECT is(counts(9), 'count 0, per_item 0, items 0, angles 0, per_item_angles 0, sum 0', 'and so are other tickets');
SELECT is(put(8, 'by_nothing'), 'SV010', 'it cannot be counted by everything');
SELECT is(put(8, 'of_null'), 'done', 'of no kind there is no number');

-- ---------- places
INSERT INTO desk.stock_location (location, kind) VALUES ('shelf', 'store'), ('van', 'engineer');
SELECT is(put(8, item), expected, 'location_kind(): ' || item) FROM (VALUES ('place', 'done'), ('other_place', 'SV002 g_other_place'), ('no_place', 'done')) v (item, expected);

SELECT throws_ok(s, '55000', NULL, 'no ticket is in hand: ' || s) FROM unnest('{"SELECT aftersales.location_kind(''shelf'')","SELECT aftersales.evidence_count(''photo'')","SELECT aftersales.evidence_sum(''photo'')","SELECT aftersales.has_role(''manager'')","SELECT aftersales.has_event_since(''a'', ''b'')"}'::text[]) s;

-- ---------- many rows of a ticket in one statement are judged one by one
SELECT is(try('INSERT INTO desk.quote_item (ticket_id, item, quantity) VALUES (10, ''twice'', 1), (10, ''twice'', 1)'), 'SV002 g_twice', 'the second sees the event of the first');
SELECT is(try('INSERT INTO desk.quote_item (ticket_id, item, quantity) VALUES (10, ''any'', 1), (10, ''twice'', 1)'), 'SV002 g_twice', 'of whatever it was');
SELECT is(events(10), NULL, 'nothing of them is left');
SELECT is(try('INSERT INTO desk.quote_item (ticket_id, item, quantity) VALUES (10, ''twice'', 1), (10, ''any'', 1), (11, ''twice'', 1)'), 'done', 'each in turn');
SELECT is(events(10), 'quote:item 03-02 20:00, quote:item 03-02 20:00', 'each is an event, once');
SELECT is(try('WITH a AS (INSERT INTO desk.quote_item (ticket_id, item, quantity) VALUES (12, ''twice'', 1)) INSERT INTO desk.evidence (ticket_id, kind) SELECT 12, ''any'''), 'done', 'in two parts of a statement, the first one last');
SELECT is(events(12), 'evidence:any 03-02 20:00, quote:item 03-02 20:00', 'as they were written');
SELECT is(try('WITH a AS (INSERT INTO desk.quote_item (ticket_id, item, quantity) VALUES (18, ''twice'', 1)) INSERT INTO desk.quote_item (ticket_id, item, quantity) VALUES (18, ''any'', 1)'), 'SV002 g_twice', 'of one table');
SELECT is(try('INSERT INTO desk.evidence (ticket_id, kind) VALUES (12, ''key''), (12, ''key'')'), 'SV002 one_key', 'one key');
SELECT is(try('INSERT INTO desk.evidence (ticket_id, kind) SELECT 12, ''lock'' FROM generate_series(1, 3)'), 'SV002 two_locks', 'two locks');
SELECT is(try('INSERT INTO desk.evidence (ticket_id, kind) SELECT 12, ''lock'' FROM generate_series(1, 2)'), 'done', 'and no more');
SELECT is(try('INSERT INTO desk.evidence (ticket_id, kind) SELECT 12, ''lock'''), 'SV002 two_locks', 'also later');
SELECT is(try('INSERT INTO desk.document (ticket_id, kind, number) VALUES (12, ''form'', ''1''), (12, ''form'', ''1'') ON CONFLICT DO NOTHING'), 'done', 'one that is skipped means nothing');
SELECT is((SELECT count(*) FROM desk.ticket_event WHERE ticket_id = 12 AND event = 'document:form'), 1::bigint, 'one event');

-- ---------- promises
SELECT is(try('INSERT INTO desk.promise (ticket_id, kind, promised_at) VALUES (13, ''call'', ''2026-03-05 20:00'')'), 'SV002 soon', 'too far off');
SELECT is(try('INSERT INTO desk.promise (ticket_id, kind, promised_at) VALUES (13, ''call'', ''2026-03-04 20:00''), (13, ''call'', ''2026-03-03 20:00'')'), 'SV002 one', 'two at once');
SELECT is(try('INSERT INTO desk.promise (ticket_id, kind, promised_at) VALUES (13, ''call'', ''2026-03-04 20:00''), (14, ''call'', ''2026-03-03 20:00'')'), 'done', 'one each');
SELECT is(try('INSERT INTO desk.promise (ticket_id, kind, promised_at) VALUES (13, ''call'', ''2026-03-04 20:00'')'), 'SV002 one', 'another one');

-- ---------- time comes first: what was due before a row has happened when the row is judged
SELECT at('03-03 09:00');
SELECT is((SELECT status FROM desk.ticket WHERE ticket_id = 15), 'new', 'nobody has swept');
SELECT is(try('INSERT INTO desk.promise (ticket_id, kind, promised_at) VALUES (15, ''call'', ''2026-03-04 08:00'')'), 'SV002 soon', 'a promise on a ticket that is late by now');
SELECT is(put(15, 'ticket'), 'SV002 g_ticket', 'a row of such a one');
SELECT is(try('INSERT INTO desk.quote_item (ticket_id, item, quantity, quoted_at) VALUES (15, ''ticket'', 1, ''2026-03-03 07:59'')'), 'SV002 g_ticket', 'one that happened before, too: what is due by now comes before what is reported now');
SELECT is(try('INSERT INTO desk.quote_item (ticket_id, item, quantity, quoted_at) VALUES (15, ''any'', 1, ''2026-03-03 07:59'')'), 'done', 'without such a guard it goes in');
SELECT is(events(15), 'status:late 03-03 08:00, quote:item 03-03 07:59', 'each at its own time');
SELECT is(put(16, 'any'), 'done', 'a row');
SELECT is(events(16), 'status:late 03-03 08:00, quote:item 03-03 09:00', 'comes after what time has done');
SELECT is(put(17, 'clock'), 'done', 'the clock has passed');
SELECT at('03-03 07:59:59'); SELECT is(put(18, 'clock'), 'SV002 g_clock', 'a clock that has not'); SELECT at('03-03 09:00');

-- ---------- versions: a ticket keeps the row guards it was opened under
SELECT aftersales.draft_policy('rg') AS v \gset
SELECT is((SELECT count(*) FROM aftersales.row_guard WHERE policy = 'rg' AND version = 2), (SELECT count(*) FROM aftersales.row_guard WHERE policy = 'rg' AND version = 1), 'a draft copies them');
UPDATE aftersales.row_guard SET requires = 'quantity < 20' WHERE policy = 'rg' AND version = 2 AND guard = 'limit' AND ticket_type IS NULL AND table_name = 'quote_item';
DELETE FROM aftersales.row_guard WHERE policy = 'rg' AND version = 2 AND guard = 'off';
SELECT throws_ok('UPDATE aftersales.row_guard SET requires = ''true'' WHERE policy = ''rg'' AND version = 1', 'SV004', NULL, 'those in force stand');
SELECT throws_ok('DELETE FROM aftersales.row_guard WHERE policy = ''rg'' AND version = 1', 'SV004', NULL, 'all of them');
SELECT throws_ok('INSERT INTO aftersales.row_guard (policy, version, table_name, guard, requires, message_en) VALUES (''rg'', 1, ''visit'', ''x'', ''true'', ''-'')', 'SV004', NULL, 'and none comes');
SELECT throws_ok('TRUNCATE aftersales.row_guard', 'SV004', NULL, 'nor do all go');
SELECT aftersales.activate_policy('rg', 2);
SELECT at('03-03 09:01');
INSERT INTO desk.ticket (ticket_id, policy, ticket_type) VALUES (40, 'rg', 'rg_job');
SELECT is((SELECT array_agg(policy_version ORDER BY ticket_id) FROM desk.ticket WHERE ticket_id IN (1, 40)), '{1,2}', 'two versions');
SELECT is(put(1, 'limit', 15), 'SV002 limit', 'the older ticket by the older');
SELECT is(put(40, 'limit', 15), 'done', 'the newer by the newer');
SELECT is(put(40, 'limit', 20), 'SV002 limit', 'which has its own limit');
SELECT is(put(1, 'off') || ' ' || put(40, 'off'), 'SV002 off done', 'one is gone');
SELECT is(try('INSERT INTO desk.quote_item (ticket_id, item, quantity) VALUES (40, ''limit'', 15), (1, ''limit'', 9), (40, ''limit'', 16)'), 'done', 'both in one statement');
SELECT is(try('INSERT INTO desk.quote_item (ticket_id, item, quantity) VALUES (40, ''limit'', 15), (1, ''limit'', 15)'), 'SV002 limit', 'each by its own');

-- ---------- what check_policy() finds
SELECT aftersales.draft_policy('rg') AS v \gset
INSERT INTO aftersales.row_guard (policy, version, ticket_type, table_name, guard, condition, requires, roles, message_en) VALUES
    ('rg', 3, NULL, 'visit', 'event', NULL, $$has_event('nowhere') AND has_event('visit:planned') AND has_event('status:done') AND has_event('opened')$$, NULL, '-'),
    ('rg', 3, 'rg_job', 'visit', 'since', NULL, $$has_event_since('evidence:photo', 'asked_too') AND has_event_since ( 'status:nowhere' , 'custody:ready')$$, NULL, '-'),
    ('rg', 3, 'rg_job', 'visit', 'built_in', NULL, $$has_event('promise:custody') AND has_event('document_used:form') AND has_event('visit:changed') AND has_event('changed:area')$$, NULL, '-'),
    ('rg', 3, 'rg_job', 'visit', 'no_event', NULL, $$has_event('visit:lost') AND has_event('evidence:') AND has_event('evidence:changed')$$, NULL, '-'),
    ('rg', 3, 'rg_job', 'visit', 'agreed', NULL, $$approved('nothing')$$, NULL, '-'),
    ('rg', 3, 'rg_job', 'visit', 'late', NULL, $$clock_expired('begin') AND clock_expired('nothing')$$, NULL, '-'),
    ('rg', 3, 'rg_job', 'visit', 'nobody', NULL, NULL, '{}', '-'),
    ('rg', 3, 'rg_other', 'visit', 'attribute', NULL, 'n = 7', NULL, '-');
DELETE FROM aftersales.attribute WHERE policy = 'rg' AND version = 3 AND attribute = 'n';
SELECT bag_eq($$SELECT item || ': ' || problem FROM aftersales.check_policy('rg', 3) WHERE severity = 'error' AND item ~ 'visit'$$, $$VALUES
    ('rg_job.visit.event: has_event() names unknown event nowhere'), ('rg_other.visit.event: has_event() names unknown event nowhere'),
    ('rg_job.visit.since: has_event_since() names unknown event asked_too'), ('rg_job.visit.since: has_event_since() names unknown event status:nowhere'),
    ('rg_job.visit.no_event: has_event() names unknown event visit:lost'), ('rg_job.visit.no_event: has_event() names unknown event evidence:'),
    ('rg_job.visit.agreed: approved() names unknown approval nothing'), ('rg_job.visit.late: clock_expired() names unknown clock nothing'),
    ('rg_job.visit.nobody: names no role, so nobody can write such a row'),
    ('rg_other.visit.attribute: column "n" does not exist')$$, 'what is unsound');
SELECT throws_ok('SELECT aftersales.activate_policy(''rg'', 3)', 'SV011', NULL, 'and comes into force by no means');

SELECT is_empty('SELECT * FROM aftersales.verify_clocks()', 'replaying gives the same clocks');
SELECT is_empty('SELECT * FROM aftersales.verify_audit()', 'every chain holds');
SELECT * FROM finish();
