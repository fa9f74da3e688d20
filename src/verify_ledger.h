/*-------------------------------------------------------------------------
 *
 * verify_ledger.h
 *	  verify_ledger(): what its parts share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AFTERSALES_VERIFY_LEDGER_H
#define AFTERSALES_VERIFY_LEDGER_H

#include "executor/spi.h"
#include "nodes/execnodes.h"
#include "utils/portal.h"

typedef struct LedgerCheck
{
	ReturnSetInfo *rsinfo;
	const char *schema;			/* of the desk, quoted */
	bool		has_since;
	Datum		since;
} LedgerCheck;

extern Portal as_ledger_query(const LedgerCheck *check, const char *query);
extern bool as_ledger_fetch(Portal portal);
extern void as_ledger_report(const LedgerCheck *check, const char *what, const char *key,
							 const char *problem);

/* verify_balance.c */
extern void as_verify_balances(const LedgerCheck *check);

/* verify_serial.c */
extern void as_verify_serials(const LedgerCheck *check);

#endif							/* AFTERSALES_VERIFY_LEDGER_H */
