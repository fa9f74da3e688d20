-- lib/charge.sql: what documents 000, 001 and 002 say about charges, as small
-- policies of one document each, and the tools that play a case on a ticket.
-- Included with \ir.
--
-- The workflows are not the documents': a ticket is open or closed.

\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SELECT no_plan();

INSERT INTO aftersales.policy (policy, title_en, timezone) VALUES
    ('maker',  'Document 000: the computer maker',           'Asia/Shanghai'),
    ('front',  'Document 001: the property manager''s desk', 'Asia/Shanghai'),
    ('dealer', 'Document 002: doors and windows',            'Asia/Shanghai');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES
    ('maker', 1, 'repair'), ('front', 1, 'help'), ('dealer', 1, 'delivery'), ('dealer', 1, 'complaint');
INSERT INTO aftersales.workflow_state (policy, version, state, kind, position)
SELECT p, 1, s.state, s.kind, s.n
FROM unnest('{maker,front,dealer}'::text[]) p, (VALUES ('new', 'initial', 1), ('shipped', 'active', 2), ('closed', 'closed', 3)) s(state, kind, n);
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state)
SELECT p, 1, x.f, x.t FROM unnest('{maker,front,dealer}'::text[]) p, (VALUES ('new', 'shipped'), ('new', 'closed'), ('shipped', 'closed')) x(f, t);
INSERT INTO aftersales.workflow_guard (policy, version, to_state, guard, requires, message_en)
SELECT p, 1, 'closed', 'paid', 'charges_settled()', 'what the customer owes must be charged and paid' FROM unnest('{maker,front,dealer}'::text[]) p;
INSERT INTO aftersales.attribute (policy, version, attribute, data_type) VALUES
    ('maker', 1, 'consent', 'boolean'), ('maker', 1, 'negotiated', 'boolean'),
    ('dealer', 1, 'delay_cause', 'text'), ('dealer', 1, 'standard_due', 'date'), ('dealer', 1, 'agreed_on', 'date'), ('dealer', 1, 'dealer_consents', 'boolean'),
    ('dealer', 1, 'area_m2', 'numeric'), ('dealer', 1, 'doors', 'integer'), ('dealer', 1, 'liability', 'text'), ('dealer', 1, 'freight_out', 'numeric'),
    ('dealer', 1, 'freight_back', 'numeric'), ('dealer', 1, 'material', 'numeric'), ('dealer', 1, 'labour', 'numeric'), ('dealer', 1, 'claimed_late', 'boolean'), ('dealer', 1, 'consent', 'boolean');
INSERT INTO aftersales.event_type (policy, version, event) VALUES ('maker', 1, 'training'), ('front', 1, 'asked');
INSERT INTO aftersales.sla_rule (policy, version, ticket_type, rule, clock, starts_on, stops_on, due_from) VALUES
    ('dealer', 1, 'delivery', 'ship', 'ship', '{opened}', '{status:shipped}',
     'CASE WHEN (area_m2 > 150 OR doors > 5) AND dealer_consents THEN agreed_on ELSE standard_due END');

-- 000
INSERT INTO aftersales.charge_rule (policy, version, rule, kind, per, event, condition, requires, amount, price_list, covered_by, payer, position, clauses) VALUES
    ('maker', 1, 'visit', 'visit', 'event', 'visit:arrived', 'mode = ''onsite''', 'consent', '50', NULL, 'visit', 'customer', 1, '{PC-44,PC-99}'),
    ('maker', 1, 'labour', 'labour', 'ticket', NULL, NULL, NULL, '0', NULL, 'labour', 'customer', 2, '{PC-45}'),
    ('maker', 1, 'part', 'part', 'item', NULL, 'warranty_class IS DISTINCT FROM ''out_expired''', 'consent', NULL, 'retail', 'parts', 'customer', 3, '{PC-43,PC-53}'),
    ('maker', 1, 'part_at_cost', 'part', 'item', NULL, 'warranty_class = ''out_expired''', 'consent', 'cost_price', 'retail', 'parts', 'customer', 4, '{PC-09}'),
    ('maker', 1, 'training', 'training', 'event', 'training', NULL, NULL, '0', NULL, NULL, 'customer', 5, '{PC-130}');

-- 001
INSERT INTO aftersales.charge_rule (policy, version, rule, kind, per, payer, position, clauses)
SELECT 'front', 1, k, k, 'given', 'customer', n, '{PH-40}' FROM unnest('{property,water,power,heating,other}'::text[]) WITH ORDINALITY x(k, n);
INSERT INTO aftersales.charge_rule (policy, version, rule, kind, per, price_list, payer, position, clauses) VALUES
    ('front', 1, 'desk_service', 'service', 'item', 'desk_service', 'customer', 6, '{PH-68}');
INSERT INTO aftersales.row_guard (policy, version, table_name, guard, requires, roles, message_en, clauses) VALUES
    ('front', 1, 'payment', 'collected', NULL, '{receptionist}', 'the receptionist collects payments', '{PH-65}'),
    ('front', 1, 'price', 'paid_service', 'unit_price > 0', NULL, 'the service is a paid one', '{PH-68}'),
    ('front', 1, 'price_list', 'publisher', NULL, '{manager}', 'the manager publishes prices', '{PH-68}');

-- 002
INSERT INTO aftersales.charge_rule (policy, version, ticket_type, rule, kind, per, clock, condition, requires, amount, payer, payee, position, clauses) VALUES
    ('dealer', 1, 'delivery', 'delay', 'compensation', 'day', 'ship', 'product_line IN (''door'', ''window_guard'') AND delay_cause IN (''production'', ''oem'') AND claimed_late IS NOT TRUE', NULL, '50', 'company', 'customer', 1, '{DW-41,DW-42,DW-45}'),
    ('dealer', 1, 'complaint', 'freight_customer', 'freight', 'ticket', NULL, 'liability = ''customer''', 'consent', 'freight_out + freight_back', 'customer', 'company', 1, '{DW-19}'),
    ('dealer', 1, 'complaint', 'freight_company', 'freight', 'ticket', NULL, 'liability = ''company''', NULL, 'freight_out + freight_back', 'company', 'customer', 2, '{DW-17}'),
    ('dealer', 1, 'complaint', 'material', 'material', 'ticket', NULL, 'liability = ''customer''', 'consent', 'material', 'customer', 'company', 3, '{DW-19}'),
    ('dealer', 1, 'complaint', 'labour', 'labour', 'ticket', NULL, 'liability = ''customer''', NULL, '0', 'customer', 'company', 4, '{DW-19}'),
    ('dealer', 1, 'complaint', 'late_claim', 'repair', 'given', NULL, 'claimed_late', 'consent', NULL, 'customer', 'company', 5, '{DW-34}'),
    ('dealer', 1, 'complaint', 'travel', 'travel', 'given', NULL, 'product_line = ''handrail''', 'consent', NULL, 'customer', 'company', 6, '{DW-73}');
INSERT INTO aftersales.charge_rule (policy, version, rule, kind, per, payer, minimum, maximum, cap, cap_per, roles, position, clauses) VALUES
    ('dealer', 1, 'fine', 'fine', 'given', 'staff', 200, 500, 1000, 'month', '{supervisor}', 9, '{DW-52}');

SELECT is_empty(format('SELECT * FROM aftersales.check_policy(%L, 1) WHERE severity = ''error'' AND problem !~ ''^cites unknown clause''', p), p || ' is sound') FROM unnest('{maker,front,dealer}'::text[]) p;
INSERT INTO aftersales.clause (clause, policy, text_en, mechanism, enforceable)
SELECT DISTINCT c, r.policy, 'text', 'charge', true
FROM (SELECT policy, clauses FROM aftersales.charge_rule UNION ALL SELECT policy, clauses FROM aftersales.row_guard) r CROSS JOIN LATERAL unnest(r.clauses) c
ON CONFLICT DO NOTHING;
SELECT aftersales.activate_policy(p, 1) FROM unnest('{maker,front,dealer}'::text[]) p \g /dev/null
SELECT aftersales.create_desk() \g /dev/null
INSERT INTO desk.staff (login) VALUES ('eng_1'), ('clerk_1'), ('recep_1'), ('manager_1'), ('super_1');
INSERT INTO desk.staff_role VALUES ('recep_1', 'receptionist'), ('manager_1', 'manager'), ('super_1', 'supervisor');
SET aftersales.now = '2026-03-01 08:00';
SET aftersales.actor = 'manager_1';
INSERT INTO desk.price_list (price_list_id, policy, list, valid) VALUES (1, 'maker', 'retail', '[2026-01-01,2026-07-01)'), (2, 'maker', 'retail', '[2026-07-01,)'), (3, 'front', 'desk_service', '[2026-01-01,)');
INSERT INTO desk.price (price_id, price_list_id, item, spec, label, unit, unit_price, cost_price) VALUES
    (1, 1, 'board', 'mATX', 'main board', 'piece', 300, 220), (2, 2, 'board', 'mATX', 'main board', 'piece', 330, 240), (3, 1, 'fan', '80 mm', 'fan', 'piece', 12.35, NULL),
    (4, 3, 'copy', 'A4', 'copy', 'page', 0.30, NULL), (5, 1, 'screw', 'M3', 'screw', 'piece', 0.01, NULL);
SELECT setval('desk.price_list_price_list_id_seq', 10), setval('desk.price_price_id_seq', 10) \g /dev/null
SET aftersales.actor = 'clerk_1';

-- Tools ----------------------------------------------------------------------

-- Opens a ticket: "column=value attribute:=value", spaces apart.
CREATE FUNCTION pg_temp.opened(p_policy text, p_type text, p_sets text DEFAULT NULL, p_at timestamptz DEFAULT NULL) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    id bigint; p text; cols text := ''; vals text := ''; attributes jsonb := '{}';
BEGIN
    FOREACH p IN ARRAY coalesce(string_to_array(p_sets, ' '), '{}') LOOP
        IF p LIKE '%:=%' THEN
            attributes := attributes || jsonb_build_object(split_part(p, ':=', 1),
                (SELECT CASE WHEN a.data_type IN ('numeric', 'integer', 'boolean') THEN split_part(p, ':=', 2)::jsonb ELSE to_jsonb(split_part(p, ':=', 2)) END
                 FROM aftersales.attribute a WHERE a.policy = p_policy AND a.attribute = split_part(p, ':=', 1)));
        ELSE
            cols := cols || ', ' || split_part(p, '=', 1);
            vals := vals || ', ' || quote_literal(split_part(p, '=', 2));
        END IF;
    END LOOP;
    EXECUTE format('INSERT INTO desk.ticket (policy, ticket_type, attributes, opened_at%s) VALUES (%L, %L, %L, coalesce(%L, aftersales.now())%s) RETURNING ticket_id', cols, p_policy, p_type, attributes, p_at, vals) INTO id;
    RETURN id;
END $$;

-- Says what the warranty is, whoever else has a say in it.
CREATE FUNCTION pg_temp.classify(id bigint, class text, what text[] DEFAULT '{}') RETURNS bigint LANGUAGE sql SET session_replication_role = replica AS $$
    UPDATE desk.ticket SET warranty_class = class, covers = what WHERE ticket_id = id RETURNING ticket_id $$;

CREATE FUNCTION pg_temp.visited(id bigint, n integer) RETURNS void LANGUAGE sql AS $$
    INSERT INTO desk.visit (ticket_id, engineer, appointment, arrived_at, done_at)
    SELECT id, 'eng_1', tstzrange(aftersales.now(), aftersales.now() + interval '1 hour'), aftersales.now(), aftersales.now() FROM generate_series(1, n) $$;

-- Runs a statement and returns what went wrong, or its first value.
CREATE FUNCTION pg_temp.try(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    EXECUTE statement INTO result;
    RETURN coalesce(result, 'NULL');
EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE;
END $$;

CREATE FUNCTION pg_temp.as_actor(who text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE before text := current_setting('aftersales.actor'); result text;
BEGIN
    PERFORM set_config('aftersales.actor', who, false);
    result := pg_temp.try(statement);
    PERFORM set_config('aftersales.actor', before, false);
    RETURN result;
END $$;

-- A charge: its amount, or the SQLSTATE.
CREATE FUNCTION pg_temp.charge(id bigint, rule text, columns text DEFAULT NULL, vals text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.try(format('INSERT INTO desk.charge (ticket_id, rule%s) VALUES (%L, %L%s) RETURNING amount', ', ' || columns, id, rule, ', ' || vals)) $$;

-- What a payer owes for a ticket by the quote.
CREATE FUNCTION pg_temp.owed(id bigint, who text DEFAULT 'customer', kind text DEFAULT NULL) RETURNS numeric LANGUAGE sql AS $$
    SELECT coalesce(sum(q.amount), 0) FROM aftersales.quote(id) q WHERE q.payer = who AND q.kind = coalesce(owed.kind, q.kind) $$;
