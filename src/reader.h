/*-------------------------------------------------------------------------
 *
 * reader.h
 *	  Functions that only read: under one snapshot, with the caller's rights.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AFTERSALES_READER_H
#define AFTERSALES_READER_H

#include "clock.h"

/* A ticket that is read, with its clocks as they are stored. */
typedef struct ReadTicket
{
	AsStatement *st;
	int64		ticket_id;
	const PolicyType *pt;		/* NULL: its policy is gone */
	TicketRow  *row;
	Fold	   *stored;
} ReadTicket;

extern void as_reading(Oid nspid, void (*work) (AsStatement *st, void *arg), void *arg);
extern HeapTuple as_read_row(AsStatement *st, const char *query, int64 id);
extern bool as_read_ticket(AsStatement *st, int64 ticket_id, ReadTicket *t);
extern FoldClock *as_read_clock(AsStatement *st, int64 clock_id, ReadTicket *t);
extern Datum as_text_list(const TextList *list);
extern Datum as_clause_list(const char *clauses);

#endif							/* AFTERSALES_READER_H */
