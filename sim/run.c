#include "run.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/assert.h"
#include "base/plugin.h"
#include "base/text.h"
#include "base/vec.h"
#include "core/policy.h"
#include "metrics/spread.h"
#include "registry.h"
#include "sink/doc.h"
#include "sink/sink.h"
#include "world/drive.h"
#include "world/floor.h"
#include "models/straggler.h"
#include "models/stream.h"
#include "world/simulated.h"

/* Nobody waits so long at a barrier: the world need not tell of each member. */
#define SYNC_TIMEOUT (INT64_C(365) * 24 * 3600 * PT_SECOND)

/* The least factor that a node has. */
#define FASTEST 1e-12

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
    struct pt_opened workload; /* open */
    void *place_state, *straggler_state, *fault_state, *checkpoint_state;
    struct pt_breaker breakers[PT_FAILURE_MODELS];
    int32_t nbreakers;
    int32_t *rack; /* [nodes], as `gpus`, `names`, `slow` */
    int64_t *gpus;
    const char **names;
    double *slow;
    struct pt_run_machine machine;
    struct pt_rules rules;
    struct pt_world *world;
    char *config;
    char *title; /* of the workload */
    struct pt_tally *tally;
    struct output outputs[PT_REPORT_OUTPUTS];
    int32_t noutputs;
    int64_t yielded; /* jobs, by the source */
    pt_time *errors; /* of stages, in millionths of what was recorded */
    int64_t nerrors, error_capacity;
    int64_t steps;        /* since progress was last shown */
    double wall_s, cpu_s; /* of the clocks, when the run began */
};

/* --- the source --- */

/* What the source can tell at its end goes into the report. */
static void read_info(struct going *go)
{
    struct pt_report *report = go->report;
    struct pt_source_info info = {0};

    go->workload.source->info(go->workload.state, &info);
    report->rows = info.rows;
    go->yielded = info.jobs;
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
    struct pt_sink_context context = {.workload = go->title,
                                      .label = go->run->label,
                                      .config = go->config,
                                      .tau = go->report->settings.tau,
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
        if ((sink->staged && !go->run->source->staged) ||
            (sink->failing && !go->report->failing))
            continue;
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
    go->workload.source->info(go->workload.state, &info);
    go->run->progress(go->run->progress_context, info.rows);
}

/* How far the durations of the stages that succeeded are from the recorded
 * ones. */
static void compare(struct going *go, const struct pt_step *step)
{
    const struct pt_source *source = go->workload.source;
    pt_time ready, end;

    if (!source->recorded)
        return;
    for (int32_t i = 0; i < step->nstages; i++) {
        const struct pt_stage_record *it = &step->stages[i];
        if (it->outcome != PT_SUCCESS ||
            !source->recorded(go->workload.state, it->job->id,
                              it->job->stages[it->stage].id, &ready, &end) ||
            end <= ready)
            continue;
        double then = pt_time_seconds(end - ready);
        double now = pt_time_seconds(it->end - it->ready);
        double error = (now > then ? now - then : then - now) / then;
        pt_vec_push(go->errors, go->nerrors, go->error_capacity,
                    error > 0 ? pt_time_from_seconds(error) : 0);
    }
}

static int record(struct going *go, const struct pt_step *step,
                  struct pt_err *err)
{
    pt_tally_step(go->tally, step);
    compare(go, step);
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

/* The world needs the resolved settings; the machine, the first job's. */
static int open_world(struct going *go, struct pt_err *err)
{
    const struct pt_settings *settings = &go->report->settings;
    struct pt_simulated_config config = {
        .chances = {.seed = pt_settings_seed(settings)},
        .launch_delay = settings->launch_delay,
        .shuffle = settings->rounds == PT_ROUNDS_SPARK,
        .each = settings->barriers == PT_BARRIERS_EACH ||
                settings->sync_timeout < SYNC_TIMEOUT,
        .stall = settings->stall};
    struct pt_source_info info = {0};

    config.chances.straggler =
        pt_run_straggler(settings->straggler, &go->straggler_state, err);
    if (!config.chances.straggler)
        return -1;
    config.chances.fault = pt_run_fault(settings->fault, &go->fault_state, err);
    if (!config.chances.fault)
        return -1;
    config.chances.straggler_state = go->straggler_state;
    config.chances.fault_state = go->fault_state;
    go->nbreakers = pt_run_breakers(settings->failures, go->breakers, err);
    if (go->nbreakers < 0)
        return -1;
    config.breakers = go->breakers;
    config.nbreakers = go->nbreakers;
    config.checkpoint =
        pt_run_checkpoint(settings->checkpoint, &go->checkpoint_state, err);
    if (!config.checkpoint)
        return -1;
    config.checkpoint_state = go->checkpoint_state;
    if (strcmp(settings->checkpoint, "none") == 0)
        config.checkpoint = NULL;
    go->report->failing = go->nbreakers > 0 || config.checkpoint;
    go->workload.source->info(go->workload.state, &info);
    if (go->run->nodes == 0)
        config.machine = info.machine;
    else
        config.elsewhere = true;
    go->world =
        pt_simulated_new(go->workload.source, go->workload.state, &config);
    return 0;
}

/* How many times as long work takes on each node. */
static int draw_slowness(struct going *go, const struct pt_machine *recorded,
                         struct pt_err *err)
{
    const struct pt_settings *settings = &go->report->settings;
    bool any = false;
    void *state = NULL;
    const struct pt_straggler_model *model =
        pt_run_straggler(settings->slowness, &state, err);

    if (!model)
        return -1;
    go->slow = pt_alloc((size_t)go->machine.nodes, sizeof *go->slow);
    for (int32_t i = 0; i < go->machine.nodes; i++) {
        struct pt_stream stream;
        double speed = recorded && recorded->node ? recorded->node[i].speed : 0;
        const gsl_rng *rng =
            pt_stream_open(&stream, pt_settings_seed(settings), 0,
                           PT_PURPOSE_SLOWNESS, (uint64_t)i);
        go->slow[i] = (model->factor ? model->factor(state, rng) : 1) /
                      (speed > 0 ? speed : 1);
        if (!(go->slow[i] > FASTEST))
            go->slow[i] = FASTEST; /* 0 stands for nothing known */
        any = any || go->slow[i] < 1 || go->slow[i] > 1;
    }
    pt_free(state);
    if (!any) {
        pt_free(go->slow);
        go->slow = NULL;
    }
    return 0;
}

/* What the world may know of the machine. */
static int describe_machine(struct going *go, struct pt_err *err)
{
    const struct pt_run_machine *machine = &go->machine;
    struct pt_source_info info = {0};
    struct pt_core_config core;
    struct pt_rules rules;

    go->workload.source->info(go->workload.state, &info);
    const struct pt_machine *recorded =
        go->run->nodes == 0 ? info.machine : NULL;
    size_t n = (size_t)machine->nodes;
    bool named = recorded && recorded->node;
    if (machine->node) {
        go->rack = pt_alloc(n, sizeof *go->rack);
        go->gpus = pt_alloc(n, sizeof *go->gpus);
        go->names = named ? pt_alloc(n, sizeof *go->names) : NULL;
    }
    for (size_t i = 0; machine->node && i < n; i++) {
        go->rack[i] = machine->node[i].rack;
        go->gpus[i] = machine->node[i].size.amount[PT_GPUS];
        if (named)
            go->names[i] = recorded->node[i].name;
    }
    if (draw_slowness(go, recorded, err) < 0)
        return -1;
    pt_run_core_config(&go->report->settings, machine, &rules, &core);
    struct pt_cluster cluster = {.nodes = (int32_t)machine->nodes,
                                 .rack = go->rack,
                                 .gpus = go->gpus,
                                 .names = go->names,
                                 .seed =
                                     pt_settings_seed(&go->report->settings)};
    pt_simulated_set_machine(go->world, &cluster, go->slow,
                             core.named ? 0 : (int32_t)machine->cores);
    return 0;
}

static int find_machine(struct going *go, struct pt_err *err)
{
    struct pt_report *report = go->report;
    pt_time first = 0;

    if (!go->run->floor && pt_simulated_first(go->world, &first, err) < 0)
        return -1;
    if (pt_run_find_machine(go->run, &go->workload, first, &go->machine, err) <
        0)
        return -1;
    report->nodes = go->machine.nodes;
    report->cores = go->machine.cores;
    return describe_machine(go, err);
}

/* What is known of a failure trace goes into the report: texts of rules are
 * static. */
static void read_failure_input(struct going *go)
{
    struct pt_report *report = go->report;
    struct pt_failure_input *input = &report->failed;

    for (int32_t i = 0; i < go->nbreakers; i++)
        if (go->breakers[i].model->input)
            go->breakers[i].model->input(go->breakers[i].state, input);
    if (!input->digest)
        return;
    pt_assert(input->nrules <= PT_REPORT_RULES);
    pt_text_copy(report->digest_failed, sizeof report->digest_failed,
                 input->digest);
    for (int32_t i = 0; i < input->nrules; i++)
        report->failed_rules[i] = input->rules[i];
    input->digest = report->digest_failed;
    input->rules = report->failed_rules;
    pt_text_copy(input->file, sizeof input->file, input->path);
    input->path = input->file;
}

/* What needs racks is of no use without. */
static int check_racks(const struct going *go, const struct pt_place *place,
                       struct pt_err *err)
{
    const char *what = place->racked ? "place=racks" : NULL;

    for (int32_t i = 0; i < go->nbreakers; i++)
        if (go->breakers[i].model->racked)
            what = "failures=tree";
    if (!what || go->machine.node)
        return 0;
    return pt_err_set(err, PT_ERR_USAGE,
                      "%s: the machine has no racks (expected --set racks=N, "
                      "so many nodes in each)",
                      what);
}

static int schedule(struct going *go, struct pt_err *err)
{
    const struct pt_run *run = go->run;
    struct pt_core_config config;

    pt_run_core_config(&go->report->settings, &go->machine, &go->rules,
                       &config);
    config.place =
        pt_run_place(go->report->settings.place, &go->place_state, err);
    if (!config.place || check_racks(go, config.place, err) < 0)
        return -1;
    config.place_state = go->place_state;
    config.policy = run->policy;
    config.policy_state = run->policy_state;

    struct pt_core *core = pt_core_new(&config);
    struct pt_watcher watcher = {.context = go, .watch = watch};
    int status = pt_drive(go->world, core, &watcher, run->interrupted, err);
    go->report->counts = *pt_core_counts(core);
    go->report->unsubmitted = pt_simulated_unsubmitted(go->world);
    go->report->implied = pt_simulated_implied(go->world);
    go->report->stalled = pt_simulated_stalled(go->world);
    read_failure_input(go);
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

static void close_errors(struct going *go)
{
    struct pt_spread spread =
        pt_spread_of_times(go->errors, (size_t)go->nerrors);

    go->report->stages_compared = spread.n;
    go->report->stage_error_p50 = spread.p50;
    go->report->stage_error_p95 = spread.p95;
}

static int close_books(struct going *go, struct pt_err *err)
{
    struct pt_report *report = go->report;
    const struct pt_summary *sum = &report->summary;

    read_info(go);
    pt_tally_close(go->tally, &report->summary);
    close_errors(go);
    if (go->run->floor)
        return 0;
    if (!pt_ledger_close(&report->ledger))
        return pt_err_set(err, PT_ERR_INTERNAL,
                          "the ledger does not sum to slots x window: please "
                          "report this");
    if (sum->jobs != sum->done + sum->rejected + sum->unfinished ||
        go->yielded != sum->jobs + report->unsubmitted)
        return pt_err_set(err, PT_ERR_INTERNAL,
                          "jobs were lost or counted twice: please report "
                          "this");
    report->counts.checks += 2;
    return 0;
}

static void close_run(struct going *go)
{
    abandon_outputs(go);
    if (go->world)
        go->world->close(go->world);
    pt_run_close(&go->workload);
    pt_tally_free(go->tally);
    pt_run_machine_fini(&go->machine);
    pt_free(go->place_state);
    pt_free(go->straggler_state);
    pt_free(go->fault_state);
    pt_free(go->checkpoint_state);
    pt_run_breakers_fini(go->breakers, go->nbreakers > 0 ? go->nbreakers : 0);
    pt_free(go->rack);
    pt_free(go->gpus);
    pt_free(go->names);
    pt_free(go->slow);
    pt_free(go->errors);
    pt_free(go->config);
    pt_free(go->title);
    *go = (struct going){.run = go->run,
                         .report = go->report,
                         .wall_s = go->wall_s,
                         .cpu_s = go->cpu_s};
}

static struct pt_tally *open_tally(const struct pt_settings *settings)
{
    struct pt_err ignored = {.code = PT_ERR_NONE};
    struct pt_warmup warmup;
    int status = pt_warmup_read(settings->warmup, &warmup, &ignored);

    pt_assert(status == 0);
    return pt_tally_new(settings->tau, warmup);
}

static int run_once(struct going *go, struct pt_err *err)
{
    const struct pt_run *run = go->run;
    struct pt_report *report = go->report;
    int status = -1;

    report->settings = run->settings;
    if (pt_run_open(run, &report->settings, report->sorted, &go->workload,
                    err) < 0)
        return -1;
    pt_ledger_init(&report->ledger);
    go->tally = open_tally(&report->settings);
    if (open_world(go, err) == 0 && find_machine(go, err) == 0) {
        go->config = pt_run_config(run, &report->settings, &go->machine);
        go->title = pt_run_workload(run);
        if (open_outputs(go, err) == 0)
            status = run->floor
                         ? pt_floor_run(go->workload.source, go->workload.state,
                                        watch_floor, go, run->interrupted, err)
                         : schedule(go, err);
        if (status == 0)
            status = close_books(go, err);
    }
    take_stock(go);
    if (status == 0)
        status = commit_outputs(go, err);
    close_run(go);
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
