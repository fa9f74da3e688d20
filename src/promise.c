/*-------------------------------------------------------------------------
 *
 * promise.c
 *	  The triggers of a desk's promise table: a promise made to a customer
 *	  becomes the event promise:<kind>.
 *
 * The kind must be declared by an event_type row of that name; who may make
 * the promise and in which states stands there and is judged with the event.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "utils/builtins.h"
#include "utils/rel.h"

#include "row.h"

PG_FUNCTION_INFO_V1(as_promise_judge);
PG_FUNCTION_INFO_V1(as_promise_record);

enum
{
	PC_PROMISE_ID, PC_TICKET_ID, PC_KIND, PC_PROMISED_AT, PC_MADE_AT, PC_MADE_BY,
	PC_EXTERNAL_REF, PC_COUNT
};

static const char *const promise_column[PC_COUNT] = {
	"promise_id", "ticket_id", "kind", "promised_at", "made_at", "made_by", "external_ref"
};

static char *
kinds_of(const PolicyType *pt)
{
	TextList	kinds = {0, palloc(sizeof(char *) * Max(pt->nevents, 1))};
	int			i;

	for (i = 0; i < pt->nevents; i++)
		if (strncmp(pt->events[i].event, "promise:", 8) == 0)
			kinds.item[kinds.n++] = pt->events[i].event + 8;
	return kinds.n == 0 ? pstrdup(_("none")) : as_text_join(&kinds, ", ");
}

static void
refuse_kind(const Judgement *j, const DeskRow *r, const char *kind)
{
	ereport(ERROR,
			(errcode(ERRCODE_SV_UNKNOWN_VALUE),
			 errmsg("\"%s\" is no kind of promise of policy \"%s\"", kind, j->pv->policy),
			 errdetail("No event promise:%s is declared for ticket type \"%s\".\n%s column=kind",
					   kind, j->pt->ticket_type, as_refusal_line(j, NULL, NULL)),
			 errhint("Known are: %s.", kinds_of(j->pt)),
			 errtablecol(r->rel, r->index[PC_KIND] + 1)));
}

static void
check_promised_at(const Judgement *j, const DeskRow *r, TimestampTz made_at)
{
	TimestampTz promised_at = DatumGetTimestampTz(DVAL(r, PC_PROMISED_AT));

	if (TIMESTAMP_NOT_FINITE(promised_at) || promised_at <= made_at)
		ereport(ERROR,
				(errcode(ERRCODE_SV_TIME_OUT_OF_ORDER),
				 TIMESTAMP_NOT_FINITE(promised_at) ?
				 errmsg("a promise needs a time") :
				 errmsg("a promise must be for a time after it is made"),
				 errdetail("It was made at %s.\n%s column=promised_at",
						   timestamptz_to_str(made_at), as_refusal_line(j, NULL, NULL)),
				 errhint("Give the time that was promised, and in made_at when, if that was not now."),
				 errtablecol(r->rel, r->index[PC_PROMISED_AT] + 1)));
}

static void
judge_promise(Judgement *j, DeskRow *r)
{
	AsStatement *st = j->st;
	char	   *kind = as_desk_text(r, PC_KIND);
	char	   *event = psprintf("promise:%s", kind);
	TicketRow  *ticket = as_desk_ticket(j, r, "promise_ticket_fkey");
	static const char *const keys[] = {"promised_at"};
	JsonbValue	promised_at = as_json_time(DatumGetTimestampTz(DVAL(r, PC_PROMISED_AT)));
	RowMeaning *m;

	if (as_policy_event(j->pt, event) == NULL)
		refuse_kind(j, r, kind);
	ticket = as_desk_settled(j, r, "promise_ticket_fkey", ticket,
							 DNULL(r, PC_MADE_AT) ? st->now : Min(st->now, DatumGetTimestampTz(DVAL(r, PC_MADE_AT))));
	j->at = as_moment(j, !DNULL(r, PC_MADE_AT), DatumGetTimestampTz(DVAL(r, PC_MADE_AT)),
					  DatumGetTimestampTz(TVAL(j->desk, ticket, TC_EVENT_AT)),
					  DatumGetTimestampTz(TVAL(j->desk, ticket, TC_OPENED_AT)), event);
	check_promised_at(j, r, j->at);
	as_desk_put(r, PC_MADE_AT, TimestampTzGetDatum(j->at));
	as_desk_put(r, PC_MADE_BY, CStringGetTextDatum(as_actor(st)->login));
	as_judge_row_guards(j, "promise", &r->row, NULL, ticket);

	m = as_meaning_add(st, r, DatumGetInt64(DVAL(r, PC_PROMISE_ID)));
	m->emission.ticket_id = j->ticket_id;
	m->emission.event = MemoryContextStrdup(st->cxt, event);
	m->emission.at = j->at;
	m->emission.data = as_json_object(st->cxt, 1, keys, &promised_at);
	st->row_origin = ORIGIN_PROMISE;
	as_meaning_unsaid(st, m);
}

/*
 * aftersales.promise_judge()
 */
Datum
as_promise_judge(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	Judgement	j;
	DeskRow		r;

	as_check_trigger(fcinfo, "promise_judge", TRIGGER_EVENT_BEFORE, true);
	memset(&j, 0, sizeof(j));
	j.st = as_statement_find(RelationGetRelid(trigdata->tg_relation), trigdata->tg_event);
	j.desk = j.st->desk;
	j.rel = trigdata->tg_relation;
	as_desk_row(&r, j.rel, trigdata->tg_trigslot, promise_column, PC_COUNT);
	(void) as_actor(j.st);
	/* what is missing is refused by the columns' NOT NULL */
	if (DNULL(&r, PC_TICKET_ID) || DNULL(&r, PC_KIND) || DNULL(&r, PC_PROMISED_AT))
		return PointerGetDatum(trigdata->tg_trigtuple);
	j.ticket_id = DatumGetInt64(DVAL(&r, PC_TICKET_ID));
	if (!DNULL(&r, PC_MADE_BY))
		as_desk_refuse_owned(&j, &r, PC_MADE_BY,
							 _("Give ticket_id, kind, promised_at and, where needed, made_at and external_ref."));
	if (as_desk_is_repeated(&r, j.desk, PC_EXTERNAL_REF, PLAN_REF_PROMISE))
	{
		as_desk_put(&r, PC_MADE_AT, TimestampTzGetDatum(j.st->now));
		as_desk_put(&r, PC_MADE_BY, CStringGetTextDatum(as_actor(j.st)->login));
	}
	else
		judge_promise(&j, &r);
	return PointerGetDatum(as_desk_tuple(&r));
}

/*
 * aftersales.promise_record()
 */
Datum
as_promise_record(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	AsStatement *st;

	as_check_trigger(fcinfo, "promise_record", TRIGGER_EVENT_AFTER, false);
	as_check_tables(trigdata, false);
	st = as_statement_find(RelationGetRelid(trigdata->tg_relation), trigdata->tg_event);
	as_meanings_emit(st, trigdata, "promise_id", ORIGIN_PROMISE, NULL);
	as_statement_drop(st);
	return PointerGetDatum(NULL);
}
