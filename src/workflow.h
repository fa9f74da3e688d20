/*-------------------------------------------------------------------------
 *
 * workflow.h
 *	  Judging a ticket row by its policy.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AFTERSALES_WORKFLOW_H
#define AFTERSALES_WORKFLOW_H

#include "aftersales.h"
#include "policy.h"

/* A row being judged. */
typedef struct Judgement
{
	AsStatement *st;
	AsDesk	   *desk;
	Relation	rel;			/* the table written, for error fields */
	const PolicyVersion *pv;
	const PolicyType *pt;
	int64		ticket_id;
	TicketRow  *old;			/* NULL: an opening */
	TicketRow  *new;
	List	   *timed;			/* what time has just brought (EventRow) */
	const Bitmapset *set;		/* columns the statement sets, as in TriggerData */
	const char *from;			/* NULL: an opening */
	const char *to;
	TimestampTz at;
} Judgement;

/* workflow.c */
extern List *as_unmet_guards(Judgement *j, int from, int to);
extern List *as_missing_attributes(Judgement *j, const char *state);
extern const char *as_message(const char *message_en, const char *message_zh);
extern char *as_refusal_line(const Judgement *j, const char *guards, const char *clauses);
extern void as_judge_move(Judgement *j);
extern void as_require_role(Judgement *j, bool any_role, const TextList *roles,
							const char *what, const char *clauses);

extern void as_require_role_by(Judgement *j, bool any_role, const TextList *roles,
							   const char *what, const char *guard, const char *clauses);
pg_noreturn extern void as_refuse_void(const Judgement *j);
extern void as_require_event_role(Judgement *j, const char *event);

/* event.c */
extern bool as_event_fits_state(const PolicyEvent *pe, const char *state);
extern bool as_event_is_built_in(const char *event);
extern void as_find_ticket_policy(Judgement *j, const TicketRow *ticket);

/* value.c */
extern void as_check_values(Judgement *j);

/* moment.c */
extern bool as_same_time(TimestampTz a, TimestampTz b);
extern TimestampTz as_moment(const Judgement *j, bool given, TimestampTz at,
							 TimestampTz latest_known, TimestampTz earliest,
							 const char *event);

#endif							/* AFTERSALES_WORKFLOW_H */
