/* ranges.h - allocations as files have them: "0-3 7 9-15". */
#ifndef PT_SINK_RANGES_H
#define PT_SINK_RANGES_H

#include "core/resource.h"
#include "sink/out.h"

/* Makes RANGES [N] ascending, disjoint and maximal; returns how many are left.
 */
int32_t pt_ranges_join(struct pt_range *ranges, int32_t n);

/* RANGES [N], joined, with a space between two. */
void pt_ranges_put(struct pt_out *out, const struct pt_range *ranges,
                   int32_t n);

#endif
