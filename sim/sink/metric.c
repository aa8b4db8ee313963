#include "sink/metric.h"

#include <string.h>
#include "metrics/tally.h"
#include "run.h"

#define IN_REPORT(member) .offset = offsetof(struct pt_report, member)

const struct pt_metric pt_metrics[] = {
    {.name = "jobs",
     .unit = "jobs",
     .help = "all that were submitted",
     .kind = PT_METRIC_COUNT,
     IN_REPORT(summary.jobs)},
    {.name = "done",
     .unit = "jobs",
     .help = "ran to an end, of any kind; the metrics by job are over these",
     .kind = PT_METRIC_COUNT,
     IN_REPORT(summary.done)},
    {.name = "succeeded",
     .unit = "jobs",
     .help = "did their work",
     .kind = PT_METRIC_COUNT,
     IN_REPORT(summary.succeeded)},
    {.name = "failed",
     .unit = "jobs",
     .help = "ended by themselves, without success",
     .kind = PT_METRIC_COUNT,
     IN_REPORT(summary.failed)},
    {.name = "at_limit",
     .unit = "jobs",
     .help = "killed at their limit",
     .kind = PT_METRIC_COUNT,
     IN_REPORT(summary.at_limit)},
    {.name = "cut",
     .unit = "jobs",
     .help = "killed otherwise",
     .kind = PT_METRIC_COUNT,
     IN_REPORT(summary.cut)},
    {.name = "rejected",
     .unit = "jobs",
     .help = "can never run on this machine",
     .kind = PT_METRIC_COUNT,
     IN_REPORT(summary.rejected)},
    {.name = "unfinished",
     .unit = "jobs",
     .help = "the run ended first: a deadlock without a way out, say",
     .kind = PT_METRIC_COUNT,
     IN_REPORT(summary.unfinished)},
    {.name = "zero_run",
     .unit = "jobs",
     .help = "done with run = 0: they have no slowdown",
     .kind = PT_METRIC_COUNT,
     IN_REPORT(summary.zero_run)},
    {.name = "hold_timeouts",
     .unit = "",
     .help = "how often an incomplete gang gave its held slots back",
     .kind = PT_METRIC_COUNT,
     IN_REPORT(counts.timeouts)},
    {.name = "deadlocks",
     .unit = "",
     .help = "deadlocks of held slots",
     .kind = PT_METRIC_COUNT,
     IN_REPORT(counts.deadlocks)},
    {.name = "first_submit",
     .unit = "s",
     .help = "on the trace's own clock",
     .kind = PT_METRIC_TIME,
     IN_REPORT(summary.first_submit)},
    {.name = "last_end",
     .unit = "s",
     .help = "on the trace's own clock",
     .kind = PT_METRIC_TIME,
     IN_REPORT(summary.last_end)},
    {.name = "makespan",
     .unit = "s",
     .help = "last end - first submit; 0 if no job is done",
     .kind = PT_METRIC_TIME,
     IN_REPORT(summary.makespan)},
    {.name = "utilisation",
     .unit = "",
     .help = "(useful + lost + checkpoint + restart) / all classes",
     .kind = PT_METRIC_SHARE,
     .share = pt_ledger_utilisation},
    {.name = "loss_of_capacity",
     .unit = "",
     .help = "(short + frag + drain + blocked) / all classes",
     .kind = PT_METRIC_SHARE,
     .share = pt_ledger_loss_of_capacity},
    {.name = "tau",
     .unit = "s",
     .help = "the bound of the bounded slowdown",
     .kind = PT_METRIC_TIME,
     IN_REPORT(summary.tau)},
    {.name = NULL},
};

#define IN_CLASS(member) .offset = offsetof(struct pt_tally_class, member)

const struct pt_job_metric pt_job_metrics[] = {
    {.name = "wait",
     .unit = "s",
     .help = "first start of the work itself - submit",
     IN_CLASS(wait)},
    {.name = "response",
     .unit = "s",
     .help = "end - submit; also called flow or turnaround time",
     IN_CLASS(response)},
    {.name = "slowdown",
     .unit = "",
     .help = "response / run, where run = end - first start; jobs with run = 0 "
             "are left out",
     IN_CLASS(slowdown)},
    {.name = "bounded_slowdown",
     .unit = "",
     .help = "max(1, (wait + run) / max(tau, run))",
     IN_CLASS(bounded)},
    {.name = NULL},
};

#define IN_SPREAD(member) .offset = offsetof(struct pt_spread, member)

const struct pt_statistic pt_statistics[] = {
    {.name = "mean", IN_SPREAD(mean)}, {.name = "p50", IN_SPREAD(p50)},
    {.name = "p95", IN_SPREAD(p95)},   {.name = "p99", IN_SPREAD(p99)},
    {.name = "max", IN_SPREAD(max)},   {.name = NULL},
};

int64_t pt_metric_value(const struct pt_metric *metric,
                        const struct pt_report *report)
{
    int64_t value;

    memcpy(&value, (const char *)report + metric->offset, sizeof value);
    return value;
}

const struct pt_spread *pt_job_metric_in(const struct pt_job_metric *metric,
                                         const struct pt_tally_class *class)
{
    const void *at = (const char *)class + metric->offset;

    return at;
}

double pt_statistic_of(const struct pt_statistic *statistic,
                       const struct pt_spread *spread)
{
    double value;

    memcpy(&value, (const char *)spread + statistic->offset, sizeof value);
    return value;
}

static void write_job_metrics(struct pt_doc *doc,
                              const struct pt_tally_class *class)
{
    for (const struct pt_job_metric *m = pt_job_metrics; m->name; m++) {
        const struct pt_spread *spread = pt_job_metric_in(m, class);

        pt_doc_begin(doc, m->name, '{');
        pt_doc_int(doc, "n", spread->n);
        for (const struct pt_statistic *s = pt_statistics; s->name; s++)
            pt_doc_real(doc, s->name, pt_statistic_of(s, spread));
        pt_doc_end(doc, '}');
    }
}

static void write_metrics(struct pt_doc *doc, const struct pt_report *report)
{
    pt_doc_begin(doc, "metrics", '{');
    for (const struct pt_metric *m = pt_metrics; m->name; m++) {
        switch (m->kind) {
        case PT_METRIC_COUNT:
            pt_doc_int(doc, m->name, pt_metric_value(m, report));
            break;
        case PT_METRIC_TIME:
            pt_doc_time(doc, m->name, pt_metric_value(m, report));
            break;
        case PT_METRIC_SHARE:
            pt_doc_real(doc, m->name, m->share(&report->ledger));
            break;
        }
    }
    write_job_metrics(doc, &report->summary.all);
    pt_doc_end(doc, '}');
}

static void write_classes(struct pt_doc *doc, const struct pt_summary *summary)
{
    pt_doc_begin(doc, "by_width", '[');
    for (int32_t i = 0; i < summary->nclasses; i++) {
        const struct pt_tally_class *class = &summary->classes[i];

        pt_doc_begin(doc, NULL, '{');
        pt_doc_int(doc, "min_width", class->min_width);
        if (class->max_width < 0)
            pt_doc_text(doc, "max_width", NULL);
        else
            pt_doc_int(doc, "max_width", class->max_width);
        write_job_metrics(doc, class);
        pt_doc_end(doc, '}');
    }
    pt_doc_end(doc, ']');
}

static void write_ledger(struct pt_doc *doc, const struct pt_ledger *ledger)
{
    pt_area sum = 0;

    pt_doc_begin(doc, "ledger", '{');
    pt_doc_text(doc, "unit", "slot-microseconds");
    pt_doc_int(doc, "slots", ledger->slots);
    pt_doc_time(doc, "first_s", ledger->first);
    pt_doc_time(doc, "last_s", ledger->last);
    pt_doc_begin(doc, "classes", '{');
    for (int c = 0; c < PT_CLASSES; c++) {
        enum pt_class class = (enum pt_class)c;

        pt_doc_begin(doc, pt_class_name(class), '{');
        pt_doc_area(doc, "area", ledger->area[c]);
        pt_doc_real(doc, "share", pt_ledger_share(ledger, class));
        pt_doc_end(doc, '}');
        sum += ledger->area[c];
    }
    pt_doc_end(doc, '}');
    pt_doc_area(doc, "sum", sum);
    pt_doc_end(doc, '}');
}

void pt_metrics_write(struct pt_doc *doc, const struct pt_report *report)
{
    write_metrics(doc, report);
    write_classes(doc, &report->summary);
    write_ledger(doc, &report->ledger);
}

/* "  NAME        HELP (UNIT)" */
static void list_entry(struct pt_out *out, const char *name, const char *unit,
                       const char *help)
{
    pt_out_text(out, "  ");
    pt_out_text(out, name);
    for (size_t n = strlen(name); n < 18; n++)
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
    pt_out_text(out, "\nClasses of the ledger: every slot-second from the "
                     "first submit to the last end\nis in exactly one; "
                     "summary.csv has each as share_NAME:\n");
    for (int c = 0; c < PT_CLASSES; c++)
        list_entry(out, pt_class_name((enum pt_class)c), "",
                   pt_class_help((enum pt_class)c));
}
