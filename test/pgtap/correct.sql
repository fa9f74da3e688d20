-- correct_event(), void_ticket() and verify_clocks(): what was wrong is put
-- right by a further event, and clocks and state are those of the history as
-- it should have been.
\ir lib/clock.sql

-- Corrects the n-th event of a name, in the order of recording.
CREATE FUNCTION correct(name text, event text, nth integer, told text, happened text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE id bigint;
BEGIN
    PERFORM at(('2026-' || told)::timestamptz);
    SELECT e.event_id INTO id FROM desk.ticket_event e JOIN played p USING (ticket_id) WHERE p.name = correct.name AND e.event = correct.event ORDER BY seq OFFSET nth - 1 LIMIT 1;
    PERFORM aftersales.correct_event(id, 'entered wrongly', ('2026-' || happened)::timestamptz);
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
CREATE FUNCTION void(name text, told text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM at(('2026-' || told)::timestamptz);
    PERFORM aftersales.void_ticket(ticket_id, 'never opened') FROM played p WHERE p.name = void.name;
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
CREATE FUNCTION cycles(name text, c text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('%s:%s %s', cycle, short(started_at), coalesce(ended_as, 'open')), ', ' ORDER BY cycle, started_at) FROM desk.sla_clock JOIN played p USING (ticket_id) WHERE p.name = cycles.name AND clock = c $$;

-- ---------- a stop put at another time
SELECT play('s1', 'run', '03-02 08:00 open', '03-02 08:00 go', '03-02 09:30 stop');
SELECT is(correct('s1', 'stop', 1, '03-02 10:00', '03-02 08:30'), 'done', 'a stop was in time');
SELECT is(line('s1', 'run'), 'run 03-02 08:00..03-02 08:30 stopped due 03-02 09:00 late 03-02 09:00 cleared', 'the breach is cleared');
SELECT is(outcome('s1', 'run'), 'cleared', 'and still counts');
SELECT is(correct('s1', 'stop', 1, '03-02 10:10', '03-02 09:00:00.000001'), 'done', 'corrected once more, by the event first recorded');
SELECT is(line('s1', 'run'), 'run 03-02 08:00..03-02 09:00:00.000001 stopped due 03-02 09:00 late 03-02 09:00', 'late again');
SELECT is(history('s1'), 'go@03-02 08:00/app stop@03-02 09:30/app correction@03-02 08:30/retimed correction@03-02 09:00:00.000001/retimed', 'the history keeps all of it');
SELECT is((SELECT string_agg(coalesce(corrects::text, '-'), ' ' ORDER BY seq) FROM desk.ticket_event JOIN played USING (ticket_id) WHERE name = 's1'), '- - - 3 4', 'each correction names what it corrects');
SELECT is((SELECT string_agg(p.note, ', ') FROM desk.event_private p JOIN desk.ticket_event USING (event_id) JOIN played USING (ticket_id) WHERE name = 's1'), 'entered wrongly, entered wrongly', 'and has its reason');
SELECT play('s2', 'run', '03-02 08:00 open', '03-02 08:00 go', '03-02 08:30 stop');
SELECT is(correct('s2', 'stop', 1, '03-02 10:00', '03-02 09:30'), 'done', 'a stop was too late');
SELECT is(line('s2', 'run'), 'run 03-02 08:00..03-02 09:30 stopped due 03-02 09:00 late 03-02 09:00', 'a breach after all');

-- ---------- an event taken out
SELECT is(correct('s2', 'stop', 1, '03-02 10:10'), 'done', 'there was no stop');
SELECT is(line('s2', 'run'), 'run 03-02 08:00.. open due 03-02 09:00 late 03-02 09:00', 'the clock is open again');
SELECT alike(correct('s2', 'stop', 1, '03-02 10:20'), 'SV004 event % does not stand any more', 'it cannot be taken out twice');
SELECT go_on('s2', '03-02 10:30 stop');
SELECT is(line('s2', 'run'), 'run 03-02 08:00..03-02 10:30 stopped due 03-02 09:00 late 03-02 09:00', 'the next stop stops it');
SELECT play('o1', 'run', '03-02 08:00 open', '03-02 08:00 go', '03-02 09:30 memo');
SELECT is(correct('o1', 'go', 1, '03-02 10:00'), 'done', 'there was no start');
SELECT is(cycles('o1', 'run'), '0:03-02 08:00 voided', 'the clock is voided');
SELECT is((SELECT cleared_at IS NOT NULL FROM desk.sla_breach JOIN desk.sla_clock USING (clock_id) JOIN played USING (ticket_id) WHERE name = 'o1'), true, 'its breach is cleared, and stays');
SELECT go_on('o1', '03-02 10:10 go');
SELECT is(cycles('o1', 'run'), '0:03-02 08:00 voided, 1:03-02 10:10 open', 'the next start is the first cycle');
SELECT play('o2', 'run', '03-02 08:00 open', '03-02 08:00 go', '03-02 08:20 stop', '03-02 08:30 go', '03-02 08:40 stop');
SELECT is(correct('o2', 'stop', 1, '03-02 08:50'), 'done', 'the first of two stops is taken out');
SELECT is(cycles('o2', 'run'), '0:03-02 08:30 voided, 1:03-02 08:00 stopped', 'the second start was none');
SELECT is(due('o2', 'run'), '03-02 09:00', 'and the clock is the first');

-- ---------- a start put at another time
SELECT play('g1', 'run', '03-02 08:00 open', '03-02 08:30 go');
SELECT is(correct('g1', 'go', 1, '03-02 08:40', '03-02 08:10'), 'done', 'a start was earlier');
SELECT is(line('g1', 'run'), 'run 03-02 08:10.. open due 03-02 09:10', 'the clock starts then');
SELECT is(correct('g1', 'go', 1, '03-02 10:00', '03-02 09:50'), 'done', 'no, later');
SELECT is(line('g1', 'run'), 'run 03-02 09:50.. open due 03-02 10:50 late 03-02 09:10 cleared', 'late in the meantime: cleared');
SELECT go_on('g1', '03-02 10:51 sweep');
SELECT is(line('g1', 'run'), 'run 03-02 09:50.. open due 03-02 10:50 late 03-02 10:50', 'until it is late by the right time');
SELECT play('g2', 'chain', '03-02 08:00 open', '03-02 08:00 go', '03-02 09:30 sweep');
SELECT is(correct('g2', 'go', 1, '03-02 10:00', '03-02 08:20'), 'done', 'a start that others hang on');
SELECT is(cycles('g2', 'y'), '1:03-02 09:20 open', 'they move along');
SELECT is(correct('g2', 'go', 1, '03-02 10:10', '03-02 08:25'), 'done', 'once more');
SELECT is(cycles('g2', 'y'), '1:03-02 09:25 open', 'and once more');
SELECT is(correct('g2', 'go', 1, '03-02 10:15', '03-02 08:00'), 'done', 'and back to where it was');
SELECT is((SELECT string_agg(short(started_at), ' ') FROM desk.sla_clock JOIN played USING (ticket_id) WHERE name = 'g2' AND clock = 'y' AND cycle = 1), '03-02 09:00', 'with one y');
SELECT is(correct('g2', 'go', 1, '03-02 10:20'), 'done', 'never started');
SELECT is((SELECT count(*) FROM desk.sla_clock JOIN played USING (ticket_id) WHERE name = 'g2' AND cycle > 0), 0::bigint, 'none of them is left');
SELECT play('g3', 'chain', '03-02 08:00 open', '03-02 08:00 go', '03-02 09:30 sweep');
SELECT is(correct('g3', 'go', 1, '03-02 09:35', '03-02 09:10'), 'done', 'a start so much later that nothing was due');
SELECT is(cycles('g3', 'y'), '0:03-02 09:00 voided', 'what its due time had started is voided');
SELECT go_on('g3', '03-02 10:30 sweep');
SELECT is(cycles('g3', 'y'), '0:03-02 09:00 voided, 1:03-02 10:10 open', 'and starts at the right time');
SELECT is(correct('g3', 'go', 1, '03-02 10:40', '03-02 09:12'), 'done', 'once more');
SELECT is(cycles('g3', 'y'), '0:03-02 09:00 voided, 1:03-02 10:12 open', 'from where it moves along');
SELECT is(correct('g3', 'go', 1, '03-02 10:45', '03-02 08:00'), 'done', 'back to where it was first');
SELECT is((SELECT string_agg(short(started_at), ' ') FROM desk.sla_clock JOIN played USING (ticket_id) WHERE name = 'g3' AND clock = 'y' AND cycle = 1), '03-02 09:00', 'one y, and that is the first cycle');

-- ---------- moves
SELECT play('m1', 'pz', '03-02 08:00 open', '03-02 08:20 to wait', '03-02 08:40 to work', '03-02 09:10 to done');
SELECT is(correct('m1', 'status:wait', 1, '03-02 09:20', '03-02 08:30'), 'done', 'a pause began later');
SELECT is(line('m1', 'pz'), 'pz 03-02 08:00..03-02 09:10 stopped due 03-02 09:10', 'the due time follows');
SELECT is(correct('m1', 'status:wait', 1, '03-02 09:30'), 'done', 'there was none');
SELECT is(line('m1', 'pz'), 'pz 03-02 08:00..03-02 09:10 stopped due 03-02 09:00 late 03-02 09:00', 'too late, then');
SELECT is(correct('m1', 'status:done', 1, '03-02 09:40'), 'done', 'the last move was none');
SELECT is(ticket('m1', 'status') || ' ' || short(ticket('m1', 'status_at')::timestamptz), 'work 03-02 08:40', 'the ticket is where it was before');
SELECT is(line('m1', 'pz'), 'pz 03-02 08:00.. open due 03-02 09:00 late 03-02 09:00', 'its clock too');
SELECT is(refused('m1', '03-02 09:50 to done'), 'done', 'and goes on from there');
SELECT play('m2', 'pz', '03-02 08:00 open', '03-02 08:20 to late', '03-02 08:30 to wait', '03-02 08:40 to late');
SELECT is(correct('m2', 'status:late', 1, '03-02 08:50', '03-02 08:25'), 'done', 'within its place');
SELECT alike(correct('m2', 'status:wait', 1, '03-02 08:50', '03-02 08:45'), 'done', 'past the next one: late to late is no move, then to wait');
SELECT is(ticket('m2', 'status') || ' ' || short(ticket('m2', 'status_at')::timestamptz), 'wait 03-02 08:45', 'the last of them counts');
SELECT play('m3', 'pz', '03-02 08:00 open status=held', '03-02 08:10 to work', '03-02 08:20 to late', '03-02 08:30 to done');
SELECT alike(correct('m3', 'status:work', 1, '03-02 08:50'), 'SV001 the moves that are left would not be allowed', 'a move that others need cannot be taken out');
SELECT alike(correct('m3', 'status:work', 1, '03-02 08:50', '03-02 08:25'), 'SV001 the moves that are left would not be allowed', 'nor put behind them');
SELECT is(ticket('m3', 'status') || ' ' || ticket('m3', 'event_seq'), 'done 4', 'and nothing of it stays');

-- ---------- the opening, and changes
SELECT play('p1', 'pz', '03-02 08:00 open', '03-02 08:50 set priority=high');
SELECT is(correct('p1', 'opened', 1, '03-02 08:55', '03-02 08:30'), 'done', 'opened later');
SELECT is(short(ticket('p1', 'opened_at')::timestamptz) || ' ' || due('p1', 'pz'), '03-02 08:30 03-02 09:30', 'the ticket and its clock say so');
SELECT alike(correct('p1', 'opened', 1, '03-02 08:55'), 'SV004 a ticket''s opening cannot be taken out', 'an opening cannot be taken out');
SELECT alike(correct('p1', 'changed:priority', 1, '03-02 08:55'), 'SV004 a change of a column cannot be taken out', 'nor a change');
SELECT alike(correct('p1', 'correction', 1, '03-02 08:55'), 'SV004 a ticket''s opening cannot be taken out', 'nor its correction, which stands for it');
SELECT alike(correct('p1', 'changed:priority', 1, '03-02 08:55', '03-02 08:20'), 'SV005%', 'nothing happens before the opening');
SELECT alike(correct('p1', 'changed:priority', 1, '03-02 08:55', '03-02 08:56'), 'SV005 the reported time lies in the future%', 'nor in the future');
SELECT alike(correct('p1', 'changed:priority', 1, '03-02 08:55', 'infinity'), '%', 'nor never');
SELECT play('c1', 'prio', '03-02 08:00 open', '03-02 08:30 set priority=long', '03-02 08:40 set priority=high');
SELECT is(correct('c1', 'changed:priority', 1, '03-02 08:50', '03-02 08:35'), 'done', 'a change put at another time');
SELECT alike(correct('c1', 'changed:priority', 1, '03-02 08:50', '03-02 08:45'), 'SV005 the new time would put changes of one column into another order', 'not past the next of its column');
SELECT is(correct('c1', 'changed:priority', 2, '03-02 08:50', '03-02 08:36'), 'done', 'the next one');
SELECT is(line('c1', 'prio'), 'high 03-02 08:00.. open due 03-02 08:36 late 03-02 08:36', 'due, and late, at the change, which is earlier now');
SELECT play('c2', 'who', '03-02 08:00 open org_id=1 assignee=s1', '03-02 09:30 set assignee=s2');
SELECT is(whose('c2', 'who'), '1/s1/line', 'handed over after due');
SELECT is(correct('c2', 'changed:assignee', 1, '03-02 09:40', '03-02 08:50'), 'done', 'no, before');
SELECT is(whose('c2', 'who'), '1/s2/line', 'the breach is the other''s');

-- ---------- what time has done
SELECT play('t1', 'tm', '03-02 08:00 open', '03-02 09:30 sweep');
SELECT is(ticket('t1', 'status'), 'late', 'moved as of due');
SELECT is(correct('t1', 'opened', 1, '03-02 09:40', '03-02 08:45'), 'done', 'opened later: it was not due');
SELECT is(line('t1', 'tm'), 'tm 03-02 08:45.. open due 03-02 09:45 late 03-02 09:00 cleared', 'the breach is cleared');
SELECT is(ticket('t1', 'status'), 'late', 'what has been done stays, to be corrected too');
SELECT is(correct('t1', 'status:late', 1, '03-02 09:41'), 'done', 'it is');
SELECT is(ticket('t1', 'status'), 'new', 'and the ticket is where it was');
SELECT go_on('t1', '03-02 09:50 sweep');
SELECT is(ticket('t1', 'status') || ' ' || short(ticket('t1', 'status_at')::timestamptz), 'late 03-02 09:45', 'until it is late by the right time');
SELECT play('t2', 'run', '03-02 08:00 open', '03-02 08:00 go');
SELECT is(correct('t2', 'go', 1, '03-02 09:30', '03-02 09:10'), 'done', 'a start, after the clock was late');
SELECT is(line('t2', 'run'), 'run 03-02 09:10.. open due 03-02 10:10 late 03-02 09:00 cleared', 'settled first: the breach was there');
SELECT play('t6', 'tc', '03-02 08:00 open', '03-02 08:00 go');
SELECT is(correct('t6', 'go', 1, '03-02 09:30', '03-02 09:10'), 'done', 'the same where time may move the ticket');
SELECT is(line('t6', 'run'), 'run 03-02 09:10.. open due 03-02 10:10 late 03-02 09:00 cleared', 'settled first, too');
SELECT play('t7', 'td', '03-02 08:00 open', '03-02 08:00 go');
SELECT is(correct('t7', 'go', 1, '03-02 10:30', '03-02 10:10'), 'done', 'and where a value that time sets brings another rule');
SELECT is(line('t7', 'run'), 'run 03-02 10:10.. open due 03-02 12:10 late 03-02 10:00 cleared', 'settled first, all of it');
SELECT play('t3', 'esc', '03-02 08:00 open', '03-02 08:10 to late');
SELECT is(correct('t3', 'opened', 1, '03-02 11:00', '03-02 08:05'), 'done', 'an opening, after a level was due');
SELECT is(fired('t3'), '2@03-02 10:00', 'settled first: it has been carried out');
SELECT play('t4', 'ts', '03-02 08:00 open', '03-02 09:30 sweep', '03-02 09:35 set area=near', '03-02 09:36 sweep');
SELECT is(correct('t4', 'opened', 1, '03-02 11:00', '03-02 09:00'), 'done', 'opened later, late again by now');
SELECT go_on('t4', '03-02 12:30 sweep');
SELECT is(line('t4', 'ts'), 'ts 03-02 09:00.. open due 03-02 10:00 late 03-02 10:00', 'the breach has moved');
SELECT is(history('t4'), 'changed:area@03-02 09:00/rule changed:area@03-02 09:35/ticket correction@03-02 09:00/retimed changed:area@03-02 10:00/rule', 'and what it brings comes with it');
SELECT play('t5', 'chain', '03-02 08:00 open', '03-02 11:00 go', '03-02 11:10 memo');
SELECT is(correct('t5', 'go', 1, '03-02 11:20', '03-02 08:00'), 'done', 'a start long before');
SELECT go_on('t5', '03-02 11:30 ~03-02 09:30 stop');
SELECT is(line('t5', 'x') || ' & ' || line('t5', 'y'), 'x 03-02 08:00..03-02 09:30 stopped due 03-02 09:00 late 03-02 09:00 & y 03-02 09:00..03-02 09:30 stopped due 03-02 10:00 late 03-02 10:00 cleared', 'a chain found afterwards, late by what came after, and stopped in its place');

-- ---------- a group
SELECT play('k1', 'grp', '03-02 08:00 open', '03-02 10:30 sweep');
SELECT is(correct('k1', 'opened', 1, '03-02 14:00', '03-02 11:00'), 'done', 'opened later, both missed again');
SELECT is(line('k1', 'p') || ' & ' || line('k1', 'q'), 'p 03-02 11:00.. open due 03-02 12:00 & q 03-02 11:00.. open due 03-02 13:00 late 03-02 13:00', 'the breach is on the one missed last, as it was');
SELECT is(correct('k1', 'opened', 1, '03-02 14:10', '03-02 12:30'), 'done', 'still later: only the first is missed');
SELECT is(line('k1', 'p') || ' & ' || line('k1', 'q'), 'p 03-02 12:30.. open due 03-02 13:30 & q 03-02 12:30.. open due 03-02 14:30 late 03-02 13:00 cleared', 'no breach');
SELECT go_on('k1', '03-02 14:31 sweep');
SELECT is(line('k1', 'p') || ' & ' || line('k1', 'q'), 'p 03-02 12:30.. open due 03-02 13:30 & q 03-02 12:30.. open due 03-02 14:30 late 03-02 14:30', 'until the second is missed too');

-- ---------- arguments
SELECT alike(correct('t1', 'nothing', 1, '03-02 10:00'), '22004 %', 'which event is not said');
SELECT throws_ok($$SELECT aftersales.correct_event(-1, 'x')$$, 'SV010', NULL, 'an event that is not there');
SELECT throws_ok($$SELECT aftersales.correct_event(event_id, reason) FROM desk.ticket_event JOIN played USING (ticket_id) CROSS JOIN unnest('{NULL,"", "  "}'::text[]) reason WHERE name = 't1' AND seq = 1$$, '22004', 'a reason is needed', 'without a reason');
SELECT throws_ok($$INSERT INTO desk.ticket_event (ticket_id, event) SELECT ticket_id, 'correction' FROM played LIMIT 1$$, 'SV010', NULL, 'no correction but by the function');

-- ---------- voiding a ticket
SELECT play('v1', 'run', '03-02 08:00 open', '03-02 08:10 go');
SELECT is(void('v1', '03-02 08:30'), 'done', 'voided');
SELECT is(line('v1', 'run'), 'run 03-02 08:10..03-02 08:30 voided due 03-02 09:10', 'its clocks end');
SELECT alike(refused('v1', '03-02 08:40 ' || w), 'SV001 %', 'it takes no more: ' || w) FROM unnest('{set priority=high,to work,memo}'::text[]) w;
SELECT alike(void('v1', '03-02 08:40'), 'SV001 %', 'nor a second void');
SELECT go_on('v1', '03-02 20:00 sweep');
SELECT is(outcome('v1', 'run'), 'voided', 'and is not late');
SELECT play('v2', 'run', '03-02 08:00 open', '03-02 08:10 go');
SELECT is(void('v2', '03-02 09:30'), 'done', 'voided when late already');
SELECT is(line('v2', 'run'), 'run 03-02 08:10..03-02 09:30 voided due 03-02 09:10 late 03-02 09:10', 'settled first: the breach is there');
SELECT throws_ok($$SELECT aftersales.void_ticket(-1, 'x')$$, 'SV010', NULL, 'a ticket that is not there');
SELECT throws_ok($$SELECT aftersales.void_ticket(NULL, 'x')$$, '22004', NULL, 'which one is not said');

-- ---------- verify_clocks() sees what does not fit
SELECT at('2026-05-01 00:00+08');
SELECT aftersales.sweep() \g /dev/null
SELECT is_empty('SELECT name, v.* FROM aftersales.verify_clocks() v JOIN played USING (ticket_id)', 'verify_clocks() finds nothing');
CREATE FUNCTION found(change text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    SET LOCAL session_replication_role = replica;
    EXECUTE format('UPDATE desk.sla_clock SET %s WHERE clock_id = (SELECT clock_id FROM desk.sla_clock JOIN played USING (ticket_id) WHERE name = ''s2'' AND clock = ''run'')', change);
    SET LOCAL session_replication_role = origin;
    SELECT string_agg(p.name || ' ' || v.clock || ' ' || v.cycle || ' ' || v.problem, ', ') INTO result FROM aftersales.verify_clocks() v JOIN played p USING (ticket_id);
    RAISE EXCEPTION USING ERRCODE = 'P0099';
EXCEPTION WHEN SQLSTATE 'P0099' THEN
    RETURN result;
END $$;
SELECT is(found('due_at = due_at + ''1 second'''), 's2 run 1 due_at', 'another due time');
SELECT is(found('stopped_at = NULL, ended_as = NULL'), 's2 run 1 ended_as', 'an end that is missing');
SELECT is(found('ended_as = ''cancelled'''), 's2 run 1 ended_as', 'another end');
SELECT is(found('stopped_at = stopped_at + ''1 second'''), 's2 run 1 stopped_at', 'another time of it');
SELECT is(found('rule = ''x'''), 's2 run 1 rule', 'another rule');
SELECT is(found('cycle = 7'), 's2 run 1 cycle', 'another cycle');
SELECT is(found('is_breached = false'), 's2 run 1 is_breached', 'a breach that is missing');
SELECT is_empty($$SELECT * FROM aftersales.verify_clocks('2026-12-31')$$, 'of those changed since: none');

\ir lib/clock_end.sql
