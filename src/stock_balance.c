/*-------------------------------------------------------------------------
 *
 * stock_balance.c
 *	  Balances of the ledger: what a statement's moves come to, and whether
 *	  it is there.
 *
 * The moves of a statement are summed up by balance, and all balances written
 * by one upsert in the order of their keys: whoever comes second waits, and
 * nobody waits in a circle.  Virtual locations have none.
 *
 * Of a balance it is enough to know the sum of its moves and the lowest
 * running sum, as long as each move is not before the one before it.  Where
 * one is, its moves are read a second time and put into the balance's history
 * (stock_time.c).
 *
 * All of it lives in the statement's memory.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "common/int.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "stock.h"

/* Parts and locations are one object each, and so are owners, see intern(). */
typedef struct BalanceKey
{
	const StockLocation *location;
	const StockPart *part;
	const char *owner;
	uint64		condition;		/* no padding: the key is hashed as bytes */
} BalanceKey;

typedef struct Balance
{
	BalanceKey	key;
	int64		sum;			/* of the statement's moves */
	int64		low;			/* lowest running sum */
	TimestampTz first_at;
	TimestampTz last_at;
	bool		in_order;		/* no move is before the one before it */
	int64		after;			/* the balance with all of them */
	bool		is_new;			/* it never had any */
	bool		again;			/* read its moves once more */
	int64		nrows;
	int64		maxrows;
	StockDelta *rows;
	char		status;			/* simplehash's */
} Balance;

#define SH_PREFIX balances
#define SH_ELEMENT_TYPE Balance
#define SH_KEY_TYPE BalanceKey
#define SH_KEY key
#define SH_HASH_KEY(tb, k) hash_bytes((const unsigned char *) &(k), sizeof(BalanceKey))
#define SH_EQUAL(tb, a, b) (memcmp(&(a), &(b), sizeof(BalanceKey)) == 0)
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

struct Balances
{
	AsStatement *st;
	balances_hash *hash;
	List	   *owners;			/* char *, each once */
	const StockLocation *looked_at; /* the location a count was looked for last, */
	TimestampTz frozen_at;		/* and what it froze; -infinity: none */
};

/*
 * as_balances begins to sum up a statement's moves.
 */
Balances *
as_balances(AsStatement *st)
{
	Balances   *b = MemoryContextAllocZero(st->cxt, sizeof(Balances));

	b->st = st;
	b->hash = balances_create(st->cxt, 4, NULL);
	return b;
}

static const char *
intern(Balances *b, const char *owner)
{
	MemoryContext old;
	ListCell   *lc;
	char	   *copy;

	foreach(lc, b->owners)
		if (strcmp(lfirst(lc), owner) == 0)
			return lfirst(lc);
	old = MemoryContextSwitchTo(b->st->cxt);
	copy = pstrdup(owner);
	b->owners = lappend(b->owners, copy);
	MemoryContextSwitchTo(old);
	return copy;
}

static BalanceKey
key_of(Balances *b, const StockMove *m, bool is_to)
{
	BalanceKey	key;

	key.location = is_to ? m->to : m->from;
	key.part = m->part;
	key.owner = intern(b, m->owner);
	key.condition = is_to ? m->to_condition : m->from_condition;
	return key;
}

static void
add_side(Balances *b, const StockMove *m, bool is_to)
{
	Balance    *e;
	bool		found;

	if (!(is_to ? m->to : m->from)->physical)
		return;
	e = balances_insert(b->hash, key_of(b, m, is_to), &found);
	if (!found)
	{
		memset((char *) e + sizeof(BalanceKey), 0, offsetof(Balance, status) - sizeof(BalanceKey));
		e->first_at = e->last_at = m->happened_at;
		e->in_order = true;
	}
	if (pg_add_s64_overflow(e->sum, is_to ? m->quantity : -m->quantity, &e->sum))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("quantity out of range")));
	e->low = Min(e->low, e->sum);
	e->in_order = e->in_order && m->happened_at >= e->last_at;
	e->first_at = Min(e->first_at, m->happened_at);
	e->last_at = Max(e->last_at, m->happened_at);
}

/*
 * as_balances_add adds a move.
 */
void
as_balances_add(Balances *b, const StockMove *m)
{
	add_side(b, m, false);
	add_side(b, m, true);
}

/* ---------- writing ---------- */

static int
compare_balances(const void *a, const void *b)
{
	const BalanceKey *x = &(*(Balance *const *) a)->key;
	const BalanceKey *y = &(*(Balance *const *) b)->key;
	int			c = strcmp(x->location->location, y->location->location);

	if (c == 0)
		c = strcmp(x->part->part_no, y->part->part_no);
	if (c == 0)
		c = strcmp(as_condition_name[x->condition], as_condition_name[y->condition]);
	return c != 0 ? c : strcmp(x->owner, y->owner);
}

pg_noreturn static void
refuse_below(const Balances *b, const Balance *e, int64 have, int64 short_of, TimestampTz when)
{
	const BalanceKey *k = &e->key;

	ereport(ERROR,
			(errcode(ERRCODE_SV_INSUFFICIENT_STOCK),
			 errmsg("not enough of part \"%s\" at \"%s\"", k->part->part_no, k->location->location),
			 when == DT_NOEND ?
			 errdetail("Before it there are %s, and the moves take %s more than that.\npart=%s location=%s condition=%s owner=%s",
					   as_quantity_text(have), as_quantity_text(short_of), as_word(k->part->part_no),
					   as_word(k->location->location), as_condition_name[k->condition], as_word(k->owner)) :
			 errdetail("There would have been less than none at %s.\npart=%s location=%s condition=%s owner=%s",
					   timestamptz_to_str(when), as_word(k->part->part_no),
					   as_word(k->location->location), as_condition_name[k->condition], as_word(k->owner)),
			 errhint("The table stock_balance says what is there, aftersales.stock_at() what was."),
			 err_generic_string(PG_DIAG_SCHEMA_NAME, b->st->desk->name),
			 err_generic_string(PG_DIAG_TABLE_NAME, "stock_balance"),
			 err_generic_string(PG_DIAG_CONSTRAINT_NAME, "stock_balance_pkey")));
}

/* It is enough, but came while the move waited, whose time is before that. */
pg_noreturn static void
refuse_waited(const Balances *b, const Balance *e)
{
	ereport(ERROR,
			(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			 errmsg("part \"%s\" came to \"%s\" while the move waited", e->key.part->part_no, e->key.location->location),
			 errhint("Try again."),
			 err_generic_string(PG_DIAG_SCHEMA_NAME, b->st->desk->name),
			 err_generic_string(PG_DIAG_TABLE_NAME, "stock_balance")));
}

/* A count has settled what was there before. */
static void
check_frozen(const Balances *b, const Balance *e, TimestampTz frozen_at)
{
	if (e->first_at >= frozen_at)
		return;
	if (as_is_self_timed(b->st, e->first_at))
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("location \"%s\" was counted while the move waited", e->key.location->location),
				 errhint("Try again.")));
	as_stock_refuse(b->st, ERRCODE_SV_TIME_OUT_OF_ORDER, "happened_at", NULL,
					psprintf(_("location \"%s\" has been counted since"), e->key.location->location),
					psprintf(_("The books were frozen at %s."), timestamptz_to_str(frozen_at)),
					_("What a count found wrong becomes right by posting it; give a time after it."));
}

/* Balances come in the order of locations, so each is looked for once. */
static void
look_for_count(Balances *b, const Balance *e)
{
	Datum		value;
	bool		isnull;

	if (b->looked_at != e->key.location)
	{
		value = CStringGetTextDatum(e->key.location->location);
		(void) as_run_read(b->st->desk, PLAN_FROZEN, &value);
		value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull);
		b->frozen_at = isnull ? DT_NOBEGIN : DatumGetTimestampTz(value);
		b->looked_at = e->key.location;
		SPI_freetuptable(SPI_tuptable);
	}
	check_frozen(b, e, b->frozen_at);
}

/* What the upsert gave back of a balance: is it enough, and is that all? */
static bool
judge_balance(const Balances *b, Balance *e, SPITupleTable *table, int i)
{
	bool		isnull;
	TimestampTz before_at = DatumGetTimestampTz(SPI_getbinval(table->vals[i], table->tupdesc, 2, &isnull));
	int64		before;

	e->after = as_quantity_of(SPI_getbinval(table->vals[i], table->tupdesc, 1, &isnull));
	before = e->after - e->sum;
	e->is_new = before_at == DT_NOBEGIN;
	e->again = !e->in_order || e->first_at < before_at;
	if (!e->again && before + e->low < 0)
		refuse_below(b, e, before, -(before + e->low), DT_NOEND);
	return e->again;
}

static void
put_values(Datum *values, const Balance *e)
{
	values[0] = CStringGetTextDatum(e->key.location->location);
	values[1] = CStringGetTextDatum(e->key.part->part_no);
	values[2] = CStringGetTextDatum(as_condition_name[e->key.condition]);
	values[3] = CStringGetTextDatum(e->key.owner);
	values[4] = as_quantity_datum(e->sum);
	values[5] = TimestampTzGetDatum(e->last_at);
}

static void
write_batch(const Balances *b, Balance **balance, int n)
{
	static const Oid types[6] = {TEXTOID, TEXTOID, TEXTOID, TEXTOID, NUMERICOID, TIMESTAMPTZOID};
	Datum		values[12];
	ArrayBuildState *a[6];
	int			i;
	int			c;

	if (n <= 2)
	{
		for (i = 0; i < n; i++)
			put_values(&values[6 * i], balance[i]);
		i = as_run_upsert(b->st->desk, n == 1 ? PLAN_BALANCE_ONE : PLAN_BALANCE_TWO, values, "stock_balance");
	}
	else
	{
		for (c = 0; c < 6; c++)
			a[c] = initArrayResult(types[c], CurrentMemoryContext, false);
		for (i = 0; i < n; i++)
		{
			put_values(values, balance[i]);
			for (c = 0; c < 6; c++)
				as_accum(a[c], values[c], false, types[c]);
		}
		for (c = 0; c < 6; c++)
			values[c] = as_array(a[c]);
		i = as_run_upsert(b->st->desk, PLAN_BALANCE_MANY, values, "stock_balance");
	}
	if (i != n)
		elog(ERROR, "writing balances failed");
}

/*
 * as_balances_write writes the balances and refuses what is not there.  True:
 * the moves must be given once more (as_balances_again, as_balances_check).
 * The caller is connected to SPI.  Errors: SV006, and 40001 or SV005 where a
 * count was frozen since.
 */
bool
as_balances_write(Balances *b)
{
	Balance   **balance = MemoryContextAllocHuge(b->st->cxt, sizeof(Balance *) * Max(b->hash->members, 1));
	balances_iterator it;
	Balance    *e;
	bool		again = false;
	int			n = 0;
	int			first;
	int			i;

	balances_start_iterate(b->hash, &it);
	while ((e = balances_iterate(b->hash, &it)) != NULL)
		balance[n++] = e;
	qsort(balance, n, sizeof(Balance *), compare_balances);
	for (first = 0; first < n; first += WRITE_BATCH)
	{
		int			batch = Min(n - first, WRITE_BATCH);
		SPITupleTable *table;

		write_batch(b, &balance[first], batch);
		table = SPI_tuptable;
		for (i = 0; i < batch; i++)
		{
			e = balance[first + i];
			again = judge_balance(b, e, table, i) || again;
			/* where nothing ever was, no count has left its time */
			if (!e->again && e->is_new)
				look_for_count(b, e);
		}
		SPI_freetuptable(table);
	}
	return again;
}

/* ---------- back-dated moves ---------- */

static void
again_side(Balances *b, const StockMove *m, bool is_to)
{
	MemoryContext old;
	Balance    *e;

	if (!(is_to ? m->to : m->from)->physical)
		return;
	e = balances_lookup(b->hash, key_of(b, m, is_to));
	if (!e->again)
		return;
	old = MemoryContextSwitchTo(b->st->cxt);
	if (e->rows == NULL)
		e->rows = palloc(sizeof(StockDelta) * (e->maxrows = 4));
	else if (e->nrows == e->maxrows)
		e->rows = repalloc_huge(e->rows, sizeof(StockDelta) * (e->maxrows *= 2));
	e->rows[e->nrows].at = m->happened_at;
	e->rows[e->nrows].delta = is_to ? m->quantity : -m->quantity;
	e->rows[e->nrows++].move_id = m->move_id;
	MemoryContextSwitchTo(old);
}

/*
 * as_balances_again takes a move once more, in the order of the rows.
 */
void
as_balances_again(Balances *b, const StockMove *m)
{
	again_side(b, m, false);
	again_side(b, m, true);
}

static int
compare_moves(const void *a, const void *b)
{
	int64		x = *(const int64 *) a;
	int64		y = *(const int64 *) b;

	return x < y ? -1 : x > y;
}

/* The ids of the statement's own moves, in order. */
static int64 *
own_moves(const Balance *e)
{
	int64	   *own = palloc_extended(sizeof(int64) * e->nrows, MCXT_ALLOC_HUGE);
	int64		i;

	for (i = 0; i < e->nrows; i++)
		own[i] = e->rows[i].move_id;
	qsort(own, e->nrows, sizeof(int64), compare_moves);
	return own;
}

/*
 * Reads what was recorded before the statement for times since its earliest
 * move.  Returns the balance before all of that.
 */
static int64
read_since(const Balances *b, const Balance *e, StockDelta **known, int64 *nknown)
{
	int64	   *own = own_moves(e);
	int64		opening = e->after - e->sum;
	Datum		values[5];
	int			n;
	int			i;

	values[0] = CStringGetTextDatum(e->key.location->location);
	values[1] = CStringGetTextDatum(e->key.part->part_no);
	values[2] = CStringGetTextDatum(as_condition_name[e->key.condition]);
	values[3] = CStringGetTextDatum(e->key.owner);
	values[4] = TimestampTzGetDatum(e->first_at);
	n = as_run_read(b->st->desk, PLAN_BALANCE_SINCE, values);
	*known = palloc_extended(sizeof(StockDelta) * n, MCXT_ALLOC_HUGE);
	*nknown = 0;
	for (i = 0; i < n; i++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[i];
		TupleDesc	tupdesc = SPI_tuptable->tupdesc;
		bool		is_count;
		bool		isnull;
		int64		move_id = DatumGetInt64(SPI_getbinval(tuple, tupdesc, 1, &is_count));
		Datum		at = SPI_getbinval(tuple, tupdesc, 2, &isnull);
		StockDelta *d;

		if (is_count)
		{
			if (!isnull)
				check_frozen(b, e, DatumGetTimestampTz(at));
			continue;
		}
		if (bsearch(&move_id, own, e->nrows, sizeof(int64), compare_moves) != NULL)
			continue;
		d = &(*known)[(*nknown)++];
		d->at = DatumGetTimestampTz(at);
		d->delta = as_quantity_of(SPI_getbinval(tuple, tupdesc, 3, &isnull));
		opening -= d->delta;
	}
	return opening;
}

/*
 * as_balances_check judges the balances whose moves were taken once more.
 * Errors: as as_balances_write, and 40001 for a move of now that waited until
 * there was enough.
 */
void
as_balances_check(Balances *b)
{
	balances_iterator it;
	Balance    *e;

	balances_start_iterate(b->hash, &it);
	while ((e = balances_iterate(b->hash, &it)) != NULL)
	{
		StockDelta *known;
		int64		nknown;
		int64		opening;
		TimestampTz when;

		if (!e->again)
			continue;
		opening = read_since(b, e, &known, &nknown);
		if (as_first_below_zero(opening, known, nknown, e->rows, e->nrows, &when) >= 0)
		{
			if (e->after >= 0 && as_is_self_timed(b->st, e->first_at))
				refuse_waited(b, e);
			refuse_below(b, e, 0, 0, when);
		}
		SPI_freetuptable(SPI_tuptable);
	}
}
