/* breaking.h - whole runs of the model `poisson` on nodes that break, and means
 * over several of them, with their standard errors. */
#ifndef PT_TESTS_THEORY_BREAKING_H
#define PT_TESTS_THEORY_BREAKING_H

#include "tests/unit/check.h"

#include <math.h>
#include "models/model.h"
#include "run.h"
#include "ask/policy_text.h"

struct breaking {
    const char *params;     /* of the model */
    const char *failures;   /* as the settings of these names */
    const char *checkpoint; /* NULL: none */
    int64_t nodes, seed;
    const char *dir; /* NULL: no files */
};

static inline void set(struct pt_settings *settings, const char *key,
                       const char *value)
{
    struct pt_err err = {.code = PT_ERR_NONE};

    if (pt_settings_set(settings, "test", key, value, &err))
        fail_msg("%s", err.text);
}

/* Runs, first come, first served; the caller finishes REPORT. */
static inline void run_breaking(const struct breaking *breaking,
                                struct pt_report *report)
{
    struct pt_choices choices = {.n = 0};
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_run run = {.source = &pt_model_poisson,
                         .source_params = breaking->params,
                         .dir = breaking->dir,
                         .nodes = breaking->nodes,
                         .cores = 1};

    if (pt_choices_add(&choices, "fcfs", &err))
        fail_msg("%s", err.text);
    pt_param_defaults(pt_settings_params, &run.settings);
    run.settings.seed = breaking->seed;
    set(&run.settings, "failures", breaking->failures);
    if (breaking->checkpoint)
        set(&run.settings, "checkpoint", breaking->checkpoint);
    run.policy = choices.items[0].policy;
    run.policy_state = choices.items[0].state;
    run.policy_text = choices.items[0].text;
    run.label = choices.items[0].label;
    if (pt_run_go(&run, report, &err))
        fail_msg("seed %d: %s", (int)breaking->seed, err.text);
    report->run = NULL;
    ASSERT_INT(report->summary.succeeded, report->summary.jobs);
    pt_choices_fini(&choices);
}

/* Attempts that lost a node. */
static inline int64_t count_killed(const struct pt_report *report)
{
    int64_t killed = 0;

    for (int i = 0; i < PT_ORIGINS; i++)
        killed += report->summary.downtime.by[i].killed;
    return killed;
}

/* The part of the ledger that CLASS has, in slot-seconds. */
static inline double area_of(const struct pt_report *report,
                             enum pt_class class)
{
    return (double)report->ledger.area[class] / (double)PT_SECOND;
}

/* ---- samples ---- */

struct sample {
    double n, sum, squares;
};

static inline void sample_add(struct sample *sample, double x)
{
    sample->n++;
    sample->sum += x;
    sample->squares += x * x;
}

static inline double sample_mean(const struct sample *sample)
{
    return sample->sum / sample->n;
}

/* Without bias. */
static inline double sample_variance(const struct sample *sample)
{
    double mean = sample_mean(sample);

    return fmax(sample->squares - sample->n * mean * mean, 0) / (sample->n - 1);
}

/* The standard error of the mean. */
static inline double sample_error(const struct sample *sample)
{
    return sqrt(sample_variance(sample) / sample->n);
}

/* Prints SAMPLE's mean beside EXPECTED; whether they are more than TOLERANCE of
 * it apart, or the standard error is no less than MOST of it. */
static inline int mean_is_off(const char *what, const struct sample *sample,
                              double expected, double tolerance, double most)
{
    double off = sample_mean(sample) / expected - 1;
    double error = sample_error(sample) / fabs(expected);
    int bad = !(fabs(off) <= tolerance && error < most);

    print_message("%-36s measured %-10.7g expected %-10.7g off %+.2f %% +- "
                  "%.2f %%%s\n",
                  what, sample_mean(sample), expected, 100 * off, 100 * error,
                  bad ? "  TOO FAR" : "");
    return bad;
}

#endif
