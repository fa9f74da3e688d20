/*-------------------------------------------------------------------------
 *
 * contact.c
 *	  The triggers of a desk's contact table: a call, letter or visit that is
 *	  linked to a ticket becomes the events call_in, answered and hung_up, as
 *	  far as the ticket's policy declares them.
 *
 * Each time becomes an event once, as soon as it and the ticket are known;
 * from then on both are fixed.  All that one statement yields goes into one
 * INSERT, so that clocks are judged by it in the order of time.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "executor/executor.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"

#include "emit.h"

PG_FUNCTION_INFO_V1(as_contact_judge);
PG_FUNCTION_INFO_V1(as_contact_record);

enum
{
	CC_CONTACT_ID, CC_TICKET_ID, CC_STARTED_AT, CC_ANSWERED_AT, CC_ENDED_AT, CC_COUNT
};

static const char *const contact_column[CC_COUNT] = {
	"contact_id", "ticket_id", "started_at", "answered_at", "ended_at"
};

/* in the order in which they happen */
static const struct
{
	int			col;
	const char *event;
}			yield[] = {
	{CC_STARTED_AT, "call_in"},
	{CC_ANSWERED_AT, "answered"},
	{CC_ENDED_AT, "hung_up"}
};

/* ---------- BEFORE ROW ---------- */

static void
refuse_change(const Judgement *j, const DeskRow *r, int col)
{
	ereport(ERROR,
			(errcode(ERRCODE_SV_PROTECTED),
			 col == CC_TICKET_ID ?
			 errmsg("a contact stays with the ticket it was linked to") :
			 errmsg("column \"%s\" of a contact is an event of its ticket already", contact_column[col]),
			 errdetail_internal("%s column=%s", as_refusal_line(j, NULL, NULL), contact_column[col]),
			 col == CC_TICKET_ID ?
			 errhint("Record a further contact for the other ticket.") :
			 errhint("Leave the column out or send its old value back; aftersales.correct_event() puts an event right."),
			 errtablecol(r->rel, r->index[col] + 1)));
}

/* What the ticket's history holds may not change behind it. */
static void
keep_yielded(Judgement *j, const DeskRow *old, DeskRow *new)
{
	int			i;

	if (DNULL(new, CC_TICKET_ID) || DVAL(new, CC_TICKET_ID) != DVAL(old, CC_TICKET_ID))
		refuse_change(j, new, CC_TICKET_ID);
	for (i = 0; i < lengthof(yield); i++)
	{
		int			col = yield[i].col;

		if (DNULL(old, col) || as_policy_event(j->pt, yield[i].event) == NULL)
			continue;
		if (DNULL(new, col) ||
			!as_same_time(DatumGetTimestampTz(DVAL(old, col)), DatumGetTimestampTz(DVAL(new, col))))
			refuse_change(j, new, col);
		as_desk_put(new, col, DVAL(old, col));
	}
}

static void
refuse_delete(Relation rel, int64 ticket_id)
{
	ereport(ERROR,
			(errcode(ERRCODE_SV_PROTECTED),
			 errmsg("a contact that is linked to a ticket cannot be deleted"),
			 errdetail_internal("ticket=%lld", (long long) ticket_id),
			 errhint("Its times stand in the ticket's history."),
			 errtable(rel)));
}

/*
 * aftersales.contact_judge()
 */
Datum
as_contact_judge(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	Judgement	j;
	DeskRow		old;
	DeskRow		new;

	as_check_trigger(fcinfo, "contact_judge", TRIGGER_EVENT_BEFORE, true);
	memset(&j, 0, sizeof(j));
	j.rel = trigdata->tg_relation;
	as_desk_row(&old, j.rel, trigdata->tg_trigslot, contact_column, CC_COUNT);
	j.ticket_id = DatumGetInt64(DVAL(&old, CC_TICKET_ID));
	if (TRIGGER_FIRED_BY_DELETE(trigdata->tg_event))
	{
		if (!DNULL(&old, CC_TICKET_ID))
			refuse_delete(j.rel, j.ticket_id);
		return PointerGetDatum(trigdata->tg_trigtuple);
	}
	j.st = as_statement_find(RelationGetRelid(j.rel), trigdata->tg_event);
	j.desk = j.st->desk;
	as_desk_row(&new, j.rel, trigdata->tg_newslot, contact_column, CC_COUNT);
	if (DNULL(&old, CC_TICKET_ID) || as_desk_look(&j) == NULL)
		return PointerGetDatum(trigdata->tg_newtuple);
	keep_yielded(&j, &old, &new);
	return PointerGetDatum(as_desk_tuple(&new));
}

/* ---------- AFTER STATEMENT ---------- */

typedef struct Yielded
{
	int			n;
	int			max;
	Emission   *emissions;
} Yielded;

static void
add_emission(Yielded *y, const DeskRow *new, int i)
{
	Emission   *e;

	if (y->n == y->max)
	{
		y->max *= 2;
		y->emissions = repalloc_huge(y->emissions, sizeof(Emission) * y->max);
	}
	e = &y->emissions[y->n++];
	e->ticket_id = DatumGetInt64(DVAL(new, CC_TICKET_ID));
	e->event = yield[i].event;
	e->at = DatumGetTimestampTz(DVAL(new, yield[i].col));
	e->data = NULL;
}

/* old is NULL for an INSERT. */
static void
yield_events(AsStatement *st, Yielded *y, const DeskRow *old, const DeskRow *new)
{
	bool		was_linked = old != NULL && !DNULL(old, CC_TICKET_ID);
	Judgement	j;
	int			i;

	if (DNULL(new, CC_TICKET_ID))
		return;
	memset(&j, 0, sizeof(j));
	j.st = st;
	j.desk = st->desk;
	j.rel = new->rel;
	j.ticket_id = DatumGetInt64(DVAL(new, CC_TICKET_ID));
	if (as_desk_look(&j) == NULL)
		return;
	for (i = 0; i < lengthof(yield); i++)
		if (!DNULL(new, yield[i].col) && !(was_linked && !DNULL(old, yield[i].col)) &&
			as_policy_event(j.pt, yield[i].event) != NULL)
			add_emission(y, new, i);
}

static bool
next_row(Tuplestorestate *rows, int ptr, TupleTableSlot *slot)
{
	tuplestore_select_read_pointer(rows, ptr);
	return tuplestore_gettupleslot(rows, true, false, slot);
}

static void
walk_contacts(AsStatement *st, Yielded *y, TriggerData *trigdata)
{
	Relation	rel = trigdata->tg_relation;
	Tuplestorestate *olds = trigdata->tg_oldtable;
	Tuplestorestate *news = trigdata->tg_newtable;
	TupleTableSlot *old_slot = MakeSingleTupleTableSlot(RelationGetDescr(rel), &TTSOpsMinimalTuple);
	TupleTableSlot *new_slot = MakeSingleTupleTableSlot(RelationGetDescr(rel), &TTSOpsMinimalTuple);
	int			new_ptr = tuplestore_alloc_read_pointer(news, 0);
	int			old_ptr = olds == NULL ? 0 : tuplestore_alloc_read_pointer(olds, 0);
	DeskRow		old;
	DeskRow		new;

	while (next_row(news, new_ptr, new_slot))
	{
		MemoryContext cxt;

		if (olds != NULL && !next_row(olds, old_ptr, old_slot))
			elog(ERROR, "transition tables have different lengths");
		cxt = MemoryContextSwitchTo(st->rowcxt);
		as_desk_row(&new, rel, new_slot, contact_column, CC_COUNT);
		if (olds != NULL)
			as_desk_row(&old, rel, old_slot, contact_column, CC_COUNT);
		yield_events(st, y, olds == NULL ? NULL : &old, &new);
		MemoryContextSwitchTo(cxt);
		MemoryContextReset(st->rowcxt);
	}
	ExecDropSingleTupleTableSlot(old_slot);
	ExecDropSingleTupleTableSlot(new_slot);
}

/*
 * aftersales.contact_record()
 */
Datum
as_contact_record(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	AsStatement *st;
	Yielded		y = {0, 16, NULL};

	as_check_trigger(fcinfo, "contact_record", TRIGGER_EVENT_AFTER, false);
	as_check_tables(trigdata, true);
	st = as_statement_find(RelationGetRelid(trigdata->tg_relation), trigdata->tg_event);
	y.emissions = palloc(sizeof(Emission) * y.max);
	walk_contacts(st, &y, trigdata);
	SPI_connect();
	as_emit(st, ORIGIN_CONTACT, y.n, y.emissions);
	SPI_finish();
	as_statement_drop(st);
	return PointerGetDatum(NULL);
}
