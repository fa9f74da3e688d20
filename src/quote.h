/*-------------------------------------------------------------------------
 *
 * quote.h
 *	  What is owed for a ticket, by the charge rules of its policy.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AFTERSALES_QUOTE_H
#define AFTERSALES_QUOTE_H

#include "policy.h"

#define PAYER_CUSTOMER	"customer"

/* For which ticket, and how it is to be worked out. */
typedef struct QuoteInput
{
	AsStatement *st;
	const PolicyType *pt;
	const TicketRow *ticket;
	int64		ticket_id;
	TimestampTz at;				/* by the prices of that time; open clocks count up to it */
	Datum		party;			/* text: whose caps by month and year; 0: nobody's */
	bool		for_charge;		/* to be charged now: what it reads is locked */
} QuoteInput;

typedef enum QuoteCover
{
	COVER_NONE, COVER_WARRANTY, COVER_UNKNOWN
} QuoteCover;

/* One thing that is owed.  Numbers are numeric; 0: not known. */
typedef struct QuoteLine
{
	const ChargeRule *rule;
	char	   *item;			/* NULL: the rule is not per item */
	char	   *spec;
	char	   *label;
	bool		has_price;
	int64		price_id;
	Datum		list_price;		/* unit_price and cost_price of the list */
	Datum		cost_price;
	Datum		quantity;		/* 0: whoever charges says */
	Datum		unit_price;		/* money per unit, not rounded */
	Datum		amount;			/* money for all of it */
	QuoteCover	cover;
	Datum		charged;		/* units charged already, */
	Datum		charged_amount; /* and money */
	Datum		left;			/* units that may be charged yet, */
	Datum		rest;			/* and money; as far as the cap leaves it */
	Datum		cap_left;		/* what the cap leaves before it; 0: there is none */
} QuoteLine;

/* quote.c */
extern List *as_quote(const QuoteInput *in);
extern List *as_quote_rule(const QuoteInput *in, const ChargeRule *rule);
extern bool as_quote_arises(const QuoteInput *in, const ChargeRule *rule);
extern bool as_quote_allowed(const QuoteInput *in, const ChargeRule *rule);
extern Datum as_quote_cap(const QuoteInput *in, const ChargeRule *rule, Datum charged);
extern const ChargeRule *as_charge_rule(const PolicyType *pt, const char *rule);

#endif							/* AFTERSALES_QUOTE_H */
