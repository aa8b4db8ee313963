/* In the simulated world: what is killed may keep its slot for a while, and
 * what is launched as soon as its stage is ready begins to work later. */
#include "tests/unit/world_bench.h"

/* A job of a gang or of parallel tasks, two of them; each task's first launch
 * is 50 long, and lingers for 30, or 40; the second is 7 long. */
static const int32_t takes_at[] = {0, 2, 4};
static const struct pt_take takes[] = {{.length = 50, .lingers = 30},
                                       {.length = 7},
                                       {.length = 50, .lingers = 40},
                                       {.length = 7}};
static const struct pt_stage gang = {
    .ntasks = 2, .mode = PT_GANG, .limit = 100, .retries = true};
static const struct pt_stage parallel = {
    .ntasks = 2, .mode = PT_PARALLEL, .limit = 100, .retries = true};
static const struct pt_truth truth = {.takes_at = takes_at, .takes = takes};

static struct pt_work work_of(const struct pt_stage *stage)
{
    return (struct pt_work){.job = {.id = 1, .nstages = 1, .stages = stage},
                            .truths = &truth};
}

/* Kills ATTEMPT at once, in the step after the start. */
static void kill_now(struct world_bench *b, int32_t attempt,
                     enum pt_cause cause)
{
    assert_non_null(world_next(b, b->now + 10));
    world_decide(b, PT_KILL, attempt)->cause = cause;
    world_done(b);
}

static void test_killed_members_keep_their_slots_as_long_as_recorded(void **s)
{
    const struct pt_work work = work_of(&gang);
    struct world_bench *b = world_open(&work, 1, false, NULL);

    (void)s;
    NEXT(b, "0: job 1");
    world_start(b, 7, 0, 0, 0, 2);
    world_done(b);
    kill_now(b, 7, PT_CAUSE_MEMBER);
    NEXT(b, "30: ended 7:0 killed");
    NEXT(b, "40: ended 7:1 killed");
    world_end_job(b, 0);
    world_done(b);
    NEXT(b, "end");
    world_close(b);
}

static void test_a_killed_task_keeps_its_slot_too(void **s)
{
    const struct pt_work work = work_of(&parallel);
    struct world_bench *b = world_open(&work, 1, false, NULL);

    (void)s;
    NEXT(b, "0: job 1");
    world_start(b, 7, 0, 0, 0, 1);
    world_done(b);
    kill_now(b, 7, PT_CAUSE_COPY);
    NEXT(b, "30: ended 7:-1 killed");
    world_close(b);
}

static void test_what_lingers_no_longer_ends_at_once(void **s)
{
    const struct pt_work work = work_of(&parallel);
    struct world_bench *b = world_open(&work, 1, false, NULL);

    (void)s;
    NEXT(b, "0: job 1");
    world_start(b, 7, 0, 0, 0, 1);
    world_done(b);
    assert_non_null(world_next(b, 35));
    world_decide(b, PT_KILL, 7)->cause = PT_CAUSE_COPY;
    world_done(b);
    NEXT(b, "35: ended 7:-1 killed");
    world_close(b);
}

static void test_nothing_lingers_on_a_node_that_is_gone(void **s)
{
    const struct pt_work work = work_of(&gang);
    struct world_bench *b = world_open(&work, 1, false, NULL);

    (void)s;
    NEXT(b, "0: job 1");
    world_start(b, 7, 0, 0, 0, 2);
    world_done(b);
    kill_now(b, 7, PT_CAUSE_NODE);
    NEXT(b, "10: ended 7:-1 killed");
    world_close(b);
}

/* The job is over while its last attempt lingers: the next one comes. */
static void test_the_next_job_does_not_wait_for_what_lingers(void **s)
{
    struct pt_work works[] = {work_of(&parallel), work_of(&parallel)};
    const int32_t over = 0;
    struct world_bench *b;

    (void)s;
    works[1].job.id = 2;
    works[1].after = 1;
    works[1].gap = 5;
    b = world_open(works, 2, true, NULL);
    NEXT(b, "0: job 1");
    world_start(b, 7, 0, 0, 0, 1);
    world_done(b);
    assert_non_null(world_next(b, 10));
    world_decide(b, PT_KILL, 7)->cause = PT_CAUSE_COPY;
    b->step.over = &over;
    b->step.nover = 1;
    world_done(b);
    b->step.nover = 0;
    NEXT(b, "15: job 2");
    world_done(b);
    NEXT(b, "30: ended 7:-1 killed");
    world_end_job(b, 0);
    world_done(b);
    NEXT(b, "end");
    world_close(b);
}

static void test_work_begins_when_its_stage_has_been_ready_so_long(void **s)
{
    const struct pt_simulated_config config = {.launch_delay = 20};
    const struct pt_work work = work_of(&parallel);
    struct world_bench *b = world_open(&work, 1, false, &config);

    (void)s;
    NEXT(b, "0: job 1");
    world_start(b, 7, 0, 0, 0, 1)->ready = 0; /* until 0 + 20 + 50 */
    world_done(b);
    assert_non_null(world_next(b, 15));
    world_start(b, 8, 0, 0, 1, 1)->ready = 0; /* 15 + 5 + 50 */
    world_done(b);
    NEXT(b, "70: ended 7:-1 success; ended 8:-1 success");
    world_start(b, 9, 0, 0, 0, 1)->ready = 0; /* not again */
    world_done(b);
    NEXT(b, "77: ended 9:-1 success");
    world_close(b);
}

static void test_a_gang_begins_later_too(void **s)
{
    const struct pt_simulated_config config = {.launch_delay = 20};
    const struct pt_work work = work_of(&gang);
    struct world_bench *b = world_open(&work, 1, false, &config);

    (void)s;
    NEXT(b, "0: job 1");
    world_start(b, 7, 0, 0, 0, 2)->ready = 0;
    world_done(b);
    NEXT(b, "70: ended 7:0 success; ended 7:1 success");
    world_close(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_killed_members_keep_their_slots_as_long_as_recorded),
        cmocka_unit_test(test_a_killed_task_keeps_its_slot_too),
        cmocka_unit_test(test_what_lingers_no_longer_ends_at_once),
        cmocka_unit_test(test_nothing_lingers_on_a_node_that_is_gone),
        cmocka_unit_test(test_the_next_job_does_not_wait_for_what_lingers),
        cmocka_unit_test(
            test_work_begins_when_its_stage_has_been_ready_so_long),
        cmocka_unit_test(test_a_gang_begins_later_too),
    };

    return cmocka_run_group_tests_name("lingering", tests, NULL, NULL) != 0;
}
