-- bench/plpgsql_fixed.sql: the PL/pgSQL triggers of @desk@ with their conditions
-- compiled in and working time counted by aftersales: as fast as they get, but a
-- condition can no longer be changed without changing the function.

CREATE OR REPLACE FUNCTION @desk@.condition_holds(condition text, t @desk@.ticket) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF condition IS NULL THEN
        RETURN true;
    END IF;
    RETURN coalesce(CASE condition
        WHEN '($1).area = ''urban''' THEN t.area = 'urban'
        WHEN '($1).area = ''rural''' THEN t.area = 'rural'
        WHEN '($1).area = ''remote''' THEN t.area = 'remote'
        WHEN '($1).category = ''meter_fault''' THEN t.category = 'meter_fault'
        WHEN '($1).attributes->>''symptom'' ~ ''\S''' THEN t.attributes->>'symptom' ~ '\S'
        WHEN '($1).category IS NOT NULL' THEN t.category IS NOT NULL
        WHEN '($1).category IS DISTINCT FROM ''customer_internal''' THEN t.category IS DISTINCT FROM 'customer_internal'
        WHEN '($1).attributes->>''outage_cause'' IS NULL OR ($1).attributes->>''outage_cause'' NOT IN (''planned'', ''arrears'')'
            THEN t.attributes->>'outage_cause' IS NULL OR t.attributes->>'outage_cause' NOT IN ('planned', 'arrears')
        WHEN 'NOT @desk@.clock_expired($1, ''restore'') OR @desk@.has_event($1, ''delay_notice'')'
            THEN NOT @desk@.clock_expired(t, 'restore') OR @desk@.has_event(t, 'delay_notice')
        END, false);
END $$;

CREATE OR REPLACE FUNCTION @desk@.due(calendar text, at timestamptz, amount interval) RETURNS timestamptz
    LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN aftersales.add_working_time(at, amount, calendar);
END $$;
CREATE OR REPLACE FUNCTION @desk@.time_left(calendar text, at timestamptz, due_at timestamptz) RETURNS interval
    LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN aftersales.working_time_between(at, due_at, calendar);
END $$;
