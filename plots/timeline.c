#include "timeline.h"

#include <errno.h>
#include <sys/stat.h>
#include "base/alloc.h"
#include "base/vec.h"
#include "plots/results.h"

#define WANTED (PT_CLASSES + 2)

/* Appends the row FIELDS. */
static int take_row(struct pt_timeline *timeline, int *capacity,
                    const struct pt_csv *csv, const struct pt_csv_field *fields,
                    struct pt_err *err)
{
    pt_time times[WANTED];
    double *row;

    for (int i = 0; i < WANTED; i++)
        if (pt_csv_time(csv, &fields[i], &times[i], err) != 0)
            return -1;
    if (times[1] < times[0])
        return pt_err_at(err, PT_ERR_INPUT, csv->path, csv->line, 0,
                         "a bin that ends before it starts");
    if (timeline->n == 0)
        timeline->first = times[0];
    pt_vec_reserve(timeline->rows, *capacity,
                   (timeline->n + 1) * PT_TIMELINE_COLUMNS);
    row = timeline->rows + (ptrdiff_t)timeline->n * PT_TIMELINE_COLUMNS;
    row[0] = (double)(times[1] - times[0]);
    for (int i = 0; i < PT_CLASSES; i++)
        row[i + 1] = (double)times[i + 2] / 1e6;
    timeline->n++;
    return 0;
}

static int32_t slots_of(const struct pt_timeline *timeline)
{
    double width = 0, area = 0;

    for (int i = 0; i < timeline->n; i++) {
        const double *row = timeline->rows + (ptrdiff_t)i * PT_TIMELINE_COLUMNS;

        width += row[0] / 1e6;
        for (int k = 1; k < PT_TIMELINE_COLUMNS; k++)
            area += row[k];
    }
    return width > 0 && area / width < 1e9 ? (int32_t)(area / width + 0.5) : 0;
}

int pt_timeline_init(struct pt_timeline *timeline, const char *folder,
                     struct pt_err *err)
{
    const char *columns[WANTED] = {"start", "end"};
    struct pt_csv_field fields[WANTED];
    struct pt_csv csv;
    struct stat status;
    char *path = pt_results_path(folder, "timeline.csv");
    int capacity = 0;
    int more;

    *timeline = (struct pt_timeline){0};
    if (stat(path, &status) != 0 && errno == ENOENT) {
        pt_free(path);
        return 1;
    }
    for (int c = 0; c < PT_CLASSES; c++)
        columns[c + 2] = pt_class_name((enum pt_class)c);
    more = pt_csv_open(&csv, path, columns, WANTED, err) == 0 ? 1 : -1;
    while (more > 0 && (more = pt_csv_next(&csv, fields, err)) > 0)
        if (take_row(timeline, &capacity, &csv, fields, err) != 0)
            more = -1;
    pt_csv_close(&csv);
    pt_free(path);
    timeline->slots = slots_of(timeline);
    return more < 0 ? -1 : timeline->n == 0;
}

void pt_timeline_fini(struct pt_timeline *timeline)
{
    pt_free(timeline->rows);
    *timeline = (struct pt_timeline){0};
}
