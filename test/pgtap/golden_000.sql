-- golden_000.sql: worked cases of document 000, the computer maker's service
-- commitment, played on the ready policy.
--
-- G numbers are those of the case list; X cases are further ones of the same
-- kinds: both sides of each limit, the ends of windows and terms, and what is
-- refused where a case is accepted.  Reports (PC-26) and rings (PC-29) are not
-- here.  A day ends at 23:59:59 in the list and a
-- microsecond before midnight in the database.

\ir lib/computer_maker.sql

-- Due times ------------------------------------------------------------------
-- A ticket of that type is opened with those values and played; its clocks are
-- due then.  They run at that instant and are late a microsecond after.

CREATE TEMP TABLE due_case (id text PRIMARY KEY, clause text, ticket_type text, sets text, opened_at timestamptz, story text, due text);
INSERT INTO due_case VALUES
    ('G001', 'PC-05', 'repair', 'area=urban', '2026-03-02 09:00', NULL, 'onsite=2026-03-02 11:00; resolve=2026-03-02 13:00'),
    ('G003', 'PC-07', 'repair', 'area=county', '2026-03-02 09:00', NULL, 'respond=2026-03-02 11:00; onsite=2026-03-04 09:00; resolve=2026-03-04 09:00'),
    ('G005', 'PC-06', 'repair', 'area=suburban', '2026-03-07 22:30', NULL, 'onsite=2026-03-08 00:30; resolve=2026-03-08 22:30'),
    ('G007', 'PC-05', 'repair', 'area=urban', '2026-10-01 23:15', NULL, 'onsite=2026-10-02 01:15; resolve=2026-10-02 03:15'),
    ('G009', 'PC-07', 'repair', 'area=county', '2026-10-01 23:15', NULL, 'respond=2026-10-02 01:15; onsite=2026-10-03 23:15; resolve=2026-10-03 23:15'),
    ('G011', 'PC-06', 'repair', 'area=suburban', '2028-02-28 23:00', NULL, 'onsite=2028-02-29 01:00; resolve=2028-02-29 23:00'),
    ('X001', 'PC-06', 'repair', 'area=suburban', '2026-10-01 23:15', NULL, 'onsite=2026-10-02 01:15; resolve=2026-10-02 23:15'),
    ('X002', 'PC-05', 'repair', 'area=urban', '2028-02-28 23:00', NULL, 'onsite=2028-02-29 01:00; resolve=2028-02-29 03:00'),
    ('X003', 'PC-07', 'repair', 'area=county', '2028-02-28 23:00', NULL, 'respond=2028-02-29 01:00; onsite=2028-03-01 23:00; resolve=2028-03-01 23:00'),
    ('X004', 'PC-13', 'repair', 'area=', '2026-12-31 23:30', NULL, 'onsite=2027-01-01 01:30; resolve=2027-01-01 03:30'),
    ('X005', 'PC-11', 'repair', 'area=suburban', '2026-02-16 23:59:59.5', NULL, 'onsite=2026-02-17 01:59:59.5; resolve=2026-02-17 23:59:59.5'),
    ('X006', 'PC-07', 'repair', 'area=urban', '2026-03-02 09:00', 'area=county@10 minutes', 'respond=2026-03-02 11:00; onsite=2026-03-04 09:00; resolve=2026-03-04 09:00'),
    ('G051', 'PC-96', 'repair', 'mode=phone callback_basis:=calendar_days', '2026-03-02 12:00', 'resolved@2026-03-02 15:00', 'callback_1=2026-03-05'),
    ('G053', 'PC-15', 'repair', 'mode=phone', '2026-03-06 12:00', 'resolved@2026-03-06 15:00', 'callback_1=2026-03-11'),
    ('G057', 'PC-96', 'repair', 'mode=phone callback_basis:=calendar_days', '2026-03-07 12:00', 'resolved@2026-03-07 15:00', 'callback_1=2026-03-10'),
    ('G059', 'PC-15', 'repair', 'mode=phone', '2026-09-30 12:00', 'resolved@2026-09-30 15:00', 'callback_1=2026-10-10'),
    ('X007', 'PC-96', 'repair', 'mode=phone callback_basis:=calendar_days', '2026-09-30 12:00', 'resolved@2026-09-30 15:00', 'callback_1=2026-10-03'),
    ('X008', 'PC-15', 'repair', 'mode=phone callback_basis:=working_days', '2026-02-14 12:00', 'resolved@2026-02-14 15:00', 'callback_1=2026-02-26'),
    ('G069', 'PC-73', 'repair', NULL, '2026-03-25 09:00', 'move remove P1@0', 'part_return=2026-04-01'),
    ('X009', 'PC-73', 'repair', NULL, '2026-03-25 00:00', 'move remove P1@2026-03-25 23:59:59.999999', 'part_return=2026-04-01'),
    ('X010', 'PC-73', 'repair', NULL, '2028-02-22 09:00', 'move remove P1@0', 'part_return=2028-02-29'),
    ('X011', 'PC-60', 'spare_request', NULL, '2026-03-02 16:00', NULL, 'approve=2026-03-02'),
    ('X012', 'PC-60', 'spare_request', NULL, '2026-03-31 16:00', '+branch_csc spare_request@2026-03-31 17:00', 'ship=2026-04-01'),
    ('G085', 'PC-104', 'repair', 'mode=carry_in channel=visit', '2026-03-02 09:00', NULL, 'reception=2026-03-02 09:05'),
    ('X013', 'PC-02', 'delivery', 'status=at_branch', '2026-03-02 09:00', '*delivery until 2026-03-09 10:00@1 hour', 'deliver=2026-03-09 10:00'),
    ('X014', 'PC-119', 'quality_report', NULL, '2026-03-02 09:00', '*leader until 2026-03-04 17:30@1 hour', 'report_back=2026-03-04 17:30'),
    ('X015', 'PC-124', 'complaint', 'source:=authority', '2026-03-02 09:00', '*authority until 2026-03-31 23:59@1 hour', 'settle=2026-03-31 23:59'),
    ('X016', 'PC-37', 'repair', 'mode=carry_in', '2026-03-02 09:00', 'custody in promised_at=''2026-03-05 18:00+08''@1 hour', 'promised=2026-03-05 18:00; delay_told=2026-03-05 18:00');
INSERT INTO due_case
SELECT id, 'PC-97', 'repair', NULL, done - interval '3 hours',
       format('visit plan@0; scheduled@0; visit confirm@0; visit depart@0; visit arrive@1 hour; on_site@1 hour; repairing@1 hour; document onsite_record@2 hours; visit done@%s; resolved@%1$s', done), 'callback_2=' || due
FROM (VALUES ('G055', timestamptz '2026-03-06 15:00', '2026-03-13'), ('G061', '2026-09-30 15:00', '2026-10-07'), ('X017', '2028-02-22 15:00', '2028-02-29')) v (id, done, due);

CREATE FUNCTION pg_temp.due(p_due text) RETURNS timestamptz LANGUAGE sql AS
$$ SELECT CASE WHEN p_due ~ ' ' THEN p_due::timestamptz ELSE (p_due::date + 1)::timestamptz - interval '1 microsecond' END $$;
CREATE FUNCTION pg_temp.stands(p_id bigint, p_clock text, p_at timestamptz) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_temp.as_of(p_at);
    RETURN (SELECT outcome FROM desk_bi.clock WHERE ticket_id = p_id AND clock = p_clock ORDER BY cycle DESC LIMIT 1);
END $$;
ALTER TABLE due_case ADD ticket_id bigint;
UPDATE due_case c SET ticket_id = pg_temp.play(pg_temp.opened(ticket_type, sets, opened_at), story, opened_at);
CREATE TEMP VIEW due_clock AS
SELECT id, clause, ticket_id, split_part(d, '=', 1) AS clock, split_part(d, '=', 2) AS due FROM due_case, string_to_table(due, '; ') d;
SELECT results_eq(format('SELECT due_at, is_breached FROM desk.sla_clock WHERE ticket_id = %s AND clock = %L ORDER BY cycle DESC LIMIT 1', ticket_id, clock),
                  format('SELECT %L::timestamptz, false', pg_temp.due(due)), format('%s (%s): %s due %s', id, clause, clock, due))
FROM due_clock ORDER BY id, clock;
SELECT is(pg_temp.stands(ticket_id, clock, pg_temp.due(due) + over), expected, format('%s (%s): %s %s at %s + %s', id, clause, clock, expected, due, over))
FROM due_clock, (VALUES (interval '0', 'running'), (interval '1 microsecond', 'late')) v (over, expected) ORDER BY id, clock, over;
-- G003, G009: the city-level station serves it.
SELECT is(pg_temp.step_verdict(pg_temp.play(pg_temp.opened('repair', 'area=county station_level:=' || level), 'visit plan@1 minute'), 'scheduled'), expected, format('%s (PC-08): served by a %s station', id, level))
FROM (VALUES ('G003', 'city', 'accepted'), ('X018', 'county', 'city_station clauses=PC-08')) v (id, level, expected);

-- Met and missed ---------------------------------------------------------------

CREATE TEMP TABLE told_case (id text PRIMARY KEY, clause text, sets text, story text, at timestamptz, expected text);
INSERT INTO told_case
SELECT id, 'PC-05', 'area=urban', format('visit plan@0; scheduled@0; visit confirm@0; visit depart@0; visit arrive@%s; on_site@%1$s; repairing@%1$s; document onsite_record@%1$s; visit done@%s; resolved@%2$s', arrived, solved), '2026-03-09', expected
FROM (VALUES ('G013', '2026-03-02 11:00', '2026-03-02 13:00', 'onsite=met; resolve=met'), ('X020', '2026-03-02 11:00:00.000001', '2026-03-02 13:00', 'onsite=breached; resolve=met'),
             ('X021', '2026-03-02 11:00', '2026-03-02 13:00:00.000001', 'onsite=met; resolve=breached'), ('X022', '2026-03-02 11:00:01', '2026-03-02 13:00:01', 'onsite=breached; resolve=breached')) v (id, arrived, solved, expected);
INSERT INTO told_case VALUES
    ('G015', 'PC-32', NULL, NULL, '2026-03-02 09:00', 'backstop_solve=running until 2026-03-03 09:00:00; backstop_propose=running until 2026-03-04 09:00:00'),
    ('X023', 'PC-32', 'mode=phone', 'resolved@2026-03-03 09:00', '2026-03-09', 'backstop_solve=met; backstop_propose=met'),
    ('X024', 'PC-32', 'mode=phone', '!proposed@2026-03-04 09:00', '2026-03-09', 'backstop_solve=covered; backstop_propose=met'),
    ('X025', 'PC-32', 'mode=phone', '!proposed@2026-03-04 09:00:00.000001', '2026-03-09', 'backstop_solve=covered; backstop_propose=breached'),
    ('X026', 'PC-32', 'mode=phone', 'resolved@2026-03-03 15:00', '2026-03-09', 'backstop_solve=covered; backstop_propose=met'),
    ('X027', 'PC-32', NULL, NULL, '2026-03-04 09:00', 'backstop_solve=running; backstop_propose=running'),
    ('X028', 'PC-32', NULL, NULL, '2026-03-04 09:00:00.000001', 'backstop_solve=covered; backstop_propose=late'),
    ('G077', 'PC-109', 'mode=carry_in', 'custody in promised_at=''2026-03-05 18:00+08''@1 hour; !delay_notice@2026-03-05 12:00; !progress@2026-03-07 10:00; !progress@2026-03-09 23:59:59', '2026-03-10 12:00',
        'delay_told=met; progress=met until 2026-03-07|met until 2026-03-09|running until 2026-03-11'),
    ('X029', 'PC-109', 'mode=carry_in', 'custody in promised_at=''2026-03-05 18:00+08''@1 hour', '2026-03-05 18:00', 'promised=running; progress=none'),
    ('X030', 'PC-109', 'mode=carry_in', 'custody in promised_at=''2026-03-05 18:00+08''@1 hour; !progress@2026-03-08 00:00', '2026-03-08 12:00', 'promised=late; delay_told=late; progress=breached until 2026-03-07|running until 2026-03-10'),
    ('X031', 'PC-108', 'mode=carry_in', 'custody in promised_at=''2026-03-05 18:00+08''@1 hour; !delay_notice@2026-03-05 18:00:00.000001', '2026-03-06 12:00', 'delay_told=breached; promised=late'),
    ('X032', 'PC-104', 'mode=carry_in channel=visit', '!attended@2026-03-02 09:05', '2026-03-02 12:00', 'reception=met'),
    ('X033', 'PC-104', 'mode=carry_in channel=visit', '!attended@2026-03-02 09:05:00.000001', '2026-03-02 12:00', 'reception=breached');
CREATE FUNCTION pg_temp.written(p_at timestamptz) RETURNS text LANGUAGE sql AS
$$ SELECT CASE WHEN p_at::time = '23:59:59.999999' THEN p_at::date::text ELSE to_char(p_at, 'YYYY-MM-DD HH24:MI:SS') END $$;
CREATE FUNCTION pg_temp.seen(c told_case) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    id bigint := pg_temp.play(pg_temp.opened('repair', c.sets, '2026-03-02 09:00'), c.story, '2026-03-02 09:00');
BEGIN
    PERFORM pg_temp.as_of(c.at);
    PERFORM aftersales.sweep();
    RETURN (SELECT string_agg(split_part(p, '=', 1) || '=' || coalesce((
                SELECT string_agg(outcome || CASE WHEN p ~ 'until' THEN ' until ' || pg_temp.written(due_at) ELSE '' END, '|' ORDER BY cycle)
                FROM desk_bi.clock WHERE ticket_id = id AND clock = split_part(p, '=', 1)), 'none'), '; ' ORDER BY o)
            FROM string_to_table(c.expected, '; ') WITH ORDINALITY x (p, o));
END $$;
SELECT is(pg_temp.seen(c), expected, format('%s (%s): %s at %s', id, clause, coalesce(story, 'nothing done'), at)) FROM told_case c ORDER BY id;

-- Warranty and remedies -----------------------------------------------------------
-- A machine bought then, a fault on that day: what the function says of it and
-- what a ticket gets.  day is the day after the sale, options as the customer
-- may choose.

CREATE TEMP TABLE warranty_case (id text PRIMARY KEY, clause text, invoice date, delivered date, fault timestamptz, component text, code text, cause text, class text, until date, options text, day int);
INSERT INTO warranty_case VALUES
    ('G017', 'PC-19', '2026-03-01', NULL, '2026-03-01 12:00', 'host', 'no_start', 'product', 'in_warranty', '2029-03-01', 'return|exchange|repair', 0),
    ('X040', 'PC-19', '2026-03-01', NULL, '2026-03-08 12:00', 'host', 'crash', 'product', 'in_warranty', '2029-03-01', 'return|exchange|repair', 7),
    ('X041', 'PC-19', '2026-03-01', NULL, '2026-03-08 23:59:59.999999', 'host', 'crash', 'product', 'in_warranty', '2029-03-01', 'return|exchange|repair', 7),
    ('X042', 'PC-20', '2026-03-01', NULL, '2026-03-09 00:00', 'host', 'crash', 'product', 'in_warranty', '2029-03-01', 'exchange|repair', 8),
    ('G019', 'PC-20', '2026-03-01', NULL, '2026-03-09 12:00', 'host', 'no_start', 'product', 'in_warranty', '2029-03-01', 'exchange|repair', 8),
    ('X043', 'PC-20', '2026-03-01', NULL, '2026-03-21 23:59:59.999999', 'host', 'no_start', 'unknown', 'in_warranty', '2029-03-01', 'exchange|repair', 20),
    ('G021', 'PC-21', '2026-03-01', NULL, '2026-03-22 12:00', 'host', 'no_start', 'product', 'in_warranty', '2029-03-01', 'repair', 21),
    ('X044', 'PC-21', '2026-03-01', NULL, '2029-03-01 23:59:59.999999', 'host', 'no_start', 'product', 'in_warranty', '2029-03-01', 'repair', 1096),
    ('X045', 'PC-40', '2026-03-01', NULL, '2029-03-02 00:00', 'host', 'no_start', 'product', 'out_expired', '2029-03-01', 'paid_repair', 1097),
    ('G023', 'PC-12', '2026-03-01', NULL, '2029-03-02 12:00', 'host', NULL, 'product', 'out_expired', '2029-03-01', 'paid_repair', 1097),
    ('G025', 'PC-12', '2028-02-29', NULL, '2031-03-01 12:00', 'host', NULL, 'product', 'out_expired', '2031-02-28', 'paid_repair', 1096),
    ('X046', 'PC-12', '2028-02-29', NULL, '2031-02-28 23:59:59', 'host', NULL, 'product', 'in_warranty', '2031-02-28', 'repair', 1095),
    ('G031', 'PC-22', '2026-03-01', '2026-03-05', '2026-03-09 12:00', 'host', 'no_start', 'product', 'in_warranty', '2029-03-01', 'exchange|repair', 8),
    ('X047', 'PC-22', '2026-03-05', '2026-03-01', '2026-03-12 12:00', 'host', 'no_start', 'product', 'in_warranty', '2029-03-05', 'return|exchange|repair', 7),
    ('X048', 'PC-22', NULL, '2026-03-05', '2026-03-09 12:00', 'host', 'no_start', 'product', 'in_warranty', '2029-03-05', 'repair', 4),
    ('X049', 'PC-22', NULL, NULL, '2026-03-09 12:00', 'host', 'no_start', 'product', NULL, NULL, NULL, NULL),
    ('G033', 'PC-23', '2026-03-01', NULL, '2026-03-04 12:00', 'part', NULL, 'product', 'in_warranty', '2029-03-01', 'repair', 3),
    ('X050', 'PC-23', '2026-03-01', NULL, '2026-03-04 12:00', 'host', NULL, 'product', 'in_warranty', '2029-03-01', 'repair', 3),
    ('X051', 'PC-23', '2026-03-01', NULL, '2026-03-04 12:00', 'host', 'loud_fan', 'product', 'in_warranty', '2029-03-01', 'repair', 3),
    ('X052', 'PC-79', '2026-03-01', NULL, '2026-03-04 12:00', 'monitor', 'no_start', 'product', 'in_warranty', '2029-03-01', 'repair', 3),
    ('X053', 'PC-41', '2026-03-01', NULL, '2026-03-04 12:00', 'host', 'no_start', 'user', 'out_user', '2029-03-01', 'paid_repair', 3),
    ('G035', 'PC-42', '2026-03-01', NULL, '2026-06-01 12:00', 'host', NULL, 'disaster', 'out_disaster', '2029-03-01', 'paid_repair', 92),
    ('X054', 'PC-40', '2026-03-01', NULL, '2029-06-01 12:00', 'host', NULL, 'user', 'out_expired', '2029-03-01', 'paid_repair', 1188),
    ('X055', 'PC-12', '2020-03-01', NULL, '2029-06-01 12:00', 'software', NULL, 'product', 'in_warranty', 'infinity', 'repair', NULL),
    ('X056', 'PC-19', '2026-03-05', NULL, '2026-03-02 12:00', 'host', 'no_start', 'product', 'in_warranty', '2029-03-05', 'return|exchange|repair', 0);
CREATE FUNCTION pg_temp.judged(c warranty_case) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    id bigint := pg_temp.opened('repair', format('invoice=%s delivered=%s component=%s code=%s cause=%s fault_at=%s', c.invoice, c.delivered, c.component, c.code, c.cause, to_char(c.fault, 'YYYY-MM-DD"T"HH24:MI:SS.USOF')), c.fault);
    t desk.ticket;
    f record;
BEGIN
    SELECT * INTO t FROM desk.ticket WHERE ticket_id = id;
    SELECT * INTO f FROM aftersales.classify_warranty(t.unit_id, t.fault_at, t.fault_cause, t.component, t.fault_code);
    IF ROW(f.warranty_class, f.remedies, f.expires_on, f.basis) IS DISTINCT FROM ROW(t.warranty_class, t.remedies, t.warranty_until, t.warranty_basis) THEN
        RETURN format('the function says otherwise: %s', f);
    END IF;
    RETURN concat_ws(' ', t.warranty_class, t.warranty_until, array_to_string(t.remedies, '|'), CASE WHEN c.day IS NOT NULL THEN 'day ' || substring(t.warranty_basis FROM ' day (\d+)') END);
END $$;
SELECT is(pg_temp.judged(c), concat_ws(' ', class, until, options, 'day ' || day), format('%s (%s): bought %s, fault %s, %s', id, clause, coalesce(invoice::text, 'without invoice'), fault::timestamp(0), concat_ws(' ', component, code, cause)))
FROM warranty_case c ORDER BY id;

-- A replaced part's own three months, in a machine whose warranty is over.
CREATE TEMP TABLE part_case (id text PRIMARY KEY, replaced_on date, fault timestamptz, class text, until date);
INSERT INTO part_case VALUES
    ('G045', '2026-01-31', '2026-04-30 23:59:59.999999', 'in_warranty', '2026-04-30'), ('X060', '2026-01-31', '2026-05-01 00:00', 'out_expired', '2026-04-30'),
    ('G047', '2026-03-15', '2026-06-15 12:00', 'in_warranty', '2026-06-15'), ('G049', '2026-03-15', '2026-06-16 12:00', 'out_expired', '2026-06-15'),
    ('X061', '2025-11-30', '2026-02-28 12:00', 'in_warranty', '2026-02-28'), ('X062', '2025-11-30', '2026-03-01 12:00', 'out_expired', '2026-02-28');
CREATE FUNCTION pg_temp.judged(c part_case) RETURNS text LANGUAGE plpgsql AS $$
DECLARE unit bigint;
BEGIN
    INSERT INTO desk.product_unit (policy, serial_no, invoice_date) VALUES ('computer_maker', 'S' || nextval('number'), '2020-01-10') RETURNING unit_id INTO unit;
    INSERT INTO desk.unit_part (unit_id, component, installed_on, is_replacement) VALUES (unit, 'part', c.replaced_on, true);
    RETURN (SELECT concat_ws(' ', warranty_class, expires_on) FROM aftersales.classify_warranty(unit, c.fault, 'product', 'part'));
END $$;
SELECT is(pg_temp.judged(c), concat_ws(' ', class, until), format('%s (PC-52): replaced %s, fails %s', id, replaced_on, fault::timestamp(0))) FROM part_case c ORDER BY id;

-- Charges ---------------------------------------------------------------------------
-- What a repair comes to, by kind.

CREATE TEMP TABLE charge_case (id text PRIMARY KEY, clause text, sets text, story text, visit numeric, part numeric, labour numeric);
INSERT INTO charge_case VALUES
    ('G037', 'PC-99', 'mode=onsite', 'first visit, again; quote_item board@3 hours', 0, 0, 0),
    ('G039', 'PC-44', 'mode=onsite cause=user', 'first visit, again; told@3 hours; !customer_accepted@3 hours; accepted@3 hours; quote_item board@3 hours', 100, 300, 0),
    ('X070', 'PC-44', 'mode=onsite cause=user', 'first visit; told@3 hours; !customer_accepted@3 hours; accepted@3 hours; quote_item board@3 hours', 50, 300, 0),
    ('X071', 'PC-44', 'mode=onsite cause=disaster', 'first visit; told@3 hours; !customer_accepted@3 hours; accepted@3 hours', 50, 0, 0),
    ('G041', 'PC-45', 'mode=carry_in cause=user', 'custody in@1 minute; received@1 minute; told@3 hours; !customer_accepted@3 hours; accepted@3 hours; quote_item board@3 hours', 0, 300, 0),
    ('G043', 'PC-09', 'mode=carry_in invoice=2022-01-10', 'custody in@1 minute; received@1 minute; told@3 hours; !customer_accepted@3 hours; accepted@3 hours; quote_item board@3 hours', 0, 220, 0),
    ('X072', 'PC-09', 'mode=carry_in invoice=2022-01-10', 'custody in@1 minute; received@1 minute; told@3 hours; !customer_accepted@3 hours; accepted@3 hours; quote_item board quantity=2@3 hours; quote_item disk@3 hours', 0, 820.25, 0),
    ('X073', 'PC-43', 'mode=carry_in cause=disaster', 'custody in@1 minute; received@1 minute; told@3 hours; !customer_accepted@3 hours; accepted@3 hours; quote_item disk@3 hours', 0, 450.50, 0),
    ('X074', 'PC-10', 'mode=onsite onsite_until=2026-03-01', 'first visit; quote_item board@3 hours', 50, 0, 0),
    ('X075', 'PC-10', 'mode=onsite onsite_until=2026-03-02', 'first visit; quote_item board@3 hours', 0, 0, 0),
    ('X076', 'PC-99', 'mode=carry_in', 'custody in@1 minute; received@1 minute; quote_item board@3 hours', 0, 0, 0);
UPDATE charge_case SET story = replace(replace(story, 'first visit', 'visit plan@0; scheduled@0; visit confirm@0; visit depart@0; visit arrive@1 hour; on_site@1 hour'),
    ', again', '; visit missing@2 hours; visit plan@2 hours; awaiting_part@2 hours; visit confirm@2 hours; visit depart@2 hours; visit arrive@150 minutes; on_site@150 minutes');
CREATE FUNCTION pg_temp.quoted(c charge_case) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    id bigint := pg_temp.play(pg_temp.opened('repair', c.sets), c.story);
BEGIN
    RETURN (SELECT format('visit %s, part %s, labour %s, total %s', sum(coalesce(amount, 0)) FILTER (WHERE kind = 'visit'), sum(amount) FILTER (WHERE kind = 'part'), sum(amount) FILTER (WHERE kind = 'labour'), sum(amount))
            FROM (SELECT kind, amount FROM aftersales.quote(id) UNION ALL VALUES ('visit', 0.00), ('part', 0.00)) q);
END $$;
SELECT is(pg_temp.quoted(c), format('visit %s, part %s, labour %s, total %s', visit::numeric(14,2), part::numeric(14,2), labour::numeric(14,2), (visit + part + labour)::numeric(14,2)), format('%s (%s): %s', id, clause, sets))
FROM charge_case c ORDER BY id;

-- Accepted and refused --------------------------------------------------------------

-- G071: parts one for one.  So many good parts were handed out and used, so many
-- bad ones came back, and what else became of them; then the repair may be closed,
-- or something is outstanding.

CREATE TEMP TABLE exchange_case (id text PRIMARY KEY, clause text, part text, good_issued int, good_used int, bad_taken_out int, bad_returned int, more text, ticket_can_close boolean, reason text);
INSERT INTO exchange_case VALUES
    ('G071', 'PC-68', 'P1', 2, 2, 2, 1, NULL, false, 'bad_part_not_returned'),
    ('X100', 'PC-68', 'P1', 2, 2, 2, 2, NULL, true, NULL),
    ('X101', 'PC-68', 'P1', 2, 2, 2, 0, NULL, false, 'bad_part_not_returned'),
    ('X102', 'PC-68', 'P1', 2, 2, 1, 1, NULL, false, 'bad_part_not_taken_out'),
    ('X103', 'PC-68', 'P1', 2, 2, 0, 0, NULL, false, 'bad_part_not_taken_out'),
    ('X104', 'PC-76', 'P1', 2, 1, 1, 1, NULL, false, 'good_part_not_returned'),
    ('X105', 'PC-76', 'P1', 2, 1, 1, 1, 'book return P1', true, NULL),
    ('X106', 'PC-76', 'P1', 1, 0, 0, 0, NULL, false, 'good_part_not_returned'),
    ('X107', 'PC-76', 'P1', 1, 0, 0, 0, 'book return P1', true, NULL),
    ('X108', 'PC-76', 'P1', 3, 2, 2, 1, NULL, false, 'bad_part_not_returned, good_part_not_returned'),
    ('X109', 'PC-68', 'P1', 0, 0, 0, 0, NULL, true, NULL),
    ('X110', 'PC-68', 'P1', 0, 0, 1, 0, NULL, false, 'bad_part_not_returned'),
    ('X111', 'PC-68', 'P1', 0, 0, 1, 1, NULL, true, NULL),
    ('X112', 'PC-68', 'P1', 1, 1, 0, 0, '+branch_csc keep_part X; move keep P1', true, NULL),
    ('X113', 'PC-68', 'P1', 2, 2, 1, 1, '+branch_csc keep_part X; move keep P1', true, NULL),
    ('X114', 'PC-68', 'P1', 2, 2, 2, 1, '+branch_csc lost_part X; move lose P1 from_condition=''defective''', true, NULL),
    ('X115', 'PC-67', 'P1', 2, 1, 1, 1, '+branch_csc lost_part X; move lose P1', true, NULL),
    ('X116', 'PC-70', 'P1', 1, 1, 0, 0, 'move remove P0 note=''a different model''', false, 'bad_part_not_returned'),
    ('X117', 'PC-70', 'P1', 1, 1, 0, 0, 'move remove P0 note=''a different model''; book defective_return P0 note=''a different model''', true, NULL),
    ('X118', 'PC-68', 'P1', 2, 2, 2, 2, 'book issue P2', false, 'good_part_not_returned'),
    ('X119', 'PC-68', 'P1', 1, 1, 1, 1, 'book issue P1; book return P1', true, NULL),
    ('X120', 'PC-68', 'P1', 1, 1, 1, 1, 'reverse mistaken', false, 'bad_part_not_returned'),
    ('X121', 'PC-68', 'P1', 12, 12, 12, 11, NULL, false, 'bad_part_not_returned'),
    ('X122', 'PC-68', 'P1', 12, 12, 12, 12, NULL, true, NULL),
    ('X123', 'PC-68', 'C1', 2, 2, 0, 0, NULL, true, NULL),
    ('X124', 'PC-76', 'C1', 2, 1, 0, 0, NULL, false, 'good_part_not_returned'),
    ('X125', 'PC-76', 'C1', 2, 1, 0, 0, 'book return C1', true, NULL);
CREATE FUNCTION pg_temp.parts_story(c exchange_case) RETURNS text LANGUAGE sql AS
$$ SELECT p.story || concat_ws('; ', '',
       CASE WHEN c.good_issued > 0 THEN format('book issue %s quantity=%s@31 minutes', c.part, c.good_issued) END,
       CASE WHEN c.good_used > 0 THEN format('move install %s quantity=%s@32 minutes', c.part, c.good_used) END,
       CASE WHEN c.bad_taken_out > 0 THEN format('move remove %s quantity=%s@33 minutes', c.part, c.bad_taken_out) END,
       'document onsite_record@40 minutes; visit done@50 minutes; resolved@50 minutes',
       repeat(format('book defective_return %s@1 day; ', c.part), c.bad_returned) || 'called_back@1 day; !branch_called_back@1 day',
       regexp_replace(c.more, '(; |$)', '@1 day\1', 'g'))
   FROM path p WHERE (p.ticket_type, p.state) = ('repair', 'repairing') $$;
CREATE FUNCTION pg_temp.closing(c exchange_case) RETURNS text LANGUAGE plpgsql AS $$
DECLARE id bigint := pg_temp.play(pg_temp.opened('repair'), pg_temp.parts_story(c));
BEGIN
    RETURN pg_temp.step_verdict(id, 'closed') || coalesce(' ' || (
        SELECT string_agg(DISTINCT why, ', ')
        FROM desk_bi.part_outstanding o, unnest(ARRAY[CASE WHEN o.to_account > 0 THEN 'good_part_not_returned' END, CASE WHEN o.defective_to_return > 0 THEN 'bad_part_not_returned' END,
                                                      CASE WHEN o.defective_to_remove > 0 THEN 'bad_part_not_taken_out' END]) why
        WHERE o.ticket_id = id), '');
END $$;
SELECT is(pg_temp.closing(c), CASE WHEN ticket_can_close THEN 'accepted' ELSE 'parts_balanced clauses=PC-68,PC-73,PC-76,PC-79 ' || reason END,
          format('%s (%s): %s %s handed out, %s used, %s bad ones taken out, %s returned%s', id, clause, good_issued, part, good_used, bad_taken_out, bad_returned, '; ' || more))
FROM exchange_case c ORDER BY id;

-- G073: a part of a higher grade, as the form says and as it is booked.
SELECT is(pg_temp.step_verdict(pg_temp.play(pg_temp.opened('spare_request', 'requested_grade:=2 issued_grade:=' || issued), '+branch_csc spare_request@1 hour; approved@1 hour; book shipment P1@1 day' || more), 'shipped'), expected,
          format('%s (PC-69): grade %s for 2%s: %s', id, issued, more, expected))
FROM (VALUES ('G073', 3, '', 'grade_approved clauses=PC-69'), ('X080', 3, '; +branch_csc higher_grade@1 day', 'accepted'), ('X081', 2, '', 'accepted')) v (id, issued, more, expected);
SELECT is(pg_temp.step_verdict(pg_temp.play(pg_temp.opened('spare_request'), '+branch_csc spare_request@1 hour; approved@1 hour' || more), format('book shipment %s substitute_for=''P1'', note=''none left''', part)), expected,
          format('%s (PC-69): %s for P1%s: %s', id, part, more, expected))
FROM (VALUES ('G073', 'P2', '', 'grade_approved clauses=PC-69'), ('X089', 'P2', '; +branch_csc higher_grade@2 hours', 'accepted'), ('X126', 'P2', '; -branch_csc higher_grade@2 hours', 'grade_approved clauses=PC-69'),
             ('X127', 'P0', '', 'accepted'), ('X128', 'PX', '', 'grade_approved clauses=PC-69')) v (id, part, more, expected);
-- G075: twenty minutes.
SELECT is(pg_temp.step_verdict(pg_temp.play(pg_temp.opened('repair'), 'visit plan@1 minute; scheduled@2 minutes; visit confirm@3 minutes; visit depart@4 minutes; visit arrive@2026-03-02 14:00'), 'visit absent', left_at), expected,
          format('%s (PC-86): absent, left at %s: %s', id, left_at::time, expected))
FROM (VALUES ('G075', timestamptz '2026-03-02 14:19:59', 'waited clauses=PC-86'), ('X082', '2026-03-02 14:19:59.999999', 'waited clauses=PC-86'), ('X083', '2026-03-02 14:20:00', 'accepted')) v (id, left_at, expected);
-- G079: two tests.
SELECT is(pg_temp.step_verdict(pg_temp.play(pg_temp.opened('repair', 'mode=carry_in'), 'custody in@1 minute; received@2 minutes; repairing@10 minutes; document repair_form@20 minutes; resolved@1 hour; ' || tests), 'custody out'), expected,
          format('%s (PC-112): released after %s: %s', id, tests, expected))
FROM (VALUES ('G079', 'evidence retest@2 hours', 'retested clauses=PC-112'), ('X084', 'evidence retest@2 hours; evidence retest@2 hours', 'accepted'),
             ('X085', 'evidence retest@2 hours; evidence retest passed=false@2 hours', 'retested clauses=PC-112')) v (id, tests, expected);
-- G081: sixty hours.
SELECT is(pg_temp.step_verdict(pg_temp.play(pg_temp.opened('training'), 'under_way@1 day; document training_feedback@1 day; ' ||
              (SELECT string_agg(format('evidence training_session reading=%s, unit=''hour''@2 days', h), '; ') FROM string_to_table(hours, ',') h)), 'completed'), expected,
          format('%s (PC-03): %s hours: %s', id, hours, expected))
FROM (VALUES ('G081', '20,20,19.5', 'sixty_hours clauses=PC-03'), ('X086', '20,20,19.5,0.5', 'accepted'), ('X087', '60', 'accepted'), ('X088', '59.999', 'sixty_hours clauses=PC-03')) v (id, hours, expected);

SELECT pg_temp.as_of('2033-01-01 08:00+08') \g /dev/null
SELECT is_empty('SELECT * FROM aftersales.verify_clocks()', 'replaying gives the same clocks');
SELECT is_empty('SELECT * FROM aftersales.verify_audit()', 'all chains are sound');
SELECT is_empty('SELECT * FROM aftersales.verify_ledger()', 'the ledger is sound');

-- The other way to count the days of the sale -----------------------------------------
-- G027, G029: a version that makes the day of the invoice day 1.

SELECT is(aftersales.draft_policy('computer_maker'), 2, 'a draft that counts the day of the sale');
UPDATE aftersales.remedy_window SET count_first_day = true, from_day = greatest(from_day, 1) WHERE policy = 'computer_maker' AND version = 2 AND from_day IS NOT NULL;
SELECT aftersales.activate_policy('computer_maker', 2, '2026-01-01 00:00+08') \g /dev/null
DELETE FROM warranty_case;
INSERT INTO warranty_case VALUES
    ('G027', 'PC-19', '2026-03-01', NULL, '2026-03-07 12:00', 'host', 'no_start', 'product', 'in_warranty', '2029-03-01', 'return|exchange|repair', 6),
    ('X090', 'PC-20', '2026-03-01', NULL, '2026-03-08 12:00', 'host', 'no_start', 'product', 'in_warranty', '2029-03-01', 'exchange|repair', 7),
    ('G029', 'PC-20', '2026-03-01', NULL, '2026-03-20 12:00', 'host', 'no_start', 'product', 'in_warranty', '2029-03-01', 'exchange|repair', 19),
    ('X091', 'PC-21', '2026-03-01', NULL, '2026-03-21 12:00', 'host', 'no_start', 'product', 'in_warranty', '2029-03-01', 'repair', 20);
SELECT is(pg_temp.judged(c), concat_ws(' ', class, until, options, 'day ' || day), format('%s (%s): bought %s, fault %s, the first day counted', id, clause, invoice, fault::date))
FROM warranty_case c ORDER BY id;

SELECT * FROM finish();
ROLLBACK;
