-- Evidence, documents and quote items: what they are, what counts, what is
-- once and for all.
\ir lib/row.sql

SELECT at('03-02 08:00');
INSERT INTO desk.ticket (ticket_id, ticket_type) SELECT g, 'job' FROM generate_series(1, 20) g;

-- ---------- evidence
SELECT is(try('INSERT INTO desk.evidence (ticket_id, kind, reference) VALUES (1, ''photo'', ''a/1.jpg'')'), 'SV002 kept', 'a photograph has an angle');
SELECT is(try('INSERT INTO desk.evidence (ticket_id, kind, angle) VALUES (1, ''photo'', ''front'')'), 'SV002 kept', 'and is kept somewhere');
INSERT INTO desk.evidence (ticket_id, kind, angle, reference, taken_at) VALUES (1, 'photo', 'front', 'a/1.jpg', NULL);
SELECT results_eq('SELECT taken_at, taken_by = session_user FROM desk.evidence', $$VALUES (timestamptz '2026-03-02 08:00', true)$$, 'taken now, by whoever acts');
SELECT is(events(1), 'evidence:photo 03-02 08:00', 'is an event of its kind');
SELECT is(try(s), r, w) FROM (VALUES
    ('UPDATE desk.evidence SET note = ''x''', 'SV004', 'evidence does not change'),
    ('UPDATE desk.evidence SET note = note, taken_at = date_trunc(''milliseconds'', taken_at)', 'done', 'what does not change it does not matter'),
    ('DELETE FROM desk.evidence', 'SV004', 'nor goes'),
    ('DELETE FROM desk.evidence WHERE false', 'done', 'unless nothing goes'),
    ('TRUNCATE desk.evidence', 'SV004', 'in no way'),
    ('INSERT INTO desk.evidence (ticket_id, kind) VALUES (1, ''Photo'')', '23514', 'kinds are codes'),
    ('INSERT INTO desk.evidence (ticket_id, kind) VALUES (1, NULL)', '23502', 'and there is one'),
    ('INSERT INTO desk.evidence (ticket_id, kind) VALUES (NULL, ''x'')', '23502', 'of a ticket'),
    ('INSERT INTO desk.evidence (ticket_id, kind) VALUES (99, ''x'')', '23503', 'that there is'),
    ('INSERT INTO desk.evidence (ticket_id, kind, taken_by) VALUES (1, ''x'', ''engineer_1'')', 'SV004', 'nobody says who took it')) v(s, r, w);
UPDATE desk.ticket SET status = 'work';
SELECT is(try('UPDATE desk.ticket SET status = ''done'' WHERE ticket_id = 1'), 'SV002 photographed', 'a move that counts evidence: one angle');
INSERT INTO desk.evidence (ticket_id, kind, angle, reference) VALUES (1, 'photo', 'front', 'a/2.jpg');
SELECT is(try('UPDATE desk.ticket SET status = ''done'' WHERE ticket_id = 1'), 'SV002 photographed', 'the same angle twice');
INSERT INTO desk.evidence (ticket_id, kind, angle, reference) VALUES (1, 'photo', 'side', 'a/3.jpg');
SELECT is(try('UPDATE desk.ticket SET status = ''done'' WHERE ticket_id = 1'), 'done', 'two');
UPDATE desk.ticket SET status = 'closed' WHERE ticket_id = 1;
SELECT is(try('INSERT INTO desk.evidence (ticket_id, kind) VALUES (1, ''late'')'), 'SV002 open', 'ticket.status is the ticket''s');

-- ---------- documents
SELECT is(try(s), r, w) FROM (VALUES
    ('INSERT INTO desk.document (ticket_id, kind, number) VALUES (2, ''onsite_record'', ''7'')', 'SV002 numbered', 'no number of the series'),
    ('INSERT INTO desk.document (ticket_id, kind) VALUES (2, ''onsite_record'')', 'SV002 numbered', 'no number'),
    ('INSERT INTO desk.document (ticket_id, kind, number, content) VALUES (2, ''onsite_record'', ''OR-0001'', ''{"km": 12}'')', 'done', 'a number'),
    ('INSERT INTO desk.document (ticket_id, kind, number) VALUES (3, ''onsite_record'', ''OR-0001'')', '23505', 'is used once'),
    ('INSERT INTO desk.document (ticket_id, kind, number) VALUES (3, ''slip'', ''OR-0001'')', 'done', 'in its kind'),
    ('INSERT INTO desk.document (ticket_id, kind) VALUES (3, ''slip''), (3, ''slip'')', 'done', 'what has none may have none')) v(s, r, w);
SELECT at('03-02 09:00');
UPDATE desk.document SET used_at = aftersales.now(), remark = 'filled in' WHERE ticket_id = 2;
SELECT is(events(2), 'status:work 03-02 08:00, document:onsite_record 03-02 08:00, document_used:onsite_record 03-02 09:00', 'issued and used are events');
SELECT is(try('UPDATE desk.document SET used_at = used_at + interval ''1 hour'' WHERE ticket_id = 2'), 'SV004', 'it is used once');
SELECT is(try('UPDATE desk.document SET remark = ''again'' WHERE ticket_id = 2'), 'SV004', 'and done with');
SELECT is(try('UPDATE desk.document SET used_at = issued_at WHERE ticket_id = 3 AND number IS NOT NULL'), 'SV002 not_self', 'not at once');
SELECT is(try('UPDATE desk.document SET kind = ''onsite_record'', number = ''OR-0002'' WHERE ticket_id = 3 AND number IS NOT NULL'), 'SV004', 'a slip becomes no form');
SELECT is(try('UPDATE desk.document SET content = ''{"a": 1}'' WHERE ticket_id = 3 AND number IS NOT NULL'), 'done', 'but may be filled in');
-- who may
SELECT is(try('INSERT INTO desk.document (ticket_id, kind, number) VALUES (4, ''voucher'', ''V-1'')'), 'SV003 cashier', 'vouchers are for the cashier');
SET aftersales.actor = 'cashier_1';
SELECT is(try('INSERT INTO desk.document (ticket_id, kind, number) VALUES (4, ''voucher'', ''V-1'')'), 'done', 'who may issue them');
SELECT is((SELECT issued_by FROM desk.document WHERE kind = 'voucher'), 'cashier_1', 'under the own name');
SELECT is(try('UPDATE desk.document SET used_at = issued_at WHERE kind = ''voucher'''), 'SV002 not_self', 'has_role() asks for another role');
SET aftersales.actor = 'engineer_1';
SELECT is(try('UPDATE desk.document SET used_at = aftersales.now() WHERE kind = ''voucher'''), 'SV003 cashier', 'nor may others use them');
SELECT is(try('UPDATE desk.document SET issued_by = ''engineer_1'' WHERE kind = ''slip'''), 'SV004', 'nobody is another one');
SET aftersales.actor = 'manager_1';
SELECT is(try('UPDATE desk.document SET used_at = issued_at WHERE kind = ''voucher'''), 'done', 'the manager may, at once too');
RESET aftersales.actor;

-- ---------- quote items
INSERT INTO desk.quote_item (ticket_id, item, quantity) VALUES (5, 'fan', 2), (5, 'disk', 1.5);
UPDATE desk.quote_item SET withdrawn_at = aftersales.now() WHERE item = 'fan';
SELECT is(events(5), 'status:work 03-02 08:00, quote:item 03-02 09:00, quote:item 03-02 09:00, quote:withdrawn 03-02 09:00', 'put on the quote, and taken off it');
SELECT is(try('UPDATE desk.quote_item SET withdrawn_at = NULL WHERE item = ''fan'''), 'SV004', 'it stays off');
SELECT is(try('UPDATE desk.quote_item SET quantity = 3 WHERE item = ''disk'''), 'done', 'quantities may change');
SELECT is(try('INSERT INTO desk.quote_item (ticket_id, item, quantity) VALUES (5, ''fan'', 0)'), '23514', 'of nothing there is no quote');

-- ---------- large values go in, and come back
INSERT INTO desk.document (document_id, ticket_id, kind, content) SELECT 500, 6, 'log', jsonb_agg(md5(g::text)) FROM generate_series(1, 20000) g;
UPDATE desk.document SET remark = repeat('long ', 50000) WHERE document_id = 500;
UPDATE desk.document SET content = content, remark = remark WHERE document_id = 500;
CREATE TABLE big AS SELECT repeat('x', 10) || string_agg(md5(g::text), '') AS v FROM generate_series(1, 5000) g;
INSERT INTO desk.evidence (ticket_id, kind, note) SELECT 6, 'log', v FROM big;
SELECT is(events(6), 'status:work 03-02 08:00, document:log 03-02 09:00, document:changed 03-02 09:00, evidence:log 03-02 09:00', 'large values');

SELECT is_empty('SELECT * FROM aftersales.verify_clocks()', 'replaying gives the same clocks');
SELECT is_empty('SELECT * FROM aftersales.verify_audit()', 'every chain holds');
SELECT * FROM finish();
