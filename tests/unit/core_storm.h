/* core_storm.h - bytes become facts, for any policy on any machine.
 *
 * A world that is as unruly as the core's contract allows: DAGs, tasks that end
 * one by one, failures, nodes that go down and come back, kills that are
 * answered late.  A second core gets the same facts in another order.  After
 * each step every book is recounted, here and in the core. */
#ifndef PT_TESTS_UNIT_CORE_STORM_H
#define PT_TESTS_UNIT_CORE_STORM_H

#include <stdbool.h>
#include <string.h>
#include "base/assert.h"
#include "base/vec.h"
#include "core/core.h"
#include "registry.h"

enum { STORM_STAGES = 3, STORM_NODES = 4, STORM_UNITS = 16, STORM_JOBS = 60 };

struct storm_run {
    int32_t handle, job, stage, task, ntasks;
    pt_time until; /* its end must be told by then */
    uint32_t gone; /* bit per task */
    bool killed;
    int32_t unit[STORM_UNITS]; /* counted machine: of each task */
};

struct storm_job {
    struct pt_job job;
    struct pt_stage stage[STORM_STAGES];
    int32_t parents[STORM_STAGES][STORM_STAGES];
    int32_t tasks_left[STORM_STAGES];
    bool over; /* recorded */
};

struct storm {
    const uint8_t *bytes;
    size_t n, at;
    struct pt_core_config config;
    struct pt_core *core, *twin;
    void *state, *twin_state, *place_state;
    struct storm_job *jobs[STORM_JOBS];
    int32_t njobs, nover;
    struct storm_run *runs;
    int32_t nruns, run_capacity;
    struct pt_fact *facts, *shuffled;
    int32_t nfacts, fact_capacity, shuffled_capacity;
    int32_t owner[STORM_UNITS]; /* counted machine: handle, 0 = free */
    bool down[STORM_NODES];
    pt_time now, wake;
    bool calm;                    /* no more failures */
    int64_t running, held;        /* census, and its integrals: */
    int64_t ran, was_held;        /* slot-microseconds */
    int64_t spent, recorded_held; /* the same, as told */
};

static inline uint32_t storm_byte(struct storm *s)
{
    return s->at < s->n ? s->bytes[s->at++] : 0;
}

static inline const char *storm_policy(uint32_t number)
{
    static const char *const texts[] = {
        "fifo",
        "fifo:order=fair",
        "fifo:drivers=2",
        "fifo:hold_timeout=5us",
        "fifo:drivers=3,hold_timeout=7us,backoff=3us,tries=3",
        "fifo:order=fair,hold_timeout=4us,backoff=2us",
        "gang",
        "gang:head=skip",
        "backfill",
        "backfill:order=sjf",
        "backfill:order=wide",
        "backfill:depth=0,order=saf",
        "backfill:depth=3,order=narrow",
        "backfill:depth=2,promises=keep,order=ljf",
        "backfill:depth=all",
        "backfill:depth=all,promises=keep"};

    return texts[number % (sizeof texts / sizeof *texts)];
}

static inline struct pt_need storm_size(struct storm *s, bool named)
{
    uint32_t b = storm_byte(s);
    int64_t cores = 1000 * (1 + (int64_t)(b % 4));

    if (!named)
        return (struct pt_need){{cores, 0, 0}};
    return b >= 128 ? (struct pt_need){{0, cores, 1000}}
                    : (struct pt_need){{cores, 2000, 1000}};
}

static inline void *storm_open(const void *plugins, const char *text,
                               const void **found)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    void *state;

    *found = pt_plugin_open(plugins, "plug-in", text, &state, &err);
    pt_assert(*found);
    return state;
}

static inline void storm_open_all(struct storm *s)
{
    const char *policy = storm_policy(storm_byte(s));
    uint32_t b = storm_byte(s), places = 0;
    const void *found;

    s->config.named = b & 1;
    s->config.exclusive = b % 8 >= 6;
    s->config.ties = (enum pt_ties)(b / 8 % 3);
    s->config.limits = (enum pt_limits)(b / 24 % 3);
    b = storm_byte(s);
    s->config.nodes = 1 + (int32_t)(b % STORM_NODES);
    while (pt_places[places])
        places++;
    s->place_state = storm_open(
        pt_places, pt_places[b / STORM_NODES % places]->name, &found);
    s->config.place = found;
    s->config.place_state = s->place_state;
    s->config.size = storm_size(s, s->config.named);
    s->state = storm_open(pt_policies, policy, &found);
    s->twin_state = storm_open(pt_policies, policy, &found);
    s->config.policy = found;
    s->config.policy_state = s->state;
    s->core = pt_core_new(&s->config);
    s->config.policy_state = s->twin_state;
    s->twin = pt_core_new(&s->config);
    s->wake = PT_TIME_NEVER;
}

static inline void storm_fact(struct storm *s, struct pt_fact fact)
{
    pt_vec_push(s->facts, s->nfacts, s->fact_capacity, fact);
}

static inline struct pt_need storm_need(struct storm *s)
{
    bool gpus = s->config.size.amount[PT_CORES] == 0;
    uint32_t b = storm_byte(s);

    if (!s->config.named)
        return (struct pt_need){{1000, 0, 0}};
    return (struct pt_need){{gpus ? 0 : 1000 * (1 + (int64_t)(b % 3)),
                             (gpus ? 1000 : 0) + 1000 * (int64_t)(b / 4 % 2),
                             300 * (int64_t)(b / 8 % 3)}};
}

static inline void storm_submit(struct storm *s)
{
    uint32_t b = storm_byte(s);

    if (s->njobs == STORM_JOBS)
        return;
    struct storm_job *own = pt_alloc(1, sizeof *own);
    int32_t n = b % 8 < 5 ? 1 : 1 + (int32_t)(b % 8 - 4) % STORM_STAGES;
    own->job = (struct pt_job){.rank = s->njobs,
                               .id = s->njobs,
                               .user = (int64_t)(b / 8 % 4),
                               .tag = s->njobs,
                               .nstages = n,
                               .submit = s->now,
                               .stages = own->stage};
    for (int32_t i = 0; i < n; i++) {
        uint32_t c = storm_byte(s), d = storm_byte(s);
        own->stage[i] =
            (struct pt_stage){.ntasks = 1 + (int32_t)(c % 7),
                              .mode = c / 8 % 3 == 0 ? PT_PARALLEL : PT_GANG,
                              .need = storm_need(s),
                              .limit = 1 + (pt_time)(d % 16),
                              .parents = own->parents[i]};
        own->tasks_left[i] = own->stage[i].ntasks;
        for (int32_t k = 0; k < i; k++)
            if (d / 16 >> k & 1)
                own->parents[i][own->stage[i].nparents++] = k;
    }
    s->jobs[s->njobs++] = own;
    storm_fact(s,
               (struct pt_fact){.kind = PT_FACT_SUBMITTED, .job = &own->job});
}

/* On the counted machine: the attempt has no unit any more. */
static inline void storm_vacate(struct storm *s, int32_t handle)
{
    for (int32_t i = 0; i < STORM_UNITS; i++)
        if (s->owner[i] == handle)
            s->owner[i] = 0;
}

static inline int32_t storm_bits(uint32_t bits)
{
    int32_t n = 0;

    for (; bits; bits &= bits - 1)
        n++;
    return n;
}

/* Tells that TASK of run I ended; -1: all that still run. */
static inline void storm_tell(struct storm *s, int32_t i, int32_t task,
                              enum pt_outcome outcome)
{
    struct storm_run *run = &s->runs[i];

    storm_fact(s, (struct pt_fact){.kind = PT_FACT_ENDED,
                                   .outcome = outcome,
                                   .attempt = run->handle,
                                   .task = task < 0 ? -1 : run->task + task});
    if (task >= 0) {
        run->gone |= UINT32_C(1) << task;
        s->owner[run->unit[task]] = 0;
    }
    if (task >= 0 && storm_bits(run->gone) < run->ntasks)
        return;
    if (outcome == PT_SUCCESS)
        s->jobs[run->job]->tasks_left[run->stage] -= run->ntasks;
    storm_vacate(s, run->handle);
    *run = s->runs[--s->nruns];
}

/* What one instant tells task by task it does not tell as a whole, too; then
 * all is well. */
static inline void storm_end(struct storm *s, int32_t i,
                             enum pt_outcome outcome)
{
    bool told = false;
    int32_t handle = s->runs[i].handle, last = s->runs[i].ntasks - 1;

    for (int32_t k = 0; k < s->nfacts; k++)
        told = told || (s->facts[k].kind == PT_FACT_ENDED &&
                        s->facts[k].attempt == handle);
    if (!told) {
        storm_tell(s, i, -1, outcome);
        return;
    }
    for (uint32_t gone = s->runs[i].gone; last >= 0; last--)
        if (!(gone >> last & 1))
            storm_tell(s, i, last, PT_SUCCESS);
}

/* One of the tasks that still run, or all. */
static inline void storm_end_some(struct storm *s)
{
    uint32_t b = storm_byte(s);
    enum pt_outcome outcome = b % 8 == 7 && !s->calm ? PT_FAILURE : PT_SUCCESS;

    if (s->nruns == 0)
        return;
    int32_t i = (int32_t)(b / 8) % s->nruns, task = -1;
    const struct storm_run *run = &s->runs[i];
    bool whole = s->config.exclusive && !s->config.named;
    for (int32_t k = 0; k < run->ntasks; k++)
        if (!(run->gone >> k & 1))
            task = k;
    if (b % 4 == 2 && run->ntasks > 1 && !whole)
        storm_tell(s, i, task, PT_SUCCESS);
    else
        storm_end(s, i, outcome);
}

static inline void storm_end_due(struct storm *s)
{
    for (int32_t i = s->nruns - 1; i >= 0; i--)
        if (s->runs[i].until <= s->now)
            storm_end(s, i, s->runs[i].killed ? PT_KILLED : PT_SUCCESS);
}

/* On the counted machine: nobody else has these, and no node of them is down.
 */
static inline void storm_occupy(struct storm *s, const struct pt_step *step,
                                const struct pt_decision *d, int32_t *unit)
{
    int32_t n = 0;
    int32_t cores = (int32_t)(s->config.size.amount[PT_CORES] / 1000);

    if (s->config.named)
        return;
    storm_vacate(s, d->attempt);
    for (int32_t i = 0; i < d->nranges; i++) {
        const struct pt_range *range = &step->ranges[d->range + i];
        for (int32_t k = range->first; k < range->first + range->count; k++) {
            pt_assert(k < s->config.nodes * cores);
            pt_assert(s->owner[k] == 0);
            pt_assert(s->config.ties != PT_TIES_INSTANT || !s->down[k / cores]);
            s->owner[k] = d->attempt;
            unit[n++] = k;
        }
    }
    pt_assert(s->config.exclusive ? n >= d->ntasks : n == d->ntasks);
}

static inline struct storm_run *storm_run_of(struct storm *s, int32_t handle)
{
    for (int32_t i = 0; i < s->nruns; i++)
        if (s->runs[i].handle == handle)
            return &s->runs[i];
    return NULL;
}

static inline void storm_started(struct storm *s, const struct pt_decision *d,
                                 const int32_t *unit)
{
    const struct storm_job *own = s->jobs[d->tag];
    const struct pt_stage *stage = &own->stage[d->stage];
    static const pt_time over[] = {0, 3, 9};
    pt_time length = stage->limit + over[s->config.limits];

    pt_assert(d->rank == own->job.rank && !own->over);
    pt_assert(!storm_run_of(s, d->attempt));
    pt_assert(d->ntasks == (stage->mode == PT_GANG ? stage->ntasks : 1));
    for (int32_t i = 0; i < stage->nparents; i++)
        pt_assert(own->tasks_left[stage->parents[i]] == 0);
    pt_vec_push(s->runs, s->nruns, s->run_capacity,
                ((struct storm_run){.handle = d->attempt,
                                    .job = d->tag,
                                    .stage = d->stage,
                                    .task = d->task,
                                    .ntasks = d->ntasks,
                                    .until = s->now + length}));
    memcpy(s->runs[s->nruns - 1].unit, unit, sizeof s->runs->unit);
}

/* The answer takes up to three microseconds; within the limit if that is
 * trusted. */
static inline void storm_killed(struct storm *s, const struct pt_decision *d)
{
    struct storm_run *run = storm_run_of(s, d->attempt);
    pt_time at = s->now + (pt_time)(storm_byte(s) % 4);

    pt_assert(run && !run->killed);
    run->killed = true;
    if (at < run->until || s->config.limits != PT_LIMITS_TRUST)
        run->until = at;
}

static inline void storm_decided(struct storm *s, const struct pt_step *step)
{
    for (int32_t i = 0; i < step->ndecisions; i++) {
        const struct pt_decision *d = &step->decisions[i];
        int32_t unit[STORM_UNITS] = {0};
        switch (d->kind) {
        case PT_REJECT:
            break;
        case PT_KILL:
            storm_killed(s, d);
            break;
        case PT_START:
            storm_occupy(s, step, d, unit);
            storm_started(s, d, unit);
            break;
        case PT_HOLD:
            storm_occupy(s, step, d, unit);
            break;
        case PT_UNHOLD:
            storm_vacate(s, d->attempt);
            break;
        case PT_RELEASE:
        case PT_REFUSE:
            pt_unreachable(); /* nobody waits at a barrier */
            break;
        }
    }
}

static inline void storm_recorded(struct storm *s, const struct pt_step *step)
{
    for (int32_t i = 0; i < step->nrecords; i++) {
        const struct pt_record *record = &step->records[i];
        struct storm_job *own = s->jobs[record->job->tag];
        pt_assert(record->job == &own->job && !own->over);
        own->over = true;
        s->nover++;
        s->recorded_held += record->held;
        for (int32_t k = 0; k < own->job.nstages; k++)
            pt_assert(record->state != PT_DONE || own->tasks_left[k] == 0);
        pt_assert(record->state != PT_DONE || record->end == s->now);
    }
    for (int32_t i = 0; i < step->nspent; i++)
        if (!step->spent[i].revised)
            s->spent += step->spent[i].slots *
                        (step->spent[i].end - step->spent[i].start);
}

static inline void storm_count(struct storm *s)
{
    struct pt_census c;

    pt_core_census(s->core, &c);
    pt_assert(c.held + c.running + c.free + c.down == c.slots);
    pt_assert(c.held >= 0 && c.running >= 0 && c.free >= 0 && c.down >= 0);
    pt_assert(s->nruns > 0 || c.running == 0);
    s->running = c.running;
    s->held = c.held;
}

/* Submissions keep their order, and all the rest is turned round. */
static inline void storm_shuffle(struct storm *s)
{
    int32_t n = 0;

    pt_vec_reserve(s->shuffled, s->shuffled_capacity, s->nfacts);
    for (int32_t i = 0; i < s->nfacts; i++)
        if (s->facts[i].kind == PT_FACT_SUBMITTED)
            s->shuffled[n++] = s->facts[i];
    for (int32_t i = s->nfacts - 1; i >= 0; i--)
        if (s->facts[i].kind != PT_FACT_SUBMITTED)
            s->shuffled[n++] = s->facts[i];
}

static inline void storm_compare(const struct pt_step *a,
                                 const struct pt_step *b)
{
    pt_assert(a->wake == b->wake && a->ndecisions == b->ndecisions);
    pt_assert(a->nrecords == b->nrecords && a->nspent == b->nspent);
    for (int32_t i = 0; i < a->ndecisions; i++) {
        const struct pt_decision *x = &a->decisions[i], *y = &b->decisions[i];
        pt_assert(x->kind == y->kind && x->cause == y->cause);
        pt_assert(x->attempt == y->attempt && x->rank == y->rank);
        pt_assert(x->stage == y->stage && x->try == y->try);
        pt_assert(x->task == y->task && x->ntasks == y->ntasks);
        pt_assert(x->nranges == y->nranges);
        for (int32_t k = 0; k < x->nranges; k++) {
            const struct pt_range *p = &a->ranges[x->range + k];
            const struct pt_range *q = &b->ranges[y->range + k];
            pt_assert(p->first == q->first && p->count == q->count);
        }
    }
    for (int32_t i = 0; i < a->nrecords; i++) {
        const struct pt_record *x = &a->records[i], *y = &b->records[i];
        pt_assert(x->job == y->job && x->state == y->state);
        pt_assert(x->tries == y->tries && x->timeouts == y->timeouts);
        pt_assert(x->end == y->end && x->promise == y->promise);
        pt_assert(x->held == y->held && x->lost == y->lost);
    }
}

static inline void storm_step(struct storm *s)
{
    storm_end_due(s);
    storm_shuffle(s);
    const struct pt_step *step =
        pt_core_step(s->core, s->now, s->facts, s->nfacts);
    const struct pt_step *twin =
        pt_core_step(s->twin, s->now, s->shuffled, s->nfacts);
    s->nfacts = 0;
    pt_core_check(s->core);
    storm_compare(step, twin);
    storm_decided(s, step);
    storm_recorded(s, step);
    storm_count(s);
    s->wake = step->wake;
    pt_assert(s->wake >= s->now);
}

/* Of one instant, ups count before downs: each toggle has a step of its own. */
static inline void storm_toggle(struct storm *s)
{
    int32_t node = (int32_t)storm_byte(s) % s->config.nodes;

    s->down[node] = !s->down[node];
    storm_fact(s, (struct pt_fact){.kind = s->down[node] ? PT_FACT_NODE_DOWN
                                                         : PT_FACT_NODE_UP,
                                   .node = node});
    if (storm_byte(s) % 16 == 0)
        storm_fact(s, s->facts[s->nfacts - 1]); /* told twice */
    storm_step(s);
}

/* The next instant at which something must happen. */
static inline pt_time storm_next(const struct storm *s)
{
    pt_time at = s->wake;

    for (int32_t i = 0; i < s->nruns; i++)
        if (s->runs[i].until < at)
            at = s->runs[i].until;
    return at;
}

static inline void storm_go_to(struct storm *s, pt_time at)
{
    s->ran += s->running * (at - s->now);
    s->was_held += s->held * (at - s->now);
    s->now = at;
}

static inline void storm_wait(struct storm *s, pt_time time)
{
    pt_time target = s->now + time;

    storm_step(s);
    for (pt_time at; (at = storm_next(s)) <= target;) {
        storm_go_to(s, at > s->now ? at : s->now);
        storm_step(s);
    }
    storm_go_to(s, target);
}

/* The nodes come back and what runs ends: then all jobs end, but for gangs in a
 * deadlock and those that give up their slots again and again. */
static inline void storm_finish(struct storm *s)
{
    int steps = 0;

    s->calm = true;
    s->n = s->at;
    storm_step(s);
    for (int32_t node = 0; node < s->config.nodes; node++)
        if (s->down[node])
            storm_fact(s,
                       (struct pt_fact){.kind = PT_FACT_NODE_UP, .node = node});
    memset(s->down, 0, sizeof s->down);
    storm_step(s);
    for (pt_time at; (at = storm_next(s)) < PT_TIME_NEVER && steps++ < 600;) {
        storm_go_to(s, at > s->now ? at : s->now);
        storm_step(s);
    }
    const struct pt_counts *counts = pt_core_counts(s->core);
    if (counts->deadlocks == 0 && counts->timeouts == 0)
        pt_assert(s->nover == s->njobs && s->nruns == 0);
    if (s->nruns == 0)
        pt_assert(s->spent == s->ran);
    storm_recorded(s, pt_core_close(s->core));
    pt_core_close(s->twin);
    pt_assert(s->nover == s->njobs);
    if (!s->config.named && !s->config.exclusive)
        pt_assert(s->recorded_held == s->was_held);
}

static inline void storm_free(struct storm *s)
{
    pt_core_free(s->core);
    pt_core_free(s->twin);
    for (int32_t i = 0; i < s->njobs; i++)
        pt_free(s->jobs[i]);
    pt_free(s->runs);
    pt_free(s->facts);
    pt_free(s->shuffled);
    pt_free(s->state);
    pt_free(s->twin_state);
    pt_free(s->place_state);
}

/* The first four bytes choose the machine and the policy. */
static inline void storm_run(const uint8_t *bytes, size_t n)
{
    struct storm s = {.bytes = bytes, .n = n};

    storm_open_all(&s);
    while (s.at < s.n) {
        uint32_t what = storm_byte(&s);
        if (what < 110)
            storm_submit(&s);
        else if (what < 190)
            storm_end_some(&s);
        else if (what < 205)
            storm_toggle(&s);
        else if (what < 220)
            storm_step(&s);
        else
            storm_wait(&s, (pt_time)(what - 219) % 9);
    }
    storm_finish(&s);
    storm_free(&s);
}

#endif
