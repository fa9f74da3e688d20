-- desk_bi: parts and locations, what is where, what is outstanding, and what
-- was moved and used by month.
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT no_plan();
INSERT INTO aftersales.policy (policy, title_en, timezone) VALUES ('east', 'East', 'Asia/Shanghai');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('east', 1, 'repair');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('east', 1, 'new', 'initial'), ('east', 1, 'closed', 'closed');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('east', 1, 'new', 'closed');
INSERT INTO aftersales.sla_rule (policy, version, rule, clock, starts_on, stops_on, target, unit) VALUES
    ('east', 1, 'part_return', 'part_return', '{stock:remove}', '{stock:balanced}', '168:00', 'elapsed');
SELECT aftersales.activate_policy('east', 1);
SELECT aftersales.create_desk();
CREATE FUNCTION at(t text) RETURNS void LANGUAGE sql AS $$ SELECT set_config('aftersales.now', ('2026-' || t || '+08')::timestamptz::text, false) $$;
SELECT at('01-05 09:00');
INSERT INTO desk.staff (login) VALUES ('engineer_1'), ('keeper_1');
INSERT INTO desk.org_unit (org_id, org_code) VALUES (1, 'station');
INSERT INTO desk.part (part_no, exchange, is_serialised, decimals, unit, component, grade, product_line, label) VALUES
    ('board', 'one_for_one', false, 0, 'piece', 'board', 2, 'desktop', 'Main board'), ('disk', 'one_for_one', true, 0, 'piece', NULL, NULL, NULL, NULL),
    ('cable', 'consumable', false, 2, 'metre', NULL, NULL, NULL, NULL), ('screen', 'loaner', true, 0, 'piece', NULL, NULL, NULL, NULL);
INSERT INTO desk.stock_location (location, kind, parent, holder, org_id, policy, label) VALUES
    ('maker', 'supplier', NULL, NULL, NULL, NULL, NULL), ('main', 'store', NULL, 'keeper_1', 1, 'east', 'Main store'), ('eng_1', 'engineer', 'main', 'engineer_1', 1, NULL, NULL),
    ('machines', 'installed', NULL, NULL, NULL, NULL, NULL), ('kept', 'kept', NULL, NULL, NULL, NULL, NULL), ('gone', 'lost', NULL, NULL, NULL, NULL, NULL), ('client', 'customer', NULL, NULL, NULL, NULL, NULL);
INSERT INTO desk.ticket (ticket_id, ticket_type) SELECT g, 'repair' FROM generate_series(1, 5) g;
CREATE FUNCTION move(ref text, purpose text, part_no text, quantity numeric, from_location text, to_location text, ticket_id bigint DEFAULT NULL, serial_no text DEFAULT NULL, from_condition text DEFAULT NULL, happened_at timestamptz DEFAULT NULL, owner text DEFAULT NULL, to_condition text DEFAULT NULL) RETURNS void LANGUAGE sql AS $$
    INSERT INTO desk.stock_move (external_ref, purpose, part_no, quantity, from_location, to_location, ticket_id, serial_no, from_condition, happened_at, owner, to_condition)
    VALUES (ref, purpose, part_no, quantity, from_location, to_location, ticket_id, serial_no, from_condition, happened_at, owner, to_condition) $$;
CREATE FUNCTION take_back(ref text) RETURNS void LANGUAGE sql AS $$ INSERT INTO desk.stock_move (reversal_of) SELECT move_id FROM desk.stock_move WHERE external_ref = ref $$;
-- A view's columns of one row, in a line.
CREATE FUNCTION outstanding(id bigint) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', o.part_no, o.serial_no, 'account ' || to_account, 'return ' || defective_to_return, 'remove ' || defective_to_remove, 'for ' || o.defective_part_no, o.defective_serial_no, 'age ' || age_days, 'defective ' || defective_age_days, 'overdue ' || is_overdue), '; ' ORDER BY exchange_id)
    FROM desk_bi.part_outstanding o WHERE ticket_id IS NOT DISTINCT FROM id $$;

SELECT is_empty('SELECT 1 FROM desk_bi.part_position UNION ALL SELECT 1 FROM desk_bi.part_outstanding UNION ALL SELECT 1 FROM desk_bi.part_turnover_monthly UNION ALL SELECT 1 FROM desk_bi.part_consumption_monthly', 'nothing has been moved');

-- ---------- dimensions
SELECT results_eq('SELECT * FROM desk_bi.dim_part ORDER BY 1', $$VALUES ('board', 'Main board', 'one_for_one', false, 'piece', 0::smallint, 'board', 2::smallint, 'desktop', true), ('cable', NULL, 'consumable', false, 'metre', 2::smallint, NULL, NULL, NULL, true),
    ('disk', NULL, 'one_for_one', true, 'piece', 0::smallint, NULL, NULL, NULL, true), ('screen', NULL, 'loaner', true, 'piece', 0::smallint, NULL, NULL, NULL, true)$$, 'parts');
SELECT results_eq('SELECT location, label, kind, kind_label_en, kind_label_zh, is_physical, is_in_hands, parent, holder, org_id, policy, timezone, is_active FROM desk_bi.dim_location WHERE location IN (''main'', ''eng_1'', ''maker'') ORDER BY 1',
    $$VALUES ('eng_1', NULL, 'engineer', 'In the hands of an engineer', '工程师手中', true, true, 'main', 'engineer_1', 1::bigint, NULL, 'Asia/Shanghai', true),
    ('main', 'Main store', 'store', 'Store', '仓库', true, false, NULL, 'keeper_1', 1, 'east', 'Asia/Shanghai', true), ('maker', NULL, 'supplier', 'Supplier', '供应方', false, false, NULL, NULL, NULL, NULL, 'Asia/Shanghai', true)$$, 'locations; without a policy the zone that all in force have');
SELECT is((SELECT count(*) FROM desk_bi.dim_location), (SELECT count(*) FROM desk.stock_location), 'a row each');

-- ---------- months
-- the last instant of January by local time is 16:00 UTC
SELECT at('01-31 23:59:59.999999'), move('r1', 'receipt', 'board', 10, 'maker', 'main'), move('r2', 'receipt', 'cable', 20.5, 'maker', 'main') \g /dev/null
SELECT at('02-01 00:00'), move('r3', 'receipt', 'board', 5, 'maker', 'main'), move('i1', 'issue', 'board', 3, 'main', 'eng_1', 1) \g /dev/null
SELECT at('02-10 09:00'), move('n1', 'install', 'board', 2, 'eng_1', 'machines', 1), move('c1', 'install', 'cable', 2.25, 'main', 'machines', 1), move('c2', 'install', 'cable', 1.5, 'main', 'machines', 2), move('c3', 'install', 'cable', 1, 'main', 'machines') \g /dev/null
SELECT at('03-02 09:00'), move('b1', 'return', 'board', 1, 'eng_1', 'main', 1), take_back('c2') \g /dev/null
SELECT at('03-03 09:00'), move('g1', 'regrade', 'board', 1, 'main', 'main', to_condition => 'defective') \g /dev/null
-- a count: four boards short, some cable over
INSERT INTO desk.stock_location (location, kind) VALUES ('differences', 'adjustment');
INSERT INTO desk.staff (login) VALUES ('account_1'), ('boss_1');
INSERT INTO desk.staff_role (login, role) VALUES ('keeper_1', 'keeper'), ('account_1', 'account'), ('boss_1', 'boss');
SELECT at('03-04 09:00') \g /dev/null
SET aftersales.actor = 'keeper_1';
INSERT INTO desk.stock_count (count_id, location, due_on) VALUES (1, 'main', '2026-03-01');
UPDATE desk.stock_count SET frozen_at = aftersales.now() WHERE count_id = 1;
UPDATE desk.stock_count_line SET counted_quantity = book_quantity + CASE part_no || condition WHEN 'boardgood' THEN -4 WHEN 'cablegood' THEN 0.75 ELSE 0 END, reason = 'counted';
UPDATE desk.stock_count SET store_signed_at = aftersales.now() WHERE count_id = 1;
SET aftersales.actor = 'account_1';
UPDATE desk.stock_count SET account_signed_at = aftersales.now() WHERE count_id = 1;
SET aftersales.actor = 'boss_1';
UPDATE desk.stock_count SET approved_at = aftersales.now() WHERE count_id = 1;
SELECT at('03-04 10:00') \g /dev/null
UPDATE desk.stock_count SET posted_at = aftersales.now() WHERE count_id = 1;
RESET aftersales.actor;
SELECT is_empty('SELECT * FROM aftersales.verify_ledger()', 'the ledger is sound');
SELECT results_eq($$SELECT month::text, opening, incoming, outgoing, adjusted, reversed, closing, received, returned, issued, installed, moves FROM desk_bi.part_turnover_monthly WHERE part_turnover_monthly LIKE 'main|board|good|own|%' ORDER BY 1$$,
    $$VALUES ('2026-01-01', 0::numeric, 10::numeric, 0::numeric, 0::numeric, 0::numeric, 10::numeric, 10::numeric, 0::numeric, 0::numeric, 0::numeric, 1::bigint), ('2026-02-01', 10, 5, 3, 0, 0, 12, 5, 0, 3, 0, 2), ('2026-03-01', 12, 1, 1, -4, 0, 8, 0, 1, 0, 0, 3)$$, 'months begin at local midnight, and each with what the one before has left');
SELECT results_eq($$SELECT month::text, opening, incoming, outgoing, adjusted, reversed, closing, installed FROM desk_bi.part_turnover_monthly WHERE location = 'main' AND part_no = 'cable' ORDER BY 1$$,
    $$VALUES ('2026-01-01', 0::numeric, 20.5, 0::numeric, 0::numeric, 0::numeric, 20.5, 0::numeric), ('2026-02-01', 20.5, 0, 4.75, 0, 0, 15.75, 4.75), ('2026-03-01', 15.75, 0, 0, 0.75, 1.5, 18, 0)$$, 'a reversal counts apart, in its own month');
SELECT results_eq($$SELECT part_turnover_monthly, incoming, outgoing FROM desk_bi.part_turnover_monthly WHERE condition = 'defective'$$, $$VALUES ('main|board|defective|own|2026-03', 1::numeric, 0::numeric)$$, 'another condition is another row');
SELECT is_empty('SELECT * FROM desk_bi.part_turnover_monthly WHERE closing <> opening + incoming - outgoing + adjusted + reversed', 'a month adds up');
SELECT is_empty('SELECT part_turnover_monthly FROM desk_bi.part_turnover_monthly GROUP BY 1 HAVING count(*) > 1', 'the key is one');
SELECT is_empty($$SELECT 1 FROM desk_bi.part_turnover_monthly t LEFT JOIN LATERAL aftersales.stock_at((t.month + interval '1 month')::timestamp AT TIME ZONE 'Asia/Shanghai' - interval '1 microsecond') s USING (location, part_no, condition, owner) WHERE t.closing <> coalesce(s.quantity, 0)$$, 'what a month leaves is what stock_at() says of its end');
SELECT is_empty('SELECT 1 FROM desk_bi.part_turnover_monthly t JOIN desk_bi.dim_location l USING (location) WHERE NOT l.is_physical', 'virtual locations have no turnover');
-- used
SELECT results_eq('SELECT part_consumption_monthly, part_no, month::text, installed, reversed, consumed, tickets FROM desk_bi.part_consumption_monthly ORDER BY 1',
    $$VALUES ('board|2026-02', 'board', '2026-02-01', 2.000, 0::numeric, 2.000, 1::bigint), ('cable|2026-02', 'cable', '2026-02-01', 4.75, 0, 4.75, 2), ('cable|2026-03', 'cable', '2026-03-01', 0, 1.5, -1.5, 0)$$, 'installed by part and month');
-- the zone of a ticket's policy comes before that of the place; with two zones in force a place without policy has UTC
INSERT INTO aftersales.policy (policy, title_en, timezone) VALUES ('west', 'West', 'America/New_York');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('west', 1, 'call');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('west', 1, 'new', 'initial'), ('west', 1, 'closed', 'closed');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('west', 1, 'new', 'closed');
SELECT is((SELECT timezone FROM desk_bi.dim_location WHERE location = 'eng_1'), 'Asia/Shanghai', 'a policy that is not in force does not count');
SELECT aftersales.activate_policy('west', 1);
SELECT results_eq($$SELECT location, timezone FROM desk_bi.dim_location WHERE location IN ('main', 'eng_1') ORDER BY 1$$, $$VALUES ('eng_1', 'UTC'), ('main', 'Asia/Shanghai')$$, 'two zones in force');
SELECT at('04-01 06:00') \g /dev/null
INSERT INTO desk.ticket (ticket_id, ticket_type) VALUES (6, 'call');
SELECT move('z1', 'install', 'cable', 1, 'main', 'machines', 6), move('z2', 'install', 'cable', 2, 'main', 'machines', 1), move('z3', 'install', 'cable', 4, 'main', 'machines') \g /dev/null
SELECT results_eq($$SELECT month::text, consumed, tickets FROM desk_bi.part_consumption_monthly WHERE part_no = 'cable' AND month > '2026-02-01' ORDER BY 1$$, $$VALUES ('2026-03-01', -0.5, 1::bigint), ('2026-04-01', 6.0, 1)$$, 'in New York it is still March');

-- ---------- what is where
SELECT results_eq('SELECT part_position, location, kind, in_hands, holder, org_id, part_no, condition, owner, quantity FROM desk_bi.part_position ORDER BY 1',
    $$VALUES ('main|board|defective|own', 'main', 'store', false, 'keeper_1', 1::bigint, 'board', 'defective', 'own', 1.000), ('main|board|good|own', 'main', 'store', false, 'keeper_1', 1, 'board', 'good', 'own', 8), ('main|cable|good|own', 'main', 'store', false, 'keeper_1', 1, 'cable', 'good', 'own', 11)$$, 'what is there, and nothing of which there is none');
SELECT results_eq('SELECT location, part_no, condition, owner, quantity FROM desk_bi.part_position ORDER BY 1, 2, 3, 4', 'SELECT * FROM aftersales.stock_at()', 'as stock_at() says');

-- ---------- what is outstanding
SELECT is(outstanding(1), 'board account 0.000 return 0.000 remove 2.000 age 59.25', 'installed, and nothing taken out for it');
SELECT at('04-02 08:00'), move('o1', 'remove', 'board', 1, 'machines', 'eng_1', 1) \g /dev/null
SELECT is(outstanding(1), 'board account 0.000 return 1.000 remove 1.000 for board age 60.33 defective 0.00 overdue false', 'one is taken out');
SELECT at('04-09 08:00') \g /dev/null
SELECT is(outstanding(1), 'board account 0.000 return 1.000 remove 1.000 for board age 67.33 defective 7.00 overdue false', 'seven days later');
SELECT at('04-09 20:00') \g /dev/null
SELECT is(outstanding(1), 'board account 0.000 return 1.000 remove 1.000 for board age 67.83 defective 7.50 overdue true', 'and twelve hours: late, whether or not it was recorded');
SELECT move('o2', 'return_defective', 'board', 1, 'eng_1', 'main', 1) \g /dev/null
SELECT is(outstanding(1), 'board account 0.000 return 0.000 remove 1.000 for board age 67.83 overdue true', 'handed in');
SELECT move('o3', 'keep', 'board', 1, 'machines', 'kept', 1) \g /dev/null
SELECT is(outstanding(1), NULL, 'and the other one left to the customer: nothing is outstanding');
SELECT is((SELECT count(*) FROM desk_bi.part_outstanding), 0::bigint, 'consumables from stock neither');
-- serial numbers, another owner, taken out before
SELECT at('05-01 08:00'), move('s1', 'receipt', 'disk', 1, 'maker', 'main', serial_no => 'D1'), move('s2', 'receipt', 'disk', 1, 'maker', 'main', serial_no => 'D2', owner => 'guest'), move('s3', 'receipt', 'screen', 1, 'maker', 'main', serial_no => 'S1') \g /dev/null
SELECT at('05-02 08:00'), move('s4', 'remove', 'disk', 1, 'machines', 'eng_1', 2, 'OLD') \g /dev/null
SELECT is(outstanding(2), 'disk OLD account 0.000 return 1.000 remove 0 for disk OLD age 0.00 defective 0.00 overdue false', 'taken out first');
SELECT at('05-03 08:00'), move('s5', 'issue', 'disk', 1, 'main', 'eng_1', 2, 'D1'), move('s6', 'loan', 'screen', 1, 'main', 'client', NULL, 'S1'), move('s7', 'issue', 'cable', 3, 'main', 'eng_1', 3) \g /dev/null
SELECT is(outstanding(2), 'disk D1 account 1.000 return 1.000 remove 0 for disk OLD age 1.00 defective 1.00 overdue false', 'then one was given out for it');
SELECT results_eq('SELECT ticket_id, ticket_no, policy, part_no, serial_no, exchange, location, holder, org_id, issued_at, issued_on::text, quantity, removed_on::text, is_voided FROM desk_bi.part_outstanding ORDER BY exchange_id',
    $$VALUES (2::bigint, '2', 'east', 'disk', 'D1', 'one_for_one', 'eng_1', 'engineer_1', 1::bigint, '2026-05-02 00:00+00'::timestamptz, '2026-05-02', 1.000, '2026-05-02', false),
    (NULL, NULL, NULL, 'screen', 'S1', 'loaner', 'client', NULL, NULL, '2026-05-03 00:00+00', '2026-05-03', 1, NULL, false), (3, '3', 'east', 'cable', NULL, 'consumable', 'eng_1', 'engineer_1', 1, '2026-05-03 00:00+00', '2026-05-03', 3, NULL, false)$$, 'all that is outstanding');
SELECT is(outstanding(NULL), 'screen S1 account 1.000 return 0.000 remove 0 age 0.00', 'a loan without a ticket');
SELECT at('05-04 08:00'), move('s8', 'install', 'cable', 1.5, 'eng_1', 'machines', 3), move('s9', 'lose', 'cable', 0.5, 'eng_1', 'gone', 3) \g /dev/null
SELECT is(outstanding(3), 'cable account 1.000 return 0.000 remove 0 age 1.00', 'a consumable: what is neither installed nor lost');
-- a local date is that of the ticket's policy
SELECT at('05-05 03:00'), move('t1', 'issue', 'cable', 1, 'main', 'eng_1', 6), move('t2', 'issue', 'cable', 1, 'main', 'eng_1', 4) \g /dev/null
SELECT results_eq('SELECT ticket_id, issued_on::text FROM desk_bi.part_outstanding WHERE ticket_id IN (4, 6) ORDER BY 1', $$VALUES (4::bigint, '2026-05-05'), (6, '2026-05-04')$$, 'in New York it is the day before');
-- a voided ticket's parts are still out
SELECT aftersales.void_ticket(4, 'twice') \g /dev/null
SELECT is((SELECT is_voided FROM desk_bi.part_outstanding WHERE ticket_id = 4), true, 'of a voided ticket');
SELECT take_back('t1') \g /dev/null
SELECT is(outstanding(6), NULL, 'taken back');
SELECT is((SELECT count(*) FROM desk_bi.part_outstanding), (SELECT count(*) FROM desk.part_exchange WHERE balanced_at IS NULL), 'a row per hand-out that is open');
SELECT is_empty('SELECT * FROM aftersales.verify_ledger()', 'the ledger is sound');

-- ---------- as views are to be
SELECT is_empty($$SELECT c.table_name, c.column_name FROM information_schema.columns c WHERE table_schema = 'desk_bi' AND table_name ~ '^(part_|dim_part|dim_location)' AND (data_type IN ('jsonb', 'ARRAY', 'interval')
    OR col_description(format('desk_bi.%I', table_name)::regclass, ordinal_position) IS NULL)$$, 'no column of a type that BI cannot take, and each has its comment');
SELECT is_empty($$SELECT viewname FROM pg_views WHERE schemaname = 'desk_bi' AND viewname ~ '^(part_|dim_part|dim_location)' AND obj_description(format('desk_bi.%I', viewname)::regclass) NOT LIKE 'Grain: one row per %'$$, 'each view tells its grain');
CREATE ROLE aftersales_part_bi; CREATE ROLE aftersales_part_audit; CREATE ROLE aftersales_part_app;
SELECT aftersales.grant_access('aftersales_part_bi', 'bi', 'desk'), aftersales.grant_access('aftersales_part_audit', 'audit', 'desk'), aftersales.grant_access('aftersales_part_app', 'app', 'desk') \g /dev/null
CREATE FUNCTION asked(role name, statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', role);
    EXECUTE statement;
    RESET ROLE;
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN RETURN sqlstate;
END $$;
SELECT is(asked('aftersales_part_' || r, format('SELECT * FROM desk_bi.%I', v)), x, r || ' reads ' || v) FROM (VALUES ('bi', 'done'), ('audit', 'done'), ('app', '42501')) a(r, x), unnest('{part_position,part_outstanding,part_turnover_monthly,part_consumption_monthly,dim_part,dim_location}'::text[]) v;
SELECT is(asked('aftersales_part_bi', 'SELECT * FROM desk.' || t), '42501', 'bi does not read ' || t) FROM unnest('{stock_move,stock_balance,part_exchange,part}'::text[]) t;
SELECT * FROM finish();
\set QUIET on
DROP SCHEMA desk, desk_bi CASCADE;
SELECT format('DROP OWNED BY %I', rolname) FROM pg_roles WHERE rolname ~ '^aftersales_part_' \gexec
SELECT format('DROP ROLE %I', rolname) FROM pg_roles WHERE rolname ~ '^aftersales_part_' \gexec
