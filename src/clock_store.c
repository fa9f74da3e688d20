/*-------------------------------------------------------------------------
 *
 * clock_store.c
 *	  Reads the clocks of tickets from sla_clock and writes what a fold has
 *	  changed.
 *
 * The tickets are locked, so what was read is what there is.  Writes of one
 * kind go out together: those that end clocks before those that start some,
 * since a ticket may have one open clock of a name.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "clock.h"
#include "event.h"

#define NCOLS_SET	17
#define NCOLS_START 12

/* the columns of PLAN_CLOCKS_ONE and _MANY, in the order of the table's */
enum
{
	LOAD_CLOCK_ID, LOAD_TICKET_ID, LOAD_CLOCK, LOAD_CYCLE, LOAD_RULE, LOAD_TARGET, LOAD_STARTED_AT,
	LOAD_START_SEQ, LOAD_DUE_AT, LOAD_PAUSED, LOAD_REMAINING, LOAD_STOPPED_AT, LOAD_ENDED_AS,
	LOAD_BREACHED, LOAD_CLEARED, LOAD_NEXT_AT, LOAD_LATE_ENTRY, LOAD_ESCALATED, LOAD_CALENDAR,
	LOAD_CALENDAR_REV, NCOLS_LOAD
};

/* since the process began; sweep() takes differences */
static int64 breaches = 0;
static int64 escalations = 0;
static int64 clocks = 0;

static const char *const ended_as[] = {NULL, "stopped", "cancelled", "voided"};

int64
as_breaches_written(void)
{
	return breaches;
}

int64
as_clocks_written(void)
{
	return clocks;
}

int64
as_escalations_written(void)
{
	return escalations;
}

/* ---------- reading ---------- */

static bool
is_text(Datum value, const char *s)
{
	const text *t = DatumGetTextPP(value);
	size_t		len = strlen(s);

	return VARSIZE_ANY_EXHDR(t) == len && memcmp(VARDATA_ANY(t), s, len) == 0;
}

static const ClockRule *
find_rule(const PolicyType *pt, Datum rule)
{
	int			i;

	for (i = 0; i < pt->nrules; i++)
		if (is_text(rule, pt->rules[i].rule))
			return &pt->rules[i];
	return NULL;
}

/* Whether what remains of a clock is days. */
static bool
counts_days(const FoldClock *c)
{
	return c->rule != NULL && as_unit_is_day(c->rule->unit) && !c->has_due_from;
}

static bool
get_time(Datum value, bool isnull, TimestampTz *at)
{
	*at = isnull ? 0 : DatumGetTimestampTz(value);
	return !isnull;
}

/* One row of PLAN_CLOCKS_ONE or _MANY. */
static void
read_clock(Fold *f, const Datum *values, const bool *nulls)
{
	FoldClock  *c = as_fold_new_clock(f);

	c->clock_id = DatumGetInt64(values[LOAD_CLOCK_ID]);
	c->rule = find_rule(f->pt, values[LOAD_RULE]);
	c->rule_name = c->rule != NULL ? c->rule->rule : TextDatumGetCString(values[LOAD_RULE]);
	c->clock = c->rule != NULL ? c->rule->clock : TextDatumGetCString(values[LOAD_CLOCK]);
	c->cycle = DatumGetInt32(values[LOAD_CYCLE]);
	c->started_at = DatumGetTimestampTz(values[LOAD_STARTED_AT]);
	c->start_seq = DatumGetInt32(values[LOAD_START_SEQ]);
	c->has_due = get_time(values[LOAD_DUE_AT], nulls[LOAD_DUE_AT], &c->due_at);
	c->is_paused = get_time(values[LOAD_PAUSED], nulls[LOAD_PAUSED], &c->paused_since);

	/* without the target that its rule may have: due at a promised time */
	c->has_due_from = c->rule != NULL && nulls[LOAD_TARGET] &&
		(c->rule->due_promised || c->rule->due_expr >= 0) && (c->has_due || c->is_paused);
	c->due_from = c->due_at;
	c->has_remaining = !nulls[LOAD_REMAINING];
	if (c->has_remaining)
	{
		const Interval *left = DatumGetIntervalP(values[LOAD_REMAINING]);

		c->remaining = counts_days(c) ? left->day : left->time;
	}
	(void) get_time(values[LOAD_STOPPED_AT], nulls[LOAD_STOPPED_AT], &c->stopped_at);
	c->ended_as = CLOCK_OPEN;
	if (!nulls[LOAD_ENDED_AS])
		for (c->ended_as = CLOCK_STOPPED; !is_text(values[LOAD_ENDED_AS], ended_as[c->ended_as]); c->ended_as++)
			;
	c->is_breached = DatumGetBool(values[LOAD_BREACHED]);
	c->is_cleared = DatumGetBool(values[LOAD_CLEARED]);
	c->has_next = get_time(values[LOAD_NEXT_AT], nulls[LOAD_NEXT_AT], &c->next_at);
	c->has_late_entry = get_time(values[LOAD_LATE_ENTRY], nulls[LOAD_LATE_ENTRY], &c->late_entry_at);
	c->escalated = (uint32) DatumGetInt32(values[LOAD_ESCALATED]);
	if (!nulls[LOAD_CALENDAR])
	{
		c->calendar_rev = DatumGetInt32(values[LOAD_CALENDAR_REV]);
		if (c->ended_as == CLOCK_OPEN)
			c->calendar = as_calendar_get(f->st->cache, TextDatumGetCString(values[LOAD_CALENDAR]),
										  c->calendar_rev);
	}
	/* one of a group that was missed while others run has nothing to come */
	c->is_late = (c->is_breached && !c->is_cleared) ||
		(c->ended_as == CLOCK_OPEN && c->rule != NULL && c->rule->any_of != NULL &&
		 c->has_due && !c->has_next);
}

static int
compare_folds(const void *a, const void *b)
{
	const Fold *const *x = a;
	const Fold *const *y = b;

	return (*x)->ticket_id < (*y)->ticket_id ? -1 : (*x)->ticket_id > (*y)->ticket_id;
}

static int
compare_clocks(const void *a, const void *b)
{
	const FoldClock *x = a;
	const FoldClock *y = b;

	return x->clock_id < y->clock_id ? -1 : x->clock_id > y->clock_id;
}

/*
 * as_clocks_load reads the stored clocks of tickets into their folds, which
 * have none yet, in the order of their ids.
 *
 * Ordered here and not by the statement: for the few clocks of a ticket,
 * setting up a sort costs more than finding them.
 */
void
as_clocks_load(AsStatement *st, int n, Fold *const *folds)
{
	Fold	   *f = folds[0];
	Fold	  **sorted = NULL;
	SPITupleTable *table;
	Datum		values[NCOLS_LOAD];
	bool		nulls[NCOLS_LOAD];
	Datum		ids;
	int			nrows;
	int			i;

	if (n == 1)
		ids = Int64GetDatum(f->ticket_id);
	else
	{
		ArrayBuildState *array = initArrayResult(INT8OID, CurrentMemoryContext, false);

		sorted = palloc(sizeof(Fold *) * n);
		memcpy(sorted, folds, sizeof(Fold *) * n);
		qsort(sorted, n, sizeof(Fold *), compare_folds);
		for (i = 0; i < n; i++)
			as_accum(array, Int64GetDatum(sorted[i]->ticket_id), false, INT8OID);
		ids = as_array(array);
	}
	nrows = as_run(st->desk, n == 1 ? PLAN_CLOCKS_ONE : PLAN_CLOCKS_MANY, &ids, NULL, NULL);
	table = SPI_tuptable;
	for (i = 0; i < nrows; i++)
	{
		int64		id;

		heap_deform_tuple(table->vals[i], table->tupdesc, values, nulls);
		id = DatumGetInt64(values[LOAD_TICKET_ID]);
		if (n > 1 && id != f->ticket_id)
		{
			Fold		key = {.ticket_id = id};
			Fold	   *keyp = &key;

			f = *(Fold **) bsearch(&keyp, sorted, n, sizeof(Fold *), compare_folds);
		}
		read_clock(f, values, nulls);
	}
	SPI_freetuptable(table);
	for (i = 0; i < n; i++)
		if (folds[i]->nclocks > 1)
			qsort(folds[i]->clocks, folds[i]->nclocks, sizeof(FoldClock), compare_clocks);
}

/* ---------- writing clocks ---------- */

/* Rows of one kind of write, as parameters of a plan. */
typedef struct Rows
{
	PlanId		one;
	PlanId		two;			/* the same as one: there is none */
	PlanId		many;
	int			ncols;
	const Oid  *types;
	int			n;
	int			max;
	Datum	   *values;
	char	   *nulls;
	FoldClock **clocks;
} Rows;

static const Oid end_types[] = {INT8OID, TIMESTAMPTZOID, TEXTOID, BOOLOID};
static const Oid set_types[] = {
	INT8OID, INT4OID, TEXTOID, INTERVALOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TIMESTAMPTZOID,
	INTERVALOID, TIMESTAMPTZOID, TEXTOID, BOOLOID, TIMESTAMPTZOID, INT4OID, TEXTOID, INT4OID,
	BOOLOID, TIMESTAMPTZOID
};
static const Oid start_types[] = {
	INT8OID, TEXTOID, INT4OID, TEXTOID, INTERVALOID, TIMESTAMPTZOID, INT4OID, TIMESTAMPTZOID,
	TIMESTAMPTZOID, TEXTOID, INT4OID, TIMESTAMPTZOID
};

static void
rows_init(Rows *rows, PlanId one, PlanId many, int ncols, const Oid *types)
{
	memset(rows, 0, sizeof(*rows));
	rows->one = rows->two = one;
	rows->many = many;
	rows->ncols = ncols;
	rows->types = types;
}

/* Makes room for a row and returns its values; nulls are set to none. */
static Datum *
rows_add(Rows *rows, FoldClock *c, char **nulls)
{
	if (rows->n == rows->max)
	{
		int			max = Max(4, rows->max * 2);

		rows->values = rows->max == 0 ? palloc(sizeof(Datum) * max * rows->ncols) :
			repalloc(rows->values, sizeof(Datum) * max * rows->ncols);
		rows->nulls = rows->max == 0 ? palloc(max * rows->ncols) :
			repalloc(rows->nulls, max * rows->ncols);
		rows->clocks = rows->max == 0 ? palloc(sizeof(FoldClock *) * max) :
			repalloc(rows->clocks, sizeof(FoldClock *) * max);
		rows->max = max;
	}
	rows->clocks[rows->n] = c;
	*nulls = &rows->nulls[rows->n * rows->ncols];
	memset(*nulls, ' ', rows->ncols);
	return &rows->values[rows->n++ * rows->ncols];
}

static void
rows_write(AsStatement *st, Rows *rows)
{
	Datum		values[NCOLS_SET];
	int			first;
	int			i;
	int			k;

	for (first = 0; first < rows->n; first += WRITE_BATCH)
	{
		int			last = Min(first + WRITE_BATCH, rows->n);

		if (last - first == 2 && rows->two != rows->one)
		{
			(void) as_run(st->desk, rows->two, &rows->values[first * rows->ncols],
						  &rows->nulls[first * rows->ncols], "sla_clock");
			continue;
		}
		if (last - first <= 2)
		{
			for (i = first; i < last; i++)
				(void) as_run(st->desk, rows->one, &rows->values[i * rows->ncols],
							  &rows->nulls[i * rows->ncols], "sla_clock");
			continue;
		}
		for (k = 0; k < rows->ncols; k++)
		{
			ArrayBuildState *a = initArrayResult(rows->types[k], CurrentMemoryContext, false);

			for (i = first; i < last; i++)
				as_accum(a, rows->values[i * rows->ncols + k],
						 rows->nulls[i * rows->ncols + k] == 'n', rows->types[k]);
			values[k] = as_array(a);
		}
		(void) as_run(st->desk, rows->many, values, NULL, "sla_clock");
	}
}

static void
put_time(Datum *value, char *null, bool is_set, TimestampTz at)
{
	*value = TimestampTzGetDatum(at);
	*null = is_set ? ' ' : 'n';
}

static void
put_target(const FoldClock *c, Datum *value, char *null)
{
	bool		is_set = c->rule != NULL && c->rule->target != NULL && !c->has_due_from;

	*value = is_set ? IntervalPGetDatum(c->rule->target) : (Datum) 0;
	*null = is_set ? ' ' : 'n';
}

static Datum
remaining_datum(const FoldClock *c)
{
	Interval   *span = palloc0(sizeof(Interval));

	if (counts_days(c))
		span->day = c->remaining;
	else
		span->time = c->remaining;
	return IntervalPGetDatum(span);
}

static void
add_set(Rows *rows, FoldClock *c)
{
	char	   *nulls;
	Datum	   *values = rows_add(rows, c, &nulls);

	values[0] = Int64GetDatum(c->clock_id);
	values[1] = Int32GetDatum(c->cycle);
	values[2] = CStringGetTextDatum(c->rule_name);
	put_target(c, &values[3], &nulls[3]);
	values[4] = TimestampTzGetDatum(c->started_at);
	put_time(&values[5], &nulls[5], c->has_due, c->due_at);
	put_time(&values[6], &nulls[6], c->is_paused, c->paused_since);
	values[7] = c->has_remaining ? remaining_datum(c) : (Datum) 0;
	nulls[7] = c->has_remaining ? ' ' : 'n';
	put_time(&values[8], &nulls[8], c->ended_as != CLOCK_OPEN, c->stopped_at);
	values[9] = c->ended_as == CLOCK_OPEN ? (Datum) 0 : CStringGetTextDatum(ended_as[c->ended_as]);
	nulls[9] = c->ended_as == CLOCK_OPEN ? 'n' : ' ';
	values[10] = BoolGetDatum(c->is_breached);
	put_time(&values[11], &nulls[11], c->has_next, c->next_at);
	values[12] = Int32GetDatum((int32) c->escalated);
	values[13] = c->rule == NULL || c->rule->calendar == NULL ? (Datum) 0 :
		CStringGetTextDatum(c->rule->calendar);
	nulls[13] = c->rule == NULL || c->rule->calendar == NULL ? 'n' : ' ';
	values[14] = Int32GetDatum(c->calendar_rev);
	nulls[14] = nulls[13];
	values[15] = BoolGetDatum(c->is_cleared);
	put_time(&values[16], &nulls[16], c->has_late_entry, c->late_entry_at);
}

static void
add_end(Rows *rows, FoldClock *c)
{
	char	   *nulls;
	Datum	   *values = rows_add(rows, c, &nulls);

	values[0] = Int64GetDatum(c->clock_id);
	values[1] = TimestampTzGetDatum(c->stopped_at);
	values[2] = CStringGetTextDatum(ended_as[c->ended_as]);
	values[3] = BoolGetDatum(c->is_breached);
}

static void
add_start(Rows *rows, const Fold *f, FoldClock *c)
{
	char	   *nulls;
	Datum	   *values = rows_add(rows, c, &nulls);

	values[0] = Int64GetDatum(f->ticket_id);
	values[1] = c->rule->clock_text;
	values[2] = Int32GetDatum(c->cycle);
	values[3] = c->rule->rule_text;
	put_target(c, &values[4], &nulls[4]);
	values[5] = TimestampTzGetDatum(c->started_at);
	values[6] = Int32GetDatum(c->start_seq);
	put_time(&values[7], &nulls[7], c->has_due, c->due_at);
	put_time(&values[8], &nulls[8], c->has_next, c->next_at);
	values[9] = c->rule->calendar == NULL ? (Datum) 0 : CStringGetTextDatum(c->rule->calendar);
	nulls[9] = c->rule->calendar == NULL ? 'n' : ' ';
	values[10] = Int32GetDatum(c->calendar_rev);
	nulls[10] = nulls[9];
	put_time(&values[11], &nulls[11], c->has_late_entry, c->late_entry_at);
}

/* Whether a new clock has more to it than its start. */
static bool
is_more_than_started(const Fold *f, const FoldClock *c)
{
	return c->ended_as != CLOCK_OPEN || c->is_paused || c->is_late || c->breach_new || c->escalated != 0;
}

/* A new clock with more to it goes in alone, and tells its id. */
static void
write_whole(AsStatement *st, const Fold *f, FoldClock *c)
{
	Datum		values[NCOLS_SET + 2];
	char		nulls[NCOLS_SET + 3];
	Rows		set;
	bool		isnull;

	rows_init(&set, PLAN_CLOCK_SET_ONE, PLAN_CLOCK_SET_MANY, NCOLS_SET, set_types);
	add_set(&set, c);
	values[0] = Int64GetDatum(f->ticket_id);
	values[1] = c->rule->clock_text;
	values[2] = Int32GetDatum(c->start_seq);
	memcpy(&values[3], &set.values[1], sizeof(Datum) * (NCOLS_SET - 1));
	memset(nulls, ' ', 3);
	memcpy(&nulls[3], &set.nulls[1], NCOLS_SET - 1);
	nulls[NCOLS_SET + 2] = '\0';
	if (as_run(st->desk, PLAN_CLOCK_WHOLE, values, nulls, "sla_clock") != 1)
		ereport(ERROR,
				(errcode(ERRCODE_SV_PROTECTED),
				 errmsg("a trigger on table \"%s\" has suppressed a clock", "sla_clock"),
				 errhint("Remove the trigger, or let it return NEW.")));
	c->clock_id = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	SPI_freetuptable(SPI_tuptable);
}

/* ---------- breaches and escalations ---------- */

static void
write_breach(AsStatement *st, const FoldClock *c)
{
	Datum		values[6];
	char		nulls[7] = "      ";

	values[0] = Int64GetDatum(c->clock_id);
	values[1] = TimestampTzGetDatum(c->breach_at);
	values[2] = TimestampTzGetDatum(st->recorded_at);
	values[3] = Int64GetDatum(c->breach_by.org_id);
	nulls[3] = c->breach_by.has_org ? ' ' : 'n';
	values[4] = c->breach_by.assignee == NULL ? (Datum) 0 : CStringGetTextDatum(c->breach_by.assignee);
	nulls[4] = c->breach_by.assignee == NULL ? 'n' : ' ';
	values[5] = c->rule->responsible == NULL ? (Datum) 0 : CStringGetTextDatum(c->rule->responsible);
	nulls[5] = c->rule->responsible == NULL ? 'n' : ' ';
	breaches += as_run(st->desk, PLAN_BREACH, values, nulls, "sla_breach");
}

static void
write_breach_change(AsStatement *st, const FoldClock *c)
{
	Datum		values[4];
	char		nulls[5] = "    ";

	values[0] = Int64GetDatum(c->clock_id);
	values[1] = TimestampTzGetDatum(st->recorded_at);
	nulls[1] = c->breach_cleared ? ' ' : 'n';
	(void) as_run(st->desk, PLAN_CLEAR_BREACH, values, nulls, "sla_breach");
	if (c->breach_cleared || !c->breach_new)
		return;
	values[1] = TimestampTzGetDatum(c->breach_at);
	nulls[1] = ' ';
	values[2] = Int64GetDatum(c->breach_by.org_id);
	nulls[2] = c->breach_by.has_org ? ' ' : 'n';
	values[3] = c->breach_by.assignee == NULL ? (Datum) 0 : CStringGetTextDatum(c->breach_by.assignee);
	nulls[3] = c->breach_by.assignee == NULL ? 'n' : ' ';
	(void) as_run(st->desk, PLAN_BREACH_BY, values, nulls, "sla_breach");
}

static void
write_fired(AsStatement *st, const Fold *f, const FiredLevel *fired, TimestampTz now)
{
	static const char *const actions[] = {"notify", "set", "move"};
	const char *recipient = fired->level->recipient;
	Datum		values[6];
	char		nulls[7] = "      ";
	int64		clock_id = f->clocks[fired->clock].clock_id;

	if (fired->next != NULL)
		write_fired(st, f, fired->next, now);
	values[0] = Int64GetDatum(clock_id);
	values[1] = Int32GetDatum(fired->level->level);
	values[2] = TimestampTzGetDatum(fired->at);
	values[3] = TimestampTzGetDatum(now);
	values[4] = CStringGetTextDatum(actions[fired->level->action]);
	values[5] = recipient == NULL ? (Datum) 0 : CStringGetTextDatum(recipient);
	nulls[5] = recipient == NULL ? 'n' : ' ';
	escalations += as_run(st->desk, PLAN_ESCALATION, values, nulls, "sla_escalation");
	if (recipient == NULL)
		return;
	values[0] = Int64GetDatum(f->ticket_id);
	values[1] = Int64GetDatum(clock_id);
	values[2] = Int32GetDatum(fired->level->level);
	values[3] = CStringGetTextDatum(recipient);
	values[4] = TimestampTzGetDatum(fired->at);
	values[5] = TimestampTzGetDatum(now);
	(void) as_run(st->desk, PLAN_OUTBOX, values, NULL, "outbox");
}

/* ---------- all of it ---------- */

/*
 * as_clocks_write writes what folds have changed.  now: the instant that due
 * times are compared with, to find when there is something to do next.
 */
void
as_clocks_write(AsStatement *st, int n, Fold *const *folds, TimestampTz now)
{
	Rows		ends;
	Rows		sets;
	Rows		opens;
	Rows		starts;
	int			i;
	int			k;

	rows_init(&ends, PLAN_CLOCK_END_ONE, PLAN_CLOCK_END_MANY, lengthof(end_types), end_types);
	rows_init(&sets, PLAN_CLOCK_SET_ONE, PLAN_CLOCK_SET_MANY, NCOLS_SET, set_types);
	rows_init(&opens, PLAN_CLOCK_SET_ONE, PLAN_CLOCK_SET_MANY, NCOLS_SET, set_types);
	rows_init(&starts, PLAN_CLOCK_START_ONE, PLAN_CLOCK_START_MANY, NCOLS_START, start_types);
	starts.two = PLAN_CLOCK_START_TWO;
	for (i = 0; i < n; i++)
	{
		for (k = 0; k < folds[i]->nclocks; k++)
		{
			FoldClock  *c = &folds[i]->clocks[k];

			if (!c->is_changed || c->is_phantom)
				continue;
			clocks++;
			if (c->is_retimed)
				as_fold_next(folds[i], c, now);
			c->is_breached = c->is_breached || c->breach_new;
			if (c->clock_id == 0)
			{
				if (!is_more_than_started(folds[i], c))
					add_start(&starts, folds[i], c);
			}
			else if (c->ended_as == CLOCK_OPEN)
				add_set(&opens, c);
			else if (c->is_rewritten)
				add_set(&sets, c);
			else
				add_end(&ends, c);
		}
	}
	rows_write(st, &ends);
	rows_write(st, &sets);
	rows_write(st, &opens);
	for (i = 0; i < n; i++)
		for (k = 0; k < folds[i]->nclocks; k++)
		{
			FoldClock  *c = &folds[i]->clocks[k];

			if (c->is_changed && !c->is_phantom && c->clock_id == 0 && is_more_than_started(folds[i], c))
				write_whole(st, folds[i], c);
			if (c->is_replayed)
				write_breach_change(st, c);
			else if (c->breach_new && c->is_changed)
				write_breach(st, c);
		}
	rows_write(st, &starts);
	for (i = 0; i < n; i++)
		if (folds[i]->fired != NULL)
			write_fired(st, folds[i], folds[i]->fired, now);
}
