/*-------------------------------------------------------------------------
 *
 * fold.c
 *	  What one event does to the clocks of a ticket.
 *
 * The order within an event: what has become late before it is found, then
 * clocks stop or are cancelled, then they pause or go on as the status says,
 * then they start.
 *
 * Nothing here reads or writes a table.  A fold and its clocks live in the
 * memory context in which it was made.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/fmgrprotos.h"

#include "clock.h"

/*
 * as_fold_open_clock returns the open clock of a name, NULL when there is
 * none; a phantom counts.
 */
FoldClock *
as_fold_open_clock(Fold *f, const char *clock)
{
	int			i;

	for (i = f->nclocks - 1; i >= 0; i--)
		if (f->clocks[i].ended_as == CLOCK_OPEN && strcmp(f->clocks[i].clock, clock) == 0)
			return &f->clocks[i];
	return NULL;
}

/*
 * as_fold_new_clock adds a clock.  Pointers to other clocks are invalid after
 * it.
 */
FoldClock *
as_fold_new_clock(Fold *f)
{
	FoldClock  *c;

	if (f->nclocks == f->maxclocks)
	{
		f->maxclocks = Max(8, f->maxclocks * 2);
		f->clocks = f->clocks == NULL ?
			palloc(sizeof(FoldClock) * f->maxclocks) :
			repalloc(f->clocks, sizeof(FoldClock) * f->maxclocks);
	}
	c = &f->clocks[f->nclocks++];
	memset(c, 0, sizeof(FoldClock));
	return c;
}

/*
 * as_fold_find returns the clock of a fold that is the same one: a clock's
 * identity is the event that starts it.
 */
FoldClock *
as_fold_find(const Fold *f, const FoldClock *like)
{
	FoldClock  *found = NULL;
	int			i;

	for (i = 0; i < f->nclocks; i++)
	{
		FoldClock  *c = &f->clocks[i];

		if (c->start_seq != like->start_seq || c->is_phantom || strcmp(c->clock, like->clock) != 0)
			continue;
		/* a due time that has been corrected away may have started one before */
		if (c->started_at == like->started_at)
			return c;
		if (found == NULL && c->cycle > 0)
			found = c;
	}
	return found;
}

/*
 * as_fold_calendar gives a clock the calendar of its rule.  In a replay a
 * stored clock keeps the revision it was counted by.
 */
void
as_fold_calendar(const Fold *f, FoldClock *c)
{
	const FoldClock *stored = f->stored == NULL ? NULL : as_fold_find(f->stored, c);
	int			revision = 0;

	if (c->rule->calendar == NULL)
	{
		c->calendar = NULL;
		c->calendar_rev = 0;
		return;
	}
	if (stored != NULL && stored->rule != NULL && stored->rule->calendar != NULL &&
		strcmp(stored->rule->calendar, c->rule->calendar) == 0 &&
		!(f->retarget && stored->ended_as == CLOCK_OPEN))
		revision = stored->calendar_rev;
	c->calendar = as_calendar_get(f->st->cache, c->rule->calendar, revision);
	c->calendar_rev = as_calendar_revision(c->calendar);
}

/* ---------- pausing ---------- */

static void
pause_clock(const Fold *f, FoldClock *c, TimestampTz at)
{
	DueBasis	basis;

	/* what is late already, or never will be, is not paused */
	if (!c->has_due || c->is_late || c->due_at < at || !as_due_basis(f, c, &basis))
		return;
	c->is_paused = c->has_remaining = true;
	c->paused_since = at;
	c->remaining = as_due_left(&basis, at, c->due_at);
	c->has_due = false;
	c->is_changed = c->is_retimed = true;
}

/* What time brings about is watched: no report of it can be late. */
static void
watch(const Fold *f, FoldClock *c)
{
	if (f->is_replay && !f->watches)
		return;
	c->is_watched = c->has_next = true;
	c->next_at = DT_NOBEGIN;
}

static void
resume_clock(const Fold *f, FoldClock *c, TimestampTz at)
{
	DueBasis	basis;

	if (as_due_basis(f, c, &basis))
	{
		c->due_at = as_due_after(&basis, at, c->remaining);
		c->has_due = true;
	}
	c->is_paused = c->has_remaining = false;
	c->is_changed = c->is_rewritten = c->is_retimed = c->is_due_anew = true;
}

static void
follow_status(Fold *f, TimestampTz at, bool by_time)
{
	int			i;

	for (i = 0; i < f->nclocks; i++)
	{
		FoldClock  *c = &f->clocks[i];
		bool		pauses;

		if (c->ended_as != CLOCK_OPEN || c->is_phantom || c->rule == NULL)
			continue;
		pauses = as_text_in(&c->rule->pauses_in, f->status);
		if (pauses && !c->is_paused)
			pause_clock(f, c, at);
		else if (!pauses && c->is_paused)
		{
			resume_clock(f, c, at);
			c->is_watched = false;
			if (by_time)
				watch(f, c);
		}
	}
}

/* ---------- ending ---------- */

/*
 * as_fold_end ends a clock.  A paused one gets the due time it would have had
 * if it had gone on then.
 */
void
as_fold_end(Fold *f, FoldClock *c, ClockEnd how, TimestampTz at)
{
	if (c->is_paused)
		resume_clock(f, c, at);
	c->ended_as = how;
	c->stopped_at = at;
	c->is_changed = c->is_retimed = true;
}

static bool
is_among(const ClockRule *rule, const ClockRule *const *rules, int n)
{
	int			i;

	for (i = 0; i < n; i++)
		if (rules[i] == rule)
			return true;
	return false;
}

/* A phantom ends with whatever would end any clock of its name. */
static bool
ends_phantom(const FoldClock *c, const EventActions *act)
{
	int			i;

	for (i = 0; i < act->nstops; i++)
		if (strcmp(act->stops[i]->clock, c->clock) == 0)
			return true;
	for (i = 0; i < act->ncancels; i++)
		if (strcmp(act->cancels[i]->clock, c->clock) == 0)
			return true;
	return false;
}

static void
end_phantoms(Fold *f, const EventActions *act)
{
	int			i;

	for (i = 0; i < f->nclocks && act != NULL; i++)
	{
		FoldClock  *c = &f->clocks[i];

		if (c->ended_as == CLOCK_OPEN && c->is_phantom && ends_phantom(c, act))
			c->ended_as = CLOCK_CANCELLED;
	}
}

/* Ends clocks; returns the names of those that start again at once. */
static List *
end_clocks(Fold *f, const EventActions *act, TimestampTz at)
{
	List	   *again = NIL;
	int			i;

	end_phantoms(f, act);
	for (i = 0; i < f->nclocks; i++)
	{
		FoldClock  *c = &f->clocks[i];

		if (c->ended_as == CLOCK_VOIDED && ends_phantom(c, act))
			c->is_over = true;
		if (c->ended_as != CLOCK_OPEN)
			continue;
		if (c->is_phantom)
			continue;
		if (is_among(c->rule, act->cancels, act->ncancels))
			as_fold_end(f, c, CLOCK_CANCELLED, at);
		else if (is_among(c->rule, act->stops, act->nstops))
		{
			/* one whose lateness was left to a write of the ticket */
			if (c->has_due && c->due_at < at && !c->is_late)
				as_fold_late(f, i);
			c = &f->clocks[i];
			as_fold_end(f, c, CLOCK_STOPPED, at);
			if (c->rule->repeats)
				again = lappend(again, unconstify(char *, c->clock));
		}
	}
	return again;
}

static void
void_clocks(Fold *f, TimestampTz at)
{
	int			i;

	for (i = 0; i < f->nclocks; i++)
		if (f->clocks[i].ended_as == CLOCK_OPEN)
			as_fold_end(f, &f->clocks[i], CLOCK_VOIDED, at);
}

/* ---------- starting ---------- */

/* Whether every start event of a rule has happened since the clock last started. */
static bool
all_have_happened(const Fold *f, const ClockRule *rule)
{
	const FoldClock *last = NULL;
	ListCell   *lc;
	int			i;

	for (i = 0; i < f->nclocks; i++)
		if (!f->clocks[i].is_phantom && strcmp(f->clocks[i].clock, rule->clock) == 0)
			last = &f->clocks[i];
	for (i = 0; i < rule->starts_on.n; i++)
	{
		bool		found = false;

		foreach(lc, f->seen)
		{
			const FoldEvent *e = lfirst(lc);

			if (last != NULL && (e->at < last->started_at ||
								 (e->at == last->started_at && e->seq <= last->start_seq)))
				continue;
			if (strcmp(e->event, rule->starts_on.item[i]) == 0 ||
				(strcmp(e->event, "opened") == 0 &&
				 strcmp(psprintf("status:%s", e->to_state), rule->starts_on.item[i]) == 0))
				found = true;
		}
		if (!found)
			return false;
	}
	return true;
}

static int
next_cycle(const Fold *f, const char *clock)
{
	int			cycle = 0;
	int			i;

	for (i = 0; i < f->nclocks; i++)
		if (!f->clocks[i].is_phantom && strcmp(f->clocks[i].clock, clock) == 0)
			cycle = Max(cycle, f->clocks[i].cycle);
	return cycle + 1;
}

static bool
has_started(const Fold *f, const char *clock, int32 seq, TimestampTz at)
{
	int			i;

	for (i = 0; i < f->nclocks; i++)
		if (f->clocks[i].start_seq == seq && f->clocks[i].started_at == at &&
			!f->clocks[i].is_phantom && strcmp(f->clocks[i].clock, clock) == 0)
			return true;
	return false;
}

/*
 * as_fold_start starts a clock, unless it is open.  seq is its identity: the
 * place of the event that starts it.  by_time: a due time starts it, or what
 * one has brought about.
 *
 * Where no rule matches, a replay keeps a phantom: when the ticket changes so
 * that one does, the clock counts from here.
 */
void
as_fold_start(Fold *f, const ChosenRule *chosen, int32 seq, TimestampTz at, bool by_time)
{
	FoldClock  *c = as_fold_open_clock(f, chosen->clock);
	DueBasis	basis;
	int32		cycle;

	if (c != NULL && (!c->is_phantom || chosen->rule == NULL))
		return;
	if (c != NULL)
		c->ended_as = CLOCK_CANCELLED;
	if (chosen->rule == NULL && !f->is_replay)
		return;
	if (chosen->rule != NULL && chosen->rule->starts_all && !all_have_happened(f, chosen->rule))
		return;

	/* a due time starts another clock once */
	if (has_started(f, chosen->clock, seq, at))
		return;
	cycle = next_cycle(f, chosen->clock);
	c = as_fold_new_clock(f);
	c->clock = chosen->clock;
	c->cycle = cycle;
	c->start_seq = seq;
	c->started_at = at;
	c->start_status = f->status;
	c->is_phantom = chosen->rule == NULL;
	if (c->is_phantom)
		return;
	c->rule = chosen->rule;
	c->rule_name = chosen->rule->rule;
	c->has_due_from = chosen->has_due_from;
	c->due_from = chosen->due_from;
	as_fold_calendar(f, c);
	if (as_due_basis(f, c, &basis))
	{
		c->due_at = c->has_due_from ? Max(c->due_from, at) :
			as_due_after(&basis, at, basis.amount);
		c->has_due = true;
	}
	c->is_changed = c->is_retimed = true;
	if (by_time)
		watch(f, c);
	if (f->status != NULL && as_text_in(&c->rule->pauses_in, f->status))
		pause_clock(f, c, at);
}

/* ---------- extensions ---------- */

/*
 * as_event_time reads an instant out of an event's data; false when it has
 * none.
 */
bool
as_event_time(const Jsonb *data, const char *key, TimestampTz *at)
{
	char	   *text = as_jsonb_text(data, key);

	if (text == NULL)
		return false;
	*at = DatumGetTimestampTz(DirectFunctionCall3(timestamptz_in, CStringGetDatum(text),
												  ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
	return true;
}

/* An approval that sets a later due time, while the old one has not passed. */
static void
extend(Fold *f, const FoldEvent *e)
{
	const char *kind = e->event + strlen("approved:");
	char	   *clock = as_jsonb_text(e->data, "clock");
	FoldClock  *c = clock == NULL ? NULL : as_fold_open_clock(f, clock);
	TimestampTz due;
	DueBasis	basis;

	if (c == NULL || c->is_phantom || c->rule == NULL || c->is_late ||
		c->rule->extension_approval == NULL || strcmp(c->rule->extension_approval, kind) != 0 ||
		!as_event_time(e->data, "due_at", &due))
		return;
	if (c->is_paused)
	{
		if (as_due_basis(f, c, &basis) && due > c->paused_since)
			c->remaining = Max(c->remaining, as_due_left(&basis, c->paused_since, due));
	}
	else if (c->has_due && c->due_at >= e->at)
		c->due_at = Max(c->due_at, due);
	c->is_due_anew = true;
	c->is_changed = c->is_retimed = true;
}

/* ---------- one event ---------- */

static void
note_status(Fold *f, const FoldEvent *e)
{
	f->status = e->to_state;
	if (f->is_replay)
	{
		StatusSpan *span = palloc(sizeof(StatusSpan));

		span->from = e->at;
		span->status = e->to_state;
		f->status_spans = lappend(f->status_spans, span);
	}
	follow_status(f, e->at, e->is_timed);
}

/*
 * as_fold_event applies an event.  now is the instant up to which what has
 * become due is carried out, whatever the event's own time; -infinity in a
 * replay.
 */
void
as_fold_event(Fold *f, const FoldEvent *e, TimestampTz now)
{
	const EventActions *act = as_policy_actions(f->pt, e->event);
	List	   *again = NIL;
	ListCell   *lc;
	int			i;

	as_fold_advance(f, e->at, e->is_timed, now);
	f->latest = Max(f->latest, e->at);
	if (f->is_replay)
		f->seen = lappend(f->seen, unconstify(FoldEvent *, e));
	if (strcmp(e->event, "voided") == 0)
	{
		void_clocks(f, e->at);
		return;
	}
	if (strncmp(e->event, "approved:", strlen("approved:")) == 0)
		extend(f, e);
	if (e->is_change && f->is_replay)
	{
		/* what the event ends is not matched by it */
		end_phantoms(f, act);
		as_fold_rematch(f, e);
	}
	if (act != NULL)
		again = end_clocks(f, act, e->at);
	if (e->to_state != NULL)
		note_status(f, e);
	for (i = 0; i < e->nchosen; i++)
		as_fold_start(f, &e->chosen[i], e->base_seq, e->at, e->is_timed);
	foreach(lc, again)
	{
		ChosenRule	chosen;

		as_choose_clock(f, lfirst(lc), e, &chosen);
		as_fold_start(f, &chosen, e->base_seq, e->at, e->is_timed);
	}
}
