/* trial.h - one run of a policy over a few jobs in memory, watched at each
 * step.
 *
 * The jobs go through the simulated world and the loop, as a trace's would.
 * After every step the core recounts its books.  All times are microseconds. */
#ifndef PT_TESTS_CONFORM_TRIAL_H
#define PT_TESTS_CONFORM_TRIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/core.h"
#include "metrics/ledger.h"
#include "world/tape.h"

struct trial_job {
    pt_time submit, length, limit;
    int32_t width;
    int64_t id, user;
    bool parallel; /* each task on its own; else a gang */
    bool ragged;   /* task i of n takes length x (i + 1) / n */
};

/* All zero but policy and nodes is a counted machine of single processors;
 * limits = PT_LIMITS_TRUST cuts lengths to limits, as a reader of traces does.
 */
struct trial_setup {
    const char *policy;   /* as one types it */
    int32_t nodes, cores; /* cores 0: one a node */
    enum pt_ties ties;
    enum pt_limits limits;
    const char *place; /* NULL: first */
    bool named, exclusive;
    const char *tape; /* a tape goes to this file; NULL: to none */
};

struct trial_result {
    int records; /* that the core gave of it: one */
    enum pt_state state;
    pt_time start, end, promise; /* as in struct pt_record */
    int32_t timeouts;
    pt_time held;
};

enum trial_kind { TRIAL_SUBMITTED, TRIAL_ENDED, TRIAL_DECIDED };

/* A fact or a decision; those of a step, in the order in which the core had
 * them: its facts before its decisions. */
struct trial_event {
    pt_time at;
    int64_t step;
    enum trial_kind kind;
    enum pt_decision_kind decision;
    int32_t attempt; /* ENDED and DECIDED */
    int32_t job;     /* DECIDED and SUBMITTED: index in the jobs */
    int32_t task, ntasks;
    int32_t range, nranges; /* in ranges */
};

struct trial {
    struct trial_result *jobs; /* [njobs] in the order of the input */
    int32_t njobs;
    struct trial_event *events; /* [nevents] */
    int32_t nevents, event_capacity;
    struct pt_range *ranges;
    int32_t nranges, range_capacity;
    struct pt_counts counts;
    struct pt_ledger ledger;
    bool balanced; /* the ledger's classes sum to slots x window */
    bool endless;  /* it was stopped: gangs time out and deadlock for ever */
};

/* Runs SETUP on JOBS [N], in any order of submits.  Returns 0, or -1 with what
 * is wrong printed: a bad policy or placement, or an error of the run. */
int trial_run(const struct trial_setup *setup, const struct trial_job *jobs,
              int32_t n, struct trial *trial);
void trial_fini(struct trial *trial);

/* Feeds the tape PATH to a fresh core of SETUP, as `protium tape` does; OTHER
 * and RESULT as for pt_tape_new().  Returns -1 with ERR filled if it is none.
 */
int trial_feed(const struct trial_setup *setup, const char *path, bool other,
               struct pt_tape_result *result, struct pt_err *err);

/* Prints SETUP and JOBS, enough to run them again by hand. */
void trial_print(const struct trial_setup *setup, const struct trial_job *jobs,
                 int32_t n);

/* A small generator, splitmix64: uniform on {0, ..., n - 1}. */
int32_t trial_below(uint64_t *seed, int32_t n);

/* What random jobs are like. */
struct trial_taste {
    int32_t most;  /* jobs */
    int32_t width; /* the widest */
    int32_t users;
    bool parallel; /* some are parallel, some ragged */
    bool overrun;  /* some are longer than their limit */
};

/* Draws 1 .. taste->most JOBS of small whole times, so that much happens at the
 * same instants; in order of submit, ids 1, 2, ...  Returns how many. */
int32_t trial_draw(uint64_t *seed, const struct trial_taste *taste,
                   struct trial_job *jobs);

#define TRIAL_POLICIES 64

/* Every policy and every preset of the registry, and variants of them.  Returns
 * how many. */
size_t trial_policies(const char *names[TRIAL_POLICIES]);

/* Something that must hold of many random workloads. */
struct trial_check {
    void *context;
    int32_t most; /* jobs */
    /* Sets CONTEXT up for case NUMBER and draws its jobs; returns how many. */
    int32_t (*draw)(void *context, uint64_t number, struct trial_job *jobs);
    /* Whether it does not hold; says why in CONTEXT. */
    bool (*fails)(void *context, const struct trial_job *jobs, int32_t n);
    void (*print)(void *context, const struct trial_job *jobs, int32_t n);
};

/* Checks cases 0 .. NCASES - 1, in a process of its own, for the core may stop.
 * Of the first that fails, or stops, leaves out halves, quarters, ... and
 * single jobs as long as it still does, and prints what is left.  Returns
 * whether all held. */
bool trial_check_all(const struct trial_check *check, uint64_t ncases);

/* For a child of a test: a signal ends it, whatever the test's frame does. */
void trial_die_plainly(void);

#endif
