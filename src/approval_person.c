/*-------------------------------------------------------------------------
 *
 * approval_person.c
 *	  Who may decide a step of an approval: roles, superiors and heads,
 *	  delegates; and who not: those who ask, and those who have decided.
 *
 * Whoever has the right himself decides in his own right.  Else the running
 * delegations to him are gone through, oldest first, and he decides on behalf
 * of the first person who has it.  What is forbidden to one of the two is
 * forbidden to both.  A delegate's own delegations are not looked at, so
 * nothing is passed on.
 *
 * A delegation counts at the time of the decision (decided_at).  The rows are
 * locked FOR SHARE: a decision waits for a session that is ending one.
 *
 * Who asks is a fact where the ticket's history has an event
 * requested:<kind>, and what the writer says elsewhere.  All who are named
 * are kept from deciding; a superior is that of the person in the history,
 * if there is one, since the writer cannot choose him.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "utils/builtins.h"

#include "approval.h"
#include "reader.h"

/* Whom a step is for, when a relation says so. */
typedef struct Related
{
	const char *login;			/* NULL: nobody */
	const char *whom;			/* in words, for refusals */
} Related;

/* Why somebody may not decide although he has the right. */
typedef struct Objection
{
	bool		has_asked;
	char	   *detail;			/* NULL: none */
} Objection;

/* Puts a login into the row, in memory that outlives SPI's. */
static void
put_login(const Decision *d, int col, const char *login)
{
	MemoryContext old = MemoryContextSwitchTo(d->cxt);

	as_desk_put(d->r, col, CStringGetTextDatum(login));
	MemoryContextSwitchTo(old);
}

/* ---------- who asks ---------- */

/* Who has logged the last event requested:<kind>; NULL: nobody. */
static char *
asked_in_history(const Decision *d)
{
	char	   *event = psprintf("requested:%s", d->pa->kind);
	Datum		values[3];

	if (as_policy_event(d->j->pt, event) == NULL)
		return NULL;
	values[0] = Int64GetDatum(d->j->ticket_id);
	values[1] = CStringGetTextDatum(event);
	values[2] = DNULL(d->r, AC_ITEM) ? CStringGetTextDatum("") : DVAL(d->r, AC_ITEM);
	if (as_run_read(d->j->desk, PLAN_REQUESTER, values) == 0)
		return NULL;
	return SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
}

/*
 * find_requester adds all who ask to d->requesters and returns the one who
 * counts for relations, NULL when nobody is known.  Written into the row if
 * that says nothing.
 */
static const char *
find_requester(Decision *d)
{
	char	   *in_history = asked_in_history(d);
	char	   *in_row = as_desk_text(d->r, AC_REQUESTED_BY);
	const char *requester = in_history != NULL ? in_history :
		d->requesters.n > 0 ? d->requesters.item[0] : in_row;

	if (in_history != NULL)
		d->requesters.item[d->requesters.n++] = in_history;
	if (in_row != NULL)
		d->requesters.item[d->requesters.n++] = in_row;
	else if (requester != NULL)
		put_login(d, AC_REQUESTED_BY, requester);
	return requester;
}

/* ---------- whom the step is for ---------- */

static const char *
org_head(const Decision *d, const TicketRow *ticket)
{
	AsDesk	   *desk = d->j->desk;
	Datum		values[2];

	if (TNULL(desk, ticket, TC_ORG_ID))
		return NULL;
	values[0] = TVAL(desk, ticket, TC_ORG_ID);
	values[1] = as_text_list(&d->requesters);
	if (as_run_read(desk, PLAN_ORG_HEAD, values) == 0)
		return NULL;
	return SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
}

static const char *
superior_of(AsDesk *desk, const char *login)
{
	const char *superior = login == NULL ? NULL : as_actor_of(desk, login)->superior;

	return superior != NULL && as_actor_of(desk, superior)->known ? superior : NULL;
}

static Related
find_related(const Decision *d, const TicketRow *ticket, const char *requester)
{
	AsDesk	   *desk = d->j->desk;
	Related		related = {NULL, NULL};

	switch (d->step->relation)
	{
		case RELATION_NONE:
			break;
		case RELATION_ORG_HEAD:
			related.login = org_head(d, ticket);
			related.whom = _("It is for the head of the ticket's unit, or of the next one above that has an active one.");
			break;
		case RELATION_SUPERIOR:
			if (requester != NULL)
			{
				related.login = superior_of(desk, requester);
				related.whom = _("It is for the superior of the person who has asked for it.");
				break;
			}
			related.whom = _("It is for the superior of the ticket's assignee, since nobody is known to have asked for it.");
			if (!TNULL(desk, ticket, TC_ASSIGNEE))
				related.login = superior_of(desk, TextDatumGetCString(TVAL(desk, ticket, TC_ASSIGNEE)));
			break;
	}
	return related;
}

static bool
has_right(const Decision *d, const Related *related, const AsActor *person)
{
	if (d->step->relation == RELATION_NONE)
		return as_actor_has_role(person, d->step->roles.n, d->step->roles.item);
	return related->login != NULL && strcmp(related->login, person->login) == 0;
}

/* ---------- who may not ---------- */

/*
 * object tells why this person may not decide: the actor, or the one for whom
 * the actor would decide.
 */
static Objection
object(const Decision *d, const char *login)
{
	const char *actor = as_actor(d->j->st)->login;
	bool		is_actor = strcmp(login, actor) == 0;
	Objection	o = {false, NULL};

	if (as_text_in(&d->deciders, login))
		o.detail = psprintf(is_actor ? _("Actor \"%s\" has decided an earlier step of it.") :
							_("Actor \"%s\" would decide it for a person who has decided an earlier step of it."),
							actor);
	else if (as_text_in(&d->decided_for, login))
		o.detail = psprintf(is_actor ? _("A delegate of actor \"%s\" has decided an earlier step of it.") :
							_("Actor \"%s\" would decide it for a person whose delegate has decided an earlier step of it."),
							actor);
	else if (as_text_in(&d->requesters, login))
	{
		o.has_asked = true;
		o.detail = psprintf(is_actor ? _("Actor \"%s\" has asked for it.") :
							_("Actor \"%s\" would decide it for the person who has asked for it."),
							actor);
	}
	return o;
}

static void
refuse_objection(const Decision *d, const Objection *o)
{
	if (o->has_asked)
		as_decision_refuse(d, ERRCODE_SV_NOT_APPROVED, AC_REQUESTED_BY,
						   psprintf(_("who asks for approval \"%s\" may not decide it"), d->pa->kind),
						   o->detail,
						   _("Let somebody else with the role decide it."));
	as_decision_refuse(d, ERRCODE_SV_NOT_APPROVED, -1,
					   psprintf(_("step %d of approval \"%s\" needs another person"), d->step->step, d->pa->kind),
					   o->detail,
					   _("Let somebody else with the role decide it."));
}

/* Neither the actor nor anybody he decides for has the right. */
static void
refuse_person(const Decision *d, const Related *related)
{
	if (d->step->relation == RELATION_NONE)
		as_require_role(d->j, false, &d->step->roles,
						psprintf(_("approval \"%s\", step %d"), d->pa->kind, d->step->step),
						d->step->clauses);
	if (related->login == NULL)
		as_decision_refuse(d, ERRCODE_SV_NOT_APPROVED, -1,
						   psprintf(_("there is nobody to decide step %d of approval \"%s\""),
									d->step->step, d->pa->kind),
						   related->whom,
						   _("Enter the person: staff.superior or org_unit.head in the desk, org_id or assignee in the ticket."));
	as_decision_refuse(d, ERRCODE_SV_NOT_APPROVED, -1,
					   psprintf(_("step %d of approval \"%s\" is for another person than actor \"%s\""),
								d->step->step, d->pa->kind, as_actor(d->j->st)->login),
					   related->whom,
					   _("Let that person decide it, or a delegate (the desk's table delegation)."));
}

/* ---------- delegates ---------- */

/* The people for whom the actor may decide at that time. */
static TextList
delegators(const Decision *d)
{
	TextList	logins = {0, NULL};
	Datum		values[3];
	int			n;

	values[0] = CStringGetTextDatum(as_actor(d->j->st)->login);
	values[1] = DVAL(d->r, AC_KIND);
	values[2] = TimestampTzGetDatum(d->j->at);
	n = as_run(d->j->desk, PLAN_DELEGATIONS, values, NULL, NULL);
	logins.item = palloc(sizeof(char *) * Max(n, 1));
	for (; logins.n < n; logins.n++)
		logins.item[logins.n] = SPI_getvalue(SPI_tuptable->vals[logins.n], SPI_tuptable->tupdesc, 1);
	return logins;
}

/*
 * decide_for_another finds for whom the actor decides, who has no right of his
 * own, or raises why he may not.
 */
static void
decide_for_another(const Decision *d, const Related *related)
{
	TextList	logins = delegators(d);
	Objection	own = object(d, as_actor(d->j->st)->login);
	Objection	first = {false, NULL};
	int			i;

	for (i = 0; i < logins.n; i++)
	{
		Objection	o;

		if (!has_right(d, related, as_actor_of(d->j->desk, logins.item[i])))
			continue;
		o = own.detail != NULL ? own : object(d, logins.item[i]);
		if (o.detail == NULL)
		{
			put_login(d, AC_ON_BEHALF_OF, logins.item[i]);
			return;
		}
		if (first.detail == NULL)
			first = o;
	}
	if (first.detail != NULL)
		refuse_objection(d, &first);
	refuse_person(d, related);
}

/*
 * as_decision_check_person raises unless the actor may decide the step, for
 * himself or for somebody whose delegate he is.  d->j->at is the time of the
 * decision; the ticket is locked.
 *
 * Errors: SV003 without the role, SV008 for a relation that is not his, for
 * who asks, and for who has decided an earlier step.
 */
void
as_decision_check_person(Decision *d, const TicketRow *ticket)
{
	const char *requester = find_requester(d);
	Related		related = find_related(d, ticket, requester);
	const AsActor *actor = as_actor(d->j->st);
	Objection	o;

	if (!has_right(d, &related, actor))
	{
		decide_for_another(d, &related);
		return;
	}
	o = object(d, actor->login);
	if (o.detail != NULL)
		refuse_objection(d, &o);
}
