#include "legend.h"

#include <string.h>
#include "base/alloc.h"
#include "plots/letters.h"

enum { LABEL = 256 };

static const double sample = 0.3, gap = 0.06, between = 0.16, rim = 0.06,
                    line = 0.135, below = 0.08;

/* Into how many columns of CELL inches they go; rows are filled evenly. */
static int columns_of(int n, double cell, double width)
{
    int columns = (int)((width - 2 * rim + between) / cell);
    int rows;

    columns = columns < 1 ? 1 : columns > n ? n : columns;
    rows = (n + columns - 1) / columns;
    return (n + rows - 1) / rows;
}

static void write_key(struct pt_figure_job *job, int i, const char *label,
                      double x, double y)
{
    char *quoted = pt_figure_quote(label);

    fprintf(job->script, "key[%d] = %s; key_x[%d] = %.4f; key_y[%d] = %.4f\n",
            i + 1, quoted, i + 1, x, i + 1, y);
    pt_free(quoted);
}

static double longest_of(const char *const *labels, int n, double points,
                         double most)
{
    double longest = 0;

    for (int i = 0; i < n; i++) {
        double this = pt_letters_width(labels[i], points);

        longest = this > longest ? this : longest;
    }
    return longest > most ? most : longest;
}

double pt_legend_write(struct pt_figure_job *job, const char *const *labels,
                       int n, const char *note, double width)
{
    const double points = job->paper->points;
    const double most = width - 2 * rim - sample - gap;
    const double cell =
        sample + gap + longest_of(labels, n, points, most) + between;
    const int notes = note ? 1 : 0;
    const int columns = n > 0 ? columns_of(n, cell, width) : 1;
    const int rows = (n + columns - 1) / columns;
    const double left = (width - columns * cell + between) / 2;
    char label[LABEL];

    pt_figure_int(job, "nkeys", n + notes);
    pt_figure_real(job, "key_sample", sample);
    fprintf(job->script, "array key[%d]\narray key_x[%d]\narray key_y[%d]\n",
            n + 1, n + 1, n + 1);
    for (int i = 0; i < n; i++) {
        pt_letters_cut(label, sizeof label, labels[i], points, most);
        write_key(job, i, label, left + (i / rows) * cell,
                  below + (rows - 1 + notes - i % rows) * line);
    }
    if (note) {
        double length = sample + gap + longest_of(&note, 1, points, most);

        pt_letters_cut(label, sizeof label, note, points, most);
        write_key(job, n, label, (width - length) / 2, below);
    }
    return n + notes > 0 ? below + (rows + notes) * line : 0;
}
