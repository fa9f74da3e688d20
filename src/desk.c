/*-------------------------------------------------------------------------
 *
 * desk.c
 *	  Desks: what their ticket table looks like, and which one is meant.
 *
 * A desk is found by the schema of the table at hand, never by search_path
 * and never by the table's own name.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "access/table.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_trigger.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "policy.h"
#include "row.h"

const char *const as_ticket_column[TC_COUNT] = {
	"ticket_id", "ticket_no", "external_ref", "policy", "policy_version",
	"ticket_type", "category", "grade", "area", "tier", "product_line", "customer_id",
	"contract_id", "unit_id", "parent_id", "org_id",
	"assignee", "shift_id", "attributes", "status", "status_at", "status_note",
	"opened_at", "duplicate_of", "fault_at", "fault_cause", "component", "fault_code",
	"warranty_class", "covers", "remedies", "warranty_until", "warranty_basis",
	"happened_at", "note", "voided_at", "row_version",
	"changed_at", "event_at", "event_seq", "event_hash"
};

/*
 * Columns whose change is no event of its own: fixed, trigger-owned, input,
 * told with warranty_class.
 */
static const TicketColumn no_event[] = {
	TC_TICKET_ID, TC_POLICY, TC_POLICY_VERSION, TC_TICKET_TYPE, TC_STATUS,
	TC_STATUS_AT, TC_STATUS_NOTE, TC_OPENED_AT, TC_COVERS, TC_REMEDIES,
	TC_WARRANTY_UNTIL, TC_WARRANTY_BASIS, TC_HAPPENED_AT, TC_NOTE, TC_VOIDED_AT, TC_ROW_VERSION, TC_CHANGED_AT, TC_EVENT_AT, TC_EVENT_SEQ, TC_EVENT_HASH
};

const TicketColumn as_head_column[3] = {TC_EVENT_AT, TC_EVENT_SEQ, TC_EVENT_HASH};

/* besides those whose rows are judged by row.c */
static const char *const desk_table[] = {
	"ticket", "ticket_event", "event_private", "sla_clock", "sla_breach",
	"sla_escalation", "outbox", "desk_setting", "promise", "approval", "contact", "shift", "ticket_match",
	"staff", "staff_role", "application",
	"org_unit", "delegation",
	"customer", "contract", "contract_unit", "product_unit", "unit_part",
	"part", "location_kind", "stock_location", "stock_move", "stock_balance", "stock_serial", "part_exchange"
};

/* All of them one by one, NULL after the last. */
static const char *
desk_table_name(int i)
{
	return i < lengthof(desk_table) ? desk_table[i] : as_row_table_name(i - lengthof(desk_table));
}

static Oid
owner_of(Oid relid)
{
	HeapTuple	tup = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Oid			owner;

	if (!HeapTupleIsValid(tup))
		elog(ERROR, "cache lookup failed for relation %u", relid);
	owner = ((Form_pg_class) GETSTRUCT(tup))->relowner;
	ReleaseSysCache(tup);
	return owner;
}

/*
 * as_desk_relid returns a desk's table.
 */
Oid
as_desk_relid(const AsDesk *desk, const char *table)
{
	Oid			relid = get_relname_relid(table, desk->nspid);

	if (!OidIsValid(relid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("desk \"%s\" has no table \"%s\"", desk->name, table)));
	return relid;
}

/*
 * as_desk_table returns a desk's table as it is written in SQL.
 */
char *
as_desk_table(const AsDesk *desk, const char *table)
{
	return quote_qualified_identifier(desk->name, table);
}

/* Columns that the code reads must be what it takes them for. */
static void
check_column(const AsDesk *desk, TicketColumn col)
{
	Oid			template = get_relname_relid("ticket_template", as_schema_oid());
	Oid			type;

	if (desk->attno[col] == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("table \"%s\" of desk \"%s\" has lost its column \"%s\"",
						"ticket", desk->name, as_ticket_column[col])));
	type = get_atttype(template, get_attnum(template, as_ticket_column[col]));
	if (TupleDescAttr(desk->tupdesc, desk->attno[col] - 1)->atttypid != type)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" of table \"%s\" must be of type %s",
						as_ticket_column[col], "ticket", format_type_be(type))));
}

static void
learn_columns(AsDesk *desk)
{
	int			i;
	int			c;

	desk->is_business = MemoryContextAllocZero(desk->cxt, desk->tupdesc->natts * sizeof(bool));
	for (i = 0; i < desk->tupdesc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desk->tupdesc, i);

		if (att->attisdropped)
			continue;
		desk->is_business[i] = att->attgenerated == '\0';
		for (c = 0; c < TC_COUNT; c++)
			if (strcmp(NameStr(att->attname), as_ticket_column[c]) == 0)
				desk->attno[c] = att->attnum;
	}
	for (c = 0; c < TC_COUNT; c++)
		check_column(desk, c);
	for (c = 0; c < lengthof(no_event); c++)
		desk->is_business[desk->attno[no_event[c]] - 1] = false;
}

/*
 * Whether somebody else's BEFORE ROW trigger sees the events that we insert;
 * what it may have altered is then looked at.
 */
static bool
has_foreign_event_trigger(const AsDesk *desk)
{
	Relation	rel = table_open(as_desk_relid(desk, "ticket_event"), AccessShareLock);
	bool		found = false;
	int			i;

	for (i = 0; rel->trigdesc != NULL && i < rel->trigdesc->numtriggers; i++)
	{
		Trigger    *t = &rel->trigdesc->triggers[i];

		if (TRIGGER_FOR_ROW(t->tgtype) && TRIGGER_FOR_BEFORE(t->tgtype) &&
			TRIGGER_FOR_INSERT(t->tgtype) && strcmp(t->tgname, "aftersales_number") != 0)
			found = true;
	}
	table_close(rel, NoLock);
	return found;
}

/* A setting that is an interval, in microseconds. */
static int64
setting_usec(int col)
{
	bool		isnull;
	Interval   *span = DatumGetIntervalP(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, col, &isnull));

	return span->time + (span->day + (int64) span->month * DAYS_PER_MONTH) * USECS_PER_DAY;
}

/*
 * Reads the desk's settings, under the snapshot that policy_cache.c's header
 * explains.
 */
static void
learn_settings(AsDesk *desk)
{
	AsOwner		owner;
	bool		isnull;
	Datum		value;

	desk->go_live = DT_NOBEGIN;
	as_become_owner(desk, &owner);
	PushActiveSnapshot(IsInParallelMode() ? GetActiveSnapshot() : GetLatestSnapshot());
	SPI_connect();
	if (SPI_execute(psprintf("SELECT go_live, entry_grace, report_grace FROM %s", as_desk_table(desk, "desk_setting")),
					true, 1) != SPI_OK_SELECT)
		elog(ERROR, "reading the desk's settings failed");
	if (SPI_processed > 0)
	{
		value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
		if (!isnull)
			desk->go_live = DatumGetTimestampTz(value);
		desk->entry_grace = setting_usec(2);
		desk->report_grace = setting_usec(3);
	}
	SPI_finish();
	PopActiveSnapshot();
	as_become_caller(&owner);
}

/* Writes are done as the desk's owner, so there must be one. */
static void
check_one_owner(const AsDesk *desk)
{
	int			i;

	for (i = 0; desk_table_name(i) != NULL; i++)
		if (owner_of(as_desk_relid(desk, desk_table_name(i))) != desk->owner)
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("tables of desk \"%s\" have different owners", desk->name),
					 errhint("Give all tables of the desk to one role.")));
}

/*
 * as_desk_get returns what is known of the desk in a schema.
 */
AsDesk *
as_desk_get(AsCache *cache, Oid nspid)
{
	AsDesk	   *desk;
	Relation	rel;
	char	   *name;
	int			i;

	for (desk = cache->desks; desk != NULL; desk = desk->next)
		if (desk->nspid == nspid)
			return desk;

	name = get_namespace_name(nspid);
	if (name == NULL)			/* it has been dropped meanwhile */
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_SCHEMA),
				 errmsg("the desk has been dropped")));
	desk = MemoryContextAllocZero(cache->cxt, sizeof(AsDesk));
	desk->cxt = cache->cxt;
	desk->nspid = nspid;
	desk->name = MemoryContextStrdup(cache->cxt, name);
	desk->ticket_relid = as_desk_relid(desk, "ticket");
	for (i = 0; desk_table_name(i) != NULL; i++)
		as_cache_watch(as_desk_relid(desk, desk_table_name(i)));

	rel = table_open(desk->ticket_relid, AccessShareLock);
	{
		MemoryContext old = MemoryContextSwitchTo(cache->cxt);

		desk->tupdesc = CreateTupleDescCopyConstr(RelationGetDescr(rel));
		MemoryContextSwitchTo(old);
	}
	desk->owner = rel->rd_rel->relowner;
	table_close(rel, NoLock);
	learn_columns(desk);
	check_one_owner(desk);
	desk->check_events = has_foreign_event_trigger(desk);
	learn_settings(desk);

	desk->next = cache->desks;
	cache->desks = desk;
	return desk;
}

/*
 * as_desk_template returns what stands in for a desk where a policy is asked
 * about a ticket that does not exist: its rows have the shape of
 * ticket_template.  Conditions run as whoever asks.
 */
AsDesk *
as_desk_template(AsCache *cache)
{
	AsDesk	   *desk;
	Relation	rel;
	MemoryContext old;

	for (desk = cache->desks; desk != NULL; desk = desk->next)
		if (!OidIsValid(desk->nspid))
			break;
	if (desk == NULL)
	{
		desk = MemoryContextAllocZero(cache->cxt, sizeof(AsDesk));
		desk->cxt = cache->cxt;
		desk->name = MemoryContextStrdup(cache->cxt, get_namespace_name(as_schema_oid()));
		desk->go_live = DT_NOBEGIN;
		desk->ticket_relid = get_relname_relid("ticket_template", as_schema_oid());
		as_cache_watch(desk->ticket_relid);
		rel = table_open(desk->ticket_relid, AccessShareLock);
		old = MemoryContextSwitchTo(cache->cxt);
		desk->tupdesc = CreateTupleDescCopyConstr(RelationGetDescr(rel));
		MemoryContextSwitchTo(old);
		table_close(rel, NoLock);
		learn_columns(desk);
		desk->next = cache->desks;
		cache->desks = desk;
	}
	desk->owner = GetUserId();
	return desk;
}

static Oid
only_desk(void)
{
	Oid			nspid = InvalidOid;

	SPI_connect();
	if (SPI_execute("SELECT desk FROM aftersales.desk", true, 2) != SPI_OK_SELECT)
		elog(ERROR, "listing desks failed");
	if (SPI_processed == 1)
		nspid = get_namespace_oid(SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1), false);
	SPI_finish();
	return nspid;
}

/*
 * as_desk_resolve returns the schema of the desk that a function's argument
 * names; without one, of the setting aftersales.desk; without that, of the
 * only desk there is.  Errors: SV014.
 */
Oid
as_desk_resolve(FunctionCallInfo fcinfo, int argno)
{
	const char *name = NULL;
	Oid			nspid;

	if (!PG_ARGISNULL(argno))
		name = NameStr(*PG_GETARG_NAME(argno));
	else if (as_setting_desk != NULL && as_setting_desk[0] != '\0')
		name = as_setting_desk;

	nspid = name == NULL ? only_desk() : get_namespace_oid(name, true);
	if (!OidIsValid(nspid) && name == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_SV_WHICH_DESK),
				 errmsg("which desk is meant is not known"),
				 errhint("Name it as the last argument or in the setting aftersales.desk; create_desk() makes one.")));
	if (!OidIsValid(nspid) || !OidIsValid(get_relname_relid("desk_info", nspid)))
		ereport(ERROR,
				(errcode(ERRCODE_SV_WHICH_DESK),
				 errmsg("there is no desk \"%s\"", name),
				 errhint("The view aftersales.desk lists the desks.")));
	return nspid;
}
