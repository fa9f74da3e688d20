/*-------------------------------------------------------------------------
 *
 * app_event.h
 *	  Events that applications insert, between BEFORE ROW and AFTER STATEMENT.
 *	  All of it lives in the statement's context.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AFTERSALES_APP_EVENT_H
#define AFTERSALES_APP_EVENT_H

#include "clock.h"
#include "event.h"

/* A ticket that got events in this statement. */
typedef struct EventHead
{
	int64		ticket_id;		/* hash key */
	HeapTuple	ticket;			/* as it was when we locked it */
	TimestampTz event_at;		/* latest time of an event */
	int32		seq;			/* head, events of other statements included */
	uint8		hash[HASH_LEN];
	int32		own_seq;		/* place of our last event */
	uint8		own_hash[HASH_LEN];
	struct AppEvent *first;		/* its events, in the order of their places */
	struct AppEvent *last;
} EventHead;

typedef struct AppEvent
{
	EventRow	row;
	int64		event_id;
	const PolicyType *pt;
	HeapTuple	ticket;
	EventHead  *head;
	bool		is_late;		/* something later was recorded before it */
	bool		clocks_done;
	struct AppEvent *next;		/* of the same ticket */
} AppEvent;

typedef struct AppEvents
{
	HTAB	   *heads;
	int			n;
	int			max;
	AppEvent  **events;
} AppEvents;

extern void as_whole_row(Datum value, HeapTuple tuple);
extern TicketRow *as_deform(const AsDesk *desk, HeapTuple ticket);

#endif							/* AFTERSALES_APP_EVENT_H */
