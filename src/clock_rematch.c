/*-------------------------------------------------------------------------
 *
 * clock_rematch.c
 *	  New rules for running clocks when a ticket's attributes have changed.
 *
 * A clock keeps its start.  The status in a condition is the one that the
 * ticket had when the clock started: a move is no change of an attribute.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "utils/builtins.h"

#include "clock.h"
#include "expression.h"

/* All rules of one clock of a type, highest rank first. */
static const ClockRule *
rule_now(AsStatement *st, const PolicyType *pt, const char *clock, const ClockStep *step)
{
	const ClockRule *rules[64];
	int			n = 0;
	int			i;

	for (i = 0; i < pt->nrules && n < lengthof(rules); i++)
		if (strcmp(pt->rules[i].clock, clock) == 0)
			rules[n++] = &pt->rules[i];
	return as_choose_rule(st, pt, rules, n, step);
}

/*
 * retarget gives a clock (a row of PLAN_CLOCKS_OF_TICKET) the rule that fits
 * the ticket now: it keeps its start, and no promise is broken before it was
 * made.  Without a rule it is voided; a voided one that fits again is revived.
 */
static void
retarget(AsStatement *st, const PolicyType *pt, const ClockStep *step,
		 HeapTuple tup, TupleDesc tupdesc)
{
	char	   *clock = SPI_getvalue(tup, tupdesc, 2);
	char	   *old_rule = SPI_getvalue(tup, tupdesc, 3);
	const ClockRule *rule = rule_now(st, pt, clock, step);
	bool		isnull;
	bool		voided;
	bool		breached = DatumGetBool(SPI_getbinval(tup, tupdesc, 7, &isnull));
	TimestampTz started_at = DatumGetTimestampTz(SPI_getbinval(tup, tupdesc, 4, &isnull));
	TimestampTz due;
	Datum		values[7];
	char		nulls[8] = "   nnnn";

	(void) SPI_getbinval(tup, tupdesc, 6, &isnull);
	voided = !isnull;
	if (rule == NULL ? voided : !voided && strcmp(rule->rule, old_rule) == 0)
		return;

	values[0] = SPI_getbinval(tup, tupdesc, 1, &isnull);
	if (rule == NULL)
	{
		int			i;

		/* keep what it was judged by */
		for (i = 0; i < pt->nrules; i++)
			if (strcmp(pt->rules[i].rule, old_rule) == 0)
				rule = &pt->rules[i];
		values[5] = TimestampTzGetDatum(step->at);
		values[6] = CStringGetTextDatum("voided");
		nulls[5] = nulls[6] = ' ';
		values[3] = SPI_getbinval(tup, tupdesc, 5, &isnull);
		nulls[3] = isnull ? 'n' : ' ';
	}
	else if (rule->target != NULL)
	{
		due = as_clock_due(rule, started_at, pt->version->tz);
		due = Max(due, step->at);
		values[3] = values[4] = TimestampTzGetDatum(due);
		nulls[3] = ' ';
		nulls[4] = breached ? 'n' : ' ';
	}
	values[1] = CStringGetTextDatum(rule == NULL ? old_rule : rule->rule);
	nulls[2] = rule == NULL || rule->target == NULL ? 'n' : ' ';
	values[2] = rule == NULL ? (Datum) 0 : IntervalPGetDatum(rule->target);
	(void) as_run(st->desk, PLAN_CLOCK_SET, values, nulls, "sla_clock");
}

/*
 * Sets the ticket for expressions as it is now, but in the state in which it
 * was when the clock started.
 */
static void
set_ticket_at_start(AsStatement *st, const TicketRow *new, int64 ticket_id,
					HeapTuple clock, TupleDesc tupdesc)
{
	int			natts = st->desk->tupdesc->natts;
	TicketRow	row;
	Datum		values[2];
	bool		isnull;

	row.values = palloc(natts * sizeof(Datum));
	row.nulls = palloc(natts * sizeof(bool));
	memcpy(row.values, new->values, natts * sizeof(Datum));
	memcpy(row.nulls, new->nulls, natts * sizeof(bool));
	values[0] = Int64GetDatum(ticket_id);
	values[1] = SPI_getbinval(clock, tupdesc, 8, &isnull);
	if (as_run(st->desk, PLAN_STATUS_AT, values, NULL, NULL) > 0)
		TVAL(st->desk, &row, TC_STATUS) =
			CStringGetTextDatum(SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1));
	SPI_freetuptable(SPI_tuptable);
	as_expr_set_ticket(st, &row);
}

/*
 * as_clock_rematch finds rules anew for a ticket of which columns that
 * conditions read have changed.  What was late by the old rules is recorded
 * first.  The ticket is set for expressions anew.
 */
void
as_clock_rematch(ClockWriter *w, const PolicyType *pt, const ClockStep *step,
				 const TicketRow *new)
{
	AsStatement *st = as_clock_statement(w);
	SPITupleTable *table;
	Datum		value = Int64GetDatum(step->ticket_id);
	bool		reads_status;
	int			nrows;
	int			i;

	(void) as_expr_condition_columns(st, pt, &reads_status);
	as_clock_settle(w, step);
	nrows = as_run(st->desk, PLAN_CLOCKS_OF_TICKET, &value, NULL, NULL);
	table = SPI_tuptable;
	for (i = 0; i < nrows; i++)
	{
		/* a voided cycle stays so when a later one is there */
		if (i + 1 < nrows &&
			strcmp(SPI_getvalue(table->vals[i], table->tupdesc, 2),
				   SPI_getvalue(table->vals[i + 1], table->tupdesc, 2)) == 0)
			continue;
		if (reads_status)
			set_ticket_at_start(st, new, step->ticket_id, table->vals[i], table->tupdesc);
		retarget(st, pt, step, table->vals[i], table->tupdesc);
	}
	SPI_freetuptable(table);
}
