#include "metrics/sample.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include "base/alloc.h"
#include "base/assert.h"

/* Value I of A, or by how much it is above B's. */
static double value_at(const double *a, const double *b, size_t i)
{
    double value = b ? a[i] - b[i] : a[i];

    pt_assert(!isnan(value));
    return value;
}

/* The second pass gives back what the sum lost: all of it, if the values are
 * equal, as their distance from the mean is a few units of its last place. */
static double mean_of(const double *a, const double *b, size_t n)
{
    double sum = 0, rest = 0;

    for (size_t i = 0; i < n; i++)
        sum += value_at(a, b, i);
    double mean = sum / (double)n;
    for (size_t i = 0; i < n; i++)
        rest += value_at(a, b, i) - mean;
    return mean + rest / (double)n;
}

static double deviation_of(const double *a, const double *b, size_t n,
                           double mean)
{
    double squares = 0;

    for (size_t i = 0; i < n; i++) {
        double off = value_at(a, b, i) - mean;
        squares += off * off;
    }
    return sqrt(squares / (double)(n - 1));
}

static struct pt_sample take(const double *a, const double *b, size_t n,
                             double confidence)
{
    struct pt_sample sample = {.n = (int64_t)n,
                               .mean = (double)NAN,
                               .deviation = (double)NAN,
                               .half = (double)NAN};

    pt_assert(confidence > 0 && confidence < 1);
    if (n > 0)
        sample.mean = mean_of(a, b, n);
    if (n < 2)
        return sample;
    sample.deviation = deviation_of(a, b, n, sample.mean);
    sample.half = sample.deviation / sqrt((double)n) *
                  gsl_cdf_tdist_Qinv((1 - confidence) / 2, (double)(n - 1));
    return sample;
}

struct pt_sample pt_sample_of(const double *values, size_t n, double confidence)
{
    return take(values, NULL, n, confidence);
}

/* P of a mean at least as far from 0, if the true one is 0. */
static double p_of(const struct pt_sample *difference)
{
    double n = (double)difference->n;
    double size = fabs(difference->mean);

    if (difference->n < 2)
        return (double)NAN;
    if (!(difference->deviation > 0))
        return size > 0 ? 0 : 1;
    return 2 * gsl_cdf_tdist_Q(size / difference->deviation * sqrt(n), n - 1);
}

struct pt_paired pt_paired_of(const double *a, const double *b, size_t n,
                              double confidence)
{
    struct pt_paired paired = {.difference = take(a, b, n, confidence)};

    paired.p = p_of(&paired.difference);
    return paired;
}

struct place {
    double p;
    size_t at;
};

static int compare(const void *left, const void *right)
{
    const struct place *a = left, *b = right;

    return (a->p > b->p) - (a->p < b->p);
}

void pt_holm(double *p, size_t n)
{
    struct place *order = pt_alloc(n + 1, sizeof *order);
    size_t count = 0;
    double least = 0;

    for (size_t i = 0; i < n; i++)
        if (!isnan(p[i]))
            order[count++] = (struct place){.p = p[i], .at = i};
    qsort(order, count, sizeof *order, compare);
    for (size_t k = 0; k < count; k++) {
        least = fmax(least, (double)(count - k) * order[k].p);
        p[order[k].at] = fmin(least, 1);
    }
    pt_free(order);
}

void pt_share_interval(int64_t hits, int64_t n, double confidence, double *low,
                       double *high)
{
    pt_assert(hits >= 0 && hits <= n);
    pt_assert(confidence > 0 && confidence < 1);
    *low = 0;
    *high = 1;
    if (n == 0)
        return;

    double z = gsl_cdf_ugaussian_Qinv((1 - confidence) / 2);
    double size = (double)n, share = (double)hits / size;
    double width = 1 + z * z / size;
    double centre = (share + z * z / (2 * size)) / width;
    double half = z *
                  sqrt(share * (1 - share) / size + z * z / (4 * size * size)) /
                  width;

    /* Exact, but for rounding, at both ends. */
    if (hits > 0)
        *low = fmax(centre - half, 0);
    if (hits < n)
        *high = fmin(centre + half, 1);
}
