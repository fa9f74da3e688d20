/*-------------------------------------------------------------------------
 *
 * plan.c
 *	  The SQL that the triggers run, as kept plans per desk.
 *
 * Every write has two plans: scalars for one row, arrays of at most
 * WRITE_BATCH rows for many.  In the text "@" stands for the desk's schema.
 *
 * A plan is made with sequential scans and hash and merge joins switched
 * off: all of them look rows up by key, and a plan kept from an empty table
 * would go on scanning it while it grows.  It is made anew, by us and not by
 * plancache.c, when it has become invalid, both for the same reason and
 * because a renamed schema needs another text.
 *
 * Statements run as the owner of the desk, as referential integrity triggers
 * do, so writers need no right on the protected tables.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"

#define MAX_PLAN_ARGS	12

#define SAME(col) "(e." col EQ "x." col " OR (e." col " IS NULL AND x." col " IS NULL))"

typedef struct PlanText
{
	PlanId		id;
	int			nargs;
	Oid			args[MAX_PLAN_ARGS];
	const char *text;
} PlanText;

/*
 * Ends clocks by the rules in $3, as $4 says, and settles the others that are
 * late: none of the clocks it touches has anything due afterwards.
 */
#define END_SET(at) \
	" SET stopped_at = CASE WHEN c.rule" EQ "ANY ($3) THEN " at " END," \
	" ended_as = CASE WHEN c.rule" EQ "ANY ($3) THEN $4 END," \
	" is_breached = c.is_breached OR (c.due_at" LT at ") IS TRUE, next_at = NULL"

#define END_WHERE(at) \
	" AND c.stopped_at IS NULL AND c.started_at" LE at \
	" AND (c.rule" EQ "ANY ($3) OR c.next_at" LT at ")"

#define START_COLUMNS \
	"INSERT INTO @.sla_clock (ticket_id, clock, cycle, rule, target, started_at," \
	" start_seq, due_at, next_at) "

#define NEXT_CYCLE(ticket, clock) \
	"1 OPERATOR(pg_catalog.+) coalesce((SELECT pg_catalog.max(o.cycle) FROM @.sla_clock o" \
	" WHERE o.ticket_id" EQ ticket " AND o.clock" EQ clock "), 0)"

#define START_ROWS \
	" FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3)," \
	" pg_catalog.unnest($4), pg_catalog.unnest($5), pg_catalog.unnest($6), pg_catalog.unnest($7))" \
	" AS s(ticket_id, clock, rule, target, started_at, start_seq, due_at)"

/* every clock that was ever started for a ticket has a cycle 1 */
#define IF_FIRST " ON CONFLICT (ticket_id, clock, cycle) DO NOTHING"

#define IF_NOT_OPEN " ON CONFLICT (ticket_id, clock) WHERE stopped_at IS NULL DO NOTHING"

#define EVENT_COLUMNS \
	"INSERT INTO @.ticket_event (recorded_at, actor, origin, ticket_id, seq, event," \
	" occurred_at, from_state, to_state, private_digest, hash, external_ref) "

#define SHIFT_TICKETS \
	"SELECT ticket_id, status, policy_version FROM @.ticket WHERE shift_id" EQ "$1" \
	" AND policy" EQ "$2 AND ticket_type" EQ "$3 AND voided_at IS NULL ORDER BY ticket_id"

static const PlanText plan_text[] = {
	{PLAN_EVENT_ONE, 11,
		{TIMESTAMPTZOID, TEXTOID, INT8OID, INT4OID, TEXTOID, TIMESTAMPTZOID, TEXTOID, TEXTOID, BYTEAOID, BYTEAOID, TEXTOID},
	EVENT_COLUMNS "VALUES ($1, $2, 'ticket', $3, $4, $5, $6, $7, $8, $9, $10, $11)"},
	{PLAN_EVENT_ONE_ID, 11,
		{TIMESTAMPTZOID, TEXTOID, INT8OID, INT4OID, TEXTOID, TIMESTAMPTZOID, TEXTOID, TEXTOID, BYTEAOID, BYTEAOID, TEXTOID},
	EVENT_COLUMNS "VALUES ($1, $2, 'ticket', $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING event_id"},
	{PLAN_EVENT_MANY, 11,
		{TIMESTAMPTZOID, TEXTOID, INT8ARRAYOID, INT4ARRAYOID, TEXTARRAYOID, TIMESTAMPTZARRAYOID,
		TEXTARRAYOID, TEXTARRAYOID, BYTEAARRAYOID, BYTEAARRAYOID, TEXTARRAYOID},
		EVENT_COLUMNS "SELECT $1, $2, 'ticket', e.*"
		" FROM ROWS FROM (pg_catalog.unnest($3), pg_catalog.unnest($4), pg_catalog.unnest($5),"
		" pg_catalog.unnest($6), pg_catalog.unnest($7), pg_catalog.unnest($8),"
	" pg_catalog.unnest($9), pg_catalog.unnest($10), pg_catalog.unnest($11)) AS e RETURNING event_id"},

	{PLAN_PRIVATE_ONE, 4, {INT8OID, BYTEAOID, TEXTOID, JSONBOID},
	"INSERT INTO @.event_private (event_id, salt, note, data) VALUES ($1, $2, $3, $4)"},
	{PLAN_PRIVATE_MANY, 4, {INT8ARRAYOID, BYTEAARRAYOID, TEXTARRAYOID, JSONBARRAYOID},
		"INSERT INTO @.event_private (event_id, salt, note, data) SELECT p.*"
		" FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3),"
	" pg_catalog.unnest($4)) AS p"},

	{PLAN_END_ONE, 4, {INT8OID, TIMESTAMPTZOID, TEXTARRAYOID, TEXTOID},
		"UPDATE @.sla_clock c" END_SET("$2") " WHERE c.ticket_id" EQ "$1" END_WHERE("$2")
	" RETURNING c.clock_id, c.due_at, c.is_breached"},
	{PLAN_END_MANY, 4, {INT8ARRAYOID, TIMESTAMPTZARRAYOID, TEXTARRAYOID, TEXTOID},
		"UPDATE @.sla_clock c" END_SET("s.at")
		" FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2))"
		" WITH ORDINALITY AS s(ticket_id, at, n)"
		" WHERE c.ticket_id" EQ "s.ticket_id" END_WHERE("s.at")
	" RETURNING c.clock_id, c.due_at, c.is_breached, s.n"},

	{PLAN_CONCERNED_ONE, 3, {INT8OID, TIMESTAMPTZOID, TEXTARRAYOID},
		"SELECT 1 FROM @.sla_clock WHERE ticket_id" EQ "$1 AND stopped_at IS NULL"
	" AND (next_at" LT "$2 OR rule" EQ "ANY ($3)) LIMIT 1"},
	{PLAN_CONCERNED_MANY, 3, {INT8ARRAYOID, TIMESTAMPTZARRAYOID, TEXTARRAYOID},
		"SELECT 1 FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) AS s(ticket_id, at)"
		" JOIN @.sla_clock c ON c.ticket_id" EQ "s.ticket_id"
	" WHERE c.stopped_at IS NULL AND (c.next_at" LT "s.at OR c.rule" EQ "ANY ($3)) LIMIT 1"},

	{PLAN_START_NEW_ONE, 7,
		{INT8OID, TEXTOID, TEXTOID, INTERVALOID, TIMESTAMPTZOID, INT4OID, TIMESTAMPTZOID},
	START_COLUMNS "VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $7)"},
	{PLAN_START_NEW_MANY, 7,
		{INT8ARRAYOID, TEXTARRAYOID, TEXTARRAYOID, INTERVALARRAYOID, TIMESTAMPTZARRAYOID,
		INT4ARRAYOID, TIMESTAMPTZARRAYOID},
		START_COLUMNS "SELECT s.ticket_id, s.clock, 1, s.rule, s.target, s.started_at,"
	" s.start_seq, s.due_at, s.due_at" START_ROWS},
	{PLAN_START_FIRST_ONE, 7,
		{INT8OID, TEXTOID, TEXTOID, INTERVALOID, TIMESTAMPTZOID, INT4OID, TIMESTAMPTZOID},
	START_COLUMNS "VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $7)" IF_FIRST},
	{PLAN_START_FIRST_MANY, 7,
		{INT8ARRAYOID, TEXTARRAYOID, TEXTARRAYOID, INTERVALARRAYOID, TIMESTAMPTZARRAYOID,
		INT4ARRAYOID, TIMESTAMPTZARRAYOID},
		START_COLUMNS "SELECT s.ticket_id, s.clock, 1, s.rule, s.target, s.started_at,"
	" s.start_seq, s.due_at, s.due_at" START_ROWS IF_FIRST},
	{PLAN_START_AGAIN_ONE, 7,
		{INT8OID, TEXTOID, TEXTOID, INTERVALOID, TIMESTAMPTZOID, INT4OID, TIMESTAMPTZOID},
		START_COLUMNS "SELECT $1, $2, " NEXT_CYCLE("$1", "$2") ", $3, $4, $5, $6, $7, $7"
	IF_NOT_OPEN},
	{PLAN_START_AGAIN_MANY, 7,
		{INT8ARRAYOID, TEXTARRAYOID, TEXTARRAYOID, INTERVALARRAYOID, TIMESTAMPTZARRAYOID,
		INT4ARRAYOID, TIMESTAMPTZARRAYOID},
		START_COLUMNS "SELECT s.ticket_id, s.clock, " NEXT_CYCLE("s.ticket_id", "s.clock")
	", s.rule, s.target, s.started_at, s.start_seq, s.due_at, s.due_at" START_ROWS IF_NOT_OPEN},

	{PLAN_BREACHES, 5,
		{TIMESTAMPTZOID, INT8ARRAYOID, TIMESTAMPTZARRAYOID, INT8ARRAYOID, TEXTARRAYOID},
		"INSERT INTO @.sla_breach (detected_at, clock_id, due_at, org_id, assignee) SELECT $1, b.*"
		" FROM ROWS FROM (pg_catalog.unnest($2), pg_catalog.unnest($3), pg_catalog.unnest($4),"
	" pg_catalog.unnest($5)) AS b ON CONFLICT (clock_id) DO NOTHING"},
	{PLAN_CLEAR_BREACH, 3, {INT8OID, TIMESTAMPTZOID, TIMESTAMPTZOID},
		"UPDATE @.sla_breach SET cleared_at = $2"
	" WHERE clock_id" EQ "$1 AND cleared_at IS NULL AND due_at" GE "$3"},

	{PLAN_CLOCKS_OF_TICKET, 1, {INT8OID},
		"SELECT clock_id, clock, rule, started_at, due_at, stopped_at, is_breached, start_seq"
		" FROM @.sla_clock"
		" WHERE ticket_id" EQ "$1 AND (stopped_at IS NULL OR ended_as" EQ "'voided')"
	" ORDER BY clock, cycle"},
	{PLAN_CLOCK_SET, 7,
		{INT8OID, TEXTOID, INTERVALOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID},
		"UPDATE @.sla_clock SET rule = $2, target = $3, due_at = $4, next_at = $5,"
	" stopped_at = $6, ended_as = $7 WHERE clock_id" EQ "$1"},

	{PLAN_AFTER_START, 4, {INT8OID, TIMESTAMPTZOID, TEXTOID, TEXTARRAYOID},
		"SELECT 1 FROM @.ticket_event WHERE ticket_id" EQ "$1"
		" AND occurred_at OPERATOR(pg_catalog.>) $2 AND event" EQ "ANY ($4)"
		" UNION ALL SELECT 1 FROM @.sla_clock WHERE ticket_id" EQ "$1 AND clock" EQ "$3"
	" AND started_at OPERATOR(pg_catalog.>) $2 LIMIT 1"},
	{PLAN_STATUS_AT, 2, {INT8OID, INT4OID},
		"SELECT to_state FROM @.ticket_event WHERE ticket_id" EQ "$1 AND seq" LE "$2"
	" AND to_state IS NOT NULL ORDER BY seq DESC LIMIT 1"},

	{PLAN_LOCK_TICKET, 1, {INT8OID},
	"SELECT t FROM @.ticket t WHERE t.ticket_id" EQ "$1 FOR NO KEY UPDATE"},
	{PLAN_HEAD_ONE, 4, {INT8OID, INT4OID, BYTEAOID, TIMESTAMPTZOID},
		"UPDATE @.ticket t SET event_seq = $2, event_hash = $3, event_at = greatest(t.event_at, $4)"
	" WHERE t.ticket_id" EQ "$1 AND t.event_seq" LT "$2"},
	{PLAN_HEAD_MANY, 4, {INT8ARRAYOID, INT4ARRAYOID, BYTEAARRAYOID, TIMESTAMPTZARRAYOID},
		"UPDATE @.ticket t SET event_seq = h.seq, event_hash = h.hash,"
		" event_at = greatest(t.event_at, h.at)"
		" FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3),"
		" pg_catalog.unnest($4)) AS h(ticket_id, seq, hash, at)"
	" WHERE t.ticket_id" EQ "h.ticket_id AND t.event_seq" LT "h.seq"},
	{PLAN_EVENTS_SAME, 12,
		{TIMESTAMPTZOID, TEXTOID, TEXTOID, INT8ARRAYOID, INT4ARRAYOID, TEXTARRAYOID, TIMESTAMPTZARRAYOID,
		TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, BYTEAARRAYOID, BYTEAARRAYOID},
		"SELECT 1 FROM ROWS FROM (pg_catalog.unnest($4), pg_catalog.unnest($5), pg_catalog.unnest($6),"
		" pg_catalog.unnest($7), pg_catalog.unnest($8), pg_catalog.unnest($9), pg_catalog.unnest($10),"
		" pg_catalog.unnest($11), pg_catalog.unnest($12)) AS x(ticket_id, seq, event, occurred_at,"
		" from_state, to_state, external_ref, private_digest, hash)"
		" JOIN @.ticket_event e ON e.ticket_id" EQ "x.ticket_id AND e.seq" EQ "x.seq"
		" WHERE e.recorded_at" EQ "$1 AND e.actor" EQ "$2 AND e.origin" EQ "$3"
		" AND e.event" EQ "x.event AND e.occurred_at" EQ "x.occurred_at AND e.hash" EQ "x.hash"
		" AND e.corrects IS NULL"
		" AND " SAME("from_state") " AND " SAME("to_state")
	" AND " SAME("external_ref") " AND " SAME("private_digest")},
	{PLAN_HEADS_SAME, 2, {INT8ARRAYOID, INT4ARRAYOID},
		"SELECT 1 FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) AS h(ticket_id, seq)"
	" JOIN @.ticket t ON t.ticket_id" EQ "h.ticket_id AND t.event_seq" GE "h.seq"},

	{PLAN_MASTER, 1, {INT8OID},
		"SELECT status, policy, policy_version, ticket_type, duplicate_of FROM @.ticket"
	" WHERE ticket_id" EQ "$1 FOR SHARE"},
	{PLAN_REPEATED, 1, {INT8OID},
	"SELECT 1 FROM @.ticket WHERE duplicate_of" EQ "$1 LIMIT 1"},
	{PLAN_HAS_EVENT, 3, {INT8OID, TEXTOID, INT4OID},
		"SELECT pg_catalog.count(*) FROM (SELECT 1 FROM @.ticket_event WHERE ticket_id" EQ "$1"
		" AND (event" EQ "$2 OR (event" EQ "'opened'"
	" AND pg_catalog.concat('status:', to_state)" EQ "$2)) LIMIT $3) x"},
	{PLAN_CLOCK_EXPIRED, 3, {INT8OID, TEXTOID, TIMESTAMPTZOID},
		"SELECT 1 FROM @.sla_clock WHERE ticket_id" EQ "$1 AND clock" EQ "$2"
	" AND stopped_at IS NULL AND due_at" LT "$3"},
	{PLAN_ROLES, 1, {TEXTOID},
		"SELECT r.role FROM @.staff s LEFT JOIN @.staff_role r ON r.login" EQ "s.login"
	" WHERE s.login" EQ "$1 AND s.is_active"},
	{PLAN_APPLICATION, 1, {TEXTOID},
	"SELECT 1 FROM @.application WHERE db_user" EQ "$1"},

	{PLAN_EMIT, 4, {INT8ARRAYOID, TEXTARRAYOID, TIMESTAMPTZARRAYOID, JSONBARRAYOID},
		"INSERT INTO @.ticket_event (ticket_id, event, occurred_at, data)"
		" SELECT e.ticket_id, e.event, e.occurred_at, e.data"
		" FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3),"
		" pg_catalog.unnest($4)) WITH ORDINALITY AS e(ticket_id, event, occurred_at, data, n)"
	" ORDER BY e.n"},
	{PLAN_REF_PROMISE, 1, {TEXTOID},
	"SELECT 1 FROM @.promise WHERE external_ref" EQ "$1"},
	{PLAN_REF_APPROVAL, 1, {TEXTOID},
	"SELECT 1 FROM @.approval WHERE external_ref" EQ "$1"},
	{PLAN_APPROVALS, 3, {INT8OID, TEXTOID, INT8OID},
		"SELECT r.last, a.run, a.step, a.is_approved, a.decided_by, a.requested_by, a.new_due_at,"
		" a.decided_at FROM (SELECT pg_catalog.max(run) AS last,"
		" pg_catalog.max(run) FILTER (WHERE coalesce(clock_id, 0)" EQ "$3) AS run"
		" FROM @.approval WHERE ticket_id" EQ "$1 AND kind" EQ "$2) r"
		" LEFT JOIN @.approval a ON a.ticket_id" EQ "$1 AND a.kind" EQ "$2 AND a.run" EQ "r.run"
	" ORDER BY a.step"},
	{PLAN_APPROVED, 3, {INT8OID, TEXTOID, INT4OID},
		"SELECT 1 FROM @.approval a WHERE a.ticket_id" EQ "$1 AND a.kind" EQ "$2 AND a.step" EQ "$3"
		" AND a.is_approved AND a.run" EQ "(SELECT pg_catalog.max(r.run) FROM @.approval r"
	" WHERE r.ticket_id" EQ "$1 AND r.kind" EQ "$2)"},
	{PLAN_OPEN_PROMISES, 1, {INT8OID},
		"SELECT pg_catalog.count(*)::pg_catalog.int4 FROM @.sla_clock c"
		" JOIN @.ticket_event e ON e.ticket_id" EQ "c.ticket_id AND e.seq" EQ "c.start_seq"
		" WHERE c.ticket_id" EQ "$1 AND c.stopped_at IS NULL"
	" AND pg_catalog.starts_with(e.event, 'promise:')"},
	{PLAN_CLOCK, 2, {INT8OID, INT8OID},
		"SELECT clock, rule, due_at, stopped_at, is_breached FROM @.sla_clock"
	" WHERE clock_id" EQ "$1 AND ticket_id" EQ "$2"},
	{PLAN_BREACH, 1, {INT8OID},
	"SELECT excused_at FROM @.sla_breach WHERE clock_id" EQ "$1"},
	{PLAN_EXCUSE, 3, {INT8OID, TIMESTAMPTZOID, TEXTOID},
	"UPDATE @.sla_breach SET excused_at = $2, excused_by = $3 WHERE clock_id" EQ "$1"},
	{PLAN_TICKET, 1, {INT8OID},
	"SELECT t FROM @.ticket t WHERE t.ticket_id" EQ "$1"},

	{PLAN_SHIFT, 1, {INT8OID},
	"SELECT 1 FROM @.shift WHERE shift_id" EQ "$1 FOR NO KEY UPDATE"},
	{PLAN_SHIFT_TICKETS, 3, {INT8OID, TEXTOID, TEXTOID}, SHIFT_TICKETS},
	{PLAN_SHIFT_LOCK, 3, {INT8OID, TEXTOID, TEXTOID}, SHIFT_TICKETS " FOR NO KEY UPDATE"},
	{PLAN_SHIFT_AT, 2, {INT8ARRAYOID, TEXTARRAYOID},
		"SELECT pg_catalog.max(e.occurred_at) FROM @.ticket_event e"
		" WHERE e.ticket_id" EQ "ANY ($1) AND e.to_state" EQ "ANY ($2)"
	" AND (e.from_state IS NULL OR NOT e.from_state" EQ "ANY ($2))"},

	{PLAN_MATCHES, 1, {INT8OID},
	"SELECT ticket_id FROM @.ticket_match WHERE digest" EQ "$1 ORDER BY ticket_id"},
	{PLAN_SHARE_TICKET, 1, {INT8OID},
	"SELECT t FROM @.ticket t WHERE t.ticket_id" EQ "$1 FOR SHARE"},
	{PLAN_MATCH_GONE, 3, {INT8ARRAYOID, TEXTARRAYOID, INT8ARRAYOID},
		"DELETE FROM @.ticket_match m USING ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2))"
	" AS x(ticket_id, rule) WHERE m.ticket_id" EQ "x.ticket_id AND m.rule" EQ "x.rule"},
	{PLAN_MATCH_COME, 3, {INT8ARRAYOID, TEXTARRAYOID, INT8ARRAYOID},
		"INSERT INTO @.ticket_match (ticket_id, rule, digest)"
		" SELECT x.* FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2),"
	" pg_catalog.unnest($3)) AS x"},

	{PLAN_REF_EVENT, 1, {TEXTOID},
		"SELECT e.ticket_id, (SELECT s.to_state FROM @.ticket_event s WHERE s.ticket_id" EQ "e.ticket_id"
		" AND s.seq" LE "e.seq AND s.to_state IS NOT NULL ORDER BY s.seq DESC LIMIT 1), e.occurred_at,"
		" p.note, e.private_digest IS NOT NULL AND p.event_id IS NULL, e.origin"
		" FROM @.ticket_event e LEFT JOIN @.event_private p ON p.event_id" EQ "e.event_id"
	" WHERE e.external_ref" EQ "$1"}
};

typedef struct PlanKey
{
	Oid			nspid;
	int			id;
} PlanKey;

typedef struct PlanEntry
{
	PlanKey		key;
	SPIPlanPtr	plan;			/* NULL while being made */
} PlanEntry;

static HTAB *plans = NULL;

/* Replaces "@" by the desk's quoted schema name. */
static char *
plan_sql(const AsDesk *desk, const char *text)
{
	const char *schema = quote_identifier(desk->name);
	StringInfoData buf;

	initStringInfo(&buf);
	for (; *text != '\0'; text++)
	{
		if (*text == '@')
			appendStringInfoString(&buf, schema);
		else
			appendStringInfoChar(&buf, *text);
	}
	return buf.data;
}

static void
set_local(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
}

/* Makes the plan now, while the planner's switches are as we want them. */
static SPIPlanPtr
plan_make(const AsDesk *desk, const PlanText *pt)
{
	int			nestlevel = NewGUCNestLevel();
	SPIPlanPtr	plan;
	CachedPlan *cplan;

	set_local("enable_seqscan", "off");
	set_local("enable_hashjoin", "off");
	set_local("enable_mergejoin", "off");
	set_local("jit", "off");
	plan = SPI_prepare_cursor(plan_sql(desk, pt->text), pt->nargs,
							  (Oid *) pt->args,
							  CURSOR_OPT_GENERIC_PLAN);
	if (plan == NULL)
		elog(ERROR, "preparing a statement failed: %s", SPI_result_code_string(SPI_result));
	SPI_keepplan(plan);
	cplan = SPI_plan_get_cached_plan(plan);
	if (cplan != NULL)
		ReleaseCachedPlan(cplan, CurrentResourceOwner);
	AtEOXact_GUC(true, nestlevel);
	return plan;
}

/* A valid plan.  The caller is connected to SPI and acts as the desk's owner. */
static SPIPlanPtr
valid_plan(const AsDesk *desk, PlanId id)
{
	PlanKey		key = {desk->nspid, id};
	PlanEntry  *entry;
	bool		found;

	Assert(plan_text[id].id == id);
	if (plans == NULL)
	{
		HASHCTL		ctl;

		ctl.keysize = sizeof(PlanKey);
		ctl.entrysize = sizeof(PlanEntry);
		plans = hash_create("aftersales plans", 64, &ctl, HASH_ELEM | HASH_BLOBS);
	}
	entry = hash_search(plans, &key, HASH_ENTER, &found);
	if (!found)
		entry->plan = NULL;
	if (entry->plan != NULL && !SPI_plan_is_valid(entry->plan))
	{
		SPIPlanPtr	old = entry->plan;

		entry->plan = NULL;
		SPI_freeplan(old);
	}
	if (entry->plan == NULL)
	{
		SPIPlanPtr	plan = plan_make(desk, &plan_text[id]);

		/* planning may have run arbitrary code and moved the table */
		entry = hash_search(plans, &key, HASH_ENTER, &found);
		entry->plan = plan;
	}
	return entry->plan;
}

/*
 * as_become_owner goes on as the desk's owner, until as_become_caller; when an
 * error comes between, the end of the (sub)transaction goes back.
 */
void
as_become_owner(const AsDesk *desk, AsOwner *save)
{
	GetUserIdAndSecContext(&save->save_userid, &save->save_sec_context);
	SetUserIdAndSecContext(desk->owner, save->save_sec_context |
						   SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
}

void
as_become_caller(const AsOwner *save)
{
	SetUserIdAndSecContext(save->save_userid, save->save_sec_context);
}

static int
run(const AsDesk *desk, PlanId id, Datum *values, const char *nulls,
	Oid protected_relid, Snapshot snapshot)
{
	AsOwner		owner;
	SPIPlanPtr	plan;
	int			rc;

	as_become_owner(desk, &owner);
	plan = valid_plan(desk, id);
	as_arm(protected_relid);
	rc = SPI_execute_snapshot(plan, values, nulls, snapshot, InvalidSnapshot,
							  false, true, 0);
	if (rc < 0)
		elog(ERROR, "running a statement failed: %s", SPI_result_code_string(rc));
	as_become_caller(&owner);
	return (int) SPI_processed;
}

/*
 * as_run runs one of our writes and returns how many rows it touched.
 */
int
as_run(const AsDesk *desk, PlanId id, Datum *values, const char *nulls,
	   const char *protected_table)
{
	return run(desk, id, values, nulls,
			   protected_table == NULL ? InvalidOid : as_desk_relid(desk, protected_table),
			   InvalidSnapshot);
}

/*
 * as_run_read runs a read under the latest snapshot: whatever it can see of
 * the ticket in hand is guarded by that ticket's row, which we hold.
 */
int
as_run_read(const AsDesk *desk, PlanId id, Datum *values)
{
	return run(desk, id, values, NULL, InvalidOid, GetLatestSnapshot());
}

/*
 * as_accum adds a value to such an array.
 */
void
as_accum(ArrayBuildState *state, Datum value, bool isnull, Oid elemtype)
{
	(void) accumArrayResult(state, value, isnull, elemtype, CurrentMemoryContext);
}

/*
 * as_array finishes an array for one of the plans that take many rows.
 */
Datum
as_array(ArrayBuildState *state)
{
	return makeArrayResult(state, CurrentMemoryContext);
}
