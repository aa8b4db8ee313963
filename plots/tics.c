#include "tics.h"

#include <math.h>

pt_time pt_tics_edge(pt_time longest)
{
    pt_time edge = PT_SECOND;

    while (edge > 1 && longest / edge < 100)
        edge /= 10;
    return edge;
}

/* A wide range has names at every other tic only.  Gnuplot leaves out those
 * beyond the range. */
void pt_tics_write(struct pt_figure_job *job, char axis, pt_time edge,
                   pt_time right)
{
    static const struct {
        const char *name;
        pt_time at;
        bool always;
    } tics[] = {
        {"1 us", 1, true},
        {"10 us", 10, false},
        {"0.1 ms", 100, false},
        {"1 ms", 1000, true},
        {"10 ms", 10000, false},
        {"0.1 s", 100000, false},
        {"1 s", PT_SECOND, true},
        {"10 s", 10 * PT_SECOND, false},
        {"1 min", 60 * PT_SECOND, true},
        {"10 min", 600 * PT_SECOND, false},
        {"1 h", 3600 * PT_SECOND, true},
        {"6 h", 21600 * PT_SECOND, false},
        {"1 d", 86400 * PT_SECOND, true},
        {"10 d", 864000 * PT_SECOND, true},
        {"100 d", 8640000 * PT_SECOND, true},
        {"1000 d", 86400000 * PT_SECOND, false},
    };
    int n = (int)(sizeof tics / sizeof *tics);
    bool wide = right / edge > 3000000;

    fprintf(job->script, "set %ctics (", axis);
    for (int i = 0; i < n; i++)
        fprintf(job->script, "%s'%s' %.10g", i == 0 ? "" : ", ",
                tics[i].always || !wide ? tics[i].name : "",
                (double)tics[i].at / 1e6);
    fputs(")\n", job->script);
    for (int i = 0; i < n; i++)
        if (tics[i].at == edge)
            pt_figure_text(job, "edge_name", tics[i].name);
}

double pt_tics_step(double span, int most)
{
    const double steps[] = {1, 2, 5};
    double power = pow(10, floor(log10(span / most)));

    for (int i = 0; i < 3; i++)
        if (steps[i] * power * most >= span)
            return steps[i] * power;
    return 10 * power;
}

void pt_tics_time(double seconds, char *text, size_t size)
{
    static const struct {
        const char *name;
        double length;
    } units[] = {{"us", 1e-6}, {"ms", 1e-3}, {"s", 1},
                 {"min", 60},  {"h", 3600},  {"d", 86400}};
    int i = 5;

    while (i > 0 && fabs(seconds) < units[i].length * (1 - 1e-9))
        i--;
    snprintf(text, size, "%.3g %s", seconds / units[i].length, units[i].name);
}
