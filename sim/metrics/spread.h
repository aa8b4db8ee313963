/* spread.h - how one metric is spread: its mean, quantiles and maximum. */
#ifndef PT_METRICS_SPREAD_H
#define PT_METRICS_SPREAD_H

#include <stddef.h>
#include <stdint.h>
#include "base/time.h"

/* Of one metric over all that have it; seconds, or a ratio.  All NaN when n =
 * 0. */
struct pt_spread {
    int64_t n;
    double mean, p50, p95, p99, max; /* quantiles of type 7 */
};

/* Of TIMES [N], which it sorts, in seconds. */
struct pt_spread pt_spread_of_times(pt_time *times, size_t n);

#endif
