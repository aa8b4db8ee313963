/* settings.c - the `--set` keys: how they are set, and the rules they make. */
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/random.h"
#include "base/text.h"
#include "run.h"
#include "traces/change.h"
#include "world/outages.h"

/* --- holes --- */

static const struct {
    const char *name;
    uint32_t mask;
} holes[] = {
    {"clean", 0},
    {"as-spark", PT_HOLES_ALL},
    {"h2", PT_HOLE_PARTIAL},
    {"h3", PT_HOLE_FETCH},
    {"h4", PT_HOLE_BUSY},
    {"h5", PT_HOLE_EXCLUDED},
    {"h6", PT_HOLE_UNCHECKED},
    {"h7", PT_HOLE_BLIND},
    {"h8", PT_HOLE_TIMERS},
    {"h9", PT_HOLE_LATE},
    {"h10", PT_HOLE_REPEATS},
    {"result", PT_HOLE_RESULT},
};

enum { HOLES = sizeof holes / sizeof *holes };

static int read_hole(const char *word, uint32_t *mask, struct pt_err *err)
{
    const char *names[HOLES];

    for (int i = 0; i < HOLES; i++) {
        names[i] = holes[i].name;
        if (strcmp(names[i], word) != 0)
            continue;
        *mask |= holes[i].mask;
        return 0;
    }
    const char *near = pt_text_nearest(word, names, HOLES);
    if (near)
        return pt_err_set(err, PT_ERR_USAGE,
                          "holes: '%.40s' is not known (did you mean '%s'?)",
                          word, near);
    return pt_err_set(err, PT_ERR_USAGE,
                      "holes: '%.40s' is not known (expected clean, as-spark, "
                      "or some of h2 ... h10 and result, joined by +)",
                      word);
}

static int read_holes(const char *text, uint32_t *mask, struct pt_err *err)
{
    *mask = 0;
    for (;;) {
        size_t length = strcspn(text, "+");
        char *word = pt_text_dup(text, length);
        int status = read_hole(word, mask, err);
        pt_free(word);
        if (status < 0)
            return -1;
        if (text[length] == '\0')
            return 0;
        text += length + 1;
    }
}

/* --- setting --- */

static int check_failures(const char *value, struct pt_err *err)
{
    struct pt_breaker breakers[PT_FAILURE_MODELS];
    int32_t n = pt_run_breakers(value, breakers, err);

    pt_run_breakers_fini(breakers, n);
    return n < 0 ? -1 : 0;
}

static int check_changes(const char *value, struct pt_err *err)
{
    struct pt_changing changes[PT_CHANGES_MOST];
    int32_t n = pt_run_changes(value, changes, err);

    pt_run_changes_fini(changes, n);
    return n < 0 ? -1 : 0;
}

/* What only the run understands is checked here too, so that a slip is told
 * before anything begins. */
static int check_text(const char *key, const char *value, struct pt_err *err)
{
    struct pt_warmup warmup;
    uint32_t mask;
    void *state = NULL;
    int status = 0;

    if (strcmp(key, "holes") == 0)
        status = read_holes(value, &mask, err);
    else if (strcmp(key, "place") == 0)
        status = pt_run_place(value, &state, err) ? 0 : -1;
    else if (strcmp(key, "straggler") == 0)
        status = pt_run_straggler(value, &state, err) ? 0 : -1;
    else if (strcmp(key, "fault") == 0)
        status = pt_run_fault(value, &state, err) ? 0 : -1;
    else if (strcmp(key, "slowness") == 0)
        status = pt_run_straggler(value, &state, err) ? 0 : -1;
    else if (strcmp(key, "checkpoint") == 0)
        status = pt_run_checkpoint(value, &state, err) ? 0 : -1;
    else if (strcmp(key, "failures") == 0)
        status = check_failures(value, err);
    else if (strcmp(key, "changes") == 0)
        status = check_changes(value, err);
    else if (strcmp(key, "warmup") == 0)
        status = pt_warmup_read(value, &warmup, err);
    pt_free(state);
    return status;
}

int pt_settings_set(struct pt_settings *settings, const char *owner,
                    const char *key, const char *value, struct pt_err *err)
{
    if (pt_param_set(pt_settings_params, settings, owner, key, value, err) <
            0 ||
        check_text(key, value, err) < 0)
        return -1;
    settings->given |= UINT64_C(1) << (pt_param_find(pt_settings_params, key) -
                                       pt_settings_params);
    return 0;
}

int pt_settings_condition(struct pt_settings *settings, const char *owner,
                          const char *key, const char *value,
                          struct pt_err *err)
{
    struct pt_settings other = *settings;
    const struct pt_param *param = pt_param_find(pt_settings_params, key);

    if (pt_settings_set(&other, owner, key, value, err) < 0)
        return -1;
    if (settings->given >> (param - pt_settings_params) & 1)
        return 0;
    other.given = settings->given;
    *settings = other;
    return 0;
}

/* --- rules --- */

void pt_settings_rules(const struct pt_settings *s, struct pt_rules *rules)
{
    struct pt_err ignored = {.code = PT_ERR_NONE};

    *rules = (struct pt_rules){
        .rounds = (enum pt_rounds)s->rounds,
        .revive = s->revive,
        .locality = {s->locality_node, s->locality_host, s->locality_rack},
        .gate = s->gate != 0,
        .gate_interval = s->gate_interval,
        .gate_failures = (int32_t)s->gate_failures,
        .dynamic = s->dynamic != 0,
        .task_failures = (int32_t)s->task_failures,
        .stage_attempts = (int32_t)s->stage_attempts,
        .resubmit = s->resubmit,
        .local_outputs = s->outputs != 0,
        .speculation = s->speculation != 0,
        .speculation_interval = s->speculation_interval,
        .speculation_min = s->speculation_min,
        .speculation_quantile = s->speculation_quantile,
        .speculation_multiplier = s->speculation_multiplier,
        .exclude = s->exclude != 0,
        .requeue = (enum pt_requeue)s->requeue,
        .patience = s->patience,
        .losses = s->losses,
        .node_failures = s->node_failures,
        .node_window = s->node_window,
        .node_rest = s->node_rest,
        .sync_timeout = s->sync_timeout};
    int status = read_holes(s->holes, &rules->holes, &ignored);
    pt_assert(status == 0);
}

uint64_t pt_settings_seed(const struct pt_settings *settings)
{
    return pt_random_replicate((uint64_t)settings->seed,
                               (uint32_t)(settings->replication - 1));
}
