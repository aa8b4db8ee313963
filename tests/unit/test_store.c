#include "tests/unit/store_filling.h"
#include "base/random.h"

#define RUNS 60

static void check_values(struct pt_store *store, int64_t number)
{
    struct filling filling;
    struct pt_err err = {.line = 0};
    double values[STORE_COLUMNS];
    char *row = NULL;

    fill(&filling, number);
    int status = pt_store_row(store, filling.outcome.key, &row, values, &err);
    ASSERT_INT(status, !filling.outcome.failed);
    ASSERT_INT(pt_store_row(store, filling.outcome.key, NULL, NULL, &err),
               status);
    if (status == 0)
        return;
    ASSERT_TEXT(row, filling.row);
    ASSERT_NEAR(values[0], 100.0 + (double)number, 0, 0);
    ASSERT_NEAR(values[2], (double)number + 0.25, 0, 0);
    if (number % 5 > 1)
        ASSERT_NEAR(values[4], 1e-7, 0, 0);
    else
        assert_true(isnan(values[4]));
    pt_free(row);
}

struct census {
    int seen[RUNS], all, stop_after;
};

static void check_same_text(const char *a, const char *b)
{
    if (a || b)
        ASSERT_TEXT(a, b);
}

static int count(void *context, const struct pt_store_outcome *outcome)
{
    struct census *census = context;
    struct filling filling;

    for (int64_t i = 0; i < RUNS; i++) {
        const struct pt_store_outcome *put = &filling.outcome;

        fill(&filling, i);
        if (strcmp(outcome->key, put->key) != 0)
            continue;
        census->seen[i]++;
        ASSERT_INT(outcome->failed, put->failed);
        check_same_text(outcome->row, put->failed ? NULL : put->row);
        check_same_text(outcome->text, put->failed ? put->text : NULL);
        check_same_text(outcome->path, put->path);
        check_same_text(outcome->rules, put->rules);
        ASSERT_TEXT(outcome->digest, put->digest);
        ASSERT_TEXT(outcome->input, put->input);
        ASSERT_INT(outcome->bytes, put->bytes);
    }
    return ++census->all == census->stop_after ? 77 : 0;
}

/* Every one of [0, N) is there, once and as it was put. */
static void check_all(struct pt_store *store, int64_t n)
{
    struct census census = {.all = 0};
    struct pt_err err = {.line = 0};

    ASSERT_INT(pt_store_each(store, count, &census, &err), 0);
    ASSERT_INT(census.all, n);
    for (int64_t i = 0; i < n; i++) {
        ASSERT_INT(census.seen[i], 1);
        check_values(store, i);
    }
    census = (struct census){.stop_after = 2};
    ASSERT_INT(pt_store_each(store, count, &census, &err), 77);
}

static void test_what_was_put_is_found_now_later_and_in_the_end(void **state)
{
    struct place place;
    struct pt_err err = {.line = 0};
    struct filled_study study = {.n = 40};
    char key[PT_DIGEST_TEXT];

    (void)state;
    make_place(&place);
    struct pt_store *store = open_store(&place);
    for (int64_t i = 0; i < RUNS; i++)
        put_outcome(store, i);
    check_all(store, RUNS);
    pt_store_close(store);
    store = open_store(&place);
    check_all(store, RUNS);
    finish_store(store, &study);
    check_whole(&place);
    store = open_store(&place);
    check_all(store, RUNS);
    fill_key(-1, key);
    ASSERT_INT(pt_store_row(store, key, NULL, NULL, &err), 0);
    pt_store_close(store);
    pt_store_close(NULL);
    remove_all(place.dir);
}

static void test_a_run_that_is_put_again_is_replaced(void **state)
{
    struct place place;
    struct pt_err err = {.line = 0};
    struct filled_study study = {.n = 8};
    struct filling filling;
    char *row;

    (void)state;
    make_place(&place);
    for (int pass = 0; pass < 2; pass++) {
        /* Number 3 fails at first, also in a finished file. */
        struct pt_store *store = open_store(&place);
        for (int64_t i = 0; i < 8; i++)
            put_outcome(store, i);
        fill(&filling, 3);
        ASSERT_INT(pt_store_row(store, filling.outcome.key, NULL, NULL, &err),
                   0);
        filling.outcome.failed = false;
        filling.outcome.row = "3,2,1,0,0";
        ASSERT_INT(pt_store_put(store, &filling.outcome, &err), 0);
        ASSERT_INT(pt_store_row(store, filling.outcome.key, &row, NULL, &err),
                   1);
        ASSERT_TEXT(row, "3,2,1,0,0");
        pt_free(row);
        finish_store(store, &study);
        check_answer(&place, "SELECT count(*) FROM run", "8\n");
        check_answer(&place, "SELECT count(*) FROM other", "0\n");
        check_answer(&place,
                     "SELECT status, wait_mean FROM runs WHERE run_id = 4",
                     "ok|1.0\n");
    }
    remove_all(place.dir);
}

static void test_a_folder_that_moved_is_found_where_it_is(void **state)
{
    struct place place;
    struct pt_err err = {.line = 0};
    struct filled_study study = {.n = 4};
    char key[PT_DIGEST_TEXT];

    (void)state;
    make_place(&place);
    for (int pass = 0; pass < 2; pass++) {
        struct pt_store *store = open_store(&place);
        for (int64_t i = 0; i < 6 && pass == 0; i++)
            put_outcome(store, i);
        for (int64_t i = 0; i < 6; i++) {
            fill_key(i, key);
            ASSERT_INT(
                pt_store_move(store, key, i == 1 ? NULL : "runs/new", &err), 0);
        }
        finish_store(store, &study);
        check_answer(&place, "SELECT path FROM run",
                     "runs/new\n\nruns/new\nruns/new\n");
        check_answer(&place, "SELECT DISTINCT path FROM other", "runs/new\n");
    }
    remove_all(place.dir);
}

static void write_jobs(const struct place *place, int64_t number)
{
    char name[64];

    snprintf(name, sizeof name, "runs/%lld/jobs.csv", (long long)number);
    put(place, name,
        "job_id,workload_name,profile,submission_time,"
        "requested_number_of_resources,requested_time,final_state,"
        "starting_time,finish_time,waiting_time,user_id,first_start_time,"
        "news\r\n"
        "7,\"a \"\"b\"\",\nc\",gang,0.000001,4,,COMPLETED_SUCCESSFULLY,"
        "30,100.5,9.999999,-1,10,x\r\n"
        "8,w,parallel,20,1,60,REJECTED,,,,12,,\n");
}

/* Puts [0, RUNS) in an order of SEED's, with pauses. */
static void fill_store(const struct place *place, uint64_t seed,
                       struct filled_study *study)
{
    struct pt_random random;
    int64_t order[RUNS];
    struct pt_store *store = open_store(place);

    pt_random_open(&random, seed, 0, PT_PURPOSE_TEST, 1);
    for (int64_t i = 0; i < RUNS; i++) {
        uint32_t at = pt_random_below(&random, (uint32_t)i + 1);

        order[i] = order[at];
        order[at] = i;
        write_jobs(place, i);
    }
    for (int64_t i = 0; i < RUNS; i++) {
        put_outcome(store, order[i]);
        if (pt_random_below(&random, 4) == 0)
            put_outcome(store,
                        order[pt_random_below(&random, (uint32_t)i + 1)]);
        if (pt_random_below(&random, 10) == 0) {
            pt_store_close(store);
            store = open_store(place);
        }
    }
    finish_store(store, study);
}

static void test_the_bytes_are_the_same_in_whatever_order(void **state)
{
    const char *text = getenv("PROTIUM_SEED");
    uint64_t seed =
        text ? (uint64_t)strtoull(text, NULL, 10) : (uint64_t)getpid();
    char first[PT_DIGEST_TEXT], hex[PT_DIGEST_TEXT];

    (void)state;
    print_message("PROTIUM_SEED=%llu\n", (unsigned long long)seed);
    for (uint64_t i = 0; i < 4; i++) {
        struct filled_study study = {.n = 48, .same = true, .jobs = true};
        struct place place;

        make_place(&place);
        /* The third has been finished before, as another study. */
        if (i == 2)
            fill_store(&place, seed + 9,
                       &(struct filled_study){.n = RUNS, .jobs = true});
        fill_store(&place, seed + i, &study);
        digest_file(&place, "results.db", i == 0 ? first : hex);
        if (i > 0)
            ASSERT_TEXT(hex, first);
        check_whole(&place);
        assert_false(is_there(&place, "results.db-wal"));
        assert_false(is_there(&place, "results.db-shm"));
        assert_false(is_there(&place, "results.db.tmp"));
        remove_all(place.dir);
    }
}

static void test_a_finished_file_goes_on_as_another_study(void **state)
{
    struct place place, fresh;
    char hex[2][PT_DIGEST_TEXT];

    (void)state;
    make_place(&place);
    make_place(&fresh);
    for (int64_t n = 8; n <= RUNS; n += 26) {
        struct pt_store *store = open_store(&place);

        for (int64_t i = n == 8 ? 0 : n - 26; i < n; i++)
            put_outcome(store, i);
        finish_store(store, &(struct filled_study){.n = n});
    }
    struct pt_store *store = open_store(&fresh);
    for (int64_t i = RUNS; i-- > 0;)
        put_outcome(store, i);
    finish_store(store, &(struct filled_study){.n = RUNS});
    digest_file(&place, "results.db", hex[0]);
    digest_file(&fresh, "results.db", hex[1]);
    ASSERT_TEXT(hex[0], hex[1]);
    remove_all(place.dir);
    remove_all(fresh.dir);
}

static void test_looking_changes_nothing(void **state)
{
    struct place place;
    struct pt_err err = {.line = 0};
    struct census census = {.all = 0};
    char before[PT_DIGEST_TEXT], after[PT_DIGEST_TEXT];

    (void)state;
    make_place(&place);
    fill_store(&place, 1, &(struct filled_study){.n = 20});
    digest_file(&place, "results.db", before);
    struct pt_store *store = open_store(&place);
    ASSERT_INT(pt_store_each(store, count, &census, &err), 0);
    for (int64_t i = 0; i < RUNS; i++)
        check_values(store, i);
    pt_store_close(store);
    digest_file(&place, "results.db", after);
    ASSERT_TEXT(after, before);
    remove_all(place.dir);
}

static void test_the_views_answer_questions(void **state)
{
    struct place place;
    struct filled_study study = {.n = 12, .jobs = true};

    (void)state;
    make_place(&place);
    fill_store(&place, 5, &study);
    check_answer(&place,
                 "SELECT point, label, replication, status, load, axis_tau, "
                 "tau, jobs, wait_mean, gang_wait FROM runs "
                 "WHERE run_id IN (3, 4, 5, 11)",
                 "load=0.0|x'); DROP TABLE run; --\"|1|ok|0.0|young|10.0|102.0|"
                 "2.25|1.0e-07\n"
                 "load=0.0|x'); DROP TABLE run; --\"|2|failed|0.0|young||||\n"
                 "load=0.1|fcfs|1|ok|0.1|daly's|10.0|104.0|4.25|1.0e-07\n"
                 "load=0.2|x'); DROP TABLE run; --\"|1|extra|0.2|young|||"
                 "|\n");
    check_answer(&place, "SELECT point, label, n, load, wait_mean FROM means",
                 "load=0.0|fcfs|2|0.0|0.75\n"
                 "load=0.0|x'); DROP TABLE run; --\"|1|0.0|2.25\n"
                 "load=0.1|fcfs|2|0.1|4.75\n"
                 "load=0.1|x'); DROP TABLE run; --\"|2|0.1|6.75\n"
                 "load=0.2|fcfs|2|0.2|8.75\n"
                 "load=0.2|x'); DROP TABLE run; --\"|1|0.2|11.25\n");
    check_answer(&place, "SELECT name, value FROM metrics WHERE run_id = 2",
                 "jobs|101.0\ntau|10.0\nwait_mean|1.25\nutil|0.2\n");
    check_answer(&place,
                 "SELECT job_id, user, submit_us, limit_us, wait_us, end_us, "
                 "mode, state, held_us FROM job WHERE run_id = 1",
                 "7|-1|1||9999999|100500000|gang|COMPLETED_SUCCESSFULLY|\n"
                 "8|12|20000000|60000000|||parallel|REJECTED|\n");
    check_answer(&place,
                 "SELECT label, submit_s, wait_s, run_s, round(slowdown, 6), "
                 "round(bounded_slowdown, 6) FROM v_job WHERE run_id = 1",
                 "fcfs|1.0e-06|9.999999|90.5|1.110497|1.110497\n"
                 "fcfs|20.0||||\n");
    /* 2, 5, 8, 11 have no folder; 3 and 10 have failed. */
    check_answer(&place, "SELECT count(DISTINCT run_id) FROM job", "6\n");
    check_answer(&place, "SELECT json ->> 'question' FROM study", "why?\n");
    check_answer(&place, "SELECT * FROM axis", "1|load\n2|tau\n");
    check_answer(&place, "SELECT count(*) FROM other", "48\n");
    remove_all(place.dir);
}

static void test_columns_may_come_and_go(void **state)
{
    static const char *const later[] = {"util", "news", "jobs"};
    struct place place;
    struct pt_err err = {.line = 0};
    struct filled_study study = {.n = 4};
    struct filling filling;
    char *row;
    double values[3];

    (void)state;
    make_place(&place);
    struct pt_store *store = open_store(&place);
    put_outcome(store, 0);
    put_outcome(store, 50);
    finish_store(store, &study);
    for (int pass = 0; pass < 2; pass++) {
        store = pt_store_open(place.dir, later, 3, &err);
        assert_non_null(store);
        fill(&filling, 0);
        ASSERT_INT(pt_store_row(store, filling.outcome.key, &row, values, &err),
                   1);
        ASSERT_TEXT(row, "0.1,,100");
        ASSERT_NEAR(values[0], 0.1, 0, 0);
        assert_true(isnan(values[1]));
        pt_free(row);
        fill(&filling, 1);
        filling.outcome.row = "1,2,3";
        ASSERT_INT(pt_store_put(store, &filling.outcome, &err), 0);
        finish_store(store, &study);
    }
    check_answer(&place, "SELECT run_id, util, news, jobs FROM runs",
                 "1|0.1||100.0\n2|1.0|2.0|3.0\n");
    check_answer(&place, "SELECT * FROM layout",
                 "1|jobs,tau,wait_mean,util,gang_wait\n2|util,news,jobs\n");
    store = open_store(&place);
    check_values(store, 0);
    check_values(store, 50);
    pt_store_close(store);
    remove_all(place.dir);
}

static void test_what_a_run_cost_is_a_line_in_costs(void **state)
{
    static const char header[] = "key,wall_s,cpu_s,peak_kib,finished\n";
    struct place place;
    char key[PT_DIGEST_TEXT], wanted[256];

    (void)state;
    make_place(&place);
    put(&place, "costs.csv", "key,wall_s,cpu_s,peak_kib,finished\ncut sho");
    for (int64_t i = 0; i < 2; i++) {
        struct pt_store *store = open_store(&place);
        put_outcome(store, i);
        pt_store_close(store);
    }
    char *text = get(&place, "costs.csv");
    assert_memory_equal(text, header, sizeof header - 1);
    fill_key(1, key);
    snprintf(wanted, sizeof wanted, "\n%s,0.500000,0.250000,4096,20", key);
    ASSERT_HAS(text, wanted);
    ASSERT_HAS(text, "cut sho\n");
    ASSERT_TEXT(text + strlen(text) - 2, "Z\n");
    pt_free(text);
    remove_all(place.dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_put_is_found_now_later_and_in_the_end),
        cmocka_unit_test(test_a_run_that_is_put_again_is_replaced),
        cmocka_unit_test(test_a_folder_that_moved_is_found_where_it_is),
        cmocka_unit_test(test_the_bytes_are_the_same_in_whatever_order),
        cmocka_unit_test(test_a_finished_file_goes_on_as_another_study),
        cmocka_unit_test(test_looking_changes_nothing),
        cmocka_unit_test(test_the_views_answer_questions),
        cmocka_unit_test(test_columns_may_come_and_go),
        cmocka_unit_test(test_what_a_run_cost_is_a_line_in_costs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
