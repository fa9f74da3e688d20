/*-------------------------------------------------------------------------
 *
 * as_of.c
 *	  ticket_as_of(): a ticket as it was at an instant.
 *
 * The row as it is now is taken back, change by change, from the ticket's
 * last event to the last one at or before that instant.  The events are those
 * that stand after corrections, in the order in which they happened: it is
 * what is known today about then, not what was known then.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"

#include "history.h"
#include "reader.h"

PG_FUNCTION_INFO_V1(as_ticket_as_of);

typedef struct AsOf
{
	ReturnSetInfo *rsinfo;
	int64		ticket_id;
	bool		has_at;
	TimestampTz at;
} AsOf;

/* Old values are private rows: who may not read these may not ask. */
static void
check_rights(AsStatement *st)
{
	(void) as_read_row(st, "SELECT e.event_id FROM %1$s.ticket_event e"
					   " JOIN %1$s.event_private p ON p.event_id" EQ "e.event_id"
					   " WHERE e.ticket_id" EQ "$1 AND false", 0);
}

/* Takes a ticket back; returns false when it was not opened yet. */
static bool
take_back(AsStatement *st, TicketRow *row, int64 ticket_id, TimestampTz at)
{
	const AsDesk *desk = st->desk;
	bool		is_open = false;
	FoldEvent  *events;
	int			n;
	int			i;

	events = as_history_load(st, ticket_id, &n);
	for (i = n - 1; i >= 0 && events[i].at > at; i--)
	{
		if (as_history_column(desk, events[i].event) > 0)
			as_history_change(desk, row, &events[i], false);
		if (strcmp(events[i].event, "voided") == 0)
			TNULL(desk, row, TC_VOIDED_AT) = true;
	}
	for (; i >= 0 && !is_open; i--)
	{
		if (events[i].to_state == NULL)
			continue;
		TVAL(desk, row, TC_STATUS) = CStringGetTextDatum(events[i].to_state);
		TVAL(desk, row, TC_STATUS_AT) = TimestampTzGetDatum(events[i].at);
		is_open = true;
	}
	return is_open;
}

static bool
is_template_column(const AsDesk *template, const char *name)
{
	int			i;

	for (i = 0; i < template->tupdesc->natts; i++)
		if (strcmp(NameStr(TupleDescAttr(template->tupdesc, i)->attname), name) == 0)
			return true;
	return false;
}

/* The columns that the desk has added, as an object of texts. */
static Datum
added_columns(AsStatement *st, const TicketRow *row)
{
	const AsDesk *template = as_desk_template(st->cache);
	JsonbParseState *ps = NULL;
	JsonbValue	v;
	int			i;

	pushJsonbValue(&ps, WJB_BEGIN_OBJECT, NULL);
	for (i = 0; i < st->desk->tupdesc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(st->desk->tupdesc, i);
		Oid			typoutput;
		bool		is_varlena;

		if (att->attisdropped || is_template_column(template, NameStr(att->attname)))
			continue;
		v.type = jbvString;
		v.val.string.val = NameStr(att->attname);
		v.val.string.len = strlen(v.val.string.val);
		pushJsonbValue(&ps, WJB_KEY, &v);
		v.type = jbvNull;
		if (!row->nulls[i])
		{
			getTypeOutputInfo(att->atttypid, &typoutput, &is_varlena);
			v.type = jbvString;
			v.val.string.val = OidOutputFunctionCall(typoutput, row->values[i]);
			v.val.string.len = strlen(v.val.string.val);
		}
		pushJsonbValue(&ps, WJB_VALUE, &v);
	}
	return JsonbPGetDatum(JsonbValueToJsonb(pushJsonbValue(&ps, WJB_END_OBJECT, NULL)));
}

/* The result's columns have the names of the ticket's. */
static void
put_row(AsStatement *st, ReturnSetInfo *rsinfo, const TicketRow *row)
{
	TupleDesc	result = rsinfo->setDesc;
	Datum	   *values = palloc0(sizeof(Datum) * result->natts);
	bool	   *nulls = palloc(sizeof(bool) * result->natts);
	int			i;

	for (i = 0; i < result->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(result, i);
		int			attno;

		nulls[i] = false;
		if (strcmp(NameStr(att->attname), "added") == 0)
		{
			values[i] = added_columns(st, row);
			continue;
		}
		attno = as_history_column(st->desk, psprintf("changed:%s", NameStr(att->attname)));
		if (attno == 0 || TupleDescAttr(st->desk->tupdesc, attno - 1)->atttypid != att->atttypid)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("table \"%s\" of desk \"%s\" has lost its column \"%s\"",
							"ticket", st->desk->name, NameStr(att->attname))));
		nulls[i] = row->nulls[attno - 1];
		values[i] = row->values[attno - 1];
	}
	tuplestore_putvalues(rsinfo->setResult, result, values, nulls);
}

static void
look_back(AsStatement *st, void *arg)
{
	AsOf	   *a = arg;
	ReadTicket	t;
	TicketRow  *row;

	check_rights(st);
	if (!as_read_ticket(st, a->ticket_id, &t))
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNKNOWN_VALUE),
				 errmsg("there is no ticket %lld on desk \"%s\"", (long long) a->ticket_id, st->desk->name),
				 errhint("Take ticket_id from the table ticket of the desk.")));
	row = as_copy_row(st->desk, t.row);
	if (take_back(st, row, a->ticket_id, a->has_at ? a->at : st->now))
		put_row(st, a->rsinfo, row);
}

/*
 * aftersales.ticket_as_of(ticket_id, at, desk)
 */
Datum
as_ticket_as_of(PG_FUNCTION_ARGS)
{
	Oid			nspid = as_desk_resolve(fcinfo, 2);
	AsOf		a = {0};

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	a.rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	a.ticket_id = PG_GETARG_INT64(0);
	a.has_at = !PG_ARGISNULL(1);
	if (a.has_at)
		a.at = PG_GETARG_TIMESTAMPTZ(1);
	as_reading(nspid, look_back, &a);
	return (Datum) 0;
}
