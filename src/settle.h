/*-------------------------------------------------------------------------
 *
 * settle.h
 *	  What time does to a ticket itself.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AFTERSALES_SETTLE_H
#define AFTERSALES_SETTLE_H

#include "attribute.h"
#include "clock.h"
#include "event.h"
#include "expression.h"

#define AS_RULE_ACTOR "aftersales"	/* who stands in events that time brings */

extern bool as_settle_row(AsStatement *st, const PolicyType *pt, const TicketRow *old,
						  TimestampTz at, TicketRow **settled, List **events, List **levels);
/* Something else that is done to a ticket in its own name. */
typedef struct TouchOp
{
	bool		is_ours;		/* not done by a person */
	void		(*apply) (AsStatement *st, const PolicyType *pt, TicketRow *row, List **events,
						  const struct TouchOp *op);
	void	   *arg;
} TouchOp;

extern void as_append_event(AsStatement *st, TicketRow *row, EventRow *e, List **events);
extern Datum as_attributes_settled(Datum old, Datum settled, Datum new);
extern void as_touch(AsStatement *st, List *ticket_ids, TimestampTz at, const TouchOp *op);
extern void as_take_touch(AsStatement *st);
extern void as_disarm_touch(void);

/* correct.c */
extern void as_lock_known_ticket(AsStatement *st, int64 ticket_id);
extern char *as_given_reason(FunctionCallInfo fcinfo, int argno);

#endif							/* AFTERSALES_SETTLE_H */
