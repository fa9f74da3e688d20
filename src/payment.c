/*-------------------------------------------------------------------------
 *
 * payment.c
 *	  Judges the rows of a desk's tables payment and delay_excuse.
 *
 * A payment of a charge is never more than is open.  One of a credit line pays
 * back what was paid too much.  settled_at of the charge follows once the rows
 * are in the table (account.c).
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "utils/builtins.h"
#include "utils/rel.h"

#include "charge.h"
#include "money.h"
#include "quote.h"

/*
 * as_locate_payment finds the ticket of a payment: that of the charge.
 */
bool
as_locate_payment(RowJudgement *rj)
{
	int64		ticket_id;

	/* refused by the column's NOT NULL */
	if (as_row_isnull(rj, "charge_id"))
		return false;
	(void) as_charge_policy(rj, "charge_id", "payment_charge_fkey", &ticket_id);
	as_take_ticket(rj, ticket_id);
	return true;
}

/*
 * as_policy_of_payment returns the policy of a payment without a ticket.
 */
char *
as_policy_of_payment(RowJudgement *rj)
{
	int64		ticket_id;

	return as_charge_policy(rj, "charge_id", "payment_charge_fkey", &ticket_id);
}

/* What may be paid: what is open of a charge, or of what a credit line pays back. */
static Datum
open_amount(const Account *a)
{
	Datum		none = as_number(0);

	return as_greater(none, a->is_credit ? as_lesser(a->refundable, as_minus(none, a->open)) : a->open);
}

/*
 * as_judge_payment judges a payment.  Errors: SV009.
 */
void
as_judge_payment(RowJudgement *rj)
{
	int64		charge_id;
	const ChargeRule *rule;
	const char *clauses;
	Account		a;
	Datum		open;
	char	   *currency;

	if (rj->old != NULL)
		return;
	charge_id = DatumGetInt64(as_row_value(rj, "charge_id"));
	as_account_lock(rj, charge_id, &a);
	rule = as_charge_rule(rj->j.pt, a.rule);
	clauses = rule == NULL ? "" : rule->clauses;

	currency = as_row_get_text(rj, "currency");
	if (currency != NULL && strcmp(currency, a.currency) != 0)
		as_refuse_charge(rj, a.rule, clauses, "currency",
						 psprintf(_("charge %lld is not paid in that currency"), (long long) charge_id),
						 psprintf(_("It is in %s."), a.currency), _("Leave currency out: it is filled in."));
	as_row_put(rj, "currency", CStringGetTextDatum(a.currency));

	open = open_amount(&a);
	if (as_sign(open) == 0 ||
		(!as_row_isnull(rj, "amount") && as_compare_numbers(as_row_value(rj, "amount"), open) > 0))
		as_refuse_charge(rj, a.rule, clauses, "amount",
						 psprintf(_("more than is open of charge %lld may not be paid"), (long long) charge_id),
						 psprintf(_("%s %s are open."), as_money_text(open), a.currency),
						 _("Pay what is open; what was paid too much is paid back on a credit line."));
	if (as_row_isnull(rj, "amount"))
		as_row_put(rj, "amount", as_money(open));
	/* all that was open, so it may be settled */
	if (as_compare_numbers(as_row_value(rj, "amount"), open) == 0)
		rj->about = a.charge_id;
}

/*
 * as_repeat_payment gives a retry, which the table does not take, what may not
 * be NULL.
 */
void
as_repeat_payment(RowJudgement *rj)
{
	if (as_row_isnull(rj, "amount"))
		as_row_put(rj, "amount", as_number(1));
	if (as_row_isnull(rj, "currency"))
		as_row_put(rj, "currency", CStringGetTextDatum("-"));
}

/* ---------- excused delays ---------- */

/*
 * as_judge_delay_excuse judges an excused delay: its clock must be known.
 * Errors: SV010.
 */
void
as_judge_delay_excuse(RowJudgement *rj)
{
	const PolicyType *pt = rj->j.pt;
	char	   *clock = as_row_get_text(rj, "clock");
	TextList	clocks = {0, palloc(sizeof(char *) * Max(pt->nrules, 1))};
	int			i;

	/* refused by the column's NOT NULL */
	if (clock == NULL)
		return;
	for (i = 0; i < pt->nrules; i++)
		if (!as_text_in(&clocks, pt->rules[i].clock))
			clocks.item[clocks.n++] = pt->rules[i].clock;
	if (!as_text_in(&clocks, clock))
		as_row_refuse(rj, ERRCODE_SV_UNKNOWN_VALUE, "clock",
					  psprintf(_("\"%s\" is no clock of ticket type \"%s\""), clock, pt->ticket_type), NULL,
					  psprintf(_("Known are: %s."), clocks.n == 0 ? _("none") : as_text_join(&clocks, ", ")),
					  NULL);
}
