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

/* RUN's members; of new ones nothing is known. */
static struct pt_taped_member *members_of(struct pt_taped_run *run)
{
    if (run->members)
        return run->members;
    run->members = pt_alloc((size_t)run->ntasks, sizeof *run->members);
    for (int32_t i = 0; i < run->ntasks; i++)
        run->members[i].arrived = PT_TIME_NEVER;
    return run->members;
}

static bool has_ended(const struct pt_taped_run *run, int32_t i)
{
    return run->members && run->members[i].ended;
}

static bool is_waiting(const struct pt_taped_run *run, int32_t i)
{
    return run->members && run->members[i].arrived != PT_TIME_NEVER;
}

/* --- amounts: what is too much to count is as much as can be counted --- */

static int64_t sum(int64_t a, int64_t b)
{
    return __builtin_add_overflow(a, b, &a) ? INT64_MAX : a;
}

/* What N tasks have of the time since SINCE. */
static int64_t time_of(const struct pt_tape *t, int32_t n, pt_time since)
{
    int64_t area;

    if (__builtin_sub_overflow(t->now, since, &area) ||
        __builtin_mul_overflow(area, n, &area))
        return INT64_MAX;
    return area;
}

static int64_t waited_by(const struct pt_tape *t,
                         const struct pt_taped_run *run, int32_t i)
{
    const struct pt_taped_member *member = &run->members[i];

    if (!is_waiting(run, i))
        return member->waited;
    return sum(member->waited, time_of(t, 1, member->arrived));
}

/* Of the task INDEX, or of all that have not ended (-1). */
static int64_t waited(const struct pt_tape *t, const struct pt_taped_run *run,
                      int32_t index)
{
    int64_t all = 0;

    if (run->members && index >= 0)
        return waited_by(t, run, index);
    for (int32_t i = 0; run->members && i < run->ntasks; i++)
        if (!run->members[i].ended)
            all = sum(all, waited_by(t, run, i));
    return all;
}

/* What a task did of anything, it did while it ran, and nothing else then.  All
 * that are left have what is left of what was told in sum. */
static bool note_spent(const struct pt_tape *t, struct pt_taped_run *run,
                       int32_t index, const struct pt_fact *fact)
{
    const struct pt_progress *progress = &fact->progress;
    int32_t n = index < 0 ? run->left : 1;
    int64_t own = fact->own ? fact->waited : run->sums / run->left;
    int64_t share = n == run->left ? run->sums : own;
    int64_t told = sum(sum(progress->restart, progress->checkpoint),
                       sum(progress->saved, waited(t, run, index)));

    if (own > run->sums || sum(told, share) > time_of(t, n, run->start))
        return false;
    run->sums -= share;
    run->left -= n;
    return true;
}

/* --- facts of tasks --- */

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
    int32_t index = fact->task < 0 ? -1 : index_of(run, fact->task);
    if (fact->task >= 0 && (index < 0 || has_ended(run, index)))
        return false;
    if (!note_spent(t, run, index, fact))
        return false;
    if (index >= 0) {
        members_of(run)[index].ended = true;
        run->members[index].arrived = PT_TIME_NEVER;
    }
    return true;
}

static bool note_entered(struct pt_tape *t, const struct pt_fact *fact)
{
    struct pt_taped_run *run = run_of(t, fact);
    int32_t index = run && run->gang ? index_of(run, fact->task) : -1;

    if (index < 0 || has_ended(run, index) || is_waiting(run, index))
        return false;
    members_of(run)[index].arrived = t->now;
    return true;
}

static bool note_synced(struct pt_tape *t, const struct pt_fact *fact)
{
    struct pt_taped_run *run = run_of(t, fact);

    if (!run || !run->gang || fact->since < run->met || fact->since > t->now)
        return false;
    run->met = t->now;
    run->sums = sum(run->sums, fact->waited);
    return fact->waited <= time_of(t, run->ntasks, fact->since);
}

/* --- facts of nodes --- */

void pt_tape_open_nodes(struct pt_tape *t)
{
    t->nodes = pt_alloc((size_t)t->config.nodes, sizeof *t->nodes);
    for (int32_t i = 0; t->config.node && i < t->config.nodes; i++)
        t->nodes[i] = t->config.node[i].absent ? PT_TAPED_DOWN : PT_TAPED_UP;
}

static bool note_up(struct pt_tape *t, const struct pt_fact *fact)
{
    bool was_up = t->nodes[fact->node] == PT_TAPED_UP;

    t->nodes[fact->node] = PT_TAPED_UP;
    return !was_up;
}

/* One that drains may yet break. */
static bool note_down(struct pt_tape *t, const struct pt_fact *fact)
{
    enum pt_taped_node now = fact->drains ? PT_TAPED_DRAINS : PT_TAPED_DOWN;
    bool was_better = t->nodes[fact->node] < now;

    t->nodes[fact->node] = now;
    return was_better;
}

/* --- facts of a step --- */

static bool note(struct pt_tape *t, const struct pt_fact *fact)
{
    switch (fact->kind) {
    case PT_FACT_ENDED:
        return note_ended(t, fact);
    case PT_FACT_NODE_UP:
        return note_up(t, fact);
    case PT_FACT_NODE_DOWN:
        return note_down(t, fact);
    case PT_FACT_ENTERED:
        return note_entered(t, fact);
    case PT_FACT_SYNCED:
        return note_synced(t, fact);
    case PT_FACT_NODE_NOTICE: /* promises have to name their nodes */
        return t->config.named;
    case PT_FACT_SUBMITTED:
    case PT_FACT_SHUFFLE:
        return true;
    }
    return true;
}

/* In the order in which the core counts them, wherever they stand. */
bool pt_tape_can_be(struct pt_tape *t)
{
    static const enum pt_fact_kind order[] = {
        PT_FACT_SHUFFLE, PT_FACT_SYNCED,    PT_FACT_ENTERED,    PT_FACT_ENDED,
        PT_FACT_NODE_UP, PT_FACT_NODE_DOWN, PT_FACT_NODE_NOTICE};
    int32_t shuffles = 0;

    for (size_t k = 0; k < sizeof order / sizeof *order; k++)
        for (int32_t i = 0; i < t->nfacts; i++) {
            if (t->facts[i].kind != order[k])
                continue;
            if (!note(t, &t->facts[i]))
                return false;
            shuffles += order[k] == PT_FACT_SHUFFLE;
        }
    return shuffles <= 1;
}

/* --- decisions --- */

static void forget(struct pt_taped_run *run)
{
    pt_free(run->members);
    pt_free(run->tasks);
}

void pt_tape_close_runs(struct pt_tape *t)
{
    for (int32_t i = 0; i < t->run_capacity; i++)
        forget(&t->runs[i]);
    pt_free(t->runs);
}

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
    forget(run);
    *run = (struct pt_taped_run){
        .tag = d->tag,
        .stage = d->stage,
        .task = d->task,
        .ntasks = d->ntasks,
        .left = d->ntasks,
        .gang = taped && taped->stages[d->stage].mode == PT_GANG,
        .start = t->now,
        .met = t->now};
    if (!d->partial)
        return;
    run->tasks = pt_alloc((size_t)d->ntasks, sizeof *run->tasks);
    memcpy(run->tasks, messages + d->message,
           (size_t)d->ntasks * sizeof *run->tasks);
}

static void go_on(const struct pt_tape *t, struct pt_taped_run *run, int32_t i)
{
    if (!is_waiting(run, i))
        return;
    run->members[i].waited = waited_by(t, run, i);
    run->members[i].arrived = PT_TIME_NEVER;
}

/* Those of TASK, or of all (-1), wait no more. */
static void note_answered(const struct pt_tape *t, struct pt_taped_run *run,
                          int32_t task)
{
    int32_t index = task < 0 ? -1 : index_of(run, task);

    if (index >= 0)
        go_on(t, run, index);
    for (int32_t i = 0; task < 0 && i < run->ntasks; i++)
        go_on(t, run, i);
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
        note_answered(t, &t->runs[d->attempt], -1);
        return;
    case PT_REFUSE:
        note_answered(t, &t->runs[d->attempt], d->task);
        return;
    case PT_REJECT:
    case PT_HOLD:
    case PT_UNHOLD:
        return;
    }
}
