-- lib/clock_end.sql: what has to hold of all tickets in the end.

SELECT is_empty('SELECT * FROM problem', 'no script was refused');
SELECT is_empty('SELECT * FROM aftersales.verify_audit()', 'all chains are sound');
SELECT at('2026-05-01 00:00+08');
SELECT aftersales.sweep() \g /dev/null
SELECT is_empty('SELECT name, v.* FROM aftersales.verify_clocks() v JOIN played USING (ticket_id)', 'verify_clocks() finds nothing');
SELECT is_empty($$SELECT clock_id FROM desk.sla_clock WHERE stopped_at IS NOT NULL AND (next_at IS NOT NULL OR paused_since IS NOT NULL)$$, 'an ended clock has nothing to come');
SELECT is_empty($$SELECT clock_id FROM desk.sla_clock c LEFT JOIN desk.sla_breach b USING (clock_id) WHERE c.is_breached <> (b.clock_id IS NOT NULL)$$, 'is_breached says whether there is a breach row');
SELECT is_empty($$SELECT clock_id FROM desk.sla_clock WHERE (paused_since IS NULL) <> (remaining IS NULL) OR paused_since IS NOT NULL AND due_at IS NOT NULL$$, 'paused: since, remaining, and no due time');
SELECT * FROM finish();
