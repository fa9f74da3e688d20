/*-------------------------------------------------------------------------
 *
 * worktime_function.c
 *	  The SQL functions over working time.
 *
 * Each call pins the cache for itself: that is a comparison of generations,
 * and what was loaded stays for the next call.  A calendar is named by its
 * code, or as code@revision for what it was: 'cn@3'.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "utils/builtins.h"
#include "utils/date.h"

#include "policy.h"
#include "worktime.h"

PG_FUNCTION_INFO_V1(as_add_working_time_sql);
PG_FUNCTION_INFO_V1(as_working_time_between_sql);
PG_FUNCTION_INFO_V1(as_add_working_days_sql);
PG_FUNCTION_INFO_V1(as_is_working_time_sql);
PG_FUNCTION_INFO_V1(as_next_working_time_sql);
PG_FUNCTION_INFO_V1(as_calendar_known_until_sql);

typedef Datum (*CalendarAnswer) (const AsCalendar *cal, FunctionCallInfo fcinfo);

/*
 * Splits "name@revision", which no calendar can be called.  What is no number
 * behind the sign stays, and then there is no calendar of that name.
 */
static int
revision_of(char *name)
{
	char	   *at = strrchr(name, '@');
	char	   *end;
	long		revision;

	if (at == NULL)
		return 0;
	revision = strtol(at + 1, &end, 10);
	if (end == at + 1 || *end != '\0' || revision <= 0 || revision > PG_INT32_MAX)
		return 0;
	*at = '\0';
	return (int) revision;
}

/* Answers by the calendar that is named in an argument. */
static Datum
answer(FunctionCallInfo fcinfo, int argno, CalendarAnswer work)
{
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(argno));
	int			revision = revision_of(name);
	AsCache    *cache = as_cache_pin();
	volatile Datum result = (Datum) 0;	/* survives the longjmp */

	PG_TRY();
	{
		result = work(as_calendar_get(cache, name, revision), fcinfo);
	}
	PG_FINALLY();
	{
		as_cache_unpin(cache);
	}
	PG_END_TRY();
	pfree(name);
	return result;
}

/* The microseconds of an amount of working time. */
static int64
time_amount(const Interval *amount)
{
	if (INTERVAL_NOT_FINITE(amount))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("an amount of working time cannot be infinite")));
	if (amount->month != 0 || amount->day != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("an amount of working time has no months or days"),
				 errdetail("How long a working day is depends on the calendar."),
				 errhint("Give hours, minutes and seconds, such as '24:00'; for days use aftersales.add_working_days().")));
	return amount->time;
}

static Datum
do_add_time(const AsCalendar *cal, FunctionCallInfo fcinfo)
{
	return TimestampTzGetDatum(as_add_working_time(cal, PG_GETARG_TIMESTAMPTZ(0),
												   time_amount(PG_GETARG_INTERVAL_P(1))));
}

/*
 * aftersales.add_working_time(start, amount, calendar)
 */
Datum
as_add_working_time_sql(PG_FUNCTION_ARGS)
{
	return answer(fcinfo, 2, do_add_time);
}

static Datum
do_between(const AsCalendar *cal, FunctionCallInfo fcinfo)
{
	Interval   *result = palloc0(sizeof(Interval));

	result->time = as_working_time_between(cal, PG_GETARG_TIMESTAMPTZ(0), PG_GETARG_TIMESTAMPTZ(1));
	return IntervalPGetDatum(result);
}

/*
 * aftersales.working_time_between(from, to, calendar)
 */
Datum
as_working_time_between_sql(PG_FUNCTION_ARGS)
{
	return answer(fcinfo, 2, do_between);
}

static Datum
do_add_days(const AsCalendar *cal, FunctionCallInfo fcinfo)
{
	int			julian = as_local_day(PG_GETARG_TIMESTAMPTZ(0), cal->tz);
	int32		days = PG_GETARG_INT32(1);

	if (days > 0)
		julian = as_nth_working_day(cal, julian + 1, days);
	else if (days < 0)
		julian = as_nth_working_day(cal, julian - 1, days);
	return TimestampTzGetDatum(as_end_of_day(julian, cal->tz));
}

/*
 * aftersales.add_working_days(start, days, calendar)
 */
Datum
as_add_working_days_sql(PG_FUNCTION_ARGS)
{
	return answer(fcinfo, 2, do_add_days);
}

static Datum
do_is_working(const AsCalendar *cal, FunctionCallInfo fcinfo)
{
	return BoolGetDatum(as_is_working_time(cal, PG_GETARG_TIMESTAMPTZ(0)));
}

/*
 * aftersales.is_working_time(at, calendar)
 */
Datum
as_is_working_time_sql(PG_FUNCTION_ARGS)
{
	return answer(fcinfo, 1, do_is_working);
}

static Datum
do_next(const AsCalendar *cal, FunctionCallInfo fcinfo)
{
	return TimestampTzGetDatum(as_next_working_time(cal, PG_GETARG_TIMESTAMPTZ(0)));
}

/*
 * aftersales.next_working_time(at, calendar)
 */
Datum
as_next_working_time_sql(PG_FUNCTION_ARGS)
{
	return answer(fcinfo, 1, do_next);
}

static Datum
do_known_until(const AsCalendar *cal, FunctionCallInfo fcinfo)
{
	int			julian;

	if (!as_calendar_known_until(cal, &julian))
		fcinfo->isnull = true;
	return DateADTGetDatum(julian - POSTGRES_EPOCH_JDATE);
}

/*
 * aftersales.calendar_known_until(calendar)
 */
Datum
as_calendar_known_until_sql(PG_FUNCTION_ARGS)
{
	return answer(fcinfo, 0, do_known_until);
}
