-- bench/settle.sql: brings the desk @desk@ into the state of a table that has
-- been looked after: in the order of its keys, no dead rows, analysed.

CLUSTER @desk@.ticket USING ticket_pkey;
CLUSTER @desk@.ticket_event USING ticket_event_pkey;
CLUSTER @desk@.sla_clock USING sla_clock_pkey;
VACUUM ANALYZE @desk@.ticket, @desk@.ticket_event, @desk@.sla_clock, @desk@.sla_breach;
