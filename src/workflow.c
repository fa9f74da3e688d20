/*-------------------------------------------------------------------------
 *
 * workflow.c
 *	  What a ticket may do next: transitions, roles, guards.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/rel.h"

#include "expression.h"
#include "workflow.h"

/*
 * as_refusal_line is the last line of every DETAIL, in a fixed form that
 * programs can read: ticket=17 from=new to=on_site guard=a,b clauses=X-1,X-2
 */
char *
as_refusal_line(const Judgement *j, const char *guards, const char *clauses)
{
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfo(&buf, "ticket=%s from=%s to=%s",
					 OidIsValid(j->desk->nspid) && j->ticket_id != 0 ? psprintf(INT64_FORMAT, j->ticket_id) : "-",
					 j->from == NULL ? "-" : j->from, j->to == NULL ? "-" : j->to);
	if (guards != NULL && guards[0] != '\0')
		appendStringInfo(&buf, " guard=%s", guards);
	if (clauses != NULL && clauses[0] != '\0')
		appendStringInfo(&buf, " clauses=%s", clauses);
	return buf.data;
}

/* The transition between two states (STATE_NONE as from: the opening), or NULL. */
static const PolicyTransition *
find_transition(const PolicyType *pt, int from, int to)
{
	int			i;

	for (i = 0; i < pt->ntransitions; i++)
		if (pt->transitions[i].from == from && pt->transitions[i].to == to)
			return &pt->transitions[i];
	return NULL;
}

/*
 * as_message returns a policy's message in the session's language.
 */
const char *
as_message(const char *message_en, const char *message_zh)
{
	return as_setting_language == 1 && message_zh != NULL ? message_zh : message_en;
}

static List *
evaluate_guards(Judgement *j, int from, int to)
{
	List	   *unmet = NIL;
	bool		is_set = false;
	int			i;

	for (i = 0; i < j->pt->nguards; i++)
	{
		PolicyGuard *g = &j->pt->guards[i];

		if ((g->from != STATE_NONE && g->from != from) ||
			(g->to != STATE_NONE && g->to != to))
			continue;
		if (!is_set)
		{
			as_expr_set_ticket(j->st, j->new);
			is_set = true;
		}
		if (!as_expr_holds(j->st, j->pv, g->expr))
			unmet = lappend(unmet, g);
	}
	return unmet;
}

/*
 * as_unmet_guards returns the guards (PolicyGuard) of a move that do not hold
 * for j->new, which is the ticket as it would be after it.
 */
List *
as_unmet_guards(Judgement *j, int from, int to)
{
	List	   *volatile unmet = NIL;
	GuardTicket hand = {j->st, j->ticket_id, j->at, as_guard_ticket, j->pt, j->new};

	as_guard_ticket = &hand;
	PG_TRY();
	{
		unmet = evaluate_guards(j, from, to);
	}
	PG_FINALLY();
	{
		as_guard_ticket = hand.outer;
	}
	PG_END_TRY();
	return unmet;
}

/*
 * as_missing_attributes returns the attributes (PolicyAttribute) that must
 * have a value in a state and have none.
 */
List *
as_missing_attributes(Judgement *j, const char *state)
{
	Jsonb	   *jb = NULL;
	List	   *missing = NIL;
	int			i;

	for (i = 0; i < j->pt->nattributes; i++)
	{
		PolicyAttribute *a = &j->pt->attributes[i];
		JsonbValue	value;

		if (!as_text_in(&a->required_in, state))
			continue;
		if (jb == NULL)
			jb = DatumGetJsonbP(TVAL(j->desk, j->new, TC_ATTRIBUTES));
		if (getKeyJsonValueFromContainer(&jb->root, a->attribute, strlen(a->attribute), &value) == NULL ||
			value.type == jbvNull)
			missing = lappend(missing, a);
	}
	return missing;
}

/*
 * as_merge_clauses appends the clauses that a list does not have yet.
 */
void
as_merge_clauses(StringInfo all, const char *clauses)
{
	const char *c = clauses;

	while (*c != '\0')
	{
		size_t		len = strcspn(c, ",");
		char	   *one = pnstrdup(c, len);
		char	   *found = strstr(all->data, one);

		if (found == NULL || (found[len] != ',' && found[len] != '\0'))
			appendStringInfo(all, "%s%s", all->len > 0 ? "," : "", one);
		c += len;
		if (*c == ',')
			c++;
	}
}

static void
refuse_unmet(Judgement *j, List *guards, List *attributes)
{
	StringInfoData names;
	StringInfoData clauses;
	StringInfoData detail;
	const char *first = NULL;
	ListCell   *lc;

	initStringInfo(&names);
	initStringInfo(&clauses);
	initStringInfo(&detail);
	foreach(lc, guards)
	{
		PolicyGuard *g = lfirst(lc);

		appendStringInfo(&names, "%s%s", names.len > 0 ? "," : "", g->guard);
		as_merge_clauses(&clauses, g->clauses);
		appendStringInfo(&detail, "%s: %s\n", g->guard, as_message(g->message_en, g->message_zh));
		first = first == NULL ? g->guard : first;
	}
	foreach(lc, attributes)
	{
		PolicyAttribute *a = lfirst(lc);

		appendStringInfo(&names, "%s%s", names.len > 0 ? "," : "", a->attribute);
		as_merge_clauses(&clauses, a->clauses);
		appendStringInfo(&detail, "%s: ", a->attribute);
		appendStringInfo(&detail, _("the attribute must have a value in state \"%s\""), j->to);
		appendStringInfoChar(&detail, '\n');
		first = first == NULL ? a->attribute : first;
	}
	appendStringInfoString(&detail, as_refusal_line(j, names.data, clauses.data));
	ereport(ERROR,
			(errcode(ERRCODE_SV_GUARD_NOT_MET),
			 j->from != NULL && strcmp(j->from, j->to) != 0 ?
			 errmsg("ticket %lld may not move from \"%s\" to \"%s\" yet",
					(long long) j->ticket_id, j->from, j->to) :
			 errmsg("ticket %lld may not be in state \"%s\" like this",
					(long long) j->ticket_id, j->to),
			 errdetail_internal("%s", detail.data),
			 errhint("Provide what is missing, in the same statement or before it."),
			 errtable(j->rel),
			 err_generic_string(PG_DIAG_CONSTRAINT_NAME, first)));
}

/* The states a ticket may go to from here, for a hint. */
static char *
states_from(const PolicyType *pt, int from)
{
	StringInfoData buf;
	int			i;

	initStringInfo(&buf);
	for (i = 0; i < pt->ntransitions; i++)
		if (pt->transitions[i].from == from && pt->transitions[i].to < pt->nstates)
			appendStringInfo(&buf, "%s%s", buf.len > 0 ? ", " : "",
							 pt->states[pt->transitions[i].to].state);
	for (i = 0; from == STATE_NONE && i < pt->nstates; i++)
		if (pt->states[i].kind == STATE_INITIAL)
			appendStringInfo(&buf, "%s%s", buf.len > 0 ? ", " : "", pt->states[i].state);
	if (buf.len == 0)
		appendStringInfoString(&buf, _("none"));
	return buf.data;
}

static void
refuse_transition(const Judgement *j, int from)
{
	ereport(ERROR,
			(errcode(ERRCODE_SV_TRANSITION_NOT_ALLOWED),
			 j->from == NULL ?
			 errmsg("a ticket of type \"%s\" may not be opened in state \"%s\"",
					j->pt->ticket_type, j->to) :
			 errmsg("ticket %lld may not move from \"%s\" to \"%s\"",
					(long long) j->ticket_id, j->from, j->to),
			 errdetail("Policy \"%s\", version %d, has no such transition for type \"%s\".\n%s",
					   j->pv->policy, j->pv->version, j->pt->ticket_type,
					   as_refusal_line(j, NULL, NULL)),
			 errhint("Allowed next: %s.", states_from(j->pt, from)),
			 errtable(j->rel)));
}

/*
 * as_require_role raises SV003 unless the actor has one of the roles.
 */
void
as_require_role(Judgement *j, bool any_role, const TextList *roles,
				const char *what, const char *clauses)
{
	as_require_role_by(j, any_role, roles, what, NULL, clauses);
}

/*
 * as_refuse_void refuses to write anything about a ticket that is void.
 */
void
as_refuse_void(const Judgement *j)
{
	ereport(ERROR,
			(errcode(ERRCODE_SV_TRANSITION_NOT_ALLOWED),
			 errmsg("ticket %lld is void", (long long) j->ticket_id),
			 errdetail_internal("ticket=%lld", (long long) j->ticket_id),
			 errhint("Open a new ticket."),
			 errtable(j->rel)));
	pg_unreachable();
}

/*
 * as_require_role_by does so for a guard, which the refusal then names.
 */
void
as_require_role_by(Judgement *j, bool any_role, const TextList *roles,
				   const char *what, const char *guard, const char *clauses)
{
	const AsActor *actor = as_actor(j->st);

	if (any_role || as_actor_has_role(actor, roles->n, roles->item))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_SV_ROLE_NOT_ALLOWED),
			 errmsg("actor \"%s\" may not do this: %s", actor->login, what),
			 errdetail("It needs one of the roles: %s.\n%s", as_text_join(roles, ", "),
					   as_refusal_line(j, guard, clauses)),
			 errhint("Let somebody with such a role do it; roles are in the desk's table staff_role."),
			 errtable(j->rel),
			 guard == NULL ? 0 : err_generic_string(PG_DIAG_CONSTRAINT_NAME, guard)));
}

/*
 * as_judge_move judges a change of status (or an opening), or, when the
 * status stays, whether the state allows the new values.
 * Errors: SV001, SV002, SV003, SV010.
 */
void
as_judge_move(Judgement *j)
{
	bool		moves = j->from == NULL || strcmp(j->from, j->to) != 0;
	int			from = j->from == NULL ? STATE_NONE : as_policy_state(j->pt, j->from);
	int			to = as_policy_state(j->pt, j->to);
	List	   *guards = NIL;
	List	   *missing;

	if (moves)
	{
		const PolicyTransition *tr;

		tr = to == STATE_NONE ? NULL : find_transition(j->pt, from, to);
		if (tr == NULL &&
			!(from == STATE_NONE && to != STATE_NONE && j->pt->states[to].kind == STATE_INITIAL))
			refuse_transition(j, from);
		if (tr != NULL)
			as_require_role(j, tr->any_role, &tr->roles,
							j->from == NULL ? psprintf(_("open in \"%s\""), j->to) :
							psprintf(_("\"%s\" to \"%s\""), j->from, j->to), tr->clauses);
		guards = as_unmet_guards(j, from, to);
	}
	missing = as_missing_attributes(j, j->to);
	if (guards != NIL || missing != NIL)
		refuse_unmet(j, guards, missing);
}

/*
 * as_require_event_role raises SV003 unless the actor has one of the roles
 * that the policy gives a built-in event; one that it does not declare is
 * open to everybody.
 */
void
as_require_event_role(Judgement *j, const char *event)
{
	const PolicyEvent *pe = as_policy_event(j->pt, event);

	if (pe != NULL)
		as_require_role(j, pe->any_role, &pe->roles, psprintf(_("event \"%s\""), event), pe->clauses);
}
