/* What every slot does, and why the free ones are free. */
#include "tests/unit/core_bench.h"

static struct bench *machine(const char *policy, int32_t slots)
{
    return bench_new(
        &(struct bench_setup){.policy = policy, .nodes = slots, .cores = 1});
}

static void test_free_slots_are_idle_if_nothing_waits(void **state)
{
    struct bench *b = machine("gang", 3);

    (void)state;
    AT(b, 0, "");
    CENSUS(b, "run 0 hold 0 down 0 free 3 idle");
    bench_gang(b, 3, 10);
    AT(b, 1, "start 0.0x3");
    CENSUS(b, "run 3 hold 0 down 0 free 0");
    bench_free(b);
}

static void test_free_slots_are_short_if_nothing_ready_fits_them(void **state)
{
    struct bench *b = machine("gang:head=skip", 3);

    (void)state;
    bench_gang(b, 2, 10);
    bench_gang(b, 3, 10);
    bench_gang(b, 2, 10);
    AT(b, 0, "start 0.0x2");
    CENSUS(b, "run 2 hold 0 down 0 free 1 short; 2 wait for 5");
    bench_free(b);
}

static void test_free_slots_are_drained_for_a_promise(void **state)
{
    struct bench *b = machine("backfill", 3);

    (void)state;
    bench_gang(b, 2, 10);
    bench_gang(b, 3, 10);
    bench_gang(b, 1, 20);
    AT(b, 0, "start 0.0x2");
    CENSUS(b, "run 2 hold 0 down 0 free 1 drain; 2 wait for 4");
    bench_free(b);
}

static void test_free_slots_are_blocked_by_the_order(void **state)
{
    struct bench *b = machine("gang", 3);

    (void)state;
    bench_gang(b, 2, 10);
    bench_gang(b, 3, 10);
    bench_gang(b, 1, 20);
    AT(b, 0, "start 0.0x2");
    CENSUS(b, "run 2 hold 0 down 0 free 1 blocked; 2 wait for 4");
    bench_free(b);
}

/* Two nodes with four GPUs each; a task of three leaves one that is no good to
 * a task of two. */
static void test_free_slots_are_fragments_if_no_node_has_room(void **state)
{
    const struct bench_stage three = {.mode = PT_GANG,
                                      .ntasks = 2,
                                      .limit = 10,
                                      .need = {{[PT_GPUS] = 3000}}};
    const struct bench_stage two = {.mode = PT_GANG,
                                    .ntasks = 1,
                                    .limit = 10,
                                    .need = {{[PT_GPUS] = 2000}}};
    const struct bench_stage one = {.mode = PT_GANG,
                                    .ntasks = 1,
                                    .limit = 10,
                                    .need = {{[PT_GPUS] = 1000}}};
    static const char *const policies[] = {"gang", "gang:head=skip", "backfill",
                                           "fifo"};

    (void)state;
    for (int i = 0; i < 4; i++) {
        struct bench *b =
            bench_new(&(struct bench_setup){.policy = policies[i],
                                            .nodes = 2,
                                            .size = {{[PT_GPUS] = 4000}},
                                            .named = true});
        bench_job(b, &three, 1);
        bench_job(b, &two, 1);
        AT(b, 0, "start 0.0x2");
        CENSUS(b, "run 6 hold 0 down 0 free 2 frag; 1 wait for 2");
        bench_job(b, &one, 1);
        bench_step(b, 1); /* blocked behind J1, or not */
        CENSUS(b, i == 0 ? "run 6 hold 0 down 0 free 2 blocked; 2 wait for 3"
                         : "run 7 hold 0 down 0 free 1 short; 1 wait for 2");
        bench_free(b);
    }
}

static void test_free_slots_are_short_before_they_are_fragments(void **state)
{
    const struct bench_stage three = {.mode = PT_GANG,
                                      .ntasks = 2,
                                      .limit = 10,
                                      .need = {{[PT_GPUS] = 3000}}};
    struct bench *b =
        bench_new(&(struct bench_setup){.policy = "gang",
                                        .nodes = 2,
                                        .size = {{[PT_GPUS] = 4000}},
                                        .named = true});

    (void)state;
    bench_job(b, &three, 1);
    bench_job(b, &three, 1);
    AT(b, 0, "start 0.0x2");
    CENSUS(b, "run 6 hold 0 down 0 free 2 short; 1 wait for 6");
    bench_free(b);
}

/* Memory is used up; cores are what is counted. */
static void test_cores_without_memory_are_fragments(void **state)
{
    const struct bench_stage fat = {
        .mode = PT_GANG,
        .ntasks = 2,
        .limit = 10,
        .need = {{[PT_CORES] = 1000, [PT_MEMORY] = 3000}}};
    struct bench *b = bench_new(&(struct bench_setup){.policy = "gang",
                                                      .nodes = 2,
                                                      .size = {{4000, 0, 4096}},
                                                      .named = true});

    (void)state;
    bench_job(b, &fat, 1);
    bench_job(b, &fat, 1);
    AT(b, 0, "start 0.0x2");
    CENSUS(b, "run 2 hold 0 down 0 free 6 frag; 1 wait for 2");
    bench_free(b);
}

static void test_whole_nodes_are_counted_slot_by_slot(void **state)
{
    struct bench *b = bench_new(&(struct bench_setup){
        .policy = "gang", .nodes = 3, .cores = 4, .exclusive = true});

    (void)state;
    b->with_ranges = true;
    bench_gang(b, 3, 10);
    bench_gang(b, 9, 10);
    bench_gang(b, 1, 10);
    AT(b, 0, "start 0.0x3@0-3");
    CENSUS(b, "run 4 hold 0 down 0 free 8 blocked; 2 wait for 16");
    bench_node(b, PT_FACT_NODE_DOWN, 1);
    AT(b, 1, "");
    CENSUS(b, "run 4 hold 0 down 4 free 4 blocked; 2 wait for 16");
    bench_node(b, PT_FACT_NODE_UP, 1);
    bench_done(b, 0);
    AT(b, 2, "start 1.0x9@0-11; done 0@0-3");
    ASSERT_INT(b->step->spent[0].slots, 4);
    bench_free(b);
}

/* Half a core runs and one and a half are free: whatever is rounded, the
 * classes are the machine. */
static void test_classes_sum_to_the_machine_even_in_fractions(void **state)
{
    const struct bench_stage half = {.mode = PT_GANG,
                                     .ntasks = 1,
                                     .limit = 10,
                                     .need = {{[PT_CORES] = 500}}};
    struct bench *b = bench_new(&(struct bench_setup){
        .policy = "gang", .nodes = 1, .cores = 2, .named = true});

    (void)state;
    for (int i = 0; i < 4; i++) {
        bench_job(b, &half, 1);
        bench_step(b, i); /* it sums */
    }
    bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_free_slots_are_idle_if_nothing_waits),
        cmocka_unit_test(test_free_slots_are_short_if_nothing_ready_fits_them),
        cmocka_unit_test(test_free_slots_are_drained_for_a_promise),
        cmocka_unit_test(test_free_slots_are_blocked_by_the_order),
        cmocka_unit_test(test_free_slots_are_fragments_if_no_node_has_room),
        cmocka_unit_test(test_free_slots_are_short_before_they_are_fragments),
        cmocka_unit_test(test_cores_without_memory_are_fragments),
        cmocka_unit_test(test_whole_nodes_are_counted_slot_by_slot),
        cmocka_unit_test(test_classes_sum_to_the_machine_even_in_fractions)};

    return cmocka_run_group_tests_name("core_census", tests, NULL, NULL) != 0;
}
