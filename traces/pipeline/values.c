/* values.c - what JSON values mean: numbers, times, amounts, names. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/param.h"
#include "base/text.h"
#include "traces/json.h"

/* Room for a value that is quoted in a message. */
#define SEEN_SIZE 48

/* ITEM as a message shows it. */
static const char *seen(const struct pt_json *json, int32_t item,
                        char text[SEEN_SIZE])
{
    switch (pt_json_at(json, item)->kind) {
    case PT_JSON_NULL:
        return "null";
    case PT_JSON_FALSE:
        return "false";
    case PT_JSON_TRUE:
        return "true";
    case PT_JSON_NUMBER:
        snprintf(text, SEEN_SIZE, "%.40s", pt_json_text(json, item));
        return text;
    case PT_JSON_TEXT:
        snprintf(text, SEEN_SIZE, "'%.40s'", pt_json_text(json, item));
        return text;
    case PT_JSON_LIST:
        return "a list";
    case PT_JSON_OBJECT:
        return "an object";
    }
    pt_unreachable();
    return "";
}

static int bad_value(const struct pt_json *json, int32_t item, const char *what,
                     const char *expected, struct pt_err *err)
{
    char text[SEEN_SIZE];

    return pt_json_bad(json, item, err, "%s is %s (expected %s)", what,
                       seen(json, item, text), expected);
}

int pt_json_expect(const struct pt_json *json, int32_t item, const char *what,
                   enum pt_json_kind kind, struct pt_err *err)
{
    if (pt_json_at(json, item)->kind == kind)
        return 0;
    return bad_value(json, item, what,
                     kind == PT_JSON_OBJECT ? "an object: {...}"
                     : kind == PT_JSON_LIST ? "a list: [...]"
                                            : "a text: \"...\"",
                     err);
}

/* ---- objects ---- */

static int bad_key(const struct pt_json *json, int32_t key, const char *what,
                   const char *const *names, int32_t n, struct pt_err *err)
{
    const char *word = pt_json_text(json, key);
    const char *near = pt_text_nearest(word, names, (size_t)n);
    char list[256] = "";

    if (near)
        return pt_json_bad(json, key, err,
                           "%s: unknown key '%.60s' (did you mean '%s'?)", what,
                           word, near);
    for (int32_t i = 0; i < n; i++) {
        size_t length = strlen(list);
        snprintf(list + length, sizeof list - length, "%s%s", i ? ", " : "",
                 names[i]);
    }
    return pt_json_bad(json, key, err,
                       "%s: unknown key '%.60s' (expected one of: %s)", what,
                       word, list);
}

static int32_t find_key(const char *word, const char *const *names, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        if (strcmp(word, names[i]) == 0)
            return i;
    return -1;
}

int pt_json_keys(const struct pt_json *json, int32_t object, const char *what,
                 const char *const *names, int32_t n, int32_t *at,
                 struct pt_err *err)
{
    if (pt_json_expect(json, object, what, PT_JSON_OBJECT, err) < 0)
        return -1;
    for (int32_t i = 0; i < n; i++)
        at[i] = -1;
    for (int32_t key = object + 1; key < pt_json_at(json, object)->end;
         key = pt_json_at(json, key + 1)->end) {
        int32_t i = find_key(pt_json_text(json, key), names, n);
        if (i < 0 && pt_json_is_remark(json, key))
            continue;
        if (i < 0)
            return bad_key(json, key, what, names, n, err);
        if (at[i] >= 0)
            return pt_json_bad(json, key, err,
                               "%s: '%s' stands here twice (expected it once)",
                               what, names[i]);
        at[i] = key + 1;
    }
    return 0;
}

/* ---- single values ---- */

int pt_json_bool(const struct pt_json *json, int32_t item, const char *what,
                 bool *value, struct pt_err *err)
{
    if (item < 0)
        return 0;
    enum pt_json_kind kind = pt_json_at(json, item)->kind;
    if (kind != PT_JSON_TRUE && kind != PT_JSON_FALSE)
        return bad_value(json, item, what, "true or false", err);
    *value = kind == PT_JSON_TRUE;
    return 0;
}

/* Whole numbers that are written otherwise, as 1e3 or 5.0, are read as decimal
 * seconds are, in millionths. */
static bool is_whole(const struct pt_json *json, int32_t item, int64_t *value)
{
    const char *text = pt_json_text(json, item);
    pt_time parts;

    if (pt_json_at(json, item)->kind != PT_JSON_NUMBER)
        return false;
    if (pt_text_read_int(value, text))
        return true;
    if (pt_time_read(&parts, text, strlen(text)) == 0 || parts % 1000000 != 0)
        return false;
    *value = parts / 1000000;
    return true;
}

int pt_json_int(const struct pt_json *json, int32_t item, const char *what,
                int64_t min, int64_t max, int64_t *value, struct pt_err *err)
{
    char expected[80];
    int64_t number;

    if (item < 0)
        return 0;
    if (is_whole(json, item, &number) && number >= min && number <= max) {
        *value = number;
        return 0;
    }
    if (max == INT64_MAX)
        snprintf(expected, sizeof expected, "a whole number from %lld on",
                 (long long)min);
    else
        snprintf(expected, sizeof expected, "a whole number from %lld to %lld",
                 (long long)min, (long long)max);
    return bad_value(json, item, what, expected, err);
}

int pt_json_real(const struct pt_json *json, int32_t item, const char *what,
                 double min, double max, double *value, struct pt_err *err)
{
    char expected[80];
    double number;

    if (item < 0)
        return 0;
    if (pt_json_at(json, item)->kind == PT_JSON_NUMBER &&
        pt_text_read_real(&number, pt_json_text(json, item)) && number >= min &&
        number <= max) {
        *value = number;
        return 0;
    }
    snprintf(expected, sizeof expected, "a number from %g to %g", min, max);
    return bad_value(json, item, what, expected, err);
}

int pt_json_milli(const struct pt_json *json, int32_t item, const char *what,
                  int64_t max, int64_t *value, struct pt_err *err)
{
    char expected[80];
    const char *text;
    pt_time parts;

    if (item < 0)
        return 0;
    text = pt_json_text(json, item);
    if (pt_json_at(json, item)->kind == PT_JSON_NUMBER &&
        pt_time_read(&parts, text, strlen(text)) > 0 && parts >= 0 &&
        parts <= max * 1000000 && parts % 1000 == 0 &&
        (parts > 0 || !(strtod(text, NULL) > 0))) {
        *value = parts / 1000;
        return 0;
    }
    snprintf(expected, sizeof expected,
             "a number from 0 to %lld with up to three decimals",
             (long long)max);
    return bad_value(json, item, what, expected, err);
}

int pt_json_memory(const struct pt_json *json, int32_t item, const char *what,
                   int64_t *value, struct pt_err *err)
{
    static const struct {
        const char *name;
        int64_t size;
    } units[] = {{"MiB", 1}, {"GiB", 1 << 10}, {"TiB", 1 << 20}};
    const int64_t max = INT64_C(1000000000000);
    char digits[16] = "";
    int64_t number = -1, unit = 0;

    if (item < 0)
        return 0;
    if (pt_json_at(json, item)->kind == PT_JSON_TEXT) {
        const char *text = pt_json_text(json, item);
        size_t n = strspn(text, "0123456789");
        if (n < sizeof digits)
            pt_text_copy(digits, n + 1, text);
        for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
            if (strcmp(text + n, units[i].name) == 0)
                unit = units[i].size;
        if (unit == 0 || !pt_text_read_int(&number, digits))
            number = -1;
    } else if (is_whole(json, item, &number)) {
        unit = 1;
    }
    if (number < 0 || unit == 0 || number > max / unit)
        return bad_value(json, item, what,
                         "MiB, as a whole number up to 1e12, or a text such as "
                         "\"512MiB\", \"16GiB\" or \"1TiB\"",
                         err);
    *value = number * unit;
    return 0;
}

/* TEXT with a unit, as parameters have it. */
static bool read_units(const char *text, pt_time *time)
{
    static const struct pt_param params[] = {
        {.name = "time", .type = PT_PARAM_TIME, .fallback = "0"}, PT_PARAM_END};
    struct pt_err err = {.code = PT_ERR_NONE};

    return pt_param_set(params, time, "", "time", text, &err) == 0;
}

int pt_json_time(const struct pt_json *json, int32_t item, const char *what,
                 pt_time *value, struct pt_err *err)
{
    pt_time time = -1;

    if (item < 0)
        return 0;
    const struct pt_json_item *at = pt_json_at(json, item);
    const char *text = pt_json_text(json, item);
    bool is_time = false;
    if (at->kind == PT_JSON_NUMBER)
        is_time = pt_time_read(&time, text, (size_t)at->n) > 0;
    else if (at->kind == PT_JSON_TEXT)
        is_time = read_units(text, &time);
    if (is_time && time >= 0 && time <= PT_JSON_TIME_MAX * PT_SECOND) {
        *value = time;
        return 0;
    }
    return bad_value(json, item, what,
                     "seconds, as a number from 0 to 1e11, or a text with a "
                     "unit such as \"90s\", \"5m\" or \"2h\"",
                     err);
}

int pt_json_choice(const struct pt_json *json, int32_t item, const char *what,
                   const char *const *names, int *value, struct pt_err *err)
{
    char list[256] = "";
    const char *near = NULL;
    int n = 0;

    if (item < 0)
        return 0;
    bool is_text = pt_json_at(json, item)->kind == PT_JSON_TEXT;
    for (; names[n]; n++) {
        size_t length = strlen(list);
        snprintf(list + length, sizeof list - length, "%s%s", n ? ", " : "",
                 names[n]);
        if (is_text && strcmp(names[n], pt_json_text(json, item)) == 0) {
            *value = n;
            return 0;
        }
    }
    if (is_text)
        near = pt_text_nearest(pt_json_text(json, item), names, (size_t)n);
    if (near)
        return pt_json_bad(json, item, err,
                           "%s is '%.40s' (did you mean "
                           "'%s'?)",
                           what, pt_json_text(json, item), near);
    return bad_value(json, item, what, list, err);
}

int pt_json_name(const struct pt_json *json, int32_t item, const char *what,
                 const char **value, struct pt_err *err)
{
    int64_t number;

    if (item < 0)
        return 0;
    const struct pt_json_item *at = pt_json_at(json, item);
    const char *text = pt_json_text(json, item);
    bool is_text = at->kind == PT_JSON_TEXT && at->n > 0;
    bool is_number = at->kind == PT_JSON_NUMBER &&
                     pt_text_read_int(&number, text) && number >= 0 &&
                     text[0] != '-';
    if (!is_text && !is_number)
        return bad_value(json, item, what,
                         "a name: a text, or a whole number from 0 on", err);
    *value = text;
    return 0;
}
