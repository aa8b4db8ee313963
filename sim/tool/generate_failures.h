/* generate_failures.h - what failure models do to a machine, written as a
 * failure trace. */
#ifndef PT_TOOL_GENERATE_FAILURES_H
#define PT_TOOL_GENERATE_FAILURES_H

#include <stdint.h>
#include "base/error.h"
#include "base/time.h"
#include "experiments/study.h"

/* Writes the outages that MODELS, NAME[:key=value,...][+...], give STUDY's
 * nodes in [FROM, UNTIL) to PATH, as CSV (node,down,up,cause; seconds); how
 * many into OUTAGES.  Who is down when the window ends has no `up`.  STOP is
 * set by a signal. */
int pt_generate_failures(const struct pt_study *study, const char *models,
                         pt_time from, pt_time until, const char *path,
                         const volatile int *stop, int64_t *outages,
                         struct pt_err *err);

#endif
