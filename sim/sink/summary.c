#include "sink/summary.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include "base/alloc.h"
#include "base/assert.h"
#include "run.h"

#define TERMINAL    120
#define MAX_COLUMNS 24
#define CELL        80

/* What a column shows of a row. */
enum cell_kind {
    CELL_LABEL,
    CELL_COUNT,   /* int64_t in the report */
    CELL_TIME,    /* pt_time in the report */
    CELL_PERCENT, /* a share of the ledger */
    CELL_REAL,    /* double in the report */
    CELL_CLASS_N, /* jobs in the class */
    CELL_NUMBER   /* double in the class */
};

struct column {
    const char *group; /* one heading over all neighbours of that name */
    const char *head;
    enum cell_kind kind;
    size_t offset;
    double (*share)(const struct pt_ledger *ledger);
};

struct table {
    struct column columns[MAX_COLUMNS]; /* [n] */
    int n;
};

/* One row: a run, and the class of its jobs that is shown; NULL: it has none.
 */
struct line {
    const struct pt_report *report;
    const struct pt_tally_class *class;
};

/* At least four significant digits, and none after the point that say nothing.
 */
static void print_number(char text[CELL], double value)
{
    if (isnan(value))
        snprintf(text, CELL, "-");
    else if (fabs(value) >= 1000 || fabs(value - nearbyint(value)) < 1e-9)
        snprintf(text, CELL, "%.0f", value);
    else if (fabs(value) >= 100)
        snprintf(text, CELL, "%.1f", value);
    else
        snprintf(text, CELL, "%.2f", value);
}

static void print_cell(char text[CELL], const struct column *column,
                       const struct line *line)
{
    const char *report = (const char *)line->report;
    int64_t whole = 0;
    double number = (double)NAN;

    if (column->kind == CELL_COUNT || column->kind == CELL_TIME)
        memcpy(&whole, report + column->offset, sizeof whole);
    if (column->kind == CELL_REAL)
        memcpy(&number, report + column->offset, sizeof number);
    if (column->kind == CELL_NUMBER && line->class)
        memcpy(&number, (const char *)line->class + column->offset,
               sizeof number);
    switch (column->kind) {
    case CELL_LABEL:
        snprintf(text, CELL, "%s", line->report->run->label);
        break;
    case CELL_COUNT:
        snprintf(text, CELL, "%lld", (long long)whole);
        break;
    case CELL_TIME:
        print_number(text, pt_time_seconds(whole));
        break;
    case CELL_PERCENT:
        snprintf(text, CELL, "%.1f",
                 100.0 * column->share(&line->report->ledger));
        break;
    case CELL_CLASS_N:
        snprintf(text, CELL, "%lld",
                 line->class ? (long long)line->class->wait.n : 0LL);
        break;
    case CELL_REAL:
    case CELL_NUMBER:
        print_number(text, number);
        break;
    }
}

static void add(struct table *table, struct column column)
{
    pt_assert(table->n < MAX_COLUMNS);
    table->columns[table->n++] = column;
}

#define CLASS_NUMBER(heading, name, member)                                    \
    (struct column)                                                            \
    {                                                                          \
        .group = (heading), .head = (name), .kind = CELL_NUMBER,               \
        .offset = offsetof(struct pt_tally_class, member)                      \
    }

static void add_job_columns(struct table *table)
{
    add(table, CLASS_NUMBER("wait (s)", "mean", wait.mean));
    add(table, CLASS_NUMBER("wait (s)", "p50", wait.p50));
    add(table, CLASS_NUMBER("wait (s)", "p95", wait.p95));
    add(table, CLASS_NUMBER("wait (s)", "p99", wait.p99));
    add(table, CLASS_NUMBER("wait (s)", "max", wait.max));
    add(table, CLASS_NUMBER("response", "mean (s)", response.mean));
    add(table, CLASS_NUMBER("slowdown", "mean", slowdown.mean));
    add(table, CLASS_NUMBER("bounded", "mean", bounded.mean));
}

/* A count that is a column only if some run has one. */
static void add_if_any(struct table *table, const char *head, size_t offset,
                       const struct pt_report *reports, int n)
{
    for (int i = 0; i < n; i++) {
        int64_t count;

        memcpy(&count, (const char *)&reports[i] + offset, sizeof count);
        if (count == 0)
            continue;
        add(table, (struct column){.group = "",
                                   .head = head,
                                   .kind = CELL_COUNT,
                                   .offset = offset});
        return;
    }
}

static bool any_is_staged(const struct pt_report *reports, int n)
{
    for (int i = 0; i < n; i++)
        if (pt_report_is_staged(&reports[i]))
            return true;
    return false;
}

static bool any_is_failing(const struct pt_report *reports, int n)
{
    for (int i = 0; i < n; i++)
        if (pt_report_is_failing(&reports[i]))
            return true;
    return false;
}

static void add_percent(struct table *table, const char *group,
                        double (*share)(const struct pt_ledger *ledger))
{
    add(table, (struct column){.group = group,
                               .head = "(%)",
                               .kind = CELL_PERCENT,
                               .share = share});
}

static double barrier_share(const struct pt_ledger *ledger)
{
    return pt_ledger_share(ledger, PT_CLASS_BARRIER);
}

static void add_stage_columns(struct table *table)
{
    add_percent(table, "barrier", barrier_share);
    add(table,
        (struct column){.group = "gang wait",
                        .head = "mean (s)",
                        .kind = CELL_REAL,
                        .offset = offsetof(struct pt_report,
                                           summary.stages.gang_wait.mean)});
}

static double lost_share(const struct pt_ledger *ledger)
{
    return pt_ledger_share(ledger, PT_CLASS_LOST);
}

static void make_columns(struct table *table, const struct pt_report *reports,
                         int n)
{
    add(table,
        (struct column){.group = "", .head = "policy", .kind = CELL_LABEL});
    add(table,
        (struct column){.group = "",
                        .head = "jobs",
                        .kind = CELL_COUNT,
                        .offset = offsetof(struct pt_report, summary.jobs)});
    add(table, (struct column){
                   .group = "makespan",
                   .head = "(s)",
                   .kind = CELL_TIME,
                   .offset = offsetof(struct pt_report, summary.makespan)});
    add_percent(table, "util", pt_ledger_utilisation);
    add_percent(table, "loss", pt_ledger_loss_of_capacity);
    if (any_is_failing(reports, n)) {
        add_percent(table, "goodput", pt_ledger_goodput);
        add_percent(table, "lost", lost_share);
        add_percent(table, "avail", pt_ledger_availability);
    }
    add_job_columns(table);
    if (any_is_staged(reports, n))
        add_stage_columns(table);
    add_if_any(table, "rejected", offsetof(struct pt_report, summary.rejected),
               reports, n);
    add_if_any(table, "unfinished",
               offsetof(struct pt_report, summary.unfinished), reports, n);
    add_if_any(table, "deadlocks", offsetof(struct pt_report, counts.deadlocks),
               reports, n);
    add_if_any(table, "timeouts", offsetof(struct pt_report, counts.timeouts),
               reports, n);
}

static void put_spaces(struct pt_out *out, size_t n)
{
    while (n-- > 0)
        pt_out_char(out, ' ');
}

static void put_cell(struct pt_out *out, const char *text, size_t width,
                     bool left)
{
    size_t length = strlen(text);
    size_t spaces = width > length ? width - length : 0;

    if (!left)
        put_spaces(out, spaces);
    pt_out_text(out, text);
    if (left)
        put_spaces(out, spaces);
}

/* How many columns from FIRST on share its heading. */
static int group_length(const struct table *table, int first)
{
    const char *group = table->columns[first].group;
    int n = 1;

    while (group[0] != '\0' && first + n < table->n &&
           strcmp(table->columns[first + n].group, group) == 0)
        n++;
    return n;
}

/* " NAME " in the middle of WIDTH dashes. */
static void put_banner(struct pt_out *out, const char *name, size_t width)
{
    size_t dashes = width - strlen(name) - 2;

    for (size_t i = 0; i < dashes / 2; i++)
        pt_out_char(out, '-');
    pt_out_char(out, ' ');
    pt_out_text(out, name);
    pt_out_char(out, ' ');
    for (size_t i = dashes / 2; i < dashes; i++)
        pt_out_char(out, '-');
}

/* The upper line of the heading: each name over its columns. */
static void put_groups(struct pt_out *out, const struct table *table,
                       const size_t *width, size_t gap)
{
    size_t skipped = 0; /* spaces, written once something follows them */

    for (int c = 0; c < table->n;) {
        const char *group = table->columns[c].group;
        size_t length = strlen(group);
        size_t span = width[c];
        int n = group_length(table, c);

        for (int k = 1; k < n; k++)
            span += gap + width[c + k];
        skipped += c == 0 ? 0 : gap;
        c += n;
        if (length == 0) {
            skipped += span;
            continue;
        }
        put_spaces(out, skipped);
        skipped = 0;
        if (n > 1 && span >= length + 4)
            put_banner(out, group, span);
        else
            put_cell(out, group, span, false);
    }
    pt_out_char(out, '\n');
}

static void put_table(struct pt_out *out, const struct table *table,
                      const struct line *lines, int n)
{
    size_t width[MAX_COLUMNS];
    size_t all = 0, gap = 2;
    char text[CELL];

    for (int c = 0; c < table->n; c++) {
        const struct column *column = &table->columns[c];

        width[c] = strlen(column->head);
        if (group_length(table, c) == 1 && strlen(column->group) > width[c] &&
            (c == 0 || group_length(table, c - 1) == 1))
            width[c] = strlen(column->group);
        for (int i = 0; i < n; i++) {
            print_cell(text, column, &lines[i]);
            if (strlen(text) > width[c])
                width[c] = strlen(text);
        }
        all += width[c] + gap;
    }
    if (all - gap > TERMINAL)
        gap = 1;
    put_groups(out, table, width, gap);
    for (int i = -1; i < n; i++) {
        for (int c = 0; c < table->n; c++) {
            if (i < 0)
                snprintf(text, CELL, "%s", table->columns[c].head);
            else
                print_cell(text, &table->columns[c], &lines[i]);
            put_spaces(out, c == 0 ? 0 : gap);
            put_cell(out, text, width[c], c == 0);
        }
        pt_out_char(out, '\n');
    }
}

static const struct pt_tally_class *find_class(const struct pt_summary *summary,
                                               int32_t min_width)
{
    for (int32_t i = 0; i < summary->nclasses; i++)
        if (summary->classes[i].min_width == min_width)
            return &summary->classes[i];
    return NULL;
}

/* The narrowest class above MIN_WIDTH that any of REPORTS has, or NULL. */
static const struct pt_tally_class *next_class(const struct pt_report *reports,
                                               int n, int32_t min_width)
{
    const struct pt_tally_class *best = NULL;

    for (int r = 0; r < n; r++) {
        const struct pt_summary *summary = &reports[r].summary;

        for (int32_t i = 0; i < summary->nclasses; i++) {
            const struct pt_tally_class *class = &summary->classes[i];

            if (class->min_width > min_width &&
                (!best || class->min_width < best->min_width))
                best = class;
        }
    }
    return best;
}

static void put_class_name(struct pt_out *out,
                           const struct pt_tally_class *class)
{
    pt_out_text(out, "width ");
    pt_out_int(out, class->min_width);
    if (class->max_width < 0) {
        pt_out_text(out, " and more");
    } else if (class->max_width > class->min_width) {
        pt_out_char(out, '-');
        pt_out_int(out, class->max_width);
    }
    pt_out_char(out, '\n');
}

static void put_classes(struct pt_out *out, const struct pt_report *reports,
                        int n, struct line *lines)
{
    struct table table = {.n = 0};
    const struct pt_tally_class *class = next_class(reports, n, 0);

    add(&table,
        (struct column){.group = "", .head = "policy", .kind = CELL_LABEL});
    add(&table,
        (struct column){.group = "", .head = "jobs", .kind = CELL_CLASS_N});
    add_job_columns(&table);
    for (; class; class = next_class(reports, n, class->min_width)) {
        for (int i = 0; i < n; i++)
            lines[i] = (struct line){
                .report = &reports[i],
                .class = find_class(&reports[i].summary, class->min_width)};
        put_class_name(out, class);
        put_table(out, &table, lines, n);
        pt_out_char(out, '\n');
    }
}

/* What the failure models imply of what was measured. */
static void put_implied(struct pt_out *out, const struct pt_report *reports,
                        int n)
{
    for (int i = 0; i < n; i++) {
        char text[64];
        double availability = reports[i].implied.availability;
        if (!reports[i].failing || !(availability < 1))
            continue;
        snprintf(text, sizeof text, " (the failure models imply %.4f %%)",
                 100 * availability);
        pt_out_text(out, text);
        return;
    }
}

void pt_summary_table(struct pt_out *out, const struct pt_report *reports,
                      int n, bool by_width)
{
    struct table table = {.n = 0};
    struct line *lines = pt_alloc((size_t)n + 1, sizeof *lines);

    if (by_width) {
        put_classes(out, reports, n, lines);
    } else {
        make_columns(&table, reports, n);
        for (int i = 0; i < n; i++)
            lines[i] = (struct line){.report = &reports[i],
                                     .class = &reports[i].summary.all};
        put_table(out, &table, lines, n);
    }
    if (n > 0) {
        pt_out_text(out, "bounded: slowdown with tau = ");
        pt_out_time(out, reports[0].summary.tau);
        pt_out_text(out, " s");
        if (!by_width)
            pt_out_text(out, "; util, loss: of the capacity from the first "
                             "submit to the last end");
        if (!by_width && any_is_failing(reports, n))
            pt_out_text(out, "\ngoodput: work that was kept; lost: work that "
                             "was done again; avail: not down or serviced");
        if (!by_width)
            put_implied(out, reports, n);
        pt_out_char(out, '\n');
    }
    pt_free(lines);
}

void pt_summary_json(struct pt_out *out, const struct pt_report *reports, int n)
{
    struct pt_doc doc;

    pt_doc_init(&doc, out);
    pt_doc_begin(&doc, NULL, '{');
    pt_doc_text(&doc, "schema", "protium.summary/1");
    pt_doc_begin(&doc, "runs", '[');
    for (int i = 0; i < n; i++) {
        pt_doc_begin(&doc, NULL, '{');
        pt_doc_text(&doc, "label", reports[i].run->label);
        pt_doc_text(&doc, "policy", reports[i].run->policy_text);
        pt_metrics_write(&doc, &reports[i]);
        pt_doc_end(&doc, '}');
    }
    pt_doc_end(&doc, ']');
    pt_doc_end(&doc, '}');
}
