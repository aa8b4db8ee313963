#include "figure.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/alloc.h"
#include "base/assert.h"
#include "base/text.h"
#include "plots/gnuplot.h"

static const char *const formats[] = {"svg", "pdf", "png"};

static int disk_error(const char *path, int number, struct pt_err *err)
{
    return pt_err_at(err, PT_ERR_INTERNAL, path, 0, 0, "cannot be written: %s",
                     strerror(number));
}

/* A file that is there only when whole: written as PATH.tmp. */
struct file {
    char *path, *partial;
    FILE *stream;
};

static char *concat(const char *a, const char *b)
{
    size_t na = strlen(a);
    size_t nb = strlen(b);
    char *text = pt_alloc(na + nb + 1, 1);

    memcpy(text, a, na);
    memcpy(text + na, b, nb);
    return text;
}

static int file_open(struct file *file, const char *folder, const char *name,
                     const char *ending, struct pt_err *err)
{
    char *full = concat(name, ending);

    file->path = pt_results_path(folder, full);
    file->partial = concat(file->path, ".tmp");
    file->stream = fopen(file->partial, "w");
    pt_free(full);
    if (!file->stream)
        return disk_error(file->path, errno, err);
    return 0;
}

/* Puts the file in its place if KEEP is set, else removes it. */
static int file_close(struct file *file, bool keep, struct pt_err *err)
{
    int result = 0;

    if (file->stream) {
        bool failed = ferror(file->stream) != 0;

        errno = failed ? EIO : 0;
        failed = fclose(file->stream) != 0 || failed;
        if (keep && !failed)
            failed = rename(file->partial, file->path) != 0;
        if (keep && failed)
            result = disk_error(file->path, errno, err);
        if (!keep || failed)
            unlink(file->partial);
    }
    pt_free(file->path);
    pt_free(file->partial);
    *file = (struct file){0};
    return result;
}

static const char *const *find_script(const char *name)
{
    for (const struct pt_script *script = pt_scripts; script->name; script++)
        if (strcmp(script->name, name) == 0)
            return script->lines;
    return NULL;
}

static void write_script(FILE *stream, const char *const *lines)
{
    for (; *lines; lines++)
        fputs(*lines, stream);
}

/* How many bytes of UTF-8 TEXT begins with, or 0 if that is no character that a
 * script can hold. */
static size_t utf8_length(const unsigned char *text)
{
    size_t n = text[0] < 0x80                       ? 1
               : text[0] >= 0xc2 && text[0] <= 0xdf ? 2
               : text[0] >= 0xe0 && text[0] <= 0xef ? 3
               : text[0] >= 0xf0 && text[0] <= 0xf4 ? 4
                                                    : 0;

    if (text[0] < 0x20 || text[0] == 0x7f)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    /* Overlong forms, surrogates, beyond the last plane. */
    if ((text[0] == 0xe0 && text[1] < 0xa0) ||
        (text[0] == 0xed && text[1] > 0x9f) ||
        (text[0] == 0xf0 && text[1] < 0x90) ||
        (text[0] == 0xf4 && text[1] > 0x8f))
        return 0;
    return n;
}

char *pt_figure_quote(const char *text)
{
    char *quoted = pt_alloc(2 * strlen(text) + 3, 1);
    char *to = quoted;

    *to++ = '\'';
    while (*text) {
        size_t n = utf8_length((const unsigned char *)text);

        if (n == 0)
            *to++ = '?';
        else
            memcpy(to, text, n);
        to += n;
        if (*text == '\'')
            *to++ = '\'';
        text += n == 0 ? 1 : n;
    }
    *to = '\'';
    return quoted;
}

void pt_figure_int(struct pt_figure_job *job, const char *name, int64_t value)
{
    fprintf(job->script, "%s = %lld\n", name, (long long)value);
}

void pt_figure_real(struct pt_figure_job *job, const char *name, double value)
{
    char text[40];

    snprintf(text, sizeof text, "%.10g", value);
    /* Gnuplot divides integers as C does. */
    fprintf(job->script, "%s = %s%s\n", name, text,
            strpbrk(text, ".e") ? "" : ".0");
}

void pt_figure_text(struct pt_figure_job *job, const char *name,
                    const char *text)
{
    char *quoted = pt_figure_quote(text);

    fprintf(job->script, "%s = %s\n", name, quoted);
    pt_free(quoted);
}

void pt_figure_labels(struct pt_figure_job *job)
{
    pt_figure_int(job, "n", job->results->n);
    fprintf(job->script, "array label[%d]\n", job->results->n);
    for (int i = 0; i < job->results->n; i++) {
        char *quoted = pt_figure_quote(job->results->runs[i].label);

        fprintf(job->script, "label[%d] = %s\n", i + 1, quoted);
        pt_free(quoted);
    }
}

struct pt_panels pt_figure_panels(struct pt_figure_job *job, double height,
                                  double foot)
{
    const double width = 7.0, gap = 0.24, left = 0.52, right = 0.14;
    int n = job->results->n;
    int columns = n <= 4 ? 1 : 2;
    int rows = (n + columns - 1) / columns;
    struct pt_panels panels = {
        .columns = columns,
        .rows = rows,
        .width = width / columns - left - right,
        .height = height,
    };

    pt_figure_real(job, "W", width);
    pt_figure_real(job, "H", rows * (height + gap) + foot);
    pt_figure_int(job, "columns", columns);
    pt_figure_int(job, "rows", rows);
    pt_figure_real(job, "panel_w", panels.width);
    pt_figure_real(job, "panel_h", height);
    pt_figure_real(job, "gap", gap);
    pt_figure_real(job, "left", left);
    pt_figure_real(job, "foot", foot);
    pt_figure_labels(job);
    return panels;
}

struct pt_figure_unit pt_figure_unit(pt_time span)
{
    static const struct {
        double most; /* seconds: longer spans want the next unit */
        struct pt_figure_unit unit;
    } units[] = {
        {1e-3, {"us", 1}},          {1, {"ms", 1e3}},
        {180, {"s", 1e6}},          {3 * 3600.0, {"min", 60e6}},
        {4 * 86400.0, {"h", 36e8}}, {0, {"days", 864e8}},
    };
    int i = 0;

    while (units[i].most > 0 && (double)span / 1e6 > units[i].most)
        i++;
    return units[i].unit;
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
    struct file file = {0};
    int there, result;

    pt_assert(lines);
    there = holds(path, lines);
    pt_free(path);
    if (there > 0)
        return 0;
    result = file_open(&file, folder, "style.gp", there < 0 ? "" : ".new", err);
    if (result == 0)
        write_script(file.stream, lines);
    return file_close(&file, result == 0, err);
}

/* name, of the files, and id, of what is in the svg: no dash may be there. */
static void write_name(struct pt_figure_job *job, const char *name)
{
    char *id = pt_text_dup(name, strlen(name));

    for (char *c = id; *c; c++)
        if (*c == '-')
            *c = '_';
    pt_figure_text(job, "name", name);
    pt_figure_text(job, "id", id);
    pt_free(id);
}

/* Writes NAME.dat and NAME.gp; 0, 1 = nothing to draw, -1. */
static int write_sources(const struct pt_figure *figure,
                         const struct pt_results *results, const char *folder,
                         struct pt_err *err)
{
    const char *const *lines = find_script(figure->name);
    struct pt_figure_job job = {.results = results};
    struct file data = {0}, script = {0};
    int result;

    pt_assert(lines);
    if (file_open(&data, folder, figure->name, ".dat", err) != 0 ||
        file_open(&script, folder, figure->name, ".gp", err) != 0) {
        result = -1;
    } else {
        job.data = data.stream;
        job.script = script.stream;
        fprintf(job.script,
                "# %s.gp - %s.\n"
                "# To draw it again: gnuplot -e \"fmt='pdf'\" %s.gp"
                " (svg, pdf or png).\n"
                "# Fonts, widths and colours: style.gp.\n",
                figure->name, figure->summary, figure->name);
        write_name(&job, figure->name);
        result = figure->data(&job, err);
        write_script(job.script, lines);
    }
    if (file_close(&data, result == 0, err) != 0)
        result = -1;
    if (file_close(&script, result == 0, err) != 0)
        result = -1;
    return result;
}

/* Draws NAME.FORMAT; sets *MISSING if there is no gnuplot. */
static int draw(const char *folder, const char *name, const char *format,
                int *missing, struct pt_err *err)
{
    char ending[8];
    char *script = concat(name, ".gp"), *out;
    struct file file = {0};
    int result;

    snprintf(ending, sizeof ending, ".%s", format);
    out = concat(name, ending);
    file.path = pt_results_path(folder, out);
    file.partial = concat(file.path, ".tmp");
    result = pt_gnuplot_run(folder, script, format,
                            strrchr(file.partial, '/') + 1, missing, err);
    if (result == 0 && !*missing && rename(file.partial, file.path) != 0)
        result = disk_error(file.path, errno, err);
    if (result != 0 || *missing)
        unlink(file.partial);
    pt_free(out);
    pt_free(script);
    file_close(&file, false, err);
    return result;
}

/* Adds WHAT to the note that ends up in ERR.text. */
static void add_note(char *note, size_t size, const char *what)
{
    size_t used = strlen(note);

    if (used > 0)
        pt_text_copy(note + used, size - used, "; ");
    used = strlen(note);
    pt_text_copy(note + used, size - used, what);
}

/* Whether there is what FIGURE is drawn from; else ERR.text says what is not.
 */
static bool has_input(const struct pt_figure *figure,
                      const struct pt_results *results, struct pt_err *err)
{
    if (figure->file ? pt_results_hold(results->dir, figure->file)
                     : results->n > 0)
        return true;
    snprintf(err->text, sizeof err->text, "there is no %s",
             figure->file ? figure->file : "run");
    return false;
}

static int draw_figure(const struct pt_figure *figure,
                       const struct pt_results *results, const char *folder,
                       int *missing, struct pt_err *err)
{
    int nformats = (int)(sizeof formats / sizeof *formats);
    int result;

    if (!has_input(figure, results, err))
        return 1;
    result = write_sources(figure, results, folder, err);
    for (int i = 0; i < nformats && result == 0 && !*missing; i++)
        result = draw(folder, figure->name, formats[i], missing, err);
    return result;
}

/* Draws FIGURES [N]; the notes on what was not drawn go into NOTE.  Of those
 * that nobody asked for by NAME that is told only if there was none to draw. */
static int draw_all(const struct pt_results *results, const char *folder,
                    const struct pt_figure *const *figures, int n, bool named,
                    int *missing, char *note, size_t size, struct pt_err *err)
{
    char what[sizeof err->text + 64];
    int drawn = 0;

    if (results->left_out > 0) {
        snprintf(what, sizeof what, "drawn: %d runs of %d", results->n,
                 results->n + results->left_out);
        add_note(note, size, what);
    }
    size_t mark = strlen(note);
    for (int i = 0; i < n; i++) {
        int result = draw_figure(figures[i], results, folder, missing, err);

        if (result < 0)
            return -1;
        drawn += result == 0;
        if (result > 0) {
            snprintf(what, sizeof what, "%s: %s", figures[i]->name, err->text);
            add_note(note, size, what);
            err->text[0] = '\0';
        }
    }
    if (!named && drawn > 0)
        note[mark] = '\0';
    return 0;
}

/* Finds the runs in DIR, unless one of FIGURES [N] can do without. */
static int find_runs(struct pt_results *results, const char *dir,
                     const struct pt_figure *const *figures, int n,
                     struct pt_err *err)
{
    for (int i = 0; i < n && !pt_results_hold(dir, "runs"); i++)
        if (figures[i]->file && pt_results_hold(dir, figures[i]->file)) {
            pt_results_init_bare(results, dir);
            return 0;
        }
    return pt_results_init(results, dir, err);
}

int pt_figures_draw(const char *dir, const struct pt_figure *const *figures,
                    int n, int *missing, struct pt_err *err)
{
    struct pt_results results;
    char note[sizeof err->text] = "";
    char *folder = pt_results_path(dir, "figures");
    bool named = figures != NULL;
    int result;

    *missing = 0;
    if (!figures)
        for (figures = pt_figures, n = 0; figures[n];)
            n++;
    result = find_runs(&results, dir, figures, n, err);
    if (result == 0 && strchr(dir, '\n'))
        result = pt_err_at(err, PT_ERR_INPUT, dir, 0, 0,
                           "has a line end in its name (gnuplot cannot go "
                           "there)");
    if (result == 0 && mkdir(folder, 0777) != 0 && errno != EEXIST)
        result = disk_error(folder, errno, err);
    if (result == 0)
        result = write_style(folder, err);
    if (result == 0)
        result = draw_all(&results, folder, figures, n, named, missing, note,
                          sizeof note, err);
    if (result == 0)
        pt_text_copy(err->text, sizeof err->text, note);
    pt_results_fini(&results);
    pt_free(folder);
    return result;
}
