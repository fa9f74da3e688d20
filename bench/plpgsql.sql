-- bench/plpgsql.sql: the same rules for the desk @desk@ as PL/pgSQL row
-- triggers, written as well as we can: rules are rows found through indexes,
-- conditions are their texts, everything static is a kept plan, and the time
-- and the place of an event are computed once and passed on in the row.
--
-- Working time is counted by the loop of worktime_loop.sql.  It has less to do
-- than aftersales: clocks are not matched anew when columns
-- change, mandatory clocks are not insisted on, a paused clock is not ended,
-- application events and the protection of tables are left out, and its hash is
-- over a looser form of the event.

CREATE TABLE @desk@.policy_version AS SELECT * FROM aftersales.policy_version WHERE policy = 'bench';
CREATE TABLE @desk@.ticket_type AS SELECT * FROM aftersales.ticket_type WHERE policy = 'bench';
CREATE TABLE @desk@.service_area AS SELECT * FROM aftersales.service_area WHERE policy = 'bench';
CREATE TABLE @desk@.category AS SELECT * FROM aftersales.category WHERE policy = 'bench';
CREATE TABLE @desk@.attribute AS SELECT * FROM aftersales.attribute WHERE policy = 'bench';
CREATE TABLE @desk@.workflow_state AS SELECT * FROM aftersales.workflow_state WHERE policy = 'bench';
CREATE TABLE @desk@.workflow_transition AS SELECT * FROM aftersales.workflow_transition WHERE policy = 'bench';
CREATE TABLE @desk@.workflow_guard AS SELECT * FROM aftersales.workflow_guard WHERE policy = 'bench';
CREATE TABLE @desk@.sla_rule AS SELECT * FROM aftersales.sla_rule WHERE policy = 'bench';
CREATE UNIQUE INDEX ON @desk@.policy_version (policy, version);
CREATE UNIQUE INDEX ON @desk@.ticket_type (ticket_type, policy, version);
CREATE UNIQUE INDEX ON @desk@.service_area (policy, version, area);
CREATE UNIQUE INDEX ON @desk@.category (policy, version, category);
CREATE UNIQUE INDEX ON @desk@.attribute (policy, version, ticket_type, attribute);
CREATE UNIQUE INDEX ON @desk@.workflow_state (policy, version, ticket_type, state);
CREATE UNIQUE INDEX ON @desk@.workflow_transition (policy, version, ticket_type, from_state, to_state);
CREATE INDEX ON @desk@.workflow_guard (policy, version, ticket_type, to_state);
CREATE UNIQUE INDEX ON @desk@.sla_rule (policy, version, ticket_type, rule);
ANALYZE @desk@.policy_version, @desk@.ticket_type, @desk@.service_area, @desk@.category, @desk@.attribute,
    @desk@.workflow_state, @desk@.workflow_transition, @desk@.workflow_guard, @desk@.sla_rule;

-- Conditions read the ticket as $1.
UPDATE @desk@.workflow_guard SET requires = replace(replace(replace(replace(replace(requires,
    'symptom ~', '($1).attributes->>''symptom'' ~'), 'category IS', '($1).category IS'),
    'outage_cause', '($1).attributes->>''outage_cause'''),
    'clock_expired(', '@desk@.clock_expired($1, '), 'has_event(', '@desk@.has_event($1, ');
UPDATE @desk@.sla_rule SET condition = replace(replace(condition, 'area =', '($1).area ='), 'category =', '($1).category =');

CREATE FUNCTION @desk@.has_event(t @desk@.ticket, name text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM @desk@.ticket_event e
                   WHERE e.ticket_id = t.ticket_id
                     AND (e.event = name OR e.event = 'opened' AND 'status:' || e.to_state = name));
END $$;
CREATE FUNCTION @desk@.clock_expired(t @desk@.ticket, name text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM @desk@.sla_clock c
                   WHERE c.ticket_id = t.ticket_id AND c.clock = name AND c.stopped_at IS NULL
                     AND c.due_at < t.status_at);
END $$;

CREATE FUNCTION @desk@.condition_holds(condition text, t @desk@.ticket) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
    holds boolean;
BEGIN
    IF condition IS NULL THEN
        RETURN true;
    END IF;
    EXECUTE 'SELECT ' || condition INTO holds USING t;
    RETURN coalesce(holds, false);
END $$;

-- When working time allowed by a rule is used up, and what is left of it.
CREATE FUNCTION @desk@.due(calendar text, at timestamptz, amount interval) RETURNS timestamptz
    LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN bench.add_by_loop(at, amount);
END $$;
CREATE FUNCTION @desk@.time_left(calendar text, at timestamptz, due_at timestamptz) RETURNS interval
    LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN bench.between_by_loop(at, due_at);
END $$;

CREATE FUNCTION @desk@.event_hash(prev bytea, ticket_id bigint, seq integer, event text, occurred_at timestamptz,
        recorded_at timestamptz, actor text, from_state text, to_state text, digest bytea)
    RETURNS bytea LANGUAGE sql STABLE AS
$$SELECT sha256(prev || digest || convert_to(concat_ws('|', ticket_id, seq, event, extract(epoch FROM occurred_at),
                extract(epoch FROM recorded_at), actor, from_state, to_state), 'UTF8'))$$;

-- What stands beside a warranty class.
CREATE FUNCTION @desk@.beside_class(t @desk@.ticket) RETURNS jsonb LANGUAGE sql STABLE AS
$$SELECT jsonb_build_object('covers', t.covers::text, 'remedies', t.remedies::text, 'warranty_until', t.warranty_until::text,
                            'warranty_basis', t.warranty_basis)$$;

-- The changed columns of a ticket as events with their data, in column order.
CREATE FUNCTION @desk@.changes(o @desk@.ticket, n @desk@.ticket,
        OUT event text, OUT data jsonb, OUT salt bytea, OUT digest bytea)
    RETURNS SETOF record LANGUAGE sql STABLE AS $$
    SELECT 'changed:' || a.attname, d.data, s.salt, sha256(s.salt || convert_to(d.data::text, 'UTF8'))
    FROM pg_attribute a,
         LATERAL (SELECT to_jsonb(o) -> a.attname AS old, to_jsonb(n) -> a.attname AS new) v,
         LATERAL (SELECT CASE WHEN a.attname = 'warranty_class'
                              THEN jsonb_build_object('old', v.old, 'new', v.new, 'was', @desk@.beside_class(o), 'is', @desk@.beside_class(n))
                              WHEN a.attname <> 'attributes' THEN jsonb_build_object('old', v.old, 'new', v.new)
                         ELSE jsonb_build_object(
                             'old', (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(v.old)
                                     WHERE v.new -> key IS DISTINCT FROM value),
                             'new', (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(v.new)
                                     WHERE v.old -> key IS DISTINCT FROM value)) END AS data) d,
         LATERAL (SELECT sha256(o.event_hash || convert_to(a.attname, 'UTF8')) AS salt) s
    WHERE a.attrelid = '@desk@.ticket'::regclass AND a.attnum > 0 AND NOT a.attisdropped
      AND a.attname NOT IN ('status', 'status_at', 'status_note', 'happened_at', 'note', 'row_version', 'changed_at',
                            'event_at', 'event_seq', 'event_hash', 'covers', 'remedies', 'warranty_until', 'warranty_basis')
      AND v.old IS DISTINCT FROM v.new
    ORDER BY a.attnum;
$$;

-- BEFORE ROW: judge, and fill in what only triggers write.
CREATE FUNCTION @desk@.judge() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    at timestamptz;
    recorded timestamptz := clock_timestamp();
    is_opening boolean := TG_OP = 'INSERT';
    moves boolean;
    columns_differ boolean := false;
    needed text[];
    known boolean;
    g record;
    c record;
    problem text;
    unmet text;
BEGIN
    IF is_opening THEN
        at := coalesce(NEW.happened_at, NEW.opened_at, now());
        SELECT v.policy, v.version INTO NEW.policy, NEW.policy_version
        FROM @desk@.ticket_type t JOIN @desk@.policy_version v USING (policy, version)
        WHERE t.ticket_type = NEW.ticket_type AND v.status = 'active' AND v.effective_from <= at
        ORDER BY v.effective_from DESC LIMIT 1;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'no policy for ticket type %', NEW.ticket_type;
        END IF;
        IF NEW.status IS NULL THEN
            SELECT s.state INTO NEW.status FROM @desk@.workflow_state s
            WHERE s.policy = NEW.policy AND s.version = NEW.policy_version AND s.ticket_type = NEW.ticket_type
              AND s.kind = 'initial' ORDER BY s.position LIMIT 1;
        END IF;
        NEW.ticket_no := coalesce(NEW.ticket_no, NEW.ticket_id::text);
        NEW.opened_at := at;
        NEW.event_seq := 0;
        NEW.event_hash := '';
        NEW.event_at := at;
        moves := true;
    ELSE
        IF (NEW.ticket_id, NEW.policy, NEW.policy_version, NEW.ticket_type, NEW.opened_at, NEW.status_at,
            NEW.status_note, NEW.changed_at, NEW.event_at, NEW.event_seq, NEW.event_hash)
           IS DISTINCT FROM
           (OLD.ticket_id, OLD.policy, OLD.policy_version, OLD.ticket_type, OLD.opened_at, OLD.status_at,
            OLD.status_note, OLD.changed_at, OLD.event_at, OLD.event_seq, OLD.event_hash) THEN
            RAISE EXCEPTION 'ticket %: a column that only triggers write was changed', OLD.ticket_id;
        END IF;
        IF NEW.row_version NOT IN (OLD.row_version, OLD.row_version + 1) THEN
            RAISE EXCEPTION 'ticket %: row_version', OLD.ticket_id;
        END IF;
        NEW.row_version := OLD.row_version + 1;
        moves := NEW.status <> OLD.status;
        at := coalesce(NEW.happened_at, greatest(now(), OLD.event_at));
        IF at < OLD.status_at THEN
            RAISE EXCEPTION 'ticket %: the reported time is out of order', OLD.ticket_id;
        END IF;
    END IF;
    IF at > greatest(now(), NEW.event_at) THEN
        RAISE EXCEPTION 'ticket %: the reported time lies in the future', NEW.ticket_id;
    END IF;

    -- values
    IF NEW.category IS NOT NULL AND (is_opening OR NEW.category IS DISTINCT FROM OLD.category) THEN
        SELECT coalesce(k.grade, NEW.grade) INTO NEW.grade FROM @desk@.category k
        WHERE k.policy = NEW.policy AND k.version = NEW.policy_version AND k.category = NEW.category
          AND (k.ticket_type IS NULL OR k.ticket_type = NEW.ticket_type);
        IF NOT FOUND THEN
            RAISE EXCEPTION 'ticket %: category %', NEW.ticket_id, NEW.category;
        END IF;
    END IF;
    IF NEW.area IS NOT NULL AND (is_opening OR NEW.area IS DISTINCT FROM OLD.area) THEN
        IF NOT EXISTS (SELECT FROM @desk@.service_area s WHERE s.policy = NEW.policy AND s.version = NEW.policy_version
                       AND s.area = NEW.area) THEN
            RAISE EXCEPTION 'ticket %: area %', NEW.ticket_id, NEW.area;
        END IF;
    END IF;
    IF is_opening OR NEW.attributes IS DISTINCT FROM OLD.attributes THEN
        SELECT v.key INTO problem
        FROM jsonb_each(NEW.attributes) v
        LEFT JOIN @desk@.attribute a ON a.policy = NEW.policy AND a.version = NEW.policy_version
             AND a.ticket_type = NEW.ticket_type AND a.attribute = v.key
        WHERE a.attribute IS NULL
           OR jsonb_typeof(v.value) <> 'null' AND jsonb_typeof(v.value) <> CASE a.data_type
                  WHEN 'integer' THEN 'number' WHEN 'numeric' THEN 'number' WHEN 'boolean' THEN 'boolean' ELSE 'string' END
           OR a.allowed IS NOT NULL AND v.value #>> '{}' <> ALL (a.allowed)
        LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'ticket %: attribute %', NEW.ticket_id, problem;
        END IF;
    END IF;

    -- the move
    NEW.happened_at := NULL;
    IF moves THEN
        IF is_opening THEN
            SELECT s.kind = 'initial' INTO known FROM @desk@.workflow_state s
            WHERE s.policy = NEW.policy AND s.version = NEW.policy_version AND s.ticket_type = NEW.ticket_type
              AND s.state = NEW.status;
        ELSE
            SELECT true, t.roles INTO known, needed FROM @desk@.workflow_transition t
            WHERE t.policy = NEW.policy AND t.version = NEW.policy_version AND t.ticket_type = NEW.ticket_type
              AND t.from_state = OLD.status AND t.to_state = NEW.status;
        END IF;
        IF known IS NOT TRUE THEN
            RAISE EXCEPTION 'ticket % may not move to %', NEW.ticket_id, NEW.status;
        END IF;
        IF needed IS NOT NULL AND NOT EXISTS (SELECT FROM @desk@.staff_role r
                WHERE r.login = session_user AND r.role = ANY (needed)) THEN
            RAISE EXCEPTION 'ticket %: role', NEW.ticket_id;
        END IF;
        NEW.status_at := at;
        NEW.status_note := NEW.note;
        FOR g IN SELECT w.guard, w.requires, w.message_en FROM @desk@.workflow_guard w
                 WHERE w.policy = NEW.policy AND w.version = NEW.policy_version AND w.ticket_type = NEW.ticket_type
                   AND (w.to_state = NEW.status OR w.to_state IS NULL)
                   AND (w.from_state IS NULL OR NOT is_opening AND w.from_state = OLD.status)
                 ORDER BY w.guard LOOP
            IF NOT @desk@.condition_holds(g.requires, NEW) THEN
                unmet := concat_ws(E'\n', unmet, g.guard || ': ' || g.message_en);
            END IF;
        END LOOP;
        IF unmet IS NOT NULL THEN
            RAISE EXCEPTION 'ticket % may not move to % yet', NEW.ticket_id, NEW.status USING DETAIL = unmet;
        END IF;
    END IF;
    NEW.note := NULL;
    SELECT string_agg(a.attribute, ', ') INTO problem FROM @desk@.attribute a
    WHERE a.policy = NEW.policy AND a.version = NEW.policy_version AND a.ticket_type = NEW.ticket_type
      AND NEW.status = ANY (a.required_in) AND NEW.attributes ->> a.attribute IS NULL;
    IF problem IS NOT NULL THEN
        RAISE EXCEPTION 'ticket %: attributes % are missing', NEW.ticket_id, problem;
    END IF;

    -- the head of the chain
    NEW.changed_at := recorded;
    IF NOT is_opening THEN
        columns_differ :=
            (NEW.ticket_no, NEW.external_ref, NEW.category, NEW.grade, NEW.mode, NEW.area, NEW.tier,
             NEW.priority, NEW.product_line, NEW.quantity, NEW.channel, NEW.parent_id, NEW.org_id,
             NEW.assignee, NEW.subject, NEW.detail, NEW.attributes, NEW.duplicate_of, NEW.fault_at,
             NEW.fault_cause, NEW.component)
            IS DISTINCT FROM
            (OLD.ticket_no, OLD.external_ref, OLD.category, OLD.grade, OLD.mode, OLD.area, OLD.tier,
             OLD.priority, OLD.product_line, OLD.quantity, OLD.channel, OLD.parent_id, OLD.org_id,
             OLD.assignee, OLD.subject, OLD.detail, OLD.attributes, OLD.duplicate_of, OLD.fault_at,
             OLD.fault_cause, OLD.component);
    END IF;
    IF columns_differ THEN
        FOR c IN SELECT * FROM @desk@.changes(OLD, NEW) LOOP
            NEW.event_seq := NEW.event_seq + 1;
            NEW.event_hash := @desk@.event_hash(NEW.event_hash, NEW.ticket_id, NEW.event_seq, c.event, at, recorded,
                                                session_user, NULL, NULL, c.digest);
            NEW.event_at := greatest(NEW.event_at, at);
        END LOOP;
    END IF;
    IF moves THEN
        NEW.event_seq := NEW.event_seq + 1;
        NEW.event_at := greatest(NEW.event_at, at);
        IF is_opening THEN
            NEW.event_hash := @desk@.event_hash('', NEW.ticket_id, 1, 'opened', at, recorded, session_user,
                                                NULL, NEW.status, '');
        ELSE
            NEW.event_hash := @desk@.event_hash(NEW.event_hash, NEW.ticket_id, NEW.event_seq, 'status:' || NEW.status,
                                                at, recorded, session_user, OLD.status, NEW.status, '');
        END IF;
    END IF;
    RETURN NEW;
END $$;

-- AFTER ROW: events and clocks.
CREATE FUNCTION @desk@.record() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    happened text[];
    at timestamptz;
    c record;
    r record;
    seq integer;
    hash bytea;
    id bigint;
    started text := '';
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO @desk@.ticket_event (ticket_id, seq, event, occurred_at, recorded_at, actor, to_state, origin, hash)
            VALUES (NEW.ticket_id, 1, 'opened', NEW.status_at, NEW.changed_at, session_user, NEW.status, 'ticket',
                    NEW.event_hash)
            RETURNING event_id INTO id;
        at := NEW.status_at;
        happened := ARRAY['opened', 'status:' || NEW.status];
    ELSE
        at := CASE WHEN NEW.status <> OLD.status THEN NEW.status_at ELSE greatest(NEW.event_at, OLD.event_at) END;
        -- a change of columns is an event of its own before that of the move
        IF NEW.event_seq - OLD.event_seq > (NEW.status <> OLD.status)::integer THEN
            seq := OLD.event_seq;
            hash := OLD.event_hash;
            FOR c IN SELECT * FROM @desk@.changes(OLD, NEW) LOOP
                seq := seq + 1;
                hash := @desk@.event_hash(hash, NEW.ticket_id, seq, c.event, at, NEW.changed_at, session_user,
                                          NULL, NULL, c.digest);
                INSERT INTO @desk@.ticket_event (ticket_id, seq, event, occurred_at, recorded_at, actor, origin,
                                                 private_digest, hash)
                    VALUES (NEW.ticket_id, seq, c.event, at, NEW.changed_at, session_user, 'ticket', c.digest, hash)
                    RETURNING event_id INTO id;
                INSERT INTO @desk@.event_private (event_id, salt, data) VALUES (id, c.salt, c.data);
                happened := happened || c.event;
            END LOOP;
        END IF;
        IF NEW.status <> OLD.status THEN
            INSERT INTO @desk@.ticket_event (ticket_id, seq, event, occurred_at, recorded_at, actor, from_state,
                                             to_state, origin, hash)
                VALUES (NEW.ticket_id, NEW.event_seq, 'status:' || NEW.status, at, NEW.changed_at, session_user,
                        OLD.status, NEW.status, 'ticket', NEW.event_hash);
            happened := happened || ('status:' || NEW.status);
        END IF;

        WITH ended AS (
            UPDATE @desk@.sla_clock k
            SET stopped_at = CASE WHEN x.stops_on && happened OR x.cancels_on && happened THEN at END,
                ended_as = CASE WHEN x.cancels_on && happened THEN 'cancelled'
                                WHEN x.stops_on && happened THEN 'stopped' END,
                is_breached = k.is_breached OR coalesce(k.due_at < at, false),
                (due_at, paused_since, remaining, next_at, late_entry_at) = (
                    SELECT d.due, CASE WHEN d.due IS NULL THEN coalesce(k.paused_since, at) END,
                           CASE WHEN d.due IS NOT NULL THEN NULL WHEN k.due_at IS NULL THEN k.remaining
                                WHEN x.unit = 'elapsed' THEN k.due_at - at
                                ELSE @desk@.time_left(x.calendar, at, k.due_at) END,
                           CASE WHEN x.stops_on && happened OR x.cancels_on && happened OR k.due_at < at THEN NULL
                                ELSE d.due END,
                           CASE WHEN d.due = k.due_at THEN k.late_entry_at
                                WHEN d.due < NEW.changed_at THEN NEW.changed_at END
                    FROM (SELECT CASE WHEN NEW.status = ANY (x.pauses_in) AND coalesce(k.due_at >= at, true) THEN NULL
                                      WHEN k.paused_since IS NULL THEN k.due_at
                                      WHEN x.unit = 'elapsed' THEN at + k.remaining
                                      ELSE @desk@.due(x.calendar, at, k.remaining) END AS due OFFSET 0) d)
            FROM @desk@.sla_rule x
            WHERE k.ticket_id = NEW.ticket_id AND k.stopped_at IS NULL AND k.started_at <= at
              AND x.policy = NEW.policy AND x.version = NEW.policy_version AND x.ticket_type = NEW.ticket_type
              AND x.rule = k.rule
              AND (x.stops_on && happened OR x.cancels_on && happened OR k.next_at < at
                   OR (k.paused_since IS NULL) = (NEW.status = ANY (x.pauses_in)))
            RETURNING k.clock_id, k.due_at, k.due_at < at AS late)
        INSERT INTO @desk@.sla_breach (clock_id, due_at, detected_at, org_id, assignee)
        SELECT clock_id, due_at, NEW.changed_at, OLD.org_id, OLD.assignee FROM ended WHERE late
        ON CONFLICT (clock_id) DO NOTHING;
    END IF;

    FOR r IN SELECT x.rule, x.clock, x.condition, x.target, x.unit, x.calendar
             FROM @desk@.sla_rule x
             WHERE x.policy = NEW.policy AND x.version = NEW.policy_version AND x.ticket_type = NEW.ticket_type
               AND x.starts_on && happened
             ORDER BY x.clock, x.rank DESC LOOP
        CONTINUE WHEN r.clock = started;
        IF @desk@.condition_holds(r.condition, NEW) THEN
            started := r.clock;
            INSERT INTO @desk@.sla_clock (ticket_id, clock, cycle, rule, target, started_at, start_seq, due_at, next_at,
                                          calendar, calendar_rev, late_entry_at)
            SELECT NEW.ticket_id, r.clock,
                   1 + coalesce((SELECT max(o.cycle) FROM @desk@.sla_clock o
                                 WHERE o.ticket_id = NEW.ticket_id AND o.clock = r.clock), 0),
                   r.rule, r.target, at, NEW.event_seq, d.due, d.due, r.calendar,
                   (SELECT v.revision FROM aftersales.calendar v WHERE v.calendar = r.calendar),
                   CASE WHEN d.due < NEW.changed_at THEN NEW.changed_at END
            FROM (SELECT CASE WHEN r.unit = 'elapsed' THEN at + r.target
                         ELSE @desk@.due(r.calendar, at, r.target) END AS due OFFSET 0) d
            ON CONFLICT (ticket_id, clock) WHERE stopped_at IS NULL DO NOTHING;
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

CREATE TRIGGER judge BEFORE INSERT OR UPDATE ON @desk@.ticket FOR EACH ROW EXECUTE FUNCTION @desk@.judge();
CREATE TRIGGER record AFTER INSERT OR UPDATE ON @desk@.ticket FOR EACH ROW EXECUTE FUNCTION @desk@.record();
