/*-------------------------------------------------------------------------
 *
 * policy_row.c
 *	  The triggers of the policy tables: what a rule row may say, what is
 *	  frozen, what goes with a deleted row.
 *
 * Row checks look at the row alone as far as pg_restore is concerned: while
 * a dump is restored (as_restoring) neither the freeze of active versions nor
 * what other rows declare is looked at.  UPDATE and DELETE of a frozen row
 * are refused at any time; a restore does neither.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "pgtime.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "expression.h"
#include "policy.h"

PG_FUNCTION_INFO_V1(as_policy_row_check);
PG_FUNCTION_INFO_V1(as_policy_added);
PG_FUNCTION_INFO_V1(as_policy_removed);
PG_FUNCTION_INFO_V1(as_policy_truncate);

bool		as_policy_activating = false;

/* rule tables in the order in which a copy satisfies their references */
const char *const as_rule_table[AS_RULE_TABLES] = {
	"ticket_type", "category", "service_area", "attribute", "event_type",
	"workflow_state", "workflow_transition", "workflow_guard", "sla_rule",
	"escalation_rule", "approval_rule", "duplicate_rule", "row_guard",
	"role_conflict", "warranty_term", "exclusion", "remedy_window", "charge_rule"
};

static char *
column_text(HeapTuple tup, TupleDesc tupdesc, const char *column)
{
	int			attno = SPI_fnumber(tupdesc, column);

	return attno > 0 ? SPI_getvalue(tup, tupdesc, attno) : NULL;
}

/*
 * first_text runs a query over up to three texts and returns the first column
 * of its first row, NULL when there is none.
 */
static char *
first_text(const char *query, const char *a, const char *b, const char *c)
{
	Oid			types[3] = {TEXTOID, TEXTOID, TEXTOID};
	Datum		values[3];
	char	   *result = NULL;

	values[0] = CStringGetTextDatum(a);
	values[1] = CStringGetTextDatum(b);
	values[2] = CStringGetTextDatum(c);
	SPI_connect();
	if (SPI_execute_with_args(query, 3, types, values, NULL, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "reading policy rows failed");
	if (SPI_processed > 0)
	{
		char	   *value = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);

		result = SPI_palloc(strlen(value) + 1);
		strcpy(result, value);
	}
	SPI_finish();
	return result;
}

/*
 * The version's status; NULL when there is no such version (any more).  Its
 * row is locked FOR SHARE: whoever activates it waits for those who edit it.
 */
static char *
version_status(const char *policy, const char *version)
{
	return first_text("SELECT status FROM aftersales.policy_version"
					  " WHERE policy" EQ "$1 AND version" EQ "$2::pg_catalog.int4"
					  " AND $3 IS NOT NULL FOR SHARE", policy, version, "");
}

static void
refuse_dangling(Relation rel, const char *column, const char *value, const char *version,
				const char *policy)
{
	ereport(ERROR,
			(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
			 errmsg("version %s of policy \"%s\" has no %s \"%s\"", version, policy, column, value),
			 errhint("Insert that row first."),
			 errtable(rel)));
}

/*
 * What a foreign key would check, see the head of sql/10_policy.sql; but not
 * a category's parent, which may come later in the same statement.
 */
static void
check_references(Relation rel, HeapTuple new, const char *policy, const char *version)
{
	TupleDesc	tupdesc = RelationGetDescr(rel);
	char	   *ticket_type = column_text(new, tupdesc, "ticket_type");

	if (ticket_type != NULL && strcmp(RelationGetRelationName(rel), "ticket_type") != 0 &&
		first_text("SELECT ticket_type FROM aftersales.ticket_type WHERE policy" EQ "$1"
				   " AND version" EQ "$2::pg_catalog.int4 AND ticket_type" EQ "$3",
				   policy, version, ticket_type) == NULL)
		refuse_dangling(rel, "ticket_type", ticket_type, version, policy);
}

/* Whether only labels and messages differ. */
static bool
only_wording_changed(HeapTuple old, HeapTuple new, TupleDesc tupdesc)
{
	int			i;

	for (i = 1; i <= tupdesc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(tupdesc, i - 1);
		const char *name = NameStr(att->attname);
		bool		old_null;
		bool		new_null;
		Datum		a;
		Datum		b;

		if (strncmp(name, "label_", 6) == 0 || strncmp(name, "message_", 8) == 0 ||
			strncmp(name, "title_", 6) == 0 || strcmp(name, "source") == 0)
			continue;
		a = heap_getattr(old, i, tupdesc, &old_null);
		b = heap_getattr(new, i, tupdesc, &new_null);
		if (old_null != new_null ||
			(!old_null && !datum_image_eq(a, b, att->attbyval, att->attlen)))
			return false;
	}
	return true;
}

static void
refuse_frozen(Relation rel, const char *policy, const char *version)
{
	ereport(ERROR,
			(errcode(ERRCODE_SV_PROTECTED),
			 errmsg("version %s of policy \"%s\" is frozen", version, policy),
			 errdetail("Tickets are judged by it; only labels and messages may change."),
			 errhint("Make a draft with aftersales.draft_policy('%s'), change that, and activate it.", policy),
			 errtable(rel)));
}

/* Rows of policy and policy_version have rules of their own. */
static void
check_version_row(TriggerData *trigdata, HeapTuple new)
{
	Relation	rel = trigdata->tg_relation;
	TupleDesc	tupdesc = RelationGetDescr(rel);
	HeapTuple	old = trigdata->tg_trigtuple;
	char	   *status = column_text(new, tupdesc, "status");

	if (TRIGGER_FIRED_BY_INSERT(trigdata->tg_event))
	{
		if (strcmp(status, "draft") != 0)
			ereport(ERROR,
					(errcode(ERRCODE_SV_PROTECTED),
					 errmsg("a version begins as a draft"),
					 errhint("Insert it as draft and call aftersales.activate_policy()."),
					 errtable(rel)));
	}
	else if (strcmp(column_text(old, tupdesc, "status"), "draft") != 0 ||
			 TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_SV_PROTECTED),
				 errmsg("versions of a policy change by activation only"),
				 errhint("Call aftersales.activate_policy(); a draft may be deleted."),
				 errtable(rel)));
}

/* The calendar of a policy may change until tickets are opened under it. */
static HeapTuple
check_policy_calendar(TriggerData *trigdata, HeapTuple new)
{
	Relation	rel = trigdata->tg_relation;
	TupleDesc	tupdesc = RelationGetDescr(rel);
	char	   *was = column_text(trigdata->tg_trigtuple, tupdesc, "calendar");
	char	   *is = column_text(new, tupdesc, "calendar");
	char	   *policy = column_text(new, tupdesc, "policy");
	int			attno = SPI_fnumber(tupdesc, "calendar");
	bool		isnull;
	Datum		old_value;

	if (was == NULL ? is == NULL : is != NULL && strcmp(was, is) == 0)
		return new;
	if (first_text("SELECT status FROM aftersales.policy_version WHERE policy" EQ "$1"
				   " AND status OPERATOR(pg_catalog.<>) 'draft' AND $2 IS NOT NULL AND $3 IS NOT NULL"
				   " FOR SHARE", policy, "", "") != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_SV_PROTECTED),
				 errmsg("the calendar of policy \"%s\" is fixed", policy),
				 errdetail("A version of it is active, and clocks run by that calendar."),
				 errhint("Name another calendar in the rules of a new draft, or change the rows of the calendar itself."),
				 errtable(rel)));
	/* what else has changed is looked at without it */
	old_value = SPI_getbinval(trigdata->tg_trigtuple, tupdesc, attno, &isnull);
	return heap_modify_tuple_by_cols(new, tupdesc, 1, &attno, &old_value, &isnull);
}

static void
check_policy_row(TriggerData *trigdata, HeapTuple new)
{
	Relation	rel = trigdata->tg_relation;
	TupleDesc	tupdesc = RelationGetDescr(rel);
	char	   *timezone = column_text(new, tupdesc, "timezone");

	if (pg_tzset(timezone) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNSOUND_POLICY),
				 errmsg("unknown time zone \"%s\"", timezone),
				 errhint("Use an IANA name such as Asia/Shanghai."),
				 errtable(rel)));
	if (TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event) &&
		!only_wording_changed(trigdata->tg_trigtuple, check_policy_calendar(trigdata, new), tupdesc))
		ereport(ERROR,
				(errcode(ERRCODE_SV_PROTECTED),
				 errmsg("code and time zone of a policy are fixed"),
				 errhint("Make a policy of another code."),
				 errtable(rel)));
}

static void
check_target(Relation rel, HeapTuple tup, TupleDesc tupdesc)
{
	bool		isnull;
	Datum		value = SPI_getbinval(tup, tupdesc, SPI_fnumber(tupdesc, "target"), &isnull);
	Interval   *target;
	char	   *unit = column_text(tup, tupdesc, "unit");
	bool		by_day = strcmp(unit, "calendar_day") == 0 || strcmp(unit, "working_day") == 0;

	if (isnull)
		return;
	target = DatumGetIntervalP(value);
	if (target->month < 0 || target->day < 0 || target->time < 0 ||
		(by_day ? target->time != 0 : target->month != 0 || target->day != 0) ||
		(target->month != 0 && strcmp(unit, "working_day") == 0))
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNSOUND_POLICY),
				 errmsg("target of rule \"%s\" does not fit its unit", column_text(tup, tupdesc, "rule")),
				 errdetail("Units elapsed and working take hours, minutes and seconds; working_day takes days; calendar_day takes months and days; none may be negative."),
				 errhint("Write 24:00:00 for 24 hours and '1 day' for a day."),
				 errtable(rel)));
}

/* When a level of escalation is due must be readable. */
static void
check_escalation(Relation rel, HeapTuple tup, TupleDesc tupdesc)
{
	bool		is_share;
	int64		offset;

	if (!as_escalation_time(column_text(tup, tupdesc, "at"), &is_share, &offset))
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNSOUND_POLICY),
				 errmsg("\"%s\" is no time of escalation", column_text(tup, tupdesc, "at")),
				 errhint("Write an interval from the due time, such as -00:30 or 2 days, or a share of the time allowed, such as 80%%."),
				 errtable(rel)));
}

static void
check_expression(TriggerData *trigdata, HeapTuple tup, const char *column, ExprKind kind)
{
	TupleDesc	tupdesc = RelationGetDescr(trigdata->tg_relation);
	char	   *text = column_text(tup, tupdesc, column);
	ExprPlace	tl;

	if (text == NULL)
		return;
	tl.policy = column_text(tup, tupdesc, "policy");
	tl.version = atoi(column_text(tup, tupdesc, "version"));
	tl.ticket_type = column_text(tup, tupdesc, "ticket_type");
	tl.table = column_text(tup, tupdesc, "table_name");
	if (kind == EXPR_DUE && strcmp(text, "promised_at") == 0)
		return;
	as_parse_against_template(&tl, text, kind);
}

static void
check_rule_row(TriggerData *trigdata, HeapTuple new)
{
	Relation	rel = trigdata->tg_relation;
	TupleDesc	tupdesc = RelationGetDescr(rel);
	HeapTuple	old = trigdata->tg_trigtuple;
	char	   *policy = column_text(new, tupdesc, "policy");
	char	   *version = column_text(new, tupdesc, "version");
	char	   *status = version_status(policy, version);
	bool		is_delete = TRIGGER_FIRED_BY_DELETE(trigdata->tg_event);
	int			i;

	if (status == NULL && !is_delete)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("policy \"%s\" has no version %s", policy, version),
				 errhint("Insert the policy first; it gets draft version 1. aftersales.draft_policy() makes further ones."),
				 errtable(rel)));
	if (status != NULL && strcmp(status, "draft") != 0 &&
		!(TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event) && only_wording_changed(old, new, tupdesc)))
		refuse_frozen(rel, policy, version);
	if (TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event) &&
		(strcmp(policy, column_text(old, tupdesc, "policy")) != 0 ||
		 strcmp(version, column_text(old, tupdesc, "version")) != 0))
		ereport(ERROR,
				(errcode(ERRCODE_SV_PROTECTED),
				 errmsg("a rule cannot move to another version"),
				 errtable(rel)));
	if (!is_delete)
		check_references(rel, new, policy, version);
	if (!is_delete && SPI_fnumber(tupdesc, "target") > 0)
		check_target(rel, new, tupdesc);
	if (!is_delete && strcmp(RelationGetRelationName(rel), "escalation_rule") == 0)
		check_escalation(rel, new, tupdesc);
	for (i = 0; !is_delete && i + 1 < trigdata->tg_trigger->tgnargs; i += 2)
		check_expression(trigdata, new, trigdata->tg_trigger->tgargs[i],
						 as_expr_kind(trigdata->tg_trigger->tgargs[i + 1]));
}

static bool
function_exists(const char *signature)
{
	Oid			types[1] = {TEXTOID};
	Datum		values[1];
	bool		isnull;

	values[0] = CStringGetTextDatum(signature);
	SPI_connect();
	if (SPI_execute_with_args("SELECT pg_catalog.to_regprocedure($1)", 1, types, values, NULL,
							  true, 1) != SPI_OK_SELECT)
		elog(ERROR, "looking up a function failed");
	(void) SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	SPI_finish();
	return !isnull;
}

/*
 * aftersales.policy_row_check([column, kind] ...)
 */
Datum
as_policy_row_check(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	HeapTuple	new;
	const char *table;

	as_check_trigger(fcinfo, "policy_row_check", TRIGGER_EVENT_BEFORE, true);
	new = TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event) ? trigdata->tg_newtuple : trigdata->tg_trigtuple;
	table = RelationGetRelationName(trigdata->tg_relation);
	if (as_restoring() && TRIGGER_FIRED_BY_INSERT(trigdata->tg_event))
		return PointerGetDatum(new);

	if (strcmp(table, "policy") == 0)
		check_policy_row(trigdata, new);
	else if (strcmp(table, "policy_version") == 0)
	{
		if (!as_policy_activating)
			check_version_row(trigdata, new);
	}
	else if (strcmp(table, "guard_function") == 0)
	{
		if (!TRIGGER_FIRED_BY_DELETE(trigdata->tg_event) &&
			!function_exists(column_text(new, RelationGetDescr(trigdata->tg_relation), "function")))
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_FUNCTION),
					 errmsg("there is no such function"),
					 errtable(trigdata->tg_relation)));
	}
	else
		check_rule_row(trigdata, new);
	return PointerGetDatum(new);
}

/*
 * aftersales.policy_truncate()
 */
Datum
as_policy_truncate(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;

	as_check_trigger(fcinfo, "policy_truncate", TRIGGER_EVENT_BEFORE, false);
	if (!as_restoring())
		ereport(ERROR,
				(errcode(ERRCODE_SV_PROTECTED),
				 errmsg("TRUNCATE of table \"%s\" is not allowed",
						RelationGetRelationName(trigdata->tg_relation)),
				 errdetail("Tickets are judged by the active versions that stand in it."),
				 errhint("Delete the rows of a draft; a draft may also be deleted as a whole."),
				 errtable(trigdata->tg_relation)));
	return PointerGetDatum(NULL);
}

/*
 * aftersales.policy_added()
 */
Datum
as_policy_added(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	Oid			types[1] = {TEXTOID};
	Datum		values[1];

	as_check_trigger(fcinfo, "policy_added", TRIGGER_EVENT_AFTER, true);
	if (as_restoring())
		return PointerGetDatum(NULL);
	values[0] = CStringGetTextDatum(column_text(trigdata->tg_trigtuple,
												RelationGetDescr(trigdata->tg_relation), "policy"));
	SPI_connect();
	if (SPI_execute_with_args("INSERT INTO aftersales.policy_version (policy, version) VALUES ($1, 1)",
							  1, types, values, NULL, false, 0) != SPI_OK_INSERT)
		elog(ERROR, "making a draft failed");
	SPI_finish();
	return PointerGetDatum(NULL);
}

/*
 * aftersales.policy_removed()
 */
Datum
as_policy_removed(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	TupleDesc	tupdesc;
	const char *table;
	Oid			types[3] = {TEXTOID, TEXTOID, TEXTOID};
	Datum		values[3];
	char		nulls[4] = "   ";
	char	   *version;
	int			i;

	as_check_trigger(fcinfo, "policy_removed", TRIGGER_EVENT_AFTER, true);
	tupdesc = RelationGetDescr(trigdata->tg_relation);
	table = RelationGetRelationName(trigdata->tg_relation);
	version = column_text(trigdata->tg_trigtuple, tupdesc, "version");
	values[0] = CStringGetTextDatum(column_text(trigdata->tg_trigtuple, tupdesc, "policy"));
	values[1] = version == NULL ? (Datum) 0 : CStringGetTextDatum(version);
	nulls[1] = version == NULL ? 'n' : ' ';
	nulls[2] = strcmp(table, "ticket_type") == 0 ? ' ' : 'n';
	values[2] = nulls[2] == 'n' ? (Datum) 0 :
		CStringGetTextDatum(column_text(trigdata->tg_trigtuple, tupdesc, "ticket_type"));

	SPI_connect();
	if (version == NULL)
		SPI_execute_with_args("DELETE FROM aftersales.policy_version WHERE policy" EQ "$1",
							  1, types, values, nulls, false, 0);
	for (i = 0; version != NULL && i < AS_RULE_TABLES; i++)
	{
		Oid			relid = get_relname_relid(as_rule_table[i], as_schema_oid());
		bool		has_type = get_attnum(relid, "ticket_type") != InvalidAttrNumber;

		if (nulls[2] != 'n' && !has_type)
			continue;
		SPI_execute_with_args(psprintf("DELETE FROM aftersales.%s WHERE policy" EQ "$1"
									   " AND version" EQ "$2::pg_catalog.int4%s", as_rule_table[i],
									   has_type ? " AND ($3 IS NULL OR ticket_type" EQ "$3)" : ""),
							  has_type ? 3 : 2, types, values, nulls, false, 0);
	}
	SPI_finish();
	return PointerGetDatum(NULL);
}
