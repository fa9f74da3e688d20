-- 44_stock.sql: functions of the spare-parts ledger.

CREATE FUNCTION aftersales.stock_judge() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'as_stock_judge';
COMMENT ON FUNCTION aftersales.stock_judge() IS 'BEFORE ROW on stock_move: fills in what was left out and refuses what is wrong by itself. SV003: no actor; SV004: a trigger-owned column, or an adjustment that no count makes; SV005: a time ahead; SV010: an unknown or unfitting value; SV013: external_ref is taken by another move.';

CREATE FUNCTION aftersales.stock_record() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'as_stock_record';
COMMENT ON FUNCTION aftersales.stock_record() IS 'AFTER STATEMENT on stock_move: keeps balances, serial numbers and exchanges, asks the row guards, writes the tickets'' events. SV002, SV003: row guards; SV005: a place counted since, a serial number moved since; SV006: not enough there, now or then; SV007: more than was handed out.';

CREATE FUNCTION aftersales.keep_fixed() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'as_keep_fixed';
COMMENT ON FUNCTION aftersales.keep_fixed() IS 'BEFORE ROW on UPDATE: refuses another value in the columns its arguments name (SV004).';

CREATE FUNCTION aftersales.stock_purposes(OUT purpose text, OUT from_place text, OUT to_place text, OUT conditions text, OUT changes_condition boolean, OUT has_exchange boolean, OUT meaning text)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'as_stock_purposes';
COMMENT ON FUNCTION aftersales.stock_purposes() IS 'What view stock_purpose shows.';

CREATE VIEW aftersales.stock_purpose AS SELECT * FROM aftersales.stock_purposes();
COMMENT ON VIEW aftersales.stock_purpose IS 'One row per purpose a stock_move can have.';
COMMENT ON COLUMN aftersales.stock_purpose.purpose IS 'The purpose; the event of a ticket is stock:<purpose>.';
COMMENT ON COLUMN aftersales.stock_purpose.from_place IS 'Where it takes from: a kind of location, or physical, store (physical, in nobody''s hands), hands, outside (virtual: supplier, recipient, kinds of your own); several are separated by |.';
COMMENT ON COLUMN aftersales.stock_purpose.to_place IS 'Where it gives to, likewise.';
COMMENT ON COLUMN aftersales.stock_purpose.conditions IS 'Conditions the parts may be in before; the first is filled in when none is given.';
COMMENT ON COLUMN aftersales.stock_purpose.changes_condition IS 'Whether the condition may change.';
COMMENT ON COLUMN aftersales.stock_purpose.has_exchange IS 'Whether it is part of a hand-out (part_exchange).';
COMMENT ON COLUMN aftersales.stock_purpose.meaning IS 'What it is for.';

CREATE FUNCTION aftersales.location_kind(location text) RETURNS text
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'as_location_kind';
COMMENT ON FUNCTION aftersales.location_kind(text) IS 'Guard function: the kind of a location of the desk (stock_location.kind); NULL when there is none of that name.';

CREATE FUNCTION aftersales.parts_balanced() RETURNS boolean
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'as_parts_balanced';
COMMENT ON FUNCTION aftersales.parts_balanced() IS 'Guard function: whether nothing is outstanding for the ticket in hand: every part that was handed out for it is installed, returned or lost, every defective one that was taken out is back in a store or lost, and for each installed one that is exchanged one for one a defective one was taken out or kept.';

-- Their texts are long, so their search_path is fixed instead of qualifying every operator.
CREATE FUNCTION aftersales.verify_ledger(since timestamptz DEFAULT NULL, desk name DEFAULT NULL,
        OUT what text, OUT key text, OUT problem text)
    RETURNS SETOF record
    LANGUAGE c VOLATILE SET search_path = pg_catalog, pg_temp AS 'MODULE_PATHNAME', 'as_verify_ledger';
COMMENT ON FUNCTION aftersales.verify_ledger(timestamptz, name) IS 'Recomputes from the moves all that follows from them (when a time is given: of what was moved by moves recorded since, or says that it was) and returns what does not fit, one row per problem. what: balance (key location|part_no|condition|owner), serial (key part_no|serial_no), exchange (key exchange_id), move (key move_id), slip (key slip_id), count (key count_id). problem begins with the column or rule it is about. No row when sound; nothing is written. It reads every move of the desk.';

CREATE FUNCTION aftersales.stock_at(at timestamptz DEFAULT NULL, desk name DEFAULT NULL,
        OUT location text, OUT part_no text, OUT condition text, OUT owner text, OUT quantity numeric)
    RETURNS SETOF record
    LANGUAGE c STABLE SET search_path = pg_catalog, pg_temp AS 'MODULE_PATHNAME', 'as_stock_at';
COMMENT ON FUNCTION aftersales.stock_at(timestamptz, name) IS 'What was where at that time (NULL: now; what happened at that very instant included): one row per physical location, part, condition and owner of which there was any. It is what is known today about then, so moves recorded later for an earlier time are in it, and a reversal counts from its own time.';
