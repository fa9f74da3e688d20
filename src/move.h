/*-------------------------------------------------------------------------
 *
 * move.h
 *	  The external_ref that move() gives to the events of its UPDATE.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AFTERSALES_MOVE_H
#define AFTERSALES_MOVE_H

#include "aftersales.h"

extern const char *as_move_take(Oid relid);
extern void as_move_forget(void);

#endif							/* AFTERSALES_MOVE_H */
