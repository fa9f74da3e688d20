/*-------------------------------------------------------------------------
 *
 * expression.c
 *	  Parses, checks, compiles and runs the expressions of policies.
 *
 * PostgreSQL does all of it.  The text is parsed as one bare target and
 * analysed under the rules of CHECK constraints, against the ticket's row
 * type; a name that is no column may be a declared attribute and becomes a
 * call of aftersales.attribute_<type>().  Only immutable functions of
 * pg_catalog may be called, in a guard the guard functions too.
 *
 * On write an expression is parsed against aftersales.ticket_template, at use
 * against the desk's own ticket table.  The planned tree is kept with
 * GetCachedExpression and belongs to the policy cache; execution state is
 * made per statement, on first use.
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

/* The compiled expressions of one policy version on one desk. */
typedef struct CompiledSet
{
	const PolicyVersion *pv;
	const AsDesk *desk;
	CachedExpression **cexpr;	/* by expression index, NULL: not yet */
	Bitmapset **columns;		/* by type index: what its conditions read, */
	bool	   *reads_status;	/* but for the status */
	bool	   *columns_known;
	struct CompiledSet *next;
} CompiledSet;

/* Their execution states in one statement. */
typedef struct ExprSet
{
	CompiledSet *compiled;
	ExprState **states;
} ExprSet;

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
	Relation	rel;
	ExprKind	kind;
	int			location;		/* of the node being checked */
} CheckContext;

/* trigger-owned columns but for the status, and inputs */
static const char *const not_in_condition[] = {
	"status_at", "status_note", "happened_at", "note", "voided_at", "row_version",
	"changed_at", "event_at", "event_seq", "event_hash"
};

static const char *const attribute_function[] = {
	"attribute_text", "attribute_integer", "attribute_numeric",
	"attribute_boolean", "attribute_date", "attribute_timestamptz"
};
static const char *const guard_function[] = {
	"has_event", "clock_expired", "approved", "open_promises"
};

GuardTicket *as_guard_ticket = NULL;

/* ---------- parsing ---------- */

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
								 list_make2(makeVar(1, pc->attributes_attno, JSONBOID, -1, InvalidOid, 0),
											makeConst(TEXTOID, -1, DEFAULT_COLLATION_OID, -1,
													  CStringGetTextDatum(name), false, false)),
								 type == ATTR_TEXT ? DEFAULT_COLLATION_OID : InvalidOid,
								 DEFAULT_COLLATION_OID, COERCE_EXPLICIT_CALL);
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
	if (cc->kind == EXPR_GUARD &&
		((nsp == as_schema_oid() && is_one_of(name, guard_function, lengthof(guard_function))) ||
		 is_registered(funcid)))
		return false;
	ereport(ERROR,
			(errcode(ERRCODE_SV_UNSOUND_POLICY),
			 cc->kind == EXPR_GUARD ?
			 errmsg("function %s may not be used in a guard", format_procedure(funcid)) :
			 errmsg("function %s may not be used in a condition", format_procedure(funcid)),
			 cc->kind == EXPR_GUARD ?
			 errhint("Immutable functions and operators of pg_catalog, guard functions, and functions registered in aftersales.guard_function may.") :
			 errhint("Immutable functions and operators of pg_catalog may."),
			 parser_errposition(cc->pstate, cc->location)));
	return true;				/* keep compiler quiet */
}

static void
check_column(const CheckContext *cc, AttrNumber attno)
{
	const char *name;

	if (attno <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNSOUND_POLICY),
				 errmsg("system columns and whole-row references may not be used"),
				 parser_errposition(cc->pstate, cc->location)));
	name = NameStr(TupleDescAttr(RelationGetDescr(cc->rel), attno - 1)->attname);
	if (cc->kind != EXPR_GUARD && is_one_of(name, not_in_condition, lengthof(not_in_condition)))
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
		check_column(cc, ((Var *) node)->varattno);
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

/*
 * as_expr_parse analyses an expression against a ticket table and returns the
 * tree, whose Vars have number 1.  Raises what PostgreSQL's parser raises,
 * with the position in the expression, or SV011.
 *
 * Names resolve in pg_catalog, then in our own schema, whatever the caller's
 * search_path is.
 */
Node *
as_expr_parse(Relation rel, const char *text, ExprKind kind,
			  AttributeLookup lookup, void *lookup_arg)
{
	ParseContext pc = {lookup, lookup_arg, 0, text};
	CheckContext cc = {NULL, rel, kind, -1};
	ErrorContextCallback callback = {error_context_stack, parse_error_callback, &pc};
	ParseState *pstate = make_parsestate(NULL);
	ParseNamespaceItem *nsitem;
	Node	   *expr;
	int			nestlevel = NewGUCNestLevel();

	(void) set_config_option("search_path", "pg_catalog, aftersales, pg_temp", PGC_USERSET,
							 PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	error_context_stack = &callback;

	pc.attributes_attno = get_attnum(RelationGetRelid(rel), "attributes");
	pstate->p_sourcetext = text;
	pstate->p_post_columnref_hook = attribute_ref;
	pstate->p_ref_hook_state = &pc;
	nsitem = addRangeTableEntryForRelation(pstate, rel, AccessShareLock,
										   makeAlias("ticket", NIL), false, true);
	addNSItemToQuery(pstate, nsitem, false, true, true);

	expr = transformExpr(pstate, raw_expression(text), EXPR_KIND_CHECK_CONSTRAINT);
	if (kind == EXPR_DUE)
		check_due_type(pstate, expr);
	else
		expr = coerce_to_boolean(pstate, expr, kind == EXPR_GUARD ? "GUARD" : "CONDITION");
	assign_expr_collations(pstate, expr);
	cc.pstate = pstate;
	check_node(expr, &cc);
	free_parsestate(pstate);

	error_context_stack = callback.previous;
	AtEOXact_GUC(true, nestlevel);
	return expr;
}

/* ---------- compiling ---------- */

static bool
lookup_in_type(void *arg, const char *name, AttributeType *type)
{
	const PolicyAttribute *attribute = as_policy_attribute((const PolicyType *) arg, name);

	if (attribute == NULL)
		return false;
	*type = attribute->type;
	return true;
}

/* Says in an error's context which expression it comes from. */
static void
use_error_callback(void *arg)
{
	const PolicyExpr *e = arg;

	const PolicyVersion *pv = e->type->version;
	const char *clauses = e->clauses[0] == '\0' ? "-" : e->clauses;

	if (e->kind == EXPR_GUARD)
		errcontext("guard \"%s\" of policy \"%s\", version %d, ticket type \"%s\", column \"%s\", clauses %s",
				   e->what, pv->policy, pv->version, e->type->ticket_type, e->column, clauses);
	else
		errcontext("rule \"%s\" of policy \"%s\", version %d, ticket type \"%s\", column \"%s\", clauses %s",
				   e->what, pv->policy, pv->version, e->type->ticket_type, e->column, clauses);
}

static CompiledSet *
compiled_set(AsStatement *st, const PolicyVersion *pv)
{
	AsCache    *cache = st->cache;
	CompiledSet *set;

	for (set = cache->compiled; set != NULL; set = set->next)
		if (set->pv == pv && set->desk == st->desk)
			return set;
	set = MemoryContextAllocZero(cache->cxt, sizeof(CompiledSet));
	set->pv = pv;
	set->desk = st->desk;
	set->cexpr = MemoryContextAllocZero(cache->cxt, sizeof(CachedExpression *) * Max(pv->nexprs, 1));
	set->columns = MemoryContextAllocZero(cache->cxt, sizeof(Bitmapset *) * Max(pv->ntypes, 1));
	set->reads_status = MemoryContextAllocZero(cache->cxt, sizeof(bool) * Max(pv->ntypes, 1));
	set->columns_known = MemoryContextAllocZero(cache->cxt, sizeof(bool) * Max(pv->ntypes, 1));
	set->next = cache->compiled;
	cache->compiled = set;
	return set;
}

/* The compiled expression; the caller acts as the desk's owner. */
static CachedExpression *
compile(CompiledSet *set, int expr)
{
	const PolicyExpr *e = &set->pv->exprs[expr];
	Relation	rel;
	Node	   *node;

	if (set->cexpr[expr] != NULL && set->cexpr[expr]->is_valid)
		return set->cexpr[expr];
	rel = table_open(set->desk->ticket_relid, AccessShareLock);
	node = as_expr_parse(rel, e->text, e->kind, lookup_in_type, unconstify(PolicyType *, e->type));
	table_close(rel, NoLock);
	/* an invalid one may still be in use by an outer statement: keep it */
	set->cexpr[expr] = GetCachedExpression(node);
	return set->cexpr[expr];
}

/*
 * as_expr_condition_columns returns the columns (attribute numbers) that the
 * clock conditions of a ticket type read.  The status is told apart: it counts
 * as it was when the clock started, and its change matches nothing anew.
 */
Bitmapset *
as_expr_condition_columns(AsStatement *st, const PolicyType *pt, bool *reads_status)
{
	CompiledSet *set = compiled_set(st, pt->version);
	int			t = pt - pt->version->types;
	Bitmapset  *columns = NULL;
	AsOwner		owner;
	int			i;

	*reads_status = set->reads_status[t];
	if (set->columns_known[t])
		return set->columns[t];
	as_become_owner(st->desk, &owner);
	for (i = 0; i < pt->nrules; i++)
	{
		List	   *vars = NIL;
		ListCell   *lc;

		if (pt->rules[i].expr >= 0)
			vars = pull_var_clause(compile(set, pt->rules[i].expr)->expr, 0);
		if (pt->rules[i].due_expr >= 0)
			vars = list_concat(vars, pull_var_clause(compile(set, pt->rules[i].due_expr)->expr, 0));
		foreach(lc, vars)
		{
			AttrNumber	attno = lfirst_node(Var, lc)->varattno;
			MemoryContext old;

			if (attno == st->desk->attno[TC_STATUS])
			{
				set->reads_status[t] = *reads_status = true;
				continue;
			}
			old = MemoryContextSwitchTo(st->cache->cxt);
			columns = bms_add_member(columns, attno);
			MemoryContextSwitchTo(old);
		}
	}
	as_become_caller(&owner);
	set->columns[t] = columns;
	set->columns_known[t] = true;
	return columns;
}

/*
 * as_expr_free lets go of what was compiled for a cache.
 */
void
as_expr_free(AsCache *cache)
{
	CompiledSet *set;
	int			i;

	for (set = cache->compiled; set != NULL; set = set->next)
		for (i = 0; i < set->pv->nexprs; i++)
			if (set->cexpr[i] != NULL)
				FreeCachedExpression(set->cexpr[i]);
	cache->compiled = NULL;
}

/* ---------- running ---------- */

/*
 * as_expr_set_ticket makes a row the one that expressions read.  The row's
 * values must live until the next call.
 */
void
as_expr_set_ticket(AsStatement *st, const TicketRow *row)
{
	TupleDesc	tupdesc = st->desk->tupdesc;

	if (st->estate == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(st->cxt);

		st->estate = CreateExecutorState();
		st->slot = MakeSingleTupleTableSlot(tupdesc, &TTSOpsVirtual);
		MemoryContextSwitchTo(old);
	}
	ExecClearTuple(st->slot);
	memcpy(st->slot->tts_values, row->values, sizeof(Datum) * tupdesc->natts);
	memcpy(st->slot->tts_isnull, row->nulls, sizeof(bool) * tupdesc->natts);
	ExecStoreVirtualTuple(st->slot);
	GetPerTupleExprContext(st->estate)->ecxt_scantuple = st->slot;
	ResetPerTupleExprContext(st->estate);
}

static ExprState *
expr_state(AsStatement *st, const PolicyVersion *pv, int expr)
{
	CompiledSet *compiled = compiled_set(st, pv);
	ExprSet    *set = NULL;
	ListCell   *lc;
	MemoryContext old;

	foreach(lc, st->exprs)
	{
		set = lfirst(lc);
		if (set->compiled == compiled)
			break;
		set = NULL;
	}
	if (set != NULL && set->states[expr] != NULL)
		return set->states[expr];

	old = MemoryContextSwitchTo(st->cxt);
	if (set == NULL)
	{
		set = palloc(sizeof(ExprSet));
		set->compiled = compiled;
		set->states = palloc0(sizeof(ExprState *) * Max(pv->nexprs, 1));
		st->exprs = lappend(st->exprs, set);
	}
	set->states[expr] = ExecInitExpr((Expr *) compile(compiled, expr)->expr, NULL);
	MemoryContextSwitchTo(old);
	return set->states[expr];
}

/* Evaluates an expression for the ticket set before, as the desk's owner: a
 * writer needs no right on guard functions or on what they read. */
static Datum
evaluate(AsStatement *st, const PolicyVersion *pv, int expr, bool *isnull)
{
	ErrorContextCallback callback;
	AsOwner		owner;
	ExprState  *state;
	Datum		value;

	callback.previous = error_context_stack;
	callback.callback = use_error_callback;
	callback.arg = &pv->exprs[expr];
	error_context_stack = &callback;

	as_become_owner(st->desk, &owner);
	state = expr_state(st, pv, expr);
	value = ExecEvalExprSwitchContext(state, GetPerTupleExprContext(st->estate), isnull);
	as_become_caller(&owner);

	error_context_stack = callback.previous;
	return value;
}

/*
 * as_expr_holds tells whether an expression is true for the ticket set
 * before; NULL is not.  -1 is the expression that always holds.
 */
bool
as_expr_holds(AsStatement *st, const PolicyVersion *pv, int expr)
{
	Datum		value;
	bool		isnull;

	if (expr < 0)
		return true;
	value = evaluate(st, pv, expr, &isnull);
	return !isnull && DatumGetBool(value);
}

/*
 * as_expr_due evaluates a due_from for the ticket set before: an instant, or a
 * date's last one in the policy's time zone.  Returns false for NULL.
 */
bool
as_expr_due(AsStatement *st, const PolicyVersion *pv, int expr, TimestampTz *due)
{
	Datum		value;
	bool		isnull;

	value = evaluate(st, pv, expr, &isnull);
	if (isnull)
		return false;
	if (exprType(compile(compiled_set(st, pv), expr)->expr) == DATEOID)
		*due = as_end_of_day(DatumGetDateADT(value) + POSTGRES_EPOCH_JDATE, pv->tz);
	else
		*due = DatumGetTimestampTz(value);
	if (TIMESTAMP_NOT_FINITE(*due))
		return false;
	return true;
}
