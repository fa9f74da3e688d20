/*-------------------------------------------------------------------------
 *
 * contract.c
 *	  Customer, contract and unit of a ticket: what follows from one of them
 *	  when the ticket is opened, and whether they belong together.
 *
 * Entitlement is that of the opening: the contract in force on its local day.
 * Later writes fill nothing in; what they change must fit together still.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "utils/builtins.h"
#include "utils/rel.h"

#include "event.h"
#include "warranty.h"
#include "worktime.h"

static const TicketColumn party[] = {TC_CUSTOMER_ID, TC_CONTRACT_ID, TC_UNIT_ID};

/* What customer, contract and unit say; ids are 0, texts NULL where they do not. */
typedef struct Entitlement
{
	int64		unit_id;
	char	   *unit_policy;
	int64		unit_customer;
	char	   *product_line;
	int64		contract_id;
	int64		contract_customer;
	char	   *contract_policy;
	char	   *contract_tier;
	bool		misses_unit;	/* the contract is for certain other units */
	char	   *area;
	char	   *customer_tier;
} Entitlement;

static int64
id_of(const Judgement *j, TicketColumn col)
{
	return TNULL(j->desk, j->new, col) ? 0 : DatumGetInt64(TVAL(j->desk, j->new, col));
}

/* Whether a row names any of the three (and, in a change, a new one). */
static bool
is_concerned(const Judgement *j)
{
	int			i;

	for (i = 0; i < lengthof(party); i++)
		if (!TNULL(j->desk, j->new, party[i]) &&
			(j->old == NULL || as_column_changed(j->desk, j->old, j->new, j->desk->attno[party[i]] - 1)))
			return true;
	return false;
}

/* ---------- reading ---------- */

static char *
read_text(MemoryContext cxt, int col)
{
	char	   *value = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, col);

	return value == NULL ? NULL : MemoryContextStrdup(cxt, value);
}

static int64
read_id(int col)
{
	bool		isnull;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, col, &isnull);

	return isnull ? 0 : DatumGetInt64(value);
}

/* In this and what follows the caller is connected to SPI; cxt is the result's. */
static void
read_unit(const Judgement *j, MemoryContext cxt, Entitlement *e)
{
	Datum		value = Int64GetDatum(e->unit_id);

	if (e->unit_id == 0 || as_run(j->desk, PLAN_UNIT, &value, NULL, NULL) == 0)
		return;
	e->unit_policy = read_text(cxt, 1);
	e->unit_customer = read_id(2);
	e->product_line = read_text(cxt, 3);
}

static void
take_contract(MemoryContext cxt, Entitlement *e)
{
	e->contract_id = read_id(1);
	e->contract_customer = read_id(2);
	e->contract_policy = read_text(cxt, 3);
	e->contract_tier = read_text(cxt, 4);
}

/* The contract that the row names. */
static void
read_contract(const Judgement *j, MemoryContext cxt, DateADT day, Entitlement *e)
{
	Datum		values[3];
	char		nulls[] = "   ";
	bool		isnull;

	values[0] = Int64GetDatum(e->contract_id);
	values[1] = Int64GetDatum(e->unit_id);
	nulls[1] = e->unit_id == 0 ? 'n' : ' ';
	values[2] = DateADTGetDatum(day);
	if (as_run(j->desk, PLAN_CONTRACT, values, nulls, NULL) == 0)
		return;
	take_contract(cxt, e);
	e->misses_unit = DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 5, &isnull));
}

/* The contract in force that covers the unit, else the customer's only one. */
static void
find_contract(const Judgement *j, MemoryContext cxt, DateADT day, int64 customer_id, Entitlement *e)
{
	Datum		values[4];
	char		nulls[] = "    ";
	int			n;
	bool		isnull;

	values[0] = Int64GetDatum(e->unit_id);
	nulls[0] = e->unit_id == 0 ? 'n' : ' ';
	values[1] = Int64GetDatum(customer_id);
	nulls[1] = customer_id == 0 ? 'n' : ' ';
	values[2] = DateADTGetDatum(day);
	values[3] = CStringGetTextDatum(j->pv->policy);
	n = as_run(j->desk, PLAN_CONTRACT_FOUND, values, nulls, NULL);
	if (n == 0)
		return;
	/* 0: by the unit */
	if (n == 1 ||
		DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 5, &isnull)) == 0)
		take_contract(cxt, e);
}

static void
read_customer(const Judgement *j, MemoryContext cxt, int64 customer_id, Entitlement *e)
{
	Datum		value = Int64GetDatum(customer_id);

	if (customer_id == 0 || as_run(j->desk, PLAN_CUSTOMER, &value, NULL, NULL) == 0)
		return;
	e->area = read_text(cxt, 1);
	e->customer_tier = read_text(cxt, 2);
}

/* ---------- judging ---------- */

static void
refuse(const Judgement *j, TicketColumn col, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_SV_UNKNOWN_VALUE),
			 errmsg("customer, contract and unit of ticket %lld do not belong together",
					(long long) j->ticket_id),
			 errdetail_internal("%s\n%s column=%s", detail, as_refusal_line(j, NULL, ""), as_ticket_column[col]),
			 errhint("Name those that belong together, or leave out at opening what follows from the others."),
			 errtablecol(j->rel, j->desk->attno[col])));
}

/* An id, or a policy, that is not known contradicts nothing. */
static void
check(const Judgement *j, const Entitlement *e)
{
	int64		customer_id = id_of(j, TC_CUSTOMER_ID);

	if (e->unit_customer != 0 && customer_id != 0 && e->unit_customer != customer_id)
		refuse(j, TC_UNIT_ID, _("The unit is another customer's."));
	if (e->contract_customer != 0 && customer_id != 0 && e->contract_customer != customer_id)
		refuse(j, TC_CONTRACT_ID, _("The contract is another customer's."));
	if (e->contract_customer != 0 && e->unit_customer != 0 && e->contract_customer != e->unit_customer)
		refuse(j, TC_CONTRACT_ID, _("The contract is not of the customer who owns the unit."));
	if (e->misses_unit)
		refuse(j, TC_CONTRACT_ID, _("The contract lists the units that it covers, and this is none of them."));
	if (e->contract_policy != NULL && strcmp(e->contract_policy, j->pv->policy) != 0)
		refuse(j, TC_CONTRACT_ID, _("The contract is for tickets of another policy."));
	if (e->unit_policy != NULL && strcmp(e->unit_policy, j->pv->policy) != 0)
		refuse(j, TC_UNIT_ID, _("The unit is under another policy."));
}

static void
fill_id(Judgement *j, TicketColumn col, int64 id)
{
	if (id == 0 || !TNULL(j->desk, j->new, col))
		return;
	TVAL(j->desk, j->new, col) = Int64GetDatum(id);
	TNULL(j->desk, j->new, col) = false;
}

static void
fill_text(Judgement *j, TicketColumn col, const char *text)
{
	if (text == NULL || !TNULL(j->desk, j->new, col))
		return;
	TVAL(j->desk, j->new, col) = CStringGetTextDatum(text);
	TNULL(j->desk, j->new, col) = false;
}

/*
 * as_fill_entitlement gives a ticket that is opened at an instant what follows
 * from its customer, contract or unit, where the writer leaves it out.
 * Errors: SV010, when these do not belong together.
 */
void
as_fill_entitlement(Judgement *j, TimestampTz at)
{
	MemoryContext cxt = CurrentMemoryContext;
	Entitlement e = {0};
	DateADT		day;

	if (!is_concerned(j))
		return;
	day = as_local_day(at, j->pv->tz) - POSTGRES_EPOCH_JDATE;
	e.unit_id = id_of(j, TC_UNIT_ID);
	e.contract_id = id_of(j, TC_CONTRACT_ID);
	SPI_connect();
	read_unit(j, cxt, &e);
	fill_id(j, TC_CUSTOMER_ID, e.unit_customer);
	if (e.contract_id != 0)
		read_contract(j, cxt, day, &e);
	else
		find_contract(j, cxt, day, id_of(j, TC_CUSTOMER_ID), &e);
	fill_id(j, TC_CONTRACT_ID, e.contract_id);
	fill_id(j, TC_CUSTOMER_ID, e.contract_customer);
	read_customer(j, cxt, id_of(j, TC_CUSTOMER_ID), &e);
	SPI_finish();
	check(j, &e);
	fill_text(j, TC_TIER, e.contract_tier);
	fill_text(j, TC_TIER, e.customer_tier);
	fill_text(j, TC_AREA, e.area);
	fill_text(j, TC_PRODUCT_LINE, e.product_line);
}

/*
 * as_check_entitlement refuses a change after which customer, contract and unit
 * of a ticket do not belong together (SV010).
 */
void
as_check_entitlement(Judgement *j)
{
	MemoryContext cxt = CurrentMemoryContext;
	Entitlement e = {0};

	if (!is_concerned(j))
		return;
	e.unit_id = id_of(j, TC_UNIT_ID);
	e.contract_id = id_of(j, TC_CONTRACT_ID);
	SPI_connect();
	read_unit(j, cxt, &e);
	if (e.contract_id != 0)
		read_contract(j, cxt, as_local_day(DatumGetTimestampTz(TVAL(j->desk, j->old, TC_OPENED_AT)),
										   j->pv->tz) - POSTGRES_EPOCH_JDATE, &e);
	SPI_finish();
	check(j, &e);
}
