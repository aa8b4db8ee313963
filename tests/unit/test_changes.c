/* Windows, loads, widths and orders of workloads, against jobs by hand. */
#include "tests/unit/changed_reading.h"

#include "models/model.h"
#include "traces/change.h"
#include "traces/eventlog/eventlog.h"
#include "traces/swf.h"

static const struct told four[] = {{1, 100, 10, 20, 4, 0, 0},
                                   {2, 100, 20, 20, 1, 0, 0},
                                   {3, 150, 30, 90, 8, 0, 0},
                                   {4, 300, 40, 40, 16, 0, 0}};

static const struct asked some = {four, 4, 16, NULL};

/* ---- none, and those that change nothing ---- */

static void test_what_changes_nothing_changes_nothing(void **state)
{
    static const char *const changes[] = {"none",
                                          "none+none",
                                          "window",
                                          "load:by=1",
                                          "widths:by=1",
                                          "shake:share=0",
                                          "shake:degree=0,what=runs",
                                          "shake:share=0,what=limits",
                                          "window+load+widths+shake:share=0"};

    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
        check_changed(&source_rigid, &some, changes[i], four, 4);
}

/* ---- window ---- */

static void test_a_window_keeps_jobs_by_number(void **state)
{
    struct changed changed;

    (void)state;
    check_changed(&source_rigid, &some, "window:from=2,to=3", four + 1, 2);
    check_changed(&source_rigid, &some, "window:from=4", four + 3, 1);
    check_changed(&source_rigid, &some, "window:from=5", four, 0);
    changed_read(&changed, &source_rigid, NULL, (const char *)&some,
                 "window:to=1");
    changed_yields(&changed, four, 1);
    ASSERT_INT(changed_rule(&changed, "window"), 3);
    ASSERT_INT(changed_info(&changed).rows, 4);
    pt_run_close(&changed.opened);
}

static void test_a_window_keeps_jobs_by_time(void **state)
{
    (void)state;
    check_changed(&source_rigid, &some, "window:since=50,until=200s", four + 2,
                  1);
    check_changed(&source_rigid, &some, "window:until=50", four, 2);
    check_changed(&source_rigid, &some, "window:since=51", four + 3, 1);
    check_changed(&source_rigid, &some, "window:to=3+window:from=3", four + 2,
                  1);
}

static void test_a_window_may_begin_at_zero(void **state)
{
    static const struct told told[] = {{3, 0, 30, 90, 8, 0, 0},
                                       {4, 150, 40, 40, 16, 0, 0}};

    (void)state;
    check_changed(&source_rigid, &some, "window:from=3,rebase=yes", told, 2);
}

/* 3 and 5 come after 2, 4 after 3. */
static const struct told chain[] = {
    {1, 0, 10, 20, 1, 0, 0},  {2, 5, 10, 20, 1, 0, 0},
    {3, 25, 10, 20, 1, 2, 7}, {4, 30, 10, 20, 1, 3, 8},
    {5, 60, 10, 20, 1, 2, 9},
};

static const struct asked chained = {chain, 5, 16, NULL};

static void test_a_window_renumbers_who_comes_after_whom(void **state)
{
    static const struct told from2[] = {{2, 5, 10, 20, 1, 0, 0},
                                        {3, 25, 10, 20, 1, 1, 7},
                                        {4, 30, 10, 20, 1, 2, 8},
                                        {5, 60, 10, 20, 1, 1, 9}};
    static const struct told from3[] = {{3, 25, 10, 20, 1, 0, 0},
                                        {4, 30, 10, 20, 1, 1, 8},
                                        {5, 60, 10, 20, 1, 0, 0}};

    (void)state;
    check_changed(&source_staged, &chained, "window:from=2", from2, 4);
    check_changed(&source_staged, &chained, "window:since=20", from3, 3);
}

static void test_a_window_that_makes_no_sense_is_refused(void **state)
{
    const struct pt_machine_node node = {.up = 5, .down = PT_TIME_NEVER};
    const struct asked moving = {chain, 5, 16, &node};
    struct pt_settings settings;
    struct pt_err err = {.code = PT_ERR_NONE};

    (void)state;
    pt_param_defaults(pt_settings_params, &settings);
    ASSERT_INT(pt_settings_set(&settings, "test", "changes",
                               "window:from=3,to=2", &err),
               -1);
    ASSERT_INT(err.code, PT_ERR_USAGE);
    ASSERT_TEXT(err.text, "window: from= is above to= (expected at most that)");
    err = (struct pt_err){.code = PT_ERR_NONE};
    ASSERT_INT(pt_settings_set(&settings, "test", "changes",
                               "window:since=3,until=3", &err),
               -1);
    ASSERT_HAS(err.text, "since= is not before until=");
    check_refused(&source_staged, &moving, "window:rebase=yes",
                  "nodes come and go");
}

/* ---- load ---- */

static void test_a_load_multiplies_gaps(void **state)
{
    static const struct told twice[] = {{1, 100, 10, 20, 4, 0, 0},
                                        {2, 100, 20, 20, 1, 0, 0},
                                        {3, 125, 30, 90, 8, 0, 0},
                                        {4, 200, 40, 40, 16, 0, 0}};
    static const struct told slower[] = {{1, 0, 10, 20, 1, 0, 0},
                                         {2, 10, 10, 20, 1, 0, 0},
                                         {3, 50, 10, 20, 1, 2, 14},
                                         {4, 60, 10, 20, 1, 3, 16},
                                         {5, 120, 10, 20, 1, 2, 18}};

    (void)state;
    check_changed(&source_rigid, &some, "load:by=2", twice, 4);
    check_changed(&source_staged, &chained, "load:by=0.5", slower, 5);
    check_changed(&source_rigid, &some, "load:by=4+load:by=0.5", twice, 4);
}

/* 40 + 20 + 240 + 640 processor-seconds on 16 processors are 58.75 s. */
static void test_a_load_is_what_was_asked_for(void **state)
{
    static const struct told told[] = {{1, 100, 10, 20, 4, 0, 0},
                                       {2, 100, 20, 20, 1, 0, 0},
                                       {3, 129.375, 30, 90, 8, 0, 0},
                                       {4, 217.5, 40, 40, 16, 0, 0}};

    (void)state;
    check_changed(&source_rigid, &some, "load:to=0.5", told, 4);
}

/* The last two, on a window's terms: 240 + 640 in 55 s. */
static void test_a_load_is_that_of_the_jobs_it_gets(void **state)
{
    static const struct told told[] = {{3, 150, 30, 90, 8, 0, 0},
                                       {4, 205, 40, 40, 16, 0, 0}};

    (void)state;
    check_changed(&source_rigid, &some, "window:from=3+load:to=1", told, 2);
    check_changed(&source_rigid, &some, "load:to=9+window:from=3+load:to=1",
                  (const struct told[]){
                      {3, 100 + 50 * 58.75 / 9 / 200, 30, 90, 8, 0, 0},
                      {4, 155 + 50 * 58.75 / 9 / 200, 40, 40, 16, 0, 0}},
                  2);
}

static void test_a_load_that_cannot_be_is_refused(void **state)
{
    static const struct told idle[] = {{1, 0, 0, 1, 1, 0, 0},
                                       {2, 5, 0, 1, 1, 0, 0}};
    const struct asked unknown = {four, 4, 0, NULL};
    const struct asked at_once = {four, 2, 16, NULL};
    const struct asked none = {idle, 2, 16, NULL};

    (void)state;
    check_refused(&source_rigid, &unknown, "load:to=1",
                  "how large the machine is (expected --nodes N or NxC)");
    check_refused(&source_rigid, &at_once, "load:to=1",
                  "all jobs are "
                  "submitted at once");
    check_refused(&source_rigid, &none, "load:to=1", "no job has a length");
    check_refused(&source_rigid, &some, "load:to=1e-300", "out of range");
    check_refused(&source_staged, &chained, "load:to=1",
                  "jobs come after others have ended (expected by=)");
}

static double load_of(struct changed *changed, double processors)
{
    __int128_t area = 0;
    pt_time first = -1, last = 0;

    while (changed_next(changed) == 1) {
        const struct pt_job *job = &changed->work.job;
        first = first < 0 ? job->submit : first;
        last = job->submit;
        area +=
            (__int128_t)job->stages[0].ntasks * changed->work.truths[0].length;
    }
    return (double)area / processors / (double)(last - first);
}

static void test_the_load_of_a_trace_is_exact(void **state)
{
    struct changed changed;
    char path[512];

    (void)state;
    const char *kth =
        shared_path_or_skip(path, sizeof path, "traces/KTH-SP2-1996-2.swf.gz");
    changed_read(&changed, &pt_source_swf, NULL, kth, "load:to=0.9");
    ASSERT_NEAR(load_of(&changed, 100), 0.9, 1e-9, 0);
    ASSERT_INT(changed_info(&changed).jobs, 28489);
    assert_non_null(changed_info(&changed).digest);
    changed_adds_up(&changed);
    pt_run_close(&changed.opened);
}

/* ---- widths ---- */

static struct pt_machine machine_of(const char *changes, int64_t nodes)
{
    struct changed changed;

    changed_init(&changed, &source_rigid);
    changed.run.path = (const char *)&some;
    changed.run.nodes = nodes;
    if (changed_open(&changed, changes) < 0)
        fail_msg("%s", changed.err.text);
    struct pt_machine machine = *changed_info(&changed).machine;
    pt_run_close(&changed.opened);
    return machine;
}

static void test_widths_and_machine_become_larger_and_smaller(void **state)
{
    static const struct told half[] = {{1, 100, 10, 20, 2, 0, 0},
                                       {2, 100, 20, 20, 1, 0, 0},
                                       {3, 150, 30, 90, 4, 0, 0},
                                       {4, 300, 40, 40, 8, 0, 0}};
    static const struct told more[] = {{1, 100, 10, 20, 6, 0, 0},
                                       {2, 100, 20, 20, 2, 0, 0},
                                       {3, 150, 30, 90, 12, 0, 0},
                                       {4, 300, 40, 40, 24, 0, 0}};

    (void)state;
    check_changed(&source_rigid, &some, "widths:by=0.5", half, 4);
    check_changed(&source_rigid, &some, "widths:by=1.5", more, 4);
    check_changed(&source_rigid, &some, "widths:by=3+widths:by=0.5", more, 4);
    ASSERT_INT(machine_of("widths:by=0.5", 0).processors, 8);
    ASSERT_INT(machine_of("widths:by=1.5", 0).processors, 24);
    ASSERT_INT(machine_of("widths:by=1.5,machine=no", 0).processors, 16);
    ASSERT_INT(machine_of("widths:by=3+window+widths:by=0.01", 0).processors,
               1);
}

static void test_widths_stop_at_the_machine(void **state)
{
    static const struct told capped[] = {{1, 100, 10, 20, 12, 0, 0},
                                         {2, 100, 20, 20, 3, 0, 0},
                                         {3, 150, 30, 90, 16, 0, 0},
                                         {4, 300, 40, 40, 16, 0, 0}};
    static const struct told wide[] = {{1, 100, 10, 20, 12, 0, 0},
                                       {2, 100, 20, 20, 3, 0, 0},
                                       {3, 150, 30, 90, 24, 0, 0},
                                       {4, 300, 40, 40, 48, 0, 0}};
    const struct asked small = {four, 4, 5, NULL};
    struct changed changed;

    (void)state;
    changed_read(&changed, &source_rigid, NULL, (const char *)&some,
                 "widths:by=3,machine=no");
    changed_yields(&changed, capped, 4);
    ASSERT_INT(changed_rule(&changed, "width-capped"), 2);
    pt_run_close(&changed.opened);
    /* What did not fit before is left to be rejected. */
    changed_init(&changed, &source_rigid);
    changed.run.path = (const char *)&small;
    changed.run.nodes = 15;
    ASSERT_INT(changed_open(&changed, "widths:by=3"), 0);
    changed_yields(&changed, wide, 4);
    ASSERT_INT(changed_rule(&changed, "width-capped"), 0);
    pt_run_close(&changed.opened);
}

static void test_widths_become_powers_of_two(void **state)
{
    static const struct told odd[] = {{1, 0, 1, 1, 3, 0, 0},
                                      {2, 0, 1, 1, 5, 0, 0},
                                      {3, 0, 1, 1, 6, 0, 0},
                                      {4, 0, 1, 1, 16, 0, 0}};
    static const int32_t expected[][4] = {
        {4, 8, 8, 16}, {2, 4, 4, 16}, {4, 4, 8, 16}};
    static const char *const changes[] = {
        "widths:powers=up", "widths:powers=down", "widths:powers=nearest"};
    const struct asked asked = {odd, 4, 16, NULL};
    struct told told[4];

    (void)state;
    for (int k = 0; k < 3; k++) {
        memcpy(told, odd, sizeof told);
        for (int i = 0; i < 4; i++)
            told[i].width = expected[k][i];
        check_changed(&source_rigid, &asked, changes[k], told, 4);
    }
}

static void test_widths_may_keep_the_area(void **state)
{
    static const struct told told[] = {{1, 100, 5, 10, 8, 0, 0},
                                       {2, 100, 10, 10, 2, 0, 0},
                                       {3, 150, 15, 45, 16, 0, 0},
                                       {4, 300, 20, 20, 32, 0, 0}};

    (void)state;
    check_changed(&source_rigid, &some, "widths:by=2,keep_area=yes", told, 4);
}

/* Rows are read for the machine as it was: of 100 processors, not 25. */
static void test_a_trace_is_read_for_the_machine_that_it_was(void **state)
{
    struct changed changed;
    char path[512];

    (void)state;
    const char *kth =
        shared_path_or_skip(path, sizeof path, "traces/KTH-SP2-1996-2.swf.gz");
    changed_init(&changed, &pt_source_swf);
    changed.run.path = kth;
    changed.run.nodes = 25;
    changed_set(&changed, "clean", "strict");
    ASSERT_INT(changed_open(&changed, "widths:by=0.25"), 0);
    while (changed_next(&changed) == 1)
        assert_in_range(changed.work.job.stages[0].ntasks, 1, 25);
    ASSERT_INT(changed_info(&changed).jobs, 28481);
    changed_adds_up(&changed);
    pt_run_close(&changed.opened);
}

/* ---- ties ---- */

static const struct told tied[] = {
    {1, 0, 1, 1, 1, 0, 0}, {2, 5, 1, 1, 1, 0, 0}, {3, 5, 1, 1, 2, 0, 0},
    {4, 5, 1, 1, 3, 0, 0}, {5, 9, 1, 1, 4, 0, 0}, {6, 9, 1, 1, 5, 0, 0}};

static const struct asked ties = {tied, 6, 16, NULL};

static void test_ties_turn_round(void **state)
{
    static const int order[] = {0, 3, 2, 1, 5, 4};
    struct told told[6];
    struct changed changed;

    (void)state;
    for (int i = 0; i < 6; i++)
        told[i] = tied[order[i]];
    check_changed(&source_rigid, &ties, "ties", told, 6);
    check_changed(&source_rigid, &ties, "ties:order=reverse+ties", tied, 6);
    check_changed(&source_rigid, &(struct asked){tied, 0, 16, NULL}, "ties",
                  told, 0);
    changed_read(&changed, &source_rigid, NULL, (const char *)&ties, "ties");
    changed_yields(&changed, told, 6);
    ASSERT_INT(changed_rule(&changed, "tie"), 5);
    pt_run_close(&changed.opened);
}

/* Within ten seconds jobs are as if they had come at once. */
static void test_a_grain_makes_ties(void **state)
{
    static const struct told near[] = {
        {1, 0, 1, 1, 1, 0, 0},  {2, 9, 1, 1, 1, 0, 0},  {3, 10, 1, 1, 2, 0, 0},
        {4, 15, 1, 1, 3, 0, 0}, {5, 19, 1, 1, 4, 0, 0}, {6, 20, 1, 1, 5, 0, 0}};
    static const struct asked asked = {near, 6, 16, NULL};
    static const int order[] = {1, 0, 4, 3, 2, 5};
    struct told told[6], kept[6];
    struct changed changed;

    (void)state;
    for (int i = 0; i < 6; i++) {
        kept[i] = near[i];
        kept[i].submit = 10 * (int)(kept[i].submit / 10);
    }
    for (int i = 0; i < 6; i++)
        told[i] = kept[order[i]];
    check_changed(&source_rigid, &asked, "ties:order=keep,grain=10s", kept, 6);
    check_changed(&source_rigid, &asked, "ties:grain=10s", told, 6);
    check_changed(&source_rigid, &asked, "ties:order=keep", near, 6);
    changed_read(&changed, &source_rigid, NULL, (const char *)&asked,
                 "ties:grain=10s");
    changed_yields(&changed, told, 6);
    ASSERT_INT(changed_rule(&changed, "early"), 3);
    ASSERT_INT(changed_rule(&changed, "tie"), 5);
    pt_run_close(&changed.opened);
}

/* Each of the six orders of jobs 2, 3 and 4, about as often. */
static void test_ties_are_shuffled_by_the_seed(void **state)
{
    int seen[64] = {0}, orders = 0;

    (void)state;
    for (int replication = 1; replication <= 300; replication++) {
        struct changed changed;
        char text[16];
        int order = 0;
        changed_init(&changed, &source_rigid);
        changed.run.path = (const char *)&ties;
        snprintf(text, sizeof text, "%d", replication);
        changed_set(&changed, "replication", text);
        ASSERT_INT(changed_open(&changed, "ties:order=shuffle"), 0);
        for (int i = 0; i < 4; i++) {
            ASSERT_INT(changed_next(&changed), 1);
            order = i == 0 ? 0 : 4 * order + (int)changed.work.job.id - 1;
        }
        pt_run_close(&changed.opened);
        seen[order]++;
    }
    for (int i = 0; i < 64; i++) {
        orders += seen[i] > 0;
        if (seen[i] > 0)
            assert_in_range(seen[i], 25, 80);
    }
    ASSERT_INT(orders, 6);
}

/* ---- what does not know pipelines ---- */

static void test_pipelines_are_refused_by_name(void **state)
{
    (void)state;
    check_refused(&source_staged, &chained, "window+widths:by=2",
                  "changes=widths: the jobs of script are pipelines");
    check_refused(&source_staged, &chained, "ties", "changes=ties");
    check_refused(&source_staged, &chained, "estimates", "changes=estimates");
    check_refused(&source_staged, &chained, "shake:what=runs", "what=runs");
    check_refused(&source_staged, &chained, "shake:what=limits",
                  "(expected what=gaps)");
}

/* ---- a source that steps back ---- */

static void test_a_trace_that_steps_back_is_told_through_changes(void **state)
{
    static const char text[] = "; MaxProcs: 8\n"
                               "1 10 -1 5 1 -1 -1 1 5 -1 1 1 1 1 1 1 -1 -1\n"
                               "2 4 -1 5 1 -1 -1 1 5 -1 1 1 1 1 1 1 -1 -1\n";
    struct changed changed;
    char path[] = "/tmp/protium-change-XXXXXX";
    int fd = mkstemp(path);
    FILE *file = fdopen(fd, "w");

    (void)state;
    fputs(text, file);
    fclose(file);
    changed_init(&changed, &pt_source_swf);
    changed.run.path = path;
    ASSERT_INT(changed_open(&changed, "load:to=1"), -1);
    ASSERT_INT(changed.err.code, PT_ERR_UNSORTED);
    changed.err = (struct pt_err){.code = PT_ERR_NONE};
    ASSERT_INT(pt_run_open(&changed.run, &changed.run.settings, true,
                           &changed.opened, &changed.err),
               0);
    ASSERT_INT(changed_next(&changed), 1);
    ASSERT_INT(changed.work.job.id, 2);
    ASSERT_INT(changed_next(&changed), 1);
    ASSERT_INT(changed.work.job.submit, 4 * PT_SECOND + 10 * PT_SECOND / 8);
    ASSERT_INT(changed_next(&changed), 0);
    pt_run_close(&changed.opened);
    remove(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_changes_nothing_changes_nothing),
        cmocka_unit_test(test_a_window_keeps_jobs_by_number),
        cmocka_unit_test(test_a_window_keeps_jobs_by_time),
        cmocka_unit_test(test_a_window_may_begin_at_zero),
        cmocka_unit_test(test_a_window_renumbers_who_comes_after_whom),
        cmocka_unit_test(test_a_window_that_makes_no_sense_is_refused),
        cmocka_unit_test(test_a_load_multiplies_gaps),
        cmocka_unit_test(test_a_load_is_what_was_asked_for),
        cmocka_unit_test(test_a_load_is_that_of_the_jobs_it_gets),
        cmocka_unit_test(test_a_load_that_cannot_be_is_refused),
        cmocka_unit_test(test_the_load_of_a_trace_is_exact),
        cmocka_unit_test(test_widths_and_machine_become_larger_and_smaller),
        cmocka_unit_test(test_widths_stop_at_the_machine),
        cmocka_unit_test(test_widths_become_powers_of_two),
        cmocka_unit_test(test_widths_may_keep_the_area),
        cmocka_unit_test(test_a_trace_is_read_for_the_machine_that_it_was),
        cmocka_unit_test(test_ties_turn_round),
        cmocka_unit_test(test_a_grain_makes_ties),
        cmocka_unit_test(test_ties_are_shuffled_by_the_seed),
        cmocka_unit_test(test_pipelines_are_refused_by_name),
        cmocka_unit_test(test_a_trace_that_steps_back_is_told_through_changes),
    };
    return cmocka_run_group_tests_name("changes", tests, NULL, NULL) != 0;
}
