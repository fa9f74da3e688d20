/*-------------------------------------------------------------------------
 *
 * price.c
 *	  Judges the rows of a desk's tables price_list and price.
 *
 * Who may publish prices, and what they need, are row guards of the list's
 * policy.  What a charge cites stays as it is: whoever charges holds a share
 * lock on price and list (quote.c), an UPDATE has locked the row before it is
 * judged.  That cited prices are not deleted is the charge's foreign key.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/rel.h"

#include "charge.h"

static void
keep_fixed(const RowJudgement *rj, const char *column)
{
	if (as_row_changed(rj, column))
		as_row_refuse(rj, ERRCODE_SV_PROTECTED, column,
					  psprintf(_("column \"%s\" of table \"%s\" is fixed"), column, rj->table->name), NULL,
					  _("Insert a further row."), NULL);
}

/*
 * as_judge_price_list judges a price list.  Errors: SV004.
 */
void
as_judge_price_list(RowJudgement *rj)
{
	Datum		values[3];
	bool		found;

	if (rj->old == NULL)
		return;
	keep_fixed(rj, "policy");
	keep_fixed(rj, "list");
	keep_fixed(rj, "currency");
	if (!as_row_changed(rj, "valid") || as_row_isnull(rj, "valid"))
		return;
	values[0] = as_row_value(rj, "price_list_id");
	values[1] = as_row_value(rj, "valid");
	values[2] = CStringGetTextDatum(rj->j.pv->timezone);
	SPI_connect();
	found = as_run_read(rj->j.desk, PLAN_CITED_OUTSIDE, values) > 0;
	SPI_finish();
	if (found)
		as_row_refuse(rj, ERRCODE_SV_PROTECTED, "valid",
					  _("charges of other days cite this price list"), NULL,
					  _("Leave the days of all charges that cite it inside."), NULL);
}

/*
 * as_policy_of_price returns the policy of a price: that of its list.
 */
char *
as_policy_of_price(RowJudgement *rj)
{
	MemoryContext cxt = CurrentMemoryContext;
	Datum		value = as_row_value(rj, "price_list_id");
	char	   *policy = NULL;

	if (!as_row_isnull(rj, "price_list_id"))
	{
		SPI_connect();
		if (as_run_read(rj->j.desk, PLAN_PRICE_POLICY, &value) > 0)
			policy = MemoryContextStrdup(cxt, SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1));
		SPI_finish();
	}
	if (policy == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("there is no such price list on desk \"%s\"", rj->j.desk->name),
				 errtableconstraint(rj->j.rel, "price_list_fkey")));
	return policy;
}

/*
 * as_judge_price judges a price.  Errors: SV004.
 */
void
as_judge_price(RowJudgement *rj)
{
	Datum		value;
	bool		found;

	if (rj->old == NULL || !as_row_is_changed(rj))
		return;
	keep_fixed(rj, "price_list_id");
	value = as_row_value(rj, "price_id");
	SPI_connect();
	found = as_run_read(rj->j.desk, PLAN_CITED, &value) > 0;
	SPI_finish();
	if (found)
		as_row_refuse(rj, ERRCODE_SV_PROTECTED, NULL, _("a price that charges cite does not change"), NULL,
					  _("Publish a list of later days with the new price."), NULL);
}
