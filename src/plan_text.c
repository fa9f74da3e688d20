/*-------------------------------------------------------------------------
 *
 * plan_text.c
 *	  The SQL that the triggers run.
 *
 * In the text "@" stands for the desk's schema.  Every name and operator is
 * schema-qualified.  The entries stand in the order of PlanId.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "catalog/pg_type.h"

#include "plan_text.h"

#define SAME(col) "(e." col EQ "x." col " OR (e." col " IS NULL AND x." col " IS NULL))"

/*
 * What fold.c keeps of a clock, for clock_store.c.  These are the table's
 * columns in their order, so that its rows need no projection.
 */
#define CLOCK_COLUMNS \
	"c.clock_id, c.ticket_id, c.clock, c.cycle, c.rule, c.target, c.started_at, c.start_seq," \
	" c.due_at, c.paused_since, c.remaining, c.stopped_at, c.ended_as, c.is_breached, c.is_cleared," \
	" c.next_at, c.late_entry_at, c.escalated, c.calendar, c.calendar_rev"

#define CLOCK_SET(from) \
	"UPDATE @.sla_clock c SET cycle = " from "2, rule = " from "3, target = " from "4, started_at = " from "5," \
	" due_at = " from "6, paused_since = " from "7, remaining = " from "8, stopped_at = " from "9," \
	" ended_as = " from "10, is_breached = " from "11, next_at = " from "12, escalated = " from "13," \
	" calendar = " from "14, calendar_rev = " from "15, is_cleared = " from "16, late_entry_at = " from "17"

#define START_COLUMNS \
	"INSERT INTO @.sla_clock (ticket_id, clock, cycle, rule, target, started_at, start_seq, due_at," \
	" next_at, calendar, calendar_rev, late_entry_at) "

#define EVENT_COLUMNS \
	"INSERT INTO @.ticket_event (recorded_at, actor, origin, ticket_id, seq, event," \
	" occurred_at, from_state, to_state, private_digest, hash, external_ref, corrects) "

#define SHIFT_TICKETS \
	"SELECT ticket_id, status, policy_version FROM @.ticket WHERE shift_id" EQ "$1" \
	" AND policy" EQ "$2 AND ticket_type" EQ "$3 AND voided_at IS NULL ORDER BY ticket_id"

#define PRICE_IN_FORCE \
	"SELECT p.price_id, p.unit_price, p.cost_price, p.spec, p.label FROM @.price_list l" \
	" JOIN @.price p ON p.price_list_id" EQ "l.price_list_id AND p.item" EQ "$4" \
	" WHERE l.policy" EQ "$1 AND l.list" EQ "$2 AND pg_catalog.range_contains_elem(l.valid, $3) AND l.currency" EQ "$5"

/* credits belong to the period of the charge */
#define CHARGED_IN \
	"SELECT coalesce(pg_catalog.sum(c.amount OPERATOR(pg_catalog.+)" \
	" coalesce((SELECT pg_catalog.sum(k.amount) FROM @.charge k WHERE k.credit_of" EQ "c.charge_id), 0)), 0)" \
	" FROM @.charge c WHERE c.policy" EQ "$1 AND c.rule" EQ "$2 AND c.credit_of IS NULL" \
	" AND c.charged_at" GE "$3 AND c.charged_at" LT "$4"


/* whether a ticket's history is not as it was recorded */
#define CORRECTED "SELECT true FROM @.ticket_event WHERE ticket_id" EQ "$1 AND corrects IS NOT NULL LIMIT 1"
/* the opening in a state is an event of that state, too */
#define NAMED(e, name) \
	"(" e ".event" EQ name " OR (" e ".event" EQ "'opened' AND pg_catalog.concat('status:', " e ".to_state)" EQ name "))"
#define REF_OF(table) "SELECT 1 FROM @." table " WHERE external_ref" EQ "$1"

/* of unit o, if active and none of those who ask */
#define HEAD \
	"(SELECT h.login FROM @.staff h WHERE h.login" EQ "o.head AND h.is_active" \
	" AND NOT h.login" EQ "ANY ($2)) AS head"

#define IN_FORCE(t) \
	t ".starts_on" LE "$3 AND (" t ".ends_on IS NULL OR " t ".ends_on" GE "$3)"

/* the tier is the one at the date $3 */
#define CONTRACT_COLUMNS \
	"SELECT k.contract_id, k.customer_id, k.policy," \
	" CASE WHEN " IN_FORCE("k") " THEN coalesce(l.tier, k.tier) END AS tier"

/* what the triggers read back: the balance now, and when it was moved before */
#define BALANCE_COLUMNS \
	"INSERT INTO @.stock_balance AS b (location, part_no, condition, owner, quantity, last_at) "
#define BALANCE_MOVE \
	" ON CONFLICT (location, part_no, condition, owner) DO UPDATE SET" \
	" quantity = b.quantity OPERATOR(pg_catalog.+) excluded.quantity, before_at = b.last_at," \
	" last_at = greatest(b.last_at, excluded.last_at) RETURNING b.quantity, b.before_at"
/* when the location was counted last: a row without a move */
#define FROZEN \
	"SELECT NULL::pg_catalog.int8, pg_catalog.max(frozen_at), NULL::pg_catalog.numeric FROM @.stock_count" \
	" WHERE location" EQ "$1 AND cancelled_at IS NULL"
#define SERIAL_ROWS \
	"ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3), pg_catalog.unnest($4)," \
	" pg_catalog.unnest($5), pg_catalog.unnest($6), pg_catalog.unnest($7))"
/* moved by none but this transaction: once is enough */
#define TOUCH_HEAD(table, id) \
	"UPDATE @." table " h SET " id " = h." id " WHERE h." id EQ "$1" \
	" AND h.xmin OPERATOR(pg_catalog.<>) pg_catalog.xid(pg_catalog.pg_current_xact_id())"
#define HEAD_STATE \
	" store_signed_at IS NOT NULL OR account_signed_at IS NOT NULL," \
	" posted_at IS NOT NULL OR cancelled_at IS NOT NULL"
/* the first active one, by code */
#define OTHER_SIDE \
	"SELECT location FROM @.stock_location WHERE kind" EQ "'adjustment' AND is_active" \
	" ORDER BY location COLLATE pg_catalog.\"C\" LIMIT 1"

/* which of the moves m is meant */
#define PURPOSE_IN(words) "m.purpose" EQ "ANY ('{" words "}'::pg_catalog.text[])"
/* a serial number or '' */
#define SERIAL_IS(t, param) "coalesce(" t ".serial_no, '')" EQ param
/* the one that a reversal does not swap */
#define AT_FIRST(m, from, to) "CASE WHEN " m ".reversal_of IS NULL THEN " m "." from " ELSE " m "." to " END"
#define COUNTED "CASE WHEN m.reversal_of IS NULL THEN m.quantity ELSE OPERATOR(pg_catalog.-) m.quantity END"
#define LESS "OPERATOR(pg_catalog.-) x.counted"

/*
 * Hand-outs, with what is left by their moves of part $2, serial number $3, and
 * of defective ones whether in good condition ($4).  Moves $5 do not count yet.
 * What good ones and defective ones are, see exchange.c; none of these moves
 * changes the condition.  The part is not a condition of the scan, lest a plan
 * made when there are no moves looks it up.
 */
#define EXCHANGE_ROWS \
	"SELECT e.exchange_id, e.ticket_id, e.part_no, e.serial_no, e.exchange, e.location, e.quantity, e.installed," \
	" e.returned, e.lost, e.removed, e.kept, e.defective_returned, e.defective_lost, e.defective_part_no," \
	" e.defective_serial_no, e.issued_at, e.removed_at, e.balanced_at, s.good, s.of_part, s.defective" \
	" FROM @.part_exchange e CROSS JOIN LATERAL (SELECT" \
	" pg_catalog.sum(CASE WHEN x.hands_out THEN x.counted ELSE " LESS " END)" \
	" FILTER (WHERE x.same_part AND x.is_good AND x.same_serial) AS good," \
	" pg_catalog.sum(CASE WHEN x.hands_out THEN x.counted WHEN NOT x.installs THEN " LESS \
	" WHEN e.location IS NULL THEN x.counted END) FILTER (WHERE x.same_part AND x.is_good) AS of_part," \
	" pg_catalog.sum(CASE WHEN NOT x.removes THEN " LESS " WHEN x.into_hands THEN x.counted END)" \
	" FILTER (WHERE x.same_part AND NOT x.is_good AND NOT x.keeps AND x.same_serial AND x.held_good" EQ "$4) AS defective" \
	" FROM (SELECT " COUNTED " AS counted, m.part_no" EQ "$2 AS same_part, m.is_other_model IS NULL AS is_good," \
	" " PURPOSE_IN("issue,loan") " AS hands_out, " PURPOSE_IN("install") " AS installs," \
	" " PURPOSE_IN("remove") " AS removes, " PURPOSE_IN("keep") " AS keeps, " SERIAL_IS("m", "$3") " AS same_serial," \
	" m.from_condition" EQ "'good' AS held_good," \
	" (SELECT k.in_hands FROM @.stock_location l JOIN @.location_kind k ON k.kind" EQ "l.kind" \
	" WHERE l.location" EQ AT_FIRST("m", "to_location", "from_location") ") AS into_hands" \
	" FROM @.stock_move m WHERE m.exchange_id" EQ "e.exchange_id AND NOT m.move_id" EQ "ANY ($5)) x) s"
/* without a ticket */
#define OPEN_LOANS EXCHANGE_ROWS " WHERE e.ticket_id IS NULL AND e.part_no" EQ "$2 AND e.balanced_at IS NULL"
#define LAST_MOVE(column, which) \
	"(SELECT m." column " FROM m WHERE " which " ORDER BY m.move_id DESC LIMIT 1)"
#define HANDED_OUT_BY "CASE WHEN $3 THEN " PURPOSE_IN("issue,loan") " ELSE " PURPOSE_IN("install") " END"

/* taken out by hand-out e, and nothing was put in for it */
#define UNREPLACED(e) \
	"SELECT u.unit_part_id FROM @.unit_part u WHERE u.exchange_id" EQ e " AND u.removed_on IS NOT NULL" \
	" AND NOT EXISTS (SELECT FROM @.unit_part r WHERE r.replaces" EQ "u.unit_part_id)"
#define UNIT_PART_COLUMNS \
	"INSERT INTO @.unit_part (unit_id, component, part_no, serial_no, "
#define UNIT_PART_VALUES "$1, $2, $3, CASE WHEN $4" EQ "'' THEN NULL ELSE $4 END, "

#define EXCHANGE_TYPES \
	INT8OID, INT8OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, NUMERICOID, NUMERICOID, NUMERICOID, NUMERICOID, \
	NUMERICOID, NUMERICOID, NUMERICOID, NUMERICOID, TEXTOID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TIMESTAMPTZOID

const PlanText as_plan_text[PLAN_COUNT] = {
	{PLAN_EVENT_ONE, 13,
		{TIMESTAMPTZOID, TEXTOID, INT8OID, INT4OID, TEXTOID, TIMESTAMPTZOID, TEXTOID, TEXTOID, BYTEAOID, BYTEAOID, TEXTOID,
		INT4OID, TEXTOID},
	EVENT_COLUMNS "VALUES ($1, $2, $11, $3, $4, $5, $6, $7, $8, $9, $10, $13, $12)"},
	{PLAN_EVENT_ONE_ID, 13,
		{TIMESTAMPTZOID, TEXTOID, INT8OID, INT4OID, TEXTOID, TIMESTAMPTZOID, TEXTOID, TEXTOID, BYTEAOID, BYTEAOID, TEXTOID,
		INT4OID, TEXTOID},
	EVENT_COLUMNS "VALUES ($1, $2, $11, $3, $4, $5, $6, $7, $8, $9, $10, $13, $12) RETURNING event_id"},
	{PLAN_EVENT_MANY, 12,
		{TIMESTAMPTZOID, TEXTOID, INT8ARRAYOID, INT4ARRAYOID, TEXTARRAYOID, TIMESTAMPTZARRAYOID,
		TEXTARRAYOID, TEXTARRAYOID, BYTEAARRAYOID, BYTEAARRAYOID, TEXTARRAYOID, TEXTOID},
		EVENT_COLUMNS "SELECT $1, $2, $12, e.*, NULL::pg_catalog.int4"
		" FROM ROWS FROM (pg_catalog.unnest($3), pg_catalog.unnest($4), pg_catalog.unnest($5),"
		" pg_catalog.unnest($6), pg_catalog.unnest($7), pg_catalog.unnest($8),"
	" pg_catalog.unnest($9), pg_catalog.unnest($10), pg_catalog.unnest($11)) AS e RETURNING event_id"},

	{PLAN_PRIVATE_ONE, 4, {INT8OID, BYTEAOID, TEXTOID, JSONBOID},
	"INSERT INTO @.event_private (event_id, salt, note, data) VALUES ($1, $2, $3, $4)"},
	{PLAN_PRIVATE_MANY, 4, {INT8ARRAYOID, BYTEAARRAYOID, TEXTARRAYOID, JSONBARRAYOID},
		"INSERT INTO @.event_private (event_id, salt, note, data) SELECT p.*"
		" FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3),"
	" pg_catalog.unnest($4)) AS p"},

	{PLAN_CLOCKS_ONE, 1, {INT8OID},
	"SELECT " CLOCK_COLUMNS " FROM @.sla_clock c WHERE c.ticket_id" EQ "$1"},
	{PLAN_CLOCKS_MANY, 1, {INT8ARRAYOID},
		"SELECT " CLOCK_COLUMNS " FROM pg_catalog.unnest($1) AS s(ticket_id)"
	" JOIN @.sla_clock c ON c.ticket_id" EQ "s.ticket_id"},

	{PLAN_CLOCK_END_ONE, 4, {INT8OID, TIMESTAMPTZOID, TEXTOID, BOOLOID},
		"UPDATE @.sla_clock c SET stopped_at = $2, ended_as = $3, is_breached = $4, next_at = NULL"
	" WHERE c.clock_id" EQ "$1"},
	{PLAN_CLOCK_END_MANY, 4, {INT8ARRAYOID, TIMESTAMPTZARRAYOID, TEXTARRAYOID, BOOLARRAYOID},
		"UPDATE @.sla_clock c SET stopped_at = s.at, ended_as = s.how, is_breached = s.breached, next_at = NULL"
		" FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3),"
	" pg_catalog.unnest($4)) AS s(clock_id, at, how, breached) WHERE c.clock_id" EQ "s.clock_id"},
	{PLAN_CLOCK_SET_ONE, 17,
		{INT8OID, INT4OID, TEXTOID, INTERVALOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TIMESTAMPTZOID, INTERVALOID,
		TIMESTAMPTZOID, TEXTOID, BOOLOID, TIMESTAMPTZOID, INT4OID, TEXTOID, INT4OID, BOOLOID, TIMESTAMPTZOID},
	CLOCK_SET("$") " WHERE c.clock_id" EQ "$1"},
	{PLAN_CLOCK_SET_MANY, 17,
		{INT8ARRAYOID, INT4ARRAYOID, TEXTARRAYOID, INTERVALARRAYOID, TIMESTAMPTZARRAYOID, TIMESTAMPTZARRAYOID,
			TIMESTAMPTZARRAYOID, INTERVALARRAYOID, TIMESTAMPTZARRAYOID, TEXTARRAYOID, BOOLARRAYOID,
		TIMESTAMPTZARRAYOID, INT4ARRAYOID, TEXTARRAYOID, INT4ARRAYOID, BOOLARRAYOID, TIMESTAMPTZARRAYOID},
		CLOCK_SET("s.c")
		" FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3), pg_catalog.unnest($4),"
		" pg_catalog.unnest($5), pg_catalog.unnest($6), pg_catalog.unnest($7), pg_catalog.unnest($8),"
		" pg_catalog.unnest($9), pg_catalog.unnest($10), pg_catalog.unnest($11), pg_catalog.unnest($12),"
		" pg_catalog.unnest($13), pg_catalog.unnest($14), pg_catalog.unnest($15), pg_catalog.unnest($16),"
		" pg_catalog.unnest($17))"
		" AS s(c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17)"
	" WHERE c.clock_id" EQ "s.c1"},

	{PLAN_CLOCK_START_ONE, 12,
		{INT8OID, TEXTOID, INT4OID, TEXTOID, INTERVALOID, TIMESTAMPTZOID, INT4OID, TIMESTAMPTZOID,
		TIMESTAMPTZOID, TEXTOID, INT4OID, TIMESTAMPTZOID},
	START_COLUMNS "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"},
	/* opening a ticket often starts two */
	{PLAN_CLOCK_START_TWO, 24,
		{INT8OID, TEXTOID, INT4OID, TEXTOID, INTERVALOID, TIMESTAMPTZOID, INT4OID, TIMESTAMPTZOID,
			TIMESTAMPTZOID, TEXTOID, INT4OID, TIMESTAMPTZOID,
			INT8OID, TEXTOID, INT4OID, TEXTOID, INTERVALOID, TIMESTAMPTZOID, INT4OID, TIMESTAMPTZOID,
		TIMESTAMPTZOID, TEXTOID, INT4OID, TIMESTAMPTZOID},
		START_COLUMNS "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12),"
	" ($13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)"},
	{PLAN_CLOCK_START_MANY, 12,
		{INT8ARRAYOID, TEXTARRAYOID, INT4ARRAYOID, TEXTARRAYOID, INTERVALARRAYOID, TIMESTAMPTZARRAYOID,
		INT4ARRAYOID, TIMESTAMPTZARRAYOID, TIMESTAMPTZARRAYOID, TEXTARRAYOID, INT4ARRAYOID,
		TIMESTAMPTZARRAYOID},
		START_COLUMNS "SELECT s.* FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2),"
		" pg_catalog.unnest($3), pg_catalog.unnest($4), pg_catalog.unnest($5), pg_catalog.unnest($6),"
		" pg_catalog.unnest($7), pg_catalog.unnest($8), pg_catalog.unnest($9), pg_catalog.unnest($10),"
	" pg_catalog.unnest($11), pg_catalog.unnest($12)) AS s"},

	{PLAN_CLOCK_WHOLE, 19,
		{INT8OID, TEXTOID, INT4OID, INT4OID, TEXTOID, INTERVALOID, TIMESTAMPTZOID, TIMESTAMPTZOID,
			TIMESTAMPTZOID, INTERVALOID, TIMESTAMPTZOID, TEXTOID, BOOLOID, TIMESTAMPTZOID, INT4OID, TEXTOID,
		INT4OID, BOOLOID, TIMESTAMPTZOID},
		"INSERT INTO @.sla_clock (ticket_id, clock, start_seq, cycle, rule, target, started_at, due_at,"
		" paused_since, remaining, stopped_at, ended_as, is_breached, next_at, escalated, calendar, calendar_rev,"
		" is_cleared, late_entry_at)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)"
	" RETURNING clock_id"},

	{PLAN_BREACHES, 1, {INT8OID},
		"SELECT b.clock_id, b.due_at FROM @.sla_clock c JOIN @.sla_breach b ON b.clock_id" EQ "c.clock_id"
	" WHERE c.ticket_id" EQ "$1"},
	{PLAN_BREACH, 6, {INT8OID, TIMESTAMPTZOID, TIMESTAMPTZOID, INT8OID, TEXTOID, TEXTOID},
		"INSERT INTO @.sla_breach (clock_id, due_at, detected_at, org_id, assignee, responsible)"
	" VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (clock_id) DO NOTHING"},
	{PLAN_CLEAR_BREACH, 2, {INT8OID, TIMESTAMPTZOID},
		"UPDATE @.sla_breach SET cleared_at = $2 WHERE clock_id" EQ "$1"
	" AND (cleared_at IS NULL) OPERATOR(pg_catalog.<>) ($2 IS NULL)"},
	{PLAN_BREACH_BY, 4, {INT8OID, TIMESTAMPTZOID, INT8OID, TEXTOID},
		"UPDATE @.sla_breach SET due_at = $2, org_id = $3, assignee = $4 WHERE clock_id" EQ "$1"
		" AND NOT (due_at" EQ "$2 AND coalesce(org_id, 0)" EQ "coalesce($3, 0)"
	" AND coalesce(assignee, '')" EQ "coalesce($4, ''))"},
	{PLAN_ESCALATION, 6, {INT8OID, INT4OID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID, TEXTOID},
		"INSERT INTO @.sla_escalation (clock_id, level, at, fired_at, action, recipient)"
	" VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (clock_id, level) DO NOTHING"},
	{PLAN_OUTBOX, 6, {INT8OID, INT8OID, INT4OID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID},
		"INSERT INTO @.outbox (topic, ticket_id, clock_id, level, recipient, at, created_at)"
	" VALUES ('escalation', $1, $2, $3, $4, $5, $6)"},

	{PLAN_HISTORY, 1, {INT8OID},
		"SELECT e.seq, e.event, e.occurred_at, e.to_state, e.corrects, e.origin, p.data, e.recorded_at"
		" FROM @.ticket_event e LEFT JOIN @.event_private p ON p.event_id" EQ "e.event_id"
	" WHERE e.ticket_id" EQ "$1 ORDER BY e.seq"},

	{PLAN_LATER_CHANGE, 3, {INT8OID, TEXTOID, TIMESTAMPTZOID},
		"SELECT 1 FROM @.ticket_event WHERE ticket_id" EQ "$1 AND event" EQ "$2"
	" AND occurred_at OPERATOR(pg_catalog.>) $3 LIMIT 1"},
	{PLAN_OUTDATED, 2, {TEXTOID, INT4OID},
		"SELECT t FROM @.ticket t WHERE t.ticket_id" EQ "ANY (ARRAY("
		"SELECT c.ticket_id FROM @.sla_clock c WHERE c.stopped_at IS NULL AND c.calendar" EQ "$1"
		" AND c.calendar_rev" LT "$2 ORDER BY c.calendar_rev LIMIT 1000))"
	" ORDER BY t.ticket_id FOR NO KEY UPDATE"},
	{PLAN_CALENDAR_REV, 3, {INT8ARRAYOID, TEXTOID, INT4OID},
		"UPDATE @.sla_clock SET calendar_rev = $3 WHERE ticket_id" EQ "ANY ($1) AND stopped_at IS NULL"
	" AND calendar" EQ "$2 AND calendar_rev" LT "$3"},

	{PLAN_LOCK_TICKET, 1, {INT8OID},
	"SELECT t FROM @.ticket t WHERE t.ticket_id" EQ "$1 FOR NO KEY UPDATE"},
	{PLAN_TOUCH, 1, {INT8ARRAYOID},
	"UPDATE @.ticket t SET row_version = t.row_version WHERE t.ticket_id" EQ "ANY ($1)"},
	{PLAN_HEAD_ONE, 4, {INT8OID, INT4OID, BYTEAOID, TIMESTAMPTZOID},
		"UPDATE @.ticket t SET event_seq = $2, event_hash = $3, event_at = greatest(t.event_at, $4)"
	" WHERE t.ticket_id" EQ "$1 AND t.event_seq" LT "$2"},
	{PLAN_HEAD_MANY, 4, {INT8ARRAYOID, INT4ARRAYOID, BYTEAARRAYOID, TIMESTAMPTZARRAYOID},
		"UPDATE @.ticket t SET event_seq = h.seq, event_hash = h.hash,"
		" event_at = greatest(t.event_at, h.at)"
		" FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3),"
		" pg_catalog.unnest($4)) AS h(ticket_id, seq, hash, at)"
	" WHERE t.ticket_id" EQ "h.ticket_id AND t.event_seq" LT "h.seq"},
	{PLAN_EVENTS_SAME, 12,
		{TIMESTAMPTZOID, TEXTOID, TEXTOID, INT8ARRAYOID, INT4ARRAYOID, TEXTARRAYOID, TIMESTAMPTZARRAYOID,
		TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, BYTEAARRAYOID, BYTEAARRAYOID},
		"SELECT 1 FROM ROWS FROM (pg_catalog.unnest($4), pg_catalog.unnest($5), pg_catalog.unnest($6),"
		" pg_catalog.unnest($7), pg_catalog.unnest($8), pg_catalog.unnest($9), pg_catalog.unnest($10),"
		" pg_catalog.unnest($11), pg_catalog.unnest($12)) AS x(ticket_id, seq, event, occurred_at,"
		" from_state, to_state, external_ref, private_digest, hash)"
		" JOIN @.ticket_event e ON e.ticket_id" EQ "x.ticket_id AND e.seq" EQ "x.seq"
		" WHERE e.recorded_at" EQ "$1 AND e.actor" EQ "$2 AND e.origin" EQ "$3"
		" AND e.event" EQ "x.event AND e.occurred_at" EQ "x.occurred_at AND e.hash" EQ "x.hash"
		" AND e.corrects IS NULL"
		" AND " SAME("from_state") " AND " SAME("to_state")
	" AND " SAME("external_ref") " AND " SAME("private_digest")},
	{PLAN_HEADS_SAME, 2, {INT8ARRAYOID, INT4ARRAYOID},
		"SELECT 1 FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) AS h(ticket_id, seq)"
	" JOIN @.ticket t ON t.ticket_id" EQ "h.ticket_id AND t.event_seq" GE "h.seq"},

	{PLAN_MASTER, 1, {INT8OID},
		"SELECT status, policy, policy_version, ticket_type, duplicate_of FROM @.ticket"
	" WHERE ticket_id" EQ "$1 FOR SHARE"},
	{PLAN_REPEATED, 1, {INT8OID},
	"SELECT 1 FROM @.ticket WHERE duplicate_of" EQ "$1 LIMIT 1"},
	{PLAN_HAS_EVENT, 3, {INT8OID, TEXTOID, INT4OID},
		"SELECT pg_catalog.count(*), (" CORRECTED ") FROM (SELECT 1 FROM @.ticket_event e WHERE e.ticket_id" EQ "$1"
	" AND " NAMED("e", "$2") " LIMIT $3) x"},
	{PLAN_CLOCK_EXPIRED, 3, {INT8OID, TEXTOID, TIMESTAMPTZOID},
		"SELECT 1 FROM @.sla_clock WHERE ticket_id" EQ "$1 AND clock" EQ "$2"
	" AND stopped_at IS NULL AND due_at" LT "$3"},
	{PLAN_ROLES, 1, {TEXTOID},
		"SELECT r.role, s.superior, s.is_active FROM @.staff s"
		" LEFT JOIN @.staff_role r ON r.login" EQ "s.login AND s.is_active"
	" WHERE s.login" EQ "$1"},
	{PLAN_APPLICATION, 1, {TEXTOID},
	"SELECT 1 FROM @.application WHERE db_user" EQ "$1"},

	{PLAN_EMIT, 4, {INT8ARRAYOID, TEXTARRAYOID, TIMESTAMPTZARRAYOID, JSONBARRAYOID},
		"INSERT INTO @.ticket_event (ticket_id, event, occurred_at, data)"
		" SELECT e.ticket_id, e.event, e.occurred_at, e.data"
		" FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3),"
		" pg_catalog.unnest($4)) WITH ORDINALITY AS e(ticket_id, event, occurred_at, data, n)"
	" ORDER BY e.n"},
	{PLAN_REF_PROMISE, 1, {TEXTOID},
	"SELECT 1 FROM @.promise WHERE external_ref" EQ "$1"},
	{PLAN_REF_APPROVAL, 1, {TEXTOID},
	"SELECT 1 FROM @.approval WHERE external_ref" EQ "$1"},
	{PLAN_APPROVALS, 4, {INT8OID, TEXTOID, INT8OID, TEXTOID},
		"SELECT r.last, a.run, a.step, a.is_approved, a.decided_by, a.requested_by, a.new_due_at,"
		" a.decided_at, a.on_behalf_of FROM (SELECT pg_catalog.max(run) AS last,"
		" pg_catalog.max(run) FILTER (WHERE coalesce(clock_id, 0)" EQ "$3"
		" AND coalesce(item, '')" EQ "$4) AS run"
		" FROM @.approval WHERE ticket_id" EQ "$1 AND kind" EQ "$2) r"
		" LEFT JOIN @.approval a ON a.ticket_id" EQ "$1 AND a.kind" EQ "$2 AND a.run" EQ "r.run"
	" ORDER BY a.step"},
	{PLAN_APPROVED, 4, {INT8OID, TEXTOID, INT4OID, TEXTOID},
		"SELECT coalesce(pg_catalog.bool_and(x.approved), false) FROM (SELECT DISTINCT ON (a.item)"
		" a.is_approved AND a.step" EQ "$3 AS approved"
		" FROM @.approval a WHERE a.ticket_id" EQ "$1 AND a.kind" EQ "$2"
		" AND ($4" EQ "'' OR a.item" EQ "$4)"
	" ORDER BY a.item, a.run DESC, a.step DESC) x"},
	{PLAN_OPEN_PROMISES, 1, {INT8OID},
		"SELECT pg_catalog.count(*)::pg_catalog.int4 FROM @.sla_clock c"
		" JOIN @.ticket_event e ON e.ticket_id" EQ "c.ticket_id AND e.seq" EQ "c.start_seq"
		" WHERE c.ticket_id" EQ "$1 AND c.stopped_at IS NULL"
	" AND pg_catalog.starts_with(e.event, 'promise:')"},
	{PLAN_CLOCK, 2, {INT8OID, INT8OID},
		"SELECT clock, rule, due_at, stopped_at, is_breached FROM @.sla_clock"
	" WHERE clock_id" EQ "$1 AND ticket_id" EQ "$2"},
	{PLAN_EXCUSED, 1, {INT8OID},
	"SELECT excused_at FROM @.sla_breach WHERE clock_id" EQ "$1"},
	{PLAN_EXCUSE, 3, {INT8OID, TIMESTAMPTZOID, TEXTOID},
	"UPDATE @.sla_breach SET excused_at = $2, excused_by = $3 WHERE clock_id" EQ "$1"},
	{PLAN_TICKET, 1, {INT8OID},
	"SELECT t FROM @.ticket t WHERE t.ticket_id" EQ "$1"},

	{PLAN_SHIFT, 1, {INT8OID},
	"SELECT 1 FROM @.shift WHERE shift_id" EQ "$1 FOR NO KEY UPDATE"},
	{PLAN_SHIFT_TICKETS, 3, {INT8OID, TEXTOID, TEXTOID}, SHIFT_TICKETS},
	{PLAN_SHIFT_LOCK, 3, {INT8OID, TEXTOID, TEXTOID}, SHIFT_TICKETS " FOR NO KEY UPDATE"},
	{PLAN_SHIFT_AT, 2, {INT8ARRAYOID, TEXTARRAYOID},
		"SELECT pg_catalog.max(e.occurred_at) FROM @.ticket_event e"
		" WHERE e.ticket_id" EQ "ANY ($1) AND e.to_state" EQ "ANY ($2)"
	" AND (e.from_state IS NULL OR NOT e.from_state" EQ "ANY ($2))"},

	{PLAN_MATCHES, 1, {INT8OID},
	"SELECT ticket_id FROM @.ticket_match WHERE digest" EQ "$1 ORDER BY ticket_id"},
	{PLAN_SHARE_TICKET, 1, {INT8OID},
	"SELECT t FROM @.ticket t WHERE t.ticket_id" EQ "$1 FOR SHARE"},
	{PLAN_MATCH_GONE, 3, {INT8ARRAYOID, TEXTARRAYOID, INT8ARRAYOID},
		"DELETE FROM @.ticket_match m USING ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2))"
	" AS x(ticket_id, rule) WHERE m.ticket_id" EQ "x.ticket_id AND m.rule" EQ "x.rule"},
	{PLAN_MATCH_COME, 3, {INT8ARRAYOID, TEXTARRAYOID, INT8ARRAYOID},
		"INSERT INTO @.ticket_match (ticket_id, rule, digest)"
		" SELECT x.* FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2),"
	" pg_catalog.unnest($3)) AS x"},

	{PLAN_REF_EVENT, 1, {TEXTOID},
		"SELECT e.ticket_id, (SELECT s.to_state FROM @.ticket_event s WHERE s.ticket_id" EQ "e.ticket_id"
		" AND s.seq" LE "e.seq AND s.to_state IS NOT NULL ORDER BY s.seq DESC LIMIT 1), e.occurred_at,"
		" p.note, e.private_digest IS NOT NULL AND p.event_id IS NULL, e.origin"
		" FROM @.ticket_event e LEFT JOIN @.event_private p ON p.event_id" EQ "e.event_id"
	" WHERE e.external_ref" EQ "$1"},

	{PLAN_UNIT, 1, {INT8OID},
		"SELECT policy, customer_id, product_line, invoice_date, delivered_on, onsite_until"
	" FROM @.product_unit WHERE unit_id" EQ "$1"},
	{PLAN_UNIT_PART, 3, {INT8OID, TEXTOID, DATEOID},
		"SELECT installed_on FROM @.unit_part WHERE unit_id" EQ "$1 AND component" EQ "$2"
		" AND is_replacement AND installed_on" LE "$3 AND (removed_on IS NULL OR removed_on" GE "$3)"
	" ORDER BY installed_on DESC, unit_part_id DESC LIMIT 1"},
	{PLAN_CONTRACT, 3, {INT8OID, INT8OID, DATEOID}, CONTRACT_COLUMNS ","
		" $2 IS NOT NULL AND EXISTS (SELECT FROM @.contract_unit x WHERE x.contract_id" EQ "k.contract_id)"
		" AND NOT EXISTS (SELECT FROM @.contract_unit x WHERE x.contract_id" EQ "k.contract_id AND x.unit_id" EQ "$2)"
		" FROM @.contract k LEFT JOIN @.contract_unit l ON l.contract_id" EQ "k.contract_id"
		" AND l.unit_id" EQ "$2 AND " IN_FORCE("l")
	" WHERE k.contract_id" EQ "$1"},
	/* by the unit one at most, by the customer perhaps several */
	{PLAN_CONTRACT_FOUND, 4, {INT8OID, INT8OID, DATEOID, TEXTOID}, CONTRACT_COLUMNS ", 0 AS how"
		" FROM @.contract_unit l JOIN @.contract k ON k.contract_id" EQ "l.contract_id"
		" WHERE l.unit_id" EQ "$1 AND " IN_FORCE("l") " AND " IN_FORCE("k")
		" AND (k.policy IS NULL OR k.policy" EQ "$4) AND ($2 IS NULL OR k.customer_id" EQ "$2)"
		" UNION ALL " CONTRACT_COLUMNS ", 1"
		" FROM @.contract k LEFT JOIN @.contract_unit l ON false"
		" WHERE k.customer_id" EQ "$2 AND " IN_FORCE("k")
		" AND (k.policy IS NULL OR k.policy" EQ "$4) AND ($1 IS NULL OR NOT EXISTS"
		" (SELECT FROM @.contract_unit x WHERE x.contract_id" EQ "k.contract_id))"
	" ORDER BY how LIMIT 2"},
	{PLAN_CUSTOMER, 1, {INT8OID},
	"SELECT area, tier FROM @.customer WHERE customer_id" EQ "$1"},

	{PLAN_REF_VISIT, 1, {TEXTOID}, REF_OF("visit")},
	{PLAN_REF_CUSTODY, 1, {TEXTOID}, REF_OF("custody")},
	{PLAN_REF_EVIDENCE, 1, {TEXTOID}, REF_OF("evidence")},
	{PLAN_REF_DOCUMENT, 1, {TEXTOID}, REF_OF("document")},
	{PLAN_REF_QUOTE_ITEM, 1, {TEXTOID}, REF_OF("quote_item")},
	{PLAN_STAR_GRADE, 1, {TEXTOID},
	"SELECT star_grade FROM @.staff WHERE login" EQ "$1"},
	{PLAN_EVENT_SINCE, 3, {INT8OID, TEXTOID, TEXTOID},
		"SELECT EXISTS (SELECT 1 FROM @.ticket_event e WHERE e.ticket_id" EQ "$1 AND " NAMED("e", "$2")
		" AND NOT EXISTS (SELECT 1 FROM @.ticket_event s WHERE s.ticket_id" EQ "$1 AND " NAMED("s", "$3")
		" AND (e.occurred_at" LT "s.occurred_at OR (e.occurred_at" EQ "s.occurred_at AND e.seq" LT "s.seq)))),"
	" (" CORRECTED ")"},
	{PLAN_EVIDENCE_COUNT, 4, {INT8OID, TEXTOID, TEXTOID, TEXTOID},
		"SELECT coalesce(pg_catalog.min(x.n), 0)::pg_catalog.int4 FROM"
		" (SELECT pg_catalog.count(DISTINCT CASE WHEN $4" EQ "'item' THEN item WHEN $4" EQ "'angle' THEN angle"
		" ELSE evidence_id::pg_catalog.text END) FILTER (WHERE passed IS NOT FALSE) AS n"
		" FROM @.evidence WHERE ticket_id" EQ "$1 AND kind" EQ "$2 AND (NOT $3" EQ "'item' OR item IS NOT NULL)"
	" GROUP BY CASE WHEN $3" EQ "'item' THEN item END) x"},
	{PLAN_EVIDENCE_SUM, 2, {INT8OID, TEXTOID},
		"SELECT coalesce(pg_catalog.sum(reading), 0) FROM @.evidence"
	" WHERE ticket_id" EQ "$1 AND kind" EQ "$2 AND (passed IS NULL OR passed)"},

	/* after corrections; an item that is erased, or was not named, may have been any */
	{PLAN_REQUESTER, 3, {INT8OID, TEXTOID, TEXTOID},
		"SELECT e.actor FROM @.ticket_event e LEFT JOIN @.event_private p ON p.event_id" EQ "e.event_id"
		" WHERE e.ticket_id" EQ "$1 AND e.event" EQ "$2"
		" AND ($3" EQ "'' OR coalesce(p.data OPERATOR(pg_catalog.->>) 'item', $3)" EQ "$3)"
		" AND NOT EXISTS (SELECT 1 FROM @.ticket_event c WHERE c.ticket_id" EQ "$1"
		" AND c.corrects" EQ "e.seq AND c.origin" EQ "'left_out')"
		" ORDER BY coalesce((SELECT c.occurred_at FROM @.ticket_event c WHERE c.ticket_id" EQ "$1"
	" AND c.corrects" EQ "e.seq ORDER BY c.seq DESC LIMIT 1), e.occurred_at) DESC, e.seq DESC LIMIT 1"},
	/* UNION, so that units which are their own parents come to an end */
	{PLAN_ORG_HEAD, 2, {INT8OID, TEXTARRAYOID},
		"WITH RECURSIVE up AS (SELECT o.org_id, o.parent_id, " HEAD
		" FROM @.org_unit o WHERE o.org_id" EQ "$1"
		" UNION SELECT o.org_id, o.parent_id, " HEAD
		" FROM up JOIN @.org_unit o ON o.org_id" EQ "up.parent_id WHERE up.head IS NULL)"
	" SELECT head FROM up WHERE head IS NOT NULL"},
	{PLAN_DELEGATIONS, 3, {TEXTOID, TEXTOID, TIMESTAMPTZOID},
		"SELECT d.login FROM @.delegation d WHERE d.delegate" EQ "$1 AND (d.kind IS NULL OR d.kind" EQ "$2)"
		" AND d.starts_at" LE "$3 AND d.ends_at OPERATOR(pg_catalog.>) $3"
	" ORDER BY d.delegation_id FOR SHARE"},
	{PLAN_REF_DELEGATION, 1, {TEXTOID},
	"SELECT 1 FROM @.delegation WHERE external_ref" EQ "$1"},
	{PLAN_LOCK_STAFF, 1, {TEXTOID},
	"SELECT 1 FROM @.staff WHERE login" EQ "$1 FOR NO KEY UPDATE"},
	{PLAN_STAFF_ROLES, 1, {TEXTOID},
	"SELECT role FROM @.staff_role WHERE login" EQ "$1 ORDER BY role"},

	{PLAN_REF_CHARGE, 1, {TEXTOID}, REF_OF("charge")},
	{PLAN_REF_PAYMENT, 1, {TEXTOID}, REF_OF("payment")},
	{PLAN_REF_DELAY_EXCUSE, 1, {TEXTOID}, REF_OF("delay_excuse")},
	{PLAN_REF_PRICE_LIST, 1, {TEXTOID}, REF_OF("price_list")},
	{PLAN_REF_PRICE, 1, {TEXTOID}, REF_OF("price")},
	{PLAN_QUOTE_ITEMS, 1, {INT8OID},
		"SELECT item, pg_catalog.sum(quantity) FROM @.quote_item"
	" WHERE ticket_id" EQ "$1 AND withdrawn_at IS NULL GROUP BY item ORDER BY pg_catalog.min(quote_item_id)"},
	{PLAN_CHARGED, 2, {INT8OID, TEXTOID},
		"SELECT item, pg_catalog.sum(quantity), pg_catalog.sum(amount) FROM @.charge"
	" WHERE ticket_id" EQ "$1 AND rule" EQ "$2 GROUP BY item ORDER BY pg_catalog.min(charge_id)"},
	/* of those that have ended, what counted as late */
	{PLAN_LATE, 3, {INT8OID, TEXTOID, TIMESTAMPTZOID},
		"SELECT due_at, coalesce(stopped_at, $3) FROM @.sla_clock WHERE ticket_id" EQ "$1 AND clock" EQ "$2"
		" AND due_at" LT "coalesce(stopped_at, $3)"
	" AND (ended_as IS NULL OR (ended_as" EQ "'stopped' AND is_breached))"},
	{PLAN_EXCUSED_DAYS, 2, {INT8OID, TEXTOID},
		"SELECT starts_on, ends_on FROM @.delay_excuse WHERE ticket_id" EQ "$1 AND clock" EQ "$2"
	" AND withdrawn_at IS NULL ORDER BY starts_on, ends_on"},
	{PLAN_PRICE, 5, {TEXTOID, TEXTOID, DATEOID, TEXTOID, TEXTOID}, PRICE_IN_FORCE},
	{PLAN_PRICE_SHARE, 5, {TEXTOID, TEXTOID, DATEOID, TEXTOID, TEXTOID}, PRICE_IN_FORCE " FOR SHARE"},
	{PLAN_CAP_ANY, 4, {TEXTOID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID}, CHARGED_IN " AND c.party IS NULL"},
	{PLAN_CAP_PARTY, 5, {TEXTOID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID},
	CHARGED_IN " AND c.party" EQ "$5"},
	{PLAN_UNSETTLED, 1, {INT8OID},
		"SELECT 1 FROM @.charge WHERE ticket_id" EQ "$1 AND payer" EQ "'customer' AND credit_of IS NULL"
	" AND settled_at IS NULL LIMIT 1"},
	{PLAN_CHARGE, 1, {INT8OID},
	"SELECT ticket_id, policy FROM @.charge WHERE charge_id" EQ "$1"},
	{PLAN_ACCOUNT, 1, {INT8OID},
		"SELECT b.charge_id, b.ticket_id, b.policy, b.rule, b.kind, b.item, b.currency, b.payer, b.payee, b.party,"
		" b.price_id, b.unit_price,"
		" b.quantity OPERATOR(pg_catalog.+) k.quantity, b.amount OPERATOR(pg_catalog.+) k.amount,"
		" p.amount OPERATOR(pg_catalog.-) r.amount,"
		" CASE WHEN x.credit_of IS NOT NULL THEN x.amount END, s.amount"
		" FROM @.charge x JOIN @.charge b ON b.charge_id" EQ "coalesce(x.credit_of, x.charge_id)"
		" CROSS JOIN LATERAL (SELECT coalesce(pg_catalog.sum(c.quantity), 0) AS quantity,"
		" coalesce(pg_catalog.sum(c.amount), 0) AS amount FROM @.charge c WHERE c.credit_of" EQ "b.charge_id) k"
		" CROSS JOIN LATERAL (SELECT coalesce(pg_catalog.sum(y.amount), 0) AS amount"
		" FROM @.payment y WHERE y.charge_id" EQ "b.charge_id) p"
		" CROSS JOIN LATERAL (SELECT coalesce(pg_catalog.sum(y.amount), 0) AS amount FROM @.charge c"
		" JOIN @.payment y ON y.charge_id" EQ "c.charge_id WHERE c.credit_of" EQ "b.charge_id) r"
		" CROSS JOIN LATERAL (SELECT coalesce(pg_catalog.sum(y.amount), 0) AS amount"
		" FROM @.payment y WHERE y.charge_id" EQ "x.charge_id) s"
	" WHERE x.charge_id" EQ "$1"},
	{PLAN_LOCK_CHARGE, 1, {INT8OID},
		"SELECT 1 FROM @.charge WHERE charge_id" EQ "(SELECT coalesce(x.credit_of, x.charge_id)"
	" FROM @.charge x WHERE x.charge_id" EQ "$1) FOR NO KEY UPDATE"},
	{PLAN_SETTLE, 2, {INT8OID, TIMESTAMPTZOID},
		"UPDATE @.charge SET settled_at = $2 WHERE (charge_id" EQ "$1 OR credit_of" EQ "$1)"
	" AND settled_at IS NULL"},
	{PLAN_SETTLE_CHARGE, 2, {INT8OID, TIMESTAMPTZOID},
	"UPDATE @.charge SET settled_at = $2 WHERE charge_id" EQ "$1 AND settled_at IS NULL"},
	{PLAN_PRICE_POLICY, 1, {INT8OID},
	"SELECT policy FROM @.price_list WHERE price_list_id" EQ "$1"},
	{PLAN_CITED, 1, {INT8OID},
	"SELECT 1 FROM @.charge WHERE price_id" EQ "$1 LIMIT 1"},
	{PLAN_CITED_OUTSIDE, 3, {INT8OID, DATERANGEOID, TEXTOID},
		"SELECT 1 FROM @.price p JOIN @.charge c ON c.price_id" EQ "p.price_id"
		" WHERE p.price_list_id" EQ "$1 AND c.credit_of IS NULL"
	" AND NOT pg_catalog.range_contains_elem($2, pg_catalog.timezone($3, c.charged_at)::pg_catalog.date) LIMIT 1"},

	{PLAN_STOCK_PART, 1, {TEXTOID},
		"SELECT exchange, is_serialised, decimals, component, grade, is_active, xmin FROM @.part"
	" WHERE part_no" EQ "$1"},
	{PLAN_STOCK_LOCATION, 1, {TEXTOID},
		"SELECT l.kind, k.physical, k.in_hands, l.policy, l.is_active, l.xmin, k.xmin FROM @.stock_location l"
	" JOIN @.location_kind k ON k.kind" EQ "l.kind WHERE l.location" EQ "$1"},
	{PLAN_STOCK_ORIGINAL, 1, {INT8OID},
		"SELECT part_no, to_condition, from_condition, owner, quantity, to_location, from_location, serial_no,"
	" ticket_id, purpose, exchange_id, reversal_of, happened_at FROM @.stock_move WHERE move_id" EQ "$1"},
	/*
	 * What may be NULL is compared as '' or 0, which no move has.  A time that
	 * was ahead when the move came first was taken as its now.
	 */
	{PLAN_STOCK_REF, 16, {TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, NUMERICOID, TEXTOID, TEXTOID, TEXTOID, INT8OID,
		TEXTOID, INT8OID, TEXTOID, INT8OID, TIMESTAMPTZOID, TIMESTAMPTZOID},
		"SELECT part_no" EQ "$2 AND from_condition" EQ "$3 AND to_condition" EQ "$4 AND owner" EQ "$5 AND quantity" EQ "$6"
		" AND from_location" EQ "$7 AND to_location" EQ "$8 AND coalesce(serial_no, '')" EQ "$9"
		" AND coalesce(ticket_id, 0)" EQ "$10 AND purpose" EQ "$11 AND ($12" EQ "0 OR exchange_id" EQ "$12)"
		" AND coalesce(substitute_for, '')" EQ "$13 AND coalesce(reversal_of, 0)" EQ "$14"
		" AND happened_at" GE "$15 AND happened_at" LE "$16"
	" FROM @.stock_move WHERE external_ref" EQ "$1"},
	{PLAN_STOCK_REVERSED, 1, {INT8OID},
	"SELECT 1 FROM @.stock_move WHERE reversal_of" EQ "$1"},
	{PLAN_BALANCE_ONE, 6, {TEXTOID, TEXTOID, TEXTOID, TEXTOID, NUMERICOID, TIMESTAMPTZOID},
	BALANCE_COLUMNS "VALUES ($1, $2, $3, $4, $5, $6)" BALANCE_MOVE},
	/* the two sides of a move */
	{PLAN_BALANCE_TWO, 12, {TEXTOID, TEXTOID, TEXTOID, TEXTOID, NUMERICOID, TIMESTAMPTZOID,
		TEXTOID, TEXTOID, TEXTOID, TEXTOID, NUMERICOID, TIMESTAMPTZOID},
	BALANCE_COLUMNS "VALUES ($1, $2, $3, $4, $5, $6), ($7, $8, $9, $10, $11, $12)" BALANCE_MOVE},
	{PLAN_BALANCE_MANY, 6, {TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, NUMERICARRAYOID, TIMESTAMPTZARRAYOID},
		BALANCE_COLUMNS "SELECT n.* FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3),"
	" pg_catalog.unnest($4), pg_catalog.unnest($5), pg_catalog.unnest($6)) AS n" BALANCE_MOVE},
	{PLAN_BALANCE_SINCE, 5, {TEXTOID, TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID},
		"SELECT move_id, happened_at, quantity FROM @.stock_move WHERE to_location" EQ "$1 AND part_no" EQ "$2"
		" AND to_condition" EQ "$3 AND owner" EQ "$4 AND happened_at" GE "$5"
		" UNION ALL SELECT move_id, happened_at, OPERATOR(pg_catalog.-) quantity FROM @.stock_move WHERE from_location" EQ "$1"
		" AND part_no" EQ "$2 AND from_condition" EQ "$3 AND owner" EQ "$4 AND happened_at" GE "$5"
	" UNION ALL " FROZEN},
	{PLAN_FROZEN, 1, {TEXTOID}, FROZEN},
	{PLAN_SERIAL_LOCK, 2, {TEXTARRAYOID, TEXTARRAYOID},
		"SELECT s.part_no, s.serial_no, s.location, s.condition, s.owner, s.last_at"
		" FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) WITH ORDINALITY AS n(part_no, serial_no, place)"
	" JOIN @.stock_serial s ON s.part_no" EQ "n.part_no AND s.serial_no" EQ "n.serial_no ORDER BY n.place FOR NO KEY UPDATE OF s"},
	{PLAN_SERIAL_SET, 7, {TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TIMESTAMPTZARRAYOID, INT4ARRAYOID},
		"UPDATE @.stock_serial s SET location = n.location, condition = n.condition, owner = n.owner, last_at = n.last_at,"
		" moves = s.moves OPERATOR(pg_catalog.+) n.moves FROM " SERIAL_ROWS
	" AS n(part_no, serial_no, location, condition, owner, last_at, moves) WHERE s.part_no" EQ "n.part_no AND s.serial_no" EQ "n.serial_no"},
	{PLAN_SERIAL_NEW, 7, {TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TIMESTAMPTZARRAYOID, INT4ARRAYOID},
		"INSERT INTO @.stock_serial (part_no, serial_no, location, condition, owner, last_at, moves) SELECT n.* FROM " SERIAL_ROWS
	" AS n"},

	{PLAN_EXCHANGES_TICKET, 5, {INT8OID, TEXTOID, TEXTOID, BOOLOID, INT8ARRAYOID},
	EXCHANGE_ROWS " WHERE e.ticket_id" EQ "$1 ORDER BY e.issued_at, e.exchange_id"},
	{PLAN_EXCHANGES_SERIAL, 5, {TEXTOID, TEXTOID, TEXTOID, BOOLOID, INT8ARRAYOID},
	OPEN_LOANS " AND e.serial_no" EQ "$1 ORDER BY e.issued_at, e.exchange_id"},
	{PLAN_EXCHANGES_PLACE, 5, {TEXTOID, TEXTOID, TEXTOID, BOOLOID, INT8ARRAYOID},
	OPEN_LOANS " AND e.location" EQ "$1 ORDER BY e.issued_at, e.exchange_id"},
	{PLAN_EXCHANGE, 5, {INT8OID, TEXTOID, TEXTOID, BOOLOID, INT8ARRAYOID},
	EXCHANGE_ROWS " WHERE e.exchange_id" EQ "$1"},
	{PLAN_EXCHANGE_REVERSED, 1, {INT8OID},
	"SELECT exchange_id, is_other_model, happened_at FROM @.stock_move WHERE move_id" EQ "$1"},
	{PLAN_EXCHANGE_LAST, 3, {INT8OID, INT8ARRAYOID, BOOLOID},
		"WITH x AS MATERIALIZED (SELECT s.* FROM @.stock_move s WHERE s.exchange_id" EQ "$1 AND NOT s.move_id" EQ "ANY ($2)),"
		" m AS (SELECT x.* FROM x WHERE x.reversal_of IS NULL"
		" AND NOT EXISTS (SELECT FROM x r WHERE r.reversal_of" EQ "x.move_id))"
		" SELECT " LAST_MOVE("part_no", HANDED_OUT_BY) ", " LAST_MOVE("serial_no", HANDED_OUT_BY) ","
		" " LAST_MOVE("part_no", PURPOSE_IN("remove,keep")) ", " LAST_MOVE("serial_no", PURPOSE_IN("remove,keep")) ","
		" (SELECT pg_catalog.max(m.happened_at) FROM m WHERE " PURPOSE_IN("remove") "),"
	" (SELECT pg_catalog.min(m.happened_at) FROM m)"},
	{PLAN_EXCHANGE_NEW, 19, {EXCHANGE_TYPES},
		"INSERT INTO @.part_exchange (ticket_id, part_no, serial_no, exchange, location, quantity, installed,"
		" returned, lost, removed, kept, defective_returned, defective_lost, defective_part_no, defective_serial_no,"
		" issued_at, removed_at, balanced_at) VALUES ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,"
	" $16, $17, $18, $19) RETURNING exchange_id"},
	{PLAN_EXCHANGE_SET, 19, {EXCHANGE_TYPES},
		"UPDATE @.part_exchange SET ticket_id = $2, part_no = $3, serial_no = $4, exchange = $5, location = $6,"
		" quantity = $7, installed = $8, returned = $9, lost = $10, removed = $11, kept = $12,"
		" defective_returned = $13, defective_lost = $14, defective_part_no = $15, defective_serial_no = $16,"
	" issued_at = $17, removed_at = $18, balanced_at = $19 WHERE exchange_id" EQ "$1"},
	{PLAN_EXCHANGE_MOVE, 3, {INT8OID, INT8OID, BOOLOID},
		"UPDATE @.stock_move SET exchange_id = $2, is_other_model = $3 WHERE move_id" EQ "$1"
	" AND (exchange_id IS NULL OR $3 IS NOT NULL)"},
	/* said so that no plan for an empty table takes the index of all open ones */
	{PLAN_EXCHANGE_OPEN, 1, {INT8OID},
		"SELECT 1 FROM @.part_exchange WHERE ticket_id" EQ "$1 AND coalesce(balanced_at, 'infinity')" EQ "'infinity'"
	" LIMIT 1"},

	{PLAN_UNIT_PUT_IN, 7, {INT8OID, TEXTOID, TEXTOID, TEXTOID, DATEOID, INT8OID, INT8OID},
		UNIT_PART_COLUMNS "installed_on, is_replacement, ticket_id, exchange_id, replaces) VALUES ("
		UNIT_PART_VALUES "$5, true, $6, $7, (" UNREPLACED("$7")
	" ORDER BY (u.part_no" EQ "$3) DESC, u.removed_on, u.unit_part_id LIMIT 1))"},
	/* not one that this ticket has put in, unless its serial number says so */
	{PLAN_UNIT_IN_PLACE, 5, {INT8OID, TEXTOID, TEXTOID, DATEOID, INT8OID},
		"SELECT unit_part_id FROM @.unit_part u WHERE unit_id" EQ "$1 AND part_no" EQ "$2 AND " SERIAL_IS("u", "$3")
		" AND removed_on IS NULL AND (installed_on IS NULL OR installed_on" LE "$4)"
		" AND (NOT $3" EQ "'' OR ticket_id IS NULL OR NOT ticket_id" EQ "$5)"
	" ORDER BY installed_on NULLS FIRST, unit_part_id LIMIT 1"},
	{PLAN_UNIT_TAKE_OUT, 3, {INT8OID, DATEOID, INT8OID},
	"UPDATE @.unit_part SET removed_on = $2, exchange_id = $3 WHERE unit_part_id" EQ "$1 AND removed_on IS NULL"},
	{PLAN_UNIT_ADD_REMOVED, 7, {INT8OID, TEXTOID, TEXTOID, TEXTOID, DATEOID, INT8OID, INT8OID},
		UNIT_PART_COLUMNS "removed_on, ticket_id, exchange_id) VALUES (" UNIT_PART_VALUES "$5, $6, $7)"
	" RETURNING unit_part_id"},
	{PLAN_UNIT_LINK, 4, {INT8OID, INT8OID, INT8OID, TEXTOID},
		"UPDATE @.unit_part SET replaces = $1 WHERE unit_part_id" EQ "(SELECT u.unit_part_id FROM @.unit_part u"
		" WHERE u.exchange_id" EQ "$2 AND u.ticket_id" EQ "$3 AND u.installed_on IS NOT NULL AND u.removed_on IS NULL"
	" AND u.replaces IS NULL ORDER BY (u.part_no" EQ "$4) DESC, u.installed_on, u.unit_part_id LIMIT 1)"},
	{PLAN_UNIT_WAS_PUT_IN, 5, {INT8OID, TEXTOID, TEXTOID, DATEOID, INT8OID},
		"SELECT unit_part_id FROM @.unit_part u WHERE exchange_id" EQ "$5 AND ticket_id" EQ "$1 AND part_no" EQ "$2"
		" AND " SERIAL_IS("u", "$3") " AND installed_on" EQ "$4 AND removed_on IS NULL"
	" ORDER BY unit_part_id DESC LIMIT 1"},
	{PLAN_UNIT_GONE_SINCE, 5, {INT8OID, TEXTOID, TEXTOID, DATEOID, INT8OID},
		"SELECT unit_part_id FROM @.unit_part u WHERE ticket_id" EQ "$1 AND part_no" EQ "$2 AND " SERIAL_IS("u", "$3")
	" AND installed_on" EQ "$4 AND removed_on IS NOT NULL LIMIT 1"},
	{PLAN_UNIT_WAS_TAKEN_OUT, 4, {INT8OID, TEXTOID, TEXTOID, DATEOID},
		"SELECT unit_part_id FROM @.unit_part u WHERE exchange_id" EQ "$1 AND part_no" EQ "$2 AND " SERIAL_IS("u", "$3")
	" AND removed_on" EQ "$4 ORDER BY unit_part_id DESC LIMIT 1"},
	{PLAN_UNIT_UNLINK, 2, {INT8OID, INT8OID},
		"UPDATE @.unit_part SET replaces = (" UNREPLACED("$2") " ORDER BY u.unit_part_id LIMIT 1)"
	" WHERE replaces" EQ "$1"},
	{PLAN_UNIT_KNOWN_BEFORE, 1, {INT8OID},
	"SELECT unit_part_id FROM @.unit_part WHERE unit_part_id" EQ "$1 AND (installed_on IS NOT NULL OR ticket_id IS NULL)"},
	/* what it was put in by, if the ledger knows */
	{PLAN_UNIT_PUT_BACK, 1, {INT8OID},
		"UPDATE @.unit_part u SET removed_on = NULL, exchange_id = (SELECT x.exchange_id FROM @.stock_move x"
		" WHERE x.ticket_id" EQ "u.ticket_id AND x.purpose" EQ "'install' AND coalesce(x.part_no, '')" EQ "u.part_no"
		" AND " SERIAL_IS("x", "coalesce(u.serial_no, '')") " AND coalesce(x.reversal_of, 0)" EQ "0"
		" AND NOT EXISTS (SELECT FROM @.stock_move r WHERE r.reversal_of" EQ "x.move_id)"
	" ORDER BY x.move_id DESC LIMIT 1) WHERE u.unit_part_id" EQ "$1"},
	{PLAN_UNIT_DELETE, 1, {INT8OID},
	"DELETE FROM @.unit_part WHERE unit_part_id" EQ "$1"},

	{PLAN_REF_SLIP, 1, {TEXTOID}, REF_OF("stock_slip")},
	{PLAN_REF_SLIP_LINE, 1, {TEXTOID}, REF_OF("stock_slip_line")},
	{PLAN_REF_COUNT, 1, {TEXTOID}, REF_OF("stock_count")},
	{PLAN_REF_COUNT_LINE, 1, {TEXTOID}, REF_OF("stock_count_line")},
	{PLAN_SLIP_LOCK, 1, {INT8OID},
		"SELECT policy, kind, ticket_id, true," HEAD_STATE
	" FROM @.stock_slip WHERE slip_id" EQ "$1 FOR NO KEY UPDATE"},
	{PLAN_SLIP_TOUCH, 1, {INT8OID}, TOUCH_HEAD("stock_slip", "slip_id")},
	{PLAN_SLIP_LINES, 1, {INT8OID},
		"SELECT line_no, purpose, part_no, serial_no, from_location, to_location, from_condition, to_condition"
	" FROM @.stock_slip_line WHERE slip_id" EQ "$1 ORDER BY line_no"},
	{PLAN_SLIP_POLICY, 1, {INT8OID},
	"SELECT policy FROM @.stock_slip WHERE slip_id" EQ "$1"},
	{PLAN_SLIP_POST, 1, {INT8OID},
		"INSERT INTO @.stock_move (part_no, from_condition, to_condition, owner, quantity, from_location, to_location,"
		" serial_no, ticket_id, purpose, exchange_id, substitute_for, handed_to, document_no, note, happened_at)"
		" SELECT l.part_no, l.from_condition, l.to_condition, l.owner, l.quantity,"
		" coalesce(l.from_location, s.from_location), coalesce(l.to_location, s.to_location), l.serial_no, s.ticket_id,"
		" l.purpose, l.exchange_id, l.substitute_for, s.handed_to, s.number, l.note, s.posted_at"
		" FROM @.stock_slip s JOIN @.stock_slip_line l ON l.slip_id" EQ "s.slip_id"
	" WHERE s.slip_id" EQ "$1 ORDER BY l.line_no"},
	{PLAN_COUNT_LOCK, 1, {INT8OID},
		"SELECT policy, NULL::pg_catalog.text, NULL::pg_catalog.int8, frozen_at IS NOT NULL," HEAD_STATE
	" FROM @.stock_count WHERE count_id" EQ "$1 FOR NO KEY UPDATE"},
	{PLAN_COUNT_TOUCH, 1, {INT8OID}, TOUCH_HEAD("stock_count", "count_id")},
	/* whoever moves something there holds it FOR KEY SHARE, as his foreign keys ask */
	{PLAN_COUNT_LOCATION_LOCK, 1, {TEXTOID},
	"SELECT 1 FROM @.stock_location WHERE location" EQ "$1 FOR UPDATE"},
	{PLAN_COUNT_LOCATION, 2, {TEXTOID, INT8OID},
		"SELECT greatest((SELECT pg_catalog.max(b.last_at) FROM @.stock_balance b WHERE b.location" EQ "$1),"
		" (SELECT pg_catalog.max(c.frozen_at) FROM @.stock_count c WHERE c.location" EQ "$1)),"
		" EXISTS (SELECT 1 FROM @.stock_count c WHERE c.location" EQ "$1 AND NOT c.count_id" EQ "$2"
	" AND c.frozen_at IS NOT NULL AND c.posted_at IS NULL AND c.cancelled_at IS NULL)"},
	{PLAN_COUNT_FREEZE, 1, {INT8OID},
		"UPDATE @.stock_balance b SET last_at = greatest(b.last_at, c.frozen_at) FROM @.stock_count c"
	" WHERE c.count_id" EQ "$1 AND b.location" EQ "c.location"},
	{PLAN_COUNT_BALANCES, 1, {INT8OID},
		"SELECT pg_catalog.count(*) FROM @.stock_count c JOIN @.stock_balance b ON b.location" EQ "c.location"
	" WHERE c.count_id" EQ "$1"},
	{PLAN_COUNT_FREEZE_LINES, 1, {INT8OID},
		"INSERT INTO @.stock_count_line (count_id, part_no, condition, owner, serial_no, book_quantity)"
		" SELECT x.* FROM (SELECT c.count_id, b.part_no, b.condition, b.owner, NULL::pg_catalog.text AS serial_no, b.quantity"
		" FROM @.stock_count c JOIN @.stock_balance b ON b.location" EQ "c.location"
		" JOIN @.part p ON p.part_no" EQ "b.part_no"
		" WHERE c.count_id" EQ "$1 AND NOT p.is_serialised AND NOT b.quantity" EQ "0"
		" UNION ALL SELECT c.count_id, s.part_no, s.condition, s.owner, s.serial_no, 1"
		" FROM @.stock_count c JOIN @.stock_serial s ON s.location" EQ "c.location WHERE c.count_id" EQ "$1) x"
	" ORDER BY x.part_no, x.serial_no, x.condition, x.owner"},
	{PLAN_COUNT_UNCOUNTED, 1, {INT8OID},
	"SELECT 1 FROM @.stock_count_line WHERE count_id" EQ "$1 AND counted_quantity IS NULL LIMIT 1"},
	{PLAN_COUNT_DIFFERS, 1, {INT8OID},
	"SELECT 1 FROM @.stock_count_line WHERE count_id" EQ "$1 AND NOT difference" EQ "0 LIMIT 1"},
	{PLAN_COUNT_OTHER_SIDE, 1, {INT8OID}, OTHER_SIDE},
	{PLAN_COUNT_POLICY, 1, {INT8OID},
	"SELECT policy FROM @.stock_count WHERE count_id" EQ "$1"},
	{PLAN_COUNT_POST, 1, {INT8OID},
		"INSERT INTO @.stock_move (part_no, from_condition, to_condition, owner, quantity, from_location, to_location,"
		" serial_no, purpose, note, happened_at)"
		" SELECT l.part_no, l.condition, l.condition, l.owner, pg_catalog.abs(l.difference),"
		" CASE WHEN l.difference" LT "0 THEN c.location ELSE o.location END,"
		" CASE WHEN l.difference" LT "0 THEN o.location ELSE c.location END, l.serial_no, 'adjust', l.reason, c.posted_at"
		" FROM @.stock_count c JOIN @.stock_count_line l ON l.count_id" EQ "c.count_id CROSS JOIN (" OTHER_SIDE ") o"
		" WHERE c.count_id" EQ "$1 AND NOT l.difference" EQ "0"
	" ORDER BY l.part_no, l.condition, l.owner, l.serial_no"}
};
