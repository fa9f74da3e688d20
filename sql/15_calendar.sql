-- 15_calendar.sql: calendars: when is working time.
--
-- Calendars do not belong to a policy and have no versions: next year's
-- holidays hold for tickets that are open already.  Instead each has a
-- revision number.  Every change of its rows raises it, and is recorded in
-- calendar_revision and calendar_history, from which any revision can be
-- rebuilt.  Calendars that take their holidays from a changed one get a new
-- revision too.
--
-- No foreign keys, for the reason given in 10_policy.sql.

CREATE TABLE aftersales.calendar (
    calendar        text CONSTRAINT calendar_pkey PRIMARY KEY
                    CONSTRAINT calendar_code_check CHECK (calendar ~ '^[a-z][a-z0-9_]*$'),
    timezone        text NOT NULL,
    holidays_from   text,
    known_until     date,
    title_en        text,
    title_zh        text,
    revision        integer NOT NULL DEFAULT 0
);
CREATE INDEX calendar_holidays_from_idx ON aftersales.calendar (holidays_from);
COMMENT ON TABLE aftersales.calendar IS 'One row per calendar of working time. Name and time zone are all it needs at first; it can be used once it has hours.';
COMMENT ON COLUMN aftersales.calendar.calendar IS 'Code of the calendar; fixed.';
COMMENT ON COLUMN aftersales.calendar.timezone IS 'IANA time zone by whose clock its days and hours are.';
COMMENT ON COLUMN aftersales.calendar.holidays_from IS 'Calendar whose dated rows hold here too, with those it takes itself; a day that has rows of its own here goes by these. Its weekly hours are not taken.';
COMMENT ON COLUMN aftersales.calendar.known_until IS 'Last day that an official notice of holidays covers. NULL: that of holidays_from; without that, no notice is needed.';
COMMENT ON COLUMN aftersales.calendar.title_en IS 'Title in English.';
COMMENT ON COLUMN aftersales.calendar.title_zh IS 'Title in Chinese.';
COMMENT ON COLUMN aftersales.calendar.revision IS 'Number of its last change, from 1; set by the triggers. A title can change without a new revision.';

CREATE TABLE aftersales.calendar_hours (
    calendar        text NOT NULL,
    weekday         integer NOT NULL CONSTRAINT calendar_hours_weekday_check CHECK (weekday BETWEEN 1 AND 7),
    opens           time NOT NULL,
    closes          time NOT NULL,
    CONSTRAINT calendar_hours_pkey PRIMARY KEY (calendar, weekday, opens)
);
COMMENT ON TABLE aftersales.calendar_hours IS 'One row per span of open time in a calendar''s week. Several a day may not overlap; what goes on over midnight takes two.';
COMMENT ON COLUMN aftersales.calendar_hours.calendar IS 'The calendar.';
COMMENT ON COLUMN aftersales.calendar_hours.weekday IS '1 = Monday to 7 = Sunday.';
COMMENT ON COLUMN aftersales.calendar_hours.opens IS 'Local time of opening; it is open at that instant.';
COMMENT ON COLUMN aftersales.calendar_hours.closes IS 'Local time of closing; it is closed at that instant. 24:00 is the end of the day.';

CREATE TABLE aftersales.calendar_day (
    calendar        text NOT NULL,
    day             date NOT NULL,
    is_working      boolean NOT NULL,
    opens           time,
    closes          time,
    name            text,
    CONSTRAINT calendar_day_key UNIQUE NULLS NOT DISTINCT (calendar, day, opens)
);
COMMENT ON TABLE aftersales.calendar_day IS 'One row per date that is not as its weekday says, or one per span of open time of it: holidays, make-up working days, special hours. They replace the weekly hours of that date.';
COMMENT ON COLUMN aftersales.calendar_day.calendar IS 'The calendar.';
COMMENT ON COLUMN aftersales.calendar_day.day IS 'The date.';
COMMENT ON COLUMN aftersales.calendar_day.is_working IS 'false: closed all day. true: working, by opens and closes.';
COMMENT ON COLUMN aftersales.calendar_day.opens IS 'Local time of opening. NULL on a working day: it has the calendar''s Monday hours (those of the first weekday with hours, if Monday has none).';
COMMENT ON COLUMN aftersales.calendar_day.closes IS 'Local time of closing; NULL together with opens.';
COMMENT ON COLUMN aftersales.calendar_day.name IS 'Name of the holiday, or what the day makes up for.';

CREATE TABLE aftersales.calendar_revision (
    calendar        text NOT NULL,
    revision        integer NOT NULL,
    changed_at      timestamptz NOT NULL,
    changed_by      text NOT NULL,
    timezone        text NOT NULL,
    holidays_from   text,
    source_revision integer NOT NULL,
    known_until     date,
    is_deleted      boolean NOT NULL,
    CONSTRAINT calendar_revision_pkey PRIMARY KEY (calendar, revision)
);
COMMENT ON TABLE aftersales.calendar_revision IS 'One row per revision of a calendar: its settings from then on. Append-only, written by triggers.';
COMMENT ON COLUMN aftersales.calendar_revision.calendar IS 'The calendar.';
COMMENT ON COLUMN aftersales.calendar_revision.revision IS 'Number of the revision, from 1 without gaps.';
COMMENT ON COLUMN aftersales.calendar_revision.changed_at IS 'When the change was made (the real time, also while time is simulated).';
COMMENT ON COLUMN aftersales.calendar_revision.changed_by IS 'Database user who made it.';
COMMENT ON COLUMN aftersales.calendar_revision.timezone IS 'Its time zone since then.';
COMMENT ON COLUMN aftersales.calendar_revision.holidays_from IS 'Calendar whose dated rows it takes since then.';
COMMENT ON COLUMN aftersales.calendar_revision.source_revision IS 'Revision of that calendar then; 0 without one.';
COMMENT ON COLUMN aftersales.calendar_revision.known_until IS 'Its known_until since then.';
COMMENT ON COLUMN aftersales.calendar_revision.is_deleted IS 'Whether the change was its removal.';

CREATE TABLE aftersales.calendar_history (
    calendar        text NOT NULL,
    revision        integer NOT NULL,
    is_added        boolean NOT NULL,
    weekday         integer,
    day             date,
    is_working      boolean,
    opens           time,
    closes          time,
    name            text,
    CONSTRAINT calendar_history_key
        UNIQUE NULLS NOT DISTINCT (calendar, revision, is_added, weekday, day, opens)
);
COMMENT ON TABLE aftersales.calendar_history IS 'One row per row of calendar_hours or calendar_day that came or went with a revision; an update is one of each. The rows of a revision are those added up to it and not taken away again. Append-only, written by triggers.';
COMMENT ON COLUMN aftersales.calendar_history.calendar IS 'The calendar.';
COMMENT ON COLUMN aftersales.calendar_history.revision IS 'Revision with which the row came or went.';
COMMENT ON COLUMN aftersales.calendar_history.is_added IS 'true: the row came; false: it went.';
COMMENT ON COLUMN aftersales.calendar_history.weekday IS 'Weekday of a row of calendar_hours; NULL for one of calendar_day.';
COMMENT ON COLUMN aftersales.calendar_history.day IS 'Date of a row of calendar_day; NULL for one of calendar_hours.';
COMMENT ON COLUMN aftersales.calendar_history.is_working IS 'As in calendar_day.';
COMMENT ON COLUMN aftersales.calendar_history.opens IS 'Local time of opening.';
COMMENT ON COLUMN aftersales.calendar_history.closes IS 'Local time of closing.';
COMMENT ON COLUMN aftersales.calendar_history.name IS 'As in calendar_day.';

-- Without a primary key; logical replication needs to find rows.
ALTER TABLE aftersales.calendar_day REPLICA IDENTITY FULL;
ALTER TABLE aftersales.calendar_history REPLICA IDENTITY FULL;
