-- worktime_loop.sql: working time as a PL/pgSQL loop from span to span, which
-- looks up its day's spans in an index, as a careful author would.

CREATE FUNCTION bench.spans_of(day date, OUT opens time, OUT closes time) RETURNS SETOF record
LANGUAGE sql STABLE AS $$
    SELECT h.opens, h.closes
    FROM aftersales.calendar_hours h
    WHERE h.calendar = 'cn'
      AND h.weekday = coalesce((SELECT CASE WHEN d.is_working THEN 1 ELSE 0 END FROM aftersales.calendar_day d
                                WHERE d.calendar = 'cn' AND d.day = spans_of.day), extract(isodow FROM spans_of.day))
    ORDER BY h.opens
$$;

CREATE FUNCTION bench.add_by_loop(start timestamptz, amount interval) RETURNS timestamptz
LANGUAGE plpgsql STABLE AS $$
DECLARE
    day date := (start AT TIME ZONE 'Asia/Shanghai')::date;
    rest interval := amount;
    span record;
    opens timestamptz;
    closes timestamptz;
BEGIN
    LOOP
        FOR span IN SELECT * FROM bench.spans_of(day) LOOP
            opens := greatest(start, (day + span.opens) AT TIME ZONE 'Asia/Shanghai');
            closes := (day + span.closes) AT TIME ZONE 'Asia/Shanghai';
            CONTINUE WHEN closes <= opens;
            IF rest <= closes - opens THEN
                RETURN opens + rest;
            END IF;
            rest := rest - (closes - opens);
        END LOOP;
        day := day + 1;
    END LOOP;
END $$;

CREATE FUNCTION bench.between_by_loop(start timestamptz, until timestamptz) RETURNS interval
LANGUAGE plpgsql STABLE AS $$
DECLARE
    day date := (start AT TIME ZONE 'Asia/Shanghai')::date;
    last date := (until AT TIME ZONE 'Asia/Shanghai')::date;
    open interval := '0';
    span record;
    opens timestamptz;
    closes timestamptz;
BEGIN
    WHILE day <= last LOOP
        FOR span IN SELECT * FROM bench.spans_of(day) LOOP
            opens := greatest(start, (day + span.opens) AT TIME ZONE 'Asia/Shanghai');
            closes := least(until, (day + span.closes) AT TIME ZONE 'Asia/Shanghai');
            IF closes > opens THEN
                open := open + (closes - opens);
            END IF;
        END LOOP;
        day := day + 1;
    END LOOP;
    RETURN open;
END $$;
