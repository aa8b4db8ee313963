/* The driver's own work, as the reader measures it in a log, and how long what
 * was killed kept its slot. */
#include "tests/unit/eventlog_writing.h"

/* A stage of one task, submitted at AT, that is launched BEFORE later, runs for
 * LENGTH, and is told AFTER that. */
static void write_stage(struct paper *paper, int id, int at, int before,
                        int length, int after)
{
    const struct spec spec = {.id = id, .ntasks = 1, .rdds = "1"};
    const struct spec *const stages[] = {&spec};

    write_job(paper, id, at, "", 1, stages);
    write_begin(paper, &spec, 0, 1, at);
    write_launch(paper, &(struct launch){.stage = id,
                                         .id = id,
                                         .from = at + before,
                                         .to = at + before + length,
                                         .result = true});
    write_end(paper, &spec, 0, 1, at + before + length + after, true);
    write_job_end(paper, id, at + before + length + after, true);
}

static void test_what_the_driver_takes_is_the_median(void **state)
{
    struct paper paper;

    (void)state;
    write_head(&paper, "3.5.0", "");
    write_stage(&paper, 0, 1000, 90, 1000, 10);
    write_stage(&paper, 1, 3000, 20, 1000, 4);
    write_stage(&paper, 2, 5000, 10, 1000, 3);
    write_tail(&paper, 9000);
    struct log *log = read_paper(&paper, NULL);
    ASSERT_TEXT(condition(log, "launch_delay"), "24ms");
    forget(log);
}

static void test_short_stages_count_more(void **state)
{
    struct paper paper;

    (void)state;
    write_head(&paper, "3.5.0", "");
    write_stage(&paper, 0, 1000, 90, 10000, 10);
    write_stage(&paper, 1, 13000, 80, 10000, 10);
    write_stage(&paper, 2, 25000, 10, 1000, 3);
    write_tail(&paper, 29000);
    struct log *log = read_paper(&paper, NULL);
    ASSERT_TEXT(condition(log, "launch_delay"), "13ms");
    forget(log);
}

/* Its tasks wait for slots, not for the driver. */
static void test_a_stage_that_finds_no_slot_does_not_count(void **state)
{
    const struct spec wide = {.id = 0, .ntasks = 4, .rdds = "1"};
    const struct spec *const stages[] = {&wide};
    struct paper paper;

    (void)state;
    write_head(&paper, "3.5.0", "");
    write_job(&paper, 9, 1000, "", 1, stages);
    write_begin(&paper, &wide, 0, 4, 1000);
    for (int i = 0; i < 4; i++)
        write_launch(&paper, &(struct launch){.stage = 0,
                                              .id = 10 + i,
                                              .index = i,
                                              .from = 1030,
                                              .to = 6000,
                                              .executor = 1 + i / 2,
                                              .result = true});
    write_stage(&paper, 1, 2000, 4000, 100, 1);
    write_end(&paper, &wide, 0, 4, 6005, true);
    write_job_end(&paper, 9, 6005, true);
    write_tail(&paper, 9000);
    struct log *log = read_paper(&paper, NULL);
    ASSERT_TEXT(condition(log, "launch_delay"), "35ms");
    forget(log);
}

static void test_without_a_stage_nothing_is_said(void **state)
{
    struct paper paper;

    (void)state;
    write_head(&paper, "3.5.0", "");
    write_tail(&paper, 9000);
    struct log *log = read_paper(&paper, NULL);
    ASSERT_TEXT(condition(log, "launch_delay"), "");
    forget(log);
}

/* A gang of which one fails and one is killed, tried again. */
static void test_a_killed_launch_lingers_as_long_as_it_ran(void **state)
{
    const struct spec spec = {
        .id = 0, .ntasks = 2, .rdds = "1", .barrier = true};
    const struct spec *const stages[] = {&spec};
    struct paper paper;

    (void)state;
    write_head(&paper, "3.5.0", "");
    write_job(&paper, 0, 1000, "", 1, stages);
    write_begin(&paper, &spec, 0, 2, 1000);
    write_launch(
        &paper, &(struct launch){
                    .id = 1, .from = 1000, .to = 1300, .reason = REASON_ERROR});
    write_launch(&paper, &(struct launch){.id = 2,
                                          .index = 1,
                                          .from = 1000,
                                          .to = 3500,
                                          .reason = REASON_KILLED});
    write_end(&paper, &spec, 0, 2, 1301, false);
    write_begin(&paper, &spec, 1, 2, 1500);
    for (int i = 0; i < 2; i++)
        write_launch(&paper, &(struct launch){.attempt = 1,
                                              .id = 3 + i,
                                              .index = i,
                                              .from = 3600,
                                              .to = 4600});
    write_end(&paper, &spec, 1, 2, 4601, true);
    write_job_end(&paper, 0, 4610, true);
    write_tail(&paper, 9000);
    struct log *log = read_paper(&paper, NULL);
    const struct kept_stage *stage = &log->works[0].stages[0];
    ASSERT_INT(stage->takes_at[2], 4);
    ASSERT_INT(stage->takes[0].lingers, 0);
    ASSERT_INT(stage->takes[2].lingers, 2500 * PT_SECOND / 1000);
    ASSERT_INT(stage->takes[2].length, PT_SECOND);
    ASSERT_INT(stage->takes[3].lingers, 0);
    forget(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_the_driver_takes_is_the_median),
        cmocka_unit_test(test_short_stages_count_more),
        cmocka_unit_test(test_a_stage_that_finds_no_slot_does_not_count),
        cmocka_unit_test(test_without_a_stage_nothing_is_said),
        cmocka_unit_test(test_a_killed_launch_lingers_as_long_as_it_ran),
    };

    return cmocka_run_group_tests_name("the driver's delay", tests, NULL,
                                       NULL) != 0;
}
