#include <sys/wait.h>
#include "experiments/lock.h"
#include "experiments/workers.h"
#include "tests/unit/results_folder.h"
#include <fcntl.h>
#include <signal.h>
#include <time.h>

static int take(const struct place *place, struct pt_err *err)
{
    *err = (struct pt_err){.line = 0};
    return pt_lock_take(place->dir, 0, err);
}

static void test_a_folder_has_one_holder(void **state)
{
    struct place place;
    struct pt_err err;
    char wanted[128];

    (void)state;
    make_place(&place);
    int lock = take(&place, &err);
    assert_true(lock >= 0);
    assert_true(fcntl(lock, F_GETFD) & FD_CLOEXEC);
    ASSERT_INT(take(&place, &err), -1);
    ASSERT_INT(err.code, PT_ERR_USAGE);
    ASSERT_TEXT(err.file, place.dir);
    snprintf(wanted, sizeof wanted,
             "process %lld is at work there (wait for it, or choose another "
             "--out)",
             (long long)getpid());
    ASSERT_TEXT(err.text, wanted);
    pt_lock_drop(place.dir, lock);
    assert_false(is_there(&place, ".lock"));
    lock = take(&place, &err);
    assert_true(lock >= 0);
    pt_lock_drop(place.dir, lock);
    pt_lock_drop(place.dir, -1);
    ASSERT_INT(rmdir(place.dir), 0);
}

static void test_a_file_that_was_left_holds_nobody_up(void **state)
{
    struct place place;
    struct pt_err err;

    (void)state;
    make_place(&place);
    put(&place, ".lock", "123456789012345678901234567890 is no number\n");
    int lock = take(&place, &err);
    assert_true(lock >= 0);
    put(&place, ".lock", "nonsense");
    ASSERT_INT(take(&place, &err), -1);
    ASSERT_HAS(err.text, "another process is at work there");
    pt_lock_drop(place.dir, lock);
    remove_all(place.dir);
}

static void test_a_folder_that_cannot_be_written_is_told(void **state)
{
    struct place place;
    struct pt_err err;

    (void)state;
    make_place(&place);
    remove_all(place.dir);
    ASSERT_INT(take(&place, &err), -1);
    ASSERT_INT(err.code, PT_ERR_INTERNAL);
    ASSERT_HAS(err.text, "cannot be locked: No such file");
}

static void sleep_on(void *context, int64_t item, char **answer, size_t *n)
{
    (void)context;
    (void)item;
    (void)answer;
    (void)n;
    for (;;)
        pause();
}

/* Takes the lock and makes a worker, says so, and waits to be killed. */
static void hold(const struct place *place, int told)
{
    struct pt_err err;
    struct pt_workers *workers =
        pt_workers_new(&(struct pt_workers_config){.n = 1, .work = sleep_on});

    if (take(place, &err) < 0 || pt_workers_give(workers, 1, &err) < 0 ||
        write(told, "x", 1) != 1)
        _exit(1);
    for (;;)
        pause();
}

static void test_a_killed_holder_leaves_the_lock_to_be_had(void **state)
{
    struct place place;
    struct pt_err err = {.line = 0};
    int ends[2];
    char byte;

    (void)state;
    make_place(&place);
    ASSERT_INT(pipe(ends), 0);
    fflush(NULL);
    pid_t holder = fork();
    assert_true(holder >= 0);
    if (holder == 0)
        hold(&place, ends[1]);
    close(ends[1]);
    ASSERT_INT(read(ends[0], &byte, 1), 1);
    ASSERT_INT(take(&place, &err), -1);
    kill(holder, SIGKILL);
    waitpid(holder, NULL, 0);
    /* Its worker may live a moment longer: that is what patience is for. */
    err = (struct pt_err){.line = 0};
    int lock = pt_lock_take(place.dir, 10000, &err);
    assert_true(lock >= 0);
    ASSERT_INT(read(ends[0], &byte, 1), 0);
    close(ends[0]);
    pt_lock_drop(place.dir, lock);
    remove_all(place.dir);
}

/* An orphan, as a worker is where it does not end with its parent. */
static void test_what_a_holder_made_holds_the_lock_too(void **state)
{
    struct place place;
    struct pt_err err;
    int ready[2], stop[2];
    char byte;

    (void)state;
    make_place(&place);
    ASSERT_INT(pipe(ready), 0);
    ASSERT_INT(pipe(stop), 0);
    fflush(NULL);
    pid_t holder = fork();
    assert_true(holder >= 0);
    if (holder == 0) {
        if (take(&place, &err) < 0)
            _exit(1);
        if (fork() == 0) {
            close(stop[1]);
            if (write(ready[1], "x", 1) == 1 && read(stop[0], &byte, 1) >= 0)
                _exit(0);
        }
        _exit(0);
    }
    close(stop[0]);
    close(ready[1]);
    waitpid(holder, NULL, 0);
    ASSERT_INT(read(ready[0], &byte, 1), 1);
    ASSERT_INT(take(&place, &err), -1);
    ASSERT_INT(err.code, PT_ERR_USAGE);
    close(stop[1]);
    err = (struct pt_err){.line = 0};
    int lock = pt_lock_take(place.dir, 10000, &err);
    assert_true(lock >= 0);
    pt_lock_drop(place.dir, lock);
    close(ready[0]);
    remove_all(place.dir);
}

/* Many at once: the file comes and goes, and nobody is let in beside another.
 * Each holder adds to a number in a file, with a pause between. */
static void add_one(const struct place *place)
{
    struct timespec breath = {.tv_nsec = 100000};

    for (int i = 0; i < 20; i++) {
        struct pt_err err = {.line = 0};
        int lock = pt_lock_take(place->dir, 60000, &err);
        char text[32];

        if (lock < 0)
            _exit(1);
        char *was = get(place, "number");
        snprintf(text, sizeof text, "%d", atoi(was) + 1);
        nanosleep(&breath, NULL);
        put(place, "number", text);
        pt_free(was);
        pt_lock_drop(place->dir, lock);
    }
    _exit(0);
}

static void test_nobody_is_let_in_beside_another(void **state)
{
    struct place place;
    int status;

    (void)state;
    make_place(&place);
    put(&place, "number", "0");
    fflush(NULL);
    for (int i = 0; i < 4; i++)
        if (fork() == 0)
            add_one(&place);
    for (int i = 0; i < 4; i++) {
        assert_true(wait(&status) > 0);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    char *sum = get(&place, "number");
    ASSERT_TEXT(sum, "80");
    pt_free(sum);
    remove_all(place.dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_folder_has_one_holder),
        cmocka_unit_test(test_a_file_that_was_left_holds_nobody_up),
        cmocka_unit_test(test_a_folder_that_cannot_be_written_is_told),
        cmocka_unit_test(test_a_killed_holder_leaves_the_lock_to_be_had),
        cmocka_unit_test(test_what_a_holder_made_holds_the_lock_too),
        cmocka_unit_test(test_nobody_is_let_in_beside_another),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
