/*-------------------------------------------------------------------------
 *
 * money.c
 *	  Arithmetic on numeric: money and quantities, never in floating point.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/numeric.h"

#include "money.h"

/* numeric(14,2) and numeric(12,3) */
#define MONEY_TYPMOD	(((14 << 16) | 2) + VARHDRSZ)
#define QUANTITY_TYPMOD (((12 << 16) | 3) + VARHDRSZ)

Datum
as_number(int64 n)
{
	return NumericGetDatum(int64_to_numeric(n));
}

Datum
as_plus(Datum a, Datum b)
{
	return DirectFunctionCall2(numeric_add, a, b);
}

Datum
as_minus(Datum a, Datum b)
{
	return DirectFunctionCall2(numeric_sub, a, b);
}

Datum
as_times(Datum a, Datum b)
{
	return DirectFunctionCall2(numeric_mul, a, b);
}

int
as_compare_numbers(Datum a, Datum b)
{
	return DatumGetInt32(DirectFunctionCall2(numeric_cmp, a, b));
}

Datum
as_lesser(Datum a, Datum b)
{
	return as_compare_numbers(a, b) <= 0 ? a : b;
}

Datum
as_greater(Datum a, Datum b)
{
	return as_compare_numbers(a, b) >= 0 ? a : b;
}

/*
 * as_sign returns -1, 0 or 1.
 */
int
as_sign(Datum a)
{
	return as_compare_numbers(a, as_number(0));
}

bool
as_is_finite(Datum a)
{
	return !numeric_is_nan(DatumGetNumeric(a)) && !numeric_is_inf(DatumGetNumeric(a));
}

/*
 * as_money rounds to two digits, half away from zero, and raises when there
 * are more than twelve before the point, as columns of money do.
 */
Datum
as_money(Datum a)
{
	return DirectFunctionCall2(numeric, a, Int32GetDatum(MONEY_TYPMOD));
}

/*
 * as_quantity rounds to the three digits that quantities have.
 */
Datum
as_quantity(Datum a)
{
	return DirectFunctionCall2(numeric, a, Int32GetDatum(QUANTITY_TYPMOD));
}

Datum
as_copy_number(Datum a)
{
	return datumCopy(a, false, -1);
}

/*
 * as_money_text returns money with its two digits.
 */
char *
as_money_text(Datum a)
{
	return DatumGetCString(DirectFunctionCall1(numeric_out, as_money(a)));
}

/*
 * as_number_text returns a quantity or a price without trailing zeros.
 */
char *
as_number_text(Datum a)
{
	return numeric_normalize(DatumGetNumeric(a));
}
