/*-------------------------------------------------------------------------
 *
 * plan_text.h
 *	  The texts of the SQL that plan.c keeps plans of.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AFTERSALES_PLAN_TEXT_H
#define AFTERSALES_PLAN_TEXT_H

#include "aftersales.h"

#define MAX_PLAN_ARGS	24

typedef struct PlanText
{
	PlanId		id;
	int			nargs;
	Oid			args[MAX_PLAN_ARGS];
	const char *text;
} PlanText;

extern const PlanText as_plan_text[PLAN_COUNT];

#endif							/* AFTERSALES_PLAN_TEXT_H */
