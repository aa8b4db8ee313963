/* pipeline_file.h - a whole file in memory, plain or gzipped, and the digest of
 * its bytes as they are on the disk. */
#ifndef PT_TRACES_PIPELINE_FILE_H
#define PT_TRACES_PIPELINE_FILE_H

#include <stddef.h>
#include <stdint.h>
#include "base/error.h"
#include "sink/out.h"

struct pt_pipeline_file {
    char *text; /* [n + 1], the last one a zero byte; the caller frees it */
    size_t n;
    int64_t bytes; /* on the disk */
    char digest[PT_DIGEST_TEXT];
};

/* On -1 there is nothing to free.  MAX is the most that TEXT may come to. */
int pt_pipeline_file_read(struct pt_pipeline_file *file, const char *path,
                          size_t max, struct pt_err *err);

/* The same for BYTES [N]; NAME stands for the file in messages. */
int pt_pipeline_file_copy(struct pt_pipeline_file *file, const char *name,
                          const void *bytes, size_t n, size_t max,
                          struct pt_err *err);

#endif
