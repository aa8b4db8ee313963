/* study_setup.c - of a study's document: the machine, the settings, the
 * policies. */
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "core/policy.h"
#include "experiments/study_parts.h"

/* ---- the machine ---- */

static int read_amounts(struct pt_study_doc *doc, int32_t item,
                        struct pt_err *err)
{
    static const char *const keys[] = {"nodes", "cores"};
    const struct pt_json *json = &doc->json;
    struct pt_study *study = doc->study;
    int64_t amounts[2] = {0, 1};
    int32_t at[2];

    if (pt_json_keys(json, item, "cluster", keys, 2, at, err) < 0)
        return -1;
    for (int i = 0; i < 2; i++)
        if (at[i] >= 0 && pt_json_at(json, at[i])->kind == PT_JSON_NULL)
            at[i] = -1;
    if (pt_json_int(json, at[0], "nodes", 1, INT32_MAX / 2, &amounts[0], err) <
            0 ||
        pt_json_int(json, at[1], "cores", 1, INT32_MAX / 2, &amounts[1], err) <
            0)
        return -1;
    if (at[0] < 0 && at[1] >= 0)
        return pt_json_bad(json, at[1], err,
                           "cores without nodes (expected \"nodes\" too)");
    if (amounts[0] > INT32_MAX / 2 / amounts[1])
        return pt_json_bad(json, item, err,
                           "the cluster is too large (expected at most %d "
                           "processors in all)",
                           INT32_MAX / 2);
    study->nodes = amounts[0];
    study->cores = at[0] < 0 ? 0 : amounts[1];
    return 0;
}

int pt_study_read_cluster(struct pt_study_doc *doc, int32_t item,
                          struct pt_err *err)
{
    const struct pt_json *json = &doc->json;
    struct pt_err why = {.code = PT_ERR_NONE};
    const char *text;

    if (item < 0 || pt_json_at(json, item)->kind == PT_JSON_NULL)
        return 0;
    if (pt_json_at(json, item)->kind == PT_JSON_OBJECT)
        return read_amounts(doc, item, err);
    if (pt_study_doc_value(doc, item, "cluster", &text, err) < 0)
        return -1;
    if (pt_study_set_nodes(doc->study, text, &why) == 0)
        return 0;
    return pt_json_bad(json, item, err,
                       "cluster '%.40s' is not a machine (expected \"N\" or "
                       "\"NxC\": N nodes of C processors each, or an object "
                       "with nodes and cores)",
                       text);
}

/* ---- settings ---- */

static int set_text(struct pt_study_doc *doc, int32_t item, const char *key,
                    const char *value, struct pt_err *err)
{
    struct pt_err why = {.code = PT_ERR_NONE};
    const bool files = strcmp(key, "failures") == 0;
    char *text = files ? pt_study_failures_new(doc->folder, value, &why) : NULL;
    int status = why.code == PT_ERR_NONE ? 0 : -1;

    if (status == 0)
        status = pt_settings_set(&doc->study->settings, "set", key,
                                 text ? text : value, &why);
    pt_free(text);
    return status < 0 ? pt_study_doc_bad(doc, item, &why, err) : 0;
}

static int set_one(struct pt_study_doc *doc, int32_t key, struct pt_err *err)
{
    const struct pt_json *json = &doc->json;
    const char *name = pt_json_text(json, key), *value;
    const bool known = pt_param_find(pt_settings_params, name) != NULL;

    /* An unknown name is told where it stands. */
    if (!known)
        return set_text(doc, key, name, "", err);
    if (pt_study_doc_value(doc, key + 1, name, &value, err) < 0)
        return -1;
    if (strcmp(name, "replication") == 0 && strcmp(value, "1") != 0)
        return pt_json_bad(json, key, err,
                           "set.replication is each run's own (expected "
                           "\"replications\": N in the study)");
    return set_text(doc, key + 1, name, value, err);
}

/* The texts of ITEM, one or a list of them, joined by +; the caller frees. */
static char *joined(const struct pt_study_doc *doc, int32_t item,
                    const char *what, struct pt_err *err)
{
    const struct pt_json *json = &doc->json;
    const struct pt_json_item *at = pt_json_at(json, item);
    const bool list = at->kind == PT_JSON_LIST;
    size_t size = 1;
    char *text;

    for (int32_t i = list ? item + 1 : item; i < at->end;
         i = pt_json_at(json, i)->end) {
        if (pt_json_expect(json, i, what, PT_JSON_TEXT, err) < 0)
            return NULL;
        size += (size_t)pt_json_at(json, i)->n + 1;
    }
    text = pt_alloc(size, 1);
    for (int32_t i = list ? item + 1 : item; i < at->end;
         i = pt_json_at(json, i)->end) {
        const size_t used = strlen(text);
        pt_text_copy(text + used, size - used, used > 0 ? "+" : "");
        pt_text_copy(text + strlen(text), size - strlen(text),
                     pt_json_text(json, i));
    }
    return text;
}

/* ITEM, which is KEY's besides SET. */
static int set_besides(struct pt_study_doc *doc, int32_t set, int32_t item,
                       const char *key, struct pt_err *err)
{
    const struct pt_json *json = &doc->json;
    char *text;
    int status;

    if (item < 0 || pt_json_at(json, item)->kind == PT_JSON_NULL)
        return 0;
    for (int32_t i = 0; set >= 0 && (i = pt_study_doc_key(doc, set, i)) > 0;)
        if (strcmp(pt_json_text(json, i), key) == 0)
            return pt_json_bad(json, item, err,
                               "%s is set twice (expected it here or in "
                               "\"set\")",
                               key);
    text = joined(doc, item, key, err);
    if (!text)
        return -1;
    status = set_text(doc, item, key, text[0] ? text : "none", err);
    pt_free(text);
    return status;
}

static int read_given(struct pt_study_doc *doc, int32_t item,
                      struct pt_err *err)
{
    const struct pt_json *json = &doc->json;
    uint64_t given = 0;

    if (item < 0)
        return 0;
    if (pt_json_expect(json, item, "given", PT_JSON_LIST, err) < 0)
        return -1;
    for (int32_t i = item + 1; i < pt_json_at(json, item)->end; i++) {
        if (pt_json_expect(json, i, "given", PT_JSON_TEXT, err) < 0)
            return -1;
        const struct pt_param *param =
            pt_param_find(pt_settings_params, pt_json_text(json, i));
        if (!param)
            return set_text(doc, i, pt_json_text(json, i), "", err);
        const uint64_t bit = UINT64_C(1) << (param - pt_settings_params);
        if (given & bit)
            return pt_json_bad(json, i, err,
                               "given: '%s' stands here twice (expected it "
                               "once)",
                               param->name);
        given |= bit;
    }
    doc->study->settings.given = given;
    return 0;
}

int pt_study_read_settings(struct pt_study_doc *doc, int32_t set, int32_t given,
                           int32_t failures, int32_t changes,
                           struct pt_err *err)
{
    struct pt_settings *settings = &doc->study->settings;

    pt_text_copy(settings->warmup, sizeof settings->warmup, PT_STUDY_WARMUP);
    if (set >= 0 && pt_study_doc_keys(doc, set, "set", err) < 0)
        return -1;
    for (int32_t key = 0;
         set >= 0 && (key = pt_study_doc_key(doc, set, key)) > 0;)
        if (set_one(doc, key, err) < 0)
            return -1;
    if (set_besides(doc, set, failures, "failures", err) < 0 ||
        set_besides(doc, set, changes, "changes", err) < 0)
        return -1;
    return read_given(doc, given, err);
}

/* ---- policies ---- */

static int set_parameter(struct pt_study_doc *doc, struct pt_choice *choice,
                         int32_t key, struct pt_err *err)
{
    const struct pt_json *json = &doc->json;
    const struct pt_policy *policy = choice->policy;
    const char *name = pt_json_text(json, key), *value;
    struct pt_err why = {.code = PT_ERR_NONE};
    const bool known = pt_param_find(policy->params, name) != NULL;

    if (pt_study_doc_value(doc, key + 1, name, &value, err) < 0)
        return -1;
    if (pt_param_set(policy->params, choice->state, policy->name, name, value,
                     &why) < 0)
        return pt_study_doc_bad(doc, known ? key + 1 : key, &why, err);
    pt_free(choice->text);
    choice->text =
        pt_plugin_text_new((const struct pt_plugin *)policy, choice->state);
    return 0;
}

/* {"policy": NAME, PARAMETER: value, ...} */
static int read_parts(struct pt_study_doc *doc, int32_t label, int32_t item,
                      struct pt_err *err)
{
    struct pt_choices *choices = &doc->study->choices;
    const struct pt_json *json = &doc->json;
    struct pt_err why = {.code = PT_ERR_NONE};
    int32_t name = -1;

    if (pt_study_doc_keys(doc, item, "a policy", err) < 0)
        return -1;
    for (int32_t key = 0; (key = pt_study_doc_key(doc, item, key)) > 0;)
        if (strcmp(pt_json_text(json, key), "policy") == 0)
            name = key + 1;
    if (name < 0)
        return pt_json_bad(json, item, err,
                           "the policy has no name (expected \"policy\": one "
                           "of protium list policies)");
    if (pt_json_expect(json, name, "policy", PT_JSON_TEXT, err) < 0)
        return -1;
    if (pt_choices_add_labelled(choices, pt_json_text(json, label),
                                pt_json_text(json, name), &why) < 0)
        return pt_study_doc_bad(
            doc, pt_label_is_valid(pt_json_text(json, label)) ? name : label,
            &why, err);
    for (int32_t key = 0; (key = pt_study_doc_key(doc, item, key)) > 0;)
        if (key + 1 != name &&
            set_parameter(doc, &choices->items[choices->n - 1], key, err) < 0)
            return -1;
    return 0;
}

static int read_labelled(struct pt_study_doc *doc, int32_t key,
                         struct pt_err *err)
{
    struct pt_choices *choices = &doc->study->choices;
    const struct pt_json *json = &doc->json;
    const char *label = pt_json_text(json, key);
    struct pt_err why = {.code = PT_ERR_NONE};

    if (pt_json_at(json, key + 1)->kind == PT_JSON_OBJECT)
        return read_parts(doc, key, key + 1, err);
    if (pt_json_expect(json, key + 1, "a policy", PT_JSON_TEXT, err) < 0)
        return -1;
    if (pt_choices_add_labelled(choices, label, pt_json_text(json, key + 1),
                                &why) == 0)
        return 0;
    return pt_study_doc_bad(doc, pt_label_is_valid(label) ? key + 1 : key, &why,
                            err);
}

static int read_list(struct pt_study_doc *doc, int32_t item, struct pt_err *err)
{
    const struct pt_json *json = &doc->json;
    const bool list = pt_json_at(json, item)->kind == PT_JSON_LIST;

    for (int32_t i = list ? item + 1 : item; i < pt_json_at(json, item)->end;
         i = pt_json_at(json, i)->end) {
        struct pt_err why = {.code = PT_ERR_NONE};
        if (pt_json_expect(json, i, "a policy", PT_JSON_TEXT, err) < 0)
            return -1;
        if (pt_choices_add(&doc->study->choices, pt_json_text(json, i), &why) <
            0)
            return pt_study_doc_bad(doc, i, &why, err);
    }
    return 0;
}

int pt_study_read_policies(struct pt_study_doc *doc, int32_t item,
                           struct pt_err *err)
{
    const struct pt_json *json = &doc->json;

    if (pt_json_at(json, item)->kind == PT_JSON_OBJECT) {
        if (pt_study_doc_keys(doc, item, "policies", err) < 0)
            return -1;
        for (int32_t key = 0; (key = pt_study_doc_key(doc, item, key)) > 0;)
            if (read_labelled(doc, key, err) < 0)
                return -1;
    } else if (read_list(doc, item, err) < 0) {
        return -1;
    }
    if (doc->study->choices.n > 0)
        return 0;
    return pt_json_bad(json, item, err,
                       "no policies (expected at least one, such as "
                       "\"easy\": protium list policies)");
}
