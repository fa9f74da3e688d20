/*-------------------------------------------------------------------------
 *
 * value.c
 *	  Whether the values of a ticket are ones that its policy knows.
 *
 * Values of attributes may be personal and never stand in a message.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/jsonb.h"
#include "utils/rel.h"

#include "attribute.h"
#include "event.h"
#include "workflow.h"

static void
unknown_value(const Judgement *j, TicketColumn col, const char *value, const TextList *known)
{
	ereport(ERROR,
			(errcode(ERRCODE_SV_UNKNOWN_VALUE),
			 errmsg("\"%s\" is no %s of policy \"%s\"", value, as_ticket_column[col], j->pv->policy),
			 errdetail_internal("%s column=%s", as_refusal_line(j, NULL, ""), as_ticket_column[col]),
			 errhint("Known are: %s.", as_text_join(known, ", ")),
			 errtablecol(j->rel, j->desk->attno[col])));
}

static void
check_category(Judgement *j)
{
	TextList	known;
	char	   *value;
	int			i;

	if (j->pt->ncategories == 0 || TNULL(j->desk, j->new, TC_CATEGORY))
		return;
	value = TextDatumGetCString(TVAL(j->desk, j->new, TC_CATEGORY));
	for (i = 0; i < j->pt->ncategories; i++)
	{
		const PolicyCategory *c = &j->pt->categories[i];

		if (strcmp(c->category, value) != 0)
			continue;
		if (j->old == NULL && c->grade != NULL && TNULL(j->desk, j->new, TC_GRADE))
		{
			TVAL(j->desk, j->new, TC_GRADE) = CStringGetTextDatum(c->grade);
			TNULL(j->desk, j->new, TC_GRADE) = false;
		}
		return;
	}
	known.n = j->pt->ncategories;
	known.item = palloc(sizeof(char *) * known.n);
	for (i = 0; i < known.n; i++)
		known.item[i] = j->pt->categories[i].category;
	unknown_value(j, TC_CATEGORY, value, &known);
}

static void
check_area(Judgement *j)
{
	char	   *value;

	if (j->pv->areas.n == 0 || TNULL(j->desk, j->new, TC_AREA))
		return;
	value = TextDatumGetCString(TVAL(j->desk, j->new, TC_AREA));
	if (!as_text_in(&j->pv->areas, value))
		unknown_value(j, TC_AREA, value, &j->pv->areas);
}

static void
bad_attribute(const Judgement *j, const char *key, const char *detail, const char *hint,
			  const char *clauses)
{
	ereport(ERROR,
			(errcode(ERRCODE_SV_UNKNOWN_VALUE),
			 errmsg("attribute \"%s\" is not as policy \"%s\" declares it", key, j->pv->policy),
			 errdetail_internal("%s\n%s attribute=%s", detail, as_refusal_line(j, NULL, clauses), key),
			 errhint("%s", hint),
			 errtablecol(j->rel, j->desk->attno[TC_ATTRIBUTES])));
}

static char *
attribute_names(const PolicyType *pt)
{
	TextList	names;
	int			i;

	names.n = pt->nattributes;
	names.item = palloc(sizeof(char *) * Max(names.n, 1));
	for (i = 0; i < names.n; i++)
		names.item[i] = pt->attributes[i].attribute;
	return names.n == 0 ? pstrdup(_("none")) : as_text_join(&names, ", ");
}

static void
check_attribute(const Judgement *j, JsonbValue *key, JsonbValue *value)
{
	char	   *name = pnstrdup(key->val.string.val, key->val.string.len);
	const PolicyAttribute *attribute = as_policy_attribute(j->pt, name);

	if (attribute == NULL)
		bad_attribute(j, name,
					  psprintf(_("Ticket type \"%s\" has no such attribute."), j->pt->ticket_type),
					  psprintf(_("Declared are: %s."), attribute_names(j->pt)), "");
	if (value->type == jbvNull)
		return;
	if (!as_attribute_fits(value, attribute->type))
		bad_attribute(j, name,
					  psprintf(_("Its value is no %s."), as_attribute_type_name(attribute->type)),
					  _("Write text as a JSON string, numbers and booleans bare, dates as \"2026-03-02\", times as \"2026-03-02T08:00:00+08:00\"."),
					  attribute->clauses);
	if (!attribute->any_value)
	{
		char	   *text = as_attribute_as_text(value);

		if (!as_text_in(&attribute->allowed, text))
			bad_attribute(j, name, _("Its value is none of those allowed."),
						  psprintf(_("Allowed are: %s."), as_text_join(&attribute->allowed, ", ")),
						  attribute->clauses);
	}
}

static void
check_attributes(Judgement *j)
{
	Jsonb	   *jb = DatumGetJsonbP(TVAL(j->desk, j->new, TC_ATTRIBUTES));
	JsonbIterator *it;
	JsonbValue	key;
	JsonbValue	value;
	JsonbIteratorToken tok;

	if (!JB_ROOT_IS_OBJECT(jb))
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNKNOWN_VALUE),
				 errmsg("attributes must be a JSON object"),
				 errdetail_internal("%s", as_refusal_line(j, NULL, "")),
				 errtablecol(j->rel, j->desk->attno[TC_ATTRIBUTES])));
	it = JsonbIteratorInit(&jb->root);
	while ((tok = JsonbIteratorNext(&it, &key, true)) != WJB_DONE)
	{
		if (tok != WJB_KEY)
			continue;
		(void) JsonbIteratorNext(&it, &value, true);
		check_attribute(j, &key, &value);
	}
}

/*
 * check_duplicate makes sure that a ticket repeats another open one, not a
 * chain of them and not itself.  The other one is locked FOR SHARE: it cannot
 * be closed before this is committed.
 */
static void
check_duplicate(Judgement *j)
{
	Datum		master = TVAL(j->desk, j->new, TC_DUPLICATE_OF);
	Datum		self = Int64GetDatum(j->ticket_id);
	const char *problem = NULL;

	SPI_connect();
	if (DatumGetInt64(master) == j->ticket_id)
		problem = _("It names itself.");
	else if (as_run(j->desk, PLAN_MASTER, &master, NULL, NULL) == 0)
		problem = _("There is no such ticket.");
	else
	{
		HeapTuple	tup = SPI_tuptable->vals[0];
		TupleDesc	tupdesc = SPI_tuptable->tupdesc;
		bool		isnull;
		int			version = DatumGetInt32(SPI_getbinval(tup, tupdesc, 3, &isnull));
		const PolicyVersion *pv = as_policy_version(j->st->cache, SPI_getvalue(tup, tupdesc, 2), version);
		const PolicyType *pt = pv == NULL ? NULL :
			as_policy_type(pv, SPI_getvalue(tup, tupdesc, 4));

		(void) SPI_getbinval(tup, tupdesc, 5, &isnull);
		if (!isnull)
			problem = _("That ticket is a duplicate itself.");
		else if (pt == NULL || !as_state_is_open(pt, SPI_getvalue(tup, tupdesc, 1)))
			problem = _("That ticket is not open any more.");
	}
	if (problem == NULL && as_run_read(j->desk, PLAN_REPEATED, &self) > 0)
		problem = _("Other tickets are duplicates of this one.");
	if (problem != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_SV_UNKNOWN_VALUE),
				 errmsg("a ticket may only be the duplicate of another open ticket"),
				 errdetail_internal("%s\n%s column=duplicate_of", problem, as_refusal_line(j, NULL, "")),
				 errhint("Name the first open ticket about the matter, or leave duplicate_of empty."),
				 errtablecol(j->rel, j->desk->attno[TC_DUPLICATE_OF])));
	SPI_finish();
}

/*
 * as_check_values checks what is new in a row: all of it at opening, what has
 * changed later.  Fills in the grade that goes with the category.
 * Errors: SV010.
 */
void
as_check_values(Judgement *j)
{
	static const struct
	{
		TicketColumn col;
		void		(*check) (Judgement *j);
	}			checks[] = {
		{TC_CATEGORY, check_category},
		{TC_AREA, check_area},
		{TC_ATTRIBUTES, check_attributes},
		{TC_DUPLICATE_OF, check_duplicate}
	};
	int			i;

	for (i = 0; i < lengthof(checks); i++)
	{
		int			attno = j->desk->attno[checks[i].col];

		if (!j->new->nulls[attno - 1] &&
			(j->old == NULL || as_column_changed(j->desk, j->old, j->new, attno - 1)))
			checks[i].check(j);
	}
}
