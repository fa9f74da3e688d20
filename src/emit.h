/*-------------------------------------------------------------------------
 *
 * emit.h
 *	  Built-in events that rows of other desk tables mean.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AFTERSALES_EMIT_H
#define AFTERSALES_EMIT_H

#include "event.h"
#include "workflow.h"

/* values of ticket_event.origin but for "ticket" and "app" */
#define ORIGIN_PROMISE	"promise"
#define ORIGIN_APPROVAL "approval"
#define ORIGIN_CONTACT	"contact"
#define ORIGIN_SHIFT	"shift"
#define ORIGIN_STOCK	"stock_move"

/* An event to be written. */
typedef struct Emission
{
	int64		ticket_id;
	const char *event;
	TimestampTz at;
	Jsonb	   *data;			/* NULL: none */
	int			position;		/* among those of one time; set by as_emit */
} Emission;

/*
 * What a row that BEFORE ROW has judged means.  In the statement's memory,
 * until AFTER STATEMENT has found the row in the table.
 */
typedef struct RowMeaning
{
	int64		id;				/* hash key: of the row */
	uint64		fingerprint;	/* of the row as we left it */
	Emission	emission;		/* no name: it means nothing */
	List	   *more;			/* further ones (Emission *) */
	bool		is_said;		/* they have been emitted already */
	TimestampTz at;				/* as of when it was judged, */
	int64		about;			/* and a row of another table that it is about, or 0 */
	bool		excuses;		/* an approved excuse: the last step of it */
	bool		is_last;
	int64		clock_id;
} RowMeaning;

/* A row of a desk table being judged, by column. */
typedef struct DeskRow
{
	Relation	rel;
	TicketRow	row;			/* by attribute number */
	const char *const *column;
	const int  *index;			/* column -> attribute number less one */
} DeskRow;

#define DVAL(r, col)	((r)->row.values[(r)->index[col]])
#define DNULL(r, col)	((r)->row.nulls[(r)->index[col]])

/* emit.c */
extern const char *as_emit_take(Oid relid);
extern void as_emit_forget(void);
extern void as_emit(AsStatement *st, const char *origin, int n, Emission *emissions);
extern JsonbValue as_json_string(const char *s);
extern JsonbValue as_json_time(TimestampTz at);
extern JsonbValue as_json_integer(int64 i);
extern JsonbValue as_json_boolean(bool b);
extern Jsonb *as_json_object(MemoryContext cxt, int n, const char *const *keys,
							 JsonbValue *values);

/* shift.c */
extern void as_shift_note(AsStatement *st, const TicketRow *old, const TicketRow *new);
extern void as_shift_done(AsStatement *st);

/* desk_row.c */
extern void as_desk_row(DeskRow *r, Relation rel, TupleTableSlot *slot,
						const char *const *column, int ncolumns);
extern void as_desk_put(DeskRow *r, int col, Datum value);
extern char *as_desk_text(const DeskRow *r, int col);
extern HeapTuple as_desk_tuple(const DeskRow *r);
extern void as_desk_refuse_owned(const Judgement *j, const DeskRow *r, int col, const char *hint);
extern TicketRow *as_desk_ticket(Judgement *j, const DeskRow *r, const char *constraint);
extern TicketRow *as_desk_settled(Judgement *j, const DeskRow *r, const char *constraint,
								  TicketRow *ticket, TimestampTz at);
extern TicketRow *as_desk_look(Judgement *j);
extern bool as_desk_is_repeated(const DeskRow *r, const AsDesk *desk, int col, PlanId plan);
extern bool as_ref_is_taken(const AsDesk *desk, PlanId plan, Datum ref);
extern RowMeaning *as_meaning_add(AsStatement *st, const DeskRow *r, int64 id);
extern void as_meaning_unsaid(AsStatement *st, RowMeaning *m);
extern bool as_has_unsaid(const AsDesk *desk, int64 ticket_id);
extern void as_say_early(const AsDesk *desk, int64 ticket_id);
extern void as_meanings_emit(AsStatement *st, TriggerData *trigdata, const char *id_column,
							 const char *origin,
							 void (*then) (AsStatement *st, const RowMeaning *m));

#endif							/* AFTERSALES_EMIT_H */
