/* named_bench.h - a named machine without a core: attempts by hand. */
#ifndef PT_TESTS_UNIT_NAMED_BENCH_H
#define PT_TESTS_UNIT_NAMED_BENCH_H

#include "base/alloc.h"
#include "core/named.h"
#include "registry.h"
#include "tests/unit/check.h"

static inline const struct pt_place *place_named(const char *name)
{
    for (int i = 0; pt_places[i]; i++)
        if (strcmp(pt_places[i]->name, name) == 0)
            return pt_places[i];
    fail_msg("no place %s", name);
    return NULL;
}

static inline struct pt_space *machine(const struct pt_node *nodes, int32_t n,
                                       bool promises)
{
    const struct pt_space_config config = {.nodes = n,
                                           .node = nodes,
                                           .named = true,
                                           .promises = promises,
                                           .place = place_named("first")};
    struct pt_space *space = pt_space_named.open(&config);

    space->ops->advance(space, 0);
    space->ops->check(space);
    return space;
}

/* Tasks of so many cores, and milli-GPUs. */
static inline struct pt_stage stage(int32_t ntasks, int64_t cores, int64_t gpus)
{
    return (struct pt_stage){.ntasks = ntasks,
                             .mode = PT_GANG,
                             .need = {{1000 * cores, gpus, 0}},
                             .limit = 10};
}

static inline struct pt_attempt attempt(const struct pt_stage *spec,
                                        pt_time limit)
{
    return (struct pt_attempt){.mode = spec->mode,
                               .task_end = spec->ntasks,
                               .entry = {.limit = limit},
                               .until = limit,
                               .spec = spec};
}

static inline void attempt_free(struct pt_attempt *a)
{
    pt_free(a->alloc.ranges);
    pt_free(a->spot.ranges);
    pt_free(a->members);
    a->alloc = a->spot = (struct pt_alloc){0};
    a->members = NULL;
}

/* The first of its members that ends before the others. */
static inline void end_member(struct pt_attempt *a, int32_t index)
{
    a->members = pt_alloc((size_t)a->placed, sizeof *a->members);
    for (int32_t i = 0; i < a->placed; i++)
        a->members[i].ended = i == index ? 0 : PT_TIME_NEVER;
}

static inline bool take_on(struct pt_space *space, struct pt_attempt *a,
                           int32_t node)
{
    if (!space->ops->fits_on(space, a, node))
        return false;
    space->ops->take_on(space, a, node);
    a->placed++;
    space->ops->check(space);
    return true;
}

#endif
