#include "tests/conform/trial.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/assert.h"

void trial_die_plainly(void)
{
    static const int signals[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV};

    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        signal(signals[i], SIG_DFL);
}

/* The exit status of a child that runs RUN, which ends it. */
static int run_apart(const struct trial_check *check,
                     void (*run)(const struct trial_check *check, void *what),
                     void *what)
{
    int status = 0;

    fflush(NULL);
    pid_t child = fork();
    pt_assert(child >= 0);
    if (child == 0) {
        trial_die_plainly();
        run(check, what);
        exit(0);
    }
    pid_t ended = waitpid(child, &status, 0);
    pt_assert(ended == child);
    return status;
}

struct workload {
    struct trial_job *jobs;
    int32_t n;
    bool loud;
};

static void run_one(const struct trial_check *check, void *what)
{
    const struct workload *w = what;

    if (!w->loud)
        dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
    bool failed = check->fails(check->context, w->jobs, w->n);
    if (w->loud)
        check->print(check->context, w->jobs, w->n);
    exit(failed);
}

/* Leaves out each CHUNK jobs in turn; whether one could be left out. */
static bool leave_out(const struct trial_check *check, struct workload *w,
                      int32_t chunk, struct trial_job *fewer)
{
    for (int32_t at = 0; at < w->n; at += chunk) {
        struct workload left = {.jobs = fewer};
        for (int32_t i = 0; i < w->n; i++)
            if (i < at || i >= at + chunk)
                fewer[left.n++] = w->jobs[i];
        if (left.n == 0 || run_apart(check, run_one, &left) == 0)
            continue;
        memcpy(w->jobs, fewer, (size_t)left.n * sizeof *fewer);
        w->n = left.n;
        return true;
    }
    return false;
}

static void shrink(const struct trial_check *check, struct workload *w)
{
    struct trial_job *fewer = pt_alloc((size_t)check->most + 1, sizeof *fewer);

    for (int32_t chunk = (w->n + 1) / 2; chunk > 0;)
        if (!leave_out(check, w, chunk, fewer))
            chunk = chunk > 1 ? (chunk + 1) / 2 : 0;
    pt_free(fewer);
}

struct cases {
    uint64_t n;
    int file;
};

/* Tells each case's number to the file before it runs it. */
static void run_cases(const struct trial_check *check, void *what)
{
    const struct cases *cases = what;
    struct trial_job *jobs = pt_alloc((size_t)check->most + 1, sizeof *jobs);
    bool failed = false;

    for (uint64_t k = 0; k < cases->n && !failed; k++) {
        ssize_t wrote = pwrite(cases->file, &k, sizeof k, 0);
        pt_assert(wrote == sizeof k);
        int32_t n = check->draw(check->context, k, jobs);
        failed = check->fails(check->context, jobs, n);
    }
    pt_free(jobs);
    exit(failed);
}

static void report(const struct trial_check *check, uint64_t number)
{
    struct workload w = {.jobs =
                             pt_alloc((size_t)check->most + 1, sizeof *w.jobs)};

    w.n = check->draw(check->context, number, w.jobs);
    shrink(check, &w);
    fprintf(stderr, "case %" PRIu64 ", shrunk:\n", number);
    check->print(check->context, w.jobs, w.n);
    w.loud = true;
    run_apart(check, run_one, &w);
    pt_free(w.jobs);
}

bool trial_check_all(const struct trial_check *check, uint64_t ncases)
{
    FILE *file = tmpfile();
    pt_assert(file);
    struct cases cases = {.n = ncases, .file = fileno(file)};
    int status = run_apart(check, run_cases, &cases);

    if (status != 0) {
        uint64_t number = 0;
        ssize_t got = pread(cases.file, &number, sizeof number, 0);
        pt_assert(got == sizeof number);
        report(check, number);
    }
    fclose(file);
    return status == 0;
}
