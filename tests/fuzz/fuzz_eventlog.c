/* Feeds bytes to the reader of event logs: no input may break it, and whatever
 * it yields must be a job that can be simulated. */
#include <stddef.h>
#include <stdint.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/error.h"
#include "base/plugin.h"
#include "traces/eventlog/eventlog.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static bool is_parent(const struct pt_stage *stage, int32_t parent)
{
    for (int32_t i = 0; i < stage->nparents; i++)
        if (stage->parents[i] == parent)
            return true;
    return false;
}

static void check_take(const struct pt_job *job, const struct pt_stage *stage,
                       const struct pt_take *take)
{
    pt_assert(take->length >= 0);
    pt_assert(take->length <= stage->limit);
    pt_assert(take->outcome == PT_SUCCESS || take->outcome == PT_FAILURE);
    if (take->fault != PT_FAULT_FETCH)
        return;
    pt_assert(is_parent(stage, take->parent));
    pt_assert(take->output >= 0);
    pt_assert(take->output < job->stages[take->parent].ntasks);
}

static void check_stage(const struct pt_work *work, int32_t i)
{
    const struct pt_stage *stage = &work->job.stages[i];
    const struct pt_truth *truth = &work->truths[i];

    pt_assert(stage->ntasks >= 1);
    pt_assert(stage->limit >= 1000);
    pt_assert(stage->need.amount[PT_CORES] >= 1);
    pt_assert(stage->need.amount[PT_GPUS] >= 0);
    pt_assert(stage->profile >= 0);
    for (int32_t k = 0; k < stage->nparents; k++)
        pt_assert(stage->parents[k] >= 0 && stage->parents[k] < i);
    pt_assert(truth->outcome != PT_KILLED);
    pt_assert(truth->takes_at[0] == 0);
    for (int32_t k = 0; k < stage->ntasks; k++)
        pt_assert(truth->takes_at[k] < truth->takes_at[k + 1]);
    for (int32_t k = 0; k < truth->takes_at[stage->ntasks]; k++)
        check_take(&work->job, stage, &truth->takes[k]);
}

static void check_work(const void *state, const struct pt_work *work,
                       int64_t number, pt_time last)
{
    pt_assert(work->job.nstages >= 1);
    pt_assert(work->job.submit >= last);
    pt_assert(work->after >= 0 && work->after <= number);
    pt_assert(work->gap >= 0);
    pt_assert(work->job.pool >= 0);
    for (int32_t i = 0; i < work->job.nstages; i++) {
        pt_time ready, end;
        check_stage(work, i);
        if (pt_source_eventlog.recorded(state, work->job.id,
                                        work->job.stages[i].id, &ready, &end))
            pt_assert(ready <= end);
    }
}

static void check_machine(const struct pt_machine *machine)
{
    for (int64_t i = 0; i < machine->nodes; i++) {
        const struct pt_machine_node *node = &machine->node[i];
        pt_assert(node->name && node->host_name);
        pt_assert(node->up >= 0 && node->up <= node->down);
        pt_assert(node->node.size.amount[PT_CORES] >= 0);
        pt_assert(node->node.profile >= 0);
    }
    for (int32_t i = 0; i < machine->nconditions; i++)
        pt_assert(machine->conditions[i].value[0] != '\0');
}

static void check_end(void *state)
{
    struct pt_source_info info;
    const struct pt_eventlog_view *view = pt_eventlog_view(state);
    int64_t dropped = 0;

    pt_source_eventlog.info(state, &info);
    for (int32_t i = 0; i < info.nrules; i++)
        if (info.rules[i].drops)
            dropped += info.rules[i].rows;
    pt_assert(info.rows == info.jobs + dropped);
    pt_assert(info.digest);
    check_machine(info.machine);
    pt_assert(view->launches == view->succeeded + view->errors +
                                    view->fetch_failures + view->lost +
                                    view->killed + view->unended);
    pt_assert(view->critical >= view->critical_gaps);
}

static void read_once(const uint8_t *bytes, size_t n, const char *params,
                      double scale)
{
    const struct pt_plugin *plugin =
        (const struct pt_plugin *)&pt_source_eventlog;
    const struct pt_reading reading = {.scale = scale};
    struct pt_err err = {.code = PT_ERR_NONE};
    void *state = pt_plugin_state_new(plugin);
    struct pt_work work;
    int64_t number = 0;
    pt_time last = 0;

    int status = pt_plugin_set_text(plugin, state, params, &err);
    pt_assert(status == 0);
    if (pt_eventlog_open_bytes(state, "fuzz", bytes, n, &reading, &err) < 0) {
        pt_assert(err.code == PT_ERR_INPUT || err.code == PT_ERR_USAGE);
        pt_free(state);
        return;
    }
    while ((status = pt_source_eventlog.next(state, &work, &err)) > 0) {
        check_work(state, &work, number++, last);
        last = work.job.submit;
    }
    pt_assert(status == 0);
    check_end(state);
    pt_source_eventlog.close(state);
    pt_free(state);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    read_once(bytes, n, "chain=ends", 1);
    read_once(bytes, n, "chain=none,gang=0+1", 3.7);
    return 0;
}
