/*-------------------------------------------------------------------------
 *
 * keep_fixed.c
 *	  A trigger that keeps columns as they were when the row was inserted.
 *
 * What rows have been judged by must not change under them.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "utils/rel.h"

#include "event.h"

PG_FUNCTION_INFO_V1(as_keep_fixed);

/*
 * aftersales.keep_fixed(column, ...)
 */
Datum
as_keep_fixed(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	Relation	rel;
	TicketRow  *old;
	TicketRow  *new;
	int			i;

	as_check_trigger(fcinfo, "keep_fixed", TRIGGER_EVENT_BEFORE, true);
	if (!TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be fired for UPDATE", "keep_fixed")));
	rel = trigdata->tg_relation;
	old = as_row_from_slot(trigdata->tg_trigslot);
	new = as_row_from_slot(trigdata->tg_newslot);
	for (i = 0; i < trigdata->tg_trigger->tgnargs; i++)
	{
		const char *column = trigdata->tg_trigger->tgargs[i];
		int			attnum = SPI_fnumber(RelationGetDescr(rel), column);

		if (attnum > 0 && as_attribute_changed(RelationGetDescr(rel), old, new, attnum - 1))
			ereport(ERROR,
					(errcode(ERRCODE_SV_PROTECTED),
					 errmsg("column \"%s\" of table \"%s\" does not change", column, RelationGetRelationName(rel)),
					 errdetail("What was recorded so far was judged by it."),
					 errhint("Insert another row, and delete this one if nothing refers to it."),
					 errtablecol(rel, attnum)));
	}
	return PointerGetDatum(trigdata->tg_newtuple);
}
