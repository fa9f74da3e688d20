-- always: open round the clock, every day.
--
-- Its days are those of UTC.  For working time that makes no difference; who
-- counts working days on it, which end at midnight, wants a copy in a zone
-- of his own.

INSERT INTO aftersales.calendar (calendar, timezone, title_en, title_zh) VALUES
    ('always', 'UTC', 'Round the clock', '全天候');

INSERT INTO aftersales.calendar_hours (calendar, weekday, opens, closes)
SELECT 'always', weekday, '00:00', '24:00' FROM pg_catalog.generate_series(1, 7) weekday;
