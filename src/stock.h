/*-------------------------------------------------------------------------
 *
 * stock.h
 *	  The spare-parts ledger: moves, and what follows from them.
 *
 * A statement on stock_move goes this way:
 *
 *	- BEFORE ROW (stock_judge.c) fills in what was left out and refuses what
 *	  is wrong by itself.  It takes no locks and changes nothing but NEW.
 *	- AFTER STATEMENT (stock_record.c) reads the rows from the transition
 *	  table and takes locks in one fixed order: tickets by id, balances by key
 *	  (stock_balance.c), serial numbers by key (stock_serial.c).  Then it
 *	  judges row by row (row_guard.c), carries hand-outs on (exchange.c) and
 *	  tells the tickets' histories.
 *
 * Quantities are whole thousandths of the part's unit.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AFTERSALES_STOCK_H
#define AFTERSALES_STOCK_H

#include "emit.h"

#define QUANTITY_SCALE 1000		/* of numeric(14,3) */

/* In the order of stock_condition_name. */
typedef enum StockCondition
{
	CONDITION_GOOD, CONDITION_DEFECTIVE, CONDITION_IN_REPAIR, CONDITION_SCRAP,
	CONDITION_COUNT
} StockCondition;

typedef enum ExchangeMode
{
	EXCHANGE_ONE_FOR_ONE, EXCHANGE_CONSUMABLE, EXCHANGE_LOANER
} ExchangeMode;

/* What judging needs of a part; in the desk's cache, as what follows is. */
typedef struct StockPart
{
	char	   *part_no;
	ExchangeMode exchange;
	bool		is_serialised;
	int16		decimals;
	char	   *component;		/* NULL: none */
	bool		has_grade;
	int16		grade;
	bool		is_active;
} StockPart;

/* And of a location, with its kind. */
typedef struct StockLocation
{
	char	   *location;
	char	   *kind;
	bool		physical;
	bool		in_hands;
	char	   *policy;			/* NULL: none */
	bool		is_active;
} StockLocation;

typedef enum PurposeId
{
	PURPOSE_RECEIPT, PURPOSE_ISSUE, PURPOSE_INSTALL, PURPOSE_RETURN,
	PURPOSE_REMOVE, PURPOSE_RETURN_DEFECTIVE, PURPOSE_KEEP, PURPOSE_LOSE,
	PURPOSE_LOAN, PURPOSE_LOAN_RETURN, PURPOSE_TRANSFER, PURPOSE_REGRADE,
	PURPOSE_SCRAP, PURPOSE_DELIVER, PURPOSE_SUPPLIER_RETURN, PURPOSE_ADJUST,
	PURPOSE_COUNT
} PurposeId;

/* What a purpose asks of a move; stock_purpose.c. */
typedef struct StockPurpose
{
	PurposeId	id;
	const char *name;
	const char *from;			/* places: see fits_place(), or a kind; several by | */
	const char *to;
	const char *from_conditions;	/* allowed ones, by |; the first is filled in; NULL: any, good */
	bool		keeps_condition;
	bool		has_exchange;	/* part of a hand-out, see exchange.c */
	const char *meaning;
} StockPurpose;

/* A row of stock_move.  Strings are the row's own, or the cache's. */
typedef struct StockMove
{
	int64		move_id;
	const StockPart *part;
	const StockLocation *from;
	const StockLocation *to;
	StockCondition from_condition;
	StockCondition to_condition;
	const char *owner;
	int64		quantity;
	const char *serial_no;		/* NULL: none */
	int64		ticket_id;		/* 0: none */
	const StockPurpose *purpose;	/* of a reversal, that of what it takes back */
	int64		exchange_id;	/* 0: none */
	int64		reversal_of;	/* 0: no reversal */
	bool		is_other_model; /* see the column; by exchange.c */
	struct FoundExchange *found;	/* what as_exchange_find leaves for as_exchange_apply */
	TimestampTz happened_at;
} StockMove;

/* A slip or a count that is being posted: its moves are ours. */
typedef struct StockPosting
{
	int64		slip_id;		/* 0: a count */
	int64		count_id;
	const char *policy;			/* that judges moves without a ticket */
} StockPosting;

/* Columns of stock_move that the code knows by name; their names are in stock_row.c. */
typedef enum StockColumn
{
	SC_MOVE_ID, SC_PART_NO, SC_FROM_CONDITION, SC_TO_CONDITION, SC_OWNER, SC_QUANTITY,
	SC_FROM_LOCATION, SC_TO_LOCATION, SC_SERIAL_NO, SC_TICKET_ID, SC_PURPOSE, SC_EXCHANGE_ID,
	SC_SUBSTITUTE_FOR, SC_GRADE_STEP, SC_IS_OTHER_MODEL, SC_SLIP_ID, SC_COUNT_ID,
	SC_HAPPENED_AT, SC_RECORDED_AT, SC_RECORDED_BY, SC_REVERSAL_OF, SC_EXTERNAL_REF,
	SC_COUNT
} StockColumn;

/* column: attribute numbers less one */
#define SVAL(row, column, col)	((row)->values[(column)[col]])
#define SNULL(row, column, col) ((row)->nulls[(column)[col]])

/* stock_part.c */
extern const StockPart *as_stock_part(AsStatement *st, const char *part_no);
extern const StockLocation *as_stock_location(AsStatement *st, const char *location);

/* stock_row.c */
extern const char *const as_condition_name[CONDITION_COUNT];
extern const char *const as_stock_column[SC_COUNT];
extern bool as_condition_of(const char *name, StockCondition *condition);
extern const int *as_stock_columns(AsStatement *st, Relation rel);
extern void as_stock_read(AsStatement *st, const int *column, const TicketRow *row, StockMove *m);
extern int64 as_quantity_of(Datum number);
extern Datum as_quantity_datum(int64 quantity);
extern bool as_quantity_fits(const StockPart *part, int64 quantity);
extern char *as_quantity_text(int64 quantity);
extern const char *as_word(const char *value);
extern bool as_is_self_timed(const AsStatement *st, TimestampTz at);
pg_noreturn extern void as_stock_refuse(const AsStatement *st, int sqlstate, const char *column,
										const char *constraint, const char *message,
										const char *detail, const char *hint);

/* stock_check.c */
extern int	as_grade_step(AsStatement *st, const StockPart *part, const char *substitute_for, bool *known);
extern void as_stock_check(AsStatement *st, const int *column, const TicketRow *row, const StockMove *m);

/* stock_purpose.c */
extern const StockPurpose *as_stock_purpose(const char *name);
extern const StockPurpose *as_purpose_of(const AsStatement *st, const char *name);
extern bool as_is_stock_event(const char *event);
extern const char *as_place_policy(const StockMove *m);
extern char *as_purpose_misfit(const StockMove *m);
extern StockCondition as_purpose_condition(const StockPurpose *purpose);

/* stock_judge.c */
extern void as_stock_post(AsStatement *st, PlanId policy_plan, PlanId plan, const StockPosting *posting);
extern const StockPosting *as_posting_take(AsStatement *st, Oid relid);
extern void as_posting_forget(void);

/* stock_balance.c */
typedef struct Balances Balances;
extern Balances *as_balances(AsStatement *st);
extern void as_balances_add(Balances *b, const StockMove *m);
extern bool as_balances_write(Balances *b);
extern void as_balances_again(Balances *b, const StockMove *m);
extern void as_balances_check(Balances *b);

/* stock_serial.c */
typedef struct Serials Serials;
extern Serials *as_serials(AsStatement *st);
extern void as_serials_add(Serials *s, const StockMove *m);
extern void as_serials_write(Serials *s);

/* stock_time.c */
typedef struct StockDelta
{
	TimestampTz at;
	int64		delta;
	int64		move_id;
} StockDelta;

extern int64 as_first_below_zero(int64 opening, const StockDelta *known, int64 nknown,
								 const StockDelta *rows, int64 nrows, TimestampTz *when);

/*
 * exchange.c
 *
 * For a move whose purpose has_exchange and that is for a ticket, which is
 * locked, or of a loaner.  as_exchange_expect is told of all these moves of a
 * statement before the first is carried on.  as_exchange_find finds the hand-out it belongs to
 * (m->exchange_id, 0: it begins one) and m->is_other_model, before row guards
 * are asked; as_exchange_apply carries it on afterwards, writes exchange_id
 * and is_other_model into the move's row where they differ, and keeps
 * unit_part.  Returns whether by this the ticket has nothing outstanding any
 * more.  The caller is connected to SPI.  Errors: SV007, SV010.
 */
extern void as_exchange_expect(AsStatement *st, const StockMove *m);
extern void as_exchange_find(AsStatement *st, StockMove *m);
extern bool as_exchange_apply(AsStatement *st, StockMove *m, const TicketRow *ticket,
							  const PolicyVersion *pv);

#endif							/* AFTERSALES_STOCK_H */
