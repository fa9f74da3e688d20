/*-------------------------------------------------------------------------
 *
 * clock_load.c
 *	  Reads clock rules and levels of escalation into a policy, and turns the
 *	  rules around: what each event does.
 *
 * Everything lives in the cache's context; see policy_load.c.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "utils/builtins.h"
#include "utils/memutils.h"

#include "policy_load.h"

#define MILLIONTHS	1000000

static ClockUnit
unit_of(const char *name)
{
	static const char *const units[] = {"elapsed", "working", "working_day", "calendar_day"};
	int			i;

	for (i = 0; strcmp(units[i], name) != 0; i++)
		;
	return (ClockUnit) i;
}

static Datum
text_in_cache(MemoryContext cxt, const char *s)
{
	MemoryContext old = MemoryContextSwitchTo(cxt);
	Datum		value = CStringGetTextDatum(s);

	MemoryContextSwitchTo(old);
	return value;
}

static Jsonb *
load_jsonb(MemoryContext cxt, int row, int col)
{
	bool		isnull;
	Datum		value = as_load_datum(row, col, &isnull);
	MemoryContext old;
	Jsonb	   *result;

	if (isnull)
		return NULL;
	old = MemoryContextSwitchTo(cxt);
	result = DatumGetJsonbPCopy(value);
	MemoryContextSwitchTo(old);
	return result;
}

static bool
load_time(int row, int col, TimeADT *time)
{
	bool		isnull;
	Datum		value = as_load_datum(row, col, &isnull);

	*time = isnull ? 0 : DatumGetTimeADT(value);
	return !isnull;
}

/* The columns of one rule, in the order of the query in as_policy_load_rules. */
static void
load_rule(PolicyVersion *pv, const PolicyType *pt, ClockRule *rule, int row)
{
	MemoryContext cxt = pv->cache->cxt;
	char	   *due_from = as_load_text(cxt, row, 10);

	rule->rule = as_load_text(cxt, row, 2);
	rule->clock = as_load_text(cxt, row, 3);
	rule->rule_text = text_in_cache(cxt, rule->rule);
	rule->clock_text = text_in_cache(cxt, rule->clock);
	as_load_list(cxt, row, 5, &rule->starts_on);
	as_load_list(cxt, row, 6, &rule->stops_on);
	as_load_list(cxt, row, 7, &rule->cancels_on);
	as_load_list(cxt, row, 8, &rule->pauses_in);
	rule->target = as_load_interval(cxt, row, 9);
	rule->unit = unit_of(as_load_text(CurrentMemoryContext, row, 11));
	rule->calendar = as_load_text(cxt, row, 12);
	if (rule->unit != UNIT_WORKING && rule->unit != UNIT_WORKING_DAY)
		rule->calendar = NULL;
	else if (rule->calendar == NULL)
		rule->calendar = pv->calendar;
	rule->has_cutoff = load_time(row, 13, &rule->cutoff);
	(void) load_time(row, 14, &rule->day_open);
	rule->count_first_day = as_load_bool(row, 15);
	rule->mandatory = as_load_bool(row, 16);
	rule->rank = as_load_int(row, 17);
	rule->starts_all = as_load_bool(row, 18);
	rule->repeats = as_load_bool(row, 19);
	rule->any_of = as_load_text(cxt, row, 20);
	rule->on_breach = as_load_text(cxt, row, 21);
	rule->on_breach_set = load_jsonb(cxt, row, 22);
	rule->extension_approval = as_load_text(cxt, row, 23);
	rule->responsible = as_load_text(cxt, row, 24);
	rule->clauses = as_load_clauses(cxt, row, 25);
	rule->expr = as_policy_add_expr(pv, pt, EXPR_CONDITION, as_load_text(cxt, row, 4),
									rule->rule, rule->clauses);
	rule->due_promised = due_from != NULL && strcmp(due_from, "promised_at") == 0;
	rule->due_expr = rule->due_promised ? -1 :
		as_policy_add_expr(pv, pt, EXPR_DUE, due_from, rule->rule, rule->clauses);
}

/* ---------- escalations ---------- */

/*
 * as_escalation_time reads when a level is due: "80%" (a share of the time
 * allowed, in millionths) or an interval (microseconds from the due time, a
 * day being 24 hours).  Returns false for what is neither.
 */
bool
as_escalation_time(const char *at, bool *is_share, int64 *offset)
{
	char	   *end;
	double		share = strtod(at, &end);
	Interval   *span;

	*is_share = end != at && strcmp(end, "%") == 0;
	if (*is_share)
	{
		*offset = (int64) (share * MILLIONTHS / 100 + 0.5);
		return share > 0 && share < 1000;
	}
	if (strchr(at, '%') != NULL)
		return false;
	span = DatumGetIntervalP(DirectFunctionCall3(interval_in, CStringGetDatum(at),
												 ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
	*offset = span->time + span->day * USECS_PER_DAY;
	return span->month == 0 && span->day < 100000 && span->day > -100000;
}

static void
load_escalations(PolicyVersion *pv)
{
	static const char *const actions[] = {"notify", "set", "move"};
	MemoryContext cxt = pv->cache->cxt;
	int			nrows = as_load_query(psprintf("SELECT DISTINCT ON (t.ticket_type, r.clock, r.level) t.ticket_type,"
											   " r.clock, r.level, r.at, r.action, r.recipient, r.set, r.clauses " OF_TYPE
											   " ORDER BY t.ticket_type, r.clock, r.level, r.ticket_type NULLS LAST",
											   "escalation_rule"), pv);
	int			i;
	int			n;

	for (i = 0; i < pv->ntypes; i++)
	{
		PolicyType *pt = &pv->types[i];
		int			first = 0;

		pt->nescalations = as_rows_of_type(pt->ticket_type, nrows, &first);
		pt->escalations = MemoryContextAlloc(cxt, sizeof(Escalation) * Max(pt->nescalations, 1));
		for (n = 0; n < pt->nescalations; n++)
		{
			Escalation *e = &pt->escalations[n];
			char	   *action = as_load_text(CurrentMemoryContext, first + n, 5);
			int			a;

			e->clock = as_load_text(cxt, first + n, 2);
			e->level = as_load_int(first + n, 3);
			(void) as_escalation_time(as_load_text(CurrentMemoryContext, first + n, 4),
									  &e->is_share, &e->offset);
			for (a = 0; strcmp(actions[a], action) != 0; a++)
				;
			e->action = (EscalationAction) a;
			e->recipient = as_load_text(cxt, first + n, 6);
			e->set = load_jsonb(cxt, first + n, 7);
			e->clauses = as_load_clauses(cxt, first + n, 8);
			pt->has_timed = pt->has_timed || e->action != ESCALATE_NOTIFY;
		}
	}
}

/* ---------- what each event does ---------- */

static EventActions *
actions_entry(PolicyType *pt, const char *event)
{
	MemoryContext cxt = pt->version->cache->cxt;
	char		key[EVENT_LEN];
	EventActions *act;
	bool		found;

	strlcpy(key, event, sizeof(key));
	act = hash_search(pt->actions, key, HASH_ENTER, &found);
	if (!found)
	{
		act->nstops = act->ncancels = act->nstarts = 0;
		act->stops = MemoryContextAlloc(cxt, sizeof(ClockRule *) * pt->nrules);
		act->cancels = MemoryContextAlloc(cxt, sizeof(ClockRule *) * pt->nrules);
		act->starts = MemoryContextAlloc(cxt, sizeof(ClockRule *) * pt->nrules);
	}
	return act;
}

static void
make_actions(PolicyType *pt)
{
	HASHCTL		ctl;
	EventActions *act;
	int			i;
	int			e;

	ctl.keysize = EVENT_LEN;
	ctl.entrysize = sizeof(EventActions);
	ctl.hcxt = pt->version->cache->cxt;
	pt->actions = hash_create("aftersales clock actions", 64, &ctl,
							  HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
	for (i = 0; i < pt->nrules; i++)
	{
		const ClockRule *rule = &pt->rules[i];

		for (e = 0; e < rule->starts_on.n; e++)
		{
			act = actions_entry(pt, rule->starts_on.item[e]);
			act->starts[act->nstarts++] = rule;
			pt->starts_later = pt->starts_later || strncmp(act->event, "due:", 4) == 0;
		}
		for (e = 0; e < rule->stops_on.n; e++)
		{
			act = actions_entry(pt, rule->stops_on.item[e]);
			act->stops[act->nstops++] = rule;
		}
		for (e = 0; e < rule->cancels_on.n; e++)
		{
			act = actions_entry(pt, rule->cancels_on.item[e]);
			act->cancels[act->ncancels++] = rule;
		}
		pt->has_pauses = pt->has_pauses || rule->pauses_in.n > 0;
		pt->starts_later = pt->starts_later || rule->repeats;
		pt->starts_all = pt->starts_all || rule->starts_all;
		pt->has_groups = pt->has_groups || rule->any_of != NULL;
		pt->has_timed = pt->has_timed || rule->on_breach != NULL || rule->on_breach_set != NULL;
	}
}

/*
 * as_policy_actions returns what an event does to clocks, NULL for nothing.
 */
const EventActions *
as_policy_actions(const PolicyType *pt, const char *event)
{
	char		key[EVENT_LEN];

	if (strlcpy(key, event, sizeof(key)) >= sizeof(key))
		return NULL;
	return hash_search(pt->actions, key, HASH_FIND, NULL);
}

/*
 * as_policy_load_rules reads the clock rules of each type and what hangs on
 * them.
 */
void
as_policy_load_rules(PolicyVersion *pv)
{
	MemoryContext cxt = pv->cache->cxt;
	char	   *query = psprintf("SELECT t.ticket_type, r.rule, r.clock, r.condition, r.starts_on,"
								 " r.stops_on, r.cancels_on, r.pauses_in, r.target, r.due_from, r.unit,"
								 " r.calendar, r.cutoff, r.day_open, r.count_first_day, r.mandatory, r.rank,"
								 " r.starts_when" EQ "'all', r.repeats, r.any_of, r.on_breach, r.on_breach_set,"
								 " r.extension_approval, r.responsible, r.clauses " OF_TYPE
								 " ORDER BY t.ticket_type, r.clock, r.rank DESC, r.rule", "sla_rule");
	int			nrows = as_load_query(query, pv);
	int			i;
	int			n;

	for (i = 0; i < pv->ntypes; i++)
	{
		PolicyType *pt = &pv->types[i];
		int			first = 0;

		pt->nrules = as_rows_of_type(pt->ticket_type, nrows, &first);
		pt->rules = MemoryContextAllocZero(cxt, sizeof(ClockRule) * Max(pt->nrules, 1));
		for (n = 0; n < pt->nrules; n++)
			load_rule(pv, pt, &pt->rules[n], first + n);
		make_actions(pt);
	}
	load_escalations(pv);
}
