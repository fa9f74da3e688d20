/*-------------------------------------------------------------------------
 *
 * sla_targets.c
 *	  sla_targets(): what a policy would promise to a ticket that there is not.
 *
 * The ticket is made up from what the caller says, in the shape of
 * ticket_template, and judged by the code that judges real ones: known values
 * as at an opening, rules as at the events that start clocks.  No desk is
 * needed.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "access/table.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "attribute.h"
#include "expression.h"
#include "reader.h"
#include "workflow.h"

PG_FUNCTION_INFO_V1(as_sla_targets);

#define NCOLS 6

/* A rule that would count, and the events that would start its clock. */
typedef struct Target
{
	const ClockRule *rule;
	bool		is_open;		/* which of the clock's rules counts is not known yet */
	bool		has_due_from;
	TimestampTz due_from;
	TextList	events;
} Target;

typedef struct Question
{
	ReturnSetInfo *rsinfo;
	char	   *policy;
	Jsonb	   *attributes;
	bool		has_at;
	TimestampTz at;

	AsStatement *st;
	const PolicyVersion *pv;
	const PolicyType *pt;
	TicketRow	row;
	Fold		fold;
} Question;

/* ---------- the ticket ---------- */

static void
refuse_key(const Question *q, const char *key, const char *detail, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_SV_UNKNOWN_VALUE),
			 errmsg("policy \"%s\" cannot tell targets by key \"%s\"", q->policy, key),
			 errdetail_internal("%s", detail),
			 errhint("%s", hint)));
}

static int
column_number(const AsDesk *desk, const char *name)
{
	int			i;

	for (i = 0; i < desk->tupdesc->natts; i++)
		if (!TupleDescAttr(desk->tupdesc, i)->attisdropped &&
			strcmp(NameStr(TupleDescAttr(desk->tupdesc, i)->attname), name) == 0)
			return i + 1;
	return 0;
}

/* Gives a column the value of a key. */
static void
put_column(Question *q, int attno, const char *key, JsonbValue *value)
{
	Form_pg_attribute att = TupleDescAttr(q->st->desk->tupdesc, attno - 1);
	Oid			typinput;
	Oid			typioparam;

	if (value->type == jbvBinary)
		refuse_key(q, key, _("A column takes a single value."),
				   _("Write text as a JSON string, numbers and booleans bare."));
	getTypeInputInfo(att->atttypid, &typinput, &typioparam);
	q->row.values[attno - 1] = OidInputFunctionCall(typinput, as_attribute_as_text(value),
													typioparam, att->atttypmod);
	q->row.nulls[attno - 1] = false;
}

/*
 * Takes the keys apart: those that are columns become columns, the others are
 * attributes.  An object under the key attributes is taken as such.
 */
static void
put_keys(Question *q)
{
	const AsDesk *desk = q->st->desk;
	JsonbParseState *ps = NULL;
	JsonbIterator *it;
	JsonbValue	key;
	JsonbValue	value;
	JsonbIteratorToken tok;
	Datum		attributes = (Datum) 0;

	if (!JB_ROOT_IS_OBJECT(q->attributes))
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNKNOWN_VALUE),
				 errmsg("attributes must be a JSON object"),
				 errhint("Its keys are columns of ticket and attributes that the policy declares.")));
	it = JsonbIteratorInit(&q->attributes->root);
	pushJsonbValue(&ps, WJB_BEGIN_OBJECT, NULL);
	while ((tok = JsonbIteratorNext(&it, &key, true)) != WJB_DONE)
	{
		char	   *name;
		int			attno;

		if (tok != WJB_KEY)
			continue;
		(void) JsonbIteratorNext(&it, &value, true);
		name = pnstrdup(key.val.string.val, key.val.string.len);
		attno = column_number(desk, name);
		if (attno == desk->attno[TC_ATTRIBUTES] && value.type == jbvBinary)
			attributes = JsonbPGetDatum(JsonbValueToJsonb(&value));
		else if (attno > 0 && value.type != jbvNull)
			put_column(q, attno, name, &value);
		else if (attno == 0)
		{
			pushJsonbValue(&ps, WJB_KEY, &key);
			pushJsonbValue(&ps, WJB_VALUE, &value);
		}
	}
	TVAL(desk, &q->row, TC_ATTRIBUTES) =
		JsonbPGetDatum(JsonbValueToJsonb(pushJsonbValue(&ps, WJB_END_OBJECT, NULL)));
	if (attributes != (Datum) 0)
		TVAL(desk, &q->row, TC_ATTRIBUTES) =
			DirectFunctionCall2(jsonb_concat, attributes, TVAL(desk, &q->row, TC_ATTRIBUTES));
	TNULL(desk, &q->row, TC_ATTRIBUTES) = false;
}

static void
find_type(Question *q)
{
	const AsDesk *desk = q->st->desk;
	char	   *ticket_type = NULL;
	TextList	types = {0, palloc(sizeof(char *) * Max(q->pv->ntypes, 1))};

	for (types.n = 0; types.n < q->pv->ntypes; types.n++)
		types.item[types.n] = q->pv->types[types.n].ticket_type;
	if (!TNULL(desk, &q->row, TC_TICKET_TYPE))
		ticket_type = TextDatumGetCString(TVAL(desk, &q->row, TC_TICKET_TYPE));
	else if (types.n == 1)
		ticket_type = types.item[0];
	q->pt = ticket_type == NULL ? NULL : as_policy_type(q->pv, ticket_type);
	if (q->pt == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNKNOWN_VALUE),
				 ticket_type == NULL ?
				 errmsg("policy \"%s\" has several ticket types", q->policy) :
				 errmsg("policy \"%s\" has no ticket type \"%s\"", q->policy, ticket_type),
				 errhint("Give one of these under the key \"ticket_type\": %s.",
						 as_text_join(&types, ", "))));
	TVAL(desk, &q->row, TC_TICKET_TYPE) = CStringGetTextDatum(ticket_type);
	TNULL(desk, &q->row, TC_TICKET_TYPE) = false;
}

/* The state, as given or as at an opening without one. */
static void
find_status(Question *q)
{
	const AsDesk *desk = q->st->desk;
	TextList	states = {0, palloc(sizeof(char *) * Max(q->pt->nstates, 1))};

	if (TNULL(desk, &q->row, TC_STATUS))
	{
		if (q->pt->default_state == STATE_NONE)
			refuse_key(q, "status", _("The ticket type has no initial state."),
					   _("Give the key a state."));
		TVAL(desk, &q->row, TC_STATUS) = CStringGetTextDatum(q->pt->states[q->pt->default_state].state);
		TNULL(desk, &q->row, TC_STATUS) = false;
	}
	q->fold.status = TextDatumGetCString(TVAL(desk, &q->row, TC_STATUS));
	if (as_policy_state(q->pt, q->fold.status) != STATE_NONE)
		return;
	for (states.n = 0; states.n < q->pt->nstates; states.n++)
		states.item[states.n] = q->pt->states[states.n].state;
	refuse_key(q, "status", psprintf(_("Ticket type \"%s\" has no state \"%s\"."),
									 q->pt->ticket_type, q->fold.status),
			   psprintf(_("Known are: %s."), as_text_join(&states, ", ")));
}

static void
put_time(Question *q, TicketColumn col)
{
	if (!TNULL(q->st->desk, &q->row, col))
		return;
	TVAL(q->st->desk, &q->row, col) = TimestampTzGetDatum(q->at);
	TNULL(q->st->desk, &q->row, col) = false;
}

/* Makes the ticket up, and judges its values like those of an opening. */
static void
make_ticket(Question *q)
{
	const AsDesk *desk = q->st->desk;
	Judgement	j = {0};
	bool		has_master;

	q->row = *as_empty_row(desk);
	put_keys(q);
	if (!TNULL(desk, &q->row, TC_POLICY) &&
		strcmp(TextDatumGetCString(TVAL(desk, &q->row, TC_POLICY)), q->policy) != 0)
		refuse_key(q, "policy", _("It names another policy."), _("Leave the key out."));
	TVAL(desk, &q->row, TC_POLICY) = CStringGetTextDatum(q->policy);
	TVAL(desk, &q->row, TC_POLICY_VERSION) = Int32GetDatum(q->pv->version);
	TNULL(desk, &q->row, TC_POLICY) = TNULL(desk, &q->row, TC_POLICY_VERSION) = false;
	put_time(q, TC_OPENED_AT);
	put_time(q, TC_STATUS_AT);
	find_type(q);
	find_status(q);

	j.st = q->st;
	j.desk = q->st->desk;
	j.rel = table_open(desk->ticket_relid, AccessShareLock);
	j.pv = q->pv;
	j.pt = q->pt;
	j.new = &q->row;
	j.to = q->fold.status;
	j.at = q->at;
	/* which ticket it repeats can be known on a desk only */
	has_master = !TNULL(desk, &q->row, TC_DUPLICATE_OF);
	TNULL(desk, &q->row, TC_DUPLICATE_OF) = true;
	as_check_values(&j);
	TNULL(desk, &q->row, TC_DUPLICATE_OF) = !has_master;
	table_close(j.rel, NoLock);
}

/* ---------- the targets ---------- */

static bool
same_target(const Target *t, const ChosenRule *chosen)
{
	return t->rule == chosen->rule && !t->is_open && t->has_due_from == chosen->has_due_from &&
		(!t->has_due_from || t->due_from == chosen->due_from);
}

/* Notes that an event would start a clock by a rule. */
static List *
note_target(List *targets, const ChosenRule *chosen, char *event)
{
	ListCell   *lc;
	Target	   *t = NULL;

	foreach(lc, targets)
	{
		t = lfirst(lc);
		if (same_target(t, chosen))
			break;
		t = NULL;
	}
	if (t == NULL)
	{
		t = palloc0(sizeof(Target));
		t->rule = chosen->rule;
		t->has_due_from = chosen->has_due_from;
		t->due_from = chosen->due_from;
		t->events.item = palloc(sizeof(char *) * chosen->rule->starts_on.n);
		targets = lappend(targets, t);
	}
	if (as_text_in(&chosen->rule->starts_on, event) && !as_text_in(&t->events, event))
		t->events.item[t->events.n++] = event;
	return targets;
}

/*
 * A mandatory clock that none of its rules fits yet: what tells them apart is
 * not among the keys.  It stands for the first of them.
 */
static List *
note_open(const Question *q, List *targets, const ChosenRule *chosen, char *event)
{
	ListCell   *lc;
	int			i;

	for (i = 0; i < q->pt->nrules; i++)
	{
		const ClockRule *rule = &q->pt->rules[i];
		Target	   *t;

		if (!rule->mandatory || strcmp(rule->clock, chosen->clock) != 0 ||
			!as_text_in(&rule->starts_on, event))
			continue;
		foreach(lc, targets)
			if (((Target *) lfirst(lc))->is_open && ((Target *) lfirst(lc))->rule == rule)
				return targets;
		t = palloc0(sizeof(Target));
		t->rule = rule;
		t->is_open = true;
		t->events = rule->starts_on;
		return lappend(targets, t);
	}
	return targets;
}

/* Finds the rules that an event would start; a move has been made by then. */
static List *
ask_event(Question *q, List *targets, char *event)
{
	const char *status = q->fold.status;
	FoldEvent	e = {0};
	int			i;

	e.event = event;
	e.at = q->at;
	if (strcmp(event, "opened") == 0)
		e.to_state = status;
	else if (strncmp(event, "status:", strlen("status:")) == 0)
		e.to_state = q->fold.status = event + strlen("status:");
	q->fold.to = q->fold.status;
	as_choose_starts(&q->fold, &e);
	for (i = 0; i < e.nchosen; i++)
		targets = e.chosen[i].rule != NULL ? note_target(targets, &e.chosen[i], event) :
			note_open(q, targets, &e.chosen[i], event);
	q->fold.status = status;
	return targets;
}

static List *
find_targets(Question *q)
{
	List	   *targets = NIL;
	TextList	asked = {0, NULL};
	int			n = 0;
	int			i;
	int			k;

	for (i = 0; i < q->pt->nrules; i++)
		n += q->pt->rules[i].starts_on.n;
	asked.item = palloc(sizeof(char *) * Max(n, 1));
	for (i = 0; i < q->pt->nrules; i++)
	{
		const TextList *starts = &q->pt->rules[i].starts_on;

		for (k = 0; k < starts->n; k++)
		{
			if (as_text_in(&asked, starts->item[k]))
				continue;
			asked.item[asked.n++] = starts->item[k];
			targets = ask_event(q, targets, starts->item[k]);
		}
	}
	return targets;
}

static void
put_target(Question *q, const Target *t)
{
	FoldClock	c = {0};
	DueBasis	basis;
	Datum		values[NCOLS];
	bool		nulls[NCOLS] = {false};

	c.clock = t->rule->clock;
	c.rule = t->rule;
	c.rule_name = t->rule->rule;
	c.started_at = q->at;
	c.has_due_from = t->has_due_from;
	c.due_from = t->due_from;
	as_fold_calendar(&q->fold, &c);
	values[0] = CStringGetTextDatum(t->rule->clock);
	values[1] = CStringGetTextDatum(t->rule->rule);
	nulls[1] = t->is_open;
	values[2] = as_text_list(&t->events);
	values[3] = as_text_list(&t->rule->stops_on);
	nulls[4] = t->is_open || !as_due_basis(&q->fold, &c, &basis);
	if (!nulls[4])
		values[4] = TimestampTzGetDatum(c.has_due_from ? Max(c.due_from, q->at) :
										as_due_after(&basis, q->at, basis.amount));
	values[5] = as_clause_list(t->rule->clauses);
	tuplestore_putvalues(q->rsinfo->setResult, q->rsinfo->setDesc, values, nulls);
}

static void
answer(AsStatement *st, void *arg)
{
	Question   *q = arg;
	List	   *targets;
	ListCell   *lc;
	int			i;

	q->st = st;
	if (!q->has_at)
		q->at = st->now;
	if (TIMESTAMP_NOT_FINITE(q->at))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("the start of a clock cannot be infinite")));
	q->pv = as_policy_in_force(st->cache, q->policy, q->at);
	if (q->pv == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNKNOWN_VALUE),
				 errmsg("no version of policy \"%s\" is in force at that time", q->policy),
				 errhint("The table aftersales.policy_version lists what is in force from when.")));
	make_ticket(q);
	q->fold.only_asks = true;
	q->fold.st = st;
	q->fold.pt = q->pt;
	q->fold.row = &q->row;
	targets = find_targets(q);
	/* in the order of the rules: by clock, then rank */
	for (i = 0; i < q->pt->nrules; i++)
	{
		foreach(lc, targets)
		{
			const Target *t = lfirst(lc);

			if (t->rule == &q->pt->rules[i])
				put_target(q, t);
		}
	}
}

/*
 * aftersales.sla_targets(policy, attributes, at)
 */
Datum
as_sla_targets(PG_FUNCTION_ARGS)
{
	Question	q = {0};

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("policy and attributes must be given")));
	InitMaterializedSRF(fcinfo, 0);
	q.rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	q.policy = text_to_cstring(PG_GETARG_TEXT_PP(0));
	q.attributes = PG_GETARG_JSONB_P(1);
	q.has_at = !PG_ARGISNULL(2);
	if (q.has_at)
		q.at = PG_GETARG_TIMESTAMPTZ(2);
	as_reading(InvalidOid, answer, &q);
	return (Datum) 0;
}
