/*-------------------------------------------------------------------------
 *
 * hash.c
 *	  The bytes that the audit chain is made over (hash format 1).
 *
 * An event's hash is SHA-256 over
 *
 *		"AS1", the previous event's hash (no bytes for the first),
 *		ticket_id, seq, event, occurred_at, recorded_at, actor, from_state,
 *		to_state, corrects, origin, external_ref, private_digest
 *
 * each field as a big-endian 4-byte length and its bytes, NULL as length
 * 0xFFFFFFFF without bytes; integers as 8 bytes big-endian, times as
 * microseconds since 2000-01-01 UTC in 8 bytes, text in UTF-8.  Nothing
 * depends on settings, and event_id is not part of it.
 *
 * A private digest is SHA-256 over "AP1", the salt, the note and the data
 * (jsonb as its text), as fields of the same form.
 *
 * A salt is derived from a random key of the statement, so that the BEFORE
 * and the AFTER trigger come to the same one; the key is never stored.
 *
 *-------------------------------------------------------------------------
 */
#include "aftersales.h"

#include "common/cryptohash.h"
#include "mb/pg_wchar.h"
#include "port/pg_bswap.h"
#include "utils/builtins.h"

#include "event.h"

static void
sha256(const char *data, size_t len, uint8 *result)
{
	pg_cryptohash_ctx *ctx = pg_cryptohash_create(PG_SHA256);

	if (ctx == NULL ||
		pg_cryptohash_init(ctx) < 0 ||
		pg_cryptohash_update(ctx, (const uint8 *) data, len) < 0 ||
		pg_cryptohash_final(ctx, result, HASH_LEN) < 0)
		elog(ERROR, "could not compute a SHA-256 hash");
	pg_cryptohash_free(ctx);
}

static void
put_bytes(StringInfo buf, const void *bytes, size_t len)
{
	uint32		n = pg_hton32(bytes == NULL ? 0xFFFFFFFF : (uint32) len);

	appendBinaryStringInfo(buf, (const char *) &n, sizeof(n));
	if (bytes != NULL)
		appendBinaryStringInfo(buf, bytes, len);
}

static void
put_int(StringInfo buf, int64 value)
{
	uint64		n = pg_hton64((uint64) value);

	put_bytes(buf, &n, sizeof(n));
}

static void
put_text(StringInfo buf, const char *text)
{
	if (text != NULL)
		text = pg_server_to_any(text, strlen(text), PG_UTF8);
	put_bytes(buf, text, text == NULL ? 0 : strlen(text));
}

/*
 * as_event_hash fills in the hash of an event, given the previous one's (NULL
 * for the first of a ticket).
 */
void
as_event_hash(EventRow *e, const uint8 *prev_hash)
{
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfoString(&buf, "AS1");
	put_bytes(&buf, prev_hash == NULL ? (const uint8 *) "" : prev_hash,
			  prev_hash == NULL ? 0 : HASH_LEN);
	put_int(&buf, e->ticket_id);
	put_int(&buf, e->seq);
	put_text(&buf, e->event);
	put_int(&buf, e->occurred_at);
	put_int(&buf, e->recorded_at);
	put_text(&buf, e->actor);
	put_text(&buf, e->from_state);
	put_text(&buf, e->to_state);
	if (!e->has_corrects)
		put_bytes(&buf, NULL, 0);
	else
		put_int(&buf, e->corrects);
	put_text(&buf, e->origin);
	put_text(&buf, e->external_ref);
	put_bytes(&buf, e->has_private ? e->digest : NULL, HASH_LEN);
	sha256(buf.data, buf.len, e->hash);
	pfree(buf.data);
}

/*
 * as_private_digest computes the digest of an event's private row.
 */
void
as_private_digest(const uint8 *salt, const char *note, Jsonb *data, uint8 *digest)
{
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfoString(&buf, "AP1");
	put_bytes(&buf, salt, HASH_LEN);
	put_text(&buf, note);
	put_text(&buf, data == NULL ? NULL : JsonbToCString(NULL, &data->root, VARSIZE(data)));
	sha256(buf.data, buf.len, digest);
	pfree(buf.data);
}

static void
make_salt(AsStatement *st, const EventRow *e, uint8 *salt)
{
	StringInfoData buf;

	if (!st->has_salt_key)
	{
		if (!pg_strong_random(st->salt_key, HASH_LEN))
			ereport(ERROR,
					(errcode(ERRCODE_INTERNAL_ERROR),
					 errmsg("could not generate a random salt")));
		st->has_salt_key = true;
	}
	initStringInfo(&buf);
	put_bytes(&buf, st->salt_key, HASH_LEN);
	put_int(&buf, e->ticket_id);
	put_int(&buf, e->seq);
	sha256(buf.data, buf.len, salt);
	pfree(buf.data);
}

/*
 * as_event_seal_private gives an event salt and digest of what is private.
 */
void
as_event_seal_private(AsStatement *st, EventRow *e)
{
	e->has_private = e->note != NULL || e->data != NULL;
	if (e->has_private)
	{
		make_salt(st, e, e->salt);
		as_private_digest(e->salt, e->note, e->data, e->digest);
	}
}

/*
 * as_bytea returns a hash, digest or salt as a bytea.
 */
Datum
as_bytea(const uint8 *bytes)
{
	bytea	   *result = palloc(VARHDRSZ + HASH_LEN);

	SET_VARSIZE(result, VARHDRSZ + HASH_LEN);
	memcpy(VARDATA(result), bytes, HASH_LEN);
	return PointerGetDatum(result);
}
