/*-------------------------------------------------------------------------
 *
 * expression.c
 *	  Compiles and runs the expressions of policies, which expression_parse.c
 *	  parses.
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
#include "nodes/params.h"
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

GuardTicket *as_guard_ticket = NULL;

/* ---------- compiling ---------- */

static bool
lookup_in_type(void *arg, const char *name, AttributeType *type)
{
	const PolicyType *pt = arg;
	const PolicyAttribute *attribute = pt == NULL ? NULL : as_policy_attribute(pt, name);

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
	const PolicyVersion *pv = e->version;
	const char *ticket_type = e->type == NULL ? "*" : e->type->ticket_type;
	const char *clauses = e->clauses[0] == '\0' ? "-" : e->clauses;

	if (e->kind == EXPR_GUARD || e->kind == EXPR_ROW_GUARD)
		errcontext("guard \"%s\" of policy \"%s\", version %d, ticket type \"%s\", column \"%s\", clauses %s",
				   e->what, pv->policy, pv->version, ticket_type, e->column, clauses);
	else
		errcontext("rule \"%s\" of policy \"%s\", version %d, ticket type \"%s\", column \"%s\", clauses %s",
				   e->what, pv->policy, pv->version, ticket_type, e->column, clauses);
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
	Relation	ticket;
	Relation	row = NULL;
	Node	   *node;

	if (set->cexpr[expr] != NULL && set->cexpr[expr]->is_valid)
		return set->cexpr[expr];
	ticket = table_open(set->desk->ticket_relid, AccessShareLock);
	if (e->table != NULL)
		row = table_open(as_desk_relid(set->desk, e->table), AccessShareLock);
	node = as_expr_parse(ticket, row, e->text, e->kind, lookup_in_type,
						 unconstify(PolicyType *, e->type));
	if (row != NULL)
		table_close(row, NoLock);
	table_close(ticket, NoLock);
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

/*
 * as_expr_nest lets expressions be evaluated from within the evaluation of
 * another one, which must not lose its ticket and memory: until
 * as_expr_unnest they have their own.
 */
void
as_expr_nest(AsStatement *st, ExprNest *nest)
{
	nest->estate = st->estate;
	nest->slot = st->slot;
	nest->row_slot = st->row_slot;
	nest->old_slot = st->old_slot;
	st->estate = NULL;
	st->slot = st->row_slot = st->old_slot = NULL;
}

void
as_expr_unnest(AsStatement *st, const ExprNest *nest)
{
	if (st->slot != NULL)
		ExecDropSingleTupleTableSlot(st->slot);
	if (st->estate != NULL)
		FreeExecutorState(st->estate);
	st->estate = nest->estate;
	st->slot = nest->slot;
	st->row_slot = nest->row_slot;
	st->old_slot = nest->old_slot;
}

static TupleTableSlot *
fill_slot(TupleTableSlot *slot, const TicketRow *row)
{
	int			natts = slot->tts_tupleDescriptor->natts;

	ExecClearTuple(slot);
	if (row == NULL)
		return ExecStoreAllNullTuple(slot);
	memcpy(slot->tts_values, row->values, sizeof(Datum) * natts);
	memcpy(slot->tts_isnull, row->nulls, sizeof(bool) * natts);
	return ExecStoreVirtualTuple(slot);
}

/*
 * as_expr_set_row makes a row of the statement's table the one that row
 * guards read, next to the ticket set before; old is NULL for an INSERT.  The
 * values must live until the next call.
 */
void
as_expr_set_row(AsStatement *st, Relation rel, const TicketRow *new, const TicketRow *old)
{
	ExprContext *econtext = GetPerTupleExprContext(st->estate);

	if (st->row_slot == NULL)
	{
		MemoryContext cxt = MemoryContextSwitchTo(st->cxt);
		TupleDesc	tupdesc = CreateTupleDescCopy(RelationGetDescr(rel));

		st->row_slot = MakeSingleTupleTableSlot(tupdesc, &TTSOpsVirtual);
		st->old_slot = MakeSingleTupleTableSlot(tupdesc, &TTSOpsVirtual);
		MemoryContextSwitchTo(cxt);
	}
	econtext->ecxt_innertuple = fill_slot(st->row_slot, new);
	econtext->ecxt_outertuple = fill_slot(st->old_slot, old);
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
 * as_expr_asks tells whether an expression asks guard functions.  Whatever
 * else it may call is immutable.
 */
bool
as_expr_asks(AsStatement *st, const PolicyVersion *pv, int expr)
{
	AsOwner		owner;
	bool		asks;

	if (expr < 0)
		return false;
	as_become_owner(st->desk, &owner);
	asks = contain_mutable_functions(compile(compiled_set(st, pv), expr)->expr);
	as_become_caller(&owner);
	return asks;
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
 * as_expr_amount evaluates an amount for the ticket set before and the given
 * values: a numeric, in the expression context's memory for the row.  Returns
 * false for NULL.
 */
bool
as_expr_amount(AsStatement *st, const PolicyVersion *pv, int expr, const AmountInput *in,
			   Datum *amount)
{
	ExprContext *econtext = GetPerTupleExprContext(st->estate);
	ParamListInfo params = makeParamList(AMOUNT_COUNT);
	bool		isnull;
	int			i;

	for (i = 0; i < AMOUNT_COUNT; i++)
	{
		params->params[i].value = in->value[i];
		params->params[i].isnull = !in->is_known[i];
		params->params[i].pflags = 0;
		params->params[i].ptype = NUMERICOID;
	}
	econtext->ecxt_param_list_info = params;
	*amount = evaluate(st, pv, expr, &isnull);
	econtext->ecxt_param_list_info = NULL;
	return !isnull;
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
