/*-------------------------------------------------------------------------
 *
 * exchange_store.c
 *	  Reading and writing hand-outs.
 *
 * A row of part_exchange has the sums; which part and which serial number is
 * still out is told by its moves, of which one hand-out has few.  Moves of the
 * running statement are in the table before their turn comes, and some name
 * their hand-out already: those that are reversals, or whose writer said
 * which.  They must not count yet, so that many rows in one statement are
 * judged as if one by one.  as_exchange_expect() notes them, by ticket,
 * in the statement's memory; as_exchange_carried_on() ticks one off.
 *
 * All reads go under the latest snapshot, and by key: the ticket's row, or a
 * loan's balance, is locked.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "exchange.h"

static const char *const mode_name[] = {"one_for_one", "consumable", "loaner"};

/* in the order of what EXCHANGE_ROWS selects (plan_text.c) */
enum
{
	XC_EXCHANGE_ID = 1, XC_TICKET_ID, XC_PART_NO, XC_SERIAL_NO, XC_EXCHANGE, XC_LOCATION, XC_COUNT,
	XC_DEFECTIVE_PART_NO = XC_COUNT + EXCHANGE_COUNTS, XC_DEFECTIVE_SERIAL_NO,
	XC_ISSUED_AT, XC_REMOVED_AT, XC_BALANCED_AT, XC_LEFT, XC_OF_PART, XC_DEFECTIVE_LEFT
};

/* ---------- moves whose turn is to come ---------- */

typedef struct Expected
{
	int64		key;
	int			n;
	int			next;			/* those before it have been carried on */
	int			max;
	int64	   *ids;			/* in the order of the statement */
} Expected;

/*
 * A ticket, or a part that is lent without one.  What has the same key by
 * chance does no harm.
 */
static int64
expected_key(const StockMove *m)
{
	if (m->ticket_id != 0)
		return m->ticket_id;
	return (int64) hash_bytes_extended((const unsigned char *) m->part->part_no, strlen(m->part->part_no), 0);
}

/*
 * as_exchange_expect is told of every move for which as_exchange_find will be
 * called, in that order, before the first of these calls.
 */
void
as_exchange_expect(AsStatement *st, const StockMove *m)
{
	Expected   *e;
	int64		key;
	bool		found;

	if (m->exchange_id == 0 && m->reversal_of == 0)
		return;
	if (st->exchanges == NULL)
	{
		HASHCTL		ctl;

		ctl.keysize = sizeof(int64);
		ctl.entrysize = sizeof(Expected);
		ctl.hcxt = st->cxt;
		st->exchanges = hash_create("aftersales expected moves", 16, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	key = expected_key(m);
	e = hash_search(st->exchanges, &key, HASH_ENTER, &found);
	if (!found)
	{
		e->n = e->next = 0;
		e->max = 8;
		e->ids = MemoryContextAlloc(st->cxt, e->max * sizeof(int64));
	}
	else if (e->n == e->max)
		e->ids = repalloc_huge(e->ids, (e->max *= 2) * sizeof(int64));
	e->ids[e->n++] = m->move_id;
}

static Expected *
expected(AsStatement *st, const StockMove *m)
{
	int64		key;

	if (st->exchanges == NULL)
		return NULL;
	key = expected_key(m);
	return hash_search(st->exchanges, &key, HASH_FIND, NULL);
}

/*
 * as_exchange_carried_on says that a move counts from now on.
 */
void
as_exchange_carried_on(AsStatement *st, const StockMove *m)
{
	Expected   *e = expected(st, m);

	if (e != NULL && e->next < e->n && e->ids[e->next] == m->move_id)
		e->next++;
}

static Datum
expected_ids(AsStatement *st, const StockMove *m)
{
	Expected   *e = expected(st, m);
	ArrayBuildState *ids = initArrayResult(INT8OID, CurrentMemoryContext, false);
	int			i;

	for (i = e == NULL ? 0 : e->next; e != NULL && i < e->n; i++)
		as_accum(ids, Int64GetDatum(e->ids[i]), false, INT8OID);
	return as_array(ids);
}

/* ---------- reading ---------- */

static Datum
get_value(int row, int col, bool *isnull)
{
	return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, col, isnull);
}

/* NULL is 0 */
static int64
get_int64(int row, int col)
{
	bool		isnull;
	Datum		value = get_value(row, col, &isnull);

	return isnull ? 0 : DatumGetInt64(value);
}

static int64
get_quantity(int row, int col)
{
	bool		isnull;
	Datum		value = get_value(row, col, &isnull);

	return isnull ? 0 : as_quantity_of(value);
}

static char *
get_text(int row, int col)
{
	return SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, col);
}

static TimestampTz
get_time(int row, int col, bool *known)
{
	bool		isnull;
	Datum		value = get_value(row, col, &isnull);

	*known = !isnull;
	return isnull ? 0 : DatumGetTimestampTz(value);
}

static ExchangeMode
get_mode(int row)
{
	char	   *name = get_text(row, XC_EXCHANGE);
	int			i;

	for (i = 0; i < lengthof(mode_name); i++)
		if (strcmp(name, mode_name[i]) == 0)
			return i;
	elog(ERROR, "unknown kind of exchange \"%s\"", name);
	return 0;					/* keep compiler quiet */
}

static void
read_exchange(int row, Exchange *e)
{
	bool		known;
	int			i;

	memset(e, 0, sizeof(*e));
	e->exchange_id = get_int64(row, XC_EXCHANGE_ID);
	e->ticket_id = get_int64(row, XC_TICKET_ID);
	e->part_no = get_text(row, XC_PART_NO);
	e->serial_no = get_text(row, XC_SERIAL_NO);
	e->mode = get_mode(row);
	e->location = get_text(row, XC_LOCATION);
	for (i = 0; i < EXCHANGE_COUNTS; i++)
		e->count[i] = get_quantity(row, XC_COUNT + i);
	e->defective_part_no = get_text(row, XC_DEFECTIVE_PART_NO);
	e->defective_serial_no = get_text(row, XC_DEFECTIVE_SERIAL_NO);
	e->issued_at = get_time(row, XC_ISSUED_AT, &known);
	e->removed_at = get_time(row, XC_REMOVED_AT, &e->has_removed_at);
	e->balanced_at = get_time(row, XC_BALANCED_AT, &e->is_balanced);
	e->left = get_quantity(row, XC_LEFT);
	e->of_part = get_quantity(row, XC_OF_PART);
	e->defective_left = get_quantity(row, XC_DEFECTIVE_LEFT);
}

static Exchange *
load(AsStatement *st, const StockMove *m, PlanId plan, Datum key, int *n)
{
	MemoryContext cxt = CurrentMemoryContext;
	Datum		values[5];
	Exchange   *rows;
	int			i;

	values[0] = key;
	values[1] = CStringGetTextDatum(m->part->part_no);
	values[2] = CStringGetTextDatum(m->serial_no == NULL ? "" : m->serial_no);
	values[3] = BoolGetDatum(m->from_condition == CONDITION_GOOD);
	values[4] = expected_ids(st, m);
	SPI_connect();
	MemoryContextSwitchTo(cxt);
	*n = as_run_read(st->desk, plan, values);
	rows = palloc(Max(*n, 1) * sizeof(Exchange));
	for (i = 0; i < *n; i++)
		read_exchange(i, &rows[i]);
	SPI_finish();
	return rows;
}

/*
 * as_exchanges_of returns the hand-outs that a move might belong to, oldest
 * first: those of its ticket; without one, the open loans of its part that the
 * locks we hold are good for, by serial number or by who has it.
 */
Exchange *
as_exchanges_of(AsStatement *st, const StockMove *m, int *n)
{
	if (m->ticket_id != 0)
		return load(st, m, PLAN_EXCHANGES_TICKET, Int64GetDatum(m->ticket_id), n);
	if (m->serial_no != NULL)
		return load(st, m, PLAN_EXCHANGES_SERIAL, CStringGetTextDatum(m->serial_no), n);
	return load(st, m, PLAN_EXCHANGES_PLACE, CStringGetTextDatum(m->from->location), n);
}

/*
 * as_exchange_get returns the hand-out m->exchange_id, NULL when there is none.
 */
Exchange *
as_exchange_get(AsStatement *st, const StockMove *m)
{
	int			n;
	Exchange   *e = load(st, m, PLAN_EXCHANGE, Int64GetDatum(m->exchange_id), &n);

	return n == 0 ? NULL : e;
}

/*
 * as_exchange_reversed reads what a reversal takes back.
 */
void
as_exchange_reversed(AsStatement *st, const StockMove *m, ReversedMove *o)
{
	Datum		value = Int64GetDatum(m->reversal_of);
	Datum		other;
	bool		isnull;

	SPI_connect();
	if (as_run_read(st->desk, PLAN_EXCHANGE_REVERSED, &value) == 0)
		elog(ERROR, "move %lld is gone", (long long) m->reversal_of);
	o->exchange_id = get_int64(0, 1);
	other = get_value(0, 2, &isnull);
	o->is_defective = !isnull;
	o->is_other_model = !isnull && DatumGetBool(other);
	o->happened_at = get_time(0, 3, &isnull);
	SPI_finish();
}

/*
 * as_exchange_describe_anew says after a reversal what was handed out and taken
 * out last, and since when, by the moves that are left.
 */
void
as_exchange_describe_anew(AsStatement *st, Exchange *e, const StockMove *m)
{
	MemoryContext cxt = CurrentMemoryContext;
	Datum		values[3];
	TimestampTz first;
	bool		known;

	if (e->count[HANDED_OUT] == 0)
		e->location = NULL;
	values[0] = Int64GetDatum(e->exchange_id);
	values[1] = expected_ids(st, m);
	values[2] = BoolGetDatum(e->location != NULL);
	SPI_connect();
	MemoryContextSwitchTo(cxt);
	if (as_run_read(st->desk, PLAN_EXCHANGE_LAST, values) != 1)
		elog(ERROR, "reading the moves of a hand-out failed");
	e->defective_part_no = get_text(0, 3);
	e->defective_serial_no = get_text(0, 4);
	e->removed_at = get_time(0, 5, &e->has_removed_at);
	if (get_text(0, 1) != NULL)
	{
		e->part_no = get_text(0, 1);
		e->serial_no = get_text(0, 2);
	}
	else if (e->defective_part_no != NULL)
	{
		e->part_no = e->defective_part_no;
		e->serial_no = e->defective_serial_no;
	}
	first = get_time(0, 6, &known);
	if (known)
		e->issued_at = first;
	SPI_finish();
}

/*
 * as_parts_outstanding tells whether a hand-out of a ticket is open.
 */
bool
as_parts_outstanding(AsStatement *st, int64 ticket_id)
{
	Datum		value = Int64GetDatum(ticket_id);
	bool		found;

	SPI_connect();
	found = as_run_read(st->desk, PLAN_EXCHANGE_OPEN, &value) > 0;
	SPI_finish();
	return found;
}

/* ---------- writing ---------- */

/* Parameters of a write, NULL where the value is. */
typedef struct Params
{
	Datum		values[19];
	char		nulls[19];
	int			n;
} Params;

static void
add_param(Params *p, Datum value, bool isnull)
{
	Assert(p->n < lengthof(p->values));
	p->values[p->n] = isnull ? (Datum) 0 : value;
	p->nulls[p->n++] = isnull ? 'n' : ' ';
}

static void
add_text(Params *p, const char *s)
{
	add_param(p, s == NULL ? (Datum) 0 : CStringGetTextDatum(s), s == NULL);
}

/*
 * as_exchange_write writes a hand-out; one that begins gets its exchange_id.
 */
void
as_exchange_write(AsStatement *st, Exchange *e)
{
	bool		is_new = e->exchange_id == 0;
	Params		p = {.n = 0};
	int			i;

	add_param(&p, Int64GetDatum(e->exchange_id), false);
	add_param(&p, Int64GetDatum(e->ticket_id), e->ticket_id == 0);
	add_text(&p, e->part_no);
	add_text(&p, e->serial_no);
	add_text(&p, mode_name[e->mode]);
	add_text(&p, e->location);
	for (i = 0; i < EXCHANGE_COUNTS; i++)
		add_param(&p, as_quantity_datum(e->count[i]), false);
	add_text(&p, e->defective_part_no);
	add_text(&p, e->defective_serial_no);
	add_param(&p, TimestampTzGetDatum(e->issued_at), false);
	add_param(&p, TimestampTzGetDatum(e->removed_at), !e->has_removed_at);
	add_param(&p, TimestampTzGetDatum(e->balanced_at), !e->is_balanced);
	SPI_connect();
	/* one that our snapshot is too old to see is not written */
	if (as_run(st->desk, is_new ? PLAN_EXCHANGE_NEW : PLAN_EXCHANGE_SET, p.values, p.nulls, "part_exchange") != 1)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access due to concurrent update")));
	if (is_new)
		e->exchange_id = get_int64(0, 1);
	SPI_finish();
}

/*
 * as_exchange_of_move says in a move's row which hand-out it belongs to.
 */
void
as_exchange_of_move(AsStatement *st, const StockMove *m, bool is_defective)
{
	Datum		values[3];
	char		nulls[3] = {' ', ' ', is_defective ? ' ' : 'n'};

	values[0] = Int64GetDatum(m->move_id);
	values[1] = Int64GetDatum(m->exchange_id);
	values[2] = BoolGetDatum(m->is_other_model);
	SPI_connect();
	(void) as_run(st->desk, PLAN_EXCHANGE_MOVE, values, nulls, "stock_move");
	SPI_finish();
}
