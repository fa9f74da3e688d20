/*-------------------------------------------------------------------------
 *
 * statement.c
 *	  What our triggers know about the statement they run in.
 *
 * The BEFORE STATEMENT trigger makes an AsStatement and pins the policy
 * cache; the row triggers and the AFTER STATEMENT trigger find it by table
 * and operation, innermost first; the AFTER STATEMENT trigger drops it.
 * When a statement fails, the (sub)transaction callbacks in module.c do.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "access/xact.h"
#include "executor/executor.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "emit.h"
#include "move.h"
#include "policy.h"
#include "row.h"
#include "settle.h"
#include "stock.h"
#include "worktime.h"

static AsStatement *statements = NULL;	/* newest first */

PG_FUNCTION_INFO_V1(as_statement_begin);
PG_FUNCTION_INFO_V1(as_protect);
PG_FUNCTION_INFO_V1(as_table_changed);

/*
 * as_check_trigger raises unless the function was called as the trigger it
 * is meant to be.  timing is TRIGGER_EVENT_BEFORE or TRIGGER_EVENT_AFTER.
 */
void
as_check_trigger(FunctionCallInfo fcinfo, const char *name,
				 TriggerEvent timing, bool row)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" was not called by trigger manager", name)));
	if ((trigdata->tg_event & TRIGGER_EVENT_TIMINGMASK) != timing ||
		(TRIGGER_FIRED_FOR_ROW(trigdata->tg_event) != 0) != row)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be fired %s %s", name,
						timing == TRIGGER_EVENT_BEFORE ? "BEFORE" : "AFTER",
						row ? "ROW" : "STATEMENT")));
}

/*
 * as_check_tables refuses a record trigger that somebody has made without the
 * transition tables it reads.
 */
void
as_check_tables(const TriggerData *trigdata, bool needs_old)
{
	if (trigdata->tg_newtable == NULL ||
		(needs_old && TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event) && trigdata->tg_oldtable == NULL))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("trigger \"%s\" lacks its transition tables", trigdata->tg_trigger->tgname),
				 errhint("create_desk() makes the triggers of a desk; make no others of their functions.")));
}

AsStatement *
as_statement_first(void)
{
	return statements;
}

/*
 * as_statement_find returns the innermost running statement on this table.
 */
AsStatement *
as_statement_find(Oid relid, TriggerEvent op)
{
	AsStatement *st;

	for (st = statements; st != NULL; st = st->next)
		if (st->relid == relid && st->op == (op & TRIGGER_EVENT_OPMASK))
			return st;
	ereport(ERROR,
			(errcode(ERRCODE_SV_PROTECTED),
			 errmsg("table \"%s\" has lost a trigger of aftersales",
					get_rel_name(relid)),
			 errhint("Enable its trigger \"aftersales_begin\" again.")));
	return NULL;				/* keep compiler quiet */
}

/*
 * as_statement_push makes the state for judging on a desk and links it first,
 * before anything can fail, so that the callbacks find it.  InvalidOid: on no
 * desk, but ticket_template.
 */
AsStatement *
as_statement_push(Oid nspid)
{
	MemoryContext cxt = AllocSetContextCreate(TopTransactionContext,
											  "aftersales statement",
											  ALLOCSET_SMALL_SIZES);
	AsStatement *st = MemoryContextAllocZero(cxt, sizeof(AsStatement));

	st->cxt = cxt;
	st->rowcxt = AllocSetContextCreate(cxt, "aftersales row",
									   ALLOCSET_SMALL_SIZES);
	st->nest_level = GetCurrentTransactionNestLevel();
	st->now = as_now();
	st->recorded_at = GetCurrentTimestamp();
	st->cache = as_cache_pin();
	st->next = statements;
	statements = st;
	st->desk = OidIsValid(nspid) ? as_desk_get(st->cache, nspid) : as_desk_template(st->cache);
	return st;
}

/*
 * as_statement_drop unlinks and frees a statement's state.
 */
void
as_statement_drop(AsStatement *st)
{
	AsStatement **link;

	for (link = &statements; *link != NULL; link = &(*link)->next)
	{
		if (*link == st)
		{
			*link = st->next;
			break;
		}
	}
	if (st->cache != NULL)
		as_cache_unpin(st->cache);
	if (st->cxt != NULL)
		MemoryContextDelete(st->cxt);
	else
		pfree(st);
}

/*
 * as_row_from_slot returns a row whose arrays are the slot's own.
 */
TicketRow *
as_row_from_slot(TupleTableSlot *slot)
{
	TicketRow  *row = palloc(sizeof(TicketRow));

	slot_getallattrs(slot);
	row->values = slot->tts_values;
	row->nulls = slot->tts_isnull;
	return row;
}

/* The desk of the statement that our own one is part of. */
static AsDesk *
desk_of_running(Oid nspid)
{
	AsStatement *st;

	for (st = statements; st != NULL; st = st->next)
		if (st->desk != NULL && st->desk->nspid == nspid)
			return st->desk;
	elog(ERROR, "a write of our own runs outside of a statement");
	return NULL;				/* keep compiler quiet */
}

/*
 * aftersales.statement_begin()
 *
 * A statement inside another one (a CTE, a user's trigger) is judged by the
 * same cache as the outer one, so that no statement is judged by two
 * versions of a policy.
 */
Datum
as_statement_begin(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	AsStatement *st;
	Oid			relid;

	as_check_trigger(fcinfo, "statement_begin", TRIGGER_EVENT_BEFORE, false);
	relid = RelationGetRelid(trigdata->tg_relation);

	if (as_disarm(relid))
	{
		st = MemoryContextAllocZero(TopTransactionContext, sizeof(AsStatement));
		st->internal = true;
		st->nest_level = GetCurrentTransactionNestLevel();
		st->desk = desk_of_running(RelationGetNamespace(trigdata->tg_relation));
		st->next = statements;
		statements = st;
	}
	else
	{
		as_calendar_share();
		st = as_statement_push(RelationGetNamespace(trigdata->tg_relation));
		st->origin = as_emit_take(relid);
		st->external_ref = as_move_take(relid);
		st->posting = as_posting_take(st, relid);
		as_take_touch(st);
	}
	st->relid = relid;
	st->op = trigdata->tg_event & TRIGGER_EVENT_OPMASK;
	return PointerGetDatum(NULL);
}

/*
 * aftersales.protect()
 */
Datum
as_protect(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	Relation	rel;
	bool		is_row;
	bool		is_ledger;

	as_check_trigger(fcinfo, "protect", TRIGGER_EVENT_BEFORE, false);
	rel = trigdata->tg_relation;
	is_row = as_row_table(RelationGetRelationName(rel)) != NULL;
	is_ledger = !is_row && (strncmp(RelationGetRelationName(rel), "stock_", 6) == 0 ||
							strcmp(RelationGetRelationName(rel), "part_exchange") == 0);
	if (as_disarm(RelationGetRelid(rel)))
		return PointerGetDatum(NULL);

	ereport(ERROR,
			(errcode(ERRCODE_SV_PROTECTED),
			 TRIGGER_FIRED_BY_INSERT(trigdata->tg_event) ?
			 errmsg("INSERT into table \"%s\" is not allowed", RelationGetRelationName(rel)) :
			 TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event) ?
			 errmsg("UPDATE of table \"%s\" is not allowed", RelationGetRelationName(rel)) :
			 TRIGGER_FIRED_BY_DELETE(trigdata->tg_event) ?
			 errmsg("DELETE from table \"%s\" is not allowed", RelationGetRelationName(rel)) :
			 errmsg("TRUNCATE of table \"%s\" is not allowed", RelationGetRelationName(rel)),
			 is_ledger ?
			 errdetail("It is part of the ledger, all of which follows from the moves in stock_move.") :
			 is_row ?
			 errdetail("Its rows stand in the history of tickets.") :
			 errdetail("Its rows are history that only the triggers of aftersales write."),
			 is_ledger ?
			 errhint("Insert a move into stock_move; a mistake is taken back by a move with reversal_of.") :
			 is_row ?
			 errhint("What was wrong is put right by a further row, or by ending this one.") :
			 errhint("Write to ticket or insert an event into ticket_event; what was wrong is put right by a further event."),
			 err_generic_string(PG_DIAG_SCHEMA_NAME,
								get_namespace_name(RelationGetNamespace(rel))),
			 err_generic_string(PG_DIAG_TABLE_NAME, RelationGetRelationName(rel))));
	return PointerGetDatum(NULL);	/* keep compiler quiet */
}

/*
 * aftersales.table_changed()
 *
 * The message is sent at commit, after the rows are visible, and processed
 * here at once, so that the same transaction sees its own change.
 *
 * It is fired per statement, and per row where logical replication applies
 * changes: that fires no statement triggers but for TRUNCATE.
 */
Datum
as_table_changed(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;

	as_check_trigger(fcinfo, "table_changed", TRIGGER_EVENT_AFTER,
					 CALLED_AS_TRIGGER(fcinfo) && TRIGGER_FIRED_FOR_ROW(trigdata->tg_event));
	CacheInvalidateRelcache(trigdata->tg_relation);
	return PointerGetDatum(NULL);
}
