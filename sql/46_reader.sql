-- 46_reader.sql: functions that readers ask about tickets and clocks.  They
-- write nothing and take no locks, so they work on a hot standby too.

CREATE FUNCTION aftersales.sla_targets(policy text, attributes jsonb, at timestamptz DEFAULT NULL,
        OUT clock text, OUT rule text, OUT starts_on text[], OUT stops_on text[],
        OUT due_at timestamptz, OUT clauses text[])
    RETURNS SETOF record
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'as_sla_targets';
COMMENT ON FUNCTION aftersales.sla_targets(text, jsonb, timestamptz) IS 'What the policy in force at that time (NULL: now) promises to such a ticket: one row per clock that applies, due as if it started then and was never paused; due_at NULL: recorded, not enforced, or due at a time promised later. Keys of attributes are columns of ticket and attributes that the policy declares; status, if not given, is that of an opening. Where start events lead to different rules of a clock, one row each; rule NULL: a mandatory clock, but the keys do not tell by which rule (a ticket would be refused). SV010: unknown key or value, ticket_type missing.';

CREATE FUNCTION aftersales.explain_due(clock_id bigint, desk name DEFAULT NULL,
        OUT from_at timestamptz, OUT to_at timestamptz, OUT counted interval, OUT why text)
    RETURNS SETOF record
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'as_explain_due';
COMMENT ON FUNCTION aftersales.explain_due(bigint, name) IS 'Why a clock is due when it is, span by span from its start to its due time, each row beginning where the last one ends. why: counted; paused: <state>; night, weekend, before opening, the name of a holiday and the like for closed time; part of a day, day of the start, after the cut-off for days that do not count; a row without length where it got another rule (<event>: now by rule <rule>) or more time (extended by approval: <kind>). What is counted adds up to the target, 1 day for each day that counts; a month is its days, zero days count nothing. Time past the target (an extension, or a rule that came late) counts 0. While it is paused the last row has no end and says what is left. By the rule and the calendar''s revision it goes by now. SV010: no such clock.';

CREATE FUNCTION aftersales.projected_due(clock_id bigint, at timestamptz DEFAULT NULL, desk name DEFAULT NULL) RETURNS timestamptz
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'as_projected_due';
COMMENT ON FUNCTION aftersales.projected_due(bigint, timestamptz, name) IS 'When a paused clock would be due if it went on at that time (NULL: now); of a running one its due time; NULL for one that has ended or is never late. SV010: no such clock.';

CREATE FUNCTION aftersales.ticket_as_of(INOUT ticket_id bigint, at timestamptz DEFAULT NULL, desk name DEFAULT NULL,
        OUT ticket_no text, OUT external_ref text, OUT policy text, OUT policy_version integer,
        OUT ticket_type text, OUT category text, OUT grade text, OUT mode text, OUT area text,
        OUT tier text, OUT priority text, OUT product_line text, OUT quantity numeric, OUT channel text,
        OUT contact_id bigint, OUT customer_id bigint,
        OUT contract_id bigint, OUT unit_id bigint, OUT parent_id bigint, OUT org_id bigint, OUT assignee text,
        OUT shift_id bigint, OUT subject text, OUT detail text, OUT attributes jsonb, OUT status text,
        OUT status_at timestamptz, OUT opened_at timestamptz, OUT duplicate_of bigint,
        OUT fault_at timestamptz, OUT fault_cause text, OUT component text, OUT fault_code text,
        OUT warranty_class text, OUT covers text[], OUT remedies text[], OUT warranty_until date,
        OUT warranty_basis text, OUT voided_at timestamptz,
        OUT added jsonb)
    RETURNS SETOF record
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'as_ticket_as_of';
COMMENT ON FUNCTION aftersales.ticket_as_of(bigint, timestamptz, name) IS 'The ticket as it was at that time (NULL: now; what happened at that very instant included), from its events as they stand after corrections; no row before its opening. added: columns that the desk has added, as text. A value whose event data have been erased is the one it has now. SV010: no such ticket.';

-- The same as calendar_known_until(), but no error for a calendar that cannot
-- be used: reports go on.
CREATE VIEW aftersales.calendar_notice AS
WITH RECURSIVE source AS (
    SELECT calendar, timezone, known_until, holidays_from, ARRAY[calendar] AS path
    FROM aftersales.calendar
    UNION ALL
    SELECT s.calendar, s.timezone, k.known_until, k.holidays_from, s.path || k.calendar
    FROM source s
    JOIN aftersales.calendar k ON k.calendar = s.holidays_from
    WHERE s.known_until IS NULL AND k.calendar <> ALL (s.path)
)
SELECT calendar, timezone, max(known_until) AS known_until
FROM source
GROUP BY calendar, timezone;
COMMENT ON VIEW aftersales.calendar_notice IS 'Grain: one row per calendar: up to which day official notices of holidays cover it.';
COMMENT ON COLUMN aftersales.calendar_notice.calendar IS 'The calendar.';
COMMENT ON COLUMN aftersales.calendar_notice.timezone IS 'IANA time zone by whose clock its days and hours are.';
COMMENT ON COLUMN aftersales.calendar_notice.known_until IS 'Last day that a notice covers: its own known_until, else that of the calendar it takes holidays from. NULL: it needs no notice.';
