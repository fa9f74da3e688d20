/*-------------------------------------------------------------------------
 *
 * desk_row.c
 *	  Rows of desk tables that mean events, between BEFORE ROW and AFTER
 *	  STATEMENT.
 *
 * BEFORE ROW judges a row and leaves what it means (RowMeaning) with the
 * statement; AFTER STATEMENT walks the rows that have really come into the
 * table and emits the events of those.  So a row that ON CONFLICT DO NOTHING
 * skips means nothing, and one that another trigger has altered is refused.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"

#include "app_event.h"
#include "emit.h"
#include "settle.h"

#define MAX_COLUMNS 16

/* What rows of a ticket mean that is not emitted yet. */
typedef struct Unsaid
{
	int64		ticket_id;		/* hash key */
	List	   *meanings;		/* RowMeaning *, in the order of the rows */
} Unsaid;

/* stands for the second row of an id, which cannot come into the table */
static RowMeaning lost;

/*
 * as_desk_row reads a row by the names of its columns.
 */
void
as_desk_row(DeskRow *r, Relation rel, TupleTableSlot *slot,
			const char *const *column, int ncolumns)
{
	TupleDesc	tupdesc = RelationGetDescr(rel);
	int		   *index = palloc(sizeof(int) * MAX_COLUMNS);
	int			i;
	int			c;

	Assert(ncolumns <= MAX_COLUMNS);
	slot_getallattrs(slot);
	r->rel = rel;
	r->column = column;
	r->index = index;
	r->row.values = palloc(tupdesc->natts * sizeof(Datum));
	r->row.nulls = palloc(tupdesc->natts * sizeof(bool));
	memcpy(r->row.values, slot->tts_values, tupdesc->natts * sizeof(Datum));
	memcpy(r->row.nulls, slot->tts_isnull, tupdesc->natts * sizeof(bool));
	for (c = 0; c < ncolumns; c++)
	{
		index[c] = -1;
		for (i = 0; i < tupdesc->natts && index[c] < 0; i++)
			if (!TupleDescAttr(tupdesc, i)->attisdropped &&
				strcmp(NameStr(TupleDescAttr(tupdesc, i)->attname), column[c]) == 0)
				index[c] = i;
		if (index[c] < 0)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("table \"%s\" has lost its column \"%s\"",
							RelationGetRelationName(rel), column[c])));
	}
}

void
as_desk_put(DeskRow *r, int col, Datum value)
{
	DVAL(r, col) = value;
	DNULL(r, col) = false;
}

char *
as_desk_text(const DeskRow *r, int col)
{
	return DNULL(r, col) ? NULL : TextDatumGetCString(DVAL(r, col));
}

HeapTuple
as_desk_tuple(const DeskRow *r)
{
	return heap_form_tuple(RelationGetDescr(r->rel), r->row.values, r->row.nulls);
}

/*
 * as_desk_refuse_owned refuses a value in a column that only triggers write.
 */
void
as_desk_refuse_owned(const Judgement *j, const DeskRow *r, int col, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_SV_PROTECTED),
			 errmsg("column \"%s\" is written by triggers only", r->column[col]),
			 errdetail_internal("ticket=" INT64_FORMAT " column=%s", j->ticket_id, r->column[col]),
			 errhint("%s", hint),
			 errtablecol(r->rel, r->index[col] + 1)));
}

/*
 * as_desk_ticket locks the ticket j->ticket_id that a row is about and finds
 * its policy.  constraint is the row's foreign key.
 */
TicketRow *
as_desk_ticket(Judgement *j, const DeskRow *r, const char *constraint)
{
	HeapTuple	tuple = as_lock_ticket(j->st, j->ticket_id, CurrentMemoryContext);
	TicketRow  *ticket;

	if (tuple == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("there is no ticket %lld on desk \"%s\"",
						(long long) j->ticket_id, j->desk->name),
				 errtableconstraint(r->rel, constraint)));
	ticket = as_deform(j->desk, tuple);
	j->from = j->to = TextDatumGetCString(TVAL(j->desk, ticket, TC_STATUS));
	as_find_ticket_policy(j, ticket);
	return ticket;
}

/*
 * as_desk_settled carries out what time has done, up to an instant, to a
 * ticket that as_desk_ticket has locked, and returns it as it is then.
 */
TicketRow *
as_desk_settled(Judgement *j, const DeskRow *r, const char *constraint, TicketRow *ticket,
				TimestampTz at)
{
	TicketRow  *settled;
	List	   *events;
	List	   *levels;
	bool		found;

	if (!j->pt->has_timed)
		return ticket;
	SPI_connect();
	found = as_settle_row(j->st, j->pt, ticket, at, &settled, &events, &levels);
	if (found)
		as_touch(j->st, list_make1(&j->ticket_id), at, NULL);
	SPI_finish();
	return found ? as_desk_ticket(j, r, constraint) : ticket;
}

/*
 * as_desk_look reads the ticket j->ticket_id as it is now, without a lock,
 * and finds its policy, which is fixed; NULL when there is no such ticket.
 */
TicketRow *
as_desk_look(Judgement *j)
{
	MemoryContext cxt = CurrentMemoryContext;
	Datum		value = Int64GetDatum(j->ticket_id);
	TicketRow  *ticket = NULL;
	HeapTupleData tuple;
	bool		isnull;

	SPI_connect();
	if (as_run_read(j->desk, PLAN_TICKET, &value) > 0)
	{
		as_whole_row(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull), &tuple);
		MemoryContextSwitchTo(cxt);
		ticket = as_deform(j->desk, heap_copytuple(&tuple));
	}
	SPI_finish();
	MemoryContextSwitchTo(cxt);
	if (ticket == NULL)
		return NULL;
	j->from = j->to = TextDatumGetCString(TVAL(j->desk, ticket, TC_STATUS));
	as_find_ticket_policy(j, ticket);
	return ticket;
}

/*
 * as_desk_is_repeated tells whether a row's external_ref is taken.  Such a
 * row is not judged: the unique index refuses it, or ON CONFLICT skips it, as
 * befits a retry, whatever has happened to the ticket since.
 */
bool
as_desk_is_repeated(const DeskRow *r, const AsDesk *desk, int col, PlanId plan)
{
	return !DNULL(r, col) && as_ref_is_taken(desk, plan, DVAL(r, col));
}

/*
 * as_ref_is_taken tells whether some row has an external_ref.
 */
bool
as_ref_is_taken(const AsDesk *desk, PlanId plan, Datum ref)
{
	bool		found;

	SPI_connect();
	found = as_run_read(desk, plan, &ref) > 0;
	SPI_finish();
	return found;
}

/*
 * as_meaning_add returns what the judged row means, to be filled in.  Of two
 * rows with one id only the first can come into the table.
 */
RowMeaning *
as_meaning_add(AsStatement *st, const DeskRow *r, int64 id)
{
	RowMeaning *m;
	bool		found;

	if (st->meanings == NULL)
	{
		HASHCTL		ctl;

		ctl.keysize = sizeof(int64);
		ctl.entrysize = sizeof(RowMeaning);
		ctl.hcxt = st->cxt;
		st->meanings = hash_create("aftersales row meanings", 16, &ctl,
								   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	m = hash_search(st->meanings, &id, HASH_ENTER, &found);
	if (found)
		m = &lost;
	memset((char *) m + sizeof(int64), 0, sizeof(RowMeaning) - sizeof(int64));
	m->fingerprint = as_row_fingerprint(RelationGetDescr(r->rel), &r->row);
	return m;
}

/* ---------- rows of one statement that are about one ticket ---------- */

/*
 * as_meaning_unsaid notes that a row's events are still to come, so that a
 * later row of the statement can have them emitted first.
 */
void
as_meaning_unsaid(AsStatement *st, RowMeaning *m)
{
	Unsaid	   *unsaid;
	MemoryContext cxt;
	bool		found;

	if (m == &lost || m->emission.event == NULL)
		return;
	if (st->unsaid == NULL)
	{
		HASHCTL		ctl;

		ctl.keysize = sizeof(int64);
		ctl.entrysize = sizeof(Unsaid);
		ctl.hcxt = st->cxt;
		st->unsaid = hash_create("aftersales unsaid meanings", 16, &ctl,
								 HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	unsaid = hash_search(st->unsaid, &m->emission.ticket_id, HASH_ENTER, &found);
	if (!found)
		unsaid->meanings = NIL;
	cxt = MemoryContextSwitchTo(st->cxt);
	unsaid->meanings = lappend(unsaid->meanings, m);
	MemoryContextSwitchTo(cxt);
}

/* The unsaid of a running statement; NULL when there is none. */
static Unsaid *
unsaid_of(AsStatement *st, const AsDesk *desk, int64 ticket_id)
{
	Unsaid	   *unsaid;

	if (st->internal || st->unsaid == NULL || st->desk->nspid != desk->nspid)
		return NULL;
	unsaid = hash_search(st->unsaid, &ticket_id, HASH_FIND, NULL);
	return unsaid == NULL || unsaid->meanings == NIL ? NULL : unsaid;
}

/*
 * as_has_unsaid tells whether statements that are still running have judged
 * rows of a ticket whose events are still to come.
 */
bool
as_has_unsaid(const AsDesk *desk, int64 ticket_id)
{
	AsStatement *st;

	for (st = as_statement_first(); st != NULL; st = st->next)
		if (unsaid_of(st, desk, ticket_id) != NULL)
			return true;
	return false;
}

static int64 add_emissions(Emission **emissions, int64 n, int64 *max, const RowMeaning *m);

/*
 * as_say_early emits them.  That the rows have really come into the table is
 * looked at when their statement ends.
 */
void
as_say_early(const AsDesk *desk, int64 ticket_id)
{
	AsStatement *st;

	for (st = as_statement_first(); st != NULL; st = st->next)
	{
		Unsaid	   *unsaid = unsaid_of(st, desk, ticket_id);
		int64		max = 16;
		int64		n = 0;
		Emission   *emissions;
		ListCell   *lc;

		if (unsaid == NULL)
			continue;
		SPI_connect();
		emissions = palloc(sizeof(Emission) * max);
		foreach(lc, unsaid->meanings)
		{
			RowMeaning *m = lfirst(lc);

			n = add_emissions(&emissions, n, &max, m);
			m->is_said = true;
			st->nearly++;
		}
		unsaid->meanings = NIL;
		as_emit(st, st->row_origin, n, emissions);
		SPI_finish();
	}
}

/* ---------- AFTER STATEMENT ---------- */

/* What a row in the table means; it must be as it was judged. */
static const RowMeaning *
meaning_of(AsStatement *st, Relation rel, TupleTableSlot *slot, AttrNumber id_attno)
{
	TicketRow  *row = as_row_from_slot(slot);
	int64		id = DatumGetInt64(row->values[id_attno - 1]);
	RowMeaning *m = st->meanings == NULL ? NULL :
		hash_search(st->meanings, &id, HASH_FIND, NULL);

	if (m == NULL || m->fingerprint != as_row_fingerprint(RelationGetDescr(rel), row))
		ereport(ERROR,
				(errcode(ERRCODE_SV_PROTECTED),
				 errmsg("a row of table \"%s\" was altered after it was judged",
						RelationGetRelationName(rel)),
				 errdetail("Another BEFORE trigger changed it after \"aftersales_judge\"."),
				 errhint("Name the trigger so that it sorts before \"aftersales_\", and its changes are judged too."),
				 errtable(rel)));
	return m;
}

/* Adds what a row means to the emissions; returns how many there are then. */
static int64
add_emissions(Emission **emissions, int64 n, int64 *max, const RowMeaning *m)
{
	ListCell   *lc;

	if (m->is_said)
		return n;
	if (n + 1 + list_length(m->more) > *max)
	{
		*max = *max * 2 + list_length(m->more);
		*emissions = repalloc_huge(*emissions, sizeof(Emission) * *max);
	}
	if (m->emission.event != NULL)
		(*emissions)[n++] = m->emission;
	foreach(lc, m->more)
		(*emissions)[n++] = *(Emission *) lfirst(lc);
	return n;
}

/* A row that others were judged by has not come into the table. */
static void
refuse_skipped(Relation rel)
{
	ereport(ERROR,
			(errcode(ERRCODE_SV_PROTECTED),
			 errmsg("a row of table \"%s\" was skipped after others had been judged by it",
					RelationGetRelationName(rel)),
			 errdetail("ON CONFLICT DO NOTHING, or another BEFORE trigger, has left it out."),
			 errhint("Write the rows of a ticket one by one, or give external_ref and retry by that."),
			 errtable(rel)));
}

/*
 * as_meanings_emit emits the events that the rows of the transition table
 * mean, then calls a function for each.
 */
void
as_meanings_emit(AsStatement *st, TriggerData *trigdata, const char *id_column,
				 const char *origin, void (*then) (AsStatement *st, const RowMeaning *m))
{
	Relation	rel = trigdata->tg_relation;
	AttrNumber	id_attno = SPI_fnumber(RelationGetDescr(rel), id_column);
	int64		n = tuplestore_tuple_count(trigdata->tg_newtable);
	TupleTableSlot *slot = MakeSingleTupleTableSlot(RelationGetDescr(rel), &TTSOpsMinimalTuple);
	const RowMeaning **meanings;
	Emission   *emissions;
	int64		max = n + 1;
	int64		nemissions = 0;
	int			nsaid = 0;
	int			i = 0;

	SPI_connect();
	meanings = palloc_extended(sizeof(RowMeaning *) * n, MCXT_ALLOC_HUGE);
	emissions = palloc_extended(sizeof(Emission) * max, MCXT_ALLOC_HUGE);
	tuplestore_select_read_pointer(trigdata->tg_newtable,
								   tuplestore_alloc_read_pointer(trigdata->tg_newtable, 0));
	while (tuplestore_gettupleslot(trigdata->tg_newtable, true, false, slot))
	{
		meanings[i] = meaning_of(st, rel, slot, id_attno);
		nemissions = add_emissions(&emissions, nemissions, &max, meanings[i]);
		nsaid += meanings[i]->is_said;
		i++;
	}
	if (nsaid < st->nearly)
		refuse_skipped(rel);
	as_emit(st, origin, nemissions, emissions);
	/* what then() writes may be judged by guards that ask */
	st->unsaid = NULL;
	for (i = 0; i < n && then != NULL; i++)
		then(st, meanings[i]);
	ExecDropSingleTupleTableSlot(slot);
	SPI_finish();
}
