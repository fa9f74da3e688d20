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
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "app_event.h"
#include "expression.h"

PG_FUNCTION_INFO_V1(as_event_record);

/* Looks at the events a batch at a time. */
static void
check_all_there(AsStatement *st, AppEvent **events, int n)
{
	EventRow   *rows[WRITE_BATCH];
	int			first;
	int			i;

	for (first = 0; first < n; first += WRITE_BATCH)
	{
		int			batch = Min(WRITE_BATCH, n - first);
		MemoryContext old = MemoryContextSwitchTo(st->rowcxt);

		for (i = 0; i < batch; i++)
			rows[i] = &events[first + i]->row;
		as_events_same(st, rows[0]->origin, batch, rows);
		MemoryContextSwitchTo(old);
		MemoryContextReset(st->rowcxt);
	}
}

static int
compare_heads(const void *a, const void *b)
{
	const EventHead *const *x = a;
	const EventHead *const *y = b;

	return (*x)->ticket_id < (*y)->ticket_id ? -1 : (*x)->ticket_id > (*y)->ticket_id;
}

/*
 * A head that was not moved must have been moved further by the same
 * statement; otherwise a trigger has suppressed our UPDATE.
 */
static void
check_heads(AsStatement *st, EventHead *const *heads, int n)
{
	ArrayBuildState *id = initArrayResult(INT8OID, CurrentMemoryContext, false);
	ArrayBuildState *seq = initArrayResult(INT4OID, CurrentMemoryContext, false);
	Datum		values[2];
	int			i;

	for (i = 0; i < n; i++)
	{
		as_accum(id, Int64GetDatum(heads[i]->ticket_id), false, INT8OID);
		as_accum(seq, Int32GetDatum(heads[i]->own_seq), false, INT4OID);
	}
	values[0] = as_array(id);
	values[1] = as_array(seq);
	if (as_run(st->desk, PLAN_HEADS_SAME, values, NULL, NULL) != n)
		ereport(ERROR,
				(errcode(ERRCODE_SV_PROTECTED),
				 errmsg("a trigger on table \"%s\" has kept the audit chain from moving", "ticket"),
				 errhint("Let the trigger return NEW when event_seq changes."),
				 err_generic_string(PG_DIAG_SCHEMA_NAME, st->desk->name),
				 err_generic_string(PG_DIAG_TABLE_NAME, "ticket")));
	SPI_freetuptable(SPI_tuptable);
}

/* The tickets that got events, by id. */
static EventHead **
sorted_heads(AsStatement *st, int *n)
{
	EventHead **heads;
	HASH_SEQ_STATUS seq;
	EventHead  *head;
	int			i = 0;

	*n = hash_get_num_entries(st->app->heads);
	heads = palloc(sizeof(EventHead *) * *n);
	hash_seq_init(&seq, st->app->heads);
	while ((head = hash_seq_search(&seq)) != NULL)
		heads[i++] = head;
	qsort(heads, *n, sizeof(EventHead *), compare_heads);
	return heads;
}

static void
write_heads(AsStatement *st)
{
	static const Oid types[4] = {INT8OID, INT4OID, BYTEAOID, TIMESTAMPTZOID};
	int			n;
	EventHead **heads = sorted_heads(st, &n);
	Datum		values[4];
	ArrayBuildState *a[4];
	int			i;
	int			k;
	int			first;

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
				as_accum(a[k], values[k], false, types[k]);
		}
		for (k = 0; k < 4 && last - first > 1; k++)
			values[k] = as_array(a[k]);
		if (as_run(st->desk, last - first > 1 ? PLAN_HEAD_MANY : PLAN_HEAD_ONE, values, NULL,
				   "ticket") != last - first)
			check_heads(st, &heads[first], last - first);
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
compare_in_time(const void *a, const void *b)
{
	const AppEvent *const *x = a;
	const AppEvent *const *y = b;

	if ((*x)->row.occurred_at != (*y)->row.occurred_at)
		return (*x)->row.occurred_at < (*y)->row.occurred_at ? -1 : 1;
	return (*x)->row.seq < (*y)->row.seq ? -1 : (*x)->row.seq > (*y)->row.seq;
}

/* Moves the clocks of one ticket by its events up to a place in its chain. */
static void
work_clocks(AsStatement *st, ClockWork *clocks, EventHead *head, int32 up_to_seq)
{
	TicketWork	t = {0};
	AppEvent  **events;
	AppEvent   *ae;
	int			n = 0;
	int			i;

	for (ae = head->first; ae != NULL; ae = ae->next)
		if (!ae->clocks_done && ae->row.seq <= up_to_seq)
			n++;
	if (n == 0)
		return;
	events = palloc(sizeof(AppEvent *) * n);
	for (ae = head->first; ae != NULL; ae = ae->next)
		if (!ae->clocks_done && ae->row.seq <= up_to_seq)
			events[t.nevents++] = ae;
	qsort(events, n, sizeof(AppEvent *), compare_in_time);

	t.ticket_id = head->ticket_id;
	t.pt = events[0]->pt;
	t.is_settled = true;
	t.row = as_deform(st->desk, head->ticket);
	t.from = t.to = TextDatumGetCString(TVAL(st->desk, t.row, TC_STATUS));
	as_responsible(st->desk, t.row, &t.by);
	t.events = palloc0(sizeof(FoldEvent) * n);
	for (i = 0; i < n; i++)
	{
		FoldEvent  *e = &t.events[i];

		e->seq = e->base_seq = events[i]->row.seq;
		e->at = events[i]->row.occurred_at;
		e->event = events[i]->row.event;
		e->data = events[i]->row.data;
		events[i]->clocks_done = true;
		t.needs_replay = t.needs_replay || (events[i]->is_late && as_event_matters(t.pt, e));
	}
	as_clock_add(clocks, &t);
}

static void
write_clocks(AsStatement *st)
{
	ClockWork  *clocks = as_clock_work(st, NULL);
	int			n;
	EventHead **heads = sorted_heads(st, &n);
	int			i;

	for (i = 0; i < n; i++)
	{
		MemoryContext old = MemoryContextSwitchTo(st->rowcxt);

		work_clocks(st, clocks, heads[i], heads[i]->own_seq);
		MemoryContextSwitchTo(old);
		MemoryContextReset(st->rowcxt);
	}
	as_clock_flush(clocks);
}

/*
 * as_pending_clocks moves a ticket's clocks by the events up to a place in
 * its chain that a statement which is still running has put there: a trigger
 * on ticket_event may change the ticket before that statement records.
 */
void
as_pending_clocks(AsStatement *st, int64 ticket_id, int32 up_to_seq, ClockWork *clocks)
{
	AsStatement *outer;

	for (outer = as_statement_first(); outer != NULL; outer = outer->next)
	{
		EventHead  *head;

		if (outer->internal || outer->app == NULL || outer->desk != st->desk)
			continue;
		head = hash_search(outer->app->heads, &ticket_id, HASH_FIND, NULL);
		if (head != NULL)
			work_clocks(st, clocks, head, up_to_seq);
	}
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
		check_all_there(st, events, n);
		write_private(st, events, n);
		write_heads(st);
		write_clocks(st);
		SPI_finish();
	}
	as_statement_drop(st);
	return PointerGetDatum(NULL);
}
