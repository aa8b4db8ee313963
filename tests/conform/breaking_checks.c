#include "tests/conform/breaking.h"

#include <stdio.h>

#include "base/vec.h"

void breaking_bad(struct breaking_world *w, const char *what, int64_t a,
                  int64_t b)
{
    struct breaking_scene *s = w->scene;

    if (s->what[0] == '\0')
        snprintf(s->what, sizeof s->what, "at %lld: %s (%lld, %lld)",
                 (long long)w->now, what, (long long)a, (long long)b);
}

void breaking_expect(struct breaking_world *w, const char *what, int64_t a,
                     int64_t b)
{
    if (a != b)
        breaking_bad(w, what, a, b);
}

/* --- decisions --- */

static struct breaking_run *find(struct breaking_world *w, int32_t handle)
{
    for (int32_t i = 0; i < w->nruns; i++)
        if (w->runs[i].handle == handle)
            return &w->runs[i];
    return NULL;
}

static void forget(struct breaking_world *w, struct breaking_run *run)
{
    breaking_vacate(w, run->handle);
    *run = w->runs[--w->nruns];
}

/* Nobody else has the processors, nor, where they are exclusive, the nodes. */
static void occupy(struct breaking_world *w, const struct pt_step *step,
                   const struct pt_decision *d, struct breaking_run *run)
{
    const struct trial_setup *setup = &w->scene->setup;
    int32_t n = 0;

    for (int32_t i = 0; i < d->nranges; i++) {
        const struct pt_range *range = &step->ranges[d->range + i];
        for (int32_t k = range->first; k < range->first + range->count; k++) {
            run->nodes |= UINT32_C(1) << (setup->named ? k : k / setup->cores);
            if (setup->named)
                continue;
            breaking_expect(w, "two have a processor", w->owner[k], 0);
            w->owner[k] = d->attempt;
            run->unit[n++] = k;
        }
    }
    if (!setup->named && (setup->exclusive ? n < d->ntasks : n != d->ntasks))
        breaking_bad(w, "not a processor each", n, d->ntasks);
    for (int32_t i = 0; i < w->nruns && setup->exclusive; i++)
        if (w->runs[i].nodes & run->nodes && w->runs[i].gone == 0)
            breaking_bad(w, "two share a node", w->runs[i].handle, d->attempt);
}

/* Nothing new on a node that is not up, or will not be for long enough; but
 * what a gang has HAD it may use until the node is taken. */
static void check_nodes(struct breaking_world *w,
                        const struct breaking_run *run, uint32_t had)
{
    pt_time until = w->now + breaking_stage(w, run)->limit;

    for (int32_t i = 0; i < BREAKING_NODES; i++) {
        if (!(run->nodes & w->settled & UINT32_C(1) << i))
            continue;
        if (w->health[i] != BREAKING_UP || breaking_rests(w, i))
            breaking_bad(w, "a node is used that is down", run->job, i);
        if (!run->held && !(had >> i & 1) && w->since[i] < until &&
            w->now < w->until[i])
            breaking_bad(w, "it reaches into maintenance", run->job, i);
    }
}

static void placed(struct breaking_world *w, const struct pt_step *step,
                   const struct pt_decision *d)
{
    struct breaking_run *held = find(w, d->attempt);
    uint32_t had = 0;
    struct breaking_run run = {.held = d->kind == PT_HOLD,
                               .handle = d->attempt,
                               .job = d->tag,
                               .stage = d->stage,
                               .try = d->try,
                               .first = d->task,
                               .ntasks = d->ntasks,
                               .start = w->now};

    if (held) {
        if (!held->held)
            breaking_bad(w, "it is started twice", d->tag, d->attempt);
        had = held->nodes;
        forget(w, held);
    }
    const struct pt_stage *stage = breaking_stage(w, &run);
    breaking_expect(w, "partly started", d->partial, false);
    if (d->kind == PT_START)
        breaking_expect(w, "not whole", d->ntasks,
                        stage->mode == PT_GANG ? stage->ntasks : 1);
    occupy(w, step, d, &run);
    check_nodes(w, &run, had);
    pt_vec_push(w->runs, w->nruns, w->run_capacity, run);
}

static void killed(struct breaking_world *w, const struct pt_decision *d)
{
    const struct breaking_scene *s = w->scene;
    struct breaking_run *run = find(w, d->attempt);
    bool lost = false;

    if (!run || run->held || run->killed) {
        breaking_bad(w, "a kill of what does not run", d->tag, d->attempt);
        return;
    }
    for (int32_t i = 0; i < BREAKING_NODES; i++)
        lost = lost || (run->nodes >> i & 1 && w->health[i] == BREAKING_DOWN);
    if (d->cause == PT_CAUSE_NODE && !lost)
        breaking_bad(w, "killed, and has all its nodes", d->tag, d->attempt);
    run->killed = true;
    run->answer = w->now + breaking_pick(s, w->now, d->attempt, 5) / 2;
    if (s->setup.limits == PT_LIMITS_TRUST &&
        run->answer > run->start + breaking_stage(w, run)->limit)
        run->answer = run->start + breaking_stage(w, run)->limit;
}

static void decided(struct breaking_world *w, const struct pt_step *step,
                    const struct pt_decision *d)
{
    switch (d->kind) {
    case PT_REJECT:
        break;
    case PT_KILL:
        killed(w, d);
        break;
    case PT_START:
    case PT_HOLD:
        placed(w, step, d);
        break;
    case PT_UNHOLD:
        if (!find(w, d->attempt))
            breaking_bad(w, "unheld, and holds nothing", d->tag, d->attempt);
        else
            forget(w, find(w, d->attempt));
        break;
    case PT_RELEASE:
    case PT_REFUSE:
        breaking_bad(w, "nobody meets", d->tag, d->attempt);
        break;
    }
}

static void note(struct breaking_world *w, const struct pt_spent *spent)
{
    const struct pt_progress *p = &spent->progress;
    pt_time all = spent->slots * (spent->end - spent->start);

    if (spent->redone)
        w->lost += all - spent->waited - p->restart - p->checkpoint - p->saved;
    if (spent->revised)
        return;
    w->told += all;
    w->loading += p->restart;
    w->saving += p->checkpoint;
}

/* --- what must hold after each step --- */

/* In what the census counts. */
static int64_t slots_of(const struct breaking_world *w,
                        const struct breaking_run *run)
{
    const struct trial_setup *setup = &w->scene->setup;
    int32_t n = run->ntasks, cores = setup->cores;

    if (!setup->named && setup->exclusive)
        return (n + cores - 1) / cores * cores;
    n -= breaking_bits(run->gone);
    return setup->named ? n * breaking_stage(w, run)->need.amount[PT_CORES] : n;
}

static void check_runs(struct breaking_world *w)
{
    int64_t running = 0, held = 0;

    for (int32_t i = 0; i < w->nruns; i++) {
        const struct breaking_run *run = &w->runs[i];
        *(run->held ? &held : &running) += slots_of(w, run);
        for (int32_t k = 0; k < BREAKING_NODES; k++)
            if (run->nodes >> k & 1 && !run->killed &&
                (w->health[k] == BREAKING_DOWN ||
                 (run->held && w->health[k] == BREAKING_DRAINED)))
                breaking_bad(w, "it lives on without its node", run->job, k);
    }
    breaking_expect(w, "running", w->census.running, running);
    breaking_expect(w, "held", w->census.held, held);
}

/* Where nothing runs on nodes that are down. */
static void check_down(struct breaking_world *w)
{
    const struct breaking_scene *s = w->scene;
    int64_t sum[2] = {0, 0};

    for (int32_t i = 0; i < s->setup.nodes; i++) {
        if (w->health[i] == BREAKING_UP && !breaking_rests(w, i))
            continue;
        for (int32_t k = 0; k < w->nruns; k++)
            if (w->runs[k].nodes >> i & 1)
                return;
        sum[w->planned >> i & 1] +=
            s->setup.named ? s->node[i].size.amount[PT_CORES] : s->setup.cores;
    }
    breaking_expect(w, "down", w->census.down, sum[0]);
    breaking_expect(w, "maintenance", w->census.maintenance, sum[1]);
}

void breaking_take(struct breaking_world *w, const struct pt_step *step)
{
    for (int32_t i = 0; i < step->ndecisions; i++)
        decided(w, step, &step->decisions[i]);
    for (int32_t i = 0; i < step->nrecords; i++) {
        const struct pt_record *record = &step->records[i];
        breaking_expect(w, "two records", w->jobs[record->job->tag].records++,
                        0);
        w->nover++;
        w->recorded += record->lost;
    }
    for (int32_t i = 0; i < step->nspent; i++)
        note(w, &step->spent[i]);
}

void breaking_look(struct breaking_world *w)
{
    check_runs(w);
    check_down(w);
}
