/*-------------------------------------------------------------------------
 *
 * sweep.c
 *	  sweep(): settles tickets that nobody has touched.
 *
 * Everything that is due stands in one column, sla_clock.next_at, with one
 * partial index; an idle sweep is one probe of it.  Tickets are locked in the
 * order of their ids before their clocks, as writers do; those that somebody
 * else has locked are skipped: their writer settles them.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "clock.h"
#include "event.h"

PG_FUNCTION_INFO_V1(as_sweep);

/* Locks tickets that have something due and returns them as clock steps. */
static List *
lock_due_tickets(const AsDesk *desk, TimestampTz at, int32 max_tickets)
{
	Oid			types[2] = {TIMESTAMPTZOID, INT4OID};
	Datum		values[2];
	char		nulls[2];
	List	   *steps = NIL;
	uint64		i;

	values[0] = TimestampTzGetDatum(at);
	values[1] = Int32GetDatum(max_tickets);
	nulls[0] = ' ';
	nulls[1] = max_tickets < 0 ? 'n' : ' ';
	if (SPI_execute_with_args(psprintf("SELECT t.ticket_id, t.org_id, t.assignee FROM %1$s.ticket t"
									   " WHERE t.ticket_id" EQ "ANY (ARRAY(SELECT DISTINCT d.ticket_id"
									   " FROM (SELECT c.ticket_id FROM %1$s.sla_clock c"
									   " WHERE c.next_at" LT "$1 ORDER BY c.next_at) d LIMIT $2))"
									   " ORDER BY t.ticket_id FOR NO KEY UPDATE SKIP LOCKED",
									   quote_identifier(desk->name)),
							  2, types, values, nulls, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "finding due tickets failed");
	for (i = 0; i < SPI_processed; i++)
	{
		HeapTuple	tup = SPI_tuptable->vals[i];
		TupleDesc	tupdesc = SPI_tuptable->tupdesc;
		ClockStep  *step = palloc0(sizeof(ClockStep));
		bool		isnull;

		step->ticket_id = DatumGetInt64(SPI_getbinval(tup, tupdesc, 1, &isnull));
		step->at = at;
		step->org_id = DatumGetInt64(SPI_getbinval(tup, tupdesc, 2, &isnull));
		step->has_org = !isnull;
		step->assignee = SPI_getvalue(tup, tupdesc, 3);
		steps = lappend(steps, step);
	}
	SPI_freetuptable(SPI_tuptable);
	return steps;
}

/*
 * aftersales.sweep(at, max_tickets, desk)
 */
Datum
as_sweep(PG_FUNCTION_ARGS)
{
	Oid			nspid = as_desk_resolve(fcinfo, 2);
	TimestampTz now = as_now();
	TimestampTz at = PG_ARGISNULL(0) ? now : PG_GETARG_TIMESTAMPTZ(0);
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	AsStatement *st;
	ClockWriter *clocks;
	Datum		values[2];
	bool		nulls[2] = {false, false};
	List	   *steps;
	ListCell   *lc;

	if (at > now)
		ereport(ERROR,
				(errcode(ERRCODE_SV_TIME_OUT_OF_ORDER),
				 errmsg("a sweep cannot look into the future"),
				 errhint("Only the setting aftersales.now simulates time.")));
	InitMaterializedSRF(fcinfo, 0);

	st = as_statement_push(nspid);
	SPI_connect();
	clocks = as_clock_writer(st);
	steps = lock_due_tickets(st->desk, at, PG_ARGISNULL(1) ? -1 : Max(PG_GETARG_INT32(1), 0));
	foreach(lc, steps)
		as_clock_step(clocks, NULL, lfirst(lc));
	as_clock_flush(clocks);

	values[0] = CStringGetTextDatum("breach");
	values[1] = Int64GetDatum(as_clock_breaches(clocks));
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	SPI_finish();
	as_statement_drop(st);
	return (Datum) 0;
}
