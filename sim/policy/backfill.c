/* backfill.c - gang scheduling with reservations.
 *
 * The first `depth` of the queue have a promise each: the earliest place for
 * width x limit.  Whoever is behind them may start now if that breaks no
 * promise.  depth=1 is EASY (Lifka, JSSPP 1995; Mu'alem & Feitelson, TPDS
 * 12(6), 2001), depth=all is conservative.  promises=keep moves a promise only
 * forward, when something ends early; promises=replan makes all of them anew at
 * each pass.  For the head alone the two are the same, and it is kept. */
#include "core/policy.h"

enum { REPLAN, KEEP };

struct backfill {
    int64_t depth;
    int promises, order;
};

static void backfill_upkeep(const void *state, struct pt_upkeep *upkeep)
{
    const struct backfill *b = state;

    *upkeep = (struct pt_upkeep){.order = (enum pt_order)b->order,
                                 .promises = true,
                                 .keeps = b->promises == KEEP || b->depth == 1};
}

static void renew(const struct backfill *b, struct pt_plan *plan)
{
    if (b->promises == KEEP ||
        (b->depth == 1 && pt_plan_has_promise(plan, pt_plan_head(plan))))
        pt_plan_compress(plan);
    else
        pt_plan_forget(plan);
}

static void backfill_schedule(void *state, struct pt_plan *plan)
{
    const struct backfill *b = state;
    pt_waiting w;

    renew(b, plan);
    while ((w = pt_plan_due(plan)) >= 0)
        pt_plan_start(plan, w);
    while (pt_plan_promised(plan) < b->depth &&
           (w = pt_plan_unpromised(plan)) >= 0)
        if (!pt_plan_start(plan, w))
            pt_plan_promise(plan, w);
    for (w = -1; (w = pt_plan_fit(plan, w)) >= 0;)
        pt_plan_start(plan, w);
}

static const char *const all[] = {"all", NULL};
static const char *const ways[] = {"replan", "keep", NULL};
static const char *const orders[] = {"fifo", "sjf", "ljf", "narrow",
                                     "wide", "saf", NULL};

static const struct pt_param params[] = {
    {.name = "depth",
     .type = PT_PARAM_INT,
     .unit = "stages",
     .fallback = "1",
     .min = 0,
     .max = 1e9,
     .choices = all,
     .offset = offsetof(struct backfill, depth),
     .help = "how many of the queue's first have a promise: 1 is EASY, all is "
             "conservative"},
    {.name = "promises",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "replan",
     .choices = ways,
     .offset = offsetof(struct backfill, promises),
     .help = "keep: a promise is never broken, and moves forward when "
             "something ends early; replan: all are made anew at each pass"},
    {.name = "order",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "fifo",
     .choices = orders,
     .offset = offsetof(struct backfill, order),
     .help = "in which order those without a promise are tried: fifo; sjf, ljf "
             "(limit); narrow, wide (tasks); saf (tasks x limit)"},
    PT_PARAM_END};

extern const struct pt_policy pt_policy_backfill;
const struct pt_policy pt_policy_backfill = {
    .name = "backfill",
    .summary = "gang with reservations: EASY, conservative and between",
    .cite = "Lifka, JSSPP 1995 (EASY); Mu'alem & Feitelson, TPDS 12(6), 2001; "
            "Tsafrir, Etsion & Feitelson, TPDS 18(6), 2007 (SJBF)",
    .params = params,
    .state_size = sizeof(struct backfill),
    .upkeep = backfill_upkeep,
    .schedule = backfill_schedule};
