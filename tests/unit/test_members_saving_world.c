/* In the simulated world: what gangs save is told, and the next attempt goes on
 * from there. */
#include "tests/unit/world_bench.h"

/* A checkpoint after each 10 of work, for 2; 3 to load it. */
static void find_terms(const void *state, const struct pt_gang_shape *gang,
                       struct pt_checkpoint_terms *terms)
{
    (void)state;
    assert_true(gang->tasks >= 1);
    *terms = (struct pt_checkpoint_terms){10, 2, 3, 0};
}

static const struct pt_checkpoint_model model = {
    .name = "bench", .saves = true, .terms = find_terms};

static struct world_bench *open_world(const struct pt_work *work, bool each)
{
    return world_open(
        work, 1, false,
        &(struct pt_simulated_config){.each = each, .checkpoint = &model});
}

static const struct pt_stage gang = {
    .ntasks = 3, .mode = PT_GANG, .limit = 1000, .retries = true};

static struct pt_work work_of(const struct pt_stage *stage,
                              const struct pt_truth *truth)
{
    return (struct pt_work){.job = {.id = 1, .nstages = 1, .stages = stage},
                            .truths = truth};
}

static void start(struct world_bench *b, int32_t attempt, int32_t try,
                  int32_t ntasks)
{
    world_start(b, attempt, 0, 0, 0, ntasks)->try = try;
    world_done(b);
}

/* Kills ATTEMPT at AT. */
static void kill_at(struct world_bench *b, int32_t attempt, pt_time at,
                    enum pt_cause cause)
{
    assert_non_null(world_next(b, at));
    ASSERT_INT(b->now, at);
    world_decide(b, PT_KILL, attempt)->cause = cause;
    world_done(b);
}

#define PROGRESS(b, index, restart, checkpoint, saved)                         \
    check_progress((b), (index), (restart), (checkpoint), (saved), __FILE__,   \
                   __LINE__)

static void check_progress(struct world_bench *b, int32_t index,
                           pt_time restart, pt_time checkpoint, pt_time saved,
                           const char *file, int line)
{
    const struct pt_progress *p = &b->facts[index].progress;

    check_int(p->restart, restart, "restart", file, line);
    check_int(p->checkpoint, checkpoint, "checkpoint", file, line);
    check_int(p->saved, saved, "saved", file, line);
}

static void test_alike(void **s)
{
    static const struct pt_truth truth = {.length = 30};
    const struct pt_work work = work_of(&gang, &truth);
    struct world_bench *b = open_world(&work, false);

    (void)s;
    NEXT(b, "0: job 1");
    start(b, 7, 0, 3);
    kill_at(b, 7, 25, PT_CAUSE_NODE); /* 10, 2, 10, 2, 1 */
    NEXT(b, "25: ended 7:-1 killed");
    PROGRESS(b, 0, 0, 12, 60);
    start(b, 8, 1, 3);
    kill_at(b, 8, 27, PT_CAUSE_NODE); /* as it loads */
    NEXT(b, "27: ended 8:-1 killed");
    PROGRESS(b, 0, 6, 0, 0);
    start(b, 9, 2, 3);
    NEXT(b, "40: ended 9:-1 success"); /* 3, 10: none at the end */
    PROGRESS(b, 0, 9, 0, 0);
    world_close(b);
}

static void test_lengths_of_their_own(void **s)
{
    static const pt_time task[] = {5, 12, 30};
    static const struct pt_truth truth = {.task = task};
    const struct pt_work work = work_of(&gang, &truth);
    struct world_bench *b = open_world(&work, false);

    (void)s;
    NEXT(b, "0: job 1");
    start(b, 7, 0, 3);
    kill_at(b, 7, 13, PT_CAUSE_NODE);
    NEXT(b, "13: synced 7 since 5 waited 6; ended 7:-1 killed");
    PROGRESS(b, 1, 0, 6, 5 + 10 + 10);
    start(b, 8, 1, 3);
    /* 3, 10, 2, 10 for the last one; 2 for the second, none for the first */
    NEXT(b, "38: synced 8 since 16 waited 38; ended 8:-1 success");
    PROGRESS(b, 1, 9, 6, 0 + 2 + 10);
    world_close(b);
}

/* A task that is alone: of its work what lasted until it was killed. */
static void test_one_that_lingers_does_nothing(void **s)
{
    static const int32_t takes_at[] = {0, 1};
    static const struct pt_take takes[] = {{.length = 100, .lingers = 90}};
    static const struct pt_truth truth = {.takes_at = takes_at, .takes = takes};
    static const struct pt_stage one = {
        .ntasks = 1, .mode = PT_GANG, .limit = 1000, .retries = true};
    const struct pt_work work = work_of(&one, &truth);
    struct world_bench *b = open_world(&work, false);

    (void)s;
    NEXT(b, "0: job 1");
    start(b, 7, 0, 1);
    kill_at(b, 7, 25, PT_CAUSE_MEMBER);
    NEXT(b, "90: ended 7:-1 killed");
    PROGRESS(b, 0, 0, 4, 20);
    start(b, 8, 1, 1);
    kill_at(b, 8, 95, PT_CAUSE_NODE);
    NEXT(b, "95: ended 8:-1 killed");
    start(b, 9, 2, 1);
    /* 20 are saved: 3 + 80 + 7 * 2 */
    NEXT(b, "192: ended 9:-1 success");
    world_close(b);
}

/* Only one task of the gang runs again: the others keep what they saved. */
static void test_a_part_of_a_gang_saves_its_own(void **s)
{
    static const pt_time task[] = {40, 40, 100};
    static const struct pt_truth truth = {.task = task};
    const struct pt_work work = work_of(&gang, &truth);
    struct world_bench *b = open_world(&work, false);

    (void)s;
    NEXT(b, "0: job 1");
    start(b, 7, 0, 3);
    kill_at(b, 7, 13, PT_CAUSE_NODE); /* 10 of each */
    NEXT(b, "13: ended 7:-1 killed");
    struct pt_decision *d = world_start(b, 8, 0, 0, 2, 1);
    d->try = 1;
    d->partial = true;
    d->message = 0;
    b->messages[0] = 2;
    world_done(b);
    kill_at(b, 8, 16 + 36 + 1, PT_CAUSE_NODE); /* 30 more of task 2 */
    NEXT(b, "53: ended 8:-1 killed");
    PROGRESS(b, 0, 3, 6, 30);
    start(b, 9, 2, 3);
    /* 60 are left of task 2, 30 of the others. */
    assert_non_null(world_next(b, PT_TIME_NEVER));
    ASSERT_INT(b->now, 53 + 3 + 60 + 5 * 2);
    ASSERT_INT(b->facts[0].kind, PT_FACT_SYNCED);
    ASSERT_INT(b->facts[0].waited, 2 * 30);
    world_close(b);
}

/* --- it has ended well, and is done again for its output --- */

static void enter_and_release(struct world_bench *b, int32_t attempt, int32_t n)
{
    int32_t entered = 0;

    while (entered < n) {
        assert_non_null(world_next(b, PT_TIME_NEVER));
        for (int32_t i = 0; i < b->nfacts; i++)
            entered += b->facts[i].kind == PT_FACT_ENTERED;
        if (entered == n)
            world_decide(b, PT_RELEASE, attempt);
        world_done(b);
    }
}

static void test_what_was_saved_serves_after_a_success(void **s)
{
    static const pt_time task[] = {45, 45, 45};
    static const struct pt_truth truth = {.task = task, .iterations = 1};
    const struct pt_work work = work_of(&gang, &truth);

    (void)s;
    for (int each = 0; each < 2; each++) {
        struct world_bench *b = open_world(&work, each == 1);
        NEXT(b, "0: job 1");
        start(b, 7, 0, 3);
        if (each) {
            enter_and_release(b, 7, 3);
            NEXT(b, "53: ended 7:-1 success");
            PROGRESS(b, 0, 0, 24, 120);
        } else {
            NEXT(b, "53: synced 7 since 53 waited 0; ended 7:-1 success");
            PROGRESS(b, 1, 0, 24, 120);
        }
        start(b, 8, 1, 3);
        if (each)
            enter_and_release(b, 8, 3);
        else
            assert_non_null(world_next(b, PT_TIME_NEVER));
        ASSERT_INT(b->now, 53 + 3 + 5);
        world_close(b);
    }
}

/* All of them fail at the barrier: what they saved is saved. */
static void test_what_was_saved_serves_after_a_refusal(void **s)
{
    static const pt_time task[] = {45, 45, 45};
    static const struct pt_truth truth = {.task = task, .iterations = 1};
    const struct pt_work work = work_of(&gang, &truth);
    struct world_bench *b = open_world(&work, true);

    (void)s;
    NEXT(b, "0: job 1");
    start(b, 7, 0, 3);
    NEXT(b, "53: entered 7:0 epoch 0 of 3; entered 7:1 epoch 0 of 3; "
            "entered 7:2 epoch 0 of 3");
    world_decide(b, PT_REFUSE, 7);
    world_done(b);
    NEXT(b, "53: ended 7:0 failure error; ended 7:1 failure error; "
            "ended 7:2 failure error");
    for (int32_t i = 0; i < 3; i++)
        PROGRESS(b, i, 0, 8, 40);
    start(b, 8, 1, 3);
    enter_and_release(b, 8, 3);
    ASSERT_INT(b->now, 53 + 3 + 5);
    world_close(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alike),
        cmocka_unit_test(test_lengths_of_their_own),
        cmocka_unit_test(test_one_that_lingers_does_nothing),
        cmocka_unit_test(test_a_part_of_a_gang_saves_its_own),
        cmocka_unit_test(test_what_was_saved_serves_after_a_success),
        cmocka_unit_test(test_what_was_saved_serves_after_a_refusal),
    };

    return cmocka_run_group_tests_name("members that save, in the world", tests,
                                       NULL, NULL);
}
