/* study_read.c - a study's document, read. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"
#include "base/vec.h"
#include "experiments/grid.h"
#include "experiments/study_parts.h"
#include "sink/summary.h"

const char *const pt_study_files[] = {"all", "first", "none", NULL};

/* A document that is longer is none. */
#define MOST_BYTES (16 << 20)
/* Objects with more keys are a mistake. */
#define MOST_KEYS 4096

/* ---- values ---- */

int pt_study_doc_bad(const struct pt_study_doc *doc, int32_t item,
                     const struct pt_err *why, struct pt_err *err)
{
    return why->file[0] ? pt_json_bad(&doc->json, item, err, "%s: %s",
                                      why->file, why->text)
                        : pt_json_bad(&doc->json, item, err, "%s", why->text);
}

int32_t pt_study_doc_key(const struct pt_study_doc *doc, int32_t object,
                         int32_t key)
{
    const struct pt_json *json = &doc->json;
    const int32_t end = pt_json_at(json, object)->end;

    key = key == 0 ? object + 1 : pt_json_at(json, key + 1)->end;
    while (key < end && pt_json_is_remark(json, key))
        key = pt_json_at(json, key + 1)->end;
    return key < end ? key : 0;
}

int pt_study_doc_keys(const struct pt_study_doc *doc, int32_t object,
                      const char *what, struct pt_err *err)
{
    const struct pt_json *json = &doc->json;

    if (pt_json_expect(json, object, what, PT_JSON_OBJECT, err) < 0)
        return -1;
    if (pt_json_at(json, object)->n > MOST_KEYS)
        return pt_json_bad(json, object, err,
                           "%s has too many keys (expected at most %d)", what,
                           MOST_KEYS);
    for (int32_t key = 0; (key = pt_study_doc_key(doc, object, key)) > 0;)
        for (int32_t i = 0;
             (i = pt_study_doc_key(doc, object, i)) > 0 && i < key;)
            if (strcmp(pt_json_text(json, i), pt_json_text(json, key)) == 0)
                return pt_json_bad(json, key, err,
                                   "%s: '%.60s' stands here twice (expected it "
                                   "once)",
                                   what, pt_json_text(json, key));
    return 0;
}

int pt_study_doc_value(const struct pt_study_doc *doc, int32_t item,
                       const char *what, const char **value, struct pt_err *err)
{
    switch (pt_json_at(&doc->json, item)->kind) {
    case PT_JSON_NUMBER:
    case PT_JSON_TEXT:
        *value = pt_json_text(&doc->json, item);
        return 0;
    case PT_JSON_FALSE:
        *value = "no";
        return 0;
    case PT_JSON_TRUE:
        *value = "yes";
        return 0;
    case PT_JSON_NULL:
    case PT_JSON_LIST:
    case PT_JSON_OBJECT:
        break;
    }
    return pt_json_bad(&doc->json, item, err,
                       "%s has no single value (expected a number, a text, "
                       "true or false)",
                       what);
}

/* The text ITEM into *TO; null is none. */
static int read_text(const struct pt_study_doc *doc, int32_t item,
                     const char *what, char **to, struct pt_err *err)
{
    if (item < 0 || pt_json_at(&doc->json, item)->kind == PT_JSON_NULL)
        return 0;
    if (pt_json_expect(&doc->json, item, what, PT_JSON_TEXT, err) < 0)
        return -1;
    pt_free(*to);
    *to = pt_text_dup(pt_json_text(&doc->json, item),
                      (size_t)pt_json_at(&doc->json, item)->n);
    return 0;
}

/* ---- single members ---- */

static int read_schema(const struct pt_study_doc *doc, int32_t item,
                       struct pt_err *err)
{
    const struct pt_json *json = &doc->json;

    if (item < 0 || (pt_json_at(json, item)->kind == PT_JSON_TEXT &&
                     strcmp(pt_json_text(json, item), PT_STUDY_SCHEMA) == 0))
        return 0;
    return pt_json_bad(json, item, err,
                       "this is no study that this program knows (expected "
                       "\"%s\")",
                       PT_STUDY_SCHEMA);
}

static int read_baseline(const struct pt_study_doc *doc, int32_t item,
                         struct pt_err *err)
{
    struct pt_study *study = doc->study;
    const struct pt_choices *choices = &study->choices;
    const char **names;
    const char *near;

    if (read_text(doc, item, "baseline", &study->baseline, err) < 0)
        return -1;
    if (!study->baseline)
        study->baseline = pt_text_dup(choices->items[0].label,
                                      strlen(choices->items[0].label));
    names = pt_alloc((size_t)choices->n, sizeof *names);
    for (int i = 0; i < choices->n; i++)
        names[i] = choices->items[i].label;
    near = pt_text_nearest(study->baseline, names, (size_t)choices->n);
    pt_free(names);
    for (int i = 0; i < choices->n; i++)
        if (strcmp(choices->items[i].label, study->baseline) == 0)
            return 0;
    return near ? pt_json_bad(&doc->json, item, err,
                              "no policy is labelled '%.60s' (did you mean "
                              "'%s'?)",
                              study->baseline, near)
                : pt_json_bad(&doc->json, item, err,
                              "no policy is labelled '%.60s' (expected a label "
                              "of the policies, such as '%s')",
                              study->baseline, choices->items[0].label);
}

/* ITEM must be one of the columns NAMES [N] of summary.csv. */
static int check_metric(const struct pt_study_doc *doc, int32_t item,
                        char *const *names, int n, struct pt_err *err)
{
    const char *text, *near;

    if (pt_json_expect(&doc->json, item, "a metric", PT_JSON_TEXT, err) < 0)
        return -1;
    text = pt_json_text(&doc->json, item);
    for (int i = 0; i < n; i++)
        if (strcmp(names[i], text) == 0)
            return 0;
    near = pt_text_nearest(text, (const char *const *)names, (size_t)n);
    if (near)
        return pt_json_bad(&doc->json, item, err,
                           "unknown metric '%.60s' (did you mean '%s'?)", text,
                           near);
    return pt_json_bad(&doc->json, item, err,
                       "unknown metric '%.60s' (expected a column of "
                       "summary.csv, such as wait_mean: protium list metrics)",
                       text);
}

static int read_stop(const struct pt_study_doc *doc, int32_t item,
                     char *const *names, int n, struct pt_err *err)
{
    static const char *const keys[] = {"metric", "relative", "most"};
    struct pt_study *study = doc->study;
    struct pt_stop *stop = &study->stop;
    int32_t at[3];

    if (item < 0 || pt_json_at(&doc->json, item)->kind == PT_JSON_NULL)
        return 0;
    if (pt_json_keys(&doc->json, item, "stop", keys, 3, at, err) < 0)
        return -1;
    for (int i = 0; i < 3; i++)
        if (at[i] < 0)
            return pt_json_bad(&doc->json, item, err,
                               "stop: '%s' is missing (expected metric, "
                               "relative and most)",
                               keys[i]);
    if (check_metric(doc, at[0], names, n, err) < 0 ||
        pt_json_real(&doc->json, at[1], "relative", 1e-6, 1, &stop->relative,
                     err) < 0 ||
        pt_json_int(&doc->json, at[2], "most", study->replications,
                    PT_STUDY_REPLICATIONS, &stop->most, err) < 0)
        return -1;
    if (study->replications < 2)
        return pt_json_bad(&doc->json, item, err,
                           "stop needs an interval, and one replication has "
                           "none (expected replications of at least 2)");
    pt_text_copy(stop->metric, sizeof stop->metric,
                 pt_json_text(&doc->json, at[0]));
    return 0;
}

/* The texts of the list ITEM instead of *TEXTS [*n]. */
static int read_texts(const struct pt_study_doc *doc, int32_t item,
                      const char *what, char ***texts, int *n,
                      struct pt_err *err)
{
    int capacity = 0;

    for (int i = 0; i < *n; i++)
        pt_free((*texts)[i]);
    pt_free(*texts);
    *texts = NULL;
    *n = 0;
    for (int32_t i = item + 1; i < pt_json_at(&doc->json, item)->end;
         i = pt_json_at(&doc->json, i)->end) {
        char *copy = NULL;
        if (pt_json_expect(&doc->json, i, what, PT_JSON_TEXT, err) < 0 ||
            read_text(doc, i, what, &copy, err) < 0)
            return -1;
        pt_vec_push(*texts, *n, capacity, copy);
        for (int k = 0; k + 1 < *n; k++)
            if (strcmp((*texts)[k], copy) == 0)
                return pt_json_bad(&doc->json, i, err,
                                   "%s '%.60s' stands here twice (expected it "
                                   "once)",
                                   what, copy);
    }
    return 0;
}

static int read_metrics(const struct pt_study_doc *doc, int32_t item,
                        char *const *names, int n, struct pt_err *err)
{
    struct pt_study *study = doc->study;

    if (item < 0)
        return 0;
    if (pt_json_expect(&doc->json, item, "metrics", PT_JSON_LIST, err) < 0)
        return -1;
    if (pt_json_at(&doc->json, item)->n == 0)
        return pt_json_bad(&doc->json, item, err,
                           "no metrics (expected at least one)");
    for (int32_t i = item + 1; i < pt_json_at(&doc->json, item)->end;
         i = pt_json_at(&doc->json, i)->end)
        if (check_metric(doc, i, names, n, err) < 0)
            return -1;
    return read_texts(doc, item, "metric", &study->metrics, &study->nmetrics,
                      err);
}

static int read_measures(const struct pt_study_doc *doc, int32_t stop,
                         int32_t metrics, struct pt_err *err)
{
    int n;
    char **names = pt_summary_columns_new(&n);
    int status = read_stop(doc, stop, names, n, err);

    if (status == 0)
        status = read_metrics(doc, metrics, names, n, err);
    pt_summary_columns_free(names, n);
    return status;
}

static int read_figures(const struct pt_study_doc *doc, int32_t item,
                        struct pt_err *err)
{
    struct pt_study *study = doc->study;

    if (item < 0)
        return 0;
    if (pt_json_expect(&doc->json, item, "figures", PT_JSON_LIST, err) < 0)
        return -1;
    return read_texts(doc, item, "figure", &study->figures, &study->nfigures,
                      err);
}

/* ---- the whole ---- */

enum member {
    M_EDITOR,
    M_SCHEMA,
    M_QUESTION,
    M_WORKLOAD,
    M_CLUSTER,
    M_FAILURES,
    M_SET,
    M_GIVEN,
    M_POLICIES,
    M_BASELINE,
    M_GRID,
    M_REPLICATIONS,
    M_STOP,
    M_CONFIDENCE,
    M_METRICS,
    M_FIGURES,
    M_FILES,
    M_JOBS_IN_DB,
    M_TAPE,
    MEMBERS
};

static const char *const members[MEMBERS] = {
    [M_EDITOR] = "$schema",    [M_SCHEMA] = "schema",
    [M_QUESTION] = "question", [M_WORKLOAD] = "workload",
    [M_CLUSTER] = "cluster",   [M_FAILURES] = "failures",
    [M_SET] = "set",           [M_GIVEN] = "given",
    [M_POLICIES] = "policies", [M_BASELINE] = "baseline",
    [M_GRID] = "grid",         [M_REPLICATIONS] = "replications",
    [M_STOP] = "stop",         [M_CONFIDENCE] = "confidence",
    [M_METRICS] = "metrics",   [M_FIGURES] = "figures",
    [M_FILES] = "files",       [M_JOBS_IN_DB] = "jobs_in_db",
    [M_TAPE] = "tape"};

static int read_what(struct pt_study_doc *doc, const int32_t *at,
                     struct pt_err *err)
{
    int32_t changes = -1;

    if (read_schema(doc, at[M_SCHEMA], err) < 0 ||
        read_text(doc, at[M_QUESTION], "question", &doc->study->question, err) <
            0)
        return -1;
    for (int i = 0; i < MEMBERS; i++)
        if (at[i] < 0 && (i == M_WORKLOAD || i == M_POLICIES))
            return pt_json_bad(
                &doc->json, 0, err, "the study has no %s (expected \"%s\": %s)",
                members[i], members[i],
                i == M_WORKLOAD ? "a model or a trace, such as "
                                  "\"lublin:jobs=5000,nodes=128\""
                                : "such as [\"fcfs\", \"easy\"]");
    if (pt_study_read_workload(doc, at[M_WORKLOAD], &changes, err) < 0 ||
        pt_study_read_cluster(doc, at[M_CLUSTER], err) < 0 ||
        pt_study_read_settings(doc, at[M_SET], at[M_GIVEN], at[M_FAILURES],
                               changes, err) < 0 ||
        pt_study_read_policies(doc, at[M_POLICIES], err) < 0)
        return -1;
    return read_baseline(doc, at[M_BASELINE], err);
}

static int read_how(struct pt_study_doc *doc, const int32_t *at,
                    struct pt_err *err)
{
    const struct pt_json *json = &doc->json;
    struct pt_study *study = doc->study;

    if (pt_json_int(json, at[M_REPLICATIONS], "replications", 1,
                    PT_STUDY_REPLICATIONS, &study->replications, err) < 0 ||
        pt_json_real(json, at[M_CONFIDENCE], "confidence", 0.5, 0.9999,
                     &study->confidence, err) < 0 ||
        read_measures(doc, at[M_STOP], at[M_METRICS], err) < 0 ||
        read_figures(doc, at[M_FIGURES], err) < 0 ||
        pt_json_choice(json, at[M_FILES], "files", pt_study_files,
                       &study->files, err) < 0 ||
        pt_json_bool(json, at[M_JOBS_IN_DB], "jobs_in_db", &study->jobs_in_db,
                     err) < 0 ||
        pt_json_bool(json, at[M_TAPE], "tape", &study->tape, err) < 0)
        return -1;
    if (study->jobs_in_db && study->files != PT_FILES_ALL)
        return pt_json_bad(json, at[M_JOBS_IN_DB], err,
                           "jobs_in_db needs the runs' files (expected "
                           "\"files\": \"all\")");
    return pt_study_read_grid(doc, at[M_GRID], err);
}

/* The bytes of the file at PATH, with room for one more. */
static char *read_bytes(const char *path, size_t *n, struct pt_err *err)
{
    const int fd = open(path, O_RDONLY);
    char *text = NULL;
    size_t capacity = 0;
    ssize_t got = fd < 0 ? -1 : 1;

    for (*n = 0; got > 0 && *n <= MOST_BYTES; *n += (size_t)got) {
        pt_vec_reserve(text, capacity, *n + 4096 + 1);
        got = read(fd, text + *n, capacity - *n - 1);
        if (got < 0)
            break;
    }
    if (got < 0)
        pt_err_at(err, PT_ERR_INPUT, path, 0, 0, "cannot be read: %s",
                  strerror(errno));
    else if (*n > MOST_BYTES)
        pt_err_at(err, PT_ERR_INPUT, path, 0, 0,
                  "is too long for a study (expected at most %d bytes)",
                  MOST_BYTES);
    if (fd >= 0)
        close(fd);
    if (err->code == PT_ERR_NONE)
        return text;
    pt_free(text);
    return NULL;
}

int pt_study_read(struct pt_study *study, const char *path, struct pt_err *err)
{
    struct pt_study_doc doc = {.study = study};
    int32_t at[MEMBERS];
    size_t n;
    char *text = read_bytes(path, &n, err), *folder;
    int status;

    if (!text || pt_json_open_commented(&doc.json, path, text, n, err) < 0)
        return -1;
    folder = pt_text_dup(path, strlen(path));
    *(strrchr(folder, '/') ? strrchr(folder, '/') + 1 : folder) = '\0';
    doc.folder = pt_study_path_new(folder[0] ? folder : ".", "");
    pt_free(folder);
    status = pt_json_keys(&doc.json, 0, "the study", members, MEMBERS, at, err);
    if (status == 0)
        status = read_what(&doc, at, err);
    if (status == 0)
        status = read_how(&doc, at, err);
    pt_free(doc.folder);
    pt_json_close(&doc.json);
    return status;
}
