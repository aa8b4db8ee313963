/* The runs of a study, and what has become of each. */
#include "experiments/roster.h"
#include "tests/unit/study_reading.h"

/* A study, read, and its roster. */
struct scene {
    struct pt_study study;
    struct pt_roster roster;
};

static void begin(void **state, struct scene *scene, const char *text)
{
    struct pt_err err = {.code = PT_ERR_NONE};

    read_good(state, text, &scene->study);
    if (pt_roster_init(&scene->roster, &scene->study, &err) < 0)
        fail_msg("%s", err.text);
}

static void end(struct scene *scene)
{
    pt_roster_fini(&scene->roster);
    pt_study_fini(&scene->study);
}

static void key_of(const struct scene *scene, int64_t point, int choice,
                   int64_t replication, char key[PT_DIGEST_TEXT])
{
    const struct pt_spot spot = {
        .point = point, .choice = choice, .replication = replication};

    pt_roster_key(&scene->roster, &spot, key);
}

static enum pt_run_state state_of(const struct scene *scene, int64_t point,
                                  int choice, int64_t replication)
{
    const struct pt_spot spot = {
        .point = point, .choice = choice, .replication = replication};

    return pt_roster_state(&scene->roster, &spot);
}

static void assert_path(const struct scene *scene, struct pt_spot spot,
                        const char *expected)
{
    char *path = pt_spot_path(&scene->study, &spot);

    ASSERT_TEXT(path, expected);
    pt_free(path);
}

static void test_there_are_all_runs_of_a_study(void **state)
{
    struct scene scene;
    char key[PT_DIGEST_TEXT], other[PT_DIGEST_TEXT];

    begin(state, &scene,
          "{\"workload\": \"lublin:jobs=5\", \"policies\": [\"easy\", "
          "\"fcfs\"], \"grid\": {\"load\": [0.5, 0.7, 0.9]}, "
          "\"replications\": 4}");
    ASSERT_INT(scene.roster.npoints, 3);
    ASSERT_INT(scene.roster.nchoices, 2);
    ASSERT_INT(scene.roster.nruns, 24);
    ASSERT_INT(scene.roster.ndone, 0);
    ASSERT_INT(scene.roster.nfailed, 0);
    key_of(&scene, 0, 0, 1, other);
    for (int64_t p = 0; p < 3; p++) {
        ASSERT_INT(scene.roster.points[p].replications, 4);
        ASSERT_INT(scene.roster.points[p].open, 8);
        for (int c = 0; c < 2; c++)
            for (int64_t r = 1; r <= 4; r++) {
                struct pt_spot spot;

                ASSERT_INT(state_of(&scene, p, c, r), PT_RUN_OPEN);
                key_of(&scene, p, c, r, key);
                ASSERT_INT(strlen(key), PT_DIGEST_TEXT - 1);
                ASSERT_INT(strspn(key, "0123456789abcdef"), strlen(key));
                ASSERT_INT(strcmp(key, other) == 0, p + c + r == 1);
                assert_true(pt_roster_find(&scene.roster, key, &spot));
                ASSERT_INT(spot.point, p);
                ASSERT_INT(spot.choice, c);
                ASSERT_INT(spot.replication, r);
            }
    }
    end(&scene);
}

static void test_states_are_counted(void **state)
{
    struct scene scene;
    struct pt_roster *roster = &scene.roster;
    char a[PT_DIGEST_TEXT], b[PT_DIGEST_TEXT];

    begin(state, &scene,
          "{\"workload\": \"lublin:jobs=5\", \"policies\": [\"easy\", "
          "\"fcfs\"], \"replications\": 2}");
    key_of(&scene, 0, 0, 1, a);
    key_of(&scene, 0, 1, 2, b);
    assert_true(pt_roster_set(roster, a, PT_RUN_GIVEN));
    ASSERT_INT(roster->points[0].open, 4);
    ASSERT_INT(state_of(&scene, 0, 0, 1), PT_RUN_GIVEN);
    for (int again = 0; again < 2; again++) {
        assert_true(pt_roster_set(roster, a, PT_RUN_DONE));
        ASSERT_INT(roster->ndone, 1);
        ASSERT_INT(roster->points[0].open, 3);
    }
    assert_true(pt_roster_set(roster, b, PT_RUN_FAILED));
    ASSERT_INT(roster->nfailed, 1);
    ASSERT_INT(roster->points[0].open, 2);
    assert_true(pt_roster_set(roster, b, PT_RUN_DONE));
    ASSERT_INT(roster->ndone, 2);
    ASSERT_INT(roster->nfailed, 0);
    ASSERT_INT(roster->points[0].open, 2);
    assert_true(pt_roster_set(roster, a, PT_RUN_OPEN));
    ASSERT_INT(roster->ndone, 1);
    ASSERT_INT(roster->points[0].open, 3);
    ASSERT_INT(state_of(&scene, 0, 1, 1), PT_RUN_OPEN);
    end(&scene);
}

static void test_a_run_of_another_study_is_not_known(void **state)
{
    struct scene scene;
    struct pt_spot spot = {.point = 77};
    char key[PT_DIGEST_TEXT];

    begin(state, &scene,
          "{\"workload\": \"lublin:jobs=5\", \"policies\": [\"easy\"]}");
    key_of(&scene, 0, 0, 1, key);
    key[63] = key[63] == '0' ? '1' : '0';
    assert_false(pt_roster_find(&scene.roster, key, &spot));
    assert_false(pt_roster_set(&scene.roster, key, PT_RUN_DONE));
    ASSERT_INT(scene.roster.ndone, 0);
    ASSERT_INT(scene.roster.points[0].open, 1);
    end(&scene);
}

/* a and c are one policy in two words, p and r one point, and fcfs knows of no
 * depth. */
static void test_runs_of_one_key_are_one_run(void **state)
{
    struct scene scene;
    struct pt_spot first;
    char key[PT_DIGEST_TEXT];

    begin(state, &scene,
          "{\"workload\": \"lublin:jobs=5\", \"policies\": {\"a\": \"easy\", "
          "\"f\": \"fcfs\", \"c\": \"backfill:depth=1\"}, "
          "\"grid\": {\"w\": {\"points\": ["
          "{\"label\": \"p\", \"set\": {\"policy.depth\": 1}}, "
          "{\"label\": \"q\", \"set\": {\"policy.depth\": 2}}, "
          "{\"label\": \"r\", \"set\": {\"policy.depth\": 1}}]}}, "
          "\"replications\": 2}");
    ASSERT_INT(scene.roster.npoints, 3);
    /* easy at 1 and 2, fcfs; of two replications each. */
    ASSERT_INT(scene.roster.nruns, 6);
    key_of(&scene, 0, 0, 2, key);
    assert_true(pt_roster_set(&scene.roster, key, PT_RUN_DONE));
    ASSERT_INT(scene.roster.ndone, 1);
    ASSERT_INT(state_of(&scene, 0, 0, 2), PT_RUN_DONE);
    ASSERT_INT(state_of(&scene, 0, 2, 2), PT_RUN_DONE);
    ASSERT_INT(state_of(&scene, 2, 2, 2), PT_RUN_DONE);
    ASSERT_INT(state_of(&scene, 1, 0, 2), PT_RUN_OPEN);
    ASSERT_INT(scene.roster.points[0].open, 4);
    ASSERT_INT(scene.roster.points[1].open, 6);
    ASSERT_INT(scene.roster.points[2].open, 4);
    key_of(&scene, 1, 1, 1, key);
    assert_true(pt_roster_set(&scene.roster, key, PT_RUN_FAILED));
    ASSERT_INT(scene.roster.points[0].open, 3);
    ASSERT_INT(scene.roster.points[1].open, 5);
    ASSERT_INT(scene.roster.points[2].open, 3);
    first = pt_roster_first(
        &scene.roster,
        &(struct pt_spot){.point = 2, .choice = 2, .replication = 2});
    ASSERT_INT(first.point, 0);
    ASSERT_INT(first.choice, 0);
    ASSERT_INT(first.replication, 2);
    end(&scene);
}

static void test_a_point_gets_more_replications(void **state)
{
    struct scene scene;
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_roster *roster = &scene.roster;
    char key[PT_DIGEST_TEXT], other[PT_DIGEST_TEXT];

    begin(state, &scene,
          "{\"workload\": \"lublin:jobs=5\", \"policies\": {\"a\": \"easy\", "
          "\"b\": \"fcfs\"}, \"grid\": {\"load\": [0.5, 0.6]}, "
          "\"replications\": 2}");
    key_of(&scene, 1, 1, 2, key);
    assert_true(pt_roster_set(roster, key, PT_RUN_DONE));
    ASSERT_INT(pt_roster_extend(roster, 1, 5, &err), 0);
    ASSERT_INT(pt_roster_extend(roster, 1, 3, &err), 0);
    ASSERT_INT(roster->points[0].replications, 2);
    ASSERT_INT(roster->points[1].replications, 5);
    ASSERT_INT(roster->points[1].open, 9);
    ASSERT_INT(roster->nruns, 14);
    ASSERT_INT(roster->ndone, 1);
    ASSERT_INT(state_of(&scene, 1, 1, 2), PT_RUN_DONE);
    ASSERT_INT(state_of(&scene, 1, 1, 5), PT_RUN_OPEN);
    key_of(&scene, 1, 1, 2, other);
    ASSERT_TEXT(other, key);
    end(&scene);
}

/* Whatever the study has besides, and wherever the run stands in it. */
static void test_a_key_is_of_the_run_alone(void **state)
{
    struct scene one, all;
    char key[PT_DIGEST_TEXT], again[PT_DIGEST_TEXT];

    begin(state, &one,
          "{\"workload\": {\"model\": \"lublin\", \"jobs\": 5, \"load\": 0.7}, "
          "\"policies\": [\"easy\"], \"replications\": 3}");
    begin(state, &all,
          "{\"question\": \"why\", \"workload\": \"lublin:jobs=5\", "
          "\"policies\": {\"x\": \"fcfs\", \"y\": \"easy\"}, \"files\": "
          "\"none\", \"grid\": {\"load\": [0.9, 0.7]}, \"replications\": 4, "
          "\"confidence\": 0.9, \"metrics\": [\"makespan\"]}");
    key_of(&one, 0, 0, 3, key);
    key_of(&all, 1, 1, 3, again);
    ASSERT_TEXT(again, key);
    end(&all);
    end(&one);
}

static void test_a_trace_counts_by_its_bytes(void **state)
{
    static const char text[] =
        "{\"workload\": \"t.swf\", \"policies\": [\"easy\"], \"cluster\": 4}";
    static const char row[] = "1 0 -1 10 2 -1 -1 2 20 -1 1 1 1 -1 1 -1 -1 -1\n";
    static const char longer[] =
        "1 0 -1 11 2 -1 -1 2 20 -1 1 1 1 -1 1 -1 -1 -1\n";
    char path[PATH_SIZE], keys[3][PT_DIGEST_TEXT];
    const char *const texts[] = {row, longer, row};

    for (int i = 0; i < 3; i++) {
        struct scene scene;

        put_file(state, "t.swf", texts[i], path);
        begin(state, &scene, text);
        key_of(&scene, 0, 0, 1, keys[i]);
        end(&scene);
    }
    assert_string_not_equal(keys[0], keys[1]);
    ASSERT_TEXT(keys[2], keys[0]);
}

static void test_a_number_says_which_run_it_is(void **state)
{
    const int64_t points[] = {0, 1, 6, (INT64_C(1) << 38) - 1};
    const int64_t replications[] = {1, 2, 1000, PT_REPLICATIONS_MOST};
    struct pt_study study;
    struct pt_err err = {.code = PT_ERR_NONE};
    int64_t last = -1;

    (void)state;
    pt_study_init(&study);
    ASSERT_INT(pt_choices_add(&study.choices, "easy,fcfs,fifo", &err), 0);
    for (int p = 0; p < 4; p++)
        for (int c = 0; c < 3; c++)
            for (int r = 0; r < 4; r++) {
                const struct pt_spot spot = {.point = points[p],
                                             .choice = c,
                                             .replication = replications[r]};
                const int64_t number = pt_spot_number(&study, &spot);
                const struct pt_spot back = pt_spot_of(&study, number);

                assert_true(number > last);
                last = number;
                ASSERT_INT(back.point, spot.point);
                ASSERT_INT(back.choice, spot.choice);
                ASSERT_INT(back.replication, spot.replication);
            }
    pt_study_fini(&study);
}

static void test_folders_are_named_by_point_policy_and_replication(void **state)
{
    struct scene scene;

    begin(state, &scene,
          "{\"workload\": \"lublin:jobs=5\", \"policies\": [\"easy\"]}");
    assert_path(&scene, (struct pt_spot){.replication = 1}, "runs/easy");
    scene.study.replications = 12;
    assert_path(&scene, (struct pt_spot){.replication = 7},
                "runs/easy/rep-007");
    assert_path(&scene, (struct pt_spot){.replication = 1234},
                "runs/easy/rep-1234");
    end(&scene);
    begin(state, &scene,
          "{\"workload\": \"lublin:jobs=5\", \"policies\": [\"easy\", "
          "\"fcfs\"], \"grid\": {\"load\": [0.5, 0.7], \"seed\": [3, 4]}}");
    assert_path(&scene,
                (struct pt_spot){.point = 2, .choice = 1, .replication = 1},
                "runs/load=0.7,seed=3/fcfs");
    end(&scene);
    begin(state, &scene,
          "{\"workload\": \"lublin:jobs=5\", \"policies\": [\"easy\"], "
          "\"replications\": 2, \"stop\": {\"metric\": \"wait_mean\", "
          "\"relative\": 0.1, \"most\": "
          "9}}");
    assert_path(&scene, (struct pt_spot){.replication = 1},
                "runs/easy/rep-001");
    end(&scene);
}

static void test_a_trace_that_went_away_is_told(void **state)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_study study;
    struct pt_roster roster;
    char path[PATH_SIZE];

    put_file(state, "t.swf", "", path);
    read_good(state, "{\"workload\": \"t.swf\", \"policies\": [\"easy\"]}",
              &study);
    unlink(path);
    ASSERT_INT(pt_roster_init(&roster, &study, &err), -1);
    ASSERT_INT(err.code, PT_ERR_INPUT);
    ASSERT_HAS(err.text, "cannot be read");
    pt_roster_fini(&roster);
    pt_study_fini(&study);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, study_folder, study_folder_gone)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_there_are_all_runs_of_a_study),
        TEST(test_states_are_counted),
        TEST(test_a_run_of_another_study_is_not_known),
        TEST(test_runs_of_one_key_are_one_run),
        TEST(test_a_point_gets_more_replications),
        TEST(test_a_key_is_of_the_run_alone),
        TEST(test_a_trace_counts_by_its_bytes),
        TEST(test_a_number_says_which_run_it_is),
        TEST(test_folders_are_named_by_point_policy_and_replication),
        TEST(test_a_trace_that_went_away_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
