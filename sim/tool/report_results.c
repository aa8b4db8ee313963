/* report_results.c - the tables of a report. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "experiments/column.h"
#include "experiments/folder.h"
#include "plots/results.h"
#include "tool/report_parts.h"

/* A table of summary.csv: what stands in front, then the study's metrics. */
#define MOST_METRICS 24
#define MOST_COLUMNS (5 + 2 * MOST_METRICS)

/* As for a study's tables. */
#define LAG_MOST 0.4

struct summary {
    struct pt_table table;
    const char *names[MOST_COLUMNS]; /* [n] as pt_csv_open() wants them */
    int n, ntexts, nmetrics;
    int saturated, lag1;       /* or -1 */
    int metrics[MOST_METRICS]; /* [nmetrics] */
    int halves[MOST_METRICS];  /* [nmetrics] or -1 */
    char half_names[MOST_METRICS][80];
    int64_t nsaturated, ncorrelated;
};

static bool has_column(const char *path, const char *name)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_csv csv;
    const bool there = pt_csv_open(&csv, path, &name, 1, &err) == 0;

    pt_csv_close(&csv);
    return there;
}

/* The number of the column NAME, which is wanted from now on; -1: there is
 * none. */
static int want(struct summary *summary, const char *path, const char *name)
{
    if (!has_column(path, name))
        return -1;
    summary->names[summary->n] = name;
    return summary->n++;
}

static void want_texts(struct summary *summary, const char *path)
{
    static const char *const texts[] = {"point", "label", "replication"};
    static const char *const heads[] = {"point", "policy", "replication"};

    for (int i = 0; i < 3; i++)
        if (want(summary, path, texts[i]) >= 0)
            pt_table_add_column(&summary->table, heads[i], "", false);
    summary->ntexts = summary->n;
    summary->saturated = want(summary, path, "saturated");
    summary->lag1 = want(summary, path, "wait_lag1");
}

static void want_metric(struct summary *summary, const char *path,
                        const char *name)
{
    const int i = summary->nmetrics;
    struct pt_column column;
    int at;

    if (i == MOST_METRICS || strlen(name) > 64)
        return;
    at = want(summary, path, name);
    if (at < 0)
        return;
    pt_column_find(&column, name);
    pt_table_add_column(&summary->table, name, column.unit, true);
    snprintf(summary->half_names[i], sizeof summary->half_names[i], "%s_half",
             name);
    summary->metrics[i] = at;
    summary->halves[i] = want(summary, path, summary->half_names[i]);
    summary->nmetrics++;
}

static double number_of(const struct pt_csv_field *field)
{
    char text[64];
    double value;

    if (field->length >= sizeof text)
        return (double)NAN;
    memcpy(text, field->text, field->length);
    text[field->length] = '\0';
    return pt_text_read_real(&value, text) ? value : (double)NAN;
}

static void add_row(struct summary *summary, const struct pt_csv_field *fields)
{
    const bool saturated =
        summary->saturated >= 0 && number_of(&fields[summary->saturated]) > 0;
    const bool correlated =
        summary->lag1 >= 0 && number_of(&fields[summary->lag1]) > LAG_MOST;

    summary->nsaturated += saturated;
    summary->ncorrelated += correlated;
    if (!pt_table_add_row(&summary->table, false))
        return;
    for (int i = 0; i < summary->ntexts; i++) {
        const bool label = strcmp(summary->names[i], "label") == 0;
        char *text = pt_text_dup(fields[i].text, fields[i].length);

        pt_table_add_text(&summary->table, text,
                          (label && saturated ? PT_MARK_DAGGER : 0u) |
                              (label && correlated ? PT_MARK_QUESTION : 0u));
        pt_free(text);
    }
    for (int i = 0; i < summary->nmetrics; i++) {
        const int half = summary->halves[i];
        pt_table_add_number(
            &summary->table, number_of(&fields[summary->metrics[i]]),
            half < 0 ? (double)NAN : number_of(&fields[half]), 0);
    }
}

static bool has_halves(const struct summary *summary)
{
    for (int64_t i = 0; i < summary->table.ncells; i++)
        if (summary->table.cells[i].half)
            return true;
    return false;
}

static void add_notes(struct summary *summary)
{
    if (has_halves(summary))
        pt_table_add_note(&summary->table,
                          "± half the width of the 95 %% confidence interval "
                          "by batch means of the one run; nothing was "
                          "repeated.");
    else
        pt_table_add_note(&summary->table,
                          "One run each: there is no interval, and what luck "
                          "did is not known.");
    if (summary->ncorrelated > 0)
        pt_table_add_note(&summary->table,
                          "?: neighbouring batches correlate (above %g): the "
                          "intervals are too narrow.",
                          LAG_MOST);
    if (summary->nsaturated > 0)
        pt_table_add_note(
            &summary->table,
            "†: saturated, the queue went on growing, and the "
            "means with it as long as one looks: %lld of %lld "
            "runs.",
            (long long)summary->nsaturated,
            (long long)(summary->table.nrows + summary->table.left_out));
}

static int read_rows(struct summary *summary, const char *path,
                     struct pt_err *err)
{
    struct pt_csv_field fields[MOST_COLUMNS];
    struct pt_csv csv;
    int more = pt_csv_open(&csv, path, summary->names, summary->n, err);

    if (more == 0)
        while ((more = pt_csv_next(&csv, fields, err)) > 0)
            add_row(summary, fields);
    pt_csv_close(&csv);
    return more;
}

static void want_metrics(struct summary *summary, const char *path,
                         const struct pt_json *json)
{
    static const char *const usual[] = {"wait_mean", "wait_p95",
                                        "bounded_slowdown_mean", "utilisation"};
    const int32_t metrics = pt_web_member(json, 0, "metrics");

    for (int32_t i = pt_web_first(json, metrics); i >= 0;
         i = pt_web_next(json, metrics, i))
        if (pt_web_text(json, i))
            want_metric(summary, path, pt_web_text(json, i));
    for (int i = 0; i < 4 && pt_web_first(json, metrics) < 0; i++)
        want_metric(summary, path, usual[i]);
}

static int put_summary(struct pt_web *web, struct pt_err *err)
{
    struct summary *summary = pt_alloc(1, sizeof *summary);
    char *path = pt_results_path(web->dir, "summary.csv");
    int status;

    want_texts(summary, path);
    want_metrics(summary, path, &web->study);
    status = read_rows(summary, path, err);
    if (status == 0) {
        add_notes(summary);
        pt_web_put(web, "<h2>Results</h2>\n");
        pt_table_html(&summary->table, &web->out);
    }
    pt_table_fini(&summary->table);
    pt_free(summary);
    pt_free(path);
    return status;
}

/* --- a study's --- */

static int put_piece(struct pt_web *web, const char *heading, const char *name,
                     struct pt_err *err)
{
    char *text;

    if (!pt_results_hold(web->dir, name))
        return 0;
    text = pt_folder_read(web->dir, name, err);
    if (!text)
        return -1;
    pt_web_put(web, "<h2>");
    pt_web_put(web, heading);
    pt_web_put(web, "</h2>\n");
    pt_web_put(web, text);
    pt_free(text);
    return 0;
}

int pt_web_results(struct pt_web *web, struct pt_err *err)
{
    if (!web->is_study || !pt_results_hold(web->dir, "tables/means.html"))
        return put_summary(web, err);
    if (put_piece(web, "Means", "tables/means.html", err) < 0)
        return -1;
    return put_piece(web, "Differences", "tables/paired.html", err);
}

/* --- rules --- */

static void begin_rules(struct pt_table *table, bool runs)
{
    pt_table_add_column(table, "rule", "", false);
    pt_table_add_column(table, "what it did", "", false);
    if (runs)
        pt_table_add_column(table, "runs", "", true);
    pt_table_add_column(table, runs ? "rows a run" : "rows", "", true);
}

/* A study's rules.csv. */
static int read_rules(struct pt_table *table, const char *dir,
                      struct pt_err *err)
{
    static const char *const names[] = {"rule", "what", "runs", "rows_least",
                                        "rows_most"};
    char *path = pt_results_path(dir, "rules.csv");
    struct pt_csv_field fields[5];
    struct pt_csv csv;
    int more = pt_csv_open(&csv, path, names, 5, err);

    begin_rules(table, true);
    while (more >= 0 && (more = pt_csv_next(&csv, fields, err)) > 0) {
        const double least = number_of(&fields[3]);
        const double most = number_of(&fields[4]);
        char *rule = pt_text_dup(fields[0].text, fields[0].length);
        char *what = pt_text_dup(fields[1].text, fields[1].length);
        char rows[64];

        snprintf(rows, sizeof rows, most > least ? "%.0f to %.0f" : "%.0f",
                 least, most);
        if (pt_table_add_row(table, false)) {
            pt_table_add_text(table, rule, 0);
            pt_table_add_text(table, what, 0);
            pt_table_add_number(table, number_of(&fields[2]), (double)NAN, 0);
            pt_table_add_text(table, rows, 0);
        }
        pt_free(rule);
        pt_free(what);
    }
    pt_csv_close(&csv);
    pt_free(path);
    return more;
}

static void add_rule(struct pt_table *table, const struct pt_json *run,
                     int32_t rule)
{
    const char *name = pt_web_member_text(run, rule, "rule");
    const char *what = pt_web_member_text(run, rule, "what");
    const char *rows = pt_web_member_text(run, rule, "rows");

    if (!name || !what || !rows || strcmp(rows, "0") == 0 ||
        !pt_table_add_row(table, false))
        return;
    pt_table_add_text(table, name, 0);
    pt_table_add_text(table, what, 0);
    pt_table_add_text(table, rows, 0);
}

/* A run's own: all runs of a replay read the same. */
static void find_rules(struct pt_table *table, const struct pt_json *run)
{
    const int32_t rules = pt_web_member(run, 0, "rules");
    const int32_t inputs = pt_web_member(run, 0, "inputs");

    begin_rules(table, false);
    for (int32_t i = pt_web_first(run, rules); i >= 0;
         i = pt_web_next(run, rules, i))
        add_rule(table, run, i);
    for (int32_t i = pt_web_first(run, inputs); i >= 0;
         i = pt_web_next(run, inputs, i)) {
        const int32_t its = pt_web_member(run, i, "rules");

        for (int32_t k = pt_web_first(run, its); k >= 0;
             k = pt_web_next(run, its, k))
            add_rule(table, run, k);
    }
}

int pt_web_rules(struct pt_web *web, struct pt_err *err)
{
    const bool file = pt_results_hold(web->dir, "rules.csv");
    struct pt_table table = {.nrows = 0};
    int status = 0;

    if (file)
        status = read_rules(&table, web->dir, err);
    else
        find_rules(&table, &web->run);
    if (status == 0) {
        pt_web_put(web, "<h2>Rows of the input that were touched</h2>\n");
        if (table.nrows > 0)
            pt_table_html(&table, &web->out);
        else
            pt_web_put(web, "<p>None: every row was taken as it is.</p>\n");
    }
    pt_table_fini(&table);
    return status;
}
