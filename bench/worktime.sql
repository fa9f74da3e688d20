-- worktime.sql: working time three ways: our function, counting open minutes
-- of generate_series, and a PL/pgSQL loop from span to span.
--
-- The calendar has two spans a day, five days a week, and the official
-- holidays; all three read the same rows and must give the same answers.
-- The loop is that of worktime_loop.sql.

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
