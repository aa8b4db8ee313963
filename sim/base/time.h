/* time.h - instants and durations: integer microseconds.
 *
 * A pt_time is an instant on the run's own clock (a trace keeps its own zero)
 * or a duration; both need no unit suffix.  Doubles become time in
 * pt_time_from_seconds() alone.  Sums saturate at PT_TIME_NEVER. */
#ifndef PT_BASE_TIME_H
#define PT_BASE_TIME_H

#include <stddef.h>
#include <stdint.h>

typedef int64_t pt_time;

#define PT_SECOND     INT64_C(1000000)
#define PT_TIME_NEVER INT64_MAX
/* Later than all that can happen, and yet not never. */
#define PT_TIME_FAR (INT64_MAX - 1)

/* Longest text of pt_time_print(), with its final zero. */
#define PT_TIME_TEXT 28

/* A + B, where B >= 0; PT_TIME_NEVER if that is out of range. */
static inline pt_time pt_time_add(pt_time a, pt_time b)
{
    return b > PT_TIME_NEVER - (a > 0 ? a : 0) ? PT_TIME_NEVER : a + b;
}

/* Times ascending, for qsort(). */
int pt_time_compare(const void *left, const void *right);

/* SECONDS rounded to the nearest microsecond, at least 1; saturates; NaN is a
 * bug of the caller. */
pt_time pt_time_from_seconds(double seconds);

/* TIME in seconds, for statistics only. */
double pt_time_seconds(pt_time time);

/* Writes TIME in seconds, exactly, with up to six decimals and no trailing
 * zeros ("12", "0.5", "-3.000001") into TEXT; returns its length.  No final
 * zero byte is written.  At most PT_TIME_TEXT - 1 characters. */
size_t pt_time_print(char *text, pt_time time);

/* Reads a decimal number of seconds from TEXT [LENGTH], exactly: digits, one
 * optional point, an optional leading sign, an optional exponent.  Digits past
 * the sixth decimal are rounded to nearest.  Returns the number of characters
 * read, or 0 if TEXT does not begin with a number or it is out of range
 * (|seconds| > 9.2e12). */
size_t pt_time_read(pt_time *time, const char *text, size_t length);

#endif
