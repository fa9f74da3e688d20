/*-------------------------------------------------------------------------
 *
 * module.c
 *	  Loading, settings, the meaning of now, and the flag by which our own
 *	  writes to protected tables are known.
 *
 * The flag is one Oid: the table that we are about to write.  The BEFORE
 * STATEMENT trigger of that table takes it, so it is good for one statement
 * and nothing that runs inside that statement can use it.  It is cleared
 * when a (sub)transaction ends.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include <limits.h>

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"

#include "duplicate.h"
#include "emit.h"
#include "move.h"
#include "policy.h"
#include "settle.h"
#include "stock.h"
#include "worker.h"

AFTERSALES_MODULE_MAGIC;

/* PostgreSQL 15's fmgr.h does not declare it */
extern PGDLLEXPORT void _PG_init(void);

char	   *as_setting_actor = NULL;
char	   *as_setting_desk = NULL;
int			as_setting_language = 0;
int			as_setting_clock_skew = 5000;
int			as_setting_sweep_interval = 60000;
static char *setting_now = NULL;

static const struct config_enum_entry language_options[] = {
	{"en", 0, false},
	{"zh", 1, false},
	{NULL, 0, false}
};

static Oid	armed_relid = InvalidOid;
static int	armed_for = 0;		/* triggers of the statement that are to take it */

PG_FUNCTION_INFO_V1(as_now_sql);

/*
 * as_arm says that the next statement on this table is our own.  times is how
 * many BEFORE STATEMENT triggers it fires: two for INSERT … ON CONFLICT DO
 * UPDATE, which is an INSERT and an UPDATE.
 */
void
as_arm(Oid relid, int times)
{
	armed_relid = relid;
	armed_for = times;
}

/*
 * as_disarm tells whether a statement on this table is our own, once.
 */
bool
as_disarm(Oid relid)
{
	if (armed_relid != relid || !OidIsValid(relid))
		return false;
	if (--armed_for == 0)
		armed_relid = InvalidOid;
	return true;
}

/*
 * as_now returns the simulated time when one is set, else the start of the
 * statement.  The setting is text and parsed at each use: it is for demos and
 * tests, and a check hook may not raise what timestamptz_in raises.
 */
TimestampTz
as_now(void)
{
	if (setting_now == NULL || setting_now[0] == '\0')
		return GetCurrentStatementStartTimestamp();
	return DatumGetTimestampTz(DirectFunctionCall3(timestamptz_in,
												   CStringGetDatum(setting_now),
												   ObjectIdGetDatum(InvalidOid),
												   Int32GetDatum(-1)));
}

/*
 * as_restoring tells whether a dump is being restored: every script of
 * pg_dump turns check_function_bodies off, since what a definition refers to
 * may come later.  The same holds for policy rows.
 *
 * Anybody may turn it off and put rows into an active version; its digest
 * tells (policy_load.c).
 */
bool
as_restoring(void)
{
	return !check_function_bodies;
}

static void
xact_callback(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PREPARE:
		case XACT_EVENT_PARALLEL_COMMIT:
		case XACT_EVENT_PARALLEL_ABORT:
			armed_relid = InvalidOid;
			as_emit_forget();
			as_move_forget();
			as_posting_forget();
			as_match_forget();
			as_disarm_touch();
			while (as_statement_first() != NULL)
				as_statement_drop(as_statement_first());
			break;
		default:
			break;
	}
}

static void
subxact_callback(SubXactEvent event, SubTransactionId mySubid,
				 SubTransactionId parentSubid, void *arg)
{
	AsStatement *st;

	if (event != SUBXACT_EVENT_ABORT_SUB)
		return;
	armed_relid = InvalidOid;
	as_emit_forget();
	as_move_forget();
	as_posting_forget();
	as_disarm_touch();
	while ((st = as_statement_first()) != NULL &&
		   st->nest_level >= GetCurrentTransactionNestLevel())
		as_statement_drop(st);
}

/*
 * _PG_init defines the settings and the callbacks; no catalog is read here.
 */
void
_PG_init(void)
{
	DefineCustomStringVariable("aftersales.actor",
							   gettext_noop("Staff login on whose behalf a trusted application acts."),
							   gettext_noop("Set it with SET LOCAL in each transaction. Only database users listed in the desk's table application, its owner and superusers may use it."),
							   &as_setting_actor, "", PGC_USERSET, 0,
							   NULL, NULL, NULL);
	DefineCustomStringVariable("aftersales.desk",
							   gettext_noop("Desk that functions work on when none is named."),
							   NULL, &as_setting_desk, "", PGC_USERSET, 0,
							   NULL, NULL, NULL);
	DefineCustomEnumVariable("aftersales.language",
							 gettext_noop("Language of guard messages."),
							 NULL, &as_setting_language, 0, language_options,
							 PGC_USERSET, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("aftersales.clock_skew",
							gettext_noop("How far ahead of now a reported time may be; it is then taken as now."),
							NULL, &as_setting_clock_skew, 5000, 0, INT_MAX,
							PGC_SUSET, GUC_UNIT_MS, NULL, NULL, NULL);
	DefineCustomIntVariable("aftersales.sweep_interval",
							gettext_noop("How often the background worker sweeps the desks of every database; 0: never."),
							gettext_noop("It runs where shared_preload_libraries contains aftersales."),
							&as_setting_sweep_interval, 60000, 0, INT_MAX,
							PGC_SIGHUP, GUC_UNIT_MS, NULL, NULL, NULL);
	DefineCustomStringVariable("aftersales.now",
							   gettext_noop("Simulated time, for demonstrations and tests."),
							   NULL, &setting_now, "", PGC_SUSET, 0,
							   NULL, NULL, NULL);
	MarkGUCPrefixReserved("aftersales");

	pg_bindtextdomain(TEXTDOMAIN);

	as_cache_init();
	RegisterXactCallback(xact_callback, NULL);
	RegisterSubXactCallback(subxact_callback, NULL);
	as_launcher_register();
}

PGDLLEXPORT Datum as_now_sql(PG_FUNCTION_ARGS);

/*
 * aftersales.now()
 */
Datum
as_now_sql(PG_FUNCTION_ARGS)
{
	PG_RETURN_TIMESTAMPTZ(as_now());
}
