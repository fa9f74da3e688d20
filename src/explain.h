/*-------------------------------------------------------------------------
 *
 * explain.h
 *	  How a clock came to its due time: the stretches in which it ran and was
 *	  paused, by the rule it ended with.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AFTERSALES_EXPLAIN_H
#define AFTERSALES_EXPLAIN_H

#include "reader.h"

/* A stretch of time in which a clock ran, or was paused in a state. */
typedef struct ClockPiece
{
	TimestampTz from;
	TimestampTz to;				/* of the last one of a paused clock: infinity */
	bool		is_paused;
	const char *status;			/* if paused */
} ClockPiece;

/* An instant at which something was decided about it. */
typedef struct ClockMark
{
	TimestampTz at;
	char	   *why;
} ClockMark;

typedef struct ClockStory
{
	Fold	   *fold;
	FoldClock  *clock;			/* as it is now; NULL: no event starts it any more */
	List	   *pieces;			/* ClockPiece *, each beginning where the last one ends */
	List	   *marks;			/* ClockMark *, in order */
	const char *extended;		/* why it runs past its target; NULL: it does not */
} ClockStory;

extern void as_clock_story(const ReadTicket *t, const FoldClock *stored, ClockStory *story);

#endif							/* AFTERSALES_EXPLAIN_H */
