#include "metrics/tally.h"

#include <math.h>
#include <string.h>
#include "base/alloc.h"
#include "base/assert.h"
#include "base/vec.h"
#include "metrics/sort.h"

#define CLASSES 16

enum metric { WAIT, RESPONSE, SLOWDOWN, BOUNDED, METRICS };

/* No ratio is negative. */
#define NO_RATIO (-1.0)

__extension__ typedef __int128 wide;

struct pt_tally {
    struct pt_summary summary; /* the counts, so far */
    struct pt_warmup warmup;
    int64_t n, capacity;
    pt_time *submit, *wait, *response; /* [n], in the order of the ends */
    double *slowdown, *bounded;        /* [n] */
    int32_t *width;                    /* [n] */
    wide useful, taken;                /* task-microseconds, of those done */
    struct pt_stages *stages;
    struct pt_downtime *downtime;
};

int32_t pt_job_width(const struct pt_job *job)
{
    int32_t width = 0;

    for (int32_t i = 0; i < job->nstages; i++)
        if (job->stages[i].ntasks > width)
            width = job->stages[i].ntasks;
    return width;
}

bool pt_record_ran(const struct pt_record *record)
{
    return record->first_start != PT_TIME_NEVER &&
           record->state != PT_REJECTED && record->state != PT_UNFINISHED;
}

struct pt_tally *pt_tally_new(pt_time tau, struct pt_warmup warmup)
{
    struct pt_tally *tally = pt_alloc(1, sizeof *tally);

    tally->summary.tau = tau;
    tally->warmup = warmup;
    tally->stages = pt_stages_new();
    tally->downtime = pt_downtime_new();
    return tally;
}

void pt_tally_free(struct pt_tally *tally)
{
    if (!tally)
        return;
    pt_free(tally->submit);
    pt_free(tally->wait);
    pt_free(tally->response);
    pt_free(tally->slowdown);
    pt_free(tally->bounded);
    pt_free(tally->width);
    pt_stages_free(tally->stages);
    pt_downtime_free(tally->downtime);
    pt_free(tally);
}

static void reserve(struct pt_tally *tally, int64_t n)
{
    if (n <= tally->capacity)
        return;
    tally->capacity = n > 2 * tally->capacity ? n : 2 * tally->capacity;
    if (tally->capacity < 1024)
        tally->capacity = 1024;

    size_t room = (size_t)tally->capacity;
    tally->submit = pt_realloc(tally->submit, room, sizeof *tally->submit);
    tally->wait = pt_realloc(tally->wait, room, sizeof *tally->wait);
    tally->response =
        pt_realloc(tally->response, room, sizeof *tally->response);
    tally->slowdown =
        pt_realloc(tally->slowdown, room, sizeof *tally->slowdown);
    tally->bounded = pt_realloc(tally->bounded, room, sizeof *tally->bounded);
    tally->width = pt_realloc(tally->width, room, sizeof *tally->width);
}

static void count_state(struct pt_summary *summary, enum pt_state state)
{
    switch (state) {
    case PT_DONE:
        summary->succeeded++;
        break;
    case PT_FAILED:
        summary->failed++;
        break;
    case PT_LIMIT:
        summary->at_limit++;
        break;
    case PT_CUT:
        summary->cut++;
        break;
    case PT_REJECTED:
        summary->rejected++;
        break;
    case PT_UNFINISHED:
        summary->unfinished++;
        break;
    }
}

static void keep(struct pt_tally *tally, const struct pt_record *record)
{
    pt_time tau = tally->summary.tau;
    pt_time wait = record->first_start - record->job->submit;
    pt_time response = record->end - record->job->submit;
    pt_time run = record->end - record->first_start;
    pt_time floor = run > tau ? run : tau > 0 ? tau : 1;
    int64_t i = tally->n++;

    pt_assert(wait >= 0);
    pt_assert(run >= 0);
    tally->submit[i] = record->job->submit;
    tally->wait[i] = wait;
    tally->response[i] = response;
    tally->slowdown[i] = run > 0 ? (double)response / (double)run : NO_RATIO;
    tally->bounded[i] =
        response > floor ? (double)response / (double)floor : 1.0;
    tally->width[i] = pt_job_width(record->job);
    tally->useful += record->useful;
    tally->taken += (wide)tally->width[i] * response;
    if (run == 0)
        tally->summary.zero_run++;
    if (tally->summary.done++ == 0 || record->end > tally->summary.last_end)
        tally->summary.last_end = record->end;
}

void pt_tally_step(struct pt_tally *tally, const struct pt_step *step)
{
    struct pt_summary *summary = &tally->summary;

    pt_stages_step(tally->stages, step);
    pt_downtime_step(tally->downtime, step);
    if (step->nrecords == 0)
        return;
    reserve(tally, tally->n + step->nrecords);
    for (int32_t i = 0; i < step->nrecords; i++) {
        const struct pt_record *record = &step->records[i];
        pt_time submit = record->job->submit;

        if (summary->jobs++ == 0 || submit < summary->first_submit)
            summary->first_submit = submit;
        summary->timeouts += record->timeouts;
        summary->given_up += record->cause == PT_CAUSE_LOSSES;
        count_state(summary, record->state);
        if (pt_record_ran(record))
            keep(tally, record);
    }
}

/* 0: width 1; c: widths above 4^(c-1), up to 4^c. */
static int class_of(int32_t width)
{
    int c = 0;

    for (int64_t top = 1; width > top && c < CLASSES - 1; top *= 4)
        c++;
    return c;
}

/* One class's values of one metric, in ascending order.  Times are whole
 * microseconds; ratios are the bits of doubles, which sort alike, as none is
 * negative. */
struct part {
    const uint64_t *keys; /* [n] */
    size_t n;
};

/* How many keys of PARTS [N] are at most KEY. */
static size_t count_up_to(const struct part *parts, int n, uint64_t key)
{
    size_t sum = 0;

    for (int p = 0; p < n; p++) {
        size_t low = 0, high = parts[p].n;

        while (low < high) {
            size_t middle = low + (high - low) / 2;

            if (parts[p].keys[middle] <= key)
                low = middle + 1;
            else
                high = middle;
        }
        sum += low;
    }
    return sum;
}

/* The K-th smallest key, from 0, of all PARTS [N]. */
static uint64_t select_key(const struct part *parts, int n, size_t k)
{
    uint64_t low = 0, high = UINT64_MAX;

    if (n == 1)
        return parts[0].keys[k];
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;

        if (count_up_to(parts, n, middle) > k)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* A key as a number: microseconds, or a ratio. */
static double value_of(enum metric metric, uint64_t key)
{
    double value;

    if (metric == WAIT || metric == RESPONSE)
        return (double)key;
    memcpy(&value, &key, sizeof value);
    return value;
}

/* A number as the summary has it: seconds, or a ratio. */
static double in_units(enum metric metric, double value)
{
    return metric == WAIT || metric == RESPONSE ? value / 1e6 : value;
}

static double quantile(enum metric metric, const struct part *parts, int n,
                       size_t count, size_t percent)
{
    size_t rank = (count - 1) * percent;
    size_t k = rank / 100;
    double low = value_of(metric, select_key(parts, n, k));
    double part = (double)(rank % 100) / 100.0;

    if (rank % 100 == 0)
        return in_units(metric, low);
    double high = value_of(metric, select_key(parts, n, k + 1));
    return in_units(metric, low + part * (high - low));
}

/* Times are summed exactly, ratios with what each addition loses (A. Neumaier,
 * ZAMM 54, 1974). */
struct sum {
    wide exact;
    double rough, lost;
};

static void add_ratio(struct sum *sum, double value)
{
    double next = sum->rough + value;

    if (sum->rough >= value)
        sum->lost += (sum->rough - next) + value;
    else
        sum->lost += (value - next) + sum->rough;
    sum->rough = next;
}

static double mean_of(enum metric metric, const struct sum *sum, size_t n)
{
    if (metric == WAIT || metric == RESPONSE)
        return (double)sum->exact / ((double)n * 1e6);
    return (sum->rough + sum->lost) / (double)n;
}

static struct pt_spread spread_of(enum metric metric, const struct part *parts,
                                  int n, const struct sum *sum)
{
    size_t count = 0;

    for (int p = 0; p < n; p++)
        count += parts[p].n;
    if (count == 0)
        return (struct pt_spread){.mean = (double)NAN,
                                  .p50 = (double)NAN,
                                  .p95 = (double)NAN,
                                  .p99 = (double)NAN,
                                  .max = (double)NAN};
    return (struct pt_spread){
        .n = (int64_t)count,
        .mean = mean_of(metric, sum, count),
        .p50 = quantile(metric, parts, n, count, 50),
        .p95 = quantile(metric, parts, n, count, 95),
        .p99 = quantile(metric, parts, n, count, 99),
        .max = quantile(metric, parts, n, count, 100),
    };
}

/* Scratch of one close. */
struct split {
    size_t cut, n;             /* of the tally's jobs: left out, kept */
    uint8_t *class;            /* [n] of each job */
    uint64_t *keys, *other;    /* [n] */
    size_t begin[CLASSES + 1]; /* of each class's keys */
    struct sum sums[CLASSES], all;
};

static void split_times(struct split *split, const pt_time *values)
{
    size_t at[CLASSES];

    values += split->cut;
    memcpy(at, split->begin, sizeof at);
    for (size_t i = 0; i < split->n; i++) {
        unsigned c = split->class[i];

        split->keys[at[c]++] = (uint64_t)values[i];
        split->sums[c].exact += values[i];
    }
    for (int c = 0; c < CLASSES; c++)
        split->all.exact += split->sums[c].exact;
}

/* Leaves out what is no ratio; ENDS gets the end of each class's keys. */
static void split_ratios(struct split *split, const double *values,
                         size_t ends[CLASSES])
{
    values += split->cut;
    memcpy(ends, split->begin, CLASSES * sizeof *ends);
    for (size_t i = 0; i < split->n; i++) {
        unsigned c = split->class[i];

        if (values[i] < 0.0)
            continue;
        memcpy(&split->keys[ends[c]++], &values[i], sizeof values[i]);
        add_ratio(&split->sums[c], values[i]);
        add_ratio(&split->all, values[i]);
    }
}

static struct pt_spread *spread_in(struct pt_tally_class *class,
                                   enum metric metric)
{
    switch (metric) {
    case WAIT:
        return &class->wait;
    case RESPONSE:
        return &class->response;
    case SLOWDOWN:
        return &class->slowdown;
    case BOUNDED:
    case METRICS:
        break;
    }
    return &class->bounded;
}

/* Fills METRIC of all spreads of the summary. */
static void close_metric(const struct pt_tally *tally, struct split *split,
                         enum metric metric, struct pt_summary *summary)
{
    size_t ends[CLASSES];
    struct part parts[CLASSES];
    int nparts = 0;

    memset(split->sums, 0, sizeof split->sums);
    split->all = (struct sum){.exact = 0};
    memcpy(ends, split->begin + 1, sizeof ends);
    if (metric == WAIT)
        split_times(split, tally->wait);
    else if (metric == RESPONSE)
        split_times(split, tally->response);
    else
        split_ratios(
            split, metric == SLOWDOWN ? tally->slowdown : tally->bounded, ends);

    for (int c = 0; c < CLASSES; c++) {
        size_t begin = split->begin[c];

        if (begin == split->begin[c + 1])
            continue;
        struct part *part = &parts[nparts];
        part->n = ends[c] - begin;
        part->keys =
            pt_keys_sort(split->keys + begin, split->other + begin, part->n);
        *spread_in(&summary->classes[nparts], metric) =
            spread_of(metric, part, 1, &split->sums[c]);
        nparts++;
    }
    *spread_in(&summary->all, metric) =
        spread_of(metric, parts, nparts, &split->all);
}

/* Finds each job's class, and which classes there are. */
static void find_classes(const struct pt_tally *tally, struct split *split,
                         struct pt_summary *summary)
{
    size_t count[CLASSES] = {0};

    for (size_t i = 0; i < split->n; i++) {
        int c = class_of(tally->width[split->cut + i]);

        split->class[i] = (uint8_t)c;
        count[c]++;
    }
    for (int c = 0; c < CLASSES; c++) {
        split->begin[c + 1] = split->begin[c] + count[c];
        if (count[c] == 0)
            continue;
        summary->classes[summary->nclasses++] = (struct pt_tally_class){
            .min_width = c == 0 ? 1 : (INT32_C(1) << (2 * c - 2)) + 1,
            .max_width = c == CLASSES - 1 ? -1 : INT32_C(1) << (2 * c),
        };
    }
}

/* METRIC of the jobs from FROM on that have it, into VALUES; returns how many.
 */
static size_t list_values(const struct pt_tally *tally, enum metric metric,
                          size_t from, double *values)
{
    const pt_time *times = metric == WAIT ? tally->wait : tally->response;
    const double *ratios =
        metric == SLOWDOWN ? tally->slowdown : tally->bounded;
    bool timed = metric == WAIT || metric == RESPONSE;
    size_t n = 0;

    for (size_t i = from; i < (size_t)tally->n; i++) {
        double value = timed ? pt_time_seconds(times[i]) : ratios[i];
        if (value >= 0)
            values[n++] = value;
    }
    return n;
}

static double *half_in(struct pt_summary *summary, enum metric metric)
{
    switch (metric) {
    case WAIT:
        return &summary->wait_half;
    case RESPONSE:
        return &summary->response_half;
    case SLOWDOWN:
        return &summary->slowdown_half;
    case BOUNDED:
    case METRICS:
        break;
    }
    return &summary->bounded_half;
}

/* Where the start ends, and what the means are worth from there on. */
static void find_worth(const struct pt_tally *tally, struct pt_summary *summary)
{
    size_t n = (size_t)tally->n;
    double *values = pt_alloc(n + 1, sizeof *values);
    int64_t mser = pt_mser5(values, list_values(tally, WAIT, 0, values));

    summary->settled = mser >= 0;
    summary->mser_jobs = mser > 0 ? mser : 0;
    summary->warmup_jobs = pt_warmup_cut(&tally->warmup, tally->n, mser);
    for (int m = 0; m < METRICS; m++) {
        enum metric metric = (enum metric)m;
        size_t kept =
            list_values(tally, metric, (size_t)summary->warmup_jobs, values);
        struct pt_batches batches = pt_batches_of(values, kept);
        *half_in(summary, metric) = batches.half;
        if (metric == WAIT)
            summary->wait_lag1 = batches.lag1;
    }
    pt_free(values);
    summary->saturated = pt_is_saturated(tally->submit, tally->wait,
                                         tally->response, tally->width, n);
}

void pt_tally_close(struct pt_tally *tally, struct pt_summary *summary)
{
    *summary = tally->summary;
    find_worth(tally, summary);
    size_t cut = (size_t)summary->warmup_jobs;
    size_t n = (size_t)tally->n - cut;
    struct split split = {
        .cut = cut,
        .n = n,
        .class = pt_alloc(n + 1, sizeof *split.class),
        .keys = pt_alloc(n + 1, sizeof *split.keys),
        .other = pt_alloc(n + 1, sizeof *split.other),
    };

    pt_stages_close(tally->stages, &summary->stages);
    pt_downtime_close(tally->downtime, &summary->downtime);
    summary->ettr = tally->taken > 0
                        ? (double)tally->useful / (double)tally->taken
                        : (double)NAN;
    if (summary->done > 0)
        summary->makespan = summary->last_end - summary->first_submit;
    summary->all = (struct pt_tally_class){.min_width = 1, .max_width = -1};
    find_classes(tally, &split, summary);
    for (int m = 0; m < METRICS; m++)
        close_metric(tally, &split, (enum metric)m, summary);
    pt_free(split.class);
    pt_free(split.keys);
    pt_free(split.other);
}
