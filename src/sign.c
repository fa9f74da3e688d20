/*-------------------------------------------------------------------------
 *
 * sign.c
 *	  What slips and counts have in common: two keepers sign, and what they
 *	  have signed stays as it is.
 *
 * The row is locked (FOR NO KEY UPDATE) by whoever writes one of its lines,
 * and by every UPDATE.  So a line that is written and a signature meet there,
 * and the second sees what the first has done.  A line also moves the row,
 * without changing it: under REPEATABLE READ whoever signs or posts what his
 * snapshot does not show gets 40001.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "utils/builtins.h"
#include "utils/rel.h"

#include "slip.h"

/* A time, and who did it. */
static const char *const signature[][2] = {
	{"store_signed_at", "store_signed_by"},
	{"account_signed_at", "account_signed_by"},
	{"approved_at", "approved_by"},
	{"posted_at", "posted_by"}
};

/*
 * as_row_newly tells whether this write sets a time that was not set before.
 * Only counts have approved_at.
 */
bool
as_row_newly(const RowJudgement *rj, const char *column)
{
	int			i = SPI_fnumber(RelationGetDescr(rj->j.rel), column) - 1;

	return i >= 0 && !rj->r.row.nulls[i] && (rj->old == NULL || rj->old->nulls[i]);
}

/*
 * as_signing_column returns which signature this write sets, of two the
 * first; one of them it does.
 */
const char *
as_signing_column(const RowJudgement *rj)
{
	return as_row_newly(rj, "store_signed_at") ? "store_signed_at" : "account_signed_at";
}

/*
 * as_keep_column refuses another value than the one it has.
 */
void
as_keep_column(const RowJudgement *rj, const char *column)
{
	if (rj->old != NULL && as_row_changed(rj, column))
		as_row_refuse(rj, ERRCODE_SV_PROTECTED, column,
					  psprintf(_("column \"%s\" of table \"%s\" is fixed"), column, rj->table->name), NULL,
					  _("Insert a further row."), NULL);
}

/*
 * as_require_after refuses a new time that lies before another one of the row.
 */
void
as_require_after(const RowJudgement *rj, const char *column, const char *earlier)
{
	TimestampTz at;

	if (!as_row_newly(rj, column) || as_row_isnull(rj, earlier))
		return;
	at = DatumGetTimestampTz(as_row_value(rj, earlier));
	if (DatumGetTimestampTz(as_row_value(rj, column)) < at)
		as_row_refuse(rj, ERRCODE_SV_TIME_OUT_OF_ORDER, column, _("the reported time is out of order"),
					  psprintf(_("It lies before %s, the %s of this row."), timestamptz_to_str(at), earlier),
					  _("Report things in the order in which they happened."), NULL);
}

/*
 * as_is_signed tells whether one of the keepers has signed, with this write or
 * before it.
 */
bool
as_is_signed(const RowJudgement *rj, bool before)
{
	const TicketRow *row = before ? rj->old : &rj->r.row;

	return row != NULL &&
		(!row->nulls[as_row_index(rj, "store_signed_at")] || !row->nulls[as_row_index(rj, "account_signed_at")]);
}

/* ---------- who signs ---------- */

static bool
same_roles(const AsActor *a, const AsActor *b)
{
	int			i;

	for (i = 0; i < a->nroles; i++)
		if (!as_actor_has_role(b, 1, &a->roles[i]))
			return false;
	for (i = 0; i < b->nroles; i++)
		if (!as_actor_has_role(a, 1, &b->roles[i]))
			return false;
	return true;
}

static bool
same_person(const RowJudgement *rj, const char *a, const char *b)
{
	return !as_row_isnull(rj, a) && !as_row_isnull(rj, b) &&
		strcmp(as_row_get_text(rj, a), as_row_get_text(rj, b)) == 0;
}

/* Whoever keeps the goods does not keep the books of them. */
static void
check_keepers(const RowJudgement *rj, const char *column)
{
	if (as_row_isnull(rj, "store_signed_by") || as_row_isnull(rj, "account_signed_by"))
		return;
	if (same_person(rj, "store_signed_by", "account_signed_by"))
		as_row_refuse(rj, ERRCODE_SV_NOT_APPROVED, column,
					  _("one person may not sign both for the store and for the accounts"),
					  _("The other signature is of the same person."),
					  _("Let the other keeper sign."), NULL);
	if (same_roles(as_actor_of(rj->j.desk, as_row_get_text(rj, "store_signed_by")),
				   as_actor_of(rj->j.desk, as_row_get_text(rj, "account_signed_by"))))
		as_row_refuse(rj, ERRCODE_SV_NOT_APPROVED, column,
					  _("two persons in the same roles may not sign for the store and for the accounts"),
					  _("Whoever has signed first has the same roles in the desk's table staff_role."),
					  _("Let somebody in another role sign."), NULL);
}

static void
check_posting(const RowJudgement *rj)
{
	if (as_row_isnull(rj, "store_signed_at") || as_row_isnull(rj, "account_signed_at"))
		as_row_refuse(rj, ERRCODE_SV_NOT_APPROVED, "posted_at",
					  psprintf(_("a row of table \"%s\" is posted only with both signatures"), rj->table->name),
					  as_row_isnull(rj, "store_signed_at") && as_row_isnull(rj, "account_signed_at") ?
					  _("Nobody has signed.") :
					  as_row_isnull(rj, "store_signed_at") ? _("The keeper of the stock has not signed.") :
					  _("The keeper of the accounts has not signed."),
					  _("Let both keepers sign, in store_signed_at and account_signed_at."), NULL);
	as_require_after(rj, "posted_at", "store_signed_at");
	as_require_after(rj, "posted_at", "account_signed_at");
}

/* Who approves differences has not established them. */
static void
check_approval(const RowJudgement *rj)
{
	if (as_row_isnull(rj, "store_signed_at") || as_row_isnull(rj, "account_signed_at"))
		as_row_refuse(rj, ERRCODE_SV_NOT_APPROVED, "approved_at",
					  _("differences are approved after both keepers have signed"), NULL,
					  _("Let both keepers sign, in store_signed_at and account_signed_at."), NULL);
	if (same_person(rj, "approved_by", "store_signed_by") || same_person(rj, "approved_by", "account_signed_by"))
		as_row_refuse(rj, ERRCODE_SV_NOT_APPROVED, "approved_at",
					  _("whoever has signed may not approve the differences"),
					  _("A signature is of the same person."), _("Let somebody else approve them."), NULL);
	as_require_after(rj, "approved_at", "store_signed_at");
	as_require_after(rj, "approved_at", "account_signed_at");
}

/*
 * as_judge_signatures says of each signature this write brings whose it is,
 * and judges them.  Errors: SV005, SV008.
 */
void
as_judge_signatures(RowJudgement *rj)
{
	int			i;

	for (i = 0; i < lengthof(signature); i++)
		if (as_row_newly(rj, signature[i][0]))
			as_row_put(rj, signature[i][1], CStringGetTextDatum(as_actor(rj->j.st)->login));
	if (as_row_newly(rj, "store_signed_at") || as_row_newly(rj, "account_signed_at"))
		check_keepers(rj, as_row_newly(rj, "account_signed_at") ? "account_signed_at" : "store_signed_at");
	if (as_row_newly(rj, "approved_at"))
		check_approval(rj);
	if (as_row_newly(rj, "posted_at"))
		check_posting(rj);
}

/* ---------- lines ---------- */

/* As of the latest snapshot it may be there. */
static void
refuse_missing(const RowJudgement *rj, const char *table, PlanId lock, Datum id, const char *constraint)
{
	if (as_run_read(rj->j.desk, lock, &id) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access due to concurrent update")));
	ereport(ERROR,
			(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
			 errmsg("table \"%s\" of desk \"%s\" has no row %lld", table, rj->j.desk->name,
					(long long) DatumGetInt64(id)),
			 errtableconstraint(rj->j.rel, constraint)));
}

/*
 * as_join_head locks the row that a line belongs to, with which it is judged.
 * column names it in the line, table is where it stands, constraint the foreign
 * key to that.
 */
bool
as_join_head(RowJudgement *rj, const char *column, const char *table, PlanId lock, const char *constraint)
{
	MemoryContext cxt = CurrentMemoryContext;
	int			i = as_row_index(rj, column);
	const TicketRow *row = rj->old != NULL ? rj->old : &rj->r.row;
	SlipHead   *head = palloc0(sizeof(SlipHead));
	HeapTuple	tup;
	bool		isnull;

	/* refused by the column's NOT NULL */
	if (row->nulls[i])
		return false;
	SPI_connect();
	MemoryContextSwitchTo(cxt);
	if (as_run(rj->j.desk, lock, &row->values[i], NULL, NULL) == 0)
		refuse_missing(rj, table, lock, row->values[i], constraint);
	tup = SPI_tuptable->vals[0];
	head->policy = SPI_getvalue(tup, SPI_tuptable->tupdesc, 1);
	head->kind = SPI_getvalue(tup, SPI_tuptable->tupdesc, 2);
	head->ticket_id = DatumGetInt64(SPI_getbinval(tup, SPI_tuptable->tupdesc, 3, &isnull));
	head->is_frozen = DatumGetBool(SPI_getbinval(tup, SPI_tuptable->tupdesc, 4, &isnull));
	head->is_signed = DatumGetBool(SPI_getbinval(tup, SPI_tuptable->tupdesc, 5, &isnull));
	head->has_ended = DatumGetBool(SPI_getbinval(tup, SPI_tuptable->tupdesc, 6, &isnull));
	SPI_finish();
	rj->head = head;
	rj->j.ticket_id = head->ticket_id;
	return true;
}

/*
 * as_policy_of_head returns the policy of a line: that of what it belongs to.
 */
char *
as_policy_of_head(RowJudgement *rj)
{
	return ((SlipHead *) rj->head)->policy;
}

/*
 * as_touch_head moves the row that a line belongs to, once in a transaction.
 */
void
as_touch_head(const RowJudgement *rj, const char *column, PlanId touch, const char *table)
{
	Datum		value = as_row_value(rj, column);

	SPI_connect();
	(void) as_run(rj->j.desk, touch, &value, NULL, table);
	SPI_finish();
}
