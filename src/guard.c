/*-------------------------------------------------------------------------
 *
 * guard.c
 *	  Guard functions: they read the ticket in hand.
 *
 * What they read is written only together with the ticket's row, which the
 * statement that is being judged holds; so they read under the latest
 * snapshot, as the desk's owner.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "utils/builtins.h"

#include "exchange.h"
#include "expression.h"
#include "history.h"

PG_FUNCTION_INFO_V1(as_has_event);
PG_FUNCTION_INFO_V1(as_clock_expired);
PG_FUNCTION_INFO_V1(as_approved);
PG_FUNCTION_INFO_V1(as_open_promises);
PG_FUNCTION_INFO_V1(as_has_event_since);
PG_FUNCTION_INFO_V1(as_has_role);
PG_FUNCTION_INFO_V1(as_evidence_count);
PG_FUNCTION_INFO_V1(as_evidence_sum);
PG_FUNCTION_INFO_V1(as_parts_balanced);

/*
 * as_ticket_in_hand returns the ticket that a guard function is to read.
 */
GuardTicket *
as_ticket_in_hand(const char *function)
{
	if (as_guard_ticket == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("guard function %s may only be called while a ticket is judged", function),
				 errhint("Use it in workflow_guard.requires or row_guard.requires.")));
	return as_guard_ticket;
}

static bool
is_named(const FoldEvent *e, const char *name)
{
	return strcmp(e->event, name) == 0 ||
		(strcmp(e->event, "opened") == 0 && strcmp(psprintf("status:%s", e->to_state), name) == 0);
}

/* Whether the query that has run says that corrections must be looked at. */
static bool
is_corrected(int col)
{
	bool		isnull;

	(void) SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, col, &isnull);
	return !isnull;
}

/* How many events of a name stand in a history with corrections. */
static int64
count_in_history(AsStatement *st, int64 ticket_id, const char *name)
{
	int64		count = 0;
	FoldEvent  *events;
	int			n;
	int			i;

	events = as_history_load(st, ticket_id, 0, &n);
	for (i = 0; i < n; i++)
		if (is_named(&events[i], name))
			count++;
	return count;
}

/*
 * as_count_standing returns how many events of a name stand after corrections;
 * more than at_most need not be counted.  The caller is connected to SPI.
 */
int64
as_count_standing(AsStatement *st, int64 ticket_id, const char *name, int32 at_most)
{
	Datum		values[3];
	bool		isnull;

	values[0] = Int64GetDatum(ticket_id);
	values[1] = CStringGetTextDatum(name);
	values[2] = Int32GetDatum(at_most);
	(void) as_run_read(st->desk, PLAN_HAS_EVENT, values);
	return is_corrected(2) ? count_in_history(st, ticket_id, name) :
		DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

/*
 * aftersales.has_event(event, at_least)
 */
Datum
as_has_event(PG_FUNCTION_ARGS)
{
	GuardTicket *hand = as_ticket_in_hand("has_event");
	char	   *event = text_to_cstring(PG_GETARG_TEXT_PP(0));
	int32		at_least = PG_GETARG_INT32(1);
	int64		count;

	SPI_connect();
	count = as_count_standing(hand->st, hand->ticket_id, event, Max(at_least, 0));
	SPI_finish();
	PG_RETURN_BOOL(count >= at_least);
}

/*
 * aftersales.clock_expired(clock)
 */
Datum
as_clock_expired(PG_FUNCTION_ARGS)
{
	GuardTicket *hand = as_ticket_in_hand("clock_expired");
	Datum		values[3];
	bool		expired;

	values[0] = Int64GetDatum(hand->ticket_id);
	values[1] = PG_GETARG_DATUM(0);
	values[2] = TimestampTzGetDatum(hand->at);
	SPI_connect();
	expired = as_run_read(hand->st->desk, PLAN_CLOCK_EXPIRED, values) > 0;
	SPI_finish();
	PG_RETURN_BOOL(expired);
}

/*
 * aftersales.approved(kind [, item])
 *
 * Steps are decided in order, so the last one of each run tells.
 */
Datum
as_approved(PG_FUNCTION_ARGS)
{
	GuardTicket *hand = as_ticket_in_hand("approved");
	const PolicyApproval *pa = as_policy_approval(hand->pt, text_to_cstring(PG_GETARG_TEXT_PP(0)));
	bool		has_item = PG_NARGS() > 1;
	Datum		values[4];
	bool		approved;
	bool		isnull;

	/* to the plan no item is '', which no row has */
	if (pa == NULL || (has_item && VARSIZE_ANY_EXHDR(PG_GETARG_TEXT_PP(1)) == 0))
		PG_RETURN_BOOL(false);
	values[0] = Int64GetDatum(hand->ticket_id);
	values[1] = PG_GETARG_DATUM(0);
	values[2] = Int32GetDatum(pa->steps[pa->nsteps - 1].step);
	values[3] = has_item ? PG_GETARG_DATUM(1) : CStringGetTextDatum("");
	SPI_connect();
	(void) as_run_read(hand->st->desk, PLAN_APPROVED, values);
	approved = DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	SPI_finish();
	PG_RETURN_BOOL(approved);
}

/*
 * aftersales.open_promises()
 */
Datum
as_open_promises(PG_FUNCTION_ARGS)
{
	GuardTicket *hand = as_ticket_in_hand("open_promises");
	Datum		value = Int64GetDatum(hand->ticket_id);
	bool		isnull;
	int32		count;

	SPI_connect();
	(void) as_run_read(hand->st->desk, PLAN_OPEN_PROMISES, &value);
	count = DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	SPI_finish();
	PG_RETURN_INT32(count);
}

/* The same of a history with corrections: whether the later one is an event. */
static bool
stands_since(GuardTicket *hand, const char *name, const char *since)
{
	bool		found = false;
	FoldEvent  *events;
	int			n;
	int			i;

	events = as_history_load(hand->st, hand->ticket_id, 0, &n);
	for (i = 0; i < n; i++)
	{
		if (is_named(&events[i], since))
			found = false;
		if (is_named(&events[i], name))
			found = true;
	}
	return found;
}

/*
 * aftersales.has_event_since(event, since)
 */
Datum
as_has_event_since(PG_FUNCTION_ARGS)
{
	GuardTicket *hand = as_ticket_in_hand("has_event_since");
	Datum		values[3];
	bool		isnull;
	bool		found;

	values[0] = Int64GetDatum(hand->ticket_id);
	values[1] = PG_GETARG_DATUM(0);
	values[2] = PG_GETARG_DATUM(1);
	SPI_connect();
	(void) as_run_read(hand->st->desk, PLAN_EVENT_SINCE, values);
	found = DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	if (is_corrected(2))
		found = stands_since(hand, text_to_cstring(PG_GETARG_TEXT_PP(0)), text_to_cstring(PG_GETARG_TEXT_PP(1)));
	SPI_finish();
	PG_RETURN_BOOL(found);
}

/*
 * aftersales.has_role(role)
 */
Datum
as_has_role(PG_FUNCTION_ARGS)
{
	GuardTicket *hand = as_ticket_in_hand("has_role");
	char	   *role = text_to_cstring(PG_GETARG_TEXT_PP(0));

	PG_RETURN_BOOL(as_actor_has_role(as_actor(hand->st), 1, &role));
}

static text *
given_word(FunctionCallInfo fcinfo, int argno, const char *a, const char *b)
{
	char	   *word;

	if (PG_ARGISNULL(argno))
		return cstring_to_text("");
	word = text_to_cstring(PG_GETARG_TEXT_PP(argno));
	if (strcmp(word, a) != 0 && strcmp(word, b) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNKNOWN_VALUE),
				 errmsg("evidence cannot be counted by \"%s\"", word),
				 errhint("It can be counted per item, and by what differs in item or angle.")));
	return cstring_to_text(word);
}

/*
 * aftersales.evidence_count(kind, per, distinct_on)
 */
Datum
as_evidence_count(PG_FUNCTION_ARGS)
{
	GuardTicket *hand = as_ticket_in_hand("evidence_count");
	Datum		values[4];
	bool		isnull;
	int32		count;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	values[0] = Int64GetDatum(hand->ticket_id);
	values[1] = PG_GETARG_DATUM(0);
	values[2] = PointerGetDatum(given_word(fcinfo, 1, "item", "item"));
	values[3] = PointerGetDatum(given_word(fcinfo, 2, "item", "angle"));
	SPI_connect();
	(void) as_run_read(hand->st->desk, PLAN_EVIDENCE_COUNT, values);
	count = DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	SPI_finish();
	PG_RETURN_INT32(count);
}

/*
 * aftersales.evidence_sum(kind)
 */
Datum
as_evidence_sum(PG_FUNCTION_ARGS)
{
	GuardTicket *hand = as_ticket_in_hand("evidence_sum");
	Datum		values[2];
	Datum		sum;
	bool		isnull;

	values[0] = Int64GetDatum(hand->ticket_id);
	values[1] = PG_GETARG_DATUM(0);
	SPI_connect();
	(void) as_run_read(hand->st->desk, PLAN_EVIDENCE_SUM, values);
	sum = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	sum = SPI_datumTransfer(sum, false, -1);
	SPI_finish();
	PG_RETURN_DATUM(sum);
}

/*
 * aftersales.parts_balanced()
 */
Datum
as_parts_balanced(PG_FUNCTION_ARGS)
{
	GuardTicket *hand = as_ticket_in_hand("parts_balanced");

	PG_RETURN_BOOL(!as_parts_outstanding(hand->st, hand->ticket_id));
}
