/* conditions.c - the rules that an application ran under: Spark's
 * properties, with the defaults of its version, as `--set` keys. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "traces/eventlog/delay.h"
#include "traces/eventlog/machine.h"

enum kind {
    WORD,    /* `before` or `since` itself */
    COUNT,   /* at least 1 */
    MS,      /* a duration: a plain number is one of milliseconds ... */
    SECONDS, /* ... or of seconds */
    REAL
};

struct condition {
    const char *key;      /* of `--set`, and of struct pt_rules */
    const char *property; /* Spark's, or NULL */
    const char *other;    /* the one that counts where that is not set */
    const char *before;   /* its value where none is, before 4.0 ... */
    const char *since;    /* ... and since; NULL: the same */
    enum kind kind;
    double least, most; /* of what the key takes; durations in ms */
    bool (*holds)(const struct pt_app *app); /* NULL: always */
};

/* Whether the application ran under VERSION or later; one that does not say
 * counts as old. */
static bool is_since(const struct pt_app *app, int32_t major, int32_t minor)
{
    return app->major > major || (app->major == major && app->minor >= minor);
}

static const char *master_of(const struct pt_app *app)
{
    const char *master = pt_app_property(app, "spark.master");

    return master ? master : "";
}

/* Everything in one process, where nodes cannot come and go, and where the
 * first failure of a task counts. */
static bool is_local(const struct pt_app *app)
{
    const char *master = master_of(app);

    return strcmp(master, "local") == 0 || strncmp(master, "local[", 6) == 0;
}

static bool is_cluster(const struct pt_app *app)
{
    return !is_local(app);
}

static bool is_speculative(const struct pt_app *app)
{
    return pt_app_is_on(app, "spark.speculation", false);
}

static bool is_dynamic(const struct pt_app *app)
{
    return is_cluster(app) &&
           pt_app_is_on(app, "spark.dynamicAllocation.enabled", false);
}

/* Its name until 3.0, and since. */
static const char *const exclusions[] = {"spark.blacklist",
                                         "spark.excludeOnFailure"};

/* The property NAME.KEY of the newer name, or else of the older one. */
static const char *exclusion(const struct pt_app *app, const char *key)
{
    const char *value = NULL;
    char property[80];

    for (int i = 1; i >= 0 && !value; i--) {
        snprintf(property, sizeof property, "%s.%s", exclusions[i], key);
        value = pt_app_property(app, property);
    }
    return value;
}

static bool is_true(const char *value, bool fallback)
{
    return value ? strcasecmp(value, "true") == 0 : fallback;
}

/* Since 4.0 in two parts. */
static bool excludes(const struct pt_app *app)
{
    const bool both = is_true(exclusion(app, "enabled"), false);

    return is_true(exclusion(app, "application.enabled"), both) ||
           is_true(exclusion(app, "taskAndStage.enabled"), both);
}

bool pt_eventlog_excludes_oddly(const struct pt_app *app)
{
    static const char *const limits[][2] = {
        {"task.maxTaskAttemptsPerExecutor", "1"},
        {"task.maxTaskAttemptsPerNode", "2"},
        {"stage.maxFailedTasksPerExecutor", "2"},
        {"stage.maxFailedExecutorsPerNode", "2"},
        {"application.maxFailedTasksPerExecutor", "2"},
        {"application.maxFailedExecutorsPerNode", "2"}};

    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        const char *value = exclusion(app, limits[i][0]);
        if (value && strcmp(value, limits[i][1]) != 0)
            return excludes(app);
    }
    return false;
}

static bool is_excluding(const struct pt_app *app)
{
    return excludes(app) && !pt_eventlog_excludes_oddly(app);
}

static bool has_barriers(const struct pt_app *app)
{
    return is_since(app, 2, 4);
}

/* Beside the executors, and outliving them. */
static bool has_shuffle_service(const struct pt_app *app)
{
    return pt_app_is_on(app, "spark.shuffle.service.enabled", false);
}

static bool lacks_shuffle_service(const struct pt_app *app)
{
    return !has_shuffle_service(app);
}

/* That counts busy GPUs as free, and any sync's cancelling all time-outs, came
 * with 4.0: before, these two are left out. */
#define HOLES_BEFORE "h2+h3+h5+h6+h7+h9+h10+result"

#define GATE "spark.scheduler.barrier.maxConcurrentTasksCheck"

static const struct condition table[] = {
    {"rounds", NULL, NULL, "spark", NULL, WORD, 0, 0, NULL},
    {"revive", "spark.scheduler.revive.interval", NULL, "1s", NULL, MS, 1, 1e9,
     NULL},
    {"task_failures", NULL, NULL, "1", NULL, COUNT, 1, 1e9, is_local},
    {"task_failures", "spark.task.maxFailures", NULL, "4", NULL, COUNT, 1, 1e9,
     is_cluster},
    {"stage_attempts", "spark.stage.maxConsecutiveAttempts", NULL, "4", NULL,
     COUNT, 1, 1e9, NULL},
    /* Spark's process is a node here, and its node is a host. */
    {"locality_node", "spark.locality.wait.process", "spark.locality.wait",
     "3s", NULL, MS, 0, 1e12, NULL},
    {"locality_host", "spark.locality.wait.node", "spark.locality.wait", "3s",
     NULL, MS, 0, 1e12, NULL},
    {"locality_rack", "spark.locality.wait.rack", "spark.locality.wait", "3s",
     NULL, MS, 0, 1e12, NULL},
    {"speculation", NULL, NULL, "on", NULL, WORD, 0, 0, is_speculative},
    {"speculation_interval", "spark.speculation.interval", NULL, "100ms", NULL,
     MS, 1, 1e12, is_speculative},
    {"speculation_min", "spark.speculation.minTaskRuntime", NULL, "100ms", NULL,
     MS, 0, 1e12, is_speculative},
    {"speculation_quantile", "spark.speculation.quantile", NULL, "0.75", "0.9",
     REAL, 0, 1, is_speculative},
    {"speculation_multiplier", "spark.speculation.multiplier", NULL, "1.5", "3",
     REAL, 0, 1e6, is_speculative},
    {"gate", NULL, NULL, "on", NULL, WORD, 0, 0, has_barriers},
    {"gate_interval", GATE ".interval", NULL, "15s", NULL, SECONDS, 1, 1e12,
     has_barriers},
    {"gate_failures", GATE ".maxFailures", NULL, "40", NULL, COUNT, 1, 1e9,
     has_barriers},
    {"sync_timeout", "spark.barrier.sync.timeout", NULL, "365d", NULL, SECONDS,
     1, 1e12, has_barriers},
    {"holes", NULL, NULL, HOLES_BEFORE, "as-spark", WORD, 0, 0, has_barriers},
    {"outputs", NULL, NULL, "safe", NULL, WORD, 0, 0, has_shuffle_service},
    {"outputs", NULL, NULL, "local", NULL, WORD, 0, 0, lacks_shuffle_service},
    {"dynamic", NULL, NULL, "on", NULL, WORD, 0, 0, is_dynamic},
    {"exclude", NULL, NULL, "on", NULL, WORD, 0, 0, is_excluding},
};

/* TEXT, "3s", "500ms" or a number of PLAIN, in milliseconds. */
static bool read_ms(const char *text, double plain, double *ms)
{
    const struct {
        const char *unit;
        double ms;
    } units[] = {{"", plain}, {"us", 0.001}, {"ms", 1},    {"s", 1e3},
                 {"m", 6e4},  {"min", 6e4},  {"h", 3.6e6}, {"d", 8.64e7}};
    const size_t n = strspn(text, "0123456789");
    char digits[16];

    if (n == 0 || n >= sizeof digits)
        return false;
    pt_text_copy(digits, n + 1, text);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcmp(text + n, units[i].unit) == 0) {
            *ms = strtod(digits, NULL) * units[i].ms;
            return true;
        }
    return false;
}

static bool read_value(const struct condition *condition, const char *text,
                       double *value)
{
    int64_t n;

    switch (condition->kind) {
    case WORD:
        return false;
    case COUNT:
        if (!pt_text_read_int(&n, text))
            return false;
        *value = (double)n;
        return true;
    case MS:
        return read_ms(text, 1, value);
    case SECONDS:
        return read_ms(text, 1000, value);
    case REAL:
        break;
    }
    return pt_text_read_real(value, text);
}

/* What the application set, or else the default; false: neither is a number. */
static bool find_value(const struct condition *condition,
                       const struct pt_app *app, const char *fallback,
                       double *value)
{
    const char *const keys[] = {condition->property, condition->other};

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const char *text = keys[i] ? pt_app_property(app, keys[i]) : NULL;
        if (text && read_value(condition, text, value))
            return true;
    }
    return read_value(condition, fallback, value);
}

static void print_value(const struct condition *condition, double value,
                        char text[PT_EVENTLOG_VALUE])
{
    value = value < condition->least  ? condition->least
            : value > condition->most ? condition->most
                                      : value;
    if (condition->kind == REAL)
        text[pt_text_real(text, value)] = '\0';
    else
        snprintf(text, PT_EVENTLOG_VALUE, "%" PRId64 "%s", (int64_t)value,
                 condition->kind == COUNT ? "" : "ms");
}

/* local[N,FAILURES] */
static const char *local_failures(const struct pt_app *app)
{
    const char *comma = is_local(app) ? strchr(master_of(app), ',') : NULL;

    return comma ? comma + 1 : NULL;
}

int32_t
pt_eventlog_conditions(const struct pt_app *app,
                       struct pt_condition conditions[PT_EVENTLOG_CONDITIONS],
                       char values[PT_EVENTLOG_CONDITIONS][PT_EVENTLOG_VALUE])
{
    int32_t n = 0;

    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const struct condition *condition = &table[i];
        const char *fallback = condition->since && is_since(app, 4, 0)
                                   ? condition->since
                                   : condition->before;
        double value;
        if (condition->holds && !condition->holds(app))
            continue;
        if (condition->holds == is_local && local_failures(app))
            print_value(condition,
                        (double)strtol(local_failures(app), NULL, 10),
                        values[n]);
        else if (find_value(condition, app, fallback, &value))
            print_value(condition, value, values[n]);
        else
            pt_text_copy(values[n], PT_EVENTLOG_VALUE, fallback);
        conditions[n] =
            (struct pt_condition){.key = condition->key, .value = values[n]};
        n++;
    }
    const int64_t delay = pt_eventlog_launch_delay(app);
    if (delay != PT_APP_UNKNOWN) {
        snprintf(values[n], PT_EVENTLOG_VALUE, "%" PRId64 "ms", delay);
        conditions[n] =
            (struct pt_condition){.key = "launch_delay", .value = values[n]};
        n++;
    }
    return n;
}
