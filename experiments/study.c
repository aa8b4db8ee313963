#include "experiments/study.h"

#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/text.h"
#include "core/policy.h"

/* A node's number is an int32_t everywhere. */
#define MOST_SLOTS (INT32_MAX / 2)

/* What a table has that was not told otherwise. */
static const char *const usual_metrics[] = {
    "wait_mean", "wait_p95", "bounded_slowdown_mean", "utilisation"};

void pt_study_init(struct pt_study *study)
{
    const int n = sizeof usual_metrics / sizeof *usual_metrics;

    *study = (struct pt_study){.replications = 1, .confidence = 0.95};
    pt_param_defaults(pt_settings_params, &study->settings);
    study->metrics = pt_alloc((size_t)n, sizeof *study->metrics);
    for (int i = 0; i < n; i++)
        study->metrics[study->nmetrics++] =
            pt_text_dup(usual_metrics[i], strlen(usual_metrics[i]));
}

static void free_texts(char **texts, int n)
{
    for (int i = 0; i < n; i++)
        pt_free(texts[i]);
    pt_free(texts);
}

static void free_axis(struct pt_axis *axis)
{
    for (int i = 0; i < axis->n; i++) {
        struct pt_axis_value *value = &axis->values[i];
        free_texts(value->paths, value->n);
        free_texts(value->texts, value->n);
        pt_free(value->label);
    }
    pt_free(axis->values);
    pt_free(axis->name);
    pt_free(axis->title);
    pt_free(axis->unit);
}

void pt_study_fini(struct pt_study *study)
{
    pt_workload_fini(&study->workload);
    pt_choices_fini(&study->choices);
    for (int i = 0; i < study->naxes; i++)
        free_axis(&study->axes[i]);
    pt_free(study->axes);
    for (int i = 0; i < study->nfound; i++)
        pt_workload_fini(&study->found[i]);
    pt_free(study->found);
    free_texts(study->metrics, study->nmetrics);
    free_texts(study->figures, study->nfigures);
    free_texts(study->texts, study->ntexts);
    pt_free(study->question);
    pt_free(study->baseline);
    *study = (struct pt_study){.question = NULL};
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

const char *pt_study_workload_name(const struct pt_study *study)
{
    const char *text = study->workload.text;
    const char *slash = study->workload.path ? strrchr(text, '/') : NULL;

    return slash ? slash + 1 : text;
}
