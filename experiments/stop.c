#include "experiments/stop.h"

#include <math.h>

#include "base/alloc.h"
#include "metrics/sample.h"

/* Half the interval of the rule's metric, of its mean's size, in
 * CELL; infinite where too little is known. */
static int spread_of(const struct pt_roster *roster, struct pt_store *store,
                     int column, int ncolumns, const struct pt_spot *cell,
                     double *spread, struct pt_err *err)
{
    const struct pt_roster_point *at = &roster->points[cell->point];
    double *row = pt_alloc((size_t)ncolumns, sizeof *row);
    double *values = pt_alloc((size_t)at->replications, sizeof *values);
    size_t n = 0;
    int got = 0;

    for (int64_t r = 1; r <= at->replications && got >= 0; r++) {
        char key[PT_DIGEST_TEXT];
        const struct pt_spot spot = {
            .point = cell->point, .choice = cell->choice, .replication = r};

        pt_roster_key(roster, &spot, key);
        got = pt_store_row(store, key, NULL, row, err);
        if (got == 1 && !isnan(row[column]))
            values[n++] = row[column];
    }
    const struct pt_sample sample =
        pt_sample_of(values, n, roster->study->confidence);
    *spread = n >= 2 ? sample.half / fabs(sample.mean) : HUGE_VAL;
    /* Of a cell whose runs all fail no more of them tell anything. */
    if (n == 0 || (n >= 2 && !(sample.half > 0)))
        *spread = 0;
    pt_free(values);
    pt_free(row);
    return got < 0 ? -1 : 0;
}

int pt_stop_is_reached(const struct pt_roster *roster, struct pt_store *store,
                       int column, int ncolumns, int64_t point, bool *reached,
                       struct pt_err *err)
{
    *reached = true;
    for (int c = 0; c < roster->nchoices && *reached; c++) {
        const struct pt_spot cell = {.point = point, .choice = c};
        double spread;

        if (spread_of(roster, store, column, ncolumns, &cell, &spread, err) < 0)
            return -1;
        *reached = spread <= roster->study->stop.relative;
    }
    return 0;
}
