-- Warranty: worked cases of document 000 and their mirror images, judged by the
-- function and by the trigger; edges of days, months and leap years; what is
-- not known; ranks.

\ir lib/warranty.sql

-- Worked cases -----------------------------------------------------------------
-- G numbers are those of the case list, the day of the sale being day 0 unless
-- the policy is maker_1.  M cases are their mirror images: the same just before,
-- or just past, the line.  Times are local, Asia/Shanghai.

CREATE TEMP TABLE warranty_case (id text PRIMARY KEY, clause text, policy text DEFAULT 'maker', invoice date, delivered date,
    fault_at text, cause text DEFAULT 'product', component text DEFAULT 'host', code text DEFAULT 'P01', verdict text);
INSERT INTO warranty_case (id, clause, policy, invoice, delivered, fault_at, cause, component, code, verdict) VALUES
    ('G017', 'PC-19', 'maker', '2026-03-01', NULL, '2026-03-01 10:00', 'product', 'host', 'P01', 'in_warranty {parts,labour,visit} {return,exchange,repair} 2029-03-01'),
    ('M017', 'PC-19', 'maker', '2026-03-01', NULL, '2026-03-08 23:59:59.999999', 'product', 'host', 'P02', 'in_warranty {parts,labour,visit} {return,exchange,repair} 2029-03-01'),
    ('G019', 'PC-20', 'maker', '2026-03-01', NULL, '2026-03-09 10:00', 'product', 'host', 'P01', 'in_warranty {parts,labour,visit} {exchange,repair} 2029-03-01'),
    ('M019', 'PC-20', 'maker', '2026-03-01', NULL, '2026-03-09 00:00', 'product', 'host', 'P01', 'in_warranty {parts,labour,visit} {exchange,repair} 2029-03-01'),
    ('M020', 'PC-20', 'maker', '2026-03-01', NULL, '2026-03-21 23:59:59.999999', 'product', 'host', 'P01', 'in_warranty {parts,labour,visit} {exchange,repair} 2029-03-01'),
    ('G021', 'PC-21', 'maker', '2026-03-01', NULL, '2026-03-22 00:00', 'product', 'host', 'P01', 'in_warranty {parts,labour,visit} {repair} 2029-03-01'),
    ('M021', 'PC-21', 'maker', '2026-03-01', NULL, '2029-03-01 23:59:59.999999', 'product', 'host', 'P01', 'in_warranty {parts,labour,visit} {repair} 2029-03-01'),
    ('G023', 'PC-12', 'maker', '2026-03-01', NULL, '2029-03-02 00:00', 'product', 'host', 'P01', 'out_expired {} {paid_repair} 2029-03-01'),
    ('M023', 'PC-12', 'maker', '2026-03-01', NULL, '2029-03-01 10:00', 'product', 'host', NULL, 'in_warranty {parts,labour,visit} {repair} 2029-03-01'),
    ('G025', 'PC-12', 'maker', '2028-02-29', NULL, '2031-03-01 10:00', 'product', 'host', 'P01', 'out_expired {} {paid_repair} 2031-02-28'),
    ('M025', 'PC-12', 'maker', '2028-02-29', NULL, '2031-02-28 23:59', 'product', 'host', 'P01', 'in_warranty {parts,labour,visit} {repair} 2031-02-28'),
    ('G027', 'PC-19', 'maker_1', '2026-03-01', NULL, '2026-03-07 10:00', 'product', 'host', 'P01', 'in_warranty {parts,labour,visit} {return,exchange,repair} 2029-02-28'),
    ('M027', 'PC-19', 'maker_1', '2026-03-01', NULL, '2026-03-08 00:00', 'product', 'host', 'P01', 'in_warranty {parts,labour,visit} {exchange,repair} 2029-02-28'),
    ('G029', 'PC-20', 'maker_1', '2026-03-01', NULL, '2026-03-20 23:59:59.999999', 'product', 'host', 'P01', 'in_warranty {parts,labour,visit} {exchange,repair} 2029-02-28'),
    ('M029', 'PC-20', 'maker_1', '2026-03-01', NULL, '2026-03-21 00:00', 'product', 'host', 'P01', 'in_warranty {parts,labour,visit} {repair} 2029-02-28'),
    ('M030', 'PC-12', 'maker_1', '2026-03-01', NULL, '2029-03-01 00:00', 'product', 'host', 'P01', 'out_expired {} {paid_repair} 2029-02-28'),
    ('G031', 'PC-22', 'maker', '2026-03-01', '2026-03-05', '2026-03-09 10:00', 'product', 'host', 'P01', 'in_warranty {parts,labour,visit} {exchange,repair} 2029-03-01'),
    ('M031', 'PC-22', 'maker', '2026-03-05', '2026-03-01', '2026-03-09 10:00', 'product', 'host', 'P01', 'in_warranty {parts,labour,visit} {return,exchange,repair} 2029-03-05'),
    ('M032', 'PC-22', 'maker', NULL, '2026-03-05', '2026-03-09 10:00', 'product', 'host', 'P01', 'in_warranty {parts,labour,visit} {repair} 2029-03-05'),
    ('M033', 'PC-22', 'maker', NULL, '2026-03-05', '2029-03-06 00:00', 'product', 'host', 'P01', 'out_expired {} {paid_repair} 2029-03-05'),
    ('M034', 'PC-22', 'maker', NULL, NULL, '2026-03-09 10:00', 'product', 'host', 'P01', '- - - -'),
    ('G033', 'PC-23', 'maker', '2026-03-01', NULL, '2026-03-04 10:00', 'product', 'keyboard', 'K01', 'in_warranty {parts,labour,visit} {repair} 2029-03-01'),
    ('M035', 'PC-23', 'maker', '2026-03-01', NULL, '2026-03-04 10:00', 'product', 'host', 'K01', 'in_warranty {parts,labour,visit} {repair} 2029-03-01'),
    ('M036', 'PC-23', 'maker', '2026-03-01', NULL, '2026-03-04 10:00', 'product', 'keyboard', 'P01', 'in_warranty {parts,labour,visit} {repair} 2029-03-01'),
    ('M037', 'PC-23', 'maker', '2026-03-01', NULL, '2026-03-04 10:00', 'product', NULL, 'P01', 'in_warranty {parts,labour,visit} {repair} 2029-03-01'),
    ('G035', 'PC-42', 'maker', '2026-03-01', NULL, '2026-06-01 10:00', 'natural_disaster', 'host', 'P01', 'out_disaster {} {paid_repair} 2029-03-01'),
    ('M038', 'PC-41', 'maker', '2026-03-01', NULL, '2026-03-04 10:00', 'user', 'host', 'P01', 'out_user {} {paid_repair} 2029-03-01'),
    ('M039', 'PC-42', 'maker', '2026-03-01', NULL, '2026-06-01 10:00', 'unknown', 'host', 'P01', 'in_warranty {parts,labour,visit} {repair} 2029-03-01'),
    ('M040', 'PC-40', 'maker', '2026-03-01', NULL, '2029-03-02 10:00', 'user', 'host', 'P01', 'out_expired {} {paid_repair} 2029-03-01'),
    ('M041', 'PC-41', 'maker', '2026-03-01', NULL, '2029-03-01 10:00', 'user', 'host', 'P01', 'out_user {} {paid_repair} 2029-03-01'),
    -- software for life; visits for it as for the machine
    ('L001', 'PC-12', 'maker', '2020-01-31', NULL, '2032-06-01 10:00', 'product', 'software', NULL, 'in_warranty {parts,labour} {repair} infinity'),
    ('L002', 'PC-12', 'maker', '2020-01-31', NULL, '2023-01-31 10:00', 'product', 'software', NULL, 'in_warranty {parts,labour,visit} {repair} infinity'),
    ('L003', 'PC-41', 'maker', '2020-01-31', NULL, '2032-06-01 10:00', 'user', 'software', NULL, 'out_user {} {paid_repair} infinity'),
    ('L004', 'PC-12', 'maker_1', '2020-01-31', NULL, '2032-06-01 10:00', 'product', 'software', NULL, 'in_warranty {parts,labour} {repair} infinity'),
    -- a defect that was there at the sale
    ('B001', 'PC-19', 'maker', '2026-03-01', NULL, '2026-02-20 10:00', 'product', 'host', 'P01', 'in_warranty {parts,labour,visit} {return,exchange,repair} 2029-03-01'),
    ('B002', 'PC-19', 'maker', '2026-03-01', NULL, '1999-02-20 10:00', 'product', 'host', 'P01', 'in_warranty {parts,labour,visit} {return,exchange,repair} 2029-03-01'),
    ('B003', 'PC-19', 'maker_1', '2026-03-01', NULL, '2026-02-20 10:00', 'product', 'host', 'P01', 'in_warranty {parts,labour,visit} {return,exchange,repair} 2029-02-28'),
    -- leap days and month ends
    ('D001', 'PC-12', 'maker', '2024-02-29', NULL, '2027-02-28 10:00', 'product', 'host', NULL, 'in_warranty {parts,labour,visit} {repair} 2027-02-28'),
    ('D002', 'PC-12', 'maker', '2024-02-29', NULL, '2027-03-01 00:00', 'product', 'host', NULL, 'out_expired {} {paid_repair} 2027-02-28'),
    ('D003', 'PC-12', 'maker', '2025-02-28', NULL, '2028-02-29 00:00', 'product', 'host', NULL, 'out_expired {} {paid_repair} 2028-02-28'),
    ('D004', 'PC-12', 'maker_1', '2024-02-29', NULL, '2027-02-27 10:00', 'product', 'host', NULL, 'in_warranty {parts,labour,visit} {repair} 2027-02-27'),
    ('D005', 'PC-12', 'maker_1', '2024-02-29', NULL, '2027-02-28 00:00', 'product', 'host', NULL, 'out_expired {} {paid_repair} 2027-02-27'),
    ('D006', 'PC-12', 'maker', '2025-12-31', NULL, '2028-12-31 23:59:59.999999', 'product', 'host', NULL, 'in_warranty {parts,labour,visit} {repair} 2028-12-31');

SELECT is(pg_temp.by_function(u, at, c.cause, c.component, c.code), c.verdict, format('%s (%s), by function: fault %s', c.id, c.clause, c.fault_at))
    || E'\n' || is(pg_temp.by_ticket(u, at, c.cause, c.component, c.code), c.verdict, format('%s (%s), by trigger', c.id, c.clause))
FROM warranty_case c, pg_temp.unit(c.invoice, c.delivered, c.policy) u, LATERAL (SELECT c.fault_at::timestamp AT TIME ZONE 'Asia/Shanghai') t(at)
ORDER BY c.id;

-- Replaced parts ------------------------------------------------------------------

CREATE TEMP TABLE part_case (id text PRIMARY KEY, installed date, removed date, invoice date, fault_on date, component text, verdict text);
INSERT INTO part_case VALUES
    -- G045, G047, G049: three months from the day it was put in
    ('G045', '2026-01-31', NULL, '2022-01-10', '2026-04-30', 'monitor', 'in_warranty {parts,labour} {repair} 2026-04-30'),
    ('M045', '2026-01-31', NULL, '2022-01-10', '2026-05-01', 'monitor', 'out_expired {} {paid_repair} 2026-04-30'),
    ('G047', '2026-03-15', NULL, '2022-01-10', '2026-06-15', 'monitor', 'in_warranty {parts,labour} {repair} 2026-06-15'),
    ('G049', '2026-03-15', NULL, '2022-01-10', '2026-06-16', 'monitor', 'out_expired {} {paid_repair} 2026-06-15'),
    ('N301', '2025-11-30', NULL, '2022-01-10', '2026-02-28', 'monitor', 'in_warranty {parts,labour} {repair} 2026-02-28'),
    ('N302', '2025-11-30', NULL, '2022-01-10', '2026-03-01', 'monitor', 'out_expired {} {paid_repair} 2026-02-28'),
    -- it covers the component that it is
    ('N303', '2026-03-15', NULL, '2022-01-10', '2026-04-01', 'host', 'out_expired {} {paid_repair} 2025-01-10'),
    ('N304', '2026-03-15', NULL, '2022-01-10', '2026-04-01', NULL, 'out_expired {} {paid_repair} 2025-01-10'),
    -- only while it is in place, its first and its last day included
    ('N305', '2026-03-15', '2026-04-01', '2022-01-10', '2026-04-01', 'monitor', 'in_warranty {parts,labour} {repair} 2026-06-15'),
    ('N306', '2026-03-15', '2026-04-01', '2022-01-10', '2026-04-02', 'monitor', 'out_expired {} {paid_repair} 2025-01-10'),
    ('N307', '2026-03-15', NULL, '2022-01-10', '2026-03-15', 'monitor', 'in_warranty {parts,labour} {repair} 2026-06-15'),
    ('N308', '2026-03-15', NULL, '2022-01-10', '2026-03-14', 'monitor', 'out_expired {} {paid_repair} 2025-01-10'),
    -- it can only add: the unit's own term lasts longer, or ends while it runs
    ('N309', '2026-03-15', NULL, '2026-01-10', '2026-09-01', 'monitor', 'in_warranty {parts,labour,visit} {repair} 2029-01-10'),
    ('N310', '2026-03-15', NULL, '2023-04-01', '2026-04-01', 'monitor', 'in_warranty {parts,labour,visit} {repair} 2026-06-15'),
    ('N311', '2026-03-15', NULL, '2023-04-01', '2026-04-02', 'monitor', 'in_warranty {parts,labour} {repair} 2026-06-15'),
    -- of a unit of which nothing is known it tells that there is cover, not that there is none
    ('N312', '2026-03-15', NULL, NULL, '2026-06-15', 'monitor', 'in_warranty {parts,labour} {repair} 2026-06-15'),
    ('N313', '2026-03-15', NULL, NULL, '2026-06-16', 'monitor', '- - - -');
SELECT is(pg_temp.by_function(u, c.fault_on::timestamptz, 'product', c.component, NULL), c.verdict, format('%s (PC-52), by function', c.id))
    || E'\n' || is(pg_temp.by_ticket(u, c.fault_on::timestamptz, 'product', c.component, NULL), c.verdict, format('%s (PC-52), by trigger', c.id))
FROM part_case c, pg_temp.unit(c.invoice, NULL, 'maker', 'monitor', c.installed, c.removed) u ORDER BY c.id;

SELECT pg_temp.unit('2022-01-10', NULL, 'maker', 'monitor', '2025-12-01') AS u \gset
INSERT INTO desk.unit_part (unit_id, component, installed_on, is_replacement) VALUES (:u, 'monitor', '2026-03-01', true), (:u, 'monitor', '2026-05-01', false);
SELECT is(pg_temp.by_function(:u, '2026-05-20', 'product', 'monitor', NULL), 'in_warranty {parts,labour} {repair} 2026-06-01', 'of several replacements the latest; what is none does not count');
SELECT is(pg_temp.by_function(:u, '2026-02-20', 'product', 'monitor', NULL), 'in_warranty {parts,labour} {repair} 2026-03-01', 'the one that was in place at the fault');
SELECT is(pg_temp.by_function(:u, '2026-05-20', 'user', 'monitor', NULL), 'out_user {} {paid_repair} 2026-06-01', 'damage by the user is excluded for parts, too');

-- Visits, and what is not known ----------------------------------------------------

SELECT pg_temp.unit('2026-03-01', p_onsite => '2027-03-01') AS u \gset
SELECT is(pg_temp.by_function(:u, '2027-03-01 23:59+08', 'product', 'host', NULL), 'in_warranty {parts,labour,visit} {repair} 2029-03-01', 'visits on the last day of the onsite period');
SELECT is(pg_temp.by_function(:u, '2027-03-02 00:00+08', 'product', 'host', NULL), 'in_warranty {parts,labour} {repair} 2029-03-01', 'and none after it (PC-10)');
SELECT pg_temp.unit('2026-03-01', p_onsite => '2035-03-01') AS u \gset
SELECT is(pg_temp.by_function(:u, '2030-03-02', 'product', 'host', NULL), 'out_expired {} {paid_repair} 2029-03-01', 'a longer onsite period adds nothing');
SELECT is(pg_temp.by_function(:u, '2026-03-04', NULL, 'host', 'P01'), 'in_warranty {parts,labour,visit} {return,exchange,repair} 2029-03-01', 'no cause known excludes nothing');
SELECT is((SELECT to_jsonb(c) - 'clauses' FROM aftersales.classify_warranty(NULL, '2026-03-04') c),
          '{"basis": "unit_id is not known", "remedies": null, "expires_on": null, "in_warranty": null, "covers_parts": null, "covers_visit": null, "covers_labour": null, "warranty_class": null}', 'no unit: nothing is said');
SELECT is((SELECT basis FROM aftersales.classify_warranty(:u, NULL)), 'fault_at is not known', 'no time: likewise');
SELECT throws_ok('SELECT * FROM aftersales.classify_warranty(-1, now())', 'SV010', 'there is no unit -1 on desk "desk"', 'an unknown unit');
SELECT throws_ok(format('SELECT * FROM aftersales.classify_warranty(%s, ''infinity'')', :u), 'SV005', 'a fault cannot arise at infinity', 'nor can it arise never');

-- The local day counts, whatever the session's zone.
SELECT pg_temp.unit('2026-03-01') AS u \gset
SELECT is(pg_temp.by_function(:u, '2026-03-08 15:59:59.999999+00', 'product', 'host', 'P01'), 'in_warranty {parts,labour,visit} {return,exchange,repair} 2029-03-01', 'the last microsecond of day 7, told in UTC');
SELECT is(pg_temp.by_function(:u, '2026-03-08 16:00:00+00', 'product', 'host', 'P01'), 'in_warranty {parts,labour,visit} {exchange,repair} 2029-03-01', 'and day 8');

-- The basis ------------------------------------------------------------------------

CREATE TEMP TABLE basis_case (id int, invoice date, delivered date, fault_on date, cause text, component text, code text, policy text, part date, onsite date, basis text, clauses text[]);
INSERT INTO basis_case VALUES
    (1, '2026-03-01', NULL, '2026-03-09', 'product', 'host', 'P01', 'maker', NULL, NULL,
     'bought 2026-03-01 (invoice), fault 2026-03-09 is day 8; hardware_3_years until 2029-03-01 (PC-12); onsite_3_years until 2029-03-01 (PC-13); exchange_20_days (PC-20,PC-22,PC-23)', '{PC-12,PC-13,PC-20,PC-22,PC-23}'),
    (2, '2026-03-01', NULL, '2029-03-02', 'product', 'host', 'P01', 'maker', NULL, NULL,
     'bought 2026-03-01 (invoice), fault 2029-03-02 is day 1097; hardware_3_years ended 2029-03-01 (PC-12); onsite_3_years ended 2029-03-01 (PC-13); paid_repair (PC-43)', '{PC-12,PC-13,PC-43}'),
    (3, NULL, '2026-03-05', '2026-03-09', 'product', 'host', 'P01', 'maker', NULL, NULL,
     'delivered 2026-03-05 (no invoice date), fault 2026-03-09 is day 4; hardware_3_years until 2029-03-05 (PC-12); onsite_3_years until 2029-03-05 (PC-13); return_7_days needs an invoice date (PC-19,PC-22,PC-23); repair (PC-21)', '{PC-12,PC-13,PC-19,PC-22,PC-23,PC-21}'),
    (4, NULL, NULL, '2026-03-09', 'product', 'host', 'P01', 'maker', NULL, NULL,
     'neither invoice date nor delivery date known, fault 2026-03-09', '{}'),
    (5, '2026-03-01', NULL, '2026-02-20', 'product', 'host', NULL, 'maker', NULL, NULL,
     'bought 2026-03-01 (invoice), fault 2026-02-20 before that is day 0; hardware_3_years until 2029-03-01 (PC-12); onsite_3_years until 2029-03-01 (PC-13); repair (PC-21)', '{PC-12,PC-13,PC-21}'),
    (6, '2026-03-01', NULL, '2026-03-07', 'product', 'host', 'P01', 'maker_1', NULL, NULL,
     'bought 2026-03-01 (invoice), fault 2026-03-07 is day 6; hardware_3_years until 2029-02-28 (PC-12); onsite_3_years until 2029-02-28 (PC-13); return_7_days, day 7 with the first (PC-19,PC-22,PC-23)', '{PC-12,PC-13,PC-19,PC-22,PC-23}'),
    (7, '2026-03-01', NULL, '2026-03-09', 'user', 'software', NULL, 'maker', NULL, NULL,
     'bought 2026-03-01 (invoice), fault 2026-03-09 is day 8; software_for_life for life (PC-12); onsite_3_years until 2029-03-01 (PC-13); user_damage takes away all cover (PC-41); paid_repair (PC-43)', '{PC-12,PC-13,PC-41,PC-43}'),
    (8, '2022-01-10', NULL, '2026-04-01', 'product', 'monitor', NULL, 'maker', '2026-03-15', NULL,
     'bought 2022-01-10 (invoice), fault 2026-04-01 is day 1542; hardware_3_years ended 2025-01-10 (PC-12); onsite_3_years ended 2025-01-10 (PC-13); part of 2026-03-15: part_3_months until 2026-06-15 (PC-52); repair (PC-21)', '{PC-12,PC-13,PC-52,PC-21}'),
    (9, '2026-03-01', NULL, '2028-03-01', 'product', 'host', NULL, 'maker', NULL, '2027-03-01',
     'bought 2026-03-01 (invoice), fault 2028-03-01 is day 731; hardware_3_years until 2029-03-01 (PC-12); onsite_3_years until 2029-03-01 (PC-13); visits ended 2027-03-01; repair (PC-21)', '{PC-12,PC-13,PC-21}');
ALTER TABLE basis_case ADD u bigint;
UPDATE basis_case SET u = pg_temp.unit(invoice, delivered, policy, component, part, p_onsite => onsite);
SELECT is(w.basis, c.basis, 'basis ' || c.id) || E'\n' || is(w.clauses, c.clauses, 'clauses ' || c.id)
FROM basis_case c, aftersales.classify_warranty(u, c.fault_on::timestamp AT TIME ZONE 'Asia/Shanghai', c.cause, c.component, c.code) w ORDER BY c.id;
SELECT pg_temp.unit('2026-03-01') AS u \gset
SET datestyle = 'German';
SELECT is((SELECT basis FROM aftersales.classify_warranty(:u, '2026-03-09 10:00+08', 'product', 'keyboard')),
          'bought 2026-03-01 (invoice), fault 2026-03-09 is day 8; hardware_3_years until 2029-03-01 (PC-12); onsite_3_years until 2029-03-01 (PC-13); repair (PC-21)', 'whatever the DateStyle');
SET datestyle = 'ISO, YMD';

-- Ranks, keys, conditions, covers ---------------------------------------------------
-- A policy of odd rules: by product line, by condition, some that collide.

INSERT INTO aftersales.policy (policy, title_en) VALUES ('odd', 'Odd');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('odd', 1, 'odd_job');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('odd', 1, 'new', 'initial'), ('odd', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('odd', 1, 'new', 'done');
INSERT INTO aftersales.warranty_term (policy, version, rule, product_line, component, condition, covers, term, in_class, expired_class, rank) VALUES
    ('odd', 1, 'all', NULL, NULL, NULL, '{parts,labour,visit}', '1 year', 'covered', 'over', 0),
    ('odd', 1, 'laptop', 'laptop', NULL, NULL, '{parts}', '2 years', 'covered_longer', 'over_later', 5),
    ('odd', 1, 'laptop_fan', 'laptop', 'fan', NULL, '{parts,labour}', '1 month', 'covered', 'over', 7),
    ('odd', 1, 'winter', NULL, NULL, $$extract(month FROM fault_at AT TIME ZONE 'UTC') IN (12, 1, 2) AND fault_cause = 'frost'$$, '{parts}', '10 years', 'winter', 'over', 9),
    ('odd', 1, 'tie_a', 'tie', NULL, $$component = 'x'$$, '{labour}', '1 year', 'covered', 'over', 3),
    ('odd', 1, 'tie_b', 'tie', NULL, $$fault_code = 'y'$$, '{labour,visit}', '1 year', 'covered', 'over', 3),
    ('odd', 1, 'tie_above', 'tie', 'x', $$fault_code = 'y' AND fault_cause = 'z'$$, '{labour,visit}', '5 years', 'covered', 'over', 4);
INSERT INTO aftersales.exclusion (policy, version, rule, fault_cause, component, condition, warranty_class, covers, rank) VALUES
    ('odd', 1, 'wear', NULL, 'tyre', NULL, 'wear', NULL, 3),
    ('odd', 1, 'no_visit', 'remote', NULL, NULL, 'no_visit', '{visit}', 0),
    ('odd', 1, 'bent', 'bent', NULL, NULL, 'bent', '{parts}', 0),
    ('odd', 1, 'bent_b', 'bent', NULL, $$fault_code = 'b'$$, 'bent_b', NULL, 1),
    ('odd', 1, 'bent_c', NULL, NULL, $$fault_cause = 'bent' AND fault_code IN ('b', 'c')$$, 'bent_c', NULL, 1),
    ('odd', 1, 'bent_d', 'bent', NULL, $$fault_code = 'c' AND component = 'd'$$, 'bent_d', '{labour}', 2);
INSERT INTO aftersales.remedy_window (policy, version, rule, product_line, condition, classes, from_day, to_day, remedies, rank) VALUES
    ('odd', 1, 'first', NULL, 'fault_at IS NOT NULL', '{covered}', NULL, 10, '{swap}', 1),
    ('odd', 1, 'first_tie', NULL, $$fault_cause = 'tie'$$, '{covered}', 5, 20, '{swap}', 1),
    ('odd', 1, 'later', NULL, NULL, NULL, 11, NULL, '{mend}', 0);
SELECT is_empty($$SELECT * FROM aftersales.check_policy('odd', 1) WHERE severity = 'error'$$, 'check_policy takes conditions to keep rules apart');
SELECT aftersales.activate_policy('odd', 1) \g /dev/null
CREATE FUNCTION pg_temp.odd(line text, fault_on date, cause text DEFAULT 'none', component text DEFAULT NULL, code text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    u bigint := pg_temp.unit('2026-01-01', NULL, 'odd', p_line => line);
    detail text;
BEGIN
    RETURN pg_temp.by_function(u, fault_on::timestamptz, cause, component, code);
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(' | ', sqlstate, sqlerrm, detail);
END $$;
SELECT is(pg_temp.odd('desk', '2026-01-05'), 'covered {parts,labour,visit} {swap} 2027-01-01', 'the general rule');
SELECT is(pg_temp.odd('laptop', '2026-01-05'), 'covered_longer {parts,labour,visit} {} 2028-01-01', 'for parts another term by rank; it lasts longest and gives the class');
SELECT is(pg_temp.odd('laptop', '2027-01-02'), 'covered_longer {parts} {mend} 2028-01-01', 'the cover that is left');
SELECT is(pg_temp.odd('laptop', '2028-01-02'), 'over_later {} {mend} 2028-01-01', 'expired by the term that lasted longest');
SELECT is(pg_temp.odd('laptop', '2026-02-01', component => 'fan'), 'covered {parts,labour,visit} {mend} 2027-01-01', 'a higher rank with a shorter term');
SELECT is(pg_temp.odd('laptop', '2026-02-02', component => 'fan'), 'covered {visit} {mend} 2027-01-01', 'takes the cover away when it is over');
SELECT is(pg_temp.odd(NULL, '2030-01-02', 'frost'), 'winter {parts} {mend} 2036-01-01', 'a condition on time and cause');
SELECT is(pg_temp.odd(NULL, '2030-06-02', 'frost'), 'over {} {mend} 2027-01-01', 'that does not hold');
SELECT is(pg_temp.odd(NULL, '2030-01-02', NULL), 'over {} {mend} 2027-01-01', 'or is NULL');
SELECT is(pg_temp.odd('tie', '2026-01-05', component => 'x'), 'covered {parts,labour,visit} {swap} 2027-01-01', 'one of a tie');
SELECT is(pg_temp.odd('tie', '2026-01-05', component => 'x', code => 'y'),
          E'SV011 | rules "tie_a" and "tie_b" of policy "odd" both fit | Both have rank 3 in table "warranty_term".\nticket=- guard=tie_a,tie_b', 'both fit: the policy is unsound');
SELECT is(pg_temp.odd('tie', '2026-01-05', 'z', 'x', 'y'), 'covered {parts,labour,visit} {swap} 2031-01-01', 'where a higher rank counts no tie matters');
SELECT is(pg_temp.odd('desk', '2026-01-05', component => 'tyre'), 'wear {} {} 2027-01-01', 'an exclusion of a component needs no cause');
SELECT is(pg_temp.odd('desk', '2026-01-05', NULL, 'tyre'), 'wear {} {} 2027-01-01', 'not even a known one');
SELECT is(pg_temp.odd('desk', '2026-01-05', 'remote'), 'no_visit {parts,labour} {} 2027-01-01', 'one that takes a cover away leaves the others');
SELECT is(pg_temp.odd('laptop', '2027-06-05', 'remote'), 'covered_longer {parts} {mend} 2028-01-01', 'and is nothing where that cover is over');
SELECT is(pg_temp.odd('desk', '2026-01-05', 'bent', code => 'c'), 'bent_c {} {} 2027-01-01', 'by rank');
SELECT is(pg_temp.odd('desk', '2026-01-05', 'bent', code => 'b'),
          E'SV011 | rules "bent_b" and "bent_c" of policy "odd" both fit | Both have rank 1 in table "exclusion".\nticket=- guard=bent_b,bent_c', 'a tie of exclusions');
SELECT is(pg_temp.odd('desk', '2026-01-05', 'bent', 'd', 'c'), 'bent_d {parts,visit} {} 2027-01-01', 'only the highest counts');
SELECT is(pg_temp.odd('desk', '2026-01-05', 'tie'), 'covered {parts,labour,visit} {swap} 2027-01-01', 'one window');
SELECT is(pg_temp.odd('desk', '2026-01-07', 'tie'),
          E'SV011 | rules "first" and "first_tie" of policy "odd" both fit | Both have rank 1 in table "remedy_window".\nticket=- guard=first,first_tie', 'two windows of one rank');
SELECT is(pg_temp.odd('desk', '2026-01-12', 'tie'), 'covered {parts,labour,visit} {swap} 2027-01-01', 'and one again');
SELECT throws_ok($$INSERT INTO desk.ticket (ticket_type, unit_id, fault_at, fault_cause) VALUES ('odd_job', (SELECT max(unit_id) FROM desk.product_unit WHERE policy = 'odd'), '2026-01-07', 'tie')$$,
    'SV011', 'rules "first" and "first_tie" of policy "odd" both fit', 'the trigger refuses what cannot be told');

-- What check_policy finds --------------------------------------------------------------

INSERT INTO aftersales.policy (policy, title_en) VALUES ('bad', 'Bad');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('bad', 1, 'job');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('bad', 1, 'new', 'initial'), ('bad', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('bad', 1, 'new', 'done');
INSERT INTO aftersales.exclusion (policy, version, rule, fault_cause, warranty_class) VALUES ('bad', 1, 'x', 'user', 'out');
INSERT INTO aftersales.remedy_window (policy, version, rule, remedies) VALUES ('bad', 1, 'w', '{repair}');
CREATE FUNCTION pg_temp.problems() RETURNS SETOF text LANGUAGE sql AS $$
    SELECT concat_ws(' ', table_name, item || ':', problem) FROM aftersales.check_policy('bad', 1) WHERE severity = 'error' ORDER BY 1 $$;
SELECT results_eq('SELECT pg_temp.problems()', $$VALUES ('exclusion x: the version has no warranty_term, so it is never used'), ('remedy_window w: the version has no warranty_term, so it is never used')$$, 'rules without a term');
INSERT INTO aftersales.warranty_term (policy, version, rule, covers, product_line, component, rank) VALUES
    ('bad', 1, 'a', '{parts}', NULL, NULL, 0), ('bad', 1, 'b', '{labour}', NULL, NULL, 0), ('bad', 1, 'c', '{labour,visit}', 'l', NULL, 0),
    ('bad', 1, 'd', '{parts}', 'm', NULL, 1), ('bad', 1, 'e', '{parts}', 'n', NULL, 1), ('bad', 1, 'f', '{parts}', NULL, 'k', 1);
INSERT INTO aftersales.warranty_term (policy, version, rule, covers, applies_to) VALUES ('bad', 1, 'g', '{parts}', 'replaced_part');
INSERT INTO aftersales.exclusion (policy, version, rule, fault_cause, warranty_class) VALUES ('bad', 1, 'y', 'other', 'out'), ('bad', 1, 'z', NULL, 'out');
INSERT INTO aftersales.remedy_window (policy, version, rule, from_day, to_day, count_first_day, classes, remedies, rank) VALUES
    ('bad', 1, 'p', 1, 7, true, NULL, '{repair}', 1), ('bad', 1, 'q', 7, 9, false, NULL, '{repair}', 1), ('bad', 1, 'r', 7, 9, true, NULL, '{repair}', 1),
    ('bad', 1, 's', 7, 9, true, '{out_expired}', '{repair}', 2), ('bad', 1, 't', 7, 9, true, '{in_warranty,mistyped}', '{repair}', 2);
INSERT INTO aftersales.sla_rule (policy, version, rule, clock, starts_on, stops_on, target, on_breach_set) VALUES
    ('bad', 1, 'k', 'k', '{opened}', '{status:done}', '01:00', '{"fault_cause": "late", "warranty_class": "out"}');
INSERT INTO aftersales.escalation_rule (policy, version, clock, level, at, action, set) VALUES ('bad', 1, 'k', 1, '00:10', 'set', '{"component": "late", "covers": "{}"}');
SELECT results_eq('SELECT pg_temp.problems()', $$VALUES
    ('escalation_rule *.k.1: set names component, by which warranty is judged: time may not set it'),
    ('escalation_rule job.k.1: set names covers, which is neither an attribute nor a column that may be set'),
    ('exclusion x: has the same rank as z, and both can fit'),
    ('exclusion y: has the same rank as z, and both can fit'),
    ('remedy_window p: has the same rank as r, and both can fit'),
    ('remedy_window q: has the same rank as r, and both can fit'),
    ('remedy_window t: classes names unknown class mistyped'),
    ('sla_rule *.k: on_breach_set names fault_cause, by which warranty is judged: time may not set it'),
    ('sla_rule job.k: on_breach_set names warranty_class, which is neither an attribute nor a column that may be set'),
    ('warranty_term b: has the same rank as c, and both can fit'),
    ('warranty_term d: has the same rank as f, and both can fit'),
    ('warranty_term e: has the same rank as f, and both can fit')$$, 'ranks, classes, what time would set');

-- Versions ------------------------------------------------------------------------------

SELECT aftersales.draft_policy('maker') \g /dev/null
UPDATE aftersales.warranty_term SET term = '5 years' WHERE policy = 'maker' AND version = 2 AND rule = 'hardware_3_years';
SELECT pg_temp.unit('2026-03-01') AS u \gset
INSERT INTO desk.ticket (ticket_id, ticket_type, unit_id, component) VALUES (900001, 'repair', :u, 'host');
SET aftersales.now = '2033-02-01 12:00+08';
SELECT aftersales.activate_policy('maker', 2) \g /dev/null
INSERT INTO desk.ticket (ticket_id, ticket_type, unit_id, component) VALUES (900002, 'repair', :u, 'host');
UPDATE desk.ticket SET fault_at = '2030-01-01 12:00+08', fault_cause = 'product' WHERE ticket_id IN (900001, 900002);
SELECT is(pg_temp.by_row(900001), 'out_expired {} {paid_repair} 2029-03-01', 'a ticket is judged by its own version');
SELECT is(pg_temp.by_row(900002), 'in_warranty {parts,labour} {repair} 2031-03-01', 'a later one by that of its opening');
SELECT is(pg_temp.by_function(:u, '2030-01-01 12:00+08', 'product', 'host', NULL), 'in_warranty {parts,labour} {repair} 2031-03-01', 'the function by the one in force now');

-- The policy of a unit ----------------------------------------------------------------------

SELECT throws_ok($$INSERT INTO desk.product_unit (serial_no) VALUES ('N1')$$, 'SV010', 'several policies in force have warranty rules', 'a unit must name its policy where several have rules');
SELECT throws_ok($$INSERT INTO desk.product_unit (policy, serial_no) VALUES ('mistyped', 'N1')$$, 'SV010', 'there is no active policy "mistyped"', 'and one that there is');
SELECT throws_ok($$UPDATE desk.product_unit SET policy = NULL WHERE serial_no = 'S0'$$, 'SV010', 'several policies in force have warranty rules', 'nor is it taken away');
SELECT lives_ok($$UPDATE desk.product_unit SET model = 'x' WHERE serial_no = 'S0'$$, 'what else changes is not looked at');
SELECT throws_ok($$INSERT INTO desk.product_unit (policy, maker, serial_no) VALUES ('maker', 'a', 'N2'), ('maker', 'b', 'N2'), ('maker', NULL, 'N2'), ('maker', 'a', 'N2')$$, '23505', NULL, 'serial numbers are unique per maker');
SELECT throws_ok($$INSERT INTO desk.product_unit (policy, serial_no) VALUES ('maker', 'N3'), ('maker', 'N3')$$, '23505', NULL, 'and for units of no named maker');

SELECT * FROM finish();
