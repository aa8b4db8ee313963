/* meet.c - the members of a gang meet at barriers: barrier.h, with clock and
 * books. */
#include "base/assert.h"
#include "base/vec.h"
#include "core/books.h"

/* What a member's slot counts in the census. */
static int64_t grains_of_one(const struct pt_plan *plan,
                             const struct pt_attempt *a)
{
    return plan->space->ops->units(plan->space, a->spec, 1) *
           plan->space->grain;
}

/* WAITED task-microseconds go into the books of A's stage and job. */
static void note(struct pt_plan *plan, const struct pt_attempt *a,
                 pt_time waited)
{
    struct pt_stage_book *stage = pt_stage_at(plan, a->job, a->stage);

    pt_job_record(plan, a->job)->waited += waited;
    if (stage && stage->try == a->try)
        stage->record.waited += waited;
}

static void go_on(struct pt_plan *plan, struct pt_attempt *a, int32_t index)
{
    struct pt_member *member = &a->members[index];

    if (member->arrived == PT_TIME_NEVER)
        return;
    member->waited += plan->now - member->arrived;
    note(plan, a, plan->now - member->arrived);
    member->arrived = PT_TIME_NEVER;
    plan->meeting -= grains_of_one(plan, a);
}

static void all_go_on(struct pt_plan *plan, struct pt_attempt *a)
{
    for (int32_t i = 0; i < a->placed; i++)
        go_on(plan, a, i);
}

static struct pt_barrier *barrier_of(struct pt_attempt *a)
{
    if (a->barrier)
        return a->barrier;
    a->barrier = pt_alloc(1, sizeof *a->barrier);
    a->barrier->width = a->spec->ntasks;
    pt_attempt_part(a);
    return a->barrier;
}

static void refuse(struct pt_plan *plan, int32_t handle, int32_t task,
                   int32_t epoch, enum pt_cause cause)
{
    struct pt_decision *d = pt_plan_decide(plan, PT_REFUSE, handle, cause);

    d->task = task;
    d->ntasks = task < 0 ? 0 : 1;
    d->epoch = epoch;
}

static void release(struct pt_plan *plan, int32_t handle, int32_t epoch)
{
    const struct pt_attempt *a = pt_attempt_at(plan, handle);
    struct pt_decision *d =
        pt_plan_decide(plan, PT_RELEASE, handle, PT_CAUSE_NONE);

    d->epoch = epoch;
    d->task = 0;
    d->ntasks = a->barrier->width;
    d->message = plan->nmessages;
    for (int32_t i = 0; i < a->barrier->width; i++)
        pt_vec_push(plan->messages, plan->nmessages, plan->message_capacity,
                    a->barrier->released[i]);
}

void pt_meet_stop_clock(struct pt_plan *plan, int32_t handle)
{
    pt_agenda_set(&plan->syncs, handle, PT_TIME_NEVER);
    if (pt_has_hole(plan, PT_HOLE_TIMERS))
        while (pt_agenda_next(&plan->syncs) < PT_TIME_NEVER)
            pt_agenda_pop(&plan->syncs);
}

void pt_meet_entered(struct pt_plan *plan, const struct pt_fact *fact)
{
    int32_t handle = fact->attempt;
    struct pt_attempt *a = pt_attempt_at(plan, handle);
    pt_time since, waited;

    pt_assert(a->state == PT_ATTEMPT_RUNNING && a->mode == PT_GANG);
    struct pt_barrier *barrier = barrier_of(a);
    int32_t epoch = barrier->epoch, before = barrier->waiting;
    int32_t index = pt_attempt_index(a, fact->task);
    pt_assert(index >= 0 && index < a->placed &&
              !pt_attempt_has_ended(a, index));
    switch (pt_barrier_enter(barrier, plan->now, fact, fact->task, &since,
                             &waited)) {
    case PT_REPLY_WAIT:
        plan->meeting += grains_of_one(plan, a);
        a->members[index].arrived = plan->now;
        if (before == 0)
            pt_agenda_set(&plan->syncs, handle,
                          pt_time_add(plan->now, plan->rules.sync_timeout));
        return;
    case PT_REPLY_RELEASE:
        pt_meet_stop_clock(plan, handle);
        all_go_on(plan, a);
        release(plan, handle, epoch);
        return;
    case PT_REPLY_MISMATCH:
        pt_meet_stop_clock(plan, handle);
        all_go_on(plan, a);
        if (before > 0)
            refuse(plan, handle, -1, epoch, PT_CAUSE_MISMATCH);
        refuse(plan, handle, fact->task, epoch, PT_CAUSE_MISMATCH);
        return;
    case PT_REPLY_LATE:
        refuse(plan, handle, fact->task, fact->epoch, PT_CAUSE_LATE);
        return;
    case PT_REPLY_WIDTH:
        refuse(plan, handle, fact->task, fact->epoch, PT_CAUSE_WIDTH);
        return;
    }
}

void pt_meet_synced(struct pt_plan *plan, const struct pt_fact *fact)
{
    struct pt_attempt *a = pt_attempt_at(plan, fact->attempt);
    int64_t slots = pt_attempt_slots(plan, a, a->placed);
    int64_t before = pt_job_area(a->waited, a->placed, slots);

    pt_assert(a->state == PT_ATTEMPT_RUNNING && a->mode == PT_GANG);
    pt_assert(fact->since >= a->start && fact->since <= plan->now);
    pt_assert(fact->waited >= 0 &&
              fact->waited / a->placed <= plan->now - fact->since);
    a->waited += fact->waited;
    note(plan, a, fact->waited);
    if (pt_has_hole(plan, PT_HOLE_TIMERS))
        pt_meet_stop_clock(plan, fact->attempt);
    if (fact->waited > 0)
        pt_vec_push(
            plan->waits, plan->step.nwaits, plan->wait_capacity,
            ((struct pt_waiting_area){
                .since = fact->since,
                .area = pt_job_area(a->waited, a->placed, slots) - before}));
}

void pt_meet_expire(struct pt_plan *plan)
{
    while (pt_agenda_next(&plan->syncs) <= plan->now) {
        int32_t handle = pt_agenda_pop(&plan->syncs);
        struct pt_attempt *a = pt_attempt_at(plan, handle);
        int32_t epoch = a->barrier->epoch;
        pt_time waited;

        all_go_on(plan, a);
        pt_barrier_expire(a->barrier, plan->now, &waited);
        refuse(plan, handle, -1, epoch, PT_CAUSE_TIMEOUT);
    }
}

static void leave(struct pt_plan *plan, struct pt_attempt *a, int32_t index)
{
    if (a->members[index].arrived != PT_TIME_NEVER)
        pt_barrier_leave(a->barrier, plan->now, pt_attempt_task(a, index));
    go_on(plan, a, index);
}

void pt_meet_leave(struct pt_plan *plan, int32_t handle, int32_t index)
{
    struct pt_attempt *a = pt_attempt_at(plan, handle);

    if (index >= 0)
        leave(plan, a, index);
    for (int32_t i = 0; index < 0 && i < a->placed; i++)
        if (!pt_attempt_has_ended(a, i))
            leave(plan, a, i);
    if (a->barrier->waiting == 0)
        pt_agenda_set(&plan->syncs, handle, PT_TIME_NEVER);
}

pt_time pt_meet_pending(const struct pt_plan *plan, const struct pt_attempt *a)
{
    pt_time sum = 0;

    for (int32_t i = 0; a->members && i < a->placed; i++)
        if (a->members[i].arrived != PT_TIME_NEVER)
            sum += plan->now - a->members[i].arrived;
    return sum;
}

pt_time pt_meet_take(struct pt_attempt *a, int32_t index, pt_time told)
{
    pt_assert(told >= 0 && told <= a->waited);
    a->waited -= told;
    return told + (a->members ? a->members[index].waited : 0);
}

void pt_meet_forget(struct pt_plan *plan, int32_t handle)
{
    struct pt_attempt *a = pt_attempt_at(plan, handle);

    pt_agenda_set(&plan->syncs, handle, PT_TIME_NEVER);
    pt_barrier_fini(a->barrier);
    pt_free(a->barrier);
    a->barrier = NULL;
}

pt_time pt_meet_waited(const struct pt_attempt *a)
{
    pt_time sum = a->waited;

    for (int32_t i = 0; a->members && i < a->placed; i++)
        if (!pt_attempt_has_ended(a, i))
            sum += a->members[i].waited;
    return sum;
}
