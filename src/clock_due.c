/*-------------------------------------------------------------------------
 *
 * clock_due.c
 *	  When a clock is due: amounts of time and of days, in every unit.
 *
 * Each unit counts something that passes: wall-clock time, open time of a
 * calendar, days, working days.  A day counts at its last microsecond, so a
 * clock that runs then counts it, however long it was paused before.
 *
 * Nothing here reads a table but through the calendar cache.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "common/int.h"
#include "datatype/timestamp.h"
#include "utils/datetime.h"

#include "clock.h"

#define MAX_TARGET_DAYS 1000000	/* more than any timestamp's span of use */
#define MILLIONTHS	1000000

static void
out_of_range(const FoldClock *c)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			 errmsg("due time of rule \"%s\" is out of range", c->rule_name)));
}

bool
as_unit_is_day(ClockUnit unit)
{
	return unit == UNIT_WORKING_DAY || unit == UNIT_CALENDAR_DAY;
}

/* Days from a day to the one some months later, clamped to the month's last. */
static int
days_of_months(int julian, int months)
{
	int			year;
	int			month;
	int			mday;

	j2date(julian, &year, &month, &mday);
	month += year * MONTHS_PER_YEAR - 1 + months;
	year = month / MONTHS_PER_YEAR;
	month = month % MONTHS_PER_YEAR + 1;
	mday = Min(mday, day_tab[isleap(year)][month - 1]);
	return date2j(year, month, mday) - julian;
}

/*
 * A start strictly after the cut-off counts from the next countable day.
 * Returns that day's julian number, or that of the start.
 */
static int
counting_day(const DueBasis *basis, const ClockRule *rule, TimestampTz started_at, bool *is_later)
{
	int			julian = as_local_day(started_at, basis->tz);

	*is_later = rule->has_cutoff &&
		started_at > as_local_time(julian, rule->cutoff, basis->tz);
	if (!*is_later)
		return julian;
	return basis->calendar == NULL ? julian + 1 :
		as_nth_working_day(basis->calendar, julian + 1, 1);
}

/*
 * as_due_basis says how a clock counts.  Returns false when it is never late:
 * its rule has neither a target nor a promised time.
 */
bool
as_due_basis(const Fold *f, const FoldClock *c, DueBasis *basis)
{
	const ClockRule *rule = c->rule;
	bool		is_later;
	int			julian;

	memset(basis, 0, sizeof(*basis));
	if (rule == NULL || (rule->target == NULL && !c->has_due_from))
		return false;
	basis->from = c->started_at;
	if (c->has_due_from)
	{
		basis->unit = UNIT_ELAPSED;
		if (pg_sub_s64_overflow(c->due_from, c->started_at, &basis->amount))
			out_of_range(c);
		return true;
	}
	if (rule->target->month > MAX_TARGET_DAYS / 30 || rule->target->day > MAX_TARGET_DAYS)
		out_of_range(c);
	basis->unit = rule->unit;
	basis->calendar = c->calendar;
	basis->tz = c->calendar == NULL ? f->pt->version->tz : as_calendar_tz(c->calendar);
	if (!as_unit_is_day(rule->unit) && !rule->has_cutoff)
	{
		basis->amount = rule->target->time;
		return true;
	}

	julian = counting_day(basis, rule, c->started_at, &is_later);
	if (!as_unit_is_day(rule->unit))
	{
		basis->amount = rule->target->time;
		if (is_later)
			basis->from = as_local_time(julian, rule->unit == UNIT_ELAPSED ? rule->day_open : 0,
										basis->tz);
		return true;
	}
	basis->amount = rule->target->day;
	if (rule->target->month != 0)
		basis->amount += days_of_months(julian, rule->target->month);
	basis->first_day = julian + (rule->count_first_day ? 0 : 1);
	if (basis->amount == 0)
	{
		/* the end of the start day, whatever day it is */
		basis->amount = 1;
		basis->first_day = julian;
		basis->any_day = true;
	}
	return true;
}

/*
 * as_due_after returns when an amount that is left at an instant will be used
 * up, if nothing pauses the clock.
 */
TimestampTz
as_due_after(const DueBasis *basis, TimestampTz at, int64 remaining)
{
	TimestampTz from = Max(at, basis->from);
	TimestampTz due;
	int			day;

	if (!as_unit_is_day(basis->unit))
	{
		if (basis->unit == UNIT_WORKING)
			return as_add_working_time(basis->calendar, from, remaining);
		if (pg_add_s64_overflow(from, remaining, &due) || !IS_VALID_TIMESTAMP(due))
			ereport(ERROR,
					(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
					 errmsg("timestamp out of range")));
		return due;
	}
	day = Max(basis->first_day, as_local_day(at, basis->tz));
	if (basis->unit == UNIT_WORKING_DAY && !basis->any_day)
		day = as_nth_working_day(basis->calendar, day, remaining);
	else
		day += remaining - 1;
	return as_end_of_day(day, basis->tz);
}

/* How many countable days there are from one day to the one before another. */
static int64
countable_days(const DueBasis *basis, int from, int to)
{
	from = Max(from, basis->first_day);
	if (to <= from)
		return 0;
	if (basis->unit == UNIT_WORKING_DAY && !basis->any_day)
		return as_working_days_between(basis->calendar, from, to);
	return to - from;
}

/*
 * as_due_consumed returns what is used up by running from one instant to
 * another.
 */
int64
as_due_consumed(const DueBasis *basis, TimestampTz from, TimestampTz to)
{
	if (as_unit_is_day(basis->unit))
		return countable_days(basis, as_local_day(from, basis->tz), as_local_day(to, basis->tz));
	from = Max(from, basis->from);
	if (to <= from)
		return 0;
	return basis->unit == UNIT_WORKING ?
		as_working_time_between(basis->calendar, from, to) : to - from;
}

/*
 * as_due_left returns what is left at an instant of a clock due at another,
 * not earlier one.
 */
int64
as_due_left(const DueBasis *basis, TimestampTz at, TimestampTz due)
{
	if (as_unit_is_day(basis->unit))
		return countable_days(basis, as_local_day(at, basis->tz), as_local_day(due, basis->tz) + 1);
	return as_due_consumed(basis, at, due);
}

/*
 * as_escalation_at returns the instant of a level of escalation, false while
 * the clock has no due time.
 */
bool
as_escalation_at(const Fold *f, const FoldClock *c, const Escalation *e, TimestampTz *at)
{
	DueBasis	basis;
	int64		early;

	if (!c->has_due)
		return false;
	if (!e->is_share)
		return !pg_add_s64_overflow(c->due_at, e->offset, at);
	if (!as_due_basis(f, c, &basis) || as_unit_is_day(basis.unit))
	{
		/* days are no finer than that: a share of the time from start to due */
		*at = c->started_at +
			(TimestampTz) ((double) (c->due_at - c->started_at) * e->offset / MILLIONTHS);
		return true;
	}
	early = basis.amount - (int64) ((double) basis.amount * e->offset / MILLIONTHS);
	*at = basis.unit == UNIT_WORKING ?
		as_add_working_time(basis.calendar, c->due_at, -early) : c->due_at - early;
	return true;
}
