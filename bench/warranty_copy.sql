-- bench/warranty_copy.sql: takes units and claims of b_enforced over into the
-- desk @desk@, past its triggers.

SET session_replication_role = replica;
INSERT INTO @desk@.product_unit SELECT * FROM b_enforced.product_unit ORDER BY unit_id;
INSERT INTO @desk@.unit_part SELECT * FROM b_enforced.unit_part ORDER BY unit_part_id;
INSERT INTO @desk@.ticket SELECT * FROM b_enforced.ticket WHERE ticket_id > 2000000000 ORDER BY ticket_id;
INSERT INTO @desk@.ticket_event (ticket_id, seq, event, occurred_at, recorded_at, actor, from_state, to_state, origin, hash)
SELECT ticket_id, seq, event, occurred_at, recorded_at, actor, from_state, to_state, origin, hash
FROM b_enforced.ticket_event WHERE ticket_id > 2000000000 ORDER BY event_id;
RESET session_replication_role;
