/* drafts.c - the stages of a job as they stand in its list, and their order. */
#include <stdio.h>

#include "base/agenda.h"
#include "base/alloc.h"
#include "base/assert.h"
#include "traces/pipeline/doc.h"

static const char *const keys[PT_STAGE_KEYS] = {
    [PT_STAGE_ID] = "id",
    [PT_STAGE_NOTE] = "note",
    [PT_STAGE_MODE] = "mode",
    [PT_STAGE_TASKS] = "tasks",
    [PT_STAGE_CORES] = "cores",
    [PT_STAGE_GPUS] = "gpus",
    [PT_STAGE_MEMORY] = "memory",
    [PT_STAGE_LENGTH] = "length",
    [PT_STAGE_LIMIT] = "limit",
    [PT_STAGE_AFTER] = "after",
    [PT_STAGE_RESULT] = "result",
    [PT_STAGE_ITERATIONS] = "iterations",
    [PT_STAGE_TOGETHER] = "together",
    [PT_STAGE_FAILS] = "fails",
    [PT_STAGE_RETRIES] = "retries",
    [PT_STAGE_PREFER] = "prefer",
    [PT_STAGE_TAKES] = "takes",
    [PT_STAGE_MAY_FAIL] = "may_fail",
    [PT_STAGE_MAY_STRAGGLE] = "may_straggle",
    [PT_STAGE_PROFILE] = "profile",
    [PT_STAGE_RDDS] = "rdds",
};
const struct pt_pipeline_kind pt_pipeline_stage_kind = {"stage", keys,
                                                        PT_STAGE_KEYS};

/* ---- ids and tasks ---- */

static int read_draft(struct pt_pipeline_doc *doc, int32_t item, int32_t place,
                      struct pt_pipeline_drafts *drafts, struct pt_err *err)
{
    struct pt_pipeline_draft *draft = &drafts->items[place];
    struct pt_pipeline_name *id = &drafts->ids.items[place];
    char number[16];
    int64_t ntasks = 1;

    draft->item = item;
    if (pt_json_keys(&doc->json, item, "a stage", keys, PT_STAGE_KEYS,
                     draft->at, err) < 0 ||
        pt_json_name(&doc->json, draft->at[PT_STAGE_ID], "'id'", &id->name,
                     err) < 0 ||
        pt_json_int(&doc->json, draft->at[PT_STAGE_TASKS], "'tasks'", 1,
                    PT_PIPELINE_TASKS, &ntasks, err) < 0)
        return -1;
    draft->ntasks = (int32_t)ntasks;
    id->index = place;
    if (!id->name) {
        snprintf(number, sizeof number, "%ld", (long)place);
        id->name = pt_pipeline_keep_text(doc, number);
    }
    draft->id = id->name;
    return 0;
}

static int check_ids(struct pt_pipeline_drafts *drafts,
                     const struct pt_json *json, struct pt_err *err)
{
    pt_pipeline_names_sort(&drafts->ids);
    int32_t twin = pt_pipeline_names_twin(&drafts->ids);
    if (twin < 0)
        return 0;
    const struct pt_pipeline_draft *draft = &drafts->items[twin];
    int32_t id = draft->at[PT_STAGE_ID];
    if (id < 0)
        return pt_json_bad(json, draft->item, err,
                           "a stage without 'id' has its place as one, %ld, "
                           "and that is another's (expected an 'id')",
                           (long)twin);
    return pt_json_bad(json, id, err,
                       "two stages have the id '%.60s' (expected ids of their "
                       "own)",
                       pt_json_text(json, id));
}

/* ---- parents ---- */

int32_t pt_pipeline_drafts_find(const struct pt_pipeline_drafts *drafts,
                                const struct pt_json *json, int32_t item,
                                const char *what, struct pt_err *err)
{
    const char *name = NULL;

    if (pt_json_name(json, item, what, &name, err) < 0)
        return -1;
    int32_t place = pt_pipeline_names_find(&drafts->ids, name);
    if (place < 0)
        pt_pipeline_names_bad(&drafts->ids, json, item, what, err);
    return place;
}

static int add_parent(struct pt_pipeline_drafts *drafts,
                      const struct pt_json *json,
                      struct pt_pipeline_draft *draft, int32_t item,
                      struct pt_err *err)
{
    int32_t parent =
        pt_pipeline_drafts_find(drafts, json, item, "'after'", err);

    if (parent < 0)
        return -1;
    for (int32_t i = 0; i < draft->nparents; i++)
        if (draft->parents[i] == parent)
            return pt_json_bad(json, item, err,
                               "'after': '%.60s' stands here twice (expected "
                               "it once)",
                               pt_json_text(json, item));
    draft->parents[draft->nparents++] = parent;
    drafts->items[parent].nchildren++;
    return 0;
}

static int read_parents(struct pt_pipeline_drafts *drafts,
                        struct pt_pipeline_doc *doc,
                        struct pt_pipeline_draft *draft, struct pt_err *err)
{
    const struct pt_json *json = &doc->json;
    int32_t item = draft->at[PT_STAGE_AFTER];

    if (item < 0)
        return 0;
    bool many = pt_json_at(json, item)->kind == PT_JSON_LIST;
    int32_t n = many ? pt_json_at(json, item)->n : 1;
    if (n > drafts->n)
        return pt_json_bad(json, item, err,
                           "'after' names more stages than there are (expected "
                           "each once)");
    draft->parents = pt_pipeline_keep(doc, (size_t)n, sizeof *draft->parents);
    if (!many)
        return add_parent(drafts, json, draft, item, err);
    for (int32_t i = item + 1; i < pt_json_at(json, item)->end;
         i = pt_json_at(json, i)->end)
        if (add_parent(drafts, json, draft, i, err) < 0)
            return -1;
    return 0;
}

/* ---- the order ---- */

/* Somebody waits for itself: says who. */
static int bad_circle(const struct pt_pipeline_drafts *drafts,
                      const struct pt_json *json, struct pt_err *err)
{
    bool *seen = pt_alloc((size_t)drafts->n, sizeof *seen);
    int32_t place = 0;

    while (drafts->items[place].index >= 0)
        place++;
    /* From one that waits to one that it waits for, until somebody is met
     * again. */
    while (!seen[place]) {
        const struct pt_pipeline_draft *draft = &drafts->items[place];
        seen[place] = true;
        for (int32_t i = 0; i < draft->nparents; i++) {
            place = draft->parents[i];
            if (drafts->items[place].index < 0)
                break;
        }
    }
    pt_free(seen);
    return pt_json_bad(json, drafts->items[place].at[PT_STAGE_AFTER], err,
                       "the stage waits for itself, by way of those that it is "
                       "after (expected no circle)");
}

/* Of children each parent's, one after the other, into CHILDREN; where each
 * one's begin, into FIRST [n + 1]. */
static void list_children(const struct pt_pipeline_drafts *drafts,
                          int32_t *first, int32_t *children)
{
    int32_t n = drafts->n;

    for (int32_t i = 0; i < n; i++)
        first[i + 1] = first[i] + drafts->items[i].nchildren;
    for (int32_t i = n - 1; i >= 0; i--) {
        const struct pt_pipeline_draft *draft = &drafts->items[i];
        for (int32_t k = 0; k < draft->nparents; k++)
            children[--first[draft->parents[k] + 1]] = i;
    }
    /* Each start has moved one place up. */
    for (int32_t i = 0; i < n; i++)
        first[i] = first[i + 1];
    first[n] = n > 0 ? first[n - 1] + drafts->items[n - 1].nchildren : 0;
}

/* Parents before children, otherwise as they stand. */
static int find_order(struct pt_pipeline_drafts *drafts,
                      const struct pt_json *json, struct pt_err *err)
{
    size_t n = (size_t)drafts->n, edges = 0;
    struct pt_agenda ready;
    int32_t done = 0;

    for (size_t i = 0; i < n; i++)
        edges += (size_t)drafts->items[i].nparents;
    int32_t *first = pt_alloc(n + 1, sizeof *first);
    int32_t *children = pt_alloc(edges, sizeof *children);
    int32_t *waits = pt_alloc(n, sizeof *waits);
    list_children(drafts, first, children);
    pt_agenda_init(&ready);
    for (int32_t i = 0; i < drafts->n; i++) {
        drafts->items[i].index = -1;
        waits[i] = drafts->items[i].nparents;
        if (waits[i] == 0)
            pt_agenda_set(&ready, i, 0);
    }
    while (ready.n > 0) {
        int32_t place = pt_agenda_pop(&ready);
        drafts->items[place].index = done++;
        for (int32_t k = first[place]; k < first[place + 1]; k++)
            if (--waits[children[k]] == 0)
                pt_agenda_set(&ready, children[k], 0);
    }
    pt_agenda_fini(&ready);
    pt_free(waits);
    pt_free(children);
    pt_free(first);
    return done == drafts->n ? 0 : bad_circle(drafts, json, err);
}

static int read_drafts(struct pt_pipeline_drafts *drafts,
                       struct pt_pipeline_doc *doc, int32_t stages,
                       struct pt_err *err)
{
    int64_t tasks = 0;
    int32_t item = stages + 1;

    for (int32_t i = 0; i < drafts->n; i++) {
        if (read_draft(doc, item, i, drafts, err) < 0)
            return -1;
        tasks += drafts->items[i].ntasks;
        if (tasks > PT_PIPELINE_TASKS)
            return pt_json_bad(&doc->json, item, err,
                               "the job has too many tasks (expected at most "
                               "%lld)",
                               (long long)PT_PIPELINE_TASKS);
        item = pt_json_at(&doc->json, item)->end;
    }
    if (check_ids(drafts, &doc->json, err) < 0)
        return -1;
    for (int32_t i = 0; i < drafts->n; i++)
        if (read_parents(drafts, doc, &drafts->items[i], err) < 0)
            return -1;
    return find_order(drafts, &doc->json, err);
}

int pt_pipeline_drafts_open(struct pt_pipeline_drafts *drafts,
                            struct pt_pipeline_doc *doc, int32_t stages,
                            struct pt_err *err)
{
    *drafts = (struct pt_pipeline_drafts){.n = 0};
    if (pt_json_expect(&doc->json, stages, "'stages'", PT_JSON_LIST, err) < 0)
        return -1;
    int32_t n = pt_json_at(&doc->json, stages)->n;
    if (n == 0 || n > PT_PIPELINE_STAGES)
        return pt_json_bad(&doc->json, stages, err,
                           "%ld stages (expected 1 to %d)", (long)n,
                           PT_PIPELINE_STAGES);
    drafts->n = n;
    drafts->items = pt_alloc((size_t)n, sizeof *drafts->items);
    drafts->ids.n = n;
    drafts->ids.items = pt_alloc((size_t)n, sizeof *drafts->ids.items);
    int status = read_drafts(drafts, doc, stages, err);
    if (status < 0)
        pt_pipeline_drafts_close(drafts);
    return status;
}

void pt_pipeline_drafts_close(struct pt_pipeline_drafts *drafts)
{
    pt_free(drafts->items);
    pt_free(drafts->ids.items);
    *drafts = (struct pt_pipeline_drafts){.n = 0};
}
