/* study_workload.c - of a study's document: the workload. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "ask/kinds.h"
#include "base/alloc.h"
#include "base/text.h"
#include "experiments/study_parts.h"
#include "traces/source.h"

/* TEXT, which the study keeps. */
static const char *kept(struct pt_study *study, char *text)
{
    const size_t n = (size_t)study->ntexts + 1;

    study->texts = pt_realloc(study->texts, n, sizeof *study->texts);
    return study->texts[study->ntexts++] = text;
}

/* ---- models ---- */

char *pt_study_short_new(const struct pt_plugin *plugin, const void *state)
{
    void *usual = pt_plugin_state_new(plugin);
    char *all = pt_plugin_text_new(plugin, state);
    const size_t size = strlen(all) + 1;
    char *text = pt_alloc(size, 1);
    char ours[PT_PARAM_TEXT_SIZE], theirs[PT_PARAM_TEXT_SIZE];
    bool first = true;

    pt_text_copy(text, size, plugin->name);
    for (const struct pt_param *p = plugin->params; p && p->name; p++) {
        pt_param_print(p, state, ours, sizeof ours);
        pt_param_print(p, usual, theirs, sizeof theirs);
        if (strcmp(ours, theirs) == 0)
            continue;
        const char *const parts[] = {first ? ":" : ",", p->name, "=", ours};
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
            const size_t used = strlen(text);
            pt_text_copy(text + used, size - used, parts[i]);
        }
        first = false;
    }
    pt_free(usual);
    pt_free(all);
    return text;
}

/* WORKLOAD becomes the model with STATE. */
static void take_model(struct pt_study *study, struct pt_workload *workload,
                       const struct pt_plugin *plugin, const void *state)
{
    char *all = pt_plugin_text_new(plugin, state);
    const char *colon = strchr(all, ':');
    const char *params = colon ? colon + 1 : "";

    *workload = (struct pt_workload){
        .text = kept(study, pt_study_short_new(plugin, state)),
        .source = (const struct pt_source *)plugin,
        .params = pt_text_dup(params, strlen(params))};
    pt_free(all);
}

/* TEXT is "MODEL[:KEY=VALUE,...]". */
static int find_model(struct pt_study *study, struct pt_workload *workload,
                      const char *text, struct pt_err *why)
{
    const size_t n = strcspn(text, ":");
    const int index = pt_kind_find(PT_KIND_MODEL, text, n);
    const struct pt_plugin *plugin = pt_kind_item(PT_KIND_MODEL, index);
    void *state = pt_plugin_state_new(plugin);
    int status = 0;

    if (text[n] == ':')
        status = pt_plugin_set_text(plugin, state, text + n + 1, why);
    if (status == 0)
        take_model(study, workload, plugin, state);
    pt_free(state);
    return status;
}

static int unknown(enum pt_kind kind, const char *name, struct pt_err *why)
{
    const char *near = pt_kind_nearest(kind, name);
    char names[256];

    if (near)
        return pt_err_set(why, PT_ERR_USAGE,
                          "unknown %s '%.60s' (did you mean '%s'?)",
                          pt_kind_singular(kind), name, near);
    pt_kind_names(kind, names, sizeof names);
    return pt_err_set(why, PT_ERR_USAGE,
                      "unknown %s '%.60s' (expected one of %s)",
                      pt_kind_singular(kind), name, names);
}

/* ---- traces ---- */

/* NAME is no file that can be read: was a model meant? */
static int refuse_trace(const char *name, int number, struct pt_err *why)
{
    const size_t n = strcspn(name, ":");
    char *word = pt_text_dup(name, n);
    const char *near =
        strchr(name, '/') ? NULL : pt_kind_nearest(PT_KIND_MODEL, word);

    pt_free(word);
    if (number == ENOENT && near)
        return pt_err_set(why, PT_ERR_USAGE,
                          "'%.200s' is no file here, nor a model (did you mean "
                          "'%s%.100s'?)",
                          name, near, name + n);
    return pt_err_set(why, PT_ERR_USAGE,
                      "the trace '%.200s' cannot be read: %s (expected a file, "
                      "seen from the study's folder)",
                      name, strerror(number));
}

static int find_trace(struct pt_study_doc *doc, struct pt_workload *workload,
                      const char *name, struct pt_err *why)
{
    const char *slash = strrchr(name, '/');
    char *path = pt_study_path_new(doc->folder, name);
    struct stat status;

    /* A folder that was moved may have its trace beside the study. */
    if (name[0] == '/' && stat(path, &status) < 0) {
        pt_free(path);
        path = pt_study_path_new(doc->folder, slash + 1);
    }
    if (name[0] == '\0' || stat(path, &status) < 0) {
        const int number = name[0] ? errno : ENOENT;
        pt_free(path);
        return refuse_trace(name, number, why);
    }
    return pt_workload_find(workload, kept(doc->study, path), why);
}

/* A model's text, or a trace. */
static int find(struct pt_study_doc *doc, struct pt_workload *workload,
                const char *text, struct pt_err *why)
{
    if (pt_kind_find(PT_KIND_MODEL, text, strcspn(text, ":")) >= 0)
        return find_model(doc->study, workload, text, why);
    return find_trace(doc, workload, text, why);
}

int pt_study_read_found(struct pt_study_doc *doc, int32_t item,
                        const char *value, char **text, struct pt_err *err)
{
    struct pt_study *study = doc->study;
    struct pt_err why = {.code = PT_ERR_NONE};
    struct pt_workload workload = {.text = NULL};

    if (find(doc, &workload, value, &why) < 0)
        return pt_study_doc_bad(doc, item, &why, err);
    *text = pt_text_dup(workload.text, strlen(workload.text));
    for (int i = 0; i < study->nfound; i++)
        if (strcmp(study->found[i].text, workload.text) == 0) {
            pt_workload_fini(&workload);
            return 0;
        }
    study->found = pt_realloc(study->found, (size_t)study->nfound + 1,
                              sizeof *study->found);
    study->found[study->nfound++] = workload;
    return 0;
}

/* ---- the document ---- */

/* The value of OBJECT's KEY, or -1. */
static int32_t value_of(const struct pt_study_doc *doc, int32_t object,
                        const char *name)
{
    for (int32_t key = 0; (key = pt_study_doc_key(doc, object, key)) > 0;)
        if (strcmp(pt_json_text(&doc->json, key), name) == 0)
            return key + 1;
    return -1;
}

static int read_trace(struct pt_study_doc *doc, int32_t item, int32_t *changes,
                      struct pt_err *err)
{
    static const char *const keys[] = {"trace", "format", "changes"};
    const struct pt_json *json = &doc->json;
    struct pt_workload *workload = &doc->study->workload;
    struct pt_err why = {.code = PT_ERR_NONE};
    int32_t at[3];

    if (pt_json_keys(json, item, "workload", keys, 3, at, err) < 0 ||
        pt_json_expect(json, at[0], "trace", PT_JSON_TEXT, err) < 0)
        return -1;
    *changes = at[2];
    if (find_trace(doc, workload, pt_json_text(json, at[0]), &why) < 0)
        return pt_study_doc_bad(doc, at[0], &why, err);
    if (at[1] < 0 || pt_json_at(json, at[1])->kind == PT_JSON_NULL)
        return 0;
    if (pt_json_expect(json, at[1], "format", PT_JSON_TEXT, err) < 0)
        return -1;
    const char *name = pt_json_text(json, at[1]);
    const int index = pt_kind_find(PT_KIND_SOURCE, name, strlen(name));
    if (index < 0) {
        unknown(PT_KIND_SOURCE, name, &why);
        return pt_study_doc_bad(doc, at[1], &why, err);
    }
    workload->source =
        (const struct pt_source *)pt_kind_item(PT_KIND_SOURCE, index);
    return 0;
}

/* The parameters of PLUGIN that the object ITEM has beside `model`. */
static int set_parameters(struct pt_study_doc *doc, int32_t item,
                          const struct pt_plugin *plugin, void *state,
                          int32_t *changes, struct pt_err *err)
{
    const struct pt_json *json = &doc->json;

    for (int32_t key = 0; (key = pt_study_doc_key(doc, item, key)) > 0;) {
        const char *name = pt_json_text(json, key), *value;
        struct pt_err why = {.code = PT_ERR_NONE};
        const bool known = pt_param_find(plugin->params, name) != NULL;
        if (strcmp(name, "model") == 0)
            continue;
        if (strcmp(name, "changes") == 0) {
            *changes = key + 1;
            continue;
        }
        if (pt_study_doc_value(doc, key + 1, name, &value, err) < 0)
            return -1;
        if (strchr(value, ','))
            return pt_json_bad(json, key + 1, err,
                               "%s: '%.60s' has a ',' in it (expected none)",
                               name, value);
        if (pt_param_set(plugin->params, state, plugin->name, name, value,
                         &why) < 0)
            return pt_study_doc_bad(doc, known ? key + 1 : key, &why, err);
    }
    return 0;
}

static int read_model(struct pt_study_doc *doc, int32_t item, int32_t *changes,
                      struct pt_err *err)
{
    const struct pt_json *json = &doc->json;
    const int32_t model = value_of(doc, item, "model");
    struct pt_err why = {.code = PT_ERR_NONE};
    int index, status;

    if (pt_json_expect(json, model, "model", PT_JSON_TEXT, err) < 0)
        return -1;
    const char *name = pt_json_text(json, model);
    index = pt_kind_find(PT_KIND_MODEL, name, strlen(name));
    if (index < 0) {
        unknown(PT_KIND_MODEL, name, &why);
        return pt_study_doc_bad(doc, model, &why, err);
    }
    const struct pt_plugin *plugin = pt_kind_item(PT_KIND_MODEL, index);
    void *state = pt_plugin_state_new(plugin);
    status = set_parameters(doc, item, plugin, state, changes, err);
    if (status == 0)
        take_model(doc->study, &doc->study->workload, plugin, state);
    pt_free(state);
    return status;
}

int pt_study_read_workload(struct pt_study_doc *doc, int32_t item,
                           int32_t *changes, struct pt_err *err)
{
    const struct pt_json *json = &doc->json;
    struct pt_err why = {.code = PT_ERR_NONE};

    if (pt_json_at(json, item)->kind == PT_JSON_TEXT) {
        if (find(doc, &doc->study->workload, pt_json_text(json, item), &why) <
            0)
            return pt_study_doc_bad(doc, item, &why, err);
        return 0;
    }
    if (pt_json_at(json, item)->kind != PT_JSON_OBJECT)
        return pt_json_bad(json, item, err,
                           "workload is neither a text nor an object (expected "
                           "\"MODEL:KEY=VALUE,...\", a trace's path, or an "
                           "object with a model or a trace)");
    if (pt_study_doc_keys(doc, item, "workload", err) < 0)
        return -1;
    const bool model = value_of(doc, item, "model") >= 0;
    const bool trace = value_of(doc, item, "trace") >= 0;
    if (model == trace)
        return pt_json_bad(json, item, err,
                           "the workload has %s (expected \"model\" or "
                           "\"trace\")",
                           model ? "a model and a trace" : "no source");
    return model ? read_model(doc, item, changes, err)
                 : read_trace(doc, item, changes, err);
}
