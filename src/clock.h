/*-------------------------------------------------------------------------
 *
 * clock.h
 *	  SLA clocks as a fold over a ticket's events.
 *
 * One state machine (fold.c) serves every way in which clocks come to be:
 * a write in order loads the stored clocks and applies its events to them
 * (clock_work.c); what comes late, a correction or a changed attribute makes
 * the fold begin anew from the ticket's first event (replay.c).  Both end in
 * the same comparison with what is stored (clock_store.c), so they cannot
 * disagree.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AFTERSALES_CLOCK_H
#define AFTERSALES_CLOCK_H

#include "aftersales.h"
#include "policy.h"
#include "worktime.h"

/* ---------- what an event is to clocks ---------- */

/* A rule that an event starts, chosen while the ticket's row is at hand. */
typedef struct ChosenRule
{
	const ClockRule *rule;		/* NULL: none of the clock's rules matches */
	const char *clock;
	bool		has_due_from;
	TimestampTz due_from;
} ChosenRule;

typedef struct FoldEvent
{
	int32		seq;			/* place in the chain; of a re-timed one, its own */
	int32		base_seq;		/* of a re-timed one, that of what it corrects */
	TimestampTz at;
	const char *event;
	const char *to_state;		/* NULL: not a change of status */
	bool		is_timed;		/* made by a clock's due time or escalation */
	bool		is_change;		/* changes what conditions read */
	Jsonb	   *data;			/* of promises, approvals and changes */
	int			nchosen;
	ChosenRule *chosen;
} FoldEvent;

/* Who answers for a ticket. */
typedef struct Responsible
{
	bool		has_org;
	int64		org_id;
	const char *assignee;		/* may be NULL */
} Responsible;

/* ---------- one clock ---------- */

typedef enum ClockEnd
{
	CLOCK_OPEN, CLOCK_STOPPED, CLOCK_CANCELLED, CLOCK_VOIDED
} ClockEnd;

typedef struct FoldClock
{
	int64		clock_id;		/* 0: not stored */
	const char *clock;
	const char *rule_name;
	const ClockRule *rule;		/* NULL: the policy has lost it */
	int32		cycle;
	int32		start_seq;		/* its identity: place of the start event */
	TimestampTz started_at;
	const char *start_status;	/* state at its start; known in replays only */
	bool		has_due_from;	/* due from a promise or a date, not a target */
	TimestampTz due_from;
	bool		has_due;		/* false: never late, or paused */
	TimestampTz due_at;
	bool		is_paused;
	TimestampTz paused_since;
	bool		has_remaining;
	int64		remaining;		/* microseconds, or days for day units */
	ClockEnd	ended_as;
	TimestampTz stopped_at;
	bool		is_breached;	/* a breach is recorded */
	bool		is_late;		/* the fold has found it late */
	bool		is_carried_out; /* what its lateness brings has come with it */
	bool		is_phantom;		/* no rule has matched: lives in replays only */
	bool		is_over;		/* voided, and would have ended since */
	bool		is_watched;		/* started by time: nobody can have been late to say so */
	bool		is_cleared;		/* but a late event has shown that it was none */
	bool		has_next;
	TimestampTz next_at;
	bool		has_late_entry; /* next_at had passed when it was recorded, */
	TimestampTz late_entry_at;	/* then */
	bool		is_late_too;	/* that is taken from the clock that has started it */
	uint32		escalated;		/* levels carried out */
	const AsCalendar *calendar; /* NULL: its rule needs none */
	int			calendar_rev;

	/* what is to be written */
	bool		is_changed;
	bool		is_rewritten;	/* more than its end may differ */
	bool		is_replayed;	/* its breach may have to be put right */
	bool		is_matched;		/* of a stored one: a replay has it too */
	bool		is_retimed;		/* next_at has to be found anew */
	bool		is_due_anew;	/* an event has given it another due time */
	bool		breach_new;		/* record a breach, */
	TimestampTz breach_at;		/* as of then, */
	const ClockRule *breach_rule;	/* by this rule, */
	Responsible breach_by;		/* of these */
	bool		breach_cleared; /* the recorded one was none */
} FoldClock;

/* A level of escalation whose instant has come. */
typedef struct FiredLevel
{
	int			clock;			/* index */
	const Escalation *level;
	TimestampTz at;
	struct FiredLevel *next;
} FiredLevel;

/* What a due time or an escalation does to the ticket itself. */
typedef struct TimedAction
{
	TimestampTz at;
	const char *clock;
	const char *rule;
	const char *to_state;		/* NULL: stays */
	Jsonb	   *set;			/* NULL: nothing */
	struct TimedAction *next;
} TimedAction;

/* A level carried out on the way, of a clock known by its start. */
typedef struct LevelLog
{
	const char *clock;
	int32		start_seq;
	const Escalation *level;
	TimestampTz at;
} LevelLog;

/* A stretch of the ticket's history in one state; it ends where the next begins. */
typedef struct StatusSpan
{
	TimestampTz from;
	const char *status;
} StatusSpan;

/* ---------- the fold of one ticket ---------- */

typedef struct Fold
{
	AsStatement *st;
	const PolicyType *pt;
	int64		ticket_id;
	const char *status;			/* NULL before the opening */
	const char *from;			/* state before and after the write, for messages; */
	const char *to;				/* from is NULL at the opening */
	Responsible by;
	const TicketRow *row;		/* for conditions; NULL: set when rules were chosen */
	bool		is_replay;
	const struct Fold *stored;	/* what a replay is compared with */

	/*
	 * Of the stored one: called after every event of the replay, and with
	 * none for what time does before an event and at the end; may be NULL.
	 */
	void		(*follow) (const struct Fold *f, const FoldEvent *e, void *arg);
	void	   *follow_arg;
	bool		retarget;		/* open clocks go by the calendar as it is now */
	bool		watches;		/* it is time that has brought the replay about */
	int			nclocks;
	int			maxclocks;
	FoldClock  *clocks;
	List	   *status_spans;	/* StatusSpan *; replays only */
	List	   *seen;			/* FoldEvent *, likewise */
	FiredLevel *fired;			/* newest first */
	TimedAction *action;		/* found, not yet carried out; NULL: none */
	bool		ignores_grace;	/* what was recorded late is due, too */
	bool		only_asks;		/* a mandatory clock without a rule is no error */
	bool		wants_actions;	/* stop when one is found */
	bool		defers_actions; /* leave them for a write of the ticket */
	bool		is_settled;		/* but not those of stored clocks: they had their turn, */
	bool		before_write;	/* and of none until the write's own events come */
	bool		has_deferred;	/* and one has been left */
	TimestampTz latest;			/* time of the latest event applied */
} Fold;

/* clock.c */
extern void as_responsible(const AsDesk *desk, const TicketRow *row, Responsible *by);
extern char *as_jsonb_text(const Jsonb *object, const char *key);
extern char *as_rule_line(const Fold *f, const char *rules, const char *clauses);
extern const ClockRule *as_choose_rule(const Fold *f, const ClockRule *const *rules, int n);
extern void as_choose_starts(const Fold *f, FoldEvent *e);
extern void as_choose_clock(const Fold *f, const char *clock, const FoldEvent *e, ChosenRule *chosen);

/* clock_due.c */
typedef struct DueBasis
{
	ClockUnit	unit;
	pg_tz	   *tz;
	const AsCalendar *calendar;
	TimestampTz from;			/* counting begins, for time units */
	int			first_day;		/* julian of the first day that may count */
	bool		any_day;		/* every day counts, whatever the calendar */
	int64		amount;			/* microseconds or days */
} DueBasis;

extern bool as_due_basis(const Fold *f, const FoldClock *c, DueBasis *basis);
extern TimestampTz as_due_after(const DueBasis *basis, TimestampTz at, int64 remaining);
extern int64 as_due_consumed(const DueBasis *basis, TimestampTz from, TimestampTz to);
extern int64 as_due_left(const DueBasis *basis, TimestampTz at, TimestampTz due);
extern bool as_unit_is_day(ClockUnit unit);
extern bool as_escalation_at(const Fold *f, const FoldClock *c, const Escalation *e, TimestampTz *at);

/* fold.c */
extern bool as_event_time(const Jsonb *data, const char *key, TimestampTz *at);
extern void as_fold_event(Fold *f, const FoldEvent *e, TimestampTz now);
extern void as_fold_start(Fold *f, const ChosenRule *chosen, int32 seq, TimestampTz at, bool by_time);
extern FoldClock *as_fold_open_clock(Fold *f, const char *clock);
extern void as_fold_end(Fold *f, FoldClock *c, ClockEnd how, TimestampTz at);
extern FoldClock *as_fold_new_clock(Fold *f);
extern FoldClock *as_fold_find(const Fold *f, const FoldClock *like);
extern void as_fold_calendar(const Fold *f, FoldClock *c);

/* fold_time.c */
extern void as_fold_advance(Fold *f, TimestampTz at, bool inclusive, TimestampTz now);
extern void as_fold_late(Fold *f, int i);
extern void as_fold_next(const Fold *f, FoldClock *c, TimestampTz now);

/* fold_rematch.c */
extern void as_fold_rematch(Fold *f, const FoldEvent *e);

/* clock_store.c */
extern void as_clocks_load(AsStatement *st, int n, Fold *const *folds);
extern void as_clocks_write(AsStatement *st, int n, Fold *const *folds, TimestampTz now);
extern int64 as_clocks_written(void);
extern int64 as_breaches_written(void);
extern int64 as_escalations_written(void);

/* clock_work.c */
typedef struct TicketWork
{
	int64		ticket_id;
	const PolicyType *pt;
	bool		is_new;
	bool		needs_replay;	/* something is late, corrected or changed */
	bool		retarget;		/* to the calendars as they are now */
	bool		is_settled;		/* what time does to the ticket has been done */
	const char *from;			/* state before its events; NULL: being opened */
	const char *to;				/* and after them */
	Responsible by;				/* responsible until now */
	const TicketRow *row;		/* as it is after its events */
	int			nevents;
	FoldEvent  *events;			/* in order of time */
	List	   *levels;			/* LevelLog *: carried out with them */
} TicketWork;

typedef struct ClockWork ClockWork;
struct EventWriter;

extern ClockWork *as_clock_work(AsStatement *st, struct EventWriter *events);
extern void as_clock_add(ClockWork *w, const TicketWork *t);
extern void as_clock_flush(ClockWork *w);
extern bool as_event_matters(const PolicyType *pt, const FoldEvent *e);
extern TicketRow *as_empty_row(const AsDesk *desk);
extern TicketRow *as_copy_row(const AsDesk *desk, const TicketRow *row);

/* sweep.c */
extern bool as_sweeping_alone;

/* replay.c */
typedef struct ReplayHow
{
	bool		retarget;		/* open clocks go by their calendars as they are now */
	bool		watches;		/* time itself has brought it about: nothing is told late */
	int32		up_to_seq;		/* only what was recorded up to there; 0: all */
	List	   *more;			/* events (EventRow) that are not in the table yet */
} ReplayHow;

typedef struct ClockDifference
{
	int64		clock_id;
	const char *clock;
	int32		cycle;
	const char *problem;
} ClockDifference;

extern Fold *as_replay_ahead(AsStatement *st, const PolicyType *pt, const TicketRow *row,
							 const Fold *stored, List *events);
extern bool as_replay(AsStatement *st, const PolicyType *pt, const TicketRow *row,
					  const ReplayHow *how, List **differences);

#endif							/* AFTERSALES_CLOCK_H */
