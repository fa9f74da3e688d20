/*-------------------------------------------------------------------------
 *
 * worker.h
 *	  Sweeping all desks: what sweep_all() and the background worker share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AFTERSALES_WORKER_H
#define AFTERSALES_WORKER_H

#include "aftersales.h"

/* sweep_all.c */
extern int64 as_sweep_chunk(const char *desk, int32 max_tickets);
extern void as_sweep_warn(const char *desk, ErrorData *edata);

/* launcher.c */
extern void as_launcher_register(void);

/* worker.c */
extern PGDLLEXPORT void as_worker_main(Datum main_arg);

#endif							/* AFTERSALES_WORKER_H */
