/* Whole traces against published schedules and figures.
 *
 * Every row of the golden schedules, by the public output jobs.csv; and the
 * means and maxima that others printed, to the last decimal. */
#include "tests/unit/check.h"

#include <dirent.h>
#include <inttypes.h>
#include <unistd.h>
#include <zlib.h>

#include "run.h"
#include "ask/policy_text.h"
#include "traces/swf.h"

/* --- running --- */

/* What distinguishes one run; the rest is default. */
struct order {
    const char *trace; /* below ../shared */
    const char *policy;
    const char *ties;
    bool strict;
    int64_t nodes; /* 0: the header's */
};

static void set(struct pt_settings *settings, const char *key,
                const char *value)
{
    struct pt_err err = {.code = PT_ERR_NONE};

    ASSERT_INT(
        pt_param_set(pt_settings_params, settings, "set", key, value, &err), 0);
}

/* Runs ORDER; DIR may be NULL.  Fills REPORT, the caller's to end. */
static void carry_out(const struct order *order, const char *dir,
                      struct pt_report *report)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_choices choices = {.n = 0};
    struct pt_run run = {.source = &pt_source_swf,
                         .nodes = order->nodes,
                         .cores = order->nodes > 0 ? 1 : 0,
                         .dir = dir};
    char path[512], text[1024];

    run.path = shared_path_or_skip(path, sizeof path, order->trace);
    ASSERT_INT(pt_choices_add(&choices, order->policy, &err), 0);
    run.policy = choices.items[0].policy;
    run.policy_state = choices.items[0].state;
    run.policy_text = choices.items[0].text;
    run.label = choices.items[0].label;
    pt_param_defaults(pt_settings_params, &run.settings);
    set(&run.settings, "ties", order->ties);
    set(&run.settings, "clean", order->strict ? "strict" : "none");
    if (pt_run_go(&run, report, &err) < 0) {
        pt_err_print(&err, text, sizeof text);
        print_error("%s\n", text);
        fail();
    }
    report->run = NULL;
    pt_choices_fini(&choices);
}

/* --- schedules --- */

struct row {
    int64_t submit, start, end; /* seconds */
    bool there;
};

struct schedule {
    struct row *rows; /* [n] by job id */
    int64_t n, jobs;
};

static void add_row(struct schedule *s, int64_t id, struct row row)
{
    if (id >= s->n) {
        int64_t n = 2 * id + 1024;
        s->rows = realloc(s->rows, (size_t)n * sizeof *s->rows);
        assert_non_null(s->rows);
        memset(s->rows + s->n, 0, (size_t)(n - s->n) * sizeof *s->rows);
        s->n = n;
    }
    assert_true(id >= 0 && !s->rows[id].there);
    row.there = true;
    s->rows[id] = row;
    s->jobs++;
}

/* The number of the column called NAME in HEADER. */
static int column_of(const char *header, const char *name)
{
    size_t length = strlen(name);
    int n = 0;

    for (const char *at = header;; n++) {
        size_t width = strcspn(at, ",\n");
        if (width == length && memcmp(at, name, length) == 0)
            return n;
        if (at[width] != ',') {
            print_error("no column %s\n", name);
            fail();
        }
        at += width + 1;
    }
}

/* The integer in column N of LINE. */
static int64_t field_of(const char *line, int n)
{
    char *rest;

    while (n-- > 0)
        line = strchr(line, ',') + 1;
    int64_t value = strtoll(line, &rest, 10);
    assert_true(rest != line && (*rest == ',' || *rest == '\n'));
    return value;
}

/* Reads a CSV, compressed or not, of which ID, SUBMIT, START and END are the
 * columns; END that begins with '+' is a run time. */
static struct schedule read_schedule(const char *path, const char *id,
                                     const char *submit, const char *start,
                                     const char *end)
{
    gzFile file = gzopen(path, "rb");
    struct schedule s = {.n = 0};
    char line[1024];
    int columns[4];

    assert_non_null(file);
    assert_non_null(gzgets(file, line, sizeof line));
    columns[0] = column_of(line, id);
    columns[1] = column_of(line, submit);
    columns[2] = column_of(line, start);
    columns[3] = column_of(line, end + (end[0] == '+'));
    while (gzgets(file, line, sizeof line)) {
        struct row row = {.submit = field_of(line, columns[1]),
                          .start = field_of(line, columns[2]),
                          .end = field_of(line, columns[3])};
        if (end[0] == '+')
            row.end += row.start;
        add_row(&s, field_of(line, columns[0]), row);
    }
    gzclose(file);
    return s;
}

static bool same(const struct row *a, const struct row *b)
{
    return a->there == b->there && a->submit == b->submit &&
           a->start == b->start && a->end == b->end;
}

static int64_t count_different(const struct schedule *a,
                               const struct schedule *b)
{
    const struct row none = {.there = false};
    int64_t n = a->n > b->n ? a->n : b->n, different = 0;

    for (int64_t id = 0; id < n; id++)
        different += !same(id < a->n ? &a->rows[id] : &none,
                           id < b->n ? &b->rows[id] : &none);
    return different;
}

static void remove_folder(const char *dir)
{
    DIR *open = opendir(dir);
    char path[1024];

    assert_non_null(open);
    for (struct dirent *e = readdir(open); e; e = readdir(open)) {
        snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        if (e->d_name[0] != '.')
            unlink(path);
    }
    closedir(open);
    rmdir(dir);
}

/* What the program writes to jobs.csv under ORDER. */
static struct schedule schedule_of(const struct order *order)
{
    const char *root = getenv("TMPDIR");
    struct pt_report report;
    char dir[256], path[300];

    snprintf(dir, sizeof dir, "%s/protium-XXXXXX", root ? root : "/tmp");
    assert_non_null(mkdtemp(dir));
    carry_out(order, dir, &report);
    snprintf(path, sizeof path, "%s/jobs.csv", dir);
    struct schedule s = read_schedule(path, "job_id", "submission_time",
                                      "starting_time", "finish_time");
    ASSERT_INT(s.jobs, report.summary.jobs);
    pt_report_fini(&report);
    remove_folder(dir);
    return s;
}

/* How many rows of ORDER's schedule differ from those of the oracle NAME. */
static int64_t compare(const struct order *order, const char *name,
                       const char *id, const char *end)
{
    char path[512];

    shared_path_or_skip(path, sizeof path, name);
    struct schedule got = schedule_of(order);
    struct schedule golden = read_schedule(path, id, "submit", "start", end);
    int64_t different = count_different(&got, &golden);
    print_message("%s: %" PRId64 " of %" PRId64 " rows differ\n", name,
                  different, golden.jobs);
    free(got.rows);
    free(golden.rows);
    return different;
}

/* --- the golden schedules --- */

#define REPLAN "backfill:depth=all,promises=replan"

/* What each suffix of a golden file is called by us. */
static const struct {
    const char *suffix, *policy, *ties;
    bool tie_free;  /* of the log without ties */
    bool with_ties; /* of those with */
} goldens[] = {
    {"fcfs", "fcfs", "instant", true, true},
    {"fcfs", "fcfs", "pyss", true, true},
    {"easy", "easy", "instant", true, false},
    {"easy", "easy", "pyss", true, false},
    {"easy.batch", "easy", "instant", false, true},
    {"easy.finishfirst", "easy", "event", false, true},
    {"easy.pyss", "easy", "pyss", false, true},
    {"cons_compress", "conservative", "instant", true, false},
    {"cons_compress", "conservative", "event", true, false},
    {"cons_compress.batch", "conservative", "instant", false, true},
    {"cons_compress.pyss", "conservative", "pyss", false, true},
    {"cons_replan", REPLAN, "instant", true, false},
    {"cons_replan.batch", REPLAN, "instant", false, true},
    {"cons_replan.finishfirst", REPLAN, "event", false, true},
};

static void check_goldens(const char *log, bool tie_free)
{
    char trace[64], name[64];
    int64_t different = 0;

    snprintf(trace, sizeof trace, "oracles/%s.swf.gz", log);
    for (size_t i = 0; i < sizeof goldens / sizeof *goldens; i++) {
        if (tie_free ? !goldens[i].tie_free : !goldens[i].with_ties)
            continue;
        struct order order = {.trace = trace,
                              .policy = goldens[i].policy,
                              .ties = goldens[i].ties};
        snprintf(name, sizeof name, "oracles/%s.%s.csv.gz", log,
                 goldens[i].suffix);
        different += compare(&order, name, "job_id", "end");
    }
    ASSERT_INT(different, 0);
}

static void test_the_golden_schedules_of_sdsc_are_made(void **state)
{
    (void)state;
    check_goldens("sdsc5k", false);
}

static void test_the_golden_schedules_of_kth_are_made(void **state)
{
    (void)state;
    check_goldens("kth", false);
}

static void test_the_golden_schedules_without_ties_are_made(void **state)
{
    (void)state;
    check_goldens("kth_tf", true);
}

/* Equal to this one would mean that the core saw a true length. */
static void test_easy_does_not_peek_at_true_lengths(void **state)
{
    static const char *const logs[] = {"sdsc5k", "kth", "kth_tf"};
    char trace[64], name[64];

    (void)state;
    for (size_t i = 0; i < sizeof logs / sizeof *logs; i++) {
        struct order order = {
            .trace = trace, .policy = "easy", .ties = "event"};
        snprintf(trace, sizeof trace, "oracles/%s.swf.gz", logs[i]);
        snprintf(name, sizeof name, "oracles/%s.easy_peek.cqsim.csv.gz",
                 logs[i]);
        assert_true(compare(&order, name, "job_id", "end") > 100);
    }
}

#define KTH     "traces/KTH-SP2-1996-2.swf.gz"
#define CTC     "traces/CTC-SP2-1996-3.1-cln.swf.gz"
#define LANL    "traces/LANL-CM5-1994-4.1-cln.swf.gz"
#define THETA   "traces/ALCF-theta_2022.swf.gz"
#define RICC    "traces/RICC-2010-2.swf.gz"
#define THUNDER "traces/LLNL-Thunder-2007-1.1-cln.swf.gz"

static void test_the_published_schedules_of_pyss_are_made(void **state)
{
    static const struct {
        const char *trace, *policy, *golden;
    } published[] = {
        {KTH, "easy", "traces/golden_EASY_KTH-SP2-1996-2_P100.csv.gz"},
        {KTH, "easy-sjbf",
         "traces/golden_EASY-SJBF_KTH-SP2-1996-2_P100.csv.gz"},
        {CTC, "easy", "traces/golden_EASY_CTC-SP2-1996-3.1-cln_P338.csv.gz"},
    };
    int64_t different = 0;

    (void)state;
    for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
        struct order order = {.trace = published[i].trace,
                              .policy = published[i].policy,
                              .ties = "pyss",
                              .strict = true};
        different += compare(&order, published[i].golden, "job", "+run");
    }
    ASSERT_INT(different, 0);
}

/* --- figures --- */

/* -1: not given. */
struct figures {
    struct order order;
    int64_t jobs;
    double flow, max_flow, bounded, max_bounded;
};

static void check_figures(const struct figures *f)
{
    struct pt_report report;

    carry_out(&f->order, NULL, &report);
    const struct pt_tally_class *all = &report.summary.all;
    print_message("%s %s: %" PRId64 " jobs, flow %.4f max %.0f, bounded "
                  "slowdown %.4f max %.1f\n",
                  f->order.trace, f->order.policy, report.summary.done,
                  all->response.mean, all->response.max, all->bounded.mean,
                  all->bounded.max);
    if (f->jobs >= 0)
        ASSERT_INT(report.summary.done, f->jobs);
    if (f->flow >= 0)
        ASSERT_NEAR(all->response.mean, f->flow, 0, 0.00005001);
    if (f->bounded >= 0)
        ASSERT_NEAR(all->bounded.mean, f->bounded, 0, 0.00005001);
    if (f->max_flow >= 0)
        ASSERT_NEAR(all->response.max, f->max_flow, 0, 1e-9);
    if (f->max_bounded >= 0)
        ASSERT_NEAR(all->bounded.max, f->max_bounded, 0, 0.05001);
    pt_report_fini(&report);
}

static void check_all(const struct figures *figures, size_t n)
{
    for (size_t i = 0; i < n; i++)
        check_figures(&figures[i]);
}

static void test_the_figures_of_predictsim_are_met(void **state)
{
    static const struct figures figures[] = {
        {{KTH, "easy", "pyss", true, 0},
         28481,
         15696.7982,
         309231,
         92.5765,
         14805.2},
        {{KTH, "easy-sjbf", "pyss", true, 0},
         28481,
         14764.0027,
         372238,
         69.4054,
         14805.2},
        {{CTC, "easy", "pyss", true, 0},
         77199,
         25526.8022,
         337283,
         49.5713,
         12715.4},
        {{CTC, "easy-sjbf", "pyss", true, 0},
         77199,
         23023.1738,
         394322,
         30.0411,
         9875.6},
    };

    (void)state;
    check_all(figures, sizeof figures / sizeof *figures);
}

/* One pass an instant: our default, and what another simulator gives. */
static void test_one_pass_an_instant_gives_its_own_figures(void **state)
{
    static const struct figures figures[] = {
        {{KTH, "easy", "instant", true, 0}, 28481, 15694.5134, -1, 92.6877, -1},
        {{CTC, "easy", "instant", true, 0}, 77199, 25197.2147, -1, 48.8370, -1},
        {{THETA, "easy", "instant", true, 4360},
         -1,
         51877.1776,
         -1,
         115.8396,
         -1},
    };

    (void)state;
    check_all(figures, sizeof figures / sizeof *figures);
}

static void test_the_figures_of_fcfs_are_met(void **state)
{
    static const struct figures figures[] = {
        {{KTH, "fcfs", "pyss", true, 0}, -1, 362636.3352, -1, 6814.9733, -1},
        {{CTC, "fcfs", "pyss", true, 0}, -1, 666811.3269, -1, 3651.5662, -1},
        {{LANL, "fcfs", "pyss", true, 0}, -1, 4834.4394, -1, 44.3931, -1},
        {{THETA, "fcfs", "pyss", true, 4360},
         -1,
         167575.7228,
         -1,
         385.1836,
         -1},
        {{RICC, "fcfs", "pyss", true, 8192},
         -1,
         186203.3441,
         -1,
         2680.3273,
         -1},
    };

    (void)state;
    check_all(figures, sizeof figures / sizeof *figures);
}

static void test_the_figures_of_easy_on_lanl_and_theta_are_met(void **state)
{
    static const struct figures figures[] = {
        {{LANL, "easy", "pyss", true, 0}, -1, 2916.7483, -1, 13.2559, -1},
        {{THETA, "easy", "pyss", true, 4360}, -1, 51608.0451, -1, 114.7019, -1},
    };

    (void)state;
    check_all(figures, sizeof figures / sizeof *figures);
}

/* Submits of -1, steps back in time, few estimates: what strict leaves of it.
 */
static void test_strict_keeps_the_rows_of_thunder_that_have_limits(void **state)
{
    static const struct figures thunder = {
        {THUNDER, "easy", "pyss", true, 0}, 33416, -1, -1, -1, -1};

    (void)state;
    check_figures(&thunder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_golden_schedules_of_sdsc_are_made),
        cmocka_unit_test(test_the_golden_schedules_of_kth_are_made),
        cmocka_unit_test(test_the_golden_schedules_without_ties_are_made),
        cmocka_unit_test(test_easy_does_not_peek_at_true_lengths),
        cmocka_unit_test(test_the_published_schedules_of_pyss_are_made),
        cmocka_unit_test(test_the_figures_of_predictsim_are_met),
        cmocka_unit_test(test_one_pass_an_instant_gives_its_own_figures),
        cmocka_unit_test(test_the_figures_of_fcfs_are_met),
        cmocka_unit_test(test_the_figures_of_easy_on_lanl_and_theta_are_met),
        cmocka_unit_test(
            test_strict_keeps_the_rows_of_thunder_that_have_limits),
    };

    return cmocka_run_group_tests_name("oracles", tests, NULL, NULL) != 0;
}
