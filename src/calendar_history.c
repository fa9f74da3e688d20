/*-------------------------------------------------------------------------
 *
 * calendar_history.c
 *	  Records every change of calendars, for ever.
 *
 * An AFTER STATEMENT trigger on each of the three tables reads the transition
 * tables.  What has come and what has gone is summed up, so that an update to
 * the same values is no change.  Then, in this order: writers of
 * tickets are waited for (as_calendar_keep()); the calendars that have changed, and all that take their holidays from them, are locked by name;
 * they get the next revision; settings go to calendar_revision, rows to
 * calendar_history; and open clocks are told.
 *
 * A statement is a revision of its own, but for functions of ours that need
 * several statements: they make one batch of them.
 *
 * History is written as the owner of the tables, who may not write it by hand
 * either: as_arm() makes our own writes known.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/tuplestore.h"

#include "calendar_history.h"
#include "policy.h"
#include "worktime.h"

PG_FUNCTION_INFO_V1(as_calendar_record);
PG_FUNCTION_INFO_V1(as_calendar_protect);

/* Columns of a row that came or went, in the order of calendar_history. */
#define ROW_COLUMNS 8

static const char *const row_column[ROW_COLUMNS] = {
	"calendar", "weekday", "day", "is_working", "opens", "closes", "name", NULL
};
static const Oid row_type[ROW_COLUMNS] = {
	TEXTOID, INT4OID, DATEOID, BOOLOID, TIMEOID, TIMEOID, TEXTOID, INT4OID
};

/* What the rows of $1 to $8 come to: weight 1 has come, -1 has gone. */
#define NET_ROWS \
	"SELECT calendar, weekday, day, is_working, opens, closes, name, pg_catalog.sum(weight) AS weight" \
	" FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3)," \
	" pg_catalog.unnest($4), pg_catalog.unnest($5), pg_catalog.unnest($6), pg_catalog.unnest($7)," \
	" pg_catalog.unnest($8))" \
	" AS r(calendar, weekday, day, is_working, opens, closes, name, weight)" \
	" GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING pg_catalog.sum(weight) OPERATOR(pg_catalog.<>) 0"

typedef struct Changes
{
	MemoryContext cxt;
	int			nrows;
	ArrayBuildState *row[ROW_COLUMNS];	/* the last is the weight */
	int			nchanged;
	ArrayBuildState *changed;	/* calendars whose settings have changed */
	int			ndeleted;
	ArrayBuildState *deleted;
} Changes;

bool		as_calendar_counting = false;

static Changes *batch = NULL;

static Changes *
changes_new(MemoryContext parent)
{
	MemoryContext cxt = AllocSetContextCreate(parent, "aftersales calendar changes",
											  ALLOCSET_SMALL_SIZES);
	Changes    *c = MemoryContextAllocZero(cxt, sizeof(Changes));
	int			i;

	c->cxt = cxt;
	for (i = 0; i < ROW_COLUMNS; i++)
		c->row[i] = initArrayResult(row_type[i], cxt, false);
	c->changed = initArrayResult(TEXTOID, cxt, false);
	c->deleted = initArrayResult(TEXTOID, cxt, false);
	return c;
}

/* ---------- collecting ---------- */

static void
collect_row(Changes *c, TupleTableSlot *slot, int weight)
{
	int			i;

	for (i = 0; i < ROW_COLUMNS - 1; i++)
	{
		int			attno = SPI_fnumber(slot->tts_tupleDescriptor, row_column[i]);
		bool		isnull = true;
		Datum		value = attno > 0 ? slot_getattr(slot, attno, &isnull) : (Datum) 0;

		accumArrayResult(c->row[i], value, isnull, row_type[i], c->cxt);
	}
	accumArrayResult(c->row[i], Int32GetDatum(weight), false, INT4OID, c->cxt);
	c->nrows++;
}

static char *
slot_text(TupleTableSlot *slot, const char *name)
{
	bool		isnull;
	int			attno = SPI_fnumber(slot->tts_tupleDescriptor, name);
	Datum		value = slot_getattr(slot, attno, &isnull);
	Oid			output;
	bool		is_varlena;

	if (isnull)
		return "";
	getTypeOutputInfo(TupleDescAttr(slot->tts_tupleDescriptor, attno - 1)->atttypid, &output, &is_varlena);
	return OidOutputFunctionCall(output, value);
}

/* A calendar's row: old or new is NULL where there is none. */
static void
collect_calendar(Changes *c, TupleTableSlot *old, TupleTableSlot *new)
{
	Datum		name = CStringGetTextDatum(slot_text(new != NULL ? new : old, "calendar"));

	if (new == NULL)
	{
		accumArrayResult(c->deleted, name, false, TEXTOID, c->cxt);
		c->ndeleted++;
	}
	else if (old == NULL ||
			 strcmp(slot_text(old, "timezone"), slot_text(new, "timezone")) != 0 ||
			 strcmp(slot_text(old, "holidays_from"), slot_text(new, "holidays_from")) != 0 ||
			 strcmp(slot_text(old, "known_until"), slot_text(new, "known_until")) != 0)
	{
		accumArrayResult(c->changed, name, false, TEXTOID, c->cxt);
		c->nchanged++;
	}
}

/* Reads the transition tables; those of an UPDATE have the same order. */
static void
collect(Changes *c, TriggerData *trigdata)
{
	Relation	rel = trigdata->tg_relation;
	bool		is_calendar = strcmp(RelationGetRelationName(rel), "calendar") == 0;
	Tuplestorestate *rows[2] = {trigdata->tg_oldtable, trigdata->tg_newtable};
	TupleTableSlot *slot[2];
	int			ptr[2] = {0, 0};
	int			i;

	for (i = 0; i < 2; i++)
	{
		slot[i] = MakeSingleTupleTableSlot(RelationGetDescr(rel), &TTSOpsMinimalTuple);
		if (rows[i] != NULL)
			ptr[i] = tuplestore_alloc_read_pointer(rows[i], 0);
	}
	for (;;)
	{
		bool		any = false;

		for (i = 0; i < 2; i++)
		{
			if (rows[i] == NULL)
				continue;
			tuplestore_select_read_pointer(rows[i], ptr[i]);
			if (!tuplestore_gettupleslot(rows[i], true, false, slot[i]))
				continue;
			any = true;
			if (!is_calendar)
				collect_row(c, slot[i], i == 0 ? -1 : 1);
		}
		if (!any)
			break;
		if (is_calendar)
			collect_calendar(c, rows[0] == NULL ? NULL : slot[0], rows[1] == NULL ? NULL : slot[1]);
	}
	for (i = 0; i < 2; i++)
		ExecDropSingleTupleTableSlot(slot[i]);
}

/* ---------- recording ---------- */

static void
run(const char *query, int nargs, const Oid *types, Datum *values, int expected)
{
	if (SPI_execute_with_args(query, nargs, (Oid *) types, values, NULL, false, 0) != expected)
		elog(ERROR, "recording a calendar failed");
}

static void
arm(const char *table)
{
	as_arm(get_relname_relid(table, as_schema_oid()), 1);
}

/* A revision says that a calendar has gone, and its rows go with it. */
static void
record_removal(Datum deleted)
{
	Oid			types[1] = {TEXTARRAYOID};

	arm("calendar_revision");
	run("INSERT INTO aftersales.calendar_revision (calendar, revision, changed_at, changed_by,"
		" timezone, holidays_from, source_revision, known_until, is_deleted)"
		" SELECT DISTINCT ON (calendar) calendar, revision OPERATOR(pg_catalog.+) 1,"
		" pg_catalog.clock_timestamp(), session_user, timezone, holidays_from, source_revision,"
		" known_until, true FROM aftersales.calendar_revision"
		" WHERE calendar" EQ "ANY ($1) ORDER BY calendar, revision DESC",
		1, types, &deleted, SPI_OK_INSERT);
	run("DELETE FROM aftersales.calendar_hours WHERE calendar" EQ "ANY ($1)",
		1, types, &deleted, SPI_OK_DELETE);
	run("DELETE FROM aftersales.calendar_day WHERE calendar" EQ "ANY ($1)",
		1, types, &deleted, SPI_OK_DELETE);
}

/*
 * Raises the revision of calendars and of those that take holidays from them,
 * and records it.  Returns how many; their names, and the revisions that they
 * had before, are in SPI_tuptable.
 */
static int
record_revisions(Datum names)
{
	Oid			types[1] = {TEXTARRAYOID};
	SPITupleTable *table;
	ArrayBuildState *all = initArrayResult(TEXTOID, CurrentMemoryContext, false);
	Datum		value;
	int			n;
	int			i;

	run("WITH RECURSIVE taking AS (SELECT n.calendar FROM pg_catalog.unnest($1) n(calendar)"
		" UNION SELECT c.calendar FROM aftersales.calendar c"
		" JOIN taking t ON c.holidays_from" EQ "t.calendar)"
		" SELECT c.calendar, c.revision FROM aftersales.calendar c"
		" WHERE c.calendar" EQ "ANY (SELECT t.calendar FROM taking t)"
		" ORDER BY c.calendar FOR UPDATE OF c",
		1, types, &names, SPI_OK_SELECT);
	table = SPI_tuptable;
	n = (int) SPI_processed;
	for (i = 0; i < n; i++)
		(void) accumArrayResult(all, CStringGetTextDatum(SPI_getvalue(table->vals[i], table->tupdesc, 1)),
								false, TEXTOID, CurrentMemoryContext);
	value = makeArrayResult(all, CurrentMemoryContext);

	as_calendar_counting = true;
	PG_TRY();
	{
		run("UPDATE aftersales.calendar SET revision = revision OPERATOR(pg_catalog.+) 1"
			" WHERE calendar" EQ "ANY ($1)", 1, types, &value, SPI_OK_UPDATE);
	}
	PG_FINALLY();
	{
		as_calendar_counting = false;
	}
	PG_END_TRY();
	arm("calendar_revision");
	run("INSERT INTO aftersales.calendar_revision (calendar, revision, changed_at, changed_by,"
		" timezone, holidays_from, source_revision, known_until, is_deleted)"
		" SELECT c.calendar, c.revision, pg_catalog.clock_timestamp(), session_user, c.timezone,"
		" c.holidays_from, COALESCE(s.revision, 0), c.known_until, false"
		" FROM aftersales.calendar c"
		" LEFT JOIN aftersales.calendar s ON s.calendar" EQ "c.holidays_from"
		" WHERE c.calendar" EQ "ANY ($1)", 1, types, &value, SPI_OK_INSERT);
	SPI_tuptable = table;
	return n;
}

/* Runs a query over the rows that came and went. */
static void
run_rows(const char *query, Datum *values, int expected)
{
	Oid			types[ROW_COLUMNS];
	int			i;

	for (i = 0; i < ROW_COLUMNS; i++)
		types[i] = get_array_type(row_type[i]);
	run(query, ROW_COLUMNS, types, values, expected);
}

/* Rows must belong to a calendar; a removed one's may only go. */
static void
check_calendars(Datum *values)
{
	run_rows("SELECT n.calendar FROM (" NET_ROWS ") n WHERE n.weight OPERATOR(pg_catalog.>) 0"
		" AND NOT EXISTS (SELECT FROM aftersales.calendar c WHERE c.calendar" EQ "n.calendar)"
		" ORDER BY 1 LIMIT 1", values, SPI_OK_SELECT);
	if (SPI_processed > 0)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("there is no calendar \"%s\"",
						SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1)),
				 errhint("Insert it into aftersales.calendar first, or call aftersales.install_calendar() for a ready one.")));
}

/* The calendars whose rows differ, together with those of changed settings. */
static Datum
changed_names(Changes *c, Datum *values)
{
	uint64		i;

	run_rows("SELECT DISTINCT calendar FROM (" NET_ROWS ") n", values, SPI_OK_SELECT);
	for (i = 0; i < SPI_processed; i++)
	{
		bool		isnull;

		accumArrayResult(c->changed,
						 SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull),
						 false, TEXTOID, c->cxt);
		c->nchanged++;
	}
	return makeArrayResult(c->changed, CurrentMemoryContext);
}

static void
record(Changes *c)
{
	Datum		values[ROW_COLUMNS];
	Datum		names;
	SPITupleTable *table;
	int			n;
	int			i;

	for (i = 0; i < ROW_COLUMNS; i++)
		values[i] = makeArrayResult(c->row[i], CurrentMemoryContext);
	SPI_connect();
	names = changed_names(c, values);
	if (c->ndeleted > 0 || c->nchanged > 0)
		as_calendar_keep();
	if (c->ndeleted > 0)
		record_removal(makeArrayResult(c->deleted, CurrentMemoryContext));
	if (c->nchanged > 0)
	{
		n = record_revisions(names);
		table = SPI_tuptable;
		check_calendars(values);
		arm("calendar_history");
		run_rows("INSERT INTO aftersales.calendar_history (calendar, revision, is_added, weekday, day,"
			" is_working, opens, closes, name)"
			" SELECT n.calendar, (SELECT pg_catalog.max(r.revision) FROM aftersales.calendar_revision r"
			" WHERE r.calendar" EQ "n.calendar), n.weight OPERATOR(pg_catalog.>) 0, n.weekday, n.day,"
			" n.is_working, n.opens, n.closes, n.name FROM (" NET_ROWS ") n",
				 values, SPI_OK_INSERT);
		for (i = 0; i < n; i++)
			as_calendar_retarget(SPI_getvalue(table->vals[i], table->tupdesc, 1),
								 atoi(SPI_getvalue(table->vals[i], table->tupdesc, 2)) + 1);
	}
	SPI_finish();
}

/* Records as the owner of the tables. */
static void
flush(Changes *c)
{
	Oid			save_userid;
	int			save_sec_context;
	HeapTuple	tup;
	Oid			owner;

	tup = SearchSysCache1(RELOID, ObjectIdGetDatum(get_relname_relid("calendar", as_schema_oid())));
	if (!HeapTupleIsValid(tup))
		elog(ERROR, "table aftersales.calendar is missing");
	owner = ((Form_pg_class) GETSTRUCT(tup))->relowner;
	ReleaseSysCache(tup);
	GetUserIdAndSecContext(&save_userid, &save_sec_context);
	SetUserIdAndSecContext(owner, save_sec_context | SECURITY_LOCAL_USERID_CHANGE);
	record(c);
	SetUserIdAndSecContext(save_userid, save_sec_context);
	MemoryContextDelete(c->cxt);
}

/*
 * as_calendar_batch_begin collects changes from here on.
 */
void
as_calendar_batch_begin(void)
{
	Assert(batch == NULL);
	batch = changes_new(CurTransactionContext);
}

/*
 * as_calendar_batch_end records what was collected.
 */
void
as_calendar_batch_end(void)
{
	Changes    *c = batch;

	batch = NULL;
	flush(c);
}

/*
 * as_calendar_batch_drop forgets it, on the way out of an error.
 */
void
as_calendar_batch_drop(void)
{
	batch = NULL;
}

/*
 * aftersales.calendar_record()
 */
Datum
as_calendar_record(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	Changes    *c;

	as_check_trigger(fcinfo, "calendar_record", TRIGGER_EVENT_AFTER, false);
	if (as_calendar_counting ||
		(as_restoring() && TRIGGER_FIRED_BY_INSERT(trigdata->tg_event)))
		return PointerGetDatum(NULL);
	c = batch != NULL ? batch : changes_new(CurrentMemoryContext);
	collect(c, trigdata);
	if (batch == NULL)
		flush(c);
	return PointerGetDatum(NULL);
}

/*
 * aftersales.calendar_protect()
 *
 * A restore may insert history, and nobody may do anything else to it.
 */
Datum
as_calendar_protect(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	Relation	rel;

	as_check_trigger(fcinfo, "calendar_protect", TRIGGER_EVENT_BEFORE, false);
	rel = trigdata->tg_relation;
	if (as_disarm(RelationGetRelid(rel)) ||
		(as_restoring() && (TRIGGER_FIRED_BY_INSERT(trigdata->tg_event) ||
							TRIGGER_FIRED_BY_TRUNCATE(trigdata->tg_event))))
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
			 errdetail("Old revisions of calendars are rebuilt from their recorded history."),
			 errhint("Change rows of calendar, calendar_hours and calendar_day by INSERT, UPDATE and DELETE; history records that by itself."),
			 errtable(rel)));
	return PointerGetDatum(NULL);	/* keep compiler quiet */
}
