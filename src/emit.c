/*-------------------------------------------------------------------------
 *
 * emit.c
 *	  Writes the built-in events that promises, approvals, contacts and
 *	  shifts mean.
 *
 * They are inserted into ticket_event as the desk's owner and go the way of
 * every event that is inserted there: locks, places in the chain, hashes,
 * private rows and clocks are event.c's and event_record.c's.  The one thing
 * that differs is their origin, which lets a built-in name pass.
 *
 * As with our own writes to protected tables (module.c) the origin is armed
 * for one statement on one table: the BEFORE STATEMENT trigger of that table
 * takes it.  The actor stays the person who acts.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/json.h"
#include "utils/memutils.h"
#include "utils/numeric.h"

#include "emit.h"

static Oid	armed_relid = InvalidOid;
static const char *armed_origin = NULL;

/*
 * as_emit_take returns the origin of the events that the statement which
 * begins on this table is to write, once; NULL for an application's.
 */
const char *
as_emit_take(Oid relid)
{
	const char *origin = armed_origin;

	if (origin == NULL || armed_relid != relid)
		return NULL;
	as_emit_forget();
	return origin;
}

/*
 * as_emit_forget is called when a (sub)transaction ends.
 */
void
as_emit_forget(void)
{
	armed_relid = InvalidOid;
	armed_origin = NULL;
}

static int
compare_emissions(const void *a, const void *b)
{
	const Emission *x = a;
	const Emission *y = b;

	if (x->ticket_id != y->ticket_id)
		return x->ticket_id < y->ticket_id ? -1 : 1;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->position < y->position ? -1 : x->position > y->position;
}

static void
emit_batch(AsStatement *st, const char *origin, int n, const Emission *emissions)
{
	static const Oid types[4] = {INT8OID, TEXTOID, TIMESTAMPTZOID, JSONBOID};
	ArrayBuildState *a[4];
	Datum		values[4];
	int			i;

	for (i = 0; i < 4; i++)
		a[i] = initArrayResult(types[i], CurrentMemoryContext, false);
	for (i = 0; i < n; i++)
	{
		const Emission *e = &emissions[i];

		as_accum(a[0], Int64GetDatum(e->ticket_id), false, INT8OID);
		as_accum(a[1], CStringGetTextDatum(e->event), false, TEXTOID);
		as_accum(a[2], TimestampTzGetDatum(e->at), false, TIMESTAMPTZOID);
		as_accum(a[3], JsonbPGetDatum(e->data), e->data == NULL, JSONBOID);
	}
	for (i = 0; i < 4; i++)
		values[i] = as_array(a[i]);
	armed_relid = as_desk_relid(st->desk, "ticket_event");
	armed_origin = origin;
	if (as_run(st->desk, PLAN_EMIT, values, NULL, NULL) != n)
		elog(ERROR, "writing events failed");
}

/*
 * as_emit writes events, ticket by ticket in the order of time.  The events
 * of a ticket go in one statement, so that its clocks are judged by all of
 * them together.  The caller is connected to SPI.
 */
void
as_emit(AsStatement *st, const char *origin, int n, Emission *emissions)
{
	int			first = 0;
	int			i;

	for (i = 0; i < n; i++)
		emissions[i].position = i;
	qsort(emissions, n, sizeof(Emission), compare_emissions);
	for (i = 1; i <= n; i++)
	{
		if (i < n && (i - first < WRITE_BATCH ||
					  emissions[i].ticket_id == emissions[i - 1].ticket_id))
			continue;
		emit_batch(st, origin, i - first, &emissions[first]);
		first = i;
	}
}

/* ---------- data of events ---------- */

JsonbValue
as_json_string(const char *s)
{
	JsonbValue	v;

	v.type = jbvString;
	v.val.string.val = unconstify(char *, s);
	v.val.string.len = strlen(s);
	return v;
}

/*
 * as_json_time writes a time in ISO 8601, in UTC: it depends on no setting.
 */
JsonbValue
as_json_time(TimestampTz at)
{
	char	   *buf = palloc(MAXDATELEN + 1);
	int			utc = 0;

	return as_json_string(JsonEncodeDateTime(buf, TimestampTzGetDatum(at), TIMESTAMPTZOID, &utc));
}

JsonbValue
as_json_integer(int64 i)
{
	JsonbValue	v;

	v.type = jbvNumeric;
	v.val.numeric = int64_to_numeric(i);
	return v;
}

JsonbValue
as_json_boolean(bool b)
{
	JsonbValue	v;

	v.type = jbvBool;
	v.val.boolean = b;
	return v;
}

/*
 * as_json_object returns an object of n keys in a memory context.
 */
Jsonb *
as_json_object(MemoryContext cxt, int n, const char *const *keys, JsonbValue *values)
{
	MemoryContext old = MemoryContextSwitchTo(cxt);
	JsonbParseState *ps = NULL;
	Jsonb	   *result;
	int			i;

	pushJsonbValue(&ps, WJB_BEGIN_OBJECT, NULL);
	for (i = 0; i < n; i++)
	{
		JsonbValue	key = as_json_string(keys[i]);

		pushJsonbValue(&ps, WJB_KEY, &key);
		pushJsonbValue(&ps, WJB_VALUE, &values[i]);
	}
	result = JsonbValueToJsonb(pushJsonbValue(&ps, WJB_END_OBJECT, NULL));
	MemoryContextSwitchTo(old);
	return result;
}
