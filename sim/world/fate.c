#include "world/fate.h"

#include "base/random.h"
#include "base/assert.h"
#include "models/stream.h"

/* Entities of streams have so many bits. */
#define ENTITY_BITS 56

static uint64_t stir(uint64_t h, uint64_t word)
{
    return pt_random_mix(h + word);
}

static uint64_t entity_of(const struct pt_launch *launch)
{
    uint64_t h = stir(0, (uint64_t)launch->job);

    h = stir(h, (uint64_t)launch->stage);
    h = stir(h, (uint64_t)launch->task);
    return stir(h, (uint64_t)launch->number);
}

static bool may_straggle(const struct pt_chances *chances,
                         const struct pt_truth *truth)
{
    return truth->may_straggle && chances->straggler &&
           chances->straggler->factor;
}

static bool may_fail(const struct pt_chances *chances,
                     const struct pt_truth *truth)
{
    return truth->may_fail && chances->fault && chances->fault->after;
}

bool pt_fate_is_common(const struct pt_chances *chances,
                       const struct pt_truth *truth)
{
    return !truth->task && !truth->takes_at && !may_straggle(chances, truth) &&
           !may_fail(chances, truth);
}

bool pt_fate_counts(const struct pt_chances *chances,
                    const struct pt_truth *truth)
{
    return truth->takes_at || may_straggle(chances, truth) ||
           may_fail(chances, truth);
}

static void find_take(const struct pt_truth *truth,
                      const struct pt_launch *launch, struct pt_fate *fate)
{
    int32_t first = truth->takes_at[launch->task];
    int32_t last = truth->takes_at[launch->task + 1] - 1;

    pt_assert(first <= last);
    const struct pt_take *final = &truth->takes[last];
    const struct pt_take *take = launch->number < last - first
                                     ? &truth->takes[first + launch->number]
                                     : final;
    fate->length = take->length;
    fate->lingers = take->lingers;
    fate->outcome = PT_SUCCESS;
    if (take->outcome == PT_SUCCESS)
        return;
    fate->fails = take->length;
    fate->fault = take->fault;
    fate->parent = take->parent;
    fate->output = take->output;
    if (final->length > take->length)
        fate->length = final->length;
}

/* The model's failure comes first only if it does. */
static void draw_failure(const struct pt_chances *chances, struct pt_fate *fate)
{
    struct pt_stream stream;
    const gsl_rng *rng =
        pt_stream_open(&stream, chances->seed, 0, PT_PURPOSE_FAILURE,
                       fate->entity >> (64 - ENTITY_BITS));
    pt_time after =
        chances->fault->after(chances->fault_state, rng, fate->length);

    if (after > fate->length || after >= fate->fails)
        return;
    fate->fails = after;
    fate->fault = PT_FAULT_ERROR;
    fate->parent = fate->output = 0;
}

struct pt_fate pt_fate_find(const struct pt_chances *chances,
                            const struct pt_truth *truth,
                            const struct pt_launch *launch)
{
    struct pt_fate fate = {.length = truth->task ? truth->task[launch->task]
                                                 : truth->length,
                           .fails = PT_TIME_NEVER,
                           .outcome = truth->outcome,
                           .fault = PT_FAULT_ERROR,
                           .straggles = may_straggle(chances, truth)};

    if (truth->takes_at)
        find_take(truth, launch, &fate);
    if (fate.straggles || may_fail(chances, truth))
        fate.entity = entity_of(launch);
    if (may_fail(chances, truth))
        draw_failure(chances, &fate);
    return fate;
}

/* WORK, as long as it takes in PART. */
static pt_time stretch(const struct pt_chances *chances,
                       const struct pt_fate *fate, int32_t part, pt_time work)
{
    struct pt_stream stream;

    if (!fate->straggles || work == 0)
        return work;
    uint64_t entity = stir(fate->entity, (uint64_t)part);
    const gsl_rng *rng =
        pt_stream_open(&stream, chances->seed, 0, PT_PURPOSE_STRAGGLER,
                       entity >> (64 - ENTITY_BITS));
    double factor = chances->straggler->factor(chances->straggler_state, rng);
    return pt_time_from_seconds(factor * pt_time_seconds(work));
}

pt_time pt_fate_part(const struct pt_chances *chances,
                     const struct pt_fate *fate, int32_t parts, int32_t part,
                     bool *fails)
{
    pt_time size = fate->length / parts, rest = fate->length % parts;
    pt_time from = size * part + (part < rest ? part : rest);
    pt_time to = from + size + (part < rest);

    *fails = fate->fails <= to && (fate->fails > from || part == 0);
    return stretch(chances, fate, part, (*fails ? fate->fails : to) - from);
}
