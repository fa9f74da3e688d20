/*-------------------------------------------------------------------------
 *
 * warranty.c
 *	  Judges a fault by the warranty rules of a policy version.
 *
 * A pure function of the rules, what is known of the unit, and the fault: the
 * ticket's trigger, classify_warranty() and reclassify() all come here.  The
 * only thing that runs besides is the rules' own conditions.
 *
 * In this order:
 *
 *	- for each cover the fitting term of the highest rank counts, those of the
 *	  unit from the day of the sale, those of a replaced part from the day it
 *	  was put in.  The longer of the two is the cover's; the one that lasts
 *	  longest of all gives class and last day;
 *	- within the period an exclusion may take covers away and give the class;
 *	- a remedy window for that class and that day says what may be chosen.
 *
 * The result lives in the current memory context, but for the rules' own
 * texts, which are the policy cache's.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgrprotos.h"

#include "clock.h"
#include "expression.h"
#include "warranty.h"
#include "worktime.h"

const char *const as_cover_name[COVER_COUNT] = {"parts", "labour", "visit"};

/* A fault being judged. */
typedef struct Case
{
	AsStatement *st;
	const PolicyVersion *pv;
	const WarrantyUnit *unit;
	const WarrantyFault *fault;
	bool		is_set;			/* conditions can read it */
	bool		has_start;
	DateADT		start;			/* the day of the sale, as far as it is known */
	const WarrantyTerm *term[2][COVER_COUNT];	/* of the unit, of the part */
	DateADT		until[2][COVER_COUNT];
	StringInfoData basis;
	StringInfoData clauses;
} Case;

/* ---------- which rules fit ---------- */

/* Lets conditions read the fault, in a row of the shape of a ticket. */
static void
set_fault(Case *c)
{
	const AsDesk *desk = c->st->desk;
	TicketRow  *row = as_empty_row(desk);
	const struct
	{
		TicketColumn col;
		const char *text;
	}			texts[] = {
		{TC_PRODUCT_LINE, c->unit->product_line},
		{TC_COMPONENT, c->fault->component},
		{TC_FAULT_CAUSE, c->fault->cause},
		{TC_FAULT_CODE, c->fault->code}
	};
	int			i;

	for (i = 0; i < lengthof(texts); i++)
	{
		TNULL(desk, row, texts[i].col) = texts[i].text == NULL;
		if (texts[i].text != NULL)
			TVAL(desk, row, texts[i].col) = CStringGetTextDatum(texts[i].text);
	}
	TVAL(desk, row, TC_FAULT_AT) = TimestampTzGetDatum(c->fault->at);
	TNULL(desk, row, TC_FAULT_AT) = false;
	as_expr_set_ticket(c->st, row);
	c->is_set = true;
}

static bool
key_fits(const char *key, const char *value)
{
	return key == NULL || (value != NULL && strcmp(key, value) == 0);
}

static bool
rule_fits(Case *c, const WarrantyRule *r)
{
	if (!key_fits(r->product_line, c->unit->product_line) ||
		!key_fits(r->component, c->fault->component))
		return false;
	if (r->expr < 0)
		return true;
	if (!c->is_set)
		set_fault(c);
	return as_expr_holds(c->st, c->pv, r->expr);
}

static void
refuse_equal_ranks(const Case *c, const char *table, const WarrantyRule *a, const WarrantyRule *b)
{
	StringInfoData clauses;

	initStringInfo(&clauses);
	as_merge_clauses(&clauses, a->clauses);
	as_merge_clauses(&clauses, b->clauses);
	ereport(ERROR,
			(errcode(ERRCODE_SV_UNSOUND_POLICY),
			 errmsg("rules \"%s\" and \"%s\" of policy \"%s\" both fit", a->rule, b->rule, c->pv->policy),
			 errdetail("Both have rank %d in table \"%s\".\nticket=%s guard=%s,%s%s%s", a->rank, table,
					   c->fault->ticket_id == 0 ? "-" : psprintf(INT64_FORMAT, c->fault->ticket_id),
					   a->rule, b->rule, clauses.len > 0 ? " clauses=" : "", clauses.data),
			 errhint("Give them different ranks, or keys or conditions that exclude each other, in a new version of the policy."),
			 err_generic_string(PG_DIAG_SCHEMA_NAME, "aftersales"),
			 err_generic_string(PG_DIAG_TABLE_NAME, table),
			 err_generic_string(PG_DIAG_CONSTRAINT_NAME, a->rule)));
}

/* ---------- what is said about it ---------- */

static void
say_rule(Case *c, const WarrantyRule *r)
{
	if (r->clauses[0] != '\0')
		appendStringInfo(&c->basis, " (%s)", r->clauses);
	as_merge_clauses(&c->clauses, r->clauses);
}

static char *
date_text(DateADT day)
{
	return as_day_text(day + POSTGRES_EPOCH_JDATE);
}

/* From when it counts, and which day the fault is. */
static void
say_start(Case *c)
{
	const WarrantyUnit *u = c->unit;

	if (!c->has_start)
	{
		appendStringInfo(&c->basis, "neither invoice date nor delivery date known, fault %s",
						 date_text(c->fault->day));
		return;
	}
	if (u->has_invoice)
		appendStringInfo(&c->basis, "bought %s (invoice)", date_text(c->start));
	else
		appendStringInfo(&c->basis, "delivered %s (no invoice date)", date_text(c->start));
	if (c->fault->day < c->start)
		appendStringInfo(&c->basis, ", fault %s before that is day 0", date_text(c->fault->day));
	else
		appendStringInfo(&c->basis, ", fault %s is day %d", date_text(c->fault->day),
						 c->fault->day - c->start);
}

/* Each term that counts for some cover, once. */
static void
say_terms(Case *c)
{
	int			p;
	int			i;
	int			k;

	for (p = 0; p < 2; p++)
		for (i = 0; i < COVER_COUNT; i++)
		{
			const WarrantyTerm *t = c->term[p][i];

			for (k = 0; k < i && c->term[p][k] != t; k++)
				;
			if (t == NULL || k < i)
				continue;
			appendStringInfoString(&c->basis, "; ");
			if (p == 1)
				appendStringInfo(&c->basis, "part of %s: ", date_text(c->unit->installed_on));
			if (t->term == NULL)
				appendStringInfo(&c->basis, "%s for life", t->r.rule);
			else
				appendStringInfo(&c->basis, c->until[p][i] >= c->fault->day ? "%s until %s" : "%s ended %s",
								 t->r.rule, date_text(c->until[p][i]));
			say_rule(c, &t->r);
		}
}

/* ---------- terms ---------- */

/* The last day of a term. */
static DateADT
last_day(const WarrantyTerm *t, DateADT start)
{
	Datum		end;

	if (t->term == NULL)
		return DATEVAL_NOEND;
	end = DirectFunctionCall2(date_pl_interval, DateADTGetDatum(start), IntervalPGetDatum(t->term));
	return DatumGetDateADT(DirectFunctionCall1(timestamp_date, end)) - (t->count_first_day ? 1 : 0);
}

/*
 * Finds the terms of the unit, or of the part, that count.  The rules come in
 * the order of their ranks.
 */
static void
find_terms(Case *c, bool of_part, DateADT start)
{
	const struct WarrantyRules *rules = c->pv->warranty;
	const WarrantyTerm **best = c->term[of_part];
	int			i;
	int			k;

	for (i = 0; i < rules->nterms; i++)
	{
		const WarrantyTerm *t = &rules->terms[i];
		int			open = 0;

		if (t->of_part != of_part)
			continue;
		for (k = 0; k < COVER_COUNT; k++)
			if ((t->covers & (1 << k)) != 0 && (best[k] == NULL || best[k]->r.rank == t->r.rank))
				open |= 1 << k;
		if (open == 0 || !rule_fits(c, &t->r))
			continue;
		for (k = 0; k < COVER_COUNT; k++)
		{
			if ((open & (1 << k)) == 0)
				continue;
			if (best[k] != NULL)
				refuse_equal_ranks(c, "warranty_term", &best[k]->r, &t->r);
			best[k] = t;
			c->until[of_part][k] = last_day(t, start);
		}
	}
}

/* Visits may end before the term does. */
static void
limit_visits(Case *c)
{
	const WarrantyUnit *u = c->unit;
	DateADT    *until = &c->until[0][COVER_VISIT];

	if (!u->has_onsite || c->term[0][COVER_VISIT] == NULL || *until <= u->onsite_until)
		return;
	*until = u->onsite_until;
	appendStringInfo(&c->basis, u->onsite_until >= c->fault->day ? "; visits until %s" : "; visits ended %s",
					 date_text(u->onsite_until));
}

/*
 * Which covers are in force, until when the longest lasts, and the class that
 * it gives.  Returns false when no term counts.
 */
static bool
weigh_terms(Case *c, Warranty *w)
{
	const WarrantyTerm *leading = NULL;
	int			p;
	int			k;

	w->covers = 0;
	for (p = 0; p < 2; p++)
		for (k = 0; k < COVER_COUNT; k++)
		{
			const WarrantyTerm *t = c->term[p][k];

			if (t == NULL)
				continue;
			if (c->fault->day <= c->until[p][k])
				w->covers |= 1 << k;
			if (leading == NULL || c->until[p][k] > w->until)
			{
				leading = t;
				w->until = c->until[p][k];
			}
		}
	if (leading == NULL)
		return false;
	w->warranty_class = w->covers != 0 ? leading->in_class : leading->expired_class;
	return true;
}

/* ---------- exclusions and remedies ---------- */

static void
exclude(Case *c, Warranty *w)
{
	const struct WarrantyRules *rules = c->pv->warranty;
	const WarrantyExclusion *found = NULL;
	int			k;
	int			i;

	for (i = 0; i < rules->nexclusions && w->covers != 0; i++)
	{
		const WarrantyExclusion *x = &rules->exclusions[i];

		if (found != NULL && found->r.rank > x->r.rank)
			break;
		if ((x->covers & w->covers) == 0 || !key_fits(x->fault_cause, c->fault->cause) ||
			!rule_fits(c, &x->r))
			continue;
		if (found != NULL)
			refuse_equal_ranks(c, "exclusion", &found->r, &x->r);
		found = x;
	}
	if (found == NULL)
		return;
	appendStringInfo(&c->basis, "; %s takes away", found->r.rule);
	if ((w->covers & ~found->covers) == 0)
		appendStringInfoString(&c->basis, " all cover");
	else
	{
		bool		is_first = true;

		for (k = 0; k < COVER_COUNT; k++)
			if ((w->covers & found->covers & (1 << k)) != 0)
			{
				appendStringInfo(&c->basis, "%s %s", is_first ? "" : ",", as_cover_name[k]);
				is_first = false;
			}
	}
	say_rule(c, &found->r);
	w->covers &= ~found->covers;
	w->warranty_class = found->warranty_class;
}

/* Whether a window is open for the fault's day, class and code. */
static bool
window_fits(Case *c, const RemedyWindow *win, const char *warranty_class)
{
	int64		day;

	if (!win->any_class && !as_text_in(&win->classes, warranty_class))
		return false;
	if (!win->any_code && (c->fault->code == NULL || !as_text_in(&win->fault_codes, c->fault->code)))
		return false;
	if (!win->any_day)
	{
		if (!c->has_start)
			return false;
		day = Max((int64) c->fault->day - c->start, 0) + (win->count_first_day ? 1 : 0);
		if (day < win->from_day || day > win->to_day)
			return false;
	}
	return rule_fits(c, &win->r);
}

static void
find_remedies(Case *c, Warranty *w)
{
	const struct WarrantyRules *rules = c->pv->warranty;
	const RemedyWindow *found = NULL;
	int			i;

	for (i = 0; i < rules->nwindows; i++)
	{
		const RemedyWindow *win = &rules->windows[i];

		if (found != NULL && found->r.rank > win->r.rank)
			break;
		if (!window_fits(c, win, w->warranty_class))
			continue;
		if (win->needs_invoice && !c->unit->has_invoice)
		{
			appendStringInfo(&c->basis, "; %s needs an invoice date", win->r.rule);
			say_rule(c, &win->r);
			continue;
		}
		if (found != NULL)
			refuse_equal_ranks(c, "remedy_window", &found->r, &win->r);
		found = win;
	}
	if (found == NULL)
		return;
	w->remedies = found->remedies;
	appendStringInfo(&c->basis, "; %s", found->r.rule);
	if (found->count_first_day && c->has_start && !found->any_day)
		appendStringInfo(&c->basis, ", day %d with the first", Max(c->fault->day - c->start, 0) + 1);
	say_rule(c, &found->r);
}

/*
 * as_warranty_judge judges a fault of a unit; pv has warranty rules.
 * Errors: SV011, when two rules of one rank fit.
 */
void
as_warranty_judge(AsStatement *st, const PolicyVersion *pv, const WarrantyUnit *unit,
				  const WarrantyFault *fault, Warranty *result)
{
	Case		c = {0};

	c.st = st;
	c.pv = pv;
	c.unit = unit;
	c.fault = fault;
	c.has_start = unit->has_invoice || unit->has_delivery;
	c.start = unit->has_invoice ? unit->invoice_date : unit->delivered_on;
	initStringInfo(&c.basis);
	initStringInfo(&c.clauses);
	memset(result, 0, sizeof(*result));

	say_start(&c);
	if (c.has_start)
		find_terms(&c, false, c.start);
	if (unit->has_part)
		find_terms(&c, true, unit->installed_on);
	say_terms(&c);
	limit_visits(&c);
	/* without a start the part's term may tell that there is cover, not that there is none */
	if (!weigh_terms(&c, result))
	{
		if (c.has_start)
			appendStringInfoString(&c.basis, "; no warranty_term fits");
	}
	else if (!c.has_start && result->covers == 0)
		result->warranty_class = NULL;
	if (result->warranty_class != NULL)
	{
		exclude(&c, result);
		find_remedies(&c, result);
	}
	result->basis = c.basis.data;
	result->clauses = c.clauses.data;
}
