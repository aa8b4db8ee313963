#include "metrics/stages.h"

#include <math.h>
#include "base/alloc.h"
#include "base/assert.h"
#include "base/vec.h"

struct times {
    pt_time *items; /* [n] */
    size_t n, capacity;
};

struct pt_stages {
    struct pt_stage_summary summary; /* the counts, so far */
    struct times gang_wait, parallel_wait, gang_barrier;
};

struct pt_stages *pt_stages_new(void)
{
    return pt_alloc(1, sizeof(struct pt_stages));
}

void pt_stages_free(struct pt_stages *stages)
{
    if (!stages)
        return;
    pt_free(stages->gang_wait.items);
    pt_free(stages->parallel_wait.items);
    pt_free(stages->gang_barrier.items);
    pt_free(stages);
}

static void push(struct times *times, pt_time time)
{
    pt_assert(time >= 0);
    pt_vec_push(times->items, times->n, times->capacity, time);
}

static void keep(struct pt_stages *stages, const struct pt_stage_record *record)
{
    struct pt_stage_summary *summary = &stages->summary;
    pt_time wait = record->start - record->ready;

    if (record->job->stages[record->stage].mode == PT_PARALLEL) {
        push(&stages->parallel_wait, wait);
        return;
    }
    push(&stages->gang_wait, wait);
    push(&stages->gang_barrier, record->waited);
    summary->gangs++;
    summary->gang_successes += record->outcome == PT_SUCCESS;
}

void pt_stages_step(struct pt_stages *stages, const struct pt_step *step)
{
    struct pt_stage_summary *summary = &stages->summary;

    for (int32_t i = 0; i < step->nstages; i++) {
        const struct pt_stage_record *record = &step->stages[i];
        if (record->again)
            continue;

        summary->attempts++;
        summary->launches += record->launches;
        summary->task_failures += record->failures;
        summary->held = pt_time_add(summary->held, record->held);
        summary->barrier = pt_time_add(summary->barrier, record->waited);
        if (record->outcome != PT_SUCCESS) {
            summary->failures++;
            summary->failed[record->cause]++;
        }
        if (record->start != PT_TIME_NEVER)
            keep(stages, record);
    }
}

void pt_stages_close(struct pt_stages *stages, struct pt_stage_summary *summary)
{
    *summary = stages->summary;
    summary->gang_tries =
        summary->gang_successes > 0
            ? (double)summary->gangs / (double)summary->gang_successes
            : (double)NAN;
    summary->gang_wait =
        pt_spread_of_times(stages->gang_wait.items, stages->gang_wait.n);
    summary->parallel_wait = pt_spread_of_times(stages->parallel_wait.items,
                                                stages->parallel_wait.n);
    summary->gang_barrier =
        pt_spread_of_times(stages->gang_barrier.items, stages->gang_barrier.n);
}
