/* resolve.c - what a run is, once its input has had its say: settings,
 * machine, pools. */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/plugin.h"
#include "base/text.h"
#include "registry.h"
#include "run.h"
#include "models/checkpoint.h"
#include "traces/change.h"
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

void pt_run_changes_fini(struct pt_changing *changes, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        pt_free(changes[i].state);
}

/* Adds what TEXT names to CHANGES [*n]. */
static int add_change(const char *text, struct pt_changing *changes, int32_t *n,
                      struct pt_err *err)
{
    if (strcmp(text, "none") == 0)
        return 0;
    if (*n == PT_CHANGES_MOST)
        return pt_err_set(err, PT_ERR_USAGE,
                          "too many changes (expected at most %d)",
                          PT_CHANGES_MOST);
    struct pt_changing *it = &changes[*n];
    it->change = (const struct pt_change *)pt_plugin_open(
        (const struct pt_plugin *const *)pt_changes, "change", text, &it->state,
        err);
    if (!it->change)
        return -1;
    ++*n;
    return it->change->check ? it->change->check(it->state, err) : 0;
}

int32_t pt_run_changes(const char *text, struct pt_changing *changes,
                       struct pt_err *err)
{
    int32_t n = 0;

    for (;; text++) {
        size_t length = strcspn(text, "+");
        char *one = pt_text_dup(text, length);
        int status = add_change(one, changes, &n, err);
        pt_free(one);
        if (status < 0) {
            pt_run_changes_fini(changes, n);
            return -1;
        }
        text += length;
        if (*text == '\0')
            return n;
    }
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
    static const char *const keys[] = {
        "clean", "missing_limit", "overrun", "wide",        "scale",
        "seed",  "gang",          "chain",   "replication", "changes"};

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

/* How a run's source is opened. */
struct opening {
    const struct pt_run *run;
    struct pt_settings *settings;
    bool sorted;
    int64_t processors; /* that its jobs are for; 0: the source's own */
};

static int open_state(const struct opening *opening, void *state,
                      struct pt_err *err)
{
    const struct pt_run *run = opening->run;
    const struct pt_source *source = run->source;
    struct pt_settings *settings = opening->settings;
    const char *params = run->source_params;
    struct pt_reading reading = {
        .clean = (enum pt_clean)settings->clean,
        .missing_limit = (enum pt_missing_limit)settings->missing_limit,
        .overrun = (enum pt_overrun)settings->overrun,
        .wide = (enum pt_wide)settings->wide,
        .processors = opening->processors,
        .scale = settings->scale,
        .seed = pt_settings_seed(settings),
        .sorted = opening->sorted};

    if ((params && params[0] &&
         pt_plugin_set_text((const struct pt_plugin *)source, state, params,
                            err) < 0) ||
        hand_over(source, state, "gang", settings->gang, err) < 0 ||
        hand_over(source, state, "chain", settings->chain, err) < 0 ||
        source->open(state, run->path, &reading, err) < 0)
        return -1;
    /* Tasks of pipelines may need anything, and how long they take is known
     * when they have: nothing is cut at reading. */
    if (source->staged) {
        settings->machine = 1;
        if (settings->overrun == PT_OVERRUN_TRUNCATE)
            settings->overrun = PT_OVERRUN_EXTEND;
    }
    if (take_conditions(run, state, settings, err) == 0)
        return 0;
    source->close(state);
    return -1;
}

static void *open_source(void *context, struct pt_err *err)
{
    const struct opening *opening = context;
    void *state =
        pt_plugin_state_new((const struct pt_plugin *)opening->run->source);

    if (open_state(opening, state, err) == 0)
        return state;
    pt_free(state);
    return NULL;
}

static int open_changed(struct opening *opening,
                        const struct pt_changing *changes, int32_t n,
                        struct pt_opened *opened, struct pt_err *err)
{
    const struct pt_run *run = opening->run;
    const struct pt_chain_config config = {
        .source = run->source,
        .changes = changes,
        .n = n,
        .processors = run->nodes * run->cores,
        .seed = pt_settings_seed(opening->settings),
        .open = open_source,
        .context = opening};
    struct pt_chain *chain = pt_chain_open(&config, err);

    if (!chain)
        return -1;
    *opened = (struct pt_opened){.source = pt_chain_source(chain),
                                 .state = pt_chain_state(chain),
                                 .bottom = pt_chain_bottom(chain),
                                 .chain = chain};
    return 0;
}

/* Of the machine that the source's own jobs are for, if changes make a machine
 * FACTOR times as large of it. */
static int64_t processors_before(const struct pt_run *run, double factor)
{
    int64_t processors = run->nodes * run->cores;
    double many = ceil((double)processors / factor - 1e-9);

    return (factor >= 1 && factor <= 1) || many > 9e15 ? processors
                                                       : (int64_t)many;
}

int pt_run_open(const struct pt_run *run, struct pt_settings *settings,
                bool sorted, struct pt_opened *opened, struct pt_err *err)
{
    struct pt_changing changes[PT_CHANGES_MOST];
    struct opening opening = {
        .run = run, .settings = settings, .sorted = sorted};
    int32_t n = pt_run_changes(settings->changes, changes, err);

    *opened = (struct pt_opened){.source = run->source};
    if (n < 0)
        return -1;
    opening.processors = processors_before(run, pt_changes_machine(changes, n));
    if (n > 0) {
        int status = open_changed(&opening, changes, n, opened, err);
        pt_run_changes_fini(changes, n);
        return status;
    }
    opened->state = opened->bottom = open_source(&opening, err);
    return opened->state ? 0 : -1;
}

void pt_run_close(struct pt_opened *opened)
{
    if (opened->chain) {
        pt_chain_close(opened->chain);
    } else if (opened->state) {
        opened->source->close(opened->state);
        pt_free(opened->state);
    }
    *opened = (struct pt_opened){.source = NULL};
}

/* Conditions are the source's own; changes are opened when they are needed. */
int pt_run_resolve(const struct pt_run *run, struct pt_settings *settings,
                   struct pt_err *err)
{
    struct pt_changing changes[PT_CHANGES_MOST];
    struct opening opening = {.run = run, .settings = settings};
    int32_t n = pt_run_changes(settings->changes, changes, err);

    if (n < 0)
        return -1;
    opening.processors = processors_before(run, pt_changes_machine(changes, n));
    int status = pt_changes_check(changes, n, run->source, err);
    pt_run_changes_fini(changes, n);
    if (status < 0)
        return -1;
    void *state = open_source(&opening, err);
    if (!state && err->code == PT_ERR_UNSORTED) {
        *err = (struct pt_err){.code = PT_ERR_NONE};
        opening.sorted = true;
        state = open_source(&opening, err);
    }
    if (!state)
        return -1;
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

static int find_machine(const struct pt_run *run,
                        const struct pt_opened *opened, pt_time first,
                        struct pt_run_machine *machine, struct pt_err *err)
{
    static const struct pt_machine unknown;
    struct pt_source_info info = {0};

    opened->source->info(opened->state, &info);
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

int pt_run_find_machine(const struct pt_run *run,
                        const struct pt_opened *opened, pt_time first,
                        struct pt_run_machine *machine, struct pt_err *err)
{
    if (find_machine(run, opened, first, machine, err) < 0)
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
