/*-------------------------------------------------------------------------
 *
 * audit.c
 *	  verify_audit(): does every ticket's chain of events hold?
 *
 * Reads with the caller's rights, in the order of the chains, through a
 * cursor; memory does not grow with the number of events.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "event.h"

PG_FUNCTION_INFO_V1(as_verify_audit);

#define FETCH_SIZE 1000

/* Columns of the query below, from 1. */
enum
{
	Q_TICKET_ID = 1, Q_HEAD_SEQ, Q_HEAD_HASH, Q_EVENT_ID, Q_SEQ, Q_EVENT, Q_OCCURRED_AT,
	Q_RECORDED_AT, Q_ACTOR, Q_FROM_STATE, Q_TO_STATE, Q_CORRECTS, Q_ORIGIN, Q_EXTERNAL_REF,
	Q_DIGEST, Q_HASH, Q_HAS_PRIVATE, Q_SALT, Q_NOTE, Q_DATA
};

typedef struct Audit
{
	ReturnSetInfo *rsinfo;
	bool		any;			/* a ticket is being walked */
	int64		ticket_id;
	int32		head_seq;
	uint8		head_hash[HASH_LEN];
	int32		seq;			/* of the last event seen */
	uint8		hash[HASH_LEN]; /* as stored */
} Audit;

static void
report(Audit *a, bool has_event, int32 seq, int64 event_id, const char *problem)
{
	Datum		values[4];
	bool		nulls[4] = {false, !has_event, !has_event, false};

	values[0] = Int64GetDatum(a->ticket_id);
	values[1] = Int32GetDatum(seq);
	values[2] = Int64GetDatum(event_id);
	values[3] = CStringGetTextDatum(problem);
	tuplestore_putvalues(a->rsinfo->setResult, a->rsinfo->setDesc, values, nulls);
}

/*
 * Reads a hash, digest or salt; returns false for NULL.  What has another
 * length than it must have is no hash of anything: all zeros.
 */
static bool
get_hash(HeapTuple tup, TupleDesc tupdesc, int col, uint8 *hash)
{
	bool		isnull;
	Datum		value = SPI_getbinval(tup, tupdesc, col, &isnull);
	bytea	   *bytes;

	memset(hash, 0, HASH_LEN);
	if (isnull)
		return false;
	bytes = DatumGetByteaPP(value);
	if (VARSIZE_ANY_EXHDR(bytes) == HASH_LEN)
		memcpy(hash, VARDATA_ANY(bytes), HASH_LEN);
	return true;
}

/* The end of a ticket: its row must point at its last event. */
static void
check_head(Audit *a)
{
	if (!a->any)
		return;
	if (a->seq != a->head_seq)
		report(a, false, 0, 0, "head: the ticket points at another event than its last");
	else if (memcmp(a->hash, a->head_hash, HASH_LEN) != 0)
		report(a, false, 0, 0, "head: the ticket's event_hash is not that of its last event");
}

static void
check_private(Audit *a, HeapTuple tup, TupleDesc tupdesc, EventRow *e, int64 event_id)
{
	bool		isnull;
	bool		has_row = DatumGetBool(SPI_getbinval(tup, tupdesc, Q_HAS_PRIVATE, &isnull));
	Datum		data;
	uint8		digest[HASH_LEN];
	uint8		salt[HASH_LEN];

	if (!e->has_private)
	{
		if (has_row)
			report(a, true, e->seq, event_id, "private: a row that the chain does not know");
		return;
	}
	if (!has_row)
	{
		report(a, true, e->seq, event_id, "private: the row is missing");
		return;
	}
	(void) get_hash(tup, tupdesc, Q_SALT, salt);
	data = SPI_getbinval(tup, tupdesc, Q_DATA, &isnull);
	as_private_digest(salt, SPI_getvalue(tup, tupdesc, Q_NOTE),
					  isnull ? NULL : DatumGetJsonbP(data), digest);
	if (memcmp(digest, e->digest, HASH_LEN) != 0)
		report(a, true, e->seq, event_id, "private: note or data were altered");
}

static void
check_event(Audit *a, HeapTuple tup, TupleDesc tupdesc)
{
	EventRow	e = {0};
	uint8		stored[HASH_LEN];
	bool		isnull;
	int64		event_id = DatumGetInt64(SPI_getbinval(tup, tupdesc, Q_EVENT_ID, &isnull));

	if (isnull)
	{
		/* a ticket without events */
		report(a, false, 0, 0, "gap: the ticket has no events");
		a->any = false;
		return;
	}
	e.ticket_id = a->ticket_id;
	e.seq = DatumGetInt32(SPI_getbinval(tup, tupdesc, Q_SEQ, &isnull));
	e.event = SPI_getvalue(tup, tupdesc, Q_EVENT);
	e.occurred_at = DatumGetTimestampTz(SPI_getbinval(tup, tupdesc, Q_OCCURRED_AT, &isnull));
	e.recorded_at = DatumGetTimestampTz(SPI_getbinval(tup, tupdesc, Q_RECORDED_AT, &isnull));
	e.actor = SPI_getvalue(tup, tupdesc, Q_ACTOR);
	e.from_state = SPI_getvalue(tup, tupdesc, Q_FROM_STATE);
	e.to_state = SPI_getvalue(tup, tupdesc, Q_TO_STATE);
	e.corrects = DatumGetInt32(SPI_getbinval(tup, tupdesc, Q_CORRECTS, &isnull));
	e.has_corrects = !isnull;
	e.origin = SPI_getvalue(tup, tupdesc, Q_ORIGIN);
	e.external_ref = SPI_getvalue(tup, tupdesc, Q_EXTERNAL_REF);
	e.has_private = get_hash(tup, tupdesc, Q_DIGEST, e.digest);
	(void) get_hash(tup, tupdesc, Q_HASH, stored);

	if (e.seq != a->seq + 1)
		report(a, true, e.seq, event_id, psprintf("gap: event %d is missing", a->seq + 1));
	else
	{
		as_event_hash(&e, a->seq == 0 ? NULL : a->hash);
		if (memcmp(e.hash, stored, HASH_LEN) != 0)
			report(a, true, e.seq, event_id, "hash: the event or the one before was altered");
	}
	check_private(a, tup, tupdesc, &e, event_id);
	a->seq = e.seq;
	memcpy(a->hash, stored, HASH_LEN);
}

static void
check_row(Audit *a, HeapTuple tup, TupleDesc tupdesc)
{
	bool		isnull;
	int64		ticket_id = DatumGetInt64(SPI_getbinval(tup, tupdesc, Q_TICKET_ID, &isnull));

	if (!a->any || ticket_id != a->ticket_id)
	{
		check_head(a);
		a->any = true;
		a->ticket_id = ticket_id;
		a->head_seq = DatumGetInt32(SPI_getbinval(tup, tupdesc, Q_HEAD_SEQ, &isnull));
		(void) get_hash(tup, tupdesc, Q_HEAD_HASH, a->head_hash);
		a->seq = 0;
	}
	check_event(a, tup, tupdesc);
}

static Portal
open_cursor(const char *schema, bool has_since, Datum since)
{
	Oid			types[1] = {TIMESTAMPTZOID};
	Datum		values[1];
	char		nulls[1];

	values[0] = since;
	nulls[0] = has_since ? ' ' : 'n';
	return SPI_cursor_open_with_args(NULL,
									 psprintf("SELECT t.ticket_id, t.event_seq, t.event_hash, e.event_id, e.seq,"
											  " e.event, e.occurred_at, e.recorded_at, e.actor, e.from_state,"
											  " e.to_state, e.corrects, e.origin, e.external_ref,"
											  " e.private_digest, e.hash, p.event_id IS NOT NULL,"
											  " p.salt, p.note, p.data"
											  " FROM %1$s.ticket t"
											  " LEFT JOIN %1$s.ticket_event e ON e.ticket_id" EQ "t.ticket_id"
											  " LEFT JOIN %1$s.event_private p ON p.event_id" EQ "e.event_id"
											  " WHERE $1 IS NULL OR t.changed_at" GE "$1"
											  " OR EXISTS (SELECT FROM %1$s.ticket_event x"
											  " WHERE x.ticket_id" EQ "t.ticket_id AND x.recorded_at" GE "$1)"
											  " ORDER BY t.ticket_id, e.seq", schema),
									 1, types, values, nulls, true, CURSOR_OPT_NO_SCROLL);
}

/*
 * aftersales.verify_audit(since, desk)
 */
Datum
as_verify_audit(PG_FUNCTION_ARGS)
{
	Oid			nspid = as_desk_resolve(fcinfo, 1);
	MemoryContext rowcxt;
	Audit		a = {0};
	Portal		portal;

	InitMaterializedSRF(fcinfo, 0);
	a.rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	SPI_connect();
	rowcxt = AllocSetContextCreate(CurrentMemoryContext, "aftersales audit", ALLOCSET_DEFAULT_SIZES);
	portal = open_cursor(quote_identifier(get_namespace_name(nspid)),
						 !PG_ARGISNULL(0), PG_ARGISNULL(0) ? (Datum) 0 : PG_GETARG_DATUM(0));
	for (;;)
	{
		int			i;
		int			nrows;

		SPI_cursor_fetch(portal, true, FETCH_SIZE);
		nrows = (int) SPI_processed;
		for (i = 0; i < nrows; i++)
		{
			MemoryContext old = MemoryContextSwitchTo(rowcxt);

			CHECK_FOR_INTERRUPTS();
			check_row(&a, SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
			MemoryContextSwitchTo(old);
			MemoryContextReset(rowcxt);
		}
		SPI_freetuptable(SPI_tuptable);
		if (nrows == 0)
			break;
	}
	check_head(&a);
	SPI_cursor_close(portal);
	SPI_finish();
	return (Datum) 0;
}
