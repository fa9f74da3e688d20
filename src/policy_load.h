/*-------------------------------------------------------------------------
 *
 * policy_load.h
 *	  What the files that load policy rows share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AFTERSALES_POLICY_LOAD_H
#define AFTERSALES_POLICY_LOAD_H

#include "policy.h"

/* rows of a rule table %s by ticket type, those of every type included */
#define OF_TYPE \
	"FROM aftersales.ticket_type t JOIN aftersales.%s r" \
	" ON r.policy" EQ "t.policy AND r.version" EQ "t.version" \
	" AND (r.ticket_type IS NULL OR r.ticket_type" EQ "t.ticket_type)" \
	" WHERE t.policy" EQ "$1 AND t.version" EQ "$2"

/* policy_load.c */
extern int	as_load_query(const char *query, const PolicyVersion *pv);
extern char *as_load_text(MemoryContext cxt, int row, int col);
extern int	as_load_int(int row, int col);
extern bool as_load_list(MemoryContext cxt, int row, int col, TextList *list);
extern char *as_load_clauses(MemoryContext cxt, int row, int col);
extern int	as_rows_of_type(const char *ticket_type, int nrows, int *first);

/* record_load.c */
extern void as_policy_load_records(PolicyVersion *pv);

#endif							/* AFTERSALES_POLICY_LOAD_H */
