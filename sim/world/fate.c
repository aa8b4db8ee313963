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
    pt_time left = fate->length - fate->begins;
    pt_time after = chances->fault->after(chances->fault_state, rng, left);

    if (after > left || after >= fate->fails)
        return;
    fate->fails = after;
    fate->fault = PT_FAULT_ERROR;
    fate->parent = fate->output = 0;
}

/* Where number PART of PARTS begins. */
static pt_time part_begin(pt_time length, int32_t parts, int32_t part)
{
    pt_time rest = length % parts;

    return length / parts * part + (part < rest ? part : rest);
}

struct pt_fate pt_fate_find(const struct pt_chances *chances,
                            const struct pt_truth *truth, int32_t parts,
                            const struct pt_launch *launch)
{
    struct pt_fate fate = {.length = truth->task ? truth->task[launch->task]
                                                 : truth->length,
                           .fails = PT_TIME_NEVER,
                           .slow = launch->slow,
                           .outcome = truth->outcome,
                           .fault = PT_FAULT_ERROR,
                           .straggles = may_straggle(chances, truth)};

    if (truth->takes_at)
        find_take(truth, launch, &fate);
    fate.begins = part_begin(fate.length, parts, launch->part) + launch->done;
    if (fate.begins > fate.length)
        fate.begins = fate.length; /* another take was longer */
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
    double factor = fate->slow > 0 ? fate->slow : 1;

    if ((!fate->straggles && !(fate->slow > 0)) || work == 0)
        return work;
    if (fate->straggles) {
        uint64_t entity = stir(fate->entity, (uint64_t)part);
        const gsl_rng *rng =
            pt_stream_open(&stream, chances->seed, 0, PT_PURPOSE_STRAGGLER,
                           entity >> (64 - ENTITY_BITS));
        factor *= chances->straggler->factor(chances->straggler_state, rng);
    }
    return pt_time_from_seconds(factor * pt_time_seconds(work));
}

struct pt_piece pt_fate_piece(const struct pt_chances *chances,
                              const struct pt_fate *fate, int32_t parts,
                              int32_t part)
{
    pt_time start = part_begin(fate->length, parts, part);
    pt_time to = part_begin(fate->length, parts, part + 1);
    pt_time from = start > fate->begins ? start : fate->begins;
    pt_time fails = pt_time_add(fate->begins, fate->fails);
    struct pt_piece piece = {.done = from - start};

    if (from > to)
        from = to; /* it was saved beyond this part */
    piece.fails = fails <= to && (fails > from || from == fate->begins);
    piece.size = (piece.fails ? fails : to) - from;
    piece.work = stretch(chances, fate, part, piece.size);
    return piece;
}

pt_time pt_piece_done(const struct pt_piece *piece, pt_time work)
{
    __extension__ typedef __int128 wide;

    if (work >= piece->work)
        return piece->done + piece->size;
    return piece->done + (pt_time)((wide)piece->size * work / piece->work);
}
