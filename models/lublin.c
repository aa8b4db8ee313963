/* lublin.c - rigid jobs as on the supercomputers of the nineties: U. Lublin and
 * D. G. Feitelson, "The workload on parallel supercomputers: modeling the
 * characteristics of rigid jobs", J. Parallel Distrib. Comput. 63(11), 2003;
 * the constants are those of the authors' program, m_lublin99.c.
 *
 * Departures.  Draws come from a stream per job and attribute.  The three
 * columns are fitted at 128 nodes; on a machine of another size UMed and UHi
 * move with the logarithm of the size, and a job that rounds to more than the
 * machine asks for all of it.  Submit and run times are whole seconds, rounded
 * down, as in a trace.  test_lublin.c checks E[nodes] = 12.1, E[run] = 4353 s
 * and a mean gap of 911 s for the typeless column. */
#include "models/model.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include "models/stream.h"

#define BUCKETS        48
#define BUCKET_SECONDS 1800.0
#define FIRST_BUCKET   11 /* where the model's day begins, of 1 ... 48 */
#define MAX_LOG_RUN    12.0
#define MAX_LOG_GAP    13.0
#define LOG_NODES      7.0 /* the fitted machine */

enum type { TYPELESS, BATCH, INTERACTIVE, MIXED };
enum estimate { ESTIMATE_EXACT, ESTIMATE_FACTOR };

/* A column of the paper's table. */
struct column {
    double serial, pow2;              /* shares of all jobs */
    double low, med, high, low_share; /* of log2 of the width */
    double a1, b1, a2, b2;            /* ln of the run time: shape, scale */
    double pa, pb;                    /* share of the first, by width */
    double a_gap, b_gap;              /* ln of the gap: shape, scale */
    double a_day, b_day;              /* the daily cycle */
    double rush;                      /* ARAR: factor on a_gap, all hours */
    int64_t queue;                    /* 0 = interactive, as in SWF */
};

static const struct column columns[] = {
    [TYPELESS] =
        {
            .serial = 0.244,
            .pow2 = 0.576,
            .low = 0.8,
            .med = 4.5,
            .high = 7,
            .low_share = 0.86,
            .a1 = 4.2,
            .b1 = 0.94,
            .a2 = 312,
            .b2 = 0.03,
            .pa = -0.0054,
            .pb = 0.78,
            .a_gap = 10.2303,
            .b_gap = 0.4871,
            .a_day = 8.1737,
            .b_day = 3.9631,
            .rush = 1.0225,
            .queue = -1,
        },
    [BATCH] =
        {
            .serial = 0.2927,
            .pow2 = 0.6686,
            .low = 1.2,
            .med = 5,
            .high = 7,
            .low_share = 0.875,
            .a1 = 6.57,
            .b1 = 0.823,
            .a2 = 639.1,
            .b2 = 0.0156,
            .pa = -0.003,
            .pb = 0.6986,
            .a_gap = 6.0415,
            .b_gap = 0.8531,
            .a_day = 6.1271,
            .b_day = 5.2740,
            .rush = 1.0519,
            .queue = 1,
        },
    [INTERACTIVE] =
        {
            .serial = 0.1541,
            .pow2 = 0.625,
            .low = 1,
            .med = 3,
            .high = 5.5,
            .low_share = 0.705,
            .a1 = 3.8351,
            .b1 = 0.6605,
            .a2 = 7.073,
            .b2 = 0.6856,
            .pa = -0.0118,
            .pb = 0.9156,
            .a_gap = 6.5510,
            .b_gap = 0.6621,
            .a_day = 8.9186,
            .b_day = 3.6680,
            .rush = 0.9797,
            .queue = 0,
        },
};

/* Arrivals of one column.  A gap is paid for in points, of which each half hour
 * has as many as its weight says. */
struct clock {
    struct column column; /* with its widths moved to the machine's size */
    uint64_t entity;      /* of its next gap */
    double weights[BUCKETS];
    int64_t bucket; /* half hours passed since time 0 */
    double points;  /* of the current one, spent */
    double next;    /* seconds since time 0 */
};

struct lublin {
    int64_t jobs, nodes, users;
    int type, estimate;
    double load, factor;
    pt_time start;

    struct pt_model model;
    double stretch; /* factor on the time since `start` */
    int nclocks;
    struct clock clocks[2];
};

/* ---- widths ---- */

static double draw_log_width(const struct column *column, gsl_rng *rng)
{
    double med = column->med;

    if (gsl_rng_uniform(rng) <= column->low_share)
        return gsl_ran_flat(rng, column->low, med);
    return gsl_ran_flat(rng, med, column->high);
}

static int32_t draw_width(const struct lublin *lublin,
                          const struct column *column, gsl_rng *rng)
{
    double u = gsl_rng_uniform(rng);

    if (u <= column->serial)
        return 1;
    double power = draw_log_width(column, rng);
    if (u <= column->serial + column->pow2)
        power = floor(power + 0.5);
    int64_t width = (int64_t)floor(exp2(power) + 0.5);
    return (int32_t)(width < lublin->nodes ? width : lublin->nodes);
}

static double uniform_cdf(double x, double low, double high)
{
    if (x >= high)
        return 1;
    return x <= low ? 0 : (x - low) / (high - low);
}

/* P(log2 of a parallel job's width, before rounding, <= X). */
static double log_width_cdf(const struct column *column, double x)
{
    double p = column->low_share;

    return p * uniform_cdf(x, column->low, column->med) +
           (1 - p) * uniform_cdf(x, column->med, column->high);
}

/* ---- run times ---- */

/* P(run time is of the first gamma). */
static double first_share(const struct column *column, double width)
{
    double p = column->pa * width + column->pb;

    return p < 0 ? 0 : p > 1 ? 1 : p;
}

static pt_time draw_length(const struct column *column, int32_t width,
                           gsl_rng *rng)
{
    double p = first_share(column, width);
    double log_run;

    do {
        if (gsl_rng_uniform(rng) <= p)
            log_run = gsl_ran_gamma(rng, column->a1, column->b1);
        else
            log_run = gsl_ran_gamma(rng, column->a2, column->b2);
    } while (log_run > MAX_LOG_RUN);
    /* e^g >= 1, for g >= 0. */
    return (pt_time)floor(exp(log_run)) * PT_SECOND;
}

/* E[e^g; g <= MAX] of a gamma with shape A and scale B < 1: e^g turns its
 * density into that of a gamma with scale B / (1 - B). */
static double exp_gamma_part(double a, double b, double max)
{
    return pow(1 - b, -a) * gsl_cdf_gamma_P(max, a, b / (1 - b));
}

/* Of each of the two gammas: P(it is not drawn again), and E[run time] in
 * seconds together with that. */
struct means {
    double share1, share2, sum1, sum2;
};

static struct means find_means(const struct column *column)
{
    double max = MAX_LOG_RUN;

    return (struct means){
        .share1 = gsl_cdf_gamma_P(max, column->a1, column->b1),
        .share2 = gsl_cdf_gamma_P(max, column->a2, column->b2),
        .sum1 = exp_gamma_part(column->a1, column->b1, max),
        .sum2 = exp_gamma_part(column->a2, column->b2, max),
    };
}

/* E[WIDTH * run time] of a job of WIDTH.  Rounding down takes half a second, or
 * a little less where run times are short. */
static double mean_work(const struct column *column, const struct means *means,
                        double width)
{
    double p = first_share(column, width);
    double sum = p * means->sum1 + (1 - p) * means->sum2;
    double share = p * means->share1 + (1 - p) * means->share2;

    return width * (sum / share - 0.5);
}

/* ---- the offered load ---- */

/* mean_work() over the jobs whose width is a power of two. */
static double mean_pow2_work(const struct column *column,
                             const struct means *means, double nodes)
{
    double sum = 0;

    for (int power = 0; power <= (int)(column->high + 0.5); power++) {
        double share = log_width_cdf(column, power + 0.5) -
                       log_width_cdf(column, power - 0.5);
        sum += share * mean_work(column, means, fmin(exp2(power), nodes));
    }
    return sum;
}

/* mean_work() over the parallel jobs of any width. */
static double mean_other_work(const struct column *column,
                              const struct means *means, double nodes)
{
    double sum = 0, below = 0;

    for (double width = 1; width <= nodes; width++) {
        bool last = width + 1 > nodes;
        double to = last ? 1 : log_width_cdf(column, log2(width + 0.5));
        sum += (to - below) * mean_work(column, means, width);
        below = to;
    }
    return sum;
}

/* Processor-seconds that the jobs of COLUMN ask for, in the mean, each second.
 * No sampling: sums over the distribution of widths, and closed forms. */
static double work_rate(const struct column *column, double nodes)
{
    double a = column->a_gap * column->rush, b = column->b_gap;
    double gap =
        exp_gamma_part(a, b, MAX_LOG_GAP) / gsl_cdf_gamma_P(MAX_LOG_GAP, a, b);
    double other = 1 - column->serial - column->pow2;
    struct means means = find_means(column);
    double work = column->serial * mean_work(column, &means, 1) +
                  column->pow2 * mean_pow2_work(column, &means, nodes) +
                  other * mean_other_work(column, &means, nodes);

    return work / gap;
}

/* ---- arrivals ---- */

static void fill_weights(struct clock *clock)
{
    double a = clock->column.a_day, b = clock->column.b_day, sum = 0;

    for (int i = FIRST_BUCKET; i < FIRST_BUCKET + BUCKETS; i++) {
        double weight =
            gsl_cdf_gamma_P(i + 0.5, a, b) - gsl_cdf_gamma_P(i - 0.5, a, b);
        clock->weights[(i - 1) % BUCKETS] = weight;
        sum += weight;
    }
    for (int i = 0; i < BUCKETS; i++)
        clock->weights[i] *= BUCKETS / sum;
}

/* Moves CLOCK to its next arrival. */
static void advance(struct clock *clock, uint64_t seed)
{
    const struct column *column = &clock->column;
    struct pt_stream stream;
    gsl_rng *rng =
        pt_stream_open(&stream, seed, 0, PT_PURPOSE_ARRIVAL, clock->entity++);
    double log_gap;

    do {
        log_gap =
            gsl_ran_gamma(rng, column->a_gap * column->rush, column->b_gap);
    } while (log_gap > MAX_LOG_GAP);
    clock->points += exp(log_gap) / BUCKET_SECONDS;
    double weight = clock->weights[clock->bucket % BUCKETS];
    while (clock->points > weight) {
        clock->points -= weight;
        clock->bucket++;
        weight = clock->weights[clock->bucket % BUCKETS];
    }
    clock->next =
        ((double)clock->bucket + clock->points / weight) * BUCKET_SECONDS;
}

static struct column fit_column(int type, int64_t nodes)
{
    struct column column = columns[type];
    double shift = log2((double)nodes) - LOG_NODES;

    column.med = fmax(column.med + shift, column.low);
    column.high = fmax(column.high + shift, column.med);
    return column;
}

static void open_clock(struct clock *clock, const struct lublin *lublin,
                       int type, int number)
{
    double start = pt_time_seconds(lublin->start) / BUCKET_SECONDS;

    *clock = (struct clock){
        .column = fit_column(type, lublin->nodes),
        .entity = (uint64_t)number << 48,
        .bucket = (int64_t)start,
    };
    fill_weights(clock);
    clock->points =
        (start - floor(start)) * clock->weights[clock->bucket % BUCKETS];
    advance(clock, lublin->model.reading.seed);
}

/* What the time between submits is to be multiplied by. */
static double find_stretch(const struct lublin *lublin)
{
    double rate = 0;

    if (!(lublin->load > 0))
        return lublin->model.reading.scale;
    for (int i = 0; i < lublin->nclocks; i++)
        rate += work_rate(&lublin->clocks[i].column, (double)lublin->nodes);
    return lublin->model.reading.scale * rate /
           ((double)lublin->nodes * lublin->load);
}

/* ---- the source ---- */

static int open_lublin(void *state, const char *path,
                       const struct pt_reading *reading, struct pt_err *err)
{
    struct lublin *lublin = state;

    (void)path;
    (void)err;
    pt_model_open(&lublin->model, reading, lublin->nodes, lublin->users);
    if (lublin->type == MIXED) {
        lublin->nclocks = 2;
        open_clock(&lublin->clocks[0], lublin, INTERACTIVE, 0);
        open_clock(&lublin->clocks[1], lublin, BATCH, 1);
    } else {
        lublin->nclocks = 1;
        open_clock(&lublin->clocks[0], lublin, lublin->type, 0);
    }
    lublin->stretch = find_stretch(lublin);
    return 0;
}

static struct clock *first_clock(struct lublin *lublin)
{
    struct clock *clocks = lublin->clocks;

    if (lublin->nclocks == 2 && clocks[1].next < clocks[0].next)
        return &clocks[1];
    return &clocks[0];
}

static pt_time submit_time(const struct lublin *lublin, double next)
{
    double start = pt_time_seconds(lublin->start);
    double time = floor(start + (next - start) * lublin->stretch);

    return time < 1.0 ? 0 : pt_time_from_seconds(time);
}

/* The f-model: limits uniform between the run time R and (FACTOR + 1) R. */
static pt_time draw_limit(const struct lublin *lublin, pt_time length,
                          gsl_rng *rng)
{
    if (lublin->estimate == ESTIMATE_EXACT)
        return length;
    double run = pt_time_seconds(length);
    double slack = floor(gsl_ran_flat(rng, 0, lublin->factor * run));
    return length + (pt_time)slack * PT_SECOND;
}

static void draw_job(struct lublin *lublin, struct pt_model_job *job)
{
    struct clock *clock = first_clock(lublin);
    const struct column *column = &clock->column;
    uint64_t seed = lublin->model.reading.seed;
    uint64_t k = (uint64_t)lublin->model.rows;
    struct pt_stream width, length, limit;

    pt_stream_open(&width, seed, 0, PT_PURPOSE_WIDTH, k);
    pt_stream_open(&length, seed, 0, PT_PURPOSE_LENGTH, k);
    pt_stream_open(&limit, seed, 0, PT_PURPOSE_ESTIMATE, k);
    job->submit = submit_time(lublin, clock->next);
    job->width = draw_width(lublin, column, &width.rng);
    job->length = draw_length(column, job->width, &length.rng);
    job->limit = draw_limit(lublin, job->length, &limit.rng);
    job->queue = column->queue;
    advance(clock, seed);
}

static int next_lublin(void *state, struct pt_work *work, struct pt_err *err)
{
    struct lublin *lublin = state;

    while (lublin->model.rows < lublin->jobs) {
        struct pt_model_job job;
        draw_job(lublin, &job);
        int yielded = pt_model_yield(&lublin->model, &job, work, err);
        if (yielded != 0)
            return yielded;
    }
    return 0;
}

static void info_lublin(const void *state, struct pt_source_info *info)
{
    const struct lublin *lublin = state;

    pt_model_info(&lublin->model, info);
}

static void close_lublin(void *state)
{
    struct lublin *lublin = state;

    pt_model_close(&lublin->model);
}

static const char *const types[] = {"typeless", "batch", "interactive", "mixed",
                                    NULL};
static const char *const estimates[] = {"exact", "factor", NULL};

static const struct pt_param params[] = {
    {.name = "jobs",
     .type = PT_PARAM_INT,
     .unit = "",
     .fallback = "10000",
     .min = 0,
     .max = 1e12,
     .offset = offsetof(struct lublin, jobs),
     .help = "How many jobs."},
    {.name = "nodes",
     .type = PT_PARAM_INT,
     .unit = "procs",
     .fallback = "128",
     .min = 1,
     .max = 1e6,
     .offset = offsetof(struct lublin, nodes),
     .help = "Size of the machine that the jobs are meant for; the widest "
             "ask for all of it."},
    {.name = "type",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "typeless",
     .choices = types,
     .offset = offsetof(struct lublin, type),
     .help = "Which of the paper's columns; mixed merges batch and "
             "interactive jobs."},
    {.name = "load",
     .type = PT_PARAM_REAL,
     .unit = "",
     .fallback = "0",
     .min = 0,
     .max = 1000,
     .offset = offsetof(struct lublin, load),
     .help = "Expected offered load of `nodes`: the time between submits is "
             "scaled to it; 0 leaves it as the model has it."},
    {.name = "estimate",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "exact",
     .choices = estimates,
     .offset = offsetof(struct lublin, estimate),
     .help = "The user's limit: exactly the run time R, or uniform on "
             "[R, (factor + 1) R]."},
    {.name = "factor",
     .type = PT_PARAM_REAL,
     .unit = "",
     .fallback = "3",
     .min = 0,
     .max = 1e6,
     .offset = offsetof(struct lublin, factor),
     .help = "How far estimate=factor overestimates."},
    {.name = "users",
     .type = PT_PARAM_INT,
     .unit = "",
     .fallback = "32",
     .min = 0,
     .max = 1e6,
     .offset = offsetof(struct lublin, users),
     .help = "How many users; user i submits a share proportional to 1/i "
             "(Zipf); 0: nobody is known."},
    {.name = "start",
     .type = PT_PARAM_TIME,
     .unit = "s",
     .fallback = "0s",
     .min = 0,
     .max = 1e9,
     .offset = offsetof(struct lublin, start),
     .help = "When submitting begins; time 0 is a midnight."},
    PT_PARAM_END};

const struct pt_source pt_model_lublin = {
    .name = "lublin",
    .summary = "rigid jobs with a daily cycle, after Lublin and Feitelson",
    .cite = "U. Lublin, D. G. Feitelson, The workload on parallel "
            "supercomputers: modeling the characteristics of rigid jobs, "
            "J. Parallel Distrib. Comput. 63(11), 2003",
    .params = params,
    .state_size = sizeof(struct lublin),
    .open = open_lublin,
    .next = next_lublin,
    .info = info_lublin,
    .close = close_lublin,
};
