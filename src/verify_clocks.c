/*-------------------------------------------------------------------------
 *
 * verify_clocks.c
 *	  verify_clocks(): are the stored clocks what the history says?
 *
 * Each ticket's clocks are folded anew from its events and compared; nothing
 * is written.  Tickets are read with the caller's rights, through a cursor.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "app_event.h"
#include "clock.h"

PG_FUNCTION_INFO_V1(as_verify_clocks);

#define FETCH_SIZE 100

static void
verify_ticket(ReturnSetInfo *rsinfo, AsStatement *st, Datum whole_row)
{
	HeapTupleData tuple;
	TicketRow  *row;
	const PolicyType *pt;
	List	   *differences = NIL;
	ListCell   *lc;

	as_whole_row(whole_row, &tuple);
	row = as_deform(st->desk, &tuple);
	pt = as_type_of_row(st, row);
	if (pt == NULL)
		return;
	(void) as_replay(st, pt, row, false, false, &differences);
	foreach(lc, differences)
	{
		const ClockDifference *d = lfirst(lc);
		Datum		values[5];
		bool		nulls[5] = {false};

		values[0] = TVAL(st->desk, row, TC_TICKET_ID);
		values[1] = Int64GetDatum(d->clock_id);
		nulls[1] = d->clock_id == 0;
		values[2] = CStringGetTextDatum(d->clock);
		values[3] = Int32GetDatum(d->cycle);
		values[4] = CStringGetTextDatum(d->problem);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
}

/*
 * aftersales.verify_clocks(since, desk)
 */
Datum
as_verify_clocks(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Oid			nspid = as_desk_resolve(fcinfo, 1);
	Oid			types[1] = {TIMESTAMPTZOID};
	Datum		values[1];
	char		nulls[1];
	AsStatement *st;
	SPIPlanPtr	plan;
	Portal		cursor;

	InitMaterializedSRF(fcinfo, 0);
	values[0] = PG_ARGISNULL(0) ? (Datum) 0 : PG_GETARG_DATUM(0);
	nulls[0] = PG_ARGISNULL(0) ? 'n' : ' ';
	st = as_statement_push(nspid);
	SPI_connect();
	plan = SPI_prepare(psprintf("SELECT t FROM %s t WHERE $1 IS NULL OR t.changed_at" GE "$1 OR t.event_at" GE "$1"
								" ORDER BY t.ticket_id", as_desk_table(st->desk, "ticket")), 1, types);
	if (plan == NULL)
		elog(ERROR, "reading tickets failed: %s", SPI_result_code_string(SPI_result));
	cursor = SPI_cursor_open(NULL, plan, values, nulls, true);
	for (;;)
	{
		SPITupleTable *table;
		int			nrows;
		int			i;

		SPI_cursor_fetch(cursor, true, FETCH_SIZE);
		table = SPI_tuptable;
		nrows = (int) SPI_processed;
		for (i = 0; i < nrows; i++)
		{
			MemoryContext old = MemoryContextSwitchTo(st->rowcxt);
			bool		isnull;

			CHECK_FOR_INTERRUPTS();
			verify_ticket(rsinfo, st, SPI_getbinval(table->vals[i], table->tupdesc, 1, &isnull));
			MemoryContextSwitchTo(old);
			MemoryContextReset(st->rowcxt);
		}
		SPI_freetuptable(table);
		if (nrows == 0)
			break;
	}
	SPI_cursor_close(cursor);
	SPI_finish();
	as_statement_drop(st);
	return (Datum) 0;
}
