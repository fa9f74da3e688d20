/*-------------------------------------------------------------------------
 *
 * event.h
 *	  Events: one row of a ticket's history, its hash, and how it is written.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AFTERSALES_EVENT_H
#define AFTERSALES_EVENT_H

#include "aftersales.h"

#include "utils/jsonb.h"

struct ClockWork;

#define WRITE_BATCH 1000		/* rows a write of many rows may have */

/* One event.  Strings may be NULL where the column may be. */
typedef struct EventRow
{
	int64		ticket_id;
	int32		seq;
	const char *event;
	TimestampTz occurred_at;
	TimestampTz recorded_at;
	const char *actor;
	const char *from_state;
	const char *to_state;
	bool		has_corrects;
	int32		corrects;
	const char *origin;
	const char *external_ref;
	bool		has_private;
	uint8		salt[HASH_LEN];
	const char *note;
	Jsonb	   *data;
	uint8		digest[HASH_LEN];
	uint8		hash[HASH_LEN];
} EventRow;

/* hash.c */
extern void as_event_hash(EventRow *e, const uint8 *prev_hash);
extern void as_private_digest(const uint8 *salt, const char *note, Jsonb *data, uint8 *digest);
extern void as_event_seal_private(AsStatement *st, EventRow *e);
extern Datum as_bytea(const uint8 *bytes);

/* change.c */
extern List *as_ticket_events(AsStatement *st, const TicketRow *old, const TicketRow *new,
							  const RowNote *note, bool is_judged);
extern char *as_row_text(const AsDesk *desk, const TicketRow *row, TicketColumn col);
extern bool as_attribute_changed(TupleDesc tupdesc, const TicketRow *old, const TicketRow *new, int i);
extern bool as_column_changed(const AsDesk *desk, const TicketRow *old, const TicketRow *new, int i);
extern bool as_event_changed(const AsDesk *desk, const TicketRow *old, const TicketRow *new, int i);
extern Jsonb *as_change_data(const AsDesk *desk, const TicketRow *old, const TicketRow *new, int i);
extern uint64 as_fingerprint(const AsDesk *desk, const TicketRow *row);
extern uint64 as_row_fingerprint(TupleDesc tupdesc, const TicketRow *row);
extern RowNote *as_note_add(AsStatement *st, int64 ticket_id);
extern RowNote *as_note_find(AsStatement *st, int64 ticket_id);

extern void as_json_put_key(JsonbParseState **ps, const char *key);
extern void as_json_put_attribute(JsonbParseState **ps, Form_pg_attribute att, Datum value,
								  bool isnull);

/* event_write.c */
typedef struct EventWriter EventWriter;
extern EventWriter *as_event_writer(AsStatement *st);
extern void as_event_write(EventWriter *w, const EventRow *e);
extern void as_event_flush(EventWriter *w);
extern void as_events_same(AsStatement *st, const char *origin, int n,
						   EventRow *const *events);
extern void as_private_write(const AsDesk *desk, int n, const int64 *event_ids,
							 EventRow *const *events);

/* event.c */
extern HeapTuple as_lock_ticket(AsStatement *st, int64 ticket_id, MemoryContext cxt);
extern void as_pending_clocks(AsStatement *st, int64 ticket_id, int32 up_to_seq,
							  struct ClockWork *clocks);
extern bool as_pending_head(const AsDesk *desk, int64 ticket_id, int32 *seq, uint8 *hash);
extern void as_pending_head_moved(const AsDesk *desk, int64 ticket_id, int32 seq,
								  const uint8 *hash);

#endif							/* AFTERSALES_EVENT_H */
