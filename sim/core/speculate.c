#include "core/speculate.h"

#include "base/vec.h"

/* Both heaps have their least in front: `low` has its lengths negated. */
static void sift_up(pt_time *heap, int32_t at)
{
    pt_time item = heap[at];

    for (int32_t up; at > 0 && heap[up = (at - 1) / 2] > item; at = up)
        heap[at] = heap[up];
    heap[at] = item;
}

/* Takes the least out of HEAP [n]. */
static pt_time heap_take(pt_time *heap, int32_t n)
{
    pt_time least = heap[0], item = heap[n - 1];
    int32_t at = 0, down;

    for (n--; (down = 2 * at + 1) < n; at = down) {
        if (down + 1 < n && heap[down + 1] < heap[down])
            down++;
        if (heap[down] >= item)
            break;
        heap[at] = heap[down];
    }
    heap[at] = item;
    return least;
}

static void push_low(struct pt_median *m, pt_time length)
{
    pt_vec_push(m->low, m->nlow, m->low_capacity, -length);
    sift_up(m->low, m->nlow - 1);
}

static void push_high(struct pt_median *m, pt_time length)
{
    pt_vec_push(m->high, m->nhigh, m->high_capacity, length);
    sift_up(m->high, m->nhigh - 1);
}

void pt_median_add(struct pt_median *median, pt_time length)
{
    int32_t half = (median->nlow + median->nhigh + 1) / 2;

    if (median->nhigh > 0 && length < median->high[0])
        push_low(median, length);
    else
        push_high(median, length);
    if (median->nlow > half) {
        push_high(median, -heap_take(median->low, median->nlow));
        median->nlow--;
    } else if (median->nlow < half) {
        push_low(median, heap_take(median->high, median->nhigh));
        median->nhigh--;
    }
}

pt_time pt_median_get(const struct pt_median *median)
{
    return median->nhigh > 0 ? median->high[0] : PT_TIME_NEVER;
}

void pt_median_fini(struct pt_median *median)
{
    pt_free(median->low);
    pt_free(median->high);
    *median = (struct pt_median){0};
}

pt_time pt_speculate_threshold(const struct pt_rules *rules,
                               const struct pt_median *median, int32_t ntasks)
{
    int64_t ended = (int64_t)median->nlow + median->nhigh;
    int64_t enough = (int64_t)(rules->speculation_quantile * ntasks);

    if (ntasks < 2 || ended < (enough > 1 ? enough : 1))
        return PT_TIME_NEVER;
    double length =
        rules->speculation_multiplier * (double)pt_median_get(median);
    /* Whole microseconds are longer than it if they are longer than its floor.
     */
    pt_time slow = length < 0x1p63 ? (pt_time)length : PT_TIME_NEVER;
    return slow > rules->speculation_min ? slow : rules->speculation_min;
}
