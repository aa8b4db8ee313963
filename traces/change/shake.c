/* shake.c - small random moves, to tell what is an effect from what is luck: a
 * result that a minute more or less turns round is none.
 *
 * A job in so many has its gap, its length or its limit moved by a time that is
 * uniform between -degree and +degree.  Gaps are those between a submit and the
 * one before; they are never negative, so that jobs stay in order.  A length
 * stays within the limit if it was, and a limit at or above the length; neither
 * falls below a second that was not there before. */
#include "base/random.h"
#include "traces/change.h"

enum what { GAPS, RUNS, LIMITS };

struct shake {
    int what;
    double share;
    pt_time degree;

    struct pt_rule rule;
    int64_t jobs;
    pt_time before; /* the last submit below */
    pt_time submit; /* what it has become */
    struct pt_stage stage;
    struct pt_truth truth;
};

static int open_shake(void *state, struct pt_below *below, struct pt_err *err)
{
    struct shake *shake = state;
    static const char *const names[] = {"shaken-gap", "shaken-run",
                                        "shaken-limit"};
    static const char *const texts[] = {"submitted earlier or later: shaken",
                                        "length shaken", "limit shaken"};

    shake->rule = (struct pt_rule){.name = names[shake->what],
                                   .what = texts[shake->what]};
    if (shake->what == GAPS || !below->source->staged)
        return 0;
    return pt_err_set(err, PT_ERR_USAGE,
                      "shake: what=%s, and the jobs of %s are pipelines "
                      "(expected what=gaps)",
                      shake->what == RUNS ? "runs" : "limits",
                      below->source->name);
}

/* By how much the next job moves. */
static pt_time draw(struct shake *shake, uint64_t seed)
{
    struct pt_random random;
    uint64_t entity = (uint64_t)shake->what << 48 | (uint64_t)shake->jobs++;

    pt_random_open(&random, seed, 0, PT_PURPOSE_SHAKE, entity);
    if (pt_random_real(&random) >= shake->share)
        return 0;
    double most = (double)shake->degree;
    pt_time move = (pt_time)((2 * pt_random_real(&random) - 1) * most);
    shake->rule.rows += shake->degree > 0;
    return move;
}

static pt_time move_gap(pt_time gap, pt_time move)
{
    gap = pt_time_add(gap, move > 0 ? move : 0);
    gap += move < 0 ? move : 0;
    return gap > 0 ? gap : 0;
}

/* A job that comes after another one's end has its gap there; when it came in
 * the trace moves along. */
static void shake_gap(struct shake *shake, struct pt_work *work, pt_time move)
{
    pt_time submit = work->job.submit;
    pt_time gap = shake->jobs > 1 ? submit - shake->before : 0;

    if (work->after > 0)
        work->gap = move_gap(work->gap, move);
    else if (shake->jobs > 1)
        gap = move_gap(gap, move);
    shake->submit = shake->jobs > 1 ? pt_time_add(shake->submit, gap) : submit;
    shake->before = submit;
    work->job.submit = shake->submit;
}

/* TIME moved, down to a second, or what it is if that is less. */
static pt_time move_down(pt_time time, pt_time move)
{
    pt_time least = time < PT_SECOND ? time : PT_SECOND;
    pt_time moved = move > 0 ? pt_time_add(time, move) : time + move;

    return moved > least ? moved : least;
}

static void shake_run(struct shake *shake, struct pt_work *work, pt_time move)
{
    pt_time limit = work->job.stages[0].limit;

    shake->truth = work->truths[0];
    pt_time length = move_down(shake->truth.length, move);
    if (shake->truth.length <= limit && length > limit)
        length = limit;
    shake->truth.length = length;
    work->truths = &shake->truth;
}

static void shake_limit(struct shake *shake, struct pt_work *work, pt_time move)
{
    pt_time length = work->truths[0].length;

    shake->stage = work->job.stages[0];
    pt_time limit = move_down(shake->stage.limit, move);
    if (shake->stage.limit >= length && limit < length)
        limit = length;
    shake->stage.limit = limit;
    work->job.stages = &shake->stage;
}

static int next_shake(void *state, struct pt_below *below, struct pt_work *work,
                      struct pt_err *err)
{
    struct shake *shake = state;
    int got = below->source->next(below->state, work, err);

    if (got <= 0)
        return got;
    pt_time move = draw(shake, below->seed);
    switch ((enum what)shake->what) {
    case GAPS:
        shake_gap(shake, work, move);
        break;
    case RUNS:
        shake_run(shake, work, move);
        break;
    case LIMITS:
        shake_limit(shake, work, move);
        break;
    }
    return 1;
}

static int32_t rules_of_shake(const void *state, const struct pt_rule **rules)
{
    const struct shake *shake = state;

    *rules = &shake->rule;
    return 1;
}

static const char *const whats[] = {"gaps", "runs", "limits", NULL};

static const struct pt_param params[] = {
    {.name = "what",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "gaps",
     .choices = whats,
     .offset = offsetof(struct shake, what),
     .help = "What moves: gaps between submits, lengths, or limits."},
    {.name = "share",
     .type = PT_PARAM_REAL,
     .unit = "",
     .fallback = "1",
     .min = 0,
     .max = 1,
     .offset = offsetof(struct shake, share),
     .help = "The share of the jobs that are shaken; at least 0.1 is "
             "suggested, 0.3 for lengths and limits."},
    {.name = "degree",
     .type = PT_PARAM_TIME,
     .unit = "s",
     .fallback = "60",
     .min = 0,
     .max = 3.2e9,
     .offset = offsetof(struct shake, degree),
     .help = "How far at most; a minute or more is suggested."},
    PT_PARAM_END};

const struct pt_change pt_change_shake = {
    .name = "shake",
    .summary = "small random moves of gaps, lengths or limits, other ones in "
               "each replication",
    .cite = "D. Tsafrir, K. Ouaknine and D. G. Feitelson, Reducing performance "
            "evaluation sensitivity and variability by input shaking, MASCOTS "
            "2007",
    .params = params,
    .state_size = sizeof(struct shake),
    .staged = true,
    .open = open_shake,
    .next = next_shake,
    .rules = rules_of_shake,
};
