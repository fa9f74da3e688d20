/*-------------------------------------------------------------------------
 *
 * row_time.c
 *	  The times of a row being judged: milestones, which become events.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "utils/builtins.h"
#include "utils/rel.h"

#include "row.h"

/*
 * as_row_earliest_new finds the earliest of the times that this write sets;
 * false when there are none.
 */
bool
as_row_earliest_new(const RowJudgement *rj, TimestampTz *at)
{
	const RowMilestone *m;
	bool		found = false;

	for (m = rj->table->milestones; m->column != NULL; m++)
	{
		int			i = as_row_index(rj, m->column);
		TimestampTz t = DatumGetTimestampTz(rj->r.row.values[i]);

		if (rj->r.row.nulls[i] || (rj->old != NULL && !rj->old->nulls[i]) || TIMESTAMP_NOT_FINITE(t))
			continue;
		*at = found ? Min(*at, t) : t;
		found = true;
	}
	return found;
}

/*
 * as_row_event returns the event that a milestone of this row means.
 */
const char *
as_row_event(const RowJudgement *rj, const RowMilestone *m)
{
	const char *kind;

	if (!m->by_kind)
		return m->event;
	kind = rj->event_kind != NULL ? rj->event_kind : as_row_get_text(rj, "kind");
	/* one that judge() will find out is not known while times are settled */
	return kind == NULL ? pnstrdup(m->event, strlen(m->event) - 1) : psprintf("%s%s", m->event, kind);
}

/* A time as one may give it, be it that it is the present one. */
static TimestampTz
take_time(const RowJudgement *rj, const RowMilestone *m, bool given, TimestampTz at,
		  TimestampTz latest, TimestampTz opened_at, TimestampTz began_at)
{
	if (given && TIMESTAMP_NOT_FINITE(at))
		as_row_refuse(rj, ERRCODE_SV_TIME_OUT_OF_ORDER, m->column,
					  _("an event needs a time"), NULL, _("Give the time at which it happened."), NULL);
	if (given && at < began_at && at >= opened_at)
		as_row_refuse(rj, ERRCODE_SV_TIME_OUT_OF_ORDER, m->column,
					  _("the reported time is out of order"),
					  psprintf(_("It lies before %s, where this row begins."), timestamptz_to_str(began_at)),
					  _("Report things in the order in which they happened."), NULL);
	return as_moment(&rj->j, given, at, latest, opened_at, as_row_event(rj, m));
}

/*
 * as_row_take_times settles the times that this write sets.  The first milestone of
 * a row is when it began, and nothing of the row comes before it.
 */
void
as_row_take_times(RowJudgement *rj)
{
	Judgement  *j = &rj->j;
	const RowMilestone *m;
	TimestampTz latest = rj->ticket == NULL ? j->st->now :
		DatumGetTimestampTz(TVAL(j->desk, rj->ticket, TC_EVENT_AT));
	TimestampTz opened_at = rj->ticket == NULL ? DT_NOBEGIN :
		DatumGetTimestampTz(TVAL(j->desk, rj->ticket, TC_OPENED_AT));
	TimestampTz began_at = opened_at;
	TimestampTz first_given = 0;
	bool		any_given = as_row_earliest_new(rj, &first_given);
	bool		is_first = true;

	j->at = Max(j->st->now, latest);
	for (m = rj->table->milestones; m->column != NULL; m++)
	{
		int			i = as_row_index(rj, m->column);
		bool		begins = m == rj->table->milestones && rj->old == NULL;
		bool		given = !rj->r.row.nulls[i];
		TimestampTz at = DatumGetTimestampTz(rj->r.row.values[i]);

		if (begins && !given && any_given)
		{
			given = true;
			at = Min(first_given, j->at);
		}
		if ((given || begins) && (rj->old == NULL || rj->old->nulls[i]))
		{
			at = take_time(rj, m, given, at, latest, opened_at, began_at);
			rj->r.row.values[i] = TimestampTzGetDatum(at);
			rj->r.row.nulls[i] = false;
		}
		if (m == rj->table->milestones && !rj->r.row.nulls[i])
			began_at = DatumGetTimestampTz(rj->r.row.values[i]);
	}
	for (m = rj->table->milestones; m->column != NULL; m++)
	{
		int			i = as_row_index(rj, m->column);

		if (rj->r.row.nulls[i] || (rj->old != NULL && !rj->old->nulls[i]))
			continue;
		/* what is judged is judged as of the earliest of them */
		if (is_first || DatumGetTimestampTz(rj->r.row.values[i]) < j->at)
			j->at = DatumGetTimestampTz(rj->r.row.values[i]);
		is_first = false;
	}
}
