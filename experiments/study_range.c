#include "experiments/study_range.h"

#include <string.h>

#include "base/text.h"

/* Digits after the point, and what a number may amount to without it. */
#define MOST_DECIMALS 12
#define MOST_AMOUNT   INT64_C(1000000000000000)

enum { FROM, TO, STEP, KEYS };

static const char *const keys[KEYS] = {"from", "to", "step"};

bool pt_study_is_range(const struct pt_json *json, int32_t item)
{
    if (pt_json_at(json, item)->kind != PT_JSON_OBJECT)
        return false;
    for (int32_t key = item + 1; key < pt_json_at(json, item)->end;
         key = pt_json_at(json, key + 1)->end)
        if (strcmp(pt_json_text(json, key), keys[FROM]) == 0)
            return true;
    return false;
}

/* TEXT, "-12.345", as 12345 negative with *decimals 3; false: it is not so
 * written, or is too long. */
static bool read_decimal(const char *text, int64_t *amount, int *decimals)
{
    const bool minus = text[0] == '-';
    bool point = false;

    *amount = 0;
    *decimals = 0;
    for (text += minus; *text != '\0'; text++) {
        if (*text == '.') {
            point = true;
            continue;
        }
        if (*text < '0' || *text > '9')
            return false;
        *amount = 10 * *amount + (*text - '0');
        *decimals += point;
        if (*amount > MOST_AMOUNT || *decimals > MOST_DECIMALS)
            return false;
    }
    if (minus)
        *amount = -*amount;
    return true;
}

/* AMOUNT with so many DECIMALS into TEXT [40], without zeroes at the end. */
static void print_decimal(int64_t amount, int decimals, char text[40])
{
    char digits[24];
    size_t n, used = 0;

    while (decimals > 0 && amount % 10 == 0) {
        amount /= 10;
        decimals--;
    }
    if (amount < 0)
        text[used++] = '-';
    n = pt_text_int(digits, amount < 0 ? -amount : amount);
    const size_t behind = (size_t)decimals;
    const size_t whole = n > behind ? n - behind : 0;
    if (whole == 0)
        text[used++] = '0';
    memcpy(text + used, digits, whole);
    used += whole;
    if (behind > 0)
        text[used++] = '.';
    for (size_t i = n - whole; i < behind; i++)
        text[used++] = '0';
    memcpy(text + used, digits + whole, n - whole);
    text[used + n - whole] = '\0';
}

/* The three numbers as AMOUNTS of so many *decimals. */
static int read_amounts(const struct pt_json *json, const int32_t *at,
                        int64_t *amounts, int *decimals, struct pt_err *err)
{
    int own[KEYS];

    *decimals = 0;
    for (int i = 0; i < KEYS; i++) {
        if (pt_json_at(json, at[i])->kind != PT_JSON_NUMBER ||
            !read_decimal(pt_json_text(json, at[i]), &amounts[i], &own[i]))
            return pt_json_bad(json, at[i], err,
                               "'%s' is no plain number (expected one such as "
                               "0.05, of at most 15 digits)",
                               keys[i]);
        if (own[i] > *decimals)
            *decimals = own[i];
    }
    for (int i = 0; i < KEYS; i++)
        for (; own[i] < *decimals; own[i]++) {
            amounts[i] *= 10;
            if (amounts[i] > MOST_AMOUNT || amounts[i] < -MOST_AMOUNT)
                return pt_json_bad(json, at[i], err,
                                   "'%s' has too many digits beside the others "
                                   "(expected at most 15)",
                                   keys[i]);
        }
    return 0;
}

int pt_study_read_range(const struct pt_json *json, int32_t item,
                        int (*add)(void *context, const char *text,
                                   struct pt_err *err),
                        void *context, struct pt_err *err)
{
    int64_t amounts[KEYS];
    int32_t at[KEYS];
    int decimals, status = 0;
    char text[40];

    if (pt_json_keys(json, item, "a range", keys, KEYS, at, err) < 0)
        return -1;
    for (int i = 0; i < KEYS; i++)
        if (at[i] < 0)
            return pt_json_bad(json, item, err,
                               "the range has no '%s' (expected from, to and "
                               "step)",
                               keys[i]);
    if (read_amounts(json, at, amounts, &decimals, err) < 0)
        return -1;
    const int64_t from = amounts[FROM], to = amounts[TO], step = amounts[STEP];
    if (step == 0 || (to != from && (to > from) != (step > 0)))
        return pt_json_bad(json, at[STEP], err,
                           "steps do not lead from 'from' to 'to' (expected "
                           "another step)");
    if ((to - from) / step >= PT_RANGE_MOST)
        return pt_json_bad(json, at[STEP], err,
                           "the range has too many values (expected at most "
                           "%d)",
                           PT_RANGE_MOST);
    for (int64_t i = 0; i <= (to - from) / step && status == 0; i++) {
        print_decimal(from + i * step, decimals, text);
        status = add(context, text, err);
    }
    return status;
}
