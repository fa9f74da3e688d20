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
#include "slip.h"
#include "stock.h"

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
	},
	{
		.name = "charge", .id = "charge_id", .ticket_fkey = "charge_ticket_fkey",
		.ref_plan = PLAN_REF_CHARGE, .actor = "charged_by", .append_only = true,
		.owned = {"kind", "settled_at"}, .locate = as_locate_charge, .judge = as_judge_charge,
		.then = as_account_settle, .repeated = as_repeat_charge,
		.filled = {"policy", "rule", "kind", "quantity", "amount", "currency", "payer", "payee"},
		.milestones = {
			{"charged_at", "charge:", .by_kind = true}
		}
	},
	{
		.name = "payment", .id = "payment_id", .ticket_fkey = "payment_ticket_fkey",
		.ref_plan = PLAN_REF_PAYMENT, .actor = "recorded_by", .append_only = true,
		.locate = as_locate_payment, .policy = as_policy_of_payment, .judge = as_judge_payment,
		.then = as_account_settle, .repeated = as_repeat_payment, .filled = {"amount", "currency"},
		.milestones = {
			{"paid_at", "payment:received"}
		}
	},
	{
		.name = "delay_excuse", .id = "delay_excuse_id", .ticket_fkey = "delay_excuse_ticket_fkey",
		.ref_plan = PLAN_REF_DELAY_EXCUSE, .actor = "recorded_by", .judge = as_judge_delay_excuse,
		.milestones = {
			{"recorded_at", "delay_excuse:recorded"},
			{"withdrawn_at", "delay_excuse:withdrawn", .ends = true}
		}
	},
	{
		/* these two belong to no ticket, and mean no events */
		.name = "price_list", .id = "price_list_id", .may_delete = true, .ref_plan = PLAN_REF_PRICE_LIST,
		.actor = "published_by", .owned = {"published_at"}, .judge = as_judge_price_list,
		.milestones = {
			{"published_at", "price_list:published"}
		}
	},
	{
		.name = "price", .id = "price_id", .may_delete = true, .ref_plan = PLAN_REF_PRICE,
		.policy = as_policy_of_price, .judge = as_judge_price
	},
	{
		.name = "stock_slip", .id = "slip_id", .ticket_fkey = "stock_slip_ticket_fkey",
		.ref_plan = PLAN_REF_SLIP, .actor = "drafted_by",
		.owned = {"store_signed_by", "account_signed_by", "posted_by"},
		.judge = as_judge_slip, .then = as_post_slip,
		.milestones = {
			{"drafted_at", "slip:drafted"},
			{"store_signed_at", "slip:store_signed"},
			{"account_signed_at", "slip:account_signed"},
			{"posted_at", "slip:posted", .ends = true},
			{"cancelled_at", "slip:cancelled", .ends = true}
		}
	},
	{
		/* in the history of a ticket stands its slip */
		.name = "stock_slip_line", .id = "slip_line_id", .may_delete = true, .ref_plan = PLAN_REF_SLIP_LINE,
		.owned = {"slip_kind"}, .join = as_join_slip, .policy = as_policy_of_head,
		.judge = as_judge_slip_line, .remove = as_remove_slip_line
	},
	{
		/* counts belong to no ticket */
		.name = "stock_count", .id = "count_id", .ref_plan = PLAN_REF_COUNT, .actor = "opened_by",
		.owned = {"store_signed_by", "account_signed_by", "approved_by", "posted_by"},
		.policy = as_policy_of_count, .judge = as_judge_count, .then = as_carry_out_count,
		.milestones = {
			{"opened_at", "count:opened"},
			{"frozen_at", "count:frozen"},
			{"store_signed_at", "count:store_signed"},
			{"account_signed_at", "count:account_signed"},
			{"approved_at", "count:approved"},
			{"posted_at", "count:posted", .ends = true},
			{"cancelled_at", "count:cancelled", .ends = true}
		}
	},
	{
		.name = "stock_count_line", .id = "count_line_id", .ref_plan = PLAN_REF_COUNT_LINE,
		.join = as_join_count, .policy = as_policy_of_head, .judge = as_judge_count_line
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

/*
 * as_row_table_name returns the names one by one, NULL after the last.
 */
const char *
as_row_table_name(int i)
{
	return i < lengthof(row_table) ? row_table[i].name : NULL;
}

/* A table may mean events of one name, or of one beginning, or that it changed. */
static bool
means(const RowTable *table, const char *event)
{
	const char *rest = event + strlen(table->name);
	const RowMilestone *m;

	if (table->ticket_fkey == NULL)
		return false;
	for (m = table->milestones; m->column != NULL; m++)
		if (m->by_kind ? strncmp(event, m->event, strlen(m->event)) == 0 && event[strlen(m->event)] != '\0' :
			strcmp(event, m->event) == 0)
			return true;
	if (table->promise_event != NULL && strcmp(event, table->promise_event) == 0)
		return true;
	return !table->append_only && strncmp(event, table->name, strlen(table->name)) == 0 &&
		strcmp(rest, ":changed") == 0;
}

/*
 * as_is_row_origin tells whether events of that origin stand for rows of a
 * desk table, so that policies need not declare them.
 */
bool
as_is_row_origin(const char *origin)
{
	return as_row_table(origin) != NULL || strcmp(origin, ORIGIN_STOCK) == 0;
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
	return as_is_stock_event(event);
}

/*
 * aftersales.is_row_event(event)
 */
Datum
as_is_row_event(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(as_is_row_event_name(text_to_cstring(PG_GETARG_TEXT_PP(0))));
}
