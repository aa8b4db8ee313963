/* pipeline.h - the format protium.pipeline/1: jobs as DAGs of parallel and gang
 * stages, in one JSON document.
 *
 * pipeline.schema.json says what may stand in it, and what is taken where
 * nothing stands; samples/ has an example of each feature.  A key that is not
 * known is an error.  Lengths that are drawn come from a stream per (job,
 * stage), task by task: a task has the same one under every policy, whatever
 * else is drawn.
 *
 * Works come in order of (submit, place in the document), a repeated job's made
 * one at a time.  `scale` stretches the time from the first submit to each
 * other that is not after somebody's end. */
#ifndef PT_TRACES_PIPELINE_PIPELINE_H
#define PT_TRACES_PIPELINE_PIPELINE_H

#include <stddef.h>
#include "traces/source.h"

extern const struct pt_source pt_source_pipeline;

/* As pt_source_pipeline.open(), of BYTES [N] instead of a file; they are
 * borrowed for the call, and NAME stands for the file in messages. */
int pt_pipeline_open_bytes(void *state, const char *name, const void *bytes,
                           size_t n, const struct pt_reading *reading,
                           struct pt_err *err);

#endif
