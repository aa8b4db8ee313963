#include "tool/study.h"

#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/text.h"
#include "core/policy.h"
#include "tool/page.h"
#include "base/plugin.h"

/* A node's number is an int32_t everywhere. */
#define MOST_SLOTS (INT32_MAX / 2)

void pt_study_init(struct pt_study *study)
{
    *study = (struct pt_study){.tape = false};
    pt_param_defaults(pt_settings_params, &study->settings);
}

void pt_study_fini(struct pt_study *study)
{
    pt_workload_fini(&study->workload);
    pt_choices_fini(&study->choices);
}

int pt_study_set(struct pt_study *study, const char *pair, struct pt_err *err)
{
    const size_t length = strcspn(pair, "=");
    char *key;
    int status;

    if (pair[length] != '=')
        return pt_err_set(err, PT_ERR_USAGE,
                          "--set '%s' is not KEY=VALUE (protium list settings)",
                          pair);
    key = pt_text_dup(pair, length);
    status =
        pt_settings_set(&study->settings, "--set", key, pair + length + 1, err);
    pt_free(key);
    return status;
}

int pt_study_set_nodes(struct pt_study *study, const char *text,
                       struct pt_err *err)
{
    const size_t length = strcspn(text, "x");
    char *first = pt_text_dup(text, length);
    int64_t nodes = 0, cores = 1;
    bool good = pt_text_read_int(&nodes, first);

    if (text[length] == 'x')
        good = pt_text_read_int(&cores, text + length + 1) && good;
    pt_free(first);
    if (!good || nodes < 1 || cores < 1 || nodes > MOST_SLOTS / cores)
        return pt_err_set(err, PT_ERR_USAGE,
                          "--nodes '%s' is not a machine (expected N or NxC: N "
                          "nodes of C processors each, at most %d in all)",
                          text, MOST_SLOTS);
    study->nodes = nodes;
    study->cores = cores;
    return 0;
}

struct pt_run pt_study_run(const struct pt_study *study, int i)
{
    const struct pt_choice *choice = &study->choices.items[i];

    return (struct pt_run){.source = study->workload.source,
                           .source_params = study->workload.params,
                           .path = study->workload.path,
                           .nodes = study->nodes,
                           .cores = study->cores,
                           .policy = choice->policy,
                           .policy_state = choice->state,
                           .policy_text = choice->text,
                           .label = choice->label,
                           .settings = study->settings,
                           .tape = study->tape};
}

static void write_workload(struct pt_doc *doc,
                           const struct pt_workload *workload)
{
    const struct pt_plugin *plugin = (const struct pt_plugin *)workload->source;
    struct pt_err err = {.code = PT_ERR_NONE};

    pt_doc_begin(doc, "workload", '{');
    if (workload->path) {
        pt_doc_text(doc, "trace", workload->path);
        pt_doc_text(doc, "format", plugin->name);
    } else {
        pt_doc_text(doc, "model", plugin->name);
        if (plugin->params) {
            void *state = pt_plugin_state_new(plugin);
            const int status =
                pt_plugin_set_text(plugin, state, workload->params, &err);
            pt_assert(status == 0);
            pt_json_params(doc, plugin->params, state);
            pt_free(state);
        }
    }
    pt_doc_end(doc, '}');
}

void pt_study_write(const struct pt_study *study, struct pt_doc *doc)
{
    pt_doc_begin(doc, NULL, '{');
    pt_doc_text(doc, "schema", "protium.study/1");
    write_workload(doc, &study->workload);
    pt_doc_begin(doc, "cluster", '{');
    if (study->nodes > 0) {
        pt_doc_int(doc, "nodes", study->nodes);
        pt_doc_int(doc, "cores", study->cores);
    } else {
        pt_doc_text(doc, "nodes", NULL);
        pt_doc_text(doc, "cores", NULL);
    }
    pt_doc_end(doc, '}');
    pt_doc_begin(doc, "set", '{');
    pt_json_params(doc, pt_settings_params, &study->settings);
    pt_doc_end(doc, '}');
    pt_doc_begin(doc, "policies", '{');
    for (int i = 0; i < study->choices.n; i++) {
        const struct pt_choice *choice = &study->choices.items[i];
        pt_doc_begin(doc, choice->label, '{');
        pt_doc_text(doc, "policy", choice->policy->name);
        pt_json_params(doc, choice->policy->params, choice->state);
        pt_doc_end(doc, '}');
    }
    pt_doc_end(doc, '}');
    pt_doc_bool(doc, "tape", study->tape);
    pt_doc_end(doc, '}');
}

const char *pt_study_workload_name(const struct pt_study *study)
{
    const char *text = study->workload.text;
    const char *slash = study->workload.path ? strrchr(text, '/') : NULL;

    return slash ? slash + 1 : text;
}
