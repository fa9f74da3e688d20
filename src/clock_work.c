/*-------------------------------------------------------------------------
 *
 * clock_work.c
 *	  Moves the clocks of the tickets that a statement has written.
 *
 * Tickets are collected with their events and taken at most WRITE_BATCH at a
 * time: their clocks are read together, folded one ticket after the other,
 * and written together.  What is late, corrected or changes what conditions
 * read is settled first and then replayed.
 *
 * Rules are chosen when a ticket is added, while its row is at hand.  All
 * memory is that of the batch.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "utils/datum.h"
#include "utils/memutils.h"

#include "app_event.h"
#include "clock.h"
#include "event.h"
#include "settle.h"

/* A ticket of the batch. */
typedef struct Task
{
	Fold		fold;
	bool		is_new;
	bool		needs_replay;
	bool		has_timed;		/* some of its events come from time */
	bool		new_rules;		/* and have changed what conditions read */
	List	   *levels;			/* LevelLog *: carried out with those */
	bool		retarget;
	int			nevents;
	FoldEvent  *events;
} Task;

struct ClockWork
{
	AsStatement *st;
	EventWriter *events;		/* to be flushed before a replay; may be NULL */
	MemoryContext cxt;
	int			n;
	int64		greatest;		/* ticket_id among them */
	Task	   *tasks[WRITE_BATCH];
};

/*
 * as_clock_work makes a collector for a statement.  events: the writer whose
 * events a replay has to find in the table.
 */
ClockWork *
as_clock_work(AsStatement *st, EventWriter *events)
{
	ClockWork  *w = MemoryContextAlloc(st->cxt, sizeof(ClockWork));

	w->st = st;
	w->events = events;
	w->cxt = AllocSetContextCreate(st->cxt, "aftersales clocks", ALLOCSET_DEFAULT_SIZES);
	w->n = 0;
	return w;
}

/*
 * as_empty_row returns a ticket's row of which nothing is known.
 */
TicketRow *
as_empty_row(const AsDesk *desk)
{
	TicketRow  *row = palloc(sizeof(TicketRow));

	row->values = palloc0(sizeof(Datum) * desk->tupdesc->natts);
	row->nulls = palloc(sizeof(bool) * desk->tupdesc->natts);
	memset(row->nulls, true, desk->tupdesc->natts);
	return row;
}

/*
 * as_copy_row copies a ticket's row into the current memory context.
 */
TicketRow *
as_copy_row(const AsDesk *desk, const TicketRow *row)
{
	TupleDesc	tupdesc = desk->tupdesc;
	TicketRow  *copy = palloc(sizeof(TicketRow));
	int			i;

	copy->values = palloc0(sizeof(Datum) * tupdesc->natts);
	copy->nulls = palloc(sizeof(bool) * tupdesc->natts);
	for (i = 0; i < tupdesc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(tupdesc, i);

		copy->nulls[i] = row->nulls[i];
		if (!row->nulls[i] && !att->attisdropped)
			copy->values[i] = datumCopy(row->values[i], att->attbyval, att->attlen);
	}
	return copy;
}

/*
 * as_event_matters tells whether an event can do anything to clocks, wherever
 * in the history it stands.
 */
bool
as_event_matters(const PolicyType *pt, const FoldEvent *e)
{
	return as_policy_actions(pt, e->event) != NULL || e->is_change || e->to_state != NULL ||
		strcmp(e->event, "changed:org_id") == 0 || strcmp(e->event, "changed:assignee") == 0 ||
		strncmp(e->event, "approved:", strlen("approved:")) == 0 ||
		strcmp(e->event, "voided") == 0;
}

/* Whether an event may start a clock that waits for several. */
static bool
waits_for_others(const FoldEvent *e)
{
	int			i;

	for (i = 0; i < e->nchosen; i++)
		if (e->chosen[i].rule != NULL && e->chosen[i].rule->starts_all)
			return true;
	return false;
}

static const char *
copy_string(const char *s)
{
	return s == NULL ? NULL : pstrdup(s);
}

static Jsonb *
copy_jsonb(const Jsonb *j)
{
	Jsonb	   *copy;

	if (j == NULL)
		return NULL;
	copy = palloc(VARSIZE(j));
	memcpy(copy, j, VARSIZE(j));
	return copy;
}

/* Takes the events over and chooses the rules they start. */
static void
take_events(Task *task, const TicketWork *t)
{
	Fold	   *f = &task->fold;
	int			i;

	task->nevents = t->nevents;
	task->levels = t->levels;
	task->events = palloc(sizeof(FoldEvent) * Max(t->nevents, 1));
	for (i = 0; i < t->nevents; i++)
	{
		FoldEvent  *e = &task->events[i];

		*e = t->events[i];
		task->has_timed = task->has_timed || e->is_timed;
		task->new_rules = task->new_rules || (e->is_timed && e->is_change);
		e->event = pstrdup(e->event);
		e->to_state = copy_string(e->to_state);
		e->data = copy_jsonb(e->data);
		if (e->to_state != NULL)
			f->status = e->to_state;
		if (task->needs_replay)
			continue;
		as_choose_starts(f, e);
		if (t->pt->starts_all && waits_for_others(e))
			task->needs_replay = true;
	}
	f->status = copy_string(t->from);
}

/*
 * Whether an event lies before what time has done to a clock already: then it
 * changes the past, however late the last event was.
 */
static bool
is_overtaken(const Fold *f, const FoldEvent *e)
{
	int			i;

	if (!as_event_matters(f->pt, e) || e->is_timed)
		return false;
	for (i = 0; i < f->nclocks; i++)
	{
		const FoldClock *c = &f->clocks[i];

		if (c->ended_as == CLOCK_OPEN &&
			(e->at < c->started_at || (c->is_late && c->has_due && e->at <= c->due_at)))
			return true;
	}
	return false;
}

/* Applies one event of a task, unless that makes it one to be replayed. */
static void
fold_one(Task *task, const FoldEvent *e, TimestampTz now)
{
	Fold	   *f = &task->fold;

	as_fold_advance(f, e->at, e->is_timed, now);
	if (!task->needs_replay && is_overtaken(f, e))
		task->needs_replay = true;
	if (!task->needs_replay || e->is_timed)
		as_fold_event(f, e, now);
}

/*
 * What time has brought comes first, each by its own time; then what else is
 * due by now; then what the write reports, which may have to be replayed.
 */
static void
fold_task(Task *task, TimestampTz now)
{
	int			i = 0;

	/* by other rules from the first on: the rest when it is replayed */
	if (task->new_rules)
	{
		if (task->events[0].is_timed)
			as_fold_advance(&task->fold, task->events[0].at, true, DT_NOBEGIN);
		return;
	}
	task->fold.before_write = true;
	while (i < task->nevents && task->events[i].is_timed)
		fold_one(task, &task->events[i++], DT_NOBEGIN);
	as_fold_advance(&task->fold, DT_NOBEGIN, false, now);
	task->fold.before_write = false;
	while (i < task->nevents)
		fold_one(task, &task->events[i++], now);
	/* what time has started may be due by now, too */
	as_fold_advance(&task->fold, DT_NOBEGIN, false, now);
}

/*
 * as_clock_add takes a ticket and the events that have happened to it.
 */
void
as_clock_add(ClockWork *w, const TicketWork *t)
{
	MemoryContext old;
	Task	   *task;
	int			i;

	if (t->pt->nrules == 0)
		return;
	if (w->n == WRITE_BATCH)
		as_clock_flush(w);
	/* a ticket's next events wait for the batch to be written */
	for (i = 0; w->n > 0 && t->ticket_id <= w->greatest && i < w->n; i++)
	{
		if (w->tasks[i]->fold.ticket_id == t->ticket_id)
			as_clock_flush(w);
	}

	old = MemoryContextSwitchTo(w->cxt);
	task = palloc0(sizeof(Task));
	task->is_new = t->is_new;
	task->needs_replay = t->needs_replay;
	task->retarget = t->retarget;
	task->fold.latest = DT_NOBEGIN;
	task->fold.is_settled = t->is_settled;
	task->fold.ignores_grace = w->st->ignores_grace;
	task->fold.defers_actions = t->pt->has_timed && !w->st->is_touch;
	task->fold.st = w->st;
	task->fold.pt = t->pt;
	task->fold.ticket_id = t->ticket_id;
	task->fold.from = copy_string(t->from);
	task->fold.to = copy_string(t->to);
	task->fold.by = t->by;
	task->fold.by.assignee = copy_string(t->by.assignee);
	task->fold.row = t->row;
	task->fold.status = task->fold.from;
	take_events(task, t);
	task->fold.row = t->pt->starts_later ? as_copy_row(w->st->desk, t->row) : NULL;
	if (t->is_new)
		fold_task(task, w->st->now);
	w->greatest = w->n == 0 ? t->ticket_id : Max(w->greatest, t->ticket_id);
	w->tasks[w->n++] = task;
	MemoryContextSwitchTo(old);
}


/* The ticket as it stands in the table. */
static TicketRow *
read_ticket(AsStatement *st, int64 ticket_id)
{
	Datum		value = Int64GetDatum(ticket_id);
	HeapTupleData tuple;
	TicketRow  *row;
	bool		isnull;

	if (as_run(st->desk, PLAN_LOCK_TICKET, &value, NULL, NULL) == 0)
		elog(ERROR, "ticket %lld is gone", (long long) ticket_id);
	as_whole_row(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull), &tuple);
	row = as_copy_row(st->desk, as_deform(st->desk, &tuple));
	SPI_freetuptable(SPI_tuptable);
	return row;
}

/* Levels that have been carried out on the way are not to be again. */
static void
take_levels(Fold *f, List *levels)
{
	ListCell   *lc;

	foreach(lc, levels)
	{
		const LevelLog *entry = lfirst(lc);
		int			i;

		for (i = 0; i < f->nclocks; i++)
		{
			FoldClock  *c = &f->clocks[i];
			FiredLevel *fired;

			if (c->start_seq != entry->start_seq || strcmp(c->clock, entry->clock) != 0 ||
				c->cycle == 0 || (c->escalated & (1U << entry->level->level)))
				continue;
			c->escalated |= 1U << entry->level->level;
			c->is_changed = c->is_rewritten = c->is_retimed = true;
			fired = palloc(sizeof(FiredLevel));
			fired->clock = i;
			fired->level = entry->level;
			fired->at = entry->at;
			fired->next = f->fired;
			f->fired = fired;
		}
	}
}

/*
 * What time has done to a ticket may have brought other rules, whose due times
 * have passed as well.  Returns whether that changes the ticket once more.
 */
static bool
settle_again(ClockWork *w, const Task *task)
{
	Fold	   *f = palloc0(sizeof(Fold));

	*f = task->fold;
	f->nclocks = f->maxclocks = 0;
	f->clocks = NULL;
	f->fired = NULL;
	f->is_settled = f->has_deferred = false;
	f->status = f->to;
	as_clocks_load(w->st, 1, &f);
	take_levels(f, task->levels);
	as_fold_advance(f, DT_NOBEGIN, false, w->st->now);
	as_clocks_write(w->st, 1, &f, w->st->now);
	return f->has_deferred;
}

/*
 * Replays a task's ticket.  Where time has brought other rules, what is due by
 * them is settled before the write's own events are taken in.  Returns whether
 * time changes the ticket once more.
 */
static bool
replay_task(ClockWork *w, const Task *task)
{
	TicketRow  *row = read_ticket(w->st, task->fold.ticket_id);
	ReplayHow	how = {task->retarget, task->new_rules, 0, NIL};
	bool		deferred = false;
	int			i;

	for (i = 0; task->new_rules && i < task->nevents && task->events[i].is_timed; i++)
		how.up_to_seq = task->events[i].seq;
	if (task->new_rules && i < task->nevents)
	{
		(void) as_replay(w->st, task->fold.pt, row, &how, NULL);
		deferred = settle_again(w, task);
	}
	how.up_to_seq = 0;
	(void) as_replay(w->st, task->fold.pt, row, &how, NULL);
	return task->has_timed && (settle_again(w, task) || deferred);
}

/*
 * as_clock_flush applies what has been collected.
 */
void
as_clock_flush(ClockWork *w)
{
	Fold	   *folds[WRITE_BATCH];
	MemoryContext old;
	bool		replays = false;
	List	   *deferred = NIL;
	ListCell   *lc;
	int			n = 0;
	int			i;

	if (w->n == 0)
		return;
	old = MemoryContextSwitchTo(w->cxt);
	for (i = 0; i < w->n; i++)
		if (!w->tasks[i]->is_new)
			folds[n++] = &w->tasks[i]->fold;
	if (n > 0)
		as_clocks_load(w->st, n, folds);
	for (i = 0; i < w->n; i++)
	{
		Task	   *task = w->tasks[i];

		if (!task->is_new)
			fold_task(task, w->st->now);
		replays = replays || task->needs_replay;
		folds[i] = &task->fold;
	}
	as_clocks_write(w->st, w->n, folds, w->st->now);
	for (i = 0; i < w->n; i++)
		if (folds[i]->has_deferred)
			deferred = lappend(deferred, folds[i]);
	if (replays && w->events != NULL)
		as_event_flush(w->events);
	for (i = 0; i < w->n; i++)
		if (w->tasks[i]->needs_replay && replay_task(w, w->tasks[i]))
			deferred = list_append_unique_ptr(deferred, folds[i]);
	w->n = 0;
	if (deferred != NIL && w->events != NULL)
		as_event_flush(w->events);
	foreach(lc, deferred)
	{
		Fold	   *f = lfirst(lc);

		as_touch(w->st, list_make1(&f->ticket_id), f->latest, NULL);
	}
	MemoryContextSwitchTo(old);
	MemoryContextReset(w->cxt);
}
