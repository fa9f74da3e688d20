/*-------------------------------------------------------------------------
 *
 * stock_row.c
 *	  A row of stock_move as the code reads it, and quantities.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "access/xact.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/rel.h"

#include "row.h"
#include "stock.h"

const char *const as_condition_name[CONDITION_COUNT] = {
	"good", "defective", "in_repair", "scrap"
};

const char *const as_stock_column[SC_COUNT] = {
	"move_id", "part_no", "from_condition", "to_condition", "owner", "quantity",
	"from_location", "to_location", "serial_no", "ticket_id", "purpose", "exchange_id",
	"substitute_for", "grade_step", "is_other_model", "slip_id", "count_id",
	"happened_at", "recorded_at", "recorded_by", "reversal_of", "external_ref"
};

/*
 * as_stock_columns returns where the columns of stock_move stand.  They are
 * looked for once as long as the desk is cached, which a change of the table
 * ends.
 */
const int *
as_stock_columns(AsStatement *st, Relation rel)
{
	static const RowTable shape = {.name = "stock_move"};
	AsDesk	   *desk = st->desk;
	TupleDesc	tupdesc = RelationGetDescr(rel);
	int		   *column;
	int			c;
	int			i;

	if (desk->stock_column != NULL)
		return desk->stock_column;
	as_row_check_shape(rel, &shape);
	column = MemoryContextAlloc(desk->cxt, sizeof(int) * SC_COUNT);
	for (c = 0; c < SC_COUNT; c++)
		for (i = 0; i < tupdesc->natts; i++)
			if (!TupleDescAttr(tupdesc, i)->attisdropped &&
				strcmp(NameStr(TupleDescAttr(tupdesc, i)->attname), as_stock_column[c]) == 0)
				column[c] = i;
	desk->stock_column = column;
	return column;
}

/*
 * as_quantity_of turns a numeric(14,3) into thousandths.
 */
int64
as_quantity_of(Datum number)
{
	return DatumGetInt64(DirectFunctionCall1(numeric_int8,
											 DirectFunctionCall2(numeric_mul, number,
																 NumericGetDatum(int64_to_numeric(QUANTITY_SCALE)))));
}

Datum
as_quantity_datum(int64 quantity)
{
	return NumericGetDatum(int64_div_fast_to_numeric(quantity, 3));
}

/*
 * as_quantity_fits tells whether a quantity has no more decimals than the part
 * says.
 */
bool
as_quantity_fits(const StockPart *part, int64 quantity)
{
	static const int64 step[] = {1000, 100, 10, 1};

	return quantity % step[part->decimals] == 0;
}

/*
 * as_quantity_text writes a quantity without idle zeros.
 */
char *
as_quantity_text(int64 quantity)
{
	return DatumGetCString(DirectFunctionCall1(numeric_out,
											   DirectFunctionCall1(numeric_trim_scale, as_quantity_datum(quantity))));
}

/*
 * as_is_self_timed tells whether that is the time of the statement's own
 * beginning, which nobody said.  Where others are later, the statement has
 * waited for them, and another attempt is after them.
 */
bool
as_is_self_timed(const AsStatement *st, TimestampTz at)
{
	return at == st->now && at == GetCurrentStatementStartTimestamp();
}

static char *
row_text(const int *column, const TicketRow *row, StockColumn col)
{
	return SNULL(row, column, col) ? NULL : TextDatumGetCString(SVAL(row, column, col));
}

static int64
row_id(const int *column, const TicketRow *row, StockColumn col)
{
	return SNULL(row, column, col) ? 0 : DatumGetInt64(SVAL(row, column, col));
}

/*
 * as_condition_of finds a condition by its name; false when there is none.
 */
bool
as_condition_of(const char *name, StockCondition *condition)
{
	int			i;

	for (i = 0; i < CONDITION_COUNT; i++)
		if (strcmp(name, as_condition_name[i]) == 0)
		{
			*condition = i;
			return true;
		}
	return false;
}

static StockCondition
row_condition(AsStatement *st, const int *column, const TicketRow *row, StockColumn col)
{
	const char *name = row_text(column, row, col);
	StockCondition condition;

	if (!as_condition_of(name, &condition))
		as_stock_refuse(st, ERRCODE_SV_UNKNOWN_VALUE, as_stock_column[col], NULL,
						psprintf(_("unknown condition \"%s\" of a part"), name), NULL,
						_("Conditions are good, defective, in_repair and scrap."));
	return condition;
}

/* The column's type keeps infinity out, but not NaN. */
static int64
row_quantity(AsStatement *st, const int *column, const TicketRow *row)
{
	Numeric		number = DatumGetNumeric(SVAL(row, column, SC_QUANTITY));
	int64		quantity = numeric_is_nan(number) ? 0 : as_quantity_of(NumericGetDatum(number));

	if (quantity <= 0)
		as_stock_refuse(st, ERRCODE_SV_UNKNOWN_VALUE, "quantity", NULL,
						_("a move takes more than nothing"), NULL,
						_("Give a quantity above 0; parts go the other way with the locations exchanged."));
	return quantity;
}

/*
 * as_stock_read reads a row that is in the table.  Strings are in the current
 * memory, or the cache's.  Errors: SV010 where it cannot be read as a move.
 */
void
as_stock_read(AsStatement *st, const int *column, const TicketRow *row, StockMove *m)
{
	memset(m, 0, sizeof(StockMove));
	m->move_id = row_id(column, row, SC_MOVE_ID);
	m->part = as_stock_part(st, row_text(column, row, SC_PART_NO));
	m->from = as_stock_location(st, row_text(column, row, SC_FROM_LOCATION));
	m->to = as_stock_location(st, row_text(column, row, SC_TO_LOCATION));
	if (m->part == NULL || m->from == NULL || m->to == NULL)
		elog(ERROR, "a move names a part or location that is not there");
	m->from_condition = row_condition(st, column, row, SC_FROM_CONDITION);
	m->to_condition = row_condition(st, column, row, SC_TO_CONDITION);
	m->owner = row_text(column, row, SC_OWNER);
	m->quantity = row_quantity(st, column, row);
	m->serial_no = row_text(column, row, SC_SERIAL_NO);
	m->ticket_id = row_id(column, row, SC_TICKET_ID);
	m->purpose = as_purpose_of(st, row_text(column, row, SC_PURPOSE));
	m->exchange_id = row_id(column, row, SC_EXCHANGE_ID);
	m->reversal_of = row_id(column, row, SC_REVERSAL_OF);
	m->happened_at = DatumGetTimestampTz(SVAL(row, column, SC_HAPPENED_AT));
}

/*
 * as_word writes a value for the last line of a refusal's detail: in double
 * quotes, those in it doubled, when it has blanks or such.
 */
const char *
as_word(const char *value)
{
	StringInfoData buf;

	if (value[0] != '\0' && strpbrk(value, " \t\n\"=") == NULL)
		return value;
	initStringInfo(&buf);
	appendStringInfoChar(&buf, '"');
	for (; *value != '\0'; value++)
	{
		if (*value == '"')
			appendStringInfoChar(&buf, '"');
		appendStringInfoChar(&buf, *value);
	}
	appendStringInfoChar(&buf, '"');
	return buf.data;
}

/*
 * as_stock_refuse raises what is wrong with a move.  column is the one at
 * fault, constraint what it offends; NULL for none.
 */
void
as_stock_refuse(const AsStatement *st, int sqlstate, const char *column, const char *constraint,
				const char *message, const char *detail, const char *hint)
{
	ereport(ERROR,
			(errcode(sqlstate),
			 errmsg_internal("%s", message),
			 errdetail_internal("%s%stable=stock_move%s%s", detail == NULL ? "" : detail,
								detail == NULL ? "" : "\n", column == NULL ? "" : " column=",
								column == NULL ? "" : column),
			 errhint("%s", hint),
			 err_generic_string(PG_DIAG_SCHEMA_NAME, st->desk->name),
			 err_generic_string(PG_DIAG_TABLE_NAME, "stock_move"),
			 column == NULL ? 0 : err_generic_string(PG_DIAG_COLUMN_NAME, column),
			 constraint == NULL ? 0 : err_generic_string(PG_DIAG_CONSTRAINT_NAME, constraint)));
	pg_unreachable();
}
