/* steady.c - where the start of a run ends, how far its means can be trusted,
 * and whether its queue went on growing.
 *
 * Saturation is decided by the saturation rule (F. Baccelli and S. Foss, On the
 * saturation rule for the stability of queues, J. Appl. Prob. 32, 1995): a
 * queue is stable if work comes more slowly than the system does it while there
 * is always some waiting.  Both rates are seen in the run itself, from the
 * first submit to the last, T:
 *
 *     came  = work (width x run) submitted in [0, T)
 *     speed = work done while something waited / time that something waited
 *     growth = came - speed x T
 *
 * Nothing has to be known of the machine or of the policy: what a gang leaves
 * idle, what a reservation or a starving job costs, is in `speed`.  Growth is
 * what is in the queue at T less what could have been done while nothing
 * waited, so it uses both ends of the path (if that is a Brownian motion,
 * reflected at 0, all that it tells of its drift); the queue's length at T
 * alone, or its trend, takes every long excursion of a stable queue for growth.
 * The noise of `came` is that of its sums over 30 equal parts of [0, T], as if
 * they were independent.
 *
 * The answer is yes if something waits at T, and growth is more than half its
 * standard error: that the queue grows is more than twice as likely then as
 * that it does not.  A higher bar would be wrong for heavy tails: after 20,000
 * jobs of the Lublin model the standard error of the load is still 5 to 7 %,
 * and no test at the usual levels tells a load of 1.05 from 1; and to take the
 * mean of a growing queue for a mean is the dearer mistake. */
#include "metrics/steady.h"

#include <math.h>
#include <string.h>
#include "base/alloc.h"
#include "base/text.h"
#include "metrics/sample.h"
#include "metrics/sort.h"

/* --- the cut --- */

#define MSER_BATCH 5 /* values a mean */
#define MSER_KEPT  5 /* means, at least */

static int bad_warmup(const char *text, struct pt_err *err)
{
    static const char *const words[] = {"none", "mser"};
    const char *near =
        pt_text_nearest(text, words, sizeof words / sizeof *words);

    if (near)
        return pt_err_set(err, PT_ERR_USAGE,
                          "warmup: '%.40s' is not known (did you mean '%s'?)",
                          text, near);
    return pt_err_set(
        err, PT_ERR_USAGE,
        "warmup: bad value '%.40s' (expected none, mser, a number "
        "of jobs, or a share of them, 0%% to 100%%)",
        text);
}

int pt_warmup_read(const char *text, struct pt_warmup *warmup,
                   struct pt_err *err)
{
    size_t length = strlen(text);
    int64_t jobs;
    double percent;
    bool good;

    *warmup = (struct pt_warmup){.kind = PT_WARMUP_NONE};
    if (strcmp(text, "none") == 0)
        return 0;
    warmup->kind = PT_WARMUP_MSER;
    if (strcmp(text, "mser") == 0)
        return 0;
    if (length > 0 && text[length - 1] == '%') {
        char *number = pt_text_dup(text, length - 1);
        good = pt_text_read_real(&percent, number) && percent >= 0 &&
               percent <= 100;
        pt_free(number);
        *warmup = (struct pt_warmup){.kind = PT_WARMUP_SHARE};
        warmup->amount = good ? percent / 100 : 0;
    } else {
        good = pt_text_read_int(&jobs, text) && jobs >= 0;
        *warmup = (struct pt_warmup){.kind = PT_WARMUP_JOBS};
        warmup->amount = good ? (double)jobs : 0;
    }
    return good ? 0 : bad_warmup(text, err);
}

int64_t pt_warmup_cut(const struct pt_warmup *warmup, int64_t n, int64_t mser)
{
    switch (warmup->kind) {
    case PT_WARMUP_NONE:
        break;
    case PT_WARMUP_MSER:
        return mser > 0 ? mser : 0;
    case PT_WARMUP_JOBS:
        return warmup->amount < (double)n ? (int64_t)warmup->amount : n;
    case PT_WARMUP_SHARE:
        /* 29 % of 100 are 29. */
        return (int64_t)(warmup->amount * (double)n + 1e-6);
    }
    return 0;
}

static double mean_of(const double *values, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += values[i];
    return sum / (double)n;
}

/* Backwards, so that mean and squares are those of all means from D on. */
int64_t pt_mser5(const double *values, size_t n)
{
    size_t k = n / MSER_BATCH, best = 0;
    double mean = 0, squares = 0, least = HUGE_VAL;

    for (size_t d = k; d-- > 0;) {
        double z = mean_of(values + d * MSER_BATCH, MSER_BATCH);
        double count = (double)(k - d);
        double off = z - mean;

        mean += off / count;
        squares += off * (z - mean);
        if (k - d < MSER_KEPT && d > 0)
            continue;
        if (squares / (count * count) <= least) {
            least = squares / (count * count);
            best = d;
        }
    }
    return 2 * best > k ? -1 : (int64_t)(best * MSER_BATCH);
}

/* --- batch means --- */

struct pt_batches pt_batches_of(const double *values, size_t n)
{
    size_t size = n / PT_BATCHES;
    double means[PT_BATCHES], products = 0, squares = 0;

    if (size < 2)
        return (struct pt_batches){.half = (double)NAN, .lag1 = (double)NAN};
    values += n % PT_BATCHES;
    for (size_t b = 0; b < PT_BATCHES; b++)
        means[b] = mean_of(values + b * size, size);
    struct pt_sample sample = pt_sample_of(means, PT_BATCHES, 0.95);
    for (size_t b = 0; b < PT_BATCHES; b++) {
        double off = means[b] - sample.mean;
        squares += off * off;
        if (b > 0)
            products += off * (means[b - 1] - sample.mean);
    }
    return (struct pt_batches){.half = sample.half,
                               .lag1 = squares > 0 ? products / squares : 0};
}

/* --- saturation --- */

#define PARTS      30
#define LEAST_JOBS (10 * PARTS)
#define BAR        0.5 /* standard errors */

/* Times are since the first submit. */
struct jobs {
    const pt_time *submits, *waits, *responses;
    const int32_t *widths;
    size_t n;
    pt_time first;
    uint64_t last; /* the last submit */
};

static uint64_t submit_of(const struct jobs *jobs, size_t i)
{
    return (uint64_t)jobs->submits[i] - (uint64_t)jobs->first;
}

static void find_ends(struct jobs *jobs)
{
    pt_time last = INT64_MIN;

    jobs->first = PT_TIME_NEVER;
    for (size_t i = 0; i < jobs->n; i++) {
        pt_time submit = jobs->submits[i];
        jobs->first = submit < jobs->first ? submit : jobs->first;
        last = submit > last ? submit : last;
    }
    jobs->last = (uint64_t)last - (uint64_t)jobs->first;
}

/* Whether something waits when the last one comes. */
static bool is_waiting_at_last(const struct jobs *jobs)
{
    for (size_t i = 0; i < jobs->n; i++) {
        uint64_t left = jobs->last - submit_of(jobs, i);
        if (left > 0 && (uint64_t)jobs->waits[i] > left)
            return true;
    }
    return false;
}

/* When something waited: spans apart from each other, in order. */
struct spans {
    uint64_t *begin, *end, *before; /* [n]; before: the spans before, in sum */
    size_t n;
    uint64_t last;   /* all end there, at the latest */
    uint64_t *block; /* what they are in */
    size_t *cell;    /* [(last >> shift) + 2] the first span that ends after so
                        many cells of time */
    int shift;
};

/* Something waits as long as more jobs were submitted than have started.  The
 * spans take the place of the jobs that they were made of. */
static void merge(struct spans *spans, uint64_t *submits, uint64_t *starts,
                  size_t n)
{
    uint64_t sum = 0;
    size_t i = 0, j = 0;

    while (i < n) {
        uint64_t begin = submits[i++];

        while (j < i)
            if (i < n && submits[i] <= starts[j])
                i++;
            else
                j++;
        uint64_t end =
            starts[j - 1] < spans->last ? starts[j - 1] : spans->last;
        if (end <= begin)
            continue;
        submits[spans->n] = begin;
        starts[spans->n] = end;
        spans->before[spans->n++] = sum;
        sum += end - begin;
    }
    spans->begin = submits;
    spans->end = starts;
}

static void make_cells(struct spans *spans)
{
    size_t at = 0;

    while (spans->last >> spans->shift > spans->n)
        spans->shift++;
    size_t cells = (size_t)(spans->last >> spans->shift) + 2;
    spans->cell = pt_alloc(cells, sizeof *spans->cell);
    for (size_t c = 0; c < cells; c++) {
        while (at < spans->n && spans->end[at] >> spans->shift < c)
            at++;
        spans->cell[c] = at;
    }
}

static void spans_init(struct spans *spans, const struct jobs *jobs)
{
    uint64_t *block = pt_alloc(3 * jobs->n, sizeof *block);
    uint64_t *submits = block, *starts = block + jobs->n;
    uint64_t *other = starts + jobs->n;
    size_t n = 0;

    *spans = (struct spans){.last = jobs->last, .block = block};
    for (size_t i = 0; i < jobs->n; i++) {
        if (jobs->waits[i] == 0)
            continue;
        submits[n] = submit_of(jobs, i);
        starts[n] = submits[n] + (uint64_t)jobs->waits[i];
        n++;
    }
    uint64_t *sorted = pt_keys_sort(submits, other, n);
    other = sorted == submits ? other : submits;
    submits = sorted;
    sorted = pt_keys_sort(starts, other, n);
    spans->before = sorted == starts ? other : starts;
    merge(spans, submits, sorted, n);
    make_cells(spans);
}

static void spans_fini(struct spans *spans)
{
    pt_free(spans->block);
    pt_free(spans->cell);
}

/* How long something had waited by TIME. */
static uint64_t waited_by(const struct spans *spans, uint64_t time)
{
    uint64_t until = time < spans->last ? time : spans->last;
    size_t cell = (size_t)(until >> spans->shift);
    size_t low = spans->cell[cell], high = spans->cell[cell + 1];

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (spans->end[middle] <= until)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < spans->n) {
        uint64_t begin = spans->begin[low];
        return spans->before[low] + (until > begin ? until - begin : 0);
    }
    low--;
    return spans->before[low] + (spans->end[low] - spans->begin[low]);
}

/* The work that was done while something waited. */
static double work_done(const struct jobs *jobs, const struct spans *spans)
{
    double done = 0;

    for (size_t i = 0; i < jobs->n; i++) {
        uint64_t submit = submit_of(jobs, i);
        uint64_t start = submit + (uint64_t)jobs->waits[i];
        uint64_t end = submit + (uint64_t)jobs->responses[i];
        if (start < spans->last)
            done += jobs->widths[i] *
                    (double)(waited_by(spans, end) - waited_by(spans, start));
    }
    return done;
}

/* The work that came in [0, last), in PARTS parts. */
static void share_work(const struct jobs *jobs, double parts[PARTS])
{
    for (size_t i = 0; i < jobs->n; i++) {
        uint64_t submit = submit_of(jobs, i);
        double run = (double)(jobs->responses[i] - jobs->waits[i]);
        size_t part = (size_t)((double)submit / (double)jobs->last * PARTS);
        if (submit < jobs->last)
            parts[part < PARTS ? part : PARTS - 1] += jobs->widths[i] * run;
    }
}

bool pt_is_saturated(const pt_time *submits, const pt_time *waits,
                     const pt_time *responses, const int32_t *widths, size_t n)
{
    struct jobs jobs = {.submits = submits,
                        .waits = waits,
                        .responses = responses,
                        .widths = widths,
                        .n = n};
    double parts[PARTS] = {0};
    struct spans spans;

    if (n < LEAST_JOBS)
        return false;
    find_ends(&jobs);
    if (!is_waiting_at_last(&jobs))
        return false;
    share_work(&jobs, parts);
    struct pt_sample came = pt_sample_of(parts, PARTS, 0.95);
    spans_init(&spans, &jobs);
    double waited = (double)waited_by(&spans, jobs.last);
    double speed = work_done(&jobs, &spans) / waited;
    double growth = came.mean * PARTS - speed * (double)jobs.last;
    spans_fini(&spans);
    return growth > BAR * sqrt(PARTS) * came.deviation;
}
