/* estimates.c - other limits: what users would have asked for, had they known
 * better or worse. */
#include <inttypes.h>
#include <stdlib.h>
#include "base/random.h"
#include "base/vec.h"
#include "traces/change.h"
#include "traces/change/tsafrir.h"
#include "traces/row.h"

enum model { EXACT, FACTOR, MULTIPLE, TSAFRIR };
enum { CHANGED, CUT, RULES };

/* The stream of the distribution is none of jobs. */
#define POPULATION (UINT64_C(1) << 55)

#define HOUR (3600 * PT_SECOND)

struct estimates {
    int model;
    double f, k, top;
    pt_time max;

    struct pt_rule rules[RULES];
    int64_t jobs;
    pt_time *limits; /* [njobs] of tsafrir's */
    int64_t njobs;
    pt_time cut; /* lengths are, to this; PT_TIME_NEVER: they are not */
    struct pt_stage stage;
    struct pt_truth truth;
};

static int check(const void *state, struct pt_err *err)
{
    const struct estimates *estimates = state;

    if (estimates->model != TSAFRIR || estimates->max == 0 ||
        estimates->max >= HOUR)
        return 0;
    return pt_err_set(err, PT_ERR_USAGE,
                      "estimates: max= is too short (expected an hour or "
                      "more; 0: the longest there is)");
}

/* --- Tsafrir's model: who gets which --- */

struct sized {
    pt_time length;
    int64_t number;
};

/* All jobs, as they are below. */
struct population {
    struct sized *job; /* [n] */
    int64_t n, capacity;
    pt_time longest; /* of all lengths and limits */
};

static int longest_first(const void *left, const void *right)
{
    const struct sized *a = left, *b = right;

    if (a->length != b->length)
        return a->length > b->length ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

static int read_population(struct pt_below *below, struct population *all,
                           struct pt_err *err)
{
    struct pt_work work = {.after = 0};
    int got;

    while ((got = below->source->next(below->state, &work, err)) > 0) {
        pt_time length = work.truths[0].length;
        pt_time limit = work.job.stages[0].limit;
        struct sized job = {.length = length, .number = all->n};
        pt_vec_push(all->job, all->n, all->capacity, job);
        all->longest = length > all->longest ? length : all->longest;
        all->longest = limit > all->longest ? limit : all->longest;
    }
    if (all->n > 1)
        qsort(all->job, (size_t)all->n, sizeof *all->job, longest_first);
    return got;
}

/* A limit for each, the longest first, into ASKED [n]. */
static void draw_limits(const struct estimates *estimates,
                        const struct population *all, uint64_t seed,
                        pt_time *asked)
{
    struct pt_tsafrir values[PT_TSAFRIR_VALUES];
    struct pt_random random;
    int64_t at = 0;

    pt_random_open(&random, seed, 0, PT_PURPOSE_ESTIMATE, POPULATION);
    int32_t n = pt_tsafrir_draw(all->n, estimates->cut / PT_SECOND,
                                estimates->top, &random, values);
    while (n-- > 0)
        for (int64_t i = 0; i < values[n].jobs; i++)
            asked[at++] = values[n].seconds * PT_SECOND;
}

/* The limits are too short for so many long jobs: how many must have MAX. */
static int refuse(const struct population *all, const pt_time *asked,
                  int64_t at, struct pt_err *err)
{
    int64_t i = at;

    while (i + 1 < all->n && all->job[i + 1].length > asked[at])
        i++;
    return pt_err_set(err, PT_ERR_USAGE,
                      "estimates: %" PRId64 " of %" PRId64
                      " jobs run for more than %" PRId64
                      " s, and the model has longer limits for %" PRId64
                      " (expected a longer max=, or top= of %.2g or more)",
                      i + 1, all->n, asked[at] / PT_SECOND, at,
                      (double)(i + 1) / (double)all->n + 0.005);
}

/* Each job, the longest first, gets one of those left that are long enough. */
static int hand_out(struct estimates *estimates, const struct population *all,
                    uint64_t seed, pt_time *asked, struct pt_err *err)
{
    int64_t most = 0;

    for (int64_t i = 0; i < all->n; i++)
        if (all->job[i].length > asked[i] && asked[i] < estimates->cut)
            return refuse(all, asked, i, err);
    for (int64_t i = 0; i < all->n; i++) {
        struct pt_random random;
        pt_time length = all->job[i].length;
        if (length > estimates->cut)
            length = estimates->cut;
        while (most + 1 < all->n && asked[most + 1] >= length)
            most++;
        pt_random_open(&random, seed, 0, PT_PURPOSE_ESTIMATE,
                       (uint64_t)all->job[i].number);
        int64_t k = i + pt_random_below(&random, (uint32_t)(most - i + 1));
        estimates->limits[all->job[i].number] = asked[k];
        asked[k] = asked[i];
    }
    return 0;
}

/* To a whole minute, and an hour at least. */
static pt_time round_up(pt_time time)
{
    const pt_time minute = 60 * PT_SECOND;

    return time <= HOUR ? HOUR : (time + minute - 1) / minute * minute;
}

static int open_tsafrir(struct estimates *estimates, struct pt_below *below,
                        struct pt_err *err)
{
    struct population all = {.n = 0};
    int status = read_population(below, &all, err);

    estimates->cut = estimates->max > 0 ? estimates->max / PT_SECOND * PT_SECOND
                                        : round_up(all.longest);
    if (status == 0 && all.n > 0) {
        pt_time *asked = pt_alloc((size_t)all.n, sizeof *asked);
        estimates->limits = pt_alloc((size_t)all.n, sizeof *estimates->limits);
        estimates->njobs = all.n;
        draw_limits(estimates, &all, below->seed, asked);
        status = hand_out(estimates, &all, below->seed, asked, err);
        pt_free(asked);
    }
    pt_free(all.job);
    if (status == 0)
        status = below->rewind(below, err);
    if (status == 0)
        return 0;
    pt_free(estimates->limits);
    estimates->limits = NULL;
    return -1;
}

/* --- the change --- */

static int open_estimates(void *state, struct pt_below *below,
                          struct pt_err *err)
{
    struct estimates *estimates = state;

    estimates->rules[CHANGED] =
        (struct pt_rule){.name = "estimate", .what = "another limit taken"};
    estimates->rules[CUT] = (struct pt_rule){
        .name = "estimate-cut", .what = "length cut to the longest limit"};
    estimates->cut = PT_TIME_NEVER;
    return estimates->model == TSAFRIR ? open_tsafrir(estimates, below, err)
                                       : 0;
}

static pt_time draw_factor(const struct estimates *estimates, uint64_t seed,
                           pt_time length)
{
    struct pt_random random;

    pt_random_open(&random, seed, 0, PT_PURPOSE_ESTIMATE,
                   (uint64_t)estimates->jobs);
    double slack = estimates->f * (double)length * pt_random_real(&random);
    return pt_time_add(length, slack < 1e18 ? (pt_time)slack : PT_TIME_FAR);
}

static pt_time draw_limit(const struct estimates *estimates, uint64_t seed,
                          pt_time length)
{
    switch ((enum model)estimates->model) {
    case EXACT:
        break;
    case FACTOR:
        return draw_factor(estimates, seed, length);
    case MULTIPLE:
        return pt_row_scale(length, estimates->k);
    case TSAFRIR:
        return estimates->limits[estimates->jobs];
    }
    return length;
}

static int next_estimates(void *state, struct pt_below *below,
                          struct pt_work *work, struct pt_err *err)
{
    struct estimates *estimates = state;
    int got = below->source->next(below->state, work, err);

    if (got <= 0)
        return got;
    estimates->stage = work->job.stages[0];
    estimates->truth = work->truths[0];
    pt_time *length = &estimates->truth.length;
    if (*length > estimates->cut) {
        *length = estimates->cut;
        estimates->rules[CUT].rows++;
    }
    pt_time limit = draw_limit(estimates, below->seed, *length);
    if (limit < 1)
        limit = 1;
    if (limit > PT_TIME_NEVER / 4)
        return pt_err_set(err, PT_ERR_USAGE,
                          "estimates: the limit of job %" PRId64
                          " is out of range (expected a smaller factor)",
                          work->job.id);
    estimates->rules[CHANGED].rows += limit != estimates->stage.limit;
    estimates->stage.limit = limit;
    estimates->jobs++;
    work->job.stages = &estimates->stage;
    work->truths = &estimates->truth;
    return 1;
}

static int32_t rules_of_estimates(const void *state,
                                  const struct pt_rule **rules)
{
    const struct estimates *estimates = state;

    *rules = estimates->rules;
    return RULES;
}

static void close_estimates(void *state)
{
    struct estimates *estimates = state;

    pt_free(estimates->limits);
    estimates->limits = NULL;
}

static const char *const models[] = {"exact", "factor", "multiple", "tsafrir",
                                     NULL};

static const struct pt_param params[] = {
    {.name = "model",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "exact",
     .choices = models,
     .offset = offsetof(struct estimates, model),
     .help = "exact: the limit is the length; factor: uniform between the "
             "length and (1 + f) times that; multiple: k times the length; "
             "tsafrir: the few round values that users ask for, none below "
             "the length."},
    {.name = "f",
     .type = PT_PARAM_REAL,
     .unit = "",
     .fallback = "1",
     .min = 0,
     .max = 1e6,
     .offset = offsetof(struct estimates, f),
     .help = "Of model=factor; 0: exact."},
    {.name = "k",
     .type = PT_PARAM_REAL,
     .unit = "",
     .fallback = "2",
     .min = 1,
     .max = 1e6,
     .offset = offsetof(struct estimates, k),
     .help = "Of model=multiple."},
    {.name = "max",
     .type = PT_PARAM_TIME,
     .unit = "s",
     .fallback = "0",
     .min = 0,
     .max = 3.2e9,
     .offset = offsetof(struct estimates, max),
     .help = "Of model=tsafrir: the longest limit that may be asked for, an "
             "hour or more; lengths are cut to it.  0: the longest limit or "
             "length that there is."},
    {.name = "top",
     .type = PT_PARAM_REAL,
     .unit = "",
     .fallback = "0",
     .min = 0,
     .max = 0.88,
     .offset = offsetof(struct estimates, top),
     .help = "Of model=tsafrir: the share of the jobs that ask for the "
             "longest; 0: the model's own, 0.217."},
    PT_PARAM_END};

const struct pt_change pt_change_estimates = {
    .name = "estimates",
    .summary = "other limits: exact, a random or a constant factor too long, "
               "or as users ask",
    .cite = "D. Tsafrir, Y. Etsion and D. G. Feitelson, Modeling user runtime "
            "estimates, JSSPP 2005; factor: A. Mu'alem and D. G. Feitelson, "
            "TPDS 2001",
    .params = params,
    .state_size = sizeof(struct estimates),
    .check = check,
    .open = open_estimates,
    .next = next_estimates,
    .rules = rules_of_estimates,
    .close = close_estimates,
};
