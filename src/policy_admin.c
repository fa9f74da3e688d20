/*-------------------------------------------------------------------------
 *
 * policy_admin.c
 *	  Writing policies: row checks, drafts, activation.
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
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "pgtime.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/resowner.h"

#include "expression.h"
#include "policy.h"

PG_FUNCTION_INFO_V1(as_policy_row_check);
PG_FUNCTION_INFO_V1(as_policy_added);
PG_FUNCTION_INFO_V1(as_draft_policy);
PG_FUNCTION_INFO_V1(as_activate_policy);
PG_FUNCTION_INFO_V1(as_expression_problem);

/* rule tables in the order in which a copy satisfies their foreign keys */
static const char *const rule_table[] = {
	"ticket_type", "category", "service_area", "attribute", "event_type",
	"workflow_state", "workflow_transition", "workflow_guard", "sla_rule"
};

static bool activating = false;

/* ---------- expressions against the template ---------- */

typedef struct TableLookup
{
	char	   *policy;
	int			version;
	char	   *ticket_type;	/* NULL: any */
} TableLookup;

static bool
lookup_in_table(void *arg, const char *name, AttributeType *type)
{
	static const char *const types[] = {"text", "integer", "numeric", "boolean", "date", "timestamptz"};
	TableLookup *tl = arg;
	Oid			argtypes[4] = {TEXTOID, INT4OID, TEXTOID, TEXTOID};
	Datum		values[4];
	char		nulls[4] = "    ";
	bool		found;
	int			k = 0;

	values[0] = CStringGetTextDatum(tl->policy);
	values[1] = Int32GetDatum(tl->version);
	values[2] = CStringGetTextDatum(name);
	values[3] = tl->ticket_type == NULL ? (Datum) 0 : CStringGetTextDatum(tl->ticket_type);
	nulls[3] = tl->ticket_type == NULL ? 'n' : ' ';
	SPI_connect();
	if (SPI_execute_with_args("SELECT data_type FROM aftersales.attribute"
							  " WHERE policy" EQ "$1 AND version" EQ "$2 AND attribute" EQ "$3"
							  " AND (ticket_type IS NULL OR $4 IS NULL OR ticket_type" EQ "$4)"
							  " ORDER BY ticket_type NULLS LAST", 4, argtypes, values, nulls,
							  false, 1) != SPI_OK_SELECT)
		elog(ERROR, "reading attributes failed");
	found = SPI_processed > 0;
	if (found)
	{
		char	   *data_type = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);

		while (strcmp(types[k], data_type) != 0)
			k++;
		*type = (AttributeType) k;
	}
	SPI_finish();
	return found;
}

static void
parse_against_template(TableLookup *tl, const char *text, bool is_guard)
{
	Oid			relid = get_relname_relid("ticket_template", as_schema_oid());
	Relation	rel = table_open(relid, AccessShareLock);

	(void) as_expr_parse(rel, text, is_guard, lookup_in_table, tl);
	table_close(rel, NoLock);
}

/*
 * aftersales.expression_problem(policy, version, ticket_type, kind, expression)
 *
 * The parse runs in a subtransaction, whose failure is the answer.
 */
Datum
as_expression_problem(PG_FUNCTION_ARGS)
{
	TableLookup tl;
	char	   *volatile problem = NULL;
	MemoryContext old = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	bool		is_guard;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(3) || PG_ARGISNULL(4))
		PG_RETURN_NULL();
	tl.policy = text_to_cstring(PG_GETARG_TEXT_PP(0));
	tl.version = PG_GETARG_INT32(1);
	tl.ticket_type = PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2));
	is_guard = strcmp(text_to_cstring(PG_GETARG_TEXT_PP(3)), "guard") == 0;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(old);
	PG_TRY();
	{
		parse_against_template(&tl, text_to_cstring(PG_GETARG_TEXT_PP(4)), is_guard);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		ErrorData  *edata;

		MemoryContextSwitchTo(old);
		edata = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		problem = edata->message;
	}
	PG_END_TRY();
	MemoryContextSwitchTo(old);
	CurrentResourceOwner = owner;
	if (problem == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(problem));
}

/* ---------- row checks ---------- */

static char *
column_text(HeapTuple tup, TupleDesc tupdesc, const char *column)
{
	int			attno = SPI_fnumber(tupdesc, column);

	return attno > 0 ? SPI_getvalue(tup, tupdesc, attno) : NULL;
}

/* The version's status; NULL when there is no such version (any more). */
static char *
version_status(const char *policy, const char *version)
{
	Oid			types[2] = {TEXTOID, INT4OID};
	Datum		values[2];
	char	   *status = NULL;

	values[0] = CStringGetTextDatum(policy);
	values[1] = Int32GetDatum(atoi(version));
	SPI_connect();
	if (SPI_execute_with_args("SELECT status FROM aftersales.policy_version"
							  " WHERE policy" EQ "$1 AND version" EQ "$2",
							  2, types, values, NULL, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "reading policy versions failed");
	if (SPI_processed > 0)
	{
		char	   *value = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);

		status = SPI_palloc(strlen(value) + 1);
		strcpy(status, value);
	}
	SPI_finish();
	return status;
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
		!only_wording_changed(trigdata->tg_trigtuple, new, tupdesc))
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
	bool		by_day = strcmp(column_text(tup, tupdesc, "unit"), "calendar_day") == 0;

	if (isnull)
		return;
	target = DatumGetIntervalP(value);
	if (target->month < 0 || target->day < 0 || target->time < 0 ||
		(by_day ? target->time != 0 : target->month != 0 || target->day != 0))
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNSOUND_POLICY),
				 errmsg("target of rule \"%s\" does not fit its unit", column_text(tup, tupdesc, "rule")),
				 errdetail("Unit elapsed takes hours, minutes and seconds; calendar_day takes months and days; neither may be negative."),
				 errhint("Write 24:00:00 for 24 hours and '1 day' for a day."),
				 errtable(rel)));
}

static void
check_expression(TriggerData *trigdata, HeapTuple tup, const char *column, bool is_guard)
{
	TupleDesc	tupdesc = RelationGetDescr(trigdata->tg_relation);
	char	   *text = column_text(tup, tupdesc, column);
	TableLookup tl;

	if (text == NULL)
		return;
	tl.policy = column_text(tup, tupdesc, "policy");
	tl.version = atoi(column_text(tup, tupdesc, "version"));
	tl.ticket_type = column_text(tup, tupdesc, "ticket_type");
	parse_against_template(&tl, text, is_guard);
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
	if (!is_delete && SPI_fnumber(tupdesc, "target") > 0)
		check_target(rel, new, tupdesc);
	if (!is_delete && trigdata->tg_trigger->tgnargs == 2)
		check_expression(trigdata, new, trigdata->tg_trigger->tgargs[0],
						 strcmp(trigdata->tg_trigger->tgargs[1], "guard") == 0);
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
 * aftersales.policy_row_check([column, kind])
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
		if (!activating)
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

/* ---------- drafts and activation ---------- */

/* The columns of a rule table but for policy and version. */
static char *
other_columns(const char *table)
{
	Relation	rel = table_open(get_relname_relid(table, as_schema_oid()), AccessShareLock);
	StringInfoData buf;
	int			i;

	initStringInfo(&buf);
	for (i = 0; i < RelationGetDescr(rel)->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(RelationGetDescr(rel), i);

		if (att->attisdropped || strcmp(NameStr(att->attname), "policy") == 0 ||
			strcmp(NameStr(att->attname), "version") == 0)
			continue;
		appendStringInfo(&buf, ", %s", quote_identifier(NameStr(att->attname)));
	}
	table_close(rel, NoLock);
	return buf.data;
}

static int32
int_result(bool *isnull)
{
	return SPI_processed == 0 ? (*isnull = true, 0) :
		DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, isnull));
}

/*
 * aftersales.draft_policy(policy)
 */
Datum
as_draft_policy(PG_FUNCTION_ARGS)
{
	Oid			types[3] = {TEXTOID, INT4OID, INT4OID};
	Datum		values[3];
	bool		isnull;
	int32		from;
	int32		version;
	int			i;

	values[0] = PG_GETARG_DATUM(0);
	SPI_connect();
	/* the policy's row is locked: two drafts at once get two numbers */
	if (SPI_execute_with_args("SELECT 1 FROM aftersales.policy WHERE policy" EQ "$1 FOR NO KEY UPDATE",
							  1, types, values, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "locking the policy failed");
	SPI_execute_with_args("SELECT version FROM aftersales.policy_version WHERE policy" EQ "$1"
						  " AND status OPERATOR(pg_catalog.<>) 'draft'"
						  " ORDER BY activated_at DESC, version DESC",
						  1, types, values, NULL, false, 1);
	from = int_result(&isnull);
	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNKNOWN_VALUE),
				 errmsg("policy \"%s\" has no active version to copy",
						text_to_cstring(PG_GETARG_TEXT_PP(0))),
				 errhint("A new policy has draft version 1 already; the table aftersales.policy lists policies.")));
	SPI_execute_with_args("INSERT INTO aftersales.policy_version (policy, version)"
						  " SELECT $1, 1 OPERATOR(pg_catalog.+) pg_catalog.max(version)"
						  " FROM aftersales.policy_version WHERE policy" EQ "$1 RETURNING version",
						  1, types, values, NULL, false, 0);
	version = int_result(&isnull);
	values[1] = Int32GetDatum(from);
	values[2] = Int32GetDatum(version);
	for (i = 0; i < lengthof(rule_table); i++)
	{
		char	   *columns = other_columns(rule_table[i]);

		SPI_execute_with_args(psprintf("INSERT INTO aftersales.%1$s (policy, version%2$s)"
									   " SELECT policy, $3%2$s FROM aftersales.%1$s"
									   " WHERE policy" EQ "$1 AND version" EQ "$2",
									   rule_table[i], columns),
							  3, types, values, NULL, false, 0);
	}
	SPI_finish();
	PG_RETURN_INT32(version);
}

/* Raises SV011 with what check_policy finds, unless it finds no error. */
static void
require_sound(Datum *values)
{
	Oid			types[2] = {TEXTOID, INT4OID};
	StringInfoData detail;
	uint64		i;

	SPI_execute_with_args("SELECT table_name, item, problem FROM aftersales.check_policy($1, $2)"
						  " WHERE severity" EQ "'error'", 2, types, values, NULL, false, 0);
	if (SPI_processed == 0)
		return;
	initStringInfo(&detail);
	for (i = 0; i < SPI_processed; i++)
		appendStringInfo(&detail, "%s%s %s: %s", i == 0 ? "" : "\n",
						 SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1),
						 SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2),
						 SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 3));
	ereport(ERROR,
			(errcode(ERRCODE_SV_UNSOUND_POLICY),
			 errmsg("version %d of policy \"%s\" is not sound", DatumGetInt32(values[1]),
					TextDatumGetCString(values[0])),
			 errdetail("%s", detail.data),
			 errhint("Mend the draft; aftersales.check_policy() lists the same.")));
}

static void
put_in_force(Datum *values, char *nulls)
{
	Oid			types[3] = {TEXTOID, INT4OID, TIMESTAMPTZOID};

	if (SPI_execute_with_args("UPDATE aftersales.policy_version v SET status = 'active',"
							  " effective_from = coalesce($3, CASE WHEN EXISTS"
							  " (SELECT FROM aftersales.policy_version o WHERE o.policy" EQ "$1"
							  " AND o.status OPERATOR(pg_catalog.<>) 'draft')"
							  " THEN aftersales.now() ELSE '-infinity' END),"
							  " activated_at = pg_catalog.statement_timestamp(), activated_by = session_user"
							  " WHERE v.policy" EQ "$1 AND v.version" EQ "$2 AND v.status" EQ "'draft'",
							  3, types, values, nulls, false, 0) != SPI_OK_UPDATE ||
		SPI_processed == 0)
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNKNOWN_VALUE),
				 errmsg("policy \"%s\" has no draft version %d", TextDatumGetCString(values[0]),
						DatumGetInt32(values[1])),
				 errhint("The table aftersales.policy_version lists the versions.")));
	/* what another version has taken over from is retired */
	SPI_execute_with_args("UPDATE aftersales.policy_version v SET status = 'retired'"
						  " WHERE v.policy" EQ "$1 AND v.status" EQ "'active'"
						  " AND EXISTS (SELECT FROM aftersales.policy_version o"
						  " WHERE o.policy" EQ "$1 AND o.status OPERATOR(pg_catalog.<>) 'draft'"
						  " AND (o.effective_from, o.version) OPERATOR(pg_catalog.>) (v.effective_from, v.version)"
						  " AND o.effective_from" LE "aftersales.now())",
						  1, types, values, NULL, false, 0);
}

/*
 * aftersales.activate_policy(policy, version, effective_from)
 */
Datum
as_activate_policy(PG_FUNCTION_ARGS)
{
	Datum		values[3];
	char		nulls[3] = "   ";

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("policy and version must be given")));
	values[0] = PG_GETARG_DATUM(0);
	values[1] = PG_GETARG_DATUM(1);
	values[2] = PG_ARGISNULL(2) ? (Datum) 0 : PG_GETARG_DATUM(2);
	nulls[2] = PG_ARGISNULL(2) ? 'n' : ' ';

	SPI_connect();
	activating = true;
	PG_TRY();
	{
		put_in_force(values, nulls);
		require_sound(values);
	}
	PG_FINALLY();
	{
		activating = false;
	}
	PG_END_TRY();
	SPI_finish();
	PG_RETURN_VOID();
}
