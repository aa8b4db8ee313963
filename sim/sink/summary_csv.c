/* summary_csv.c - runs as rows of a CSV file. */
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "base/vec.h"
#include "run.h"
#include "sink/summary.h"

/* The names of a row's values, each with a comma before it. */
static void put_names(struct pt_out *out, bool staged)
{
    for (const struct pt_metric *m = pt_metrics; m->name; m++) {
        pt_out_char(out, ',');
        pt_out_text(out, m->name);
    }
    for (const struct pt_job_metric *m = pt_job_metrics; m->name; m++) {
        for (const struct pt_statistic *s = pt_statistics; s->name; s++) {
            pt_out_char(out, ',');
            pt_out_text(out, m->name);
            pt_out_char(out, '_');
            pt_out_text(out, s->name);
        }
    }
    for (int c = 0; c < PT_CLASSES; c++) {
        pt_out_text(out, ",share_");
        pt_out_text(out, pt_class_name((enum pt_class)c));
    }
    if (staged)
        pt_stage_metrics_put_names(out);
}

static void put_metric(struct pt_out *out, const struct pt_metric *metric,
                       const struct pt_report *report)
{
    switch (metric->kind) {
    case PT_METRIC_COUNT:
        pt_out_int(out, pt_metric_value(metric, report));
        break;
    case PT_METRIC_TIME:
        pt_out_time(out, pt_metric_value(metric, report));
        break;
    case PT_METRIC_RATIO:
    case PT_METRIC_SHARE:
        pt_out_real(out, pt_metric_real(metric, report));
        break;
    }
}

static void put_values(struct pt_out *out, const struct pt_report *report)
{
    for (const struct pt_metric *m = pt_metrics; m->name; m++) {
        pt_out_char(out, ',');
        put_metric(out, m, report);
    }
    for (const struct pt_job_metric *m = pt_job_metrics; m->name; m++) {
        const struct pt_spread *spread =
            pt_job_metric_in(m, &report->summary.all);

        for (const struct pt_statistic *s = pt_statistics; s->name; s++) {
            pt_out_char(out, ',');
            pt_out_real(out, pt_statistic_of(s, spread));
        }
    }
    for (int c = 0; c < PT_CLASSES; c++) {
        pt_out_char(out, ',');
        pt_out_real(out, pt_ledger_share(&report->ledger, (enum pt_class)c));
    }
}

void pt_summary_csv(struct pt_out *out, const struct pt_report *reports, int n)
{
    bool staged = false;

    for (int i = 0; i < n; i++)
        staged = staged || pt_report_is_staged(&reports[i]);
    pt_out_text(out, "label,policy");
    put_names(out, staged);
    pt_out_char(out, '\n');
    for (int i = 0; i < n; i++) {
        pt_out_csv_text(out, reports[i].run->label);
        pt_out_char(out, ',');
        pt_out_csv_text(out, reports[i].run->policy_text);
        put_values(out, &reports[i]);
        if (staged)
            pt_stage_metrics_put(out, &reports[i]);
        pt_out_char(out, '\n');
    }
}

/* What was written into OUT, which ends, as text without its first character;
 * the caller frees. */
static char *take_text(struct pt_out *out)
{
    char *text = pt_text_dup(out->buffer + 1, out->used - 1);

    pt_out_abandon(out);
    return text;
}

char *pt_summary_row_new(const struct pt_report *report)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_out out;

    pt_out_open(&out, NULL, &err);
    put_values(&out, report);
    if (pt_report_is_staged(report))
        pt_stage_metrics_put(&out, report);
    return take_text(&out);
}

char **pt_summary_columns_new(int *n)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    char **names = NULL, *text, *save = NULL;
    struct pt_out out;
    int capacity = 0;

    pt_out_open(&out, NULL, &err);
    put_names(&out, true);
    text = take_text(&out);
    *n = 0;
    for (char *name = strtok_r(text, ",", &save); name;
         name = strtok_r(NULL, ",", &save)) {
        char *copy = pt_text_dup(name, strlen(name));
        pt_vec_push(names, *n, capacity, copy);
    }
    pt_free(text);
    return names;
}

void pt_summary_columns_free(char **names, int n)
{
    for (int i = 0; i < n; i++)
        pt_free(names[i]);
    pt_free(names);
}
