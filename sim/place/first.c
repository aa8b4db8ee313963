/* first.c - the lowest-numbered nodes first, as many tasks on each as fit. */
#include "core/place.h"

static int32_t first_place(const void *state, const int32_t *room,
                           const struct pt_node *own, int32_t nnodes,
                           int32_t ntasks, struct pt_range *shares)
{
    int32_t n = 0;

    (void)state;
    (void)own;
    for (int32_t node = 0; node < nnodes && ntasks > 0; node++) {
        int32_t tasks = room[node] < ntasks ? room[node] : ntasks;
        if (tasks > 0)
            shares[n++] = (struct pt_range){.first = node, .count = tasks};
        ntasks -= tasks;
    }
    return n;
}

extern const struct pt_place pt_place_first;
const struct pt_place pt_place_first = {
    .name = "first",
    .summary = "lowest-numbered nodes first",
    .cite = "first fit; Garey & Graham, SIAM J. Comput. 4(2), 1975",
    .place = first_place,
    .lowest = true};
