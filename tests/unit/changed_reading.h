/* changed_reading.h - reads workloads through changes: those written out in a
 * test, models, and traces. */
#ifndef PT_TESTS_UNIT_CHANGED_READING_H
#define PT_TESTS_UNIT_CHANGED_READING_H

#include "base/alloc.h"
#include "run.h"
#include "tests/unit/check.h"
#include "traces/source.h"

/* A job that is written out; times in seconds. */
struct told {
    int64_t id;
    double submit, length, limit;
    int32_t width;
    int64_t after;
    double gap;
};

/* A source of such jobs, which are in order of submit. */
struct script {
    const struct told *told;
    int64_t n, at;
    struct pt_machine machine;
    struct pt_stage stage;
    struct pt_truth truth;
};

/* What the next script is: sources know nothing of tests. */
struct asked {
    const struct told *told;
    int64_t n, processors;
    const struct pt_machine_node *node;
};

static inline pt_time at_second(double seconds)
{
    return (pt_time)(seconds * 1e6 + 0.5);
}

static inline int next_told(void *state, struct pt_work *work,
                            struct pt_err *err)
{
    struct script *script = state;

    (void)err;
    if (script->at == script->n)
        return 0;
    const struct told *told = &script->told[script->at++];
    script->stage = (struct pt_stage){.ntasks = told->width,
                                      .mode = PT_GANG,
                                      .need.amount[PT_CORES] = 1000,
                                      .limit = at_second(told->limit)};
    script->truth = (struct pt_truth){.length = at_second(told->length),
                                      .outcome = PT_SUCCESS};
    *work = (struct pt_work){.job = {.id = told->id,
                                     .user = -1,
                                     .group = -1,
                                     .queue = -1,
                                     .nstages = 1,
                                     .submit = at_second(told->submit),
                                     .stages = &script->stage},
                             .truths = &script->truth,
                             .after = told->after,
                             .gap = at_second(told->gap)};
    return 1;
}

static inline void info_told(const void *state, struct pt_source_info *info)
{
    const struct script *script = state;

    *info = (struct pt_source_info){
        .machine = &script->machine, .rows = script->at, .jobs = script->at};
}

static inline void close_told(void *state)
{
    (void)state;
}

/* The path is a struct asked. */
static inline int open_told(void *state, const char *path,
                            const struct pt_reading *reading,
                            struct pt_err *err)
{
    struct asked asked;

    (void)reading, (void)err;
    memcpy(&asked, path, sizeof asked);
    *(struct script *)state =
        (struct script){.told = asked.told,
                        .n = asked.n,
                        .machine = {.processors = asked.processors,
                                    .nodes = asked.node ? 1 : 0,
                                    .node = asked.node}};
    return 0;
}

static const struct pt_source source_rigid = {.name = "script",
                                              .state_size =
                                                  sizeof(struct script),
                                              .open = open_told,
                                              .next = next_told,
                                              .info = info_told,
                                              .close = close_told};

static const struct pt_source source_staged = {.name = "script",
                                               .staged = true,
                                               .state_size =
                                                   sizeof(struct script),
                                               .open = open_told,
                                               .next = next_told,
                                               .info = info_told,
                                               .close = close_told};

/* A workload that is open, and the job that it yielded last. */
struct changed {
    struct pt_run run;
    struct pt_opened opened;
    struct pt_work work;
    struct pt_err err;
};

static inline void changed_set(struct changed *changed, const char *key,
                               const char *value)
{
    struct pt_err err = {.code = PT_ERR_NONE};

    if (pt_settings_set(&changed->run.settings, "test", key, value, &err) < 0)
        fail_msg("%s", err.text);
}

static inline void changed_init(struct changed *changed,
                                const struct pt_source *source)
{
    *changed = (struct changed){.run = {.source = source, .cores = 1}};
    pt_param_defaults(pt_settings_params, &changed->run.settings);
}

static inline int changed_open(struct changed *changed, const char *changes)
{
    changed_set(changed, "changes", changes);
    return pt_run_open(&changed->run, &changed->run.settings, false,
                       &changed->opened, &changed->err);
}

static inline int changed_next(struct changed *changed)
{
    return changed->opened.source->next(changed->opened.state, &changed->work,
                                        &changed->err);
}

static inline struct pt_source_info changed_info(const struct changed *changed)
{
    struct pt_source_info info;

    changed->opened.source->info(changed->opened.state, &info);
    return info;
}

/* Rows are jobs and what was dropped. */
static inline void changed_adds_up(const struct changed *changed)
{
    struct pt_source_info info = changed_info(changed);
    int64_t dropped = 0;

    for (int32_t i = 0; i < info.nrules; i++)
        dropped += info.rules[i].drops ? info.rules[i].rows : 0;
    ASSERT_INT(info.rows, info.jobs + dropped);
}

static inline int64_t changed_rule(const struct changed *changed,
                                   const char *name)
{
    struct pt_source_info info = changed_info(changed);
    int64_t rows = -1;

    for (int32_t i = 0; i < info.nrules; i++)
        if (strcmp(info.rules[i].name, name) == 0)
            rows = info.rules[i].rows;
    return rows;
}

/* To the end, with what was told; the source stays open. */
static inline void changed_yields(struct changed *changed,
                                  const struct told *told, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        ASSERT_INT(changed_next(changed), 1);
        const struct pt_work *work = &changed->work;
        ASSERT_INT(work->job.id, told[i].id);
        ASSERT_INT(work->job.submit, at_second(told[i].submit));
        ASSERT_INT(work->truths[0].length, at_second(told[i].length));
        ASSERT_INT(work->job.stages[0].limit, at_second(told[i].limit));
        ASSERT_INT(work->job.stages[0].ntasks, told[i].width);
        ASSERT_INT(work->after, told[i].after);
        ASSERT_INT(work->gap, at_second(told[i].gap));
    }
    ASSERT_INT(changed_next(changed), 0);
    ASSERT_INT(changed_info(changed).jobs, n);
    changed_adds_up(changed);
}

/* The jobs ASKED through CHANGES are those of TOLD [N]. */
static inline void check_changed(const struct pt_source *source,
                                 const struct asked *asked, const char *changes,
                                 const struct told *told, int64_t n)
{
    struct changed changed;

    changed_init(&changed, source);
    changed.run.path = (const char *)asked;
    if (changed_open(&changed, changes) < 0)
        fail_msg("%s", changed.err.text);
    changed_yields(&changed, told, n);
    pt_run_close(&changed.opened);
}

/* They are refused, with PART in the message. */
static inline void check_refused(const struct pt_source *source,
                                 const struct asked *asked, const char *changes,
                                 const char *part)
{
    struct changed changed;

    changed_init(&changed, source);
    changed.run.path = (const char *)asked;
    ASSERT_INT(changed_open(&changed, changes), -1);
    ASSERT_INT(changed.err.code, PT_ERR_USAGE);
    ASSERT_HAS(changed.err.text, part);
}

/* SOURCE with PARAMS, a model, or from PATH. */
static inline void changed_read(struct changed *changed,
                                const struct pt_source *source,
                                const char *params, const char *path,
                                const char *changes)
{
    changed_init(changed, source);
    changed->run.source_params = params;
    changed->run.path = path;
    if (changed_open(changed, changes) < 0)
        fail_msg("%s: %s", changes, changed->err.text);
}

#endif
