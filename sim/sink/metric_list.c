/* metric_list.c - the metrics, for people. */
#include <string.h>

#include "metrics/ledger.h"
#include "sink/metric.h"

/* Room for a name. */
#define NAME_COLUMNS 28

/* "  NAME        HELP (UNIT)" */
static void list_entry(struct pt_out *out, const char *name, const char *unit,
                       const char *help)
{
    pt_out_text(out, "  ");
    pt_out_text(out, name);
    for (size_t n = strlen(name); n < NAME_COLUMNS; n++)
        pt_out_char(out, ' ');
    pt_out_text(out, help);
    if (strcmp(unit, "s") == 0)
        pt_out_text(out, " (s)");
    pt_out_char(out, '\n');
}

void pt_summary_list_metrics(struct pt_out *out)
{
    pt_out_text(out, "Of a run:\n");
    for (const struct pt_metric *m = pt_metrics; m->name; m++)
        list_entry(out, m->name, m->unit, m->help);
    pt_out_text(out, "\nOf its jobs: each as NAME_mean, _p50, _p95, _p99 and "
                     "_max, in all and by width;\nquantiles are exact, of "
                     "type 7 (as in R and pandas):\n");
    for (const struct pt_job_metric *m = pt_job_metrics; m->name; m++)
        list_entry(out, m->name, m->unit, m->help);
    pt_out_text(out, "\nOf the stages of pipelines, by attempt; the last three "
                     "each as NAME_mean, _p50, ...:\n");
    for (const struct pt_stage_metric *m = pt_stage_metrics; m->name; m++)
        list_entry(out, m->name, m->unit, m->help);
    pt_out_text(out, "\nClasses of the ledger: every slot-second from the "
                     "first submit to the last end\nis in exactly one; "
                     "summary.csv has each as share_NAME:\n");
    for (int c = 0; c < PT_CLASSES; c++)
        list_entry(out, pt_class_name((enum pt_class)c), "",
                   pt_class_help((enum pt_class)c));
}
