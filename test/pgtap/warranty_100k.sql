-- 100,000 units with a fault each: classified by the trigger in one UPDATE, by
-- the function, and by a query over the rule tables that knows nothing of
-- either.  All three agree, and so does warranty_mix.

\ir lib/warranty.sql

\set units 100000

-- Dates, lines and faults are spread so that every rule has its edges.
INSERT INTO desk.product_unit (unit_id, policy, serial_no, product_line, invoice_date, delivered_on, onsite_until)
SELECT g, 'maker', 'U' || g, (ARRAY['desktop', 'laptop', 'server', NULL])[1 + g % 4],
       CASE WHEN g % 13 > 0 THEN date '2019-01-01' + g % 3000 END,
       CASE WHEN g % 11 > 0 THEN date '2019-01-03' + g % 3000 END,
       CASE WHEN g % 17 = 0 THEN date '2019-01-06' + g % 3000 END
FROM generate_series(1, :units) g;
INSERT INTO desk.unit_part (unit_id, component, installed_on, removed_on, is_replacement)
SELECT g, (ARRAY['host', 'monitor', 'software'])[1 + g % 3], date '2019-01-01' + (g * 7) % 4500,
       CASE WHEN g % 2 = 0 THEN date '2019-03-15' + (g * 7) % 4500 END, g % 10 > 0
FROM generate_series(1, :units) g WHERE g % 3 > 0;
INSERT INTO desk.ticket (ticket_id, ticket_type, unit_id, component, fault_code, fault_at)
SELECT unit_id, 'consult', unit_id, (ARRAY['host', 'host', 'monitor', 'software', NULL])[1 + unit_id % 5],
       (ARRAY['P01', 'P02', 'K01', NULL])[1 + unit_id / 5 % 4],
       (coalesce(invoice_date, delivered_on, date '2024-02-29')
          + (ARRAY[-30, 0, 1, 7, 8, 20, 21, 45, 90, 365, 1094, 1095, 1096, 1097, 1500, 2500])[1 + unit_id / 7 % 16]) AT TIME ZONE 'Asia/Shanghai'
          + CASE unit_id % 3 WHEN 0 THEN interval '0' WHEN 1 THEN interval '23:59:59.999999' ELSE interval '10 hours' END
FROM desk.product_unit;
INSERT INTO desk.unit_part (unit_id, component, installed_on, is_replacement)
SELECT t.unit_id, t.component, (t.fault_at AT TIME ZONE 'Asia/Shanghai')::date - t.unit_id::integer % 120, true
FROM desk.ticket t WHERE t.component IS NOT NULL AND t.unit_id % 4 = 0;
ANALYZE desk.product_unit, desk.unit_part, desk.ticket;

UPDATE desk.ticket SET fault_cause = (ARRAY['product', 'product', 'product', 'user', 'natural_disaster', 'accident', 'unknown'])[1 + ticket_id % 7];

-- The same by sets, from the rows of the rules.
CREATE TEMP TABLE by_query AS
WITH fault AS (
    SELECT t.ticket_id, t.unit_id, u.policy, u.product_line, t.component, t.fault_code, t.fault_cause,
           (t.fault_at AT TIME ZONE p.timezone)::date AS day, u.invoice_date, u.onsite_until,
           coalesce(u.invoice_date, u.delivered_on) AS start,
           (SELECT max(x.installed_on) FROM desk.unit_part x
            WHERE x.unit_id = u.unit_id AND x.component = t.component AND x.is_replacement
              AND (t.fault_at AT TIME ZONE p.timezone)::date BETWEEN x.installed_on AND coalesce(x.removed_on, 'infinity')) AS part_start
    FROM desk.ticket t JOIN desk.product_unit u USING (unit_id) JOIN aftersales.policy p ON p.policy = u.policy
), ending AS (
    SELECT DISTINCT ON (f.ticket_id, r.applies_to, c.cover)
           f.ticket_id, f.day, r.applies_to, c.cover, r.in_class, r.expired_class,
           least(coalesce((CASE r.applies_to WHEN 'unit' THEN f.start ELSE f.part_start END + r.term)::date - r.count_first_day::int, 'infinity'),
                 CASE WHEN c.cover = 'visit' AND r.applies_to = 'unit' THEN f.onsite_until END) AS until
    FROM fault f
    JOIN aftersales.warranty_term r ON r.policy = f.policy AND r.version = 1
     AND (r.product_line IS NULL OR r.product_line = f.product_line) AND (r.component IS NULL OR r.component = f.component)
     AND CASE r.applies_to WHEN 'unit' THEN f.start ELSE f.part_start END IS NOT NULL
    CROSS JOIN unnest(r.covers) c(cover)
    ORDER BY f.ticket_id, r.applies_to, c.cover, r.rank DESC
), term AS (
    SELECT ticket_id, max(until) AS until, bool_or(day <= until) AS is_covered,
           array_agg(DISTINCT cover) FILTER (WHERE day <= until) AS covers,
           (array_agg(in_class ORDER BY until DESC))[1] AS in_class, (array_agg(expired_class ORDER BY until DESC))[1] AS expired_class
    FROM ending GROUP BY ticket_id
), class AS (
    SELECT f.*, e.until,
           CASE WHEN NOT e.is_covered THEN e.expired_class ELSE coalesce(x.warranty_class, e.in_class) END AS warranty_class,
           CASE WHEN NOT e.is_covered OR x.rule IS NOT NULL AND x.covers IS NULL THEN '{}'
                ELSE ARRAY(SELECT c FROM unnest('{parts,labour,visit}'::text[]) c WHERE c = ANY (e.covers) AND (x.rule IS NULL OR c <> ALL (x.covers))) END AS covers
    FROM fault f
    JOIN term e ON e.ticket_id = f.ticket_id AND (e.is_covered OR f.start IS NOT NULL)
    LEFT JOIN LATERAL (SELECT * FROM aftersales.exclusion x
                       WHERE x.policy = f.policy AND x.version = 1 AND (x.fault_cause IS NULL OR x.fault_cause = f.fault_cause)
                         AND (x.product_line IS NULL OR x.product_line = f.product_line) AND (x.component IS NULL OR x.component = f.component)
                       ORDER BY x.rank DESC LIMIT 1) x ON true
)
SELECT c.ticket_id, c.warranty_class, c.covers, c.until,
       coalesce((SELECT w.remedies FROM aftersales.remedy_window w
                 WHERE w.policy = c.policy AND w.version = 1 AND (w.classes IS NULL OR c.warranty_class = ANY (w.classes))
                   AND (w.product_line IS NULL OR w.product_line = c.product_line) AND (w.component IS NULL OR w.component = c.component)
                   AND (w.fault_codes IS NULL OR c.fault_code = ANY (w.fault_codes)) AND (NOT w.needs_invoice OR c.invoice_date IS NOT NULL)
                   AND (w.from_day IS NULL AND w.to_day IS NULL
                        OR greatest(c.day - c.start, 0) + w.count_first_day::int BETWEEN coalesce(w.from_day, 0) AND coalesce(w.to_day, 2147483647))
                 ORDER BY w.rank DESC LIMIT 1), '{}') AS remedies
FROM class c;

SELECT is((SELECT count(*) FROM desk.ticket), :units::bigint, 'a ticket a unit');
SELECT is_empty($$SELECT t.ticket_id, t.warranty_class, t.covers, t.remedies, t.warranty_until, q.*
                  FROM desk.ticket t FULL JOIN by_query q USING (ticket_id)
                  WHERE (t.warranty_class, t.covers, t.remedies, t.warranty_until) IS DISTINCT FROM (q.warranty_class, q.covers, q.remedies, q.until) LIMIT 5$$, 'trigger and query agree');
SELECT set_config('aftersales.desk', 'desk', false) \g /dev/null
SELECT is_empty($$SELECT t.ticket_id, t.warranty_class, t.covers, t.remedies, t.warranty_until, t.warranty_basis, c.*
                  FROM desk.ticket t, aftersales.classify_warranty(t.unit_id, t.fault_at, t.fault_cause, t.component, t.fault_code) c
                  WHERE (t.warranty_class, t.remedies, t.warranty_until, t.warranty_basis, 'parts' = ANY (t.covers), 'labour' = ANY (t.covers), 'visit' = ANY (t.covers), t.covers <> '{}')
                        IS DISTINCT FROM (c.warranty_class, c.remedies, c.expires_on, c.basis, c.covers_parts, c.covers_labour, c.covers_visit, c.in_warranty) LIMIT 5$$, 'trigger and function agree');
SELECT is_empty($$(SELECT product_line, warranty_class, fault_month, tickets, covered_tickets FROM desk_bi.warranty_mix
                   EXCEPT ALL SELECT u.product_line, q.warranty_class, date_trunc('month', t.fault_at AT TIME ZONE 'Asia/Shanghai')::date, count(*), count(*) FILTER (WHERE q.covers <> '{}')
                   FROM by_query q JOIN desk.ticket t USING (ticket_id) JOIN desk.product_unit u USING (unit_id) GROUP BY 1, 2, 3)$$, 'warranty_mix agrees');
SELECT is((SELECT sum(tickets) FROM desk_bi.warranty_mix)::bigint, (SELECT count(*) FROM by_query), 'and leaves none out');
SELECT is((SELECT count(*) FROM desk.ticket_event WHERE event = 'changed:warranty_class'), :units::bigint, 'every classification is an event, also that it cannot be told');
-- the comparison is worth something: every class, cover and remedy occurs, often
SELECT is((SELECT string_agg(DISTINCT warranty_class, ' ') FROM by_query), 'in_warranty out_disaster out_expired out_user', 'all classes');
SELECT cmp_ok((SELECT min(n) FROM (SELECT count(*) AS n FROM by_query GROUP BY warranty_class, covers, remedies) x), '>=', 5::bigint, 'every kind of result more than once');
SELECT cmp_ok((SELECT count(*) FROM (SELECT FROM by_query GROUP BY warranty_class, covers, remedies) x), '>=', 9::bigint, 'and many kinds');
SELECT cmp_ok((SELECT count(*) FROM desk.ticket WHERE warranty_class IS NULL), '>=', 100::bigint, 'and some that cannot be told');
SELECT * FROM finish();
