-- What of the spare-parts ledger is due.

CREATE VIEW @desk@.stock_count_due AS
SELECT l.location, l.label, l.kind, l.holder, l.org_id, l.policy, d.due_on, c.count_id,
       CASE WHEN c.count_id IS NULL THEN 'none'
            WHEN c.posted_at IS NOT NULL THEN 'posted'
            WHEN s.signed_at IS NOT NULL THEN 'signed'
            WHEN c.frozen_at IS NOT NULL THEN 'frozen'
            ELSE 'open' END AS state,
       c.frozen_at, s.signed_at, c.posted_at,
       coalesce((s.signed_at AT TIME ZONE z.timezone)::date, n.today) > d.due_on AS is_late
FROM @desk@.stock_location l
JOIN @desk@.location_kind k ON k.kind = l.kind AND k.physical AND NOT k.in_hands
LEFT JOIN aftersales.policy p ON p.policy = l.policy
CROSS JOIN LATERAL (SELECT coalesce(p.timezone, current_setting('TimeZone')) AS timezone) z
CROSS JOIN LATERAL (SELECT (aftersales.now() AT TIME ZONE z.timezone)::date AS today) n
CROSS JOIN LATERAL (SELECT date_trunc('month', n.today::timestamp)::date AS due_on) d
LEFT JOIN @desk@.stock_count c ON c.location = l.location AND c.due_on = d.due_on AND c.cancelled_at IS NULL
CROSS JOIN LATERAL (SELECT CASE WHEN c.store_signed_at IS NOT NULL AND c.account_signed_at IS NOT NULL
                                THEN greatest(c.store_signed_at, c.account_signed_at) END AS signed_at) s
WHERE l.is_active;
COMMENT ON VIEW @desk@.stock_count_due IS 'Grain: one row per active location where parts lie in nobody''s hands, with its count due on the 1st of the current month, local to the policy of the location (without one, to the session). Computed when asked.';
COMMENT ON COLUMN @desk@.stock_count_due.location IS 'Key: the location.';
COMMENT ON COLUMN @desk@.stock_count_due.label IS 'Its name.';
COMMENT ON COLUMN @desk@.stock_count_due.kind IS 'Kind of location.';
COMMENT ON COLUMN @desk@.stock_count_due.holder IS 'Staff login of who answers for what is there.';
COMMENT ON COLUMN @desk@.stock_count_due.org_id IS 'Unit it belongs to.';
COMMENT ON COLUMN @desk@.stock_count_due.policy IS 'Policy of the location, whose time zone says which day it is.';
COMMENT ON COLUMN @desk@.stock_count_due.due_on IS 'The 1st of the current month.';
COMMENT ON COLUMN @desk@.stock_count_due.count_id IS 'The count of that day; NULL: none, or only cancelled ones.';
COMMENT ON COLUMN @desk@.stock_count_due.state IS 'none, open, frozen (being counted), signed (by both keepers), posted.';
COMMENT ON COLUMN @desk@.stock_count_due.frozen_at IS 'When the book quantities were frozen.';
COMMENT ON COLUMN @desk@.stock_count_due.signed_at IS 'When the second of the two keepers signed.';
COMMENT ON COLUMN @desk@.stock_count_due.posted_at IS 'When its differences became moves.';
COMMENT ON COLUMN @desk@.stock_count_due.is_late IS 'Whether the day was over before both keepers had signed.';
