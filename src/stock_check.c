/*-------------------------------------------------------------------------
 *
 * stock_check.c
 *	  What is wrong with a move by itself, whatever lies in the stores.
 *
 * Rows are checked as they are in the table, after all BEFORE triggers.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "utils/builtins.h"

#include "stock.h"

/*
 * as_grade_step returns by how many grades a part is higher than the one that
 * was asked for.
 */
int
as_grade_step(AsStatement *st, const StockPart *part, const char *substitute_for, bool *known)
{
	const StockPart *asked = as_stock_part(st, substitute_for);

	*known = asked != NULL && asked->has_grade && part->has_grade;
	return *known ? part->grade - asked->grade : 0;
}

/* Another trigger may have altered what ours had put in. */
static void
check_owned(AsStatement *st, const int *column, const TicketRow *row, const StockMove *m)
{
	const StockPosting *posting = st->posting;
	int64		slip_id = SNULL(row, column, SC_SLIP_ID) ? 0 : DatumGetInt64(SVAL(row, column, SC_SLIP_ID));
	int64		count_id = SNULL(row, column, SC_COUNT_ID) ? 0 : DatumGetInt64(SVAL(row, column, SC_COUNT_ID));
	bool		has_step = false;
	int			step = 0;

	if (!SNULL(row, column, SC_SUBSTITUTE_FOR))
		step = as_grade_step(st, m->part, TextDatumGetCString(SVAL(row, column, SC_SUBSTITUTE_FOR)), &has_step);
	if (slip_id != (posting == NULL ? 0 : posting->slip_id) ||
		count_id != (posting == NULL ? 0 : posting->count_id) ||
		has_step == SNULL(row, column, SC_GRADE_STEP) ||
		(has_step && DatumGetInt16(SVAL(row, column, SC_GRADE_STEP)) != step) ||
		!SNULL(row, column, SC_IS_OTHER_MODEL) ||
		DatumGetTimestampTz(SVAL(row, column, SC_RECORDED_AT)) != st->recorded_at ||
		m->happened_at > st->now ||
		strcmp(TextDatumGetCString(SVAL(row, column, SC_RECORDED_BY)), as_actor(st)->login) != 0)
		as_stock_refuse(st, ERRCODE_SV_PROTECTED, NULL, NULL,
						_("a row of table \"stock_move\" was altered after it was judged"),
						_("Another BEFORE trigger changed it after \"aftersales_judge\"."),
						_("Name the trigger so that it sorts before \"aftersales_\", and its changes are judged too."));
}

/* What would be a CHECK, if those cost less. */
static void
check_values(AsStatement *st, const StockMove *m)
{
	const char *column = m->owner[0] == '\0' ? "owner" : m->serial_no != NULL && m->serial_no[0] == '\0' ? "serial_no" : NULL;

	if (column != NULL)
		as_stock_refuse(st, ERRCODE_SV_UNKNOWN_VALUE, column, NULL,
						psprintf(_("column \"%s\" of a move is empty"), column), NULL,
						_("Give a value, or leave the column out."));
	if (TIMESTAMP_NOT_FINITE(m->happened_at))
		as_stock_refuse(st, ERRCODE_SV_TIME_OUT_OF_ORDER, "happened_at", NULL,
						_("a move happens at some time"), NULL,
						_("Report when it happened, or leave the time out for now."));
}

static void
check_quantity(AsStatement *st, const StockMove *m)
{
	if (!as_quantity_fits(m->part, m->quantity))
		as_stock_refuse(st, ERRCODE_SV_UNKNOWN_VALUE, "quantity", NULL,
						psprintf(_("%s is no quantity of part \"%s\""), as_quantity_text(m->quantity), m->part->part_no),
						psprintf(_("Its quantities have %d decimals."), m->part->decimals),
						_("Give a quantity in the part's unit (part.unit, part.decimals)."));
	if (m->part->is_serialised != (m->serial_no != NULL))
		as_stock_refuse(st, ERRCODE_SV_UNKNOWN_VALUE, "serial_no", NULL,
						m->part->is_serialised ?
						psprintf(_("part \"%s\" is moved by serial number"), m->part->part_no) :
						psprintf(_("part \"%s\" has no serial numbers"), m->part->part_no), NULL,
						m->part->is_serialised ? _("Give serial_no, one piece a move.") :
						_("Leave serial_no out; part.is_serialised tells."));
	if (m->serial_no != NULL && m->quantity != QUANTITY_SCALE)
		as_stock_refuse(st, ERRCODE_SV_UNKNOWN_VALUE, "quantity", NULL,
						_("a serial number stands for one piece"), NULL,
						_("Move one piece a row."));
}

static void
check_purpose(AsStatement *st, const StockMove *m)
{
	char	   *misfit = as_purpose_misfit(m);

	if ((m->purpose->id == PURPOSE_ADJUST || strcmp(m->from->kind, "adjustment") == 0 ||
		 strcmp(m->to->kind, "adjustment") == 0) &&
		(st->posting == NULL || st->posting->count_id == 0))
		as_stock_refuse(st, ERRCODE_SV_PROTECTED, "purpose", NULL,
						_("only a count adjusts what the books say"), NULL,
						_("Count the location (stock_count); posting the count makes the moves."));
	if (misfit != NULL)
		as_stock_refuse(st, ERRCODE_SV_UNKNOWN_VALUE, "purpose", NULL,
						psprintf(_("a move of purpose \"%s\" may not be like this"), m->purpose->name), misfit,
						_("The view aftersales.stock_purpose lists what each purpose asks of a move."));
	if (m->part->exchange == EXCHANGE_ONE_FOR_ONE && m->ticket_id == 0 &&
		(m->purpose->id == PURPOSE_INSTALL || m->purpose->id == PURPOSE_REMOVE || m->purpose->id == PURPOSE_KEEP))
		as_stock_refuse(st, ERRCODE_SV_PARTS_NOT_BALANCED, "ticket_id", NULL,
						psprintf(_("part \"%s\" is exchanged one for one, for a ticket"), m->part->part_no), NULL,
						_("Give the ticket_id of the repair."));
}

static void
check_active(AsStatement *st, const StockMove *m)
{
	if (m->reversal_of != 0)
		return;
	if (!m->to->is_active)
		as_stock_refuse(st, ERRCODE_SV_UNKNOWN_VALUE, "to_location", NULL,
						psprintf(_("location \"%s\" is not in use any more"), m->to->location), NULL,
						_("Give another location; stock_location.is_active tells."));
	if (!m->part->is_active && m->purpose->id == PURPOSE_RECEIPT)
		as_stock_refuse(st, ERRCODE_SV_UNKNOWN_VALUE, "part_no", NULL,
						psprintf(_("part \"%s\" is not received any more"), m->part->part_no), NULL,
						_("Receive another part; part.is_active tells."));
}

static bool
same_text(int col, const char *value)
{
	char	   *original = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, col);

	return value == NULL || original == NULL ? value == original : strcmp(value, original) == 0;
}

static Datum
original_value(int col)
{
	bool		isnull;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, col, &isnull);

	return isnull ? (Datum) 0 : value;
}

/* A reversal is the mirror of what it takes back, and not before it. */
static void
check_mirror(AsStatement *st, const StockMove *m)
{
	Datum		value = Int64GetDatum(m->reversal_of);

	if (as_run_read(st->desk, PLAN_STOCK_ORIGINAL, &value) > 0 &&
		same_text(1, m->part->part_no) && same_text(2, as_condition_name[m->from_condition]) &&
		same_text(3, as_condition_name[m->to_condition]) && same_text(4, m->owner) &&
		as_quantity_of(original_value(5)) == m->quantity && same_text(6, m->from->location) &&
		same_text(7, m->to->location) && same_text(8, m->serial_no) &&
		DatumGetInt64(original_value(9)) == m->ticket_id && same_text(10, m->purpose->name) &&
		DatumGetInt64(original_value(11)) == m->exchange_id && original_value(12) == (Datum) 0 &&
		DatumGetTimestampTz(original_value(13)) <= m->happened_at)
	{
		SPI_freetuptable(SPI_tuptable);
		return;
	}
	as_stock_refuse(st, ERRCODE_SV_UNKNOWN_VALUE, "reversal_of", NULL,
					psprintf(_("a reversal takes move %lld back as it was"), (long long) m->reversal_of),
					_("It comes after that move, too."),
					_("Give nothing but reversal_of, and perhaps happened_at, note, handed_to, document_no and external_ref."));
}

/*
 * as_stock_check refuses a move that is wrong by itself.  The caller is
 * connected to SPI.  Errors: SV004, SV007, SV010.
 */
void
as_stock_check(AsStatement *st, const int *column, const TicketRow *row, const StockMove *m)
{
	check_values(st, m);
	check_owned(st, column, row, m);
	check_quantity(st, m);
	check_purpose(st, m);
	check_active(st, m);
	if (m->reversal_of != 0)
		check_mirror(st, m);
}
