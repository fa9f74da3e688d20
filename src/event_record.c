/*-------------------------------------------------------------------------
 *
 * event_record.c
 *	  The AFTER STATEMENT trigger of a desk's ticket_event table.
 *
 * It makes sure that every row that event.c numbered is there as it was
 * judged, then writes the private rows, the chain heads and the clocks.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "catalog/pg_type.h"
#include "utils/rel.h"

#include "app_event.h"
#include "expression.h"

PG_FUNCTION_INFO_V1(as_event_record);

static int
compare_events(const void *a, const void *b)
{
	const AppEvent *const *x = a;
	const AppEvent *const *y = b;

	return (*x)->event_id < (*y)->event_id ? -1 : (*x)->event_id > (*y)->event_id;
}

/*
 * check_all_there makes sure that every event we numbered was inserted as it
 * was judged: ON CONFLICT DO NOTHING or another trigger may have dropped or
 * altered it, and the chain would have a gap.
 */
static void
check_all_there(AsStatement *st, Relation rel, AppEvent **events, int n)
{
	ArrayBuildState *a = initArrayResult(INT8OID, CurrentMemoryContext, false);
	Datum		value;
	int			found;
	int			i;
	int			ok = 0;

	for (i = 0; i < n; i++)
		(void) accumArrayResult(a, Int64GetDatum(events[i]->event_id), false, INT8OID, CurrentMemoryContext);
	value = as_array(a, INT8OID);
	qsort(events, n, sizeof(AppEvent *), compare_events);
	found = as_run(st->desk, PLAN_EVENTS_BACK, &value, NULL, NULL);
	for (i = 0; i < found; i++)
	{
		HeapTuple	tup = SPI_tuptable->vals[i];
		TupleDesc	tupdesc = SPI_tuptable->tupdesc;
		bool		isnull;
		AppEvent	key;
		AppEvent   *pkey = &key;
		AppEvent  **ae;

		key.event_id = DatumGetInt64(SPI_getbinval(tup, tupdesc, 1, &isnull));
		ae = bsearch(&pkey, events, n, sizeof(AppEvent *), compare_events);
		if (ae != NULL &&
			memcmp(VARDATA_ANY(DatumGetByteaPP(SPI_getbinval(tup, tupdesc, 2, &isnull))),
				   (*ae)->row.hash, HASH_LEN) == 0 &&
			strcmp(SPI_getvalue(tup, tupdesc, 3), (*ae)->row.event) == 0 &&
			DatumGetTimestampTz(SPI_getbinval(tup, tupdesc, 4, &isnull)) == (*ae)->row.occurred_at)
			ok++;
	}
	SPI_freetuptable(SPI_tuptable);
	if (ok != n)
		ereport(ERROR,
				(errcode(ERRCODE_SV_PROTECTED),
				 errmsg("an event that has its place in a chain was not inserted as it was judged"),
				 errdetail("ON CONFLICT DO NOTHING or another trigger has skipped or altered it; the chain would have a gap."),
				 errhint("Leave out events that are there already with WHERE NOT EXISTS, and let other triggers on ticket_event run after."),
				 errtable(rel)));
}

static int
compare_heads(const void *a, const void *b)
{
	const EventHead *const *x = a;
	const EventHead *const *y = b;

	return (*x)->ticket_id < (*y)->ticket_id ? -1 : (*x)->ticket_id > (*y)->ticket_id;
}

static void
write_heads(AsStatement *st)
{
	static const Oid types[4] = {INT8OID, INT4OID, BYTEAOID, TIMESTAMPTZOID};
	int			n = hash_get_num_entries(st->app->heads);
	EventHead **heads = palloc(sizeof(EventHead *) * n);
	HASH_SEQ_STATUS seq;
	EventHead  *head;
	Datum		values[4];
	ArrayBuildState *a[4];
	int			i = 0;
	int			k;
	int			first;

	hash_seq_init(&seq, st->app->heads);
	while ((head = hash_seq_search(&seq)) != NULL)
		heads[i++] = head;
	qsort(heads, n, sizeof(EventHead *), compare_heads);
	for (first = 0; first < n; first += WRITE_BATCH)
	{
		int			last = Min(first + WRITE_BATCH, n);

		for (k = 0; k < 4 && last - first > 1; k++)
			a[k] = initArrayResult(types[k], CurrentMemoryContext, false);
		for (i = first; i < last; i++)
		{
			values[0] = Int64GetDatum(heads[i]->ticket_id);
			values[1] = Int32GetDatum(heads[i]->own_seq);
			values[2] = as_bytea(heads[i]->own_hash);
			values[3] = TimestampTzGetDatum(heads[i]->event_at);
			for (k = 0; k < 4 && last - first > 1; k++)
				(void) accumArrayResult(a[k], values[k], false, types[k], CurrentMemoryContext);
		}
		for (k = 0; k < 4 && last - first > 1; k++)
			values[k] = as_array(a[k], types[k]);
		(void) as_run(st->desk, last - first > 1 ? PLAN_HEAD_MANY : PLAN_HEAD_ONE, values, NULL, "ticket");
	}
}

static void
write_private(AsStatement *st, AppEvent **events, int n)
{
	int64		ids[WRITE_BATCH];
	EventRow   *rows[WRITE_BATCH];
	int			k = 0;
	int			i;

	for (i = 0; i < n; i++)
	{
		if (!events[i]->row.has_private)
			continue;
		ids[k] = events[i]->event_id;
		rows[k++] = &events[i]->row;
		if (k == WRITE_BATCH)
		{
			as_private_write(st->desk, k, ids, rows);
			k = 0;
		}
	}
	if (k > 0)
		as_private_write(st->desk, k, ids, rows);
}

/* In the order in which the events happened; at one time as recorded. */
static int
compare_steps_in_time(const void *a, const void *b)
{
	const AppEvent *const *x = a;
	const AppEvent *const *y = b;

	if ((*x)->row.occurred_at != (*y)->row.occurred_at)
		return (*x)->row.occurred_at < (*y)->row.occurred_at ? -1 : 1;
	return (*x)->row.seq < (*y)->row.seq ? -1 : (*x)->row.seq > (*y)->row.seq;
}

static void
write_clocks(AsStatement *st, AppEvent **events, int n)
{
	ClockWriter *clocks = as_clock_writer(st);
	int			i;

	qsort(events, n, sizeof(AppEvent *), compare_steps_in_time);
	for (i = 0; i < n; i++)
	{
		AppEvent   *ae = events[i];

		if (ae->pt->nrules == 0)
			continue;
		if (ae->step.actions != NULL && ae->step.actions->nstarts > 0)
			as_expr_set_ticket(st, as_deform(st->desk, ae->ticket));
		as_clock_step(clocks, ae->pt, &ae->step);
	}
	as_clock_flush(clocks);
}

/*
 * aftersales.event_record()
 */
Datum
as_event_record(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	AsStatement *st;

	as_check_trigger(fcinfo, "event_record", TRIGGER_EVENT_AFTER, false);
	st = as_statement_find(RelationGetRelid(trigdata->tg_relation), trigdata->tg_event);
	if (!st->internal && st->app != NULL && st->app->n > 0)
	{
		AppEvent  **events = st->app->events;
		int			n = st->app->n;

		SPI_connect();
		check_all_there(st, trigdata->tg_relation, events, n);
		write_private(st, events, n);
		write_heads(st);
		write_clocks(st, events, n);
		SPI_finish();
	}
	as_statement_drop(st);
	return PointerGetDatum(NULL);
}
