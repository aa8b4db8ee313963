#include "run.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/assert.h"
#include "base/plugin.h"
#include "base/text.h"
#include "base/vec.h"
#include "core/place.h"
#include "core/policy.h"
#include "registry.h"
#include "sink/doc.h"
#include "sink/sink.h"
#include "world/drive.h"
#include "world/floor.h"
#include "world/simulated.h"

/* An output being written. */
struct output {
    const struct pt_sink *sink;
    void *state;
    struct pt_out out;
};

/* A run under way. */
struct going {
    const struct pt_run *run;
    struct pt_report *report;
    void *source_state;
    void *place_state;
    char *config;
    char *workload;
    struct pt_tally *tally;
    struct output outputs[PT_REPORT_OUTPUTS];
    int32_t noutputs;
    int64_t steps;        /* since progress was last shown */
    double wall_s, cpu_s; /* of the clocks, when the run began */
};

/* --- configuration --- */

const struct pt_place *pt_run_place(const char *text, void **state,
                                    struct pt_err *err)
{
    return (const struct pt_place *)pt_plugin_open(
        (const struct pt_plugin *const *)pt_places, "placement", text, state,
        err);
}

void pt_run_core_config(const struct pt_settings *settings, int64_t nodes,
                        int64_t cores, struct pt_core_config *config)
{
    const enum pt_limits limits[] = {
        [PT_OVERRUN_TRUNCATE] = PT_LIMITS_TRUST,
        [PT_OVERRUN_KILL] = PT_LIMITS_KILL,
        [PT_OVERRUN_EXTEND] = PT_LIMITS_EXTEND,
    };

    *config =
        (struct pt_core_config){.nodes = (int32_t)nodes,
                                .size = {.amount = {[PT_CORES] = cores * 1000}},
                                .named = settings->machine != 0,
                                .exclusive = settings->exclusive != 0,
                                .ties = (enum pt_ties)settings->ties,
                                .limits = limits[settings->overrun]};
}

static void write_settings(struct pt_doc *doc,
                           const struct pt_settings *settings)
{
    char value[PT_PARAM_TEXT_SIZE];

    pt_doc_begin(doc, "set", '{');
    for (const struct pt_param *p = pt_settings_params; p->name; p++) {
        pt_param_print(p, settings, value, sizeof value);
        pt_doc_text(doc, p->name, value);
    }
    pt_doc_end(doc, '}');
}

/* The trace's name without folder and endings; a model's name. */
static char *workload_name(const struct pt_run *run)
{
    const char *name = run->path ? run->path : run->source->name;
    const char *slash = strrchr(name, '/');
    size_t n;

    name = slash ? slash + 1 : name;
    n = strlen(name);
    if (n > 3 && strcmp(name + n - 3, ".gz") == 0)
        n -= 3;
    if (n > 4 && strncmp(name + n - 4, ".swf", 4) == 0)
        n -= 4;
    return pt_text_dup(name, n);
}

char *pt_run_config(const struct pt_run *run, int64_t nodes, int64_t cores)
{
    char *workload = workload_name(run), *text;
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_out out;
    struct pt_doc doc;

    pt_out_open(&out, NULL, &err);
    pt_doc_init(&doc, &out);
    doc.compact = true;
    pt_doc_begin(&doc, NULL, '{');
    pt_doc_text(&doc, "workload", workload);
    pt_doc_text(&doc, "source", run->source->name);
    pt_doc_text(&doc, "params", run->source_params);
    pt_doc_int(&doc, "nodes", nodes);
    pt_doc_int(&doc, "cores", cores);
    pt_doc_text(&doc, "policy", run->floor ? "floor" : run->policy_text);
    write_settings(&doc, &run->settings);
    pt_doc_end(&doc, '}');
    while (out.used > 0 && out.buffer[out.used - 1] == '\n')
        out.used--;
    text = pt_text_dup(out.buffer, out.used);
    pt_out_abandon(&out);
    pt_free(workload);
    return text;
}

/* --- the source --- */

static int open_source(struct going *go, struct pt_err *err)
{
    const struct pt_run *run = go->run;
    struct pt_reading reading = {
        .clean = (enum pt_clean)run->settings.clean,
        .missing_limit = (enum pt_missing_limit)run->settings.missing_limit,
        .overrun = (enum pt_overrun)run->settings.overrun,
        .wide = (enum pt_wide)run->settings.wide,
        .processors = run->nodes * run->cores,
        .scale = run->settings.scale,
        .seed = (uint64_t)run->settings.seed,
        .sorted = go->report->sorted};

    go->source_state =
        pt_plugin_state_new((const struct pt_plugin *)run->source);
    if ((run->source_params &&
         pt_plugin_set_text((const struct pt_plugin *)run->source,
                            go->source_state, run->source_params, err) < 0) ||
        run->source->open(go->source_state, run->path, &reading, err) < 0) {
        pt_free(go->source_state);
        go->source_state = NULL;
        return -1;
    }
    return 0;
}

/* The machine: as asked for, else as the trace's header has it. */
static int find_machine(struct going *go, struct pt_err *err)
{
    struct pt_report *report = go->report;
    struct pt_source_info info = {0};

    report->nodes = go->run->nodes;
    report->cores = go->run->cores > 0 ? go->run->cores : 1;
    if (report->nodes > 0)
        return 0;
    go->run->source->info(go->source_state, &info);
    if (info.machine && info.machine->processors > 0 &&
        info.machine->processors < INT32_MAX / 2) {
        report->nodes = info.machine->processors;
        return 0;
    }
    return pt_err_set(err, PT_ERR_USAGE,
                      "how large is the machine? %s does not say (expected "
                      "--nodes N or NxC)",
                      go->run->path ? go->run->path : go->run->source->name);
}

/* What the source can tell at its end goes into the report. */
static void read_info(struct going *go)
{
    struct pt_report *report = go->report;
    struct pt_source_info info = {0};

    go->run->source->info(go->source_state, &info);
    report->rows = info.rows;
    report->nrules = 0;
    pt_assert(info.nrules <= PT_REPORT_RULES);
    for (int32_t i = 0; i < info.nrules; i++)
        report->rules[report->nrules++] = info.rules[i];
    report->input_bytes = info.bytes;
    report->digest_input[0] = '\0';
    if (info.digest)
        pt_text_copy(report->digest_input, sizeof report->digest_input,
                     info.digest);
}

/* --- outputs --- */

static int open_output(struct going *go, const struct pt_sink *sink,
                       struct pt_err *err)
{
    struct output *output = &go->outputs[go->noutputs];
    struct pt_sink_context context = {.workload = go->workload,
                                      .label = go->run->label,
                                      .config = go->config,
                                      .tau = go->run->settings.tau,
                                      .nodes = go->report->nodes,
                                      .cores = go->report->cores};
    size_t n = strlen(go->run->dir) + strlen(sink->file) + 2;
    char *path = pt_alloc(n, 1);

    snprintf(path, n, "%s/%s", go->run->dir, sink->file);
    *output = (struct output){.sink = sink};
    int status = pt_out_open(&output->out, path, err);
    pt_free(path);
    if (status < 0)
        return -1;
    output->state = pt_alloc(1, sink->state_size + 1);
    if (sink->open &&
        sink->open(output->state, &output->out, &context, err) < 0) {
        pt_out_abandon(&output->out);
        pt_free(output->state);
        return -1;
    }
    go->noutputs++;
    return 0;
}

static int open_outputs(struct going *go, struct pt_err *err)
{
    if (!go->run->dir)
        return 0;
    for (int32_t i = 0; pt_sinks[i]; i++) {
        const struct pt_sink *sink = pt_sinks[i];
        bool wanted = !sink->optional ||
                      (go->run->tape && strcmp(sink->name, "tape") == 0);
        if (wanted && open_output(go, sink, err) < 0)
            return -1;
    }
    return 0;
}

/* In the registry's order: run.json, the last, has the digests of the others.
 */
static int commit_outputs(struct going *go, struct pt_err *err)
{
    struct pt_report *report = go->report;

    for (int32_t i = 0; i < go->noutputs; i++) {
        struct output *output = &go->outputs[i];
        int32_t k = report->noutputs;
        const struct pt_sink *sink = output->sink;
        output->sink = NULL;
        int status = sink->close ? sink->close(output->state, report, err) : 0;
        pt_free(output->state);
        if (status < 0) {
            pt_out_abandon(&output->out);
            return -1;
        }
        report->outputs[k].file = sink->file;
        report->outputs[k].bytes =
            output->out.bytes + (int64_t)output->out.used;
        if (pt_out_commit(&output->out, report->outputs[k].digest, err) < 0)
            return -1;
        report->noutputs++;
    }
    return 0;
}

/* Nothing is left half-written: what was not committed goes. */
static void abandon_outputs(struct going *go)
{
    struct pt_err ignored = {.code = PT_ERR_NONE};

    for (int32_t i = 0; i < go->noutputs; i++) {
        struct output *output = &go->outputs[i];
        if (!output->sink)
            continue;
        if (output->sink->close)
            output->sink->close(output->state, NULL, &ignored);
        pt_out_abandon(&output->out);
        pt_free(output->state);
    }
    go->noutputs = 0;
}

/* --- the loop --- */

enum { PROGRESS_STEPS = 4096 };

static void show_progress(struct going *go)
{
    struct pt_source_info info = {0};

    if (!go->run->progress || ++go->steps < PROGRESS_STEPS)
        return;
    go->steps = 0;
    go->run->source->info(go->source_state, &info);
    go->run->progress(go->run->progress_context, info.rows);
}

static int record(struct going *go, const struct pt_step *step,
                  struct pt_err *err)
{
    pt_tally_step(go->tally, step);
    for (int32_t i = 0; i < go->noutputs; i++) {
        const struct output *output = &go->outputs[i];
        if (output->sink->step &&
            output->sink->step(output->state, step, err) < 0)
            return -1;
    }
    show_progress(go);
    return 0;
}

static int watch(void *context, const struct pt_step *step,
                 const struct pt_census *census, struct pt_err *err)
{
    struct going *go = context;

    pt_ledger_step(&go->report->ledger, step, census);
    return record(go, step, err);
}

static int schedule(struct going *go, struct pt_err *err)
{
    const struct pt_run *run = go->run;
    struct pt_core_config config;

    pt_run_core_config(&run->settings, go->report->nodes, go->report->cores,
                       &config);
    config.place = pt_run_place(run->settings.place, &go->place_state, err);
    if (!config.place)
        return -1;
    config.place_state = go->place_state;
    config.policy = run->policy;
    config.policy_state = run->policy_state;

    struct pt_core *core = pt_core_new(&config);
    struct pt_world *world = pt_simulated_new(run->source, go->source_state);
    struct pt_watcher watcher = {.context = go, .watch = watch};
    int status = pt_drive(world, core, &watcher, run->interrupted, err);
    go->report->counts = *pt_core_counts(core);
    world->close(world);
    pt_core_free(core);
    return status;
}

static int watch_floor(void *context, const struct pt_step *step,
                       struct pt_err *err)
{
    return record(context, step, err);
}

static double clock_s(clockid_t id)
{
    struct timespec at;

    clock_gettime(id, &at);
    return (double)at.tv_sec + 1e-9 * (double)at.tv_nsec;
}

/* What the run cost so far. */
static void take_stock(struct going *go)
{
    struct rusage usage;

    go->report->wall_s = clock_s(CLOCK_MONOTONIC) - go->wall_s;
    go->report->cpu_s = clock_s(CLOCK_PROCESS_CPUTIME_ID) - go->cpu_s;
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        go->report->peak_kib = usage.ru_maxrss;
}

static int close_books(struct going *go, struct pt_err *err)
{
    struct pt_report *report = go->report;
    const struct pt_summary *sum = &report->summary;

    read_info(go);
    pt_tally_close(go->tally, &report->summary);
    if (go->run->floor)
        return 0;
    if (!pt_ledger_close(&report->ledger))
        return pt_err_set(err, PT_ERR_INTERNAL,
                          "the ledger does not sum to slots x window: please "
                          "report this");
    if (sum->jobs != sum->done + sum->rejected + sum->unfinished)
        return pt_err_set(err, PT_ERR_INTERNAL,
                          "jobs were lost or counted twice: please report "
                          "this");
    report->counts.checks += 2;
    return 0;
}

static int run_once(struct going *go, struct pt_err *err)
{
    const struct pt_run *run = go->run;
    int status = -1;

    go->noutputs = 0;
    go->report->noutputs = 0;
    if (open_source(go, err) < 0)
        return -1;
    pt_ledger_init(&go->report->ledger);
    go->tally = pt_tally_new(run->settings.tau);
    if (find_machine(go, err) == 0) {
        go->config = pt_run_config(run, go->report->nodes, go->report->cores);
        go->workload = workload_name(run);
        if (open_outputs(go, err) == 0)
            status = run->floor
                         ? pt_floor_run(run->source, go->source_state,
                                        watch_floor, go, run->interrupted, err)
                         : schedule(go, err);
        if (status == 0)
            status = close_books(go, err);
    }
    take_stock(go);
    if (status == 0)
        status = commit_outputs(go, err);
    abandon_outputs(go);
    run->source->close(go->source_state);
    pt_tally_free(go->tally);
    pt_free(go->source_state);
    pt_free(go->place_state);
    pt_free(go->config);
    pt_free(go->workload);
    go->place_state = go->source_state = NULL;
    go->config = go->workload = NULL;
    return status;
}

int pt_run_go(const struct pt_run *run, struct pt_report *report,
              struct pt_err *err)
{
    struct going go = {.run = run,
                       .report = report,
                       .wall_s = clock_s(CLOCK_MONOTONIC),
                       .cpu_s = clock_s(CLOCK_PROCESS_CPUTIME_ID)};

    *report = (struct pt_report){.run = run};
    int status = run_once(&go, err);
    if (status < 0 && err->code == PT_ERR_UNSORTED && !report->sorted) {
        *err = (struct pt_err){.code = PT_ERR_NONE};
        pt_ledger_fini(&report->ledger);
        *report = (struct pt_report){.run = run, .sorted = true};
        status = run_once(&go, err);
    }
    return status;
}

void pt_report_fini(struct pt_report *report)
{
    pt_ledger_fini(&report->ledger);
}
