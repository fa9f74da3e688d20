/*-------------------------------------------------------------------------
 *
 * policy_expression.c
 *	  Expressions of policy rows, when these are written or checked: they are
 *	  parsed against the empty tables that every desk's are copies of.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/resowner.h"

#include "attribute.h"
#include "expression.h"
#include "policy.h"

PG_FUNCTION_INFO_V1(as_expression_problem);

static bool
lookup_in_table(void *arg, const char *name, AttributeType *type)
{
	ExprPlace *tl = arg;
	Oid			argtypes[4] = {TEXTOID, INT4OID, TEXTOID, TEXTOID};
	Datum		values[4];
	char		nulls[5] = "    ";
	bool		found;

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
		*type = as_attribute_type(SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1));
	SPI_finish();
	return found;
}

/*
 * as_expr_kind returns a kind of expressions by the name it has in SQL.
 */
ExprKind
as_expr_kind(const char *name)
{
	static const char *const names[] = {
		"condition", "guard", "due", "warranty", "amount", "row_condition", "row_guard"
	};
	int			i;

	for (i = 0; i < lengthof(names); i++)
		if (strcmp(name, names[i]) == 0)
			return (ExprKind) i;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("\"%s\" is no kind of expression", name)));
	return EXPR_CONDITION;		/* keep compiler quiet */
}

/*
 * The shape of a desk table's rows, NULL when there is none by that name
 * whose rows are judged.
 */
static Relation
open_template(const char *table)
{
	Oid			relid = InvalidOid;

	if (table != NULL && strcmp(table, "ticket") != 0)
		relid = get_relname_relid(psprintf("%s_template", table), as_schema_oid());
	if (!OidIsValid(relid))
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNSOUND_POLICY),
				 errmsg("rows of table \"%s\" cannot be guarded", table == NULL ? "" : table),
				 errhint("The tables that can are those with a %s in schema aftersales.", "<table>_template")));
	return table_open(relid, AccessShareLock);
}

/*
 * as_parse_against_template parses an expression of a policy row; what is wrong
 * with it is raised.
 */
void
as_parse_against_template(ExprPlace *tl, const char *text, ExprKind kind)
{
	Oid			relid = get_relname_relid("ticket_template", as_schema_oid());
	Relation	ticket = table_open(relid, AccessShareLock);
	Relation	row = NULL;

	if (kind == EXPR_ROW_CONDITION || kind == EXPR_ROW_GUARD)
		row = open_template(tl->table);
	(void) as_expr_parse(ticket, row, text, kind, lookup_in_table, tl);
	if (row != NULL)
		table_close(row, NoLock);
	table_close(ticket, NoLock);
}

/*
 * aftersales.expression_problem(policy, version, ticket_type, kind, expression, table_name)
 *
 * The parse runs in a subtransaction, whose failure is the answer.
 */
Datum
as_expression_problem(PG_FUNCTION_ARGS)
{
	ExprPlace tl;
	char	   *volatile problem = NULL;
	MemoryContext old = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ExprKind	kind;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(3) || PG_ARGISNULL(4))
		PG_RETURN_NULL();
	tl.policy = text_to_cstring(PG_GETARG_TEXT_PP(0));
	tl.version = PG_GETARG_INT32(1);
	tl.ticket_type = PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2));
	tl.table = PG_ARGISNULL(5) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(5));
	kind = as_expr_kind(text_to_cstring(PG_GETARG_TEXT_PP(3)));

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(old);
	PG_TRY();
	{
		as_parse_against_template(&tl, text_to_cstring(PG_GETARG_TEXT_PP(4)), kind);
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
