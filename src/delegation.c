/*-------------------------------------------------------------------------
 *
 * delegation.c
 *	  The trigger of a desk's delegation table: who lets whom decide for him,
 *	  and for how long.
 *
 * Only the person himself delegates, or the desk's owner acting as himself.
 * What has run stays as it was: a delegation does not begin in the past, and
 * it may only end earlier, from now on.  What it allows is judged with each
 * decision, see approval_person.c.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "utils/builtins.h"
#include "utils/rel.h"

#include "emit.h"

PG_FUNCTION_INFO_V1(as_delegation_judge);

enum
{
	DC_DELEGATION_ID, DC_LOGIN, DC_KIND, DC_STARTS_AT, DC_ENDS_AT, DC_GRANTED_BY,
	DC_EXTERNAL_REF, DC_COUNT
};

static const char *const delegation_column[DC_COUNT] = {
	"delegation_id", "login", "kind", "starts_at", "ends_at", "granted_by", "external_ref"
};

#define DTIME(r, col) DatumGetTimestampTz(DVAL(r, col))

static void
refuse(const DeskRow *r, int sqlstate, int col, const char *message, const char *detail,
	   const char *hint)
{
	ereport(ERROR,
			(errcode(sqlstate),
			 errmsg_internal("%s", message),
			 errdetail_internal("%s\ndelegation=%lld", detail,
								(long long) DatumGetInt64(DVAL(r, DC_DELEGATION_ID))),
			 errhint("%s", hint),
			 col < 0 ? errtable(r->rel) : errtablecol(r->rel, r->index[col] + 1)));
}

static void
check_owner(AsStatement *st, const DeskRow *r)
{
	const AsActor *actor = as_actor(st);

	if (strcmp(as_desk_text(r, DC_LOGIN), actor->login) != 0 && !as_acts_as_owner(st))
		refuse(r, ERRCODE_SV_ROLE_NOT_ALLOWED, DC_LOGIN,
			   psprintf(_("actor \"%s\" may not delegate for somebody else"), actor->login),
			   _("A delegation is made and ended by the person whose decisions it is about."),
			   _("Let that person do it, or the desk's owner."));
}

/* A kind that no policy in force knows would never be used. */
static void
check_kind(AsStatement *st, const DeskRow *r)
{
	char	   *kind = as_desk_text(r, DC_KIND);
	PolicyVersion *at;
	int			i;

	if (kind == NULL)
		return;
	for (at = st->cache->versions; at != NULL; at = at->next)
	{
		const PolicyVersion *pv = as_policy_in_force(st->cache, at->policy, st->now);

		for (i = 0; pv != NULL && i < pv->ntypes; i++)
			if (as_policy_approval(&pv->types[i], kind) != NULL)
				return;
	}
	refuse(r, ERRCODE_SV_UNKNOWN_VALUE, DC_KIND,
		   psprintf(_("\"%s\" is no kind of approval"), kind),
		   _("No policy that is in force has a rule for it."),
		   _("Kinds are in aftersales.approval_rule; leave the column out for every kind."));
}

static void
judge_span(AsStatement *st, DeskRow *r)
{
	TimestampTz skew = (TimestampTz) as_setting_clock_skew * 1000;

	if (DNULL(r, DC_STARTS_AT))
		as_desk_put(r, DC_STARTS_AT, TimestampTzGetDatum(st->now));
	else if (DTIME(r, DC_STARTS_AT) < st->now && !as_acts_as_owner(st))
	{
		if (TIMESTAMP_NOT_FINITE(DTIME(r, DC_STARTS_AT)) || DTIME(r, DC_STARTS_AT) < st->now - skew)
			refuse(r, ERRCODE_SV_TIME_OUT_OF_ORDER, DC_STARTS_AT,
				   _("a delegation cannot begin in the past"),
				   _("It would allow what was decided before it was made."),
				   _("Leave starts_at out, and it begins now."));
		as_desk_put(r, DC_STARTS_AT, TimestampTzGetDatum(st->now));
	}
	if (!DNULL(r, DC_ENDS_AT) && DTIME(r, DC_ENDS_AT) <= DTIME(r, DC_STARTS_AT))
		refuse(r, ERRCODE_SV_TIME_OUT_OF_ORDER, DC_ENDS_AT,
			   _("a delegation must end after it begins"),
			   psprintf(_("It would begin at %s."), timestamptz_to_str(DTIME(r, DC_STARTS_AT))),
			   _("Give a later time in ends_at; infinity for one that runs until it is ended."));
}

static void
judge_insert(AsStatement *st, DeskRow *r)
{
	const AsActor *actor = as_actor(st);

	if (!DNULL(r, DC_GRANTED_BY))
		refuse(r, ERRCODE_SV_PROTECTED, DC_GRANTED_BY,
			   psprintf(_("column \"%s\" is written by triggers only"), "granted_by"),
			   _("It is who inserts the row."),
			   _("Give login, delegate, ends_at and, where needed, kind, starts_at and external_ref."));
	as_desk_put(r, DC_GRANTED_BY, CStringGetTextDatum(actor->login));
	/* what is missing is refused by the columns' NOT NULL */
	if (DNULL(r, DC_LOGIN))
		return;
	if (as_desk_is_repeated(r, st->desk, DC_EXTERNAL_REF, PLAN_REF_DELEGATION))
	{
		as_desk_put(r, DC_STARTS_AT, TimestampTzGetDatum(st->now));
		as_desk_put(r, DC_ENDS_AT, TimestampTzGetDatum(st->now));
		return;
	}
	check_owner(st, r);
	check_kind(st, r);
	judge_span(st, r);
}

/* Only ends_at may change. */
static void
keep_columns(const DeskRow *old, const DeskRow *new)
{
	TupleDesc	tupdesc = RelationGetDescr(new->rel);
	int			i;

	for (i = 0; i < tupdesc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(tupdesc, i);

		if (!att->attisdropped && i != new->index[DC_ENDS_AT] &&
			as_attribute_changed(tupdesc, &old->row, &new->row, i))
			ereport(ERROR,
					(errcode(ERRCODE_SV_PROTECTED),
					 errmsg("column \"%s\" of a delegation is fixed", NameStr(att->attname)),
					 errdetail_internal("delegation=%lld",
										(long long) DatumGetInt64(DVAL(old, DC_DELEGATION_ID))),
					 errhint("End it by an earlier ends_at and insert a further one."),
					 errtablecol(new->rel, i + 1)));
	}
}

static void
judge_update(AsStatement *st, const DeskRow *old, DeskRow *new)
{
	TimestampTz was = DTIME(old, DC_ENDS_AT);
	TimestampTz is;

	keep_columns(old, new);
	if (DNULL(new, DC_ENDS_AT))
		return;
	is = DTIME(new, DC_ENDS_AT);
	if (is == was)
		return;
	check_owner(st, old);
	if (is > was)
		refuse(old, ERRCODE_SV_PROTECTED, DC_ENDS_AT,
			   _("a delegation may only end earlier"),
			   psprintf(_("It ends at %s."), timestamptz_to_str(was)),
			   _("Insert a further one for the time after it."));
	if (was <= st->now)
		refuse(old, ERRCODE_SV_PROTECTED, DC_ENDS_AT,
			   _("the delegation has ended already"),
			   psprintf(_("It ended at %s."), timestamptz_to_str(was)),
			   _("What was decided while it ran stays decided."));
	is = Max(is, st->now);
	is = Max(is, DTIME(old, DC_STARTS_AT));
	as_desk_put(new, DC_ENDS_AT, TimestampTzGetDatum(is));
}

/*
 * aftersales.delegation_judge()
 */
Datum
as_delegation_judge(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	bool		is_insert;
	AsStatement *st;
	DeskRow		old;
	DeskRow		new;

	as_check_trigger(fcinfo, "delegation_judge", TRIGGER_EVENT_BEFORE, true);
	is_insert = TRIGGER_FIRED_BY_INSERT(trigdata->tg_event);
	as_desk_row(is_insert ? &new : &old, trigdata->tg_relation, trigdata->tg_trigslot,
				delegation_column, DC_COUNT);
	if (TRIGGER_FIRED_BY_DELETE(trigdata->tg_event))
		refuse(&old, ERRCODE_SV_PROTECTED, -1,
			   _("a delegation cannot be deleted"),
			   _("It says why what was decided by it was allowed."),
			   _("Set ends_at to end it."));
	st = as_statement_push(RelationGetNamespace(trigdata->tg_relation));
	if (is_insert)
		judge_insert(st, &new);
	else
	{
		as_desk_row(&new, trigdata->tg_relation, trigdata->tg_newslot, delegation_column, DC_COUNT);
		judge_update(st, &old, &new);
	}
	as_statement_drop(st);
	return PointerGetDatum(as_desk_tuple(&new));
}
