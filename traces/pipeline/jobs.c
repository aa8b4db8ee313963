/* jobs.c - the document's jobs, as patterns that works are made from. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/text.h"
#include "traces/pipeline/doc.h"

enum {
    ID,
    NOTE,
    USER,
    GROUP,
    QUEUE,
    POOL,
    SUBMIT,
    AFTER,
    GAP,
    COUNT,
    EVERY,
    STAGES,
    JOB_KEYS
};
static const char *const job_keys[] = {"id",    "note",  "user",   "group",
                                       "queue", "pool",  "submit", "after",
                                       "gap",   "count", "every",  "stages"};
const struct pt_pipeline_kind pt_pipeline_job_kind = {"job", job_keys,
                                                      JOB_KEYS};

/* The jobs as they stand in the document. */
struct list {
    int32_t *items;
    int32_t n;
    struct pt_pipeline_names ids; /* of those that have one */
    bool numbered;                /* all ids are given, and whole numbers */
};

/* ---- ids ---- */

/* The number that ITEM, an id, is; false: it is a text, or absent. */
static bool id_number(const struct pt_json *json, int32_t item, int64_t *number)
{
    return item >= 0 && pt_json_at(json, item)->kind == PT_JSON_NUMBER &&
           pt_text_read_int(number, pt_json_text(json, item));
}

/* The id of the job at ITEM, -1: none; what else there is comes later. */
static int32_t find_id(const struct pt_json *json, int32_t item)
{
    if (pt_json_at(json, item)->kind == PT_JSON_OBJECT)
        for (int32_t key = item + 1; key < pt_json_at(json, item)->end;
             key = pt_json_at(json, key + 1)->end)
            if (strcmp(pt_json_text(json, key), "id") == 0)
                return key + 1;
    return -1;
}

static int list_ids(const struct pt_json *json, struct list *list,
                    struct pt_err *err)
{
    list->numbered = true;
    for (int32_t i = 0; i < list->n; i++) {
        struct pt_pipeline_name name = {.index = i};
        int32_t id = find_id(json, list->items[i]);
        int64_t number;
        list->numbered &= id_number(json, id, &number);
        if (id < 0)
            continue;
        if (pt_json_name(json, id, "'id'", &name.name, err) < 0)
            return -1;
        list->ids.items[list->ids.n++] = name;
    }
    pt_pipeline_names_sort(&list->ids);
    int32_t twin = pt_pipeline_names_twin(&list->ids);
    if (twin < 0)
        return 0;
    int32_t id = find_id(json, list->items[twin]);
    return pt_json_bad(json, id, err,
                       "two jobs have the id '%.60s' (expected ids of their "
                       "own)",
                       pt_json_text(json, id));
}

/* ---- when ---- */

static int read_after(const struct pt_json *json, const struct list *list,
                      int32_t item, int32_t index, struct pt_pipeline_job *job,
                      struct pt_err *err)
{
    const char *name = NULL;

    if (pt_json_name(json, item, "'after'", &name, err) < 0)
        return -1;
    job->after = pt_pipeline_names_find(&list->ids, name);
    if (job->after < 0)
        return pt_pipeline_names_bad(&list->ids, json, item, "'after'", err);
    if (job->after >= index)
        return pt_json_bad(json, item, err,
                           "'after': '%.60s' does not stand before this job "
                           "(expected an earlier one)",
                           name);
    return 0;
}

static int read_when(struct pt_pipeline_doc *doc, const struct list *list,
                     const int32_t *at, int32_t index,
                     struct pt_pipeline_job *job, struct pt_err *err)
{
    const struct pt_json *json = &doc->json;

    job->after = -1;
    job->count = 1;
    job->loop = at[AFTER] >= 0 || at[GAP] >= 0;
    if (pt_json_time(json, at[SUBMIT], "'submit'", &job->submit, err) < 0 ||
        pt_json_time(json, at[GAP], "'gap'", &job->gap, err) < 0 ||
        pt_json_int(json, at[COUNT], "'count'", 1, PT_PIPELINE_WORKS,
                    &job->count, err) < 0 ||
        pt_pipeline_span_read(json, at[EVERY], "'every'", &job->every, err) < 0)
        return -1;
    if (at[AFTER] >= 0 &&
        read_after(json, list, at[AFTER], index, job, err) < 0)
        return -1;
    if (at[EVERY] >= 0 && job->loop)
        return pt_json_bad(json, at[EVERY], err,
                           "'every' beside '%s' (expected one of the two: a "
                           "job that comes by itself, or one that follows "
                           "another's end)",
                           at[AFTER] >= 0 ? "after" : "gap");
    return 0;
}

/* ---- who ---- */

static int read_who(struct pt_pipeline_doc *doc, const int32_t *at,
                    struct pt_pipeline_job *job, struct pt_err *err)
{
    static const struct pt_pipeline_name only = {.name = "default"};
    const struct pt_json *json = &doc->json;
    struct pt_pipeline_names pools = doc->pools;

    job->user = job->group = job->queue = -1;
    if (pt_json_int(json, at[USER], "'user'", 0, INT64_MAX, &job->user, err) <
            0 ||
        pt_json_int(json, at[GROUP], "'group'", 0, INT64_MAX, &job->group,
                    err) < 0 ||
        pt_json_int(json, at[QUEUE], "'queue'", 0, INT64_MAX, &job->queue,
                    err) < 0)
        return -1;
    if (at[POOL] < 0)
        return 0;
    if (pt_json_expect(json, at[POOL], "'pool'", PT_JSON_TEXT, err) < 0)
        return -1;
    if (pools.n == 0) {
        const char *name = pt_json_text(json, at[POOL]);
        if (strcmp(name, only.name) == 0)
            return 0;
        return pt_json_bad(json, at[POOL], err,
                           "'pool': there is no '%.60s' (expected 'default', "
                           "or 'pools' in the document)",
                           name);
    }
    job->pool = pt_pipeline_names_find(&pools, pt_json_text(json, at[POOL]));
    if (job->pool < 0)
        return pt_pipeline_names_bad(&pools, json, at[POOL], "'pool'", err);
    return 0;
}

/* ---- stages ---- */

/* If all ids are whole numbers, they are the stages' own. */
static void number_stages(const struct pt_json *json,
                          const struct pt_pipeline_drafts *drafts,
                          struct pt_pipeline_stage *stages)
{
    int64_t number;

    for (int32_t i = 0; i < drafts->n; i++)
        if (!id_number(json, drafts->items[i].at[PT_STAGE_ID], &number))
            return;
    for (int32_t i = 0; i < drafts->n; i++) {
        const struct pt_pipeline_draft *draft = &drafts->items[i];
        id_number(json, draft->at[PT_STAGE_ID], &number);
        stages[draft->index].stage.id = number;
    }
}

/* What one work of JOB takes. */
static void measure(struct pt_pipeline_job *job)
{
    for (int32_t i = 0; i < job->nstages; i++) {
        const struct pt_pipeline_stage *stage = &job->stages[i];
        int32_t n = stage->stage.ntasks;
        int64_t cores = stage->stage.need.amount[PT_CORES];
        if (stage->stage.mode == PT_GANG)
            cores *= n;
        if (cores > job->cores)
            job->cores = cores;
        job->tasks += n;
        if (stage->truth.takes_at)
            job->takes += stage->truth.takes_at[n];
    }
}

static int read_stages(struct pt_pipeline_doc *doc, int32_t item,
                       struct pt_pipeline_job *job, struct pt_err *err)
{
    struct pt_pipeline_drafts drafts;
    int status = 0;

    if (pt_pipeline_drafts_open(&drafts, doc, item, err) < 0)
        return -1;
    struct pt_pipeline_stage *stages =
        pt_pipeline_keep(doc, (size_t)drafts.n, sizeof *stages);
    for (int32_t i = 0; i < drafts.n && status == 0; i++)
        status = pt_pipeline_stage_read(doc, &drafts, i,
                                        &stages[drafts.items[i].index], err);
    if (status == 0)
        number_stages(&doc->json, &drafts, stages);
    job->stages = stages;
    job->nstages = drafts.n;
    pt_pipeline_drafts_close(&drafts);
    measure(job);
    return status;
}

static int read_job(struct pt_pipeline_doc *doc, const struct list *list,
                    int32_t index, struct pt_err *err)
{
    const struct pt_json *json = &doc->json;
    struct pt_pipeline_job *job = &doc->jobs[index];
    int32_t item = list->items[index], at[JOB_KEYS];

    job->line = pt_json_at(json, item)->line;
    job->column = pt_json_at(json, item)->column;
    if (pt_json_keys(json, item, "a job", job_keys, JOB_KEYS, at, err) < 0 ||
        pt_pipeline_note_read(json, at[NOTE], err) < 0 ||
        read_when(doc, list, at, index, job, err) < 0 ||
        read_who(doc, at, job, err) < 0)
        return -1;
    if (list->numbered)
        id_number(json, at[ID], &job->number);
    if (at[STAGES] < 0)
        return pt_json_bad(json, item, err,
                           "a job without 'stages' (expected a list of them)");
    return read_stages(doc, at[STAGES], job, err);
}

/* ---- all of them ---- */

static int compare(const void *left, const void *right)
{
    const struct pt_pipeline_job *const *a = left, *const *b = right;

    return ((*a)->number > (*b)->number) - ((*a)->number < (*b)->number);
}

/* Jobs that are repeated count on from their own number, and may not run into
 * another's. */
static int check_numbers(struct pt_pipeline_doc *doc, const struct list *list,
                         struct pt_err *err)
{
    const struct pt_pipeline_job **jobs =
        pt_alloc((size_t)doc->njobs, sizeof *jobs);
    int status = 0;

    for (int32_t i = 0; i < doc->njobs; i++)
        jobs[i] = &doc->jobs[i];
    qsort(jobs, (size_t)doc->njobs, sizeof *jobs, compare);
    for (int32_t i = 0; i < doc->njobs && status == 0; i++) {
        const struct pt_pipeline_job *job = jobs[i];
        int64_t room = (i + 1 < doc->njobs ? jobs[i + 1]->number : INT64_MAX) -
                       job->number;
        if (job->count > room)
            status = pt_json_bad(
                &doc->json, find_id(&doc->json, list->items[job - doc->jobs]),
                err,
                "the job's %lld repetitions count on from this id, and run "
                "into another's (expected a distance of as many, or no ids)",
                (long long)job->count);
    }
    pt_free(jobs);
    return status;
}

static int count_works(struct pt_pipeline_doc *doc, const struct list *list,
                       struct pt_err *err)
{
    int64_t works = 0, stages = 0;

    for (int32_t i = 0; i < doc->njobs; i++) {
        struct pt_pipeline_job *job = &doc->jobs[i];
        job->first = works;
        job->first_stage = stages;
        if (!list->numbered)
            job->number = works + 1;
        if (job->count > PT_PIPELINE_WORKS - works)
            return pt_json_bad(&doc->json, list->items[i], err,
                               "too many jobs, repetitions counted (expected "
                               "at most %lld)",
                               (long long)PT_PIPELINE_WORKS);
        works += job->count;
        stages += job->count * job->nstages;
    }
    return list->numbered ? check_numbers(doc, list, err) : 0;
}

static int read_list(struct pt_pipeline_doc *doc, struct list *list,
                     struct pt_err *err)
{
    if (list_ids(&doc->json, list, err) < 0)
        return -1;
    for (int32_t i = 0; i < list->n; i++)
        if (read_job(doc, list, i, err) < 0)
            return -1;
    return count_works(doc, list, err);
}

int pt_pipeline_jobs_read(struct pt_pipeline_doc *doc, int32_t item,
                          struct pt_err *err)
{
    const struct pt_json *json = &doc->json;
    struct list list = {.n = 0};

    if (pt_json_expect(json, item, "'jobs'", PT_JSON_LIST, err) < 0)
        return -1;
    int32_t n = pt_json_at(json, item)->n;
    if (n == 0)
        return pt_json_bad(json, item, err, "no jobs (expected at least one)");
    list.items = pt_alloc((size_t)n, sizeof *list.items);
    list.ids.items = pt_alloc((size_t)n, sizeof *list.ids.items);
    for (int32_t k = item + 1; list.n < n; k = pt_json_at(json, k)->end)
        list.items[list.n++] = k;
    doc->jobs = pt_pipeline_keep(doc, (size_t)n, sizeof *doc->jobs);
    doc->njobs = n;
    int status = read_list(doc, &list, err);
    pt_free(list.items);
    pt_free(list.ids.items);
    return status;
}
