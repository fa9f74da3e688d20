/*-------------------------------------------------------------------------
 *
 * clock_write.c
 *	  Stops, starts and settles the clocks of tickets.
 *
 * A statement's steps are collected and applied at most WRITE_BATCH at a
 * time: first all that ends (and what has become late is recorded as of the
 * step's time), then all that starts.  In one batch a ticket has one step, so
 * the order among tickets does not matter; a ticket's next step waits for the
 * batch to be written.
 *
 * Ending, settling and the check whether it was in time are one UPDATE; it
 * returns only the clocks it touched.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "clock.h"
#include "event.h"

typedef struct ClockStart
{
	int64		ticket_id;
	const ClockRule *rule;
	TimestampTz started_at;
	int32		seq;
	bool		has_due;
	TimestampTz due_at;
} ClockStart;

struct ClockWriter
{
	AsStatement *st;
	MemoryContext cxt;			/* of the strings, and of what writing needs */
	int			nsteps;
	int			maxsteps;
	int64		greatest;		/* ticket_id among the steps */
	bool		is_new;			/* all steps are of new tickets */
	ClockStep  *steps;
	int			nstarts;
	int			maxstarts;
	ClockStart *starts;
	int64		nbreaches;		/* recorded so far */
};

/*
 * as_clock_writer makes a writer for a statement.
 */
ClockWriter *
as_clock_writer(AsStatement *st)
{
	ClockWriter *w = MemoryContextAllocZero(st->cxt, sizeof(ClockWriter));

	w->st = st;
	w->cxt = AllocSetContextCreate(st->cxt, "aftersales clocks", ALLOCSET_DEFAULT_SIZES);
	w->maxsteps = w->maxstarts = 4;
	w->steps = MemoryContextAlloc(st->cxt, sizeof(ClockStep) * w->maxsteps);
	w->starts = MemoryContextAlloc(st->cxt, sizeof(ClockStart) * w->maxstarts);
	return w;
}

/*
 * as_clock_statement returns the statement that a writer writes for.
 */
AsStatement *
as_clock_statement(const ClockWriter *w)
{
	return w->st;
}

/* ---------- collecting ---------- */

/*
 * check_late_start refuses to start a clock at a time after which something
 * is recorded that would have ended it or that has started it: what followed
 * would have to be done again.
 */
static void
check_late_start(ClockWriter *w, const PolicyType *pt, const ClockStep *step, const ClockRule *rule)
{
	ArrayBuildState *ends = initArrayResult(TEXTOID, CurrentMemoryContext, false);
	Datum		values[4];
	int			found;
	int			i;

	for (i = 0; i < rule->stops_on.n; i++)
		as_accum(ends, CStringGetTextDatum(rule->stops_on.item[i]), false, TEXTOID);
	for (i = 0; i < rule->cancels_on.n; i++)
		as_accum(ends, CStringGetTextDatum(rule->cancels_on.item[i]), false, TEXTOID);
	values[0] = Int64GetDatum(step->ticket_id);
	values[1] = TimestampTzGetDatum(step->at);
	values[2] = CStringGetTextDatum(rule->clock);
	values[3] = as_array(ends);
	found = as_run(w->st->desk, PLAN_AFTER_START, values, NULL, NULL);
	SPI_freetuptable(SPI_tuptable);
	if (found > 0)
		ereport(ERROR,
				(errcode(ERRCODE_SV_TIME_OUT_OF_ORDER),
				 errmsg("event \"%s\" starts a clock and comes too late", step->event),
				 errdetail("Something is recorded for a later time that has started or ended clock \"%s\".\n%s event=%s",
						   rule->clock, as_rule_line(step, rule->rule, rule->clauses), step->event),
				 errhint("Record what starts a clock before what ends it."),
				 err_generic_string(PG_DIAG_SCHEMA_NAME, w->st->desk->name),
				 err_generic_string(PG_DIAG_TABLE_NAME, "ticket"),
				 err_generic_string(PG_DIAG_CONSTRAINT_NAME, rule->rule)));
}

static void
add_start(ClockWriter *w, const PolicyType *pt, const ClockStep *step, const ClockRule *rule)
{
	ClockStart *s;
	int			i;

	/* opened and the state opened in may both start a clock: once */
	for (i = w->nstarts - 1; i >= 0 && w->starts[i].ticket_id == step->ticket_id; i--)
		if (strcmp(w->starts[i].rule->clock, rule->clock) == 0)
			return;

	if (w->nstarts == w->maxstarts)
	{
		w->maxstarts *= 2;
		w->starts = repalloc(w->starts, sizeof(ClockStart) * w->maxstarts);
	}
	s = &w->starts[w->nstarts++];
	s->ticket_id = step->ticket_id;
	s->rule = rule;
	s->started_at = step->at;
	s->seq = step->seq;
	s->has_due = rule->target != NULL;
	s->due_at = s->has_due ? as_clock_due(rule, step->at, pt->version->tz) : 0;
}

/*
 * as_clock_step takes a step; the ticket as it is after the event has been
 * set for expressions.  A new ticket's opening may be two steps (opened and
 * the state it opens in).
 */
void
as_clock_step(ClockWriter *w, const PolicyType *pt, const ClockStep *step)
{
	const EventActions *act = step->actions;
	int			i;

	if (w->nsteps == WRITE_BATCH || (w->nsteps > 0 && w->is_new != step->is_new))
		as_clock_flush(w);
	if (!step->is_new && w->nsteps > 0 && step->ticket_id <= w->greatest)
	{
		for (i = 0; i < w->nsteps; i++)
		{
			if (w->steps[i].ticket_id == step->ticket_id)
			{
				as_clock_flush(w);
				break;
			}
		}
	}

	if (w->nsteps == w->maxsteps)
	{
		w->maxsteps *= 2;
		w->steps = repalloc(w->steps, sizeof(ClockStep) * w->maxsteps);
	}
	w->greatest = w->nsteps == 0 ? step->ticket_id : Max(w->greatest, step->ticket_id);
	w->is_new = step->is_new;
	w->steps[w->nsteps] = *step;
	if (step->assignee != NULL)
		w->steps[w->nsteps].assignee = MemoryContextStrdup(w->cxt, step->assignee);
	w->nsteps++;

	for (i = 0; act != NULL && i < act->nstarts;)
	{
		const ClockRule *rule;
		int			n = 1;

		while (i + n < act->nstarts &&
			   strcmp(act->starts[i + n]->clock, act->starts[i]->clock) == 0)
			n++;
		rule = as_choose_rule(w->st, pt, &act->starts[i], n, step);
		if (rule != NULL && step->is_late)
			check_late_start(w, pt, step, rule);
		if (rule != NULL)
			add_start(w, pt, step, rule);
		i += n;
	}
}

/* ---------- writing ---------- */

static void
clear_breach(ClockWriter *w, Datum clock_id, TimestampTz stopped_at)
{
	Datum		values[3] = {clock_id, TimestampTzGetDatum(w->st->recorded_at),
	TimestampTzGetDatum(stopped_at)};

	(void) as_run(w->st->desk, PLAN_CLEAR_BREACH, values, NULL, "sla_breach");
}

/*
 * record_breaches looks at the clocks that an ending UPDATE returned: those
 * past due get their breach (unless it is there), those stopped in time whose
 * breach was already recorded get it cleared.  steps[] are those of the
 * UPDATE, in its order.
 */
static void
record_breaches(ClockWriter *w, const ClockStep *const *steps, int nsteps)
{
	static const Oid types[4] = {INT8OID, TIMESTAMPTZOID, INT8OID, TEXTOID};
	SPITupleTable *table = SPI_tuptable;
	int			nrows = (int) SPI_processed;
	ArrayBuildState *a[4] = {NULL};
	Datum		values[5];
	char		nulls[6] = "     ";
	int			nlate = 0;
	int			i;
	int			k;

	values[0] = TimestampTzGetDatum(w->st->recorded_at);
	for (i = 0; i < nrows; i++)
	{
		HeapTuple	tup = table->vals[i];
		const ClockStep *step = steps[0];
		bool		isnull;

		if (!DatumGetBool(SPI_getbinval(tup, table->tupdesc, 3, &isnull)))
			continue;
		if (nsteps > 1)
			step = steps[DatumGetInt64(SPI_getbinval(tup, table->tupdesc, 4, &isnull)) - 1];
		values[1] = SPI_getbinval(tup, table->tupdesc, 1, &isnull);
		values[2] = SPI_getbinval(tup, table->tupdesc, 2, &isnull);
		if (isnull || DatumGetTimestampTz(values[2]) >= step->at)
		{
			clear_breach(w, values[1], step->at);
			continue;
		}
		values[3] = Int64GetDatum(step->org_id);
		nulls[3] = step->has_org ? ' ' : 'n';
		values[4] = step->assignee == NULL ? (Datum) 0 : CStringGetTextDatum(step->assignee);
		nulls[4] = step->assignee == NULL ? 'n' : ' ';
		for (k = 0; k < 4; k++)
		{
			if (nlate == 0)
				a[k] = initArrayResult(types[k], CurrentMemoryContext, false);
			as_accum(a[k], values[k + 1], nulls[k + 1] == 'n', types[k]);
		}
		nlate++;
	}
	if (nlate > 0)
	{
		for (k = 0; k < 4; k++)
			values[k + 1] = as_array(a[k]);
		w->nbreaches += as_run(w->st->desk, PLAN_BREACHES, values, NULL, "sla_breach");
	}
	SPI_freetuptable(table);
}

/*
 * as_clock_breaches returns how many clocks the writer has found late.
 */
int64
as_clock_breaches(const ClockWriter *w)
{
	return w->nbreaches;
}

/*
 * run_for_steps runs a plan whose first two parameters are the ticket and the
 * time of a step, or arrays of them.
 */
static int
run_for_steps(ClockWriter *w, const ClockStep *const *steps, int n, PlanId one, PlanId many,
			  Datum *values, const char *protected_table)
{
	ArrayBuildState *id;
	ArrayBuildState *at;
	int			i;

	if (n == 1)
	{
		values[0] = Int64GetDatum(steps[0]->ticket_id);
		values[1] = TimestampTzGetDatum(steps[0]->at);
		return as_run(w->st->desk, one, values, NULL, protected_table);
	}
	id = initArrayResult(INT8OID, CurrentMemoryContext, false);
	at = initArrayResult(TIMESTAMPTZOID, CurrentMemoryContext, false);
	for (i = 0; i < n; i++)
	{
		as_accum(id, Int64GetDatum(steps[i]->ticket_id), false, INT8OID);
		as_accum(at, TimestampTzGetDatum(steps[i]->at), false, TIMESTAMPTZOID);
	}
	values[0] = as_array(id);
	values[1] = as_array(at);
	return as_run(w->st->desk, many, values, NULL, protected_table);
}

/*
 * end_clocks ends the clocks of these rules ('stopped' or 'cancelled') for
 * some steps, and settles.
 */
static void
end_clocks(ClockWriter *w, const ClockStep *const *steps, int n, Datum rules, const char *how)
{
	Datum		values[4];

	values[2] = rules;
	values[3] = CStringGetTextDatum(how);
	(void) run_for_steps(w, steps, n, PLAN_END_ONE, PLAN_END_MANY, values, "sla_clock");
	record_breaches(w, steps, n);
}

/*
 * Whether a clock of these tickets is late and not recorded yet, or has one of
 * the rules.  Where an event stops nothing there is mostly no such clock, and
 * to see that is cheaper than an UPDATE that finds nothing.
 */
static bool
any_concerned(ClockWriter *w, const ClockStep *const *steps, int n, Datum rules)
{
	Datum		values[3];
	bool		found;

	values[2] = rules;
	found = run_for_steps(w, steps, n, PLAN_CONCERNED_ONE, PLAN_CONCERNED_MANY, values, NULL) > 0;
	SPI_freetuptable(SPI_tuptable);
	return found;
}

/* Ends and settles for steps that have the same actions. */
static void
write_ends(ClockWriter *w, const ClockStep *const *steps, int n)
{
	const EventActions *act = steps[0]->actions;
	Datum		none = PointerGetDatum(construct_empty_array(TEXTOID));
	bool		stops = act != NULL && act->stops_any;
	Datum		cancels = act != NULL && act->cancels_any ? act->cancels : none;

	if (!stops && !any_concerned(w, steps, n, cancels))
		return;
	if (cancels != none || !stops)
		end_clocks(w, steps, n, cancels, "cancelled");
	if (stops)
		end_clocks(w, steps, n, act->stops, "stopped");
}

static int
compare_steps(const void *a, const void *b)
{
	const ClockStep *const *x = a;
	const ClockStep *const *y = b;

	if ((*x)->actions != (*y)->actions)
		return (*x)->actions < (*y)->actions ? -1 : 1;
	return (*x)->ticket_id < (*y)->ticket_id ? -1 : (*x)->ticket_id > (*y)->ticket_id;
}

static void
write_all_ends(ClockWriter *w)
{
	const ClockStep *sorted[WRITE_BATCH];
	int			i;
	int			first = 0;

	for (i = 0; i < w->nsteps; i++)
		sorted[i] = &w->steps[i];
	qsort(sorted, w->nsteps, sizeof(sorted[0]), compare_steps);
	for (i = 1; i <= w->nsteps; i++)
	{
		if (i < w->nsteps && sorted[i]->actions == sorted[first]->actions)
			continue;
		write_ends(w, &sorted[first], i - first);
		first = i;
	}
}

static void
write_one_start(ClockWriter *w, const ClockStart *s)
{
	Datum		values[7];
	char		nulls[8] = "       ";

	values[0] = Int64GetDatum(s->ticket_id);
	values[1] = CStringGetTextDatum(s->rule->clock);
	values[2] = CStringGetTextDatum(s->rule->rule);
	values[3] = IntervalPGetDatum(s->rule->target);
	values[4] = TimestampTzGetDatum(s->started_at);
	values[5] = Int32GetDatum(s->seq);
	values[6] = TimestampTzGetDatum(s->due_at);
	nulls[3] = s->has_due ? ' ' : 'n';
	nulls[6] = s->has_due ? ' ' : 'n';
	if (w->is_new)
		(void) as_run(w->st->desk, PLAN_START_NEW_ONE, values, nulls, "sla_clock");
	else if (as_run(w->st->desk, PLAN_START_FIRST_ONE, values, nulls, "sla_clock") == 0)
		(void) as_run(w->st->desk, PLAN_START_AGAIN_ONE, values, nulls, "sla_clock");
}

static void
write_many_starts(ClockWriter *w, const ClockStart *starts, int n)
{
	static const Oid types[7] = {INT8OID, TEXTOID, TEXTOID, INTERVALOID, TIMESTAMPTZOID, INT4OID, TIMESTAMPTZOID};
	ArrayBuildState *a[7];
	Datum		values[7];
	int			i;
	int			k;

	for (k = 0; k < 7; k++)
		a[k] = initArrayResult(types[k], CurrentMemoryContext, false);
	for (i = 0; i < n; i++)
	{
		const ClockStart *s = &starts[i];

		as_accum(a[0], Int64GetDatum(s->ticket_id), false, types[0]);
		as_accum(a[1], CStringGetTextDatum(s->rule->clock), false, types[1]);
		as_accum(a[2], CStringGetTextDatum(s->rule->rule), false, types[2]);
		as_accum(a[3], IntervalPGetDatum(s->rule->target), !s->has_due, types[3]);
		as_accum(a[4], TimestampTzGetDatum(s->started_at), false, types[4]);
		as_accum(a[5], Int32GetDatum(s->seq), false, types[5]);
		as_accum(a[6], TimestampTzGetDatum(s->due_at), !s->has_due, types[6]);
	}
	for (k = 0; k < 7; k++)
		values[k] = as_array(a[k]);
	if (w->is_new)
		(void) as_run(w->st->desk, PLAN_START_NEW_MANY, values, NULL, "sla_clock");
	else if (as_run(w->st->desk, PLAN_START_FIRST_MANY, values, NULL, "sla_clock") < n)
		(void) as_run(w->st->desk, PLAN_START_AGAIN_MANY, values, NULL, "sla_clock");
}

/* A new cycle where the clock has run before; nothing where it is open. */
static void
write_starts(ClockWriter *w)
{
	int			i;

	if (w->nstarts <= 2)
	{
		for (i = 0; i < w->nstarts; i++)
			write_one_start(w, &w->starts[i]);
		return;
	}
	for (i = 0; i < w->nstarts; i += WRITE_BATCH)
		write_many_starts(w, &w->starts[i], Min(WRITE_BATCH, w->nstarts - i));
}

/*
 * as_clock_flush applies what has been collected.
 */
void
as_clock_flush(ClockWriter *w)
{
	MemoryContext old;

	if (w->nsteps == 0)
		return;
	old = MemoryContextSwitchTo(w->cxt);
	if (!w->is_new)
		write_all_ends(w);
	write_starts(w);
	w->nsteps = 0;
	w->nstarts = 0;
	MemoryContextSwitchTo(old);
	MemoryContextReset(w->cxt);
}

/*
 * as_clock_settle records what is late for one ticket, after what has been
 * collected.
 */
void
as_clock_settle(ClockWriter *w, const ClockStep *step)
{
	ClockStep	settle = *step;
	const ClockStep *steps[1] = {&settle};

	as_clock_flush(w);
	settle.actions = NULL;
	write_ends(w, steps, 1);
}
