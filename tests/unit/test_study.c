/* A study as a document: what it may look like, and what it means. */
#include "tests/unit/study_reading.h"

#include <math.h>

#include "core/policy.h"
#include "registry.h"
#include "traces/source.h"

#define EASY "\"policies\": [\"easy\"]"

/* TEXT, and what it is resolved to, mean the same. */
static void expect_same_again(void **state, const char *text)
{
    struct pt_study first, second, third;

    read_good(state, text, &first);
    char *once = resolved(&first);
    read_good(state, once, &second);
    char *twice = resolved(&second);
    ASSERT_TEXT(twice, once);
    read_good(state, twice, &third);
    assert_true(first.settings.given == third.settings.given);
    ASSERT_TEXT(first.workload.text, third.workload.text);
    pt_free(once);
    pt_free(twice);
    pt_study_fini(&first);
    pt_study_fini(&second);
    pt_study_fini(&third);
}

static void test_the_least_study_has_all_defaults(void **state)
{
    struct pt_study study;

    read_good(state, "{\"workload\": \"lublin\", " EASY "}", &study);
    ASSERT_INT(study.replications, 1);
    ASSERT_NEAR(study.confidence, 0.95, 0, 0);
    ASSERT_TEXT(study.baseline, "easy");
    ASSERT_TEXT(study.metrics[0], "wait_mean");
    ASSERT_INT(study.nfigures, 0);
    ASSERT_INT(study.naxes, 0);
    ASSERT_INT(study.files, PT_FILES_ALL);
    ASSERT_TEXT(study.settings.warmup, "1%");
    assert_true(study.settings.given == 0);
    assert_null(study.question);
    pt_study_fini(&study);
}

static void test_comments_and_remarks_mean_nothing(void **state)
{
    struct pt_study plain, study;

    read_good(state, "{\"workload\": \"lublin\", " EASY "}", &plain);
    read_good(state,
              "// a study /* of\n"
              "/* many // lines\n **/{ // here\n"
              "\"$schema\": \"x\", \"$comment\": [1, {}], \"//\": 2,\n"
              "\"//workload\": \"poisson\", \"workload\"/**/:/***/\"lublin\"//"
              "\n, \"set\": {\"// clean\": \"strict\", \"$comment\": 5},"
              "\"grid\": {\"//load\": [1]}," EASY "}// the end",
              &study);
    char *a = resolved(&plain), *b = resolved(&study);
    ASSERT_TEXT(b, a);
    pt_free(a);
    pt_free(b);
    pt_study_fini(&plain);
    pt_study_fini(&study);
}

static void test_slashes_in_texts_are_no_comments(void **state)
{
    struct pt_study study;

    read_good(state,
              "{\"question\": \"a // b /* c\", \"workload\": \"lublin\", " EASY
              "}",
              &study);
    ASSERT_TEXT(study.question, "a // b /* c");
    pt_study_fini(&study);
}

static void test_both_forms_of_a_workload_are_one(void **state)
{
    struct pt_study text, object;

    read_good(state, "{\"workload\": \"lublin:jobs=500,load=0.70\", " EASY "}",
              &text);
    read_good(state,
              "{\"workload\": {\"load\": 0.7, \"model\": \"lublin\", \"jobs\": "
              "\"500\", \"nodes\": 128}, " EASY "}",
              &object);
    ASSERT_TEXT(object.workload.text, "lublin:jobs=500,load=0.7");
    ASSERT_TEXT(text.workload.text, object.workload.text);
    ASSERT_TEXT(text.workload.params, object.workload.params);
    pt_study_fini(&text);
    pt_study_fini(&object);
}

static void test_all_forms_of_policies_are_one(void **state)
{
    static const char *const forms[] = {
        "\"easy,deep=backfill:depth=4,order=sjf\"",
        "[\"easy\", \"deep=backfill:depth=4,order=sjf\"]",
        "{\"easy\": \"easy\", \"deep\": \"backfill:depth=4,order=sjf\"}",
        "{\"easy\": {\"policy\": \"easy\"}, \"deep\": {\"depth\": 4, "
        "\"policy\": \"backfill\", \"order\": \"sjf\"}}",
        "{\"easy\": {\"policy\": \"backfill\"}, \"deep\": {\"policy\": "
        "\"easy-sjbf\", \"depth\": \"4\"}}"};
    char text[400];

    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct pt_study study;
        snprintf(text, sizeof text,
                 "{\"workload\": \"lublin\", \"policies\": %s}", forms[i]);
        read_good(state, text, &study);
        ASSERT_INT(study.choices.n, 2);
        ASSERT_TEXT(study.choices.items[0].label, "easy");
        ASSERT_HAS(study.choices.items[0].text, "backfill:depth=1,");
        ASSERT_TEXT(study.choices.items[1].label, "deep");
        ASSERT_TEXT(study.choices.items[1].text,
                    "backfill:depth=4,promises=replan,order=sjf");
        pt_study_fini(&study);
    }
}

static void test_all_forms_of_a_cluster_are_one(void **state)
{
    static const char *const forms[] = {"\"128x4\"",
                                        "{\"nodes\": 128, \"cores\": 4}"};
    static const char *const bare[] = {"128", "\"128\"", "{\"nodes\": 128}"};
    static const char *const none[] = {"null", "{}",
                                       "{\"nodes\": null, \"cores\": null}"};
    char text[200];

    for (size_t i = 0; i < 8; i++) {
        struct pt_study study;
        snprintf(text, sizeof text,
                 "{\"workload\": \"lublin\", \"cluster\": %s, " EASY "}",
                 i < 2   ? forms[i]
                 : i < 5 ? bare[i - 2]
                         : none[i - 5]);
        read_good(state, text, &study);
        ASSERT_INT(study.nodes, i < 5 ? 128 : 0);
        ASSERT_INT(study.cores, i < 2 ? 4 : i < 5 ? 1 : 0);
        pt_study_fini(&study);
    }
}

static void test_changes_and_failures_are_settings(void **state)
{
    struct pt_study study;

    read_good(state,
              "{\"workload\": {\"model\": \"lublin\", \"changes\": "
              "[\"load:to=0.5\", \"shake\"]}, \"failures\": [\"nodes\", "
              "\"tree:mttr=2h\"], " EASY "}",
              &study);
    ASSERT_TEXT(study.settings.changes, "load:to=0.5+shake");
    ASSERT_TEXT(study.settings.failures, "nodes+tree:mttr=2h");
    pt_study_fini(&study);
    read_good(state,
              "{\"workload\": {\"model\": \"lublin\", \"changes\": []}, "
              "\"failures\": null, " EASY "}",
              &study);
    ASSERT_TEXT(study.settings.changes, "none");
    ASSERT_TEXT(study.settings.failures, "none");
    pt_study_fini(&study);
}

static void test_what_was_given_is_known_when_read_again(void **state)
{
    struct pt_study study;

    read_good(state,
              "{\"workload\": \"lublin\", \"set\": {\"ties\": \"event\", "
              "\"tau\": 10, \"speculation\": \"off\"}, " EASY "}",
              &study);
    char *text = resolved(&study);
    ASSERT_HAS(text, "\"given\": [\n    \"ties\",\n    \"tau\",\n    "
                     "\"speculation\"\n  ]");
    pt_free(text);
    pt_study_fini(&study);
}

/* ---- the grid ---- */

static void test_ranges_are_exact_decimals(void **state)
{
    static const char *const labels[] = {"0.5", "0.55", "0.6", "0.65",
                                         "0.7", "0.75", "0.8", "0.85",
                                         "0.9", "0.95"};
    struct pt_study study;

    read_good(state,
              "{\"workload\": \"lublin\", " EASY ", \"grid\": {"
              "\"load\": {\"from\": 0.5, \"to\": 0.95, \"step\": 0.05},"
              "\"scale\": {\"values\": {\"from\": 2, \"to\": 0.9, \"step\": "
              "-0.5}},"
              "\"seed\": {\"from\": 9, \"to\": 9, \"step\": 1}}}",
              &study);
    ASSERT_INT(study.axes[0].n, 10);
    for (int i = 0; i < 10; i++) {
        const struct pt_axis_value *value = &study.axes[0].values[i];
        ASSERT_TEXT(value->label, labels[i]);
        ASSERT_TEXT(value->texts[0], labels[i]);
        ASSERT_NEAR(value->x, strtod(labels[i], NULL), 0, 0);
    }
    ASSERT_INT(study.axes[1].n, 3);
    ASSERT_TEXT(study.axes[1].values[0].label, "2");
    ASSERT_TEXT(study.axes[1].values[1].label, "1.5");
    ASSERT_TEXT(study.axes[1].values[2].label, "1");
    ASSERT_INT(study.axes[2].n, 1);
    pt_study_fini(&study);
}

static void test_axes_are_called_as_the_path_ends(void **state)
{
    static const char *const names[] = {"mtbf",   "tree_mtbf", "set_warmup",
                                        "load",   "load_to",   "nodes",
                                        "my_axis"};
    struct pt_study study;

    read_good(state,
              "{\"workload\": \"lublin\", " EASY ", \"grid\": {"
              "\"failures.nodes.mtbf\": [\"1d\", \"2h\", \"never\"],"
              "\"set.failures.tree.mtbf\": [\"3d\"],"
              "\"warmup\": [\"none\", \"5%\"],"
              "\"workload.load\": [0.7],"
              "\"load_to\": {\"sets\": \"changes.load.to\", \"values\": [0.5]},"
              "\"cluster.nodes\": [64, 128],"
              "\"my_axis\": {\"sets\": \"policy.depth\", \"title\": \"Depth\", "
              "\"unit\": \"jobs\", \"values\": [1, \"all\"]}}}",
              &study);
    ASSERT_INT(study.naxes, 7);
    for (int i = 0; i < 7; i++)
        ASSERT_TEXT(study.axes[i].name, names[i]);
    ASSERT_TEXT(study.axes[0].title, "mtbf");
    ASSERT_TEXT(study.axes[0].unit, "h");
    ASSERT_NEAR(study.axes[0].values[0].x, 24, 0, 0);
    ASSERT_NEAR(study.axes[0].values[1].x, 2, 0, 0);
    assert_true(isnan(study.axes[0].values[2].x));
    ASSERT_TEXT(study.axes[0].values[1].label, "2h");
    ASSERT_TEXT(study.axes[2].values[1].label, "5-");
    ASSERT_TEXT(study.axes[6].title, "Depth");
    ASSERT_TEXT(study.axes[6].unit, "jobs");
    assert_true(isnan(study.axes[6].values[1].x));
    pt_study_fini(&study);
}

static void test_points_set_many_things_at_once(void **state)
{
    struct pt_study study;

    read_good(state,
              "{\"workload\": \"lublin\", " EASY ", \"grid\": {\"w\": "
              "{\"title\": \"width\", \"unit\": \"nodes\", \"points\": ["
              "{\"x\": 16, \"set\": {\"cluster.nodes\": 16, \"seed\": 2}},"
              "{\"label\": \"w32\", \"set\": {\"cluster.nodes\": 32}},"
              "{\"x\": null, \"label\": \"odd\", \"set\": {\"seed\": 3, "
              "\"clean\": \"strict\"}}]}}}",
              &study);
    const struct pt_axis *axis = &study.axes[0];
    ASSERT_INT(axis->n, 3);
    ASSERT_INT(axis->values[0].n, 2);
    ASSERT_NEAR(axis->values[0].x, 16, 0, 0);
    ASSERT_TEXT(axis->values[0].label, "16");
    ASSERT_NEAR(axis->values[1].x, 32, 0, 0);
    ASSERT_TEXT(axis->values[1].label, "w32");
    assert_true(isnan(axis->values[2].x));
    ASSERT_TEXT(axis->values[2].paths[1], "set.clean");
    pt_study_fini(&study);
}

static void test_a_resolved_study_reads_back_as_itself(void **state)
{
    expect_same_again(state, "{\"workload\": \"lublin\", " EASY "}");
    expect_same_again(state, "{\"workload\": \"hydrogen\", " EASY "}");
    expect_same_again(
        state,
        "{\"question\": \"why \\u00e4 \\\"so\\\"?\", \"workload\": "
        "{\"model\": \"poisson\", \"widths\": \"1:0.5+4\", \"changes\": "
        "\"shake\"}, \"cluster\": \"12x2\", \"failures\": \"nodes\", \"set\": "
        "{\"seed\": 9007199254740991, \"tau\": \"90s\", \"scale\": 1e-3}, "
        "\"policies\": {\"a\": \"fifo:hold_timeout=5m\", \"b\": {\"policy\": "
        "\"conservative\", \"depth\": \"all\"}}, \"baseline\": \"b\", "
        "\"grid\": {\"load\": {\"from\": 0.1, \"to\": 0.9, \"step\": 0.1}, "
        "\"failures.nodes.mtbf\": [\"1d\", \"never\"], \"gang\": [\"\"], "
        "\"cluster.cores\": [1, 2], \"workload\": [\"lublin\", \"poisson\"], "
        "\"p1\": {\"points\": [{\"label\": \"x\", \"set\": {\"seed\": 1, "
        "\"policy.backoff\": \"3s\"}}]}}, "
        "\"replications\": 4, \"stop\": {\"metric\": \"gang_wait_mean\", "
        "\"relative\": 0.05, \"most\": 40}, \"confidence\": 0.9, "
        "\"metrics\": [\"makespan\"], \"figures\": "
        "[\"sweep:metric=wait_mean\", "
        "\"x=compare\"], \"files\": \"all\", \"jobs_in_db\": true, \"tape\": "
        "true}");
}

static void test_a_replay_is_a_study_that_can_be_read(void **state)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_study study, again;

    pt_study_init(&study);
    assert_int_equal(
        pt_choices_add(&study.choices, "fcfs,backfill:depth=2", &err), 0);
    assert_int_equal(pt_workload_find(&study.workload, "lublin:jobs=7", &err),
                     0);
    assert_int_equal(pt_study_set(&study, "ties=pyss", &err), 0);
    char *text = resolved(&study);
    read_good(state, text, &again);
    char *twice = resolved(&again);
    ASSERT_TEXT(twice, text);
    ASSERT_TEXT(again.settings.warmup, "none");
    pt_free(text);
    pt_free(twice);
    pt_study_fini(&study);
    pt_study_fini(&again);
}

/* ---- files ---- */

static const char trace[] = "; MaxProcs: 4\n"
                            "1 0 -1 10 2 -1 -1 2 20 -1 1 1 1 -1 0 -1 -1 -1\n";

static void test_files_are_seen_from_the_studys_folder(void **state)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_study study, moved;
    char path[PATH_SIZE], ours[2 * PATH_SIZE];

    snprintf(path, sizeof path, "%s/sub", (char *)*state);
    assert_int_equal(mkdir(path, 0777), 0);
    put_file(state, "t.swf", trace, path);
    put_file(state, "f.csv", "node,down,up\n0,5,6\n", path);
    put_file(state, "sub/study.json",
             "{\"workload\": {\"trace\": \"../t.swf\"}, \"failures\": "
             "\"nodes+trace:file=../f.csv,from=1h\", " EASY ", \"grid\": "
             "{\"workload\": [\"./../t.swf\", \"lublin\"], "
             "\"failures.trace.file\": [\"../f.csv\"]}}",
             path);
    pt_study_init(&study);
    if (pt_study_read(&study, path, &err) < 0)
        print_error("%s\n", err.text);
    assert_int_equal(err.code, PT_ERR_NONE);
    snprintf(ours, sizeof ours, "%s/t.swf", (char *)*state);
    ASSERT_TEXT(study.workload.path, ours);
    ASSERT_TEXT(pt_study_workload_name(&study), "t.swf");
    ASSERT_TEXT(study.axes[0].values[0].texts[0], ours);
    ASSERT_TEXT(study.axes[0].values[0].label, "t.swf");
    snprintf(ours, sizeof ours, "nodes+trace:file=%s/f.csv,from=1h",
             (char *)*state);
    ASSERT_TEXT(study.settings.failures, ours);
    char *text = resolved(&study);
    read_good(state, text, &moved);
    char *twice = resolved(&moved);
    ASSERT_TEXT(twice, text);
    pt_free(text);
    pt_free(twice);
    pt_study_fini(&study);
    pt_study_fini(&moved);
}

static void test_a_format_may_be_said(void **state)
{
    char path[PATH_SIZE];
    struct pt_study study;

    put_file(state, "t.swf", trace, path);
    read_good(state,
              "{\"workload\": {\"trace\": \"t.swf\", \"format\": "
              "\"pipeline\"}, " EASY "}",
              &study);
    ASSERT_TEXT(((const struct pt_plugin *)study.workload.source)->name,
                "pipeline");
    pt_study_fini(&study);
}

/* ---- nonsense ---- */

/* A document in which a few bytes are others is read, or is refused. */
static void test_nonsense_is_refused_in_its_place(void **state)
{
    static const char good[] =
        "{\"workload\": {\"model\": \"lublin\", \"jobs\": 5}, \"set\": "
        "{\"tau\": 3, \"failures\": \"nodes:mtbf=3d+tree\"}, \"policies\": "
        "{\"a\": {\"policy\": \"easy\", \"depth\": 2}}, \"grid\": {\"load\": "
        "{\"from\": 0.5, \"to\": 0.9, \"step\": 0.1}, \"q\": {\"points\": "
        "[{\"x\": 1, \"set\": {\"failures.nodes.mtbf\": \"5d\"}}]}}, "
        "\"metrics\": [\"wait_mean\"], \"stop\": null} // end";
    static const char odd[] = "{}[]\",:./*0159-e+anl \n";
    uint64_t seed = 20240229;

    print_message("seed %llu\n", (unsigned long long)seed);
    for (int round = 0; round < 3000; round++) {
        char text[sizeof good];
        struct pt_study study;
        struct pt_err err;
        memcpy(text, good, sizeof good);
        for (int k = 0; k < 1 + round % 3; k++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            text[(seed >> 33) % (sizeof good - 1)] =
                odd[(seed >> 20) % (sizeof odd - 1)];
        }
        if (read_study(state, text, &study, &err) < 0) {
            assert_int_equal(err.code, PT_ERR_INPUT);
            assert_true(err.line > 0 && err.column > 0);
            assert_true(err.text[0] != '\0');
        }
        pt_study_fini(&study);
    }
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, study_folder, study_folder_gone)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_least_study_has_all_defaults),
        TEST(test_comments_and_remarks_mean_nothing),
        TEST(test_slashes_in_texts_are_no_comments),
        TEST(test_both_forms_of_a_workload_are_one),
        TEST(test_all_forms_of_policies_are_one),
        TEST(test_all_forms_of_a_cluster_are_one),
        TEST(test_changes_and_failures_are_settings),
        TEST(test_what_was_given_is_known_when_read_again),
        TEST(test_ranges_are_exact_decimals),
        TEST(test_axes_are_called_as_the_path_ends),
        TEST(test_points_set_many_things_at_once),
        TEST(test_a_resolved_study_reads_back_as_itself),
        TEST(test_a_replay_is_a_study_that_can_be_read),
        TEST(test_files_are_seen_from_the_studys_folder),
        TEST(test_a_format_may_be_said),
        TEST(test_nonsense_is_refused_in_its_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
