/*-------------------------------------------------------------------------
 *
 * attribute.c
 *	  Values of ticket.attributes by declared type.
 *
 * Dates and times are read from one fixed ISO form, so that reading them
 * depends on no setting and the accessor functions are truly immutable.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/datum.h"
#include "utils/numeric.h"

#include "attribute.h"

/* by AttributeType */
static const char *const type_name[] = {
	"text", "integer", "numeric", "boolean", "date", "timestamptz"
};

PG_FUNCTION_INFO_V1(as_attribute_text);
PG_FUNCTION_INFO_V1(as_attribute_integer);
PG_FUNCTION_INFO_V1(as_attribute_numeric);
PG_FUNCTION_INFO_V1(as_attribute_boolean);
PG_FUNCTION_INFO_V1(as_attribute_date);
PG_FUNCTION_INFO_V1(as_attribute_timestamptz);

/*
 * as_attribute_type_name and as_attribute_type turn a declared type into its
 * name in policy rows and back.
 */
const char *
as_attribute_type_name(AttributeType type)
{
	return type_name[type];
}

AttributeType
as_attribute_type(const char *name)
{
	int			i;

	for (i = 0; i < lengthof(type_name); i++)
		if (strcmp(type_name[i], name) == 0)
			return (AttributeType) i;
	elog(ERROR, "unknown attribute type \"%s\"", name);
	return ATTR_TEXT;			/* keep compiler quiet */
}

/* Reads n digits; false when there are others. */
static bool
digits(const char **s, const char *end, int n, int *value)
{
	*value = 0;
	for (; n > 0; n--, (*s)++)
	{
		if (*s >= end || **s < '0' || **s > '9')
			return false;
		*value = *value * 10 + (**s - '0');
	}
	return true;
}

static bool
literal(const char **s, const char *end, char c)
{
	if (*s >= end || **s != c)
		return false;
	(*s)++;
	return true;
}

static bool
scan_date(const char **s, const char *end, struct pg_tm *tm)
{
	return digits(s, end, 4, &tm->tm_year) && literal(s, end, '-') &&
		digits(s, end, 2, &tm->tm_mon) && literal(s, end, '-') &&
		digits(s, end, 2, &tm->tm_mday) &&
		tm->tm_year >= 1 && tm->tm_mon >= 1 && tm->tm_mon <= 12 && tm->tm_mday >= 1 &&
		tm->tm_mday <= day_tab[isleap(tm->tm_year)][tm->tm_mon - 1];
}

/* YYYY-MM-DD */
static bool
parse_date(JsonbValue *value, DateADT *result)
{
	const char *s = value->val.string.val;
	const char *end = s + value->val.string.len;
	struct pg_tm tm;

	if (value->type != jbvString || !scan_date(&s, end, &tm) || s != end)
		return false;
	*result = date2j(tm.tm_year, tm.tm_mon, tm.tm_mday) - POSTGRES_EPOCH_JDATE;
	return true;
}

/* Z, +08:00 or -05:30; as seconds west of Greenwich */
static bool
scan_offset(const char **s, const char *end, int *offset)
{
	int			sign;
	int			hours;
	int			minutes;

	if (literal(s, end, 'Z'))
	{
		*offset = 0;
		return true;
	}
	if (*s >= end || (**s != '+' && **s != '-'))
		return false;
	sign = **s == '+' ? -1 : 1;
	(*s)++;
	if (!digits(s, end, 2, &hours) || !literal(s, end, ':') || !digits(s, end, 2, &minutes) ||
		hours > 15 || minutes > 59)
		return false;
	*offset = sign * (hours * SECS_PER_HOUR + minutes * SECS_PER_MINUTE);
	return true;
}

/* YYYY-MM-DDThh:mm:ss[.fraction] and an offset */
static bool
parse_timestamptz(JsonbValue *value, TimestampTz *result)
{
	const char *s = value->val.string.val;
	const char *end = s + value->val.string.len;
	struct pg_tm tm;
	fsec_t		fsec = 0;
	int			scale = 100000;
	int			offset;

	if (value->type != jbvString || !scan_date(&s, end, &tm) || !literal(&s, end, 'T') ||
		!digits(&s, end, 2, &tm.tm_hour) || !literal(&s, end, ':') ||
		!digits(&s, end, 2, &tm.tm_min) || !literal(&s, end, ':') ||
		!digits(&s, end, 2, &tm.tm_sec) ||
		tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 59)
		return false;
	if (s < end && *s == '.')
	{
		for (s++; s < end && *s >= '0' && *s <= '9' && scale > 0; s++, scale /= 10)
			fsec += (*s - '0') * scale;
	}
	if (!scan_offset(&s, end, &offset) || s != end)
		return false;
	return tm2timestamp(&tm, fsec, &offset, result) == 0;
}

static bool
is_integer(JsonbValue *value)
{
	Datum		num = NumericGetDatum(value->val.numeric);
	Datum		lo = DirectFunctionCall1(int8_numeric, Int64GetDatum(PG_INT64_MIN));
	Datum		hi = DirectFunctionCall1(int8_numeric, Int64GetDatum(PG_INT64_MAX));

	return DatumGetBool(DirectFunctionCall2(numeric_eq, num,
											DirectFunctionCall2(numeric_trunc, num, Int32GetDatum(0)))) &&
		DatumGetBool(DirectFunctionCall2(numeric_ge, num, lo)) &&
		DatumGetBool(DirectFunctionCall2(numeric_le, num, hi));
}

/*
 * as_attribute_fits tells whether a JSON value is one of the declared type.
 */
bool
as_attribute_fits(JsonbValue *value, AttributeType type)
{
	DateADT		date;
	TimestampTz timestamp;

	switch (type)
	{
		case ATTR_TEXT:
			return value->type == jbvString;
		case ATTR_INTEGER:
			return value->type == jbvNumeric && is_integer(value);
		case ATTR_NUMERIC:
			return value->type == jbvNumeric;
		case ATTR_BOOLEAN:
			return value->type == jbvBool;
		case ATTR_DATE:
			return parse_date(value, &date);
		case ATTR_TIMESTAMPTZ:
			return parse_timestamptz(value, &timestamp);
	}
	return false;
}

/*
 * as_attribute_as_text returns a scalar in the form in which policy rows
 * list allowed values.
 */
char *
as_attribute_as_text(JsonbValue *value)
{
	switch (value->type)
	{
		case jbvString:
			return pnstrdup(value->val.string.val, value->val.string.len);
		case jbvNumeric:
			return DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value->val.numeric)));
		case jbvBool:
			return pstrdup(value->val.boolean ? "true" : "false");
		default:
			return pstrdup("");
	}
}

/* Finds an attribute of the function's arguments; false when it is absent. */
static bool
argument(FunctionCallInfo fcinfo, JsonbValue *value)
{
	Jsonb	   *jb = PG_GETARG_JSONB_P(0);
	text	   *name = PG_GETARG_TEXT_PP(1);

	if (!JB_ROOT_IS_OBJECT(jb))
		return false;
	return getKeyJsonValueFromContainer(&jb->root, VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name),
										value) != NULL &&
		value->type != jbvNull;
}

static void
wrong_type(FunctionCallInfo fcinfo, const char *type)
{
	ereport(ERROR,
			(errcode(ERRCODE_SV_UNKNOWN_VALUE),
			 errmsg("attribute \"%s\" holds no %s", text_to_cstring(PG_GETARG_TEXT_PP(1)), type)));
}

Datum
as_attribute_text(PG_FUNCTION_ARGS)
{
	JsonbValue	value;

	if (!argument(fcinfo, &value))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(as_attribute_as_text(&value)));
}

Datum
as_attribute_integer(PG_FUNCTION_ARGS)
{
	JsonbValue	value;

	if (!argument(fcinfo, &value))
		PG_RETURN_NULL();
	if (!as_attribute_fits(&value, ATTR_INTEGER))
		wrong_type(fcinfo, "integer");
	PG_RETURN_DATUM(DirectFunctionCall1(numeric_int8, NumericGetDatum(value.val.numeric)));
}

Datum
as_attribute_numeric(PG_FUNCTION_ARGS)
{
	JsonbValue	value;

	if (!argument(fcinfo, &value))
		PG_RETURN_NULL();
	if (value.type != jbvNumeric)
		wrong_type(fcinfo, "numeric");
	PG_RETURN_DATUM(datumCopy(NumericGetDatum(value.val.numeric), false, -1));
}

Datum
as_attribute_boolean(PG_FUNCTION_ARGS)
{
	JsonbValue	value;

	if (!argument(fcinfo, &value))
		PG_RETURN_NULL();
	if (value.type != jbvBool)
		wrong_type(fcinfo, "boolean");
	PG_RETURN_BOOL(value.val.boolean);
}

Datum
as_attribute_date(PG_FUNCTION_ARGS)
{
	JsonbValue	value;
	DateADT		result;

	if (!argument(fcinfo, &value))
		PG_RETURN_NULL();
	if (!parse_date(&value, &result))
		wrong_type(fcinfo, "date");
	PG_RETURN_DATEADT(result);
}

Datum
as_attribute_timestamptz(PG_FUNCTION_ARGS)
{
	JsonbValue	value;
	TimestampTz result;

	if (!argument(fcinfo, &value))
		PG_RETURN_NULL();
	if (!parse_timestamptz(&value, &result))
		wrong_type(fcinfo, "timestamptz");
	PG_RETURN_TIMESTAMPTZ(result);
}
