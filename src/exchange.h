/*-------------------------------------------------------------------------
 *
 * exchange.h
 *	  Hand-outs of parts: rows of part_exchange.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AFTERSALES_EXCHANGE_H
#define AFTERSALES_EXCHANGE_H

#include "stock.h"

/* What a hand-out counts, in the order of the table's columns. */
typedef enum ExchangeCount
{
	HANDED_OUT, INSTALLED, RETURNED, LOST,
	REMOVED, KEPT, DEFECTIVE_RETURNED, DEFECTIVE_LOST,
	EXCHANGE_COUNTS
} ExchangeCount;

/*
 * A hand-out, as far as one move is concerned.  Strings are in the caller's
 * memory.
 *
 * Where location is NULL nothing was given into anybody's hands: what was
 * installed came from elsewhere, and HANDED_OUT goes with INSTALLED.
 */
typedef struct Exchange
{
	int64		exchange_id;	/* 0: the move begins it */
	int64		ticket_id;		/* 0: none */
	const char *part_no;
	const char *serial_no;		/* NULL: none */
	ExchangeMode mode;
	const char *location;
	int64		count[EXCHANGE_COUNTS];
	const char *defective_part_no;	/* NULL: none */
	const char *defective_serial_no;
	TimestampTz issued_at;
	bool		has_removed_at;
	TimestampTz removed_at;
	bool		is_balanced;
	TimestampTz balanced_at;
	/* by the moves carried on so far, of the move's part and serial number */
	int64		left;			/* handed out and neither installed, returned nor lost */
	int64		of_part;		/* handed out and neither returned nor lost, of all serial numbers */
	int64		defective_left; /* taken out, good or not as the move's, and not back */
} Exchange;

/* What a reversal must know of the move it takes back. */
typedef struct ReversedMove
{
	int64		exchange_id;	/* 0: it belonged to none */
	bool		is_defective;	/* counted among the defective ones */
	bool		is_other_model;
	TimestampTz happened_at;
} ReversedMove;

/* From as_exchange_find to as_exchange_apply; in the row's memory. */
typedef struct FoundExchange
{
	Exchange   *exchange;		/* NULL: the move begins one, or belongs to none */
	ReversedMove reversed;		/* of a reversal */
} FoundExchange;

/* exchange_store.c */
extern Exchange *as_exchanges_of(AsStatement *st, const StockMove *m, int *n);
extern Exchange *as_exchange_get(AsStatement *st, const StockMove *m);
extern void as_exchange_reversed(AsStatement *st, const StockMove *m, ReversedMove *o);
extern void as_exchange_carried_on(AsStatement *st, const StockMove *m);
extern void as_exchange_describe_anew(AsStatement *st, Exchange *e, const StockMove *m);
extern void as_exchange_write(AsStatement *st, Exchange *e);
extern void as_exchange_of_move(AsStatement *st, const StockMove *m, bool is_defective);
extern bool as_parts_outstanding(AsStatement *st, int64 ticket_id);

/* unit_swap.c */
extern void as_unit_swap(AsStatement *st, const StockMove *m, const ReversedMove *reversed,
						 const TicketRow *ticket, const PolicyVersion *pv);

#endif							/* AFTERSALES_EXCHANGE_H */
