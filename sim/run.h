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
#include "models/failure.h"
#include "sink/out.h"
#include "traces/source.h"

struct pt_straggler_model;
struct pt_fault_model;
struct pt_checkpoint_model;
struct pt_breaker;
struct pt_changing;
struct pt_chain;

/* The `--set` keys: one table, pt_settings_params. */
struct pt_settings {
    int clean, missing_limit, overrun, wide, ties, exclusive,
        machine; /* enums */
    pt_time tau;
    char place[PT_PARAM_TEXT_SIZE]; /* NAME[:key=value,...] */
    double scale;
    int64_t seed, replication;
    char changes[PT_PARAM_TEXT_SIZE]; /* CHANGE[+CHANGE...] of the workload */
    char warmup[PT_PARAM_TEXT_SIZE];  /* see metrics/steady.h */

    /* Spark's rules: see core/rules.h */
    int rounds, gate, dynamic, outputs, speculation, exclude; /* enums */
    pt_time revive, locality_node, locality_host, locality_rack;
    pt_time gate_interval, resubmit;
    int64_t gate_failures, task_failures, stage_attempts;
    pt_time speculation_interval, speculation_min;
    double speculation_quantile, speculation_multiplier;
    pt_time sync_timeout;
    char holes[PT_PARAM_TEXT_SIZE];

    /* the simulated world's */
    pt_time launch_delay;
    int barriers;                       /* enum pt_barriers */
    char straggler[PT_PARAM_TEXT_SIZE]; /* NAME[:key=value,...] */
    char fault[PT_PARAM_TEXT_SIZE];
    char gang[PT_PARAM_TEXT_SIZE];  /* for sources that have this parameter */
    char chain[PT_PARAM_TEXT_SIZE]; /* likewise */
    char pools[PT_PARAM_TEXT_SIZE];

    /* nodes that break, and work that is saved */
    char failures[PT_PARAM_TEXT_SIZE]; /* MODEL[+MODEL...] */
    char checkpoint[PT_PARAM_TEXT_SIZE];
    char slowness[PT_PARAM_TEXT_SIZE];
    int requeue; /* enum pt_requeue */
    pt_time patience, node_window, node_rest, stall;
    int64_t losses, node_failures, racks;

    uint64_t given; /* bit per key, by its place in the table: the user's */
};

enum pt_barriers { PT_BARRIERS_WHOLE, PT_BARRIERS_EACH };

extern const struct pt_param pt_settings_params[];

/* Sets KEY to VALUE, which is checked; it is the user's from then on.  OWNER
 * says in messages who said so.  Errors are PT_ERR_USAGE. */
int pt_settings_set(struct pt_settings *settings, const char *owner,
                    const char *key, const char *value, struct pt_err *err);

/* The same for a value that was recorded with the input: what the user said
 * stands. */
int pt_settings_condition(struct pt_settings *settings, const char *owner,
                          const char *key, const char *value,
                          struct pt_err *err);

/* The seed of all that is drawn in the run. */
uint64_t pt_settings_seed(const struct pt_settings *settings);

/* The rules that SETTINGS say. */
void pt_settings_rules(const struct pt_settings *settings,
                       struct pt_rules *rules);

/* A run's machine and its pools, as resolved. */
struct pt_run_machine {
    int64_t nodes, cores; /* of each; of the largest, where `node` is there */
    struct pt_node *node; /* [nodes] or NULL: all alike; owned */
    struct pt_pool_spec *pools; /* [npools] or NULL: one; owned, but for the
                                   names */
    int32_t npools;
};

void pt_run_machine_fini(struct pt_run_machine *machine);

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
    struct pt_settings settings; /* the run's, and the input's conditions */
    struct pt_summary summary;
    struct pt_ledger ledger;
    int64_t nodes, cores;                  /* as resolved */
    struct pt_rule rules[PT_REPORT_RULES]; /* copied; the texts are static */
    int32_t nrules;
    int64_t rows;
    int64_t unsubmitted;     /* jobs: what they come after has not ended */
    int64_t stages_compared; /* with their recorded durations */
    double stage_error_p50, stage_error_p95; /* |simulated - recorded| /
                                                recorded; NaN if none */
    bool sorted;  /* the trace stepped back and was sorted */
    bool failing; /* nodes may break, or work is saved */
    bool stalled; /* it ended since nothing had started or ended for `stall` */
    struct pt_failure_input failed; /* the failure trace, if there is one */
    char digest_failed[PT_DIGEST_TEXT];
    struct pt_rule failed_rules[PT_REPORT_RULES];
    struct pt_implied implied;         /* by the failure models */
    struct pt_counts counts;           /* the core's */
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

/* What RUN's workload is called: the trace's name without folder and endings,
 * or the model's; the caller frees. */
char *pt_run_workload(const struct pt_run *run);

/* One line of JSON with all that the run's results depend on; the caller frees.
 * Nodes and pools are in it where they are not alike, not just one:
 *   "machine": [[milli-cores, milli-gpus, MiB, host, rack, profile, absent],
 *     ...], "pools": [{"name", "parent", "weight", "min_share", "fair"}, ...]
 */
char *pt_run_config(const struct pt_run *run,
                    const struct pt_settings *settings,
                    const struct pt_run_machine *machine);

/* What RUN is known by before it is made: the SHA-256 of all that its results
 * depend on, INPUT being the digest of its trace's bytes (NULL: none).  Two
 * runs of one key have the same results; another version has other keys. */
void pt_run_key(const struct pt_run *run, const char *input,
                char key[PT_DIGEST_TEXT]);

/* The core's configuration for MACHINE and SETTINGS; RULES is filled, and
 * pointed to, as MACHINE is.  Place and policy are the caller's to fill in. */
void pt_run_core_config(const struct pt_settings *settings,
                        const struct pt_run_machine *machine,
                        struct pt_rules *rules, struct pt_core_config *config);

/* A run's workload, open: its source, with what is made of it on top. */
struct pt_opened {
    const struct pt_source *source; /* what is to be read */
    void *state;
    void *bottom; /* the state of the run's own source; the same if nothing is
                     changed */
    struct pt_chain *chain; /* NULL then */
};

/* Opens RUN's source and its changes with SETTINGS, which get the conditions
 * that it was recorded under; pt_run_close() afterwards, unless it failed. */
int pt_run_open(const struct pt_run *run, struct pt_settings *settings,
                bool sorted, struct pt_opened *opened, struct pt_err *err);
void pt_run_close(struct pt_opened *opened);

/* The machine that RUN is for; its workload is OPENED, and the first job is
 * submitted at FIRST. */
int pt_run_find_machine(const struct pt_run *run,
                        const struct pt_opened *opened, pt_time first,
                        struct pt_run_machine *machine, struct pt_err *err);

/* SETTINGS get the conditions that RUN's input was recorded under. */
int pt_run_resolve(const struct pt_run *run, struct pt_settings *settings,
                   struct pt_err *err);

/* Opens the placement that TEXT, NAME[:key=value,...], names; the state is the
 * caller's to free. */
const struct pt_place *pt_run_place(const char *text, void **state,
                                    struct pt_err *err);

/* The same for the models of stragglers and of task failures. */
const struct pt_straggler_model *
pt_run_straggler(const char *text, void **state, struct pt_err *err);
const struct pt_fault_model *pt_run_fault(const char *text, void **state,
                                          struct pt_err *err);

const struct pt_checkpoint_model *
pt_run_checkpoint(const char *text, void **state, struct pt_err *err);

/* Makes the failure models that TEXT, NAME[:key=value,...][+...], names, with
 * their states, into BREAKERS [PT_FAILURE_MODELS]; returns how many (none are
 * left out), or -1.  _fini() frees N of them. */
int32_t pt_run_breakers(const char *text, struct pt_breaker *breakers,
                        struct pt_err *err);
void pt_run_breakers_fini(struct pt_breaker *breakers, int32_t n);

/* The same for CHANGES [PT_CHANGES_MOST]; "none" is none. */
int32_t pt_run_changes(const char *text, struct pt_changing *changes,
                       struct pt_err *err);
void pt_run_changes_fini(struct pt_changing *changes, int32_t n);

/* Runs; fills REPORT (pt_report_fini() afterwards, also on failure).  On -1 no
 * output file of the run is left. */
int pt_run_go(const struct pt_run *run, struct pt_report *report,
              struct pt_err *err);
void pt_report_fini(struct pt_report *report);

#endif
