/*-------------------------------------------------------------------------
 *
 * count.c
 *	  Judges the rows of a desk's tables stock_count and stock_count_line:
 *	  freezes what the books say of a location, and posts what was found to
 *	  be different.
 *
 * Freezing needs a moment at which all that has been moved is in the books.
 * Every move holds its locations (FOR KEY SHARE, by its foreign keys) before
 * it reads or writes a balance, until its transaction ends.  A freeze locks the
 * location FOR UPDATE: it waits for the moves in flight, and later ones wait
 * for it.  It is as of an instant after it has got the lock, and no balance of
 * the location has been moved later.  It leaves that instant in last_at of all
 * of them, so a move that has waited, and is of before, finds that it comes too
 * late (stock_balance.c).
 *
 * Under REPEATABLE READ a snapshot may be older than the lock.  Writing last_at
 * then fails to serialize where a balance has been moved since, and a balance
 * that the snapshot lacks is found by counting.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "access/xact.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "money.h"
#include "slip.h"

/* What is to be done once the row is in the table; RowMeaning.about. */
enum
{
	COUNT_NOTHING, COUNT_FREEZE, COUNT_POST
};

/* Whether a query about this count finds something. */
static bool
finds(const RowJudgement *rj, PlanId plan)
{
	Datum		value = as_row_value(rj, "count_id");
	bool		found;

	SPI_connect();
	found = as_run_read(rj->j.desk, plan, &value) > 0;
	SPI_finish();
	return found;
}

/* ---------- freezing ---------- */

/* The present instant, of which the statement may have begun long ago. */
static TimestampTz
present(const AsStatement *st)
{
	return st->now == GetCurrentStatementStartTimestamp() ? GetCurrentTimestamp() : st->now;
}

static void
freeze(RowJudgement *rj)
{
	Datum		values[2];
	TimestampTz frozen_at;
	TimestampTz last_at;
	bool		is_counted;
	bool		isnull;

	values[0] = as_row_value(rj, "location");
	values[1] = as_row_value(rj, "count_id");
	SPI_connect();
	(void) as_run(rj->j.desk, PLAN_COUNT_LOCATION_LOCK, values, NULL, NULL);
	frozen_at = present(rj->j.st);
	(void) as_run_read(rj->j.desk, PLAN_COUNT_LOCATION, values);
	last_at = DatumGetTimestampTz(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	if (!isnull)
		frozen_at = Max(frozen_at, last_at);
	is_counted = DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull));
	SPI_finish();
	/* the differences of both would be booked */
	if (is_counted)
		as_row_refuse(rj, ERRCODE_SV_UNKNOWN_VALUE, "frozen_at",
					  psprintf(_("location \"%s\" is being counted already"), as_row_get_text(rj, "location")),
					  _("Another count of it is frozen, and neither posted nor cancelled."),
					  _("Post or cancel that count first."), NULL);
	as_row_put(rj, "frozen_at", TimestampTzGetDatum(frozen_at));
}

static void
freeze_lines(AsStatement *st, int64 count_id)
{
	Datum		value = Int64GetDatum(count_id);
	int			nlocked = as_run(st->desk, PLAN_COUNT_FREEZE, &value, NULL, "stock_balance");
	bool		isnull;

	(void) as_run_read(st->desk, PLAN_COUNT_BALANCES, &value);
	if (DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull)) != nlocked)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access due to concurrent update")));
	(void) as_run(st->desk, PLAN_COUNT_FREEZE_LINES, &value, NULL, "stock_count_line");
}

/* ---------- counts ---------- */

/*
 * as_policy_of_count returns the policy of a count: that of its location, where
 * it names none.
 */
char *
as_policy_of_count(RowJudgement *rj)
{
	char	   *policy = as_row_get_text(rj, "policy");
	const StockLocation *location = as_stock_location(rj->j.st, as_row_get_text(rj, "location"));

	if (location == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("there is no location \"%s\" on desk \"%s\"", as_row_get_text(rj, "location"),
						rj->j.desk->name),
				 errtableconstraint(rj->j.rel, "stock_count_location_fkey")));
	return policy != NULL || location->policy == NULL ? policy : pstrdup(location->policy);
}

static void
check_signing(const RowJudgement *rj)
{
	const char *column = as_signing_column(rj);

	if (rj->old == NULL || rj->old->nulls[as_row_index(rj, "frozen_at")])
		as_row_refuse(rj, ERRCODE_SV_UNKNOWN_VALUE, column, _("a count that is not frozen cannot be signed"), NULL,
					  _("Set frozen_at first, then count the lines that brings."), NULL);
	as_require_after(rj, column, "frozen_at");
	if (finds(rj, PLAN_COUNT_UNCOUNTED))
		as_row_refuse(rj, ERRCODE_SV_UNKNOWN_VALUE, column, _("a line of the count is not counted yet"), NULL,
					  _("Give every line a counted_quantity first, 0 for what is not there."), NULL);
}

/* What is different needs an approval, and the other side of its moves. */
static bool
has_differences(const RowJudgement *rj)
{
	if (!finds(rj, PLAN_COUNT_DIFFERS))
		return false;
	if (as_row_isnull(rj, "approved_at"))
		as_row_refuse(rj, ERRCODE_SV_NOT_APPROVED, "posted_at",
					  _("a count with differences is posted only when they are approved"), NULL,
					  _("Let somebody who has not signed approve them, in approved_at."), NULL);
	as_require_after(rj, "posted_at", "approved_at");
	if (!finds(rj, PLAN_COUNT_OTHER_SIDE))
		as_row_refuse(rj, ERRCODE_SV_UNKNOWN_VALUE, "posted_at",
					  _("the desk has no location for differences of counts"), NULL,
					  _("Insert an active stock_location of kind adjustment."), NULL);
	return true;
}

/* What may be counted, and by whose rules; the policy stands in the count, too. */
static void
check_location(RowJudgement *rj)
{
	const StockLocation *location = as_stock_location(rj->j.st, as_row_get_text(rj, "location"));

	if (!location->physical)
		as_row_refuse(rj, ERRCODE_SV_UNKNOWN_VALUE, "location",
					  psprintf(_("location \"%s\" cannot be counted"), location->location),
					  _("It is a virtual one: nothing lies there, and it keeps no balance."),
					  _("Count a location whose kind is physical."), NULL);
	/* nobody chooses the policy that judges what is found there */
	if (location->policy != NULL && strcmp(location->policy, rj->j.pv->policy) != 0)
		as_row_refuse(rj, ERRCODE_SV_UNKNOWN_VALUE, "policy",
					  _("the count is judged by the policy of its location"), NULL,
					  _("Leave policy out: it is the location's."), NULL);
	as_row_put(rj, "policy", CStringGetTextDatum(rj->j.pv->policy));
}

/*
 * as_judge_count judges a count.  Errors: SV004, SV005, SV008, SV010.
 */
void
as_judge_count(RowJudgement *rj)
{
	as_keep_column(rj, "location");
	as_keep_column(rj, "due_on");
	as_keep_column(rj, "policy");
	if (rj->old == NULL)
		check_location(rj);
	if (as_row_newly(rj, "store_signed_at") || as_row_newly(rj, "account_signed_at"))
		check_signing(rj);
	as_judge_signatures(rj);
	rj->about = COUNT_NOTHING;
	if (as_row_newly(rj, "posted_at") && has_differences(rj))
		rj->about = COUNT_POST;
	/* last, as it waits for moves */
	if (as_row_newly(rj, "frozen_at"))
	{
		freeze(rj);
		rj->about = COUNT_FREEZE;
	}
}

/*
 * as_carry_out_count freezes or posts a count, once its row is in the table.
 */
void
as_carry_out_count(AsStatement *st, const RowMeaning *m)
{
	MemoryContext old;
	StockPosting posting = {.count_id = m->id};

	if (m->about == COUNT_NOTHING)
		return;
	old = MemoryContextSwitchTo(st->rowcxt);
	if (m->about == COUNT_FREEZE)
		freeze_lines(st, m->id);
	else
		as_stock_post(st, PLAN_COUNT_POLICY, PLAN_COUNT_POST, &posting);
	MemoryContextSwitchTo(old);
	MemoryContextReset(st->rowcxt);
}

/* ---------- lines ---------- */

bool
as_join_count(RowJudgement *rj)
{
	return as_join_head(rj, "count_id", "stock_count", PLAN_COUNT_LOCK, "stock_count_line_count_fkey");
}

/*
 * as_judge_count_line judges what was counted.  Lines come with the freeze;
 * further ones are what was found besides.  Errors: SV004, SV010.
 */
void
as_judge_count_line(RowJudgement *rj)
{
	static const char *const fixed[] = {
		"count_id", "part_no", "condition", "owner", "serial_no", "book_quantity"
	};
	const SlipHead *head = rj->head;
	const StockPart *part;
	int			i;

	for (i = 0; i < lengthof(fixed); i++)
		as_keep_column(rj, fixed[i]);
	if (!head->is_frozen || head->is_signed || head->has_ended)
		as_row_refuse(rj, ERRCODE_SV_PROTECTED, NULL,
					  head->has_ended ? _("the lines of a count that has ended do not change") :
					  head->is_signed ? _("the lines of a count that is signed do not change") :
					  _("lines of a count are written after it is frozen"), NULL,
					  head->has_ended || head->is_signed ?
					  _("Cancel the count, if it is not posted, and open another one.") :
					  _("Set frozen_at of the count: that brings a line for all the books know."), NULL);
	if (rj->old == NULL && !as_row_isnull(rj, "book_quantity") && as_sign(as_row_value(rj, "book_quantity")) != 0)
		as_row_refuse(rj, ERRCODE_SV_PROTECTED, "book_quantity",
					  psprintf(_("column \"%s\" is written by triggers only"), "book_quantity"), NULL,
					  _("Leave it out: what the books do not know has 0."), NULL);
	part = as_line_part(rj, "counted_quantity");
	if (part != NULL && part->is_serialised && as_row_isnull(rj, "serial_no"))
		as_row_refuse(rj, ERRCODE_SV_UNKNOWN_VALUE, "serial_no",
					  psprintf(_("part \"%s\" is moved by serial number"), part->part_no), NULL,
					  _("Give serial_no, one piece a line."), NULL);
	/* for row guards; the table computes it anew */
	if (as_row_isnull(rj, "counted_quantity") || as_row_isnull(rj, "book_quantity"))
		as_row_put_null(rj, "difference");
	else
		as_row_put(rj, "difference", as_minus(as_row_value(rj, "counted_quantity"), as_row_value(rj, "book_quantity")));
	as_touch_head(rj, "count_id", PLAN_COUNT_TOUCH, "stock_count");
}
