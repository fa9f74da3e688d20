/*-------------------------------------------------------------------------
 *
 * stock_part.c
 *	  What judging a move needs of parts and locations.
 *
 * They are looked up once and kept with the desk, as long as its cache lives;
 * a change of them invalidates it, a new one need not.  What this transaction
 * itself has written, and may yet take back, is kept with the statement only.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "access/transam.h"
#include "access/xact.h"
#include "common/hashfn.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "expression.h"
#include "stock.h"

PG_FUNCTION_INFO_V1(as_location_kind);

/* By name, whatever its length; the name is the value's own. */
typedef struct NameEntry
{
	const char *name;
	void	   *value;
	char		status;			/* simplehash's */
} NameEntry;

#define SH_PREFIX names
#define SH_ELEMENT_TYPE NameEntry
#define SH_KEY_TYPE const char *
#define SH_KEY name
#define SH_HASH_KEY(tb, key) hash_bytes((const unsigned char *) (key), strlen(key))
#define SH_EQUAL(tb, a, b) (strcmp(a, b) == 0)
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

struct StockNames
{
	MemoryContext cxt;
	names_hash *parts;
	names_hash *locations;
};

static struct StockNames *
make_names(MemoryContext cxt)
{
	struct StockNames *names = MemoryContextAlloc(cxt, sizeof(struct StockNames));

	names->cxt = cxt;
	names->parts = names_create(cxt, 16, NULL);
	names->locations = names_create(cxt, 16, NULL);
	return names;
}

/* Where to keep what was read: as long as it is known to be there. */
static struct StockNames *
keeper(AsStatement *st, TransactionId xmin)
{
	AsDesk	   *desk = st->desk;

	if (TransactionIdIsNormal(xmin) && TransactionIdIsCurrentTransactionId(xmin))
	{
		if (st->stock == NULL)
			st->stock = make_names(st->cxt);
		return st->stock;
	}
	if (desk->stock == NULL)
		desk->stock = make_names(desk->cxt);
	return desk->stock;
}

static void *
find(const struct StockNames *names, bool is_part, const char *name)
{
	NameEntry  *entry;

	if (names == NULL)
		return NULL;
	entry = names_lookup(is_part ? names->parts : names->locations, name);
	return entry == NULL ? NULL : entry->value;
}

static void
keep(struct StockNames *names, bool is_part, const char *name, void *value)
{
	bool		found;

	names_insert(is_part ? names->parts : names->locations, name, &found)->value = value;
}

/* A column of the row that was read, in the memory it is kept in. */
static char *
column_text(MemoryContext cxt, int col)
{
	char	   *value = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, col);

	return value == NULL ? NULL : MemoryContextStrdup(cxt, value);
}

static Datum
column_value(int col)
{
	bool		isnull;

	return SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, col, &isnull);
}

static ExchangeMode
exchange_mode(const char *name)
{
	return strcmp(name, "consumable") == 0 ? EXCHANGE_CONSUMABLE :
		strcmp(name, "loaner") == 0 ? EXCHANGE_LOANER : EXCHANGE_ONE_FOR_ONE;
}

static StockPart *
read_part(AsStatement *st, const char *part_no)
{
	struct StockNames *names = keeper(st, DatumGetTransactionId(column_value(7)));
	StockPart  *part = MemoryContextAllocZero(names->cxt, sizeof(StockPart));

	part->part_no = MemoryContextStrdup(names->cxt, part_no);
	part->exchange = exchange_mode(TextDatumGetCString(column_value(1)));
	part->is_serialised = DatumGetBool(column_value(2));
	part->decimals = DatumGetInt16(column_value(3));
	part->component = column_text(names->cxt, 4);
	part->has_grade = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 5) != NULL;
	part->grade = DatumGetInt16(column_value(5));
	part->is_active = DatumGetBool(column_value(6));
	keep(names, true, part->part_no, part);
	return part;
}

static StockLocation *
read_location(AsStatement *st, const char *location)
{
	TransactionId of_location = DatumGetTransactionId(column_value(6));
	TransactionId of_kind = DatumGetTransactionId(column_value(7));
	struct StockNames *names = keeper(st, TransactionIdIsNormal(of_kind) &&
									  TransactionIdIsCurrentTransactionId(of_kind) ? of_kind : of_location);
	StockLocation *l = MemoryContextAllocZero(names->cxt, sizeof(StockLocation));

	l->location = MemoryContextStrdup(names->cxt, location);
	l->kind = column_text(names->cxt, 1);
	l->physical = DatumGetBool(column_value(2));
	l->in_hands = DatumGetBool(column_value(3));
	l->policy = column_text(names->cxt, 4);
	l->is_active = DatumGetBool(column_value(5));
	keep(names, false, l->location, l);
	return l;
}

/*
 * as_stock_part returns a part of the statement's desk, NULL when there is
 * none.
 */
const StockPart *
as_stock_part(AsStatement *st, const char *part_no)
{
	StockPart  *part = find(st->desk->stock, true, part_no);
	Datum		value;

	if (part == NULL)
		part = find(st->stock, true, part_no);
	if (part != NULL)
		return part;
	value = CStringGetTextDatum(part_no);
	SPI_connect();
	if (as_run_read(st->desk, PLAN_STOCK_PART, &value) > 0)
		part = read_part(st, part_no);
	SPI_finish();
	return part;
}

/*
 * as_stock_location returns a location with what its kind says, NULL when
 * there is none.
 */
const StockLocation *
as_stock_location(AsStatement *st, const char *location)
{
	StockLocation *l = find(st->desk->stock, false, location);
	Datum		value;

	if (l == NULL)
		l = find(st->stock, false, location);
	if (l != NULL)
		return l;
	value = CStringGetTextDatum(location);
	SPI_connect();
	if (as_run_read(st->desk, PLAN_STOCK_LOCATION, &value) > 0)
		l = read_location(st, location);
	SPI_finish();
	return l;
}

/*
 * aftersales.location_kind(location)
 */
Datum
as_location_kind(PG_FUNCTION_ARGS)
{
	GuardTicket *hand = as_ticket_in_hand("location_kind");
	const StockLocation *l = as_stock_location(hand->st, text_to_cstring(PG_GETARG_TEXT_PP(0)));

	if (l == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(l->kind));
}
