#include "traces/pipeline/write.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"
#include "base/vec.h"
#include "traces/pipeline/doc.h"

/* ---- pairs ---- */

/* KEY and its colon, after a comma unless it is the object's first. */
static void write_key(struct pt_out *out, bool first, const char *key)
{
    if (!first)
        pt_out_text(out, ", ");
    pt_out_json_text(out, key);
    pt_out_text(out, ": ");
}

static void write_int(struct pt_out *out, const char *key, int64_t value)
{
    write_key(out, false, key);
    pt_out_int(out, value);
}

static void write_time(struct pt_out *out, const char *key, pt_time value)
{
    write_key(out, false, key);
    pt_out_time(out, value);
}

/* Thousandths; what a time prints is millionths. */
static void write_milli(struct pt_out *out, const char *key, int64_t value)
{
    write_key(out, false, key);
    pt_out_time(out, 1000 * value);
}

static void write_text(struct pt_out *out, const char *key, const char *value)
{
    write_key(out, false, key);
    pt_out_json_text(out, value);
}

/* Where it is not what is taken for granted. */
static void write_bool(struct pt_out *out, const char *key, bool value,
                       bool fallback)
{
    if (value == fallback)
        return;
    write_key(out, false, key);
    pt_out_text(out, value ? "true" : "false");
}

/* What stands between the items of a list. */
static void separate(struct pt_out *out, bool first)
{
    if (!first)
        pt_out_text(out, ", ");
}

/* ---- the machine ---- */

static void write_alike(struct pt_out *out, const struct pt_machine *machine)
{
    int64_t nodes = machine->nodes, processors = machine->processors;

    if (nodes <= 0 || processors % nodes != 0)
        nodes = processors;
    pt_out_text(out, "    {\"count\": ");
    pt_out_int(out, nodes);
    write_int(out, "cores", processors / nodes);
    pt_out_char(out, '}');
}

static void write_node(struct pt_out *out, const struct pt_machine *machine,
                       int64_t i)
{
    const struct pt_machine_node *node = &machine->node[i];
    const int64_t *size = node->node.size.amount;

    pt_out_text(out, "    {\"name\": ");
    if (node->name)
        pt_out_json_text(out, node->name);
    else
        pt_out_int(out, i);
    write_int(out, "cores", size[PT_CORES] / 1000);
    if (size[PT_GPUS] > 0)
        write_int(out, "gpus", size[PT_GPUS] / 1000);
    if (size[PT_MEMORY] > 0)
        write_int(out, "memory", size[PT_MEMORY]);
    if (node->host_name && (!node->name || strcmp(node->host_name, node->name)))
        write_text(out, "host", node->host_name);
    if (!node->host_name)
        write_int(out, "host", node->node.host);
    if (node->node.rack > 0)
        write_int(out, "rack", node->node.rack);
    if (node->node.profile > 0)
        write_int(out, "profile", node->node.profile);
    if (node->speed > 0 && islessgreater(node->speed, 1)) {
        write_key(out, false, "speed");
        pt_out_real(out, node->speed);
    }
    if (node->up > 0)
        write_time(out, "up", node->up);
    if (node->down != PT_TIME_NEVER)
        write_time(out, "down", node->down);
    pt_out_char(out, '}');
}

static void write_machine(struct pt_out *out, const struct pt_machine *machine)
{
    if (machine->processors <= 0)
        return;
    pt_out_text(out, "  \"machine\": {\"nodes\": [\n");
    if (!machine->node)
        write_alike(out, machine);
    else
        for (int64_t i = 0; i < machine->nodes; i++) {
            if (i > 0)
                pt_out_text(out, ",\n");
            write_node(out, machine, i);
        }
    pt_out_text(out, "\n  ]},\n");
}

static void write_pools(struct pt_out *out, const struct pt_machine *machine)
{
    const struct pt_pool_spec *pools = machine->pools;

    if (!pools)
        return;
    pt_out_text(out, "  \"pools\": {\n");
    for (int32_t i = 0; i < machine->npools; i++) {
        pt_out_text(out, i > 0 ? ",\n    " : "    ");
        pt_out_json_text(out, pools[i].name);
        pt_out_text(out, ": {\"weight\": ");
        pt_out_int(out, pools[i].weight);
        write_int(out, "min_share", pools[i].min_share);
        write_text(out, "mode", pools[i].fair ? "fair" : "fifo");
        if (pools[i].parent >= 0)
            write_text(out, "parent", pools[pools[i].parent].name);
        pt_out_char(out, '}');
    }
    pt_out_text(out, "\n  },\n");
}

static void write_conditions(struct pt_out *out,
                             const struct pt_machine *machine)
{
    if (machine->nconditions == 0)
        return;
    pt_out_text(out, "  \"set\": {");
    for (int32_t i = 0; i < machine->nconditions; i++) {
        write_key(out, i == 0, machine->conditions[i].key);
        pt_out_json_text(out, machine->conditions[i].value);
    }
    pt_out_text(out, "},\n");
}

int pt_pipeline_write_open(struct pt_pipeline_writer *writer, const char *path,
                           const struct pt_machine *machine, const char *note,
                           struct pt_err *err)
{
    struct pt_out *out = &writer->out;

    *writer = (struct pt_pipeline_writer){.machine = machine};
    if (pt_out_open(out, path, err) < 0)
        return -1;
    pt_out_text(out, "{\n  \"schema\": \"" PT_PIPELINE_SCHEMA "\",\n");
    if (note) {
        pt_out_text(out, "  \"note\": ");
        pt_out_json_text(out, note);
        pt_out_text(out, ",\n");
    }
    write_machine(out, machine);
    write_pools(out, machine);
    write_conditions(out, machine);
    pt_out_text(out, "  \"jobs\": [");
    return 0;
}

/* ---- stages ---- */

static void write_lengths(struct pt_out *out, const struct pt_stage *stage,
                          const struct pt_truth *truth)
{
    if (!truth->task) {
        write_time(out, "length", truth->length);
        return;
    }
    write_key(out, false, "length");
    pt_out_char(out, '[');
    for (int32_t i = 0; i < stage->ntasks; i++) {
        separate(out, i == 0);
        pt_out_time(out, truth->task[i]);
    }
    pt_out_char(out, ']');
}

static const char *fault_name(enum pt_fault fault)
{
    switch (fault) {
    case PT_FAULT_ERROR:
        return "error";
    case PT_FAULT_FETCH:
        return "fetch";
    case PT_FAULT_EXCUSED:
        return "excused";
    case PT_FAULT_FATAL:
        return "fatal";
    }
    return "error";
}

static void write_take(struct pt_out *out, const struct pt_job *job,
                       const struct pt_take *take)
{
    pt_out_text(out, "{\"length\": ");
    pt_out_time(out, take->length);
    if (take->outcome != PT_SUCCESS) {
        write_text(out, "fails", fault_name(take->fault));
        if (take->fault == PT_FAULT_FETCH) {
            write_int(out, "parent", job->stages[take->parent].id);
            write_int(out, "output", take->output);
        }
    }
    pt_out_char(out, '}');
}

static void write_takes(struct pt_out *out, const struct pt_job *job,
                        const struct pt_stage *stage,
                        const struct pt_truth *truth)
{
    const int32_t *at = truth->takes_at;

    if (!at)
        return;
    write_key(out, false, "takes");
    for (int32_t i = 0; i < stage->ntasks; i++) {
        pt_out_text(out, i == 0 ? "[[" : "], [");
        for (int32_t k = at[i]; k < at[i + 1]; k++) {
            separate(out, k == at[i]);
            write_take(out, job, &truth->takes[k]);
        }
    }
    pt_out_text(out, "]]");
}

static void write_sites(struct pt_out *out, const struct pt_stage *stage)
{
    const int32_t *at = stage->sites_at;

    if (!at)
        return;
    write_key(out, false, "prefer");
    for (int32_t i = 0; i < stage->ntasks; i++) {
        pt_out_text(out, i == 0 ? "[[" : "], [");
        for (int32_t k = at[i]; k < at[i + 1]; k++) {
            const struct pt_site *site = &stage->sites[k];
            separate(out, k == at[i]);
            pt_out_text(out, site->kind == PT_SITE_NODE ? "{\"node\": "
                                                        : "{\"host\": ");
            pt_out_int(out, site->number);
            pt_out_char(out, '}');
        }
    }
    pt_out_text(out, "]]");
}

static void write_needs(struct pt_out *out, const struct pt_stage *stage)
{
    const int64_t *amount = stage->need.amount;

    if (amount[PT_CORES] != 1000)
        write_milli(out, "cores", amount[PT_CORES]);
    if (amount[PT_GPUS] > 0)
        write_milli(out, "gpus", amount[PT_GPUS]);
    if (amount[PT_MEMORY] > 0)
        write_int(out, "memory", amount[PT_MEMORY]);
    if (stage->profile > 0)
        write_int(out, "profile", stage->profile);
}

static void write_parents(struct pt_out *out, const struct pt_job *job,
                          const struct pt_stage *stage)
{
    if (stage->nparents == 0)
        return;
    write_key(out, false, "after");
    pt_out_char(out, '[');
    for (int32_t i = 0; i < stage->nparents; i++) {
        separate(out, i == 0);
        pt_out_int(out, job->stages[stage->parents[i]].id);
    }
    pt_out_char(out, ']');
}

static bool has_children(const struct pt_job *job, int32_t stage)
{
    for (int32_t i = stage + 1; i < job->nstages; i++)
        for (int32_t k = 0; k < job->stages[i].nparents; k++)
            if (job->stages[i].parents[k] == stage)
                return true;
    return false;
}

/* The simplest dataset that no gang can be made of. */
static void write_flaw(struct pt_out *out, const struct pt_stage *stage)
{
    if (stage->flaw != PT_FLAW_CHAIN)
        return;
    write_key(out, false, "rdds");
    pt_out_text(out, "[{\"partitions\": ");
    pt_out_int(out,
               (int64_t)stage->ntasks + (stage->ntasks < INT32_MAX ? 1 : -1));
    pt_out_text(out, "}]");
}

static void write_stage(struct pt_out *out, const struct pt_work *work,
                        int32_t index)
{
    const struct pt_stage *stage = &work->job.stages[index];
    const struct pt_truth *truth = &work->truths[index];
    bool plain = !truth->takes_at;

    pt_out_text(out, "{\"id\": ");
    pt_out_int(out, stage->id);
    if (stage->mode == PT_GANG)
        write_text(out, "mode", "gang");
    write_int(out, "tasks", stage->ntasks);
    write_needs(out, stage);
    write_parents(out, &work->job, stage);
    write_lengths(out, stage, truth);
    write_time(out, "limit", stage->limit);
    write_bool(out, "result", stage->result, !has_children(&work->job, index));
    if (truth->iterations > 0)
        write_int(out, "iterations", truth->iterations);
    write_bool(out, "together", truth->together, false);
    write_bool(out, "fails", truth->outcome != PT_SUCCESS, false);
    write_bool(out, "retries", stage->retries, true);
    write_bool(out, "may_fail", truth->may_fail, plain);
    write_bool(out, "may_straggle", truth->may_straggle, plain);
    write_sites(out, stage);
    write_takes(out, &work->job, stage, truth);
    write_flaw(out, stage);
    pt_out_char(out, '}');
}

/* ---- jobs ---- */

/* When it comes. */
static void write_submit(struct pt_pipeline_writer *writer,
                         const struct pt_work *work)
{
    struct pt_out *out = &writer->out;

    write_time(out, "submit", work->job.submit);
    if (work->after == 0)
        return;
    write_int(out, "after", writer->ids[work->after - 1]);
    write_time(out, "gap", work->gap);
}

int pt_pipeline_write_job(struct pt_pipeline_writer *writer,
                          const struct pt_work *work, struct pt_err *err)
{
    struct pt_out *out = &writer->out;
    const struct pt_job *job = &work->job;

    if (work->after > writer->nids)
        return pt_err_set(err, PT_ERR_INTERNAL,
                          "job %lld is after one that was not written yet",
                          (long long)job->id);
    pt_out_text(out, writer->nids > 0 ? ",\n    {\"id\": " : "\n    {\"id\": ");
    pt_out_int(out, job->id);
    if (job->user >= 0)
        write_int(out, "user", job->user);
    if (job->group >= 0)
        write_int(out, "group", job->group);
    if (job->queue >= 0)
        write_int(out, "queue", job->queue);
    if (job->pool > 0)
        write_text(out, "pool", writer->machine->pools[job->pool].name);
    write_submit(writer, work);
    write_key(out, false, "stages");
    pt_out_char(out, '[');
    for (int32_t i = 0; i < job->nstages; i++) {
        separate(out, i == 0);
        write_stage(out, work, i);
    }
    pt_out_text(out, "]}");
    pt_vec_push(writer->ids, writer->nids, writer->id_capacity, job->id);
    return 0;
}

int pt_pipeline_write_close(struct pt_pipeline_writer *writer,
                            char hex[PT_DIGEST_TEXT], struct pt_err *err)
{
    pt_out_text(&writer->out, "\n  ]\n}\n");
    pt_free(writer->ids);
    writer->ids = NULL;
    return pt_out_commit(&writer->out, hex, err);
}

void pt_pipeline_write_abandon(struct pt_pipeline_writer *writer)
{
    pt_free(writer->ids);
    writer->ids = NULL;
    pt_out_abandon(&writer->out);
}
