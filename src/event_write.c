/*-------------------------------------------------------------------------
 *
 * event_write.c
 *	  Writes the events that triggers on tickets produce.
 *
 * Events are collected and written at most WRITE_BATCH at a time, a single
 * one with scalars.  A writer lives in the statement's context.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "event.h"

struct EventWriter
{
	AsStatement *st;
	MemoryContext cxt;			/* of the collected events, reset when written */
	int			n;
	int			max;
	EventRow  **events;
};

/*
 * as_event_writer makes a writer for a statement.
 */
EventWriter *
as_event_writer(AsStatement *st)
{
	EventWriter *w = MemoryContextAlloc(st->cxt, sizeof(EventWriter));

	w->st = st;
	w->cxt = AllocSetContextCreate(st->cxt, "aftersales events", ALLOCSET_DEFAULT_SIZES);
	w->n = 0;
	w->max = 4;
	w->events = MemoryContextAlloc(st->cxt, sizeof(EventRow *) * w->max);
	return w;
}

static const char *
copy_string(const char *s)
{
	return s == NULL ? NULL : pstrdup(s);
}

/*
 * as_event_write takes an event over for writing.
 */
void
as_event_write(EventWriter *w, const EventRow *e)
{
	MemoryContext old;
	EventRow   *copy;

	/* the events of one write have one origin and one actor; a correction goes alone */
	if (w->n > 0 && (strcmp(w->events[0]->origin, e->origin) != 0 || e->has_corrects ||
					 w->events[0]->has_corrects))
		as_event_flush(w);
	old = MemoryContextSwitchTo(w->cxt);
	copy = palloc(sizeof(EventRow));
	*copy = *e;
	copy->event = pstrdup(e->event);
	copy->from_state = copy_string(e->from_state);
	copy->to_state = copy_string(e->to_state);
	copy->note = copy_string(e->note);
	if (e->data != NULL)
	{
		copy->data = palloc(VARSIZE(e->data));
		memcpy(copy->data, e->data, VARSIZE(e->data));
	}
	if (w->n == w->max)
	{
		w->max *= 2;
		w->events = repalloc(w->events, sizeof(EventRow *) * w->max);
	}
	w->events[w->n++] = copy;
	MemoryContextSwitchTo(old);
	if (w->n == WRITE_BATCH)
		as_event_flush(w);
}

static Datum
text_datum(const char *s, char *nulls)
{
	*nulls = s == NULL ? 'n' : ' ';
	return s == NULL ? (Datum) 0 : CStringGetTextDatum(s);
}

static void
write_one(EventWriter *w)
{
	EventRow   *e = w->events[0];
	Datum		values[13];
	char		nulls[14] = "             ";

	values[0] = TimestampTzGetDatum(e->recorded_at);
	values[1] = CStringGetTextDatum(e->actor);
	values[2] = Int64GetDatum(e->ticket_id);
	values[3] = Int32GetDatum(e->seq);
	values[4] = CStringGetTextDatum(e->event);
	values[5] = TimestampTzGetDatum(e->occurred_at);
	values[6] = text_datum(e->from_state, &nulls[6]);
	values[7] = text_datum(e->to_state, &nulls[7]);
	nulls[8] = e->has_private ? ' ' : 'n';
	values[8] = e->has_private ? as_bytea(e->digest) : (Datum) 0;
	values[9] = as_bytea(e->hash);
	values[10] = CStringGetTextDatum(e->origin);
	values[11] = Int32GetDatum(e->corrects);
	nulls[11] = e->has_corrects ? ' ' : 'n';
	values[12] = text_datum(e->external_ref, &nulls[12]);
	(void) as_run(w->st->desk, e->has_private ? PLAN_EVENT_ONE_ID : PLAN_EVENT_ONE,
				  values, nulls, "ticket_event");
}

static void
accum_text(ArrayBuildState *state, const char *s)
{
	as_accum(state, s == NULL ? (Datum) 0 : CStringGetTextDatum(s), s == NULL,
							TEXTOID);
}

static void
write_many(EventWriter *w)
{
	static const Oid types[9] = {INT8OID, INT4OID, TEXTOID, TIMESTAMPTZOID, TEXTOID, TEXTOID, BYTEAOID, BYTEAOID, TEXTOID};
	ArrayBuildState *a[9];
	Datum		values[12];
	int			i;

	for (i = 0; i < 9; i++)
		a[i] = initArrayResult(types[i], CurrentMemoryContext, false);
	for (i = 0; i < w->n; i++)
	{
		EventRow   *e = w->events[i];

		as_accum(a[0], Int64GetDatum(e->ticket_id), false, INT8OID);
		as_accum(a[1], Int32GetDatum(e->seq), false, INT4OID);
		accum_text(a[2], e->event);
		as_accum(a[3], TimestampTzGetDatum(e->occurred_at), false, TIMESTAMPTZOID);
		accum_text(a[4], e->from_state);
		accum_text(a[5], e->to_state);
		as_accum(a[6], e->has_private ? as_bytea(e->digest) : (Datum) 0,
								!e->has_private, BYTEAOID);
		as_accum(a[7], as_bytea(e->hash), false, BYTEAOID);
		accum_text(a[8], e->external_ref);
	}
	values[0] = TimestampTzGetDatum(w->events[0]->recorded_at);
	values[1] = CStringGetTextDatum(w->events[0]->actor);
	for (i = 0; i < 9; i++)
		values[i + 2] = as_array(a[i]);
	values[11] = CStringGetTextDatum(w->events[0]->origin);
	(void) as_run(w->st->desk, PLAN_EVENT_MANY, values, NULL, "ticket_event");
}

/*
 * as_events_same raises unless events are in the table as they were sealed:
 * ON CONFLICT DO NOTHING or another trigger may have dropped or altered one,
 * and the chain would have a gap.  All have the same recorded_at and actor.
 */
void
as_events_same(AsStatement *st, const char *origin, int n, EventRow *const *events)
{
	static const Oid types[9] = {INT8OID, INT4OID, TEXTOID, TIMESTAMPTZOID, TEXTOID, TEXTOID, TEXTOID, BYTEAOID, BYTEAOID};
	ArrayBuildState *a[9];
	Datum		values[12];
	int			i;

	for (i = 0; i < 9; i++)
		a[i] = initArrayResult(types[i], CurrentMemoryContext, false);
	for (i = 0; i < n; i++)
	{
		const EventRow *e = events[i];

		as_accum(a[0], Int64GetDatum(e->ticket_id), false, INT8OID);
		as_accum(a[1], Int32GetDatum(e->seq), false, INT4OID);
		accum_text(a[2], e->event);
		as_accum(a[3], TimestampTzGetDatum(e->occurred_at), false, TIMESTAMPTZOID);
		accum_text(a[4], e->from_state);
		accum_text(a[5], e->to_state);
		accum_text(a[6], e->external_ref);
		as_accum(a[7], e->has_private ? as_bytea(e->digest) : (Datum) 0,
								!e->has_private, BYTEAOID);
		as_accum(a[8], as_bytea(e->hash), false, BYTEAOID);
	}
	values[0] = TimestampTzGetDatum(events[0]->recorded_at);
	values[1] = CStringGetTextDatum(events[0]->actor);
	values[2] = CStringGetTextDatum(origin);
	for (i = 0; i < 9; i++)
		values[i + 3] = as_array(a[i]);
	if (as_run(st->desk, PLAN_EVENTS_SAME, values, NULL, NULL) != n)
		ereport(ERROR,
				(errcode(ERRCODE_SV_PROTECTED),
				 errmsg("an event that has its place in a chain was not inserted as it was judged"),
				 errdetail("ON CONFLICT DO NOTHING or another trigger has skipped or altered it; the chain would have a gap."),
				 errhint("Leave out events that are there already with WHERE NOT EXISTS, and let other triggers on ticket_event change nothing."),
				 err_generic_string(PG_DIAG_SCHEMA_NAME, st->desk->name),
				 err_generic_string(PG_DIAG_TABLE_NAME, "ticket_event")));
	SPI_freetuptable(SPI_tuptable);
}

/*
 * as_private_write writes the private rows of events that have one.
 */
void
as_private_write(const AsDesk *desk, int n, const int64 *event_ids, EventRow *const *events)
{
	static const Oid types[4] = {INT8OID, BYTEAOID, TEXTOID, JSONBOID};
	ArrayBuildState *a[4];
	Datum		values[4];
	int			i;

	if (n == 1)
	{
		char		nulls[5] = "    ";

		values[0] = Int64GetDatum(event_ids[0]);
		values[1] = as_bytea(events[0]->salt);
		values[2] = text_datum(events[0]->note, &nulls[2]);
		nulls[3] = events[0]->data == NULL ? 'n' : ' ';
		values[3] = JsonbPGetDatum(events[0]->data);
		(void) as_run(desk, PLAN_PRIVATE_ONE, values, nulls, "event_private");
		return;
	}
	for (i = 0; i < 4; i++)
		a[i] = initArrayResult(types[i], CurrentMemoryContext, false);
	for (i = 0; i < n; i++)
	{
		const EventRow *e = events[i];

		as_accum(a[0], Int64GetDatum(event_ids[i]), false, INT8OID);
		as_accum(a[1], as_bytea(e->salt), false, BYTEAOID);
		accum_text(a[2], e->note);
		as_accum(a[3], JsonbPGetDatum(e->data), e->data == NULL, JSONBOID);
	}
	for (i = 0; i < 4; i++)
		values[i] = as_array(a[i]);
	(void) as_run(desk, PLAN_PRIVATE_MANY, values, NULL, "event_private");
}

/*
 * as_event_flush writes what has been collected.  RETURNING gives the ids in
 * the order of the input.
 */
void
as_event_flush(EventWriter *w)
{
	MemoryContext old;
	int64		ids[WRITE_BATCH];
	EventRow   *private[WRITE_BATCH];
	int			nprivate = 0;
	int			i;

	if (w->n == 0)
		return;
	old = MemoryContextSwitchTo(w->cxt);
	if (w->n == 1)
		write_one(w);
	else
		write_many(w);
	if (SPI_processed != w->n)
		ereport(ERROR,
				(errcode(ERRCODE_SV_PROTECTED),
				 errmsg("a trigger on table \"%s\" has suppressed events", "ticket_event"),
				 errhint("Remove the trigger, or let it return NEW.")));
	for (i = 0; i < w->n; i++)
	{
		bool		isnull;

		if (!w->events[i]->has_private)
			continue;
		ids[nprivate] = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc,
													1, &isnull));
		private[nprivate++] = w->events[i];
	}
	if (SPI_tuptable != NULL)
		SPI_freetuptable(SPI_tuptable);
	if (nprivate > 0)
		as_private_write(w->st->desk, nprivate, ids, private);
	if (w->st->desk->check_events && !w->events[0]->has_corrects)
		as_events_same(w->st, w->events[0]->origin, w->n, w->events);
	w->n = 0;
	MemoryContextSwitchTo(old);
	MemoryContextReset(w->cxt);
}
