#include "tests/unit/core_bench.h"

#include <unistd.h>

#include "base/alloc.h"
#include "base/vec.h"
#include "registry.h"

static const void *open_plugin(const void *plugins, const char *kind,
                               const char *text, void **state)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    const void *found = pt_plugin_open(plugins, kind, text, state, &err);

    ASSERT_TEXT(err.text, "");
    assert_non_null(found);
    return found;
}

struct bench *bench_new(const struct bench_setup *setup)
{
    struct bench *bench = pt_alloc(1, sizeof *bench);
    alarm(BENCH_SECONDS);
    struct pt_core_config config = {.nodes = setup->nodes,
                                    .size = setup->size,
                                    .named = setup->named,
                                    .exclusive = setup->exclusive,
                                    .ties = setup->ties,
                                    .limits = setup->limits,
                                    .policy = setup->own};

    if (setup->cores > 0)
        config.size.amount[PT_CORES] = setup->cores * INT64_C(1000);
    if (!config.policy)
        config.policy = open_plugin(pt_policies, "policy", setup->policy,
                                    &bench->policy_state);
    config.place =
        open_plugin(pt_places, "place", setup->place ? setup->place : "first",
                    &bench->place_state);
    config.policy_state = bench->policy_state;
    config.place_state = bench->place_state;
    bench->core = pt_core_new(&config);
    return bench;
}

void bench_free(struct bench *bench)
{
    alarm(0);
    pt_core_free(bench->core);
    for (int32_t i = 0; i < bench->njobs; i++)
        pt_free(bench->jobs[i]);
    pt_free(bench->jobs);
    pt_free(bench->runs);
    pt_free(bench->facts);
    pt_free(bench->policy_state);
    pt_free(bench->place_state);
    pt_free(bench);
}

static void add_fact(struct bench *bench, struct pt_fact fact)
{
    pt_vec_push(bench->facts, bench->nfacts, bench->fact_capacity, fact);
}

static struct pt_stage stage_of(struct bench_job *own, int32_t i,
                                const struct bench_stage *stage)
{
    struct pt_stage made = {.ntasks = stage->ntasks,
                            .mode = stage->mode,
                            .need = stage->need,
                            .limit = stage->limit,
                            .parents = own->parents[i]};
    bool any = false;

    for (int r = 0; r < PT_RESOURCES; r++)
        any = any || stage->need.amount[r] > 0;
    if (!any)
        made.need.amount[PT_CORES] = 1000;
    for (const char *p = stage->parents; p && *p; p++)
        own->parents[i][made.nparents++] = *p - '0';
    return made;
}

int32_t bench_job(struct bench *bench, const struct bench_stage *stages,
                  int32_t n)
{
    struct bench_job *own = pt_alloc(1, sizeof *own);
    int32_t number = bench->njobs;

    assert_true(n <= BENCH_STAGES);
    for (int32_t i = 0; i < n; i++)
        own->stage[i] = stage_of(own, i, &stages[i]);
    own->job = (struct pt_job){.rank = number,
                               .id = number,
                               .user = bench->user,
                               .group = -1,
                               .queue = -1,
                               .tag = 100 + number,
                               .nstages = n,
                               .stages = own->stage};
    pt_vec_push(bench->jobs, bench->njobs, bench->job_capacity, own);
    add_fact(bench,
             (struct pt_fact){.kind = PT_FACT_SUBMITTED, .job = &own->job});
    return number;
}

int32_t bench_gang(struct bench *bench, int32_t ntasks, pt_time limit)
{
    struct bench_stage stage = {PT_GANG, ntasks, limit, NULL, {{0}}};

    return bench_job(bench, &stage, 1);
}

int32_t bench_parallel(struct bench *bench, int32_t ntasks, pt_time limit)
{
    struct bench_stage stage = {PT_PARALLEL, ntasks, limit, NULL, {{0}}};

    return bench_job(bench, &stage, 1);
}

void bench_ends(struct bench *bench, int32_t job, int32_t stage, int32_t task,
                enum pt_outcome outcome)
{
    for (int32_t i = 0; i < bench->nruns; i++) {
        struct bench_run *run = &bench->runs[i];
        if (run->job != job || run->stage != stage || run->left == 0 ||
            (task >= 0 &&
             (task < run->task || task >= run->task + run->ntasks)))
            continue;
        add_fact(bench, (struct pt_fact){.kind = PT_FACT_ENDED,
                                         .outcome = outcome,
                                         .attempt = run->handle,
                                         .task = task});
        run->left -= task < 0 ? run->left : 1;
        if (run->left == 0)
            *run = bench->runs[--bench->nruns];
        return;
    }
    fail_msg("job %d, stage %d, task %d does not run", job, stage, task);
}

void bench_done(struct bench *bench, int32_t job)
{
    bench_ends(bench, job, 0, -1, PT_SUCCESS);
}

void bench_node(struct bench *bench, enum pt_fact_kind kind, int32_t node)
{
    add_fact(bench, (struct pt_fact){.kind = kind, .node = node});
}

__attribute__((format(printf, 2, 3))) static void say(struct bench *bench,
                                                      const char *format, ...)
{
    size_t used = strlen(bench->text);
    va_list args;

    va_start(args, format);
    int n =
        vsnprintf(bench->text + used, sizeof bench->text - used, format, args);
    va_end(args);
    assert_true(n >= 0 && (size_t)n < sizeof bench->text - used);
}

static void say_ranges(struct bench *bench, int32_t first, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        const struct pt_range *range = &bench->step->ranges[first + i];
        say(bench, "%c%d", i == 0 ? '@' : ',', range->first);
        if (range->count > 1)
            say(bench, "-%d", range->first + range->count - 1);
    }
}

static void say_decision(struct bench *bench, const struct pt_decision *d)
{
    static const char *const kinds[] = {"reject", "kill", "start", "hold",
                                        "unhold"};
    static const char *const causes[] = {"", " wide", " limit", " node",
                                         " timeout"};

    say(bench, "%s%s %d", bench->text[0] ? "; " : "", kinds[d->kind],
        (int)d->rank);
    ASSERT_INT(d->tag, 100 + d->rank);
    if (d->kind != PT_REJECT) {
        say(bench, ".%d", d->stage);
        if (d->task > 0)
            say(bench, ":%d", d->task);
        say(bench, "x%d", d->ntasks);
        if (d->try > 0)
            say(bench, "~%d", d->try);
    }
    if (bench->with_ranges)
        say_ranges(bench, d->range, d->nranges);
    say(bench, "%s", causes[d->cause]);
}

static void say_record(struct bench *bench, const struct pt_record *record)
{
    static const char *const states[] = {"done", "failed",   "limit",
                                         "cut",  "rejected", "unfinished"};
    struct bench_job *own = bench->jobs[record->job->rank];

    assert_ptr_equal(record->job, &own->job);
    ASSERT_INT(own->nrecords++, 0);
    own->record = *record;
    say(bench, "%s%s %d", bench->text[0] ? "; " : "", states[record->state],
        (int)record->job->rank);
    if (bench->with_ranges)
        say_ranges(bench, record->range, record->nranges);
}

static void say_step(struct bench *bench)
{
    const struct pt_step *step = bench->step;

    bench->text[0] = '\0';
    for (int32_t i = 0; i < step->ndecisions; i++) {
        const struct pt_decision *d = &step->decisions[i];
        say_decision(bench, d);
        if (d->kind == PT_START)
            pt_vec_push(bench->runs, bench->nruns, bench->run_capacity,
                        ((struct bench_run){.handle = d->attempt,
                                            .job = (int32_t)d->rank,
                                            .stage = d->stage,
                                            .task = d->task,
                                            .ntasks = d->ntasks,
                                            .left = d->ntasks}));
    }
    for (int32_t i = 0; i < step->nrecords; i++)
        say_record(bench, &step->records[i]);
}

const char *bench_step(struct bench *bench, pt_time now)
{
    struct pt_census c;

    bench->step = pt_core_step(bench->core, now, bench->facts, bench->nfacts);
    bench->nfacts = 0;
    bench->wake = bench->step->wake;
    assert_true(bench->wake >= now);
    pt_core_check(bench->core);
    pt_core_census(bench->core, &c);
    ASSERT_INT(c.held + c.barrier + c.running + c.free + c.down + c.maintenance,
               c.slots);
    say_step(bench);
    return bench->text;
}

const char *bench_close(struct bench *bench)
{
    bench->step = pt_core_close(bench->core);
    say_step(bench);
    return bench->text;
}

const char *bench_census(struct bench *bench)
{
    static const char *const reasons[] = {"idle", "short", "frag", "drain",
                                          "blocked"};
    struct pt_census c;

    pt_core_census(bench->core, &c);
    bench->text[0] = '\0';
    say(bench, "run %d hold %d down %d free %d", (int)c.running, (int)c.held,
        (int)c.down, (int)c.free);
    if (c.free > 0)
        say(bench, " %s", reasons[c.reason]);
    if (c.waiting > 0)
        say(bench, "; %d wait for %d", (int)c.waiting, (int)c.waiting_slots);
    return bench->text;
}

const struct pt_record *bench_record(const struct bench *bench, int32_t job)
{
    ASSERT_INT(bench->jobs[job]->nrecords, 1);
    return &bench->jobs[job]->record;
}
