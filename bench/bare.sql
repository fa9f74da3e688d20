-- bench/bare.sql: functions that write to the desk @desk@, which has lost its
-- triggers, the rows that the triggers would have written, no more and no
-- less, with plain statements.  Hash bytes are given.

-- Due times that need a calendar are given, too.
CREATE FUNCTION bench.lifecycle_@desk@(r bench.input, kind text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    id bigint := nextval('@desk@.ticket_ticket_id_seq');
    given bytea := '\x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff';
    actor text := session_user;
    now timestamptz := clock_timestamp();
    arrive bigint;
    arrive_in interval := CASE r.area WHEN 'urban' THEN interval '60 minutes'
                              WHEN 'rural' THEN interval '120 minutes' ELSE interval '240 minutes' END;
    arrive_due timestamptz := r.opened_at + arrive_in;
    restore bigint;
    restore_in interval := CASE r.category WHEN 'meter_fault' THEN interval '24 hours' ELSE interval '12 hours' END;
    restore_due timestamptz := r.opened_at + restore_in;
    review bigint;
    callback bigint;
    callback_due timestamptz := r.restored_at + interval '10 minutes';
    calendar text;
    calendar_rev integer;
BEGIN
    IF kind = 'repair' THEN
        arrive_due := r.arrive_due;
        restore_due := r.restore_due;
        callback_due := r.callback_due;
        calendar := 'cn';
        calendar_rev := r.calendar_rev;
    END IF;
    INSERT INTO @desk@.ticket (ticket_id, ticket_no, policy, policy_version, ticket_type, category, area, attributes,
                               status, status_at, opened_at, changed_at, event_at, event_seq, event_hash)
        VALUES (id, id::text, 'bench', 1, kind, r.category, r.area, r.attributes,
                'new', r.opened_at, r.opened_at, now, r.opened_at, 1, given);
    INSERT INTO @desk@.ticket_event (ticket_id, seq, event, occurred_at, recorded_at, actor, to_state, origin, hash)
        VALUES (id, 1, 'opened', r.opened_at, now, actor, 'new', 'ticket', given);
    INSERT INTO @desk@.sla_clock (ticket_id, clock, cycle, rule, target, started_at, start_seq, due_at, next_at,
                                  calendar, calendar_rev, late_entry_at)
        VALUES (id, 'arrive', 1, 'arrive_' || r.area, arrive_in, r.opened_at, 1, arrive_due, arrive_due,
                calendar, calendar_rev, now)
        RETURNING clock_id INTO arrive;
    INSERT INTO @desk@.sla_clock (ticket_id, clock, cycle, rule, target, started_at, start_seq, due_at, next_at,
                                  calendar, calendar_rev, late_entry_at)
        VALUES (id, 'restore', 1, CASE r.category WHEN 'meter_fault' THEN 'restore_meter' ELSE 'restore' END,
                restore_in, r.opened_at, 1, restore_due, restore_due, calendar, calendar_rev, now)
        RETURNING clock_id INTO restore;

    now := clock_timestamp();
    UPDATE @desk@.ticket SET status = 'submitted', status_at = r.submitted_at, row_version = 2, changed_at = now,
        event_at = r.submitted_at, event_seq = 2, event_hash = given WHERE ticket_id = id;
    INSERT INTO @desk@.ticket_event (ticket_id, seq, event, occurred_at, recorded_at, actor, from_state, to_state, origin, hash)
        VALUES (id, 2, 'status:submitted', r.submitted_at, now, actor, 'new', 'submitted', 'ticket', given);
    INSERT INTO @desk@.sla_clock (ticket_id, clock, cycle, rule, target, started_at, start_seq, due_at, next_at, late_entry_at)
        VALUES (id, 'review', 1, 'review', '3 minutes', r.submitted_at, 2,
                r.submitted_at + interval '3 minutes', r.submitted_at + interval '3 minutes', now)
        RETURNING clock_id INTO review;

    now := clock_timestamp();
    UPDATE @desk@.ticket SET status = 'dispatched', status_at = r.dispatched_at, row_version = 3, changed_at = now,
        event_at = r.dispatched_at, event_seq = 3, event_hash = given WHERE ticket_id = id;
    INSERT INTO @desk@.ticket_event (ticket_id, seq, event, occurred_at, recorded_at, actor, from_state, to_state, origin, hash)
        VALUES (id, 3, 'status:dispatched', r.dispatched_at, now, actor, 'submitted', 'dispatched', 'ticket', given);
    UPDATE @desk@.sla_clock SET stopped_at = r.dispatched_at, ended_as = 'stopped', next_at = NULL WHERE clock_id = review;
    IF kind = 'repair' THEN
        UPDATE @desk@.sla_clock SET due_at = NULL, paused_since = r.dispatched_at, remaining = r.restore_left,
            next_at = NULL, late_entry_at = NULL WHERE clock_id = restore;
    END IF;

    now := clock_timestamp();
    UPDATE @desk@.ticket SET status = 'on_site', status_at = r.on_site_at, row_version = 4, changed_at = now,
        event_at = r.on_site_at, event_seq = 4, event_hash = given WHERE ticket_id = id;
    INSERT INTO @desk@.ticket_event (ticket_id, seq, event, occurred_at, recorded_at, actor, from_state, to_state, origin, hash)
        VALUES (id, 4, 'status:on_site', r.on_site_at, now, actor, 'dispatched', 'on_site', 'ticket', given);
    UPDATE @desk@.sla_clock SET stopped_at = r.on_site_at, ended_as = 'stopped', next_at = NULL,
        is_breached = arrive_due < r.on_site_at WHERE clock_id = arrive;
    IF kind = 'repair' THEN
        UPDATE @desk@.sla_clock SET due_at = r.restore_due_again, paused_since = NULL, remaining = NULL,
            next_at = r.restore_due_again, late_entry_at = now WHERE clock_id = restore;
    END IF;
    IF arrive_due < r.on_site_at THEN
        INSERT INTO @desk@.sla_breach (clock_id, due_at, detected_at) VALUES (arrive, arrive_due, now);
    END IF;

    now := clock_timestamp();
    UPDATE @desk@.ticket SET status = 'restored', status_at = r.restored_at, row_version = 5, changed_at = now,
        event_at = r.restored_at, event_seq = 5, event_hash = given WHERE ticket_id = id;
    INSERT INTO @desk@.ticket_event (ticket_id, seq, event, occurred_at, recorded_at, actor, from_state, to_state, origin, hash)
        VALUES (id, 5, 'status:restored', r.restored_at, now, actor, 'on_site', 'restored', 'ticket', given);
    UPDATE @desk@.sla_clock SET stopped_at = r.restored_at, ended_as = 'stopped', next_at = NULL WHERE clock_id = restore;
    INSERT INTO @desk@.sla_clock (ticket_id, clock, cycle, rule, target, started_at, start_seq, due_at, next_at,
                                  calendar, calendar_rev, late_entry_at)
        VALUES (id, 'callback', 1, 'callback', '10 minutes', r.restored_at, 5, callback_due, callback_due,
                calendar, calendar_rev, now)
        RETURNING clock_id INTO callback;

    now := clock_timestamp();
    UPDATE @desk@.ticket SET status = 'called_back', status_at = r.called_back_at, row_version = 6, changed_at = now,
        event_at = r.called_back_at, event_seq = 6, event_hash = given WHERE ticket_id = id;
    INSERT INTO @desk@.ticket_event (ticket_id, seq, event, occurred_at, recorded_at, actor, from_state, to_state, origin, hash)
        VALUES (id, 6, 'status:called_back', r.called_back_at, now, actor, 'restored', 'called_back', 'ticket', given);
    UPDATE @desk@.sla_clock SET stopped_at = r.called_back_at, ended_as = 'stopped', next_at = NULL WHERE clock_id = callback;

    now := clock_timestamp();
    UPDATE @desk@.ticket SET status = 'archived', status_at = r.archived_at, row_version = 7, changed_at = now,
        event_at = r.archived_at, event_seq = 7, event_hash = given WHERE ticket_id = id;
    INSERT INTO @desk@.ticket_event (ticket_id, seq, event, occurred_at, recorded_at, actor, from_state, to_state, origin, hash)
        VALUES (id, 7, 'status:archived', r.archived_at, now, actor, 'called_back', 'archived', 'ticket', given);
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
    INSERT INTO @desk@.ticket (ticket_id, ticket_no, policy, policy_version, ticket_type, category, area, attributes,
                               status, status_at, opened_at, changed_at, event_at, event_seq, event_hash)
    SELECT bulk_id, bulk_id::text, 'bench', 1, 'fault', category, area, attributes,
           'new', opened_at, opened_at, now(), opened_at, 1,
           '\x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'
    FROM bench.input WHERE i <= n ORDER BY i;
    INSERT INTO @desk@.ticket_event (ticket_id, seq, event, occurred_at, recorded_at, actor, to_state, origin, hash)
    SELECT bulk_id, 1, 'opened', opened_at, now(), session_user, 'new', 'ticket',
           '\x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'
    FROM bench.input WHERE i <= n ORDER BY i;
    INSERT INTO @desk@.sla_clock (ticket_id, clock, cycle, rule, target, started_at, start_seq, due_at, next_at,
                                  late_entry_at)
    SELECT bulk_id, clock, 1, rule, target, opened_at, 1, opened_at + target, opened_at + target, now()
    FROM bench.input,
         LATERAL (SELECT 'arrive', 'arrive_' || area, CASE area WHEN 'urban' THEN interval '60 minutes'
                         WHEN 'rural' THEN interval '120 minutes' ELSE interval '240 minutes' END
                  UNION ALL
                  SELECT 'restore', CASE category WHEN 'meter_fault' THEN 'restore_meter' ELSE 'restore' END,
                         CASE category WHEN 'meter_fault' THEN interval '24 hours' ELSE interval '12 hours' END)
                 c(clock, rule, target)
    WHERE i <= n ORDER BY i;
$$;

CREATE FUNCTION bench.bulk_submit_@desk@(n integer) RETURNS void LANGUAGE sql AS $$
    UPDATE @desk@.ticket t SET status = 'submitted', status_at = r.submitted_at, row_version = row_version + 1,
        changed_at = now(), event_at = r.submitted_at, event_seq = event_seq + 1,
        event_hash = '\x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'
    FROM bench.input r WHERE r.i <= n AND t.ticket_id = r.bulk_id;
    INSERT INTO @desk@.ticket_event (ticket_id, seq, event, occurred_at, recorded_at, actor, from_state, to_state, origin, hash)
    SELECT bulk_id, 2, 'status:submitted', submitted_at, now(), session_user, 'new', 'submitted', 'ticket',
           '\x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'
    FROM bench.input WHERE i <= n ORDER BY i;
    INSERT INTO @desk@.sla_clock (ticket_id, clock, cycle, rule, target, started_at, start_seq, due_at, next_at,
                                  late_entry_at)
    SELECT bulk_id, 'review', 1, 'review', '3 minutes', submitted_at, 2,
           submitted_at + interval '3 minutes', submitted_at + interval '3 minutes', now()
    FROM bench.input WHERE i <= n ORDER BY i;
$$;

CREATE FUNCTION bench.bulk_dispatch_@desk@(n integer) RETURNS void LANGUAGE sql AS $$
    UPDATE @desk@.ticket t SET status = 'dispatched', status_at = r.dispatched_at, row_version = row_version + 1,
        changed_at = now(), event_at = r.dispatched_at, event_seq = event_seq + 1,
        event_hash = '\x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'
    FROM bench.input r WHERE r.i <= n AND t.ticket_id = r.bulk_id;
    INSERT INTO @desk@.ticket_event (ticket_id, seq, event, occurred_at, recorded_at, actor, from_state, to_state, origin, hash)
    SELECT bulk_id, 3, 'status:dispatched', dispatched_at, now(), session_user, 'submitted', 'dispatched', 'ticket',
           '\x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'
    FROM bench.input WHERE i <= n ORDER BY i;
    UPDATE @desk@.sla_clock c SET stopped_at = r.dispatched_at, ended_as = 'stopped', next_at = NULL
    FROM bench.input r WHERE r.i <= n AND c.ticket_id = r.bulk_id AND c.clock = 'review' AND c.stopped_at IS NULL;
$$;

CREATE FUNCTION bench.calls_@desk@(first integer, last integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    id bigint;
    at timestamptz;
    n integer;
    given bytea := '\x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff';
    actor text := session_user;
    now timestamptz;
    answer bigint;
BEGIN
    FOR id, at, n IN SELECT ticket_id, event_at, event_seq FROM @desk@.ticket
                     WHERE ticket_id BETWEEN first AND last ORDER BY ticket_id LOOP
        now := clock_timestamp();
        INSERT INTO @desk@.ticket_event (ticket_id, seq, event, occurred_at, recorded_at, actor, origin, hash)
            VALUES (id, n + 1, 'call_in', at + interval '1 minute', now, actor, 'app', given);
        UPDATE @desk@.ticket SET event_at = at + interval '1 minute', event_seq = n + 1, event_hash = given
            WHERE ticket_id = id;
        INSERT INTO @desk@.sla_clock (ticket_id, clock, cycle, rule, target, started_at, start_seq, due_at, next_at,
                                      late_entry_at)
            VALUES (id, 'answer', 1, 'answer', '12 seconds', at + interval '1 minute', n + 1,
                    at + interval '1 minute 12 seconds', at + interval '1 minute 12 seconds', now)
            RETURNING clock_id INTO answer;
        now := clock_timestamp();
        INSERT INTO @desk@.ticket_event (ticket_id, seq, event, occurred_at, recorded_at, actor, origin, hash)
            VALUES (id, n + 2, 'answered', at + interval '1 minute 8 seconds', now, actor, 'app', given);
        UPDATE @desk@.ticket SET event_at = at + interval '1 minute 8 seconds', event_seq = n + 2, event_hash = given
            WHERE ticket_id = id;
        UPDATE @desk@.sla_clock SET stopped_at = at + interval '1 minute 8 seconds', ended_as = 'stopped', next_at = NULL
            WHERE clock_id = answer;
    END LOOP;
END $$;

CREATE FUNCTION bench.log_@desk@(n integer) RETURNS void LANGUAGE sql AS $$
    INSERT INTO @desk@.ticket_event (ticket_id, seq, event, occurred_at, recorded_at, actor, origin, hash)
    SELECT t.ticket_id, t.event_seq + e.seq, e.event, t.event_at + e.after, now(), session_user, 'app',
           '\x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'
    FROM @desk@.ticket t,
         (VALUES (1, 'call_in', interval '1 minute'), (2, 'answered', '1 minute 8 seconds'), (3, 'progress', '2 minutes'),
                 (4, 'progress', '3 minutes'), (5, 'progress', '4 minutes')) e(seq, event, after)
    WHERE t.ticket_id <= n ORDER BY t.ticket_id, e.after;
    INSERT INTO @desk@.sla_clock (ticket_id, clock, cycle, rule, target, started_at, start_seq, due_at, stopped_at, ended_as)
    SELECT ticket_id, 'answer', 1, 'answer', '12 seconds', event_at + interval '1 minute', event_seq + 1,
           event_at + interval '1 minute 12 seconds', event_at + interval '1 minute 8 seconds', 'stopped'
    FROM @desk@.ticket WHERE ticket_id <= n ORDER BY ticket_id;
    UPDATE @desk@.ticket SET event_seq = event_seq + 5, event_at = event_at + interval '4 minutes',
        event_hash = '\x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'
    WHERE ticket_id <= n;
$$;
