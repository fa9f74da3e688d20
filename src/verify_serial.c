/*-------------------------------------------------------------------------
 *
 * verify_serial.c
 *	  The part of verify_ledger() that follows each serial number.
 *
 * The moves of a piece are read in the order of time.  Each must take it from
 * where the one before has left it, and its row of stock_serial must say
 * where the last one has.  At a virtual location its condition and its owner
 * may have changed: it breaks in the machine, it is bought at the supplier's.
 * Moves of one instant may have been recorded in any order of their move_id:
 * what is asked is whether there is an order in which they make one way, that
 * is, an Euler path from where the piece is, with the moves as edges.
 *
 * Pieces come through a cursor, one after the other; of a piece only the
 * moves of one instant are kept.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "utils/builtins.h"
#include "utils/memutils.h"

#include "verify_ledger.h"

/* Columns of the query below, from 1. */
enum
{
	Q_PART_NO = 1, Q_SERIAL_NO, Q_MOVE_ID, Q_HAPPENED_AT, Q_OWNER,
	Q_FROM_LOCATION, Q_FROM_CONDITION, Q_FROM_PHYSICAL, Q_TO_LOCATION, Q_TO_CONDITION, Q_TO_PHYSICAL,
	Q_IS_STORED, Q_LOCATION, Q_CONDITION, Q_STORED_OWNER, Q_LAST_AT, Q_MOVES
};

static const char *const serials =
"WITH asked AS MATERIALIZED (SELECT m.part_no, m.serial_no FROM %1$s.stock_move m"
" WHERE m.recorded_at >= $1 AND m.serial_no IS NOT NULL"
" UNION SELECT s.part_no, s.serial_no FROM %1$s.stock_serial s WHERE s.last_at >= $1),"
" place AS (SELECT l.location, k.physical FROM %1$s.stock_location l JOIN %1$s.location_kind k ON k.kind = l.kind),"
" move AS (SELECT m.*, coalesce(f.physical, true) AS from_physical, coalesce(t.physical, true) AS to_physical"
" FROM %1$s.stock_move m"
" LEFT JOIN place f ON f.location = m.from_location LEFT JOIN place t ON t.location = m.to_location"
" LEFT JOIN asked a ON a.part_no = m.part_no AND a.serial_no = m.serial_no"
" WHERE m.serial_no IS NOT NULL AND ($1 IS NULL OR a.part_no IS NOT NULL)),"
" stored AS (SELECT s.* FROM %1$s.stock_serial s"
" LEFT JOIN asked a ON a.part_no = s.part_no AND a.serial_no = s.serial_no"
" WHERE $1 IS NULL OR a.part_no IS NOT NULL)"
" SELECT part_no, serial_no, m.move_id, m.happened_at, m.owner,"
" m.from_location, m.from_condition, m.from_physical, m.to_location, m.to_condition, m.to_physical,"
" s.part_no IS NOT NULL, s.location, s.condition, s.owner, s.last_at, s.moves"
" FROM move m FULL JOIN stored s USING (part_no, serial_no)"
" ORDER BY part_no, serial_no, m.happened_at, m.move_id";

/*
 * Where a piece is.  A spot is all of it that the next move must fit, as one
 * string: condition and owner only where parts are kept.
 */
typedef struct Whereabouts
{
	char	   *location;
	char	   *condition;
	char	   *owner;
	char	   *spot;			/* NULL: not known yet */
} Whereabouts;

typedef struct Step
{
	int64		move_id;
	Whereabouts from;
	Whereabouts to;
	bool		from_physical;
	bool		is_done;
} Step;

typedef struct Walk
{
	const LedgerCheck *check;
	MemoryContext piececxt;		/* of the piece at hand */
	MemoryContext instantcxt;	/* of its moves of one instant */
	char	   *part_no;		/* NULL: none is at hand */
	char	   *serial_no;
	Whereabouts now;			/* where the moves so far have left it */
	TimestampTz at;				/* of the moves kept, or the last ones */
	int32		moves;
	int			nsteps;
	int			maxsteps;
	Step	   *steps;
	bool		is_stored;		/* what stock_serial says */
	Whereabouts stored;
	TimestampTz stored_at;
	int32		stored_moves;
} Walk;

static void
report(const Walk *w, const char *problem)
{
	as_ledger_report(w->check, "serial", psprintf("%s|%s", w->part_no, w->serial_no), problem);
}

/* Reads columns of a row; the spot's texts are kept apart by a byte that is in no code. */
static Whereabouts
read_whereabouts(HeapTuple tuple, TupleDesc tupdesc, int location, int condition, int owner, bool physical)
{
	Whereabouts at;

	at.location = SPI_getvalue(tuple, tupdesc, location);
	at.condition = SPI_getvalue(tuple, tupdesc, condition);
	at.owner = SPI_getvalue(tuple, tupdesc, owner);
	at.spot = !physical ? pstrdup(at.location) :
		psprintf("%s\x01%s\x01%s", at.location, at.owner, at.condition);
	return at;
}

/* ---------- the moves of one instant ---------- */

/* Where they begin: a spot that is left once more than it is reached. */
static char *
find_beginning(const Walk *w)
{
	int			i;
	int			k;

	for (i = 0; i < w->nsteps; i++)
	{
		int			left = 0;

		for (k = 0; k < w->nsteps; k++)
			left += (strcmp(w->steps[k].from.spot, w->steps[i].from.spot) == 0) -
				(strcmp(w->steps[k].to.spot, w->steps[i].from.spot) == 0);
		if (left > 0)
			return w->steps[i].from.spot;
	}
	/* round in a circle, from outside */
	for (i = 0; i < w->nsteps; i++)
		if (!w->steps[i].from_physical)
			return w->steps[i].from.spot;
	return w->steps[0].from.spot;
}

static int
find_step(const Walk *w, const char *from)
{
	int			i;

	for (i = 0; i < w->nsteps; i++)
		if (!w->steps[i].is_done && strcmp(w->steps[i].from.spot, from) == 0)
			return i;
	return -1;
}

/* Goes on from a spot as far as moves lead; returns where that ends. */
static char *
follow(Walk *w, char *spot)
{
	int			i;

	while ((i = find_step(w, spot)) >= 0)
	{
		w->steps[i].is_done = true;
		spot = w->steps[i].to.spot;
	}
	return spot;
}

static void
report_step(const Walk *w, int i)
{
	report(w, psprintf("chain: move %lld takes it from where it was not", (long long) w->steps[i].move_id));
}

/*
 * What is left after that are circles, if it is one way.  Each that touches
 * it could have been gone on the way.  Returns where the piece is then.
 */
static char *
follow_circles(Walk *w, char *spot)
{
	int			i = 0;

	while (i < w->nsteps)
	{
		char	   *from = w->steps[i].from.spot;
		int			next = w->steps[i].is_done ? find_step(w, from) : -1;
		char	   *end;

		i++;
		if (next < 0)
			continue;
		end = follow(w, from);
		if (strcmp(end, from) != 0)
		{
			report_step(w, next);
			spot = end;
		}
		i = 0;
	}
	return spot;
}

/*
 * Keeps where the moves have led.  Where several have led there, in different
 * conditions, that of any of them will do.
 */
static void
arrive(Walk *w, const char *spot)
{
	MemoryContext old = MemoryContextSwitchTo(w->piececxt);
	const Whereabouts *to = NULL;
	int			i;

	for (i = 0; i < w->nsteps; i++)
		if (strcmp(w->steps[i].to.spot, spot) == 0 &&
			(to == NULL || (w->is_stored && strcmp(w->steps[i].to.condition, w->stored.condition) == 0)))
			to = &w->steps[i].to;
	Assert(to != NULL);
	w->now.location = pstrdup(to->location);
	w->now.condition = pstrdup(to->condition);
	w->now.owner = pstrdup(to->owner);
	w->now.spot = pstrdup(to->spot);
	MemoryContextSwitchTo(old);
}

/* Walks the moves that are kept, and forgets them. */
static void
walk_instant(Walk *w)
{
	char	   *spot = w->now.spot;
	int			i;

	if (w->nsteps == 0)
		return;
	if (spot == NULL)
	{
		spot = find_beginning(w);
		i = find_step(w, spot);
		if (w->steps[i].from_physical)
			report(w, psprintf("chain: move %lld takes it from where it never came to",
							   (long long) w->steps[i].move_id));
	}
	spot = follow_circles(w, follow(w, spot));
	for (i = 0; i < w->nsteps; i++)
	{
		if (w->steps[i].is_done)
			continue;
		report_step(w, i);
		spot = follow_circles(w, follow(w, w->steps[i].from.spot));
	}
	arrive(w, spot);
	w->nsteps = 0;
	w->maxsteps = 0;
	MemoryContextReset(w->instantcxt);
}

static void
keep_step(Walk *w, HeapTuple tuple, TupleDesc tupdesc)
{
	MemoryContext old = MemoryContextSwitchTo(w->instantcxt);
	Step	   *s;
	bool		to_physical;
	bool		isnull;

	if (w->nsteps == w->maxsteps)
	{
		w->maxsteps = w->maxsteps == 0 ? 4 : w->maxsteps * 2;
		w->steps = w->nsteps == 0 ? palloc(sizeof(Step) * w->maxsteps) :
			repalloc(w->steps, sizeof(Step) * w->maxsteps);
	}
	s = &w->steps[w->nsteps++];
	s->move_id = DatumGetInt64(SPI_getbinval(tuple, tupdesc, Q_MOVE_ID, &isnull));
	s->from_physical = DatumGetBool(SPI_getbinval(tuple, tupdesc, Q_FROM_PHYSICAL, &isnull));
	to_physical = DatumGetBool(SPI_getbinval(tuple, tupdesc, Q_TO_PHYSICAL, &isnull));
	s->from = read_whereabouts(tuple, tupdesc, Q_FROM_LOCATION, Q_FROM_CONDITION, Q_OWNER, s->from_physical);
	s->to = read_whereabouts(tuple, tupdesc, Q_TO_LOCATION, Q_TO_CONDITION, Q_OWNER, to_physical);
	s->is_done = false;
	MemoryContextSwitchTo(old);
}

/* ---------- pieces ---------- */

static void
compare(const Walk *w, const char *column, const char *stored, const char *told)
{
	if (strcmp(stored, told) != 0)
		report(w, psprintf("%s: %s, by the moves %s", column, stored, told));
}

/* The end of a piece: its row must say what its moves came to. */
static void
end_piece(Walk *w)
{
	if (w->part_no == NULL)
		return;
	walk_instant(w);
	if (!w->is_stored)
		report(w, "missing: there are moves of it");
	else if (w->moves == 0)
		report(w, "moves: there are none");
	else
	{
		compare(w, "location", w->stored.location, w->now.location);
		compare(w, "condition", w->stored.condition, w->now.condition);
		compare(w, "owner", w->stored.owner, w->now.owner);
		if (w->stored_at != w->at)
			report(w, "last_at: not the time of the last move");
		if (w->stored_moves != w->moves)
			report(w, psprintf("moves: %d, by the moves %d", w->stored_moves, w->moves));
	}
	w->part_no = NULL;
}

static void
begin_piece(Walk *w, const char *part_no, const char *serial_no, HeapTuple tuple, TupleDesc tupdesc)
{
	bool		isnull;

	MemoryContextReset(w->piececxt);
	w->part_no = MemoryContextStrdup(w->piececxt, part_no);
	w->serial_no = MemoryContextStrdup(w->piececxt, serial_no);
	w->now.spot = NULL;
	w->moves = 0;
	w->is_stored = DatumGetBool(SPI_getbinval(tuple, tupdesc, Q_IS_STORED, &isnull));
	if (w->is_stored)
	{
		MemoryContext old = MemoryContextSwitchTo(w->piececxt);

		w->stored = read_whereabouts(tuple, tupdesc, Q_LOCATION, Q_CONDITION, Q_STORED_OWNER, true);
		MemoryContextSwitchTo(old);
		w->stored_at = DatumGetTimestampTz(SPI_getbinval(tuple, tupdesc, Q_LAST_AT, &isnull));
		w->stored_moves = DatumGetInt32(SPI_getbinval(tuple, tupdesc, Q_MOVES, &isnull));
	}
}

static void
take_row(Walk *w, HeapTuple tuple, TupleDesc tupdesc)
{
	char	   *part_no = SPI_getvalue(tuple, tupdesc, Q_PART_NO);
	char	   *serial_no = SPI_getvalue(tuple, tupdesc, Q_SERIAL_NO);
	TimestampTz at;
	bool		isnull;

	if (w->part_no == NULL || strcmp(w->part_no, part_no) != 0 || strcmp(w->serial_no, serial_no) != 0)
	{
		end_piece(w);
		begin_piece(w, part_no, serial_no, tuple, tupdesc);
	}
	at = DatumGetTimestampTz(SPI_getbinval(tuple, tupdesc, Q_HAPPENED_AT, &isnull));
	if (isnull)
		return;					/* a row without moves */
	if (w->moves > 0 && at != w->at)
		walk_instant(w);
	w->at = at;
	w->moves++;
	keep_step(w, tuple, tupdesc);
}

/*
 * as_verify_serials reports what is wrong about serial numbers.  The caller
 * is connected to SPI.
 */
void
as_verify_serials(const LedgerCheck *check)
{
	Portal		portal = as_ledger_query(check, serials);
	MemoryContext rowcxt = AllocSetContextCreate(CurrentMemoryContext, "aftersales serial row", ALLOCSET_SMALL_SIZES);
	Walk		w = {.check = check};

	w.piececxt = AllocSetContextCreate(CurrentMemoryContext, "aftersales serial", ALLOCSET_SMALL_SIZES);
	w.instantcxt = AllocSetContextCreate(CurrentMemoryContext, "aftersales serial instant", ALLOCSET_SMALL_SIZES);
	while (as_ledger_fetch(portal))
	{
		uint64		i;

		for (i = 0; i < SPI_processed; i++)
		{
			MemoryContext old = MemoryContextSwitchTo(rowcxt);

			take_row(&w, SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
			MemoryContextSwitchTo(old);
			MemoryContextReset(rowcxt);
		}
		SPI_freetuptable(SPI_tuptable);
	}
	end_piece(&w);
}
