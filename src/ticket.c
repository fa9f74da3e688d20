/*-------------------------------------------------------------------------
 *
 * ticket.c
 *	  The BEFORE ROW trigger of a desk's ticket table: it judges the row and
 *	  changes nothing but NEW.  What AFTER STATEMENT does stands in
 *	  ticket_record.c.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "access/sysattr.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "duplicate.h"
#include "event.h"
#include "settle.h"
#include "warranty.h"

PG_FUNCTION_INFO_V1(as_ticket_judge);

/* Columns only triggers write. */
static const TicketColumn owned[] = {
	TC_POLICY_VERSION, TC_STATUS_AT, TC_STATUS_NOTE, TC_VOIDED_AT, TC_CHANGED_AT,
	TC_EVENT_AT, TC_EVENT_SEQ, TC_EVENT_HASH, TC_WARRANTY_CLASS, TC_COVERS,
	TC_REMEDIES, TC_WARRANTY_UNTIL, TC_WARRANTY_BASIS
};

/* Columns given at opening and fixed from then on. */
static const TicketColumn fixed[] = {
	TC_TICKET_ID, TC_POLICY, TC_TICKET_TYPE, TC_OPENED_AT
};

static void
set_value(Judgement *j, TicketColumn col, Datum value)
{
	TVAL(j->desk, j->new, col) = value;
	TNULL(j->desk, j->new, col) = false;
}

static void
set_null(Judgement *j, TicketColumn col)
{
	TVAL(j->desk, j->new, col) = (Datum) 0;
	TNULL(j->desk, j->new, col) = true;
}

static void
require_value(Judgement *j, TicketColumn col)
{
	if (TNULL(j->desk, j->new, col))
		ereport(ERROR,
				(errcode(ERRCODE_NOT_NULL_VIOLATION),
				 errmsg("a ticket needs a value in column \"%s\"", as_ticket_column[col]),
				 errdetail_internal("%s", as_refusal_line(j, NULL, NULL)),
				 errtablecol(j->rel, j->desk->attno[col])));
}

static void
refuse_owned(const Judgement *j, TicketColumn col, bool is_fixed)
{
	ereport(ERROR,
			(errcode(ERRCODE_SV_PROTECTED),
			 is_fixed ?
			 errmsg("column \"%s\" is fixed when a ticket is opened", as_ticket_column[col]) :
			 errmsg("column \"%s\" is written by triggers only", as_ticket_column[col]),
			 errdetail_internal("%s column=%s", as_refusal_line(j, NULL, NULL), as_ticket_column[col]),
			 is_fixed ?
			 errhint("Leave the column out or send its old value back.") :
			 errhint("Leave the column out or send its old value back; what happened, and when, is said with status, happened_at and note."),
			 errtablecol(j->rel, j->desk->attno[col])));
}

/*
 * keep_owned refuses a real change of a column that is not the writer's, and
 * puts the old value back where only a rounding came back.
 */
static void
keep_owned(Judgement *j, const TicketColumn *cols, int n, bool is_fixed)
{
	int			c;

	for (c = 0; c < n; c++)
	{
		int			i = j->desk->attno[cols[c]] - 1;

		if (!as_column_changed(j->desk, j->old, j->new, i))
			continue;
		if (TupleDescAttr(j->desk->tupdesc, i)->atttypid != TIMESTAMPTZOID ||
			j->old->nulls[i] || j->new->nulls[i] ||
			!as_same_time(DatumGetTimestampTz(j->old->values[i]),
					   DatumGetTimestampTz(j->new->values[i])))
			refuse_owned(j, cols[c], is_fixed);
		j->new->values[i] = j->old->values[i];
	}
}

/* ---------- opening ---------- */

static void
find_policy(Judgement *j, TimestampTz at)
{
	char	   *policy = as_row_text(j->desk, j->new, TC_POLICY);
	char	   *ticket_type = as_row_text(j->desk, j->new, TC_TICKET_TYPE);
	bool		ambiguous = false;

	require_value(j, TC_TICKET_TYPE);
	if (policy == NULL)
		j->pv = as_policy_of_type(j->st->cache, ticket_type, at, &ambiguous);
	else
		j->pv = as_policy_in_force(j->st->cache, policy, at);
	if (j->pv == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNKNOWN_VALUE),
				 policy != NULL ?
				 errmsg("no version of policy \"%s\" is in force at the opening", policy) :
				 ambiguous ?
				 errmsg("several policies have ticket type \"%s\"", ticket_type) :
				 errmsg("no policy in force has ticket type \"%s\"", ticket_type),
				 errdetail_internal("%s", as_refusal_line(j, NULL, NULL)),
				 errhint("Name the policy; install_policy() and activate_policy() put one in force."),
				 errtablecol(j->rel, j->desk->attno[TC_POLICY])));
	j->pt = as_policy_type(j->pv, ticket_type);
	if (j->pt == NULL)
	{
		TextList	types = {0, palloc(sizeof(char *) * Max(j->pv->ntypes, 1))};

		for (types.n = 0; types.n < j->pv->ntypes; types.n++)
			types.item[types.n] = j->pv->types[types.n].ticket_type;
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNKNOWN_VALUE),
				 errmsg("\"%s\" is no ticket_type of policy \"%s\"", ticket_type, j->pv->policy),
				 errdetail_internal("%s column=ticket_type", as_refusal_line(j, NULL, NULL)),
				 errhint("Known are: %s.", as_text_join(&types, ", ")),
				 errtablecol(j->rel, j->desk->attno[TC_TICKET_TYPE])));
	}
	set_value(j, TC_POLICY, CStringGetTextDatum(j->pv->policy));
	set_value(j, TC_POLICY_VERSION, Int32GetDatum(j->pv->version));
}

/* When the ticket was opened, as far as the writer says; infinity if not. */
static bool
reported_opening(Judgement *j, TimestampTz *at)
{
	bool		has_happened = !TNULL(j->desk, j->new, TC_HAPPENED_AT);
	bool		has_opened = !TNULL(j->desk, j->new, TC_OPENED_AT);
	TimestampTz happened = has_happened ? DatumGetTimestampTz(TVAL(j->desk, j->new, TC_HAPPENED_AT)) : 0;
	TimestampTz opened = has_opened ? DatumGetTimestampTz(TVAL(j->desk, j->new, TC_OPENED_AT)) : 0;

	if (has_happened && has_opened && happened != opened)
		ereport(ERROR,
				(errcode(ERRCODE_SV_TIME_OUT_OF_ORDER),
				 errmsg("opened_at and happened_at differ"),
				 errdetail_internal("%s", as_refusal_line(j, NULL, NULL)),
				 errhint("At opening both mean when the customer reported it: give one of them."),
				 errtablecol(j->rel, j->desk->attno[TC_OPENED_AT])));
	*at = has_happened ? happened : opened;
	if ((has_happened || has_opened) && TIMESTAMP_NOT_FINITE(*at))
		ereport(ERROR,
				(errcode(ERRCODE_SV_TIME_OUT_OF_ORDER),
				 errmsg("a ticket cannot be opened at infinity"),
				 errdetail_internal("%s", as_refusal_line(j, NULL, NULL)),
				 errtablecol(j->rel, j->desk->attno[TC_OPENED_AT])));
	return has_happened || has_opened;
}

static void
judge_opening(Judgement *j)
{
	TimestampTz reported;
	TimestampTz at;
	bool		given;
	int			i;

	for (i = 0; i < lengthof(owned); i++)
		if (!TNULL(j->desk, j->new, owned[i]))
			refuse_owned(j, owned[i], false);
	if (TNULL(j->desk, j->new, TC_ATTRIBUTES))
		set_value(j, TC_ATTRIBUTES, DirectFunctionCall1(jsonb_in, CStringGetDatum("{}")));
	if (TNULL(j->desk, j->new, TC_ROW_VERSION))
		set_value(j, TC_ROW_VERSION, Int32GetDatum(1));

	j->to = as_row_text(j->desk, j->new, TC_STATUS);
	given = reported_opening(j, &reported);
	at = given ? Min(reported, j->st->now) : j->st->now;
	find_policy(j, at);
	as_fill_entitlement(j, at);
	as_judge_duplicate(j);
	if (j->to == NULL)
	{
		if (j->pt->default_state == STATE_NONE)
			require_value(j, TC_STATUS);
		j->to = j->pt->states[j->pt->default_state].state;
		set_value(j, TC_STATUS, CStringGetTextDatum(j->to));
	}
	j->at = as_moment(j, given, reported, j->st->now, DT_NOBEGIN, "opened");
	if (TNULL(j->desk, j->new, TC_TICKET_NO))
		set_value(j, TC_TICKET_NO, CStringGetTextDatum(psprintf(INT64_FORMAT, j->ticket_id)));
	as_check_values(j);
	as_judge_warranty(j);
	set_value(j, TC_OPENED_AT, TimestampTzGetDatum(j->at));
}

/* ---------- change ---------- */

static void
take_row_version(Judgement *j)
{
	int32		old = DatumGetInt32(TVAL(j->desk, j->old, TC_ROW_VERSION));
	int32		new = TNULL(j->desk, j->new, TC_ROW_VERSION) ? old :
		DatumGetInt32(TVAL(j->desk, j->new, TC_ROW_VERSION));

	if (new != old && new != old + 1)
		ereport(ERROR,
				(errcode(ERRCODE_SV_PROTECTED),
				 errmsg("ticket %lld has been changed since it was read",
						(long long) j->ticket_id),
				 errdetail("Its row_version is %d; %d was sent.\n%s column=row_version", old, new,
						   as_refusal_line(j, NULL, NULL)),
				 errhint("Read the ticket again and repeat the change."),
				 errtablecol(j->rel, j->desk->attno[TC_ROW_VERSION])));
	set_value(j, TC_ROW_VERSION, Int32GetDatum(old + 1));
}

/*
 * A note belongs to a change of status.  Without one it is refused rather
 * than lost, unless it only repeats the note that is there (a retry).
 */
static void
take_note(Judgement *j, bool moves)
{
	char	   *note = as_row_text(j->desk, j->new, TC_NOTE);
	char	   *old_note = as_row_text(j->desk, j->old, TC_STATUS_NOTE);

	if (moves)
	{
		TVAL(j->desk, j->new, TC_STATUS_NOTE) = TVAL(j->desk, j->new, TC_NOTE);
		TNULL(j->desk, j->new, TC_STATUS_NOTE) = TNULL(j->desk, j->new, TC_NOTE);
	}
	else if (note != NULL && (old_note == NULL || strcmp(note, old_note) != 0))
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNKNOWN_VALUE),
				 errmsg("a note needs a change of status to stand with"),
				 errdetail_internal("%s column=note", as_refusal_line(j, NULL, NULL)),
				 errhint("Insert an event with a note into ticket_event instead."),
				 errtablecol(j->rel, j->desk->attno[TC_NOTE])));
}

/*
 * What a column was at any time follows from its changes in order; so a late
 * change may not come before another one of the same column.
 */
static void
check_later_change(Judgement *j, const char *event, TimestampTz at, int i)
{
	Datum		values[3];
	bool		found = false;
	ListCell   *lc;

	foreach(lc, j->timed)
	{
		const EventRow *e = lfirst(lc);

		found = found || (e->occurred_at > at && strcmp(e->event, event) == 0);
	}
	values[0] = Int64GetDatum(j->ticket_id);
	values[1] = CStringGetTextDatum(event);
	values[2] = TimestampTzGetDatum(at);
	SPI_connect();
	if (found || as_run(j->desk, PLAN_LATER_CHANGE, values, NULL, NULL) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_SV_TIME_OUT_OF_ORDER),
				 errmsg("column \"%s\" has changed after the reported time",
						NameStr(TupleDescAttr(j->desk->tupdesc, i)->attname)),
				 errdetail_internal("%s event=%s", as_refusal_line(j, NULL, ""), event),
				 errhint("Report the change at the time of the later one, or after it."),
				 errtablecol(j->rel, i + 1)));
	SPI_finish();
}

/*
 * change_moment returns when a change happened.  Each event that the row
 * means has a say: the move, and every changed column whose event the policy
 * gives a backdate_limit.
 */
static TimestampTz
change_moment(Judgement *j, bool moves)
{
	TimestampTz event_at = DatumGetTimestampTz(TVAL(j->desk, j->old, TC_EVENT_AT));
	TimestampTz status_at = DatumGetTimestampTz(TVAL(j->desk, j->old, TC_STATUS_AT));
	TimestampTz opened_at = DatumGetTimestampTz(TVAL(j->desk, j->old, TC_OPENED_AT));
	TimestampTz result = Max(j->st->now, event_at);
	TimestampTz at = DatumGetTimestampTz(TVAL(j->desk, j->new, TC_HAPPENED_AT));
	int			i;

	if (TNULL(j->desk, j->new, TC_HAPPENED_AT) || j->st->is_touch)
		return result;
	if (moves)
		result = as_moment(j, true, at, event_at, status_at, psprintf("status:%s", j->to));
	for (i = 0; i < j->desk->tupdesc->natts; i++)
	{
		char	   *event;

		if (!j->desk->is_business[i] || !as_event_changed(j->desk, j->old, j->new, i))
			continue;
		event = psprintf("changed:%s", NameStr(TupleDescAttr(j->desk->tupdesc, i)->attname));
		result = as_moment(j, true, at, event_at, moves ? status_at : opened_at, event);
		if (result < event_at)
			check_later_change(j, event, result, i);
	}
	return result;
}

/*
 * Whether the statement gives a column a value.  One that only triggers write
 * may be sent back as it was read.
 */
static bool
is_set(const Judgement *j, int i)
{
	return (j->desk->is_business[i] || i == j->desk->attno[TC_STATUS] - 1) &&
		bms_is_member(i + 1 - FirstLowInvalidHeapAttributeNumber, j->set);
}

/*
 * settle_first carries out what time has done to the ticket before what the
 * row reports: the write is judged against the row as it is then.  Columns
 * that the writer leaves alone take its values.
 */
static void
settle_first(Judgement *j, RowNote *note)
{
	AsStatement *st = j->st;
	bool		given = !TNULL(j->desk, j->new, TC_HAPPENED_AT);
	TimestampTz at = st->now;
	MemoryContext old;
	TicketRow  *settled;
	int			i;

	note->settled = NULL;
	note->timed = note->levels = NIL;
	if (!j->pt->has_timed && st->touch_op == NULL)
		return;
	if (given)
		at = Min(at, DatumGetTimestampTz(TVAL(j->desk, j->new, TC_HAPPENED_AT)));
	if (st->is_touch)
		at = st->touch_at;
	old = CurrentMemoryContext;
	SPI_connect();
	MemoryContextSwitchTo(old);
	if (as_settle_row(st, j->pt, j->old, at, &settled, &note->timed, &note->levels))
	{
		EventRow   *last;

		/* seldom: again, in memory that lasts until it is recorded */
		MemoryContextSwitchTo(st->cxt);
		(void) as_settle_row(st, j->pt, j->old, at, &settled, &note->timed, &note->levels);
		last = llast(note->timed);
		note->settled = settled;
		as_pending_head_moved(j->desk, j->ticket_id, last->seq, last->hash);
		MemoryContextSwitchTo(old);
	}
	SPI_finish();
	if (note->settled == NULL)
		return;
	for (i = 0; i < j->desk->tupdesc->natts; i++)
	{
		if (!as_column_changed(j->desk, j->old, settled, i))
			continue;
		if (i == j->desk->attno[TC_ATTRIBUTES] - 1 && !j->new->nulls[i])
			j->new->values[i] = as_attributes_settled(j->old->values[i], settled->values[i],
													  j->new->values[i]);
		else if (!as_column_changed(j->desk, j->old, j->new, i) && !is_set(j, i))
		{
			j->new->values[i] = settled->values[i];
			j->new->nulls[i] = settled->nulls[i];
		}
	}
	j->old = settled;
	j->timed = note->timed;
}

static void
find_old_policy(Judgement *j)
{
	j->pt = as_type_of_row(j->st, j->old);
	if (j->pt == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNSOUND_POLICY),
				 errmsg("the policy that ticket %lld was opened under is not there",
						(long long) j->ticket_id),
				 errdetail_internal("%s", as_refusal_line(j, NULL, NULL)),
				 errhint("Restore version %d of policy \"%s\".",
						 DatumGetInt32(TVAL(j->desk, j->old, TC_POLICY_VERSION)),
						 as_row_text(j->desk, j->old, TC_POLICY)),
				 errtable(j->rel)));
	j->pv = j->pt->version;
}

static void
judge_change(Judgement *j, RowNote *note)
{
	bool		moves;

	j->from = as_row_text(j->desk, j->old, TC_STATUS);
	j->to = as_row_text(j->desk, j->new, TC_STATUS);
	find_old_policy(j);
	if (!TNULL(j->desk, j->old, TC_VOIDED_AT))
		ereport(ERROR,
				(errcode(ERRCODE_SV_TRANSITION_NOT_ALLOWED),
				 errmsg("ticket %lld is void", (long long) j->ticket_id),
				 errdetail_internal("%s", as_refusal_line(j, NULL, "")),
				 errhint("Open a new ticket."),
				 errtable(j->rel)));
	settle_first(j, note);
	j->from = as_row_text(j->desk, j->old, TC_STATUS);
	j->to = as_row_text(j->desk, j->new, TC_STATUS);
	require_value(j, TC_STATUS);
	require_value(j, TC_ATTRIBUTES);
	keep_owned(j, owned, lengthof(owned), false);
	keep_owned(j, fixed, lengthof(fixed), true);
	take_row_version(j);

	moves = strcmp(j->from, j->to) != 0;
	take_note(j, moves);
	as_check_entitlement(j);
	as_judge_warranty(j);
	j->at = change_moment(j, moves);
	as_check_values(j);
}

/* ---------- both ---------- */

/*
 * put_head fills in what only triggers write and leaves the row's note for
 * the AFTER trigger.
 */
static void
put_head(Judgement *j, RowNote *note)
{
	TimestampTz event_at = j->at;
	List	   *events;

	note->at = j->at;
	note->prev_seq = 0;
	note->is_timed = false;
	if (j->old != NULL)
	{
		TimestampTz old_at = DatumGetTimestampTz(TVAL(j->desk, j->old, TC_EVENT_AT));

		note->prev_seq = DatumGetInt32(TVAL(j->desk, j->old, TC_EVENT_SEQ));
		memcpy(note->prev_hash, VARDATA_ANY(DatumGetByteaPP(TVAL(j->desk, j->old, TC_EVENT_HASH))),
			   HASH_LEN);
		/* events of a statement that is still running come before */
		(void) as_pending_head(j->desk, j->ticket_id, &note->prev_seq, note->prev_hash);
		event_at = Max(event_at, old_at);
	}

	/* those of the first row are kept: mostly it is the only one */
	if (j->st->nnotes == 1)
	{
		MemoryContext cxt = MemoryContextSwitchTo(j->st->cxt);

		events = j->st->first_events = as_ticket_events(j->st, j->old, j->new, note, false);
		MemoryContextSwitchTo(cxt);
	}
	else
		events = as_ticket_events(j->st, j->old, j->new, note, false);
	if (events != NIL)
	{
		EventRow   *last = llast(events);

		set_value(j, TC_EVENT_SEQ, Int32GetDatum(last->seq));
		set_value(j, TC_EVENT_HASH, as_bytea(last->hash));
		set_value(j, TC_EVENT_AT, TimestampTzGetDatum(event_at));
		as_pending_head_moved(j->desk, j->ticket_id, last->seq, last->hash);
	}
	note->fingerprint = as_fingerprint(j->desk, j->new);
}

static TicketRow *
copy_row(const AsDesk *desk, TupleTableSlot *slot)
{
	int			natts = desk->tupdesc->natts;
	TicketRow  *row = palloc(sizeof(TicketRow));

	slot_getallattrs(slot);
	row->values = palloc(natts * sizeof(Datum));
	row->nulls = palloc(natts * sizeof(bool));
	memcpy(row->values, slot->tts_values, natts * sizeof(Datum));
	memcpy(row->nulls, slot->tts_isnull, natts * sizeof(bool));
	return row;
}

/*
 * Our own UPDATE moves the head of the chain: nothing else that another
 * trigger may have put into the row counts.
 */
static HeapTuple
only_head(const AsStatement *st, TriggerData *trigdata)
{
	TupleDesc	tupdesc = RelationGetDescr(trigdata->tg_relation);
	int			cols[3];
	Datum		values[3];
	bool		nulls[3];
	int			i;

	for (i = 0; i < 3; i++)
	{
		cols[i] = st->desk->attno[as_head_column[i]];
		values[i] = heap_getattr(trigdata->tg_newtuple, cols[i], tupdesc, &nulls[i]);
	}
	return heap_modify_tuple_by_cols(trigdata->tg_trigtuple, tupdesc, 3, cols, values, nulls);
}

/*
 * aftersales.ticket_judge()
 */
Datum
as_ticket_judge(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	bool		is_update;
	Judgement	j;
	AsStatement *st;
	RowNote    *note;
	RowNote		lost = {0};
	bool		moves;

	as_check_trigger(fcinfo, "ticket_judge", TRIGGER_EVENT_BEFORE, true);
	is_update = TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event);
	st = as_statement_find(RelationGetRelid(trigdata->tg_relation), trigdata->tg_event);
	if (st->internal)
		return PointerGetDatum(only_head(st, trigdata));

	memset(&j, 0, sizeof(j));
	j.st = st;
	j.desk = st->desk;
	j.rel = trigdata->tg_relation;
	j.new = copy_row(st->desk, is_update ? trigdata->tg_newslot : trigdata->tg_trigslot);
	if (is_update)
		j.old = as_row_from_slot(trigdata->tg_trigslot);
	if (is_update)
		j.set = trigdata->tg_updatedcols;
	j.ticket_id = DatumGetInt64(TVAL(j.desk, is_update ? j.old : j.new, TC_TICKET_ID));
	(void) as_actor(st);
	note = as_note_add(st, j.ticket_id);
	if (note == NULL)
	{
		lost.ticket_id = j.ticket_id;
		note = &lost;
	}
	note->settled = NULL;
	note->timed = note->levels = NIL;

	if (is_update)
		judge_change(&j, note);
	else
		judge_opening(&j);

	moves = j.from == NULL || strcmp(j.from, j.to) != 0;
	if (moves)
	{
		set_value(&j, TC_STATUS_AT, TimestampTzGetDatum(j.at));
		if (!is_update)
		{
			TVAL(j.desk, j.new, TC_STATUS_NOTE) = TVAL(j.desk, j.new, TC_NOTE);
			TNULL(j.desk, j.new, TC_STATUS_NOTE) = TNULL(j.desk, j.new, TC_NOTE);
		}
	}
	set_null(&j, TC_HAPPENED_AT);
	set_null(&j, TC_NOTE);
	set_value(&j, TC_CHANGED_AT, TimestampTzGetDatum(st->recorded_at));
	if (!is_update)
	{
		/* so that guards see a complete row */
		set_value(&j, TC_EVENT_AT, TimestampTzGetDatum(j.at));
		set_value(&j, TC_EVENT_SEQ, Int32GetDatum(0));
		set_value(&j, TC_EVENT_HASH, PointerGetDatum(cstring_to_text("")));
	}
	as_judge_move(&j);
	put_head(&j, note);

	return PointerGetDatum(heap_form_tuple(RelationGetDescr(trigdata->tg_relation),
										   j.new->values, j.new->nulls));
}
