/* place.h - a placement: which nodes the tasks go to.
 *
 * The core has found that there is room; a placement says where.  It is never
 * asked whether or when. */
#ifndef PT_CORE_PLACE_H
#define PT_CORE_PLACE_H

#include <stdint.h>
#include "base/plugin.h"
#include "core/resource.h"

struct pt_place {
    PT_PLUGIN;
    /* Shares NTASKS tasks out among NNODES nodes, of which node i has room for
     * room[i] >= 0; the rooms sum to at least NTASKS.  OWN [nnodes] says what
     * else is known of them, their racks above all; NULL: they are alike, and
     * in one rack.  Writes (node, tasks) into SHARES [nnodes], each node at
     * most once, and returns how many.  Ties: the lower node. */
    int32_t (*place)(const void *state, const int32_t *room,
                     const struct pt_node *own, int32_t nnodes, int32_t ntasks,
                     struct pt_range *shares);
    /* Consecutive lowest-numbered slots are what it gives: the core then picks
     * them from its bitmap without asking. */
    bool lowest;
    bool racked; /* it needs racks */
};

#endif
