/* unpack.h - the bytes of a file, or of memory: as they are, or as they were
 * before gzip, xz or zstd packed them; and the digest of what is on the disk.
 *
 * What packed them is told by the first bytes.  Members, streams and frames
 * that follow one another are one text. */
#ifndef PT_TRACES_UNPACK_H
#define PT_TRACES_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/error.h"
#include "sink/out.h"

struct pt_packed;

struct pt_unpack {
    bool ended;        /* nothing follows what was read */
    char failure[160]; /* and this is why, unless it is "" */
    int64_t bytes;     /* of the file, packed, read so far */
    struct pt_packed *packed;
};

/* Opens the file at PATH, and reads its beginning.  On -1, ERR is filled, and
 * there is nothing to close. */
int pt_unpack_open(struct pt_unpack *unpack, const char *path,
                   struct pt_err *err);

/* The same for BYTES [N], which stay the caller's and must outlive UNPACK; NAME
 * stands for the file in messages. */
int pt_unpack_open_bytes(struct pt_unpack *unpack, const char *name,
                         const void *bytes, size_t n, struct pt_err *err);

/* Reads into TO; returns how many bytes: SIZE, unless it has ended. */
size_t pt_unpack_read(struct pt_unpack *unpack, char *to, size_t size);

/* It has ended here, for what is wrong with the text. */
void pt_unpack_fail(struct pt_unpack *unpack, const char *what);

/* Reads the rest of the file without unpacking it: for the digest. */
void pt_unpack_finish(struct pt_unpack *unpack);

/* SHA-256 of all that was read, in hexadecimal, once: at the end. */
void pt_unpack_digest(struct pt_unpack *unpack, char hex[PT_DIGEST_TEXT]);

void pt_unpack_close(struct pt_unpack *unpack);

#endif
