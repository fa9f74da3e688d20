/*-------------------------------------------------------------------------
 *
 * warranty_function.c
 *	  What asks for a classification: classify_warranty(), reclassify(); and
 *	  the trigger of product_unit, which finds a unit's policy.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "access/table.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/rel.h"

#include "reader.h"
#include "settle.h"
#include "warranty.h"
#include "worktime.h"

PG_FUNCTION_INFO_V1(as_classify_warranty);
PG_FUNCTION_INFO_V1(as_reclassify);
PG_FUNCTION_INFO_V1(as_unit_judge);

/* ---------- classify_warranty() ---------- */

#define NCOLS 9

typedef struct Question
{
	bool		has_unit;
	int64		unit_id;
	bool		has_at;
	WarrantyFault fault;
	MemoryContext cxt;			/* the result's */
	Datum		values[NCOLS];
	bool		nulls[NCOLS];
} Question;

static void
answer(Question *q, const Warranty *w)
{
	int			k;

	if (w->warranty_class != NULL)
	{
		memset(q->nulls, false, sizeof(q->nulls));
		q->values[0] = CStringGetTextDatum(w->warranty_class);
		q->values[1] = BoolGetDatum(w->covers != 0);
		q->values[2] = as_text_list(&w->remedies);
		for (k = 0; k < COVER_COUNT; k++)
			q->values[3 + k] = BoolGetDatum((w->covers & (1 << k)) != 0);
		q->values[6] = DateADTGetDatum(w->until);
	}
	q->values[7] = CStringGetTextDatum(w->basis);
	q->values[8] = as_clause_list(w->clauses);
	q->nulls[7] = q->nulls[8] = false;
}

static void
classify(AsStatement *st, void *arg)
{
	Question   *q = arg;
	const PolicyVersion *pv;
	WarrantyUnit unit;
	Warranty	w = {0};
	MemoryContext old = MemoryContextSwitchTo(q->cxt);
	char	   *policy;

	w.clauses = "";
	if (!q->has_unit || !q->has_at)
		w.basis = psprintf("%s is not known", q->has_unit ? "fault_at" : "unit_id");
	else if (!as_warranty_unit(st->desk, q->unit_id, true, &unit, &policy))
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNKNOWN_VALUE),
				 errmsg("there is no unit %lld on desk \"%s\"", (long long) q->unit_id, st->desk->name),
				 errhint("Take unit_id from the table product_unit of the desk.")));
	else if ((pv = as_policy_in_force(st->cache, policy, st->now)) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNKNOWN_VALUE),
				 errmsg("no version of policy \"%s\" is in force", policy),
				 errhint("activate_policy() puts one in force.")));
	else if (pv->warranty == NULL)
		w.basis = psprintf("policy %s has no warranty rules", policy);
	else
	{
		q->fault.day = as_fault_day(pv, q->fault.at);
		as_warranty_part(st->desk, pv, q->unit_id, true, &q->fault, &unit);
		as_warranty_judge(st, pv, &unit, &q->fault, &w);
	}
	answer(q, &w);
	MemoryContextSwitchTo(old);
}

static char *
text_arg(FunctionCallInfo fcinfo, int argno)
{
	return PG_ARGISNULL(argno) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(argno));
}

/*
 * aftersales.classify_warranty(unit_id, fault_at, fault_cause, component,
 * fault_code, desk)
 */
Datum
as_classify_warranty(PG_FUNCTION_ARGS)
{
	Oid			nspid = as_desk_resolve(fcinfo, 5);
	Question	q = {0};
	TupleDesc	tupdesc;

	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	q.cxt = CurrentMemoryContext;
	q.has_unit = !PG_ARGISNULL(0);
	q.unit_id = q.has_unit ? PG_GETARG_INT64(0) : 0;
	q.has_at = !PG_ARGISNULL(1);
	q.fault.at = q.has_at ? PG_GETARG_TIMESTAMPTZ(1) : 0;
	q.fault.cause = text_arg(fcinfo, 2);
	q.fault.component = text_arg(fcinfo, 3);
	q.fault.code = text_arg(fcinfo, 4);
	memset(q.nulls, true, sizeof(q.nulls));
	as_reading(nspid, classify, &q);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(tupdesc), q.values, q.nulls)));
}

/* ---------- reclassify() ---------- */

/* The five columns as they are after a reclassification, as an event. */
static void
apply_reclassify(AsStatement *st, const PolicyType *pt, TicketRow *row, List **events, const TouchOp *op)
{
	const AsDesk *desk = st->desk;
	int			class_index = desk->attno[TC_WARRANTY_CLASS] - 1;
	TicketRow  *before = as_copy_row(desk, row);
	EventRow   *e;
	Judgement	j = {0};

	if (pt->version->warranty == NULL)
		return;
	as_warranty_of_row(st, pt->version, row);
	if (!as_event_changed(desk, before, row, class_index))
		return;
	if (as_warranty_differs(desk, before, row))
	{
		j.st = st;
		j.desk = st->desk;
		j.rel = table_open(desk->ticket_relid, AccessShareLock);
		j.pt = pt;
		j.pv = pt->version;
		j.ticket_id = DatumGetInt64(TVAL(desk, row, TC_TICKET_ID));
		j.from = j.to = TextDatumGetCString(TVAL(desk, row, TC_STATUS));
		as_require_event_role(&j, "changed:warranty_class");
		table_close(j.rel, NoLock);
	}
	e = palloc0(sizeof(EventRow));
	e->event = "changed:warranty_class";
	e->occurred_at = Max(st->now, DatumGetTimestampTz(TVAL(desk, row, TC_EVENT_AT)));
	e->origin = "ticket";
	e->note = op->arg;
	e->data = as_change_data(desk, before, row, class_index);
	as_append_event(st, row, e, events);
}

/*
 * aftersales.reclassify(ticket_id, reason, desk)
 */
Datum
as_reclassify(PG_FUNCTION_ARGS)
{
	Oid			nspid = as_desk_resolve(fcinfo, 2);
	MemoryContext cxt = CurrentMemoryContext;
	TouchOp		op = {false, apply_reclassify, as_given_reason(fcinfo, 1)};
	AsStatement *st;
	int64		ticket_id;
	Datum		value;
	Oid			types[1] = {INT8OID};
	char	   *result;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("which ticket is to be reclassified is not said")));
	ticket_id = PG_GETARG_INT64(0);
	as_calendar_share();
	st = as_statement_push(nspid);
	SPI_connect();
	(void) as_actor(st);
	as_lock_known_ticket(st, ticket_id);
	as_touch(st, list_make1(&ticket_id), st->now, &op);
	value = Int64GetDatum(ticket_id);
	if (SPI_execute_with_args(psprintf("SELECT warranty_class FROM %s WHERE ticket_id" EQ "$1",
									   as_desk_table(st->desk, "ticket")),
							  1, types, &value, NULL, false, 1) != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "reading the ticket failed");
	result = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	if (result != NULL)
		result = MemoryContextStrdup(cxt, result);
	SPI_finish();
	as_statement_drop(st);
	if (result == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(result));
}

/* ---------- the policy of a unit ---------- */

static void
refuse_policy(Relation rel, int attno, const char *policy, bool several)
{
	ereport(ERROR,
			(errcode(ERRCODE_SV_UNKNOWN_VALUE),
			 policy != NULL ?
			 errmsg("there is no active policy \"%s\"", policy) :
			 several ?
			 errmsg("several policies in force have warranty rules") :
			 errmsg("no policy in force has warranty rules"),
			 errdetail_internal("column=policy"),
			 errhint("Name the policy whose rules hold for the unit."),
			 errtablecol(rel, attno)));
}

/* The only policy in force that has warranty rules; NULL: none, or several. */
static const char *
only_policy(AsCache *cache, TimestampTz now, bool *several)
{
	const PolicyVersion *pv;
	const char *last = NULL;
	const char *found = NULL;

	*several = false;
	for (pv = cache->versions; pv != NULL; pv = pv->next)
	{
		if (pv->effective_from > now || (last != NULL && strcmp(last, pv->policy) == 0))
			continue;
		last = pv->policy;
		if (as_policy_version(cache, pv->policy, pv->version)->warranty == NULL)
			continue;
		*several = found != NULL;
		if (*several)
			return NULL;
		found = pv->policy;
	}
	return found;
}

static bool
is_activated(const AsCache *cache, const char *policy)
{
	const PolicyVersion *pv;

	for (pv = cache->versions; pv != NULL; pv = pv->next)
		if (strcmp(pv->policy, policy) == 0)
			return true;
	return false;
}

/*
 * aftersales.unit_judge()
 */
Datum
as_unit_judge(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	TupleDesc	tupdesc;
	HeapTuple	new;
	AsStatement *st;
	char	   *policy;
	const char *found;
	bool		several = false;
	int			attno;

	as_check_trigger(fcinfo, "unit_judge", TRIGGER_EVENT_BEFORE, true);
	tupdesc = RelationGetDescr(trigdata->tg_relation);
	new = TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event) ? trigdata->tg_newtuple : trigdata->tg_trigtuple;
	attno = SPI_fnumber(tupdesc, "policy");
	if (attno <= 0)
		elog(ERROR, "table \"%s\" has lost its column \"policy\"",
			 RelationGetRelationName(trigdata->tg_relation));
	policy = SPI_getvalue(new, tupdesc, attno);
	if (policy != NULL && TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event) &&
		strcmp(policy, SPI_getvalue(trigdata->tg_trigtuple, tupdesc, attno)) == 0)
		return PointerGetDatum(new);

	st = as_statement_push(RelationGetNamespace(trigdata->tg_relation));
	found = policy == NULL ? only_policy(st->cache, st->now, &several) :
		is_activated(st->cache, policy) ? policy : NULL;
	if (found == NULL)
		refuse_policy(trigdata->tg_relation, attno, policy, several);
	if (policy == NULL)
	{
		Datum		value = CStringGetTextDatum(found);
		bool		isnull = false;

		new = heap_modify_tuple_by_cols(new, tupdesc, 1, &attno, &value, &isnull);
	}
	as_statement_drop(st);
	return PointerGetDatum(new);
}
