#include "tool/selftest_forms.h"

#include <math.h>
#include <string.h>

#include "base/assert.h"

enum { WIDEST = 16 };

double pt_form_value(const double *x)
{
    return x[0];
}

double pt_form_mmc_wait(const double *x)
{
    const int c = (int)x[0];
    const double rho = x[1];
    double b = 1; /* Erlang's B, from which his C follows */

    for (int i = 1; i <= c; i++)
        b = c * rho * b / (i + c * rho * b);
    return b / (1 - rho * (1 - b)) / (c * (1 - rho));
}

double pt_form_mg1_wait(const double *x)
{
    const double rho = x[0], cv = x[1];

    return rho * (1 + cv * cv) / (2 * (1 - rho));
}

double pt_form_mm1_p95(const double *x)
{
    return log(20) / (1 - x[0]);
}

/* SUM [k + 1] becomes its convolution with P [k + 1]: the widths of one gang
 * more. */
static void convolve(double *sum, const double *p, int k)
{
    double next[WIDEST + 1] = {0};

    for (int a = 1; a <= k; a++)
        for (int b = 1; a + b <= k; b++)
            next[a + b] += sum[a] * p[b];
    memcpy(sum, next, sizeof next);
}

/* 1/X = sum_i 1/i sum_j P(i gangs take j) P(the next is wider than k - j) */
double pt_form_gang_throughput(const double *x)
{
    const int k = (int)x[0];
    double p[WIDEST + 1] = {0}, sum[WIDEST + 1], each = 0;

    pt_assert(k <= WIDEST);
    for (x++; *x > 0; x += 2)
        p[(int)x[0]] = x[1];
    memcpy(sum, p, sizeof sum);
    for (int i = 1; i <= k; i++) {
        for (int j = i; j <= k; j++)
            for (int t = k - j + 1; t <= k; t++)
                each += sum[j] * p[t] / i;
        convolve(sum, p, k);
    }
    return 1 / each;
}

double pt_form_one_or_all(const double *x)
{
    const int k = (int)x[0];
    const double all = x[1], one = 1 - all;
    double each = all + pow(one, k) / k;

    for (int j = 1; j < k; j++)
        each += all * pow(one, j) / j;
    return 1 / each;
}

double pt_form_barrier_share(const double *x)
{
    double harmonic = 0;

    for (int i = 1; i <= (int)x[0]; i++)
        harmonic += 1.0 / i;
    return 1 - 1 / harmonic;
}

double pt_form_attempts(const double *x)
{
    return exp(x[0]);
}

double pt_form_retry_time(const double *x)
{
    return expm1(x[0]);
}

double pt_form_gang_mtbf(const double *x)
{
    return x[1] / x[0];
}

/* Segments of INTERVAL and a checkpoint; the last has what is left, and none.
 * Each is tried, after a restart, until nothing fails. */
static double saved_time(const double *x, double interval)
{
    const double work = x[0], cost = x[1], restart = x[2];
    const double full = ceil(work / interval) - 1;

    return exp(restart) *
           (full * expm1(interval + cost) + expm1(work - full * interval));
}

double pt_form_young_time(const double *x)
{
    return saved_time(x, sqrt(2 * x[1]));
}

double pt_form_daly_time(const double *x)
{
    const double half = x[1] / 2;

    return saved_time(x,
                      sqrt(2 * x[1]) * (1 + sqrt(half) / 3 + half / 9) - x[1]);
}

double pt_form_breakdown(const double *x)
{
    const double lambda = x[0], mu = x[1], xi = x[2], eta = x[3];
    const double both = xi + eta;

    return (1 + mu * xi / (both * both)) / (mu * eta / both - lambda);
}

double pt_form_up(const double *x)
{
    return x[0] / (x[0] + x[1]);
}
