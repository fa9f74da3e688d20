/*-------------------------------------------------------------------------
 *
 * sweep_all.c
 *	  sweep_all(): sweeps desks chunk by chunk, with a COMMIT after each.
 *
 * One desk's error must not keep the others from being swept: a chunk runs
 * in a subtransaction, its error becomes a warning, and the next desk goes
 * on.  When all are through, the procedure fails if one has, so that a job
 * scheduler sees it; nothing is lost by that, since all is committed.
 *
 * What is kept across commits is in SPI's procedure context, which lives as
 * long as the call.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "clock.h"
#include "worker.h"

PG_FUNCTION_INFO_V1(as_sweep_all);

/*
 * as_sweep_chunk sweeps a desk once and returns how many clocks it has moved, 0
 * when there was nothing to do.  The caller is connected to SPI.
 */
int64
as_sweep_chunk(const char *desk, int32 max_tickets)
{
	Oid			types[2] = {INT4OID, NAMEOID};
	Datum		values[2];
	int64		before = as_clocks_written();

	values[0] = Int32GetDatum(max_tickets);
	values[1] = DirectFunctionCall1(namein, CStringGetDatum(desk));
	as_sweeping_alone = true;
	PG_TRY();
	{
		if (SPI_execute_with_args("SELECT 1 FROM aftersales.sweep(max_tickets => $1, desk => $2) s",
								  2, types, values, NULL, false, 0) != SPI_OK_SELECT)
			elog(ERROR, "sweeping failed");
	}
	PG_FINALLY();
	{
		as_sweeping_alone = false;
	}
	PG_END_TRY();
	SPI_freetuptable(SPI_tuptable);
	return as_clocks_written() - before;
}

/*
 * as_sweep_warn reports an error that ended the sweep of one desk.
 */
void
as_sweep_warn(const char *desk, ErrorData *edata)
{
	ereport(WARNING,
			(errcode(edata->sqlerrcode),
			 errmsg("desk \"%s\" could not be swept: %s", desk, edata->message),
			 edata->detail ? errdetail_internal("%s", edata->detail) : 0,
			 edata->hint ? errhint("%s", edata->hint) : 0));
}

/* Sweeps a desk until nothing is left, a transaction a chunk. */
static void
sweep_desk(const char *desk, int32 max_tickets)
{
	int64		rows;

	do
	{
		CHECK_FOR_INTERRUPTS();
		rows = as_sweep_chunk(desk, max_tickets);
		SPI_commit();
	} while (rows > 0);
}

/*
 * Does a chunk in a subtransaction.  Returns NULL and the rows when it went
 * well, else the error, rolled back; that of a cancelled query is raised.
 */
static ErrorData *
try_chunk(const char *desk, int32 max_tickets, int64 *rows)
{
	MemoryContext cxt = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData  *volatile edata = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(cxt);
	PG_TRY();
	{
		*rows = as_sweep_chunk(desk, max_tickets);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(cxt);
		edata = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(cxt);
	CurrentResourceOwner = owner;
	if (edata != NULL && edata->sqlerrcode == ERRCODE_QUERY_CANCELED)
		ReThrowError(edata);
	return edata;
}

/*
 * Commits.  Deferred constraints may fail now; SPI_commit has begun a new
 * transaction then.
 */
static ErrorData *
try_commit(void)
{
	MemoryContext cxt = CurrentMemoryContext;
	ErrorData  *volatile edata = NULL;

	PG_TRY();
	{
		SPI_commit();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(cxt);
		edata = CopyErrorData();
		FlushErrorState();
	}
	PG_END_TRY();
	if (edata != NULL && edata->sqlerrcode == ERRCODE_QUERY_CANCELED)
		ReThrowError(edata);
	return edata;
}

/* Like sweep_desk; returns 0, or the SQLSTATE of the error it warned of. */
static int
try_sweep_desk(const char *desk, int32 max_tickets)
{
	int64		rows = 0;

	do
	{
		ErrorData  *edata;

		CHECK_FOR_INTERRUPTS();
		edata = try_chunk(desk, max_tickets, &rows);
		if (edata == NULL)
			edata = try_commit();
		if (edata != NULL)
		{
			as_sweep_warn(desk, edata);
			return edata->sqlerrcode;
		}
	} while (rows > 0);
	return 0;
}

/* The desks whose owner the caller is, or whose rights he has. */
static List *
own_desks(void)
{
	List	   *desks = NIL;
	uint64		i;

	if (SPI_execute("SELECT DISTINCT d.desk FROM aftersales.desk d"
					" WHERE pg_catalog.pg_has_role(d.owner, 'USAGE') ORDER BY d.desk",
					true, 0) != SPI_OK_SELECT)
		elog(ERROR, "listing desks failed");
	for (i = 0; i < SPI_processed; i++)
		desks = lappend(desks, SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1));
	SPI_freetuptable(SPI_tuptable);
	return desks;
}

/* Whether the procedure may commit: not in a transaction block or function. */
static bool
may_commit(FunctionCallInfo fcinfo)
{
	return fcinfo->context != NULL && IsA(fcinfo->context, CallContext) &&
		!castNode(CallContext, fcinfo->context)->atomic;
}

/*
 * aftersales.sweep_all(max_tickets, desk)
 */
Datum
as_sweep_all(PG_FUNCTION_ARGS)
{
	List	   *desks;
	ListCell   *lc;
	int32		max_tickets;
	int			nfailed = 0;
	int			failure = 0;

	if (!may_commit(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TRANSACTION_TERMINATION),
				 errmsg("sweep_all() cannot run inside a transaction block"),
				 errdetail("It commits after every chunk."),
				 errhint("CALL it by itself, or use sweep().")));
	if (PG_ARGISNULL(0) || PG_GETARG_INT32(0) < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("how many tickets to sweep at a time must be 1 or more")));
	max_tickets = PG_GETARG_INT32(0);

	SPI_connect_ext(SPI_OPT_NONATOMIC);
	if (!PG_ARGISNULL(1))
		sweep_desk(pstrdup(NameStr(*PG_GETARG_NAME(1))), max_tickets);
	else
	{
		desks = own_desks();
		foreach(lc, desks)
		{
			int			sqlerrcode = try_sweep_desk(lfirst(lc), max_tickets);

			if (sqlerrcode != 0)
			{
				failure = sqlerrcode;
				nfailed++;
			}
		}
		if (nfailed > 0)
			ereport(ERROR,
					(errcode(failure),
					 errmsg("%d of %d desks could not be swept", nfailed, list_length(desks)),
					 errdetail("The warnings say why. The other desks are swept, and committed.")));
	}
	SPI_finish();
	return (Datum) 0;
}
