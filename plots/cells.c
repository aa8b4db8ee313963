#include "cells.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include "base/alloc.h"
#include "base/text.h"
#include "base/vec.h"
#include "plots/results.h"

/* What is read of both files, before the axes. */
enum { LABEL, METRIC, UNIT, N, MEAN, HALF, REPLICATIONS, SATURATED, FIXED };
enum { P = REPLICATIONS, BASELINE = SATURATED };

static const char *const cells_columns[FIXED] = {
    "label", "metric", "unit",         "n",
    "mean",  "half",   "replications", "saturated"};
static const char *const paired_columns[FIXED] = {
    "label", "metric", "unit", "n", "difference", "half", "p_holm", "baseline"};

/* A list of names that grows, and where the last one was found. */
struct names {
    char ***items;
    int *n;
    int capacity, last;
};

/* A file under way. */
struct reading {
    struct pt_cells *cells;
    struct pt_csv csv;
    bool paired;
    struct names labels, metrics;
    int units_capacity;
    int64_t rows_capacity, values_capacity;
};

static char *text_of(const struct pt_csv_field *field)
{
    return pt_text_dup(field->text, field->length);
}

/* FIELD's number among NAMES; -1: it is not there. */
static int find_name(struct names *names, const struct pt_csv_field *field)
{
    /* Rows of one kind stand together, or in turn. */
    for (int i = 0; i < *names->n; i++) {
        int at = (names->last + i) % *names->n;

        if (pt_csv_is(field, (*names->items)[at])) {
            names->last = at;
            return at;
        }
    }
    return -1;
}

static int add_name(struct names *names, const struct pt_csv_field *field)
{
    int at = find_name(names, field);

    if (at >= 0)
        return at;
    pt_vec_push(*names->items, *names->n, names->capacity, text_of(field));
    return *names->n - 1;
}

/* No axis reaches to numbers like 1e300, whose ratios are infinite: they are
 * missing, and what is as small is nothing.  Returns 0. */
static int tame(double *number)
{
    const double most = 1e100;

    if (fabs(*number) > most)
        *number = (double)NAN;
    else if (fabs(*number) < 1 / most)
        *number = 0;
    return 0;
}

/* A number that may have a sign, or be missing: NaN. */
static int read_number(const struct pt_csv *csv,
                       const struct pt_csv_field *field, double *number,
                       struct pt_err *err)
{
    char text[64];

    *number = (double)NAN;
    if (field->length == 0)
        return 0;
    snprintf(text, sizeof text, "%.*s",
             field->length < sizeof text ? (int)field->length : 0, field->text);
    return pt_text_read_real(number, text)
               ? tame(number)
               : pt_csv_bad(csv, field, "a number, or nothing", err);
}

/* The axis of the row FIELDS of axes.csv, which is new or the last one. */
static struct pt_cells_axis *take_axis(struct pt_cells *cells, int *capacity,
                                       const struct pt_csv_field *fields)
{
    struct pt_cells_axis axis = {.n = 0};

    if (cells->naxes > 0 &&
        pt_csv_is(&fields[0], cells->axes[cells->naxes - 1].name))
        return &cells->axes[cells->naxes - 1];
    axis.name = text_of(&fields[0]);
    axis.title = text_of(fields[1].length > 0 ? &fields[1] : &fields[0]);
    axis.unit = text_of(&fields[2]);
    pt_vec_push(cells->axes, cells->naxes, *capacity, axis);
    return &cells->axes[cells->naxes - 1];
}

static int read_axes(struct pt_cells *cells, const char *dir,
                     struct pt_err *err)
{
    const char *const columns[] = {"axis", "title", "unit", "label", "x"};
    struct pt_csv_field fields[5];
    struct pt_csv csv;
    char *path = pt_results_path(dir, "axes.csv");
    int more = pt_csv_open(&csv, path, columns, 5, err) == 0 ? 1 : -1;
    int axes_capacity = 0, capacity = 0;

    while (more > 0 && (more = pt_csv_next(&csv, fields, err)) > 0) {
        struct pt_cells_axis *axis = take_axis(cells, &axes_capacity, fields);
        struct pt_cells_value value;

        if (axis->n == 0)
            capacity = 0;
        if (read_number(&csv, &fields[4], &value.x, err) != 0) {
            more = -1;
            break;
        }
        value.label = text_of(&fields[3]);
        pt_vec_push(axis->values, axis->n, capacity, value);
    }
    if (more == 0 && cells->naxes > PT_CSV_COLUMNS - FIXED)
        more = pt_err_at(err, PT_ERR_INPUT, path, 0, 0,
                         "has %d axes (expected at most %d)", cells->naxes,
                         PT_CSV_COLUMNS - FIXED);
    pt_csv_close(&csv);
    pt_free(path);
    return more;
}

/* The axes' values in FIELDS, behind the fixed ones. */
static int take_values(struct reading *reading,
                       const struct pt_csv_field *fields, struct pt_err *err)
{
    struct pt_cells *cells = reading->cells;
    int *values;

    if (cells->naxes == 0)
        return 0;
    pt_vec_reserve(cells->values, reading->values_capacity,
                   (cells->nrows + 1) * cells->naxes);
    values = cells->values + cells->nrows * cells->naxes;
    for (int a = 0; a < cells->naxes; a++) {
        const struct pt_cells_axis *axis = &cells->axes[a];
        int i = 0;

        while (i < axis->n && !pt_csv_is(&fields[a], axis->values[i].label))
            i++;
        if (i == axis->n)
            return pt_csv_bad(&reading->csv, &fields[a],
                              "a value of the axis, as in axes.csv", err);
        values[a] = i;
    }
    return 0;
}

/* What only one of the files has. */
static int take_kind(struct reading *reading, const struct pt_csv_field *fields,
                     struct pt_cells_row *row, struct pt_err *err)
{
    const struct pt_csv *csv = &reading->csv;

    row->p = (double)NAN;
    if (reading->paired) {
        if (!reading->cells->baseline)
            reading->cells->baseline = text_of(&fields[BASELINE]);
        return read_number(csv, &fields[P], &row->p, err);
    }
    if (pt_csv_int(csv, &fields[REPLICATIONS], 0, INT64_MAX, &row->replications,
                   err) != 0)
        return -1;
    return pt_csv_int(csv, &fields[SATURATED], 0, INT64_MAX, &row->saturated,
                      err);
}

static int take_row(struct reading *reading, const struct pt_csv_field *fields,
                    struct pt_err *err)
{
    struct pt_cells *cells = reading->cells;
    const struct pt_csv *csv = &reading->csv;
    struct pt_cells_row row = {.label = 0};

    if (read_number(csv, &fields[MEAN], &row.mean, err) != 0 ||
        read_number(csv, &fields[HALF], &row.half, err) != 0 ||
        pt_csv_int(csv, &fields[N], 0, INT64_MAX, &row.n, err) != 0 ||
        take_kind(reading, fields, &row, err) != 0 ||
        take_values(reading, fields + FIXED, err) != 0)
        return -1;
    row.label = add_name(&reading->labels, &fields[LABEL]);
    row.metric = add_name(&reading->metrics, &fields[METRIC]);
    if (row.metric == reading->units_capacity) {
        reading->units_capacity++;
        cells->units = pt_realloc(cells->units, (size_t)reading->units_capacity,
                                  sizeof *cells->units);
        cells->units[row.metric] = text_of(&fields[UNIT]);
    }
    pt_vec_push(cells->rows, cells->nrows, reading->rows_capacity, row);
    return 0;
}

/* The labels of cells.csv in their order: paired.csv lacks the baseline's. */
static int read_labels(struct reading *reading, const char *dir,
                       struct pt_err *err)
{
    const char *const columns[] = {"label", "point"};
    struct pt_csv_field fields[2];
    struct pt_csv csv;
    char *path = pt_results_path(dir, "cells.csv"), *point = NULL;
    int more = pt_csv_open(&csv, path, columns, 2, err) == 0 ? 1 : -1;

    while (more > 0 && (more = pt_csv_next(&csv, fields, err)) > 0) {
        if (!point)
            point = text_of(&fields[1]);
        if (!pt_csv_is(&fields[1], point))
            break;
        add_name(&reading->labels, &fields[0]);
    }
    pt_csv_close(&csv);
    pt_free(point);
    pt_free(path);
    return more < 0 ? -1 : 0;
}

static int read_rows(struct reading *reading, const char *dir,
                     struct pt_err *err)
{
    const char *columns[PT_CSV_COLUMNS];
    struct pt_csv_field fields[PT_CSV_COLUMNS];
    const struct pt_cells *cells = reading->cells;
    char *path =
        pt_results_path(dir, reading->paired ? "paired.csv" : "cells.csv");
    int n = FIXED, more;

    memcpy(columns, reading->paired ? paired_columns : cells_columns,
           sizeof cells_columns);
    for (int a = 0; a < cells->naxes; a++)
        columns[n++] = cells->axes[a].name;
    more = pt_csv_open(&reading->csv, path, columns, n, err) == 0 ? 1 : -1;
    while (more > 0 && (more = pt_csv_next(&reading->csv, fields, err)) > 0)
        if (take_row(reading, fields, err) != 0)
            more = -1;
    pt_csv_close(&reading->csv);
    pt_free(path);
    return more;
}

int pt_cells_init(struct pt_cells *cells, const char *dir, bool paired,
                  struct pt_err *err)
{
    struct reading reading = {
        .cells = cells,
        .paired = paired,
        .labels = {.items = &cells->labels, .n = &cells->nlabels},
        .metrics = {.items = &cells->metrics, .n = &cells->nmetrics},
    };

    *cells = (struct pt_cells){.naxes = 0};
    if (read_axes(cells, dir, err) != 0 ||
        (paired && read_labels(&reading, dir, err) != 0))
        return -1;
    return read_rows(&reading, dir, err);
}

void pt_cells_fini(struct pt_cells *cells)
{
    for (int a = 0; a < cells->naxes; a++) {
        struct pt_cells_axis *axis = &cells->axes[a];

        for (int i = 0; i < axis->n; i++)
            pt_free(axis->values[i].label);
        pt_free(axis->values);
        pt_free(axis->name);
        pt_free(axis->title);
        pt_free(axis->unit);
    }
    for (int i = 0; i < cells->nlabels; i++)
        pt_free(cells->labels[i]);
    for (int i = 0; i < cells->nmetrics; i++) {
        pt_free(cells->metrics[i]);
        pt_free(cells->units[i]);
    }
    pt_free(cells->axes);
    pt_free(cells->labels);
    pt_free(cells->metrics);
    pt_free(cells->units);
    pt_free(cells->rows);
    pt_free(cells->values);
    pt_free(cells->baseline);
    *cells = (struct pt_cells){.naxes = 0};
}
