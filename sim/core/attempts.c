/* attempts.c - one try of a stage: in and out of the queue, started, released.
 */
#include <string.h>

#include "base/assert.h"
#include "base/vec.h"
#include "core/books.h"

static int64_t order_key(enum pt_order order, const struct pt_entry *entry)
{
    int64_t area;

    switch (order) {
    case PT_ORDER_FIFO:
        return 0;
    case PT_ORDER_SJF:
        return entry->limit;
    case PT_ORDER_LJF:
        return -entry->limit;
    case PT_ORDER_NARROW:
        return entry->width;
    case PT_ORDER_WIDE:
        return -entry->width;
    case PT_ORDER_SAF:
        return __builtin_mul_overflow(entry->limit, entry->width, &area)
                   ? INT64_MAX
                   : area;
    }
    pt_unreachable();
    return 0;
}

/* --- pools --- */

static int64_t pool_name(const struct pt_plan *plan, const struct pt_job *job)
{
    switch (plan->upkeep.pooling) {
    case PT_POOL_ONE:
        return 0;
    case PT_POOL_USER:
        return job->user;
    case PT_POOL_DRIVER:
        return job->rank % plan->upkeep.pools;
    }
    pt_unreachable();
    return 0;
}

/* The pool's number; a new name gets the next one. */
static int32_t pool_of(struct pt_plan *plan, const struct pt_job *job)
{
    int64_t name = pool_name(plan, job);
    int32_t low = 0, high = plan->npools;

    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        if (plan->pools[plan->by_name[middle]].name < name)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < plan->npools && plan->pools[plan->by_name[low]].name == name)
        return plan->by_name[low];
    pt_vec_reserve(plan->by_name, plan->by_name_capacity, plan->npools + 1);
    memmove(&plan->by_name[low + 1], &plan->by_name[low],
            (size_t)(plan->npools - low) * sizeof *plan->by_name);
    plan->by_name[low] = plan->npools;
    pt_vec_push(plan->pools, plan->npools, plan->pool_capacity,
                ((struct pt_pool){.name = name}));
    return plan->npools - 1;
}

/* --- waiting --- */

int32_t pt_attempt_ask(const struct pt_attempt *attempt)
{
    if (attempt->mode == PT_PARALLEL)
        return 1;
    return pt_attempt_count(attempt) - attempt->placed;
}

static int64_t grains(const struct pt_plan *plan, int64_t units)
{
    return units * plan->space->grain;
}

/* Units that ATTEMPT's NTASKS take. */
static int64_t units_of(const struct pt_plan *plan,
                        const struct pt_attempt *attempt, int32_t ntasks)
{
    return plan->space->ops->units(plan->space, attempt->spec, ntasks);
}

int64_t pt_attempt_slots(const struct pt_plan *plan,
                         const struct pt_attempt *attempt, int32_t ntasks)
{
    return pt_plan_amount(plan, grains(plan, units_of(plan, attempt, ntasks)));
}

static int64_t wanted(const struct pt_plan *plan,
                      const struct pt_attempt *attempt)
{
    int32_t ntasks = pt_attempt_count(attempt);

    return units_of(plan, attempt, ntasks) -
           (attempt->placed > 0 ? units_of(plan, attempt, attempt->placed) : 0);
}

/* Where A stands in the lanes, and what it asks for. */
static void set_entry(const struct pt_plan *plan, struct pt_attempt *a)
{
    int64_t rank = pt_job_at(plan, a->job)->job->rank;
    int64_t within =
        ((int64_t)a->stage << 40) | ((int64_t)a->try << 24) | a->task;

    a->entry.width = wanted(plan, a);
    if (a->mode == PT_PARALLEL)
        a->entry.width = units_of(plan, a, 1);
    a->entry.limit = a->spec->limit;
    a->entry.promise = PT_TIME_NEVER;
    if (a->hold && a->hold->behind > 0) {
        rank = a->hold->behind_rank;
        within = (INT64_C(1) << 62) + a->hold->behind;
    }
    a->entry.key[PT_LANE_QUEUE] =
        (struct pt_key){.a = a->pool, .b = rank, .c = within};
    a->entry.key[PT_LANE_CANDIDATES] = (struct pt_key){
        .a = order_key(plan->upkeep.order, &a->entry), .b = rank, .c = within};
}

void pt_attempt_join(struct pt_plan *plan, int32_t handle)
{
    struct pt_attempt *a = pt_attempt_at(plan, handle);

    pt_assert(a->state != PT_ATTEMPT_RUNNING);
    a->state = PT_ATTEMPT_WAITING;
    set_entry(plan, a);
    plan->waiting_units += wanted(plan, a);
    if (a->recovers) {
        pt_loss_add_recovering(plan, handle);
        return;
    }
    pt_pending_add(&plan->pending, &a->entry, handle);
    plan->pools[a->pool].waiting++;
    plan->changed = true;
}

void pt_attempt_enqueue(struct pt_plan *plan, int32_t handle)
{
    if (!pt_in_rounds(plan)) {
        pt_attempt_join(plan, handle);
        return;
    }
    pt_attempt_at(plan, handle)->state = PT_ATTEMPT_FRESH;
    pt_vec_push(plan->fresh, plan->nfresh, plan->fresh_capacity, handle);
    plan->revive = true;
}

void pt_attempt_dequeue(struct pt_plan *plan, int32_t handle)
{
    struct pt_attempt *a = pt_attempt_at(plan, handle);

    pt_assert(a->state == PT_ATTEMPT_WAITING && !a->booked);
    plan->waiting_units -= wanted(plan, a);
    if (a->recovers) {
        pt_loss_take_recovering(plan, handle);
        a->recovers = false;
        return;
    }
    pt_pending_remove(&plan->pending, &a->entry);
    plan->pools[a->pool].waiting--;
}

int32_t pt_attempt_new(struct pt_plan *plan, int32_t job, int32_t stage,
                       int32_t try, int32_t task, int32_t task_end)
{
    int32_t handle = pt_slab_take(&plan->attempts);
    struct pt_attempt *a = pt_attempt_at(plan, handle);
    struct pt_job_book *book = pt_job_at(plan, job);
    struct pt_alloc alloc = a->alloc, spot = a->spot;
    int32_t *list = a->list, list_capacity = a->list_capacity;

    pt_assert(a->state == PT_ATTEMPT_NONE);
    alloc.n = spot.n = 0;
    *a = (struct pt_attempt){.job = job,
                             .stage = stage,
                             .try = try,
                             .task = task,
                             .task_end = task_end,
                             .list = list,
                             .list_capacity = list_capacity,
                             .handle = handle,
                             .tag = book->job->tag,
                             .staged = book->stages != NULL,
                             .mode = book->job->stages[stage].mode,
                             .first_promise = PT_TIME_NEVER,
                             .claim = PT_TIME_NEVER,
                             .until = PT_TIME_NEVER,
                             .spec = &book->job->stages[stage],
                             .pool = pool_of(plan, book->job),
                             .alloc = alloc,
                             .spot = spot};
    a->state = PT_ATTEMPT_ASLEEP;
    set_entry(plan, a);
    book->live++;
    return handle;
}

static void become_active(struct pt_plan *plan, struct pt_attempt *a)
{
    pt_vec_push(plan->active, plan->nactive, plan->active_capacity, a->handle);
    a->active = plan->nactive;
}

static void leave_active(struct pt_plan *plan, struct pt_attempt *a)
{
    if (a->active == 0)
        return;
    int32_t last = plan->active[--plan->nactive];
    plan->active[a->active - 1] = last;
    pt_attempt_at(plan, last)->active = a->active;
    a->active = 0;
}

static void leave_overdue(struct pt_plan *plan, struct pt_attempt *a)
{
    if (a->overdue == 0)
        return;
    int32_t last = plan->overdue[--plan->noverdue];
    plan->overdue[a->overdue - 1] = last;
    pt_attempt_at(plan, last)->overdue = a->overdue;
    a->overdue = 0;
}

/* What the attempt was goes into its job's record: at its end, so that its
 * start need not touch the job. */
static void note(struct pt_record *record, const struct pt_attempt *a)
{
    if (a->first_promise < record->promise)
        record->promise = a->first_promise;
    if (a->state != PT_ATTEMPT_RUNNING)
        return;
    record->tries++;
    if (a->start < record->first_start)
        record->first_start = a->start;
    if (record->last_start == PT_TIME_NEVER || a->start > record->last_start)
        record->last_start = a->start;
}

void pt_attempt_remember(struct pt_attempt *a)
{
    if (!a->hold)
        a->hold = pt_alloc(1, sizeof *a->hold);
}

void pt_attempt_free(struct pt_plan *plan, int32_t handle)
{
    struct pt_attempt *a = pt_attempt_at(plan, handle);
    struct pt_job_book *book = pt_job_at(plan, a->job);

    pt_assert(a->state != PT_ATTEMPT_NONE && !a->booked);
    leave_overdue(plan, a);
    leave_active(plan, a);
    pt_agenda_set(&plan->agenda, handle, PT_TIME_NEVER);
    if (a->barrier)
        pt_meet_forget(plan, handle);
    pt_free(a->members);
    pt_free(a->delay);
    pt_free(a->hold);
    a->hold = NULL;
    a->members = NULL;
    a->delay = NULL;
    note(pt_job_record(plan, a->job), a);
    a->state = PT_ATTEMPT_NONE;
    a->due = false;
    book->live--;
    pt_slab_give(&plan->attempts, handle);
}

/* Its promise is taken back, for good. */
static void give_up_promise(struct pt_plan *plan, int32_t handle)
{
    struct pt_attempt *a = pt_attempt_at(plan, handle);

    if (!a->booked)
        return;
    pt_time end = pt_time_add(a->entry.promise, a->entry.limit);
    plan->space->gained = true;
    if (end > plan->space->gain_end)
        plan->space->gain_end = end;
    pt_attempt_unpromise(plan, handle);
    a->claim = PT_TIME_NEVER;
}

bool pt_attempt_pull(struct pt_plan *plan, int32_t handle)
{
    struct pt_attempt *a = pt_attempt_at(plan, handle);

    if (a->state != PT_ATTEMPT_WAITING)
        return false;
    give_up_promise(plan, handle);
    pt_attempt_dequeue(plan, handle);
    a->claim = PT_TIME_NEVER; /* it asks for something else now */
    a->state = PT_ATTEMPT_FRESH;
    return true;
}

static void unfresh(struct pt_plan *plan, int32_t handle)
{
    int32_t kept = 0;

    for (int32_t i = 0; i < plan->nfresh; i++)
        if (plan->fresh[i] != handle)
            plan->fresh[kept++] = plan->fresh[i];
    plan->nfresh = kept;
}

void pt_attempt_drop(struct pt_plan *plan, int32_t handle)
{
    struct pt_attempt *a = pt_attempt_at(plan, handle);

    pt_assert(a->state != PT_ATTEMPT_NONE && a->state != PT_ATTEMPT_RUNNING);
    give_up_promise(plan, handle);
    if (a->placed > 0)
        pt_attempt_unhold(plan, handle, PT_CAUSE_NONE);
    else if (a->state == PT_ATTEMPT_WAITING)
        pt_attempt_dequeue(plan, handle);
    else if (a->state == PT_ATTEMPT_FRESH)
        unfresh(plan, handle);
    else
        plan->asleep--;
    pt_attempt_free(plan, handle);
}

void pt_attempt_sleep(struct pt_plan *plan, int32_t handle, enum pt_nap nap,
                      pt_time at)
{
    struct pt_attempt *a = pt_attempt_at(plan, handle);

    a->state = PT_ATTEMPT_ASLEEP;
    a->nap = nap;
    plan->asleep++;
    pt_agenda_set(&plan->agenda, handle, at);
}

void pt_attempt_part(struct pt_attempt *a)
{
    if (a->members)
        return;
    a->members = pt_alloc((size_t)a->placed, sizeof *a->members);
    for (int32_t i = 0; i < a->placed; i++)
        a->members[i].ended = a->members[i].arrived = PT_TIME_NEVER;
}

void pt_attempt_count_running(struct pt_plan *plan, struct pt_attempt *a,
                              int32_t ntasks)
{
    if (a->active == 0)
        become_active(plan, a);
    plan->pools[a->pool].running += ntasks;
    if (a->staged)
        pt_stage_at(plan, a->job, a->stage)->running += ntasks;
    if (plan->config.npools < 2)
        return; /* there is nothing to compare, and the job is far away */
    for (int32_t pool = pt_job_at(plan, a->job)->job->pool; pool >= 0;
         pool = plan->config.pools[pool].parent)
        plan->tree_running[pool] += ntasks;
}

/* --- promises --- */

static void unbook(struct pt_plan *plan, struct pt_attempt *a)
{
    pt_assert(a->booked);
    plan->space->ops->unbook(plan->space, a, pt_attempt_ask(a));
    a->booked = false;
    a->entry.promise = PT_TIME_NEVER;
    plan->stairs_known = false;
}

void pt_attempt_unpromise(struct pt_plan *plan, int32_t handle)
{
    unbook(plan, pt_attempt_at(plan, handle));
    if (plan->upkeep.keeps)
        pt_agenda_set(&plan->promised, handle, PT_TIME_NEVER);
}

void pt_attempt_promise(struct pt_plan *plan, int32_t handle, pt_time at)
{
    struct pt_attempt *a = pt_attempt_at(plan, handle);

    if (a->booked)
        unbook(plan, a);
    plan->space->ops->book(plan->space, a, pt_attempt_ask(a), at);
    a->booked = true;
    a->entry.promise = at;
    plan->stairs_known = false;
    pt_pending_change(&plan->pending, &a->entry);
    if (at == PT_TIME_FAR)
        return; /* it has no place while the machine is as it is */
    if (a->first_promise == PT_TIME_NEVER)
        a->first_promise = at;
    if (a->claim == PT_TIME_NEVER)
        a->claim = at;
    if (plan->upkeep.keeps)
        pt_agenda_set(&plan->promised, handle, at);
}

/* --- running --- */

struct pt_decision *pt_plan_decide(struct pt_plan *plan,
                                   enum pt_decision_kind kind, int32_t handle,
                                   enum pt_cause cause)
{
    const struct pt_attempt *a = pt_attempt_at(plan, handle);
    struct pt_decision decision = {.kind = kind,
                                   .cause = cause,
                                   .attempt = handle,
                                   .tag = a->tag,
                                   .rank =
                                       a->hold && a->hold->behind > 0
                                           ? pt_job_at(plan, a->job)->job->rank
                                           : a->entry.key[PT_LANE_QUEUE].b,
                                   .stage = a->stage,
                                   .try = a->try,
                                   .task = pt_attempt_task(a, 0),
                                   .ntasks = a->placed,
                                   .copy = a->copy,
                                   .range = plan->ranges.n};

    if (kind == PT_START || kind == PT_HOLD)
        plan->space->ops->ranges(plan->space, &a->alloc, &plan->ranges);
    decision.nranges = plan->ranges.n - decision.range;
    if (kind == PT_START && plan->config.named) {
        decision.share = plan->ranges.n;
        decision.nshares = a->alloc.n;
        for (int32_t i = 0; i < a->alloc.n; i++)
            pt_vec_push(plan->ranges.ranges, plan->ranges.n,
                        plan->ranges.capacity, a->alloc.ranges[i]);
    }
    pt_vec_push(plan->decisions, plan->step.ndecisions, plan->decision_capacity,
                decision);
    plan->counts.decisions++;
    return &plan->decisions[plan->step.ndecisions - 1];
}

/* A promise that is kept binds the start. */
static void check_claim(struct pt_plan *plan, const struct pt_attempt *a)
{
    if (!plan->upkeep.keeps || plan->broken || a->claim == PT_TIME_NEVER)
        return;
    pt_assert(plan->now <= a->claim);
    plan->counts.checks++;
}

void pt_attempt_run(struct pt_plan *plan, int32_t handle)
{
    struct pt_attempt *a = pt_attempt_at(plan, handle);

    pt_assert(a->placed == pt_attempt_count(a));
    plan->counts.checks++; /* a gang starts whole */
    a->state = PT_ATTEMPT_RUNNING;
    a->start = plan->now;
    a->serial = plan->serial++;
    plan->running += grains(plan, units_of(plan, a, a->placed));
    check_claim(plan, a);
    struct pt_decision *start =
        pt_plan_decide(plan, PT_START, handle, PT_CAUSE_NONE);
    if (a->mode == PT_GANG && a->placed < a->spec->ntasks) {
        start->partial = true;
        start->message = plan->nmessages;
        for (int32_t i = 0; i < a->placed; i++)
            pt_vec_push(plan->messages, plan->nmessages, plan->message_capacity,
                        pt_attempt_task(a, i));
    }
    if (a->staged) {
        start->ready = pt_stage_at(plan, a->job, a->stage)->record.ready;
        start->launch = a->launch;
        pt_stage_started(plan, a);
    }
    pt_agenda_set(&plan->agenda, handle,
                  plan->config.limits == PT_LIMITS_TRUST
                      ? PT_TIME_NEVER
                      : pt_time_add(plan->now, a->entry.limit));
}

void pt_attempt_begin_hold(struct pt_plan *plan, int32_t handle,
                           const struct pt_patience *patience)
{
    struct pt_attempt *a = pt_attempt_at(plan, handle);

    pt_attempt_remember(a);
    a->hold->start = plan->now;
    a->hold->stamp = 0;
    a->hold->backoff = patience->backoff;
    a->hold->tries = patience->tries;
    pt_vec_push(plan->holders, plan->nholders, plan->holder_capacity, handle);
    pt_agenda_set(&plan->agenda, handle,
                  pt_time_add(plan->now, patience->timeout));
}

static void leave_holders(struct pt_plan *plan, int32_t handle)
{
    for (int32_t i = 0; i < plan->nholders; i++)
        if (plan->holders[i] == handle) {
            memmove(&plan->holders[i], &plan->holders[i + 1],
                    (size_t)(--plan->nholders - i) * sizeof *plan->holders);
            return;
        }
    pt_unreachable();
}

/* The time that A's held slots were idle until now, added to its job's. */
void pt_attempt_settle(struct pt_plan *plan, const struct pt_attempt *a)
{
    int64_t units = units_of(plan, a, a->placed);
    int64_t area = (plan->now - a->hold->start) * units - a->hold->stamp;
    pt_time held = grains(plan, area) / 1000;
    struct pt_stage_book *stage = pt_stage_at(plan, a->job, a->stage);

    pt_job_record(plan, a->job)->held += held;
    if (stage)
        stage->record.held += held;
}

void pt_attempt_complete(struct pt_plan *plan, int32_t handle)
{
    struct pt_attempt *a = pt_attempt_at(plan, handle);

    pt_attempt_settle(plan, a);
    leave_holders(plan, handle);
    pt_attempt_dequeue(plan, handle);
    plan->held -= grains(plan, units_of(plan, a, a->placed));
    plan->space->ops->extend(plan->space, a,
                             pt_time_add(plan->now, a->spec->limit));
    pt_attempt_run(plan, handle);
}

void pt_attempt_unhold(struct pt_plan *plan, int32_t handle,
                       enum pt_cause cause)
{
    struct pt_attempt *a = pt_attempt_at(plan, handle);

    pt_assert(a->state == PT_ATTEMPT_WAITING && a->placed > 0);
    if (!a->recovers || a->told)
        pt_plan_decide(plan, PT_UNHOLD, handle, cause);
    pt_attempt_settle(plan, a);
    leave_holders(plan, handle);
    pt_attempt_dequeue(plan, handle);
    plan->held -= grains(plan, units_of(plan, a, a->placed));
    pt_attempt_count_running(plan, a, -a->placed);
    plan->space->ops->give(plan->space, a, -1);
    plan->changed = true;
    pt_agenda_set(&plan->agenda, handle, PT_TIME_NEVER);
    leave_active(plan, a);
    a->placed = 0;
    a->alloc.n = 0;
    a->state = PT_ATTEMPT_ASLEEP;
    plan->stairs_known = false;
}

void pt_attempt_release(struct pt_plan *plan, int32_t handle, int32_t index)
{
    struct pt_attempt *a = pt_attempt_at(plan, handle);
    int32_t ntasks = index >= 0 ? 1 : a->placed - a->gone;

    pt_assert(a->state == PT_ATTEMPT_RUNNING && !a->released);
    if (a->barrier)
        pt_meet_leave(plan, handle, index);
    plan->running -= grains(plan, units_of(plan, a, ntasks));
    plan->space->ops->give(plan->space, a, index);
    pt_attempt_count_running(plan, a, -ntasks);
    plan->stairs_known = false;
    plan->changed = true;
    if (index < 0)
        a->released = true;
}
