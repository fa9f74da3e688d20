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

/* An expression of the policy; compiled per desk, see expression.c. */
typedef struct PolicyExpr
{
	const PolicyType *type;
	bool		is_guard;
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

typedef struct PolicyApprovalStep
{
	int			step;
	TextList	roles;
	char	   *clauses;
} PolicyApprovalStep;

typedef struct PolicyApproval
{
	char	   *kind;
	ApprovalPurpose purpose;
	TextList	extends;		/* clock rules that it may extend */
	int			nsteps;
	PolicyApprovalStep *steps;	/* in order */
} PolicyApproval;

typedef struct PolicyDuplicate
{
	char	   *rule;
	TextList	match_on;
	char	   *becomes_type;	/* NULL: its own */
	char	   *becomes_category;
	char	   *clauses;
} PolicyDuplicate;

typedef struct PolicyCategory
{
	char	   *category;
	char	   *grade;
} PolicyCategory;

typedef struct ClockRule
{
	char	   *rule;
	char	   *clock;
	int			expr;			/* -1: always */
	TextList	starts_on;
	TextList	stops_on;
	TextList	cancels_on;
	Interval   *target;			/* NULL: recorded, not enforced */
	bool		calendar_day;
	bool		count_first_day;
	bool		mandatory;
	int			rank;
	char	   *clauses;
} ClockRule;

/* What one event does to the clocks of a ticket. */
typedef struct EventActions
{
	char		event[EVENT_LEN];	/* hash key */
	Datum		stops;			/* text[]: rules it stops */
	Datum		cancels;		/* text[]: rules it cancels */
	bool		stops_any;		/* stops is not empty */
	bool		cancels_any;
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
	int			nduplicates;
	PolicyDuplicate *duplicates;
	int			nrules;
	ClockRule  *rules;			/* by clock, then rank descending */
	HTAB	   *actions;		/* event name -> EventActions */
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
	bool		loaded;			/* what follows is there */
	int			ntypes;
	PolicyType *types;
	TextList	areas;
	int			nexprs;
	int			maxexprs;
	PolicyExpr *exprs;
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
extern bool as_state_is_open(const PolicyType *pt, const char *state);

/* workflow.c */
extern void as_merge_clauses(StringInfo all, const char *clauses);

/* policy_actions.c */
extern void as_policy_make_actions(PolicyType *pt);
extern const EventActions *as_policy_actions(const PolicyType *pt, const char *event);

/* policy_row.c */
#define AS_RULE_TABLES 12
extern const char *const as_rule_table[AS_RULE_TABLES];
extern bool as_policy_activating;

/* policy_load.c */
extern void as_policy_load_versions(AsCache *cache);
extern void as_policy_load(PolicyVersion *pv);

#endif							/* AFTERSALES_POLICY_H */
