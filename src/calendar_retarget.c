/*-------------------------------------------------------------------------
 *
 * calendar_retarget.c
 *	  What a changed calendar does to clocks that run on it.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "worktime.h"

/*
 * as_calendar_retarget is called for each calendar that has got a new
 * revision, after that is recorded.
 */
void
as_calendar_retarget(const char *calendar)
{
}
