/*-------------------------------------------------------------------------
 *
 * stock_judge.c
 *	  BEFORE ROW on stock_move: fills in what a move leaves out.
 *
 * It takes no locks and changes nothing but NEW, so that AFTER STATEMENT can
 * take all locks of a statement in one order.  What is in the table in the
 * end is checked there (stock_check.c), whatever other triggers have done.
 *
 * A slip or count that is posted inserts its moves with StockPosting armed
 * for one statement on stock_move; only such moves carry a slip_id or
 * count_id.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/rel.h"

#include "stock.h"

PG_FUNCTION_INFO_V1(as_stock_judge);

static Oid	posting_relid = InvalidOid;
static StockPosting posting_armed;

/* A row being filled in. */
typedef struct MoveInput
{
	AsStatement *st;
	const int  *column;
	TicketRow	row;
	bool		of_reversal;	/* takes back what is itself a reversal */
	bool		time_given;
} MoveInput;

#define IVAL(in, col)	SVAL(&(in)->row, (in)->column, col)
#define INULL(in, col)	SNULL(&(in)->row, (in)->column, col)

/* ---------- posting ---------- */

/*
 * as_stock_post runs an INSERT into stock_move for a slip or count, whose
 * policy it reads first.  The caller is connected to SPI.
 */
void
as_stock_post(AsStatement *st, PlanId policy_plan, PlanId plan, const StockPosting *posting)
{
	int64		id = posting->slip_id != 0 ? posting->slip_id : posting->count_id;
	Datum		value = Int64GetDatum(id);

	if (as_run_read(st->desk, policy_plan, &value) != 1)
		elog(ERROR, "slip or count %lld is gone", (long long) id);
	posting_armed = *posting;
	posting_armed.policy = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	posting_relid = as_desk_relid(st->desk, "stock_move");
	as_run(st->desk, plan, &value, NULL, NULL);
}

/*
 * as_posting_take returns what the statement that begins on this table posts,
 * once; NULL for an application's.
 */
const StockPosting *
as_posting_take(AsStatement *st, Oid relid)
{
	StockPosting *posting;

	if (!OidIsValid(posting_relid) || posting_relid != relid)
		return NULL;
	posting = MemoryContextAlloc(st->cxt, sizeof(StockPosting));
	*posting = posting_armed;
	posting->policy = posting_armed.policy == NULL ? NULL : MemoryContextStrdup(st->cxt, posting_armed.policy);
	as_posting_forget();
	return posting;
}

/*
 * as_posting_forget is called when a (sub)transaction ends.
 */
void
as_posting_forget(void)
{
	posting_relid = InvalidOid;
}

/* ---------- filling in ---------- */

static void
put(MoveInput *in, StockColumn col, Datum value)
{
	IVAL(in, col) = value;
	INULL(in, col) = false;
}

static void
put_text(MoveInput *in, StockColumn col, const char *value)
{
	put(in, col, CStringGetTextDatum(value));
}

static void
put_if_null(MoveInput *in, StockColumn col, const char *value)
{
	if (INULL(in, col))
		put_text(in, col, value);
}

static void
refuse_owned(MoveInput *in)
{
	static const StockColumn owned[] = {
		SC_GRADE_STEP, SC_IS_OTHER_MODEL, SC_SLIP_ID, SC_COUNT_ID, SC_RECORDED_AT, SC_RECORDED_BY
	};
	int			i;

	for (i = 0; i < lengthof(owned); i++)
		if (!INULL(in, owned[i]))
			as_stock_refuse(in->st, ERRCODE_SV_PROTECTED, as_stock_column[owned[i]], NULL,
							psprintf(_("column \"%s\" is written by triggers only"), as_stock_column[owned[i]]), NULL,
							_("Leave the column out; slips and counts make their moves when they are posted."));
}

static void
refuse_other(MoveInput *in, StockColumn col)
{
	as_stock_refuse(in->st, ERRCODE_SV_UNKNOWN_VALUE, as_stock_column[col], NULL,
					psprintf(_("a reversal takes move %lld back as it was"),
							 (long long) DatumGetInt64(IVAL(in, SC_REVERSAL_OF))),
					psprintf(_("Column \"%s\" says otherwise."), as_stock_column[col]),
					_("Give nothing but reversal_of, and perhaps happened_at, note, handed_to, document_no and external_ref."));
}

/* A reversal says which move it takes back; all else is that move's. */
static void
fill_from_original(MoveInput *in)
{
	static const StockColumn mirrored[] = {
		SC_PART_NO, SC_FROM_CONDITION, SC_TO_CONDITION, SC_OWNER, SC_QUANTITY, SC_FROM_LOCATION,
		SC_TO_LOCATION, SC_SERIAL_NO, SC_TICKET_ID, SC_PURPOSE, SC_EXCHANGE_ID
	};
	MemoryContext cxt = CurrentMemoryContext;
	bool		isnull;
	int			i;

	SPI_connect();
	if (as_run_read(in->st->desk, PLAN_STOCK_ORIGINAL, &IVAL(in, SC_REVERSAL_OF)) == 0)
		as_stock_refuse(in->st, ERRCODE_FOREIGN_KEY_VIOLATION, "reversal_of", "stock_move_reversal_of_fkey",
						psprintf(_("there is no move %lld"), (long long) DatumGetInt64(IVAL(in, SC_REVERSAL_OF))), NULL,
						_("Give the move_id of the move that is to be taken back."));
	for (i = 0; i < lengthof(mirrored); i++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[0];
		Form_pg_attribute att = TupleDescAttr(SPI_tuptable->tupdesc, i);
		Datum		value = SPI_getbinval(tuple, SPI_tuptable->tupdesc, i + 1, &isnull);
		MemoryContext old = MemoryContextSwitchTo(cxt);

		if (!INULL(in, mirrored[i]) &&
			(isnull || !datum_image_eq(value, IVAL(in, mirrored[i]), att->attbyval, att->attlen)))
			refuse_other(in, mirrored[i]);
		if (!isnull)
			put(in, mirrored[i], datumCopy(value, att->attbyval, att->attlen));
		MemoryContextSwitchTo(old);
	}
	(void) SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, lengthof(mirrored) + 1, &isnull);
	in->of_reversal = !isnull;
	SPI_finish();
}

/* A time up to aftersales.clock_skew ahead is taken as now. */
static void
take_time(MoveInput *in)
{
	TimestampTz now = in->st->now;
	TimestampTz at = INULL(in, SC_HAPPENED_AT) ? now : DatumGetTimestampTz(IVAL(in, SC_HAPPENED_AT));

	in->time_given = !INULL(in, SC_HAPPENED_AT);
	if (at > now && !TIMESTAMP_NOT_FINITE(at))
	{
		if (at - now > (int64) as_setting_clock_skew * 1000)
			as_stock_refuse(in->st, ERRCODE_SV_TIME_OUT_OF_ORDER, "happened_at", NULL,
							_("the reported time lies in the future"),
							psprintf(_("It is later than now by more than aftersales.clock_skew (%d ms)."),
									 as_setting_clock_skew),
							_("Report when it happened, or leave the time out for now."));
		at = now;
	}
	put(in, SC_HAPPENED_AT, TimestampTzGetDatum(at));
}

/* What was asked for, if the part was handed out instead of another one. */
static void
take_grade_step(MoveInput *in)
{
	const StockPart *part;
	bool		known;
	int			step;

	if (INULL(in, SC_SUBSTITUTE_FOR) || INULL(in, SC_PART_NO))
		return;
	part = as_stock_part(in->st, TextDatumGetCString(IVAL(in, SC_PART_NO)));
	if (part == NULL)
		return;					/* its foreign key refuses it */
	step = as_grade_step(in->st, part, TextDatumGetCString(IVAL(in, SC_SUBSTITUTE_FOR)), &known);
	if (known)
		put(in, SC_GRADE_STEP, Int16GetDatum(step));
}

static void
fill(MoveInput *in)
{
	const StockPosting *posting = in->st->posting;
	const StockPurpose *purpose;

	put_if_null(in, SC_PURPOSE, "transfer");
	put_if_null(in, SC_OWNER, "own");
	if (INULL(in, SC_QUANTITY))
		put(in, SC_QUANTITY, as_quantity_datum(QUANTITY_SCALE));
	purpose = as_purpose_of(in->st, TextDatumGetCString(IVAL(in, SC_PURPOSE)));
	put_if_null(in, SC_FROM_CONDITION, as_condition_name[as_purpose_condition(purpose)]);
	if (INULL(in, SC_TO_CONDITION))
		put(in, SC_TO_CONDITION, IVAL(in, SC_FROM_CONDITION));
	take_time(in);
	take_grade_step(in);
	put(in, SC_RECORDED_AT, TimestampTzGetDatum(in->st->recorded_at));
	put_text(in, SC_RECORDED_BY, as_actor(in->st)->login);
	if (posting != NULL && posting->slip_id != 0)
		put(in, SC_SLIP_ID, Int64GetDatum(posting->slip_id));
	if (posting != NULL && posting->count_id != 0)
		put(in, SC_COUNT_ID, Int64GetDatum(posting->count_id));
}

/* ---------- retries ---------- */

/* Of what may be NULL, what stands for that in PLAN_STOCK_REF. */
static Datum
or_else(MoveInput *in, StockColumn col, Datum none)
{
	return INULL(in, col) ? none : IVAL(in, col);
}

/*
 * Whether a move of this external_ref is there.  Then it is a retry: the
 * unique index refuses it, or ON CONFLICT skips it.  It must be the same move.
 */
static bool
is_repeated(MoveInput *in)
{
	static const StockColumn plain[] = {
		SC_PART_NO, SC_FROM_CONDITION, SC_TO_CONDITION, SC_OWNER, SC_QUANTITY, SC_FROM_LOCATION, SC_TO_LOCATION
	};
	Datum		none = CStringGetTextDatum("");
	TimestampTz at;
	Datum		values[16];
	bool		found;
	bool		isnull;
	int			i;

	at = DatumGetTimestampTz(IVAL(in, SC_HAPPENED_AT));
	if (INULL(in, SC_EXTERNAL_REF) || TIMESTAMP_NOT_FINITE(at))
		return false;			/* a CHECK refuses such a time */
	values[0] = IVAL(in, SC_EXTERNAL_REF);
	for (i = 0; i < lengthof(plain); i++)
	{
		if (INULL(in, plain[i]))
			return false;		/* NOT NULL refuses it */
		values[1 + i] = IVAL(in, plain[i]);
	}
	values[8] = or_else(in, SC_SERIAL_NO, none);
	values[9] = or_else(in, SC_TICKET_ID, Int64GetDatum(0));
	values[10] = IVAL(in, SC_PURPOSE);
	values[11] = or_else(in, SC_EXCHANGE_ID, Int64GetDatum(0));
	values[12] = or_else(in, SC_SUBSTITUTE_FOR, none);
	values[13] = or_else(in, SC_REVERSAL_OF, Int64GetDatum(0));
	/* a time ahead was taken as the now of then */
	values[14] = TimestampTzGetDatum(in->time_given ? at - (int64) as_setting_clock_skew * 1000 : DT_NOBEGIN);
	values[15] = TimestampTzGetDatum(in->time_given ? at : DT_NOEND);
	SPI_connect();
	found = as_run_read(in->st->desk, PLAN_STOCK_REF, values) > 0;
	if (found && !DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull)))
		as_stock_refuse(in->st, ERRCODE_SV_OTHER_CONTENTS, "external_ref", "stock_move_external_ref_key",
						_("a move of this external_ref was recorded with other contents"), NULL,
						_("Give every move an external_ref of its own, and retry it unchanged."));
	SPI_finish();
	return found;
}

/* A move is taken back once, and what takes it back stays. */
static void
check_reversal(MoveInput *in)
{
	SPI_connect();
	if (as_run_read(in->st->desk, PLAN_STOCK_REVERSED, &IVAL(in, SC_REVERSAL_OF)) > 0)
		as_stock_refuse(in->st, ERRCODE_SV_PROTECTED, "reversal_of", "stock_move_reversal_of_key",
						psprintf(_("move %lld has been reversed already"),
								 (long long) DatumGetInt64(IVAL(in, SC_REVERSAL_OF))), NULL,
						_("A move is reversed once; record what happened since as a further move."));
	if (in->of_reversal)
		as_stock_refuse(in->st, ERRCODE_SV_PROTECTED, "reversal_of", NULL,
						psprintf(_("move %lld is itself a reversal"),
								 (long long) DatumGetInt64(IVAL(in, SC_REVERSAL_OF))), NULL,
						_("Record the move anew instead of reversing its reversal."));
	SPI_finish();
}

/*
 * aftersales.stock_judge()
 */
Datum
as_stock_judge(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	TupleTableSlot *slot;
	MoveInput	in = {0};
	int			natts;

	as_check_trigger(fcinfo, "stock_judge", TRIGGER_EVENT_BEFORE, true);
	slot = trigdata->tg_trigslot;
	natts = RelationGetDescr(trigdata->tg_relation)->natts;
	in.st = as_statement_find(RelationGetRelid(trigdata->tg_relation), trigdata->tg_event);
	in.column = as_stock_columns(in.st, trigdata->tg_relation);
	slot_getallattrs(slot);
	in.row.values = memcpy(palloc(natts * sizeof(Datum)), slot->tts_values, natts * sizeof(Datum));
	in.row.nulls = memcpy(palloc(natts * sizeof(bool)), slot->tts_isnull, natts * sizeof(bool));

	refuse_owned(&in);
	if (!INULL(&in, SC_REVERSAL_OF))
		fill_from_original(&in);
	fill(&in);
	if (!is_repeated(&in) && !INULL(&in, SC_REVERSAL_OF))
		check_reversal(&in);
	return PointerGetDatum(heap_form_tuple(RelationGetDescr(trigdata->tg_relation), in.row.values, in.row.nulls));
}
