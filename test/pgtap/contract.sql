-- Customers, contracts and units: what a ticket takes from them when it is
-- opened, what must belong together, what constraints refuse.

\ir lib/warranty.sql

SET aftersales.now = '2026-07-01 10:00+08';
ALTER TABLE desk.customer ALTER customer_id RESTART WITH 1000;
INSERT INTO desk.customer (customer_id, customer_no, area, tier) VALUES
    (1, 'C1', 'urban', 'B'), (2, 'C2', 'county', NULL), (3, 'C3', NULL, 'A'), (4, 'C4', 'mars', NULL), (5, 'C5', 'urban', 'C');
INSERT INTO desk.contract (contract_id, contract_no, customer_id, policy, tier, starts_on, ends_on) VALUES
    (11, 'K11', 1, NULL, 'gold', '2026-01-01', '2026-12-31'),       -- lists units 101, 102, 105
    (12, 'K12', 1, NULL, 'old', '2025-01-01', '2025-12-31'),        -- is over; all units
    (21, 'K21', 2, NULL, NULL, '2026-07-01', NULL),                 -- begins today; all units
    (31, 'K31', 3, NULL, 'one', '2026-01-01', NULL), (32, 'K32', 3, NULL, 'two', '2026-01-01', NULL),
    (51, 'K51', 5, 'maker_1', 'foreign', '2026-01-01', NULL);
INSERT INTO desk.product_unit (unit_id, policy, serial_no, product_line, customer_id, invoice_date) VALUES
    (101, 'maker', 'U101', 'desktop', 1, '2026-03-01'), (102, 'maker', 'U102', 'laptop', 1, '2026-03-01'), (103, 'maker', 'U103', NULL, 1, NULL),
    (104, 'maker', 'U104', 'desktop', NULL, NULL), (105, 'maker', 'U105', 'desktop', NULL, NULL), (201, 'maker', 'U201', 'server', 2, '2026-03-01'),
    (301, 'maker', 'U301', NULL, 3, NULL), (401, 'maker', 'U401', NULL, 4, NULL), (501, 'maker', 'U501', NULL, 5, NULL), (901, 'maker_1', 'U901', NULL, NULL, NULL);
INSERT INTO desk.contract_unit (contract_id, unit_id, tier, starts_on, ends_on) VALUES
    (11, 101, 'platinum', '2026-01-01', '2026-06-30'), (11, 101, NULL, '2026-07-01', NULL), (11, 102, 'silver', '2026-01-01', NULL), (11, 105, NULL, '2026-01-01', '2026-06-30');

-- Opens a ticket with these columns and says what became of it, or the refusal.
CREATE FUNCTION pg_temp.opened(p_given jsonb DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    r text;
    d text;
    c text;
BEGIN
    INSERT INTO desk.ticket (ticket_type, customer_id, contract_id, unit_id, tier, area, product_line, opened_at)
    SELECT coalesce(ticket_type, 'repair'), customer_id, contract_id, unit_id, tier, area, product_line, opened_at
    FROM jsonb_populate_record(NULL::aftersales.ticket_template, p_given)
    RETURNING concat_ws(' ', coalesce(customer_id::text, '-'), coalesce(contract_id::text, '-'), coalesce(unit_id::text, '-'), coalesce(tier, '-'), coalesce(area, '-'), coalesce(product_line, '-')) INTO r;
    RETURN r;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS d = PG_EXCEPTION_DETAIL, c = COLUMN_NAME;
    RETURN concat_ws(' ', sqlstate, nullif(c, ''), split_part(d, E'\n', 1));
END $$;
-- customer contract unit tier area product_line
CREATE TEMP TABLE filling (n serial, given jsonb, became text, what text);
INSERT INTO filling (given, became, what) VALUES
    ('{}', '- - - - - -', 'nothing comes of nothing'),
    ('{"unit_id": 101}', '1 11 101 gold urban desktop', 'all comes of the unit: where the contract gives the unit no tier, the contract''s'),
    ('{"unit_id": 102}', '1 11 102 silver urban laptop', 'the unit''s tier in the contract comes first'),
    ('{"unit_id": 101, "opened_at": "2026-06-30 23:59:59.999999+08"}', '1 11 101 platinum urban desktop', 'as of the opening: the last microsecond of a period, local'),
    ('{"unit_id": 101, "opened_at": "2026-06-30 16:00+00"}', '1 11 101 gold urban desktop', 'and the first of the next'),
    ('{"unit_id": 101, "opened_at": "2025-12-31 23:59+08"}', '1 12 101 old urban desktop', 'the contract of that day, which lists no units and so covers all'),
    ('{"unit_id": 101, "opened_at": "2024-12-31 23:59+08"}', '1 - 101 B urban desktop', 'before all contracts the customer''s tier'),
    ('{"unit_id": 103}', '1 - 103 B urban -', 'a contract that lists units covers these only'),
    ('{"unit_id": 104}', '- - 104 - - desktop', 'a unit without an owner'),
    ('{"unit_id": 104, "customer_id": 1}', '1 - 104 B urban desktop', 'with a customer given'),
    ('{"unit_id": 105}', '- - 105 - - desktop', 'its time in the contract is over'),
    ('{"unit_id": 105, "opened_at": "2026-06-30 10:00+08"}', '1 11 105 gold urban desktop', 'while it lasts the customer comes of the contract'),
    ('{"unit_id": 201}', '2 21 201 - county server', 'the customer''s only contract; it has begun today'),
    ('{"unit_id": 201, "opened_at": "2026-06-30 23:59+08"}', '2 - 201 - county server', 'but not yesterday'),
    ('{"customer_id": 1}', '1 11 - gold urban -', 'the customer''s only one in force'),
    ('{"customer_id": 2}', '2 21 - - county -', 'likewise'),
    ('{"customer_id": 3}', '3 - - A - -', 'of two contracts none'),
    ('{"customer_id": 3, "contract_id": 32}', '3 32 - two - -', 'unless it is named'),
    ('{"unit_id": 301}', '3 - 301 A - -', 'of two none, with a unit'),
    ('{"contract_id": 32}', '3 32 - two - -', 'the customer comes of the contract'),
    ('{"contract_id": 12}', '1 12 - B urban -', 'a contract that is over may be named; it gives no tier'),
    ('{"customer_id": 5}', '5 - - C urban -', 'a contract for another policy is none'),
    ('{"customer_id": 5, "ticket_type": "repair_1"}', '5 51 - foreign urban -', 'but for that policy it is'),
    ('{"unit_id": 101, "tier": "mine", "area": "county", "product_line": "other"}', '1 11 101 mine county other', 'what is given stays'),
    ('{"unit_id": 401}', 'SV010 area ticket=10000 from=- to=new column=area', 'an area the policy does not know is refused, also the customer''s'),
    ('{"unit_id": 401, "area": "urban"}', '4 - 401 - urban -', 'unless another is given'),
    -- what does not belong together
    ('{"unit_id": 101, "customer_id": 2}', 'SV010 unit_id The unit is another customer''s.', 'another''s unit'),
    ('{"contract_id": 21, "customer_id": 1}', 'SV010 contract_id The contract is another customer''s.', 'another''s contract'),
    ('{"contract_id": 21, "unit_id": 101}', 'SV010 contract_id The contract is another customer''s.', 'found by the unit'),
    ('{"contract_id": 11, "unit_id": 103}', 'SV010 contract_id The contract lists the units that it covers, and this is none of them.', 'a unit that the contract does not list'),
    ('{"contract_id": 11, "unit_id": 105}', '1 11 105 gold urban desktop', 'one it has listed once may be named'),
    ('{"contract_id": 32, "unit_id": 104}', '3 32 104 two - desktop', 'a contract that lists none covers any'),
    ('{"contract_id": 51, "customer_id": 5}', 'SV010 contract_id The contract is for tickets of another policy.', 'another policy''s contract'),
    ('{"unit_id": 901}', 'SV010 unit_id The unit is under another policy.', 'another policy''s unit'),
    ('{"unit_id": 901, "ticket_type": "repair_1"}', '- - 901 - - -', 'its own'),
    ('{"unit_id": -1}', '23503 Key (unit_id)=(-1) is not present in table "product_unit".', 'no such unit'), ('{"customer_id": -1}', '23503 Key (customer_id)=(-1) is not present in table "customer".', 'no such customer'), ('{"contract_id": -1}', '23503 Key (contract_id)=(-1) is not present in table "contract".', 'no such contract');
ALTER TABLE desk.ticket ALTER ticket_id RESTART WITH 1;
SELECT is(regexp_replace(pg_temp.opened(given), 'ticket=\d+', 'ticket=10000'), became, concat(what, ': ', given)) FROM filling ORDER BY n;

-- Later: nothing is filled in, what changes must fit.
INSERT INTO desk.ticket (ticket_id, ticket_type) VALUES (50001, 'repair');
UPDATE desk.ticket SET unit_id = 101 WHERE ticket_id = 50001;
SELECT is((SELECT concat_ws(' ', unit_id, customer_id, contract_id, tier, area, product_line) FROM desk.ticket WHERE ticket_id = 50001), '101', 'a unit that is named later brings nothing along');
SELECT throws_ok('UPDATE desk.ticket SET customer_id = 2 WHERE ticket_id = 50001', 'SV010', 'customer, contract and unit of ticket 50001 do not belong together', 'but it holds: another customer');
SELECT throws_ok('UPDATE desk.ticket SET contract_id = 21 WHERE ticket_id = 50001', 'SV010', 'customer, contract and unit of ticket 50001 do not belong together', 'another contract');
SELECT lives_ok('UPDATE desk.ticket SET customer_id = 1, contract_id = 11 WHERE ticket_id = 50001', 'its own');
SELECT throws_ok('UPDATE desk.ticket SET unit_id = 201 WHERE ticket_id = 50001', 'SV010', 'customer, contract and unit of ticket 50001 do not belong together', 'another unit');
SELECT lives_ok('UPDATE desk.ticket SET unit_id = 201, customer_id = 2, contract_id = 21 WHERE ticket_id = 50001', 'all three at once');
SELECT lives_ok('UPDATE desk.ticket SET unit_id = NULL WHERE ticket_id = 50001', 'a column emptied');
UPDATE desk.product_unit SET customer_id = 3 WHERE unit_id = 102;
SELECT lives_ok('UPDATE desk.ticket SET subject = ''x'' WHERE unit_id = 102', 'what is not touched is not judged, though the unit has been sold on');
SELECT is((SELECT string_agg(concat_ws(' ', e.event, p.data ->> 'new'), '; ' ORDER BY seq) FROM desk.ticket_event e JOIN desk.event_private p USING (event_id) WHERE ticket_id = 50001),
          'changed:unit_id 101; changed:customer_id 1; changed:contract_id 11; changed:customer_id 2; changed:contract_id 21; changed:unit_id 201; changed:unit_id', 'all of it is history');
SELECT is((SELECT concat_ws(' ', customer_id, contract_id, unit_id) FROM aftersales.ticket_as_of(50001, '2026-07-01 10:00+08')), '2 21', 'and stands in ticket_as_of()');

-- Duplicates by unit.
INSERT INTO aftersales.policy (policy, title_en) VALUES ('twice', 'Twice');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('twice', 1, 'again');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('twice', 1, 'new', 'initial'), ('twice', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('twice', 1, 'new', 'done');
INSERT INTO aftersales.duplicate_rule (policy, version, ticket_type, rule, match_on) VALUES ('twice', 1, 'again', 'same', '{customer_id,area}');
SELECT aftersales.activate_policy('twice', 1) \g /dev/null
INSERT INTO desk.ticket (ticket_id, ticket_type, customer_id) VALUES (60001, 'again', 1), (60002, 'again', 2), (60003, 'again', 1), (60004, 'again', 3);
SELECT is((SELECT string_agg(format('%s %s', ticket_id, duplicate_of), ', ' ORDER BY ticket_id) FROM desk.ticket WHERE ticket_id BETWEEN 60001 AND 60004),
          '60001 , 60002 , 60003 60001, 60004 ', 'a duplicate_rule sees what has been filled in');

-- Constraints.
SELECT throws_ok($$INSERT INTO desk.contract_unit (contract_id, unit_id, starts_on, ends_on) VALUES (31, 101, '2026-12-31', NULL)$$, '23P01', NULL, 'a unit is in one contract at a time');
SELECT throws_ok($$INSERT INTO desk.contract_unit (contract_id, unit_id, starts_on, ends_on) VALUES (31, 105, '2026-06-30', NULL)$$, '23P01', NULL, 'the last day counts');
SELECT lives_ok($$INSERT INTO desk.contract_unit (contract_id, unit_id, starts_on, ends_on) VALUES (31, 105, '2026-07-01', NULL)$$, 'the next day is free');
SELECT lives_ok($$INSERT INTO desk.contract_unit (contract_id, unit_id, starts_on, ends_on) VALUES (31, 301, '2026-01-01', NULL)$$, 'another unit is another matter');
SELECT throws_ok($$INSERT INTO desk.contract_unit (contract_id, unit_id, starts_on, ends_on) VALUES (31, 104, '2026-01-02', '2026-01-01')$$, '23514', NULL, 'a period does not end before it begins');
SELECT throws_ok($$INSERT INTO desk.contract (contract_no, customer_id, starts_on, ends_on) VALUES ('x', 1, '2026-01-02', '2026-01-01')$$, '23514', NULL, 'nor a contract');
SELECT throws_ok($$INSERT INTO desk.contract (contract_no, customer_id, starts_on, fee) VALUES ('x', 1, '2026-01-02', 1)$$, '23514', NULL, 'a fee has a currency');
SELECT throws_ok($$INSERT INTO desk.contract (contract_no, customer_id, starts_on, fee, currency) VALUES ('x', 1, '2026-01-02', -1, 'CNY')$$, '23514', NULL, 'and is not negative');
SELECT throws_ok($$INSERT INTO desk.unit_part (unit_id, component, is_replacement) VALUES (101, 'monitor', true)$$, '23514', NULL, 'a replacement has a day');
SELECT throws_ok($$INSERT INTO desk.unit_part (unit_id, component, installed_on, removed_on) VALUES (101, 'monitor', '2026-01-02', '2026-01-01')$$, '23514', NULL, 'no part goes before it comes');
SELECT throws_ok($$INSERT INTO desk.product_unit (policy, serial_no, invoice_date) VALUES ('maker', 'x', 'infinity')$$, '23514', NULL, 'an invoice has a date');

-- Rights: what each level may do with them.
CREATE ROLE warranty_app; CREATE ROLE warranty_audit; CREATE ROLE warranty_bi;
SELECT aftersales.grant_access('warranty_app', 'app'), aftersales.grant_access('warranty_audit', 'audit'), aftersales.grant_access('warranty_bi', 'bi') \g /dev/null
CREATE FUNCTION pg_temp.may(p_role text, p_do text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', p_role);
    EXECUTE p_do;
    RESET ROLE;
    RETURN 'yes';
EXCEPTION WHEN OTHERS THEN
    RETURN sqlstate;
END $$;
CREATE TEMP TABLE rights (what text, app text, audit text, bi text);
INSERT INTO rights VALUES
    ('INSERT INTO desk.customer (customer_no) VALUES (gen_random_uuid())', 'yes', '42501', '42501'),
    ('UPDATE desk.product_unit SET model = ''y'' WHERE unit_id = 101', 'yes', '42501', '42501'),
    ('DELETE FROM desk.product_unit WHERE unit_id = 901', '42501', '42501', '42501'),
    ('SELECT * FROM desk.contract', 'yes', 'yes', '42501'),
    ('SELECT * FROM desk_bi.warranty_mix', '42501', 'yes', 'yes'),
    ('SELECT * FROM aftersales.classify_warranty(101, ''2026-03-02'')', 'yes', 'yes', '42501'),
    ('SELECT aftersales.reclassify(50001, ''why'')', 'yes', '42501', '42501'),
    ('SELECT * FROM aftersales.warranty_term', 'yes', 'yes', '42501'),
    ('UPDATE aftersales.warranty_term SET label_en = ''x''', '42501', '42501', '42501');
SELECT is(concat_ws(' ', pg_temp.may('warranty_app', what), pg_temp.may('warranty_audit', what), pg_temp.may('warranty_bi', what)), concat_ws(' ', app, audit, bi), what) FROM rights;
-- who may call the function but not read units learns nothing
GRANT EXECUTE ON FUNCTION aftersales.classify_warranty(bigint, timestamptz, text, text, text, name) TO warranty_bi;
GRANT USAGE ON SCHEMA aftersales TO warranty_bi;
SELECT is(pg_temp.may('warranty_bi', 'SELECT * FROM aftersales.classify_warranty(101, ''2026-03-02'')'), '42501', 'classify_warranty() reads with the caller''s rights');
ALTER TABLE desk.product_unit ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON desk.product_unit FOR SELECT TO warranty_app USING (customer_id = 1);
SELECT is(pg_temp.may('warranty_app', 'SELECT * FROM aftersales.classify_warranty(201, ''2026-03-02'')'), 'SV010', 'and under row security');
SELECT is(pg_temp.may('warranty_app', 'SELECT * FROM aftersales.classify_warranty(101, ''2026-03-02'')'), 'yes', 'what he may see he may ask about');
SELECT is(pg_temp.may(session_user::text, 'SELECT * FROM aftersales.classify_warranty(201, ''2026-03-02'')'), 'yes', 'the owner still sees all');
DROP OWNED BY warranty_app, warranty_audit, warranty_bi;
DROP ROLE warranty_app, warranty_audit, warranty_bi;

SELECT * FROM finish();
