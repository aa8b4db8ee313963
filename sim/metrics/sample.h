/* sample.h - means of repeated measurements, with what they are worth.
 *
 * Intervals are Student's (A. M. Law, Simulation Modeling and Analysis, 5th
 * ed., 4.5, 9.4, 10.2), quantiles of t by GSL.  NaN among the values is a bug:
 * the caller leaves out what is missing. */
#ifndef PT_METRICS_SAMPLE_H
#define PT_METRICS_SAMPLE_H

#include <stddef.h>
#include <stdint.h>

/* Of N independent values.  half: half the width of the two-sided interval of
 * the confidence asked for; exactly 0 if all values are equal.  NaN: mean if n
 * = 0, deviation and half if n < 2. */
struct pt_sample {
    int64_t n;
    double mean, deviation, half;
};

/* CONFIDENCE is in (0, 1), 0.95 say.  Two passes: the mean of equal values is
 * that value. */
struct pt_sample pt_sample_of(const double *values, size_t n,
                              double confidence);

/* Of the differences A[i] - B[i], and the two-sided p value of "none on
 * average": 1 if all are 0; 0 if all are equal and not 0; NaN if n < 2. */
struct pt_paired {
    struct pt_sample difference;
    double p;
};

struct pt_paired pt_paired_of(const double *a, const double *b, size_t n,
                              double confidence);

/* Holm's adjustment (S. Holm, A simple sequentially rejective multiple test
 * procedure, Scand. J. Statist. 6, 1979) of P [N], in place, their order kept;
 * NaN stays, and counts for nothing. */
void pt_holm(double *p, size_t n);

/* Wilson's interval for HITS out of N (E. B. Wilson, Probable inference, the
 * law of succession, and statistical inference, J. Amer. Statist. Assoc. 22,
 * 1927): low and high; 0 and 1 if n = 0. */
void pt_share_interval(int64_t hits, int64_t n, double confidence, double *low,
                       double *high);

#endif
