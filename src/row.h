/*-------------------------------------------------------------------------
 *
 * row.h
 *	  Rows of desk tables that belong to a ticket: one mechanism for all of
 *	  them, a descriptor for each.
 *
 * What is special about a table stands in its descriptor (row_table.c) and in
 * the functions that this names.  The descriptors are constant.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AFTERSALES_ROW_H
#define AFTERSALES_ROW_H

#include "emit.h"

/* A time that becomes an event when it is set, and is fixed from then on. */
typedef struct RowMilestone
{
	const char *column;
	const char *event;			/* its name, or what comes before the row's kind */
	bool		by_kind;
	bool		ends;			/* the row does not change any more */
} RowMilestone;

#define ROW_MAX_MILESTONES	8
#define ROW_MAX_OWNED		6
#define ROW_MAX_FILLED		8

struct RowJudgement;

typedef struct RowTable
{
	const char *name;			/* also the origin of its events */
	const char *id;
	const char *ticket_fkey;
	const char *actor;			/* column that gets who acts; NULL: none */
	const char *promised;		/* column whose every value is a promise; NULL: none */
	const char *promise_event;
	bool		append_only;
	bool		may_delete;		/* as far as its foreign keys and remove() let it */
	PlanId		ref_plan;		/* looks for an external_ref */
	const char *owned[ROW_MAX_OWNED + 1];	/* columns only triggers write */
	RowMilestone milestones[ROW_MAX_MILESTONES + 1];	/* the first one is always set */
	void		(*judge) (struct RowJudgement *rj); /* what is special; may fill owned ones */
	void		(*then) (AsStatement *st, const RowMeaning *m);	/* once its events are there */
	/* of a row without a ticket; NULL: the policy in its column of that name */
	char	   *(*policy) (struct RowJudgement *rj);
	/* gives a new row its ticket_id; false: leave it to the table's constraints */
	bool		(*locate) (struct RowJudgement *rj);
	/* of a line: locks what it is a line of, whose ticket it has; false: as locate() */
	bool		(*join) (struct RowJudgement *rj);
	void		(*remove) (struct RowJudgement *rj);	/* judges a DELETE, after join() */
	void		(*repeated) (struct RowJudgement *rj);	/* fills what may not be NULL */
	const char *filled[ROW_MAX_FILLED + 1]; /* columns that judge() may be left to fill */
} RowTable;

/* A row being judged.  Everything lives in the statement's row memory. */
typedef struct RowJudgement
{
	Judgement	j;
	const RowTable *table;
	DeskRow		r;				/* as it is to be */
	TicketRow  *old;			/* as it was; NULL: an INSERT */
	TicketRow  *ticket;			/* locked and settled; NULL: it has none */
	void	   *head;			/* what it is a line of, as join() has found it */
	const char *event_kind;		/* in the name of its event; NULL: the column kind */
	int64		about;			/* for then(), see RowMeaning */
	List	   *emissions;		/* Emission * */
} RowJudgement;

/* row_table.c */
extern const RowTable *as_row_table(const char *name);
extern const char *as_row_table_name(int i);
extern bool as_is_row_origin(const char *origin);
extern bool as_is_row_event_name(const char *event);

/* row_column.c */
extern void as_row_check_shape(Relation rel, const RowTable *table);
extern int	as_row_index(const RowJudgement *rj, const char *column);
extern bool as_row_isnull(const RowJudgement *rj, const char *column);
extern Datum as_row_value(const RowJudgement *rj, const char *column);
extern char *as_row_get_text(const RowJudgement *rj, const char *column);
extern void as_row_put(RowJudgement *rj, const char *column, Datum value);
extern void as_row_put_null(RowJudgement *rj, const char *column);
extern bool as_row_changed_at(const RowJudgement *rj, int i);
extern bool as_row_changed(const RowJudgement *rj, const char *column);
extern bool as_row_is_changed(const RowJudgement *rj);

/* row_time.c */
extern const char *as_row_event(const RowJudgement *rj, const RowMilestone *m);
extern bool as_row_earliest_new(const RowJudgement *rj, TimestampTz *at);
extern void as_row_take_times(RowJudgement *rj);

/* row.c */
pg_noreturn extern void as_row_refuse(const RowJudgement *rj, int sqlstate, const char *column,
									  const char *message, const char *detail, const char *hint,
									  const char *clauses);

/* row_guard.c */
extern void as_judge_row_guards(Judgement *j, const char *table, const TicketRow *new,
								const TicketRow *old, const TicketRow *ticket);

/* visit.c */
extern void as_judge_visit(RowJudgement *rj);

/* charge.c */
extern bool as_locate_charge(RowJudgement *rj);
extern void as_judge_charge(RowJudgement *rj);
extern void as_repeat_charge(RowJudgement *rj);

/* payment.c */
extern bool as_locate_payment(RowJudgement *rj);
extern char *as_policy_of_payment(RowJudgement *rj);
extern void as_judge_payment(RowJudgement *rj);
extern void as_repeat_payment(RowJudgement *rj);
extern void as_judge_delay_excuse(RowJudgement *rj);

/* account.c */
extern void as_account_settle(AsStatement *st, const RowMeaning *m);

/* price.c */
extern void as_judge_price_list(RowJudgement *rj);
extern char *as_policy_of_price(RowJudgement *rj);
extern void as_judge_price(RowJudgement *rj);

#endif							/* AFTERSALES_ROW_H */
