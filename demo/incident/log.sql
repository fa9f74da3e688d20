-- log.sql: the log as a table of rows in order.
--
-- run.sh has copied the file into incident.raw, a text column per column of
-- the file and line_no; the columns are found by their names.

SET timezone = 'UTC';    -- the log names no zone

-- Columns that a log may lack.
ALTER TABLE incident.raw
    ADD COLUMN IF NOT EXISTS contact_type text, ADD COLUMN IF NOT EXISTS location text,
    ADD COLUMN IF NOT EXISTS category text, ADD COLUMN IF NOT EXISTS priority text,
    ADD COLUMN IF NOT EXISTS assignment_group text;

-- Dates are day-month-year, with - or / between; '?' is unknown.
CREATE TABLE incident.log AS
SELECT number, n, line_no, state, priority, contact_type, location, category, assignment_group, reopen_count,
       opened_at, updated_at,
       -- The row's own time.  The log knows no more of the first row than that
       -- the incident was opened at opened_at and looked so soon after (its
       -- sys_updated_at, which in a few incidents even lies before): the
       -- INSERT's time is opened_at.  Where the time goes backwards from one
       -- row to the next, the row cannot have happened before the ones above
       -- it: it gets the latest time so far.  What the log says is kept in
       -- the attribute sys_updated_at in both cases.
       CASE WHEN n = 1 THEN opened_at
            ELSE greatest(opened_at, max(updated_at) FILTER (WHERE n > 1) OVER (PARTITION BY number ORDER BY n)) END AS at,
       attributes
FROM (SELECT r.number, r.line_no, r.incident_state AS state,
             row_number() OVER (PARTITION BY r.number ORDER BY r.line_no)::int AS n,
             nullif(r.priority, '?') AS priority, nullif(r.contact_type, '?') AS contact_type,
             nullif(r.location, '?') AS location, nullif(r.category, '?') AS category,
             nullif(r.assignment_group, '?') AS assignment_group,
             r.reopen_count::int AS reopen_count,
             to_timestamp(r.opened_at, 'DD-MM-YYYY HH24:MI') AS opened_at,
             to_timestamp(r.sys_updated_at, 'DD-MM-YYYY HH24:MI') AS updated_at,
             a.attributes
      FROM incident.raw r
      -- Whatever the policy declares and the log has, with its type.
      CROSS JOIN LATERAL (
          SELECT coalesce(jsonb_object_agg(k.key, CASE d.data_type
                     WHEN 'integer' THEN to_jsonb(k.value::int)
                     WHEN 'boolean' THEN to_jsonb(k.value::boolean)
                     WHEN 'timestamptz' THEN to_jsonb(to_timestamp(k.value, 'DD-MM-YYYY HH24:MI'))
                     ELSE to_jsonb(k.value) END), '{}') AS attributes
          FROM jsonb_each_text(to_jsonb(r)) k
          JOIN aftersales.attribute d ON d.policy = 'incident_management' AND d.attribute = k.key
          WHERE k.value NOT IN ('', '?')) a) x;
CREATE UNIQUE INDEX ON incident.log (n, number);
ANALYZE incident.log;
