/*-------------------------------------------------------------------------
 *
 * expression_parse.c
 *	  Parses the expressions of policies and checks what they may use.
 *
 * PostgreSQL parses; the rules are those of CHECK constraints.  A name that is
 * no column may be a declared attribute and becomes a call of
 * aftersales.attribute_<type>().  Only immutable functions of pg_catalog may
 * be called, in a guard the guard functions too.
 *
 * An expression over a row of another table sees three relations: that row by
 * bare names, what it was before as "old", its ticket as "ticket".  At run
 * time they are the inner, the outer and the scan tuple.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parse_coerce.h"
#include "parser/parse_collate.h"
#include "parser/parse_expr.h"
#include "parser/parse_func.h"
#include "parser/parse_node.h"
#include "parser/parse_relation.h"
#include "parser/parser.h"
#include "datatype/timestamp.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/regproc.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "expression.h"
#include "worktime.h"

#define RT_TICKET	1			/* places in the range table */
#define RT_ROW		2
#define RT_OLD		3

typedef struct ParseContext
{
	AttributeLookup lookup;
	void	   *lookup_arg;
	AttrNumber	attributes_attno;
	const char *text;
} ParseContext;

typedef struct CheckContext
{
	ParseState *pstate;
	Relation	ticket;
	ExprKind	kind;
	int			location;		/* of the node being checked */
} CheckContext;

/* trigger-owned columns but for the status, and inputs */
static const char *const not_in_condition[] = {
	"status_at", "status_note", "happened_at", "note", "voided_at", "row_version",
	"changed_at", "event_at", "event_seq", "event_hash",
	/* the warranty class may be; these stand beside it */
	"covers", "remedies", "warranty_until", "warranty_basis"
};

/* all that the conditions of a warranty may read */
static const char *const in_warranty_condition[] = {
	"product_line", "component", "fault_cause", "fault_code", "fault_at"
};

static const char *const amount_name[AMOUNT_COUNT] = {
	"unit_price", "cost_price", "quantity", "days"
};

static const char *const attribute_function[] = {
	"attribute_text", "attribute_integer", "attribute_numeric",
	"attribute_boolean", "attribute_date", "attribute_timestamptz"
};
static const char *const guard_function[] = {
	"has_event", "clock_expired", "approved", "open_promises", "has_event_since", "has_role",
	"evidence_count", "evidence_sum", "charges_settled", "location_kind",
	"parts_balanced"
};

/* Turns a position in the query into one in the expression. */
static void
parse_error_callback(void *arg)
{
	ParseContext *pc = arg;
	int			pos = geterrposition();

	if (pos > 0)
	{
		errposition(0);
		internalerrposition(pos);
		internalerrquery(pc->text);
	}
}

static Node *
attribute_ref(ParseState *pstate, ColumnRef *cref, Node *var)
{
	ParseContext *pc = pstate->p_ref_hook_state;
	AttributeType type;
	const char *name;
	Oid			args[2] = {JSONBOID, TEXTOID};
	Oid			funcid;

	if (var != NULL || list_length(cref->fields) != 1 || !IsA(linitial(cref->fields), String))
		return NULL;
	name = strVal(linitial(cref->fields));
	if (!pc->lookup(pc->lookup_arg, name, &type))
		return NULL;
	funcid = LookupFuncName(list_make2(makeString("aftersales"),
									   makeString(pstrdup(attribute_function[type]))),
							2, args, false);
	return (Node *) makeFuncExpr(funcid, get_func_rettype(funcid),
								 list_make2(makeVar(RT_TICKET, pc->attributes_attno, JSONBOID, -1, InvalidOid, 0),
											makeConst(TEXTOID, -1, DEFAULT_COLLATION_OID, -1,
													  CStringGetTextDatum(name), false, false)),
								 type == ATTR_TEXT ? DEFAULT_COLLATION_OID : InvalidOid,
								 DEFAULT_COLLATION_OID, COERCE_EXPLICIT_CALL);
}

/* In an amount, the names of a line's values come before the ticket's columns. */
static Node *
amount_ref(ParseState *pstate, ColumnRef *cref)
{
	const char *name;
	int			i;

	if (list_length(cref->fields) != 1 || !IsA(linitial(cref->fields), String))
		return NULL;
	name = strVal(linitial(cref->fields));
	for (i = 0; i < AMOUNT_COUNT; i++)
	{
		Param	   *param;

		if (strcmp(name, amount_name[i]) != 0)
			continue;
		param = makeNode(Param);
		param->paramkind = PARAM_EXTERN;
		param->paramid = i + 1;
		param->paramtype = NUMERICOID;
		param->paramtypmod = -1;
		param->location = cref->location;
		return (Node *) param;
	}
	return NULL;
}

static bool
is_one_of(const char *name, const char *const *names, int n)
{
	int			i;

	for (i = 0; i < n; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* Whether the owner of the extension has registered this function. */
static bool
is_registered(Oid funcid)
{
	char	   *signature = format_procedure_qualified(funcid);
	Oid			types[1] = {TEXTOID};
	Datum		values[1];
	bool		found;

	values[0] = CStringGetTextDatum(signature);
	SPI_connect();
	if (SPI_execute_with_args("SELECT 1 FROM aftersales.guard_function"
							  " WHERE pg_catalog.to_regprocedure(function)"
							  EQ "pg_catalog.to_regprocedure($1)",
							  1, types, values, NULL, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "reading guard functions failed");
	found = SPI_processed > 0;
	SPI_finish();
	return found;
}

/* Whether guard functions may be called. */
static bool
may_ask(ExprKind kind)
{
	return kind == EXPR_GUARD || kind == EXPR_ROW_GUARD;
}

/* check_functions_in_node callback: raises for a function that may not be used. */
static bool
function_not_allowed(Oid funcid, void *context)
{
	CheckContext *cc = context;
	Oid			nsp = get_func_namespace(funcid);
	char	   *name = get_func_name(funcid);

	if (nsp == PG_CATALOG_NAMESPACE)
	{
		if (func_volatile(funcid) == PROVOLATILE_IMMUTABLE)
			return false;
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNSOUND_POLICY),
				 errmsg("function %s is not immutable", format_procedure(funcid)),
				 errdetail("The same ticket must give the same answer whenever it is judged."),
				 parser_errposition(cc->pstate, cc->location)));
	}
	if (nsp == as_schema_oid() &&
		is_one_of(name, attribute_function, lengthof(attribute_function)))
		return false;
	if (may_ask(cc->kind) &&
		((nsp == as_schema_oid() && is_one_of(name, guard_function, lengthof(guard_function))) ||
		 is_registered(funcid)))
		return false;
	ereport(ERROR,
			(errcode(ERRCODE_SV_UNSOUND_POLICY),
			 may_ask(cc->kind) ?
			 errmsg("function %s may not be used in a guard", format_procedure(funcid)) :
			 errmsg("function %s may not be used in a condition", format_procedure(funcid)),
			 may_ask(cc->kind) ?
			 errhint("Immutable functions and operators of pg_catalog, guard functions, and functions registered in aftersales.guard_function may.") :
			 errhint("Immutable functions and operators of pg_catalog may."),
			 parser_errposition(cc->pstate, cc->location)));
	return true;				/* keep compiler quiet */
}

static void
check_column(const CheckContext *cc, int varno, AttrNumber attno)
{
	const char *name;

	if (attno <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNSOUND_POLICY),
				 errmsg("system columns and whole-row references may not be used"),
				 parser_errposition(cc->pstate, cc->location)));
	if (varno != RT_TICKET)
		return;
	name = NameStr(TupleDescAttr(RelationGetDescr(cc->ticket), attno - 1)->attname);
	if (cc->kind == EXPR_WARRANTY &&
		!is_one_of(name, in_warranty_condition, lengthof(in_warranty_condition)))
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNSOUND_POLICY),
				 errmsg("column \"%s\" may not be used in a condition of a warranty", name),
				 errhint("product_line, component, fault_cause, fault_code and fault_at may: a fault is judged by them alone."),
				 parser_errposition(cc->pstate, cc->location)));
	if ((cc->kind == EXPR_CONDITION || cc->kind == EXPR_DUE) &&
		is_one_of(name, not_in_condition, lengthof(not_in_condition)))
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNSOUND_POLICY),
				 errmsg("column \"%s\" may not be used in a condition", name),
				 errdetail("Triggers write it; a clock's rule hangs on what the ticket is."),
				 parser_errposition(cc->pstate, cc->location)));
}

/*
 * A user's type may run a user's code: the CHECKs of a domain, and those of
 * a composite type's fields.
 */
static void
check_type(const CheckContext *cc, Node *node)
{
	HeapTuple	tup;
	Oid			nsp;

	switch (nodeTag(node))
	{
		case T_Const:
		case T_FuncExpr:
		case T_OpExpr:
		case T_FieldSelect:
		case T_RelabelType:
		case T_CoerceViaIO:
		case T_ArrayCoerceExpr:
		case T_ConvertRowtypeExpr:
		case T_ArrayExpr:
		case T_RowExpr:
		case T_CoerceToDomain:
			break;
		default:
			return;
	}
	tup = SearchSysCache1(TYPEOID, ObjectIdGetDatum(exprType(node)));
	if (!HeapTupleIsValid(tup))
		elog(ERROR, "cache lookup failed for type %u", exprType(node));
	nsp = ((Form_pg_type) GETSTRUCT(tup))->typnamespace;
	ReleaseSysCache(tup);
	if (cc->kind == EXPR_AMOUNT && (exprType(node) == FLOAT4OID || exprType(node) == FLOAT8OID))
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNSOUND_POLICY),
				 errmsg("an amount may not be computed in floating point"),
				 errhint("Use numeric."),
				 parser_errposition(cc->pstate, cc->location)));
	if (nsp != PG_CATALOG_NAMESPACE || IsA(node, CoerceToDomain))
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNSOUND_POLICY),
				 errmsg("type %s may not be used", format_type_be(exprType(node))),
				 errhint("Types of pg_catalog may."),
				 parser_errposition(cc->pstate, cc->location)));
}

static bool
check_node(Node *node, void *context)
{
	CheckContext *cc = context;

	if (node == NULL)
		return false;
	cc->location = IsA(node, List) ? -1 : exprLocation(node);
	if (IsA(node, Var))
		check_column(cc, ((Var *) node)->varno, ((Var *) node)->varattno);
	if (IsA(node, SQLValueFunction) || IsA(node, NextValueExpr))
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNSOUND_POLICY),
				 errmsg("an expression may not depend on when or by whom it is run"),
				 parser_errposition(cc->pstate, cc->location)));
	check_type(cc, node);
	check_functions_in_node(node, function_not_allowed, context);
	return expression_tree_walker(node, check_node, context);
}

/* The expression of a text that is one bare target, as a raw parse tree. */
static Node *
raw_expression(const char *text)
{
	List	   *list = raw_parser(text, RAW_PARSE_PLPGSQL_EXPR);
	SelectStmt *stmt;

	if (list_length(list) == 1 &&
		IsA(linitial_node(RawStmt, list)->stmt, SelectStmt))
	{
		stmt = (SelectStmt *) linitial_node(RawStmt, list)->stmt;
		if (list_length(stmt->targetList) == 1 && stmt->fromClause == NIL &&
			stmt->whereClause == NULL && stmt->groupClause == NIL &&
			stmt->havingClause == NULL && stmt->windowClause == NIL &&
			stmt->distinctClause == NIL && stmt->sortClause == NIL &&
			stmt->limitOffset == NULL && stmt->limitCount == NULL &&
			stmt->lockingClause == NIL && stmt->withClause == NULL &&
			stmt->op == SETOP_NONE && stmt->intoClause == NULL)
		{
			ResTarget  *target = linitial_node(ResTarget, stmt->targetList);

			if (target->name == NULL && target->indirection == NIL &&
				!(IsA(target->val, ColumnRef) &&
				  IsA(llast(((ColumnRef *) target->val)->fields), A_Star)))
				return target->val;
		}
	}
	ereport(ERROR,
			(errcode(ERRCODE_SV_UNSOUND_POLICY),
			 errmsg("\"%s\" is not one expression", text)));
	return NULL;				/* keep compiler quiet */
}

/* A due time is an instant, or a date whose end it is. */
static void
check_due_type(ParseState *pstate, Node *expr)
{
	Oid			type = exprType(expr);

	if (type != TIMESTAMPTZOID && type != DATEOID)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("due_from must be of type timestamptz or date, not type %s", format_type_be(type)),
				 parser_errposition(pstate, exprLocation(expr))));
}

static void
check_amount_type(ParseState *pstate, Node *expr)
{
	Oid			type = exprType(expr);

	if (type != NUMERICOID && type != INT2OID && type != INT4OID && type != INT8OID)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("an amount must be of type numeric, not type %s", format_type_be(type)),
				 parser_errposition(pstate, exprLocation(expr))));
}

/* Gives the expression the type that its kind asks for. */
static Node *
coerce_to_kind(ParseState *pstate, Node *expr, ExprKind kind)
{
	switch (kind)
	{
		case EXPR_DUE:
			check_due_type(pstate, expr);
			return expr;
		case EXPR_AMOUNT:
			check_amount_type(pstate, expr);
			return coerce_to_specific_type(pstate, expr, NUMERICOID, "AMOUNT");
		default:
			return coerce_to_boolean(pstate, expr, may_ask(kind) ? "GUARD" : "CONDITION");
	}
}

static void
add_relation(ParseState *pstate, Relation rel, const char *alias, bool by_bare_names)
{
	ParseNamespaceItem *nsitem;

	nsitem = addRangeTableEntryForRelation(pstate, rel, AccessShareLock,
										   makeAlias(alias, NIL), false, true);
	addNSItemToQuery(pstate, nsitem, false, true, by_bare_names);
}

/* Turns places in the range table into the tuples of an expression context. */
static bool
place_vars(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Var))
	{
		Var		   *var = (Var *) node;

		if (var->varno == RT_ROW)
			var->varno = INNER_VAR;
		else if (var->varno == RT_OLD)
			var->varno = OUTER_VAR;
		return false;
	}
	return expression_tree_walker(node, place_vars, context);
}

/*
 * as_expr_parse analyses an expression against a ticket table, and for the
 * kinds about rows of another table against that (row, else NULL), and
 * returns the tree, whose Vars of the ticket have number 1.  Raises what
 * PostgreSQL's parser raises, with the position in the expression, or SV011.
 *
 * Names resolve in pg_catalog, then in our own schema, whatever the caller's
 * search_path is.
 */
Node *
as_expr_parse(Relation ticket, Relation row, const char *text, ExprKind kind,
			  AttributeLookup lookup, void *lookup_arg)
{
	ParseContext pc = {lookup, lookup_arg, 0, text};
	CheckContext cc = {NULL, ticket, kind, -1};
	ErrorContextCallback callback = {error_context_stack, parse_error_callback, &pc};
	ParseState *pstate = make_parsestate(NULL);
	Node	   *expr;
	int			nestlevel = NewGUCNestLevel();

	(void) set_config_option("search_path", "pg_catalog, aftersales, pg_temp", PGC_USERSET,
							 PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	error_context_stack = &callback;

	pc.attributes_attno = get_attnum(RelationGetRelid(ticket), "attributes");
	pstate->p_sourcetext = text;
	if (kind == EXPR_AMOUNT)
		pstate->p_pre_columnref_hook = amount_ref;
	if (kind != EXPR_WARRANTY)
		pstate->p_post_columnref_hook = attribute_ref;
	pstate->p_ref_hook_state = &pc;
	add_relation(pstate, ticket, "ticket", row == NULL);
	if (row != NULL)
	{
		add_relation(pstate, row, "new", true);
		add_relation(pstate, row, "old", false);
	}

	expr = transformExpr(pstate, raw_expression(text), EXPR_KIND_CHECK_CONSTRAINT);
	expr = coerce_to_kind(pstate, expr, kind);
	assign_expr_collations(pstate, expr);
	cc.pstate = pstate;
	check_node(expr, &cc);
	(void) place_vars(expr, NULL);
	free_parsestate(pstate);

	error_context_stack = callback.previous;
	AtEOXact_GUC(true, nestlevel);
	return expr;
}
