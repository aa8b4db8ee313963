#include "traces/pipeline/doc.h"

#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "base/vec.h"

enum { SCHEMA, NOTE, MACHINE, POOLS, SET, JOBS, DOCUMENT_KEYS };
static const char *const document_keys[] = {"schema", "note", "machine",
                                            "pools",  "set",  "jobs"};
const struct pt_pipeline_kind pt_pipeline_document = {"document", document_keys,
                                                      DOCUMENT_KEYS};

void *pt_pipeline_keep(struct pt_pipeline_doc *doc, size_t count, size_t size)
{
    void *block = pt_alloc(count, size);

    pt_vec_push(doc->blocks, doc->nblocks, doc->capacity, block);
    return block;
}

const char *pt_pipeline_keep_text(struct pt_pipeline_doc *doc, const char *text)
{
    size_t size = strlen(text) + 1;

    return memcpy(pt_pipeline_keep(doc, size, 1), text, size);
}

int pt_pipeline_note_read(const struct pt_json *json, int32_t item,
                          struct pt_err *err)
{
    if (item < 0)
        return 0;
    return pt_json_expect(json, item, "'note'", PT_JSON_TEXT, err);
}

static int read_schema(const struct pt_json *json, int32_t item,
                       struct pt_err *err)
{
    if (item < 0)
        return pt_json_bad(json, 0, err,
                           "no 'schema' (expected \"schema\": \"%s\")",
                           PT_PIPELINE_SCHEMA);
    if (pt_json_expect(json, item, "'schema'", PT_JSON_TEXT, err) < 0)
        return -1;
    if (strcmp(pt_json_text(json, item), PT_PIPELINE_SCHEMA) == 0)
        return 0;
    return pt_json_bad(json, item, err,
                       "the schema '%.60s' is not known (expected '%s')",
                       pt_json_text(json, item), PT_PIPELINE_SCHEMA);
}

/* ---- recorded conditions ---- */

static int read_condition(struct pt_pipeline_doc *doc, int32_t key,
                          struct pt_condition *condition, struct pt_err *err)
{
    const struct pt_json *json = &doc->json;
    const char *value = NULL;

    switch (pt_json_at(json, key + 1)->kind) {
    case PT_JSON_TRUE:
        value = "yes";
        break;
    case PT_JSON_FALSE:
        value = "no";
        break;
    case PT_JSON_NUMBER:
    case PT_JSON_TEXT:
        value = pt_json_text(json, key + 1);
        break;
    case PT_JSON_NULL:
    case PT_JSON_LIST:
    case PT_JSON_OBJECT:
        return pt_json_bad(json, key + 1, err,
                           "'set': no value for '%.60s' (expected a text, a "
                           "number, true or false)",
                           pt_json_text(json, key));
    }
    *condition = (struct pt_condition){
        .key = pt_pipeline_keep_text(doc, pt_json_text(json, key)),
        .value = pt_pipeline_keep_text(doc, value)};
    return 0;
}

static int read_set(struct pt_pipeline_doc *doc, int32_t item,
                    struct pt_err *err)
{
    const struct pt_json *json = &doc->json;
    int32_t n = 0;

    if (item < 0)
        return 0;
    if (pt_json_expect(json, item, "'set'", PT_JSON_OBJECT, err) < 0)
        return -1;
    if (pt_json_at(json, item)->n > 1000)
        return pt_json_bad(json, item, err,
                           "'set': too many keys (expected at most 1000)");
    struct pt_condition *conditions = pt_pipeline_keep(
        doc, (size_t)pt_json_at(json, item)->n, sizeof *conditions);
    for (int32_t key = item + 1; key < pt_json_at(json, item)->end;
         key = pt_json_at(json, key + 1)->end) {
        if (read_condition(doc, key, &conditions[n], err) < 0)
            return -1;
        for (int32_t i = 0; i < n; i++)
            if (strcmp(conditions[i].key, conditions[n].key) == 0)
                return pt_json_bad(json, key, err,
                                   "'set': '%.60s' stands here twice "
                                   "(expected it once)",
                                   conditions[n].key);
        n++;
    }
    doc->machine.conditions = conditions;
    doc->machine.nconditions = n;
    return 0;
}

static int read_document(struct pt_pipeline_doc *doc, struct pt_err *err)
{
    const struct pt_json *json = &doc->json;
    int32_t at[DOCUMENT_KEYS];

    if (pt_json_expect(json, 0, "the document", PT_JSON_OBJECT, err) < 0 ||
        pt_json_keys(json, 0, "the document", document_keys, DOCUMENT_KEYS, at,
                     err) < 0 ||
        read_schema(json, at[SCHEMA], err) < 0 ||
        pt_pipeline_note_read(json, at[NOTE], err) < 0 ||
        pt_pipeline_machine_read(doc, at[MACHINE], err) < 0 ||
        pt_pipeline_pools_read(doc, at[POOLS], err) < 0 ||
        read_set(doc, at[SET], err) < 0)
        return -1;
    if (at[JOBS] < 0)
        return pt_json_bad(json, 0, err, "no 'jobs' (expected a list of them)");
    return pt_pipeline_jobs_read(doc, at[JOBS], err);
}

/* Nodes that come after the first job has come are not there at first. */
static void find_absent(struct pt_pipeline_doc *doc)
{
    pt_time first = PT_TIME_NEVER;

    for (int32_t i = 0; i < doc->njobs; i++)
        if (doc->jobs[i].after < 0 && doc->jobs[i].submit < first)
            first = doc->jobs[i].submit;
    if (doc->node)
        for (int64_t i = 0; i < doc->machine.nodes; i++)
            doc->node[i].node.absent = doc->node[i].up > first;
}

/* The stages of GANGS, as they are said. */
static void list_gangs(struct pt_pipeline_doc *doc, const char *gangs)
{
    size_t size = strlen(gangs) + 1;
    char *from = memcpy(pt_pipeline_keep(doc, size, 1), gangs, size);

    doc->gangs = pt_pipeline_keep(doc, size, sizeof *doc->gangs);
    while (from && *gangs != '\0') {
        char *end = strchr(from, '+');
        if (end)
            *end++ = '\0';
        doc->gangs[doc->ngangs++].id = from;
        from = end;
    }
}

bool pt_pipeline_is_asked(struct pt_pipeline_doc *doc, const char *id)
{
    bool asked = false;

    for (int32_t i = 0; i < doc->ngangs; i++) {
        struct pt_pipeline_gang *gang = &doc->gangs[i];
        if (strcmp(gang->id, id) == 0)
            asked = gang->met = true;
        else if (!gang->near && pt_text_nearest(gang->id, &id, 1))
            gang->near = pt_pipeline_keep_text(doc, id);
    }
    return asked;
}

/* Whoever asks for a gang means a stage that is there. */
static int check_gangs(const struct pt_pipeline_doc *doc, struct pt_err *err)
{
    for (int32_t i = 0; i < doc->ngangs; i++) {
        const struct pt_pipeline_gang *gang = &doc->gangs[i];
        if (gang->met)
            continue;
        if (gang->near)
            return pt_err_set(err, PT_ERR_USAGE,
                              "gang: no job has a stage '%.60s' (did you mean "
                              "'%.60s'?)",
                              gang->id, gang->near);
        return pt_err_set(err, PT_ERR_USAGE,
                          "gang: no job has a stage '%.60s' (expected "
                          "STAGE[+STAGE...], their ids)",
                          gang->id);
    }
    return 0;
}

int pt_pipeline_doc_open(struct pt_pipeline_doc *doc, const char *file,
                         char *text, size_t n, const char *gangs,
                         struct pt_err *err)
{
    *doc = (struct pt_pipeline_doc){.njobs = 0};
    if (pt_json_open(&doc->json, file, text, n, err) < 0)
        return -1;
    list_gangs(doc, gangs);
    int status = read_document(doc, err);
    if (status == 0)
        status = check_gangs(doc, err);
    pt_json_close(&doc->json);
    if (status < 0)
        pt_pipeline_doc_close(doc);
    else
        find_absent(doc);
    return status;
}

void pt_pipeline_doc_close(struct pt_pipeline_doc *doc)
{
    for (int32_t i = 0; i < doc->nblocks; i++)
        pt_free(doc->blocks[i]);
    pt_free(doc->blocks);
    *doc = (struct pt_pipeline_doc){.njobs = 0};
}
