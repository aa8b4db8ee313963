/* Every sample pipeline, replayed under rules that make use of all facts: its
 * tape is fed to a fresh core, which decides the same; its books balance. */
#include "tests/unit/check.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tool/verb.h"

#define SAMPLES "traces/samples"

static const struct {
    const char *policy;
    const char *const set[6];
} trials[] = {
    {"easy", {NULL}},
    {"spark",
     {"rounds=spark", "barriers=each", "holes=as-spark", "fault=chance:p=0.1",
      "outputs=local", NULL}},
    {"spark",
     {"speculation=on", "straggler=pareto", "fault=chance:p=0.1", "exclude=on",
      NULL}},
    {"fifo:order=fair,hold_timeout=60s",
     {"barriers=each", "straggler=exponential", "sync_timeout=30s",
      "fault=exponential:mtbf=600s", NULL}},
};

enum { TRIALS = sizeof trials / sizeof *trials };

/* Runs VERB with ARGV [N] and its results thrown away. */
static int run_quietly(const struct pt_verb *verb, char **argv, int n,
                       struct pt_err *err)
{
    const struct pt_tool tool = {.progress = false};
    int out = dup(1), log = dup(2), nowhere = open("/dev/null", O_WRONLY);

    assert_true(out >= 0 && log >= 0 && nowhere >= 0);
    fflush(NULL);
    dup2(nowhere, 1);
    dup2(nowhere, 2);
    int status = verb->run(&tool, n, argv, err);
    fflush(NULL);
    dup2(out, 1);
    dup2(log, 2);
    close(out);
    close(log);
    close(nowhere);
    return status;
}

/* Replays SAMPLE into FOLDER, then feeds its tape to a fresh core.  Returns
 * whether that went well. */
static bool try_sample(const char *sample, int trial, char *folder)
{
    char replay[] = "replay", keep[] = "--tape", into[] = "--out";
    char with[] = "--policy", set[] = "--set", feed[] = "tape";
    char policy[80], tape[300];
    char *argv[24] = {
        replay, (char *)(uintptr_t)sample, keep, into, folder, with, policy};
    char *again[] = {feed, tape};
    struct pt_err err = {.code = PT_ERR_NONE};
    char text[800];
    int n = 7;

    snprintf(policy, sizeof policy, "x=%s", trials[trial].policy);
    snprintf(tape, sizeof tape, "%s/runs/x/tape.jsonl", folder);
    for (int i = 0; trials[trial].set[i]; i++) {
        argv[n++] = set;
        argv[n++] = (char *)(uintptr_t)trials[trial].set[i];
    }
    if (run_quietly(&pt_verb_replay, argv, n, &err) == 0 &&
        run_quietly(&pt_verb_tape, again, 2, &err) == 0)
        return true;
    pt_err_print(&err, text, sizeof text);
    print_error("%s, trial %d: %s\n", sample, trial, text);
    return false;
}

static void remove_run(const char *folder)
{
    static const char *const names[] = {"runs/x/jobs.csv",
                                        "runs/x/ledger.csv",
                                        "runs/x/timeline.csv",
                                        "runs/x/stages.csv",
                                        "runs/x/tape.jsonl",
                                        "runs/x/run.json",
                                        "runs/x",
                                        "runs",
                                        "study.json",
                                        "summary.csv",
                                        "."};
    char path[300];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        if (i + 1 == sizeof names / sizeof *names)
            path[strlen(folder)] = '\0';
        remove(path);
    }
}

static void test_the_tape_of_every_sample_plays_again(void **state)
{
    const char *root = getenv("TMPDIR");
    DIR *dir = opendir(SAMPLES);
    int samples = 0, wrong = 0;

    (void)state;
    assert_non_null(dir);
    for (struct dirent *e = readdir(dir); e; e = readdir(dir)) {
        size_t length = strlen(e->d_name);
        char sample[300], folder[200];

        if (length < 5 || strcmp(e->d_name + length - 5, ".json") != 0)
            continue;
        snprintf(sample, sizeof sample, SAMPLES "/%s", e->d_name);
        samples++;
        for (int i = 0; i < TRIALS; i++) {
            snprintf(folder, sizeof folder, "%s/protium-XXXXXX",
                     root ? root : "/tmp");
            assert_non_null(mkdtemp(folder));
            wrong += !try_sample(sample, i, folder);
            remove_run(folder);
        }
    }
    closedir(dir);
    print_message("%d samples\n", samples);
    assert_true(samples >= 12);
    ASSERT_INT(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_tape_of_every_sample_plays_again),
    };

    return cmocka_run_group_tests_name("pipeline tapes", tests, NULL, NULL) !=
           0;
}
