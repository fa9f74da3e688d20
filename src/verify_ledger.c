/*-------------------------------------------------------------------------
 *
 * verify_ledger.c
 *	  verify_ledger(): does all that follows from the moves fit them?
 *
 * Exchanges, reversals and what was posted are compared by one query each,
 * over all moves at once.  Balances are added up in verify_balance.c, and the
 * way of each serial number is walked in verify_serial.c.  All of them read with the caller's rights, under the snapshot of the query that
 * calls, and write nothing: it works on a hot standby.  Results go through
 * cursors, so memory does not grow with the number of moves.
 *
 * The function is declared with a search_path of its own, so names and
 * operators of pg_catalog are what they are here.  In the texts "%1$s" stands
 * for the desk's schema, $1 for since.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "verify_ledger.h"

PG_FUNCTION_INFO_V1(as_verify_ledger);

#define FETCH_SIZE 1000

#define CONDITIONS "ARRAY['good', 'defective', 'in_repair', 'scrap']"

/* The problems of a row: an array of texts, most often an empty one. */
#define PROBLEMS(list) "array_remove(ARRAY[" list "], NULL)"
#define PROBLEM(condition, text) "CASE WHEN " condition " THEN " text " END"
/* and a row for each of them */
#define EACH_PROBLEM(what, rows) \
"SELECT '" what "', x.key, p.problem FROM (" rows ") x" \
" CROSS JOIN LATERAL unnest(x.problems) AS p(problem) WHERE x.problems <> '{}'"
#define NUMBER(x) "trim_scale(" x ")::text"
#define NUMBERS_DIFFER(column, stored, told) \
PROBLEM(stored " <> " told, "format('" column ": %%s, by the moves %%s', " NUMBER(stored) ", " NUMBER(told) ")")

/* Moves: what each says by itself, and of the one it takes back. */
#define DIFFERS(column, other) \
"CASE WHEN m." column " IS DISTINCT FROM o." other " THEN '" column "' END"
#define MIRROR \
"concat_ws(', ', " DIFFERS("part_no", "part_no") ", " DIFFERS("quantity", "quantity") ", " DIFFERS("owner", "owner") ", " \
DIFFERS("serial_no", "serial_no") ", " DIFFERS("from_location", "to_location") ", " DIFFERS("to_location", "from_location") ", " \
DIFFERS("from_condition", "to_condition") ", " DIFFERS("to_condition", "from_condition") ", " DIFFERS("purpose", "purpose") ", " \
DIFFERS("ticket_id", "ticket_id") ", " DIFFERS("exchange_id", "exchange_id") ", " \
DIFFERS("is_other_model", "is_other_model") ")"

static const char *const moves =
EACH_PROBLEM("move",
			 "SELECT m.move_id::text AS key, "
			 PROBLEMS(
					  PROBLEM("p.part_no IS NULL", "'part_no: there is no such part'") ","
					  PROBLEM("f.location IS NULL", "'from_location: there is no such location'") ","
					  PROBLEM("t.location IS NULL", "'to_location: there is no such location'") ","
					  PROBLEM("NOT m.quantity > 0 OR m.quantity = 'NaN'", "'quantity: not above 0'") ","
					  PROBLEM("m.from_condition <> ALL (" CONDITIONS ")", "'from_condition: there is no such condition'") ","
					  PROBLEM("m.to_condition <> ALL (" CONDITIONS ")", "'to_condition: there is no such condition'") ","
					  PROBLEM("m.from_location = m.to_location AND m.from_condition = m.to_condition",
							  "'to_location: nothing is moved'") ","
					  PROBLEM("m.owner = ''", "'owner: empty'") ","
					  PROBLEM("NOT isfinite(m.happened_at)", "'happened_at: no time'") ","
					  PROBLEM("m.purpose NOT IN (SELECT k.purpose FROM aftersales.stock_purposes() k)",
							  "'purpose: there is no such purpose'") ","
					  PROBLEM("p.is_serialised AND m.serial_no IS NULL", "'serial_no: missing'") ","
					  PROBLEM("NOT p.is_serialised AND m.serial_no IS NOT NULL", "'serial_no: the part has none'") ","
					  PROBLEM("p.is_serialised AND m.quantity <> 1", "'quantity: not 1 for a serial number'") ","
					  PROBLEM("m.quantity <> round(m.quantity, p.decimals)", "'quantity: more decimals than the part has'") ","
					  PROBLEM("(m.purpose = 'adjust') <> (m.count_id IS NOT NULL) AND m.reversal_of IS NULL",
							  "'count_id: an adjustment is that of a count, and nothing else is'") ","
					  PROBLEM("m.exchange_id IS NOT NULL AND e.exchange_id IS NULL", "'exchange_id: there is no such exchange'") ","
					  PROBLEM("e.ticket_id IS DISTINCT FROM m.ticket_id AND e.exchange_id IS NOT NULL", "'exchange_id: one of another ticket'") ","
					  PROBLEM("m.exchange_id IS NULL AND m.reversal_of IS NULL AND (m.ticket_id IS NOT NULL OR p.exchange = 'loaner')"
							  " AND m.purpose IN ('issue', 'install', 'return', 'remove', 'return_defective', 'keep', 'loan', 'loan_return')",
							  "'exchange_id: missing'") ","
					  PROBLEM("m.reversal_of IS NOT NULL AND o.move_id IS NULL", "'reversal_of: there is no such move'") ","
					  PROBLEM("o.reversal_of IS NOT NULL", "'reversal_of: that is itself a reversal'") ","
					  PROBLEM("o.move_id IS NOT NULL AND " MIRROR " <> ''",
							  "format('reversal_of: not the mirror of move %%s: %%s', o.move_id, " MIRROR ")") ","
					  PROBLEM("m.happened_at < o.happened_at", "'reversal_of: that happened later'"))
			 " AS problems"
			 " FROM %1$s.stock_move m"
			 " LEFT JOIN %1$s.part p ON p.part_no = m.part_no"
			 " LEFT JOIN %1$s.stock_location f ON f.location = m.from_location"
			 " LEFT JOIN %1$s.stock_location t ON t.location = m.to_location"
			 " LEFT JOIN %1$s.stock_move o ON o.move_id = m.reversal_of"
			 " LEFT JOIN %1$s.part_exchange e ON e.exchange_id = m.exchange_id"
			 " WHERE $1 IS NULL OR m.recorded_at >= $1");

/*
 * Exchanges.  A reversal takes the quantity of its purpose back.  Which moves
 * are about a good part and which about a defective one, and that what was
 * installed counts as handed out where nothing else was, is as in exchange.c.
 */
#define EXCHANGED(column, condition) "coalesce(sum(s.quantity) FILTER (WHERE " condition "), 0) AS " column
#define EXCHANGE_SUM(column) NUMBERS_DIFFER(column, "e." column, "n." column)
/* a part and its serial number, which may be NULL */
#define PIECE(part_no, serial_no) "concat_ws('|', " part_no ", " serial_no ")"
#define PIECES(column, condition) \
"array_agg(" PIECE("s.part_no", "s.serial_no") ") FILTER (WHERE s.is_standing AND " condition ") AS " column

static const char *const exchanges =
"WITH asked AS MATERIALIZED (SELECT m.exchange_id FROM %1$s.stock_move m WHERE m.recorded_at >= $1 AND m.exchange_id IS NOT NULL"
" UNION SELECT e.exchange_id FROM %1$s.part_exchange e WHERE greatest(e.issued_at, e.removed_at, e.balanced_at) >= $1),"
" signed AS NOT MATERIALIZED (SELECT m.exchange_id, m.purpose, m.part_no, m.serial_no, m.to_location, m.happened_at,"
" m.is_other_model IS NOT NULL AS is_defective, m.reversal_of IS NULL AS is_first,"
" m.reversal_of IS NULL AND r.move_id IS NULL AS is_standing,"
" CASE WHEN m.reversal_of IS NULL THEN m.quantity ELSE -m.quantity END AS quantity,"
" CASE WHEN m.reversal_of IS NULL THEN m.to_location ELSE m.from_location END AS given_to"
" FROM %1$s.stock_move m LEFT JOIN %1$s.stock_move r ON r.reversal_of = m.move_id"
" LEFT JOIN asked a ON a.exchange_id = m.exchange_id"
" WHERE m.exchange_id IS NOT NULL AND ($1 IS NULL OR a.exchange_id IS NOT NULL)),"
" told AS (SELECT s.exchange_id, "
EXCHANGED("issued", "s.purpose IN ('issue', 'loan')") ", "
EXCHANGED("installed", "s.purpose = 'install'") ", "
EXCHANGED("returned", "s.purpose IN ('return', 'loan_return') AND NOT s.is_defective") ", "
EXCHANGED("lost", "s.purpose = 'lose' AND NOT s.is_defective") ", "
EXCHANGED("removed", "s.purpose = 'remove'") ", "
EXCHANGED("kept", "s.purpose = 'keep'") ", "
EXCHANGED("defective_returned", "s.purpose IN ('return', 'return_defective', 'loan_return') AND s.is_defective"
		  " OR s.purpose = 'remove' AND k.physical AND NOT k.in_hands") ", "
EXCHANGED("defective_lost", "s.purpose = 'lose' AND s.is_defective") ", "
PIECES("handed_out", "s.purpose IN ('issue', 'loan')") ", "
PIECES("put_in", "s.purpose = 'install'") ", "
PIECES("defective", "s.purpose IN ('remove', 'keep')") ", "
"array_agg(s.to_location) FILTER (WHERE s.is_first AND s.purpose IN ('issue', 'loan')) AS locations,"
" min(s.happened_at) FILTER (WHERE s.is_standing) AS issued_at,"
" max(s.happened_at) FILTER (WHERE s.is_standing AND s.purpose = 'remove') AS removed_at,"
" array_agg(s.happened_at) AS instants"
" FROM signed s LEFT JOIN %1$s.stock_location l ON l.location = s.given_to"
" LEFT JOIN %1$s.location_kind k ON k.kind = l.kind"
" GROUP BY s.exchange_id) "
EACH_PROBLEM("exchange",
			 "SELECT e.exchange_id::text AS key, "
			 PROBLEMS(
					  PROBLEM("n.exchange_id IS NULL", "'moves: there are none'") ","
					  PROBLEM("e.exchange IS DISTINCT FROM p.exchange", "'exchange: not that of the part'") ","
					  PROBLEM("(n.issued > 0) <> (e.location IS NOT NULL)", "'location: given if parts were handed out, and only then'") ","
					  PROBLEM("e.location <> ALL (n.locations)", "'location: nothing was handed out to there'") ","
					  NUMBERS_DIFFER("quantity", "e.quantity", "(n.issued + q.of_own_stock)") ","
					  EXCHANGE_SUM("installed") ","
					  EXCHANGE_SUM("returned") ","
					  EXCHANGE_SUM("lost") ","
					  EXCHANGE_SUM("removed") ","
					  EXCHANGE_SUM("kept") ","
					  EXCHANGE_SUM("defective_returned") ","
					  EXCHANGE_SUM("defective_lost") ","
					  PROBLEM("n.installed + n.returned + n.lost > n.issued + q.of_own_stock", "'quantity: less than became of it by the moves'") ","
					  PROBLEM("n.defective_returned + n.defective_lost > n.removed", "'removed: less than became of it by the moves'") ","
					  PROBLEM(PIECE("e.part_no", "e.serial_no") " <> ALL (coalesce(q.handed_out, n.defective))",
							  "'part_no: none that was handed out'") ","
					  PROBLEM("coalesce(" PIECE("e.defective_part_no", "e.defective_serial_no") " <> ALL (n.defective), e.defective_part_no IS NOT NULL)",
							  "'defective_part_no: none that was taken out or kept'") ","
					  PROBLEM("e.issued_at <> n.issued_at", "'issued_at: not the time of the first move'") ","
					  PROBLEM("e.removed_at IS DISTINCT FROM n.removed_at", "'removed_at: not the time when a part was taken out last'") ","
					  PROBLEM("b.is_balanced AND e.balanced_at IS NULL", "'balanced_at: missing, nothing is outstanding'") ","
					  PROBLEM("NOT b.is_balanced AND e.balanced_at IS NOT NULL", "'balanced_at: something is outstanding'") ","
					  PROBLEM("b.is_balanced AND e.balanced_at <> ALL (n.instants)", "'balanced_at: nothing happened then'"))
			 " AS problems"
			 " FROM %1$s.part_exchange e"
			 " LEFT JOIN told n ON n.exchange_id = e.exchange_id"
			 " LEFT JOIN %1$s.part p ON p.part_no = e.part_no"
			 " CROSS JOIN LATERAL (SELECT CASE WHEN n.issued = 0 THEN n.installed ELSE 0 END AS of_own_stock,"
			 " CASE WHEN n.issued = 0 THEN n.put_in ELSE n.handed_out END AS handed_out) q"
			 " CROSS JOIN LATERAL (SELECT n.issued + q.of_own_stock = n.installed + n.returned + n.lost"
			 " AND n.removed = n.defective_returned + n.defective_lost"
			 " AND (e.exchange <> 'one_for_one' OR n.installed <= n.removed + n.kept) AS is_balanced) b"
			 " LEFT JOIN asked a ON a.exchange_id = e.exchange_id"
			 " WHERE $1 IS NULL OR a.exchange_id IS NOT NULL");

/*
 * Slips and counts.  What is posted is signed by two, and has made the moves
 * that its lines say; nothing else has.
 */
#define LINE(first, x) "concat_ws('|', " first ", " x ".part_no, " x ".owner, " x ".serial_no)"

static const char *const postings =
"WITH head AS (SELECT 'slip' AS what, s.slip_id AS id, s.posted_at, s.store_signed_by, s.account_signed_by FROM %1$s.stock_slip s"
" UNION ALL SELECT 'count', c.count_id, c.posted_at, c.store_signed_by, c.account_signed_by FROM %1$s.stock_count c),"
" line AS (SELECT 'slip' AS what, l.slip_id AS id, " LINE("l.purpose", "l") " AS line, l.quantity FROM %1$s.stock_slip_line l"
" UNION ALL SELECT 'count', l.count_id, " LINE("l.condition", "l") ", l.difference FROM %1$s.stock_count_line l),"
" move AS (SELECT 'slip' AS what, m.slip_id AS id, " LINE("m.purpose", "m") " AS line, m.quantity, m.recorded_at"
" FROM %1$s.stock_move m WHERE m.slip_id IS NOT NULL"
" UNION ALL SELECT 'count', m.count_id, " LINE("m.to_condition", "m") ","
" CASE c.location WHEN m.to_location THEN m.quantity WHEN m.from_location THEN -m.quantity ELSE 0 END, m.recorded_at"
" FROM %1$s.stock_move m LEFT JOIN %1$s.stock_count c ON c.count_id = m.count_id WHERE m.count_id IS NOT NULL),"
" total AS (SELECT x.what, x.id, x.line, sum(x.lines) AS lines, sum(x.moves) AS moves FROM ("
" SELECT l.what, l.id, l.line, coalesce(l.quantity, 0) AS lines, 0 AS moves"
" FROM line l JOIN head h ON h.what = l.what AND h.id = l.id AND h.posted_at IS NOT NULL"
" UNION ALL SELECT m.what, m.id, m.line, 0, m.quantity FROM move m) x GROUP BY x.what, x.id, x.line)"
" SELECT p.what, p.id::text, p.problem FROM ("
" SELECT h.what, h.id, 'posted_at: not signed by two' AS problem FROM head h"
" WHERE h.posted_at IS NOT NULL AND (h.store_signed_by <> h.account_signed_by) IS NOT TRUE"
" UNION ALL SELECT t.what, t.id, format('line %%s: %%s, by the moves %%s', t.line, " NUMBER("t.lines") ", " NUMBER("t.moves") ")"
" FROM total t WHERE t.lines <> t.moves) p"
" WHERE $1 IS NULL OR (p.what, p.id) IN (SELECT m.what, m.id FROM move m WHERE m.recorded_at >= $1"
" UNION SELECT h.what, h.id FROM head h WHERE h.posted_at >= $1)";

/*
 * as_ledger_query opens a cursor on a query.  The caller is connected to SPI.
 */
Portal
as_ledger_query(const LedgerCheck *check, const char *query)
{
	Oid			types[1] = {TIMESTAMPTZOID};
	Datum		values[1];
	char		nulls[1];

	values[0] = check->since;
	nulls[0] = check->has_since ? ' ' : 'n';
	return SPI_cursor_open_with_args(NULL, psprintf(query, check->schema), 1, types, values, nulls,
									 true, CURSOR_OPT_NO_SCROLL);
}

/*
 * as_ledger_report returns a row.
 */
void
as_ledger_report(const LedgerCheck *check, const char *what, const char *key, const char *problem)
{
	Datum		values[3];
	bool		nulls[3] = {false};

	values[0] = CStringGetTextDatum(what);
	values[1] = CStringGetTextDatum(key);
	values[2] = CStringGetTextDatum(problem);
	tuplestore_putvalues(check->rsinfo->setResult, check->rsinfo->setDesc, values, nulls);
}

/*
 * as_ledger_fetch reads further rows into SPI_tuptable, which the caller
 * frees.  After the last one it closes the cursor and returns false.
 */
bool
as_ledger_fetch(Portal portal)
{
	CHECK_FOR_INTERRUPTS();
	SPI_cursor_fetch(portal, true, FETCH_SIZE);
	if (SPI_processed > 0)
		return true;
	SPI_freetuptable(SPI_tuptable);
	SPI_cursor_close(portal);
	return false;
}

/* Returns all that a query finds. */
static void
report_found(const LedgerCheck *check, const char *query)
{
	Portal		portal = as_ledger_query(check, query);

	while (as_ledger_fetch(portal))
	{
		uint64		i;

		for (i = 0; i < SPI_processed; i++)
		{
			HeapTuple	tuple = SPI_tuptable->vals[i];
			TupleDesc	tupdesc = SPI_tuptable->tupdesc;

			as_ledger_report(check, SPI_getvalue(tuple, tupdesc, 1), SPI_getvalue(tuple, tupdesc, 2),
							 SPI_getvalue(tuple, tupdesc, 3));
		}
		SPI_freetuptable(SPI_tuptable);
	}
}

/*
 * aftersales.verify_ledger(since, desk)
 */
Datum
as_verify_ledger(PG_FUNCTION_ARGS)
{
	LedgerCheck check = {0};

	check.schema = quote_identifier(get_namespace_name(as_desk_resolve(fcinfo, 1)));
	check.has_since = !PG_ARGISNULL(0);
	check.since = check.has_since ? PG_GETARG_DATUM(0) : (Datum) 0;
	InitMaterializedSRF(fcinfo, 0);
	check.rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	SPI_connect();
	as_verify_balances(&check);
	as_verify_serials(&check);
	report_found(&check, exchanges);
	report_found(&check, moves);
	report_found(&check, postings);
	SPI_finish();
	return (Datum) 0;
}
