#include "sink/ranges.h"

#include <stdbool.h>
#include <stdlib.h>

static int compare_ranges(const void *a, const void *b)
{
    const struct pt_range *x = a, *y = b;

    return (x->first > y->first) - (x->first < y->first);
}

int32_t pt_ranges_join(struct pt_range *ranges, int32_t n)
{
    bool fine = true;

    for (int32_t i = 1; i < n && fine; i++)
        fine = ranges[i].first > ranges[i - 1].first + ranges[i - 1].count;
    if (fine)
        return n;
    qsort(ranges, (size_t)n, sizeof *ranges, compare_ranges);

    int32_t last = 0;
    for (int32_t i = 1; i < n; i++) {
        int32_t end = ranges[last].first + ranges[last].count;
        int32_t next_end = ranges[i].first + ranges[i].count;

        if (ranges[i].first > end)
            ranges[++last] = ranges[i];
        else if (next_end > end)
            ranges[last].count = next_end - ranges[last].first;
    }
    return last + 1;
}

void pt_ranges_put(struct pt_out *out, const struct pt_range *ranges, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        if (i > 0)
            pt_out_char(out, ' ');
        pt_out_int(out, ranges[i].first);
        if (ranges[i].count == 1)
            continue;
        pt_out_char(out, '-');
        pt_out_int(out, (int64_t)ranges[i].first + ranges[i].count - 1);
    }
}
