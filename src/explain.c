/*-------------------------------------------------------------------------
 *
 * explain.c
 *	  explain_due() and projected_due(): why a clock is due when it is.
 *
 * The rows follow each other without a gap from the clock's start to its due
 * time, and what they count adds up to the target.  When that is used up the
 * clock may go on to its due time all the same: extended, or because its rule
 * came too late for the due time to lie where the target ended.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "datatype/timestamp.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "explain.h"

PG_FUNCTION_INFO_V1(as_explain_due);
PG_FUNCTION_INFO_V1(as_projected_due);

#define NCOLS 4

/* A row to be returned; held back, since the next may be one with it. */
typedef struct Row
{
	TimestampTz from;
	TimestampTz to;
	int64		counted;		/* microseconds or days */
	const char *why;
} Row;

typedef struct Explainer
{
	ReturnSetInfo *rsinfo;
	int64		clock_id;
	ClockStory	story;
	DueBasis	basis;
	bool		is_day;
	int64		left;			/* of the target, not counted yet */
	ListCell   *mark;			/* next one to be shown */
	bool		has_row;
	Row			row;
} Explainer;

/* ---------- rows ---------- */

static void
put_row(Explainer *x, TimestampTz from, bool has_to, TimestampTz to, int64 counted, const char *why)
{
	Interval   *span = palloc0(sizeof(Interval));
	Datum		values[NCOLS];
	bool		nulls[NCOLS] = {false};

	if (x->is_day)
		span->day = (int32) counted;
	else
		span->time = counted;
	values[0] = TimestampTzGetDatum(from);
	values[1] = TimestampTzGetDatum(to);
	nulls[1] = !has_to;
	values[2] = IntervalPGetDatum(span);
	values[3] = CStringGetTextDatum(why);
	tuplestore_putvalues(x->rsinfo->setResult, x->rsinfo->setDesc, values, nulls);
}

static void
flush_row(Explainer *x)
{
	if (x->has_row)
		put_row(x, x->row.from, true, x->row.to, x->row.counted, x->row.why);
	x->has_row = false;
}

/* Adds a row; stretches of one kind become one, but each counted day its own. */
static void
add_row(Explainer *x, TimestampTz from, TimestampTz to, int64 counted, const char *why)
{
	if (from == to && counted == 0)
		return;
	if (x->has_row && x->row.to == from && strcmp(x->row.why, why) == 0 &&
		(x->row.counted > 0) == (counted > 0) && (counted == 0 || !x->is_day))
	{
		x->row.to = to;
		x->row.counted += counted;
		return;
	}
	flush_row(x);
	x->has_row = true;
	x->row.from = from;
	x->row.to = to;
	x->row.counted = counted;
	x->row.why = why;
}

/* Why time passes that is no part of the target any more. */
static const char *
why_beyond(const Explainer *x)
{
	if (x->basis.any_day)
		return "to the end of the day";
	return x->story.extended != NULL ? x->story.extended : "no time left";
}

/* ---------- running ---------- */

static void
run_time(Explainer *x, TimestampTz from, TimestampTz to)
{
	int64		counted = Min(to - from, x->left);

	add_row(x, from, from + counted, counted, "counted");
	add_row(x, from + counted, to, 0, why_beyond(x));
	x->left -= counted;
}

static void
run_working(Explainer *x, TimestampTz from, TimestampTz to)
{
	while (from < to)
	{
		TimestampTz end;
		bool		is_open;
		char	   *why;

		CHECK_FOR_INTERRUPTS();
		if (!as_calendar_span(x->basis.calendar, from, &end, &is_open, &why))
			end = to;
		end = Min(end, to);
		if (is_open)
			run_time(x, from, end);
		else
			add_row(x, from, end, 0, why);
		from = end;
	}
}

/* Why a day does not count although the clock runs at its end. */
static const char *
why_no_day(const Explainer *x, int day, TimestampTz at)
{
	TimestampTz end;
	bool		is_open;
	char	   *why;

	if (day < x->basis.first_day)
		return day == as_local_day(x->story.clock->started_at, x->basis.tz) ?
			"day of the start" : "after the cut-off";
	if (x->basis.unit == UNIT_WORKING_DAY && !x->basis.any_day &&
		!as_is_working_day(x->basis.calendar, day) &&
		as_calendar_span(x->basis.calendar, at, &end, &is_open, &why) && !is_open)
		return why;
	return NULL;
}

/* A day counts if the clock runs at its last microsecond. */
static void
run_days(Explainer *x, TimestampTz from, TimestampTz to)
{
	int			last = as_local_day(to, x->basis.tz);
	int			day;

	for (day = as_local_day(from, x->basis.tz); day <= last; day++)
	{
		TimestampTz begin = Max(from, as_local_time(day, 0, x->basis.tz));
		TimestampTz end = Min(to, as_local_time(day + 1, 0, x->basis.tz));
		const char *why;

		CHECK_FOR_INTERRUPTS();
		/* the due time is the last instant of its day, which it still has */
		if (day == last && !(x->story.clock->has_due && to == x->story.clock->due_at &&
							 to == as_end_of_day(day, x->basis.tz)))
		{
			add_row(x, begin, end, 0, x->left > 0 ? "part of a day" : why_beyond(x));
			return;
		}
		why = why_no_day(x, day, begin);
		if (why == NULL && x->left <= 0)
			why = why_beyond(x);
		add_row(x, begin, end, why == NULL ? 1 : 0, why == NULL ? "counted" : why);
		if (why == NULL)
			x->left--;
	}
}

static void
run(Explainer *x, TimestampTz from, TimestampTz to)
{
	if (x->is_day)
		run_days(x, from, to);
	else
	{
		TimestampTz begin = Max(from, Min(to, x->basis.from));

		add_row(x, from, begin, 0, "after the cut-off");
		if (begin < to && x->basis.unit == UNIT_WORKING)
			run_working(x, begin, to);
		else
			run_time(x, begin, to);
	}
}

/* ---------- the whole ---------- */

static void
explain_stretch(Explainer *x, TimestampTz from, TimestampTz to, const char *paused)
{
	if (paused != NULL)
		add_row(x, from, to, 0, paused);
	else if (from < to)
		run(x, from, to);
}

/* What is left of a clock that is paused now. */
static void
explain_pause(Explainer *x, TimestampTz from, const char *paused)
{
	Interval   *left = palloc0(sizeof(Interval));

	if (x->is_day)
		left->day = (int32) x->story.clock->remaining;
	else
		left->time = x->story.clock->remaining;
	flush_row(x);
	put_row(x, from, false, 0, 0,
			psprintf("%s, %s left", paused,
					 DatumGetCString(DirectFunctionCall1(interval_out, IntervalPGetDatum(left)))));
}

/* One piece, cut where something was decided. */
static void
explain_piece(Explainer *x, const ClockPiece *piece)
{
	const char *paused = piece->is_paused ? psprintf("paused: %s", piece->status) : NULL;
	TimestampTz from = piece->from;

	while (x->mark != NULL)
	{
		const ClockMark *mark = lfirst(x->mark);

		if (mark->at >= piece->to)
			break;
		explain_stretch(x, from, mark->at, paused);
		from = mark->at;
		flush_row(x);
		put_row(x, from, true, from, 0, mark->why);
		x->mark = lnext(x->story.marks, x->mark);
	}
	if (TIMESTAMP_IS_NOEND(piece->to))
		explain_pause(x, from, paused);
	else
		explain_stretch(x, from, piece->to, paused);
}

static void
explain_clock(Explainer *x)
{
	const FoldClock *c = x->story.clock;
	ListCell   *lc;

	x->is_day = as_unit_is_day(x->basis.unit);
	x->left = x->basis.any_day ? 0 : Max(x->basis.amount, 0);
	x->mark = list_head(x->story.marks);
	foreach(lc, x->story.pieces)
		explain_piece(x, lfirst(lc));
	flush_row(x);
	for (; x->mark != NULL; x->mark = lnext(x->story.marks, x->mark))
	{
		const ClockMark *mark = lfirst(x->mark);

		if (c->has_due && mark->at <= c->due_at)
			put_row(x, mark->at, true, mark->at, 0, mark->why);
	}
	if (x->story.pieces == NIL)
		put_row(x, c->started_at, true, c->due_at, 0, "due at the start");
}

static void
explain(AsStatement *st, void *arg)
{
	Explainer  *x = arg;
	ReadTicket	t;
	FoldClock  *stored = as_read_clock(st, x->clock_id, &t);

	if (stored == NULL)
		return;
	as_clock_story(&t, stored, &x->story);
	if (x->story.clock == NULL)
		put_row(x, stored->started_at, stored->ended_as != CLOCK_OPEN, stored->stopped_at, 0,
				"nothing starts it any more");
	else if (!as_due_basis(x->story.fold, x->story.clock, &x->basis))
		put_row(x, x->story.clock->started_at, false, 0, 0, "no target: recorded, not enforced");
	else
		explain_clock(x);
}

/*
 * aftersales.explain_due(clock_id, desk)
 */
Datum
as_explain_due(PG_FUNCTION_ARGS)
{
	Oid			nspid = as_desk_resolve(fcinfo, 1);
	Explainer	x = {0};

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	x.rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	x.clock_id = PG_GETARG_INT64(0);
	as_reading(nspid, explain, &x);
	return (Datum) 0;
}

/* ---------- what would be ---------- */

typedef struct Projection
{
	int64		clock_id;
	bool		has_at;
	TimestampTz at;
	bool		has_due;
	TimestampTz due_at;
} Projection;

static void
project(AsStatement *st, void *arg)
{
	Projection *p = arg;
	ReadTicket	t;
	FoldClock  *c = as_read_clock(st, p->clock_id, &t);
	TimestampTz at = p->has_at ? p->at : st->now;
	DueBasis	basis;

	if (c == NULL || c->ended_as != CLOCK_OPEN)
		return;
	p->has_due = c->has_due;
	p->due_at = c->due_at;
	if (!c->is_paused || !as_due_basis(t.stored, c, &basis))
		return;
	p->has_due = true;
	p->due_at = as_due_after(&basis, Max(at, c->paused_since), c->remaining);
}

/*
 * aftersales.projected_due(clock_id, at, desk)
 */
Datum
as_projected_due(PG_FUNCTION_ARGS)
{
	Oid			nspid = as_desk_resolve(fcinfo, 2);
	Projection	p = {0};

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	p.clock_id = PG_GETARG_INT64(0);
	p.has_at = !PG_ARGISNULL(1);
	if (p.has_at)
		p.at = PG_GETARG_TIMESTAMPTZ(1);
	as_reading(nspid, project, &p);
	if (!p.has_due)
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(p.due_at);
}
