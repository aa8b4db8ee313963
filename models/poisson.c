/* poisson.c - the queues of the textbooks: Poisson arrivals, independent
 * lengths, and gangs whose widths have given probabilities (the multiserver-job
 * queue; M/G/c where all are 1 wide).
 *
 * A hyperexponential law has two branches with balanced means (p1 m1 = p2 m2);
 * the Weibull's exponent is found from its cv by bisection.  Times are
 * microseconds, rounded to nearest, and at least one: keep means well above. */
#include "models/model.h"

#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <string.h>
#include "base/assert.h"
#include "base/text.h"
#include "models/stream.h"

#define MAX_CLASSES 32

enum law {
    EXPONENTIAL,
    DETERMINISTIC,
    ERLANG,
    GAMMA,
    LOGNORMAL,
    WEIBULL,
    HYPEREXP
};

struct class
{
    int32_t width;
    double share; /* of the jobs; all together 1 */
    double mean;  /* of the length, in seconds */
};

struct poisson {
    int64_t jobs, nodes, users, phases;
    double rate, load, mean, cv;
    int law;
    bool saturated;
    char widths[PT_PARAM_TEXT_SIZE];

    struct pt_model model;
    struct class classes[MAX_CLASSES];
    int nclasses;
    double gap;   /* mean time between submits, in seconds */
    double clock; /* seconds */
    double shape; /* what the law needs beside its mean */
};

/* ---- the width law ---- */

/* Reads "WIDTH[:SHARE[:MEAN]]" from TEXT, which it takes apart. */
static bool read_class(char *text, struct class *class)
{
    char *share = strchr(text, ':');
    char *mean = share ? strchr(share + 1, ':') : NULL;
    int64_t width;

    if (share)
        *share = '\0';
    if (mean)
        *mean = '\0';
    if (!pt_text_read_int(&width, text) || width < 1 || width > 1000000)
        return false;
    class->width = (int32_t)width;
    if (share && !pt_text_read_real(&class->share, share + 1))
        return false;
    if (mean && !pt_text_read_real(&class->mean, mean + 1))
        return false;
    return class->share > 0 && class->share <= 1e9 && class->mean >= 1e-6 &&
           class->mean <= 1e9;
}

static int bad_widths(const struct poisson *poisson, struct pt_err *err)
{
    return pt_err_set(err, PT_ERR_USAGE,
                      "poisson: bad value widths=%.80s (expected up to %d of "
                      "WIDTH[:SHARE[:MEAN]] with a + between them, "
                      "e.g. 1:0.5+4:0.5)",
                      poisson->widths, MAX_CLASSES);
}

static void share_out(struct poisson *poisson)
{
    double sum = 0;

    for (int i = 0; i < poisson->nclasses; i++)
        sum += poisson->classes[i].share;
    for (int i = 0; i < poisson->nclasses; i++)
        poisson->classes[i].share /= sum;
}

static int read_widths(struct poisson *poisson, struct pt_err *err)
{
    char text[PT_PARAM_TEXT_SIZE];
    char *from = text;

    pt_text_copy(text, sizeof text, poisson->widths);
    poisson->nclasses = 0;
    while (from) {
        char *end = strpbrk(from, "+,");
        struct class class = {.share = 1, .mean = poisson->mean};
        if (end)
            *end++ = '\0';
        if (poisson->nclasses == MAX_CLASSES || !read_class(from, &class))
            return bad_widths(poisson, err);
        poisson->classes[poisson->nclasses++] = class;
        from = end;
    }
    share_out(poisson);
    return 0;
}

static int32_t max_width(const struct poisson *poisson)
{
    int32_t max = 0;

    for (int i = 0; i < poisson->nclasses; i++)
        if (poisson->classes[i].width > max)
            max = poisson->classes[i].width;
    return max;
}

/* E[width * length], in processor-seconds. */
static double mean_work(const struct poisson *poisson)
{
    double sum = 0;

    for (int i = 0; i < poisson->nclasses; i++) {
        const struct class *class = &poisson->classes[i];
        sum += class->share * class->width * class->mean;
    }
    return sum;
}

static const struct class *draw_class(const struct poisson *poisson,
                                      gsl_rng *rng)
{
    double u = gsl_rng_uniform(rng);
    int i = 0;

    while (i + 1 < poisson->nclasses && u >= poisson->classes[i].share)
        u -= poisson->classes[i++].share;
    return &poisson->classes[i];
}

/* ---- the law of the lengths ---- */

/* ln(1 + cv^2) of a Weibull with exponent K; falls with K. */
static double weibull_spread(double k)
{
    return gsl_sf_lngamma(1 + 2 / k) - 2 * gsl_sf_lngamma(1 + 1 / k);
}

static double weibull_exponent(double cv)
{
    double low = 0.05, high = 1000, target = log1p(cv * cv);

    for (int i = 0; i < 100; i++) {
        double middle = sqrt(low * high);
        if (weibull_spread(middle) > target)
            low = middle;
        else
            high = middle;
    }
    return sqrt(low * high);
}

static double find_shape(const struct poisson *poisson)
{
    double square = poisson->cv * poisson->cv;

    switch ((enum law)poisson->law) {
    case EXPONENTIAL:
    case DETERMINISTIC:
        return 0;
    case ERLANG:
        return (double)poisson->phases;
    case GAMMA:
        return 1 / square;
    case LOGNORMAL:
        return sqrt(log1p(square));
    case WEIBULL:
        return weibull_exponent(poisson->cv);
    case HYPEREXP:
        return 0.5 * (1 + sqrt((square - 1) / (square + 1)));
    }
    pt_assert(false);
    return 0;
}

/* A length in seconds of the law with MEAN. */
static double draw_length(const struct poisson *poisson, double mean,
                          gsl_rng *rng)
{
    double shape = poisson->shape;

    switch ((enum law)poisson->law) {
    case EXPONENTIAL:
        return gsl_ran_exponential(rng, mean);
    case DETERMINISTIC:
        return mean;
    case ERLANG:
    case GAMMA:
        return gsl_ran_gamma(rng, shape, mean / shape);
    case LOGNORMAL:
        return gsl_ran_lognormal(rng, log(mean) - shape * shape / 2, shape);
    case WEIBULL: /* GSL: scale first, then exponent */
        return gsl_ran_weibull(rng, mean / gsl_sf_gamma(1 + 1 / shape), shape);
    case HYPEREXP:
        if (gsl_rng_uniform(rng) < shape)
            return gsl_ran_exponential(rng, mean / (2 * shape));
        return gsl_ran_exponential(rng, mean / (2 * (1 - shape)));
    }
    pt_assert(false);
    return 0;
}

/* ---- the source ---- */

static int check(const struct poisson *poisson, struct pt_err *err)
{
    if (poisson->nodes > 0 && poisson->nodes < max_width(poisson))
        return pt_err_set(err, PT_ERR_USAGE,
                          "poisson: widths=%.80s do not fit nodes=%d "
                          "(expected at most that)",
                          poisson->widths, (int)poisson->nodes);
    if (poisson->law == HYPEREXP && poisson->cv < 1)
        return pt_err_set(err, PT_ERR_USAGE,
                          "poisson: cv is below 1 (expected at least 1 with "
                          "law=hyperexp)");
    return 0;
}

static int open_poisson(void *state, const char *path,
                        const struct pt_reading *reading, struct pt_err *err)
{
    struct poisson *poisson = state;

    (void)path;
    if (read_widths(poisson, err) || check(poisson, err))
        return -1;
    int64_t nodes = poisson->nodes > 0 ? poisson->nodes : max_width(poisson);
    double rate = poisson->load > 0
                      ? poisson->load * (double)nodes / mean_work(poisson)
                      : poisson->rate;
    pt_model_open(&poisson->model, reading, nodes, poisson->users);
    poisson->gap = reading->scale / rate;
    poisson->clock = 0;
    poisson->shape = find_shape(poisson);
    return 0;
}

static pt_time draw_submit(struct poisson *poisson, gsl_rng *rng)
{
    if (poisson->saturated)
        return 0;
    poisson->clock += gsl_ran_exponential(rng, poisson->gap);
    return pt_time_from_seconds(poisson->clock);
}

static void draw_job(struct poisson *poisson, struct pt_model_job *job)
{
    uint64_t seed = poisson->model.reading.seed;
    uint64_t k = (uint64_t)poisson->model.rows;
    struct pt_stream gap, width, length;

    pt_stream_open(&gap, seed, 0, PT_PURPOSE_ARRIVAL, k);
    pt_stream_open(&width, seed, 0, PT_PURPOSE_WIDTH, k);
    pt_stream_open(&length, seed, 0, PT_PURPOSE_LENGTH, k);
    const struct class *class = draw_class(poisson, &width.rng);
    *job = (struct pt_model_job){
        .submit = draw_submit(poisson, &gap.rng),
        .width = class->width,
        .queue = -1,
    };
    job->length =
        pt_time_from_seconds(draw_length(poisson, class->mean, &length.rng));
    job->limit = job->length;
}

static int next_poisson(void *state, struct pt_work *work, struct pt_err *err)
{
    struct poisson *poisson = state;

    while (poisson->model.rows < poisson->jobs) {
        struct pt_model_job job;
        draw_job(poisson, &job);
        int yielded = pt_model_yield(&poisson->model, &job, work, err);
        if (yielded != 0)
            return yielded;
    }
    return 0;
}

static void info_poisson(const void *state, struct pt_source_info *info)
{
    const struct poisson *poisson = state;

    pt_model_info(&poisson->model, info);
}

static void close_poisson(void *state)
{
    struct poisson *poisson = state;

    pt_model_close(&poisson->model);
}

static const char *const laws[] = {
    "exponential", "deterministic", "erlang",   "gamma",
    "lognormal",   "weibull",       "hyperexp", NULL};

static const struct pt_param params[] = {
    {.name = "jobs",
     .type = PT_PARAM_INT,
     .unit = "",
     .fallback = "10000",
     .min = 0,
     .max = 1e12,
     .offset = offsetof(struct poisson, jobs),
     .help = "How many jobs."},
    {.name = "nodes",
     .type = PT_PARAM_INT,
     .unit = "procs",
     .fallback = "0",
     .min = 0,
     .max = 1e6,
     .offset = offsetof(struct poisson, nodes),
     .help = "Size of the machine that the jobs are meant for; 0: the "
             "widest gang."},
    {.name = "rate",
     .type = PT_PARAM_REAL,
     .unit = "1/s",
     .fallback = "0.5",
     .min = 1e-9,
     .max = 1e4,
     .offset = offsetof(struct poisson, rate),
     .help = "Submits per second."},
    {.name = "load",
     .type = PT_PARAM_REAL,
     .unit = "",
     .fallback = "0",
     .min = 0,
     .max = 1000,
     .offset = offsetof(struct poisson, load),
     .help = "Offered load of `nodes`, which then sets the rate; 0: the rate "
             "as given."},
    {.name = "widths",
     .type = PT_PARAM_TEXT,
     .unit = "",
     .fallback = "1",
     .offset = offsetof(struct poisson, widths),
     .help = "WIDTH[:SHARE[:MEAN]]+...: gang widths, what share of the jobs "
             "has each, and its mean length."},
    {.name = "law",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "exponential",
     .choices = laws,
     .offset = offsetof(struct poisson, law),
     .help = "Distribution of the lengths."},
    {.name = "mean",
     .type = PT_PARAM_REAL,
     .unit = "s",
     .fallback = "1",
     .min = 1e-6,
     .max = 1e9,
     .offset = offsetof(struct poisson, mean),
     .help = "Mean length, of the widths that do not give their own."},
    {.name = "cv",
     .type = PT_PARAM_REAL,
     .unit = "",
     .fallback = "2",
     .min = 0.01,
     .max = 100,
     .offset = offsetof(struct poisson, cv),
     .help = "Standard deviation over mean: of gamma, lognormal, weibull, "
             "and (at least 1) hyperexp."},
    {.name = "phases",
     .type = PT_PARAM_INT,
     .unit = "",
     .fallback = "2",
     .min = 1,
     .max = 1e6,
     .offset = offsetof(struct poisson, phases),
     .help = "Phases of erlang."},
    {.name = "saturated",
     .type = PT_PARAM_BOOL,
     .unit = "",
     .fallback = "no",
     .offset = offsetof(struct poisson, saturated),
     .help = "Submit all jobs at time 0."},
    {.name = "users",
     .type = PT_PARAM_INT,
     .unit = "",
     .fallback = "0",
     .min = 0,
     .max = 1e6,
     .offset = offsetof(struct poisson, users),
     .help = "How many users; user i submits a share proportional to 1/i "
             "(Zipf); 0: nobody is known."},
    PT_PARAM_END};

const struct pt_source pt_model_poisson = {
    .name = "poisson",
    .summary = "Poisson arrivals, any law of lengths, gangs of given widths",
    .cite = "L. Kleinrock, Queueing Systems, Vol. 1, Wiley, 1975",
    .params = params,
    .state_size = sizeof(struct poisson),
    .open = open_poisson,
    .next = next_poisson,
    .info = info_poisson,
    .close = close_poisson,
};
