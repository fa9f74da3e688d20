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
 * What time does to a ticket itself (moves and values) goes through an UPDATE
 * of it, which settles first like any other: see settle.c.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "app_event.h"
#include "clock.h"
#include "settle.h"

PG_FUNCTION_INFO_V1(as_sweep);

/*
 * Set while a job sweeps, which nobody has asked for in particular: it leaves
 * what was recorded late its grace.
 */
bool		as_sweeping_alone = false;

/* Locks tickets that have something due; their rows are in SPI_tuptable. */
static int
lock_due_tickets(const AsDesk *desk, TimestampTz at, int32 max_tickets)
{
	Oid			types[3] = {TIMESTAMPTZOID, INT4OID, TIMESTAMPTZOID};
	Datum		values[3];
	char		nulls[3];

	values[0] = TimestampTzGetDatum(at);
	values[1] = Int32GetDatum(max_tickets);
	nulls[0] = ' ';
	nulls[1] = max_tickets < 0 ? 'n' : ' ';
	values[2] = TimestampTzGetDatum(at - desk->entry_grace);
	nulls[2] = as_sweeping_alone ? ' ' : 'n';
	if (SPI_execute_with_args(psprintf("SELECT t FROM %1$s.ticket t"
									   " WHERE t.ticket_id" EQ "ANY (ARRAY(SELECT DISTINCT d.ticket_id"
									   " FROM (SELECT c.ticket_id FROM %1$s.sla_clock c"
									   " WHERE c.next_at" LT "$1"
									   " AND (c.late_entry_at IS NULL OR $3 IS NULL OR c.late_entry_at" LT "$3)"
									   " ORDER BY c.next_at) d LIMIT $2))"
									   " ORDER BY t.ticket_id FOR NO KEY UPDATE SKIP LOCKED",
									   quote_identifier(desk->name)),
							  3, types, values, nulls, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "finding due tickets failed");
	return (int) SPI_processed;
}

/* Settles the clocks of one ticket, or notes that the ticket itself changes. */
static List *
settle_ticket(AsStatement *st, ClockWork *clocks, Datum whole_row, List *timed)
{
	HeapTupleData tuple;
	TicketWork	t = {0};
	TicketRow  *settled;
	List	   *events;
	List	   *levels;

	as_whole_row(whole_row, &tuple);
	t.row = as_deform(st->desk, &tuple);
	t.ticket_id = DatumGetInt64(TVAL(st->desk, t.row, TC_TICKET_ID));
	t.pt = as_type_of_row(st, t.row);
	if (t.pt == NULL)
		return timed;
	if (t.pt->has_timed && as_settle_row(st, t.pt, t.row, DT_NOBEGIN, &settled, &events, &levels))
	{
		MemoryContext old = MemoryContextSwitchTo(st->cxt);
		int64	   *id = palloc(sizeof(int64));

		*id = t.ticket_id;
		timed = lappend(timed, id);
		MemoryContextSwitchTo(old);
		return timed;
	}
	t.is_settled = true;
	t.from = t.to = TextDatumGetCString(TVAL(st->desk, t.row, TC_STATUS));
	as_responsible(st->desk, t.row, &t.by);
	as_clock_add(clocks, &t);
	return timed;
}

/*
 * Touches tickets in a subtransaction; false when one of them cannot be, with
 * a WARNING if it was alone.
 */
static bool
try_touch(AsStatement *st, List *ids)
{
	MemoryContext cxt = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData  *volatile edata = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(cxt);
	PG_TRY();
	{
		as_touch(st, ids, DT_NOBEGIN, NULL);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(cxt);
		edata = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(cxt);
	CurrentResourceOwner = owner;
	if (edata == NULL)
		return true;
	/* a cancel, or what another attempt may cure, is nothing of the ticket's */
	if (edata->sqlerrcode == ERRCODE_QUERY_CANCELED || edata->sqlerrcode == ERRCODE_ADMIN_SHUTDOWN ||
		ERRCODE_TO_CATEGORY(edata->sqlerrcode) == ERRCODE_TRANSACTION_ROLLBACK)
		ReThrowError(edata);
	if (list_length(ids) == 1)
		ereport(WARNING,
				(errcode(edata->sqlerrcode),
				 errmsg("ticket %lld could not be settled: %s",
						(long long) *(int64 *) linitial(ids), edata->message),
				 edata->detail == NULL ? 0 : errdetail_internal("%s", edata->detail)));
	return false;
}

/* One ticket that its rules do not let settle must not hold up the others. */
static void
touch_all(AsStatement *st, List *ids)
{
	ListCell   *lc;

	if (try_touch(st, ids) || list_length(ids) == 1)
		return;
	foreach(lc, ids)
		(void) try_touch(st, list_make1(lfirst(lc)));
}

static void
settle_due(AsStatement *st, int32 max_tickets)
{
	ClockWork  *clocks = as_clock_work(st, NULL);
	int			nrows = lock_due_tickets(st->desk, st->now, max_tickets);
	SPITupleTable *table = SPI_tuptable;
	List	   *timed = NIL;
	int			i;

	for (i = 0; i < nrows; i++)
	{
		MemoryContext old = MemoryContextSwitchTo(st->rowcxt);
		bool		isnull;

		timed = settle_ticket(st, clocks, SPI_getbinval(table->vals[i], table->tupdesc, 1, &isnull), timed);
		MemoryContextSwitchTo(old);
		MemoryContextReset(st->rowcxt);
	}
	as_clock_flush(clocks);
	SPI_freetuptable(table);
	if (timed != NIL)
		touch_all(st, timed);
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
	int64		breaches = as_breaches_written();
	int64		escalations = as_escalations_written();
	AsStatement *st;
	Datum		values[2];
	bool		nulls[2] = {false, false};

	if (at > now)
		ereport(ERROR,
				(errcode(ERRCODE_SV_TIME_OUT_OF_ORDER),
				 errmsg("a sweep cannot look into the future"),
				 errhint("Only the setting aftersales.now simulates time.")));
	InitMaterializedSRF(fcinfo, 0);

	as_calendar_share();
	st = as_statement_push(nspid);
	st->now = at;
	st->ignores_grace = !as_sweeping_alone;
	SPI_connect();
	settle_due(st, PG_ARGISNULL(1) ? -1 : Max(PG_GETARG_INT32(1), 0));

	values[0] = CStringGetTextDatum("breach");
	values[1] = Int64GetDatum(as_breaches_written() - breaches);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	values[0] = CStringGetTextDatum("escalation");
	values[1] = Int64GetDatum(as_escalations_written() - escalations);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	SPI_finish();
	as_statement_drop(st);
	return (Datum) 0;
}
