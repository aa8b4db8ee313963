#include "twin_state.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void promise(struct twin *w, int rank, int64_t at)
{
    struct item *item = &w->items[rank];

    item->promise = at;
    if (at > w->now && item->first == TWIN_NONE)
        item->first = at;
}

/* The step that begins at AT, made if there is none. */
static int profile_step(struct profile *f, int64_t at)
{
    int i = 0;

    while (i < f->n && f->at[i] < at)
        i++;
    if (i < f->n && f->at[i] == at)
        return i;
    assert(i > 0);
    memmove(f->at + i + 1, f->at + i, (size_t)(f->n - i) * sizeof *f->at);
    memmove(f->units + i + 1, f->units + i,
            (size_t)(f->n - i) * sizeof *f->units);
    f->at[i] = at;
    f->units[i] = f->units[i - 1];
    f->n++;
    return i;
}

/* N units fewer in [FROM, UNTIL). */
static void profile_take(struct profile *f, int64_t from, int64_t until, int n)
{
    int first = profile_step(f, from);
    int last = profile_step(f, until);

    for (int i = first; i < last; i++) {
        f->units[i] -= n;
        assert(f->units[i] >= 0);
    }
}

static bool profile_fits(const struct profile *f, int from, int64_t duration,
                         int n)
{
    for (int i = from; i < f->n && f->at[i] < f->at[from] + duration; i++)
        if (f->units[i] < n)
            return false;
    return true;
}

/* The earliest place; it begins where a step does. */
static int64_t profile_first(const struct profile *f, int64_t duration, int n)
{
    int i = 0;

    while (!profile_fits(f, i, duration, n))
        i++;
    assert(i < f->n);
    return f->at[i];
}

/* What runs, and what has been promised to others than SKIPPED. */
static void profile_build(struct twin *w, int skipped)
{
    struct profile *f = &w->profile;

    f->n = 1;
    f->at[0] = w->now;
    f->units[0] = w->slots;
    for (int i = 0; i < w->nrunning; i++) {
        const struct item *item = &w->items[w->running[i]];

        if (!item->released)
            profile_take(f, w->now, twin_predicted_end(w, item),
                         item->job.width);
    }
    assert(f->units[0] == w->free);
    for (int i = 0; i < w->nwaiting; i++) {
        const struct item *item = &w->items[w->waiting[i]];

        if (item->promise != TWIN_NONE && w->waiting[i] != skipped)
            profile_take(f, item->promise, item->promise + twin_span(item),
                         item->job.width);
    }
}

static int64_t earliest_place(const struct twin *w, int rank)
{
    const struct item *item = &w->items[rank];

    return profile_first(&w->profile, twin_span(item), item->job.width);
}

static void profile_take_item(struct twin *w, int rank, int64_t at)
{
    const struct item *item = &w->items[rank];

    profile_take(&w->profile, at, at + twin_span(item), item->job.width);
}

/* Copies the waiting stages from the FIRST on into w->order, as the policy
 * looks at them; returns how many. */
static int order_candidates(struct twin *w, int first)
{
    int n = w->nwaiting - first;

    memcpy(w->order, w->waiting + first, (size_t)n * sizeof *w->order);
    for (int i = 1; w->config->sjf && i < n; i++)
        for (int j = i; j > 0; j--) {
            int a = w->order[j - 1], b = w->order[j];

            if (w->items[a].job.limit <= w->items[b].job.limit)
                break;
            w->order[j - 1] = b;
            w->order[j] = a;
        }
    return n;
}

static void pass_gang(struct twin *w)
{
    int i = 0;

    while (i < w->nwaiting)
        if (w->items[w->waiting[i]].job.width <= w->free)
            twin_start(w, w->waiting[i]);
        else if (w->config->skip)
            i++;
        else
            break;
}

/* What is free at AT, if all that runs ends as predicted and nothing starts. */
static int free_at(const struct twin *w, int64_t at)
{
    int n = w->free;

    for (int i = 0; i < w->nrunning; i++) {
        const struct item *item = &w->items[w->running[i]];

        if (!item->released && twin_predicted_end(w, item) <= at)
            n += item->job.width;
    }
    return n;
}

static void pass_easy(struct twin *w)
{
    int64_t shadow = INT64_MAX;
    int extra, n;

    while (w->nwaiting > 0 && w->items[w->waiting[0]].job.width <= w->free)
        twin_start(w, w->waiting[0]);
    if (w->nwaiting == 0)
        return;
    for (int i = 0; i < w->nrunning; i++) {
        int64_t end = twin_predicted_end(w, &w->items[w->running[i]]);

        if (end < shadow &&
            free_at(w, end) >= w->items[w->waiting[0]].job.width)
            shadow = end;
    }
    extra = free_at(w, shadow) - w->items[w->waiting[0]].job.width;
    promise(w, w->waiting[0], shadow);
    n = order_candidates(w, 1);
    for (int i = 0; i < n; i++) {
        const struct twin_job *job = &w->items[w->order[i]].job;
        bool in_time = w->now + job->limit <= shadow;

        if (job->width > w->free || (!in_time && job->width > extra))
            continue;
        if (!in_time)
            extra -= job->width;
        twin_start(w, w->order[i]);
    }
}

/* The waiting stages from the FIRST on have no promise: each starts if it fits
 * now and for all its limit, without touching what was promised. */
static void start_candidates(struct twin *w, int first)
{
    int n = order_candidates(w, first);

    for (int i = 0; i < n; i++) {
        const struct item *item = &w->items[w->order[i]];

        if (!profile_fits(&w->profile, 0, twin_span(item), item->job.width))
            continue;
        profile_take_item(w, w->order[i], w->now);
        twin_start(w, w->order[i]);
    }
}

/* A head that fits has its earliest place now: nothing else is needed to start
 * heads.  A stage that starts is not waiting, so it does not count for depth.
 */
static void pass_replan(struct twin *w)
{
    int i = 0;

    for (int j = 0; j < w->nwaiting; j++)
        w->items[w->waiting[j]].promise = TWIN_NONE;
    profile_build(w, -1);
    while (i < w->nwaiting && i < w->config->depth) {
        int rank = w->waiting[i];
        int64_t at = earliest_place(w, rank);

        promise(w, rank, at);
        profile_take_item(w, rank, at);
        if (at == w->now)
            twin_start(w, rank);
        else
            i++;
    }
    start_candidates(w, i);
}

/* Lifts every promised stage out, in arrival order, and puts it back at its
 * earliest place. */
static void compress(struct twin *w)
{
    for (int i = 0; i < w->nwaiting; i++) {
        int rank = w->waiting[i];
        int64_t at;

        if (w->items[rank].promise == TWIN_NONE)
            continue;
        profile_build(w, rank);
        at = earliest_place(w, rank);
        assert(at <= w->items[rank].promise);
        promise(w, rank, at);
    }
}

static void pass_keep(struct twin *w)
{
    int i = 0;

    if (w->early)
        compress(w);
    profile_build(w, -1);
    while (i < w->nwaiting && i < w->config->depth) {
        int rank = w->waiting[i];

        if (w->items[rank].promise == TWIN_NONE) {
            promise(w, rank, earliest_place(w, rank));
            profile_take_item(w, rank, w->items[rank].promise);
        }
        assert(w->items[rank].promise >= w->now);
        if (w->items[rank].promise == w->now)
            twin_start(w, rank);
        else
            i++;
    }
    start_candidates(w, i);
}

static int at_most(int a, int b)
{
    return a < b ? a : b;
}

/* One more free slot, or N, for a gang that is not complete. */
static void hold(struct twin *w, int rank, int n)
{
    struct item *item = &w->items[rank];

    if (n == 0)
        return;
    if (item->held == 0)
        item->held_since = w->now;
    item->held += n;
    w->free -= n;
    if (item->held == item->job.width)
        twin_start(w, rank);
}

static bool asks(const struct twin *w, int rank)
{
    return w->items[rank].asks_from <= w->now;
}

/* Of the waiting stages of USER, or of everyone's, each in arrival order takes
 * all the free slots that it misses. */
static void serve(struct twin *w, bool everyone, int64_t user)
{
    int n = order_candidates(w, 0);

    for (int i = 0; i < n; i++) {
        const struct item *item = &w->items[w->order[i]];

        if (asks(w, w->order[i]) && (everyone || item->job.user == user))
            hold(w, w->order[i],
                 at_most(w->free, item->job.width - item->held));
    }
}

struct pool {
    int64_t user;
    int64_t tasks;
};

static int pool_cmp(const void *a, const void *b)
{
    const struct pool *p = a, *q = b;
    char p_name[24], q_name[24];

    if (p->tasks != q->tasks)
        return p->tasks < q->tasks ? -1 : 1;
    snprintf(p_name, sizeof p_name, "%" PRId64, p->user);
    snprintf(q_name, sizeof q_name, "%" PRId64, q->user);
    return strcmp(p_name, q_name);
}

static int64_t tasks_of(const struct twin *w, int64_t user)
{
    int64_t n = 0;

    for (int i = 0; i < w->nwaiting; i++)
        if (w->items[w->waiting[i]].job.user == user)
            n += w->items[w->waiting[i]].held;
    for (int i = 0; i < w->nrunning; i++) {
        const struct item *item = &w->items[w->running[i]];

        if (item->job.user == user && !item->released)
            n += item->job.width;
    }
    return n;
}

static void pass_fair(struct twin *w)
{
    struct pool *pools = twin_zeroed(w->nwaiting, sizeof *pools);
    int n = 0;

    for (int i = 0; i < w->nwaiting; i++) {
        int64_t user = w->items[w->waiting[i]].job.user;
        int j = 0;

        while (j < n && pools[j].user != user)
            j++;
        if (j == n)
            pools[n++] =
                (struct pool){.user = user, .tasks = tasks_of(w, user)};
    }
    qsort(pools, (size_t)n, sizeof *pools, pool_cmp);
    for (int i = 0; i < n; i++)
        serve(w, false, pools[i].user);
    free(pools);
}

/* The first stage of DRIVER that asks, or -1. */
static int driver_head(const struct twin *w, int driver)
{
    for (int i = 0; i < w->nwaiting; i++)
        if (w->waiting[i] % w->config->drivers == driver &&
            asks(w, w->waiting[i]))
            return w->waiting[i];
    return -1;
}

static void pass_drivers(struct twin *w)
{
    int idle = 0;

    for (int turn = 0; w->free > 0 && idle < w->config->drivers; turn++) {
        int rank = driver_head(w, turn % w->config->drivers);

        if (rank < 0) {
            idle++;
            continue;
        }
        idle = 0;
        hold(w, rank, 1);
    }
}

static void pass_fifo(struct twin *w)
{
    bool before = w->deadlocked;

    if (w->config->drivers > 1)
        pass_drivers(w);
    else if (w->config->fair)
        pass_fair(w);
    else
        serve(w, true, 0);
    w->deadlocked = twin_is_deadlocked(w);
    if (!before && w->deadlocked)
        w->totals.deadlocks++;
}

void twin_pass(struct twin *w)
{
    const struct twin_config *c = w->config;

    w->totals.passes++;
    if (c->kind == TWIN_GANG)
        pass_gang(w);
    else if (c->kind == TWIN_FIFO)
        pass_fifo(w);
    else if (c->keep)
        pass_keep(w);
    else if (c->depth == 1 && !c->by_profile)
        pass_easy(w);
    else
        pass_replan(w);
    w->early = false;
}
