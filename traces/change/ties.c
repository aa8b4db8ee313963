/* ties.c - another order of the jobs that are submitted at one instant: a trace
 * has one, and it means nothing.
 *
 * Models have few ties, and old logs told submits to the minute.  With a grain
 * submits are first rounded down to a multiple of it, so that jobs which came
 * that near to each other are tied. */
#include "base/random.h"
#include "base/vec.h"
#include "traces/change.h"

enum order { REVERSE, SHUFFLE, KEEP };

enum { MOVED, TIED, RULES };

/* Streams of groups of ties are none of jobs. */
#define GROUP (UINT64_C(1) << 55)

/* A job of one stage, by value. */
struct tied {
    struct pt_work work;
    struct pt_stage stage;
    struct pt_truth truth;
};

struct ties {
    int order;
    pt_time grain;

    struct pt_rule rules[RULES];
    struct tied *tied; /* [n] of one instant; then, if `ahead`, the next job */
    int64_t n, capacity;
    int64_t at; /* the next of them to be yielded */
    int64_t jobs;
    bool ahead, over;
};

static int open_ties(void *state, struct pt_below *below, struct pt_err *err)
{
    struct ties *ties = state;

    (void)below, (void)err;
    ties->rules[MOVED] = (struct pt_rule){
        .name = "early",
        .what = "submitted earlier: rounded down to the grain"};
    ties->rules[TIED] = (struct pt_rule){
        .name = "tie",
        .what = ties->order == KEEP
                    ? "submitted with others at one instant"
                    : "submitted with others at one instant: reordered"};
    return 0;
}

/* WORK comes when its grain begins; in order, as rounding never overtakes. */
static void round_down(struct ties *ties, struct pt_work *work)
{
    pt_time over = ties->grain > 0 ? work->job.submit % ties->grain : 0;

    if (over < 0)
        over += ties->grain;
    work->job.submit -= over;
    ties->rules[MOVED].rows += over > 0;
}

static void keep(struct ties *ties, const struct pt_work *work)
{
    pt_vec_push(ties->tied, ties->n, ties->capacity,
                ((struct tied){.work = *work,
                               .stage = work->job.stages[0],
                               .truth = work->truths[0]}));
}

static void swap(struct tied *a, struct tied *b)
{
    struct tied other = *a;

    *a = *b;
    *b = other;
}

static void reorder(struct ties *ties, int64_t n, uint64_t seed)
{
    struct pt_random random;

    if (n < 2)
        return;
    ties->rules[TIED].rows += n;
    if (ties->order == KEEP)
        return;
    if (ties->order == REVERSE) {
        for (int64_t i = 0; i < n / 2; i++)
            swap(&ties->tied[i], &ties->tied[n - 1 - i]);
        return;
    }
    pt_random_open(&random, seed, 0, PT_PURPOSE_SHAKE,
                   GROUP | (uint64_t)ties->jobs);
    for (int64_t i = n - 1; i > 0; i--) {
        uint32_t k = pt_random_below(&random, (uint32_t)(i + 1));
        swap(&ties->tied[i], &ties->tied[k]);
    }
}

/* Reads all jobs of the next instant, and the first of the one after. */
static int gather(struct ties *ties, struct pt_below *below, struct pt_err *err)
{
    struct pt_work work = {.after = 0};
    int got = 1;

    if (ties->ahead)
        ties->tied[0] = ties->tied[ties->n];
    ties->n = ties->ahead;
    ties->at = 0;
    ties->ahead = false;
    while (!ties->over && !ties->ahead) {
        got = below->source->next(below->state, &work, err);
        if (got < 0)
            return -1;
        ties->over = got == 0;
        if (got == 0)
            break;
        round_down(ties, &work);
        keep(ties, &work);
        ties->ahead = work.job.submit > ties->tied[0].work.job.submit;
    }
    ties->n -= ties->ahead;
    reorder(ties, ties->n, below->seed);
    ties->jobs += ties->n;
    return 0;
}

static int next_ties(void *state, struct pt_below *below, struct pt_work *work,
                     struct pt_err *err)
{
    struct ties *ties = state;

    if (ties->at == ties->n && gather(ties, below, err) < 0)
        return -1;
    if (ties->at == ties->n)
        return 0;
    struct tied *tied = &ties->tied[ties->at++];
    *work = tied->work;
    work->job.stages = &tied->stage;
    work->truths = &tied->truth;
    return 1;
}

static int32_t rules_of_ties(const void *state, const struct pt_rule **rules)
{
    const struct ties *ties = state;

    *rules = ties->grain > 0 ? ties->rules : ties->rules + TIED;
    return ties->grain > 0 ? RULES : RULES - TIED;
}

static void close_ties(void *state)
{
    struct ties *ties = state;

    pt_free(ties->tied);
    ties->tied = NULL;
}

static const char *const orders[] = {"reverse", "shuffle", "keep", NULL};

static const struct pt_param params[] = {
    {.name = "order",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "reverse",
     .choices = orders,
     .offset = offsetof(struct ties, order),
     .help = "The order of jobs that are submitted at the same instant: the "
             "other way round, at random, or as it is."},
    {.name = "grain",
     .type = PT_PARAM_TIME,
     .unit = "s",
     .fallback = "0",
     .min = 0,
     .max = 3.2e9,
     .offset = offsetof(struct ties, grain),
     .help = "Submits are first rounded down to a multiple of it, so that "
             "there are more ties; 0: they are not."},
    PT_PARAM_END};

const struct pt_change pt_change_ties = {
    .name = "ties",
    .summary = "another order of the jobs that are submitted at one instant",
    .cite = "D. Tsafrir, K. Ouaknine and D. G. Feitelson, Reducing performance "
            "evaluation sensitivity and variability by input shaking, MASCOTS "
            "2007",
    .params = params,
    .state_size = sizeof(struct ties),
    .open = open_ties,
    .next = next_ties,
    .rules = rules_of_ties,
    .close = close_ties,
};
