/* gang.c - all tasks of a gang in one decision, or none.
 *
 * head=block is strict first-come first-served (the multiserver-job queue).
 * head=skip is Spark's barrier mode: a gang that does not fit is passed over
 * and nothing is kept for it, so wide gangs can starve.  order=fair asks in the
 * order of the run's pools, as it is when the pass begins. */
#include "core/policy.h"

enum { HEAD_BLOCK, HEAD_SKIP };
enum { ORDER_FIFO, ORDER_FAIR };

struct gang {
    int head, order;
};

static void gang_upkeep(const void *state, struct pt_upkeep *upkeep)
{
    (void)state;
    *upkeep = (struct pt_upkeep){.order = PT_ORDER_FIFO};
}

static void ask_pools(const struct gang *gang, struct pt_plan *plan)
{
    int32_t n = pt_plan_rank(plan);

    for (int32_t i = 0; i < n; i++) {
        pt_waiting w = pt_plan_ranked(plan, i);
        if (w >= 0 && !pt_plan_start(plan, w) && gang->head == HEAD_BLOCK)
            return;
    }
}

static void gang_schedule(void *state, struct pt_plan *plan)
{
    const struct gang *gang = state;
    pt_waiting w;

    if (gang->order == ORDER_FAIR)
        ask_pools(gang, plan);
    else if (gang->head == HEAD_BLOCK)
        while ((w = pt_plan_head(plan)) >= 0 && pt_plan_start(plan, w))
            continue;
    else
        for (w = -1; (w = pt_plan_fit(plan, w)) >= 0;)
            pt_plan_start(plan, w);
}

static const char *const heads[] = {"block", "skip", NULL};
static const char *const orders[] = {"fifo", "fair", NULL};

static const struct pt_param params[] = {
    {.name = "head",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "block",
     .choices = heads,
     .offset = offsetof(struct gang, head),
     .help = "what a head of the queue that does not fit does: block all "
             "behind it, or be skipped"},
    {.name = "order",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "fifo",
     .choices = orders,
     .offset = offsetof(struct gang, order),
     .help = "fifo: as they arrived; fair: as Spark's FAIR pools have it"},
    PT_PARAM_END};

extern const struct pt_policy pt_policy_gang;
const struct pt_policy pt_policy_gang = {
    .name = "gang",
    .summary = "all tasks of a gang at once or none, in order of arrival",
    .cite = "Apache Spark SPARK-24374 (Project Hydrogen, barrier execution "
            "mode); Feitelson & Rudolph, JSSPP 1997",
    .params = params,
    .state_size = sizeof(struct gang),
    .upkeep = gang_upkeep,
    .schedule = gang_schedule};
