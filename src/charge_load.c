/*-------------------------------------------------------------------------
 *
 * charge_load.c
 *	  Reads charge_rule into a policy version.
 *
 * Called by policy_load.c, under its snapshot; everything is copied into the
 * cache's context.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "utils/builtins.h"
#include "utils/datum.h"

#include "policy_load.h"

#define COLUMNS \
	"r.rule, r.kind, r.per, r.event, r.clock, r.condition, r.requires, r.amount, r.price_list," \
	" r.covered_by, r.payer, r.payee, r.minimum, r.maximum, r.cap, r.cap_per, r.roles, r.currency, r.clauses"

enum
{
	LOAD_TYPE = 1, LOAD_RULE, LOAD_KIND, LOAD_PER, LOAD_EVENT, LOAD_CLOCK, LOAD_CONDITION, LOAD_REQUIRES,
	LOAD_AMOUNT, LOAD_PRICE_LIST, LOAD_COVERED_BY, LOAD_PAYER, LOAD_PAYEE, LOAD_MINIMUM, LOAD_MAXIMUM,
	LOAD_CAP, LOAD_CAP_PER, LOAD_ROLES, LOAD_CURRENCY, LOAD_CLAUSES
};

static ChargePer
charge_per(const char *per)
{
	static const char *const names[] = {"ticket", "event", "item", "day", "given"};
	int			i;

	for (i = 0; strcmp(names[i], per) != 0; i++)
		;
	return (ChargePer) i;
}

static CapPeriod
cap_period(const char *per)
{
	return per == NULL ? CAP_NONE :
		strcmp(per, "ticket") == 0 ? CAP_TICKET :
		strcmp(per, "month") == 0 ? CAP_MONTH : CAP_YEAR;
}

/* A number; 0: NULL. */
static Datum
load_number(MemoryContext cxt, int row, int col)
{
	bool		isnull;
	Datum		value = as_load_datum(row, col, &isnull);
	MemoryContext old;

	if (isnull)
		return 0;
	old = MemoryContextSwitchTo(cxt);
	value = datumCopy(value, false, -1);
	MemoryContextSwitchTo(old);
	return value;
}

static void
load_rule(PolicyVersion *pv, const PolicyType *pt, ChargeRule *r, int row)
{
	MemoryContext cxt = pv->cache->cxt;

	r->rule = as_load_text(cxt, row, LOAD_RULE);
	r->kind = as_load_text(cxt, row, LOAD_KIND);
	r->per = charge_per(as_load_text(CurrentMemoryContext, row, LOAD_PER));
	r->event = as_load_text(cxt, row, LOAD_EVENT);
	r->clock = as_load_text(cxt, row, LOAD_CLOCK);
	r->price_list = as_load_text(cxt, row, LOAD_PRICE_LIST);
	r->covered_by = as_load_text(cxt, row, LOAD_COVERED_BY);
	r->payer = as_load_text(cxt, row, LOAD_PAYER);
	r->payee = as_load_text(cxt, row, LOAD_PAYEE);
	r->minimum = load_number(cxt, row, LOAD_MINIMUM);
	r->maximum = load_number(cxt, row, LOAD_MAXIMUM);
	r->cap = load_number(cxt, row, LOAD_CAP);
	r->cap_per = cap_period(as_load_text(CurrentMemoryContext, row, LOAD_CAP_PER));
	r->any_role = !as_load_list(cxt, row, LOAD_ROLES, &r->roles);
	r->currency = as_load_text(cxt, row, LOAD_CURRENCY);
	r->clauses = as_load_clauses(cxt, row, LOAD_CLAUSES);
	r->condition = as_policy_add_expr(pv, pt, EXPR_GUARD, as_load_text(cxt, row, LOAD_CONDITION),
									  r->rule, r->clauses);
	if (r->condition >= 0)
		pv->exprs[r->condition].column = "condition";
	r->requires = as_policy_add_expr(pv, pt, EXPR_GUARD, as_load_text(cxt, row, LOAD_REQUIRES),
									 r->rule, r->clauses);
	r->amount = as_policy_add_expr(pv, pt, EXPR_AMOUNT, as_load_text(cxt, row, LOAD_AMOUNT),
								   r->rule, r->clauses);
}

static void
load_of_types(PolicyVersion *pv)
{
	int			nrows = as_load_query(psprintf("SELECT x.* FROM (SELECT DISTINCT ON (t.ticket_type, r.rule)"
											   " t.ticket_type, " COLUMNS ", r.position " OF_TYPE
											   " ORDER BY t.ticket_type, r.rule, r.ticket_type NULLS LAST) x"
											   " ORDER BY x.ticket_type, x.position, x.rule", "charge_rule"), pv);
	int			i;

	for (i = 0; i < pv->ntypes; i++)
	{
		PolicyType *pt = &pv->types[i];
		int			first = 0;
		int			n;

		pt->ncharges = as_rows_of_type(pt->ticket_type, nrows, &first);
		pt->charges = MemoryContextAlloc(pv->cache->cxt, sizeof(ChargeRule) * Max(pt->ncharges, 1));
		for (n = 0; n < pt->ncharges; n++)
			load_rule(pv, pt, &pt->charges[n], first + n);
	}
}

static void
load_of_no_ticket(PolicyVersion *pv)
{
	PolicyType *pt = pv->no_type;
	int			i;

	pt->ncharges = as_load_query("SELECT NULL, " COLUMNS " FROM aftersales.charge_rule r"
							   " WHERE r.policy" EQ "$1 AND r.version" EQ "$2 AND r.ticket_type IS NULL"
							   " AND r.per" EQ "'given' AND r.condition IS NULL AND r.requires IS NULL"
							   " ORDER BY r.position, r.rule", pv);
	pt->charges = MemoryContextAlloc(pv->cache->cxt, sizeof(ChargeRule) * Max(pt->ncharges, 1));
	for (i = 0; i < pt->ncharges; i++)
		load_rule(pv, pt, &pt->charges[i], i);
}

/*
 * as_policy_load_charges loads what is said about charges.
 */
void
as_policy_load_charges(PolicyVersion *pv)
{
	load_of_types(pv);
	load_of_no_ticket(pv);
}
