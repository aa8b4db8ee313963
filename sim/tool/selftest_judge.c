#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "metrics/sample.h"
#include "tool/selftest_check.h"

/* Of forty checks at this confidence one in twenty-five pages has a false
 * alarm; at 95 % most pages would. */
#define CONFIDENCE 0.999

/* What long enough runs are within, however wide their interval. */
#define MOST 0.02

static double deviation(double expected, double found)
{
    return expected < 0 || expected > 0 ? found / expected - 1 : (double)NAN;
}

void pt_finding_sample(struct pt_finding *finding, double expected,
                       const double *values, int n)
{
    const struct pt_sample narrow = pt_sample_of(values, (size_t)n, 0.95);
    const struct pt_sample wide = pt_sample_of(values, (size_t)n, CONFIDENCE);
    const double off = deviation(expected, narrow.mean);

    finding->expected = expected;
    finding->found = narrow.mean;
    finding->half = narrow.half;
    finding->deviation = off;
    finding->runs = n;
    snprintf(finding->reference, sizeof finding->reference, "%.6g", expected);
    snprintf(finding->ours, sizeof finding->ours, "%.6g", narrow.mean);
    finding->verdict = PT_VERDICT_DIFFERS;
    if (!(fabs(narrow.mean - expected) <= wide.half))
        snprintf(finding->why, sizeof finding->why,
                 "not within the 99.9 %% interval, +- %.3g", wide.half);
    else if (!(fabs(off) <= MOST))
        snprintf(finding->why, sizeof finding->why, "more than %g %% off",
                 100 * MOST);
    else
        finding->verdict = PT_VERDICT_OK;
}

void pt_finding_number(struct pt_finding *finding, double expected,
                       int decimals, double limit, double found)
{
    const double away = fabs(found - expected);
    const double most = limit + 0.50001 * pow(10, -decimals);

    finding->expected = expected;
    finding->found = found;
    finding->half = (double)NAN;
    finding->deviation = deviation(expected, found);
    snprintf(finding->reference, sizeof finding->reference, "%.*f", decimals,
             expected);
    if (limit > 0 || (away > most && decimals > 0))
        decimals += 2;
    snprintf(finding->ours, sizeof finding->ours, "%.*f", decimals, found);
    finding->verdict = away <= most ? PT_VERDICT_OK : PT_VERDICT_DIFFERS;
    if (finding->verdict == PT_VERDICT_DIFFERS)
        snprintf(finding->why, sizeof finding->why,
                 "%.6g away (expected at most %.4g)", away, most);
}

void pt_finding_texts(struct pt_finding *finding, const char *expected,
                      const char *found)
{
    finding->expected = finding->found = (double)NAN;
    finding->half = finding->deviation = (double)NAN;
    pt_text_copy(finding->reference, sizeof finding->reference, expected);
    pt_text_copy(finding->ours, sizeof finding->ours, found);
    finding->verdict =
        strcmp(expected, found) == 0 ? PT_VERDICT_OK : PT_VERDICT_DIFFERS;
}

void pt_finding_skip(struct pt_finding *finding, double expected, int digits,
                     const char *why)
{
    finding->expected = expected;
    finding->found = (double)NAN;
    finding->half = finding->deviation = (double)NAN;
    snprintf(finding->reference, sizeof finding->reference, "%.*g", digits,
             expected);
    pt_text_copy(finding->why, sizeof finding->why, why);
    finding->verdict = PT_VERDICT_SKIPPED;
}
