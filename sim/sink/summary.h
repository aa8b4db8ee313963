/* summary.h - several runs side by side: a table, JSON, CSV. */
#ifndef PT_SINK_SUMMARY_H
#define PT_SINK_SUMMARY_H

#include <stdbool.h>
#include "sink/metric.h"
#include "sink/out.h"

struct pt_report;

/* The comparison table of REPORTS [N], aligned, for people: times in seconds,
 * with no needless digits.  BY_WIDTH: one block a class of widths instead. */
void pt_summary_table(struct pt_out *out, const struct pt_report *reports,
                      int n, bool by_width);

/* "protium.summary/1", in full precision. */
void pt_summary_json(struct pt_out *out, const struct pt_report *reports,
                     int n);

/* One row a run, in full precision: label, policy, every metric, the shares of
 * the ledger; if any of the runs is of pipelines, the metrics of stages.  The
 * columns are the same for all runs; what is undefined is empty. */
void pt_summary_csv(struct pt_out *out, const struct pt_report *reports, int n);

/* The names of the columns after "policy", [*n], those of stages last. */
char **pt_summary_columns_new(int *n);
void pt_summary_columns_free(char **names, int n);

/* REPORT's values for these columns, with commas between them; where it has no
 * stages the last columns are missing.  The caller frees. */
char *pt_summary_row_new(const struct pt_report *report);

#endif
