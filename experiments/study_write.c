/* study_write.c - a study as a document, every default filled in. */
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/plugin.h"
#include "base/text.h"
#include "core/policy.h"
#include "experiments/study_parts.h"
#include "traces/source.h"

static void write_workload(struct pt_doc *doc,
                           const struct pt_workload *workload)
{
    const struct pt_plugin *plugin = (const struct pt_plugin *)workload->source;
    struct pt_err err = {.code = PT_ERR_NONE};

    pt_doc_begin(doc, "workload", '{');
    if (workload->path) {
        char *path = pt_study_path_new("", workload->path);
        pt_doc_text(doc, "trace", path);
        pt_doc_text(doc, "format", plugin->name);
        pt_free(path);
    } else {
        pt_doc_text(doc, "model", plugin->name);
        if (plugin->params) {
            void *state = pt_plugin_state_new(plugin);
            const int status =
                pt_plugin_set_text(plugin, state, workload->params, &err);
            pt_assert(status == 0);
            pt_doc_params(doc, plugin->params, state);
            pt_free(state);
        }
    }
    pt_doc_end(doc, '}');
}

static void write_cluster(const struct pt_study *study, struct pt_doc *doc)
{
    pt_doc_begin(doc, "cluster", '{');
    if (study->nodes > 0) {
        pt_doc_int(doc, "nodes", study->nodes);
        pt_doc_int(doc, "cores", study->cores);
    } else {
        pt_doc_text(doc, "nodes", NULL);
        pt_doc_text(doc, "cores", NULL);
    }
    pt_doc_end(doc, '}');
}

static void write_settings(const struct pt_study *study, struct pt_doc *doc)
{
    char value[PT_PARAM_TEXT_SIZE];

    pt_doc_begin(doc, "set", '{');
    for (const struct pt_param *p = pt_settings_params; p->name; p++) {
        const bool files = strcmp(p->name, "failures") == 0;
        pt_param_print(p, &study->settings, value, sizeof value);
        char *text = files ? pt_study_failures_new("", value, NULL) : NULL;
        pt_doc_value(doc, p->name, p, text ? text : value);
        pt_free(text);
    }
    pt_doc_end(doc, '}');
    pt_doc_begin(doc, "given", '[');
    for (const struct pt_param *p = pt_settings_params; p->name; p++)
        if (study->settings.given >> (p - pt_settings_params) & 1)
            pt_doc_text(doc, NULL, p->name);
    pt_doc_end(doc, ']');
}

static void write_policies(const struct pt_study *study, struct pt_doc *doc)
{
    pt_doc_begin(doc, "policies", '{');
    for (int i = 0; i < study->choices.n; i++) {
        const struct pt_choice *choice = &study->choices.items[i];
        pt_doc_begin(doc, choice->label, '{');
        pt_doc_text(doc, "policy", choice->policy->name);
        pt_doc_params(doc, choice->policy->params, choice->state);
        pt_doc_end(doc, '}');
    }
    pt_doc_end(doc, '}');
    pt_doc_text(doc, "baseline",
                study->baseline        ? study->baseline
                : study->choices.n > 0 ? study->choices.items[0].label
                                       : NULL);
}

static void write_point(struct pt_doc *doc, const struct pt_axis_value *value)
{
    pt_doc_begin(doc, NULL, '{');
    pt_doc_real(doc, "x", value->x);
    pt_doc_text(doc, "label", value->label);
    pt_doc_begin(doc, "set", '{');
    for (int i = 0; i < value->n; i++)
        pt_doc_text(doc, value->paths[i], value->texts[i]);
    pt_doc_end(doc, '}');
    pt_doc_end(doc, '}');
}

static void write_grid(const struct pt_study *study, struct pt_doc *doc)
{
    pt_doc_begin(doc, "grid", '{');
    for (int i = 0; i < study->naxes; i++) {
        const struct pt_axis *axis = &study->axes[i];
        pt_doc_begin(doc, axis->name, '{');
        pt_doc_text(doc, "title", axis->title);
        pt_doc_text(doc, "unit", axis->unit);
        pt_doc_begin(doc, "points", '[');
        for (int k = 0; k < axis->n; k++)
            write_point(doc, &axis->values[k]);
        pt_doc_end(doc, ']');
        pt_doc_end(doc, '}');
    }
    pt_doc_end(doc, '}');
}

static void write_stop(const struct pt_stop *stop, struct pt_doc *doc)
{
    if (!stop->metric[0]) {
        pt_doc_text(doc, "stop", NULL);
        return;
    }
    pt_doc_begin(doc, "stop", '{');
    pt_doc_text(doc, "metric", stop->metric);
    pt_doc_real(doc, "relative", stop->relative);
    pt_doc_int(doc, "most", stop->most);
    pt_doc_end(doc, '}');
}

static void write_texts(struct pt_doc *doc, const char *key, char *const *texts,
                        int n)
{
    pt_doc_begin(doc, key, '[');
    for (int i = 0; i < n; i++)
        pt_doc_text(doc, NULL, texts[i]);
    pt_doc_end(doc, ']');
}

void pt_study_write(const struct pt_study *study, struct pt_doc *doc)
{
    pt_doc_begin(doc, NULL, '{');
    pt_doc_text(doc, "schema", PT_STUDY_SCHEMA);
    pt_doc_text(doc, "question", study->question);
    write_workload(doc, &study->workload);
    write_cluster(study, doc);
    write_settings(study, doc);
    write_policies(study, doc);
    write_grid(study, doc);
    pt_doc_int(doc, "replications", study->replications);
    write_stop(&study->stop, doc);
    pt_doc_real(doc, "confidence", study->confidence);
    write_texts(doc, "metrics", study->metrics, study->nmetrics);
    write_texts(doc, "figures", study->figures, study->nfigures);
    pt_doc_text(doc, "files", pt_study_files[study->files]);
    pt_doc_bool(doc, "jobs_in_db", study->jobs_in_db);
    pt_doc_bool(doc, "tape", study->tape);
    pt_doc_end(doc, '}');
}
