/*-------------------------------------------------------------------------
 *
 * replay.c
 *	  The clocks of a ticket, folded anew from its whole history.
 *
 * The history is the events as they stand after corrections, in the order in
 * which they happened.  What the ticket was at each of them follows from its
 * row as it is now and the old and new values in its changed:<column> events.
 * The result is compared with the clocks that are stored, by the events that
 * start them; what differs is written, or listed for verify_clocks().
 *
 * A recorded breach stays: where the fold finds none any more it is cleared.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "clock.h"
#include "event.h"
#include "expression.h"
#include "history.h"
#include "warranty.h"

/* ---------- the ticket as it was ---------- */

/* Keys of one object put into another, those that only a third has taken out. */
static Datum
merge_attributes(Datum current, const JsonbValue *add, const JsonbValue *gone)
{
	Datum		result = current;
	JsonbIterator *it;
	JsonbValue	v;
	JsonbIteratorToken tok;

	if (gone->type == jbvBinary)
	{
		it = JsonbIteratorInit(gone->val.binary.data);
		while ((tok = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
			if (tok == WJB_KEY)
				result = DirectFunctionCall2(jsonb_delete, result,
											 PointerGetDatum(cstring_to_text_with_len(v.val.string.val,
																					  v.val.string.len)));
	}
	if (add->type == jbvBinary)
		result = DirectFunctionCall2(jsonb_concat, result,
									 JsonbPGetDatum(JsonbValueToJsonb(unconstify(JsonbValue *, add))));
	return result;
}

static JsonbValue
data_value(const Jsonb *data, const char *key)
{
	JsonbValue	v;

	if (getKeyJsonValueFromContainer(&unconstify(Jsonb *, data)->root, key, strlen(key), &v) == NULL)
		v.type = jbvNull;
	return v;
}

/* Gives a row's column a value in its text form; anything but a string is NULL. */
static void
put_text(const AsDesk *desk, TicketRow *row, int attno, const JsonbValue *v)
{
	Form_pg_attribute att = TupleDescAttr(desk->tupdesc, attno - 1);
	Oid			typinput;
	Oid			typioparam;

	row->nulls[attno - 1] = v->type != jbvString;
	row->values[attno - 1] = (Datum) 0;
	if (v->type != jbvString)
		return;
	getTypeInputInfo(att->atttypid, &typinput, &typioparam);
	row->values[attno - 1] = OidInputFunctionCall(typinput,
												  pnstrdup(v->val.string.val, v->val.string.len),
												  typioparam, att->atttypmod);
}

/* Likewise what stands beside a warranty class. */
static void
put_beside_class(const AsDesk *desk, TicketRow *row, const JsonbValue *beside)
{
	int			c;

	for (c = 1; c < WARRANTY_COLUMNS && beside->type == jbvBinary; c++)
	{
		const char *name = as_ticket_column[as_warranty_column[c]];
		JsonbValue	v;

		if (getKeyJsonValueFromContainer(beside->val.binary.data, name, strlen(name), &v) == NULL)
			v.type = jbvNull;
		put_text(desk, row, desk->attno[as_warranty_column[c]], &v);
	}
}

/* Gives a row's column the value it had before or after a change. */
static void
put_value(const AsDesk *desk, TicketRow *row, int attno, const Jsonb *data, bool after)
{
	JsonbValue	v = data_value(data, after ? "new" : "old");
	JsonbValue	other = data_value(data, after ? "old" : "new");
	JsonbValue	beside;

	if (attno == desk->attno[TC_ATTRIBUTES])
	{
		row->values[attno - 1] = merge_attributes(row->values[attno - 1], &v, &other);
		return;
	}
	put_text(desk, row, attno, &v);
	if (attno == desk->attno[TC_WARRANTY_CLASS])
	{
		beside = data_value(data, after ? "is" : "was");
		put_beside_class(desk, row, &beside);
	}
}

/*
 * as_history_column returns the attribute number of the column that a
 * changed:<column> event is about, 0 for any other event.
 */
int
as_history_column(const AsDesk *desk, const char *event)
{
	int			i;

	if (strncmp(event, "changed:", strlen("changed:")) != 0)
		return 0;
	for (i = 0; i < desk->tupdesc->natts; i++)
		if (!TupleDescAttr(desk->tupdesc, i)->attisdropped &&
			strcmp(NameStr(TupleDescAttr(desk->tupdesc, i)->attname), event + strlen("changed:")) == 0)
			return i + 1;
	return 0;
}

/*
 * as_history_change makes a row what it was before, or after, a change.
 */
void
as_history_change(const AsDesk *desk, TicketRow *row, const FoldEvent *e, bool after)
{
	int			attno = as_history_column(desk, e->event);

	/* data may have been erased: the value is then taken as it is now */
	if (attno > 0 && e->data != NULL && JB_ROOT_IS_OBJECT(e->data))
		put_value(desk, row, attno, e->data, after);
}

/* ---------- the events ---------- */

static FoldEvent *
event_of_seq(FoldEvent *events, int n, int32 seq)
{
	return seq >= 1 && seq <= n ? &events[seq - 1] : NULL;
}

static int
compare_events(const void *a, const void *b)
{
	const FoldEvent *x = a;
	const FoldEvent *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

/*
 * as_history_load reads a ticket's events as they stand after corrections, in
 * the order in which they happened; only what was recorded up to a place in
 * the chain (0: all of it).
 */
FoldEvent *
as_history_load(AsStatement *st, int64 ticket_id, int32 up_to_seq, int *nevents)
{
	Datum		value = Int64GetDatum(ticket_id);
	int			n = as_run_read(st->desk, PLAN_HISTORY, &value);
	SPITupleTable *table = SPI_tuptable;
	FoldEvent  *events = palloc0(sizeof(FoldEvent) * Max(n, 1));
	int			kept = 0;
	int			i;

	if (up_to_seq > 0)
		n = Min(n, up_to_seq);
	for (i = 0; i < n; i++)
	{
		HeapTuple	tup = table->vals[i];
		TupleDesc	tupdesc = table->tupdesc;
		FoldEvent  *e = &events[i];
		FoldEvent  *corrected;
		char	   *origin = SPI_getvalue(tup, tupdesc, 6);
		Datum		data;
		bool		isnull;

		e->seq = e->base_seq = DatumGetInt32(SPI_getbinval(tup, tupdesc, 1, &isnull));
		e->event = SPI_getvalue(tup, tupdesc, 2);
		e->at = DatumGetTimestampTz(SPI_getbinval(tup, tupdesc, 3, &isnull));
		e->to_state = SPI_getvalue(tup, tupdesc, 4);
		e->is_timed = strcmp(origin, "rule") == 0;
		data = SPI_getbinval(tup, tupdesc, 7, &isnull);
		e->data = isnull ? NULL : DatumGetJsonbPCopy(data);
		data = SPI_getbinval(tup, tupdesc, 5, &isnull);
		corrected = isnull ? NULL : event_of_seq(events, i, DatumGetInt32(data));
		if (corrected == NULL)
			continue;
		/* what a correction takes out, it may put back at another time */
		if (strcmp(origin, "retimed") == 0)
		{
			e->base_seq = corrected->base_seq;
			e->event = corrected->event;
			e->to_state = corrected->to_state;
			e->data = corrected->data;
			e->is_timed = corrected->is_timed;
		}
		else
			e->seq = 0;
		corrected->seq = 0;
	}
	SPI_freetuptable(table);
	for (i = 0; i < n; i++)
		if (events[i].seq != 0)
			events[kept++] = events[i];
	qsort(events, kept, sizeof(FoldEvent), compare_events);
	*nevents = kept;
	return events;
}

/* ---------- the fold ---------- */

/* Which columns' history counts: what conditions read, and who answers. */
static Bitmapset *
watched_columns(AsStatement *st, const PolicyType *pt, Bitmapset **conditions)
{
	bool		reads_status;

	*conditions = as_expr_condition_columns(st, pt, &reads_status);
	return bms_add_member(bms_add_member(bms_copy(*conditions), st->desk->attno[TC_ORG_ID]),
						  st->desk->attno[TC_ASSIGNEE]);
}

/* What the stored clocks show as late already is late in the replay too. */
static void
settle_like_stored(Fold *f, const Fold *stored)
{
	int			before;
	int			i;

	do
	{
		TimestampTz passed = DT_NOBEGIN;

		before = f->nclocks;
		for (i = 0; i < f->nclocks; i++)
		{
			const FoldClock *c = &f->clocks[i];
			const FoldClock *s = c->is_phantom ? NULL : as_fold_find(stored, c);

			if (s != NULL && s->is_late && c->ended_as == CLOCK_OPEN && c->has_due)
				passed = Max(passed, c->due_at);
		}
		/* and so is what was due before that */
		for (i = 0; i < f->nclocks; i++)
		{
			f->clocks[i].has_next = f->clocks[i].has_due && f->clocks[i].due_at <= passed;
			f->clocks[i].next_at = DT_NOBEGIN;
		}
		as_fold_advance(f, DT_NOBEGIN, false, f->st->now);
	} while (f->nclocks > before);
}

/* Events that are not in the table yet, put into their place. */
static FoldEvent *
add_events(FoldEvent *events, int *n, List *more)
{
	ListCell   *lc;

	if (more == NIL)
		return events;
	events = repalloc(events, sizeof(FoldEvent) * (*n + list_length(more)));
	foreach(lc, more)
	{
		const EventRow *row = lfirst(lc);
		FoldEvent  *e = &events[(*n)++];

		memset(e, 0, sizeof(FoldEvent));
		e->seq = e->base_seq = row->seq;
		e->at = row->occurred_at;
		e->event = row->event;
		e->to_state = row->to_state;
		e->is_timed = strcmp(row->origin, "rule") == 0;
		e->data = row->data;
	}
	qsort(events, *n, sizeof(FoldEvent), compare_events);
	return events;
}

/* Tells whoever follows a replay that a step of it is done. */
static void
tell(const Fold *f, const FoldEvent *e)
{
	if (f->stored->follow != NULL)
		f->stored->follow(f, e, f->stored->follow_arg);
}

/* Takes back what a row has become since a place in its chain. */
static void
undo_later(const AsDesk *desk, TicketRow *row, const FoldEvent *events, int n, int32 up_to_seq)
{
	int			i;

	for (i = n - 1; i >= 0; i--)
		if (events[i].seq > up_to_seq)
			as_history_change(desk, row, &events[i], false);
}

/*
 * as_replay_fold folds a ticket's clocks anew; stored: what they are compared
 * with, and who follows; more: events (EventRow) that are not in the table yet.
 */
Fold *
as_replay_fold(AsStatement *st, const PolicyType *pt, const TicketRow *row, const Fold *stored,
			   const ReplayHow *how)
{
	const AsDesk *desk = st->desk;
	Fold	   *f = palloc0(sizeof(Fold));
	TicketRow  *was = as_copy_row(desk, row);
	Bitmapset  *conditions;
	Bitmapset  *watched = watched_columns(st, pt, &conditions);
	FoldEvent  *events;
	int			n;
	int			i;

	f->st = st;
	f->pt = pt;
	f->ticket_id = DatumGetInt64(TVAL(desk, row, TC_TICKET_ID));
	f->to = TextDatumGetCString(TVAL(desk, row, TC_STATUS));
	f->from = f->to;
	f->is_replay = true;
	f->stored = stored;
	f->retarget = how->retarget;
	f->watches = how->watches;
	f->row = was;
	if (how->up_to_seq > 0)
	{
		events = as_history_load(st, f->ticket_id, 0, &n);
		undo_later(desk, was, events, n, how->up_to_seq);
	}
	events = add_events(as_history_load(st, f->ticket_id, how->up_to_seq, &n), &n, how->more);
	for (i = n - 1; i >= 0; i--)
		if (bms_is_member(as_history_column(desk, events[i].event), watched))
			as_history_change(desk, was, &events[i], false);
	as_responsible(desk, was, &f->by);
	for (i = 0; i < n; i++)
	{
		FoldEvent  *e = &events[i];
		int			attno = as_history_column(desk, e->event);

		/* what was due before is late under whom it was due */
		as_fold_advance(f, e->at, e->is_timed, DT_NOBEGIN);
		tell(f, NULL);
		if (attno > 0 && bms_is_member(attno, watched))
		{
			as_history_change(desk, was, e, true);
			as_responsible(desk, was, &f->by);
			e->is_change = bms_is_member(attno, conditions);
		}
		if (as_policy_actions(pt, e->event) != NULL || strcmp(e->event, "opened") == 0)
		{
			const char *status = f->status;

			if (e->to_state != NULL)
				f->status = e->to_state;
			as_choose_starts(f, e);
			f->status = status;
		}
		as_fold_event(f, e, DT_NOBEGIN);
		tell(f, e);
	}
	settle_like_stored(f, stored);
	tell(f, NULL);
	return f;
}

/*
 * as_replay_ahead returns the clocks of a ticket folded from its history and
 * further events (EventRow) that are not in the table yet, ready to go on from
 * there.  row: the ticket after them.
 */
Fold *
as_replay_ahead(AsStatement *st, const PolicyType *pt, const TicketRow *row, const Fold *stored,
				List *events)
{
	ReplayHow	how = {false, true, 0, events};
	Fold	   *f = as_replay_fold(st, pt, row, stored, &how);
	int			i;

	f->is_replay = false;
	for (i = 0; i < f->nclocks; i++)
	{
		FoldClock  *c = &f->clocks[i];
		const FoldClock *s = c->is_phantom ? NULL : as_fold_find(stored, c);

		c->has_next = true;
		c->next_at = DT_NOBEGIN;
		if (s == NULL)
			continue;
		c->clock_id = s->clock_id;
		c->escalated = s->escalated;
		c->is_breached = s->is_breached;
		c->has_late_entry = s->has_late_entry && !c->is_watched;
		c->late_entry_at = s->late_entry_at;
	}
	return f;
}

/* ---------- the comparison ---------- */

static bool
same_time(bool has_a, TimestampTz a, bool has_b, TimestampTz b)
{
	return has_a == has_b && (!has_a || a == b);
}

/* What differs between a stored clock and the same one in a replay; NULL: nothing. */
static const char *
difference(const FoldClock *s, const FoldClock *c)
{
	if (strcmp(s->rule_name, c->rule_name) != 0)
		return "rule";
	if (s->cycle != c->cycle)
		return "cycle";
	if (s->started_at != c->started_at)
		return "started_at";
	if (!same_time(s->has_due, s->due_at, c->has_due, c->due_at))
		return "due_at";
	if (!same_time(s->is_paused, s->paused_since, c->is_paused, c->paused_since))
		return "paused_since";
	if (s->has_remaining != c->has_remaining || (s->has_remaining && s->remaining != c->remaining))
		return "remaining";
	if (s->ended_as != c->ended_as)
		return "ended_as";
	if (s->ended_as != CLOCK_OPEN && s->stopped_at != c->stopped_at)
		return "stopped_at";
	return NULL;
}

static void
note_difference(List **differences, const FoldClock *c, const char *problem)
{
	ClockDifference *d = palloc(sizeof(ClockDifference));

	d->clock_id = c->clock_id;
	d->clock = c->clock;
	d->cycle = c->cycle;
	d->problem = problem;
	*differences = lappend(*differences, d);
}

/* When the recorded breaches of the stored clocks were. */
static void
read_breaches(Fold *stored)
{
	Datum		value = Int64GetDatum(stored->ticket_id);
	int			n = as_run_read(stored->st->desk, PLAN_BREACHES, &value);
	int			i;
	int			k;

	for (i = 0; i < n; i++)
	{
		bool		isnull;
		int64		id = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull));

		for (k = 0; k < stored->nclocks; k++)
			if (stored->clocks[k].clock_id == id)
				stored->clocks[k].breach_at =
					DatumGetTimestampTz(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2, &isnull));
	}
	SPI_freetuptable(SPI_tuptable);
}

/*
 * What a late clock brings to the ticket is left to a write of it, and with
 * that its breach, unless it has come already or the clock has ended.
 */
static void
hold_back(const Fold *f, FoldClock *c, const FoldClock *s)
{
	if (!c->breach_new || c->is_carried_out || c->ended_as != CLOCK_OPEN ||
		(c->breach_rule->on_breach == NULL && c->breach_rule->on_breach_set == NULL) ||
		c->breach_at < f->st->desk->go_live ||
		(s != NULL && s->is_breached && !s->is_cleared && s->breach_at == c->breach_at))
		return;
	c->breach_new = c->is_late = false;
}

/* Takes over from the stored clock what no event tells. */
static void
compare_clock(FoldClock *c, const FoldClock *s, List **differences)
{
	const char *what = difference(s, c);
	bool		is_due = c->has_due != s->has_due || c->due_at != s->due_at ||
		c->ended_as != s->ended_as || c->is_late != s->is_late;

	c->clock_id = s->clock_id;
	c->escalated = s->escalated;
	c->is_breached = s->is_breached;
	c->breach_cleared = c->is_cleared = s->is_breached && !c->breach_new;
	c->has_next = s->has_next;
	c->next_at = s->next_at;
	c->has_late_entry = s->has_late_entry;
	c->late_entry_at = s->late_entry_at;
	c->is_replayed = s->is_breached;
	if (what == NULL && ((c->breach_new && !s->is_breached) || c->is_cleared != s->is_cleared))
		what = "is_breached";
	/* one of a group that is missed has nothing to come, though no breach */
	c->is_changed = what != NULL || c->is_late != s->is_late;
	c->is_rewritten = true;
	c->is_retimed = is_due;
	if (what != NULL && differences != NULL)
		note_difference(differences, c, what);
}

/* Clocks whose start event has been corrected away are voided. */
static void
void_missing(Fold *f, const Fold *stored, List **differences)
{
	int			i;

	for (i = 0; i < stored->nclocks; i++)
	{
		const FoldClock *s = &stored->clocks[i];
		FoldClock  *c;

		if (s->is_matched || (s->ended_as == CLOCK_VOIDED && s->cycle == 0))
			continue;
		c = as_fold_new_clock(f);
		*c = *s;
		c->cycle = 0;
		c->breach_new = false;
		if (c->ended_as == CLOCK_OPEN || c->ended_as == CLOCK_STOPPED)
			c->stopped_at = c->ended_as == CLOCK_OPEN ? Max(f->st->now, c->started_at) : c->stopped_at;
		c->ended_as = CLOCK_VOIDED;
		c->is_paused = c->has_remaining = false;
		c->breach_cleared = c->is_cleared = s->is_breached;
		c->is_replayed = s->is_breached;
		c->is_changed = c->is_rewritten = c->is_retimed = true;
		if (differences != NULL)
			note_difference(differences, s, "no event starts it");
	}
}

/*
 * as_replay folds a ticket's clocks anew.  row: the ticket as it is now.
 * With differences they are listed there (ClockDifference) and nothing is
 * written; else the stored clocks are made what the replay says.
 *
 * Returns whether a due time has changed.
 */
bool
as_replay(AsStatement *st, const PolicyType *pt, const TicketRow *row, const ReplayHow *how,
		  List **differences)
{
	Fold	   *stored = palloc0(sizeof(Fold));
	Fold	   *f;
	bool		changed = false;
	int			i;

	stored->st = st;
	stored->pt = pt;
	stored->ticket_id = DatumGetInt64(TVAL(st->desk, row, TC_TICKET_ID));
	as_clocks_load(st, 1, &stored);
	if (pt->has_timed)
		read_breaches(stored);
	f = as_replay_fold(st, pt, row, stored, how);
	for (i = 0; i < f->nclocks; i++)
	{
		FoldClock  *c = &f->clocks[i];
		FoldClock  *s = c->is_phantom ? NULL : as_fold_find(stored, c);

		if (s != NULL && s->is_matched)
			s = NULL;
		hold_back(f, c, s);
		if (s != NULL)
		{
			s->is_matched = true;
			compare_clock(c, s, differences);
		}
		else if (!c->is_phantom && differences != NULL)
			note_difference(differences, c, "not stored");
		changed = changed || c->is_changed;
	}
	void_missing(f, stored, differences);
	if (differences == NULL)
		as_clocks_write(st, 1, &f, st->now);
	return changed;
}
