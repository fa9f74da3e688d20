/*-------------------------------------------------------------------------
 *
 * warranty_load.c
 *	  Reading the warranty rules of a policy version into its cache.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "utils/memutils.h"

#include "policy_load.h"
#include "warranty.h"

#define OF_VERSION(table) \
	" FROM aftersales." table " WHERE policy" EQ "$1 AND version" EQ "$2 ORDER BY rank DESC, rule"

#define RULE_COLUMNS "SELECT rule, product_line, component, condition, rank, clauses, "
#define AFTER_RULE 7			/* the first column after these */

static void
load_rule(PolicyVersion *pv, int row, WarrantyRule *r)
{
	MemoryContext cxt = pv->cache->cxt;

	r->rule = as_load_text(cxt, row, 1);
	r->product_line = as_load_text(cxt, row, 2);
	r->component = as_load_text(cxt, row, 3);
	r->rank = as_load_int(row, 5);
	r->clauses = as_load_clauses(cxt, row, 6);
	r->expr = as_policy_add_expr(pv, NULL, EXPR_WARRANTY, as_load_text(cxt, row, 4), r->rule, r->clauses);
}

/* A list of covers as a mask; NULL is all of them. */
static int
load_covers(int row, int col)
{
	TextList	list;
	int			covers = 0;
	int			c;

	if (!as_load_list(CurrentMemoryContext, row, col, &list))
		return ALL_COVERS;
	for (c = 0; c < COVER_COUNT; c++)
		if (as_text_in(&list, as_cover_name[c]))
			covers |= 1 << c;
	return covers;
}

static void
load_terms(PolicyVersion *pv, struct WarrantyRules *rules)
{
	MemoryContext cxt = pv->cache->cxt;
	int			i;

	rules->nterms = as_load_query(RULE_COLUMNS "applies_to" EQ "'replaced_part', covers, term,"
								  " count_first_day, in_class, expired_class"
								  OF_VERSION("warranty_term"), pv);
	rules->terms = MemoryContextAllocZero(cxt, sizeof(WarrantyTerm) * Max(rules->nterms, 1));
	for (i = 0; i < rules->nterms; i++)
	{
		WarrantyTerm *t = &rules->terms[i];

		load_rule(pv, i, &t->r);
		t->of_part = as_load_bool(i, AFTER_RULE);
		t->covers = load_covers(i, AFTER_RULE + 1);
		t->term = as_load_interval(cxt, i, AFTER_RULE + 2);
		t->count_first_day = as_load_bool(i, AFTER_RULE + 3);
		t->in_class = as_load_text(cxt, i, AFTER_RULE + 4);
		t->expired_class = as_load_text(cxt, i, AFTER_RULE + 5);
		rules->has_part_terms = rules->has_part_terms || t->of_part;
	}
}

static void
load_exclusions(PolicyVersion *pv, struct WarrantyRules *rules)
{
	MemoryContext cxt = pv->cache->cxt;
	int			i;

	rules->nexclusions = as_load_query(RULE_COLUMNS "fault_cause, warranty_class, covers"
									   OF_VERSION("exclusion"), pv);
	rules->exclusions = MemoryContextAllocZero(cxt, sizeof(WarrantyExclusion) * Max(rules->nexclusions, 1));
	for (i = 0; i < rules->nexclusions; i++)
	{
		WarrantyExclusion *x = &rules->exclusions[i];

		load_rule(pv, i, &x->r);
		x->fault_cause = as_load_text(cxt, i, AFTER_RULE);
		x->warranty_class = as_load_text(cxt, i, AFTER_RULE + 1);
		x->covers = load_covers(i, AFTER_RULE + 2);
	}
}

static void
load_windows(PolicyVersion *pv, struct WarrantyRules *rules)
{
	MemoryContext cxt = pv->cache->cxt;
	int			i;

	rules->nwindows = as_load_query(RULE_COLUMNS "fault_codes, classes, from_day, to_day,"
									" count_first_day, needs_invoice, remedies"
									OF_VERSION("remedy_window"), pv);
	rules->windows = MemoryContextAllocZero(cxt, sizeof(RemedyWindow) * Max(rules->nwindows, 1));
	for (i = 0; i < rules->nwindows; i++)
	{
		RemedyWindow *w = &rules->windows[i];
		bool		no_from;
		bool		no_to;

		load_rule(pv, i, &w->r);
		w->any_code = !as_load_list(cxt, i, AFTER_RULE, &w->fault_codes);
		w->any_class = !as_load_list(cxt, i, AFTER_RULE + 1, &w->classes);
		(void) as_load_datum(i, AFTER_RULE + 2, &no_from);
		(void) as_load_datum(i, AFTER_RULE + 3, &no_to);
		w->any_day = no_from && no_to;
		w->from_day = no_from ? 0 : as_load_int(i, AFTER_RULE + 2);
		w->to_day = no_to ? PG_INT32_MAX : as_load_int(i, AFTER_RULE + 3);
		w->count_first_day = as_load_bool(i, AFTER_RULE + 4);
		w->needs_invoice = as_load_bool(i, AFTER_RULE + 5);
		as_load_list(cxt, i, AFTER_RULE + 6, &w->remedies);
	}
}

/*
 * as_policy_load_warranty loads the warranty rules of a version; one that has
 * no terms has none.
 */
void
as_policy_load_warranty(PolicyVersion *pv)
{
	struct WarrantyRules *rules = MemoryContextAllocZero(pv->cache->cxt, sizeof(struct WarrantyRules));

	load_terms(pv, rules);
	load_exclusions(pv, rules);
	load_windows(pv, rules);
	pv->warranty = rules->nterms == 0 ? NULL : rules;
}
