/* stage.c - what a stage says, but for its single tasks (tasks.c). */
#include "base/alloc.h"
#include "base/assert.h"
#include "traces/pipeline/doc.h"

/* Needs of one task. */
static int read_need(const struct pt_json *json, const int32_t *at,
                     struct pt_need *need, struct pt_err *err)
{
    int64_t *amount = need->amount;

    amount[PT_CORES] = 1000;
    if (pt_json_milli(json, at[PT_STAGE_CORES], "'cores'", 1000000,
                      &amount[PT_CORES], err) < 0 ||
        pt_json_milli(json, at[PT_STAGE_GPUS], "'gpus'", 1000000,
                      &amount[PT_GPUS], err) < 0 ||
        pt_json_memory(json, at[PT_STAGE_MEMORY], "'memory'",
                       &amount[PT_MEMORY], err) < 0)
        return -1;
    if (amount[PT_CORES] == 0)
        return pt_json_bad(json, at[PT_STAGE_CORES], err,
                           "'cores' is 0 (expected some: every task needs a "
                           "processor)");
    if (amount[PT_GPUS] > 1000 && amount[PT_GPUS] % 1000 != 0)
        return pt_json_bad(json, at[PT_STAGE_GPUS], err,
                           "'gpus' is more than one and not whole (expected a "
                           "share of one, or whole ones)");
    return 0;
}

/* What is yes or no. */
static int read_flags(const struct pt_json *json, const int32_t *at,
                      struct pt_pipeline_stage *stage, struct pt_err *err)
{
    struct pt_truth *truth = &stage->truth;
    bool fails = false;

    stage->stage.retries = true;
    truth->may_fail = truth->may_straggle = at[PT_STAGE_TAKES] < 0;
    if (pt_json_bool(json, at[PT_STAGE_RESULT], "'result'",
                     &stage->stage.result, err) < 0 ||
        pt_json_bool(json, at[PT_STAGE_RETRIES], "'retries'",
                     &stage->stage.retries, err) < 0 ||
        pt_json_bool(json, at[PT_STAGE_TOGETHER], "'together'",
                     &truth->together, err) < 0 ||
        pt_json_bool(json, at[PT_STAGE_FAILS], "'fails'", &fails, err) < 0 ||
        pt_json_bool(json, at[PT_STAGE_MAY_FAIL], "'may_fail'",
                     &truth->may_fail, err) < 0 ||
        pt_json_bool(json, at[PT_STAGE_MAY_STRAGGLE], "'may_straggle'",
                     &truth->may_straggle, err) < 0)
        return -1;
    truth->outcome = fails ? PT_FAILURE : PT_SUCCESS;
    return 0;
}

static int read_numbers(const struct pt_json *json, const int32_t *at,
                        struct pt_pipeline_stage *stage, struct pt_err *err)
{
    int64_t iterations = 0, profile = 0;

    if (pt_json_int(json, at[PT_STAGE_ITERATIONS], "'iterations'", 0, 1000000,
                    &iterations, err) < 0 ||
        pt_json_int(json, at[PT_STAGE_PROFILE], "'profile'", 0, 1000000,
                    &profile, err) < 0 ||
        pt_json_time(json, at[PT_STAGE_LIMIT], "'limit'", &stage->stage.limit,
                     err) < 0)
        return -1;
    stage->truth.iterations = (int32_t)iterations;
    stage->stage.profile = (int32_t)profile;
    if (at[PT_STAGE_LIMIT] >= 0 && stage->stage.limit == 0)
        return pt_json_bad(json, at[PT_STAGE_LIMIT], err,
                           "'limit' is 0 (expected more)");
    return 0;
}

/* A list of one length per task. */
static int read_lengths(struct pt_pipeline_doc *doc, int32_t item,
                        struct pt_pipeline_stage *stage, struct pt_err *err)
{
    const struct pt_json *json = &doc->json;
    int32_t n = stage->stage.ntasks, i = 0;

    if (pt_json_at(json, item)->n != n)
        return pt_json_bad(json, item, err,
                           "'length' has %ld items (expected one for each of "
                           "the %ld tasks)",
                           (long)pt_json_at(json, item)->n, (long)n);
    pt_time *lengths = pt_pipeline_keep(doc, (size_t)n, sizeof *lengths);
    for (int32_t k = item + 1; i < n; k = pt_json_at(json, k)->end)
        if (pt_json_time(json, k, "a task's 'length'", &lengths[i++], err) < 0)
            return -1;
    stage->truth.task = lengths;
    return 0;
}

static int read_length(struct pt_pipeline_doc *doc,
                       const struct pt_pipeline_draft *draft,
                       struct pt_pipeline_stage *stage, struct pt_err *err)
{
    const struct pt_json *json = &doc->json;
    int32_t item = draft->at[PT_STAGE_LENGTH];

    if (item < 0)
        return pt_json_bad(json, draft->item, err,
                           "a stage without 'length' (expected how long its "
                           "tasks take)");
    if (pt_json_at(json, item)->kind == PT_JSON_LIST)
        return read_lengths(doc, item, stage, err);
    return pt_pipeline_span_read(json, item, "'length'", &stage->length, err);
}

/* The stage's mode; whether the last word is spoken about it, into GIVEN. */
static int read_mode(struct pt_pipeline_doc *doc,
                     const struct pt_pipeline_draft *draft,
                     struct pt_pipeline_stage *stage, bool *given,
                     struct pt_err *err)
{
    static const char *const modes[] = {"parallel", "gang", NULL};
    int32_t item = draft->at[PT_STAGE_MODE];
    bool asked = pt_pipeline_is_asked(doc, draft->id);
    int mode = 0;

    if (pt_json_choice(&doc->json, item, "'mode'", modes, &mode, err) < 0)
        return -1;
    stage->stage.mode = mode == 1 || asked ? PT_GANG : PT_PARALLEL;
    *given = item >= 0 || asked;
    return 0;
}

/* What only the members of a gang can do. */
static int check_gang(const struct pt_json *json, const int32_t *at,
                      const struct pt_pipeline_stage *stage, struct pt_err *err)
{
    if (stage->stage.mode == PT_GANG)
        return 0;
    if (stage->truth.iterations > 0)
        return pt_json_bad(json, at[PT_STAGE_ITERATIONS], err,
                           "'iterations' of a parallel stage (expected "
                           "\"mode\": \"gang\")");
    if (stage->truth.together)
        return pt_json_bad(json, at[PT_STAGE_TOGETHER], err,
                           "'together' of a parallel stage (expected \"mode\": "
                           "\"gang\")");
    return 0;
}

/* By their indices in the job. */
static void set_parents(struct pt_pipeline_doc *doc,
                        const struct pt_pipeline_drafts *drafts,
                        const struct pt_pipeline_draft *draft,
                        struct pt_stage *stage)
{
    int32_t *parents =
        pt_pipeline_keep(doc, (size_t)draft->nparents, sizeof *parents);

    for (int32_t i = 0; i < draft->nparents; i++)
        parents[i] = drafts->items[draft->parents[i]].index;
    stage->nparents = draft->nparents;
    stage->parents = parents;
}

int pt_pipeline_stage_read(struct pt_pipeline_doc *doc,
                           const struct pt_pipeline_drafts *drafts,
                           int32_t place, struct pt_pipeline_stage *stage,
                           struct pt_err *err)
{
    const struct pt_json *json = &doc->json;
    const struct pt_pipeline_draft *draft = &drafts->items[place];
    const int32_t *at = draft->at;
    bool given = false;

    *stage =
        (struct pt_pipeline_stage){.stage = {.ntasks = draft->ntasks,
                                             .id = -1,
                                             .result = draft->nchildren == 0},
                                   .place = place};
    set_parents(doc, drafts, draft, &stage->stage);
    if (pt_pipeline_note_read(json, at[PT_STAGE_NOTE], err) < 0 ||
        read_need(json, at, &stage->stage.need, err) < 0 ||
        read_flags(json, at, stage, err) < 0 ||
        read_numbers(json, at, stage, err) < 0 ||
        read_mode(doc, draft, stage, &given, err) < 0 ||
        read_length(doc, draft, stage, err) < 0 ||
        pt_pipeline_prefer_read(doc, at[PT_STAGE_PREFER], &stage->stage, err) <
            0 ||
        pt_pipeline_takes_read(doc, drafts, place, stage, err) < 0 ||
        pt_pipeline_rdds_read(doc, at[PT_STAGE_RDDS], given, &stage->stage,
                              err) < 0)
        return -1;
    return check_gang(json, at, stage, err);
}
