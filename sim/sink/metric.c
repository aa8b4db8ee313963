#include "sink/metric.h"

#include <math.h>
#include <string.h>
#include "core/words.h"
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
    {.name = "goodput",
     .unit = "",
     .help = "useful / all classes",
     .kind = PT_METRIC_SHARE,
     .share = pt_ledger_goodput},
    {.name = "ettr",
     .unit = "",
     .help = "effective training time ratio (arXiv 2410.21680): of the jobs "
             "that are done, work that was kept / (width x response)",
     .kind = PT_METRIC_RATIO,
     IN_REPORT(summary.ettr)},
    {.name = "availability",
     .unit = "",
     .help = "1 - (down + maintenance) / all classes",
     .kind = PT_METRIC_SHARE,
     .share = pt_ledger_availability},
    {.name = "outages",
     .unit = "",
     .help = "how often a node went down, planned or not",
     .kind = PT_METRIC_COUNT,
     IN_REPORT(summary.downtime.outages)},
    {.name = "outage_nodes",
     .unit = "nodes",
     .help = "that were ever down",
     .kind = PT_METRIC_COUNT,
     IN_REPORT(summary.downtime.nodes)},
    {.name = "killed",
     .unit = "attempts",
     .help = "attempts (of parallel stages: tasks) that lost a node",
     .kind = PT_METRIC_COUNT,
     IN_REPORT(summary.downtime.killed)},
    {.name = "tau",
     .unit = "s",
     .help = "the bound of the bounded slowdown",
     .kind = PT_METRIC_TIME,
     IN_REPORT(summary.tau)},
    {.name = "warmup_jobs",
     .unit = "jobs",
     .help = "the first to end, which the metrics by job leave out (setting "
             "warmup)",
     .kind = PT_METRIC_COUNT,
     IN_REPORT(summary.warmup_jobs)},
    {.name = "mser_jobs",
     .unit = "jobs",
     .help = "the first to end, which MSER-5 of the waits would leave out",
     .kind = PT_METRIC_COUNT,
     IN_REPORT(summary.mser_jobs)},
    {.name = "settled",
     .unit = "",
     .help = "1, or 0: MSER-5 sees no steady state in the waits",
     .kind = PT_METRIC_COUNT,
     IN_REPORT(summary.settled)},
    {.name = "saturated",
     .unit = "",
     .help = "1: the queue went on growing while jobs came, so that means "
             "depend on the length of the run; or 0",
     .kind = PT_METRIC_COUNT,
     IN_REPORT(summary.saturated)},
    {.name = "wait_mean_half",
     .unit = "s",
     .help = "half the width of the 95 % interval of wait_mean, by 30 batch "
             "means",
     .kind = PT_METRIC_RATIO,
     IN_REPORT(summary.wait_half)},
    {.name = "response_mean_half",
     .unit = "s",
     .help = "likewise, of response_mean",
     .kind = PT_METRIC_RATIO,
     IN_REPORT(summary.response_half)},
    {.name = "slowdown_mean_half",
     .unit = "",
     .help = "likewise, of slowdown_mean",
     .kind = PT_METRIC_RATIO,
     IN_REPORT(summary.slowdown_half)},
    {.name = "bounded_slowdown_mean_half",
     .unit = "",
     .help = "likewise, of bounded_slowdown_mean",
     .kind = PT_METRIC_RATIO,
     IN_REPORT(summary.bounded_half)},
    {.name = "wait_lag1",
     .unit = "",
     .help = "correlation of neighbouring batches of waits; above 0.4 or so, "
             "the intervals above are too narrow",
     .kind = PT_METRIC_RATIO,
     IN_REPORT(summary.wait_lag1)},
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

#define IN_STAGES(member) .offset = offsetof(struct pt_stage_summary, member)

const struct pt_stage_metric pt_stage_metrics[] = {
    {.name = "stage_attempts",
     .unit = "",
     .help = "attempts of stages that are over",
     .kind = PT_STAGE_COUNT,
     IN_STAGES(attempts)},
    {.name = "stage_failures",
     .unit = "",
     .help = "of these, without success; by cause as stage_failures_CAUSE",
     .kind = PT_STAGE_COUNT,
     IN_STAGES(failures)},
    {.name = "task_launches",
     .unit = "tasks",
     .help = "retries and copies included",
     .kind = PT_STAGE_COUNT,
     IN_STAGES(launches)},
    {.name = "task_failures",
     .unit = "tasks",
     .help = "launches that failed",
     .kind = PT_STAGE_COUNT,
     IN_STAGES(task_failures)},
    {.name = "gang_attempts",
     .unit = "",
     .help = "attempts of gangs that were launched",
     .kind = PT_STAGE_COUNT,
     IN_STAGES(gangs)},
    {.name = "gang_tries",
     .unit = "",
     .help = "gang_attempts by those of them that succeeded",
     .kind = PT_STAGE_RATIO,
     IN_STAGES(gang_tries)},
    {.name = "gang_held",
     .unit = "s",
     .help = "slot-seconds idle in the hands of incomplete gangs",
     .kind = PT_STAGE_TIME,
     IN_STAGES(held)},
    {.name = "gang_barrier_sum",
     .unit = "s",
     .help = "task-seconds of members that waited for the others",
     .kind = PT_STAGE_TIME,
     IN_STAGES(barrier)},
    {.name = "gang_wait",
     .unit = "s",
     .help = "launch of a gang - it joined the queue",
     .kind = PT_STAGE_SPREAD,
     IN_STAGES(gang_wait)},
    {.name = "parallel_wait",
     .unit = "s",
     .help = "first launch of a parallel stage - it joined the queue",
     .kind = PT_STAGE_SPREAD,
     IN_STAGES(parallel_wait)},
    {.name = "gang_barrier",
     .unit = "s",
     .help = "task-seconds that the members of one launched gang waited for "
             "each other",
     .kind = PT_STAGE_SPREAD,
     IN_STAGES(gang_barrier)},
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

double pt_metric_real(const struct pt_metric *metric,
                      const struct pt_report *report)
{
    double value;

    if (metric->kind == PT_METRIC_SHARE)
        return metric->share(&report->ledger);
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

static void write_spread(struct pt_doc *doc, const char *name,
                         const struct pt_spread *spread)
{
    pt_doc_begin(doc, name, '{');
    pt_doc_int(doc, "n", spread->n);
    for (const struct pt_statistic *s = pt_statistics; s->name; s++)
        pt_doc_real(doc, s->name, pt_statistic_of(s, spread));
    pt_doc_end(doc, '}');
}

static void write_job_metrics(struct pt_doc *doc,
                              const struct pt_tally_class *class)
{
    for (const struct pt_job_metric *m = pt_job_metrics; m->name; m++)
        write_spread(doc, m->name, pt_job_metric_in(m, class));
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
        case PT_METRIC_RATIO:
        case PT_METRIC_SHARE:
            pt_doc_real(doc, m->name, pt_metric_real(m, report));
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
    pt_doc_text(doc, "unit",
                ledger->thousandths ? "thousandths of slot-microseconds"
                                    : "slot-microseconds");
    pt_doc_int(doc, "slots", ledger->slots / (ledger->thousandths ? 1000 : 1));
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

/* --- failures --- */

bool pt_report_is_failing(const struct pt_report *report)
{
    const pt_area *area = report->ledger.area;

    return report->failing || report->summary.downtime.outages > 0 ||
           area[PT_CLASS_LOST] > 0 || area[PT_CLASS_CHECKPOINT] > 0 ||
           area[PT_CLASS_RESTART] > 0;
}

bool pt_report_has_origin(const struct pt_report *report, int origin)
{
    const struct pt_downtime_count *count =
        &report->summary.downtime.by[origin];

    return count->outages > 0 || count->killed > 0 ||
           report->ledger.lost_by[origin] > 0;
}

/* Of one origin, unless there was nothing of it. */
static void write_origin(struct pt_doc *doc, int origin,
                         const struct pt_report *report)
{
    const struct pt_downtime_count *count =
        &report->summary.downtime.by[origin];
    pt_area lost = report->ledger.lost_by[origin];
    char text[PT_AREA_TEXT];

    if (!pt_report_has_origin(report, origin))
        return;
    pt_doc_begin(doc, pt_origin_words[origin], '{');
    pt_doc_int(doc, "outages", count->outages);
    pt_area_print_seconds(text, count->down);
    pt_doc_raw(doc, "down_s", text);
    pt_doc_int(doc, "killed", count->killed);
    pt_ledger_print_seconds(&report->ledger, text, lost);
    pt_doc_raw(doc, "lost_s", text);
    pt_doc_end(doc, '}');
}

/* What is not known, or is never, is null. */
static void write_known(struct pt_doc *doc, const char *name, double value)
{
    pt_doc_real(doc, name, value < HUGE_VAL ? value : (double)NAN);
}

static void write_failures(struct pt_doc *doc, const struct pt_report *report)
{
    const struct pt_downtime_summary *downtime = &report->summary.downtime;

    pt_doc_begin(doc, "failures", '{');
    pt_doc_int(doc, "outages", downtime->outages);
    pt_doc_int(doc, "nodes", downtime->nodes);
    pt_doc_int(doc, "killed", downtime->killed);
    pt_doc_begin(doc, "by_origin", '{');
    for (int o = 0; o < PT_ORIGINS; o++)
        write_origin(doc, o, report);
    pt_doc_end(doc, '}');
    pt_doc_real(doc, "availability", pt_ledger_availability(&report->ledger));
    if (report->failing) {
        write_known(doc, "implied_availability", report->implied.availability);
        write_known(doc, "implied_mtbf_s", report->implied.mtbf);
        write_known(doc, "implied_mttr_s", report->implied.mttr);
    }
    pt_doc_real(doc, "goodput", pt_ledger_goodput(&report->ledger));
    pt_doc_real(doc, "ettr", report->summary.ettr);
    pt_doc_end(doc, '}');
}

/* --- stages --- */

bool pt_report_is_staged(const struct pt_report *report)
{
    return report->run->source && report->run->source->staged;
}

static const void *stage_value(const struct pt_stage_metric *metric,
                               const struct pt_report *report)
{
    return (const char *)&report->summary.stages + metric->offset;
}

static void write_stage_metric(struct pt_doc *doc,
                               const struct pt_stage_metric *metric,
                               const struct pt_report *report)
{
    const void *value = stage_value(metric, report);

    switch (metric->kind) {
    case PT_STAGE_COUNT:
        pt_doc_int(doc, metric->name, *(const int64_t *)value);
        break;
    case PT_STAGE_TIME:
        pt_doc_time(doc, metric->name, *(const pt_time *)value);
        break;
    case PT_STAGE_RATIO:
        pt_doc_real(doc, metric->name, *(const double *)value);
        break;
    case PT_STAGE_SPREAD:
        write_spread(doc, metric->name, value);
        break;
    }
}

static void write_stages(struct pt_doc *doc, const struct pt_report *report)
{
    pt_doc_begin(doc, "stages", '{');
    for (const struct pt_stage_metric *m = pt_stage_metrics; m->name; m++)
        write_stage_metric(doc, m, report);
    pt_doc_begin(doc, "stage_failures_by_cause", '{');
    for (int c = 0; c < PT_CAUSE_WORDS; c++)
        pt_doc_int(doc, pt_cause_words[c], report->summary.stages.failed[c]);
    pt_doc_end(doc, '}');
    pt_doc_end(doc, '}');
}

static void put_stage_name(struct pt_out *out, const char *name,
                           const char *part)
{
    pt_out_char(out, ',');
    pt_out_text(out, name);
    if (!part)
        return;
    pt_out_char(out, '_');
    pt_out_text(out, part);
}

void pt_stage_metrics_put_names(struct pt_out *out)
{
    for (const struct pt_stage_metric *m = pt_stage_metrics; m->name; m++) {
        if (m->kind != PT_STAGE_SPREAD) {
            put_stage_name(out, m->name, NULL);
            continue;
        }
        for (const struct pt_statistic *s = pt_statistics; s->name; s++)
            put_stage_name(out, m->name, s->name);
    }
    for (int c = 0; c < PT_CAUSE_WORDS; c++)
        put_stage_name(out, "stage_failures", pt_cause_words[c]);
}

static void put_stage_metric(struct pt_out *out,
                             const struct pt_stage_metric *metric,
                             const struct pt_report *report)
{
    const void *value = stage_value(metric, report);

    pt_out_char(out, ',');
    switch (metric->kind) {
    case PT_STAGE_COUNT:
        pt_out_int(out, *(const int64_t *)value);
        break;
    case PT_STAGE_TIME:
        pt_out_time(out, *(const pt_time *)value);
        break;
    case PT_STAGE_RATIO:
        pt_out_real(out, *(const double *)value);
        break;
    case PT_STAGE_SPREAD:
        for (const struct pt_statistic *s = pt_statistics; s->name; s++) {
            if (s != pt_statistics)
                pt_out_char(out, ',');
            pt_out_real(out, pt_statistic_of(s, value));
        }
        break;
    }
}

void pt_stage_metrics_put(struct pt_out *out, const struct pt_report *report)
{
    for (const struct pt_stage_metric *m = pt_stage_metrics; m->name; m++)
        put_stage_metric(out, m, report);
    for (int c = 0; c < PT_CAUSE_WORDS; c++) {
        pt_out_char(out, ',');
        pt_out_int(out, report->summary.stages.failed[c]);
    }
}

void pt_metrics_write(struct pt_doc *doc, const struct pt_report *report)
{
    write_metrics(doc, report);
    write_classes(doc, &report->summary);
    write_ledger(doc, &report->ledger);
    write_failures(doc, report);
    if (pt_report_is_staged(report))
        write_stages(doc, report);
}
