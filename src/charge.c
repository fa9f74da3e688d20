/*-------------------------------------------------------------------------
 *
 * charge.c
 *	  Judges the rows of a desk's charge table: charges by a rule of the
 *	  policy, and credit lines.
 *
 * A charge is judged by the line of the quote that it is about (quote.c): what
 * the writer leaves out is taken from there, what he gives must be the same.
 * A charge that belongs to no ticket, a fine, has no such line; it must lie in
 * its rule's range and under its cap.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "utils/builtins.h"
#include "utils/rel.h"

#include "charge.h"
#include "money.h"
#include "quote.h"
#include "worktime.h"

/* A charge being judged. */
typedef struct Line
{
	RowJudgement *rj;
	const ChargeRule *rule;
	QuoteInput	in;
	QuoteLine  *quoted;
	Datum		quantity;
	Datum		unit_price;
} Line;

#define GIVEN(l, column)	(!as_row_isnull((l)->rj, column))

static void
refuse(const Line *l, const char *column, const char *message, const char *detail, const char *hint)
{
	as_refuse_charge(l->rj, l->rule->rule, l->rule->clauses, column, message, detail, hint);
}

/* ---------- by which rule ---------- */

static void
refuse_rule(const RowJudgement *rj, const char *rule)
{
	const PolicyType *pt = rj->j.pt;
	TextList	known = {0, palloc(sizeof(char *) * Max(pt->ncharges, 1))};

	for (; known.n < pt->ncharges; known.n++)
		known.item[known.n] = pt->charges[known.n].rule;
	as_row_refuse(rj, ERRCODE_SV_UNKNOWN_VALUE, "rule",
				  psprintf(_("\"%s\" is no charge rule of policy \"%s\""), rule, rj->j.pv->policy),
				  rj->ticket == NULL ? _("Without a ticket only rules do that hold for every type, are per given, and have neither condition nor requires.") :
				  psprintf(_("No charge_rule of it holds for ticket type \"%s\"."), pt->ticket_type),
				  psprintf(_("Known are: %s."), known.n == 0 ? _("none") : as_text_join(&known, ", ")), NULL);
}

static void
find_rule(Line *l)
{
	RowJudgement *rj = l->rj;
	char	   *rule = as_row_get_text(rj, "rule");

	if (rule == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NOT_NULL_VIOLATION),
				 errmsg("a charge needs a rule"),
				 errtablecol(rj->j.rel, as_row_index(rj, "rule") + 1)));
	l->rule = as_charge_rule(rj->j.pt, rule);
	if (l->rule == NULL)
		refuse_rule(rj, rule);
}

static void
require_role(RowJudgement *rj, const ChargeRule *rule)
{
	as_require_role(&rj->j, rule->any_role, &rule->roles, psprintf(_("charge by rule \"%s\""), rule->rule),
					rule->clauses);
}

/*
 * What a row repeats of its rule, or of the charge that it takes back, must be
 * the same; what it leaves out is filled in.
 */
static void
fill_text(RowJudgement *rj, const char *rule, const char *clauses, const char *column, const char *value)
{
	char	   *given = as_row_get_text(rj, column);

	if (given != NULL && (value == NULL || strcmp(given, value) != 0))
		as_refuse_charge(rj, rule, clauses, column,
						 value == NULL ? psprintf(_("column \"%s\" of charge \"%s\" must be NULL"), column, rule) :
						 psprintf(_("column \"%s\" of charge \"%s\" must be \"%s\""), column, rule, value),
						 as_row_isnull(rj, "credit_of") ? _("Its rule says so.") :
						 _("The charge that is taken back says so."),
						 _("Leave the column out: it is filled in."));
	if (value != NULL)
		as_row_put(rj, column, CStringGetTextDatum(value));
}

/* ---------- whether ---------- */

static void
check_arises(const Line *l)
{
	long long	ticket_id = l->rj->j.ticket_id;

	if (!as_quote_arises(&l->in, l->rule))
		refuse(l, "rule", psprintf(_("charge \"%s\" does not arise for ticket %lld"), l->rule->rule, ticket_id),
			   _("The condition of its rule is not met."), _("aftersales.quote() lists what is owed."));
	if (l->quoted == NULL)
		refuse(l, "item", psprintf(_("that item is not on the quote of ticket %lld"), ticket_id),
			   _("Its rule charges what stands in the desk's table quote_item and is not withdrawn."),
			   _("Put the item on the quote, and let the customer accept it, before it is charged."));
	if (l->quoted->cover == COVER_WARRANTY)
		refuse(l, "rule", psprintf(_("the warranty covers charge \"%s\" of ticket %lld"), l->rule->rule, ticket_id),
			   psprintf(_("It covers %s, so the customer owes nothing."), l->rule->covered_by),
			   _("Do not charge it."));
	if (l->quoted->cover == COVER_UNKNOWN)
		refuse(l, "rule", psprintf(_("whether the warranty covers charge \"%s\" of ticket %lld is not known"),
								   l->rule->rule, ticket_id),
			   _("The ticket has no warranty_class yet."),
			   _("Give the ticket what its warranty is judged by: unit_id, fault_at and fault_cause."));
	if (!as_quote_allowed(&l->in, l->rule))
		refuse(l, "rule", psprintf(_("charge \"%s\" of ticket %lld may not be made yet"), l->rule->rule, ticket_id),
			   _("What its rule requires is not met."),
			   _("Record first what the rule asks for, for example the customer's consent."));
}

/* ---------- at what price ---------- */

static void
check_price(const Line *l)
{
	const QuoteLine *q = l->quoted;
	const ChargeRule *rule = l->rule;

	if (rule->price_list == NULL ? GIVEN(l, "price_id") : !q->has_price)
		refuse(l, "price_id",
			   rule->price_list == NULL ? psprintf(_("charge \"%s\" cites no price list"), rule->rule) :
			   psprintf(_("there is no price for charge \"%s\" in list \"%s\""), rule->rule, rule->price_list),
			   rule->price_list == NULL ? _("Its rule says how much it is.") :
			   psprintf(_("No row of that list in %s, in force on %s, has the item."), rule->currency,
						as_day_text(as_local_day(l->in.at, l->rj->j.pv->tz))),
			   rule->price_list == NULL ? _("Leave price_id out.") :
			   _("Charge only what is on the list, or have a list published."));
	if (rule->price_list == NULL)
		return;
	if (GIVEN(l, "price_id") && DatumGetInt64(as_row_value(l->rj, "price_id")) != q->price_id)
		refuse(l, "price_id", psprintf(_("charge \"%s\" cites another price than the one in force"), rule->rule),
			   psprintf(_("List \"%s\" has price_id %lld for it on %s."), rule->price_list, (long long) q->price_id,
						as_day_text(as_local_day(l->in.at, l->rj->j.pv->tz))),
			   _("Leave price_id out: it is filled in."));
	as_row_put(l->rj, "price_id", Int64GetDatum(q->price_id));
}

static void
take_unit_price(Line *l)
{
	Datum		given = as_row_value(l->rj, "unit_price");

	l->unit_price = l->quoted->unit_price;
	if (l->unit_price == 0)
		refuse(l, "unit_price", psprintf(_("what charge \"%s\" comes to is not known yet"), l->rule->rule),
			   _("The amount of its rule is NULL for this ticket."),
			   _("Give the ticket the values that the amount is worked out from."));
	if (GIVEN(l, "unit_price") && as_compare_numbers(given, l->unit_price) != 0)
		refuse(l, "unit_price", psprintf(_("charge \"%s\" has another unit price"), l->rule->rule),
			   psprintf(_("It is %s %s."), as_number_text(l->unit_price), l->rule->currency),
			   _("Leave unit_price out: it is filled in."));
}

/* What the writer says: money per unit, or, for one unit, in all. */
static void
take_given_price(Line *l)
{
	const ChargeRule *rule = l->rule;

	if (GIVEN(l, "price_id"))
		check_price(l);
	if (GIVEN(l, "unit_price"))
		l->unit_price = as_row_value(l->rj, "unit_price");
	else if (GIVEN(l, "amount") && as_compare_numbers(l->quantity, as_number(1)) == 0)
		l->unit_price = as_row_value(l->rj, "amount");
	else
		refuse(l, "amount", psprintf(_("how much charge \"%s\" is must be said"), rule->rule),
			   _("Its rule leaves that to whoever charges."),
			   _("Give amount, or, for more units than one, unit_price."));
	if (!as_is_finite(l->unit_price) || as_sign(l->unit_price) < 0 ||
		(rule->minimum != 0 && as_compare_numbers(l->unit_price, rule->minimum) < 0) ||
		(rule->maximum != 0 && as_compare_numbers(l->unit_price, rule->maximum) > 0))
		refuse(l, GIVEN(l, "unit_price") ? "unit_price" : "amount",
			   psprintf(_("charge \"%s\" is outside its range"), rule->rule),
			   psprintf(_("It is from %s to %s %s a unit."),
						rule->minimum == 0 ? "0" : as_money_text(rule->minimum),
						rule->maximum == 0 ? _("any") : as_money_text(rule->maximum), rule->currency),
			   _("Charge what the rule allows."));
}

/* ---------- how much ---------- */

static void
take_quantity(Line *l)
{
	const QuoteLine *q = l->quoted;

	if (GIVEN(l, "quantity"))
		l->quantity = as_row_value(l->rj, "quantity");
	else
		l->quantity = as_quantity(q->quantity == 0 ? as_number(1) : q->left);
	if (q->quantity != 0 && (as_sign(q->left) == 0 || as_compare_numbers(l->quantity, q->left) > 0))
		refuse(l, "quantity",
			   as_sign(q->left) > 0 ? psprintf(_("only %s units of charge \"%s\" are left"),
											   as_number_text(q->left), l->rule->rule) :
			   psprintf(_("nothing of charge \"%s\" is left"), l->rule->rule),
			   psprintf(_("%s of %s are charged."), as_number_text(q->charged), as_number_text(q->quantity)),
			   _("Charge nothing twice; what was charged wrongly is taken back by a credit line with a negative quantity first."));
	as_row_put(l->rj, "quantity", l->quantity);
}

static void
take_amount(Line *l)
{
	const QuoteLine *q = l->quoted;
	Datum		amount = as_money(as_times(l->quantity, l->unit_price));
	Datum		given = as_row_value(l->rj, "amount");
	Datum		allowed = amount;
	bool		over = false;

	if (q->cap_left != 0 && as_compare_numbers(amount, q->cap_left) > 0)
	{
		allowed = as_money(q->cap_left);
		over = as_sign(q->cap_left) == 0 || l->rule->per == CHARGE_GIVEN ||
			(GIVEN(l, "amount") && as_compare_numbers(given, allowed) > 0);
	}
	if (over)
		refuse(l, "amount", psprintf(_("charge \"%s\" is over its cap"), l->rule->rule),
			   l->rule->cap_per == CAP_TICKET ?
			   psprintf(_("Of %s %s per ticket %s are left."), as_money_text(l->rule->cap), l->rule->currency,
						as_money_text(q->cap_left)) :
			   l->rule->cap_per == CAP_MONTH ?
			   psprintf(_("Of %s %s per month %s are left."), as_money_text(l->rule->cap), l->rule->currency,
						as_money_text(q->cap_left)) :
			   psprintf(_("Of %s %s per year %s are left."), as_money_text(l->rule->cap), l->rule->currency,
						as_money_text(q->cap_left)),
			   _("Charge no more than that."));
	if (GIVEN(l, "amount") && as_compare_numbers(given, allowed) != 0)
		refuse(l, "amount", psprintf(_("charge \"%s\" comes to another amount"), l->rule->rule),
			   psprintf(_("It is %s %s."), as_money_text(allowed), l->rule->currency),
			   _("Leave amount out: it is worked out."));
	as_row_put(l->rj, "amount", allowed);
	as_row_put(l->rj, "unit_price", l->unit_price);
	/* nothing is owed of nothing */
	if (as_sign(allowed) == 0)
		as_row_put(l->rj, "settled_at", TimestampTzGetDatum(l->rj->j.at));
}

/* The line of the quote that the row is about; NULL: there is none. */
static void
find_quoted(Line *l)
{
	char	   *item = as_row_get_text(l->rj, "item");
	ListCell   *lc;

	if (l->rj->ticket == NULL)
	{
		l->quoted = palloc0(sizeof(QuoteLine));
		l->quoted->cap_left = as_quote_cap(&l->in, l->rule, as_number(0));
		return;
	}
	foreach(lc, as_quote_rule(&l->in, l->rule))
	{
		QuoteLine  *q = lfirst(lc);

		if (q->item == NULL || (item != NULL && strcmp(q->item, item) == 0))
			l->quoted = q;
	}
}

static void
judge_line(RowJudgement *rj)
{
	Line		l = {.rj = rj};

	find_rule(&l);
	require_role(rj, l.rule);
	l.in.st = rj->j.st;
	l.in.pt = rj->j.pt;
	l.in.ticket = rj->ticket;
	l.in.ticket_id = rj->j.ticket_id;
	l.in.at = rj->j.at;
	l.in.party = as_row_isnull(rj, "party") ? (Datum) 0 : as_row_value(rj, "party");
	l.in.for_charge = true;
	fill_text(rj, l.rule->rule, l.rule->clauses, "policy", rj->j.pv->policy);
	fill_text(rj, l.rule->rule, l.rule->clauses, "currency", l.rule->currency);
	fill_text(rj, l.rule->rule, l.rule->clauses, "payer", l.rule->payer);
	fill_text(rj, l.rule->rule, l.rule->clauses, "payee", l.rule->payee);
	as_row_put(rj, "kind", CStringGetTextDatum(l.rule->kind));
	if (l.rule->per != CHARGE_ITEM && rj->ticket != NULL)
		fill_text(rj, l.rule->rule, l.rule->clauses, "item", NULL);
	find_quoted(&l);
	if (rj->ticket != NULL)
		check_arises(&l);
	if (l.rule->per != CHARGE_GIVEN)
		check_price(&l);
	take_quantity(&l);
	if (l.rule->per == CHARGE_GIVEN)
		take_given_price(&l);
	else
		take_unit_price(&l);
	take_amount(&l);
}

/* ---------- credit lines ---------- */

static void
take_credit(RowJudgement *rj, const Account *a, const char *clauses)
{
	Datum		amount = as_row_isnull(rj, "amount") ? as_minus(as_number(0), a->net) : as_row_value(rj, "amount");
	Datum		quantity = as_row_isnull(rj, "quantity") ? as_quantity(as_number(0)) : as_row_value(rj, "quantity");

	if (as_sign(a->net) == 0 || as_sign(amount) >= 0 || as_sign(as_plus(a->net, amount)) < 0)
		as_refuse_charge(rj, a->rule, clauses, "amount",
						 psprintf(_("a credit line of charge %lld takes back nothing, or too much"), (long long) a->charge_id),
						 psprintf(_("%s %s of the charge are left; the amount of a credit line is negative."),
								  as_money_text(a->net), a->currency),
						 _("Take back no more than is left of the charge."));
	if (as_sign(quantity) > 0 || as_sign(as_plus(a->quantity, quantity)) < 0)
		as_refuse_charge(rj, a->rule, clauses, "quantity",
						 psprintf(_("a credit line of charge %lld takes back units that are not charged"), (long long) a->charge_id),
						 psprintf(_("%s units of the charge are left; the quantity of a credit line is negative or 0."),
								  as_number_text(a->quantity)),
						 _("Give minus the units that may be charged anew, or leave quantity out."));
	as_row_put(rj, "amount", as_money(amount));
	as_row_put(rj, "quantity", quantity);
	/* done, unless more is paid than is owed then */
	if (as_sign(as_plus(a->open, amount)) >= 0)
		as_row_put(rj, "settled_at", TimestampTzGetDatum(rj->j.at));
}

static void
judge_credit(RowJudgement *rj)
{
	const ChargeRule *rule;
	const char *clauses;
	Account		a;

	as_account_lock(rj, DatumGetInt64(as_row_value(rj, "credit_of")), &a);
	rule = as_charge_rule(rj->j.pt, a.rule);
	clauses = rule == NULL ? "" : rule->clauses;
	if (rule != NULL)
		require_role(rj, rule);
	if (a.is_credit)
		as_refuse_charge(rj, a.rule, clauses, "credit_of", _("a credit line takes back a charge, not another credit line"),
						 psprintf(_("The charge itself is %lld."), (long long) a.charge_id),
						 _("Give the charge_id of the charge."));
	fill_text(rj, a.rule, clauses, "policy", a.policy);
	fill_text(rj, a.rule, clauses, "rule", a.rule);
	fill_text(rj, a.rule, clauses, "item", a.item);
	fill_text(rj, a.rule, clauses, "currency", a.currency);
	fill_text(rj, a.rule, clauses, "payer", a.payer);
	fill_text(rj, a.rule, clauses, "payee", a.payee);
	fill_text(rj, a.rule, clauses, "party", a.party);
	as_row_put(rj, "kind", CStringGetTextDatum(a.kind));
	if (a.has_price)
		as_row_put(rj, "price_id", Int64GetDatum(a.price_id));
	if (a.unit_price != 0)
		as_row_put(rj, "unit_price", a.unit_price);
	take_credit(rj, &a, clauses);
	rj->event_kind = "credit";
	if (as_sign(as_plus(a.open, as_row_value(rj, "amount"))) <= 0)
		rj->about = a.charge_id;
}

/* ---------- the hooks of row.c ---------- */

/*
 * as_locate_charge finds the ticket of a credit line: that of the charge.
 */
bool
as_locate_charge(RowJudgement *rj)
{
	int64		ticket_id;
	char	   *policy;

	if (as_row_isnull(rj, "credit_of"))
		return true;
	policy = as_charge_policy(rj, "credit_of", "charge_credit_fkey", &ticket_id);
	as_take_ticket(rj, ticket_id);
	if (as_row_isnull(rj, "policy"))
		as_row_put(rj, "policy", CStringGetTextDatum(policy));
	return true;
}

/*
 * as_judge_charge judges a charge or credit line.  Errors: SV003, SV009, SV010.
 */
void
as_judge_charge(RowJudgement *rj)
{
	if (rj->old != NULL)
		return;
	if (as_row_isnull(rj, "credit_of"))
	{
		MemoryContext cxt = CurrentMemoryContext;

		SPI_connect();
		MemoryContextSwitchTo(cxt);
		judge_line(rj);
		SPI_finish();
	}
	else
		judge_credit(rj);
}

/*
 * as_repeat_charge gives a retry, which the table does not take, what may not
 * be NULL.
 */
void
as_repeat_charge(RowJudgement *rj)
{
	static const char *const texts[] = {"policy", "rule", "kind", "currency", "payer", "payee"};
	int			i;

	for (i = 0; i < lengthof(texts); i++)
		if (as_row_isnull(rj, texts[i]))
			as_row_put(rj, texts[i], CStringGetTextDatum("-"));
	if (as_row_isnull(rj, "quantity"))
		as_row_put(rj, "quantity", as_number(as_row_isnull(rj, "credit_of") ? 1 : 0));
	if (as_row_isnull(rj, "amount"))
		as_row_put(rj, "amount", as_number(as_row_isnull(rj, "credit_of") ? 0 : -1));
}
