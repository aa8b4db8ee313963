#include "base/text.h"

#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/alloc.h"
#include "base/assert.h"

bool pt_text_copy(char *to, size_t size, const char *from)
{
    pt_assert(size > 0);
    size_t length = strlen(from);
    size_t n = length < size ? length : size - 1;

    memcpy(to, from, n);
    to[n] = '\0';
    return n == length;
}

char *pt_text_dup(const char *text, size_t length)
{
    char *copy = pt_alloc(length + 1, 1);

    memcpy(copy, text, length);
    return copy;
}

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

/* One row of the table of distances: to A[0..i], from every beginning of B. */
static void fill_row(int *row, const int *above, const int *above2,
                     const char *a, int i, const char *b, int nb)
{
    row[0] = i + 1;
    for (int j = 0; j < nb; j++) {
        int best = above[j] + (a[i] != b[j]);
        best = min_int(best, above[j + 1] + 1);
        best = min_int(best, row[j] + 1);
        if (i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j])
            best = min_int(best, above2[j - 1] + 1);
        row[j + 1] = best;
    }
}

int pt_text_distance(const char *a, const char *b, int limit)
{
    size_t la = strlen(a), lb = strlen(b);
    size_t apart = la > lb ? la - lb : lb - la;

    if (limit <= 0 || apart >= (size_t)limit)
        return limit;
    int *rows = pt_alloc(3 * (lb + 1), sizeof *rows);
    int *row = rows, *above = rows + lb + 1, *above2 = rows + 2 * (lb + 1);
    for (size_t j = 0; j <= lb; j++)
        row[j] = (int)j;
    for (size_t i = 0; i < la; i++) {
        int *next = above2;
        above2 = above;
        above = row;
        row = next;
        fill_row(row, above, above2, a, (int)i, b, (int)lb);
    }
    int distance = row[lb];
    pt_free(rows);
    return min_int(distance, limit);
}

const char *pt_text_nearest(const char *word, const char *const *names,
                            size_t n)
{
    int length = (int)strlen(word);
    int limit = 1 + (length / 3 > 2 ? length / 3 : 2);
    const char *nearest = NULL;

    /* A word of which nothing is left is no slip of the hand. */
    limit = min_int(limit, length);
    for (size_t i = 0; i < n; i++) {
        int distance = pt_text_distance(word, names[i], limit);
        if (distance < limit) {
            limit = distance;
            nearest = names[i];
        }
    }
    return nearest;
}

const char pt_text_pairs[] = "00010203040506070809"
                             "10111213141516171819"
                             "20212223242526272829"
                             "30313233343536373839"
                             "40414243444546474849"
                             "50515253545556575859"
                             "60616263646566676869"
                             "70717273747576777879"
                             "80818283848586878889"
                             "90919293949596979899";

size_t pt_text_int(char *text, int64_t value)
{
    char digits[20];
    char *from = digits + sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    char *to = text;

    while (rest >= 10) {
        from -= 2;
        memcpy(from, pt_text_pairs + 2 * (rest % 100), 2);
        rest /= 100;
    }
    if (rest > 0 || from == digits + sizeof digits)
        *--from = (char)('0' + rest);
    if (value < 0)
        *to++ = '-';
    size_t n = (size_t)(digits + sizeof digits - from);
    memcpy(to, from, n);
    return (size_t)(to - text) + n;
}

bool pt_text_read_int(int64_t *value, const char *text)
{
    bool minus = *text == '-';
    uint64_t limit = minus ? UINT64_C(1) << 63 : INT64_MAX;
    uint64_t sum = 0;

    if (*text == '-' || *text == '+')
        text++;
    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return false;
        uint64_t digit = (uint64_t)(*text - '0');
        if (sum > (limit - digit) / 10)
            return false;
        sum = 10 * sum + digit;
    }
    *value = minus ? (int64_t)(0 - sum) : (int64_t)sum;
    return true;
}

bool pt_text_read_real(double *value, const char *text)
{
    char *end;

    /* strtod() would also take blanks, hexadecimals, "inf" and "nan". */
    if (text[0] == '\0' || text[strspn(text, "+-.0123456789eE")] != '\0')
        return false;
    double read = strtod(text, &end);
    if (*end != '\0' || !(read >= -DBL_MAX && read <= DBL_MAX))
        return false;
    *value = read;
    return true;
}

/* The digits after the point of FRACTION / 2^BITS, as few as tell it from its
 * neighbours, half a unit of FRACTION away: Steele & White, "How to print
 * floating-point numbers accurately", PLDI'90, algorithm (FP)^3.  FRACTION is
 * neither 0 nor as large as 2^BITS, BITS at most 58.  EVEN: the neighbours'
 * midpoints read back as this number. */
static char *print_fraction(char *to, uint64_t fraction, int bits,
                            unsigned even)
{
    uint64_t one = UINT64_C(1) << (bits + 1);
    uint64_t rest = 2 * fraction, near = 1;

    for (;;) {
        rest *= 10;
        near *= 10;
        char digit = (char)('0' + (rest >> (bits + 1)));
        rest &= one - 1;
        bool below = rest < near + even;
        bool above = rest + near + even > one;
        if (below || above) {
            bool odd = (digit & 1) != 0;
            bool up = 2 * rest > one || (2 * rest == one && odd);
            *to++ = (char)(digit + ((below && above) ? up : above));
            return to;
        }
        *to++ = digit;
    }
}

/* Prints VALUE >= 0 if it is in the range in which 64 bits are enough, without
 * loss; returns where the text ends, or NULL. */
static char *print_plain(char *to, double value)
{
    uint64_t image;

    if (!(value < 1e15))
        return NULL;
    uint64_t whole = (uint64_t)value;
    if (!(value > (double)whole))
        return to + pt_text_int(to, (int64_t)whole);
    memcpy(&image, &value, sizeof image);
    uint64_t mantissa = image & ((UINT64_C(1) << 52) - 1);
    int bits = 1075 - (int)(image >> 52);
    /* Below a power of two the neighbour is nearer: not here. */
    if (mantissa == 0 || bits > 58)
        return NULL;
    mantissa |= UINT64_C(1) << 52;
    uint64_t mask = (UINT64_C(1) << bits) - 1;
    to += pt_text_int(to, (int64_t)whole);
    *to++ = '.';
    return print_fraction(to, mantissa & mask, bits, (mantissa & 1) == 0);
}

static bool is_same(double value, const char *text)
{
    double read = strtod(text, NULL);

    return memcmp(&read, &value, sizeof read) == 0;
}

/* Fifteen digits survive in every normal number, so %.15g has no more than are
 * needed; in the subnormal ones fewer do. */
static size_t print_any(char *text, double value)
{
    bool tiny = value > -DBL_MIN && value < DBL_MIN;

    for (int digits = tiny ? 1 : 15; digits <= 17; digits++) {
        snprintf(text, 32, "%.*g", digits, value);
        if (is_same(value, text))
            break;
    }
    return strlen(text);
}

size_t pt_text_real(char *text, double value)
{
    uint64_t image;

    pt_assert(value >= -DBL_MAX && value <= DBL_MAX);
    memcpy(&image, &value, sizeof image);
    bool minus = image >> 63 != 0;
    if (minus)
        text[0] = '-';
    char *end = print_plain(text + minus, minus ? -value : value);
    if (!end)
        return print_any(text, value);
    *end = '\0';
    return (size_t)(end - text);
}
