#include <string.h>

#include "base/text.h"
#include "base/vec.h"
#include "world/tape_parts.h"

/* --- jobs --- */

static bool can_need(const struct pt_tape *t, const struct pt_need *need)
{
    bool any = false;

    for (int r = 0; r < PT_RESOURCES; r++) {
        if (need->amount[r] < 0)
            return false;
        any = any || need->amount[r] > 0;
    }
    return any && (t->config.named || need->amount[PT_CORES] == 1000);
}

/* A host may be one that has no node. */
static bool are_there(const struct pt_tape *t, const struct pt_stage *stage)
{
    int32_t n = stage->sites_at ? stage->sites_at[stage->ntasks] : 0;

    for (int32_t i = 0; i < n; i++)
        if (stage->sites[i].kind == PT_SITE_NODE &&
            stage->sites[i].number >= t->config.nodes)
            return false;
    return true;
}

bool pt_tape_can_ask(const struct pt_tape *t, const struct pt_job *job)
{
    int32_t pools = t->config.npools > 0 ? t->config.npools : 1;

    if (job->pool < 0 || job->pool >= pools)
        return false;
    for (int32_t i = 0; i < job->nstages; i++)
        if (!can_need(t, &job->stages[i].need) ||
            !are_there(t, &job->stages[i]))
            return false;
    return true;
}

/* --- facts --- */

/* The attempt of FACT, if it runs; else NULL. */
static struct pt_taped_run *run_of(struct pt_tape *t,
                                   const struct pt_fact *fact)
{
    if (fact->attempt >= t->run_capacity || t->runs[fact->attempt].left == 0)
        return NULL;
    return &t->runs[fact->attempt];
}

/* Which member TASK is; -1: none. */
static int32_t index_of(const struct pt_taped_run *run, int32_t task)
{
    for (int32_t i = 0; run->tasks && i < run->ntasks; i++)
        if (run->tasks[i] == task)
            return i;
    if (run->tasks || task < run->task || task - run->task >= run->ntasks)
        return -1;
    return task - run->task;
}

static bool has_bit(const uint64_t *bits, int32_t i)
{
    return bits && bits[i / 64] >> (i % 64) & 1;
}

static void set_bit(uint64_t **bits, int32_t i, int32_t n)
{
    if (!*bits)
        *bits = pt_alloc((size_t)(n + 63) / 64, sizeof **bits);
    (*bits)[i / 64] |= UINT64_C(1) << (i % 64);
}

static void clear_bit(uint64_t *bits, int32_t i)
{
    if (bits)
        bits[i / 64] &= ~(UINT64_C(1) << (i % 64));
}

/* Whether what FACT could not read is an earlier stage's output. */
static bool can_miss(const struct pt_tape *t, const struct pt_taped_run *run,
                     const struct pt_fact *fact)
{
    const struct pt_taped_job *taped = t->jobs[run->tag];

    return taped && fact->outcome == PT_FAILURE && fact->parent >= 0 &&
           fact->parent < run->stage && fact->output >= 0 &&
           fact->output < taped->stages[fact->parent].ntasks;
}

static bool note_ended(struct pt_tape *t, const struct pt_fact *fact)
{
    struct pt_taped_run *run = run_of(t, fact);

    if (!run || (fact->outcome == PT_KILLED && !run->killing) ||
        (fact->outcome == PT_SUCCESS && fact->fault != PT_FAULT_ERROR) ||
        (fact->fault == PT_FAULT_FETCH && !can_miss(t, run, fact)))
        return false;
    if (fact->task < 0) {
        run->left = 0;
        return true;
    }
    int32_t index = index_of(run, fact->task);
    if (index < 0 || has_bit(run->ended, index))
        return false;
    set_bit(&run->ended, index, run->ntasks);
    run->left--;
    return true;
}

static bool note_entered(struct pt_tape *t, const struct pt_fact *fact)
{
    struct pt_taped_run *run = run_of(t, fact);
    int32_t index = run && run->gang ? index_of(run, fact->task) : -1;

    if (index < 0 || has_bit(run->ended, index) || has_bit(run->waiting, index))
        return false;
    set_bit(&run->waiting, index, run->ntasks);
    return true;
}

static bool note_synced(struct pt_tape *t, const struct pt_fact *fact)
{
    struct pt_taped_run *run = run_of(t, fact);
    int64_t most;

    if (!run || !run->gang || fact->since < run->met || fact->since > t->now)
        return false;
    if (__builtin_mul_overflow(t->now - fact->since, run->ntasks, &most))
        most = INT64_MAX;
    run->met = t->now;
    return fact->waited <= most;
}

static bool note_sync(struct pt_tape *t, const struct pt_fact *fact)
{
    if (fact->kind == PT_FACT_ENTERED)
        return note_entered(t, fact);
    return fact->kind != PT_FACT_SYNCED || note_synced(t, fact);
}

/* The core counts the syncs of an instant first, wherever they stand. */
bool pt_tape_can_be(struct pt_tape *t)
{
    int32_t shuffles = 0;

    for (int32_t i = 0; i < t->nfacts; i++)
        if (!note_sync(t, &t->facts[i]))
            return false;
    for (int32_t i = 0; i < t->nfacts; i++) {
        const struct pt_fact *fact = &t->facts[i];

        if (fact->kind == PT_FACT_ENDED && !note_ended(t, fact))
            return false;
        if (fact->kind == PT_FACT_SHUFFLE && ++shuffles > 1)
            return false;
    }
    return true;
}

/* --- decisions --- */

static void note_started(struct pt_tape *t, const struct pt_decision *d,
                         const int64_t *messages)
{
    int32_t had = t->run_capacity;

    pt_vec_reserve(t->runs, t->run_capacity, d->attempt + 1);
    if (t->run_capacity > had)
        memset(t->runs + had, 0,
               (size_t)(t->run_capacity - had) * sizeof *t->runs);
    struct pt_taped_run *run = &t->runs[d->attempt];
    const struct pt_taped_job *taped = t->jobs[d->tag];
    pt_free(run->ended);
    pt_free(run->waiting);
    pt_free(run->tasks);
    *run = (struct pt_taped_run){
        .tag = d->tag,
        .stage = d->stage,
        .task = d->task,
        .ntasks = d->ntasks,
        .left = d->ntasks,
        .gang = taped && taped->stages[d->stage].mode == PT_GANG,
        .met = t->now};
    if (!d->partial)
        return;
    run->tasks = pt_alloc((size_t)d->ntasks, sizeof *run->tasks);
    memcpy(run->tasks, messages + d->message,
           (size_t)d->ntasks * sizeof *run->tasks);
}

/* Those of TASK, or of all (-1), wait no more. */
static void note_answered(struct pt_taped_run *run, int32_t task)
{
    int32_t index = task < 0 ? -1 : index_of(run, task);

    if (task < 0 && run->waiting)
        memset(run->waiting, 0,
               (size_t)(run->ntasks + 63) / 64 * sizeof *run->waiting);
    if (index >= 0)
        clear_bit(run->waiting, index);
}

void pt_tape_note(struct pt_tape *t, const struct pt_decision *d,
                  const int64_t *messages)
{
    switch (d->kind) {
    case PT_START:
        note_started(t, d, messages);
        return;
    case PT_KILL:
        t->runs[d->attempt].killing = true;
        return;
    case PT_RELEASE:
        note_answered(&t->runs[d->attempt], -1);
        return;
    case PT_REFUSE:
        note_answered(&t->runs[d->attempt], d->task);
        return;
    case PT_REJECT:
    case PT_HOLD:
    case PT_UNHOLD:
        return;
    }
}
