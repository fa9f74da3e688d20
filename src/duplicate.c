/*-------------------------------------------------------------------------
 *
 * duplicate.c
 *	  Duplicates by rule: a ticket that repeats an open one is opened as its
 *	  duplicate.
 *
 * What a rule compares is brought into one form, free of settings, and
 * hashed.  The desk's table ticket_match holds the hashes of open tickets
 * that are no duplicates themselves; a hit is compared in full.
 *
 * Two sessions that open the same at once meet at an advisory lock on the
 * hash, taken before looking and kept until the transaction ends.  A
 * transaction that opens many tickets takes one lock on all hashes instead,
 * since locks are scarce.  Rows of the running statement are not in
 * ticket_match yet; the statement remembers them.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "port/pg_bswap.h"
#include "storage/lock.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/numeric.h"

#include "app_event.h"
#include "attribute.h"
#include "duplicate.h"

#define FINE_LOCKS	100			/* of a transaction, before it locks all */

/* classes of advisory locks; SQL functions use 1 and 2 */
#define LOCK_ALL	3
#define LOCK_ONE	4

typedef struct MatchKey
{
	StringInfoData text;		/* everything that is compared */
	int64		digest;
} MatchKey;

/* A ticket of the running statement. */
typedef struct MatchNote
{
	int64		digest;			/* hash key */
	int64		ticket_id;
} MatchNote;

/* A row of ticket_match to be written. */
typedef struct MatchChange
{
	int64		ticket_id;
	const char *rule;
	int64		digest;
} MatchChange;

struct Matches
{
	HTAB	   *opened;			/* MatchNote */
	List	   *gone;			/* MatchChange */
	List	   *come;
};

static int	fine_locks = 0;		/* taken in this transaction */

/*
 * as_match_forget is called when a transaction ends.
 */
void
as_match_forget(void)
{
	fine_locks = 0;
}

static Matches *
matches(AsStatement *st)
{
	if (st->matches == NULL)
		st->matches = MemoryContextAllocZero(st->cxt, sizeof(Matches));
	return st->matches;
}

/* ---------- keys ---------- */

static void
put_part(StringInfo buf, const char *bytes, int len)
{
	uint32		length = pg_hton32((uint32) len);

	appendBinaryStringInfo(buf, (const char *) &length, sizeof(length));
	appendBinaryStringInfo(buf, bytes, len);
}

/* FNV-1a: stored, so it must be the same on every machine and version. */
static int64
digest_of(const StringInfoData *buf)
{
	uint64		h = UINT64CONST(0xcbf29ce484222325);
	int			i;

	for (i = 0; i < buf->len; i++)
		h = (h ^ (unsigned char) buf->data[i]) * UINT64CONST(0x100000001b3);
	return (int64) h;
}

static void
put_text(StringInfo buf, const char *s)
{
	put_part(buf, s, strlen(s));
}

static bool
put_attribute(StringInfo buf, const AsDesk *desk, const TicketRow *row, const PolicyAttribute *a)
{
	Jsonb	   *jb = DatumGetJsonbP(TVAL(desk, row, TC_ATTRIBUTES));
	JsonbValue	value;
	uint64		at;

	if (!JB_ROOT_IS_OBJECT(jb) ||
		getKeyJsonValueFromContainer(&jb->root, a->attribute, strlen(a->attribute), &value) == NULL ||
		value.type == jbvNull || !as_attribute_fits(&value, a->type))
		return false;
	if (a->type == ATTR_TIMESTAMPTZ)
	{
		/* fits, so this gives a time, whatever the offset it is written with */
		at = DatumGetUInt64(DirectFunctionCall2(as_attribute_timestamptz, JsonbPGetDatum(jb),
												CStringGetTextDatum(a->attribute)));
		at = pg_hton64(at);
		put_part(buf, (const char *) &at, sizeof(at));
	}
	else if (value.type == jbvNumeric)
		put_text(buf, numeric_normalize(value.val.numeric));
	else
		put_text(buf, as_attribute_as_text(&value));
	return true;
}

static bool
put_column(StringInfo buf, const AsDesk *desk, const TicketRow *row, const char *name)
{
	int			i;

	for (i = 0; i < desk->tupdesc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desk->tupdesc, i);
		Oid			send;
		bool		isvarlena;
		bytea	   *bytes;

		if (att->attisdropped || strcmp(NameStr(att->attname), name) != 0)
			continue;
		if (row->nulls[i])
			return false;
		if (att->atttypid == NUMERICOID)
		{
			put_text(buf, numeric_normalize(DatumGetNumeric(row->values[i])));
			return true;
		}
		getTypeBinaryOutputInfo(att->atttypid, &send, &isvarlena);
		bytes = OidSendFunctionCall(send, row->values[i]);
		put_part(buf, VARDATA(bytes), VARSIZE(bytes) - VARHDRSZ);
		return true;
	}
	return false;
}

/*
 * make_key brings what a rule compares into one form; false when a value is
 * missing, which matches nothing.
 */
static bool
make_key(const AsStatement *st, const PolicyType *pt, const PolicyDuplicate *rule,
		 const TicketRow *row, MatchKey *key)
{
	int			i;

	initStringInfo(&key->text);
	put_text(&key->text, pt->version->policy);
	put_text(&key->text, pt->ticket_type);
	put_text(&key->text, rule->rule);
	for (i = 0; i < rule->match_on.n; i++)
	{
		const char *name = rule->match_on.item[i];
		const PolicyAttribute *a = as_policy_attribute(pt, name);

		if (a != NULL ? !put_attribute(&key->text, st->desk, row, a) :
			!put_column(&key->text, st->desk, row, name))
			return false;
	}
	key->digest = digest_of(&key->text);
	return true;
}

/* Whether others may be duplicates of this ticket. */
static bool
can_be_repeated(const AsDesk *desk, const PolicyType *pt, const TicketRow *row)
{
	return TNULL(desk, row, TC_DUPLICATE_OF) && TNULL(desk, row, TC_VOIDED_AT) &&
		as_state_is_open(pt, as_row_text(desk, row, TC_STATUS));
}

/* ---------- opening ---------- */

static void
lock_advisory(const AsDesk *desk, uint16 class, uint32 key, LOCKMODE mode)
{
	LOCKTAG		tag;

	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, desk->nspid, key, class);
	(void) LockAcquire(&tag, mode, false, false);
}

static void
lock_digest(AsStatement *st, int64 digest)
{
	if (fine_locks < FINE_LOCKS)
	{
		fine_locks++;
		lock_advisory(st->desk, LOCK_ALL, 0, ShareLock);
		lock_advisory(st->desk, LOCK_ONE, (uint32) digest, ExclusiveLock);
	}
	else
		lock_advisory(st->desk, LOCK_ALL, 0, ExclusiveLock);
}

/*
 * Whether the new ticket repeats the one of this id, which is locked so that
 * it cannot be closed in between.
 */
static bool
repeats(Judgement *j, const PolicyDuplicate *rule, const MatchKey *key, int64 ticket_id,
		bool is_stored)
{
	const AsDesk *desk = j->desk;
	Datum		value = Int64GetDatum(ticket_id);
	HeapTupleData tuple;
	TicketRow  *row;
	const PolicyType *pt;
	MatchKey	other;
	bool		isnull;
	char	   *ref;

	if (as_run(desk, PLAN_SHARE_TICKET, &value, NULL, NULL) == 0)
	{
		if (is_stored && IsolationUsesXactSnapshot())
			ereport(ERROR,
					(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
					 errmsg("could not serialize access due to concurrent update")));
		return false;
	}
	as_whole_row(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull), &tuple);
	row = as_deform(desk, &tuple);
	pt = as_type_of_row(j->st, row);
	ref = as_row_text(desk, j->new, TC_EXTERNAL_REF);
	/* the same ticket once more is a retry, which its external_ref tells */
	if (ref != NULL && !TNULL(desk, row, TC_EXTERNAL_REF) &&
		strcmp(ref, as_row_text(desk, row, TC_EXTERNAL_REF)) == 0)
		return false;
	return pt != NULL && strcmp(pt->ticket_type, j->pt->ticket_type) == 0 &&
		strcmp(pt->version->policy, j->pv->policy) == 0 &&
		can_be_repeated(desk, pt, row) &&
		make_key(j->st, pt, rule, row, &other) &&
		other.text.len == key->text.len &&
		memcmp(other.text.data, key->text.data, key->text.len) == 0;
}

/* The open ticket of the running statements that the new one repeats, or 0. */
static int64
find_in_statements(Judgement *j, const PolicyDuplicate *rule, const MatchKey *key)
{
	AsStatement *st;

	for (st = as_statement_first(); st != NULL; st = st->next)
	{
		MatchNote  *note;

		if (st->matches == NULL || st->matches->opened == NULL || st->desk != j->desk)
			continue;
		note = hash_search(st->matches->opened, &key->digest, HASH_FIND, NULL);
		if (note != NULL && repeats(j, rule, key, note->ticket_id, false))
			return note->ticket_id;
	}
	return 0;
}

/* The first open ticket that the new one repeats by a rule, or 0. */
static int64
find_repeated(Judgement *j, const PolicyDuplicate *rule, const MatchKey *key)
{
	Datum		value = Int64GetDatum(key->digest);
	int			n = as_run_read(j->desk, PLAN_MATCHES, &value);
	SPITupleTable *table = SPI_tuptable;
	int			i;

	for (i = 0; i < n; i++)
	{
		bool		isnull;
		int64		id = DatumGetInt64(SPI_getbinval(table->vals[i], table->tupdesc, 1, &isnull));

		if (repeats(j, rule, key, id, true))
			return id;
	}
	return find_in_statements(j, rule, key);
}

static void
note_opened(Judgement *j, const MatchKey *key)
{
	Matches    *m = matches(j->st);
	MatchNote  *note;

	if (m->opened == NULL)
	{
		HASHCTL		ctl;

		ctl.keysize = sizeof(int64);
		ctl.entrysize = sizeof(MatchNote);
		ctl.hcxt = j->st->cxt;
		m->opened = hash_create("aftersales opened tickets", 16, &ctl,
								HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	note = hash_search(m->opened, &key->digest, HASH_ENTER, NULL);
	note->ticket_id = j->ticket_id;
}

static void
become_duplicate(Judgement *j, const PolicyDuplicate *rule, int64 ticket_id)
{
	const AsDesk *desk = j->desk;

	TVAL(desk, j->new, TC_DUPLICATE_OF) = Int64GetDatum(ticket_id);
	TNULL(desk, j->new, TC_DUPLICATE_OF) = false;
	if (rule->becomes_type != NULL)
	{
		j->pt = as_policy_type(j->pv, rule->becomes_type);
		if (j->pt == NULL)
			elog(ERROR, "policy \"%s\" has lost ticket type \"%s\"", j->pv->policy, rule->becomes_type);
		TVAL(desk, j->new, TC_TICKET_TYPE) = CStringGetTextDatum(rule->becomes_type);
		TNULL(desk, j->new, TC_CATEGORY) = true;
		/* it begins in the first state of that type, unless it knows the one given */
		if (j->to != NULL && as_policy_state(j->pt, j->to) == STATE_NONE)
			j->to = NULL;
	}
	if (rule->becomes_category != NULL)
	{
		TVAL(desk, j->new, TC_CATEGORY) = CStringGetTextDatum(rule->becomes_category);
		TNULL(desk, j->new, TC_CATEGORY) = false;
	}
}

/*
 * as_judge_duplicate turns a ticket being opened into the duplicate of an open
 * one, if a rule says so; j->pt is then that of the type it becomes.  What the
 * writer names as duplicate_of stays.
 */
void
as_judge_duplicate(Judgement *j)
{
	const PolicyType *pt = j->pt;
	MatchKey   *keys;
	bool	   *has_key;
	int			i;

	if (pt->nduplicates == 0 || !TNULL(j->desk, j->new, TC_DUPLICATE_OF))
		return;
	keys = palloc(sizeof(MatchKey) * pt->nduplicates);
	has_key = palloc(sizeof(bool) * pt->nduplicates);
	for (i = 0; i < pt->nduplicates; i++)
	{
		int64		found;

		has_key[i] = make_key(j->st, pt, &pt->duplicates[i], j->new, &keys[i]);
		if (!has_key[i])
			continue;
		lock_digest(j->st, keys[i].digest);
		SPI_connect();
		found = find_repeated(j, &pt->duplicates[i], &keys[i]);
		SPI_finish();
		if (found != 0)
		{
			become_duplicate(j, &pt->duplicates[i], found);
			return;
		}
	}
	for (i = 0; i < pt->nduplicates; i++)
		if (has_key[i])
			note_opened(j, &keys[i]);
}

/* ---------- keeping ticket_match ---------- */

static List *
add_change(AsStatement *st, List *changes, int64 ticket_id, const char *rule, int64 digest)
{
	MemoryContext old = MemoryContextSwitchTo(st->cxt);
	MatchChange *change = palloc(sizeof(MatchChange));

	change->ticket_id = ticket_id;
	change->rule = rule;		/* in the policy cache, which is pinned */
	change->digest = digest;
	changes = lappend(changes, change);
	MemoryContextSwitchTo(old);
	return changes;
}

/*
 * as_match_note notes what a written row changes in ticket_match.  old is
 * NULL for an opening.
 */
void
as_match_note(AsStatement *st, const TicketRow *old, const TicketRow *new)
{
	const PolicyType *pt = as_type_of_row(st, new);
	int64		ticket_id = DatumGetInt64(TVAL(st->desk, new, TC_TICKET_ID));
	bool		was;
	bool		is;
	int			i;

	if (pt == NULL || pt->nduplicates == 0)
		return;
	was = old != NULL && can_be_repeated(st->desk, pt, old);
	is = can_be_repeated(st->desk, pt, new);
	for (i = 0; i < pt->nduplicates && (was || is); i++)
	{
		const PolicyDuplicate *rule = &pt->duplicates[i];
		MatchKey	before;
		MatchKey	after;
		bool		had = was && make_key(st, pt, rule, old, &before);
		bool		has = is && make_key(st, pt, rule, new, &after);

		if (had && has && before.digest == after.digest)
			continue;
		if (had)
			matches(st)->gone = add_change(st, matches(st)->gone, ticket_id, rule->rule, 0);
		if (has)
			matches(st)->come = add_change(st, matches(st)->come, ticket_id, rule->rule, after.digest);
	}
}

static void
write_changes(AsStatement *st, List *changes, PlanId plan)
{
	int			first;
	int			i;

	for (first = 0; first < list_length(changes); first += WRITE_BATCH)
	{
		ArrayBuildState *a[3];
		Datum		values[3];

		a[0] = initArrayResult(INT8OID, CurrentMemoryContext, false);
		a[1] = initArrayResult(TEXTOID, CurrentMemoryContext, false);
		a[2] = initArrayResult(INT8OID, CurrentMemoryContext, false);
		for (i = first; i < Min(first + WRITE_BATCH, list_length(changes)); i++)
		{
			MatchChange *change = list_nth(changes, i);

			as_accum(a[0], Int64GetDatum(change->ticket_id), false, INT8OID);
			as_accum(a[1], CStringGetTextDatum(change->rule), false, TEXTOID);
			as_accum(a[2], Int64GetDatum(change->digest), false, INT8OID);
		}
		for (i = 0; i < 3; i++)
			values[i] = as_array(a[i]);
		(void) as_run(st->desk, plan, values, NULL, "ticket_match");
	}
}

/*
 * as_match_flush writes what has been noted.  The caller is connected to SPI.
 */
void
as_match_flush(AsStatement *st)
{
	if (st->matches == NULL)
		return;
	write_changes(st, st->matches->gone, PLAN_MATCH_GONE);
	write_changes(st, st->matches->come, PLAN_MATCH_COME);
}
