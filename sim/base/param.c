#include "base/param.h"

#include <stdio.h>
#include <string.h>
#include "base/assert.h"
#include "base/text.h"
#include "base/time.h"

/* What the texts of an error are put together from. */
#define LIST_SIZE 400

union value {
    int64_t integer;
    pt_time time;
    double real;
    bool yes;
    int choice;
    char text[PT_PARAM_TEXT_SIZE];
};

static size_t value_size(enum pt_param_type type)
{
    switch (type) {
    case PT_PARAM_INT:
        return sizeof(int64_t);
    case PT_PARAM_TIME:
        return sizeof(pt_time);
    case PT_PARAM_REAL:
        return sizeof(double);
    case PT_PARAM_BOOL:
        return sizeof(bool);
    case PT_PARAM_CHOICE:
        return sizeof(int);
    case PT_PARAM_TEXT:
        return PT_PARAM_TEXT_SIZE;
    }
    pt_assert(false);
    return 0;
}

static bool has_limits(const struct pt_param *param)
{
    return param->min < 0 || param->min > 0 || param->max < 0 || param->max > 0;
}

static bool is_within(const struct pt_param *param, double value)
{
    if (has_limits(param))
        return value >= param->min && value <= param->max;
    return param->type != PT_PARAM_TIME || value >= 0;
}

static bool may_be_never(const struct pt_param *param)
{
    return !has_limits(param) || param->max > 9.2e12;
}

static const char *name_of_all(const struct pt_param *param)
{
    bool named = param->type == PT_PARAM_INT && param->choices != NULL;

    return named ? param->choices[0] : NULL;
}

/* "a, b or c" from NAMES into LIST [LIST_SIZE], cut if there are too many. */
static void join(const char *const *names, size_t n, char *list)
{
    size_t used = 0;

    list[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        const char *comma = i == 0 ? "" : i + 1 < n ? ", " : " or ";
        size_t size = strlen(comma) + strlen(names[i]);
        if (used + size + sizeof ", ..." > LIST_SIZE) {
            snprintf(list + used, LIST_SIZE - used, ", ...");
            return;
        }
        snprintf(list + used, LIST_SIZE - used, "%s%s", comma, names[i]);
        used += size;
    }
}

static size_t count_names(const char *const *names)
{
    size_t n = 0;

    while (names[n])
        n++;
    return n;
}

/* What a number must be, into TEXT [LIST_SIZE]. */
static void print_range(const struct pt_param *param, const char *what,
                        char *text)
{
    const char *all = name_of_all(param);
    const char *or_all = all ? all : may_be_never(param) ? "never" : NULL;
    char min[32], max[32], range[96] = "";

    if (!all && param->type != PT_PARAM_TIME)
        or_all = NULL;
    if (has_limits(param)) {
        pt_text_real(min, param->min);
        pt_text_real(max, param->max < 9e15 ? param->max : 0);
        if (param->max < 9e15)
            snprintf(range, sizeof range, " from %s to %s", min, max);
        else if (param->min > -9e15)
            snprintf(range, sizeof range, ", at least %s", min);
    } else if (param->type == PT_PARAM_TIME) {
        snprintf(range, sizeof range, ", at least 0");
    }
    snprintf(text, LIST_SIZE, "%s%s%s%s", what, range, or_all ? ", or " : "",
             or_all ? or_all : "");
}

static bool read_int(const struct pt_param *param, const char *text,
                     int64_t *value)
{
    const char *all = name_of_all(param);

    if (all && strcmp(text, all) == 0) {
        *value = INT64_MAX;
        return true;
    }
    return pt_text_read_int(value, text) && is_within(param, (double)*value);
}

struct unit {
    const char *name;
    int64_t times, over;
};

static const struct unit units[] = {
    {"", 1, 1},   {"s", 1, 1},    {"ms", 1, 1000}, {"us", 1, 1000000},
    {"m", 60, 1}, {"h", 3600, 1}, {"d", 86400, 1},
};

/* TIME seconds of the unit called NAME are VALUE.  False if there is no such
 * unit, or it is out of range. */
static bool convert_unit(pt_time time, const char *name, pt_time *value)
{
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        const struct unit *unit = &units[i];
        pt_time max = PT_TIME_NEVER / unit->times;
        if (strcmp(name, unit->name) != 0)
            continue;
        if (time >= max || time <= -max)
            return false;
        pt_time half = time < 0 ? -unit->over / 2 : unit->over / 2;
        *value = (time * unit->times + half) / unit->over;
        return true;
    }
    return false;
}

static bool read_time(const struct pt_param *param, const char *text,
                      pt_time *value)
{
    pt_time time;

    if (strcmp(text, "never") == 0) {
        *value = PT_TIME_NEVER;
        return may_be_never(param);
    }
    size_t read = pt_time_read(&time, text, strlen(text));
    return read > 0 && convert_unit(time, text + read, value) &&
           is_within(param, pt_time_seconds(*value));
}

static bool read_yes(const char *text, bool *value)
{
    *value = strcmp(text, "yes") == 0;
    return *value || strcmp(text, "no") == 0;
}

static bool read_choice(const struct pt_param *param, const char *text,
                        int *value)
{
    for (int i = 0; param->choices[i]; i++) {
        if (strcmp(param->choices[i], text) == 0) {
            *value = i;
            return true;
        }
    }
    return false;
}

/* TEXT as PARAM's value; false: it is none. */
static bool read_value(const struct pt_param *param, const char *text,
                       union value *value)
{
    switch (param->type) {
    case PT_PARAM_INT:
        return read_int(param, text, &value->integer);
    case PT_PARAM_TIME:
        return read_time(param, text, &value->time);
    case PT_PARAM_REAL:
        return pt_text_read_real(&value->real, text) &&
               is_within(param, value->real);
    case PT_PARAM_BOOL:
        return read_yes(text, &value->yes);
    case PT_PARAM_CHOICE:
        return read_choice(param, text, &value->choice);
    case PT_PARAM_TEXT:
        return pt_text_copy(value->text, sizeof value->text, text);
    }
    pt_assert(false);
    return false;
}

/* What PARAM's value must be, into TEXT [LIST_SIZE]. */
static void print_expected(const struct pt_param *param, char *text)
{
    switch (param->type) {
    case PT_PARAM_INT:
        print_range(param, "a whole number", text);
        return;
    case PT_PARAM_TIME:
        print_range(param, "a time such as 10s, 5m, 2h, 1d or 500ms", text);
        return;
    case PT_PARAM_REAL:
        print_range(param, "a number", text);
        return;
    case PT_PARAM_BOOL:
        snprintf(text, LIST_SIZE, "yes or no");
        return;
    case PT_PARAM_CHOICE:
        join(param->choices, count_names(param->choices), text);
        return;
    case PT_PARAM_TEXT:
        snprintf(text, LIST_SIZE, "at most %d characters",
                 PT_PARAM_TEXT_SIZE - 1);
        return;
    }
    pt_assert(false);
}

static int bad_value(const struct pt_param *param, const char *owner,
                     const char *text, struct pt_err *err)
{
    char expected[LIST_SIZE];
    const char *meant = NULL;

    if (param->type == PT_PARAM_CHOICE)
        meant =
            pt_text_nearest(text, param->choices, count_names(param->choices));
    print_expected(param, expected);
    if (meant)
        return pt_err_set(err, PT_ERR_USAGE,
                          "%s: %s=%.40s is not known (did you mean %s? "
                          "expected %s)",
                          owner, param->name, text, meant, expected);
    return pt_err_set(err, PT_ERR_USAGE, "%s: bad value %s=%.40s (expected %s)",
                      owner, param->name, text, expected);
}

/* A key more than this many is not in the message. */
#define MAX_KEYS 64

static int bad_key(const struct pt_param *params, const char *owner,
                   const char *key, struct pt_err *err)
{
    const char *names[MAX_KEYS];
    char list[LIST_SIZE];
    size_t n = 0;

    for (; params && params[n].name && n < MAX_KEYS; n++)
        names[n] = params[n].name;
    if (n == 0)
        return pt_err_set(err, PT_ERR_USAGE,
                          "%s has no parameter '%.40s' (expected none)", owner,
                          key);
    const char *meant = pt_text_nearest(key, names, n);
    if (meant)
        return pt_err_set(err, PT_ERR_USAGE,
                          "%s has no parameter '%.40s' (did you mean '%s'?)",
                          owner, key, meant);
    join(names, n, list);
    return pt_err_set(err, PT_ERR_USAGE,
                      "%s has no parameter '%.40s' (expected %s)", owner, key,
                      list);
}

static void store(const struct pt_param *param, void *state,
                  const union value *value)
{
    memcpy((char *)state + param->offset, value, value_size(param->type));
}

void pt_param_defaults(const struct pt_param *params, void *state)
{
    for (; params && params->name; params++) {
        union value value = {.integer = 0};
        bool parses = read_value(params, params->fallback, &value);
        pt_assert(parses);
        store(params, state, &value);
    }
}

int pt_param_set(const struct pt_param *params, void *state, const char *owner,
                 const char *key, const char *value, struct pt_err *err)
{
    const struct pt_param *param = pt_param_find(params, key);
    union value read = {.integer = 0};

    if (!param)
        return bad_key(params, owner, key, err);
    if (!read_value(param, value, &read))
        return bad_value(param, owner, value, err);
    store(param, state, &read);
    return 0;
}

const struct pt_param *pt_param_find(const struct pt_param *params,
                                     const char *key)
{
    for (; params && params->name; params++)
        if (strcmp(params->name, key) == 0)
            return params;
    return NULL;
}

/* A time as typed: seconds, with their unit. */
static void print_time(pt_time time, char *text, size_t size)
{
    char digits[PT_TIME_TEXT];

    if (time == PT_TIME_NEVER) {
        snprintf(text, size, "never");
        return;
    }
    digits[pt_time_print(digits, time)] = '\0';
    snprintf(text, size, "%ss", digits);
}

static void print_int(const struct pt_param *param, int64_t value, char *text,
                      size_t size)
{
    const char *all = name_of_all(param);
    char digits[24];

    digits[pt_text_int(digits, value)] = '\0';
    snprintf(text, size, "%s", all && value == INT64_MAX ? all : digits);
}

void pt_param_print(const struct pt_param *param, const void *state, char *text,
                    size_t size)
{
    union value value = {.integer = 0};
    char digits[32];

    memcpy(&value, (const char *)state + param->offset,
           value_size(param->type));
    switch (param->type) {
    case PT_PARAM_INT:
        print_int(param, value.integer, text, size);
        return;
    case PT_PARAM_TIME:
        print_time(value.time, text, size);
        return;
    case PT_PARAM_REAL:
        pt_text_real(digits, value.real);
        snprintf(text, size, "%s", digits);
        return;
    case PT_PARAM_BOOL:
        snprintf(text, size, "%s", value.yes ? "yes" : "no");
        return;
    case PT_PARAM_CHOICE:
        snprintf(text, size, "%s", param->choices[value.choice]);
        return;
    case PT_PARAM_TEXT:
        snprintf(text, size, "%s", value.text);
        return;
    }
    pt_assert(false);
}
