/*-------------------------------------------------------------------------
 *
 * outbox.h
 *	  Waking who delivers the messages of a desk.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AFTERSALES_OUTBOX_H
#define AFTERSALES_OUTBOX_H

#include "aftersales.h"

/* outbox.c */
extern void as_outbox_wake(const AsDesk *desk);

#endif							/* AFTERSALES_OUTBOX_H */
