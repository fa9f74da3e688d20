-- lib/exchange.sql: a small policy and a ledger of parts that are handed out,
-- and the tools that play a case of it.  Included with \ir.

\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT no_plan();

INSERT INTO aftersales.policy (policy, title_en, timezone) VALUES ('parts', 'One part for one', 'Asia/Shanghai');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('parts', 1, 'repair');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('parts', 1, 'new', 'initial'), ('parts', 1, 'closed', 'closed');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('parts', 1, 'new', 'closed');
INSERT INTO aftersales.workflow_guard (policy, version, to_state, guard, requires, message_en, clauses) VALUES
    ('parts', 1, 'closed', 'one_for_one', 'parts_balanced()', 'a part that was handed out is outstanding', '{PC-68}');
INSERT INTO aftersales.approval_rule (policy, version, kind, step, roles, items) VALUES ('parts', 1, 'keep_part', 1, '{director}', true);
INSERT INTO aftersales.row_guard (policy, version, table_name, on_action, condition, guard, requires, message_en, clauses) VALUES
    ('parts', 1, 'stock_move', 'insert', $$purpose = 'keep' AND part_no = 'dear'$$, 'keeping', $$approved('keep_part', exchange_id::text)$$, 'the centre must agree that the customer keeps it', '{PC-68}'),
    ('parts', 1, 'stock_move', 'insert', $$purpose = 'return_defective' AND is_other_model AND part_no LIKE 'dear%'$$, 'remarked', $$note IS NOT NULL$$, 'say that it is another model', '{PC-70}');
INSERT INTO aftersales.sla_rule (policy, version, ticket_type, rule, clock, starts_on, stops_on, target) VALUES
    ('parts', 1, 'repair', 'part_return', 'part_return', '{stock:remove}', '{stock:balanced}', '168:00');
INSERT INTO aftersales.warranty_term (policy, version, rule, applies_to, covers, term) VALUES
    ('parts', 1, 'unit', 'unit', '{labour}', '1 year'), ('parts', 1, 'part', 'replaced_part', '{parts}', '3 months');
INSERT INTO aftersales.clause (clause, policy, text_en, mechanism, enforceable) VALUES ('PC-68', 'parts', 'text', 'ledger', true), ('PC-70', 'parts', 'text', 'ledger', true) ON CONFLICT DO NOTHING;
SELECT is_empty($$SELECT * FROM aftersales.check_policy('parts', 1) WHERE severity = 'error'$$, 'the policy is sound');
SELECT aftersales.activate_policy('parts', 1) \g /dev/null
SELECT aftersales.create_desk() \g /dev/null
INSERT INTO desk.staff (login) VALUES ('keeper_1'), ('director_1');
INSERT INTO desk.staff_role VALUES ('director_1', 'director');
SET aftersales.actor = 'keeper_1';
SET aftersales.now = '2026-03-02 09:00+08';

INSERT INTO desk.part (part_no, exchange, is_serialised, component, decimals) VALUES
    ('fan', 'one_for_one', false, NULL, 0), ('fan_2', 'one_for_one', false, NULL, 0), ('board', 'one_for_one', true, 'board', 0), ('board_2', 'one_for_one', true, 'board', 0),
    ('lamp', 'one_for_one', false, 'lamp', 0), ('cable', 'one_for_one', false, NULL, 1), ('dear', 'one_for_one', false, NULL, 0), ('dear_2', 'one_for_one', false, NULL, 0),
    ('toner', 'consumable', false, NULL, 0), ('drum', 'consumable', true, NULL, 0), ('phone', 'loaner', true, NULL, 0), ('chair', 'loaner', false, NULL, 0);
INSERT INTO desk.stock_location (location, kind) VALUES
    ('outside', 'supplier'), ('main', 'store'), ('eng_1', 'engineer'), ('eng_2', 'engineer'), ('customer_1', 'customer'), ('customer_2', 'customer'),
    ('machines', 'installed'), ('left', 'kept'), ('gone', 'lost');
-- a store, and an engineer with stock of his own
INSERT INTO desk.stock_move (purpose, part_no, from_location, to_location, quantity)
SELECT 'receipt', p, 'outside', l, 1000 FROM unnest('{fan,fan_2,lamp,cable,dear,dear_2,toner,chair}'::text[]) p, unnest('{main,eng_2}'::text[]) l;
INSERT INTO desk.stock_move (purpose, part_no, serial_no, from_location, to_location)
SELECT 'receipt', p, left(p, 1) || right(p, 1) || i, 'outside', 'main' FROM unnest('{board,board_2,drum,phone}'::text[]) p, generate_series(1, 50) i;
INSERT INTO desk.product_unit (unit_id, policy, serial_no, invoice_date)
SELECT i, 'parts', 'U' || i, '2020-01-01' FROM generate_series(1, 50) i;

-- Tools ----------------------------------------------------------------------

CREATE FUNCTION pg_temp.ticket(unit bigint DEFAULT NULL, component text DEFAULT NULL) RETURNS bigint LANGUAGE sql AS $$
    INSERT INTO desk.ticket (ticket_type, unit_id, component) VALUES ('repair', unit, component) RETURNING ticket_id $$;

-- Where a move of a purpose goes, unless it says so.
CREATE TEMP TABLE way (purpose text PRIMARY KEY, f text, t text);
INSERT INTO way VALUES ('receipt', 'outside', 'main'), ('issue', 'main', 'eng_1'), ('install', 'eng_1', 'machines'), ('return', 'eng_1', 'main'),
    ('remove', 'machines', 'eng_1'), ('return_defective', 'eng_1', 'main'), ('keep', 'machines', 'left'), ('lose', 'eng_1', 'gone'),
    ('loan', 'main', 'customer_1'), ('loan_return', 'customer_1', 'main'), ('transfer', 'eng_1', 'eng_2'), ('regrade', 'eng_1', 'eng_1'), ('scrap', 'eng_1', 'scrapped');

-- A step is "purpose part quantity|#serial column=value …", or "undo n": the
-- n-th move of the ticket (or without one) that is no reversal.
CREATE FUNCTION pg_temp.step(ticket bigint, words text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    w text[] := regexp_split_to_array(trim(words), '\s+'); cols text := ''; vals text := ''; x text; given jsonb := '{}'; id bigint;
BEGIN
    IF w[1] = 'undo' THEN
        SELECT move_id INTO STRICT id FROM (SELECT move_id, row_number() OVER (ORDER BY move_id) AS n FROM desk.stock_move
            WHERE ticket_id IS NOT DISTINCT FROM ticket AND reversal_of IS NULL AND purpose <> 'receipt') m WHERE n = w[2]::integer;
        EXECUTE format('INSERT INTO desk.stock_move (reversal_of) VALUES (%s)', id);
        RETURN 'done';
    END IF;
    FOREACH x IN ARRAY w[3:] LOOP
        given := given || CASE WHEN x LIKE '#%' THEN jsonb_build_object('serial_no', substr(x, 2)) WHEN x LIKE '%=%' THEN jsonb_build_object(split_part(x, '=', 1), split_part(x, '=', 2))
            ELSE jsonb_build_object('quantity', x) END;
    END LOOP;
    given := jsonb_build_object('purpose', w[1], 'part_no', w[2], 'from_location', (SELECT f FROM way WHERE purpose = w[1]), 'to_location', (SELECT t FROM way WHERE purpose = w[1]), 'ticket_id', ticket) || given;
    SELECT string_agg(quote_ident(k), ', '), string_agg(quote_nullable(given ->> k), ', ') INTO cols, vals FROM jsonb_object_keys(given) k;
    EXECUTE format('INSERT INTO desk.stock_move (%s) VALUES (%s)', cols, vals);
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE;
END $$;

-- What has become of the hand-outs of a ticket; only what is not 0.
CREATE FUNCTION pg_temp.state(ticket bigint) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(concat_ws(' ', part_no || coalesce('#' || serial_no, ''), 'out ' || nullif(trim_scale(quantity), 0), 'in ' || nullif(trim_scale(installed), 0),
        'returned ' || nullif(trim_scale(returned), 0), 'lost ' || nullif(trim_scale(lost), 0), 'removed ' || nullif(trim_scale(removed), 0), 'kept ' || nullif(trim_scale(kept), 0),
        'back ' || nullif(trim_scale(defective_returned), 0), 'bad_lost ' || nullif(trim_scale(defective_lost), 0),
        'for ' || nullif(defective_part_no || coalesce('#' || defective_serial_no, ''), part_no), '@' || location, CASE WHEN balanced_at IS NULL THEN 'open' END), '; ' ORDER BY exchange_id), '')
    FROM desk.part_exchange WHERE ticket_id IS NOT DISTINCT FROM ticket $$;

-- Plays steps, ";" apart, until one fails; says so, or what the hand-outs are then.
CREATE FUNCTION pg_temp.play(ticket bigint, steps text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    x text; said text; n integer := 0;
BEGIN
    FOREACH x IN ARRAY string_to_array(steps, ';') LOOP
        n := n + 1;
        said := pg_temp.step(ticket, x);
        IF said <> 'done' THEN
            RETURN format('step %s: %s', n, said);
        END IF;
    END LOOP;
    RETURN pg_temp.state(ticket);
END $$;

CREATE FUNCTION pg_temp.close(id bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE named text;
BEGIN
    UPDATE desk.ticket SET status = 'closed' WHERE ticket_id = id;
    RETURN 'closed';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS named = CONSTRAINT_NAME;
    RETURN concat_ws(' ', SQLSTATE, named);
END $$;

CREATE FUNCTION pg_temp.told(id bigint) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(substr(event, 7), ' ' ORDER BY seq), '') FROM desk.ticket_event WHERE ticket_id = id AND event LIKE 'stock:%' $$;

-- Hand-outs that are not what their moves make them.
CREATE FUNCTION pg_temp.unsound() RETURNS SETOF text LANGUAGE sql AS $$
    WITH m AS (SELECT m.*, CASE WHEN reversal_of IS NULL THEN quantity ELSE -quantity END AS q, is_other_model IS NOT NULL AS bad,
            purpose = 'remove' AND NOT k.in_hands AS at_once
        FROM desk.stock_move m
        JOIN desk.stock_location l ON l.location = CASE WHEN m.reversal_of IS NULL THEN m.to_location ELSE m.from_location END JOIN desk.location_kind k USING (kind)),
    s AS (SELECT e.exchange_id,
            coalesce(sum(q) FILTER (WHERE CASE WHEN e.location IS NULL THEN purpose = 'install' ELSE purpose IN ('issue', 'loan') END), 0) AS quantity,
            coalesce(sum(q) FILTER (WHERE purpose = 'install'), 0) AS installed,
            coalesce(sum(q) FILTER (WHERE purpose IN ('return', 'loan_return') AND NOT bad), 0) AS returned,
            coalesce(sum(q) FILTER (WHERE purpose = 'lose' AND NOT bad), 0) AS lost,
            coalesce(sum(q) FILTER (WHERE purpose = 'remove'), 0) AS removed,
            coalesce(sum(q) FILTER (WHERE purpose = 'keep'), 0) AS kept,
            coalesce(sum(q) FILTER (WHERE at_once OR (purpose IN ('return', 'return_defective') AND bad)), 0) AS defective_returned,
            coalesce(sum(q) FILTER (WHERE purpose = 'lose' AND bad), 0) AS defective_lost
        FROM desk.part_exchange e LEFT JOIN m USING (exchange_id) GROUP BY e.exchange_id, e.location)
    SELECT format('%s is %s, should be %s', exchange_id, to_jsonb(e) - 'exchange_id', to_jsonb(s) - 'exchange_id')
    FROM desk.part_exchange e JOIN s USING (exchange_id)
    WHERE (e.quantity, e.installed, e.returned, e.lost, e.removed, e.kept, e.defective_returned, e.defective_lost)
        IS DISTINCT FROM (s.quantity, s.installed, s.returned, s.lost, s.removed, s.kept, s.defective_returned, s.defective_lost)
       OR (e.balanced_at IS NOT NULL) <> (e.quantity = e.installed + e.returned + e.lost AND e.removed = e.defective_returned + e.defective_lost
            AND (e.exchange <> 'one_for_one' OR e.installed <= e.removed + e.kept))
       OR e.balanced_at < e.issued_at $$;
