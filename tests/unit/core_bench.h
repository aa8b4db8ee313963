/* core_bench.h - a core on the bench: facts by hand, what comes of them as
 * text.
 *
 * Jobs are numbered from 0 in the order in which they are made; that is their
 * rank, too.  Facts are collected until the next step.  Each step is followed
 * by pt_core_check(), and the census must sum to the machine. */
#ifndef PT_TESTS_UNIT_CORE_BENCH_H
#define PT_TESTS_UNIT_CORE_BENCH_H

#include "core/core.h"
#include "metrics/ledger.h"
#include "tests/unit/check.h"

/* A bench that is not freed in time was in an endless loop: SIGALRM. */
enum { BENCH_STAGES = 6, BENCH_TEXT = 2048, BENCH_SECONDS = 30 };

struct bench_setup {
    const char *policy;   /* NAME[:KEY=VALUE,...], no short names */
    const char *place;    /* NULL: first */
    int32_t nodes, cores; /* of each node */
    struct pt_need size;  /* of each node, if cores is 0 */
    bool named, exclusive;
    enum pt_ties ties;
    enum pt_limits limits;
    const struct pt_policy *own; /* instead of `policy` */
    const struct pt_rules *rules;
    const struct pt_node *node; /* [nodes] */
    const struct pt_pool_spec *pools;
    int32_t npools;
};

struct bench_stage {
    enum pt_mode mode;
    int32_t ntasks;
    pt_time limit;
    const char *parents; /* "01": the stages 0 and 1; NULL: none */
    struct pt_need need; /* all zero: one core */
    bool retries, result;
    enum pt_flaw flaw;
    int32_t profile;
    const int32_t *sites_at;
    const struct pt_site *sites;
};

/* A started attempt. */
struct bench_run {
    int32_t handle, job, stage, try, task, ntasks;
    bool copy;
    int32_t left;   /* tasks that have not been told as ended */
    uint64_t tasks; /* a bit each, of a gang that is not whole; else 0 */
    pt_time start;  /* of the work */
    int64_t slots;  /* that each task takes */
};

struct bench_job {
    struct pt_job job;
    struct pt_stage stage[BENCH_STAGES];
    int32_t parents[BENCH_STAGES][BENCH_STAGES];
    int32_t nrecords; /* of this job: 0, then 1 */
    struct pt_record record;
};

/* Where the time of the slots went, by what the steps tell, and what it should
 * sum to, by the starts and ends. */
struct bench_books {
    bool open;
    struct pt_ledger ledger;
    int64_t ending_slots, ending_starts; /* of what ends with the next step */
    int64_t occupied;                    /* slot-microseconds, by the facts */
    struct pt_spent *spent; /* [nspent] as told, less what was revised */
    int32_t nspent, capacity;
    int64_t told, useful, lost, waited;
};

struct bench {
    struct pt_core *core;
    struct bench_books books;
    void *policy_state, *place_state;
    struct bench_job **jobs;
    int32_t njobs, job_capacity;
    struct bench_run *runs;
    int32_t nruns, run_capacity;
    struct pt_fact *facts;
    int32_t nfacts, fact_capacity;
    int64_t user;     /* of the jobs that are made from now on */
    int32_t pool;     /* likewise */
    int32_t try;      /* whose runs end, fail and enter: -1, the first found */
    bool with_ranges; /* in the text */
    const struct pt_step *step;
    pt_time wake;
    char text[BENCH_TEXT];
};

struct bench *bench_new(const struct bench_setup *setup);
void bench_free(struct bench *bench);

/* Submits a job at the next step; returns its number. */
int32_t bench_job(struct bench *bench, const struct bench_stage *stages,
                  int32_t n);
int32_t bench_gang(struct bench *bench, int32_t ntasks, pt_time limit);
int32_t bench_parallel(struct bench *bench, int32_t ntasks, pt_time limit);

/* Ends the attempt of STAGE that runs TASK (-1: the first one that runs): that
 * task, or all of them if TASK is -1. */
void bench_ends(struct bench *bench, int32_t job, int32_t stage, int32_t task,
                enum pt_outcome outcome);
/* The same for a job with one stage that did its work. */
void bench_done(struct bench *bench, int32_t job);
/* The task failed for that reason (PT_FAULT_FETCH: of PARENT's OUTPUT). */
void bench_fails(struct bench *bench, int32_t job, int32_t stage, int32_t task,
                 enum pt_fault fault);
void bench_fetch_fails(struct bench *bench, int32_t job, int32_t stage,
                       int32_t task, int32_t parent, int32_t output);
/* The member TASK asks to meet the others. */
void bench_enters(struct bench *bench, int32_t job, int32_t stage, int32_t task,
                  enum pt_sync sync, int32_t epoch, int64_t message);
/* Any other fact. */
void bench_fact(struct bench *bench, struct pt_fact fact);
/* The handle of the attempt that runs TASK (-1: any task) of the stage. */
int32_t bench_handle(const struct bench *bench, int32_t job, int32_t stage,
                     int32_t task);

void bench_node(struct bench *bench, enum pt_fact_kind kind, int32_t node);

/* Steps at NOW and returns what was decided and recorded, joined by "; ":
 *
 *     start 0.1x3       stage 1 of job 0, 3 tasks; ":2x1" is task 2 alone
 *     hold 0.1x2        (so many hold slots), unhold, "kill 0.1x3 limit"
 *     start 0.1x3~1     the stage's second try
 *     start 0.1x3@0-2,7 with_ranges
 *     start 0.1:2x1 copy
 *     release 0.1 #0 [5 6 7]     epoch 0, with the messages; "refuse 0.1:2
 *                                #0 late", without a task: all who wait
 *     reject 4 wide, done 0, failed 0, limit 0, cut 0, unfinished 0 */
const char *bench_step(struct bench *bench, pt_time now);
/* What pt_core_close() records. */
const char *bench_close(struct bench *bench);

/* "run 3 hold 0 down 0 free 1 drain; 2 wait for 5" */
const char *bench_census(struct bench *bench);

const struct pt_record *bench_record(const struct bench *bench, int32_t job);

/* From the first step on the books are kept; tasks take whole cores. */
void bench_keep_books(struct bench *bench);
/* The slot-time that was occupied is useful, lost or waited, each once; every
 * job has its record and nothing runs. */
void bench_settle_books(struct bench *bench);

#define AT(bench, now, expected)                                               \
    check_text(bench_step((bench), (now)), (expected), "step at " #now,        \
               __FILE__, __LINE__)

#define CENSUS(bench, expected)                                                \
    check_text(bench_census(bench), (expected), "census", __FILE__, __LINE__)

#endif
