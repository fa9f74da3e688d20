/*-------------------------------------------------------------------------
 *
 * moment.c
 *	  When something happened, as far as we believe the writer.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "utils/builtins.h"
#include "utils/rel.h"

#include "workflow.h"

/* a difference below this is a rounding of the writer's */
#define SAME_TIME	INT64CONST(1000)	/* microseconds */

/*
 * as_same_time tells whether a time that came back is the one that was read.
 */
bool
as_same_time(TimestampTz a, TimestampTz b)
{
	return a - b < SAME_TIME && b - a < SAME_TIME;
}

static void
time_error(const Judgement *j, const char *event, const char *message, const char *detail,
		   const char *hint, const char *clauses)
{
	ereport(ERROR,
			(errcode(ERRCODE_SV_TIME_OUT_OF_ORDER),
			 errmsg_internal("%s", message),
			 errdetail_internal("%s\n%s event=%s", detail, as_refusal_line(j, NULL, clauses), event),
			 errhint("%s", hint),
			 errtable(j->rel)));
}

/*
 * as_moment returns the time of an event.
 *
 * given: whether the writer has said one (at).  latest_known: the latest time
 * recorded for the ticket; a transaction that waited for the row must not
 * write history backwards, so "now" is not before it.  earliest: nothing may
 * have happened before it (-infinity: no limit).
 *
 * A time up to aftersales.clock_skew ahead is taken as now.  Errors: SV005.
 */
TimestampTz
as_moment(const Judgement *j, bool given, TimestampTz at, TimestampTz latest_known,
		  TimestampTz earliest, const char *event)
{
	TimestampTz now = Max(j->st->now, latest_known);
	const PolicyEvent *pe = as_policy_event(j->pt, event);

	if (!given || (at > now && at - now <= (int64) as_setting_clock_skew * 1000))
		return now;
	if (at > now)
		time_error(j, event, _("the reported time lies in the future"),
				   psprintf(_("It is later than now by more than aftersales.clock_skew (%d ms)."),
							as_setting_clock_skew),
				   _("Report when it happened, or leave the time out for now."), "");
	if (at < earliest)
		time_error(j, event, _("the reported time is out of order"),
				   psprintf(_("It lies before %s, when the ticket came to where it is."),
							timestamptz_to_str(earliest)),
				   _("Report things in the order in which they happened."), "");
	if (pe != NULL && pe->backdate_limit != NULL)
	{
		TimestampTz limit = DatumGetTimestampTz(DirectFunctionCall2(timestamptz_mi_interval,
																	TimestampTzGetDatum(now),
																	IntervalPGetDatum(pe->backdate_limit)));

		if (at < limit)
			time_error(j, event, _("the reported time lies too far back"),
					   psprintf(_("Event \"%s\" may not be recorded for a time before %s."),
								event, timestamptz_to_str(limit)),
					   _("Record it with its time as soon as it happens."), pe->clauses);
	}
	return at;
}
