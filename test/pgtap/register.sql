-- Registers of a property manager's front desk, kept on the spare-parts ledger
-- and nothing else: keys (PH-54, PH-67), mail and parcels (PH-62), release
-- passes (PH-21).
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SELECT no_plan();

INSERT INTO aftersales.policy (policy, title_en, timezone) VALUES ('register', 'Registers of a front desk', 'Asia/Shanghai');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('register', 1, 'repair'), ('register', 1, 'goods_out');
INSERT INTO aftersales.workflow_state (policy, version, ticket_type, state, kind) VALUES
    ('register', 1, NULL, 'new', 'initial'), ('register', 1, 'goods_out', 'left', 'done'), ('register', 1, NULL, 'closed', 'closed');
INSERT INTO aftersales.workflow_transition (policy, version, ticket_type, from_state, to_state) VALUES
    ('register', 1, 'goods_out', 'new', 'left'), ('register', 1, 'goods_out', 'left', 'closed'), ('register', 1, 'goods_out', 'new', 'closed'), ('register', 1, 'repair', 'new', 'closed');
INSERT INTO aftersales.attribute (policy, version, ticket_type, attribute, data_type) VALUES
    ('register', 1, 'goods_out', 'unit_no', 'text'), ('register', 1, 'goods_out', 'valid_until', 'timestamptz');
INSERT INTO aftersales.workflow_guard (policy, version, ticket_type, to_state, guard, requires, message_en, clauses) VALUES
    ('register', 1, 'goods_out', 'left', 'pass_shown', 'has_event(''stock:install'')', 'Bulky goods leave against a release pass.', '{PH-21}'),
    ('register', 1, NULL, 'closed', 'all_back', 'parts_balanced()', 'A key or a pass is still out.', '{PH-21,PH-54}');
-- a key that was lent for a repair comes back the same day
INSERT INTO aftersales.sla_rule (policy, version, ticket_type, rule, clock, starts_on, stops_on, target, clauses) VALUES
    ('register', 1, 'repair', 'key_back', 'part_return', '{stock:loan}', '{stock:loan_return,stock:lose,stock:reversal}', '08:00', '{PH-54}');
-- a reversal has the purpose of what it takes back, and says nothing else
INSERT INTO aftersales.row_guard (policy, version, ticket_type, table_name, guard, condition, requires, roles, message_en, clauses) VALUES
    ('register', 1, NULL, 'stock_move', 'archivist', $$part_no IN ('key_department', 'key_vacant')$$, NULL, '{archivist}', 'The archivist keeps the keys of the department and of vacant units.', '{PH-67}'),
    ('register', 1, NULL, 'stock_move', 'key_keeper', $$part_no = 'key_public'$$, NULL, '{archivist,receptionist}', 'Public keys are kept at the desk.', '{PH-54}'),
    ('register', 1, NULL, 'stock_move', 'borrower', $$purpose = 'loan' AND reversal_of IS NULL$$, 'handed_to IS NOT NULL', NULL, 'Who takes the key?', '{PH-54}'),
    ('register', 1, NULL, 'stock_move', 'key_handed_over', $$part_no = 'key_vacant' AND purpose = 'deliver' AND reversal_of IS NULL$$, 'handed_to IS NOT NULL AND document_no IS NOT NULL', NULL, 'The new owner signs for the keys.', '{PH-54}'),
    ('register', 1, NULL, 'stock_move', 'key_lost', $$part_no LIKE 'key\_%' AND purpose = 'lose' AND reversal_of IS NULL$$, 'note IS NOT NULL', NULL, 'How was it lost?', '{PH-54}'),
    ('register', 1, NULL, 'stock_move', 'receptionist', $$part_no IN ('parcel', 'letter', 'newspaper')$$, NULL, '{receptionist}', 'The receptionist receives and hands out mail.', '{PH-62}'),
    ('register', 1, NULL, 'stock_move', 'mail_signed', $$part_no IN ('parcel', 'letter') AND purpose = 'deliver' AND reversal_of IS NULL$$, 'handed_to IS NOT NULL', NULL, 'Who takes it?', '{PH-62}'),
    ('register', 1, NULL, 'stock_move', 'pass_for_goods', $$part_no = 'release_pass' AND purpose IN ('issue', 'install', 'deliver') AND reversal_of IS NULL$$, $$ticket.ticket_type = 'goods_out'$$, NULL, 'A pass is for goods that leave.', '{PH-21}'),
    ('register', 1, 'goods_out', 'stock_move', 'pass_issued', $$part_no = 'release_pass' AND purpose = 'issue' AND reversal_of IS NULL$$, 'to_location = unit_no', '{receptionist}', 'A pass is issued to the unit whose goods leave.', '{PH-21}'),
    ('register', 1, 'goods_out', 'stock_move', 'pass_at_gate', $$part_no = 'release_pass' AND purpose = 'install'$$, NULL, '{guard}', 'The guard at the gate takes the pass.', '{PH-21}'),
    ('register', 1, 'goods_out', 'stock_move', 'pass_of_case', $$part_no = 'release_pass' AND purpose = 'install' AND reversal_of IS NULL$$, 'exchange_id IS NOT NULL AND from_location = unit_no', NULL, 'The pass was issued for other goods, or another unit.', '{PH-21}'),
    ('register', 1, 'goods_out', 'stock_move', 'pass_valid', $$part_no = 'release_pass' AND purpose = 'install' AND reversal_of IS NULL$$, 'happened_at <= valid_until', NULL, 'The pass has expired.', '{PH-21}');
SELECT is_empty($$SELECT * FROM aftersales.check_policy('register', 1) WHERE severity = 'error'$$, 'the policy is sound');
SELECT aftersales.activate_policy('register', 1) \g /dev/null
SELECT aftersales.create_desk() \g /dev/null

INSERT INTO desk.staff (login) VALUES ('archivist_1'), ('receptionist_1'), ('guard_1'), ('assistant_1'), ('supervisor_1');
INSERT INTO desk.staff_role VALUES ('archivist_1', 'archivist'), ('receptionist_1', 'receptionist'), ('guard_1', 'guard'), ('supervisor_1', 'supervisor');
INSERT INTO desk.part (part_no, exchange, is_serialised, unit) VALUES
    ('key_public', 'loaner', true, 'key'), ('key_vacant', 'loaner', true, 'key'), ('key_department', 'loaner', true, 'key'),
    ('parcel', 'consumable', true, 'piece'), ('letter', 'consumable', true, 'piece'), ('newspaper', 'consumable', false, 'copy'), ('release_pass', 'consumable', true, 'sheet');
INSERT INTO desk.stock_location (location, kind, policy, holder) VALUES
    ('key_board', 'store', 'register', 'archivist_1'), ('desk_drawer', 'store', 'register', 'receptionist_1'), ('mail_shelf', 'store', 'register', 'receptionist_1'), ('pass_block', 'store', 'register', 'receptionist_1');
-- who has something in hands names the policy too: what is lost there goes to a place that has none
INSERT INTO desk.stock_location (location, kind, policy, holder) VALUES
    ('contractor_1', 'customer', 'register', NULL), ('assistant_1', 'engineer', 'register', 'assistant_1'), ('A-1203', 'customer', 'register', NULL), ('B-0502', 'customer', 'register', NULL);
INSERT INTO desk.stock_location (location, kind) VALUES
    ('opening', 'opening'), ('carrier', 'supplier'), ('residents', 'recipient'), ('gate', 'installed'), ('lost', 'lost'), ('shredder', 'scrapped');
SET aftersales.now = '2026-03-02 08:00';

CREATE FUNCTION pg_temp.at(t text) RETURNS void LANGUAGE sql AS $$ SELECT set_config('aftersales.now', (('2026-' || t)::timestamptz)::text, false) $$;
-- Somebody does a statement: done, or the SQLSTATE with the guards not met.
CREATE FUNCTION pg_temp.as_(who text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE d text;
BEGIN
    PERFORM set_config('aftersales.actor', who || '_1', false);
    EXECUTE statement;
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS d = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(' ', sqlstate, substring(d FROM 'guard=(\S+)'));
END $$;
-- "purpose part serial from>to", then "column=value …".
CREATE FUNCTION pg_temp.mv(who text, what text, sets text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.as_(who, format('INSERT INTO desk.stock_move (purpose, part_no, serial_no, from_location, to_location%s) VALUES (%L, %L, %L, %L, %L%s)',
        (SELECT string_agg(', ' || split_part(s, '=', 1), '' ORDER BY n) FROM unnest(string_to_array(sets, ' ')) WITH ORDINALITY u(s, n)),
        w[1], w[2], nullif(w[3], '-'), split_part(w[4], '>', 1), split_part(w[4], '>', 2),
        (SELECT string_agg(', ' || quote_literal(split_part(s, '=', 2)), '' ORDER BY n) FROM unnest(string_to_array(sets, ' ')) WITH ORDINALITY u(s, n))))
    FROM string_to_array(what, ' ') w $$;
CREATE FUNCTION pg_temp.where_is(part text, serial text) RETURNS text LANGUAGE sql STABLE AS $$ SELECT location FROM desk.stock_serial WHERE (part_no, serial_no) = (part, serial) $$;
-- What is out longer than so many days, and who has it.
CREATE FUNCTION pg_temp.overdue(days numeric) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(string_agg(concat_ws(' ', o.part_no, o.serial_no, o.location, m.handed_to), ', ' ORDER BY o.issued_at, o.serial_no), 'none')
    FROM desk_bi.part_outstanding o JOIN desk.stock_move m ON m.exchange_id = o.exchange_id AND m.purpose = 'loan' AND m.reversal_of IS NULL
    WHERE o.exchange = 'loaner' AND o.age_days > days $$;

-- ---------- keys: who keeps which
SELECT is(pg_temp.mv(w, 'receipt ' || p || ' ' || s || ' opening>' || l), r, concat_ws(' ', w, p, s)) FROM (VALUES
    ('archivist', 'key_vacant', 'A-1203/1', 'key_board', 'done'), ('archivist', 'key_vacant', 'A-1203/2', 'key_board', 'done'), ('archivist', 'key_department', 'safe/1', 'key_board', 'done'), ('archivist', 'key_public', 'roof/1', 'desk_drawer', 'done'),
    ('receptionist', 'key_vacant', 'B-0502/1', 'key_board', 'SV003 archivist'), ('receptionist', 'key_department', 'safe/2', 'key_board', 'SV003 archivist'), ('receptionist', 'key_public', 'roof/2', 'desk_drawer', 'done'),
    ('guard', 'key_public', 'roof/3', 'desk_drawer', 'SV003 key_keeper'), ('assistant', 'key_vacant', 'B-0502/1', 'key_board', 'SV003 archivist'), ('archivist', 'key_vacant', 'A-1203/1', 'key_board', 'SV006')) x(w, p, s, l, r);
SELECT is((SELECT string_agg(location || ' ' || part_no || ' ' || trim_scale(quantity), ', ' ORDER BY location, part_no) FROM desk.stock_balance), 'desk_drawer key_public 2, key_board key_department 1, key_board key_vacant 2', 'what hangs there');

-- ---------- keys: lent, to somebody, once
SELECT is(pg_temp.mv('archivist', 'loan key_vacant A-1203/1 key_board>contractor_1'), 'SV002 borrower', 'to nobody');
SELECT is(pg_temp.mv('receptionist', 'loan key_vacant A-1203/1 key_board>contractor_1', 'handed_to=plumber'), 'SV003 archivist', 'not by the desk');
SELECT is(pg_temp.mv('archivist', 'loan key_vacant A-1203/1 key_board>contractor_1', 'handed_to=plumber document_no=K-1'), 'done', 'to the plumber');
SELECT is(pg_temp.mv('archivist', 'loan key_vacant A-1203/1 key_board>assistant_1', 'handed_to=assistant'), 'SV006', 'the same key is not handed out twice');
SELECT is(pg_temp.mv('archivist', 'loan key_vacant A-1203/1 contractor_1>assistant_1', 'handed_to=assistant'), 'SV010', 'nor passed on from hand to hand');
SELECT is(pg_temp.mv('archivist', 'loan key_vacant A-1203/2 key_board>assistant_1', 'handed_to=assistant'), 'done', 'the second key is another one');
SELECT is(pg_temp.mv('archivist', 'loan key_vacant A-1203/9 key_board>assistant_1', 'handed_to=assistant'), 'SV006', 'a key that there is not');
SELECT is(pg_temp.mv('archivist', 'issue key_department safe/1 key_board>assistant_1'), 'SV010', 'keys are lent, not issued');
SELECT is(pg_temp.as_('archivist', $$INSERT INTO desk.stock_move (purpose, part_no, serial_no, from_location, to_location, handed_to) VALUES
    ('loan', 'key_department', 'safe/1', 'key_board', 'contractor_1', 'a'), ('loan', 'key_department', 'safe/1', 'key_board', 'assistant_1', 'b')$$), 'SV006', 'not twice in one statement either');
SELECT is(pg_temp.where_is('key_department', 'safe/1'), 'key_board', 'so it hangs where it was');
SELECT is(pg_temp.mv('guard', 'loan key_public roof/1 desk_drawer>assistant_1', 'handed_to=lift_engineer'), 'SV003 key_keeper', 'public keys by the desk');
SELECT is(pg_temp.mv('receptionist', 'loan key_public roof/1 desk_drawer>assistant_1', 'handed_to=lift_engineer'), 'done', 'that is by the receptionist, too');

SELECT is(pg_temp.mv('receptionist', 'loan key_public roof/2 desk_drawer>contractor_1', 'handed_to=x external_ref=wrong'), 'done', 'the wrong one');
SELECT is(pg_temp.as_('guard', 'INSERT INTO desk.stock_move (reversal_of) SELECT move_id FROM desk.stock_move WHERE external_ref = ''wrong'''), 'SV003 key_keeper', 'a mistake is taken back by who may make it');
SELECT is(pg_temp.as_('receptionist', 'INSERT INTO desk.stock_move (reversal_of) SELECT move_id FROM desk.stock_move WHERE external_ref = ''wrong'''), 'done', 'which is all it needs');

-- ---------- keys: back, from who has it, once
SELECT pg_temp.at('03-02 17:00') \g /dev/null
SELECT is(pg_temp.mv('archivist', 'loan_return key_vacant A-1203/1 assistant_1>key_board'), 'SV006', 'the plumber has it');
SELECT is(pg_temp.mv('receptionist', 'loan_return key_vacant A-1203/1 contractor_1>key_board'), 'SV003 archivist', 'the archivist takes it back');
SELECT is(pg_temp.mv('archivist', 'loan_return key_vacant A-1203/1 contractor_1>key_board'), 'done', 'back on the board');
SELECT is(pg_temp.mv('archivist', 'loan_return key_vacant A-1203/1 contractor_1>key_board'), 'SV006', 'once');
SELECT is(pg_temp.mv('archivist', 'loan key_vacant A-1203/1 key_board>assistant_1', 'handed_to=assistant at=x'), '42703', 'a typing error is one');
SELECT is(pg_temp.mv('archivist', 'loan key_vacant A-1203/1 key_board>assistant_1', 'handed_to=assistant'), 'done', 'and out again');
SELECT is((SELECT string_agg(to_char(happened_at, 'HH24:MI') || ' ' || purpose || coalesce(' ' || handed_to, ''), ', ' ORDER BY move_id) FROM desk.stock_move WHERE (part_no, serial_no) = ('key_vacant', 'A-1203/1')),
          '08:00 receipt, 08:00 loan plumber, 17:00 loan_return, 17:00 loan assistant', 'the history of a key');

-- ---------- keys: what is out, and too long
SELECT pg_temp.at('03-03 09:00') \g /dev/null
SELECT is(pg_temp.overdue(1), 'key_vacant A-1203/2 assistant_1 assistant, key_public roof/1 assistant_1 lift_engineer', 'out for more than a day');
SELECT is(pg_temp.overdue(0.5), 'key_vacant A-1203/2 assistant_1 assistant, key_public roof/1 assistant_1 lift_engineer, key_vacant A-1203/1 assistant_1 assistant', 'and for more than half a day');
SELECT is(pg_temp.mv('archivist', 'loan_return key_vacant A-1203/2 assistant_1>key_board') || pg_temp.mv('receptionist', 'loan_return key_public roof/1 assistant_1>desk_drawer'), 'donedone', 'two come back');
SELECT is(pg_temp.overdue(1), 'none', 'none is overdue');
SELECT results_eq('SELECT quantity, returned, balanced_at = aftersales.now() FROM desk.part_exchange WHERE serial_no = ''A-1203/2''', 'VALUES (1.000::numeric, 1.000::numeric, true)', 'the loan is over');
-- for a repair there is a clock
INSERT INTO desk.ticket (ticket_id, policy, ticket_type) VALUES (1, 'register', 'repair');
SELECT is(pg_temp.mv('archivist', 'loan key_vacant A-1203/2 key_board>contractor_1', 'handed_to=plumber ticket_id=1'), 'done', 'a key for a repair');
SELECT is(pg_temp.as_('supervisor', 'UPDATE desk.ticket SET status = ''closed'' WHERE ticket_id = 1'), 'SV002 all_back', 'which is not over while the key is out');
SELECT is((SELECT is_overdue FROM desk_bi.part_outstanding WHERE ticket_id = 1), false, 'in time');
SELECT pg_temp.at('03-03 17:01') \g /dev/null
SELECT is((SELECT is_overdue FROM desk_bi.part_outstanding WHERE ticket_id = 1), true, 'a minute late');
SELECT is(pg_temp.mv('archivist', 'loan_return key_vacant A-1203/2 contractor_1>key_board'), 'SV007', 'it was lent for the repair');
SELECT is(pg_temp.mv('archivist', 'loan_return key_vacant A-1203/2 contractor_1>key_board', 'ticket_id=1'), 'done', 'and comes back for it');
SELECT is(pg_temp.as_('supervisor', 'UPDATE desk.ticket SET status = ''closed'' WHERE ticket_id = 1'), 'done', 'now it is over');
SELECT is((SELECT count(*) FROM desk.sla_breach), 1::bigint, 'and was late');

-- ---------- keys: lost, found, moved in
SELECT is(pg_temp.mv('archivist', 'lose key_vacant A-1203/1 assistant_1>lost'), 'SV002 key_lost', 'lost, but how');
SELECT is(pg_temp.mv('archivist', 'lose key_vacant A-1203/1 assistant_1>lost', 'note=lift_shaft external_ref=l-1'), 'done', 'in the lift shaft');
SELECT is(pg_temp.overdue(0), 'none', 'nobody is asked for it any more');
SELECT is(pg_temp.mv('archivist', 'loan key_vacant A-1203/1 key_board>assistant_1', 'handed_to=assistant'), 'SV006', 'nor is it lent');
SELECT is(pg_temp.as_('archivist', 'INSERT INTO desk.stock_move (reversal_of) SELECT move_id FROM desk.stock_move WHERE external_ref = ''l-1'''), 'done', 'found again');
SELECT is(pg_temp.overdue(0), 'key_vacant A-1203/1 assistant_1 assistant', 'it is still with the assistant');
SELECT is(pg_temp.mv('archivist', 'loan_return key_vacant A-1203/1 assistant_1>key_board'), 'done', 'who brings it back');
SELECT is(pg_temp.mv('archivist', 'deliver key_vacant A-1203/1 key_board>residents', 'handed_to=owner'), 'SV002 key_handed_over', 'the owner moves in, and signs');
SELECT is(pg_temp.as_('archivist', $$INSERT INTO desk.stock_move (purpose, part_no, serial_no, from_location, to_location, handed_to, document_no)
    SELECT 'deliver', part_no, serial_no, 'key_board', 'residents', 'owner', 'H-77' FROM desk.stock_serial WHERE part_no = 'key_vacant' AND serial_no LIKE 'A-1203/%' AND location = 'key_board'$$), 'done', 'all keys of the unit at once');
SELECT is(pg_temp.mv('archivist', 'loan key_vacant A-1203/2 key_board>assistant_1', 'handed_to=assistant'), 'SV006', 'the unit is not vacant any more');
SELECT is((SELECT count(*) FROM desk.stock_balance WHERE part_no = 'key_vacant' AND quantity > 0), 0::bigint, 'no key of it is left');

-- ---------- mail, parcels, newspapers
SELECT pg_temp.at('03-04 08:00') \g /dev/null
SELECT is(pg_temp.mv('guard', 'receipt parcel SF-100 carrier>mail_shelf', 'owner=A-1203'), 'SV003 receptionist', 'the receptionist receives');
SELECT is(pg_temp.mv('receptionist', 'receipt parcel ' || n || ' carrier>mail_shelf', 'owner=' || u || ' external_ref=' || n), 'done', n || ' for ' || u)
FROM (VALUES ('SF-100', 'A-1203'), ('SF-101', 'A-1203'), ('SF-102', 'B-0502')) x(n, u);
SELECT is(pg_temp.mv('receptionist', 'receipt letter R-7 carrier>mail_shelf', 'owner=B-0502'), 'done', 'a registered letter');
SELECT is(pg_temp.mv('receptionist', 'receipt newspaper - carrier>mail_shelf', 'quantity=120'), 'done', 'newspapers are counted');
SELECT is(pg_temp.mv('receptionist', 'receipt parcel SF-100 carrier>mail_shelf', 'owner=A-1203 external_ref=SF-100'), '23505', 'scanned twice');
SELECT is(pg_temp.mv('receptionist', 'receipt parcel SF-100 carrier>mail_shelf', 'owner=A-1203'), 'SV006', 'or entered twice');
SELECT is(pg_temp.mv('receptionist', 'deliver parcel SF-100 mail_shelf>residents', 'owner=A-1203'), 'SV002 mail_signed', 'to nobody');
SELECT is(pg_temp.mv('receptionist', 'deliver parcel SF-100 mail_shelf>residents', 'owner=B-0502 handed_to=neighbour'), 'SV006', 'not as somebody else''s');
SELECT is(pg_temp.mv('receptionist', 'deliver parcel SF-100 mail_shelf>residents', 'owner=A-1203 handed_to=owner'), 'done', 'handed out');
SELECT is(pg_temp.mv('receptionist', 'deliver parcel SF-100 mail_shelf>residents', 'owner=A-1203 handed_to=owner'), 'SV006', 'once');
SELECT is(pg_temp.mv('receptionist', 'deliver newspaper - mail_shelf>residents', 'quantity=119'), 'done', 'newspapers go without a signature');
SELECT is(pg_temp.mv('receptionist', 'deliver newspaper - mail_shelf>residents', 'quantity=2'), 'SV006', 'one is left');
SELECT pg_temp.at('03-09 08:00') \g /dev/null
SELECT is((SELECT string_agg(part_no || ' ' || serial_no || ' ' || owner, ', ' ORDER BY serial_no) FROM desk.stock_serial WHERE location = 'mail_shelf' AND last_at < aftersales.now() - interval '3 days'),
          'letter R-7 B-0502, parcel SF-101 A-1203, parcel SF-102 B-0502', 'what lies there for more than three days');
SELECT is(pg_temp.mv('receptionist', 'supplier_return parcel SF-102 mail_shelf>carrier', 'owner=B-0502 note=not_claimed'), 'done', 'goes back to the carrier');
-- the other way: what residents send
SELECT is(pg_temp.mv('receptionist', 'receipt parcel SF-200 residents>mail_shelf', 'owner=A-1203') || pg_temp.mv('receptionist', 'deliver parcel SF-200 mail_shelf>carrier', 'owner=A-1203 handed_to=courier'), 'donedone', 'handed in, and sent');
SELECT is((SELECT string_agg(purpose || ' ' || trim_scale(q), ', ' ORDER BY purpose) FROM (SELECT purpose, sum(quantity) AS q FROM desk.stock_move WHERE part_no = 'parcel' GROUP BY 1) x), 'deliver 2, receipt 4, supplier_return 1', 'in and out');

-- ---------- release passes
INSERT INTO desk.stock_move (purpose, part_no, serial_no, from_location, to_location) SELECT 'receipt', 'release_pass', to_char(g, 'FM0000'), 'opening', 'pass_block' FROM generate_series(1, 20) g;
INSERT INTO desk.ticket (ticket_id, policy, ticket_type) VALUES (2, 'register', 'repair');
INSERT INTO desk.ticket (ticket_id, policy, ticket_type, attributes) VALUES
    (11, 'register', 'goods_out', '{"unit_no": "A-1203", "valid_until": "2026-03-09T18:00:00+08:00"}'), (12, 'register', 'goods_out', '{"unit_no": "B-0502", "valid_until": "2026-03-09T18:00:00+08:00"}'),
    (13, 'register', 'goods_out', '{"unit_no": "A-1203", "valid_until": "2026-03-10T18:00:00+08:00"}');
SELECT is(pg_temp.as_('guard', 'UPDATE desk.ticket SET status = ''left'' WHERE ticket_id = 11'), 'SV002 pass_shown', 'no pass');
SELECT is(pg_temp.mv('guard', 'issue release_pass 0001 pass_block>A-1203', 'ticket_id=11'), 'SV003 pass_issued', 'the guard issues none');
SELECT is(pg_temp.mv('receptionist', 'issue release_pass 0001 pass_block>A-1203'), 'SV002 pass_for_goods', 'nor is it for nothing');
SELECT is(pg_temp.mv('receptionist', 'issue release_pass 0001 pass_block>A-1203', 'ticket_id=2'), 'SV002 pass_for_goods', 'nor for a repair');
SELECT is(pg_temp.mv('receptionist', 'issue release_pass 0001 pass_block>B-0502', 'ticket_id=11'), 'SV002 pass_issued', 'nor for another unit');
SELECT is(pg_temp.mv('receptionist', 'issue release_pass 0001 pass_block>A-1203', 'ticket_id=11'), 'done', 'issued');
SELECT is(pg_temp.mv('receptionist', 'issue release_pass 0001 pass_block>A-1203', 'ticket_id=13'), 'SV006', 'once');
SELECT is(pg_temp.as_('guard', 'UPDATE desk.ticket SET status = ''left'' WHERE ticket_id = 11'), 'SV002 pass_shown', 'issued is not shown');
SELECT is(pg_temp.mv('receptionist', 'install release_pass 0001 A-1203>gate', 'ticket_id=11'), 'SV003 pass_at_gate', 'it is the guard who takes it');
SELECT is(pg_temp.mv('guard', 'install release_pass 0001 A-1203>gate', 'ticket_id=12'), 'SV002 pass_of_case', 'a pass of another unit');
SELECT is(pg_temp.mv('guard', 'install release_pass 0001 A-1203>gate', 'ticket_id=13'), 'SV002 pass_of_case', 'or of other goods of the unit');
SELECT is(pg_temp.mv('guard', 'install release_pass 0002 A-1203>gate', 'ticket_id=11'), 'SV006', 'or one that was never issued');
SELECT is(pg_temp.mv('guard', 'install release_pass 0002 pass_block>gate', 'ticket_id=11'), 'SV002 pass_of_case', 'or taken from the block');
SELECT pg_temp.at('03-09 18:00') \g /dev/null
SELECT is(pg_temp.mv('guard', 'install release_pass 0001 A-1203>gate', 'ticket_id=11'), 'done', 'the right one, in the last moment');
SELECT is(pg_temp.as_('guard', 'UPDATE desk.ticket SET status = ''left'' WHERE ticket_id = 11'), 'done', 'and the goods leave');
SELECT is(pg_temp.mv('guard', 'install release_pass 0001 A-1203>gate', 'ticket_id=11') , 'SV006', 'a used pass is no pass');
SELECT is(pg_temp.mv('guard', 'install release_pass 0001 A-1203>gate', 'ticket_id=13') , 'SV006', 'for no goods');
SELECT is(pg_temp.mv('receptionist', 'issue release_pass 0001 pass_block>A-1203', 'ticket_id=13') , 'SV006', 'nor is it issued again');
SELECT is(pg_temp.as_('supervisor', 'UPDATE desk.ticket SET status = ''closed'' WHERE ticket_id = 11'), 'done', 'nothing is out');
-- expired
SELECT is(pg_temp.mv('receptionist', 'issue release_pass 0002 pass_block>B-0502', 'ticket_id=12'), 'done', 'another one');
SELECT pg_temp.at('03-09 18:00:00.000001') \g /dev/null
SELECT is(pg_temp.mv('guard', 'install release_pass 0002 B-0502>gate', 'ticket_id=12'), 'SV002 pass_valid', 'has expired');
SELECT is(pg_temp.as_('supervisor', 'UPDATE desk.ticket SET status = ''closed'' WHERE ticket_id = 12'), 'SV002 all_back', 'and is still out');
SELECT is((SELECT string_agg(part_no || ' ' || serial_no || ' ' || location, ', ') FROM desk_bi.part_outstanding WHERE ticket_id = 12), 'release_pass 0002 B-0502', 'which is known');
SELECT is(pg_temp.mv('receptionist', 'return release_pass 0002 B-0502>pass_block', 'ticket_id=12') || pg_temp.mv('receptionist', 'scrap release_pass 0002 pass_block>shredder'), 'donedone', 'brought back and torn up');
SELECT is(pg_temp.as_('supervisor', 'UPDATE desk.ticket SET status = ''closed'' WHERE ticket_id = 12'), 'done', 'now it is over');
SELECT is(pg_temp.mv('receptionist', 'issue release_pass 0002 pass_block>A-1203', 'ticket_id=13'), 'SV006', 'nor is it issued again');

-- ---------- the boards are counted as stores are
SELECT pg_temp.at('03-10 08:00') \g /dev/null
SELECT pg_temp.as_('archivist', 'INSERT INTO desk.stock_location (location, kind) VALUES (''differences'', ''adjustment'')') \g /dev/null
SELECT is(pg_temp.as_('archivist', 'INSERT INTO desk.stock_count (location, due_on) VALUES (''desk_drawer'', ''2026-03-10'')'), 'done', 'a count of the drawer');
SELECT is(pg_temp.as_('archivist', 'UPDATE desk.stock_count SET frozen_at = aftersales.now()'), 'done', 'what the books say');
SELECT is((SELECT string_agg(part_no || ' ' || serial_no || ' ' || trim_scale(book_quantity), ', ' ORDER BY serial_no) FROM desk.stock_count_line), 'key_public roof/1 1, key_public roof/2 1', 'key by key');
SELECT is(pg_temp.as_('archivist', 'UPDATE desk.stock_count_line SET counted_quantity = CASE serial_no WHEN ''roof/1'' THEN 1 ELSE 0 END, reason = ''not there'''), 'done', 'one is not there');
SELECT is(pg_temp.as_('archivist', 'UPDATE desk.stock_count SET store_signed_at = aftersales.now()') || pg_temp.as_('receptionist', 'UPDATE desk.stock_count SET account_signed_at = aftersales.now()') ||
          pg_temp.as_('supervisor', 'UPDATE desk.stock_count SET approved_at = aftersales.now()') || pg_temp.as_('archivist', 'UPDATE desk.stock_count SET posted_at = aftersales.now()'), 'donedonedonedone', 'signed, approved, booked');
SELECT is(pg_temp.where_is('key_public', 'roof/2'), 'differences', 'the key is gone');
SELECT pg_temp.at('03-10 09:00') \g /dev/null
SELECT is(pg_temp.mv('receptionist', 'loan key_public roof/2 desk_drawer>assistant_1', 'handed_to=lift_engineer'), 'SV006', 'and not lent');

SELECT is_empty('SELECT * FROM aftersales.verify_ledger()', 'the ledger is sound');
SELECT is_empty('SELECT * FROM aftersales.verify_audit()', 'the chains are sound');
SELECT is_empty('SELECT * FROM aftersales.verify_clocks()', 'the clocks too');
SELECT * FROM finish();
