#include <stdio.h>

#include "base/text.h"
#include "tool/selftest_bench.h"
#include "tool/selftest_check.h"

enum { MOST = 8 };

/* Gangs on slots that are alike; times are seconds. */
struct scene {
    const char *source; /* what it is, and who made the schedules */
    int32_t slots, n;
    struct {
        int submit, width, length, limit;
    } jobs[MOST];
};

/* What POLICY must make of SCENE, start by start. */
struct schedule {
    const struct scene *scene;
    const char *policy;
    enum pt_ties ties;
    const char *starts;
};

#define CASES "tests/golden/cases/"

static const struct scene spare_node = {
    "5 nodes, a long narrow job; by hand: " CASES "worked-spare-node.txt",
    5,
    4,
    {{0, 4, 10, 10}, {1, 3, 10, 10}, {2, 5, 10, 10}, {3, 1, 30, 30}}};
static const struct scene at_the_shadow = {
    "4 nodes, an end at the shadow; by hand: " CASES "worked-at-the-shadow.txt",
    4,
    4,
    {{0, 2, 10, 10}, {1, 4, 5, 5}, {2, 2, 8, 8}, {3, 2, 9, 9}}};
static const struct scene extra_nodes = {
    "6 nodes, one to spare for two; by hand: " CASES "extra-nodes.txt",
    6,
    4,
    {{0, 4, 10, 10}, {1, 5, 5, 5}, {2, 1, 30, 30}, {2, 1, 30, 30}}};
static const struct scene third_in_the_queue = {
    "4 nodes, third in the queue; by hand: " CASES "third-in-the-queue.txt",
    4,
    5,
    {{0, 3, 10, 10},
     {1, 2, 10, 10},
     {2, 3, 5, 5},
     {3, 4, 5, 5},
     {4, 1, 40, 40}}};
static const struct scene keep_or_replan = {
    "5 nodes, an early end; by hand: " CASES "keep-is-not-replan.txt",
    5,
    5,
    {{0, 2, 4, 10}, {0, 2, 6, 6}, {0, 1, 12, 12}, {1, 4, 3, 3}, {2, 2, 4, 4}}};
static const struct scene shortest_first = {
    "4 nodes, shortest first; by hand: " CASES "shortest-first.txt",
    4,
    5,
    {{0, 3, 10, 10}, {1, 4, 5, 5}, {2, 1, 8, 8}, {2, 1, 4, 4}, {2, 1, 4, 4}}};
static const struct scene starved_gang = {
    "2 nodes, a starved gang; by hand: " CASES "starved-gang.txt",
    2,
    5,
    {{0, 1, 10, 10},
     {1, 2, 10, 10},
     {5, 1, 10, 10},
     {12, 1, 10, 10},
     {20, 1, 10, 10}}};
static const struct scene three_tie_orders = {
    "4 nodes, three at one instant; by hand: " CASES "three-tie-orders.txt",
    4,
    5,
    {{0, 2, 10, 20},
     {0, 2, 10, 20},
     {1, 4, 5, 5},
     {2, 1, 3, 3},
     {10, 1, 5, 5}}};
static const struct scene two_drivers = {
    "4 nodes, two drivers; by hand: " CASES "deadlock-of-two-drivers.txt",
    4,
    3,
    {{0, 3, 10, 10}, {1, 3, 5, 5}, {2, 3, 5, 5}}};

/* U: unfinished. */
static const struct schedule schedules[] = {
    {&spare_node, "fcfs", PT_TIES_INSTANT, "0 10 20 30"},
    {&spare_node, "easy", PT_TIES_INSTANT, "0 10 33 3"},
    {&spare_node, "spark", PT_TIES_INSTANT, "0 10 33 3"},
    {&spare_node, "conservative", PT_TIES_INSTANT, "0 10 20 30"},
    {&at_the_shadow, "fcfs", PT_TIES_INSTANT, "0 10 15 15"},
    {&at_the_shadow, "easy", PT_TIES_INSTANT, "0 10 2 15"},
    {&at_the_shadow, "conservative", PT_TIES_INSTANT, "0 10 2 15"},
    {&extra_nodes, "easy", PT_TIES_INSTANT, "0 10 2 15"},
    {&extra_nodes, "spark", PT_TIES_INSTANT, "0 32 2 2"},
    {&third_in_the_queue, "backfill:depth=2", PT_TIES_INSTANT, "0 10 20 44 4"},
    {&third_in_the_queue, "backfill:depth=3", PT_TIES_INSTANT, "0 10 20 25 30"},
    {&keep_or_replan, "conservative", PT_TIES_INSTANT, "0 0 0 10 4"},
    {&keep_or_replan, "backfill:depth=all,promises=replan", PT_TIES_INSTANT,
     "0 0 0 6 9"},
    {&shortest_first, "easy", PT_TIES_INSTANT, "0 10 2 15 15"},
    {&shortest_first, "easy-sjbf", PT_TIES_INSTANT, "0 10 15 2 6"},
    {&starved_gang, "spark", PT_TIES_INSTANT, "0 30 5 12 20"},
    {&starved_gang, "easy", PT_TIES_INSTANT, "0 10 20 20 30"},
    {&three_tie_orders, "easy", PT_TIES_INSTANT, "0 0 10 15 15"},
    {&three_tie_orders, "easy", PT_TIES_EVENT, "0 0 13 10 18"},
    {&three_tie_orders, "easy", PT_TIES_PYSS, "0 0 15 10 10"},
    {&two_drivers, "fifo", PT_TIES_INSTANT, "0 10 15"},
    {&two_drivers, "fifo:drivers=2", PT_TIES_INSTANT, "0 U U"},
};

static void print_starts(const struct pt_bench_result *result, int32_t n,
                         char *text, size_t size)
{
    size_t used = 0;

    text[0] = '\0';
    for (int32_t i = 0; i < n && used < size; i++) {
        const char *blank = i > 0 ? " " : "";
        char start[PT_TIME_TEXT] = "";
        if (result->state[i] == PT_UNFINISHED)
            pt_text_copy(start, sizeof start, "U");
        else if (result->start[i] == PT_TIME_NEVER)
            pt_text_copy(start, sizeof start, "R");
        else
            start[pt_time_print(start, result->start[i])] = '\0';
        used +=
            (size_t)snprintf(text + used, size - used, "%s%s", blank, start);
    }
}

int pt_selftest_golden(struct pt_selftest *test, int number,
                       struct pt_finding *finding, struct pt_err *err)
{
    static const char *const ties[] = {
        [PT_TIES_INSTANT] = "",
        [PT_TIES_EVENT] = ", ties=event",
        [PT_TIES_PYSS] = ", ties=pyss",
    };
    const struct schedule *schedule = &schedules[number];
    struct pt_bench_job jobs[MOST];
    struct pt_bench_result result;
    char starts[sizeof finding->ours];

    (void)test;
    if ((size_t)number == sizeof schedules / sizeof *schedules)
        return 0;
    const struct scene *scene = schedule->scene;
    for (int32_t i = 0; i < scene->n; i++)
        jobs[i] =
            (struct pt_bench_job){.submit = scene->jobs[i].submit * PT_SECOND,
                                  .length = scene->jobs[i].length * PT_SECOND,
                                  .limit = scene->jobs[i].limit * PT_SECOND,
                                  .width = scene->jobs[i].width};
    const struct pt_bench bench = {.policy = schedule->policy,
                                   .slots = scene->slots,
                                   .ties = schedule->ties,
                                   .jobs = jobs,
                                   .n = scene->n};
    if (pt_bench_run(&bench, &result, err) < 0)
        return -1;
    print_starts(&result, scene->n, starts, sizeof starts);
    snprintf(finding->quantity, sizeof finding->quantity, "%s%s",
             schedule->policy, ties[schedule->ties]);
    finding->source = scene->source;
    pt_finding_texts(finding, schedule->starts, starts);
    return 1;
}
