/* failures_csv.c - failures.csv: what took nodes, and what that cost.
 *
 * One row an origin of which there was anything, in a fixed order.
 *
 *   origin    where the fault began that took a node; unknown: nobody says
 *   outages   of one node each
 *   down      node-seconds in the ledger's window
 *   killed    attempts (of a parallel stage: tasks) that lost a node
 *   lost      slot-seconds of work that was done again for it; those of
 *             unknown are also of tasks that failed by themselves; they sum to
 *             the ledger's class */
#include "core/words.h"
#include "run.h"
#include "sink/metric.h"
#include "sink/sink.h"

struct failures_csv {
    struct pt_out *out;
};

static int failures_csv_open(void *state, struct pt_out *out,
                             const struct pt_sink_context *context,
                             struct pt_err *err)
{
    struct failures_csv *csv = state;

    (void)context;
    (void)err;
    csv->out = out;
    pt_out_text(out, "origin,outages,down,killed,lost\n");
    return 0;
}

static void write_row(struct pt_out *out, int origin,
                      const struct pt_report *report)
{
    const struct pt_downtime_count *count =
        &report->summary.downtime.by[origin];
    char text[PT_AREA_TEXT];

    pt_out_text(out, pt_origin_words[origin]);
    pt_out_char(out, ',');
    pt_out_int(out, count->outages);
    pt_out_char(out, ',');
    pt_area_print_seconds(text, count->down);
    pt_out_text(out, text);
    pt_out_char(out, ',');
    pt_out_int(out, count->killed);
    pt_out_char(out, ',');
    pt_ledger_print_seconds(&report->ledger, text,
                            report->ledger.lost_by[origin]);
    pt_out_text(out, text);
    pt_out_char(out, '\n');
}

static int failures_csv_close(void *state, const struct pt_report *report,
                              struct pt_err *err)
{
    struct failures_csv *csv = state;

    (void)err;
    if (!report)
        return 0;
    for (int o = 0; o < PT_ORIGINS; o++)
        if (pt_report_has_origin(report, o))
            write_row(csv->out, o, report);
    return 0;
}

const struct pt_sink pt_sink_failures_csv = {
    .name = "failures",
    .summary = "what took nodes, and what that cost: one row an origin",
    .cite = "protium's README, \"Failures\"",
    .state_size = sizeof(struct failures_csv),
    .file = "failures.csv",
    .failing = true,
    .open = failures_csv_open,
    .close = failures_csv_close,
};
