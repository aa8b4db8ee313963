#include "metrics/sort.h"

#define DIGITS 8

/* Below this, shifting beats counting. */
#define SMALL 48

static void sort_small(uint64_t *keys, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        uint64_t key = keys[i];
        size_t k = i;

        for (; k > 0 && keys[k - 1] > key; k--)
            keys[k] = keys[k - 1];
        keys[k] = key;
    }
}

/* By bytes, the least significant first, passing over those that all have in
 * common. */
uint64_t *pt_keys_sort(uint64_t *keys, uint64_t *other, size_t n)
{
    size_t count[DIGITS][256] = {{0}};

    if (n < SMALL) {
        sort_small(keys, n);
        return keys;
    }
    for (size_t i = 0; i < n; i++)
        for (int d = 0; d < DIGITS; d++)
            count[d][keys[i] >> (8 * d) & 255]++;
    for (int d = 0; d < DIGITS; d++) {
        size_t *place = count[d];
        size_t sum = 0;

        if (place[keys[0] >> (8 * d) & 255] == n)
            continue;
        for (int v = 0; v < 256; v++) {
            size_t here = place[v];

            place[v] = sum;
            sum += here;
        }
        for (size_t i = 0; i < n; i++)
            other[place[keys[i] >> (8 * d) & 255]++] = keys[i];
        uint64_t *swap = keys;
        keys = other;
        other = swap;
    }
    return keys;
}
