#include "tests/conform/spark_wild.h"

#include <inttypes.h>

#include "core/words.h"

void wild_true(const struct wild *w, bool holds, const char *what,
               const char *file, int line)
{
    if (holds)
        return;
    print_error("seed %" PRIu64 " (%s), at %" PRId64 ": %s\n", w->seed,
                w->policy, w->now, what);
    _fail(file, line);
}

/* --- the two cores agree --- */

static bool same_decision(const struct pt_decision *a,
                          const struct pt_decision *b)
{
    return a->kind == b->kind && a->cause == b->cause &&
           a->attempt == b->attempt && a->tag == b->tag && a->rank == b->rank &&
           a->stage == b->stage && a->try == b->try && a->task == b->task &&
           a->ntasks == b->ntasks && a->partial == b->partial &&
           a->launch == b->launch && a->copy == b->copy &&
           a->epoch == b->epoch && a->message == b->message &&
           a->range == b->range && a->nranges == b->nranges;
}

static bool same_record(const struct pt_record *a, const struct pt_record *b)
{
    return a->job == b->job && a->state == b->state && a->tries == b->tries &&
           a->timeouts == b->timeouts && a->first_start == b->first_start &&
           a->last_start == b->last_start && a->end == b->end &&
           a->promise == b->promise && a->held == b->held &&
           a->waited == b->waited && a->lost == b->lost && a->cause == b->cause;
}

static bool same_stage(const struct pt_stage_record *a,
                       const struct pt_stage_record *b)
{
    return a->job == b->job && a->stage == b->stage && a->try == b->try &&
           a->ntasks == b->ntasks && a->launches == b->launches &&
           a->failures == b->failures && a->ready == b->ready &&
           a->start == b->start && a->end == b->end && a->held == b->held &&
           a->waited == b->waited && a->outcome == b->outcome &&
           a->cause == b->cause;
}

static bool same_step(const struct pt_step *a, const struct pt_step *b)
{
    bool same = a->ndecisions == b->ndecisions && a->nrecords == b->nrecords &&
                a->nstages == b->nstages && a->nspent == b->nspent &&
                a->nwaits == b->nwaits && a->wake == b->wake;

    for (int32_t i = 0; same && i < a->ndecisions; i++)
        same = same_decision(&a->decisions[i], &b->decisions[i]);
    for (int32_t i = 0; same && i < a->nrecords; i++)
        same = same_record(&a->records[i], &b->records[i]);
    for (int32_t i = 0; same && i < a->nstages; i++)
        same = same_stage(&a->stages[i], &b->stages[i]);
    return same;
}

/* --- decisions --- */

uint32_t wild_left(const struct wild_run *run)
{
    return ~(run->gone | run->going) & ((1U << run->ntasks) - 1);
}

/* The first: what ended in this step comes before what took its number. */
static struct wild_run *run_of(struct wild *w, int32_t handle)
{
    for (int32_t i = 0; i < w->nruns; i++)
        if (w->runs[i].handle == handle)
            return &w->runs[i];
    return NULL;
}

static void parents_are_done(const struct wild *w, const struct wild_job *own,
                             int32_t stage)
{
    const struct pt_stage *spec = &own->stage[stage];

    for (int32_t i = 0; i < spec->nparents; i++) {
        int32_t k = spec->parents[i];
        WILD_TRUE(w, own->seen[k].ever == (1U << own->stage[k].ntasks) - 1);
    }
}

/* Launches of the task that run in the same try; *host: of one of them. */
static int32_t twins(const struct wild *w, const struct wild_run *run,
                     int32_t *host)
{
    int32_t n = 0;

    for (int32_t i = 0; i < w->nruns; i++) {
        const struct wild_run *r = &w->runs[i];
        if (r->job != run->job || r->stage != run->stage || r->try != run->try)
            continue;
        for (int32_t k = 0; k < r->ntasks; k++)
            if (r->task[k] == run->task[0] && !(r->gone >> k & 1) &&
                !(r->going >> k & 1)) {
                n++;
                *host = w->config.node ? w->node[r->node].host : r->node;
            }
    }
    return n;
}

static void nodes_are_there(struct wild *w, const struct pt_step *step,
                            const struct pt_decision *d)
{
    int32_t want = w->job[d->rank].stage[d->stage].profile;

    for (int32_t i = 0; i < d->nranges; i++) {
        const struct pt_range *r = &step->ranges[d->range + i];
        for (int32_t k = r->first; k < r->first + r->count; k++) {
            WILD_TRUE(w, k >= 0 && k < w->config.nodes && w->was_up[k]);
            WILD_TRUE(w, want == 0 || w->node[k].profile == want);
        }
    }
}

static void check_launch(struct wild *w, const struct wild_run *run,
                         const struct pt_decision *d)
{
    struct wild_job *own = &w->job[run->job];
    const struct pt_stage *spec = &own->stage[run->stage];
    struct wild_stage *seen = &own->seen[run->stage];
    int32_t host = -1, n = twins(w, run, &host);

    parents_are_done(w, own, run->stage);
    if (run->copy) {
        WILD_TRUE(w, w->rules.speculation && spec->mode == PT_PARALLEL);
        WILD_TRUE(w, n <= 1);
        if (w->config.node && w->rules.rounds == PT_ROUNDS_SPARK)
            WILD_TRUE(w, host != w->node[run->node].host);
    } else {
        WILD_TRUE(w, n == 0);
    }
    if (!spec->retries)
        return;
    WILD_TRUE(w, run->try >= seen->newest && run->try < WILD_TRIES);
    WILD_TRUE(w, seen->told[run->try] == 0);
    if (run->try > seen->newest)
        memset(seen->launches, 0, sizeof seen->launches);
    seen->newest = run->try;
    if (!run->gang)
        WILD_TRUE(w, d->launch == seen->launches[run->task[0]]);
    for (int32_t i = 0; i < run->ntasks; i++)
        seen->launches[run->task[i]]++;
    seen->launched[run->try] += run->ntasks;
}

static void started(struct wild *w, const struct pt_step *step,
                    const struct pt_decision *d)
{
    struct wild_job *own = &w->job[d->rank];
    const struct pt_stage *spec = &own->stage[d->stage];
    struct wild_run run = {.handle = d->attempt,
                           .job = (int32_t)d->rank,
                           .stage = d->stage,
                           .try = d->try,
                           .ntasks = d->ntasks,
                           .start = w->now,
                           .until = pt_time_add(w->now, spec->limit),
                           .synced = w->now,
                           .node = d->nranges > 0 ? step->ranges[d->range].first
                                                  : 0,
                           .gang = spec->mode == PT_GANG,
                           .copy = d->copy,
                           .sums = wild_chance(w, 30)};

    WILD_TRUE(w, own->submitted && !own->over);
    WILD_TRUE(w, w->nruns < WILD_RUNS);
    const struct wild_run *before = run_of(w, d->attempt);
    WILD_TRUE(w, !before || wild_left(before) == 0);
    WILD_TRUE(w, run.gang || d->ntasks == 1);
    WILD_TRUE(w, !run.gang || d->partial || d->ntasks == spec->ntasks);
    WILD_TRUE(w, !d->partial ||
                     (spec->retries && d->ntasks < spec->ntasks &&
                      w->rules.holes & (PT_HOLE_PARTIAL | PT_HOLE_LATE)));
    for (int32_t i = 0; i < d->ntasks; i++)
        run.task[i] =
            d->partial ? (int32_t)step->messages[d->message + i] : d->task + i;
    if (w->config.named)
        nodes_are_there(w, step, d);
    check_launch(w, &run, d);
    w->runs[w->nruns++] = run;
}

static void released(struct wild *w, const struct pt_step *step,
                     const struct pt_decision *d, struct wild_run *run)
{
    if (w->config.limits == PT_LIMITS_KILL && run->gone != 0)
        return; /* its facts had to wait */
    WILD_TRUE(w, run->ntasks == d->ntasks && run->gone == 0);
    WILD_TRUE(w, run->waiting == (1U << run->ntasks) - 1);
    for (int32_t i = 0; i < run->ntasks; i++) {
        WILD_TRUE(w, run->epoch[i] == d->epoch);
        WILD_TRUE(w, run->said[i] == step->messages[d->message + i]);
        run->epoch[i]++;
    }
    run->waiting = 0;
}

static void refused(struct wild *w, const struct pt_decision *d,
                    struct wild_run *run)
{
    bool found = d->task < 0;

    WILD_TRUE(w, d->task >= 0 || run->waiting != 0);
    if (d->task < 0)
        run->waiting = 0;
    for (int32_t i = 0; d->task >= 0 && i < run->ntasks; i++)
        if (run->task[i] == d->task) {
            run->waiting &= ~(1U << i);
            found = true;
        }
    WILD_TRUE(w, found);
}

static void obey(struct wild *w, const struct pt_step *step, int32_t i)
{
    const struct pt_decision *d = &step->decisions[i];
    struct wild_run *run = run_of(w, d->attempt);

    if (w->talks)
        print_message("  %s %d.%d try %d task %d x%d handle %d cause %s%s\n",
                      pt_decision_words[d->kind], (int)d->rank, d->stage,
                      d->try, d->task, d->ntasks, d->attempt,
                      pt_cause_words[d->cause], d->copy ? " copy" : "");
    ASSERT_INT(d->tag, 100 + d->rank);
    if (d->kind == PT_START) {
        started(w, step, d);
        return;
    }
    if (d->kind == PT_HOLD || d->kind == PT_UNHOLD || d->kind == PT_REJECT)
        return;
    /* Facts wait while somebody is killed at his limit: it may be too late. */
    if (!run && w->config.limits == PT_LIMITS_KILL && d->kind != PT_KILL)
        return;
    WILD_TRUE(w, run);
    if (d->kind == PT_KILL) {
        for (int32_t k = 0; k < w->nruns; k++)
            if (w->runs[k].handle == d->attempt)
                run = &w->runs[k]; /* the last */
        WILD_TRUE(w, !run->killed && wild_left(run) != 0);
        run->killed = true;
    } else if (d->kind == PT_RELEASE) {
        released(w, step, d, run);
    } else {
        refused(w, d, run);
    }
}

/* --- records --- */

static void hear_stage(struct wild *w, const struct pt_stage_record *r)
{
    struct wild_job *own = &w->job[r->job->rank];
    struct wild_stage *seen = &own->seen[r->stage];

    if (w->talks)
        print_message("  stage %d.%d try %d: outcome %d cause %s\n",
                      (int)r->job->rank, r->stage, r->try, (int)r->outcome,
                      pt_cause_words[r->cause]);
    WILD_TRUE(w, !own->over);
    WILD_TRUE(w, r->ready <= r->end && r->end == w->now);
    WILD_TRUE(w, r->start == PT_TIME_NEVER || r->start >= r->ready);
    WILD_TRUE(w, r->ntasks > 0 && r->ntasks <= own->stage[r->stage].ntasks);
    if (!own->stage[r->stage].retries)
        return;
    WILD_TRUE(w, r->try < WILD_TRIES);
    WILD_TRUE(w, seen->told[r->try]++ == 0 || w->rules.holes & PT_HOLE_REPEATS);
    WILD_TRUE(w, r->launches == seen->launched[r->try]);
    WILD_TRUE(w, (r->launches > 0) == (r->start != PT_TIME_NEVER));
}

static void hear_record(struct wild *w, const struct pt_record *r)
{
    struct wild_job *own = &w->job[r->job->rank];

    if (w->talks)
        print_message("  job %d: state %d cause %s\n", (int)r->job->rank,
                      (int)r->state, pt_cause_words[r->cause]);
    WILD_TRUE(w, own->submitted && !own->over);
    own->over = true;
    own->state = r->state;
    w->nover++;
    w->record_held += r->held;
    w->record_lost += r->lost;
    w->record_waited += r->waited;
    WILD_TRUE(w, r->held >= 0 && r->waited >= 0 && r->lost >= 0);
    if (r->state == PT_UNFINISHED)
        return;
    for (int32_t i = 0; i < w->nruns; i++)
        WILD_TRUE(w, w->runs[i].job != own->job.rank ||
                         wild_left(&w->runs[i]) == 0);
    for (int32_t i = 0; i < own->job.nstages; i++) {
        const struct wild_stage *seen = &own->seen[i];
        if (r->state == PT_DONE)
            WILD_TRUE(w, seen->ever == (1U << own->stage[i].ntasks) - 1);
        for (int32_t k = 0; k < WILD_TRIES; k++)
            WILD_TRUE(w, seen->launched[k] == 0 || seen->told[k] > 0);
    }
}

static void hear_spent(struct wild *w, const struct pt_spent *s)
{
    int64_t area = s->slots * (s->end - s->start);

    WILD_TRUE(w, s->start <= s->end && s->end <= w->now && s->slots >= 0);
    if (!s->revised)
        w->spent += area;
    if (s->redone)
        w->lost += area - s->waited;
}

static void hear(struct wild *w, const struct pt_step *step)
{
    for (int32_t i = 0; i < step->ndecisions; i++)
        obey(w, step, i);
    for (int32_t i = 0; i < step->nspent; i++)
        hear_spent(w, &step->spent[i]);
    for (int32_t i = 0; i < step->nstages; i++)
        hear_stage(w, &step->stages[i]);
    for (int32_t i = 0; i < step->nrecords; i++)
        hear_record(w, &step->records[i]);
}

/* --- a step --- */

static void drop_ended(struct wild *w)
{
    int32_t kept = 0;

    for (int32_t i = 0; i < w->nruns; i++) {
        struct wild_run *run = &w->runs[i];
        run->gone |= run->going;
        run->waiting &= ~run->going;
        run->going = 0;
        if (wild_left(run) != 0)
            w->runs[kept++] = *run;
    }
    w->nruns = kept;
}

/* The same facts: endings backwards, behind the rest, kind by kind. */
static void reorder(struct wild *w)
{
    int32_t n = 0;

    for (int kind = PT_FACT_SHUFFLE; kind > PT_FACT_ENDED; kind--)
        for (int32_t i = 0; i < w->nfacts; i++)
            if ((int)w->facts[i].kind == kind)
                w->other[n++] = w->facts[i];
    for (int32_t i = w->nfacts; i-- > 0;)
        if (w->facts[i].kind == PT_FACT_ENDED)
            w->other[n++] = w->facts[i];
    ASSERT_INT(n, w->nfacts);
}

static void tell_facts(const struct wild *w)
{
    static const char *const words[] = {
        "ended", "up", "down", "entered", "synced", "submitted", "shuffle"};

    print_message("at %d:\n", (int)w->now);
    for (int32_t i = 0; i < w->nfacts; i++) {
        const struct pt_fact *f = &w->facts[i];
        print_message("  - %s handle %d task %d outcome %d fault %d node %d",
                      words[f->kind], f->attempt, f->task, (int)f->outcome,
                      (int)f->fault, f->node);
        print_message(" epoch %d job %d\n", f->epoch,
                      f->job ? (int)f->job->rank : -1);
    }
    fflush(NULL);
}

void wild_step(struct wild *w)
{
    const struct pt_step *step[2];

    if (w->talks)
        tell_facts(w);
    reorder(w);
    step[0] = pt_core_step(w->core[0], w->now, w->facts, w->nfacts);
    step[1] = pt_core_step(w->core[1], w->now, w->other, w->nfacts);
    pt_core_check(w->core[0]);
    WILD_TRUE(w, same_step(step[0], step[1]));
    WILD_TRUE(w, step[0]->wake >= w->now);
    w->wake = step[0]->wake;
    hear(w, step[0]);
    pt_core_census(w->core[0], &w->census);
    const struct pt_census *c = &w->census;
    WILD_TRUE(w, c->held + c->barrier + c->running + c->free + c->down +
                         c->maintenance ==
                     c->slots);
    WILD_TRUE(w, c->held >= 0 && c->barrier >= 0 && c->running >= 0);
    WILD_TRUE(w, c->free >= 0 && c->down >= 0 && c->waiting >= 0);
    drop_ended(w);
    WILD_TRUE(w, w->nruns > 0 || c->running + c->barrier == 0);
    w->nfacts = 0;
}

/* --- the end --- */

/* Whether jobs may be left over though nothing more happens. */
static bool excused(const struct wild *w)
{
    const struct pt_counts *counts = pt_core_counts(w->core[0]);

    /* Gangs that hold slots can wait for each other, or a queue for them. */
    return counts->gave_up > 0 || counts->deadlocks > 0 || w->census.held > 0 ||
           w->rules.exclude || (w->rules.gate && !w->integral);
}

void wild_finish(struct wild *w)
{
    const struct pt_step *step;
    bool quiet = w->nruns == 0;

    for (int32_t i = 0; i < w->nruns; i++) {
        const struct wild_run *r = &w->runs[i];
        for (int32_t k = 0; k < r->ntasks; k++)
            w->spent += r->gone >> k & 1 ? 0 : w->now - r->start;
    }
    WILD_TRUE(w, excused(w) || (quiet && w->nover == w->nsubmitted));
    w->talks = w->talks && w->nover < w->nsubmitted;
    step = pt_core_close(w->core[0]);
    hear(w, step);
    WILD_TRUE(w, w->nover == w->nsubmitted);
    WILD_TRUE(w, w->lost == w->record_lost);
    if (!w->integral)
        return;
    WILD_TRUE(w, w->spent == w->ran);
    WILD_TRUE(w, w->record_held == w->held);
    if (quiet)
        WILD_TRUE(w, w->record_waited == w->barrier + w->synced);
}
