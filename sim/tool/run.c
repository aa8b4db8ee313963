#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"
#include "experiments/campaign.h"
#include "experiments/folder.h"
#include "plots/figure.h"
#include "sink/out.h"
#include "tool/say.h"
#include "tool/verb.h"

/* Seconds between two looks at the progress line. */
#define REFRESH 0.1

/* A longer table is a file to be read. */
#define PRINTED 200

#define WORKERS 1024

struct request {
    struct pt_study study;
    const char *file, *out, *seed;
    const char **sets; /* [nsets] of --set */
    int nsets, workers;
    int64_t replications;   /* 0: the study's */
    bool force, dry, plain; /* plain: no figures */
    char *folder;           /* what `out` is, or is made of */
    double shown;           /* when progress was last told */
    bool line;              /* a line of progress is on the terminal */
    bool terminal;
};

static double clock_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* --- the command line --- */

static int take_number(const struct pt_options *options, int64_t most,
                       int64_t *n, struct pt_err *err)
{
    if (pt_text_read_int(n, options->value) && *n >= 1 && *n <= most)
        return 0;
    return pt_err_set(err, PT_ERR_USAGE,
                      "--%s '%s' is not a number of 1 to %" PRId64,
                      options->option->name, options->value, most);
}

static int take_workers(struct request *request,
                        const struct pt_options *options, struct pt_err *err)
{
    int64_t n = 0;
    const int status = take_number(options, WORKERS, &n, err);

    request->workers = (int)n;
    return status;
}

static int take_option(struct request *request,
                       const struct pt_options *options, struct pt_err *err)
{
    if (pt_options_is(options, "jobs"))
        return take_workers(request, options, err);
    if (pt_options_is(options, "replications"))
        return take_number(options, PT_STUDY_REPLICATIONS,
                           &request->replications, err);
    if (pt_options_is(options, "out"))
        request->out = options->value;
    else if (pt_options_is(options, "set"))
        request->sets[request->nsets++] = options->value;
    else if (pt_options_is(options, "seed"))
        request->seed = options->value;
    else if (pt_options_is(options, "force"))
        request->force = true;
    else if (pt_options_is(options, "dry-run"))
        request->dry = true;
    else if (pt_options_is(options, "no-figures"))
        request->plain = true;
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
                              "run takes one STUDY; '%s' is one too many",
                              options->value);
        } else {
            request->file = options->value;
        }
    }
    if (status == 0 && !request->file)
        return pt_err_set(
            err, PT_ERR_USAGE,
            "run needs a STUDY, a file (protium init makes one to "
            "start from)");
    return status;
}

/* The study as it is to be run; the folder of results, unless told, is the
 * study's name without its ending. */
static int read_study(struct request *request, struct pt_err *err)
{
    const char *ending = strrchr(request->file, '.');
    size_t n = strlen(request->file);

    if (pt_study_read(&request->study, request->file, err) < 0)
        return -1;
    for (int i = 0; i < request->nsets; i++)
        if (pt_study_set(&request->study, request->sets[i], err) < 0)
            return -1;
    if (request->seed && pt_settings_set(&request->study.settings, "--seed",
                                         "seed", request->seed, err) < 0)
        return -1;
    if (request->nsets > 0 && pt_study_root(&request->study, ".", err) < 0)
        return -1;
    if (request->study.settings.replication != 1)
        return pt_err_set(err, PT_ERR_USAGE,
                          "--set replication: it is each run's own (expected "
                          "--replications N: so many of them)");
    if (request->replications > 0)
        request->study.replications = request->replications;
    if (request->study.stop.metric[0] &&
        (request->study.replications < 2 ||
         request->study.replications > request->study.stop.most))
        return pt_err_set(err, PT_ERR_USAGE,
                          "--replications %" PRId64 ": the study's stop rule "
                          "wants 2 to %" PRId64,
                          request->study.replications,
                          request->study.stop.most);
    if (ending && strcmp(ending, ".json") == 0 && !strchr(ending, '/'))
        n -= strlen(ending);
    request->folder = request->out
                          ? pt_text_dup(request->out, strlen(request->out))
                          : pt_text_dup(request->file, n);
    if (!request->out && n == strlen(request->file))
        return pt_err_set(err, PT_ERR_USAGE,
                          "run needs --out DIR: '%s' does not end in .json",
                          request->file);
    return 0;
}

/* --- what is said on the way --- */

static void wipe(struct request *request)
{
    if (request->line)
        fputs("\r\033[K", stderr);
    request->line = false;
}

static void note(void *context, const char *line)
{
    wipe(context);
    pt_say("%s", line);
}

static void tell(void *context, const struct pt_campaign_state *state)
{
    struct request *request = context;
    const double now = clock_s();
    const int64_t over = state->done + state->failed;

    if (!request->terminal || now - request->shown < REFRESH)
        return;
    request->shown = now;
    request->line = true;
    fprintf(stderr, "\r\033[K%" PRId64 "/%" PRId64 " runs, %d %%", over,
            state->runs,
            (int)(100 * (double)over /
                  (double)(state->runs > 0 ? state->runs : 1)));
    if (state->failed > 0)
        fprintf(stderr, ", %" PRId64 " failed", state->failed);
    if (!isnan(state->left))
        fprintf(stderr, ", %d:%02d:%02d left", (int)(state->left / 3600),
                (int)fmod(state->left / 60, 60), (int)fmod(state->left, 60));
    fflush(stderr);
}

/* What it cost. */
static void say_costs(const struct request *request,
                      const struct pt_campaign_result *result)
{
    const struct pt_campaign_state *state = &result->state;
    const int64_t here = state->done - state->found + state->failed;

    if (here <= 0) {
        pt_say("%" PRId64 " runs were there already", state->found);
        return;
    }
    pt_say("%" PRId64 " run%s in %.1f s with %d worker%s; %" PRId64
           " were there already",
           here, here == 1 ? "" : "s", state->seconds, request->workers,
           request->workers == 1 ? "" : "s", state->found);
    pt_say("a run: %.2f ms itself, %.2f ms of a worker around it, %.2f ms of "
           "this process",
           1e3 * result->run_s / (double)here,
           1e3 * (state->seconds * request->workers - result->run_s) /
               (double)here,
           1e3 * result->parent_s / (double)here);
}

/* TEXT without what Markdown wants before signs. */
static void print_plain(const char *text)
{
    for (; *text; text++)
        if (text[0] != '\\' || !ispunct((unsigned char)text[1]))
            putchar(*text);
}

/* The table of means, if it is not too long. */
static void print_means(const char *dir)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    char *text = pt_folder_read(dir, "tables/means.md", &err);
    int lines = 0;

    for (const char *c = text; c && *c; c++)
        lines += *c == '\n';
    if (text && lines <= PRINTED)
        print_plain(text);
    else
        printf("%s/tables/means.md\n", dir);
    pt_free(text);
}

/* --- figures --- */

/* Whether FIGURE is there: one that somebody drew for a paper stays as it is.
 */
static bool is_drawn(const struct request *request,
                     const struct pt_figure_request *figure)
{
    const size_t size = strlen(figure->name) + sizeof "figures/.svg";
    char *name = pt_alloc(size, 1);
    bool there;

    snprintf(name, size, "figures/%s.svg", figure->name);
    there = pt_folder_holds(request->folder, ".", name);
    pt_free(name);
    return there;
}

/* FRESH: there are new runs. */
static int draw(const struct request *request, bool fresh, struct pt_err *err)
{
    const struct pt_study *study = &request->study;
    const struct pt_drawing drawing = {.paper = NULL};
    struct pt_figure_request *figures;
    int status = 0, missing = 0, n = 0;

    if (study->nfigures == 0 || request->plain)
        return 0;
    figures = pt_alloc((size_t)study->nfigures, sizeof *figures);
    for (int i = 0; i < study->nfigures && status == 0; i++) {
        status = pt_figure_request_read(&figures[n], study->figures[i], err);
        if (status == 0 && !fresh && is_drawn(request, &figures[n]))
            pt_figure_request_fini(&figures[n]);
        else
            n++;
    }
    if (status == 0 && n > 0)
        status = pt_figures_draw(request->folder, figures, n, &drawing,
                                 &missing, err);
    if (status == 0 && err->text[0])
        pt_say("%s", err->text);
    if (missing)
        pt_say("gnuplot is not installed: only the .gp and .dat files are "
               "there");
    for (int i = 0; i < n; i++)
        pt_figure_request_fini(&figures[i]);
    pt_free(figures);
    return status;
}

/* The overlay that FIGURE wants is a file as seen from the study's folder. Sees
 * whether it is there, or (COPY) copies it to the results, so that these can be
 * drawn again by themselves. */
static int find_overlay(const struct request *request,
                        const struct pt_figure_request *figure, bool copy,
                        struct pt_err *err)
{
    const struct pt_param *params =
        ((const struct pt_plugin *)figure->figure)->params;
    const struct pt_param *param =
        params ? pt_param_find(params, "overlay") : NULL;
    const char *slash = strrchr(request->file, '/');
    char name[PT_PARAM_TEXT_SIZE], *folder, *text;
    struct pt_out out;
    int status = -1;

    if (!param)
        return 0;
    pt_param_print(param, figure->state, name, sizeof name);
    if (!name[0] || name[0] == '/' ||
        pt_folder_holds(request->folder, ".", name))
        return 0;
    folder = slash ? pt_text_dup(request->file, (size_t)(slash - request->file))
                   : pt_text_dup(".", 1);
    text = pt_folder_read(folder, name, err);
    pt_free(folder);
    if (!text || !copy) {
        pt_free(text);
        return text ? 0 : -1;
    }
    folder = pt_folder_path(request->folder, name);
    if (pt_out_open(&out, folder, err) == 0) {
        pt_out_text(&out, text);
        status = pt_out_commit(&out, NULL, err);
    }
    pt_free(folder);
    pt_free(text);
    return status;
}

/* ERR is about TEXT, which stands in the study's file. */
static void find_place(const struct request *request, const char *text,
                       struct pt_err *err)
{
    struct pt_err ignored = {.code = PT_ERR_NONE};
    const bool rooted = request->file[0] == '/';
    char *all =
        pt_folder_read(rooted ? "/" : ".", request->file + rooted, &ignored);
    const char *at = all ? strstr(all, text) : NULL;

    err->code = PT_ERR_INPUT;
    pt_text_copy(err->file, sizeof err->file, request->file);
    err->line = 1;
    err->column = 1;
    for (const char *c = all; at && c < at - 1; c++) {
        err->column = *c == '\n' ? 1 : err->column + 1;
        err->line += *c == '\n';
    }
    pt_free(all);
}

/* What is wrong with a figure is told before anything runs; COPY: after that.
 */
static int check_figures(const struct request *request, bool copy,
                         struct pt_err *err)
{
    const struct pt_study *study = &request->study;

    for (int i = 0; i < study->nfigures; i++) {
        struct pt_figure_request figure;
        int status = pt_figure_request_read(&figure, study->figures[i], err);

        if (status == 0)
            status = find_overlay(request, &figure, copy, err);
        pt_figure_request_fini(&figure);
        if (status < 0 && !copy && !err->file[0])
            find_place(request, study->figures[i], err);
        if (status < 0)
            return -1;
    }
    return 0;
}

/* --- the verb --- */

/* A trial leaves nothing behind. */
static int go_dry(struct request *request, struct pt_campaign_options *options,
                  struct pt_err *err)
{
    const char *parent = getenv("TMPDIR");
    struct pt_campaign_result result;
    char dir[512];
    int status;

    snprintf(dir, sizeof dir, "%s/protium-XXXXXX",
             parent && parent[0] ? parent : "/tmp");
    if (!mkdtemp(dir))
        return pt_err_at(err, PT_ERR_INTERNAL, dir, 0, 0, "cannot be made");
    options->dry = true;
    status = pt_campaign_go(&request->study, dir, options, &result, err);
    wipe(request);
    if (err->code == PT_ERR_INTERRUPTED)
        snprintf(err->text, sizeof err->text,
                 "interrupted; a dry run leaves nothing");
    if (status == 0)
        printf("%" PRId64 " runs\n", result.state.runs);
    pt_folder_remove(dir);
    return status;
}

static int go(struct request *request, const struct pt_tool *tool,
              struct pt_err *err)
{
    struct pt_campaign_options options = {.workers = request->workers,
                                          .force = request->force,
                                          .interrupted = tool->interrupted,
                                          .tell = tell,
                                          .note = note,
                                          .context = request};
    struct pt_campaign_result result;
    int status;

    request->terminal = tool->progress;
    if (request->dry)
        return go_dry(request, &options, err);
    status = pt_campaign_go(&request->study, request->folder, &options, &result,
                            err);
    wipe(request);
    if (status < 0)
        return -1;
    say_costs(request, &result);
    print_means(request->folder);
    if (check_figures(request, true, err) < 0 ||
        draw(request, result.state.done > result.state.found, err) < 0)
        return -1;
    if (result.state.failed > 0)
        return pt_err_set(err, PT_ERR_PARTIAL,
                          "%" PRId64 " of %" PRId64 " runs failed; they are "
                          "done again by the same command",
                          result.state.failed, result.state.runs);
    return 0;
}

static int run_run(const struct pt_tool *tool, int argc, char **argv,
                   struct pt_err *err)
{
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    struct request request = {.workers = cores > 0 ? (int)cores : 1};
    struct pt_options options;
    int status;

    request.sets = pt_alloc((size_t)argc, sizeof *request.sets);
    pt_study_init(&request.study);
    pt_options_open(&options, "run", pt_verb_run.options, argc, argv);
    status = take_arguments(&request, &options, err);
    pt_options_close(&options);
    if (status == 0)
        status = read_study(&request, err);
    if (status == 0)
        status = check_figures(&request, false, err);
    if (status == 0)
        status = go(&request, tool, err);
    pt_study_fini(&request.study);
    pt_free(request.folder);
    pt_free(request.sets);
    return status;
}

static const struct pt_option run_options[] = {
    {.name = "out",
     .letter = 'o',
     .arg = "DIR",
     .help = "Where the results go; what is finished there is not done again. "
             "Default: STUDY without .json."},
    {.name = "jobs",
     .letter = 'j',
     .arg = "N",
     .help = "Worker processes; results do not depend on how many. Default: "
             "one a processor."},
    {.name = "replications",
     .letter = 'r',
     .arg = "N",
     .help = "So many replications, in place of the study's."},
    {.name = "seed",
     .arg = "S",
     .help = "The seed of all random streams; as --set seed=S."},
    {.name = "set",
     .letter = 's',
     .arg = "KEY=VALUE",
     .help = "A setting, in place of the study's (protium list settings); may "
             "be repeated."},
    {.name = "dry-run",
     .letter = 'n',
     .help = "Do a few runs, say what all would take, and leave nothing."},
    {.name = "force", .help = "Go on where the disk seems too small."},
    {.name = "no-figures", .help = "Draw nothing (protium plot DIR does)."},
    {.name = NULL}};

static const char *const run_examples[] = {
    "protium init study.json && protium run study.json",
    "protium run study.json --out results --jobs 8",
    "protium run study.json --dry-run", NULL};

const struct pt_verb pt_verb_run = {
    .name = "run",
    .args = "STUDY",
    .summary = "carry out a study: grid x policies x replications",
    .text =
        "STUDY is a JSON file (protium init writes one). Runs are done by "
        "worker "
        "processes; what is finished stays, whatever happens: the same command "
        "goes on from there, and a study that was changed does its new runs "
        "alone. Prints the table of means with their intervals; DIR has "
        "results.db (SQLite), summary.csv, cells.csv, tables/, figures/ and "
        "runs/. A run that crashes is reported, the rest goes on, and the exit "
        "code is 5.\n",
    .options = run_options,
    .examples = run_examples,
    .run = run_run};
