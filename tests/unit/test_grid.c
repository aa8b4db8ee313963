/* The points of a grid, and what is set at them. */
#include "tests/unit/study_reading.h"

#include "core/policy.h"
#include "traces/source.h"

/* A cell of the study in which POLICIES run a small lublin. */
struct scene {
    struct pt_study study;
    struct pt_cell cell;
};

static void begin(struct scene *scene, const char *policies)
{
    struct pt_err err = {.code = PT_ERR_NONE};

    pt_study_init(&scene->study);
    assert_int_equal(
        pt_workload_find(&scene->study.workload, "lublin:jobs=5", &err), 0);
    assert_int_equal(pt_choices_add(&scene->study.choices, policies, &err), 0);
    assert_int_equal(pt_cell_init(&scene->cell, &scene->study, 0, 0, &err), 0);
}

static void end(struct scene *scene)
{
    pt_cell_fini(&scene->cell);
    pt_study_fini(&scene->study);
}

static void set(struct scene *scene, const char *path, const char *text)
{
    struct pt_err err = {.code = PT_ERR_NONE};

    if (pt_grid_set(&scene->cell, path, text, &err) < 0) {
        print_error("%s=%s: %s\n", path, text, err.text);
        fail();
    }
}

static void refuse(struct scene *scene, const char *path, const char *text,
                   const char *says)
{
    struct pt_err err = {.code = PT_ERR_NONE};

    assert_int_equal(pt_grid_set(&scene->cell, path, text, &err), -1);
    assert_int_equal(err.code, PT_ERR_USAGE);
    ASSERT_HAS(err.text, says);
}

/* ---- points ---- */

static void test_the_last_axis_varies_fastest(void **state)
{
    static const char *const names[] = {"load=0.5,seed=1", "load=0.5,seed=2",
                                        "load=0.5,seed=3", "load=0.7,seed=1",
                                        "load=0.7,seed=2", "load=0.7,seed=3"};
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_study study;
    int64_t points;
    char name[64];

    read_good(state,
              "{\"workload\": \"lublin\", \"policies\": [\"easy\"], \"grid\": "
              "{\"load\": [0.5, 0.7], \"seed\": [1, 2, 3]}}",
              &study);
    assert_int_equal(pt_grid_points(&study, &points, &err), 0);
    ASSERT_INT(points, 6);
    for (int i = 0; i < 6; i++) {
        struct pt_cell cell;
        pt_grid_name(&study, i, name, sizeof name);
        ASSERT_TEXT(name, names[i]);
        ASSERT_INT(pt_grid_value(&study, i, 0), i / 3);
        ASSERT_INT(pt_grid_value(&study, i, 1), i % 3);
        assert_int_equal(pt_cell_init(&cell, &study, i, 0, &err), 0);
        ASSERT_INT(cell.settings.seed, 1 + i % 3);
        ASSERT_HAS(cell.workload.params, i < 3 ? "load=0.5," : "load=0.7,");
        pt_cell_fini(&cell);
    }
    pt_study_fini(&study);
}

static void test_without_axes_there_is_one_point(void **state)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct scene scene;
    int64_t points = 0;
    char name[8] = "x";

    (void)state;
    begin(&scene, "easy");
    assert_int_equal(pt_grid_points(&scene.study, &points, &err), 0);
    ASSERT_INT(points, 1);
    pt_grid_name(&scene.study, 0, name, sizeof name);
    ASSERT_TEXT(name, "");
    end(&scene);
}

static void test_a_cell_is_a_run_of_its_own(void **state)
{
    struct scene scene;

    (void)state;
    begin(&scene, "deep=backfill:depth=3,easy");
    set(&scene, "cluster.nodes", "64");
    set(&scene, "cluster.cores", "2");
    set(&scene, "policy.depth", "7");
    set(&scene, "jobs", "9");
    const struct pt_run run = pt_cell_run(&scene.cell);
    ASSERT_TEXT(run.label, "deep");
    ASSERT_HAS(run.policy_text, "backfill:depth=7,");
    ASSERT_INT(run.nodes, 64);
    ASSERT_INT(run.cores, 2);
    ASSERT_HAS(run.source_params, "jobs=9,");
    assert_null(run.path);
    /* The study's own are as they were. */
    ASSERT_HAS(scene.study.choices.items[0].text, "depth=3");
    ASSERT_HAS(scene.study.workload.params, "jobs=5,");
    ASSERT_INT(scene.study.nodes, 0);
    assert_ptr_not_equal(run.policy_state, scene.study.choices.items[0].state);
    end(&scene);
}

/* ---- paths ---- */

static void test_a_bare_word_is_a_setting_or_the_models(void **state)
{
    struct scene scene;
    const char *rest;

    (void)state;
    begin(&scene, "easy");
    ASSERT_INT(pt_grid_room(&scene.cell, "seed", &rest), PT_ROOM_SET);
    ASSERT_TEXT(rest, "seed");
    ASSERT_INT(pt_grid_room(&scene.cell, "set.seed", &rest), PT_ROOM_SET);
    ASSERT_TEXT(rest, "seed");
    ASSERT_INT(pt_grid_room(&scene.cell, "load", &rest), PT_ROOM_WORKLOAD);
    ASSERT_INT(pt_grid_room(&scene.cell, "workload", &rest), PT_ROOM_WORKLOAD);
    ASSERT_TEXT(rest, "");
    ASSERT_INT(pt_grid_room(&scene.cell, "depth", &rest), PT_ROOMS);
    set(&scene, "seed", "12");
    set(&scene, "set.ties", "event");
    set(&scene, "load", "0.25");
    set(&scene, "workload.type", "batch");
    ASSERT_INT(scene.cell.settings.seed, 12);
    ASSERT_INT(scene.cell.settings.ties, 1);
    ASSERT_HAS(scene.cell.workload.params, "type=batch,load=0.25,");
    refuse(&scene, "sede", "1", "did you mean 'seed'?");
    refuse(&scene, "workload.lod", "1", "did you mean 'load'?");
    refuse(&scene, "set.clena", "none", "did you mean 'clean'?");
    refuse(&scene, "cluster.racks", "1", "expected nodes or cores");
    refuse(&scene, "cluster.nodes", "0", "is not a machine");
    refuse(&scene, "policy.dept", "1", "did you mean 'depth'?");
    refuse(&scene, "depth", "1", "expected 'policy.depth'");
    refuse(&scene, "load", "much", "bad value load=much");
    end(&scene);
}

static void test_the_first_plugin_of_the_name_is_changed(void **state)
{
    static const char *const rows[][4] = {
        {"none", "nodes.mtbf", "5d", "nodes:mtbf=5d"},
        {"tree", "nodes.mtbf", "5d", "tree+nodes:mtbf=5d"},
        {"nodes", "nodes.mtbf", "5d", "nodes:mtbf=5d"},
        {"nodes:mtbf=10d+tree", "nodes.mtbf", "5d", "nodes:mtbf=5d+tree"},
        {"nodes:mtbf=10d,mttr=1h+tree", "nodes.mttr", "5h",
         "nodes:mtbf=10d,mttr=5h+tree"},
        {"tree:mttr=1h+nodes:mttr=2h", "nodes.mtbf", "3d",
         "tree:mttr=1h+nodes:mttr=2h,mtbf=3d"},
        {"tree:rack_mtbf=1d", "tree.mtbf", "2d", "tree:rack_mtbf=1d,mtbf=2d"},
    };
    struct scene scene;

    (void)state;
    begin(&scene, "easy");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char path[64];
        set(&scene, "set.failures", rows[i][0]);
        snprintf(path, sizeof path, "failures.%s", rows[i][1]);
        set(&scene, path, rows[i][2]);
        ASSERT_TEXT(scene.cell.settings.failures, rows[i][3]);
    }
    set(&scene, "changes.load.to", "0.5");
    set(&scene, "changes.shake.degree", "2m");
    set(&scene, "changes.load.to", "0.6");
    ASSERT_TEXT(scene.cell.settings.changes, "load:to=0.6+shake:degree=2m");
    refuse(&scene, "failures.nodes.mtbf", "5d+tree", "has a '+' in it");
    refuse(&scene, "failures.nodes.mtbf", "5d,mttr=3", "has a ',' in it");
    refuse(&scene, "failures.nodes", "5d", "names no parameter");
    refuse(&scene, "failures.knots.mtbf", "5d", "unknown failure model");
    refuse(&scene, "seed.nodes.mtbf", "5d", "names no plug-in");
    end(&scene);
}

static void test_a_setting_for_one_plugin_keeps_what_was_asked_for(void **state)
{
    struct scene scene;

    (void)state;
    begin(&scene, "easy");
    set(&scene, "place.racks.prefer", "spread");
    ASSERT_TEXT(scene.cell.settings.place, "racks:prefer=spread");
    end(&scene);
    begin(&scene, "easy");
    set(&scene, "checkpoint.daly.cost", "1m");
    ASSERT_TEXT(scene.cell.settings.checkpoint, "daly:cost=1m");
    set(&scene, "checkpoint.daly.restart", "2m");
    ASSERT_TEXT(scene.cell.settings.checkpoint, "daly:cost=1m,restart=2m");
    refuse(&scene, "checkpoint.young.cost", "1m", "expected young there");
    end(&scene);
}

static void test_a_policy_without_the_parameter_stays(void **state)
{
    struct scene scene;

    (void)state;
    begin(&scene, "fcfs");
    char *before =
        pt_text_dup(scene.cell.choice.text, strlen(scene.cell.choice.text));
    set(&scene, "policy.depth", "4");
    ASSERT_TEXT(scene.cell.choice.text, before);
    set(&scene, "policy.head", "skip");
    ASSERT_HAS(scene.cell.choice.text, "head=skip");
    pt_free(before);
    end(&scene);
}

static void test_times_and_numbers_know_their_parameter(void **state)
{
    struct scene scene;

    (void)state;
    begin(&scene, "easy");
    ASSERT_TEXT(pt_grid_param(&scene.cell, "load")->name, "load");
    ASSERT_TEXT(pt_grid_param(&scene.cell, "set.tau")->name, "tau");
    ASSERT_TEXT(pt_grid_param(&scene.cell, "failures.nodes.mtbf")->name,
                "mtbf");
    ASSERT_TEXT(pt_grid_param(&scene.cell, "policy.depth")->name, "depth");
    assert_null(pt_grid_param(&scene.cell, "failures.nodes"));
    assert_null(pt_grid_param(&scene.cell, "workload"));
    assert_null(pt_grid_param(&scene.cell, "cluster.nodes"));
    assert_null(pt_grid_param(&scene.cell, "nonsense.of.all"));
    end(&scene);
}

/* ---- cells of a study ---- */

static void test_wholes_are_set_before_their_parts(void **state)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_study study;
    struct pt_cell cell;

    read_good(state,
              "{\"workload\": \"lublin\", \"policies\": [\"easy\"], \"grid\": "
              "{\"failures.nodes.mtbf\": [\"1d\", \"2d\"], \"load\": [0.5, "
              "0.9], \"failures\": [\"none\", \"tree\"], \"workload\": "
              "[\"lublin:jobs=7\", \"poisson:jobs=8,nodes=4\"]}}",
              &study);
    assert_int_equal(pt_cell_init(&cell, &study, 15, 0, &err), 0);
    ASSERT_TEXT(cell.settings.failures, "tree+nodes:mtbf=2d");
    ASSERT_TEXT(((const struct pt_plugin *)cell.workload.source)->name,
                "poisson");
    ASSERT_HAS(cell.workload.params, "jobs=8,");
    ASSERT_HAS(cell.workload.params, "load=0.9");
    pt_cell_fini(&cell);
    assert_int_equal(pt_cell_init(&cell, &study, 0, 0, &err), 0);
    ASSERT_TEXT(cell.settings.failures, "nodes:mtbf=1d");
    ASSERT_HAS(cell.workload.params, "jobs=7,");
    pt_cell_fini(&cell);
    pt_study_fini(&study);
}

static void test_cells_open_no_trace(void **state)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_study study;
    char path[PATH_SIZE];

    put_file(state, "t.swf",
             "; MaxProcs: 4\n"
             "1 0 -1 10 2 -1 -1 2 20 -1 1 1 1 -1 0 -1 -1 -1\n",
             path);
    read_good(state,
              "{\"workload\": \"t.swf\", \"policies\": [\"easy\"], \"grid\": "
              "{\"workload\": [\"t.swf\", \"lublin\"], \"scale\": [1, 2]}}",
              &study);
    unlink(path);
    for (int i = 0; i < 4; i++) {
        struct pt_cell cell;
        assert_int_equal(pt_cell_init(&cell, &study, i, 0, &err), 0);
        if (i < 2)
            ASSERT_TEXT(cell.workload.path, path);
        else
            assert_null(cell.workload.path);
        pt_cell_fini(&cell);
    }
    pt_study_fini(&study);
}

static void test_keys_differ_where_runs_do(void **state)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_study study;
    char keys[8][PT_DIGEST_TEXT];

    read_good(state,
              "{\"workload\": \"lublin\", \"policies\": [\"fcfs\", \"easy\"], "
              "\"grid\": {\"policy.depth\": [1, 2], \"load\": [0.5, 0.7]}}",
              &study);
    for (int i = 0; i < 8; i++) {
        struct pt_cell cell;
        assert_int_equal(pt_cell_init(&cell, &study, i / 2, i % 2, &err), 0);
        struct pt_run run = pt_cell_run(&cell);
        pt_run_key(&run, NULL, keys[i]);
        pt_cell_fini(&cell);
    }
    /* fcfs has no depth: its runs are the same; all others differ. */
    for (int i = 0; i < 8; i++)
        for (int k = 0; k < i; k++) {
            const bool same = i % 2 == 0 && k % 2 == 0 && i % 4 == k % 4;
            ASSERT_INT(strcmp(keys[i], keys[k]) == 0, same);
        }
    pt_study_fini(&study);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, study_folder, study_folder_gone)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_last_axis_varies_fastest),
        TEST(test_without_axes_there_is_one_point),
        TEST(test_a_cell_is_a_run_of_its_own),
        TEST(test_a_bare_word_is_a_setting_or_the_models),
        TEST(test_the_first_plugin_of_the_name_is_changed),
        TEST(test_a_setting_for_one_plugin_keeps_what_was_asked_for),
        TEST(test_a_policy_without_the_parameter_stays),
        TEST(test_times_and_numbers_know_their_parameter),
        TEST(test_wholes_are_set_before_their_parts),
        TEST(test_cells_open_no_trace),
        TEST(test_keys_differ_where_runs_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
