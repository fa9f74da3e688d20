/*-------------------------------------------------------------------------
 *
 * quote.c
 *	  Works out what is owed for a ticket, by the charge rules of its policy.
 *
 * One function for all who ask: quote() lists the lines, a charge is judged by
 * the line it is about, and charges_settled() looks whether any is open.
 *
 * A rule comes to lines of quantity times money per unit.  What is charged
 * already stands in the desk's table charge; so a line says how much is left,
 * and nothing is charged twice.  Rows of the running statement are seen too,
 * as everything runs in commands of their own under the latest snapshot.
 *
 * The caller is connected to SPI; results are in its memory context.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/numeric.h"

#include "expression.h"
#include "money.h"
#include "quote.h"
#include "worktime.h"

/* class of advisory locks, see duplicate.c */
#define LOCK_CAP	5

/* What is charged by a rule for an item. */
typedef struct Charged
{
	const char *item;			/* NULL: the rule is not per item */
	Datum		quantity;
	Datum		amount;
} Charged;

/*
 * as_charge_rule returns a rule by its name, NULL when there is none.
 */
const ChargeRule *
as_charge_rule(const PolicyType *pt, const char *rule)
{
	int			i;

	for (i = 0; i < pt->ncharges; i++)
		if (strcmp(pt->charges[i].rule, rule) == 0)
			return &pt->charges[i];
	return NULL;
}

static bool
same_item(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static Datum
get_number(int row, int col)
{
	bool		isnull;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, col, &isnull);

	return isnull ? (Datum) 0 : as_copy_number(value);
}

static char *
get_text(int row, int col)
{
	return SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, col);
}

static DateADT
local_date(const QuoteInput *in, TimestampTz at)
{
	return as_local_day(at, in->pt->version->tz) - POSTGRES_EPOCH_JDATE;
}

/* ---------- whether ---------- */

static bool
holds(const QuoteInput *in, int expr)
{
	GuardTicket hand = {in->st, in->ticket_id, in->at, as_guard_ticket, in->pt, in->ticket, true};
	volatile bool result = false;

	if (expr < 0)
		return true;
	as_expr_set_ticket(in->st, in->ticket);
	as_guard_ticket = &hand;
	PG_TRY();
	{
		result = as_expr_holds(in->st, in->pt->version, expr);
	}
	PG_FINALLY();
	{
		as_guard_ticket = hand.outer;
	}
	PG_END_TRY();
	return result;
}

/*
 * as_quote_arises tells whether a rule's charge arises for the ticket.
 */
bool
as_quote_arises(const QuoteInput *in, const ChargeRule *rule)
{
	return holds(in, rule->condition);
}

/*
 * as_quote_allowed tells whether it may be charged now.
 */
bool
as_quote_allowed(const QuoteInput *in, const ChargeRule *rule)
{
	return holds(in, rule->requires);
}

/* A column of the ticket by its name; 0: NULL. */
static Datum
ticket_column(const QuoteInput *in, const char *column)
{
	TupleDesc	tupdesc = in->st->desk->tupdesc;
	int			attno = SPI_fnumber(tupdesc, column);

	return attno <= 0 || in->ticket->nulls[attno - 1] ? (Datum) 0 : in->ticket->values[attno - 1];
}

/* What the warranty does about it: it covers only what a customer would owe. */
static QuoteCover
cover_of(const QuoteInput *in, const ChargeRule *rule)
{
	Datum		covers;
	Datum	   *elems;
	bool	   *nulls;
	int			n;
	int			i;

	if (rule->covered_by == NULL || strcmp(rule->payer, PAYER_CUSTOMER) != 0)
		return COVER_NONE;
	if (ticket_column(in, "warranty_class") == 0)
		return COVER_UNKNOWN;
	covers = ticket_column(in, "covers");
	if (covers == 0)
		return COVER_NONE;
	deconstruct_array(DatumGetArrayTypeP(covers), TEXTOID, -1, false, TYPALIGN_INT, &elems, &nulls, &n);
	for (i = 0; i < n; i++)
		if (!nulls[i] && strcmp(TextDatumGetCString(elems[i]), rule->covered_by) == 0)
			return COVER_WARRANTY;
	return COVER_NONE;
}

/* ---------- how much ---------- */

/*
 * Of the local days after "from" up to "to", those outside all excuses, which
 * are in SPI_tuptable in the order of their first day.
 */
static int64
days_not_excused(DateADT from, DateADT to, const SPITupleTable *excuses, int n)
{
	int64		days = Max((int64) to - from, 0);
	DateADT		next = from + 1;
	int			i;

	for (i = 0; i < n; i++)
	{
		bool		isnull;
		DateADT		starts = DatumGetDateADT(SPI_getbinval(excuses->vals[i], excuses->tupdesc, 1, &isnull));
		DateADT		ends = DatumGetDateADT(SPI_getbinval(excuses->vals[i], excuses->tupdesc, 2, &isnull));

		starts = Max(starts, next);
		ends = Min(ends, to);
		if (ends < starts)
			continue;
		days -= ends - starts + 1;
		next = ends + 1;
	}
	return days;
}

/* Local days by which a clock was late, or is by now. */
static int64
late_days(const QuoteInput *in, const char *clock)
{
	Datum		values[3];
	SPITupleTable *excuses;
	int64		days = 0;
	int			nexcuses;
	int			n;
	int			i;

	values[0] = Int64GetDatum(in->ticket_id);
	values[1] = CStringGetTextDatum(clock);
	values[2] = TimestampTzGetDatum(in->at);
	nexcuses = as_run_read(in->st->desk, PLAN_EXCUSED_DAYS, values);
	excuses = SPI_tuptable;
	n = as_run_read(in->st->desk, PLAN_LATE, values);
	for (i = 0; i < n; i++)
	{
		bool		isnull;
		TimestampTz due = DatumGetTimestampTz(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull));
		TimestampTz end = DatumGetTimestampTz(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2, &isnull));

		days += days_not_excused(local_date(in, due), local_date(in, end), excuses, nexcuses);
	}
	return days;
}

/* ---------- at what price ---------- */

/* Finds the line's price in the list in force; false when there is none. */
static bool
find_price(const QuoteInput *in, QuoteLine *line)
{
	const ChargeRule *rule = line->rule;
	Datum		values[5];
	bool		isnull;

	values[0] = CStringGetTextDatum(in->pt->version->policy);
	values[1] = CStringGetTextDatum(rule->price_list);
	values[2] = DateADTGetDatum(local_date(in, in->at));
	values[3] = CStringGetTextDatum(line->item != NULL ? line->item : rule->rule);
	values[4] = CStringGetTextDatum(rule->currency);
	if (in->for_charge)
		/* what a charge cites does not change under it */
		line->has_price = as_run(in->st->desk, PLAN_PRICE_SHARE, values, NULL, NULL) > 0;
	else
		line->has_price = as_run_read(in->st->desk, PLAN_PRICE, values) > 0;
	if (!line->has_price)
		return false;
	line->price_id = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	line->list_price = get_number(0, 2);
	line->cost_price = get_number(0, 3);
	line->spec = get_text(0, 4);
	line->label = get_text(0, 5);
	return true;
}

static void
refuse_amount(const QuoteInput *in, const ChargeRule *rule)
{
	ereport(ERROR,
			(errcode(ERRCODE_SV_UNSOUND_POLICY),
			 errmsg("the amount of charge rule \"%s\" is no sum of money", rule->rule),
			 errdetail_internal("ticket=%lld clauses=%s", (long long) in->ticket_id, rule->clauses),
			 errhint("Write an amount that is neither negative nor infinite for any ticket, for example with greatest()."),
			 err_generic_string(PG_DIAG_CONSTRAINT_NAME, rule->rule)));
}

/* Money per unit; 0 when it is not known yet. */
static Datum
price_unit(const QuoteInput *in, const QuoteLine *line, int64 days)
{
	const ChargeRule *rule = line->rule;
	AmountInput numbers;
	Datum		unit;
	int			i;

	if (rule->amount < 0)
		unit = line->list_price;
	else
	{
		numbers.value[AMOUNT_UNIT_PRICE] = line->list_price;
		numbers.value[AMOUNT_COST_PRICE] = line->cost_price;
		numbers.value[AMOUNT_QUANTITY] = line->quantity;
		numbers.value[AMOUNT_DAYS] = rule->clock == NULL ? (Datum) 0 : as_number(days);
		for (i = 0; i < AMOUNT_COUNT; i++)
			numbers.is_known[i] = numbers.value[i] != 0;
		as_expr_set_ticket(in->st, in->ticket);
		unit = as_expr_amount(in->st, in->pt->version, rule->amount, &numbers, &unit) ?
			as_copy_number(unit) : (Datum) 0;
	}
	if (unit == 0)
		return 0;
	if (!as_is_finite(unit) || as_sign(unit) < 0)
		refuse_amount(in, rule);
	if (rule->minimum != 0)
		unit = as_greater(unit, rule->minimum);
	if (rule->maximum != 0)
		unit = as_lesser(unit, rule->maximum);
	return unit;
}

/* ---------- caps ---------- */

/*
 * Two sessions that charge under one cap meet here: it belongs to no ticket.
 * The lock is held until the transaction ends.
 */
static void
lock_cap(const QuoteInput *in, const ChargeRule *rule)
{
	char	   *party = in->party == 0 ? "" : TextDatumGetCString(in->party);
	char	   *key = psprintf("%s %s %s", in->pt->version->policy, rule->rule, party);
	LOCKTAG		tag;

	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, in->st->desk->nspid,
						 DatumGetUInt32(hash_any((unsigned char *) key, strlen(key))), LOCK_CAP);
	(void) LockAcquire(&tag, ExclusiveLock, false, false);
}

/* When the period of a cap begins that a time falls into, or the next one. */
static TimestampTz
cap_period(const QuoteInput *in, CapPeriod per, int offset)
{
	int			y;
	int			m;
	int			d;

	j2date(as_local_day(in->at, in->pt->version->tz), &y, &m, &d);
	if (per == CAP_YEAR)
	{
		m = 1;
		y += offset;
	}
	else if ((m += offset) > 12)
	{
		m = 1;
		y++;
	}
	return as_local_time(date2j(y, m, 1), 0, in->pt->version->tz);
}

/* What is charged under a cap already by all tickets. */
static Datum
charged_in_period(const QuoteInput *in, const ChargeRule *rule)
{
	Datum		values[5];

	if (in->for_charge)
		lock_cap(in, rule);
	values[0] = CStringGetTextDatum(in->pt->version->policy);
	values[1] = CStringGetTextDatum(rule->rule);
	values[2] = TimestampTzGetDatum(cap_period(in, rule->cap_per, 0));
	values[3] = TimestampTzGetDatum(cap_period(in, rule->cap_per, 1));
	values[4] = in->party;
	(void) as_run_read(in->st->desk, in->party == 0 ? PLAN_CAP_ANY : PLAN_CAP_PARTY, values);
	return get_number(0, 1);
}

/*
 * as_quote_cap returns how much money the rule's cap leaves, after what is
 * charged by it for the ticket; 0: it has none.
 */
Datum
as_quote_cap(const QuoteInput *in, const ChargeRule *rule, Datum charged)
{
	if (rule->cap_per == CAP_NONE)
		return 0;
	if (rule->cap_per != CAP_TICKET)
		charged = charged_in_period(in, rule);
	return as_greater(as_minus(rule->cap, charged), as_number(0));
}

/* ---------- lines ---------- */

static List *
load_charged(const QuoteInput *in, const ChargeRule *rule)
{
	List	   *list = NIL;
	Datum		values[2];
	int			n;
	int			i;

	values[0] = Int64GetDatum(in->ticket_id);
	values[1] = CStringGetTextDatum(rule->rule);
	n = as_run_read(in->st->desk, PLAN_CHARGED, values);
	for (i = 0; i < n; i++)
	{
		Charged    *c = palloc(sizeof(Charged));

		c->item = get_text(i, 1);
		c->quantity = get_number(i, 2);
		c->amount = get_number(i, 3);
		list = lappend(list, c);
	}
	return list;
}

static QuoteLine *
new_line(const ChargeRule *rule, char *item, Datum quantity)
{
	QuoteLine  *line = palloc0(sizeof(QuoteLine));

	line->rule = rule;
	line->item = item;
	line->quantity = quantity;
	return line;
}

/* The lines of a rule per item: what is on the quote, and what is charged. */
static List *
item_lines(const QuoteInput *in, const ChargeRule *rule, const List *charged)
{
	Datum		value = Int64GetDatum(in->ticket_id);
	int			n = as_run_read(in->st->desk, PLAN_QUOTE_ITEMS, &value);
	List	   *lines = NIL;
	ListCell   *lc;
	int			i;

	for (i = 0; i < n; i++)
		lines = lappend(lines, new_line(rule, get_text(i, 1), get_number(i, 2)));
	foreach(lc, charged)
	{
		Charged    *c = lfirst(lc);
		bool		is_quoted = false;
		ListCell   *lc2;

		foreach(lc2, lines)
			is_quoted = is_quoted || same_item(((QuoteLine *) lfirst(lc2))->item, c->item);
		if (!is_quoted && as_sign(c->quantity) != 0)
			lines = lappend(lines, new_line(rule, unconstify(char *, c->item), as_number(0)));
	}
	return lines;
}

/*
 * fill_line works a line out.  cap_left is what the rule's cap leaves to it
 * and those after it, 0: the rule has none.
 */
static void
fill_line(const QuoteInput *in, QuoteLine *line, const List *charged, int64 days, Datum *cap_left)
{
	ListCell   *lc;

	line->charged = line->charged_amount = as_number(0);
	foreach(lc, charged)
	{
		Charged    *c = lfirst(lc);

		if (!same_item(c->item, line->item))
			continue;
		line->charged = c->quantity;
		line->charged_amount = c->amount;
	}
	line->cover = cover_of(in, line->rule);
	if (line->quantity == 0)
		return;
	if (line->rule->price_list == NULL || find_price(in, line))
		line->unit_price = price_unit(in, line, days);
	line->left = as_greater(as_minus(line->quantity, line->charged), as_number(0));
	if (line->cover == COVER_WARRANTY)
		line->amount = line->rest = as_money(as_number(0));
	if (line->cover != COVER_NONE || line->unit_price == 0)
		return;
	line->rest = as_money(as_times(line->left, line->unit_price));
	line->amount = as_money(as_times(line->quantity, line->unit_price));
	if (*cap_left == 0)
		return;
	line->rest = as_lesser(line->rest, *cap_left);
	*cap_left = as_minus(*cap_left, line->rest);
	line->amount = as_lesser(line->amount, as_plus(line->charged_amount, line->rest));
}

/*
 * as_quote_rule returns the lines (QuoteLine) of a rule whose charge arises,
 * items for which the list in force has no price included.
 */
List *
as_quote_rule(const QuoteInput *in, const ChargeRule *rule)
{
	List	   *charged = load_charged(in, rule);
	int64		days = rule->clock == NULL ? 0 : late_days(in, rule->clock);
	List	   *lines = NIL;
	Datum		all = as_number(0);
	Datum		cap_left;
	ListCell   *lc;

	switch (rule->per)
	{
		case CHARGE_ITEM:
			lines = item_lines(in, rule, charged);
			break;
		case CHARGE_TICKET:
			lines = list_make1(new_line(rule, NULL, as_number(1)));
			break;
		case CHARGE_EVENT:
			lines = list_make1(new_line(rule, NULL, as_number(as_count_standing(in->st, in->ticket_id, rule->event, PG_INT32_MAX))));
			break;
		case CHARGE_DAY:
			lines = list_make1(new_line(rule, NULL, as_number(days)));
			break;
		case CHARGE_GIVEN:
			lines = list_make1(new_line(rule, NULL, 0));
			break;
	}
	foreach(lc, charged)
		all = as_plus(all, ((Charged *) lfirst(lc))->amount);
	cap_left = as_quote_cap(in, rule, all);
	foreach(lc, lines)
	{
		((QuoteLine *) lfirst(lc))->cap_left = cap_left;
		fill_line(in, lfirst(lc), charged, days, &cap_left);
	}
	return lines;
}

/* Whether another rule has a price for an item that this one's list lacks. */
static bool
is_priced_elsewhere(const List *lines, const QuoteLine *line)
{
	ListCell   *lc;

	foreach(lc, lines)
	{
		QuoteLine  *other = lfirst(lc);

		if (other != line && other->rule->per == CHARGE_ITEM && same_item(other->item, line->item) &&
			(other->has_price || other->rule->price_list == NULL))
			return true;
	}
	return false;
}

static bool
is_something(const List *lines, const QuoteLine *line)
{
	if (line->quantity == 0)
		return true;
	if (as_sign(line->quantity) == 0 && as_sign(line->charged) == 0 && as_sign(line->charged_amount) == 0)
		return false;
	return line->rule->per != CHARGE_ITEM || line->rule->price_list == NULL || line->has_price ||
		!is_priced_elsewhere(lines, line);
}

/*
 * as_quote returns all lines (QuoteLine) of a ticket.  A line without an
 * amount is one of which it is not known yet what it comes to.
 */
List *
as_quote(const QuoteInput *in)
{
	List	   *all = NIL;
	List	   *lines = NIL;
	ListCell   *lc;
	int			i;

	for (i = 0; i < in->pt->ncharges; i++)
		if (as_quote_arises(in, &in->pt->charges[i]))
			all = list_concat(all, as_quote_rule(in, &in->pt->charges[i]));
	foreach(lc, all)
		if (is_something(all, lfirst(lc)))
			lines = lappend(lines, lfirst(lc));
	return lines;
}
