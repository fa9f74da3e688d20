-- hotline.sql: a fresh desk under power_hotline and the tools that its tests
-- share: opening tickets, playing stories on them, asking for verdicts.
-- Included with \ir; opens the transaction that the test rolls back.

\set ECHO none
\set QUIET 1
\set ON_ERROR_STOP 1

BEGIN;
SET client_min_messages = warning;
SET TimeZone = 'Asia/Shanghai';
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS aftersales;
SELECT aftersales.create_desk() \g /dev/null
SELECT aftersales.install_policy('power_hotline') \g /dev/null

-- pgTAP may live in any schema; ours are named in full.
INSERT INTO desk.staff (login)
VALUES ('agent'), ('shift_leader'), ('repair_team'), ('department'), ('bureau_marketing'), ('company_marketing'), ('nobody');
INSERT INTO desk.staff_role (login, role) SELECT login, login FROM desk.staff WHERE login <> 'nobody';

SELECT no_plan();

-- Monday morning; all times are simulated.
CREATE FUNCTION pg_temp.base() RETURNS timestamptz LANGUAGE sql IMMUTABLE AS
$$ SELECT timestamptz '2026-03-02 08:00:00+08' $$;

-- From here on it is p_at, and p_login acts.
CREATE FUNCTION pg_temp.as_of(p_at timestamptz, p_login text DEFAULT 'nobody') RETURNS void LANGUAGE sql AS
$$ SELECT set_config('aftersales.now', p_at::text, true), set_config('aftersales.actor', p_login, true) $$;

-- The ten types; those that a department handles; those of them that may be
-- ended as duplicates.
CREATE FUNCTION pg_temp.types() RETURNS text[] LANGUAGE sql IMMUTABLE AS
$$ SELECT '{fault,consult,query,complaint,request,report,suggestion,opinion,praise,installation}'::text[] $$;
CREATE FUNCTION pg_temp.handled_types() RETURNS text[] LANGUAGE sql IMMUTABLE AS
$$ SELECT '{complaint,request,report,suggestion,opinion,praise,installation}'::text[] $$;
CREATE FUNCTION pg_temp.has_duplicates(p_type text) RETURNS boolean LANGUAGE sql IMMUTABLE AS
$$ SELECT p_type IN ('fault', 'complaint', 'report', 'request') $$;

-- The attributes that let a ticket of this type make all its moves.
CREATE FUNCTION pg_temp.complete(p_type text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS
$$ SELECT '{"call_rating": "satisfied"}'
    || (CASE WHEN p_type IN ('fault', 'complaint', 'request', 'report', 'installation')
        THEN '{"customer_name": "customer", "customer_phone": "100", "address": "address"}' ELSE '{}' END)::jsonb
    || (CASE WHEN p_type IN ('complaint', 'request', 'report') THEN '{"told_customer": "progress"}' ELSE '{}' END)::jsonb
    || (CASE p_type
        WHEN 'fault' THEN '{"symptom": "no power"}'
        WHEN 'consult' THEN '{"customer_phone": "100", "was_contacted": true}'
        WHEN 'query' THEN '{"customer_no": "15000001"}'
        WHEN 'complaint' THEN '{"finding": "upheld"}'
        WHEN 'suggestion' THEN '{"feasible": true, "adopted": true}'
        WHEN 'opinion' THEN '{"feasible": true}'
        WHEN 'installation' THEN '{"applicant": "resident", "supply_now": "none", "identity_no": "15", "documents_told": true}'
        ELSE '{}' END)::jsonb
    || (CASE p_type WHEN 'query' THEN '{}'
        ELSE '{"service_rating": "satisfied", "work_rating": "fair", "timeliness_rating": "dissatisfied", "result_rating": "no_answer"}' END)::jsonb $$;

CREATE FUNCTION pg_temp.leaf(p_type text) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE p_type WHEN 'fault' THEN 'line_fault' WHEN 'consult' THEN 'price_bill' WHEN 'query' THEN 'usage_bill'
                      WHEN 'complaint' THEN 'work_quality' WHEN 'request' THEN 'safety_hazard'
                      WHEN 'installation' THEN 'installation_booking' ELSE p_type END $$;

-- Opens a ticket and returns its id.  The plain address is made one of its
-- own, lest the ticket repeats another.
CREATE TEMP SEQUENCE place;
CREATE FUNCTION pg_temp.opened(p_type text, p_at timestamptz DEFAULT pg_temp.base(), p_area text DEFAULT 'urban',
    p_category text DEFAULT NULL, p_attributes jsonb DEFAULT NULL, p_duplicate_of bigint DEFAULT NULL, p_shift bigint DEFAULT NULL)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    id bigint;
    a jsonb := coalesce(p_attributes, pg_temp.complete(p_type));
BEGIN
    IF a->>'address' = 'address' THEN
        a := jsonb_set(a, '{address}', to_jsonb('address ' || nextval('place')));
    END IF;
    PERFORM pg_temp.as_of(p_at, 'agent');
    INSERT INTO desk.ticket (ticket_type, area, category, attributes, duplicate_of, channel, detail, shift_id)
    VALUES (p_type, p_area, coalesce(p_category, pg_temp.leaf(p_type)), a, p_duplicate_of, 'phone', 'what the customer says', p_shift)
    RETURNING ticket_id INTO id;
    RETURN id;
END $$;

-- Who makes a move, or logs an event, in the tests that are not about roles.
CREATE FUNCTION pg_temp.mover(p_from text, p_to text) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN p_to IN ('submitted', 'called_back', 'archived') THEN 'agent'
               WHEN p_to = 'answered' AND p_from = 'new' THEN 'agent'
               WHEN p_to IN ('on_site', 'restored', '!delay_notice') THEN 'repair_team'
               WHEN p_to IN ('handled', '!contacted') THEN 'department'
               WHEN p_to = '!supervised' THEN 'company_marketing'
               WHEN p_to = '!reported_up' THEN 'bureau_marketing'
               WHEN p_to LIKE '!%' THEN 'agent'
               ELSE 'shift_leader' END $$;

-- Plays a story on a ticket: 'submitted@3 minutes' is a move, '!call_in@0' an
-- event, 'area=rural@1 hour' another change, '+bureau_marketing@1 day' a
-- decision that the complaint is unfounded; each so long after p_base, or at
-- the time that stands there.
CREATE FUNCTION pg_temp.play(p_id bigint, p_story text, p_base timestamptz DEFAULT pg_temp.base())
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    step text;
    what text;
    t timestamptz;
    s text;
BEGIN
    FOREACH step IN ARRAY string_to_array(p_story, '; ') LOOP
        what := split_part(step, '@', 1);
        t := CASE WHEN step ~ '@\d{4}-' THEN split_part(step, '@', 2)::timestamptz ELSE p_base + split_part(step, '@', 2)::interval END;
        SELECT status INTO s FROM desk.ticket WHERE ticket_id = p_id;
        PERFORM pg_temp.as_of(t, pg_temp.mover(s, what));
        IF what LIKE '!%' THEN
            INSERT INTO desk.ticket_event (ticket_id, event) VALUES (p_id, substr(what, 2));
        ELSIF what LIKE '+%' THEN
            PERFORM pg_temp.as_of(t, substr(what, 2));
            INSERT INTO desk.approval (ticket_id, kind) VALUES (p_id, 'unfounded');
        ELSIF what LIKE '%=%' THEN
            EXECUTE format('UPDATE desk.ticket SET %I = %L WHERE ticket_id = %s',
                           split_part(what, '=', 1), nullif(split_part(what, '=', 2), ''), p_id);
        ELSE
            UPDATE desk.ticket
               SET status = what,
                   attributes = attributes || CASE what WHEN 'cancelled' THEN '{"cancel_reason": "withdrawn"}' ELSE '{}' END::jsonb,
                   duplicate_of = CASE what WHEN 'duplicate' THEN (SELECT ticket_id FROM story WHERE name = 'master') ELSE duplicate_of END
             WHERE ticket_id = p_id;
        END IF;
    END LOOP;
    RETURN p_id;
END $$;

-- What the database says to a statement: 'accepted', or SQLSTATE, constraint
-- name and clauses of the refusal.  Nothing is left of the statement.
CREATE FUNCTION pg_temp.verdict(p_sql text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    state text;
    con text;
    det text;
BEGIN
    BEGIN
        EXECUTE p_sql;
        RAISE EXCEPTION USING ERRCODE = 'ZZ999';
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, con = CONSTRAINT_NAME, det = PG_EXCEPTION_DETAIL;
    END;
    RETURN CASE WHEN state = 'ZZ999' THEN 'accepted'
                WHEN state = 'SV002' THEN state || ' ' || coalesce(substring(det FROM 'guard=(\S+ clauses=\S+)$'), 'no last line: ' || det)
                ELSE state END;
END $$;

-- The verdict on a move of a ticket at the time it was last touched or later.
CREATE FUNCTION pg_temp.move_verdict(p_id bigint, p_to text, p_login text DEFAULT NULL,
    p_attributes jsonb DEFAULT '{}', p_sets text DEFAULT NULL, p_at timestamptz DEFAULT NULL)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE t desk.ticket;
BEGIN
    SELECT * INTO t FROM desk.ticket WHERE ticket_id = p_id;
    PERFORM pg_temp.as_of(coalesce(p_at, t.event_at), coalesce(p_login, pg_temp.mover(t.status, p_to)));
    RETURN pg_temp.verdict(format('UPDATE desk.ticket SET status = %L, attributes = jsonb_strip_nulls(attributes || %L)%s WHERE ticket_id = %s',
                                  p_to, p_attributes, coalesce(', ' || p_sets, ''), p_id));
END $$;

-- How a clock of a ticket ended; all its cycles in order.
CREATE FUNCTION pg_temp.outcome(p_id bigint, p_clock text) RETURNS text LANGUAGE sql AS
$$ SELECT coalesce(string_agg(outcome, ', ' ORDER BY cycle), 'none') FROM desk_bi.clock WHERE ticket_id = p_id AND clock = p_clock $$;

-- One value of a ticket or its clocks, as it is by now.
CREATE FUNCTION pg_temp.ask(p_id bigint, p_sql text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE answer text;
BEGIN
    EXECUTE p_sql USING p_id INTO answer;
    RETURN answer;
END $$;

-- Tickets by name; the master is an open one for others to repeat.
CREATE TEMP TABLE story (name text PRIMARY KEY, ticket_id bigint NOT NULL);
INSERT INTO story SELECT 'master', pg_temp.opened('fault');
SELECT pg_temp.play(ticket_id, 'submitted@1 minute; dispatched@2 minutes') FROM story WHERE name = 'master' \g /dev/null

-- How a ticket comes into each state of its type, from new.
CREATE TEMP TABLE path (ticket_type text, state text, story text, PRIMARY KEY (ticket_type, state));
INSERT INTO path VALUES
    ('fault', 'new',         NULL),
    ('fault', 'submitted',   'submitted@1 minute'),
    ('fault', 'dispatched',  'submitted@1 minute; dispatched@2 minutes'),
    ('fault', 'on_site',     'submitted@1 minute; dispatched@2 minutes; on_site@30 minutes'),
    ('fault', 'restored',    'submitted@1 minute; dispatched@2 minutes; on_site@30 minutes; restored@2 hours'),
    ('fault', 'called_back', 'submitted@1 minute; dispatched@2 minutes; on_site@30 minutes; restored@2 hours; called_back@125 minutes'),
    ('fault', 'archived',    'submitted@1 minute; dispatched@2 minutes; on_site@30 minutes; restored@2 hours; called_back@125 minutes; archived@3 hours'),
    ('fault', 'cancelled',   'cancelled@1 minute'),
    ('fault', 'duplicate',   'duplicate@1 minute'),
    ('consult', 'answered',  'answered@1 minute'),
    ('query', 'new',       NULL),
    ('query', 'answered',  'answered@1 minute'),
    ('query', 'archived',  'answered@1 minute; archived@1 hour'),
    ('query', 'cancelled', 'cancelled@1 minute');
INSERT INTO path
SELECT t, p.*
FROM unnest('consult'::text || pg_temp.handled_types()) t, (VALUES
    ('new',         NULL),
    ('submitted',   'submitted@1 minute'),
    ('dispatched',  'submitted@1 minute; dispatched@2 minutes'),
    ('handled',     'submitted@1 minute; dispatched@2 minutes; handled@1 hour'),
    ('called_back', 'submitted@1 minute; dispatched@2 minutes; handled@1 hour; called_back@65 minutes'),
    ('archived',    'submitted@1 minute; dispatched@2 minutes; handled@1 hour; called_back@65 minutes; archived@2 hours'),
    ('cancelled',   'cancelled@1 minute'),
    ('duplicate',   'duplicate@1 minute')) p (state, story)
WHERE p.state <> 'duplicate' OR pg_temp.has_duplicates(t);

-- One ticket stands in each state.
CREATE TEMP TABLE standing (ticket_type text, state text, ticket_id bigint);
CREATE FUNCTION pg_temp.stand() RETURNS void LANGUAGE sql AS
$$ INSERT INTO standing
   SELECT ticket_type, state, CASE WHEN story IS NULL THEN pg_temp.opened(ticket_type) ELSE pg_temp.play(pg_temp.opened(ticket_type), story) END
   FROM path $$;
