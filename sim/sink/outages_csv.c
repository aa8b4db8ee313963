/* outages_csv.c - outages.csv: when which node was down, as a failure trace.
 *
 * One row an outage of one node, in order of (down, node).  Times are in
 * seconds on the trace's own clock, exact, with up to six decimals.
 *
 *   node    its number
 *   down    when it went down
 *   up      when it came back; empty: not before the run ended
 *   cause   where the fault began; maintenance, if it was planned */
#include <string.h>
#include "base/assert.h"
#include "base/vec.h"
#include "core/words.h"
#include "metrics/downtime.h"
#include "sink/sink.h"

struct outage {
    int32_t node;
    enum pt_origin origin;
    pt_time down, up; /* up PT_TIME_NEVER: it is down */
};

/* Rows are kept from the first one whose end is not known. */
struct outages_csv {
    struct pt_out *out;
    struct outage *rows; /* [n] in order, of which [begin] are written */
    size_t n, begin, capacity;
    size_t *open; /* [nnodes] index + 1 of the row that each node is in; 0: it
                     is up */
    size_t nnodes, node_capacity;
};

static size_t *open_of(struct outages_csv *csv, int32_t node)
{
    pt_assert(node >= 0);
    while (csv->nnodes <= (size_t)node)
        pt_vec_push(csv->open, csv->nnodes, csv->node_capacity, 0);
    return &csv->open[node];
}

static bool comes_before(const struct outage *a, const struct outage *b)
{
    return a->down != b->down ? a->down < b->down : a->node < b->node;
}

/* Puts ROW at its place among those of the same instant. */
static void insert(struct outages_csv *csv, struct outage row)
{
    size_t at = csv->n;

    pt_vec_push(csv->rows, csv->n, csv->capacity, row);
    for (; at > csv->begin && comes_before(&row, &csv->rows[at - 1]); at--) {
        csv->rows[at] = csv->rows[at - 1];
        if (csv->rows[at].up == PT_TIME_NEVER)
            csv->open[csv->rows[at].node] = at + 1;
    }
    csv->rows[at] = row;
    *open_of(csv, row.node) = at + 1;
}

static void take(struct outages_csv *csv, const struct pt_fact *fact,
                 pt_time now)
{
    size_t *open = open_of(csv, fact->node);

    if (fact->kind == PT_FACT_NODE_UP && *open > 0) {
        csv->rows[*open - 1].up = now;
        *open = 0;
    } else if (fact->kind == PT_FACT_NODE_DOWN && *open == 0) {
        insert(csv, (struct outage){.node = fact->node,
                                    .origin = pt_downtime_origin(fact),
                                    .down = now,
                                    .up = PT_TIME_NEVER});
    }
}

static void write_row(struct pt_out *out, const struct outage *row)
{
    pt_out_int(out, row->node);
    pt_out_char(out, ',');
    pt_out_time(out, row->down);
    pt_out_char(out, ',');
    if (row->up != PT_TIME_NEVER)
        pt_out_time(out, row->up);
    pt_out_char(out, ',');
    pt_out_text(out, pt_origin_words[row->origin]);
    pt_out_char(out, '\n');
}

/* Writes the rows that are complete, and before which no other can come. */
static void write_complete(struct outages_csv *csv, pt_time now)
{
    while (csv->begin < csv->n && csv->rows[csv->begin].down < now &&
           csv->rows[csv->begin].up != PT_TIME_NEVER)
        write_row(csv->out, &csv->rows[csv->begin++]);
}

/* Forgets what is written, once that is half of all. */
static void forget(struct outages_csv *csv)
{
    size_t left = csv->n - csv->begin;

    if (csv->begin < left || csv->begin == 0)
        return;
    memmove(csv->rows, csv->rows + csv->begin, left * sizeof *csv->rows);
    csv->n = left;
    csv->begin = 0;
    for (size_t i = 0; i < left; i++)
        if (csv->rows[i].up == PT_TIME_NEVER)
            csv->open[csv->rows[i].node] = i + 1;
}

static int outages_csv_open(void *state, struct pt_out *out,
                            const struct pt_sink_context *context,
                            struct pt_err *err)
{
    struct outages_csv *csv = state;

    (void)context;
    (void)err;
    *csv = (struct outages_csv){.out = out};
    pt_out_text(out, "node,down,up,cause\n");
    return 0;
}

static int outages_csv_step(void *state, const struct pt_step *step,
                            struct pt_err *err)
{
    struct outages_csv *csv = state;
    bool any = false;

    (void)err;
    for (int32_t i = 0; i < step->nfacts; i++) {
        enum pt_fact_kind kind = step->facts[i].kind;

        if (kind != PT_FACT_NODE_DOWN && kind != PT_FACT_NODE_UP)
            continue;
        take(csv, &step->facts[i], step->now);
        any = true;
    }
    if (any) {
        write_complete(csv, step->now);
        forget(csv);
    }
    return 0;
}

static int outages_csv_close(void *state, const struct pt_report *report,
                             struct pt_err *err)
{
    struct outages_csv *csv = state;

    (void)err;
    for (size_t i = csv->begin; report && i < csv->n; i++)
        write_row(csv->out, &csv->rows[i]);
    pt_free(csv->rows);
    pt_free(csv->open);
    return 0;
}

const struct pt_sink pt_sink_outages_csv = {
    .name = "outages",
    .summary = "when which node was down: a failure trace of the run",
    .cite = "protium's README, \"Failures\"",
    .state_size = sizeof(struct outages_csv),
    .file = "outages.csv",
    .failing = true,
    .open = outages_csv_open,
    .step = outages_csv_step,
    .close = outages_csv_close,
};
