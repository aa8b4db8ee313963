#include "traces/pipeline/rdd.h"

#include <stddef.h>

#include "base/alloc.h"
#include "base/assert.h"

static bool inherits(const struct pt_rdd *rdds, int32_t i)
{
    for (int32_t k = 0; k < rdds[i].nparents; k++) {
        const struct pt_rdd_parent *parent = &rdds[i].parents[k];
        if (!parent->shuffle && rdds[parent->rdd].barrier)
            return true;
    }
    return false;
}

void pt_rdd_spread(struct pt_rdd *rdds, int32_t n)
{
    bool changed;

    /* Parents mostly stand behind what is made of them. */
    do {
        changed = false;
        for (int32_t i = n - 1; i >= 0; i--) {
            if (rdds[i].barrier || !inherits(rdds, i))
                continue;
            rdds[i].barrier = true;
            changed = true;
        }
    } while (changed);
}

static bool is_sound(const struct pt_rdd *rdds, int32_t i, int32_t ntasks)
{
    int32_t barriers = 0;

    for (int32_t k = 0; k < rdds[i].nparents; k++)
        barriers += rdds[rdds[i].parents[k].rdd].barrier;
    return rdds[i].partitions == ntasks && barriers <= 1;
}

enum pt_flaw pt_rdd_check(const struct pt_rdd *rdds, int32_t n, int32_t ntasks)
{
    int32_t *found = pt_alloc((size_t)n, sizeof *found);
    bool *seen = pt_alloc((size_t)n, sizeof *seen);
    enum pt_flaw flaw = PT_FLAW_NONE;
    int32_t nfound = 1;

    pt_assert(n >= 1);
    seen[0] = true;
    for (int32_t at = 0; at < nfound && flaw == PT_FLAW_NONE; at++) {
        const struct pt_rdd *rdd = &rdds[found[at]];
        if (!is_sound(rdds, found[at], ntasks))
            flaw = PT_FLAW_CHAIN;
        for (int32_t k = 0; k < rdd->nparents; k++) {
            int32_t parent = rdd->parents[k].rdd;
            if (rdd->parents[k].shuffle || seen[parent])
                continue;
            seen[parent] = true;
            found[nfound++] = parent;
        }
    }
    pt_free(seen);
    pt_free(found);
    return flaw;
}
