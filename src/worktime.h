/*-------------------------------------------------------------------------
 *
 * worktime.h
 *	  Calendars, and working time on them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AFTERSALES_WORKTIME_H
#define AFTERSALES_WORKTIME_H

#include "aftersales.h"

#include "pgtime.h"

/* A stretch of open time, half-open: microseconds of the day. */
typedef struct AsSpan
{
	int64		opens;
	int64		closes;
} AsSpan;

/* The open time of a day: in order, apart from each other. */
typedef struct AsHours
{
	int			nspans;
	AsSpan	   *span;
	int64		open;			/* their sum */
} AsHours;

/* A date that has a row of its own. */
typedef struct AsDatedDay
{
	int			julian;
	bool		is_working;
	bool		is_own;			/* not from the calendar of holidays_from */
	bool		has_hours;		/* else a working day takes the Monday hours */
	AsHours		hours;			/* by the local clock */
	char	   *name;			/* may be NULL */
} AsDatedDay;

/*
 * What is known at the beginning of a day.  The hours are those by which
 * time really passes, counted from start; but for days on which the clock is
 * changed they are the hours by the local clock.
 */
typedef struct AsDayMark
{
	TimestampTz start;
	int64		open_before;	/* open time before it; only differences count */
	const AsHours *hours;
	int			working_before; /* working days before it; likewise */
} AsDayMark;

/* Lives in an AsCache; the marks are added as they are asked for. */
typedef struct AsCalendar AsCalendar;
struct AsCalendar
{
	MemoryContext cxt;
	char	   *name;
	int			revision;
	bool		is_current;		/* no later revision when it was loaded */
	pg_tz	   *tz;
	bool		has_known_until;
	int			known_until;	/* julian */
	AsHours		week[7];	/* from Monday on, by the local clock */
	bool		open_weekly;	/* some weekday is open */
	int			ndated;
	AsDatedDay *dated;			/* by julian */
	int			first_day;		/* julian of mark[0] */
	int			ndays;
	AsDayMark  *mark;			/* ndays + 1 of them; NULL at first */
	AsCalendar *next;
};

#define AS_LAST_DAY	2670691

/* calendar.c */
extern const AsCalendar *as_calendar_get(AsCache *cache, const char *name, int revision);
extern const char *as_calendar_name(const AsCalendar *cal);
extern int	as_calendar_revision(const AsCalendar *cal);
extern pg_tz *as_calendar_tz(const AsCalendar *cal);
extern bool as_calendar_known(const AsCalendar *cal, int julian);
extern char *as_day_text(int julian);
extern bool as_calendar_known_until(const AsCalendar *cal, int *julian);

/* worktime.c */
extern TimestampTz as_local_time(int julian, int64 usec, pg_tz *tz);
extern int	as_local_day(TimestampTz at, pg_tz *tz);
extern TimestampTz as_end_of_day(int julian, pg_tz *tz);
extern TimestampTz as_add_working_time(const AsCalendar *cal, TimestampTz start, int64 usec);
extern int64 as_working_time_between(const AsCalendar *cal, TimestampTz from, TimestampTz to);
extern bool as_is_working_day(const AsCalendar *cal, int julian);
extern int	as_working_days_between(const AsCalendar *cal, int from, int to);
extern int	as_nth_working_day(const AsCalendar *cal, int julian, int n);
extern bool as_is_working_time(const AsCalendar *cal, TimestampTz at);
extern TimestampTz as_next_working_time(const AsCalendar *cal, TimestampTz at);
extern int	as_calendar_day(const AsCalendar *cal, TimestampTz at);
extern const AsHours *as_day_hours(const AsCalendar *cal, int julian, TimestampTz *start);

/* worktime_span.c */
extern bool as_calendar_span(const AsCalendar *cal, TimestampTz at, TimestampTz *to,
							 bool *open, char **why);
extern const AsDatedDay *as_dated_day(const AsCalendar *cal, int julian);

/* calendar_retarget.c */
extern void as_calendar_share(void);
extern void as_calendar_keep(void);
extern void as_calendar_retarget(const char *calendar, int revision);

#endif							/* AFTERSALES_WORKTIME_H */
