/*-------------------------------------------------------------------------
 *
 * launcher.c
 *	  The process that has every database swept, at every sweep_interval.
 *
 * It is started with the server when aftersales stands in
 * shared_preload_libraries, and after recovery only: a standby has nothing to
 * write.  It is connected to no database.  For each database it starts a
 * worker (worker.c) that sweeps the desks there and ends, so no connection is
 * held between rounds and DROP DATABASE is not in anybody's way.
 *
 * At most MAX_RUNNING workers run at a time.  A database whose worker is
 * still at it is left out of a round; the others go on.
 *
 * The launcher keeps no state worth saving: on an error it ends, and the
 * postmaster starts it again.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "access/heapam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_database.h"
#include "miscadmin.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/wait_event.h"

#include "worker.h"

#define MAX_RUNNING		2
#define RESTART_SECONDS 5
#define RETRY_MS		1000	/* when no worker could be started */

typedef struct Running
{
	Oid			database;		/* InvalidOid: the place is free */
	BackgroundWorkerHandle *handle;
} Running;

static Running running[MAX_RUNNING];

extern PGDLLEXPORT void as_launcher_main(Datum main_arg);

/* What launcher and workers have in common. */
static void
describe(BackgroundWorker *worker, const char *function, const char *name)
{
	memset(worker, 0, sizeof(BackgroundWorker));
	worker->bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker->bgw_start_time = BgWorkerStart_RecoveryFinished;
	strlcpy(worker->bgw_library_name, "aftersales", sizeof(worker->bgw_library_name));
	strlcpy(worker->bgw_function_name, function, sizeof(worker->bgw_function_name));
	strlcpy(worker->bgw_name, name, sizeof(worker->bgw_name));
	strlcpy(worker->bgw_type, name, sizeof(worker->bgw_type));
}

/*
 * as_launcher_register has the launcher started with the server.  It is
 * there also while aftersales.sweep_interval is 0, since a reload may change
 * that; pg_upgrade must find databases as they are.
 */
void
as_launcher_register(void)
{
	BackgroundWorker worker;

	if (!process_shared_preload_libraries_in_progress || IsBinaryUpgrade)
		return;
	describe(&worker, "as_launcher_main", "aftersales launcher");
	worker.bgw_restart_time = RESTART_SECONDS;
	RegisterBackgroundWorker(&worker);
}

/*
 * The databases one can connect to, in memory that lives as long as the
 * process.  datconnlimit is below -1 where DROP DATABASE was interrupted.
 */
static List *
list_databases(void)
{
	List	   *databases = NIL;
	Relation	rel;
	TableScanDesc scan;
	HeapTuple	tup;

	StartTransactionCommand();
	(void) GetTransactionSnapshot();
	rel = table_open(DatabaseRelationId, AccessShareLock);
	scan = table_beginscan_catalog(rel, 0, NULL);
	while (HeapTupleIsValid(tup = heap_getnext(scan, ForwardScanDirection)))
	{
		Form_pg_database database = (Form_pg_database) GETSTRUCT(tup);
		MemoryContext old;

		if (!database->datallowconn || database->datistemplate || database->datconnlimit < -1)
			continue;
		old = MemoryContextSwitchTo(TopMemoryContext);
		databases = lappend_oid(databases, database->oid);
		MemoryContextSwitchTo(old);
	}
	table_endscan(scan);
	table_close(rel, AccessShareLock);
	CommitTransactionCommand();
	return databases;
}

/* Frees the places of workers that have ended; returns a free place or NULL. */
static Running *
free_place(void)
{
	Running    *place = NULL;
	int			i;

	for (i = 0; i < MAX_RUNNING; i++)
	{
		Running    *r = &running[i];
		pid_t		pid;

		if (OidIsValid(r->database) &&
			GetBackgroundWorkerPid(r->handle, &pid) == BGWH_STOPPED)
		{
			pfree(r->handle);
			r->database = InvalidOid;
		}
		if (!OidIsValid(r->database))
			place = r;
	}
	return place;
}

static bool
is_running(Oid database)
{
	int			i;

	for (i = 0; i < MAX_RUNNING; i++)
		if (running[i].database == database)
			return true;
	return false;
}

/* Starts a worker for a database; false when the server has no place for it. */
static bool
start_worker(Running *place, Oid database)
{
	static bool complained = false;
	BackgroundWorker worker;
	MemoryContext old;
	bool		started;

	describe(&worker, "as_worker_main", "aftersales sweep");
	worker.bgw_restart_time = BGW_NEVER_RESTART;
	worker.bgw_main_arg = ObjectIdGetDatum(database);
	worker.bgw_notify_pid = MyProcPid;
	old = MemoryContextSwitchTo(TopMemoryContext);
	started = RegisterDynamicBackgroundWorker(&worker, &place->handle);
	MemoryContextSwitchTo(old);

	if (started)
		place->database = database;
	else if (!complained)
		ereport(WARNING,
				(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
				 errmsg("no background worker is free to sweep desks"),
				 errhint("It is tried again; if it stays so, increase max_worker_processes.")));
	complained = !started;
	return started;
}

/*
 * Starts workers for the databases still to be done in this round, as long as
 * there is place; returns how long to wait if nothing else happens, or -1.
 */
static long
start_workers(List **todo)
{
	Running    *place;

	while (*todo != NIL && (place = free_place()) != NULL)
	{
		Oid			database = linitial_oid(*todo);

		if (!is_running(database) && !start_worker(place, database))
			return RETRY_MS;
		*todo = list_delete_first(*todo);
	}
	return -1;
}

/* How long until a time; 0 when it has come. */
static long
ms_until(TimestampTz at)
{
	TimestampTz now = GetCurrentTimestamp();

	return at <= now ? 0 : (long) ((at - now + 999) / 1000);
}

/*
 * as_launcher_main is the launcher's life.
 */
void
as_launcher_main(Datum main_arg)
{
	TimestampTz round_at = 0;	/* of the last round */
	List	   *todo = NIL;

	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGTERM, SignalHandlerForShutdownRequest);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnection(NULL, NULL, 0);

	while (!ShutdownRequestPending)
	{
		long		wait = -1;

		if (ConfigReloadPending)
		{
			ConfigReloadPending = false;
			ProcessConfigFile(PGC_SIGHUP);
		}
		if (as_setting_sweep_interval > 0)
		{
			TimestampTz next = TimestampTzPlusMilliseconds(round_at, as_setting_sweep_interval);
			long		retry;

			if (todo == NIL && ms_until(next) == 0)
			{
				todo = list_databases();
				round_at = GetCurrentTimestamp();
				next = TimestampTzPlusMilliseconds(round_at, as_setting_sweep_interval);
			}
			retry = start_workers(&todo);
			/* with databases left over, the end of a worker wakes us before */
			wait = retry >= 0 ? retry : todo == NIL ? ms_until(next) : as_setting_sweep_interval;
		}
		(void) WaitLatch(MyLatch,
						 WL_LATCH_SET | WL_EXIT_ON_PM_DEATH | (wait >= 0 ? WL_TIMEOUT : 0),
						 wait, PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
	/* not 0, by which the postmaster would not start it again */
	proc_exit(1);
}
