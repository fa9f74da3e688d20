/*-------------------------------------------------------------------------
 *
 * record_load.c
 *	  Reads approval_rule, duplicate_rule, row_guard and role_conflict into a
 *	  policy version.
 *
 * Called by policy_load.c, under its snapshot; everything is copied into the
 * cache's context.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "policy_load.h"

static ApprovalPurpose
purpose_of(const char *purpose)
{
	return strcmp(purpose, "extension") == 0 ? APPROVE_EXTENSION :
		strcmp(purpose, "excuse") == 0 ? APPROVE_EXCUSE : APPROVE_CONSENT;
}

static ApprovalRelation
relation_of(const char *relation)
{
	return relation == NULL ? RELATION_NONE :
		strcmp(relation, "@superior") == 0 ? RELATION_SUPERIOR : RELATION_ORG_HEAD;
}

/* The rows of a type are ordered by kind and step. */
static void
load_approvals_of_type(PolicyType *pt, MemoryContext cxt, int first, int n)
{
	int			row;

	pt->approvals = MemoryContextAllocZero(cxt, sizeof(PolicyApproval) * Max(n, 1));
	pt->napprovals = 0;
	for (row = first; row < first + n; row++)
	{
		char	   *kind = as_load_text(CurrentMemoryContext, row, 2);
		PolicyApproval *pa = pt->napprovals == 0 ? NULL : &pt->approvals[pt->napprovals - 1];
		PolicyApprovalStep *step;

		if (pa == NULL || strcmp(pa->kind, kind) != 0)
		{
			pa = &pt->approvals[pt->napprovals++];
			pa->kind = MemoryContextStrdup(cxt, kind);
			pa->purpose = purpose_of(as_load_text(CurrentMemoryContext, row, 4));
			pa->items = as_load_bool(row, 8);
			pa->steps = MemoryContextAlloc(cxt, sizeof(PolicyApprovalStep) * (first + n - row));
		}
		step = &pa->steps[pa->nsteps++];
		step->step = as_load_int(row, 3);
		as_load_list(cxt, row, 5, &step->roles);
		step->clauses = as_load_clauses(cxt, row, 6);
		step->relation = relation_of(as_load_text(CurrentMemoryContext, row, 7));
	}
}

static void
load_approvals(PolicyVersion *pv)
{
	int			nrows = as_load_query(psprintf("SELECT DISTINCT ON (t.ticket_type, r.kind, r.step)"
											   " t.ticket_type, r.kind, r.step, r.purpose, r.roles, r.clauses,"
											   " r.relation, r.items "
											   OF_TYPE " ORDER BY t.ticket_type, r.kind, r.step,"
											   " r.ticket_type NULLS LAST", "approval_rule"), pv);
	int			i;

	for (i = 0; i < pv->ntypes; i++)
	{
		int			first = 0;
		int			n = as_rows_of_type(pv->types[i].ticket_type, nrows, &first);

		load_approvals_of_type(&pv->types[i], pv->cache->cxt, first, n);
	}
}

/* Which clock rules an approval may extend. */
static void
load_extensions(PolicyVersion *pv)
{
	MemoryContext cxt = pv->cache->cxt;
	int			nrows = as_load_query(psprintf("SELECT t.ticket_type, r.extension_approval,"
											   " pg_catalog.array_agg(r.rule) " OF_TYPE
											   " AND r.extension_approval IS NOT NULL"
											   " GROUP BY 1, 2 ORDER BY 1, 2", "sla_rule"), pv);
	int			i;

	for (i = 0; i < pv->ntypes; i++)
	{
		PolicyType *pt = &pv->types[i];
		int			first = 0;
		int			n = as_rows_of_type(pt->ticket_type, nrows, &first);
		int			a;

		for (; n > 0; n--, first++)
			for (a = 0; a < pt->napprovals; a++)
				if (strcmp(pt->approvals[a].kind,
						   as_load_text(CurrentMemoryContext, first, 2)) == 0)
					as_load_list(cxt, first, 3, &pt->approvals[a].extends);
	}
}

static void
load_duplicates(PolicyVersion *pv)
{
	MemoryContext cxt = pv->cache->cxt;
	int			nrows = as_load_query("SELECT ticket_type, rule, match_on, becomes_type,"
									  " becomes_category, clauses FROM aftersales.duplicate_rule"
									  " WHERE policy" EQ "$1 AND version" EQ "$2"
									  " ORDER BY ticket_type, rule", pv);
	int			i;

	for (i = 0; i < pv->ntypes; i++)
	{
		PolicyType *pt = &pv->types[i];
		int			first = 0;
		int			d;

		pt->nduplicates = as_rows_of_type(pt->ticket_type, nrows, &first);
		pt->duplicates = MemoryContextAlloc(cxt, sizeof(PolicyDuplicate) * Max(pt->nduplicates, 1));
		for (d = 0; d < pt->nduplicates; d++)
		{
			PolicyDuplicate *dup = &pt->duplicates[d];

			dup->rule = as_load_text(cxt, first + d, 2);
			as_load_list(cxt, first + d, 3, &dup->match_on);
			dup->becomes_type = as_load_text(cxt, first + d, 4);
			dup->becomes_category = as_load_text(cxt, first + d, 5);
			dup->clauses = as_load_clauses(cxt, first + d, 6);
		}
	}
}

static void
load_row_guard(PolicyVersion *pv, PolicyType *pt, PolicyRowGuard *g, int row)
{
	MemoryContext cxt = pv->cache->cxt;
	char	   *action = as_load_text(CurrentMemoryContext, row, 3);

	g->table = as_load_text(cxt, row, 2);
	g->on_insert = action == NULL || strcmp(action, "insert") == 0;
	g->on_update = action == NULL || strcmp(action, "update") == 0;
	g->guard = as_load_text(cxt, row, 4);
	g->any_role = !as_load_list(cxt, row, 7, &g->roles);
	g->message_en = as_load_text(cxt, row, 8);
	g->message_zh = as_load_text(cxt, row, 9);
	g->clauses = as_load_clauses(cxt, row, 10);
	g->condition = as_policy_add_expr(pv, pt, EXPR_ROW_CONDITION, as_load_text(cxt, row, 5), g->guard, g->clauses);
	g->requires = as_policy_add_expr(pv, pt, EXPR_ROW_GUARD, as_load_text(cxt, row, 6), g->guard, g->clauses);
	if (g->condition >= 0)
		pv->exprs[g->condition].table = g->table;
	if (g->requires >= 0)
		pv->exprs[g->requires].table = g->table;
}

/* Rows that belong to no ticket are judged by the guards that hold for every type. */
static void
load_guards_of_no_type(PolicyVersion *pv)
{
	PolicyType *pt = pv->no_type;
	int			i;

	pt->nrow_guards = as_load_query("SELECT '*', table_name, on_action, guard, condition, requires, roles,"
									" message_en, message_zh, clauses FROM aftersales.row_guard"
									" WHERE policy" EQ "$1 AND version" EQ "$2 AND ticket_type IS NULL"
									" ORDER BY table_name, guard", pv);
	pt->row_guards = MemoryContextAllocZero(pv->cache->cxt, sizeof(PolicyRowGuard) * Max(pt->nrow_guards, 1));
	for (i = 0; i < pt->nrow_guards; i++)
		load_row_guard(pv, pt, &pt->row_guards[i], i);
}

/* A guard of a type's own stands in for one of that name for every type. */
static void
load_row_guards(PolicyVersion *pv)
{
	int			nrows = as_load_query(psprintf("SELECT DISTINCT ON (t.ticket_type, r.table_name, r.guard)"
											   " t.ticket_type, r.table_name, r.on_action, r.guard,"
											   " r.condition, r.requires, r.roles, r.message_en,"
											   " r.message_zh, r.clauses " OF_TYPE
											   " ORDER BY t.ticket_type, r.table_name, r.guard,"
											   " r.ticket_type NULLS LAST", "row_guard"), pv);
	int			i;

	for (i = 0; i < pv->ntypes; i++)
	{
		PolicyType *pt = &pv->types[i];
		int			first = 0;
		int			n;

		pt->nrow_guards = as_rows_of_type(pt->ticket_type, nrows, &first);
		pt->row_guards = MemoryContextAllocZero(pv->cache->cxt, sizeof(PolicyRowGuard) * Max(pt->nrow_guards, 1));
		for (n = 0; n < pt->nrow_guards; n++)
			load_row_guard(pv, pt, &pt->row_guards[n], first + n);
	}
}

static void
load_conflicts(PolicyVersion *pv)
{
	MemoryContext cxt = pv->cache->cxt;
	int			nrows = as_load_query("SELECT role_a, role_b, message_en, message_zh, clauses"
									  " FROM aftersales.role_conflict"
									  " WHERE policy" EQ "$1 AND version" EQ "$2"
									  " ORDER BY role_a, role_b", pv);
	int			i;

	pv->nconflicts = nrows;
	pv->conflicts = MemoryContextAlloc(cxt, sizeof(PolicyConflict) * Max(nrows, 1));
	for (i = 0; i < nrows; i++)
	{
		PolicyConflict *c = &pv->conflicts[i];

		c->role_a = as_load_text(cxt, i, 1);
		c->role_b = as_load_text(cxt, i, 2);
		c->message_en = as_load_text(cxt, i, 3);
		c->message_zh = as_load_text(cxt, i, 4);
		c->clauses = as_load_clauses(cxt, i, 5);
	}
}

/*
 * as_policy_load_records loads what is said about approvals, duplicates, rows
 * of other tables, and roles that exclude one another.
 */
void
as_policy_load_records(PolicyVersion *pv)
{
	load_approvals(pv);
	load_extensions(pv);
	load_duplicates(pv);
	load_row_guards(pv);
	load_guards_of_no_type(pv);
	load_conflicts(pv);
}
