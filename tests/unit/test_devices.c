/* A named machine as it is: GPUs as devices, nodes that differ, slots by
 * Spark's formula.  What is called B1 to B16 has the numbers of Spark's own
 * tests of its offers. */
#include "tests/unit/named_bench.h"

enum { NODES = 4 };

/* N nodes with so many cores and GPUs each. */
static struct pt_space *alike(int32_t n, int64_t cores, int64_t gpus,
                              bool promises)
{
    struct pt_node nodes[NODES];

    for (int32_t i = 0; i < n; i++)
        nodes[i] = (struct pt_node){.size = {{1000 * cores, 1000 * gpus, 0}}};
    return machine(nodes, n, promises);
}

static int64_t slots(const struct pt_space *space, int32_t n,
                     const struct pt_stage *spec, enum pt_slots which)
{
    int64_t sum = 0;

    for (int32_t i = 0; i < n; i++)
        sum += space->ops->slots(space, spec, i, which);
    return sum;
}

/* Deals tasks out to the nodes, one a node and pass, until none takes one. */
static int32_t deal(struct pt_space *space, int32_t n, struct pt_attempt *a)
{
    int32_t before = -1;

    while (a->placed > before && a->placed < a->task_end) {
        before = a->placed;
        for (int32_t i = 0; i < n && a->placed < a->task_end; i++)
            take_on(space, a, i);
    }
    return a->placed;
}

/* "0", "2,3": of one task. */
static const char *devices_of(const struct pt_space *space,
                              const struct pt_attempt *a, int32_t task,
                              char *text, size_t size)
{
    int32_t list[8];
    int32_t n = pt_named_devices(space, a, task, list, 8);
    size_t used = 0;

    text[0] = '\0';
    for (int32_t i = 0; i < n; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%d",
                                 i > 0 ? "," : "", list[i]);
    return text;
}

#define DEVICES(space, a, task, expected)                                      \
    check_text(devices_of((space), (a), (task), (char[64]){0}, 64),            \
               (expected), "GPUs of " #a, __FILE__, __LINE__)

/* --- slots --- */

/* B1 to B6: which gangs of three pass the gate, and how many tasks find a
 * place.  A15: a machine with one GPU has one slot for it. */
static void test_slots_are_counted_as_spark_does(void **state)
{
    static const struct {
        const char *name;
        int32_t nodes;
        int64_t cores, gpus, need_cores, need_gpus;
        int64_t slots;
        int32_t placed;
    } cases[] = {{"B1", 2, 3, 0, 2, 0, 2, 2},    {"B2", 3, 3, 0, 2, 0, 3, 3},
                 {"B3", 2, 3, 1, 1, 1000, 2, 2}, {"B4", 3, 3, 1, 1, 1000, 3, 3},
                 {"B5", 2, 2, 2, 1, 1000, 4, 3}, {"B6", 2, 2, 1, 1, 1000, 2, 2},
                 {"A15", 1, 2, 1, 1, 1000, 1, 1}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pt_space *space =
            alike(cases[i].nodes, cases[i].cores, cases[i].gpus, false);
        const struct pt_stage spec =
            stage(3, cases[i].need_cores, cases[i].need_gpus);
        struct pt_attempt a = attempt(&spec, 10);
        print_message("%s\n", cases[i].name);
        for (int which = PT_SLOTS_TOTAL; which <= PT_SLOTS_BUSY; which++)
            ASSERT_INT(
                slots(space, cases[i].nodes, &spec, (enum pt_slots)which),
                cases[i].slots);
        ASSERT_INT(deal(space, cases[i].nodes, &a), cases[i].placed);
        space->ops->close(space);
        attempt_free(&a);
    }
}

/* 8 cores and 2 GPUs; a task takes 2 cores and one GPU: the GPUs limit it, and
 * that no core is free is not seen. */
static void test_slots_see_only_what_limits_an_empty_node(void **state)
{
    struct pt_space *space = alike(1, 8, 2, false);
    const struct pt_stage spec = stage(2, 2, 1000), cores = stage(4, 2, 0),
                          half = stage(1, 1, 500), one = stage(1, 4, 2000);
    struct pt_attempt a = attempt(&cores, 10), b = attempt(&half, 10);

    (void)state;
    ASSERT_INT(slots(space, 1, &spec, PT_SLOTS_FREE), 2);
    ASSERT_INT(deal(space, 1, &a), 4);
    ASSERT_INT(slots(space, 1, &spec, PT_SLOTS_FREE), 2);
    ASSERT_INT(slots(space, 1, &cores, PT_SLOTS_FREE), 0);
    ASSERT_INT(slots(space, 1, &cores, PT_SLOTS_BUSY), 0);
    ASSERT_INT(slots(space, 1, &cores, PT_SLOTS_TOTAL), 4);
    assert_false(space->ops->fits_on(space, &b, 0));
    space->ops->give(space, &a, -1);
    assert_true(take_on(space, &b, 0));
    ASSERT_INT(slots(space, 1, &spec, PT_SLOTS_FREE), 1);
    ASSERT_INT(slots(space, 1, &spec, PT_SLOTS_BUSY), 2);
    ASSERT_INT(slots(space, 1, &half, PT_SLOTS_FREE), 3);
    ASSERT_INT(slots(space, 1, &half, PT_SLOTS_TOTAL), 4);
    ASSERT_INT(slots(space, 1, &one, PT_SLOTS_FREE), 0);
    ASSERT_INT(slots(space, 1, &one, PT_SLOTS_BUSY), 1);
    space->ops->close(space);
    attempt_free(&a);
    attempt_free(&b);
}

/* --- devices --- */

/* B13: n tasks of 1/n GPU on each of four, task i on number i / n. */
static void test_parts_fill_one_gpu_after_the_other(void **state)
{
    (void)state;
    for (int32_t n = 1; n <= 12; n++) {
        struct pt_space *space = alike(1, 50, 4, false);
        const struct pt_stage spec = stage(4 * n, 1, 1000 / n);
        struct pt_attempt a = attempt(&spec, 10), more = a;
        ASSERT_INT(slots(space, 1, &spec, PT_SLOTS_TOTAL), 4 * n);
        assert_true(space->ops->possible(space, &spec, 4 * n));
        assert_false(space->ops->possible(space, &spec, 4 * n + 1));
        ASSERT_INT(deal(space, 1, &a), 4 * n);
        for (int32_t task = 0; task < 4 * n; task++) {
            int32_t device = -1;
            ASSERT_INT(pt_named_devices(space, &a, task, &device, 1), 1);
            ASSERT_INT(device, task / n);
        }
        assert_false(space->ops->fits_on(space, &more, 0));
        ASSERT_INT(slots(space, 1, &spec, PT_SLOTS_FREE), 0);
        space->ops->give(space, &a, -1);
        space->ops->check(space);
        ASSERT_INT(slots(space, 1, &spec, PT_SLOTS_FREE), 4 * n);
        space->ops->close(space);
        attempt_free(&a);
    }
}

/* B14: four nodes with one GPU each take n each. */
static void test_parts_share_the_only_gpu_of_a_node(void **state)
{
    (void)state;
    for (int32_t n = 1; n <= 12; n++) {
        struct pt_space *space = alike(4, 50, 1, false);
        const struct pt_stage spec = stage(4 * n, 1, 1000 / n);
        struct pt_attempt a = attempt(&spec, 10);
        ASSERT_INT(deal(space, 4, &a), 4 * n);
        int32_t on[NODES] = {0};
        for (int32_t i = 0; i < a.alloc.n; i++)
            on[a.alloc.ranges[i].first] += a.alloc.ranges[i].count;
        for (int32_t i = 0; i < 4; i++)
            ASSERT_INT(on[i], n);
        for (int32_t task = 0; task < 4 * n; task++)
            DEVICES(space, &a, task, "0");
        space->ops->close(space);
        attempt_free(&a);
    }
}

/* B15: tasks of 1, 2, 3 or 4 whole GPUs on a node with four. */
static void test_whole_gpus_are_taken_in_order(void **state)
{
    static const char *const expected[4][4] = {
        {"0", "1", "2", "3"}, {"0,1", "2,3"}, {"0,1,2"}, {"0,1,2,3"}};

    (void)state;
    for (int32_t t = 1; t <= 4; t++) {
        struct pt_space *space = alike(1, 10, 4, false);
        const struct pt_stage spec = stage(4 / t, 1, 1000 * t);
        struct pt_attempt a = attempt(&spec, 10);
        ASSERT_INT(slots(space, 1, &spec, PT_SLOTS_TOTAL), 4 / t);
        ASSERT_INT(deal(space, 1, &a), 4 / t);
        for (int32_t task = 0; task < 4 / t; task++)
            DEVICES(space, &a, task, expected[t - 1][task]);
        space->ops->close(space);
        attempt_free(&a);
    }
}

/* B16: four tasks of 0.7 GPU, then four of 0.3 on what these leave. */
static void test_parts_fit_into_what_others_leave(void **state)
{
    static const char *const number[] = {"0", "1", "2", "3"};
    struct pt_space *space = alike(1, 50, 4, false);
    const struct pt_stage wide = stage(5, 1, 700), thin = stage(5, 1, 300);
    struct pt_attempt a = attempt(&wide, 10), b = attempt(&thin, 10);

    (void)state;
    ASSERT_INT(deal(space, 1, &a), 4);
    ASSERT_INT(slots(space, 1, &thin, PT_SLOTS_FREE), 4);
    ASSERT_INT(deal(space, 1, &b), 4);
    for (int32_t task = 0; task < 4; task++) {
        DEVICES(space, &a, task, number[task]);
        DEVICES(space, &b, task, number[task]);
    }
    /* What is given back is there again, and nowhere else. */
    space->ops->give(space, &a, 2);
    end_member(&a, 2);
    DEVICES(space, &a, 2, "");
    struct pt_attempt c = attempt(&wide, 10);
    ASSERT_INT(deal(space, 1, &c), 1);
    DEVICES(space, &c, 0, "2");
    /* 0.7 and 0.3 on each: 1.2 GPUs are free, and no task of 0.7 fits. */
    space->ops->give(space, &b, -1);
    ASSERT_INT(space->ops->room(space, &c, 4), 0);
    space->ops->give(space, &a, -1);
    space->ops->give(space, &c, -1);
    space->ops->check(space);
    ASSERT_INT(space->ops->room(space, &c, 9), 4);
    space->ops->close(space);
    attempt_free(&a);
    attempt_free(&b);
    attempt_free(&c);
}

/* A task of 1.5 GPUs has two, and takes none that is shared. */
static void test_more_than_a_gpu_is_whole_gpus(void **state)
{
    struct pt_space *space = alike(1, 50, 4, false);
    const struct pt_stage part = stage(1, 1, 100), spec = stage(2, 1, 1500);
    struct pt_attempt a = attempt(&part, 10), b = attempt(&spec, 10);

    (void)state;
    assert_true(space->ops->possible(space, &spec, 2));
    ASSERT_INT(deal(space, 1, &a), 1);
    ASSERT_INT(deal(space, 1, &b), 1);
    DEVICES(space, &b, 0, "1,2");
    space->ops->close(space);
    attempt_free(&a);
    attempt_free(&b);
}

/* --- nodes that differ --- */

static const struct pt_node mixed[] = {
    {.size = {{2000, 0, 100}}},
    {.size = {{4000, 1000, 100}}, .profile = 2},
    {.size = {{8000, 0, 100}}, .profile = 2, .absent = true}};

static void test_each_node_has_its_own_size(void **state)
{
    struct pt_space *space = machine(mixed, 3, false);
    const struct pt_stage spec = stage(20, 2, 0);
    struct pt_attempt a = attempt(&spec, 10);

    (void)state;
    ASSERT_INT(space->units, 14000);
    ASSERT_INT(space->free, 6000);
    ASSERT_INT(space->down, 8000);
    assert_true(space->ops->possible(space, &spec, 7));
    assert_false(space->ops->possible(space, &spec, 8));
    ASSERT_INT(space->ops->room(space, &a, 20), 3);
    ASSERT_INT(slots(space, 3, &spec, PT_SLOTS_TOTAL), 3);
    space->ops->node_up(space, 2);
    ASSERT_INT(space->ops->room(space, &a, 20), 7);
    ASSERT_INT(slots(space, 3, &spec, PT_SLOTS_TOTAL), 7);
    space->ops->take(space, &a, 7);
    space->ops->check(space);
    ASSERT_INT(space->free, 0);
    space->ops->node_down(space, 2);
    space->ops->give(space, &a, -1);
    space->ops->check(space);
    ASSERT_INT(space->free, 6000);
    ASSERT_INT(space->down, 8000);
    space->ops->close(space);
    attempt_free(&a);
}

static void test_a_stage_runs_on_nodes_of_its_profile(void **state)
{
    struct pt_space *space = machine(mixed, 3, false);
    struct pt_stage spec = stage(20, 1, 0);
    struct pt_attempt a = attempt(&spec, 10);

    (void)state;
    space->ops->node_up(space, 2);
    ASSERT_INT(space->ops->room(space, &a, 20), 14);
    spec.profile = 2;
    ASSERT_INT(space->ops->room(space, &a, 20), 12);
    assert_true(space->ops->possible(space, &spec, 12));
    assert_false(space->ops->possible(space, &spec, 13));
    assert_false(space->ops->fits_on(space, &a, 0));
    ASSERT_INT(space->ops->slots(space, &spec, 0, PT_SLOTS_TOTAL), 0);
    ASSERT_INT(space->ops->slots(space, &spec, 2, PT_SLOTS_TOTAL), 8);
    assert_true(space->ops->fits(space, &a, 12));
    space->ops->take(space, &a, 12);
    assert_false(space->ops->touches(space, &a, 0));
    space->ops->give(space, &a, -1);
    spec.profile = 3;
    ASSERT_INT(space->ops->room(space, &a, 20), 0);
    assert_false(space->ops->possible(space, &spec, 1));
    space->ops->close(space);
    attempt_free(&a);
}

/* The cores of a node are what it has, whatever the first one is like. */
static void test_one_node_with_cores_makes_cores_count(void **state)
{
    static const struct pt_node nodes[] = {{.size = {{0, 2000, 0}}},
                                           {.size = {{3000, 1000, 0}}}};
    struct pt_space *space = machine(nodes, 2, false);

    (void)state;
    ASSERT_INT(space->units, 3000);
    space->ops->close(space);
    space = machine(nodes, 1, false);
    ASSERT_INT(space->units, 2000);
    space->ops->close(space);
}

/* --- task by task --- */

static void test_tasks_stand_in_the_order_in_which_they_came(void **state)
{
    struct pt_space *space = alike(3, 4, 0, false);
    const struct pt_stage spec = stage(5, 1, 0);
    struct pt_attempt a = attempt(&spec, 10);
    static const int32_t on[] = {2, 2, 0, 2, 1};

    (void)state;
    for (int i = 0; i < 5; i++)
        assert_true(take_on(space, &a, on[i]));
    ASSERT_INT(a.alloc.n, 4);
    ASSERT_INT(a.alloc.ranges[0].count, 2);
    space->ops->give(space, &a, 2);
    end_member(&a, 2);
    ASSERT_INT(space->ops->slots(space, &spec, 0, PT_SLOTS_FREE), 4);
    ASSERT_INT(space->ops->slots(space, &spec, 2, PT_SLOTS_FREE), 1);
    space->ops->node_down(space, 1);
    assert_false(space->ops->fits_on(space, &a, 1));
    ASSERT_INT(space->ops->slots(space, &spec, 1, PT_SLOTS_TOTAL), 0);
    space->ops->give(space, &a, -1);
    space->ops->check(space);
    space->ops->close(space);
    attempt_free(&a);
}

/* Another stage's promise counts on its node, its own running tasks do too. */
static void test_a_task_must_not_break_a_promise(void **state)
{
    struct pt_space *space = alike(2, 4, 0, true);
    const struct pt_stage all = stage(1, 4, 0), spec = stage(3, 1, 0);
    struct pt_attempt a = attempt(&all, 5), b = attempt(&all, 8),
                      head = attempt(&spec, 20), late = attempt(&spec, 7),
                      soon = attempt(&spec, 5);

    (void)state;
    assert_true(take_on(space, &a, 0));
    assert_true(take_on(space, &b, 1));
    ASSERT_INT(
        space->ops->earliest(space, &head, 3, PT_TIME_NEVER, PT_TIME_NEVER), 5);
    space->ops->book(space, &head, 3, 5);
    space->ops->give(space, &a, -1);
    for (int i = 0; i < 1; i++)
        assert_true(take_on(space, &late, 0)); /* beside the promise */
    assert_false(take_on(space, &late, 0));
    for (int i = 0; i < 3; i++)
        assert_true(take_on(space, &soon, 0)); /* gone by then */
    assert_false(take_on(space, &soon, 0));
    assert_false(space->ops->overbooked(space));
    space->ops->close(space);
    attempt_free(&a);
    attempt_free(&b);
    attempt_free(&head);
    attempt_free(&late);
    attempt_free(&soon);
}

/* A gang that has a promise tries whether it fits now: what it takes and gives
 * back is not the promise. */
static void test_who_tries_in_vain_keeps_its_promise(void **state)
{
    struct pt_space *space = alike(2, 4, 1, true);
    const struct pt_stage all = stage(1, 4, 500), spec = stage(2, 3, 500);
    struct pt_attempt a = attempt(&all, 5), head = attempt(&spec, 20),
                      other = attempt(&spec, 20);

    (void)state;
    assert_true(take_on(space, &a, 0));
    ASSERT_INT(
        space->ops->earliest(space, &head, 2, PT_TIME_NEVER, PT_TIME_NEVER), 5);
    space->ops->book(space, &head, 2, 5);
    assert_true(take_on(space, &head, 1));
    assert_false(take_on(space, &head, 0));
    space->ops->extend(space, &head, 3);
    space->ops->give(space, &head, -1);
    head.alloc.n = 0;
    ASSERT_INT(
        space->ops->earliest(space, &other, 2, PT_TIME_NEVER, PT_TIME_NEVER),
        25);
    assert_true(take_on(space, &head, 1));
    space->ops->unbook(space, &head, 2);
    ASSERT_INT(
        space->ops->earliest(space, &other, 2, PT_TIME_NEVER, PT_TIME_NEVER),
        5);
    DEVICES(space, &head, 0, "0");
    space->ops->close(space);
    attempt_free(&a);
    attempt_free(&head);
    attempt_free(&other);
}

static void test_an_exclusive_node_takes_more_tasks_of_its_stage(void **state)
{
    const struct pt_space_config config = {.nodes = 2,
                                           .size = {{4000, 0, 0}},
                                           .exclusive = true,
                                           .promises = true,
                                           .place = place_named("first")};
    struct pt_space *space = pt_space_named.open(&config);
    const struct pt_stage spec = stage(8, 1, 0);
    struct pt_attempt a = attempt(&spec, 10), b = attempt(&spec, 10);

    (void)state;
    space->ops->advance(space, 0);
    for (int i = 0; i < 3; i++)
        assert_true(take_on(space, &a, 0));
    assert_false(take_on(space, &b, 0));
    assert_true(take_on(space, &b, 1));
    assert_true(take_on(space, &a, 0));
    assert_false(take_on(space, &a, 0));
    ASSERT_INT(slots(space, 2, &spec, PT_SLOTS_FREE), 0);
    ASSERT_INT(slots(space, 2, &spec, PT_SLOTS_TOTAL), 8);
    space->ops->close(space);
    attempt_free(&a);
    attempt_free(&b);
}

/* --- promises --- */

/* GPU 0 is half in use until 10, GPU 1 to 0.7 until 20.  A task that wants one
 * of its own has number 0 from 10 on; as a count, 0.8 of one would be free
 * beside it. */
static void test_a_promise_names_its_gpu_once_gpus_are_shared(void **state)
{
    struct pt_space *space = alike(1, 50, 2, true);
    const struct pt_stage half = stage(1, 1, 500), wide = stage(1, 1, 700),
                          whole = stage(1, 1, 1000), thin = stage(1, 1, 300);
    struct pt_attempt a = attempt(&half, 10), b = attempt(&wide, 20),
                      head = attempt(&whole, 10), late = attempt(&half, 15),
                      thin_late = attempt(&thin, 15), soon = attempt(&half, 10);

    (void)state;
    assert_true(take_on(space, &a, 0));
    assert_true(take_on(space, &b, 0));
    DEVICES(space, &b, 0, "1");
    ASSERT_INT(
        space->ops->earliest(space, &head, 1, PT_TIME_NEVER, PT_TIME_NEVER),
        10);
    space->ops->book(space, &head, 1, 10);
    assert_false(space->ops->fits(space, &late, 1));
    assert_true(take_on(space, &soon, 0));
    DEVICES(space, &soon, 0, "0");
    assert_true(take_on(space, &thin_late, 0));
    DEVICES(space, &thin_late, 0, "1");
    assert_false(space->ops->overbooked(space));
    space->ops->extend(space, &soon, 12);
    assert_true(space->ops->overbooked(space));
    space->ops->close(space);
    attempt_free(&a);
    attempt_free(&b);
    attempt_free(&head);
    attempt_free(&thin_late);
    attempt_free(&soon);
}

/* Two promises that were counts when they were made get one GPU each, as they
 * follow each other; the other one is shared from 20 on. */
static void test_promises_that_stand_get_their_gpus_named(void **state)
{
    struct pt_space *space = alike(1, 50, 2, true);
    const struct pt_stage whole = stage(1, 1, 1000), half = stage(1, 1, 500);
    struct pt_attempt a = attempt(&whole, 10), b = attempt(&whole, 20),
                      second = attempt(&whole, 100),
                      first = attempt(&whole, 10), part = attempt(&half, 5);

    (void)state;
    assert_true(take_on(space, &a, 0));
    assert_true(take_on(space, &b, 0));
    first.entry.limit = 10;
    ASSERT_INT(
        space->ops->earliest(space, &first, 1, PT_TIME_NEVER, PT_TIME_NEVER),
        10);
    space->ops->book(space, &first, 1, 10);
    ASSERT_INT(
        space->ops->earliest(space, &second, 1, PT_TIME_NEVER, PT_TIME_NEVER),
        20);
    space->ops->book(space, &second, 1, 20);
    ASSERT_INT(
        space->ops->earliest(space, &part, 1, PT_TIME_NEVER, PT_TIME_NEVER),
        20);
    space->ops->book(space, &part, 1, 20);
    assert_false(space->ops->overbooked(space));
    space->ops->unbook(space, &first, 1);
    space->ops->unbook(space, &second, 1);
    space->ops->unbook(space, &part, 1);
    space->ops->check(space);
    ASSERT_INT(space->promises, 0);
    space->ops->close(space);
    attempt_free(&a);
    attempt_free(&b);
    attempt_free(&first);
    attempt_free(&second);
    attempt_free(&part);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slots_are_counted_as_spark_does),
        cmocka_unit_test(test_slots_see_only_what_limits_an_empty_node),
        cmocka_unit_test(test_parts_fill_one_gpu_after_the_other),
        cmocka_unit_test(test_parts_share_the_only_gpu_of_a_node),
        cmocka_unit_test(test_whole_gpus_are_taken_in_order),
        cmocka_unit_test(test_parts_fit_into_what_others_leave),
        cmocka_unit_test(test_more_than_a_gpu_is_whole_gpus),
        cmocka_unit_test(test_each_node_has_its_own_size),
        cmocka_unit_test(test_a_stage_runs_on_nodes_of_its_profile),
        cmocka_unit_test(test_one_node_with_cores_makes_cores_count),
        cmocka_unit_test(test_tasks_stand_in_the_order_in_which_they_came),
        cmocka_unit_test(test_a_task_must_not_break_a_promise),
        cmocka_unit_test(test_who_tries_in_vain_keeps_its_promise),
        cmocka_unit_test(test_an_exclusive_node_takes_more_tasks_of_its_stage),
        cmocka_unit_test(test_a_promise_names_its_gpu_once_gpus_are_shared),
        cmocka_unit_test(test_promises_that_stand_get_their_gpus_named)};

    return cmocka_run_group_tests_name("devices", tests, NULL, NULL) != 0;
}
