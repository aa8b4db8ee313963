/* study_schema.c - the JSON schema of a study's document, for editors. */
#include <string.h>

#include "ask/kinds.h"
#include "base/text.h"
#include "core/policy.h"
#include "experiments/study_parts.h"
#include "registry.h"
#include "sink/summary.h"

#define LABEL_PATTERN  "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
#define REMARK_PATTERN "^(//|\\$comment$)"
#define TIME_PATTERN   "^([0-9.]+(e[0-9]+)?(us|ms|s|m|h|d)?|never)$"

/* ---- small parts ---- */

static void put_help(struct pt_doc *doc, const char *help)
{
    if (help)
        pt_doc_text(doc, "description", help);
}

/* An object under KEY, of whose properties a list is open: more of them, then
 * end_object(). */
static void begin_object(struct pt_doc *doc, const char *key, const char *help)
{
    pt_doc_begin(doc, key, '{');
    put_help(doc, help);
    pt_doc_text(doc, "type", "object");
    pt_doc_begin(doc, "properties", '{');
}

/* REQUIRED, ended by NULL, may be NULL. */
static void end_object(struct pt_doc *doc, const char *const *required)
{
    pt_doc_end(doc, '}');
    pt_doc_begin(doc, "patternProperties", '{');
    pt_doc_raw(doc, REMARK_PATTERN, "true");
    pt_doc_end(doc, '}');
    pt_doc_bool(doc, "additionalProperties", false);
    if (required) {
        pt_doc_begin(doc, "required", '[');
        for (; *required; required++)
            pt_doc_text(doc, NULL, *required);
        pt_doc_end(doc, ']');
    }
    pt_doc_end(doc, '}');
}

/* An object of any keys, each of whose values is as `definitions` has NAME. */
static void put_map(struct pt_doc *doc, const char *key, const char *help,
                    const char *pattern, const char *name)
{
    pt_doc_begin(doc, key, '{');
    put_help(doc, help);
    pt_doc_text(doc, "type", "object");
    pt_doc_begin(doc, "patternProperties", '{');
    pt_doc_raw(doc, REMARK_PATTERN, "true");
    pt_doc_begin(doc, pattern, '{');
    pt_doc_text(doc, "$ref", name);
    pt_doc_end(doc, '}');
    pt_doc_end(doc, '}');
    pt_doc_bool(doc, "additionalProperties", false);
    pt_doc_raw(doc, "minProperties", "1");
    pt_doc_end(doc, '}');
}

static void put_ref(struct pt_doc *doc, const char *key, const char *name)
{
    pt_doc_begin(doc, key, '{');
    pt_doc_text(doc, "$ref", name);
    pt_doc_end(doc, '}');
}

/* A value of TYPE, JSON: "\"integer\"" or a list of such. */
static void begin_value(struct pt_doc *doc, const char *key, const char *help,
                        const char *type)
{
    pt_doc_begin(doc, key, '{');
    put_help(doc, help);
    if (type)
        pt_doc_raw(doc, "type", type);
}

static void put_list(struct pt_doc *doc, const char *key, const char *help,
                     const char *items, int least)
{
    begin_value(doc, key, help, "\"array\"");
    pt_doc_raw(doc, "items", items);
    if (least > 0)
        pt_doc_int(doc, "minItems", least);
    pt_doc_bool(doc, "uniqueItems", true);
    pt_doc_end(doc, '}');
}

static void put_enum(struct pt_doc *doc, const char *const *names)
{
    pt_doc_begin(doc, "enum", '[');
    for (; *names; names++)
        pt_doc_text(doc, NULL, *names);
    pt_doc_end(doc, ']');
}

/* ---- tables ---- */

static void put_limits(struct pt_doc *doc, const struct pt_param *param)
{
    const bool any =
        param->min < 0 || param->min > 0 || param->max < 0 || param->max > 0;

    if (any)
        pt_doc_real(doc, "minimum", param->min);
    else if (param->type == PT_PARAM_TIME)
        pt_doc_int(doc, "minimum", 0);
    if (any && param->max < 9e15)
        pt_doc_real(doc, "maximum", param->max);
}

static void put_type(struct pt_doc *doc, const struct pt_param *param)
{
    switch (param->type) {
    case PT_PARAM_INT:
        pt_doc_raw(doc, "type",
                   param->choices ? "[\"integer\", \"string\"]"
                                  : "\"integer\"");
        put_limits(doc, param);
        if (param->choices)
            pt_doc_text(doc, "pattern", "^[a-z0-9]+$");
        break;
    case PT_PARAM_REAL:
        pt_doc_text(doc, "type", "number");
        put_limits(doc, param);
        break;
    case PT_PARAM_TIME:
        pt_doc_raw(doc, "type", "[\"number\", \"string\"]");
        put_limits(doc, param);
        pt_doc_text(doc, "pattern", TIME_PATTERN);
        break;
    case PT_PARAM_BOOL:
        pt_doc_raw(doc, "enum", "[true, false, \"yes\", \"no\"]");
        break;
    case PT_PARAM_CHOICE:
        put_enum(doc, param->choices);
        break;
    case PT_PARAM_TEXT:
        pt_doc_raw(doc, "type", "[\"string\", \"number\"]");
        pt_doc_int(doc, "maxLength", PT_PARAM_TEXT_SIZE - 1);
        break;
    }
}

/* What PARAMS, of OWNER, may be set to, as properties. */
static void put_params(struct pt_doc *doc, const struct pt_param *params,
                       const char *instead)
{
    for (const struct pt_param *p = params; p && p->name; p++) {
        const bool other = instead && strcmp(p->name, "warmup") == 0;
        pt_doc_begin(doc, p->name, '{');
        put_help(doc, p->help);
        put_type(doc, p);
        pt_doc_value(doc, "default", p, other ? instead : p->fallback);
        pt_doc_end(doc, '}');
    }
}

/* ---- policies and models ---- */

/* The names of POLICY, its presets' too. */
static void put_policy_names(struct pt_doc *doc, const struct pt_policy *policy)
{
    const size_t n = strlen(policy->name);

    pt_doc_begin(doc, "enum", '[');
    pt_doc_text(doc, NULL, policy->name);
    for (const struct pt_preset *p = pt_presets; p->name; p++)
        if (strncmp(p->text, policy->name, n) == 0 &&
            (p->text[n] == ':' || p->text[n] == '\0'))
            pt_doc_text(doc, NULL, p->name);
    pt_doc_end(doc, ']');
}

static void put_policy(struct pt_doc *doc)
{
    static const char *const required[] = {"policy", NULL};

    pt_doc_begin(doc, "policy", '{');
    pt_doc_text(doc, "description",
                "NAME[:KEY=VALUE,...] (protium list policies), or an object");
    pt_doc_begin(doc, "anyOf", '[');
    begin_value(doc, NULL, NULL, "\"string\"");
    pt_doc_raw(doc, "minLength", "1");
    pt_doc_end(doc, '}');
    for (int i = 0; pt_policies[i]; i++) {
        begin_object(doc, NULL, pt_policies[i]->summary);
        pt_doc_begin(doc, "policy", '{');
        put_policy_names(doc, pt_policies[i]);
        pt_doc_end(doc, '}');
        put_params(doc, pt_policies[i]->params, NULL);
        end_object(doc, required);
    }
    pt_doc_end(doc, ']');
    pt_doc_end(doc, '}');
}

static void put_changes(struct pt_doc *doc)
{
    const struct pt_param *param = pt_param_find(pt_settings_params, "changes");

    pt_doc_begin(doc, "changes", '{');
    put_help(doc, param ? param->help : NULL);
    pt_doc_raw(doc, "type", "[\"string\", \"array\", \"null\"]");
    pt_doc_raw(doc, "items", "{\"type\": \"string\"}");
    pt_doc_end(doc, '}');
}

static void put_trace(struct pt_doc *doc)
{
    static const char *const required[] = {"trace", NULL};

    begin_object(doc, NULL, "a trace");
    begin_value(doc, "trace", "the file, seen from the folder of the study",
                "\"string\"");
    pt_doc_raw(doc, "minLength", "1");
    pt_doc_end(doc, '}');
    begin_value(doc, "format",
                "how it is read (protium list sources); null: as it looks",
                NULL);
    pt_doc_begin(doc, "enum", '[');
    for (int i = 0; pt_kind_item(PT_KIND_SOURCE, i); i++)
        pt_doc_text(doc, NULL, pt_kind_item(PT_KIND_SOURCE, i)->name);
    pt_doc_text(doc, NULL, NULL);
    pt_doc_end(doc, ']');
    pt_doc_end(doc, '}');
    put_changes(doc);
    end_object(doc, required);
}

static void put_workload(struct pt_doc *doc)
{
    static const char *const required[] = {"model", NULL};
    const struct pt_plugin *model;

    pt_doc_begin(doc, "workload", '{');
    pt_doc_text(doc, "description",
                "where jobs come from: MODEL[:KEY=VALUE,...] (protium list "
                "models), a trace's path, or an object");
    pt_doc_begin(doc, "anyOf", '[');
    begin_value(doc, NULL, NULL, "\"string\"");
    pt_doc_raw(doc, "minLength", "1");
    pt_doc_end(doc, '}');
    put_trace(doc);
    for (int i = 0; (model = pt_kind_item(PT_KIND_MODEL, i)); i++) {
        begin_object(doc, NULL, model->summary);
        begin_value(doc, "model", NULL, NULL);
        pt_doc_text(doc, "const", model->name);
        pt_doc_end(doc, '}');
        put_changes(doc);
        put_params(doc, model->params, NULL);
        end_object(doc, required);
    }
    pt_doc_end(doc, ']');
    pt_doc_end(doc, '}');
}

/* ---- the rest of the setup ---- */

static void put_cluster(struct pt_doc *doc)
{
    static const char *const keys[] = {"nodes", "cores"};
    static const char *const helps[] = {
        "how many nodes; null: as many as the workload says",
        "processors of each node"};

    pt_doc_begin(doc, "cluster", '{');
    pt_doc_text(doc, "description",
                "the machine; null, or left out: the one that the workload "
                "tells of");
    pt_doc_begin(doc, "anyOf", '[');
    pt_doc_raw(doc, NULL, "{\"type\": \"null\"}");
    pt_doc_raw(doc, NULL, "{\"type\": \"integer\", \"minimum\": 1}");
    begin_value(doc, NULL, "N or NxC: N nodes of C processors each",
                "\"string\"");
    pt_doc_text(doc, "pattern", "^[0-9]+(x[0-9]+)?$");
    pt_doc_end(doc, '}');
    begin_object(doc, NULL, NULL);
    for (int i = 0; i < 2; i++) {
        begin_value(doc, keys[i], helps[i], "[\"integer\", \"null\"]");
        pt_doc_int(doc, "minimum", 1);
        pt_doc_int(doc, "maximum", INT32_MAX / 2);
        pt_doc_end(doc, '}');
    }
    end_object(doc, NULL);
    pt_doc_end(doc, ']');
    pt_doc_end(doc, '}');
}

static void put_settings(struct pt_doc *doc)
{
    begin_object(doc, "set", "settings of all runs (protium list settings)");
    put_params(doc, pt_settings_params, PT_STUDY_WARMUP);
    end_object(doc, NULL);
    begin_value(doc, "failures",
                "what breaks the nodes, MODEL[:KEY=VALUE,...][+MODEL...] "
                "(protium list failures), instead of set.failures",
                "[\"string\", \"array\", \"null\"]");
    pt_doc_raw(doc, "items", "{\"type\": \"string\"}");
    pt_doc_end(doc, '}');
    put_list(doc, "given",
             "in a resolved study: the settings that were asked for, so that "
             "what a trace was recorded under does not change them",
             "{\"type\": \"string\"}", 0);
}

static void put_policies(struct pt_doc *doc)
{
    pt_doc_begin(doc, "policies", '{');
    pt_doc_text(doc, "description",
                "what is compared: texts [LABEL=]NAME[:KEY=VALUE,...], or an "
                "object with a policy for each label");
    pt_doc_begin(doc, "anyOf", '[');
    pt_doc_raw(doc, NULL, "{\"type\": \"string\", \"minLength\": 1}");
    pt_doc_raw(doc, NULL,
               "{\"type\": \"array\", \"minItems\": 1, \"items\": {\"type\": "
               "\"string\", \"minLength\": 1}}");
    put_map(doc, NULL, NULL, LABEL_PATTERN, "#/definitions/policy");
    pt_doc_end(doc, ']');
    pt_doc_end(doc, '}');
    begin_value(doc, "baseline",
                "the label that the others are compared with; the first, if "
                "left out",
                "[\"string\", \"null\"]");
    pt_doc_end(doc, '}');
}

/* ---- the grid ---- */

static void put_range(struct pt_doc *doc)
{
    static const char *const required[] = {"from", "to", "step", NULL};

    begin_object(doc, "range", "values at equal steps, the last one included");
    for (int i = 0; required[i]; i++)
        pt_doc_raw(doc, required[i], "{\"type\": \"number\"}");
    end_object(doc, required);
}

static void put_point(struct pt_doc *doc)
{
    static const char *const required[] = {"set", NULL};

    begin_object(doc, "point", "one value of an axis: all that it sets");
    begin_value(doc, "x", "where it is drawn; null: it is no number",
                "[\"number\", \"null\"]");
    pt_doc_end(doc, '}');
    begin_value(doc, "label", "how it is called; part of a folder's name",
                "[\"string\", \"number\", \"null\"]");
    pt_doc_text(doc, "pattern", "^[A-Za-z0-9_.-]{1,64}$");
    pt_doc_end(doc, '}');
    put_map(doc, "set", "PATH: value", "^[^/$]", "#/definitions/scalar");
    end_object(doc, required);
}

static void begin_axis(struct pt_doc *doc)
{
    begin_object(doc, NULL, NULL);
    pt_doc_raw(doc, "title", "{\"type\": [\"string\", \"null\"]}");
    pt_doc_raw(doc, "unit", "{\"type\": [\"string\", \"null\"]}");
}

static void put_axis(struct pt_doc *doc)
{
    static const char *const values[] = {"values", NULL};
    static const char *const points[] = {"points", NULL};

    pt_doc_begin(doc, "values", '{');
    pt_doc_begin(doc, "anyOf", '[');
    pt_doc_raw(doc, NULL,
               "{\"type\": \"array\", \"minItems\": 1, \"items\": {\"$ref\": "
               "\"#/definitions/scalar\"}}");
    put_ref(doc, NULL, "#/definitions/range");
    pt_doc_end(doc, ']');
    pt_doc_end(doc, '}');
    pt_doc_begin(doc, "axis", '{');
    pt_doc_begin(doc, "anyOf", '[');
    put_ref(doc, NULL, "#/definitions/values");
    begin_axis(doc);
    begin_value(doc, "sets",
                "the path that is varied: \"set.failures.nodes.mtbf\"",
                "\"string\"");
    pt_doc_end(doc, '}');
    put_ref(doc, "values", "#/definitions/values");
    end_object(doc, values);
    begin_axis(doc);
    pt_doc_raw(doc, "points",
               "{\"type\": \"array\", \"minItems\": 1, \"items\": {\"$ref\": "
               "\"#/definitions/point\"}}");
    end_object(doc, points);
    pt_doc_end(doc, ']');
    pt_doc_end(doc, '}');
}

static void put_grid(struct pt_doc *doc)
{
    pt_doc_begin(doc, "grid", '{');
    pt_doc_text(doc, "description",
                "what is varied, the last axis fastest: a path and its values. "
                "Paths are settings, parameters of the workload's model, "
                "workload, workload.PARAMETER, cluster.nodes, cluster.cores, "
                "policy.PARAMETER, or SETTING.PLUGIN.PARAMETER, such as "
                "failures.nodes.mtbf");
    pt_doc_raw(doc, "type", "[\"object\", \"null\"]");
    pt_doc_begin(doc, "patternProperties", '{');
    pt_doc_raw(doc, REMARK_PATTERN, "true");
    put_ref(doc, "^[A-Za-z0-9_]", "#/definitions/axis");
    pt_doc_end(doc, '}');
    pt_doc_bool(doc, "additionalProperties", false);
    pt_doc_int(doc, "maxProperties", PT_STUDY_AXES);
    pt_doc_end(doc, '}');
}

/* ---- replications, results ---- */

static void put_metric(struct pt_doc *doc)
{
    int n;
    char **names = pt_summary_columns_new(&n);

    begin_value(doc, "metric", "a column of summary.csv (protium list metrics)",
                NULL);
    pt_doc_begin(doc, "enum", '[');
    for (int i = 0; i < n; i++)
        pt_doc_text(doc, NULL, names[i]);
    pt_doc_end(doc, ']');
    pt_doc_end(doc, '}');
    pt_summary_columns_free(names, n);
}

static void put_stop(struct pt_doc *doc)
{
    static const char *const required[] = {"metric", "relative", "most", NULL};

    pt_doc_begin(doc, "stop", '{');
    pt_doc_text(doc, "description",
                "goes on with replications until the metric is known well "
                "enough, at each point under each policy");
    pt_doc_begin(doc, "anyOf", '[');
    pt_doc_raw(doc, NULL, "{\"type\": \"null\"}");
    begin_object(doc, NULL, NULL);
    put_ref(doc, "metric", "#/definitions/metric");
    begin_value(doc, "relative",
                "half the width of the interval that is wanted, over the mean",
                "\"number\"");
    pt_doc_real(doc, "minimum", 1e-6);
    pt_doc_real(doc, "maximum", 1);
    pt_doc_end(doc, '}');
    begin_value(doc, "most", "replications, at most", "\"integer\"");
    pt_doc_int(doc, "minimum", 2);
    pt_doc_int(doc, "maximum", PT_STUDY_REPLICATIONS);
    pt_doc_end(doc, '}');
    end_object(doc, required);
    pt_doc_end(doc, ']');
    pt_doc_end(doc, '}');
}

static void put_numbers(struct pt_doc *doc)
{
    begin_value(doc, "replications",
                "runs of each policy at each point that differ in nothing but "
                "luck; at least so many, if there is a stop rule",
                "\"integer\"");
    pt_doc_int(doc, "minimum", 1);
    pt_doc_int(doc, "maximum", PT_STUDY_REPLICATIONS);
    pt_doc_int(doc, "default", 1);
    pt_doc_end(doc, '}');
    put_stop(doc);
    begin_value(doc, "confidence", "of all intervals", "\"number\"");
    pt_doc_real(doc, "minimum", 0.5);
    pt_doc_real(doc, "maximum", 0.9999);
    pt_doc_real(doc, "default", 0.95);
    pt_doc_end(doc, '}');
}

static void put_switch(struct pt_doc *doc, const char *key, const char *help)
{
    begin_value(doc, key, help, "\"boolean\"");
    pt_doc_bool(doc, "default", false);
    pt_doc_end(doc, '}');
}

static void put_results(struct pt_doc *doc)
{
    put_list(doc, "metrics", "the columns of the tables",
             "{\"$ref\": \"#/definitions/metric\"}", 1);
    put_list(doc, "figures",
             "[NAME=]FIGURE[:KEY=VALUE,...] (protium list figures)",
             "{\"type\": \"string\", \"minLength\": 1}", 0);
    begin_value(doc, "files",
                "which runs leave their files: all, the first replications, or "
                "none",
                NULL);
    put_enum(doc, pt_study_files);
    pt_doc_text(doc, "default", pt_study_files[PT_FILES_ALL]);
    pt_doc_end(doc, '}');
    put_switch(doc, "jobs_in_db", "rows of jobs.csv in results.db too");
    put_switch(doc, "tape", "each run writes tape.jsonl too");
}

void pt_study_schema(struct pt_doc *doc)
{
    static const char *const required[] = {"workload", "policies", NULL};

    pt_doc_begin(doc, NULL, '{');
    pt_doc_text(doc, "$schema", "http://json-schema.org/draft-07/schema#");
    pt_doc_text(doc, "title", "A study of protium: " PT_STUDY_SCHEMA);
    pt_doc_begin(doc, "definitions", '{');
    pt_doc_raw(doc, "scalar",
               "{\"type\": [\"string\", \"number\", \"boolean\"]}");
    put_metric(doc);
    put_policy(doc);
    put_range(doc);
    put_point(doc);
    put_axis(doc);
    begin_object(doc, "study", NULL);
    begin_value(doc, "$schema", "this schema, for editors", "\"string\"");
    pt_doc_end(doc, '}');
    begin_value(doc, "schema", "what the document is", NULL);
    pt_doc_text(doc, "const", PT_STUDY_SCHEMA);
    pt_doc_end(doc, '}');
    begin_value(doc, "question", "what the study is to answer",
                "[\"string\", \"null\"]");
    pt_doc_end(doc, '}');
    put_workload(doc);
    put_cluster(doc);
    put_settings(doc);
    put_policies(doc);
    put_grid(doc);
    put_numbers(doc);
    put_results(doc);
    end_object(doc, required);
    pt_doc_end(doc, '}');
    pt_doc_text(doc, "$ref", "#/definitions/study");
    pt_doc_end(doc, '}');
}
