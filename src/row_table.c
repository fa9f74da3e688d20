/*-------------------------------------------------------------------------
 *
 * row_table.c
 *	  The desk tables whose rows belong to a ticket.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "utils/builtins.h"

#include "row.h"

PG_FUNCTION_INFO_V1(as_is_row_event);

static const RowTable row_table[] = {
	{
		.name = "visit", .id = "visit_id", .ticket_fkey = "visit_ticket_fkey",
		.ref_plan = PLAN_REF_VISIT, .owned = {"engineer_grade"}, .judge = as_judge_visit,
		.milestones = {
			{"planned_at", "visit:planned"},
			{"confirmed_at", "visit:confirmed"},
			{"notified_at", "visit:delayed"},
			{"departed_at", "visit:departed"},
			{"arrived_at", "visit:arrived"},
			{"done_at", "visit:done", .ends = true},
			{"absent_at", "visit:absent", .ends = true},
			{"cancelled_at", "visit:cancelled", .ends = true}
		}
	},
	{
		.name = "custody", .id = "custody_id", .ticket_fkey = "custody_ticket_fkey",
		.ref_plan = PLAN_REF_CUSTODY, .actor = "received_by",
		.promised = "promised_at", .promise_event = "promise:custody",
		.milestones = {
			{"received_at", "custody:received"},
			{"ready_at", "custody:ready"},
			{"released_at", "custody:released", .ends = true}
		}
	},
	{
		.name = "evidence", .id = "evidence_id", .ticket_fkey = "evidence_ticket_fkey",
		.ref_plan = PLAN_REF_EVIDENCE, .actor = "taken_by", .append_only = true,
		.milestones = {
			{"taken_at", "evidence:", .by_kind = true}
		}
	},
	{
		.name = "document", .id = "document_id", .ticket_fkey = "document_ticket_fkey",
		.ref_plan = PLAN_REF_DOCUMENT, .actor = "issued_by",
		.milestones = {
			{"issued_at", "document:", .by_kind = true},
			{"used_at", "document_used:", .by_kind = true, .ends = true}
		}
	},
	{
		.name = "quote_item", .id = "quote_item_id", .ticket_fkey = "quote_item_ticket_fkey",
		.ref_plan = PLAN_REF_QUOTE_ITEM, .actor = "quoted_by",
		.milestones = {
			{"quoted_at", "quote:item"},
			{"withdrawn_at", "quote:withdrawn", .ends = true}
		}
	}
};

/*
 * as_row_table returns the descriptor of a table, NULL when its rows do not
 * go this way.
 */
const RowTable *
as_row_table(const char *name)
{
	int			i;

	for (i = 0; i < lengthof(row_table); i++)
		if (strcmp(row_table[i].name, name) == 0)
			return &row_table[i];
	return NULL;
}

static bool
means(const RowTable *table, const char *event)
{
	const char *rest = event + strlen(table->name);
	const RowMilestone *m;

	for (m = table->milestones; m->column != NULL; m++)
		if (m->by_kind ? strncmp(event, m->event, strlen(m->event)) == 0 && event[strlen(m->event)] != '\0' :
			strcmp(event, m->event) == 0)
			return true;
	return !table->append_only && strncmp(event, table->name, strlen(table->name)) == 0 &&
		strcmp(rest, ":changed") == 0;
}

/*
 * as_is_row_event_name tells whether rows of some table mean events of that
 * name.
 */
bool
as_is_row_event_name(const char *event)
{
	int			i;

	for (i = 0; i < lengthof(row_table); i++)
		if (means(&row_table[i], event))
			return true;
	return false;
}

/*
 * aftersales.is_row_event(event)
 */
Datum
as_is_row_event(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(as_is_row_event_name(text_to_cstring(PG_GETARG_TEXT_PP(0))));
}
