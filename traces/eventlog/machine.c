#include "traces/eventlog/machine.h"

#include <stdlib.h>

#include "base/alloc.h"

static struct pt_machine_node node_of(const struct pt_app *app,
                                      const struct pt_app_node *from,
                                      bool profiles, pt_time first)
{
    struct pt_machine_node node = {.name = from->name,
                                   .host_name = app->hosts.texts[from->host],
                                   .down = PT_TIME_NEVER};
    const int64_t profile =
        from->profile < INT32_MAX - 1 ? from->profile + 1 : INT32_MAX;

    node.node.size.amount[PT_CORES] = INT64_C(1000) * from->cores;
    node.node.size.amount[PT_GPUS] = INT64_C(1000) * from->gpus;
    node.node.host = from->host;
    node.node.profile = profiles ? (int32_t)profile : 0;
    if (from->up != PT_APP_UNKNOWN)
        node.up = pt_app_time(app, from->up);
    if (from->down != PT_APP_UNKNOWN)
        node.down = pt_app_time(app, from->down);
    if (node.down < node.up)
        node.down = node.up;
    node.node.absent = node.up > first;
    return node;
}

/* The most cores that were there at a time. */
static int64_t most_cores(const struct pt_eventlog_machine *machine, int32_t n)
{
    struct pt_app_change *changes = pt_alloc(2 * (size_t)n, sizeof *changes);
    size_t nchanges = 0;

    for (int32_t i = 0; i < n; i++) {
        const struct pt_machine_node *node = &machine->nodes[i];
        const int64_t cores = node->node.size.amount[PT_CORES] / 1000;
        changes[nchanges++] =
            (struct pt_app_change){.at = node->up, .amount = cores};
        if (node->down >= node->up && node->down != PT_TIME_NEVER)
            changes[nchanges++] =
                (struct pt_app_change){.at = node->down, .amount = -cores};
    }
    const int64_t most = pt_app_most(changes, nchanges);
    pt_free(changes);
    return most;
}

static void open_pools(struct pt_eventlog_machine *machine,
                       const struct pt_app *app)
{
    const int32_t n = app->pools.n;

    machine->pools = pt_alloc((size_t)n, sizeof *machine->pools);
    for (int32_t i = 0; i < n; i++)
        machine->pools[i] = (struct pt_pool_spec){
            .name = app->pools.texts[i], .parent = -1, .weight = 1};
    machine->machine.pools = machine->pools;
    machine->machine.npools = n;
}

void pt_eventlog_machine_open(struct pt_eventlog_machine *machine,
                              const struct pt_app *app, pt_time first,
                              bool profiles, bool fair)
{
    *machine = (struct pt_eventlog_machine){
        .machine = {.nodes = app->nnodes,
                    .unix_start = pt_app_zero(app) / 1000}};
    machine->nodes = pt_alloc((size_t)app->nnodes, sizeof *machine->nodes);
    for (int32_t i = 0; i < app->nnodes; i++)
        machine->nodes[i] = node_of(app, &app->nodes[i], profiles, first);
    if (app->nnodes > 0)
        machine->machine.node = machine->nodes;
    machine->machine.processors = most_cores(machine, app->nnodes);
    if (fair)
        open_pools(machine, app);
    machine->machine.conditions = machine->conditions;
    machine->machine.nconditions =
        pt_eventlog_conditions(app, machine->conditions, machine->values);
}

void pt_eventlog_machine_close(struct pt_eventlog_machine *machine)
{
    pt_free(machine->nodes);
    pt_free(machine->pools);
    machine->nodes = NULL;
    machine->pools = NULL;
}
