-- The clocks of the ready policy computer_maker: what starts, stops and ends
-- each, its limit to the microsecond, working days, promises, the reminder.

\ir lib/computer_maker.sql

-- Limits -----------------------------------------------------------------------
-- A ticket is opened and played; then its clock of that name is due as given.
-- It runs at that instant and is late a microsecond after; the steps that end
-- it meet it at the one and not at the other.  What is due on a day is due at its
-- last microsecond.

CREATE TEMP TABLE clock_case (no int GENERATED ALWAYS AS IDENTITY, clause text, ticket_type text, sets text, opened_at timestamptz, story text, ends text, clock text, rule text, due text);
INSERT INTO clock_case (clause, ticket_type, sets, opened_at, story, ends, clock, rule, due) VALUES
    ('PC-05', 'repair', 'area=urban', '2026-03-02 09:00', 'visit plan@1 minute; scheduled@1 minute; visit confirm@1 minute; visit depart@1 minute', 'visit arrive; on_site', 'onsite', 'onsite_urban', '2026-03-02 11:00'),
    ('PC-06', 'repair', 'area=suburban', '2026-03-02 09:00', 'visit plan@1 minute; scheduled@1 minute; visit confirm@1 minute; visit depart@1 minute', 'visit arrive; on_site', 'onsite', 'onsite_suburban', '2026-03-02 11:00'),
    ('PC-07', 'repair', 'area=county', '2026-03-02 09:00', 'visit plan@1 minute; scheduled@1 minute; visit confirm@1 minute; visit depart@1 minute', 'visit arrive; on_site', 'onsite', 'onsite_county', '2026-03-04 09:00'),
    ('PC-13', 'repair', 'area=', '2026-03-02 09:00', 'visit plan@1 minute; scheduled@1 minute; visit confirm@1 minute; visit depart@1 minute', 'visit arrive; on_site', 'onsite', 'onsite_urban', '2026-03-02 11:00'),
    ('PC-05', 'repair', 'area=urban', '2026-03-02 09:00', 'visit plan@1 minute; scheduled@1 minute; visit confirm@1 minute; visit depart@1 minute; visit arrive@20 minutes; on_site@20 minutes; repairing@30 minutes; document onsite_record@31 minutes', 'visit done; resolved', 'resolve', 'resolve_urban', '2026-03-02 13:00'),
    ('PC-06', 'repair', 'area=suburban mode=phone', '2026-03-02 09:00', NULL, 'resolved', 'resolve', 'resolve_suburban', '2026-03-03 09:00'),
    ('PC-07', 'repair', 'area=county mode=phone', '2026-03-02 09:00', NULL, 'resolved', 'resolve', 'resolve_county', '2026-03-04 09:00'),
    ('PC-13', 'repair', 'area= mode=phone', '2026-03-02 09:00', NULL, 'resolved', 'resolve', 'resolve_urban', '2026-03-02 13:00'),
    ('PC-07', 'repair', 'area=county', '2026-03-02 09:00', NULL, '!responded', 'respond', 'respond_county', '2026-03-02 11:00'),
    ('PC-07', 'repair', 'area=county', '2026-03-02 09:00', NULL, 'visit plan; scheduled', 'respond', 'respond_county', '2026-03-02 11:00'),
    ('PC-07', 'repair', 'area=county mode=phone', '2026-03-02 09:00', NULL, 'resolved', 'respond', 'respond_county', '2026-03-02 11:00'),
    -- around the clock: over midnight, on holidays, at the end of months and years
    ('PC-11', 'repair', 'area=urban mode=phone', '2026-10-01 23:15', NULL, 'resolved', 'resolve', 'resolve_urban', '2026-10-02 03:15'),
    ('PC-11', 'repair', 'area=county mode=phone', '2026-10-01 23:15', NULL, 'resolved', 'resolve', 'resolve_county', '2026-10-03 23:15'),
    ('PC-11', 'repair', 'area=suburban mode=phone', '2028-02-28 23:00', NULL, 'resolved', 'resolve', 'resolve_suburban', '2028-02-29 23:00'),
    ('PC-11', 'repair', 'area=urban', '2026-12-31 23:30', 'visit plan@1 minute; scheduled@1 minute; visit confirm@1 minute; visit depart@1 minute', 'visit arrive; on_site', 'onsite', 'onsite_urban', '2027-01-01 01:30'),
    -- a fault reported by phone that needs a visit: counted from the report
    ('PC-05', 'repair', 'mode=phone', '2026-03-02 09:00', 'mode=onsite@1 hour; visit plan@1 hour; scheduled@1 hour; visit confirm@1 hour; visit depart@1 hour', 'visit arrive; on_site', 'onsite', 'onsite_urban', '2026-03-02 11:00'),
    ('PC-07', 'repair', 'area=urban mode=phone', '2026-03-02 09:00', 'area=county@1 hour', 'resolved', 'resolve', 'resolve_county', '2026-03-04 09:00'),
    -- reception
    ('PC-104', 'repair', 'mode=carry_in channel=visit', '2026-03-02 09:00', NULL, '!attended', 'reception', 'reception', '2026-03-02 09:05'),
    ('PC-104', 'repair', 'mode=carry_in channel=visit', '2026-03-02 09:00', NULL, 'custody in; received', 'reception', 'reception', '2026-03-02 09:05'),
    -- promises
    ('PC-34', 'repair', NULL, '2026-03-02 09:00', 'visit plan@1 minute; scheduled@1 minute; *visit until 2026-03-02 10:00@1 minute', 'visit confirm', 'confirm', 'confirm', '2026-03-02 10:00'),
    ('PC-34', 'repair', NULL, '2026-03-02 09:00', 'visit plan@1 minute; scheduled@1 minute; *visit until 2026-03-02 10:00@1 minute; *visit until 2026-03-02 14:30@30 minutes', 'visit confirm', 'confirm', 'confirm', '2026-03-02 14:30'),
    ('PC-37', 'repair', 'mode=phone', '2026-03-02 09:00', '*repair until 2026-03-05 18:00@1 hour', 'resolved', 'promised', 'promised', '2026-03-05 18:00'),
    ('PC-37', 'consult', NULL, '2026-03-02 09:00', '*answer until 2026-03-05 18:00@1 hour', 'answered', 'promised', 'promised', '2026-03-05 18:00'),
    ('PC-37', 'complaint', NULL, '2026-03-02 09:00', 'investigating@1 minute; *reply until 2026-03-05 18:00@1 hour', 'handled', 'promised', 'promised', '2026-03-05 18:00'),
    ('PC-108', 'repair', 'mode=carry_in', '2026-03-02 09:00', 'custody in promised_at=''2026-03-05 18:00+08''@1 hour', '!delay_notice', 'delay_told', 'delay_told', '2026-03-05 18:00'),
    ('PC-108', 'repair', 'mode=carry_in', '2026-03-02 09:00', 'custody in promised_at=''2026-03-05 18:00+08''@1 hour; received@1 hour; repairing@1 hour; document repair_form@1 hour', 'resolved', 'promised', 'promised', '2026-03-05 18:00'),
    ('PC-108', 'repair', 'mode=carry_in', '2026-03-02 09:00', 'custody in promised_at=''2026-03-05 18:00+08''@1 hour; custody change promised_at=''2026-03-06 18:00+08'', informed_at=$1@2026-03-05 12:00', '!delay_notice', 'delay_told', 'delay_told', '2026-03-06 18:00'),
    ('PC-109', 'repair', 'mode=carry_in', '2026-03-02 09:00', 'custody in promised_at=''2026-03-05 18:00+08''@1 hour; !delay_notice@2026-03-05 12:00; !responded@2026-03-05 18:00:01', '!progress', 'progress', 'progress', '2026-03-07'),
    ('PC-124', 'complaint', 'source:=authority', '2026-03-02 09:00', '*authority until 2026-03-31 23:59@1 minute; investigating@2 minutes', 'handled', 'settle', 'settle', '2026-03-31 23:59'),
    ('PC-119', 'quality_report', NULL, '2026-03-02 09:00', 'forwarded@1 hour; *leader until 2026-03-04 17:30@1 day; directed@1 day', 'handled', 'report_back', 'report_back', '2026-03-04 17:30'),
    ('PC-119', 'quality_report', NULL, '2026-03-02 09:00', 'forwarded@1 hour; *leader until 2026-03-04 17:30@1 day', 'handled', 'report_back', 'report_back', '2026-03-04 17:30'),
    ('PC-02', 'delivery', 'status=at_branch', '2026-03-02 09:00', '*delivery until 2026-03-09 10:00@1 hour', 'delivered', 'deliver', 'deliver', '2026-03-09 10:00'),
    ('PC-02', 'delivery', 'status=at_branch', '2026-03-02 09:00', '*delivery until 2026-03-09 10:00@1 hour; at_dealer@1 day', 'delivered', 'deliver', 'deliver', '2026-03-09 10:00'),
    ('PC-02', 'delivery', 'status=at_branch', '2026-03-02 09:00', '*delivery until 2026-03-09 10:00@1 hour; *delivery until 2026-03-11 10:00@1 day', 'delivered', 'deliver', 'deliver', '2026-03-11 10:00'),
    -- spare parts
    ('PC-60', 'spare_request', NULL, '2026-03-02 09:00', NULL, '+branch_csc spare_request', 'approve', 'approve', '2026-03-02'),
    ('PC-60', 'spare_request', NULL, '2026-03-02 23:59:59.999998', NULL, '+branch_csc spare_request', 'approve', 'approve', '2026-03-02'),
    ('PC-60', 'spare_request', NULL, '2026-03-31 16:00', '+branch_csc spare_request@1 hour; approved@1 hour', 'book shipment P1; shipped', 'ship', 'ship', '2026-04-01'),
    ('PC-60', 'spare_request', NULL, '2026-10-01 16:00', '+branch_csc spare_request@1 hour; approved@1 hour', 'book shipment P1; shipped', 'ship', 'ship', '2026-10-02'),
    ('PC-61', 'spare_request', NULL, '2026-03-31 16:00', '+branch_csc spare_request@1 hour; approved@1 hour', 'backordered', 'ship', 'ship', '2026-04-01'),
    ('PC-73', 'repair', NULL, '2026-03-25 09:00', 'move remove P1@0', 'book defective_return P1', 'part_return', 'part_return', '2026-04-01'),
    ('PC-73', 'repair', NULL, '2026-03-25 09:00', 'book issue P1@0; move remove P1@0; move install P1@0', 'book defective_return P1', 'part_return', 'part_return', '2026-04-01'),
    ('PC-73', 'repair', NULL, '2026-03-25 09:00', 'move remove P1@0; move remove P1@2 days', 'book defective_return P1; book defective_return P1', 'part_return', 'part_return', '2026-04-01'),
    ('PC-73', 'repair', NULL, '2026-03-25 09:00', 'move remove P1@0; move remove P1@2 days; book defective_return P1@3 days', 'book defective_return P1', 'part_return', 'part_return', '2026-04-01');
-- Callbacks, by the day on which the repair was finished.
INSERT INTO clock_case (clause, ticket_type, sets, opened_at, story, ends, clock, rule, due)
SELECT 'PC-15', 'repair', 'mode=phone', done, 'resolved@0', 'called_back', 'callback_1', 'callback_1', due
FROM (VALUES (timestamptz '2026-03-02 15:00', '2026-03-05'), ('2026-03-06 15:00', '2026-03-11'), ('2026-03-07 15:00', '2026-03-11'), ('2026-09-30 15:00', '2026-10-10'),
             ('2026-02-12 23:59:59.999999', '2026-02-24'), ('2026-02-13 00:00', '2026-02-25'), ('2026-02-14 15:00', '2026-02-26'), ('2026-04-30 10:00', '2026-05-08'), ('2025-12-31 10:00', '2026-01-06')) v (done, due);
INSERT INTO clock_case (clause, ticket_type, sets, opened_at, story, ends, clock, rule, due)
SELECT 'PC-25', 'repair', 'mode=phone callback_basis:=calendar_days', done, 'resolved@0', 'called_back', 'callback_1', 'callback_1_calendar', due
FROM (VALUES (timestamptz '2026-03-02 15:00', '2026-03-05'), ('2026-03-07 15:00', '2026-03-10'), ('2026-09-30 15:00', '2026-10-03'), ('2028-02-26 15:00', '2028-02-29')) v (done, due);
INSERT INTO clock_case (clause, ticket_type, sets, opened_at, story, ends, clock, rule, due)
SELECT 'PC-97', 'repair', NULL, done - interval '1 hour',
       'visit plan@0; scheduled@0; visit confirm@0; visit depart@0; visit arrive@0; on_site@0; repairing@0; document onsite_record@0; visit done@1 hour; resolved@1 hour', '!branch_called_back', 'callback_2', 'callback_2', due
FROM (VALUES (timestamptz '2026-03-06 15:00', '2026-03-13'), ('2026-09-30 15:00', '2026-10-07'), ('2026-12-28 15:00', '2027-01-04'), ('2028-02-22 01:00', '2028-02-29')) v (done, due);

CREATE FUNCTION pg_temp.due(p_due text) RETURNS timestamptz LANGUAGE sql AS
$$ SELECT CASE WHEN p_due ~ ' ' THEN p_due::timestamptz ELSE (p_due::date + 1)::timestamptz - interval '1 microsecond' END $$;
CREATE FUNCTION pg_temp.played(c clock_case) RETURNS bigint LANGUAGE sql AS
$$ SELECT pg_temp.play(pg_temp.opened(c.ticket_type, c.sets, c.opened_at), c.story, c.opened_at) $$;
-- All steps that end it, at one time.
CREATE FUNCTION pg_temp.ended(c clock_case, p_at timestamptz) RETURNS bigint LANGUAGE sql AS
$$ SELECT pg_temp.play(pg_temp.played(c), regexp_replace(c.ends, '(; |$)', '@' || to_char(p_at, 'YYYY-MM-DD HH24:MI:SS.US') || '\1', 'g')) $$;
CREATE FUNCTION pg_temp.stands(p_id bigint, p_clock text, p_at timestamptz) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_temp.as_of(p_at);
    RETURN (SELECT outcome FROM desk_bi.clock WHERE ticket_id = p_id AND clock = p_clock ORDER BY cycle DESC LIMIT 1);
END $$;
CREATE FUNCTION pg_temp.named(c clock_case) RETURNS text LANGUAGE sql AS
$$ SELECT format('%s: %s %s, %s', c.clause, c.rule, c.opened_at::timestamp(0), concat_ws('; ', c.sets, c.story)) $$;

ALTER TABLE clock_case ADD ticket_id bigint;
UPDATE clock_case c SET ticket_id = pg_temp.played(c);
SELECT results_eq(format('SELECT rule, due_at, is_breached FROM desk.sla_clock WHERE ticket_id = %s AND clock = %L ORDER BY cycle DESC LIMIT 1', ticket_id, clock),
                  format('SELECT %L::text, %L::timestamptz, false', rule, pg_temp.due(due)), format('%s: due %s', pg_temp.named(c), due))
FROM clock_case c ORDER BY no;
SELECT is(pg_temp.stands(ticket_id, clock, pg_temp.due(due) + over), expected, format('%s: %s at %s + %s', pg_temp.named(c), expected, due, over))
FROM clock_case c, (VALUES (interval '0', 'running'), (interval '1 microsecond', 'late')) v (over, expected) ORDER BY no, over;
SELECT is(pg_temp.stands(pg_temp.ended(c, pg_temp.due(due) + over), clock, pg_temp.due(due) + over), expected, format('%s: %s by %s at %s + %s', pg_temp.named(c), expected, ends, due, over))
FROM clock_case c, (VALUES (interval '0', 'met'), (interval '1 microsecond', 'breached')) v (over, expected)
WHERE clock <> 'progress' ORDER BY no, over;
SELECT is_empty($$SELECT ticket_type, rule FROM aftersales.sla_rule r WHERE policy = 'computer_maker'
                  AND NOT EXISTS (SELECT FROM clock_case c WHERE c.ticket_type = r.ticket_type AND c.rule = r.rule) AND any_of IS NULL$$,
                'no clock rule is left out here; the backstop follows');
SELECT results_eq($$SELECT DISTINCT ticket_type, clock, responsible FROM aftersales.sla_rule WHERE policy = 'computer_maker' AND responsible IS NOT NULL ORDER BY 1, 2$$,
                  $$VALUES ('complaint', 'settle', 'service_director'), ('repair', 'backstop_propose', 'service_director'), ('repair', 'backstop_solve', 'service_director'),
                           ('repair', 'callback_1', 'service_director'), ('repair', 'callback_2', 'branch_csc'), ('repair', 'confirm', 'engineer'), ('repair', 'delay_told', 'hotline_agent'),
                           ('repair', 'onsite', 'engineer'), ('repair', 'part_return', 'service_director'), ('repair', 'progress', 'hotline_agent'), ('repair', 'reception', 'hotline_agent'),
                           ('repair', 'resolve', 'engineer'), ('repair', 'respond', 'hotline_agent'), ('spare_request', 'approve', 'branch_csc'), ('spare_request', 'ship', 'storage')$$,
                  'who answers for each clock');

-- What clocks come to --------------------------------------------------------------
-- A ticket opened on Monday at nine and played; then its clocks are so, all their
-- cycles in order.

CREATE TEMP TABLE told_case (no int GENERATED ALWAYS AS IDENTITY, clause text, ticket_type text, sets text, story text, at timestamptz, clock text, expected text);
INSERT INTO told_case (clause, ticket_type, sets, story, at, clock, expected) VALUES
    -- solved within a day, or proposed within two: either is enough
    ('PC-32', 'repair', NULL, NULL, '2026-03-02 09:00', 'backstop_solve', 'running until 2026-03-03 09:00:00'),
    ('PC-32', 'repair', NULL, NULL, '2026-03-02 09:00', 'backstop_propose', 'running until 2026-03-04 09:00:00'),
    ('PC-32', 'repair', 'mode=phone', 'resolved@24 hours', '2026-03-05', 'backstop_solve', 'met'),
    ('PC-32', 'repair', 'mode=phone', 'resolved@24 hours', '2026-03-05', 'backstop_propose', 'met'),
    ('PC-32', 'repair', 'mode=phone', 'resolved@30 hours', '2026-03-05', 'backstop_solve', 'covered'),
    ('PC-32', 'repair', 'mode=phone', 'resolved@30 hours', '2026-03-05', 'backstop_propose', 'met'),
    ('PC-32', 'repair', 'mode=phone', 'resolved@48 hours 0.000001 seconds', '2026-03-05', 'backstop_solve', 'covered'),
    ('PC-32', 'repair', 'mode=phone', 'resolved@48 hours 0.000001 seconds', '2026-03-05', 'backstop_propose', 'breached'),
    ('PC-32', 'repair', NULL, '!proposed@48 hours', '2026-03-05', 'backstop_solve', 'covered'),
    ('PC-32', 'repair', NULL, '!proposed@48 hours', '2026-03-05', 'backstop_propose', 'met'),
    ('PC-32', 'repair', NULL, '!proposed@48 hours 0.000001 seconds', '2026-03-05', 'backstop_propose', 'breached'),
    ('PC-32', 'repair', NULL, NULL, '2026-03-03 09:00:01', 'backstop_solve', 'running'),
    ('PC-32', 'repair', NULL, NULL, '2026-03-04 09:00', 'backstop_propose', 'running'),
    ('PC-32', 'repair', NULL, NULL, '2026-03-04 09:00:00.000001', 'backstop_propose', 'late'),
    ('PC-32', 'repair', 'mode=carry_in', NULL, '2026-03-04 09:00:00.000001', 'backstop_propose', 'late'),
    ('PC-32', 'repair', 'mode=carry_in cause=user', 'custody in@1 minute; received@1 minute; told@1 hour; !customer_accepted@1 hour; accepted@1 hour; quote_item board@2 hours; quoted@30 hours', '2026-03-05', 'backstop_propose', 'met'),

    -- which clocks there are
    ('PC-05', 'repair', 'mode=phone', NULL, '2026-03-02 09:00', 'onsite', 'none'),
    ('PC-05', 'repair', 'mode=carry_in', NULL, '2026-03-02 09:00', 'onsite', 'none'),
    ('PC-05', 'repair', 'mode=carry_in', NULL, '2026-03-02 09:00', 'resolve', 'none'),
    ('PC-07', 'repair', 'area=urban', NULL, '2026-03-02 09:00', 'respond', 'none'),
    ('PC-07', 'repair', 'area=county mode=carry_in', NULL, '2026-03-02 09:00', 'respond', 'none'),
    ('PC-97', 'repair', 'mode=phone', 'resolved@1 hour', '2026-03-02 12:00', 'callback_2', 'none'),
    ('PC-104', 'repair', 'mode=carry_in', NULL, '2026-03-02 09:00', 'reception', 'none'),
    ('PC-104', 'repair', 'mode=phone channel=visit', NULL, '2026-03-02 09:00', 'reception', 'none'),

    -- promised for machines in warranty
    ('PC-13', 'repair', 'cause=user', NULL, '2026-03-02 09:00', 'onsite', 'none'),
    ('PC-13', 'repair', 'cause=', NULL, '2026-03-02 09:00', 'onsite', 'running'),
    ('PC-13', 'repair', 'cause=', 'fault_cause=user@1 hour', '2026-03-02 12:00', 'onsite', 'voided'),
    ('PC-13', 'repair', 'cause=', 'fault_cause=user@1 hour', '2026-03-02 12:00', 'resolve', 'voided'),
    ('PC-13', 'repair', 'cause= area=county', 'fault_cause=disaster@1 hour', '2026-03-02 12:00', 'respond', 'voided'),
    ('PC-13', 'repair', 'cause=', 'fault_cause=product@1 hour', '2026-03-02 12:00', 'onsite', 'late'),
    ('PC-13', 'repair', 'cause=', 'fault_cause=user@3 hours', '2026-03-02 12:30', 'onsite', 'breached'),
    ('PC-13', 'repair', 'invoice=2023-03-02', NULL, '2026-03-02 09:00', 'resolve', 'running'),
    ('PC-13', 'repair', 'invoice=2023-03-01', NULL, '2026-03-02 09:00', 'resolve', 'none'),

    -- what ends them unjudged
    ('PC-05', 'repair', NULL, 'cancelled@1 hour', '2026-03-05', 'onsite', 'cancelled'),
    ('PC-05', 'repair', NULL, 'cancelled@3 hours', '2026-03-05', 'onsite', 'breached'),
    ('PC-05', 'repair', NULL, 'cancelled@1 hour', '2026-03-05', 'resolve', 'cancelled'),
    ('PC-32', 'repair', NULL, 'cancelled@1 hour', '2026-03-05', 'backstop_solve', 'cancelled'),
    ('PC-32', 'repair', NULL, 'cancelled@1 hour', '2026-03-05', 'backstop_propose', 'cancelled'),
    ('PC-07', 'repair', 'area=county', 'cancelled@1 hour', '2026-03-05', 'respond', 'cancelled'),
    ('PC-104', 'repair', 'mode=carry_in channel=visit', 'cancelled@1 minute', '2026-03-05', 'reception', 'cancelled'),
    ('PC-86', 'repair', NULL, 'visit plan@1 minute; scheduled@1 minute; visit confirm@2 minutes; visit depart@2 minutes; visit arrive@30 minutes; visit absent@50 minutes; no_show@50 minutes', '2026-03-05', 'onsite', 'cancelled'),
    ('PC-05', 'repair', NULL, 'mode=carry_in@1 hour; custody in@1 hour; received@1 hour', '2026-03-05', 'onsite', 'voided'),
    ('PC-37', 'repair', 'mode=carry_in', 'custody in promised_at=''2026-03-05 18:00+08''@1 minute; received@2 minutes; declined@1 hour', '2026-03-09', 'promised', 'cancelled'),
    ('PC-108', 'repair', 'mode=carry_in', 'custody in promised_at=''2026-03-05 18:00+08''@1 minute; received@2 minutes; declined@1 hour', '2026-03-09', 'delay_told', 'cancelled'),
    ('PC-34', 'repair', NULL, 'visit plan@1 minute; scheduled@1 minute; visit off@2 minutes', '2026-03-05', 'confirm', 'cancelled'),
    ('PC-60', 'spare_request', NULL, 'cancelled@1 hour', '2026-03-05', 'approve', 'cancelled'),
    ('PC-02', 'delivery', 'status=at_branch', '*delivery until 2026-03-09 10:00@1 hour; cancelled@1 day', '2026-03-12', 'deliver', 'cancelled'),
    ('PC-124', 'complaint', 'source:=authority', '*authority until 2026-03-31 12:00@1 minute; investigating@2 minutes; cancelled@1 day', '2026-04-12', 'settle', 'cancelled'),
    ('PC-37', 'consult', NULL, 'researching@1 minute; *answer until 2026-03-05 18:00@1 hour; cancelled@1 day', '2026-04-12', 'promised', 'cancelled'),
    ('PC-37', 'complaint', NULL, 'investigating@1 minute; *reply until 2026-03-05 18:00@1 hour; cancelled@1 day', '2026-04-12', 'promised', 'cancelled'),
    ('PC-119', 'quality_report', NULL, '*leader until 2026-03-05 18:00@1 hour; cancelled@1 day', '2026-04-12', 'report_back', 'cancelled'),

    ('PC-06', 'repair', 'area=suburban', 'cancelled@1 hour', '2026-03-05', 'onsite', 'cancelled'),
    ('PC-06', 'repair', 'area=suburban', 'cancelled@1 hour', '2026-03-05', 'resolve', 'cancelled'),
    ('PC-07', 'repair', 'area=county', 'cancelled@1 hour', '2026-03-05', 'onsite', 'cancelled'),
    ('PC-07', 'repair', 'area=county', 'cancelled@1 hour', '2026-03-05', 'resolve', 'cancelled'),
    ('PC-34', 'repair', NULL, 'visit plan@1 minute; scheduled@1 minute; cancelled@2 minutes', '2026-03-05', 'confirm', 'cancelled'),
    ('PC-34', 'repair', NULL, 'visit plan@1 minute; mode=phone@2 minutes; resolved@2 minutes', '2026-03-05', 'confirm', 'cancelled'),
    ('PC-34', 'repair', NULL, 'visit plan@1 minute; mode=carry_in@2 minutes; custody in@2 minutes; received@2 minutes', '2026-03-05', 'confirm', 'cancelled'),
    ('PC-34', 'repair', NULL, 'visit plan@1 minute; scheduled@1 minute; visit confirm@2 minutes; visit depart@2 minutes; visit arrive@30 minutes; on_site@30 minutes; visit missing@1 hour; visit plan@1 hour; awaiting_part@1 hour; declined@1 hour', '2026-03-05', 'confirm', 'met, cancelled'),
    ('PC-37', 'repair', NULL, '*repair until 2026-03-05 18:00@1 minute; cancelled@1 hour', '2026-03-09', 'promised', 'cancelled'),
    ('PC-108', 'repair', NULL, '*repair until 2026-03-05 18:00@1 minute; cancelled@1 hour', '2026-03-09', 'delay_told', 'cancelled'),
    ('PC-108', 'repair', 'mode=phone', '*repair until 2026-03-05 18:00@1 minute; resolved@1 hour', '2026-03-09', 'delay_told', 'met'),
    ('PC-108', 'repair', 'mode=phone', '*repair until 2026-03-05 18:00@1 minute; *repair until 2026-03-09 18:00@2026-03-05 10:00', '2026-03-06', 'delay_told', 'cancelled, running until 2026-03-09 18:00:00'),
    ('PC-37', 'repair', 'mode=carry_in', 'custody in promised_at=''2026-03-05 18:00+08''@1 minute; custody change promised_at=''2026-03-09 18:00+08'', informed_at=$1@2026-03-05 10:00', '2026-03-06', 'promised', 'cancelled, running until 2026-03-09 18:00:00'),
    ('PC-109', 'repair', 'mode=carry_in', 'custody in promised_at=''2026-03-05 18:00+08''@1 minute; custody change promised_at=''2026-03-09 18:00+08'', informed_at=''2026-03-05 10:00+08''@2026-03-06 10:00', '2026-03-06 12:00', 'progress', 'cancelled'),
    ('PC-109', 'repair', NULL, '*repair until 2026-03-05 18:00@1 minute; cancelled@2026-03-06 10:00', '2026-03-06 12:00', 'progress', 'cancelled'),
    ('PC-109', 'repair', 'mode=carry_in', 'custody in promised_at=''2026-03-05 18:00+08''@1 minute; received@2 minutes; declined@2026-03-06 10:00', '2026-03-06 12:00', 'progress', 'cancelled'),
    ('PC-37', 'consult', NULL, 'researching@1 minute; *answer until 2026-03-05 18:00@1 hour; *answer until 2026-03-09 18:00@1 day', '2026-03-06', 'promised', 'cancelled, running until 2026-03-09 18:00:00'),
    ('PC-37', 'complaint', NULL, '*reply until 2026-03-05 18:00@1 hour; *reply until 2026-03-09 18:00@1 day', '2026-03-06', 'promised', 'cancelled, running until 2026-03-09 18:00:00'),
    ('PC-124', 'complaint', NULL, '*authority until 2026-03-05 18:00@1 hour; *authority until 2026-03-09 18:00@1 day', '2026-03-06', 'settle', 'cancelled, running until 2026-03-09 18:00:00'),
    ('PC-119', 'quality_report', NULL, '*leader until 2026-03-05 18:00@1 hour; *leader until 2026-03-09 18:00@1 day', '2026-03-06', 'report_back', 'cancelled, running until 2026-03-09 18:00:00'),

    -- past the promised time the customer is told every two days
    ('PC-109', 'repair', 'mode=carry_in', 'custody in promised_at=''2026-03-05 18:00+08''@1 minute', '2026-03-05 18:00', 'progress', 'none'),
    ('PC-109', 'repair', 'mode=carry_in', 'custody in promised_at=''2026-03-05 18:00+08''@1 minute', '2026-03-05 18:00:00.000001', 'progress', 'running until 2026-03-07 23:59:59'),
    ('PC-109', 'repair', 'mode=phone', '*repair until 2026-03-05 18:00@1 minute; !progress@2026-03-06 10:00; !progress@2026-03-09 00:00', '2026-03-10', 'progress', 'met, breached, running until 2026-03-11 23:59:59'),
    ('PC-109', 'repair', 'mode=phone', '*repair until 2026-03-05 18:00@1 minute; !progress@2026-03-06 10:00; resolved@2026-03-07 10:00', '2026-03-10', 'progress', 'met, cancelled'),
    ('PC-109', 'repair', 'mode=phone', '*repair until 2026-03-05 18:00@1 minute; resolved@2026-03-05 18:00', '2026-03-10', 'progress', 'none'),
    ('PC-109', 'repair', 'mode=phone', '*repair until 2026-03-05 18:00@1 minute; *repair until 2026-03-09 18:00@2026-03-06 10:00', '2026-03-06 12:00', 'progress', 'cancelled'),
    ('PC-37', 'repair', 'mode=phone', '*repair until 2026-03-05 18:00@1 minute; *repair until 2026-03-09 18:00@2026-03-06 10:00', '2026-03-06 12:00', 'promised', 'breached, running until 2026-03-09 18:00:00'),
    ('PC-37', 'repair', 'mode=phone', '*repair until 2026-03-05 18:00@1 minute; *repair until 2026-03-09 18:00@2026-03-05 10:00', '2026-03-06 12:00', 'promised', 'cancelled, running until 2026-03-09 18:00:00'),
    -- what is not there is told by the next day, and the clock is done
    ('PC-61', 'spare_request', NULL, '+branch_csc spare_request@1 hour; approved@1 hour; backordered@1 day; book shipment P1@9 days; shipped@9 days', '2026-03-20', 'ship', 'met'),
    -- bad parts go back week by week
    ('PC-73', 'repair', NULL, 'move remove P1@0; book defective_return P1@2 days; move remove P1@3 days', '2026-03-06', 'part_return', 'met, running until 2026-03-12 23:59:59'),
    ('PC-73', 'repair', NULL, 'book issue P1@0', '2026-03-06', 'part_return', 'none'),
    ('PC-73', 'repair', NULL, 'move remove P1@0; reverse mistaken@1 day', '2026-03-16', 'part_return', 'met');
CREATE FUNCTION pg_temp.seen(c told_case) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    id bigint := pg_temp.play(pg_temp.opened(c.ticket_type, c.sets, '2026-03-02 09:00'), c.story, '2026-03-02 09:00');
BEGIN
    PERFORM pg_temp.as_of(c.at);
    PERFORM aftersales.sweep();
    RETURN (SELECT coalesce(string_agg(CASE WHEN c.expected ~ 'until' AND outcome = 'running' THEN format('running until %s', to_char(due_at, 'YYYY-MM-DD HH24:MI:SS')) ELSE outcome END, ', ' ORDER BY cycle), 'none')
            FROM desk_bi.clock WHERE ticket_id = id AND clock = c.clock);
END $$;
SELECT is(pg_temp.seen(c), expected, format('%s: %s of a %s, %s', clause, clock, ticket_type, concat_ws('; ', sets, story, at))) FROM told_case c ORDER BY no;
-- A customer who does not want it after all ends what was promised for the repair.
SELECT is(pg_temp.seen(ROW(0, 'PC-05', 'repair', 'area=' || a, 'visit plan@1 minute; scheduled@1 minute; visit confirm@2 minutes; visit depart@2 minutes; visit arrive@30 minutes; on_site@30 minutes; declined@1 hour', '2026-03-09', clock, 'cancelled')::told_case),
          'cancelled', format('PC-05 to PC-07: %s in %s, declined', clock, a))
FROM unnest('{urban,suburban,county}'::text[]) a, unnest('{resolve,backstop_solve,backstop_propose}'::text[]) clock;

-- PC-34: the reminder -----------------------------------------------------------------

CREATE FUNCTION pg_temp.reminded(p_id bigint, p_at timestamptz) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_temp.as_of(p_at);
    PERFORM aftersales.sweep();
    RETURN (SELECT string_agg(recipient, ', ') FROM desk.outbox WHERE ticket_id = p_id);
END $$;
CREATE TEMP TABLE reminded AS
SELECT 1 AS n, pg_temp.play(pg_temp.opened('repair', NULL, '2026-05-04 09:00'), 'visit plan appointment=''[2026-05-04 14:00+08,2026-05-04 16:00+08)''@0; scheduled@0', '2026-05-04 09:00') AS id
UNION ALL SELECT 2, pg_temp.play(pg_temp.opened('repair', NULL, '2026-05-04 09:00'), 'visit plan appointment=''[2026-05-04 14:00+08,2026-05-04 16:00+08)''@0; scheduled@0; visit confirm@1 hour', '2026-05-04 09:00');
SELECT is(pg_temp.reminded(id, at), expected, format('PC-34: reminder of visit %s at %s: %s', n, at, coalesce(expected, 'none')))
FROM (VALUES (1, timestamptz '2026-05-04 13:30', NULL), (1, '2026-05-04 13:30:00.000001', '@assignee'), (2, '2026-05-04 13:30:00.000001', NULL)) v (n, at, expected) JOIN reminded USING (n) ORDER BY at, n;

-- In the end -----------------------------------------------------------------------

SELECT is_empty('SELECT * FROM aftersales.verify_clocks()', 'replaying gives the same clocks');
SELECT is_empty('SELECT * FROM aftersales.verify_audit()', 'all chains are sound');

SELECT * FROM finish();
ROLLBACK;
