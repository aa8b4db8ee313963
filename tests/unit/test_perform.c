/* One run of a study: from its number to its outcome. */
#include "experiments/perform.h"

#include <math.h>

#include "sink/summary.h"
#include "tests/unit/results_folder.h"
#include "tests/unit/study_reading.h"

/* A study, a folder for its runs, and what came of the last one. */
struct scene {
    struct pt_study study;
    struct place place;
    struct pt_performer performer;
    struct pt_store_outcome outcome;
    char *answer;
    size_t n;
};

static void begin(void **state, struct scene *scene, const char *text)
{
    *scene = (struct scene){.n = 0};
    read_good(state, text, &scene->study);
    make_place(&scene->place);
    scene->performer =
        (struct pt_performer){.study = &scene->study, .dir = scene->place.dir};
}

static void end(struct scene *scene)
{
    pt_free(scene->answer);
    remove_all(scene->place.dir);
    pt_study_fini(&scene->study);
}

static void perform(struct scene *scene, int64_t point, int choice,
                    int64_t replication)
{
    const struct pt_spot spot = {
        .point = point, .choice = choice, .replication = replication};

    pt_free(scene->answer);
    scene->answer = NULL;
    pt_perform(&scene->performer, pt_spot_number(&scene->study, &spot),
               &scene->answer, &scene->n);
    assert_non_null(scene->answer);
    pt_outcome_read(&scene->outcome, scene->answer, scene->n);
}

static const char two_loads[] =
    "{\"workload\": \"lublin:jobs=20,nodes=16\", \"cluster\": 16, "
    "\"policies\": [\"easy\", \"fcfs\"], \"grid\": {\"load\": [0.5, 0.9]}, "
    "\"replications\": 2}";

static void test_a_run_leaves_files_and_a_row(void **state)
{
    struct scene scene;
    char digest[PT_DIGEST_TEXT];
    int columns, fields = 1;
    char **names = pt_summary_columns_new(&columns);

    begin(state, &scene, two_loads);
    perform(&scene, 1, 1, 2);
    assert_false(scene.outcome.failed);
    assert_null(scene.outcome.text);
    assert_null(scene.outcome.path);
    for (const char *c = scene.outcome.row; *c; c++)
        fields += *c == ',';
    assert_true(fields <= columns);
    assert_true(strncmp(scene.outcome.row, "20,20,", 6) == 0);
    pt_digest_of(scene.outcome.row, strlen(scene.outcome.row), digest);
    ASSERT_TEXT(scene.outcome.digest, digest);
    ASSERT_TEXT(scene.outcome.input, "");
    assert_true(scene.outcome.bytes > 0);
    assert_true(scene.outcome.wall_s >= 0);
    assert_true(is_there(&scene.place, "runs/load=0.9/fcfs/rep-002/jobs.csv"));
    assert_true(is_there(&scene.place, "runs/load=0.9/fcfs/rep-002/run.json"));
    assert_false(is_there(&scene.place, "runs/load=0.5"));
    pt_summary_columns_free(names, columns);
    end(&scene);
}

static void test_a_run_is_the_same_wherever_it_is_done(void **state)
{
    struct scene scene;
    char *row, *jobs, *again;
    int64_t bytes;

    begin(state, &scene, two_loads);
    perform(&scene, 0, 0, 2);
    row = pt_text_dup(scene.outcome.row, strlen(scene.outcome.row));
    bytes = scene.outcome.bytes;
    jobs = get(&scene.place, "runs/load=0.5/easy/rep-002/jobs.csv");
    perform(&scene, 1, 1, 1);
    assert_string_not_equal(scene.outcome.row, row);
    perform(&scene, 0, 0, 1);
    assert_string_not_equal(scene.outcome.row, row);
    perform(&scene, 0, 0, 2);
    ASSERT_TEXT(scene.outcome.row, row);
    ASSERT_INT(scene.outcome.bytes, bytes);
    again = get(&scene.place, "runs/load=0.5/easy/rep-002/jobs.csv");
    ASSERT_TEXT(again, jobs);
    pt_free(again);
    pt_free(jobs);
    pt_free(row);
    end(&scene);
}

/* What is drawn is the same under every policy: differences can be paired. */
static void test_policies_get_the_same_jobs(void **state)
{
    struct scene scene;
    double submit[2];

    begin(state, &scene, two_loads);
    for (int c = 0; c < 2; c++) {
        const char *name = c == 0 ? "runs/load=0.5/easy/rep-002/jobs.csv"
                                  : "runs/load=0.5/fcfs/rep-002/jobs.csv";
        char *text, *line;

        perform(&scene, 0, c, 2);
        text = get(&scene.place, name);
        submit[c] = 0;
        for (line = strchr(text, '\n'); line && line[1];
             line = strchr(line + 1, '\n')) {
            char *at = line + 1;
            for (int i = 0; i < 3; i++)
                at = strchr(at, ',') + 1;
            submit[c] += strtod(at, NULL);
        }
        pt_free(text);
    }
    ASSERT_NEAR(submit[0], submit[1], 1e-12, 0);
    end(&scene);
}

static void test_files_are_left_where_they_are_wanted(void **state)
{
    const struct {
        int files;
        bool first, second;
    } cases[] = {{PT_FILES_ALL, true, true},
                 {PT_FILES_FIRST, true, false},
                 {PT_FILES_NONE, false, false}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scene scene;

        begin(state, &scene, two_loads);
        scene.study.files = cases[i].files;
        for (int64_t r = 1; r <= 2; r++) {
            const bool wanted = r == 1 ? cases[i].first : cases[i].second;
            const struct pt_spot spot = {.replication = r};

            perform(&scene, 0, 0, r);
            assert_false(scene.outcome.failed);
            ASSERT_INT(pt_perform_has_files(&scene.study, &spot), wanted);
            ASSERT_INT(is_there(&scene.place,
                                r == 1 ? "runs/load=0.5/easy/rep-001/run.json"
                                       : "runs/load=0.5/easy/rep-002/run.json"),
                       wanted);
            ASSERT_INT(scene.outcome.bytes > 0, wanted);
        }
        end(&scene);
    }
}

static void test_a_trace_that_is_bad_fails_in_words(void **state)
{
    struct scene scene;
    char path[PATH_SIZE];

    put_file(state, "t.swf",
             "1 0 -1 10 2 -1 -1 2 20 -1 1 1 1 -1 1 -1 -1 -1\n"
             "2 5 -1 x 2 -1 -1 2 20 -1 1 1 1 -1 1 -1 -1 -1\n",
             path);
    begin(state, &scene,
          "{\"workload\": \"t.swf\", \"policies\": [\"easy\"], "
          "\"cluster\": 4}");
    perform(&scene, 0, 0, 1);
    assert_true(scene.outcome.failed);
    ASSERT_HAS(scene.outcome.text, "t.swf:2:8: ");
    assert_null(scene.outcome.row);
    assert_false(is_there(&scene.place, "runs/easy/jobs.csv"));
    assert_false(is_there(&scene.place, "runs/easy/run.json"));
    assert_false(is_there(&scene.place, "runs/easy/jobs.csv.tmp"));
    put_file(state, "t.swf", "1 0 -1 10 2 -1 -1 2 20 -1 1 1 1 -1 1 -1 -1 -1\n",
             path);
    perform(&scene, 0, 0, 1);
    assert_false(scene.outcome.failed);
    ASSERT_INT(strlen(scene.outcome.input), PT_DIGEST_TEXT - 1);
    end(&scene);
}

static void test_rules_travel_along(void **state)
{
    struct scene scene;
    char path[PATH_SIZE];

    put_file(state, "t.swf",
             "1 0 -1 10 2 -1 -1 2 20 -1 1 1 1 -1 1 -1 -1 -1\n"
             "2 5 -1 10 9 -1 -1 9 20 -1 1 1 1 -1 1 -1 -1 -1\n",
             path);
    begin(state, &scene,
          "{\"workload\": \"t.swf\", \"policies\": [\"easy\"], "
          "\"cluster\": 4}");
    perform(&scene, 0, 0, 1);
    assert_false(scene.outcome.failed);
    ASSERT_HAS(scene.outcome.rules, "wide\t1\t0\t");
    assert_true(scene.outcome.rules[strlen(scene.outcome.rules) - 1] == '\n');
    end(&scene);
}

static void test_a_folder_that_cannot_be_made_fails_in_words(void **state)
{
    struct scene scene;

    begin(state, &scene, two_loads);
    put(&scene.place, "runs", "in the way");
    perform(&scene, 0, 0, 1);
    assert_true(scene.outcome.failed);
    ASSERT_HAS(scene.outcome.text, "the folder cannot be made");
    end(&scene);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, study_folder, study_folder_gone)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_run_leaves_files_and_a_row),
        TEST(test_a_run_is_the_same_wherever_it_is_done),
        TEST(test_policies_get_the_same_jobs),
        TEST(test_files_are_left_where_they_are_wanted),
        TEST(test_a_trace_that_is_bad_fails_in_words),
        TEST(test_rules_travel_along),
        TEST(test_a_folder_that_cannot_be_made_fails_in_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
