/* timeline.h - a run's timeline.csv: where its slot-seconds went, bin by bin.
 */
#ifndef PT_PLOTS_TIMELINE_H
#define PT_PLOTS_TIMELINE_H

#include <stdint.h>
#include "base/error.h"
#include "base/time.h"
#include "metrics/ledger.h"

/* Of a row: the width of the bin in microseconds, then the areas of the
 * ledger's classes in slot-seconds. */
#define PT_TIMELINE_COLUMNS (PT_CLASSES + 1)

struct pt_timeline {
    double *rows; /* [n][PT_TIMELINE_COLUMNS] */
    int n;
    pt_time first;
    int32_t slots; /* of the machine: all areas / the time */
};

/* Reads FOLDER/timeline.csv.  Returns 0, or 1 if there is none, or it has no
 * rows (n is 0 then), or -1.  pt_timeline_fini() afterwards, in any case. */
int pt_timeline_init(struct pt_timeline *timeline, const char *folder,
                     struct pt_err *err);
void pt_timeline_fini(struct pt_timeline *timeline);

#endif
