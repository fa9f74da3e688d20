/*-------------------------------------------------------------------------
 *
 * quote_function.c
 *	  quote(), and the guard function charges_settled().
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "funcapi.h"
#include "utils/builtins.h"

#include "expression.h"
#include "money.h"
#include "quote.h"
#include "reader.h"

PG_FUNCTION_INFO_V1(as_quote_sql);
PG_FUNCTION_INFO_V1(as_charges_settled);

#define NCOLS 15

typedef struct QuoteCall
{
	int64		ticket_id;
	ReturnSetInfo *rsinfo;
} QuoteCall;

static Datum
text_or_null(const char *s, bool *isnull)
{
	*isnull = s == NULL;
	return s == NULL ? (Datum) 0 : CStringGetTextDatum(s);
}

static Datum
number_or_null(Datum value, bool *isnull)
{
	*isnull = value == 0;
	return value;
}

static void
put_line(ReturnSetInfo *rsinfo, const QuoteLine *line)
{
	const ChargeRule *rule = line->rule;
	Datum		values[NCOLS];
	bool		nulls[NCOLS] = {false};

	values[0] = CStringGetTextDatum(rule->rule);
	values[1] = CStringGetTextDatum(rule->kind);
	values[2] = text_or_null(line->item, &nulls[2]);
	values[3] = text_or_null(line->spec, &nulls[3]);
	values[4] = text_or_null(line->label, &nulls[4]);
	values[5] = number_or_null(line->quantity, &nulls[5]);
	values[6] = number_or_null(line->unit_price, &nulls[6]);
	values[7] = number_or_null(line->amount, &nulls[7]);
	values[8] = CStringGetTextDatum(rule->currency);
	values[9] = CStringGetTextDatum(rule->payer);
	values[10] = CStringGetTextDatum(rule->payee);
	values[11] = BoolGetDatum(line->cover == COVER_WARRANTY);
	nulls[11] = line->cover == COVER_UNKNOWN;
	values[12] = Int64GetDatum(line->price_id);
	nulls[12] = !line->has_price;
	values[13] = line->charged;
	values[14] = as_clause_list(rule->clauses);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

static void
quote_ticket(AsStatement *st, void *arg)
{
	QuoteCall  *call = arg;
	QuoteInput	in = {0};
	ReadTicket	t;
	ListCell   *lc;

	if (!as_read_ticket(st, call->ticket_id, &t))
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNKNOWN_VALUE),
				 errmsg("there is no ticket %lld on desk \"%s\"", (long long) call->ticket_id, st->desk->name)));
	if (t.pt == NULL)
		return;
	in.st = st;
	in.pt = t.pt;
	in.ticket = t.row;
	in.ticket_id = call->ticket_id;
	in.at = Max(st->now, DatumGetTimestampTz(TVAL(st->desk, t.row, TC_EVENT_AT)));
	foreach(lc, as_quote(&in))
		put_line(call->rsinfo, lfirst(lc));
}

/*
 * aftersales.quote(ticket_id, desk)
 */
Datum
as_quote_sql(PG_FUNCTION_ARGS)
{
	Oid			nspid = as_desk_resolve(fcinfo, 1);
	QuoteCall	call;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	call.ticket_id = PG_GETARG_INT64(0);
	call.rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	as_reading(nspid, quote_ticket, &call);
	return (Datum) 0;
}

/* Whether a customer owes something that is not charged. */
static bool
is_uncharged(const QuoteLine *line)
{
	if (line->quantity == 0 || strcmp(line->rule->payer, PAYER_CUSTOMER) != 0)
		return false;
	return as_sign(line->left) > 0 && (line->rest == 0 || as_sign(line->rest) > 0);
}

static bool
is_all_charged(const GuardTicket *hand)
{
	QuoteInput	in = {0};
	ListCell   *lc;

	in.st = hand->st;
	in.pt = hand->pt;
	in.ticket = hand->row;
	in.ticket_id = hand->ticket_id;
	in.at = hand->at;
	foreach(lc, as_quote(&in))
		if (is_uncharged(lfirst(lc)))
			return false;
	return true;
}

/*
 * aftersales.charges_settled()
 *
 * It is called in the midst of an expression and evaluates others.
 */
Datum
as_charges_settled(PG_FUNCTION_ARGS)
{
	GuardTicket *hand = as_ticket_in_hand("charges_settled");
	MemoryContext cxt = CurrentMemoryContext;
	Datum		value = Int64GetDatum(hand->ticket_id);
	ExprNest	nest;
	bool		settled;

	if (hand->in_quote)
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNSOUND_POLICY),
				 errmsg("a charge rule may not ask for charges_settled()"),
				 errdetail("What is owed would hang on itself.")));
	if (hand->row == NULL || hand->ticket_id == 0)
		PG_RETURN_BOOL(true);
	SPI_connect();
	MemoryContextSwitchTo(cxt);
	settled = as_run_read(hand->st->desk, PLAN_UNSETTLED, &value) == 0;
	if (settled && hand->pt->ncharges > 0)
	{
		as_expr_nest(hand->st, &nest);
		settled = is_all_charged(hand);
		as_expr_unnest(hand->st, &nest);
	}
	SPI_finish();
	PG_RETURN_BOOL(settled);
}
