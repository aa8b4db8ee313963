/* ledger_csv.c - ledger.csv: where every slot-second of the window went.
 *
 * One row a class, all classes, in a fixed order; slot_seconds is exact, and
 * the rows sum to slots x window. */
#include "sink/sink.h"
#include "run.h"

struct ledger_csv {
    struct pt_out *out;
};

static int ledger_csv_open(void *state, struct pt_out *out,
                           const struct pt_sink_context *context,
                           struct pt_err *err)
{
    struct ledger_csv *csv = state;

    (void)context;
    (void)err;
    csv->out = out;
    pt_out_text(out, "class,slot_seconds,share\n");
    return 0;
}

static int ledger_csv_close(void *state, const struct pt_report *report,
                            struct pt_err *err)
{
    struct ledger_csv *csv = state;

    (void)err;
    if (!report)
        return 0;
    for (int c = 0; c < PT_CLASSES; c++) {
        enum pt_class class = (enum pt_class)c;
        char text[PT_AREA_TEXT];

        pt_ledger_print_seconds(&report->ledger, text, report->ledger.area[c]);
        pt_out_text(csv->out, pt_class_name(class));
        pt_out_char(csv->out, ',');
        pt_out_text(csv->out, text);
        pt_out_char(csv->out, ',');
        pt_out_real(csv->out, pt_ledger_share(&report->ledger, class));
        pt_out_char(csv->out, '\n');
    }
    return 0;
}

const struct pt_sink pt_sink_ledger_csv = {
    .name = "ledger",
    .summary = "where every slot-second went: one row a class",
    .cite = "protium's README, \"The ledger\"",
    .state_size = sizeof(struct ledger_csv),
    .file = "ledger.csv",
    .open = ledger_csv_open,
    .close = ledger_csv_close,
};
