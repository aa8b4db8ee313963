/* best.c - the tightest run of consecutive nodes that holds the whole stage.
 *
 * A run is a longest sequence of neighbours with room.  Of those with room
 * enough the one with least room is taken, from its low end; where no run holds
 * the stage, the roomiest runs are used up first, so that it is spread over as
 * few runs as may be. */
#include "core/place.h"

struct run {
    int32_t first, end;
    int64_t room;
};

/* The run that begins at or after FROM. */
static struct run run_at(const int32_t *room, int32_t nnodes, int32_t from)
{
    struct run run;

    while (from < nnodes && room[from] == 0)
        from++;
    run = (struct run){.first = from, .end = from};
    while (run.end < nnodes && room[run.end] > 0)
        run.room += room[run.end++];
    return run;
}

/* Whether A suits a stage of NTASKS better than B, which may be empty. */
static bool better(const struct run *a, const struct run *b, int32_t ntasks)
{
    bool a_holds = a->room >= ntasks, b_holds = b->room >= ntasks;

    if (a_holds != b_holds)
        return a_holds;
    return a_holds ? a->room < b->room : a->room > b->room;
}

static bool used(const struct pt_range *shares, int32_t n, int32_t node)
{
    for (int32_t i = 0; i < n; i++)
        if (shares[i].first == node)
            return true;
    return false;
}

static int32_t best_place(const void *state, const int32_t *room,
                          const struct pt_node *own, int32_t nnodes,
                          int32_t ntasks, struct pt_range *shares)
{
    int32_t n = 0;

    (void)state;
    (void)own;
    while (ntasks > 0) {
        struct run best = {0};
        for (struct run run = run_at(room, nnodes, 0); run.room > 0;
             run = run_at(room, nnodes, run.end))
            if (!used(shares, n, run.first) && better(&run, &best, ntasks))
                best = run;
        for (int32_t node = best.first; node < best.end && ntasks > 0; node++) {
            int32_t tasks = room[node] < ntasks ? room[node] : ntasks;
            shares[n++] = (struct pt_range){.first = node, .count = tasks};
            ntasks -= tasks;
        }
    }
    return n;
}

extern const struct pt_place pt_place_best;
const struct pt_place pt_place_best = {
    .name = "best",
    .summary = "the tightest run of consecutive nodes that holds all",
    .cite = "best fit over runs of nodes, as Slurm's select/linear",
    .place = best_place};
