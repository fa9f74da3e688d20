/*-------------------------------------------------------------------------
 *
 * shift.c
 *	  When the last ticket of a shift is finished, the event shift_done goes
 *	  onto all of them.
 *
 * A ticket type takes part when its policy declares the event shift_done;
 * allowed_in names the states that count as finished, besides those of kind
 * closed, whose tickets need the event no more.  as_shift_note notes,
 * row by row, shifts that a statement may have finished; as_shift_done looks,
 * at the end of the statement, once per shift and type.
 *
 * Two sessions that finish the last two tickets at once meet at the shift's
 * row.  Whoever gets it looks under a snapshot taken then, so exactly one of
 * them, the second, sees all tickets finished.  Only then are the other
 * tickets locked, in the order of their ids, and looked at again.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "emit.h"

#define SHIFT_DONE "shift_done"

typedef struct ShiftKey
{
	int64		shift_id;
	uint64		type;			/* hash of policy and ticket type */
} ShiftKey;

/* A shift that may be done for a ticket type. */
typedef struct ShiftNote
{
	ShiftKey	key;
	const PolicyType *pt;		/* of some version; its names count */
	TimestampTz at;				/* not done before */
} ShiftNote;

/* ---------- noting ---------- */

/* A closed ticket needs nothing more, whatever allowed_in says. */
static bool
is_finished(const PolicyType *pt, const char *status)
{
	const PolicyEvent *pe = as_policy_event(pt, SHIFT_DONE);
	int			state = as_policy_state(pt, status);

	return pe != NULL && (as_text_in(&pe->allowed_in, status) ||
						  (state != STATE_NONE && pt->states[state].kind == STATE_CLOSED));
}

static void
add_note(AsStatement *st, const PolicyType *pt, int64 shift_id, TimestampTz at)
{
	ShiftKey	key;
	ShiftNote  *note;
	bool		found;

	key.shift_id = shift_id;
	key.type = hash_combine64(hash_bytes_extended((const unsigned char *) pt->version->policy,
												  strlen(pt->version->policy), 0),
							  hash_bytes_extended((const unsigned char *) pt->ticket_type,
												  strlen(pt->ticket_type), 0));
	if (st->shifts == NULL)
	{
		HASHCTL		ctl;

		ctl.keysize = sizeof(ShiftKey);
		ctl.entrysize = sizeof(ShiftNote);
		ctl.hcxt = st->cxt;
		st->shifts = hash_create("aftersales shifts", 16, &ctl,
								 HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	note = hash_search(st->shifts, &key, HASH_ENTER, &found);
	if (!found)
	{
		note->pt = pt;
		note->at = DT_NOBEGIN;
	}
	note->at = Max(note->at, at);
}

/*
 * as_shift_note notes the shifts that a written row may have finished: that
 * of a ticket which has come into a finished state, or into the shift in one,
 * and that which an unfinished ticket has left.  old is NULL for an opening.
 */
void
as_shift_note(AsStatement *st, const TicketRow *old, const TicketRow *new)
{
	const AsDesk *desk = st->desk;
	bool		was_in = old != NULL && !TNULL(desk, old, TC_SHIFT_ID) &&
		TNULL(desk, old, TC_VOIDED_AT);
	bool		is_in = !TNULL(desk, new, TC_SHIFT_ID) && TNULL(desk, new, TC_VOIDED_AT);
	bool		stays = was_in && is_in && TVAL(desk, old, TC_SHIFT_ID) == TVAL(desk, new, TC_SHIFT_ID);
	const PolicyType *pt;
	const RowNote *note;
	TimestampTz at;
	bool		was_finished;

	if (!was_in && !is_in)
		return;
	pt = as_type_of_row(st, new);
	if (pt == NULL || as_policy_event(pt, SHIFT_DONE) == NULL)
		return;
	note = as_note_find(st, DatumGetInt64(TVAL(desk, new, TC_TICKET_ID)));
	at = note == NULL ? st->now : note->at;
	was_finished = was_in && is_finished(pt, as_row_text(desk, old, TC_STATUS));
	if (is_in && !(stays && was_finished) && is_finished(pt, as_row_text(desk, new, TC_STATUS)))
		add_note(st, pt, DatumGetInt64(TVAL(desk, new, TC_SHIFT_ID)),
				 stays || old == NULL ? DT_NOBEGIN : at);
	if (was_in && !stays && !was_finished)
		add_note(st, pt, DatumGetInt64(TVAL(desk, old, TC_SHIFT_ID)), at);
}

/* ---------- looking ---------- */

/*
 * Reads the tickets of a shift and type.  Returns how many, 0 unless all are
 * finished; the ids of those that get the event are added to a list.
 */
static int
finished_tickets(AsStatement *st, const ShiftNote *note, bool lock, ArrayBuildState *ids,
				 Emission *emissions, int max)
{
	Datum		values[3];
	int			nrows;
	int			n = 0;
	int			i;

	values[0] = Int64GetDatum(note->key.shift_id);
	values[1] = CStringGetTextDatum(note->pt->version->policy);
	values[2] = CStringGetTextDatum(note->pt->ticket_type);
	nrows = lock ? as_run(st->desk, PLAN_SHIFT_LOCK, values, NULL, NULL) :
		as_run_read(st->desk, PLAN_SHIFT_TICKETS, values);
	for (i = 0; i < nrows; i++)
	{
		HeapTuple	tup = SPI_tuptable->vals[i];
		TupleDesc	tupdesc = SPI_tuptable->tupdesc;
		bool		isnull;
		int			version = DatumGetInt32(SPI_getbinval(tup, tupdesc, 3, &isnull));
		const PolicyVersion *pv = as_policy_version(st->cache, note->pt->version->policy, version);
		const PolicyType *pt = pv == NULL ? NULL : as_policy_type(pv, note->pt->ticket_type);
		char	   *status = SPI_getvalue(tup, tupdesc, 2);
		int			state = pt == NULL ? STATE_NONE : as_policy_state(pt, status);

		if (pt == NULL || !is_finished(pt, status))
			return 0;
		as_accum(ids, SPI_getbinval(tup, tupdesc, 1, &isnull), false, INT8OID);
		if (state == STATE_NONE || pt->states[state].kind == STATE_CLOSED || n >= max)
			continue;
		emissions[n].ticket_id = DatumGetInt64(SPI_getbinval(tup, tupdesc, 1, &isnull));
		emissions[n].event = SHIFT_DONE;
		emissions[n++].data = NULL;
	}
	return lock ? n : nrows;
}

/* When the last of the tickets came into a finished state. */
static TimestampTz
finished_at(AsStatement *st, const ShiftNote *note, ArrayBuildState *ids)
{
	const PolicyType *pt = note->pt;
	ArrayBuildState *states = initArrayResult(TEXTOID, CurrentMemoryContext, false);
	Datum		values[2];
	Datum		at;
	bool		isnull;
	int			i;

	for (i = 0; i < pt->nstates; i++)
		if (is_finished(pt, pt->states[i].state))
			as_accum(states, CStringGetTextDatum(pt->states[i].state), false, TEXTOID);
	values[0] = as_array(ids);
	values[1] = as_array(states);
	(void) as_run_read(st->desk, PLAN_SHIFT_AT, values);
	at = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	return isnull ? note->at : Max(note->at, DatumGetTimestampTz(at));
}

static void
look_at_shift(AsStatement *st, const ShiftNote *note)
{
	Datum		shift = Int64GetDatum(note->key.shift_id);
	ArrayBuildState *ids = initArrayResult(INT8OID, CurrentMemoryContext, false);
	Emission   *emissions;
	TimestampTz at;
	int			max;
	int			n;
	int			i;

	if (as_run(st->desk, PLAN_SHIFT, &shift, NULL, NULL) == 0)
		return;
	max = finished_tickets(st, note, false, ids, NULL, 0);
	if (max == 0)
		return;
	/* whatever has come into the shift meanwhile is for its own writer */
	emissions = palloc(sizeof(Emission) * max);
	ids = initArrayResult(INT8OID, CurrentMemoryContext, false);
	n = finished_tickets(st, note, true, ids, emissions, max);
	if (n == 0)
		return;
	at = finished_at(st, note, ids);
	for (i = 0; i < n; i++)
		emissions[i].at = at;
	as_emit(st, ORIGIN_SHIFT, n, emissions);
}

static int
compare_notes(const void *a, const void *b)
{
	const ShiftNote *const *x = a;
	const ShiftNote *const *y = b;

	if ((*x)->key.shift_id != (*y)->key.shift_id)
		return (*x)->key.shift_id < (*y)->key.shift_id ? -1 : 1;
	return strcmp((*x)->pt->ticket_type, (*y)->pt->ticket_type);
}

/*
 * as_shift_done writes shift_done for the shifts that the statement has
 * finished.  The rows' own events are written; the caller is connected to SPI.
 */
void
as_shift_done(AsStatement *st)
{
	HASH_SEQ_STATUS seq;
	ShiftNote **notes;
	ShiftNote  *note;
	int			n = 0;
	int			i;

	if (st->shifts == NULL)
		return;
	notes = palloc(sizeof(ShiftNote *) * hash_get_num_entries(st->shifts));
	hash_seq_init(&seq, st->shifts);
	while ((note = hash_seq_search(&seq)) != NULL)
		notes[n++] = note;
	qsort(notes, n, sizeof(ShiftNote *), compare_notes);
	for (i = 0; i < n; i++)
		look_at_shift(st, notes[i]);
}
