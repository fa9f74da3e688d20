/*-------------------------------------------------------------------------
 *
 * ticket_record.c
 *	  The AFTER STATEMENT trigger of a desk's ticket table: it reads the
 *	  transition tables and writes events and clocks.
 *
 * A row that differs from what ticket.c left is refused: another trigger has
 * altered it after it was judged.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"

#include "clock.h"
#include "duplicate.h"
#include "emit.h"
#include "event.h"
#include "expression.h"

PG_FUNCTION_INFO_V1(as_ticket_record);

typedef struct Recorder
{
	AsStatement *st;
	Relation	rel;
	EventWriter *events;
	ClockWriter *clocks;
} Recorder;

/* Whether a column that clock conditions read has changed. */
static bool
needs_rematch(AsStatement *st, const PolicyType *pt, const TicketRow *old, const TicketRow *new)
{
	bool		reads_status;
	Bitmapset  *columns = as_expr_condition_columns(st, pt, &reads_status);
	int			attno = -1;

	while ((attno = bms_next_member(columns, attno)) >= 0)
		if (as_column_changed(st->desk, old, new, attno - 1))
			return true;
	return false;
}

/* Moves the clocks of one ticket by its events. */
static void
record_clocks(Recorder *r, const TicketRow *old, const TicketRow *new, List *events,
			  const RowNote *note)
{
	AsStatement *st = r->st;
	const AsDesk *desk = st->desk;
	const PolicyType *pt = as_type_of_row(st, new);
	ClockStep	step = {0};
	bool		settled = false;
	ListCell   *lc;

	as_pending_clocks(st, note->ticket_id, note->prev_seq, r->clocks);
	as_expr_set_ticket(st, new);

	step.ticket_id = note->ticket_id;
	step.at = note->at;
	step.is_new = old == NULL;
	step.is_late = old != NULL && note->at < DatumGetTimestampTz(TVAL(desk, old, TC_EVENT_AT));
	step.from = old == NULL ? NULL : TextDatumGetCString(TVAL(desk, old, TC_STATUS));
	step.to = TextDatumGetCString(TVAL(desk, new, TC_STATUS));
	as_step_responsible(desk, old == NULL ? new : old, &step);
	if (old != NULL && events != NIL && pt->nrules > 0 && needs_rematch(st, pt, old, new))
	{
		as_clock_rematch(r->clocks, pt, &step, new);
		as_expr_set_ticket(st, new);
		settled = true;
	}
	foreach(lc, events)
	{
		EventRow   *e = lfirst(lc);

		step.seq = e->seq;
		step.event = e->event;
		step.actions = as_policy_actions(pt, e->event);
		if (step.actions != NULL)
		{
			as_clock_step(r->clocks, pt, &step);
			settled = true;
		}
		if (old == NULL)
		{
			step.actions = as_policy_actions(pt, psprintf("status:%s", e->to_state));
			if (step.actions != NULL)
				as_clock_step(r->clocks, pt, &step);
		}
	}
	if (!settled && old != NULL && pt->nrules > 0)
	{
		step.actions = NULL;
		as_clock_step(r->clocks, pt, &step);
	}
}

static void
refuse_altered(const Recorder *r, int64 ticket_id)
{
	ereport(ERROR,
			(errcode(ERRCODE_SV_PROTECTED),
			 errmsg("ticket %lld was altered after it was judged", (long long) ticket_id),
			 errdetail("Another BEFORE trigger on table \"%s\" changed the row after \"aftersales_judge\".\nticket=%lld",
					   RelationGetRelationName(r->rel), (long long) ticket_id),
			 errhint("Name the trigger so that it sorts before \"aftersales_\", and its changes are judged too."),
			 errtable(r->rel)));
}

static void
record_row(Recorder *r, const TicketRow *old, const TicketRow *new)
{
	const AsDesk *desk = r->st->desk;
	int64		ticket_id = DatumGetInt64(TVAL(desk, new, TC_TICKET_ID));
	RowNote    *note = as_note_find(r->st, ticket_id);
	List	   *events;
	ListCell   *lc;

	if (note == NULL || note->fingerprint != as_fingerprint(desk, new))
		refuse_altered(r, ticket_id);

	events = r->st->nnotes == 1 ? r->st->first_events :
		as_ticket_events(r->st, old, new, note, true);
	foreach(lc, events)
		as_event_write(r->events, lfirst(lc));
	record_clocks(r, old, new, events, note);
	as_shift_note(r->st, old, new);
	as_match_note(r->st, old, new);
}

/* In our own UPDATE nothing but the head of the chain may have moved. */
static void
check_only_head(Recorder *r, const TicketRow *old, const TicketRow *new)
{
	const AsDesk *desk = r->st->desk;
	int			i;

	for (i = 0; i < desk->tupdesc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desk->tupdesc, i);

		if (att->attisdropped || att->attgenerated != '\0' ||
			i + 1 == desk->attno[TC_EVENT_AT] || i + 1 == desk->attno[TC_EVENT_SEQ] ||
			i + 1 == desk->attno[TC_EVENT_HASH])
			continue;
		if (as_column_changed(desk, old, new, i))
			refuse_altered(r, DatumGetInt64(TVAL(desk, new, TC_TICKET_ID)));
	}
}

static bool
next_row(Tuplestorestate *rows, int ptr, TupleTableSlot *slot)
{
	tuplestore_select_read_pointer(rows, ptr);
	return tuplestore_gettupleslot(rows, true, false, slot);
}

/*
 * walk_rows walks the transition tables.  Both hold the rows in the same
 * order; that they fit is checked all the same.
 */
static void
walk_rows(Recorder *r, Tuplestorestate *old_rows, Tuplestorestate *new_rows,
		  void (*what) (Recorder *r, const TicketRow *old, const TicketRow *new))
{
	TupleDesc	tupdesc = RelationGetDescr(r->rel);
	TupleTableSlot *new_slot = MakeSingleTupleTableSlot(tupdesc, &TTSOpsMinimalTuple);
	TupleTableSlot *old_slot = MakeSingleTupleTableSlot(tupdesc, &TTSOpsMinimalTuple);
	int			new_ptr = tuplestore_alloc_read_pointer(new_rows, 0);
	int			old_ptr = old_rows == NULL ? 0 : tuplestore_alloc_read_pointer(old_rows, 0);
	const AsDesk *desk = r->st->desk;
	MemoryContext rowcxt = AllocSetContextCreate(CurrentMemoryContext, "aftersales row",
												 ALLOCSET_SMALL_SIZES);

	for (;;)
	{
		MemoryContext old;
		TicketRow  *old_row = NULL;
		TicketRow  *new_row;

		CHECK_FOR_INTERRUPTS();
		/* a spilled tuple is allocated here and freed by its slot: not in rowcxt */
		if (!next_row(new_rows, new_ptr, new_slot))
			break;
		if (old_rows != NULL && !next_row(old_rows, old_ptr, old_slot))
			elog(ERROR, "transition tables have different lengths");

		old = MemoryContextSwitchTo(rowcxt);
		new_row = as_row_from_slot(new_slot);
		if (old_rows != NULL)
		{
			old_row = as_row_from_slot(old_slot);
			if (TVAL(desk, old_row, TC_TICKET_ID) != TVAL(desk, new_row, TC_TICKET_ID))
				elog(ERROR, "transition tables have different orders");
		}
		what(r, old_row, new_row);
		MemoryContextSwitchTo(old);
		MemoryContextReset(rowcxt);
	}
	ExecDropSingleTupleTableSlot(new_slot);
	ExecDropSingleTupleTableSlot(old_slot);
	MemoryContextDelete(rowcxt);
}

/*
 * aftersales.ticket_record()
 */
Datum
as_ticket_record(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	AsStatement *st;
	Recorder	r;

	as_check_trigger(fcinfo, "ticket_record", TRIGGER_EVENT_AFTER, false);
	st = as_statement_find(RelationGetRelid(trigdata->tg_relation), trigdata->tg_event);
	r.st = st;
	r.rel = trigdata->tg_relation;
	if (st->internal)
		walk_rows(&r, trigdata->tg_oldtable, trigdata->tg_newtable, check_only_head);
	else if (tuplestore_tuple_count(trigdata->tg_newtable) > 0)
	{
		SPI_connect();
		r.events = as_event_writer(st);
		r.clocks = as_clock_writer(st);
		walk_rows(&r, trigdata->tg_oldtable, trigdata->tg_newtable, record_row);
		as_event_flush(r.events);
		as_clock_flush(r.clocks);
		as_match_flush(st);
		as_shift_done(st);
		SPI_finish();
	}
	as_statement_drop(st);
	return PointerGetDatum(NULL);
}
