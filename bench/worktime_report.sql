-- Medians of microseconds a call, and what they are multiples of.
\echo
\echo 'Working time: microseconds a call, and how many times that of ours'
SELECT hours, way, round(us, 2) AS us, round(us / min(us) FILTER (WHERE way = 'aftersales') OVER (PARTITION BY hours), 1) AS times_ours,
       round(us / min(us) FILTER (WHERE hours = 1) OVER (PARTITION BY way), 2) AS times_one_hour
FROM (SELECT hours, way, (percentile_cont(0.5) WITHIN GROUP (ORDER BY 1000 * ms / calls))::numeric AS us
      FROM bench.worktime_ms GROUP BY 1, 2) m
ORDER BY hours, us;
