/*-------------------------------------------------------------------------
 *
 * approval.h
 *	  A decision on a step of an approval, being judged.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AFTERSALES_APPROVAL_H
#define AFTERSALES_APPROVAL_H

#include "emit.h"

/* Columns of approval; their names are in approval.c. */
enum
{
	AC_APPROVAL_ID, AC_TICKET_ID, AC_KIND, AC_ITEM, AC_RUN, AC_STEP, AC_IS_APPROVED, AC_CLOCK_ID,
	AC_NEW_DUE_AT, AC_REQUESTED_BY, AC_DECIDED_AT, AC_DECIDED_BY, AC_ON_BEHALF_OF,
	AC_EXTERNAL_REF, AC_COUNT
};

/* The decision being judged, and the run it belongs to. */
typedef struct Decision
{
	Judgement  *j;
	DeskRow    *r;
	MemoryContext cxt;			/* of what is put into the row */
	const PolicyApproval *pa;
	const PolicyApprovalStep *step;
	int			run;
	bool		begins;			/* the first of its run */
	TextList	deciders;		/* of earlier steps */
	TextList	decided_for;	/* for whom delegates have decided those */
	TextList	requesters;		/* as said at those; approval_person.c adds more */
	bool		has_new_due;	/* likewise */
	TimestampTz new_due_at;
	TimestampTz earliest;		/* when the step before was decided */
	char	   *clock;			/* name, when about a clock */
} Decision;

/* approval.c */
extern void as_decision_refuse(const Decision *d, int sqlstate, int col, const char *message,
							   const char *detail, const char *hint);

/* approval_person.c */
extern void as_decision_check_person(Decision *d, const TicketRow *ticket);

#endif							/* AFTERSALES_APPROVAL_H */
