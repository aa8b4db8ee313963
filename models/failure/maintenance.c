/* maintenance.c - windows that are planned: every so often, so long, one group
 * of nodes after the other; known ahead, so that nothing need run into them. */
#include "models/failure/renewal.h"

#include <stdio.h>
#include "base/alloc.h"

struct maintenance {
    pt_time every, length, first, notice;
    int64_t groups;
    bool kill;

    struct pt_agenda agenda; /* when a group's next window is told */
    pt_time *down;           /* [groups] of that window */
    pt_time start;
    int32_t n, count; /* nodes, groups */
    int32_t *node;    /* [n] 0, 1, ... */
};

static int check(const struct maintenance *maintenance, int32_t groups,
                 struct pt_err *err)
{
    char length[PT_TIME_TEXT] = "", every[PT_TIME_TEXT] = "", turns[48] = "";

    if (maintenance->length < maintenance->every &&
        maintenance->length <= maintenance->every / groups)
        return 0;
    pt_time_print(length, maintenance->length);
    pt_time_print(every, maintenance->every);
    if (groups > 1)
        snprintf(turns, sizeof turns, " for each of %d groups in turn",
                 (int)groups);
    return pt_err_set(err, PT_ERR_USAGE,
                      "maintenance: length=%ss%s does not fit into every=%ss "
                      "(expected less)",
                      length, turns, every);
}

/* GROUP's next window is at DOWN.  A node has one notice at a time: it comes
 * when the window before has begun, at the earliest. */
static void set_window(struct maintenance *maintenance, int32_t group,
                       pt_time down)
{
    pt_time ahead = maintenance->notice < maintenance->every
                        ? maintenance->notice
                        : maintenance->every;
    pt_time told = down - ahead;

    if (told < maintenance->start)
        told = maintenance->start;
    maintenance->down[group] = down;
    pt_agenda_set(&maintenance->agenda, group,
                  down < PT_TIME_FAR ? told : PT_TIME_NEVER);
}

static int open_maintenance(void *state, const struct pt_cluster *cluster,
                            struct pt_err *err)
{
    struct maintenance *maintenance = state;
    int32_t n = cluster->nodes;
    int32_t groups = maintenance->groups < n ? (int32_t)maintenance->groups : n;

    if (check(maintenance, groups, err))
        return -1;
    maintenance->start = cluster->start;
    maintenance->n = n;
    maintenance->count = groups;
    maintenance->node = pt_alloc((size_t)n, sizeof *maintenance->node);
    maintenance->down = pt_alloc((size_t)groups, sizeof *maintenance->down);
    for (int32_t node = 0; node < n; node++)
        maintenance->node[node] = node;
    pt_agenda_init(&maintenance->agenda);
    pt_time down = pt_time_add(cluster->start, maintenance->first);
    for (int32_t group = 0; group < groups; group++) {
        set_window(maintenance, group, down);
        down = pt_time_add(down, maintenance->length);
    }
    return 0;
}

static bool next_window(void *state, struct pt_outage *outage)
{
    struct maintenance *maintenance = state;
    int64_t n = maintenance->n, groups = maintenance->count;
    pt_time told = pt_agenda_next(&maintenance->agenda);

    if (told == PT_TIME_NEVER)
        return false;
    int32_t group = pt_agenda_pop(&maintenance->agenda);
    int32_t first = (int32_t)(group * n / groups);
    int32_t end = (int32_t)((group + 1) * n / groups);
    const struct pt_renewal_turn turn = {
        .down = maintenance->down[group],
        .up = pt_time_add(maintenance->down[group], maintenance->length),
    };
    pt_renewal_outage(&turn, PT_ORIGIN_MAINTENANCE, maintenance->node + first,
                      end - first, outage);
    outage->told = told;
    outage->drains = !maintenance->kill;
    set_window(maintenance, group, pt_time_add(turn.down, maintenance->every));
    return true;
}

static void implied_maintenance(const void *state, struct pt_implied *implied)
{
    const struct maintenance *maintenance = state;

    *implied = pt_renewal_implied(
        pt_time_seconds(maintenance->every - maintenance->length),
        pt_time_seconds(maintenance->length));
}

static void close_maintenance(void *state)
{
    struct maintenance *maintenance = state;

    pt_agenda_fini(&maintenance->agenda);
    pt_free(maintenance->node);
    pt_free(maintenance->down);
    maintenance->node = NULL;
    maintenance->down = NULL;
}

static const struct pt_param params[] = {
    {.name = "every",
     .type = PT_PARAM_TIME,
     .unit = "s",
     .fallback = "30d",
     .min = 1e-3,
     .max = 1e12,
     .offset = offsetof(struct maintenance, every),
     .help = "From one window of a node to its next."},
    {.name = "length",
     .type = PT_PARAM_TIME,
     .unit = "s",
     .fallback = "8h",
     .min = 1e-6,
     .max = 1e12,
     .offset = offsetof(struct maintenance, length),
     .help = "How long a window is."},
    {.name = "first",
     .type = PT_PARAM_TIME,
     .unit = "s",
     .fallback = "7d",
     .min = 0,
     .max = 1e12,
     .offset = offsetof(struct maintenance, first),
     .help = "The first one, after the start of the run."},
    {.name = "groups",
     .type = PT_PARAM_INT,
     .unit = "",
     .fallback = "1",
     .min = 1,
     .max = 1e6,
     .offset = offsetof(struct maintenance, groups),
     .help = "Parts of the machine, by number of node, that have their "
             "windows one after the other; at most one a node."},
    {.name = "notice",
     .type = PT_PARAM_TIME,
     .unit = "s",
     .fallback = "30d",
     .min = 0,
     .max = 1e13,
     .offset = offsetof(struct maintenance, notice),
     .help = "How long ahead a window is known, from the start of the run "
             "and of the node's window before at the earliest."},
    {.name = "kill",
     .type = PT_PARAM_BOOL,
     .unit = "",
     .fallback = "yes",
     .offset = offsetof(struct maintenance, kill),
     .help = "What overruns into a window is killed; no: it may end first."},
    PT_PARAM_END};

const struct pt_failure_model pt_failure_maintenance = {
    .name = "maintenance",
    .summary = "planned windows, known ahead: nothing is started into one",
    .cite = "protium's README, \"Failures\"",
    .params = params,
    .state_size = sizeof(struct maintenance),
    .ahead = true,
    .open = open_maintenance,
    .next = next_window,
    .implied = implied_maintenance,
    .close = close_maintenance,
};
