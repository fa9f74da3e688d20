/*-------------------------------------------------------------------------
 *
 * change.c
 *	  What happened to a ticket row, as events.
 *
 * The BEFORE ROW trigger computes the events to know the head of the chain
 * that it puts into NEW; the AFTER STATEMENT trigger computes them again from
 * the transition tables to write them.  Between the two only a RowNote per
 * row is kept, with a fingerprint that shows whether another trigger has
 * altered the row after it was judged.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "event.h"
#include "settle.h"
#include "warranty.h"

/*
 * as_attribute_changed tells whether attribute i of a row differs, whatever
 * its form (packed, compressed, out of line).
 */
bool
as_attribute_changed(TupleDesc tupdesc, const TicketRow *old, const TicketRow *new, int i)
{
	Form_pg_attribute att = TupleDescAttr(tupdesc, i);

	if (old->nulls[i] || new->nulls[i])
		return old->nulls[i] != new->nulls[i];
	if (att->attbyval)
		return old->values[i] != new->values[i];
	if (old->values[i] == new->values[i])
		return false;
	return !datum_image_eq(old->values[i], new->values[i], att->attbyval, att->attlen);
}

/*
 * as_column_changed is that of a ticket.
 */
bool
as_column_changed(const AsDesk *desk, const TicketRow *old, const TicketRow *new, int i)
{
	return as_attribute_changed(desk->tupdesc, old, new, i);
}

/*
 * as_event_changed tells whether a changed:<column> event is due for attribute
 * i.  That of warranty_class tells of what stands beside the class, too.
 */
bool
as_event_changed(const AsDesk *desk, const TicketRow *old, const TicketRow *new, int i)
{
	int			c;

	if (as_column_changed(desk, old, new, i))
		return true;
	for (c = 1; c < WARRANTY_COLUMNS && i == desk->attno[TC_WARRANTY_CLASS] - 1; c++)
		if (as_column_changed(desk, old, new, desk->attno[as_warranty_column[c]] - 1))
			return true;
	return false;
}

/*
 * as_row_fingerprint condenses a row to what shows a later change of it.
 * Generated columns are computed after BEFORE triggers and left out.
 */
uint64
as_row_fingerprint(TupleDesc tupdesc, const TicketRow *row)
{
	uint64		h = 0;
	int			i;

	for (i = 0; i < tupdesc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(tupdesc, i);
		struct varlena *v = (struct varlena *) DatumGetPointer(row->values[i]);
		uint64		c;

		if (row->nulls[i] || att->attisdropped || att->attgenerated != '\0')
			continue;
		if (att->attbyval)
			c = ((uint64) row->values[i] + i) * UINT64CONST(0x9E3779B97F4A7C15);
		else if (att->attlen > 0)
			c = hash_bytes_extended((unsigned char *) v, att->attlen, i);
		else if (VARATT_IS_EXTERNAL(v))
			c = hash_bytes_extended((unsigned char *) v, VARSIZE_EXTERNAL(v), i);
		else
			c = hash_bytes_extended((unsigned char *) VARDATA_ANY(v), VARSIZE_ANY_EXHDR(v), i);
		h = hash_combine64(h, c + i);
	}
	return h;
}

/*
 * as_fingerprint is that of a ticket.
 */
uint64
as_fingerprint(const AsDesk *desk, const TicketRow *row)
{
	return as_row_fingerprint(desk->tupdesc, row);
}

/*
 * as_note_add returns a row's note to be filled in; NULL when an INSERT
 * brings the same id again, whose second row cannot go in.
 */
RowNote *
as_note_add(AsStatement *st, int64 ticket_id)
{
	bool		is_insert = st->op == TRIGGER_EVENT_INSERT;
	RowNote    *note;
	bool		found;

	if (st->notes == NULL && (st->nnotes == 0 || st->note.ticket_id == ticket_id))
	{
		if (st->nnotes++ > 0 && is_insert)
			return NULL;
		st->note.ticket_id = ticket_id;
		return &st->note;
	}
	if (st->notes == NULL)
	{
		HASHCTL		ctl;

		ctl.keysize = sizeof(int64);
		ctl.entrysize = sizeof(RowNote);
		ctl.hcxt = st->cxt;
		st->notes = hash_create("aftersales row notes", 1024, &ctl,
								HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
		note = hash_search(st->notes, &st->note.ticket_id, HASH_ENTER, NULL);
		*note = st->note;
	}
	note = hash_search(st->notes, &ticket_id, HASH_ENTER, &found);
	st->nnotes++;
	return found && is_insert ? NULL : note;
}

/*
 * as_note_find returns the note of a row, NULL when it was never judged.
 */
RowNote *
as_note_find(AsStatement *st, int64 ticket_id)
{
	if (st->notes != NULL)
		return hash_search(st->notes, &ticket_id, HASH_FIND, NULL);
	if (st->nnotes > 0 && st->note.ticket_id == ticket_id)
		return &st->note;
	return NULL;
}

/*
 * as_json_put_key pushes a key of an object.
 */
void
as_json_put_key(JsonbParseState **ps, const char *key)
{
	JsonbValue	v;

	v.type = jbvString;
	v.val.string.val = unconstify(char *, key);
	v.val.string.len = strlen(key);
	pushJsonbValue(ps, WJB_KEY, &v);
}

/*
 * The text form of a value.  That of dates and times is ISO, so that it reads
 * the same in a session of another DateStyle.
 */
static char *
text_form(Oid type, Datum value)
{
	char		buf[MAXDATELEN + 1];
	struct pg_tm tm;
	fsec_t		fsec;
	int			offset;
	const char *zone;
	Oid			typoutput;
	bool		isvarlena;

	if (type == DATEOID && !DATE_NOT_FINITE(DatumGetDateADT(value)))
	{
		j2date(DatumGetDateADT(value) + POSTGRES_EPOCH_JDATE, &tm.tm_year, &tm.tm_mon, &tm.tm_mday);
		EncodeDateOnly(&tm, USE_ISO_DATES, buf);
		return pstrdup(buf);
	}
	if (type == TIMESTAMPTZOID && !TIMESTAMP_NOT_FINITE(DatumGetTimestampTz(value)) &&
		timestamp2tm(DatumGetTimestampTz(value), &offset, &tm, &fsec, &zone, NULL) == 0)
	{
		EncodeDateTime(&tm, fsec, true, offset, zone, USE_ISO_DATES, buf);
		return pstrdup(buf);
	}
	getTypeOutputInfo(type, &typoutput, &isvarlena);
	return OidOutputFunctionCall(typoutput, value);
}

/*
 * as_json_put_attribute pushes an attribute's text form, or null.
 */
void
as_json_put_attribute(JsonbParseState **ps, Form_pg_attribute att, Datum value, bool isnull)
{
	JsonbValue	v;

	v.type = jbvNull;
	if (!isnull)
	{
		v.type = jbvString;
		v.val.string.val = text_form(att->atttypid, value);
		v.val.string.len = strlen(v.val.string.val);
	}
	pushJsonbValue(ps, WJB_VALUE, &v);
}

/* To the byte: 1.0 and 1.00 are two values, as for as_column_changed. */
static bool
same_jsonb(const Jsonb *a, const Jsonb *b)
{
	return VARSIZE(a) == VARSIZE(b) && memcmp(a, b, VARSIZE(a)) == 0;
}

/* Pushes the keys of one jsonb object that the other lacks or has otherwise. */
static void
put_differing_keys(JsonbParseState **ps, Jsonb *from, Jsonb *other)
{
	JsonbIterator *it = JsonbIteratorInit(&from->root);
	JsonbValue	k;
	JsonbValue	v;
	JsonbIteratorToken tok;

	pushJsonbValue(ps, WJB_BEGIN_OBJECT, NULL);
	while ((tok = JsonbIteratorNext(&it, &k, true)) != WJB_DONE)
	{
		JsonbValue *o;

		if (tok != WJB_KEY)
			continue;
		(void) JsonbIteratorNext(&it, &v, true);
		o = findJsonbValueFromContainer(&other->root, JB_FOBJECT, &k);
		if (o != NULL && same_jsonb(JsonbValueToJsonb(o), JsonbValueToJsonb(&v)))
			continue;
		pushJsonbValue(ps, WJB_KEY, &k);
		pushJsonbValue(ps, WJB_VALUE, &v);
	}
	pushJsonbValue(ps, WJB_END_OBJECT, NULL);
}

/* What stands beside a warranty class, as an object of texts. */
static void
put_beside_class(JsonbParseState **ps, const AsDesk *desk, const TicketRow *row)
{
	int			c;

	pushJsonbValue(ps, WJB_BEGIN_OBJECT, NULL);
	for (c = 1; c < WARRANTY_COLUMNS; c++)
	{
		int			i = desk->attno[as_warranty_column[c]] - 1;

		as_json_put_key(ps, as_ticket_column[as_warranty_column[c]]);
		as_json_put_attribute(ps, TupleDescAttr(desk->tupdesc, i), row->values[i], row->nulls[i]);
	}
	pushJsonbValue(ps, WJB_END_OBJECT, NULL);
}

/*
 * as_change_data returns the data of a changed:<column> event:
 * {"old": ..., "new": ...}; for warranty_class also what stands beside it:
 * {"was": {...}, "is": {...}}.
 */
Jsonb *
as_change_data(const AsDesk *desk, const TicketRow *old, const TicketRow *new, int i)
{
	Form_pg_attribute att = TupleDescAttr(desk->tupdesc, i);
	bool		by_key = i == desk->attno[TC_ATTRIBUTES] - 1;
	JsonbParseState *ps = NULL;

	pushJsonbValue(&ps, WJB_BEGIN_OBJECT, NULL);
	as_json_put_key(&ps, "old");
	if (by_key)
		put_differing_keys(&ps, DatumGetJsonbP(old->values[i]), DatumGetJsonbP(new->values[i]));
	else
		as_json_put_attribute(&ps, att, old->values[i], old->nulls[i]);
	as_json_put_key(&ps, "new");
	if (by_key)
		put_differing_keys(&ps, DatumGetJsonbP(new->values[i]), DatumGetJsonbP(old->values[i]));
	else
		as_json_put_attribute(&ps, att, new->values[i], new->nulls[i]);
	if (i == desk->attno[TC_WARRANTY_CLASS] - 1)
	{
		as_json_put_key(&ps, "was");
		put_beside_class(&ps, desk, old);
		as_json_put_key(&ps, "is");
		put_beside_class(&ps, desk, new);
	}
	return JsonbValueToJsonb(pushJsonbValue(&ps, WJB_END_OBJECT, NULL));
}

/*
 * as_row_text returns a text column of a ticket, NULL when it is null.
 */
char *
as_row_text(const AsDesk *desk, const TicketRow *row, TicketColumn col)
{
	return TNULL(desk, row, col) ? NULL : TextDatumGetCString(TVAL(desk, row, col));
}

static EventRow *
new_event(AsStatement *st, const RowNote *note, int32 seq)
{
	EventRow   *e = palloc0(sizeof(EventRow));

	e->ticket_id = note->ticket_id;
	e->seq = seq;
	e->occurred_at = note->at;
	e->recorded_at = st->recorded_at;
	e->actor = note->is_timed ? AS_RULE_ACTOR : st->actor->login;
	e->origin = note->is_timed ? "rule" : "ticket";
	return e;
}

/*
 * as_ticket_events returns the events (EventRow) that a written row means, in
 * the order of their places: changed columns in column order, then the status.
 * old is NULL for an opening.
 *
 * is_judged says that new is as it was judged: a single event's hash is then
 * the one that stands in it.
 */
List *
as_ticket_events(AsStatement *st, const TicketRow *old, const TicketRow *new,
				 const RowNote *note, bool is_judged)
{
	const AsDesk *desk = st->desk;
	List	   *events = NIL;
	ListCell   *lc;
	int32		seq = note->prev_seq;
	const uint8 *hash = seq == 0 ? NULL : note->prev_hash;
	char	   *from = old == NULL ? NULL : as_row_text(desk, old, TC_STATUS);
	char	   *to = as_row_text(desk, new, TC_STATUS);
	int			i;

	for (i = 0; i < desk->tupdesc->natts && old != NULL; i++)
	{
		EventRow   *e;

		if (!desk->is_business[i] || !as_event_changed(desk, old, new, i))
			continue;
		e = new_event(st, note, ++seq);
		e->event = psprintf("changed:%s", NameStr(TupleDescAttr(desk->tupdesc, i)->attname));
		e->data = as_change_data(desk, old, new, i);
		events = lappend(events, e);
	}
	if (old == NULL || strcmp(from, to) != 0)
	{
		EventRow   *e = new_event(st, note, ++seq);

		e->event = old == NULL ? "opened" : psprintf("status:%s", to);
		e->from_state = from;
		e->to_state = to;
		e->note = as_row_text(desk, new, TC_STATUS_NOTE);
		events = lappend(events, e);
	}

	if (events != NIL)
		((EventRow *) llast(events))->external_ref = st->external_ref;
	is_judged = is_judged && list_length(events) == 1;
	foreach(lc, events)
	{
		EventRow   *e = lfirst(lc);

		as_event_seal_private(st, e);
		if (is_judged)
			memcpy(e->hash, VARDATA_ANY(DatumGetByteaPP(TVAL(desk, new, TC_EVENT_HASH))), HASH_LEN);
		else
			as_event_hash(e, hash);
		hash = e->hash;
	}
	return events;
}
