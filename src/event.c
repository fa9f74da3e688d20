/*-------------------------------------------------------------------------
 *
 * event.c
 *	  The BEFORE ROW trigger of a desk's ticket_event table: events that
 *	  applications insert.
 *
 * It locks the ticket on first touch, judges the event, gives it the next
 * place in the ticket's chain and takes note and data out of the row.  What
 * AFTER STATEMENT does stands in event_record.c.
 *
 * Two sessions that write events of one ticket meet at the ticket row, so
 * there is no gap and no fork; and a session that moves the ticket meets them
 * there too, which is what lets guards count events.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "app_event.h"
#include "emit.h"
#include "row.h"
#include "settle.h"
#include "workflow.h"

PG_FUNCTION_INFO_V1(as_event_number);

/* Columns of ticket_event that the code knows by name. */
typedef enum EventColumn
{
	EC_EVENT_ID, EC_TICKET_ID, EC_SEQ, EC_EVENT, EC_OCCURRED_AT, EC_RECORDED_AT,
	EC_ACTOR, EC_FROM_STATE, EC_TO_STATE, EC_CORRECTS, EC_ORIGIN, EC_EXTERNAL_REF,
	EC_PRIVATE_DIGEST, EC_HASH, EC_NOTE, EC_DATA, EC_COUNT
} EventColumn;

static const char *const event_column[EC_COUNT] = {
	"event_id", "ticket_id", "seq", "event", "occurred_at", "recorded_at",
	"actor", "from_state", "to_state", "corrects", "origin", "external_ref",
	"private_digest", "hash", "note", "data"
};

static const EventColumn event_owned[] = {
	EC_SEQ, EC_RECORDED_AT, EC_ACTOR, EC_FROM_STATE, EC_TO_STATE, EC_CORRECTS,
	EC_ORIGIN, EC_PRIVATE_DIGEST, EC_HASH
};

/* A row of ticket_event being judged, by column. */
typedef struct EventInput
{
	TicketRow	row;			/* by attribute number */
	int			index[EC_COUNT];
} EventInput;

#define EVAL(in, col) ((in)->row.values[(in)->index[col]])
#define ENULL(in, col) ((in)->row.nulls[(in)->index[col]])

/* ---------- heads ---------- */

static AppEvents *
app_events(AsStatement *st)
{
	HASHCTL		ctl;

	if (st->app != NULL)
		return st->app;
	st->app = MemoryContextAllocZero(st->cxt, sizeof(AppEvents));
	ctl.keysize = sizeof(int64);
	ctl.entrysize = sizeof(EventHead);
	ctl.hcxt = st->cxt;
	st->app->heads = hash_create("aftersales event heads", 16, &ctl,
								 HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	st->app->max = 16;
	st->app->events = MemoryContextAlloc(st->cxt, sizeof(AppEvent *) * st->app->max);
	return st->app;
}

static EventHead *
pending_head(const AsDesk *desk, int64 ticket_id)
{
	AsStatement *st;

	for (st = as_statement_first(); st != NULL; st = st->next)
	{
		EventHead  *head;

		if (st->internal || st->app == NULL || st->desk != desk)
			continue;
		head = hash_search(st->app->heads, &ticket_id, HASH_FIND, NULL);
		if (head != NULL)
			return head;
	}
	return NULL;
}

/*
 * as_pending_head tells where a ticket's chain stands when a statement that
 * is still running has put events onto it; false when none has.
 */
bool
as_pending_head(const AsDesk *desk, int64 ticket_id, int32 *seq, uint8 *hash)
{
	EventHead  *head = pending_head(desk, ticket_id);

	if (head == NULL || head->seq <= *seq)
		return false;
	*seq = head->seq;
	memcpy(hash, head->hash, HASH_LEN);
	return true;
}

/*
 * as_pending_head_moved says that a change of the ticket's row has gone onto
 * the chain in the midst of such a statement.
 */
void
as_pending_head_moved(const AsDesk *desk, int64 ticket_id, int32 seq, const uint8 *hash)
{
	EventHead  *head = pending_head(desk, ticket_id);

	if (head == NULL)
		return;
	head->seq = seq;
	memcpy(head->hash, hash, HASH_LEN);
}

/*
 * as_whole_row makes a tuple of a whole-row value; it points into that.
 */
void
as_whole_row(Datum value, HeapTuple tuple)
{
	tuple->t_data = DatumGetHeapTupleHeader(value);
	tuple->t_len = HeapTupleHeaderGetDatumLength(tuple->t_data);
	ItemPointerSetInvalid(&tuple->t_self);
	tuple->t_tableOid = InvalidOid;
}

/*
 * as_deform returns a ticket's tuple as a row, in new arrays.
 */
TicketRow *
as_deform(const AsDesk *desk, HeapTuple ticket)
{
	TicketRow  *row = palloc(sizeof(TicketRow));

	row->values = palloc(desk->tupdesc->natts * sizeof(Datum));
	row->nulls = palloc(desk->tupdesc->natts * sizeof(bool));
	heap_deform_tuple(ticket, desk->tupdesc, row->values, row->nulls);
	return row;
}

/*
 * as_lock_ticket locks a ticket and returns it, in the given context; NULL
 * when there is no such ticket.  The row is read as a whole-row value, so
 * that it has the table's own shape.
 */
HeapTuple
as_lock_ticket(AsStatement *st, int64 ticket_id, MemoryContext cxt)
{
	Datum		value = Int64GetDatum(ticket_id);
	HeapTuple	ticket = NULL;
	HeapTupleData tuple;
	MemoryContext old;
	bool		isnull;

	SPI_connect();
	if (as_run(st->desk, PLAN_LOCK_TICKET, &value, NULL, NULL) > 0)
	{
		as_whole_row(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull), &tuple);
		old = MemoryContextSwitchTo(cxt);
		ticket = heap_copytuple(&tuple);
		MemoryContextSwitchTo(old);
	}
	SPI_finish();
	return ticket;
}

/*
 * Carries out what time has done to a ticket itself before an event; true when
 * its row has changed.
 */
static bool
settle_ticket(AsStatement *st, HeapTuple ticket, int64 ticket_id, TimestampTz at)
{
	TicketRow  *row = as_deform(st->desk, ticket);
	const PolicyType *pt = as_type_of_row(st, row);
	TicketRow  *settled;
	List	   *events;
	List	   *levels;

	if (pt == NULL || !pt->has_timed || !as_settle_row(st, pt, row, at, &settled, &events, &levels))
		return false;
	as_touch(st, list_make1(&ticket_id), at, NULL);
	return true;
}

/*
 * lock_ticket locks a ticket, settles it, and returns its entry.
 */
static EventHead *
lock_ticket(AsStatement *st, Relation rel, int64 ticket_id, TimestampTz at)
{
	AppEvents  *app = app_events(st);
	EventHead  *head = hash_search(app->heads, &ticket_id, HASH_FIND, NULL);
	HeapTuple	ticket;
	TicketRow  *row;
	bool		is_settled = false;

	if (head != NULL)
		return head;
	SPI_connect();
	for (;;)
	{
		ticket = as_lock_ticket(st, ticket_id, st->cxt);
		if (ticket == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
					 errmsg("there is no ticket %lld on desk \"%s\"",
							(long long) ticket_id, st->desk->name),
					 errtableconstraint(rel, "ticket_event_ticket_fkey")));
		if (is_settled || !settle_ticket(st, ticket, ticket_id, at))
			break;
		is_settled = true;
	}
	SPI_finish();

	head = hash_search(app->heads, &ticket_id, HASH_ENTER, NULL);
	head->ticket = ticket;
	head->first = head->last = NULL;
	row = as_deform(st->desk, ticket);
	head->event_at = DatumGetTimestampTz(TVAL(st->desk, row, TC_EVENT_AT));
	head->seq = head->own_seq = DatumGetInt32(TVAL(st->desk, row, TC_EVENT_SEQ));
	memcpy(head->hash, VARDATA_ANY(DatumGetByteaPP(TVAL(st->desk, row, TC_EVENT_HASH))), HASH_LEN);
	memcpy(head->own_hash, head->hash, HASH_LEN);
	return head;
}

/* ---------- judging ---------- */

static void
read_input(EventInput *in, Relation rel, TupleTableSlot *slot)
{
	TupleDesc	tupdesc = RelationGetDescr(rel);
	int			i;
	int			c;

	slot_getallattrs(slot);
	in->row.values = palloc(tupdesc->natts * sizeof(Datum));
	in->row.nulls = palloc(tupdesc->natts * sizeof(bool));
	memcpy(in->row.values, slot->tts_values, tupdesc->natts * sizeof(Datum));
	memcpy(in->row.nulls, slot->tts_isnull, tupdesc->natts * sizeof(bool));
	for (c = 0; c < EC_COUNT; c++)
		in->index[c] = -1;
	for (i = 0; i < tupdesc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(tupdesc, i);

		for (c = 0; c < EC_COUNT && !att->attisdropped; c++)
			if (in->index[c] < 0 && strcmp(NameStr(att->attname), event_column[c]) == 0)
				in->index[c] = i;
	}
	for (c = 0; c < EC_COUNT; c++)
		if (in->index[c] < 0)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("table \"%s\" has lost its column \"%s\"",
							RelationGetRelationName(rel), event_column[c])));
}

static void
refuse_event_column(Judgement *j, const EventInput *in, EventColumn col)
{
	ereport(ERROR,
			(errcode(ERRCODE_SV_PROTECTED),
			 errmsg("column \"%s\" is written by triggers only", event_column[col]),
			 errdetail_internal("ticket=" INT64_FORMAT " column=%s", j->ticket_id, event_column[col]),
			 errhint("Give ticket_id, event and, where needed, occurred_at, note, data and external_ref."),
			 errtablecol(j->rel, in->index[col] + 1)));
}

static void
refuse_event(Judgement *j, int sqlstate, const char *event, const char *message,
			 const char *detail, const char *hint, const char *clauses)
{
	ereport(ERROR,
			(errcode(sqlstate),
			 errmsg_internal("%s", message),
			 errdetail_internal("%s\n%s event=%s", detail, as_refusal_line(j, NULL, clauses), event),
			 errhint("%s", hint),
			 errtable(j->rel)));
}

/*
 * as_event_is_built_in tells whether only triggers write events of this name.
 * call_in, answered and hung_up are none: they may come from a contact or
 * from an application.  Nor is requested:<kind>, which whoever asks for an
 * approval logs.
 */
bool
as_event_is_built_in(const char *event)
{
	return (strchr(event, ':') != NULL && strncmp(event, "requested:", strlen("requested:")) != 0) ||
		strcmp(event, "opened") == 0 || strcmp(event, "shift_done") == 0;
}

static char *
event_names(const PolicyType *pt)
{
	TextList	names = {0, palloc(sizeof(char *) * Max(pt->nevents, 1))};
	int			i;

	for (i = 0; i < pt->nevents; i++)
		if (!as_event_is_built_in(pt->events[i].event))
			names.item[names.n++] = pt->events[i].event;
	return names.n == 0 ? pstrdup(_("none")) : as_text_join(&names, ", ");
}

/* The event's declaration; built-in names are not for applications. */
static const PolicyEvent *
declared_event(Judgement *j, const char *event)
{
	const PolicyEvent *pe = as_policy_event(j->pt, event);

	if (pe == NULL || (j->st->origin == NULL && as_event_is_built_in(event)))
		refuse_event(j, ERRCODE_SV_UNKNOWN_VALUE, event,
					 psprintf(_("\"%s\" is no event that applications may log"), event),
					 psprintf(_("Policy \"%s\" does not declare it for ticket type \"%s\", or it is one that only triggers write."),
							  j->pv->policy, j->pt->ticket_type),
					 psprintf(_("Declared are: %s."), event_names(j->pt)), NULL);
	return pe;
}

static void
check_event_data(Judgement *j, const PolicyEvent *pe, Jsonb *data)
{
	int			i;

	if (data != NULL && !JB_ROOT_IS_OBJECT(data))
		refuse_event(j, ERRCODE_SV_UNKNOWN_VALUE, pe->event, _("data of an event must be a JSON object"),
					 _("Its keys are looked at one by one."), _("Write {\"key\": value, ...}."), pe->clauses);
	for (i = 0; i < pe->required_data.n; i++)
	{
		const char *key = pe->required_data.item[i];
		JsonbValue	value;

		if (data == NULL ||
			getKeyJsonValueFromContainer(&data->root, key, strlen(key), &value) == NULL ||
			value.type == jbvNull)
			refuse_event(j, ERRCODE_SV_GUARD_NOT_MET, pe->event,
						 psprintf(_("event \"%s\" lacks data"), pe->event),
						 psprintf(_("%s: the event's data must hold a value under this key"), key),
						 psprintf(_("Give data with the keys: %s."),
								  as_text_join(&pe->required_data, ", ")), pe->clauses);
	}
}

/*
 * as_event_fits_state tells whether an event may be logged in a state.
 */
bool
as_event_fits_state(const PolicyEvent *pe, const char *state)
{
	return pe->any_state || as_text_in(&pe->allowed_in, state);
}

static void
check_event_state(Judgement *j, const PolicyEvent *pe)
{
	if (!as_event_fits_state(pe, j->from))
		refuse_event(j, ERRCODE_SV_TRANSITION_NOT_ALLOWED, pe->event,
					 psprintf(_("event \"%s\" may not be logged in state \"%s\""), pe->event, j->from),
					 psprintf(_("It may be logged in: %s."), as_text_join(&pe->allowed_in, ", ")),
					 _("Move the ticket first."), pe->clauses);
}

/*
 * What the policy says about logging it.  That a shift is done, nobody logs.
 * What rows of desk tables mean need not be declared.
 */
static void
check_declared(Judgement *j, const EventRow *e)
{
	bool		is_row = as_is_row_origin(e->origin);
	const PolicyEvent *pe;

	if (is_row && as_policy_event(j->pt, e->event) == NULL)
		return;
	pe = declared_event(j, e->event);
	if (strcmp(e->origin, ORIGIN_SHIFT) != 0)
		as_require_role(j, pe->any_role, &pe->roles, psprintf(_("event \"%s\""), e->event), pe->clauses);
	check_event_state(j, pe);
	if (!is_row)
		check_event_data(j, pe, e->data);
}

/*
 * as_find_ticket_policy finds the policy that a ticket was opened under.
 */
void
as_find_ticket_policy(Judgement *j, const TicketRow *ticket)
{
	j->pt = as_type_of_row(j->st, ticket);
	if (j->pt == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNSOUND_POLICY),
				 errmsg("the policy that ticket %lld was opened under is not there",
						(long long) j->ticket_id),
				 errtable(j->rel)));
	j->pv = j->pt->version;
}

static char *
input_text(const EventInput *in, EventColumn col)
{
	return ENULL(in, col) ? NULL : TextDatumGetCString(EVAL(in, col));
}

/* Judges the row and returns it as an event, in the statement's memory. */
static AppEvent *
judge_event(Judgement *j, EventInput *in, EventHead *head)
{
	AsStatement *st = j->st;
	TicketRow  *ticket = as_deform(j->desk, head->ticket);
	AppEvent   *ae = palloc0(sizeof(AppEvent));
	EventRow   *e = &ae->row;
	int			i;

	for (i = 0; i < lengthof(event_owned); i++)
		if (!ENULL(in, event_owned[i]))
			refuse_event_column(j, in, event_owned[i]);

	as_find_ticket_policy(j, ticket);
	if (!TNULL(j->desk, ticket, TC_VOIDED_AT))
		as_refuse_void(j);
	j->from = j->to = TextDatumGetCString(TVAL(j->desk, ticket, TC_STATUS));
	e->event = input_text(in, EC_EVENT);
	if (e->event == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NOT_NULL_VIOLATION),
				 errmsg("an event needs a name"),
				 errtablecol(j->rel, in->index[EC_EVENT] + 1)));
	e->data = ENULL(in, EC_DATA) ? NULL : DatumGetJsonbPCopy(EVAL(in, EC_DATA));
	e->origin = st->origin == NULL ? "app" : st->origin;
	if (strcmp(e->origin, ORIGIN_APPROVAL) != 0)
		check_declared(j, e);
	j->at = as_moment(j, !ENULL(in, EC_OCCURRED_AT), DatumGetTimestampTz(EVAL(in, EC_OCCURRED_AT)),
					  head->event_at, DatumGetTimestampTz(TVAL(j->desk, ticket, TC_OPENED_AT)),
					  e->event);
	ae->is_late = j->at < head->event_at;

	e->ticket_id = j->ticket_id;
	e->seq = head->seq + 1;
	e->occurred_at = j->at;
	e->recorded_at = st->recorded_at;
	e->actor = as_actor(st)->login;
	e->external_ref = input_text(in, EC_EXTERNAL_REF);
	e->note = input_text(in, EC_NOTE);
	as_event_seal_private(st, e);
	as_event_hash(e, head->hash);

	ae->event_id = DatumGetInt64(EVAL(in, EC_EVENT_ID));
	ae->pt = j->pt;
	ae->head = head;
	ae->ticket = head->ticket;
	return ae;
}

static void
keep_event(AppEvents *app, EventHead *head, AppEvent *ae)
{
	if (app->n == app->max)
	{
		app->max *= 2;
		app->events = repalloc_huge(app->events, sizeof(AppEvent *) * app->max);
	}
	app->events[app->n++] = ae;
	if (head->last == NULL)
		head->first = ae;
	else
		head->last->next = ae;
	head->last = ae;
	head->seq = head->own_seq = ae->row.seq;
	memcpy(head->hash, ae->row.hash, HASH_LEN);
	memcpy(head->own_hash, ae->row.hash, HASH_LEN);
	head->event_at = Max(head->event_at, ae->row.occurred_at);
}

static void
put(EventInput *in, EventColumn col, Datum value)
{
	EVAL(in, col) = value;
	ENULL(in, col) = false;
}

/*
 * aftersales.event_number()
 */
Datum
as_event_number(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	AsStatement *st;
	EventInput	in;
	EventHead  *head;
	AppEvent   *ae;
	Judgement	j;
	MemoryContext old;

	as_check_trigger(fcinfo, "event_number", TRIGGER_EVENT_BEFORE, true);
	st = as_statement_find(RelationGetRelid(trigdata->tg_relation), trigdata->tg_event);
	if (st->internal)
		return PointerGetDatum(trigdata->tg_trigtuple);

	memset(&j, 0, sizeof(j));
	j.st = st;
	j.desk = st->desk;
	j.rel = trigdata->tg_relation;
	read_input(&in, j.rel, trigdata->tg_trigslot);
	if (ENULL(&in, EC_TICKET_ID))
		ereport(ERROR,
				(errcode(ERRCODE_NOT_NULL_VIOLATION),
				 errmsg("an event needs a ticket_id"),
				 errtablecol(j.rel, in.index[EC_TICKET_ID] + 1)));
	j.ticket_id = DatumGetInt64(EVAL(&in, EC_TICKET_ID));
	(void) as_actor(st);
	head = lock_ticket(st, j.rel, j.ticket_id, ENULL(&in, EC_OCCURRED_AT) ? st->now :
					   Min(st->now, DatumGetTimestampTz(EVAL(&in, EC_OCCURRED_AT))));

	old = MemoryContextSwitchTo(st->cxt);
	ae = judge_event(&j, &in, head);
	keep_event(st->app, head, ae);
	MemoryContextSwitchTo(old);

	put(&in, EC_SEQ, Int32GetDatum(ae->row.seq));
	put(&in, EC_OCCURRED_AT, TimestampTzGetDatum(ae->row.occurred_at));
	put(&in, EC_RECORDED_AT, TimestampTzGetDatum(ae->row.recorded_at));
	put(&in, EC_ACTOR, CStringGetTextDatum(ae->row.actor));
	put(&in, EC_ORIGIN, CStringGetTextDatum(ae->row.origin));
	put(&in, EC_HASH, as_bytea(ae->row.hash));
	if (ae->row.has_private)
		put(&in, EC_PRIVATE_DIGEST, as_bytea(ae->row.digest));
	ENULL(&in, EC_NOTE) = true;
	ENULL(&in, EC_DATA) = true;
	return PointerGetDatum(heap_form_tuple(RelationGetDescr(j.rel), in.row.values, in.row.nulls));
}
