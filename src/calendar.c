/*-------------------------------------------------------------------------
 *
 * calendar.c
 *	  Reads calendars into an AsCache.
 *
 * A calendar is read when it is first asked for, into a memory context of its
 * own below the cache's, which worktime.c's marks share.  It is read like a
 * policy: as the owner of the tables, under the latest snapshot.
 *
 * Every revision, the current one too, is rebuilt from the record: its rows
 * are those that calendar_history has added up to it and not taken away
 * again, the settings of an older one stand in calendar_revision.  So what
 * was once counted by a revision can always be counted again; a row that has
 * slipped in unrecorded counts for nothing, and check_calendar() shows it.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/memutils.h"

#include "policy.h"
#include "worktime.h"

#define MAX_SOURCES 16			/* calendars in a chain of holidays_from */

#define AT_REVISION \
	" FROM aftersales.calendar_history WHERE calendar" EQ "$1 AND revision" LE "$2"
#define STILL_THERE \
	" HAVING pg_catalog.sum(CASE WHEN is_added THEN 1 ELSE -1 END) OPERATOR(pg_catalog.>) 0"

/* One row of calendar or calendar_revision. */
typedef struct Settings
{
	char	   *timezone;
	char	   *holidays_from;
	int			revision;
	int			source_revision;	/* 0: the current one */
	bool		has_known_until;
	int			known_until;
} Settings;

/* Runs a query over a calendar and a revision; the rows are in SPI_tuptable. */
static int
calendar_query(const char *query, const char *name, int revision)
{
	Oid			types[2] = {TEXTOID, INT4OID};
	Datum		values[2];

	values[0] = CStringGetTextDatum(name);
	values[1] = Int32GetDatum(revision);
	if (SPI_execute_with_args(query, 2, types, values, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "reading calendar \"%s\" failed", name);
	return (int) SPI_processed;
}

static Datum
column(int row, int col, bool *isnull)
{
	return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, col, isnull);
}

static char *
column_text(MemoryContext cxt, int row, int col)
{
	char	   *value = SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, col);

	return value == NULL ? NULL : MemoryContextStrdup(cxt, value);
}

static int
column_day(int row, int col, bool *isnull)
{
	Datum		value = column(row, col, isnull);

	return *isnull ? 0 : DatumGetDateADT(value) + POSTGRES_EPOCH_JDATE;
}

static void
unknown_calendar(const char *name, int revision)
{
	ereport(ERROR,
			(errcode(ERRCODE_SV_UNSOUND_POLICY),
			 revision == 0 ?
			 errmsg("there is no calendar \"%s\"", name) :
			 errmsg("there is no revision %d of calendar \"%s\"", revision, name),
			 revision == 0 ?
			 errhint("Insert it into aftersales.calendar, or call aftersales.install_calendar() for a ready one.") :
			 errhint("The table aftersales.calendar_revision lists the revisions.")));
}

static void
load_settings(const char *name, int revision, Settings *s)
{
	bool		isnull;

	if (calendar_query(revision == 0 ?
					   "SELECT timezone, holidays_from, revision, 0, known_until"
					   " FROM aftersales.calendar WHERE calendar" EQ "$1 AND $2 IS NOT NULL" :
					   "SELECT timezone, holidays_from, revision, source_revision, known_until"
					   " FROM aftersales.calendar_revision WHERE calendar" EQ "$1 AND revision" EQ "$2"
					   " AND NOT is_deleted", name, revision) == 0)
		unknown_calendar(name, revision);
	s->timezone = column_text(CurrentMemoryContext, 0, 1);
	s->holidays_from = column_text(CurrentMemoryContext, 0, 2);
	s->revision = DatumGetInt32(column(0, 3, &isnull));
	s->source_revision = DatumGetInt32(column(0, 4, &isnull));
	s->known_until = column_day(0, 5, &isnull);
	s->has_known_until = !isnull;
}

/* ---------- weekly hours ---------- */

/*
 * add_span adds a row's hours to those of its day; rows come in the order of
 * opens.  Returns false when they overlap the ones before.
 */
static bool
add_span(MemoryContext cxt, AsHours *hours, TimeADT opens, TimeADT closes)
{
	AsSpan	   *span;

	if (opens >= closes || (hours->nspans > 0 && opens < hours->span[hours->nspans - 1].closes))
		return false;
	if (hours->span == NULL)
		hours->span = MemoryContextAlloc(cxt, sizeof(AsSpan));
	else
		hours->span = repalloc(hours->span, sizeof(AsSpan) * (hours->nspans + 1));
	span = &hours->span[hours->nspans++];
	span->opens = opens;
	span->closes = closes;
	hours->open += closes - opens;
	return true;
}

static void
load_hours(AsCalendar *cal)
{
	static const char *const weekday_name[] = {
		"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"
	};
	int			nrows = calendar_query("SELECT weekday, opens, closes" AT_REVISION
									   " AND weekday IS NOT NULL GROUP BY weekday, opens, closes"
									   STILL_THERE " ORDER BY weekday, opens",
									   cal->name, cal->revision);
	int			i;

	for (i = 0; i < nrows; i++)
	{
		bool		isnull;
		int			weekday = DatumGetInt32(column(i, 1, &isnull)) - 1;

		if (!add_span(cal->cxt, &cal->week[weekday], DatumGetTimeADT(column(i, 2, &isnull)),
					  DatumGetTimeADT(column(i, 3, &isnull))))
			ereport(ERROR,
					(errcode(ERRCODE_SV_UNSOUND_POLICY),
					 errmsg("hours of calendar \"%s\" overlap", cal->name),
					 errdetail("Two rows of %s share time.", weekday_name[weekday]),
					 errhint("Correct them in aftersales.calendar_hours.")));
		cal->open_weekly = true;
	}
}

/* ---------- dated rows ---------- */

/*
 * as_day_text returns a day as messages show it, whatever the DateStyle.
 */
char *
as_day_text(int julian)
{
	int			year;
	int			month;
	int			day;

	j2date(julian, &year, &month, &day);
	return psprintf("%04d-%02d-%02d", year, month, day);
}

typedef struct DatedList
{
	int			n;
	AsDatedDay *day;			/* by julian */
} DatedList;

/*
 * Adds a row to its day.  A day has either one row without hours or rows that
 * each give a span; returns false when it has something else.
 */
static bool
add_dated_row(MemoryContext cxt, DatedList *list, int row)
{
	bool		isnull;
	bool		no_hours;
	int			julian = column_day(row, 1, &isnull);
	bool		is_working = DatumGetBool(column(row, 2, &isnull));
	TimeADT		opens = DatumGetTimeADT(column(row, 3, &no_hours));
	TimeADT		closes = DatumGetTimeADT(column(row, 4, &isnull));
	AsDatedDay *d = list->n == 0 ? NULL : &list->day[list->n - 1];

	if (no_hours != isnull || (!no_hours && !is_working))
		return false;
	if (d != NULL && d->julian == julian)
	{
		if (no_hours || !d->has_hours)
			return false;
		if (d->name == NULL)
			d->name = column_text(cxt, row, 5);
	}
	else
	{
		d = &list->day[list->n++];
		memset(d, 0, sizeof(AsDatedDay));
		d->julian = julian;
		d->is_working = is_working;
		d->has_hours = !no_hours;
		d->name = column_text(cxt, row, 5);
	}
	return no_hours || add_span(cxt, &d->hours, opens, closes);
}

static void
load_dated(MemoryContext cxt, const char *name, int revision, DatedList *list)
{
	int			nrows = calendar_query("SELECT day, is_working, opens, closes, name" AT_REVISION
									   " AND day IS NOT NULL GROUP BY day, is_working, opens, closes, name"
									   STILL_THERE " ORDER BY day, opens", name, revision);
	int			i;

	list->n = 0;
	list->day = MemoryContextAlloc(cxt, sizeof(AsDatedDay) * Max(nrows, 1));
	for (i = 0; i < nrows; i++)
	{
		if (!add_dated_row(cxt, list, i))
		{
			bool		isnull;

			ereport(ERROR,
					(errcode(ERRCODE_SV_UNSOUND_POLICY),
					 errmsg("rows of calendar \"%s\" for %s contradict each other", name,
							as_day_text(column_day(i, 1, &isnull))),
					 errdetail("A day has one row without hours, or working rows whose hours do not overlap."),
					 errhint("Correct them in aftersales.calendar_day.")));
		}
	}
}

/* Takes over the days of a source for which the list has none. */
static void
merge_dated(MemoryContext cxt, DatedList *own, const DatedList *source)
{
	AsDatedDay *all = MemoryContextAlloc(cxt, sizeof(AsDatedDay) * Max(own->n + source->n, 1));
	int			n = 0;
	int			i = 0;
	int			k = 0;

	while (i < own->n || k < source->n)
	{
		if (k == source->n || (i < own->n && own->day[i].julian <= source->day[k].julian))
		{
			if (k < source->n && own->day[i].julian == source->day[k].julian)
				k++;
			all[n++] = own->day[i++];
		}
		else
			all[n++] = source->day[k++];
	}
	own->n = n;
	own->day = all;
}

/*
 * Reads the dated rows of the chain of holidays_from; the nearest calendar
 * wins, day by day.  known_until is that of the nearest which says one.
 */
static void
load_chain(AsCalendar *cal, Settings *settings)
{
	Settings	s = *settings;
	DatedList	all;
	int			depth;
	int			i;

	load_dated(cal->cxt, cal->name, cal->revision, &all);
	for (i = 0; i < all.n; i++)
		all.day[i].is_own = true;
	for (depth = 0; s.holidays_from != NULL; depth++)
	{
		char	   *source = s.holidays_from;
		DatedList	list;

		if (depth == MAX_SOURCES)
			ereport(ERROR,
					(errcode(ERRCODE_SV_UNSOUND_POLICY),
					 errmsg("calendar \"%s\" takes holidays in a circle", cal->name),
					 errdetail("More than %d calendars follow each other by holidays_from.", MAX_SOURCES),
					 errhint("Set holidays_from of one of them to NULL.")));
		load_settings(source, s.source_revision, &s);
		load_dated(cal->cxt, source, s.revision, &list);
		merge_dated(cal->cxt, &all, &list);
		if (!settings->has_known_until)
		{
			settings->has_known_until = s.has_known_until;
			settings->known_until = s.known_until;
		}
	}
	cal->ndated = all.n;
	cal->dated = all.day;
}

/*
 * A working day without hours has the Monday hours; where Monday is closed,
 * those of the first weekday that is not.
 */
static void
fill_hours(AsCalendar *cal)
{
	const AsHours *monday = NULL;
	int64		open = 0;
	int			i;

	for (i = 0; i < 7 && monday == NULL; i++)
		if (cal->week[i].nspans > 0)
			monday = &cal->week[i];
	for (i = 0; i < cal->ndated; i++)
	{
		AsDatedDay *d = &cal->dated[i];

		if (d->is_working && !d->has_hours)
		{
			if (monday == NULL)
				ereport(ERROR,
						(errcode(ERRCODE_SV_UNSOUND_POLICY),
						 errmsg("working day %s of calendar \"%s\" has no hours", as_day_text(d->julian),
								cal->name),
						 errdetail("It would have the Monday hours, but the calendar has no weekly hours."),
						 errhint("Insert rows into aftersales.calendar_hours, or give the day hours of its own.")));
			d->hours = *monday;
		}
		open += d->hours.open;
	}
	if (!cal->open_weekly && open == 0)
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNSOUND_POLICY),
				 errmsg("calendar \"%s\" is never open", cal->name),
				 errdetail("It has neither weekly hours nor a dated working day."),
				 errhint("Insert rows into aftersales.calendar_hours.")));
}

static void
load_calendar(AsCalendar *cal, int revision)
{
	Settings	s;
	AsLoad		ls;

	as_load_begin(&ls);
	load_settings(cal->name, revision, &s);
	cal->revision = s.revision;
	cal->is_current = revision == 0;
	cal->tz = pg_tzset(s.timezone);
	if (cal->tz == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNSOUND_POLICY),
				 errmsg("calendar \"%s\" has unknown time zone \"%s\"", cal->name, s.timezone),
				 errhint("Use an IANA name such as Asia/Shanghai.")));
	load_hours(cal);
	load_chain(cal, &s);
	cal->has_known_until = s.has_known_until;
	cal->known_until = s.known_until;
	fill_hours(cal);
	as_load_end(&ls);
}

/*
 * as_calendar_get returns a calendar; revision 0 is the current one.  Unknown
 * or unsound ones are an error (SV011).
 */
const AsCalendar *
as_calendar_get(AsCache *cache, const char *name, int revision)
{
	MemoryContext cxt;
	AsCalendar *cal;

	for (cal = cache->calendars; cal != NULL; cal = cal->next)
		if (strcmp(cal->name, name) == 0 &&
			(revision == 0 ? cal->is_current : cal->revision == revision))
			return cal;

	cxt = AllocSetContextCreate(CurrentMemoryContext, "aftersales calendar",
								ALLOCSET_SMALL_SIZES);
	cal = MemoryContextAllocZero(cxt, sizeof(AsCalendar));
	cal->cxt = cxt;
	cal->name = MemoryContextStrdup(cxt, name);
	load_calendar(cal, revision);
	MemoryContextSetParent(cxt, cache->cxt);
	cal->next = cache->calendars;
	cache->calendars = cal;
	return cal;
}

const char *
as_calendar_name(const AsCalendar *cal)
{
	return cal->name;
}

int
as_calendar_revision(const AsCalendar *cal)
{
	return cal->revision;
}

pg_tz *
as_calendar_tz(const AsCalendar *cal)
{
	return cal->tz;
}

/*
 * as_calendar_known_until returns the last day that an official notice
 * covers; false when the calendar needs none.
 */
bool
as_calendar_known_until(const AsCalendar *cal, int *julian)
{
	*julian = cal->known_until;
	return cal->has_known_until;
}

/*
 * as_calendar_known tells whether a day lies within what is officially known.
 */
bool
as_calendar_known(const AsCalendar *cal, int julian)
{
	return !cal->has_known_until || julian <= cal->known_until;
}
