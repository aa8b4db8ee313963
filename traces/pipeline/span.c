/* span.c - a time that is given, or drawn. */
#include <gsl/gsl_cdf.h>
#include <math.h>

#include "traces/pipeline/doc.h"

/* Draws are cut here: a thousand years are a slip of the parameters. */
#define DRAW_MAX 3.2e10

enum { EXP, UNIFORM, LOGNORMAL, SPAN_KEYS };
static const char *const span_keys[] = {"exp", "uniform", "lognormal"};
const struct pt_pipeline_kind pt_pipeline_span_kind = {"distribution",
                                                       span_keys, SPAN_KEYS};

enum { MEAN, CV, LOGNORMAL_KEYS };
static const char *const lognormal_keys[] = {"mean", "cv"};
const struct pt_pipeline_kind pt_pipeline_lognormal = {
    "lognormal", lognormal_keys, LOGNORMAL_KEYS};

static int read_uniform(const struct pt_json *json, int32_t item,
                        const char *what, struct pt_pipeline_span *span,
                        struct pt_err *err)
{
    pt_time from = 0, to = 0;

    if (pt_json_expect(json, item, what, PT_JSON_LIST, err) < 0)
        return -1;
    if (pt_json_at(json, item)->n != 2)
        return pt_json_bad(json, item, err,
                           "%s has %ld bounds (expected two: [from, to])", what,
                           (long)pt_json_at(json, item)->n);
    int32_t second = pt_json_at(json, item + 1)->end;
    if (pt_json_time(json, item + 1, what, &from, err) < 0 ||
        pt_json_time(json, second, what, &to, err) < 0)
        return -1;
    if (to < from)
        return pt_json_bad(json, second, err,
                           "%s ends before it begins (expected [from, to])",
                           what);
    *span = (struct pt_pipeline_span){.law = PT_LAW_UNIFORM,
                                      .a = pt_time_seconds(from),
                                      .b = pt_time_seconds(to)};
    return 0;
}

static int missing(const struct pt_json *json, int32_t item, const char *what,
                   const char *key, struct pt_err *err)
{
    return pt_json_bad(json, item, err, "%s: no '%s' (expected it here)", what,
                       key);
}

static int read_mean(const struct pt_json *json, int32_t item, const char *what,
                     double *mean, struct pt_err *err)
{
    pt_time time = 0;

    if (pt_json_time(json, item, what, &time, err) < 0)
        return -1;
    if (time == 0)
        return pt_json_bad(json, item, err, "%s: the mean is 0 (expected more)",
                           what);
    *mean = pt_time_seconds(time);
    return 0;
}

static int read_lognormal(const struct pt_json *json, int32_t item,
                          const char *what, struct pt_pipeline_span *span,
                          struct pt_err *err)
{
    int32_t at[LOGNORMAL_KEYS];
    double mean, cv = 1;

    if (pt_json_keys(json, item, what, lognormal_keys, LOGNORMAL_KEYS, at,
                     err) < 0)
        return -1;
    if (at[MEAN] < 0)
        return missing(json, item, what, "mean", err);
    if (read_mean(json, at[MEAN], what, &mean, err) < 0 ||
        pt_json_real(json, at[CV], "'cv'", 1e-3, 1e3, &cv, err) < 0)
        return -1;
    double sigma = sqrt(log1p(cv * cv));
    *span = (struct pt_pipeline_span){.law = PT_LAW_LOGNORMAL,
                                      .a = log(mean) - sigma * sigma / 2,
                                      .b = sigma};
    return 0;
}

int pt_pipeline_span_read(const struct pt_json *json, int32_t item,
                          const char *what, struct pt_pipeline_span *span,
                          struct pt_err *err)
{
    int32_t at[SPAN_KEYS];

    if (item < 0)
        return 0;
    if (pt_json_at(json, item)->kind != PT_JSON_OBJECT) {
        *span = (struct pt_pipeline_span){.law = PT_LAW_FIXED};
        return pt_json_time(json, item, what, &span->fixed, err);
    }
    if (pt_json_keys(json, item, what, span_keys, SPAN_KEYS, at, err) < 0)
        return -1;
    if (pt_json_at(json, item)->n != 1)
        return pt_json_bad(json, item, err,
                           "%s has %ld distributions (expected one of: exp, "
                           "uniform, lognormal)",
                           what, (long)pt_json_at(json, item)->n);
    if (at[EXP] >= 0) {
        span->law = PT_LAW_EXP;
        return read_mean(json, at[EXP], what, &span->a, err);
    }
    return at[UNIFORM] >= 0
               ? read_uniform(json, at[UNIFORM], what, span, err)
               : read_lognormal(json, at[LOGNORMAL], what, span, err);
}

pt_time pt_pipeline_span_draw(const struct pt_pipeline_span *span,
                              struct pt_random *random)
{
    double seconds = 0;

    if (span->law == PT_LAW_FIXED)
        return span->fixed;
    double u = pt_random_real(random);
    if (span->law == PT_LAW_EXP)
        seconds = -span->a * log1p(-u);
    else if (span->law == PT_LAW_UNIFORM)
        seconds = span->a + (span->b - span->a) * u;
    else if (u > 0)
        seconds = exp(span->a + span->b * gsl_cdf_ugaussian_Pinv(u));
    return pt_time_from_seconds(fmin(seconds, DRAW_MAX));
}
