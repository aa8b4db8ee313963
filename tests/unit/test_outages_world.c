/* What breaks nodes, together: failure models by hand, the input's own nodes,
 * and the facts that come of them. */
#include "tests/unit/outages_script.h"

#include <math.h>

#include "base/random.h"

/* --- one model --- */

static void test_nodes_go_and_come(void **state)
{
    static const struct fault faults[] = {
        {.down = 10, .up = 20, .told = 10, .a = 1, .b = -1},
        {.down = 15, .up = 20, .told = 15, .a = 0, .b = 2},
        {.down = 30, .up = PT_TIME_NEVER, .told = 30, .a = 3, .b = -1}};
    struct outages *o = begin(NULL);

    (void)state;
    add(o, 0, faults, 3);
    start(o, NULL, 1);
    NEXT(o, "10: down 1");
    NEXT(o, "15: down 0; down 2");
    ASSERT_INT(o->all.down, 3);
    NEXT(o, "20: up 0; up 1; up 2");
    ASSERT_INT(o->all.down, 0);
    NEXT(o, "30: down 3");
    NEXT(o, "never");
    finish(o);
}

static void test_no_model_no_outage(void **state)
{
    struct outages *o = begin(NULL);

    (void)state;
    start(o, NULL, 0);
    NEXT(o, "never");
    assert_true(isinf(pt_outages_mtbf(&o->all)));
    ASSERT_NEAR(pt_outages_implied(&o->all).availability, 1.0, 0, 0);
    finish(o);
}

/* --- several --- */

static void test_overlapping_faults_are_counted(void **state)
{
    static const struct fault first[] = {
        {.down = 10, .up = 30, .told = 10, .a = 0, .b = -1},
        {.down = 20, .up = 25, .told = 20, .a = 0, .b = 1}};
    static const struct fault second[] = {
        {.down = 5, .up = 15, .told = 5, .a = 0, .b = -1},
        {.down = 28, .up = 40, .told = 28, .a = 0, .b = -1}};
    struct outages *o = begin(NULL);

    (void)state;
    add(o, 0, first, 2);
    add(o, 1, second, 2);
    start(o, NULL, 2);
    NEXT(o, "5: down 0");
    NEXT(o, "10:");
    NEXT(o, "15:");
    NEXT(o, "20: down 1");
    NEXT(o, "25: up 1");
    NEXT(o, "28:");
    NEXT(o, "30:");
    NEXT(o, "40: up 0");
    NEXT(o, "never");
    finish(o);
}

static void test_what_changes_hands_tells_nothing(void **state)
{
    static const struct fault first[] = {
        {.down = 10, .up = 20, .told = 10, .a = 0, .b = -1},
        {.down = 30, .up = 40, .told = 30, .a = 0, .b = 1}};
    static const struct fault second[] = {
        {.down = 20, .up = 30, .told = 20, .a = 0, .b = -1}};
    struct outages *o = begin(NULL);

    (void)state;
    add(o, 0, first, 2);
    add(o, 1, second, 1);
    start(o, NULL, 2);
    NEXT(o, "10: down 0");
    NEXT(o, "20:");
    NEXT(o, "30: down 1");
    NEXT(o, "40: up 0; up 1");
    finish(o);
}

static void test_two_models_begin_at_once(void **state)
{
    static const struct fault first[] = {
        {.down = 10, .up = 20, .told = 10, .a = 0, .b = -1}};
    static const struct fault second[] = {
        {.down = 10, .up = 20, .told = 10, .a = 0, .b = 1}};
    struct outages *o = begin(NULL);

    (void)state;
    add(o, 0, first, 1);
    add(o, 1, second, 1);
    start(o, NULL, 2);
    NEXT(o, "10: down 0; down 1");
    NEXT(o, "20: up 0; up 1");
    NEXT(o, "never");
    finish(o);
}

/* --- planned --- */

static void test_a_window_is_told_ahead(void **state)
{
    static const struct fault faults[] = {{.down = 100,
                                           .up = 150,
                                           .told = 40,
                                           .origin = PT_ORIGIN_MAINTENANCE,
                                           .a = 0,
                                           .b = 1},
                                          {.down = 200,
                                           .up = 250,
                                           .told = 200,
                                           .origin = PT_ORIGIN_MAINTENANCE,
                                           .drains = true,
                                           .a = 0,
                                           .b = -1}};
    struct outages *o = begin(NULL);

    (void)state;
    add(o, 0, faults, 2);
    start(o, NULL, 1);
    NEXT(o, "40: notice 0 100-150; notice 1 100-150");
    NEXT(o, "100: down 0 planned; down 1 planned");
    NEXT(o, "150: up 0; up 1");
    NEXT(o, "200: down 0 planned drains");
    NEXT(o, "250: up 0");
    finish(o);
}

/* One notice a node: the earliest; the next one follows. */
static void test_windows_that_are_told_early(void **state)
{
    static const struct fault first[] = {
        {100, 150, 0, PT_ORIGIN_MAINTENANCE, false, 0, -1},
        {200, 250, 10, PT_ORIGIN_MAINTENANCE, false, 0, -1},
        {300, 350, 20, PT_ORIGIN_MAINTENANCE, false, 0, -1}};
    static const struct fault second[] = {
        {50, 60, 30, PT_ORIGIN_MAINTENANCE, false, 0, -1}};
    struct outages *o = begin(NULL);

    (void)state;
    add(o, 0, first, 3);
    add(o, 1, second, 1);
    start(o, NULL, 2);
    NEXT(o, "0: notice 0 100-150");
    NEXT(o, "10:");
    NEXT(o, "20:");
    NEXT(o, "30: notice 0 50-60");
    NEXT(o, "50: down 0 planned");
    NEXT(o, "60: up 0; notice 0 100-150");
    NEXT(o, "100: down 0 planned");
    NEXT(o, "150: up 0; notice 0 200-250");
    NEXT(o, "200: down 0 planned");
    NEXT(o, "250: up 0; notice 0 300-350");
    NEXT(o, "300: down 0 planned");
    NEXT(o, "350: up 0");
    finish(o);
}

/* A notice of what is yet to come outlasts failures and repairs. */
static void test_a_repair_leaves_the_notice(void **state)
{
    static const struct fault planned[] = {
        {100, 150, 0, PT_ORIGIN_MAINTENANCE, false, 0, -1}};
    static const struct fault faults[] = {
        {10, 20, 10, PT_ORIGIN_NODE, false, 0, 1},
        {90, 120, 90, PT_ORIGIN_NODE, false, 0, -1},
        {140, 160, 140, PT_ORIGIN_NODE, false, 0, -1}};
    struct outages *o = begin(NULL);

    (void)state;
    add(o, 0, planned, 1);
    add(o, 1, faults, 3);
    start(o, NULL, 2);
    NEXT(o, "0: notice 0 100-150");
    NEXT(o, "10: down 0; down 1");
    NEXT(o, "20: up 0; up 1");
    NEXT(o, "90: down 0");
    NEXT(o, "100: notice 0 100-150");
    NEXT(o, "120:");
    NEXT(o, "140:");
    NEXT(o, "150:");
    NEXT(o, "160: up 0");
    finish(o);
}

/* Windows that overlap: the node is back when the last one is over. */
static void test_a_window_within_another(void **state)
{
    static const struct fault first[] = {
        {100, 300, 0, PT_ORIGIN_MAINTENANCE, false, 0, -1}};
    static const struct fault second[] = {
        {150, 200, 0, PT_ORIGIN_MAINTENANCE, false, 0, -1}};
    static const struct fault third[] = {
        {160, 400, 0, PT_ORIGIN_MAINTENANCE, false, 0, -1}};
    struct outages *o = begin(NULL);
    pt_time until = 0;
    const char *text;

    (void)state;
    add(o, 0, first, 1);
    add(o, 1, second, 1);
    add(o, 2, third, 1);
    start(o, NULL, 3);
    while (strcmp(text = next(o), "never") != 0) {
        pt_time at = strtoll(text, NULL, 10);
        for (int32_t i = 0; i < o->facts.n; i++)
            if (o->facts.items[i].kind == PT_FACT_NODE_NOTICE)
                until = o->facts.items[i].until;
        if (at >= 100 && at < 160)
            ASSERT_INT(until, 300);
        if (at >= 160 && at < 400)
            ASSERT_INT(until, 400);
    }
    finish(o);
}

/* What still runs on a node that drains is killed when that fails. */
static void test_a_fault_on_a_draining_node(void **state)
{
    static const struct fault planned[] = {
        {100, 200, 100, PT_ORIGIN_MAINTENANCE, true, 0, -1}};
    static const struct fault faults[] = {
        {150, 250, 150, PT_ORIGIN_NODE, false, 0, -1}};
    struct outages *o = begin(NULL);

    (void)state;
    add(o, 0, planned, 1);
    add(o, 1, faults, 1);
    start(o, NULL, 2);
    NEXT(o, "100: down 0 planned drains");
    NEXT(o, "150: down 0");
    NEXT(o, "200:");
    NEXT(o, "250: up 0");
    finish(o);
}

/* --- the input's own nodes --- */

static void fill(struct pt_machine_node *nodes, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        nodes[i] = (struct pt_machine_node){.down = PT_TIME_NEVER};
}

static void test_nodes_of_the_input(void **state)
{
    static const struct fault faults[] = {
        {5, 15, 5, PT_ORIGIN_NODE, false, 0, 1},
        {30, 40, 30, PT_ORIGIN_NODE, false, 2, -1}};
    struct pt_machine_node nodes[NODES];
    const struct pt_machine machine = {.nodes = NODES, .node = nodes};
    struct outages *o = begin(NULL);

    (void)state;
    fill(nodes, NODES);
    nodes[0].up = 10;   /* comes at 10 */
    nodes[1].down = 12; /* leaves at 12, for good */
    nodes[2].up = 20;
    nodes[2].down = 40; /* leaves as its fault ends */
    nodes[3].down = -5; /* has left */
    assert_true(pt_outages_absent(&nodes[0], 0));
    assert_false(pt_outages_absent(&nodes[1], 0));
    assert_true(pt_outages_absent(&nodes[3], 0));
    add(o, 0, faults, 2);
    start(o, &machine, 1);
    ASSERT_INT(o->all.down, 3);
    NEXT(o, "5: down 1");
    NEXT(o, "10:");
    NEXT(o, "12:");
    NEXT(o, "15: up 0");
    NEXT(o, "20: up 2");
    NEXT(o, "30: down 2");
    NEXT(o, "40:");
    NEXT(o, "never");
    ASSERT_INT(o->all.down, 3);
    finish(o);
}

static void test_a_node_of_the_input_comes_before_its_window(void **state)
{
    static const struct fault planned[] = {
        {100, 150, 0, PT_ORIGIN_MAINTENANCE, false, 0, -1}};
    struct pt_machine_node nodes[NODES];
    const struct pt_machine machine = {.nodes = NODES, .node = nodes};
    struct outages *o = begin(NULL);

    (void)state;
    fill(nodes, NODES);
    nodes[0].up = 50;
    add(o, 0, planned, 1);
    start(o, &machine, 1);
    NEXT(o, "0: notice 0 100-150");
    NEXT(o, "50: up 0");
    NEXT(o, "100: down 0 planned");
    NEXT(o, "150: up 0");
    finish(o);
}

/* More nodes than the cluster has been told of. */
static void test_a_machine_that_is_larger(void **state)
{
    struct pt_machine_node nodes[NODES + 2];
    const struct pt_machine machine = {.nodes = NODES + 2, .node = nodes};
    struct outages *o = begin(NULL);

    (void)state;
    fill(nodes, NODES + 2);
    nodes[NODES + 1].up = 3;
    start(o, &machine, 0);
    NEXT(o, "3: up 7");
    finish(o);
}

/* --- implied --- */

static void test_implied_figures_of_several(void **state)
{
    struct outages *o = begin(NULL);
    struct pt_implied all;

    (void)state;
    add(o, 0, NULL, 0);
    add(o, 1, NULL, 0);
    add(o, 2, NULL, 0);
    o->scripts[0].implied = (struct pt_implied){0.9, 90, 10};
    o->scripts[1].implied = (struct pt_implied){0.75, 30, 20};
    o->scripts[2].implied = (struct pt_implied){0.5, 40, 40};
    o->breakers[2].model = &foretold;
    start(o, NULL, 3);
    all = pt_outages_implied(&o->all);
    ASSERT_NEAR(all.availability, 0.9 * 0.75 * 0.5, 1e-15, 0);
    ASSERT_NEAR(all.mtbf, 1 / (1 / 90. + 1 / 30.), 1e-15, 0);
    ASSERT_NEAR(all.mttr, (10 / 90. + 20 / 30.) / (1 / 90. + 1 / 30.), 1e-15,
                0);
    ASSERT_NEAR(pt_outages_mtbf(&o->all), all.mtbf, 0, 0);
    o->scripts[1].implied = (struct pt_implied){nan(""), nan(""), nan("")};
    all = pt_outages_implied(&o->all);
    assert_true(isnan(all.availability));
    assert_true(isnan(all.mtbf));
    assert_true(isinf(pt_outages_mtbf(&o->all)));
    finish(o);
}

/* --- brute force --- */

struct mirror {
    bool down[NODES];
};

/* As the core counts them: ups, then downs. */
static void apply(struct mirror *m, const struct pt_facts *facts)
{
    for (int32_t i = 0; i < facts->n; i++)
        if (facts->items[i].kind == PT_FACT_NODE_UP) {
            assert_true(m->down[facts->items[i].node]);
            m->down[facts->items[i].node] = false;
        }
    for (int32_t i = 0; i < facts->n; i++)
        if (facts->items[i].kind == PT_FACT_NODE_DOWN)
            m->down[facts->items[i].node] = true;
}

static bool is_down(const struct outages *o,
                    const struct pt_machine_node *nodes, int32_t node,
                    pt_time at)
{
    if (nodes[node].up > at || nodes[node].down <= at)
        return true;
    for (int32_t i = 0; i < 3; i++)
        for (int32_t k = 0; k < o->scripts[i].n; k++) {
            const struct fault *f = &o->scripts[i].faults[k];
            if ((f->a == node || f->b == node) && f->down <= at && at < f->up)
                return true;
        }
    return false;
}

static int by_told(const void *a, const void *b)
{
    const struct fault *p = a, *q = b;

    if (p->told != q->told)
        return p->told < q->told ? -1 : 1;
    return p->a - q->a;
}

static void draw(struct pt_random *random, struct fault *faults, bool ahead)
{
    for (int32_t k = 0; k < FAULTS; k++) {
        struct fault *f = &faults[k];
        f->down = 1 + (pt_time)pt_random_below(random, 150);
        f->up = f->down + 1 + (pt_time)pt_random_below(random, 6);
        f->told = f->down;
        f->a = (int32_t)pt_random_below(random, NODES);
        f->b = f->a + 1 < NODES ? f->a + 1 : -1;
        f->origin = ahead ? PT_ORIGIN_MAINTENANCE : PT_ORIGIN_NODE;
        f->drains = false;
        if (ahead)
            f->told = f->down > 20 ? f->down - 20 : 0;
    }
    qsort(faults, FAULTS, sizeof *faults, by_told);
}

static void test_random_faults_are_as_counted(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++) {
        static struct fault faults[3][FAULTS];
        struct pt_machine_node nodes[NODES];
        const struct pt_machine machine = {.nodes = NODES, .node = nodes};
        struct outages *o = begin(NULL);
        struct mirror mirror = {{false}};
        struct pt_random random;
        pt_random_open(&random, seed, 0, 0, 0);
        fill(nodes, NODES);
        for (int32_t i = 0; i < NODES; i++) {
            nodes[i].up = (pt_time)pt_random_below(&random, 40) - 20;
            if (pt_random_below(&random, 2) == 0)
                nodes[i].down =
                    nodes[i].up + 1 + (pt_time)pt_random_below(&random, 150);
            mirror.down[i] = pt_outages_absent(&nodes[i], 0);
        }
        for (int32_t i = 0; i < 3; i++) {
            draw(&random, faults[i], i == 2);
            add(o, i, faults[i], FAULTS);
        }
        start(o, &machine, 3);
        for (pt_time at = 0; at < 170; at++) {
            int32_t sum = 0;
            if (pt_outages_next(&o->all) <= at) {
                ASSERT_INT(pt_outages_next(&o->all), at);
                o->facts.n = 0;
                pt_outages_act(&o->all, at, &o->facts);
                apply(&mirror, &o->facts);
            }
            for (int32_t i = 0; i < NODES; i++) {
                bool is = is_down(o, nodes, i, at);
                if (is != mirror.down[i])
                    fail_msg("seed %d, node %d at %d: %d, expected %d",
                             (int)seed, (int)i, (int)at, mirror.down[i], is);
                sum += is;
            }
            ASSERT_INT(o->all.down, sum);
        }
        finish(o);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nodes_go_and_come),
        cmocka_unit_test(test_no_model_no_outage),
        cmocka_unit_test(test_overlapping_faults_are_counted),
        cmocka_unit_test(test_what_changes_hands_tells_nothing),
        cmocka_unit_test(test_two_models_begin_at_once),
        cmocka_unit_test(test_a_window_is_told_ahead),
        cmocka_unit_test(test_windows_that_are_told_early),
        cmocka_unit_test(test_a_repair_leaves_the_notice),
        cmocka_unit_test(test_a_window_within_another),
        cmocka_unit_test(test_a_fault_on_a_draining_node),
        cmocka_unit_test(test_nodes_of_the_input),
        cmocka_unit_test(test_a_node_of_the_input_comes_before_its_window),
        cmocka_unit_test(test_a_machine_that_is_larger),
        cmocka_unit_test(test_implied_figures_of_several),
        cmocka_unit_test(test_random_faults_are_as_counted),
    };

    return cmocka_run_group_tests_name("outages in the world", tests, NULL,
                                       NULL);
}
