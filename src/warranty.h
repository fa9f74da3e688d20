/*-------------------------------------------------------------------------
 *
 * warranty.h
 *	  Warranty: rules, the facts they are held against, the judgement.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AFTERSALES_WARRANTY_H
#define AFTERSALES_WARRANTY_H

#include "workflow.h"

#include "lib/stringinfo.h"
#include "utils/date.h"

/* What warranty may cover; sets of covers are masks of 1 << cover. */
typedef enum Cover
{
	COVER_PARTS, COVER_LABOUR, COVER_VISIT,
	COVER_COUNT
} Cover;

#define ALL_COVERS ((1 << COVER_COUNT) - 1)

extern const char *const as_cover_name[COVER_COUNT];

/* What every rule has, and asks of a fault; NULL: any.  First in each struct. */
typedef struct WarrantyRule
{
	char	   *rule;
	char	   *product_line;
	char	   *component;
	int			expr;			/* -1: always */
	int			rank;
	char	   *clauses;
} WarrantyRule;

typedef struct WarrantyTerm
{
	WarrantyRule r;
	bool		of_part;		/* of a replaced part, not of the unit */
	int			covers;
	Interval   *term;			/* NULL: for life */
	bool		count_first_day;
	char	   *in_class;
	char	   *expired_class;
} WarrantyTerm;

typedef struct WarrantyExclusion
{
	WarrantyRule r;
	char	   *fault_cause;
	char	   *warranty_class;
	int			covers;			/* that it takes away */
} WarrantyExclusion;

typedef struct RemedyWindow
{
	WarrantyRule r;
	bool		any_code;
	TextList	fault_codes;
	bool		any_class;
	TextList	classes;
	bool		any_day;		/* neither from_day nor to_day is given */
	int			from_day;
	int			to_day;
	bool		count_first_day;
	bool		needs_invoice;
	TextList	remedies;
} RemedyWindow;

/* Those of a policy version, each kind by rank descending. */
struct WarrantyRules
{
	int			nterms;
	WarrantyTerm *terms;
	int			nexclusions;
	WarrantyExclusion *exclusions;
	int			nwindows;
	RemedyWindow *windows;
	bool		has_part_terms;
};

/* What is known of a unit. */
typedef struct WarrantyUnit
{
	const char *product_line;	/* NULL: not known */
	bool		has_invoice;
	DateADT		invoice_date;
	bool		has_delivery;
	DateADT		delivered_on;
	bool		has_onsite;
	DateADT		onsite_until;
	bool		has_part;		/* the component at fault is a replacement, */
	DateADT		installed_on;	/* put in then */
} WarrantyUnit;

/* And of a fault; texts may be NULL. */
typedef struct WarrantyFault
{
	int64		ticket_id;		/* for messages; 0: none */
	TimestampTz at;
	DateADT		day;			/* the same, local */
	const char *cause;
	const char *component;
	const char *code;
} WarrantyFault;

/* The judgement. */
typedef struct Warranty
{
	const char *warranty_class; /* NULL: it cannot be told; only basis counts then */
	int			covers;			/* what is left of them */
	DateADT		until;			/* last day */
	TextList	remedies;
	char	   *basis;
	char	   *clauses;
} Warranty;

/* warranty.c */
extern void as_warranty_judge(AsStatement *st, const PolicyVersion *pv, const WarrantyUnit *unit,
							  const WarrantyFault *fault, Warranty *result);

/* warranty_ticket.c */
#define WARRANTY_COLUMNS 5		/* of a ticket; the class is the first */
extern const TicketColumn as_warranty_column[WARRANTY_COLUMNS];

extern bool as_warranty_unit(const AsDesk *desk, int64 unit_id, bool as_asked, WarrantyUnit *unit,
							 char **policy);
extern void as_warranty_part(const AsDesk *desk, const PolicyVersion *pv, int64 unit_id, bool as_asked,
							 const WarrantyFault *fault, WarrantyUnit *unit);
extern DateADT as_fault_day(const PolicyVersion *pv, TimestampTz at);
extern void as_warranty_of_row(AsStatement *st, const PolicyVersion *pv, TicketRow *row);
extern bool as_warranty_differs(const AsDesk *desk, const TicketRow *old, const TicketRow *new);
extern void as_judge_warranty(Judgement *j);

/* contract.c */
extern void as_fill_entitlement(Judgement *j, TimestampTz at);
extern void as_check_entitlement(Judgement *j);

#endif							/* AFTERSALES_WARRANTY_H */
