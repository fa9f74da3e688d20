/*-------------------------------------------------------------------------
 *
 * policy_cache.c
 *	  The cache of everything that judging needs, and its invalidation.
 *
 * The relcache callback only moves a generation number: it may run at any
 * moment at which no catalog can be read and nothing be freed.  The policy
 * tables and the tables of a desk that we cache something of are watched by
 * OID; their statement triggers send the invalidation.
 *
 * The cache is always loaded under the latest snapshot, never the
 * transaction's: a REPEATABLE READ transaction that cached what it sees would
 * go on serving an old policy after its end.  So a policy is what is in force
 * now, in every isolation level.  GetLatestSnapshot is not to be had in a
 * parallel query; a cache loaded there serves that query's snapshot only and
 * is not published.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "expression.h"
#include "policy.h"

static uint64 generation = 1;
static AsCache *current = NULL;

/* The cache of a parallel query, and the snapshot it was loaded under. */
static AsCache *of_query = NULL;
static SnapshotData of_snapshot;
static Oid *watched = NULL;
static int	nwatched = 0;
static int	maxwatched = 0;

static void
relcache_callback(Datum arg, Oid relid)
{
	int			i;

	if (OidIsValid(relid))
	{
		for (i = 0; i < nwatched; i++)
			if (watched[i] == relid)
				break;
		if (i == nwatched)
			return;
	}
	generation++;
}

/* A schema was renamed, perhaps a desk's: its name stands in our SQL text. */
static void
namespace_callback(Datum arg, int cacheid, uint32 hashvalue)
{
	generation++;
}

/*
 * as_cache_init registers the callbacks; called once per backend.
 */
void
as_cache_init(void)
{
	CacheRegisterRelcacheCallback(relcache_callback, (Datum) 0);
	CacheRegisterSyscacheCallback(NAMESPACEOID, namespace_callback, (Datum) 0);
}

/*
 * as_cache_watch makes changes of a table invalidate the cache.
 */
void
as_cache_watch(Oid relid)
{
	int			i;

	for (i = 0; i < nwatched; i++)
		if (watched[i] == relid)
			return;
	if (nwatched == maxwatched)
	{
		int			newmax = maxwatched == 0 ? 32 : maxwatched * 2;

		if (watched == NULL)
			watched = MemoryContextAlloc(TopMemoryContext, newmax * sizeof(Oid));
		else
			watched = repalloc(watched, newmax * sizeof(Oid));
		maxwatched = newmax;
	}
	watched[nwatched++] = relid;
}

/*
 * as_schema_oid returns the schema of the extension.
 */
Oid
as_schema_oid(void)
{
	return get_namespace_oid("aftersales", false);
}

static void
cache_free(AsCache *cache)
{
	PolicyVersion *pv;

	as_expr_free(cache);
	for (pv = cache->versions; pv != NULL; pv = pv->next)
		pv->cache = NULL;
	MemoryContextDelete(cache->cxt);
}

static AsCache *
cache_load(void)
{
	MemoryContext cxt = AllocSetContextCreate(CurrentMemoryContext,
											  "aftersales policy cache",
											  ALLOCSET_DEFAULT_SIZES);
	AsCache    *cache = MemoryContextAllocZero(cxt, sizeof(AsCache));

	cache->cxt = cxt;
	cache->generation = generation;
	as_policy_load_versions(cache);
	MemoryContextSetParent(cxt, TopMemoryContext);
	return cache;
}

/*
 * Whether a snapshot sees the same as the one of of_query: with equal bounds,
 * the transactions that were running can only have become fewer.
 */
static bool
same_snapshot(Snapshot snapshot)
{
	return snapshot->xmin == of_snapshot.xmin && snapshot->xmax == of_snapshot.xmax &&
		snapshot->xcnt == of_snapshot.xcnt && snapshot->subxcnt == of_snapshot.subxcnt &&
		snapshot->suboverflowed == of_snapshot.suboverflowed &&
		snapshot->curcid == of_snapshot.curcid;
}

/* Puts a cache, or none, into the place of an old one. */
static void
cache_replace(AsCache **place, AsCache *cache)
{
	AsCache    *old = *place;

	*place = cache;
	if (old != NULL && old->refcount == 0)
		cache_free(old);
}

/*
 * as_cache_pin returns a cache that stays as it is until unpinned.
 *
 * With a statement of ours already running the same cache is returned.
 */
AsCache *
as_cache_pin(void)
{
	AsStatement *st;
	AsCache    *cache;
	bool		publish = !IsInParallelMode();

	for (st = as_statement_first(); st != NULL; st = st->next)
	{
		if (st->cache != NULL)
		{
			st->cache->refcount++;
			return st->cache;
		}
	}

	AcceptInvalidationMessages();
	if (current != NULL && current->generation == generation)
	{
		current->refcount++;
		return current;
	}

	if (!publish && of_query != NULL && of_query->generation == generation &&
		same_snapshot(GetActiveSnapshot()))
	{
		of_query->refcount++;
		return of_query;
	}

	cache = cache_load();
	if (publish)
	{
		cache_replace(&current, cache);
		cache_replace(&of_query, NULL);
	}
	else
	{
		cache_replace(&of_query, cache);
		of_snapshot = *GetActiveSnapshot();
	}
	cache->refcount++;
	return cache;
}

/*
 * as_cache_unpin gives a cache back; one that is not current any more goes.
 */
void
as_cache_unpin(AsCache *cache)
{
	Assert(cache->refcount > 0);
	if (--cache->refcount == 0 && cache != current && cache != of_query)
		cache_free(cache);
}

/*
 * as_policy_version returns a version of a policy with its rules, NULL when
 * there is no such (or only a draft).
 */
const PolicyVersion *
as_policy_version(AsCache *cache, const char *policy, int version)
{
	PolicyVersion *pv;

	for (pv = cache->versions; pv != NULL; pv = pv->next)
	{
		if (pv->version == version && strcmp(pv->policy, policy) == 0)
		{
			if (!pv->loaded)
				as_policy_load(pv);
			return pv;
		}
	}
	return NULL;
}

/*
 * as_policy_in_force returns the version of a policy under which a ticket
 * reported at that instant is opened, NULL when there is none.
 */
const PolicyVersion *
as_policy_in_force(AsCache *cache, const char *policy, TimestampTz at)
{
	PolicyVersion *pv;

	for (pv = cache->versions; pv != NULL; pv = pv->next)
		if (strcmp(pv->policy, policy) == 0 && pv->effective_from <= at)
			return as_policy_version(cache, policy, pv->version);
	return NULL;
}

/*
 * as_policy_of_type returns the only policy in force that has this ticket
 * type; NULL when there is none, or more than one (then *ambiguous).
 */
const PolicyVersion *
as_policy_of_type(AsCache *cache, const char *ticket_type, TimestampTz at,
				  bool *ambiguous)
{
	const PolicyVersion *found = NULL;
	PolicyVersion *pv;
	const char *last = NULL;

	*ambiguous = false;
	for (pv = cache->versions; pv != NULL; pv = pv->next)
	{
		if (pv->effective_from > at || (last != NULL && strcmp(last, pv->policy) == 0))
			continue;
		last = pv->policy;
		if (as_policy_type(as_policy_version(cache, pv->policy, pv->version), ticket_type) == NULL)
			continue;
		if (found != NULL)
		{
			*ambiguous = true;
			return NULL;
		}
		found = pv;
	}
	return found;
}

const PolicyType *
as_policy_type(const PolicyVersion *pv, const char *ticket_type)
{
	int			i;

	for (i = 0; i < pv->ntypes; i++)
		if (strcmp(pv->types[i].ticket_type, ticket_type) == 0)
			return &pv->types[i];
	return NULL;
}

/*
 * as_type_of_row returns the ticket type that a ticket was opened under, NULL
 * when its policy is not there any more.
 */
const PolicyType *
as_type_of_row(const AsStatement *st, const TicketRow *row)
{
	const PolicyVersion *pv = as_policy_version(st->cache,
												TextDatumGetCString(TVAL(st->desk, row, TC_POLICY)),
												DatumGetInt32(TVAL(st->desk, row, TC_POLICY_VERSION)));

	return pv == NULL ? NULL :
		as_policy_type(pv, TextDatumGetCString(TVAL(st->desk, row, TC_TICKET_TYPE)));
}

/*
 * as_policy_state returns the index of a state, STATE_NONE when unknown.
 */
int
as_policy_state(const PolicyType *pt, const char *state)
{
	int			i;

	for (i = 0; i < pt->nstates; i++)
		if (strcmp(pt->states[i].state, state) == 0)
			return i;
	return STATE_NONE;
}

bool
as_state_is_open(const PolicyType *pt, const char *state)
{
	int			i = as_policy_state(pt, state);

	return i != STATE_NONE &&
		pt->states[i].kind != STATE_DONE && pt->states[i].kind != STATE_CLOSED;
}

const PolicyEvent *
as_policy_event(const PolicyType *pt, const char *event)
{
	int			i;

	for (i = 0; i < pt->nevents; i++)
		if (strcmp(pt->events[i].event, event) == 0)
			return &pt->events[i];
	return NULL;
}

const PolicyApproval *
as_policy_approval(const PolicyType *pt, const char *kind)
{
	int			i;

	for (i = 0; i < pt->napprovals; i++)
		if (strcmp(pt->approvals[i].kind, kind) == 0)
			return &pt->approvals[i];
	return NULL;
}

const PolicyAttribute *
as_policy_attribute(const PolicyType *pt, const char *name)
{
	int			i;

	for (i = 0; i < pt->nattributes; i++)
		if (strcmp(pt->attributes[i].attribute, name) == 0)
			return &pt->attributes[i];
	return NULL;
}

bool
as_text_in(const TextList *list, const char *item)
{
	int			i;

	for (i = 0; i < list->n; i++)
		if (strcmp(list->item[i], item) == 0)
			return true;
	return false;
}

char *
as_text_join(const TextList *list, const char *separator)
{
	StringInfoData buf;
	int			i;

	initStringInfo(&buf);
	for (i = 0; i < list->n; i++)
		appendStringInfo(&buf, "%s%s", i == 0 ? "" : separator, list->item[i]);
	return buf.data;
}
