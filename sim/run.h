/* run.h - one run, assembled from a resolved configuration.
 *
 * What tool/ and experiments/ call: a source of jobs, a machine, a policy and a
 * placement in; the outputs of the sinks and a report out. */
#ifndef PT_RUN_H
#define PT_RUN_H

#include <stdbool.h>
#include <stdint.h>
#include "base/error.h"
#include "base/plugin.h"
#include "core/core.h"
#include "metrics/ledger.h"
#include "metrics/tally.h"
#include "sink/out.h"
#include "traces/source.h"

/* The `--set` keys: one table, pt_settings_params. */
struct pt_settings {
    int clean, missing_limit, overrun, wide, ties, exclusive,
        machine; /* enums */
    pt_time tau;
    char place[PT_PARAM_TEXT_SIZE]; /* NAME[:key=value,...] */
    double scale;
    int64_t seed;
};

extern const struct pt_param pt_settings_params[];

struct pt_run {
    /* in: borrowed for the run */
    const struct pt_source *source; /* and its state's parameters, if a model */
    const char *source_params;      /* "jobs=100,..." or NULL */
    const char *path;               /* of the trace, or NULL */
    int64_t nodes, cores;           /* 0 = from the trace's header */
    const struct pt_policy *policy;
    void *policy_state;      /* parameters filled in */
    const char *policy_text; /* as resolved: "backfill:depth=1,..." */
    const char *label;
    struct pt_settings settings;
    const char *dir;                 /* runs/LABEL, exists; NULL: no files */
    bool tape;                       /* write tape.jsonl too */
    bool floor;                      /* no scheduling: every job starts when it
                                        is submitted (the benchmark's floor) */
    const volatile int *interrupted; /* set by a signal handler; may be NULL */
    void (*progress)(void *context, int64_t rows); /* may be NULL */
    void *progress_context;
};

#define PT_REPORT_RULES   32
#define PT_REPORT_OUTPUTS 16

struct pt_report {
    const struct pt_run *run;
    struct pt_summary summary;
    struct pt_ledger ledger;
    int64_t nodes, cores;                  /* as resolved */
    struct pt_rule rules[PT_REPORT_RULES]; /* copied; the texts are static */
    int32_t nrules;
    int64_t rows;
    bool sorted;             /* the trace stepped back and was sorted */
    struct pt_counts counts; /* the core's */
    char digest_input[PT_DIGEST_TEXT]; /* of the trace file's bytes */
    int64_t input_bytes;
    struct {
        const char *file;
        int64_t bytes;
        char digest[PT_DIGEST_TEXT];
    } outputs[PT_REPORT_OUTPUTS];
    int32_t noutputs;
    double wall_s, cpu_s; /* volatile: not part of any digest */
    int64_t peak_kib;
};

/* One line of JSON with all that the run's results depend on; the caller frees.
 * NODES and CORES as resolved. */
char *pt_run_config(const struct pt_run *run, int64_t nodes, int64_t cores);

/* The core's configuration for the machine of NODES x CORES and the run's
 * settings; place and policy are the caller's to fill in. */
struct pt_core_config;
void pt_run_core_config(const struct pt_settings *settings, int64_t nodes,
                        int64_t cores, struct pt_core_config *config);

/* Opens the placement that TEXT, NAME[:key=value,...], names; the state is the
 * caller's to free. */
const struct pt_place *pt_run_place(const char *text, void **state,
                                    struct pt_err *err);

/* Runs; fills REPORT (pt_report_fini() afterwards, also on failure).  On -1 no
 * output file of the run is left. */
int pt_run_go(const struct pt_run *run, struct pt_report *report,
              struct pt_err *err);
void pt_report_fini(struct pt_report *report);

#endif
