/* hydrogen.c - pipelines as Spark's Project Hydrogen has them in mind: data are
 * prepared by many short tasks in parallel, a gang trains on them, and a
 * parallel stage infers (R. Xin, SPARK-24374, 2018).
 *
 * Jobs arrive as a Poisson process.  A job has each stage with a given
 * probability; what it has is a chain.  Numbers of parallel tasks are uniform
 * on a logarithmic scale; lengths are lognormal.  The members of a gang share
 * one length, and each has its own small part more or less (`train_skew`).
 * Every draw comes from a stream of its own per (job, stage, purpose), so that
 * a change of one parameter changes nothing else. */
#include <gsl/gsl_randist.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include "base/alloc.h"
#include "base/assert.h"
#include "base/text.h"
#include "base/vec.h"
#include "models/model.h"
#include "models/stream.h"
#include "models/widths.h"

/* Stages, and what is the job's own. */
enum { PREPARE, TRAIN, INFER, STAGES, JOB = STAGES, ENTITIES };

/* Which nodes stages run on: any; gangs those for training; and data stages
 * those for data. */
enum cluster { CLUSTER_UNIFIED, CLUSTER_ONEWAY, CLUSTER_TWO };
enum { PROFILE_ANY, PROFILE_DATA, PROFILE_TRAINING };

/* Lengths are cut here: a year is a slip of the parameters. */
#define LENGTH_MAX 3.2e7

/* A parallel stage's law. */
struct part {
    double share; /* of the jobs that have it */
    int64_t min, max;
    double mean, cv;
};

struct hydrogen {
    int64_t jobs, nodes, cores, gpus, data_nodes, users, iterations;
    double rate, load, factor;
    struct part prepare, infer;
    double train, train_mean, train_cv, train_skew, train_cores, train_gpus;
    int cluster;
    bool together;
    char widths[PT_PARAM_TEXT_SIZE];

    struct pt_reading reading;
    struct pt_machine machine;
    struct pt_machine_node *node; /* where there are GPUs, or two kinds */
    struct pt_rule rule;
    gsl_ran_discrete_t *zipf; /* NULL: nobody is known */
    struct pt_widths gangs;
    double gap;   /* mean time between submits, in seconds */
    double clock; /* seconds */
    int64_t rows, yielded;

    struct pt_stage stages[STAGES];
    struct pt_truth truths[STAGES];
    int32_t parents[STAGES];
    pt_time *lengths; /* of all stages */
    int64_t capacity;
};

/* ---- numbers of parallel tasks ---- */

static int32_t draw_tasks(const struct part *part, gsl_rng *rng)
{
    double ratio = (double)(part->max + 1) / (double)part->min;
    int64_t n =
        (int64_t)floor((double)part->min * pow(ratio, gsl_rng_uniform(rng)));

    return (int32_t)(n < part->max ? n : part->max);
}

/* E[draw_tasks()]: of all k, k P(it is drawn). */
static double mean_tasks(const struct part *part)
{
    double ratio = (double)(part->max + 1) / (double)part->min;
    double sum = 0;

    for (int64_t k = part->min; k <= part->max; k++)
        sum += (double)k * log1p(1 / (double)k);
    return sum / log(ratio);
}

/* ---- lengths ---- */

/* Lognormal with MEAN and CV, in seconds. */
static double draw_seconds(double mean, double cv, gsl_rng *rng)
{
    double sigma = sqrt(log1p(cv * cv));

    return gsl_ran_lognormal(rng, log(mean) - sigma * sigma / 2, sigma);
}

static pt_time to_length(double seconds)
{
    return pt_time_from_seconds(fmin(seconds, LENGTH_MAX));
}

static gsl_rng *open_stream(const struct hydrogen *h, struct pt_stream *stream,
                            enum pt_purpose purpose, int entity)
{
    return pt_stream_open(stream, h->reading.seed, 0, purpose,
                          (uint64_t)h->rows * ENTITIES + (uint64_t)entity);
}

static void draw_parallel(const struct hydrogen *h, const struct part *part,
                          int entity, int32_t n, pt_time *lengths)
{
    struct pt_stream stream;
    gsl_rng *rng = open_stream(h, &stream, PT_PURPOSE_LENGTH, entity);

    for (int32_t i = 0; i < n; i++)
        lengths[i] = to_length(draw_seconds(part->mean, part->cv, rng));
}

static void draw_gang(const struct hydrogen *h, int32_t n, pt_time *lengths)
{
    struct pt_stream stream;
    gsl_rng *rng = open_stream(h, &stream, PT_PURPOSE_LENGTH, TRAIN);
    double shared = draw_seconds(h->train_mean, h->train_cv, rng);

    for (int32_t i = 0; i < n; i++)
        lengths[i] = to_length(
            h->train_skew > 0 ? shared * draw_seconds(1, h->train_skew, rng)
                              : shared);
}

/* The user's limit: uniform between the longest task R and (factor + 1) R. */
static pt_time draw_limit(const struct hydrogen *h, int entity, int32_t n,
                          const pt_time *lengths)
{
    struct pt_stream stream;
    gsl_rng *rng = open_stream(h, &stream, PT_PURPOSE_ESTIMATE, entity);
    pt_time longest = 1;

    for (int32_t i = 0; i < n; i++)
        longest = lengths[i] > longest ? lengths[i] : longest;
    double slack = gsl_ran_flat(rng, 0, h->factor) * (double)longest;
    return longest + (pt_time)fmin(slack, LENGTH_MAX * 1e9);
}

/* ---- jobs ---- */

/* Which stages job k has; one that would have none prepares data. */
static void draw_stages(const struct hydrogen *h, bool has[STAGES])
{
    const double shares[] = {h->prepare.share, h->train, h->infer.share};
    struct pt_stream stream;
    gsl_rng *rng = open_stream(h, &stream, PT_PURPOSE_WIDTH, JOB);

    for (int i = 0; i < STAGES; i++)
        has[i] = gsl_rng_uniform(rng) < shares[i];
    has[PREPARE] |= !has[TRAIN] && !has[INFER];
}

static int32_t draw_size(const struct hydrogen *h, int kind)
{
    struct pt_stream stream;
    gsl_rng *rng = open_stream(h, &stream, PT_PURPOSE_WIDTH, kind);

    if (kind == TRAIN)
        return pt_widths_draw(&h->gangs, rng);
    return draw_tasks(kind == PREPARE ? &h->prepare : &h->infer, rng);
}

static int32_t profile_of(const struct hydrogen *h, bool gang)
{
    if (h->cluster == CLUSTER_UNIFIED)
        return PROFILE_ANY;
    if (gang)
        return PROFILE_TRAINING;
    return h->cluster == CLUSTER_TWO ? PROFILE_DATA : PROFILE_ANY;
}

/* Lays the stage of KIND out as the job's number INDEX; its lengths go to
 * LENGTHS. */
static void make_stage(struct hydrogen *h, int kind, int32_t index,
                       int32_t ntasks, pt_time *lengths)
{
    struct pt_stage *stage = &h->stages[index];
    struct pt_truth *truth = &h->truths[index];
    bool gang = kind == TRAIN;

    if (gang)
        draw_gang(h, ntasks, lengths);
    else
        draw_parallel(h, kind == PREPARE ? &h->prepare : &h->infer, kind,
                      ntasks, lengths);
    h->parents[index] = index - 1;
    *stage = (struct pt_stage){.ntasks = ntasks,
                               .mode = gang ? PT_GANG : PT_PARALLEL,
                               .need = {.amount = {[PT_CORES] = 1000}},
                               .limit = draw_limit(h, kind, ntasks, lengths),
                               .nparents = index > 0,
                               .parents = &h->parents[index],
                               .id = h->rows * STAGES + kind,
                               .retries = true,
                               .profile = profile_of(h, gang)};
    *truth = (struct pt_truth){.task = lengths,
                               .outcome = PT_SUCCESS,
                               .may_fail = true,
                               .may_straggle = true};
    for (int32_t i = 0; i < ntasks; i++)
        truth->length = lengths[i] > truth->length ? lengths[i] : truth->length;
    if (!gang)
        return;
    stage->need.amount[PT_CORES] = llround(1000 * h->train_cores);
    stage->need.amount[PT_GPUS] = llround(1000 * h->train_gpus);
    truth->iterations = (int32_t)h->iterations;
    truth->together = h->together;
}

/* Makes the stages of job k; returns how many milli-cores the widest needs at
 * once. */
static int64_t make_stages(struct hydrogen *h, struct pt_job *job)
{
    bool has[STAGES];
    int32_t sizes[STAGES] = {0};
    int64_t total = 0, cores = 0;

    draw_stages(h, has);
    for (int kind = 0; kind < STAGES; kind++) {
        sizes[kind] = has[kind] ? draw_size(h, kind) : 0;
        total += sizes[kind];
    }
    pt_vec_reserve(h->lengths, h->capacity, total);
    pt_time *lengths = h->lengths;
    for (int kind = 0; kind < STAGES; kind++) {
        if (!has[kind])
            continue;
        make_stage(h, kind, job->nstages, sizes[kind], lengths);
        const struct pt_stage *stage = &h->stages[job->nstages++];
        int64_t need = stage->need.amount[PT_CORES] *
                       (stage->mode == PT_GANG ? stage->ntasks : 1);
        cores = need > cores ? need : cores;
        lengths += sizes[kind];
    }
    h->stages[job->nstages - 1].result = true;
    job->stages = h->stages;
    return cores;
}

static int64_t draw_user(const struct hydrogen *h)
{
    struct pt_stream stream;

    if (!h->zipf)
        return -1;
    gsl_rng *rng = pt_stream_open(&stream, h->reading.seed, 0, PT_PURPOSE_USER,
                                  (uint64_t)h->rows);
    return 1 + (int64_t)gsl_ran_discrete(rng, h->zipf);
}

static pt_time draw_submit(struct hydrogen *h)
{
    struct pt_stream stream;
    gsl_rng *rng = pt_stream_open(&stream, h->reading.seed, 0,
                                  PT_PURPOSE_ARRIVAL, (uint64_t)h->rows);

    h->clock += gsl_ran_exponential(rng, h->gap);
    return pt_time_from_seconds(h->clock);
}

/* What is done with a job wider than the machine: 1 = it is kept, 0 = it is
 * dropped, -1 = it is an error. */
static int check_wide(struct hydrogen *h, int64_t id, int64_t cores,
                      struct pt_err *err)
{
    int64_t processors = h->reading.processors;

    if (processors == 0 || cores <= 1000 * processors ||
        h->reading.wide == PT_WIDE_REJECT)
        return 1;
    if (h->reading.wide == PT_WIDE_ERROR)
        return pt_err_set(err, PT_ERR_INPUT,
                          "job %" PRId64 " needs %" PRId64
                          " processors at once (expected at most %" PRId64 ")",
                          id, (cores + 999) / 1000, processors);
    h->rule.rows++;
    return 0;
}

static int next_hydrogen(void *state, struct pt_work *work, struct pt_err *err)
{
    struct hydrogen *h = state;

    while (h->rows < h->jobs) {
        *work = (struct pt_work){.job = {.id = h->rows + 1,
                                         .user = draw_user(h),
                                         .group = -1,
                                         .queue = -1,
                                         .submit = draw_submit(h)},
                                 .truths = h->truths};
        int64_t cores = make_stages(h, &work->job);
        int kept = check_wide(h, work->job.id, cores, err);
        if (kept < 0)
            return -1;
        h->rows++;
        h->yielded += kept;
        if (kept)
            return 1;
    }
    return 0;
}

/* ---- the source ---- */

/* E[processor-seconds] of a job. */
static double mean_work(const struct hydrogen *h)
{
    double prepare = mean_tasks(&h->prepare) * h->prepare.mean;
    double none = (1 - h->train) * (1 - h->infer.share);
    double share = h->prepare.share + (1 - h->prepare.share) * none;

    return share * prepare +
           h->train * pt_widths_mean(&h->gangs) * h->train_cores *
               h->train_mean +
           h->infer.share * mean_tasks(&h->infer) * h->infer.mean;
}

static int check_part(const struct part *part, const char *name,
                      struct pt_err *err)
{
    if (part->min <= part->max)
        return 0;
    return pt_err_set(err, PT_ERR_USAGE,
                      "hydrogen: %s_min is above %s_max (expected at most "
                      "that)",
                      name, name);
}

static int check(const struct hydrogen *h, struct pt_err *err)
{
    double milli = 1000 * h->train_gpus;

    if (check_part(&h->prepare, "prepare", err) < 0 ||
        check_part(&h->infer, "infer", err) < 0)
        return -1;
    if (h->train_gpus > (double)h->gpus)
        return pt_err_set(err, PT_ERR_USAGE,
                          "hydrogen: train_gpus=%g on nodes with gpus=%" PRId64
                          " (expected at most that)",
                          h->train_gpus, h->gpus);
    if (milli > 1000 && fabs(h->train_gpus - floor(h->train_gpus)) > 0)
        return pt_err_set(err, PT_ERR_USAGE,
                          "hydrogen: train_gpus=%g (expected a share of one, "
                          "or whole ones)",
                          h->train_gpus);
    if (h->train_cores > (double)h->cores)
        return pt_err_set(
            err, PT_ERR_USAGE,
            "hydrogen: train_cores=%g on nodes with cores=%" PRId64
            " (expected at most that)",
            h->train_cores, h->cores);
    if (h->data_nodes > h->nodes)
        return pt_err_set(err, PT_ERR_USAGE,
                          "hydrogen: data_nodes=%" PRId64 " of nodes=%" PRId64
                          " (expected at most that)",
                          h->data_nodes, h->nodes);
    if (h->cluster != CLUSTER_UNIFIED &&
        (h->data_nodes < 1 || h->data_nodes == h->nodes))
        return pt_err_set(err, PT_ERR_USAGE,
                          "hydrogen: data_nodes=%" PRId64
                          " (expected 1 to %" PRId64
                          ", so that both kinds of stages have nodes)",
                          h->data_nodes, h->nodes - 1);
    return 0;
}

static gsl_ran_discrete_t *open_users(int64_t nusers)
{
    double *shares = pt_alloc((size_t)nusers, sizeof *shares);
    gsl_ran_discrete_t *users = NULL;

    for (int64_t i = 0; i < nusers; i++)
        shares[i] = 1.0 / (double)(i + 1);
    if (nusers > 0)
        users = gsl_ran_discrete_preproc((size_t)nusers, shares);
    bool out_of_memory = nusers > 0 && users == NULL;
    pt_assert(!out_of_memory);
    pt_free(shares);
    return users;
}

/* Nodes are listed only where they have GPUs or are of two kinds; else they are
 * alike. */
static void open_machine(struct hydrogen *h)
{
    h->machine = (struct pt_machine){.processors = h->nodes * h->cores,
                                     .nodes = h->nodes};
    if (h->gpus == 0 && h->data_nodes == 0)
        return;
    h->node = pt_alloc((size_t)h->nodes, sizeof *h->node);
    for (int64_t i = 0; i < h->nodes; i++)
        h->node[i] = (struct pt_machine_node){
            .node = {.size = {.amount = {[PT_CORES] = 1000 * h->cores,
                                         [PT_GPUS] = 1000 * h->gpus}},
                     .host = (int32_t)i,
                     .profile = h->data_nodes == 0  ? PROFILE_ANY
                                : i < h->data_nodes ? PROFILE_DATA
                                                    : PROFILE_TRAINING},
            .down = PT_TIME_NEVER};
    h->machine.node = h->node;
}

static int open_hydrogen(void *state, const char *path,
                         const struct pt_reading *reading, struct pt_err *err)
{
    struct hydrogen *h = state;

    (void)path;
    if (pt_widths_read(&h->gangs, h->widths, "hydrogen", err) < 0 ||
        check(h, err) < 0)
        return -1;
    h->reading = *reading;
    h->rule = (struct pt_rule){.name = "wide",
                               .what = "job dropped: wider than the machine",
                               .drops = true};
    h->zipf = open_users(h->users);
    open_machine(h);
    double rate = h->load > 0
                      ? h->load * (double)(h->nodes * h->cores) / mean_work(h)
                      : h->rate;
    h->gap = reading->scale / rate;
    return 0;
}

static void info_hydrogen(const void *state, struct pt_source_info *info)
{
    const struct hydrogen *h = state;

    *info = (struct pt_source_info){.machine = &h->machine,
                                    .rules = &h->rule,
                                    .nrules = 1,
                                    .rows = h->rows,
                                    .jobs = h->yielded};
}

static void close_hydrogen(void *state)
{
    struct hydrogen *h = state;

    if (h->zipf)
        gsl_ran_discrete_free(h->zipf);
    h->zipf = NULL;
    pt_free(h->node);
    pt_free(h->lengths);
}

/* The table's columns: name, type, unit, default, least, most, member, help. */
#define ROW(a, b, c, d, e, f, g, h)                                            \
    {                                                                          \
        .name = a, .type = PT_PARAM_##b, .unit = c, .fallback = d, .min = e,   \
        .max = f, .offset = offsetof(struct hydrogen, g), .help = h            \
    }

static const char *const clusters[] = {"unified", "oneway", "two", NULL};

static const struct pt_param params[] = {
    ROW("jobs", INT, "", "1000", 0, 1e12, jobs, "How many jobs."),
    ROW("nodes", INT, "", "16", 1, 1e6, nodes,
        "Nodes of the machine that the jobs are meant for."),
    ROW("cores", INT, "procs", "8", 1, 1000, cores, "Cores of a node."),
    ROW("gpus", INT, "", "0", 0, 1000, gpus, "GPUs of a node."),
    {.name = "cluster",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "unified",
     .choices = clusters,
     .offset = offsetof(struct hydrogen, cluster),
     .help = "unified: each stage runs on any node; oneway: gangs run on the "
             "training nodes alone, data stages anywhere; two: data stages run "
             "on the data nodes alone, too."},
    ROW("data_nodes", INT, "", "0", 0, 1e6, data_nodes,
        "The first so many nodes are for data, the others for training; 0: "
        "they are of one kind."),
    ROW("load", REAL, "", "0.7", 0, 1000, load,
        "Offered load of the machine's cores, which sets the rate; 0: the rate "
        "as given."),
    ROW("rate", REAL, "1/s", "0.01", 1e-9, 1e4, rate,
        "Submits per second, where load=0."),
    ROW("prepare", REAL, "", "1", 0, 1, prepare.share,
        "Share of the jobs that prepare data; one without any stage does too."),
    ROW("prepare_min", INT, "", "16", 1, 1e6, prepare.min,
        "Fewest tasks of data preparation."),
    ROW("prepare_max", INT, "", "64", 1, 1e6, prepare.max,
        "Most tasks of data preparation; uniform on a logarithmic scale "
        "between the two."),
    ROW("prepare_mean", REAL, "s", "20", 1e-3, 1e6, prepare.mean,
        "Mean length of such a task."),
    ROW("prepare_cv", REAL, "", "0.5", 0.001, 100, prepare.cv,
        "Standard deviation of it over the mean (lognormal)."),
    ROW("train", REAL, "", "1", 0, 1, train, "Share of the jobs that train."),
    ROW("widths", TEXT, "", "4:0.4+8:0.3+16:0.2+32:0.1", 0, 0, widths,
        "WIDTH[:SHARE]+...: how many members a training gang has, and what "
        "share of the gangs has so many."),
    ROW("train_mean", REAL, "s", "300", 1e-3, 1e6, train_mean,
        "Mean length of a training."),
    ROW("train_cv", REAL, "", "1", 0.001, 100, train_cv,
        "Standard deviation of it over the mean (lognormal)."),
    ROW("train_skew", REAL, "", "0.05", 0, 100, train_skew,
        "Standard deviation of a member's length over that of its training "
        "(lognormal); 0: all are as long."),
    ROW("train_cores", REAL, "procs", "1", 0.001, 1000, train_cores,
        "Cores of a member; those of other tasks need one."),
    ROW("train_gpus", REAL, "", "0", 0, 1000, train_gpus,
        "GPUs of a member: a share of one, or whole ones."),
    ROW("iterations", INT, "", "20", 0, 1e6, iterations,
        "Into how many equal parts a training is cut, after each of which the "
        "members meet; 0: they never do."),
    ROW("together", BOOL, "", "yes", 0, 0, together,
        "Whether the members of a gang leave together."),
    ROW("infer", REAL, "", "1", 0, 1, infer.share,
        "Share of the jobs that infer."),
    ROW("infer_min", INT, "", "16", 1, 1e6, infer.min,
        "Fewest tasks of inference."),
    ROW("infer_max", INT, "", "64", 1, 1e6, infer.max,
        "Most tasks of inference; drawn as those of data preparation."),
    ROW("infer_mean", REAL, "s", "10", 1e-3, 1e6, infer.mean,
        "Mean length of such a task."),
    ROW("infer_cv", REAL, "", "0.5", 0.001, 100, infer.cv,
        "Standard deviation of it over the mean (lognormal)."),
    ROW("factor", REAL, "", "0", 0, 1e6, factor,
        "A stage's limit is uniform between its longest task and (factor + 1) "
        "times that; 0: exact."),
    ROW("users", INT, "", "8", 0, 1e6, users,
        "How many users; user i submits a share proportional to 1/i (Zipf); 0: "
        "nobody is known."),
    PT_PARAM_END};

const struct pt_source pt_model_hydrogen = {
    .name = "hydrogen",
    .summary = "pipelines: parallel data preparation, a training gang, "
               "parallel inference",
    .cite = "R. Xin, Project Hydrogen: barrier execution mode, SPARK-24374, "
            "2018",
    .params = params,
    .state_size = sizeof(struct hydrogen),
    .staged = true,
    .open = open_hydrogen,
    .next = next_hydrogen,
    .info = info_hydrogen,
    .close = close_hydrogen,
};
