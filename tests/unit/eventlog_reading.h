/* eventlog_reading.h - reads a whole event log, and keeps what came of it. */
#ifndef PT_TESTS_UNIT_EVENTLOG_READING_H
#define PT_TESTS_UNIT_EVENTLOG_READING_H

#include "base/alloc.h"
#include "base/error.h"
#include "base/plugin.h"
#include "base/vec.h"
#include "tests/unit/check.h"
#include "traces/eventlog/eventlog.h"

struct kept_stage {
    struct pt_stage stage;
    int32_t parents[8];
    enum pt_outcome outcome;
    int32_t *takes_at;     /* [ntasks + 1] */
    struct pt_take *takes; /* [takes_at[ntasks]] */
    bool recorded;
    pt_time ready, end;
};

struct kept_work {
    struct pt_work work; /* its stages are below */
    struct kept_stage *stages;
};

struct log {
    void *state; /* open while status is 0 */
    int status;  /* -1: error */
    struct kept_work *works;
    int n, capacity;
    struct pt_source_info info;
    const struct pt_eventlog_view *view;
    char message[900];
};

static inline void keep_stage(struct kept_stage *kept, const void *state,
                              const struct pt_work *work, int i)
{
    const struct pt_stage *stage = &work->job.stages[i];
    const struct pt_truth *truth = &work->truths[i];
    const int32_t n = truth->takes_at[stage->ntasks];

    *kept = (struct kept_stage){.stage = *stage, .outcome = truth->outcome};
    assert_true(stage->nparents <= 8);
    for (int k = 0; k < stage->nparents; k++) {
        assert_true(stage->parents[k] < i);
        kept->parents[k] = stage->parents[k];
    }
    kept->takes_at = pt_alloc((size_t)stage->ntasks + 1, sizeof(int32_t));
    memcpy(kept->takes_at, truth->takes_at,
           ((size_t)stage->ntasks + 1) * sizeof(int32_t));
    kept->takes = pt_alloc((size_t)n, sizeof *kept->takes);
    memcpy(kept->takes, truth->takes, (size_t)n * sizeof *kept->takes);
    kept->recorded = pt_source_eventlog.recorded(state, work->job.id, stage->id,
                                                 &kept->ready, &kept->end);
}

static inline void keep_work(struct log *log, const struct pt_work *work)
{
    struct kept_work kept = {.work = *work};

    kept.stages = pt_alloc((size_t)work->job.nstages, sizeof *kept.stages);
    for (int i = 0; i < work->job.nstages; i++)
        keep_stage(&kept.stages[i], log->state, work, i);
    pt_vec_push(log->works, log->n, log->capacity, kept);
}

/* PARAMS may be NULL; TEXT NULL: the file or folder at PATH.  The caller frees
 * it with forget(). */
static inline struct log *read_log(const char *path, const char *text, size_t n,
                                   const char *params, double scale)
{
    const struct pt_plugin *plugin =
        (const struct pt_plugin *)&pt_source_eventlog;
    const struct pt_reading reading = {.scale = scale};
    struct log *log = pt_alloc(1, sizeof *log);
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_work work;

    log->state = pt_plugin_state_new(plugin);
    if (params)
        ASSERT_INT(pt_plugin_set_text(plugin, log->state, params, &err), 0);
    log->status =
        text ? pt_eventlog_open_bytes(log->state, path, text, n, &reading, &err)
             : pt_source_eventlog.open(log->state, path, &reading, &err);
    if (log->status < 0) {
        pt_err_print(&err, log->message, sizeof log->message);
        return log;
    }
    while ((log->status = pt_source_eventlog.next(log->state, &work, &err)) > 0)
        keep_work(log, &work);
    ASSERT_INT(log->status, 0);
    pt_source_eventlog.info(log->state, &log->info);
    log->view = pt_eventlog_view(log->state);
    ASSERT_INT(log->info.jobs, log->n);
    return log;
}

static inline struct log *read_text(const char *text)
{
    return read_log("log", text, strlen(text), NULL, 1);
}

static inline void forget(struct log *log)
{
    for (int i = 0; i < log->n; i++) {
        for (int k = 0; k < log->works[i].work.job.nstages; k++) {
            pt_free(log->works[i].stages[k].takes_at);
            pt_free(log->works[i].stages[k].takes);
        }
        pt_free(log->works[i].stages);
    }
    if (log->status == 0)
        pt_source_eventlog.close(log->state);
    pt_free(log->works);
    pt_free(log->state);
    pt_free(log);
}

/* How often the rule was applied; -1 = there is no such rule. */
static inline int64_t rule(const struct log *log, const char *name)
{
    for (int i = 0; i < log->info.nrules; i++)
        if (strcmp(log->info.rules[i].name, name) == 0)
            return log->info.rules[i].rows;
    return -1;
}

/* The recorded value of a `--set` key; "" = none. */
static inline const char *condition(const struct log *log, const char *key)
{
    const struct pt_machine *machine = log->info.machine;

    for (int i = 0; i < machine->nconditions; i++)
        if (strcmp(machine->conditions[i].key, key) == 0)
            return machine->conditions[i].value;
    return "";
}

/* The takes of a task as text: "S1000 E500 F20(0.3) X7", lengths in ms. */
static inline const char *takes(const struct kept_stage *stage, int task,
                                char text[200])
{
    size_t used = 0;

    text[0] = '\0';
    for (int32_t i = stage->takes_at[task]; i < stage->takes_at[task + 1];
         i++) {
        const struct pt_take *take = &stage->takes[i];
        const char kind = take->outcome == PT_SUCCESS     ? 'S'
                          : take->fault == PT_FAULT_ERROR ? 'E'
                          : take->fault == PT_FAULT_FETCH ? 'F'
                                                          : 'X';
        used += (size_t)snprintf(text + used, 200 - used, "%s%c%lld",
                                 used > 0 ? " " : "", kind,
                                 (long long)(take->length / 1000));
        if (take->fault == PT_FAULT_FETCH)
            used += (size_t)snprintf(text + used, 200 - used, "(%d.%d)",
                                     (int)take->parent, (int)take->output);
    }
    return text;
}

#define ASSERT_TAKES(stage, task, expected)                                    \
    do {                                                                       \
        char takes_text[200];                                                  \
        ASSERT_TEXT(takes(stage, task, takes_text), expected);                 \
    } while (0)

#endif
