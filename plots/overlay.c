#include "overlay.h"

#include <stdio.h>
#include "base/alloc.h"
#include "base/text.h"
#include "base/vec.h"
#include "plots/results.h"

/* More curves than this, or points, are no overlay. */
enum { CURVES_MOST = 6, POINTS_MOST = 20000 };

static int read_signed(const struct pt_csv *csv,
                       const struct pt_csv_field *field, double *number,
                       struct pt_err *err)
{
    char text[64];

    snprintf(text, sizeof text, "%.*s",
             field->length < sizeof text ? (int)field->length : 0, field->text);
    return pt_text_read_real(number, text)
               ? 0
               : pt_csv_bad(csv, field, "a number", err);
}

static int curve_of(struct pt_overlay *overlay, int *capacity,
                    const struct pt_csv_field *field)
{
    int i = 0;

    while (i < overlay->ncurves && !pt_csv_is(field, overlay->curves[i]))
        i++;
    if (i == overlay->ncurves)
        pt_vec_push(overlay->curves, overlay->ncurves, *capacity,
                    pt_text_dup(field->text, field->length));
    return i;
}

int pt_overlay_init(struct pt_overlay *overlay, const char *dir,
                    const char *file, struct pt_err *err)
{
    const char *const columns[] = {"series", "x", "y"};
    struct pt_csv_field fields[3];
    struct pt_csv csv;
    char *path;
    int more, capacity = 0, curves_capacity = 0;

    *overlay = (struct pt_overlay){.n = 0};
    if (file[0] == '\0')
        return 0;
    path = pt_results_path(dir, file);
    more = pt_csv_open(&csv, path, columns, 3, err) == 0 ? 1 : -1;
    while (more > 0 && (more = pt_csv_next(&csv, fields, err)) > 0) {
        struct pt_overlay_point point;

        point.curve = curve_of(overlay, &curves_capacity, &fields[0]);
        if (read_signed(&csv, &fields[1], &point.x, err) != 0 ||
            read_signed(&csv, &fields[2], &point.y, err) != 0)
            more = -1;
        else if (overlay->ncurves > CURVES_MOST || overlay->n == POINTS_MOST)
            more = pt_err_at(err, PT_ERR_INPUT, path, csv.line, 0,
                             "too much to draw (expected at most %d curves "
                             "and %d points)",
                             CURVES_MOST, POINTS_MOST);
        else
            pt_vec_push(overlay->points, overlay->n, capacity, point);
    }
    pt_csv_close(&csv);
    pt_free(path);
    return more;
}

void pt_overlay_fini(struct pt_overlay *overlay)
{
    for (int i = 0; i < overlay->ncurves; i++)
        pt_free(overlay->curves[i]);
    pt_free(overlay->curves);
    pt_free(overlay->points);
    *overlay = (struct pt_overlay){.n = 0};
}
