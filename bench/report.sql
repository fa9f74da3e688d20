-- bench/report.sql: the table.  On a machine that is busy with other things the
-- column of_fastest, the same ratio of the fastest rounds, is the steadier one.

CREATE TABLE bench.aim (position integer, work text, way text, against text, base text, kind text, aim text);
INSERT INTO bench.aim VALUES
    (1, 'lifecycle', 'enforced', 'bare', NULL, 'time', '<= 1.3'),
    (2, 'lifecycle', 'PL/pgSQL', 'enforced', 'bare', 'added cost', '>= 3'),
    (3, 'lifecycle', 'PL/pgSQL, conditions compiled in', 'enforced', 'bare', 'added cost', '-'),
    (4, 'lifecycle, working time', 'enforced', 'bare', NULL, 'time', '<= 1.3'),
    (5, 'lifecycle, working time', 'PL/pgSQL', 'enforced', 'bare', 'added cost', '>= 3'),
    (6, 'lifecycle, working time', 'PL/pgSQL, conditions compiled in', 'enforced', 'bare', 'added cost', '-'),
    (7, 'bulk insert', 'enforced', 'bare', NULL, 'time', '<= 1.3'),
    (8, 'bulk move that starts a clock', 'enforced', 'bare', NULL, 'time', '<= 1.3'),
    (9, 'bulk move that stops a clock', 'enforced', 'bare', NULL, 'time', '<= 1.3'),
    (10, 'bulk insert', 'PL/pgSQL', 'enforced', NULL, 'time per row', '-'),
    (11, 'bulk move that starts a clock', 'PL/pgSQL', 'enforced', NULL, 'time per row', '-'),
    (12, 'bulk move that stops a clock', 'PL/pgSQL', 'enforced', NULL, 'time per row', '-'),
    (13, 'events of calls, one by one', 'enforced', 'bare', NULL, 'time', '-'),
    (14, 'events, one statement', 'enforced', 'bare', NULL, 'time', '-'),
    (15, 'lifecycles in one session', 'enforced, fresh desk', 'enforced, seeded desk', NULL, 'time', 'about 1'),
    (16, 'idle sweep', 'many running clocks', 'look-up by primary key', NULL, 'time', '-'),
    (17, 'idle sweep', 'many running clocks', '4,000 running clocks', NULL, 'time', 'about 1'),
    (18, 'sweep of new breaches', 'sweep', 'bare', NULL, 'time', '-'),
    (19, 'the same with two escalations each', 'sweep', 'bare', NULL, 'time', '-'),
    (20, 'bulk classification', 'enforced', 'bare', NULL, 'time', '-'),
    (21, 'bulk classification', 'PL/pgSQL', 'enforced', NULL, 'time per row', '-'),
    (22, 'bulk classification', 'PL/pgSQL', 'enforced', 'bare', 'added cost', '-'),
    (23, 'bulk classification', 'PL/pgSQL, nothing recorded', 'enforced', NULL, 'time per row', '-'),
    (24, 'moves, 10 balances, durable', 'bare', 'enforced', NULL, 'time', '>= 0.8'),
    (25, 'moves, 50 balances, durable', 'bare', 'enforced', NULL, 'time', '>= 0.8'),
    (26, 'moves, 10 balances, durable', 'PL/pgSQL ledger', 'enforced', NULL, 'time', '-'),
    (27, 'moves, 50 balances, durable', 'PL/pgSQL ledger', 'enforced', NULL, 'time', '-'),
    (28, 'moves, 10 balances, asynchronous', 'bare', 'enforced', NULL, 'time', '-'),
    (29, 'moves, 50 balances, asynchronous', 'bare', 'enforced', NULL, 'time', '-'),
    (30, 'moves, 10 balances, asynchronous', 'PL/pgSQL ledger', 'enforced', NULL, 'time', '>= 2'),
    (31, 'moves, 50 balances, asynchronous', 'PL/pgSQL ledger', 'enforced', NULL, 'time', '>= 2'),
    (32, 'moves, 10 balances, asynchronous', 'PL/pgSQL ledger, lean', 'enforced', NULL, 'time', '-'),
    (33, 'moves, 50 balances, asynchronous', 'PL/pgSQL ledger, lean', 'enforced', NULL, 'time', '-'),
    (34, 'moves, one statement', 'enforced', 'bare', NULL, 'time', '-');

CREATE VIEW bench.median AS
SELECT work, way, count(*) AS rounds, min(n) AS n,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY ms / n) * 1000 AS us,
       min(ms / n) * 1000 AS min_us, max(ms / n) * 1000 AS max_us
FROM bench.timing GROUP BY work, way;

\echo
\echo 'Ratios of medians'
SELECT a.work, a.way || ' : ' || a.against AS compared,
       CASE WHEN a.base IS NULL THEN a.kind ELSE a.kind || ' over ' || a.base END AS of,
       round(((x.us - coalesce(b.us, 0)) / nullif(y.us - coalesce(b.us, 0), 0))::numeric, 2) AS ratio,
       a.aim,
       round(((x.min_us - coalesce(b.min_us, 0)) / nullif(y.min_us - coalesce(b.min_us, 0), 0))::numeric, 2) AS of_fastest,
       least(x.rounds, y.rounds) AS rounds
FROM bench.aim a
JOIN bench.median x ON x.work = a.work AND x.way = a.way
JOIN bench.median y ON y.work = a.work AND y.way = a.against
LEFT JOIN bench.median b ON b.work = a.work AND b.way = a.base
ORDER BY a.position;

\echo 'Medians (microseconds for one lifecycle, ticket, event, sweep, look-up, breach or move)'
SELECT m.work, m.way, round(m.us::numeric, 2) AS median_us,
       round(m.min_us::numeric, 2) AS min_us, round(m.max_us::numeric, 2) AS max_us,
       m.n AS per_round, m.rounds
FROM bench.median m
ORDER BY (SELECT min(a.position) FROM bench.aim a WHERE a.work = m.work), m.us;

SELECT count(*) > 0 AS has_stock FROM bench.timing WHERE work LIKE 'moves, % balances%' \gset
\if :has_stock
\echo 'Moves a second by 20 clients together; how long the slowest and one in a thousand took; how many failed'
SELECT r.work, r.way, round((1e6 / m.us)::numeric) AS moves_a_second, round(max(r.longest_ms)::numeric, 1) AS longest_ms,
       round((percentile_cont(0.5) WITHIN GROUP (ORDER BY r.slow_ms))::numeric, 1) AS slow_ms,
       round(100.0 * sum(r.failed) / sum(r.moves + r.failed), 3) AS failed_percent
FROM bench.stock_run r JOIN bench.median m USING (work, way)
GROUP BY r.work, r.way, m.us
ORDER BY (SELECT min(a.position) FROM bench.aim a WHERE a.work = r.work), m.us;
\endif
