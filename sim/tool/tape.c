#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "core/core.h"
#include "core/place.h"
#include "core/policy.h"
#include "registry.h"
#include "run.h"
#include "ask/policy_text.h"
#include "tool/verb.h"
#include "world/drive.h"
#include "world/tape.h"

/* A tape fed to a fresh core. */
struct feeding {
    const char *path;
    struct pt_choices choices; /* the policy: the recorded one, or another */
    bool other;
    struct pt_settings settings;
    struct pt_run_machine machine; /* the pools' names are ours, too */
    void *place_state;
    char *label;
};

static int bad_config(const struct feeding *f, struct pt_err *err,
                      const char *what)
{
    return pt_err_at(err, PT_ERR_INPUT, f->path, 1, 1,
                     "the tape's configuration has no good %s", what);
}

static int read_settings(struct feeding *f, const json_t *set,
                         struct pt_err *err)
{
    pt_param_defaults(pt_settings_params, &f->settings);
    for (const struct pt_param *p = pt_settings_params; p->name; p++) {
        const json_t *item = json_object_get(set, p->name);
        const char *value = json_string_value(item);
        struct pt_err why = {.code = PT_ERR_NONE};
        if (!item)
            continue; /* of a tape that is older than the setting */
        if (!value ||
            pt_settings_set(&f->settings, "set", p->name, value, &why) < 0)
            return bad_config(f, err, p->name);
    }
    return 0;
}

/* ITEM as a whole number in [min, max]; *good is cleared if it is not one. */
static int64_t whole(const json_t *item, int64_t min, int64_t max, bool *good)
{
    int64_t n = json_integer_value(item);

    if (json_is_integer(item) && n >= min && n <= max)
        return n;
    *good = false;
    return min;
}

/* More than any machine has of anything, and yet can be summed. */
#define MOST INT64_C(1000000000000)

static struct pt_node read_node(const json_t *list, bool *good)
{
    struct pt_node node = {.host = 0};
    const json_t *absent = json_array_get(list, 6);

    for (size_t r = 0; r < PT_RESOURCES; r++)
        node.size.amount[r] = whole(json_array_get(list, r), 0, MOST, good);
    node.host = (int32_t)whole(json_array_get(list, 3), 0, INT32_MAX - 1, good);
    node.rack = (int32_t)whole(json_array_get(list, 4), 0, INT32_MAX - 1, good);
    node.profile = (int32_t)whole(json_array_get(list, 5), 0, INT32_MAX, good);
    node.absent = json_is_true(absent);
    if (!json_is_boolean(absent))
        node.absent = whole(absent, 0, 1, good) == 1;
    return node;
}

/* The nodes that the source told of: [[milli-cores, milli-GPUs, MiB, host,
 * rack, profile, absent], ...]. */
static bool read_nodes(struct pt_run_machine *machine, const json_t *list)
{
    size_t n = json_array_size(list);
    bool good = true;

    if (!list || json_is_null(list))
        return true;
    if (n == 0 || (int64_t)n != machine->nodes)
        return false;
    machine->node = pt_alloc(n, sizeof *machine->node);
    for (size_t i = 0; i < n; i++)
        machine->node[i] = read_node(json_array_get(list, i), &good);
    return good;
}

static bool read_pools(struct pt_run_machine *machine, const json_t *list)
{
    size_t n = json_array_size(list);
    bool good = true;

    if (!list || json_is_null(list))
        return true;
    if (n == 0 || n > INT32_MAX)
        return false;
    machine->pools = pt_alloc(n, sizeof *machine->pools);
    machine->npools = (int32_t)n;
    for (size_t i = 0; i < n; i++) {
        const json_t *item = json_array_get(list, i);
        const char *name = json_string_value(json_object_get(item, "name"));
        const json_t *fair = json_object_get(item, "fair");

        machine->pools[i] = (struct pt_pool_spec){
            .name = pt_text_dup(name ? name : "", name ? strlen(name) : 0),
            .parent = (int32_t)whole(json_object_get(item, "parent"), -1,
                                     (int64_t)i - 1, &good),
            .weight = (int32_t)whole(json_object_get(item, "weight"), 1,
                                     INT32_MAX, &good),
            .min_share = (int32_t)whole(json_object_get(item, "min_share"), 0,
                                        INT32_MAX, &good),
            .fair = json_is_true(fair)};
        good = good && name && json_is_boolean(fair);
    }
    return good;
}

static void free_machine(struct pt_run_machine *machine)
{
    for (int32_t i = 0; i < machine->npools; i++)
        pt_free((void *)(uintptr_t)machine->pools[i].name);
    pt_run_machine_fini(machine);
}

static bool read_machine(struct pt_run_machine *machine, const json_t *config)
{
    machine->nodes = json_integer_value(json_object_get(config, "nodes"));
    machine->cores = json_integer_value(json_object_get(config, "cores"));
    return machine->nodes >= 1 && machine->cores >= 1 &&
           machine->nodes <= INT32_MAX / 2 / machine->cores &&
           read_nodes(machine, json_object_get(config, "machine")) &&
           read_pools(machine, json_object_get(config, "pools"));
}

/* Its full text may be too long to be a label. */
static int read_policy(struct feeding *f, const json_t *config)
{
    const char *policy = json_string_value(json_object_get(config, "policy"));
    struct pt_err why = {.code = PT_ERR_NONE};
    size_t size = sizeof "recorded=" + (policy ? strlen(policy) : 0);
    char *text = pt_alloc(size, 1);

    snprintf(text, size, "recorded=%s", policy ? policy : "");
    int status = pt_choices_add(&f->choices, text, &why);
    pt_free(text);
    return status == 0 && f->choices.n == 1 ? 0 : -1;
}

static int read_config(struct feeding *f, struct pt_err *err)
{
    char *text = NULL;

    if (pt_tape_config(f->path, &text, &f->label, err) < 0)
        return -1;
    json_t *config = json_loads(text, 0, NULL);
    int status = read_settings(f, json_object_get(config, "set"), err);
    if (status == 0 && !read_machine(&f->machine, config))
        status = bad_config(f, err, "nodes, cores, machine and pools");
    if (status == 0 && !f->other && read_policy(f, config) < 0)
        status = bad_config(f, err, "policy");
    json_decref(config);
    pt_free(text);
    return status;
}

static int look_away(void *context, const struct pt_step *step,
                     const struct pt_census *census, struct pt_err *err)
{
    (void)context, (void)step, (void)census, (void)err;
    return 0;
}

static int feed(struct feeding *f, const struct pt_tool *tool,
                struct pt_tape_result *result, struct pt_err *err)
{
    struct pt_core_config config;
    struct pt_rules rules;
    struct pt_watcher watcher = {.watch = look_away};

    pt_run_core_config(&f->settings, &f->machine, &rules, &config);
    config.place = pt_run_place(f->settings.place, &f->place_state, err);
    if (!config.place)
        return -1;
    config.place_state = f->place_state;
    config.policy = f->choices.items[0].policy;
    config.policy_state = f->choices.items[0].state;
    struct pt_world *world =
        pt_tape_new(f->path, &config, f->other, result, err);
    if (!world)
        return -1;
    struct pt_core *core = pt_core_new(&config);
    int status = pt_drive(world, core, &watcher, tool->interrupted, err);
    pt_core_free(core);
    world->close(world);
    return status;
}

static int tell(const struct feeding *f, const struct pt_tape_result *result,
                struct pt_err *err)
{
    char at[PT_TIME_TEXT];
    const char *text = f->choices.items[0].text;

    at[pt_time_print(at, result->at)] = '\0';
    if (!result->differs) {
        printf("%s: %lld steps, %lld facts, %lld decisions: %s decides the "
               "same\n",
               f->path, (long long)result->steps, (long long)result->facts,
               (long long)result->decisions, text);
        return 0;
    }
    printf("%s:%lld: at %s s, after %lld equal decisions, %s decides "
           "differently\n  recorded: %s\n  decided:  %s\n",
           f->path, (long long)result->line, at, (long long)result->decisions,
           text, result->recorded, result->decided);
    if (f->other)
        return 0;
    return pt_err_set(err, PT_ERR_CHECK,
                      "the core does not decide as it did on the tape");
}

static int take_arguments(struct feeding *f, struct pt_options *options,
                          struct pt_err *err)
{
    int status;

    while ((status = pt_options_next(options, err)) == 1) {
        if (options->option) {
            if (pt_choices_add(&f->choices, options->value, err) < 0)
                return -1;
            f->other = true;
        } else if (f->path) {
            return pt_err_set(err, PT_ERR_USAGE,
                              "tape takes one FILE; '%s' is one too many",
                              options->value);
        } else {
            f->path = options->value;
        }
    }
    if (status < 0)
        return -1;
    if (!f->path)
        return pt_err_set(err, PT_ERR_USAGE,
                          "tape needs a FILE, runs/LABEL/tape.jsonl of a "
                          "replay with --tape (protium help tape)");
    if (f->choices.n > 1)
        return pt_err_set(err, PT_ERR_USAGE, "tape takes one --policy");
    return 0;
}

static int tape_run(const struct pt_tool *tool, int argc, char **argv,
                    struct pt_err *err)
{
    struct feeding f = {.path = NULL};
    struct pt_tape_result result = {.differs = false};
    struct pt_options options;

    pt_options_open(&options, "tape", pt_verb_tape.options, argc, argv);
    int status = take_arguments(&f, &options, err);
    pt_options_close(&options);
    if (status == 0)
        status = read_config(&f, err);
    if (status == 0)
        status = feed(&f, tool, &result, err);
    if (status == 0)
        status = tell(&f, &result, err);
    pt_choices_fini(&f.choices);
    pt_free(f.place_state);
    pt_free(f.label);
    free_machine(&f.machine);
    return status;
}

static const struct pt_option tape_options[] = {
    {.name = "policy",
     .letter = 'p',
     .arg = "P",
     .help = "Ask another policy: what would it first have decided "
             "differently, and when?"},
    {.name = NULL}};

static const char *const tape_examples[] = {
    "protium replay KTH-SP2-1996-2.swf.gz --policy easy --tape --out kth",
    "protium tape kth/runs/easy/tape.jsonl",
    "protium tape kth/runs/easy/tape.jsonl --policy conservative", NULL};

const struct pt_verb pt_verb_tape = {
    .name = "tape",
    .args = "FILE",
    .summary = "feed a recording to a fresh core, and compare",
    .text =
        "FILE is what replay --tape wrote: every fact that the core was told, "
        "and every decision. A fresh core of the same configuration is told "
        "the same facts; each decision must be the same (exit 4 if one is "
        "not).\n"
        "With --policy it is another policy that is told them, and the first "
        "instant at which it decides otherwise is printed: up to there the two "
        "runs are the same run.\n",
    .options = tape_options,
    .examples = tape_examples,
    .run = tape_run};
