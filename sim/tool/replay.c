#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "run.h"
#include "sink/summary.h"
#include "experiments/folder.h"
#include "tool/notes.h"
#include "tool/page.h"
#include "tool/progress.h"
#include "experiments/study.h"
#include "tool/verb.h"

#define DEFAULT_POLICIES "fcfs,easy"

struct replay {
    struct pt_study study;
    const char *out;
    bool json, by_width, floor;
    struct pt_report *reports; /* [nruns] */
    struct pt_run *runs;       /* [nruns] */
    int nruns, nreports;
};

static int take_word(const char **trace, const char *word, struct pt_err *err)
{
    if (*trace)
        return pt_err_set(err, PT_ERR_USAGE,
                          "replay takes one TRACE; '%s' is one too many", word);
    *trace = word;
    return 0;
}

static int take_option(struct replay *replay, const struct pt_options *options,
                       struct pt_err *err)
{
    if (pt_options_is(options, "policy"))
        return pt_choices_add(&replay->study.choices, options->value, err);
    if (pt_options_is(options, "nodes"))
        return pt_study_set_nodes(&replay->study, options->value, err);
    if (pt_options_is(options, "set"))
        return pt_study_set(&replay->study, options->value, err);
    if (pt_options_is(options, "out"))
        replay->out = options->value;
    else if (pt_options_is(options, "json"))
        replay->json = true;
    else if (pt_options_is(options, "tape"))
        replay->study.tape = true;
    else if (pt_options_is(options, "floor"))
        replay->floor = true;
    else if (strcmp(options->value, "width") == 0)
        replay->by_width = true;
    else
        return pt_err_set(err, PT_ERR_USAGE,
                          "--by '%s' is not known (expected width)",
                          options->value);
    return 0;
}

/* What the input was recorded under is told with the settings. */
static int resolve(struct pt_study *study, struct pt_err *err)
{
    const struct pt_run run = pt_study_run(study, 0);

    return pt_run_resolve(&run, &study->settings, err);
}

static int take_arguments(struct replay *replay, struct pt_options *options,
                          struct pt_err *err)
{
    const char *trace = NULL;
    int status;

    while ((status = pt_options_next(options, err)) == 1) {
        status = options->option ? take_option(replay, options, err)
                                 : take_word(&trace, options->value, err);
        if (status < 0)
            return -1;
    }
    if (status < 0)
        return -1;
    if (!trace)
        return pt_err_set(err, PT_ERR_USAGE,
                          "replay needs a TRACE: a file, or a model such as "
                          "lublin:jobs=1000,nodes=128 (protium help replay)");
    if (replay->study.tape && !replay->out)
        return pt_err_set(err, PT_ERR_USAGE,
                          "--tape needs --out DIR: the tape is a file there");
    if (replay->study.choices.n == 0 &&
        pt_choices_add(&replay->study.choices, DEFAULT_POLICIES, err) < 0)
        return -1;
    if (pt_workload_find(&replay->study.workload, trace, err) < 0)
        return -1;
    return resolve(&replay->study, err);
}

/* One run per policy; the benchmark's floor comes first. */
static void list_runs(struct replay *replay)
{
    const int n = replay->study.choices.n;

    replay->runs = pt_alloc((size_t)n + 1, sizeof *replay->runs);
    replay->reports = pt_alloc((size_t)n + 1, sizeof *replay->reports);
    if (replay->floor) {
        struct pt_run *run = &replay->runs[replay->nruns++];
        *run = pt_study_run(&replay->study, 0);
        run->floor = true;
        run->label = "floor";
        run->policy_text = "floor";
    }
    for (int i = 0; i < n; i++)
        replay->runs[replay->nruns++] = pt_study_run(&replay->study, i);
}

static int go(struct replay *replay, int i, struct pt_err *err)
{
    struct pt_run *run = &replay->runs[i];
    char *dir = NULL;
    int status;

    if (replay->out) {
        dir = pt_folder_run(replay->out, run->label, err);
        if (!dir)
            return -1;
        run->dir = dir;
    }
    status = pt_run_go(run, &replay->reports[i], err);
    replay->nreports++;
    if (status < 0 && dir)
        rmdir(dir); /* nothing is in it */
    run->dir = NULL;
    pt_free(dir);
    return status;
}

static int go_all(struct replay *replay, const struct pt_tool *tool,
                  struct pt_err *err)
{
    struct pt_meter progress;
    int status = 0;

    if (tool->progress)
        pt_workload_count(&replay->study.workload);
    pt_progress_begin(&progress, tool->progress, replay->nruns,
                      replay->study.workload.rows);
    for (int i = 0; i < replay->nruns && status == 0; i++) {
        replay->runs[i].interrupted = tool->interrupted;
        replay->runs[i].progress = pt_progress_rows;
        replay->runs[i].progress_context = &progress;
        pt_progress_run(&progress, i, replay->runs[i].label);
        status = go(replay, i, err);
        pt_progress_end(&progress);
        if (status == 0) {
            pt_notes_input(&replay->reports[i],
                           i > 0 ? &replay->reports[i - 1] : NULL);
            pt_notes_run(&replay->reports[i]);
        }
    }
    return status;
}

static void print_title(const struct replay *replay, struct pt_out *out)
{
    const char *const keys[] = {"clean", "ties"};
    const struct pt_report *report = &replay->reports[0];
    char value[PT_PARAM_TEXT_SIZE];

    pt_out_text(out, pt_study_workload_name(&replay->study));
    pt_out_text(out, " on ");
    pt_out_int(out, report->nodes);
    pt_out_text(out, report->nodes == 1 ? " node" : " nodes");
    if (report->cores != 1) {
        pt_out_text(out, " of ");
        pt_out_int(out, report->cores);
        pt_out_text(out, " processors");
    }
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const struct pt_param *key = pt_param_find(pt_settings_params, keys[i]);
        pt_assert(key);
        pt_param_print(key, &replay->study.settings, value, sizeof value);
        pt_out_text(out, i == 0 ? "; " : " ");
        pt_out_text(out, keys[i]);
        pt_out_char(out, '=');
        pt_out_text(out, value);
    }
    pt_out_text(out, "\n\n");
}

static void print_percent(struct pt_out *out, double share)
{
    char text[32];

    snprintf(text, sizeof text, "%.3g %%", 100 * share);
    pt_out_text(out, text);
}

/* How near each run came to what was recorded. */
static void print_errors(const struct replay *replay, struct pt_out *out)
{
    bool first = true;

    for (int i = 0; i < replay->nruns; i++) {
        const struct pt_report *report = &replay->reports[i];
        if (report->stages_compared == 0)
            continue;
        if (first)
            pt_out_char(out, '\n');
        first = false;
        pt_out_text(out, report->run->label);
        pt_out_text(out, ": ");
        pt_out_int(out, report->stages_compared);
        pt_out_text(out, report->stages_compared == 1 ? " stage" : " stages");
        pt_out_text(out, " took what was recorded within ");
        print_percent(out, report->stage_error_p50);
        pt_out_text(out, " (median), ");
        print_percent(out, report->stage_error_p95);
        pt_out_text(out, " (95 % of them)\n");
    }
}

/* Jobs that the table does not have. */
static void print_unsubmitted(const struct replay *replay, struct pt_out *out)
{
    for (int i = 0; i < replay->nruns; i++) {
        const struct pt_report *report = &replay->reports[i];
        if (report->unsubmitted == 0)
            continue;
        pt_out_text(out, report->run->label);
        pt_out_text(out, ": ");
        pt_out_int(out, report->unsubmitted);
        pt_out_text(out, report->unsubmitted == 1 ? " job was" : " jobs were");
        pt_out_text(out, " never submitted: what comes before has not ended\n");
    }
}

static int print(const struct replay *replay, struct pt_err *err)
{
    struct pt_page page;

    pt_page_open(&page);
    if (replay->json) {
        pt_summary_json(&page.out, replay->reports, replay->nruns);
    } else {
        print_title(replay, &page.out);
        pt_summary_table(&page.out, replay->reports, replay->nruns, false);
        if (replay->by_width) {
            pt_out_char(&page.out, '\n');
            pt_summary_table(&page.out, replay->reports, replay->nruns, true);
        }
        print_errors(replay, &page.out);
        print_unsubmitted(replay, &page.out);
    }
    return pt_page_close(&page, err);
}

static int replay_all(struct replay *replay, const struct pt_tool *tool,
                      struct pt_err *err)
{
    bool fresh = false;
    int status = 0;

    if (replay->out)
        status = pt_folder_begin(replay->out, &replay->study, &fresh, err);
    if (status == 0)
        status = go_all(replay, tool, err);
    if (status == 0 && replay->out)
        status = pt_folder_end(replay->out, &replay->study, replay->reports,
                               replay->nruns, err);
    if (status == 0)
        return print(replay, err);
    if (fresh)
        pt_folder_undo(replay->out);
    return status;
}

static int replay_run(const struct pt_tool *tool, int argc, char **argv,
                      struct pt_err *err)
{
    struct replay replay = {.out = NULL};
    struct pt_options options;
    int status;

    pt_study_init(&replay.study);
    pt_options_open(&options, "replay", pt_verb_replay.options, argc, argv);
    status = take_arguments(&replay, &options, err);
    pt_options_close(&options);
    if (status == 0) {
        list_runs(&replay);
        status = replay_all(&replay, tool, err);
    }
    for (int i = 0; i < replay.nreports; i++)
        pt_report_fini(&replay.reports[i]);
    pt_free(replay.reports);
    pt_free(replay.runs);
    pt_study_fini(&replay.study);
    return status;
}

static const struct pt_option replay_options[] = {
    {.name = "policy",
     .letter = 'p',
     .arg = "P[,P...]",
     .help = "Policies to compare, each [LABEL=]NAME[:KEY=VALUE,...]; may be "
             "repeated. Default: " DEFAULT_POLICIES "."},
    {.name = "nodes",
     .letter = 'n',
     .arg = "N[xC]",
     .help = "The machine: N nodes of C processors each (C is 1 if left out). "
             "Default: the machine that TRACE tells of."},
    {.name = "set",
     .letter = 's',
     .arg = "KEY=VALUE",
     .help = "A setting of the replay (protium list settings); may be "
             "repeated."},
    {.name = "out",
     .letter = 'o',
     .arg = "DIR",
     .help = "Write study.json, summary.csv and runs/LABEL/ there; DIR must be "
             "new, empty, or an earlier result."},
    {.name = "by",
     .letter = 'b',
     .arg = "width",
     .help = "Split the table into classes of job width."},
    {.name = "json", .help = "Print the table as JSON."},
    {.name = "tape",
     .help = "Also write runs/LABEL/tape.jsonl: every fact and decision."},
    {.name = "floor",
     .hidden = true,
     .help = "Also time a run without scheduling: each job starts when it is "
             "submitted."},
    {.name = NULL}};

static const char *const replay_examples[] = {
    "protium replay KTH-SP2.swf.gz --policy fcfs,spark,easy --out kth",
    "protium replay lublin:jobs=2000,nodes=128 -p easy -p deep=easy:depth=4",
    "protium replay RICC.swf.gz --nodes 1024x8 --set clean=strict --by width",
    "protium replay eventlog.zstd --policy spark,easy --set gang=5", NULL};

const struct pt_verb pt_verb_replay = {
    .name = "replay",
    .args = "TRACE",
    .summary = "replay a trace, or a model's jobs, under each policy",
    .text = "TRACE is a file (protium list sources), plain or gzipped, or a "
            "workload model, NAME[:KEY=VALUE,...] (protium list models). "
            "Prints a table that compares the policies.\n",
    .options = replay_options,
    .examples = replay_examples,
    .run = replay_run};
