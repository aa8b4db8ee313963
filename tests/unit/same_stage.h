/* same_stage.h - two stages say the same. */
#ifndef PT_TESTS_UNIT_SAME_STAGE_H
#define PT_TESTS_UNIT_SAME_STAGE_H

#include "core/job.h"
#include "tests/unit/check.h"

static inline void same_ints(const int32_t *a, const int32_t *b, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        ASSERT_INT(a[i], b[i]);
}

static inline void same_stage(const struct pt_stage *a,
                              const struct pt_stage *b)
{
    ASSERT_INT(a->ntasks, b->ntasks);
    ASSERT_INT(a->mode, b->mode);
    for (int i = 0; i < PT_RESOURCES; i++)
        ASSERT_INT(a->need.amount[i], b->need.amount[i]);
    ASSERT_INT(a->limit, b->limit);
    ASSERT_INT(a->nparents, b->nparents);
    same_ints(a->parents, b->parents, a->nparents);
    ASSERT_INT(a->id, b->id);
    ASSERT_INT(a->retries, b->retries);
    ASSERT_INT(a->result, b->result);
    ASSERT_INT(a->flaw, b->flaw);
    ASSERT_INT(a->profile, b->profile);
    ASSERT_INT(a->sites_at != NULL, b->sites_at != NULL);
    if (!a->sites_at)
        return;
    same_ints(a->sites_at, b->sites_at, a->ntasks + 1);
    for (int32_t i = 0; i < a->sites_at[a->ntasks]; i++) {
        ASSERT_INT(a->sites[i].kind, b->sites[i].kind);
        ASSERT_INT(a->sites[i].number, b->sites[i].number);
    }
}

#endif
