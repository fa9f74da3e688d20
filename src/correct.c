/*-------------------------------------------------------------------------
 *
 * correct.c
 *	  correct_event() and void_ticket(): what was wrong is put right by a
 *	  further event.
 *
 * A correction takes an event out of the history, or puts it at another time.
 * Both are an event "correction" that names the one it corrects; the fold and
 * ticket_as_of() then see the history as it should have been.  The ticket's
 * state is that of the last move that is left, and its clocks are replayed.
 *
 * They are carried out as a write of the ticket (settle.c), so they are
 * settled, chained and recorded like any other.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "access/table.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/rel.h"

#include "app_event.h"
#include "history.h"
#include "row.h"
#include "settle.h"
#include "workflow.h"
#include "worktime.h"

PG_FUNCTION_INFO_V1(as_correct_event);
PG_FUNCTION_INFO_V1(as_void_ticket);

/* What correct_event() was asked to do. */
typedef struct Correction
{
	int64		ticket_id;
	int32		seq;			/* of the event as it was recorded */
	const char *reason;
	bool		retimes;
	TimestampTz at;				/* its new time */
	int64		new_seq;		/* of the correction, afterwards */
} Correction;

static void
refuse(int sqlstate, int64 ticket_id, const char *message, const char *detail, const char *hint)
{
	ereport(ERROR,
			(errcode(sqlstate),
			 errmsg_internal("%s", message),
			 errdetail_internal("%s%sticket=%lld", detail == NULL ? "" : detail,
								detail == NULL ? "" : "\n", (long long) ticket_id),
			 hint == NULL ? 0 : errhint("%s", hint),
			 err_generic_string(PG_DIAG_TABLE_NAME, "ticket_event")));
}

/* The event as it stands: it may have been put at another time before. */
static FoldEvent *
find_event(const Correction *c, FoldEvent *events, int n)
{
	int			i;

	for (i = 0; i < n; i++)
		if (events[i].seq == c->seq || events[i].base_seq == c->seq)
			return &events[i];
	refuse(ERRCODE_SV_PROTECTED, c->ticket_id,
		   psprintf(_("event %d of ticket %lld does not stand any more"), c->seq, (long long) c->ticket_id),
		   _("It is a correction, or has been taken out by one."), NULL);
	return NULL;				/* keep compiler quiet */
}

static void
check_kind(const Correction *c, const FoldEvent *e)
{
	bool		is_change = strncmp(e->event, "changed:", strlen("changed:")) == 0;

	if (strcmp(e->event, "voided") == 0 || strncmp(e->event, "approved:", strlen("approved:")) == 0 ||
		strncmp(e->event, "decided:", strlen("decided:")) == 0)
		refuse(ERRCODE_SV_PROTECTED, c->ticket_id,
			   psprintf(_("event \"%s\" cannot be corrected"), e->event),
			   _("It is a decision that others rely on."), NULL);
	if (!c->retimes && strcmp(e->event, "opened") == 0)
		refuse(ERRCODE_SV_PROTECTED, c->ticket_id, _("a ticket's opening cannot be taken out"), NULL,
			   _("Void the ticket with aftersales.void_ticket()."));
	if (!c->retimes && as_is_row_event_name(e->event))
		refuse(ERRCODE_SV_PROTECTED, c->ticket_id,
			   psprintf(_("event \"%s\" cannot be taken out"), e->event),
			   _("It stands for a row of another table."), _("End that row, or insert a further one."));
	if (!c->retimes && is_change)
		refuse(ERRCODE_SV_PROTECTED, c->ticket_id, _("a change of a column cannot be taken out"), NULL,
			   _("Change the column back, with happened_at at the time of the wrong change."));
}

/* A change may not come before, or after, another one of its column. */
static void
check_change_order(const Correction *c, const FoldEvent *e, const FoldEvent *events, int n)
{
	int			i;

	for (i = 0; i < n; i++)
		if (&events[i] != e && strcmp(events[i].event, e->event) == 0 &&
			(events[i].base_seq < e->base_seq) != (events[i].at <= c->at) &&
			strncmp(e->event, "changed:", strlen("changed:")) == 0)
			refuse(ERRCODE_SV_TIME_OUT_OF_ORDER, c->ticket_id,
				   _("the new time would put changes of one column into another order"), NULL,
				   _("Correct the later change first."));
}

static void
check_times(const Judgement *j, const Correction *c, const FoldEvent *e)
{
	TimestampTz opened_at = DatumGetTimestampTz(TVAL(j->desk, j->old, TC_OPENED_AT));

	if (!c->retimes)
		return;
	if (TIMESTAMP_NOT_FINITE(c->at))
		refuse(ERRCODE_SV_TIME_OUT_OF_ORDER, c->ticket_id, _("an event needs a time"), NULL, NULL);
	(void) as_moment(j, true, c->at, j->st->now,
					 strcmp(e->event, "opened") == 0 ? DT_NOBEGIN : opened_at, e->event);
}

static int
compare_times(const void *a, const void *b)
{
	const FoldEvent *const *x = a;
	const FoldEvent *const *y = b;

	if ((*x)->at != (*y)->at)
		return (*x)->at < (*y)->at ? -1 : 1;
	return (*x)->seq < (*y)->seq ? -1 : (*x)->seq > (*y)->seq;
}

/*
 * The path of states that is left.  Every step of it must be one that the
 * policy knows; who made it and its guards were judged when it was made.
 */
static void
follow_path(const PolicyType *pt, const Correction *c, FoldEvent **path, int n, const AsDesk *desk,
			TicketRow *row)
{
	int			i;

	qsort(path, n, sizeof(FoldEvent *), compare_times);
	if (n == 0 || strcmp(path[0]->event, "opened") != 0)
		refuse(ERRCODE_SV_TIME_OUT_OF_ORDER, c->ticket_id, _("nothing can happen to a ticket before its opening"),
			   NULL, NULL);
	for (i = 1; i < n; i++)
		if (strcmp(path[i - 1]->to_state, path[i]->to_state) != 0 &&
			!as_transition_exists(pt, path[i - 1]->to_state, path[i]->to_state))
			refuse(ERRCODE_SV_TRANSITION_NOT_ALLOWED, c->ticket_id,
				   _("the moves that are left would not be allowed"),
				   psprintf(_("The policy knows no move from \"%s\" to \"%s\"."),
							path[i - 1]->to_state, path[i]->to_state),
				   _("Correct the later moves first."));
	TVAL(desk, row, TC_OPENED_AT) = TimestampTzGetDatum(path[0]->at);
	TVAL(desk, row, TC_STATUS_AT) = TimestampTzGetDatum(path[n - 1]->at);
	if (strcmp(TextDatumGetCString(TVAL(desk, row, TC_STATUS)), path[n - 1]->to_state) != 0)
	{
		TVAL(desk, row, TC_STATUS) = CStringGetTextDatum(path[n - 1]->to_state);
		TVAL(desk, row, TC_STATUS_NOTE) = (Datum) 0;
		TNULL(desk, row, TC_STATUS_NOTE) = true;
	}
}

static void
apply_correction(AsStatement *st, const PolicyType *pt, TicketRow *row, List **events, const TouchOp *op)
{
	Correction *c = op->arg;
	EventRow   *correction = palloc0(sizeof(EventRow));
	FoldEvent **path;
	FoldEvent  *all;
	FoldEvent  *e;
	Judgement	j = {0};
	int			npath = 0;
	int			n;
	int			i;

	j.st = st;
	j.desk = st->desk;
	j.rel = table_open(st->desk->ticket_relid, AccessShareLock);
	j.pt = pt;
	j.pv = pt->version;
	j.ticket_id = c->ticket_id;
	j.old = j.new = row;
	j.from = j.to = TextDatumGetCString(TVAL(st->desk, row, TC_STATUS));
	as_require_event_role(&j, "correction");

	all = as_history_load(st, c->ticket_id, 0, &n);
	e = find_event(c, all, n);
	check_kind(c, e);
	check_times(&j, c, e);
	if (c->retimes)
		check_change_order(c, e, all, n);
	correction->event = "correction";
	correction->occurred_at = c->retimes ? c->at : Max(st->now, DatumGetTimestampTz(TVAL(st->desk, row, TC_EVENT_AT)));
	correction->has_corrects = true;
	correction->corrects = e->seq;
	correction->origin = c->retimes ? "retimed" : "left_out";
	correction->note = c->reason;

	path = palloc(sizeof(FoldEvent *) * n);
	if (c->retimes)
		e->at = c->at;
	for (i = 0; i < n; i++)
		if (all[i].to_state != NULL && (c->retimes || &all[i] != e))
			path[npath++] = &all[i];
	if (e->to_state != NULL)
		follow_path(pt, c, path, npath, st->desk, row);
	as_append_event(st, row, correction, events);
	c->new_seq = correction->seq;
	table_close(j.rel, NoLock);
}

/*
 * as_lock_known_ticket locks a ticket for an operation on it; errors when there
 * is none.  The operation is written as the desk's owner, so the caller must
 * be one who may write tickets of this desk.  Errors: 42501, SV010.
 */
void
as_lock_known_ticket(AsStatement *st, int64 ticket_id)
{
	Datum		value = Int64GetDatum(ticket_id);
	AclResult	may = pg_class_aclcheck(st->desk->ticket_relid, GetUserId(), ACL_UPDATE);

	if (may != ACLCHECK_OK)
		aclcheck_error(may, OBJECT_TABLE, "ticket");
	if (as_run(st->desk, PLAN_LOCK_TICKET, &value, NULL, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNKNOWN_VALUE),
				 errmsg("there is no ticket %lld on desk \"%s\"", (long long) ticket_id, st->desk->name)));
	SPI_freetuptable(SPI_tuptable);
}

/*
 * as_given_reason returns an argument that says why something is done; errors
 * when it is empty.
 */
char *
as_given_reason(FunctionCallInfo fcinfo, int argno)
{
	char	   *reason = PG_ARGISNULL(argno) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(argno));

	if (reason == NULL || reason[strspn(reason, " \t\r\n")] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("a reason is needed"),
				 errhint("It is kept as the note of the event.")));
	return reason;
}

/*
 * aftersales.correct_event(event_id, reason, new_occurred_at, desk)
 */
Datum
as_correct_event(PG_FUNCTION_ARGS)
{
	Oid			nspid = as_desk_resolve(fcinfo, 3);
	Correction	c = {0};
	TouchOp		op = {false, apply_correction, &c};
	AsStatement *st;
	Datum		values[2];
	Oid			types[2] = {INT8OID, INT4OID};
	bool		isnull;
	int64		event_id;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("which event is to be corrected is not said")));
	values[0] = PG_GETARG_DATUM(0);
	c.reason = as_given_reason(fcinfo, 1);
	c.retimes = !PG_ARGISNULL(2);
	c.at = c.retimes ? PG_GETARG_TIMESTAMPTZ(2) : 0;

	as_calendar_share();
	st = as_statement_push(nspid);
	SPI_connect();
	(void) as_actor(st);
	if (SPI_execute_with_args(psprintf("SELECT ticket_id, seq FROM %s WHERE event_id" EQ "$1",
									   as_desk_table(st->desk, "ticket_event")),
							  1, types, values, NULL, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "reading an event failed");
	if (SPI_processed == 0)
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNKNOWN_VALUE),
				 errmsg("there is no event %lld on desk \"%s\"", (long long) DatumGetInt64(values[0]),
						st->desk->name)));
	c.ticket_id = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	c.seq = DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull));
	as_lock_known_ticket(st, c.ticket_id);
	as_touch(st, list_make1(&c.ticket_id), st->now, &op);

	values[0] = Int64GetDatum(c.ticket_id);
	values[1] = Int32GetDatum((int32) c.new_seq);
	if (SPI_execute_with_args(psprintf("SELECT event_id FROM %s WHERE ticket_id" EQ "$1 AND seq" EQ "$2",
									   as_desk_table(st->desk, "ticket_event")),
							  2, types, values, NULL, false, 1) != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "the correction was not recorded");
	event_id = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	SPI_finish();
	as_statement_drop(st);
	PG_RETURN_INT64(event_id);
}

/* ---------- voiding ---------- */

static void
apply_void(AsStatement *st, const PolicyType *pt, TicketRow *row, List **events, const TouchOp *op)
{
	EventRow   *voided = palloc0(sizeof(EventRow));
	TimestampTz at = Max(st->now, DatumGetTimestampTz(TVAL(st->desk, row, TC_EVENT_AT)));
	Judgement	j = {0};

	j.st = st;
	j.desk = st->desk;
	j.rel = table_open(st->desk->ticket_relid, AccessShareLock);
	j.pt = pt;
	j.pv = pt->version;
	j.ticket_id = DatumGetInt64(TVAL(st->desk, row, TC_TICKET_ID));
	j.old = j.new = row;
	j.from = j.to = TextDatumGetCString(TVAL(st->desk, row, TC_STATUS));
	as_require_event_role(&j, "voided");
	table_close(j.rel, NoLock);

	voided->event = "voided";
	voided->occurred_at = at;
	voided->origin = "ticket";
	voided->note = op->arg;
	TVAL(st->desk, row, TC_VOIDED_AT) = TimestampTzGetDatum(at);
	TNULL(st->desk, row, TC_VOIDED_AT) = false;
	as_append_event(st, row, voided, events);
}

/*
 * aftersales.void_ticket(ticket_id, reason, desk)
 */
Datum
as_void_ticket(PG_FUNCTION_ARGS)
{
	Oid			nspid = as_desk_resolve(fcinfo, 2);
	TouchOp		op = {false, apply_void, as_given_reason(fcinfo, 1)};
	AsStatement *st;
	int64		ticket_id;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("which ticket is to be voided is not said")));
	ticket_id = PG_GETARG_INT64(0);
	as_calendar_share();
	st = as_statement_push(nspid);
	SPI_connect();
	(void) as_actor(st);
	as_lock_known_ticket(st, ticket_id);
	as_touch(st, list_make1(&ticket_id), st->now, &op);
	SPI_finish();
	as_statement_drop(st);
	PG_RETURN_VOID();
}
