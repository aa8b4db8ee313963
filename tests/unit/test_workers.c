#include "tests/unit/check.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "base/alloc.h"
#include "base/random.h"
#include "experiments/workers.h"

#define BIG ((size_t)5 << 20)

/* What an item does is in the item: KIND in its top bits, the rest its number.
 */
enum kind { ECHO, ABORT, KILL, EXIT, LARGE, SLEEP, NOTHING, LIE, NKINDS };
#define NUMBER 1000000

static int64_t item_of(enum kind kind, int64_t number)
{
    return (int64_t)kind * NUMBER + number;
}

static char byte_of(size_t i)
{
    return (char)(i * 2654435761u >> 13);
}

static void fill_large(char **answer, size_t *n)
{
    *n = BIG;
    *answer = pt_alloc(BIG, 1);
    for (size_t i = 0; i < BIG; i++)
        (*answer)[i] = byte_of(i);
}

static void nap(long ms)
{
    struct timespec pause = {.tv_sec = ms / 1000,
                             .tv_nsec = ms % 1000 * 1000000};

    nanosleep(&pause, NULL);
}

static void work(void *context, int64_t item, char **answer, size_t *n)
{
    const int *mark = context;

    switch ((enum kind)(item / NUMBER)) {
    case ABORT:
        signal(SIGABRT, SIG_DFL);
        abort();
    case KILL:
        kill(getpid(), SIGKILL);
        break;
    case EXIT:
        _exit(3);
    case LARGE:
        fill_large(answer, n);
        return;
    case SLEEP:
        nap(1);
        break;
    case NOTHING:
        return;
    case ECHO:
    case LIE:
    case NKINDS:
        break;
    }
    *answer = pt_alloc(64, 1);
    *n = (size_t)snprintf(*answer, 64, "%lld of %d", (long long)item,
                          mark ? *mark : 0);
}

static struct pt_workers *make(int n)
{
    return pt_workers_new(&(struct pt_workers_config){.n = n, .work = work});
}

static void give(struct pt_workers *workers, int64_t item)
{
    struct pt_err err = {.line = 0};

    if (pt_workers_give(workers, item, &err) < 0)
        fail_msg("%s", err.text);
}

static struct pt_return take(struct pt_workers *workers)
{
    struct pt_err err = {.line = 0};
    struct pt_return answer;

    ASSERT_INT(pt_workers_take(workers, -1, &answer, &err), 1);
    return answer;
}

static void check_echo(const struct pt_return *answer)
{
    char text[64];
    int n = snprintf(text, sizeof text, "%lld of 0", (long long)answer->item);

    assert_false(answer->lost);
    ASSERT_INT(answer->n, n);
    assert_memory_equal(answer->answer, text, (size_t)n);
}

static void test_an_answer_comes_back_for_its_item(void **state)
{
    struct pt_workers *workers = make(2);
    struct pt_return answer;
    struct pt_err err = {.line = 0};

    (void)state;
    ASSERT_INT(pt_workers_take(workers, -1, &answer, &err), 0);
    for (int64_t i = 0; i < 100; i++) {
        assert_true(pt_workers_want(workers));
        give(workers, i);
        answer = take(workers);
        ASSERT_INT(answer.item, i);
        check_echo(&answer);
    }
    ASSERT_INT(pt_workers_take(workers, -1, &answer, &err), 0);
    give(workers, item_of(NOTHING, 1));
    answer = take(workers);
    assert_false(answer.lost);
    ASSERT_INT(answer.n, 0);
    pt_workers_free(workers);
    pt_workers_free(NULL);
}

static void test_workers_have_what_was_in_memory_and_share_nothing(void **state)
{
    int mark = 7;
    struct pt_workers *workers = pt_workers_new(
        &(struct pt_workers_config){.n = 1, .work = work, .context = &mark});

    (void)state;
    give(workers, 5);
    ASSERT_HAS(take(workers).answer, "5 of 7");
    mark = 8;
    give(workers, 6);
    ASSERT_HAS(take(workers).answer, "6 of 7");
    pt_workers_free(workers);
}

static void test_an_end_costs_the_item_at_hand_alone(void **state)
{
    static const struct {
        enum kind kind;
        int signal, status;
    } ends[] = {{ABORT, SIGABRT, 0}, {KILL, SIGKILL, 0}, {EXIT, 0, 3}};
    struct pt_workers *workers = make(1);

    (void)state;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        int64_t crash = item_of(ends[i].kind, (int64_t)i);

        give(workers, crash);
        give(workers, 40);
        struct pt_return answer = take(workers);
        ASSERT_INT(answer.item, crash);
        assert_true(answer.lost);
        assert_null(answer.answer);
        ASSERT_INT(answer.signal, ends[i].signal);
        ASSERT_INT(answer.status, ends[i].status);
        answer = take(workers);
        ASSERT_INT(answer.item, 40);
        check_echo(&answer);
    }
    pt_workers_free(workers);
}

static void check_large(const struct pt_return *answer)
{
    assert_false(answer->lost);
    ASSERT_INT(answer->n, BIG);
    for (size_t i = 0; i < BIG; i++)
        if (answer->answer[i] != byte_of(i))
            fail_msg("byte %zu differs", i);
}

static void test_large_answers_pass_and_hold_nobody_up(void **state)
{
    struct pt_workers *workers = make(3);
    int large = 0, small = 0;

    (void)state;
    for (int64_t i = 0; i < 3; i++) {
        give(workers, item_of(LARGE, i));
        give(workers, item_of(ECHO, i));
    }
    for (int i = 0; i < 6; i++) {
        struct pt_return answer = take(workers);

        if (answer.item / NUMBER == LARGE) {
            check_large(&answer);
            large++;
        } else {
            check_echo(&answer);
            small++;
        }
    }
    ASSERT_INT(large, 3);
    ASSERT_INT(small, 3);
    pt_workers_free(workers);
}

static void get_pid(void *context, int64_t item, char **answer, size_t *n)
{
    pid_t pid = getpid();

    (void)context;
    (void)item;
    *answer = pt_alloc(sizeof pid, 1);
    memcpy(*answer, &pid, sizeof pid);
    *n = sizeof pid;
}

static pid_t pid_in(const struct pt_return *answer)
{
    pid_t pid;

    assert_false(answer->lost);
    ASSERT_INT(answer->n, sizeof pid);
    memcpy(&pid, answer->answer, sizeof pid);
    return pid;
}

/* Whether PID is gone, or a zombie of ours, within a few seconds. */
static bool ends_soon(pid_t pid)
{
    for (int i = 0; i < 500; i++) {
        siginfo_t info = {.si_pid = 0};

        if (kill(pid, 0) != 0)
            return true;
        if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
            info.si_pid == pid)
            return true;
        nap(10);
    }
    return false;
}

static void test_a_worker_that_ended_idle_is_replaced(void **state)
{
    struct pt_workers *workers =
        pt_workers_new(&(struct pt_workers_config){.n = 1, .work = get_pid});
    pid_t first, second;

    (void)state;
    give(workers, 1);
    struct pt_return answer = take(workers);
    first = pid_in(&answer);
    kill(first, SIGKILL);
    assert_true(ends_soon(first));
    give(workers, 2);
    answer = take(workers);
    second = pid_in(&answer);
    assert_true(first != second);
    kill(second, SIGINT);
    kill(second, SIGTERM);
    give(workers, 3);
    answer = take(workers);
    ASSERT_INT(pid_in(&answer), second);
    pt_workers_free(workers);
}

static void test_each_item_is_done_once_whatever_crashes(void **state)
{
    enum { ITEMS = 200 };
    const char *text = getenv("PROTIUM_SEED");
    uint64_t seed =
        text ? (uint64_t)strtoull(text, NULL, 10) : (uint64_t)getpid();
    struct pt_workers *workers = make(4);
    struct pt_random random;
    int seen[ITEMS] = {0};
    int64_t items[ITEMS];
    int given = 0, done = 0;

    (void)state;
    print_message("PROTIUM_SEED=%llu\n", (unsigned long long)seed);
    pt_random_open(&random, seed, 0, PT_PURPOSE_TEST, 1);
    for (int i = 0; i < ITEMS; i++) {
        uint32_t what = pt_random_below(&random, 12);

        items[i] = item_of(what == 0   ? ABORT
                           : what == 1 ? KILL
                           : what == 2 ? EXIT
                           : what == 3 ? SLEEP
                                       : ECHO,
                           i);
    }
    while (done < ITEMS) {
        if (given < ITEMS && pt_workers_want(workers)) {
            give(workers, items[given++]);
            continue;
        }
        struct pt_return answer = take(workers);
        int kind = (int)(answer.item / NUMBER);
        bool crashes = kind == ABORT || kind == KILL || kind == EXIT;

        seen[answer.item % NUMBER]++;
        ASSERT_INT(answer.lost, crashes);
        if (!crashes)
            check_echo(&answer);
        done++;
    }
    for (int i = 0; i < ITEMS; i++)
        ASSERT_INT(seen[i], 1);
    pt_workers_free(workers);
}

/* A worker whose memory is broken may write anything to its parent.  KNOWN
 * [64]: the descriptors that were open before. */
static void lie(void *context, int64_t item, char **answer, size_t *n)
{
    static const int64_t nonsense[] = {-77, INT64_MAX};
    const bool *known = context;

    for (int fd = 3; fd < 64 && item / NUMBER == LIE; fd++)
        if (!known[fd] && write(fd, nonsense, sizeof nonsense) < 0)
            errno = 0;
    work(NULL, item % NUMBER, answer, n);
}

static void test_nonsense_from_a_worker_costs_its_item(void **state)
{
    bool known[64];
    struct pt_workers *workers = pt_workers_new(
        &(struct pt_workers_config){.n = 1, .work = lie, .context = known});

    (void)state;
    for (int fd = 0; fd < 64; fd++)
        known[fd] = fcntl(fd, F_GETFD) != -1;
    give(workers, item_of(LIE, 4));
    give(workers, 5);
    struct pt_return answer = take(workers);
    assert_true(answer.lost);
    ASSERT_INT(answer.item, item_of(LIE, 4));
    answer = take(workers);
    check_echo(&answer);
    pt_workers_free(workers);
}

/* Works until a byte comes. */
static void wait_for_byte(void *context, int64_t item, char **answer, size_t *n)
{
    const int *ends = context;
    char byte;

    (void)item;
    (void)answer;
    (void)n;
    if (read(ends[0], &byte, 1) != 1)
        _exit(1);
}

static void test_waiting_ends_when_the_time_is_up(void **state)
{
    int ends[2];
    struct pt_workers *workers = pt_workers_new(&(struct pt_workers_config){
        .n = 1, .work = wait_for_byte, .context = ends});
    struct pt_err err = {.line = 0};
    struct pt_return answer;

    (void)state;
    ASSERT_INT(pipe(ends), 0);
    give(workers, 9);
    ASSERT_INT(pt_workers_take(workers, 0, &answer, &err), 0);
    ASSERT_INT(pt_workers_take(workers, 5, &answer, &err), 0);
    ASSERT_INT(write(ends[1], "x", 1), 1);
    answer = take(workers);
    ASSERT_INT(answer.item, 9);
    assert_false(answer.lost);
    pt_workers_free(workers);
    close(ends[0]);
    close(ends[1]);
}

static void on_alarm(int signal)
{
    (void)signal;
}

static void test_a_signal_ends_the_waiting(void **state)
{
    int ends[2];
    struct pt_workers *workers = pt_workers_new(&(struct pt_workers_config){
        .n = 1, .work = wait_for_byte, .context = ends});
    struct pt_err err = {.line = 0};
    struct pt_return answer;
    struct sigaction action = {.sa_handler = on_alarm}, was;
    struct itimerval soon = {.it_value = {.tv_usec = 2000},
                             .it_interval = {.tv_usec = 2000}};

    (void)state;
    ASSERT_INT(pipe(ends), 0);
    sigemptyset(&action.sa_mask);
    sigaction(SIGALRM, &action, &was);
    give(workers, 9);
    setitimer(ITIMER_REAL, &soon, NULL);
    ASSERT_INT(pt_workers_take(workers, -1, &answer, &err), 0);
    soon = (struct itimerval){.it_value = {.tv_usec = 0}};
    setitimer(ITIMER_REAL, &soon, NULL);
    sigaction(SIGALRM, &was, NULL);
    ASSERT_INT(write(ends[1], "x", 1), 1);
    ASSERT_INT(take(workers).item, 9);
    pt_workers_free(workers);
    close(ends[0]);
    close(ends[1]);
}

static void
test_items_are_given_ahead_only_once_they_are_known_short(void **state)
{
    struct pt_workers *workers = make(2);

    (void)state;
    give(workers, 1);
    assert_true(pt_workers_want(workers));
    give(workers, 2);
    assert_false(pt_workers_want(workers));
    take(workers);
    assert_true(pt_workers_want(workers));
    take(workers);
    pt_workers_free(workers);
}

/* A parent that is killed takes its workers along: asked through a pipe whose
 * other end they alone hold. */
static void test_workers_end_with_their_parent(void **state)
{
    int ends[2];
    char byte;

    (void)state;
    ASSERT_INT(pipe(ends), 0);
    fflush(NULL);
    pid_t parent = fork();
    assert_true(parent >= 0);
    if (parent == 0) {
        struct pt_workers *workers = make(2);

        close(ends[0]);
        for (int64_t i = 0; i < 2; i++)
            give(workers, item_of(ECHO, i));
        for (int64_t i = 0; i < 2; i++)
            take(workers);
        for (int64_t i = 0; i < 2; i++)
            give(workers, item_of(LARGE, i));
        if (write(ends[1], "x", 1) == 1)
            pause();
        _exit(1);
    }
    close(ends[1]);
    ASSERT_INT(read(ends[0], &byte, 1), 1);
    kill(parent, SIGKILL);
    waitpid(parent, NULL, 0);
    ASSERT_INT(read(ends[0], &byte, 1), 0);
    close(ends[0]);
}

static void
test_nothing_is_printed_twice_and_no_descriptor_is_left(void **state)
{
    char name[] = "/tmp/protium-XXXXXX", text[64];
    int fd = mkstemp(name);
    FILE *file = fdopen(fd, "w+");
    int before = dup(0), after;

    (void)state;
    assert_non_null(file);
    close(before);
    fputs("once", file);
    struct pt_workers *workers = make(4);
    for (int64_t i = 0; i < 4; i++)
        give(workers, i);
    for (int64_t i = 0; i < 4; i++)
        take(workers);
    pt_workers_free(workers);
    rewind(file);
    assert_non_null(fgets(text, sizeof text, file));
    ASSERT_TEXT(text, "once");
    fclose(file);
    unlink(name);
    after = dup(0);
    close(after);
    assert_true(after <= before);
    ASSERT_INT(waitpid(-1, NULL, WNOHANG), -1);
    ASSERT_INT(errno, ECHILD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_answer_comes_back_for_its_item),
        cmocka_unit_test(
            test_workers_have_what_was_in_memory_and_share_nothing),
        cmocka_unit_test(test_an_end_costs_the_item_at_hand_alone),
        cmocka_unit_test(test_large_answers_pass_and_hold_nobody_up),
        cmocka_unit_test(test_a_worker_that_ended_idle_is_replaced),
        cmocka_unit_test(test_each_item_is_done_once_whatever_crashes),
        cmocka_unit_test(test_nonsense_from_a_worker_costs_its_item),
        cmocka_unit_test(test_waiting_ends_when_the_time_is_up),
        cmocka_unit_test(test_a_signal_ends_the_waiting),
        cmocka_unit_test(
            test_items_are_given_ahead_only_once_they_are_known_short),
        cmocka_unit_test(test_workers_end_with_their_parent),
        cmocka_unit_test(
            test_nothing_is_printed_twice_and_no_descriptor_is_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
