/*-------------------------------------------------------------------------
 *
 * actor.c
 *	  Who acts, and in which roles.
 *
 * The actor is the session user, unless a trusted application (table
 * application), the desk's owner or a superuser names another one with
 * aftersales.actor.  The session user counts and not the current one: a
 * trigger or a SECURITY DEFINER function does not make somebody else act.
 *
 * Roles are cached with the desk; a change of staff, staff_role or
 * application invalidates the whole cache.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "policy.h"

/* Finds out what the session user may do as to speaking for others. */
static void
learn_session_user(AsDesk *desk, Oid userid)
{
	Datum		value = CStringGetTextDatum(GetUserNameFromId(userid, false));

	SPI_connect();
	desk->is_application = as_run_read(desk, PLAN_APPLICATION, &value) > 0;
	SPI_finish();
	desk->may_speak_for_others = desk->is_application ||
		superuser_arg(userid) || is_member_of_role(userid, desk->owner);
	desk->session_user = userid;
}

/* Reads the roles of a login into the desk's cache. */
static AsActor *
learn_actor(AsDesk *desk, const char *login)
{
	AsActor    *actor = MemoryContextAllocZero(desk->cxt, sizeof(AsActor));
	Datum		value = CStringGetTextDatum(login);
	int			nrows;
	int			i;

	actor->login = MemoryContextStrdup(desk->cxt, login);
	SPI_connect();
	nrows = as_run_read(desk, PLAN_ROLES, &value);
	actor->roles = MemoryContextAlloc(desk->cxt, sizeof(char *) * Max(nrows, 1));
	for (i = 0; i < nrows; i++)
	{
		HeapTuple	tup = SPI_tuptable->vals[i];
		char	   *role = SPI_getvalue(tup, SPI_tuptable->tupdesc, 1);
		char	   *superior = SPI_getvalue(tup, SPI_tuptable->tupdesc, 2);
		bool		isnull;

		actor->known = DatumGetBool(SPI_getbinval(tup, SPI_tuptable->tupdesc, 3, &isnull));
		if (superior != NULL && actor->superior == NULL)
			actor->superior = MemoryContextStrdup(desk->cxt, superior);
		if (role != NULL)
			actor->roles[actor->nroles++] = MemoryContextStrdup(desk->cxt, role);
	}
	SPI_finish();
	actor->next = desk->actors;
	desk->actors = actor;
	return actor;
}

/*
 * as_actor_of returns a person, whether or not there is such a member of staff.
 */
const AsActor *
as_actor_of(AsDesk *desk, const char *login)
{
	AsActor    *actor;

	for (actor = desk->actors; actor != NULL; actor = actor->next)
		if (strcmp(actor->login, login) == 0)
			return actor;
	return learn_actor(desk, login);
}

static void
check_may_speak(const AsDesk *desk, const char *user, bool named)
{
	if (desk->is_application && !named)
		ereport(ERROR,
				(errcode(ERRCODE_SV_ROLE_NOT_ALLOWED),
				 errmsg("application \"%s\" has not said for whom it acts", user),
				 errhint("SET LOCAL aftersales.actor to the login of the person at the start of the transaction.")));
	if (named && !desk->may_speak_for_others)
		ereport(ERROR,
				(errcode(ERRCODE_SV_ROLE_NOT_ALLOWED),
				 errmsg("user \"%s\" may not act on behalf of others", user),
				 errhint("RESET aftersales.actor, or have the desk's owner enter the user into the table application.")));
}

/*
 * as_actor returns who acts in this statement.
 *
 * Errors: SV003 when an application names nobody, when somebody names another
 * person without being trusted to, or when that person is no active staff.
 */
const AsActor *
as_actor(AsStatement *st)
{
	AsDesk	   *desk = st->desk;
	Oid			userid = GetSessionUserId();
	char	   *user;
	const char *login;
	const AsActor *actor;
	bool		named;

	if (st->actor != NULL)
		return st->actor;

	user = GetUserNameFromId(userid, false);
	if (desk->session_user != userid)
		learn_session_user(desk, userid);
	named = as_setting_actor != NULL && as_setting_actor[0] != '\0' &&
		(desk->is_application || strcmp(as_setting_actor, user) != 0);
	check_may_speak(desk, user, named);
	login = named ? as_setting_actor : user;

	actor = as_actor_of(desk, login);
	if (named && !actor->known)
		ereport(ERROR,
				(errcode(ERRCODE_SV_ROLE_NOT_ALLOWED),
				 errmsg("actor \"%s\" is no active member of staff", login),
				 errhint("Enter the login into the desk's table staff, or correct aftersales.actor.")));
	st->actor = actor;
	return actor;
}

/*
 * as_acts_as_owner tells whether the desk's owner, or a superuser, acts as
 * himself: he may enter what is otherwise for the person it is about.
 */
bool
as_acts_as_owner(AsStatement *st)
{
	const AsActor *actor = as_actor(st);

	return st->desk->may_speak_for_others && !st->desk->is_application &&
		strcmp(actor->login, GetUserNameFromId(GetSessionUserId(), false)) == 0;
}

/*
 * as_actor_has_role tells whether the actor has one of these roles.
 */
bool
as_actor_has_role(const AsActor *actor, int nroles, char **roles)
{
	int			i;
	int			k;

	for (i = 0; i < nroles; i++)
		for (k = 0; k < actor->nroles; k++)
			if (strcmp(roles[i], actor->roles[k]) == 0)
				return true;
	return false;
}
