#include "figure.h"

#include <string.h>
#include "base/alloc.h"

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

char *pt_figure_quote_tic(const char *text)
{
    char *doubled = pt_alloc(2 * strlen(text) + 1, 1), *to = doubled, *quoted;

    for (; *text; text++) {
        *to++ = *text;
        if (*text == '%')
            *to++ = '%';
    }
    *to = '\0';
    quoted = pt_figure_quote(doubled);
    pt_free(doubled);
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
    fprintf(job->script, "array label[%d]\narray style[%d]\n", job->results->n,
            job->results->n);
    for (int i = 0; i < job->results->n; i++) {
        char *quoted = pt_figure_quote(job->results->runs[i].label);

        fprintf(job->script, "label[%d] = %s; style[%d] = %d\n", i + 1, quoted,
                i + 1, job->results->runs[i].style);
        pt_free(quoted);
    }
}

struct pt_panels pt_figure_panels(struct pt_figure_job *job, double height,
                                  double foot)
{
    const double gap = 0.24, left = 0.52, right = 0.14, wide = 5;
    const double width = pt_figure_width(job, 2);
    int n = job->results->n;
    int columns = n <= 4 || width < wide ? 1 : 2;
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
