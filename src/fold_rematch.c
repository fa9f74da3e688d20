/*-------------------------------------------------------------------------
 *
 * fold_rematch.c
 *	  New rules for clocks when what their conditions read has changed.
 *
 * Only replays come here: they know the ticket's whole history.  A clock
 * keeps its start; what its new rule has used up by now follows from the
 * states the ticket was in.  The status in a condition is the one that the
 * ticket had when the clock started: a move is no change of an attribute.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "clock.h"

/* What a clock has used up from its start, in the states that do not pause it. */
static int64
used_up(const Fold *f, const FoldClock *c, const DueBasis *basis, TimestampTz until)
{
	int64		used = 0;
	ListCell   *lc;
	ListCell   *next;

	if (f->status_spans == NIL)
		return as_due_consumed(basis, c->started_at, until);
	foreach(lc, f->status_spans)
	{
		const StatusSpan *span = lfirst(lc);
		TimestampTz from = Max(span->from, c->started_at);
		TimestampTz to = until;

		next = lnext(f->status_spans, lc);
		if (next != NULL)
			to = Min(to, ((StatusSpan *) lfirst(next))->from);
		if (from < to && !as_text_in(&c->rule->pauses_in, span->status))
			used += as_due_consumed(basis, from, to);
	}
	return used;
}

/* Since when the ticket has been in states that pause a clock. */
static TimestampTz
paused_since(const Fold *f, const FoldClock *c, TimestampTz at)
{
	ListCell   *lc;
	TimestampTz since = at;
	bool		pauses = false;

	foreach(lc, f->status_spans)
	{
		const StatusSpan *span = lfirst(lc);
		bool		pauses_here = as_text_in(&c->rule->pauses_in, span->status);

		if (pauses_here && !pauses)
			since = Max(span->from, c->started_at);
		pauses = pauses_here;
	}
	return since;
}

/* Gives a clock its rule's due time, as of an instant. */
static void
set_due(const Fold *f, FoldClock *c, TimestampTz at)
{
	DueBasis	basis;
	int64		left;

	c->has_due = c->is_paused = c->has_remaining = false;
	c->is_changed = c->is_retimed = c->is_due_anew = true;
	if (!as_due_basis(f, c, &basis))
		return;
	left = basis.amount - used_up(f, c, &basis, at);
	if (!c->is_late && f->status != NULL && as_text_in(&c->rule->pauses_in, f->status))
	{
		c->is_paused = c->has_remaining = true;
		c->paused_since = paused_since(f, c, at);
		c->remaining = Max(left, as_unit_is_day(basis.unit) ? 1 : 0);
		return;
	}
	/* no promise is broken before it was made */
	c->due_at = left <= 0 ? at : as_due_after(&basis, at, left);
	c->has_due = true;
}

static bool
same_rule(const FoldClock *c, const ChosenRule *chosen)
{
	return c->rule == chosen->rule && c->has_due_from == chosen->has_due_from &&
		(!c->has_due_from || c->due_from == chosen->due_from);
}

static void
rematch_clock(Fold *f, FoldClock *c, const FoldEvent *e)
{
	const char *status = f->status;
	ChosenRule	chosen;

	f->status = c->start_status;
	as_choose_clock(f, c->clock, e, &chosen);
	f->status = status;
	if (chosen.rule == NULL)
	{
		if (c->ended_as == CLOCK_OPEN && !c->is_phantom)
			as_fold_end(f, c, CLOCK_VOIDED, e->at);
		return;
	}
	if (c->ended_as == CLOCK_OPEN && !c->is_phantom && same_rule(c, &chosen))
		return;
	c->is_phantom = false;
	c->ended_as = CLOCK_OPEN;
	c->rule = chosen.rule;
	c->rule_name = chosen.rule->rule;
	c->has_due_from = chosen.has_due_from;
	c->due_from = chosen.due_from;
	as_fold_calendar(f, c);
	set_due(f, c, e->at);
	c->is_watched = c->is_watched || (e->is_timed && f->watches);
}

static bool
is_last_of_name(const Fold *f, int i)
{
	int			k;

	for (k = i + 1; k < f->nclocks; k++)
		if (strcmp(f->clocks[k].clock, f->clocks[i].clock) == 0)
			return false;
	return true;
}

/*
 * as_fold_rematch finds rules anew for the clocks that are open, and for
 * those that no rule has matched so far or any more.  The ticket is set for
 * expressions as it is from this event on.
 */
void
as_fold_rematch(Fold *f, const FoldEvent *e)
{
	int			i;

	for (i = 0; i < f->nclocks; i++)
		if ((f->clocks[i].ended_as == CLOCK_OPEN || f->clocks[i].ended_as == CLOCK_VOIDED) &&
			!f->clocks[i].is_over && is_last_of_name(f, i))
			rematch_clock(f, &f->clocks[i], e);
}
