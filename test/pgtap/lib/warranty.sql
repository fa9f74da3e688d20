-- lib/warranty.sql: the warranty of document 000 as a small policy, twice: the
-- day of the sale is day 0 (maker), or day 1 (maker_1).  And the tools that ask
-- for a verdict by function and by ticket.  Included with \ir; the database is
-- the test's own.

\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
\set ON_ERROR_STOP 1

SET client_min_messages = warning;
SET TimeZone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT no_plan();

INSERT INTO aftersales.policy (policy, title_en, timezone) VALUES
    ('maker', 'Document 000', 'Asia/Shanghai'), ('maker_1', 'Document 000, the first day counted', 'Asia/Shanghai');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('maker', 1, 'repair'), ('maker', 1, 'consult'), ('maker_1', 1, 'repair_1');
INSERT INTO aftersales.service_area (policy, version, area) VALUES ('maker', 1, 'urban'), ('maker', 1, 'county');
INSERT INTO aftersales.workflow_state (policy, version, state, kind, position)
SELECT p, 1, s, k, n FROM unnest('{maker,maker_1}'::text[]) p, (VALUES ('new', 'initial', 0), ('work', 'active', 1), ('done', 'done', 2)) v(s, k, n);
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state)
SELECT p, 1, f, t FROM unnest('{maker,maker_1}'::text[]) p, (VALUES ('new', 'work'), ('work', 'done'), ('new', 'done')) v(f, t);
INSERT INTO aftersales.event_type (policy, version, event, roles) VALUES ('maker', 1, 'changed:warranty_class', '{director}');
-- a clock whose rule hangs on the class
INSERT INTO aftersales.sla_rule (policy, version, ticket_type, rule, clock, condition, starts_on, stops_on, target, rank) VALUES
    ('maker', 1, 'repair', 'solve', 'solve', NULL, '{opened}', '{status:done}', '24:00', 0),
    ('maker', 1, 'repair', 'solve_covered', 'solve', $$warranty_class = 'in_warranty'$$, '{opened}', '{status:done}', '04:00', 1);
INSERT INTO aftersales.warranty_term (policy, version, rule, applies_to, component, covers, term, count_first_day, rank, clauses)
SELECT p, 1, r, a, c, k::text[], t::interval, p = 'maker_1', n, l::text[]
FROM unnest('{maker,maker_1}'::text[]) p, (VALUES
    ('hardware_3_years', 'unit', NULL, '{parts,labour}', '3 years', 0, '{PC-12}'),
    ('onsite_3_years', 'unit', NULL, '{visit}', '3 years', 0, '{PC-13}'),
    ('software_for_life', 'unit', 'software', '{parts,labour}', NULL, 10, '{PC-12}'),
    ('part_3_months', 'replaced_part', NULL, '{parts,labour}', '3 months', 0, '{PC-52}')) v(r, a, c, k, t, n, l);
INSERT INTO aftersales.exclusion (policy, version, rule, fault_cause, warranty_class, rank, clauses)
SELECT p, 1, r, c, k, 0, l::text[]
FROM unnest('{maker,maker_1}'::text[]) p, (VALUES
    ('user_damage', 'user', 'out_user', '{PC-41}'), ('disaster', 'natural_disaster', 'out_disaster', '{PC-42}'),
    ('accident', 'accident', 'out_disaster', '{PC-42}')) v(r, c, k, l);
INSERT INTO aftersales.remedy_window (policy, version, rule, component, fault_codes, classes, from_day, to_day, count_first_day, needs_invoice, remedies, rank, clauses)
SELECT p, 1, r, c, f::text[], k::text[], a, b, p = 'maker_1', i, m::text[], n, l::text[]
FROM unnest('{maker,maker_1}'::text[]) p, (VALUES
    ('return_7_days', 'host', '{P01,P02}', '{in_warranty}', NULL, 7, true, '{return,exchange,repair}', 20, '{PC-19,PC-22,PC-23}'),
    ('exchange_20_days', 'host', '{P01,P02}', '{in_warranty}', 8, 20, true, '{exchange,repair}', 20, '{PC-20,PC-22,PC-23}'),
    ('repair', NULL, NULL, '{in_warranty}', NULL, NULL, false, '{repair}', 0, '{PC-21}'),
    ('paid_repair', NULL, NULL, '{out_expired,out_user,out_disaster}', NULL, NULL, false, '{paid_repair}', 0, '{PC-43}')) v(r, c, f, k, a, b, i, m, n, l);
SELECT is_empty(format($$SELECT * FROM aftersales.check_policy(%L, 1) WHERE severity = 'error'$$, p), p || ' is sound') FROM unnest('{maker,maker_1}'::text[]) p;
SELECT aftersales.activate_policy('maker', 1), aftersales.activate_policy('maker_1', 1) \g /dev/null
SELECT aftersales.create_desk() \g /dev/null
INSERT INTO desk.staff (login) VALUES ('clerk'), ('director');
INSERT INTO desk.staff_role VALUES ('clerk', 'clerk'), ('director', 'director');
SET aftersales.actor = 'clerk';
SET aftersales.now = '2033-01-01 12:00+08';

-- A unit, with a replaced part if one is given.
CREATE FUNCTION pg_temp.unit(p_invoice date, p_delivered date DEFAULT NULL, p_policy text DEFAULT 'maker', p_component text DEFAULT NULL,
        p_installed date DEFAULT NULL, p_removed date DEFAULT NULL, p_line text DEFAULT NULL, p_onsite date DEFAULT NULL)
    RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    id bigint;
BEGIN
    INSERT INTO desk.product_unit (policy, serial_no, product_line, invoice_date, delivered_on, onsite_until)
    VALUES (p_policy, 'S' || (SELECT count(*) FROM desk.product_unit), p_line, p_invoice, p_delivered, p_onsite) RETURNING unit_id INTO id;
    IF p_installed IS NOT NULL THEN
        INSERT INTO desk.unit_part (unit_id, component, installed_on, removed_on, is_replacement) VALUES (id, p_component, p_installed, p_removed, true);
    END IF;
    RETURN id;
END $$;

-- A classification in one line: class, covers, remedies, last day.
CREATE FUNCTION pg_temp.told(p_class text, p_covers text[], p_remedies text[], p_until date) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', coalesce(p_class, '-'), coalesce(p_covers::text, '-'), coalesce(p_remedies::text, '-'), coalesce(p_until::text, '-')) $$;

CREATE FUNCTION pg_temp.by_function(p_unit bigint, p_at timestamptz, p_cause text, p_component text, p_code text) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.told(c.warranty_class,
        CASE WHEN c.warranty_class IS NOT NULL THEN array_remove(ARRAY[CASE WHEN c.covers_parts THEN 'parts' END,
            CASE WHEN c.covers_labour THEN 'labour' END, CASE WHEN c.covers_visit THEN 'visit' END], NULL) END, c.remedies, c.expires_on)
        || CASE WHEN c.in_warranty IS DISTINCT FROM (c.covers_parts OR c.covers_labour OR c.covers_visit) THEN ' in_warranty is wrong' ELSE '' END
    FROM aftersales.classify_warranty(p_unit, p_at, p_cause, p_component, p_code) c $$;

CREATE FUNCTION pg_temp.by_row(p_ticket bigint) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.told(warranty_class, covers, remedies, warranty_until) FROM desk.ticket WHERE ticket_id = p_ticket $$;

-- By the trigger: opened at once with all that is known; and opened bare, the
-- rest coming one by one.  The last must say the same, or it is said.
CREATE FUNCTION pg_temp.by_ticket(p_unit bigint, p_at timestamptz, p_cause text, p_component text, p_code text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    type text := (SELECT CASE policy WHEN 'maker' THEN 'repair' ELSE 'repair_1' END FROM desk.product_unit WHERE unit_id = p_unit);
    id bigint;
    id2 bigint;
BEGIN
    INSERT INTO desk.ticket (ticket_type, unit_id, fault_at, fault_cause, component, fault_code)
    VALUES (type, p_unit, p_at, p_cause, p_component, p_code) RETURNING ticket_id INTO id;
    INSERT INTO desk.ticket (ticket_type) VALUES (type) RETURNING ticket_id INTO id2;
    UPDATE desk.ticket SET component = p_component, fault_code = p_code WHERE ticket_id = id2;
    UPDATE desk.ticket SET unit_id = p_unit WHERE ticket_id = id2;
    UPDATE desk.ticket SET fault_cause = p_cause WHERE ticket_id = id2;
    UPDATE desk.ticket SET fault_at = p_at WHERE ticket_id = id2;
    RETURN pg_temp.by_row(id) || CASE WHEN pg_temp.by_row(id2) <> pg_temp.by_row(id) THEN ', bit by bit ' || pg_temp.by_row(id2) ELSE '' END;
END $$;
