/*-------------------------------------------------------------------------
 *
 * explain_story.c
 *	  What happened to a clock, told from a replay of its ticket's history.
 *
 * The replay is followed event by event; what differs in the clock after an
 * event is a step of its story: another rule, a pause, its end, an extension.
 * A new rule counts from the clock's start, in the states that do not pause
 * it, so what the steps before it did matters no more: from the last new rule
 * on the pauses are those that really happened, before it those that the rule
 * makes of the ticket's states.  See fold_rematch.c.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "explain.h"
#include "history.h"

typedef enum StepKind
{
	STEP_RULE,					/* it started, or was given another rule */
	STEP_PAUSE, STEP_RUN		/* it is paused, or runs, from here */
} StepKind;

typedef struct Step
{
	StepKind	kind;
	TimestampTz at;
	bool		is_paused;
	const char *status;
} Step;

typedef struct Follower
{
	const FoldClock *stored;
	ClockStory *story;
	bool		seen;
	bool		was_phantom;
	FoldClock	last;			/* after the event before */
	const char *last_status;
	List	   *steps;
} Follower;

static void
add_step(Follower *w, StepKind kind, TimestampTz at, const FoldClock *c, const char *status)
{
	Step	   *step = palloc(sizeof(Step));

	step->kind = kind;
	step->at = at;
	step->is_paused = c->is_paused;
	step->status = status;
	w->steps = lappend(w->steps, step);
}

static void
add_mark(Follower *w, TimestampTz at, char *why)
{
	ClockMark  *mark = palloc(sizeof(ClockMark));

	mark->at = at;
	mark->why = why;
	w->story->marks = lappend(w->story->marks, mark);
}

/* A rule that the clock got later than with its start. */
static void
note_rule(Follower *w, const Fold *f, const FoldClock *c, const FoldEvent *e)
{
	add_step(w, STEP_RULE, e->at, c, f->status);
	add_mark(w, e->at, psprintf("%s: now by rule %s", e->event, c->rule_name));
	w->story->extended = NULL;
}

static bool
is_later(const FoldClock *c, const FoldClock *last)
{
	return (c->has_due && last->has_due && c->due_at > last->due_at) ||
		(c->is_paused && last->is_paused && c->remaining > last->remaining);
}

static bool
same_rule(const FoldClock *c, const FoldClock *last)
{
	return c->rule == last->rule && c->has_due_from == last->has_due_from &&
		(!c->has_due_from || c->due_from == last->due_from) &&
		(last->ended_as == CLOCK_OPEN || c->ended_as != CLOCK_OPEN);
}

/* Compares the clock with what it was before an event. */
static void
note_changes(Follower *w, const Fold *f, const FoldClock *c, const FoldEvent *e)
{
	const FoldClock *last = &w->last;

	if (!same_rule(c, last))
		note_rule(w, f, c, e);
	else if (c->is_paused && (!last->is_paused || strcmp(w->last_status, f->status) != 0))
		add_step(w, STEP_PAUSE, c->is_paused == last->is_paused ? e->at : c->paused_since, c, f->status);
	else if (!c->is_paused && last->is_paused)
		add_step(w, STEP_RUN, e->at, c, f->status);
	else if (is_later(c, last))
	{
		w->story->extended = psprintf("extended by approval: %s", c->rule->extension_approval);
		add_mark(w, e->at, unconstify(char *, w->story->extended));
	}
}

/* Looks at the clock after an event, or after time has passed (e is NULL). */
static void
follow(const Fold *f, const FoldEvent *e, void *arg)
{
	Follower    *w = arg;
	const FoldClock *c = NULL;
	int			i;

	for (i = 0; i < f->nclocks && c == NULL; i++)
		if (f->clocks[i].start_seq == w->stored->start_seq &&
			strcmp(f->clocks[i].clock, w->stored->clock) == 0)
			c = &f->clocks[i];
	if (c == NULL)
		return;
	if (c->is_phantom)
	{
		w->was_phantom = true;
		return;
	}
	if (!w->seen && w->was_phantom && e != NULL)
		note_rule(w, f, c, e);
	else if (!w->seen)
		add_step(w, STEP_RULE, c->started_at, c, f->status);
	else if (e != NULL)
		note_changes(w, f, c, e);
	w->seen = true;
	w->last = *c;
	w->last_status = f->status;
}

/* ---------- pieces ---------- */

static void
add_piece(ClockStory *story, TimestampTz from, TimestampTz to, bool is_paused, const char *status)
{
	ClockPiece *piece;

	if (from >= to)
		return;
	piece = palloc(sizeof(ClockPiece));
	piece->from = from;
	piece->to = to;
	piece->is_paused = is_paused;
	piece->status = status;
	story->pieces = lappend(story->pieces, piece);
}

/* What the rule makes of the states that the ticket was in, up to an instant. */
static void
pieces_by_status(ClockStory *story, TimestampTz until)
{
	const FoldClock *c = story->clock;
	ListCell   *lc;

	foreach(lc, story->fold->status_spans)
	{
		const StatusSpan *span = lfirst(lc);
		ListCell   *next = lnext(story->fold->status_spans, lc);
		TimestampTz to = next == NULL ? until : Min(until, ((StatusSpan *) lfirst(next))->from);

		add_piece(story, Max(span->from, c->started_at), to,
				  as_text_in(&c->rule->pauses_in, span->status), span->status);
	}
}

/* What really happened from the last rule on. */
static void
pieces_by_step(ClockStory *story, List *steps, int first)
{
	TimestampTz end = story->clock->has_due ? story->clock->due_at : DT_NOEND;
	int			i;

	for (i = first; i < list_length(steps); i++)
	{
		const Step *step = list_nth(steps, i);
		TimestampTz to = i + 1 < list_length(steps) ? ((Step *) list_nth(steps, i + 1))->at : end;

		add_piece(story, step->at, Min(to, end), step->is_paused, step->status);
	}
}

/*
 * as_clock_story tells how a stored clock of a ticket came to its due time, or
 * what it has used up while it is paused.
 */
void
as_clock_story(const ReadTicket *t, const FoldClock *stored, ClockStory *story)
{
	Follower		w = {0};
	int			first = 0;
	int			i;

	memset(story, 0, sizeof(*story));
	w.stored = stored;
	w.story = story;
	t->stored->follow = follow;
	t->stored->follow_arg = &w;
	story->fold = as_replay_fold(t->st, t->pt, t->row, t->stored, false, false, NIL);
	story->clock = as_fold_find(story->fold, stored);
	if (story->clock == NULL || w.steps == NIL || story->clock->rule == NULL ||
		(!story->clock->has_due && !story->clock->is_paused))
		return;
	for (i = 0; i < list_length(w.steps); i++)
		if (((Step *) list_nth(w.steps, i))->kind == STEP_RULE)
			first = i;
	pieces_by_status(story, ((Step *) list_nth(w.steps, first))->at);
	pieces_by_step(story, w.steps, first);
}
