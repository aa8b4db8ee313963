#include "base/time.h"

#include <stdbool.h>
#include "base/assert.h"
#include "base/text.h"

/* Largest |time| that pt_time_read() gives: 9.2e12 s. */
#define READ_MAX UINT64_C(9200000000000000000)

int pt_time_compare(const void *left, const void *right)
{
    const pt_time *a = left, *b = right;

    return (*a > *b) - (*a < *b);
}

pt_time pt_time_from_seconds(double seconds)
{
    pt_assert(seconds < 1.0 || seconds >= 1.0);
    double us = seconds * 1e6;
    if (us < 1.0)
        return 1;
    if (us >= 9223372036854775808.0)
        return PT_TIME_NEVER;
    pt_time whole = (pt_time)us;
    return us - (double)whole < 0.5 ? whole : whole + 1;
}

double pt_time_seconds(pt_time time)
{
    return (double)time / 1e6;
}

size_t pt_time_print(char *text, pt_time time)
{
    char *to = text;
    uint64_t us = time < 0 ? 0 - (uint64_t)time : (uint64_t)time;
    uint32_t rest = (uint32_t)(us % 1000000);

    if (time < 0)
        *to++ = '-';
    to += pt_text_int(to, (int64_t)(us / 1000000));
    if (rest == 0)
        return (size_t)(to - text);
    *to++ = '.';
    for (uint32_t unit = 100000; rest > 0; unit /= 10) {
        *to++ = (char)('0' + rest / unit);
        rest %= unit;
    }
    return (size_t)(to - text);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The exponent that begins at AT, into EXPONENT; returns where it ends, or AT
 * if there is none.  Exponents that no digits can make good are cut. */
static const char *read_exponent(const char *at, const char *end,
                                 int64_t *exponent)
{
    const char *from = at;
    bool minus = false;
    int64_t value = 0;

    *exponent = 0;
    if (from == end || (*from != 'e' && *from != 'E'))
        return at;
    from++;
    if (from < end && (*from == '-' || *from == '+'))
        minus = *from++ == '-';
    if (from == end || !is_digit(*from))
        return at;
    for (; from < end && is_digit(*from); from++)
        if (value < INT64_C(1000000000000000))
            value = 10 * value + (*from - '0');
    *exponent = minus ? -value : value;
    return from;
}

/* Adds DIGIT, worth 10^POWER microseconds, after all digits before it.  False
 * if the sum is out of range. */
static bool take_digit(uint64_t *us, int64_t power, unsigned digit)
{
    if (power >= 0) {
        if (*us > (READ_MAX - digit) / 10)
            return false;
        *us = 10 * *us + digit;
    } else if (power == -1 && digit >= 5) {
        *us += 1;
    }
    return true;
}

/* The general case: digits FROM ... TO with at most one point among them, times
 * 10^EXPONENT seconds, into US.  False if that is out of range. */
static bool sum_digits(const char *from, const char *to, int64_t exponent,
                       uint64_t *us)
{
    const char *point = from;

    *us = 0;
    while (point < to && *point != '.')
        point++;
    int64_t power = point - from + exponent + 6;
    for (; from < to; from++) {
        if (from == point)
            continue;
        power--;
        if (!take_digit(us, power, (unsigned)(*from - '0')))
            return false;
    }
    for (; power > 0 && *us > 0; power--)
        if (!take_digit(us, 0, 0))
            return false;
    return *us <= READ_MAX;
}

size_t pt_time_read(pt_time *time, const char *text, size_t length)
{
    const char *end = text + length;
    const char *from = text;
    bool minus = false;
    uint64_t us = 0;

    if (from < end && (*from == '-' || *from == '+'))
        minus = *from++ == '-';
    const char *at = from;
    for (; at < end && is_digit(*at) && at - from < 12; at++)
        us = 10 * us + (uint64_t)(*at - '0');
    bool plain = at > from && (at == end || (!is_digit(*at) && *at != '.' &&
                                             *at != 'e' && *at != 'E'));
    if (plain) {
        us *= 1000000;
    } else {
        int64_t exponent;
        while (at < end && is_digit(*at))
            at++;
        int64_t digits = at - from;
        if (at < end && *at == '.')
            for (at++; at < end && is_digit(*at); at++)
                digits++;
        const char *to = at;
        at = read_exponent(at, end, &exponent);
        if (digits == 0 || !sum_digits(from, to, exponent, &us))
            return 0;
    }
    *time = minus ? -(pt_time)us : (pt_time)us;
    return (size_t)(at - text);
}
