/* machine.c - the nodes of a document, with their hosts and racks. */
#include <math.h>
#include <stdio.h>

#include "base/alloc.h"
#include "traces/pipeline/doc.h"

enum { NODES, MACHINE_KEYS };
static const char *const machine_keys[] = {"nodes"};
const struct pt_pipeline_kind pt_pipeline_machine = {"machine", machine_keys,
                                                     MACHINE_KEYS};

enum {
    NAME,
    COUNT,
    CORES,
    GPUS,
    MEMORY,
    HOST,
    RACK,
    PROFILE,
    SPEED,
    UP,
    DOWN,
    NODE_KEYS
};
static const char *const node_keys[] = {"name",   "count", "cores", "gpus",
                                        "memory", "host",  "rack",  "profile",
                                        "speed",  "up",    "down"};
const struct pt_pipeline_kind pt_pipeline_node = {"node", node_keys, NODE_KEYS};

/* Of a node's speed; the schema has them too. */
#define SPEED_MIN 0.001
#define SPEED_MAX 1000

/* One entry of the list: so many nodes. */
struct batch {
    int32_t item;
    int32_t at[NODE_KEYS];
    int64_t count, profile;
    struct pt_need size;
    const char *name, *host, *rack; /* NULL: none */
    pt_time up, down;
    double speed;
    int32_t host_number, rack_number; /* where there is one; -1: not yet */
};

struct batches {
    struct batch *items;
    int32_t n;
    struct pt_pipeline_names hosts, racks; /* by the batches that name them */
};

/* The name that ITEM gives, kept. */
static int read_name(struct pt_pipeline_doc *doc, int32_t item,
                     const char *what, const char **name, struct pt_err *err)
{
    if (item < 0)
        return 0;
    if (pt_json_name(&doc->json, item, what, name, err) < 0)
        return -1;
    *name = pt_pipeline_keep_text(doc, *name);
    return 0;
}

static int read_size(const struct pt_json *json, const struct batch *batch,
                     struct pt_need *size, struct pt_err *err)
{
    int64_t cores = 1, gpus = 0;

    if (pt_json_int(json, batch->at[CORES], "'cores'", 1, 1000000, &cores,
                    err) < 0 ||
        pt_json_int(json, batch->at[GPUS], "'gpus'", 0, 1000000, &gpus, err) <
            0 ||
        pt_json_memory(json, batch->at[MEMORY], "'memory'",
                       &size->amount[PT_MEMORY], err) < 0)
        return -1;
    size->amount[PT_CORES] = 1000 * cores;
    size->amount[PT_GPUS] = 1000 * gpus;
    return 0;
}

static int read_batch(struct pt_pipeline_doc *doc, int32_t item,
                      struct batch *batch, struct pt_err *err)
{
    const struct pt_json *json = &doc->json;
    const int32_t *at = batch->at;

    *batch = (struct batch){.item = item,
                            .count = 1,
                            .down = PT_TIME_NEVER,
                            .speed = 1,
                            .host_number = -1,
                            .rack_number = -1};
    if (pt_json_keys(json, item, "a node", node_keys, NODE_KEYS, batch->at,
                     err) < 0 ||
        pt_json_int(json, at[COUNT], "'count'", 1, PT_PIPELINE_NODES,
                    &batch->count, err) < 0 ||
        read_size(json, batch, &batch->size, err) < 0 ||
        read_name(doc, at[NAME], "'name'", &batch->name, err) < 0 ||
        read_name(doc, at[HOST], "'host'", &batch->host, err) < 0 ||
        read_name(doc, at[RACK], "'rack'", &batch->rack, err) < 0 ||
        pt_json_int(json, at[PROFILE], "'profile'", 0, 1000000, &batch->profile,
                    err) < 0 ||
        pt_json_real(json, at[SPEED], "'speed'", SPEED_MIN, SPEED_MAX,
                     &batch->speed, err) < 0 ||
        pt_json_time(json, at[UP], "'up'", &batch->up, err) < 0 ||
        pt_json_time(json, at[DOWN], "'down'", &batch->down, err) < 0)
        return -1;
    if (batch->down <= batch->up)
        return pt_json_bad(json, at[DOWN], err,
                           "'down' is not after 'up' (expected a later time)");
    return 0;
}

/* The batches' own names of hosts or racks, in order. */
static void sort_names(struct pt_pipeline_names *names,
                       const struct batches *batches, bool racks)
{
    names->items = pt_alloc((size_t)batches->n, sizeof *names->items);
    for (int32_t i = 0; i < batches->n; i++) {
        const struct batch *batch = &batches->items[i];
        const char *name = racks ? batch->rack : batch->host;
        if (name)
            names->items[names->n++] =
                (struct pt_pipeline_name){.name = name, .index = i};
    }
    pt_pipeline_names_sort(names);
}

/* The number of the host or rack that a batch names: the next one unless an
 * earlier batch has it. */
static int32_t number_of(struct batches *batches, struct batch *batch,
                         bool rack, int32_t *next)
{
    const struct pt_pipeline_names *names =
        rack ? &batches->racks : &batches->hosts;
    const char *name = rack ? batch->rack : batch->host;
    struct batch *first = &batches->items[pt_pipeline_names_find(names, name)];
    int32_t *number = rack ? &first->rack_number : &first->host_number;

    if (*number < 0)
        *number = (*next)++;
    return *number;
}

static const char *name_node(struct pt_pipeline_doc *doc,
                             const struct batch *batch, int64_t k, int64_t n)
{
    char text[300];

    if (batch->name && batch->count == 1)
        return batch->name;
    snprintf(text, sizeof text, "%.256s-%lld",
             batch->name ? batch->name : "node",
             (long long)(batch->name ? k : n));
    return pt_pipeline_keep_text(doc, text);
}

/* Lays the nodes of all BATCHES out. */
static struct pt_machine_node *lay_out(struct pt_pipeline_doc *doc,
                                       struct batches *batches, int64_t total)
{
    struct pt_machine_node *nodes =
        pt_pipeline_keep(doc, (size_t)total, sizeof *nodes);
    int32_t next_host = 0, next_rack = 0, plain_rack = -1;
    int64_t n = 0;

    for (int32_t i = 0; i < batches->n; i++) {
        struct batch *batch = &batches->items[i];
        if (!batch->rack && plain_rack < 0)
            plain_rack = next_rack++;
        int32_t rack = batch->rack ? number_of(batches, batch, true, &next_rack)
                                   : plain_rack;
        int32_t host =
            batch->host ? number_of(batches, batch, false, &next_host) : -1;
        for (int64_t k = 0; k < batch->count; k++, n++) {
            const char *name = name_node(doc, batch, k, n);
            nodes[n] = (struct pt_machine_node){
                .node = {.size = batch->size,
                         .host = host >= 0 ? host : next_host++,
                         .rack = rack,
                         .profile = (int32_t)batch->profile},
                .name = name,
                .host_name = batch->host ? batch->host : name,
                .up = batch->up,
                .down = batch->down,
                .speed = batch->speed};
        }
    }
    return nodes;
}

/* The names by which tasks can ask for nodes and hosts. */
static int name_sites(struct pt_pipeline_doc *doc,
                      const struct pt_machine_node *nodes, int32_t n,
                      int32_t item, struct pt_err *err)
{
    struct pt_pipeline_names *names[] = {&doc->nodes, &doc->hosts};

    for (int k = 0; k < 2; k++) {
        names[k]->n = n;
        names[k]->items =
            pt_pipeline_keep(doc, (size_t)n, sizeof *names[k]->items);
        for (int32_t i = 0; i < n; i++)
            names[k]->items[i] = (struct pt_pipeline_name){
                .name = k == 0 ? nodes[i].name : nodes[i].host_name,
                .index = i};
        pt_pipeline_names_sort(names[k]);
    }
    int32_t twin = pt_pipeline_names_twin(&doc->nodes);
    if (twin >= 0)
        return pt_json_bad(&doc->json, item, err,
                           "two nodes are called '%.60s' (expected names of "
                           "their own)",
                           nodes[twin].name);
    return 0;
}

/* Whether the machine is nothing but equal nodes that are there all the time,
 * and nobody can tell one from another. */
static bool are_alike(const struct batches *batches)
{
    const struct batch *batch = &batches->items[0];

    return batches->n == 1 && !batch->name && !batch->host && !batch->rack &&
           batch->size.amount[PT_GPUS] == 0 &&
           batch->size.amount[PT_MEMORY] == 0 && batch->profile == 0 &&
           batch->up == 0 && batch->down == PT_TIME_NEVER &&
           !islessgreater(batch->speed, 1);
}

static int use_batches(struct pt_pipeline_doc *doc, struct batches *batches,
                       int32_t item, struct pt_err *err)
{
    struct pt_machine *machine = &doc->machine;
    int64_t nodes = 0, cores = 0;

    for (int32_t i = 0; i < batches->n; i++) {
        const struct batch *batch = &batches->items[i];
        nodes += batch->count;
        cores += batch->count * (batch->size.amount[PT_CORES] / 1000);
        if (nodes > PT_PIPELINE_NODES)
            return pt_json_bad(&doc->json, batch->item, err,
                               "too many nodes (expected at most %lld)",
                               (long long)PT_PIPELINE_NODES);
    }
    sort_names(&batches->hosts, batches, false);
    sort_names(&batches->racks, batches, true);
    struct pt_machine_node *all = lay_out(doc, batches, nodes);
    machine->nodes = nodes;
    machine->processors = cores;
    if (!are_alike(batches)) {
        machine->node = all;
        doc->node = all;
    }
    return name_sites(doc, all, (int32_t)nodes, item, err);
}

int pt_pipeline_machine_read(struct pt_pipeline_doc *doc, int32_t item,
                             struct pt_err *err)
{
    struct batches batches = {.n = 0};
    int32_t at[MACHINE_KEYS];
    int status = 0;

    if (item < 0)
        return 0;
    if (pt_json_keys(&doc->json, item, "'machine'", machine_keys, MACHINE_KEYS,
                     at, err) < 0)
        return -1;
    if (at[NODES] < 0)
        return pt_json_bad(&doc->json, item, err,
                           "'machine': no 'nodes' (expected a list of them)");
    if (pt_json_expect(&doc->json, at[NODES], "'nodes'", PT_JSON_LIST, err) < 0)
        return -1;
    int32_t n = pt_json_at(&doc->json, at[NODES])->n;
    if (n == 0)
        return pt_json_bad(&doc->json, at[NODES], err,
                           "no nodes (expected at least one)");
    batches.items = pt_alloc((size_t)n, sizeof *batches.items);
    for (int32_t k = at[NODES] + 1; batches.n < n && status == 0;
         k = pt_json_at(&doc->json, k)->end)
        status = read_batch(doc, k, &batches.items[batches.n++], err);
    if (status == 0)
        status = use_batches(doc, &batches, at[NODES], err);
    pt_free(batches.hosts.items);
    pt_free(batches.racks.items);
    pt_free(batches.items);
    return status;
}
