-- One round: every way in turn.
CALL bench.worktime('aftersales', 'aftersales.add_working_time(t, h * interval ''1 hour'', ''cn'')', 1, 100000);
CALL bench.worktime('PL/pgSQL loop', 'bench.add_by_loop(t, h * interval ''1 hour'')', 1, 500);
CALL bench.worktime('generate_series', 'bench.add_by_series(t, h * 60)', 1, 50);
CALL bench.worktime('aftersales', 'aftersales.add_working_time(t, h * interval ''1 hour'', ''cn'')', 100, 100000);
CALL bench.worktime('PL/pgSQL loop', 'bench.add_by_loop(t, h * interval ''1 hour'')', 100, 200);
CALL bench.worktime('generate_series', 'bench.add_by_series(t, h * 60)', 100, 20);
CALL bench.worktime('aftersales', 'aftersales.add_working_time(t, h * interval ''1 hour'', ''cn'')', 10000, 100000);
CALL bench.worktime('PL/pgSQL loop', 'bench.add_by_loop(t, h * interval ''1 hour'')', 10000, 5);
CALL bench.worktime('generate_series', 'bench.add_by_series(t, h * 60)', 10000, 1);
