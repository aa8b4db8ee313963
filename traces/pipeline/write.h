/* write.h - writes works as a document of the format protium.pipeline/1
 * (pipeline.h): a job a line, with nothing left to be drawn.
 *
 * Read back, with scale=1 and missing_limit=run, they are the same works. */
#ifndef PT_TRACES_PIPELINE_WRITE_H
#define PT_TRACES_PIPELINE_WRITE_H

#include <stdint.h>
#include "base/error.h"
#include "sink/out.h"
#include "traces/source.h"

struct pt_pipeline_writer {
    struct pt_out out;
    const struct pt_machine *machine; /* borrowed */
    int64_t *ids;                     /* of the jobs written, by number */
    int64_t nids, id_capacity;
};

/* Opens PATH and writes what stands before the jobs.  MACHINE is borrowed until
 * the writer is closed; NOTE (may be NULL) is for people. */
int pt_pipeline_write_open(struct pt_pipeline_writer *writer, const char *path,
                           const struct pt_machine *machine, const char *note,
                           struct pt_err *err);

/* Writes the next work, in the order of their source.  No two jobs have the
 * same id: what comes after another job names it by that. */
int pt_pipeline_write_job(struct pt_pipeline_writer *writer,
                          const struct pt_work *work, struct pt_err *err);

/* One of these two ends it, as pt_out_commit() and pt_out_abandon(). */
int pt_pipeline_write_close(struct pt_pipeline_writer *writer,
                            char hex[PT_DIGEST_TEXT], struct pt_err *err);
void pt_pipeline_write_abandon(struct pt_pipeline_writer *writer);

#endif
