/*-------------------------------------------------------------------------
 *
 * policy.h
 *	  Policies as judging sees them: read-only structures in an AsCache.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AFTERSALES_POLICY_H
#define AFTERSALES_POLICY_H

#include "aftersales.h"

#include "pgtime.h"
#include "utils/date.h"
#include "utils/jsonb.h"

typedef enum StateKind
{
	STATE_INITIAL, STATE_ACTIVE, STATE_WAITING, STATE_DONE, STATE_CLOSED
} StateKind;

#define EVENT_LEN	128			/* longest event name, and its terminator */
#define STATE_NONE	(-1)		/* opening, or "any" in a guard */

typedef struct TextList
{
	int			n;
	char	  **item;
} TextList;

typedef enum ExprKind
{
	EXPR_CONDITION,				/* of a clock: what the ticket is */
	EXPR_GUARD,					/* guard functions too */
	EXPR_DUE,					/* an instant or a date */
	EXPR_WARRANTY,				/* only what a fault is judged by */
	EXPR_AMOUNT,				/* money, per unit */
	EXPR_ROW_CONDITION,			/* of a row of another table and its ticket */
	EXPR_ROW_GUARD
} ExprKind;

/* An expression of the policy; compiled per desk, see expression.c. */
typedef struct PolicyExpr
{
	const PolicyVersion *version;
	const PolicyType *type;		/* NULL: of no type */
	const char *table;			/* of a row guard; else NULL */
	ExprKind	kind;
	const char *text;
	const char *what;			/* "guard consent", "rule arrive_urban" */
	const char *column;			/* policy column it stands in */
	const char *clauses;
} PolicyExpr;

typedef struct PolicyState
{
	char	   *state;
	StateKind	kind;
} PolicyState;

typedef struct PolicyTransition
{
	int			from;			/* index of state, STATE_NONE: opening */
	int			to;
	bool		any_role;
	TextList	roles;
	TextList	ask_for;
	char	   *label_en;
	char	   *label_zh;
	char	   *clauses;
} PolicyTransition;

typedef struct PolicyGuard
{
	int			from;			/* STATE_NONE: any */
	int			to;
	char	   *guard;
	char	   *message_en;
	char	   *message_zh;
	TextList	ask_for;
	char	   *clauses;
	int			expr;			/* index in PolicyVersion.exprs */
} PolicyGuard;

typedef enum AttributeType
{
	ATTR_TEXT, ATTR_INTEGER, ATTR_NUMERIC, ATTR_BOOLEAN, ATTR_DATE, ATTR_TIMESTAMPTZ
} AttributeType;

typedef struct PolicyAttribute
{
	char	   *attribute;
	AttributeType type;
	TextList	required_in;
	bool		any_value;
	TextList	allowed;
	char	   *clauses;
} PolicyAttribute;

typedef struct PolicyEvent
{
	char	   *event;
	bool		any_role;
	TextList	roles;
	bool		any_state;
	TextList	allowed_in;
	TextList	required_data;
	Interval   *backdate_limit; /* NULL: none */
	char	   *label_en;
	char	   *label_zh;
	char	   *clauses;
} PolicyEvent;

typedef enum ApprovalPurpose
{
	APPROVE_CONSENT, APPROVE_EXTENSION, APPROVE_EXCUSE
} ApprovalPurpose;

typedef enum ApprovalRelation
{
	RELATION_NONE, RELATION_SUPERIOR, RELATION_ORG_HEAD
} ApprovalRelation;

typedef struct PolicyApprovalStep
{
	int			step;
	ApprovalRelation relation;	/* RELATION_NONE: the roles say who */
	TextList	roles;
	char	   *clauses;
} PolicyApprovalStep;

typedef struct PolicyApproval
{
	char	   *kind;
	ApprovalPurpose purpose;
	bool		items;			/* decided item by item */
	TextList	extends;		/* clock rules that it may extend */
	int			nsteps;
	PolicyApprovalStep *steps;	/* in order */
} PolicyApproval;

/* What a row of a table other than ticket needs. */
typedef struct PolicyRowGuard
{
	char	   *table;
	bool		on_insert;
	bool		on_update;
	bool		any_role;
	TextList	roles;
	int			condition;		/* -1: always */
	int			requires;		/* -1: nothing but the role */
	char	   *guard;
	char	   *message_en;
	char	   *message_zh;
	char	   *clauses;
} PolicyRowGuard;

typedef struct PolicyDuplicate
{
	char	   *rule;
	TextList	match_on;
	char	   *becomes_type;	/* NULL: its own */
	char	   *becomes_category;
	char	   *clauses;
} PolicyDuplicate;

/* Two roles that exclude one another. */
typedef struct PolicyConflict
{
	char	   *role_a;
	char	   *role_b;
	char	   *message_en;
	char	   *message_zh;
	char	   *clauses;
} PolicyConflict;

typedef enum ChargePer
{
	CHARGE_TICKET, CHARGE_EVENT, CHARGE_ITEM, CHARGE_DAY, CHARGE_GIVEN
} ChargePer;

typedef enum CapPeriod
{
	CAP_NONE, CAP_TICKET, CAP_MONTH, CAP_YEAR
} CapPeriod;

/* What may be charged.  Money is numeric, 0 where there is none. */
typedef struct ChargeRule
{
	char	   *rule;
	char	   *kind;
	ChargePer	per;
	char	   *event;
	char	   *clock;
	int			condition;		/* -1: always */
	int			requires;
	int			amount;			/* -1: the list's price, or given */
	char	   *price_list;
	char	   *covered_by;
	char	   *payer;
	char	   *payee;
	Datum		minimum;
	Datum		maximum;
	Datum		cap;
	CapPeriod	cap_per;
	bool		any_role;
	TextList	roles;
	char	   *currency;
	char	   *clauses;
} ChargeRule;

typedef struct PolicyCategory
{
	char	   *category;
	char	   *grade;
} PolicyCategory;

typedef enum ClockUnit
{
	UNIT_ELAPSED, UNIT_WORKING, UNIT_WORKING_DAY, UNIT_CALENDAR_DAY
} ClockUnit;

typedef struct ClockRule
{
	char	   *rule;
	char	   *clock;
	int			expr;			/* -1: always */
	TextList	starts_on;
	bool		starts_all;		/* only when all of starts_on have happened */
	TextList	stops_on;
	TextList	cancels_on;
	TextList	pauses_in;
	Interval   *target;			/* NULL: recorded, not enforced */
	int			due_expr;		/* -1: none */
	bool		due_promised;	/* due when the start event promises */
	ClockUnit	unit;
	char	   *calendar;		/* NULL: the unit needs none */
	bool		has_cutoff;
	TimeADT		cutoff;
	TimeADT		day_open;
	bool		count_first_day;
	bool		repeats;
	char	   *any_of;			/* NULL: alone */
	bool		mandatory;
	int			rank;
	char	   *on_breach;		/* state, NULL: none */
	Jsonb	   *on_breach_set;	/* NULL: nothing */
	char	   *extension_approval;
	char	   *responsible;
	char	   *clauses;
	Datum		rule_text;		/* rule and clock as values of type text */
	Datum		clock_text;
} ClockRule;

typedef enum EscalationAction
{
	ESCALATE_NOTIFY, ESCALATE_SET, ESCALATE_MOVE
} EscalationAction;

/* One level of escalation of a clock. */
typedef struct Escalation
{
	char	   *clock;
	int			level;
	bool		is_share;		/* of the time allowed, in millionths */
	int64		offset;			/* from the due time, microseconds; or the share */
	EscalationAction action;
	char	   *recipient;		/* NULL: nobody is told */
	Jsonb	   *set;
	char	   *clauses;
} Escalation;

/* What one event does to the clocks of a ticket. */
typedef struct EventActions
{
	char		event[EVENT_LEN];	/* hash key */
	int			nstops;
	const ClockRule **stops;
	int			ncancels;
	const ClockRule **cancels;
	int			nstarts;
	const ClockRule **starts;	/* by clock, then rank descending */
} EventActions;

struct PolicyType
{
	const PolicyVersion *version;
	char	   *ticket_type;
	int			nstates;
	PolicyState *states;
	int			default_state;	/* STATE_NONE: no initial state */
	int			ntransitions;
	PolicyTransition *transitions;
	int			nguards;
	PolicyGuard *guards;
	int			nattributes;
	PolicyAttribute *attributes;
	int			nevents;
	PolicyEvent *events;
	int			ncategories;
	PolicyCategory *categories;
	int			napprovals;
	PolicyApproval *approvals;
	int			nrow_guards;
	PolicyRowGuard *row_guards; /* by table, then guard */
	int			nduplicates;
	PolicyDuplicate *duplicates;
	int			ncharges;
	ChargeRule *charges;		/* in the order of a quote */
	int			nrules;
	ClockRule  *rules;			/* by clock, then rank descending */
	HTAB	   *actions;		/* event name -> EventActions */
	int			nescalations;
	Escalation *escalations;	/* by clock, then level */
	bool		has_pauses;		/* of its rules, whether any pauses, */
	bool		starts_later;	/* starts without an event of its own, */
	bool		starts_all;		/* waits for several events, */
	bool		has_groups;		/* is one of a group, */
	bool		has_timed;		/* or changes the ticket when time has passed */
};

struct PolicyVersion
{
	AsCache    *cache;
	char	   *policy;
	int			version;
	bool		is_draft;
	TimestampTz effective_from;
	char	   *timezone;
	pg_tz	   *tz;
	char	   *calendar;		/* of rules that name none; may be NULL */
	bool		loaded;			/* what follows is there */
	int			ntypes;
	PolicyType *types;
	PolicyType *no_type;		/* what holds for rows that belong to no ticket */
	TextList	areas;
	int			nconflicts;
	PolicyConflict *conflicts;
	int			nexprs;
	int			maxexprs;
	PolicyExpr *exprs;
	struct WarrantyRules *warranty; /* NULL: none; see warranty.h */
	struct PolicyVersion *next;
};

struct AsCache
{
	uint64		generation;
	int			refcount;
	MemoryContext cxt;
	PolicyVersion *versions;	/* newest effective_from first per policy */
	AsDesk	   *desks;
	struct CompiledSet *compiled;	/* expression.c */
	struct AsCalendar *calendars;	/* calendar.c */
};

/* policy_cache.c */
extern void as_cache_init(void);
extern AsCache *as_cache_pin(void);
extern void as_cache_unpin(AsCache *cache);
extern void as_cache_watch(Oid relid);
extern Oid	as_schema_oid(void);
extern const PolicyVersion *as_policy_version(AsCache *cache, const char *policy, int version);
extern const PolicyVersion *as_policy_in_force(AsCache *cache, const char *policy, TimestampTz at);
extern const PolicyVersion *as_policy_of_type(AsCache *cache, const char *ticket_type,
											  TimestampTz at, bool *ambiguous);
extern const PolicyType *as_policy_type(const PolicyVersion *pv, const char *ticket_type);
extern const PolicyType *as_type_of_row(const AsStatement *st, const TicketRow *row);
extern int	as_policy_state(const PolicyType *pt, const char *state);
extern const PolicyEvent *as_policy_event(const PolicyType *pt, const char *event);
extern const PolicyApproval *as_policy_approval(const PolicyType *pt, const char *kind);
extern const PolicyAttribute *as_policy_attribute(const PolicyType *pt, const char *name);
extern bool as_text_in(const TextList *list, const char *item);
extern char *as_text_join(const TextList *list, const char *separator);
extern bool as_transition_exists(const PolicyType *pt, const char *from, const char *to);
extern bool as_state_is_open(const PolicyType *pt, const char *state);

/* workflow.c */
extern void as_merge_clauses(StringInfo all, const char *clauses);

/* clock_load.c */
extern bool as_escalation_time(const char *at, bool *is_share, int64 *offset);
extern const EventActions *as_policy_actions(const PolicyType *pt, const char *event);

/* policy_row.c */
#define AS_RULE_TABLES 18
extern const char *const as_rule_table[AS_RULE_TABLES];
extern bool as_policy_activating;

/* policy_load.c */
typedef struct AsLoad
{
	Oid			save_userid;
	int			save_sec_context;
} AsLoad;

extern void as_load_begin(AsLoad *ls);
extern void as_load_end(AsLoad *ls);
extern void as_policy_load_versions(AsCache *cache);
extern void as_policy_load(PolicyVersion *pv);

#endif							/* AFTERSALES_POLICY_H */
