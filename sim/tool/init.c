/* init.c - a commented study to start from. */
#include <string.h>
#include <unistd.h>

#include "ask/policy_text.h"
#include "ask/workload.h"
#include "base/alloc.h"
#include "base/text.h"
#include "core/policy.h"
#include "experiments/study.h"
#include "experiments/study_parts.h"
#include "sink/doc.h"
#include "tool/say.h"
#include "tool/verb.h"
#include "traces/source.h"

#define SCHEMA "protium.study.schema.json"

/* What is asked for. */
struct request {
    const char *file; /* "-": standard output */
    const char *trace;
    const char *load; /* "A:B:STEP" */
    int64_t replications;
    struct pt_choices choices;
    struct pt_workload workload; /* of the trace */
    bool force;
};

/* ---- the command line ---- */

static int take_reps(struct request *request, const char *text,
                     struct pt_err *err)
{
    if (pt_text_read_int(&request->replications, text) &&
        request->replications >= 1 &&
        request->replications <= PT_STUDY_REPLICATIONS)
        return 0;
    return pt_err_set(err, PT_ERR_USAGE,
                      "--reps '%s' is no number of replications (expected 1 to "
                      "%d)",
                      text, PT_STUDY_REPLICATIONS);
}

/* Part I of "A:B:STEP" into TEXT [32]; false: there is none. */
static bool load_part(const char *load, int i, char text[32])
{
    for (; i > 0 && load; i--)
        load = strchr(load, ':') ? strchr(load, ':') + 1 : NULL;
    if (!load || strcspn(load, ":") >= 32)
        return false;
    return pt_text_copy(text, strcspn(load, ":") + 1, load), true;
}

/* Whether TEXT is digits, or digits with a point between them: a number in JSON
 * too. */
static bool is_plain(const char *text)
{
    static const char digits[] = "0123456789";
    const size_t whole = strspn(text, digits);

    if (whole == 0 || (whole > 1 && text[0] == '0'))
        return false;
    if (text[whole] == '\0')
        return true;
    const char *behind = text + whole + 1;
    return text[whole] == '.' && behind[0] != '\0' &&
           behind[strspn(behind, digits)] == '\0';
}

static int take_load(struct request *request, const char *text,
                     struct pt_err *err)
{
    double numbers[3];
    char part[32];
    bool good = !load_part(text, 3, part);

    for (int i = 0; i < 3 && good; i++)
        good = load_part(text, i, part) && is_plain(part) &&
               pt_text_read_real(&numbers[i], part);
    request->load = text;
    if (good && numbers[0] > 0 && numbers[1] >= numbers[0] && numbers[2] > 0)
        return 0;
    return pt_err_set(err, PT_ERR_USAGE,
                      "--load '%s' is no range of loads (expected "
                      "FROM:TO:STEP, such as 0.5:0.9:0.1)",
                      text);
}

static int take_option(struct request *request,
                       const struct pt_options *options, struct pt_err *err)
{
    if (pt_options_is(options, "policies"))
        return pt_choices_add(&request->choices, options->value, err);
    if (pt_options_is(options, "reps"))
        return take_reps(request, options->value, err);
    if (pt_options_is(options, "load"))
        return take_load(request, options->value, err);
    if (pt_options_is(options, "trace"))
        request->trace = options->value;
    else
        request->force = true;
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
        } else if (request->file) {
            return pt_err_set(err, PT_ERR_USAGE,
                              "init takes one FILE; '%s' is one too many",
                              options->value);
        } else {
            request->file = options->value;
        }
    }
    if (status < 0)
        return -1;
    if (!request->file)
        request->file = "study.json";
    if (request->choices.n == 0 &&
        pt_choices_add(&request->choices, "fcfs,easy,conservative", err) < 0)
        return -1;
    if (!request->trace)
        return 0;
    if (pt_workload_find(&request->workload, request->trace, err) < 0)
        return -1;
    if (request->workload.path)
        return 0;
    return pt_err_set(err, PT_ERR_USAGE,
                      "--trace '%s' is a model (expected a file; without "
                      "--trace, write the model into the study)",
                      request->trace);
}

/* ---- the text ---- */

static const char head[] =
    "// A study: what is run, under which policies, and what is varied.\n"
    "// protium run FILE carries it out; protium list tells what there is.\n"
    "{\n"
    "  // For editors, which then complete and explain all keys.\n"
    "  \"$schema\": \"" SCHEMA "\",\n"
    "  \"schema\": \"" PT_STUDY_SCHEMA "\",\n"
    "\n"
    "  // What the study is to answer, for those who read its results.\n";

static const char model[] =
    "  \"question\": \"How long do jobs wait under each policy as the load "
    "grows?\",\n"
    "\n"
    "  // Where jobs come from: a model and its parameters, what is left out\n"
    "  // being as usual (protium list models), or {\"trace\": FILE}.\n"
    "  \"workload\": {\n"
    "    \"model\": \"lublin\",\n"
    "    \"jobs\": 5000,\n"
    "    \"nodes\": 128,\n"
    "    // What is made of the jobs first, one after the other: \"window\", "
    "\"load\",\n"
    "    // \"estimates\", \"shake\" and more (protium list changes).\n"
    "    \"changes\": []\n"
    "  },\n"
    "\n"
    "  // The machine: N nodes of C processors each.\n"
    "  \"cluster\": {\"nodes\": 128, \"cores\": 1},\n";

static const char cluster[] =
    "\n"
    "  // The machine: {\"nodes\": N, \"cores\": C}; null is the one that the\n"
    "  // trace tells of.\n"
    "  \"cluster\": null,\n";

static const char setup[] =
    "\n"
    "  // What breaks nodes, \"nodes:mtbf=90d\" say (protium list failures).\n"
    "  \"failures\": \"none\",\n"
    "\n"
    "  // All other settings (protium list settings).\n"
    "  \"set\": {\n"
    "    // All that is random comes of this number: the same, the same "
    "bytes.\n"
    "    \"seed\": 1,\n"
    "    // The first jobs to end are left out of the means: none, N, N%, or "
    "mser\n"
    "    // (as many as MSER-5 says; what that is, is told anyway).\n"
    "    \"warmup\": \"1%\"\n"
    "  },\n"
    "\n"
    "  // What is compared, [LABEL=]NAME[:KEY=VALUE,...] (protium list "
    "policies).\n";

static const char baseline[] =
    "  // The one that the others are compared with, job stream by job "
    "stream.\n";

static const char rest[] =
    "  // Instead of a fixed number: go on until half the interval is at most\n"
    "  // `relative` of the mean, such as\n"
    "  // {\"metric\": \"wait_mean\", \"relative\": 0.05, \"most\": 200}\n"
    "  \"stop\": null,\n"
    "  // Of all intervals.\n"
    "  \"confidence\": 0.95,\n"
    "\n"
    "  // The tables' columns (protium list metrics).\n"
    "  \"metrics\": [\"wait_mean\", \"wait_p95\", \"bounded_slowdown_mean\", "
    "\"utilisation\"],\n"
    "  // [NAME=]FIGURE[:KEY=VALUE,...] (protium list figures).\n"
    "  \"figures\": [\"sweep:metric=wait_mean\", \"compare\"],\n"
    "\n"
    "  // Which runs leave their own files: all, first (of the replications),\n"
    "  // none.\n"
    "  \"files\": \"first\",\n"
    "  // Whether every job is in results.db too, and each run writes a tape.\n"
    "  \"jobs_in_db\": false,\n"
    "  \"tape\": false\n"
    "}\n";

static void put_trace(const struct request *request, struct pt_out *out)
{
    const bool here = request->file[0] == '-' || !strchr(request->file, '/');
    const bool staged = request->workload.source->staged;
    char *path = here ? pt_text_dup(request->trace, strlen(request->trace))
                      : pt_study_path_new("", request->trace);

    pt_out_text(out, "  \"question\": \"How long do the jobs of this trace "
                     "wait under each policy as the load grows?\",\n\n"
                     "  // Where jobs come from: a trace, seen from this "
                     "file.\n"
                     "  \"workload\": {\n    \"trace\": ");
    pt_out_json_text(out, path);
    pt_out_text(out, ",\n    // How it is read: \"");
    pt_out_text(out,
                ((const struct pt_plugin *)request->workload.source)->name);
    pt_out_text(out,
                "\" (protium list sources).\n"
                "    // What is made of the jobs first, one after the other "
                "(protium list\n"
                "    // changes): gaps are stretched to a load, then each "
                "replication is\n"
                "    // shaken a little in its own way, so that there is "
                "something to\n"
                "    // average over.\n");
    pt_out_text(out, staged ? "    \"changes\": [\"load:by=1\", \"shake\"]\n"
                            : "    \"changes\": [\"load:to=0.7\", "
                              "\"shake\"]\n");
    pt_out_text(out, "  },\n");
    pt_out_text(out, cluster);
    pt_free(path);
}

/* Whether TEXT alone asks for CHOICE, label and all. */
static bool says(const char *text, const struct pt_choice *choice)
{
    struct pt_choices choices = {.n = 0};
    struct pt_err ignored = {.code = PT_ERR_NONE};
    const bool same = pt_choices_add(&choices, text, &ignored) == 0 &&
                      choices.n == 1 &&
                      strcmp(choices.items[0].label, choice->label) == 0 &&
                      strcmp(choices.items[0].text, choice->text) == 0;

    pt_choices_fini(&choices);
    return same;
}

static void put_policy(const struct pt_choice *choice, struct pt_out *out)
{
    const struct pt_plugin *plugin = (const struct pt_plugin *)choice->policy;
    char *body = pt_study_short_new(plugin, choice->state);
    const size_t size = strlen(choice->label) + strlen(body) + 2;
    char *text = pt_alloc(size, 1);

    pt_text_copy(text, size, choice->label);
    if (!says(text, choice)) {
        pt_text_copy(text + strlen(text), 2, "=");
        pt_text_copy(text + strlen(text), size - strlen(text), body);
    }
    pt_out_json_text(out, text);
    pt_free(text);
    pt_free(body);
}

static void put_policies(const struct request *request, struct pt_out *out)
{
    const struct pt_choices *choices = &request->choices;

    pt_out_text(out, "  \"policies\": [");
    for (int i = 0; i < choices->n; i++) {
        pt_out_text(out, i > 0 ? ", " : "");
        put_policy(&choices->items[i], out);
    }
    pt_out_text(out, "],\n");
    pt_out_text(out, baseline);
    pt_out_text(out, "  \"baseline\": ");
    pt_out_json_text(out, choices->items[0].label);
    pt_out_text(out, ",\n\n");
}

static void put_grid(const struct request *request, struct pt_out *out)
{
    const bool staged = request->trace && request->workload.source->staged;
    const char *load = request->load ? request->load
                       : staged      ? "1:2:0.5"
                                     : "0.5:0.9:0.1";
    static const char *const keys[] = {
        "\"from\": ", ", \"to\": ", ", \"step\": "};
    char part[32];

    pt_out_text(out, "  // What is varied: an axis is a list of values, or a "
                     "range; each point of\n  // the grid is run under each "
                     "policy.  \"sets\" says what: a parameter of the\n"
                     "  // model, a setting, \"policy.depth\", "
                     "\"cluster.nodes\",\n"
                     "  // \"failures.nodes.mtbf\" and so on.\n"
                     "  \"grid\": {\n    \"load\": {\n      \"sets\": ");
    pt_out_text(out, !request->trace ? "\"workload.load\""
                     : staged        ? "\"changes.load.by\""
                                     : "\"changes.load.to\"");
    pt_out_text(out, ",\n      \"title\": ");
    pt_out_text(out,
                staged ? "\"load, of the trace's own\"" : "\"offered load\"");
    pt_out_text(out, ",\n      \"values\": {");
    for (int i = 0; i < 3 && load_part(load, i, part); i++) {
        pt_out_text(out, keys[i]);
        pt_out_text(out, part);
    }
    pt_out_text(out, "}\n    }\n  },\n\n"
                     "  // Runs of each policy at each point that differ in "
                     "nothing but luck; luck is\n  // the same for all "
                     "policies, so that differences are paired.\n"
                     "  \"replications\": ");
    pt_out_int(out, request->replications);
    pt_out_text(out, ",\n");
}

static void put_all(const struct request *request, struct pt_out *out)
{
    pt_out_text(out, head);
    if (request->trace)
        put_trace(request, out);
    else
        pt_out_text(out, model);
    pt_out_text(out, setup);
    put_policies(request, out);
    put_grid(request, out);
    pt_out_text(out, rest);
}

/* ---- the files ---- */

/* Where the schema goes: beside the study; the caller frees. */
static char *schema_path(const struct request *request)
{
    const char *slash = strrchr(request->file, '/');
    const size_t n = slash ? (size_t)(slash + 1 - request->file) : 0;
    char *path = pt_alloc(n + sizeof SCHEMA, 1);

    memcpy(path, request->file, n);
    memcpy(path + n, SCHEMA, sizeof SCHEMA);
    return path;
}

static int write_schema(const struct request *request, struct pt_err *err)
{
    char *path = schema_path(request);
    struct pt_out out;
    struct pt_doc doc;
    int status = pt_out_open(&out, path, err);

    if (status == 0) {
        pt_doc_init(&doc, &out);
        pt_study_schema(&doc);
        status = pt_out_commit(&out, NULL, err);
    }
    if (status == 0)
        pt_say("wrote %s, and %s for editors; next: protium run %s",
               request->file, path, request->file);
    pt_free(path);
    return status;
}

static int print(const struct request *request, struct pt_err *err)
{
    struct pt_out out;

    pt_out_attach(&out, STDOUT_FILENO);
    put_all(request, &out);
    return pt_out_commit(&out, NULL, err);
}

static int write_files(const struct request *request, struct pt_err *err)
{
    struct pt_out out;

    if (strcmp(request->file, "-") == 0)
        return print(request, err);
    if (!request->force && access(request->file, F_OK) == 0)
        return pt_err_set(err, PT_ERR_USAGE,
                          "%s is there already (expected another FILE, or "
                          "--force)",
                          request->file);
    if (pt_out_open(&out, request->file, err) < 0)
        return -1;
    put_all(request, &out);
    if (pt_out_commit(&out, NULL, err) < 0)
        return -1;
    return write_schema(request, err);
}

static int init_run(const struct pt_tool *tool, int argc, char **argv,
                    struct pt_err *err)
{
    struct request request = {.replications = 10};
    struct pt_options options;
    int status;

    (void)tool;
    pt_options_open(&options, "init", pt_verb_init.options, argc, argv);
    status = take_arguments(&request, &options, err);
    pt_options_close(&options);
    if (status == 0)
        status = write_files(&request, err);
    pt_choices_fini(&request.choices);
    pt_workload_fini(&request.workload);
    return status;
}

static const struct pt_option init_options[] = {
    {.name = "trace",
     .letter = 't',
     .arg = "FILE",
     .help = "The study is of this trace, its load varied, and shaken; "
             "otherwise it is of a model."},
    {.name = "policies",
     .letter = 'p',
     .arg = "P[,P...]",
     .help = "What it compares, each [LABEL=]NAME[:KEY=VALUE,...]; may be "
             "repeated. Default: fcfs,easy,conservative."},
    {.name = "load",
     .letter = 'l',
     .arg = "A:B:STEP",
     .help = "The loads, from A to B. Default: 0.5:0.9:0.1; of pipelines, "
             "whose own load is 1, 1:2:0.5."},
    {.name = "reps",
     .letter = 'r',
     .arg = "N",
     .help = "How many replications. Default: 10."},
    {.name = "force", .letter = 'f', .help = "Write over FILE."},
    {.name = NULL}};

static const char *const init_examples[] = {
    "protium init",
    "protium init kth.json --trace KTH-SP2.swf.gz --load "
    "0.6:0.95:0.05",
    "protium init - --policies fcfs,deep=backfill:depth=4 --reps 20", NULL};

const struct pt_verb pt_verb_init = {
    .name = "init",
    .args = "[FILE]",
    .summary = "write a study to start from, every key explained",
    .text = "FILE, study.json unless told, is a study with comments, to be "
            "changed and given to protium run. " SCHEMA " beside it lets "
            "editors complete and check it. FILE - is standard output, and "
            "has no schema.\n",
    .options = init_options,
    .examples = init_examples,
    .run = init_run};
