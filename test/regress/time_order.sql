-- SV005: when things happened, as far as a writer is believed.
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
SET client_min_messages = warning;
SELECT aftersales.create_desk('times');
SET aftersales.desk = 'times';
SET aftersales.now = '2026-03-02 08:00+00';
\t \a
-- ---------- opening
SELECT t.try('INSERT INTO times.ticket (ticket_type, happened_at) VALUES (''job'', ''2026-03-02 08:00:05.000001+00'')');
SELECT t.try('INSERT INTO times.ticket (ticket_type, opened_at) VALUES (''job'', ''2026-03-02 09:00+00'')');
SELECT t.try('INSERT INTO times.ticket (ticket_type, happened_at, opened_at) VALUES (''job'', ''2026-03-02 07:00+00'', ''2026-03-02 07:01+00'')');
SELECT t.try('INSERT INTO times.ticket (ticket_type, happened_at) VALUES (''job'', ''infinity'')');
SELECT t.try('INSERT INTO times.ticket (ticket_type, opened_at) VALUES (''job'', ''-infinity'')');
-- backdate_limit of opened: 30 days
SELECT t.try('INSERT INTO times.ticket (ticket_type, happened_at) VALUES (''job'', ''2026-01-31 07:59:59+00'')');
SELECT t.try('INSERT INTO times.ticket (ticket_id, ticket_type, happened_at) VALUES (1, ''job'', ''2026-01-31 08:00+00'')');
-- up to clock_skew ahead is now
SELECT t.try('INSERT INTO times.ticket (ticket_id, ticket_type, happened_at) VALUES (2, ''job'', ''2026-03-02 08:00:05+00'')');
SELECT t.try('INSERT INTO times.ticket (ticket_id, ticket_type, happened_at, opened_at) VALUES (3, ''job'', ''2026-03-02 07:00+00'', ''2026-03-02 07:00+00'')');
-- ---------- change: not before the state it is in, not in the future
SELECT t.try('UPDATE times.ticket SET status = ''work'', happened_at = ''2026-03-02 06:59:59.999999+00'' WHERE ticket_id = 3');
SELECT t.try('UPDATE times.ticket SET channel = ''x'', happened_at = ''2026-03-02 06:59:59+00'' WHERE ticket_id = 3');
SELECT t.try('UPDATE times.ticket SET status = ''work'', happened_at = ''2026-03-02 08:00:06+00'' WHERE ticket_id = 3');
SELECT t.try('UPDATE times.ticket SET status = ''work'', happened_at = ''infinity'' WHERE ticket_id = 3');
SELECT t.try('UPDATE times.ticket SET status = ''work'', happened_at = ''-infinity'' WHERE ticket_id = 3');
SELECT t.try('UPDATE times.ticket SET status = ''work'', happened_at = ''2026-03-02 07:00+00'' WHERE ticket_id = 3');
-- backdate_limits of status:wait and of changed:channel, an hour each; another column has none
SELECT t.try('UPDATE times.ticket SET channel = ''late'', happened_at = ''2026-03-02 07:00+00'' WHERE ticket_id = 3');
SET aftersales.now = '2026-03-02 08:30+00';
SELECT t.try('UPDATE times.ticket SET status = ''wait'', happened_at = ''2026-03-02 07:29+00'' WHERE ticket_id = 3');
SELECT t.try('UPDATE times.ticket SET channel = ''too late'', happened_at = ''2026-03-02 07:29+00'' WHERE ticket_id = 3');
SELECT t.try('UPDATE times.ticket SET priority = ''p'', happened_at = ''2026-03-02 07:29+00'' WHERE ticket_id = 3');
SELECT t.try('UPDATE times.ticket SET status = ''wait'', happened_at = ''2026-03-02 07:30+00'' WHERE ticket_id = 3');
-- ---------- events: not before the opening, not in the future, not too far back
SELECT t.try('INSERT INTO times.ticket_event (ticket_id, event, occurred_at) VALUES (3, ''memo'', ''2026-03-02 06:59+00'')');
SELECT t.try('INSERT INTO times.ticket_event (ticket_id, event, occurred_at) VALUES (3, ''memo'', ''2026-03-02 08:31+00'')');
SELECT t.try('INSERT INTO times.ticket_event (ticket_id, event, occurred_at) VALUES (3, ''memo'', ''infinity'')');
SELECT t.try('INSERT INTO times.ticket_event (ticket_id, event, occurred_at) VALUES (3, ''memo'', ''2026-03-02 08:30:05+00'')');
SELECT t.try('INSERT INTO times.ticket_event (ticket_id, event, occurred_at) VALUES (3, ''answered'', ''2026-03-02 07:00:01+00'')');
-- a late one that would start a clock
SELECT t.try('INSERT INTO times.ticket_event (ticket_id, event, occurred_at) VALUES (3, ''call_in'', ''2026-03-02 07:00:00.5+00'')');
INSERT INTO times.staff VALUES ('e1'); INSERT INTO times.staff_role VALUES ('e1', 'engineer');
UPDATE times.ticket SET status = 'work' WHERE ticket_id = 3;
SET aftersales.actor = 'e1';
SELECT t.try('INSERT INTO times.ticket_event (ticket_id, event, occurred_at, data) VALUES (3, ''checked'', ''2026-03-02 07:29:59+00'', ''{"reading": 1}'')');
SELECT t.try('INSERT INTO times.ticket_event (ticket_id, event, occurred_at, data) VALUES (3, ''checked'', ''2026-03-02 07:30+00'', ''{"reading": 1}'')');
RESET aftersales.actor;
-- ---------- now is never before what the ticket has seen
SET aftersales.now = '2026-03-02 08:10+00';
SELECT t.try('UPDATE times.ticket SET status = ''wait'' WHERE ticket_id = 3');
SELECT t.try('INSERT INTO times.ticket_event (ticket_id, event) VALUES (3, ''memo'')');
SELECT t.try('UPDATE times.ticket SET status = ''work'', happened_at = ''2026-03-02 08:30+00'' WHERE ticket_id = 3');
-- clock_skew is a setting
SET aftersales.clock_skew = 0;
SELECT t.try('INSERT INTO times.ticket (ticket_type, happened_at) VALUES (''job'', ''2026-03-02 08:10:00.000001+00'')');
RESET aftersales.clock_skew;
-- a sweep cannot look ahead
SELECT t.try('SELECT * FROM aftersales.sweep(''2026-03-02 08:10:01+00'')');
SELECT t.try('SELECT * FROM aftersales.sweep(''infinity'')');
-- what the setting aftersales.now may hold
SET aftersales.now = 'rubbish';
SELECT t.try('UPDATE times.ticket SET channel = ''x'' WHERE ticket_id = 3');
RESET aftersales.now;
SELECT aftersales.now() = statement_timestamp() AS real_now;
\t \a
SELECT ticket_id, seq, event, occurred_at, move FROM t.history('times');
SELECT ticket_id, opened_at, status_at, event_at FROM times.ticket ORDER BY 1;
SELECT * FROM aftersales.verify_audit();
DROP SCHEMA times, times_bi CASCADE;
