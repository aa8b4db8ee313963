/* selftest_run.h - one run, asked for as on the command line. */
#ifndef PT_TOOL_SELFTEST_RUN_H
#define PT_TOOL_SELFTEST_RUN_H

#include <stdint.h>
#include "base/error.h"

struct pt_report;

struct pt_selftest_run {
    const char *workload; /* a trace's file, or a model */
    const char *policy;
    const char *set; /* "KEY=VALUE KEY=VALUE ..."; NULL: none */
    int64_t nodes;   /* 0: the trace's own */
    int64_t seed, replication;
    const volatile int *interrupted;
};

/* Runs; pt_report_fini() afterwards, also on failure. */
int pt_selftest_go(const struct pt_selftest_run *asked,
                   struct pt_report *report, struct pt_err *err);

#endif
