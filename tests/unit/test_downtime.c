#include "tests/unit/check.h"
#include "base/random.h"
#include "metrics/downtime.h"
#include "metrics/tally.h"

#define S PT_SECOND

/* No job is left out at the start. */
static const struct pt_warmup whole = {.kind = PT_WARMUP_NONE};

/* One step at NOW. */
static void give(struct pt_downtime *downtime, pt_time now,
                 const struct pt_fact *facts, int n, bool ends)
{
    const struct pt_spent spent = {.slots = 1};
    const struct pt_step step = {.now = now,
                                 .facts = facts,
                                 .nfacts = n,
                                 .spent = &spent,
                                 .nspent = ends};

    pt_downtime_step(downtime, &step);
}

static struct pt_fact submission(void)
{
    return (struct pt_fact){.kind = PT_FACT_SUBMITTED};
}

static struct pt_fact up(int32_t node)
{
    return (struct pt_fact){.kind = PT_FACT_NODE_UP, .node = node};
}

static struct pt_fact down(int32_t node, enum pt_origin origin)
{
    return (struct pt_fact){
        .kind = PT_FACT_NODE_DOWN, .node = node, .origin = origin};
}

static void one(struct pt_downtime *downtime, pt_time now, struct pt_fact fact)
{
    give(downtime, now, &fact, 1, false);
}

static void close_into(struct pt_downtime *downtime,
                       struct pt_downtime_summary *summary)
{
    pt_downtime_close(downtime, summary);
    pt_downtime_free(downtime);
}

static void test_outages_are_counted_by_origin_and_clipped(void **state)
{
    struct pt_downtime *downtime = pt_downtime_new();
    struct pt_downtime_summary summary;

    (void)state;
    one(downtime, 0, down(3, PT_ORIGIN_RACK));
    one(downtime, 0, down(4, PT_ORIGIN_RACK));
    one(downtime, 2 * S, up(4));
    one(downtime, 10 * S, submission());
    one(downtime, 12 * S, up(3));
    one(downtime, 13 * S, down(3, PT_ORIGIN_NODE));
    one(downtime, 14 * S, up(3));
    one(downtime, 15 * S, down(0, PT_ORIGIN_NODE));
    give(downtime, 20 * S, NULL, 0, true);
    one(downtime, 21 * S, down(1, PT_ORIGIN_FEED));
    one(downtime, 22 * S, up(0));
    close_into(downtime, &summary);
    ASSERT_INT(summary.outages, 5);
    ASSERT_INT(summary.nodes, 4);
    ASSERT_INT(summary.killed, 0);
    ASSERT_INT(summary.by[PT_ORIGIN_RACK].outages, 2);
    ASSERT_INT(summary.by[PT_ORIGIN_RACK].down, 2 * S);
    ASSERT_INT(summary.by[PT_ORIGIN_NODE].outages, 2);
    ASSERT_INT(summary.by[PT_ORIGIN_NODE].down, 6 * S);
    ASSERT_INT(summary.by[PT_ORIGIN_FEED].outages, 1);
    ASSERT_INT(summary.by[PT_ORIGIN_FEED].down, 0);
}

static void test_what_is_planned_is_maintenance(void **state)
{
    struct pt_downtime *downtime = pt_downtime_new();
    struct pt_downtime_summary summary;
    struct pt_fact planned = down(7, PT_ORIGIN_RACK);
    struct pt_fact notice = {
        .kind = PT_FACT_NODE_NOTICE, .node = 2, .since = 5 * S, .until = 6 * S};

    (void)state;
    planned.planned = planned.drains = true;
    one(downtime, 0, submission());
    one(downtime, 0, notice);
    one(downtime, 3 * S, planned);
    give(downtime, 5 * S, NULL, 0, true);
    close_into(downtime, &summary);
    ASSERT_INT(summary.outages, 1);
    ASSERT_INT(summary.nodes, 1);
    ASSERT_INT(summary.by[PT_ORIGIN_RACK].outages, 0);
    ASSERT_INT(summary.by[PT_ORIGIN_MAINTENANCE].outages, 1);
    ASSERT_INT(summary.by[PT_ORIGIN_MAINTENANCE].down, 2 * S);
}

static void test_a_node_that_comes_late_was_not_down(void **state)
{
    struct pt_downtime *downtime = pt_downtime_new();
    struct pt_downtime_summary summary;

    (void)state;
    one(downtime, 0, submission());
    one(downtime, 3 * S, up(9));
    give(downtime, 5 * S, NULL, 0, true);
    close_into(downtime, &summary);
    ASSERT_INT(summary.outages, 0);
    ASSERT_INT(summary.nodes, 0);
    for (int o = 0; o < PT_ORIGINS; o++)
        ASSERT_INT(summary.by[o].down, 0);
}

/* A step in which FACTS [n] kill two attempts, and a limit kills another. */
static void kill_by(struct pt_downtime *downtime, const struct pt_fact *facts,
                    int n)
{
    const struct pt_decision decisions[] = {
        {.kind = PT_KILL, .cause = PT_CAUSE_NODE, .origin = PT_ORIGIN_SWITCH},
        {.kind = PT_KILL, .cause = PT_CAUSE_LIMIT},
        {.kind = PT_START},
        {.kind = PT_UNHOLD, .cause = PT_CAUSE_NODE},
        {.kind = PT_KILL, .cause = PT_CAUSE_NODE, .origin = PT_ORIGIN_HUMAN},
    };
    const struct pt_step step = {
        .facts = facts, .nfacts = n, .decisions = decisions, .ndecisions = 5};

    pt_downtime_step(downtime, &step);
}

static void test_what_is_killed_is_counted_by_what_took_the_node(void **state)
{
    struct pt_downtime *downtime = pt_downtime_new();
    struct pt_downtime_summary summary;
    struct pt_fact facts[] = {down(0, PT_ORIGIN_SWITCH), up(9),
                              down(1, PT_ORIGIN_SWITCH),
                              down(2, PT_ORIGIN_HUMAN), down(3, PT_ORIGIN_GPU)};

    (void)state;
    facts[3].drains = true;
    kill_by(downtime, facts, 4);
    kill_by(downtime, facts + 2, 3);
    close_into(downtime, &summary);
    ASSERT_INT(summary.killed, 4);
    ASSERT_INT(summary.by[PT_ORIGIN_SWITCH].killed, 2);
    ASSERT_INT(summary.by[PT_ORIGIN_HUMAN].killed, 2);
    ASSERT_INT(summary.by[PT_ORIGIN_GPU].outages, 1);
    ASSERT_INT(summary.outages, 4);
}

/* --- random runs, added up naively --- */

#define NODES 40
#define STEPS 300

struct interval {
    pt_time from, to;
    enum pt_origin origin;
};

struct history {
    struct interval intervals[STEPS * 4]; /* [n] */
    int n;
    int open[NODES]; /* index + 1; 0: it is up */
    pt_time first, last;
    bool began;
};

/* A node goes down or comes back, or nothing happens that counts. */
static struct pt_fact change(struct history *h, struct pt_random *random,
                             pt_time now)
{
    int32_t node = (int32_t)pt_random_below(random, NODES);
    struct pt_fact fact;

    if (pt_random_below(random, 2) == 0) {
        if (h->open[node] > 0)
            h->intervals[h->open[node] - 1].to = now;
        h->open[node] = 0;
        return up(node);
    }
    fact = down(node, (enum pt_origin)pt_random_below(random, PT_ORIGINS));
    fact.planned = pt_random_below(random, 4) == 0;
    if (h->open[node] == 0) {
        h->intervals[h->n++] = (struct interval){
            now, PT_TIME_NEVER,
            fact.planned ? PT_ORIGIN_MAINTENANCE : fact.origin};
        h->open[node] = h->n;
    }
    return fact;
}

static void run_randomly(struct pt_downtime *downtime, struct history *h,
                         struct pt_random *random)
{
    pt_time now = (pt_time)pt_random_below(random, 1000) - 500;

    for (int k = 0; k < STEPS; k++) {
        struct pt_fact facts[4];
        int n = 0;
        bool ends;

        for (int i = (int)pt_random_below(random, 4); i > 0; i--)
            facts[n++] = change(h, random, now);
        if (k > 20 && pt_random_below(random, 20) == 0)
            facts[n++] = submission();
        if (n > 0 && facts[n - 1].kind == PT_FACT_SUBMITTED && !h->began) {
            h->began = true;
            h->first = h->last = now;
        }
        ends = h->began && k < STEPS - 30 && pt_random_below(random, 6) == 0;
        if (ends)
            h->last = now;
        give(downtime, now, facts, n, ends);
        now += (pt_time)pt_random_below(random, 30);
    }
}

static void test_random_outages_sum_as_naive_code_says(void **state)
{
    const uint64_t seed = 4;
    struct history *h = malloc(sizeof *h);

    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    for (uint32_t round = 0; round < 300; round++) {
        struct pt_downtime *downtime = pt_downtime_new();
        struct pt_downtime_summary summary;
        int64_t count[PT_ORIGINS] = {0}, sum[PT_ORIGINS] = {0};
        struct pt_random random;

        pt_random_open(&random, seed, round, PT_PURPOSE_TEST, 0);
        memset(h, 0, sizeof *h);
        run_randomly(downtime, h, &random);
        close_into(downtime, &summary);
        for (int i = 0; i < h->n; i++) {
            struct interval *it = &h->intervals[i];
            pt_time from = it->from > h->first ? it->from : h->first;
            pt_time to = it->to < h->last ? it->to : h->last;

            count[it->origin]++;
            sum[it->origin] += h->began && to > from ? to - from : 0;
        }
        ASSERT_INT(summary.outages, h->n);
        for (int o = 0; o < PT_ORIGINS; o++) {
            ASSERT_INT(summary.by[o].outages, count[o]);
            ASSERT_INT(summary.by[o].down, sum[o]);
        }
    }
    free(h);
}

static void test_a_tally_has_the_outages_of_its_run(void **state)
{
    struct pt_tally *tally = pt_tally_new(10 * S, whole);
    struct pt_summary summary;
    const struct pt_fact fact = down(5, PT_ORIGIN_LEMON);
    const struct pt_step step = {.facts = &fact, .nfacts = 1};

    (void)state;
    pt_tally_step(tally, &step);
    pt_tally_close(tally, &summary);
    pt_tally_free(tally);
    ASSERT_INT(summary.downtime.outages, 1);
    ASSERT_INT(summary.downtime.by[PT_ORIGIN_LEMON].outages, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_outages_are_counted_by_origin_and_clipped),
        cmocka_unit_test(test_what_is_planned_is_maintenance),
        cmocka_unit_test(test_a_node_that_comes_late_was_not_down),
        cmocka_unit_test(test_what_is_killed_is_counted_by_what_took_the_node),
        cmocka_unit_test(test_random_outages_sum_as_naive_code_says),
        cmocka_unit_test(test_a_tally_has_the_outages_of_its_run),
    };

    return cmocka_run_group_tests_name("downtime", tests, NULL, NULL) != 0;
}
