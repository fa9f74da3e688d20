/*-------------------------------------------------------------------------
 *
 * charge.h
 *	  Charges, credit lines and payments: what is owed on one charge.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AFTERSALES_CHARGE_H
#define AFTERSALES_CHARGE_H

#include "row.h"

/* A charge with its credit lines and payments.  Numbers are numeric. */
typedef struct Account
{
	int64		charge_id;		/* the charge itself, not a credit line */
	int64		ticket_id;		/* 0: none */
	char	   *policy;
	char	   *rule;
	char	   *kind;
	char	   *item;
	char	   *currency;
	char	   *payer;
	char	   *payee;
	char	   *party;
	bool		has_price;
	int64		price_id;
	Datum		unit_price;		/* 0: none */
	Datum		quantity;		/* units, those taken back deducted */
	Datum		net;			/* money, credits deducted */
	Datum		open;			/* of that, what is not paid; below 0: to be paid back */
	bool		is_credit;		/* it was found by one of its credit lines, */
	Datum		refundable;		/* of which so much is not paid back */
} Account;

/* account.c */
extern char *as_charge_policy(RowJudgement *rj, const char *column, const char *constraint,
							  int64 *ticket_id);
extern void as_take_ticket(RowJudgement *rj, int64 ticket_id);
extern void as_account_lock(RowJudgement *rj, int64 charge_id, Account *a);
pg_noreturn extern void as_refuse_charge(const RowJudgement *rj, const char *rule,
										 const char *clauses, const char *column,
										 const char *message, const char *detail,
										 const char *hint);

#endif							/* AFTERSALES_CHARGE_H */
