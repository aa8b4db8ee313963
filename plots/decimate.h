/* decimate.h - fewer points, the same picture.
 *
 * Whatever a figure shows of a long run is reduced here before gnuplot sees it:
 * rows that are summed, exact quantiles, and a grid of exact areas. */
#ifndef PT_PLOTS_DECIMATE_H
#define PT_PLOTS_DECIMATE_H

#include <stdint.h>
#include "base/time.h"

/* Sums neighbours among ROWS [N][COLUMNS], in place, so that at most MOST rows
 * are left; each is the sum of equally many, the last perhaps of fewer.  The
 * sum of a column stays what it was.  Returns the new number of rows. */
int pt_decimate_rows(double *rows, int n, int columns, int most);

/* A point of an empirical distribution: COUNT of the values are <= VALUE. */
struct pt_cdf_point {
    pt_time value;
    int64_t count;
};

#define PT_CDF_POINTS 520

/* Of SORTED [N]: the exact points at the quantiles 0, 1/500, ..., 1 and in both
 * tails (1/1000, 1/10000, ... from either end); all of them, if they are no
 * more than PT_CDF_POINTS.  Values and counts strictly increase; the last count
 * is N.  Returns the number of POINTS [PT_CDF_POINTS]. */
int pt_decimate_cdf(const pt_time *sorted, int64_t n,
                    struct pt_cdf_point *points);

/* How many of SORTED [N] are < VALUE.  O(log n). */
int64_t pt_decimate_below(const pt_time *sorted, int64_t n, pt_time value);

/* Processors x time, cut into cells; each holds the exact area (in
 * processor-microseconds) that was busy in it. */
struct pt_raster {
    pt_time first, span;   /* the window; span >= 1 */
    int32_t slots;         /* >= 1 */
    int32_t columns, rows; /* of cells: as many as asked for at most */
    int64_t *area;         /* [rows][columns] */
};

void pt_raster_init(struct pt_raster *raster, pt_time first, pt_time span,
                    int32_t slots, int32_t most_columns, int32_t most_rows);
void pt_raster_fini(struct pt_raster *raster);

/* Adds processors LOW to HIGH, busy from START to END; what lies outside is cut
 * off.  O(cells touched). */
void pt_raster_add(struct pt_raster *raster, pt_time start, pt_time end,
                   int32_t low, int32_t high);

/* The share of cell (ROW, COLUMN) that was busy. */
double pt_raster_share(const struct pt_raster *raster, int32_t row,
                       int32_t column);

#endif
