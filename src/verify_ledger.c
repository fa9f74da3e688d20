/*-------------------------------------------------------------------------
 *
 * verify_ledger.c
 *	  verify_ledger(): does all that follows from the moves fit them?
 *
 * Balances, exchanges and reversals are compared by one query each, over all
 * moves at once; the way of each serial number is walked in verify_serial.c.
 * They read with the caller's rights, under the snapshot of the query that
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

/* Both sides of every move at a physical location, and the balances asked about. */
#define HALVES \
"WITH half AS NOT MATERIALIZED (" \
" SELECT m.to_location AS location, m.part_no, m.to_condition AS condition, m.owner, m.quantity, m.happened_at, m.recorded_at" \
" FROM %1$s.stock_move m" \
" UNION ALL" \
" SELECT m.from_location, m.part_no, m.from_condition, m.owner, -m.quantity, m.happened_at, m.recorded_at" \
" FROM %1$s.stock_move m)," \
" place AS (SELECT l.location, k.physical FROM %1$s.stock_location l JOIN %1$s.location_kind k ON k.kind = l.kind)," \
" asked AS MATERIALIZED (" \
" SELECT h.location, h.part_no, h.condition, h.owner FROM half h WHERE h.recorded_at >= $1" \
" UNION" \
" SELECT b.location, b.part_no, b.condition, b.owner FROM %1$s.stock_balance b WHERE b.last_at >= $1)," \
" asked_half AS NOT MATERIALIZED (" \
" SELECT h.* FROM half h JOIN place p ON p.location = h.location AND p.physical" \
" WHERE $1 IS NULL OR (h.location, h.part_no, h.condition, h.owner) IN (SELECT * FROM asked))"
#define BALANCE_KEY(x) "concat_ws('|', " x ".location, " x ".part_no, " x ".condition, " x ".owner)"

/* A row for each v that is wrong. */
#define PROBLEMS(values) " CROSS JOIN LATERAL (VALUES " values ") v(is_wrong, problem) WHERE v.is_wrong"
#define NUMBER(x) "trim_scale(" x ")::text"

/* last_at is the latest move's time, or that of a count frozen since */
static const char *const balances =
HALVES ","
" told AS (SELECT h.location, h.part_no, h.condition, h.owner, sum(h.quantity) AS quantity, max(h.happened_at) AS last_at"
" FROM asked_half h GROUP BY h.location, h.part_no, h.condition, h.owner),"
" stored AS (SELECT b.* FROM %1$s.stock_balance b"
" WHERE $1 IS NULL OR (b.location, b.part_no, b.condition, b.owner) IN (SELECT * FROM asked)),"
" counted AS (SELECT c.location, max(c.frozen_at) AS any_at,"
" max(c.frozen_at) FILTER (WHERE c.cancelled_at IS NULL) AS valid_at FROM %1$s.stock_count c GROUP BY c.location)"
" SELECT 'balance', " BALANCE_KEY("x") ", v.problem"
" FROM (SELECT location, part_no, condition, owner, t.quantity AS told, b.quantity AS stored,"
" t.last_at AS told_at, b.last_at AS stored_at"
" FROM told t FULL JOIN stored b USING (location, part_no, condition, owner)) x"
" LEFT JOIN place p ON p.location = x.location"
" LEFT JOIN counted c ON c.location = x.location"
PROBLEMS("(x.stored IS NULL, format('missing: %%s by the moves', " NUMBER("x.told") ")),"
		 " (p.physical IS NOT TRUE, 'location: not a physical one, it keeps no balance'),"
		 " (p.physical AND x.told IS NULL, 'moves: there are none'),"
		 " (x.stored <> x.told, format('quantity: %%s, by the moves %%s', " NUMBER("x.stored") ", " NUMBER("x.told") ")),"
		 " (x.stored_at < greatest(x.told_at, c.valid_at), 'last_at: before the latest move or count'),"
		 " (x.stored_at > greatest(x.told_at, c.any_at), 'last_at: after the latest move and count')");

/* moves of one instant count together */
static const char *const levels =
HALVES
" SELECT 'balance', " BALANCE_KEY("x") ", format('below zero: %%s at %%s', " NUMBER("x.level") ", x.happened_at)"
" FROM (SELECT DISTINCT ON (s.location, s.part_no, s.condition, s.owner) s.*"
" FROM (SELECT h.location, h.part_no, h.condition, h.owner, h.happened_at,"
" sum(sum(h.quantity)) OVER (PARTITION BY h.location, h.part_no, h.condition, h.owner ORDER BY h.happened_at) AS level"
" FROM asked_half h GROUP BY h.location, h.part_no, h.condition, h.owner, h.happened_at) s"
" WHERE s.level < 0"
" ORDER BY s.location, s.part_no, s.condition, s.owner, s.happened_at) x";

#define DIFFERS(column, other) \
" CASE WHEN m." column " IS DISTINCT FROM o." other " THEN '" column "' END"

/* what a move says by itself, and of the one it takes back */
static const char *const moves =
"SELECT 'move', m.move_id::text, v.problem"
" FROM %1$s.stock_move m"
" LEFT JOIN %1$s.part p ON p.part_no = m.part_no"
" LEFT JOIN %1$s.stock_location f ON f.location = m.from_location"
" LEFT JOIN %1$s.stock_location t ON t.location = m.to_location"
" LEFT JOIN %1$s.stock_move o ON o.move_id = m.reversal_of"
" LEFT JOIN %1$s.part_exchange e ON e.exchange_id = m.exchange_id"
" CROSS JOIN LATERAL (SELECT concat_ws(', ',"
DIFFERS("part_no", "part_no") ","
DIFFERS("quantity", "quantity") ","
DIFFERS("owner", "owner") ","
DIFFERS("serial_no", "serial_no") ","
DIFFERS("from_location", "to_location") ","
DIFFERS("to_location", "from_location") ","
DIFFERS("from_condition", "to_condition") ","
DIFFERS("to_condition", "from_condition") ","
DIFFERS("purpose", "purpose") ","
DIFFERS("ticket_id", "ticket_id") ","
DIFFERS("exchange_id", "exchange_id")
") AS columns) d"
PROBLEMS("(p.part_no IS NULL, 'part_no: there is no such part'),"
		 " (f.location IS NULL, 'from_location: there is no such location'),"
		 " (t.location IS NULL, 'to_location: there is no such location'),"
		 " (p.is_serialised AND m.serial_no IS NULL, 'serial_no: missing'),"
		 " (NOT p.is_serialised AND m.serial_no IS NOT NULL, 'serial_no: the part has none'),"
		 " (p.is_serialised AND m.quantity <> 1, 'quantity: not 1 for a serial number'),"
		 " (m.quantity <> round(m.quantity, p.decimals), 'quantity: more decimals than the part has'),"
		 " ((m.purpose = 'adjust') <> (m.count_id IS NOT NULL) AND m.reversal_of IS NULL, 'count_id: an adjustment is that of a count, and nothing else is'),"
		 " (m.exchange_id IS NOT NULL AND e.exchange_id IS NULL, 'exchange_id: there is no such exchange'),"
		 " (e.ticket_id <> m.ticket_id, 'exchange_id: one of another ticket'),"
		 " (m.reversal_of IS NOT NULL AND o.move_id IS NULL, 'reversal_of: there is no such move'),"
		 " (o.reversal_of IS NOT NULL, 'reversal_of: that is itself a reversal'),"
		 " (o.move_id IS NOT NULL AND d.columns <> '', format('reversal_of: not the mirror of move %%s: %%s', o.move_id, d.columns)),"
		 " (m.happened_at < o.happened_at, 'reversal_of: that happened later')")
" AND ($1 IS NULL OR m.recorded_at >= $1)";

/* a reversal takes its quantity back; what it takes back says what it was */
#define EXCHANGED(what, condition) " coalesce(sum(s.quantity) FILTER (WHERE " condition "), 0) AS " what
#define EXCHANGE_SUM(column) \
" (e." column " <> n." column ", format('" column ": %%s, by the moves %%s', " NUMBER("e." column) ", " NUMBER("n." column) "))"

static const char *const exchanges =
"WITH asked AS MATERIALIZED (SELECT m.exchange_id FROM %1$s.stock_move m WHERE m.recorded_at >= $1 AND m.exchange_id IS NOT NULL"
" UNION SELECT e.exchange_id FROM %1$s.part_exchange e WHERE greatest(e.issued_at, e.removed_at, e.balanced_at) >= $1),"
" signed AS NOT MATERIALIZED (SELECT m.exchange_id, m.purpose, m.from_condition, m.part_no, m.happened_at, m.reversal_of,"
" CASE WHEN m.reversal_of IS NULL THEN m.quantity ELSE -m.quantity END AS quantity,"
" CASE WHEN m.reversal_of IS NULL THEN m.to_location ELSE m.from_location END AS given_to"
" FROM %1$s.stock_move m WHERE m.exchange_id IS NOT NULL"
" AND ($1 IS NULL OR m.exchange_id IN (SELECT exchange_id FROM asked))),"
" told AS (SELECT s.exchange_id, count(*) AS moves,"
EXCHANGED("issued", "s.purpose IN ('issue', 'loan')") ","
EXCHANGED("installed", "s.purpose = 'install'") ","
EXCHANGED("returned", "s.purpose IN ('return', 'loan_return')") ","
EXCHANGED("lost", "s.purpose = 'lose' AND s.from_condition = 'good'") ","
EXCHANGED("removed", "s.purpose = 'remove'") ","
EXCHANGED("kept", "s.purpose = 'keep'") ","
EXCHANGED("defective_returned", "s.purpose = 'return_defective' OR s.purpose = 'remove' AND k.physical AND NOT k.in_hands") ","
EXCHANGED("defective_lost", "s.purpose = 'lose' AND s.from_condition <> 'good'") ","
/* a part installed from own stock was not handed out, but counts as if it was */
" array_agg(s.quantity) FILTER (WHERE s.purpose = 'install' AND s.reversal_of IS NULL) AS own,"
" array_agg(s.part_no) FILTER (WHERE s.purpose IN ('remove', 'keep') AND s.reversal_of IS NULL) AS defective_parts,"
" array_agg(s.happened_at) FILTER (WHERE s.purpose = 'remove' AND s.reversal_of IS NULL) AS removed_at"
" FROM signed s LEFT JOIN %1$s.stock_location l ON l.location = s.given_to"
" LEFT JOIN %1$s.location_kind k ON k.kind = l.kind"
" GROUP BY s.exchange_id)"
" SELECT 'exchange', e.exchange_id::text, v.problem"
" FROM %1$s.part_exchange e"
" LEFT JOIN told n ON n.exchange_id = e.exchange_id"
" LEFT JOIN %1$s.part p ON p.part_no = e.part_no"
" CROSS JOIN LATERAL (SELECT e.quantity = e.installed + e.returned + e.lost AND e.removed = e.defective_returned + e.defective_lost"
" AND (e.exchange <> 'one_for_one' OR e.installed <= e.removed + e.kept) AS is_balanced) b"
PROBLEMS("(n.exchange_id IS NULL, 'moves: there are none'),"
		 " (e.exchange IS DISTINCT FROM p.exchange, 'exchange: not that of the part'),"
		 " (e.quantity <> n.issued AND (e.quantity - n.issued = ANY (n.own)) IS NOT TRUE,"
		 " format('quantity: %%s, by the moves %%s', " NUMBER("e.quantity") ", " NUMBER("n.issued") ")),"
		 EXCHANGE_SUM("installed") ","
		 EXCHANGE_SUM("returned") ","
		 EXCHANGE_SUM("lost") ","
		 EXCHANGE_SUM("removed") ","
		 EXCHANGE_SUM("kept") ","
		 EXCHANGE_SUM("defective_returned") ","
		 EXCHANGE_SUM("defective_lost") ","
		 " (e.installed + e.returned + e.lost > e.quantity, 'quantity: less than became of it'),"
		 " (e.defective_returned + e.defective_lost > e.removed, 'removed: less than became of it'),"
		 " (e.removed + e.kept > 0 AND (e.defective_part_no = ANY (n.defective_parts)) IS NOT TRUE, 'defective_part_no: none that was taken out or kept'),"
		 " (e.removed > 0 AND (e.removed_at = ANY (n.removed_at)) IS NOT TRUE, 'removed_at: nothing was taken out then'),"
		 " (b.is_balanced AND e.balanced_at IS NULL, 'balanced_at: missing, nothing is outstanding'),"
		 " (NOT b.is_balanced AND e.balanced_at IS NOT NULL, 'balanced_at: something is outstanding')")
" AND ($1 IS NULL OR e.exchange_id IN (SELECT exchange_id FROM asked))";

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

/* Returns all that a query finds. */
static void
report_found(const LedgerCheck *check, const char *query)
{
	Portal		portal = as_ledger_query(check, query);

	do
	{
		uint64		i;

		CHECK_FOR_INTERRUPTS();
		SPI_cursor_fetch(portal, true, FETCH_SIZE);
		for (i = 0; i < SPI_processed; i++)
		{
			HeapTuple	tuple = SPI_tuptable->vals[i];
			TupleDesc	tupdesc = SPI_tuptable->tupdesc;

			as_ledger_report(check, SPI_getvalue(tuple, tupdesc, 1), SPI_getvalue(tuple, tupdesc, 2),
							 SPI_getvalue(tuple, tupdesc, 3));
		}
		SPI_freetuptable(SPI_tuptable);
	} while (SPI_processed > 0);
	SPI_cursor_close(portal);
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
	report_found(&check, balances);
	report_found(&check, levels);
	as_verify_serials(&check);
	report_found(&check, exchanges);
	report_found(&check, moves);
	SPI_finish();
	return (Datum) 0;
}
