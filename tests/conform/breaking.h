/* breaking.h - nodes that fail again and again, told by hand.
 *
 * The world is not the simulated one: kills are answered late, nodes come back
 * before they are, racks fail as a whole, notices of maintenance are kept more
 * or less.  It keeps books of its own: who has which processor or node, what
 * runs, what is down. */
#ifndef PT_TESTS_CONFORM_BREAKING_H
#define PT_TESTS_CONFORM_BREAKING_H

#include "core/core.h"
#include "metrics/ledger.h"
#include "tests/conform/trial.h"

enum {
    BREAKING_JOBS = 14,
    BREAKING_NODES = 6,
    BREAKING_CORES = 3, /* of a node */
    BREAKING_STAGES = 3,
    BREAKING_TASKS = BREAKING_NODES * BREAKING_CORES,
    BREAKING_TURNS = 400,
    BREAKING_STEPS = 20000,
    BREAKING_SEED = 4
};

/* A node's, told at AT. */
struct breaking_turn {
    pt_time at;
    struct pt_fact fact;
};

/* A machine, its rules, and the lives of its nodes. */
struct breaking_scene {
    bool named, exclusive; /* given */
    const char *names[TRIAL_POLICIES];
    size_t npolicies;
    uint64_t seed;
    struct trial_setup setup;
    struct pt_rules rules;
    struct pt_node node[BREAKING_NODES];
    bool own; /* each node is another */
    struct breaking_turn turns[BREAKING_TURNS];
    int nturns;
    char what[300]; /* does not hold */
};

struct breaking_job {
    struct pt_job job;
    struct pt_stage stage[BREAKING_STAGES];
    int32_t parents[BREAKING_STAGES];
    int records;
};

/* What holds slots, or works on them. */
struct breaking_run {
    bool held, killed;
    int32_t handle, job, stage, try, first, ntasks;
    pt_time start, answer; /* to the kill */
    uint32_t gone, nodes;  /* bit per task, per node */
    int32_t
        unit[BREAKING_TASKS]; /* of a counted machine: each task's processor */
};

enum { BREAKING_FAILURES = 3 }; /* that a rule may count */

enum breaking_health { BREAKING_UP, BREAKING_DRAINED, BREAKING_DOWN };

struct breaking_world {
    struct breaking_scene *scene;
    const struct trial_job *like;
    struct breaking_job *jobs;
    int32_t njobs, at, turn, nover;
    struct pt_core *core;
    struct breaking_run *runs;
    int32_t nruns, run_capacity;
    struct pt_fact *facts;
    int32_t nfacts, fact_capacity;
    enum breaking_health health[BREAKING_NODES];
    uint32_t planned, settled; /* nodes; the core knows of these */
    pt_time since[BREAKING_NODES], until[BREAKING_NODES];
    pt_time failed[BREAKING_NODES][BREAKING_FAILURES]; /* the last ones */
    int32_t nfailed[BREAKING_NODES];                   /* since it rested */
    bool tired[BREAKING_NODES];
    pt_time rest[BREAKING_NODES];  /* it is left down until then */
    int32_t owner[BREAKING_TASKS]; /* of a counted machine's processors */
    pt_time now, wake;
    struct pt_census census;
    struct pt_ledger ledger;
    int64_t ran, told, lost, saving, loading, recorded;
};

static inline int32_t breaking_bits(uint32_t set)
{
    return __builtin_popcount(set);
}

/* One of 0 ... N - 1, always the same for the same question. */
int32_t breaking_pick(const struct breaking_scene *scene, int64_t a, int64_t b,
                      int32_t n);

/* As of struct trial_check; the context is a scene. */
int32_t breaking_draw(void *context, uint64_t number, struct trial_job *jobs);
void breaking_print(void *context, const struct trial_job *jobs, int32_t n);
bool breaking_fails(void *context, const struct trial_job *jobs, int32_t n);

/* --- facts --- */

void breaking_make_job(struct breaking_world *w, int32_t job);
const struct pt_stage *breaking_stage(const struct breaking_world *w,
                                      const struct breaking_run *run);
/* When something happens next. */
pt_time breaking_next(const struct breaking_world *w);
/* What has happened by now becomes facts. */
void breaking_gather(struct breaking_world *w);
/* Whether NODE, which is up, is left down. */
bool breaking_rests(const struct breaking_world *w, int32_t node);
/* It has no processor any more. */
void breaking_vacate(struct breaking_world *w, int32_t handle);

/* --- checks --- */

/* Takes in what STEP decided and told; remembers the first thing that is not
 * as it should be. */
void breaking_take(struct breaking_world *w, const struct pt_step *step);
/* What must hold of the census after each step whose facts were not put off.
 */
void breaking_look(struct breaking_world *w);
void breaking_bad(struct breaking_world *w, const char *what, int64_t a,
                  int64_t b);
void breaking_expect(struct breaking_world *w, const char *what, int64_t a,
                     int64_t b);

#endif
