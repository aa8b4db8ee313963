/* world_bench.h - a simulated world on the bench: works by hand, decisions by
 * hand, and the facts that come of them as text. */
#ifndef PT_TESTS_UNIT_WORLD_BENCH_H
#define PT_TESTS_UNIT_WORLD_BENCH_H

#include "tests/unit/check.h"

#include "base/vec.h"
#include "core/words.h"
#include "world/simulated.h"

enum { WORLD_TEXT = 4096, WORLD_DECISIONS = 64 };

struct world_bench {
    const struct pt_work *works; /* [n] */
    int32_t n, at;
    struct pt_source source;
    struct pt_world *world;
    pt_time now;
    const struct pt_fact *facts;
    int32_t nfacts;
    const struct pt_job *job[WORLD_DECISIONS]; /* by rank */
    struct pt_decision decisions[WORLD_DECISIONS];
    int64_t messages[WORLD_DECISIONS];
    struct pt_record records[WORLD_DECISIONS];
    struct pt_step step;
    char text[WORLD_TEXT];
};

static inline int world_source_next(void *state, struct pt_work *work,
                                    struct pt_err *err)
{
    struct world_bench *b = state;

    (void)err;
    if (b->at == b->n)
        return 0;
    *work = b->works[b->at++];
    return 1;
}

static inline bool world_source_recorded(const void *state, int64_t job,
                                         int64_t stage, pt_time *ready,
                                         pt_time *end)
{
    (void)state, (void)job, (void)stage, (void)ready, (void)end;
    return false;
}

/* WHOLE: the source is one that is read at once. */
static inline struct world_bench *
world_open(const struct pt_work *works, int32_t n, bool whole,
           const struct pt_simulated_config *config)
{
    struct world_bench *b = pt_alloc(1, sizeof *b);
    const struct pt_simulated_config plain = {.each = false};

    b->works = works;
    b->n = n;
    b->source = (struct pt_source){
        .name = "bench", .staged = true, .next = world_source_next};
    if (whole)
        b->source.recorded = world_source_recorded;
    b->world = pt_simulated_new(&b->source, b, config ? config : &plain);
    b->step.decisions = b->decisions;
    b->step.records = b->records;
    b->step.messages = b->messages;
    return b;
}

static inline void world_close(struct world_bench *b)
{
    b->world->close(b->world);
    pt_free(b);
}

static inline size_t world_print(const struct world_bench *b,
                                 const struct pt_fact *fact, char *text,
                                 size_t size)
{
    int n = 0;

    (void)b;
    switch (fact->kind) {
    case PT_FACT_ENDED:
        n = snprintf(text, size, "ended %d:%d %s", (int)fact->attempt,
                     (int)fact->task, pt_outcome_words[fact->outcome]);
        if (fact->outcome == PT_FAILURE)
            n += snprintf(text + n, size - (size_t)n, " %s",
                          pt_fault_words[fact->fault]);
        if (fact->fault == PT_FAULT_FETCH)
            n += snprintf(text + n, size - (size_t)n, " %d.%d",
                          (int)fact->parent, (int)fact->output);
        break;
    case PT_FACT_NODE_UP:
        n = snprintf(text, size, "up %d", (int)fact->node);
        break;
    case PT_FACT_NODE_DOWN:
        n = snprintf(text, size, "down %d", (int)fact->node);
        break;
    case PT_FACT_NODE_NOTICE:
        n = snprintf(text, size, "notice %d", (int)fact->node);
        break;
    case PT_FACT_ENTERED:
        n = snprintf(text, size, "entered %d:%d epoch %d of %d",
                     (int)fact->attempt, (int)fact->task, (int)fact->epoch,
                     (int)fact->width);
        break;
    case PT_FACT_SYNCED:
        n = snprintf(text, size, "synced %d since %lld waited %lld",
                     (int)fact->attempt, (long long)fact->since,
                     (long long)fact->waited);
        break;
    case PT_FACT_SUBMITTED:
        n = snprintf(text, size, "job %lld", (long long)fact->job->id);
        break;
    case PT_FACT_SHUFFLE:
        n = snprintf(text, size, "shuffle");
        break;
    }
    return (size_t)n;
}

/* The next step's facts: "30: ended 1:-1 success; job 2", or "end". */
static inline const char *world_next(struct world_bench *b, pt_time wake)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    int got =
        b->world->next(b->world, wake, &b->now, &b->facts, &b->nfacts, &err);

    assert_true(got >= 0);
    if (got == 0)
        return "end";
    size_t used =
        (size_t)snprintf(b->text, WORLD_TEXT, "%lld:", (long long)b->now);
    for (int32_t i = 0; i < b->nfacts; i++) {
        const struct pt_fact *fact = &b->facts[i];
        if (fact->kind == PT_FACT_SUBMITTED)
            b->job[fact->job->rank] = fact->job;
        used += (size_t)snprintf(b->text + used, WORLD_TEXT - used, "%s ",
                                 i > 0 ? ";" : "");
        used += world_print(b, fact, b->text + used, WORLD_TEXT - used);
        assert_true(used < WORLD_TEXT - 200);
    }
    b->step.ndecisions = b->step.nrecords = 0;
    b->step.now = b->now;
    return b->text;
}

/* Decisions are carried out together, by world_done(). */
static inline struct pt_decision *
world_decide(struct world_bench *b, enum pt_decision_kind kind, int32_t attempt)
{
    struct pt_decision *d = &b->decisions[b->step.ndecisions++];

    *d = (struct pt_decision){.kind = kind, .attempt = attempt, .task = -1};
    return d;
}

static inline struct pt_decision *world_start(struct world_bench *b,
                                              int32_t attempt, int32_t rank,
                                              int32_t stage, int32_t task,
                                              int32_t ntasks)
{
    struct pt_decision *d = world_decide(b, PT_START, attempt);

    d->tag = b->job[rank]->tag;
    d->stage = stage;
    d->task = task;
    d->ntasks = ntasks;
    return d;
}

static inline void world_end_job(struct world_bench *b, int32_t rank)
{
    b->records[b->step.nrecords++] =
        (struct pt_record){.job = b->job[rank], .end = b->now};
}

static inline void world_done(struct world_bench *b)
{
    struct pt_err err = {.code = PT_ERR_NONE};

    assert_int_equal(b->world->carry_out(b->world, &b->step, &err), 0);
}

#define NEXT(b, expected)                                                      \
    check_text(world_next((b), PT_TIME_NEVER), (expected), "facts", __FILE__,  \
               __LINE__)

#endif
