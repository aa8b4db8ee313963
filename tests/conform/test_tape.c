/* A tape fed to a fresh core: the same decisions by the same policy; by another
 * one, the first that two runs of their own differ in; and no harm done by a
 * tape that is damaged. */
#include "tests/conform/trial.h"
#include "tests/unit/check.h"

#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"

#define SEED   UINT64_C(60606)
#define ROUNDS 40 /* for each policy */
#define MOST   20

struct reel {
    const char *names[TRIAL_POLICIES];
    size_t n;
    struct trial_setup setup, other;
    bool overruns;
    char path[256];
    char what[400];
};

static void open_reel(struct reel *r)
{
    const char *root = getenv("TMPDIR");

    r->n = trial_policies(r->names);
    snprintf(r->path, sizeof r->path, "%s/protium-XXXXXX",
             root ? root : "/tmp");
    int fd = mkstemp(r->path);
    assert_true(fd >= 0);
    close(fd);
}

static void reel_print(void *context, const struct trial_job *jobs, int32_t n)
{
    const struct reel *r = context;

    if (r->what[0] == '\0') {
        trial_print(&r->setup, jobs, n);
        fprintf(stderr, "# fed to %s\n", r->other.policy);
    } else {
        fprintf(stderr, "%s\n\n", r->what);
    }
}

static int32_t reel_draw(void *context, uint64_t number, struct trial_job *jobs)
{
    static const char *const places[] = {"first", "best", "pack", "spread"};
    struct reel *r = context;
    uint64_t seed = SEED + number;

    r->what[0] = '\0';
    r->setup = (struct trial_setup){.policy = r->names[number % r->n],
                                    .nodes = 1 + trial_below(&seed, 5),
                                    .cores = 1 + trial_below(&seed, 4),
                                    .ties = (enum pt_ties)trial_below(&seed, 3),
                                    .place = places[trial_below(&seed, 4)],
                                    .named = trial_below(&seed, 4) == 0,
                                    .tape = r->path};
    if (r->overruns) {
        r->setup.limits = PT_LIMITS_KILL;
        r->setup.named = false;
    }
    struct trial_taste taste = {
        .most = MOST,
        .width = r->setup.nodes * r->setup.cores + (trial_below(&seed, 4) == 0),
        .users = 1 + trial_below(&seed, 4),
        .parallel = !r->overruns && trial_below(&seed, 3) == 0,
        .overrun = r->overruns};
    r->other = r->setup;
    r->other.policy = r->names[(size_t)trial_below(&seed, (int32_t)r->n)];
    r->other.tape = NULL;
    int32_t n = trial_draw(&seed, &taste, jobs);
    for (int32_t i = 0; i < n; i++)
        jobs[i].ragged = jobs[i].ragged && r->setup.ties == PT_TIES_INSTANT;
    return n;
}

static void check(struct reel *r,
                  bool (*fails)(void *context, const struct trial_job *jobs,
                                int32_t n))
{
    struct trial_check check = {.context = r,
                                .most = MOST,
                                .draw = reel_draw,
                                .fails = fails,
                                .print = reel_print};

    open_reel(r);
    print_message("seed %llu, %d policies\n", (unsigned long long)SEED,
                  (int)r->n);
    bool good = trial_check_all(&check, ROUNDS * r->n);
    unlink(r->path);
    assert_true(good);
}

/* --- the same policy --- */

static bool replay_fails(void *context, const struct trial_job *jobs, int32_t n)
{
    struct reel *r = context;
    struct pt_tape_result result;
    struct pt_err err = {.code = PT_ERR_NONE};
    struct trial trial;

    if (trial_run(&r->setup, jobs, n, &trial) < 0)
        abort();
    int64_t decisions = trial.counts.decisions;
    bool endless = trial.endless;
    trial_fini(&trial);
    if (trial_feed(&r->setup, r->path, false, &result, &err) < 0) {
        pt_err_print(&err, r->what, sizeof r->what);
        return true;
    }
    if (result.differs) {
        snprintf(r->what, sizeof r->what,
                 "line %lld: recorded %.150s; "
                 "decided %.150s",
                 (long long)result.line, result.recorded, result.decided);
        return true;
    }
    snprintf(r->what, sizeof r->what, "%lld decisions of %lld",
             (long long)result.decisions, (long long)decisions);
    return result.decisions != decisions && !endless;
}

static void test_a_fresh_core_decides_what_the_recorded_one_did(void **state)
{
    struct reel r = {.overruns = false};

    (void)state;
    check(&r, replay_fails);
}

static void test_kills_are_replayed(void **state)
{
    struct reel r = {.overruns = true};

    (void)state;
    check(&r, replay_fails);
}

/* --- another policy --- */

/* The events of one step: [from, until). */
struct frame {
    int32_t from, until;
};

/* The next step after *AT that something happened in; false: none. */
static bool next_frame(const struct trial *t, int32_t *at, struct frame *frame)
{
    if (*at == t->nevents)
        return false;
    frame->from = *at;
    while (*at < t->nevents &&
           t->events[*at].step == t->events[frame->from].step)
        ++*at;
    frame->until = *at;
    return true;
}

static bool decided_in(const struct trial *t, const struct frame *frame,
                       const struct trial_event *e)
{
    for (int32_t i = frame->from; i < frame->until; i++) {
        const struct trial_event *other = &t->events[i];
        if (other->kind == TRIAL_DECIDED && other->decision == e->decision &&
            other->job == e->job && other->task == e->task &&
            other->ntasks == e->ntasks)
            return true;
    }
    return false;
}

/* Whether all that was decided in A's frame was in B's. */
static bool all_decided_in(const struct trial *a, const struct frame *in_a,
                           const struct trial *b, const struct frame *in_b)
{
    for (int32_t i = in_a->from; i < in_a->until; i++)
        if (a->events[i].kind == TRIAL_DECIDED &&
            !decided_in(b, in_b, &a->events[i]))
            return false;
    return true;
}

/* The instant of the first decision that A and B differ in; PT_TIME_NEVER if
 * they do not.  *STEP is that of A, -1 if A has none at that instant. */
static pt_time first_difference(const struct trial *a, const struct trial *b,
                                int64_t *step)
{
    struct frame in_a, in_b;
    int32_t at_a = 0, at_b = 0;

    for (;;) {
        bool more_a = next_frame(a, &at_a, &in_a);
        bool more_b = next_frame(b, &at_b, &in_b);
        pt_time now_a = more_a ? a->events[in_a.from].at : PT_TIME_NEVER;
        pt_time now_b = more_b ? b->events[in_b.from].at : PT_TIME_NEVER;
        *step = now_a <= now_b && more_a ? a->events[in_a.from].step : -1;
        if (now_a != now_b)
            return now_a < now_b ? now_a : now_b;
        if (!more_a)
            return PT_TIME_NEVER;
        if (!all_decided_in(a, &in_a, b, &in_b) ||
            !all_decided_in(b, &in_b, a, &in_a))
            return now_a;
    }
}

static bool divergence_fails(void *context, const struct trial_job *jobs,
                             int32_t n)
{
    struct reel *r = context;
    struct pt_tape_result result;
    struct pt_err err = {.code = PT_ERR_NONE};
    struct trial a, b;
    int64_t step;

    if (trial_run(&r->setup, jobs, n, &a) < 0 ||
        trial_run(&r->other, jobs, n, &b) < 0)
        abort();
    pt_time expected = first_difference(&a, &b, &step);
    trial_fini(&a);
    trial_fini(&b);
    if (trial_feed(&r->other, r->path, true, &result, &err) < 0) {
        pt_err_print(&err, r->what, sizeof r->what);
        return true;
    }
    snprintf(r->what, sizeof r->what,
             "expected at %lld (line %lld), got %s at %lld (line %lld): "
             "recorded %.100s; decided %.100s",
             (long long)expected, (long long)step + 2,
             result.differs ? "a difference" : "none", (long long)result.at,
             (long long)result.line, result.recorded, result.decided);
    if (!result.differs)
        return expected != PT_TIME_NEVER;
    return result.at != expected || (step >= 0 && result.line != step + 2);
}

static void test_another_policy_differs_where_two_runs_do(void **state)
{
    struct reel r = {.overruns = false};

    (void)state;
    check(&r, divergence_fails);
}

/* --- damage --- */

/* A recording to damage: its lines are header, 0, 1, 2, 10, 12, 15. */
static char *record(const struct reel *r, struct trial_setup *setup)
{
    const struct trial_job jobs[] = {
        {.submit = 0, .length = 10, .limit = 12, .width = 2, .id = 1},
        {.submit = 1, .length = 5, .limit = 5, .width = 3, .id = 2},
        {.submit = 2, .length = 10, .limit = 10, .width = 1, .id = 3},
    };
    struct trial trial;

    *setup =
        (struct trial_setup){.policy = "easy", .nodes = 4, .tape = r->path};
    ASSERT_INT(trial_run(setup, jobs, 3, &trial), 0);
    trial_fini(&trial);
    FILE *file = fopen(r->path, "rb");
    assert_non_null(file);
    char *text = pt_alloc(1 << 16, 1);
    size_t n = fread(text, 1, (1 << 16) - 1, file);
    assert_true(n > 0);
    fclose(file);
    return text;
}

/* PATTERN with each @N turned into the handle of the attempt that was the N-th
 * to be made on the tape TEXT, from 1: which numbers there are is the core's.
 */
static void expand(char out[200], const char *text, const char *pattern)
{
    const char *first = strstr(text, "\"attempt\":");
    long base = strtol(first + strlen("\"attempt\":"), NULL, 10);
    size_t n = 0;

    for (; *pattern && n < 180; pattern++) {
        if (*pattern != '@') {
            out[n++] = *pattern;
            continue;
        }
        n += (size_t)snprintf(out + n, 200 - n, "%ld", base + *++pattern - '1');
    }
    out[n] = '\0';
}

/* The tape with FROM in line LINE turned into TO. */
static void damage(const struct reel *r, const char *text, int line,
                   const char *raw_from, const char *raw_to)
{
    char from[200], to[200];
    const char *at = text;

    expand(from, text, raw_from);
    expand(to, text, raw_to);
    FILE *file = fopen(r->path, "wb");

    assert_non_null(file);
    for (int i = 1; i < line; i++)
        at = strchr(at, '\n') + 1;
    const char *found = strstr(at, from);
    if (!found || found > strchr(at, '\n')) {
        print_error("no %s in line %d: %.400s\n", from, line, at);
        fail();
    }
    fwrite(text, 1, (size_t)(found - text), file);
    fputs(to, file);
    fputs(found + strlen(from), file);
    fclose(file);
}

static void test_a_decision_that_was_changed_is_a_difference(void **state)
{
    static const struct {
        int line;
        const char *from, *to;
    } changes[] = {
        {2, "\"start\":0", "\"start\":1"},
        {2, "\"tasks\":2,\"cause\"", "\"tasks\":1,\"cause\""},
        {2, "[0,2]", "[1,2]"},
        {2, "\"start\"", "\"hold\""},
        {4, "\"attempt\":@3", "\"attempt\":@2"},
        {3, "\"decisions\":[]", "\"decisions\":[{\"start\":1,\"attempt\":@2}]"},
    };
    struct reel r = {.overruns = false};
    struct trial_setup setup;
    struct pt_tape_result result;
    struct pt_err err = {.code = PT_ERR_NONE};

    (void)state;
    open_reel(&r);
    char *text = record(&r, &setup);
    ASSERT_INT(trial_feed(&setup, r.path, false, &result, &err), 0);
    assert_false(result.differs);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        damage(&r, text, changes[i].line, changes[i].from, changes[i].to);
        ASSERT_INT(trial_feed(&setup, r.path, false, &result, &err), 0);
        assert_true(result.differs);
        ASSERT_INT(result.line, changes[i].line);
        assert_true(result.recorded[0] && result.decided[0]);
    }
    pt_free(text);
    unlink(r.path);
}

/* Feeds the tape in a process of its own; 0: an error at LINE. */
static int feed_apart(const struct reel *r, const struct trial_setup *setup,
                      int line)
{
    struct pt_tape_result result;
    struct pt_err err = {.code = PT_ERR_NONE};
    int status = 0;

    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        trial_die_plainly();
        int failed = trial_feed(setup, r->path, false, &result, &err);
        if (failed == 0)
            fprintf(stderr, "no error\n");
        else if (err.line != line || err.code != PT_ERR_INPUT || !err.text[0])
            fprintf(stderr, "code %d, line %d: %s\n", (int)err.code, err.line,
                    err.text);
        exit(failed == 0 || err.line != line || err.code != PT_ERR_INPUT);
    }
    assert_true(child > 0 && waitpid(child, &status, 0) == child);
    return status;
}

struct damage {
    int line;
    const char *from, *to;
};

static void check_damages(const struct damage *damages, size_t n)
{
    struct reel r = {.overruns = false};
    struct trial_setup setup;
    int wrong = 0;

    open_reel(&r);
    char *text = record(&r, &setup);
    for (size_t i = 0; i < n; i++) {
        damage(&r, text, damages[i].line, damages[i].from, damages[i].to);
        if (feed_apart(&r, &setup, damages[i].line) == 0)
            continue;
        print_error("line %d: %s -> %s is not told\n", damages[i].line,
                    damages[i].from, damages[i].to);
        wrong++;
    }
    pt_free(text);
    unlink(r.path);
    ASSERT_INT(wrong, 0);
}

static void test_a_damaged_line_is_an_error_at_that_line(void **state)
{
    static const struct damage damages[] = {
        {1, "protium.tape/1", "protium.tape/9"},
        {1, "\"config\":{}", "\"config\":1"},
        {1, "{\"schema\"", "\"schema\""},
        {2, "\"t\":0,", ""},
        {2, "\"t\":0", "\"t\":\"0\""},
        {2, "\"facts\"", "\"fact\""},
        {2, "\"limit\":12", "\"limit\":0"},
        {2, "\"limit\":12,", ""},
        {2, "\"tasks\":2,\"mode\"", "\"mode\""},
        {2, "\"stages\":[", "\"stage\":["},
        {2, "\"user\"", "\"usr\""},
        {3, "\"decisions\"", "\"decision\""},
        {3, "\"t\":1", "\"t\":-1"},
        {3, ",\"decisions\":[]}", ""},
        {3, "{\"t\"", "x"},
        {4, "\"t\":2", "\"t\":1e300"},
        {5, "\"outcome\":\"success\"", "\"outcome\":\"well\""},
        {5, ",\"outcome\":\"success\"", ""},
        {5, "\"ended\":", "\"endet\":"},
        {5, "\"task\":-1", "\"task\":null"},
    };

    (void)state;
    check_damages(damages, sizeof damages / sizeof *damages);
}

/* What is well formed and yet cannot have happened. */
static void test_impossible_facts_are_an_error_at_their_line(void **state)
{
    static const struct damage damages[] = {
        {5, "\"ended\":@1", "\"ended\":@7"}, /* never started */
        {5, "\"ended\":@1", "\"ended\":@2"}, /* waits */
        {5, "\"ended\":@1", "\"ended\":99999"},
        {5, "\"success\"", "\"killed\""}, /* nobody was */
        {5, "\"task\":-1", "\"task\":5"}, /* of two */
        {3, "\"submitted\":1", "\"submitted\":0"},
        {2, "\"need\":[1000", "\"need\":[500"},
        {2, "\"need\":[1000", "\"need\":[0"},
        {2, "\"facts\":[", "\"facts\":[{\"down\":4},"},
    };

    (void)state;
    check_damages(damages, sizeof damages / sizeof *damages);
}

static void test_a_tape_that_is_not_there_or_empty_is_an_error(void **state)
{
    struct reel r = {.overruns = false};
    struct trial_setup setup = {.policy = "easy", .nodes = 4};
    struct pt_tape_result result;
    struct pt_err err = {.code = PT_ERR_NONE};

    (void)state;
    open_reel(&r);
    ASSERT_INT(trial_feed(&setup, r.path, false, &result, &err), -1);
    assert_true(err.code == PT_ERR_INPUT && err.text[0]);
    unlink(r.path);
    err = (struct pt_err){.code = PT_ERR_NONE};
    ASSERT_INT(trial_feed(&setup, r.path, false, &result, &err), -1);
    assert_true(err.code == PT_ERR_INPUT && err.text[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_fresh_core_decides_what_the_recorded_one_did),
        cmocka_unit_test(test_kills_are_replayed),
        cmocka_unit_test(test_another_policy_differs_where_two_runs_do),
        cmocka_unit_test(test_a_decision_that_was_changed_is_a_difference),
        cmocka_unit_test(test_a_damaged_line_is_an_error_at_that_line),
        cmocka_unit_test(test_impossible_facts_are_an_error_at_their_line),
        cmocka_unit_test(test_a_tape_that_is_not_there_or_empty_is_an_error),
    };

    return cmocka_run_group_tests_name("tape", tests, NULL, NULL) != 0;
}
