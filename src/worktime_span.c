/*-------------------------------------------------------------------------
 *
 * worktime_span.c
 *	  Why time counts or does not: the spans of a calendar, one after the
 *	  other, for explain_due().
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "utils/datetime.h"

#include "worktime.h"

#define MAX_CLOSED_DAYS 366		/* days that one closed span may hold */

/* Why a whole day is closed, NULL when it is not. */
static char *
why_closed(const AsCalendar *cal, int julian)
{
	const AsDatedDay *dated;
	int			weekday = j2day(julian);
	TimestampTz start;

	if (as_day_hours(cal, julian, &start)->nspans > 0)
		return NULL;
	dated = as_dated_day(cal, julian);
	if (dated != NULL)
		return dated->name != NULL ? dated->name : "holiday";
	return weekday == 0 || weekday == 6 ? "weekend" : "closed";
}

/* The whole days from one on that are closed for one reason. */
static bool
closed_days(const AsCalendar *cal, int day, TimestampTz *to, char *reason)
{
	int			n;

	for (n = 1; n < MAX_CLOSED_DAYS && day + n < AS_LAST_DAY - 2; n++)
	{
		char	   *next = why_closed(cal, day + n);

		if (next == NULL || strcmp(next, reason) != 0)
			break;
	}
	(void) as_day_hours(cal, day + n, to);
	return day + n < AS_LAST_DAY - 2;
}

/*
 * as_calendar_span tells of the stretch of time that begins at an instant and
 * is open or closed throughout: until when it lasts (*to), and for a closed
 * one why.  Open stretches end with the day at the latest, closed ones of
 * whole days after a year.
 *
 * Reasons are: the name of a holiday, or "holiday" when it has none;
 * "weekend", and "closed" for another weekday without hours; "before
 * opening", "break", "after closing", "night" (until the opening next day).
 *
 * Returns false when the days that are reckoned with end before *to.
 */
bool
as_calendar_span(const AsCalendar *cal, TimestampTz at, TimestampTz *to, bool *open, char **why)
{
	int			day = as_calendar_day(cal, at);
	char	   *reason = why_closed(cal, day);
	const AsHours *hours;
	TimestampTz start;
	int			i;

	*open = false;
	*why = reason;
	if (reason != NULL)
		return closed_days(cal, day, to, reason);
	if (day + 2 >= AS_LAST_DAY - 2)
		return false;
	hours = as_day_hours(cal, day, &start);
	for (i = 0; i < hours->nspans; i++)
	{
		if (at < start + hours->span[i].opens)
		{
			*why = i == 0 ? "before opening" : "break";
			*to = start + hours->span[i].opens;
			return true;
		}
		if (at < start + hours->span[i].closes)
		{
			*open = true;
			*to = start + hours->span[i].closes;
			return true;
		}
	}
	hours = as_day_hours(cal, day + 1, &start);
	*why = hours->nspans > 0 ? "night" : "after closing";
	*to = hours->nspans > 0 ? start + hours->span[0].opens : start;
	return true;
}
