/*-------------------------------------------------------------------------
 *
 * plan.c
 *	  The SQL that the triggers run, as kept plans per desk.
 *
 * Every write has two plans: scalars for one row, arrays of at most
 * WRITE_BATCH rows for many.  Their texts stand in plan_text.c.
 *
 * A plan is made with sequential scans and hash and merge joins switched
 * off: all of them look rows up by key, and a plan kept from an empty table
 * would go on scanning it while it grows.  It is made anew, by us and not by
 * plancache.c, when it has become invalid, both for the same reason and
 * because a renamed schema needs another text.
 *
 * Statements run as the owner of the desk, as referential integrity triggers
 * do, so writers need no right on the protected tables.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"

#include "plan_text.h"

typedef struct PlanKey
{
	Oid			nspid;
	int			id;
} PlanKey;

typedef struct PlanEntry
{
	PlanKey		key;
	SPIPlanPtr	plan;			/* NULL while being made */
} PlanEntry;

static HTAB *plans = NULL;

/* what as_see() has set */
static Snapshot seen = InvalidSnapshot;

/* Replaces "@" by the desk's quoted schema name. */
static char *
plan_sql(const AsDesk *desk, const char *text)
{
	const char *schema = quote_identifier(desk->name);
	StringInfoData buf;

	initStringInfo(&buf);
	for (; *text != '\0'; text++)
	{
		if (*text == '@')
			appendStringInfoString(&buf, schema);
		else
			appendStringInfoChar(&buf, *text);
	}
	return buf.data;
}

static void
set_local(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
}

/* Makes the plan now, while the planner's switches are as we want them. */
static SPIPlanPtr
plan_make(const AsDesk *desk, const PlanText *pt)
{
	int			nestlevel = NewGUCNestLevel();
	SPIPlanPtr	plan;
	CachedPlan *cplan;

	set_local("enable_seqscan", "off");
	set_local("enable_hashjoin", "off");
	set_local("enable_mergejoin", "off");
	set_local("jit", "off");
	plan = SPI_prepare_cursor(plan_sql(desk, pt->text), pt->nargs,
							  (Oid *) pt->args,
							  CURSOR_OPT_GENERIC_PLAN);
	if (plan == NULL)
		elog(ERROR, "preparing a statement failed: %s", SPI_result_code_string(SPI_result));
	SPI_keepplan(plan);
	cplan = SPI_plan_get_cached_plan(plan);
	if (cplan != NULL)
		ReleaseCachedPlan(cplan, CurrentResourceOwner);
	AtEOXact_GUC(true, nestlevel);
	return plan;
}

/* A valid plan.  The caller is connected to SPI and acts as the desk's owner. */
static SPIPlanPtr
valid_plan(const AsDesk *desk, PlanId id)
{
	PlanKey		key = {desk->nspid, id};
	PlanEntry  *entry;
	bool		found;

	Assert(as_plan_text[id].id == id);
	if (plans == NULL)
	{
		HASHCTL		ctl;

		ctl.keysize = sizeof(PlanKey);
		ctl.entrysize = sizeof(PlanEntry);
		plans = hash_create("aftersales plans", 64, &ctl, HASH_ELEM | HASH_BLOBS);
	}
	entry = hash_search(plans, &key, HASH_ENTER, &found);
	if (!found)
		entry->plan = NULL;
	if (entry->plan != NULL && !SPI_plan_is_valid(entry->plan))
	{
		SPIPlanPtr	old = entry->plan;

		entry->plan = NULL;
		SPI_freeplan(old);
	}
	if (entry->plan == NULL)
	{
		SPIPlanPtr	plan = plan_make(desk, &as_plan_text[id]);

		/* planning may have run arbitrary code and moved the table */
		entry = hash_search(plans, &key, HASH_ENTER, &found);
		entry->plan = plan;
	}
	return entry->plan;
}

/*
 * as_become_owner goes on as the desk's owner, until as_become_caller; when an
 * error comes between, the end of the (sub)transaction goes back.
 */
void
as_become_owner(const AsDesk *desk, AsOwner *save)
{
	GetUserIdAndSecContext(&save->save_userid, &save->save_sec_context);
	SetUserIdAndSecContext(desk->owner, save->save_sec_context |
						   SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
}

void
as_become_caller(const AsOwner *save)
{
	SetUserIdAndSecContext(save->save_userid, save->save_sec_context);
}

static int
run(const AsDesk *desk, PlanId id, Datum *values, const char *nulls,
	Oid protected_relid, int armed_for, Snapshot snapshot, bool as_owner)
{
	MemoryContext cxt = CurrentMemoryContext;
	AsOwner		owner;
	SPIPlanPtr	plan;
	int			rc;

	as_become_owner(desk, &owner);
	plan = valid_plan(desk, id);
	if (!as_owner)
		as_become_caller(&owner);
	as_arm(protected_relid, armed_for);
	rc = SPI_execute_snapshot(plan, values, nulls,
							  seen != InvalidSnapshot ? seen : snapshot, InvalidSnapshot,
							  seen != InvalidSnapshot, true, 0);
	if (rc < 0)
		elog(ERROR, "running a statement failed: %s", SPI_result_code_string(rc));
	if (as_owner)
		as_become_caller(&owner);
	/* SPI leaves its caller in the memory of the procedure */
	MemoryContextSwitchTo(cxt);
	return (int) SPI_processed;
}

/*
 * as_run runs one of our writes and returns how many rows it touched.
 */
int
as_run(const AsDesk *desk, PlanId id, Datum *values, const char *nulls,
	   const char *protected_table)
{
	return run(desk, id, values, nulls,
			   protected_table == NULL ? InvalidOid : as_desk_relid(desk, protected_table),
			   1, InvalidSnapshot, true);
}

/*
 * as_run_upsert runs an INSERT … ON CONFLICT DO UPDATE of ours.
 */
int
as_run_upsert(const AsDesk *desk, PlanId id, Datum *values, const char *protected_table)
{
	return run(desk, id, values, NULL, as_desk_relid(desk, protected_table), 2, InvalidSnapshot, true);
}

/*
 * as_run_read runs a read under the latest snapshot: whatever it can see of
 * the ticket in hand is guarded by that ticket's row, which we hold.
 */
int
as_run_read(const AsDesk *desk, PlanId id, Datum *values)
{
	return run(desk, id, values, NULL, InvalidOid, 0, GetLatestSnapshot(), true);
}

/*
 * as_run_asked runs a read for somebody who asks, with his rights.
 */
int
as_run_asked(const AsDesk *desk, PlanId id, Datum *values, const char *nulls)
{
	return run(desk, id, values, nulls, InvalidOid, 0, InvalidSnapshot, false);
}

/*
 * as_see lets all plans read under one snapshot from now on, so that what
 * several of them read fits together; InvalidSnapshot: no more.  Only for
 * functions that write nothing.  Returns what was set before.
 */
Snapshot
as_see(Snapshot snapshot)
{
	Snapshot	before = seen;

	seen = snapshot;
	return before;
}

/*
 * as_accum adds a value to such an array.
 */
void
as_accum(ArrayBuildState *state, Datum value, bool isnull, Oid elemtype)
{
	(void) accumArrayResult(state, value, isnull, elemtype, CurrentMemoryContext);
}

/*
 * as_array finishes an array for one of the plans that take many rows.
 */
Datum
as_array(ArrayBuildState *state)
{
	return makeArrayResult(state, CurrentMemoryContext);
}
