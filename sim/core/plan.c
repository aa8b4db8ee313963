/* plan.c - the plan that a policy writes. */
#include "base/assert.h"
#include "base/vec.h"
#include "core/books.h"
#include "core/counted.h"

pt_time pt_plan_now(const struct pt_plan *plan)
{
    return plan->now;
}

int64_t pt_plan_free(const struct pt_plan *plan)
{
    return plan->space->free;
}

bool pt_plan_full(const struct pt_plan *plan)
{
    return plan->space->free == 0 &&
           !(plan->config.exclusive && plan->nholders > 0);
}

pt_waiting pt_plan_head(const struct pt_plan *plan)
{
    return pt_pending_first(&plan->pending, NULL);
}

static const struct pt_key *key_of(const struct pt_plan *plan,
                                   pt_waiting waiting, int32_t lane)
{
    return waiting < 0 ? NULL : &pt_attempt_at(plan, waiting)->entry.key[lane];
}

pt_waiting pt_plan_next(const struct pt_plan *plan, pt_waiting after)
{
    return pt_pending_first(&plan->pending, key_of(plan, after, PT_LANE_QUEUE));
}

/* --- starting --- */

/* Slots for NTASKS more of the tasks of A, from now on. */
static void take(struct pt_plan *plan, struct pt_attempt *a, int32_t ntasks)
{
    plan->space->ops->take(plan->space, a, ntasks);
    a->placed += ntasks;
    pt_attempt_count_running(plan, a, ntasks);
    plan->stairs_known = false;
}

static void start_gang(struct pt_plan *plan, pt_waiting waiting)
{
    struct pt_attempt *a = pt_attempt_at(plan, waiting);
    int32_t ask = pt_attempt_ask(a);

    pt_assert(a->placed == 0);
    if (a->booked) {
        pt_time hole = pt_time_add(a->entry.promise, a->entry.limit);
        bool early = a->entry.promise > plan->now;
        pt_attempt_unpromise(plan, waiting);
        if (early && hole > plan->space->hole_end)
            plan->space->hole_end = hole;
    }
    pt_attempt_dequeue(plan, waiting);
    a->until = pt_time_add(plan->now, a->entry.limit);
    take(plan, a, ask);
    pt_attempt_run(plan, waiting);
}

/* A task of a parallel stage becomes an attempt of its own; the last one leaves
 * the queue. */
void pt_plan_start_task(struct pt_plan *plan, int32_t waiting, int32_t index,
                        int32_t node)
{
    struct pt_attempt *a = pt_attempt_at(plan, waiting);
    struct pt_stage_book *stage = pt_stage_at(plan, a->job, a->stage);
    int32_t handle = waiting, item = pt_attempt_task(a, index);
    int32_t task = item < 0 ? ~item : item;

    if (a->booked)
        pt_attempt_unpromise(plan, waiting);
    pt_attempt_dequeue(plan, waiting);
    if (pt_attempt_count(a) > 1) {
        handle = pt_attempt_new(plan, a->job, a->stage, a->try, task, task + 1);
        pt_attempt_take_task(a, index);
        a->claim = PT_TIME_NEVER;
        pt_attempt_join(plan, waiting);
    } else if (stage) {
        stage->waiting = 0;
    }
    struct pt_attempt *one = pt_attempt_at(plan, handle);
    one->task = task;
    one->task_end = task + 1;
    one->listed = false;
    one->copy = item < 0;
    one->launch = stage && stage->tasks ? stage->tasks[task].launches : 0;
    one->until = pt_time_add(plan->now, one->spec->limit);
    if (node < 0) {
        take(plan, one, 1);
    } else {
        plan->space->ops->take_on(plan->space, one, node);
        one->placed = 1;
        pt_attempt_count_running(plan, one, 1);
        plan->stairs_known = false;
    }
    pt_attempt_run(plan, handle);
}

/* Whether what A asks for could start now; a promise that is due and cannot be
 * kept (something overran, or a node went down) is taken back. */
static bool fits(struct pt_plan *plan, pt_waiting waiting)
{
    struct pt_attempt *a = pt_attempt_at(plan, waiting);

    if (a->placed > 0)
        return false; /* it holds slots: it is launched, not started */
    if (plan->space->ops->fits(plan->space, a, pt_attempt_ask(a)))
        return true;
    if (a->booked && a->entry.promise <= plan->now) {
        pt_attempt_unpromise(plan, waiting);
        pt_pending_change(&plan->pending, &a->entry);
    }
    return false;
}

/* The first task of a parallel stage starts where there is room; a copy on
 * another host than the one beside which it runs, if any has. */
static bool start_next(struct pt_plan *plan, pt_waiting waiting)
{
    const struct pt_attempt *a = pt_attempt_at(plan, waiting);
    int32_t item = pt_attempt_task(a, 0), node = -1;

    if (item < 0 && plan->config.named) {
        for (node = 0; node < plan->config.nodes; node++)
            if (plan->space->ops->fits_on(plan->space, a, node) &&
                !pt_attempt_is_beside(plan, a, ~item, node))
                break;
        if (node == plan->config.nodes)
            return false;
    }
    pt_plan_start_task(plan, waiting, 0, node);
    return true;
}

bool pt_plan_start(struct pt_plan *plan, pt_waiting waiting)
{
    struct pt_attempt *a = pt_attempt_at(plan, waiting);

    pt_assert(a->state == PT_ATTEMPT_WAITING);
    if (pt_in_rounds(plan))
        return pt_round_start(plan, waiting);
    if (a->mode == PT_GANG) {
        if (!fits(plan, waiting))
            return false;
        start_gang(plan, waiting);
        return true;
    }
    while (fits(plan, waiting)) {
        if (!start_next(plan, waiting))
            return false;
        if (a->state != PT_ATTEMPT_WAITING)
            return true;
    }
    return false;
}

/* --- who fits --- */

/* What can start now: so many units for stages within so long a limit. */
static void climb_down(struct pt_plan *plan)
{
    const struct pt_profile *profile = pt_counted_profile(plan->space);
    struct pt_stairs *stairs = &plan->stairs;
    int64_t least = pt_pending_least_width(&plan->pending);
    bool counts = profile && plan->space->promises > 0;
    struct pt_cursor cursor = {.at = plan->now, .level = plan->space->free};

    if (counts)
        pt_profile_here(profile, &cursor);
    stairs->n = 0;
    while (stairs->n < PT_STAIRS && cursor.at < PT_TIME_NEVER) {
        int32_t i = stairs->n++;
        stairs->level[i] = cursor.level;
        if (cursor.level < least || !counts)
            break;
        pt_profile_fall(profile, &cursor, cursor.level);
        stairs->within[i] = cursor.at - plan->now;
    }
    stairs->within[stairs->n - 1] = PT_TIME_NEVER;
    plan->stairs_known = true;
}

/* In rounds every stage has its turn: its own rules say what it can use. */
static pt_waiting next_candidate(struct pt_plan *plan, pt_waiting after)
{
    struct pt_stairs all = {.n = 1};
    int32_t lane = plan->pending.lanes - 1;

    all.level[0] = INT64_MAX;
    all.within[0] = PT_TIME_NEVER;
    return pt_pending_fit(&plan->pending, key_of(plan, after, lane), &all);
}

pt_waiting pt_plan_fit(struct pt_plan *plan, pt_waiting after)
{
    int32_t lane = plan->pending.lanes - 1;

    if (plan->space->free == 0)
        return -1;
    if (pt_in_rounds(plan))
        return next_candidate(plan, after);
    for (;;) {
        if (!plan->stairs_known)
            climb_down(plan);
        after = pt_pending_fit(&plan->pending, key_of(plan, after, lane),
                               &plan->stairs);
        if (after < 0)
            return -1;
        struct pt_attempt *a = pt_attempt_at(plan, after);
        if (a->placed == 0 &&
            plan->space->ops->fits(plan->space, a, pt_attempt_ask(a)))
            return after;
    }
}

/* --- promises --- */

int64_t pt_plan_promised(const struct pt_plan *plan)
{
    return plan->space->promises;
}

bool pt_plan_has_promise(const struct pt_plan *plan, pt_waiting waiting)
{
    return waiting >= 0 && pt_attempt_at(plan, waiting)->booked;
}

pt_waiting pt_plan_unpromised(const struct pt_plan *plan)
{
    return pt_pending_unpromised(&plan->pending);
}

pt_time pt_plan_promise(struct pt_plan *plan, pt_waiting waiting)
{
    struct pt_attempt *a = pt_attempt_at(plan, waiting);

    if (!a->booked)
        pt_attempt_promise(
            plan, waiting,
            plan->space->ops->earliest(plan->space, a, pt_attempt_ask(a),
                                       PT_TIME_NEVER, PT_TIME_NEVER));
    return a->entry.promise;
}

pt_waiting pt_plan_due(struct pt_plan *plan)
{
    int32_t best = -1;

    while (pt_agenda_next(&plan->promised) <= plan->now)
        pt_vec_push(plan->due, plan->ndue, plan->due_capacity,
                    pt_agenda_pop(&plan->promised));
    for (int32_t i = 0; i < plan->ndue;) {
        const struct pt_attempt *a = pt_attempt_at(plan, plan->due[i]);
        if (a->state != PT_ATTEMPT_WAITING || !a->booked ||
            a->entry.promise > plan->now) {
            plan->due[i] = plan->due[--plan->ndue];
            continue;
        }
        if (best < 0 ||
            pt_key_less(&a->entry.key[PT_LANE_QUEUE],
                        key_of(plan, plan->due[best], PT_LANE_QUEUE)))
            best = i;
        i++;
    }
    if (best < 0)
        return -1;
    pt_waiting waiting = plan->due[best];
    plan->due[best] = plan->due[--plan->ndue];
    return waiting;
}

void pt_plan_forget(struct pt_plan *plan)
{
    pt_waiting w = -1;

    while (plan->space->promises > 0) {
        w = pt_plan_next(plan, w);
        struct pt_attempt *a = pt_attempt_at(plan, w);
        if (!a->booked)
            continue;
        pt_attempt_unpromise(plan, w);
        pt_pending_change(&plan->pending, &a->entry);
        a->claim = PT_TIME_NEVER;
    }
}

/* Fewer promises than this are looked at one by one. */
enum { FEW_PROMISES = 8 };

/* From when on so many units are free at all, as far as a gain reaches.  Where
 * that is not worth knowing it says: all, at any time. */
static void climb_up(const struct pt_plan *plan, pt_time until,
                     struct pt_stairs *stairs)
{
    const struct pt_profile *profile = pt_counted_profile(plan->space);

    stairs->n = 0;
    if (profile && plan->space->promises > FEW_PROMISES) {
        struct pt_cursor cursor;
        pt_profile_here(profile, &cursor);
        while (cursor.at < until && stairs->n < PT_STAIRS - 1) {
            stairs->within[stairs->n] = cursor.at;
            stairs->level[stairs->n++] = cursor.level;
            pt_profile_rise(profile, &cursor, cursor.level + 1);
        }
        if (cursor.at >= until)
            return;
    }
    stairs->within[stairs->n] =
        stairs->n > 0 ? stairs->within[stairs->n - 1] : plan->now;
    stairs->level[stairs->n++] = INT64_MAX;
}

static pt_time later(pt_time a, pt_time b)
{
    return a > b ? a : b;
}

void pt_plan_compress(struct pt_plan *plan)
{
    struct pt_space *space = plan->space;
    struct pt_stairs stairs;
    struct pt_tree_walk walk;
    pt_waiting w;

    if (!space->gained)
        return;
    pt_time reach = later(space->gain_end, space->hole_end), holes = 0;
    pt_pending_walk_start(&plan->pending, &walk);
    if (space->promises > 0)
        climb_up(plan, reach, &stairs);
    while (space->promises > 0 &&
           (w = pt_pending_movable(&plan->pending, &walk, &stairs)) >= 0) {
        struct pt_attempt *a = pt_attempt_at(plan, w);
        pt_time had = a->entry.promise;
        pt_time at =
            space->ops->earliest(space, a, pt_attempt_ask(a), had, reach);
        if (at >= had)
            continue;
        pt_attempt_promise(plan, w, at);
        holes = later(holes, pt_time_add(had, a->entry.limit));
        reach = later(reach, holes);
        climb_up(plan, reach, &stairs);
    }
    space->gained = false;
    space->gain_end = INT64_MIN;
    space->hole_end = holes;
}

/* --- launching task by task --- */

/* Returns how many of NTASKS it holds slots for: in rounds it may be fewer. */
static int32_t hold(struct pt_plan *plan, pt_waiting waiting, int32_t ntasks,
                    const struct pt_patience *patience)
{
    struct pt_attempt *a = pt_attempt_at(plan, waiting);
    int64_t before = plan->space->free;
    bool first = a->placed == 0;

    a->until = PT_TIME_NEVER;
    if (pt_in_rounds(plan))
        ntasks = pt_round_hold(plan, waiting, ntasks);
    else
        take(plan, a, ntasks);
    if (ntasks == 0)
        return 0;
    if (first)
        pt_attempt_begin_hold(plan, waiting, patience);
    a->hold->stamp +=
        (plan->now - a->hold->start) * (before - plan->space->free);
    plan->waiting_units -= before - plan->space->free;
    plan->held += (before - plan->space->free) * plan->space->grain;
    a->entry.width -= before - plan->space->free;
    return ntasks;
}

/* How many of A's tasks, at most MAX, have room in what is offered. */
static int64_t room(const struct pt_plan *plan, const struct pt_attempt *a,
                    int64_t max)
{
    const struct pt_space_ops *ops = plan->space->ops;
    int64_t sum = 0;

    if (!pt_in_rounds(plan))
        return ops->room(plan->space, a, max);
    for (int32_t i = 0; i < plan->offers.n && sum < max; i++) {
        int32_t node = plan->offers.node[i];
        int64_t n = ops->slots(plan->space, a->spec, node, PT_SLOTS_FREE);
        /* An exclusive node that is its own has none for others. */
        if (n == 0 && a->placed > 0 && ops->fits_on(plan->space, a, node))
            n = 1;
        sum += n;
    }
    return sum < max ? sum : max;
}

static int64_t launch_tasks(struct pt_plan *plan, pt_waiting waiting, int64_t n,
                            bool *complete)
{
    const struct pt_attempt *a = pt_attempt_at(plan, waiting);

    for (int64_t i = 0; i < n; i++) {
        if (plan->space->ops->room(plan->space, a, 1) < 1) {
            *complete = false;
            return i; /* each had a node of its own */
        }
        if (!start_next(plan, waiting)) {
            *complete = false;
            return i;
        }
    }
    return n;
}

int64_t pt_plan_launch(struct pt_plan *plan, pt_waiting waiting, int64_t max,
                       const struct pt_patience *patience, bool *complete)
{
    struct pt_attempt *a = pt_attempt_at(plan, waiting);
    int32_t left = pt_attempt_count(a) - a->placed;
    int64_t n = room(plan, a, max < left ? max : left);
    bool unused;

    if (!complete)
        complete = &unused;
    *complete = n == left;
    if (n <= 0)
        return 0;
    if (a->mode == PT_PARALLEL && pt_in_rounds(plan)) {
        *complete = pt_round_start(plan, waiting);
        return *complete ? left : left - pt_attempt_count(a);
    }
    if (a->mode == PT_PARALLEL)
        return launch_tasks(plan, waiting, n, complete);
    if (a->placed == 0 && n == left && !pt_in_rounds(plan)) {
        start_gang(plan, waiting);
        return n;
    }
    n = hold(plan, waiting, (int32_t)n, patience);
    *complete = n == left;
    if (n == 0)
        return 0;
    if (a->placed == pt_attempt_count(a)) {
        pt_attempt_complete(plan, waiting);
    } else {
        pt_pending_change(&plan->pending, &a->entry);
        pt_plan_decide(plan, PT_HOLD, waiting, PT_CAUSE_NONE);
    }
    return n;
}

/* --- pools --- */

int32_t pt_plan_rank_pools(struct pt_plan *plan,
                           bool (*less)(const struct pt_pool *a,
                                        const struct pt_pool *b))
{
    plan->nranked = 0;
    for (int32_t pool = 0; pool < plan->npools; pool++)
        if (plan->pools[pool].waiting > 0)
            pt_vec_push(plan->ranked, plan->nranked, plan->ranked_capacity,
                        pool);
    /* Insertion sort: the order changes little from pass to pass. */
    for (int32_t i = 1; i < plan->nranked; i++) {
        int32_t pool = plan->ranked[i], j = i;
        for (; j > 0 &&
               less(&plan->pools[pool], &plan->pools[plan->ranked[j - 1]]);
             j--)
            plan->ranked[j] = plan->ranked[j - 1];
        plan->ranked[j] = pool;
    }
    return plan->nranked;
}

pt_waiting pt_plan_pool_head(const struct pt_plan *plan, int32_t index)
{
    return pt_pending_first_in(&plan->pending, plan->ranked[index], NULL);
}

pt_waiting pt_plan_pool_next(const struct pt_plan *plan, int32_t index,
                             pt_waiting after)
{
    return pt_pending_first_in(&plan->pending, plan->ranked[index],
                               key_of(plan, after, PT_LANE_QUEUE));
}

void pt_plan_wake(struct pt_plan *plan, pt_time at)
{
    pt_agenda_set(&plan->agenda, PT_OWNER_POLICY,
                  later(at, pt_time_add(plan->now, 1)));
}

/* --- pools in a tree --- */

int32_t pt_plan_rank(struct pt_plan *plan)
{
    plan->nqueue = 0;
    for (pt_waiting w = pt_plan_head(plan); w >= 0; w = pt_plan_next(plan, w)) {
        const struct pt_attempt *a = pt_attempt_at(plan, w);
        const struct pt_stage_book *stage = pt_stage_at(plan, a->job, a->stage);
        struct pt_pooled item = {.pool = pt_job_at(plan, a->job)->job->pool,
                                 .running = stage ? stage->running : 0,
                                 .key = a->entry.key[PT_LANE_QUEUE],
                                 .id = a->spec->id,
                                 .try = a->try,
                                 .payload = w};
        pt_vec_push(plan->queue, plan->nqueue, plan->queue_capacity, item);
    }
    pt_pools_sort(plan->config.pools, plan->config.npools, true,
                  plan->tree_running, plan->queue, plan->nqueue);
    return plan->nqueue;
}

pt_waiting pt_plan_ranked(const struct pt_plan *plan, int32_t index)
{
    int32_t w = plan->queue[index].payload;

    return pt_attempt_at(plan, w)->state == PT_ATTEMPT_WAITING ? w : -1;
}
