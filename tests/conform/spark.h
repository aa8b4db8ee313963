/* spark.h - a small Spark on the bench: executors, Spark's defaults, and what
 * is told of stages as text. */
#ifndef PT_TESTS_CONFORM_SPARK_H
#define PT_TESTS_CONFORM_SPARK_H

#include "core/rules.h"
#include "core/words.h"
#include "tests/unit/core_bench.h"

#define SEC PT_SECOND
#define MS  INT64_C(1000)

/* What most is tried under. */
static const enum pt_rounds both[] = {PT_ROUNDS_NONE, PT_ROUNDS_SPARK};

enum { SPARK_NODES = 8, SPARK_TEXT = 1024 };

struct spark {
    struct pt_rules rules;
    struct pt_node node[SPARK_NODES];
    struct bench *bench;
    char text[SPARK_TEXT];
};

/* Spark's defaults, with none of its holes but those that are named. */
static inline struct pt_rules spark_rules(enum pt_rounds rounds, uint32_t holes)
{
    return (struct pt_rules){.rounds = rounds,
                             .revive = SEC,
                             .locality = {3 * SEC, 3 * SEC, 3 * SEC},
                             .gate = true,
                             .gate_interval = 15 * SEC,
                             .gate_failures = 40,
                             .task_failures = 4,
                             .stage_attempts = 4,
                             .resubmit = 200 * MS,
                             .speculation_interval = 100 * MS,
                             .speculation_min = 100 * MS,
                             .speculation_quantile = 0.9,
                             .speculation_multiplier = 3,
                             .sync_timeout = PT_TIME_NEVER,
                             .holes = holes};
}

/* N executors of CORES, each on a host of its own; RULES and nodes may be
 * changed before spark_begin(). */
static inline void spark_init(struct spark *s, int32_t n, int32_t cores)
{
    assert_true(n <= SPARK_NODES);
    for (int32_t i = 0; i < n; i++)
        s->node[i] = (struct pt_node){
            .size = {{[PT_CORES] = cores * INT64_C(1000)}}, .host = i};
}

static inline struct bench *spark_begin(struct spark *s, int32_t n,
                                        const char *policy)
{
    s->bench = bench_new(&(struct bench_setup){.policy = policy,
                                               .nodes = n,
                                               .node = s->node,
                                               .size = s->node[0].size,
                                               .named = true,
                                               .rules = &s->rules});
    bench_keep_books(s->bench);
    return s->bench;
}

static inline struct bench *spark_new(struct spark *s, enum pt_rounds rounds,
                                      uint32_t holes, int32_t n, int32_t cores)
{
    *s = (struct spark){.rules = spark_rules(rounds, holes)};
    spark_init(s, n, cores);
    return spark_begin(s, n, "gang:head=skip");
}

/* Every job has its record, and the books are right. */
static inline void spark_end(struct spark *s)
{
    bench_settle_books(s->bench);
    bench_free(s->bench);
}

/* The run ends before JOB does: there is a record, all the same. */
static inline void spark_hangs(struct spark *s, int32_t job)
{
    char text[32];

    snprintf(text, sizeof text, "unfinished %d", job);
    ASSERT_TEXT(bench_close(s->bench), text);
    bench_free(s->bench);
}

/* What JOB's record says. */
static inline void spark_record(const struct bench *b, int32_t job,
                                enum pt_state state, enum pt_cause cause,
                                int32_t tries, pt_time lost)
{
    const struct pt_record *r = bench_record(b, job);

    ASSERT_INT(r->state, state);
    ASSERT_INT(r->cause, cause);
    ASSERT_INT(r->tries, tries);
    ASSERT_INT(r->lost, lost);
}

/* The stage attempts that the last step told of: "0.1~2 failure member". */
static inline const char *spark_stages(struct spark *s)
{
    const struct pt_step *step = s->bench->step;
    size_t used = 0;

    s->text[0] = '\0';
    for (int32_t i = 0; i < step->nstages; i++) {
        const struct pt_stage_record *r = &step->stages[i];
        int n = snprintf(s->text + used, SPARK_TEXT - used, "%s%d.%d~%d %s",
                         i > 0 ? "; " : "", (int)r->job->rank, r->stage, r->try,
                         pt_outcome_words[r->outcome]);
        used += (size_t)n;
        assert_true(used < SPARK_TEXT);
        assert_true(r->end == step->now && r->ready <= r->end);
        if (r->cause == PT_CAUSE_NONE)
            continue;
        n = snprintf(s->text + used, SPARK_TEXT - used, " %s",
                     pt_cause_words[r->cause]);
        used += (size_t)n;
        assert_true(used < SPARK_TEXT);
    }
    return s->text;
}

#define STAGES(s, expected)                                                    \
    check_text(spark_stages(s), (expected), "stages", __FILE__, __LINE__)

/* A job of one gang, or of one parallel stage, that may be tried again. */
static inline int32_t spark_stage(struct bench *b, enum pt_mode mode,
                                  int32_t ntasks, bool result)
{
    struct bench_stage stage = {.mode = mode,
                                .ntasks = ntasks,
                                .limit = 1000 * SEC,
                                .retries = true,
                                .result = result};

    return bench_job(b, &stage, 1);
}

/* A map stage, and a parallel result stage of NRESULT that reads it. */
static inline int32_t spark_map(struct bench *b, enum pt_mode mode,
                                int32_t ntasks, int32_t nresult)
{
    struct bench_stage stages[] = {
        {.mode = mode, .ntasks = ntasks, .limit = 1000 * SEC, .retries = true},
        {.mode = PT_PARALLEL,
         .ntasks = nresult,
         .limit = 1000 * SEC,
         .parents = "0",
         .retries = true,
         .result = true}};

    return bench_job(b, stages, 2);
}

#endif
