/* The barrier's state machine against Spark's (spec, 1.9 and 3.E). */
#include "check.h"

#include "base/random.h"
#include "core/barrier.h"

enum { WIDTH = 4, STEPS = 20000 };

struct answer {
    enum pt_reply reply;
    pt_time since, waited;
};

static struct answer ask(struct pt_barrier *b, pt_time now, int32_t task,
                         enum pt_sync sync, int32_t epoch, int64_t message)
{
    struct pt_fact request = {.kind = PT_FACT_ENTERED,
                              .sync = sync,
                              .epoch = epoch,
                              .width = b->width,
                              .message = message};
    struct answer a = {.since = -1, .waited = -1};

    a.reply = pt_barrier_enter(b, now, &request, task, &a.since, &a.waited);
    return a;
}

static void check_answer(struct answer a, enum pt_reply reply, pt_time since,
                         pt_time waited)
{
    ASSERT_INT(a.reply, reply);
    ASSERT_INT(a.since, since);
    ASSERT_INT(a.waited, waited);
}

/* One epoch, task i arrives at NOW + i. */
static void meet(struct pt_barrier *b, pt_time now, enum pt_sync sync,
                 int32_t epoch, int64_t message)
{
    int32_t n = b->width;

    for (int32_t i = 0; i < n; i++) {
        struct answer a = ask(b, now + i, i, sync, epoch, message + i);
        if (i < n - 1)
            check_answer(a, PT_REPLY_WAIT, 0, 0);
        else
            check_answer(a, PT_REPLY_RELEASE, now, n * (n - 1) / 2);
    }
}

/* E1. */
static void test_the_last_member_releases_all(void **state)
{
    struct pt_barrier b = {.width = WIDTH};

    (void)state;
    check_answer(ask(&b, 700, 2, PT_SYNC_BARRIER, 0, 0), PT_REPLY_WAIT, 0, 0);
    check_answer(ask(&b, 750, 0, PT_SYNC_BARRIER, 0, 0), PT_REPLY_WAIT, 0, 0);
    check_answer(ask(&b, 750, 3, PT_SYNC_BARRIER, 0, 0), PT_REPLY_WAIT, 0, 0);
    ASSERT_INT(b.waiting, 3);
    ASSERT_INT(b.since, 700);
    check_answer(ask(&b, 990, 1, PT_SYNC_BARRIER, 0, 0), PT_REPLY_RELEASE, 700,
                 290 + 240 + 240);
    ASSERT_INT(b.waiting, 0);
    ASSERT_INT(b.epoch, 1);
    pt_barrier_fini(&b);
}

/* E2. */
static void test_messages_are_ordered_by_task(void **state)
{
    struct pt_barrier b = {.width = WIDTH};
    static const int32_t order[WIDTH] = {3, 1, 0, 2};

    (void)state;
    for (int i = 0; i < WIDTH; i++)
        ask(&b, i, order[i], PT_SYNC_GATHER, 0, order[i]);
    for (int i = 0; i < WIDTH; i++)
        ASSERT_INT(b.released[i], i);
    pt_barrier_fini(&b);
}

/* E3: and "every later request of the attempt errs too" (1.9). */
static void test_mixed_kinds_fail_all_and_poison_the_attempt(void **state)
{
    struct pt_barrier b = {.width = WIDTH};

    (void)state;
    ask(&b, 10, 1, PT_SYNC_GATHER, 0, 1);
    ask(&b, 20, 2, PT_SYNC_GATHER, 0, 2);
    check_answer(ask(&b, 30, 0, PT_SYNC_BARRIER, 0, 0), PT_REPLY_MISMATCH, 0,
                 30);
    ASSERT_INT(b.waiting, 0);
    assert_true(b.poisoned);
    check_answer(ask(&b, 40, 3, PT_SYNC_GATHER, 0, 3), PT_REPLY_MISMATCH, 0, 0);
    check_answer(ask(&b, 50, 1, PT_SYNC_BARRIER, 0, 0), PT_REPLY_MISMATCH, 0,
                 0);
    pt_barrier_fini(&b);
}

/* E4 and E5. */
static void test_epochs_follow_each_other_in_any_kind(void **state)
{
    struct pt_barrier b = {.width = WIDTH};

    (void)state;
    meet(&b, 100, PT_SYNC_BARRIER, 0, 0);
    meet(&b, 200, PT_SYNC_GATHER, 1, 0);
    meet(&b, 300, PT_SYNC_BARRIER, 2, 0);
    meet(&b, 300, PT_SYNC_BARRIER, 3, 0);
    ASSERT_INT(b.epoch, 4);
    pt_barrier_fini(&b);
}

/* E6: the late one finds a fresh state, and waits for nobody. */
static void test_a_timeout_fails_those_who_wait_and_drops_the_state(void **s)
{
    struct pt_barrier b = {.width = WIDTH};
    pt_time waited = -1;

    (void)s;
    meet(&b, 0, PT_SYNC_BARRIER, 0, 0);
    for (int32_t i = 0; i < 3; i++)
        ask(&b, 10 + i, i, PT_SYNC_BARRIER, 1, 0);
    ASSERT_INT(b.since, 10);
    ASSERT_INT(pt_barrier_expire(&b, 1010, &waited), 3);
    ASSERT_INT(waited, 1000 + 999 + 998);
    ASSERT_INT(b.epoch, 0);
    /* Its own count is 1: too late for an epoch 0. */
    check_answer(ask(&b, 2000, 3, PT_SYNC_BARRIER, 1, 0), PT_REPLY_LATE, 0, 0);
    /* Any kind will do now. */
    pt_barrier_expire(&b, 2000, &waited);
    check_answer(ask(&b, 2000, 3, PT_SYNC_GATHER, 0, 0), PT_REPLY_WAIT, 0, 0);
    ASSERT_INT(b.since, 2000);
    pt_barrier_fini(&b);
}

/* E7. */
static void test_a_member_that_never_calls_lets_the_others_wait(void **state)
{
    struct pt_barrier b = {.width = WIDTH};
    pt_time waited = -1;

    (void)state;
    ASSERT_INT(pt_barrier_expire(&b, 0, &waited), 0);
    ASSERT_INT(waited, 0);
    for (int32_t i = 0; i < 3; i++)
        check_answer(ask(&b, 0, i, PT_SYNC_BARRIER, 0, 0), PT_REPLY_WAIT, 0, 0);
    ASSERT_INT(pt_barrier_expire(&b, PT_SECOND, &waited), 3);
    ASSERT_INT(waited, 3 * PT_SECOND);
    pt_barrier_fini(&b);
}

/* E8: task 3 skips the first call, so that its first meets the others' first;
 * in the second the others wait in vain. */
static void test_a_skipped_call_shifts_the_epochs(void **state)
{
    struct pt_barrier b = {.width = WIDTH};
    pt_time waited = -1;

    (void)state;
    meet(&b, 0, PT_SYNC_BARRIER, 0, 0);
    for (int32_t i = 0; i < 3; i++)
        ask(&b, 100, i, PT_SYNC_BARRIER, 1, 0);
    ASSERT_INT(pt_barrier_expire(&b, 100 + 5 * PT_SECOND, &waited), 3);
    ASSERT_INT(waited, 15 * PT_SECOND);
    pt_barrier_fini(&b);
}

/* E13 (SPARK-40932). */
static void test_what_was_gathered_is_not_overwritten(void **state)
{
    struct pt_barrier b = {.width = 2};

    (void)state;
    meet(&b, 0, PT_SYNC_GATHER, 0, 40);
    ask(&b, 10, 1, PT_SYNC_BARRIER, 1, -1);
    ASSERT_INT(b.released[0], 40);
    ASSERT_INT(b.released[1], 41);
    ask(&b, 10, 0, PT_SYNC_BARRIER, 1, -2);
    ASSERT_INT(b.released[0], -2);
    ASSERT_INT(b.released[1], -1);
    pt_barrier_fini(&b);
}

/* 1.9: epoch != state epoch. */
static void test_a_late_request_fails_alone(void **state)
{
    struct pt_barrier b = {.width = 2};

    (void)state;
    meet(&b, 0, PT_SYNC_BARRIER, 0, 0);
    ask(&b, 10, 0, PT_SYNC_BARRIER, 1, 0);
    check_answer(ask(&b, 20, 1, PT_SYNC_BARRIER, 0, 0), PT_REPLY_LATE, 0, 0);
    check_answer(ask(&b, 20, 1, PT_SYNC_BARRIER, 2, 0), PT_REPLY_LATE, 0, 0);
    ASSERT_INT(b.waiting, 1);
    check_answer(ask(&b, 30, 1, PT_SYNC_BARRIER, 1, 0), PT_REPLY_RELEASE, 10,
                 20);
    pt_barrier_fini(&b);
}

/* 1.9: the kind is noted before the epoch is looked at. */
static void test_a_late_request_of_another_kind_poisons(void **state)
{
    struct pt_barrier b = {.width = 2};

    (void)state;
    meet(&b, 0, PT_SYNC_BARRIER, 0, 0);
    check_answer(ask(&b, 20, 1, PT_SYNC_GATHER, 0, 0), PT_REPLY_LATE, 0, 0);
    check_answer(ask(&b, 30, 0, PT_SYNC_BARRIER, 1, 0), PT_REPLY_MISMATCH, 0,
                 0);
    pt_barrier_fini(&b);
}

/* 1.9: numTasks differs from the state's. */
static void test_another_width_fails_alone(void **state)
{
    struct pt_barrier b = {.width = 2};
    struct pt_fact request = {.kind = PT_FACT_ENTERED, .width = 3};
    pt_time since, waited;

    (void)state;
    ask(&b, 0, 1, PT_SYNC_BARRIER, 0, 0);
    ASSERT_INT(pt_barrier_enter(&b, 5, &request, 0, &since, &waited),
               PT_REPLY_WIDTH);
    ASSERT_INT(b.waiting, 1);
    check_answer(ask(&b, 7, 0, PT_SYNC_BARRIER, 0, 0), PT_REPLY_RELEASE, 0, 7);
    pt_barrier_fini(&b);
}

static void test_a_member_that_leaves_waits_no_more(void **state)
{
    struct pt_barrier b = {.width = 3};

    (void)state;
    ASSERT_INT(pt_barrier_leave(&b, 0, 1), 0);
    ask(&b, 10, 0, PT_SYNC_BARRIER, 0, 0);
    ask(&b, 20, 1, PT_SYNC_BARRIER, 0, 0);
    ASSERT_INT(pt_barrier_leave(&b, 25, 2), 0);
    ASSERT_INT(pt_barrier_leave(&b, 25, 0), 15);
    ASSERT_INT(pt_barrier_leave(&b, 26, 0), 0);
    ASSERT_INT(b.waiting, 1);
    /* The epoch's first arrival was still the one that left. */
    check_answer(ask(&b, 30, 2, PT_SYNC_BARRIER, 0, 0), PT_REPLY_WAIT, 0, 0);
    check_answer(ask(&b, 40, 0, PT_SYNC_BARRIER, 0, 0), PT_REPLY_RELEASE, 10,
                 20 + 10);
    ask(&b, 50, 0, PT_SYNC_BARRIER, 1, 0);
    ASSERT_INT(pt_barrier_leave(&b, 60, 0), 10);
    ask(&b, 70, 1, PT_SYNC_BARRIER, 1, 0);
    ASSERT_INT(b.since, 70);
    pt_barrier_fini(&b);
}

static void test_a_gang_of_one_never_waits(void **state)
{
    struct pt_barrier b = {.width = 1};

    (void)state;
    for (int32_t epoch = 0; epoch < 3; epoch++)
        check_answer(ask(&b, 10 + epoch, 0, PT_SYNC_GATHER, epoch, epoch),
                     PT_REPLY_RELEASE, 10 + epoch, 0);
    pt_barrier_fini(&b);
}

/* A list of those who wait, in order of arrival. */
struct naive {
    int32_t width, epoch, n;
    struct {
        int32_t task;
        pt_time at;
        int64_t message;
    } list[WIDTH];
    bool kind[2];
};

static pt_time naive_clear(struct naive *m, pt_time now)
{
    pt_time sum = 0;

    for (int32_t i = 0; i < m->n; i++)
        sum += now - m->list[i].at;
    m->n = 0;
    return sum;
}

static struct answer naive_enter(struct naive *m, pt_time now,
                                 const struct pt_fact *request, int32_t task,
                                 int64_t *released)
{
    struct answer a = {.reply = PT_REPLY_WAIT};

    m->kind[request->sync] = true;
    if (m->kind[0] && m->kind[1]) {
        a.reply = PT_REPLY_MISMATCH;
        a.waited = naive_clear(m, now);
    } else if (request->width != m->width) {
        a.reply = PT_REPLY_WIDTH;
    } else if (request->epoch != m->epoch) {
        a.reply = PT_REPLY_LATE;
    } else {
        m->list[m->n].task = task;
        m->list[m->n].at = now;
        m->list[m->n].message = request->message;
        m->n++;
    }
    if (m->n < m->width)
        return a;
    for (int32_t i = 0; i < m->n; i++)
        released[m->list[i].task] = m->list[i].message;
    a.reply = PT_REPLY_RELEASE;
    a.since = m->list[0].at;
    a.waited = naive_clear(m, now);
    m->epoch++;
    m->kind[0] = m->kind[1] = false;
    return a;
}

static int32_t naive_find(const struct naive *m, int32_t task)
{
    for (int32_t i = 0; i < m->n; i++)
        if (m->list[i].task == task)
            return i;
    return -1;
}

static void storm(struct pt_random *r, int32_t width)
{
    struct pt_barrier b = {.width = width};
    struct naive m = {.width = width};
    int64_t released[WIDTH] = {0};
    bool same_since = true;
    pt_time now = 0;

    for (int i = 0; i < STEPS; i++) {
        now += pt_random_below(r, 4);
        int32_t task = (int32_t)pt_random_below(r, (uint32_t)width);
        int32_t at = naive_find(&m, task);
        uint32_t what = pt_random_below(r, 100);
        if (what < 3) {
            pt_time waited = -1;
            ASSERT_INT(pt_barrier_expire(&b, now, &waited), m.n);
            ASSERT_INT(waited, naive_clear(&m, now));
            m = (struct naive){.width = width};
        } else if (what < 8) {
            ASSERT_INT(pt_barrier_leave(&b, now, task),
                       at < 0 ? 0 : now - m.list[at].at);
            /* The list knows only who came first of those who are left. */
            same_since = same_since && at != 0;
            if (at >= 0) {
                m.n--;
                memmove(&m.list[at], &m.list[at + 1],
                        (size_t)(m.n - at) * sizeof m.list[0]);
            }
        } else if (at < 0) {
            struct pt_fact q = {
                .sync =
                    pt_random_below(r, 400) ? PT_SYNC_BARRIER : PT_SYNC_GATHER,
                .width = width + (pt_random_below(r, 20) == 0),
                .epoch = b.epoch - (pt_random_below(r, 20) == 0),
                .message = (int64_t)pt_random_u32(r)};
            struct answer x = naive_enter(&m, now, &q, task, released), y;
            y.reply = pt_barrier_enter(&b, now, &q, task, &y.since, &y.waited);
            check_answer(y, x.reply, same_since ? x.since : y.since, x.waited);
            for (int32_t k = 0; x.reply == PT_REPLY_RELEASE && k < width; k++)
                ASSERT_INT(b.released[k], released[k]);
        }
        same_since = same_since || m.n == 0;
        ASSERT_INT(b.waiting, m.n);
        ASSERT_INT(b.epoch, m.epoch);
    }
    pt_barrier_fini(&b);
}

static void test_it_agrees_with_a_list_of_who_waits(void **state)
{
    enum { SEED = 19 };
    struct pt_random r;

    (void)state;
    print_message("seed %d\n", SEED);
    for (int32_t width = 1; width <= WIDTH; width++) {
        pt_random_open(&r, SEED, 0, PT_PURPOSE_TEST, (uint64_t)width);
        storm(&r, width);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_last_member_releases_all),
        cmocka_unit_test(test_messages_are_ordered_by_task),
        cmocka_unit_test(test_mixed_kinds_fail_all_and_poison_the_attempt),
        cmocka_unit_test(test_epochs_follow_each_other_in_any_kind),
        cmocka_unit_test(
            test_a_timeout_fails_those_who_wait_and_drops_the_state),
        cmocka_unit_test(test_a_member_that_never_calls_lets_the_others_wait),
        cmocka_unit_test(test_a_skipped_call_shifts_the_epochs),
        cmocka_unit_test(test_what_was_gathered_is_not_overwritten),
        cmocka_unit_test(test_a_late_request_fails_alone),
        cmocka_unit_test(test_a_late_request_of_another_kind_poisons),
        cmocka_unit_test(test_another_width_fails_alone),
        cmocka_unit_test(test_a_member_that_leaves_waits_no_more),
        cmocka_unit_test(test_a_gang_of_one_never_waits),
        cmocka_unit_test(test_it_agrees_with_a_list_of_who_waits),
    };

    return cmocka_run_group_tests_name("barrier", tests, NULL, NULL) != 0;
}
