/*-------------------------------------------------------------------------
 *
 * stock_purpose.c
 *	  What moves of the ledger are for, and what each purpose asks of them.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "funcapi.h"
#include "utils/builtins.h"

#include "stock.h"

PG_FUNCTION_INFO_V1(as_stock_purposes);

/* In the order of PurposeId. */
static const StockPurpose stock_purpose[PURPOSE_COUNT] = {
	{PURPOSE_RECEIPT, "receipt", "outside", "physical", NULL, true, false,
	"Parts come in from outside."},
	{PURPOSE_ISSUE, "issue", "store", "hands", "good", true, true,
	"A good part is handed out."},
	{PURPOSE_INSTALL, "install", "physical", "installed", "good", true, true,
	"A good part is put into a machine."},
	{PURPOSE_RETURN, "return", "hands", "store", "good", true, true,
	"A good part comes back unused."},
	{PURPOSE_REMOVE, "remove", "installed", "physical", "defective|scrap|good", true, true,
	"A part is taken out of a machine."},
	{PURPOSE_RETURN_DEFECTIVE, "return_defective", "hands", "store", "defective|scrap", true, true,
	"A part that was taken out is handed in."},
	{PURPOSE_KEEP, "keep", "installed", "kept", "defective", true, true,
	"The customer keeps the defective part."},
	{PURPOSE_LOSE, "lose", "physical", "lost", NULL, true, true,
	"A part is lost."},
	{PURPOSE_LOAN, "loan", "store", "hands", "good", true, true,
	"A loaner is given out."},
	{PURPOSE_LOAN_RETURN, "loan_return", "hands", "store", "good|defective|scrap", false, true,
	"A loaner comes back."},
	{PURPOSE_TRANSFER, "transfer", "physical", "physical", NULL, false, false,
	"Parts change their place."},
	{PURPOSE_REGRADE, "regrade", "physical", "same", NULL, false, false,
	"Parts change their condition where they are."},
	{PURPOSE_SCRAP, "scrap", "physical", "scrapped", NULL, false, false,
	"Parts are thrown away."},
	{PURPOSE_DELIVER, "deliver", "physical", "outside", NULL, true, false,
	"What was kept for somebody is handed over for good."},
	{PURPOSE_SUPPLIER_RETURN, "supplier_return", "physical", "supplier", NULL, true, false,
	"Parts go back to the supplier."},
	{PURPOSE_ADJUST, "adjust", "physical|adjustment", "physical|adjustment", NULL, true, false,
	"A count found another quantity; only posting a count makes such moves."}
};

/*
 * as_stock_purpose returns a purpose, NULL when there is none of that name.
 */
const StockPurpose *
as_stock_purpose(const char *name)
{
	int			i;

	for (i = 0; i < PURPOSE_COUNT; i++)
		if (strcmp(stock_purpose[i].name, name) == 0)
			return &stock_purpose[i];
	return NULL;
}

/*
 * as_purpose_of returns the purpose that a move says.  Errors: SV010.
 */
const StockPurpose *
as_purpose_of(const AsStatement *st, const char *name)
{
	const StockPurpose *purpose = as_stock_purpose(name);

	if (purpose == NULL)
		as_stock_refuse(st, ERRCODE_SV_UNKNOWN_VALUE, "purpose", NULL,
						psprintf(_("unknown purpose \"%s\" of a move"), name), NULL,
						_("The view aftersales.stock_purpose lists the purposes."));
	return purpose;
}

/*
 * as_is_stock_event tells whether moves mean events of that name.
 */
bool
as_is_stock_event(const char *event)
{
	if (strncmp(event, "stock:", 6) != 0)
		return false;
	return strcmp(event + 6, "balanced") == 0 || strcmp(event + 6, "reversal") == 0 ||
		as_stock_purpose(event + 6) != NULL;
}

/* Whether one of the words, which | separates, is accepted. */
static bool
any_word(const char *words, bool (*fits) (const char *word, int len, const void *arg), const void *arg)
{
	for (;;)
	{
		int			len = strcspn(words, "|");

		if (fits(words, len, arg))
			return true;
		if (words[len] == '\0')
			return false;
		words += len + 1;
	}
}

static bool
is_word(const char *word, int len, const char *s)
{
	return strlen(s) == len && strncmp(word, s, len) == 0;
}

/* Virtual, and not one that other purposes name: supplier, recipient, the user's own. */
static bool
is_outside(const StockLocation *l)
{
	static const char *const meant[] = {"installed", "kept", "lost", "scrapped", "adjustment"};
	int			i;

	for (i = 0; i < lengthof(meant); i++)
		if (strcmp(l->kind, meant[i]) == 0)
			return false;
	return !l->physical;
}

static bool
fits_place(const char *word, int len, const void *arg)
{
	const StockLocation *l = arg;

	if (is_word(word, len, "physical") || is_word(word, len, "same"))
		return l->physical;
	if (is_word(word, len, "store"))
		return l->physical && !l->in_hands;
	if (is_word(word, len, "hands"))
		return l->in_hands;
	if (is_word(word, len, "outside"))
		return is_outside(l);
	return is_word(word, len, l->kind);
}

static bool
fits_condition(const char *word, int len, const void *arg)
{
	return is_word(word, len, as_condition_name[*(const StockCondition *) arg]);
}

/*
 * as_purpose_condition returns the condition that is meant when none is given.
 */
StockCondition
as_purpose_condition(const StockPurpose *purpose)
{
	if (purpose->from_conditions != NULL && strncmp(purpose->from_conditions, "defective", 9) == 0)
		return CONDITION_DEFECTIVE;
	return CONDITION_GOOD;
}

/*
 * as_place_policy returns the policy that judges a move by its places: that of
 * the one it takes from, else of the one it gives to; NULL: none.
 */
const char *
as_place_policy(const StockMove *m)
{
	return m->from->policy != NULL ? m->from->policy : m->to->policy;
}

/*
 * as_purpose_misfit says what in a move does not fit its purpose, NULL when
 * all does.  A reversal goes the other way.
 */
char *
as_purpose_misfit(const StockMove *m)
{
	const StockPurpose *p = m->purpose;
	const StockLocation *from = m->reversal_of != 0 ? m->to : m->from;
	const StockLocation *to = m->reversal_of != 0 ? m->from : m->to;
	StockCondition before = m->reversal_of != 0 ? m->to_condition : m->from_condition;

	if (!any_word(p->from, fits_place, from))
		return psprintf(_("It takes from %s; \"%s\" is of kind %s."), p->from, from->location, from->kind);
	if (!any_word(p->to, fits_place, to))
		return psprintf(_("It gives to %s; \"%s\" is of kind %s."), p->to, to->location, to->kind);
	if ((p->id == PURPOSE_REGRADE) != (from == to))
		return p->id == PURPOSE_REGRADE ? psprintf(_("It leaves the parts where they are.")) :
			psprintf(_("It gives to another place."));
	if (p->from_conditions != NULL && !any_word(p->from_conditions, fits_condition, &before))
		return psprintf(_("The part must be %s; it is %s."), p->from_conditions, as_condition_name[before]);
	if (p->keeps_condition && m->from_condition != m->to_condition)
		return psprintf(_("It does not change the condition."));
	if (p->id == PURPOSE_REGRADE && m->from_condition == m->to_condition)
		return psprintf(_("It changes the condition."));
	if ((p->id == PURPOSE_LOAN || p->id == PURPOSE_LOAN_RETURN) != (m->part->exchange == EXCHANGE_LOANER) &&
		p->has_exchange && p->id != PURPOSE_LOSE)
		return m->part->exchange == EXCHANGE_LOANER ? psprintf(_("The part is a loaner: it is lent and comes back.")) :
			psprintf(_("The part is not a loaner."));
	return NULL;
}

/*
 * aftersales.stock_purposes()
 */
Datum
as_stock_purposes(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int			i;

	InitMaterializedSRF(fcinfo, 0);
	for (i = 0; i < PURPOSE_COUNT; i++)
	{
		const StockPurpose *p = &stock_purpose[i];
		Datum		values[7];
		bool		nulls[7] = {false};

		values[0] = CStringGetTextDatum(p->name);
		values[1] = CStringGetTextDatum(p->from);
		values[2] = CStringGetTextDatum(p->to);
		values[3] = CStringGetTextDatum(p->from_conditions != NULL ? p->from_conditions :
										"good|defective|in_repair|scrap");
		values[4] = BoolGetDatum(!p->keeps_condition);
		values[5] = BoolGetDatum(p->has_exchange);
		values[6] = CStringGetTextDatum(p->meaning);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
