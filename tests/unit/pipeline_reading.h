/* pipeline_reading.h - reads whole pipeline documents, and compares works. */
#ifndef PT_TESTS_UNIT_PIPELINE_READING_H
#define PT_TESTS_UNIT_PIPELINE_READING_H

#include "base/alloc.h"
#include "base/error.h"
#include "base/plugin.h"
#include "tests/unit/same_stage.h"
#include "traces/pipeline/pipeline.h"
#include "traces/source.h"

static const struct pt_reading plain = {.scale = 1, .seed = 1};

/* An open source, and the work that it yielded last. */
struct tap {
    const struct pt_source *source;
    void *state;
    struct pt_work work;
    struct pt_err err;
    char message[900]; /* of the error */
};

static inline int tapped(struct tap *tap, int status)
{
    if (status < 0)
        pt_err_print(&tap->err, tap->message, sizeof tap->message);
    return status;
}

static inline void tap_init(struct tap *tap, const struct pt_source *source)
{
    *tap = (struct tap){.source = source};
    tap->state = pt_plugin_state_new((const struct pt_plugin *)source);
}

/* Opens TEXT as "t.json"; returns what opening did. */
static inline int tap_text(struct tap *tap, const char *text,
                           const struct pt_reading *reading)
{
    tap_init(tap, &pt_source_pipeline);
    return tapped(tap,
                  pt_pipeline_open_bytes(tap->state, "t.json", text,
                                         strlen(text), reading, &tap->err));
}

/* Opens the file at PATH, or a model with PARAMS instead ("" for none). */
static inline int tap_file(struct tap *tap, const char *path)
{
    tap_init(tap, &pt_source_pipeline);
    return tapped(tap, tap->source->open(tap->state, path, &plain, &tap->err));
}

static inline int tap_model(struct tap *tap, const struct pt_source *model,
                            const char *params,
                            const struct pt_reading *reading)
{
    tap_init(tap, model);
    if (params[0])
        ASSERT_INT(pt_plugin_set_text((const struct pt_plugin *)model,
                                      tap->state, params, &tap->err),
                   0);
    return tapped(tap, model->open(tap->state, NULL, reading, &tap->err));
}

static inline int tap_next(struct tap *tap)
{
    return tapped(tap, tap->source->next(tap->state, &tap->work, &tap->err));
}

static inline struct pt_source_info tap_info(const struct tap *tap)
{
    struct pt_source_info info;

    tap->source->info(tap->state, &info);
    return info;
}

static inline void tap_close(struct tap *tap)
{
    tap->source->close(tap->state);
    pt_free(tap->state);
}

/* ---- comparing ---- */

static inline pt_time task_length(const struct pt_truth *truth, int32_t task)
{
    return truth->task ? truth->task[task] : truth->length;
}

static inline void same_truth(const struct pt_truth *a,
                              const struct pt_truth *b, int32_t ntasks)
{
    for (int32_t i = 0; i < ntasks; i++)
        ASSERT_INT(task_length(a, i), task_length(b, i));
    ASSERT_INT(a->outcome, b->outcome);
    ASSERT_INT(a->iterations, b->iterations);
    ASSERT_INT(a->together, b->together);
    ASSERT_INT(a->may_fail, b->may_fail);
    ASSERT_INT(a->may_straggle, b->may_straggle);
    ASSERT_INT(a->takes_at != NULL, b->takes_at != NULL);
    if (!a->takes_at)
        return;
    same_ints(a->takes_at, b->takes_at, ntasks + 1);
    for (int32_t i = 0; i < a->takes_at[ntasks]; i++) {
        ASSERT_INT(a->takes[i].length, b->takes[i].length);
        ASSERT_INT(a->takes[i].outcome, b->takes[i].outcome);
        ASSERT_INT(a->takes[i].fault, b->takes[i].fault);
        ASSERT_INT(a->takes[i].parent, b->takes[i].parent);
        ASSERT_INT(a->takes[i].output, b->takes[i].output);
    }
}

static inline void same_work(const struct pt_work *a, const struct pt_work *b)
{
    ASSERT_INT(a->job.id, b->job.id);
    ASSERT_INT(a->job.user, b->job.user);
    ASSERT_INT(a->job.group, b->job.group);
    ASSERT_INT(a->job.queue, b->job.queue);
    ASSERT_INT(a->job.pool, b->job.pool);
    ASSERT_INT(a->job.submit, b->job.submit);
    ASSERT_INT(a->after, b->after);
    ASSERT_INT(a->gap, b->gap);
    ASSERT_INT(a->job.nstages, b->job.nstages);
    for (int32_t i = 0; i < a->job.nstages; i++) {
        same_stage(&a->job.stages[i], &b->job.stages[i]);
        same_truth(&a->truths[i], &b->truths[i], a->job.stages[i].ntasks);
    }
}

/* All works of A and B, which are open; returns how many. */
static inline int64_t same_works(struct tap *a, struct tap *b)
{
    int64_t n = 0;

    while (tap_next(a) == 1) {
        ASSERT_INT(tap_next(b), 1);
        same_work(&a->work, &b->work);
        n++;
    }
    ASSERT_TEXT(a->message, "");
    ASSERT_INT(tap_next(b), 0);
    return n;
}

static inline void same_node(const struct pt_machine_node *a,
                             const struct pt_machine_node *b)
{
    for (int i = 0; i < PT_RESOURCES; i++)
        ASSERT_INT(a->node.size.amount[i], b->node.size.amount[i]);
    ASSERT_INT(a->node.host, b->node.host);
    ASSERT_INT(a->node.rack, b->node.rack);
    ASSERT_INT(a->node.profile, b->node.profile);
    ASSERT_INT(a->node.absent, b->node.absent);
    ASSERT_INT(a->up, b->up);
    ASSERT_INT(a->down, b->down);
}

static inline void same_machine(const struct pt_machine *a,
                                const struct pt_machine *b)
{
    ASSERT_INT(a->processors, b->processors);
    ASSERT_INT(a->nodes, b->nodes);
    ASSERT_INT(a->node != NULL, b->node != NULL);
    for (int64_t i = 0; a->node && i < a->nodes; i++)
        same_node(&a->node[i], &b->node[i]);
    ASSERT_INT(a->npools, b->npools);
    for (int32_t i = 0; i < a->npools; i++) {
        ASSERT_TEXT(a->pools[i].name, b->pools[i].name);
        ASSERT_INT(a->pools[i].parent, b->pools[i].parent);
        ASSERT_INT(a->pools[i].weight, b->pools[i].weight);
        ASSERT_INT(a->pools[i].min_share, b->pools[i].min_share);
        ASSERT_INT(a->pools[i].fair, b->pools[i].fair);
    }
    ASSERT_INT(a->nconditions, b->nconditions);
    for (int32_t i = 0; i < a->nconditions; i++) {
        ASSERT_TEXT(a->conditions[i].key, b->conditions[i].key);
        ASSERT_TEXT(a->conditions[i].value, b->conditions[i].value);
    }
}

/* ---- documents ---- */

/* A document of one job of REST, stages and all. */
#define DOC(rest)      "{\"schema\": \"protium.pipeline/1\", " rest "}"
#define JOBS(jobs)     DOC("\"jobs\": [" jobs "]")
#define STAGES(stages) JOBS("{\"stages\": [" stages "]}")

/* The first work of TEXT, which stays open. */
static inline void first_work(struct tap *tap, const char *text)
{
    if (tap_text(tap, text, &plain) < 0 || tap_next(tap) != 1)
        fail_msg("%s", tap->message);
}

#endif
