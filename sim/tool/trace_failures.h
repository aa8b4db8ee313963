/* trace_failures.h - `trace info` of a failure trace. */
#ifndef PT_TOOL_TRACE_FAILURES_H
#define PT_TOOL_TRACE_FAILURES_H

#include <stdbool.h>
#include "base/error.h"
#include "base/time.h"

/* As on the command line; NULL: not asked for. */
struct pt_trace_failures_asked {
    const char *path;
    const char *nodes, *span, *system, *out;
    bool json;
    const volatile int *stop; /* set by a signal */
};

/* Whether there is a failure trace at PATH. */
bool pt_trace_failures_sniff(const char *path);

/* Prints what is in it, and leaves the figure in the folder asked for. */
int pt_trace_failures_info(const struct pt_trace_failures_asked *asked,
                           struct pt_err *err);

/* TEXT of --span, A..B or B, into *FROM and *UNTIL. */
int pt_trace_failures_span(const char *text, pt_time *from, pt_time *until,
                           struct pt_err *err);

#endif
