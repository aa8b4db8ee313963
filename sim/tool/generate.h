/* generate.h - a workload model's jobs, written to a file. */
#ifndef PT_TOOL_GENERATE_H
#define PT_TOOL_GENERATE_H

#include <stdint.h>
#include "base/error.h"
#include "experiments/study.h"

/* Writes the jobs of STUDY's model to PATH, in the format that its ending
 * names: pipelines where it is ".json", else SWF; their number into JOBS.  STOP
 * (may be NULL) is set by a signal. */
int pt_generate(const struct pt_study *study, const char *path,
                const volatile int *stop, int64_t *jobs, struct pt_err *err);

#endif
