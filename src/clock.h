/*-------------------------------------------------------------------------
 *
 * clock.h
 *	  SLA clocks: what events do to them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AFTERSALES_CLOCK_H
#define AFTERSALES_CLOCK_H

#include "aftersales.h"
#include "policy.h"

/* What happens to the clocks of one ticket at one event. */
typedef struct ClockStep
{
	int64		ticket_id;
	int32		seq;			/* of the event */
	TimestampTz at;				/* when it happened */
	const EventActions *actions;	/* NULL: only settle */
	const char *event;			/* its name, for messages */
	bool		is_new;			/* the ticket's first event */
	bool		is_late;		/* put before others that are recorded */
	bool		has_org;
	int64		org_id;			/* responsible until now */
	const char *assignee;		/* likewise; may be NULL */
	const char *from;			/* state before and after, for messages; */
	const char *to;				/* from is NULL at the opening */
} ClockStep;

typedef struct ClockWriter ClockWriter;

extern void as_step_responsible(const AsDesk *desk, const TicketRow *row, ClockStep *step);
extern TimestampTz as_clock_due(const ClockRule *rule, TimestampTz started_at, pg_tz *tz);

extern char *as_rule_line(const ClockStep *step, const char *rules, const char *clauses);
extern const ClockRule *as_choose_rule(AsStatement *st, const PolicyType *pt,
									   const ClockRule *const *rules, int n,
									   const ClockStep *step);

extern ClockWriter *as_clock_writer(AsStatement *st);
extern AsStatement *as_clock_statement(const ClockWriter *w);
extern void as_clock_settle(ClockWriter *w, const ClockStep *step);
extern void as_clock_step(ClockWriter *w, const PolicyType *pt, const ClockStep *step);
extern void as_clock_flush(ClockWriter *w);
extern void as_clock_rematch(ClockWriter *w, const PolicyType *pt, const ClockStep *step,
							 const TicketRow *new);
extern int64 as_clock_breaches(const ClockWriter *w);

#endif							/* AFTERSALES_CLOCK_H */
