/*-------------------------------------------------------------------------
 *
 * policy_admin.c
 *	  Drafts and activation of policies, with the caller's rights.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "access/table.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "policy.h"

PG_FUNCTION_INFO_V1(as_draft_policy);
PG_FUNCTION_INFO_V1(as_activate_policy);

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
 * One at a time: two drafts at once get two numbers, and of two activations
 * the second sees what the first has retired.
 */
static void
lock_policy(Datum *values)
{
	Oid			types[1] = {TEXTOID};

	if (SPI_execute_with_args("SELECT 1 FROM aftersales.policy WHERE policy" EQ "$1 FOR NO KEY UPDATE",
							  1, types, values, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "locking the policy failed");
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
	lock_policy(values);
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
	for (i = 0; i < AS_RULE_TABLES; i++)
	{
		char	   *columns = other_columns(as_rule_table[i]);

		SPI_execute_with_args(psprintf("INSERT INTO aftersales.%1$s (policy, version%2$s)"
									   " SELECT policy, $3%2$s FROM aftersales.%1$s"
									   " WHERE policy" EQ "$1 AND version" EQ "$2",
									   as_rule_table[i], columns),
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
						  " WHERE severity" EQ "'error'"
						  " ORDER BY (table_name, item, problem)::pg_catalog.text COLLATE pg_catalog.\"C\"",
						  2, types, values, NULL, false, 0);
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
			 errdetail_internal("%s", detail.data),
			 errhint("Mend the draft; aftersales.check_policy() lists the same.")));
}

static void
put_in_force(Datum *values, char *nulls)
{
	Oid			types[3] = {TEXTOID, INT4OID, TIMESTAMPTZOID};

	lock_policy(values);
	if (SPI_execute_with_args("UPDATE aftersales.policy_version v SET status = 'active',"
							  " digest = aftersales.policy_digest($1, $2),"
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
	char		nulls[4] = "   ";

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("policy and version must be given")));
	values[0] = PG_GETARG_DATUM(0);
	values[1] = PG_GETARG_DATUM(1);
	values[2] = PG_ARGISNULL(2) ? (Datum) 0 : PG_GETARG_DATUM(2);
	nulls[2] = PG_ARGISNULL(2) ? 'n' : ' ';

	SPI_connect();
	as_policy_activating = true;
	PG_TRY();
	{
		put_in_force(values, nulls);
		require_sound(values);
	}
	PG_FINALLY();
	{
		as_policy_activating = false;
	}
	PG_END_TRY();
	SPI_finish();
	PG_RETURN_VOID();
}
