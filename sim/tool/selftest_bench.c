#include "tool/selftest_bench.h"

#include <string.h>

#include "ask/policy_text.h"
#include "base/alloc.h"
#include "base/assert.h"
#include "metrics/ledger.h"
#include "run.h"
#include "sink/sink.h"
#include "traces/source.h"
#include "world/drive.h"
#include "world/simulated.h"
#include "world/tape.h"

extern const struct pt_sink pt_sink_tape;

/* ---- a source over an array ---- */

struct array {
    const struct pt_bench *bench;
    int32_t at;
    struct pt_stage stage;
    struct pt_truth truth;
};

/* Lengths are cut to limits, as a reader of traces does. */
static pt_time length_of(const struct pt_bench_job *job)
{
    return job->length < job->limit ? job->length : job->limit;
}

static int array_next(void *state, struct pt_work *work, struct pt_err *err)
{
    struct array *a = state;

    (void)err;
    if (a->at == a->bench->n)
        return 0;
    const struct pt_bench_job *job = &a->bench->jobs[a->at++];
    a->stage = (struct pt_stage){.ntasks = job->width,
                                 .mode = PT_GANG,
                                 .need = {.amount = {[PT_CORES] = 1000}},
                                 .limit = job->limit};
    a->truth =
        (struct pt_truth){.length = length_of(job), .outcome = PT_SUCCESS};
    *work = (struct pt_work){.job = {.id = a->at,
                                     .user = job->user,
                                     .group = -1,
                                     .queue = -1,
                                     .nstages = 1,
                                     .submit = job->submit,
                                     .stages = &a->stage},
                             .truths = &a->truth};
    return 1;
}

static const struct pt_source array_source = {.name = "array",
                                              .next = array_next};

/* ---- the audit ---- */

/* A job, as it is seen from outside. */
struct seen {
    int32_t attempt; /* that has slots; -1: none has */
    bool running;
    int32_t starts, records;
    pt_time began;
};

/* More than any good run here takes by far. */
enum { MOST_STEPS = 100000 };

struct audit {
    const struct pt_bench *bench;
    const struct pt_core *core;
    struct pt_bench_result *result;
    struct seen seen[PT_BENCH_JOBS];
    int32_t owner[PT_BENCH_SLOTS]; /* 1 + the job; 0: free */
    struct pt_ledger ledger;
    void *tape;
    int stop; /* it would not end by itself */
};

static void breach(struct audit *a, enum pt_breach what)
{
    a->result->breach[what] = true;
}

static void give_back(struct audit *a, int32_t job)
{
    for (int32_t i = 0; i < a->bench->slots; i++)
        if (a->owner[i] == job + 1)
            a->owner[i] = 0;
}

/* All that JOB has from here on is what D says. */
static void take(struct audit *a, int32_t job, const struct pt_step *step,
                 const struct pt_decision *d)
{
    int32_t n = 0;

    give_back(a, job);
    a->seen[job].attempt = d->attempt;
    for (int32_t i = 0; i < d->nranges; i++) {
        const struct pt_range *range = &step->ranges[d->range + i];
        for (int32_t k = range->first; k < range->first + range->count; k++) {
            if (k < 0 || k >= a->bench->slots || a->owner[k] != 0) {
                breach(a, PT_BREACH_SLOT);
                continue;
            }
            a->owner[k] = job + 1;
            n++;
        }
    }
    if (n != d->ntasks)
        breach(a, PT_BREACH_SLOT);
}

static void see_decision(struct audit *a, const struct pt_step *step,
                         const struct pt_decision *d)
{
    const int32_t job = (int32_t)d->rank;
    struct seen *seen = &a->seen[job];

    switch (d->kind) {
    case PT_REJECT:
        return;
    case PT_HOLD:
        take(a, job, step, d);
        return;
    case PT_UNHOLD:
        give_back(a, job);
        seen->attempt = -1;
        return;
    case PT_START:
        take(a, job, step, d);
        if (d->ntasks != a->bench->jobs[job].width || seen->starts++ > 0)
            breach(a, PT_BREACH_GANG);
        seen->running = true;
        seen->began = step->now;
        return;
    case PT_KILL:
    case PT_RELEASE:
    case PT_REFUSE:
        breach(a, PT_BREACH_LENGTH); /* nothing here asks for it */
        return;
    }
}

static void see_end(struct audit *a, const struct pt_step *step,
                    const struct pt_fact *fact)
{
    for (int32_t job = 0; job < a->bench->n; job++) {
        struct seen *seen = &a->seen[job];
        if (!seen->running || seen->attempt != fact->attempt)
            continue;
        if (fact->task >= 0 && a->bench->jobs[job].width > 1)
            breach(a, PT_BREACH_GANG);
        if (step->now - seen->began != length_of(&a->bench->jobs[job]))
            breach(a, PT_BREACH_LENGTH);
        give_back(a, job);
        seen->running = false;
        seen->attempt = -1;
        return;
    }
    breach(a, PT_BREACH_GANG); /* who ended did not run */
}

static void see_record(struct audit *a, const struct pt_record *record)
{
    const int32_t job = (int32_t)record->job->rank;
    const struct seen *seen = &a->seen[job];

    a->seen[job].records++;
    a->result->start[job] = record->first_start;
    a->result->state[job] = record->state;
    if (record->state == PT_DONE &&
        (seen->starts == 0 || seen->running ||
         record->end - record->first_start != length_of(&a->bench->jobs[job])))
        breach(a, PT_BREACH_RECORD);
    if (a->result->promises && record->promise != PT_TIME_NEVER &&
        record->first_start > record->promise)
        breach(a, PT_BREACH_PROMISE);
}

static int watch(void *context, const struct pt_step *step,
                 const struct pt_census *census, struct pt_err *err)
{
    struct audit *a = context;
    const volatile int *interrupted = a->bench->interrupted;
    const bool closed =
        step->nfacts == 0 && step->ndecisions == 0 && step->nrecords > 0;

    if (!closed)
        pt_core_check(a->core);
    for (int32_t i = 0; i < step->nfacts; i++)
        if (step->facts[i].kind == PT_FACT_ENDED)
            see_end(a, step, &step->facts[i]);
    for (int32_t i = 0; i < step->ndecisions; i++)
        see_decision(a, step, &step->decisions[i]);
    for (int32_t i = 0; i < step->nrecords; i++)
        see_record(a, &step->records[i]);
    pt_ledger_step(&a->ledger, step, census);
    a->stop = ++a->result->steps == MOST_STEPS;
    if (interrupted && *interrupted)
        return pt_err_set(err, PT_ERR_INTERRUPTED, "interrupted");
    return pt_sink_tape.step(a->tape, step, err);
}

static void close_audit(struct audit *a)
{
    for (int32_t i = 0; i < a->bench->n; i++)
        if (a->seen[i].records != 1)
            breach(a, PT_BREACH_RECORD);
    if (!pt_ledger_close(&a->ledger))
        breach(a, PT_BREACH_LEDGER);
    pt_ledger_fini(&a->ledger);
}

/* ---- runs ---- */

/* A core, and what it borrows. */
struct stand {
    struct pt_core *core;
    struct pt_core_config config;
    struct pt_choices choices;
    void *place_state;
};

static int stand_open(struct stand *s, const struct pt_bench *bench,
                      struct pt_err *err)
{
    *s = (struct stand){.config = {.nodes = bench->slots,
                                   .size = {{[PT_CORES] = 1000}},
                                   .ties = bench->ties,
                                   .limits = PT_LIMITS_TRUST}};
    s->config.place = pt_run_place("first", &s->place_state, err);
    if (!s->config.place || pt_choices_add(&s->choices, bench->policy, err) < 0)
        return -1;
    s->config.place_state = s->place_state;
    s->config.policy = s->choices.items[0].policy;
    s->config.policy_state = s->choices.items[0].state;
    s->core = pt_core_new(&s->config);
    return 0;
}

static void stand_close(struct stand *s)
{
    if (s->core)
        pt_core_free(s->core);
    pt_choices_fini(&s->choices);
    pt_free(s->place_state);
}

/* Whether nobody starts later than he was first promised. */
static bool keeps_promises(const char *policy)
{
    return strncmp(policy, "backfill:", 9) == 0 &&
           (strstr(policy, "depth=1,") || strstr(policy, "promises=keep"));
}

static int drive(struct audit *a, struct stand *s, struct pt_err *err)
{
    const struct pt_simulated_config plain = {.shuffle = false};
    struct array array = {.bench = a->bench};
    const struct pt_watcher watcher = {.context = a, .watch = watch};
    struct pt_world *world = pt_simulated_new(&array_source, &array, &plain);
    int status = pt_drive(world, s->core, &watcher, &a->stop, err);

    world->close(world);
    if (a->stop) {
        breach(a, PT_BREACH_RECORD);
        *err = (struct pt_err){.code = PT_ERR_NONE};
        status = 0;
    }
    a->result->decisions = pt_core_counts(s->core)->decisions;
    return status;
}

static int record(struct audit *a, struct stand *s, struct pt_err *err)
{
    const struct pt_sink_context context = {.label = "bench", .config = "{}"};
    static const struct pt_report done;
    struct pt_out out;

    if (pt_out_open(&out, a->bench->tape, err) < 0)
        return -1;
    a->tape = pt_alloc(1, pt_sink_tape.state_size);
    int status = pt_sink_tape.open(a->tape, &out, &context, err);
    if (status == 0) {
        status = drive(a, s, err);
        if (pt_sink_tape.close(a->tape, status == 0 ? &done : NULL, err) < 0)
            status = -1;
    }
    pt_free(a->tape);
    if (status == 0)
        return pt_out_commit(&out, a->result->digest, err);
    pt_out_abandon(&out);
    return -1;
}

int pt_bench_run(const struct pt_bench *bench, struct pt_bench_result *result,
                 struct pt_err *err)
{
    struct audit audit = {.bench = bench, .result = result};
    struct stand stand;

    pt_assert(bench->n <= PT_BENCH_JOBS && bench->slots <= PT_BENCH_SLOTS);
    *result = (struct pt_bench_result){.steps = 0};
    for (int32_t i = 0; i < bench->n; i++) {
        result->start[i] = PT_TIME_NEVER;
        audit.seen[i].attempt = -1;
    }
    int status = stand_open(&stand, bench, err);
    if (status == 0) {
        audit.core = stand.core;
        result->promises = keeps_promises(stand.choices.items[0].text);
        pt_ledger_init(&audit.ledger);
        status = record(&audit, &stand, err);
        close_audit(&audit);
    }
    stand_close(&stand);
    return status;
}

static int look_away(void *context, const struct pt_step *step,
                     const struct pt_census *census, struct pt_err *err)
{
    (void)context, (void)step, (void)census, (void)err;
    return 0;
}

int pt_bench_feed(const struct pt_bench *bench,
                  const struct pt_bench_result *result, bool *same,
                  struct pt_err *err)
{
    const struct pt_watcher watcher = {.watch = look_away};
    struct pt_tape_result fed = {.differs = false};
    struct stand stand;
    int status = stand_open(&stand, bench, err);

    if (status == 0) {
        struct pt_world *world =
            pt_tape_new(bench->tape, &stand.config, false, &fed, err);
        status = world ? pt_drive(world, stand.core, &watcher, NULL, err) : -1;
        if (world)
            world->close(world);
    }
    stand_close(&stand);
    *same = !fed.differs && fed.decisions == result->decisions;
    return status;
}
