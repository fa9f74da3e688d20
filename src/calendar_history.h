/*-------------------------------------------------------------------------
 *
 * calendar_history.h
 *	  The record of what calendars were.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AFTERSALES_CALENDAR_HISTORY_H
#define AFTERSALES_CALENDAR_HISTORY_H

/* our own UPDATE of calendar.revision is running */
extern bool as_calendar_counting;

/*
 * Between begin and end the changes of several statements are one revision.
 * When a statement in between fails, call drop and let the error go on.
 */
extern void as_calendar_batch_begin(void);
extern void as_calendar_batch_end(void);
extern void as_calendar_batch_drop(void);

#endif							/* AFTERSALES_CALENDAR_HISTORY_H */
