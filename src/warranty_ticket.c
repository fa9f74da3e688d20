/*-------------------------------------------------------------------------
 *
 * warranty_ticket.c
 *	  The warranty of a ticket: when it is judged, by which facts, and who may
 *	  change what was judged before.
 *
 * A ticket is classified once its unit and the time and cause of the fault
 * are known, by its own policy version.  The class then follows what it was
 * judged by: when one of these changes it is judged anew, and a result that
 * differs is a reclassification, for which the policy may ask a role.  When
 * the data of the unit change nothing happens until somebody asks
 * (reclassify() in warranty_function.c).
 *
 * The five columns change together, as one event changed:warranty_class.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "utils/builtins.h"

#include "event.h"
#include "reader.h"
#include "warranty.h"
#include "worktime.h"

const TicketColumn as_warranty_column[WARRANTY_COLUMNS] = {
	TC_WARRANTY_CLASS, TC_COVERS, TC_REMEDIES, TC_WARRANTY_UNTIL, TC_WARRANTY_BASIS
};

/* what a ticket's class is judged by, the first three at least */
#define NEEDED 3
static const TicketColumn input[] = {
	TC_UNIT_ID, TC_FAULT_AT, TC_FAULT_CAUSE, TC_COMPONENT, TC_FAULT_CODE
};

/* ---------- the facts ---------- */

static bool
read_date(int col, DateADT *day)
{
	bool		isnull;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, col, &isnull);

	*day = isnull ? 0 : DatumGetDateADT(value);
	return !isnull;
}

static char *
read_text(MemoryContext cxt, int col)
{
	char	   *value = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, col);

	return value == NULL ? NULL : MemoryContextStrdup(cxt, value);
}

/* A read as the triggers do it, or for somebody who asks, with his rights. */
static int
read_rows(const AsDesk *desk, bool as_asked, PlanId plan, Datum *values)
{
	return as_asked ? as_run_asked(desk, plan, values, NULL) : as_run(desk, plan, values, NULL, NULL);
}

/*
 * as_warranty_unit reads what is known of a unit, and its policy.  Returns
 * false when there is no such unit.
 */
bool
as_warranty_unit(const AsDesk *desk, int64 unit_id, bool as_asked, WarrantyUnit *unit, char **policy)
{
	MemoryContext cxt = CurrentMemoryContext;
	Datum		value = Int64GetDatum(unit_id);
	bool		found;

	memset(unit, 0, sizeof(*unit));
	SPI_connect();
	found = read_rows(desk, as_asked, PLAN_UNIT, &value) > 0;
	if (found)
	{
		if (policy != NULL)
			*policy = read_text(cxt, 1);
		unit->product_line = read_text(cxt, 3);
		unit->has_invoice = read_date(4, &unit->invoice_date);
		unit->has_delivery = read_date(5, &unit->delivered_on);
		unit->has_onsite = read_date(6, &unit->onsite_until);
	}
	SPI_finish();
	return found;
}

/*
 * as_warranty_part finds out whether the component at fault is a replacement,
 * where the policy has terms for such parts.
 */
void
as_warranty_part(const AsDesk *desk, const PolicyVersion *pv, int64 unit_id, bool as_asked,
				 const WarrantyFault *fault, WarrantyUnit *unit)
{
	Datum		values[3];

	if (!pv->warranty->has_part_terms || fault->component == NULL)
		return;
	values[0] = Int64GetDatum(unit_id);
	values[1] = CStringGetTextDatum(fault->component);
	values[2] = DateADTGetDatum(fault->day);
	SPI_connect();
	if (read_rows(desk, as_asked, PLAN_UNIT_PART, values) > 0)
		unit->has_part = read_date(1, &unit->installed_on);
	SPI_finish();
}

/*
 * as_fault_day returns the local day of a fault.
 */
DateADT
as_fault_day(const PolicyVersion *pv, TimestampTz at)
{
	if (TIMESTAMP_NOT_FINITE(at))
		ereport(ERROR,
				(errcode(ERRCODE_SV_TIME_OUT_OF_ORDER),
				 errmsg("a fault cannot arise at infinity"),
				 errhint("Give the time at which it arose, or leave fault_at out."),
				 err_generic_string(PG_DIAG_COLUMN_NAME, "fault_at")));
	return as_local_day(at, pv->tz) - POSTGRES_EPOCH_JDATE;
}

/* ---------- the columns ---------- */

static void
put(const AsDesk *desk, TicketRow *row, TicketColumn col, bool isnull, Datum value)
{
	TVAL(desk, row, col) = isnull ? (Datum) 0 : value;
	TNULL(desk, row, col) = isnull;
}

static Datum
cover_list(int covers)
{
	char	   *names[COVER_COUNT];
	TextList	list = {0, names};
	int			k;

	for (k = 0; k < COVER_COUNT; k++)
		if ((covers & (1 << k)) != 0)
			names[list.n++] = unconstify(char *, as_cover_name[k]);
	return as_text_list(&list);
}

/* Gives a row the judgement; only the basis where that could not be made. */
static void
put_warranty(const AsDesk *desk, TicketRow *row, const Warranty *w)
{
	bool		unknown = w->warranty_class == NULL;

	put(desk, row, TC_WARRANTY_CLASS, unknown, unknown ? 0 : CStringGetTextDatum(w->warranty_class));
	put(desk, row, TC_COVERS, unknown, unknown ? 0 : cover_list(w->covers));
	put(desk, row, TC_REMEDIES, unknown, unknown ? 0 : as_text_list(&w->remedies));
	put(desk, row, TC_WARRANTY_UNTIL, unknown, DateADTGetDatum(w->until));
	put(desk, row, TC_WARRANTY_BASIS, w->basis == NULL,
		w->basis == NULL ? 0 : CStringGetTextDatum(w->basis));
}

/* The first of the columns that must be known and is not; TC_COUNT: none. */
static TicketColumn
missing_input(const AsDesk *desk, const TicketRow *row)
{
	int			i;

	for (i = 0; i < NEEDED; i++)
		if (TNULL(desk, row, input[i]))
			return input[i];
	return TC_COUNT;
}

/*
 * as_warranty_of_row judges a ticket's warranty by what stands in its row, and
 * puts the result there.
 */
void
as_warranty_of_row(AsStatement *st, const PolicyVersion *pv, TicketRow *row)
{
	const AsDesk *desk = st->desk;
	TicketColumn missing = missing_input(desk, row);
	WarrantyFault fault = {0};
	WarrantyUnit unit;
	Warranty	w = {0};
	int64		unit_id;

	if (missing != TC_COUNT)
	{
		/* what was told by it does not hold any more */
		if (!TNULL(desk, row, TC_WARRANTY_CLASS))
			w.basis = psprintf("%s is not known any more", as_ticket_column[missing]);
		put_warranty(desk, row, &w);
		return;
	}
	unit_id = DatumGetInt64(TVAL(desk, row, TC_UNIT_ID));
	fault.ticket_id = DatumGetInt64(TVAL(desk, row, TC_TICKET_ID));
	fault.at = DatumGetTimestampTz(TVAL(desk, row, TC_FAULT_AT));
	fault.day = as_fault_day(pv, fault.at);
	fault.cause = as_row_text(desk, row, TC_FAULT_CAUSE);
	fault.component = as_row_text(desk, row, TC_COMPONENT);
	fault.code = as_row_text(desk, row, TC_FAULT_CODE);
	/* without a unit the foreign key will refuse the row */
	if (as_warranty_unit(desk, unit_id, false, &unit, NULL))
	{
		as_warranty_part(desk, pv, unit_id, false, &fault, &unit);
		as_warranty_judge(st, pv, &unit, &fault, &w);
	}
	put_warranty(desk, row, &w);
}

/*
 * as_warranty_differs tells whether a ticket that was classified is classified
 * otherwise now.  The basis alone makes no difference.
 */
bool
as_warranty_differs(const AsDesk *desk, const TicketRow *old, const TicketRow *new)
{
	int			i;

	if (TNULL(desk, old, TC_WARRANTY_CLASS))
		return false;
	for (i = 0; i < WARRANTY_COLUMNS; i++)
		if (as_warranty_column[i] != TC_WARRANTY_BASIS &&
			as_column_changed(desk, old, new, desk->attno[as_warranty_column[i]] - 1))
			return true;
	return false;
}

static bool
input_changed(const Judgement *j)
{
	int			i;

	for (i = 0; i < lengthof(input); i++)
		if (as_column_changed(j->desk, j->old, j->new, j->desk->attno[input[i]] - 1))
			return true;
	return false;
}

/*
 * as_judge_warranty classifies a ticket that is written, where there is
 * anything to classify.  Errors: SV003, SV011.
 */
void
as_judge_warranty(Judgement *j)
{
	if (j->pv->warranty == NULL || j->st->is_touch)
		return;
	if (j->old == NULL || !input_changed(j))
	{
		if (missing_input(j->desk, j->new) != TC_COUNT || !TNULL(j->desk, j->new, TC_WARRANTY_CLASS))
			return;
	}
	as_warranty_of_row(j->st, j->pv, j->new);
	if (j->old != NULL && as_warranty_differs(j->desk, j->old, j->new))
		as_require_event_role(j, "changed:warranty_class");
}
