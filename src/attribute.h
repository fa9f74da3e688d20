/*-------------------------------------------------------------------------
 *
 * attribute.h
 *	  Values of ticket.attributes by declared type.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AFTERSALES_ATTRIBUTE_H
#define AFTERSALES_ATTRIBUTE_H

#include "aftersales.h"

#include "utils/jsonb.h"

#include "policy.h"

extern const char *as_attribute_type_name(AttributeType type);
extern AttributeType as_attribute_type(const char *name);
extern bool as_attribute_fits(JsonbValue *value, AttributeType type);
extern Datum as_attribute_timestamptz(PG_FUNCTION_ARGS);
extern char *as_attribute_as_text(JsonbValue *value);

#endif							/* AFTERSALES_ATTRIBUTE_H */
