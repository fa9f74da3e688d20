/*-------------------------------------------------------------------------
 *
 * account.c
 *	  What is owed on one charge: its credit lines and payments.
 *
 * Whoever charges, credits or pays holds the ticket's row, or, where a charge
 * belongs to no ticket, the charge's.  So two who pay one charge meet there,
 * and the second finds what the first has left.
 *
 * charge.settled_at is the one thing about a charge that changes.  It is set
 * once the rows of a statement are in the table.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "charge.h"
#include "money.h"

enum
{
	ACCOUNT_CHARGE = 1, ACCOUNT_TICKET, ACCOUNT_POLICY, ACCOUNT_RULE, ACCOUNT_KIND, ACCOUNT_ITEM,
	ACCOUNT_CURRENCY, ACCOUNT_PAYER, ACCOUNT_PAYEE, ACCOUNT_PARTY, ACCOUNT_PRICE, ACCOUNT_UNIT_PRICE,
	ACCOUNT_QUANTITY, ACCOUNT_NET, ACCOUNT_PAID, ACCOUNT_CREDIT, ACCOUNT_REFUNDED
};

static Datum
get_value(int col, bool *isnull)
{
	return SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, col, isnull);
}

static Datum
get_number(int col)
{
	bool		isnull;
	Datum		value = get_value(col, &isnull);

	return isnull ? (Datum) 0 : as_copy_number(value);
}

static char *
get_text(int col)
{
	return SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, col);
}

/*
 * Reads the charge of this id, or the one that the credit line of this id takes
 * back; false when there is none.
 */
static bool
load_account(AsStatement *st, int64 charge_id, Account *a)
{
	MemoryContext cxt = CurrentMemoryContext;
	Datum		value = Int64GetDatum(charge_id);
	bool		isnull;
	bool		found;

	memset(a, 0, sizeof(Account));
	SPI_connect();
	MemoryContextSwitchTo(cxt);
	found = as_run_read(st->desk, PLAN_ACCOUNT, &value) > 0;
	if (found)
	{
		a->charge_id = DatumGetInt64(get_value(ACCOUNT_CHARGE, &isnull));
		a->ticket_id = DatumGetInt64(get_value(ACCOUNT_TICKET, &isnull));
		a->policy = get_text(ACCOUNT_POLICY);
		a->rule = get_text(ACCOUNT_RULE);
		a->kind = get_text(ACCOUNT_KIND);
		a->item = get_text(ACCOUNT_ITEM);
		a->currency = get_text(ACCOUNT_CURRENCY);
		a->payer = get_text(ACCOUNT_PAYER);
		a->payee = get_text(ACCOUNT_PAYEE);
		a->party = get_text(ACCOUNT_PARTY);
		a->price_id = DatumGetInt64(get_value(ACCOUNT_PRICE, &isnull));
		a->has_price = !isnull;
		a->unit_price = get_number(ACCOUNT_UNIT_PRICE);
		a->quantity = get_number(ACCOUNT_QUANTITY);
		a->net = get_number(ACCOUNT_NET);
		a->open = as_minus(a->net, get_number(ACCOUNT_PAID));
		a->refundable = get_number(ACCOUNT_CREDIT);
		a->is_credit = a->refundable != 0;
		if (a->is_credit)
			a->refundable = as_minus(as_minus(as_number(0), a->refundable), get_number(ACCOUNT_REFUNDED));
	}
	SPI_finish();
	return found;
}

/*
 * as_charge_policy returns the policy of the charge that a column of a new row
 * names, and its ticket (0: none).  constraint is the column's foreign key.
 */
char *
as_charge_policy(RowJudgement *rj, const char *column, const char *constraint, int64 *ticket_id)
{
	MemoryContext cxt = CurrentMemoryContext;
	Datum		value = as_row_value(rj, column);
	char	   *policy;
	bool		isnull;

	SPI_connect();
	if (as_run_read(rj->j.desk, PLAN_CHARGE, &value) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("there is no charge %lld on desk \"%s\"", (long long) DatumGetInt64(value),
						rj->j.desk->name),
				 errtableconstraint(rj->j.rel, constraint)));
	*ticket_id = DatumGetInt64(get_value(1, &isnull));
	policy = MemoryContextStrdup(cxt, get_text(2));
	SPI_finish();
	return policy;
}

/*
 * as_take_ticket gives a row that is about a charge that charge's ticket.
 */
void
as_take_ticket(RowJudgement *rj, int64 ticket_id)
{
	if (!as_row_isnull(rj, "ticket_id") && DatumGetInt64(as_row_value(rj, "ticket_id")) != ticket_id)
		as_row_refuse(rj, ERRCODE_SV_UNKNOWN_VALUE, "ticket_id",
					  _("the charge is not one of that ticket"), NULL,
					  _("Leave ticket_id out: it is the charge's."), NULL);
	if (ticket_id != 0)
		as_row_put(rj, "ticket_id", Int64GetDatum(ticket_id));
}

/*
 * as_account_lock makes sure that nobody else credits or pays the account of
 * this charge or credit line, and reads it as it is then.
 */
void
as_account_lock(RowJudgement *rj, int64 charge_id, Account *a)
{
	Datum		value = Int64GetDatum(charge_id);
	bool		found = true;

	/* whose ticket we hold is ours */
	if (rj->ticket == NULL)
	{
		SPI_connect();
		found = as_run(rj->j.desk, PLAN_LOCK_CHARGE, &value, NULL, NULL) > 0;
		SPI_finish();
	}
	/* our snapshot may be older than the charge */
	if (!found)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access due to concurrent update")));
	if (!load_account(rj->j.st, charge_id, a))
		elog(ERROR, "charge %lld is gone", (long long) charge_id);
}

/*
 * as_account_settle says of a charge, after a row that leaves nothing open, and
 * of its credit lines, if nothing is to be paid back either, that it is settled.
 */
void
as_account_settle(AsStatement *st, const RowMeaning *m)
{
	MemoryContext old;
	Account		a;
	Datum		values[2];

	if (m->about == 0)
		return;
	/* further rows may have come after it */
	old = MemoryContextSwitchTo(st->rowcxt);
	if (load_account(st, m->about, &a) && as_sign(a.open) <= 0)
	{
		values[0] = Int64GetDatum(a.charge_id);
		values[1] = TimestampTzGetDatum(m->at);
		(void) as_run(st->desk, as_sign(a.open) == 0 ? PLAN_SETTLE : PLAN_SETTLE_CHARGE,
					  values, NULL, "charge");
	}
	MemoryContextSwitchTo(old);
	MemoryContextReset(st->rowcxt);
}

/*
 * as_refuse_charge raises that something may not be charged or paid (SV009).
 * rule and clauses are those of the charge rule.
 */
void
as_refuse_charge(const RowJudgement *rj, const char *rule, const char *clauses, const char *column,
				 const char *message, const char *detail, const char *hint)
{
	StringInfoData line;

	initStringInfo(&line);
	appendStringInfo(&line, "%s rule=%s", as_refusal_line(&rj->j, NULL, clauses), rule);
	if (column != NULL)
		appendStringInfo(&line, " column=%s", column);
	ereport(ERROR,
			(errcode(ERRCODE_SV_CHARGE_NOT_ALLOWED),
			 errmsg_internal("%s", message),
			 errdetail_internal("%s\n%s", detail, line.data),
			 errhint("%s", hint),
			 column == NULL ? errtable(rj->j.rel) :
			 errtablecol(rj->j.rel, as_row_index(rj, column) + 1),
			 err_generic_string(PG_DIAG_CONSTRAINT_NAME, rule)));
	pg_unreachable();
}
