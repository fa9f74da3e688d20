/*-------------------------------------------------------------------------
 *
 * aftersales.h
 *	  What every concern of the extension shares: the ticket's columns, the
 *	  cache that judging works from, and the state of a running statement.
 *
 * Lifetimes, from long to short:
 *
 *	- AsCache: all that is known for judging (policies, desks, compiled
 *	  expressions, roles of actors) as of one generation.  Counted
 *	  references; an invalidation only moves the generation, and the cache is
 *	  freed when the last statement that pinned it is over.
 *	- AsStatement: from our BEFORE STATEMENT trigger to our AFTER STATEMENT
 *	  trigger, in a memory context of its own under TopTransactionContext.
 *	- a row: the statement's per-tuple context, reset for each row.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AFTERSALES_H
#define AFTERSALES_H

#include "postgres.h"

#include "access/htup_details.h"
#include "access/tupdesc.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "fmgr.h"
#include "nodes/execnodes.h"
#include "utils/array.h"
#include "utils/hsearch.h"
#include "utils/plancache.h"
#include "utils/snapshot.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "errcodes.h"

#undef TEXTDOMAIN
#define TEXTDOMAIN PG_TEXTDOMAIN("aftersales")
#undef _
#define _(x) dgettext(TEXTDOMAIN, x)

/* every operator in our SQL text is named with its schema */
#define EQ		" OPERATOR(pg_catalog.=) "
#define LT		" OPERATOR(pg_catalog.<) "
#define LE		" OPERATOR(pg_catalog.<=) "
#define GE		" OPERATOR(pg_catalog.>=) "

#define HASH_LEN	32			/* SHA-256 */
#define HASH_FORMAT 1			/* see hash.c; also in desk_info */

/*
 * The columns of a ticket that the code knows by name, in the order of
 * ticket_template.  Desks may have further ones.
 */
typedef enum TicketColumn
{
	TC_TICKET_ID, TC_TICKET_NO, TC_EXTERNAL_REF, TC_POLICY, TC_POLICY_VERSION,
	TC_TICKET_TYPE, TC_CATEGORY, TC_GRADE, TC_AREA, TC_TIER, TC_PRODUCT_LINE, TC_CUSTOMER_ID,
	TC_CONTRACT_ID, TC_UNIT_ID, TC_PARENT_ID, TC_ORG_ID,
	TC_ASSIGNEE, TC_SHIFT_ID, TC_ATTRIBUTES, TC_STATUS, TC_STATUS_AT, TC_STATUS_NOTE,
	TC_OPENED_AT, TC_DUPLICATE_OF, TC_FAULT_AT, TC_FAULT_CAUSE, TC_COMPONENT, TC_FAULT_CODE,
	TC_WARRANTY_CLASS, TC_COVERS, TC_REMEDIES, TC_WARRANTY_UNTIL, TC_WARRANTY_BASIS,
	TC_HAPPENED_AT, TC_NOTE, TC_VOIDED_AT, TC_ROW_VERSION,
	TC_CHANGED_AT, TC_EVENT_AT, TC_EVENT_SEQ, TC_EVENT_HASH,
	TC_COUNT
} TicketColumn;

extern const char *const as_ticket_column[TC_COUNT];

/* the head of the audit chain, all that our own UPDATE of a ticket moves */
extern const TicketColumn as_head_column[3];

/* A ticket row, deformed against its relation's descriptor. */
typedef struct TicketRow
{
	Datum	   *values;
	bool	   *nulls;
} TicketRow;

typedef struct AsCache AsCache;
typedef struct AsDesk AsDesk;
typedef struct AsStatement AsStatement;
typedef struct PolicyVersion PolicyVersion;
typedef struct PolicyType PolicyType;

/* An acting person and what he may do. */
typedef struct AsActor
{
	char	   *login;
	bool		known;			/* an active row of staff */
	int			nroles;
	char	  **roles;
	char	   *superior;		/* login, also of who is not active; NULL: none */
	struct AsActor *next;
} AsActor;

/* What a desk's ticket table looks like, and who owns it. */
struct AsDesk
{
	Oid			nspid;			/* InvalidOid: none, see as_desk_template */
	char	   *name;			/* schema name, unquoted */
	Oid			owner;
	Oid			ticket_relid;
	TupleDesc	tupdesc;		/* of the ticket table */
	AttrNumber	attno[TC_COUNT];
	bool	   *is_business;	/* by attribute index: a change is an event */
	bool		check_events;	/* others' triggers see our events */
	TimestampTz go_live;		/* nothing due before it escalates */
	int64		entry_grace;	/* for what is recorded late, microseconds */
	int64		report_grace;	/* for what is told after its due time */
	AsActor    *actors;			/* those met so far */
	Oid			session_user;	/* whom the next two speak of */
	bool		is_application;
	bool		may_speak_for_others;
	struct StockNames *stock;	/* parts and locations met so far, see stock_part.c */
	int		   *stock_column;	/* of stock_move, see stock_row.c */
	MemoryContext cxt;
	struct AsDesk *next;
};

#define TVAL(desk, row, col)	((row)->values[(desk)->attno[col] - 1])
#define TNULL(desk, row, col)	((row)->nulls[(desk)->attno[col] - 1])

/* What BEFORE ROW leaves for AFTER STATEMENT about a ticket row. */
typedef struct RowNote
{
	int64		ticket_id;		/* hash key */
	uint64		fingerprint;	/* of NEW as we left it */
	TimestampTz at;				/* when what the row reports happened */
	int32		prev_seq;		/* chain head the row's events follow */
	uint8		prev_hash[HASH_LEN];
	bool		is_timed;		/* they come from time, not from a writer */
	TicketRow  *settled;		/* the old row after what time did; NULL: as it was */
	List	   *timed;			/* the events of that (EventRow) */
	List	   *levels;			/* and levels of escalation carried out (LevelLog) */
} RowNote;

/* One execution of a data-modifying statement on a desk table. */
struct AsStatement
{
	Oid			relid;
	TriggerEvent op;			/* TRIGGER_EVENT_INSERT or _UPDATE */
	bool		internal;		/* our own write: nothing to judge */
	bool		is_touch;		/* our own, for what time does to tickets, */
	TimestampTz touch_at;		/* up to then, */
	const struct TouchOp *touch_op; /* or for this */
	bool		ignores_grace;	/* what was recorded late is due, too */
	int			nest_level;		/* (sub)transaction it belongs to */
	MemoryContext cxt;
	MemoryContext rowcxt;		/* reset per row */
	AsCache    *cache;
	AsDesk	   *desk;
	TimestampTz now;			/* what the statement calls now */
	TimestampTz recorded_at;
	const AsActor *actor;		/* NULL until asked for */
	bool		has_salt_key;
	uint8		salt_key[HASH_LEN];
	int			nnotes;
	RowNote		note;			/* of the first row */
	List	   *first_events;	/* and its events (EventRow) */
	HTAB	   *notes;			/* by ticket_id, from the second row on */
	struct AppEvents *app;		/* application events being inserted */
	const char *origin;			/* of built-in events being emitted; NULL: an application's */
	const char *external_ref;	/* of the last event of its only row, see move.c */
	HTAB	   *shifts;			/* that it may have finished, see shift.c */
	struct Matches *matches;	/* duplicates, see duplicate.c */
	HTAB	   *meanings;		/* what rows of other tables mean as events, see emit.h */
	const char *row_origin;		/* of these events, where rows are judged by row guards */
	HTAB	   *unsaid;			/* of these meanings, by ticket_id: not emitted yet */
	int			nearly;			/* emitted before the end of the statement */
	struct StockNames *stock;	/* parts and locations of this very transaction */
	const struct StockPosting *posting; /* what its moves come from; NULL: an application */
	HTAB	   *exchanges;		/* moves that have yet to carry on hand-outs, see exchange_store.c */
	EState	   *estate;			/* for expressions; made on demand */
	TupleTableSlot *slot;		/* virtual, the desk's ticket row */
	TupleTableSlot *row_slot;	/* and a row of another table, as it is to be, */
	TupleTableSlot *old_slot;	/* and as it was */
	List	   *exprs;			/* ExprSet: states of compiled expressions */
	AsStatement *next;
};

/* module.c */
extern char *as_setting_actor;
extern char *as_setting_desk;
extern int	as_setting_language;
extern int	as_setting_clock_skew;
extern int	as_setting_sweep_interval;
extern TimestampTz as_now(void);
extern bool as_restoring(void);
extern void as_arm(Oid relid, int times);
extern bool as_disarm(Oid relid);

/* statement.c */
extern AsStatement *as_statement_find(Oid relid, TriggerEvent op);
extern AsStatement *as_statement_push(Oid nspid);
extern void as_statement_drop(AsStatement *st);
extern AsStatement *as_statement_first(void);
extern void as_check_trigger(FunctionCallInfo fcinfo, const char *name,
							 TriggerEvent timing, bool row);
extern void as_check_tables(const TriggerData *trigdata, bool needs_old);
extern TicketRow *as_row_from_slot(TupleTableSlot *slot);

/* desk.c */
extern AsDesk *as_desk_get(AsCache *cache, Oid nspid);
extern AsDesk *as_desk_template(AsCache *cache);
extern Oid	as_desk_resolve(FunctionCallInfo fcinfo, int argno);
extern char *as_desk_table(const AsDesk *desk, const char *table);
extern Oid	as_desk_relid(const AsDesk *desk, const char *table);

/* actor.c */
extern const AsActor *as_actor(AsStatement *st);
extern const AsActor *as_actor_of(AsDesk *desk, const char *login);
extern bool as_acts_as_owner(AsStatement *st);
extern bool as_actor_has_role(const AsActor *actor, int nroles, char **roles);

/* plan.c */
typedef struct AsOwner
{
	Oid			save_userid;
	int			save_sec_context;
} AsOwner;

extern void as_become_owner(const AsDesk *desk, AsOwner *save);
extern void as_become_caller(const AsOwner *save);

typedef enum PlanId
{
	PLAN_EVENT_ONE, PLAN_EVENT_ONE_ID, PLAN_EVENT_MANY,
	PLAN_PRIVATE_ONE, PLAN_PRIVATE_MANY,
	PLAN_CLOCKS_ONE, PLAN_CLOCKS_MANY,
	PLAN_CLOCK_END_ONE, PLAN_CLOCK_END_MANY,
	PLAN_CLOCK_SET_ONE, PLAN_CLOCK_SET_MANY,
	PLAN_CLOCK_START_ONE, PLAN_CLOCK_START_TWO, PLAN_CLOCK_START_MANY, PLAN_CLOCK_WHOLE,
	PLAN_BREACHES, PLAN_BREACH, PLAN_CLEAR_BREACH, PLAN_BREACH_BY,
	PLAN_ESCALATION, PLAN_OUTBOX,
	PLAN_HISTORY, PLAN_LATER_CHANGE, PLAN_OUTDATED, PLAN_CALENDAR_REV,
	PLAN_LOCK_TICKET, PLAN_TOUCH, PLAN_HEAD_ONE, PLAN_HEAD_MANY,
	PLAN_EVENTS_SAME, PLAN_HEADS_SAME,
	PLAN_MASTER, PLAN_REPEATED, PLAN_HAS_EVENT, PLAN_CLOCK_EXPIRED, PLAN_ROLES, PLAN_APPLICATION,
	PLAN_EMIT, PLAN_REF_PROMISE, PLAN_REF_APPROVAL, PLAN_APPROVALS, PLAN_APPROVED, PLAN_OPEN_PROMISES,
	PLAN_CLOCK, PLAN_EXCUSED, PLAN_EXCUSE,
	PLAN_TICKET,
	PLAN_SHIFT, PLAN_SHIFT_TICKETS, PLAN_SHIFT_LOCK, PLAN_SHIFT_AT,
	PLAN_MATCHES, PLAN_SHARE_TICKET, PLAN_MATCH_GONE, PLAN_MATCH_COME,
	PLAN_REF_EVENT,
	PLAN_UNIT, PLAN_UNIT_PART, PLAN_CONTRACT, PLAN_CONTRACT_FOUND, PLAN_CUSTOMER,
	/* rows of a ticket */
	PLAN_REF_VISIT, PLAN_REF_CUSTODY, PLAN_REF_EVIDENCE, PLAN_REF_DOCUMENT, PLAN_REF_QUOTE_ITEM,
	PLAN_STAR_GRADE, PLAN_EVENT_SINCE, PLAN_EVIDENCE_COUNT, PLAN_EVIDENCE_SUM,
	/* who may decide */
	PLAN_REQUESTER, PLAN_ORG_HEAD, PLAN_DELEGATIONS, PLAN_REF_DELEGATION,
	PLAN_LOCK_STAFF, PLAN_STAFF_ROLES,
	/* charges */
	PLAN_REF_CHARGE, PLAN_REF_PAYMENT, PLAN_REF_DELAY_EXCUSE, PLAN_REF_PRICE_LIST, PLAN_REF_PRICE,
	PLAN_QUOTE_ITEMS, PLAN_CHARGED, PLAN_LATE, PLAN_EXCUSED_DAYS, PLAN_PRICE, PLAN_PRICE_SHARE,
	PLAN_CAP_ANY, PLAN_CAP_PARTY, PLAN_UNSETTLED,
	PLAN_CHARGE, PLAN_ACCOUNT, PLAN_LOCK_CHARGE, PLAN_SETTLE, PLAN_SETTLE_CHARGE,
	PLAN_PRICE_POLICY, PLAN_CITED, PLAN_CITED_OUTSIDE,
	/* the ledger */
	PLAN_STOCK_PART, PLAN_STOCK_LOCATION, PLAN_STOCK_ORIGINAL, PLAN_STOCK_REF, PLAN_STOCK_REVERSED,
	PLAN_BALANCE_ONE, PLAN_BALANCE_TWO, PLAN_BALANCE_MANY, PLAN_BALANCE_SINCE, PLAN_FROZEN,
	PLAN_SERIAL_LOCK, PLAN_SERIAL_SET, PLAN_SERIAL_NEW,
	/* hand-outs */
	PLAN_EXCHANGES_TICKET, PLAN_EXCHANGES_SERIAL, PLAN_EXCHANGES_PLACE, PLAN_EXCHANGE, PLAN_EXCHANGE_REVERSED,
	PLAN_EXCHANGE_LAST, PLAN_EXCHANGE_NEW, PLAN_EXCHANGE_SET, PLAN_EXCHANGE_MOVE, PLAN_EXCHANGE_OPEN,
	PLAN_UNIT_PUT_IN, PLAN_UNIT_IN_PLACE, PLAN_UNIT_TAKE_OUT, PLAN_UNIT_ADD_REMOVED, PLAN_UNIT_LINK,
	PLAN_UNIT_WAS_PUT_IN, PLAN_UNIT_GONE_SINCE, PLAN_UNIT_WAS_TAKEN_OUT, PLAN_UNIT_UNLINK,
	PLAN_UNIT_KNOWN_BEFORE, PLAN_UNIT_PUT_BACK, PLAN_UNIT_DELETE,
	/* slips and counts */
	PLAN_REF_SLIP, PLAN_REF_SLIP_LINE, PLAN_REF_COUNT, PLAN_REF_COUNT_LINE,
	PLAN_SLIP_LOCK, PLAN_SLIP_TOUCH, PLAN_SLIP_LINES, PLAN_SLIP_POLICY, PLAN_SLIP_POST,
	PLAN_COUNT_LOCK, PLAN_COUNT_TOUCH, PLAN_COUNT_LOCATION_LOCK, PLAN_COUNT_LOCATION,
	PLAN_COUNT_FREEZE, PLAN_COUNT_BALANCES, PLAN_COUNT_FREEZE_LINES,
	PLAN_COUNT_UNCOUNTED, PLAN_COUNT_DIFFERS, PLAN_COUNT_OTHER_SIDE, PLAN_COUNT_POLICY, PLAN_COUNT_POST,
	PLAN_COUNT
} PlanId;

extern int	as_run(const AsDesk *desk, PlanId id, Datum *values, const char *nulls,
				   const char *protected_table);
extern int	as_run_upsert(const AsDesk *desk, PlanId id, Datum *values, const char *protected_table);
extern int	as_run_read(const AsDesk *desk, PlanId id, Datum *values);
extern int	as_run_asked(const AsDesk *desk, PlanId id, Datum *values, const char *nulls);
extern Snapshot as_see(Snapshot snapshot);
extern void as_accum(ArrayBuildState *state, Datum value, bool isnull, Oid elemtype);
extern Datum as_array(ArrayBuildState *state);

#endif							/* AFTERSALES_H */
