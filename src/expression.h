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
extern bool as_expr_asks(AsStatement *st, const PolicyVersion *pv, int expr);
extern bool as_expr_holds(AsStatement *st, const PolicyVersion *pv, int expr);
extern bool as_expr_amount(AsStatement *st, const PolicyVersion *pv, int expr,
						   const AmountInput *in, Datum *amount);
extern bool as_expr_due(AsStatement *st, const PolicyVersion *pv, int expr, TimestampTz *due);
extern Bitmapset *as_expr_condition_columns(AsStatement *st, const PolicyType *pt,
											bool *reads_status);
extern void as_expr_free(AsCache *cache);

/* Of which policy row an expression is. */
typedef struct ExprPlace
{
	char	   *policy;
	int			version;
	char	   *ticket_type;	/* NULL: any */
	char	   *table;			/* whose rows a row guard is about */
} ExprPlace;

/* policy_expression.c */
extern ExprKind as_expr_kind(const char *name);
extern void as_parse_against_template(ExprPlace *place, const char *text, ExprKind kind);

/* The ticket that guard functions read. */
typedef struct GuardTicket
{
	AsStatement *st;
	int64		ticket_id;
	TimestampTz at;
	struct GuardTicket *outer;
	const PolicyType *pt;
	const TicketRow *row;		/* as it is to be; NULL: none */
	bool		in_quote;		/* a charge rule asks */
} GuardTicket;

extern GuardTicket *as_guard_ticket;
extern GuardTicket *as_ticket_in_hand(const char *function);
extern int64 as_count_standing(AsStatement *st, int64 ticket_id, const char *name, int32 at_most);

/* What an expression in evaluation reads, while others are evaluated. */
typedef struct ExprNest
{
	EState	   *estate;
	TupleTableSlot *slot;
	TupleTableSlot *row_slot;
	TupleTableSlot *old_slot;
} ExprNest;

extern void as_expr_nest(AsStatement *st, ExprNest *nest);
extern void as_expr_unnest(AsStatement *st, const ExprNest *nest);

#endif							/* AFTERSALES_EXPRESSION_H */
