-- bench/drive.sql: the statements an application sends, one ticket at a time
-- and many at a time, to the desk @desk@: enforced by aftersales, or by the
-- PL/pgSQL triggers.

CREATE FUNCTION bench.lifecycle_@desk@(r bench.input, kind text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    id bigint;
BEGIN
    INSERT INTO @desk@.ticket (ticket_type, category, area, attributes, happened_at)
        VALUES (kind, r.category, r.area, r.attributes, r.opened_at) RETURNING ticket_id INTO id;
    UPDATE @desk@.ticket SET status = 'submitted', happened_at = r.submitted_at WHERE ticket_id = id;
    UPDATE @desk@.ticket SET status = 'dispatched', happened_at = r.dispatched_at WHERE ticket_id = id;
    UPDATE @desk@.ticket SET status = 'on_site', happened_at = r.on_site_at WHERE ticket_id = id;
    UPDATE @desk@.ticket SET status = 'restored', happened_at = r.restored_at WHERE ticket_id = id;
    UPDATE @desk@.ticket SET status = 'called_back', happened_at = r.called_back_at WHERE ticket_id = id;
    UPDATE @desk@.ticket SET status = 'archived', happened_at = r.archived_at WHERE ticket_id = id;
END $$;

CREATE FUNCTION bench.lifecycles_@desk@(first integer, last integer, kind text DEFAULT 'fault') RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    r bench.input;
BEGIN
    FOR r IN SELECT * FROM bench.input WHERE i BETWEEN first AND last ORDER BY i LOOP
        PERFORM bench.lifecycle_@desk@(r, kind);
    END LOOP;
END $$;

CREATE FUNCTION bench.bulk_insert_@desk@(n integer) RETURNS void LANGUAGE sql AS $$
    INSERT INTO @desk@.ticket (ticket_id, ticket_type, category, area, attributes, happened_at)
    SELECT bulk_id, 'fault', category, area, attributes, opened_at FROM bench.input WHERE i <= n ORDER BY i;
$$;
CREATE FUNCTION bench.bulk_submit_@desk@(n integer) RETURNS void LANGUAGE sql AS $$
    UPDATE @desk@.ticket t SET status = 'submitted', happened_at = r.submitted_at
    FROM bench.input r WHERE r.i <= n AND t.ticket_id = r.bulk_id;
$$;
CREATE FUNCTION bench.bulk_dispatch_@desk@(n integer) RETURNS void LANGUAGE sql AS $$
    UPDATE @desk@.ticket t SET status = 'dispatched', happened_at = r.dispatched_at
    FROM bench.input r WHERE r.i <= n AND t.ticket_id = r.bulk_id;
$$;

-- Calls: each comes in and is answered, which starts and stops a clock.
CREATE FUNCTION bench.calls_@desk@(first integer, last integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    id bigint;
    at timestamptz;
BEGIN
    FOR id, at IN SELECT ticket_id, event_at FROM @desk@.ticket
                  WHERE ticket_id BETWEEN first AND last ORDER BY ticket_id LOOP
        INSERT INTO @desk@.ticket_event (ticket_id, event, occurred_at)
            VALUES (id, 'call_in', at + interval '1 minute');
        INSERT INTO @desk@.ticket_event (ticket_id, event, occurred_at)
            VALUES (id, 'answered', at + interval '1 minute 8 seconds');
    END LOOP;
END $$;

-- A log of events, five for each of n tickets, in one statement.
CREATE FUNCTION bench.log_@desk@(n integer) RETURNS void LANGUAGE sql AS $$
    INSERT INTO @desk@.ticket_event (ticket_id, event, occurred_at)
    SELECT t.ticket_id, e.event, t.event_at + e.after
    FROM @desk@.ticket t,
         (VALUES ('call_in', interval '1 minute'), ('answered', '1 minute 8 seconds'), ('progress', '2 minutes'),
                 ('progress', '3 minutes'), ('progress', '4 minutes')) e(event, after)
    WHERE t.ticket_id <= n ORDER BY t.ticket_id, e.after;
$$;
