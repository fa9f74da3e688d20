/*-------------------------------------------------------------------------
 *
 * move.c
 *	  move(): a change of a ticket's status as one call.
 *
 * It is one UPDATE with the caller's rights, judged by the triggers as any
 * other.  What an UPDATE cannot say is the external_ref of the event that it
 * means: that is armed for one statement on the ticket table, as the origin
 * of emitted events is (emit.c), and taken by its BEFORE STATEMENT trigger.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "event.h"
#include "move.h"
#include "workflow.h"
#include "worktime.h"

PG_FUNCTION_INFO_V1(as_move);

enum
{
	ARG_TICKET_ID, ARG_TO_STATE, ARG_HAPPENED_AT, ARG_NOTE, ARG_ROW_VERSION,
	ARG_EXTERNAL_REF, ARG_ATTRIBUTES, ARG_DESK
};

static Oid	armed_relid = InvalidOid;
static char *armed_ref = NULL;	/* in TopTransactionContext */

/*
 * as_move_take returns the external_ref of the events that the statement
 * which begins on this table means, once; NULL for none.
 */
const char *
as_move_take(Oid relid)
{
	const char *ref = armed_ref;

	if (ref == NULL || armed_relid != relid)
		return NULL;
	as_move_forget();
	return ref;
}

/*
 * as_move_forget is called when a (sub)transaction ends.
 */
void
as_move_forget(void)
{
	armed_relid = InvalidOid;
	armed_ref = NULL;
}

/* ---------- retries ---------- */

static void
refuse_other_contents(const AsDesk *desk, int64 ticket_id, const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_SV_OTHER_CONTENTS),
			 errmsg("the external_ref is taken by an event with other contents"),
			 errdetail_internal("%s\nticket=%lld column=external_ref", what, (long long) ticket_id),
			 errhint("Send a retry with what was sent first, and anything else with an external_ref of its own."),
			 err_generic_string(PG_DIAG_SCHEMA_NAME, desk->name),
			 err_generic_string(PG_DIAG_TABLE_NAME, "ticket_event"),
			 err_generic_string(PG_DIAG_COLUMN_NAME, "external_ref"),
			 err_generic_string(PG_DIAG_CONSTRAINT_NAME, "ticket_event_external_ref_key")));
}

/*
 * Whether the move has been made before under this external_ref, with the
 * same contents; raises SV013 when they are others.  An erased note is not
 * compared.
 */
static bool
was_made(FunctionCallInfo fcinfo, const AsDesk *desk, int64 ticket_id)
{
	Datum		value = PG_GETARG_DATUM(ARG_EXTERNAL_REF);
	HeapTuple	tup;
	TupleDesc	tupdesc;
	char	   *state;
	char	   *note;
	bool		isnull;
	bool		is_erased;

	if (as_run_read(desk, PLAN_REF_EVENT, &value) == 0)
		return false;
	tup = SPI_tuptable->vals[0];
	tupdesc = SPI_tuptable->tupdesc;
	if (DatumGetInt64(SPI_getbinval(tup, tupdesc, 1, &isnull)) != ticket_id)
		refuse_other_contents(desk, ticket_id, _("It is an event of another ticket."));
	state = SPI_getvalue(tup, tupdesc, 2);
	if (strcmp(SPI_getvalue(tup, tupdesc, 6), "ticket") != 0 || state == NULL ||
		strcmp(state, text_to_cstring(PG_GETARG_TEXT_PP(ARG_TO_STATE))) != 0)
		refuse_other_contents(desk, ticket_id, _("It is no move to that state."));
	if (!PG_ARGISNULL(ARG_HAPPENED_AT) &&
		!as_same_time(PG_GETARG_TIMESTAMPTZ(ARG_HAPPENED_AT),
					  DatumGetTimestampTz(SPI_getbinval(tup, tupdesc, 3, &isnull))))
		refuse_other_contents(desk, ticket_id, _("The move happened at another time."));
	note = SPI_getvalue(tup, tupdesc, 4);
	is_erased = DatumGetBool(SPI_getbinval(tup, tupdesc, 5, &isnull));
	if (!is_erased &&
		(PG_ARGISNULL(ARG_NOTE) ? note != NULL :
		 note == NULL || strcmp(note, text_to_cstring(PG_GETARG_TEXT_PP(ARG_NOTE))) != 0))
		refuse_other_contents(desk, ticket_id, _("The move has another note."));
	return true;
}

/* ---------- the move ---------- */

/* Runs a statement on the ticket table that returns the ticket's new state. */
static bool
run_on_ticket(const AsDesk *desk, const char *text, Datum *values, const char *nulls)
{
	static const Oid types[6] = {INT8OID, TEXTOID, TIMESTAMPTZOID, TEXTOID, INT4OID, JSONBOID};
	char	   *sql = psprintf(text, as_desk_table(desk, "ticket"));

	if (SPI_execute_with_args(sql, 6, (Oid *) types, values, nulls, false, 0) < 0)
		elog(ERROR, "moving a ticket failed");
	return SPI_processed > 0;
}

static void
refuse_unknown(const AsDesk *desk, int64 ticket_id)
{
	ereport(ERROR,
			(errcode(ERRCODE_SV_UNKNOWN_VALUE),
			 errmsg("there is no ticket %lld on desk \"%s\"", (long long) ticket_id, desk->name),
			 errdetail_internal("ticket=%lld", (long long) ticket_id),
			 errhint("Read its ticket_id from the table ticket."),
			 err_generic_string(PG_DIAG_SCHEMA_NAME, desk->name),
			 err_generic_string(PG_DIAG_TABLE_NAME, "ticket")));
}

static void
arm(const AsDesk *desk, const char *ref)
{
	armed_ref = MemoryContextStrdup(TopTransactionContext, ref);
	armed_relid = desk->ticket_relid;
}

/* SELECT and UPDATE return this; the table's name is %s */
#define RETURN_COLUMNS "t.ticket_id, t.row_version, t.status, t.status_at"

static const char lock_text[] =
"SELECT " RETURN_COLUMNS " FROM %s t WHERE t.ticket_id" EQ "$1 FOR NO KEY UPDATE";

static const char update_text[] =
"UPDATE %s t SET status = $2, happened_at = $3, note = $4,"
" row_version = coalesce($5, t.row_version), attributes = CASE WHEN $6 IS NULL THEN t.attributes"
" ELSE t.attributes OPERATOR(pg_catalog.||) $6 END WHERE t.ticket_id" EQ "$1"
" RETURNING " RETURN_COLUMNS;

/*
 * aftersales.move(ticket_id, to_state, happened_at, note, row_version,
 * external_ref, attributes, desk)
 */
Datum
as_move(PG_FUNCTION_ARGS)
{
	static const int arg[6] = {
		ARG_TICKET_ID, ARG_TO_STATE, ARG_HAPPENED_AT, ARG_NOTE, ARG_ROW_VERSION, ARG_ATTRIBUTES
	};
	Oid			nspid = as_desk_resolve(fcinfo, ARG_DESK);
	MemoryContext cxt = CurrentMemoryContext;
	AsStatement *st;
	TupleDesc	tupdesc;
	Datum		values[6];
	char		nulls[7] = "      ";
	bool		is_null[4];
	HeapTuple	result;
	int			i;

	if (PG_ARGISNULL(ARG_TICKET_ID) || PG_ARGISNULL(ARG_TO_STATE))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("ticket_id and to_state must be given")));
	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	for (i = 0; i < 6; i++)
	{
		values[i] = PG_ARGISNULL(arg[i]) ? (Datum) 0 : PG_GETARG_DATUM(arg[i]);
		nulls[i] = PG_ARGISNULL(arg[i]) ? 'n' : ' ';
	}
	as_calendar_share();
	st = as_statement_push(nspid);
	SPI_connect();
	if (PG_ARGISNULL(ARG_EXTERNAL_REF) || !run_on_ticket(st->desk, lock_text, values, nulls) ||
		!was_made(fcinfo, st->desk, PG_GETARG_INT64(ARG_TICKET_ID)))
	{
		if (!PG_ARGISNULL(ARG_EXTERNAL_REF))
			arm(st->desk, text_to_cstring(PG_GETARG_TEXT_PP(ARG_EXTERNAL_REF)));
		if (!run_on_ticket(st->desk, update_text, values, nulls))
			refuse_unknown(st->desk, PG_GETARG_INT64(ARG_TICKET_ID));
	}
	else
		(void) run_on_ticket(st->desk, lock_text, values, nulls);
	for (i = 0; i < 4; i++)
		values[i] = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, i + 1, &is_null[i]);
	MemoryContextSwitchTo(cxt);
	result = heap_form_tuple(BlessTupleDesc(tupdesc), values, is_null);
	SPI_finish();
	as_statement_drop(st);
	PG_RETURN_DATUM(HeapTupleGetDatum(result));
}
