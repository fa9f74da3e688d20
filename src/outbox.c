/*-------------------------------------------------------------------------
 *
 * outbox.c
 *	  The outbox: take_outbox(), done_outbox(), and waking who delivers.
 *
 * Messages are rows: durable, and taken under a lease, so that one whose
 * taker dies is delivered by another.  Delivery is at least once.  Both
 * functions run with the caller's rights on the desk's table outbox, where
 * level app may UPDATE the two columns that move; the table stays protected,
 * since only here is its trigger told that the write is our own.
 *
 * NOTIFY is only the wake-up.  It is queued when a transaction is about to
 * commit and not when the message is written: a transaction that has notified
 * could not be prepared any more, and so no two-phase commit could write
 * tickets.  A prepared one wakes nobody; who delivers looks now and then
 * anyway.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/async.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "outbox.h"

#define CHANNEL "aftersales"

#define IS_FREE "o.done_at IS NULL AND (o.leased_until IS NULL OR o.leased_until" LE "$1)"

#define COLUMNS \
	"o.message_id, o.topic, o.ticket_id, o.clock_id, o.level, o.recipient," \
	" o.at, o.created_at, o.leased_until, o.done_at"

PG_FUNCTION_INFO_V1(as_take_outbox);
PG_FUNCTION_INFO_V1(as_done_outbox);
PG_FUNCTION_INFO_V1(as_outbox_written);

/* Names of the desks to wake for at commit; in TopTransactionContext. */
static List *wakes = NIL;

/* ---------- waking ---------- */

static void
wake_callback(XactEvent event, void *arg)
{
	ListCell   *lc;

	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
			foreach(lc, wakes)
				Async_Notify(CHANNEL, lfirst(lc));
			wakes = NIL;
			break;
		case XACT_EVENT_PREPARE:
		case XACT_EVENT_ABORT:
			wakes = NIL;
			break;
		default:
			break;
	}
}

/*
 * Remembers to wake those who deliver a desk's messages.  When only a
 * subtransaction is rolled back they wake for nothing, which does no harm.
 */
static void
wake(const char *desk)
{
	static bool registered = false;
	MemoryContext old;
	ListCell   *lc;

	if (!registered)
	{
		RegisterXactCallback(wake_callback, NULL);
		registered = true;
	}
	foreach(lc, wakes)
		if (strcmp(lfirst(lc), desk) == 0)
			return;
	old = MemoryContextSwitchTo(TopTransactionContext);
	wakes = lappend(wakes, pstrdup(desk));
	MemoryContextSwitchTo(old);
}

/*
 * as_outbox_wake wakes those who deliver a desk's messages once this
 * transaction has committed.  The trigger below calls for it by itself.
 */
void
as_outbox_wake(const AsDesk *desk)
{
	wake(desk->name);
}

/*
 * aftersales.outbox_written()
 */
Datum
as_outbox_written(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;

	as_check_trigger(fcinfo, "outbox_written", TRIGGER_EVENT_AFTER, false);
	wake(get_namespace_name(RelationGetNamespace(trigdata->tg_relation)));
	return PointerGetDatum(NULL);
}

/* ---------- taking and ticking off ---------- */

/* Runs one of our statements on the outbox, with the caller's rights. */
static void
write_outbox(Oid nspid, const char *sql, int nargs, Oid *types, Datum *values, int expected)
{
	Oid			relid = get_relname_relid("outbox", nspid);

	if (!OidIsValid(relid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("desk \"%s\" has no table \"%s\"", get_namespace_name(nspid), "outbox")));
	as_arm(relid, 1);
	if (SPI_execute_with_args(sql, nargs, types, values, NULL, false, 0) != expected)
		elog(ERROR, "writing the outbox failed");
}

/* When a lease that begins now runs out. */
static TimestampTz
lease_end(FunctionCallInfo fcinfo, int argno, TimestampTz now)
{
	TimestampTz until = now;

	if (!PG_ARGISNULL(argno))
		until = DatumGetTimestampTz(DirectFunctionCall2(timestamptz_pl_interval,
														TimestampTzGetDatum(now),
														PG_GETARG_DATUM(argno)));
	if (until <= now || TIMESTAMP_NOT_FINITE(until))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a lease must end, and after it begins"),
				 errhint("Give the longest time that a delivery may take, for example '5 minutes'.")));
	return until;
}

/*
 * aftersales.take_outbox(topic, n, lease, desk)
 *
 * The rows are locked in an array subquery, which is run once; joined, they
 * might be found again and more than n be taken.
 */
Datum
as_take_outbox(PG_FUNCTION_ARGS)
{
	Oid			nspid = as_desk_resolve(fcinfo, 3);
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Oid			types[4] = {TIMESTAMPTZOID, TIMESTAMPTZOID, INT4OID, TEXTOID};
	Datum		values[4];
	TimestampTz now = as_now();
	bool		any_topic = PG_ARGISNULL(0);
	char	   *table;
	uint64		i;

	if (PG_ARGISNULL(1) || PG_GETARG_INT32(1) < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("how many messages to take must be 1 or more")));
	values[0] = TimestampTzGetDatum(now);
	values[1] = TimestampTzGetDatum(lease_end(fcinfo, 2, now));
	values[2] = PG_GETARG_DATUM(1);
	values[3] = any_topic ? (Datum) 0 : PG_GETARG_DATUM(0);
	table = quote_qualified_identifier(get_namespace_name(nspid), "outbox");

	InitMaterializedSRF(fcinfo, 0);
	SPI_connect();
	write_outbox(nspid,
				 psprintf("WITH taken AS (UPDATE %1$s o SET leased_until = $2"
						  " WHERE o.message_id" EQ "ANY (ARRAY(SELECT o.message_id FROM %1$s o"
						  " WHERE " IS_FREE "%2$s ORDER BY o.message_id LIMIT $3"
						  " FOR NO KEY UPDATE SKIP LOCKED)) RETURNING " COLUMNS ")"
						  " SELECT " COLUMNS " FROM taken o ORDER BY o.message_id",
						  table, any_topic ? "" : " AND o.topic" EQ "$4"),
				 any_topic ? 3 : 4, types, values, SPI_OK_SELECT);
	for (i = 0; i < SPI_processed; i++)
		tuplestore_puttuple(rsinfo->setResult, SPI_tuptable->vals[i]);
	SPI_finish();
	return (Datum) 0;
}

/*
 * aftersales.done_outbox(ids, desk)
 *
 * Locks in the order of ids, so that two who tick off the same messages do
 * not deadlock.  That the lease still holds is not asked: what was delivered
 * is done, whoever did it.
 */
Datum
as_done_outbox(PG_FUNCTION_ARGS)
{
	Oid			nspid = as_desk_resolve(fcinfo, 1);
	Oid			types[2] = {TIMESTAMPTZOID, INT8ARRAYOID};
	Datum		values[2];
	uint64		ndone;

	if (PG_ARGISNULL(0))
		PG_RETURN_INT32(0);
	values[0] = TimestampTzGetDatum(as_now());
	values[1] = PG_GETARG_DATUM(0);

	SPI_connect();
	write_outbox(nspid,
				 psprintf("UPDATE %1$s o SET done_at = $1"
						  " WHERE o.message_id" EQ "ANY (ARRAY(SELECT o.message_id FROM %1$s o"
						  " WHERE o.message_id" EQ "ANY ($2) AND o.done_at IS NULL"
						  " ORDER BY o.message_id FOR NO KEY UPDATE))",
						  quote_qualified_identifier(get_namespace_name(nspid), "outbox")),
				 2, types, values, SPI_OK_UPDATE);
	ndone = SPI_processed;
	SPI_finish();
	PG_RETURN_INT32((int32) ndone);
}
