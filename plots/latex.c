#include "latex.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/alloc.h"
#include "plots/file.h"
#include "plots/gnuplot.h"
#include "plots/results.h"

/* What stands before every text that gnuplot puts in place. */
#define STRUT "\\strut{}"

/* Where the text that begins at TEXT ends: the braces that were open on its
 * line before it, from BEGIN, are closed at the line's end. */
static const char *end_of_text(const char *begin, const char *text)
{
    const char *end = text + strcspn(text, "\n");
    int open = 0;

    for (const char *c = begin; c < text; c++)
        open += (*c == '{') - (*c == '}');
    if (end > text && end[-1] == '%')
        end--;
    while (open-- > 0 && end > text && end[-1] == '}')
        end--;
    return end;
}

/* TEXT as LaTeX prints it; what gnuplot itself wrote, in dollars, is that. */
static void write_text(FILE *to, const char *text, const char *end)
{
    static const struct {
        char c;
        const char *tex;
    } special[] = {
        {'\\', "\\textbackslash{}"},
        {'{', "\\{"},
        {'}', "\\}"},
        {'$', "\\$"},
        {'&', "\\&"},
        {'#', "\\#"},
        {'%', "\\%"},
        {'_', "\\_"},
        {'^', "\\textasciicircum{}"},
        {'~', "\\textasciitilde{}"},
        {'<', "\\textless{}"},
        {'>', "\\textgreater{}"},
    };
    int n = (int)(sizeof special / sizeof *special);

    if (end - text >= 2 && *text == '$' && end[-1] == '$') {
        fwrite(text, 1, (size_t)(end - text), to);
        return;
    }
    for (; text < end; text++) {
        int i = 0;

        while (i < n && special[i].c != *text)
            i++;
        if (i < n)
            fputs(special[i].tex, to);
        else
            putc(*text, to);
    }
}

/* Copies LINE; its texts are put right, and \includegraphics{DRAWN} is one of
 * NAME. */
static void write_line(FILE *to, const char *line, const char *drawn,
                       const char *name)
{
    const char *text = strstr(line, STRUT), *file, *end;

    if (text && strncmp(line + strspn(line, " "), "\\put", 4) == 0) {
        text += strlen(STRUT);
        end = end_of_text(line, text);
        fwrite(line, 1, (size_t)(text - line), to);
        write_text(to, text, end);
        fputs(end, to);
        return;
    }
    file = strstr(line, "\\includegraphics") ? strstr(line, drawn) : NULL;
    if (file) {
        fwrite(line, 1, (size_t)(file - line), to);
        fputs(name, to);
        line = file + strlen(drawn);
    }
    fputs(line, to);
}

static int rewrite(FILE *to, const char *path, const char *drawn,
                   const char *name, struct pt_err *err)
{
    FILE *from = fopen(path, "r");
    char *line = NULL;
    size_t size = 0;

    if (!from)
        return pt_err_at(err, PT_ERR_INTERNAL, path, 0, 0, "cannot be read: %s",
                         strerror(errno));
    while (getline(&line, &size, from) > 0)
        write_line(to, line, drawn, name);
    free(line);
    fclose(from);
    return 0;
}

int pt_latex_draw(const char *folder, const char *name, int *missing,
                  struct pt_err *err)
{
    char *script = pt_file_concat(name, ".gp");
    char *drawn = pt_file_concat(name, ".tmp");
    char *out = pt_file_concat(drawn, ".tex");
    char *raw = pt_results_path(folder, out);
    struct pt_file tex = {0}, pdf = {0};
    bool good = false;
    int result = pt_gnuplot_run(folder, script, "tex", out, missing, err);

    if (result == 0 && !*missing) {
        result = pt_file_open(&tex, folder, name, ".tex", err);
        if (result == 0)
            result = rewrite(tex.stream, raw, drawn, name, err);
        good = result == 0;
    }
    pt_file_name(&pdf, folder, name, ".pdf");
    pt_free(pdf.partial);
    pdf.partial = pt_file_concat(raw, "");
    memcpy(pdf.partial + strlen(raw) - 3, "pdf", 3);
    if (pt_file_place(&pdf, good, err) != 0 ||
        pt_file_close(&tex, good, err) != 0)
        result = -1;
    remove(raw);
    pt_free(raw);
    pt_free(out);
    pt_free(drawn);
    pt_free(script);
    return result;
}
