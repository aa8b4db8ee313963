#include "world/lives.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/vec.h"

/* --- copies --- */

static size_t bytes(int64_t n, size_t size)
{
    return (size_t)n * size;
}

/* How many launches are counted of stage I, if it matters. */
static int32_t counters(const struct pt_lives *l, const struct pt_work *work,
                        int32_t i)
{
    const struct pt_stage *stage = &work->job.stages[i];

    if (!pt_fate_counts(l->chances, &work->truths[i]))
        return 0;
    return stage->mode == PT_GANG ? 1 : stage->ntasks;
}

static bool is_plain(const struct pt_lives *l, const struct pt_work *work)
{
    const struct pt_stage *stage = &work->job.stages[0];

    return work->job.nstages == 1 && !work->truths[0].task &&
           !work->truths[0].takes_at && !stage->sites_at &&
           stage->nparents == 0 && counters(l, work, 0) == 0;
}

/* What the block of copies holds: the wider types first, so that all of it is
 * aligned.  The first pass, with BLOCK NULL, counts. */
struct layout {
    char *block;
    size_t used;
};

static void *lay(struct layout *layout, const void *from, int64_t n,
                 size_t size)
{
    char *to = layout->block ? layout->block + layout->used : NULL;

    layout->used += bytes(n, size);
    if (to && from && n > 0)
        memcpy(to, from, bytes(n, size));
    return to;
}

static void lay_times(struct layout *layout, const struct pt_work *work,
                      struct pt_life *life)
{
    for (int32_t i = 0; i < work->job.nstages; i++) {
        const struct pt_truth *truth = &work->truths[i];
        int32_t ntasks = work->job.stages[i].ntasks;
        pt_time *task = NULL;
        struct pt_take *takes = NULL;
        if (truth->task)
            task = lay(layout, truth->task, ntasks, sizeof *task);
        if (truth->takes_at)
            takes = lay(layout, truth->takes, truth->takes_at[ntasks],
                        sizeof *takes);
        if (!layout->block)
            continue;
        life->truths[i].task = task;
        life->truths[i].takes = takes;
    }
}

static void lay_numbers(struct layout *layout, const struct pt_lives *l,
                        const struct pt_work *work, struct pt_life *life)
{
    for (int32_t i = 0; i < work->job.nstages; i++) {
        const struct pt_stage *stage = &work->job.stages[i];
        const struct pt_truth *truth = &work->truths[i];
        int32_t *parents = NULL, *takes_at = NULL, *sites_at = NULL, *counts;
        struct pt_site *sites = NULL;
        if (stage->nparents > 0)
            parents =
                lay(layout, stage->parents, stage->nparents, sizeof *parents);
        if (truth->takes_at)
            takes_at = lay(layout, truth->takes_at, stage->ntasks + 1,
                           sizeof *takes_at);
        if (stage->sites_at && !l->elsewhere) {
            sites_at = lay(layout, stage->sites_at, stage->ntasks + 1,
                           sizeof *sites_at);
            sites = lay(layout, stage->sites, stage->sites_at[stage->ntasks],
                        sizeof *sites);
        }
        int32_t ncounts = counters(l, work, i);
        counts = lay(layout, NULL, ncounts, sizeof *counts);
        if (!layout->block)
            continue;
        life->stages[i].parents = parents;
        life->truths[i].takes_at = takes_at;
        life->stages[i].sites_at = sites_at;
        life->stages[i].sites = sites;
        life->launches[i] = ncounts > 0 ? counts : NULL;
    }
}

static void lay_out(struct layout *layout, const struct pt_lives *l,
                    const struct pt_work *work, struct pt_life *life)
{
    int32_t n = work->job.nstages;

    life->stages = lay(layout, work->job.stages, n, sizeof *life->stages);
    life->truths = lay(layout, work->truths, n, sizeof *life->truths);
    life->launches = lay(layout, NULL, n, sizeof *life->launches);
    lay_times(layout, work, life);
    lay_numbers(layout, l, work, life);
}

static int32_t life_new(struct pt_lives *l, const struct pt_work *work)
{
    int32_t number = pt_slab_take(&l->slab);
    struct pt_life *life = pt_lives_at(l, number);
    struct layout layout = {.block = NULL};

    *life = (struct pt_life){.job = work->job,
                             .number = l->read++,
                             .after = work->after,
                             .gap = work->gap};
    if (is_plain(l, work)) {
        life->stage = work->job.stages[0];
        life->truth = work->truths[0];
        life->stages = &life->stage;
        life->truths = &life->truth;
    } else {
        lay_out(&layout, l, work, life);
        layout = (struct layout){.block = pt_alloc(layout.used, 1)};
        life->copies = layout.block;
        lay_out(&layout, l, work, life);
    }
    life->job.stages = life->stages;
    life->job.tag = number;
    return number;
}

/* --- who comes after whom --- */

static bool has_whereabouts(const struct pt_lives *l)
{
    return l->source->staged;
}

static void follow(struct pt_lives *l, int32_t number)
{
    struct pt_life *life = pt_lives_at(l, number);

    pt_assert(life->after <= life->number);
    const struct pt_whereabouts *it = &l->whereabouts[life->after - 1];
    if (it->life < 0) {
        pt_time due = pt_time_add(it->end, life->gap);
        pt_agenda_set(&l->due, number, due > l->now ? due : l->now);
        return;
    }
    struct pt_life *before = pt_lives_at(l, it->life);
    life->sibling = before->followers;
    before->followers = number + 1;
}

/* The work that is ahead is read in. */
static int32_t keep(struct pt_lives *l)
{
    int32_t number = life_new(l, &l->ahead);

    if (has_whereabouts(l))
        pt_vec_push(l->whereabouts, l->nwhereabouts, l->whereabouts_capacity,
                    ((struct pt_whereabouts){.life = number}));
    return number;
}

static int look_ahead(struct pt_lives *l, struct pt_err *err)
{
    l->ahead.after = 0;
    l->ahead.gap = 0;
    int got = l->source->next(l->state, &l->ahead, err);

    l->more = got > 0;
    if (got < 0)
        return -1;
    pt_assert(!l->more || l->ahead.after == 0 || has_whereabouts(l));
    return 0;
}

/* Works that cannot wait until they are due are read at once. */
static int read_on(struct pt_lives *l, struct pt_err *err)
{
    if (look_ahead(l, err) < 0)
        return -1;
    while (l->more && (l->whole || l->ahead.after > 0)) {
        l->whole = true;
        int32_t number = keep(l);
        if (l->ahead.after > 0)
            follow(l, number);
        else
            pt_agenda_set(&l->due, number, l->ahead.job.submit);
        if (look_ahead(l, err) < 0)
            return -1;
    }
    return 0;
}

int pt_lives_start(struct pt_lives *l, struct pt_err *err)
{
    if (l->started)
        return 0;
    l->started = true;
    return read_on(l, err);
}

pt_time pt_lives_next(const struct pt_lives *l)
{
    pt_time due = pt_agenda_next(&l->due);

    return l->more && l->ahead.job.submit < due ? l->ahead.job.submit : due;
}

static int by_number(const void *a, const void *b)
{
    int64_t p[2], q[2];

    memcpy(p, a, sizeof p);
    memcpy(q, b, sizeof q);
    return (p[0] > q[0]) - (p[0] < q[0]);
}

/* Lives come off the agenda in the order of their slots. */
static void sort_batch(struct pt_lives *l)
{
    int64_t(*pairs)[2] = pt_alloc((size_t)l->nbatch, sizeof *pairs);

    for (int32_t i = 0; i < l->nbatch; i++) {
        pairs[i][0] = pt_lives_at(l, l->batch[i])->number;
        pairs[i][1] = l->batch[i];
    }
    qsort(pairs, (size_t)l->nbatch, sizeof *pairs, by_number);
    for (int32_t i = 0; i < l->nbatch; i++)
        l->batch[i] = (int32_t)pairs[i][1];
    pt_free(pairs);
}

int pt_lives_take(struct pt_lives *l, pt_time now, struct pt_err *err)
{
    bool streamed = true;

    l->now = now;
    l->nbatch = 0;
    while (pt_lives_next(l) <= now) {
        if (pt_agenda_next(&l->due) <= now) {
            streamed = false;
            pt_vec_push(l->batch, l->nbatch, l->batch_capacity,
                        pt_agenda_pop(&l->due));
            continue;
        }
        pt_vec_push(l->batch, l->nbatch, l->batch_capacity, keep(l));
        if (read_on(l, err) < 0)
            return -1;
    }
    if (!streamed && l->nbatch > 1)
        sort_batch(l);
    for (int32_t i = 0; i < l->nbatch; i++) {
        struct pt_life *life = pt_lives_at(l, l->batch[i]);
        life->job.rank = l->submitted++;
        if (life->after > 0)
            life->job.submit = now;
    }
    return 0;
}

void pt_lives_end(struct pt_lives *l, int32_t number, pt_time now)
{
    struct pt_life *life = pt_lives_at(l, number);

    if (!has_whereabouts(l) || l->whereabouts[life->number].life < 0)
        return;
    l->whereabouts[life->number] =
        (struct pt_whereabouts){.life = -1, .end = now};
    for (int32_t next = life->followers; next > 0;) {
        struct pt_life *follower = pt_lives_at(l, next - 1);
        pt_agenda_set(&l->due, next - 1, pt_time_add(now, follower->gap));
        next = follower->sibling;
    }
}

struct pt_saved *pt_life_saved(struct pt_life *life, int32_t stage)
{
    if (!life->saved)
        life->saved = pt_alloc((size_t)life->job.nstages, sizeof *life->saved);
    return &life->saved[stage];
}

static void free_life(struct pt_life *life)
{
    for (int32_t i = 0; life->saved && i < life->job.nstages; i++)
        pt_saved_fini(&life->saved[i]);
    pt_free(life->saved);
    pt_free(life->copies);
    life->saved = NULL;
    life->copies = NULL;
}

void pt_lives_drop(struct pt_lives *l, int32_t number)
{
    struct pt_life *life = pt_lives_at(l, number);

    free_life(life);
    pt_slab_give(&l->slab, number);
}

void pt_lives_init(struct pt_lives *l, const struct pt_source *source,
                   void *state, const struct pt_chances *chances)
{
    *l = (struct pt_lives){.source = source,
                           .state = state,
                           .chances = chances,
                           .whole = source->recorded != NULL};
    pt_slab_init(&l->slab, sizeof(struct pt_life));
    pt_agenda_init(&l->due);
}

void pt_lives_fini(struct pt_lives *l)
{
    for (int32_t i = 0; i < l->slab.top; i++)
        free_life(pt_lives_at(l, i));
    pt_slab_fini(&l->slab);
    pt_agenda_fini(&l->due);
    pt_free(l->whereabouts);
    pt_free(l->batch);
}
