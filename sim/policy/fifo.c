/* fifo.c - a task scheduler without barrier mode.
 *
 * Tasks are launched one by one in queue order as slots come free, with no
 * all-or-nothing: a gang's early members hold their slots idle until the last
 * one is placed.  order=fair has a pool a user, ordered at each pass by Spark's
 * FAIR comparator (weight 1, minShare 0); drivers=N has N queues that ask in
 * turn, one task each.  Then partial gangs interleave, and can deadlock. */
#include "core/policy.h"

#include "base/text.h"

enum { ORDER_FIFO, ORDER_FAIR };

struct fifo {
    int order;
    int64_t drivers;
    struct pt_patience patience;
};

static void fifo_upkeep(const void *state, struct pt_upkeep *upkeep)
{
    const struct fifo *f = state;

    *upkeep = (struct pt_upkeep){.order = PT_ORDER_FIFO, .pools = f->drivers};
    if (f->order == ORDER_FAIR)
        upkeep->pooling = PT_POOL_USER;
    else if (f->drivers > 1)
        upkeep->pooling = PT_POOL_DRIVER;
}

/* Spark breaks ties by the pools' names, as text. */
static bool name_less(int64_t a, int64_t b)
{
    char x[24], y[24];
    size_t nx = pt_text_int(x, a), ny = pt_text_int(y, b);

    for (size_t i = 0; i < nx && i < ny; i++)
        if (x[i] != y[i])
            return x[i] < y[i];
    return nx < ny;
}

static bool needier(const struct pt_pool *a, const struct pt_pool *b)
{
    if (a->running != b->running)
        return a->running < b->running;
    return name_less(a->name, b->name);
}

static bool driver_less(const struct pt_pool *a, const struct pt_pool *b)
{
    return a->name < b->name;
}

/* Each pool in turn takes all that it can use. */
static void offer(const struct fifo *f, struct pt_plan *plan)
{
    int32_t n = pt_plan_rank_pools(plan, needier);

    for (int32_t i = 0; i < n; i++)
        for (pt_waiting w = pt_plan_pool_head(plan, i), next; w >= 0;
             w = next) {
            if (pt_plan_full(plan))
                return;
            next = pt_plan_pool_next(plan, i, w);
            pt_plan_launch(plan, w, INT64_MAX, &f->patience, NULL);
        }
}

/* The drivers ask in turn, each for one task. */
static void ask_in_turn(const struct fifo *f, struct pt_plan *plan)
{
    int32_t n = pt_plan_rank_pools(plan, driver_less);
    bool any = true;

    while (any && !pt_plan_full(plan)) {
        any = false;
        for (int32_t i = 0; i < n && !pt_plan_full(plan); i++) {
            pt_waiting w = pt_plan_pool_head(plan, i);
            if (w >= 0 && pt_plan_launch(plan, w, 1, &f->patience, NULL) > 0)
                any = true;
        }
    }
}

static void fifo_schedule(void *state, struct pt_plan *plan)
{
    const struct fifo *f = state;

    if (pt_plan_full(plan))
        return;
    if (f->order == ORDER_FIFO && f->drivers > 1)
        ask_in_turn(f, plan);
    else
        offer(f, plan);
}

static const char *const orders[] = {"fifo", "fair", NULL};

static const struct pt_param params[] = {
    {.name = "order",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "fifo",
     .choices = orders,
     .offset = offsetof(struct fifo, order),
     .help =
         "fifo: one queue; fair: a pool a user, the one with fewest running "
         "tasks first (Spark's FAIR)"},
    {.name = "drivers",
     .type = PT_PARAM_INT,
     .unit = "queues",
     .fallback = "1",
     .min = 1,
     .max = 1e6,
     .offset = offsetof(struct fifo, drivers),
     .help = "so many queues ask in turn, a task each (with order=fifo); job k "
             "goes to queue k mod drivers"},
    {.name = "hold_timeout",
     .type = PT_PARAM_TIME,
     .unit = "s",
     .fallback = "never",
     .offset = offsetof(struct fifo, patience.timeout),
     .help = "an incomplete gang gives its slots back so long after it got the "
             "first"},
    {.name = "backoff",
     .type = PT_PARAM_TIME,
     .unit = "s",
     .fallback = "0",
     .offset = offsetof(struct fifo, patience.backoff),
     .help = "then it does not ask for so long, twice as long each further "
             "time"},
    {.name = "tries",
     .type = PT_PARAM_INT,
     .unit = "time-outs",
     .fallback = "1000",
     .min = 1,
     .max = 1e9,
     .offset = offsetof(struct fifo, patience.tries),
     .help = "after so many it gives up, and its job is UNFINISHED: two gangs "
             "can wait each other out for ever"},
    PT_PARAM_END};

extern const struct pt_policy pt_policy_fifo;
const struct pt_policy pt_policy_fifo = {
    .name = "fifo",
    .summary = "tasks one by one as slots come free; partial gangs hold theirs",
    .cite = "Apache Spark core scheduler (SchedulingAlgorithm.scala), without "
            "barrier mode",
    .params = params,
    .state_size = sizeof(struct fifo),
    .upkeep = fifo_upkeep,
    .schedule = fifo_schedule};
