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
						  TimestampTz at, TicketRow **settled, List **events);
extern void as_touch(AsStatement *st, List *ticket_ids);
extern void as_take_touch(AsStatement *st);
extern void as_disarm_touch(void);

#endif							/* AFTERSALES_SETTLE_H */
