/*-------------------------------------------------------------------------
 *
 * worker.c
 *	  The process that sweeps the desks of one database, and ends.
 *
 * It sweeps chunk by chunk, a transaction each, as the desk's owner: what the
 * owner's own triggers do here they do with his rights.  The whole
 * transaction, its commit with the deferred triggers included, runs so, in
 * a security context that lets nobody become somebody else.  What the code
 * of one owner may have left in the session is thrown away before the desks
 * of the next.
 *
 * An error ends the sweep of its desk for this round and goes to the log.
 * A desk gets at most one sweep_interval of a round, a chunk CHUNK_TIMEOUT
 * and a lock LOCK_WAIT, so that one desk cannot keep the others waiting.
 *
 * A lock on the extension is held for each transaction: a DROP EXTENSION
 * comes before or after it.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "access/xact.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_type.h"
#include "commands/discard.h"
#include "commands/extension.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/lmgr.h"
#include "tcop/tcopprot.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timeout.h"

#include "worker.h"

#define CHUNK_TICKETS	1000
#define CHUNK_TIMEOUT	300000	/* ms */
#define LOCK_WAIT		"10s"

typedef struct Desk
{
	Oid			owner;
	char		name[NAMEDATALEN];
} Desk;

/*
 * Locks the extension against being dropped until the transaction ends;
 * false when there is none.
 */
static bool
hold_extension(void)
{
	Oid			extension = get_extension_oid("aftersales", true);

	if (!OidIsValid(extension))
		return false;
	LockDatabaseObject(ExtensionRelationId, extension, 0, AccessShareLock);
	/* it may have gone while we waited */
	return get_extension_oid("aftersales", true) == extension;
}

/*
 * The desks of the database with their owners, owner by owner; or only the
 * one of that name.
 */
static List *
read_desks(const char *only)
{
	Oid			types[1] = {TEXTOID};
	Datum		value = only == NULL ? (Datum) 0 : CStringGetTextDatum(only);
	List	   *desks = NIL;
	uint64		i;

	if (SPI_execute_with_args("SELECT DISTINCT d.owner, d.desk FROM aftersales.desk d"
							  " WHERE $1 IS NULL OR d.desk" EQ "$1 ORDER BY d.owner, d.desk",
							  1, types, &value, only == NULL ? "n" : " ", true, 0) != SPI_OK_SELECT)
		elog(ERROR, "listing desks failed");
	for (i = 0; i < SPI_processed; i++)
	{
		HeapTuple	tup = SPI_tuptable->vals[i];
		Desk	   *desk = palloc(sizeof(Desk));
		char	   *name = SPI_getvalue(tup, SPI_tuptable->tupdesc, 2);

		desk->owner = get_role_oid(SPI_getvalue(tup, SPI_tuptable->tupdesc, 1), true);
		strlcpy(desk->name, name, NAMEDATALEN);
		desks = lappend(desks, desk);
	}
	return desks;
}

/*
 * Begins a transaction, with a connection to SPI and a snapshot; false when
 * the extension is not there.
 */
static bool
begin(void)
{
	bool		found;

	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	SPI_connect();
	found = hold_extension();
	/* only now: holding may have waited */
	PushActiveSnapshot(GetTransactionSnapshot());
	return found;
}

static void
commit(void)
{
	SPI_finish();
	PopActiveSnapshot();
	CommitTransactionCommand();
}

/*
 * Throws away what another owner's code may have left in this session:
 * settings, temporary tables, prepared statements, locks.
 */
static void
forget_session(void)
{
	DiscardStmt *stmt;

	StartTransactionCommand();
	stmt = makeNode(DiscardStmt);
	stmt->target = DISCARD_ALL;
	DiscardCommand(stmt, true);
	CommitTransactionCommand();
}

/* Whether the desk is there and has the owner that it was listed with. */
static bool
is_as_listed(const Desk *desk)
{
	List	   *found = read_desks(desk->name);

	return list_length(found) == 1 && OidIsValid(desk->owner) &&
		((Desk *) linitial(found))->owner == desk->owner;
}

/*
 * One chunk, one transaction, as the desk's owner.  A desk that has gone or
 * changed hands since it was listed is left to the next round.
 */
static int64
sweep_chunk(const Desk *desk)
{
	int64		rows = 0;
	Oid			save_userid;
	int			save_sec_context;

	GetUserIdAndSecContext(&save_userid, &save_sec_context);
	if (begin() && is_as_listed(desk))
	{
		enable_timeout_after(STATEMENT_TIMEOUT, CHUNK_TIMEOUT);
		SetUserIdAndSecContext(desk->owner, save_sec_context | SECURITY_LOCAL_USERID_CHANGE);
		rows = as_sweep_chunk(desk->name, CHUNK_TICKETS);
	}
	/* still as the owner: deferred triggers are his too */
	commit();
	SetUserIdAndSecContext(save_userid, save_sec_context);
	disable_timeout(STATEMENT_TIMEOUT, false);
	return rows;
}

/* Like sweep_chunk; an error is logged, unless the desk has gone meanwhile. */
static int64
try_sweep_chunk(const Desk *desk)
{
	MemoryContext cxt = CurrentMemoryContext;
	ErrorData  *volatile edata = NULL;
	volatile int64 rows = 0;

	PG_TRY();
	{
		rows = sweep_chunk(desk);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(cxt);
		edata = CopyErrorData();
		FlushErrorState();
		/* this makes us ourselves again, too */
		AbortCurrentTransaction();
		disable_timeout(STATEMENT_TIMEOUT, false);
		QueryCancelPending = false;
	}
	PG_END_TRY();
	if (edata != NULL)
	{
		bool		gone = !begin() || read_desks(desk->name) == NIL;

		commit();
		if (!gone)
			as_sweep_warn(desk->name, edata);
	}
	MemoryContextSwitchTo(cxt);
	return rows;
}

/* Takes over a changed configuration; false when there is to be no sweep. */
static bool
go_on(void)
{
	CHECK_FOR_INTERRUPTS();
	if (ConfigReloadPending)
	{
		ConfigReloadPending = false;
		ProcessConfigFile(PGC_SIGHUP);
	}
	return as_setting_sweep_interval > 0;
}

/*
 * Sweeps a desk until nothing is left, or its share of the round is used up;
 * false when there is to be no further sweep.
 */
static bool
sweep_desk(const Desk *desk)
{
	TimestampTz start = GetCurrentTimestamp();
	int64		rows;

	pgstat_report_activity(STATE_RUNNING,
						   psprintf("sweep of desk %s", quote_identifier(desk->name)));
	do
	{
		if (!go_on())
			return false;
		rows = try_sweep_chunk(desk);
	} while (rows > 0 &&
			 !TimestampDifferenceExceeds(start, GetCurrentTimestamp(), as_setting_sweep_interval));
	return true;
}

/*
 * as_worker_main sweeps the desks of the database it is given.
 */
void
as_worker_main(Datum main_arg)
{
	MemoryContext cxt;
	List	   *desks = NIL;
	ListCell   *lc;
	Oid			last_owner = InvalidOid;

	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnectionByOid(DatumGetObjectId(main_arg), InvalidOid, 0);

	/* as the session's defaults, to which forget_session() goes back */
	SetConfigOption("search_path", "pg_catalog, pg_temp", PGC_SUSET, PGC_S_OVERRIDE);
	SetConfigOption("default_transaction_isolation", "read committed", PGC_SUSET, PGC_S_OVERRIDE);
	SetConfigOption("lock_timeout", LOCK_WAIT, PGC_SUSET, PGC_S_OVERRIDE);

	cxt = AllocSetContextCreate(TopMemoryContext, "aftersales sweep", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(cxt);
	pgstat_report_activity(STATE_RUNNING, "listing desks");
	if (begin())
	{
		List	   *found = read_desks(NULL);
		MemoryContext old = MemoryContextSwitchTo(cxt);

		foreach(lc, found)
			desks = lappend(desks, memcpy(palloc(sizeof(Desk)), lfirst(lc), sizeof(Desk)));
		MemoryContextSwitchTo(old);
	}
	commit();

	foreach(lc, desks)
	{
		const Desk *desk = lfirst(lc);

		if (OidIsValid(last_owner) && last_owner != desk->owner)
			forget_session();
		last_owner = desk->owner;
		MemoryContextSwitchTo(cxt);
		if (!sweep_desk(desk))
			break;
	}
	proc_exit(0);
}
