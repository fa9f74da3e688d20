-- bench/input.sql: what happens to each ticket and when, worked out beforehand
-- so that it costs nobody anything.  Every twentieth team arrives too late.
-- The due times of a repair, which bare.sql is given, too.

CREATE TABLE bench.input AS
SELECT i::integer AS i, 1000000000 + i AS bulk_id,
       (ARRAY['urban', 'rural', 'remote'])[1 + i % 3] AS area,
       CASE WHEN i % 4 = 0 THEN 'meter_fault' ELSE 'line_fault' END AS category,
       jsonb_build_object('symptom', 'no light in the whole house', 'outage_cause', 'unknown',
                          'address', format('Lane %s, house %s', i % 977, i % 41)) AS attributes,
       at AS opened_at,
       at + interval '2 minutes' AS submitted_at,
       at + interval '4 minutes' AS dispatched_at,
       at + arrives AS on_site_at,
       at + arrives + interval '50 minutes' AS restored_at,
       at + arrives + interval '55 minutes' AS called_back_at,
       at + interval '1 day' AS archived_at,
       aftersales.add_working_time(at, arrive, 'cn') AS arrive_due,
       aftersales.add_working_time(at, restore, 'cn') AS restore_due,
       aftersales.working_time_between(at + interval '4 minutes', aftersales.add_working_time(at, restore, 'cn'), 'cn')
           AS restore_left,
       aftersales.add_working_time(at + arrives, aftersales.working_time_between(at + interval '4 minutes',
           aftersales.add_working_time(at, restore, 'cn'), 'cn'), 'cn') AS restore_due_again,
       aftersales.add_working_time(at + arrives + interval '50 minutes', '10 minutes', 'cn') AS callback_due,
       (SELECT revision FROM aftersales.calendar WHERE calendar = 'cn') AS calendar_rev
FROM generate_series(1, :inputs) i,
     LATERAL (SELECT timestamptz '2020-01-01 08:00+08' + i * interval '37 seconds' AS at,
                     CASE WHEN i % 20 = 0 THEN interval '5 hours' ELSE interval '40 minutes' END AS arrives,
                     (ARRAY[interval '60 minutes', '120 minutes', '240 minutes'])[1 + i % 3] AS arrive,
                     CASE WHEN i % 4 = 0 THEN interval '24 hours' ELSE interval '12 hours' END AS restore) x;
ALTER TABLE bench.input ADD PRIMARY KEY (i);
ANALYZE bench.input;

CREATE FUNCTION bench.ms_since(start timestamptz) RETURNS double precision LANGUAGE sql VOLATILE AS
$$SELECT 1000 * extract(epoch FROM clock_timestamp() - start)::double precision$$;
