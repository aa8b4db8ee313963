/* analysis_tables.c - tables of the study's metrics, and what has to be said
 * below them. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "experiments/analysis_parts.h"
#include "experiments/column.h"
#include "metrics/steady.h"

/* A correlation of neighbours from which batches are no sample. */
#define LAG_MOST 0.4

/* "" where no label is a plain number: others, such as "5m", have a unit of
 * their own. */
static const char *unit_of(const struct pt_axis *axis)
{
    double number;

    for (int i = 0; i < axis->n; i++)
        if (pt_text_read_real(&number, axis->values[i].label))
            return axis->unit;
    return "";
}

static void add_columns(struct pt_table *table,
                        const struct pt_analysis *analysis)
{
    const struct pt_study *study = analysis->study;
    struct pt_column column;

    for (int a = 0; a < study->naxes; a++)
        pt_table_add_column(table, study->axes[a].title,
                            unit_of(&study->axes[a]), false);
    pt_table_add_column(table, "policy", "", false);
    for (int i = 0; i < study->nmetrics; i++) {
        pt_column_find(&column, study->metrics[i]);
        pt_table_add_column(table, study->metrics[i], column.unit, true);
    }
}

void pt_tables_begin(struct pt_tables *tables,
                     const struct pt_analysis *analysis)
{
    add_columns(&tables->means, analysis);
    if (analysis->nchoices > 1)
        add_columns(&tables->paired, analysis);
    tables->facts.least = INT64_MAX;
    tables->facts.lag1 = -HUGE_VAL;
}

void pt_tables_fini(struct pt_tables *tables)
{
    pt_table_fini(&tables->means);
    pt_table_fini(&tables->paired);
}

static bool is_same(const struct pt_analysis *analysis,
                    const struct pt_cell_means *cell)
{
    for (int k = 0; k < analysis->ncolumns; k++)
        if (analysis->chosen[k] && cell->basis[k] == PT_BASIS_SAME)
            return true;
    return false;
}

static bool has_batches(const struct pt_analysis *analysis,
                        const struct pt_cell_means *cell)
{
    for (int i = 0; i < analysis->study->nmetrics; i++)
        if (cell->basis[analysis->metrics[i]] == PT_BASIS_BATCHES)
            return true;
    return false;
}

static void count(struct pt_facts *facts, const struct pt_analysis *analysis,
                  const struct pt_cell_means *cell)
{
    const int64_t present = cell->runs - cell->failed;

    facts->cells++;
    facts->runs += cell->runs;
    facts->failed += cell->failed;
    facts->saturated += cell->saturated;
    facts->unsettled += cell->unsettled;
    facts->empty += present == 0;
    facts->single += present == 1;
    facts->same += is_same(analysis, cell);
    facts->least = cell->runs < facts->least ? cell->runs : facts->least;
    facts->most = cell->runs > facts->most ? cell->runs : facts->most;
    if (has_batches(analysis, cell)) {
        facts->batches++;
        facts->correlated += cell->lag1 > LAG_MOST;
        facts->lag1 = cell->lag1 > facts->lag1 ? cell->lag1 : facts->lag1;
    }
    if (!isnan(cell->warmup)) {
        facts->warmed++;
        facts->warmup += cell->warmup;
        facts->mser += isnan(cell->mser) ? 0 : cell->mser;
    }
}

/* Of the policy's name: they are about the whole row. */
static unsigned marks_of(const struct pt_cell_means *cell)
{
    return (cell->saturated > 0 ? PT_MARK_DAGGER : 0u) |
           (cell->failed > 0 ? PT_MARK_DDAGGER : 0u) |
           (cell->lag1 > LAG_MOST ? PT_MARK_QUESTION : 0u);
}

static bool begin_row(struct pt_table *table,
                      const struct pt_analysis *analysis, int64_t point,
                      int choice, unsigned marks, bool first)
{
    const struct pt_study *study = analysis->study;

    if (!pt_table_add_row(table, first && analysis->nchoices > 1))
        return false;
    for (int a = 0; a < study->naxes; a++)
        pt_table_add_text(
            table, study->axes[a].values[pt_grid_value(study, point, a)].label,
            0);
    pt_table_add_text(table, study->choices.items[choice].label, marks);
    return true;
}

static unsigned star(const struct pt_analysis *analysis, int choice, int column)
{
    const double alpha = 1 - analysis->study->confidence;

    return analysis->paired[choice].adjusted[column] < alpha ? PT_MARK_STAR
                                                             : 0u;
}

static void add_means(struct pt_table *table,
                      const struct pt_analysis *analysis, int64_t point,
                      int choice)
{
    const struct pt_cell_means *cell = &analysis->cells[choice];

    if (!begin_row(table, analysis, point, choice, marks_of(cell), choice == 0))
        return;
    for (int i = 0; i < analysis->study->nmetrics; i++) {
        const int k = analysis->metrics[i];
        pt_table_add_number(table, cell->means[k].mean, cell->means[k].half,
                            star(analysis, choice, k));
    }
}

static void add_paired(struct pt_table *table,
                       const struct pt_analysis *analysis, int64_t point,
                       int choice)
{
    const unsigned marks = marks_of(&analysis->cells[choice]) |
                           marks_of(&analysis->cells[analysis->baseline]);
    const bool first = choice == (analysis->baseline == 0);

    if (!begin_row(table, analysis, point, choice,
                   marks & ~(unsigned)PT_MARK_QUESTION,
                   first && analysis->nchoices > 2))
        return;
    for (int i = 0; i < analysis->study->nmetrics; i++) {
        const int k = analysis->metrics[i];
        const struct pt_sample *difference =
            &analysis->paired[choice].paired[k].difference;
        pt_table_add_number(table, difference->mean, difference->half,
                            star(analysis, choice, k));
    }
}

void pt_tables_point(struct pt_tables *tables,
                     const struct pt_analysis *analysis, int64_t point)
{
    for (int c = 0; c < analysis->nchoices; c++) {
        count(&tables->facts, analysis, &analysis->cells[c]);
        add_means(&tables->means, analysis, point, c);
        if (c != analysis->baseline)
            add_paired(&tables->paired, analysis, point, c);
    }
}

/* --- notes --- */

/* "20 replications" or "5 to 40 replications". */
static void print_replications(const struct pt_facts *facts, char text[64])
{
    if (facts->least == facts->most)
        snprintf(text, 64, "%lld replication%s", (long long)facts->most,
                 facts->most == 1 ? "" : "s");
    else
        snprintf(text, 64, "%lld to %lld replications", (long long)facts->least,
                 (long long)facts->most);
}

static void note_intervals(struct pt_table *table,
                           const struct pt_analysis *analysis,
                           const struct pt_facts *facts, const char *what)
{
    const double percent = 100 * analysis->study->confidence;
    char text[64];

    print_replications(facts, text);
    if (facts->most > 1 && facts->same + facts->empty < facts->cells)
        pt_table_add_note(table,
                          "%s ± half the width of its %g %% confidence "
                          "interval (Student's t), over %s a cell.",
                          what, percent, text);
    if (facts->same > 0)
        pt_table_add_note(table,
                          "In %lld of %lld cells all %s are the same, since "
                          "nothing in them is random: there is no interval.",
                          (long long)facts->same, (long long)facts->cells,
                          text);
}

static void note_single_runs(struct pt_table *table,
                             const struct pt_analysis *analysis,
                             const struct pt_facts *facts)
{
    const int64_t bare = facts->single - facts->batches;

    if (bare > 0)
        pt_table_add_note(table,
                          "%lld of %lld cells have one run, and no interval: "
                          "what luck did is not known.",
                          (long long)bare, (long long)facts->cells);
    if (facts->batches > 0)
        pt_table_add_note(
            table,
            "%lld of %lld cells have one run; where there is a ±, it is half "
            "the width of the %g %% confidence interval by %d batch means. The "
            "largest correlation of neighbouring batches is %.2f.",
            (long long)facts->batches, (long long)facts->cells,
            100 * analysis->study->confidence, PT_BATCHES, facts->lag1);
    if (facts->correlated > 0)
        pt_table_add_note(table,
                          "? (%lld cells): neighbouring batches correlate "
                          "(above %g): the interval is too narrow.",
                          (long long)facts->correlated, LAG_MOST);
}

static void note_comparisons(struct pt_table *table,
                             const struct pt_analysis *analysis,
                             const struct pt_facts *facts)
{
    const int n = analysis->nchoices - 1;
    const char *baseline =
        analysis->study->choices.items[analysis->baseline].label;

    if (n == 0 || facts->most < 2 || facts->same + facts->empty == facts->cells)
        return;
    pt_table_add_note(table,
                      "*: differs from %s, p < %.3g: t test of differences "
                      "paired by replication; %d comparison%s a point and "
                      "metric%s.",
                      baseline, 1 - analysis->study->confidence, n,
                      n == 1 ? "" : "s", n == 1 ? "" : ", adjusted by Holm");
}

static void note_runs(struct pt_table *table, const struct pt_facts *facts)
{
    if (facts->saturated > 0)
        pt_table_add_note(table,
                          "†: saturated, the queue went on growing, and the "
                          "means with it as long as one looks: %lld of %lld "
                          "runs.",
                          (long long)facts->saturated,
                          (long long)(facts->runs - facts->failed));
    if (facts->failed > 0)
        pt_table_add_note(table,
                          "‡: without the runs that failed, %lld of %lld.",
                          (long long)facts->failed, (long long)facts->runs);
    if (facts->warmed > 0 && facts->warmup > 0)
        pt_table_add_note(table,
                          "Warm-up: the first %.2g %% of the jobs to end are "
                          "left out, on average (MSER-5 of the waits: %.2g %%; "
                          "it sees no steady state in %lld of %lld runs).",
                          100 * facts->warmup / (double)facts->warmed,
                          100 * facts->mser / (double)facts->warmed,
                          (long long)facts->unsettled,
                          (long long)(facts->runs - facts->failed));
}

void pt_tables_end(struct pt_tables *tables, const struct pt_analysis *analysis)
{
    const struct pt_facts *facts = &tables->facts;
    struct pt_table *paired = &tables->paired;

    note_intervals(&tables->means, analysis, facts, "Mean");
    note_single_runs(&tables->means, analysis, facts);
    note_comparisons(&tables->means, analysis, facts);
    note_runs(&tables->means, facts);
    if (analysis->nchoices < 2)
        return;
    pt_table_add_note(
        paired,
        "Differences to %s at the same point, of runs with the same random "
        "streams: below 0 is less than %s.",
        analysis->study->choices.items[analysis->baseline].label,
        analysis->study->choices.items[analysis->baseline].label);
    note_intervals(paired, analysis, facts, "Mean difference");
    if (facts->single > 0)
        pt_table_add_note(paired,
                          "%lld of %lld cells have one run: of these there is "
                          "one difference, without an interval.",
                          (long long)facts->single, (long long)facts->cells);
    note_comparisons(paired, analysis, facts);
    note_runs(paired, facts);
}
