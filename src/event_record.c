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
compare_steps_in_time(const void *a, const void *b)
{
	const AppEvent *const *x = a;
	const AppEvent *const *y = b;

	if ((*x)->row.occurred_at != (*y)->row.occurred_at)
		return (*x)->row.occurred_at < (*y)->row.occurred_at ? -1 : 1;
	return (*x)->row.seq < (*y)->row.seq ? -1 : (*x)->row.seq > (*y)->row.seq;
}

/* Moves the clocks by one event. */
static void
step_clocks(AsStatement *st, ClockWriter *clocks, AppEvent *ae)
{
	ae->clocks_done = true;
	if (ae->pt->nrules == 0)
		return;
	if (ae->step.actions != NULL && ae->step.actions->nstarts > 0)
		as_expr_set_ticket(st, as_deform(st->desk, ae->ticket));
	as_clock_step(clocks, ae->pt, &ae->step);
}

static int
compare_rounds(const void *a, const void *b)
{
	const AppEvent *const *x = a;
	const AppEvent *const *y = b;

	if ((*x)->round != (*y)->round)
		return (*x)->round < (*y)->round ? -1 : 1;
	return (*x)->row.ticket_id < (*y)->row.ticket_id ? -1 : (*x)->row.ticket_id > (*y)->row.ticket_id;
}

/*
 * Only the order of one ticket's events counts: they are taken in rounds, in
 * each of which a ticket has one, so that batches fill.
 */
static void
write_clocks(AsStatement *st, AppEvent **events, int n)
{
	ClockWriter *clocks = as_clock_writer(st);
	int			i;

	qsort(events, n, sizeof(AppEvent *), compare_steps_in_time);
	for (i = 0; i < n; i++)
		events[i]->round = events[i]->head->rounds++;
	qsort(events, n, sizeof(AppEvent *), compare_rounds);
	for (i = 0; i < n; i++)
		if (!events[i]->clocks_done)
			step_clocks(st, clocks, events[i]);
	as_clock_flush(clocks);
}

/*
 * as_pending_clocks moves a ticket's clocks by the events up to a place in
 * its chain that a statement which is still running has put there: a trigger
 * on ticket_event may change the ticket before that statement records.
 */
void
as_pending_clocks(AsStatement *st, int64 ticket_id, int32 up_to_seq, ClockWriter *clocks)
{
	AsStatement *outer;

	for (outer = as_statement_first(); outer != NULL; outer = outer->next)
	{
		EventHead  *head;
		AppEvent   *ae;

		if (outer->internal || outer->app == NULL || outer->desk != st->desk)
			continue;
		head = hash_search(outer->app->heads, &ticket_id, HASH_FIND, NULL);
		for (ae = head == NULL ? NULL : head->first; ae != NULL; ae = ae->next)
			if (!ae->clocks_done && ae->row.seq <= up_to_seq)
				step_clocks(st, clocks, ae);
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
		write_clocks(st, events, n);
		SPI_finish();
	}
	as_statement_drop(st);
	return PointerGetDatum(NULL);
}
