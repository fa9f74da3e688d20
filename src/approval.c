/*-------------------------------------------------------------------------
 *
 * approval.c
 *	  The triggers of a desk's approval table: which step a decision decides,
 *	  about what, and what the last step brings about.
 *
 * The steps of a kind of approval are decided in order, each by another
 * person; one pass through them is a run, numbered per ticket and kind, and a
 * run is about one clock or none, and one item or none.  A refusal ends it.
 * The ticket is locked before earlier decisions are read, so two sessions
 * cannot decide one step.  Who may decide stands in approval_person.c.
 *
 * The last step becomes the event approved:<kind>, any other decision
 * decided:<kind>.  An extension carries clock and new due time in the event's
 * data, and whoever folds the clocks applies it; an excuse is written into
 * sla_breach once the event is there, since that settles the clocks first.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "utils/builtins.h"
#include "utils/rel.h"

#include "approval.h"
#include "row.h"

PG_FUNCTION_INFO_V1(as_approval_judge);
PG_FUNCTION_INFO_V1(as_approval_record);

static const char *const approval_column[AC_COUNT] = {
	"approval_id", "ticket_id", "kind", "item", "run", "step", "is_approved", "clock_id",
	"new_due_at", "requested_by", "decided_at", "decided_by", "on_behalf_of", "external_ref"
};

/*
 * as_decision_refuse raises what is wrong with a decision.  col is the column
 * at fault, -1 for none.
 */
void
as_decision_refuse(const Decision *d, int sqlstate, int col, const char *message,
				   const char *detail, const char *hint)
{
	const char *clauses = d->step == NULL ? "" : d->step->clauses;

	ereport(ERROR,
			(errcode(sqlstate),
			 errmsg_internal("%s", message),
			 errdetail_internal("%s\n%s approval=%s", detail,
								as_refusal_line(d->j, NULL, clauses), as_desk_text(d->r, AC_KIND)),
			 errhint("%s", hint),
			 col < 0 ? errtable(d->r->rel) : errtablecol(d->r->rel, d->r->index[col] + 1)));
}

/* ---------- which step ---------- */

static void
find_kind(Decision *d)
{
	const PolicyType *pt = d->j->pt;
	char	   *kind = as_desk_text(d->r, AC_KIND);
	TextList	kinds = {0, palloc(sizeof(char *) * Max(pt->napprovals, 1))};

	d->pa = as_policy_approval(pt, kind);
	if (d->pa != NULL)
		return;
	for (; kinds.n < pt->napprovals; kinds.n++)
		kinds.item[kinds.n] = pt->approvals[kinds.n].kind;
	as_decision_refuse(d, ERRCODE_SV_UNKNOWN_VALUE, AC_KIND,
		   psprintf(_("\"%s\" is no kind of approval of policy \"%s\""), kind, d->j->pv->policy),
		   psprintf(_("No approval_rule of it holds for ticket type \"%s\"."), pt->ticket_type),
		   psprintf(_("Known are: %s."), kinds.n == 0 ? _("none") : as_text_join(&kinds, ", ")));
}

/* Whether it says which item, as its kind wants it. */
static void
check_item(const Decision *d)
{
	if (d->pa->items && (DNULL(d->r, AC_ITEM) || as_desk_text(d->r, AC_ITEM)[0] == '\0'))
		as_decision_refuse(d, ERRCODE_SV_UNKNOWN_VALUE, AC_ITEM,
			   psprintf(_("approval \"%s\" needs an item"), d->pa->kind),
			   _("It is decided item by item."),
			   _("Say in the column item which one this decision is about."));
	if (!d->pa->items && !DNULL(d->r, AC_ITEM))
		as_decision_refuse(d, ERRCODE_SV_UNKNOWN_VALUE, AC_ITEM,
			   psprintf(_("approval \"%s\" takes no %s"), d->pa->kind, approval_column[AC_ITEM]),
			   _("It is about the ticket as a whole."),
			   _("Leave the column out, or name the kind of approval that is meant."));
}

/* Reads one earlier decision of the run. */
static void
read_earlier(Decision *d, HeapTuple tup, TupleDesc tupdesc)
{
	bool		isnull;
	char	   *requested_by = SPI_getvalue(tup, tupdesc, 6);
	char	   *on_behalf_of = SPI_getvalue(tup, tupdesc, 9);
	Datum		new_due = SPI_getbinval(tup, tupdesc, 7, &isnull);

	d->deciders.item[d->deciders.n++] = SPI_getvalue(tup, tupdesc, 5);
	if (requested_by != NULL)
		d->requesters.item[d->requesters.n++] = requested_by;
	if (on_behalf_of != NULL)
		d->decided_for.item[d->decided_for.n++] = on_behalf_of;
	if (!isnull)
	{
		d->has_new_due = true;
		d->new_due_at = DatumGetTimestampTz(new_due);
	}
	d->earliest = DatumGetTimestampTz(SPI_getbinval(tup, tupdesc, 8, &isnull));
}

/* The step after this one, NULL after the last. */
static const PolicyApprovalStep *
step_after(const PolicyApproval *pa, int step)
{
	int			i;

	for (i = 0; i < pa->nsteps; i++)
		if (pa->steps[i].step > step)
			return &pa->steps[i];
	return NULL;
}

/*
 * find_step finds the first open step: that after the last decision of the
 * latest run about the same clock and item, or the first one of a new run.
 */
static void
find_step(Decision *d)
{
	Datum		values[4];
	HeapTuple	last;
	bool		isnull;
	int			n;
	int			i;

	values[0] = Int64GetDatum(d->j->ticket_id);
	values[1] = DVAL(d->r, AC_KIND);
	values[2] = DNULL(d->r, AC_CLOCK_ID) ? Int64GetDatum(0) : DVAL(d->r, AC_CLOCK_ID);
	values[3] = DNULL(d->r, AC_ITEM) ? CStringGetTextDatum("") : DVAL(d->r, AC_ITEM);
	n = as_run_read(d->j->desk, PLAN_APPROVALS, values);
	d->deciders.item = palloc(sizeof(char *) * n);
	d->decided_for.item = palloc(sizeof(char *) * n);
	d->requesters.item = palloc(sizeof(char *) * (n + 2));
	last = SPI_tuptable->vals[n - 1];
	d->run = DatumGetInt32(SPI_getbinval(last, SPI_tuptable->tupdesc, 2, &isnull));
	if (!isnull && DatumGetBool(SPI_getbinval(last, SPI_tuptable->tupdesc, 4, &isnull)))
		d->step = step_after(d->pa, DatumGetInt32(SPI_getbinval(last, SPI_tuptable->tupdesc, 3, &isnull)));
	d->begins = d->step == NULL;
	if (d->begins)
	{
		d->step = &d->pa->steps[0];
		d->run = DatumGetInt32(SPI_getbinval(last, SPI_tuptable->tupdesc, 1, &isnull)) + 1;
		d->run = isnull ? 1 : d->run;
		return;
	}
	for (i = 0; i < n; i++)
		read_earlier(d, SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
}

/* ---------- about what ---------- */

/* Nothing that another purpose needs. */
static void
check_no_clock(Decision *d)
{
	int			col = !DNULL(d->r, AC_CLOCK_ID) ? AC_CLOCK_ID : AC_NEW_DUE_AT;

	if (d->pa->purpose == APPROVE_CONSENT ? !DNULL(d->r, col) : !DNULL(d->r, AC_NEW_DUE_AT))
		as_decision_refuse(d, ERRCODE_SV_UNKNOWN_VALUE, d->pa->purpose == APPROVE_CONSENT ? col : AC_NEW_DUE_AT,
			   psprintf(_("approval \"%s\" takes no %s"), d->pa->kind,
						approval_column[d->pa->purpose == APPROVE_CONSENT ? col : AC_NEW_DUE_AT]),
			   _("Its rule has another purpose."),
			   _("Leave the column out, or name the kind of approval that is meant."));
}

static void
check_extension(Decision *d, bool has_due, TimestampTz due_at, bool is_breached, const char *rule)
{
	TimestampTz new_due_at;

	if (!as_text_in(&d->pa->extends, rule))
		as_decision_refuse(d, ERRCODE_SV_UNKNOWN_VALUE, AC_CLOCK_ID,
			   psprintf(_("approval \"%s\" does not extend clock \"%s\""), d->pa->kind, d->clock),
			   psprintf(_("Rule \"%s\", which set its due time, names no such extension_approval."), rule),
			   _("Name the kind of approval that the rule names."));
	if (is_breached || (has_due && (due_at < d->j->at || due_at < d->j->st->now)))
		as_decision_refuse(d, ERRCODE_SV_CLOCK_EXPIRED, AC_CLOCK_ID,
			   psprintf(_("clock \"%s\" has expired and cannot be extended"), d->clock),
			   has_due ? psprintf(_("It was due at %s."), timestamptz_to_str(due_at)) : _("It is breached."),
			   _("An extension must be approved before the due time; a breach may be excused, if the policy knows such an approval."));
	if (!has_due)
		as_decision_refuse(d, ERRCODE_SV_UNKNOWN_VALUE, AC_CLOCK_ID,
			   psprintf(_("clock \"%s\" has no due time that could be extended"), d->clock),
			   _("It is paused, or never late."),
			   _("Decide when it counts again."));
	if (d->has_new_due && !DNULL(d->r, AC_NEW_DUE_AT) &&
		DatumGetTimestampTz(DVAL(d->r, AC_NEW_DUE_AT)) != d->new_due_at)
		as_decision_refuse(d, ERRCODE_SV_UNKNOWN_VALUE, AC_NEW_DUE_AT,
			   psprintf(_("step %d of approval \"%s\" is about another due time"), d->step->step, d->pa->kind),
			   psprintf(_("The step before has approved %s."), timestamptz_to_str(d->new_due_at)),
			   _("Send that time or leave it out; a refusal (is_approved false) lets it begin anew."));
	if (d->has_new_due)
		as_desk_put(d->r, AC_NEW_DUE_AT, TimestampTzGetDatum(d->new_due_at));
	new_due_at = DatumGetTimestampTz(DVAL(d->r, AC_NEW_DUE_AT));
	if (DNULL(d->r, AC_NEW_DUE_AT) || TIMESTAMP_NOT_FINITE(new_due_at) || new_due_at <= due_at)
		as_decision_refuse(d, ERRCODE_SV_TIME_OUT_OF_ORDER, AC_NEW_DUE_AT,
			   psprintf(_("an extension of clock \"%s\" needs a later due time"), d->clock),
			   psprintf(_("It is due at %s."), timestamptz_to_str(due_at)),
			   _("Give the later time in new_due_at."));
}

/* The clock that an extension or excuse is about; it must be the ticket's. */
static void
check_clock(Decision *d, bool is_approved)
{
	Datum		values[2];
	HeapTuple	tup;
	bool		has_due;
	bool		is_open;
	TimestampTz due_at;

	if (DNULL(d->r, AC_CLOCK_ID))
		as_decision_refuse(d, ERRCODE_SV_UNKNOWN_VALUE, AC_CLOCK_ID,
			   psprintf(_("approval \"%s\" needs a clock"), d->pa->kind),
			   d->pa->purpose == APPROVE_EXTENSION ? _("It sets a later due time of one.") :
			   _("It excuses the breach of one."),
			   _("Give its clock_id, from the desk's table sla_clock."));
	values[0] = DVAL(d->r, AC_CLOCK_ID);
	values[1] = Int64GetDatum(d->j->ticket_id);
	if (as_run_read(d->j->desk, PLAN_CLOCK, values) == 0)
		as_decision_refuse(d, ERRCODE_SV_UNKNOWN_VALUE, AC_CLOCK_ID,
			   psprintf(_("ticket %lld has no such clock"), (long long) d->j->ticket_id),
			   _("The clock_id is that of another ticket's clock, or of none."),
			   _("Give a clock_id of this ticket, from the desk's table sla_clock."));
	tup = SPI_tuptable->vals[0];
	d->clock = SPI_getvalue(tup, SPI_tuptable->tupdesc, 1);
	due_at = DatumGetTimestampTz(SPI_getbinval(tup, SPI_tuptable->tupdesc, 3, &has_due));
	has_due = !has_due;
	(void) SPI_getbinval(tup, SPI_tuptable->tupdesc, 4, &is_open);
	if (!is_approved || d->pa->purpose != APPROVE_EXTENSION)
		return;
	if (!is_open)
		as_decision_refuse(d, ERRCODE_SV_UNKNOWN_VALUE, AC_CLOCK_ID,
			   psprintf(_("clock \"%s\" has ended and cannot be extended"), d->clock),
			   _("Only an open clock has a due time ahead of it."),
			   _("Give the clock_id of an open clock."));
	{
		bool		isnull;
		bool		is_breached = DatumGetBool(SPI_getbinval(tup, SPI_tuptable->tupdesc, 5, &isnull));

		check_extension(d, has_due, due_at, is_breached, SPI_getvalue(tup, SPI_tuptable->tupdesc, 2));
	}
}

/* ---------- what it means ---------- */

/* Data of the event, as the engine and the audit read it. */
static Jsonb *
event_data(const Decision *d, bool is_last, bool is_approved)
{
	const char *keys[4];
	JsonbValue	values[4];
	int			n = 0;

	if (!is_last)
	{
		keys[n] = "step";
		values[n++] = as_json_integer(d->step->step);
		keys[n] = "is_approved";
		values[n++] = as_json_boolean(is_approved);
	}
	else if (d->pa->purpose == APPROVE_EXCUSE)
	{
		keys[n] = "clock_id";
		values[n++] = as_json_integer(DatumGetInt64(DVAL(d->r, AC_CLOCK_ID)));
	}
	else if (d->pa->purpose == APPROVE_EXTENSION)
	{
		keys[n] = "clock";
		values[n++] = as_json_string(d->clock);
		keys[n] = "due_at";
		values[n++] = as_json_time(DatumGetTimestampTz(DVAL(d->r, AC_NEW_DUE_AT)));
	}
	if (!DNULL(d->r, AC_ITEM))
	{
		keys[n] = "item";
		values[n++] = as_json_string(as_desk_text(d->r, AC_ITEM));
	}
	if (!DNULL(d->r, AC_ON_BEHALF_OF))
	{
		keys[n] = "on_behalf_of";
		values[n++] = as_json_string(as_desk_text(d->r, AC_ON_BEHALF_OF));
	}
	return n == 0 ? NULL : as_json_object(d->j->st->cxt, n, keys, values);
}

static void
note_meaning(const Decision *d, bool is_last, bool is_approved, const char *event)
{
	AsStatement *st = d->j->st;
	RowMeaning *m = as_meaning_add(st, d->r, DatumGetInt64(DVAL(d->r, AC_APPROVAL_ID)));

	m->emission.ticket_id = d->j->ticket_id;
	m->emission.event = MemoryContextStrdup(st->cxt, event);
	m->emission.at = d->j->at;
	m->emission.data = event_data(d, is_last, is_approved);
	m->excuses = d->pa->purpose == APPROVE_EXCUSE && is_approved;
	m->is_last = is_last;
	m->clock_id = DNULL(d->r, AC_CLOCK_ID) ? 0 : DatumGetInt64(DVAL(d->r, AC_CLOCK_ID));
}

static void
judge_approval(Judgement *j, DeskRow *r)
{
	Decision	d = {.j = j, .r = r, .cxt = CurrentMemoryContext};
	TicketRow  *ticket = as_desk_ticket(j, r, "approval_ticket_fkey");
	TimestampTz opened_at = DatumGetTimestampTz(TVAL(j->desk, ticket, TC_OPENED_AT));
	bool		is_approved = DatumGetBool(DVAL(r, AC_IS_APPROVED));
	bool		is_last;
	char	   *event;

	find_kind(&d);
	check_item(&d);
	as_desk_put(r, AC_DECIDED_BY, CStringGetTextDatum(as_actor(j->st)->login));
	SPI_connect();
	find_step(&d);
	is_last = is_approved && step_after(d.pa, d.step->step) == NULL;
	event = psprintf("%s:%s", is_last ? "approved" : "decided", d.pa->kind);
	j->at = as_moment(j, !DNULL(r, AC_DECIDED_AT), DatumGetTimestampTz(DVAL(r, AC_DECIDED_AT)),
					  DatumGetTimestampTz(TVAL(j->desk, ticket, TC_EVENT_AT)),
					  d.begins ? opened_at : d.earliest, event);
	as_decision_check_person(&d, ticket);
	if (d.pa->purpose != APPROVE_EXTENSION)
		check_no_clock(&d);
	if (d.pa->purpose != APPROVE_CONSENT)
		check_clock(&d, is_approved);

	as_desk_put(r, AC_RUN, Int32GetDatum(d.run));
	as_desk_put(r, AC_STEP, Int32GetDatum(d.step->step));
	as_desk_put(r, AC_DECIDED_AT, TimestampTzGetDatum(j->at));
	as_judge_row_guards(j, "approval", &r->row, NULL, ticket);
	note_meaning(&d, is_last, is_approved, event);
	SPI_finish();
}

/*
 * aftersales.approval_judge()
 */
Datum
as_approval_judge(PG_FUNCTION_ARGS)
{
	static const int owned[] = {AC_RUN, AC_STEP, AC_DECIDED_BY, AC_ON_BEHALF_OF};
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	MemoryContext cxt = CurrentMemoryContext;
	Judgement	j;
	DeskRow		r;
	int			i;

	as_check_trigger(fcinfo, "approval_judge", TRIGGER_EVENT_BEFORE, true);
	memset(&j, 0, sizeof(j));
	j.st = as_statement_find(RelationGetRelid(trigdata->tg_relation), trigdata->tg_event);
	j.desk = j.st->desk;
	j.rel = trigdata->tg_relation;
	as_desk_row(&r, j.rel, trigdata->tg_trigslot, approval_column, AC_COUNT);
	(void) as_actor(j.st);
	/* what is missing is refused by the columns' NOT NULL */
	if (DNULL(&r, AC_TICKET_ID) || DNULL(&r, AC_KIND))
		return PointerGetDatum(trigdata->tg_trigtuple);
	j.ticket_id = DatumGetInt64(DVAL(&r, AC_TICKET_ID));
	for (i = 0; i < lengthof(owned); i++)
		if (!DNULL(&r, owned[i]))
			as_desk_refuse_owned(&j, &r, owned[i],
								 _("Give ticket_id, kind and, where needed, item, is_approved, clock_id, new_due_at, requested_by, decided_at and external_ref."));
	if (DNULL(&r, AC_IS_APPROVED))
		as_desk_put(&r, AC_IS_APPROVED, BoolGetDatum(true));
	if (as_desk_is_repeated(&r, j.desk, AC_EXTERNAL_REF, PLAN_REF_APPROVAL))
	{
		as_desk_put(&r, AC_RUN, Int32GetDatum(0));
		as_desk_put(&r, AC_STEP, Int32GetDatum(0));
		as_desk_put(&r, AC_DECIDED_AT, TimestampTzGetDatum(j.st->now));
		as_desk_put(&r, AC_DECIDED_BY, CStringGetTextDatum(as_actor(j.st)->login));
	}
	else
		judge_approval(&j, &r);
	MemoryContextSwitchTo(cxt);
	return PointerGetDatum(as_desk_tuple(&r));
}

/* ---------- what the last step brings about ---------- */

static void
refuse_excuse(const AsStatement *st, const RowMeaning *m, bool is_breached)
{
	ereport(ERROR,
			(errcode(ERRCODE_SV_UNKNOWN_VALUE),
			 is_breached ?
			 errmsg("the breach of that clock of ticket %lld is excused already",
					(long long) m->emission.ticket_id) :
			 errmsg("that clock of ticket %lld is not breached, so there is nothing to excuse",
					(long long) m->emission.ticket_id),
			 errdetail_internal("ticket=%lld clock_id=%lld", (long long) m->emission.ticket_id,
								(long long) m->clock_id),
			 errhint("Breaches are in the desk's table sla_breach."),
			 err_generic_string(PG_DIAG_SCHEMA_NAME, st->desk->name),
			 err_generic_string(PG_DIAG_TABLE_NAME, "approval"),
			 err_generic_string(PG_DIAG_COLUMN_NAME, "clock_id")));
}

/* The event is there and has settled the ticket's clocks. */
static void
excuse(AsStatement *st, const RowMeaning *m)
{
	Datum		values[3];
	bool		isnull = true;

	if (!m->excuses)
		return;
	values[0] = Int64GetDatum(m->clock_id);
	if (as_run_read(st->desk, PLAN_EXCUSED, values) == 0)
		refuse_excuse(st, m, false);
	(void) SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	if (!isnull)
		refuse_excuse(st, m, true);
	if (!m->is_last)
		return;
	values[1] = TimestampTzGetDatum(m->emission.at);
	values[2] = CStringGetTextDatum(as_actor(st)->login);
	if (as_run(st->desk, PLAN_EXCUSE, values, NULL, "sla_breach") != 1)
		elog(ERROR, "excusing a breach failed");
}

/*
 * aftersales.approval_record()
 */
Datum
as_approval_record(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	AsStatement *st;

	as_check_trigger(fcinfo, "approval_record", TRIGGER_EVENT_AFTER, false);
	as_check_tables(trigdata, false);
	st = as_statement_find(RelationGetRelid(trigdata->tg_relation), trigdata->tg_event);
	as_meanings_emit(st, trigdata, "approval_id", ORIGIN_APPROVAL, excuse);
	as_statement_drop(st);
	return PointerGetDatum(NULL);
}
