/* window.c - a part of the jobs: some in a row, or those of some time. */
#include "base/alloc.h"
#include "base/vec.h"
#include "traces/change.h"

struct window {
    int64_t from, to;
    pt_time since, until;
    bool rebase;

    struct pt_rule rule;
    pt_time first;  /* submit below */
    pt_time origin; /* what becomes 0 */
    int64_t read, kept;
    int64_t *numbers; /* [read] of jobs of pipelines: 1 + which of those kept;
                         0: left out */
    int64_t nnumbers, capacity;
};

static int check(const void *state, struct pt_err *err)
{
    const struct window *window = state;

    if (window->from > window->to)
        return pt_err_set(err, PT_ERR_USAGE,
                          "window: from= is above to= (expected at most that)");
    if (window->since >= window->until)
        return pt_err_set(err, PT_ERR_USAGE,
                          "window: since= is not before until= (expected an "
                          "earlier time)");
    return 0;
}

/* Nodes that come and go at instants of the trace's would do so at others. */
static int check_nodes(const struct pt_below *below, struct pt_err *err)
{
    struct pt_source_info info = {0};

    below->source->info(below->state, &info);
    const struct pt_machine *machine = info.machine;
    for (int64_t i = 0; machine && machine->node && i < machine->nodes; i++)
        if (machine->node[i].up > 0 || machine->node[i].down != PT_TIME_NEVER)
            return pt_err_set(err, PT_ERR_USAGE,
                              "window: rebase=yes, and the recorded nodes come "
                              "and go at times of their own (expected "
                              "rebase=no)");
    return 0;
}

static int open_window(void *state, struct pt_below *below, struct pt_err *err)
{
    struct window *window = state;

    window->rule = (struct pt_rule){.name = "window",
                                    .what = "job dropped: outside the window",
                                    .drops = true};
    return window->rebase ? check_nodes(below, err) : 0;
}

/* Whether the job is inside; the first of all jobs comes first. */
static bool is_inside(struct window *window, const struct pt_job *job)
{
    int64_t number = ++window->read;

    if (number == 1)
        window->first = job->submit;
    pt_time after = job->submit - window->first;
    return number >= window->from && number <= window->to &&
           after >= window->since && after < window->until;
}

/* A job that comes after one that was left out comes when it did. */
static void follow(struct window *window, struct pt_work *work, bool inside)
{
    if (work->after > 0)
        work->after = window->numbers[work->after - 1];
    if (work->after == 0)
        work->gap = 0;
    pt_vec_push(window->numbers, window->nnumbers, window->capacity,
                inside ? window->kept + 1 : 0);
}

/* What is outside is read too, to the end: it is counted, and may be bad. */
static int next_window(void *state, struct pt_below *below,
                       struct pt_work *work, struct pt_err *err)
{
    struct window *window = state;
    int got;

    while ((got = below->source->next(below->state, work, err)) > 0) {
        bool inside = is_inside(window, &work->job);
        if (below->source->staged)
            follow(window, work, inside);
        if (!inside) {
            window->rule.rows++;
            continue;
        }
        if (window->rebase && window->kept == 0)
            window->origin = work->job.submit;
        work->job.submit -= window->origin;
        window->kept++;
        return 1;
    }
    return got;
}

static int32_t rules_of_window(const void *state, const struct pt_rule **rules)
{
    const struct window *window = state;

    *rules = &window->rule;
    return 1;
}

static void close_window(void *state)
{
    struct window *window = state;

    pt_free(window->numbers);
    window->numbers = NULL;
}

static const char *const all[] = {"all", NULL};

static const struct pt_param params[] = {
    {.name = "from",
     .type = PT_PARAM_INT,
     .unit = "",
     .fallback = "1",
     .min = 1,
     .max = 1e12,
     .offset = offsetof(struct window, from),
     .help = "The first job, counted from 1."},
    {.name = "to",
     .type = PT_PARAM_INT,
     .unit = "",
     .fallback = "all",
     .min = 1,
     .max = 1e12,
     .choices = all,
     .offset = offsetof(struct window, to),
     .help = "The last job; all: to the end."},
    {.name = "since",
     .type = PT_PARAM_TIME,
     .unit = "s",
     .fallback = "0",
     .offset = offsetof(struct window, since),
     .help = "Only jobs submitted so long after the first of all, or later."},
    {.name = "until",
     .type = PT_PARAM_TIME,
     .unit = "s",
     .fallback = "never",
     .offset = offsetof(struct window, until),
     .help = "Only jobs submitted earlier than so long after the first."},
    {.name = "rebase",
     .type = PT_PARAM_BOOL,
     .unit = "",
     .fallback = "no",
     .offset = offsetof(struct window, rebase),
     .help = "Whether the first job that is kept comes at 0; else submits are "
             "those of the trace."},
    PT_PARAM_END};

const struct pt_change pt_change_window = {
    .name = "window",
    .summary = "a part of the jobs: by their numbers, or by time",
    .cite = "E. Frachtenberg and D. G. Feitelson, Pitfalls in parallel job "
            "scheduling evaluation, JSSPP 2005",
    .params = params,
    .state_size = sizeof(struct window),
    .staged = true,
    .check = check,
    .open = open_window,
    .next = next_window,
    .rules = rules_of_window,
    .close = close_window,
};
