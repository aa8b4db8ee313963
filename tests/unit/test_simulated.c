/* The simulated world alone: what it tells when told to start and to kill. */
#include "tests/unit/world_bench.h"

#include "base/random.h"

static const struct pt_stage gang3 = {
    .ntasks = 3, .mode = PT_GANG, .need = {{1000}}, .limit = 100};
static const struct pt_stage wide3 = {
    .ntasks = 3, .mode = PT_PARALLEL, .need = {{1000}}, .limit = 100};
static const struct pt_stage retried3 = {.ntasks = 3,
                                         .mode = PT_GANG,
                                         .need = {{1000}},
                                         .limit = 100,
                                         .retries = true};
static const pt_time ragged[] = {30, 10, 20};

static struct pt_work work_of(int64_t id, pt_time submit,
                              const struct pt_stage *stage,
                              const struct pt_truth *truth)
{
    return (struct pt_work){
        .job = {.id = id, .nstages = 1, .submit = submit, .stages = stage},
        .truths = truth};
}

/* One job is there, and its first stage starts whole as attempt 1. */
static struct world_bench *begin(const struct pt_work *work, bool each)
{
    const struct pt_simulated_config config = {.each = each};
    struct world_bench *b = world_open(work, 1, false, &config);

    NEXT(b, "0: job 7");
    world_start(b, 1, 0, 0, 0, work->job.stages[0].ntasks);
    world_done(b);
    return b;
}

/* --- gangs --- */

static void test_a_rigid_gang_is_one_event(void **state)
{
    const struct pt_truth truth = {.length = 30};
    const struct pt_work work = work_of(7, 0, &gang3, &truth);
    struct world_bench *b = begin(&work, false);

    (void)state;
    NEXT(b, "30: ended 1:-1 success");
    world_end_job(b, 0);
    world_done(b);
    NEXT(b, "end");
    world_close(b);
}

static void test_members_that_do_not_meet_end_one_by_one(void **state)
{
    const struct pt_truth truth = {.task = ragged, .outcome = PT_FAILURE};
    const struct pt_work work = work_of(7, 0, &gang3, &truth);
    struct world_bench *b = begin(&work, false);

    (void)state;
    NEXT(b, "10: ended 1:1 failure error");
    NEXT(b, "20: ended 1:2 failure error");
    NEXT(b, "30: ended 1:0 failure error");
    world_close(b);
}

static void test_a_kill_is_answered_at_once_for_all_that_are_left(void **state)
{
    const struct pt_truth truth = {.task = ragged};
    const struct pt_work work = work_of(7, 0, &gang3, &truth);
    struct world_bench *b = begin(&work, false);

    (void)state;
    NEXT(b, "10: ended 1:1 success");
    world_decide(b, PT_KILL, 1);
    world_done(b);
    NEXT(b, "10: ended 1:-1 killed");
    world_end_job(b, 0);
    world_done(b);
    NEXT(b, "end");
    world_close(b);
}

static void test_members_leave_together_and_wait_for_the_last(void **state)
{
    const struct pt_truth truth = {.task = ragged, .together = true};
    const struct pt_work work = work_of(7, 0, &gang3, &truth);
    struct world_bench *b = begin(&work, false);

    (void)state;
    NEXT(b, "30: synced 1 since 10 waited 30; ended 1:-1 success");
    world_close(b);
}

/* 31, 10 and 20 us in parts of 11+10+10, 4+3+3, 7+7+6. */
static void test_work_is_cut_into_equal_parts_without_loss(void **state)
{
    static const pt_time lengths[] = {31, 10, 20};
    const struct pt_truth truth = {.task = lengths, .iterations = 3};
    const struct pt_work work = work_of(7, 0, &gang3, &truth);
    struct world_bench *b = begin(&work, false);

    (void)state;
    NEXT(b, "11: synced 1 since 4 waited 11");
    NEXT(b, "21: synced 1 since 14 waited 10");
    NEXT(b, "31: synced 1 since 24 waited 11; ended 1:-1 success");
    world_close(b);
}

static void test_equal_members_meet_without_waiting(void **state)
{
    const struct pt_truth truth = {.length = 20, .iterations = 2};
    const struct pt_work work = work_of(7, 0, &gang3, &truth);
    struct world_bench *b = begin(&work, false);

    (void)state;
    NEXT(b, "10: synced 1 since 10 waited 0");
    NEXT(b, "20: synced 1 since 20 waited 0; ended 1:-1 success");
    world_close(b);
}

/* --- each member for itself --- */

static void test_each_member_enters_and_goes_on_when_released(void **state)
{
    const struct pt_truth truth = {.task = ragged, .iterations = 2};
    const struct pt_work work = work_of(7, 0, &gang3, &truth);
    struct world_bench *b = begin(&work, true);

    (void)state;
    NEXT(b, "5: entered 1:1 epoch 0 of 3");
    NEXT(b, "10: entered 1:2 epoch 0 of 3");
    NEXT(b, "15: entered 1:0 epoch 0 of 3");
    world_decide(b, PT_RELEASE, 1);
    world_done(b);
    NEXT(b, "20: entered 1:1 epoch 1 of 3");
    NEXT(b, "25: entered 1:2 epoch 1 of 3");
    NEXT(b, "30: entered 1:0 epoch 1 of 3");
    world_decide(b, PT_RELEASE, 1);
    world_done(b);
    NEXT(b, "30: ended 1:-1 success");
    world_close(b);
}

static void test_who_is_refused_fails_at_that_instant(void **state)
{
    const struct pt_truth truth = {.task = ragged, .together = true};
    const struct pt_work work = work_of(7, 0, &gang3, &truth);
    struct world_bench *b = begin(&work, true);

    (void)state;
    NEXT(b, "10: entered 1:1 epoch 0 of 3");
    NEXT(b, "20: entered 1:2 epoch 0 of 3");
    world_decide(b, PT_REFUSE, 1)->task = 2;
    world_done(b);
    NEXT(b, "20: ended 1:2 failure error");
    check_text(world_next(b, 25), "25:", "woken", __FILE__, __LINE__);
    world_decide(b, PT_REFUSE, 1);
    world_done(b);
    NEXT(b, "25: ended 1:1 failure error");
    world_decide(b, PT_KILL, 1);
    world_done(b);
    NEXT(b, "25: ended 1:-1 killed");
    world_close(b);
}

static void test_a_kill_overtakes_what_was_answered_before(void **state)
{
    const struct pt_truth truth = {.length = 10, .together = true};
    const struct pt_work work = work_of(7, 0, &gang3, &truth);
    struct world_bench *b = begin(&work, true);

    (void)state;
    NEXT(b, "10: entered 1:0 epoch 0 of 3; entered 1:1 epoch 0 of 3; entered "
            "1:2 epoch 0 of 3");
    world_decide(b, PT_RELEASE, 1);
    world_decide(b, PT_KILL, 1);
    world_done(b);
    NEXT(b, "10: ended 1:-1 killed");
    world_close(b);
}

static void test_some_members_alone_wait_for_the_whole_gang(void **state)
{
    const struct pt_truth truth = {.task = ragged, .together = true};
    const struct pt_work work = work_of(7, 0, &gang3, &truth);
    struct world_bench *b = world_open(&work, 1, false, NULL);

    (void)state;
    NEXT(b, "0: job 7");
    struct pt_decision *d = world_start(b, 1, 0, 0, 0, 2);
    d->partial = true;
    b->messages[0] = 0;
    b->messages[1] = 2;
    world_done(b);
    NEXT(b, "20: entered 1:2 epoch 0 of 3");
    NEXT(b, "30: entered 1:0 epoch 0 of 3");
    NEXT(b, "end");
    world_close(b);
}

/* --- takes --- */

static const int32_t takes_at[] = {0, 2, 3, 4};

static void test_each_launch_takes_the_next_take_and_then_the_last(void **state)
{
    static const struct pt_take takes[] = {
        {.length = 8, .outcome = PT_FAILURE, .fault = PT_FAULT_EXCUSED},
        {.length = 5},
        {.length = 9},
        {.length = 6,
         .outcome = PT_FAILURE,
         .fault = PT_FAULT_FETCH,
         .parent = 4,
         .output = 2}};
    const struct pt_truth truth = {.takes_at = takes_at, .takes = takes};
    const struct pt_work work = work_of(7, 0, &wide3, &truth);
    struct world_bench *b = world_open(&work, 1, false, NULL);

    (void)state;
    NEXT(b, "0: job 7");
    for (int32_t i = 0; i < 3; i++)
        world_start(b, i + 1, 0, 0, i, 1);
    world_done(b);
    NEXT(b, "6: ended 3:2 failure fetch 4.2");
    world_start(b, 3, 0, 0, 2, 1);
    world_done(b);
    NEXT(b, "8: ended 1:0 failure excused");
    world_start(b, 1, 0, 0, 0, 1)->copy = true;
    world_start(b, 4, 0, 0, 0, 1)->try = 1;
    world_done(b);
    NEXT(b, "9: ended 2:-1 success");
    NEXT(b, "12: ended 3:2 failure fetch 4.2");
    NEXT(b, "13: ended 1:-1 success; ended 4:-1 success");
    world_close(b);
}

static const struct pt_take failing[] = {{.length = 14, .outcome = PT_FAILURE},
                                         {.length = 20},
                                         {.length = 10},
                                         {.length = 24}};

/* Task 0 works in parts of 10: it fails in its second one, 4 after task 2 let
 * both go on at 12. */
static void test_a_member_that_fails_leaves_partial_waits(void **state)
{
    const struct pt_truth truth = {
        .takes_at = takes_at, .takes = failing, .iterations = 2};
    const struct pt_work work = work_of(7, 0, &retried3, &truth);
    struct world_bench *b = begin(&work, false);

    (void)state;
    NEXT(b, "12: synced 1 since 5 waited 9");
    NEXT(b, "16: ended 1:0 failure error");
    world_decide(b, PT_KILL, 1);
    world_done(b);
    NEXT(b, "16: ended 1:-1 killed");
    world_start(b, 1, 0, 0, 0, 3)->try = 1;
    world_done(b);
    NEXT(b, "28: synced 1 since 21 waited 9");
    NEXT(b, "40: synced 1 since 33 waited 9; ended 1:-1 success");
    world_close(b);
}

/* Task 1 is there at 17 and waits for 1 when task 0 fails at 18; nobody is
 * killed then: the others go on, each for itself. */
static void test_those_left_by_a_failure_go_on_if_they_may(void **state)
{
    static const struct pt_take takes[] = {
        {.length = 16, .outcome = PT_FAILURE},
        {.length = 20},
        {.length = 10},
        {.length = 24}};
    const struct pt_truth truth = {
        .takes_at = takes_at, .takes = takes, .iterations = 2};
    const struct pt_work work = work_of(7, 0, &retried3, &truth);
    struct world_bench *b = begin(&work, false);

    (void)state;
    NEXT(b, "12: synced 1 since 5 waited 9");
    NEXT(b, "18: synced 1 since 17 waited 1; ended 1:0 failure error");
    world_done(b);
    /* It is the first meeting that they tell of themselves. */
    NEXT(b, "18: entered 1:1 epoch 0 of 3");
    NEXT(b, "24: entered 1:2 epoch 0 of 3");
    world_decide(b, PT_REFUSE, 1);
    world_done(b);
    NEXT(b, "24: ended 1:1 failure error; ended 1:2 failure error");
    world_close(b);
}

/* Where the others may be left waiting, they tell it of themselves. */
static void test_members_that_may_be_stranded_tell_each(void **state)
{
    static const struct pt_take fetching[] = {
        {.length = 6, .outcome = PT_FAILURE, .fault = PT_FAULT_FETCH},
        {.length = 20},
        {.length = 10},
        {.length = 24}};
    const struct pt_truth truth = {
        .takes_at = takes_at, .takes = fetching, .iterations = 2};
    const struct pt_truth failed = {
        .takes_at = takes_at, .takes = failing, .iterations = 2};
    struct pt_work work = work_of(7, 0, &retried3, &truth);
    struct world_bench *b = begin(&work, false);

    (void)state;
    NEXT(b, "5: entered 1:1 epoch 0 of 3");
    NEXT(b, "6: ended 1:0 failure fetch 0.0");
    NEXT(b, "12: entered 1:2 epoch 0 of 3");
    NEXT(b, "end");
    world_close(b);
    /* Nobody tries again what one member of this gang failed. */
    work = work_of(7, 0, &gang3, &failed);
    b = begin(&work, false);
    NEXT(b, "5: entered 1:1 epoch 0 of 3");
    world_close(b);
}

/* --- jobs that come after others --- */

static void test_a_job_comes_its_gap_after_the_end_of_another(void **state)
{
    const struct pt_truth truth = {.length = 10};
    struct pt_work works[4];

    (void)state;
    for (int i = 0; i < 4; i++)
        works[i] = work_of(i, 100 * i, &gang3, &truth);
    works[1].after = 1;
    works[1].gap = 5;
    works[3].after = 2;
    struct world_bench *b = world_open(works, 4, false, NULL);
    NEXT(b, "0: job 0");
    world_start(b, 1, 0, 0, 0, 3);
    world_done(b);
    NEXT(b, "10: ended 1:-1 success");
    world_end_job(b, 0);
    world_done(b);
    NEXT(b, "15: job 1");
    ASSERT_INT(b->job[1]->submit, 15);
    world_end_job(b, 1);
    world_done(b);
    /* The last one's gap is 0: at once, and before the one that the source has
     * before it. */
    NEXT(b, "15: job 3");
    ASSERT_INT(b->job[2]->rank, 2);
    world_done(b);
    NEXT(b, "200: job 2");
    ASSERT_INT(pt_simulated_unsubmitted(b->world), 0);
    world_close(b);
}

static void test_a_job_after_one_that_never_ends_is_counted(void **state)
{
    const struct pt_truth truth = {.length = 10};
    struct pt_work works[3];

    (void)state;
    for (int i = 0; i < 3; i++)
        works[i] = work_of(i, 0, &gang3, &truth);
    works[1].after = 1;
    works[2].after = 2;
    struct world_bench *b = world_open(works, 3, true, NULL);
    NEXT(b, "0: job 0");
    NEXT(b, "end");
    ASSERT_INT(pt_simulated_unsubmitted(b->world), 2);
    world_close(b);
}

static void test_jobs_of_one_instant_come_in_the_order_of_the_source(void **s)
{
    const struct pt_truth truth = {.length = 10};
    struct pt_work works[5];

    (void)s;
    for (int i = 0; i < 5; i++)
        works[i] = work_of(i, 20, &gang3, &truth);
    works[0].job.submit = 0;
    works[3].after = works[1].after = 1;
    works[3].gap = works[1].gap = 20;
    struct world_bench *b = world_open(works, 5, false, NULL);
    NEXT(b, "0: job 0");
    world_end_job(b, 0);
    world_done(b);
    NEXT(b, "20: job 1; job 2; job 3; job 4");
    world_close(b);
}

/* --- nodes, shuffles --- */

static void test_nodes_come_and_go_while_somebody_is_there(void **state)
{
    const struct pt_machine_node nodes[] = {
        {.up = 0, .down = PT_TIME_NEVER},
        {.up = 10, .down = 40},
        {.up = 0, .down = 30},
        {.up = 60, .down = PT_TIME_NEVER},
        {.up = 0, .down = 3},
    };
    const struct pt_machine machine = {.node = nodes, .nodes = 5};
    const struct pt_simulated_config config = {.machine = &machine};
    const struct pt_truth truth = {.length = 45};
    const struct pt_work work = work_of(7, 5, &gang3, &truth);
    struct world_bench *b = world_open(&work, 1, false, &config);
    struct pt_err err = {.code = PT_ERR_NONE};
    pt_time first = 0;

    (void)state;
    ASSERT_INT(pt_simulated_first(b->world, &first, &err), 0);
    ASSERT_INT(first, 5);
    assert_false(pt_outages_absent(&nodes[0], first));
    assert_true(pt_outages_absent(&nodes[1], first));
    assert_false(pt_outages_absent(&nodes[2], first));
    assert_true(pt_outages_absent(&nodes[4], first));
    NEXT(b, "5: job 7");
    world_start(b, 1, 0, 0, 0, 3);
    world_done(b);
    NEXT(b, "10: up 1");
    NEXT(b, "30: down 2");
    NEXT(b, "40: down 1");
    NEXT(b, "50: ended 1:-1 success");
    world_end_job(b, 0);
    world_done(b);
    NEXT(b, "end");
    world_close(b);
}

static void test_shuffles_are_functions_of_seed_and_step(void **state)
{
    const struct pt_truth truth = {.length = 45};
    const struct pt_work work = work_of(7, 5, &gang3, &truth);
    int64_t seeds[2][2];

    (void)state;
    for (int i = 0; i < 2; i++) {
        const struct pt_simulated_config config = {.shuffle = true,
                                                   .chances = {.seed = 3}};
        struct world_bench *b = world_open(&work, 1, false, &config);
        NEXT(b, "5: job 7; shuffle");
        seeds[i][0] = b->facts[1].seed;
        check_text(world_next(b, 6), "6: shuffle", "woken", __FILE__, __LINE__);
        seeds[i][1] = b->facts[0].seed;
        world_close(b);
    }
    assert_true(seeds[0][0] == seeds[1][0] && seeds[0][1] == seeds[1][1]);
    assert_true(seeds[0][0] != seeds[0][1]);
    assert_true(seeds[0][0] >= 0 && seeds[0][1] >= 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_rigid_gang_is_one_event),
        cmocka_unit_test(test_members_that_do_not_meet_end_one_by_one),
        cmocka_unit_test(test_a_kill_is_answered_at_once_for_all_that_are_left),
        cmocka_unit_test(test_members_leave_together_and_wait_for_the_last),
        cmocka_unit_test(test_work_is_cut_into_equal_parts_without_loss),
        cmocka_unit_test(test_equal_members_meet_without_waiting),
        cmocka_unit_test(test_each_member_enters_and_goes_on_when_released),
        cmocka_unit_test(test_who_is_refused_fails_at_that_instant),
        cmocka_unit_test(test_a_kill_overtakes_what_was_answered_before),
        cmocka_unit_test(test_some_members_alone_wait_for_the_whole_gang),
        cmocka_unit_test(
            test_each_launch_takes_the_next_take_and_then_the_last),
        cmocka_unit_test(test_a_member_that_fails_leaves_partial_waits),
        cmocka_unit_test(test_those_left_by_a_failure_go_on_if_they_may),
        cmocka_unit_test(test_members_that_may_be_stranded_tell_each),
        cmocka_unit_test(test_a_job_comes_its_gap_after_the_end_of_another),
        cmocka_unit_test(test_a_job_after_one_that_never_ends_is_counted),
        cmocka_unit_test(
            test_jobs_of_one_instant_come_in_the_order_of_the_source),
        cmocka_unit_test(test_nodes_come_and_go_while_somebody_is_there),
        cmocka_unit_test(test_shuffles_are_functions_of_seed_and_step),
    };
    return cmocka_run_group_tests_name("simulated", tests, NULL, NULL) != 0;
}
