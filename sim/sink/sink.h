/* sink.h - what a run leaves behind: one file per output.
 *
 * A sink writes to the stream it is given; the run opens PATH.tmp, digests what
 * passes, and renames at the end, so nothing is ever half-written. */
#ifndef PT_SINK_SINK_H
#define PT_SINK_SINK_H

#include <stdbool.h>
#include "base/error.h"
#include "base/plugin.h"
#include "core/fact.h"
#include "sink/out.h"

struct pt_report; /* sim/run.h: all that is known when the run has ended */

/* What a sink may know before the run begins; borrowed for the run. */
struct pt_sink_context {
    const char *workload; /* the trace's name, without folder and endings */
    const char *label;    /* the policy's */
    const char *config;   /* the resolved configuration: one line of JSON */
    pt_time tau;
    int64_t nodes, cores; /* the machine: nodes of cores processors */
};

struct pt_sink {
    PT_PLUGIN;
    const char *file; /* name in the run's folder */
    bool optional;    /* only on request */
    bool staged;      /* only of sources whose jobs are pipelines */
    bool failing;     /* only where nodes may go down, or work is saved */
    /* All three may be NULL.  They return -1 with ERR filled; errors of the
     * stream itself are found by the run at its close.  `close` always follows
     * a successful `open`; REPORT is NULL if the run has failed: it frees then,
     * and writes nothing. */
    int (*open)(void *state, struct pt_out *out,
                const struct pt_sink_context *context, struct pt_err *err);
    int (*step)(void *state, const struct pt_step *step, struct pt_err *err);
    int (*close)(void *state, const struct pt_report *report,
                 struct pt_err *err);
};

#endif
