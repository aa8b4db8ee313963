/* gang_wait.c - how long gangs waited, from ready to launch: by their width,
 * and by the load of the machine.
 *
 * A width class ends at a power of two: 1, 2, 3-4, 5-8, ...  Where the results
 * are a sweep (runs/POINT/POLICY), the second panel has a curve per policy over
 * the utilisation of its runs, and the first shows the point at which the
 * machine was busiest. */
#include "plots/figure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/alloc.h"
#include "base/text.h"
#include "base/vec.h"
#include "plots/legend.h"
#include "plots/letters.h"
#include "plots/stage_rows.h"
#include "plots/tics.h"

#define CLASSES 32

enum { TEXT = 40, NOTE = 200 };

struct waits {
    pt_time *items; /* [n] */
    int n, capacity;
};

struct run {
    const char *policy; /* in its label, behind the last slash */
    int npoint;         /* bytes of the label before that slash, or 0 */
    int series;         /* runs of one policy */
    struct waits classes[CLASSES];
    struct waits all;
    int64_t never;      /* attempts that were not launched */
    double utilisation; /* in percent; negative: unknown */
};

struct chart {
    struct run runs[PT_RESULTS_MOST];
    int n, nseries;
    bool occurs[CLASSES];
    bool sweep; /* some policy has several runs */
    int point;  /* the run whose point the first panel shows */
    pt_time edge, top;
};

/* The quantiles that a bar shows. */
enum { P5, P25, P50, P75, P95, QUANTILES };
static const double quantiles[QUANTILES] = {0.05, 0.25, 0.5, 0.75, 0.95};

static int class_of(int32_t width)
{
    int class = 0;

    while (class + 1 < CLASSES && (INT64_C(1) << class) < width)
        class ++;
    return class;
}

static void sort_waits(struct waits *waits)
{
    if (waits->n > 1)
        qsort(waits->items, (size_t)waits->n, sizeof *waits->items,
              pt_time_compare);
}

/* The smallest wait that a share Q of all is not above. */
static pt_time quantile(const struct waits *waits, double q)
{
    int rank = (int)(q * waits->n);

    if ((double)rank < q * waits->n - 1e-9)
        rank++;
    return waits->items[rank > 0 ? rank - 1 : 0];
}

static void take_row(struct run *run, const struct pt_stage_row *row)
{
    struct waits *class = &run->classes[class_of(row->tasks)];
    pt_time wait;

    if (!row->gang)
        return;
    if (row->start == PT_TIME_NEVER) {
        run->never++;
        return;
    }
    wait = row->start - row->ready;
    pt_vec_push(class->items, class->n, class->capacity, wait);
    pt_vec_push(run->all.items, run->all.n, run->all.capacity, wait);
}

static int read_rows(struct run *run, const char *folder, struct pt_err *err)
{
    struct pt_stage_rows rows;
    struct pt_stage_row row;
    int more = pt_stage_rows_open(&rows, folder, err);

    if (more == 0)
        while ((more = pt_stage_rows_next(&rows, &row, err)) > 0)
            take_row(run, &row);
    pt_stage_rows_close(&rows);
    for (int c = 0; c < CLASSES; c++)
        sort_waits(&run->classes[c]);
    sort_waits(&run->all);
    return more < 0 ? -1 : 0;
}

/* What summary.csv calls utilisation, from the run's own ledger. */
static int read_ledger(struct run *run, const char *folder, struct pt_err *err)
{
    const char *const columns[] = {"class", "share"};
    struct pt_csv csv;
    struct pt_csv_field fields[2];
    char *path = pt_results_path(folder, "ledger.csv");
    int more = 0;

    run->utilisation = -1;
    if (access(path, F_OK) == 0) {
        run->utilisation = 0;
        more = pt_csv_open(&csv, path, columns, 2, err) == 0 ? 1 : -1;
        while (more > 0 && (more = pt_csv_next(&csv, fields, err)) > 0) {
            pt_time share;

            if (!pt_csv_is(&fields[0], "useful") &&
                !pt_csv_is(&fields[0], "lost") &&
                !pt_csv_is(&fields[0], "checkpoint") &&
                !pt_csv_is(&fields[0], "restart"))
                continue;
            if (pt_csv_time(&csv, &fields[1], &share, err) != 0)
                more = -1;
            else
                run->utilisation += 100 * (double)share / 1e6;
        }
        pt_csv_close(&csv);
    }
    pt_free(path);
    return more;
}

/* Takes POINT/POLICY apart, and numbers the policies. */
static void name_run(struct chart *chart, int i, const char *label)
{
    struct run *run = &chart->runs[i];
    const char *slash = strrchr(label, '/');

    run->policy = slash ? slash + 1 : label;
    run->npoint = slash ? (int)(slash - label) : 0;
    run->series = chart->nseries;
    for (int k = 0; k < i; k++)
        if (strcmp(chart->runs[k].policy, run->policy) == 0) {
            run->series = chart->runs[k].series;
            chart->sweep = true;
            return;
        }
    chart->nseries++;
}

static bool same_point(const struct chart *chart,
                       const struct pt_results *results, int i, int k)
{
    const struct run *a = &chart->runs[i], *b = &chart->runs[k];

    return a->npoint == b->npoint &&
           memcmp(results->runs[i].label, results->runs[k].label,
                  (size_t)a->npoint) == 0;
}

/* The first run of the point that was busiest in the mean of its runs. */
static void find_point(struct chart *chart, const struct pt_results *results)
{
    double most = -1;

    for (int i = 0; i < chart->n; i++) {
        double sum = 0;
        int n = 0;

        for (int k = 0; k < chart->n; k++)
            if (same_point(chart, results, i, k) && chart->runs[k].all.n > 0) {
                sum += chart->runs[k].utilisation;
                n++;
            }
        if (n > 0 && sum / n > most + 1e-9) {
            most = sum / n;
            chart->point = i;
        }
    }
}

/* Whether the first panel shows run I. */
static bool is_shown(const struct chart *chart,
                     const struct pt_results *results, int i)
{
    return !chart->sweep || same_point(chart, results, chart->point, i);
}

static int read_chart(struct chart *chart, const struct pt_results *results,
                      struct pt_err *err)
{
    pt_time longest = 0;

    chart->n = results->n;
    for (int i = 0; i < chart->n; i++) {
        struct run *run = &chart->runs[i];

        name_run(chart, i, results->runs[i].label);
        if (read_rows(run, results->runs[i].path, err) != 0 ||
            read_ledger(run, results->runs[i].path, err) != 0)
            return -1;
    }
    if (chart->sweep)
        find_point(chart, results);
    for (int i = 0; i < chart->n; i++) {
        struct run *run = &chart->runs[i];

        for (int c = 0; c < CLASSES; c++) {
            if (run->classes[c].n == 0 || !is_shown(chart, results, i))
                continue;
            chart->occurs[c] = true;
            if (quantile(&run->classes[c], quantiles[P95]) > longest)
                longest = quantile(&run->classes[c], quantiles[P95]);
        }
        if (run->all.n > 0 && quantile(&run->all, quantiles[P95]) > longest)
            longest = quantile(&run->all, quantiles[P95]);
    }
    chart->edge = longest > 0 ? pt_tics_edge(longest) : PT_SECOND;
    chart->top = longest < 10 * chart->edge ? 10 * chart->edge : longest;
    return 0;
}

/* X, then the quantiles in seconds; what is below the axis stands on it. */
static void write_bar(FILE *data, const struct chart *chart, double x,
                      const struct waits *waits)
{
    fprintf(data, "%.6g", x);
    for (int q = 0; q < QUANTILES; q++) {
        pt_time wait = quantile(waits, quantiles[q]);

        fprintf(data, " %.10g",
                (double)(wait > chart->edge ? wait : chart->edge) / 1e6);
    }
    fprintf(data, " %d\n", waits->n);
}

/* A block per policy: its bars in the classes, side by side with others'. */
static void write_widths(FILE *data, const struct chart *chart,
                         const struct pt_results *results)
{
    for (int s = 0; s < chart->nseries; s++) {
        bool any = false;

        for (int i = 0; i < chart->n; i++) {
            const struct run *run = &chart->runs[i];
            int place = 0;

            if (run->series != s || !is_shown(chart, results, i))
                continue;
            for (int c = 0; c < CLASSES; c++) {
                if (run->classes[c].n > 0) {
                    write_bar(data, chart,
                              place + (s + 0.5) * 0.76 / chart->nseries - 0.38,
                              &run->classes[c]);
                    any = true;
                }
                place += chart->occurs[c];
            }
        }
        /* A block without a line would not count as one. */
        fputs(any ? "\n\n" : "NaN NaN NaN NaN NaN NaN 0\n\n\n", data);
    }
}

/* The runs of policy S by utilisation, into ORDER [PT_RESULTS_MOST]. */
static int order_runs(const struct chart *chart, int s, int *order)
{
    int n = 0;

    for (int i = 0; i < chart->n; i++) {
        const struct run *run = &chart->runs[i];
        int at;

        if (run->series != s || run->all.n == 0 || run->utilisation < 0)
            continue;
        for (at = n++; at > 0 && chart->runs[order[at - 1]].utilisation >
                                     run->utilisation;
             at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
    return n;
}

/* A block per policy: its runs, by utilisation. */
static void write_loads(FILE *data, const struct chart *chart)
{
    for (int s = 0; s < chart->nseries; s++) {
        int order[PT_RESULTS_MOST];
        int n = order_runs(chart, s, order);

        for (int i = 0; i < n; i++) {
            const struct run *run = &chart->runs[order[i]];

            write_bar(data, chart, run->utilisation, &run->all);
        }
        fputs(n > 0 ? "\n\n" : "NaN NaN NaN NaN NaN NaN 0\n\n\n", data);
    }
}

/* load_low and load_high, in whole tens. */
static void write_range(struct pt_figure_job *job, const struct chart *chart)
{
    double low = 100, high = 0;

    for (int i = 0; i < chart->n; i++) {
        const struct run *run = &chart->runs[i];

        if (run->all.n == 0 || run->utilisation < 0)
            continue;
        low = run->utilisation < low ? run->utilisation : low;
        high = run->utilisation > high ? run->utilisation : high;
    }
    low = low > high ? 0 : low;
    pt_figure_int(job, "load_low", (int)((low - 0.5) / 10) * 10);
    pt_figure_int(job, "load_high", (int)((high + 0.5) / 10) * 10 + 10);
}

/* How many gangs of CLASS a run that is shown launched, at least and at most.
 */
static void count_gangs(const struct chart *chart,
                        const struct pt_results *results, int class,
                        int *fewest, int *most)
{
    *fewest = -1;
    *most = 0;
    for (int i = 0; i < chart->n; i++) {
        int n = chart->runs[i].classes[class].n;

        if (!is_shown(chart, results, i))
            continue;
        *fewest = *fewest < 0 || n < *fewest ? n : *fewest;
        *most = n > *most ? n : *most;
    }
}

/* "5-8", or "at most 8" with a sign where there is less room. */
static void print_class(int class, bool brief, char text[TEXT])
{
    int64_t high = INT64_C(1) << class, low = class > 0 ? high / 2 + 1 : high;

    if (low == high)
        snprintf(text, TEXT, "%lld", (long long)high);
    else if (brief)
        snprintf(text, TEXT, "\xe2\x89\xa4%lld", (long long)high);
    else
        snprintf(text, TEXT, "%lld-%lld", (long long)low, (long long)high);
}

static void print_gangs(int fewest, int most, char text[TEXT])
{
    if (most > fewest)
        snprintf(text, TEXT, "(%d-%d)", fewest, most);
    else
        snprintf(text, TEXT, "(%d)", most);
}

/* What the tics of the widths have room for on an axis INCHES long. */
struct tics_room {
    bool counted; /* how many gangs */
    bool brief;   /* names of classes */
    int every;    /* class has its name */
};

static struct tics_room find_room(const struct pt_figure_job *job,
                                  const struct chart *chart, double inches)
{
    const double points = job->paper->points, gap = 0.05;
    double names = 0, briefs = 0, counts = 0, room;
    char text[TEXT];
    int classes = 0;

    for (int c = 0; c < CLASSES; c++) {
        int fewest, most;

        if (!chart->occurs[c])
            continue;
        classes++;
        print_class(c, false, text);
        names = fmax(names, pt_letters_width(text, points) + gap);
        print_class(c, true, text);
        briefs = fmax(briefs, pt_letters_width(text, points) + gap);
        count_gangs(chart, job->results, c, &fewest, &most);
        print_gangs(fewest, most, text);
        counts = fmax(counts, pt_letters_width(text, points) + gap);
    }
    room = inches / (classes > 0 ? classes : 1);
    return (struct tics_room){.counted = counts <= room,
                              .brief = names > room,
                              .every =
                                  names <= room ? 1 : (int)ceil(briefs / room)};
}

/* The tics of the widths: the class, and below it how many gangs. */
static void write_classes(struct pt_figure_job *job, const struct chart *chart,
                          double inches)
{
    const struct tics_room room = find_room(job, chart, inches);
    int place = 0;

    fputs("width_tics = \"set xtics (", job->script);
    for (int c = 0; c < CLASSES; c++) {
        char name[TEXT] = "", gangs[TEXT] = "";
        int fewest, most;

        if (!chart->occurs[c])
            continue;
        count_gangs(chart, job->results, c, &fewest, &most);
        if (place % room.every == 0)
            print_class(c, room.brief, name);
        if (room.counted)
            print_gangs(fewest, most, gangs);
        fprintf(job->script, "%s'%s%s%s' %d", place > 0 ? ", " : "", name,
                room.counted ? "\\n" : "", gangs, place);
        place++;
    }
    fputs(")\"\n", job->script);
    pt_figure_int(job, "classes", place);
    pt_figure_text(job, "width_title",
                   room.counted ? "Tasks of the gang (how many gangs)"
                                : "Tasks of the gang");
}

/* Line I above the first panel. */
static void write_note(struct pt_figure_job *job, int i, const char *text,
                       double inches)
{
    char cut[2 * NOTE], name[24];

    pt_letters_cut(cut, sizeof cut, text, job->paper->points, inches);
    snprintf(name, sizeof name, "note[%d]", i);
    pt_figure_text(job, name, cut);
}

/* What bars show, who was never launched, the point that is shown: in lines of
 * their own where there is no room beside each other.  Returns how many lines.
 */
static int write_notes(struct pt_figure_job *job, const struct chart *chart,
                       double inches, bool narrow)
{
    const char *bars = "Median, 25-75 % (thick), 5-95 % (thin)";
    const char *label = job->results->runs[chart->point].label;
    int npoint = chart->sweep ? chart->runs[chart->point].npoint : 0, lines = 1;
    int64_t never = 0;
    char text[NOTE], left_out[64] = "";

    for (int i = 0; i < chart->n; i++)
        if (is_shown(chart, job->results, i))
            never += chart->runs[i].never;
    if (never > 0)
        snprintf(left_out, sizeof left_out, "%lld never launched, left out",
                 (long long)never);
    fputs("array note[4]\n", job->script);
    snprintf(text, sizeof text, "%s%s%s", bars,
             never > 0 && !narrow ? "; " : "", narrow ? "" : left_out);
    write_note(job, lines, text, inches);
    if (narrow && never > 0)
        write_note(job, ++lines, left_out, inches);
    snprintf(text, sizeof text, "at %.*s", npoint, label);
    if (npoint > 0)
        write_note(job, ++lines, text, inches);
    pt_figure_int(job, "notes", lines);
    return lines;
}

/* The policies' names and styles, and the legend; returns its height. */
static double write_names(struct pt_figure_job *job, const struct chart *chart,
                          double width)
{
    const char *labels[PT_RESULTS_MOST];

    pt_figure_int(job, "nseries", chart->nseries);
    fprintf(job->script, "array style[%d]\n", chart->nseries);
    for (int i = 0; i < chart->n; i++) {
        int s = chart->runs[i].series;

        labels[s] = chart->runs[i].policy;
        fprintf(job->script, "style[%d] = %d\n", s + 1,
                job->results->runs[i].policy);
    }
    return pt_legend_write(job, labels, chart->nseries, NULL, width);
}

/* The panels of a sweep stand side by side where there is room. */
static void write_layout(struct pt_figure_job *job, const struct chart *chart)
{
    const double left = 0.68, right = 0.14, line = 0.135, below = 0.58;
    const double width = pt_figure_width(job, chart->sweep ? 2 : 1);
    const bool narrow = width < 5;
    const int columns = chart->sweep && !narrow ? 2 : 1;
    const int rows = chart->sweep && narrow ? 2 : 1;
    const double panel_w = width / columns - left - right;
    const double panel_h = narrow ? 1.6 : 1.87;
    double keys = write_names(job, chart, width);
    double above = 0.12 + line * write_notes(job, chart, panel_w, narrow);

    pt_figure_real(job, "W", width);
    pt_figure_real(job, "H",
                   keys + rows * (panel_h + below) + (rows - 1) * 0.1 + above);
    pt_figure_real(job, "left", left);
    pt_figure_real(job, "line", line);
    pt_figure_real(job, "panel_w", panel_w);
    pt_figure_real(job, "panel_h", panel_h);
    pt_figure_int(job, "columns", columns);
    pt_figure_real(job, "foot1",
                   keys + below + (rows - 1) * (panel_h + below + 0.1));
    pt_figure_real(job, "foot2", keys + below);
    write_classes(job, chart, panel_w);
}

static void write_chart(struct pt_figure_job *job, const struct chart *chart)
{
    write_layout(job, chart);
    pt_figure_int(job, "sweep", chart->sweep);
    pt_figure_real(job, "edge", (double)chart->edge / 1e6);
    pt_figure_real(job, "top", (double)chart->top / 1e6);
    pt_tics_write(job, 'y', chart->edge, chart->top);
    fputs("# x, waits (s): 5, 25, 50, 75, 95 %; gangs.  A block per policy "
          "over widths, then one over utilisation (%)\n",
          job->data);
    write_widths(job->data, chart, job->results);
    if (chart->sweep) {
        write_range(job, chart);
        write_loads(job->data, chart);
    }
}

static int gang_wait_data(struct pt_figure_job *job, struct pt_err *err)
{
    struct chart *chart = pt_alloc(1, sizeof *chart);
    int result = read_chart(chart, job->results, err);
    bool any = false;

    for (int i = 0; i < chart->n; i++)
        any = any || chart->runs[i].all.n > 0;
    if (result == 0 && !any) {
        pt_text_copy(err->text, sizeof err->text,
                     "no gang was launched in these runs");
        result = 1;
    }
    if (result == 0)
        write_chart(job, chart);
    for (int i = 0; i < chart->n; i++) {
        pt_free(chart->runs[i].all.items);
        for (int c = 0; c < CLASSES; c++)
            pt_free(chart->runs[i].classes[c].items);
    }
    pt_free(chart);
    return result;
}

const struct pt_figure pt_figure_gang_wait = {
    .name = "gang-wait",
    .summary = "how long gangs waited, by their width and by the load",
    .cite = "nearest-rank quantiles; widths in classes that end at powers of "
            "two, as in Feitelson's workload studies",
    .params = pt_figure_runs_params,
    .state_size = sizeof(struct pt_figure_runs),
    .data = gang_wait_data,
};
