/*-------------------------------------------------------------------------
 *
 * stock_serial.c
 *	  Serial numbers of the ledger: each piece is in one place.
 *
 * A statement's moves of a piece must form a chain that begins where the
 * piece is.  Known pieces are locked in the order of their keys, after the
 * balances; a piece that was never seen comes from a virtual location.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "stock.h"

typedef struct SerialKey
{
	const StockPart *part;
	const char *serial_no;
} SerialKey;

/* A piece: where the statement's moves take it from and where to. */
typedef struct Serial
{
	SerialKey	key;
	const StockLocation *from;
	StockCondition from_condition;
	TimestampTz first_at;
	const char *owner;			/* NULL: whoever it was before */
	const StockLocation *to;
	StockCondition to_condition;
	const char *to_owner;
	TimestampTz last_at;
	int32		moves;
	bool		is_known;
	char		status;			/* simplehash's */
} Serial;

#define SH_PREFIX serials
#define SH_ELEMENT_TYPE Serial
#define SH_KEY_TYPE SerialKey
#define SH_KEY key
#define SH_HASH_KEY(tb, k) \
	hash_combine(hash_bytes((const unsigned char *) &(k).part, sizeof(void *)), \
				 hash_bytes((const unsigned char *) (k).serial_no, strlen((k).serial_no)))
#define SH_EQUAL(tb, a, b) ((a).part == (b).part && strcmp((a).serial_no, (b).serial_no) == 0)
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

struct Serials
{
	AsStatement *st;
	serials_hash *hash;
};

/*
 * as_serials begins to follow the pieces that a statement moves.
 */
Serials *
as_serials(AsStatement *st)
{
	Serials    *s = MemoryContextAllocZero(st->cxt, sizeof(Serials));

	s->st = st;
	s->hash = serials_create(st->cxt, 4, NULL);
	return s;
}

pg_noreturn static void
refuse_place(const Serials *s, const SerialKey *key, const StockLocation *from, StockCondition condition)
{
	ereport(ERROR,
			(errcode(ERRCODE_SV_INSUFFICIENT_STOCK),
			 errmsg("serial number \"%s\" of part \"%s\" is not at \"%s\"", key->serial_no, key->part->part_no,
					from->location),
			 from->physical ?
			 errdetail("It is not there as %s, of that owner.\npart=%s serial_no=%s location=%s",
					   as_condition_name[condition], as_word(key->part->part_no), as_word(key->serial_no),
					   as_word(from->location)) :
			 errdetail("It is in another place, or of another owner.\npart=%s serial_no=%s location=%s",
					   as_word(key->part->part_no), as_word(key->serial_no), as_word(from->location)),
			 errhint("The table stock_serial says where each piece is, stock_move how it came there."),
			 err_generic_string(PG_DIAG_SCHEMA_NAME, s->st->desk->name),
			 err_generic_string(PG_DIAG_TABLE_NAME, "stock_serial"),
			 err_generic_string(PG_DIAG_CONSTRAINT_NAME, "stock_serial_pkey")));
}

static void
check_order(const Serials *s, const SerialKey *key, TimestampTz before, TimestampTz at)
{
	if (at >= before)
		return;
	if (as_is_self_timed(s->st, at))
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("serial number \"%s\" of part \"%s\" was moved while the move waited", key->serial_no,
						key->part->part_no),
				 errhint("Try again.")));
	as_stock_refuse(s->st, ERRCODE_SV_TIME_OUT_OF_ORDER, "happened_at", NULL,
					psprintf(_("serial number \"%s\" of part \"%s\" was moved later already"),
							 key->serial_no, key->part->part_no),
					psprintf(_("Its latest move was at %s."), timestamptz_to_str(before)),
					_("Record the moves of a piece in the order in which they happened; reverse what was wrong."));
}

/* What comes in from outside may have been bought, or lent to us, out there. */
static bool
brings_owner(const StockMove *m)
{
	return m->purpose->id == PURPOSE_RECEIPT && m->reversal_of == 0;
}

/*
 * as_serials_add adds a move of a piece.
 */
void
as_serials_add(Serials *s, const StockMove *m)
{
	SerialKey	key = {m->part, m->serial_no};
	const char *owner = NULL;
	Serial	   *e;
	bool		found;

	e = serials_lookup(s->hash, key);
	if (e == NULL || strcmp(e->to_owner, m->owner) != 0)
		owner = MemoryContextStrdup(s->st->cxt, m->owner);
	if (e == NULL)
	{
		key.serial_no = MemoryContextStrdup(s->st->cxt, m->serial_no);
		e = serials_insert(s->hash, key, &found);
		e->from = m->from;
		e->from_condition = m->from_condition;
		e->first_at = m->happened_at;
		e->owner = brings_owner(m) ? NULL : owner;
		e->moves = 0;
		e->is_known = false;
	}
	else
	{
		if (e->to != m->from || (m->from->physical && e->to_condition != m->from_condition) ||
			(owner != NULL && !brings_owner(m)))
			refuse_place(s, &e->key, m->from, m->from_condition);
		check_order(s, &e->key, e->last_at, m->happened_at);
	}
	e->to = m->to;
	e->to_condition = m->to_condition;
	if (owner != NULL)
		e->to_owner = owner;
	e->last_at = m->happened_at;
	e->moves++;
}

static int
compare_serials(const void *a, const void *b)
{
	const SerialKey *x = &(*(Serial *const *) a)->key;
	const SerialKey *y = &(*(Serial *const *) b)->key;
	int			c = strcmp(x->part->part_no, y->part->part_no);

	return c != 0 ? c : strcmp(x->serial_no, y->serial_no);
}

static Datum
column_value(int i, int col)
{
	bool		isnull;

	return SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, col, &isnull);
}

/*
 * What is known of a piece must be where its first move begins.  In a machine
 * it may have become defective, so its condition is looked at only where parts
 * are kept.
 */
static void
check_known(Serials *s, int i)
{
	SerialKey	key = {as_stock_part(s->st, TextDatumGetCString(column_value(i, 1))), TextDatumGetCString(column_value(i, 2))};
	Serial	   *e = serials_lookup(s->hash, key);

	if (strcmp(TextDatumGetCString(column_value(i, 3)), e->from->location) != 0 ||
		(e->from->physical &&
		 strcmp(TextDatumGetCString(column_value(i, 4)), as_condition_name[e->from_condition]) != 0) ||
		(e->owner != NULL && strcmp(TextDatumGetCString(column_value(i, 5)), e->owner) != 0))
		refuse_place(s, &e->key, e->from, e->from_condition);
	check_order(s, &e->key, DatumGetTimestampTz(column_value(i, 6)), e->first_at);
	e->is_known = true;
}

static void
lock_batch(Serials *s, Serial **serial, int n)
{
	ArrayBuildState *part_no = initArrayResult(TEXTOID, CurrentMemoryContext, false);
	ArrayBuildState *serial_no = initArrayResult(TEXTOID, CurrentMemoryContext, false);
	Datum		values[2];
	int			nknown;
	int			i;

	for (i = 0; i < n; i++)
	{
		as_accum(part_no, CStringGetTextDatum(serial[i]->key.part->part_no), false, TEXTOID);
		as_accum(serial_no, CStringGetTextDatum(serial[i]->key.serial_no), false, TEXTOID);
	}
	values[0] = as_array(part_no);
	values[1] = as_array(serial_no);
	nknown = as_run(s->st->desk, PLAN_SERIAL_LOCK, values, NULL, NULL);
	for (i = 0; i < nknown; i++)
		check_known(s, i);
	SPI_freetuptable(SPI_tuptable);
	for (i = 0; i < n; i++)
		if (!serial[i]->is_known && serial[i]->from->physical)
			refuse_place(s, &serial[i]->key, serial[i]->from, serial[i]->from_condition);
}

/* Writes those that were known, or those that were not. */
static void
write_batch(Serials *s, Serial **serial, int n, bool is_known)
{
	static const Oid types[7] = {TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID, INT4OID};
	ArrayBuildState *a[7];
	Datum		values[7];
	int			written = 0;
	int			i;
	int			c;

	for (c = 0; c < 7; c++)
		a[c] = initArrayResult(types[c], CurrentMemoryContext, false);
	for (i = 0; i < n; i++)
	{
		const Serial *e = serial[i];

		if (e->is_known != is_known)
			continue;
		values[0] = CStringGetTextDatum(e->key.part->part_no);
		values[1] = CStringGetTextDatum(e->key.serial_no);
		values[2] = CStringGetTextDatum(e->to->location);
		values[3] = CStringGetTextDatum(as_condition_name[e->to_condition]);
		values[4] = CStringGetTextDatum(e->to_owner);
		values[5] = TimestampTzGetDatum(e->last_at);
		values[6] = Int32GetDatum(e->moves);
		for (c = 0; c < 7; c++)
			as_accum(a[c], values[c], false, types[c]);
		written++;
	}
	if (written == 0)
		return;
	for (c = 0; c < 7; c++)
		values[c] = as_array(a[c]);
	if (as_run(s->st->desk, is_known ? PLAN_SERIAL_SET : PLAN_SERIAL_NEW, values, NULL, "stock_serial") != written)
		elog(ERROR, "writing serial numbers failed");
}

/*
 * as_serials_write locks the pieces, refuses those that are not where they
 * are taken from, and writes where they are now.  The caller is connected to
 * SPI.  Errors: SV005, or 40001 for a move of now that waited; SV006.
 */
void
as_serials_write(Serials *s)
{
	Serial	  **serial = MemoryContextAllocHuge(s->st->cxt, sizeof(Serial *) * Max(s->hash->members, 1));
	serials_iterator it;
	Serial	   *e;
	int			n = 0;
	int			first;

	serials_start_iterate(s->hash, &it);
	while ((e = serials_iterate(s->hash, &it)) != NULL)
		serial[n++] = e;
	qsort(serial, n, sizeof(Serial *), compare_serials);
	for (first = 0; first < n; first += WRITE_BATCH)
		lock_batch(s, &serial[first], Min(n - first, WRITE_BATCH));
	for (first = 0; first < n; first += WRITE_BATCH)
		write_batch(s, &serial[first], Min(n - first, WRITE_BATCH), true);
	for (first = 0; first < n; first += WRITE_BATCH)
		write_batch(s, &serial[first], Min(n - first, WRITE_BATCH), false);
}
