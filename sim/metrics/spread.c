#include "metrics/spread.h"

#include <math.h>
#include <stdlib.h>

__extension__ typedef __int128 wide;

static double quantile(const pt_time *times, size_t n, size_t percent)
{
    size_t rank = (n - 1) * percent;
    size_t k = rank / 100;
    double low = (double)times[k];
    double part = (double)(rank % 100) / 100.0;

    if (rank % 100 == 0)
        return low / 1e6;
    return (low + part * ((double)times[k + 1] - low)) / 1e6;
}

struct pt_spread pt_spread_of_times(pt_time *times, size_t n)
{
    wide sum = 0;

    if (n == 0)
        return (struct pt_spread){.mean = (double)NAN,
                                  .p50 = (double)NAN,
                                  .p95 = (double)NAN,
                                  .p99 = (double)NAN,
                                  .max = (double)NAN};
    qsort(times, n, sizeof *times, pt_time_compare);
    for (size_t i = 0; i < n; i++)
        sum += times[i];
    return (struct pt_spread){.n = (int64_t)n,
                              .mean = (double)sum / ((double)n * 1e6),
                              .p50 = quantile(times, n, 50),
                              .p95 = quantile(times, n, 95),
                              .p99 = quantile(times, n, 99),
                              .max = quantile(times, n, 100)};
}
