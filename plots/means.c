#include "means.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include "base/alloc.h"
#include "base/text.h"
#include "plots/only.h"

#define POLICY "policy"
#define NAME   256

static int values_of(const struct pt_means *means, int dim)
{
    return dim < means->cells.naxes ? means->cells.axes[dim].n
                                    : means->cells.nlabels;
}

static const char *value_name(const struct pt_means *means, int dim, int value)
{
    return dim < means->cells.naxes ? means->cells.axes[dim].values[value].label
                                    : means->cells.labels[value];
}

const char *pt_means_label(const struct pt_means *means, int dim, int i)
{
    return value_name(means, dim, means->dims[dim].items[i]);
}

const char *pt_means_unit(const struct pt_means *means, int dim, int i)
{
    double number;

    return pt_text_read_real(&number, pt_means_label(means, dim, i))
               ? means->dims[dim].unit
               : "";
}

void pt_means_print(const struct pt_means *means, int dim, int i, char *text,
                    int size)
{
    const char *label = pt_means_label(means, dim, i);
    const char *unit = pt_means_unit(means, dim, i);

    if (dim == means->cells.naxes)
        pt_text_copy(text, (size_t)size, label);
    else
        snprintf(text, (size_t)size, "%s = %s%s%s", means->dims[dim].title,
                 label, unit[0] ? " " : "", unit);
}

static double value_x(const struct pt_means *means, int dim, int i)
{
    return dim < means->cells.naxes
               ? means->cells.axes[dim].values[means->dims[dim].items[i]].x
               : (double)NAN;
}

double pt_means_x(const struct pt_means *means, int i)
{
    return means->x < 0 ? (double)NAN : value_x(means, means->x, i);
}

bool pt_means_numeric(const struct pt_means *means, int dim)
{
    int n = dim < 0 ? 0 : means->dims[dim].n;

    for (int i = 0; i < n; i++) {
        double x = value_x(means, dim, i);

        if (isnan(x))
            return false;
        for (int k = 0; k < i; k++)
            if (!(fabs(value_x(means, dim, k) - x) > 0))
                return false;
    }
    return n > 1;
}

bool pt_means_saturated(const struct pt_cells_row *row)
{
    return row->saturated > 0 && 2 * row->saturated >= row->replications;
}

/* The dimension called NAME [LENGTH], or -1. */
static int find_dim(const struct pt_means *means, const char *name)
{
    for (int d = 0; d < means->ndims; d++)
        if (strcmp(means->dims[d].name, name) == 0)
            return d;
    return -1;
}

static int tell_unknown(const struct pt_means_ask *ask, const char *what,
                        const char *word, const char *const *names, int n,
                        struct pt_err *err)
{
    const char *near = pt_text_nearest(word, names, (size_t)n);
    char all[NAME] = "";

    if (near)
        return pt_err_set(err, PT_ERR_USAGE,
                          "%s: there is no %s '%s' (did you mean '%s'?)",
                          ask->owner, what, word, near);
    for (int i = 0; i < n; i++) {
        size_t used = strlen(all);

        snprintf(all + used, sizeof all - used, "%s%s", i > 0 ? ", " : "",
                 names[i]);
    }
    return pt_err_set(err, PT_ERR_USAGE,
                      "%s: there is no %s '%s' (there is %s)", ask->owner, what,
                      word, all);
}

static int tell_no_dim(const struct pt_means *means,
                       const struct pt_means_ask *ask, const char *word,
                       struct pt_err *err)
{
    const char **names = pt_alloc((size_t)means->ndims, sizeof *names);

    for (int d = 0; d < means->ndims; d++)
        names[d] = means->dims[d].name;
    tell_unknown(ask, "axis", word, names, means->ndims, err);
    pt_free(names);
    return -1;
}

static void make_dims(struct pt_means *means)
{
    const struct pt_cells *cells = &means->cells;

    means->ndims = cells->naxes + 1;
    means->dims = pt_alloc((size_t)means->ndims, sizeof *means->dims);
    for (int d = 0; d < cells->naxes; d++)
        means->dims[d] = (struct pt_means_dim){.name = cells->axes[d].name,
                                               .title = cells->axes[d].title,
                                               .unit = cells->axes[d].unit};
    means->dims[cells->naxes] =
        (struct pt_means_dim){.name = POLICY, .title = POLICY, .unit = ""};
}

/* Whether value I of DIM is in any row: paired.csv has none of the baseline. */
static bool occurs(const struct pt_means *means, int dim, int i)
{
    if (dim < means->cells.naxes)
        return true;
    for (int64_t r = 0; r < means->cells.nrows; r++)
        if (means->cells.rows[r].label == i)
            return true;
    return false;
}

/* The values of DIM that ONLY chooses. */
static int choose_values(struct pt_means *means, int dim,
                         const struct pt_means_ask *ask, struct pt_err *err)
{
    struct pt_means_dim *to = &means->dims[dim];
    int n = values_of(means, dim);

    to->items = pt_alloc((size_t)n + 1, sizeof *to->items);
    for (int i = 0; i < n; i++)
        if (pt_only_holds(ask->only, to->name, value_name(means, dim, i)) &&
            occurs(means, dim, i))
            to->items[to->n++] = i;
    if (to->n > 0)
        return 0;
    return pt_err_set(err, PT_ERR_USAGE, "%s: there is nothing of only=%s",
                      ask->owner, ask->only);
}

/* Whether every condition is one of an axis' values. */
static int check_only(const struct pt_means *means,
                      const struct pt_means_ask *ask, struct pt_err *err)
{
    const char *text = ask->only;
    char key[NAME], value[NAME];

    while (pt_only_next(&text, key, value, NAME)) {
        int dim = find_dim(means, key), n, i = 0;
        const char **names;

        if (dim < 0)
            return tell_no_dim(means, ask, key, err);
        n = values_of(means, dim);
        names = pt_alloc((size_t)n + 1, sizeof *names);
        for (int k = 0; k < n; k++)
            names[k] = value_name(means, dim, k);
        while (i < n && strcmp(names[i], value) != 0)
            i++;
        if (i == n) {
            snprintf(key, sizeof key, "value of %s", means->dims[dim].name);
            tell_unknown(ask, key, value, names, n, err);
        }
        pt_free(names);
        if (i == n)
            return -1;
    }
    return 0;
}

/* The dimension that WORD asks for into *DIM: -1 for "none", -2 if nothing is
 * asked. */
static int take_role(const struct pt_means *means,
                     const struct pt_means_ask *ask, const char *word, int *dim,
                     struct pt_err *err)
{
    *dim = -2;
    if (word[0] == '\0')
        return 0;
    *dim = strcmp(word, "none") == 0 ? -1 : find_dim(means, word);
    return *dim < 0 && strcmp(word, "none") != 0
               ? tell_no_dim(means, ask, word, err)
               : 0;
}

static bool is_free(const struct pt_means *means, int dim)
{
    return dim != means->x && dim != means->series && dim != means->panel &&
           means->dims[dim].n > 1;
}

/* Of those that nothing is drawn of yet the axis with the most values, up to
 * MOST; numbers come first if NUMERIC is set.  -1: none. */
static int longest_axis(const struct pt_means *means, bool numeric, int most)
{
    int best = -1;

    for (int d = 0; d < means->cells.naxes; d++) {
        if (!is_free(means, d) || means->dims[d].n > most ||
            (numeric && !pt_means_numeric(means, d)))
            continue;
        if (best < 0 || means->dims[d].n > means->dims[best].n)
            best = d;
    }
    return best >= 0 || !numeric ? best : longest_axis(means, false, most);
}

/* What nobody asked for: the longest axis along x, the policies as series, and
 * one short axis as panels. */
static void fill_roles(struct pt_means *means)
{
    const int policies = means->cells.naxes, many = 8, few = 6;

    if (means->x == -2)
        means->x = longest_axis(means, true, 1 << 30);
    if (means->series == -2)
        means->series = means->x != policies && means->panel != policies
                            ? policies
                            : longest_axis(means, false, many);
    if (means->panel == -2)
        means->panel =
            is_free(means, policies) && means->dims[policies].n <= few
                ? policies
                : longest_axis(means, false, few);
}

static int take_roles(struct pt_means *means, const struct pt_means_ask *ask,
                      struct pt_err *err)
{
    if (ask->flat) {
        means->x = means->cells.naxes;
        return 0;
    }
    if (take_role(means, ask, ask->x, &means->x, err) != 0 ||
        take_role(means, ask, ask->series, &means->series, err) != 0 ||
        take_role(means, ask, ask->panel, &means->panel, err) != 0)
        return -1;
    if ((means->x >= 0 &&
         (means->x == means->series || means->x == means->panel)) ||
        (means->series >= 0 && means->series == means->panel))
        return pt_err_set(err, PT_ERR_USAGE,
                          "%s: x, series and panel are of one axis (expected "
                          "different ones)",
                          ask->owner);
    fill_roles(means);
    return 0;
}

/* Holds all else at its middle value. */
static void hold_rest(struct pt_means *means)
{
    for (int d = 0; d < means->ndims; d++) {
        struct pt_means_dim *dim = &means->dims[d];

        if (!is_free(means, d))
            continue;
        dim->items[0] = dim->items[dim->n / 2];
        dim->n = 1;
        dim->held = true;
    }
}

static int take_metrics(struct pt_means *means, const struct pt_means_ask *ask,
                        struct pt_err *err)
{
    const struct pt_cells *cells = &means->cells;
    const char *text = ask->metric;
    char name[NAME];

    while (text[0]) {
        size_t length = strcspn(text, "+");
        int m = 0;

        snprintf(name, sizeof name, "%.*s", (int)length, text);
        while (m < cells->nmetrics && strcmp(cells->metrics[m], name) != 0)
            m++;
        if (m == cells->nmetrics && !ask->any)
            return tell_unknown(ask, "metric", name,
                                (const char *const *)cells->metrics,
                                cells->nmetrics, err);
        if (m < cells->nmetrics) {
            if (means->nmetrics == PT_MEANS_METRICS)
                return pt_err_set(err, PT_ERR_USAGE,
                                  "%s: too many metrics (expected at most %d)",
                                  ask->owner, PT_MEANS_METRICS);
            means->metrics[means->nmetrics++] = m;
        }
        text += length + (text[length] == '+');
    }
    if (means->nmetrics == 0 && !ask->any)
        return pt_err_set(err, PT_ERR_USAGE,
                          "%s: there is no metric (expected one, such as %s)",
                          ask->owner, cells->metrics[0]);
    return 0;
}

/* The place of ROW's value of DIM among those drawn, or -1; 0 where there is no
 * DIM. */
static int place_of(const struct pt_means *means, int64_t row, int dim)
{
    const struct pt_cells *cells = &means->cells;
    int value;

    if (dim < 0)
        return 0;
    value = dim < cells->naxes ? cells->values[row * cells->naxes + dim]
                               : cells->rows[row].label;
    for (int i = 0; i < means->dims[dim].n; i++)
        if (means->dims[dim].items[i] == value)
            return i;
    return -1;
}

static size_t index_of(const struct pt_means *means, int metric, int panel,
                       int series, int x)
{
    return (((size_t)metric * (size_t)means->npanels + (size_t)panel) *
                (size_t)means->nseries +
            (size_t)series) *
               (size_t)means->nx +
           (size_t)x;
}

/* Puts row R where it is drawn, if it is. */
static void put_row(struct pt_means *means, int64_t r)
{
    int panel = place_of(means, r, means->panel);
    int series = place_of(means, r, means->series);
    int x = place_of(means, r, means->x);

    for (int d = 0; d < means->ndims; d++)
        if (place_of(means, r, d) < 0)
            return;
    for (int m = 0; m < means->nmetrics; m++)
        if (means->metrics[m] == means->cells.rows[r].metric)
            means->grid[index_of(means, m, panel, series, x)] =
                &means->cells.rows[r];
}

/* Returns whether there is any number. */
static bool make_grid(struct pt_means *means)
{
    size_t n;
    bool any = false;

    means->nx = means->x < 0 ? 1 : means->dims[means->x].n;
    means->nseries = means->series < 0 ? 1 : means->dims[means->series].n;
    means->npanels = means->panel < 0 ? 1 : means->dims[means->panel].n;
    n = index_of(means, means->nmetrics, 0, 0, 0);
    means->grid = pt_alloc(n + 1, sizeof *means->grid);
    for (int64_t r = 0; r < means->cells.nrows; r++)
        put_row(means, r);
    for (size_t i = 0; i < n; i++)
        any = any || (means->grid[i] && !isnan(means->grid[i]->mean));
    return any;
}

const struct pt_cells_row *pt_means_at(const struct pt_means *means, int metric,
                                       int panel, int series, int x)
{
    return means->grid[index_of(means, metric, panel, series, x)];
}

int pt_means_init(struct pt_means *means, const char *dir, bool paired,
                  const struct pt_means_ask *ask, struct pt_err *err)
{
    *means = (struct pt_means){.x = -1, .series = -1, .panel = -1};
    if (pt_cells_init(&means->cells, dir, paired, err) != 0)
        return -1;
    if (means->cells.nrows == 0) {
        pt_text_copy(err->text, sizeof err->text, "there are no means");
        return 1;
    }
    make_dims(means);
    if (check_only(means, ask, err) != 0 || take_metrics(means, ask, err) != 0)
        return -1;
    for (int d = 0; d < means->ndims; d++)
        if (choose_values(means, d, ask, err) != 0)
            return -1;
    if (take_roles(means, ask, err) != 0)
        return -1;
    hold_rest(means);
    if (make_grid(means))
        return 0;
    pt_text_copy(err->text, sizeof err->text,
                 "there is no number of these metrics");
    return 1;
}

void pt_means_fini(struct pt_means *means)
{
    for (int d = 0; d < means->ndims; d++)
        pt_free(means->dims[d].items);
    pt_free(means->dims);
    pt_free(means->grid);
    pt_cells_fini(&means->cells);
    *means = (struct pt_means){.ndims = 0};
}

/* Whether `only` left one value of DIM, of several.  Of two policies paired.csv
 * has one, which needs no word. */
static bool is_chosen(const struct pt_means *means, int dim)
{
    bool other = dim == means->cells.naxes && means->cells.baseline;

    return dim != means->x && dim != means->series && means->dims[dim].n == 1 &&
           values_of(means, dim) > (other ? 2 : 1);
}

void pt_means_held(const struct pt_means *means, int panel, bool all,
                   char *text, int size)
{
    text[0] = '\0';
    for (int d = 0; d < means->ndims; d++) {
        size_t used = strlen(text);

        if (!means->dims[d].held &&
            !(d == means->panel && means->npanels > 1) &&
            !(all && is_chosen(means, d)))
            continue;
        used += (size_t)snprintf(text + used, (size_t)size - used, "%s",
                                 used > 0 ? ", " : "");
        if (used < (size_t)size)
            pt_means_print(means, d, d == means->panel ? panel : 0, text + used,
                           size - (int)used);
    }
}
