/* jobs.h - what figures read of jobs.csv: the jobs of a run, one by one, and
 * what such figures do alike. */
#ifndef PT_PLOTS_JOBS_H
#define PT_PLOTS_JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/error.h"
#include "base/time.h"
#include "plots/figure.h"
#include "plots/results.h"

/* Definitions: metrics/tally.h. */
enum pt_jobs_metric {
    PT_JOBS_WAIT,
    PT_JOBS_RESPONSE,
    PT_JOBS_BOUNDED,
    PT_JOBS_METRICS
};

/* Their names, for parameters; ended by NULL. */
extern const char *const pt_jobs_metrics[PT_JOBS_METRICS + 1];

/* "Waiting time", say. */
const char *pt_jobs_title(enum pt_jobs_metric metric);

/* Columns to be read, as bits; those of the metrics are 1 << metric. */
enum {
    PT_JOBS_ID = 1 << PT_JOBS_METRICS,
    PT_JOBS_SPAN = PT_JOBS_ID << 1, /* submit, start and end */
    PT_JOBS_WIDTH = PT_JOBS_ID << 2,
    PT_JOBS_LIMIT = PT_JOBS_ID << 3
};

struct pt_jobs_row {
    /* Times; of the bounded slowdown millionths of it. */
    pt_time values[PT_JOBS_METRICS];
    int64_t id;
    pt_time submit, start, end; /* start: the first */
    pt_time limit;              /* PT_TIME_NEVER: none */
    int32_t width;
    int replication; /* from 0 */
    bool ran;        /* else all but id, submit, limit and width are 0 */
};

typedef void pt_jobs_visit(void *to, const struct pt_jobs_row *row);

/* Calls VISIT for every job of RUN, in the order of its file; if ALL is set, of
 * all of its replications, one after the other.  Returns 0; 1 if there is no
 * jobs.csv or it lacks one of COLUMNS, which ERR.text tells without a code; or
 * -1. */
int pt_jobs_read(const struct pt_results_run *run, unsigned columns, bool all,
                 pt_jobs_visit *visit, void *to, struct pt_err *err);

/* Values of a metric, as in a row. */
struct pt_jobs_values {
    pt_time *items; /* [n] */
    int64_t n, capacity;
};

void pt_jobs_values_add(struct pt_jobs_values *values, pt_time value);
void pt_jobs_values_sort(struct pt_jobs_values *values);
void pt_jobs_values_fini(struct pt_jobs_values *values);

/* Quantile Q of VALUES, sorted and not empty, of type 7, in seconds. */
double pt_jobs_values_quantile(const struct pt_jobs_values *values, double q);

/* Classes of width: 1, 2-4, 5-16, 17-64, ..., as in summaries. */
#define PT_JOBS_CLASSES 16
int pt_jobs_class(int32_t width);

/* "257-1024", "257-1k" or "<=1k". */
enum pt_jobs_words { PT_JOBS_FULL, PT_JOBS_BRIEF, PT_JOBS_BOUND };
void pt_jobs_class_print(int class, enum pt_jobs_words words, char *text,
                         size_t size);

/* Sets classes, width[classes] and jobs[classes], for an axis INCHES long: the
 * names of the classes that have jobs, and how many, which is FEWEST to MOST
 * [PT_JOBS_CLASSES] depending on the run.  Returns how many classes they are,
 * at least one. */
int pt_jobs_classes(struct pt_figure_job *job, const int64_t *fewest,
                    const int64_t *most, double inches);

/* Instants that people have a word for: 1 us, 10 us, ..., 1 d, ..., 1000 d;
 * ascending, ended by name NULL. */
struct pt_jobs_mark {
    const char *name;
    pt_time at;
};
extern const struct pt_jobs_mark pt_jobs_marks[];

/* Tics of AXIS ("x" or "y"), told one by one from left to right, or from the
 * foot; those that have no room for their names stay without.  They go into
 * x_tics, a command that the script evaluates; without names if x_named is 0.
 * Names are the program's own words. */
struct pt_jobs_tics {
    struct pt_figure_job *job;
    bool upright;  /* of a y axis: names are a line high */
    double inches; /* to a unit of the axis */
    double end;    /* of the last name, in inches */
    int n;
};

void pt_jobs_tics_open(struct pt_jobs_tics *tics, struct pt_figure_job *job,
                       const char *axis, double inches);
void pt_jobs_tics_add(struct pt_jobs_tics *tics, double at, const char *name);
void pt_jobs_tics_close(struct pt_jobs_tics *tics);

/* How wide a figure of JOB's paper is, in inches. */
double pt_jobs_letter(const struct pt_figure_job *job);

/* n, style[n], and a legend of the runs (legend.h) below a figure WIDTH wide;
 * returns its height. */
double pt_jobs_legend(struct pt_figure_job *job, double width);

/* N as a person would print it in at most LETTERS letters: 447794, 448k. */
void pt_jobs_count(int64_t n, int letters, char *text, size_t size);

/* A grid of panels, one per run, on a figure as wide as the paper, with LEFT
 * inches before the first of a row and FOOT below all: sets W, H, columns,
 * panel_w, panel_h, gap (above each), between, left, foot, n, label[n] (cut to
 * fit), and a palette from light to dark that prints in grey. */
struct pt_panels pt_jobs_panels(struct pt_figure_job *job, double left,
                                double foot);

#endif
