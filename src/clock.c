/*-------------------------------------------------------------------------
 *
 * clock.c
 *	  Which clocks an event starts, and when a clock is due.
 *
 * Clocks are a fold over a ticket's events.  This file holds the part of the
 * fold that needs no table; clock_write.c applies it.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "common/int.h"
#include "datatype/timestamp.h"
#include "utils/datetime.h"

#include "clock.h"

#define MAX_TARGET_DAYS 1000000	/* more than any timestamp's span of use */

/*
 * end_of_day returns the last microsecond of a local day: the beginning of
 * the next day, less one.  A midnight that does not exist moves forward, an
 * ambiguous one is its first occurrence (DetermineTimeZoneOffset's rule).
 */
static TimestampTz
end_of_day(int julian, pg_tz *tz)
{
	struct pg_tm tm;
	TimestampTz result;
	int			offset;

	memset(&tm, 0, sizeof(tm));
	j2date(julian + 1, &tm.tm_year, &tm.tm_mon, &tm.tm_mday);
	offset = DetermineTimeZoneOffset(&tm, tz);
	if (tm2timestamp(&tm, 0, &offset, &result) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range")));
	return result - 1;
}

/* The end of the n-th calendar day after the start day. */
static TimestampTz
due_by_day(const ClockRule *rule, TimestampTz started_at, pg_tz *tz)
{
	struct pg_tm tm;
	fsec_t		fsec;
	int			offset;
	int			month;
	int			julian;

	if (timestamp2tm(started_at, &offset, &tm, &fsec, NULL, tz) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range")));
	/* months first, clamped to the month's last day, then days */
	month = tm.tm_year * MONTHS_PER_YEAR + tm.tm_mon - 1 + rule->target->month;
	tm.tm_year = month / MONTHS_PER_YEAR;
	tm.tm_mon = month % MONTHS_PER_YEAR + 1;
	tm.tm_mday = Min(tm.tm_mday, day_tab[isleap(tm.tm_year)][tm.tm_mon - 1]);
	julian = date2j(tm.tm_year, tm.tm_mon, tm.tm_mday) + rule->target->day;
	if (rule->count_first_day)
		julian--;
	return end_of_day(julian, tz);
}

/*
 * as_clock_due returns the latest instant at which stopping is in time.  The
 * rule has a target.
 */
TimestampTz
as_clock_due(const ClockRule *rule, TimestampTz started_at, pg_tz *tz)
{
	TimestampTz due;
	bool		out_of_range = TIMESTAMP_NOT_FINITE(started_at) ||
		rule->target->month > MAX_TARGET_DAYS / 30 || rule->target->day > MAX_TARGET_DAYS;

	if (out_of_range)
		due = 0;
	else if (rule->calendar_day)
		due = due_by_day(rule, started_at, tz);
	else
		out_of_range = pg_add_s64_overflow(started_at, rule->target->time, &due);
	if (out_of_range || !IS_VALID_TIMESTAMP(due))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("due time of rule \"%s\" is out of range", rule->rule)));
	return due;
}
