/*-------------------------------------------------------------------------
 *
 * stock_time.c
 *	  Was a balance below zero at some instant?
 *
 * Rows are put into a balance's history one by one, in the order in which
 * they were written, each at its own time.  A tree over the instants holds of
 * every span the sum of its deltas and the lowest of its running sums, so a
 * row costs the logarithm of their number, and the root tells.  Moves of one
 * instant count together.
 *
 * All memory is the caller's context.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "stock.h"

typedef struct Timeline
{
	int64		ninstants;
	TimestampTz *instants;		/* in order, each once */
	int64		size;			/* leaves: a power of 2 */
	int64	   *sum;			/* nodes from 1; leaves from size */
	int64	   *low;
} Timeline;

static int
compare_instants(const void *a, const void *b)
{
	TimestampTz x = *(const TimestampTz *) a;
	TimestampTz y = *(const TimestampTz *) b;

	return x < y ? -1 : x > y;
}

static void
make_timeline(Timeline *t, const StockDelta *known, int64 nknown, const StockDelta *rows, int64 nrows)
{
	int64		n = 0;
	int64		i;

	t->instants = palloc_extended(sizeof(TimestampTz) * (nknown + nrows), MCXT_ALLOC_HUGE);
	for (i = 0; i < nknown; i++)
		t->instants[i] = known[i].at;
	for (i = 0; i < nrows; i++)
		t->instants[nknown + i] = rows[i].at;
	qsort(t->instants, nknown + nrows, sizeof(TimestampTz), compare_instants);
	for (i = 0; i < nknown + nrows; i++)
		if (n == 0 || t->instants[n - 1] != t->instants[i])
			t->instants[n++] = t->instants[i];
	t->ninstants = n;
	for (t->size = 1; t->size < n; t->size *= 2)
		;
	t->sum = palloc_extended(sizeof(int64) * 2 * t->size, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	t->low = palloc_extended(sizeof(int64) * 2 * t->size, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
}

static int64
leaf_of(const Timeline *t, TimestampTz at)
{
	TimestampTz *found = bsearch(&at, t->instants, t->ninstants, sizeof(TimestampTz), compare_instants);

	return t->size + (found - t->instants);
}

static void
add(Timeline *t, const StockDelta *d)
{
	int64		i = leaf_of(t, d->at);

	t->sum[i] += d->delta;
	t->low[i] = t->sum[i];
	for (i /= 2; i >= 1; i /= 2)
	{
		t->sum[i] = t->sum[2 * i] + t->sum[2 * i + 1];
		t->low[i] = Min(t->low[2 * i], t->sum[2 * i] + t->low[2 * i + 1]);
	}
}

/* The first instant at which the running sum is below a limit. */
static TimestampTz
first_below(const Timeline *t, int64 limit)
{
	int64		before = 0;
	int64		i = 1;

	while (i < t->size)
	{
		i *= 2;
		if (before + t->low[i] >= limit)
			before += t->sum[i++];
	}
	return t->instants[i - t->size];
}

/*
 * as_first_below_zero returns the first of the rows by which the balance gets
 * below zero at its own or a later instant, and that instant; -1 when none
 * does.  opening is the balance before all of known and rows; known is what
 * is recorded already.
 */
int64
as_first_below_zero(int64 opening, const StockDelta *known, int64 nknown, const StockDelta *rows, int64 nrows,
					TimestampTz *when)
{
	Timeline	t;
	int64		i;

	make_timeline(&t, known, nknown, rows, nrows);
	for (i = 0; i < nknown; i++)
		add(&t, &known[i]);
	for (i = 0; i < nrows; i++)
	{
		add(&t, &rows[i]);
		if (rows[i].delta < 0 && opening + t.low[1] < 0)
		{
			*when = first_below(&t, -opening);
			return i;
		}
	}
	return -1;
}
