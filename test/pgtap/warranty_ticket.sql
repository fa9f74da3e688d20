-- The warranty of a ticket: when it is classified, who may change it, what
-- history and clocks make of it, and that many rows at once give the same.

\ir lib/warranty.sql

SET aftersales.now = '2026-04-01 10:00+08';
ALTER TABLE desk.ticket ALTER ticket_id RESTART WITH 90000;
ALTER TABLE desk.product_unit ALTER unit_id RESTART WITH 500;
INSERT INTO desk.product_unit (unit_id, policy, serial_no, invoice_date, delivered_on) VALUES
    (1, 'maker', 'U1', '2026-03-25', NULL), (2, 'maker', 'U2', '2022-03-25', NULL), (3, 'maker', 'U3', NULL, NULL), (4, 'maker', 'U4', '2026-03-25', NULL);

CREATE FUNCTION pg_temp.as_of(p_at timestamptz, p_login text) RETURNS void LANGUAGE sql AS
$$ SELECT set_config('aftersales.now', p_at::text, false), set_config('aftersales.actor', p_login, false) $$;
-- The events from a place on, with their data or only their names.
CREATE FUNCTION pg_temp.events(p_ticket bigint, p_from integer DEFAULT 1) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', event, actor, (SELECT p.data ->> 'new' FROM desk.event_private p WHERE p.event_id = e.event_id)), ', ' ORDER BY seq)
    FROM desk.ticket_event e WHERE ticket_id = p_ticket AND seq >= p_from $$;
CREATE FUNCTION pg_temp.last_data(p_ticket bigint) RETURNS jsonb LANGUAGE sql AS $$
    SELECT p.data FROM desk.ticket_event e JOIN desk.event_private p USING (event_id) WHERE e.ticket_id = p_ticket ORDER BY seq DESC LIMIT 1 $$;

-- When it is classified --------------------------------------------------------------

INSERT INTO desk.ticket (ticket_id, ticket_type, unit_id, component, fault_code) VALUES (1, 'repair', 1, 'host', 'P01');
SELECT is((SELECT concat_ws('/', warranty_class, covers, remedies, warranty_until, warranty_basis) FROM desk.ticket WHERE ticket_id = 1), '', 'without time and cause nothing is said');
SELECT pg_temp.as_of('2026-04-01 11:00+08', 'clerk') \g /dev/null
UPDATE desk.ticket SET fault_at = '2026-03-30 12:00+08' WHERE ticket_id = 1;
SELECT is((SELECT concat_ws('/', warranty_class, covers, remedies, warranty_until, warranty_basis) FROM desk.ticket WHERE ticket_id = 1), '', 'nor without the cause');
SELECT pg_temp.as_of('2026-04-01 12:00+08', 'clerk') \g /dev/null
UPDATE desk.ticket SET fault_cause = 'unknown' WHERE ticket_id = 1;
SELECT is((SELECT concat_ws('/', warranty_class, covers, remedies, warranty_until, warranty_basis) FROM desk.ticket WHERE ticket_id = 1),
          'in_warranty/{parts,labour,visit}/{return,exchange,repair}/2029-03-25/bought 2026-03-25 (invoice), fault 2026-03-30 is day 5; hardware_3_years until 2029-03-25 (PC-12); onsite_3_years until 2029-03-25 (PC-13); return_7_days (PC-19,PC-22,PC-23)',
          'with it all of it');
SELECT is(pg_temp.events(1), 'opened clerk, changed:fault_at clerk 2026-03-30 04:00:00+00, changed:fault_cause clerk unknown, changed:warranty_class clerk in_warranty', 'an event of its own, after its cause');
SELECT is(pg_temp.last_data(1), jsonb_build_object('old', NULL, 'new', 'in_warranty',
              'was', '{"covers": null, "remedies": null, "warranty_until": null, "warranty_basis": null}'::jsonb,
              'is', jsonb_build_object('covers', '{parts,labour,visit}', 'remedies', '{return,exchange,repair}', 'warranty_until', '2029-03-25',
                                       'warranty_basis', (SELECT warranty_basis FROM desk.ticket WHERE ticket_id = 1))), 'that tells all five');

INSERT INTO desk.ticket (ticket_id, ticket_type, unit_id, fault_at, fault_cause) VALUES (2, 'repair', 2, '2026-03-30 12:00+08', 'product'), (3, 'repair', 3, '2026-03-30 12:00+08', 'product');
SELECT is(pg_temp.by_row(2), 'out_expired {} {paid_repair} 2025-03-25', 'at the opening, when all is known then');
SELECT is(pg_temp.events(2), 'opened clerk', 'as part of it');
SELECT is((SELECT concat_ws('/', warranty_class, warranty_basis) FROM desk.ticket WHERE ticket_id = 3), 'neither invoice date nor delivery date known, fault 2026-03-30', 'what is missing stands in the basis');
UPDATE desk.product_unit SET delivered_on = '2026-01-01' WHERE unit_id = 3;
SELECT is(pg_temp.by_row(3), '- - - -', 'a unit that is corrected changes no ticket');
UPDATE desk.ticket SET subject = 'x' WHERE ticket_id = 3;
SELECT is(pg_temp.by_row(3), 'in_warranty {parts,labour,visit} {repair} 2029-01-01', 'but what could not be told before is told with the next write');
INSERT INTO desk.ticket (ticket_id, ticket_type, fault_at, fault_cause) VALUES (4, 'repair', '2026-03-30 12:00+08', 'product');
UPDATE desk.ticket SET subject = 'x' WHERE ticket_id = 4;
SELECT is(pg_temp.by_row(4), '- - - -', 'no unit, no class');
INSERT INTO desk.ticket (ticket_id, ticket_type, unit_id, fault_at, fault_cause) VALUES (5, 'consult', 1, '2026-03-30 12:00+08', 'product');
SELECT is(pg_temp.by_row(5), 'in_warranty {parts,labour,visit} {repair} 2029-03-25', 'every type of the policy');
INSERT INTO aftersales.policy (policy, title_en) VALUES ('plain', 'Plain');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('plain', 1, 'chore');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('plain', 1, 'new', 'initial'), ('plain', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('plain', 1, 'new', 'done');
SELECT aftersales.activate_policy('plain', 1) \g /dev/null
INSERT INTO desk.product_unit (unit_id, policy, serial_no, invoice_date) VALUES (9, 'plain', 'U9', '2026-03-01');
INSERT INTO desk.ticket (ticket_id, ticket_type, unit_id, fault_at, fault_cause) VALUES (6, 'chore', 9, '2026-03-30 12:00+08', 'product');
SELECT is((SELECT concat(warranty_class, warranty_basis) FROM desk.ticket WHERE ticket_id = 6), '', 'a policy without warranty rules says nothing');
SELECT is((SELECT concat_ws('/', warranty_class, basis) FROM aftersales.classify_warranty(9, '2026-03-30')), 'policy plain has no warranty rules', 'nor does the function');
SELECT throws_ok($$UPDATE desk.ticket SET fault_at = '-infinity' WHERE ticket_id = 1$$, 'SV005', 'a fault cannot arise at infinity', 'a fault has a time');
SELECT throws_ok($$INSERT INTO desk.ticket (ticket_type, unit_id, fault_at, fault_cause) VALUES ('repair', -1, '2026-03-30', 'product')$$, '23503', NULL, 'a unit that there is not');

-- Columns of the triggers ---------------------------------------------------------------

SELECT throws_ok(format('INSERT INTO desk.ticket (ticket_type, %s) VALUES (''repair'', %L)', c, v), 'SV004', format('column "%s" is written by triggers only', c), c || ' is not given')
    || E'\n' || throws_ok(format('UPDATE desk.ticket SET %s = %L WHERE ticket_id = 2', c, v), 'SV004', format('column "%s" is written by triggers only', c), c || ' is not changed')
    || E'\n' || lives_ok(format('UPDATE desk.ticket SET %1$s = %1$s WHERE ticket_id = 2', c), c || ' may be sent back')
FROM (VALUES ('warranty_class', 'in_warranty'), ('covers', '{parts}'), ('remedies', '{}'), ('warranty_until', 'infinity'), ('warranty_basis', 'because')) v(c, v);
SELECT lives_ok($$UPDATE desk.ticket SET covers = '{}', remedies = '{paid_repair}', warranty_until = '2025-03-25' WHERE ticket_id = 2$$, 'also as text');

-- Reclassification -----------------------------------------------------------------------

SELECT pg_temp.as_of('2026-04-02 10:00+08', 'clerk') \g /dev/null
SELECT throws_ok($$UPDATE desk.ticket SET fault_cause = 'user' WHERE ticket_id = 1$$, 'SV003', 'actor "clerk" may not do this: event "changed:warranty_class"', 'another class needs the role');
SELECT throws_ok($$UPDATE desk.ticket SET component = 'keyboard' WHERE ticket_id = 1$$, 'SV003', 'actor "clerk" may not do this: event "changed:warranty_class"', 'other remedies do, too');
SELECT throws_ok($$UPDATE desk.ticket SET fault_code = 'K01' WHERE ticket_id = 1$$, 'SV003', NULL, 'by the code');
SELECT throws_ok($$UPDATE desk.ticket SET fault_at = '2029-03-26 00:00+08' WHERE ticket_id = 1$$, 'SV003', NULL, 'by the time');
SELECT throws_ok($$UPDATE desk.ticket SET unit_id = 2 WHERE ticket_id = 1$$, 'SV003', NULL, 'by the unit');
SELECT throws_ok($$UPDATE desk.ticket SET fault_cause = NULL WHERE ticket_id = 1$$, 'SV003', NULL, 'and to forget it');
SELECT lives_ok($$UPDATE desk.ticket SET fault_cause = 'product' WHERE ticket_id = 1$$, 'another cause with the same result does not');
SELECT lives_ok($$UPDATE desk.ticket SET fault_at = '2026-03-31 12:00+08' WHERE ticket_id = 1$$, 'nor does another day in the same window');
SELECT is(pg_temp.events(1, 5), 'changed:fault_cause clerk product, changed:fault_at clerk 2026-03-31 04:00:00+00, changed:warranty_class clerk in_warranty', 'whose basis is recorded, though');
SELECT is((SELECT warranty_basis FROM desk.ticket WHERE ticket_id = 1), (SELECT basis FROM aftersales.classify_warranty(1, '2026-03-31 12:00+08', 'product', 'host', 'P01')), 'as it is now');
SELECT lives_ok($$UPDATE desk.ticket SET area = 'urban', status = 'work' WHERE ticket_id = 1$$, 'what the class does not hang on');
SELECT is(pg_temp.events(1, 8), 'changed:area clerk urban, status:work clerk', 'is no classification');
SELECT pg_temp.as_of('2026-04-02 11:00+08', 'director') \g /dev/null
UPDATE desk.ticket SET fault_cause = 'user', component = 'keyboard' WHERE ticket_id = 1;
SELECT is(pg_temp.by_row(1), 'out_user {} {paid_repair} 2029-03-25', 'with the role');
SELECT is(pg_temp.events(1, 10), 'changed:fault_cause director user, changed:component director keyboard, changed:warranty_class director out_user', 'what changed, and what came of it');
SELECT is(pg_temp.last_data(1) - 'is' - 'was', '{"old": "in_warranty", "new": "out_user"}', 'from what to what');
UPDATE desk.ticket SET unit_id = NULL WHERE ticket_id = 1;
SELECT is((SELECT concat_ws('/', pg_temp.by_row(1), warranty_basis) FROM desk.ticket WHERE ticket_id = 1), '- - - -/unit_id is not known any more', 'what is not known any more tells nothing');
SELECT pg_temp.as_of('2026-04-02 12:00+08', 'clerk') \g /dev/null
UPDATE desk.ticket SET unit_id = 4 WHERE ticket_id = 1;
SELECT is(pg_temp.by_row(1), 'out_user {} {paid_repair} 2029-03-25', 'a first class, again: anybody may');
-- a type whose event row gives no roles, and none at all
INSERT INTO desk.ticket (ticket_id, ticket_type, unit_id, fault_at, fault_cause) SELECT 7, 'repair_1', u, '2026-03-30', 'product' FROM pg_temp.unit('2026-03-01', NULL, 'maker_1') u;
SELECT lives_ok($$UPDATE desk.ticket SET fault_cause = 'user' WHERE ticket_id = 7$$, 'where the policy names no roles anybody may');
SELECT is(pg_temp.by_row(7), 'out_user {} {paid_repair} 2029-02-28', 'reclassify');

-- reclassify() -----------------------------------------------------------------------------

SELECT pg_temp.as_of('2026-04-03 10:00+08', 'clerk') \g /dev/null
UPDATE desk.product_unit SET invoice_date = '2023-04-01' WHERE unit_id = 2;
SELECT is(pg_temp.by_row(2), 'out_expired {} {paid_repair} 2025-03-25', 'a corrected invoice date changes nothing');
UPDATE desk.ticket SET subject = 'y' WHERE ticket_id = 2;
SELECT is(pg_temp.by_row(2), 'out_expired {} {paid_repair} 2025-03-25', 'nor does a write of something else');
SELECT throws_ok($$SELECT aftersales.reclassify(2, 'the invoice was misread')$$, 'SV003', 'actor "clerk" may not do this: event "changed:warranty_class"', 'to judge anew is a reclassification');
SELECT pg_temp.as_of('2026-04-03 11:00+08', 'director') \g /dev/null
SELECT is(aftersales.reclassify(2, 'the invoice was misread'), 'in_warranty', 'which says the class');
SELECT is(pg_temp.by_row(2), 'in_warranty {parts,labour,visit} {repair} 2026-04-01', 'all five');
SELECT is((SELECT concat_ws(' ', event, actor, origin, occurred_at, p.note, p.data ->> 'old', p.data ->> 'new', p.data #>> '{is,warranty_until}', p.data #>> '{was,warranty_until}')
           FROM desk.ticket_event e JOIN desk.event_private p USING (event_id) WHERE ticket_id = 2 ORDER BY seq DESC LIMIT 1),
          'changed:warranty_class director ticket 2026-04-03 03:00:00+00 the invoice was misread out_expired in_warranty 2026-04-01 2025-03-25', 'an event with the reason as its note');
SELECT event_seq AS seq, row_version AS rv FROM desk.ticket WHERE ticket_id = 2 \gset
SELECT pg_temp.as_of('2026-04-03 12:00+08', 'clerk') \g /dev/null
SELECT is(aftersales.reclassify(2, 'once more'), 'in_warranty', 'where nothing differs anybody may ask');
SELECT is((SELECT event_seq FROM desk.ticket WHERE ticket_id = 2), :seq, 'and nothing is recorded');
SELECT is(aftersales.reclassify(4, 'without a unit'), NULL, 'no unit, no class');
SELECT is(aftersales.reclassify(6, 'without rules'), NULL, 'no rules, no class');
UPDATE desk.ticket SET unit_id = 3 WHERE ticket_id = 4;
UPDATE desk.product_unit SET onsite_until = '2026-01-31' WHERE unit_id = 3;
SELECT throws_ok($$SELECT aftersales.reclassify(4, 'onsite only for a month')$$, 'SV003', NULL, 'a cover less is a difference');
UPDATE desk.product_unit SET onsite_until = '2026-06-30' WHERE unit_id = 3;
SELECT is(aftersales.reclassify(4, 'onsite for half a year'), 'in_warranty', 'the basis alone is none');
SELECT is((SELECT p.note || (p.data #>> '{is,warranty_basis}') FROM desk.ticket_event e JOIN desk.event_private p USING (event_id) WHERE ticket_id = 4 ORDER BY seq DESC LIMIT 1),
          'onsite for half a year' || (SELECT warranty_basis FROM desk.ticket WHERE ticket_id = 4), 'but it is recorded');
SELECT throws_ok($$SELECT aftersales.reclassify(2, ' ')$$, '22004', 'a reason is needed', 'a reason must be given');
SELECT throws_ok($$SELECT aftersales.reclassify(NULL, 'x')$$, '22004', 'which ticket is to be reclassified is not said', 'and a ticket');
SELECT throws_ok($$SELECT aftersales.reclassify(-1, 'x')$$, 'SV010', 'there is no ticket -1 on desk "desk"', 'that there is');
INSERT INTO desk.ticket (ticket_id, ticket_type, unit_id, fault_at, fault_cause) VALUES (8, 'repair', 1, '2026-03-30 12:00+08', 'product');
SELECT aftersales.void_ticket(8, 'by mistake') \g /dev/null
SELECT throws_ok($$SELECT aftersales.reclassify(8, 'x')$$, 'SV001', 'ticket 8 is void', 'and is not void');

-- History ------------------------------------------------------------------------------------

CREATE FUNCTION pg_temp.was(p_ticket bigint, p_at timestamptz) RETURNS text LANGUAGE sql AS $$
    SELECT concat(pg_temp.told(warranty_class, covers, remedies, warranty_until), ' ', left(warranty_basis, 27)) FROM aftersales.ticket_as_of(p_ticket, p_at) $$;
SELECT is(pg_temp.was(1, '2026-04-01 11:59+08'), '- - - - ', 'before it was classified');
SELECT is(pg_temp.was(1, '2026-04-01 12:00+08'), 'in_warranty {parts,labour,visit} {return,exchange,repair} 2029-03-25 bought 2026-03-25 (invoice)', 'then');
SELECT is(pg_temp.was(1, '2026-04-02 10:59+08'), 'in_warranty {parts,labour,visit} {return,exchange,repair} 2029-03-25 bought 2026-03-25 (invoice)', 'until it was reclassified');
SELECT is(pg_temp.was(1, '2026-04-02 11:00+08'), '- - - - unit_id is not known any mo', 'of two at one time the last');
SELECT is(pg_temp.was(1, '2026-04-02 12:00+08'), 'out_user {} {paid_repair} 2029-03-25 bought 2026-03-25 (invoice)', 'as it is');
SELECT is(pg_temp.was(2, '2026-04-03 10:59+08'), 'out_expired {} {paid_repair} 2025-03-25 bought 2022-03-25 (invoice)', 'before reclassify()');
SELECT is(pg_temp.was(2, '2026-04-01 12:00+08'), 'out_expired {} {paid_repair} 2025-03-25 bought 2022-03-25 (invoice)', 'as opened');
SET datestyle = 'SQL, DMY';
SELECT is((SELECT warranty_until FROM aftersales.ticket_as_of(2, '2026-04-01 12:00+08')), date '2025-03-25', 'whatever the DateStyle is');
SET aftersales.actor = 'director';
UPDATE desk.ticket SET fault_cause = 'user', fault_at = '2026-03-05 12:00+08' WHERE ticket_id = 5;
SET datestyle = 'ISO, YMD';
SELECT is((SELECT p.data ->> 'new' FROM desk.ticket_event e JOIN desk.event_private p USING (event_id) WHERE ticket_id = 5 AND event = 'changed:fault_at'), '2026-03-05 04:00:00+00', 'or was when it was recorded');
-- a correction puts the classification at another time
SELECT pg_temp.as_of('2026-04-04 10:00+08', 'director') \g /dev/null
SELECT aftersales.correct_event((SELECT event_id FROM desk.ticket_event WHERE ticket_id = 2 AND event = 'changed:warranty_class'), 'decided in the morning', '2026-04-03 08:00+08') \g /dev/null
SELECT is(pg_temp.was(2, '2026-04-03 08:00+08'), 'in_warranty {parts,labour,visit} {repair} 2026-04-01 bought 2023-04-01 (invoice)', 'from then on');
SELECT is(pg_temp.was(2, '2026-04-03 07:59+08'), 'out_expired {} {paid_repair} 2025-03-25 bought 2022-03-25 (invoice)', 'not before');
SELECT throws_ok($$SELECT aftersales.correct_event((SELECT event_id FROM desk.ticket_event WHERE ticket_id = 1 AND event = 'changed:warranty_class' ORDER BY seq LIMIT 1), 'x')$$,
    'SV004', 'a change of a column cannot be taken out', 'it cannot be taken out');
-- told late: the class goes with its cause
INSERT INTO desk.ticket (ticket_id, ticket_type, unit_id, fault_at, opened_at) VALUES (10, 'repair', 1, '2026-03-30 12:00+08', '2026-04-04 08:00+08');
UPDATE desk.ticket SET fault_cause = 'product', happened_at = '2026-04-04 09:00+08' WHERE ticket_id = 10;
SELECT is((SELECT string_agg(DISTINCT occurred_at::text, ' ') FROM desk.ticket_event WHERE ticket_id = 10 AND seq > 1), '2026-04-04 01:00:00+00', 'at the time the cause was found');
SELECT throws_ok($$UPDATE desk.ticket SET fault_cause = 'user', happened_at = '2026-04-04 08:30+08' WHERE ticket_id = 10$$, 'SV005', 'column "fault_cause" has changed after the reported time', 'changes stay in order');

-- Clocks ------------------------------------------------------------------------------------

SELECT is((SELECT string_agg(concat_ws(' ', rule, ended_as, (due_at - started_at)::text), ', ') FROM desk.sla_clock WHERE ticket_id = 10), 'solve_covered 04:00:00', 'a rule that reads the class');
UPDATE desk.ticket SET fault_cause = 'user' WHERE ticket_id = 10;
SELECT is((SELECT string_agg(concat_ws(' ', rule, ended_as, (due_at - started_at)::text), ', ') FROM desk.sla_clock WHERE ticket_id = 10), 'solve 1 day', 'is matched anew when it changes');
UPDATE desk.product_unit SET invoice_date = '2023-03-29' WHERE unit_id = 1;
SELECT aftersales.reclassify(10, 'checked') \g /dev/null
UPDATE desk.ticket SET fault_cause = 'product' WHERE ticket_id = 10;
SELECT is(pg_temp.by_row(10), 'out_expired {} {paid_repair} 2026-03-29', 'by unit data as they are when it is judged');
UPDATE desk.product_unit SET invoice_date = '2026-03-25' WHERE unit_id = 1;
SELECT aftersales.reclassify(10, 'checked again') \g /dev/null
SELECT is((SELECT string_agg(concat_ws(' ', rule, ended_as, (due_at - started_at)::text), ', ') FROM desk.sla_clock WHERE ticket_id = 10), 'solve_covered 04:00:00', 'by reclassify(), too');
SELECT throws_ok($$INSERT INTO aftersales.sla_rule (policy, version, rule, clock, condition, starts_on, stops_on) SELECT 'maker', aftersales.draft_policy('maker'), 'x', 'x', c, '{opened}', '{status:done}' FROM unnest('{warranty_basis IS NULL}'::text[]) c$$,
    'SV011', 'column "warranty_basis" may not be used in a condition', 'what stands beside the class is not for clocks');
SELECT throws_ok($$INSERT INTO aftersales.sla_rule (policy, version, rule, clock, condition, starts_on, stops_on) SELECT 'maker', aftersales.draft_policy('maker'), 'x', 'x', c, '{opened}', '{status:done}' FROM unnest('{covers IS NULL}'::text[]) c$$,
    'SV011', 'column "covers" may not be used in a condition', 'nor are the covers');

-- A sweep classifies nothing.
INSERT INTO desk.ticket (ticket_id, ticket_type, unit_id, fault_at, fault_cause) SELECT 11, 'repair', u, '2026-03-30 12:00+08', 'product' FROM pg_temp.unit(NULL) u;
UPDATE desk.product_unit SET invoice_date = '2026-03-01' WHERE unit_id = (SELECT unit_id FROM desk.ticket WHERE ticket_id = 11);
SELECT pg_temp.as_of('2026-05-04 10:00+08', 'clerk') \g /dev/null
SELECT aftersales.sweep(NULL) \g /dev/null
SELECT is((SELECT warranty_class FROM desk.ticket WHERE ticket_id = 11), NULL, 'a sweep classifies nothing');

-- Many at once ---------------------------------------------------------------------------------
-- 60 units by 20 faults, twice: one UPDATE for all, and row by row.

INSERT INTO desk.product_unit (unit_id, policy, serial_no, product_line, invoice_date, delivered_on, onsite_until)
SELECT 1000 + g, 'maker', 'M' || g, NULL, CASE WHEN g % 7 > 0 THEN date '2022-01-28' + g * 26 END, CASE WHEN g % 5 > 0 THEN date '2022-01-31' + g * 26 END, CASE WHEN g % 4 = 0 THEN date '2024-01-31' + g * 9 END
FROM generate_series(1, 60) g;
INSERT INTO desk.unit_part (unit_id, component, installed_on, removed_on, is_replacement)
SELECT 1000 + g, (ARRAY['host', 'monitor', 'software'])[1 + g % 3], date '2025-11-30' + g, CASE WHEN g % 2 = 0 THEN date '2026-03-01' + g END, g % 8 > 0 FROM generate_series(1, 60) g;
INSERT INTO desk.ticket (ticket_id, ticket_type, unit_id, component, fault_code, fault_at)
SELECT s * 10000 + u * 100 + f, 'repair', 1000 + u, (ARRAY['host', 'monitor', 'software', NULL])[1 + (f + u) % 4], (ARRAY['P01', 'P02', 'K01', NULL])[1 + (f / 2 + u / 3) % 4],
       (coalesce(invoice_date, delivered_on, '2026-03-01') + (ARRAY[-9, 0, 3, 7, 8, 12, 20, 21, 60, 200, 365, 700, 1090, 1095, 1096, 1097, 1098, 1200, 1400, 1500])[f]) AT TIME ZONE 'Asia/Shanghai'
           - u % 3 * interval '1 microsecond'
FROM generate_series(1, 2) s, generate_series(1, 60) u, generate_series(1, 20) f, desk.product_unit WHERE unit_id = 1000 + u;
UPDATE desk.ticket SET fault_cause = (ARRAY['product', 'user', 'unknown', 'natural_disaster', 'other'])[1 + ticket_id % 5] WHERE ticket_id BETWEEN 10000 AND 19999;
DO $$
DECLARE
    id bigint;
BEGIN
    FOR id IN SELECT ticket_id FROM desk.ticket WHERE ticket_id BETWEEN 20000 AND 29999 ORDER BY random() LOOP
        UPDATE desk.ticket SET fault_cause = (ARRAY['product', 'user', 'unknown', 'natural_disaster', 'other'])[1 + id % 5] WHERE ticket_id = id;
    END LOOP;
END $$;
SELECT is_empty($$SELECT a.ticket_id FROM desk.ticket a JOIN desk.ticket b ON b.ticket_id = a.ticket_id + 10000
                  WHERE a.ticket_id BETWEEN 10000 AND 19999
                    AND (a.warranty_class, a.covers, a.remedies, a.warranty_until, a.warranty_basis) IS DISTINCT FROM (b.warranty_class, b.covers, b.remedies, b.warranty_until, b.warranty_basis)$$, 'one UPDATE gives what single ones give');
SELECT is((SELECT count(*) FROM desk.ticket a JOIN desk.ticket b ON b.ticket_id = a.ticket_id + 10000 WHERE a.ticket_id BETWEEN 10000 AND 19999), 1200::bigint, 'all of them');
SELECT is_empty($$SELECT ticket_id % 10000, event, seq, p.data FROM desk.ticket_event e JOIN desk.event_private p USING (event_id) WHERE ticket_id BETWEEN 10000 AND 29999 GROUP BY 1, 2, 3, 4 HAVING count(*) <> 2$$, 'and the same events');
SELECT is_empty($$SELECT t.ticket_id FROM desk.ticket t, aftersales.classify_warranty(t.unit_id, t.fault_at, t.fault_cause, t.component, t.fault_code) c
                  WHERE t.ticket_id BETWEEN 10000 AND 19999
                    AND (t.warranty_class, t.remedies, t.warranty_until, t.warranty_basis, 'parts' = ANY (t.covers), 'labour' = ANY (t.covers), 'visit' = ANY (t.covers), t.covers <> '{}')
                        IS DISTINCT FROM (c.warranty_class, c.remedies, c.expires_on, c.basis, c.covers_parts, c.covers_labour, c.covers_visit, c.in_warranty)$$, 'the function says the same');
SELECT cmp_ok((SELECT count(DISTINCT (warranty_class, covers, remedies)) FROM desk.ticket WHERE ticket_id BETWEEN 10000 AND 19999), '>=', 9::bigint, 'of all kinds');
-- an INSERT of many
INSERT INTO desk.ticket (ticket_id, ticket_type, unit_id, component, fault_code, fault_at, fault_cause)
SELECT ticket_id + 20000, ticket_type, unit_id, component, fault_code, fault_at, fault_cause FROM desk.ticket WHERE ticket_id BETWEEN 10000 AND 19999;
SELECT is_empty($$SELECT a.ticket_id FROM desk.ticket a JOIN desk.ticket b ON b.ticket_id = a.ticket_id + 20000
                  WHERE a.ticket_id BETWEEN 10000 AND 19999 AND (a.warranty_class, a.covers, a.remedies, a.warranty_until, a.warranty_basis) IS DISTINCT FROM (b.warranty_class, b.covers, b.remedies, b.warranty_until, b.warranty_basis)$$, 'so does an INSERT');
-- one of them refused: none is changed
SELECT throws_ok($$UPDATE desk.ticket SET fault_cause = 'user' WHERE ticket_id BETWEEN 10000 AND 10999$$, 'SV003', NULL, 'a bulk reclassification needs the role');
SET aftersales.actor = 'director';
SELECT lives_ok($$UPDATE desk.ticket SET fault_cause = 'user' WHERE ticket_id BETWEEN 10000 AND 10999$$, 'and goes with it');

-- BI ---------------------------------------------------------------------------------------------

SELECT is_empty($$SELECT policy, product_line, warranty_class, fault_month, tickets, covered_tickets FROM desk_bi.warranty_mix
                  EXCEPT SELECT t.policy, u.product_line, t.warranty_class, date_trunc('month', t.fault_at AT TIME ZONE 'Asia/Shanghai')::date, count(*), count(*) FILTER (WHERE cardinality(t.covers) > 0)
                  FROM desk.ticket t JOIN desk.product_unit u USING (unit_id) WHERE t.warranty_class IS NOT NULL AND t.voided_at IS NULL GROUP BY 1, 2, 3, 4$$, 'warranty_mix counts what there is');
SELECT is((SELECT sum(tickets) FROM desk_bi.warranty_mix)::bigint, (SELECT count(*) FROM desk.ticket WHERE warranty_class IS NOT NULL AND voided_at IS NULL), 'all of it');
SELECT is_empty('SELECT fault_month FROM desk_bi.warranty_mix GROUP BY policy, product_line, fault_month HAVING sum(tickets) <> min(of_tickets) OR min(of_tickets) <> max(of_tickets)', 'shares have their denominator');
SELECT is_empty('SELECT warranty_mix FROM desk_bi.warranty_mix GROUP BY 1 HAVING count(*) > 1', 'the key is one');
SELECT is((SELECT concat_ws(' ', unit_id, fault_on, fault_cause, warranty_class, warranty_until, is_covered_for_life, covers_parts, covers_labour, covers_visit) FROM desk_bi.ticket WHERE ticket_id = 2),
          '2 2026-03-30 product in_warranty 2026-04-01 f t t t', 'the ticket of BI');
INSERT INTO desk.ticket (ticket_id, ticket_type, unit_id, fault_at, fault_cause, component) VALUES (12, 'repair', 1, '2026-03-30 12:00+08', 'product', 'software');
SELECT is((SELECT concat_ws(' ', warranty_class, coalesce(warranty_until::text, 'NULL'), is_covered_for_life) FROM desk_bi.ticket WHERE ticket_id = 12), 'in_warranty NULL t', 'for life is no date there');

-- In the end ----------------------------------------------------------------------------------------

SELECT is_empty('SELECT * FROM aftersales.verify_clocks()', 'replaying gives the same clocks');
SELECT is_empty('SELECT * FROM aftersales.verify_audit()', 'all chains are sound');
SELECT is_empty($$SELECT event_id FROM desk.ticket_event WHERE event IN ('changed:covers', 'changed:remedies', 'changed:warranty_until', 'changed:warranty_basis')$$, 'the four have no events of their own');
SELECT * FROM finish();
