/*-------------------------------------------------------------------------
 *
 * expression.h
 *	  Conditions and guards: SQL boolean expressions over a ticket.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AFTERSALES_EXPRESSION_H
#define AFTERSALES_EXPRESSION_H

#include "aftersales.h"
#include "policy.h"

/* Tells whether a bare name is an attribute, and of which type. */
typedef bool (*AttributeLookup) (void *arg, const char *name, AttributeType *type);

extern Node *as_expr_parse(Relation rel, const char *text, ExprKind kind,
						   AttributeLookup lookup, void *lookup_arg);
extern void as_expr_set_ticket(AsStatement *st, const TicketRow *row);
extern bool as_expr_holds(AsStatement *st, const PolicyVersion *pv, int expr);
extern bool as_expr_due(AsStatement *st, const PolicyVersion *pv, int expr, TimestampTz *due);
extern Bitmapset *as_expr_condition_columns(AsStatement *st, const PolicyType *pt,
											bool *reads_status);
extern void as_expr_free(AsCache *cache);

/* The ticket that guard functions read. */
typedef struct GuardTicket
{
	AsStatement *st;
	int64		ticket_id;
	TimestampTz at;
	struct GuardTicket *outer;
	const PolicyType *pt;
} GuardTicket;

extern GuardTicket *as_guard_ticket;

#endif							/* AFTERSALES_EXPRESSION_H */
