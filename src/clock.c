/*-------------------------------------------------------------------------
 *
 * clock.c
 *	  Which clocks an event starts, and when a clock is due.
 *
 * Clocks are a fold over a ticket's events.  This file holds the part of the
 * fold that needs no table; clock_write.c applies it.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "common/int.h"
#include "datatype/timestamp.h"
#include "lib/stringinfo.h"
#include "utils/datetime.h"

#include "clock.h"
#include "event.h"
#include "expression.h"
#include "worktime.h"

#define MAX_TARGET_DAYS 1000000	/* more than any timestamp's span of use */

/* The end of the n-th calendar day after the start day. */
static TimestampTz
due_by_day(const ClockRule *rule, TimestampTz started_at, pg_tz *tz)
{
	struct pg_tm tm;
	fsec_t		fsec;
	int			offset;
	int			month;
	int			julian;

	if (timestamp2tm(started_at, &offset, &tm, &fsec, NULL, tz) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range")));
	/* months first, clamped to the month's last day, then days */
	month = tm.tm_year * MONTHS_PER_YEAR + tm.tm_mon - 1 + rule->target->month;
	tm.tm_year = month / MONTHS_PER_YEAR;
	tm.tm_mon = month % MONTHS_PER_YEAR + 1;
	tm.tm_mday = Min(tm.tm_mday, day_tab[isleap(tm.tm_year)][tm.tm_mon - 1]);
	julian = date2j(tm.tm_year, tm.tm_mon, tm.tm_mday) + rule->target->day;
	if (rule->count_first_day)
		julian--;
	return as_end_of_day(julian, tz);
}

/*
 * as_step_responsible notes who a row says is responsible, for breaches.
 */
void
as_step_responsible(const AsDesk *desk, const TicketRow *row, ClockStep *step)
{
	step->has_org = !TNULL(desk, row, TC_ORG_ID);
	step->org_id = step->has_org ? DatumGetInt64(TVAL(desk, row, TC_ORG_ID)) : 0;
	step->assignee = as_row_text(desk, row, TC_ASSIGNEE);
}

/*
 * as_clock_due returns the latest instant at which stopping is in time.  The
 * rule has a target.
 */
TimestampTz
as_clock_due(const ClockRule *rule, TimestampTz started_at, pg_tz *tz)
{
	TimestampTz due;
	bool		out_of_range = TIMESTAMP_NOT_FINITE(started_at) ||
		rule->target->month > MAX_TARGET_DAYS / 30 || rule->target->day > MAX_TARGET_DAYS;

	if (out_of_range)
		due = 0;
	else if (rule->calendar_day)
		due = due_by_day(rule, started_at, tz);
	else
		out_of_range = pg_add_s64_overflow(started_at, rule->target->time, &due);
	if (out_of_range || !IS_VALID_TIMESTAMP(due))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("due time of rule \"%s\" is out of range", rule->rule)));
	return due;
}

/*
 * as_rule_line returns the last line of a refusal, as as_refusal_line does.
 */
char *
as_rule_line(const ClockStep *step, const char *rules, const char *clauses)
{
	return psprintf("ticket=" INT64_FORMAT " from=%s to=%s rule=%s%s%s", step->ticket_id,
					step->from == NULL ? "-" : step->from, step->to, rules,
					clauses[0] == '\0' ? "" : " clauses=", clauses);
}

static void
two_rules_error(const AsStatement *st, const PolicyType *pt, const ClockRule *a, const ClockRule *b,
				const ClockStep *step)
{
	ereport(ERROR,
			(errcode(ERRCODE_SV_UNSOUND_POLICY),
			 errmsg("rules \"%s\" and \"%s\" of clock \"%s\" both match and have the same rank",
					a->rule, b->rule, a->clock),
			 errdetail_internal("%s", as_rule_line(step, psprintf("%s,%s", a->rule, b->rule), a->clauses)),
			 errhint("Give the rules of policy \"%s\" different ranks, or conditions that exclude each other.",
					 pt->version->policy),
			 err_generic_string(PG_DIAG_SCHEMA_NAME, st->desk->name),
			 err_generic_string(PG_DIAG_TABLE_NAME, "ticket"),
			 err_generic_string(PG_DIAG_CONSTRAINT_NAME, a->rule)));
}

static void
no_rule_error(const AsStatement *st, const PolicyType *pt, const ClockRule *const *rules, int n,
			  const ClockStep *step)
{
	StringInfoData names;
	StringInfoData clauses;
	int			i;

	initStringInfo(&names);
	initStringInfo(&clauses);
	for (i = 0; i < n; i++)
	{
		appendStringInfo(&names, "%s%s", i == 0 ? "" : ",", rules[i]->rule);
		as_merge_clauses(&clauses, rules[i]->clauses);
	}
	ereport(ERROR,
			(errcode(ERRCODE_SV_UNKNOWN_VALUE),
			 errmsg("no rule of clock \"%s\" fits ticket %lld", rules[0]->clock,
					(long long) step->ticket_id),
			 errdetail("The clock is mandatory for tickets of type \"%s\".\n%s", pt->ticket_type,
					   as_rule_line(step, names.data, clauses.data)),
			 errhint("Give the columns and attributes that the rules' conditions read values that one of them knows."),
			 err_generic_string(PG_DIAG_SCHEMA_NAME, st->desk->name),
			 err_generic_string(PG_DIAG_TABLE_NAME, "ticket"),
			 err_generic_string(PG_DIAG_CONSTRAINT_NAME, rules[0]->rule)));
}

/*
 * as_choose_rule returns the rule of one clock that the ticket set for
 * expressions matches, NULL for none.  rules[0..n) are of that clock, highest
 * rank first.
 */
const ClockRule *
as_choose_rule(AsStatement *st, const PolicyType *pt, const ClockRule *const *rules, int n,
			   const ClockStep *step)
{
	const ClockRule *chosen = NULL;
	bool		mandatory = false;
	int			i;

	for (i = 0; i < n; i++)
	{
		if (chosen != NULL && rules[i]->rank < chosen->rank)
			break;
		mandatory = mandatory || rules[i]->mandatory;
		if (!as_expr_holds(st, pt->version, rules[i]->expr))
			continue;
		if (chosen != NULL)
			two_rules_error(st, pt, chosen, rules[i], step);
		chosen = rules[i];
	}
	if (chosen == NULL && mandatory)
		no_rule_error(st, pt, rules, n, step);
	return chosen;
}
