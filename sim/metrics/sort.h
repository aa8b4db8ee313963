/* sort.h - many whole numbers into ascending order, in O(n). */
#ifndef PT_METRICS_SORT_H
#define PT_METRICS_SORT_H

#include <stddef.h>
#include <stdint.h>

/* Sorts KEYS [N] by way of OTHER [N], which both lose what they held.  Returns
 * the one that holds the keys then. */
uint64_t *pt_keys_sort(uint64_t *keys, uint64_t *other, size_t n);

#endif
