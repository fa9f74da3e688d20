-- lib/slip.sql: a depot with two keepers, a policy that guards slips, counts
-- and their moves, and what tests say about a statement.
-- Included by the tests of slips and counts.

\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SELECT no_plan();

INSERT INTO aftersales.policy (policy, title_en, timezone) VALUES ('depot', 'Depot', 'Asia/Shanghai'), ('west', 'West', 'America/New_York');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('depot', 1, 'job'), ('west', 1, 'west_job');
INSERT INTO aftersales.workflow_state (policy, version, state, kind)
SELECT p, 1, s.state, s.kind FROM unnest('{depot,west}'::text[]) p, (VALUES ('new', 'initial'), ('done', 'done')) s(state, kind);
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) SELECT p, 1, 'new', 'done' FROM unnest('{depot,west}'::text[]) p;
INSERT INTO aftersales.attribute (policy, version, attribute, data_type) VALUES ('depot', 1, 'urgent', 'boolean');
INSERT INTO aftersales.role_conflict (policy, version, role_a, role_b, message_en) VALUES ('depot', 1, 'books', 'keeper', 'Whoever keeps the goods does not keep the books.');
INSERT INTO aftersales.row_guard (policy, version, table_name, on_action, guard, condition, requires, roles, message_en) VALUES
    ('depot', 1, 'stock_slip', NULL, 'store_signs', 'store_signed_at IS NOT NULL AND old.store_signed_at IS NULL', NULL, '{keeper}', 'The keeper signs for the store.'),
    ('depot', 1, 'stock_slip', NULL, 'books_sign', 'account_signed_at IS NOT NULL AND old.account_signed_at IS NULL', NULL, '{books}', 'The bookkeeper signs for the accounts.'),
    ('depot', 1, 'stock_slip', NULL, 'not_done', $$ticket.status = 'done'$$, 'urgent', NULL, 'The job is done.'),
    ('depot', 1, 'stock_slip_line', NULL, 'one_piece', $$slip_kind = 'repair'$$, 'quantity = 1', NULL, 'One part a slip.'),
    ('depot', 1, 'stock_slip_line', NULL, 'asked', 'is_related', $$has_event('stock:issue') OR urgent$$, NULL, 'A related part comes after the first one.'),
    ('depot', 1, 'stock_move', NULL, 'no_scrap', $$to_condition = 'scrap'$$, 'document_no IS NOT NULL', NULL, 'Scrap needs a paper.'),
    ('depot', 1, 'stock_move', NULL, 'two_issues', $$purpose = 'issue' AND part_no = 'fan'$$, $$NOT has_event('stock:issue', 2) AND has_event('slip:posted')$$, NULL, 'Two issues a ticket.'),
    ('depot', 1, 'stock_move', NULL, 'counted', 'count_id IS NOT NULL', $$note IS NOT NULL AND owner = 'own'$$, NULL, 'Say why.'),
    ('depot', 1, 'stock_count', NULL, 'approver', 'approved_at IS NOT NULL AND old.approved_at IS NULL', NULL, '{boss}', 'The boss approves.'),
    ('depot', 1, 'stock_count_line', NULL, 'big', 'abs(difference) > 5', 'reason IS NOT NULL', NULL, 'Say why.');
SELECT is_empty($$SELECT * FROM aftersales.check_policy('depot', 1) WHERE severity = 'error'$$, 'the policy is sound');
SELECT aftersales.activate_policy(p, 1) FROM unnest('{depot,west}'::text[]) p \g /dev/null
SELECT aftersales.create_desk() \g /dev/null
INSERT INTO desk.staff (login) VALUES ('keeper_1'), ('keeper_2'), ('books_1'), ('boss_1'), ('nobody_1'), ('nobody_2'), ('both_1');
INSERT INTO desk.staff_role VALUES ('keeper_1', 'keeper'), ('keeper_2', 'keeper'), ('books_1', 'books'), ('boss_1', 'boss'), ('both_1', 'keeper'), ('both_1', 'boss');
INSERT INTO desk.part (part_no, is_serialised, exchange, decimals) VALUES ('fan', false, 'one_for_one', 0), ('belt', false, 'one_for_one', 0), ('wire', false, 'consumable', 2), ('disk', true, 'one_for_one', 0);
INSERT INTO desk.stock_location (location, kind, policy) VALUES
    ('north', 'store', 'depot'), ('south', 'store', 'depot'), ('shed', 'store', NULL), ('yard', 'store', NULL), ('lot', 'store', NULL), ('bag', 'engineer', NULL), ('maker', 'supplier', NULL), ('start', 'opening', NULL),
    ('bin', 'scrapped', NULL), ('home', 'installed', NULL), ('gap_2', 'adjustment', NULL), ('gap_1', 'adjustment', NULL), ('Gap', 'adjustment', NULL);
UPDATE desk.stock_location SET is_active = false WHERE location = 'Gap';

-- It is March 2025, by the time of the depot.
CREATE FUNCTION pg_temp.at(t text) RETURNS void LANGUAGE sql AS $$ SELECT set_config('aftersales.now', (('2025-03-' || t)::timestamptz)::text, false) $$;

-- Does a statement: its first value or done, or the SQLSTATE with the guards not met.
CREATE FUNCTION pg_temp.try(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text; d text;
BEGIN
    IF statement ~ 'RETURNING [^()]*$|^SELECT' THEN EXECUTE statement INTO result; ELSE EXECUTE statement; END IF;
    RETURN coalesce(result, 'done');
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS d = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(' ', sqlstate, substring(d FROM 'guard=(\S+)'));
END $$;
-- The same in somebody's name.
CREATE FUNCTION pg_temp.as(who text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE before text := current_setting('aftersales.actor'); result text;
BEGIN
    PERFORM set_config('aftersales.actor', who, false);
    result := pg_temp.try(statement);
    PERFORM set_config('aftersales.actor', before, false);
    RETURN result;
END $$;
-- What is somewhere: part, condition where it is not good, owner where it is not ours, quantity.
CREATE FUNCTION pg_temp.there(place text) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(concat_ws(' ', part_no, nullif(condition, 'good'), nullif(owner, 'own'), trim_scale(quantity)), ', ' ORDER BY part_no, condition, owner), '')
    FROM desk.stock_balance WHERE location = place AND quantity <> 0 $$;

SELECT pg_temp.at('01 08:00') \g /dev/null
SET aftersales.actor = 'keeper_1';
