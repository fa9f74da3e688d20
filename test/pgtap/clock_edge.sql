-- Clocks at their edges: each case a ticket of its own, played from a script,
-- and its clocks compared line by line.
\ir lib/clock.sql

-- ---------- exactly at due, a microsecond later
SELECT play('met', 'run', '03-02 08:00 open', '03-02 08:00 go', '03-02 09:00 sweep', '03-02 09:00 stop');
SELECT is(line('met', 'run'), 'run 03-02 08:00..03-02 09:00 stopped due 03-02 09:00', 'stopped exactly when due: met');
SELECT play('late', 'run', '03-02 08:00 open', '03-02 08:00 go', '03-02 09:00:00.000001 stop');
SELECT is(line('late', 'run'), 'run 03-02 08:00..03-02 09:00:00.000001 stopped due 03-02 09:00 late 03-02 09:00', 'a microsecond later: late as of due');
SELECT play('late_sweep', 'run', '03-02 08:00 open', '03-02 08:00 go', '03-02 09:00:00.000001 sweep');
SELECT is(line('late_sweep', 'run'), 'run 03-02 08:00.. open due 03-02 09:00 late 03-02 09:00', 'a sweep a microsecond later finds it');
SELECT play('off', 'run', '03-02 08:00 open', '03-02 08:00 go', '03-02 09:00 off');
SELECT is(line('off', 'run'), 'run 03-02 08:00..03-02 09:00 cancelled due 03-02 09:00', 'cancelled exactly when due: not late');

-- ---------- reported after due
SELECT play('reported', 'run', '03-02 08:00 open', '03-02 08:00 go', '03-02 09:30 ~03-02 08:50 stop');
SELECT is(line('reported', 'run'), 'run 03-02 08:00..03-02 08:50 stopped due 03-02 09:00 late 03-02 09:00 cleared', 'a live clock whose stop in time is reported after due: breached and cleared');
SELECT is(outcome('reported', 'run'), 'cleared', 'which the view tells apart, and counts as late');
SELECT play('reported_swept', 'run', '03-02 08:00 open', '03-02 08:00 go', '03-02 09:10 sweep', '03-02 09:30 ~03-02 08:50 stop');
SELECT is(line('reported_swept', 'run'), line('reported', 'run'), 'the same when a sweep came between');
SELECT play('reported_off', 'run', '03-02 08:00 open', '03-02 08:00 go', '03-02 09:10 sweep', '03-02 09:30 ~03-02 08:50 off');
SELECT is(line('reported_off', 'run'), 'run 03-02 08:00..03-02 08:50 cancelled due 03-02 09:00 late 03-02 09:00 cleared', 'a cancel in time likewise');
SELECT play('reported_at_due', 'run', '03-02 08:00 open', '03-02 08:00 go', '03-02 09:30 ~03-02 09:00 stop');
SELECT is(line('reported_at_due', 'run'), 'run 03-02 08:00..03-02 09:00 stopped due 03-02 09:00 late 03-02 09:00 cleared', 'a stop exactly at due, reported later: cleared');
SELECT play('reported_late', 'run', '03-02 08:00 open', '03-02 08:00 go', '03-02 09:30 ~03-02 09:00:00.000001 stop');
SELECT is(line('reported_late', 'run'), 'run 03-02 08:00..03-02 09:00:00.000001 stopped due 03-02 09:00 late 03-02 09:00', 'a microsecond after due: not cleared');
SELECT play('reported_twice', 'run', '03-02 08:00 open', '03-02 08:00 go', '03-02 09:30 stop', '03-02 09:40 ~03-02 08:50 stop');
SELECT is(line('reported_twice', 'run'), 'run 03-02 08:00..03-02 08:50 stopped due 03-02 09:00 late 03-02 09:00 cleared', 'an earlier stop reported after a late one: the first stops it');
SELECT play('reported_other', 'run', '03-02 08:00 open', '03-02 08:00 go', '03-02 08:55 memo', '03-02 09:10 sweep', '03-02 09:30 ~03-02 08:50 stop');
SELECT is(line('reported_other', 'run'), 'run 03-02 08:00..03-02 08:50 stopped due 03-02 09:00 late 03-02 09:00 cleared', 'a stop before another event: the same');
SELECT play('restarted_late', 'run', '03-02 08:00 open', '03-02 08:00 go', '03-02 08:40 go', '03-02 08:50 ~03-02 08:20 stop');
SELECT is(line('restarted_late', 'run'), 'run 03-02 08:00..03-02 08:20 stopped due 03-02 09:00 | run 03-02 08:40.. open due 03-02 09:40', 'a late stop between two starts: the second start was one after all');
SELECT play('start_late', 'run', '03-02 08:00 open', '03-02 08:30 go', '03-02 08:50 ~03-02 08:10 go');
SELECT is((SELECT string_agg(cycle || ' ' || short(started_at) || ' ' || coalesce(ended_as, 'open'), ', ' ORDER BY cycle) FROM desk.sla_clock k JOIN played p USING (ticket_id) WHERE p.name = 'start_late' AND k.clock = 'run'),
          '0 03-02 08:30 voided, 1 03-02 08:10 open', 'an earlier start reported late: that one counts, the other is voided');
SELECT is(due('start_late', 'run'), '03-02 09:10', 'and is due an hour later');

-- ---------- history entered late, within and after the grace
SELECT play('entry', 'run', '03-02 12:00 ~03-02 08:00 open', '03-02 12:10 ~03-02 08:00 go', '03-02 13:00 memo', '03-02 13:10 ~03-02 08:50 stop');
SELECT is(line('entry', 'run'), 'run 03-02 08:00..03-02 08:50 stopped due 03-02 09:00 late 03-02 09:00 cleared', 'a later event shows a clock as late, however lately it was entered');
SELECT play('entry_late', 'run', '03-02 12:00 ~03-02 08:00 open', '03-02 12:10 ~03-02 08:00 go', '03-02 12:20 ~03-02 09:30 stop');
SELECT is(line('entry_late', 'run'), 'run 03-02 08:00..03-02 09:30 stopped due 03-02 09:00 late 03-02 09:00', 'within the grace, judged by its times: late');
SELECT play('entry_met', 'run', '03-02 12:00 ~03-02 08:00 open', '03-02 12:10 ~03-02 08:00 go', '03-02 13:10 ~03-02 08:50 stop');
SELECT is(line('entry_met', 'run'), 'run 03-02 08:00..03-02 08:50 stopped due 03-02 09:00', 'back-dated start and stop within the grace: met');
SELECT play('entry_set', 'run', '03-02 12:00 ~03-02 08:00 open', '03-02 12:10 ~03-02 08:00 go', '03-02 12:20 ~03-02 08:30 set subject=x', '03-02 13:10 ~03-02 08:50 stop');
SELECT is(line('entry_set', 'run'), 'run 03-02 08:00..03-02 08:50 stopped due 03-02 09:00', 'what happened between them may come between');
SELECT play('grace_over', 'run', '03-02 12:00 ~03-02 08:00 open', '03-02 12:10 ~03-02 08:00 go', '03-02 13:10:00.000001 ~03-02 08:50 stop');
SELECT is(line('grace_over', 'run'), 'run 03-02 08:00..03-02 08:50 stopped due 03-02 09:00 late 03-02 09:00 cleared', 'the grace is over: late, and cleared');
SELECT play('entry_swept', 'run', '03-02 12:00 ~03-02 08:00 open', '03-02 12:10 ~03-02 08:00 go', '03-02 12:20 sweep');
SELECT is(line('entry_swept', 'run'), 'run 03-02 08:00.. open due 03-02 09:00 late 03-02 09:00', 'a sweep by hand does not wait for it');
SELECT play('entry_one', 'run', '03-02 12:00 ~03-02 08:00 open', '03-02 12:10 ~03-02 08:00 go+stop', '03-02 20:00 sweep');
SELECT is(line('entry_one', 'run'), 'run 03-02 08:00..03-02 08:00 stopped due 03-02 09:00', 'start and stop in one statement');
SELECT is(outcome('entry_one', 'run'), 'met', 'met');

-- ---------- working time, zero amounts, days, months
-- 2 March 2026 is a Monday, the 5th a holiday
SELECT play('o1', 'office', '03-02 08:30 open', '03-02 08:30 go', '03-02 12:00 sweep', '03-02 12:00 stop');
SELECT is(line('o1', 'office'), 'office 03-02 08:30..03-02 12:00 stopped due 03-02 12:00', 'runs out exactly at closing: due at closing, met then');
SELECT play('o2', 'office', '03-02 08:30 open', '03-02 08:30 go', '03-02 12:00:00.000001 stop');
SELECT is(line('o2', 'office'), 'office 03-02 08:30..03-02 12:00:00.000001 stopped due 03-02 12:00 late 03-02 12:00', 'late a microsecond after closing, not at the next opening');
SELECT play('o3', 'office', '03-06 16:30 open', '03-06 16:30 go');
SELECT is(due('o3', 'two'), '03-09 09:30', 'two hours from Friday 16:30');
SELECT play('o4', 'office', '03-04 17:00 open', '03-04 17:00 go');
SELECT is(due('o4', 'two'), '03-06 10:00', 'over the night and a holiday');
SELECT is(due('o4', 'day'), '03-06 23:59:59.999999', 'the next working day after a holiday');
SELECT is(due('o4', 'day_0'), '03-04 23:59:59.999999', 'zero working days: the end of the start day');
SELECT is(due('o4', 'day_f'), '03-04 23:59:59.999999', 'counting the first day');
SELECT play('o5', 'office', '03-05 03:00 open', '03-05 03:00 go', '03-05 03:00 stop');
SELECT is(line('o5', 'none'), 'none 03-05 03:00..03-05 03:00 stopped due 03-05 03:00', 'a zero amount in the night of a holiday: due at the start, and met then');
SELECT is(line('o5', 'none_e'), 'none_e 03-05 03:00..03-05 03:00 stopped due 03-05 03:00', 'zero elapsed likewise');
SELECT is(due('o5', 'day_0'), '03-05 23:59:59.999999', 'zero working days on a holiday: the end of that day all the same');
SELECT is(due('o5', 'cday_0'), '03-05 23:59:59.999999', 'zero calendar days');
SELECT is(due('o5', 'day_f'), '03-06 23:59:59.999999', 'a first day that is none does not count');
SELECT play('o6', 'office', '03-05 03:00 open', '03-05 03:00 go', '03-05 03:00:00.000001 sweep');
SELECT is(line('o6', 'none'), 'none 03-05 03:00.. open due 03-05 03:00 late 03-05 03:00', 'and late a microsecond later');
SELECT play('o7', 'office', '01-31 10:00 open', '01-31 10:00 go');
SELECT is(due('o7', 'mon'), '02-28 23:59:59.999999', 'a month, clamped');
SELECT is(due('o7', 'mon_f'), '02-27 23:59:59.999999', 'a month with the first day counted');

-- ---------- cut-off
SELECT play('c1', 'cut', '03-02 17:00 open', '03-02 17:00 go');
SELECT is(due('c1', 'e'), '03-02 19:00', 'exactly at the cut-off: counts at once');
SELECT is(due('c1', 'w'), '03-03 09:00', 'working: from the cut-off on');
SELECT is(due('c1', 'd'), '03-03 23:59:59.999999', 'days: the start day is today');
SELECT is(due('c1', 'df'), '03-02 23:59:59.999999', 'days with the first counted');
SELECT play('c2', 'cut', '03-02 17:00:00.000001 open', '03-02 17:00:00.000001 go');
SELECT is(due('c2', 'e'), '03-03 10:00', 'after it: from the next day at day_open, eight by default');
SELECT is(due('c2', 'e9'), '03-03 11:15', 'or as the rule says');
SELECT is(due('c2', 'w'), '03-03 09:30', 'working: from the next working day''s opening');
SELECT is(due('c2', 'd'), '03-04 23:59:59.999999', 'days: the start day is tomorrow');
SELECT is(due('c2', 'df'), '03-03 23:59:59.999999', 'which is the first counted');
SELECT is(due('c2', 'c'), '03-04 23:59:59.999999', 'calendar days likewise');
SELECT is(due('c2', 'd0'), '03-03 23:59:59.999999', 'zero days: the end of tomorrow');
SELECT play('c3', 'cut', '03-06 18:00 open', '03-06 18:00 go');
SELECT is(due('c3', 'e'), '03-07 10:00', 'elapsed: every day counts');
SELECT is(due('c3', 'w'), '03-09 09:30', 'working: not the weekend');
SELECT is(due('c3', 'd'), '03-10 23:59:59.999999', 'working days: the start day is Monday');
SELECT is(due('c3', 'c'), '03-08 23:59:59.999999', 'calendar days: Saturday');
SELECT play('c4', 'cut', '03-07 09:00 open', '03-07 09:00 go');
SELECT is(due('c4', 'e'), '03-07 11:00', 'a start on Saturday before the cut-off');
SELECT is(due('c4', 'd'), '03-09 23:59:59.999999', 'is followed by Monday');

-- ---------- pauses
SELECT play('p1', 'pz', '03-02 08:00 open', '03-02 08:20 to wait');
SELECT is(line('p1', 'pz'), 'pz 03-02 08:00.. open paused 03-02 08:20 left 00:40:00', 'paused: no due time, what is left is kept');
SELECT is(line('p1', 'no_target'), 'no_target 03-02 08:00.. open', 'without a target there is nothing to pause');
SELECT is(line('p1', 'no_pause'), 'no_pause 03-02 08:00.. open due 03-02 09:00', 'another clock of the ticket runs on');
SELECT is(outcome('p1', 'pz'), 'paused', 'the view shows it as paused');
SELECT go_on('p1', '03-02 20:00 sweep');
SELECT is(line('p1', 'pz'), 'pz 03-02 08:00.. open paused 03-02 08:20 left 00:40:00', 'a sweep finds nothing in a paused one');
SELECT go_on('p1', '03-02 20:10 to work');
SELECT is(line('p1', 'pz'), 'pz 03-02 08:00.. open due 03-02 20:50', 'goes on: due after what was left');
SELECT go_on('p1', '03-02 20:50 to done');
SELECT is(line('p1', 'pz'), 'pz 03-02 08:00..03-02 20:50 stopped due 03-02 20:50', 'and met then');
SELECT play('p2', 'pz', '03-02 08:00 open', '03-02 08:20 to wait', '03-02 10:00 to done');
SELECT is(line('p2', 'pz'), 'pz 03-02 08:00..03-02 10:00 stopped due 03-02 10:40', 'from paused to resolved in one step: met, due as if it had gone on then');
SELECT is(line('p2', 'no_target'), 'no_target 03-02 08:00..03-02 10:00 stopped', 'the one without a target');
SELECT is(line('p2', 'no_pause'), 'no_pause 03-02 08:00..03-02 10:00 stopped due 03-02 09:00 late 03-02 09:00', 'the one without pauses is late');
SELECT play('p3', 'pz', '03-02 08:00 open status=held', '03-02 10:00 sweep');
SELECT is(line('p3', 'pz'), 'pz 03-02 08:00.. open paused 03-02 08:00 left 01:00:00', 'created paused');
SELECT go_on('p3', '03-02 12:00 to work');
SELECT is(line('p3', 'pz'), 'pz 03-02 08:00.. open due 03-02 13:00', 'counts from when it leaves that state');
SELECT play('p4', 'pz', '03-02 08:00 open', '03-02 08:10:10 to wait', '03-02 08:10:20 to work', '03-02 08:10:30 to wait', '03-02 08:10:50 to work');
SELECT is(line('p4', 'pz'), 'pz 03-02 08:00.. open due 03-02 09:00:30', 'two pauses within a minute');
SELECT play('p5', 'pz', '03-02 08:00 open', '03-02 09:30 to wait');
SELECT is(line('p5', 'pz'), 'pz 03-02 08:00.. open due 03-02 09:00 late 03-02 09:00', 'paused when already late: late it stays');
SELECT go_on('p5', '03-02 09:40 to work', '03-02 09:50 to done');
SELECT is(line('p5', 'pz'), 'pz 03-02 08:00..03-02 09:50 stopped due 03-02 09:00 late 03-02 09:00', 'to its end');
SELECT play('p6', 'pz', '03-02 08:00 open', '03-02 09:00 to wait');
SELECT is(line('p6', 'pz'), 'pz 03-02 08:00.. open paused 03-02 09:00 left 00:00:00', 'paused exactly when due: not late');
SELECT go_on('p6', '03-02 10:00 to work', '03-02 10:00:00.000001 sweep');
SELECT is(line('p6', 'pz'), 'pz 03-02 08:00.. open due 03-02 10:00 late 03-02 10:00', 'but a microsecond after it goes on');
SELECT play('p7', 'pz', '03-02 08:00 open', '03-02 08:20 to wait', '03-02 08:30 to held', '03-02 08:50 to work');
SELECT is(line('p7', 'pz'), 'pz 03-02 08:00.. open due 03-02 09:30', 'from one paused state into another');
SELECT play('p8', 'pz', '03-02 08:00 open', '03-02 08:50 ~03-02 08:20 to wait');
SELECT is(line('p8', 'pz'), 'pz 03-02 08:00.. open paused 03-02 08:20 left 00:40:00', 'a pause counts from when it began, not from its report');
SELECT play('p9', 'pz', '03-02 08:00 open', '03-02 09:10 sweep', '03-02 09:20 ~03-02 08:20 to wait');
SELECT is(line('p9', 'pz'), 'pz 03-02 08:00.. open paused 03-02 08:20 left 00:40:00 late 03-02 09:00 cleared', 'a pause that began in time, reported after due: the breach is cleared');
SELECT go_on('p9', '03-02 10:00 to work', '03-02 10:40 to done');
SELECT is(line('p9', 'pz'), 'pz 03-02 08:00..03-02 10:40 stopped due 03-02 10:40 late 03-02 09:00 cleared', 'and the clock goes on as any other');
SELECT play('p10', 'pz', '03-02 08:00 open', '03-02 09:20 ~03-02 08:20 to wait', '03-02 10:00 to work', '03-02 10:41 to done');
SELECT is(line('p10', 'pz'), 'pz 03-02 08:00..03-02 10:41 stopped due 03-02 10:40 late 03-02 10:40', 'the same without a sweep, but too late in the end: the breach is that of the new due time');
SELECT play('p11', 'pz', '03-02 08:00 open', '03-02 08:20 to wait', '03-02 08:40 ~03-02 08:10 memo', '03-02 08:50 to work');
SELECT is(line('p11', 'pz'), 'pz 03-02 08:00.. open due 03-02 09:30', 'a late event before a pause leaves it alone');
SELECT play('p12', 'pw', '03-02 10:00 open', '03-02 11:00 to wait', '03-02 13:00 to work');
SELECT is(line('p12', 'pw'), 'pw 03-02 10:00.. open due 03-02 15:30', 'working time: the pause into lunch costs an hour of it');
SELECT play('p13', 'pw', '03-02 10:00 open', '03-02 12:30 to wait', '03-02 13:15 to work');
SELECT is(line('p13', 'pw'), 'pw 03-02 10:00.. open due 03-02 14:30', 'a pause within closed hours changes nothing');
SELECT play('p14', 'pw', '03-02 16:30 open', '03-02 17:30 to wait', '03-06 17:30 to work');
SELECT is(line('p14', 'pw'), 'pw 03-02 16:30.. open due 03-09 10:30', 'paused at closing, going on at closing');

-- ---------- priority changed while paused
SELECT play('q1', 'prio', '03-02 08:00 open', '03-02 08:20 to wait', '03-02 08:40 set priority=long');
SELECT is(line('q1', 'prio'), 'long 03-02 08:00.. open paused 03-02 08:20 left 01:40:00', 'changed while paused: the new target less what was used before the pause');
SELECT go_on('q1', '03-02 09:00 to work');
SELECT is(line('q1', 'prio'), 'long 03-02 08:00.. open due 03-02 10:40', 'the pause survives the change');
SELECT play('q2', 'prio', '03-02 08:00 open', '03-02 08:20 to wait', '03-02 08:40 set priority=high', '03-02 09:00 to work');
SELECT is(line('q2', 'prio'), 'high 03-02 08:00.. open due 03-02 09:00', 'a new target that was used up before: due when it goes on');
SELECT play('q3', 'prio', '03-02 08:00 open', '03-02 08:20 to wait', '03-02 08:40 set priority=hard');
SELECT is(line('q3', 'prio'), 'hard 03-02 08:00.. open due 03-02 10:00', 'to a rule that does not pause: it never did');
SELECT go_on('q3', '03-02 08:50 set priority=');
SELECT is(line('q3', 'prio'), 'usual 03-02 08:00.. open paused 03-02 08:20 left 00:40:00', 'and back: paused since then');
SELECT play('q4', 'prio', '03-02 08:00 open', '03-02 08:20 to wait', '03-02 08:40 set priority=day', '03-03 09:00 to work');
SELECT is(line('q4', 'prio'), 'day 03-02 08:00.. open due 03-03 23:59:59.999999', 'to days');
SELECT go_on('q4', '03-03 10:00 set priority=');
SELECT is(line('q4', 'prio'), 'usual 03-02 08:00.. open due 03-03 10:00', 'and back to an hour that is used up by then: due at the change');
SELECT play('q5', 'prio', '03-02 08:00 open', '03-02 11:00 set priority=shift', '03-02 11:30 to wait', '03-02 14:00 to work');
SELECT is(line('q5', 'prio'), 'shift 03-02 08:00.. open due 03-02 11:30 late 03-02 09:00', 'late by the old rule: the new target is counted, but nothing pauses it any more');
SELECT play('q6', 'prio', '03-02 08:00 open priority=long', '03-02 08:20 to wait', '03-02 08:30 set priority=shift', '03-02 14:00 to work');
SELECT is(line('q6', 'prio'), 'shift 03-02 08:00.. open due 03-02 17:00', 'to working time while paused before opening: nothing was used');
SELECT play('q7', 'prio', '03-02 08:00 open', '03-02 08:20 to wait', '03-02 08:30 to work', '03-02 08:50 ~03-02 08:25 set priority=long');
SELECT is(line('q7', 'prio'), 'long 03-02 08:00.. open due 03-02 10:10', 'a change reported late: matched as of then, with the pauses of its history');
SELECT play('q8', 'prio', '03-02 08:00 open', '03-02 08:20 to wait', '03-02 08:40 to done', '03-02 08:50 set priority=high');
SELECT is(line('q8', 'prio'), 'usual 03-02 08:00..03-02 08:40 stopped due 03-02 09:20', 'a stopped clock keeps its due time');
SELECT play('q9', 'prio', '03-02 08:00 open', '03-02 08:05 set priority=high', '03-02 08:08 set priority=', '03-02 08:20 to wait', '03-02 09:00 to done');
SELECT is(line('q9', 'prio'), 'usual 03-02 08:00..03-02 09:00 stopped due 03-02 09:40', 'to and fro: as if nothing had been');
SELECT play('q10', 'prio', '03-02 08:00 open', '03-02 08:30 set priority=high', '03-02 08:30 to wait');
SELECT is(line('q10', 'prio'), 'high 03-02 08:00.. open paused 03-02 08:30 left 00:00:00', 'due at the change, and paused at that instant: not late');

-- ---------- cycles
SELECT play('y1', 'cyc', '03-02 08:00 open', '03-02 08:10 to work', '03-02 08:20 to done', '03-02 08:30 to closed', '03-02 09:00 to work');
SELECT is(line('y1', 'cyc'), 'cyc 03-02 08:10..03-02 08:20 stopped due 03-02 09:10 | cyc 03-02 09:00.. open due 03-02 10:00', 'reopened after close: the second cycle');
SELECT go_on('y1', '03-02 11:00 sweep');
SELECT is(outcome('y1', 'cyc'), 'met,late', 'is judged by itself');
SELECT play('y2', 'run', '03-02 08:00 open', '03-02 08:10 go', '03-02 08:20 go', '03-02 09:10:00.000001 sweep');
SELECT is(line('y2', 'run'), 'run 03-02 08:10.. open due 03-02 09:10 late 03-02 09:10', 'a start while open is ignored');
SELECT go_on('y2', '03-02 09:20 go');
SELECT is(line('y2', 'run'), 'run 03-02 08:10.. open due 03-02 09:10 late 03-02 09:10', 'when it is late too');
SELECT play('y3', 'renew', '03-02 08:00 open', '03-02 08:10 go', '03-02 08:40 go', '03-02 09:20 go');
SELECT is(line('y3', 'renew'), 'renew 03-02 08:10..03-02 08:40 cancelled due 03-02 09:10 | renew 03-02 08:40..03-02 09:20 cancelled due 03-02 09:40 | renew 03-02 09:20.. open due 03-02 10:20', 'a start that cancels begins anew');
SELECT go_on('y3', '03-02 09:30 ~03-02 08:30 go');
SELECT is((SELECT string_agg(short(started_at) || '..' || coalesce(short(stopped_at), ''), ' ' ORDER BY started_at) FROM desk.sla_clock k JOIN played p USING (ticket_id) WHERE p.name = 'y3'),
          '03-02 08:10..03-02 08:30 03-02 08:30..03-02 08:40 03-02 08:40..03-02 09:20 03-02 09:20..', 'a late one between two others');
SELECT is((SELECT array_agg(cycle ORDER BY started_at) FROM desk.sla_clock k JOIN played p USING (ticket_id) WHERE p.name = 'y3'), '{1,2,3,4}', 'cycles are numbered anew');
SELECT play('y4', 'run', '03-02 08:00 open', '03-02 08:10 go', '03-02 08:30 stop+go');
SELECT is(line('y4', 'run'), 'run 03-02 08:10..03-02 08:30 stopped due 03-02 09:10 | run 03-02 08:30.. open due 03-02 09:30', 'stop and start at one instant');
SELECT play('y5', 'run', '03-02 08:00 open', '03-02 08:10 go', '03-02 08:30 memo', '03-02 08:40 ~03-02 08:30 stop', '03-02 08:50 ~03-02 08:30 go');
SELECT is(line('y5', 'run'), 'run 03-02 08:10..03-02 08:30 stopped due 03-02 09:10 | run 03-02 08:30.. open due 03-02 09:30', 'and reported late, in that order');

-- ---------- repeats
SELECT play('r1', 'rep', '03-02 08:00 open', '03-02 08:00 go', '03-02 08:30 tick', '03-02 09:30 tick', '03-02 11:00 tick', '03-02 11:10 off', '03-02 11:20 tick');
SELECT is(line('r1', 'rep'), 'rep 03-02 08:00..03-02 08:30 stopped due 03-02 09:00 | rep 03-02 08:30..03-02 09:30 stopped due 03-02 09:30 | rep 03-02 09:30..03-02 11:00 stopped due 03-02 10:30 late 03-02 10:30'
          ' | rep 03-02 11:00..03-02 11:10 cancelled due 03-02 12:00', 'starts again at once on stop, not on cancel');
SELECT play('r2', 'rep', '03-02 08:00 open', '03-02 08:00 go', '03-02 08:30 tick', '03-02 08:40 ~03-02 08:10 tick');
SELECT is(line('r2', 'rep'), 'rep 03-02 08:00..03-02 08:10 stopped due 03-02 09:00 | rep 03-02 08:10..03-02 08:30 stopped due 03-02 09:10 | rep 03-02 08:30.. open due 03-02 09:30', 'a late stop makes a cycle more');
SELECT is((SELECT array_agg(cycle ORDER BY started_at) FROM desk.sla_clock k JOIN played p USING (ticket_id) WHERE p.name = 'r2'), '{1,2,3}', 'in order');

-- ---------- starts_when all
SELECT play('a1', 'all', '03-02 08:00 open', '03-02 08:10 a', '03-02 08:20 b');
SELECT is(line('a1', 'all'), 'all 03-02 08:20.. open due 03-02 09:20', 'starts with the last of them');
SELECT play('a2', 'all', '03-02 08:00 open', '03-02 08:10 b', '03-02 08:15 b', '03-02 08:20 a');
SELECT is(line('a2', 'all'), 'all 03-02 08:20.. open due 03-02 09:20', 'in the other order');
SELECT play('a3', 'all', '03-02 08:00 open', '03-02 08:20 b', '03-02 08:30 ~03-02 08:10 a');
SELECT is(line('a3', 'all'), 'all 03-02 08:20.. open due 03-02 09:20', 'the first reported late: starts with the one that happened last');
SELECT play('a4', 'all', '03-02 08:00 open', '03-02 08:10 a', '03-02 08:40 memo', '03-02 08:50 ~03-02 08:20 b');
SELECT is(line('a4', 'all'), 'all 03-02 08:20.. open due 03-02 09:20', 'the last reported late');
SELECT play('a5', 'all', '03-02 08:00 open', '03-02 08:10 a', '03-02 08:15 a');
SELECT is(line('a5', 'all'), 'none', 'one of them twice is not all');
SELECT play('a6', 'all', '03-02 08:00 open', '03-02 08:10 a', '03-02 08:20 b', '03-02 08:30 stop', '03-02 08:40 a');
SELECT is(line('a6', 'all'), 'all 03-02 08:20..03-02 08:30 stopped due 03-02 09:20', 'for the next cycle one is not enough');
SELECT go_on('a6', '03-02 08:50 b');
SELECT is(line('a6', 'all'), 'all 03-02 08:20..03-02 08:30 stopped due 03-02 09:20 | all 03-02 08:50.. open due 03-02 09:50', 'all of them anew');
SELECT play('a7', 'all', '03-02 08:00 open', '03-02 08:10 c', '03-02 08:20 to work');
SELECT is(line('a7', 'all_s'), 'all_s 03-02 08:20.. open due 03-02 09:20', 'the opening and a move among them');
SELECT play('a8', 'all', '03-02 08:00 open', '03-02 08:20 to work', '03-02 08:30 ~03-02 08:10 c');
SELECT is(line('a8', 'all_s'), 'all_s 03-02 08:20.. open due 03-02 09:20', 'and the event reported late');
SELECT play('a9', 'all', '03-02 08:00 open', '03-02 08:10 a+b');
SELECT is(line('a9', 'all'), 'all 03-02 08:10.. open due 03-02 09:10', 'all in one statement');

-- ---------- due: chains
SELECT play('h1', 'chain', '03-02 08:00 open', '03-02 08:00 go', '03-02 09:00 sweep');
SELECT is(line('h1', 'y'), 'none', 'at the due time itself nothing has happened');
SELECT go_on('h1', '03-02 09:30 sweep');
SELECT is(line('h1', 'x'), 'x 03-02 08:00.. open due 03-02 09:00 late 03-02 09:00', 'the first is late');
SELECT is(line('h1', 'y'), 'y 03-02 09:00.. open due 03-02 10:00', 'the next has started then');
SELECT go_on('h1', '03-02 09:40 stop', '03-02 20:00 sweep');
SELECT is(line('h1', 'y'), 'y 03-02 09:00..03-02 09:40 stopped due 03-02 10:00', 'and is met');
SELECT is(line('h1', 'z'), 'none', 'the third never started');
SELECT play('h2', 'chain', '03-02 08:00 open', '03-02 08:00 go', '03-02 12:30 stop');
SELECT is(line('h2', 'x'), 'x 03-02 08:00..03-02 12:30 stopped due 03-02 09:00 late 03-02 09:00', 'never swept: the first');
SELECT is(line('h2', 'y'), 'y 03-02 09:00..03-02 12:30 stopped due 03-02 10:00 late 03-02 10:00', 'the second');
SELECT is(line('h2', 'z'), 'z 03-02 10:00..03-02 12:30 stopped due 03-02 11:00 late 03-02 11:00', 'the third');
SELECT play('h3', 'chain', '03-02 08:00 open', '03-02 08:00 go', '03-02 12:00 sweep', '03-02 12:30 stop');
SELECT is(line('h3', c), line('h2', c), 'swept: the same, clock ' || c) FROM unnest('{x,y,z}'::text[]) c;
SELECT go_on('h3', '03-02 12:40 ~03-02 08:30 stop');
SELECT is(line('h3', 'x'), 'x 03-02 08:00..03-02 08:30 stopped due 03-02 09:00 late 03-02 09:00 cleared', 'a stop in time reported late: the first is cleared');
SELECT is((SELECT string_agg(clock || cycle || ended_as || coalesce(short(b.due_at), '-') || CASE WHEN b.cleared_at IS NULL THEN '' ELSE ' cleared' END, ', ' ORDER BY clock)
           FROM desk.sla_clock k JOIN played p USING (ticket_id) LEFT JOIN desk.sla_breach b USING (clock_id) WHERE p.name = 'h3' AND clock <> 'x'),
          'y0voided03-02 10:00 cleared, z0voided03-02 11:00 cleared', 'the others never started');
SELECT play('h4', 'chain', '03-02 08:00 open', '03-02 08:00 go', '03-02 09:00 stop', '03-02 20:00 sweep');
SELECT is(line('h4', 'y'), 'none', 'stopped exactly at due: no chain');
SELECT play('h5', 'chain', '03-02 08:00 open', '03-02 08:00 go', '03-02 09:10 off', '03-02 20:00 sweep');
SELECT is(line('h5', 'y'), 'y 03-02 09:00.. open due 03-02 10:00 late 03-02 10:00', 'the first cancelled after its due time: the chain goes on');
SELECT play('h6', 'chain', '03-02 08:00 open', '03-02 08:00 go', '03-02 08:30 stop', '03-02 08:40 go', '03-02 10:00 ~03-02 08:10 memo', '03-02 12:00 sweep');
SELECT is(line('h6', 'y'), 'y 03-02 09:40.. open due 03-02 10:40 late 03-02 10:40', 'the chain of a second cycle');
SELECT is(line('h6', 'z'), 'z 03-02 10:40.. open due 03-02 11:40 late 03-02 11:40', 'to its end');

-- ---------- due_from
SELECT play('f1', 'from', '03-02 08:00 open agreed_at:=2026-03-03T15:00:00+08:00 agreed_on:=2026-03-04');
SELECT is(due('f1', 'at'), '03-03 15:00', 'the agreed time');
SELECT is(due('f1', 'on_day'), '03-04 23:59:59.999999', 'the end of the agreed day');
SELECT is((SELECT string_agg(clock || coalesce(target::text, '-'), ' ' ORDER BY clock) FROM desk.sla_clock JOIN played USING (ticket_id) WHERE name = 'f1'), 'at- at_day- at_only- on_day-', 'without a target');
SELECT play('f2', 'from', '03-02 08:00 open');
SELECT is(due('f2', 'at'), '03-02 10:00', 'none agreed: the target');
SELECT is(line('f2', 'at_only'), 'at_only 03-02 08:00.. open', 'and where there is none: never late');
SELECT go_on('f2', '03-02 09:00 set agreed_at:=2026-03-02T18:00:00+08:00');
SELECT is(due('f2', 'at'), '03-02 18:00', 'agreed later: from then on');
SELECT is(due('f2', 'at_only'), '03-02 18:00', 'for the other too');
SELECT go_on('f2', '03-02 09:30 set agreed_at:=2026-03-02T17:00:00+08:00', '03-02 09:40 memo', '03-02 09:50 set agreed_at:=2026-03-02T16:00:00+08:00');
SELECT is(due('f2', 'at'), '03-02 16:00', 'and changed again');
SELECT go_on('f2', '03-02 10:30 set agreed_at:=2026-03-02T09:00:00+08:00');
SELECT is(due('f2', 'at'), '03-02 10:30', 'to a time in the past: due at the change');
SELECT play('f3', 'from', '03-02 08:00 open agreed_at:=2026-03-01T15:00:00+08:00 agreed_on:=2026-03-01', '03-02 08:00:00.000001 sweep');
SELECT is(line('f3', 'at'), 'at 03-02 08:00.. open due 03-02 08:00 late 03-02 08:00', 'in the past at the start: due at the start');
SELECT is(line('f3', 'on_day'), 'on_day 03-02 08:00.. open due 03-02 08:00 late 03-02 08:00', 'a day likewise');
SELECT play('f4', 'from', '03-02 08:00 open agreed_at:=2026-03-02T12:00:00+08:00', '03-02 09:00 to wait');
SELECT is(line('f4', 'at_day'), 'at_day 03-02 08:00.. open paused 03-02 09:00 left 03:00:00', 'paused: the time left to the agreed one');
SELECT go_on('f4', '03-02 10:00 to work');
SELECT is(line('f4', 'at_day'), 'at_day 03-02 08:00.. open due 03-02 13:00', 'and put off by the pause');
SELECT is(line('f4', 'at'), 'at 03-02 08:00.. open due 03-02 12:00', 'without pauses it stays');
SELECT go_on('f4', '03-02 12:00 stop');
SELECT is(line('f4', 'at'), 'at 03-02 08:00..03-02 12:00 stopped due 03-02 12:00', 'met exactly then');
SELECT play('f5', 'from', '03-02 08:00 open agreed_at:=2026-03-02T12:00:00+08:00', '03-02 09:00 memo', '03-02 09:30 ~03-02 08:30 stop');
SELECT is(line('f5', 'at'), 'at 03-02 08:00..03-02 08:30 stopped due 03-02 12:00', 'replayed: the agreed time is found again');

-- ---------- any_of: one of the group is enough
SELECT play('g1', 'grp', '03-02 08:00 open', '03-02 08:30 pa', '03-02 09:30 qa');
SELECT is(line('g1', 'p') || ' & ' || line('g1', 'q'), 'p 03-02 08:00..03-02 08:30 stopped due 03-02 09:00 & q 03-02 08:00..03-02 09:30 stopped due 03-02 10:00', 'both met');
SELECT play('g2', 'grp', '03-02 08:00 open', '03-02 09:20 sweep', '03-02 09:30 qa');
SELECT is(line('g2', 'p') || ' & ' || line('g2', 'q'), 'p 03-02 08:00.. open due 03-02 09:00 & q 03-02 08:00..03-02 09:30 stopped due 03-02 10:00', 'the first missed, the second met: no breach');
SELECT is(outcome('g2', 'p'), 'covered', 'the view does not call the first late');
SELECT go_on('g2', '03-02 20:00 sweep', '03-02 20:10 pa');
SELECT is(line('g2', 'p'), 'p 03-02 08:00..03-02 20:10 stopped due 03-02 09:00', 'never');
SELECT is(outcome('g2', 'p'), 'covered', 'nor breached: the group was met');
SELECT play('g3', 'grp', '03-02 08:00 open', '03-02 08:30 pa', '03-02 10:30 sweep', '03-02 11:00 qa');
SELECT is(line('g3', 'p') || ' & ' || line('g3', 'q'), 'p 03-02 08:00..03-02 08:30 stopped due 03-02 09:00 & q 03-02 08:00..03-02 11:00 stopped due 03-02 10:00', 'the first met, the second missed: no breach');
SELECT play('g4', 'grp', '03-02 08:00 open', '03-02 10:30 sweep');
SELECT is(line('g4', 'p') || ' & ' || line('g4', 'q'), 'p 03-02 08:00.. open due 03-02 09:00 & q 03-02 08:00.. open due 03-02 10:00 late 03-02 10:00', 'both missed: one breach, on the one missed last');
SELECT play('g5', 'grp', '03-02 08:00 open', '03-02 09:30 sweep', '03-02 10:30 sweep', '03-02 10:40 qa', '03-02 10:50 pa');
SELECT is(line('g5', 'p') || ' & ' || line('g5', 'q'), 'p 03-02 08:00..03-02 10:50 stopped due 03-02 09:00 & q 03-02 08:00..03-02 10:40 stopped due 03-02 10:00 late 03-02 10:00', 'in two sweeps, then stopped: the same breach');
SELECT play('g6', 'grp', '03-02 08:00 open', '03-02 09:30 pa', '03-02 10:30 qa');
SELECT is(line('g6', 'p') || ' & ' || line('g6', 'q'), 'p 03-02 08:00..03-02 09:30 stopped due 03-02 09:00 & q 03-02 08:00..03-02 10:30 stopped due 03-02 10:00 late 03-02 10:00', 'both stopped late');
SELECT play('g7', 'grp', '03-02 08:00 open', '03-02 10:30 sweep', '03-02 10:40 ~03-02 08:30 pa');
SELECT is(line('g7', 'p') || ' & ' || line('g7', 'q'), 'p 03-02 08:00..03-02 08:30 stopped due 03-02 09:00 & q 03-02 08:00.. open due 03-02 10:00 late 03-02 10:00 cleared', 'one turns out met: the breach of the other is cleared');
SELECT play('g8', 'grp', '03-02 08:00 open', '03-02 09:30 pa', '03-02 09:40 ~03-02 08:30 memo', '03-02 10:30 sweep');
SELECT is(line('g8', 'p') || ' & ' || line('g8', 'q'), 'p 03-02 08:00..03-02 09:30 stopped due 03-02 09:00 & q 03-02 08:00.. open due 03-02 10:00 late 03-02 10:00', 'an event reported late changes nothing');

-- ---------- mandatory
SELECT play('m1', 'must', '03-02 08:00 open', '03-02 08:10 memo');
SELECT alike(refused('m1', '03-02 08:20 go'), 'SV010 no rule of clock "must" fits%', 'a mandatory clock that no rule fits');
SELECT is(refused('m1', '03-02 08:20 set kind:=k'), 'done', 'the value it needs');
SELECT is(refused('m1', '03-02 08:30 go'), 'done', 'and the start');
SELECT alike(refused('m1', '03-02 08:40 set kind:=other'), 'SV010 no rule of clock "must" fits%', 'which an open one goes on needing');
SELECT is(refused('m1', '03-02 08:50 stop'), 'done', 'until it is stopped');
SELECT is(refused('m1', '03-02 09:00 set kind:=other'), 'done', 'then not');

-- ---------- starts that no rule matched
SELECT play('n1', 'phantom', '03-02 08:00 open', '03-02 08:10 go', '03-02 08:30 set kind:=k');
SELECT is(line('n1', 'ph'), 'ph 03-02 08:10.. open due 03-02 09:10', 'matched later: from the original start');
SELECT play('n2', 'phantom', '03-02 08:00 open', '03-02 08:10 go', '03-02 10:00 set kind:=k', '03-02 10:00:00.000001 sweep');
SELECT is(line('n2', 'ph'), 'ph 03-02 08:10.. open due 03-02 10:00 late 03-02 10:00', 'due not before the change');
SELECT play('n3', 'phantom', '03-02 08:00 open', '03-02 08:10 go', '03-02 08:20 stop', '03-02 08:30 set kind:=k');
SELECT is(line('n3', 'ph'), 'none', 'stopped before it matched: nothing');
SELECT play('n4', 'phantom', '03-02 08:00 open', '03-02 08:10 go', '03-02 08:20 off', '03-02 08:30 set kind:=k', '03-02 08:40 go');
SELECT is(line('n4', 'ph'), 'ph 03-02 08:40.. open due 03-02 09:40', 'cancelled before: the next start is the first cycle');
SELECT play('n5', 'phantom', '03-02 08:00 open kind:=k', '03-02 08:10 go', '03-02 08:20 set kind:=x', '03-02 20:00 sweep');
SELECT is(line('n5', 'ph'), 'ph 03-02 08:10..03-02 08:20 voided due 03-02 09:10', 'no match any more: voided, and never late');
SELECT go_on('n5', '03-02 20:10 set kind:=slow', '03-02 20:20 set kind:=k');
SELECT is(line('n5', 'ph'), 'ph 03-02 08:10.. open due 03-02 20:20 late 03-02 20:10', 'revived: due when it was revived, late from then on; the next target is due at its change');
SELECT play('n6', 'phantom', '03-02 08:00 open', '03-02 08:10 go', '03-02 08:20 go', '03-02 08:30 set kind:=slow');
SELECT is(line('n6', 'ph'), 'ph_slow 03-02 08:10.. open due 03-02 12:10', 'two starts that did not match: the first counts');
SELECT play('n7', 'phantom', '03-02 08:00 open', '03-02 08:10 to wait', '03-02 08:30 set kind:=k', '03-02 08:40 to work');
SELECT is(line('n7', 'pp'), 'ph_pause 03-02 08:00.. open due 03-02 09:30', 'pauses from before the match count');
SELECT play('n8', 'phantom', '03-02 08:00 open kind:=k', '03-02 08:10 go', '03-02 09:30 set kind:=x', '03-02 20:00 sweep');
SELECT is(line('n8', 'ph'), 'ph 03-02 08:10..03-02 09:30 voided due 03-02 09:10 late 03-02 09:10', 'voided when late already: the breach stays');
SELECT play('n9', 'phantom', '03-02 08:00 open kind:=k', '03-02 08:10 go', '03-02 08:20 set kind:=x', '03-02 08:30 stop', '03-02 08:40 set kind:=k');
SELECT is(line('n9', 'ph'), 'ph 03-02 08:10..03-02 08:20 voided due 03-02 09:10', 'stopped while voided: it is over, a match does not revive it');

-- ---------- days and pauses over midnight
SELECT play('d1', 'day', '03-02 10:00 open', '03-02 10:00 go');
SELECT is(due('d1', 'cd') || ', ' || due('d1', 'wd'), '03-04 23:59:59.999999, 03-04 23:59:59.999999', 'two days');
SELECT play('d2', 'day', '03-02 10:00 open', '03-02 10:00 go', '03-03 20:00 to wait', '03-03 23:59:59.999999 to work');
SELECT is(due('d2', 'cd') || ', ' || due('d2', 'wd'), '03-04 23:59:59.999999, 03-04 23:59:59.999999', 'runs again at the last microsecond: the day counts');
SELECT play('d3', 'day', '03-02 10:00 open', '03-02 10:00 go', '03-03 20:00 to wait', '03-04 00:00 to work');
SELECT is(due('d3', 'cd') || ', ' || due('d3', 'wd'), '03-05 23:59:59.999999, 03-06 23:59:59.999999', 'a microsecond later: it does not');
SELECT play('d4', 'day', '03-02 10:00 open', '03-02 10:00 go', '03-03 23:59:59.999999 to wait');
SELECT is(line('d4', 'cd'), 'cd 03-02 10:00.. open paused 03-03 23:59:59.999999 left 2 days', 'paused at the last microsecond: the day does not count');
SELECT is(line('d4', 'z'), 'z 03-02 10:00.. open due 03-02 23:59:59.999999 late 03-02 23:59:59.999999', 'late already: not paused');
SELECT play('d5', 'day', '03-02 10:00 open', '03-02 10:00 go', '03-04 00:00 to wait');
SELECT is(line('d5', 'cd'), 'cd 03-02 10:00.. open paused 03-04 00:00 left 1 day', 'paused at midnight: the day that ended counts');
SELECT play('d6', 'day', '03-02 10:00 open', '03-02 10:00 go', '03-02 11:00 to wait', '03-03 11:00 to work');
SELECT is(due('d6', 'cd') || ', ' || due('d6', 'wd'), '03-04 23:59:59.999999, 03-04 23:59:59.999999', 'paused over the end of the start day, which does not count anyway');
SELECT is(due('d6', 'z'), '03-03 23:59:59.999999', 'zero days: the end of the day on which it goes on');
SELECT play('d7', 'day', '03-02 10:00 open', '03-02 10:00 go', '03-04 12:00 to wait', '03-04 13:00 to work', '03-04 14:00 to wait', '03-04 15:00 to work');
SELECT is(due('d7', 'cd'), '03-04 23:59:59.999999', 'pauses within a day cost nothing');
SELECT play('d8', 'day', '03-02 10:00 open', '03-02 10:00 go', '03-04 18:00 to wait', '03-05 09:00 to work');
SELECT is(due('d8', 'wd'), '03-06 23:59:59.999999', 'working days: on after a holiday');
SELECT play('d9', 'day', '03-02 10:00 open', '03-02 10:00 go', '03-04 18:00 to wait', '03-07 09:00 stop');
SELECT is(line('d9', 'wd'), 'wd 03-02 10:00..03-07 09:00 stopped due 03-09 23:59:59.999999', 'stopped while paused: met');
SELECT play('d10', 'day', '03-02 10:00 open', '03-02 10:00 go', '03-03 20:00 to wait', '03-03 21:00 ~03-03 12:00 memo', '03-06 09:00 to work');
SELECT is(due('d10', 'cd') || ', ' || due('d10', 'wd'), '03-07 23:59:59.999999, 03-09 23:59:59.999999', 'with a late event: the same by replay');

\ir lib/clock_end.sql
