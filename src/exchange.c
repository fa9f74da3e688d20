/*-------------------------------------------------------------------------
 *
 * exchange.c
 *	  What moves make of hand-outs: which one a move belongs to, and how it
 *	  carries that on.
 *
 * A move belongs to one hand-out.  Its writer may say which; else it is found:
 * of those it fits the one that needs it most, then the oldest.  Where only
 * several together would do, the move is refused rather than given to one of
 * them, which then could never be balanced.
 *
 * One for one is kept by adding up: as many defective ones are to be taken out
 * or kept as good ones were installed.  It does not matter which came first.
 * A part that was removed before anything was handed out for it has a row
 * already; what is handed out or installed then joins that row.
 *
 * Returning and losing may be about a good part or about one that was taken
 * out.  Which of them it was stands in the move: is_other_model is NULL for
 * the good ones.  With part_exchange.location, NULL where nothing was handed
 * out, that is all it takes to add a hand-out up from its moves again.
 *
 * Strings and hand-outs live in the caller's memory, that of the row.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "exchange.h"

/* What a move is to find in a hand-out. */
typedef enum Need
{
	NEED_GOOD,					/* good ones that are still out */
	NEED_DEFECTIVE,				/* defective ones that are not back yet */
	NEED_ROOM,					/* good ones that await a defective one */
	NEED_SURPLUS				/* defective ones that await a good one */
} Need;

/* What a move adds to a hand-out. */
typedef struct Effect
{
	int64		count[EXCHANGE_COUNTS];
	bool		is_defective;	/* it is about the part that was taken out */
} Effect;

/* ---------- counting ---------- */

static int64
awaiting(const Exchange *e)
{
	return e->count[HANDED_OUT] - e->count[RETURNED] - e->count[LOST] - e->count[REMOVED] - e->count[KEPT];
}

static bool
is_consistent(const Exchange *e)
{
	int			i;

	for (i = 0; i < EXCHANGE_COUNTS; i++)
		if (e->count[i] < 0)
			return false;
	return e->count[INSTALLED] + e->count[RETURNED] + e->count[LOST] <= e->count[HANDED_OUT] &&
		e->count[DEFECTIVE_RETURNED] + e->count[DEFECTIVE_LOST] <= e->count[REMOVED];
}

static bool
is_balanced(const Exchange *e)
{
	return e->count[HANDED_OUT] == e->count[INSTALLED] + e->count[RETURNED] + e->count[LOST] &&
		e->count[REMOVED] == e->count[DEFECTIVE_RETURNED] + e->count[DEFECTIVE_LOST] &&
		(e->mode != EXCHANGE_ONE_FOR_ONE || e->count[INSTALLED] <= e->count[REMOVED] + e->count[KEPT]);
}

/* Whether what was installed by it came from elsewhere than somebody's hands. */
static bool
is_own_stock(const Exchange *e)
{
	return e->location == NULL && e->count[HANDED_OUT] > 0;
}

/* ---------- what a move adds ---------- */

/* Of a return or a loss. */
static bool
ends_good(const StockMove *m, const Exchange *e)
{
	return e->location != NULL && e->left >= m->quantity &&
		(m->from_condition == CONDITION_GOOD || m->part->exchange == EXCHANGE_LOANER);
}

/*
 * What a move adds to a hand-out.  Returns false when the hand-out does not
 * have so much left.
 */
static bool
effect_of(const StockMove *m, const Exchange *e, Effect *x)
{
	int64		q = m->quantity;

	memset(x, 0, sizeof(*x));
	switch (m->purpose->id)
	{
		case PURPOSE_ISSUE:
		case PURPOSE_LOAN:
			x->count[HANDED_OUT] = q;
			return !is_own_stock(e);
		case PURPOSE_INSTALL:
			x->count[INSTALLED] = q;
			if (e->location == NULL)
				x->count[HANDED_OUT] = q;
			return e->location == NULL || e->left >= q;
		case PURPOSE_RETURN:
		case PURPOSE_LOAN_RETURN:
		case PURPOSE_RETURN_DEFECTIVE:
		case PURPOSE_LOSE:
			x->is_defective = m->purpose->id == PURPOSE_RETURN_DEFECTIVE || !ends_good(m, e);
			if (m->purpose->id == PURPOSE_LOSE)
				x->count[x->is_defective ? DEFECTIVE_LOST : LOST] = q;
			else
				x->count[x->is_defective ? DEFECTIVE_RETURNED : RETURNED] = q;
			return !x->is_defective || e->defective_left >= q;
		case PURPOSE_REMOVE:
			x->is_defective = true;
			x->count[REMOVED] = q;
			if (!m->to->in_hands)
				x->count[DEFECTIVE_RETURNED] = q;
			return true;
		case PURPOSE_KEEP:
			x->is_defective = true;
			x->count[KEPT] = q;
			return true;
		default:
			elog(ERROR, "purpose \"%s\" is not part of a hand-out", m->purpose->name);
			return false;		/* keep compiler quiet */
	}
}

/*
 * The same of a reversal: what the move that it takes back had added, less
 * than nothing.  False when something that came after hangs on it.
 */
static bool
effect_of_reversal(const StockMove *m, const Exchange *e, const ReversedMove *o, Effect *x)
{
	int64		q = -m->quantity;

	memset(x, 0, sizeof(*x));
	x->is_defective = o->is_defective;
	switch (m->purpose->id)
	{
		case PURPOSE_ISSUE:
		case PURPOSE_LOAN:
			x->count[HANDED_OUT] = q;
			return e->left + q >= 0;
		case PURPOSE_INSTALL:
			x->count[INSTALLED] = q;
			if (e->location == NULL)
				x->count[HANDED_OUT] = q;
			return true;
		case PURPOSE_RETURN:
		case PURPOSE_LOAN_RETURN:
		case PURPOSE_RETURN_DEFECTIVE:
			x->count[o->is_defective ? DEFECTIVE_RETURNED : RETURNED] = q;
			return true;
		case PURPOSE_LOSE:
			x->count[o->is_defective ? DEFECTIVE_LOST : LOST] = q;
			return true;
		case PURPOSE_REMOVE:
			x->count[REMOVED] = q;
			if (!m->from->in_hands)
				x->count[DEFECTIVE_RETURNED] = q;
			return !m->from->in_hands || e->defective_left + q >= 0;
		case PURPOSE_KEEP:
			x->count[KEPT] = q;
			return true;
		default:
			elog(ERROR, "purpose \"%s\" is not part of a hand-out", m->purpose->name);
			return false;		/* keep compiler quiet */
	}
}

/* ---------- finding ---------- */

static bool
is_of_part(const StockMove *m, const Exchange *e)
{
	return e->of_part > 0 || strcmp(e->part_no, m->part->part_no) == 0 ||
		(e->defective_part_no != NULL && strcmp(e->defective_part_no, m->part->part_no) == 0);
}

/* Whether the part may stand in for the hand-out's, as far as is known. */
static bool
is_akin(AsStatement *st, const StockMove *m, const Exchange *e)
{
	const StockPart *part;

	if (is_of_part(m, e))
		return true;
	if (e->mode != EXCHANGE_ONE_FOR_ONE)
		return false;
	part = as_stock_part(st, e->part_no);
	return part == NULL || part->component == NULL || m->part->component == NULL ||
		strcmp(part->component, m->part->component) == 0;
}

/* How many a hand-out has of what the move needs; 0 or less: it does not fit. */
static int64
amount_of(AsStatement *st, const StockMove *m, const Exchange *e, Need need)
{
	switch (need)
	{
		case NEED_GOOD:
			return e->location == NULL ? 0 : e->left;
		case NEED_DEFECTIVE:
			return e->defective_left;
		case NEED_ROOM:
			return e->mode == m->part->exchange && is_akin(st, m, e) ? awaiting(e) : 0;
		case NEED_SURPLUS:
			if (e->mode != EXCHANGE_ONE_FOR_ONE || m->part->exchange != EXCHANGE_ONE_FOR_ONE ||
				(m->purpose->id == PURPOSE_INSTALL ? e->location != NULL : is_own_stock(e)))
				return 0;
			return is_akin(st, m, e) ? -awaiting(e) : 0;
	}
	return 0;
}

/* Of those with enough the one of the highest rank is taken, then the oldest. */
static int
rank_of(const StockMove *m, const Exchange *e, Need need)
{
	switch (need)
	{
		case NEED_GOOD:
			return strcmp(e->location, m->from->location) == 0;
		case NEED_DEFECTIVE:
			return 0;
		case NEED_ROOM:
			return (is_of_part(m, e) ? 2 : 0) +
				(e->count[INSTALLED] - e->count[REMOVED] - e->count[KEPT] >= m->quantity ? 1 : 0);
		case NEED_SURPLUS:
			return is_of_part(m, e);
	}
	return 0;
}

/*
 * The hand-out that has what a move needs, NULL when there is none.  What
 * several have of it is added to shared.
 */
static Exchange *
look_for(AsStatement *st, const StockMove *m, Exchange *rows, int n, Need need, int64 *shared)
{
	Exchange   *best = NULL;
	Exchange   *last = NULL;
	int64		sum = 0;
	int			best_rank = 0;
	int			some = 0;
	int			i;

	for (i = 0; i < n; i++)
	{
		Exchange   *e = &rows[i];
		int64		amount = amount_of(st, m, e, need);

		if (amount <= 0)
			continue;
		some++;
		sum += amount;
		last = e;
		if (amount >= m->quantity && (best == NULL || rank_of(m, e, need) > best_rank))
		{
			best = e;
			best_rank = rank_of(m, e, need);
		}
	}
	/* more may be handed out than was taken out so far */
	if (best == NULL && need == NEED_SURPLUS && some == 1)
		best = last;
	*shared += best == NULL ? sum : 0;
	return best;
}

/*
 * A row of what was taken out before anything was handed out for it, in which
 * more of the same goes.
 */
static Exchange *
removed_before(const StockMove *m, Exchange *rows, int n)
{
	int			i;

	for (i = 0; i < n; i++)
		if (rows[i].mode == m->part->exchange && rows[i].count[HANDED_OUT] == 0 &&
			rows[i].count[REMOVED] + rows[i].count[KEPT] > 0 &&
			strcmp(rows[i].part_no, m->part->part_no) == 0 && m->serial_no == NULL)
			return &rows[i];
	return NULL;
}

static void
refuse_shared(AsStatement *st, const StockMove *m)
{
	as_stock_refuse(st, ERRCODE_SV_PARTS_NOT_BALANCED, "quantity", "part_exchange_pkey",
					_("a move is about one hand-out"),
					psprintf(_("No hand-out fits all %s of part \"%s\", some fit a part of it."),
							 as_quantity_text(m->quantity), m->part->part_no),
					_("Write a move for each, or name the hand-out in exchange_id."));
}

static void
refuse_too_much(AsStatement *st, const StockMove *m)
{
	const char *detail;

	if (m->purpose->id == PURPOSE_RETURN_DEFECTIVE)
		as_stock_refuse(st, ERRCODE_SV_PARTS_NOT_BALANCED, "quantity", "part_exchange_pkey",
						_("more defective parts would come back than were taken out"),
						psprintf(_("No hand-out has %s of part \"%s\" that were taken out and are not back."),
								 as_quantity_text(m->quantity), m->part->part_no),
						_("Record what was taken out (remove) first, for the same ticket."));
	detail = m->serial_no == NULL ?
		psprintf(_("No hand-out has %s of part \"%s\" left."), as_quantity_text(m->quantity), m->part->part_no) :
		psprintf(_("No hand-out has this serial number of part \"%s\" left."), m->part->part_no);
	as_stock_refuse(st, ERRCODE_SV_PARTS_NOT_BALANCED, "quantity", "part_exchange_pkey",
					_("more would come back than was handed out"), detail,
					_("What was handed out for a ticket comes back for that ticket; a loan without one comes back without one."));
}

static void
refuse_exchange(AsStatement *st, const StockMove *m, const char *detail)
{
	as_stock_refuse(st, ERRCODE_SV_UNKNOWN_VALUE, "exchange_id", "stock_move_exchange_fkey",
					psprintf(_("the move does not belong to hand-out %lld"), (long long) m->exchange_id), detail,
					_("Leave exchange_id out and it is found, or take it from the table part_exchange."));
}

/* The hand-out that a writer has named. */
static Exchange *
named_exchange(AsStatement *st, const StockMove *m)
{
	Exchange   *e = as_exchange_get(st, m);
	Effect		x;

	if (e == NULL || e->ticket_id != m->ticket_id)
		refuse_exchange(st, m, m->ticket_id != 0 ? _("It is not one of the move's ticket.") :
						_("It is one for a ticket."));
	if (m->ticket_id == 0 && (m->purpose->id == PURPOSE_LOAN ||
							  (m->serial_no == NULL && (e->location == NULL ||
														strcmp(e->location, m->from->location) != 0))))
		refuse_exchange(st, m,
						_("A loan without a ticket is a hand-out of its own, and comes back from where it was given."));
	if (e->mode != m->part->exchange)
		refuse_exchange(st, m, psprintf(_("Part \"%s\" is exchanged in another way."), m->part->part_no));
	if (!effect_of(m, e, &x))
	{
		if (m->purpose->id == PURPOSE_ISSUE)
			refuse_exchange(st, m, _("What was installed by it was not handed out."));
		refuse_too_much(st, m);
	}
	return e;
}

/* The hand-out that a move belongs to; NULL: it begins one. */
static Exchange *
found_exchange(AsStatement *st, const StockMove *m)
{
	/* what is taken from a store is not what somebody has in his hands */
	bool		in_hands = m->from->in_hands || m->serial_no != NULL;
	bool		comes_back = m->purpose->id == PURPOSE_RETURN || m->purpose->id == PURPOSE_LOAN_RETURN ||
		m->purpose->id == PURPOSE_RETURN_DEFECTIVE;
	int64		shared = 0;
	Exchange   *e = NULL;
	Exchange   *rows;
	int			n;

	if (m->purpose->id == PURPOSE_LOAN)
		return NULL;
	rows = as_exchanges_of(st, m, &n);
	switch (m->purpose->id)
	{
		case PURPOSE_ISSUE:
			e = look_for(st, m, rows, n, NEED_SURPLUS, &shared);
			break;
		case PURPOSE_INSTALL:
			if (in_hands)
				e = look_for(st, m, rows, n, NEED_GOOD, &shared);
			if (e == NULL && shared == 0)
				e = look_for(st, m, rows, n, NEED_SURPLUS, &shared);
			break;
		case PURPOSE_RETURN:
		case PURPOSE_LOAN_RETURN:
		case PURPOSE_LOSE:
			if (in_hands && (m->from_condition == CONDITION_GOOD || m->part->exchange == EXCHANGE_LOANER))
				e = look_for(st, m, rows, n, NEED_GOOD, &shared);
			if (e == NULL && in_hands)
				e = look_for(st, m, rows, n, NEED_DEFECTIVE, &shared);
			break;
		case PURPOSE_RETURN_DEFECTIVE:
			e = look_for(st, m, rows, n, NEED_DEFECTIVE, &shared);
			break;
		case PURPOSE_REMOVE:
		case PURPOSE_KEEP:
			e = look_for(st, m, rows, n, NEED_ROOM, &shared);
			if (e == NULL && shared == 0)
				e = removed_before(m, rows, n);
			break;
		default:
			break;
	}
	if (e == NULL && comes_back && shared < m->quantity)
		refuse_too_much(st, m);
	if (e == NULL && shared > 0)
		refuse_shared(st, m);
	return e;
}

static Exchange *
reversed_exchange(AsStatement *st, StockMove *m)
{
	Exchange   *e;

	as_exchange_reversed(st, m, &m->found->reversed);
	m->exchange_id = m->found->reversed.exchange_id;
	if (m->exchange_id == 0)
		return NULL;
	e = as_exchange_get(st, m);
	if (e == NULL)
		elog(ERROR, "hand-out %lld is gone", (long long) m->exchange_id);
	return e;
}

/*
 * as_exchange_find finds the hand-out that a move belongs to, see stock.h.
 */
void
as_exchange_find(AsStatement *st, StockMove *m)
{
	Exchange   *e;
	Effect		x;

	m->found = palloc0(sizeof(FoundExchange));
	if (m->reversal_of != 0)
	{
		m->found->exchange = reversed_exchange(st, m);
		m->is_other_model = m->found->reversed.is_other_model;
		return;
	}
	e = m->exchange_id != 0 ? named_exchange(st, m) : found_exchange(st, m);
	m->found->exchange = e;
	m->exchange_id = e == NULL ? 0 : e->exchange_id;
	m->is_other_model = e != NULL && e->count[HANDED_OUT] > 0 && e->of_part <= 0 &&
		strcmp(e->part_no, m->part->part_no) != 0 && effect_of(m, e, &x) && x.is_defective;
}

/* ---------- carrying on ---------- */

static Exchange *
new_exchange(const StockMove *m)
{
	Exchange   *e = palloc0(sizeof(Exchange));

	e->ticket_id = m->ticket_id;
	e->part_no = m->part->part_no;
	e->serial_no = m->serial_no;
	e->mode = m->part->exchange;
	e->issued_at = m->happened_at;
	return e;
}

static void
take_effect(Exchange *e, const Effect *x)
{
	int			i;

	for (i = 0; i < EXCHANGE_COUNTS; i++)
		e->count[i] += x->count[i];
}

/* What else a move says about its hand-out. */
static void
describe(Exchange *e, const StockMove *m, const Effect *x)
{
	e->issued_at = Min(e->issued_at, m->happened_at);
	if (x->count[HANDED_OUT] > 0)
	{
		e->part_no = m->part->part_no;
		e->serial_no = m->serial_no;
		if (m->purpose->id != PURPOSE_INSTALL)
			e->location = m->to->location;
	}
	if (m->purpose->id == PURPOSE_REMOVE || m->purpose->id == PURPOSE_KEEP)
	{
		e->defective_part_no = m->part->part_no;
		e->defective_serial_no = m->serial_no;
	}
	if (m->purpose->id == PURPOSE_REMOVE)
	{
		e->removed_at = e->has_removed_at ? Max(e->removed_at, m->happened_at) : m->happened_at;
		e->has_removed_at = true;
	}
}

static void
refuse_reversal(AsStatement *st, const StockMove *m)
{
	as_stock_refuse(st, ERRCODE_SV_PARTS_NOT_BALANCED, "reversal_of", "part_exchange_pkey",
					psprintf(_("move %lld cannot be taken back: later ones hang on it"), (long long) m->reversal_of),
					m->purpose->id == PURPOSE_REMOVE ? _("What was taken out has come back, or is lost.") :
					_("What was handed out was installed, has come back, or is lost."),
					_("Reverse the later moves of the hand-out first."));
}

/* Since when nothing of it is outstanding. */
static void
balance(Exchange *e, const StockMove *m)
{
	if (!is_balanced(e))
		e->is_balanced = false;
	else if (!e->is_balanced)
	{
		e->is_balanced = true;
		e->balanced_at = Max(m->happened_at, e->issued_at);
		if (e->has_removed_at)
			e->balanced_at = Max(e->balanced_at, e->removed_at);
	}
}

/*
 * as_exchange_apply carries on the hand-out that as_exchange_find has found,
 * see stock.h.
 */
bool
as_exchange_apply(AsStatement *st, StockMove *m, const TicketRow *ticket, const PolicyVersion *pv)
{
	bool		is_reversal = m->reversal_of != 0;
	Exchange   *e = m->found->exchange;
	Effect		x;
	bool		fits;

	as_exchange_carried_on(st, m);
	/* what is lost need not have been handed out */
	if (e == NULL && (is_reversal || m->purpose->id == PURPOSE_LOSE))
		return false;
	if (e == NULL)
		e = new_exchange(m);
	fits = is_reversal ? effect_of_reversal(m, e, &m->found->reversed, &x) : effect_of(m, e, &x);
	take_effect(e, &x);
	if (is_reversal && (!fits || !is_consistent(e)))
		refuse_reversal(st, m);
	if (!fits || !is_consistent(e))
		elog(ERROR, "hand-out %lld does not fit move %lld", (long long) m->exchange_id, (long long) m->move_id);
	if (is_reversal)
	{
		/* that of a move of the same statement is known only now */
		as_exchange_of_move(st, m, x.is_defective);
		as_exchange_describe_anew(st, e, m);
	}
	else
		describe(e, m, &x);
	balance(e, m);
	as_exchange_write(st, e);
	if (!is_reversal)
	{
		m->exchange_id = e->exchange_id;
		as_exchange_of_move(st, m, x.is_defective);
	}
	if (ticket != NULL)
		as_unit_swap(st, m, &m->found->reversed, ticket, pv);
	return e->is_balanced && m->ticket_id != 0 && !as_parts_outstanding(st, m->ticket_id);
}
