/* draw.c - the engine: from requests to files. */
#include "plots/figure.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/alloc.h"
#include "base/assert.h"
#include "base/text.h"
#include "plots/file.h"
#include "plots/gnuplot.h"
#include "plots/latex.h"

enum { NOTE = sizeof((struct pt_err *)NULL)->text };

/* A drawing under way. */
struct engine {
    const char *dir;
    char *folder; /* of the figures */
    const struct pt_drawing *drawing;
    struct pt_results results; /* those that ONLY chooses; found if it is set */
    char *only;
    int *missing;
    char left_out[80];  /* that there are more runs than figures show, or "" */
    char undrawn[NOTE]; /* "NAME: why not; ..." */
};

static const char *const *find_script(const char *name)
{
    const struct pt_script *script = pt_scripts;

    while (script->name && strcmp(script->name, name) != 0)
        script++;
    pt_assert(script->name);
    return script->lines;
}

static void write_script(FILE *stream, const char *const *lines)
{
    for (; *lines; lines++)
        fputs(*lines, stream);
}

/* Whether PATH holds LINES, byte for byte; -1 if there is no such file. */
static int holds(const char *path, const char *const *lines)
{
    FILE *stream = fopen(path, "r");
    bool same = true;

    if (!stream)
        return -1;
    for (; *lines && same; lines++)
        for (const char *c = *lines; *c && same; c++)
            same = getc(stream) == (unsigned char)*c;
    same = same && getc(stream) == EOF;
    fclose(stream);
    return same ? 1 : 0;
}

/* A style.gp that somebody has edited stays; ours goes beside it. */
static int write_style(const char *folder, struct pt_err *err)
{
    const char *const *lines = find_script("style");
    char *path = pt_results_path(folder, "style.gp");
    struct pt_file file = {0};
    int there, result;

    there = holds(path, lines);
    pt_free(path);
    if (there > 0)
        return 0;
    result =
        pt_file_open(&file, folder, "style.gp", there < 0 ? "" : ".new", err);
    if (result == 0)
        write_script(file.stream, lines);
    return pt_file_close(&file, result == 0, err);
}

/* name, of the files, and id, of what is in the svg: letters, digits and '_'.
 */
static void write_name(struct pt_figure_job *job, const char *name)
{
    char *id = pt_text_dup(name, strlen(name));

    for (char *c = id; *c; c++)
        if (*c == '-' || *c == '.')
            *c = '_';
    pt_figure_text(job, "name", name);
    pt_figure_text(job, "id", id);
    pt_free(id);
}

static void write_head(struct pt_figure_job *job,
                       const struct pt_figure_request *request)
{
    fprintf(job->script,
            "# %s.gp - %s.\n"
            "# To draw it again: gnuplot -e \"fmt='pdf'\" %s.gp"
            " (svg, pdf, png or tex).\n"
            "# Fonts, widths and colours: style.gp.\n",
            request->name, request->figure->summary, request->name);
    pt_figure_real(job, "points", job->paper->points);
    write_name(job, request->name);
}

/* Writes NAME.dat and NAME.gp; 0, 1 = nothing to draw, -1. */
static int write_sources(struct engine *engine,
                         const struct pt_figure_request *request,
                         struct pt_err *err)
{
    const struct pt_drawing *drawing = engine->drawing;
    const struct pt_figure *figure = request->figure;
    struct pt_figure_job job = {
        .results = &engine->results,
        .state = request->state,
        .paper = drawing->paper ? drawing->paper : &pt_papers[0],
        .columns = drawing->columns,
        .script_name = figure->script ? figure->script : figure->name,
    };
    struct pt_file data = {0}, script = {0};
    int result = -1;

    if (pt_file_open(&data, engine->folder, request->name, ".dat", err) == 0 &&
        pt_file_open(&script, engine->folder, request->name, ".gp", err) == 0) {
        job.data = data.stream;
        job.script = script.stream;
        write_head(&job, request);
        result = figure->data(&job, err);
        /* Who draws nothing has not chosen its script either. */
        if (result == 0)
            write_script(job.script, find_script(job.script_name));
    }
    if (pt_file_close(&data, result == 0, err) != 0)
        result = -1;
    if (pt_file_close(&script, result == 0, err) != 0)
        result = -1;
    return result;
}

/* Draws NAME.FORMAT. */
static int draw_format(struct engine *engine, const char *name,
                       const char *format, struct pt_err *err)
{
    char *script = pt_file_concat(name, ".gp");
    char *ending = pt_file_concat(".", format);
    struct pt_file file;
    bool drawn;
    int result;

    pt_file_name(&file, engine->folder, name, ending);
    result =
        pt_gnuplot_run(engine->folder, script, format,
                       strrchr(file.partial, '/') + 1, engine->missing, err);
    drawn = result == 0 && !*engine->missing;
    if (pt_file_place(&file, drawn, err) != 0)
        result = -1;
    pt_free(ending);
    pt_free(script);
    return result;
}

static int draw_formats(struct engine *engine, const char *name,
                        struct pt_err *err)
{
    static const struct {
        unsigned bit;
        const char *name;
    } formats[] = {
        {PT_FIGURE_SVG, "svg"}, {PT_FIGURE_PDF, "pdf"}, {PT_FIGURE_PNG, "png"}};
    unsigned wanted = engine->drawing->formats;
    bool latex = engine->drawing->latex;

    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        if (wanted != 0 && !(wanted & formats[i].bit))
            continue;
        /* That pdf is the one without letters. */
        if (latex && formats[i].bit == PT_FIGURE_PDF)
            continue;
        if (!*engine->missing &&
            draw_format(engine, name, formats[i].name, err) != 0)
            return -1;
    }
    if (latex && !*engine->missing)
        return pt_latex_draw(engine->folder, name, engine->missing, err);
    return 0;
}

/* What of the runs REQUEST is drawn from. */
static const char *only_of(const struct pt_figure_request *request)
{
    const struct pt_param *param =
        request->figure->params ? pt_param_find(request->figure->params, "only")
                                : NULL;

    if (!param || param->type != PT_PARAM_TEXT || request->figure->file)
        return "";
    return (const char *)request->state + param->offset;
}

/* Finds the runs that ONLY chooses, unless they are there. */
static int find_runs(struct engine *engine, const char *only,
                     struct pt_err *err)
{
    if (engine->only && strcmp(engine->only, only) == 0)
        return 0;
    pt_results_fini(&engine->results);
    pt_free(engine->only);
    engine->only = pt_text_dup(only, strlen(only));
    return pt_results_find(&engine->results, engine->dir, only, err);
}

/* Whether there is what REQUEST is drawn from; else ERR.text says what is not.
 */
static bool has_input(const struct engine *engine,
                      const struct pt_figure_request *request,
                      struct pt_err *err)
{
    const char *file = request->figure->file, *only = only_of(request);

    if (file ? pt_results_hold(engine->dir, file) : engine->results.n > 0)
        return true;
    if (file || !only[0])
        snprintf(err->text, sizeof err->text, "there is no %s",
                 file ? file : "run");
    else
        snprintf(err->text, sizeof err->text, "there is no run of only=%s",
                 only);
    return false;
}

/* Whether NAME's sources are there; else ERR.text says that they are not. */
static bool has_sources(const struct engine *engine, const char *name,
                        struct pt_err *err)
{
    char *script = pt_file_concat(name, ".gp");
    char *data = pt_file_concat(name, ".dat");
    bool found = pt_results_hold(engine->folder, script) &&
                 pt_results_hold(engine->folder, data);

    if (!found)
        snprintf(err->text, sizeof err->text, "there is no figures/%s", script);
    pt_free(script);
    pt_free(data);
    return found;
}

/* 0 = drawn, 1 = nothing to draw, and ERR.text says why, -1. */
static int draw_figure(struct engine *engine,
                       const struct pt_figure_request *request,
                       struct pt_err *err)
{
    int result;

    if (engine->drawing->again)
        return has_sources(engine, request->name, err)
                   ? draw_formats(engine, request->name, err)
                   : 1;
    if (!request->figure->file && find_runs(engine, only_of(request), err) != 0)
        return -1;
    if (!has_input(engine, request, err))
        return 1;
    result = write_sources(engine, request, err);
    return result == 0 ? draw_formats(engine, request->name, err) : result;
}

/* Adds WHAT to TEXT [SIZE]; what there is no room for is cut off. */
static void add(char *text, size_t size, const char *what)
{
    size_t used = strlen(text);

    pt_text_copy(text + used, size - used, what);
}

/* Notes what became of REQUEST, if not all was drawn; RESULT is 0 or 1. */
static void note(struct engine *engine, const struct pt_figure_request *request,
                 int result, struct pt_err *err)
{
    const struct pt_results *results = &engine->results;

    if (result > 0) {
        add(engine->undrawn, NOTE, engine->undrawn[0] ? "; " : "");
        add(engine->undrawn, NOTE, request->name);
        add(engine->undrawn, NOTE, ": ");
        add(engine->undrawn, NOTE, err->text);
    } else if (!request->figure->file && results->left_out > 0) {
        snprintf(engine->left_out, sizeof engine->left_out,
                 "drawn: %d runs of %d", results->n,
                 results->n + results->left_out);
    }
    err->text[0] = '\0';
}

/* Of figures that nobody asked for by name it is told that there was nothing to
 * draw only if that is so of all. */
static int draw_all(struct engine *engine,
                    const struct pt_figure_request *requests, int n, bool named,
                    struct pt_err *err)
{
    int drawn = 0;

    for (int i = 0; i < n; i++) {
        int result = draw_figure(engine, &requests[i], err);

        if (result < 0)
            return -1;
        drawn += result == 0;
        note(engine, &requests[i], result, err);
    }
    if (!named && drawn > 0)
        engine->undrawn[0] = '\0';
    pt_text_copy(err->text, sizeof err->text, engine->left_out);
    if (engine->undrawn[0] && err->text[0])
        add(err->text, sizeof err->text, "; ");
    add(err->text, sizeof err->text, engine->undrawn);
    return 0;
}

/* Whether there is anything at all to draw from; if not, what is wrong with the
 * runs is told. */
static int check_input(const struct engine *engine,
                       const struct pt_figure_request *requests, int n,
                       struct pt_err *err)
{
    struct pt_results results;
    int result;

    for (int i = 0; i < n; i++)
        if (requests[i].figure->file &&
            pt_results_hold(engine->dir, requests[i].figure->file))
            return 0;
    result = pt_results_init(&results, engine->dir, err);
    pt_results_fini(&results);
    return result;
}

/* Makes the folder; everything but the figures themselves. */
static int prepare(const struct engine *engine,
                   const struct pt_figure_request *requests, int n,
                   struct pt_err *err)
{
    for (int i = 0; i < n; i++)
        for (int k = 0; k < i; k++)
            if (strcmp(requests[i].name, requests[k].name) == 0)
                return pt_err_set(err, PT_ERR_USAGE,
                                  "two figures are called '%s' (give one a "
                                  "name: NAME=%s...)",
                                  requests[i].name, requests[i].figure->name);
    if (!engine->drawing->again && check_input(engine, requests, n, err) != 0)
        return -1;
    if (strchr(engine->dir, '\n'))
        return pt_err_at(err, PT_ERR_INPUT, engine->dir, 0, 0,
                         "has a line end in its name (gnuplot cannot go "
                         "there)");
    if (mkdir(engine->folder, 0777) != 0 && errno != EEXIST)
        return pt_err_at(err, PT_ERR_INTERNAL, engine->folder, 0, 0,
                         "cannot be written: %s", strerror(errno));
    return write_style(engine->folder, err);
}

/* Every figure with its defaults, [*N]. */
static struct pt_figure_request *all_figures(int *n)
{
    struct pt_figure_request *requests;
    struct pt_err err = {.code = PT_ERR_NONE};

    for (*n = 0; pt_figures[*n];)
        ++*n;
    requests = pt_alloc((size_t)*n + 1, sizeof *requests);
    for (int i = 0; i < *n; i++) {
        int result =
            pt_figure_request_read(&requests[i], pt_figures[i]->name, &err);

        pt_assert(result == 0);
    }
    return requests;
}

int pt_figures_draw(const char *dir, const struct pt_figure_request *requests,
                    int n, const struct pt_drawing *drawing, int *missing,
                    struct pt_err *err)
{
    struct engine engine = {
        .dir = dir,
        .folder = pt_results_path(dir, "figures"),
        .drawing = drawing,
        .results = {.dir = pt_text_dup(dir, strlen(dir))},
        .missing = missing,
    };
    struct pt_figure_request *all = requests ? NULL : all_figures(&n);
    int result;

    *missing = 0;
    result = prepare(&engine, all ? all : requests, n, err);
    if (result == 0)
        result = draw_all(&engine, all ? all : requests, n, !all, err);
    for (int i = 0; all && i < n; i++)
        pt_figure_request_fini(&all[i]);
    pt_free(all);
    pt_results_fini(&engine.results);
    pt_free(engine.only);
    pt_free(engine.folder);
    return result;
}
