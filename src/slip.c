/*-------------------------------------------------------------------------
 *
 * slip.c
 *	  Judges the rows of a desk's tables stock_slip and stock_slip_line, and
 *	  posts slips.
 *
 * A slip is drafted with its lines, signed by two keepers, and posted: then
 * its lines become moves of the ledger in one statement, all or none.  What a
 * line leaves out, its move fills in (stock_judge.c).
 *
 * A draft may be incomplete.  What can be known before it is posted is looked
 * at when the first keeper signs, since nothing can be put right afterwards.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "money.h"
#include "slip.h"

/* What a slip says, which its signatures cover. */
static const char *const slip_signed[] = {
	"number", "from_location", "to_location", "copies", "packing_list", "inspected_together",
	"handed_to", "external_ref"
};

/* ---------- what a line says ---------- */

/*
 * as_line_part returns the part of a line, after a look at its quantity, in
 * the column of that name, and at its serial number; NULL: the foreign key
 * refuses it.  Errors: SV010.
 */
const StockPart *
as_line_part(const RowJudgement *rj, const char *quantity)
{
	const StockPart *part = as_stock_part(rj->j.st, as_row_get_text(rj, "part_no"));
	Datum		value = as_row_value(rj, quantity);
	int64		thousandths;

	if (part == NULL)
		return NULL;
	if (!part->is_serialised && !as_row_isnull(rj, "serial_no"))
		as_row_refuse(rj, ERRCODE_SV_UNKNOWN_VALUE, "serial_no",
					  psprintf(_("part \"%s\" has no serial numbers"), part->part_no), NULL,
					  _("Leave serial_no out; part.is_serialised tells."), NULL);
	/* what is not finite is refused by the column's CHECK */
	if (as_row_isnull(rj, quantity) || !as_is_finite(value))
		return part;
	thousandths = as_quantity_of(value);
	if (!as_quantity_fits(part, thousandths))
		as_row_refuse(rj, ERRCODE_SV_UNKNOWN_VALUE, quantity,
					  psprintf(_("%s is no quantity of part \"%s\""), as_quantity_text(thousandths), part->part_no),
					  psprintf(_("Its quantities have %d decimals."), part->decimals),
					  _("Give a quantity in the part's unit (part.unit, part.decimals)."), NULL);
	if (part->is_serialised && thousandths > QUANTITY_SCALE)
		as_row_refuse(rj, ERRCODE_SV_UNKNOWN_VALUE, quantity, _("a serial number stands for one piece"), NULL,
					  _("Give each piece a line of its own."), NULL);
	return part;
}

static void
check_location(const RowJudgement *rj, const char *column)
{
	char	   *location = as_row_get_text(rj, column);

	if (location != NULL && as_stock_location(rj->j.st, location) == NULL)
		as_row_refuse(rj, ERRCODE_SV_UNKNOWN_VALUE, column, psprintf(_("there is no location \"%s\""), location), NULL,
					  _("Name a location of the desk's table stock_location."), NULL);
}

static void
check_condition(const RowJudgement *rj, const char *column)
{
	char	   *condition = as_row_get_text(rj, column);
	StockCondition known;

	if (condition != NULL && !as_condition_of(condition, &known))
		as_row_refuse(rj, ERRCODE_SV_UNKNOWN_VALUE, column, psprintf(_("\"%s\" is no condition of a part"), condition),
					  NULL, _("Known are: good, defective, in_repair, scrap."), NULL);
}

static void
check_purpose(const RowJudgement *rj)
{
	const StockPurpose *purpose = as_stock_purpose(as_row_get_text(rj, "purpose"));

	if (purpose == NULL)
		as_row_refuse(rj, ERRCODE_SV_UNKNOWN_VALUE, "purpose",
					  psprintf(_("unknown purpose \"%s\" of a move"), as_row_get_text(rj, "purpose")), NULL,
					  _("The view aftersales.stock_purpose lists the purposes."), NULL);
	if (purpose->id == PURPOSE_ADJUST)
		as_row_refuse(rj, ERRCODE_SV_PROTECTED, "purpose", _("only a count adjusts what the books say"), NULL,
					  _("Count the location (stock_count); posting the count makes the moves."), NULL);
}

/* ---------- lines ---------- */

static void
require_draft(const RowJudgement *rj)
{
	const SlipHead *head = rj->head;

	if (head->is_signed || head->has_ended)
		as_row_refuse(rj, ERRCODE_SV_PROTECTED, NULL,
					  head->has_ended ? _("the lines of a slip that has ended do not change") :
					  _("the lines of a slip that is signed do not change"), NULL,
					  _("Cancel the slip, if it is not posted, and draft another one."), NULL);
}

bool
as_join_slip(RowJudgement *rj)
{
	return as_join_head(rj, "slip_id", "stock_slip", PLAN_SLIP_LOCK, "stock_slip_line_slip_fkey");
}

/*
 * as_judge_slip_line judges a line of a slip.  Errors: SV004, SV010.
 */
void
as_judge_slip_line(RowJudgement *rj)
{
	const SlipHead *head = rj->head;

	as_keep_column(rj, "slip_id");
	require_draft(rj);
	as_row_put(rj, "slip_kind", CStringGetTextDatum(head->kind));
	check_purpose(rj);
	check_location(rj, "from_location");
	check_location(rj, "to_location");
	check_condition(rj, "from_condition");
	check_condition(rj, "to_condition");
	(void) as_line_part(rj, "quantity");
	as_touch_head(rj, "slip_id", PLAN_SLIP_TOUCH, "stock_slip");
}

/*
 * as_remove_slip_line judges that a line is deleted.  Errors: SV004.
 */
void
as_remove_slip_line(RowJudgement *rj)
{
	require_draft(rj);
	as_touch_head(rj, "slip_id", PLAN_SLIP_TOUCH, "stock_slip");
}

/* ---------- slips ---------- */

enum
{
	LINE_NO = 1, LINE_PURPOSE, LINE_PART, LINE_SERIAL, LINE_FROM, LINE_TO, LINE_FROM_CONDITION, LINE_TO_CONDITION
};

static void
refuse_line(const RowJudgement *rj, const char *column, const char *line_no, const char *detail)
{
	as_row_refuse(rj, ERRCODE_SV_UNKNOWN_VALUE, column,
				  psprintf(_("line %s of the slip is not complete, or not as its purpose asks"), line_no), detail,
				  _("Correct the line before the slip is signed."), NULL);
}

/* The location a line names, or that of the slip. */
static const StockLocation *
line_location(const RowJudgement *rj, char *location, const char *column)
{
	if (location == NULL)
		location = as_row_get_text(rj, column);
	return location == NULL ? NULL : as_stock_location(rj->j.st, location);
}

/* Whether a line can become a move, as far as that does not hang on what is there. */
static void
check_line(const RowJudgement *rj, const char *column, HeapTuple tup, TupleDesc tupdesc)
{
	char	   *line_no = SPI_getvalue(tup, tupdesc, LINE_NO);
	char	   *serial_no = SPI_getvalue(tup, tupdesc, LINE_SERIAL);
	char	   *from_condition = SPI_getvalue(tup, tupdesc, LINE_FROM_CONDITION);
	char	   *to_condition = SPI_getvalue(tup, tupdesc, LINE_TO_CONDITION);
	StockMove	m;
	const char *policy;
	char	   *misfit;

	memset(&m, 0, sizeof(m));
	m.part = as_stock_part(rj->j.st, SPI_getvalue(tup, tupdesc, LINE_PART));
	m.purpose = as_stock_purpose(SPI_getvalue(tup, tupdesc, LINE_PURPOSE));
	m.from = line_location(rj, SPI_getvalue(tup, tupdesc, LINE_FROM), "from_location");
	m.to = line_location(rj, SPI_getvalue(tup, tupdesc, LINE_TO), "to_location");
	if (m.part == NULL || m.purpose == NULL)
		elog(ERROR, "a line names a part or purpose that is not there");
	if (m.from == NULL || m.to == NULL)
		refuse_line(rj, column, line_no, m.from == NULL ?
					_("Neither the line nor the slip says where the parts come from.") :
					_("Neither the line nor the slip says where the parts go to."));
	/* nobody chooses the policy that judges what a place gives */
	policy = as_place_policy(&m);
	if (rj->ticket == NULL && policy != NULL && strcmp(policy, rj->j.pv->policy) != 0)
		refuse_line(rj, column, line_no, psprintf(_("Moves there are judged by policy \"%s\", not by that of the slip."), policy));
	if (m.part->is_serialised && serial_no == NULL)
		refuse_line(rj, column, line_no, psprintf(_("Part \"%s\" is moved by serial number."), m.part->part_no));
	m.from_condition = as_purpose_condition(m.purpose);
	if (from_condition != NULL)
		(void) as_condition_of(from_condition, &m.from_condition);
	m.to_condition = m.from_condition;
	if (to_condition != NULL)
		(void) as_condition_of(to_condition, &m.to_condition);
	misfit = as_purpose_misfit(&m);
	if (misfit == NULL && m.from == m.to && m.from_condition == m.to_condition)
		misfit = _("The parts change neither their place nor their condition.");
	if (misfit != NULL)
		refuse_line(rj, column, line_no, misfit);
}

/* What the first keeper signs must be complete. */
static void
check_lines(const RowJudgement *rj)
{
	const char *column = as_signing_column(rj);
	MemoryContext cxt = CurrentMemoryContext;
	Datum		value = as_row_value(rj, "slip_id");
	SPITupleTable *table;
	int			n;
	int			i;

	SPI_connect();
	MemoryContextSwitchTo(cxt);
	n = as_run_read(rj->j.desk, PLAN_SLIP_LINES, &value);
	table = SPI_tuptable;
	if (n == 0)
		as_row_refuse(rj, ERRCODE_SV_UNKNOWN_VALUE, column, _("a slip without lines cannot be signed"), NULL,
					  _("Insert its lines into stock_slip_line first."), NULL);
	for (i = 0; i < n; i++)
		check_line(rj, column, table->vals[i], table->tupdesc);
	SPI_finish();
}

/* The policy that judges its lines and its moves stands in the slip, too. */
static void
take_policy(RowJudgement *rj)
{
	char	   *policy = as_row_get_text(rj, "policy");

	if (policy != NULL && strcmp(policy, rj->j.pv->policy) != 0)
		as_row_refuse(rj, ERRCODE_SV_UNKNOWN_VALUE, "policy",
					  _("the slip is judged by the policy of its ticket"), NULL,
					  _("Leave policy out: it is the ticket's."), NULL);
	as_row_put(rj, "policy", CStringGetTextDatum(rj->j.pv->policy));
}

/*
 * as_judge_slip judges a slip.  Errors: SV004, SV005, SV008, SV010.
 */
void
as_judge_slip(RowJudgement *rj)
{
	int			i;

	as_keep_column(rj, "policy");
	as_keep_column(rj, "kind");
	take_policy(rj);
	for (i = 0; i < lengthof(slip_signed) && as_is_signed(rj, true); i++)
		if (as_row_changed(rj, slip_signed[i]))
			as_row_refuse(rj, ERRCODE_SV_PROTECTED, slip_signed[i],
						  psprintf(_("column \"%s\" of a slip that is signed does not change"), slip_signed[i]), NULL,
						  _("Cancel the slip and draft another one."), NULL);
	if (as_is_signed(rj, false) && !as_is_signed(rj, true))
		check_lines(rj);
	as_judge_signatures(rj);
	rj->about = as_row_newly(rj, "posted_at");
}

/*
 * as_post_slip makes the moves of a slip, once it stands in the table as posted.
 */
void
as_post_slip(AsStatement *st, const RowMeaning *m)
{
	MemoryContext old;
	StockPosting posting = {.slip_id = m->id};

	if (m->about == 0)
		return;
	old = MemoryContextSwitchTo(st->rowcxt);
	as_stock_post(st, PLAN_SLIP_POLICY, PLAN_SLIP_POST, &posting);
	MemoryContextSwitchTo(old);
	MemoryContextReset(st->rowcxt);
}
