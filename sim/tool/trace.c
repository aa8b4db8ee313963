#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tool/application.h"
#include "tool/generate.h"
#include "tool/generate_failures.h"
#include "tool/page.h"
#include "tool/say.h"
#include "tool/survey.h"
#include "tool/trace_failures.h"
#include "tool/verb.h"
#include "traces/eventlog/eventlog.h"

struct request {
    struct pt_study study;
    const char *words[3]; /* "info" or "generate", and what follows */
    int nwords;
    bool set;                             /* --set was given */
    struct pt_trace_failures_asked asked; /* what is for failure traces, and
                                        what is for all */
    const volatile int *stop;             /* set by a signal */
};

static int take_option(struct request *request,
                       const struct pt_options *options, struct pt_err *err)
{
    struct pt_trace_failures_asked *asked = &request->asked;

    if (pt_options_is(options, "set")) {
        request->set = true;
        return pt_study_set(&request->study, options->value, err);
    }
    if (pt_options_is(options, "nodes"))
        asked->nodes = options->value;
    else if (pt_options_is(options, "span"))
        asked->span = options->value;
    else if (pt_options_is(options, "system"))
        asked->system = options->value;
    else if (pt_options_is(options, "out"))
        asked->out = options->value;
    else
        asked->json = true;
    return 0;
}

static int take_arguments(struct request *request, struct pt_options *options,
                          struct pt_err *err)
{
    int status;

    while ((status = pt_options_next(options, err)) == 1) {
        if (options->option) {
            if (take_option(request, options, err) < 0)
                return -1;
        } else if (request->nwords == 3) {
            return pt_err_set(err, PT_ERR_USAGE, "trace: '%s' is one too many",
                              options->value);
        } else {
            request->words[request->nwords++] = options->value;
        }
    }
    return status;
}

static void print_time_line(const char *what, pt_time time)
{
    char text[PT_TIME_TEXT];

    text[pt_time_print(text, time)] = '\0';
    printf("%-22s %s s\n", what, text);
}

static void print_count(const char *what, int64_t count)
{
    printf("%-22s %" PRId64 "\n", what, count);
}

static void print_survey(const struct pt_study *study,
                         const struct pt_survey *survey)
{
    const struct pt_workload *workload = &study->workload;

    printf("%-22s %s\n", workload->path ? "trace" : "model", workload->text);
    printf("%-22s %s\n", "format", workload->source->name);
    if (survey->machine.processors > 0)
        print_count("processors", survey->machine.processors);
    if (survey->machine.nodes > 0)
        print_count("nodes in the header", survey->machine.nodes);
    if (survey->machine.unix_start > 0)
        print_count("unix start", survey->machine.unix_start);
    print_count("rows", survey->rows);
    print_count("jobs", survey->jobs);
    if (survey->jobs > 0) {
        print_count("  that failed", survey->failures);
        print_count("  with limit = length", survey->exact);
        print_count("users", survey->users);
        print_time_line("first submit", survey->first);
        print_time_line("last submit", survey->last);
        printf("%-22s %" PRId64 " to %" PRId64 "\n", "width", survey->narrowest,
               survey->widest);
        print_time_line("longest", survey->longest);
        printf("%-22s %.6g\n", "processor-seconds", survey->area_s);
    }
    if (!isnan(survey->load))
        printf("%-22s %.3f\n", "offered load", survey->load);
    printf("%-22s %s\n", "in order of submit", survey->sorted ? "no" : "yes");
    for (int32_t i = 0; i < survey->nrules; i++)
        printf("%s%-20s %9" PRId64 "  %s\n", i == 0 ? "rules\n  " : "  ",
               survey->rules[i].name, survey->rules[i].rows,
               survey->rules[i].what);
}

static bool is_eventlog(const struct pt_study *study)
{
    return study->workload.source == &pt_source_eventlog;
}

static int print_json(const struct pt_study *study,
                      const struct pt_survey *survey, void *state,
                      struct pt_err *err)
{
    const struct pt_workload *workload = &study->workload;
    struct pt_page page;
    struct pt_doc *doc = &page.doc;

    pt_page_open(&page);
    pt_doc_begin(doc, NULL, '{');
    pt_doc_text(doc, "schema", "protium.trace/1");
    pt_doc_text(doc, workload->path ? "trace" : "model", workload->text);
    pt_doc_text(doc, "format", workload->source->name);
    pt_doc_int(doc, "processors", survey->machine.processors);
    pt_doc_int(doc, "nodes", survey->machine.nodes);
    pt_doc_int(doc, "unix_start", survey->machine.unix_start);
    pt_doc_int(doc, "rows", survey->rows);
    pt_doc_int(doc, "jobs", survey->jobs);
    pt_doc_int(doc, "failures", survey->failures);
    pt_doc_int(doc, "exact_limits", survey->exact);
    pt_doc_int(doc, "users", survey->users);
    pt_doc_time(doc, "first_submit", survey->first);
    pt_doc_time(doc, "last_submit", survey->last);
    pt_doc_int(doc, "narrowest", survey->narrowest);
    pt_doc_int(doc, "widest", survey->widest);
    pt_doc_time(doc, "longest", survey->longest);
    pt_doc_real(doc, "processor_seconds", survey->area_s);
    pt_doc_real(doc, "offered_load", survey->load);
    pt_doc_bool(doc, "sorted", !survey->sorted);
    if (is_eventlog(study))
        pt_application_json(doc, survey, state);
    pt_json_rules(doc, survey->rules, survey->nrules);
    pt_doc_end(doc, '}');
    return pt_page_close(&page, err);
}

/* While the source is open. */
static int print(void *context, const struct pt_survey *survey, void *state,
                 struct pt_err *err)
{
    const struct request *request = context;
    const struct pt_study *study = &request->study;

    if (request->asked.json)
        return print_json(study, survey, state, err);
    if (!is_eventlog(study)) {
        print_survey(study, survey);
        return 0;
    }
    printf("%-22s %s\n", "trace", study->workload.text);
    printf("%-22s %s\n", "format", study->workload.source->name);
    pt_application_print(survey, state);
    return 0;
}

/* What is left of the options where there is no failure trace. */
static int take_workload_options(struct request *request, struct pt_err *err)
{
    const struct pt_trace_failures_asked *asked = &request->asked;
    const char *alien = asked->span     ? "span"
                        : asked->system ? "system"
                        : asked->out    ? "out"
                                        : NULL;

    if (alien)
        return pt_err_set(err, PT_ERR_USAGE,
                          "trace: --%s is for info of a failure trace", alien);
    if (asked->nodes)
        return pt_study_set_nodes(&request->study, asked->nodes, err);
    return 0;
}

static int failures_info(struct request *request, struct pt_err *err)
{
    if (request->set)
        return pt_err_set(err, PT_ERR_USAGE,
                          "trace info: --set is not for a failure trace, as "
                          "'%s' is",
                          request->words[1]);
    request->asked.path = request->words[1];
    request->asked.stop = request->stop;
    return pt_trace_failures_info(&request->asked, err);
}

static int info(struct request *request, struct pt_err *err)
{
    const struct pt_survey_eyes eyes = {.look = print, .context = request};
    struct pt_survey survey;

    if (request->nwords != 2)
        return pt_err_set(err, PT_ERR_USAGE,
                          "trace info needs one TRACE: a file or a model");
    if (pt_trace_failures_sniff(request->words[1]))
        return failures_info(request, err);
    if (take_workload_options(request, err) < 0)
        return -1;
    if (pt_workload_find(&request->study.workload, request->words[1], err) < 0)
        return -1;
    return pt_survey_look(&request->study, request->stop, &survey, &eyes, err);
}

static int generate_failures(struct request *request, struct pt_err *err)
{
    const struct pt_trace_failures_asked *asked = &request->asked;
    pt_time from = 0, until = PT_TIME_NEVER;
    int64_t outages = 0;

    if (asked->system || asked->out)
        return pt_err_set(err, PT_ERR_USAGE, "trace: --%s is for info",
                          asked->system ? "system" : "out");
    if (asked->nodes &&
        pt_study_set_nodes(&request->study, asked->nodes, err) < 0)
        return -1;
    if (asked->span &&
        pt_trace_failures_span(asked->span, &from, &until, err) < 0)
        return -1;
    if (pt_generate_failures(&request->study, request->words[1], from, until,
                             request->words[2], request->stop, &outages,
                             err) < 0)
        return -1;
    pt_say("%s: %" PRId64 " outages", request->words[2], outages);
    return 0;
}

static bool is_csv(const char *path)
{
    size_t n = strlen(path);

    return n >= 4 && strcmp(path + n - 4, ".csv") == 0;
}

static int generate(struct request *request, struct pt_err *err)
{
    struct pt_workload *workload = &request->study.workload;
    int64_t jobs;

    if (request->nwords != 3)
        return pt_err_set(err, PT_ERR_USAGE,
                          "trace generate needs a MODEL[:KEY=VALUE,...] and a "
                          "file OUT");
    if (is_csv(request->words[2]))
        return generate_failures(request, err);
    workload->text = request->words[1];
    if (take_workload_options(request, err) < 0)
        return -1;
    if (pt_workload_model(workload->text, &workload->source, &workload->params,
                          err) < 0)
        return -1;
    if (pt_generate(&request->study, request->words[2], request->stop, &jobs,
                    err) < 0)
        return -1;
    pt_say("%s: %" PRId64 " jobs", request->words[2], jobs);
    return 0;
}

static int trace_run(const struct pt_tool *tool, int argc, char **argv,
                     struct pt_err *err)
{
    struct request request = {.stop = tool->interrupted};
    struct pt_options options;
    int status;

    pt_study_init(&request.study);
    pt_options_open(&options, "trace", pt_verb_trace.options, argc, argv);
    status = take_arguments(&request, &options, err);
    pt_options_close(&options);
    if (status == 0) {
        const char *what = request.nwords > 0 ? request.words[0] : "";
        if (!what[0])
            status = pt_err_set(err, PT_ERR_USAGE,
                                "trace what? (expected info or generate)");
        else if (strcmp(what, "info") == 0)
            status = info(&request, err);
        else if (strcmp(what, "generate") == 0)
            status = generate(&request, err);
        else
            status = pt_err_set(err, PT_ERR_USAGE,
                                "trace '%s' is not known (expected info or "
                                "generate)",
                                what);
    }
    pt_study_fini(&request.study);
    return status;
}

static const struct pt_option trace_options[] = {
    {.name = "nodes",
     .letter = 'n',
     .arg = "N[xC]",
     .help =
         "The machine, as for replay. Of a failure trace: at least N nodes; "
         "those that it does not tell of never fail."},
    {.name = "set",
     .letter = 's',
     .arg = "KEY=VALUE",
     .help = "How rows become jobs: clean, wide, overrun, missing_limit, "
             "scale, seed, changes (protium list settings); may be repeated."},
    {.name = "json", .help = "info: print JSON."},
    {.name = "span",
     .arg = "A..B",
     .help = "Failure traces: only what is in this window counts, on the "
             "trace's own clock; seconds, or with a unit (10m, 2h, 1d). B "
             "alone is 0..B."},
    {.name = "system",
     .arg = "N",
     .help = "Failure traces of LANL: of this system alone."},
    {.name = "out",
     .letter = 'o',
     .arg = "DIR",
     .help = "Failure traces: write survival.csv and figures/survival.* there: "
             "data against the fitted laws. DIR must be new, empty, or an "
             "earlier one."},
    {.name = NULL}};

static const char *const trace_examples[] = {
    "protium trace info KTH-SP2.swf.gz --set clean=strict",
    "protium trace info eventlog_v2_app-20260801120000-0000",
    "protium trace info outages.csv --nodes 64 --span 0..30d",
    "protium trace info LA-UR-05-7318.csv.xz --system 20 --out lanl20",
    "protium trace generate lublin:jobs=10000,nodes=128 out.swf.gz --set "
    "seed=7",
    "protium trace generate hydrogen:jobs=200,load=0.9 out.json",
    "protium trace generate nodes:mtbf=90d+lemons out.csv --nodes 512 --span "
    "365d",
    NULL};

const struct pt_verb pt_verb_trace = {
    .name = "trace",
    .args = "info TRACE | generate MODEL OUT",
    .summary = "look at a trace, or make one",
    .text = "info reads TRACE from end to end and says what is in it, and how "
            "many rows each rule touched; of a Spark event log (a file, or the "
            "folder of a rolling one) also what the application did: jobs, "
            "stages, launches, executors, slots over time, critical path.\n"
            "Of a failure trace (the Failure Trace Archive's event tables, "
            "LANL's LA-UR-05-7318, or CSV with the header node,down,up,cause, "
            "in seconds) it says faults, outages, availability, MTBF, MTTR and "
            "causes, and which laws times up and down follow: exponential, "
            "Weibull, lognormal and gamma, fitted by maximum likelihood to "
            "those with both their ends in the trace, with Akaike's criterion "
            "(AIC; the least is marked) and the Kolmogorov-Smirnov distance. "
            "A law's scale is the lognormal's median, the exponential's mean. "
            "Where faults of a node overlap, it is down once.\n"
            "generate writes the jobs of a "
            "workload model (protium list models) to OUT: as pipelines "
            "(protium.pipeline/1) if OUT ends in .json, else in the Standard "
            "Workload Format, gzipped if OUT ends in .gz. If OUT ends in .csv, "
            "it writes what failure models (protium list failures) do to "
            "--nodes N in --span A..B, as a failure trace.\n",
    .options = trace_options,
    .examples = trace_examples,
    .run = trace_run};
