/*-------------------------------------------------------------------------
 *
 * visit.c
 *	  What is special about a row of visit: the engineer's star grade is kept
 *	  as it was when the visit was planned.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "row.h"

/*
 * as_judge_visit fills in engineer_grade when the engineer is named or
 * changes.
 */
void
as_judge_visit(RowJudgement *rj)
{
	Datum		login;
	Datum		grade = (Datum) 0;
	bool		isnull = true;

	if (as_row_isnull(rj, "engineer") || (rj->old != NULL && !as_row_changed(rj, "engineer")))
		return;
	login = as_row_value(rj, "engineer");
	SPI_connect();
	if (as_run_read(rj->j.desk, PLAN_STAR_GRADE, &login) > 0)
		grade = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	SPI_finish();
	if (isnull)
		as_row_put_null(rj, "engineer_grade");
	else
		as_row_put(rj, "engineer_grade", grade);
}
