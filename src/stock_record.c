/*-------------------------------------------------------------------------
 *
 * stock_record.c
 *	  AFTER STATEMENT on stock_move: everything that follows from moves.
 *
 * The transition table is read up to three times, always row by row: to check
 * the moves and sum them up; once more where a balance needs its history; and
 * for what rows mean one by one: row guards, hand-outs, the tickets' events.
 * The last is left out when no row of the statement means any of that.  Locks
 * are taken between the first two, see stock.h.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"

#include "app_event.h"
#include "policy.h"
#include "row.h"
#include "stock.h"

PG_FUNCTION_INFO_V1(as_stock_record);

typedef struct Recording
{
	AsStatement *st;
	TriggerData *trigdata;
	const int  *column;
	TupleTableSlot *slot;
	Balances   *balances;
	Serials    *serials;		/* NULL: none are moved */
	int64		ntickets;
	int64		maxtickets;
	int64	   *tickets;		/* with repetitions */
	bool		has_story;		/* rows must be judged one by one */
	int64		last_ticket;	/* the one that ticket is */
	TicketRow  *ticket;
	List	   *meanings;		/* RowMeaning * of tickets */
} Recording;

/* ---------- reading the rows ---------- */

/* Calls a function for each row, in the statement's row memory. */
static void
each_row(Recording *r, void (*take) (Recording *r, const TicketRow *row, StockMove *m))
{
	Tuplestorestate *store = r->trigdata->tg_newtable;

	tuplestore_select_read_pointer(store, tuplestore_alloc_read_pointer(store, 0));
	while (tuplestore_gettupleslot(store, true, false, r->slot))
	{
		MemoryContext old = MemoryContextSwitchTo(r->st->rowcxt);
		TicketRow  *row = as_row_from_slot(r->slot);
		StockMove	m;

		CHECK_FOR_INTERRUPTS();
		as_stock_read(r->st, r->column, row, &m);
		take(r, row, &m);
		MemoryContextSwitchTo(old);
		MemoryContextReset(r->st->rowcxt);
	}
}

/* Which policy judges it: that of the ticket, the slip, the place. */
static const char *
policy_of(const AsStatement *st, const StockMove *m)
{
	return st->posting != NULL ? st->posting->policy : as_place_policy(m);
}

static bool
has_exchange(const StockMove *m)
{
	return m->purpose->has_exchange && (m->ticket_id != 0 || m->part->exchange == EXCHANGE_LOANER);
}

static void
note_ticket(Recording *r, int64 ticket_id)
{
	if (r->ntickets > 0 && r->tickets[r->ntickets - 1] == ticket_id)
		return;
	if (r->tickets == NULL)
		r->tickets = MemoryContextAlloc(r->st->cxt, sizeof(int64) * (r->maxtickets = 8));
	else if (r->ntickets == r->maxtickets)
		r->tickets = repalloc_huge(r->tickets, sizeof(int64) * (r->maxtickets *= 2));
	r->tickets[r->ntickets++] = ticket_id;
}

static void
sum_up(Recording *r, const TicketRow *row, StockMove *m)
{
	as_stock_check(r->st, r->column, row, m);
	as_balances_add(r->balances, m);
	if (m->serial_no != NULL)
	{
		if (r->serials == NULL)
			r->serials = as_serials(r->st);
		as_serials_add(r->serials, m);
	}
	if (m->ticket_id != 0)
		note_ticket(r, m->ticket_id);
	if (has_exchange(m))
		as_exchange_expect(r->st, m);
	r->has_story = r->has_story || m->ticket_id != 0 || policy_of(r->st, m) != NULL || has_exchange(m);
}

static void
sum_again(Recording *r, const TicketRow *row, StockMove *m)
{
	as_balances_again(r->balances, m);
}

/* ---------- tickets ---------- */

static int
compare_ids(const void *a, const void *b)
{
	int64		x = *(const int64 *) a;
	int64		y = *(const int64 *) b;

	return x < y ? -1 : x > y;
}

/* Locks the tickets by id; the only one is kept. */
static void
lock_tickets(Recording *r)
{
	int64		i;

	qsort(r->tickets, r->ntickets, sizeof(int64), compare_ids);
	for (i = 0; i < r->ntickets; i++)
	{
		HeapTuple	tuple;

		if (i > 0 && r->tickets[i] == r->tickets[i - 1])
			continue;
		tuple = as_lock_ticket(r->st, r->tickets[i], r->ntickets == 1 ? r->st->cxt : r->st->rowcxt);
		if (tuple == NULL)
			elog(ERROR, "a move is for a ticket that is not there");
		if (r->ntickets == 1)
		{
			MemoryContext old = MemoryContextSwitchTo(r->st->cxt);

			r->ticket = as_deform(r->st->desk, tuple);
			r->last_ticket = r->tickets[0];
			MemoryContextSwitchTo(old);
		}
		else
			MemoryContextReset(r->st->rowcxt);
	}
}

/* The ticket of a move, which is locked, after what time has done to it. */
static TicketRow *
settled_ticket(Recording *r, Judgement *j, const StockMove *m)
{
	DeskRow		desk_row = {.rel = j->rel};
	TicketRow  *ticket;
	TicketRow  *settled;

	if (r->last_ticket == j->ticket_id && r->ticket != NULL)
	{
		ticket = r->ticket;
		j->from = j->to = as_row_text(j->desk, ticket, TC_STATUS);
		as_find_ticket_policy(j, ticket);
	}
	else
		ticket = as_desk_ticket(j, &desk_row, "stock_move_ticket_fkey");
	if (!TNULL(j->desk, ticket, TC_VOIDED_AT))
		as_refuse_void(j);
	settled = as_desk_settled(j, &desk_row, "stock_move_ticket_fkey", ticket, m->happened_at);
	if (settled != ticket)
		r->ticket = NULL;		/* it is not as it was */
	return settled;
}

/* When a move happened for its ticket, whose history is not written backwards. */
static TimestampTz
moment_of(const Judgement *j, const TicketRow *ticket, const StockMove *m, const char *event)
{
	return as_moment(j, m->happened_at != j->st->now, m->happened_at,
					 DatumGetTimestampTz(TVAL(j->desk, ticket, TC_EVENT_AT)),
					 DatumGetTimestampTz(TVAL(j->desk, ticket, TC_OPENED_AT)), event);
}

static void
push_text(JsonbParseState **ps, const char *key, const char *value)
{
	JsonbValue	v;

	if (value == NULL)
		return;
	v = as_json_string(value);
	as_json_put_key(ps, key);
	pushJsonbValue(ps, WJB_VALUE, &v);
}

static void
push_id(JsonbParseState **ps, const char *key, int64 id)
{
	JsonbValue	v;

	if (id == 0)
		return;
	v = as_json_integer(id);
	as_json_put_key(ps, key);
	pushJsonbValue(ps, WJB_VALUE, &v);
}

/* What the event of a move says. */
static Jsonb *
move_data(const StockMove *m, Datum quantity)
{
	JsonbParseState *ps = NULL;
	JsonbValue	v;

	pushJsonbValue(&ps, WJB_BEGIN_OBJECT, NULL);
	push_id(&ps, "move_id", m->move_id);
	push_text(&ps, "purpose", m->purpose->name);
	push_text(&ps, "part_no", m->part->part_no);
	v.type = jbvNumeric;
	v.val.numeric = DatumGetNumeric(quantity);
	as_json_put_key(&ps, "quantity");
	pushJsonbValue(&ps, WJB_VALUE, &v);
	push_text(&ps, "serial_no", m->serial_no);
	push_text(&ps, "from_location", m->from->location);
	push_text(&ps, "to_location", m->to->location);
	push_id(&ps, "exchange_id", m->exchange_id);
	push_id(&ps, "reversal_of", m->reversal_of);
	return JsonbValueToJsonb(pushJsonbValue(&ps, WJB_END_OBJECT, NULL));
}

static Emission
emission(const StockMove *m, const char *event, TimestampTz at, Jsonb *data)
{
	Emission	e = {.ticket_id = m->ticket_id, .event = pstrdup(event), .at = at};

	if (data != NULL)
		e.data = memcpy(palloc(VARSIZE(data)), data, VARSIZE(data));
	return e;
}

/* Leaves the events of a move for the end, or for a guard that asks before. */
static void
leave_meaning(Recording *r, const StockMove *m, const char *event, TimestampTz at, Datum quantity, bool balanced)
{
	Jsonb	   *data = move_data(m, quantity);
	MemoryContext old = MemoryContextSwitchTo(r->st->cxt);
	RowMeaning *meaning = palloc0(sizeof(RowMeaning));

	meaning->emission = emission(m, event, at, data);
	if (balanced)
	{
		Emission   *e = palloc(sizeof(Emission));

		*e = emission(m, "stock:balanced", at, NULL);
		meaning->more = list_make1(e);
	}
	r->meanings = lappend(r->meanings, meaning);
	as_meaning_unsaid(r->st, meaning);
	MemoryContextSwitchTo(old);
}

static void
emit_meanings(Recording *r)
{
	int			max = 0;
	int			n = 0;
	Emission   *emissions;
	ListCell   *lc;
	ListCell   *more;

	foreach(lc, r->meanings)
		max += 1 + list_length(((RowMeaning *) lfirst(lc))->more);
	emissions = palloc_extended(sizeof(Emission) * Max(max, 1), MCXT_ALLOC_HUGE);
	foreach(lc, r->meanings)
	{
		RowMeaning *m = lfirst(lc);

		if (m->is_said)
			continue;
		emissions[n++] = m->emission;
		foreach(more, m->more)
			emissions[n++] = *(Emission *) lfirst(more);
	}
	as_emit(r->st, r->st->row_origin, n, emissions);
}

/* ---------- row by row ---------- */

/* The policy that judges a move without a ticket, if there is one. */
static void
take_policy(Judgement *j, const StockMove *m)
{
	const char *policy = policy_of(j->st, m);

	if (policy == NULL)
		return;
	j->pv = as_policy_in_force(j->st->cache, policy, j->st->now);
	if (j->pv == NULL)
		as_stock_refuse(j->st, ERRCODE_SV_UNKNOWN_VALUE, NULL, NULL,
						psprintf(_("no version of policy \"%s\" is in force"), policy), NULL,
						_("Name the policy; install_policy() and activate_policy() put one in force."));
	j->pt = j->pv->no_type;
}

/* The row as guards are to see it. */
static TicketRow
judged_row(const Recording *r, const TicketRow *row, const StockMove *m)
{
	int			natts = RelationGetDescr(r->trigdata->tg_relation)->natts;
	TicketRow	copy;

	copy.values = memcpy(palloc(natts * sizeof(Datum)), row->values, natts * sizeof(Datum));
	copy.nulls = memcpy(palloc(natts * sizeof(bool)), row->nulls, natts * sizeof(bool));
	if (has_exchange(m))
	{
		SVAL(&copy, r->column, SC_EXCHANGE_ID) = Int64GetDatum(m->exchange_id);
		SNULL(&copy, r->column, SC_EXCHANGE_ID) = m->exchange_id == 0;
		SVAL(&copy, r->column, SC_IS_OTHER_MODEL) = BoolGetDatum(m->is_other_model);
		SNULL(&copy, r->column, SC_IS_OTHER_MODEL) = false;
	}
	return copy;
}

static void
tell_row(Recording *r, const TicketRow *row, StockMove *m)
{
	Judgement	j = {.st = r->st, .desk = r->st->desk, .rel = r->trigdata->tg_relation,
	.ticket_id = m->ticket_id, .at = m->happened_at};
	const char *event = m->reversal_of != 0 ? "stock:reversal" : psprintf("stock:%s", m->purpose->name);
	TicketRow  *ticket = NULL;
	TicketRow	judged;
	bool		balanced = false;

	if (m->ticket_id != 0)
	{
		ticket = settled_ticket(r, &j, m);
		j.at = moment_of(&j, ticket, m, event);
	}
	else
		take_policy(&j, m);
	if (has_exchange(m))
		as_exchange_find(r->st, m);
	judged = judged_row(r, row, m);
	if (j.pt != NULL)
		as_judge_row_guards(&j, "stock_move", &judged, NULL, ticket);
	if (has_exchange(m))
		balanced = as_exchange_apply(r->st, m, ticket, j.pv);
	if (m->ticket_id != 0)
		leave_meaning(r, m, event, j.at, SVAL(row, r->column, SC_QUANTITY), balanced);
}

/*
 * aftersales.stock_record()
 */
Datum
as_stock_record(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	AsStatement *st;
	Recording	r = {.trigdata = trigdata};

	as_check_trigger(fcinfo, "stock_record", TRIGGER_EVENT_AFTER, false);
	as_check_tables(trigdata, false);
	st = as_statement_find(RelationGetRelid(trigdata->tg_relation), trigdata->tg_event);
	if (tuplestore_tuple_count(trigdata->tg_newtable) > 0)
	{
		SPI_connect();
		/* what is read under the latest snapshot sees the statement's rows */
		CommandCounterIncrement();
		r.st = st;
		r.column = as_stock_columns(st, trigdata->tg_relation);
		r.slot = MakeSingleTupleTableSlot(RelationGetDescr(trigdata->tg_relation), &TTSOpsMinimalTuple);
		r.balances = as_balances(st);
		st->row_origin = ORIGIN_STOCK;
		each_row(&r, sum_up);
		lock_tickets(&r);
		if (as_balances_write(r.balances))
		{
			each_row(&r, sum_again);
			as_balances_check(r.balances);
		}
		if (r.serials != NULL)
			as_serials_write(r.serials);
		if (r.has_story)
			each_row(&r, tell_row);
		if (r.meanings != NIL)
			emit_meanings(&r);
		ExecDropSingleTupleTableSlot(r.slot);
		SPI_finish();
	}
	as_statement_drop(st);
	return PointerGetDatum(NULL);
}
