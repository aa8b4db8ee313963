/* settings.c - the `--set` keys: what they are called, mean, and may be. */
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/text.h"
#include "run.h"

static const char *const cleans[] = {"none", "strict", NULL};
static const char *const missing[] = {"run", "drop", "max", NULL};
static const char *const overruns[] = {"truncate", "kill", "extend", NULL};
static const char *const wides[] = {"reject", "drop", "error", NULL};
static const char *const tie_orders[] = {"instant", "event", "pyss", NULL};
static const char *const exclusives[] = {"none", "node", NULL};
static const char *const machines[] = {"auto", "named", NULL};
static const char *const rounds[] = {"none", "spark", NULL};
static const char *const switches[] = {"off", "on", NULL};
static const char *const outputs[] = {"safe", "local", NULL};
static const char *const barriers[] = {"whole", "each", NULL};

const struct pt_param pt_settings_params[] = {
    {.name = "clean",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "none",
     .choices = cleans,
     .offset = offsetof(struct pt_settings, clean),
     .help = "none keeps every row that can be simulated; strict is the filter "
             "of the published tables"},
    {.name = "missing_limit",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "run",
     .choices = missing,
     .offset = offsetof(struct pt_settings, missing_limit),
     .help =
         "a job without requested time: its run time serves, it is dropped, "
         "or it gets the trace's longest"},
    {.name = "overrun",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "truncate",
     .choices = overruns,
     .offset = offsetof(struct pt_settings, overrun),
     .help = "a job longer than its limit is cut to it at reading, killed at "
             "it, or runs on; pipelines know no cut: theirs runs on"},
    {.name = "wide",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "reject",
     .choices = wides,
     .offset = offsetof(struct pt_settings, wide),
     .help = "a job wider than the machine is rejected (and listed), dropped, "
             "or an error"},
    {.name = "ties",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "instant",
     .choices = tie_orders,
     .offset = offsetof(struct pt_settings, ties),
     .help = "within one instant: instant = all endings, all submissions, one "
             "pass; event = a pass after each ending, then after each "
             "submission; pyss = a pass after each submission, then after each "
             "ending"},
    {.name = "tau",
     .type = PT_PARAM_TIME,
     .unit = "s",
     .fallback = "10s",
     .min = 1e-6,
     .max = 1e9,
     .offset = offsetof(struct pt_settings, tau),
     .help = "shorter runs count as so long in the bounded slowdown"},
    {.name = "place",
     .type = PT_PARAM_TEXT,
     .unit = "",
     .fallback = "first",
     .offset = offsetof(struct pt_settings, place),
     .help = "placement, NAME[:key=value,...] (protium list places)"},
    {.name = "exclusive",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "none",
     .choices = exclusives,
     .offset = offsetof(struct pt_settings, exclusive),
     .help = "node: a node serves one job at a time"},
    {.name = "machine",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "auto",
     .choices = machines,
     .offset = offsetof(struct pt_settings, machine),
     .help = "auto counts processors where nodes are alike; named keeps every "
             "node's resources, and promises name nodes"},
    {.name = "scale",
     .type = PT_PARAM_REAL,
     .unit = "",
     .fallback = "1",
     .min = 1e-6,
     .max = 1e6,
     .offset = offsetof(struct pt_settings, scale),
     .help = "factor on the gaps between submits: 0.5 doubles the load"},
    {.name = "seed",
     .type = PT_PARAM_INT,
     .unit = "",
     .fallback = "1",
     .min = 0,
     .max = 9007199254740992.0,
     .offset = offsetof(struct pt_settings, seed),
     .help = "of all random streams: the workload model's, stragglers, "
             "failures, the order of offers"},
    {.name = "rounds",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "none",
     .choices = rounds,
     .offset = offsetof(struct pt_settings, rounds),
     .help = "none: what is free is offered whenever anything changes; spark: "
             "in full rounds each `revive` and when a stage is ready, a task "
             "failed or a node is lost, else node by node"},
    {.name = "revive",
     .type = PT_PARAM_TIME,
     .unit = "s",
     .fallback = "1s",
     .min = 1e-3,
     .max = 1e6,
     .offset = offsetof(struct pt_settings, revive),
     .help = "time between full rounds (spark.scheduler.revive.interval)"},
    {.name = "locality_node",
     .type = PT_PARAM_TIME,
     .unit = "s",
     .fallback = "3s",
     .min = 0,
     .max = 1e9,
     .offset = offsetof(struct pt_settings, locality_node),
     .help = "how long a task that prefers a place waits for the very node "
             "(spark.locality.wait.process)"},
    {.name = "locality_host",
     .type = PT_PARAM_TIME,
     .unit = "s",
     .fallback = "3s",
     .min = 0,
     .max = 1e9,
     .offset = offsetof(struct pt_settings, locality_host),
     .help = "how long a task that prefers a place waits for its host "
             "(spark.locality.wait.node)"},
    {.name = "locality_rack",
     .type = PT_PARAM_TIME,
     .unit = "s",
     .fallback = "3s",
     .min = 0,
     .max = 1e9,
     .offset = offsetof(struct pt_settings, locality_rack),
     .help = "how long a task that prefers a place waits for its rack "
             "(spark.locality.wait.rack)"},
    {.name = "gate",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "off",
     .choices = switches,
     .offset = offsetof(struct pt_settings, gate),
     .help = "on: a job with a gang wider than all slots is held back, and "
             "looks again, instead of being rejected at once"},
    {.name = "gate_interval",
     .type = PT_PARAM_TIME,
     .unit = "s",
     .fallback = "15s",
     .min = 1e-3,
     .max = 1e9,
     .offset = offsetof(struct pt_settings, gate_interval),
     .help = "time between those looks "
             "(spark.scheduler.barrier.maxConcurrentTasksCheck.interval)"},
    {.name = "gate_failures",
     .type = PT_PARAM_INT,
     .unit = "",
     .fallback = "40",
     .min = 1,
     .max = 1e9,
     .offset = offsetof(struct pt_settings, gate_failures),
     .help = "how many of them may fail before the job does "
             "(spark.scheduler.barrier.maxConcurrentTasksCheck.maxFailures)"},
    {.name = "dynamic",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "off",
     .choices = switches,
     .offset = offsetof(struct pt_settings, dynamic),
     .help = "on: nodes are taken to come and go on demand, so gangs are "
             "refused (spark.dynamicAllocation.enabled)"},
    {.name = "task_failures",
     .type = PT_PARAM_INT,
     .unit = "",
     .fallback = "4",
     .min = 1,
     .max = 1e9,
     .offset = offsetof(struct pt_settings, task_failures),
     .help = "failures of one task that fail its job, in parallel stages "
             "(spark.task.maxFailures)"},
    {.name = "stage_attempts",
     .type = PT_PARAM_INT,
     .unit = "",
     .fallback = "4",
     .min = 1,
     .max = 1e9,
     .offset = offsetof(struct pt_settings, stage_attempts),
     .help = "failed attempts of a stage in a row that fail its job "
             "(spark.stage.maxConsecutiveAttempts)"},
    {.name = "resubmit",
     .type = PT_PARAM_TIME,
     .unit = "s",
     .fallback = "200ms",
     .min = 0,
     .max = 1e9,
     .offset = offsetof(struct pt_settings, resubmit),
     .help = "from the failure of a stage to its next attempt"},
    {.name = "outputs",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "safe",
     .choices = outputs,
     .offset = offsetof(struct pt_settings, outputs),
     .help = "what stages leave for others: safe from the loss of nodes, or "
             "local to the node and lost with it"},
    {.name = "speculation",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "off",
     .choices = switches,
     .offset = offsetof(struct pt_settings, speculation),
     .help = "on: slow tasks of parallel stages are launched a second time, "
             "and the faster launch counts (spark.speculation)"},
    {.name = "speculation_interval",
     .type = PT_PARAM_TIME,
     .unit = "s",
     .fallback = "100ms",
     .min = 1e-3,
     .max = 1e9,
     .offset = offsetof(struct pt_settings, speculation_interval),
     .help = "time between looks for slow tasks (spark.speculation.interval)"},
    {.name = "speculation_min",
     .type = PT_PARAM_TIME,
     .unit = "s",
     .fallback = "100ms",
     .min = 0,
     .max = 1e9,
     .offset = offsetof(struct pt_settings, speculation_min),
     .help = "no task is slow before it ran so long "
             "(spark.speculation.minTaskRuntime)"},
    {.name = "speculation_quantile",
     .type = PT_PARAM_REAL,
     .unit = "",
     .fallback = "0.9",
     .min = 0,
     .max = 1,
     .offset = offsetof(struct pt_settings, speculation_quantile),
     .help = "share of a stage's tasks that must have ended before any is slow "
             "(spark.speculation.quantile; 0.75 in 3.5)"},
    {.name = "speculation_multiplier",
     .type = PT_PARAM_REAL,
     .unit = "",
     .fallback = "3",
     .min = 0,
     .max = 1e6,
     .offset = offsetof(struct pt_settings, speculation_multiplier),
     .help = "a task is slow when it ran so many times the median "
             "(spark.speculation.multiplier; 1.5 in 3.5)"},
    {.name = "exclude",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "off",
     .choices = switches,
     .offset = offsetof(struct pt_settings, exclude),
     .help = "on: nodes on which tasks failed are not tried again "
             "(spark.excludeOnFailure.enabled)"},
    {.name = "sync_timeout",
     .type = PT_PARAM_TIME,
     .unit = "s",
     .fallback = "31536000s",
     .min = 1e-3,
     .max = 1e10,
     .offset = offsetof(struct pt_settings, sync_timeout),
     .help = "how long the first member at a barrier waits for the others "
             "before all fail (spark.barrier.sync.timeout)"},
    {.name = "holes",
     .type = PT_PARAM_TEXT,
     .unit = "",
     .fallback = "clean",
     .offset = offsetof(struct pt_settings, holes),
     .help = "where to go wrong as Spark does: clean (nowhere), as-spark "
             "(everywhere), or some of h2+h3+...+h10+result (README)"},
    {.name = "launch_delay",
     .type = PT_PARAM_TIME,
     .unit = "s",
     .fallback = "0",
     .min = 0,
     .max = 1e6,
     .offset = offsetof(struct pt_settings, launch_delay),
     .help = "the scheduler's own work on a stage: so long after it was ready "
             "its first tasks begin to work, though they have their slots"},
    {.name = "barriers",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "whole",
     .choices = barriers,
     .offset = offsetof(struct pt_settings, barriers),
     .help = "what the core is told of a sync: whole, the sum of its waits; or "
             "each member's arrival, as needed where syncs can time out"},
    {.name = "straggler",
     .type = PT_PARAM_TEXT,
     .unit = "",
     .fallback = "none",
     .offset = offsetof(struct pt_settings, straggler),
     .help = "model of stragglers, NAME[:key=value,...] (protium list "
             "stragglers), for stages that may straggle"},
    {.name = "fault",
     .type = PT_PARAM_TEXT,
     .unit = "",
     .fallback = "none",
     .offset = offsetof(struct pt_settings, fault),
     .help = "model of task failures, NAME[:key=value,...] (protium list "
             "faults), for stages whose tasks may fail"},
    {.name = "chain",
     .type = PT_PARAM_TEXT,
     .unit = "",
     .fallback = "",
     .offset = offsetof(struct pt_settings, chain),
     .help = "when the jobs of a log come: ends (the default), so long after "
             "the end of the one before as they did; none, at their recorded "
             "times"},
    {.name = "pools",
     .type = PT_PARAM_TEXT,
     .unit = "",
     .fallback = "",
     .offset = offsetof(struct pt_settings, pools),
     .help = "weights of the input's pools, for order=fair: "
             "NAME:WEIGHT[:MIN_SHARE[:fair]][+...] (a log does not have them)"},
    {.name = "gang",
     .type = PT_PARAM_TEXT,
     .unit = "",
     .fallback = "",
     .offset = offsetof(struct pt_settings, gang),
     .help = "stages of the input to run as gangs: STAGE[+STAGE...], by their "
             "number or name there"},
    PT_PARAM_END};

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

/* What only the run understands is checked here too, so that a slip is told
 * before anything begins. */
static int check_text(const char *key, const char *value, struct pt_err *err)
{
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
        .sync_timeout = s->sync_timeout};
    int status = read_holes(s->holes, &rules->holes, &ignored);
    pt_assert(status == 0);
}
