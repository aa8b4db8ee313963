/* spark_wild.h - an unruly world for the core under Spark's rules.
 *
 * Everything follows from one seed: the machine, the rules, the policy, the
 * jobs, and what becomes of every launch.  A second core gets the same facts,
 * those of one step in another order of kinds, and must say the same.  Each
 * step is checked against the world's own books. */
#ifndef PT_TESTS_CONFORM_SPARK_WILD_H
#define PT_TESTS_CONFORM_SPARK_WILD_H

#include "base/random.h"
#include "core/core.h"
#include "tests/unit/check.h"

enum {
    WILD_NODES = 6,
    WILD_STAGES = 4,
    WILD_WIDTH = 6,
    WILD_SITES = 3 * WILD_WIDTH,
    WILD_JOBS = 14,
    WILD_TRIES = 64,
    WILD_POOLS = 4,
    WILD_RUNS = 256,
    WILD_FACTS = 512
};

/* A launch: of a gang, or of a task. */
struct wild_run {
    int32_t handle, job, stage, try, ntasks;
    int32_t task[WILD_WIDTH];
    int32_t epoch[WILD_WIDTH];
    int64_t said[WILD_WIDTH];
    uint32_t gone, going; /* bit per index: ended, ends in this step */
    uint32_t waiting;
    pt_time start, until, synced;
    int32_t node;
    bool gang, copy, killed, sums;
};

/* What the world saw of a stage. */
struct wild_stage {
    uint32_t ever;                /* tasks that succeeded, some time */
    int32_t newest;               /* try */
    int32_t launches[WILD_WIDTH]; /* in it */
    int32_t launched[WILD_TRIES], told[WILD_TRIES];
};

struct wild_job {
    struct pt_job job;
    struct pt_stage stage[WILD_STAGES];
    int32_t parents[WILD_STAGES][WILD_STAGES];
    int32_t sites_at[WILD_STAGES][WILD_WIDTH + 1];
    struct pt_site sites[WILD_STAGES][WILD_SITES];
    struct wild_stage seen[WILD_STAGES];
    bool submitted, over;
    enum pt_state state;
};

struct wild {
    uint64_t seed;
    struct pt_random random;
    const char *policy;
    struct pt_core_config config;
    struct pt_rules rules;
    struct pt_node node[WILD_NODES];
    struct pt_pool_spec pools[WILD_POOLS];
    bool up[WILD_NODES];
    bool was_up[WILD_NODES]; /* at any time of this instant */
    void *state[2], *place_state;
    struct pt_core *core[2];
    struct wild_job *job;
    int32_t njobs, nsubmitted, nover;
    struct wild_run runs[WILD_RUNS];
    int32_t nruns;
    struct pt_fact facts[WILD_FACTS], other[WILD_FACTS];
    int32_t nfacts;
    pt_time now, wake;
    int32_t idle; /* steps at one instant without facts */
    bool calm, drained, integral, plain;
    uint32_t fails, ends, answers, enters, moves; /* chances in 100 */
    struct pt_census census;
    int64_t ran, barrier, held;  /* areas, by census */
    int64_t spent, lost, synced; /* by what was told */
    int64_t record_held, record_lost, record_waited;
    bool talks;
};

uint32_t wild_below(struct wild *w, uint32_t n);
bool wild_chance(struct wild *w, uint32_t percent);

/* spark_wild.c */
void wild_open(struct wild *w, uint64_t seed);
void wild_close(struct wild *w);
/* spark_wild_check.c: both cores take the step; what they say is checked and
 * becomes the world's. */
void wild_step(struct wild *w);
void wild_finish(struct wild *w);
/* Members that go on. */
uint32_t wild_left(const struct wild_run *run);
#define WILD_TRUE(w, what) wild_true((w), (what), #what, __FILE__, __LINE__)
void wild_true(const struct wild *w, bool holds, const char *what,
               const char *file, int line);

#endif
