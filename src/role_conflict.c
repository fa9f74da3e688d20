/*-------------------------------------------------------------------------
 *
 * role_conflict.c
 *	  The trigger of a desk's staff_role table: nobody gets a role that
 *	  conflicts with one he has, by the policy versions in force.
 *
 * Two sessions that give one person a role each meet at his row of staff,
 * which is locked before his roles are looked at; they are read under a
 * snapshot taken then, in every isolation level.
 *
 * The row of staff_role is judged before it is written, so one statement that
 * gives two roles is judged row by row, each seeing those before it.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "utils/builtins.h"
#include "utils/rel.h"

#include "emit.h"

PG_FUNCTION_INFO_V1(as_role_judge);

enum
{
	RC_LOGIN, RC_ROLE, RC_COUNT
};

static const char *const role_column[RC_COUNT] = {"login", "role"};

/* The roles with which one role conflicts, and why. */
typedef struct Conflicts
{
	int			n;
	const char **other;
	const PolicyConflict **rule;
} Conflicts;

/* The version of each policy that is in force, one call after another. */
static const PolicyVersion *
next_in_force(AsStatement *st, PolicyVersion **at)
{
	const PolicyVersion *pv = NULL;

	while (*at != NULL && pv == NULL)
	{
		const char *policy = (*at)->policy;

		pv = as_policy_in_force(st->cache, policy, st->now);
		while (*at != NULL && strcmp((*at)->policy, policy) == 0)
			*at = (*at)->next;
	}
	return pv;
}

static Conflicts
conflicts_of(AsStatement *st, const char *role)
{
	PolicyVersion *at = st->cache->versions;
	const PolicyVersion *pv;
	Conflicts	c = {0, NULL, NULL};
	int			i;

	while ((pv = next_in_force(st, &at)) != NULL)
	{
		int			max = c.n + pv->nconflicts;

		if (pv->nconflicts == 0)
			continue;
		c.other = c.n == 0 ? palloc(sizeof(char *) * max) : repalloc(c.other, sizeof(char *) * max);
		c.rule = c.n == 0 ? palloc(sizeof(char *) * max) : repalloc(c.rule, sizeof(char *) * max);
		for (i = 0; i < pv->nconflicts; i++)
		{
			const PolicyConflict *pc = &pv->conflicts[i];
			bool		is_a = strcmp(pc->role_a, role) == 0;

			if (!is_a && strcmp(pc->role_b, role) != 0)
				continue;
			c.rule[c.n] = pc;
			c.other[c.n++] = is_a ? pc->role_b : pc->role_a;
		}
	}
	return c;
}

/* The roles a person has besides the row old that is changed (NULL: none). */
static TextList
roles_of(AsStatement *st, const char *login, const DeskRow *old)
{
	bool		same = old != NULL && strcmp(as_desk_text(old, RC_LOGIN), login) == 0;
	Datum		value = CStringGetTextDatum(login);
	TextList	roles = {0, NULL};
	int			n = as_run_read(st->desk, PLAN_STAFF_ROLES, &value);
	int			i;

	roles.item = palloc(sizeof(char *) * Max(n, 1));
	for (i = 0; i < n; i++)
	{
		char	   *role = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1);

		if (!same || strcmp(role, as_desk_text(old, RC_ROLE)) != 0)
			roles.item[roles.n++] = role;
	}
	return roles;
}

/* All conflicts with roles the person has are named together. */
static void
check_conflicts(const DeskRow *r, const Conflicts *c, const TextList *roles)
{
	StringInfoData detail;
	StringInfoData names;
	StringInfoData clauses;
	int			i;

	initStringInfo(&detail);
	initStringInfo(&names);
	initStringInfo(&clauses);
	for (i = 0; i < c->n; i++)
	{
		const PolicyConflict *pc = c->rule[i];

		if (!as_text_in(roles, c->other[i]))
			continue;
		appendStringInfo(&detail, "%s: %s\n", c->other[i],
						 as_message(pc->message_en, pc->message_zh));
		appendStringInfo(&names, "%s%s", names.len > 0 ? "," : "", c->other[i]);
		as_merge_clauses(&clauses, pc->clauses);
	}
	if (names.len == 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_SV_ROLE_NOT_ALLOWED),
			 errmsg("role \"%s\" conflicts with another one that \"%s\" has",
					as_desk_text(r, RC_ROLE), as_desk_text(r, RC_LOGIN)),
			 errdetail_internal("%srole=%s conflicts=%s%s%s", detail.data, as_desk_text(r, RC_ROLE), names.data,
								clauses.len > 0 ? " clauses=" : "", clauses.data),
			 errhint("Give the role to somebody else, or take the other one away first."),
			 errtablecol(r->rel, r->index[RC_ROLE] + 1)));
}

static void
judge_role(AsStatement *st, const DeskRow *old, const DeskRow *new)
{
	Conflicts	c = conflicts_of(st, as_desk_text(new, RC_ROLE));
	Datum		login = DVAL(new, RC_LOGIN);
	TextList	roles;

	if (c.n == 0)
		return;
	SPI_connect();
	(void) as_run(st->desk, PLAN_LOCK_STAFF, &login, NULL, NULL);
	roles = roles_of(st, as_desk_text(new, RC_LOGIN), old);
	/* what he has already is refused by the key, or skipped */
	if (!as_text_in(&roles, as_desk_text(new, RC_ROLE)))
		check_conflicts(new, &c, &roles);
	SPI_finish();
}

/*
 * aftersales.role_judge()
 */
Datum
as_role_judge(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	bool		is_update;
	AsStatement *st;
	DeskRow		old;
	DeskRow		new;

	as_check_trigger(fcinfo, "role_judge", TRIGGER_EVENT_BEFORE, true);
	is_update = TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event);
	as_desk_row(&new, trigdata->tg_relation, is_update ? trigdata->tg_newslot : trigdata->tg_trigslot,
				role_column, RC_COUNT);
	if (is_update)
		as_desk_row(&old, trigdata->tg_relation, trigdata->tg_trigslot, role_column, RC_COUNT);
	/* what is missing is refused by the columns' NOT NULL */
	if (!DNULL(&new, RC_LOGIN) && !DNULL(&new, RC_ROLE))
	{
		st = as_statement_push(RelationGetNamespace(trigdata->tg_relation));
		judge_role(st, is_update ? &old : NULL, &new);
		as_statement_drop(st);
	}
	return PointerGetDatum(is_update ? trigdata->tg_newtuple : trigdata->tg_trigtuple);
}
