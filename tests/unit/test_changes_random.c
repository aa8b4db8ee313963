/* Shakes and estimates: bounds, statistics, and what they depend on. */
#include "tests/unit/changed_reading.h"

#include "base/random.h"
#include "models/model.h"
#include "traces/change/tsafrir.h"
#include "traces/swf.h"

#define MODEL "jobs=4000,nodes=16,widths=1+4+8,rate=0.01,load=0,mean=200"

struct job {
    pt_time submit, length, limit;
};

/* Of MODEL, through CHANGES, in replication N; the caller frees. */
static struct job *jobs_of(const char *changes, const char *replication)
{
    struct job *jobs = pt_alloc(4000, sizeof *jobs);
    struct changed changed;

    changed_init(&changed, &pt_model_poisson);
    changed.run.source_params = MODEL;
    changed_set(&changed, "replication", replication);
    if (changed_open(&changed, changes) < 0)
        fail_msg("%s", changed.err.text);
    for (int i = 0; i < 4000; i++) {
        ASSERT_INT(changed_next(&changed), 1);
        jobs[i] = (struct job){.submit = changed.work.job.submit,
                               .length = changed.work.truths[0].length,
                               .limit = changed.work.job.stages[0].limit};
        ASSERT_INT(changed.work.job.id, i + 1);
    }
    ASSERT_INT(changed_next(&changed), 0);
    changed_adds_up(&changed);
    pt_run_close(&changed.opened);
    return jobs;
}

/* ---- shake ---- */

/* How far jobs moved: FIELD's moves are within a degree of SECONDS, and uniform
 * where nothing stops them. */
static void check_moves(const pt_time *moves, int n, double seconds)
{
    double sum = 0, squares = 0;

    for (int i = 0; i < n; i++) {
        double move = pt_time_seconds(moves[i]) / seconds;
        assert_true(move >= -1 && move <= 1);
        sum += move;
        squares += move * move;
    }
    ASSERT_NEAR(sum / n, 0, 0, 0.04);
    ASSERT_NEAR(squares / n, 1.0 / 3, 0, 0.02);
}

static void test_a_shake_moves_gaps_within_the_degree(void **state)
{
    struct job *before = jobs_of("none", "1");
    struct job *after = jobs_of("shake:degree=20", "1");
    pt_time moves[4000];
    int n = 0;

    (void)state;
    ASSERT_INT(after[0].submit, before[0].submit);
    for (int i = 1; i < 4000; i++) {
        pt_time old = before[i].submit - before[i - 1].submit;
        pt_time new = after[i].submit - after[i - 1].submit;
        ASSERT_INT(after[i].length, before[i].length);
        ASSERT_INT(after[i].limit, before[i].limit);
        assert_true(new >= 0 && new <= old + 20 * PT_SECOND);
        assert_true(new >= old - 20 * PT_SECOND);
        if (old >= 20 * PT_SECOND)
            moves[n++] = new - old;
    }
    assert_true(n > 3000);
    check_moves(moves, n, 20);
    pt_free(before);
    pt_free(after);
}

static void test_a_shake_leaves_the_others_as_they_are(void **state)
{
    struct job *before = jobs_of("none", "1");
    struct job *after = jobs_of("shake:share=0.1,degree=20", "1");
    int moved = 0;

    (void)state;
    for (int i = 1; i < 4000; i++)
        moved += after[i].submit - after[i - 1].submit !=
                 before[i].submit - before[i - 1].submit;
    ASSERT_NEAR(moved / 4000.0, 0.1, 0, 0.015);
    pt_free(before);
    pt_free(after);
}

static void test_a_shaken_length_stays_within_the_limit(void **state)
{
    struct job *before = jobs_of("estimates:model=factor,f=3", "1");
    struct job *after =
        jobs_of("estimates:model=factor,f=3+shake:what=runs,degree=1m", "1");
    int shorter = 0, longer = 0;

    (void)state;
    for (int i = 0; i < 4000; i++) {
        pt_time move = after[i].length - before[i].length;
        ASSERT_INT(after[i].submit, before[i].submit);
        ASSERT_INT(after[i].limit, before[i].limit);
        assert_true(after[i].length <= after[i].limit);
        assert_true(after[i].length >= 0);
        assert_true(move >= -60 * PT_SECOND && move <= 60 * PT_SECOND);
        shorter += move < 0;
        longer += move > 0;
    }
    assert_true(shorter > 1500 && longer > 1500);
    pt_free(before);
    pt_free(after);
}

static void test_a_shaken_limit_stays_above_the_length(void **state)
{
    struct job *before = jobs_of("estimates:model=multiple,k=5", "1");
    struct job *after =
        jobs_of("estimates:model=multiple,k=5+shake:what=limits,degree=5", "1");
    pt_time moves[4000];
    int n = 0;

    (void)state;
    for (int i = 0; i < 4000; i++) {
        ASSERT_INT(after[i].length, before[i].length);
        assert_true(after[i].limit >= after[i].length);
        if (before[i].limit - before[i].length >= 5 * PT_SECOND)
            moves[n++] = after[i].limit - before[i].limit;
    }
    assert_true(n > 3000);
    check_moves(moves, n, 5);
    pt_free(before);
    pt_free(after);
}

static void test_each_replication_is_shaken_in_its_own_way(void **state)
{
    static const struct told even[] = {{1, 0, 50, 99, 1, 0, 0},
                                       {2, 100, 50, 99, 1, 0, 0},
                                       {3, 200, 50, 99, 1, 0, 0}};
    const struct asked asked = {even, 3, 4, NULL};
    pt_time last[4];

    (void)state;
    for (int i = 0; i < 4; i++) {
        struct changed changed;
        changed_init(&changed, &source_rigid);
        changed.run.path = (const char *)&asked;
        changed_set(&changed, "replication", i % 2 == 0 ? "1" : "2");
        ASSERT_INT(changed_open(&changed, "shake"), 0);
        for (int k = 0; k < 3; k++)
            ASSERT_INT(changed_next(&changed), 1);
        last[i] = changed.work.job.submit;
        pt_run_close(&changed.opened);
    }
    ASSERT_INT(last[0], last[2]);
    ASSERT_INT(last[1], last[3]);
    assert_true(last[0] != last[1]);
}

/* A job that comes after another has its own gap shaken. */
static void test_a_shake_moves_think_times(void **state)
{
    static const struct told told[] = {{1, 0, 10, 20, 1, 0, 0},
                                       {2, 5, 10, 20, 1, 1, 100}};
    const struct asked asked = {told, 2, 4, NULL};
    struct changed changed;

    (void)state;
    changed_read(&changed, &source_staged, NULL, (const char *)&asked,
                 "shake:degree=30");
    ASSERT_INT(changed_next(&changed), 1);
    ASSERT_INT(changed_next(&changed), 1);
    ASSERT_INT(changed.work.after, 1);
    ASSERT_INT(changed.work.job.submit, 5 * PT_SECOND);
    assert_true(changed.work.gap != 100 * PT_SECOND);
    assert_in_range(changed.work.gap, 70 * PT_SECOND, 130 * PT_SECOND);
    pt_run_close(&changed.opened);
}

/* ---- estimates ---- */

static void test_estimates_are_exact_or_multiples(void **state)
{
    struct job *jobs = jobs_of("estimates", "1");

    (void)state;
    for (int i = 0; i < 4000; i++)
        ASSERT_INT(jobs[i].limit, jobs[i].length);
    pt_free(jobs);
    jobs = jobs_of("estimates:model=multiple,k=3", "1");
    for (int i = 0; i < 4000; i++)
        ASSERT_INT(jobs[i].limit, 3 * jobs[i].length);
    pt_free(jobs);
}

static void test_factors_are_uniform(void **state)
{
    struct job *jobs = jobs_of("estimates:model=factor,f=4", "1");
    struct job *other = jobs_of("estimates:model=factor,f=4", "2");
    double sum = 0, squares = 0;
    int same = 0;

    (void)state;
    for (int i = 0; i < 4000; i++) {
        double ratio = (double)jobs[i].limit / (double)jobs[i].length;
        assert_true(ratio >= 1 && ratio <= 5);
        sum += ratio - 3;
        squares += (ratio - 3) * (ratio - 3);
        same += jobs[i].limit == other[i].limit;
    }
    ASSERT_NEAR(sum / 4000, 0, 0, 0.07);
    ASSERT_NEAR(squares / 4000, 16.0 / 12, 0.04, 0);
    assert_true(same < 5);
    pt_free(jobs);
    pt_free(other);
}

static void test_a_job_of_no_time_has_a_limit(void **state)
{
    static const struct told none[] = {{1, 0, 0, 50, 1, 0, 0}};
    static const struct told told[] = {{1, 0, 0, 0.000001, 1, 0, 0}};
    const struct asked asked = {none, 1, 4, NULL};

    (void)state;
    check_changed(&source_rigid, &asked, "estimates", told, 1);
    check_changed(&source_rigid, &asked, "estimates:model=factor", told, 1);
}

/* ---- Tsafrir's model ---- */

/* The model's own points. */
static void test_the_number_of_values_is_the_models(void **state)
{
    (void)state;
    ASSERT_INT(pt_tsafrir_count(20), 10);
    ASSERT_INT(pt_tsafrir_count(200), 20);
    ASSERT_INT(pt_tsafrir_count(600), 28);
    ASSERT_INT(pt_tsafrir_count(1000), 35);
    ASSERT_INT(pt_tsafrir_count(10000), 90);
    ASSERT_INT(pt_tsafrir_count(70000), 340);
    ASSERT_INT(pt_tsafrir_count(250000), 565);
    ASSERT_INT(pt_tsafrir_count(1000000), 565);
}

static int more(const void *left, const void *right)
{
    int64_t a, b;

    a = ((const struct pt_tsafrir *)left)->jobs;
    b = ((const struct pt_tsafrir *)right)->jobs;
    return (a < b) - (a > b);
}

static int32_t draw(int64_t jobs, int64_t max, double top, uint64_t seed,
                    struct pt_tsafrir *values)
{
    struct pt_random random;

    pt_random_open(&random, seed, 0, PT_PURPOSE_TEST, 0);
    return pt_tsafrir_draw(jobs, max, top, &random, values);
}

/* Shares of jobs: the head has 89 %, its first 21.73 %, and so on as ranks
 * have; and the maximum is the first. */
static void test_popular_values_have_the_models_shares(void **state)
{
    struct pt_tsafrir values[PT_TSAFRIR_VALUES];
    const double jobs = 100000;

    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        int32_t n = draw(100000, 18 * 3600, 0, seed, values);
        ASSERT_INT(values[n - 1].seconds, 18 * 3600);
        ASSERT_NEAR((double)values[n - 1].jobs / jobs, 0.2173, 0, 0.0002);
        int64_t sum = 0, head = 0;
        for (int32_t i = 0; i < n; i++) {
            sum += values[i].jobs;
            assert_true(values[i].jobs >= 1);
            if (i > 0)
                assert_true(values[i].seconds > values[i - 1].seconds);
        }
        ASSERT_INT(sum, 100000);
        qsort(values, (size_t)n, sizeof *values, more);
        for (int i = 0; i < 20; i++)
            head += values[i].jobs;
        ASSERT_NEAR((double)head / jobs, 0.89, 0, 0.0005);
        ASSERT_NEAR((double)values[1].jobs / jobs, 0.103134, 0, 0.0003);
        ASSERT_NEAR((double)values[19].jobs / jobs, 0.008658, 0, 0.0003);
    }
}

static bool has_value(const struct pt_tsafrir *values, int32_t n,
                      int64_t seconds)
{
    for (int32_t i = 0; i < n; i++)
        if (values[i].seconds == seconds)
            return true;
    return false;
}

static void test_what_users_like_is_there(void **state)
{
    static const int minutes[] = {5,   10,  15,  20,  30,  60,  120, 180,
                                  240, 300, 360, 480, 600, 720, 1080};
    struct pt_tsafrir values[PT_TSAFRIR_VALUES];
    int32_t n = draw(30000, 60 * 3600, 0, 1, values);

    (void)state;
    for (int i = 0; i < 15; i++)
        assert_true(has_value(values, n, 60 * minutes[i]));
    /* Four more that are round: of 50 h, and of 10 h from the top. */
    assert_true(has_value(values, n, 50 * 3600));
    assert_true(has_value(values, n, 40 * 3600));
    assert_true(has_value(values, n, 30 * 3600));
    assert_true(has_value(values, n, 20 * 3600));
}

static void test_any_number_of_jobs_gets_its_limits(void **state)
{
    struct pt_tsafrir values[PT_TSAFRIR_VALUES];

    (void)state;
    for (int64_t jobs = 1; jobs < 3000; jobs += 1 + jobs / 7)
        for (int k = 0; k < 3; k++) {
            int32_t n = draw(jobs, 3600 + 70000 * k, k * 0.3, 3, values);
            int64_t sum = 0;
            for (int32_t i = 0; i < n; i++) {
                assert_true(values[i].jobs >= 0);
                sum += values[i].jobs;
            }
            ASSERT_INT(sum, jobs);
            if (k > 0 && jobs > 100)
                ASSERT_NEAR((double)values[n - 1].jobs / (double)jobs, k * 0.3,
                            0, 0.01);
        }
}

/* 5000 lengths, log-uniform from 1 s to 16.6 h, as the reference had them. */
static void check_reference(const char *changes, double accuracy, double mean)
{
    struct told *told = pt_alloc(5000, sizeof *told);
    double ratios = 0, limits = 0;
    const int draws = 20;

    for (int i = 0; i < 5000; i++) {
        double u = (double)((i * 7919) % 50000) / 50000;
        double length = 1, power = 1;
        for (int k = 1; k < 60; k++) {
            power *= 11 * u / k;
            length += power; /* e^(11 u) */
        }
        length = 1 + (double)(int64_t)length;
        told[i] = (struct told){i + 1, i, length, length, 1, 0, 0};
    }
    const struct asked asked = {told, 5000, 4, NULL};
    for (int i = 0; i < draws; i++) {
        struct changed changed;
        char replication[16];
        changed_init(&changed, &source_rigid);
        changed.run.path = (const char *)&asked;
        snprintf(replication, sizeof replication, "%d", i + 1);
        changed_set(&changed, "replication", replication);
        if (changed_open(&changed, changes) < 0)
            fail_msg("%s", changed.err.text);
        while (changed_next(&changed) == 1) {
            double limit = pt_time_seconds(changed.work.job.stages[0].limit);
            double length = pt_time_seconds(changed.work.truths[0].length);
            assert_true(limit >= length);
            ratios += length / limit;
            limits += limit;
        }
        changed_adds_up(&changed);
        pt_run_close(&changed.opened);
    }
    pt_free(told);
    ASSERT_NEAR(ratios / draws / 5000, accuracy, 0, 0.01);
    ASSERT_NEAR(limits / draws / 5000, mean, 0.03, 0);
}

/* The authors' program (est_model.cc), mean of 20 seeds. */
static void test_accuracy_is_the_authors_programs(void **state)
{
    (void)state;
    check_reference("estimates:model=tsafrir,max=18h", 0.1934, 25798);
    check_reference("estimates:model=tsafrir,max=60h", 0.1429, 69448);
}

static void test_a_trace_gets_the_authors_accuracy(void **state)
{
    struct changed changed;
    char path[512];
    double ratios = 0;
    int64_t n = 0;

    (void)state;
    const char *kth =
        shared_path_or_skip(path, sizeof path, "traces/KTH-SP2-1996-2.swf.gz");
    for (int i = 1; i <= 5; i++) {
        char replication[16];
        changed_init(&changed, &pt_source_swf);
        changed.run.path = kth;
        changed_set(&changed, "clean", "strict");
        snprintf(replication, sizeof replication, "%d", i);
        changed_set(&changed, "replication", replication);
        ASSERT_INT(changed_open(&changed, "estimates:model=tsafrir"), 0);
        while (changed_next(&changed) == 1) {
            pt_time limit = changed.work.job.stages[0].limit;
            ratios += (double)changed.work.truths[0].length / (double)limit;
            n++;
        }
        pt_run_close(&changed.opened);
    }
    ASSERT_INT(n, 5 * 28481);
    ASSERT_NEAR(ratios / (double)n, 0.2027, 0, 0.012);
}

static void test_limits_too_short_for_the_jobs_are_refused(void **state)
{
    static const char *const changes = "estimates:model=tsafrir,max=2h";
    struct told told[100];
    const struct asked asked = {told, 100, 4, NULL};

    (void)state;
    for (int i = 0; i < 100; i++)
        told[i] = (struct told){i + 1, i, i < 60 ? 7100 : 9, 7200, 1, 0, 0};
    check_refused(&source_rigid, &asked, changes,
                  "estimates: 60 of 100 jobs run for more than ");
    check_refused(&source_rigid, &asked, changes, "or top= of 0.6");
    struct changed changed;
    changed_read(&changed, &source_rigid, NULL, (const char *)&asked,
                 "estimates:model=tsafrir,max=2h,top=0.61");
    while (changed_next(&changed) == 1)
        assert_true(changed.work.job.stages[0].limit >=
                    changed.work.truths[0].length);
    pt_run_close(&changed.opened);
    changed_read(&changed, &source_rigid, NULL, (const char *)&asked,
                 "estimates:model=tsafrir,max=1h,top=0.61");
    while (changed_next(&changed) == 1)
        assert_in_range(changed.work.truths[0].length, 9 * PT_SECOND,
                        3600 * PT_SECOND);
    ASSERT_INT(changed_rule(&changed, "estimate-cut"), 60);
    pt_run_close(&changed.opened);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_shake_moves_gaps_within_the_degree),
        cmocka_unit_test(test_a_shake_leaves_the_others_as_they_are),
        cmocka_unit_test(test_a_shaken_length_stays_within_the_limit),
        cmocka_unit_test(test_a_shaken_limit_stays_above_the_length),
        cmocka_unit_test(test_each_replication_is_shaken_in_its_own_way),
        cmocka_unit_test(test_a_shake_moves_think_times),
        cmocka_unit_test(test_estimates_are_exact_or_multiples),
        cmocka_unit_test(test_factors_are_uniform),
        cmocka_unit_test(test_a_job_of_no_time_has_a_limit),
        cmocka_unit_test(test_the_number_of_values_is_the_models),
        cmocka_unit_test(test_popular_values_have_the_models_shares),
        cmocka_unit_test(test_what_users_like_is_there),
        cmocka_unit_test(test_any_number_of_jobs_gets_its_limits),
        cmocka_unit_test(test_accuracy_is_the_authors_programs),
        cmocka_unit_test(test_a_trace_gets_the_authors_accuracy),
        cmocka_unit_test(test_limits_too_short_for_the_jobs_are_refused),
    };
    return cmocka_run_group_tests_name("changes_random", tests, NULL, NULL) !=
           0;
}
