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
	const char *from;			/* places: "store", "hands", "physical", "virtual", or a kind; several by | */
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
	TimestampTz happened_at;
} StockMove;

/* A slip or a count that is being posted: its moves are ours. */
typedef struct StockPosting
{
	int64		slip_id;		/* 0: a count */
	int64		count_id;
	const char *policy;			/* that judges moves without a ticket */
} StockPosting;

/* stock_part.c */
extern const char *const as_condition_name[CONDITION_COUNT];
extern const StockPart *as_stock_part(AsDesk *desk, const char *part_no);
extern const StockLocation *as_stock_location(AsDesk *desk, const char *location);
extern bool as_condition(const char *name, StockCondition *condition);
extern bool as_quantity_of(Datum number, int64 *quantity);
extern Datum as_quantity_datum(int64 quantity);
extern char *as_quantity_text(int64 quantity);

/* stock_purpose.c */
extern const StockPurpose *as_stock_purpose(const char *name);
extern bool as_is_stock_event(const char *event);
extern char *as_purpose_misfit(const StockMove *m);

/* stock_judge.c */
extern void as_stock_post(AsStatement *st, PlanId plan, Datum *values, const StockPosting *posting);
extern const StockPosting *as_posting_take(Oid relid);
extern void as_posting_forget(void);

/* stock_move.c */
pg_noreturn extern void as_stock_refuse(const AsStatement *st, int sqlstate, const char *column,
										const char *constraint, const char *message,
										const char *detail, const char *hint);

/* stock_balance.c, stock_serial.c */
extern void as_balances_move(AsStatement *st, const StockMove *moves, int64 n);
extern void as_serials_move(AsStatement *st, const StockMove *moves, int64 n);

/* stock_time.c */
typedef struct StockDelta
{
	TimestampTz at;
	int64		delta;
} StockDelta;

extern int64 as_timeline_check(int64 opening, const StockDelta *known, int64 nknown,
							   const StockDelta *rows, int64 nrows);

/*
 * exchange.c
 *
 * For a move whose purpose has_exchange and that is for a ticket, which is
 * locked, or of a loaner.  as_exchange_find finds the hand-out it belongs to
 * (m->exchange_id, 0: it begins one) and m->is_other_model, before row guards
 * are asked; as_exchange_apply carries it on afterwards, writes exchange_id
 * and is_other_model into the move's row where they differ, and keeps
 * unit_part.  Returns whether by this the ticket has nothing outstanding any
 * more.  The caller is connected to SPI.  Errors: SV007, SV010.
 */
extern void as_exchange_find(AsStatement *st, StockMove *m);
extern bool as_exchange_apply(AsStatement *st, StockMove *m, const TicketRow *ticket,
							  const PolicyVersion *pv);

#endif							/* AFTERSALES_STOCK_H */
