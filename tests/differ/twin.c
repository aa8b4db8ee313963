#include "twin_state.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE 1000
#define FOREVER  (INT64_MAX / 4)

void *twin_zeroed(int n, size_t size)
{
    void *p = calloc((size_t)n + 1, size);

    if (!p)
        abort();
    return p;
}

bool twin_is_deadlocked(const struct twin *w)
{
    bool any = false;

    if (w->nrunning > 0)
        return false;
    for (int i = 0; i < w->nwaiting; i++) {
        const struct item *item = &w->items[w->waiting[i]];

        if (item->held == 0)
            continue;
        if (item->job.width - item->held <= w->free)
            return false;
        any = true;
    }
    return any;
}

static void list_remove(int *list, int *n, int rank)
{
    int i = 0;

    while (list[i] != rank)
        i++;
    (*n)--;
    memmove(list + i, list + i + 1, (size_t)(*n - i) * sizeof *list);
}

int64_t twin_span(const struct item *item)
{
    return item->job.limit > 0 ? item->job.limit : 1;
}

int64_t twin_predicted_end(const struct twin *w, const struct item *item)
{
    int64_t end = item->start + item->job.limit;

    return end > w->now ? end : w->now + 1;
}

void twin_start(struct twin *w, int rank)
{
    struct item *item = &w->items[rank];
    int64_t length = item->job.length;

    if (w->config->overrun != TWIN_EXTEND && length > item->job.limit)
        length = item->job.limit;
    assert(item->phase == WAITING);
    assert(w->free >= item->job.width - item->held);
    w->free -= item->job.width - item->held;
    item->held = 0;
    item->phase = RUNNING;
    item->start = w->now;
    item->end = w->now + length;
    item->serial = w->nstarts++;
    list_remove(w->waiting, &w->nwaiting, rank);
    w->running[w->nrunning++] = rank;
}

/* The stage that ends now, was started first, and before SERIAL; or -1. */
static int ends_now(const struct twin *w, int64_t serial)
{
    for (int i = 0; i < w->nrunning; i++) {
        const struct item *item = &w->items[w->running[i]];

        if (item->end == w->now && item->serial < serial)
            return w->running[i];
    }
    return -1;
}

static void end(struct twin *w, int rank)
{
    struct item *item = &w->items[rank];

    if (!item->released)
        w->free += item->job.width;
    if (w->now < item->start + twin_span(item))
        w->early = true;
    item->phase = ENDED;
    list_remove(w->running, &w->nrunning, rank);
}

static void release_silently(struct twin *w)
{
    for (int i = 0; i < w->nrunning; i++) {
        struct item *item = &w->items[w->running[i]];

        if (item->end != w->now || item->released ||
            item->start + item->job.limit != w->now)
            continue;
        item->released = true;
        w->free += item->job.width;
    }
}

static bool arrives_now(const struct twin *w)
{
    return w->arrived < w->njobs && w->items[w->arrived].job.submit == w->now;
}

/* Returns false if the job is turned away. */
static bool submit(struct twin *w)
{
    int rank = w->arrived++;

    if (w->items[rank].job.width > w->slots) {
        w->items[rank].phase = REJECTED;
        return false;
    }
    w->items[rank].phase = WAITING;
    w->waiting[w->nwaiting++] = rank;
    return true;
}

/* When a hold that began at SINCE runs out. */
static int64_t expiry(const struct twin *w, const struct item *item)
{
    if (item->held == 0 || w->config->hold_timeout <= 0 ||
        item->held_since > FOREVER)
        return INT64_MAX;
    return item->held_since + w->config->hold_timeout;
}

static int64_t next_try(const struct twin *w, int timeouts)
{
    int64_t delay = w->config->backoff;

    for (int i = 1; i < timeouts && delay < FOREVER; i++)
        delay *= 2;
    return delay < FOREVER - w->now ? w->now + delay : INT64_MAX;
}

/* Gives back the holds that run out now; returns whether there were any. */
static bool fire_timers(struct twin *w)
{
    bool any = false;

    for (int i = 0; i < w->nwaiting; i++) {
        struct item *item = &w->items[w->waiting[i]];

        if (expiry(w, item) != w->now)
            continue;
        any = true;
        w->free += item->held;
        item->held = 0;
        item->timeouts++;
        w->totals.timeouts++;
        item->asks_from = next_try(w, item->timeouts);
        w->endless |= item->timeouts > PATIENCE;
    }
    if (any)
        w->deadlocked = twin_is_deadlocked(w);
    return any;
}

static void round_instant(struct twin *w)
{
    for (int rank = ends_now(w, INT64_MAX); rank >= 0;
         rank = ends_now(w, INT64_MAX))
        end(w, rank);
    fire_timers(w);
    while (arrives_now(w))
        submit(w);
    twin_pass(w);
}

/* What is started here and ends at once is for the next round. */
static void endings_one_by_one(struct twin *w)
{
    int64_t serial = w->nstarts;

    for (int rank = ends_now(w, serial); rank >= 0;
         rank = ends_now(w, serial)) {
        end(w, rank);
        twin_pass(w);
    }
    if (fire_timers(w))
        twin_pass(w);
}

static void submissions_one_by_one(struct twin *w)
{
    while (arrives_now(w))
        if (submit(w))
            twin_pass(w);
}

static void round_one_by_one(struct twin *w)
{
    int64_t passes = w->totals.passes;

    release_silently(w);
    if (w->config->ties == TWIN_PYSS) {
        submissions_one_by_one(w);
        endings_one_by_one(w);
    } else {
        endings_one_by_one(w);
        submissions_one_by_one(w);
    }
    /* Nothing but a wake-up. */
    if (w->totals.passes == passes)
        twin_pass(w);
}

/* The next instant at which something may happen; INT64_MAX if none. */
static int64_t next_instant(const struct twin *w)
{
    int64_t next = INT64_MAX;

    if (w->arrived < w->njobs)
        next = w->items[w->arrived].job.submit;
    for (int i = 0; i < w->nrunning; i++)
        if (w->items[w->running[i]].end < next)
            next = w->items[w->running[i]].end;
    for (int i = 0; i < w->nwaiting; i++) {
        const struct item *item = &w->items[w->waiting[i]];

        if (w->config->keep && item->promise != TWIN_NONE &&
            item->promise < next)
            next = item->promise;
        if (item->asks_from > w->now && item->asks_from < next)
            next = item->asks_from;
        if (expiry(w, item) < next)
            next = expiry(w, item);
    }
    return next;
}

static int item_cmp(const void *a, const void *b)
{
    const struct item *p = a, *q = b;

    if (p->job.submit != q->job.submit)
        return p->job.submit < q->job.submit ? -1 : 1;
    return p->input < q->input ? -1 : p->input > q->input;
}

static struct item *rank_jobs(const struct twin_job *jobs, int n)
{
    struct item *items = twin_zeroed(n, sizeof *items);

    for (int i = 0; i < n; i++) {
        assert(jobs[i].width >= 1);
        assert(jobs[i].length >= 0 && jobs[i].limit >= 0);
        items[i] = (struct item){.job = jobs[i],
                                 .input = i,
                                 .start = TWIN_NONE,
                                 .end = TWIN_NONE,
                                 .promise = TWIN_NONE,
                                 .first = TWIN_NONE,
                                 .asks_from = TWIN_NONE};
    }
    qsort(items, (size_t)n, sizeof *items, item_cmp);
    return items;
}

static struct twin_result result(const struct twin *w, const struct item *item)
{
    struct twin_result r = {.state = TWIN_UNFINISHED,
                            .start = item->start,
                            .end = TWIN_NONE,
                            .promise = item->first,
                            .timeouts = item->timeouts};

    if (item->phase == REJECTED)
        r.state = TWIN_REJECTED;
    if (item->phase != ENDED)
        return r;
    r.end = item->end;
    r.state = TWIN_DONE;
    if (w->config->overrun == TWIN_KILL && item->job.length > item->job.limit)
        r.state = TWIN_KILLED;
    return r;
}

int twin_run(const struct twin_job *jobs, int n, int slots,
             const struct twin_config *config, struct twin_result *out,
             struct twin_totals *totals)
{
    int steps = 2 * n + 2;
    struct twin w = {.config = config,
                     .items = rank_jobs(jobs, n),
                     .njobs = n,
                     .waiting = twin_zeroed(n, sizeof *w.waiting),
                     .running = twin_zeroed(n, sizeof *w.running),
                     .order = twin_zeroed(n, sizeof *w.order),
                     .profile = {.at = twin_zeroed(steps, sizeof *w.profile.at),
                                 .units = twin_zeroed(steps, sizeof(int))},
                     .slots = slots,
                     .free = slots};

    assert(!(config->keep && config->overrun == TWIN_EXTEND));
    assert(!(config->drivers > 1 && config->fair));
    for (w.now = TWIN_NONE; !w.endless && next_instant(&w) != INT64_MAX;) {
        w.now = next_instant(&w);
        if (config->ties == TWIN_INSTANT)
            round_instant(&w);
        else
            round_one_by_one(&w);
    }
    for (int i = 0; i < n; i++)
        out[w.items[i].input] = result(&w, &w.items[i]);
    *totals = w.totals;
    free(w.items);
    free(w.waiting);
    free(w.running);
    free(w.order);
    free(w.profile.at);
    free(w.profile.units);
    return w.endless ? -1 : 0;
}
