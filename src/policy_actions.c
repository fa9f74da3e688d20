/*-------------------------------------------------------------------------
 *
 * policy_actions.c
 *	  What each event does to the clocks of a ticket type.
 *
 * Worked out once when a policy is loaded, in the cache's context, so that a
 * statement looks up one entry per event.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "policy.h"

static EventActions *
actions_entry(PolicyType *pt, const char *event)
{
	char		key[EVENT_LEN];
	EventActions *act;
	bool		found;

	strlcpy(key, event, sizeof(key));
	act = hash_search(pt->actions, key, HASH_ENTER, &found);
	if (!found)
	{
		act->stops = act->cancels = (Datum) 0;
		act->stops_any = act->cancels_any = false;
		act->nstarts = 0;
		act->starts = MemoryContextAlloc(pt->version->cache->cxt,
										 sizeof(ClockRule *) * pt->nrules);
	}
	return act;
}

/* The rules of a type that end on this event, as a text[] in the cache. */
static Datum
ending_rules(const PolicyType *pt, const char *event, bool cancels, bool *any)
{
	ArrayBuildState *state = initArrayResult(TEXTOID, CurrentMemoryContext, false);
	int			i;

	for (i = 0; i < pt->nrules; i++)
	{
		const ClockRule *rule = &pt->rules[i];

		if (as_text_in(cancels ? &rule->cancels_on : &rule->stops_on, event))
		{
			*any = true;
			accumArrayResult(state, CStringGetTextDatum(rule->rule), false, TEXTOID,
							 CurrentMemoryContext);
		}
	}
	return makeArrayResult(state, pt->version->cache->cxt);
}

/*
 * as_policy_make_actions turns "this rule starts, stops, is cancelled on these events"
 * around: "this event starts, stops, cancels these rules".
 */
void
as_policy_make_actions(PolicyType *pt)
{
	HASHCTL		ctl;
	HASH_SEQ_STATUS seq;
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
		}
		for (e = 0; e < rule->stops_on.n; e++)
			actions_entry(pt, rule->stops_on.item[e]);
		for (e = 0; e < rule->cancels_on.n; e++)
			actions_entry(pt, rule->cancels_on.item[e]);
	}
	hash_seq_init(&seq, pt->actions);
	while ((act = hash_seq_search(&seq)) != NULL)
	{
		act->stops = ending_rules(pt, act->event, false, &act->stops_any);
		act->cancels = ending_rules(pt, act->event, true, &act->cancels_any);
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
