/* pack.c - the fullest nodes first: what is empty stays empty.
 *
 * Nodes with the least room (but some) are filled first; ties by number. */
#include "core/place.h"

static int32_t pack_place(const void *state, const int32_t *room,
                          const struct pt_node *own, int32_t nnodes,
                          int32_t ntasks, struct pt_range *shares)
{
    int32_t n = 0;

    (void)state;
    (void)own;
    for (int32_t level = 0; ntasks > 0;) {
        int32_t next = INT32_MAX;
        for (int32_t node = 0; node < nnodes; node++)
            if (room[node] > level && room[node] < next)
                next = room[node];
        level = next;
        for (int32_t node = 0; node < nnodes && ntasks > 0; node++) {
            if (room[node] != level)
                continue;
            int32_t tasks = level < ntasks ? level : ntasks;
            shares[n++] = (struct pt_range){.first = node, .count = tasks};
            ntasks -= tasks;
        }
    }
    return n;
}

extern const struct pt_place pt_place_pack;
const struct pt_place pt_place_pack = {
    .name = "pack",
    .summary = "fullest nodes first",
    .cite = "consolidation, as in Tiresias (NSDI'19) and Slurm's CR_Pack_Nodes",
    .place = pack_place};
