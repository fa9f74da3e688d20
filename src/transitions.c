/*-------------------------------------------------------------------------
 *
 * transitions.c
 *	  allowed_transitions(), allowed_events(): what tickets may do next, and
 *	  what may be logged for them.
 *
 * The same judgement as the triggers', on the row as it would be.  Rows are
 * read with the caller's rights.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "app_event.h"
#include "reader.h"
#include "workflow.h"

PG_FUNCTION_INFO_V1(as_allowed_transitions);
PG_FUNCTION_INFO_V1(as_allowed_events);

#define NCOLS 10
#define NCOLS_EVENT 9

/* What is put out for a ticket. */
typedef void (*PutTicket) (ReturnSetInfo *rsinfo, Judgement *j);

static Datum
text_or_null(const char *s, bool *isnull)
{
	*isnull = s == NULL;
	return s == NULL ? (Datum) 0 : CStringGetTextDatum(s);
}

static void
put_row(ReturnSetInfo *rsinfo, const Judgement *j, const PolicyTransition *tr, bool allowed,
		bool role_ok, const char *guard, const char *message, const TextList *ask_for,
		const char *clauses)
{
	Datum		values[NCOLS];
	bool		nulls[NCOLS] = {false};

	values[0] = Int64GetDatum(j->ticket_id);
	values[1] = CStringGetTextDatum(j->pt->states[tr->to].state);
	values[2] = text_or_null(tr->label_en, &nulls[2]);
	values[3] = text_or_null(tr->label_zh, &nulls[3]);
	values[4] = BoolGetDatum(allowed);
	values[5] = BoolGetDatum(role_ok);
	values[6] = text_or_null(guard, &nulls[6]);
	values[7] = text_or_null(message, &nulls[7]);
	values[8] = as_text_list(ask_for);
	values[9] = as_clause_list(clauses);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

static void
put_transition(ReturnSetInfo *rsinfo, Judgement *j, const PolicyTransition *tr)
{
	bool		role_ok = tr->any_role ||
		as_actor_has_role(as_actor(j->st), tr->roles.n, tr->roles.item);
	List	   *guards;
	List	   *missing;
	ListCell   *lc;

	j->to = j->pt->states[tr->to].state;
	TVAL(j->desk, j->new, TC_STATUS) = CStringGetTextDatum(j->to);
	TVAL(j->desk, j->new, TC_STATUS_AT) = TimestampTzGetDatum(j->at);
	guards = as_unmet_guards(j, tr->from, tr->to);
	missing = as_missing_attributes(j, j->to);
	if (guards == NIL && missing == NIL)
		put_row(rsinfo, j, tr, role_ok, role_ok, NULL, NULL, &tr->ask_for, tr->clauses);
	foreach(lc, guards)
	{
		PolicyGuard *g = lfirst(lc);

		put_row(rsinfo, j, tr, false, role_ok, g->guard, as_message(g->message_en, g->message_zh), &g->ask_for, g->clauses);
	}
	foreach(lc, missing)
	{
		PolicyAttribute *a = lfirst(lc);
		TextList	ask_for = {1, &a->attribute};

		put_row(rsinfo, j, tr, false, role_ok, a->attribute,
				psprintf(_("the attribute must have a value in state \"%s\""), j->to),
				&ask_for, a->clauses);
	}
}

static void
put_transitions(ReturnSetInfo *rsinfo, Judgement *j)
{
	int			from = as_policy_state(j->pt, j->from);
	int			i;

	for (i = 0; i < j->pt->ntransitions; i++)
		if (from != STATE_NONE && j->pt->transitions[i].from == from &&
			j->pt->transitions[i].to < j->pt->nstates)
			put_transition(rsinfo, j, &j->pt->transitions[i]);
}

/* Events that applications log; those of triggers are nobody's to allow. */
static void
put_events(ReturnSetInfo *rsinfo, Judgement *j)
{
	int			i;

	for (i = 0; i < j->pt->nevents; i++)
	{
		const PolicyEvent *pe = &j->pt->events[i];
		bool		role_ok = pe->any_role ||
			as_actor_has_role(as_actor(j->st), pe->roles.n, pe->roles.item);
		bool		state_ok = as_event_fits_state(pe, j->from);
		Datum		values[NCOLS_EVENT];
		bool		nulls[NCOLS_EVENT] = {false};

		if (as_event_is_built_in(pe->event))
			continue;
		values[0] = Int64GetDatum(j->ticket_id);
		values[1] = CStringGetTextDatum(pe->event);
		values[2] = text_or_null(pe->label_en, &nulls[2]);
		values[3] = text_or_null(pe->label_zh, &nulls[3]);
		values[4] = BoolGetDatum(role_ok && state_ok);
		values[5] = BoolGetDatum(role_ok);
		values[6] = BoolGetDatum(state_ok);
		values[7] = as_text_list(&pe->required_data);
		values[8] = as_clause_list(pe->clauses);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
}

static void
put_ticket(ReturnSetInfo *rsinfo, AsStatement *st, Datum whole_row, PutTicket put)
{
	HeapTupleData tuple;
	TicketRow  *row;
	Judgement	j;

	as_whole_row(whole_row, &tuple);
	row = as_deform(st->desk, &tuple);

	memset(&j, 0, sizeof(j));
	j.st = st;
	j.desk = st->desk;
	j.new = j.old = row;
	j.ticket_id = DatumGetInt64(TVAL(j.desk, row, TC_TICKET_ID));
	j.from = TextDatumGetCString(TVAL(j.desk, row, TC_STATUS));
	j.at = Max(st->now, DatumGetTimestampTz(TVAL(j.desk, row, TC_EVENT_AT)));
	j.pt = as_type_of_row(st, row);
	if (j.pt == NULL)
		return;
	j.pv = j.pt->version;
	put(rsinfo, &j);
}

/* Puts out what there is to say about each ticket of the first argument. */
static Datum
put_tickets(FunctionCallInfo fcinfo, PutTicket put)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Oid			nspid = as_desk_resolve(fcinfo, 1);
	AsStatement *st;
	Oid			types[1] = {INT8ARRAYOID};
	Datum		values[1];
	SPITupleTable *table;
	int			nrows;
	int			i;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	st = as_statement_push(nspid);
	values[0] = PG_GETARG_DATUM(0);
	SPI_connect();
	if (SPI_execute_with_args(psprintf("SELECT t FROM %s t WHERE t.ticket_id" EQ
									   "ANY ($1) ORDER BY t.ticket_id",
									   as_desk_table(st->desk, "ticket")),
							  1, types, values, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "reading tickets failed");
	table = SPI_tuptable;
	nrows = (int) SPI_processed;
	for (i = 0; i < nrows; i++)
	{
		MemoryContext old = MemoryContextSwitchTo(st->rowcxt);
		bool		isnull;

		put_ticket(rsinfo, st, SPI_getbinval(table->vals[i], table->tupdesc, 1, &isnull), put);
		MemoryContextSwitchTo(old);
		MemoryContextReset(st->rowcxt);
	}
	SPI_finish();
	as_statement_drop(st);
	return (Datum) 0;
}

/*
 * aftersales.allowed_transitions(ticket_ids, desk)
 */
Datum
as_allowed_transitions(PG_FUNCTION_ARGS)
{
	return put_tickets(fcinfo, put_transitions);
}

/*
 * aftersales.allowed_events(ticket_ids, desk)
 */
Datum
as_allowed_events(PG_FUNCTION_ARGS)
{
	return put_tickets(fcinfo, put_events);
}
