/*-------------------------------------------------------------------------
 *
 * clock.c
 *	  Which rules of a clock fit a ticket.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "clock.h"
#include "event.h"
#include "expression.h"
#include "workflow.h"

/*
 * as_responsible notes who a row says answers for the ticket.
 */
void
as_responsible(const AsDesk *desk, const TicketRow *row, Responsible *by)
{
	by->has_org = !TNULL(desk, row, TC_ORG_ID);
	by->org_id = by->has_org ? DatumGetInt64(TVAL(desk, row, TC_ORG_ID)) : 0;
	by->assignee = as_row_text(desk, row, TC_ASSIGNEE);
}

/*
 * as_jsonb_text returns a text in a JSON object, NULL when it has none under
 * that key.
 */
char *
as_jsonb_text(const Jsonb *object, const char *key)
{
	JsonbValue	v;

	if (object == NULL || !JB_ROOT_IS_OBJECT(object) ||
		getKeyJsonValueFromContainer(&unconstify(Jsonb *, object)->root, key, strlen(key), &v) == NULL ||
		v.type != jbvString)
		return NULL;
	return pnstrdup(v.val.string.val, v.val.string.len);
}

/*
 * as_rule_line returns the last line of a refusal, as as_refusal_line does.
 */
char *
as_rule_line(const Fold *f, const char *rules, const char *clauses)
{
	return psprintf("ticket=%s from=%s to=%s rule=%s%s%s",
					OidIsValid(f->st->desk->nspid) ? psprintf(INT64_FORMAT, f->ticket_id) : "-",
					f->from == NULL ? "-" : f->from, f->to, rules,
					clauses[0] == '\0' ? "" : " clauses=", clauses);
}

static void
two_rules_error(const Fold *f, const ClockRule *a, const ClockRule *b)
{
	ereport(ERROR,
			(errcode(ERRCODE_SV_UNSOUND_POLICY),
			 errmsg("rules \"%s\" and \"%s\" of clock \"%s\" both match and have the same rank",
					a->rule, b->rule, a->clock),
			 errdetail_internal("%s", as_rule_line(f, psprintf("%s,%s", a->rule, b->rule), a->clauses)),
			 errhint("Give the rules of policy \"%s\" different ranks, or conditions that exclude each other.",
					 f->pt->version->policy),
			 err_generic_string(PG_DIAG_SCHEMA_NAME, f->st->desk->name),
			 err_generic_string(PG_DIAG_TABLE_NAME, "ticket"),
			 err_generic_string(PG_DIAG_CONSTRAINT_NAME, a->rule)));
}

static void
no_rule_error(const Fold *f, const ClockRule *const *rules, int n)
{
	StringInfoData names;
	StringInfoData clauses;
	int			i;

	initStringInfo(&names);
	initStringInfo(&clauses);
	for (i = 0; i < n; i++)
	{
		appendStringInfo(&names, "%s%s", i == 0 ? "" : ",", rules[i]->rule);
		as_merge_clauses(&clauses, rules[i]->clauses);
	}
	ereport(ERROR,
			(errcode(ERRCODE_SV_UNKNOWN_VALUE),
			 OidIsValid(f->st->desk->nspid) ?
			 errmsg("no rule of clock \"%s\" fits ticket %lld", rules[0]->clock,
					(long long) f->ticket_id) :
			 errmsg("no rule of clock \"%s\" fits such a ticket", rules[0]->clock),
			 errdetail("The clock is mandatory for tickets of type \"%s\".\n%s", f->pt->ticket_type,
					   as_rule_line(f, names.data, clauses.data)),
			 errhint("Give the columns and attributes that the rules' conditions read values that one of them knows."),
			 err_generic_string(PG_DIAG_SCHEMA_NAME, f->st->desk->name),
			 err_generic_string(PG_DIAG_TABLE_NAME, "ticket"),
			 err_generic_string(PG_DIAG_CONSTRAINT_NAME, rules[0]->rule)));
}

/* Makes the fold's row the one that expressions read, in the fold's state. */
static void
set_row(const Fold *f)
{
	const AsDesk *desk = f->st->desk;
	TicketRow	row;
	Datum		values[MaxTupleAttributeNumber];

	if (f->status == NULL)
	{
		as_expr_set_ticket(f->st, f->row);
		return;
	}
	row.values = values;
	row.nulls = f->row->nulls;
	memcpy(values, f->row->values, sizeof(Datum) * desk->tupdesc->natts);
	TVAL(desk, &row, TC_STATUS) = CStringGetTextDatum(f->status);
	as_expr_set_ticket(f->st, &row);
}

/*
 * as_choose_rule returns the rule of one clock that the fold's ticket
 * matches, NULL for none.  rules[0..n) are of that clock, highest rank first.
 */
const ClockRule *
as_choose_rule(const Fold *f, const ClockRule *const *rules, int n)
{
	const ClockRule *chosen = NULL;
	bool		mandatory = false;
	bool		row_is_set = false;
	int			i;

	for (i = 0; i < n; i++)
	{
		if (chosen != NULL && rules[i]->rank < chosen->rank)
			break;
		mandatory = mandatory || rules[i]->mandatory;
		if (rules[i]->expr >= 0 && !row_is_set)
		{
			set_row(f);
			row_is_set = true;
		}
		if (!as_expr_holds(f->st, f->pt->version, rules[i]->expr))
			continue;
		if (chosen != NULL)
			two_rules_error(f, chosen, rules[i]);
		chosen = rules[i];
	}
	if (chosen == NULL && mandatory)
		no_rule_error(f, rules, n);
	return chosen;
}

static void
choose(const Fold *f, const ClockRule *const *rules, int n, const FoldEvent *e, ChosenRule *chosen)
{
	chosen->clock = rules[0]->clock;
	chosen->rule = as_choose_rule(f, rules, n);
	chosen->has_due_from = false;
	chosen->due_from = 0;
	if (chosen->rule == NULL)
		return;
	if (chosen->rule->due_promised)
		chosen->has_due_from = as_event_time(e->data, "promised_at", &chosen->due_from);
	else if (chosen->rule->due_expr >= 0)
	{
		set_row(f);
		chosen->has_due_from = as_expr_due(f->st, f->pt->version, chosen->rule->due_expr,
										   &chosen->due_from);
	}
}

/*
 * as_choose_clock finds the rule of a clock among all its rules.
 */
void
as_choose_clock(const Fold *f, const char *clock, const FoldEvent *e, ChosenRule *chosen)
{
	const ClockRule **rules = palloc(sizeof(ClockRule *) * f->pt->nrules);
	int			n = 0;
	int			i;

	for (i = 0; i < f->pt->nrules; i++)
		if (strcmp(f->pt->rules[i].clock, clock) == 0)
			rules[n++] = &f->pt->rules[i];
	choose(f, rules, n, e, chosen);
	pfree(rules);
}

static void
choose_for(const Fold *f, const char *event, FoldEvent *e)
{
	const EventActions *act = as_policy_actions(f->pt, event);
	int			i;
	int			k;
	int			n;

	if (act == NULL || act->nstarts == 0)
		return;
	if (e->chosen == NULL)
		e->chosen = palloc(sizeof(ChosenRule) * f->pt->nrules);
	for (i = 0; i < act->nstarts; i += n)
	{
		for (n = 1; i + n < act->nstarts; n++)
			if (strcmp(act->starts[i + n]->clock, act->starts[i]->clock) != 0)
				break;
		/* opened and the state opened in may both start a clock: once */
		for (k = 0; k < e->nchosen; k++)
			if (e->chosen[k].rule != NULL &&
				strcmp(e->chosen[k].clock, act->starts[i]->clock) == 0)
				break;
		if (k == e->nchosen)
			choose(f, &act->starts[i], n, e, &e->chosen[e->nchosen++]);
	}
}

/*
 * as_choose_starts finds the rules that an event starts.  An opening counts as
 * its state too.
 */
void
as_choose_starts(const Fold *f, FoldEvent *e)
{
	e->nchosen = 0;
	e->chosen = NULL;
	choose_for(f, e->event, e);
	if (strcmp(e->event, "opened") == 0)
		choose_for(f, psprintf("status:%s", e->to_state), e);
}
