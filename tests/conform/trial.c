#include "tests/conform/trial.h"

#include <stdio.h>
#include <string.h>

#include "base/vec.h"
#include "base/assert.h"
#include "core/policy.h"
#include "registry.h"
#include "run.h"
#include "sink/sink.h"
#include "ask/policy_text.h"
#include "traces/source.h"
#include "world/drive.h"
#include "world/simulated.h"

extern const struct pt_sink pt_sink_tape;

/* --- a source over an array --- */

struct array {
    const struct trial_job *jobs;
    const int32_t *order; /* [n] by (submit, input order) */
    int32_t n, at;
    bool cut; /* lengths to limits */
    struct pt_stage stage;
    struct pt_truth truth;
    pt_time *lengths;
};

static int array_next(void *state, struct pt_work *work, struct pt_err *err)
{
    struct array *a = state;

    (void)err;
    if (a->at == a->n)
        return 0;
    const struct trial_job *job = &a->jobs[a->order[a->at++]];
    pt_time length =
        a->cut && job->length > job->limit ? job->limit : job->length;
    a->stage = (struct pt_stage){.ntasks = job->width,
                                 .mode = job->parallel ? PT_PARALLEL : PT_GANG,
                                 .need = {.amount = {[PT_CORES] = 1000}},
                                 .limit = job->limit};
    a->truth = (struct pt_truth){.length = length, .outcome = PT_SUCCESS};
    if (job->ragged) {
        a->lengths =
            pt_realloc(a->lengths, (size_t)job->width, sizeof *a->lengths);
        for (int32_t i = 0; i < job->width; i++)
            a->lengths[i] = length * (i + 1) / job->width;
        a->truth.task = a->lengths;
    }
    *work = (struct pt_work){.job = {.id = job->id,
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

static int32_t *order_jobs(const struct trial_job *jobs, int32_t n)
{
    int32_t *order = pt_alloc((size_t)n + 1, sizeof *order);

    for (int32_t i = 0; i < n; i++) {
        int32_t j = i;
        for (; j > 0 && jobs[i].submit < jobs[order[j - 1]].submit; j--)
            order[j] = order[j - 1];
        order[j] = i;
    }
    return order;
}

/* --- watching --- */

enum { MOST_STEPS = 200000 };

struct watching {
    struct trial *trial;
    const struct pt_core *core;
    const int32_t *order; /* the job of a rank */
    void *tape;
    int64_t steps;
    int stop;
};

static void add_event(struct trial *t, const struct trial_event *event)
{
    pt_vec_push(t->events, t->nevents, t->event_capacity, *event);
}

static void watch_facts(struct watching *w, const struct pt_step *step)
{
    for (int32_t i = 0; i < step->nfacts; i++) {
        const struct pt_fact *fact = &step->facts[i];
        struct trial_event event = {.at = step->now,
                                    .step = w->steps,
                                    .kind = TRIAL_ENDED,
                                    .attempt = fact->attempt,
                                    .task = fact->task};
        if (fact->kind == PT_FACT_SUBMITTED) {
            event.kind = TRIAL_SUBMITTED;
            event.job = w->order[fact->job->rank];
        }
        add_event(w->trial, &event);
    }
}

static void watch_decisions(struct watching *w, const struct pt_step *step)
{
    struct trial *t = w->trial;

    for (int32_t i = 0; i < step->ndecisions; i++) {
        const struct pt_decision *d = &step->decisions[i];
        add_event(t, &(struct trial_event){.at = step->now,
                                           .step = w->steps,
                                           .kind = TRIAL_DECIDED,
                                           .decision = d->kind,
                                           .attempt = d->attempt,
                                           .job = w->order[d->rank],
                                           .task = d->task,
                                           .ntasks = d->ntasks,
                                           .range = t->nranges,
                                           .nranges = d->nranges});
        for (int32_t k = 0; k < d->nranges; k++)
            pt_vec_push(t->ranges, t->nranges, t->range_capacity,
                        step->ranges[d->range + k]);
    }
}

static void watch_records(struct watching *w, const struct pt_step *step)
{
    for (int32_t i = 0; i < step->nrecords; i++) {
        const struct pt_record *record = &step->records[i];
        struct trial_result *result =
            &w->trial->jobs[w->order[record->job->rank]];
        *result = (struct trial_result){.records = result->records + 1,
                                        .state = record->state,
                                        .start = record->first_start,
                                        .end = record->end,
                                        .promise = record->promise,
                                        .timeouts = record->timeouts,
                                        .held = record->held};
    }
}

static int watch(void *context, const struct pt_step *step,
                 const struct pt_census *census, struct pt_err *err)
{
    struct watching *w = context;
    bool closed =
        step->nfacts == 0 && step->ndecisions == 0 && step->nrecords > 0;

    if (!closed)
        pt_core_check(w->core);
    watch_facts(w, step);
    watch_decisions(w, step);
    watch_records(w, step);
    pt_ledger_step(&w->trial->ledger, step, census);
    if (++w->steps == MOST_STEPS)
        w->stop = 1;
    return w->tape ? pt_sink_tape.step(w->tape, step, err) : 0;
}

/* --- running --- */

static int drive(const struct trial_setup *setup, struct pt_core *core,
                 struct watching *w, struct array *array, struct pt_err *err)
{
    struct pt_sink_context context = {.label = "trial", .config = "{}"};
    struct pt_watcher watcher = {.context = w, .watch = watch};
    struct pt_out out;

    if (setup->tape) {
        if (pt_out_open(&out, setup->tape, err) < 0)
            return -1;
        w->tape = pt_alloc(1, pt_sink_tape.state_size);
        pt_sink_tape.open(w->tape, &out, &context, err);
    }
    const struct pt_simulated_config plain = {.shuffle = false};
    struct pt_world *world = pt_simulated_new(&array_source, array, &plain);
    int status = pt_drive(world, core, &watcher, &w->stop, err);
    world->close(world);
    if (w->stop) {
        w->trial->endless = true;
        status = 0;
    }
    if (setup->tape) {
        static const struct pt_report done;
        if (status == 0)
            status = pt_sink_tape.close(w->tape, &done, err);
        pt_free(w->tape);
        if (pt_out_commit(&out, NULL, err) < 0)
            status = -1;
    }
    return status;
}

/* A core, and what it borrows. */
struct bench {
    struct pt_core *core;
    struct pt_core_config config;
    struct pt_choices choices;
    void *place_state;
};

static int bench_open(struct bench *b, const struct trial_setup *setup,
                      struct pt_err *err)
{
    int64_t cores = setup->cores > 0 ? setup->cores : 1;
    struct pt_core_config config = {.nodes = setup->nodes,
                                    .size = {{[PT_CORES] = cores * 1000}},
                                    .named = setup->named,
                                    .exclusive = setup->exclusive,
                                    .ties = setup->ties,
                                    .limits = setup->limits};

    *b = (struct bench){.core = NULL};
    config.place = pt_run_place(setup->place ? setup->place : "first",
                                &b->place_state, err);
    if (!config.place || pt_choices_add(&b->choices, setup->policy, err) < 0)
        return -1;
    config.place_state = b->place_state;
    config.policy = b->choices.items[0].policy;
    config.policy_state = b->choices.items[0].state;
    b->config = config;
    b->core = pt_core_new(&config);
    return 0;
}

static void bench_close(struct bench *b)
{
    if (b->core)
        pt_core_free(b->core);
    pt_choices_fini(&b->choices);
    pt_free(b->place_state);
}

static int run(const struct trial_setup *setup, const struct trial_job *jobs,
               int32_t n, struct trial *trial, struct pt_err *err)
{
    struct bench bench;
    int status = bench_open(&bench, setup, err);

    if (status == 0) {
        int32_t *order = order_jobs(jobs, n);
        struct array array = {.jobs = jobs,
                              .order = order,
                              .n = n,
                              .cut = setup->limits == PT_LIMITS_TRUST};
        struct watching w = {
            .trial = trial, .core = bench.core, .order = order};
        status = drive(setup, bench.core, &w, &array, err);
        trial->counts = *pt_core_counts(bench.core);
        trial->balanced = pt_ledger_close(&trial->ledger);
        pt_free(order);
        pt_free(array.lengths);
    }
    bench_close(&bench);
    return status;
}

int trial_run(const struct trial_setup *setup, const struct trial_job *jobs,
              int32_t n, struct trial *trial)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    char text[1024];

    *trial = (struct trial){.njobs = n};
    trial->jobs = pt_alloc((size_t)n + 1, sizeof *trial->jobs);
    pt_ledger_init(&trial->ledger);
    if (run(setup, jobs, n, trial, &err) == 0)
        return 0;
    pt_err_print(&err, text, sizeof text);
    fprintf(stderr, "%s: %s\n", setup->policy, text);
    return -1;
}

void trial_fini(struct trial *trial)
{
    pt_free(trial->jobs);
    pt_free(trial->events);
    pt_free(trial->ranges);
    pt_ledger_fini(&trial->ledger);
}

/* --- tapes --- */

static int look_away(void *context, const struct pt_step *step,
                     const struct pt_census *census, struct pt_err *err)
{
    (void)context, (void)step, (void)census, (void)err;
    return 0;
}

int trial_feed(const struct trial_setup *setup, const char *path, bool other,
               struct pt_tape_result *result, struct pt_err *err)
{
    struct pt_watcher watcher = {.watch = look_away};
    struct pt_world *world = NULL;
    struct bench bench;
    int status = bench_open(&bench, setup, err);

    if (status == 0)
        world = pt_tape_new(path, &bench.config, other, result, err);
    status = world ? pt_drive(world, bench.core, &watcher, NULL, err) : -1;
    bench_close(&bench);
    if (world)
        world->close(world);
    return status;
}

/* --- jobs --- */

void trial_print(const struct trial_setup *setup, const struct trial_job *jobs,
                 int32_t n)
{
    static const char *const ties[] = {"instant", "event", "pyss"};
    static const char *const limits[] = {"truncate", "kill", "extend"};

    fprintf(stderr, "# %s ties=%s overrun=%s place=%s%s%s\nmachine %d x %d\n",
            setup->policy, ties[setup->ties], limits[setup->limits],
            setup->place ? setup->place : "first",
            setup->named ? " machine=named" : "",
            setup->exclusive ? " exclusive=node" : "", setup->nodes,
            setup->cores > 0 ? setup->cores : 1);
    for (int32_t i = 0; i < n; i++)
        fprintf(stderr, "job %lld %d %lld %lld %lld%s%s\n",
                (long long)jobs[i].submit, jobs[i].width,
                (long long)jobs[i].length, (long long)jobs[i].limit,
                (long long)jobs[i].user, jobs[i].parallel ? " parallel" : "",
                jobs[i].ragged ? " ragged" : "");
}

int32_t trial_below(uint64_t *seed, int32_t n)
{
    uint64_t z = (*seed += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (int32_t)((z ^ (z >> 31)) % (uint64_t)n);
}

/* Mostly narrow, sometimes as wide as can be. */
static int32_t draw_width(uint64_t *seed, int32_t widest)
{
    switch (trial_below(seed, 4)) {
    case 0:
        return 1;
    case 1:
        return 1 + trial_below(seed, (widest + 1) / 2);
    default:
        return 1 + trial_below(seed, widest);
    }
}

static void draw_times(uint64_t *seed, bool overrun, struct trial_job *job)
{
    job->length = trial_below(seed, 8) > 0 ? 1 + trial_below(seed, 12) : 0;
    job->limit = job->length > 0 ? job->length : 1;
    switch (trial_below(seed, 4)) {
    case 0:
        break;
    case 1:
        job->limit += 5 + trial_below(seed, 60);
        break;
    default:
        job->limit += trial_below(seed, 4);
        break;
    }
    if (overrun && trial_below(seed, 3) == 0)
        job->length = job->limit + 1 + trial_below(seed, 6);
}

int32_t trial_draw(uint64_t *seed, const struct trial_taste *taste,
                   struct trial_job *jobs)
{
    int32_t n = 1 + trial_below(seed, taste->most);
    int32_t gap = 1 + trial_below(seed, 6);
    pt_time now = 0;

    for (int32_t i = 0; i < n; i++) {
        struct trial_job *job = &jobs[i];
        if (trial_below(seed, 2) == 0)
            now += trial_below(seed, gap + 1);
        *job = (struct trial_job){.submit = now,
                                  .width = draw_width(seed, taste->width),
                                  .id = i + 1,
                                  .user = trial_below(seed, taste->users)};
        draw_times(seed, taste->overrun, job);
        job->parallel = taste->parallel && trial_below(seed, 3) == 0;
        job->ragged = taste->parallel && trial_below(seed, 3) == 0;
    }
    return n;
}

/* --- policies --- */

static const char *const variants[] = {
    "backfill:depth=0",
    "backfill:depth=2",
    "backfill:depth=5,order=ljf",
    "backfill:depth=all",
    "backfill:depth=all,order=wide",
    "backfill:depth=1,order=saf",
    "backfill:depth=1,promises=keep,order=narrow",
    "backfill:depth=2,promises=keep",
    "backfill:depth=4,promises=keep,order=sjf",
    "conservative:order=saf",
    "fifo:order=fair",
    "fifo:drivers=2",
    "fifo:drivers=5",
    "fifo:hold_timeout=3us",
    "fifo:order=fair,hold_timeout=6us,backoff=2us",
    "fifo:drivers=3,hold_timeout=5us,backoff=3us",
};

size_t trial_policies(const char *names[TRIAL_POLICIES])
{
    size_t n = 0;

    for (int i = 0; pt_policies[i] && n < TRIAL_POLICIES; i++)
        names[n++] = pt_policies[i]->name;
    for (int i = 0; pt_presets[i].name && n < TRIAL_POLICIES; i++)
        names[n++] = pt_presets[i].name;
    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
        pt_assert(n < TRIAL_POLICIES);
        names[n++] = variants[i];
    }
    return n;
}
