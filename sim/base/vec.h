/* vec.h - growing arrays: a pointer, a length and a capacity.
 *
 * The three live where the owner keeps them; growth doubles, so that pushing
 * is O(1) amortised and a warm array never allocates. */
#ifndef PT_BASE_VEC_H
#define PT_BASE_VEC_H

#include "base/alloc.h"

/* Makes room for N elements in ITEMS, of which CAPACITY fit now. */
#define pt_vec_reserve(items, capacity, n)                                     \
    do {                                                                       \
        if ((n) > (capacity)) {                                                \
            (capacity) = (n) > 2 * (capacity) ? (n) : 2 * (capacity);          \
            (items) =                                                          \
                pt_realloc((items), (size_t)(capacity), sizeof *(items));      \
        }                                                                      \
    } while (0)

/* Appends ITEM. */
#define pt_vec_push(items, n, capacity, item)                                  \
    do {                                                                       \
        pt_vec_reserve((items), (capacity), (n) + 1);                          \
        (items)[(n)++] = (item);                                               \
    } while (0)

#endif
