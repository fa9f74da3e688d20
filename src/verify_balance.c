/*-------------------------------------------------------------------------
 *
 * verify_balance.c
 *	  The part of verify_ledger() that adds balances up.
 *
 * All moves are read once, in the order of time, and both their sides added
 * to the balance they belong to: so it is known what each balance was after
 * every instant, and what it is in the end.  Moves of one instant count
 * together.
 *
 * Moves come through a cursor; what is kept is one entry per balance.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "common/hashfn.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/numeric.h"

#include "stock.h"
#include "verify_ledger.h"

/* A balance by its moves. */
typedef struct Told
{
	const char *key;			/* location, part_no, condition, owner */
	int64		sum;
	int64		moves;
	TimestampTz at;				/* of the latest move so far */
	bool		is_below;		/* it was below zero, */
	int64		below;			/* for the first time so much, */
	TimestampTz below_at;		/* then */
	bool		is_stored;		/* there is a row of it */
	char		status;			/* simplehash's */
} Told;

#define SH_PREFIX told
#define SH_ELEMENT_TYPE Told
#define SH_KEY_TYPE const char *
#define SH_KEY key
#define SH_HASH_KEY(tb, k) hash_bytes((const unsigned char *) (k), strlen(k))
#define SH_EQUAL(tb, a, b) (strcmp(a, b) == 0)
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

typedef struct Adding
{
	const LedgerCheck *check;
	MemoryContext cxt;
	told_hash  *told;
	StringInfoData key;			/* the one at hand */
} Adding;

#define PLACE \
"(SELECT l.location FROM %1$s.stock_location l JOIN %1$s.location_kind k ON k.kind = l.kind AND k.physical)"

/* those asked about */
static const char *const asked_query =
"SELECT m.to_location, m.part_no, m.to_condition, m.owner FROM %1$s.stock_move m WHERE m.recorded_at >= $1"
" UNION SELECT m.from_location, m.part_no, m.from_condition, m.owner FROM %1$s.stock_move m WHERE m.recorded_at >= $1"
" UNION SELECT b.location, b.part_no, b.condition, b.owner FROM %1$s.stock_balance b WHERE b.last_at >= $1";

static const char *const move_query =
"SELECT m.to_location, m.part_no, m.to_condition, m.owner, m.from_location, m.from_condition,"
" t.location IS NOT NULL, f.location IS NOT NULL, (coalesce(nullif(m.quantity, 'NaN'), 0) * 1000)::bigint, m.happened_at"
" FROM %1$s.stock_move m"
" LEFT JOIN " PLACE " t ON t.location = m.to_location"
" LEFT JOIN " PLACE " f ON f.location = m.from_location"
" WHERE t.location IS NOT NULL OR f.location IS NOT NULL"
" ORDER BY m.happened_at";

/* last_at is the latest move's time, or that of a count frozen since */
static const char *const stored_query =
"SELECT b.location, b.part_no, b.condition, b.owner, b.quantity, b.last_at, p.location IS NOT NULL,"
" c.valid_at, c.any_at"
" FROM %1$s.stock_balance b"
" LEFT JOIN " PLACE " p ON p.location = b.location"
" LEFT JOIN (SELECT x.location, max(x.frozen_at) AS any_at,"
" max(x.frozen_at) FILTER (WHERE x.cancelled_at IS NULL) AS valid_at"
" FROM %1$s.stock_count x GROUP BY x.location) c ON c.location = b.location";

/* Puts columns of a row together to a key, kept apart by a byte that is in no code. */
static const char *
make_key(Adding *a, HeapTuple tuple, TupleDesc tupdesc, int location, int condition)
{
	int			cols[4] = {location, 2, condition, 4};
	int			i;

	resetStringInfo(&a->key);
	for (i = 0; i < 4; i++)
	{
		bool		isnull;
		text	   *t = DatumGetTextPP(SPI_getbinval(tuple, tupdesc, cols[i], &isnull));

		if (i > 0)
			appendStringInfoChar(&a->key, '\x01');
		appendBinaryStringInfo(&a->key, VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t));
	}
	return a->key.data;
}

static Told *
add_entry(Adding *a, const char *key)
{
	Told	   *e;
	bool		found;

	e = told_lookup(a->told, key);
	if (e != NULL)
		return e;
	e = told_insert(a->told, MemoryContextStrdup(a->cxt, key), &found);
	key = e->key;
	memset(e, 0, offsetof(Told, status));
	e->key = key;
	return e;
}

static void
report(const Adding *a, const char *key, const char *problem)
{
	char	   *shown = pstrdup(key);
	char	   *c;

	for (c = shown; *c != '\0'; c++)
		if (*c == '\x01')
			*c = '|';
	as_ledger_report(a->check, "balance", shown, problem);
}

/* ---------- adding up ---------- */

static void
end_instant(Told *e)
{
	if (e->moves == 0 || e->sum >= 0 || e->is_below)
		return;
	e->is_below = true;
	e->below = e->sum;
	e->below_at = e->at;
}

static void
add_side(Adding *a, const char *key, int64 quantity, TimestampTz at)
{
	Told	   *e = a->check->has_since ? told_lookup(a->told, key) : add_entry(a, key);

	if (e == NULL)
		return;					/* nobody asked */
	if (at != e->at)
		end_instant(e);
	e->at = at;
	e->sum += quantity;
	e->moves++;
}

static void
take_asked(Adding *a, HeapTuple tuple, TupleDesc tupdesc)
{
	(void) add_entry(a, make_key(a, tuple, tupdesc, 1, 3));
}

static void
take_move(Adding *a, HeapTuple tuple, TupleDesc tupdesc)
{
	bool		isnull;
	int64		quantity = DatumGetInt64(SPI_getbinval(tuple, tupdesc, 9, &isnull));
	TimestampTz at = DatumGetTimestampTz(SPI_getbinval(tuple, tupdesc, 10, &isnull));

	if (DatumGetBool(SPI_getbinval(tuple, tupdesc, 7, &isnull)))
		add_side(a, make_key(a, tuple, tupdesc, 1, 3), quantity, at);
	if (DatumGetBool(SPI_getbinval(tuple, tupdesc, 8, &isnull)))
		add_side(a, make_key(a, tuple, tupdesc, 5, 6), -quantity, at);
}

/* ---------- comparing ---------- */

static void
compare_quantity(const Adding *a, const Told *e, Datum stored)
{
	if (!DatumGetBool(DirectFunctionCall2(numeric_eq, stored, as_quantity_datum(e->sum))))
		report(a, e->key, psprintf("quantity: %s, by the moves %s",
								   DatumGetCString(DirectFunctionCall1(numeric_out,
																	   DirectFunctionCall1(numeric_trim_scale, stored))),
								   as_quantity_text(e->sum)));
}

/* The triggers look back no further than last_at. */
static void
compare_time(const Adding *a, const Told *e, HeapTuple tuple, TupleDesc tupdesc)
{
	bool		isnull;
	TimestampTz stored = DatumGetTimestampTz(SPI_getbinval(tuple, tupdesc, 6, &isnull));
	Datum		counted = SPI_getbinval(tuple, tupdesc, 8, &isnull);
	TimestampTz earliest = isnull ? e->at : Max(e->at, DatumGetTimestampTz(counted));
	TimestampTz latest;

	counted = SPI_getbinval(tuple, tupdesc, 9, &isnull);
	latest = isnull ? e->at : Max(e->at, DatumGetTimestampTz(counted));
	if (stored < earliest)
		report(a, e->key, "last_at: before the latest move or count");
	else if (stored > latest)
		report(a, e->key, "last_at: after the latest move and count");
}

static void
take_stored(Adding *a, HeapTuple tuple, TupleDesc tupdesc)
{
	const char *key = make_key(a, tuple, tupdesc, 1, 3);
	Told	   *e = told_lookup(a->told, key);
	bool		isnull;

	if (a->check->has_since && e == NULL)
		return;
	if (e != NULL)
		e->is_stored = true;
	if (!DatumGetBool(SPI_getbinval(tuple, tupdesc, 7, &isnull)))
		report(a, key, "location: not a physical one, it keeps no balance");
	else if (e == NULL || e->moves == 0)
		report(a, key, "moves: there are none");
	else
	{
		compare_quantity(a, e, SPI_getbinval(tuple, tupdesc, 5, &isnull));
		compare_time(a, e, tuple, tupdesc);
	}
}

static void
report_rest(Adding *a)
{
	told_iterator it;
	Told	   *e;

	told_start_iterate(a->told, &it);
	while ((e = told_iterate(a->told, &it)) != NULL)
	{
		end_instant(e);
		if (e->moves > 0 && !e->is_stored)
			report(a, e->key, psprintf("missing: %s by the moves", as_quantity_text(e->sum)));
		if (e->is_below)
			report(a, e->key, psprintf("below zero: %s at %s", as_quantity_text(e->below),
									   timestamptz_to_str(e->below_at)));
	}
}

static void
each_row(Adding *a, const char *query, void (*take) (Adding *a, HeapTuple tuple, TupleDesc tupdesc))
{
	Portal		portal = as_ledger_query(a->check, query);
	MemoryContext rowcxt = AllocSetContextCreate(a->cxt, "aftersales balance row", ALLOCSET_SMALL_SIZES);

	while (as_ledger_fetch(portal))
	{
		uint64		i;

		for (i = 0; i < SPI_processed; i++)
		{
			MemoryContext old = MemoryContextSwitchTo(rowcxt);

			take(a, SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
			MemoryContextSwitchTo(old);
			MemoryContextReset(rowcxt);
		}
		SPI_freetuptable(SPI_tuptable);
	}
	MemoryContextDelete(rowcxt);
}

/*
 * as_verify_balances reports what is wrong about balances.  The caller is
 * connected to SPI.
 */
void
as_verify_balances(const LedgerCheck *check)
{
	Adding		a = {.check = check};

	a.cxt = AllocSetContextCreate(CurrentMemoryContext, "aftersales balances", ALLOCSET_DEFAULT_SIZES);
	a.told = told_create(a.cxt, 1024, NULL);
	initStringInfo(&a.key);
	if (check->has_since)
		each_row(&a, asked_query, take_asked);
	each_row(&a, move_query, take_move);
	each_row(&a, stored_query, take_stored);
	report_rest(&a);
	MemoryContextDelete(a.cxt);
}
