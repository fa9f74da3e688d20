-- bench/sweep.sql: what there is to be swept, and the writes of a sweep as
-- plain statements.

-- n clocks that run for long; that their tickets are not there is no matter to a
-- sweep that has nothing to do with them.
CREATE FUNCTION bench.run_clocks(desk name, n integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL session_replication_role = replica;
    EXECUTE format('INSERT INTO %I.sla_clock (ticket_id, clock, cycle, rule, target, started_at, start_seq, due_at, next_at) '
                   'SELECT 1 + i / 4, ''clock_'' || i %% 4, 1, ''rule'', ''1 year'', now(), 1, x.due, x.due '
                   'FROM generate_series(1, %s) i, '
                   'LATERAL (SELECT now() + interval ''1 year'' - i * interval ''1 second'' AS due) x', desk, n);
    SET LOCAL session_replication_role = origin;
    EXECUTE format('SELECT setval(''%1$I.ticket_ticket_id_seq'', 1000000000)', desk);
END $$;

-- n tickets of a type whose clocks become late in two hours, the same rows in
-- both desks.
CREATE FUNCTION bench.open_orders(kind text, n integer) RETURNS void LANGUAGE sql AS $$
    INSERT INTO b_sweep.ticket (ticket_type) SELECT kind FROM generate_series(1, n);
    INSERT INTO b_swept.ticket SELECT * FROM b_sweep.ticket;
    INSERT INTO b_swept.ticket_event SELECT * FROM b_sweep.ticket_event;
    INSERT INTO b_swept.sla_clock SELECT * FROM b_sweep.sla_clock WHERE ticket_id > 1000000000;
$$;

CREATE FUNCTION bench.breach_b_sweep(kind text, n integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    found bigint;
BEGIN
    SELECT sum(s.rows) INTO found FROM aftersales.sweep(desk => 'b_sweep') s;
    IF found <> n * (CASE kind WHEN 'watched' THEN 3 ELSE 1 END) THEN
        RAISE EXCEPTION 'the sweep has found %', found;
    END IF;
END $$;

CREATE FUNCTION bench.breach_b_swept(kind text, n integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    at timestamptz := current_setting('aftersales.now')::timestamptz;
BEGIN
    IF kind = 'watched' THEN
        INSERT INTO b_swept.sla_escalation (clock_id, level, at, fired_at, action, recipient)
        SELECT c.clock_id, l.level, c.due_at + l.after, at, 'notify', l.recipient
        FROM b_swept.sla_clock c, (VALUES (1, interval '-30 minutes', '@assignee'), (2, '10 minutes', 'chief')) l(level, after, recipient)
        WHERE c.next_at < at;
        INSERT INTO b_swept.outbox (topic, ticket_id, clock_id, level, recipient, at, created_at)
        SELECT 'escalation', c.ticket_id, c.clock_id, l.level, l.recipient, c.due_at + l.after, at
        FROM b_swept.sla_clock c, (VALUES (1, interval '-30 minutes', '@assignee'), (2, '10 minutes', 'chief')) l(level, after, recipient)
        WHERE c.next_at < at;
    END IF;
    INSERT INTO b_swept.sla_breach (clock_id, due_at, detected_at)
    SELECT clock_id, due_at, clock_timestamp() FROM b_swept.sla_clock WHERE next_at < at;
    UPDATE b_swept.sla_clock SET is_breached = true, next_at = NULL, escalated = CASE kind WHEN 'watched' THEN 6 ELSE 0 END
    WHERE next_at < at;
END $$;
