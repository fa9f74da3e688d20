/*-------------------------------------------------------------------------
 *
 * fold_time.c
 *	  What happens to clocks because time has passed: they become late,
 *	  escalate, start others, change the ticket.
 *
 * Instants are taken in their order.  One counts as passed when the next
 * event lies after it, or when it lies before now; but where it had passed
 * before the clock was recorded there is some grace.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "clock.h"

/* An instant that has come. */
typedef struct Pending
{
	int			clock;			/* index; -1: none */
	const Escalation *level;	/* NULL: the due time */
	TimestampTz at;
} Pending;

static bool
is_timed_rule(const ClockRule *rule)
{
	return rule->on_breach != NULL || rule->on_breach_set != NULL;
}

static bool
has_passed(const Fold *f, const FoldClock *c, TimestampTz instant, int64 grace,
		   TimestampTz at, bool inclusive, TimestampTz now)
{
	if (instant < at || (inclusive && instant == at))
		return true;
	if (!c->has_next || c->next_at >= now || instant + grace >= now)
		return false;
	/* recorded late: what happened in time may be recorded next */
	return f->ignores_grace || !c->has_late_entry || instant >= c->late_entry_at ||
		c->late_entry_at + f->st->desk->entry_grace < now;
}

static void
consider(Pending *first, int clock, const Escalation *level, TimestampTz at)
{
	if (first->clock >= 0 && first->at <= at)
		return;
	first->clock = clock;
	first->level = level;
	first->at = at;
}

/*
 * What changes the ticket itself is left to a write of the ticket, unless that
 * has been made: then its events come in, and this one is at that instant.
 */
static bool
is_deferred(Fold *f, const FoldClock *c, bool is_timed, TimestampTz instant, TimestampTz at,
			bool inclusive, TimestampTz *stop)
{
	if (!is_timed || !f->defers_actions || (inclusive && instant == at) ||
		(f->is_settled && (f->before_write || (c->clock_id != 0 && !c->is_due_anew))) || c->due_at < f->st->desk->go_live)
		return false;
	f->has_deferred = true;
	*stop = Min(*stop, instant);
	return true;
}

/* The first instant that has passed and is not dealt with. */
static Pending
next_pending(Fold *f, TimestampTz at, bool inclusive, TimestampTz now)
{
	Pending		first = {-1, NULL, 0};
	TimestampTz stop = DT_NOEND;
	int			i;
	int			k;

	for (i = 0; i < f->nclocks; i++)
	{
		const FoldClock *c = &f->clocks[i];

		if (c->ended_as != CLOCK_OPEN || c->is_phantom || !c->has_due || c->rule == NULL)
			continue;
		if (!c->is_late &&
			has_passed(f, c, c->due_at, f->st->desk->report_grace, at, inclusive && is_timed_rule(c->rule), now) &&
			!is_deferred(f, c, is_timed_rule(c->rule), c->due_at, at, inclusive, &stop))
			consider(&first, i, NULL, c->due_at);
		for (k = 0; k < f->pt->nescalations && !f->is_replay; k++)
		{
			const Escalation *e = &f->pt->escalations[k];
			TimestampTz instant;

			if (strcmp(e->clock, c->clock) == 0 && !(c->escalated & (1U << e->level)) &&
				as_escalation_at(f, c, e, &instant) &&
				has_passed(f, c, instant, 0, at, inclusive && e->action != ESCALATE_NOTIFY, now) &&
				!is_deferred(f, c, e->action != ESCALATE_NOTIFY, instant, at, inclusive, &stop))
				consider(&first, i, e, instant);
		}
	}
	/* what comes after it waits, too */
	if (first.clock >= 0 && first.at >= stop)
		first.clock = -1;
	return first;
}

/* ---------- becoming late ---------- */

static bool
is_missed(const FoldClock *c)
{
	return c->is_late || (c->ended_as == CLOCK_STOPPED && c->has_due && c->stopped_at > c->due_at);
}

/*
 * The clock of a group on which its breach is to be: of those in their last
 * cycle the one due last, once all of them are missed; else NULL.
 */
static FoldClock *
missed_last(const Fold *f, const char *group)
{
	FoldClock  *last = NULL;
	int			i;
	int			k;

	for (i = 0; i < f->nclocks; i++)
	{
		FoldClock  *c = &f->clocks[i];
		bool		is_last = true;

		if (c->rule == NULL || c->rule->any_of == NULL || strcmp(c->rule->any_of, group) != 0 ||
			c->ended_as == CLOCK_CANCELLED || c->ended_as == CLOCK_VOIDED)
			continue;
		for (k = 0; k < f->nclocks; k++)
			if (f->clocks[k].cycle > c->cycle && strcmp(f->clocks[k].clock, c->clock) == 0)
				is_last = false;
		if (!is_last)
			continue;
		if (!is_missed(c))
			return NULL;
		if (last == NULL || c->due_at > last->due_at)
			last = c;
	}
	return last;
}

static void
add_action(Fold *f, const FoldClock *c, TimestampTz at, const char *to_state, Jsonb *set)
{
	TimedAction *action = palloc(sizeof(TimedAction));

	action->at = at;
	action->clock = c->clock;
	action->rule = c->rule_name;
	action->to_state = to_state;
	action->set = set;
	action->next = NULL;
	f->action = action;
}

/* Whether a clock's start was told late, so that nothing of it is held against anybody yet. */
static bool
late_entry(const Fold *f, const FoldClock *c, TimestampTz *at)
{
	const FoldClock *stored = f->is_replay ? as_fold_find(f->stored, c) : c;

	if (stored == NULL || !stored->has_late_entry)
		return false;
	*at = stored->late_entry_at;
	return true;
}

/* Notes a breach, unless it stands already, and what it does to the ticket. */
static void
breach(Fold *f, FoldClock *c)
{
	if ((c->is_breached && !c->is_cleared) || c->breach_new)
		return;
	c->breach_new = c->is_changed = true;
	c->is_replayed = c->is_breached;
	c->is_rewritten = c->is_rewritten || c->is_cleared;
	c->is_cleared = false;
	c->breach_at = c->due_at;
	c->breach_rule = c->rule;
	c->breach_by = f->by;
	if (f->wants_actions && is_timed_rule(c->rule) && c->due_at >= f->st->desk->go_live)
		add_action(f, c, c->due_at, c->rule->on_breach, c->rule->on_breach_set);
}

/*
 * as_fold_late notes that a clock has become late: its breach is noted, and what waits for its due
 * time starts.
 */
void
as_fold_late(Fold *f, int i)
{
	FoldClock  *c = &f->clocks[i];
	FoldEvent	e = {0};
	TimestampTz due_at = c->due_at;
	TimestampTz late_entry_at = 0;
	bool		has_grace = late_entry(f, c, &late_entry_at);
	FoldClock  *bearer;
	int			before = f->nclocks;
	int32		seq = c->start_seq;
	int			k;

	c->is_late = true;
	c->is_retimed = c->is_changed = true;
	bearer = c->rule->any_of == NULL ? c : missed_last(f, c->rule->any_of);
	if (bearer != NULL)
		breach(f, bearer);
	if (!f->pt->starts_later)
		return;
	e.event = psprintf("due:%s", c->clock);
	e.at = due_at;
	e.seq = e.base_seq = seq;
	as_choose_starts(f, &e);
	for (k = 0; k < e.nchosen; k++)
		as_fold_start(f, &e.chosen[k], seq, due_at, !has_grace);
	if (!has_grace)
		return;
	/* what hangs on a start told late waits with it */
	for (k = before; k < f->nclocks; k++)
	{
		f->clocks[k].has_next = f->clocks[k].has_late_entry = f->clocks[k].is_late_too = true;
		f->clocks[k].next_at = DT_NOBEGIN;
		f->clocks[k].late_entry_at = late_entry_at;
	}
}

/* ---------- escalating ---------- */

static void
escalate(Fold *f, const Pending *p)
{
	FoldClock  *c = &f->clocks[p->clock];
	FiredLevel *fired;

	c->escalated |= 1U << p->level->level;
	c->is_changed = c->is_rewritten = c->is_retimed = true;
	/* history loaded before the desk went live escalates to nobody */
	if (c->due_at < f->st->desk->go_live)
		return;
	fired = palloc(sizeof(FiredLevel));
	fired->clock = p->clock;
	fired->level = p->level;
	fired->at = p->at;
	fired->next = f->fired;
	f->fired = fired;
	if (!f->wants_actions)
		return;
	if (p->level->action == ESCALATE_SET)
		add_action(f, c, p->at, NULL, p->level->set);
	else if (p->level->action == ESCALATE_MOVE)
		add_action(f, c, p->at, as_jsonb_text(p->level->set, "status"), p->level->set);
}

/*
 * as_fold_advance carries out what has become due before an event at a given
 * time, and what is due before now; inclusive: at that time too, for what
 * changes the ticket.  With wants_actions it stops at the first such change,
 * in f->action.
 */
void
as_fold_advance(Fold *f, TimestampTz at, bool inclusive, TimestampTz now)
{
	while (f->action == NULL)
	{
		Pending		p = next_pending(f, at, inclusive, now);

		if (p.clock < 0)
			return;
		if (p.level == NULL)
		{
			f->clocks[p.clock].is_carried_out = inclusive && p.at == at;
			as_fold_late(f, p.clock);
		}
		else
			escalate(f, &p);
	}
}

/*
 * as_fold_next finds when something is to be done for a clock next.  now: the
 * moment at which that is recorded.
 */
void
as_fold_next(const Fold *f, FoldClock *c, TimestampTz now)
{
	TimestampTz instant;
	int			k;

	c->has_next = c->has_late_entry = false;
	if (c->ended_as != CLOCK_OPEN || c->is_phantom || !c->has_due || c->rule == NULL)
		return;
	if (!c->is_late)
	{
		c->has_next = true;
		c->next_at = c->due_at + f->st->desk->report_grace;
	}
	for (k = 0; k < f->pt->nescalations; k++)
	{
		const Escalation *e = &f->pt->escalations[k];

		if (strcmp(e->clock, c->clock) != 0 || (c->escalated & (1U << e->level)) ||
			!as_escalation_at(f, c, e, &instant))
			continue;
		c->next_at = c->has_next ? Min(c->next_at, instant) : instant;
		c->has_next = true;
	}
	c->has_late_entry = c->has_next && !c->is_watched &&
		(c->next_at < now || (!c->is_late && c->due_at < now));
	if (!c->is_late_too)
		c->late_entry_at = now;
}
