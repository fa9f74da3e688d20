/*-------------------------------------------------------------------------
 *
 * row.c
 *	  The triggers of desk tables whose rows belong to a ticket.
 *
 * BEFORE ROW locks the ticket, carries out what time has done to it, keeps
 * what is an event already, lets the table's own function and the policy's
 * row guards judge the row, and leaves what it means (RowMeaning).  AFTER
 * STATEMENT emits the events of the rows that have come into the table.
 *
 * Every write of such a row moves the ticket's chain, be it by an event
 * <table>:changed.  So two sessions that write about one ticket meet at its
 * row, and guards may read these tables.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/rel.h"

#include "row.h"
#include "settle.h"

PG_FUNCTION_INFO_V1(as_row_judge);
PG_FUNCTION_INFO_V1(as_row_record);

static bool
has_column(Relation rel, const char *column)
{
	return SPI_fnumber(RelationGetDescr(rel), column) > 0;
}

/*
 * as_row_refuse raises what is wrong with a row.  column is the one at fault,
 * NULL for none.
 */
void
as_row_refuse(const RowJudgement *rj, int sqlstate, const char *column, const char *message,
			  const char *detail, const char *hint, const char *clauses)
{
	const char *line = rj->ticket != NULL ? as_refusal_line(&rj->j, NULL, clauses) :
		rj->j.ticket_id == 0 ? psprintf("table=%s", rj->table->name) :
		psprintf("ticket=%lld table=%s", (long long) rj->j.ticket_id, rj->table->name);

	ereport(ERROR,
			(errcode(sqlstate),
			 errmsg_internal("%s", message),
			 errdetail_internal("%s%s%s%s%s", detail == NULL ? "" : detail, detail == NULL ? "" : "\n",
								line, column == NULL ? "" : " column=", column == NULL ? "" : column),
			 errhint("%s", hint),
			 column == NULL ? errtable(rj->j.rel) :
			 errtablecol(rj->j.rel, as_row_index(rj, column) + 1)));
	pg_unreachable();
}

/* ---------- what may not change ---------- */

static void
refuse_delete(Relation rel, const RowTable *table)
{
	ereport(ERROR,
			(errcode(ERRCODE_SV_PROTECTED),
			 errmsg("DELETE from table \"%s\" is not allowed", RelationGetRelationName(rel)),
			 table->ticket_fkey == NULL ? errdetail("What was written stays.") :
			 errdetail("Its rows stand in the history of tickets."),
			 errhint("What was wrong is put right by a further row, or by ending this one."),
			 errtable(rel)));
}

/* Columns only triggers write may be sent back as they were read. */
static void
keep_owned(RowJudgement *rj, const char *column)
{
	if (rj->old == NULL ? !as_row_isnull(rj, column) : as_row_changed(rj, column))
		as_row_refuse(rj, ERRCODE_SV_PROTECTED, column,
					  psprintf(_("column \"%s\" is written by triggers only"), column), NULL,
					  _("Leave the column out or send its old value back."), NULL);
}

/*
 * as_row_is_changed tells whether an UPDATE changes anything.
 */
bool
as_row_is_changed(const RowJudgement *rj)
{
	int			i;

	for (i = 0; i < RelationGetDescr(rj->j.rel)->natts; i++)
		if (as_row_changed_at(rj, i))
			return true;
	return false;
}

/* A time that came back rounded is the one that was read. */
static void
keep_rounded(RowJudgement *rj)
{
	TupleDesc	tupdesc = RelationGetDescr(rj->j.rel);
	int			i;

	for (i = 0; i < tupdesc->natts; i++)
		if (TupleDescAttr(tupdesc, i)->atttypid == TIMESTAMPTZOID &&
			!rj->old->nulls[i] && !rj->r.row.nulls[i] &&
			as_same_time(DatumGetTimestampTz(rj->old->values[i]), DatumGetTimestampTz(rj->r.row.values[i])))
			rj->r.row.values[i] = rj->old->values[i];
}

/* What a row is and where it belongs, which its events have told. */
static void
keep_identity(RowJudgement *rj)
{
	const char *fixed[3] = {rj->table->id};
	int			n = 1;
	int			i;

	if (has_column(rj->j.rel, "ticket_id"))
		fixed[n++] = "ticket_id";
	if (rj->table->milestones[0].by_kind)
		fixed[n++] = "kind";
	for (i = 0; i < n; i++)
		if (as_row_changed(rj, fixed[i]))
			as_row_refuse(rj, ERRCODE_SV_PROTECTED, fixed[i],
						  psprintf(_("a row of table \"%s\" stays what and where it is"), rj->table->name), NULL,
						  _("Insert a further row."), NULL);
}

static void
keep_fixed(RowJudgement *rj)
{
	const RowMilestone *m;
	bool		has_ended = rj->table->append_only;

	for (m = rj->table->milestones; m->column != NULL; m++)
	{
		int			i = as_row_index(rj, m->column);

		if (rj->old->nulls[i])
			continue;
		has_ended = has_ended || m->ends;
		if (!as_row_changed_at(rj, i))
			continue;
		if (rj->j.ticket_id == 0)
			as_row_refuse(rj, ERRCODE_SV_PROTECTED, m->column,
						  psprintf(_("column \"%s\" stays as it was set"), m->column), NULL,
						  _("Leave the column out or send its old value back."), NULL);
		as_row_refuse(rj, ERRCODE_SV_PROTECTED, m->column,
					  psprintf(_("column \"%s\" is an event of the ticket already"), m->column), NULL,
					  _("Leave the column out or send its old value back; aftersales.correct_event() puts the time of an event right."),
					  NULL);
	}
	keep_identity(rj);
	if (has_ended && as_row_is_changed(rj))
		as_row_refuse(rj, ERRCODE_SV_PROTECTED, NULL,
					  rj->table->append_only ?
					  psprintf(_("rows of table \"%s\" do not change"), rj->table->name) :
					  psprintf(_("this row of table \"%s\" has ended and does not change any more"), rj->table->name),
					  NULL, _("Insert a further row."), NULL);
}

/* ---------- what it means ---------- */

/* Only what AFTER STATEMENT needs goes into the statement's memory. */
static void
add_emission(RowJudgement *rj, const char *event, TimestampTz at, const Jsonb *data)
{
	MemoryContext cxt = MemoryContextSwitchTo(rj->j.st->cxt);
	Emission   *e = palloc0(sizeof(Emission));

	e->ticket_id = rj->j.ticket_id;
	e->event = pstrdup(event);
	e->at = at;
	e->data = memcpy(palloc(VARSIZE(data)), data, VARSIZE(data));
	rj->emissions = lappend(rj->emissions, e);
	MemoryContextSwitchTo(cxt);
}

/* Pushes the columns that have values, or of an UPDATE those that differ. */
static void
put_columns(JsonbParseState **ps, const RowJudgement *rj, const TicketRow *row)
{
	TupleDesc	tupdesc = RelationGetDescr(rj->j.rel);
	int			i;

	pushJsonbValue(ps, WJB_BEGIN_OBJECT, NULL);
	for (i = 0; i < tupdesc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(tupdesc, i);

		if (att->attisdropped || att->attgenerated != '\0' ||
			(rj->old == NULL ? row->nulls[i] : !as_row_changed_at(rj, i)))
			continue;
		as_json_put_key(ps, NameStr(att->attname));
		as_json_put_attribute(ps, att, row->values[i], row->nulls[i]);
	}
	pushJsonbValue(ps, WJB_END_OBJECT, NULL);
}

/* Data of the first event of a write: which row, and what is new in it. */
static Jsonb *
written_data(const RowJudgement *rj, int64 id)
{
	JsonbParseState *ps = NULL;
	JsonbValue	value = as_json_integer(id);

	pushJsonbValue(&ps, WJB_BEGIN_OBJECT, NULL);
	as_json_put_key(&ps, rj->table->id);
	pushJsonbValue(&ps, WJB_VALUE, &value);
	if (rj->old != NULL)
	{
		as_json_put_key(&ps, "old");
		put_columns(&ps, rj, rj->old);
	}
	as_json_put_key(&ps, "new");
	put_columns(&ps, rj, &rj->r.row);
	return JsonbValueToJsonb(pushJsonbValue(&ps, WJB_END_OBJECT, NULL));
}

/* Data of the others: which row. */
static Jsonb *
row_data(const RowJudgement *rj, int64 id)
{
	JsonbValue	value = as_json_integer(id);

	return as_json_object(CurrentMemoryContext, 1, &rj->table->id, &value);
}

/* A time promised for the ticket, as a row of promise would. */
static void
mean_promise(RowJudgement *rj)
{
	static const char *const key[] = {"promised_at"};
	const char *column = rj->table->promised;
	TimestampTz promised_at;
	JsonbValue	value;

	if (column == NULL || as_row_isnull(rj, column) || !as_row_changed(rj, column))
		return;
	promised_at = DatumGetTimestampTz(as_row_value(rj, column));
	if (TIMESTAMP_NOT_FINITE(promised_at) || promised_at <= rj->j.at)
		as_row_refuse(rj, ERRCODE_SV_TIME_OUT_OF_ORDER, column,
					  _("a promise must be for a time after it is made"),
					  psprintf(_("It was made at %s."), timestamptz_to_str(rj->j.at)),
					  _("Give the time that was promised."), NULL);
	value = as_json_time(promised_at);
	add_emission(rj, rj->table->promise_event, rj->j.at, as_json_object(CurrentMemoryContext, 1, key, &value));
}

/* The events of this write, in the order of the milestones. */
static void
mean_events(RowJudgement *rj)
{
	int64		id = DatumGetInt64(as_row_value(rj, rj->table->id));
	const RowMilestone *m;

	if (rj->old != NULL && !as_row_is_changed(rj))
		return;
	for (m = rj->table->milestones; m->column != NULL; m++)
	{
		int			i = as_row_index(rj, m->column);

		if (rj->r.row.nulls[i] || (rj->old != NULL && !rj->old->nulls[i]))
			continue;
		add_emission(rj, as_row_event(rj, m), DatumGetTimestampTz(rj->r.row.values[i]),
					 rj->emissions == NIL ? written_data(rj, id) : row_data(rj, id));
	}
	if (rj->emissions == NIL)
		add_emission(rj, psprintf("%s:changed", rj->table->name), rj->j.at, written_data(rj, id));
	mean_promise(rj);
}

static void
leave_meaning(RowJudgement *rj)
{
	RowMeaning *m;
	MemoryContext cxt;

	if (rj->ticket != NULL && rj->table->ticket_fkey != NULL)
		mean_events(rj);
	m = as_meaning_add(rj->j.st, &rj->r, DatumGetInt64(as_row_value(rj, rj->table->id)));
	m->at = rj->j.at;
	m->about = rj->about;
	if (rj->emissions == NIL)
		return;
	m->emission = *(Emission *) linitial(rj->emissions);
	cxt = MemoryContextSwitchTo(rj->j.st->cxt);
	m->more = list_copy_tail(rj->emissions, 1);
	MemoryContextSwitchTo(cxt);
	as_meaning_unsaid(rj->j.st, m);
}

/* ---------- judging ---------- */

/* The ticket, which is locked, after what time has done to it. */
static void
settle_ticket(RowJudgement *rj)
{
	Judgement  *j = &rj->j;
	TimestampTz at = j->st->now;
	TimestampTz given;

	if (!TNULL(j->desk, rj->ticket, TC_VOIDED_AT))
		as_row_refuse(rj, ERRCODE_SV_TRANSITION_NOT_ALLOWED, NULL,
					  psprintf(_("ticket %lld is void"), (long long) j->ticket_id), NULL,
					  _("Open a new ticket."), NULL);
	if (as_row_earliest_new(rj, &given))
		at = Min(at, given);
	rj->ticket = as_desk_settled(j, &rj->r, rj->table->ticket_fkey, rj->ticket, at);
}

/* A row without a ticket is judged by a policy all the same. */
static void
take_policy(RowJudgement *rj)
{
	Judgement  *j = &rj->j;
	char	   *policy = rj->table->policy != NULL ? rj->table->policy(rj) : as_row_get_text(rj, "policy");

	if (policy != NULL)
		j->pv = as_policy_in_force(j->st->cache, policy, j->st->now);
	if (j->pv == NULL)
		as_row_refuse(rj, ERRCODE_SV_UNKNOWN_VALUE, NULL,
					  policy == NULL ? psprintf(_("a row of table \"%s\" without a ticket needs a policy"), rj->table->name) :
					  psprintf(_("no version of policy \"%s\" is in force"), policy), NULL,
					  _("Name the policy; install_policy() and activate_policy() put one in force."), NULL);
	j->pt = j->pv->no_type;
}

/* What may not be null gets something, in a row that will not come in. */
static void
fill_required(RowJudgement *rj)
{
	const RowTable *table = rj->table;

	if (table->repeated != NULL)
		table->repeated(rj);
	if (table->milestones[0].column != NULL && as_row_isnull(rj, table->milestones[0].column))
		as_row_put(rj, table->milestones[0].column, TimestampTzGetDatum(rj->j.st->now));
	if (table->actor != NULL && as_row_isnull(rj, table->actor))
		as_row_put(rj, table->actor, CStringGetTextDatum(as_actor(rj->j.st)->login));
}

/*
 * A retry, whose external_ref is taken, is not judged: the unique index
 * refuses it, or ON CONFLICT skips it, whatever has happened to the ticket
 * since.  Whoever has the ticket locked sees what another session wrote.
 */
static bool
is_repeated(const RowJudgement *rj)
{
	return rj->old == NULL && !as_row_isnull(rj, "external_ref") &&
		as_ref_is_taken(rj->j.desk, rj->table->ref_plan, as_row_value(rj, "external_ref"));
}

static bool
is_filled(const RowTable *table, const char *column)
{
	const char *const *filled;

	if ((table->milestones[0].column != NULL && strcmp(column, table->milestones[0].column) == 0) ||
		(table->actor != NULL && strcmp(column, table->actor) == 0))
		return true;
	for (filled = table->filled; *filled != NULL; filled++)
		if (strcmp(column, *filled) == 0)
			return true;
	return false;
}

/* What is missing is refused by the columns' NOT NULL. */
static bool
lacks_value(const RowJudgement *rj)
{
	TupleDesc	tupdesc = RelationGetDescr(rj->j.rel);
	int			i;

	for (i = 0; i < tupdesc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(tupdesc, i);

		if (att->attnotnull && !att->attisdropped && att->attgenerated == '\0' && rj->r.row.nulls[i] &&
			!is_filled(rj->table, NameStr(att->attname)))
			return true;
	}
	return false;
}

static void
judge_row(RowJudgement *rj)
{
	const char *const *owned;

	for (owned = rj->table->owned; *owned != NULL; owned++)
		keep_owned(rj, *owned);
	if (rj->table->actor != NULL)
		keep_owned(rj, rj->table->actor);
	if (rj->old != NULL)
	{
		keep_fixed(rj);
		if (!as_row_is_changed(rj))
		{
			leave_meaning(rj);
			return;
		}
	}
	if (rj->j.ticket_id != 0)
		rj->ticket = as_desk_ticket(&rj->j, &rj->r, rj->table->ticket_fkey);
	if (is_repeated(rj))
	{
		fill_required(rj);
		return;
	}
	if (rj->ticket != NULL)
		settle_ticket(rj);
	else
		take_policy(rj);
	if (rj->table->actor != NULL && rj->old == NULL)
		as_row_put(rj, rj->table->actor, CStringGetTextDatum(as_actor(rj->j.st)->login));
	as_row_take_times(rj);
	if (rj->table->judge != NULL)
		rj->table->judge(rj);
	as_judge_row_guards(&rj->j, rj->table->name, &rj->r.row, rj->old, rj->ticket);
	leave_meaning(rj);
}

static const RowTable *
table_of_trigger(const TriggerData *trigdata)
{
	const RowTable *table = trigdata->tg_trigger->tgnargs == 0 ? NULL :
		as_row_table(trigdata->tg_trigger->tgargs[0]);

	if (table == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("trigger \"%s\" names no table that it could judge", trigdata->tg_trigger->tgname)));
	return table;
}

/* In our own UPDATE there is nothing to judge. */
static HeapTuple
own_write(TriggerData *trigdata)
{
	return TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event) ? trigdata->tg_newtuple : trigdata->tg_trigtuple;
}

/* No statement trigger has prepared for it. */
static void
judge_delete(RowJudgement *rj, TriggerData *trigdata)
{
	if (!rj->table->may_delete)
		refuse_delete(trigdata->tg_relation, rj->table);
	if (rj->table->remove == NULL)
		return;
	rj->j.rel = trigdata->tg_relation;
	rj->j.st = as_statement_push(RelationGetNamespace(rj->j.rel));
	rj->j.desk = rj->j.st->desk;
	as_desk_row(&rj->r, rj->j.rel, trigdata->tg_trigslot, NULL, 0);
	rj->old = &rj->r.row;
	(void) as_actor(rj->j.st);
	if (rj->table->join == NULL || rj->table->join(rj))
		rj->table->remove(rj);
	as_statement_drop(rj->j.st);
}

/*
 * aftersales.row_judge(table)
 */
Datum
as_row_judge(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	bool		is_update;
	RowJudgement rj;
	DeskRow		old;

	as_check_trigger(fcinfo, "row_judge", TRIGGER_EVENT_BEFORE, true);
	memset(&rj, 0, sizeof(rj));
	rj.table = table_of_trigger(trigdata);
	if (TRIGGER_FIRED_BY_DELETE(trigdata->tg_event))
	{
		judge_delete(&rj, trigdata);
		return PointerGetDatum(trigdata->tg_trigtuple);
	}
	rj.j.st = as_statement_find(RelationGetRelid(trigdata->tg_relation), trigdata->tg_event);
	if (rj.j.st->internal)
		return PointerGetDatum(own_write(trigdata));
	is_update = TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event);
	rj.j.desk = rj.j.st->desk;
	rj.j.rel = trigdata->tg_relation;
	if (rj.j.st->row_origin == NULL)
	{
		as_row_check_shape(rj.j.rel, rj.table);
		rj.j.st->row_origin = rj.table->name;
	}
	as_desk_row(&rj.r, rj.j.rel, is_update ? trigdata->tg_newslot : trigdata->tg_trigslot, NULL, 0);
	if (is_update)
	{
		as_desk_row(&old, rj.j.rel, trigdata->tg_trigslot, NULL, 0);
		rj.old = &old.row;
	}
	(void) as_actor(rj.j.st);
	if (!is_update && rj.table->locate != NULL && !rj.table->locate(&rj))
		return PointerGetDatum(own_write(trigdata));
	if (rj.table->join != NULL && !rj.table->join(&rj))
		return PointerGetDatum(own_write(trigdata));
	if (has_column(rj.j.rel, "ticket_id"))
		/* the old one: a row that would change its ticket is refused under that one's name */
		rj.j.ticket_id = is_update ? DatumGetInt64(rj.old->values[as_row_index(&rj, "ticket_id")]) :
			DatumGetInt64(as_row_value(&rj, "ticket_id"));
	if (is_update)
		keep_rounded(&rj);
	if (lacks_value(&rj))
		fill_required(&rj);
	else
		judge_row(&rj);
	return PointerGetDatum(as_desk_tuple(&rj.r));
}

/*
 * aftersales.row_record(table)
 */
Datum
as_row_record(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	const RowTable *table;
	AsStatement *st;

	as_check_trigger(fcinfo, "row_record", TRIGGER_EVENT_AFTER, false);
	as_check_tables(trigdata, false);
	table = table_of_trigger(trigdata);
	st = as_statement_find(RelationGetRelid(trigdata->tg_relation), trigdata->tg_event);
	if (!st->internal)
		as_meanings_emit(st, trigdata, table->id, table->name, table->then);
	as_statement_drop(st);
	return PointerGetDatum(NULL);
}
