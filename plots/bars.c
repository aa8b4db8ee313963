#include "plots/bars.h"

#include "base/alloc.h"
#include "plots/legend.h"
#include "plots/letters.h"

enum { LABEL = 256 };

/* n and label[n], each at most MOST inches wide; returns the longest one's
 * width. */
static double write_labels(struct pt_figure_job *job, double most)
{
    const struct pt_results *results = job->results;
    const double points = job->paper->points;
    double longest = 0;

    pt_figure_int(job, "n", results->n);
    fprintf(job->script, "array label[%d]\n", results->n);
    for (int i = 0; i < results->n; i++) {
        char cut[LABEL], *quoted;
        double width;

        pt_letters_cut(cut, sizeof cut, results->runs[i].label, points, most);
        width = pt_letters_width(cut, points);
        longest = width > longest ? width : longest;
        quoted = pt_figure_quote_tic(cut);
        fprintf(job->script, "label[%d] = %s\n", i + 1, quoted);
        pt_free(quoted);
    }
    return longest;
}

void pt_bars_layout(struct pt_figure_job *job, double height,
                    const char *const *keys, int n)
{
    const double right = 0.2, width = pt_figure_width(job, 2);
    double names = write_labels(job, 0.45 * width);
    double legend = pt_legend_write(job, keys, n, NULL, width);
    double foot = legend + 0.47;

    pt_figure_real(job, "W", width);
    pt_figure_real(job, "H", job->results->n * height + foot + 0.1);
    pt_figure_real(job, "left", 0.22 + names);
    pt_figure_real(job, "right", right);
    pt_figure_real(job, "foot", foot);
    pt_figure_real(job, "keys", legend);
}
