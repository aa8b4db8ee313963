#include "plots/bars.h"

#include <string.h>

void pt_bars_layout(struct pt_figure_job *job, double height, int nkeys)
{
    const double letter = 0.066, line = 0.15, right = 0.2, narrowest = 1.6;
    const double key = 0.97;
    size_t longest = 0;
    double left, width = pt_figure_width(job, 2), foot;
    int columns, rows;

    for (int i = 0; i < job->results->n; i++) {
        size_t length = strlen(job->results->runs[i].label);

        longest = length > longest ? length : longest;
    }
    left = 0.22 + (double)longest * letter;
    if (width < left + narrowest + right)
        width = left + narrowest + right;
    columns = (int)((width - 0.1) / key);
    columns = columns > nkeys ? nkeys : columns < 1 ? 1 : columns;
    rows = (nkeys + columns - 1) / columns;
    columns = (nkeys + rows - 1) / rows;
    foot = 0.52 + rows * line;
    pt_figure_real(job, "W", width);
    pt_figure_real(job, "H", job->results->n * height + foot + 0.1);
    pt_figure_real(job, "left", left);
    pt_figure_real(job, "right", right);
    pt_figure_real(job, "foot", foot);
    pt_figure_int(job, "key_columns", columns);
    pt_figure_real(job, "key_line", line);
    pt_figure_real(job, "key_width", key);
    pt_figure_labels(job);
}
