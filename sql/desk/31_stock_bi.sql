-- BI views of the spare-parts ledger.  A month and a date are local: by the
-- zone of the ticket's policy, or of the location, see dim_location.

CREATE VIEW @desk_bi@.dim_part AS
SELECT p.part_no, p.label, p.exchange, p.is_serialised, p.unit, p.decimals, p.component, p.grade,
       p.product_line, p.is_active
FROM @desk@.part p;
COMMENT ON VIEW @desk_bi@.dim_part IS 'Grain: one row per part.';
COMMENT ON COLUMN @desk_bi@.dim_part.part_no IS 'Key: part number.';
COMMENT ON COLUMN @desk_bi@.dim_part.label IS 'Name.';
COMMENT ON COLUMN @desk_bi@.dim_part.exchange IS 'What a hand-out must end in: one_for_one, consumable, loaner.';
COMMENT ON COLUMN @desk_bi@.dim_part.is_serialised IS 'Whether each piece is followed by its serial number.';
COMMENT ON COLUMN @desk_bi@.dim_part.unit IS 'Unit of all quantities, for example piece or metre.';
COMMENT ON COLUMN @desk_bi@.dim_part.decimals IS 'How many decimals quantities may have.';
COMMENT ON COLUMN @desk_bi@.dim_part.component IS 'Component it is, as in ticket.component.';
COMMENT ON COLUMN @desk_bi@.dim_part.grade IS 'Grade among parts that can stand in for one another; higher is better.';
COMMENT ON COLUMN @desk_bi@.dim_part.product_line IS 'Product line it belongs to.';
COMMENT ON COLUMN @desk_bi@.dim_part.is_active IS 'Whether it may still be received.';

CREATE VIEW @desk_bi@.dim_location AS
SELECT l.location, l.label, l.kind, k.label_en AS kind_label_en, k.label_zh AS kind_label_zh,
       k.physical AS is_physical, k.in_hands AS is_in_hands,
       l.parent, l.holder, l.org_id, l.policy,
       coalesce(p.timezone, z.timezone, 'UTC') AS timezone, l.is_active
FROM @desk@.stock_location l
JOIN @desk@.location_kind k ON k.kind = l.kind
LEFT JOIN aftersales.policy p ON p.policy = l.policy
LEFT JOIN (SELECT min(p.timezone) AS timezone
           FROM aftersales.policy p
           WHERE EXISTS (SELECT FROM aftersales.policy_version v WHERE v.policy = p.policy AND v.status = 'active')
           HAVING min(p.timezone) = max(p.timezone)) z ON true;
COMMENT ON VIEW @desk_bi@.dim_location IS 'Grain: one row per location of the ledger, virtual ones included.';
COMMENT ON COLUMN @desk_bi@.dim_location.location IS 'Key: its code.';
COMMENT ON COLUMN @desk_bi@.dim_location.label IS 'Name.';
COMMENT ON COLUMN @desk_bi@.dim_location.kind IS 'Kind of location.';
COMMENT ON COLUMN @desk_bi@.dim_location.kind_label_en IS 'English label of the kind.';
COMMENT ON COLUMN @desk_bi@.dim_location.kind_label_zh IS 'Chinese label of the kind.';
COMMENT ON COLUMN @desk_bi@.dim_location.is_physical IS 'Whether parts lie there; only such locations have balances.';
COMMENT ON COLUMN @desk_bi@.dim_location.is_in_hands IS 'Whether what is there is in somebody''s hands and has to come back.';
COMMENT ON COLUMN @desk_bi@.dim_location.parent IS 'Location it is part of.';
COMMENT ON COLUMN @desk_bi@.dim_location.holder IS 'Staff login of who answers for what is there.';
COMMENT ON COLUMN @desk_bi@.dim_location.org_id IS 'Unit it belongs to.';
COMMENT ON COLUMN @desk_bi@.dim_location.policy IS 'Policy whose row guards judge moves from here; NULL: none.';
COMMENT ON COLUMN @desk_bi@.dim_location.timezone IS 'Zone of its days and months: its policy''s; without a policy, that of all policies in force if they have the same; else UTC.';
COMMENT ON COLUMN @desk_bi@.dim_location.is_active IS 'Whether anything may still be moved here.';

CREATE VIEW @desk_bi@.part_position AS
SELECT concat_ws('|', b.location, b.part_no, b.condition, b.owner) AS part_position,
       b.location, l.kind, l.in_hands, l.holder, l.org_id, b.part_no, b.condition, b.owner, b.quantity,
       b.last_at
FROM @desk@.stock_balance b
JOIN (SELECT s.location, s.kind, k.in_hands, s.holder, s.org_id
      FROM @desk@.stock_location s
      JOIN @desk@.location_kind k ON k.kind = s.kind) l ON l.location = b.location
WHERE b.quantity <> 0;
COMMENT ON VIEW @desk_bi@.part_position IS 'Grain: one row per physical location, part, condition and owner of which there is any now.';
COMMENT ON COLUMN @desk_bi@.part_position.part_position IS 'Key: the four, with | between.';
COMMENT ON COLUMN @desk_bi@.part_position.location IS 'The location (dim_location).';
COMMENT ON COLUMN @desk_bi@.part_position.kind IS 'Kind of location.';
COMMENT ON COLUMN @desk_bi@.part_position.in_hands IS 'Whether it is in somebody''s hands and has to come back.';
COMMENT ON COLUMN @desk_bi@.part_position.holder IS 'Staff login of who answers for it.';
COMMENT ON COLUMN @desk_bi@.part_position.org_id IS 'Unit the location belongs to.';
COMMENT ON COLUMN @desk_bi@.part_position.part_no IS 'The part (dim_part).';
COMMENT ON COLUMN @desk_bi@.part_position.condition IS 'good, defective, in_repair or scrap.';
COMMENT ON COLUMN @desk_bi@.part_position.owner IS 'Whose the parts are: own, or the consignor.';
COMMENT ON COLUMN @desk_bi@.part_position.quantity IS 'How many there are, in the part''s unit.';
COMMENT ON COLUMN @desk_bi@.part_position.last_at IS 'Time of the latest move, or of the latest count of the location if that is later.';

CREATE VIEW @desk_bi@.part_outstanding AS
SELECT e.exchange_id, e.ticket_id, t.ticket_no, t.policy, e.part_no, e.serial_no, e.exchange,
       e.location, l.holder, l.org_id,
       e.issued_at, (e.issued_at AT TIME ZONE z.timezone)::date AS issued_on,
       round(extract(epoch FROM n.now - e.issued_at)::numeric / 86400, 2) AS age_days,
       e.quantity, q.to_account, q.defective_to_return, q.defective_to_remove,
       e.defective_part_no, e.defective_serial_no,
       e.removed_at, (e.removed_at AT TIME ZONE z.timezone)::date AS removed_on,
       CASE WHEN q.defective_to_return > 0
            THEN round(extract(epoch FROM n.now - e.removed_at)::numeric / 86400, 2) END AS defective_age_days,
       (SELECT bool_or(c.is_late) FROM @desk@.clock_now c
        WHERE c.ticket_id = e.ticket_id AND c.clock = 'part_return' AND c.is_open) AS is_overdue,
       coalesce(t.voided_at IS NOT NULL, false) AS is_voided
FROM @desk@.part_exchange e
LEFT JOIN @desk@.ticket t ON t.ticket_id = e.ticket_id
LEFT JOIN aftersales.policy p ON p.policy = t.policy
LEFT JOIN @desk_bi@.dim_location l ON l.location = e.location
CROSS JOIN (SELECT aftersales.now() AS now) n
CROSS JOIN LATERAL (SELECT coalesce(p.timezone, l.timezone, 'UTC') AS timezone) z
CROSS JOIN LATERAL (SELECT e.quantity - e.installed - e.returned - e.lost AS to_account,
                           e.removed - e.defective_returned - e.defective_lost AS defective_to_return,
                           CASE WHEN e.exchange = 'one_for_one' THEN greatest(e.installed - e.removed - e.kept, 0)
                                ELSE 0 END AS defective_to_remove) q
WHERE e.balanced_at IS NULL;
COMMENT ON VIEW @desk_bi@.part_outstanding IS 'Grain: one row per hand-out of a part of which something is still outstanding now: the part itself, or the defective one that comes back for it. Quantities are in the part''s unit.';
COMMENT ON COLUMN @desk_bi@.part_outstanding.exchange_id IS 'Key.';
COMMENT ON COLUMN @desk_bi@.part_outstanding.ticket_id IS 'Ticket it is for; NULL: a loan without one.';
COMMENT ON COLUMN @desk_bi@.part_outstanding.ticket_no IS 'Its number.';
COMMENT ON COLUMN @desk_bi@.part_outstanding.policy IS 'Policy the ticket is opened under.';
COMMENT ON COLUMN @desk_bi@.part_outstanding.part_no IS 'Part that was handed out; where only a defective one was taken out so far, that one (dim_part).';
COMMENT ON COLUMN @desk_bi@.part_outstanding.serial_no IS 'Its serial number.';
COMMENT ON COLUMN @desk_bi@.part_outstanding.exchange IS 'What it must end in: one_for_one, consumable, loaner.';
COMMENT ON COLUMN @desk_bi@.part_outstanding.location IS 'In whose hands it was given (dim_location).';
COMMENT ON COLUMN @desk_bi@.part_outstanding.holder IS 'Staff login of who answers for what is there.';
COMMENT ON COLUMN @desk_bi@.part_outstanding.org_id IS 'Unit the location belongs to.';
COMMENT ON COLUMN @desk_bi@.part_outstanding.issued_at IS 'When it was handed out, or the defective one taken out, whichever came first.';
COMMENT ON COLUMN @desk_bi@.part_outstanding.issued_on IS 'Local date of that.';
COMMENT ON COLUMN @desk_bi@.part_outstanding.age_days IS 'Days from then until now, of 24 hours.';
COMMENT ON COLUMN @desk_bi@.part_outstanding.quantity IS 'How many were handed out.';
COMMENT ON COLUMN @desk_bi@.part_outstanding.to_account IS 'How many of them are neither installed nor returned nor lost; of a loaner, not back.';
COMMENT ON COLUMN @desk_bi@.part_outstanding.defective_to_return IS 'How many defective ones were taken out and are not back in a store.';
COMMENT ON COLUMN @desk_bi@.part_outstanding.defective_to_remove IS 'For how many installed ones no defective one was taken out, or left to the customer.';
COMMENT ON COLUMN @desk_bi@.part_outstanding.defective_part_no IS 'Part number of the defective one taken out or kept last.';
COMMENT ON COLUMN @desk_bi@.part_outstanding.defective_serial_no IS 'Its serial number.';
COMMENT ON COLUMN @desk_bi@.part_outstanding.removed_at IS 'When a defective one was taken out last.';
COMMENT ON COLUMN @desk_bi@.part_outstanding.removed_on IS 'Local date of that.';
COMMENT ON COLUMN @desk_bi@.part_outstanding.defective_age_days IS 'Days from then until now, of 24 hours; NULL when none is to be returned.';
COMMENT ON COLUMN @desk_bi@.part_outstanding.is_overdue IS 'Whether the ticket''s clock part_return is late; NULL: none is running.';
COMMENT ON COLUMN @desk_bi@.part_outstanding.is_voided IS 'Whether the ticket is voided; the part is outstanding all the same.';

CREATE VIEW @desk_bi@.part_turnover_monthly AS
SELECT concat_ws('|', x.location, x.part_no, x.condition, x.owner, to_char(x.month, 'YYYY-MM')) AS part_turnover_monthly,
       x.location, x.part_no, x.condition, x.owner, x.month,
       sum(x.net) OVER of_balance - x.net AS opening,
       x.incoming, x.outgoing, x.adjusted, x.reversed,
       sum(x.net) OVER of_balance AS closing,
       x.received, x.returned, x.issued, x.installed, x.moves
FROM (SELECT h.location, m.part_no, h.condition, m.owner,
             date_trunc('month', m.happened_at AT TIME ZONE l.timezone)::date AS month,
             sum(h.quantity) AS net,
             coalesce(sum(h.quantity) FILTER (WHERE h.quantity > 0 AND h.is_plain), 0) AS incoming,
             coalesce(-sum(h.quantity) FILTER (WHERE h.quantity < 0 AND h.is_plain), 0) AS outgoing,
             coalesce(sum(h.quantity) FILTER (WHERE m.reversal_of IS NULL AND m.purpose = 'adjust'), 0) AS adjusted,
             coalesce(sum(h.quantity) FILTER (WHERE m.reversal_of IS NOT NULL), 0) AS reversed,
             coalesce(sum(h.quantity) FILTER (WHERE h.quantity > 0 AND h.is_plain AND m.purpose = 'receipt'), 0) AS received,
             coalesce(sum(h.quantity) FILTER (WHERE h.quantity > 0 AND h.is_plain
                                                    AND m.purpose IN ('return', 'return_defective', 'loan_return')), 0) AS returned,
             coalesce(-sum(h.quantity) FILTER (WHERE h.quantity < 0 AND h.is_plain
                                                     AND m.purpose IN ('issue', 'loan')), 0) AS issued,
             coalesce(-sum(h.quantity) FILTER (WHERE h.quantity < 0 AND h.is_plain AND m.purpose = 'install'), 0) AS installed,
             count(*) AS moves
      FROM @desk@.stock_move m
      CROSS JOIN LATERAL (VALUES
          (m.to_location, m.to_condition, m.quantity, m.reversal_of IS NULL AND m.purpose <> 'adjust'),
          (m.from_location, m.from_condition, -m.quantity, m.reversal_of IS NULL AND m.purpose <> 'adjust')
      ) h(location, condition, quantity, is_plain)
      JOIN @desk_bi@.dim_location l ON l.location = h.location AND l.is_physical
      GROUP BY 1, 2, 3, 4, 5) x
WINDOW of_balance AS (PARTITION BY x.location, x.part_no, x.condition, x.owner ORDER BY x.month);
COMMENT ON VIEW @desk_bi@.part_turnover_monthly IS 'Grain: one row per physical location, part, condition, owner and local month in which any of it was moved. opening + incoming - outgoing + adjusted + reversed = closing; the opening of a month is the closing of the month before that has a row. Quantities are in the part''s unit.';
COMMENT ON COLUMN @desk_bi@.part_turnover_monthly.part_turnover_monthly IS 'Key: the five, with | between, the month as YYYY-MM.';
COMMENT ON COLUMN @desk_bi@.part_turnover_monthly.location IS 'The location (dim_location).';
COMMENT ON COLUMN @desk_bi@.part_turnover_monthly.part_no IS 'The part (dim_part).';
COMMENT ON COLUMN @desk_bi@.part_turnover_monthly.condition IS 'good, defective, in_repair or scrap.';
COMMENT ON COLUMN @desk_bi@.part_turnover_monthly.owner IS 'Whose the parts are: own, or the consignor.';
COMMENT ON COLUMN @desk_bi@.part_turnover_monthly.month IS 'First day of the local month, in the location''s zone.';
COMMENT ON COLUMN @desk_bi@.part_turnover_monthly.opening IS 'What was there when the month began.';
COMMENT ON COLUMN @desk_bi@.part_turnover_monthly.incoming IS 'What was moved there, or came into this condition; no adjustments, no reversals.';
COMMENT ON COLUMN @desk_bi@.part_turnover_monthly.outgoing IS 'What was moved away, or left this condition; no adjustments, no reversals.';
COMMENT ON COLUMN @desk_bi@.part_turnover_monthly.adjusted IS 'Differences of counts that were booked: above 0 found, below 0 missing.';
COMMENT ON COLUMN @desk_bi@.part_turnover_monthly.reversed IS 'What reversals brought back, or took away (below 0), of moves of this month or earlier ones.';
COMMENT ON COLUMN @desk_bi@.part_turnover_monthly.closing IS 'What was there when the month ended; in the present month, what is there now.';
COMMENT ON COLUMN @desk_bi@.part_turnover_monthly.received IS 'Of incoming: by receipts.';
COMMENT ON COLUMN @desk_bi@.part_turnover_monthly.returned IS 'Of incoming: handed in again, unused, defective or from loan.';
COMMENT ON COLUMN @desk_bi@.part_turnover_monthly.issued IS 'Of outgoing: handed out or lent.';
COMMENT ON COLUMN @desk_bi@.part_turnover_monthly.installed IS 'Of outgoing: put into machines.';
COMMENT ON COLUMN @desk_bi@.part_turnover_monthly.moves IS 'Number of moves, reversals included.';

CREATE VIEW @desk_bi@.part_consumption_monthly AS
SELECT concat_ws('|', x.part_no, to_char(x.month, 'YYYY-MM')) AS part_consumption_monthly,
       x.part_no, x.month, x.installed, x.reversed, x.installed - x.reversed AS consumed, x.tickets
FROM (SELECT m.part_no,
             date_trunc('month', m.happened_at AT TIME ZONE coalesce(p.timezone, l.timezone))::date AS month,
             coalesce(sum(m.quantity) FILTER (WHERE m.reversal_of IS NULL), 0) AS installed,
             coalesce(sum(m.quantity) FILTER (WHERE m.reversal_of IS NOT NULL), 0) AS reversed,
             count(DISTINCT m.ticket_id) FILTER (WHERE m.reversal_of IS NULL) AS tickets
      FROM @desk@.stock_move m
      -- where the part was before it was installed
      JOIN @desk_bi@.dim_location l
        ON l.location = CASE WHEN m.reversal_of IS NULL THEN m.from_location ELSE m.to_location END
      LEFT JOIN @desk@.ticket t ON t.ticket_id = m.ticket_id
      LEFT JOIN aftersales.policy p ON p.policy = t.policy
      WHERE m.purpose = 'install'
      GROUP BY 1, 2) x;
COMMENT ON VIEW @desk_bi@.part_consumption_monthly IS 'Grain: one row per part and local month in which it was installed, or such a move reversed. Quantities are in the part''s unit; part_turnover_monthly has what was installed by location.';
COMMENT ON COLUMN @desk_bi@.part_consumption_monthly.part_consumption_monthly IS 'Key: the two, with | between, the month as YYYY-MM.';
COMMENT ON COLUMN @desk_bi@.part_consumption_monthly.part_no IS 'The part (dim_part).';
COMMENT ON COLUMN @desk_bi@.part_consumption_monthly.month IS 'First day of the local month: by the zone of the ticket''s policy, without a ticket of the location it was taken from.';
COMMENT ON COLUMN @desk_bi@.part_consumption_monthly.installed IS 'How many were put into machines.';
COMMENT ON COLUMN @desk_bi@.part_consumption_monthly.reversed IS 'How many of that, or of earlier months, were taken back by reversals in this month.';
COMMENT ON COLUMN @desk_bi@.part_consumption_monthly.consumed IS 'The one less the other.';
COMMENT ON COLUMN @desk_bi@.part_consumption_monthly.tickets IS 'Number of tickets for which any was installed.';
