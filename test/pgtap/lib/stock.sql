-- lib/stock.sql: a spare-parts ledger with parts of every sort and a location
-- of every kind, and what tests say about moves.
-- Included by the tests of moves.

\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SELECT no_plan();

INSERT INTO aftersales.policy (policy, title_en, timezone) VALUES ('st', 'Stock', 'Asia/Shanghai');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('st', 1, 'repair'), ('st', 1, 'other');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES
    ('st', 1, 'new', 'initial'), ('st', 1, 'late', 'active'), ('st', 1, 'done', 'done'), ('st', 1, 'closed', 'closed');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES
    ('st', 1, 'new', 'done'), ('st', 1, 'new', 'late'), ('st', 1, 'late', 'done'), ('st', 1, 'done', 'closed');
INSERT INTO aftersales.attribute (policy, version, attribute, data_type) VALUES ('st', 1, 'vip', 'boolean'), ('st', 1, 'most', 'numeric');
-- stock:transfer is declared with limits; the others are not declared
INSERT INTO aftersales.event_type (policy, version, event, roles, allowed_in, backdate_limit) VALUES
    ('st', 1, 'asked', NULL, NULL, NULL), ('st', 1, 'stock:transfer', '{keeper}', '{new}', '01:00');
INSERT INTO aftersales.sla_rule (policy, version, rule, clock, starts_on, stops_on, target, on_breach) VALUES
    ('st', 1, 'begin', 'begin', '{opened}', '{status:done}', '24:00', 'late'),
    ('st', 1, 'part', 'part', '{stock:issue}', '{stock:install,stock:reversal}', '02:00', NULL);
INSERT INTO aftersales.row_guard (policy, version, ticket_type, table_name, on_action, guard, condition, requires, roles, message_en) VALUES
    ('st', 1, NULL, 'stock_move', NULL, 'vault', $$'vault' IN (from_location, to_location)$$, NULL, '{keeper}', 'The keeper has the key.'),
    ('st', 1, NULL, 'stock_move', NULL, 'scrap_noted', $$purpose = 'scrap'$$, 'note IS NOT NULL', NULL, 'Say why.'),
    ('st', 1, NULL, 'stock_move', NULL, 'most', $$part_no = 'fan' AND most IS NOT NULL$$, 'quantity <= most', NULL, 'Not so many.'),
    ('st', 1, NULL, 'stock_move', NULL, 'on_time', $$ticket.status = 'late'$$, $$purpose <> 'issue'$$, NULL, 'Too late for parts.'),
    ('st', 1, NULL, 'stock_move', NULL, 'one_cable', $$part_no = 'cable' AND purpose = 'install'$$, $$NOT has_event('stock:install')$$, NULL, 'One cable a ticket.'),
    ('st', 1, NULL, 'stock_move', NULL, 'after_asking', $$part_no = 'paste'$$, $$has_event('asked')$$, NULL, 'Ask first.'),
    ('st', 1, NULL, 'stock_move', 'update', 'never', NULL, 'false', NULL, 'Moves do not change.'),
    ('st', 1, 'other', 'stock_move', NULL, 'no_fan', $$part_no = 'fan'$$, 'false', NULL, 'No fans.');
SELECT is_empty($$SELECT * FROM aftersales.check_policy('st', 1) WHERE severity = 'error'$$, 'the policy is sound');
SELECT aftersales.activate_policy('st', 1);
SELECT aftersales.create_desk();

INSERT INTO desk.staff (login) VALUES ('clerk_1'), ('keeper_1'), ('engineer_1'), ('engineer_2');
INSERT INTO desk.staff_role VALUES ('keeper_1', 'keeper');
INSERT INTO desk.location_kind (kind, physical, in_hands) VALUES ('gate', false, false), ('shelf', true, false), ('pocket', true, true);
-- a location of every kind, named as it
INSERT INTO desk.stock_location (location, kind) SELECT kind, kind FROM desk.location_kind;
INSERT INTO desk.stock_location (location, kind, holder, policy, is_active) VALUES
    ('main', 'store', NULL, NULL, true), ('branch', 'store', NULL, NULL, true), ('vault', 'store', NULL, 'st', true), ('shut', 'store', NULL, NULL, false),
    ('van_1', 'engineer', 'engineer_1', NULL, true), ('van_2', 'engineer', 'engineer_2', NULL, true), ('strict_van', 'engineer', NULL, 'st', true);
INSERT INTO desk.part (part_no, exchange, is_serialised, unit, decimals, is_active) VALUES
    ('board', 'one_for_one', false, 'piece', 0, true), ('fan', 'one_for_one', false, 'piece', 0, true), ('disk', 'one_for_one', true, 'piece', 0, true),
    ('cable', 'consumable', false, 'metre', 1, true), ('paste', 'consumable', false, 'gram', 3, true), ('label', 'consumable', true, 'piece', 0, true),
    ('pc', 'loaner', true, 'piece', 0, true), ('jig', 'loaner', false, 'piece', 0, true), ('old', 'consumable', false, 'piece', 0, false);
SET aftersales.now = '2026-03-02 08:00';
SET aftersales.actor = 'clerk_1';

CREATE FUNCTION pg_temp.at(t text) RETURNS void LANGUAGE sql AS $$ SELECT set_config('aftersales.now', (('2026-' || t)::timestamptz)::text, false) $$;

-- Does a statement: done, or the SQLSTATE with the guards not met.
CREATE FUNCTION pg_temp.try(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE d text;
BEGIN
    EXECUTE statement;
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS d = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(' ', sqlstate, substring(d FROM 'guard=(\S+)'));
END $$;

-- A row of VALUES: "purpose part quantity from>to", then "column=value …", - for
-- what is left out. at=03-02T08:00 is happened_at.
CREATE FUNCTION pg_temp.row_of(what text, sets text, OUT cols text, OUT vals text) LANGUAGE plpgsql AS $$
DECLARE w text[] := string_to_array(what, ' '); p text; c text; v text;
BEGIN
    cols := 'part_no, quantity, from_location, to_location'; vals := '';
    vals := concat_ws(', ', CASE WHEN w[2] = '-' THEN 'NULL' ELSE quote_literal(w[2]) END, CASE WHEN w[3] = '-' THEN '1' ELSE quote_literal(w[3]) || '::numeric' END,
                      quote_literal(split_part(w[4], '>', 1)), quote_literal(split_part(w[4], '>', 2)));
    IF w[1] <> '-' THEN cols := cols || ', purpose'; vals := vals || ', ' || quote_literal(w[1]); END IF;
    FOREACH p IN ARRAY coalesce(string_to_array(sets, ' '), '{}') LOOP
        c := split_part(p, '=', 1); v := split_part(p, '=', 2);
        IF c = 'at' THEN c := 'happened_at'; v := '2026-' || replace(v, 'T', ' '); END IF;
        c := CASE c WHEN 'from' THEN 'from_condition' WHEN 'to' THEN 'to_condition' WHEN 'serial' THEN 'serial_no' WHEN 'ticket' THEN 'ticket_id' ELSE c END;
        cols := cols || ', ' || c;
        vals := vals || ', ' || CASE v WHEN 'NULL' THEN 'NULL' ELSE quote_literal(v) END;
    END LOOP;
END $$;
CREATE FUNCTION pg_temp.mv(what text, sets text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.try(format('INSERT INTO desk.stock_move (%s) VALUES (%s)', cols, vals)) FROM pg_temp.row_of(what, sets) $$;
CREATE FUNCTION pg_temp.mv_as(who text, what text, sets text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE was text := current_setting('aftersales.actor'); r text;
BEGIN
    PERFORM set_config('aftersales.actor', who, false);
    r := pg_temp.mv(what, sets);
    PERFORM set_config('aftersales.actor', was, false);
    RETURN r;
END $$;
-- The move of that external_ref, and its reversal.
CREATE FUNCTION pg_temp.m(ref text) RETURNS bigint LANGUAGE sql STABLE AS $$ SELECT move_id FROM desk.stock_move WHERE external_ref = ref $$;
CREATE FUNCTION pg_temp.back(ref text, cols text DEFAULT NULL, vals text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.try(format('INSERT INTO desk.stock_move (reversal_of%s) VALUES (%L%s)', ', ' || cols, pg_temp.m(ref), ', ' || vals)) $$;
CREATE FUNCTION pg_temp.bal(at_ text, part text, cond text DEFAULT 'good', whose text DEFAULT 'own') RETURNS numeric LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT trim_scale(quantity) FROM desk.stock_balance WHERE (location, part_no, condition, owner) = (at_, part, cond, whose)), 0) $$;
CREATE FUNCTION pg_temp.where_is(part text, serial text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT concat_ws(' ', location, condition, owner, moves) FROM desk.stock_serial WHERE (part_no, serial_no) = (part, serial) $$;
CREATE FUNCTION pg_temp.said(id bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(string_agg(event || ' ' || to_char(occurred_at, 'MM-DD HH24:MI'), ', ' ORDER BY seq), '') FROM desk.ticket_event WHERE ticket_id = id AND event <> 'opened' $$;

-- What of the books does not follow from the moves: nothing when they are right.
CREATE FUNCTION pg_temp.books() RETURNS TABLE (what text, key text) LANGUAGE sql STABLE AS $$
    WITH delta AS (
        SELECT move_id, happened_at, to_location AS location, part_no, to_condition AS condition, owner, quantity AS delta FROM desk.stock_move
        UNION ALL SELECT move_id, happened_at, from_location, part_no, from_condition, owner, -quantity FROM desk.stock_move),
    physical AS (
        SELECT d.* FROM delta d JOIN desk.stock_location l USING (location) JOIN desk.location_kind k USING (kind) WHERE k.physical),
    summed AS (SELECT location, part_no, condition, owner, sum(delta) AS quantity, max(happened_at) AS last_at FROM physical GROUP BY 1, 2, 3, 4),
    moment AS (SELECT location, part_no, condition, owner, sum(sum(delta)) OVER (PARTITION BY location, part_no, condition, owner ORDER BY happened_at) AS quantity
               FROM physical GROUP BY 1, 2, 3, 4, happened_at),
    latest AS (SELECT DISTINCT ON (part_no, serial_no) part_no, serial_no, to_location, to_condition, owner, happened_at, count(*) OVER (PARTITION BY part_no, serial_no) AS moves
               FROM desk.stock_move WHERE serial_no IS NOT NULL ORDER BY part_no, serial_no, happened_at DESC, move_id DESC)
    SELECT 'balance', concat_ws('/', location, part_no, condition, owner) FROM summed s FULL JOIN desk.stock_balance b USING (location, part_no, condition, owner)
    WHERE s.quantity IS DISTINCT FROM b.quantity OR s.last_at IS DISTINCT FROM b.last_at
    UNION ALL SELECT 'below zero', concat_ws('/', location, part_no, condition, owner) FROM moment WHERE quantity < 0
    UNION ALL SELECT 'serial', part_no || '/' || serial_no FROM latest l FULL JOIN desk.stock_serial s USING (part_no, serial_no)
    WHERE (l.to_location, l.to_condition, l.owner, l.happened_at, l.moves) IS DISTINCT FROM (s.location, s.condition, s.owner, s.last_at, s.moves::bigint) $$;
