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
#include "history.h"

PG_FUNCTION_INFO_V1(as_ticket_record);

typedef struct Recorder
{
	AsStatement *st;
	Relation	rel;
	EventWriter *events;
	ClockWork  *clocks;
} Recorder;

/* Whether clock conditions read the column that an event says has changed. */
static bool
is_condition_column(AsStatement *st, const PolicyType *pt, const char *event)
{
	bool		reads_status;
	int			attno = as_history_column(st->desk, event);

	return attno > 0 && bms_is_member(attno, as_expr_condition_columns(st, pt, &reads_status));
}

/* Moves the clocks of one ticket by its events. */
static void
record_clocks(Recorder *r, const TicketRow *old, const TicketRow *new, List *events,
			  const RowNote *note)
{
	AsStatement *st = r->st;
	const AsDesk *desk = st->desk;
	const PolicyType *pt = as_type_of_row(st, new);
	TicketWork	t = {0};
	TimestampTz latest = old == NULL ? DT_NOBEGIN : DatumGetTimestampTz(TVAL(desk, old, TC_EVENT_AT));
	ListCell   *lc;

	as_pending_clocks(st, note->ticket_id, note->prev_seq, r->clocks);
	t.ticket_id = note->ticket_id;
	t.pt = pt;
	t.is_new = old == NULL;
	t.from = old == NULL ? NULL : TextDatumGetCString(TVAL(desk, old, TC_STATUS));
	t.to = TextDatumGetCString(TVAL(desk, new, TC_STATUS));
	t.row = new;
	t.levels = note->levels;
	t.is_settled = old != NULL;
	as_responsible(desk, old == NULL ? new : old, &t.by);
	t.events = palloc0(sizeof(FoldEvent) * Max(list_length(events), 1));
	foreach(lc, events)
	{
		const EventRow *row = lfirst(lc);
		FoldEvent  *e = &t.events[t.nevents++];

		e->seq = e->base_seq = row->seq;
		e->at = row->occurred_at;
		e->event = row->event;
		e->to_state = row->to_state;
		e->is_timed = strcmp(row->origin, "rule") == 0;
		e->data = row->data;
		e->is_change = old != NULL && is_condition_column(st, pt, row->event);
		t.retarget = t.retarget || strcmp(e->event, "changed:calendar") == 0;
		t.needs_replay = t.needs_replay || e->is_change || t.retarget || row->has_corrects ||
			(e->at < latest && as_event_matters(pt, e));
		latest = Max(latest, e->at);
	}
	as_clock_add(r->clocks, &t);
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

	events = r->st->nnotes == 1 ? list_copy(r->st->first_events) :
		as_ticket_events(r->st, note->settled == NULL ? old : note->settled, new, note, true);
	if (note->timed != NIL)
		events = list_concat(list_copy(note->timed), events);
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
	as_check_tables(trigdata, true);
	st = as_statement_find(RelationGetRelid(trigdata->tg_relation), trigdata->tg_event);
	r.st = st;
	r.rel = trigdata->tg_relation;
	if (st->internal)
		walk_rows(&r, trigdata->tg_oldtable, trigdata->tg_newtable, check_only_head);
	else if (tuplestore_tuple_count(trigdata->tg_newtable) > 0)
	{
		SPI_connect();
		r.events = as_event_writer(st);
		r.clocks = as_clock_work(st, r.events);
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
