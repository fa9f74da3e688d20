-- What time does: moves and values that a breach brings, escalations, whose
-- breach it is, history from before the desk went live, sweeps by a job.
\ir lib/clock.sql

-- ---------- what a breach does to the ticket
SELECT play('t1', 'tm', '03-02 08:00 open', '03-02 09:00 sweep');
SELECT is(ticket('t1', 'status'), 'new', 'exactly at due: nothing yet');
SELECT go_on('t1', '03-02 12:00 sweep');
SELECT is(concat_ws(' ', ticket('t1', 'status'), ticket('t1', 'priority'), ticket('t1', 'attributes')), 'late top {"kind": "k"}', 'moved and set');
SELECT is(short(ticket('t1', 'status_at')::timestamptz), '03-02 09:00', 'as of due');
SELECT is(history('t1'), 'changed:priority@03-02 09:00/rule changed:attributes@03-02 09:00/rule status:late@03-02 09:00/rule', 'its events say so');
SELECT is((SELECT string_agg(DISTINCT actor, ',') FROM desk.ticket_event JOIN played USING (ticket_id) WHERE name = 't1' AND origin = 'rule'), 'aftersales', 'and by whom');
SELECT is(line('t1', 'left'), 'left 03-02 09:00.. open due 03-02 09:30 late 03-02 09:30', 'the clock that the move starts is itself late by then');
SELECT is(line('t1', 'tm'), 'tm 03-02 08:00.. open due 03-02 09:00 late 03-02 09:00', 'the breach');
SELECT go_on('t1', '03-02 13:00 sweep', '03-02 13:00 sweep');
SELECT is(history('t1'), 'changed:priority@03-02 09:00/rule changed:attributes@03-02 09:00/rule status:late@03-02 09:00/rule', 'once');
SELECT play('t2', 'tm', '03-02 08:00 open', '03-02 12:00 set subject=x');
SELECT is(ticket('t2', 'status'), 'late', 'by a write');
SELECT is(history('t2'), 'changed:priority@03-02 09:00/rule changed:attributes@03-02 09:00/rule status:late@03-02 09:00/rule changed:subject@03-02 12:00/ticket', 'before which it is put');
SELECT is(line('t2', c), line('t1', c), 'the same clock ' || c) FROM unnest('{tm,left}'::text[]) c;
SELECT play('t3', 'tm', '03-02 08:00 open', '03-02 12:00 memo');
SELECT is(history('t3'), 'changed:priority@03-02 09:00/rule changed:attributes@03-02 09:00/rule status:late@03-02 09:00/rule memo@03-02 12:00/app', 'by an event that is logged');
SELECT is(concat_ws(' ', ticket('t3', 'status'), ticket('t3', 'priority'), ticket('t3', 'attributes')), 'late top {"kind": "k"}', 'moved and set');
SELECT is(line('t3', c), line('t1', c), 'the same clock ' || c) FROM unnest('{tm,left}'::text[]) c;
SELECT play('t4', 'tm', '03-02 08:00 open', '03-02 09:00 to done', '03-02 12:00 sweep');
SELECT is(history('t4'), 'status:done@03-02 09:00/ticket', 'stopped exactly at due: no move');
SELECT play('t5', 'tm', '03-02 08:00 open', '03-02 08:30 to held', '03-02 12:00 sweep');
SELECT is(concat_ws(' ', ticket('t5', 'status'), ticket('t5', 'priority')), 'held top', 'no transition from there: not moved, but set');
SELECT play('t6', 'tm', '03-02 08:00 open', '03-02 12:00 sweep', '03-02 12:10 ~03-02 08:50 stop');
SELECT is(line('t6', 'tm'), 'tm 03-02 08:00..03-02 08:50 stopped due 03-02 09:00 late 03-02 09:00 cleared', 'a stop in time reported after the move: cleared');
SELECT is(concat_ws(' ', ticket('t6', 'status'), ticket('t6', 'priority')), 'late top', 'what has been done stays');
SELECT play('t7', 'tm', '03-02 08:00 open', '03-02 12:10 ~03-02 08:50 stop');
SELECT is(line('t7', 'tm') || ticket('t7', 'status') || line('t7', 'left'), line('t6', 'tm') || ticket('t6', 'status') || line('t6', 'left'), 'the same when nothing came before it');
SELECT alike(refused('t1', '03-02 13:00 ~03-02 08:55 to done'), 'SV005 the reported time is out of order%', 'a move reported for before the one as of due');
SELECT play('t8', 'tm', '03-02 08:00 open');
SELECT alike(refused('t8', '03-02 13:00 ~03-02 08:55 to done'), 'SV005 the reported time is out of order%', 'without a sweep likewise');
SELECT is(refused('t8', '03-02 13:00 ~03-02 09:20 to done'), 'done', 'after it, it may be');
SELECT is(line('t8', 'left'), 'left 03-02 09:00..03-02 09:20 stopped due 03-02 09:30 late 03-02 09:30 cleared', 'and stops the next, which was late by then');
SELECT play('t9', 'tm', '03-02 12:00 ~03-02 08:00 open', '03-02 12:30 ~03-02 08:40 to work', '03-02 12:40 ~03-02 08:50 to done', '03-02 20:00 sweep');
SELECT is(history('t9'), 'status:work@03-02 08:40/ticket status:done@03-02 08:50/ticket', 'history entered within the grace: nothing is done');
SELECT play('t10', 'tm', '03-02 12:00 ~03-02 08:00 open', '03-02 12:30 ~03-02 09:30 set subject=x');
SELECT is(history('t10'), 'changed:priority@03-02 09:00/rule changed:attributes@03-02 09:00/rule status:late@03-02 09:00/rule changed:subject@03-02 09:30/ticket', 'an entry for after due: first what was due');
SELECT play('t11', 'ts', '03-02 08:00 open', '03-02 09:30 sweep');
SELECT is(line('t11', 'near'), 'far 03-02 08:00.. open due 03-02 11:00', 'values set by a breach: rules are matched again as of due');
SELECT play('t12', 'ts', '03-02 08:00 open', '03-02 12:30 sweep');
SELECT is(line('t12', 'near'), 'far 03-02 08:00.. open due 03-02 11:00 late 03-02 11:00', 'and the new due time has passed too');
SELECT play('t13', 'ts', '03-02 08:00 open', '03-02 12:30 to done');
SELECT is(line('t13', 'near'), 'far 03-02 08:00..03-02 12:30 stopped due 03-02 11:00 late 03-02 11:00', 'by a write: the same');
SELECT play('t14', 'ts', '03-02 08:00 open', '03-02 12:30 stop');
SELECT is(line('t14', 'near') || line('t14', 'ts'), 'far 03-02 08:00.. open due 03-02 11:00 late 03-02 11:00ts 03-02 08:00..03-02 12:30 stopped due 03-02 09:00 late 03-02 09:00', 'by an event: the same');

-- ---------- a breach that brings a rule whose due time passes, which brings ...
SELECT play('v1', 'tr', '03-02 08:00 open', '03-02 09:30 sweep', '03-02 10:30 sweep', '03-02 11:30 sweep', '03-02 12:30 sweep', '03-02 15:30 sweep');
SELECT is(history('v1'), 'changed:priority@03-02 09:00/rule changed:area@03-02 11:00/rule changed:tier@03-02 12:00/rule status:late@03-02 15:00/rule', 'swept every time');
SELECT is(fired('v1'), '1@03-02 10:24 2@03-02 15:00', 'levels of the rule it brought');
SELECT play('v2', 'tr', '03-02 08:00 open', '03-03 20:00 sweep');
SELECT play('v3', 'tr', '03-02 08:00 open', '03-03 20:00 set subject=x');
SELECT play('v4', 'tr', '03-02 08:00 open', '03-03 20:00 memo');
SELECT play('v5', 'tr', '03-02 08:00 open', '03-03 20:00 to done');
SELECT is(left(history(v), length(history('v1'))), history('v1'), 'the same in one go, ' || v) FROM unnest('{v2,v3,v4,v5}'::text[]) v;
SELECT is(fired(v), fired('v1'), 'the same levels, ' || v) FROM unnest('{v2,v3,v4,v5}'::text[]) v;
SELECT is(line(v, c), line('v1', c), format('the same clock %s, %s', c, v)) FROM unnest('{first,next,third}'::text[]) c, unnest('{v2,v3,v4}'::text[]) v;

-- ---------- what changes nothing has been done all the same
SELECT play('u1', 'tr', '03-02 08:00 open priority=high area=far', '03-02 11:30 set subject=x', '03-02 11:40 set priority=low', '03-02 12:30 sweep');
SELECT is(history('u1'), 'changed:subject@03-02 11:30/ticket changed:priority@03-02 11:40/ticket', 'values that were there already');
SELECT is(line('u1', 'first') || ', ' || line('u1', 'next'), 'first 03-02 08:00.. open due 03-02 09:00 late 03-02 09:00, slow 03-02 08:00.. open due 03-03 14:00 late 03-02 11:00', 'their breaches are recorded by the write that comes next');
SELECT play('u2', 'tr', '03-02 08:00 open priority=high area=far', '03-02 09:01 sweep', '03-02 11:01 sweep', '03-02 11:30 set subject=x', '03-02 11:40 set priority=low', '03-02 12:30 sweep');
SELECT is(line('u2', c), line('u1', c), 'the same with sweeps, ' || c) FROM unnest('{first,next}'::text[]) c;
SELECT go_on('u1', '03-02 12:40 ~03-02 08:10 set assignee=s1', '03-02 12:50 ~03-02 08:20 memo');
SELECT is(line('u1', c), line('u2', c), 'and replayed, ' || c) FROM unnest('{first,next}'::text[]) c;
SELECT play('u3', 'esc', '03-02 08:00 open', '03-02 08:10 to late', '03-02 14:10 to work', '03-02 20:00 sweep');
SELECT is(fired('u3') || ' ' || history('u3'), '2@03-02 10:00 1@03-02 11:30 3@03-02 12:00 4@03-02 13:00 5@03-02 14:00 6@03-02 14:00 status:late@03-02 08:10/ticket changed:priority@03-02 13:00/rule changed:subject@03-02 14:00/rule status:work@03-02 14:10/ticket', 'a level that moves the ticket to where it is');
SELECT play('u6', 'tr', '03-02 08:00 open priority=high area=far', '03-02 08:10 to late', '03-02 16:00 set priority=low', '03-02 16:10 to work', '03-04 20:00 sweep');
SELECT is(fired('u6') || ' ' || history('u6'), '1@03-02 10:24 2@03-02 15:00 status:late@03-02 08:10/ticket changed:priority@03-02 16:00/ticket status:work@03-02 16:10/ticket', 'its level is carried out by the write, and not again when the due time changes');
SELECT play('u4', 'tm', '03-02 08:00 open', '03-02 08:10 to held', '03-02 09:30 to work', '03-02 10:00 sweep');
SELECT is(history('u4'), 'status:held@03-02 08:10/ticket changed:priority@03-02 09:00/rule changed:attributes@03-02 09:00/rule status:work@03-02 09:30/ticket', 'a move that was not possible then is not made up for later');
SELECT play('u5', 'pm', '03-02 08:00 open', '03-02 08:10 to wait', '03-03 20:00 sweep');
SELECT is(history('u5'), 'status:wait@03-02 08:10/ticket status:late@03-02 09:00/rule', 'a timed move out of a pause');
SELECT is(line('u5', 'paused'), 'paused 03-02 08:00.. open due 03-02 10:50 late 03-02 10:50', 'what goes on with it is late in its turn');

-- ---------- due at the very instant of a move, which may be told late
SELECT play('x1', 'pq', '03-02 08:00 open', '03-02 09:00 to wait', '03-02 10:00 to work', '03-02 12:00 sweep', '03-02 13:00 memo');
SELECT is(history('x1'), 'status:wait@03-02 09:00/ticket status:work@03-02 10:00/ticket changed:priority@03-02 10:00/rule memo@03-02 13:00/app', 'swept');
SELECT play('x2', 'pq', '03-02 08:00 open', '03-02 09:00 to wait', '03-02 10:00 to work', '03-02 13:00 memo');
SELECT is(history('x2'), history('x1'), 'by an event');
SELECT play('x3', 'pq', '03-02 08:00 open', '03-02 09:00 to wait', '03-02 10:10 ~03-02 10:00 to work', '03-02 13:00 memo');
SELECT is(history('x3'), history('x1'), 'told late');
SELECT play('x4', 'pq', '03-02 08:00 open', '03-02 09:00 to wait', '03-02 10:10 ~03-02 10:00 to work', '03-02 13:00 ~03-02 08:30 set subject=x');
SELECT is(history('x4'), replace(history('x1'), 'memo@03-02 13:00/app', 'changed:subject@03-02 08:30/ticket'), 'by a write of before');
SELECT is(line(x, 'pq'), 'pq 03-02 08:00.. open due 03-02 10:00 late 03-02 10:00', 'the clock, ' || x) FROM unnest('{x1,x2,x3,x4}'::text[]) x;
SELECT play('x5', 'tp', '03-02 08:00 open', '03-02 08:50 to wait', '03-02 09:10 sweep', '03-02 10:10 ~03-02 10:00 to work', '03-02 12:00 sweep', '03-02 13:00 memo');
SELECT is(history('x5'), 'status:wait@03-02 08:50/ticket changed:priority@03-02 09:00/rule status:work@03-02 10:00/ticket changed:area@03-02 10:00/rule memo@03-02 13:00/app', 'used up by a rule that came during the pause: due as it ends');
SELECT play('x6', 'tp', '03-02 08:00 open', '03-02 08:50 to wait', '03-02 10:10 ~03-02 10:00 to work', '03-02 13:00 memo');
SELECT is(history('x6'), history('x5'), 'the rule and the end of the pause in one write');
SELECT is(line('x6', 'next'), line('x5', 'next'), 'and the clock');

-- ---------- attributes that time and a writer set, each its own key
SELECT play('y1', 'tm', '03-02 08:00 open', '03-02 12:00 set agreed_on:=2026-03-09');
SELECT is(ticket('y1', 'attributes'), '{"kind": "k", "agreed_on": "2026-03-09"}', 'a writer''s keys are put to those that time has set before');
SELECT play('y2', 'tm', '03-02 08:00 open kind:=old agreed_on:=2026-03-09', '03-02 12:00 set agreed_on:=null');
SELECT is(ticket('y2', 'attributes'), '{"kind": "k"}', 'a key the writer takes out is out');
SELECT play('y3', 'tm', '03-02 08:00 open', '03-02 12:00 set kind:=mine');
SELECT is(ticket('y3', 'attributes'), '{"kind": "mine"}', 'a key that both set is the writer''s');
SELECT is(history('y3'), 'changed:priority@03-02 09:00/rule changed:attributes@03-02 09:00/rule status:late@03-02 09:00/rule changed:attributes@03-02 12:00/ticket', 'after that of time');

-- ---------- two at one instant, and changes told for before them
SELECT play('z1', 'two', '03-02 08:00 open', '03-02 09:30 sweep');
SELECT play('z2', 'two', '03-02 08:00 open', '03-02 12:00 memo');
SELECT play('z3', 'two', '03-02 08:00 open', '03-02 12:00 set subject=x');
SELECT is(ticket(z, 'status') || ' ' || coalesce(ticket(z, 'priority'), '-') || ' ' || coalesce(ticket(z, 'tier'), '-'), 'late high gold', 'three actions at one instant, ' || z) FROM unnest('{z1,z2,z3}'::text[]) z;
SELECT play('z4', 'tm', '03-02 08:00 open', '03-02 09:30 sweep');
SELECT alike(refused('z4', '03-02 09:46 ~03-02 08:50 set priority=low'), 'SV005 %', 'a change reported for before a timed one of the same column');
SELECT play('z5', 'tm', '03-02 08:00 open');
SELECT alike(refused('z5', '03-02 09:46 ~03-02 08:50 set priority=low'), 'SV005 %', 'refused as well when nothing came between');
SELECT play('z6', 'chain', '03-02 08:00 open assignee=s1 org_id=1', '03-02 08:00 go', '03-02 20:00 set assignee=s2');
SELECT is(whose('z6', 'y'), '1/s1/-', 'a chain found late with a hand-over is still the old one''s');
SELECT is(whose('z6', 'z'), '1/s1/-', 'to its end');

-- ---------- a group entered late: the one missed last, whenever it is found
SELECT play('g1', 'gt', '03-02 08:00 open', '03-02 09:50 ~03-02 08:00 go', '03-02 10:01 memo', '03-02 10:51 memo');
SELECT play('g2', 'gt', '03-02 08:00 open', '03-02 09:50 ~03-02 08:00 go');
SELECT at('2026-03-02 10:01+08');
CALL aftersales.sweep_all();
SELECT at('2026-03-02 10:51+08');
CALL aftersales.sweep_all();
SELECT play('g3', 'gt', '03-02 08:00 open', '03-02 09:50 ~03-02 08:00 go', '03-02 14:00 memo');
SELECT is(line(g, 'p') || ' & ' || line(g, 'q'), 'p 03-02 08:00.. open due 03-02 09:00 & q 03-02 08:00.. open due 03-02 10:00 late 03-02 10:00', 'the breach is on the second, ' || g) FROM unnest('{g1,g2,g3}'::text[]) g;
SELECT is(ticket(g, 'tier'), 'silver', 'and its action done, ' || g) FROM unnest('{g1,g2,g3}'::text[]) g;
SELECT play('g4', 'gt', '03-02 08:00 open', '03-02 08:00 go', '03-02 08:30 pa', '03-02 09:30 go', '03-02 12:00 memo', '03-02 13:00 ~03-02 08:10 memo');
SELECT is(line('g4', 'p') || ' & ' || line('g4', 'q'), 'p 03-02 08:00..03-02 08:30 stopped due 03-02 09:00 | p 03-02 09:30.. open due 03-02 10:30 late 03-02 10:30 & q 03-02 08:00.. open due 03-02 10:00', 'missed while the other''s next cycle ran: the breach is on that');

-- ---------- escalations: due at 12:00 from 08:00
SELECT play('e1', 'esc', '03-02 08:00 open', '03-02 10:00 sweep');
SELECT is(fired('e1'), NULL, 'at the instant itself nothing has passed');
SELECT go_on('e1', '03-02 10:00:00.000001 sweep');
SELECT is(fired('e1'), '2@03-02 10:00', 'half of the time: a microsecond later');
SELECT go_on('e1', '03-02 11:40 sweep', '03-02 11:50 sweep');
SELECT is(fired('e1'), '2@03-02 10:00 1@03-02 11:30', 'half an hour before due; each once');
SELECT go_on('e1', '03-02 12:30 sweep', '03-02 13:30 sweep');
SELECT is(ticket('e1', 'priority'), 'high', 'an hour after: a value set');
SELECT go_on('e1', '03-02 14:30 sweep', '03-02 20:00 sweep');
SELECT is(fired('e1'), '2@03-02 10:00 1@03-02 11:30 3@03-02 12:00 4@03-02 13:00 5@03-02 14:00 6@03-02 14:00', 'all levels, each at its instant');
SELECT is(posted('e1'), '2 lead 03-02 10:00, 1 @assignee 03-02 11:30, 3 @superior 03-02 12:00, 4 lead 03-02 13:00, 5 @org_head 03-02 14:00, 6 @org_head 03-02 14:00', 'a message each');
SELECT is(history('e1'), 'changed:priority@03-02 13:00/rule changed:subject@03-02 14:00/rule status:late@03-02 14:00/rule', 'and what was done to the ticket');
SELECT play('e2', 'esc', '03-02 08:00 open', '03-02 20:00 sweep');
SELECT is(fired('e2') || posted('e2') || history('e2') || line('e2', 'esc'), fired('e1') || posted('e1') || history('e1') || line('e1', 'esc'), 'all missed during downtime: in order');
SELECT play('e3', 'esc', '03-02 08:00 open', '03-02 20:00 memo');
SELECT is(fired('e3') || posted('e3') || line('e3', 'esc'), fired('e1') || posted('e1') || line('e1', 'esc'), 'settled by an event');
SELECT is(history('e3'), history('e1') || ' memo@03-02 20:00/app', 'with what was done to the ticket');
SELECT play('e4', 'esc', '03-02 08:00 open', '03-02 20:00 set tier=x');
SELECT is(fired('e4') || posted('e4') || line('e4', 'esc'), fired('e1') || posted('e1') || line('e1', 'esc'), 'settled by a write');
SELECT is(history('e4'), history('e1') || ' changed:tier@03-02 20:00/ticket', 'with what was done to the ticket');
SELECT play('e5', 'esc', '03-02 08:00 open', '03-02 11:00 sweep', '03-02 12:00 to done', '03-02 20:00 sweep');
SELECT is(fired('e5'), '2@03-02 10:00 1@03-02 11:30', 'stopped at due: what was before it, no more');
SELECT play('e6', 'esc', '03-02 08:00 open', '03-02 09:00 to wait', '03-02 20:00 sweep');
SELECT is(fired('e6'), NULL, 'paused: nothing');
SELECT go_on('e6', '03-02 20:10 to work', '03-02 21:10:00.000001 sweep');
SELECT is(fired('e6'), '2@03-02 21:10', 'and then after half of the time that counts');
SELECT play('e7', 'esc', '03-02 08:00 open', '03-02 10:30 sweep', '03-02 10:40 to wait', '03-02 10:50 to work', '03-02 12:00 sweep');
SELECT is(fired('e7'), '2@03-02 10:00 1@03-02 11:40', 'a level that has been carried out is not again when the due time moves');
SELECT play('e8', 'esc', '03-02 08:00 open', '03-02 12:30 sweep', '03-02 12:40 ~03-02 11:00 stop', '03-02 20:00 sweep');
SELECT is(fired('e8'), '2@03-02 10:00 1@03-02 11:30 3@03-02 12:00', 'a stop in time reported later: what was done stays, nothing follows');
SELECT is(line('e8', 'esc'), 'esc 03-02 08:00..03-02 11:00 stopped due 03-02 12:00 late 03-02 12:00 cleared', 'the breach is cleared');
SELECT play('e9', 'esc', '03-02 20:00 ~03-02 08:00 open', '03-02 20:30 ~03-02 08:00 set tier=x');
SELECT is(fired('e9'), NULL, 'entered late: a write within the grace carries out nothing');
SELECT go_on('e9', '03-02 21:00:00.000001 ~03-02 08:00 set tier=y');
SELECT is(fired('e9') || posted('e9'), fired('e1') || posted('e1'), 'one after it does: all');

-- ---------- whose breach
SELECT play('w1', 'who', '03-02 08:00 open org_id=1 assignee=s1', '03-02 08:30 set assignee=s2 org_id=2', '03-02 09:30 sweep');
SELECT is(whose('w1', 'who'), '2/s2/line', 'handed over before due: the new one, and what the rule says');
SELECT play('w2', 'who', '03-02 08:00 open org_id=1 assignee=s1', '03-02 09:30 set assignee=s2 org_id=2', '03-02 09:40 sweep');
SELECT is(whose('w2', 'who'), '1/s1/line', 'after due: the old one');
SELECT play('w3', 'who', '03-02 08:00 open org_id=1 assignee=s1', '03-02 09:30 ~03-02 08:45 set assignee=s2 org_id=2', '03-02 09:40 sweep');
SELECT is(whose('w3', 'who'), '2/s2/line', 'reported after due, as of before: the new one');
SELECT play('w4', 'who', '03-02 08:00 open org_id=1 assignee=s1', '03-02 09:10 sweep', '03-02 09:30 ~03-02 08:45 set assignee=s2 org_id=2');
SELECT is(whose('w4', 'who'), '2/s2/line', 'swept before it was reported: the same');
SELECT play('w5', 'who', '03-02 08:00 open org_id=1 assignee=s1', '03-02 09:00 set assignee=s2', '03-02 09:10 sweep');
SELECT is(whose('w5', 'who'), '1/s2/line', 'handed over exactly at due: the new one');
SELECT play('w6', 'who', '03-02 08:00 open org_id=1 assignee=s1', '03-02 08:20 set assignee=s2', '03-02 08:40 set assignee=s3', '03-02 09:50 memo', '03-02 10:00 ~03-02 08:10 memo');
SELECT is(whose('w6', 'who'), '1/s3/line', 'a replay finds it again');
SELECT play('w7', 'who', '03-02 08:00 open org_id=1 assignee=s1', '03-02 09:10 sweep', '03-02 09:20 set assignee=s2', '03-02 09:30 ~03-02 08:50 stop');
SELECT is(line('w7', 'who') || whose('w7', 'who'), 'who 03-02 08:00..03-02 08:50 stopped due 03-02 09:00 late 03-02 09:00 cleared1/s1/line', 'a cleared breach names who it was held against');

-- ---------- before the desk went live
UPDATE desk.desk_setting SET go_live = '2026-03-03 00:00+08';
SELECT play('l1', 'tm', '03-03 08:00 ~03-02 08:00 open', '03-03 08:10 sweep');
SELECT is(line('l1', 'tm') || coalesce(history('l1'), ''), 'tm 03-02 08:00.. open due 03-02 09:00 late 03-02 09:00', 'due before: a breach, but nothing is done');
SELECT play('l2', 'esc', '03-03 08:00 ~03-02 08:00 open', '03-03 08:10 sweep', '03-03 20:00 sweep');
SELECT is(fired('l2') IS NULL AND posted('l2') IS NULL AND history('l2') IS NULL, true, 'nor does it escalate');
SELECT is(line('l2', 'esc'), 'esc 03-02 08:00.. open due 03-02 12:00 late 03-02 12:00', 'the breach all the same');
SELECT play('l3', 'esc', '03-03 08:00 ~03-02 23:00 open', '03-03 08:10 sweep');
SELECT is(fired('l3'), '2@03-03 01:00 1@03-03 02:30 3@03-03 03:00 4@03-03 04:00 5@03-03 05:00 6@03-03 05:00', 'due after: as ever');
UPDATE desk.desk_setting SET go_live = NULL;

-- ---------- a job sweeps: what was entered late has its grace
SELECT play('j1', 'run', '03-02 12:00 ~03-02 08:00 open', '03-02 12:10 ~03-02 08:00 go');
SELECT at('2026-03-02 13:10+08');
CALL aftersales.sweep_all();
SELECT is(line('j1', 'run'), 'run 03-02 08:00.. open due 03-02 09:00', 'left alone');
SELECT at('2026-03-02 13:10:00.000001+08');
CALL aftersales.sweep_all();
SELECT is(line('j1', 'run'), 'run 03-02 08:00.. open due 03-02 09:00 late 03-02 09:00', 'until it is over');
UPDATE desk.desk_setting SET entry_grace = '0';
SELECT play('j2', 'run', '03-02 12:00 ~03-02 08:00 open', '03-02 12:10 ~03-02 08:00 go', '03-02 12:10:00.000001 ~03-02 08:50 stop');
SELECT is(line('j2', 'run'), 'run 03-02 08:00..03-02 08:50 stopped due 03-02 09:00 late 03-02 09:00 cleared', 'a desk without grace');
UPDATE desk.desk_setting SET entry_grace = '1 hour';

\ir lib/clock_end.sql
