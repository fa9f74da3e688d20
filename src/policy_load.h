/*-------------------------------------------------------------------------
 *
 * policy_load.h
 *	  Reading policy rows: what the loaders of the rule tables share.
 *
 * The row functions read SPI_tuptable, rows and columns counted as SPI does
 * (rows from 0, columns from 1).
 *
 *-------------------------------------------------------------------------
 */
#ifndef AFTERSALES_POLICY_LOAD_H
#define AFTERSALES_POLICY_LOAD_H

#include "policy.h"

/* FROM and WHERE over the rows of a rule table that hold for each type */
#define OF_TYPE \
	"FROM aftersales.ticket_type t JOIN aftersales.%s r" \
	" ON r.policy" EQ "t.policy AND r.version" EQ "t.version" \
	" AND (r.ticket_type IS NULL OR r.ticket_type" EQ "t.ticket_type)" \
	" WHERE t.policy" EQ "$1 AND t.version" EQ "$2"

extern int	as_load_query(const char *query, const PolicyVersion *pv);
extern Datum as_load_datum(int row, int col, bool *isnull);
extern char *as_load_text(MemoryContext cxt, int row, int col);
extern int	as_load_int(int row, int col);
extern bool as_load_bool(int row, int col);
extern Interval *as_load_interval(MemoryContext cxt, int row, int col);
extern bool as_load_list(MemoryContext cxt, int row, int col, TextList *list);
extern char *as_load_clauses(MemoryContext cxt, int row, int col);
extern int	as_rows_of_type(const char *ticket_type, int nrows, int *first);
extern int	as_policy_add_expr(PolicyVersion *pv, const PolicyType *pt, ExprKind kind, char *text,
							   const char *name, const char *clauses);

/* clock_load.c */
extern void as_policy_load_rules(PolicyVersion *pv);

/* charge_load.c */
extern void as_policy_load_charges(PolicyVersion *pv);

/* record_load.c */
extern void as_policy_load_records(PolicyVersion *pv);

/* warranty_load.c */
extern void as_policy_load_warranty(PolicyVersion *pv);

#endif							/* AFTERSALES_POLICY_LOAD_H */
