/*-------------------------------------------------------------------------
 *
 * calendar_row.c
 *	  What a row of the calendar tables may say.
 *
 * As for policies, an INSERT while a dump is restored is not looked at.
 * Whether spans overlap is seen when the calendar is read, and by
 * check_calendar(): rows may come in any order.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "catalog/pg_type.h"
#include "pgtime.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/rel.h"

#include "calendar_history.h"

PG_FUNCTION_INFO_V1(as_calendar_row_check);

static Datum
column(HeapTuple tup, TupleDesc tupdesc, const char *name, bool *isnull)
{
	return SPI_getbinval(tup, tupdesc, SPI_fnumber(tupdesc, name), isnull);
}

static char *
column_text(HeapTuple tup, TupleDesc tupdesc, const char *name)
{
	return SPI_getvalue(tup, tupdesc, SPI_fnumber(tupdesc, name));
}

/*
 * one_value runs a query over one or two texts; NULL when it has no row or
 * its value is NULL.
 */
static char *
one_value(const char *query, const char *a, const char *b)
{
	Oid			types[2] = {TEXTOID, TEXTOID};
	Datum		values[2];
	char	   *result = NULL;

	values[0] = CStringGetTextDatum(a);
	values[1] = CStringGetTextDatum(b);
	SPI_connect();
	if (SPI_execute_with_args(query, 2, types, values, NULL, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "reading calendars failed");
	if (SPI_processed > 0)
	{
		char	   *value = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);

		if (value != NULL)
		{
			result = SPI_palloc(strlen(value) + 1);
			strcpy(result, value);
		}
	}
	SPI_finish();
	return result;
}

/* The calendar that dated rows are taken from must be there, and not take ours. */
static void
check_source(Relation rel, const char *calendar, const char *source)
{
	bool		circle = strcmp(source, calendar) == 0;

	if (!circle &&
		one_value("SELECT calendar FROM aftersales.calendar WHERE calendar" EQ "$1"
				  " AND $2 IS NOT NULL FOR KEY SHARE", source, "") == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("there is no calendar \"%s\" to take holidays from", source),
				 errhint("Insert that calendar first, or call aftersales.install_calendar() for a ready one."),
				 errtable(rel)));
	if (!circle &&
		one_value("WITH RECURSIVE chain AS (SELECT holidays_from FROM aftersales.calendar"
				  " WHERE calendar" EQ "$1 UNION SELECT c.holidays_from FROM chain h"
				  " JOIN aftersales.calendar c ON c.calendar" EQ "h.holidays_from)"
				  " SELECT holidays_from FROM chain WHERE holidays_from" EQ "$2",
				  source, calendar) != NULL)
		circle = true;
	if (circle)
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNSOUND_POLICY),
				 errmsg("calendar \"%s\" would take holidays in a circle", calendar),
				 errdetail("Calendar \"%s\" takes them, directly or not, from \"%s\".", source, calendar),
				 errtable(rel)));
}

/* Nobody may lose the calendar he counts by. */
static void
check_removal(Relation rel, const char *calendar)
{
	char	   *user = one_value("SELECT pg_catalog.format('calendar \"%s\"', calendar) FROM aftersales.calendar"
								 " WHERE holidays_from" EQ "$1 AND $2 IS NOT NULL"
								 " UNION ALL SELECT pg_catalog.format('policy \"%s\"', policy)"
								 " FROM aftersales.policy WHERE calendar" EQ "$1"
								 " UNION ALL SELECT pg_catalog.format('rule \"%s\" of policy \"%s\"', rule, policy)"
								 " FROM aftersales.sla_rule WHERE calendar" EQ "$1", calendar, "");

	if (user != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("calendar \"%s\" is in use", calendar),
				 errdetail("It is named by %s.", user),
				 errtable(rel)));
}

static HeapTuple
check_calendar(TriggerData *trigdata, HeapTuple new)
{
	Relation	rel = trigdata->tg_relation;
	TupleDesc	tupdesc = RelationGetDescr(rel);
	HeapTuple	old = trigdata->tg_trigtuple;
	char	   *calendar = column_text(new, tupdesc, "calendar");
	char	   *timezone = column_text(new, tupdesc, "timezone");
	char	   *source = column_text(new, tupdesc, "holidays_from");
	int			revision_attno = SPI_fnumber(tupdesc, "revision");
	Datum		revision;
	bool		isnull;
	Datum		known_until;

	if (TRIGGER_FIRED_BY_DELETE(trigdata->tg_event))
	{
		check_removal(rel, calendar);
		return new;
	}
	if (timezone != NULL && pg_tzset(timezone) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNSOUND_POLICY),
				 errmsg("unknown time zone \"%s\"", timezone),
				 errhint("Use an IANA name such as Asia/Shanghai."),
				 errtable(rel)));
	known_until = column(new, tupdesc, "known_until", &isnull);
	if (!isnull && DATE_NOT_FINITE(DatumGetDateADT(known_until)))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("known_until of calendar \"%s\" is infinite", calendar),
				 errhint("Leave it NULL for a calendar that needs no official notice."),
				 errtable(rel)));
	if (source != NULL)
		check_source(rel, calendar, source);

	if (TRIGGER_FIRED_BY_INSERT(trigdata->tg_event))
	{
		/* a name that was deleted and comes again goes on counting */
		char	   *last = calendar == NULL ? NULL :
			one_value("SELECT pg_catalog.max(revision) FROM aftersales.calendar_revision"
					  " WHERE calendar" EQ "$1 AND $2 IS NOT NULL", calendar, "");

		revision = Int32GetDatum(last == NULL ? 0 : atoi(last));
		isnull = false;
		return heap_modify_tuple_by_cols(new, tupdesc, 1, &revision_attno, &revision, &isnull);
	}
	if (strcmp(calendar, column_text(old, tupdesc, "calendar")) != 0 ||
		(!as_calendar_counting &&
		 DatumGetInt32(column(new, tupdesc, "revision", &isnull)) !=
		 DatumGetInt32(column(old, tupdesc, "revision", &isnull))))
		ereport(ERROR,
				(errcode(ERRCODE_SV_PROTECTED),
				 errmsg("code and revision of a calendar are not set by hand"),
				 errdetail("Every change of its rows gives calendar \"%s\" a new revision by itself.",
						   column_text(old, tupdesc, "calendar")),
				 errtable(rel)));
	return new;
}

static void
refuse_hours(Relation rel, HeapTuple tup, const char *detail)
{
	TupleDesc	tupdesc = RelationGetDescr(rel);
	bool		is_day = SPI_fnumber(tupdesc, "day") > 0;

	ereport(ERROR,
			(errcode(ERRCODE_SV_UNSOUND_POLICY),
			 errmsg("hours of calendar \"%s\" for %s %s make no sense",
					column_text(tup, tupdesc, "calendar"), is_day ? "day" : "weekday",
					column_text(tup, tupdesc, is_day ? "day" : "weekday")),
			 errdetail_internal("%s", detail),
			 errtable(rel)));
}

static void
check_hours(TriggerData *trigdata, HeapTuple new)
{
	Relation	rel = trigdata->tg_relation;
	TupleDesc	tupdesc = RelationGetDescr(rel);
	bool		no_opens;
	bool		no_closes;
	bool		isnull;
	TimeADT		opens = DatumGetTimeADT(column(new, tupdesc, "opens", &no_opens));
	TimeADT		closes = DatumGetTimeADT(column(new, tupdesc, "closes", &no_closes));
	Datum		value;

	if (!no_opens && !no_closes && opens >= closes)
		refuse_hours(rel, new,
					 _("It closes before it has opened. Hours over midnight are two rows: one up to 24:00, one from 00:00 on the next day."));
	if (SPI_fnumber(tupdesc, "day") < 0)
		return;
	if (no_opens != no_closes)
		refuse_hours(rel, new, _("A row has both opens and closes, or neither."));
	value = column(new, tupdesc, "is_working", &isnull);
	if (!isnull && !DatumGetBool(value) && !no_opens)
		refuse_hours(rel, new, _("A day that is not working has no hours."));
	value = column(new, tupdesc, "day", &isnull);
	if (!isnull && DATE_NOT_FINITE(DatumGetDateADT(value)))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("a day of calendar \"%s\" is infinite", column_text(new, tupdesc, "calendar")),
				 errtable(rel)));
}

/*
 * aftersales.calendar_row_check()
 */
Datum
as_calendar_row_check(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	HeapTuple	new;

	as_check_trigger(fcinfo, "calendar_row_check", TRIGGER_EVENT_BEFORE, true);
	new = TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event) ? trigdata->tg_newtuple : trigdata->tg_trigtuple;
	if (as_restoring() && TRIGGER_FIRED_BY_INSERT(trigdata->tg_event))
		return PointerGetDatum(new);
	if (strcmp(RelationGetRelationName(trigdata->tg_relation), "calendar") == 0)
		new = check_calendar(trigdata, new);
	else
		check_hours(trigdata, new);
	return PointerGetDatum(new);
}
