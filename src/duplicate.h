/*-------------------------------------------------------------------------
 *
 * duplicate.h
 *	  Duplicates by rule.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AFTERSALES_DUPLICATE_H
#define AFTERSALES_DUPLICATE_H

#include "event.h"
#include "workflow.h"

typedef struct Matches Matches;

extern void as_match_forget(void);
extern void as_judge_duplicate(Judgement *j);
extern void as_match_note(AsStatement *st, const TicketRow *old, const TicketRow *new);
extern void as_match_flush(AsStatement *st);

#endif							/* AFTERSALES_DUPLICATE_H */
