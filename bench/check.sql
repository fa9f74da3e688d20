-- bench/check.sql: whether two desks hold the same rows, leaving out what
-- cannot be equal: ids given by sequences, times of recording, hash bytes.

CREATE FUNCTION bench.differences(a name, b name, OUT what text, OUT rows_a bigint, OUT rows_b bigint, OUT differ bigint)
    RETURNS SETOF record LANGUAGE plpgsql AS $$
DECLARE
    q text;
BEGIN
    FOR what, q IN VALUES
        ('ticket', 'SELECT t.ticket_id, t.ticket_no, t.external_ref, t.policy, t.policy_version, t.ticket_type, t.category, '
            't.grade, t.area, t.parent_id, t.org_id, t.assignee, t.attributes, t.status, t.status_at, t.status_note, '
            't.opened_at, t.duplicate_of, t.happened_at, t.note, t.row_version, t.event_at, t.event_seq, '
            'length(t.event_hash) FROM %I.ticket t'),
        ('ticket_event', 'SELECT e.ticket_id, e.seq, e.event, e.occurred_at, e.actor, e.from_state, e.to_state, e.corrects, '
            'e.origin, e.external_ref, e.private_digest IS NULL, length(e.hash), e.note, e.data FROM %I.ticket_event e'),
        ('event_private', 'SELECT e.ticket_id, e.seq, p.note, p.data FROM %1$I.event_private p JOIN %1$I.ticket_event e USING (event_id)'),
        ('sla_clock', 'SELECT c.ticket_id, c.clock, c.cycle, c.rule, c.target, c.started_at, c.start_seq, c.due_at, '
            'c.paused_since, c.remaining, c.stopped_at, c.ended_as, c.is_breached, c.is_cleared, c.next_at, '
            'c.late_entry_at IS NULL, c.escalated, c.calendar, c.calendar_rev FROM %I.sla_clock c'),
        ('sla_breach', 'SELECT c.ticket_id, c.clock, c.cycle, b.due_at, b.org_id, b.assignee, b.responsible, '
            'b.cleared_at, b.excused_at, b.excused_by FROM %1$I.sla_breach b JOIN %1$I.sla_clock c USING (clock_id)'),
        ('sla_escalation', 'SELECT c.ticket_id, c.clock, c.cycle, e.level, e.at, e.action, e.recipient '
            'FROM %1$I.sla_escalation e JOIN %1$I.sla_clock c USING (clock_id)'),
        ('outbox', 'SELECT o.topic, o.ticket_id, o.level, o.recipient, o.at, o.leased_until, o.done_at FROM %I.outbox o')
    LOOP
        EXECUTE format('SELECT (SELECT count(*) FROM (%1$s) x), (SELECT count(*) FROM (%2$s) x), '
                       '(SELECT count(*) FROM (%1$s EXCEPT ALL %2$s) x) + (SELECT count(*) FROM (%2$s EXCEPT ALL %1$s) x)',
                       format(q, a), format(q, b)) INTO rows_a, rows_b, differ;
        RETURN NEXT;
    END LOOP;
END $$;

-- Raises when two desks differ.
CREATE FUNCTION bench.same(a name, b name, step text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    d record;
BEGIN
    FOR d IN SELECT * FROM bench.differences(a, b) WHERE differ <> 0 LOOP
        RAISE EXCEPTION 'after %, % of % differs from % by % rows', step, d.what, b, a, d.differ;
    END LOOP;
END $$;

-- The same work by every way, with what is comparable compared; raises when it differs.
CREATE FUNCTION bench.compare(step text, ways text[]) RETURNS TABLE (after text, desks text, what text, row_count bigint, different bigint)
    LANGUAGE plpgsql AS $$
DECLARE
    way text;
BEGIN
    FOREACH way IN ARRAY ways LOOP
        FOR after, desks, what, row_count, different IN
            SELECT step, 'b_enforced = ' || way, d.what, d.rows_b, d.differ FROM bench.differences('b_enforced', way) d LOOP
            RETURN NEXT;
            IF different <> 0 THEN
                RAISE EXCEPTION 'after %, % of % differs from b_enforced by % rows', step, what, way, different;
            END IF;
        END LOOP;
    END LOOP;
END $$;
