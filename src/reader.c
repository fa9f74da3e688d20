/*-------------------------------------------------------------------------
 *
 * reader.c
 *	  What functions that only read tickets and clocks share.
 *
 * All they read is seen under the snapshot of the query that calls them, so
 * that ticket, events and clocks fit together while others write.  No lock is
 * taken and nothing written: they work on a hot standby.
 *
 * The rows they are asked about are read with the caller's rights; what is
 * needed to make sense of them, as the desk's owner.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"

#include "app_event.h"
#include "reader.h"

/*
 * as_reading calls work with a statement on a desk (InvalidOid: on none),
 * connected to SPI.  The statement's memory is freed after it.
 */
void
as_reading(Oid nspid, void (*work) (AsStatement *st, void *arg), void *arg)
{
	AsStatement *st = as_statement_push(nspid);
	Snapshot	before;

	SPI_connect();
	before = as_see(GetActiveSnapshot());
	PG_TRY();
	{
		work(st, arg);
	}
	PG_FINALLY();
	{
		(void) as_see(before);
	}
	PG_END_TRY();
	SPI_finish();
	as_statement_drop(st);
}

/*
 * as_read_row returns the first row of a query with one id as its parameter,
 * with the caller's rights; NULL when there is none.  In the text "%s" stands
 * for the desk's schema.
 */
HeapTuple
as_read_row(AsStatement *st, const char *query, int64 id)
{
	Oid			types[1] = {INT8OID};
	Datum		values[1];

	values[0] = Int64GetDatum(id);
	if (SPI_execute_with_args(psprintf(query, quote_identifier(st->desk->name)),
							  1, types, values, NULL, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "reading a row failed");
	return SPI_processed == 0 ? NULL : SPI_tuptable->vals[0];
}

/*
 * as_read_ticket reads a ticket and its clocks.  Returns false when there is
 * no such ticket, or none that the caller may see.
 */
bool
as_read_ticket(AsStatement *st, int64 ticket_id, ReadTicket *t)
{
	HeapTuple	found = as_read_row(st, "SELECT t FROM %s.ticket t WHERE t.ticket_id" EQ "$1", ticket_id);
	HeapTupleData tuple;
	bool		isnull;

	if (found == NULL)
		return false;
	as_whole_row(SPI_getbinval(found, SPI_tuptable->tupdesc, 1, &isnull), &tuple);
	t->st = st;
	t->ticket_id = ticket_id;
	t->row = as_deform(st->desk, &tuple);
	t->pt = as_type_of_row(st, t->row);
	t->stored = palloc0(sizeof(Fold));
	t->stored->st = st;
	t->stored->pt = t->pt;
	t->stored->ticket_id = ticket_id;
	if (t->pt != NULL)
		as_clocks_load(st, 1, &t->stored);
	return true;
}

/*
 * as_read_clock reads a clock and its ticket.  Errors: SV010 when there is no
 * such clock.  NULL when the ticket's policy is gone.
 */
FoldClock *
as_read_clock(AsStatement *st, int64 clock_id, ReadTicket *t)
{
	HeapTuple	found = as_read_row(st, "SELECT c.ticket_id FROM %s.sla_clock c WHERE c.clock_id" EQ "$1",
									clock_id);
	bool		isnull;
	int			i;

	if (found == NULL ||
		!as_read_ticket(st, DatumGetInt64(SPI_getbinval(found, SPI_tuptable->tupdesc, 1, &isnull)), t))
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNKNOWN_VALUE),
				 errmsg("there is no clock %lld on desk \"%s\"", (long long) clock_id, st->desk->name),
				 errhint("Take clock_id from the table sla_clock of the desk.")));
	for (i = 0; i < t->stored->nclocks; i++)
		if (t->stored->clocks[i].clock_id == clock_id)
			return &t->stored->clocks[i];
	return NULL;
}

/*
 * as_text_list returns names as text[].
 */
Datum
as_text_list(const TextList *list)
{
	Datum	   *elems = palloc(sizeof(Datum) * Max(list->n, 1));
	int			i;

	for (i = 0; i < list->n; i++)
		elems[i] = CStringGetTextDatum(list->item[i]);
	return PointerGetDatum(construct_array(elems, list->n, TEXTOID, -1, false, TYPALIGN_INT));
}

/*
 * as_clause_list returns "a,b" as text[].
 */
Datum
as_clause_list(const char *clauses)
{
	TextList	list = {0, palloc(sizeof(char *) * (strlen(clauses) + 1))};
	char	   *copy = pstrdup(clauses);
	char	   *save = NULL;
	char	   *c;

	for (c = strtok_r(copy, ",", &save); c != NULL; c = strtok_r(NULL, ",", &save))
		list.item[list.n++] = c;
	return as_text_list(&list);
}
