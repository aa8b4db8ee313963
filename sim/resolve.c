/* resolve.c - what a run is, once its input has had its say: settings, machine,
 * pools, and the text that says so. */
#include <string.h>

#include "base/alloc.h"
#include "base/plugin.h"
#include "base/text.h"
#include "registry.h"
#include "run.h"
#include "sink/doc.h"
#include "models/checkpoint.h"
#include "world/outages.h"

/* --- plug-ins by text --- */

const struct pt_place *pt_run_place(const char *text, void **state,
                                    struct pt_err *err)
{
    return (const struct pt_place *)pt_plugin_open(
        (const struct pt_plugin *const *)pt_places, "placement", text, state,
        err);
}

const struct pt_straggler_model *
pt_run_straggler(const char *text, void **state, struct pt_err *err)
{
    return (const struct pt_straggler_model *)pt_plugin_open(
        (const struct pt_plugin *const *)pt_stragglers, "straggler model", text,
        state, err);
}

const struct pt_fault_model *pt_run_fault(const char *text, void **state,
                                          struct pt_err *err)
{
    return (const struct pt_fault_model *)pt_plugin_open(
        (const struct pt_plugin *const *)pt_faults, "fault model", text, state,
        err);
}

const struct pt_checkpoint_model *
pt_run_checkpoint(const char *text, void **state, struct pt_err *err)
{
    return (const struct pt_checkpoint_model *)pt_plugin_open(
        (const struct pt_plugin *const *)pt_checkpoints, "checkpoint rule",
        text, state, err);
}

void pt_run_breakers_fini(struct pt_breaker *breakers, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        pt_free(breakers[i].state);
}

int32_t pt_run_breakers(const char *text, struct pt_breaker *breakers,
                        struct pt_err *err)
{
    int32_t n = 0;

    for (const char *end = text; *end != '\0'; text = end + (*end == '+')) {
        end = text + strcspn(text, "+");
        struct pt_breaker *it = &breakers[n];
        char *one = pt_text_dup(text, (size_t)(end - text));
        it->model = n == PT_FAILURE_MODELS
                        ? NULL
                        : (const struct pt_failure_model *)pt_plugin_open(
                              (const struct pt_plugin *const *)pt_failures,
                              "failure model", one, &it->state, err);
        pt_free(one);
        if (n == PT_FAILURE_MODELS)
            pt_err_set(err, PT_ERR_USAGE,
                       "too many failure models (expected at most %d)",
                       PT_FAILURE_MODELS);
        if (n == PT_FAILURE_MODELS || !it->model) {
            pt_run_breakers_fini(breakers, n);
            return -1;
        }
        for (int32_t i = 0; i < n; i++)
            if (breakers[i].model == it->model) {
                pt_err_set(err, PT_ERR_USAGE,
                           "the failure model %s is named twice (expected "
                           "each once: they would fail in step)",
                           it->model->name);
                pt_run_breakers_fini(breakers, n + 1);
                return -1;
            }
        if (strcmp(it->model->name, "none") == 0)
            pt_free(it->state);
        else
            n++;
    }
    return n;
}

/* --- the source --- */

/* A setting that is the source's own is handed to one that knows of such. */
static int hand_over(const struct pt_source *source, void *state,
                     const char *key, const char *value, struct pt_err *err)
{
    if (value[0] == '\0')
        return 0;
    if (!pt_param_find(source->params, key))
        return pt_err_set(err, PT_ERR_USAGE,
                          "--set %s=%.40s: %s has no stages or no "
                          "recorded ends (expected a format of pipelines)",
                          key, value, source->name);
    return pt_param_set(source->params, state, source->name, key, value, err);
}

static const char *input_name(const struct pt_run *run)
{
    return run->path ? run->path : run->source->name;
}

/* A condition is about what happens in the run, not about how its input is
 * read: that has been done when conditions are known. */
static bool is_about_reading(const char *key)
{
    static const char *const keys[] = {"clean", "missing_limit", "overrun",
                                       "wide",  "scale",         "seed",
                                       "gang",  "chain"};

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(keys[i], key) == 0)
            return true;
    return false;
}

static int take_conditions(const struct pt_run *run, const void *state,
                           struct pt_settings *settings, struct pt_err *err)
{
    struct pt_source_info info = {0};

    run->source->info(state, &info);
    for (int32_t i = 0; info.machine && i < info.machine->nconditions; i++) {
        const struct pt_condition *it = &info.machine->conditions[i];
        struct pt_err why = {.code = PT_ERR_NONE};
        if (is_about_reading(it->key))
            return pt_err_at(err, PT_ERR_INPUT, input_name(run), 0, 0,
                             "the condition %.40s says how input is read "
                             "(expected it with --set alone)",
                             it->key);
        if (pt_settings_condition(settings, "the recorded conditions", it->key,
                                  it->value, &why) < 0)
            return pt_err_at(err, PT_ERR_INPUT, input_name(run), 0, 0, "%s",
                             why.text);
    }
    return 0;
}

int pt_run_open(const struct pt_run *run, struct pt_settings *settings,
                bool sorted, void **state, struct pt_err *err)
{
    const struct pt_source *source = run->source;
    const struct pt_plugin *plugin = (const struct pt_plugin *)source;
    struct pt_reading reading = {
        .clean = (enum pt_clean)settings->clean,
        .missing_limit = (enum pt_missing_limit)settings->missing_limit,
        .overrun = (enum pt_overrun)settings->overrun,
        .wide = (enum pt_wide)settings->wide,
        .processors = run->nodes * run->cores,
        .scale = settings->scale,
        .seed = (uint64_t)settings->seed,
        .sorted = sorted};

    *state = pt_plugin_state_new(plugin);
    if ((!run->source_params ||
         pt_plugin_set_text(plugin, *state, run->source_params, err) == 0) &&
        hand_over(source, *state, "gang", settings->gang, err) == 0 &&
        hand_over(source, *state, "chain", settings->chain, err) == 0 &&
        source->open(*state, run->path, &reading, err) == 0) {
        /* Tasks of pipelines may need anything, and how long they take is known
         * when they have: nothing is cut at reading. */
        if (source->staged) {
            settings->machine = 1;
            if (settings->overrun == PT_OVERRUN_TRUNCATE)
                settings->overrun = PT_OVERRUN_EXTEND;
        }
        if (take_conditions(run, *state, settings, err) == 0)
            return 0;
        source->close(*state);
    }
    pt_free(*state);
    *state = NULL;
    return -1;
}

int pt_run_resolve(const struct pt_run *run, struct pt_settings *settings,
                   struct pt_err *err)
{
    void *state = NULL;

    if (pt_run_open(run, settings, false, &state, err) < 0) {
        if (err->code != PT_ERR_UNSORTED)
            return -1;
        *err = (struct pt_err){.code = PT_ERR_NONE};
        if (pt_run_open(run, settings, true, &state, err) < 0)
            return -1;
    }
    run->source->close(state);
    pt_free(state);
    return 0;
}

/* --- the machine --- */

void pt_run_machine_fini(struct pt_run_machine *machine)
{
    pt_free(machine->node);
    pt_free(machine->pools);
    *machine = (struct pt_run_machine){.node = NULL};
}

/* Racks are made of so many nodes in a row. */
static void set_racks(int64_t racks, struct pt_run_machine *machine)
{
    if (racks == 0)
        return;
    if (!machine->node) {
        machine->node = pt_alloc((size_t)machine->nodes, sizeof *machine->node);
        for (int32_t i = 0; i < machine->nodes; i++) {
            machine->node[i].size.amount[PT_CORES] = machine->cores * 1000;
            machine->node[i].host = i;
        }
    }
    for (int32_t i = 0; i < machine->nodes; i++)
        machine->node[i].rack = (int32_t)(i / racks);
}

/* As many nodes as were asked for, each like the first recorded one but for its
 * cores. */
static void copy_first(const struct pt_machine *recorded,
                       struct pt_run_machine *machine)
{
    machine->node = pt_alloc((size_t)machine->nodes, sizeof *machine->node);
    for (int32_t i = 0; i < machine->nodes; i++) {
        machine->node[i] = recorded->node[0].node;
        machine->node[i].size.amount[PT_CORES] = machine->cores * 1000;
        machine->node[i].host = i;
        machine->node[i].rack = 0;
        machine->node[i].absent = false;
    }
}

static void copy_nodes(const struct pt_machine *recorded, pt_time first,
                       struct pt_run_machine *machine)
{
    machine->nodes = recorded->nodes;
    machine->cores = 1;
    machine->node = pt_alloc((size_t)machine->nodes, sizeof *machine->node);
    for (int32_t i = 0; i < machine->nodes; i++) {
        const struct pt_machine_node *from = &recorded->node[i];
        int64_t cores = (from->node.size.amount[PT_CORES] + 999) / 1000;
        machine->node[i] = from->node;
        machine->node[i].absent = pt_outages_absent(from, first);
        if (cores > machine->cores)
            machine->cores = cores;
    }
}

static void copy_pools(const struct pt_machine *recorded,
                       struct pt_run_machine *machine)
{
    size_t size = sizeof *machine->pools;

    if (!recorded->pools || recorded->npools == 0)
        return;
    machine->npools = recorded->npools;
    machine->pools = pt_alloc((size_t)machine->npools, size);
    memcpy(machine->pools, recorded->pools, (size_t)machine->npools * size);
}

/* One pool's TEXT, NAME:WEIGHT[:MIN_SHARE[:fair]], into the table. */
static int set_pool(struct pt_run_machine *machine, char *text,
                    struct pt_err *err)
{
    char *part[4] = {text, NULL, NULL, NULL};
    int64_t weight = 0, share = 0;
    int n = 1;

    for (char *p = text; (p = strchr(p, ':')) && n < 5; n++) {
        *p++ = '\0';
        if (n < 4)
            part[n] = p;
    }
    if (n < 2 || n > 4 || !pt_text_read_int(&weight, part[1]) || weight < 1 ||
        weight > INT32_MAX || (n > 2 && !pt_text_read_int(&share, part[2])) ||
        share < 0 || share > INT32_MAX ||
        (n > 3 && strcmp(part[3], "fair") != 0))
        return pt_err_set(err, PT_ERR_USAGE,
                          "bad pool '%.60s' (expected "
                          "NAME:WEIGHT[:MIN_SHARE[:fair]], a weight of at "
                          "least 1)",
                          part[0]);
    for (int32_t i = 0; i < machine->npools; i++) {
        struct pt_pool_spec *pool = &machine->pools[i];
        if (strcmp(pool->name, part[0]) != 0)
            continue;
        pool->weight = (int32_t)weight;
        pool->min_share = (int32_t)share;
        pool->fair = n > 3;
        return 0;
    }
    return pt_err_set(err, PT_ERR_USAGE, "the input has no pool '%.60s'",
                      part[0]);
}

/* What the user says of the input's pools. */
static int set_pools(const char *text, struct pt_run_machine *machine,
                     struct pt_err *err)
{
    char *copy = pt_text_dup(text, strlen(text)), *save = NULL;
    int status = 0;

    for (char *p = strtok_r(copy, "+", &save); p && status == 0;
         p = strtok_r(NULL, "+", &save))
        status = set_pool(machine, p, err);
    pt_free(copy);
    return status;
}

static int find_machine(const struct pt_run *run, const void *state,
                        pt_time first, struct pt_run_machine *machine,
                        struct pt_err *err)
{
    static const struct pt_machine unknown;
    struct pt_source_info info = {0};

    run->source->info(state, &info);
    const struct pt_machine *recorded = info.machine ? info.machine : &unknown;
    *machine = (struct pt_run_machine){
        .nodes = run->nodes, .cores = run->cores > 0 ? run->cores : 1};
    bool nodes = recorded->node && recorded->nodes > 0 &&
                 recorded->nodes < INT32_MAX / 2;
    copy_pools(recorded, machine);
    if (set_pools(run->settings.pools, machine, err) < 0) {
        pt_run_machine_fini(machine);
        return -1;
    }
    if (machine->nodes > 0) {
        if (nodes)
            copy_first(recorded, machine);
        return 0;
    }
    if (nodes) {
        copy_nodes(recorded, first, machine);
        return 0;
    }
    if (recorded->processors > 0 && recorded->processors < INT32_MAX / 2) {
        machine->nodes = recorded->processors;
        if (run->source->staged && recorded->nodes > 0 &&
            recorded->processors % recorded->nodes == 0) {
            machine->nodes = recorded->nodes;
            machine->cores = recorded->processors / recorded->nodes;
        }
        return 0;
    }
    pt_run_machine_fini(machine);
    return pt_err_set(err, PT_ERR_USAGE,
                      "how large is the machine? %s does not say (expected "
                      "--nodes N or NxC)",
                      input_name(run));
}

int pt_run_find_machine(const struct pt_run *run, const void *state,
                        pt_time first, struct pt_run_machine *machine,
                        struct pt_err *err)
{
    if (find_machine(run, state, first, machine, err) < 0)
        return -1;
    set_racks(run->settings.racks, machine);
    return 0;
}

/* --- the core's configuration --- */

/* Whether outages are known ahead: promises must name nodes then. */
static bool is_foretold(const struct pt_settings *settings)
{
    struct pt_breaker breakers[PT_FAILURE_MODELS];
    struct pt_err ignored = {.code = PT_ERR_NONE};
    int32_t n = pt_run_breakers(settings->failures, breakers, &ignored);
    bool ahead = false;

    for (int32_t i = 0; i < n; i++)
        ahead = ahead || breakers[i].model->ahead;
    pt_run_breakers_fini(breakers, n);
    return ahead;
}

/* Whether what runs may take longer than its work. */
static bool is_stretched(const struct pt_settings *settings)
{
    return settings->launch_delay > 0 ||
           strcmp(settings->checkpoint, "none") != 0 ||
           strcmp(settings->slowness, "none") != 0;
}

static const struct pt_pool_spec only_pool = {
    .name = "default", .parent = -1, .weight = 1};

void pt_run_core_config(const struct pt_settings *settings,
                        const struct pt_run_machine *machine,
                        struct pt_rules *rules, struct pt_core_config *config)
{
    const enum pt_limits limits[] = {
        [PT_OVERRUN_TRUNCATE] = PT_LIMITS_TRUST,
        [PT_OVERRUN_KILL] = PT_LIMITS_KILL,
        [PT_OVERRUN_EXTEND] = PT_LIMITS_EXTEND,
    };

    pt_settings_rules(settings, rules);
    bool named = settings->machine != 0 || machine->node ||
                 rules->rounds == PT_ROUNDS_SPARK || rules->local_outputs ||
                 rules->requeue > PT_REQUEUE_TAIL || is_foretold(settings);
    *config = (struct pt_core_config){
        .nodes = (int32_t)machine->nodes,
        .size = {.amount = {[PT_CORES] = machine->cores * 1000}},
        .node = machine->node,
        .rules = rules,
        .pools = machine->pools ? machine->pools : &only_pool,
        .npools = machine->pools ? machine->npools : 1,
        .named = named,
        .thousandths = named,
        .exclusive = settings->exclusive != 0,
        .ties = (enum pt_ties)settings->ties,
        .limits = limits[settings->overrun]};
    if (config->limits == PT_LIMITS_TRUST && is_stretched(settings))
        config->limits = PT_LIMITS_EXTEND;
}

/* --- the text --- */

/* What the key KEY names: all that one can be given. */
static const struct pt_plugin *const *plugins_of(const char *key)
{
    const struct {
        const char *key;
        const void *plugins;
    } keys[] = {{"place", pt_places},        {"straggler", pt_stragglers},
                {"fault", pt_faults},        {"failures", pt_failures},
                {"slowness", pt_stragglers}, {"checkpoint", pt_checkpoints}};

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(keys[i].key, key) == 0)
            return keys[i].plugins;
    return NULL;
}

/* One of PLUGINS, TEXT [N], with all its parameters into OUT. */
static void write_plugin(struct pt_out *out,
                         const struct pt_plugin *const *plugins,
                         const char *text, size_t n)
{
    struct pt_err ignored = {.code = PT_ERR_NONE};
    char *one = pt_text_dup(text, n);
    void *state = NULL;
    const struct pt_plugin *plugin =
        strcmp(one, "none") != 0
            ? pt_plugin_open(plugins, "plug-in", one, &state, &ignored)
            : NULL;
    char *full = plugin ? pt_plugin_text_new(plugin, state) : NULL;

    pt_out_text(out, full ? full : one);
    pt_free(full);
    pt_free(state);
    pt_free(one);
}

/* VALUE, MODEL[:key=value,...][+...], with every default filled in; the caller
 * frees. */
static char *fill_in(const struct pt_plugin *const *plugins, const char *value)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_out out;

    pt_out_open(&out, NULL, &err);
    for (const char *p = value; *p != '\0';) {
        size_t n = strcspn(p, "+");
        write_plugin(&out, plugins, p, n);
        p += n;
        if (*p == '+') {
            pt_out_char(&out, '+');
            p++;
        }
    }
    char *text = pt_text_dup(out.buffer, out.used);
    pt_out_abandon(&out);
    return text;
}

static void write_settings(struct pt_doc *doc,
                           const struct pt_settings *settings)
{
    char value[PT_PARAM_TEXT_SIZE];

    pt_doc_begin(doc, "set", '{');
    for (const struct pt_param *p = pt_settings_params; p->name; p++) {
        const struct pt_plugin *const *plugins = plugins_of(p->name);
        pt_param_print(p, settings, value, sizeof value);
        char *text = plugins ? fill_in(plugins, value) : NULL;
        pt_doc_text(doc, p->name, text ? text : value);
        pt_free(text);
    }
    pt_doc_end(doc, '}');
}

static void write_nodes(struct pt_doc *doc,
                        const struct pt_run_machine *machine)
{
    if (!machine->node)
        return;
    pt_doc_begin(doc, "machine", '[');
    for (int32_t i = 0; i < machine->nodes; i++) {
        const struct pt_node *node = &machine->node[i];
        pt_doc_begin(doc, NULL, '[');
        for (int r = 0; r < PT_RESOURCES; r++)
            pt_doc_int(doc, NULL, node->size.amount[r]);
        pt_doc_int(doc, NULL, node->host);
        pt_doc_int(doc, NULL, node->rack);
        pt_doc_int(doc, NULL, node->profile);
        pt_doc_int(doc, NULL, node->absent);
        pt_doc_end(doc, ']');
    }
    pt_doc_end(doc, ']');
}

static void write_pools(struct pt_doc *doc,
                        const struct pt_run_machine *machine)
{
    if (!machine->pools)
        return;
    pt_doc_begin(doc, "pools", '[');
    for (int32_t i = 0; i < machine->npools; i++) {
        const struct pt_pool_spec *pool = &machine->pools[i];
        pt_doc_begin(doc, NULL, '{');
        pt_doc_text(doc, "name", pool->name);
        pt_doc_int(doc, "parent", pool->parent);
        pt_doc_int(doc, "weight", pool->weight);
        pt_doc_int(doc, "min_share", pool->min_share);
        pt_doc_bool(doc, "fair", pool->fair);
        pt_doc_end(doc, '}');
    }
    pt_doc_end(doc, ']');
}

char *pt_run_config(const struct pt_run *run,
                    const struct pt_settings *settings,
                    const struct pt_run_machine *machine)
{
    char *workload = pt_run_workload(run), *text;
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_out out;
    struct pt_doc doc;

    pt_out_open(&out, NULL, &err);
    pt_doc_init(&doc, &out);
    doc.compact = true;
    pt_doc_begin(&doc, NULL, '{');
    pt_doc_text(&doc, "workload", workload);
    pt_doc_text(&doc, "source", run->source->name);
    pt_doc_text(&doc, "params", run->source_params);
    pt_doc_int(&doc, "nodes", machine->nodes);
    pt_doc_int(&doc, "cores", machine->cores);
    write_nodes(&doc, machine);
    write_pools(&doc, machine);
    pt_doc_text(&doc, "policy", run->floor ? "floor" : run->policy_text);
    write_settings(&doc, settings);
    pt_doc_end(&doc, '}');
    while (out.used > 0 && out.buffer[out.used - 1] == '\n')
        out.used--;
    text = pt_text_dup(out.buffer, out.used);
    pt_out_abandon(&out);
    pt_free(workload);
    return text;
}
