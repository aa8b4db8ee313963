/* out.h - a file being written: buffered, digested, and there only when whole.
 *
 * Bytes go to PATH.tmp; pt_out_commit() flushes, syncs nothing, renames, and
 * gives the SHA-256 of all bytes.  pt_out_abandon() removes the temporary file.
 * Errors of write(2) are remembered and told at commit.  A PATH that is a
 * device, a pipe or a link is written in place. */
#ifndef PT_SINK_OUT_H
#define PT_SINK_OUT_H

#include <stddef.h>
#include <stdint.h>
#include "base/error.h"
#include "base/time.h"

#define PT_DIGEST_TEXT 65

struct pt_out {
    int fd;
    char *buffer; /* [PT_OUT_BUFFER] */
    size_t used;
    int64_t bytes; /* written before the buffer; after commit: all */
    int failed;    /* errno of the first failure */
    void *digest;
    char *path, *partial;
};

#define PT_OUT_BUFFER (1u << 18)

/* PATH NULL: digests only, writes nowhere. */
int pt_out_open(struct pt_out *out, const char *path, struct pt_err *err);
/* Writes to FD, which stays the caller's: standard output, say. */
void pt_out_attach(struct pt_out *out, int fd);
/* HEX (may be NULL) gets the digest in lower-case hexadecimal.  On -1 nothing
 * is left at PATH that was not there before.  Ends OUT either way. */
int pt_out_commit(struct pt_out *out, char hex[PT_DIGEST_TEXT],
                  struct pt_err *err);
/* Nothing, if OUT is all zero or has ended. */
void pt_out_abandon(struct pt_out *out);

/* The SHA-256 of BYTES [N]. */
void pt_digest_of(const void *bytes, size_t n, char hex[PT_DIGEST_TEXT]);

void pt_out_flush(struct pt_out *out);

/* At least SIZE bytes of room, SIZE <= PT_OUT_BUFFER: write there, then add to
 * `used`. */
static inline char *pt_out_room(struct pt_out *out, size_t size)
{
    if (PT_OUT_BUFFER - out->used < size)
        pt_out_flush(out);
    return out->buffer + out->used;
}

void pt_out_bytes(struct pt_out *out, const void *bytes, size_t n);
void pt_out_text(struct pt_out *out, const char *text);
void pt_out_char(struct pt_out *out, char c);
void pt_out_int(struct pt_out *out, int64_t value);
void pt_out_time(struct pt_out *out, pt_time time); /* exact seconds */
void pt_out_real(struct pt_out *out, double value); /* shortest exact; NaN:
                                                       nothing */
void pt_out_json_text(struct pt_out *out, const char *text); /* quoted */
/* A CSV field: quoted if it needs it. */
void pt_out_csv_text(struct pt_out *out, const char *text);

#endif
