#include "decimate.h"

#include <stdlib.h>
#include "base/alloc.h"
#include "base/assert.h"

#define GRID 500

int pt_decimate_rows(double *rows, int n, int columns, int most)
{
    int factor = n <= most ? 1 : (n + most - 1) / most;
    int left = 0;

    pt_assert(most > 0);
    for (int i = 0; i < n; i++) {
        double *to = rows + (ptrdiff_t)(i / factor) * columns;
        const double *from = rows + (ptrdiff_t)i * columns;

        for (int c = 0; c < columns; c++)
            to[c] = i % factor == 0 ? from[c] : to[c] + from[c];
        left = i / factor + 1;
    }
    return left;
}

int64_t pt_decimate_below(const pt_time *sorted, int64_t n, pt_time value)
{
    int64_t low = 0;

    for (int64_t high = n; low < high;) {
        int64_t middle = low + (high - low) / 2;

        if (sorted[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int rank_order(const void *a, const void *b)
{
    const int64_t *x = a;
    const int64_t *y = b;

    return (*x > *y) - (*x < *y);
}

/* The ranks, from 1, whose values are kept; in order, some twice. */
static int choose_ranks(int64_t n, int64_t *ranks)
{
    int count = 0;

    if (n <= PT_CDF_POINTS) {
        for (int64_t rank = 1; rank <= n; rank++)
            ranks[count++] = rank;
        return count;
    }
    ranks[count++] = 1;
    for (int64_t k = 1; k <= GRID; k++)
        ranks[count++] = n / GRID * k + (n % GRID * k + GRID - 1) / GRID;
    /* Nine decades from either end: 519 ranks at most. */
    for (int64_t part = 1000; part <= n && count + 2 <= PT_CDF_POINTS;
         part *= 10) {
        ranks[count++] = (n + part - 1) / part;
        ranks[count++] = n - n / part;
    }
    qsort(ranks, (size_t)count, sizeof *ranks, rank_order);
    return count;
}

int pt_decimate_cdf(const pt_time *sorted, int64_t n,
                    struct pt_cdf_point *points)
{
    int64_t ranks[PT_CDF_POINTS];
    int nranks = choose_ranks(n, ranks);
    int npoints = 0;

    for (int i = 0; i < nranks; i++) {
        pt_time value = sorted[ranks[i] - 1];

        pt_assert(ranks[i] >= 1 && ranks[i] <= n);
        if (npoints > 0 && points[npoints - 1].value == value)
            continue;
        points[npoints++] = (struct pt_cdf_point){
            .value = value,
            .count = pt_decimate_below(sorted, n, value + 1),
        };
    }
    return npoints;
}

/* The first unit of cell K when WHOLE units are cut into N cells. */
static int64_t edge(int64_t whole, int64_t n, int64_t k)
{
    return whole / n * k + whole % n * k / n;
}

/* The last cell that begins at or before UNIT. */
static int32_t cell_at(int64_t whole, int64_t n, int64_t unit)
{
    int64_t low = 0;

    for (int64_t high = n - 1; low < high;) {
        int64_t middle = low + (high - low + 1) / 2;

        if (edge(whole, n, middle) <= unit)
            low = middle;
        else
            high = middle - 1;
    }
    return (int32_t)low;
}

void pt_raster_init(struct pt_raster *raster, pt_time first, pt_time span,
                    int32_t slots, int32_t most_columns, int32_t most_rows)
{
    int32_t columns = span < most_columns ? (int32_t)span : most_columns;
    int32_t rows = slots < most_rows ? slots : most_rows;

    pt_assert(columns >= 1);
    pt_assert(rows >= 1);
    *raster = (struct pt_raster){
        .first = first,
        .span = span,
        .slots = slots,
        .columns = columns,
        .rows = rows,
        .area = pt_alloc((size_t)columns * (size_t)rows, sizeof(int64_t)),
    };
}

void pt_raster_fini(struct pt_raster *raster)
{
    pt_free(raster->area);
    *raster = (struct pt_raster){0};
}

static int64_t min64(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t max64(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

void pt_raster_add(struct pt_raster *raster, pt_time start, pt_time end,
                   int32_t low, int32_t high)
{
    int64_t span = raster->span, slots = raster->slots;
    int64_t columns = raster->columns, rows = raster->rows;
    int64_t from = max64(start - raster->first, 0);
    int64_t to = min64(end - raster->first, span);
    int64_t bottom = max64(low, 0);
    int64_t top = min64((int64_t)high + 1, slots);
    int32_t column, row;

    if (from >= to || bottom >= top)
        return;
    column = cell_at(span, columns, from);
    row = cell_at(slots, rows, bottom);
    for (int64_t r = row; r < rows && edge(slots, rows, r) < top; r++) {
        int64_t height = min64(edge(slots, rows, r + 1), top) -
                         max64(edge(slots, rows, r), bottom);
        int64_t *area = raster->area + r * columns;

        for (int64_t c = column; c < columns; c++) {
            int64_t left = edge(span, columns, c);

            if (left >= to)
                break;
            area[c] += height * (min64(edge(span, columns, c + 1), to) -
                                 max64(left, from));
        }
    }
}

double pt_raster_share(const struct pt_raster *raster, int32_t row,
                       int32_t column)
{
    int64_t width = edge(raster->span, raster->columns, column + 1) -
                    edge(raster->span, raster->columns, column);
    int64_t height = edge(raster->slots, raster->rows, row + 1) -
                     edge(raster->slots, raster->rows, row);
    int64_t area = raster->area[(int64_t)row * raster->columns + column];

    return (double)area / ((double)width * (double)height);
}
