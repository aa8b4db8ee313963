#include "tests/unit/core_bench.h"

#include <unistd.h>

#include "base/alloc.h"
#include "base/vec.h"
#include "core/words.h"
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
                                    .rules = setup->rules,
                                    .node = setup->node,
                                    .pools = setup->pools,
                                    .npools = setup->npools,
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
    bench->try = -1;
    return bench;
}

void bench_free(struct bench *bench)
{
    alarm(0);
    if (bench->books.open)
        pt_ledger_fini(&bench->books.ledger);
    pt_free(bench->books.spent);
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
                            .id = i,
                            .retries = stage->retries,
                            .result = stage->result,
                            .flaw = stage->flaw,
                            .profile = stage->profile,
                            .sites_at = stage->sites_at,
                            .sites = stage->sites,
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
                               .pool = bench->pool,
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
    struct bench_stage stage = {
        .mode = PT_GANG, .ntasks = ntasks, .limit = limit};

    return bench_job(bench, &stage, 1);
}

int32_t bench_parallel(struct bench *bench, int32_t ntasks, pt_time limit)
{
    struct bench_stage stage = {
        .mode = PT_PARALLEL, .ntasks = ntasks, .limit = limit};

    return bench_job(bench, &stage, 1);
}

void bench_fact(struct bench *bench, struct pt_fact fact)
{
    add_fact(bench, fact);
}

static bool runs_task(const struct bench_run *run, int32_t task)
{
    if (task < 0)
        return true;
    if (run->tasks != 0)
        return task < 64 && (run->tasks >> task & 1);
    return task >= run->task && task < run->task + run->ntasks;
}

/* The index of the attempt of STAGE that runs TASK (-1: any). */
static int32_t find_run(const struct bench *bench, int32_t job, int32_t stage,
                        int32_t task)
{
    for (int32_t i = 0; i < bench->nruns; i++) {
        const struct bench_run *run = &bench->runs[i];
        if (run->job == job && run->stage == stage && run->left > 0 &&
            (bench->try < 0 || run->try == bench->try) && runs_task(run, task))
            return i;
    }
    fail_msg("job %d, stage %d, task %d does not run", job, stage, task);
    return -1;
}

int32_t bench_handle(const struct bench *bench, int32_t job, int32_t stage,
                     int32_t task)
{
    return bench->runs[find_run(bench, job, stage, task)].handle;
}

/* As FACT says; the attempt is the one that runs its task. */
static void ends(struct bench *bench, int32_t job, int32_t stage,
                 struct pt_fact fact)
{
    struct bench_run *run =
        &bench->runs[find_run(bench, job, stage, fact.task)];

    fact.kind = PT_FACT_ENDED;
    fact.attempt = run->handle;
    add_fact(bench, fact);
    int32_t n = fact.task < 0 ? run->left : 1;
    bench->books.ending_slots += n * run->slots;
    bench->books.ending_starts += n * run->slots * run->start;
    run->left -= n;
    if (run->left == 0)
        *run = bench->runs[--bench->nruns];
}

void bench_ends(struct bench *bench, int32_t job, int32_t stage, int32_t task,
                enum pt_outcome outcome)
{
    ends(bench, job, stage, (struct pt_fact){.task = task, .outcome = outcome});
}

void bench_fails(struct bench *bench, int32_t job, int32_t stage, int32_t task,
                 enum pt_fault fault)
{
    ends(bench, job, stage,
         (struct pt_fact){.task = task, .outcome = PT_FAILURE, .fault = fault});
}

void bench_fetch_fails(struct bench *bench, int32_t job, int32_t stage,
                       int32_t task, int32_t parent, int32_t output)
{
    ends(bench, job, stage,
         (struct pt_fact){.task = task,
                          .outcome = PT_FAILURE,
                          .fault = PT_FAULT_FETCH,
                          .parent = parent,
                          .output = output});
}

void bench_enters(struct bench *bench, int32_t job, int32_t stage, int32_t task,
                  enum pt_sync sync, int32_t epoch, int64_t message)
{
    add_fact(bench,
             (struct pt_fact){.kind = PT_FACT_ENTERED,
                              .attempt = bench_handle(bench, job, stage, task),
                              .task = task,
                              .sync = sync,
                              .epoch = epoch,
                              .width = bench->jobs[job]->stage[stage].ntasks,
                              .message = message});
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

/* What members that meet are told. */
static void say_sync(struct bench *bench, const struct pt_decision *d)
{
    if (d->kind == PT_REFUSE && d->task >= 0)
        say(bench, ":%d", d->task);
    say(bench, " #%d", d->epoch);
    for (int32_t i = 0; d->kind == PT_RELEASE && i < d->ntasks; i++)
        say(bench, "%s%lld", i == 0 ? " [" : " ",
            (long long)bench->step->messages[d->message + i]);
    if (d->kind == PT_RELEASE)
        say(bench, "]");
}

static void say_tasks(struct bench *bench, const struct pt_decision *d)
{
    if (d->task > 0)
        say(bench, ":%d", d->task);
    say(bench, "x%d", d->ntasks);
    if (d->try > 0)
        say(bench, "~%d", d->try);
    if (d->copy)
        say(bench, " copy");
    if (d->partial)
        say(bench, " partial");
}

static void say_decision(struct bench *bench, const struct pt_decision *d)
{
    say(bench, "%s%s %d", bench->text[0] ? "; " : "",
        pt_decision_words[d->kind], (int)d->rank);
    ASSERT_INT(d->tag, 100 + d->rank);
    if (d->kind != PT_REJECT)
        say(bench, ".%d", d->stage);
    if (d->kind == PT_RELEASE || d->kind == PT_REFUSE)
        say_sync(bench, d);
    else if (d->kind != PT_REJECT)
        say_tasks(bench, d);
    if (bench->with_ranges)
        say_ranges(bench, d->range, d->nranges);
    if (d->cause != PT_CAUSE_NONE)
        say(bench, " %s", pt_cause_words[d->cause]);
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

static struct bench_run run_of(const struct bench *bench,
                               const struct pt_decision *d)
{
    const struct bench_job *own = bench->jobs[d->rank];
    struct bench_run run = {
        .handle = d->attempt,
        .job = (int32_t)d->rank,
        .stage = d->stage,
        .try = d->try,
        .copy = d->copy,
        .task = d->task,
        .ntasks = d->ntasks,
        .left = d->ntasks,
        .start = bench->step->now,
        .slots = own->stage[d->stage].need.amount[PT_CORES] / 1000};

    for (int32_t i = 0; d->partial && i < d->ntasks; i++) {
        assert_true(bench->step->messages[d->message + i] < 64);
        run.tasks |= UINT64_C(1) << bench->step->messages[d->message + i];
    }
    return run;
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
                        run_of(bench, d));
    }
    for (int32_t i = 0; i < step->nrecords; i++)
        say_record(bench, &step->records[i]);
}

/* --- the books --- */

/* What was told as kept is taken back, once. */
static void revise(struct bench_books *books, const struct pt_spent *s)
{
    for (int32_t i = 0; i < books->nspent; i++) {
        struct pt_spent *old = &books->spent[i];
        if (old->start != s->start || old->end != s->end || old->redone ||
            old->slots < s->slots || old->waited < s->waited)
            continue;
        old->slots -= s->slots;
        old->waited -= s->waited;
        assert_true(old->waited <= old->slots * (old->end - old->start));
        return;
    }
    fail_msg("revised, but never told as kept: %lld slots in [%lld, %lld]",
             (long long)s->slots, (long long)s->start, (long long)s->end);
}

static void keep_books(struct bench *bench, const struct pt_census *census)
{
    struct bench_books *books = &bench->books;
    const struct pt_step *step = bench->step;

    books->occupied += books->ending_slots * step->now - books->ending_starts;
    books->ending_slots = books->ending_starts = 0;
    for (int32_t i = 0; i < step->nspent; i++) {
        const struct pt_spent *s = &step->spent[i];
        int64_t area = s->slots * (s->end - s->start), work = area - s->waited;
        assert_true(s->waited >= 0 && work >= 0);
        books->lost += s->redone ? work : 0;
        if (s->revised) {
            assert_true(s->redone);
            revise(books, s);
            books->useful -= work;
            continue;
        }
        books->told += area;
        books->waited += s->waited;
        books->useful += s->redone ? 0 : work;
        pt_vec_push(books->spent, books->nspent, books->capacity, *s);
    }
    pt_ledger_step(&books->ledger, step, census);
}

void bench_keep_books(struct bench *bench)
{
    bench->books.open = true;
    pt_ledger_init(&bench->books.ledger);
}

void bench_settle_books(struct bench *bench)
{
    struct bench_books *books = &bench->books;
    int64_t lost = 0;

    assert_true(books->open);
    for (int32_t i = 0; i < bench->njobs; i++)
        lost += bench_record(bench, i)->lost;
    ASSERT_INT(bench->nruns, 0);
    ASSERT_INT(books->told, books->occupied);
    ASSERT_INT(books->useful + books->lost + books->waited, books->occupied);
    ASSERT_INT(books->lost, lost);
    assert_true(pt_ledger_close(&books->ledger));
    ASSERT_INT(books->ledger.area[PT_CLASS_USEFUL], books->useful);
    ASSERT_INT(books->ledger.area[PT_CLASS_LOST], books->lost);
    ASSERT_INT(books->ledger.area[PT_CLASS_BARRIER], books->waited);
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
    if (bench->books.open)
        keep_books(bench, &c);
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
    if (c.barrier > 0)
        say(bench, " barrier %d", (int)c.barrier);
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
