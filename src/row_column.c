/*-------------------------------------------------------------------------
 *
 * row_column.c
 *	  The columns of a row being judged, by name.
 *
 * Values belong to the row's memory.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "access/table.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "row.h"

/*
 * as_row_check_shape refuses a table that is no longer what the code takes it
 * for: one of its columns is gone, or of another type.  Columns of the user's
 * own do not matter.
 */
void
as_row_check_shape(Relation rel, const RowTable *table)
{
	Oid			relid = get_relname_relid(psprintf("%s_template", table->name), as_schema_oid());
	Relation	template = table_open(relid, AccessShareLock);
	TupleDesc	tupdesc = RelationGetDescr(template);
	int			i;

	for (i = 0; i < tupdesc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(tupdesc, i);
		AttrNumber	attno = get_attnum(RelationGetRelid(rel), NameStr(att->attname));

		if (attno == InvalidAttrNumber)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("table \"%s\" has lost its column \"%s\"",
							RelationGetRelationName(rel), NameStr(att->attname)),
					 errtable(rel)));
		if (TupleDescAttr(RelationGetDescr(rel), attno - 1)->atttypid != att->atttypid)
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("column \"%s\" of table \"%s\" must be of type %s",
							NameStr(att->attname), RelationGetRelationName(rel),
							format_type_be(att->atttypid)),
					 errtablecol(rel, attno)));
	}
	table_close(template, NoLock);
}

/*
 * as_row_index returns where a column stands in the row's arrays.
 */
int
as_row_index(const RowJudgement *rj, const char *column)
{
	TupleDesc	tupdesc = RelationGetDescr(rj->j.rel);
	int			i;

	for (i = 0; i < tupdesc->natts; i++)
		if (!TupleDescAttr(tupdesc, i)->attisdropped &&
			strcmp(NameStr(TupleDescAttr(tupdesc, i)->attname), column) == 0)
			return i;
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("table \"%s\" has lost its column \"%s\"",
					RelationGetRelationName(rj->j.rel), column)));
	return -1;					/* keep compiler quiet */
}

bool
as_row_isnull(const RowJudgement *rj, const char *column)
{
	return rj->r.row.nulls[as_row_index(rj, column)];
}

Datum
as_row_value(const RowJudgement *rj, const char *column)
{
	return rj->r.row.values[as_row_index(rj, column)];
}

/*
 * as_row_get_text returns a text column, NULL when it is null.
 */
char *
as_row_get_text(const RowJudgement *rj, const char *column)
{
	return as_row_isnull(rj, column) ? NULL : TextDatumGetCString(as_row_value(rj, column));
}

void
as_row_put(RowJudgement *rj, const char *column, Datum value)
{
	int			i = as_row_index(rj, column);

	rj->r.row.values[i] = value;
	rj->r.row.nulls[i] = false;
}

void
as_row_put_null(RowJudgement *rj, const char *column)
{
	int			i = as_row_index(rj, column);

	rj->r.row.values[i] = (Datum) 0;
	rj->r.row.nulls[i] = true;
}

/*
 * as_row_changed_at tells whether an UPDATE changes the column at a place.
 * What is left of a dropped one, and what is computed, is no change.
 */
bool
as_row_changed_at(const RowJudgement *rj, int i)
{
	TupleDesc	tupdesc = RelationGetDescr(rj->j.rel);
	Form_pg_attribute att = TupleDescAttr(tupdesc, i);

	return !att->attisdropped && att->attgenerated == '\0' &&
		as_attribute_changed(tupdesc, rj->old, &rj->r.row, i);
}

/*
 * as_row_changed tells whether an UPDATE changes a column; an INSERT changes
 * those it gives a value.
 */
bool
as_row_changed(const RowJudgement *rj, const char *column)
{
	int			i = as_row_index(rj, column);

	return rj->old == NULL ? !rj->r.row.nulls[i] : as_row_changed_at(rj, i);
}
