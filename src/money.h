/*-------------------------------------------------------------------------
 *
 * money.h
 *	  Arithmetic on numeric: money and quantities, never in floating point.
 *
 * Results are allocated in the current memory context.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AFTERSALES_MONEY_H
#define AFTERSALES_MONEY_H

#include "aftersales.h"

extern Datum as_number(int64 n);
extern Datum as_plus(Datum a, Datum b);
extern Datum as_minus(Datum a, Datum b);
extern Datum as_times(Datum a, Datum b);
extern Datum as_lesser(Datum a, Datum b);
extern Datum as_greater(Datum a, Datum b);
extern int	as_compare_numbers(Datum a, Datum b);
extern int	as_sign(Datum a);
extern bool as_is_finite(Datum a);
extern Datum as_money(Datum a);
extern Datum as_quantity(Datum a);
extern Datum as_copy_number(Datum a);
extern char *as_money_text(Datum a);
extern char *as_number_text(Datum a);

#endif							/* AFTERSALES_MONEY_H */
