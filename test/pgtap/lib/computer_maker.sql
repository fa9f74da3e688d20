-- computer_maker.sql: a fresh desk under computer_maker and the tools that its
-- tests share: opening tickets, playing stories on them, asking for verdicts.
-- Included with \ir; opens the transaction that the test rolls back.

\set ECHO none
\set QUIET 1
\set ON_ERROR_STOP 1

BEGIN;
SET client_min_messages = warning;
SET TimeZone = 'Asia/Shanghai';
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS aftersales;
SELECT aftersales.create_desk() \g /dev/null
SELECT aftersales.install_policy('computer_maker') \g /dev/null

-- pgTAP may live in any schema; ours are named in full.
INSERT INTO desk.org_unit (org_id, org_code) VALUES (1, 'station');
INSERT INTO desk.staff (login, org_id, star_grade)
SELECT unnest('{hotline_agent,engineer,service_director,commerce_specialist,finance,chief_rep,branch_csc,hq_csc,storage,nobody}'::text[]), 1, 3;
INSERT INTO desk.staff_role (login, role) SELECT login, login FROM desk.staff WHERE login <> 'nobody';

SELECT no_plan();

-- Monday morning; all times are simulated.
CREATE FUNCTION pg_temp.base() RETURNS timestamptz LANGUAGE sql IMMUTABLE AS
$$ SELECT timestamptz '2026-03-02 08:00:00+08' $$;

-- From here on it is p_at, and p_login acts.
CREATE FUNCTION pg_temp.as_of(p_at timestamptz, p_login text DEFAULT 'nobody') RETURNS void LANGUAGE sql AS
$$ SELECT set_config('aftersales.now', p_at::text, true), set_config('aftersales.actor', p_login, true) $$;

-- The attributes that let a ticket of this type make all its moves.
CREATE FUNCTION pg_temp.complete(p_type text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS
$$ SELECT '{"contact_phone": "100"}' || (CASE p_type
    WHEN 'repair' THEN '{"symptom": "does not start", "asked_other_faults": true, "station_level": "city", "has_office": true, "hold_reason": "no_part",
                         "hold_consent": true, "data_risk": false, "parts_needed": false, "cause_found": "board", "solution": "new board",
                         "advice": "keep it dry", "remedy": "repair", "virus_found": false, "part_damage": "none", "machine_works": true,
                         "service_report_no": "R1", "visit_requested": true}'
    WHEN 'consult' THEN '{"answer": "press F1"}'
    WHEN 'complaint' THEN '{"source": "customer", "result": "apology", "is_satisfied": true}'
    WHEN 'training' THEN '{"commissioned_on": "2026-03-01", "at_user_site": true, "by_manual": true, "effect": "they can type"}'
    WHEN 'delivery' THEN '{"place": "school", "works_normally": true}'
    WHEN 'spare_request' THEN '{"form_no": "F1", "part_no": "P1", "repair_qty": 3, "sales_qty": 20, "good_stock_qty": 0, "requested_grade": 2,
                                "issued_grade": 2, "received_qty": 2, "branch_plan": "from another branch"}'
    WHEN 'quality_report' THEN '{"source": "user_report", "form_no": "Q1", "model": "T1", "serial_no": "S1", "found_on": "2026-03-01", "affected": 1,
                                 "problem": "loud fan", "preliminary_opinion": "change the supplier", "report": "supplier changed"}'
    END)::jsonb $$;

-- What parts cost, as the branch has published it.
SELECT pg_temp.as_of('2026-01-01 08:00:00+08', 'branch_csc') \g /dev/null
INSERT INTO desk.price_list (policy, list, valid) VALUES ('computer_maker', 'oow_parts', '[2020-01-01,)');
INSERT INTO desk.price (price_list_id, item, spec, label, unit_price, cost_price)
VALUES (1, 'board', 'T1 rev. 2', 'Main board', 300.00, 220.00), (1, 'disk', '40 GB', 'Hard disk', 450.50, 380.25);

-- Where parts are, and which: the station's store and its engineer's hands, the
-- branch's store and what is on its way; of one kind three grades, one of which
-- nobody knows, one part with serial numbers, one that is used up, and monitors.
INSERT INTO desk.stock_location (location, kind, holder, policy)
SELECT v.*, 'computer_maker'
FROM (VALUES ('branch', 'store', 'storage'), ('transit', 'transit', NULL), ('station', 'store', 'commerce_specialist'), ('hands', 'engineer', 'engineer'), ('other hands', 'engineer', NULL),
             ('customer', 'customer', NULL), ('maker', 'supplier', NULL), ('opening', 'opening', NULL), ('machines', 'installed', NULL), ('kept', 'kept', NULL), ('lost', 'lost', NULL),
             ('scrapped', 'scrapped', NULL), ('differences', 'adjustment', NULL)) v;
INSERT INTO desk.part (part_no, exchange, is_serialised, component, grade, label) VALUES
    ('P0', 'one_for_one', false, 'part', 1, 'Main board, simple'), ('P1', 'one_for_one', false, 'part', 2, 'Main board'), ('P2', 'one_for_one', false, 'part', 3, 'Main board, better'),
    ('PX', 'one_for_one', false, 'part', NULL, 'Main board of another maker'), ('PS', 'one_for_one', true, 'part', 2, 'Hard disk'),
    ('C1', 'consumable', false, NULL, NULL, 'Thermal paste'), ('M1', 'loaner', true, 'monitor', NULL, 'Loan monitor');

-- Opens a ticket and returns its id.  What sets names replaces the usual
-- values: 'area=county mode=carry_in attr:=value'.  A repair is about a machine
-- of its own, bought on the day that invoice gives (two months ago; none: not
-- known), with a fault of the product at the opening.
CREATE TEMP SEQUENCE number;
CREATE FUNCTION pg_temp.pair(p text) RETURNS jsonb LANGUAGE sql AS
$$ SELECT jsonb_build_object(split_part(p, ':=', 1), CASE WHEN v ~ '^(-?[\d.]+|true|false|null)$' THEN v::jsonb ELSE to_jsonb(v) END) FROM (SELECT substr(p, strpos(p, ':=') + 2)) x (v) $$;
CREATE FUNCTION pg_temp.opened(p_type text, p_sets text DEFAULT NULL, p_at timestamptz DEFAULT pg_temp.base()) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    col jsonb := '{"channel": "letter", "org_id": 1, "detail": "what the customer says", "quantity": 2}';
    att jsonb := pg_temp.complete(p_type);
    s text;
    id bigint;
    unit bigint;
BEGIN
    IF p_type = 'repair' THEN
        col := col || jsonb_build_object('mode', 'onsite', 'area', 'urban', 'cause', 'product', 'component', 'host',
                                         'invoice', (p_at - interval '2 months')::date, 'fault_at', p_at);
    END IF;
    FOREACH s IN ARRAY coalesce(string_to_array(p_sets, ' '), '{}') LOOP
        IF s LIKE '%:=%' THEN
            att := att || pg_temp.pair(s);
        ELSE
            col := col || jsonb_build_object(split_part(s, '=', 1), nullif(split_part(s, '=', 2), ''));
        END IF;
    END LOOP;
    PERFORM pg_temp.as_of(p_at, 'hotline_agent');
    IF p_type = 'repair' THEN
        INSERT INTO desk.product_unit (policy, serial_no, invoice_date, delivered_on, onsite_until)
        VALUES ('computer_maker', 'S' || nextval('number'), (col->>'invoice')::date, (col->>'delivered')::date, (col->>'onsite_until')::date)
        RETURNING unit_id INTO unit;
    END IF;
    INSERT INTO desk.ticket (policy, ticket_type, status, attributes, channel, org_id, detail, quantity, mode, area, contact_id,
                             unit_id, fault_at, fault_cause, component, fault_code)
    SELECT 'computer_maker', p_type, col->>'status', jsonb_strip_nulls(att), col->>'channel', (col->>'org_id')::bigint, col->>'detail', (col->>'quantity')::numeric,
           col->>'mode', col->>'area', (col->>'contact_id')::bigint,
           unit, (col->>'fault_at')::timestamptz, col->>'cause', col->>'component', col->>'code'
    RETURNING ticket_id INTO id;
    RETURN id;
END $$;

-- Who makes a move, or logs an event, in the tests that are not about roles:
-- the first role that its row names.
CREATE FUNCTION pg_temp.mover(p_id bigint, p_what text) RETURNS text LANGUAGE sql AS
$$ SELECT coalesce(CASE WHEN p_what LIKE '!%'
        THEN (SELECT roles[1] FROM aftersales.event_type e
              WHERE e.policy = 'computer_maker' AND e.version = t.policy_version AND e.event = substr(p_what, 2) AND e.ticket_type = t.ticket_type)
        ELSE (SELECT roles[1] FROM aftersales.workflow_transition w
              WHERE w.policy = 'computer_maker' AND w.version = t.policy_version AND w.ticket_type = t.ticket_type AND (w.from_state, w.to_state) = (t.status, p_what)) END,
        'hotline_agent')
   FROM desk.ticket t WHERE t.ticket_id = p_id $$;

-- Rows of the ticket: what a step writes, as SQL by column; $1 is now, $2 the
-- ticket.  A visit is an engineer's of its own, lest visits of different
-- tickets collide.
CREATE FUNCTION pg_temp.row_of(p_table text, p_what text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE p_table || ' ' || p_what
    WHEN 'visit plan'    THEN '{"ticket_id": "$2", "engineer": "pg_temp.new_engineer()", "appointment": "tstzrange($1 + ''10 minutes'', $1 + ''2 hours'')", "reason": "''hardware''"}'
    WHEN 'visit confirm' THEN '{"confirmed_at": "$1"}'
    WHEN 'visit depart'  THEN '{"departed_at": "$1", "kit_checked": "true", "transport": "''bus''"}'
    WHEN 'visit arrive'  THEN '{"arrived_at": "$1"}'
    WHEN 'visit late'    THEN '{"notified_at": "$1", "notice_consent": "true"}'
    WHEN 'visit absent'  THEN '{"left_at": "$1", "absent_at": "$1", "contact_left": "true", "office_informed": "true"}'
    WHEN 'visit missing' THEN '{"left_at": "$1", "result": "''missing_part''", "next_appointment": "tstzrange($1 + ''1 day'', $1 + ''1 day 2 hours'')"}'
    WHEN 'visit done'    THEN '{"left_at": "$1", "done_at": "$1", "result": "''solved''", "symptom": "''does not start''", "cause": "''board''",
                                "remedy": "''new board''", "advice": "''keep it dry''", "signed_by_customer": "true", "copy_left": "true"}'
    WHEN 'visit off'     THEN '{"cancelled_at": "$1", "note": "''the customer is away''"}'
    WHEN 'custody in'    THEN '{"ticket_id": "$2", "receipt_no": "''V'' || nextval(''number'')", "asset_tag": "''T'' || currval(''number'')", "opening_consent": "true", "differences": "''none''"}'
    WHEN 'custody hold'  THEN '{"held_reason": "''not_reproduced''", "hold_consent": "true"}'
    WHEN 'custody ready' THEN '{"ready_at": "$1"}'
    WHEN 'custody out'   THEN '{"released_at": "$1", "voucher_shown": "receipt_no", "tag_shown": "asset_tag", "customer_confirmed": "true", "signed_by_customer": "true"}'
    ELSE '{}' END::jsonb $$;
CREATE FUNCTION pg_temp.new_engineer() RETURNS text LANGUAGE sql AS
$$ INSERT INTO desk.staff (login, org_id, star_grade) VALUES ('engineer ' || nextval('number'), 1, 3) RETURNING login $$;
-- What sets names replaces that: 'reason=''software'', note=NULL'.  Who plans a
-- visit promises its window.
CREATE FUNCTION pg_temp.write_row(p_id bigint, p_table text, p_what text, p_sets text DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    cols jsonb := pg_temp.row_of(p_table, p_what);
    key text := p_table || '_id';
    s text;
    sql text;
BEGIN
    IF p_table IN ('evidence', 'document') THEN
        cols := jsonb_build_object('ticket_id', '$2', 'kind', quote_literal(p_what)) || (CASE
            WHEN p_table = 'document' THEN '{"number": "''N'' || nextval(''number'')"}' ELSE '{"signed_by": "''customer''"}' END)::jsonb || (CASE p_what
            WHEN 'upgrade_application' THEN '{"remark": "''保外产品''"}' WHEN 'retest' THEN '{"passed": "true"}' ELSE '{}' END)::jsonb;
    ELSIF p_table = 'quote_item' THEN
        cols := jsonb_build_object('ticket_id', '$2', 'item', quote_literal(p_what));
    END IF;
    FOREACH s IN ARRAY coalesce(string_to_array(p_sets, ', '), '{}') LOOP
        cols := cols || jsonb_build_object(split_part(s, '=', 1), substr(s, strpos(s, '=') + 1));
    END LOOP;
    IF cols ? 'ticket_id' THEN
        SELECT format('INSERT INTO desk.%I (%s) SELECT %s', p_table, string_agg(quote_ident(k), ', ' ORDER BY o), string_agg(v, ', ' ORDER BY o))
          INTO sql FROM jsonb_each_text(cols) WITH ORDINALITY c (k, v, o);
    ELSE
        SELECT format('UPDATE desk.%I SET %s WHERE %I = (SELECT max(%I) FROM desk.%I WHERE ticket_id = $2)', p_table, string_agg(format('%I = %s', k, v), ', '), key, key, p_table)
          INTO sql FROM jsonb_each_text(cols) c (k, v);
    END IF;
    EXECUTE sql USING current_setting('aftersales.now')::timestamptz, p_id;
    IF (p_table, p_what) = ('visit', 'plan') THEN
        INSERT INTO desk.promise (ticket_id, kind, promised_at)
        SELECT ticket_id, 'visit', lower(appointment) FROM desk.visit WHERE visit_id = (SELECT max(visit_id) FROM desk.visit WHERE ticket_id = p_id);
    END IF;
END $$;

-- Parts.  A slip's columns and a line's, as SQL by column; $1 is now, $2 the
-- ticket.  Slips without a ticket go by the policy.
CREATE FUNCTION pg_temp.slip_of(p_kind text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS
$$ SELECT (CASE WHEN p_kind ~ '^(issue|return|defective_return|shipment|receipt)$' THEN '{"ticket_id": "$2"}' ELSE '{"policy": "''computer_maker''"}' END)::jsonb
       || jsonb_build_object('kind', quote_literal(p_kind)) || (CASE p_kind
    WHEN 'shipment'  THEN '{"from_location": "''branch''", "to_location": "''transit''", "packing_list": "''L1''"}'
    WHEN 'receipt'   THEN '{"from_location": "''transit''", "to_location": "''station''"}'
    WHEN 'issue'     THEN '{"from_location": "''station''", "to_location": "''hands''"}'
    WHEN 'return'    THEN '{"from_location": "''hands''", "to_location": "''station''"}'
    WHEN 'defective_return' THEN '{"from_location": "''hands''", "to_location": "''station''"}'
    WHEN 'send_back' THEN '{"from_location": "''station''", "to_location": "''branch''", "packing_list": "''L1''"}'
    WHEN 'scrap'     THEN '{"from_location": "''station''", "to_location": "''scrapped''"}'
    WHEN 'supplier_return' THEN '{"from_location": "''station''", "to_location": "''maker''"}'
    WHEN 'regrade'   THEN '{"from_location": "''station''", "to_location": "''station''"}'
    ELSE '{"from_location": "''station''", "to_location": "''branch''"}' END)::jsonb
       || (CASE WHEN p_kind ~ '^(issue|return|defective_return)$'
           THEN '{"number": "''N'' || nextval(''number'')", "copies": "2", "handed_to": "''engineer''", "inspected_together": "true"}' ELSE '{}' END)::jsonb $$;
CREATE FUNCTION pg_temp.line_of(p_kind text, p_part text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS
$$ SELECT jsonb_build_object('part_no', quote_literal(p_part)) || (CASE
    WHEN p_kind = 'issue' AND p_part = 'M1'  THEN '{"purpose": "''loan''", "to_location": "''customer''", "is_inspected": "true"}'
    WHEN p_kind = 'return' AND p_part = 'M1' THEN '{"purpose": "''loan_return''", "from_location": "''customer''"}'
    WHEN p_kind = 'issue'            THEN '{"purpose": "''issue''", "is_inspected": "true"}'
    WHEN p_kind = 'return'           THEN '{"purpose": "''return''"}'
    WHEN p_kind = 'defective_return' THEN '{"purpose": "''return_defective''", "fault_symptom": "''does not start''"}'
    WHEN p_kind = 'send_back'        THEN '{"purpose": "''transfer''", "from_condition": "''defective''"}'
    WHEN p_kind IN ('shipment', 'receipt') THEN '{"purpose": "''transfer''"}'
    WHEN p_kind = 'regrade'          THEN '{"purpose": "''regrade''", "from_condition": "''defective''", "to_condition": "''good''"}'
    WHEN p_kind = 'scrap'            THEN '{"purpose": "''scrap''", "from_condition": "''defective''"}'
    ELSE jsonb_build_object('purpose', quote_literal(p_kind))::text END)::jsonb $$;
CREATE FUNCTION pg_temp.move_of(p_purpose text, p_part text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS
$$ SELECT jsonb_build_object('ticket_id', '$2', 'part_no', quote_literal(p_part), 'purpose', quote_literal(p_purpose)) || (CASE p_purpose
    WHEN 'issue'   THEN '{"from_location": "''station''", "to_location": "''hands''"}'
    WHEN 'install' THEN '{"from_location": "''hands''", "to_location": "''machines''"}'
    WHEN 'remove'  THEN '{"from_location": "''machines''", "to_location": "''hands''"}'
    WHEN 'keep'    THEN '{"from_location": "''machines''", "to_location": "''kept''"}'
    WHEN 'lose'    THEN '{"from_location": "''hands''", "to_location": "''lost''"}'
    WHEN 'loan'    THEN '{"from_location": "''station''", "to_location": "''customer''"}'
    WHEN 'loan_return' THEN '{"from_location": "''customer''", "to_location": "''station''"}'
    WHEN 'receipt' THEN '{"from_location": "''maker''", "to_location": "''station''"}'
    WHEN 'transfer' THEN '{"from_location": "''station''", "to_location": "''branch''"}'
    ELSE '{"from_location": "''hands''", "to_location": "''station''"}' END)::jsonb $$;
-- The slip in hand: the last one.
CREATE FUNCTION pg_temp.slip() RETURNS desk.stock_slip LANGUAGE sql AS
$$ SELECT s FROM desk.stock_slip s ORDER BY slip_id DESC LIMIT 1 $$;
CREATE FUNCTION pg_temp.write_part(p_id bigint, p_table text, p_cols jsonb, p_sets text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    cols jsonb := p_cols;
    s text;
    sql text;
BEGIN
    FOREACH s IN ARRAY coalesce(string_to_array(p_sets, ', '), '{}') LOOP
        cols := cols || jsonb_build_object(split_part(s, '=', 1), substr(s, strpos(s, '=') + 1));
    END LOOP;
    SELECT format('INSERT INTO desk.%I (%s) SELECT %s', p_table, string_agg(quote_ident(k), ', ' ORDER BY o), string_agg(v, ', ' ORDER BY o))
      INTO sql FROM jsonb_each_text(cols) WITH ORDINALITY c (k, v, o);
    EXECUTE sql USING current_setting('aftersales.now')::timestamptz, p_id;
END $$;
-- 'slip <kind>' drafts one, 'line <part>' adds a line, 'sign' for the store,
-- 'countersign' for the accounts, 'post'; 'book <kind> <part>' does all of it,
-- what follows being the line's; 'move <purpose> <part>'; 'reverse', the ticket's
-- last move.
CREATE FUNCTION pg_temp.part_step(p_id bigint, p_what text, p_at timestamptz, p_login text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    w text[] := string_to_array(p_what, ' ');
    rest text := nullif(array_to_string(w[3:], ' '), '');
    kind text := (pg_temp.slip()).kind;
    id bigint := (pg_temp.slip()).slip_id;
BEGIN
    PERFORM pg_temp.as_of(p_at, coalesce(p_login, CASE w[1]
        WHEN 'move' THEN 'engineer' WHEN 'reverse' THEN 'service_director'
        WHEN 'countersign' THEN CASE kind WHEN 'shipment' THEN 'branch_csc' ELSE 'service_director' END
        WHEN 'post' THEN CASE kind WHEN 'shipment' THEN 'branch_csc' ELSE 'service_director' END
        ELSE CASE kind WHEN 'shipment' THEN 'storage' ELSE 'commerce_specialist' END END));
    CASE w[1]
        WHEN 'slip' THEN PERFORM pg_temp.write_part(p_id, 'stock_slip', pg_temp.slip_of(w[2]), rest);
        WHEN 'line' THEN PERFORM pg_temp.write_part(p_id, 'stock_slip_line', pg_temp.line_of(kind, w[2]) || jsonb_build_object('slip_id', id,
                                 'line_no', (SELECT count(*) + 1 FROM desk.stock_slip_line WHERE slip_id = id)), rest);
        WHEN 'sign' THEN UPDATE desk.stock_slip SET store_signed_at = p_at WHERE slip_id = id;
        WHEN 'countersign' THEN UPDATE desk.stock_slip SET account_signed_at = p_at WHERE slip_id = id;
        WHEN 'post' THEN UPDATE desk.stock_slip SET posted_at = p_at WHERE slip_id = id;
        WHEN 'move' THEN PERFORM pg_temp.write_part(p_id, 'stock_move', pg_temp.move_of(w[2], w[3]), nullif(array_to_string(w[4:], ' '), ''));
        WHEN 'reverse' THEN INSERT INTO desk.stock_move (reversal_of, note) SELECT max(move_id), substr(p_what, 9) FROM desk.stock_move WHERE ticket_id = p_id;
        WHEN 'book' THEN
            PERFORM pg_temp.part_step(p_id, 'slip ' || w[2], p_at, p_login);
            PERFORM pg_temp.part_step(p_id, 'line ' || array_to_string(w[3:], ' '), p_at, p_login);
            PERFORM pg_temp.part_step(p_id, s, p_at, p_login) FROM unnest('{sign,countersign,post}'::text[]) s;
    END CASE;
END $$;
-- An opening stock, enough for all.
DO $$
DECLARE l text;
BEGIN
    PERFORM pg_temp.as_of('2026-01-02 08:00+08', 'commerce_specialist');
    FOREACH l IN ARRAY '{station,branch}'::text[] LOOP
        PERFORM pg_temp.part_step(NULL, format('slip receipt from_location=''opening'', to_location=%L, policy=''computer_maker''', l), '2026-01-02 08:00+08', NULL);
        PERFORM pg_temp.part_step(NULL, format('line %s quantity=3000, purpose=''receipt''', p), '2026-01-02 08:00+08', NULL) FROM unnest('{P0,P1,P2,PX,C1}'::text[]) p;
        IF l = 'station' THEN
            PERFORM pg_temp.part_step(NULL, format('line %s serial_no=%L, purpose=''receipt''', p, n), '2026-01-02 08:00+08', NULL) FROM unnest('{PS,M1}'::text[]) p, generate_series(1, 40) n;
        END IF;
        PERFORM pg_temp.part_step(NULL, s, '2026-01-02 08:00+08', NULL) FROM unnest('{sign,countersign,post}'::text[]) s;
    END LOOP;
END $$;

-- One step: a state to move to; '!event'; '+login kind', a decision, '-login
-- kind', a refusal, of an item if one is named, X being the ticket's last
-- hand-out; '*kind until <time>', a promise; 'visit <step>', 'custody <step>',
-- 'evidence <kind>', 'document <kind>', 'quote_item <item>', each with columns
-- that are otherwise; what becomes of parts, as above; 'charge', 'pay', all that
-- is owed; 'col=value', 'attr:=value'; 'sql <statement>', $1 being the ticket.
CREATE FUNCTION pg_temp.step(p_id bigint, p_what text, p_at timestamptz, p_login text DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    w text[] := string_to_array(p_what, ' ');
BEGIN
    PERFORM pg_temp.as_of(p_at, coalesce(p_login, CASE WHEN p_what ~ '^[+-]' THEN substr(w[1], 2) WHEN p_what LIKE '*%' THEN 'branch_csc' ELSE pg_temp.mover(p_id, p_what) END));
    IF p_what LIKE '!%' THEN
        INSERT INTO desk.ticket_event (ticket_id, event) VALUES (p_id, substr(p_what, 2));
    ELSIF p_what ~ '^[+-]' THEN
        INSERT INTO desk.approval (ticket_id, kind, item, is_approved)
        VALUES (p_id, w[2], CASE w[3] WHEN 'X' THEN (SELECT max(exchange_id)::text FROM desk.part_exchange WHERE ticket_id = p_id) ELSE w[3] END, p_what LIKE '+%');
    ELSIF p_what LIKE '*%' THEN
        INSERT INTO desk.promise (ticket_id, kind, promised_at) VALUES (p_id, substr(w[1], 2), array_to_string(w[3:], ' ')::timestamptz);
    ELSIF w[1] IN ('visit', 'custody', 'evidence', 'document', 'quote_item') THEN
        PERFORM pg_temp.write_row(p_id, w[1], w[2], nullif(array_to_string(w[3:], ' '), ''));
    ELSIF w[1] IN ('slip', 'line', 'sign', 'countersign', 'post', 'book', 'move', 'reverse') THEN
        PERFORM pg_temp.part_step(p_id, p_what, p_at, p_login);
    ELSIF w[1] = 'sql' THEN
        EXECUTE substr(p_what, 5) USING p_id;
    ELSIF p_what = 'charge' THEN
        PERFORM pg_temp.as_of(p_at, coalesce(p_login, 'finance'));
        INSERT INTO desk.charge (ticket_id, rule, item, quantity, price_id)
        SELECT p_id, rule, item, quantity - charged_quantity, price_id FROM aftersales.quote(p_id) WHERE amount > 0 AND quantity > charged_quantity;
    ELSIF p_what = 'pay' THEN
        PERFORM pg_temp.as_of(p_at, coalesce(p_login, 'finance'));
        INSERT INTO desk.payment (charge_id, amount) SELECT charge_id, amount FROM desk.charge WHERE ticket_id = p_id AND settled_at IS NULL;
    ELSIF p_what LIKE '%:=%' THEN
        UPDATE desk.ticket SET attributes = jsonb_strip_nulls(attributes || pg_temp.pair(p_what)) WHERE ticket_id = p_id;
    ELSIF p_what LIKE '%=%' THEN
        EXECUTE format('UPDATE desk.ticket SET %I = %L WHERE ticket_id = %s', split_part(p_what, '=', 1), nullif(split_part(p_what, '=', 2), ''), p_id);
    ELSE
        UPDATE desk.ticket
           SET status = p_what, attributes = attributes || CASE p_what WHEN 'cancelled' THEN '{"cancel_reason": "withdrawn"}' ELSE '{}' END::jsonb
         WHERE ticket_id = p_id;
    END IF;
END $$;

-- Plays a story, '<step>@<time>' each: a time, or how long after p_base.
CREATE FUNCTION pg_temp.play(p_id bigint, p_story text, p_base timestamptz DEFAULT pg_temp.base()) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    s text;
    t text;
BEGIN
    FOREACH s IN ARRAY coalesce(string_to_array(p_story, '; '), '{}') LOOP
        t := regexp_replace(s, '^.*@', '');
        PERFORM pg_temp.step(p_id, regexp_replace(s, '@[^@]*$', ''), CASE WHEN t ~ '^\d{4}-' THEN t::timestamptz ELSE p_base + t::interval END);
    END LOOP;
    RETURN p_id;
END $$;

-- What the database says to a statement: 'accepted', or SQLSTATE, constraint
-- name and clauses of the refusal.  Nothing is left of the statement.
CREATE FUNCTION pg_temp.verdict(p_sql text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    state text;
    con text;
    det text;
BEGIN
    BEGIN
        EXECUTE p_sql;
        RAISE EXCEPTION USING ERRCODE = 'ZZ999';
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, con = CONSTRAINT_NAME, det = PG_EXCEPTION_DETAIL;
    END;
    RETURN CASE WHEN state = 'ZZ999' THEN 'accepted'
                WHEN state = 'SV002' THEN coalesce(substring(det FROM 'guard=(\S+ clauses=\S+)$'), 'no last line: ' || det)
                WHEN state LIKE 'SV%' THEN state
                ELSE state || ' ' || coalesce(con, '') END;
END $$;
CREATE FUNCTION pg_temp.step_verdict(p_id bigint, p_what text, p_at timestamptz DEFAULT NULL, p_login text DEFAULT NULL) RETURNS text LANGUAGE sql AS
$$ SELECT pg_temp.verdict(format('SELECT pg_temp.step(%s, %L, %L, %L)', p_id, p_what, coalesce(p_at, event_at), p_login)) FROM desk.ticket WHERE ticket_id = p_id $$;

-- What the engineer holds for another repair.
SELECT pg_temp.play(pg_temp.opened('repair', 'mode=phone', '2026-01-03 08:00+08'), 'slip issue@0; line P1 quantity=1000@0; line P2 quantity=1000@0; line C1 quantity=1000@0; sign@0; countersign@0; post@0', '2026-01-03 08:00+08') \g /dev/null

-- How the clocks of a name ended; all cycles in order.
CREATE FUNCTION pg_temp.outcome(p_id bigint, p_clock text) RETURNS text LANGUAGE sql AS
$$ SELECT coalesce(string_agg(outcome, ', ' ORDER BY cycle), 'none') FROM desk_bi.clock WHERE ticket_id = p_id AND clock = p_clock $$;

-- One value of a ticket or its clocks, as it is by now.
CREATE FUNCTION pg_temp.ask(p_id bigint, p_sql text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE answer text;
BEGIN
    EXECUTE p_sql USING p_id INTO answer;
    RETURN answer;
END $$;

-- How a ticket comes into each state of its type.
CREATE TEMP TABLE path (ticket_type text, state text, sets text, story text, PRIMARY KEY (ticket_type, state));
INSERT INTO path VALUES
    ('repair', 'new',           NULL, NULL),
    ('repair', 'scheduled',     NULL, 'visit plan@1 minute; scheduled@2 minutes'),
    ('repair', 'no_show',       NULL, 'visit plan@1 minute; scheduled@2 minutes; visit confirm@3 minutes; visit depart@4 minutes; visit arrive@20 minutes; visit absent@40 minutes; no_show@40 minutes'),
    ('repair', 'on_site',       NULL, 'visit plan@1 minute; scheduled@2 minutes; visit confirm@3 minutes; visit depart@4 minutes; visit arrive@20 minutes; on_site@20 minutes'),
    ('repair', 'awaiting_part', NULL, 'visit plan@1 minute; scheduled@2 minutes; visit confirm@3 minutes; visit depart@4 minutes; visit arrive@20 minutes; on_site@20 minutes; visit missing@40 minutes; visit plan@40 minutes; awaiting_part@40 minutes'),
    ('repair', 'received',      'mode=carry_in', 'custody in@1 minute; received@2 minutes'),
    ('repair', 'held',          'mode=carry_in', 'custody in@1 minute; received@2 minutes; custody hold@10 minutes; held@10 minutes'),
    ('repair', 'told',          'mode=carry_in cause=user remedy:=paid_repair', 'custody in@1 minute; received@2 minutes; told@10 minutes'),
    ('repair', 'declined',      'mode=carry_in cause=user remedy:=paid_repair', 'custody in@1 minute; received@2 minutes; told@10 minutes; declined@20 minutes'),
    ('repair', 'accepted',      'mode=carry_in cause=user remedy:=paid_repair', 'custody in@1 minute; received@2 minutes; told@10 minutes; !customer_accepted@20 minutes; accepted@20 minutes'),
    ('repair', 'quoted',        'mode=carry_in cause=user remedy:=paid_repair', 'custody in@1 minute; received@2 minutes; told@10 minutes; !customer_accepted@20 minutes; accepted@20 minutes; quote_item board@25 minutes; quoted@30 minutes'),
    ('repair', 'agreed',        'mode=carry_in cause=user remedy:=paid_repair', 'custody in@1 minute; received@2 minutes; told@10 minutes; !customer_accepted@20 minutes; accepted@20 minutes; quote_item board@25 minutes; quoted@30 minutes; !quote_accepted@40 minutes; agreed@40 minutes'),
    ('repair', 'repairing',     NULL, 'visit plan@1 minute; scheduled@2 minutes; visit confirm@3 minutes; visit depart@4 minutes; visit arrive@20 minutes; on_site@20 minutes; repairing@30 minutes'),
    ('repair', 'cancelled',     NULL, 'cancelled@1 minute'),
    ('consult', 'new',         NULL, NULL),
    ('consult', 'researching', NULL, 'researching@1 minute'),
    ('consult', 'answered',    NULL, 'answered@1 minute'),
    ('consult', 'closed',      NULL, 'answered@1 minute; closed@2 minutes'),
    ('consult', 'cancelled',   NULL, 'cancelled@1 minute'),
    ('complaint', 'new',           NULL, NULL),
    ('complaint', 'investigating', NULL, 'investigating@1 minute'),
    ('complaint', 'handled',       NULL, 'investigating@1 minute; handled@1 day'),
    ('complaint', 'called_back',   NULL, 'investigating@1 minute; handled@1 day; called_back@2 days'),
    ('complaint', 'closed',        NULL, 'investigating@1 minute; handled@1 day; called_back@2 days; closed@3 days'),
    ('complaint', 'cancelled',     NULL, 'cancelled@1 minute'),
    ('training', 'new',       NULL, NULL),
    ('training', 'under_way', NULL, 'under_way@1 day'),
    ('training', 'completed', NULL, 'under_way@1 day; evidence training_session reading=60, unit=''hour''@20 days; completed@20 days'),
    ('training', 'closed',    NULL, 'under_way@1 day; evidence training_session reading=60, unit=''hour''@20 days; completed@20 days; document training_feedback@21 days; closed@22 days'),
    ('training', 'cancelled', NULL, 'cancelled@1 minute'),
    ('delivery', 'contracted', NULL, NULL),
    ('delivery', 'produced',   NULL, 'produced@5 days'),
    ('delivery', 'tested',     NULL, 'produced@5 days; tested@6 days'),
    ('delivery', 'packed',     NULL, 'produced@5 days; tested@6 days; packed@7 days'),
    ('delivery', 'at_branch',  'status=at_branch', NULL),
    ('delivery', 'at_dealer',  'status=at_branch', 'at_dealer@1 day'),
    ('delivery', 'delivered',  'status=at_branch', '*delivery until 2026-03-04 10:00@0; delivered@2 days'),
    ('delivery', 'commissioned', 'status=at_branch', '*delivery until 2026-03-04 10:00@0; delivered@2 days; commissioned@2 days 1 hour'),
    ('delivery', 'closed',     'status=at_branch', '*delivery until 2026-03-04 10:00@0; delivered@2 days; commissioned@2 days 1 hour; document service_commitment@2 days 2 hours; !quality_followed_up@9 days; closed@10 days'),
    ('delivery', 'cancelled',  NULL, 'cancelled@1 day'),
    ('spare_request', 'new',         NULL, NULL),
    ('spare_request', 'approved',    NULL, '+branch_csc spare_request@1 hour; approved@1 hour'),
    ('spare_request', 'backordered', NULL, '+branch_csc spare_request@1 hour; approved@1 hour; backordered@1 day'),
    ('spare_request', 'shipped',     NULL, '+branch_csc spare_request@1 hour; approved@1 hour; book shipment P1 quantity=2@1 day; shipped@1 day'),
    ('spare_request', 'received',    NULL, '+branch_csc spare_request@1 hour; approved@1 hour; book shipment P1 quantity=2@1 day; shipped@1 day; received@3 days'),
    ('spare_request', 'closed',      NULL, '+branch_csc spare_request@1 hour; approved@1 hour; book shipment P1 quantity=2@1 day; shipped@1 day; received@3 days; book receipt P1 quantity=2@3 days; closed@3 days 1 hour'),
    ('spare_request', 'cancelled',   NULL, 'cancelled@1 minute'),
    ('quality_report', 'new',       NULL, NULL),
    ('quality_report', 'forwarded', NULL, 'forwarded@1 hour'),
    ('quality_report', 'directed',  NULL, 'forwarded@1 hour; *leader until 2026-03-06 17:00@1 day; directed@1 day'),
    ('quality_report', 'handled',   NULL, 'forwarded@1 hour; handled@2 days'),
    ('quality_report', 'closed',    NULL, 'forwarded@1 hour; handled@2 days; closed@3 days'),
    ('quality_report', 'cancelled', NULL, 'cancelled@1 minute');
-- The rest of the ways out of warranty and on site.
INSERT INTO path
SELECT ticket_type, n.state, sets, p.story || n.further
FROM path p JOIN (VALUES
    ('agreed', 'paid', '; document upgrade_application@45 minutes; charge@50 minutes; pay@55 minutes; paid@1 hour'),
    ('agreed', 'part_ordered', '; document upgrade_application@45 minutes; charge@50 minutes; pay@55 minutes; paid@1 hour; +finance oow_order@70 minutes; +branch_csc oow_order@80 minutes; part_ordered@90 minutes'),
    ('agreed', 'part_received', '; document upgrade_application@45 minutes; charge@50 minutes; pay@55 minutes; paid@1 hour; +finance oow_order@70 minutes; +branch_csc oow_order@80 minutes; part_ordered@90 minutes; part_received@2 days'),
    ('repairing', 'resolved', '; document onsite_record@35 minutes; visit done@50 minutes; resolved@50 minutes'),
    ('repairing', 'called_back', '; document onsite_record@35 minutes; visit done@50 minutes; resolved@50 minutes; called_back@2 days'),
    ('repairing', 'closed', '; document onsite_record@35 minutes; visit done@50 minutes; resolved@50 minutes; called_back@2 days; !branch_called_back@3 days; closed@3 days')) n (from_state, state, further)
  ON p.ticket_type = 'repair' AND p.state = n.from_state;

-- One ticket stands in each state.
CREATE TEMP TABLE standing (ticket_type text, state text, ticket_id bigint);
CREATE FUNCTION pg_temp.stand() RETURNS void LANGUAGE sql AS
$$ INSERT INTO standing
   SELECT ticket_type, state, pg_temp.play(pg_temp.opened(ticket_type, sets), story)
   FROM path $$;
