/* racks.c - within few racks, or across many.
 *
 * The stage is dealt out to racks by their rooms, then what each rack got to
 * its nodes by theirs, by one and the same rule.  Pack takes the roomiest until
 * one has room for the rest; that goes to the tightest one that has.  So it is
 * as few racks as may be, and in each as few nodes, and no room is broken up
 * that need not be.  Spread deals rounds of one task each to all with room
 * left, the odd ones to the roomiest.  Ties by number. */
#include "base/alloc.h"
#include "core/place.h"

enum { PACK, SPREAD };

struct racks {
    int prefer;
};

/* A rack, or a node in one. */
struct bin {
    int32_t rack, node; /* a rack's: -1 */
    int32_t first, n;   /* its own bins; a node has none */
    int64_t room, tasks;
};

/* --- order --- */

/* The roomier one, of its rack if WITHIN racks; then the lower one. */
static bool is_before(const struct bin *a, const struct bin *b, bool within)
{
    if (within && a->rack != b->rack)
        return a->rack < b->rack;
    if (a->room != b->room)
        return a->room > b->room;
    return a->rack != b->rack ? a->rack < b->rack : a->node < b->node;
}

/* Lets the bin at I sink to its place in a heap, the last one on top. */
static void sink(struct bin *bins, int32_t n, int32_t i, bool within)
{
    struct bin bin = bins[i];

    while (i < n / 2) {
        int32_t child = 2 * i + 1;
        if (child + 1 < n && is_before(&bins[child], &bins[child + 1], within))
            child++;
        if (!is_before(&bin, &bins[child], within))
            break;
        bins[i] = bins[child];
        i = child;
    }
    bins[i] = bin;
}

static void sort(struct bin *bins, int32_t n, bool within)
{
    for (int32_t i = n / 2 - 1; i >= 0; i--)
        sink(bins, n, i, within);
    for (int32_t last = n - 1; last > 0; last--) {
        struct bin bin = bins[0];
        bins[0] = bins[last];
        bins[last] = bin;
        sink(bins, last, 0, within);
    }
}

/* Makes RACKS of NODES [N], which are in order; returns how many. */
static int32_t group(const struct bin *nodes, int32_t n, struct bin *racks)
{
    int32_t nracks = 0;

    for (int32_t i = 0; i < n; i++) {
        if (i == 0 || nodes[i].rack != nodes[i - 1].rack)
            racks[nracks++] =
                (struct bin){.rack = nodes[i].rack, .node = -1, .first = i};
        racks[nracks - 1].room += nodes[i].room;
        racks[nracks - 1].n++;
    }
    return nracks;
}

/* --- dealing --- */

/* BINS are in order, and have room for all. */
static void pack(struct bin *bins, int32_t n, int64_t ntasks)
{
    int32_t i = 0;

    for (; bins[i].room < ntasks; i++) {
        bins[i].tasks = bins[i].room;
        ntasks -= bins[i].room;
    }
    while (i + 1 < n && bins[i + 1].room >= ntasks)
        i++;
    while (i > 0 && bins[i - 1].tasks == 0 && bins[i - 1].room == bins[i].room)
        i--;
    bins[i].tasks = ntasks;
}

static void spread(struct bin *bins, int32_t n, int64_t ntasks)
{
    for (; n > 0 && bins[n - 1].room <= ntasks / n; n--) {
        bins[n - 1].tasks = bins[n - 1].room;
        ntasks -= bins[n - 1].room;
    }
    for (int32_t i = 0; i < n; i++)
        bins[i].tasks = ntasks / n + (i < ntasks % n);
}

static void deal(const struct racks *own, struct bin *bins, int32_t n,
                 int64_t ntasks)
{
    if (own->prefer == SPREAD)
        spread(bins, n, ntasks);
    else
        pack(bins, n, ntasks);
}

static int32_t racks_place(const void *state, const int32_t *room,
                           const struct pt_node *own, int32_t nnodes,
                           int32_t ntasks, struct pt_range *shares)
{
    struct bin *nodes = pt_alloc((size_t)nnodes, sizeof *nodes);
    struct bin *racks = pt_alloc((size_t)nnodes, sizeof *racks);
    int32_t n = 0, nshares = 0;

    for (int32_t i = 0; i < nnodes; i++)
        if (room[i] > 0)
            nodes[n++] = (struct bin){
                .rack = own ? own[i].rack : 0, .node = i, .room = room[i]};
    sort(nodes, n, true);
    int32_t nracks = group(nodes, n, racks);
    sort(racks, nracks, false);
    deal(state, racks, nracks, ntasks);
    for (int32_t r = 0; r < nracks; r++) {
        struct bin *inside = nodes + racks[r].first;
        if (racks[r].tasks > 0)
            deal(state, inside, racks[r].n, racks[r].tasks);
        for (int32_t i = 0; i < racks[r].n; i++)
            if (inside[i].tasks > 0)
                shares[nshares++] = (struct pt_range){
                    .first = inside[i].node, .count = (int32_t)inside[i].tasks};
    }
    pt_free(racks);
    pt_free(nodes);
    return nshares;
}

static const char *const ways[] = {"pack", "spread", NULL};

static const struct pt_param params[] = {
    {.name = "prefer",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "pack",
     .choices = ways,
     .offset = offsetof(struct racks, prefer),
     .help = "pack: as few racks as may be, the tightest that will do; spread: "
             "as few tasks in each rack as may be"},
    PT_PARAM_END};

extern const struct pt_place pt_place_racks;
const struct pt_place pt_place_racks = {
    .name = "racks",
    .summary = "within as few racks as may be, or across as many",
    .cite = "pack: best fit over leaf switches, as Slurm's topology/tree; "
            "spread: Kubernetes' pod topology spread constraints",
    .params = params,
    .state_size = sizeof(struct racks),
    .racked = true,
    .place = racks_place};
