-- Machines taken in: receipt, promise, progress, retests, release.
\ir lib/row.sql

ALTER TABLE desk.custody ALTER custody_id RESTART WITH 1000;
SELECT at('03-02 08:00');
INSERT INTO desk.ticket (ticket_id, ticket_type) SELECT g, 'job' FROM generate_series(1, 20) g;
CREATE FUNCTION take_in(ticket integer, receipt text, promised text DEFAULT NULL, more_names text DEFAULT '', more text DEFAULT '') RETURNS text LANGUAGE sql AS $$
    SELECT format('INSERT INTO desk.custody (custody_id, ticket_id, receipt_no, asset_tag, differences, promised_at%s) VALUES (%s, %2$s, %3$L, %4$L, ''none'', %5$L%6$s)',
                  more_names, ticket, receipt, 'tag ' || ticket, promised, more) $$;

-- ---------- PC-105 to PC-107: receipt
SELECT is(try('INSERT INTO desk.custody (ticket_id, receipt_no) VALUES (1, ''R-1'')'), 'SV002 differences', 'differences are told, be it that there are none');
SELECT is(try(take_in(1, 'R-1')), 'done', 'taken in');
SELECT results_eq('SELECT received_at, received_by = session_user FROM desk.custody WHERE custody_id = 1', $$VALUES (timestamptz '2026-03-02 08:00', true)$$, 'now, by whoever acts');
SELECT is(try(take_in(2, 'R-1')), '23505', 'a receipt has one number');
SELECT is(try(take_in(2, NULL)), '23502', 'and must have one');
SELECT is(try(take_in(2, 'R-2', NULL, ', held_reason', $$, 'lazy'$$)), 'SV002 hold', 'no reason to keep it');
SELECT is(try(take_in(2, 'R-2', NULL, ', held_reason', $$, 'no_part'$$)), 'SV002 hold', 'a reason, but no consent');
SELECT is(try(take_in(2, 'R-2', NULL, ', held_reason, hold_consent', $$, 'no_part', true$$)), 'done', 'a reason and consent');
SELECT is(try('UPDATE desk.custody SET ready_at = aftersales.now() WHERE custody_id = 1'), 'SV002 opening', 'nobody said it may be opened');
SELECT is(try('UPDATE desk.custody SET ready_at = aftersales.now(), opening_consent = false WHERE custody_id = 1'), 'SV002 opening', 'it may not');
SELECT is(try('UPDATE desk.custody SET ready_at = aftersales.now(), opening_consent = true WHERE custody_id = 1'), 'done', 'it may');
SELECT is(events(1), 'custody:received 03-02 08:00, custody:ready 03-02 08:00', 'its events');

-- ---------- PC-108: the promise
SELECT at('03-05 09:00');
SELECT is(try(take_in(3, 'R-3', '2026-03-05 18:00')), 'done', 'promised');
SELECT is((SELECT due_at FROM desk.sla_clock WHERE ticket_id = 3 AND clock = 'back'), '2026-03-05 18:00', 'starts the clock that is due when promised');
SELECT is(try('UPDATE desk.custody SET note = ''dusty'' WHERE custody_id = 3'), 'done', 'another change is no promise');
SELECT is(try('UPDATE desk.custody SET promised_at = ''2026-03-06 18:00'' WHERE custody_id = 3'), 'SV002 told_before', 'put off, and nobody told');
SELECT is(try('UPDATE desk.custody SET promised_at = ''2026-03-06 18:00'', informed_at = ''2026-03-05 18:00'' WHERE custody_id = 3'), 'SV002 told_before', 'told when it was due');
SELECT is(try('UPDATE desk.custody SET promised_at = ''2026-03-06 18:00'', informed_at = ''2026-03-05 17:59:59.999999'' WHERE custody_id = 3'), 'done', 'told a moment before');
SELECT is(try('UPDATE desk.custody SET promised_at = ''2026-03-07 18:00'' WHERE custody_id = 3'), 'SV002 told_before', 'put off again, the customer not told again');
SELECT is(try('UPDATE desk.custody SET promised_at = ''2026-03-05 08:59'', informed_at = ''2026-03-05 08:30'' WHERE custody_id = 3'), 'SV005', 'nothing is promised for the past');
SELECT is(try('UPDATE desk.custody SET promised_at = ''infinity'', informed_at = ''2026-03-05 08:30'' WHERE custody_id = 3'), 'SV005', 'nor for never');
SELECT is(try('UPDATE desk.custody SET promised_at = date_trunc(''milliseconds'', promised_at + interval ''0.4 milliseconds'') WHERE custody_id = 3'), 'done', 'a time that came back is no promise');
SELECT is(events(3), 'custody:received 03-05 09:00, promise:custody 03-05 09:00, custody:changed 03-05 09:00, custody:changed 03-05 09:00, promise:custody 03-05 09:00', 'each promise is an event');
SELECT results_eq('SELECT cycle, due_at, ended_as FROM desk.sla_clock WHERE ticket_id = 3 AND clock = ''back'' ORDER BY 1', $$VALUES (1, timestamptz '2026-03-05 18:00', 'cancelled'), (2, '2026-03-06 18:00', NULL)$$, 'the later one replaces the earlier');
SELECT at('03-04 09:00');
SELECT is(try(take_in(4, 'R-4', '2026-03-04 08:00')), 'SV005', 'promised for the past');
SELECT is(try(take_in(4, 'R-4', '2026-03-04 08:00', ', received_at', $$, '2026-03-03 10:00'$$)), 'done', 'unless it was promised before');
SELECT count(*) FROM aftersales.sweep() \g /dev/null
SELECT is((SELECT is_breached FROM desk.sla_clock WHERE ticket_id = 4 AND clock = 'back'), true, 'and not kept');
SELECT is(try('UPDATE desk.custody SET promised_at = NULL, informed_at = ''2026-03-04 07:00'' WHERE custody_id = 4'), 'done', 'a promise taken back');
SELECT is(try('UPDATE desk.custody SET promised_at = ''2026-03-08 08:00'' WHERE custody_id = 4'), 'done', 'a new one');

-- ---------- PC-109: news every two days past the promised time, until it is fetched
SELECT at('03-05 12:00');
SELECT is(try(take_in(5, 'R-5', '2026-03-05 18:00')), 'done', 'promised for Thursday 18:00');
CREATE FUNCTION progress(id bigint) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(to_char(due_at, 'MM-DD HH24:MI:SS') || coalesce(' ' || ended_as, ''), ', ' ORDER BY cycle) FROM desk.sla_clock WHERE ticket_id = id AND clock = 'progress' $$;
SELECT is(progress(5), NULL, 'no news due before it is late');
SELECT at('03-05 18:00:01'); SELECT count(*) FROM aftersales.sweep() \g /dev/null
SELECT is(progress(5), '03-07 23:59:59', 'two days on, by the end of the day');
SELECT at('03-07 15:00'); INSERT INTO desk.ticket_event (ticket_id, event) VALUES (5, 'progress_told');
SELECT is(progress(5), '03-07 23:59:59 stopped, 03-09 23:59:59', 'told, and again');
SELECT at('03-09 23:00'); INSERT INTO desk.ticket_event (ticket_id, event) VALUES (5, 'progress_told');
SELECT is(progress(5), '03-07 23:59:59 stopped, 03-09 23:59:59 stopped, 03-11 23:59:59', 'and again');
SELECT is((SELECT count(*) FROM desk.sla_clock WHERE ticket_id = 5 AND clock = 'progress' AND is_breached), 0::bigint, 'nothing missed');
SELECT at('03-12 00:00'); SELECT count(*) FROM aftersales.sweep() \g /dev/null
SELECT is((SELECT count(*) FROM desk.sla_clock WHERE ticket_id = 5 AND clock = 'progress' AND is_breached), 1::bigint, 'but then');

-- ---------- PC-110 to PC-113: release
CREATE FUNCTION release(id integer, voucher text, tag text, confirmed text DEFAULT 'true', signed text DEFAULT 'true') RETURNS text LANGUAGE sql AS $$
    SELECT format('UPDATE desk.custody SET released_at = aftersales.now(), voucher_shown = %L, tag_shown = %L, customer_confirmed = %s, signed_by_customer = %s WHERE custody_id = %s', voucher, tag, confirmed, signed, id) $$;
SELECT is(try(release(5, NULL, NULL, 'NULL', 'NULL')), 'SV002 retested,signed,tag,voucher', 'all that is missing');
INSERT INTO desk.evidence (ticket_id, kind, passed) VALUES (5, 'retest', true);
SELECT is(try(release(5, 'R-5', 'tag 5')), 'SV002 retested', 'one retest');
INSERT INTO desk.evidence (ticket_id, kind, passed) VALUES (5, 'retest', false);
SELECT is(try(release(5, 'R-5', 'tag 5')), 'SV002 retested', 'two, one not passed');
INSERT INTO desk.evidence (ticket_id, kind, passed) VALUES (5, 'retest', true);
SELECT is(try(release(5, 'R-4', 'tag 5')), 'SV002 voucher', 'the receipt of another machine');
SELECT is(try(release(5, 'R-5', 'tag 4')), 'SV002 tag', 'the tag of another machine');
SELECT is(try(release(5, 'R-5', 'tag 5', 'false')), 'SV002 retested', 'the customer does not confirm');
SELECT is(try(release(5, 'R-5', 'tag 5', 'true', 'false')), 'SV002 signed', 'nor sign');
SELECT is(try(release(5, 'R-5', 'tag 5')), 'done', 'all is there');
SELECT is(progress(5), '03-07 23:59:59 stopped, 03-09 23:59:59 stopped, 03-11 23:59:59 cancelled', 'no more news');
SELECT is((SELECT ended_as FROM desk.sla_clock WHERE ticket_id = 5 AND clock = 'back'), 'stopped', 'it is back');
SELECT is(try('UPDATE desk.custody SET promised_at = NULL WHERE custody_id = 5'), 'SV004', 'what was released stays so');
-- without a tag of its own nothing matches
INSERT INTO desk.custody (custody_id, ticket_id, receipt_no, differences) VALUES (6, 6, 'R-6', 'no second disk');
INSERT INTO desk.evidence (ticket_id, kind) VALUES (6, 'retest'), (6, 'retest');
SELECT is(try(release(6, 'R-6', NULL)), 'SV002 tag', 'NULL is not equal to NULL');
SELECT is(try('UPDATE desk.custody SET asset_tag = ''t6'' WHERE custody_id = 6'), 'done', 'a tag');
SELECT is(try(release(6, 'R-6', 't6')), 'done', 'fetched by it');

SELECT is_empty('SELECT * FROM aftersales.verify_clocks()', 'replaying gives the same clocks');
SELECT is_empty('SELECT * FROM aftersales.verify_audit()', 'every chain holds');
SELECT * FROM finish();
