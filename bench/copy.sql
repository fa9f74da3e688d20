-- bench/copy.sql: takes the rows of b_enforced over into the desk @desk@.

INSERT INTO @desk@.ticket SELECT * FROM b_enforced.ticket ORDER BY ticket_id;
INSERT INTO @desk@.ticket_event SELECT * FROM b_enforced.ticket_event ORDER BY event_id;
INSERT INTO @desk@.sla_clock SELECT * FROM b_enforced.sla_clock ORDER BY clock_id;
INSERT INTO @desk@.sla_breach SELECT * FROM b_enforced.sla_breach ORDER BY clock_id;
SELECT setval('@desk@.ticket_ticket_id_seq', (SELECT max(ticket_id) FROM @desk@.ticket)),
       setval('@desk@.ticket_event_event_id_seq', (SELECT max(event_id) FROM @desk@.ticket_event)),
       setval('@desk@.sla_clock_clock_id_seq', (SELECT max(clock_id) FROM @desk@.sla_clock));
