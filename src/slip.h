/*-------------------------------------------------------------------------
 *
 * slip.h
 *	  Slips and counts of the spare-parts ledger: rows with lines that two
 *	  keepers sign before they become moves.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AFTERSALES_SLIP_H
#define AFTERSALES_SLIP_H

#include "row.h"
#include "stock.h"

/* The slip or count that a row is a line of, locked; in the row's memory. */
typedef struct SlipHead
{
	char	   *policy;
	char	   *kind;			/* of a count: NULL */
	int64		ticket_id;		/* 0: none */
	bool		is_frozen;
	bool		is_signed;
	bool		has_ended;
} SlipHead;

/* sign.c */
extern bool as_row_newly(const RowJudgement *rj, const char *column);
extern const char *as_signing_column(const RowJudgement *rj);
extern void as_keep_column(const RowJudgement *rj, const char *column);
extern void as_require_after(const RowJudgement *rj, const char *column, const char *earlier);
extern bool as_is_signed(const RowJudgement *rj, bool before);
extern void as_judge_signatures(RowJudgement *rj);
extern bool as_join_head(RowJudgement *rj, const char *column, const char *table, PlanId lock,
						 const char *constraint);
extern char *as_policy_of_head(RowJudgement *rj);
extern void as_touch_head(const RowJudgement *rj, const char *column, PlanId touch, const char *table);

/* slip.c */
extern const StockPart *as_line_part(const RowJudgement *rj, const char *quantity);
extern bool as_join_slip(RowJudgement *rj);
extern void as_judge_slip(RowJudgement *rj);
extern void as_judge_slip_line(RowJudgement *rj);
extern void as_remove_slip_line(RowJudgement *rj);
extern void as_post_slip(AsStatement *st, const RowMeaning *m);

/* count.c */
extern bool as_join_count(RowJudgement *rj);
extern char *as_policy_of_count(RowJudgement *rj);
extern void as_judge_count(RowJudgement *rj);
extern void as_judge_count_line(RowJudgement *rj);
extern void as_carry_out_count(AsStatement *st, const RowMeaning *m);

#endif							/* AFTERSALES_SLIP_H */
