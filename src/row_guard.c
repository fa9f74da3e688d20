/*-------------------------------------------------------------------------
 *
 * row_guard.c
 *	  Judges a row of a desk table by the row guards of its ticket's policy.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "utils/rel.h"

#include "app_event.h"
#include "expression.h"
#include "row.h"

static bool
concerns(const PolicyRowGuard *g, const char *table, bool is_insert)
{
	return strcmp(g->table, table) == 0 && (is_insert ? g->on_insert : g->on_update);
}

/* The guards of this table that do not hold; who may not write at all is refused. */
static List *
unmet_guards(Judgement *j, const char *table, bool is_insert)
{
	List	   *unmet = NIL;
	int			i;

	for (i = 0; i < j->pt->nrow_guards; i++)
	{
		PolicyRowGuard *g = &j->pt->row_guards[i];

		if (!concerns(g, table, is_insert) || !as_expr_holds(j->st, j->pv, g->condition))
			continue;
		as_require_role_by(j, g->any_role, &g->roles, psprintf(_("write such a row of %s"), table),
						   g->guard, g->clauses);
		if (!as_expr_holds(j->st, j->pv, g->requires))
			unmet = lappend(unmet, g);
	}
	return unmet;
}

static void
refuse_unmet(const Judgement *j, const char *table, List *guards)
{
	StringInfoData names;
	StringInfoData clauses;
	StringInfoData detail;
	ListCell   *lc;

	initStringInfo(&names);
	initStringInfo(&clauses);
	initStringInfo(&detail);
	foreach(lc, guards)
	{
		const PolicyRowGuard *g = lfirst(lc);

		appendStringInfo(&names, "%s%s", names.len > 0 ? "," : "", g->guard);
		as_merge_clauses(&clauses, g->clauses);
		appendStringInfo(&detail, "%s: %s\n", g->guard,
						 as_message(g->message_en, g->message_zh));
	}
	appendStringInfoString(&detail, as_refusal_line(j, names.data, clauses.data));
	ereport(ERROR,
			(errcode(ERRCODE_SV_GUARD_NOT_MET),
			 errmsg("a row of table \"%s\" may not be like this", table),
			 errdetail_internal("%s", detail.data),
			 errhint("Provide what is missing, in the same statement or before it."),
			 errtable(j->rel),
			 err_generic_string(PG_DIAG_CONSTRAINT_NAME, ((PolicyRowGuard *) linitial(guards))->guard)));
}

/*
 * Emits the events of rows of the ticket that statements still running have
 * written before this one, if a guard asks about the ticket: many rows in one
 * statement are judged as if one by one.  Returns the ticket as it is then.
 */
static const TicketRow *
catch_up(Judgement *j, const char *table, bool is_insert, const TicketRow *ticket)
{
	int			i;

	for (i = 0; i < j->pt->nrow_guards; i++)
	{
		PolicyRowGuard *g = &j->pt->row_guards[i];

		if (!concerns(g, table, is_insert) || !as_expr_asks(j->st, j->pv, g->requires) ||
			!as_expr_holds(j->st, j->pv, g->condition))
			continue;
		as_say_early(j->desk, j->ticket_id);
		return as_deform(j->desk, as_lock_ticket(j->st, j->ticket_id, CurrentMemoryContext));
	}
	return ticket;
}

/*
 * as_judge_row_guards judges a row that is to be written to a table.  old is
 * NULL for an INSERT, ticket for a row that belongs to none.  Guard functions
 * read the ticket j->ticket_id as of j->at.  Errors: SV002, SV003.
 */
void
as_judge_row_guards(Judgement *j, const char *table, const TicketRow *new, const TicketRow *old,
					const TicketRow *ticket)
{
	GuardTicket hand = {j->st, j->ticket_id, j->at, as_guard_ticket, j->pt};
	List	   *volatile unmet = NIL;
	bool		any = false;
	int			i;

	for (i = 0; i < j->pt->nrow_guards && !any; i++)
		any = concerns(&j->pt->row_guards[i], table, old == NULL);
	if (!any)
		return;
	as_expr_set_ticket(j->st, ticket == NULL ? as_empty_row(j->desk) : ticket);
	as_expr_set_row(j->st, j->rel, new, old);
	if (ticket != NULL && as_has_unsaid(j->desk, j->ticket_id))
	{
		ticket = catch_up(j, table, old == NULL, ticket);
		as_expr_set_ticket(j->st, ticket);
	}
	hand.row = ticket;
	as_guard_ticket = &hand;
	PG_TRY();
	{
		unmet = unmet_guards(j, table, old == NULL);
	}
	PG_FINALLY();
	{
		as_guard_ticket = hand.outer;
	}
	PG_END_TRY();
	if (unmet != NIL)
		refuse_unmet(j, table, unmet);
}
