/*-------------------------------------------------------------------------
 *
 * compat.h
 *	  One spelling for what differs between PostgreSQL 15 and 18.
 *
 * The newest spelling is used in the code; older servers get it from here.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AFTERSALES_COMPAT_H
#define AFTERSALES_COMPAT_H

#if PG_VERSION_NUM < 150000
#error "aftersales needs PostgreSQL 15 or later"
#endif

#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* PostgreSQL 17 has infinite intervals; without the macro there are none */
#if PG_VERSION_NUM < 170000
#define INTERVAL_NOT_FINITE(i) false
#endif

/* before a declaration, since 18 */
#ifndef pg_noreturn
#define pg_noreturn pg_attribute_noreturn()
#endif

#ifdef PG_MODULE_MAGIC_EXT
#define AFTERSALES_MODULE_MAGIC \
	PG_MODULE_MAGIC_EXT(.name = "aftersales", .version = AFTERSALES_VERSION)
#else
#define AFTERSALES_MODULE_MAGIC PG_MODULE_MAGIC
#endif

#endif							/* AFTERSALES_COMPAT_H */
