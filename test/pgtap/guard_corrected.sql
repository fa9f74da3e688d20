-- Guards ask about the history as it stands after corrections.
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SELECT no_plan();

INSERT INTO aftersales.policy (policy, title_en) VALUES ('gc', 'Guards and corrections');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('gc', 1, 'job');
INSERT INTO aftersales.event_type (policy, version, event) VALUES ('gc', 1, 'accepted'), ('gc', 1, 'offered');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES
    ('gc', 1, 'new', 'initial'), ('gc', 1, 'once', 'active'), ('gc', 1, 'twice', 'active'), ('gc', 1, 'since', 'active'), ('gc', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state)
SELECT 'gc', 1, f, t FROM unnest('{new,once,twice,since}'::text[]) f, unnest('{once,twice,since,new,done}'::text[]) t WHERE f <> t;
INSERT INTO aftersales.workflow_guard (policy, version, to_state, guard, requires, message_en) VALUES
    ('gc', 1, 'once', 'once', 'has_event(''accepted'')', '-'),
    ('gc', 1, 'twice', 'twice', 'has_event(''accepted'', 2)', '-'),
    ('gc', 1, 'since', 'since', 'has_event_since(''accepted'', ''offered'')', '-');
SELECT aftersales.activate_policy('gc', 1);
SELECT aftersales.create_desk();

CREATE FUNCTION logged(ticket bigint, event text, at text) RETURNS bigint LANGUAGE sql AS $$
    INSERT INTO desk.ticket_event (ticket_id, event, occurred_at) VALUES (ticket, event, ('2026-03-02 ' || at)::timestamptz) RETURNING event_id $$;
CREATE FUNCTION may(ticket bigint, state text) RETURNS boolean LANGUAGE sql AS $$
    SELECT bool_and(allowed) FROM aftersales.allowed_transitions(ARRAY[ticket]) WHERE to_state = state $$;
SET timezone = 'UTC';
SET aftersales.now = '2026-03-02 12:00';
INSERT INTO desk.ticket (ticket_id, ticket_type, happened_at) VALUES (1, 'job', '2026-03-02 08:00'), (2, 'job', '2026-03-02 08:00'), (3, 'job', '2026-03-02 08:00');

SELECT is(may(1, 'once'), false, 'no event');
SELECT logged(1, 'accepted', '09:00') AS first \gset
SELECT is(may(1, 'once'), true, 'an event');
SELECT is(may(1, 'twice'), false, 'but one only');
SELECT logged(1, 'accepted', '09:10') AS second \gset
SELECT is(may(1, 'twice'), true, 'two');
SELECT aftersales.correct_event(:first, 'was another customer') \g /dev/null
SELECT is(may(1, 'twice'), false, 'one of the two was none');
SELECT is(may(1, 'once'), true, 'the other still is');
SELECT aftersales.correct_event(:second, 'was later', '2026-03-02 09:20') \g /dev/null
SELECT is(may(1, 'once'), true, 'at another time it is the same event');
SELECT is(may(1, 'twice'), false, 'and counts once');
SELECT aftersales.correct_event(:second, 'was another customer, too') \g /dev/null
SELECT is(may(1, 'once'), false, 'taken out after it was put at another time');
SELECT throws_ok($$UPDATE desk.ticket SET status = 'once' WHERE ticket_id = 1$$, 'SV002', NULL, 'and the move is refused');

SELECT is(may(2, 'since'), false, 'nothing accepted');
SELECT logged(2, 'accepted', '09:00') AS early \gset
SELECT is(may(2, 'since'), true, 'accepted, and nothing offered since');
SELECT logged(2, 'offered', '09:30') AS offer \gset
SELECT is(may(2, 'since'), false, 'offered anew');
SELECT logged(2, 'accepted', '09:20') \g /dev/null
SELECT is(may(2, 'since'), false, 'what is recorded later but happened before does not do');
SELECT logged(2, 'accepted', '09:30') \g /dev/null
SELECT is(may(2, 'since'), true, 'at the same instant the later one does');
SELECT logged(3, 'accepted', '09:00') \g /dev/null
SELECT logged(3, 'offered', '09:30') AS offer \gset
SELECT aftersales.correct_event(:offer, 'was before', '2026-03-02 08:30') \g /dev/null
SELECT is(may(3, 'since'), true, 'the offer was before, after a correction');
SELECT aftersales.correct_event(:offer, 'was after', '2026-03-02 10:30') \g /dev/null
SELECT is(may(3, 'since'), false, 'was after, after another one');
SELECT aftersales.correct_event(:offer, 'was none') \g /dev/null
SELECT is(may(3, 'since'), true, 'was none at all');
SELECT * FROM finish();
