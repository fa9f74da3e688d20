/*-------------------------------------------------------------------------
 *
 * worktime.c
 *	  Working time: arithmetic on a loaded calendar.
 *
 * A calendar keeps one mark a day: when the day begins, and how much open
 * time and how many working days lie before it.  With such prefix sums any
 * amount of time is one binary search and a look into one day, be it an hour
 * or twenty years.  Marks are made when a day is first asked for, at least
 * doubling their number, and stay as long as the calendar: in its AsCache.
 *
 * All arithmetic is on real elapsed time.  A day on which the clock is
 * changed has hours of its own, worked out when its mark is made; everything
 * after that knows no time zone.
 *
 * A local time that does not exist is moved forward by as much as the clock
 * is; one that exists twice is its first occurrence.  PostgreSQL's own
 * conversion does the first, but takes the second occurrence of the second.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "datatype/timestamp.h"
#include "utils/datetime.h"
#include "utils/memutils.h"

#include "worktime.h"

/* The days that calendars reckon with: 1800-01-01 up to, not with, 2600-01-01. */
#define FIRST_DAY	2378497

/* Marks to begin with, around the first day asked for. */
#define MARKS_BEFORE	64
#define MARKS_AFTER		448

/* Days of one reason that as_calendar_span takes together at most. */

/* ---------- local time ---------- */

/* The last question to the time zone, and until when its answer holds. */
typedef struct ZoneMemo
{
	pg_tz	   *tz;
	pg_time_t	since;
	pg_time_t	boundary;		/* next change of the clock */
	long		before;			/* offsets before and after it */
	long		after;
	bool		has_boundary;
} ZoneMemo;

static ZoneMemo memo;

static void
ask_zone(pg_tz *tz, pg_time_t at)
{
	int			before_isdst;
	int			after_isdst;
	int			res;

	if (memo.tz == tz && memo.since <= at && (!memo.has_boundary || at < memo.boundary))
		return;
	memo.tz = NULL;
	res = pg_next_dst_boundary(&at, &memo.before, &before_isdst,
							   &memo.boundary, &memo.after, &after_isdst, tz);
	if (res < 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range")));
	memo.has_boundary = res > 0;
	memo.since = at;
	memo.tz = tz;
}

/*
 * as_local_time returns the instant at which the clock of a place shows a
 * time of a day; usec may be that of 24:00.
 */
TimestampTz
as_local_time(int julian, int64 usec, pg_tz *tz)
{
	int64		day = (int64) julian - POSTGRES_EPOCH_JDATE;
	TimestampTz local = day * USECS_PER_DAY + usec;
	pg_time_t	secs = (pg_time_t) ((int64) julian - UNIX_EPOCH_JDATE) * SECS_PER_DAY + usec / USECS_PER_SEC;
	pg_time_t	before;
	pg_time_t	after;

	/* offsets are less than a day */
	ask_zone(tz, secs - SECS_PER_DAY);
	before = secs - memo.before;
	if (!memo.has_boundary || before < memo.boundary)
		return local - (TimestampTz) memo.before * USECS_PER_SEC;
	after = secs - memo.after;
	if (after >= memo.boundary)
		return local - (TimestampTz) memo.after * USECS_PER_SEC;
	/* skipped by the clock */
	return local - (TimestampTz) memo.before * USECS_PER_SEC;
}

static void
refuse_infinite(TimestampTz at)
{
	if (TIMESTAMP_NOT_FINITE(at))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("working time does not reach to an infinite timestamp")));
}

/*
 * as_local_day returns the day on the calendar of a place at an instant.
 */
int
as_local_day(TimestampTz at, pg_tz *tz)
{
	struct pg_tm tm;
	fsec_t		fsec;
	int			offset;

	refuse_infinite(at);
	if (timestamp2tm(at, &offset, &tm, &fsec, NULL, tz) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range")));
	return date2j(tm.tm_year, tm.tm_mon, tm.tm_mday);
}

/*
 * as_end_of_day returns the last microsecond of a local day: the beginning of
 * the next day, less one.
 */
TimestampTz
as_end_of_day(int julian, pg_tz *tz)
{
	TimestampTz next = as_local_time(julian + 1, 0, tz);

	if (!IS_VALID_TIMESTAMP(next))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range")));
	return next - 1;
}

/* ---------- days ---------- */

static const AsDayMark *
mark_of(const AsCalendar *cal, int julian)
{
	Assert(julian >= cal->first_day && julian <= cal->first_day + cal->ndays);
	return &cal->mark[julian - cal->first_day];
}

/*
 * as_dated_day returns the dated row of a day, NULL when it has none.
 */
const AsDatedDay *
as_dated_day(const AsCalendar *cal, int julian)
{
	int			lo = 0;
	int			hi = cal->ndated;

	while (lo < hi)
	{
		int			mid = (lo + hi) / 2;

		if (cal->dated[mid].julian < julian)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < cal->ndated && cal->dated[lo].julian == julian ? &cal->dated[lo] : NULL;
}

static int
span_order(const void *a, const void *b)
{
	const AsSpan *x = a;
	const AsSpan *y = b;

	return x->opens < y->opens ? -1 : x->opens > y->opens;
}

/*
 * real_hours works out how a day's hours really pass: microseconds from its
 * start.  Where the clock skips time, spans may come to lie upon each other;
 * they are joined then.
 */
static const AsHours *
real_hours(const AsCalendar *cal, int julian, const AsHours *local, TimestampTz start, TimestampTz end)
{
	AsHours    *real;
	int			n = 0;
	int			i;

	if (local->nspans == 0 || end - start == USECS_PER_DAY)
		return local;
	real = MemoryContextAllocZero(cal->cxt, sizeof(AsHours));
	real->span = MemoryContextAlloc(cal->cxt, local->nspans * sizeof(AsSpan));
	for (i = 0; i < local->nspans; i++)
	{
		TimestampTz opens = as_local_time(julian, local->span[i].opens, cal->tz);
		TimestampTz closes = as_local_time(julian, local->span[i].closes, cal->tz);

		real->span[n].opens = Max(opens, start) - start;
		real->span[n].closes = Min(closes, end) - start;
		if (real->span[n].opens < real->span[n].closes)
			n++;
	}
	qsort(real->span, n, sizeof(AsSpan), span_order);
	for (i = 0; i < n; i++)
	{
		AsSpan	   *last = real->nspans == 0 ? NULL : &real->span[real->nspans - 1];

		if (last != NULL && real->span[i].opens <= last->closes)
			last->closes = Max(last->closes, real->span[i].closes);
		else
			real->span[real->nspans++] = real->span[i];
	}
	for (i = 0; i < real->nspans; i++)
		real->open += real->span[i].closes - real->span[i].opens;
	return real;
}

static const AsHours *
hours_of_day(const AsCalendar *cal, int julian, TimestampTz start, TimestampTz end)
{
	const AsDatedDay *dated = as_dated_day(cal, julian);

	/* Monday is 1 in j2day */
	return real_hours(cal, julian,
					  dated != NULL ? &dated->hours : &cal->week[(j2day(julian) + 6) % 7],
					  start, end);
}

static void
beyond_days(const AsCalendar *cal)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			 errmsg("working time on calendar \"%s\" is out of range", cal->name),
			 errdetail("Calendars reckon with the days from 1800-01-01 to 2599-12-31.")));
}

/* Fills the marks of the days from .. to from their neighbours. */
static void
fill_marks(AsCalendar *cal, AsDayMark *mark, int first, int from, int to, bool backwards)
{
	int			day;

	for (day = from; day <= to; day++)
		mark[day - first].start = as_local_time(day, 0, cal->tz);
	for (day = backwards ? to : from; backwards ? day >= from : day <= to; day += backwards ? -1 : 1)
	{
		/* the day whose hours lie between this mark and the known one */
		int			between = backwards ? day : day - 1;
		AsDayMark  *begin = &mark[between - first];
		AsDayMark  *end = begin + 1;
		bool		works;

		begin->hours = hours_of_day(cal, between, begin->start, end->start);
		/* a day that the clock skips altogether is none */
		works = begin->hours->nspans > 0 && end->start > begin->start;
		if (backwards)
		{
			begin->open_before = end->open_before - begin->hours->open;
			begin->working_before = end->working_before - works;
		}
		else
		{
			end->open_before = begin->open_before + begin->hours->open;
			end->working_before = begin->working_before + works;
		}
	}
}

/*
 * reckon makes sure that there are marks for the days from .. to.
 */
static void
reckon(const AsCalendar *const_cal, int from, int to)
{
	AsCalendar *cal = (AsCalendar *) const_cal;
	int			first = cal->first_day;
	int			last = first + cal->ndays;
	AsDayMark  *mark;

	if (cal->mark != NULL && from >= first && to <= last)
		return;
	if (from < FIRST_DAY || to > AS_LAST_DAY)
		beyond_days(cal);
	if (cal->mark == NULL)
	{
		first = Max(FIRST_DAY, from - MARKS_BEFORE);
		last = Min(AS_LAST_DAY, to + MARKS_AFTER);
	}
	else
	{
		if (from < first)
			first = Max(FIRST_DAY, Min(from, first - cal->ndays));
		if (to > last)
			last = Min(AS_LAST_DAY, Max(to, last + cal->ndays));
	}
	mark = MemoryContextAllocZero(cal->cxt, sizeof(AsDayMark) * (last - first + 1));
	if (cal->mark == NULL)
	{
		mark[0].start = as_local_time(first, 0, cal->tz);
		fill_marks(cal, mark, first, first + 1, last, false);
	}
	else
	{
		int			old_last = cal->first_day + cal->ndays;

		memcpy(&mark[cal->first_day - first], cal->mark, sizeof(AsDayMark) * (cal->ndays + 1));
		if (first < cal->first_day)
			fill_marks(cal, mark, first, first, cal->first_day - 1, true);
		if (last > old_last)
			fill_marks(cal, mark, first, old_last + 1, last, false);
		pfree(cal->mark);
	}
	cal->mark = mark;
	cal->first_day = first;
	cal->ndays = last - first;
}

/*
 * as_calendar_day returns the day, by the calendar's clock, to which an
 * instant belongs.
 */
int
as_calendar_day(const AsCalendar *cal, TimestampTz at)
{
	int64		utc_day;
	int			day;

	refuse_infinite(at);
	utc_day = at / USECS_PER_DAY - (at % USECS_PER_DAY < 0) + POSTGRES_EPOCH_JDATE;
	if (utc_day <= FIRST_DAY || utc_day >= AS_LAST_DAY - 2)
		beyond_days(cal);
	day = (int) utc_day;
	reckon(cal, day - 1, day + 2);
	while (at < mark_of(cal, day)->start)
		day--;
	while (at >= mark_of(cal, day + 1)->start)
		day++;
	return day;
}

/* Open time before an instant, as the marks count it. */
static int64
open_before(const AsCalendar *cal, TimestampTz at, int *day)
{
	const AsDayMark *mark;
	int64		sum;
	int			i;

	*day = as_calendar_day(cal, at);
	mark = mark_of(cal, *day);
	sum = mark->open_before;
	for (i = 0; i < mark->hours->nspans && mark->start + mark->hours->span[i].opens < at; i++)
		sum += Min(at, mark->start + mark->hours->span[i].closes) -
			(mark->start + mark->hours->span[i].opens);
	return sum;
}

static void
no_time_ahead(const AsCalendar *cal, bool backwards)
{
	ereport(ERROR,
			(errcode(ERRCODE_SV_UNSOUND_POLICY),
			 backwards ?
			 errmsg("calendar \"%s\" has no open time further back", cal->name) :
			 errmsg("calendar \"%s\" has no open time ahead", cal->name),
			 errdetail("It has no weekly hours, and its dated working days are used up."),
			 errhint("Insert rows into aftersales.calendar_hours.")));
}

/*
 * more_marks makes more marks ahead, or back; there is an error when no
 * further open time can lie there.
 */
static void
more_marks(const AsCalendar *cal, bool backwards)
{
	int			first = cal->first_day;
	int			last = first + cal->ndays;

	if (!cal->open_weekly &&
		(cal->ndated == 0 || (backwards ? first <= cal->dated[0].julian :
							  last > cal->dated[cal->ndated - 1].julian)))
		no_time_ahead(cal, backwards);
	if (backwards)
		reckon(cal, first - 1, last);
	else
		reckon(cal, first, last + 1);
}

/* ---------- the answers ---------- */

/*
 * first_reaching returns the earliest instant before which at least so much
 * open time lies: a closing time rather than the next opening.
 */
static TimestampTz
first_reaching(const AsCalendar *cal, int64 target)
{
	const AsDayMark *mark;
	int			lo;
	int			hi;
	int			i;
	int64		rest;

	while (cal->mark[cal->ndays].open_before < target)
		more_marks(cal, false);
	lo = 0;
	hi = cal->ndays;
	while (lo < hi)
	{
		int			mid = (lo + hi) / 2;

		if (cal->mark[mid].open_before < target)
			lo = mid + 1;
		else
			hi = mid;
	}
	mark = &cal->mark[lo - 1];
	rest = target - mark->open_before;
	for (i = 0; rest > mark->hours->span[i].closes - mark->hours->span[i].opens; i++)
		rest -= mark->hours->span[i].closes - mark->hours->span[i].opens;
	return mark->start + mark->hours->span[i].opens + rest;
}

/*
 * last_within returns the latest instant before which no more than so much
 * open time lies: an opening time rather than the closing before.
 */
static TimestampTz
last_within(const AsCalendar *cal, int64 target)
{
	const AsDayMark *mark;
	int			lo;
	int			hi;
	int			i;
	int64		rest;

	while (cal->mark[0].open_before > target)
		more_marks(cal, true);
	while (cal->mark[cal->ndays].open_before <= target)
		more_marks(cal, false);
	lo = 0;
	hi = cal->ndays;
	while (lo < hi)
	{
		int			mid = (lo + hi) / 2;

		if (cal->mark[mid].open_before <= target)
			lo = mid + 1;
		else
			hi = mid;
	}
	mark = &cal->mark[lo - 1];
	rest = target - mark->open_before;
	for (i = 0; rest >= mark->hours->span[i].closes - mark->hours->span[i].opens; i++)
		rest -= mark->hours->span[i].closes - mark->hours->span[i].opens;
	return mark->start + mark->hours->span[i].opens + rest;
}

/*
 * as_add_working_time returns when an amount of open time has passed since
 * start, or, when negative, since when it has passed up to start.  What runs
 * out exactly at closing ends at closing; a zero amount ends at start.
 */
TimestampTz
as_add_working_time(const AsCalendar *cal, TimestampTz start, int64 usec)
{
	int			day;
	int64		before = open_before(cal, start, &day);
	int64		target;

	if (usec == 0)
		return start;
	/* more than all the days that are reckoned with */
	if (usec > (int64) (AS_LAST_DAY - FIRST_DAY) * USECS_PER_DAY ||
		usec < -(int64) (AS_LAST_DAY - FIRST_DAY) * USECS_PER_DAY)
		beyond_days(cal);
	target = before + usec;
	return usec > 0 ? first_reaching(cal, target) : last_within(cal, target);
}

/*
 * as_working_time_between returns the open time from one instant to another,
 * negative when they are swapped.
 */
int64
as_working_time_between(const AsCalendar *cal, TimestampTz from, TimestampTz to)
{
	int			day;
	int64		before = open_before(cal, from, &day);

	/* the marks may have grown, but their sums stay */
	return open_before(cal, to, &day) - before;
}

bool
as_is_working_day(const AsCalendar *cal, int julian)
{
	reckon(cal, julian, julian + 1);
	return mark_of(cal, julian + 1)->working_before > mark_of(cal, julian)->working_before;
}

/*
 * as_working_days_between returns how many working days there are from one
 * day on and before another, later one.
 */
int
as_working_days_between(const AsCalendar *cal, int from, int to)
{
	reckon(cal, from, to);
	return mark_of(cal, to)->working_before - mark_of(cal, from)->working_before;
}

/*
 * as_nth_working_day returns the n-th working day, counting from julian on if
 * that is one; back from it when n is negative.  n is not zero.
 */
int
as_nth_working_day(const AsCalendar *cal, int julian, int n)
{
	int64		target;
	int			lo;
	int			hi;

	Assert(n != 0);
	if (julian <= FIRST_DAY || julian >= AS_LAST_DAY)
		beyond_days(cal);
	reckon(cal, julian, julian + 1);

	/* the first mark with that many working days before it ends the day */
	if (n > 0)
		target = (int64) mark_of(cal, julian)->working_before + n;
	else
		target = (int64) mark_of(cal, julian + 1)->working_before + n + 1;
	while (cal->mark[cal->ndays].working_before < target)
		more_marks(cal, false);
	while (cal->mark[0].working_before >= target)
		more_marks(cal, true);
	lo = 0;
	hi = cal->ndays;
	while (lo < hi)
	{
		int			mid = (lo + hi) / 2;

		if (cal->mark[mid].working_before < target)
			lo = mid + 1;
		else
			hi = mid;
	}
	return cal->first_day + lo - 1;
}

/*
 * as_day_hours returns the open time of a day, and when the day begins.
 */
const AsHours *
as_day_hours(const AsCalendar *cal, int julian, TimestampTz *start)
{
	const AsDayMark *mark;

	reckon(cal, julian, julian + 1);
	mark = mark_of(cal, julian);
	*start = mark->start;
	return mark->hours;
}

bool
as_is_working_time(const AsCalendar *cal, TimestampTz at)
{
	const AsDayMark *mark = mark_of(cal, as_calendar_day(cal, at));
	int			i;

	for (i = 0; i < mark->hours->nspans; i++)
		if (at >= mark->start + mark->hours->span[i].opens &&
			at < mark->start + mark->hours->span[i].closes)
			return true;
	return false;
}

/*
 * as_next_working_time returns the instant itself if it is open, else the
 * next opening.
 */
TimestampTz
as_next_working_time(const AsCalendar *cal, TimestampTz at)
{
	int			day;

	return last_within(cal, open_before(cal, at, &day));
}
