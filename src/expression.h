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

/* What an expression of kind EXPR_AMOUNT may name besides the ticket: numerics. */
typedef enum AmountName
{
	AMOUNT_UNIT_PRICE, AMOUNT_COST_PRICE, AMOUNT_QUANTITY, AMOUNT_DAYS,
	AMOUNT_COUNT
} AmountName;

typedef struct AmountInput
{
	Datum		value[AMOUNT_COUNT];	/* numeric */
	bool		is_known[AMOUNT_COUNT];
} AmountInput;

extern Node *as_expr_parse(Relation ticket, Relation row, const char *text, ExprKind kind,
						   AttributeLookup lookup, void *lookup_arg);
extern void as_expr_set_ticket(AsStatement *st, const TicketRow *row);
extern void as_expr_set_row(AsStatement *st, Relation rel, const TicketRow *new,
							const TicketRow *old);
extern bool as_expr_holds(AsStatement *st, const PolicyVersion *pv, int expr);
extern bool as_expr_amount(AsStatement *st, const PolicyVersion *pv, int expr,
						   const AmountInput *in, Datum *amount);
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
