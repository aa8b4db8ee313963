/* analysis_write.c - the files of an analysis. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "experiments/analysis_parts.h"
#include "experiments/column.h"
#include "experiments/folder.h"

static const char *const basis_words[] = {[PT_BASIS_NONE] = "",
                                          [PT_BASIS_REPLICATIONS] =
                                              "replications",
                                          [PT_BASIS_BATCHES] = "batches",
                                          [PT_BASIS_SAME] = "same"};

struct writer {
    struct pt_analysis *analysis;
    struct pt_out cells, paired;
    const char **units; /* [ncolumns] */
    struct pt_tables tables;
};

static void put_field(struct pt_out *out, const char *text)
{
    pt_out_char(out, ',');
    pt_out_csv_text(out, text);
}

static void put_int(struct pt_out *out, int64_t value)
{
    pt_out_char(out, ',');
    pt_out_int(out, value);
}

static void put_real(struct pt_out *out, double value)
{
    pt_out_char(out, ',');
    pt_out_real(out, value);
}

static int open_file(struct pt_out *out, const char *dir, const char *name,
                     struct pt_err *err)
{
    char *path = pt_folder_path(dir, name);
    const int status = pt_out_open(out, path, err);

    pt_free(path);
    return status;
}

/* Nothing of an earlier study may be taken for this one's. */
static int remove_file(const char *dir, const char *name, struct pt_err *err)
{
    char *path = pt_folder_path(dir, name);
    int status = 0;

    if (unlink(path) < 0 && errno != ENOENT)
        status = pt_err_at(err, PT_ERR_INTERNAL, path, 0, 0,
                           "cannot be removed: %s", strerror(errno));
    pt_free(path);
    return status;
}

/* --- axes.csv --- */

static int write_axes(const struct pt_study *study, const char *dir,
                      struct pt_err *err)
{
    struct pt_out out;

    if (open_file(&out, dir, "axes.csv", err) < 0)
        return -1;
    pt_out_text(&out, "axis,title,unit,label,x\n");
    for (int a = 0; a < study->naxes; a++) {
        const struct pt_axis *axis = &study->axes[a];

        for (int v = 0; v < axis->n; v++) {
            pt_out_csv_text(&out, axis->name);
            put_field(&out, axis->title);
            put_field(&out, axis->unit);
            put_field(&out, axis->values[v].label);
            put_real(&out, axis->values[v].x);
            pt_out_char(&out, '\n');
        }
    }
    return pt_out_commit(&out, NULL, err);
}

/* --- cells.csv and paired.csv --- */

static void put_axes_names(struct pt_out *out, const struct pt_study *study)
{
    for (int a = 0; a < study->naxes; a++)
        put_field(out, study->axes[a].name);
    pt_out_char(out, '\n');
}

static void put_axes_labels(struct pt_out *out, const struct pt_study *study,
                            int64_t point)
{
    for (int a = 0; a < study->naxes; a++)
        put_field(out,
                  study->axes[a].values[pt_grid_value(study, point, a)].label);
    pt_out_char(out, '\n');
}

static void put_cell(struct writer *writer, int64_t point, int choice)
{
    const struct pt_analysis *analysis = writer->analysis;
    const struct pt_cell_means *cell = &analysis->cells[choice];
    const char *label = analysis->study->choices.items[choice].label;
    struct pt_out *out = &writer->cells;

    for (int k = 0; k < analysis->ncolumns; k++) {
        const struct pt_sample *sample = &cell->means[k];

        if (!analysis->chosen[k])
            continue;
        pt_out_int(out, point);
        put_field(out, label);
        put_int(out, cell->runs);
        put_int(out, cell->failed);
        put_int(out, cell->saturated);
        put_real(out, cell->warmup);
        put_field(out, analysis->columns[k]);
        put_field(out, writer->units[k]);
        put_int(out, sample->n);
        put_real(out, sample->mean);
        put_real(out, sample->half);
        put_field(out, basis_words[cell->basis[k]]);
        put_axes_labels(out, analysis->study, point);
    }
}

static void put_paired(struct writer *writer, int64_t point, int choice)
{
    const struct pt_analysis *analysis = writer->analysis;
    const struct pt_cell_paired *cell = &analysis->paired[choice];
    const struct pt_choice *choices = analysis->study->choices.items;
    struct pt_out *out = &writer->paired;

    for (int k = 0; k < analysis->ncolumns; k++) {
        const struct pt_paired *paired = &cell->paired[k];

        if (!analysis->chosen[k])
            continue;
        pt_out_int(out, point);
        put_field(out, choices[choice].label);
        put_field(out, choices[analysis->baseline].label);
        put_field(out, analysis->columns[k]);
        put_field(out, writer->units[k]);
        put_int(out, paired->difference.n);
        put_real(out, paired->difference.mean);
        put_real(out, paired->difference.half);
        put_real(out, paired->p);
        put_real(out, cell->adjusted[k]);
        put_axes_labels(out, analysis->study, point);
    }
}

static int write_points(struct writer *writer, struct pt_err *err)
{
    struct pt_analysis *analysis = writer->analysis;

    for (int64_t point = 0; point < analysis->npoints; point++) {
        if (pt_analysis_point(analysis, point, err) < 0)
            return -1;
        for (int c = 0; c < analysis->nchoices; c++) {
            put_cell(writer, point, c);
            if (c != analysis->baseline)
                put_paired(writer, point, c);
        }
        pt_tables_point(&writer->tables, analysis, point);
        /* A full disk is told now, not after the last of very many points. */
        if (writer->cells.failed || writer->paired.failed)
            break;
    }
    return 0;
}

static int open_points(struct writer *writer, const char *dir,
                       struct pt_err *err)
{
    const struct pt_analysis *analysis = writer->analysis;

    if (open_file(&writer->cells, dir, "cells.csv", err) < 0)
        return -1;
    pt_out_text(&writer->cells,
                "point,label,replications,failed,saturated,warmup,metric,unit,"
                "n,mean,half,basis");
    put_axes_names(&writer->cells, analysis->study);
    if (analysis->nchoices < 2)
        return remove_file(dir, "paired.csv", err);
    if (open_file(&writer->paired, dir, "paired.csv", err) < 0)
        return -1;
    pt_out_text(&writer->paired, "point,label,baseline,metric,unit,n,"
                                 "difference,half,p,p_holm");
    put_axes_names(&writer->paired, analysis->study);
    return 0;
}

static int close_points(struct writer *writer, struct pt_err *err)
{
    int status = pt_out_commit(&writer->cells, NULL, err);

    if (status == 0 && writer->analysis->nchoices > 1)
        status = pt_out_commit(&writer->paired, NULL, err);
    return status;
}

/* --- tables/ --- */

static const struct {
    const char *ending;
    void (*write)(const struct pt_table *table, struct pt_out *out);
} languages[] = {{"md", pt_table_markdown},
                 {"tex", pt_table_latex},
                 {"html", pt_table_html}};

static int write_table(const struct pt_table *table, const char *dir,
                       const char *name, struct pt_err *err)
{
    for (size_t i = 0; i < sizeof languages / sizeof languages[0]; i++) {
        char file[32];
        struct pt_out out;

        snprintf(file, sizeof file, "tables/%s.%s", name, languages[i].ending);
        if (table->ncolumns == 0) {
            if (remove_file(dir, file, err) < 0)
                return -1;
            continue;
        }
        if (open_file(&out, dir, file, err) < 0)
            return -1;
        languages[i].write(table, &out);
        if (pt_out_commit(&out, NULL, err) < 0)
            return -1;
    }
    return 0;
}

static int write_tables(struct writer *writer, const char *dir,
                        struct pt_err *err)
{
    char *path = pt_folder_path(dir, "tables");
    int status = pt_folders_make(path, err);

    pt_free(path);
    pt_tables_end(&writer->tables, writer->analysis);
    if (status == 0)
        status = write_table(&writer->tables.means, dir, "means", err);
    if (status == 0)
        status = write_table(&writer->tables.paired, dir, "paired", err);
    return status;
}

static void find_units(struct writer *writer)
{
    const struct pt_analysis *analysis = writer->analysis;
    struct pt_column column;

    writer->units = pt_alloc((size_t)analysis->ncolumns, sizeof *writer->units);
    for (int k = 0; k < analysis->ncolumns; k++) {
        pt_column_find(&column, analysis->columns[k]);
        writer->units[k] = column.unit;
    }
}

int pt_analysis_write(struct pt_analysis *analysis, const char *dir,
                      struct pt_err *err)
{
    struct writer writer = {.analysis = analysis};
    int status = write_axes(analysis->study, dir, err);

    find_units(&writer);
    pt_tables_begin(&writer.tables, analysis);
    if (status == 0)
        status = open_points(&writer, dir, err);
    if (status == 0)
        status = write_points(&writer, err);
    if (status == 0)
        status = close_points(&writer, err);
    if (status == 0)
        status = write_tables(&writer, dir, err);
    pt_out_abandon(&writer.cells);
    pt_out_abandon(&writer.paired);
    pt_tables_fini(&writer.tables);
    pt_free(writer.units);
    return status;
}
