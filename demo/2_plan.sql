-- 2_plan.sql: a day at the hotline, made up.
--
-- Makes temporary tables that say what will happen on Wednesday, 16 July 2025:
--
--   call        one row per call, with everything the application will write
--   plan_event  what is logged for its ticket, and when
--   plan_move   how the ticket moves on, when, and what is recorded with it
--
-- It is a scenario only: nothing here knows a rule of the policy, and nothing
-- is written to the desk.  random() is seeded, so the day is always the same.

SELECT setseed(0.95598) \g /dev/null

-- Calls per hour.  A storm in the afternoon adds outage reports.
CREATE TEMP TABLE hour_load AS
SELECT hour, calls, storm
FROM unnest('{20,14,10,8,10,18,36,70,120,160,165,140,100,105,130,140,145,130,115,120,110,85,55,34}'::int[],
            '{0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,90,140,80,30,0,0,0,0,0}'::int[])
     WITH ORDINALITY AS l (calls, storm, nth),
     LATERAL (SELECT nth - 1) AS h (hour);

-- The dice, thrown once per call.
CREATE TEMP TABLE dice AS
SELECT row_number() OVER (ORDER BY call_in_at) AS call_no, d.*
FROM (SELECT is_storm,
             date_trunc('milliseconds', :'day'::timestamptz + (hour + random()) * interval '1 hour') AS call_in_at,
             random() AS d_type, random() AS d_area, random() AS d_category, random() AS d_fate, random() AS d_feeder,
             random() AS d_wait, random() AS d_wait_for, random() AS d_talk,
             random() AS d_hand, random() AS d_hand_for, random() AS d_review, random() AS d_travel,
             random() AS d_repair, random() AS d_hard, random() AS d_back, random() AS d_back_for, random() AS d_rating
      FROM (SELECT hour, false AS is_storm, generate_series(1, calls) FROM hour_load
            UNION ALL
            SELECT hour, true, generate_series(1, storm) FROM hour_load) c) d;

-- What each call is about.  At one feeder there is one outage: `feeder` is
-- what calls about the same outage have in common.
CREATE TEMP TABLE subject AS
SELECT *,
       CASE WHEN is_storm OR d_type < 0.30 THEN 'fault' WHEN d_type < 0.72 THEN 'consult' ELSE 'query' END AS about,
       (ARRAY['urban', 'rural', 'remote'])[CASE WHEN d_area < 0.62 THEN 1 WHEN d_area < 0.90 THEN 2 ELSE 3 END] AS area,
       CASE WHEN is_storm THEN 'storm-' || floor(d_feeder * 60) ELSE 'feeder-' || floor(d_feeder * 2500) END AS feeder,
       call_in_at >= :'day'::timestamptz + interval '15 hours'
           AND call_in_at < :'day'::timestamptz + interval '19 hours' AS in_storm
FROM dice;

-- The course of a fault, if it is repaired; the course of the others.
CREATE TEMP TABLE course AS
SELECT s.*, w.answered_at, w.hung_up_at, h.hand_at, h.sent_back_at, r.review_at, a.arrive_at, a.is_hard, x.restore_at,
       -- one callback in twelve comes late; at night, when few agents are on
       -- duty, one in two
       x.restore_at + CASE WHEN d_back < CASE WHEN x.restore_at::time > '21:30' THEN 0.5 ELSE 0.08 END
                           THEN interval '12 minutes' + d_back_for * interval '90 minutes'
                           ELSE interval '1 minute' + d_back_for * interval '8 minutes' END AS back_at
FROM subject s,
     -- most calls are answered within seconds; in the storm the queue is long
     LATERAL (SELECT call_in_at + CASE WHEN d_wait < CASE WHEN in_storm THEN 0.25 ELSE 0.04 END THEN 12 + 40 * d_wait_for
                                       ELSE 2 + 9.5 * d_wait_for END * interval '1 second',
                     (50 + 150 * d_talk) * interval '1 second') AS t (answered_at, talk),
     LATERAL (SELECT date_trunc('milliseconds', t.answered_at), date_trunc('milliseconds', t.answered_at + t.talk)) AS w (answered_at, hung_up_at),
     LATERAL (SELECT w.hung_up_at + CASE WHEN d_hand < 0.05 THEN 180 + 240 * d_hand_for
                                         ELSE 15 + 140 * d_hand_for END * interval '1 second',
                     -- the shift leader sends a few reports back to the agent
                     CASE WHEN NOT is_storm AND d_fate BETWEEN 0.06 AND 0.09 THEN w.hung_up_at + interval '9 minutes' END) AS h (hand_at, sent_back_at),
     LATERAL (SELECT coalesce(h.sent_back_at + interval '4 minutes', h.hand_at)
                     + CASE WHEN in_storm THEN 40 + 280 * d_review ELSE 20 + 150 * d_review END * interval '1 second') AS r (review_at),
     LATERAL (SELECT r.review_at
                     + CASE area WHEN 'urban' THEN 10 + 42 * d_travel WHEN 'rural' THEN 30 + 75 * d_travel ELSE 70 + 140 * d_travel END
                     * CASE WHEN in_storm THEN 1.6 ELSE 1 END * interval '1 minute',
                     d_hard < 0.03) AS a (arrive_at, is_hard),
     LATERAL (SELECT a.arrive_at
                     + CASE WHEN a.is_hard THEN 600 + 500 * d_repair ELSE 15 + 160 * d_repair ^ 2 END * interval '1 minute') AS x (restore_at);

CREATE INDEX ON course (feeder);
ANALYZE course;

-- Calls about an outage that is known already and not yet repaired.  Half of
-- them the agent recognises at once: such a call becomes a consult ticket.
-- The other half become fault tickets, found to be duplicates afterwards.
CREATE TEMP TABLE call AS
SELECT 'CALL-' || to_char(c.call_no, 'FM00000') AS ref, c.*,
       CASE WHEN NOT c.is_repeat THEN c.about WHEN c.d_type < 0.5 THEN 'consult' ELSE 'fault' END AS ticket_type,
       CASE WHEN c.is_repeat AND c.d_type < 0.5 THEN 'repair_progress'
            WHEN c.about = 'fault' AND c.fate = 'internal' THEN 'customer_internal'
            WHEN c.about = 'fault' AND in_storm THEN (ARRAY['line_fault', 'line_fault', 'fuse_fault', 'transformer_box_fault', 'external_damage'])[1 + floor(5 * d_category)::int]
            WHEN c.about = 'fault' THEN (ARRAY['fuse_fault', 'fuse_fault', 'fuse_fault', 'meter_fault', 'meter_fault', 'line_fault', 'line_fault', 'transformer_box_fault', 'transformer_overload', 'external_damage'])[1 + floor(10 * d_category)::int]
            WHEN c.about = 'consult' THEN (ARRAY['planned_outage', 'fault_outage', 'price_bill', 'price_bill', 'price_bill', 'business', 'business', 'metering', 'general_knowledge'])[1 + floor(9 * d_category)::int]
            ELSE (ARRAY['usage_bill', 'usage_bill', 'usage_bill', 'installation_progress', 'query_other'])[1 + floor(5 * d_category)::int]
       END AS category,
       'agent-' || to_char(1 + c.call_no % 12, 'FM00') AS agent,
       'team-' || CASE area WHEN 'urban' THEN 1 + c.call_no % 2 WHEN 'rural' THEN 3 + c.call_no % 2 ELSE 5 END AS team
FROM (SELECT c.*,
             coalesce(r.is_repeat, false) AS is_repeat,
             CASE WHEN r.is_repeat THEN 'CALL-' || to_char(f.call_no, 'FM00000') END AS first_ref,
             CASE WHEN f.call_no = c.call_no AND c.is_storm THEN 'repair'
                  WHEN c.d_fate < 0.04 THEN 'internal'
                  WHEN c.d_fate < 0.06 THEN 'planned'
                  ELSE 'repair' END AS fate
      FROM course c
      LEFT JOIN LATERAL (SELECT * FROM course f
                         WHERE c.about = 'fault' AND f.about = 'fault' AND f.feeder = c.feeder
                           AND (f.is_storm OR f.d_fate >= 0.06)
                         ORDER BY f.call_in_at LIMIT 1) f ON true,
           LATERAL (SELECT f.call_no <> c.call_no AND c.hand_at + interval '1 minute' < f.restore_at) AS r (is_repeat)) c;

-- What the application logs.
CREATE TEMP TABLE plan_event AS
SELECT 'call' AS stage, ref, 'call_in' AS event, call_in_at AS at, NULL AS note FROM call
UNION ALL SELECT 'call', ref, 'answered', answered_at, NULL FROM call;

-- How the tickets move.  `extra` is recorded with the move.
CREATE TEMP TABLE plan_move (
    stage text, ref text, at timestamptz, to_state text,
    extra jsonb NOT NULL DEFAULT '{}', note text,
    category text, assignee text, org_code text, first_ref text
);

-- Consultations and queries that are answered while the customer is on the
-- phone; some take longer than they should, some come to nothing.
INSERT INTO plan_move (stage, ref, at, to_state, extra, first_ref)
SELECT 'answer', ref,
       answered_at + CASE WHEN d_hand < 0.05 THEN 300 + 200 * d_hand_for ELSE 40 + 230 * d_hand_for END * interval '1 second',
       CASE WHEN d_fate > 0.98 AND NOT is_repeat THEN 'cancelled' ELSE 'answered' END,
       CASE WHEN d_fate > 0.98 AND NOT is_repeat THEN '{"cancel_reason": "withdrawn"}'
            WHEN ticket_type = 'query' AND d_rating < 0.05
                THEN '{"cannot_query": true, "cannot_query_reason": "Customer has no number at hand"}'
            WHEN ticket_type = 'query' THEN jsonb_build_object('customer_no', to_char(call_no, 'FM0000000000'))
            ELSE '{"topic": "other"}'::jsonb END,
       first_ref
FROM call
WHERE ticket_type = 'query' OR (ticket_type = 'consult' AND (is_repeat OR d_fate NOT BETWEEN 0.80 AND 0.98));

-- Calls end; those answered on the phone end after the answer.
INSERT INTO plan_event
SELECT 'hang_up', c.ref, 'hung_up', greatest(c.hung_up_at, m.at + interval '10 seconds'), NULL
FROM call c LEFT JOIN plan_move m ON m.ref = c.ref;

-- After the call: fault reports, and difficult consultations, go to the leader.
INSERT INTO plan_move (stage, ref, at, to_state, extra, first_ref)
SELECT 'hand_over', ref, hand_at,
       CASE WHEN is_repeat THEN 'duplicate' WHEN fate = 'internal' THEN 'cancelled' ELSE 'submitted' END,
       jsonb_strip_nulls(jsonb_build_object(
           'name_refused', CASE WHEN d_rating < 0.1 THEN true END,
           'customer_name', CASE WHEN d_rating >= 0.1 THEN 'Customer ' || call_no END,
           'customer_phone', to_char(call_no, 'FM0000-000000'),
           'address', 'District ' || 1 + floor(d_feeder * 9) || ', house ' || call_no,
           'symptom', CASE category WHEN 'meter_fault' THEN 'Meter display dark' ELSE 'No power in the house' END,
           'outage_cause', CASE WHEN fate = 'planned' THEN 'planned' WHEN fate = 'repair' THEN 'unknown' END,
           'cancel_reason', CASE WHEN fate = 'internal' AND NOT is_repeat THEN 'customer_internal' END)),
       first_ref
FROM call WHERE ticket_type = 'fault'
UNION ALL
SELECT 'hand_over', ref, hand_at, 'submitted',
       jsonb_build_object('topic', 'procedure', 'customer_phone', to_char(call_no, 'FM0000-000000')), NULL
FROM call WHERE ticket_type = 'consult' AND NOT is_repeat AND d_fate BETWEEN 0.80 AND 0.98;

-- The leader sends a report back, the agent completes it.
INSERT INTO plan_move (stage, ref, at, to_state, note, extra)
SELECT 'send_back', ref, sent_back_at, 'new', 'Which entrance?', '{}'::jsonb
FROM call WHERE ticket_type = 'fault' AND NOT is_repeat AND fate = 'repair' AND sent_back_at IS NOT NULL
UNION ALL
SELECT 'complete', ref, sent_back_at + interval '3 minutes', 'submitted', NULL,
       jsonb_build_object('address', 'District ' || 1 + floor(d_feeder * 9) || ', house ' || call_no || ', entrance 2')
FROM call WHERE ticket_type = 'fault' AND NOT is_repeat AND fate = 'repair' AND sent_back_at IS NOT NULL;

-- Review: the leader dispatches, answers, or ends it.
INSERT INTO plan_move (stage, ref, at, to_state, extra, assignee, org_code)
SELECT 'review', ref, review_at,
       CASE fate WHEN 'planned' THEN 'cancelled' ELSE 'dispatched' END,
       CASE fate WHEN 'planned' THEN '{"cancel_reason": "planned_outage"}' ELSE '{}' END::jsonb,
       CASE fate WHEN 'repair' THEN team END,
       CASE fate WHEN 'repair' THEN 'branch-' || area END
FROM call WHERE ticket_type = 'fault' AND NOT is_repeat AND fate <> 'internal'
UNION ALL
SELECT 'review', ref, hand_at + CASE WHEN d_back < 0.06 THEN 300 + 400 * d_back_for ELSE 40 + 250 * d_back_for END * interval '1 second',
       CASE WHEN d_repair < 0.65 THEN 'answered' ELSE 'dispatched' END, '{}',
       CASE WHEN d_repair >= 0.65 THEN 'clerk-1' END,
       CASE WHEN d_repair >= 0.65 THEN 'department-1' END
FROM call WHERE ticket_type = 'consult' AND NOT is_repeat AND d_fate BETWEEN 0.80 AND 0.98;

-- Repair.  Some blown fuses turn out to be meters.
INSERT INTO plan_move (stage, ref, at, to_state, category)
SELECT 'arrive', ref, arrive_at, 'on_site', CASE WHEN category = 'fuse_fault' AND d_rating > 0.92 THEN 'meter_fault' END
FROM call WHERE ticket_type = 'fault' AND NOT is_repeat AND fate = 'repair'
UNION ALL
SELECT 'restore', ref, restore_at, 'restored', NULL
FROM call WHERE ticket_type = 'fault' AND NOT is_repeat AND fate = 'repair';

-- Hard repairs: the team reports progress and gives notice of the delay.
INSERT INTO plan_event
SELECT 'repair', ref, 'progress', arrive_at + interval '2 hours', 'Cable has to be replaced'
FROM call WHERE ticket_type = 'fault' AND NOT is_repeat AND fate = 'repair' AND is_hard
UNION ALL
SELECT 'repair', ref, 'delay_notice', call_in_at + interval '11 hours 30 minutes', 'Will take longer than twelve hours'
FROM call WHERE ticket_type = 'fault' AND NOT is_repeat AND fate = 'repair'
            AND restore_at > call_in_at + interval '11 hours 45 minutes';

-- The department answers in hours.
INSERT INTO plan_move (stage, ref, at, to_state, note)
SELECT 'handle', m.ref, m.at + interval '30 minutes' + c.d_travel ^ 2 * interval '18 hours', 'handled', 'Explained by letter'
FROM plan_move m JOIN call c USING (ref)
WHERE m.stage = 'review' AND m.to_state = 'dispatched' AND c.ticket_type = 'consult';

-- Callback, with the customer's evaluation; then the archive.
INSERT INTO plan_move (stage, ref, at, to_state, extra)
SELECT 'call_back', c.ref,
       CASE c.ticket_type WHEN 'fault' THEN c.back_at ELSE m.at + interval '2 minutes' + c.d_back_for * interval '7 minutes' END,
       'called_back',
       jsonb_strip_nulls(jsonb_build_object(
           'service_rating', r.rating, 'work_rating', r.rating, 'result_rating', r.rating,
           'timeliness_rating', CASE WHEN c.in_storm THEN 'dissatisfied' ELSE r.rating END,
           'was_contacted', CASE WHEN c.ticket_type = 'consult' THEN true END))
FROM plan_move m JOIN call c USING (ref),
     LATERAL (SELECT CASE WHEN c.d_rating < 0.10 THEN 'no_answer' WHEN c.d_rating < 0.85 THEN 'satisfied' ELSE 'fair' END) AS r (rating)
WHERE m.to_state IN ('restored', 'handled');
-- How the customer rated the call itself is in the telephone system by then.
INSERT INTO plan_move (stage, ref, at, to_state, extra)
SELECT 'archive', m.ref, m.at + interval '20 minutes' + c.d_review * interval '60 minutes', 'archived',
       jsonb_build_object('call_rating', CASE WHEN c.d_talk < 0.7 THEN 'no_answer' WHEN c.d_talk < 0.95 THEN 'satisfied' ELSE 'fair' END)
FROM plan_move m JOIN call c USING (ref)
WHERE m.to_state IN ('answered', 'called_back');

UPDATE plan_move SET at = date_trunc('milliseconds', at);
UPDATE plan_event SET at = date_trunc('milliseconds', at);
CREATE INDEX ON call (call_in_at);
CREATE INDEX ON plan_event (stage, at);
CREATE INDEX ON plan_event (ref);
CREATE INDEX ON plan_move (stage, at);
CREATE INDEX ON plan_move (ref);
ANALYZE call, plan_event, plan_move;
