/* timeline_csv.c - timeline.csv: the ledger over time, in at most 1024 bins.
 *
 *   start, end   of the bin, in seconds; all bins are equally long but the
 * last, which ends with the window one column a class of the ledger:
 * slot-seconds in the bin, exact; a column sums to its class's row of
 * ledger.csv queue_mean   mean number of stages that wait demand_mean  mean
 * number of slots that they ask for, in all */
#include "sink/sink.h"
#include "run.h"

struct timeline_csv {
    struct pt_out *out;
};

static int timeline_csv_open(void *state, struct pt_out *out,
                             const struct pt_sink_context *context,
                             struct pt_err *err)
{
    struct timeline_csv *csv = state;

    (void)context;
    (void)err;
    csv->out = out;
    pt_out_text(out, "start,end,");
    for (int c = 0; c < PT_CLASSES; c++) {
        pt_out_text(out, pt_class_name((enum pt_class)c));
        pt_out_char(out, ',');
    }
    pt_out_text(out, "queue_mean,demand_mean\n");
    return 0;
}

static void write_bin(struct pt_out *out, const struct pt_bin *bin,
                      pt_time start, pt_time end,
                      const struct pt_ledger *ledger)
{
    double length = (double)(end - start);

    pt_out_time(out, start);
    pt_out_char(out, ',');
    pt_out_time(out, end);
    pt_out_char(out, ',');
    for (int c = 0; c < PT_CLASSES; c++) {
        char text[PT_AREA_TEXT];

        pt_ledger_print_seconds(ledger, text, bin->area[c]);
        pt_out_text(out, text);
        pt_out_char(out, ',');
    }
    pt_out_real(out, (double)bin->queue / length);
    pt_out_char(out, ',');
    pt_out_real(out,
                (double)bin->demand / length / (ledger->thousandths ? 1e3 : 1));
    pt_out_char(out, '\n');
}

static int timeline_csv_close(void *state, const struct pt_report *report,
                              struct pt_err *err)
{
    struct timeline_csv *csv = state;

    (void)err;
    if (!report)
        return 0;

    const struct pt_ledger *ledger = &report->ledger;
    pt_time start = ledger->first;
    for (int32_t i = 0; i < ledger->nbins; i++) {
        pt_time left = ledger->last - start;
        pt_time end =
            start + (left < ledger->bin_width ? left : ledger->bin_width);

        write_bin(csv->out, &ledger->bins[i], start, end, ledger);
        start = end;
    }
    return 0;
}

const struct pt_sink pt_sink_timeline_csv = {
    .name = "timeline",
    .summary = "the ledger and the queue over time, in at most 1024 bins",
    .cite = "protium's README, \"The ledger\"",
    .state_size = sizeof(struct timeline_csv),
    .file = "timeline.csv",
    .open = timeline_csv_open,
    .close = timeline_csv_close,
};
