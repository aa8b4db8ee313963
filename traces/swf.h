/* swf.h - the Standard Workload Format 2.2 of the Parallel Workloads Archive.
 *
 * One job a line, 18 numbers, -1 = unknown; lines that begin with `;` are
 * comments, and those before the first job are the header, `; Label: value`.
 * Jobs come out as one gang stage of single-core tasks, as many as processors
 * requested, or else allocated.
 *
 * Status 0 (failed) and 5 (cancelled) are failures; 1, and what is unknown or
 * odd, successes.  A trace that says 0 throughout, meaning unknown, is taken at
 * its word.  What becomes of dirty rows: row.h. */
#ifndef PT_TRACES_SWF_H
#define PT_TRACES_SWF_H

#include <stddef.h>
#include <stdint.h>
#include "base/time.h"
#include "traces/source.h"

#define PT_SWF_FIELDS 18

/* What the header says; 0 and "" = nothing.  Of a number with words behind it
 * the number is taken: "338 (batch partition)".  Of a repeated label the first
 * counts, of the Max... ones the largest. */
struct pt_swf_header {
    int64_t max_procs, max_nodes, max_jobs;
    int64_t unix_start;
    pt_time max_runtime;
    char version[32], computer[128], installation[256], acknowledge[256];
    char preemption[32], time_zone[64];
};

extern const struct pt_source pt_source_swf;

/* Of an opened state; borrowed until it is closed. */
const struct pt_swf_header *pt_swf_header(const void *state);

/* As pt_source_swf.open(), of BYTES [N] instead of a file; they are borrowed
 * until the state is closed, and NAME stands for the file in messages. */
int pt_swf_open_bytes(void *state, const char *name, const void *bytes,
                      size_t n, const struct pt_reading *reading,
                      struct pt_err *err);

#endif
