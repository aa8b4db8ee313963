/* tree.c - a tree of what nodes hang on: a fault in it takes all that is below.
 *
 * Each node, each rack's power unit, the switch on top of each rack, each spine
 * (of so many racks, by number) and each power feed (likewise) fails by itself,
 * with exponential times up. */
#include "models/failure/renewal.h"

#include <math.h>
#include "base/alloc.h"
#include "base/assert.h"

enum level { NODE, RACK, SWITCH, SPINE, FEED, LEVELS };

static const enum pt_origin origins[LEVELS] = {
    [NODE] = PT_ORIGIN_NODE,     [RACK] = PT_ORIGIN_RACK,
    [SWITCH] = PT_ORIGIN_SWITCH, [SPINE] = PT_ORIGIN_SPINE,
    [FEED] = PT_ORIGIN_FEED,
};

/* The nodes of all groups of a level: group g has node[first[g]] ... up to
 * node[first[g + 1]], ascending. */
struct groups {
    int32_t *node;  /* [nodes] */
    int32_t *first; /* [n + 1] */
    int32_t n;
};

struct tree {
    pt_time mtbf[LEVELS], mttr[LEVELS]; /* mtbf 0: it never fails */
    int64_t spine, feed;                /* racks of each */
    int down;
    double down_shape;

    struct pt_renewal renewal;
    const struct pt_cluster *cluster;
    struct groups groups[LEVELS]; /* but NODE's */
    int32_t node;
};

/* Which group of LEVEL the node is in. */
static int32_t group_of(const struct tree *tree, enum level level, int32_t node)
{
    int32_t rack = tree->cluster->rack ? tree->cluster->rack[node] : 0;

    if (level == NODE)
        return node;
    if (level == SPINE)
        return (int32_t)(rack / tree->spine);
    if (level == FEED)
        return (int32_t)(rack / tree->feed);
    return rack;
}

/* Sorts the nodes by group: by counting, so that they ascend in each. */
static void make_groups(struct tree *tree, enum level level)
{
    struct groups *groups = &tree->groups[level];
    int32_t n = tree->cluster->nodes;

    for (int32_t node = 0; node < n; node++) {
        int32_t group = group_of(tree, level, node);
        pt_assert(group >= 0);
        groups->n = group >= groups->n ? group + 1 : groups->n;
    }
    groups->node = pt_alloc((size_t)n, sizeof *groups->node);
    groups->first = pt_alloc((size_t)groups->n + 2, sizeof *groups->first);
    int32_t *after = groups->first + 2; /* moves on to the group's end */
    for (int32_t node = 0; node < n; node++)
        if (group_of(tree, level, node) + 1 < groups->n)
            after[group_of(tree, level, node)]++;
    for (int32_t group = 1; group + 1 < groups->n; group++)
        after[group] += after[group - 1];
    for (int32_t node = 0; node < n; node++)
        groups->node[groups->first[group_of(tree, level, node) + 1]++] = node;
}

/* The nodes of GROUP into *nodes; returns how many. */
static int32_t members(const struct tree *tree, enum level level, int32_t group,
                       const int32_t **nodes)
{
    const struct groups *groups = &tree->groups[level];

    *nodes = groups->node + groups->first[group];
    return groups->first[group + 1] - groups->first[group];
}

static bool is_first(const struct tree *tree, enum level level, int32_t node)
{
    const int32_t *nodes;

    if (level == NODE)
        return true;
    members(tree, level, group_of(tree, level, node), &nodes);
    return nodes[0] == node;
}

static bool fails(const struct tree *tree, enum level level)
{
    return tree->mtbf[level] > 0 && tree->mtbf[level] < PT_TIME_NEVER;
}

static struct pt_renewal_laws laws_of(const struct tree *tree, enum level level)
{
    return (struct pt_renewal_laws){
        .up = pt_renewal_law(PT_FAMILY_EXPONENTIAL,
                             pt_time_seconds(tree->mtbf[level]), 1),
        .down = pt_renewal_law(tree->down, pt_time_seconds(tree->mttr[level]),
                               tree->down_shape),
    };
}

/* A process is known by its lowest node and its level, in this order. */
static void add_processes(struct tree *tree)
{
    struct pt_renewal_laws laws[LEVELS];

    for (enum level level = NODE; level < LEVELS; level++)
        if (fails(tree, level))
            laws[level] = laws_of(tree, level);
    for (int32_t node = 0; node < tree->cluster->nodes; node++)
        for (enum level level = NODE; level < LEVELS; level++)
            if (fails(tree, level) && is_first(tree, level, node))
                pt_renewal_add(
                    &tree->renewal, node * LEVELS + (int32_t)level,
                    (enum pt_failure_drawer)(PT_DRAWER_TREE + (int)level),
                    group_of(tree, level, node), &laws[level]);
}

static int open_tree(void *state, const struct pt_cluster *cluster,
                     struct pt_err *err)
{
    struct tree *tree = state;

    (void)err;
    pt_assert(cluster->nodes < INT32_MAX / LEVELS);
    tree->cluster = cluster;
    for (enum level level = RACK; level < LEVELS; level++)
        if (fails(tree, level))
            make_groups(tree, level);
    pt_renewal_open(&tree->renewal, cluster, 0);
    add_processes(tree);
    return 0;
}

static bool next_tree(void *state, struct pt_outage *outage)
{
    struct tree *tree = state;
    struct pt_renewal_turn turn;
    int32_t n = 1;

    if (!pt_renewal_next(&tree->renewal, &turn))
        return false;
    enum level level = (enum level)(turn.who % LEVELS);
    const int32_t *nodes = &tree->node;
    tree->node = turn.who / LEVELS;
    if (level != NODE)
        n = members(tree, level, group_of(tree, level, tree->node), &nodes);
    pt_renewal_outage(&turn, origins[level], nodes, n, outage);
    return true;
}

/* All that a node hangs on is up at once, or it is down. */
static void implied_tree(const void *state, struct pt_implied *implied)
{
    const struct tree *tree = state;
    double availability = 1, rate = 0;

    for (enum level level = NODE; level < LEVELS; level++) {
        if (!fails(tree, level))
            continue;
        double up = pt_time_seconds(tree->mtbf[level]);
        availability *= up / (up + pt_time_seconds(tree->mttr[level]));
        rate += 1 / up;
    }
    double up = rate > 0 ? 1 / rate : HUGE_VAL;
    *implied = pt_renewal_implied(up, up / availability - up);
}

static void close_tree(void *state)
{
    struct tree *tree = state;

    pt_renewal_close(&tree->renewal);
    for (enum level level = NODE; level < LEVELS; level++) {
        pt_free(tree->groups[level].node);
        pt_free(tree->groups[level].first);
        tree->groups[level] = (struct groups){0};
    }
}

#define MTBF(key, level, value, text)                                          \
    {                                                                          \
        .name = key, .type = PT_PARAM_TIME, .unit = "s", .fallback = value,    \
        .min = 0, .max = 1e13, .offset = offsetof(struct tree, mtbf[level]),   \
        .help = text                                                           \
    }
#define MTTR(key, level, value, text)                                          \
    {                                                                          \
        .name = key, .type = PT_PARAM_TIME, .unit = "s", .fallback = value,    \
        .min = 1e-6, .max = 1e10,                                              \
        .offset = offsetof(struct tree, mttr[level]), .help = text             \
    }

static const struct pt_param params[] = {
    MTBF("mtbf", NODE, "130d",
         "Mean time that a node is up between faults of its own (Google: 4.3 "
         "months); 0, here and below: there are none."),
    MTTR("mttr", NODE, "6h", "Mean time that its repair takes."),
    MTBF("rack_mtbf", RACK, "3725d",
         "The same of a rack's power unit (Google, a rack: 10.2 years)."),
    MTTR("rack_mttr", RACK, "3h", "Its mean repair (1 to 6 h)."),
    MTBF("switch_mtbf", SWITCH, "0", "The same of a rack's switch."),
    MTTR("switch_mttr", SWITCH, "1h", "Its mean repair."),
    {.name = "spine",
     .type = PT_PARAM_INT,
     .unit = "racks",
     .fallback = "8",
     .min = 1,
     .max = 1e6,
     .offset = offsetof(struct tree, spine),
     .help = "Racks, by number, that share a spine switch."},
    MTBF("spine_mtbf", SPINE, "0", "The same of a spine."),
    MTTR("spine_mttr", SPINE, "1h", "Its mean repair."),
    {.name = "feed",
     .type = PT_PARAM_INT,
     .unit = "racks",
     .fallback = "16",
     .min = 1,
     .max = 1e6,
     .offset = offsetof(struct tree, feed),
     .help = "Racks, by number, that share a power feed."},
    MTBF("feed_mtbf", FEED, "0",
         "The same of a feed (Dean: each year one in a cluster fails, with 500 "
         "to 1000 nodes)."),
    MTTR("feed_mttr", FEED, "6h", "Its mean repair."),
    {.name = "down",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "exponential",
     .choices = pt_family_names,
     .offset = offsetof(struct tree, down),
     .help = "Law of all repairs; times up are exponential."},
    {.name = "down_shape",
     .type = PT_PARAM_REAL,
     .unit = "",
     .fallback = "1",
     .min = 0.1,
     .max = 20,
     .offset = offsetof(struct tree, down_shape),
     .help = "Its shape."},
    PT_PARAM_END};

const struct pt_failure_model pt_failure_tree = {
    .name = "tree",
    .summary = "nodes, racks, switches, spines and power feeds fail, with all "
               "below them",
    .cite = "D. Ford et al., Availability in globally distributed storage "
            "systems, OSDI'10; J. Dean, Designs, lessons and advice from "
            "building large distributed systems, LADIS 2009",
    .params = params,
    .state_size = sizeof(struct tree),
    .racked = true,
    .open = open_tree,
    .next = next_tree,
    .implied = implied_tree,
    .close = close_tree,
};
