-- golden_deadline.sql: worked cases of documents 000, 001, 002 and 004 that
-- are about deadlines.
--
-- G numbers are those of the case list; X cases are further ones of the same
-- kinds: each row of a table, both sides of each band and of each limit,
-- holidays and make-up days of 2026, ends of months and years, leap days.
-- What is due on a day is due at its last microsecond.

\ir lib/deadline.sql

-- Due times ------------------------------------------------------------------
-- A ticket of that type is opened with those values at opened_at and played;
-- its last clock of each name in due is due then.  It runs at that instant and
-- is late a microsecond after; its stop meets it at the one and not at the
-- other.

CREATE TEMP TABLE due_case (id text PRIMARY KEY, clause text, policy text, ticket_type text, sets text, opened_at timestamptz, story text, due text);

-- 000: on site and solved, around the clock
INSERT INTO due_case VALUES
    ('G001', 'PC-05', 'maker', 'repair', 'area=urban', '2026-03-02 09:00', NULL, 'onsite=2026-03-02 11:00; resolve=2026-03-02 13:00'),
    ('G003', 'PC-07', 'maker', 'repair', 'area=county_no_station', '2026-03-02 09:00', NULL, 'respond=2026-03-02 11:00; onsite=2026-03-04 09:00; resolve=2026-03-04 09:00'),
    ('G005', 'PC-06', 'maker', 'repair', 'area=outside_urban', '2026-03-07 22:30', NULL, 'onsite=2026-03-08 00:30; resolve=2026-03-08 22:30'),
    ('G007', 'PC-05', 'maker', 'repair', 'area=urban', '2026-10-01 23:15', NULL, 'onsite=2026-10-02 01:15; resolve=2026-10-02 03:15'),
    ('G009', 'PC-07', 'maker', 'repair', 'area=county_no_station', '2026-10-01 23:15', NULL, 'respond=2026-10-02 01:15; onsite=2026-10-03 23:15; resolve=2026-10-03 23:15'),
    ('G011', 'PC-06', 'maker', 'repair', 'area=outside_urban', '2028-02-28 23:00', NULL, 'onsite=2028-02-29 01:00; resolve=2028-02-29 23:00'),
    ('X001', 'PC-06', 'maker', 'repair', 'area=outside_urban', '2026-03-02 09:00', NULL, 'onsite=2026-03-02 11:00; resolve=2026-03-03 09:00'),
    ('X002', 'PC-06', 'maker', 'repair', 'area=outside_urban', '2026-10-01 23:15', NULL, 'onsite=2026-10-02 01:15; resolve=2026-10-02 23:15'),
    ('X003', 'PC-05', 'maker', 'repair', 'area=urban', '2026-03-07 22:30', NULL, 'onsite=2026-03-08 00:30; resolve=2026-03-08 02:30'),
    ('X004', 'PC-05', 'maker', 'repair', 'area=urban', '2028-02-28 23:00', NULL, 'onsite=2028-02-29 01:00; resolve=2028-02-29 03:00'),
    ('X005', 'PC-07', 'maker', 'repair', 'area=county_no_station', '2028-02-28 23:00', NULL, 'respond=2028-02-29 01:00; onsite=2028-03-01 23:00; resolve=2028-03-01 23:00'),
    ('X006', 'PC-13', 'maker', 'repair', NULL, '2026-12-31 23:30', NULL, 'onsite=2027-01-01 01:30; resolve=2027-01-01 03:30'),
    ('X007', 'PC-11', 'maker', 'repair', 'area=outside_urban', '2026-02-16 23:59:59.5', NULL, 'onsite=2026-02-17 01:59:59.5; resolve=2026-02-17 23:59:59.5'),
    ('X008', 'PC-07', 'maker', 'repair', 'area=county_no_station', '2026-02-27 12:00', NULL, 'respond=2026-02-27 14:00; onsite=2026-03-01 12:00; resolve=2026-03-01 12:00'),
    ('X009', 'PC-07', 'maker', 'repair', 'area=urban', '2026-03-02 09:00', 'area=county_no_station@10 minutes', 'respond=2026-03-02 11:00; onsite=2026-03-04 09:00; resolve=2026-03-04 09:00');
-- 000: callbacks
INSERT INTO due_case VALUES
    ('G051', 'PC-96', 'maker', 'repair', NULL, '2026-03-02 12:00', 'resolved@2026-03-02 15:00', 'callback_1=2026-03-05'),
    ('G053', 'PC-15', 'maker', 'repair', 'callback_basis:=working_days', '2026-03-06 12:00', 'resolved@2026-03-06 15:00', 'callback_1=2026-03-11'),
    ('G055', 'PC-97', 'maker', 'repair', NULL, '2026-03-06 12:00', 'resolved@2026-03-06 15:00', 'callback_2=2026-03-13'),
    ('G057', 'PC-96', 'maker', 'repair', NULL, '2026-03-07 12:00', 'resolved@2026-03-07 15:00', 'callback_1=2026-03-10'),
    ('G059', 'PC-15', 'maker', 'repair', 'callback_basis:=working_days', '2026-09-30 12:00', 'resolved@2026-09-30 15:00', 'callback_1=2026-10-10'),
    ('G061', 'PC-97', 'maker', 'repair', NULL, '2026-09-30 12:00', 'resolved@2026-09-30 15:00', 'callback_2=2026-10-07'),
    ('X010', 'PC-15', 'maker', 'repair', 'callback_basis:=working_days', '2026-03-02 12:00', 'resolved@2026-03-02 15:00', 'callback_1=2026-03-05'),
    ('X011', 'PC-96', 'maker', 'repair', NULL, '2026-03-06 12:00', 'resolved@2026-03-06 15:00', 'callback_1=2026-03-09'),
    ('X012', 'PC-15', 'maker', 'repair', 'callback_basis:=working_days', '2026-03-07 12:00', 'resolved@2026-03-07 15:00', 'callback_1=2026-03-11'),
    ('X013', 'PC-96', 'maker', 'repair', NULL, '2026-09-30 12:00', 'resolved@2026-09-30 15:00', 'callback_1=2026-10-03'),
    ('X014', 'PC-15', 'maker', 'repair', 'callback_basis:=working_days', '2026-02-12 12:00', 'resolved@2026-02-12 23:59:59.999999', 'callback_1=2026-02-24'),
    ('X015', 'PC-15', 'maker', 'repair', 'callback_basis:=working_days', '2026-02-12 12:00', 'resolved@2026-02-13 00:00', 'callback_1=2026-02-25'),
    ('X016', 'PC-15', 'maker', 'repair', 'callback_basis:=working_days', '2026-02-14 12:00', 'resolved@2026-02-14 15:00', 'callback_1=2026-02-26'),
    ('X017', 'PC-15', 'maker', 'repair', 'callback_basis:=working_days', '2026-02-18 12:00', 'resolved@2026-02-18 15:00', 'callback_1=2026-02-26'),
    ('X018', 'PC-15', 'maker', 'repair', 'callback_basis:=working_days', '2028-02-25 12:00', 'resolved@2028-02-25 15:00', 'callback_1=2028-03-01'),
    ('X019', 'PC-96', 'maker', 'repair', NULL, '2028-02-26 12:00', 'resolved@2028-02-26 15:00', 'callback_1=2028-02-29'),
    ('X020', 'PC-97', 'maker', 'repair', NULL, '2026-12-28 12:00', 'resolved@2026-12-28 15:00', 'callback_2=2027-01-04'),
    ('X021', 'PC-97', 'maker', 'repair', NULL, '2028-02-21 12:00', 'resolved@2028-02-22 00:00', 'callback_2=2028-02-29');
-- 000: parts, promises, dates that others set
INSERT INTO due_case VALUES
    ('G069', 'PC-73', 'maker', 'spare', NULL, '2026-03-25 09:00', '!part_bad@0', 'part_return=2026-04-01'),
    ('X030', 'PC-73', 'maker', 'spare', NULL, '2026-03-25 00:00', '!part_bad@2026-03-25 23:59:59.999999', 'part_return=2026-04-01'),
    ('X031', 'PC-73', 'maker', 'spare', NULL, '2026-03-25 09:00', '!part_bad@0; !part_bad@2026-03-27 09:00', 'part_return=2026-04-01'),
    ('X032', 'PC-73', 'maker', 'spare', NULL, '2026-02-22 09:00', '!part_bad@0', 'part_return=2026-03-01'),
    ('X033', 'PC-73', 'maker', 'spare', NULL, '2028-02-22 09:00', '!part_bad@0', 'part_return=2028-02-29'),
    ('X034', 'PC-60', 'maker', 'spare', NULL, '2026-03-02 16:00', NULL, 'approve=2026-03-02'),
    ('X035', 'PC-60', 'maker', 'spare', NULL, '2026-03-31 16:00', '!agreed@2026-03-31 17:00', 'ship=2026-04-01'),
    ('X036', 'PC-60', 'maker', 'spare', NULL, '2026-03-06 16:00', '!agreed@2026-03-06 23:59:59', 'ship=2026-03-07'),
    ('G085', 'PC-104', 'maker', 'reception', NULL, '2026-03-02 09:00', NULL, 'reception=2026-03-02 09:05'),
    ('X038', 'PC-02', 'maker', 'delivery', 'deliver_at:=2026-03-09T10:00:00+08:00', '2026-03-02 09:00', NULL, 'deliver=2026-03-09 10:00'),
    ('X039', 'PC-119', 'maker', 'complaint', 'leader_due:=2026-03-04T17:30:00+08:00', '2026-03-02 09:00', NULL, 'report_back=2026-03-04 17:30'),
    ('X040', 'PC-124', 'maker', 'complaint', 'authority_due:=2026-03-31', '2026-03-02 09:00', NULL, 'settle=2026-03-31'),
    ('X041', 'PC-124', 'maker', 'complaint', NULL, '2026-03-02 09:00', 'authority_due:=2028-02-29@1 hour', 'settle=2028-02-29'),
    ('X042', 'PC-75', 'maker', 'monthly', 'month:=2026-04-01', '2026-03-31 09:00', NULL, 'reconcile=2026-04-01'),
    ('X043', 'PC-37', 'maker', 'promise', NULL, '2026-03-02 09:00', '*repair until 2026-03-05 18:00@1 hour', 'promised=2026-03-05 18:00; delay_told=2026-03-05 18:00'),
    ('X045', 'PC-26', 'maker', 'report', NULL, '2026-09-28 10:00:01', NULL, 'thursday=2026-10-01 10:00; monday=2026-10-05 10:00');
-- 001
INSERT INTO due_case VALUES
    ('G089', 'PH-32', 'front', 'complaint', NULL, '2026-03-06 17:30', NULL, 'first_reply=2026-03-07'),
    ('X050', 'PH-32', 'front', 'complaint', NULL, '2026-12-31 23:59', NULL, 'first_reply=2027-01-01; dispatch=2027-01-01 00:09'),
    ('X051', 'PH-32', 'front', 'complaint', NULL, '2026-03-06 00:00', NULL, 'first_reply=2026-03-07; dispatch=2026-03-06 00:10'),
    ('X052', 'PH-32', 'front', 'complaint', 'solved_at_once:=false', '2028-02-28 08:00', NULL, 'first_reply=2028-02-29'),
    ('X053', 'PH-32', 'front', 'complaint', NULL, '2026-09-30 12:00', NULL, 'first_reply=2026-10-01'),
    ('X054', 'PH-02', 'front', 'complaint', NULL, '2026-03-02 09:00', '*reply until 2026-03-04 12:00@1 hour', 'promised=2026-03-04 12:00'),
    ('X055', 'PH-02', 'front', 'complaint', NULL, '2026-03-02 09:00', '*reply until 2026-03-04 12:00@1 hour; *reply until 2026-03-06@2 hours', 'promised=2026-03-06');
-- 002: the plan in four working days, carried out in three more
INSERT INTO due_case
SELECT v.id, 'DW-02', 'dealer', 'complaint', NULL, v.received, NULL, 'plan=' || v.due
FROM (VALUES
    ('G101', timestamptz '2026-03-06 17:00', '2026-03-12'), ('G103', '2026-03-08 23:59:59', '2026-03-12'), ('G105', '2026-04-30 10:00', '2026-05-09'),
    ('G107', '2026-09-18 10:00', '2026-09-23'),             ('G109', '2026-09-30 10:00', '2026-10-12'),
    ('X060', '2026-03-02 08:00', '2026-03-06'),             -- within one week
    ('X061', '2026-03-06 23:59:59.999999', '2026-03-12'),   ('X062', '2026-03-07 00:00', '2026-03-12'), ('X063', '2026-03-09 00:00', '2026-03-13'),
    ('X064', '2025-12-31 10:00', '2026-01-07'),             -- Sunday the 4th counts
    ('X065', '2026-02-11 10:00', '2026-02-24'), ('X066', '2026-02-13 18:00', '2026-02-26'), ('X067', '2026-02-14 10:00', '2026-02-27'),
    ('X068', '2026-02-18 10:00', '2026-02-27'), ('X069', '2026-02-23 23:59:59', '2026-02-27'), ('X070', '2026-02-25 10:00', '2026-03-02'),
    ('X071', '2026-04-02 10:00', '2026-04-09'), ('X072', '2026-05-06 10:00', '2026-05-11'), ('X073', '2026-06-17 10:00', '2026-06-24'),
    ('X074', '2026-09-17 10:00', '2026-09-22'), ('X075', '2026-09-23 10:00', '2026-09-30'), ('X076', '2026-10-01 00:00', '2026-10-12'),
    ('X077', '2026-10-07 23:59:59.999999', '2026-10-12'),   ('X078', '2026-10-10 10:00', '2026-10-15'), ('X079', '2026-10-30 10:00', '2026-11-05'),
    -- no notice yet: plain weekends
    ('X080', '2026-12-30 10:00', '2027-01-05'), ('X081', '2028-02-25 19:00', '2028-03-02'), ('X082', '2028-03-03 10:00', '2028-03-09')) v (id, received, due);
INSERT INTO due_case VALUES
    ('G111', 'DW-04', 'dealer', 'complaint', NULL, '2026-03-02 09:00', 'planned@2026-03-05 16:00', 'resolve=2026-03-10'),
    ('G113', 'DW-04', 'dealer', 'complaint', NULL, '2026-04-01 09:00', 'planned@2026-04-03 09:00', 'resolve=2026-04-09'),
    ('X090', 'DW-04', 'dealer', 'complaint', NULL, '2026-03-02 09:00', 'planned@2026-03-02 09:30', 'resolve=2026-03-05'),
    ('X091', 'DW-04', 'dealer', 'complaint', NULL, '2026-03-02 09:00', 'planned@2026-03-13 09:00', 'resolve=2026-03-18'),
    ('X092', 'DW-04', 'dealer', 'complaint', NULL, '2026-02-13 09:00', 'planned@2026-02-13 09:30', 'resolve=2026-02-25'),
    ('X093', 'DW-04', 'dealer', 'complaint', NULL, '2026-02-26 09:00', 'planned@2026-02-26 09:30', 'resolve=2026-03-02'),
    ('X094', 'DW-04', 'dealer', 'complaint', NULL, '2026-09-29 09:00', 'planned@2026-09-30 18:00', 'resolve=2026-10-10'),
    ('X095', 'DW-04', 'dealer', 'complaint', NULL, '2026-04-30 09:00', 'planned@2026-05-02 09:00', 'resolve=2026-05-08'),
    ('X096', 'DW-04', 'dealer', 'complaint', NULL, '2026-03-06 09:00', 'planned@2026-03-06 23:59:59.999999', 'resolve=2026-03-11'),
    ('X098', 'DW-63', 'dealer', 'publication', NULL, '2026-03-02 09:00', NULL, 'publish=2026-03-06'),
    ('X099', 'DW-63', 'dealer', 'publication', NULL, '2026-03-06 09:00', NULL, 'publish=2026-03-06'),
    ('X100', 'DW-63', 'dealer', 'publication', NULL, '2026-03-07 00:00', NULL, 'publish=2026-03-13'),
    ('X101', 'DW-63', 'dealer', 'publication', NULL, '2026-09-28 09:00', NULL, 'publish=2026-10-02');
-- 002: goods looked over
INSERT INTO due_case
SELECT v.id, v.clause, 'dealer', 'acceptance', format('product_line=%s quantity=%s', line, qty), date_trunc('day', v.picked), '!picked_up@' || v.picked, 'accept=' || v.due
FROM (VALUES
    ('G117', 'DW-25', 'window_guard', 9,    timestamptz '2026-03-02 09:00', '2026-03-02 13:00'),
    ('X110', 'DW-25', 'window_guard', 10,   '2026-03-02 09:00', '2026-03-02 13:00'),
    ('X111', 'DW-25', 'railing',      10,   '2026-03-02 09:00', '2026-03-02 13:00'),
    ('X112', 'DW-25', 'sample',       10,   '2026-03-02 09:00', '2026-03-02 13:00'),
    ('X113', 'DW-25', 'handrail',     10,   '2026-03-02 09:00', '2026-03-02 13:00'),
    ('X114', 'DW-25', 'window_guard', 1,    '2026-03-02 00:00', '2026-03-02 04:00'),
    ('G119', 'DW-26', 'window_guard', 11,   '2026-03-02 11:00', '2026-03-02'),
    ('X115', 'DW-26', 'railing',      11,   '2026-03-02 11:00', '2026-03-02'),
    ('X116', 'DW-26', 'sample',       11,   '2026-03-02 11:00', '2026-03-02'),
    ('X117', 'DW-26', 'handrail',     11,   '2026-03-02 14:00', '2026-03-02'),
    ('X118', 'DW-27', 'home',         10,   '2026-03-06 10:30', '2026-03-06 14:30'),
    ('X119', 'DW-27', 'home',         9,    '2026-03-06 13:59:59', '2026-03-06 17:59:59'),
    ('G125', 'DW-27', 'home',         11,   '2026-03-06 10:30', '2026-03-06'),
    ('G127', 'DW-28', 'pipe',         90,   '2026-03-02 12:00', '2026-03-02 16:00'),
    ('X120', 'DW-28', 'pipe',         89.5, '2026-03-02 12:00', '2026-03-02 16:00'),
    ('X121', 'DW-28', 'pipe',         90.5, '2026-03-02 12:00', '2026-03-02'),
    ('X122', 'DW-28', 'pipe',         91,   '2026-03-02 12:00', '2026-03-02'),
    ('G129', 'DW-29', 'door',         10,   '2026-03-02 09:00', '2026-03-02'),
    ('X123', 'DW-29', 'door',         1,    '2026-03-02 14:00', '2026-03-02'),
    ('X124', 'DW-29', 'door',         11,   '2026-03-02 09:00', '2026-03-04'),
    ('X125', 'DW-29', 'door',         11,   '2026-02-27 09:00', '2026-03-01'),
    ('X126', 'DW-29', 'door',         11,   '2028-02-27 09:00', '2028-02-29'),
    ('X127', 'DW-29', 'door',         50,   '2026-09-30 14:00', '2026-10-02'),
    ('G133', 'DW-30', 'material',     500,  '2026-03-02 08:00', '2026-03-02 12:00'),
    ('X128', 'DW-30', 'material',     1,    '2026-03-02 08:00', '2026-03-02 12:00'),
    ('X129', 'DW-31', 'jig',          11,   '2026-03-02 08:00', '2026-03-02 12:00'),
    ('X130', 'DW-31', 'tool',         500,  '2026-10-01 13:30', '2026-10-01 17:30'),
    -- picked up at two, or after
    ('G121', 'DW-32', 'sample',       1,    '2026-03-02 14:00', '2026-03-02 18:00'),
    ('G123', 'DW-32', 'window_guard', 11,   '2026-03-02 14:00:01', '2026-03-03'),
    ('G131', 'DW-32', 'door',         10,   '2026-03-02 15:00', '2026-03-03'),
    ('G135', 'DW-32', 'jig',          1,    '2026-02-28 15:00', '2026-03-01 12:00'),
    ('X131', 'DW-32', 'sample',       1,    '2026-03-02 14:00:00.000001', '2026-03-03 12:00'),
    ('X132', 'DW-32', 'window_guard', 10,   '2026-03-02 23:59:59.999999', '2026-03-03 12:00'),
    ('X133', 'DW-32', 'window_guard', 11,   '2026-03-02 14:00:00.000001', '2026-03-03'),
    ('X134', 'DW-32', 'home',         10,   '2026-03-06 18:00', '2026-03-07 12:00'),
    ('X135', 'DW-32', 'home',         11,   '2026-03-06 18:00', '2026-03-07'),
    ('X136', 'DW-32', 'pipe',         90,   '2026-12-31 15:00', '2027-01-01 12:00'),
    ('X137', 'DW-32', 'pipe',         90.5, '2026-12-31 15:00', '2027-01-01'),
    ('X138', 'DW-32', 'door',         11,   '2026-03-02 14:00:01', '2026-03-05'),
    ('X139', 'DW-32', 'door',         11,   '2028-02-26 23:59', '2028-02-29'),
    ('X140', 'DW-32', 'material',     5,    '2028-02-28 15:00', '2028-02-29 12:00'),
    ('X141', 'DW-32', 'tool',         5,    '2026-02-14 14:00:01', '2026-02-15 12:00')) v (id, clause, line, qty, picked, due);
INSERT INTO due_case VALUES
    ('G137', 'DW-32', 'dealer', 'acceptance_midnight', 'product_line=material quantity=5', '2026-03-02 08:00', '!picked_up@2026-03-02 15:00', 'accept=2026-03-03 04:00'),
    ('X142', 'DW-32', 'dealer', 'acceptance_midnight', 'product_line=material quantity=5', '2026-03-02 08:00', '!picked_up@2026-03-02 14:00', 'accept=2026-03-02 18:00'),
    ('X143', 'DW-32', 'dealer', 'acceptance_midnight', 'product_line=door quantity=11', '2026-03-02 08:00', '!picked_up@2026-03-02 15:00', 'accept=2026-03-05'),
    ('X144', 'DW-26', 'dealer', 'acceptance', 'product_line=window_guard quantity=10', '2026-03-02 08:00', '!picked_up@2026-03-02 09:00; quantity=11@2026-03-02 10:00', 'accept=2026-03-02');
-- 002: orders, confirmed when both reviewed and paid for
INSERT INTO due_case
SELECT v.id, v.clause, 'dealer', 'order', sets, date_trunc('day', v.confirmed), format('!deposited@%s; !reviewed@%s', v.confirmed, v.confirmed), 'ship=' || v.due
FROM (VALUES
    ('G141', 'DW-36', 'product_line=window_guard finish:=natural',  timestamptz '2026-03-02 10:00', '2026-03-08'),
    ('X150', 'DW-36', 'product_line=window_guard finish:=coloured', '2026-03-02 10:00', '2026-03-13'),
    ('G147', 'DW-36', 'product_line=window_guard finish:=natural',  '2028-02-25 09:00', '2028-03-02'),
    ('X151', 'DW-36', 'product_line=window_guard finish:=coloured', '2028-02-18 09:00', '2028-02-29'),
    ('X152', 'DW-36', 'product_line=window_guard finish:=natural',  '2026-02-22 09:00', '2026-02-28'),
    ('X153', 'DW-37', 'product_line=door quantity=1', '2026-03-02 09:00', '2026-03-16'),
    ('G149', 'DW-37', 'product_line=door quantity=1', '2026-03-02 18:00', '2026-03-17'),
    ('X154', 'DW-37', 'product_line=door quantity=1', '2026-02-14 09:00', '2026-02-28'),
    ('X155', 'DW-37', 'product_line=door quantity=1', '2028-02-15 09:00', '2028-02-29'),
    ('G151', 'DW-38', 'product_line=home',     '2026-03-06 09:00', '2026-03-08'),
    ('X156', 'DW-38', 'product_line=pipe',     '2026-03-06 09:00', '2026-03-08'),
    ('X157', 'DW-38', 'product_line=material', '2026-02-27 09:00', '2026-03-01'),
    ('X158', 'DW-38', 'product_line=jig',      '2026-12-30 09:00', '2027-01-01'),
    ('X159', 'DW-38', 'product_line=tool',     '2028-02-27 09:00', '2028-02-29'),
    ('G153', 'DW-38', 'product_line=material', '2026-09-30 13:00', '2026-10-03'),
    ('G155', 'DW-38', 'product_line=tool',     '2026-02-28 12:30', '2026-03-03'),
    -- at noon, or after
    ('X160', 'DW-39', 'product_line=window_guard finish:=natural',  '2026-03-02 00:00', '2026-03-08'),
    ('X161', 'DW-39', 'product_line=window_guard finish:=natural',  '2026-03-02 11:59:59.999999', '2026-03-08'),
    ('X162', 'DW-39', 'product_line=window_guard finish:=natural',  '2026-03-02 12:00', '2026-03-08'),
    ('X163', 'DW-39', 'product_line=window_guard finish:=coloured', '2026-03-02 12:00', '2026-03-13'),
    ('X164', 'DW-39', 'product_line=door quantity=1', '2026-03-02 12:00', '2026-03-16'),
    ('X165', 'DW-40', 'product_line=window_guard finish:=natural',  '2026-03-02 12:00:00.000001', '2026-03-09'),
    ('G143', 'DW-40', 'product_line=window_guard finish:=natural',  '2026-03-02 12:00:01', '2026-03-09'),
    ('G145', 'DW-40', 'product_line=window_guard finish:=coloured', '2026-03-02 12:00:01', '2026-03-14'),
    ('X166', 'DW-40', 'product_line=window_guard finish:=natural',  '2026-03-06 23:59:59.999999', '2026-03-13'),
    ('X167', 'DW-40', 'product_line=home',     '2026-12-31 12:00:01', '2027-01-03'),
    ('X168', 'DW-40', 'product_line=pipe',     '2028-02-28 12:00:01', '2028-03-02'),
    -- large orders, over 150 square metres or five doors: the date agreed, if it is agreed and needed
    ('G167', 'DW-43', 'product_line=window_guard finish:=natural area_m2:=150.01 capacity_ok:=false dealer_consents:=true agreed_on:=2026-03-20', '2026-03-02 10:00', '2026-03-20'),
    ('G169', 'DW-44', 'product_line=door quantity=5 capacity_ok:=false dealer_consents:=true agreed_on:=2026-04-01', '2026-03-02 10:00', '2026-03-16'),
    ('X170', 'DW-43', 'product_line=window_guard finish:=natural area_m2:=150 capacity_ok:=false dealer_consents:=true agreed_on:=2026-03-20', '2026-03-02 10:00', '2026-03-08'),
    ('X171', 'DW-44', 'product_line=door quantity=6 capacity_ok:=false dealer_consents:=true agreed_on:=2026-04-01', '2026-03-02 10:00', '2026-04-01'),
    ('X172', 'DW-43', 'product_line=window_guard finish:=coloured area_m2:=151 capacity_ok:=false dealer_consents:=true agreed_on:=2026-03-31', '2026-03-02 18:00', '2026-03-31'),
    ('X173', 'DW-43', 'product_line=window_guard finish:=natural area_m2:=151 capacity_ok:=false dealer_consents:=false agreed_on:=2026-03-20', '2026-03-02 10:00', '2026-03-08'),
    ('X174', 'DW-43', 'product_line=window_guard finish:=natural area_m2:=151 capacity_ok:=true dealer_consents:=true agreed_on:=2026-03-20', '2026-03-02 10:00', '2026-03-08'),
    ('X175', 'DW-43', 'product_line=window_guard finish:=coloured area_m2:=151', '2026-03-02 12:00:01', '2026-03-14'),
    ('X176', 'DW-43', 'product_line=home quantity=500 area_m2:=500 capacity_ok:=false dealer_consents:=true agreed_on:=2026-03-20', '2026-03-02 10:00', '2026-03-04')) v (id, clause, sets, confirmed, due);
INSERT INTO due_case VALUES
    ('G157', 'DW-35', 'dealer', 'order', 'product_line=door quantity=1', '2026-03-01 08:00', '!deposited@2026-03-01 09:00; !reviewed@2026-03-03 09:00', 'ship=2026-03-17'),
    ('X180', 'DW-35', 'dealer', 'order', 'product_line=door quantity=1', '2026-03-01 08:00', '!reviewed@2026-03-01 09:00; !deposited@2026-03-03 13:00', 'ship=2026-03-18'),
    ('X181', 'DW-35', 'dealer', 'order', 'product_line=window_guard finish:=natural', '2026-03-01 08:00', '!reviewed@2026-03-01 13:00; !deposited@2026-03-02 12:00', 'ship=2026-03-08'),
    ('X182', 'DW-35', 'dealer', 'order', 'product_line=home', '2026-02-27 08:00', '!reviewed@2026-02-27 09:00; !reviewed@2026-02-28 09:00; !deposited@2026-02-28 12:00:01', 'ship=2026-03-03'),
    ('X183', 'DW-43', 'dealer', 'order', 'product_line=window_guard finish:=natural area_m2:=151 capacity_ok:=false agreed_on:=2026-03-20', '2026-03-02 08:00',
        '!deposited@1 hour; !reviewed@2 hours; dealer_consents:=true@2026-03-05 09:00', 'ship=2026-03-20'),
    ('X184', 'DW-36', 'dealer', 'order', 'product_line=window_guard finish:=natural', '2026-03-02 08:00', '!deposited@1 hour; !reviewed@2 hours; finish:=coloured@2026-03-05 09:00', 'ship=2026-03-13');
-- 002: calls to dealers
INSERT INTO due_case
SELECT v.id, v.clause, 'dealer', 'calls', 'tier=' || t, v.called, '!called@0', 'call=' || v.due
FROM (VALUES
    ('G181', 'DW-70', 'B', timestamptz '2026-01-31 10:00', '2026-02-28'),
    ('X190', 'DW-70', 'B', '2026-01-30 10:00', '2026-02-28'), ('X191', 'DW-70', 'B', '2026-01-28 10:00', '2026-02-28'), ('X192', 'DW-70', 'B', '2028-01-31 10:00', '2028-02-29'),
    ('X193', 'DW-70', 'B', '2026-02-28 10:00', '2026-03-28'), ('X194', 'DW-70', 'B', '2026-03-31 23:59:59', '2026-04-30'), ('X195', 'DW-70', 'B', '2026-12-15 10:00', '2027-01-15'),
    ('X196', 'DW-67', 'A', '2026-01-31 10:00', '2026-02-14'), ('X197', 'DW-67', 'A', '2026-02-16 10:00', '2026-03-02'), ('X198', 'DW-67', 'A', '2028-02-15 10:00', '2028-02-29')) v (id, clause, t, called, due);
-- 004: complaints, up and back
INSERT INTO due_case VALUES
    ('G237', 'PM-51', 'care', 'complaint', 'grade=major', '2026-03-02 16:00', NULL, 'to_manager=2026-03-02'),
    ('X200', 'PM-51', 'care', 'complaint', 'grade=major', '2026-03-02 23:59', NULL, 'to_manager=2026-03-02; forward=2026-03-02'),
    ('X201', 'PM-51', 'care', 'complaint', 'grade=major', '2028-02-29 00:00', NULL, 'to_manager=2028-02-29'),
    ('X202', 'PM-51', 'care', 'complaint', 'grade=minor', '2026-03-02 16:00', 'grade=major@2026-03-03 17:00', 'to_manager=2026-03-03'),
    ('G239', 'PM-52', 'care', 'complaint', 'grade=important', '2026-03-02 09:10', NULL, 'to_director=2026-03-02 10:10'),
    ('X203', 'PM-52', 'care', 'complaint', 'grade=important', '2026-03-02 23:40', NULL, 'to_director=2026-03-03 00:40; forward=2026-03-02'),
    ('X204', 'PM-52', 'care', 'complaint', 'grade=important', '2026-12-31 23:00', NULL, 'to_director=2027-01-01 00:00'),
    ('X205', 'PM-52', 'care', 'complaint', 'grade=minor', '2026-03-02 09:10', 'grade=important@2026-03-02 15:00', 'to_director=2026-03-02 16:00'),
    ('G241', 'PM-53', 'care', 'complaint', 'grade=minor', '2026-03-02 10:00', NULL, 'resolve=2026-03-04'),
    ('G243', 'PM-53', 'care', 'complaint', 'grade=minor resident_due:=2026-03-03T12:00:00+08:00', '2026-03-02 10:00', NULL, 'resolve=2026-03-03 12:00'),
    ('X206', 'PM-53', 'care', 'complaint', 'grade=minor resident_due:=2026-03-10T12:00:00+08:00', '2026-03-02 10:00', NULL, 'resolve=2026-03-10 12:00'),
    ('X207', 'PM-53', 'care', 'complaint', 'grade=minor', '2026-03-02 10:00', 'resident_due:=2026-03-03T12:00:00+08:00@1 hour', 'resolve=2026-03-03 12:00'),
    ('X208', 'PM-53', 'care', 'complaint', 'grade=minor resident_due:=2026-03-10T12:00:00+08:00', '2026-03-02 10:00', 'resident_due:=null@1 hour', 'resolve=2026-03-04'),
    ('X209', 'PM-53', 'care', 'complaint', 'grade=minor', '2026-03-06 20:00', NULL, 'resolve=2026-03-08'),
    ('X210', 'PM-53', 'care', 'complaint', 'grade=minor', '2026-02-27 23:59:59.999999', NULL, 'resolve=2026-03-01'),
    ('X211', 'PM-53', 'care', 'complaint', 'grade=minor', '2028-02-27 00:00', NULL, 'resolve=2028-02-29'),
    ('X212', 'PM-54', 'care', 'complaint', 'grade=minor', '2026-03-02 23:55', NULL, 'form_sent=2026-03-03 00:05'),
    ('G245', 'PM-56', 'care', 'complaint', 'grade=minor', '2026-03-02 10:00', 'resolved@2026-03-03 16:00', 'form_returned=2026-03-03; inform=2026-03-03'),
    ('X213', 'PM-56', 'care', 'complaint', 'grade=minor', '2026-03-02 10:00', 'resolved@2026-03-03 23:59:59', 'form_returned=2026-03-03; inform=2026-03-03'),
    ('X214', 'PM-58', 'care', 'complaint', 'grade=minor', '2026-03-02 10:00', 'resolved@2026-03-04 00:00', 'form_returned=2026-03-04; inform=2026-03-04'),
    ('X215', 'PM-68', 'care', 'complaint', 'grade=major next_reply_at:=2026-03-03T09:00:00+08:00', '2026-03-02 10:00', NULL, 'next_reply=2026-03-03 09:00'),
    ('X216', 'PM-45', 'care', 'complaint', 'grade=minor is_valid:=true', '2026-03-02 10:00', NULL, 'ageing=2026-04-02'),
    ('X217', 'PM-03', 'care', 'task', NULL, '2026-03-02 23:59:59.999999', NULL, 'task=2026-03-02');
-- 004: callbacks and reports
INSERT INTO due_case VALUES
    ('G253', 'PM-72', 'care', 'complaint', 'grade=minor', '2026-03-01 10:00', 'resolved@2026-03-02 10:00', 'callback=2026-03-09'),
    ('X220', 'PM-72', 'care', 'complaint', 'grade=minor', '2026-02-20 10:00', 'resolved@2026-02-22 10:00', 'callback=2026-03-01'),
    ('X221', 'PM-73', 'care', 'repair', NULL, '2026-03-01 10:00', 'resolved@2026-03-02 10:00', 'callback=2026-04-02'),
    ('X222', 'PM-73', 'care', 'repair', NULL, '2026-01-31 10:00', 'resolved@2026-01-31 12:00', 'callback=2026-02-28'),
    ('X223', 'PM-73', 'care', 'repair', NULL, '2028-01-30 10:00', 'resolved@2028-01-31 12:00', 'callback=2028-02-29'),
    ('X224', 'PM-74', 'care', 'special', 'contract_from:=2026-03-01 contract_to:=2026-12-31', '2026-03-01 09:00', NULL, 'callback_mid=2026-07-31; callback_end=2026-12-31'),
    ('X225', 'PM-74', 'care', 'special', 'contract_from:=2028-02-01 contract_to:=2028-02-29', '2028-02-01 09:00', NULL, 'callback_mid=2028-02-15; callback_end=2028-02-29'),
    ('X226', 'PM-74', 'care', 'special', 'contract_from:=2026-03-01 contract_to:=2026-03-04', '2026-03-01 09:00', NULL, 'callback_mid=2026-03-02; callback_end=2026-03-04'),
    ('G255', 'PM-75', 'care', 'publication', NULL, '2026-01-31 09:00', NULL, 'callback=2026-02-28'),
    ('X227', 'PM-75', 'care', 'publication', NULL, '2026-02-28 09:00', NULL, 'callback=2026-03-28'),
    ('X228', 'PM-75', 'care', 'publication', NULL, '2028-01-31 09:00', NULL, 'callback=2028-02-29'),
    ('X229', 'PM-75', 'care', 'publication', NULL, '2026-12-31 09:00', NULL, 'callback=2027-01-31'),
    ('X230', 'PM-76', 'care', 'other', NULL, '2026-03-02 09:00', 'resolved@2026-03-02 10:00', 'callback=2026-03-09'),
    ('G251', 'PM-60', 'care', 'report', 'month:=2026-03-01', '2026-03-01 09:00', NULL, 'report=2026-03-30'),
    ('X231', 'PM-60', 'care', 'report', 'month:=2026-02-01', '2026-02-01 09:00', NULL, 'report=2026-02-28'),
    ('X232', 'PM-60', 'care', 'report', 'month:=2028-02-01', '2028-02-01 09:00', NULL, 'report=2028-02-29'),
    ('X233', 'PM-60', 'care', 'report', 'month:=2026-04-01', '2026-04-01 09:00', NULL, 'report=2026-04-30'),
    ('X234', 'PM-60', 'care', 'report', 'month:=2026-12-01', '2026-12-01 09:00', NULL, 'report=2026-12-30');

-- The step that stops a clock: the first of its stops.
CREATE FUNCTION pg_temp.stop_of(c due_case, p_clock text) RETURNS text LANGUAGE sql AS
$$ SELECT CASE WHEN stops[1] LIKE 'status:%' THEN substr(stops[1], 8) ELSE '!' || stops[1] END
   FROM limit_of l WHERE l.policy = c.policy AND l.ticket_type = c.ticket_type AND l.clock = p_clock LIMIT 1 $$;
CREATE FUNCTION pg_temp.played(c due_case) RETURNS bigint LANGUAGE sql AS
$$ SELECT pg_temp.play(pg_temp.opened(c.policy, c.ticket_type, c.sets, c.opened_at), c.story, c.opened_at) $$;
CREATE FUNCTION pg_temp.stopped(c due_case, p_clock text, p_at timestamptz) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    id bigint := pg_temp.played(c);
    clock bigint := pg_temp.last_clock(id, p_clock);
    said text := pg_temp.verdict(id, pg_temp.stop_of(c, p_clock), p_at);
BEGIN
    RETURN CASE said WHEN 'accepted' THEN pg_temp.outcome(clock, p_at) ELSE said END;
END $$;
-- Its clocks: due time, how they stand then and after, and stopped then and after.
CREATE FUNCTION pg_temp.seen(c due_case) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    part text;
    clock text;
    due timestamptz;
    id bigint;
    lines text[];
BEGIN
    FOREACH part IN ARRAY string_to_array(c.due, '; ') LOOP
        clock := split_part(part, '=', 1);
        due := pg_temp.due(split_part(part, '=', 2));
        id := pg_temp.last_clock(pg_temp.played(c), clock);
        lines := lines || concat_ws(' ', clock, (SELECT due_at FROM desk.sla_clock WHERE clock_id = id),
                                    pg_temp.outcome(id, due), pg_temp.outcome(id, due + interval '1 microsecond'),
                                    pg_temp.stopped(c, clock, due), pg_temp.stopped(c, clock, due + interval '1 microsecond'));
    END LOOP;
    RETURN array_to_string(lines, '; ');
END $$;
-- What the document says: goods whose time is over are accepted already.
CREATE FUNCTION pg_temp.meant(c due_case) RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(concat_ws(' ', split_part(p, '=', 1), pg_temp.due(split_part(p, '=', 2)), 'running late met', CASE WHEN p LIKE 'accept=%' THEN 'SV001' ELSE 'breached' END), '; ' ORDER BY o)
   FROM string_to_table(c.due, '; ') WITH ORDINALITY t (p, o) $$;

SELECT is(pg_temp.seen(c), pg_temp.meant(c), format('%s (%s): %s', id, clause, due)) FROM due_case c ORDER BY id;

-- What is met, said and done ------------------------------------------------------
-- A ticket is opened and played as above; then a last step is tried at a time
-- and answered.  After that and a sweep then (or at now_at), the values are
-- these: status, status_at, grade; <clock>, the outcomes of its cycles, and
-- <clock>_due, their due times; <clock>_last and <clock>_last_due, those of the
-- last one.

CREATE TEMP TABLE told_case (id text PRIMARY KEY, clause text, policy text, ticket_type text, sets text, opened_at timestamptz, story text,
                             attempt text, verdict text, now_at timestamptz, then_is text);
-- 000
INSERT INTO told_case VALUES
    ('G013', 'PC-05', 'maker', 'repair', 'area=urban', '2026-03-02 09:00', 'on_site@2026-03-02 11:00; resolved@2026-03-02 13:00', NULL, NULL, '2026-03-02 15:00', 'onsite=met; resolve=met'),
    ('X300', 'PC-05', 'maker', 'repair', 'area=urban', '2026-03-02 09:00', 'on_site@2026-03-02 11:00:01; resolved@2026-03-02 13:00', NULL, NULL, '2026-03-02 15:00', 'onsite=breached; resolve=met'),
    ('X301', 'PC-05', 'maker', 'repair', 'area=urban', '2026-03-02 09:00', 'on_site@2026-03-02 11:00; resolved@2026-03-02 13:00:01', NULL, NULL, '2026-03-02 15:00', 'onsite=met; resolve=breached'),
    ('X302', 'PC-06', 'maker', 'repair', 'area=outside_urban', '2026-03-02 09:00', 'on_site@2026-03-02 11:00; resolved@2026-03-02 13:00:01', NULL, NULL, '2026-03-02 15:00', 'onsite=met; resolve=met'),
    ('X303', 'PC-05', 'maker', 'repair', 'area=urban', '2026-03-02 09:00', NULL, NULL, NULL, '2026-03-02 11:00:01', 'onsite=late; resolve=running; respond=none'),
    -- solved in 24 hours or a proposal in 48: late only when both are missed
    ('G015', 'PC-32', 'maker', 'repair', NULL, '2026-03-02 09:00', NULL, NULL, NULL, '2026-03-02 09:00', 'solve_due=2026-03-03 09:00:00; proposal_due=2026-03-04 09:00:00'),
    ('X310', 'PC-32', 'maker', 'repair', NULL, '2026-03-02 09:00', 'resolved@2026-03-03 09:00', NULL, NULL, '2026-03-04 15:00', 'solve=met; proposal=met'),
    ('X311', 'PC-32', 'maker', 'repair', NULL, '2026-03-02 09:00', NULL, NULL, NULL, '2026-03-03 09:00:01', 'solve=running; proposal=running'),
    ('X312', 'PC-32', 'maker', 'repair', NULL, '2026-03-02 09:00', '!proposed@2026-03-04 09:00', NULL, NULL, '2026-03-04 15:00', 'solve=covered; proposal=met'),
    ('X313', 'PC-32', 'maker', 'repair', NULL, '2026-03-02 09:00', '!proposed@2026-03-04 09:00:00.000001', NULL, NULL, '2026-03-04 15:00', 'solve=covered; proposal=breached'),
    ('X314', 'PC-32', 'maker', 'repair', NULL, '2026-03-02 09:00', 'resolved@2026-03-03 15:00', NULL, NULL, '2026-03-04 15:00', 'solve=covered; proposal=met'),
    ('X315', 'PC-32', 'maker', 'repair', NULL, '2026-03-02 09:00', 'resolved@2026-03-04 09:00:00.000001', NULL, NULL, '2026-03-04 15:00', 'solve=covered; proposal=breached'),
    ('X316', 'PC-32', 'maker', 'repair', NULL, '2026-03-02 09:00', NULL, NULL, NULL, '2026-03-04 09:00:00', 'solve=running; proposal=running'),
    ('X317', 'PC-32', 'maker', 'repair', NULL, '2026-03-02 09:00', NULL, NULL, NULL, '2026-03-04 09:00:00.000001', 'solve=covered; proposal=late'),
    -- Mondays and Thursdays, ten o'clock
    ('G063', 'PC-26', 'maker', 'report', NULL, '2026-03-05 10:00:01', '!monday_given@2026-03-09 10:00', NULL, NULL, '2026-03-09 10:00', 'monday=met; thursday_due=2026-03-12 10:00:00'),
    ('G065', 'PC-26', 'maker', 'report', NULL, '2026-03-05 10:00:01', '!monday_given@2026-03-09 09:00; !thursday_given@2026-03-12 09:00', NULL, NULL, '2026-03-12 09:00',
        'thursday=met; monday_due=2026-03-09 10:00:00|2026-03-16 10:00:00'),
    ('G067', 'PC-26', 'maker', 'report', NULL, '2026-03-05 10:00:01', '!monday_given@2026-03-09 09:00', NULL, NULL, '2026-03-12 10:00:01',
        'thursday=late; monday=met|running; monday_due=2026-03-09 10:00:00|2026-03-16 10:00:00'),
    ('X320', 'PC-26', 'maker', 'report', NULL, '2026-03-05 10:00:01', '!monday_given@2026-03-09 10:00:00.000001', NULL, NULL, '2026-03-09 11:00', 'monday=breached; thursday_due=2026-03-12 10:00:00'),
    ('X321', 'PC-26', 'maker', 'report', NULL, '2026-03-05 10:00:01', '!monday_given@2026-03-06 17:00', NULL, NULL, '2026-03-09 11:00', 'monday=met; thursday_due=2026-03-12 10:00:00'),
    ('X322', 'PC-26', 'maker', 'report', NULL, '2026-03-05 10:00:01', '!monday_given@2026-03-09 09:00; !thursday_given@2026-03-13 09:00', NULL, NULL, '2026-03-13 09:00',
        'thursday=breached; monday=met|running; monday_due=2026-03-09 10:00:00|2026-03-16 10:00:00'),
    ('X323', 'PC-26', 'maker', 'report', NULL, '2026-03-05 10:00:01', '!monday_given@2026-03-09 09:00; !thursday_given@2026-03-12 09:00; !monday_given@2026-03-16 09:00', NULL, NULL, '2026-03-16 10:00:01',
        'thursday=met|running; monday=met|met; thursday_due=2026-03-12 10:00:00|2026-03-19 10:00:00'),
    -- absent: twenty minutes
    ('G075', 'PC-86', 'maker', 'visit', 'customer_absent:=true', '2026-03-02 13:00', 'on_site@2026-03-02 14:00', 'no_show', 'SV002 PC-86', '2026-03-02 14:19:59', 'status=on_site'),
    ('X330', 'PC-86', 'maker', 'visit', 'customer_absent:=true', '2026-03-02 13:00', 'on_site@2026-03-02 14:00', 'no_show', 'SV002 PC-86', '2026-03-02 14:19:59.999999', 'status=on_site'),
    ('X331', 'PC-86', 'maker', 'visit', 'customer_absent:=true', '2026-03-02 13:00', 'on_site@2026-03-02 14:00', 'no_show', 'accepted', '2026-03-02 14:20:00', 'status=no_show'),
    ('X332', 'PC-86', 'maker', 'visit', NULL, '2026-03-02 13:00', 'on_site@2026-03-02 14:00', 'no_show', 'SV002 PC-86', '2026-03-02 15:00', 'status=on_site'),
    -- promised: told before, then every two days
    ('G077', 'PC-109', 'maker', 'promise', NULL, '2026-03-02 09:00', '*repair until 2026-03-05 18:00@1 hour; !delay_notice@2026-03-05 12:00; !progress@2026-03-07 10:00; !progress@2026-03-09 23:59:59', NULL, NULL, '2026-03-10 12:00',
        'delay_told=met; progress_due=2026-03-07|2026-03-09|2026-03-11; progress=met|met|running'),
    ('X340', 'PC-109', 'maker', 'promise', NULL, '2026-03-02 09:00', '*repair until 2026-03-05 18:00@1 hour', NULL, NULL, '2026-03-05 18:00', 'promised=running; progress=none'),
    ('X341', 'PC-109', 'maker', 'promise', NULL, '2026-03-02 09:00', '*repair until 2026-03-05 18:00@1 hour', NULL, NULL, '2026-03-05 18:00:00.000001', 'promised=late; delay_told=late; progress_due=2026-03-07'),
    ('X342', 'PC-109', 'maker', 'promise', NULL, '2026-03-02 09:00', '*repair until 2026-03-05 18:00@1 hour; !progress@2026-03-08 00:00', NULL, NULL, '2026-03-08 12:00',
        'progress=breached|running; progress_due=2026-03-07|2026-03-10'),
    ('X343', 'PC-109', 'maker', 'promise', NULL, '2026-03-02 09:00', '*repair until 2026-03-05 18:00@1 hour; !progress@2026-03-06 10:00; resolved@2026-03-08 10:00', NULL, NULL, '2026-03-09 12:00',
        'promised=breached; progress=met|cancelled; progress_due=2026-03-07|2026-03-08'),
    ('X347', 'PC-109', 'maker', 'promise', NULL, '2028-02-25 09:00', '*repair until 2028-02-27 18:00@1 hour', NULL, NULL, '2028-02-29 23:59:59', 'progress=running; progress_due=2028-02-29'),
    ('X344', 'PC-37', 'maker', 'promise', NULL, '2026-03-02 09:00', '*repair until 2026-03-05 18:00@1 hour; resolved@2026-03-05 18:00', NULL, NULL, '2026-03-09 12:00', 'promised=met; delay_told=met; progress=none'),
    ('X345', 'PC-108', 'maker', 'promise', NULL, '2026-03-02 09:00', '*repair until 2026-03-05 18:00@1 hour; !delay_notice@2026-03-05 18:00', NULL, NULL, '2026-03-06 12:00', 'delay_told=met; promised=late'),
    ('X348', 'PC-108', 'maker', 'promise', NULL, '2026-03-02 09:00', '*repair until 2026-03-05 18:00@1 hour; !delay_notice@2026-03-05 18:00:00.000001', NULL, NULL, '2026-03-06 12:00', 'delay_told=breached; promised=late'),
    ('X346', 'PC-108', 'maker', 'promise', NULL, '2026-03-02 09:00', '*repair until 2026-03-05 18:00@1 hour; !delay_notice@2026-03-05 12:00; *repair until 2026-03-08 18:00@2026-03-05 12:00:01', NULL, NULL, '2026-03-09 12:00',
        'promised=cancelled|late; delay_told=met|late; progress_due=2026-03-10');
-- 001
INSERT INTO told_case VALUES
    ('X350', 'PH-32', 'front', 'complaint', 'solved_at_once:=true', '2026-03-06 17:30', NULL, NULL, NULL, '2026-03-08 09:00', 'first_reply=none'),
    ('X351', 'PH-32', 'front', 'complaint', NULL, '2026-03-06 17:30', '!replied@2026-03-08 00:00', NULL, NULL, '2026-03-08 09:00', 'first_reply=breached');
-- 002: extensions by the operations director, before the limit has passed
INSERT INTO told_case
SELECT v.id, v.clause, 'dealer', 'complaint', NULL, '2026-03-02 10:00', v.story, v.attempt, v.verdict, v.at, v.then_is
FROM (VALUES
    ('G115', 'DW-03', NULL, '+operations_director plan until 2026-03-12', 'accepted', timestamptz '2026-03-06 18:00', 'plan=running; plan_due=2026-03-12'),
    ('X360', 'DW-03', NULL, '+operations_director plan until 2026-03-12', 'accepted', '2026-03-06 23:59:59.999999', 'plan=running; plan_due=2026-03-12'),
    ('X361', 'DW-03', NULL, '+operations_director plan until 2026-03-12', 'SV012', '2026-03-07 00:00', 'plan=late; plan_due=2026-03-06'),
    ('X362', 'DW-03', NULL, '+region_manager plan until 2026-03-12', 'SV003', '2026-03-06 18:00', 'plan=running; plan_due=2026-03-06'),
    ('X363', 'DW-03', NULL, '+operations_director plan until 2026-03-05', 'SV005', '2026-03-04 18:00', 'plan=running; plan_due=2026-03-06'),
    ('X364', 'DW-03', NULL, '+operations_director plan until 2026-03-06', 'SV005', '2026-03-04 18:00', 'plan=running; plan_due=2026-03-06'),
    ('X365', 'DW-03', '+operations_director plan until 2026-03-12@2026-03-06 18:00', 'planned', 'accepted', '2026-03-12 23:59:59.999999', 'plan=met; resolve_due=2026-03-17'),
    ('X366', 'DW-03', '+operations_director plan until 2026-03-12@2026-03-06 18:00', 'planned', 'accepted', '2026-03-13 00:00', 'plan=breached; resolve_due=2026-03-18'),
    ('X367', 'DW-03', '+operations_director plan until 2026-03-12@2026-03-06 18:00', '+operations_director plan until 2026-03-20', 'accepted', '2026-03-12 18:00', 'plan=running; plan_due=2026-03-20'),
    ('X368', 'DW-03', '+operations_director plan until 2026-03-12@2026-03-06 18:00', '+operations_director plan until 2026-03-20', 'SV012', '2026-03-13 00:00', 'plan=late; plan_due=2026-03-12'),
    ('X369', 'DW-05', 'planned@2026-03-05 16:00', '+operations_director resolve until 2026-03-20', 'accepted', '2026-03-10 18:00', 'resolve=running; resolve_due=2026-03-20'),
    ('X370', 'DW-05', 'planned@2026-03-05 16:00', '+operations_director resolve until 2026-03-20', 'SV012', '2026-03-11 00:00', 'resolve=late; resolve_due=2026-03-10'),
    ('X371', 'DW-05', 'planned@2026-03-05 16:00', '+region_manager resolve until 2026-03-20', 'SV003', '2026-03-10 18:00', 'resolve=running; resolve_due=2026-03-10')) v (id, clause, story, attempt, verdict, at, then_is);
-- 002: not returned in time is accepted, and stays so
INSERT INTO told_case
SELECT v.id, v.clause, 'dealer', 'acceptance', v.sets, date_trunc('day', v.picked), '!picked_up@' || v.picked, v.attempt, v.verdict, v.at, v.then_is
FROM (VALUES
    ('G139', 'DW-33', 'product_line=window_guard quantity=10', timestamptz '2026-03-02 11:00', 'accepted', 'accepted', timestamptz '2026-03-02 15:00', 'status=accepted; accept=met'),
    ('X380', 'DW-33', 'product_line=window_guard quantity=10', '2026-03-02 11:00', 'refused',  'accepted', '2026-03-02 15:00', 'status=refused; accept=met'),
    ('X381', 'DW-33', 'product_line=window_guard quantity=10', '2026-03-02 11:00', 'accepted', 'SV001', '2026-03-02 15:00:00.000001', 'status=deemed_accepted; status_at=2026-03-02 15:00:00'),
    ('X382', 'DW-34', 'product_line=window_guard quantity=10', '2026-03-02 11:00', 'refused',  'SV001', '2026-03-02 15:00:01', 'status=deemed_accepted; status_at=2026-03-02 15:00:00'),
    ('X383', 'DW-33', 'product_line=window_guard quantity=10', '2026-03-02 11:00', NULL, NULL, '2026-03-02 15:00', 'status=new; accept=running'),
    ('X384', 'DW-33', 'product_line=window_guard quantity=10', '2026-03-02 11:00', NULL, NULL, '2026-03-02 15:00:00.000001', 'status=deemed_accepted; accept=late'),
    ('X385', 'DW-33', 'product_line=door quantity=10', '2026-03-02 11:00', NULL, NULL, '2026-03-02 23:59:59.999999', 'status=new; accept=running'),
    ('X386', 'DW-33', 'product_line=door quantity=10', '2026-03-02 11:00', NULL, NULL, '2026-03-03 00:00', 'status=deemed_accepted; status_at=2026-03-02'),
    ('X387', 'DW-33', 'product_line=door quantity=11', '2026-03-02 14:00:01', NULL, NULL, '2026-03-05 23:59:59', 'status=new; accept=running'),
    ('X388', 'DW-33', 'product_line=door quantity=11', '2026-03-02 14:00:01', NULL, NULL, '2026-03-06 00:00', 'status=deemed_accepted; status_at=2026-03-05'),
    ('X389', 'DW-33', 'product_line=material quantity=1', '2026-03-02 14:30', NULL, NULL, '2026-03-03 11:59:59', 'status=new; accept=running'),
    ('X390', 'DW-33', 'product_line=material quantity=1', '2026-03-02 14:30', 'refused', 'SV001', '2026-03-03 12:00:01', 'status=deemed_accepted; status_at=2026-03-03 12:00:00')) v (id, clause, sets, picked, attempt, verdict, at, then_is);
-- 002: what the tables do not name has no limit that could be guessed
INSERT INTO told_case VALUES
    ('X391', 'DW-24', 'dealer', 'acceptance', 'product_line=other_pipe quantity=10', '2026-03-02 08:00', NULL, '!picked_up', 'SV010', '2026-03-02 09:00', 'accept=none'),
    ('X392', 'DW-24', 'dealer', 'acceptance', 'product_line=window_guard', '2026-03-02 08:00', NULL, '!picked_up', 'SV010', '2026-03-02 09:00', 'accept=none'),
    ('X393', 'DW-36', 'dealer', 'order', 'product_line=window_guard', '2026-03-02 08:00', NULL, '!deposited', 'SV010', '2026-03-02 10:00', 'ship=none'),
    ('X394', 'DW-38', 'dealer', 'order', 'product_line=railing', '2026-03-02 08:00', NULL, '!deposited', 'SV010', '2026-03-02 10:00', 'ship=none'),
-- reviewed or paid alone is not confirmed
    ('X395', 'DW-35', 'dealer', 'order', 'product_line=door quantity=1', '2026-03-01 08:00', '!reviewed@2026-03-01 09:00', NULL, NULL, '2026-04-01 09:00', 'ship=none'),
    ('X396', 'DW-35', 'dealer', 'order', 'product_line=door quantity=1', '2026-03-01 08:00', '!deposited@2026-03-01 09:00; !deposited@2026-03-02 09:00', NULL, NULL, '2026-04-01 09:00', 'ship=none'),
-- sent out in time and not: the days of delay that are paid for are another matter
    ('G159', 'DW-41', 'dealer', 'order', 'product_line=window_guard finish:=natural', '2026-03-02 08:00', '!deposited@1 hour; !reviewed@2 hours; shipped@2026-03-08 20:00', NULL, NULL, '2026-03-22 09:00', 'ship=met; ship_due=2026-03-08'),
    ('G161', 'DW-41', 'dealer', 'order', 'product_line=door quantity=1', '2026-03-02 08:00', '!deposited@1 hour; !reviewed@2 hours; shipped@2026-03-19 10:00', NULL, NULL, '2026-03-22 09:00', 'ship=breached; ship_due=2026-03-16'),
    ('G163', 'DW-41', 'dealer', 'order', 'product_line=door quantity=1', '2026-03-02 08:00', '!deposited@1 hour; !reviewed@2 hours; shipped@2026-03-21 10:00', NULL, NULL, '2026-03-22 09:00', 'ship=breached; ship_due=2026-03-16'),
    ('G165', 'DW-45', 'dealer', 'order', 'product_line=door quantity=1', '2026-03-02 08:00', '!deposited@1 hour; !reviewed@2 hours; shipped@2026-03-20 10:00', NULL, NULL, '2026-03-22 09:00', 'ship=breached; ship_due=2026-03-16'),
    ('X397', 'DW-35', 'dealer', 'order', 'product_line=window_guard finish:=natural', '2026-03-02 08:00', '!deposited@1 hour; !reviewed@2 hours; shipped@2026-03-09 00:00', NULL, NULL, '2026-03-22 09:00', 'ship=breached; ship_due=2026-03-08'),
-- calls by tier
    ('X400', 'DW-72', 'dealer', 'calls', 'tier=C', '2026-01-31 10:00', '!called@0', NULL, NULL, '2026-03-22 09:00', 'call=none'),
    ('X401', 'DW-70', 'dealer', 'calls', 'tier=B', '2026-01-31 10:00', '!called@0; !called@2026-02-28 10:00; !called@2026-03-29 10:00', NULL, NULL, '2026-03-30 09:00',
        'call=met|breached|running; call_due=2026-02-28|2026-03-28|2026-04-29'),
    ('X402', 'DW-65', 'dealer', 'calls', 'tier=B', '2026-01-31 10:00', '!called@0; tier=A@2026-02-02 10:00', NULL, NULL, '2026-02-03 09:00', 'call=running; call_due=2026-02-14'),
    ('X403', 'DW-72', 'dealer', 'calls', 'tier=B', '2026-01-31 10:00', '!called@0; tier=C@2026-02-02 10:00', NULL, NULL, '2026-04-03 09:00', 'call=voided');
-- 004: major after a month
INSERT INTO told_case
SELECT v.id, v.clause, 'care', 'complaint', v.sets, v.received, v.story, NULL, NULL, v.at, v.then_is
FROM (VALUES
    ('G247', 'PM-45', 'grade=minor is_valid:=true',  timestamptz '2026-03-02 10:00', NULL, timestamptz '2026-04-03 00:00', 'grade=major; ageing=late; to_manager_last_due=2026-04-03'),
    ('X410', 'PM-45', 'grade=minor is_valid:=true',  '2026-03-02 10:00', NULL, '2026-04-02 23:59:59.999999', 'grade=minor; ageing=running; to_manager=none'),
    ('X411', 'PM-45', 'grade=minor is_valid:=false', '2026-03-02 10:00', NULL, '2026-05-03 00:00', 'grade=minor; ageing=none'),
    ('X412', 'PM-45', 'grade=important is_valid:=true', '2026-03-02 10:00', NULL, '2026-04-03 00:00', 'grade=major; ageing=late'),
    ('X413', 'PM-45', 'grade=minor is_valid:=true',  '2026-03-02 10:00', 'resolved@2026-04-02 23:59:59.999999', '2026-05-03 00:00', 'grade=minor; ageing=met'),
    ('X414', 'PM-45', 'grade=minor is_valid:=true',  '2026-03-02 10:00', 'resolved@2026-04-03 00:00', '2026-05-03 00:00', 'grade=major; ageing=breached'),
    ('X415', 'PM-45', 'grade=minor is_valid:=true',  '2026-01-31 10:00', NULL, '2026-02-28 23:59:59', 'grade=minor; ageing=running'),
    ('X416', 'PM-45', 'grade=minor is_valid:=true',  '2026-01-31 10:00', NULL, '2026-03-01 00:00', 'grade=major; ageing=late'),
    ('X417', 'PM-45', 'grade=minor is_valid:=true',  '2028-01-31 10:00', NULL, '2028-02-29 23:59:59', 'grade=minor; ageing=running'),
    ('X418', 'PM-45', 'grade=minor is_valid:=true',  '2028-01-31 10:00', NULL, '2028-03-01 00:00', 'grade=major; ageing=late'),
    ('X419', 'PM-45', 'grade=minor is_valid:=true',  '2026-12-31 10:00', NULL, '2027-02-01 00:00', 'grade=major; ageing=late'),
    ('X420', 'PM-51', 'grade=minor is_valid:=true',  '2026-03-02 10:00', NULL, '2026-04-03 23:59:59', 'grade=major; to_manager_last=running'),
    ('X421', 'PM-51', 'grade=minor is_valid:=true',  '2026-03-02 10:00', NULL, '2026-04-04 00:00', 'grade=major; to_manager_last=late'),
    ('X422', 'PM-51', 'grade=minor is_valid:=true',  '2026-03-02 10:00', '!told_manager@2026-04-03 18:00', '2026-04-04 00:00', 'grade=major; to_manager_last=met'),
    -- a grade given by hand moves the clocks of the grades
    ('X423', 'PM-53', 'grade=minor', '2026-03-02 10:00', 'grade=important@2026-03-02 12:00', '2026-03-09 00:00', 'resolve=voided; to_director_last=late; to_director_last_due=2026-03-02 13:00:00'),
    ('X424', 'PM-52', 'grade=important', '2026-03-02 10:00', '!told_director@2026-03-02 11:00; grade=minor@2026-03-02 12:00', '2026-03-03 00:00', 'to_director=met; resolve=running; resolve_due=2026-03-04'),
    -- the number that is lost is not guessed
    ('X425', 'PM-85', 'grade=minor', '2026-03-02 10:00', NULL, '2028-03-02 10:00', 'follow_up=running')) v (id, clause, sets, received, story, at, then_is);

-- A time as the cases write it.
CREATE FUNCTION pg_temp.written(p_at timestamptz) RETURNS text LANGUAGE sql AS
$$ SELECT CASE WHEN p_at::time = '23:59:59.999999' THEN p_at::date::text ELSE to_char(p_at, 'YYYY-MM-DD HH24:MI:SS') END $$;
CREATE FUNCTION pg_temp.told(p_id bigint, p_clock text, p_due boolean) RETURNS text LANGUAGE sql AS
$$ SELECT coalesce(string_agg(CASE WHEN p_due THEN pg_temp.written(due_at) ELSE outcome END, '|' ORDER BY cycle), 'none')
   FROM (SELECT *, cycle = max(cycle) OVER () AS is_last FROM desk_bi.clock WHERE ticket_id = p_id AND clock = regexp_replace(p_clock, '_last$', '')) c
   WHERE is_last OR p_clock !~ '_last$' $$;
CREATE FUNCTION pg_temp.seen(c told_case) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    id bigint := pg_temp.play(pg_temp.opened(c.policy, c.ticket_type, c.sets, c.opened_at), c.story, c.opened_at);
    said text := CASE WHEN c.attempt IS NOT NULL THEN pg_temp.verdict(id, c.attempt, c.now_at) END;
    found text;
BEGIN
    PERFORM pg_temp.as_of(c.now_at);
    PERFORM aftersales.sweep();
    SELECT string_agg(k || '=' || CASE
            WHEN k = 'status' THEN t.status
            WHEN k = 'status_at' THEN pg_temp.written(t.status_at)
            WHEN k = 'grade' THEN t.grade
            WHEN k LIKE '%\_due' THEN pg_temp.told(id, left(k, -4), true)
            ELSE pg_temp.told(id, k, false) END, '; ' ORDER BY o)
      INTO found
      FROM desk.ticket t, string_to_table(c.then_is, '; ') WITH ORDINALITY p (part, o), split_part(part, '=', 1) k
     WHERE t.ticket_id = id;
    RETURN concat_ws(': ', said, found);
END $$;
SELECT is(pg_temp.seen(c), concat_ws(': ', verdict, then_is), format('%s (%s): %s', id, clause, concat_ws(' ', attempt, 'at', now_at))) FROM told_case c ORDER BY id;

-- In the end -----------------------------------------------------------------------

SELECT results_eq($$SELECT is_beyond_known FROM desk_bi.clock WHERE clock = 'plan' AND due_at::date IN ('2026-03-12', '2028-03-09') GROUP BY due_at, is_beyond_known ORDER BY due_at$$,
                  'VALUES (false), (true)', 'DW-02: a due time in a year without a notice of holidays says so');
SELECT is_empty('SELECT * FROM aftersales.verify_clocks()', 'replaying gives the same clocks');
SELECT is_empty('SELECT * FROM aftersales.verify_audit()', 'all chains are sound');

SELECT * FROM finish();
ROLLBACK;
