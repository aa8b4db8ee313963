#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "core/core.h"
#include "core/place.h"
#include "core/policy.h"
#include "registry.h"
#include "run.h"
#include "tool/policy_text.h"
#include "tool/verb.h"
#include "world/drive.h"
#include "world/tape.h"

/* A tape fed to a fresh core. */
struct feeding {
    const char *path;
    struct pt_choices choices; /* the policy: the recorded one, or another */
    bool other;
    struct pt_settings settings;
    int64_t nodes, cores;
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
        const char *value = json_string_value(json_object_get(set, p->name));
        struct pt_err why = {.code = PT_ERR_NONE};
        if (!value || pt_param_set(pt_settings_params, &f->settings, "set",
                                   p->name, value, &why) < 0)
            return bad_config(f, err, p->name);
    }
    return 0;
}

static int read_config(struct feeding *f, struct pt_err *err)
{
    char *text = NULL;

    if (pt_tape_config(f->path, &text, &f->label, err) < 0)
        return -1;
    json_t *config = json_loads(text, 0, NULL);
    const char *policy = json_string_value(json_object_get(config, "policy"));
    f->nodes = json_integer_value(json_object_get(config, "nodes"));
    f->cores = json_integer_value(json_object_get(config, "cores"));
    int status = read_settings(f, json_object_get(config, "set"), err);
    if (status == 0 &&
        (f->nodes < 1 || f->cores < 1 || f->nodes > INT32_MAX / 2 / f->cores))
        status = bad_config(f, err, "nodes and cores");
    if (status == 0 && !f->other) {
        struct pt_err why = {.code = PT_ERR_NONE};
        if (!policy || pt_choices_add(&f->choices, policy, &why) < 0 ||
            f->choices.n != 1)
            status = bad_config(f, err, "policy");
    }
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
    struct pt_watcher watcher = {.watch = look_away};

    pt_run_core_config(&f->settings, f->nodes, f->cores, &config);
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
