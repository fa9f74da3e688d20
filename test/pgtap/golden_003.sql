-- golden_003.sql: worked cases of document 003, the 95598 hotline.
--
-- G numbers are those of the case list; X cases are further ones of the same
-- kinds, so that no type, step, area or edge of a day stands unproved.  Types,
-- leaves and days are written as the document writes them: a day ends at
-- 23:59:59 here and a microsecond before midnight in the database.

\ir lib/hotline.sql

SELECT pg_temp.stand() \g /dev/null

-- Due times ------------------------------------------------------------------
-- A ticket of that type, area and leaf is opened at opened_at and played; its
-- last clock of that name is due then: not late at that instant, late a
-- microsecond after; met when stop comes at the one, breached at the other.
-- Steps are '<step>@<time>' or '@<time after the opening>'.

CREATE TEMP TABLE due_case (id text PRIMARY KEY, clause text, type_zh text, area text, leaf_zh text, clock text,
                            opened_at timestamptz, story text, due text, stop text);
INSERT INTO due_case VALUES
    -- answering
    ('G191', 'PW-56', '故障报修', 'urban', NULL, 'answer', '2026-03-02 08:00:00', '!call_in@0', '2026-03-02 08:00:12', '!answered'),
    -- entry
    ('G193', 'PW-58', '故障报修', 'urban', NULL, 'submit', '2026-03-02 07:50:00', '!hung_up@2026-03-02 07:59:00', '2026-03-02 08:02:00', 'submitted'),
    -- arrival
    ('G195', 'PW-60', '故障报修', 'urban',  NULL, 'arrive', '2026-03-02 07:50:00', 'submitted@1 minute; dispatched@2 minutes', '2026-03-02 08:50:00', 'on_site'),
    ('G197', 'PW-61', '故障报修', 'rural',  NULL, 'arrive', '2026-03-02 07:50:00', 'submitted@1 minute; dispatched@2 minutes', '2026-03-02 09:50:00', 'on_site'),
    ('G199', 'PW-62', '故障报修', 'remote', NULL, 'arrive', '2026-03-02 07:50:00', 'submitted@1 minute; dispatched@2 minutes', '2026-03-02 11:50:00', 'on_site'),
    ('X01',  'PW-60', '故障报修', 'urban',  NULL, 'arrive', '2026-02-17 23:30:00', 'submitted@1 minute; dispatched@2 minutes', '2026-02-18 00:30:00', 'on_site'),
    ('X02',  'PW-61', '故障报修', 'rural',  NULL, 'arrive', '2026-12-31 23:00:00', 'submitted@1 minute; dispatched@2 minutes', '2027-01-01 01:00:00', 'on_site'),
    ('X03',  'PW-62', '故障报修', 'remote', NULL, 'arrive', '2028-02-28 22:00:00', 'submitted@1 minute; dispatched@2 minutes', '2028-02-29 02:00:00', 'on_site'),
    -- the repair
    ('G201', 'PW-63', '故障报修', 'urban', '线路故障停电', 'restore', '2026-03-07 23:30:00', 'submitted@1 minute; dispatched@2 minutes; on_site@1 hour; !delay_notice@2 hours', '2026-03-08 11:30:00', 'restored'),
    ('X04',  'PW-64', '故障报修', 'urban', '电能表故障', 'restore', '2026-03-07 23:30:00', 'submitted@1 minute; dispatched@2 minutes; on_site@1 hour; !delay_notice@2 hours', '2026-03-08 23:30:00', 'restored'),
    ('X05',  'PW-63', '故障报修', 'rural', '客户内部原因故障', 'restore', '2026-03-07 23:30:00', NULL, '2026-03-08 11:30:00', NULL),
    ('X06',  'PW-64', '故障报修', 'remote', '电能表故障', 'restore', '2026-02-13 12:00:00', NULL, '2026-02-14 12:00:00', NULL),
    -- the callback, over midnight and month's end too
    ('G205', 'PW-47', '投诉', NULL, NULL, 'callback', '2026-03-30 09:00:00', 'submitted@1 minute; dispatched@2 minutes; handled@2026-03-31 23:55:00', '2026-04-01 00:05:00', 'called_back'),
    ('G223', 'PW-78', '投诉', NULL, NULL, 'callback', '2026-03-10 09:00:00', 'submitted@1 minute; dispatched@2 minutes; handled@2026-03-13 17:30:00', '2026-03-13 17:40:00', 'called_back'),
    ('X10',  'PW-66', '故障报修', 'urban', NULL, 'callback', '2026-03-02 20:00:00', 'submitted@1 minute; dispatched@2 minutes; on_site@1 hour; restored@2026-03-02 23:55:00', '2026-03-03 00:05:00', 'called_back'),
    ('X11',  'PW-46', '故障报修', 'urban', '电能表故障', 'callback', '2026-12-31 20:00:00', 'submitted@1 minute; dispatched@2 minutes; on_site@1 hour; restored@2026-12-31 23:59:30', '2027-01-01 00:09:30', 'called_back'),
    ('X12',  'PW-71', '咨询', NULL, NULL, 'callback', '2026-03-13 09:00:00', 'submitted@1 minute; dispatched@2 minutes; handled@2026-03-13 17:30:00', '2026-03-13 17:40:00', 'called_back'),
    ('X13',  'PW-47', '举报', NULL, NULL, 'callback', '2026-03-13 09:00:00', 'submitted@1 minute; dispatched@2 minutes; handled@2026-03-13 17:30:00', '2026-03-13 17:40:00', 'called_back'),
    ('X14',  'PW-83', '建议', NULL, NULL, 'callback', '2026-03-13 09:00:00', 'submitted@1 minute; dispatched@2 minutes; handled@2026-03-13 17:30:00', '2026-03-13 17:40:00', 'called_back'),
    ('X15',  'PW-83', '意见', NULL, NULL, 'callback', '2026-03-13 09:00:00', 'submitted@1 minute; dispatched@2 minutes; handled@2026-03-13 17:30:00', '2026-03-13 17:40:00', 'called_back'),
    ('X16',  'PW-83', '表扬', NULL, NULL, 'callback', '2026-03-13 09:00:00', 'submitted@1 minute; dispatched@2 minutes; handled@2026-03-13 17:30:00', '2026-03-13 17:40:00', 'called_back'),
    ('X17',  'PW-88', '诉求', NULL, NULL, 'callback', '2026-03-13 09:00:00', 'submitted@1 minute; dispatched@2 minutes; handled@2026-03-13 17:30:00', '2026-03-13 17:40:00', 'called_back'),
    ('X18',  'PW-48', '报装', NULL, NULL, 'callback', '2026-03-13 09:00:00', 'submitted@1 minute; dispatched@2 minutes; handled@2026-03-13 17:30:00', '2026-03-13 17:40:00', 'called_back'),
    ('X19',  'PW-93', '报装', NULL, NULL, 'callback', '2026-03-13 09:00:00', 'submitted@1 minute; dispatched@2 minutes; handled@2026-03-31 23:55:00', '2026-04-01 00:05:00', 'called_back'),
    -- five minutes to answer
    ('G207', 'PW-68', '咨询', NULL, NULL, 'answer_content', '2026-03-02 08:00:00', '!call_in@0; !answered@2026-03-02 08:00:12', '2026-03-02 08:05:12', 'answered'),
    ('X20',  'PW-68', '咨询', NULL, NULL, 'answer_content', '2026-03-02 08:00:00', '!call_in@0; !answered@2026-03-02 08:00:12', '2026-03-02 08:05:12', 'submitted'),
    ('X21',  'PW-69', '咨询', NULL, NULL, 'review', '2026-03-02 08:00:00', 'submitted@2026-03-02 08:05:12', '2026-03-02 08:10:12', 'answered'),
    ('X22',  'PW-69', '咨询', NULL, NULL, 'review', '2026-03-02 08:00:00', 'submitted@2026-03-02 08:05:12', '2026-03-02 08:10:12', 'dispatched'),
    ('X23',  'PW-73', '查询', NULL, NULL, 'answer_content', '2026-03-02 08:00:00', '!call_in@0; !answered@2026-03-02 08:00:12', '2026-03-02 08:05:12', 'answered'),
    -- review
    ('G217', 'PW-76', '投诉', NULL, NULL, 'review', '2026-03-02 08:00:00', 'submitted@2026-03-02 08:05:00', '2026-03-02 08:10:00', 'dispatched'),
    ('X24',  'PW-59', '故障报修', 'urban', NULL, 'review', '2026-03-02 08:00:00', 'submitted@2026-03-02 08:02:00', '2026-03-02 08:05:00', 'dispatched'),
    ('X25',  'PW-59', '故障报修', 'urban', NULL, 'review', '2026-03-02 08:00:00', 'submitted@2026-03-02 08:02:00; new@2026-03-02 08:04:00; submitted@2026-03-02 08:09:00', '2026-03-02 08:12:00', 'dispatched'),
    -- working days
    ('G209', 'PW-70', '咨询', NULL, NULL, 'handle', '2026-03-06 14:50:00', 'submitted@1 minute; dispatched@2026-03-06 15:00:00', '2026-03-09 23:59:59', 'handled'),
    ('G211', 'PW-70', '咨询', NULL, NULL, 'handle', '2026-09-30 14:50:00', 'submitted@1 minute; dispatched@2026-09-30 15:00:00', '2026-10-08 23:59:59', 'handled'),
    ('G213', 'PW-77', '投诉', NULL, NULL, 'handle', '2026-03-02 08:00:00', 'submitted@1 minute; dispatched@2026-03-02 08:10:00', '2026-03-16 23:59:59', 'handled'),
    ('G215', 'PW-77', '投诉', NULL, NULL, 'handle', '2026-02-12 08:50:00', 'submitted@1 minute; dispatched@2026-02-12 09:00:00', '2026-03-04 23:59:59', 'handled'),
    ('G219', 'PW-82', '表扬', NULL, NULL, 'handle', '2026-03-06 09:50:00', 'submitted@1 minute; dispatched@2026-03-06 10:00:00', '2026-03-11 23:59:59', 'handled'),
    ('G221', 'PW-87', '诉求', NULL, NULL, 'handle', '2026-04-02 09:50:00', 'submitted@1 minute; dispatched@2026-04-02 10:00:00', '2026-04-08 23:59:59', 'handled'),
    ('X30',  'PW-70', '咨询', NULL, NULL, 'handle', '2026-02-13 09:00:00', 'submitted@1 minute; dispatched@2 minutes', '2026-02-14 23:59:59', 'handled'),
    ('X31',  'PW-70', '咨询', NULL, NULL, 'handle', '2026-02-14 09:00:00', 'submitted@1 minute; dispatched@2 minutes', '2026-02-24 23:59:59', 'handled'),
    ('X32',  'PW-77', '举报', NULL, NULL, 'handle', '2026-02-12 08:50:00', 'submitted@1 minute; dispatched@2026-02-12 09:00:00', '2026-03-04 23:59:59', 'handled'),
    ('X33',  'PW-77', '举报', NULL, NULL, 'handle', '2026-09-30 09:00:00', 'submitted@1 minute; dispatched@2 minutes', '2026-10-20 23:59:59', 'handled'),
    ('X34',  'PW-82', '建议', NULL, NULL, 'handle', '2026-04-30 09:00:00', 'submitted@1 minute; dispatched@2 minutes', '2026-05-08 23:59:59', 'handled'),
    ('X35',  'PW-82', '意见', NULL, NULL, 'handle', '2026-09-30 09:00:00', 'submitted@1 minute; dispatched@2 minutes', '2026-10-10 23:59:59', 'handled'),
    ('X36',  'PW-87', '诉求', NULL, NULL, 'handle', '2026-05-08 09:00:00', 'submitted@1 minute; dispatched@2 minutes', '2026-05-12 23:59:59', 'handled'),
    ('X37',  'PW-77', '投诉', NULL, NULL, 'handle', '2025-12-31 09:00:00', 'submitted@1 minute; dispatched@2 minutes', '2026-01-15 23:59:59', 'handled'),
    -- reconnection
    ('X40',  'PW-30', '诉求', NULL, '欠费要求复电', 'reconnect', '2026-09-30 09:00:00', 'submitted@1 minute; dispatched@2 minutes; !reconnection_applied@2026-10-01 10:30:00', '2026-10-02 10:30:00', '!reconnected');
-- The same for every type: answering; entry and review in five minutes.
INSERT INTO due_case
SELECT 'X5' || row_number() OVER () - 1, 'PW-56', t, CASE t WHEN '故障报修' THEN 'urban' END, NULL, 'answer',
       '2026-10-01 03:00:00', '!call_in@0', '2026-10-01 03:00:12', '!answered'
FROM unnest('{故障报修,咨询,查询,投诉,举报,诉求,建议,意见,表扬,报装}'::text[]) t;
INSERT INTO due_case
SELECT 'X6' || row_number() OVER () - 1, c, t, NULL, NULL, 'submit', '2026-03-02 07:50:00', '!hung_up@2026-03-02 07:59:00', '2026-03-02 08:04:00', 'submitted'
FROM (VALUES ('PW-68', '咨询'), ('PW-75', '投诉'), ('PW-75', '举报'), ('PW-80', '建议'), ('PW-80', '意见'), ('PW-80', '表扬'), ('PW-85', '诉求'), ('PW-90', '报装')) v (c, t);
INSERT INTO due_case
SELECT 'X7' || row_number() OVER () - 1, c, t, NULL, NULL, 'review', '2026-03-02 08:00:00', 'submitted@2026-03-02 08:05:00', '2026-03-02 08:10:00', 'dispatched'
FROM (VALUES ('PW-76', '举报'), ('PW-81', '建议'), ('PW-81', '意见'), ('PW-81', '表扬'), ('PW-86', '诉求'), ('PW-91', '报装')) v (c, t);

-- The case played up to before its stop.
CREATE FUNCTION pg_temp.played(c due_case) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    type text := (SELECT ticket_type FROM aftersales.ticket_type WHERE policy = 'power_hotline' AND label_zh = c.type_zh);
    id bigint := pg_temp.opened(type, c.opened_at, c.area,
                                (SELECT category FROM aftersales.category WHERE policy = 'power_hotline' AND ticket_type = type AND label_zh = c.leaf_zh));
BEGIN
    IF c.story IS NOT NULL THEN
        PERFORM pg_temp.play(id, c.story, c.opened_at);
    END IF;
    RETURN id;
END $$;
-- A day's last second stands for its last microsecond.
CREATE FUNCTION pg_temp.due(c due_case) RETURNS timestamptz LANGUAGE sql AS
$$ SELECT CASE WHEN c.due LIKE '%23:59:59' THEN c.due::timestamptz + interval '0.999999 seconds' ELSE c.due::timestamptz END $$;

-- How the last clock of that name stands at a time.
CREATE FUNCTION pg_temp.stands(p_id bigint, p_clock text, p_at timestamptz) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_temp.as_of(p_at);
    RETURN (SELECT outcome FROM desk_bi.clock WHERE ticket_id = p_id AND clock = p_clock ORDER BY cycle DESC LIMIT 1);
END $$;

ALTER TABLE due_case ADD ticket_id bigint;
UPDATE due_case c SET ticket_id = pg_temp.played(c);
SELECT results_eq(format('SELECT due_at, is_breached FROM desk.sla_clock WHERE ticket_id = %s AND clock = %L ORDER BY cycle DESC LIMIT 1', ticket_id, clock),
                  format('SELECT %L::timestamptz, false', pg_temp.due(c)),
                  format('%s (%s): %s %s due %s', id, clause, type_zh, clock, due))
FROM due_case c ORDER BY id;
SELECT is(pg_temp.stands(ticket_id, clock, pg_temp.due(c) + over), expected, format('%s (%s): %s at %s', id, clause, expected, pg_temp.due(c) + over))
FROM due_case c, (VALUES (interval '0', 'running'), (interval '1 microsecond', 'late')) v (over, expected) ORDER BY id, over;
SELECT is(pg_temp.stands(pg_temp.play(pg_temp.played(c), stop || '@' || (pg_temp.due(c) + over)), clock, pg_temp.due(c) + over), expected,
          format('%s (%s): %s when %s at %s', id, clause, expected, stop, pg_temp.due(c) + over))
FROM due_case c, (VALUES (interval '0', 'met'), (interval '1 microsecond', 'breached'), (interval '1 second', 'breached')) v (over, expected)
WHERE stop IS NOT NULL
ORDER BY id, over;
-- PW-92: the other document's limit is not guessed.
SELECT is(pg_temp.ask(pg_temp.play(pg_temp.opened('installation'), 'submitted@0; dispatched@0'), $$SELECT due_at FROM desk.sla_clock WHERE ticket_id = $1 AND clock = 'handle'$$),
          NULL, 'X80 (PW-92): an installation has no limit of this document');

-- The notice of delay (PW-65) --------------------------------------------------

CREATE TEMP TABLE delay_case (id text, leaf_zh text, story text, now_at timestamptz, outcome text, verdict text);
INSERT INTO delay_case VALUES
    ('G203', '线路故障停电', 'submitted@1 minute; dispatched@2 minutes; on_site@30 minutes', '2026-03-08 11:30:01', 'late', 'SV002 delay_notified clauses=PW-65'),
    ('X81',  '线路故障停电', 'submitted@1 minute; dispatched@2 minutes; on_site@30 minutes', '2026-03-08 11:30:00', 'running', 'accepted'),
    ('X82',  '线路故障停电', 'submitted@1 minute; dispatched@2 minutes; on_site@30 minutes; !delay_notice@11 hours', '2026-03-08 11:30:01', 'late', 'accepted'),
    ('X83',  '电能表故障',   'submitted@1 minute; dispatched@2 minutes; on_site@30 minutes', '2026-03-08 11:30:01', 'running', 'accepted'),
    ('X84',  '电能表故障',   'submitted@1 minute; dispatched@2 minutes; on_site@30 minutes', '2026-03-08 23:30:01', 'late', 'SV002 delay_notified clauses=PW-65');
ALTER TABLE delay_case ADD ticket_id bigint;
UPDATE delay_case c SET ticket_id = pg_temp.opened('fault', '2026-03-07 23:30:00',
    p_category => (SELECT category FROM aftersales.category WHERE policy = 'power_hotline' AND label_zh = c.leaf_zh));
SELECT pg_temp.play(ticket_id, story, '2026-03-07 23:30:00') FROM delay_case \g /dev/null
SELECT is(seen, outcome, format('%s (PW-65): repair at %s is %s', id, now_at, outcome))
FROM delay_case, LATERAL (SELECT pg_temp.outcome(ticket_id, 'restore') FROM pg_temp.as_of(now_at) OFFSET 0) o (seen);
SELECT is(pg_temp.move_verdict(ticket_id, 'restored', p_at => now_at), verdict, format('%s (PW-65): repair reported at %s', id, now_at))
FROM delay_case;

-- Archives (PW-67 and its sisters) ----------------------------------------------
-- The shift's tickets are done at these times; then archives are due an hour
-- after the last.

CREATE TEMP TABLE archive_case (id text, clause text, type_zh text, done text, done_at timestamptz[], due timestamptz);
INSERT INTO archive_case VALUES
    ('X90', 'PW-67', '故障报修', 'called_back', '{2026-03-02 10:00:00,2026-03-02 15:40:00,2026-03-02 12:00:00}', '2026-03-02 16:40:00'),
    ('X91', 'PW-72', '咨询', 'answered',    '{2026-03-02 23:30:00}', '2026-03-03 00:30:00'),
    ('X92', 'PW-74', '查询', 'answered',    '{2026-03-31 23:59:59,2026-03-31 23:00:00}', '2026-04-01 00:59:59'),
    ('X93', 'PW-79', '投诉', 'called_back', '{2026-03-02 15:00:00,2026-03-16 17:00:00}', '2026-03-16 18:00:00'),
    ('X94', 'PW-79', '举报', 'called_back', '{2026-03-02 15:00:00}', '2026-03-02 16:00:00'),
    ('X95', 'PW-84', '表扬', 'called_back', '{2026-03-02 15:00:00,2026-03-02 15:00:00}', '2026-03-02 16:00:00'),
    ('X96', 'PW-89', '诉求', 'called_back', '{2026-03-02 15:00:00}', '2026-03-02 16:00:00'),
    ('X97', 'PW-94', '报装', 'called_back', '{2026-03-02 15:00:00,2026-03-02 15:30:00}', '2026-03-02 16:30:00');
-- The ids of the shift's tickets, all opened at eight.
CREATE FUNCTION pg_temp.shifted(c archive_case) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    type text := (SELECT ticket_type FROM aftersales.ticket_type WHERE policy = 'power_hotline' AND label_zh = c.type_zh);
    ids bigint[];
    s bigint;
    n int;
BEGIN
    INSERT INTO desk.shift (starts_at, ends_at) VALUES (pg_temp.base(), pg_temp.base() + interval '8 hours') RETURNING shift_id INTO s;
    FOR n IN 1 .. cardinality(c.done_at) LOOP
        ids[n] := pg_temp.opened(type, p_shift => s);
    END LOOP;
    FOR n IN SELECT o FROM unnest(c.done_at) WITH ORDINALITY d (at, o) ORDER BY at LOOP
        PERFORM pg_temp.play(ids[n], regexp_replace(story, '@[^;]+', '@0', 'g'), c.done_at[n]) FROM path WHERE ticket_type = type AND state = c.done;
    END LOOP;
    RETURN ids;
END $$;
ALTER TABLE archive_case ADD ids bigint[];
UPDATE archive_case c SET ids = pg_temp.shifted(c);
SELECT is((SELECT array_agg(k.due_at) FROM desk.sla_clock k WHERE k.ticket_id = ANY (ids) AND clock = 'archive' AND stopped_at IS NULL),
          array_fill(c.due, array[cardinality(done_at)]), format('%s (%s): %s archived by %s', c.id, clause, type_zh, c.due))
FROM archive_case c;

-- Taxonomy and grades (PW-54, PW-55) -----------------------------------------------

SELECT is(count(*), 44::bigint, 'G231 (PW-54): 44 leaves') FROM aftersales.category WHERE policy = 'power_hotline';
SELECT is(count(DISTINCT (ticket_type, grade)), 11::bigint, 'G231 (PW-54): 11 classes') FROM aftersales.category WHERE policy = 'power_hotline';
SELECT is(count(*), n, format('X100 (PW-54): %s leaves of %s', n, t))
FROM (VALUES ('fault', 7::bigint), ('consult', 7), ('query', 3), ('complaint', 13), ('request', 9), ('report', 1), ('suggestion', 1), ('opinion', 1), ('praise', 1), ('installation', 1)) v (t, n)
JOIN aftersales.category c ON c.ticket_type = t WHERE policy = 'power_hotline'
GROUP BY t, n ORDER BY t;
SELECT is(pg_temp.ask(pg_temp.opened('complaint', p_category => category), 'SELECT grade FROM desk.ticket WHERE ticket_id = $1'), expected,
          format('%s (PW-55): leaf %s, %s, is %s', id, position, label_zh, expected))
FROM (VALUES ('G227', 18, '线路频繁停电', 'general'), ('G229', 29, '服务态度', 'important'),
             ('X101', 28, '野蛮施工', 'general'), ('X102', 30, '行风问题', 'important'), ('X103', 25, '违反承诺工作时限', 'general')) v (id, no, leaf_zh, expected)
JOIN aftersales.category c ON c.policy = 'power_hotline' AND c.position = no AND c.label_zh = leaf_zh;

-- Repetitions (PW-28, PW-36) ---------------------------------------------------------

-- G225: the same address, an open fault: a consultation, linked, not dispatched.
INSERT INTO story SELECT 'A', pg_temp.opened('fault', p_attributes => pg_temp.complete('fault') || '{"address": "A"}');
INSERT INTO story SELECT 'A again', pg_temp.opened('fault', pg_temp.base() + interval '10 minutes', p_attributes => pg_temp.complete('fault') || '{"address": "A"}');
SELECT results_eq(format('SELECT ticket_type, duplicate_of FROM desk.ticket WHERE ticket_id = %s', b.ticket_id), format('SELECT %L::text, %s::bigint', 'consult', a.ticket_id),
                  'G225 (PW-28): a consultation, linked to the first report')
FROM story a, story b WHERE a.name = 'A' AND b.name = 'A again';
SELECT is(pg_temp.move_verdict(ticket_id, 'answered'), 'accepted', 'G225 (PW-28): it is answered by the agent') FROM story WHERE name = 'A again';
SELECT is(pg_temp.move_verdict(pg_temp.play(ticket_id, 'submitted@11 minutes'), 'dispatched'), 'SV002 not_duplicate clauses=PW-28', 'G225 (PW-28): it is not dispatched')
FROM story WHERE name = 'A again';
-- The first one is repaired: what comes then is a new fault.
SELECT pg_temp.play(ticket_id, 'submitted@12 minutes; dispatched@13 minutes; on_site@30 minutes; restored@1 hour') FROM story WHERE name = 'A' \g /dev/null
INSERT INTO story SELECT 'A later', pg_temp.opened('fault', pg_temp.base() + interval '1 hour', p_attributes => pg_temp.complete('fault') || '{"address": "A"}');
SELECT results_eq(format('SELECT ticket_type, duplicate_of FROM desk.ticket WHERE ticket_id = %s', ticket_id), $$SELECT 'fault', NULL::bigint$$,
                  'X110 (PW-28): after the repair it is a new report') FROM story WHERE name = 'A later';
-- X111: the same complaint twice: linked, told how it stands, ended.
INSERT INTO story SELECT 'C', pg_temp.play(pg_temp.opened('complaint', p_attributes => pg_temp.complete('complaint') || '{"address": "C"}'), 'submitted@1 minute; dispatched@2 minutes');
INSERT INTO story SELECT 'C again', pg_temp.opened('complaint', pg_temp.base() + interval '1 day', p_attributes => pg_temp.complete('complaint') || '{"address": "C", "told_customer": null}');
SELECT is((SELECT duplicate_of FROM desk.ticket t WHERE t.ticket_id = b.ticket_id), a.ticket_id, 'X111 (PW-36): linked to the first complaint')
FROM story a, story b WHERE a.name = 'C' AND b.name = 'C again';
SELECT is(pg_temp.move_verdict(ticket_id, 'duplicate', p_attributes => a), expected, format('X111 (PW-36): ended with %s', a))
FROM story, (VALUES ('{}'::jsonb, 'SV002 progress_told clauses=PW-36'), ('{"told_customer": "progress"}', 'accepted')) v (a, expected) WHERE name = 'C again';

-- Complaints said to be unfounded (PW-05, PW-06) ----------------------------------------

INSERT INTO story SELECT 'unfounded', pg_temp.play(pg_temp.opened('complaint'), 'submitted@1 minute; dispatched@2 minutes');
CREATE FUNCTION pg_temp.decide_verdict(p_login text) RETURNS text LANGUAGE sql AS
$$ SELECT pg_temp.verdict(format('INSERT INTO desk.approval (ticket_id, kind) VALUES (%s, %L)', (SELECT ticket_id FROM story WHERE name = 'unfounded'), 'unfounded'))
   FROM pg_temp.as_of(pg_temp.base() + interval '3 days', p_login) $$;
SELECT is(pg_temp.decide_verdict('company_marketing'), 'SV003', 'G233 (PW-05): the company does not decide before the bureau');
SELECT is(pg_temp.decide_verdict('bureau_marketing'), 'accepted', 'X120 (PW-06): the bureau decides first');
SELECT pg_temp.play(ticket_id, '+bureau_marketing@1 day') FROM story WHERE name = 'unfounded' \g /dev/null
SELECT is(pg_temp.move_verdict(ticket_id, 'handled', p_attributes => '{"finding": "unfounded"}'), 'SV002 unfounded_approved clauses=PW-05,PW-06',
          'X121 (PW-05): the bureau''s decision alone is not enough') FROM story WHERE name = 'unfounded';
SELECT is(pg_temp.decide_verdict('company_marketing'), 'accepted', 'X122 (PW-05): then the company');
SELECT pg_temp.play(ticket_id, '+company_marketing@2 days') FROM story WHERE name = 'unfounded' \g /dev/null
SELECT is(pg_temp.move_verdict(ticket_id, 'handled', p_attributes => '{"finding": "unfounded"}'), 'accepted',
          'X123 (PW-05): both have decided') FROM story WHERE name = 'unfounded';

-- Installations (PW-39, PW-40) ------------------------------------------------------------

SELECT is(pg_temp.move_verdict(s.ticket_id, 'submitted', p_attributes => a), expected, format('%s (%s): installation %s', id, clause, a))
FROM standing s, (VALUES
    ('G235', 'PW-39', '{"supply_now": "shared_meter", "main_meter_arrears": 0.00}'::jsonb, 'accepted'),
    ('X130', 'PW-39', '{"supply_now": "shared_meter", "main_meter_arrears": 0.01}', 'SV002 qualifies clauses=PW-39'),
    ('X131', 'PW-39', '{"supply_now": "none"}', 'accepted'),
    ('X132', 'PW-40', '{"supply_now": "resold", "applicant": "other"}', 'SV002 not_resold clauses=PW-40'),
    ('X133', 'PW-41', '{"documents_told": false}', 'SV002 documents_named clauses=PW-41')) v (id, clause, a, expected)
WHERE s.ticket_type = 'installation' AND s.state = 'new';

SELECT * FROM finish();
ROLLBACK;
