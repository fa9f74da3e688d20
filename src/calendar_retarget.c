/*-------------------------------------------------------------------------
 *
 * calendar_retarget.c
 *	  What a changed calendar does to clocks that run on it.
 *
 * Open clocks get the due time that the calendar as it is now gives them, in
 * the transaction that changes it, on every desk; what has ended stays as it
 * was judged.  A ticket whose due times change gets an event
 * changed:calendar.  It is done by writing the ticket (settle.c), as the
 * desk's owner: whoever keeps the calendars needs no right on the desks.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "app_event.h"
#include "settle.h"

typedef struct Retarget
{
	const char *calendar;
	int			revision;
} Retarget;

/*
 * as_calendar_share keeps calendars as they are until the transaction ends.
 * Whoever may start or move clocks calls it before it locks a ticket and
 * before it reads a calendar: a clock that is not committed yet would not be
 * found by a change of the calendar that it counts by.
 *
 * A lock of this mode is one that PostgreSQL keeps in the backend, so writers
 * of tickets do not meet here.
 */
void
as_calendar_share(void)
{
	LockRelationOid(get_relname_relid("calendar_revision", as_schema_oid()), RowShareLock);
}

/*
 * as_calendar_keep waits for all who share the calendars, and keeps others
 * from it until the change is committed.
 */
void
as_calendar_keep(void)
{
	if (IsolationUsesXactSnapshot())
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("a calendar can be changed at isolation level READ COMMITTED only"),
				 errdetail("Open clocks that this transaction's snapshot does not show would keep their due times."),
				 errhint("Change it in a transaction of its own.")));
	LockRelationOid(get_relname_relid("calendar_revision", as_schema_oid()), ExclusiveLock);
}

static const ReplayHow how_retarget = {true, false, 0, NIL};

static Jsonb *
calendar_data(const Retarget *r)
{
	JsonbParseState *ps = NULL;
	JsonbValue	v;

	pushJsonbValue(&ps, WJB_BEGIN_OBJECT, NULL);
	v.type = jbvString;
	v.val.string.val = "calendar";
	v.val.string.len = strlen("calendar");
	pushJsonbValue(&ps, WJB_KEY, &v);
	v.val.string.val = unconstify(char *, r->calendar);
	v.val.string.len = strlen(r->calendar);
	pushJsonbValue(&ps, WJB_VALUE, &v);
	v.val.string.val = "revision";
	v.val.string.len = strlen("revision");
	pushJsonbValue(&ps, WJB_KEY, &v);
	v.type = jbvNumeric;
	v.val.numeric = int64_to_numeric(r->revision);
	pushJsonbValue(&ps, WJB_VALUE, &v);
	return JsonbValueToJsonb(pushJsonbValue(&ps, WJB_END_OBJECT, NULL));
}

static void
apply_retarget(AsStatement *st, const PolicyType *pt, TicketRow *row, List **events, const TouchOp *op)
{
	const Retarget *r = op->arg;
	List	   *differences = NIL;
	EventRow   *e;

	if (!as_replay(st, pt, row, &how_retarget, &differences))
		return;
	e = palloc0(sizeof(EventRow));
	e->event = "changed:calendar";
	e->occurred_at = Max(st->now, DatumGetTimestampTz(TVAL(st->desk, row, TC_EVENT_AT)));
	e->origin = "rule";
	e->data = calendar_data(r);
	as_append_event(st, row, e, events);
}

/*
 * Locks some tickets that the older calendar counts for.  Returns the ids of
 * all, as int64 *; in *changed those whose clocks come out otherwise.
 */
static List *
outdated_tickets(AsStatement *st, const Retarget *r, List **changed)
{
	Datum		values[2];
	List	   *ids = NIL;
	SPITupleTable *table;
	int			n;
	int			i;

	*changed = NIL;
	values[0] = CStringGetTextDatum(r->calendar);
	values[1] = Int32GetDatum(r->revision);
	n = as_run(st->desk, PLAN_OUTDATED, values, NULL, NULL);
	table = SPI_tuptable;
	for (i = 0; i < n; i++)
	{
		int64	   *id = palloc(sizeof(int64));
		MemoryContext old = MemoryContextSwitchTo(st->rowcxt);
		HeapTupleData tuple;
		TicketRow  *row;
		const PolicyType *pt;
		List	   *differences = NIL;
		bool		differs;
		bool		isnull;

		as_whole_row(SPI_getbinval(table->vals[i], table->tupdesc, 1, &isnull), &tuple);
		row = as_deform(st->desk, &tuple);
		*id = DatumGetInt64(TVAL(st->desk, row, TC_TICKET_ID));
		pt = as_type_of_row(st, row);
		differs = pt != NULL && as_replay(st, pt, row, &how_retarget, &differences);
		MemoryContextSwitchTo(old);
		MemoryContextReset(st->rowcxt);
		ids = lappend(ids, id);
		if (differs)
			*changed = lappend(*changed, id);
	}
	SPI_freetuptable(table);
	return ids;
}

/* The clocks whose due time is the same by the new revision go by it, too. */
static void
set_revision(AsStatement *st, const Retarget *r, List *ticket_ids)
{
	ArrayBuildState *ids = initArrayResult(INT8OID, CurrentMemoryContext, false);
	Datum		values[3];
	ListCell   *lc;

	foreach(lc, ticket_ids)
		as_accum(ids, Int64GetDatum(*(int64 *) lfirst(lc)), false, INT8OID);
	values[0] = as_array(ids);
	values[1] = CStringGetTextDatum(r->calendar);
	values[2] = Int32GetDatum(r->revision);
	(void) as_run(st->desk, PLAN_CALENDAR_REV, values, NULL, "sla_clock");
}

static void
retarget_desk(const char *desk, const char *calendar, int revision)
{
	AsStatement *st = as_statement_push(get_namespace_oid(desk, false));
	Retarget	r = {calendar, revision};
	TouchOp		op = {true, apply_retarget, &r};
	List	   *ids;
	List	   *changed;

	SPI_connect();
	while ((ids = outdated_tickets(st, &r, &changed)) != NIL)
	{
		if (changed != NIL)
			as_touch(st, changed, DT_NOBEGIN, &op);
		set_revision(st, &r, ids);
		list_free_deep(ids);
	}
	SPI_finish();
	as_statement_drop(st);
}

/*
 * as_calendar_retarget is called for each calendar that has got a new
 * revision, after that is recorded.  The calendar is read only if clocks run by it: one
 * that is being made is not sound yet.
 */
void
as_calendar_retarget(const char *calendar, int revision)
{
	List	   *desks = NIL;
	ListCell   *lc;
	int			i;
	MemoryContext old = CurrentMemoryContext;

	SPI_connect();
	if (SPI_execute("SELECT desk FROM aftersales.desk ORDER BY desk", false, 0) != SPI_OK_SELECT)
		elog(ERROR, "listing desks failed");
	for (i = 0; i < (int) SPI_processed; i++)
	{
		MemoryContext spi = MemoryContextSwitchTo(old);

		desks = lappend(desks, SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1));
		MemoryContextSwitchTo(spi);
	}
	SPI_finish();
	foreach(lc, desks)
		retarget_desk(lfirst(lc), calendar, revision);
}
