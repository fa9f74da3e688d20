/*-------------------------------------------------------------------------
 *
 * history.h
 *	  A ticket's history: its events as they stand, and what it was at them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AFTERSALES_HISTORY_H
#define AFTERSALES_HISTORY_H

#include "clock.h"

/* replay.c */
extern Fold *as_replay_fold(AsStatement *st, const PolicyType *pt, const TicketRow *row,
							const Fold *stored, bool retarget, bool watches, List *more);
extern FoldEvent *as_history_load(AsStatement *st, int64 ticket_id, int *nevents);
extern int	as_history_column(const AsDesk *desk, const char *event);
extern void as_history_change(const AsDesk *desk, TicketRow *row, const FoldEvent *e, bool after);

#endif							/* AFTERSALES_HISTORY_H */
