/* Feeds bytes to the reader of pipeline documents, under every rule: no input
 * may break it, whatever it yields must be a job that can be simulated, and
 * what is JSON and what is not is for jansson to say too. */
#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/error.h"
#include "traces/pipeline/pipeline.h"
#include "traces/json.h"
#include "traces/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* What is tried of a document: a great many tasks, or works, take their time
 * and find nothing new. */
enum { MAX_WORKS = 40, MAX_TASKS = 2000 };

static void check_truth(const struct pt_stage *stage,
                        const struct pt_truth *truth)
{
    pt_assert(truth->length >= 0);
    pt_assert(truth->outcome != PT_KILLED);
    pt_assert(truth->iterations == 0 || stage->mode == PT_GANG);
    pt_assert(!truth->together || stage->mode == PT_GANG);
    if (truth->task)
        for (int32_t i = 0; i < stage->ntasks; i++)
            pt_assert(truth->task[i] >= 0);
    if (!truth->takes_at)
        return;
    for (int32_t i = 0; i < stage->ntasks; i++)
        pt_assert(truth->takes_at[i] < truth->takes_at[i + 1]);
    for (int32_t i = 0; i < truth->takes_at[stage->ntasks]; i++) {
        pt_assert(truth->takes[i].length >= 0);
        pt_assert(truth->takes[i].outcome != PT_KILLED);
        pt_assert(truth->takes[i].parent >= 0);
        pt_assert(truth->takes[i].output >= 0);
    }
}

static void check_stage(const struct pt_stage *stage, int32_t index)
{
    pt_assert(stage->ntasks >= 1);
    pt_assert(stage->limit >= 1);
    pt_assert(stage->need.amount[PT_CORES] >= 1);
    pt_assert(stage->id >= 0);
    for (int32_t i = 0; i < stage->nparents; i++)
        pt_assert(stage->parents[i] >= 0 && stage->parents[i] < index);
    if (stage->sites_at)
        for (int32_t i = 0; i < stage->sites_at[stage->ntasks]; i++)
            pt_assert(stage->sites[i].number >= 0);
}

static void check_work(const struct pt_work *work, pt_time last, int64_t works,
                       const struct pt_machine *machine)
{
    const struct pt_job *job = &work->job;

    pt_assert(job->nstages >= 1);
    pt_assert(job->submit >= last);
    pt_assert(work->after >= 0 && work->after <= works);
    pt_assert(work->gap >= 0);
    pt_assert(job->pool == 0 || job->pool < machine->npools);
    for (int32_t i = 0; i < job->nstages; i++) {
        check_stage(&job->stages[i], i);
        check_truth(&job->stages[i], &work->truths[i]);
    }
}

static void check_machine(const struct pt_machine *machine)
{
    for (int32_t i = 0; i < machine->npools; i++)
        pt_assert(machine->pools[i].parent < i);
    if (machine->node)
        for (int64_t i = 0; i < machine->nodes; i++)
            pt_assert(machine->node[i].node.host < machine->nodes);
}

static void read_works(void *state, struct pt_err *err)
{
    struct pt_source_info info;
    struct pt_work work;
    pt_time last = 0;
    int64_t works = 0, dropped = 0;
    int status = 1;

    pt_source_pipeline.info(state, &info);
    check_machine(info.machine);
    while (works < MAX_WORKS && info.rows < 10 * MAX_WORKS &&
           (status = pt_source_pipeline.next(state, &work, err)) > 0) {
        check_work(&work, last, works++, info.machine);
        last = work.job.submit;
        pt_source_pipeline.info(state, &info);
    }
    pt_source_pipeline.info(state, &info);
    for (int32_t i = 0; i < info.nrules; i++)
        if (info.rules[i].drops)
            dropped += info.rules[i].rows;
    pt_assert(info.rows == info.jobs + dropped);
    pt_assert(status >= 0 || err->code == PT_ERR_INPUT);
}

static void read_once(const uint8_t *bytes, size_t n,
                      const struct pt_reading *reading)
{
    void *state = pt_alloc(1, pt_source_pipeline.state_size);
    struct pt_err err = {.code = PT_ERR_NONE};

    if (pt_pipeline_open_bytes(state, "fuzz", bytes, n, reading, &err) == 0) {
        read_works(state, &err);
        pt_source_pipeline.close(state);
    } else {
        pt_assert(err.code == PT_ERR_INPUT);
    }
    pt_free(state);
}

/* Whether a number of the document could stand for more than is tried. */
static bool is_great(const struct pt_json *json)
{
    static const char *const keys[] = {"tasks", "count"};

    for (int32_t i = 0; i + 1 < json->nitems; i++) {
        if (json->items[i].kind != PT_JSON_TEXT ||
            json->items[i + 1].kind != PT_JSON_NUMBER)
            continue;
        for (int k = 0; k < 2; k++)
            if (strcmp(pt_json_text(json, i), keys[k]) == 0 &&
                strtod(pt_json_text(json, i + 1), NULL) > MAX_TASKS)
                return true;
    }
    return false;
}

/* We are stricter in depth and about zero characters (jansson takes one for the
 * end), jansson about the size of numbers. */
static void compare_json(const uint8_t *bytes, size_t n, bool good,
                         const struct pt_err *err)
{
    size_t mark = n >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    json_error_t error;
    json_t *json = json_loadb((const char *)bytes + mark, n - mark,
                              JSON_DECODE_ANY, &error);

    if (memchr(bytes, 0, n))
        good = json != NULL;
    if (good && !json)
        pt_assert(json_error_code(&error) == json_error_numeric_overflow);
    if (!good && json)
        pt_assert(strstr(err->text, "too many lists") ||
                  strstr(err->text, "a zero character"));
    json_decref(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const double scales[] = {1, 0.5, 3.7};
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_json json;
    char *text = pt_alloc(n + 1, 1);

    if (n > 0)
        memcpy(text, bytes, n);
    bool good = pt_json_open(&json, "fuzz", text, n, &err) == 0;
    bool great = good && is_great(&json);
    compare_json(bytes, n, good, &err);
    if (good)
        pt_json_close(&json);
    if (great)
        return 0;
    for (unsigned i = 0; i < 3; i++) {
        struct pt_reading reading = {.overrun = (enum pt_overrun)i,
                                     .missing_limit = (enum pt_missing_limit)i,
                                     .wide = (enum pt_wide)i,
                                     .processors = i == 0 ? 0 : 8,
                                     .scale = scales[i],
                                     .seed = i};
        read_once(bytes, n, &reading);
    }
    return 0;
}
