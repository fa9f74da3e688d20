-- Visits: their events, double booking, star grades, and the rules for them.
\ir lib/row.sql

ALTER TABLE desk.visit ALTER visit_id RESTART WITH 1000;
SELECT at('03-02 08:00');
INSERT INTO desk.ticket (ticket_id, ticket_type) SELECT g, 'job' FROM generate_series(1, 20) g;

-- ---------- life of a visit
SELECT at('03-02 09:00');
INSERT INTO desk.visit (visit_id, ticket_id, engineer, appointment, reason) VALUES (1, 1, 'engineer_1', '[2026-03-02 10:00,2026-03-02 12:00)', 'hardware');
SELECT results_eq('SELECT planned_at, engineer_grade FROM desk.visit WHERE visit_id = 1', $$VALUES (timestamptz '2026-03-02 09:00', 3::smallint)$$, 'planned now, with the grade of that day');
SELECT at('03-02 09:10');
UPDATE desk.visit SET confirmed_at = '2026-03-02 09:05' WHERE visit_id = 1;
SELECT is(try('UPDATE desk.visit SET departed_at = aftersales.now() WHERE visit_id = 1'), 'SV002 kit', 'the kit is checked before leaving');
SELECT is(try('UPDATE desk.visit SET departed_at = aftersales.now(), kit_checked = true WHERE visit_id = 1'), 'done', 'then they go');
UPDATE desk.staff SET star_grade = 5 WHERE login = 'engineer_1';
SELECT at('03-02 10:30');
UPDATE desk.visit SET arrived_at = '2026-03-02 10:02' WHERE visit_id = 1;
SELECT is((SELECT engineer_grade FROM desk.visit WHERE visit_id = 1), 3::smallint, 'a later grade does not change what was planned');
SELECT at('03-02 11:00');
SELECT is(try('UPDATE desk.visit SET done_at = aftersales.now() WHERE visit_id = 1'), 'SV002 restated,signed', 'not done without a word, nor a signature');
SELECT is(try(format('UPDATE desk.visit SET done_at = aftersales.now(), signed_by_customer = true, copy_left = true, symptom = ''a'', cause = ''b'', remedy = ''c'', advice = %L WHERE visit_id = 1', a)), r, w)
FROM (VALUES ('', 'SV002 restated', 'an empty word is none'), (NULL, 'SV002 restated', 'nor is NULL'), ('d', 'done', 'all four')) v(a, r, w);
SELECT is(events(1), 'visit:planned 03-02 09:00, visit:confirmed 03-02 09:05, visit:departed 03-02 09:10, visit:arrived 03-02 10:02, visit:done 03-02 11:00', 'one event each');
SELECT is((SELECT ended_as || ' ' || is_breached FROM desk.sla_clock WHERE ticket_id = 1 AND clock = 'arrive'), 'stopped false', 'which start and stop clocks');
SELECT is(try('UPDATE desk.visit SET note = ''x'' WHERE visit_id = 1'), 'SV004', 'it has ended');
SELECT is(try('UPDATE desk.visit SET note = note, planned_at = planned_at, engineer_grade = engineer_grade WHERE visit_id = 1'), 'done', 'what changes nothing is nothing');
SELECT is(try('UPDATE desk.visit SET arrived_at = ''2026-03-02 10:03'' WHERE visit_id = 1'), 'SV004', 'times are fixed');

-- ---------- PC-81, PC-82: what for, and when
CREATE FUNCTION plan(ticket integer, window_ text, more text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT format('INSERT INTO desk.visit (ticket_id, engineer, reason, appointment) VALUES (%s, ''engineer_2'', coalesce(%L, ''software''), %L)', ticket, more, window_) $$;
SELECT is(try(plan(2, '[2026-03-04 09:00,2026-03-04 12:00)')), 'done', 'three hours');
SELECT is(try(plan(2, '[2026-03-05 09:00,2026-03-05 12:00:00.000001)')), 'SV002 short_window', 'a moment more');
SELECT is(try(plan(2, '[2026-03-05 09:00,2026-03-05 10:00)', 'tea')), 'SV002 reason', 'no reason of a visit');
SELECT is(try(plan(2, '[2026-03-05 08:00,2026-03-05 12:00)', 'tea')), 'SV002 reason,short_window', 'both are named');
SELECT is(try('INSERT INTO desk.visit (ticket_id, engineer, appointment) VALUES (2, ''engineer_2'', ''[2026-03-05 09:00,2026-03-05 10:00)'')'), 'SV002 reason', 'NULL is not met');
SELECT is(try(plan(2, w)), 'SV002 short_window', 'no window: ' || w) FROM unnest('{empty,"[2026-03-05 09:00,)","(,2026-03-05 09:00)"}'::text[]) w;

-- ---------- no double booking
SELECT is(try(plan(3, '[2026-03-04 11:59,2026-03-04 13:00)')), '23P01', 'one engineer at two places');
SELECT is(try(plan(3, '[2026-03-04 12:00,2026-03-04 13:00)')), 'done', 'one after the other');
SELECT is(try('INSERT INTO desk.visit (ticket_id, engineer, reason, appointment) VALUES (3, ''engineer_1'', ''software'', ''[2026-03-04 11:00,2026-03-04 13:00)'')'), 'done', 'another engineer');
SELECT is(try('UPDATE desk.visit SET engineer = ''engineer_2'' WHERE ticket_id = 3 AND engineer = ''engineer_1'''), '23P01', 'nor by handing over');
UPDATE desk.visit SET cancelled_at = aftersales.now() WHERE ticket_id = 2;
SELECT is(try('UPDATE desk.visit SET engineer = ''engineer_2'', note = ''handed over'' WHERE ticket_id = 3 AND engineer = ''engineer_1'''), '23P01', 'still overlaps with its own second');
UPDATE desk.visit SET cancelled_at = aftersales.now() WHERE ticket_id = 3 AND engineer = 'engineer_2';
SELECT is(try('UPDATE desk.visit SET engineer = ''engineer_2'' WHERE ticket_id = 3 AND engineer = ''engineer_1'''), 'done', 'cancelled visits take no time');
SELECT is((SELECT engineer_grade FROM desk.visit WHERE ticket_id = 3 AND cancelled_at IS NULL), NULL::smallint, 'the new engineer has no grade');
UPDATE desk.visit SET cancelled_at = aftersales.now() WHERE ticket_id = 3 AND cancelled_at IS NULL;

-- ---------- PC-84: late
INSERT INTO desk.visit (visit_id, ticket_id, engineer, reason, appointment) VALUES (40, 4, 'engineer_1', 'operation', '[2026-03-03 14:00,2026-03-03 16:00)');
CREATE FUNCTION later(told text, consent text, at_ text DEFAULT '2026-03-03 15:00') RETURNS text LANGUAGE sql AS $$
    SELECT format('UPDATE desk.visit SET appointment = tstzrange(%L, %L::timestamptz + interval ''2 hours''), notified_at = %L, notice_consent = %s WHERE visit_id = 40', at_, at_, told, consent) $$;
SELECT at('03-03 15:30');
SELECT is(try(later('2026-03-03 14:00', 'true')), 'SV002 late_notice', 'told at the hour, not before');
SELECT is(try(later('2026-03-03 13:59:59.999999', 'false')), 'SV002 late_notice', 'told before, but not agreed');
SELECT is(try(later('2026-03-03 13:59:59.999999', 'NULL')), 'SV002 late_notice', 'nor said whether');
SELECT is(try(later(NULL, 'true')), 'SV002 late_notice', 'not told');
SELECT is(try('UPDATE desk.visit SET note = ''traffic'' WHERE visit_id = 40'), 'done', 'another change needs no notice');
SELECT is(try(later('2026-03-03 13:59:59.999999', 'true')), 'done', 'told before and agreed');
SELECT is(events(4), 'visit:planned 03-02 11:00, visit:changed 03-03 15:30, visit:delayed 03-03 13:59', 'is an event, at its time');

-- ---------- PC-86, PC-87: nobody there
SELECT at('03-03 18:00');
INSERT INTO desk.visit (visit_id, ticket_id, engineer, reason, appointment, planned_at, arrived_at) VALUES
    (50, 5, 'engineer_2', 'hardware', '[2026-03-03 14:00,2026-03-03 16:00)', '2026-03-03 09:00', '2026-03-03 14:00');
CREATE FUNCTION absent(id integer, left_ text, contact text DEFAULT 'true', office text DEFAULT 'true') RETURNS text LANGUAGE sql AS $$
    SELECT format('UPDATE desk.visit SET absent_at = %L, left_at = %L, contact_left = %s, office_informed = %s WHERE visit_id = %s', left_, left_, contact, office, id) $$;
SELECT is(try(absent(50, '2026-03-03 14:19:59.999999')), 'SV002 absent_wait', '19:59.999999 are not 20 minutes');
SELECT is(try(absent(50, '2026-03-03 14:20', 'false')), 'SV002 absent_note', 'no note');
SELECT is(try(absent(50, '2026-03-03 14:20', 'true', 'NULL')), 'SV002 absent_note', 'the office knows nothing');
SELECT is(try(absent(50, '2026-03-03 14:10', 'false')), 'SV002 absent_note,absent_wait', 'both');
SELECT is(try(absent(50, '2026-03-03 14:20')), 'done', 'exactly 20 minutes');
SELECT is((SELECT ended_as FROM desk.sla_clock WHERE ticket_id = 5 AND clock = 'arrive'), 'stopped', 'they had arrived');
SELECT is(try(absent(40, '2026-03-03 14:20')), 'SV002 absent_wait', 'who never arrived cannot have waited');
SELECT is(try('UPDATE desk.visit SET cancelled_at = aftersales.now(), absent_at = aftersales.now() WHERE visit_id = 40'), 'SV002 absent_note,absent_wait', 'two ends');
SELECT is(try('UPDATE desk.visit SET cancelled_at = aftersales.now(), done_at = aftersales.now(), signed_by_customer = true, copy_left = true, symptom = ''a'', cause = ''b'', remedy = ''c'', advice = ''d'' WHERE visit_id = 40'), '23514', 'two ends are none');

-- ---------- PC-89, PC-90, PC-92 to PC-94: ticket and evidence
CREATE FUNCTION done(id integer, more text DEFAULT '') RETURNS text LANGUAGE sql AS $$
    SELECT format('UPDATE desk.visit SET done_at = aftersales.now(), signed_by_customer = true, copy_left = true, symptom = ''a'', cause = ''b'', remedy = ''c'', advice = ''d''%s WHERE visit_id = %s', more, id) $$;
UPDATE desk.ticket SET attributes = '{"data_loss": true, "virus_found": true}' WHERE ticket_id = 6;
INSERT INTO desk.visit (visit_id, ticket_id, engineer, reason, appointment) VALUES (60, 6, 'engineer_1', 'software', '[2026-03-04 14:00,2026-03-04 16:00)');
SELECT is(try(done(60)), 'SV002 data_consent,virus_noted', 'what the ticket is counts');
INSERT INTO desk.evidence (ticket_id, kind, passed) VALUES (6, 'data_consent', false);
SELECT is(try(done(60)), 'SV002 data_consent,virus_noted', 'consent refused is none');
INSERT INTO desk.evidence (ticket_id, kind, signed_by) VALUES (6, 'data_consent', 'customer'), (5, 'virus_noted', 'customer');
SELECT is(try(done(60, ', note = ''boot virus''')), 'SV002 virus_noted', 'nor does that of another ticket');
INSERT INTO desk.evidence (ticket_id, kind, signed_by) VALUES (6, 'virus_noted', 'customer');
SELECT is(try(done(60)), 'SV002 virus_noted', 'signed but not noted');
SELECT is(try(done(60, ', note = ''boot virus''')), 'done', 'signed and noted');
INSERT INTO desk.visit (visit_id, ticket_id, engineer, reason, appointment) VALUES (70, 7, 'engineer_1', 'hardware', '[2026-03-05 14:00,2026-03-05 16:00)');
SELECT is(try('UPDATE desk.visit SET done_at = aftersales.now(), signed_by_customer = true, copy_left = true, result = ''missing_part'' WHERE visit_id = 70'), 'SV002 next_time', 'no part, no next visit');
SELECT is(try('UPDATE desk.visit SET done_at = aftersales.now(), signed_by_customer = true, copy_left = true, result = ''missing_part'', next_appointment = ''[2026-03-06 14:00,2026-03-06 16:00)'' WHERE visit_id = 70'), 'done', 'then nothing need be restated');

-- ---------- all times at once, and an own guard of a type
INSERT INTO desk.ticket (ticket_id, ticket_type) VALUES (30, 'home');
SELECT is(try(plan(30, '[2026-03-09 09:00,2026-03-09 11:00)')), 'done', 'two hours at home');
SELECT is(try(plan(30, '[2026-03-10 09:00,2026-03-10 11:00:01)')), 'SV002 short_window', 'not three: the type''s own guard stands in');
SELECT at('03-03 20:00');
INSERT INTO desk.visit (ticket_id, engineer, reason, appointment, confirmed_at, kit_checked, departed_at, arrived_at, left_at, done_at, signed_by_customer, copy_left, symptom, cause, remedy, advice)
VALUES (8, 'engineer_1', 'hardware', '[2026-03-03 17:00,2026-03-03 18:00)', '2026-03-03 16:00', true, '2026-03-03 16:30', '2026-03-03 17:05', '2026-03-03 17:40', '2026-03-03 17:35', true, true, 'a', 'b', 'c', 'd');
SELECT is(events(8), 'visit:planned 03-03 16:00, visit:confirmed 03-03 16:00, visit:departed 03-03 16:30, visit:arrived 03-03 17:05, visit:done 03-03 17:35', 'entered afterwards: planned at the first time given');
SELECT is(try('INSERT INTO desk.visit (ticket_id, engineer, reason, appointment, left_at, arrived_at) VALUES (8, ''engineer_2'', ''hardware'', ''[2026-03-03 17:00,2026-03-03 18:00)'', ''2026-03-03 17:00'', ''2026-03-03 17:01'')'), '23514', 'nobody leaves before he arrives');

SELECT is_empty('SELECT * FROM aftersales.verify_clocks()', 'replaying gives the same clocks');
SELECT is_empty('SELECT * FROM aftersales.verify_audit()', 'every chain holds');
SELECT * FROM finish();
