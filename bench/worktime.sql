-- worktime.sql: working time three ways: our function, counting open minutes
-- of generate_series, and a PL/pgSQL loop from span to span.
--
-- The calendar has two spans a day, five days a week, and the official
-- holidays; all three read the same rows and must give the same answers.
-- The loop looks up its day's spans in an index, as a careful author would.

CREATE SCHEMA IF NOT EXISTS bench;
SELECT aftersales.install_calendar('cn');

CREATE FUNCTION bench.spans_of(day date, OUT opens time, OUT closes time) RETURNS SETOF record
LANGUAGE sql STABLE AS $$
    SELECT h.opens, h.closes
    FROM aftersales.calendar_hours h
    WHERE h.calendar = 'cn'
      AND h.weekday = coalesce((SELECT CASE WHEN d.is_working THEN 1 ELSE 0 END FROM aftersales.calendar_day d
                                WHERE d.calendar = 'cn' AND d.day = spans_of.day), extract(isodow FROM spans_of.day))
    ORDER BY h.opens
$$;

-- Whole minutes only.
CREATE FUNCTION bench.add_by_series(start timestamptz, minutes integer) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
    SELECT m + interval '1 minute'
    FROM generate_series((start AT TIME ZONE 'Asia/Shanghai')::date, (start AT TIME ZONE 'Asia/Shanghai')::date + 20 + minutes / 200, interval '1 day') day,
         bench.spans_of(day::date) s,
         generate_series((day::date + s.opens) AT TIME ZONE 'Asia/Shanghai', (day::date + s.closes - interval '1 minute') AT TIME ZONE 'Asia/Shanghai', interval '1 minute') m
    WHERE m >= start
    ORDER BY m OFFSET minutes - 1 LIMIT 1
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

CREATE TABLE bench.worktime_ms (way text, hours integer, calls integer, ms numeric);

-- Microseconds a call, over starts that differ; the way is an expression over t and h.
CREATE PROCEDURE bench.worktime(way text, expression text, hours integer, calls integer)
LANGUAGE plpgsql AS $$
DECLARE
    began timestamptz;
BEGIN
    -- once before, so that what is cached is cached
    EXECUTE format('SELECT count(%s) FROM (SELECT timestamptz ''2021-03-01 09:17+08'' AS t, %s AS h) x', expression, hours);
    began := clock_timestamp();
    EXECUTE format('SELECT count(%s) FROM (SELECT timestamptz ''2021-03-01 09:17+08'' + i %% 500 * interval ''37 minutes'' AS t, %s AS h FROM generate_series(1, %s) i) x',
                   expression, hours, calls);
    INSERT INTO bench.worktime_ms VALUES (way, hours, calls, extract(epoch FROM clock_timestamp() - began) * 1000);
END $$;

\o
\echo
\echo 'Working time: do all three ways agree?'
SELECT count(*) AS cases, count(*) FILTER (WHERE ours = loop AND ours = series) AS agree
FROM (SELECT aftersales.add_working_time(t, h * interval '1 hour', 'cn') AS ours,
             bench.add_by_loop(t, h * interval '1 hour') AS loop, bench.add_by_series(t, h * 60) AS series
      FROM (SELECT timestamptz '2021-03-01 09:17+08' + i * interval '3 hours 7 minutes' AS t, 1 + i * 7 % 100 AS h FROM generate_series(1, 100) i) x) y;
\o /dev/null
