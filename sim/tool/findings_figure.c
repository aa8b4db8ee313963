/* findings_figure.c - survival.csv, and the figure that is drawn from it. */
#include "tool/findings.h"

#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/vec.h"
#include "plots/decimate.h"
#include "plots/survival.h"
#include "sink/out.h"
#include "experiments/folder.h"
#include "tool/say.h"

/* Where a curve has points. */
struct places {
    pt_time *x; /* [n] */
    int n, capacity;
};

/* What both curves have in common, in microseconds. */
struct axis {
    double low, high;
};

static struct axis axis_of(const struct pt_spells *spells)
{
    struct axis axis = {.low = 1, .high = 0};
    double least = HUGE_VAL;

    for (int k = 0; k < PT_SPELLS; k++) {
        const int64_t n = spells[k].n;

        if (n == 0)
            continue;
        least = fmin(least, (double)spells[k].items[0]);
        axis.high = fmax(axis.high, (double)spells[k].items[n - 1]);
    }
    while (isfinite(least) && axis.low * 10 < least)
        axis.low *= 10;
    return axis;
}

/* As many as make a picture, fewer than 2000: along the whole axis, for the
 * laws; and at times of the data, all the longest ones, and among the others
 * one for every 80th of those that are longer. */
static void choose_places(const struct pt_spells *spells, struct axis axis,
                          struct places *places)
{
    const pt_time *items = spells->items;
    const int64_t n = spells->n;
    const double steps = 300;
    int distinct = 0;

    for (int i = 0; i <= (int)steps; i++)
        pt_vec_push(places->x, places->n, places->capacity,
                    (pt_time)(axis.low * pow(axis.high / axis.low, i / steps)));
    for (int64_t left = n; left > 0; left -= left > 80 ? left / 80 : 1)
        pt_vec_push(places->x, places->n, places->capacity, items[n - left]);
    qsort(places->x, (size_t)places->n, sizeof *places->x, pt_time_compare);
    for (int i = 0; i < places->n; i++)
        if (distinct == 0 || places->x[i] > places->x[distinct - 1])
            places->x[distinct++] = places->x[i];
    places->n = distinct;
}

static void write_curves(struct pt_out *out, const char *kind,
                         const struct pt_spells *spells, struct axis axis)
{
    struct places places = {.n = 0};

    if (spells->n > 0)
        choose_places(spells, axis, &places);
    for (int i = 0; i < places.n; i++) {
        const pt_time x = places.x[i];
        const int64_t longer =
            spells->n - pt_decimate_below(spells->items, spells->n, x + 1);

        pt_out_text(out, kind);
        pt_out_char(out, ',');
        pt_out_time(out, x);
        pt_out_char(out, ',');
        pt_out_real(out, (double)longer / (double)spells->n);
        for (int family = 0; family < PT_FITS; family++) {
            const struct pt_fit *fit = &spells->fits[family];

            pt_out_char(out, ',');
            if (fit->found)
                pt_out_real(out,
                            pt_law_survival(&fit->law, pt_time_seconds(x)));
        }
        pt_out_char(out, '\n');
    }
    pt_free(places.x);
}

static int write_survival(const char *dir, const struct pt_findings *findings,
                          struct pt_err *err)
{
    const struct axis axis = axis_of(findings->spells);
    char *path = pt_results_path(dir, PT_SURVIVAL_FILE);
    struct pt_out out;
    int status = pt_out_open(&out, path, err);

    pt_free(path);
    if (status < 0)
        return -1;
    for (int i = 0; i < PT_SURVIVAL_COLUMNS; i++) {
        pt_out_text(&out, i == 0 ? "" : ",");
        pt_out_text(&out, pt_survival_columns[i]);
    }
    pt_out_char(&out, '\n');
    for (int k = 0; k < PT_SPELLS; k++)
        write_curves(&out, pt_spell_words[k], &findings->spells[k], axis);
    return pt_out_commit(&out, NULL, err);
}

int pt_findings_draw(const struct pt_findings *findings, const char *dir,
                     struct pt_err *err)
{
    char name[] = "survival";
    const struct pt_figure_request request = {.figure = &pt_figure_survival,
                                              .name = name};
    const struct pt_drawing drawing = {.columns = 0};
    int missing = 0;

    if (pt_folder_make(dir, PT_SURVIVAL_FILE, err) < 0 ||
        write_survival(dir, findings, err) < 0 ||
        pt_figures_draw(dir, &request, 1, &drawing, &missing, err) < 0)
        return -1;
    if (err->text[0])
        pt_say("%s", err->text);
    if (missing)
        pt_say("gnuplot is not installed: only the .gp and .dat files are "
               "there (apt-get install gnuplot-nox, then plot %s)",
               dir);
    return 0;
}
