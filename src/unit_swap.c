/*-------------------------------------------------------------------------
 *
 * unit_swap.c
 *	  Keeps unit_part, the parts of a unit, by what the ledger says was put
 *	  into it and taken out of it for one of its tickets.
 *
 * The part that was taken out and the one that was put in for it are those of
 * one hand-out, whichever came first; the link is unit_part.replaces, on which
 * hangs the warranty of replaced parts.
 *
 * A part without a serial number that is taken out is not one that was put in
 * for the same ticket: that would be a guess, and a wrong one would cost the
 * customer the warranty of the new part.
 *
 * One row is one piece.  Parts that are exchanged one for one are counted so;
 * of other parts, such as cable by the metre, a move is one row.
 *
 * A part that is taken out and was not known to be in the unit gets a row
 * then.  It has no installed_on but a ticket_id, so a reversal can tell it
 * from one that somebody had entered, and takes it away again.
 *
 * The table is not protected: what somebody has changed since may leave a
 * reversal nothing to undo.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"

#include "event.h"
#include "exchange.h"
#include "warranty.h"

/* What all of this is about; parameters of the plans. */
typedef struct Swap
{
	AsStatement *st;
	const StockMove *m;
	Datum		exchange_id;
	Datum		ticket_id;
	Datum		part_no;
	Datum		serial_no;		/* '': none */
	Datum		day;
} Swap;

/* ---------- running plans ---------- */

static int64
returned_id(void)
{
	bool		isnull;

	return DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

/* The id that a read finds, 0 when it finds none. */
static int64
find(Swap *s, PlanId plan, Datum *values)
{
	int64		id = 0;

	SPI_connect();
	if (as_run_read(s->st->desk, plan, values) > 0)
		id = returned_id();
	SPI_finish();
	return id;
}

/* Writes the row of this id, which somebody may have changed meanwhile. */
static void
write_found(Swap *s, PlanId plan, Datum *values)
{
	int			n;

	SPI_connect();
	n = as_run(s->st->desk, plan, values, NULL, NULL);
	SPI_finish();
	if (n != 1)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access due to concurrent update")));
}

static void
write_any(Swap *s, PlanId plan, Datum *values)
{
	SPI_connect();
	(void) as_run(s->st->desk, plan, values, NULL, NULL);
	SPI_finish();
}

/* ---------- in and out ---------- */

static const char *
component_of(const Swap *s, const TicketRow *ticket)
{
	char	   *component;

	if (s->m->part->component != NULL)
		return s->m->part->component;
	component = as_row_text(s->st->desk, ticket, TC_COMPONENT);
	return component != NULL ? component : "part";
}

static void
put_in(Swap *s, const TicketRow *ticket)
{
	Datum		values[7];

	values[0] = TVAL(s->st->desk, ticket, TC_UNIT_ID);
	values[1] = CStringGetTextDatum(component_of(s, ticket));
	values[2] = s->part_no;
	values[3] = s->serial_no;
	values[4] = s->day;
	values[5] = s->ticket_id;
	values[6] = s->exchange_id;
	write_any(s, PLAN_UNIT_PUT_IN, values);
}

/* Adds a part that was not known to be in the unit, as taken out. */
static int64
add_removed(Swap *s, const TicketRow *ticket)
{
	Datum		values[7];
	int64		id;

	values[0] = TVAL(s->st->desk, ticket, TC_UNIT_ID);
	values[1] = CStringGetTextDatum(component_of(s, ticket));
	values[2] = s->part_no;
	values[3] = s->serial_no;
	values[4] = s->day;
	values[5] = s->ticket_id;
	values[6] = s->exchange_id;
	SPI_connect();
	(void) as_run(s->st->desk, PLAN_UNIT_ADD_REMOVED, values, NULL, NULL);
	id = returned_id();
	SPI_finish();
	return id;
}

static void
take_out(Swap *s, const TicketRow *ticket)
{
	Datum		values[5];
	int64		id;

	values[0] = TVAL(s->st->desk, ticket, TC_UNIT_ID);
	values[1] = s->part_no;
	values[2] = s->serial_no;
	values[3] = s->day;
	values[4] = s->ticket_id;
	id = find(s, PLAN_UNIT_IN_PLACE, values);
	if (id != 0)
	{
		values[0] = Int64GetDatum(id);
		values[1] = s->day;
		values[2] = s->exchange_id;
		write_found(s, PLAN_UNIT_TAKE_OUT, values);
	}
	else
		id = add_removed(s, ticket);
	values[0] = Int64GetDatum(id);
	values[1] = s->exchange_id;
	values[2] = s->ticket_id;
	values[3] = s->part_no;
	write_any(s, PLAN_UNIT_LINK, values);
}

/* ---------- undoing ---------- */

static void
undo_put_in(Swap *s)
{
	Datum		values[5];
	int64		id;

	values[0] = s->ticket_id;
	values[1] = s->part_no;
	values[2] = s->serial_no;
	values[3] = s->day;
	values[4] = s->exchange_id;
	id = find(s, PLAN_UNIT_WAS_PUT_IN, values);
	if (id != 0)
	{
		values[0] = Int64GetDatum(id);
		write_found(s, PLAN_UNIT_DELETE, values);
	}
	else if (find(s, PLAN_UNIT_GONE_SINCE, values) != 0)
		as_stock_refuse(s->st, ERRCODE_SV_PARTS_NOT_BALANCED, "reversal_of", NULL,
						psprintf(_("move %lld cannot be taken back: later ones hang on it"),
								 (long long) s->m->reversal_of),
						_("The part was taken out of the unit again."),
						_("Reverse the later move first."));
}

static void
undo_take_out(Swap *s)
{
	Datum		values[5];
	int64		id;

	values[0] = s->exchange_id;
	values[1] = s->part_no;
	values[2] = s->serial_no;
	values[3] = s->day;
	id = find(s, PLAN_UNIT_WAS_TAKEN_OUT, values);
	if (id == 0)
		return;
	values[0] = Int64GetDatum(id);
	values[1] = s->exchange_id;
	write_any(s, PLAN_UNIT_UNLINK, values);
	/* it was in the unit before, or nothing was known of it */
	if (find(s, PLAN_UNIT_KNOWN_BEFORE, values) != 0)
		write_found(s, PLAN_UNIT_PUT_BACK, values);
	else
		write_found(s, PLAN_UNIT_DELETE, values);
}

/*
 * as_unit_swap keeps the parts of a ticket's unit after a move of one of the
 * ticket's hand-outs.  reversed is what a reversal takes back.
 */
void
as_unit_swap(AsStatement *st, const StockMove *m, const ReversedMove *reversed,
			 const TicketRow *ticket, const PolicyVersion *pv)
{
	bool		is_in = m->purpose->id == PURPOSE_INSTALL;
	bool		is_reversal = m->reversal_of != 0;
	Swap		s = {.st = st, .m = m};
	int64		pieces;
	int64		i;

	if (!is_in && m->purpose->id != PURPOSE_REMOVE && m->purpose->id != PURPOSE_KEEP)
		return;
	if (!is_reversal && TNULL(st->desk, ticket, TC_UNIT_ID))
		return;
	s.exchange_id = Int64GetDatum(m->exchange_id);
	s.ticket_id = Int64GetDatum(m->ticket_id);
	s.part_no = CStringGetTextDatum(m->part->part_no);
	s.serial_no = CStringGetTextDatum(m->serial_no == NULL ? "" : m->serial_no);
	s.day = DateADTGetDatum(as_fault_day(pv, is_reversal ? reversed->happened_at : m->happened_at));
	pieces = m->part->exchange == EXCHANGE_ONE_FOR_ONE && m->part->decimals == 0 ?
		m->quantity / QUANTITY_SCALE : 1;
	for (i = 0; i < pieces; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (is_in && !is_reversal)
			put_in(&s, ticket);
		else if (is_in)
			undo_put_in(&s);
		else if (!is_reversal)
			take_out(&s, ticket);
		else
			undo_take_out(&s);
	}
}
