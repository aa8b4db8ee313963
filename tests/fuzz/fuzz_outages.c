/* Feeds bytes to the reader of failure traces: no input may break it, and
 * whatever it yields must be outages of nodes that it has, in order, within the
 * time that their nodes were watched. */
#include <stddef.h>
#include <stdint.h>

#include "base/assert.h"
#include "base/error.h"
#include "traces/failure/draft.h"
#include "traces/failure/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void check_nodes(const struct pt_outage_log *log)
{
    for (int32_t i = 0; i < log->nnodes; i++) {
        const struct pt_logged_node *node = &log->node[i];
        pt_assert(node->name);
        pt_assert(node->from <= node->until);
        if (node->from < node->until)
            pt_assert(log->from <= node->from && node->until <= log->until);
    }
}

static void check_outages(const struct pt_outage_log *log)
{
    for (int64_t i = 0; i < log->n; i++) {
        const struct pt_logged_outage *outage = &log->outage[i];
        pt_assert(outage->node >= 0 && outage->node < log->nnodes);
        pt_assert(outage->origin < PT_ORIGINS);
        pt_assert(outage->down < outage->up);
        pt_assert(outage->down >= log->node[outage->node].from);
        pt_assert(outage->up <= log->node[outage->node].until);
        if (i == 0)
            continue;
        pt_assert(outage[-1].node <= outage->node);
        pt_assert(outage[-1].node < outage->node ||
                  outage[-1].down <= outage->down);
    }
}

static void check_log(const struct pt_outage_log *log,
                      const struct pt_log_reading *reading)
{
    pt_node_time watched, down;
    int64_t dropped = 0;

    for (int32_t i = 0; i < log->nrules; i++) {
        pt_assert(log->rules[i].name && log->rules[i].what);
        pt_assert(log->rules[i].rows >= 0);
        if (log->rules[i].drops)
            dropped += log->rules[i].rows;
    }
    pt_assert(log->rows == log->n + dropped);
    pt_assert(log->nnodes >= 1 && log->nnodes >= reading->nodes);
    pt_assert(log->from < log->until);
    if (reading->windowed)
        pt_assert(log->from == reading->from && log->until <= reading->until);
    check_nodes(log);
    check_outages(log);
    pt_outage_log_areas(log, &watched, &down);
    pt_assert(0 <= down && down <= watched);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const struct pt_log_reading readings[] = {
        {.until = PT_TIME_NEVER},
        {.until = PT_TIME_NEVER, .system = 2, .nodes = 5},
        {.until = 2000 * PT_SECOND, .from = 7, .windowed = true, .nodes = 3},
        {.until = PT_TIME_NEVER, .from = PT_SECOND, .windowed = true},
    };

    for (size_t i = 0; i < sizeof readings / sizeof readings[0]; i++) {
        struct pt_err err = {.code = PT_ERR_NONE};
        struct pt_outage_log log;
        if (pt_outage_log_read_bytes(&log, "fuzz", bytes, n, &readings[i],
                                     &err) == 0) {
            check_log(&log, &readings[i]);
            pt_outage_log_close(&log);
        } else {
            pt_assert(err.code == PT_ERR_INPUT);
        }
    }
    return 0;
}
