/* spread.c - as few tasks on each node as may be.
 *
 * Tasks are dealt out one a round to every node with room left, the roomiest
 * first; ties by number.  The result: no node gets more than the least possible
 * greatest share, and roomier nodes get the odd ones. */
#include "core/place.h"

/* Tasks placed if no node takes more than SHARE. */
static int64_t dealt(const int32_t *room, int32_t nnodes, int32_t share)
{
    int64_t sum = 0;

    for (int32_t node = 0; node < nnodes; node++)
        sum += room[node] < share ? room[node] : share;
    return sum;
}

/* The least greatest share with which NTASKS are placed. */
static int32_t least_share(const int32_t *room, int32_t nnodes, int32_t ntasks)
{
    int32_t low = 0, high = ntasks;

    while (high - low > 1) {
        int32_t middle = low + (high - low) / 2;
        if (dealt(room, nnodes, middle) >= ntasks)
            high = middle;
        else
            low = middle;
    }
    return high;
}

static int32_t spread_place(const void *state, const int32_t *room,
                            const struct pt_node *own, int32_t nnodes,
                            int32_t ntasks, struct pt_range *shares)
{
    int32_t share = least_share(room, nnodes, ntasks), n = 0, most = 0;
    int64_t odd = ntasks - dealt(room, nnodes, share - 1);

    (void)state;
    (void)own;
    for (int32_t node = 0; node < nnodes; node++)
        if (room[node] > most)
            most = room[node];
    /* The last round goes to the roomiest: find the room above which all get
     * an odd task, and how many of those with just that room do. */
    int32_t cut = most;
    int64_t above = 0, at = 0;
    for (;; cut--) {
        at = 0;
        for (int32_t node = 0; node < nnodes; node++)
            at += room[node] == cut;
        if (above + at >= odd)
            break;
        above += at;
    }
    int64_t left = odd - above;
    for (int32_t node = 0; node < nnodes; node++) {
        int32_t tasks = room[node] < share - 1 ? room[node] : share - 1;
        if (room[node] > cut || (room[node] == cut && left-- > 0))
            tasks++;
        if (tasks > 0)
            shares[n++] = (struct pt_range){.first = node, .count = tasks};
    }
    return n;
}

extern const struct pt_place pt_place_spread;
const struct pt_place pt_place_spread = {
    .name = "spread",
    .summary = "as few tasks on each node as may be, emptiest first",
    .cite = "Spark's one task per executor a pass; Kubernetes' LeastAllocated",
    .place = spread_place};
