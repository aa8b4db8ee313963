/* papers.c - what figures are drawn for, and in which formats. */
#include "plots/figure.h"

#include <string.h>
#include "base/alloc.h"
#include "base/text.h"

const struct pt_paper pt_papers[] = {
    {.name = "screen", .column = 7, .full = 7, .points = 8},
    {.name = "acm", .column = 3.33, .full = 7, .points = 8},
    {.name = "ieee", .column = 3.5, .full = 7.16, .points = 8},
    {.name = "lncs", .column = 4.8, .full = 4.8, .points = 8},
    {.name = "usenix", .column = 3.33, .full = 7, .points = 8},
    {.name = NULL}};

static const char *const formats[] = {"svg", "pdf", "png"};

enum { FORMATS = sizeof formats / sizeof *formats };

/* "a, b or c" into TEXT [SIZE]. */
static void join(const char *const *names, int n, char *text, size_t size)
{
    text[0] = '\0';
    for (int i = 0; i < n; i++) {
        size_t used = strlen(text);

        snprintf(text + used, size - used, "%s%s",
                 i == 0      ? ""
                 : i + 1 < n ? ", "
                             : " or ",
                 names[i]);
    }
}

static int tell_unknown(const char *kind, const char *word,
                        const char *const *names, int n, struct pt_err *err)
{
    const char *near = pt_text_nearest(word, names, (size_t)n);
    char all[128];

    if (near)
        return pt_err_set(err, PT_ERR_USAGE,
                          "unknown %s '%s' (did you mean '%s'?)", kind, word,
                          near);
    join(names, n, all, sizeof all);
    return pt_err_set(err, PT_ERR_USAGE, "unknown %s '%s' (expected %s)", kind,
                      word, all);
}

const struct pt_paper *pt_paper_find(const char *name, struct pt_err *err)
{
    const char *names[sizeof pt_papers / sizeof *pt_papers];
    int n = 0;

    for (; pt_papers[n].name; n++) {
        if (strcmp(pt_papers[n].name, name) == 0)
            return &pt_papers[n];
        names[n] = pt_papers[n].name;
    }
    tell_unknown("paper", name, names, n, err);
    return NULL;
}

int pt_figure_formats_read(unsigned *bits, const char *text, struct pt_err *err)
{
    *bits = 0;
    for (;;) {
        size_t length = strcspn(text, ",");
        char *word = pt_text_dup(text, length);
        int i = 0;

        while (i < FORMATS && strcmp(word, formats[i]) != 0)
            i++;
        if (i == FORMATS)
            tell_unknown("format", word, formats, FORMATS, err);
        pt_free(word);
        if (i == FORMATS)
            return -1;
        *bits |= 1u << i;
        if (text[length] == '\0')
            return 0;
        text += length + 1;
    }
}

double pt_figure_width(const struct pt_figure_job *job, int columns)
{
    if (job->columns > 0)
        columns = job->columns;
    return columns > 1 ? job->paper->full : job->paper->column;
}
