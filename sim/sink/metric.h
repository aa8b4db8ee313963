/* metric.h - the metrics of a run: one table has their names and meanings.
 *
 * summary.csv, the JSON of summaries and runs, and `protium list metrics` are
 * read off it. */
#ifndef PT_SINK_METRIC_H
#define PT_SINK_METRIC_H

#include "sink/doc.h"

struct pt_report;
struct pt_spread;
struct pt_tally_class;

enum pt_metric_kind {
    PT_METRIC_COUNT, /* int64_t in the report */
    PT_METRIC_TIME,  /* pt_time in the report; printed in seconds */
    PT_METRIC_RATIO, /* double in the report */
    PT_METRIC_SHARE  /* of the ledger */
};

/* One number a run. */
struct pt_metric {
    const char *name, *unit, *help;
    enum pt_metric_kind kind;
    size_t offset; /* COUNT, TIME, RATIO: in struct pt_report */
    double (*share)(const struct pt_ledger *ledger);
};

/* One number a job: a run has its mean, quantiles and maximum. */
struct pt_job_metric {
    const char *name, *unit, *help;
    size_t offset; /* of the struct pt_spread in a struct pt_tally_class */
};

/* One number of the stages of a run whose source is staged. */
enum pt_stage_kind {
    PT_STAGE_COUNT, /* int64_t */
    PT_STAGE_TIME,  /* pt_time; printed in seconds */
    PT_STAGE_RATIO, /* double */
    PT_STAGE_SPREAD /* struct pt_spread: its mean, quantiles and maximum */
};

struct pt_stage_metric {
    const char *name, *unit, *help;
    enum pt_stage_kind kind;
    size_t offset; /* in struct pt_stage_summary */
};

struct pt_statistic {
    const char *name;
    size_t offset; /* of the double in a struct pt_spread */
};

/* All four end with a name that is NULL. */
extern const struct pt_metric pt_metrics[];
extern const struct pt_job_metric pt_job_metrics[];
extern const struct pt_stage_metric pt_stage_metrics[];
extern const struct pt_statistic pt_statistics[];

/* COUNT and TIME. */
int64_t pt_metric_value(const struct pt_metric *metric,
                        const struct pt_report *report);
/* RATIO and SHARE. */
double pt_metric_real(const struct pt_metric *metric,
                      const struct pt_report *report);
const struct pt_spread *pt_job_metric_in(const struct pt_job_metric *metric,
                                         const struct pt_tally_class *class);
double pt_statistic_of(const struct pt_statistic *statistic,
                       const struct pt_spread *spread);

/* Whether the jobs of the run are pipelines: its stages have metrics. */
bool pt_report_is_staged(const struct pt_report *report);

/* Whether nodes went down in the run, or work was saved, loaded or lost. */
bool pt_report_is_failing(const struct pt_report *report);

/* Whether faults of ORIGIN took a node, killed an attempt, or cost work. */
bool pt_report_has_origin(const struct pt_report *report, int origin);

/* As columns of a CSV, each with a comma before it: the names, or the values of
 * REPORT. */
void pt_stage_metrics_put_names(struct pt_out *out);
void pt_stage_metrics_put(struct pt_out *out, const struct pt_report *report);

/* Members "metrics", "by_width", "ledger", "failures" and, if it is staged,
 * "stages" of the open object of DOC. */
void pt_metrics_write(struct pt_doc *doc, const struct pt_report *report);

/* For `protium list metrics`: every metric and every class of the ledger, with
 * its definition. */
void pt_summary_list_metrics(struct pt_out *out);

#endif
