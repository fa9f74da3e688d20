/*-------------------------------------------------------------------------
 *
 * settle.c
 *	  What time does to a ticket itself: moves and values that a breach or an
 *	  escalation brings, as of the instant at which it was due.
 *
 * Whatever writes a ticket carries them out first.  The BEFORE ROW trigger
 * works them out on a copy of the old row, judges the write against that, and
 * puts their events before the write's own.  Where nothing writes the ticket
 * (a sweep, an event that is logged), as_touch() writes it for their sake.
 *
 * The clocks are folded here only to find what happens; ticket_record.c folds
 * them again, with these events, and stores them.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "history.h"
#include "settle.h"

/* set by as_touch() for the statement that it runs next */
static bool touch_armed = false;
static TimestampTz touch_now;
static TimestampTz touch_at;
static const TouchOp *touch_op;
static bool touch_ignores_grace;

static const AsActor rule_actor = {AS_RULE_ACTOR, true, 0, NULL, NULL};

/*
 * as_take_touch tells a statement that begins whether it is one of as_touch():
 * then it is nobody's, and its now is the sweep's.
 */
void
as_take_touch(AsStatement *st)
{
	if (!touch_armed)
		return;
	touch_armed = false;
	st->is_touch = true;
	if (touch_op == NULL || touch_op->is_ours)
		st->actor = &rule_actor;
	st->now = touch_now;
	st->touch_at = touch_at;
	st->touch_op = touch_op;
	st->ignores_grace = touch_ignores_grace;
}

/*
 * as_disarm_touch forgets a touch that an error has kept from running.
 */
void
as_disarm_touch(void)
{
	touch_armed = false;
}

/*
 * as_transition_exists tells whether a policy knows a move.
 */
bool
as_transition_exists(const PolicyType *pt, const char *from, const char *to)
{
	int			f = as_policy_state(pt, from);
	int			t = as_policy_state(pt, to);
	int			i;

	for (i = 0; i < pt->ntransitions && f != STATE_NONE && t != STATE_NONE; i++)
		if (pt->transitions[i].from == f && pt->transitions[i].to == t)
			return true;
	return false;
}

/* Gives a column, or an attribute, a value out of a JSON object. */
static void
put_key(const AsDesk *desk, TicketRow *row, const char *key, JsonbValue *value)
{
	int			attno = as_history_column(desk, psprintf("changed:%s", key));
	Form_pg_attribute att;
	JsonbParseState *ps = NULL;
	JsonbValue	k;
	Oid			typinput;
	Oid			typioparam;

	if (attno == 0)
	{
		int			a = desk->attno[TC_ATTRIBUTES] - 1;

		k.type = jbvString;
		k.val.string.val = unconstify(char *, key);
		k.val.string.len = strlen(key);
		pushJsonbValue(&ps, WJB_BEGIN_OBJECT, NULL);
		pushJsonbValue(&ps, WJB_KEY, &k);
		pushJsonbValue(&ps, WJB_VALUE, value);
		row->values[a] = DirectFunctionCall2(jsonb_concat, row->values[a],
											 JsonbPGetDatum(JsonbValueToJsonb(pushJsonbValue(&ps, WJB_END_OBJECT, NULL))));
		return;
	}
	if (!desk->is_business[attno - 1] || attno == desk->attno[TC_ATTRIBUTES])
		return;
	att = TupleDescAttr(desk->tupdesc, attno - 1);
	row->nulls[attno - 1] = value->type == jbvNull;
	row->values[attno - 1] = (Datum) 0;
	if (value->type == jbvNull)
		return;
	getTypeInputInfo(att->atttypid, &typinput, &typioparam);
	row->values[attno - 1] = OidInputFunctionCall(typinput, as_attribute_as_text(value),
												  typioparam, att->atttypmod);
}

static void
put_values(const AsDesk *desk, TicketRow *row, Jsonb *set)
{
	JsonbIterator *it = JsonbIteratorInit(&set->root);
	JsonbValue	key;
	JsonbValue	value;
	JsonbIteratorToken tok;

	while ((tok = JsonbIteratorNext(&it, &key, true)) != WJB_DONE)
	{
		char	   *name;

		if (tok != WJB_KEY)
			continue;
		(void) JsonbIteratorNext(&it, &value, true);
		name = pnstrdup(key.val.string.val, key.val.string.len);
		if (strcmp(name, "status") != 0)
			put_key(desk, row, name, &value);
	}
}

/* Takes the head of the chain that new events follow out of a row. */
static void
read_head(const AsDesk *desk, const TicketRow *row, int64 ticket_id, RowNote *note)
{
	memset(note, 0, sizeof(*note));
	note->ticket_id = ticket_id;
	note->is_timed = true;
	note->prev_seq = DatumGetInt32(TVAL(desk, row, TC_EVENT_SEQ));
	memcpy(note->prev_hash, VARDATA_ANY(DatumGetByteaPP(TVAL(desk, row, TC_EVENT_HASH))), HASH_LEN);
	(void) as_pending_head(desk, ticket_id, &note->prev_seq, note->prev_hash);
}

/*
 * as_append_event puts an event at the end of a row's chain; what time it has,
 * what it is and its origin are given.
 */
void
as_append_event(AsStatement *st, TicketRow *row, EventRow *e, List **events)
{
	const AsDesk *desk = st->desk;
	RowNote		note;

	read_head(desk, row, DatumGetInt64(TVAL(desk, row, TC_TICKET_ID)), &note);
	e->ticket_id = note.ticket_id;
	e->seq = note.prev_seq + 1;
	e->recorded_at = st->recorded_at;
	e->actor = as_actor(st)->login;
	as_event_seal_private(st, e);
	as_event_hash(e, note.prev_hash);
	TVAL(desk, row, TC_EVENT_SEQ) = Int32GetDatum(e->seq);
	TVAL(desk, row, TC_EVENT_HASH) = as_bytea(e->hash);
	TVAL(desk, row, TC_EVENT_AT) =
		TimestampTzGetDatum(Max(e->occurred_at, DatumGetTimestampTz(TVAL(desk, row, TC_EVENT_AT))));
	*events = lappend(*events, e);
}

/*
 * Carries out one action on a row: returns its events, which the row's head
 * then includes.
 */
static List *
carry_out(AsStatement *st, const PolicyType *pt, const TimedAction *action, TicketRow *row)
{
	const AsDesk *desk = st->desk;
	int64		ticket_id = DatumGetInt64(TVAL(desk, row, TC_TICKET_ID));
	TicketRow  *before = as_copy_row(desk, row);
	TimestampTz status_at = DatumGetTimestampTz(TVAL(desk, row, TC_STATUS_AT));
	RowNote		note;
	List	   *events;

	read_head(desk, row, ticket_id, &note);
	/* a move is not put before the one that led to where the ticket is */
	note.at = action->to_state == NULL ? action->at : Max(action->at, status_at);
	if (action->set != NULL)
		put_values(desk, row, action->set);
	if (action->to_state != NULL &&
		as_transition_exists(pt, TextDatumGetCString(TVAL(desk, row, TC_STATUS)), action->to_state))
	{
		TVAL(desk, row, TC_STATUS) = CStringGetTextDatum(action->to_state);
		TVAL(desk, row, TC_STATUS_AT) = TimestampTzGetDatum(note.at);
		TNULL(desk, row, TC_STATUS_NOTE) = true;
	}
	events = as_ticket_events(st, before, row, &note, false);
	if (events != NIL)
	{
		EventRow   *last = llast(events);

		TVAL(desk, row, TC_EVENT_SEQ) = Int32GetDatum(last->seq);
		TVAL(desk, row, TC_EVENT_HASH) = as_bytea(last->hash);
		TVAL(desk, row, TC_EVENT_AT) =
			TimestampTzGetDatum(Max(note.at, DatumGetTimestampTz(TVAL(desk, row, TC_EVENT_AT))));
	}
	return events;
}

/* Lets the fold see the events of an action; true when rules must be matched anew. */
static bool
fold_events(Fold *f, List *events)
{
	ListCell   *lc;
	bool		reads_status;
	Bitmapset  *conditions = as_expr_condition_columns(f->st, f->pt, &reads_status);
	bool		rematch = false;

	foreach(lc, events)
	{
		EventRow   *row = lfirst(lc);
		FoldEvent	e = {0};

		e.seq = e.base_seq = row->seq;
		e.at = row->occurred_at;
		e.event = row->event;
		e.to_state = row->to_state;
		e.is_timed = true;
		if (bms_is_member(as_history_column(f->st->desk, e.event), conditions))
			rematch = true;
		as_choose_starts(f, &e);
		as_fold_event(f, &e, DT_NOBEGIN);
	}
	return rematch;
}

/* Keeps the levels that a fold has carried out, oldest first. */
static List *
log_levels(const Fold *f, List *levels)
{
	List	   *found = NIL;
	const FiredLevel *fired;

	for (fired = f->fired; fired != NULL; fired = fired->next)
	{
		LevelLog   *entry = palloc(sizeof(LevelLog));

		entry->clock = f->clocks[fired->clock].clock;
		entry->start_seq = f->clocks[fired->clock].start_seq;
		entry->level = fired->level;
		entry->at = fired->at;
		found = lcons(entry, found);
	}
	return list_concat(levels, found);
}

/*
 * New values have brought other rules: the fold begins anew from the history
 * and what has happened since, and goes on with the levels carried out.
 */
static Fold *
fold_anew(AsStatement *st, const Fold *before, const Fold *stored, const TicketRow *row, List *events)
{
	Fold	   *f = as_replay_ahead(st, before->pt, row, stored, events);
	int			i;

	f->wants_actions = true;
	f->ignores_grace = before->ignores_grace;
	f->row = row;
	for (i = 0; i < f->nclocks; i++)
	{
		const FoldClock *c = as_fold_find(before, &f->clocks[i]);

		if (c != NULL)
			f->clocks[i].escalated |= c->escalated;
	}
	return f;
}

/*
 * as_settle_row finds what time has done to a ticket before something happens
 * to it at an instant (-infinity: before now).  Returns false for nothing;
 * else *settled is the row as it is then, *events are what happened, and
 * *levels the levels of escalation on the way where rules have changed, all in
 * the current memory context.
 *
 * The caller is connected to SPI and has the ticket locked.
 */
bool
as_settle_row(AsStatement *st, const PolicyType *pt, const TicketRow *old, TimestampTz at,
			  TicketRow **settled, List **events, List **levels)
{
	Fold	   *f = palloc0(sizeof(Fold));
	Fold	   *stored;
	TicketRow  *row = as_copy_row(st->desk, old);
	bool		rematched = false;

	*events = *levels = NIL;
	f->st = st;
	f->pt = pt;
	f->ticket_id = DatumGetInt64(TVAL(st->desk, old, TC_TICKET_ID));
	f->status = f->from = f->to = TextDatumGetCString(TVAL(st->desk, old, TC_STATUS));
	f->wants_actions = true;
	f->ignores_grace = st->ignores_grace;
	f->row = row;
	as_responsible(st->desk, old, &f->by);
	if (pt->has_timed)
		as_clocks_load(st, 1, &f);
	stored = palloc(sizeof(Fold));
	*stored = *f;
	stored->clocks = palloc(sizeof(FoldClock) * Max(f->nclocks, 1));
	memcpy(stored->clocks, f->clocks, sizeof(FoldClock) * f->nclocks);
	while (pt->has_timed)
	{
		TimedAction *action;
		List	   *happened;

		as_fold_advance(f, at, false, st->now);
		action = f->action;
		f->action = NULL;
		if (action == NULL)
			break;
		happened = carry_out(st, pt, action, row);
		*events = list_concat(*events, happened);
		if (!fold_events(f, happened))
			continue;
		*levels = log_levels(f, *levels);
		rematched = true;
		f = fold_anew(st, f, stored, row, *events);
	}
	if (rematched)
		*levels = log_levels(f, *levels);
	if (st->touch_op != NULL)
		st->touch_op->apply(st, pt, row, events, st->touch_op);
	*settled = row;
	return *events != NIL;
}

static bool
same_value(JsonbContainer *a, JsonbContainer *b, const JsonbValue *key)
{
	JsonbValue *x = findJsonbValueFromContainer(a, JB_FOBJECT, unconstify(JsonbValue *, key));
	JsonbValue *y = findJsonbValueFromContainer(b, JB_FOBJECT, unconstify(JsonbValue *, key));

	if (x == NULL || y == NULL)
		return x == y;
	return compareJsonbContainers(&JsonbValueToJsonb(x)->root, &JsonbValueToJsonb(y)->root) == 0;
}

/*
 * as_attributes_settled returns attributes as a writer has left them, but for
 * the keys that time has set and the writer has not touched.
 */
Datum
as_attributes_settled(Datum old, Datum settled, Datum new)
{
	JsonbContainer *before = &DatumGetJsonbP(old)->root;
	JsonbContainer *after = &DatumGetJsonbP(settled)->root;
	JsonbContainer *written = &DatumGetJsonbP(new)->root;
	JsonbIterator *it;
	JsonbValue	key;
	JsonbValue	value;
	JsonbIteratorToken tok;
	JsonbParseState *ps = NULL;

	if (!JsonContainerIsObject(written))
		return new;
	it = JsonbIteratorInit(after);
	pushJsonbValue(&ps, WJB_BEGIN_OBJECT, NULL);
	while ((tok = JsonbIteratorNext(&it, &key, true)) != WJB_DONE)
	{
		if (tok != WJB_KEY)
			continue;
		(void) JsonbIteratorNext(&it, &value, true);
		if (same_value(before, after, &key) || !same_value(before, written, &key))
			continue;
		pushJsonbValue(&ps, WJB_KEY, &key);
		pushJsonbValue(&ps, WJB_VALUE, &value);
	}
	return DirectFunctionCall2(jsonb_concat, new,
							   JsonbPGetDatum(JsonbValueToJsonb(pushJsonbValue(&ps, WJB_END_OBJECT, NULL))));
}

/*
 * as_touch writes tickets for the sake of what time does to them, as nobody,
 * up to an instant (-infinity: up to now); or for some operation of ours.
 * The tickets are locked; ids are int64 *, in order.
 */
void
as_touch(AsStatement *st, List *ticket_ids, TimestampTz at, const TouchOp *op)
{
	ArrayBuildState *ids = initArrayResult(INT8OID, CurrentMemoryContext, false);
	Datum		value;
	ListCell   *lc;

	foreach(lc, ticket_ids)
		as_accum(ids, Int64GetDatum(*(int64 *) lfirst(lc)), false, INT8OID);
	value = as_array(ids);
	touch_armed = true;
	touch_now = st->now;
	touch_ignores_grace = st->ignores_grace;
	touch_at = at;
	touch_op = op;
	(void) as_run(st->desk, PLAN_TOUCH, &value, NULL, NULL);
	touch_armed = false;
}
