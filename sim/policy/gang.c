/* gang.c - all tasks of a gang in one decision, or none.
 *
 * head=block is strict first-come first-served (the multiserver-job queue).
 * head=skip is Spark's barrier mode: a gang that does not fit is passed over
 * and nothing is kept for it, so wide gangs can starve. */
#include "core/policy.h"

enum { HEAD_BLOCK, HEAD_SKIP };

struct gang {
    int head;
};

static void gang_upkeep(const void *state, struct pt_upkeep *upkeep)
{
    (void)state;
    *upkeep = (struct pt_upkeep){.order = PT_ORDER_FIFO};
}

static void gang_schedule(void *state, struct pt_plan *plan)
{
    const struct gang *gang = state;
    pt_waiting w;

    if (gang->head == HEAD_BLOCK)
        while ((w = pt_plan_head(plan)) >= 0 && pt_plan_start(plan, w))
            continue;
    else
        for (w = -1; (w = pt_plan_fit(plan, w)) >= 0;)
            pt_plan_start(plan, w);
}

static const char *const heads[] = {"block", "skip", NULL};

static const struct pt_param params[] = {
    {.name = "head",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "block",
     .choices = heads,
     .offset = offsetof(struct gang, head),
     .help = "what a head of the queue that does not fit does: block all "
             "behind it, or be skipped"},
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
