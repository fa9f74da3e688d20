/*-------------------------------------------------------------------------
 *
 * install.c
 *	  create_desk(), install_policy(), install_calendar(), grant_access(),
 *	  set_node().
 *
 * All run with the caller's rights.  What a desk is made of stands in SQL
 * files in the share directory; its objects are ordinary ones that belong to
 * the caller.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include <ctype.h>
#include <sys/stat.h>

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "parser/parser.h"
#include "storage/fd.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"

#include "calendar_history.h"
#include "policy.h"
#include "row.h"

PG_FUNCTION_INFO_V1(as_create_desk);
PG_FUNCTION_INFO_V1(as_install_policy);
PG_FUNCTION_INFO_V1(as_install_calendar);
PG_FUNCTION_INFO_V1(as_grant_access);
PG_FUNCTION_INFO_V1(as_set_node);

#define IDS_PER_NODE INT64CONST(10000000000000)
#define MAX_NODE	900000

static const char *const desk_file[] = {
	"10_table",
	"12_customer",
	"13_row",
	"14_charge",
	"15_stock",
	"20_trigger",
	"22_customer_trigger",
	"23_row_trigger",
	"24_stock_trigger",
	"25_queue",
	"26_stock_view",
	"30_view",
	"31_stock_bi"
};

/* Reads share/extension/aftersales/<dir>/<name>.sql; NULL when not there. */
static char *
read_share_file(const char *dir, const char *name)
{
	char		share[MAXPGPATH];
	char	   *path;
	FILE	   *file;
	struct stat st;
	char	   *text;
	size_t		n;

	get_share_path(my_exec_path, share);
	path = psprintf("%s/extension/aftersales/%s/%s.sql", share, dir, name);
	file = AllocateFile(path, PG_BINARY_R);
	if (file == NULL && errno == ENOENT)
		return NULL;
	if (file == NULL || fstat(fileno(file), &st) != 0)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not read file \"%s\": %m", path)));
	text = palloc(st.st_size + 1);
	n = fread(text, 1, st.st_size, file);
	if (ferror(file) || n != (size_t) st.st_size)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not read file \"%s\": %m", path)));
	text[n] = '\0';
	FreeFile(file);
	return pg_any_to_server(text, n, PG_UTF8);
}

/* Where a statement begins behind white space and comment lines. */
static const char *
skip_comments(const char *text, const char *end)
{
	for (;;)
	{
		while (text < end && isspace((unsigned char) *text))
			text++;
		if (end - text < 2 || text[0] != '-' || text[1] != '-')
			return text;
		while (text < end && *text != '\n')
			text++;
	}
}

/*
 * run_script runs a script in which names are resolved in pg_catalog only.
 * One statement at a time: the context of an error then shows that statement
 * and not the whole script.
 */
static void
run_script(const char *text)
{
	int			nestlevel = NewGUCNestLevel();
	ListCell   *lc;

	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	(void) set_config_option("client_min_messages", "warning", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	SPI_connect();
	foreach(lc, raw_parser(text, RAW_PARSE_DEFAULT))
	{
		RawStmt    *stmt = lfirst_node(RawStmt, lc);
		const char *begin = text + stmt->stmt_location;
		const char *end = stmt->stmt_len > 0 ? begin + stmt->stmt_len : begin + strlen(begin);

		begin = skip_comments(begin, end);
		if (SPI_execute(pnstrdup(begin, end - begin), false, 0) < 0)
			elog(ERROR, "running a script failed");
	}
	SPI_finish();
	AtEOXact_GUC(true, nestlevel);
}

static char *
replace_all(const char *text, const char *from, const char *to)
{
	StringInfoData buf;
	const char *hit;

	initStringInfo(&buf);
	while ((hit = strstr(text, from)) != NULL)
	{
		appendBinaryStringInfo(&buf, text, hit - text);
		appendStringInfoString(&buf, to);
		text = hit + strlen(from);
	}
	appendStringInfoString(&buf, text);
	return buf.data;
}

/*
 * aftersales.create_desk(desk)
 */
Datum
as_create_desk(PG_FUNCTION_ARGS)
{
	Name		name = PG_GETARG_NAME(0);
	const char *desk = NameStr(*name);
	char	   *desk_bi;
	int			i;
	int			t;

	if (desk[0] == '\0' || strlen(desk) > NAMEDATALEN - 4)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_NAME),
				 errmsg("\"%s\" is no name for a desk", desk),
				 errdetail("Two schemas are made, the second with \"_bi\" behind the name.")));
	desk_bi = pstrdup(quote_identifier(psprintf("%s_bi", desk)));
	desk = pstrdup(quote_identifier(desk));

	run_script(psprintf("CREATE SCHEMA %1$s; CREATE SCHEMA %2$s;"
						" COMMENT ON SCHEMA %1$s IS 'An aftersales desk: tickets, events and SLA clocks of one service organisation.';"
						" COMMENT ON SCHEMA %2$s IS 'Views for BI over the desk of that name.'",
						desk, desk_bi));
	for (i = 0; i < lengthof(desk_file); i++)
	{
		char	   *text = read_share_file("desk", desk_file[i]);

		if (text == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_FILE),
					 errmsg("the installation lacks file \"%s.sql\" of a desk", desk_file[i])));
		text = replace_all(replace_all(text, "@desk@", desk), "@desk_bi@", desk_bi);
		if (strstr(text, "@table@") == NULL)
			run_script(text);
		else
			for (t = 0; as_row_table_name(t) != NULL; t++)
				run_script(replace_all(text, "@table@", as_row_table_name(t)));
	}
	run_script(psprintf("INSERT INTO %s.desk_info (version, hash_format) VALUES ('%s', %d)",
						desk, AFTERSALES_VERSION, HASH_FORMAT));
	PG_RETURN_NAME(name);
}

/*
 * aftersales.install_policy(policy)
 */
Datum
as_install_policy(PG_FUNCTION_ARGS)
{
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char	   *text = NULL;

	if (strspn(name, "abcdefghijklmnopqrstuvwxyz_") == strlen(name))
		text = read_share_file("policy", name);
	if (text == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNKNOWN_VALUE),
				 errmsg("no policy \"%s\" ships with aftersales", name),
				 errhint("Write your own with INSERTs into aftersales.policy and its rule tables.")));
	run_script(text);
	PG_RETURN_INT32(1);
}

static bool
calendar_exists(const char *name)
{
	Oid			types[1] = {TEXTOID};
	Datum		values[1];
	bool		found;

	values[0] = CStringGetTextDatum(name);
	SPI_connect();
	if (SPI_execute_with_args("SELECT 1 FROM aftersales.calendar WHERE calendar" EQ "$1",
							  1, types, values, NULL, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "looking for a calendar failed");
	found = SPI_processed > 0;
	SPI_finish();
	return found;
}

/*
 * aftersales.install_calendar(calendar)
 */
Datum
as_install_calendar(PG_FUNCTION_ARGS)
{
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char	   *text = NULL;

	if (strspn(name, "abcdefghijklmnopqrstuvwxyz_") == strlen(name))
		text = read_share_file("calendar", name);
	if (text == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNKNOWN_VALUE),
				 errmsg("no calendar \"%s\" ships with aftersales", name),
				 errhint("Write your own with INSERTs into aftersales.calendar and aftersales.calendar_hours.")));
	if (calendar_exists(name))
		PG_RETURN_BOOL(false);
	as_calendar_batch_begin();
	PG_TRY();
	{
		run_script(text);
	}
	PG_CATCH();
	{
		as_calendar_batch_drop();
		PG_RE_THROW();
	}
	PG_END_TRY();
	as_calendar_batch_end();
	PG_RETURN_BOOL(true);
}

/* ---------- access ---------- */

typedef struct AccessLevel
{
	const char *level;
	bool		on_desk;
	const char *grants;			/* with @desk@, @desk_bi@ and @role@ */
} AccessLevel;

#define WORKTIME_FUNCTIONS \
	" aftersales.add_working_time(timestamptz, interval, text)," \
	" aftersales.working_time_between(timestamptz, timestamptz, text)," \
	" aftersales.add_working_days(timestamptz, integer, text)," \
	" aftersales.is_working_time(timestamptz, text)," \
	" aftersales.next_working_time(timestamptz, text)," \
	" aftersales.calendar_known_until(text)," \
	" aftersales.check_calendar(text),"

/* whoever may read a desk may ask */
#define READER_FUNCTIONS \
	" aftersales.sla_targets(text, jsonb, timestamptz)," \
	" aftersales.explain_due(bigint, name)," \
	" aftersales.projected_due(bigint, timestamptz, name)," \
	" aftersales.ticket_as_of(bigint, timestamptz, name)," \
	" aftersales.classify_warranty(bigint, timestamptz, text, text, text, name)," \
	" aftersales.quote(bigint, name)," \
	" aftersales.stock_at(timestamptz, name),"

static const AccessLevel access_level[] = {
	{"app", true,
		"GRANT USAGE ON SCHEMA @desk@, aftersales TO @role@;"
		"GRANT SELECT ON ALL TABLES IN SCHEMA @desk@ TO @role@;"
		"GRANT SELECT ON ALL TABLES IN SCHEMA aftersales TO @role@;"
		"GRANT INSERT, UPDATE ON @desk@.ticket TO @role@;"
		"GRANT INSERT ON @desk@.ticket_event, @desk@.promise, @desk@.approval TO @role@;"
		"GRANT INSERT, UPDATE ON @desk@.contact, @desk@.shift, @desk@.delegation, @desk@.visit, @desk@.custody,"
		" @desk@.document, @desk@.quote_item, @desk@.delay_excuse, @desk@.price_list, @desk@.price TO @role@;"
		"GRANT INSERT ON @desk@.evidence, @desk@.charge, @desk@.payment, @desk@.stock_move TO @role@;"
		/* which policy judges what a place gives is the owner's to say */
		"GRANT INSERT, UPDATE (parent, holder, org_id, label, is_active, external_ref) ON @desk@.stock_location TO @role@;"
		"GRANT INSERT, UPDATE ON @desk@.part, @desk@.stock_slip, @desk@.stock_count,"
		" @desk@.stock_count_line TO @role@;"
		"GRANT INSERT, UPDATE, DELETE ON @desk@.stock_slip_line TO @role@;"
		"GRANT INSERT, UPDATE ON @desk@.customer, @desk@.contract, @desk@.product_unit, @desk@.unit_part TO @role@;"
		"GRANT INSERT, UPDATE, DELETE ON @desk@.contract_unit TO @role@;"
		"GRANT EXECUTE ON FUNCTION aftersales.allowed_transitions(bigint[], name)," WORKTIME_FUNCTIONS READER_FUNCTIONS
		" aftersales.correct_event(bigint, text, timestamptz, name),"
		" aftersales.void_ticket(bigint, text, name), aftersales.reclassify(bigint, text, name),"
		" aftersales.now(), aftersales.has_event(text, integer), aftersales.clock_expired(text),"
		" aftersales.approved(text), aftersales.approved(text, text), aftersales.open_promises(),"
		" aftersales.charges_settled(), aftersales.parts_balanced(),"
		" aftersales.allowed_events(bigint[], name),"
		" aftersales.move(bigint, text, timestamptz, text, integer, text, jsonb, name),"
		" aftersales.take_outbox(text, integer, interval, name),"
		" aftersales.done_outbox(bigint[], name) TO @role@;"
	"GRANT UPDATE (leased_until, done_at) ON @desk@.outbox TO @role@"},
	{"audit", true,
		"GRANT USAGE ON SCHEMA @desk@, @desk_bi@, aftersales TO @role@;"
		"GRANT SELECT ON ALL TABLES IN SCHEMA @desk@ TO @role@;"
		"GRANT SELECT ON ALL TABLES IN SCHEMA @desk_bi@ TO @role@;"
		"GRANT SELECT ON ALL TABLES IN SCHEMA aftersales TO @role@;"
		"GRANT EXECUTE ON FUNCTION" WORKTIME_FUNCTIONS READER_FUNCTIONS
		" aftersales.verify_clocks(timestamptz, name), aftersales.verify_ledger(timestamptz, name),"
	" aftersales.now(), aftersales.verify_audit(timestamptz, name) TO @role@"},
	{"bi", true,
		"GRANT USAGE ON SCHEMA @desk_bi@ TO @role@;"
	"GRANT SELECT ON ALL TABLES IN SCHEMA @desk_bi@ TO @role@"},
	{"admin", false,
		"GRANT USAGE ON SCHEMA aftersales TO @role@ WITH GRANT OPTION;"
		"GRANT SELECT ON ALL TABLES IN SCHEMA aftersales TO @role@ WITH GRANT OPTION;"
		"GRANT INSERT, UPDATE, DELETE ON aftersales.policy, aftersales.policy_version,"
		" aftersales.ticket_type, aftersales.category, aftersales.service_area,"
		" aftersales.attribute, aftersales.event_type, aftersales.workflow_state,"
		" aftersales.workflow_transition, aftersales.workflow_guard, aftersales.sla_rule,"
		" aftersales.escalation_rule, aftersales.approval_rule, aftersales.duplicate_rule,"
		" aftersales.warranty_term, aftersales.exclusion, aftersales.remedy_window,"
		" aftersales.row_guard,"
		" aftersales.role_conflict, aftersales.charge_rule,"
		" aftersales.calendar, aftersales.calendar_hours, aftersales.calendar_day,"
		" aftersales.clause TO @role@;"
		/* for restoring a dump; at other times their triggers refuse it */
		"GRANT INSERT ON aftersales.calendar_revision, aftersales.calendar_history TO @role@;"
	"GRANT EXECUTE ON ALL ROUTINES IN SCHEMA aftersales TO @role@ WITH GRANT OPTION"}
};

/*
 * aftersales.grant_access(role, level, desk)
 */
Datum
as_grant_access(PG_FUNCTION_ARGS)
{
	const AccessLevel *found = NULL;
	char	   *level;
	char	   *desk = "";
	char	   *desk_bi = "";
	int			i;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("role and level must be given")));
	level = text_to_cstring(PG_GETARG_TEXT_PP(1));
	for (i = 0; i < lengthof(access_level); i++)
		if (strcmp(access_level[i].level, level) == 0)
			found = &access_level[i];
	if (found == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNKNOWN_VALUE),
				 errmsg("\"%s\" is no level of access", level),
				 errhint("Known are: app, audit, bi, admin.")));
	if (found->on_desk)
	{
		char	   *name = get_namespace_name(as_desk_resolve(fcinfo, 2));

		desk = pstrdup(quote_identifier(name));
		desk_bi = pstrdup(quote_identifier(psprintf("%s_bi", name)));
	}
	run_script(replace_all(replace_all(replace_all(found->grants, "@desk@", desk),
									   "@desk_bi@", desk_bi),
						   "@role@", quote_identifier(NameStr(*PG_GETARG_NAME(0)))));
	PG_RETURN_VOID();
}

/* ---------- nodes ---------- */

/* Names the desk's identity columns; only tables without rows may change. */
static void
set_ranges(const char *schema, int64 node)
{
	Oid			types[1] = {TEXTOID};
	Datum		values[1];
	SPITupleTable *table;
	uint64		n;
	uint64		i;

	values[0] = CStringGetTextDatum(schema);
	SPI_connect();
	if (SPI_execute_with_args("SELECT c.relname, a.attname FROM pg_catalog.pg_class c"
							  " JOIN pg_catalog.pg_attribute a ON a.attrelid" EQ "c.oid"
							  " JOIN pg_catalog.pg_namespace n ON n.oid" EQ "c.relnamespace"
							  " WHERE n.nspname" EQ "$1 AND c.relkind" EQ "'r'"
							  " AND a.attidentity OPERATOR(pg_catalog.<>) '' AND NOT a.attisdropped"
							  " ORDER BY c.relname",
							  1, types, values, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "listing identity columns failed");
	table = SPI_tuptable;
	n = SPI_processed;
	for (i = 0; i < n; i++)
	{
		char	   *relname = SPI_getvalue(table->vals[i], table->tupdesc, 1);
		char	   *qualified = quote_qualified_identifier(schema, relname);

		if (SPI_execute(psprintf("SELECT 1 FROM %s LIMIT 1", qualified), false, 1) != SPI_OK_SELECT)
			elog(ERROR, "reading a table failed");
		if (SPI_processed > 0)
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("table \"%s\" of desk \"%s\" has rows already", relname, schema),
					 errhint("Set the node right after create_desk().")));
		if (SPI_execute(psprintf("ALTER TABLE %s ALTER COLUMN %s SET START WITH " INT64_FORMAT
								 " SET MINVALUE " INT64_FORMAT " SET MAXVALUE " INT64_FORMAT " RESTART",
								 qualified,
								 quote_identifier(SPI_getvalue(table->vals[i], table->tupdesc, 2)),
								 node * IDS_PER_NODE + 1, node * IDS_PER_NODE + 1,
								 (node + 1) * IDS_PER_NODE), false, 0) < 0)
			elog(ERROR, "setting a range of ids failed");
	}
	SPI_finish();
}

/*
 * aftersales.set_node(node, desk)
 */
Datum
as_set_node(PG_FUNCTION_ARGS)
{
	int32		node;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("the node must be given")));
	node = PG_GETARG_INT32(0);
	if (node < 0 || node > MAX_NODE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a node is a number from 0 to %d", MAX_NODE)));
	set_ranges(get_namespace_name(as_desk_resolve(fcinfo, 1)), node);
	PG_RETURN_VOID();
}
