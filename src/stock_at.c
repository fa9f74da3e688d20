/*-------------------------------------------------------------------------
 *
 * stock_at.c
 *	  stock_at(): what was where at an instant.
 *
 * It is the sum of the moves that had happened by then, not the balance taken
 * back: so it can be held against the balance.  What is recorded later for an
 * earlier time is in it.  One query, with the caller's rights and snapshot;
 * nothing is locked or written, so it works on a hot standby.
 *
 * The function is declared with a search_path of its own, so names and
 * operators of pg_catalog are what they are here.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

PG_FUNCTION_INFO_V1(as_stock_at);

#define FETCH_SIZE 1000
#define COLUMNS 5

static const char *const stock_at_query =
"SELECT h.location, h.part_no, h.condition, h.owner, sum(h.quantity)"
" FROM (SELECT m.to_location AS location, m.part_no, m.to_condition AS condition, m.owner, m.quantity"
" FROM %1$s.stock_move m WHERE m.happened_at <= $1"
" UNION ALL SELECT m.from_location, m.part_no, m.from_condition, m.owner, -m.quantity"
" FROM %1$s.stock_move m WHERE m.happened_at <= $1) h"
" JOIN %1$s.stock_location l ON l.location = h.location"
" JOIN %1$s.location_kind k ON k.kind = l.kind AND k.physical"
" GROUP BY h.location, h.part_no, h.condition, h.owner"
" HAVING sum(h.quantity) <> 0"
" ORDER BY h.location, h.part_no, h.condition, h.owner";

/*
 * aftersales.stock_at(at, desk)
 */
Datum
as_stock_at(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	char	   *schema = get_namespace_name(as_desk_resolve(fcinfo, 1));
	Oid			types[1] = {TIMESTAMPTZOID};
	Datum		values[1];
	Portal		portal;

	InitMaterializedSRF(fcinfo, 0);
	values[0] = PG_ARGISNULL(0) ? TimestampTzGetDatum(as_now()) : PG_GETARG_DATUM(0);
	SPI_connect();
	portal = SPI_cursor_open_with_args(NULL, psprintf(stock_at_query, quote_identifier(schema)),
									   1, types, values, NULL, true, CURSOR_OPT_NO_SCROLL);
	do
	{
		uint64		i;

		CHECK_FOR_INTERRUPTS();
		SPI_cursor_fetch(portal, true, FETCH_SIZE);
		for (i = 0; i < SPI_processed; i++)
		{
			Datum		row[COLUMNS];
			bool		nulls[COLUMNS];

			heap_deform_tuple(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, row, nulls);
			tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, row, nulls);
		}
		SPI_freetuptable(SPI_tuptable);
	} while (SPI_processed > 0);
	SPI_cursor_close(portal);
	SPI_finish();
	return (Datum) 0;
}
