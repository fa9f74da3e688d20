/*-------------------------------------------------------------------------
 *
 * policy_load.c
 *	  Reads policy rows into an AsCache.
 *
 * Runs as the owner of the policy tables, under the snapshot that
 * policy_cache.c's header explains.  Everything read is copied into the
 * cache's context.  A rule row with a NULL ticket_type is copied to each type.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "access/xact.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "attribute.h"
#include "policy.h"
#include "policy_load.h"

static const char *const policy_table[] = {
	"policy", "policy_version", "ticket_type", "category", "service_area",
	"attribute", "event_type", "workflow_state", "workflow_transition",
	"workflow_guard", "sla_rule", "escalation_rule", "approval_rule", "duplicate_rule",
	"row_guard", "role_conflict", "warranty_term", "exclusion", "remedy_window",
	"charge_rule",
	"guard_function", "calendar", "calendar_hours", "calendar_day"
};

/*
 * as_load_begin begins to read policy tables: as their owner, under the
 * snapshot that policy_cache.c's header explains.
 */
void
as_load_begin(AsLoad *ls)
{
	Oid			nsp = as_schema_oid();
	Oid			relid = get_relname_relid("policy", nsp);
	HeapTuple	tup;
	Oid			owner;
	int			i;

	for (i = 0; i < lengthof(policy_table); i++)
		as_cache_watch(get_relname_relid(policy_table[i], nsp));

	tup = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	if (!HeapTupleIsValid(tup))
		elog(ERROR, "table aftersales.policy is missing");
	owner = ((Form_pg_class) GETSTRUCT(tup))->relowner;
	ReleaseSysCache(tup);

	GetUserIdAndSecContext(&ls->save_userid, &ls->save_sec_context);
	SetUserIdAndSecContext(owner, ls->save_sec_context |
						   SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
	PushActiveSnapshot(IsInParallelMode() ? GetActiveSnapshot() : GetLatestSnapshot());
	SPI_connect();
}

void
as_load_end(AsLoad *ls)
{
	SPI_finish();
	PopActiveSnapshot();
	SetUserIdAndSecContext(ls->save_userid, ls->save_sec_context);
}

/* Runs a query over one policy version; the rows are in SPI_tuptable. */
int
as_load_query(const char *query, const PolicyVersion *pv)
{
	Oid			types[2] = {TEXTOID, INT4OID};
	Datum		values[2];
	int			rc;

	values[0] = CStringGetTextDatum(pv->policy);
	values[1] = Int32GetDatum(pv->version);
	rc = SPI_execute_with_args(query, 2, types, values, NULL, true, 0);
	if (rc != SPI_OK_SELECT)
		elog(ERROR, "reading policy \"%s\" failed: %s", pv->policy,
			 SPI_result_code_string(rc));
	return (int) SPI_processed;
}

Datum
as_load_datum(int row, int col, bool *isnull)
{
	return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, col, isnull);
}

char *
as_load_text(MemoryContext cxt, int row, int col)
{
	char	   *value = SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, col);

	return value == NULL ? NULL : MemoryContextStrdup(cxt, value);
}

int
as_load_int(int row, int col)
{
	bool		isnull;

	return DatumGetInt32(as_load_datum(row, col, &isnull));
}

bool
as_load_bool(int row, int col)
{
	bool		isnull;

	return DatumGetBool(as_load_datum(row, col, &isnull)) && !isnull;
}

Interval *
as_load_interval(MemoryContext cxt, int row, int col)
{
	bool		isnull;
	Datum		value = as_load_datum(row, col, &isnull);
	Interval   *copy;

	if (isnull)
		return NULL;
	copy = MemoryContextAlloc(cxt, sizeof(Interval));
	*copy = *DatumGetIntervalP(value);
	return copy;
}

/* Reads a text[]; returns false for NULL, which leaves an empty list. */
bool
as_load_list(MemoryContext cxt, int row, int col, TextList *list)
{
	bool		isnull;
	Datum		value = as_load_datum(row, col, &isnull);
	Datum	   *elems;
	bool	   *nulls;
	int			nelems;
	int			i;

	list->n = 0;
	list->item = NULL;
	if (isnull)
		return false;
	deconstruct_array(DatumGetArrayTypeP(value), TEXTOID, -1, false, TYPALIGN_INT,
					  &elems, &nulls, &nelems);
	list->item = MemoryContextAlloc(cxt, sizeof(char *) * Max(nelems, 1));
	for (i = 0; i < nelems; i++)
		if (!nulls[i])
			list->item[list->n++] = MemoryContextStrdup(cxt, TextDatumGetCString(elems[i]));
	return true;
}

char *
as_load_clauses(MemoryContext cxt, int row, int col)
{
	TextList	list;

	as_load_list(CurrentMemoryContext, row, col, &list);
	return MemoryContextStrdup(cxt, as_text_join(&list, ","));
}

/*
 * as_policy_load_versions fills a cache with the versions that are no
 * drafts, without their rules.
 */
void
as_policy_load_versions(AsCache *cache)
{
	AsLoad		ls;
	PolicyVersion **tail = &cache->versions;
	int			i;

	as_load_begin(&ls);
	if (SPI_execute("SELECT v.policy, v.version, v.effective_from, p.timezone, p.calendar"
					" FROM aftersales.policy_version v"
					" JOIN aftersales.policy p ON p.policy" EQ "v.policy"
					" WHERE v.status OPERATOR(pg_catalog.<>) 'draft'"
					" ORDER BY v.policy, v.effective_from DESC, v.version DESC",
					true, 0) != SPI_OK_SELECT)
		elog(ERROR, "reading policy versions failed");
	for (i = 0; i < (int) SPI_processed; i++)
	{
		PolicyVersion *pv = MemoryContextAllocZero(cache->cxt, sizeof(PolicyVersion));
		bool		isnull;

		pv->cache = cache;
		pv->policy = as_load_text(cache->cxt, i, 1);
		pv->version = as_load_int(i, 2);
		pv->effective_from = DatumGetTimestampTz(as_load_datum(i, 3, &isnull));
		pv->timezone = as_load_text(cache->cxt, i, 4);
		pv->calendar = as_load_text(cache->cxt, i, 5);
		*tail = pv;
		tail = &pv->next;
	}
	as_load_end(&ls);
}

/*
 * as_policy_add_expr notes an expression of a policy and returns its index, -1
 * for NULL, which always holds.  pt is NULL for one that is of no ticket type.
 */
int
as_policy_add_expr(PolicyVersion *pv, const PolicyType *pt, ExprKind kind, char *text,
				   const char *name, const char *clauses)
{
	static const char *const column[] = {
		"condition", "requires", "due_from", "condition", "amount", "condition", "requires"
	};
	PolicyExpr *e;

	if (text == NULL)
		return -1;
	if (pv->nexprs == pv->maxexprs)
	{
		pv->maxexprs = Max(64, pv->maxexprs * 2);
		if (pv->exprs == NULL)
			pv->exprs = MemoryContextAlloc(pv->cache->cxt, pv->maxexprs * sizeof(PolicyExpr));
		else
			pv->exprs = repalloc(pv->exprs, pv->maxexprs * sizeof(PolicyExpr));
	}
	e = &pv->exprs[pv->nexprs];
	e->version = pv;
	e->type = pt;
	e->table = NULL;
	e->kind = kind;
	e->text = text;
	e->what = name;
	e->column = column[kind];
	e->clauses = clauses;
	return pv->nexprs++;
}

/*
 * as_rows_of_type runs a query whose first column is the ticket type and that is
 * ordered by it, and returns for one type where its rows begin and how many
 * they are.
 */
int
as_rows_of_type(const char *ticket_type, int nrows, int *first)
{
	int			i;
	int			n = 0;

	for (i = 0; i < nrows; i++)
	{
		if (strcmp(SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1), ticket_type) != 0)
			continue;
		if (n++ == 0)
			*first = i;
	}
	return n;
}

static void
load_states(PolicyVersion *pv)
{
	MemoryContext cxt = pv->cache->cxt;
	static const char *const kinds[] = {"initial", "active", "waiting", "done", "closed"};
	int			nrows = as_load_query("SELECT ticket_type, state, kind"
								   " FROM aftersales.workflow_state_of_type"
								   " WHERE policy" EQ "$1 AND version" EQ "$2"
								   " ORDER BY ticket_type, position, state", pv);
	int			i;

	for (i = 0; i < pv->ntypes; i++)
	{
		PolicyType *pt = &pv->types[i];
		int			first = 0;
		int			s;

		pt->nstates = as_rows_of_type(pt->ticket_type, nrows, &first);
		pt->states = MemoryContextAlloc(cxt, sizeof(PolicyState) * Max(pt->nstates, 1));
		pt->default_state = STATE_NONE;
		for (s = 0; s < pt->nstates; s++)
		{
			char	   *kind = as_load_text(CurrentMemoryContext, first + s, 3);
			int			k;

			pt->states[s].state = as_load_text(cxt, first + s, 2);
			for (k = 0; strcmp(kinds[k], kind) != 0; k++)
				;
			pt->states[s].kind = (StateKind) k;
			if (k == STATE_INITIAL && pt->default_state == STATE_NONE)
				pt->default_state = s;
		}
	}
}

static int
load_state_ref(const PolicyType *pt, int row, int col)
{
	char	   *state = as_load_text(CurrentMemoryContext, row, col);
	int			i;

	if (state == NULL)
		return STATE_NONE;
	i = as_policy_state(pt, state);
	/* an unknown state, which check_policy refuses, matches nothing */
	return i == STATE_NONE ? pt->nstates : i;
}

static void
load_transitions(PolicyVersion *pv)
{
	MemoryContext cxt = pv->cache->cxt;
	char	   *query = psprintf("SELECT t.ticket_type, r.from_state, r.to_state, r.roles,"
								 " r.ask_for, r.label_en, r.label_zh, r.clauses " OF_TYPE
								 " ORDER BY t.ticket_type, r.from_state, r.to_state,"
								 " r.ticket_type NULLS LAST", "workflow_transition");
	int			nrows = as_load_query(query, pv);
	int			i;

	for (i = 0; i < pv->ntypes; i++)
	{
		PolicyType *pt = &pv->types[i];
		int			first = 0;
		int			n;

		pt->ntransitions = as_rows_of_type(pt->ticket_type, nrows, &first);
		pt->transitions = MemoryContextAlloc(cxt, sizeof(PolicyTransition) * Max(pt->ntransitions, 1));
		for (n = 0; n < pt->ntransitions; n++)
		{
			PolicyTransition *tr = &pt->transitions[n];
			int			row = first + n;

			tr->from = load_state_ref(pt, row, 2);
			tr->to = load_state_ref(pt, row, 3);
			tr->any_role = !as_load_list(cxt, row, 4, &tr->roles);
			as_load_list(cxt, row, 5, &tr->ask_for);
			tr->label_en = as_load_text(cxt, row, 6);
			tr->label_zh = as_load_text(cxt, row, 7);
			tr->clauses = as_load_clauses(cxt, row, 8);
		}
	}
}

static void
load_guards(PolicyVersion *pv)
{
	MemoryContext cxt = pv->cache->cxt;
	char	   *query = psprintf("SELECT t.ticket_type, r.from_state, r.to_state, r.guard,"
								 " r.requires, r.message_en, r.message_zh, r.ask_for, r.clauses " OF_TYPE
								 " ORDER BY t.ticket_type, r.guard, r.from_state, r.to_state",
								 "workflow_guard");
	int			nrows = as_load_query(query, pv);
	int			i;

	for (i = 0; i < pv->ntypes; i++)
	{
		PolicyType *pt = &pv->types[i];
		int			first = 0;
		int			n;

		pt->nguards = as_rows_of_type(pt->ticket_type, nrows, &first);
		pt->guards = MemoryContextAlloc(cxt, sizeof(PolicyGuard) * Max(pt->nguards, 1));
		for (n = 0; n < pt->nguards; n++)
		{
			PolicyGuard *g = &pt->guards[n];
			int			row = first + n;

			g->from = load_state_ref(pt, row, 2);
			g->to = load_state_ref(pt, row, 3);
			g->guard = as_load_text(cxt, row, 4);
			g->message_en = as_load_text(cxt, row, 6);
			g->message_zh = as_load_text(cxt, row, 7);
			as_load_list(cxt, row, 8, &g->ask_for);
			g->clauses = as_load_clauses(cxt, row, 9);
			g->expr = as_policy_add_expr(pv, pt, EXPR_GUARD, as_load_text(cxt, row, 5), g->guard, g->clauses);
		}
	}
}

static void
load_attributes(PolicyVersion *pv)
{
	MemoryContext cxt = pv->cache->cxt;
	char	   *query = psprintf("SELECT DISTINCT ON (t.ticket_type, r.attribute) t.ticket_type,"
								 " r.attribute, r.data_type, r.required_in, r.allowed, r.clauses " OF_TYPE
								 " ORDER BY t.ticket_type, r.attribute, r.ticket_type NULLS LAST",
								 "attribute");
	int			nrows = as_load_query(query, pv);
	int			i;

	for (i = 0; i < pv->ntypes; i++)
	{
		PolicyType *pt = &pv->types[i];
		int			first = 0;
		int			n;

		pt->nattributes = as_rows_of_type(pt->ticket_type, nrows, &first);
		pt->attributes = MemoryContextAlloc(cxt, sizeof(PolicyAttribute) * Max(pt->nattributes, 1));
		for (n = 0; n < pt->nattributes; n++)
		{
			PolicyAttribute *a = &pt->attributes[n];
			int			row = first + n;

			a->attribute = as_load_text(cxt, row, 2);
			a->type = as_attribute_type(as_load_text(CurrentMemoryContext, row, 3));
			as_load_list(cxt, row, 4, &a->required_in);
			a->any_value = !as_load_list(cxt, row, 5, &a->allowed);
			a->clauses = as_load_clauses(cxt, row, 6);
		}
	}
}

static void
load_events(PolicyVersion *pv)
{
	MemoryContext cxt = pv->cache->cxt;
	char	   *query = psprintf("SELECT DISTINCT ON (t.ticket_type, r.event) t.ticket_type, r.event,"
								 " r.roles, r.allowed_in, r.required_data, r.backdate_limit, r.clauses,"
								 " r.label_en, r.label_zh "
								 OF_TYPE
								 " ORDER BY t.ticket_type, r.event, r.ticket_type NULLS LAST",
								 "event_type");
	int			nrows = as_load_query(query, pv);
	int			i;

	for (i = 0; i < pv->ntypes; i++)
	{
		PolicyType *pt = &pv->types[i];
		int			first = 0;
		int			n;

		pt->nevents = as_rows_of_type(pt->ticket_type, nrows, &first);
		pt->events = MemoryContextAlloc(cxt, sizeof(PolicyEvent) * Max(pt->nevents, 1));
		for (n = 0; n < pt->nevents; n++)
		{
			PolicyEvent *e = &pt->events[n];
			int			row = first + n;

			e->event = as_load_text(cxt, row, 2);
			e->any_role = !as_load_list(cxt, row, 3, &e->roles);
			e->any_state = !as_load_list(cxt, row, 4, &e->allowed_in);
			as_load_list(cxt, row, 5, &e->required_data);
			e->backdate_limit = as_load_interval(cxt, row, 6);
			e->clauses = as_load_clauses(cxt, row, 7);
			e->label_en = as_load_text(cxt, row, 8);
			e->label_zh = as_load_text(cxt, row, 9);
		}
	}
}

static void
load_categories(PolicyVersion *pv)
{
	MemoryContext cxt = pv->cache->cxt;
	char	   *query = psprintf("SELECT t.ticket_type, r.category, r.grade " OF_TYPE
								 " ORDER BY t.ticket_type, r.position, r.category", "category");
	int			nrows = as_load_query(query, pv);
	int			i;

	for (i = 0; i < pv->ntypes; i++)
	{
		PolicyType *pt = &pv->types[i];
		int			first = 0;
		int			n;

		pt->ncategories = as_rows_of_type(pt->ticket_type, nrows, &first);
		pt->categories = MemoryContextAlloc(cxt, sizeof(PolicyCategory) * Max(pt->ncategories, 1));
		for (n = 0; n < pt->ncategories; n++)
		{
			pt->categories[n].category = as_load_text(cxt, first + n, 2);
			pt->categories[n].grade = as_load_text(cxt, first + n, 3);
		}
	}
}

/*
 * What is frozen must be as it was activated: rows that came in as if a dump
 * were being restored must not judge anybody.
 */
static void
check_digest(const PolicyVersion *pv)
{
	if (as_load_query("SELECT 1 FROM aftersales.policy_version WHERE policy" EQ "$1 AND version" EQ "$2"
				   " AND digest" EQ "aftersales.policy_digest($1, $2)", pv) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNSOUND_POLICY),
				 errmsg("version %d of policy \"%s\" is not as it was activated", pv->version, pv->policy),
				 errdetail("Its rows and the digest in aftersales.policy_version differ."),
				 errhint("Restore its rows from a dump, or remove what was added.")));
}

/*
 * What holds for rows that belong to no ticket is a ticket type without a
 * workflow.  Their rules may name attributes, which are NULL there.
 */
static void
make_no_type(PolicyVersion *pv)
{
	PolicyType *pt = MemoryContextAllocZero(pv->cache->cxt, sizeof(PolicyType));

	pt->version = pv;
	pt->ticket_type = MemoryContextStrdup(pv->cache->cxt, "*");
	pt->default_state = STATE_NONE;
	if (pv->ntypes > 0)
	{
		pt->nattributes = pv->types[0].nattributes;
		pt->attributes = pv->types[0].attributes;
	}
	pv->no_type = pt;
}

/*
 * as_policy_load reads the rules of a version.  Frozen rows do not change, so
 * that this happens later than the loading of the versions makes no
 * difference.
 */
void
as_policy_load(PolicyVersion *pv)
{
	MemoryContext cxt = pv->cache->cxt;
	AsLoad		ls;
	int			nrows;
	int			i;

	as_load_begin(&ls);
	pv->tz = pg_tzset(pv->timezone);
	if (pv->tz == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNSOUND_POLICY),
				 errmsg("policy \"%s\" has unknown time zone \"%s\"", pv->policy, pv->timezone)));
	pv->nexprs = 0;
	check_digest(pv);

	nrows = as_load_query("SELECT ticket_type FROM aftersales.ticket_type"
					   " WHERE policy" EQ "$1 AND version" EQ "$2 ORDER BY ticket_type", pv);
	pv->types = MemoryContextAllocZero(cxt, sizeof(PolicyType) * Max(nrows, 1));
	for (i = 0; i < nrows; i++)
	{
		pv->types[i].version = pv;
		pv->types[i].ticket_type = as_load_text(cxt, i, 1);
	}
	pv->ntypes = nrows;

	nrows = as_load_query("SELECT area FROM aftersales.service_area"
					   " WHERE policy" EQ "$1 AND version" EQ "$2 ORDER BY position, area", pv);
	pv->areas.n = nrows;
	pv->areas.item = MemoryContextAlloc(cxt, sizeof(char *) * Max(nrows, 1));
	for (i = 0; i < nrows; i++)
		pv->areas.item[i] = as_load_text(cxt, i, 1);

	load_states(pv);
	load_transitions(pv);
	load_guards(pv);
	load_attributes(pv);
	load_events(pv);
	load_categories(pv);
	make_no_type(pv);
	as_policy_load_rules(pv);
	as_policy_load_records(pv);
	as_policy_load_warranty(pv);
	as_policy_load_charges(pv);
	as_load_end(&ls);
	pv->loaded = true;
}
