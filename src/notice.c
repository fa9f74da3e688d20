/*-------------------------------------------------------------------------
 *
 * notice.c
 *	  load_calendar_days(): next year's notice of holidays.
 *
 * The rows of the dates that a notice names are replaced, all in one revision
 * of the calendar, so that open clocks move once.  It runs with the caller's
 * rights on the calendar tables.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include <ctype.h>

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/jsonb.h"

#include "calendar_history.h"
#include "worktime.h"

PG_FUNCTION_INFO_V1(as_load_calendar_days);

#define DAY_COLUMNS 5

static const char *const day_key[] = {"day", "is_working", "opens", "closes", "name"};
static const char *const notice_key[] = {"known_until", "days"};
static const Oid day_array[DAY_COLUMNS] = {
	DATEARRAYOID, BOOLARRAYOID, TIMEARRAYOID, TIMEARRAYOID, TEXTARRAYOID
};
static const Oid day_type[DAY_COLUMNS] = {DATEOID, BOOLOID, TIMEOID, TIMEOID, TEXTOID};

typedef struct Notice
{
	bool		has_known_until;
	Datum		known_until;
	int			ndays;
	ArrayBuildState *column[DAY_COLUMNS];
} Notice;

/* "element 3" or "the notice": what an error speaks of */
static char *
place(int n)
{
	return n == 0 ? pstrdup(_("The top level")) : psprintf(_("Element %d of the days"), n);
}

static void
refuse(int n, const char *problem)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the notice cannot be read"),
			 errdetail_internal("%s: %s", place(n), problem),
			 errhint("Give an array of {\"day\": \"2027-01-01\", \"is_working\": false, \"name\": \"...\"}, with \"opens\" and \"closes\" where hours are special, or {\"known_until\": \"2027-12-31\", \"days\": [...]}.")));
}

/* Keys that are not meant are refused: a misspelt one must not be lost. */
static void
check_keys(JsonbContainer *object, const char *const *keys, int nkeys, int n)
{
	JsonbIterator *it = JsonbIteratorInit(object);
	JsonbValue	v;
	JsonbIteratorToken token;

	while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
	{
		int			i;

		if (token != WJB_KEY)
			continue;
		for (i = 0; i < nkeys; i++)
			if (strlen(keys[i]) == v.val.string.len &&
				memcmp(keys[i], v.val.string.val, v.val.string.len) == 0)
				break;
		if (i == nkeys)
			refuse(n, psprintf(_("key \"%s\" is unknown"), pnstrdup(v.val.string.val, v.val.string.len)));
	}
}

/* The value of a key; NULL when it is not there or null. */
static JsonbValue *
value_of(JsonbContainer *object, const char *key)
{
	JsonbValue *v = getKeyJsonValueFromContainer(object, key, strlen(key), NULL);

	return v == NULL || v->type == jbvNull ? NULL : v;
}

static char *
string_of(JsonbContainer *object, const char *key, int n)
{
	JsonbValue *v = value_of(object, key);

	if (v != NULL && v->type != jbvString)
		refuse(n, psprintf(_("\"%s\" is no string"), key));
	return v == NULL ? NULL : pnstrdup(v->val.string.val, v->val.string.len);
}

/* Whether text has the form of a pattern, in which 9 stands for a digit. */
static bool
has_form(const char *text, const char *pattern)
{
	for (; *text != '\0' && *pattern != '\0'; text++, pattern++)
		if (*pattern == '9' ? !isdigit((unsigned char) *text) : *text != *pattern)
			return false;
	return *text == *pattern;
}

/* Dates and times have one form, whatever the session's DateStyle. */
static Datum
date_of(const char *text, const char *key, int n)
{
	if (!has_form(text, "9999-99-99"))
		refuse(n, psprintf(_("\"%s\" is no date of the form 2027-01-01"), key));
	return DirectFunctionCall1(date_in, CStringGetDatum(text));
}

static Datum
time_of(const char *text, const char *key, int n)
{
	if (text == NULL)
		return (Datum) 0;
	if (!has_form(text, "99:99") && !has_form(text, "99:99:99"))
		refuse(n, psprintf(_("\"%s\" is no time of the form 08:30"), key));
	return DirectFunctionCall3(time_in, CStringGetDatum(text), ObjectIdGetDatum(InvalidOid),
							   Int32GetDatum(-1));
}

static void
read_day(Notice *notice, JsonbValue *element, int n)
{
	JsonbContainer *object;
	JsonbValue *is_working;
	char	   *text[DAY_COLUMNS];
	Datum		values[DAY_COLUMNS];
	int			i;

	if (element->type != jbvBinary || !JsonContainerIsObject(element->val.binary.data))
		refuse(n, _("it is no object"));
	object = element->val.binary.data;
	check_keys(object, day_key, lengthof(day_key), n);
	for (i = 0; i < DAY_COLUMNS; i++)
		text[i] = i == 1 ? "" : string_of(object, day_key[i], n);
	is_working = value_of(object, "is_working");
	if (text[0] == NULL || is_working == NULL || is_working->type != jbvBool)
		refuse(n, _("\"day\" (a date) and \"is_working\" (true or false) must be given"));
	values[0] = date_of(text[0], "day", n);
	values[1] = BoolGetDatum(is_working->val.boolean);
	values[2] = time_of(text[2], "opens", n);
	values[3] = time_of(text[3], "closes", n);
	values[4] = text[4] == NULL ? (Datum) 0 : CStringGetTextDatum(text[4]);
	for (i = 0; i < DAY_COLUMNS; i++)
		accumArrayResult(notice->column[i], values[i], text[i] == NULL, day_type[i],
						 CurrentMemoryContext);
	notice->ndays++;
}

static void
read_notice(Notice *notice, Jsonb *jb)
{
	JsonbContainer *days = &jb->root;
	int			i;

	memset(notice, 0, sizeof(Notice));
	for (i = 0; i < DAY_COLUMNS; i++)
		notice->column[i] = initArrayResult(day_type[i], CurrentMemoryContext, false);
	if (JB_ROOT_IS_OBJECT(jb))
	{
		char	   *known_until = string_of(&jb->root, "known_until", 0);
		JsonbValue *v = value_of(&jb->root, "days");

		check_keys(&jb->root, notice_key, lengthof(notice_key), 0);
		if (v == NULL || v->type != jbvBinary || !JsonContainerIsArray(v->val.binary.data))
			refuse(0, _("\"days\" must be an array"));
		days = v->val.binary.data;
		if (known_until != NULL)
		{
			notice->has_known_until = true;
			notice->known_until = date_of(known_until, "known_until", 0);
		}
	}
	else if (JB_ROOT_IS_SCALAR(jb))
		refuse(0, _("it is neither array nor object"));
	for (i = 0; i < JsonContainerSize(days); i++)
		read_day(notice, getIthJsonbValueFromContainer(days, i), i + 1);
}

/* Locks the calendar: two notices come one after the other. */
static void
lock_calendar(Datum calendar)
{
	Oid			types[1] = {TEXTOID};

	if (SPI_execute_with_args("SELECT 1 FROM aftersales.calendar WHERE calendar" EQ "$1 FOR NO KEY UPDATE",
							  1, types, &calendar, NULL, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "locking a calendar failed");
	if (SPI_processed == 0)
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNKNOWN_VALUE),
				 errmsg("there is no calendar \"%s\"", TextDatumGetCString(calendar)),
				 errhint("Insert it into aftersales.calendar, or call aftersales.install_calendar() for a ready one.")));
}

/*
 * A day has one row without hours, or working rows whose hours do not
 * overlap.  Two rows alike are found here too, before the unique key would.
 */
static void
check_days(Oid *types, Datum *values)
{
	if (SPI_execute_with_args("SELECT a.day FROM ROWS FROM (pg_catalog.unnest($2), pg_catalog.unnest($4),"
							  " pg_catalog.unnest($5)) WITH ORDINALITY a(day, opens, closes, n)"
							  " JOIN ROWS FROM (pg_catalog.unnest($2), pg_catalog.unnest($4),"
							  " pg_catalog.unnest($5)) WITH ORDINALITY b(day, opens, closes, n)"
							  " ON a.day" EQ "b.day AND a.n" LT "b.n"
							  " WHERE a.opens IS NULL OR b.opens IS NULL OR"
							  " (a.opens" LT "b.closes AND b.opens" LT "a.closes) ORDER BY 1 LIMIT 1",
							  DAY_COLUMNS + 1, types, values, NULL, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "comparing days failed");
	if (SPI_processed > 0)
	{
		bool		isnull;
		DateADT		day = DatumGetDateADT(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
														1, &isnull));

		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the notice contradicts itself about %s",
						as_day_text(day + POSTGRES_EPOCH_JDATE)),
				 errdetail("A day has one element without hours, or working ones whose hours do not overlap.")));
	}
}

static void
write_days(Datum calendar, const Notice *notice)
{
	Oid			types[DAY_COLUMNS + 1] = {TEXTOID};
	Datum		values[DAY_COLUMNS + 1] = {calendar};
	Oid			known_types[2] = {TEXTOID, DATEOID};
	Datum		known_values[2] = {calendar, notice->known_until};
	int			i;

	for (i = 0; i < DAY_COLUMNS; i++)
	{
		types[i + 1] = day_array[i];
		values[i + 1] = makeArrayResult(notice->column[i], CurrentMemoryContext);
	}
	SPI_connect();
	lock_calendar(calendar);
	check_days(types, values);
	if (SPI_execute_with_args("DELETE FROM aftersales.calendar_day WHERE calendar" EQ "$1"
							  " AND day" EQ "ANY ($2)", 2, types, values, NULL, false, 0) != SPI_OK_DELETE ||
		SPI_execute_with_args("INSERT INTO aftersales.calendar_day (calendar, day, is_working, opens,"
							  " closes, name) SELECT $1, n.* FROM ROWS FROM (pg_catalog.unnest($2),"
							  " pg_catalog.unnest($3), pg_catalog.unnest($4), pg_catalog.unnest($5),"
							  " pg_catalog.unnest($6)) n", DAY_COLUMNS + 1, types, values, NULL, false,
							  0) != SPI_OK_INSERT)
		elog(ERROR, "writing days failed");
	if (notice->has_known_until &&
		SPI_execute_with_args("UPDATE aftersales.calendar SET known_until = $2 WHERE calendar" EQ "$1"
							  " AND (known_until IS NULL OR known_until" LT "$2)", 2, known_types,
							  known_values, NULL, false, 0) != SPI_OK_UPDATE)
		elog(ERROR, "writing a calendar failed");
	SPI_finish();
}

/*
 * aftersales.load_calendar_days(calendar, days)
 */
Datum
as_load_calendar_days(PG_FUNCTION_ARGS)
{
	Datum		calendar = PG_GETARG_DATUM(0);
	Notice		notice;

	read_notice(&notice, PG_GETARG_JSONB_P(1));
	as_calendar_batch_begin();
	PG_TRY();
	{
		write_days(calendar, &notice);
	}
	PG_CATCH();
	{
		as_calendar_batch_drop();
		PG_RE_THROW();
	}
	PG_END_TRY();
	as_calendar_batch_end();
	PG_RETURN_INT32(notice.ndays);
}
